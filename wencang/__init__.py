"""闻藏 wencang: a complete, clean and searchable archive of Chinese news.

    >>> import wencang
    >>> archive = wencang.open("data/demo")
    >>> answer = archive.search("援藏 招商引资", since="2022", limit=3)
    >>> for hit in answer.hits:
    ...     print(hit.article.day, hit.article.title)

Everything that the command line does is a method of `Archive` that returns values; parameters
have the names of the options. What it needs of Scrapy, an engine or pandas is loaded when it is
first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.article import Article, Image, RawPage, Revision
    from archive.errors import WencangError
    from archive.proof.backup import restore
    from archive.settings import Settings
    from archive.tables.ledger import Run
    from archive.text.messages import Message
    from crawler.extract.reading import Reading
    from crawler.health.gaps import AddressGap, DayGap, SpanGap
    from indexer.question.query import Query
    from indexer.search import Hit
    from indexer.snippet import Snippet
    from wencang.answer import Answer
    from wencang.archive import Archive, open
    from wencang.keeping.gaps import Gaps
    from wencang.keeping.removal import Removal
    from wencang.keeping.runs import Runs
    from wencang.keeping.status import Overview, Status
    from wencang.keeping.verification import Verification
    from wencang.runs import RunResult

_HOMES = {
    "AddressGap": "crawler.health.gaps", "Answer": "wencang.answer", "Archive": "wencang.archive",
    "Article": "archive.article", "DayGap": "crawler.health.gaps", "Gaps": "wencang.keeping.gaps",
    "Hit": "indexer.search", "Image": "archive.article", "Message": "archive.text.messages",
    "Overview": "wencang.keeping.status", "Query": "indexer.question.query", "RawPage": "archive.article",
    "Reading": "crawler.extract.reading", "Removal": "wencang.keeping.removal", "Revision": "archive.article",
    "Run": "archive.tables.ledger", "RunResult": "wencang.runs", "Runs": "wencang.keeping.runs",
    "Settings": "archive.settings", "Snippet": "indexer.snippet", "SpanGap": "crawler.health.gaps",
    "Status": "wencang.keeping.status", "Verification": "wencang.keeping.verification",
    "WencangError": "archive.errors", "open": "wencang.archive", "restore": "archive.proof.backup",
}  # fmt: skip
__all__ = [
    "AddressGap", "Answer", "Archive", "Article", "DayGap", "Gaps", "Hit", "Image", "Message", "Overview", "Query",
    "RawPage", "Reading", "Removal", "Revision", "Run", "RunResult", "Runs", "Settings", "Snippet", "SpanGap",
    "Status", "Verification", "WencangError", "open", "restore",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """A public name, loaded from its home when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
