"""Mends a source from the pages that the archive keeps, that a person names, or that its site shows now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from archive import clock, toml
from archive.article import Article, RawPage, Revision
from archive.errors import ArchiveUnusable, NotAnArticle, NotRead, UsageFault
from archive.settings import Settings
from archive.storage import of as storage_of
from archive.store import ArticleStore
from archive.tables.doubts import Doubts
from archive.text.translation import gettext as _
from archive.warc.pages import Pages
from crawler.extract.extractor import read
from crawler.propose.mend import AtHand, Mending, mend
from crawler.propose.saved import SavedPage
from crawler.reactor import with_reactor
from crawler.reader import BoundedReader
from crawler.sources import Source, Sources, of_text, sources_of, to_toml
from crawler.sources.lines import Keys, line_of
from crawler.sources.writing import form_lines
from wencang.sources.editing import put

_PAGES = 30  # of the newest articles that are looked at
_ASKED, _LISTS = 10, 3  # pages that are fetched again
_SECONDS = 120.0  # of processor time in which rules are looked for
_WINDOW = 500  # sequences that are read together, newest first
_COMMENT = "# Proposed on {day} by `wencang source mend {name}`."


def mend_source(
    settings: Settings, store: ArticleStore | None, name: str, pages: Sequence[SavedPage], offline: bool
) -> Mending:  # fmt: skip
    """Archive.mend_source."""
    source = _source(sources_of(settings), name)
    now = clock.now()
    revisions = list(islice(_newest(store, source.site), _PAGES)) if store else []
    if pages:
        given = [AtHand(each.page, each.url, now, _known(store, each.url)) for each in pages]
        lists = {page.url: page.page for page in given if source.is_list(page.url)}
        articles = [page for page in given if page.url not in lists]
        return _mending(source, articles, lists, now, _kept(settings, store, revisions))
    kept = [*_kept(settings, store, revisions), *(_doubted(settings, store, source.site) if store else ())]
    fetched = {} if offline else _fetched(source, settings, revisions)
    lists = {url: page for url, page in fetched.items() if not source.is_article(url)}
    again = [AtHand(page, url, now, _known(store, url)) for url, page in fetched.items() if url not in lists]
    if not (kept or fetched):
        raise UsageFault(name, _("no pages are at hand"), _("name saved pages: FILE or ADDRESS=FILE"))
    return _mending(source, [*again, *kept], lists, now, ())


def _mending(
    source: Source, articles: Sequence[AtHand], lists: Mapping[str, bytes], now: datetime, earlier: Sequence[AtHand]
) -> Mending:  # fmt: skip
    """What is proposed from the pages that are read in time. Raises NotRead if the search for rules takes too long."""
    with BoundedReader() as reader:
        articles, earlier = (
            [page for page in pages if _is_read(reader, source, page)] for pages in (articles, earlier)
        )
    with BoundedReader(_SECONDS) as reader:
        return reader.ask(source.name, mend, source, articles, lists, now, earlier)


def _is_read(reader: BoundedReader, source: Source, page: AtHand) -> bool:
    """Whether a page, with an article or not, is read in the time that a page has."""
    try:
        reader.ask(page.url, read, page.page, page.url, page.fetched, source=source)
    except NotAnArticle:
        return True
    except NotRead:
        return False
    return True


def _source(sources: Sources, name: str) -> Source:
    """A source by the name of its file, or of its site, as alarms name it."""
    if name not in sources.names() and "." in name:
        return next((source for source in sources.every() if source.site == name), None) or sources.load(name)
    return sources.load(name)


def _fetched(source: Source, settings: Settings, revisions: Iterable[Revision]) -> dict[str, bytes]:
    from crawler.look import refetch  # lazily: it starts Scrapy

    urls = [each.article.url for each in revisions if source.is_article(each.article.url)][:_ASKED]
    return with_reactor(refetch, source, settings, source.lists[:_LISTS], tuple(urls))


def _newest(store: ArticleStore, site: str) -> Iterator[Revision]:
    """The newest versions of the articles of a site that have raw pages, newest first."""
    last = store.sequence()
    while last > 0:
        window = list(store.newest_between(max(1, last - _WINDOW + 1), last))
        yield from (each for each in reversed(window) if each.article.source == site and each.pages and not each.gone)
        last -= _WINDOW


def _known(store: ArticleStore | None, url: str) -> Article | None:
    """The article as it was read by rules last; None if it never was."""
    newest = store.get(url) if store else None
    if not store or not newest or newest.withdrawn:
        return None
    versions = reversed(store.history(newest.article.id))
    return next((each.article for each in versions if each.extractor.endswith("rules")), None)


def _kept(settings: Settings, store: ArticleStore | None, revisions: Iterable[Revision]) -> list[AtHand]:
    """The raw pages of these versions, and their articles as read by rules."""
    return [
        page for revision in revisions
        for page in _page(settings, revision.pages[:1], _known(store, revision.article.url))
    ]  # fmt: skip


def _doubted(settings: Settings, store: ArticleStore, site: str) -> Iterator[AtHand]:
    """The pages that were kept aside, as those are that no form fits and that state neither time nor credit."""
    for doubt in Doubts(store).open(site)[-_PAGES:]:
        yield from _page(settings, doubt.pages[:1], _known(store, doubt.url))


def _page(settings: Settings, raw: Iterable[RawPage], known: Article | None) -> Iterator[AtHand]:
    """One that is missing or damaged is left out: `wencang verify` names it."""
    with suppress(ArchiveUnusable):
        for each in raw:
            page = Pages(storage_of(settings)).read(each)
            yield AtHand(page.body, page.url, page.fetched, known)


# The file


def write(settings: Settings, mending: Mending) -> Path:
    """Write a mended source into DATA/sources, with the comments of its file; the path. Raises UsageFault."""
    name = mending.source.name
    path = sources_of(settings).path(name)
    text = _edited(toml.text(path), mending)
    if replace(of_text(text, path), name=name) != mending.source:
        text = to_toml(mending.source, _COMMENT.format(day=mending.day, name=name).removeprefix("# "))
    return put(settings, name, text)


def _edited(text: str, mending: Mending) -> str:
    """The text of the file with the new values, from the last line to the first, so that line numbers stay right."""
    before, source = mending.before, mending.source
    lines = text.split("\n")
    until = {form.name: form.until for form in source.forms}
    for number, form in reversed(list(enumerate(before.forms))):
        if form.until != until[form.name]:
            _set(lines, text, ("form", number), "until", f"until = {until[form.name]}", after="name")
    if mending.forms:
        at = line_of(text, ("form", 0)) - 1 if before.forms else len(lines)
        while before.forms and at and lines[at - 1].startswith("#"):
            at -= 1  # the comments of the form that follows
        comment = _COMMENT.format(day=mending.day, name=source.name)
        lines[at:at] = [line for form in mending.forms for line in (comment, "[[form]]", *form_lines(form), "")]
    for field in ("page_url", "page_count", "rows"):
        if getattr(before, field) != getattr(source, field):
            written = to_toml(replace(source, forms=(), sections={}, key_prefixes={}))
            line = next(line for line in written.split("\n") if line.startswith(f"{field} = "))
            _set(lines, text, (), field, line, after="lists")
    return "\n".join(lines)


def _set(lines: list[str], text: str, table: Keys, field: str, line: str, after: str) -> None:
    """Replace the line of a field, or write it behind another one."""
    values: Any = toml.parse(text, Path())
    for key in table:
        values = values[key]
    if field in values:
        lines[line_of(text, (*table, field)) - 1] = line
    else:
        lines.insert(line_of(text, (*table, after)), line)
