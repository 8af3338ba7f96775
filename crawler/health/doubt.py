"""Doubts whether what a page shows is the article it stands in for: an outage answered with status 200, a captcha."""

from __future__ import annotations

from archive.article import Article, Revision
from archive.store import ArticleStore
from archive.tables.doubts import Doubts
from archive.text.messages import Message, Reason
from crawler.extract.reading import Reading

# The reasons for which a site, rather than the article, is not there.
BLOCKS = frozenset({"block-page", "captcha-page", "login-page", "maintenance-page", "not-html"})
_MOST_SHARED = 1  # other articles of the source with the same text: a site publishes some twice


def reason_of(store: ArticleStore, reading: Reading) -> Message | None:
    """Why a page is doubted; None where it is not.

    What an export or a text file states is not doubted. Where the archived version is doubted
    itself, any text may follow it.
    """
    article = reading.article
    if not reading.is_page:
        return None
    current = store.current(article)
    if current and (current.gone or current.withdrawn or current.article.text == article.text):
        return None
    if reading.is_bare and reading.has_forms:
        return Reason.FORMLESS.format()
    if current and not article.resembles(current.article) and not _is_doubted(store, current):
        return Reason.UNLIKE.format(id=current.article.id)
    return _shared(store, article, current)


def _shared(store: ArticleStore, article: Article, current: Revision | None) -> Message | None:
    """That one text answers for several addresses."""
    others = [each for each in store.with_text(article) if not current or each.article.id != current.article.id]
    if len(others) > (0 if current else _MOST_SHARED):
        return Reason.SHARED.format(id=others[0].article.id)
    return None


def _is_doubted(store: ArticleStore, revision: Revision) -> bool:
    """Whether the text of an archived version is doubted, as it turned up at other addresses later."""
    doubt = Doubts(store).get(revision.article.url)
    return bool(doubt and doubt.state == "open" and doubt.article and doubt.article.text == revision.article.text)
