"""What a word of a question, an address, or the name of a source names."""

from __future__ import annotations

import re

from archive.article import Revision
from archive.errors import NotKept
from archive.settings import Settings
from archive.store import ArticleStore
from archive.tables.pictures import Picture, Pictures
from archive.text.translation import gettext as _


def named(store: ArticleStore, word: str) -> Revision | None:
    """The article whose id or address a word is; None for any other word. Raises NotKept and Withdrawn."""
    if revision := store.get(word):
        return revision
    source, _dash, key = word.rpartition("-")
    is_key = re.fullmatch("[0-9a-f]*[0-9][0-9a-f]*", key)  # first: gathering the sources takes longer
    if "://" in word or (is_key and source in {name or "page" for name in store.sources()}):
        raise not_kept(store, word)
    return None


def not_kept(store: ArticleStore, id_or_url: str) -> NotKept:
    """The error for an id or address of no article. Raises Withdrawn for a picture of a removed one."""
    if found := picture(store, id_or_url):
        shown_by = store.get(found.article)
        reason = _("is a picture of {id}").format(id=shown_by.article.id if shown_by else found.article)
        return NotKept(id_or_url, reason, _("`wencang show {url} --raw` writes it out").format(url=id_or_url))
    mend = _("`wencang crawl --url {url}` fetches it").format(url=id_or_url) if "://" in id_or_url else ""
    return NotKept(id_or_url, _("is not in the archive"), mend)


def picture(store: ArticleStore, url: str) -> Picture | None:
    """A picture whose bytes are kept, by its address. Raises Withdrawn if its article was removed."""
    found = Pictures(store).get(url)
    if not (found and found.page):
        return None
    store.get(found.article)  # raises Withdrawn
    return found


def site(settings: Settings, source: str) -> str:
    """The site of a source of the user's own that is named by its file; any other name as it is."""
    if not (source.isidentifier() and (settings.data / "sources" / f"{source}.toml").is_file()):
        return source
    from crawler.sources import sources_of  # which loads a parser of XPath

    return sources_of(settings).load(source).site
