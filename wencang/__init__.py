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
    from archive.notify.notice import Delivery
    from archive.proof.backup import restore
    from archive.proof.timestamp import Timestamp
    from archive.settings import Settings
    from archive.store.transfer import Copied, copy_archive
    from archive.tables.ledger import Run
    from archive.text.messages import Message
    from archive.warc.pages import FetchedPage
    from crawler.extract.reading import Reading
    from crawler.health.gaps import AddressGap, DayGap, SpanGap
    from crawler.timers.install import Installed
    from indexer.explain import Explanation
    from indexer.question.query import Query
    from indexer.search import Hit
    from indexer.snippet import Snippet
    from wencang.answer import Answer
    from wencang.archive import Archive, open
    from wencang.desk.count.collocations import Collocations
    from wencang.desk.count.concordance import Concordance
    from wencang.desk.count.figures import Figures
    from wencang.desk.count.keywords import Keywords
    from wencang.desk.count.quotes import QuotedSpeakers, Quotes
    from wencang.desk.count.timeline import Timeline
    from wencang.desk.export.citation import Citations
    from wencang.desk.export.export import Exported
    from wencang.desk.freeze.corpus import Corpus, CorpusCheck, Filled
    from wencang.desk.reprints.story import Story, StoryList
    from wencang.desk.versions import Diff, History
    from wencang.desk.view import View
    from wencang.desk.watch.changes import Change, Changes
    from wencang.desk.watch.follow import News
    from wencang.desk.watch.watchlist import WatchList
    from wencang.filters import Filters
    from wencang.keeping.doubted import Doubted
    from wencang.keeping.gaps import Gaps
    from wencang.keeping.removal import Removal
    from wencang.keeping.runs import Runs
    from wencang.keeping.status import Overview, Status
    from wencang.keeping.verification import Verification
    from wencang.lexicon import Edit, Lexicon, Terms, Words
    from wencang.runs import RunResult
    from wencang.sources.checks import SourceCheck
    from wencang.sources.listing import SourceFile, SourceList

_HOMES = {
    "AddressGap": "crawler.health.gaps", "Answer": "wencang.answer", "Archive": "wencang.archive",
    "Article": "archive.article", "Change": "wencang.desk.watch.changes", "Changes": "wencang.desk.watch.changes",
    "Citations": "wencang.desk.export.citation",
    "Collocations": "wencang.desk.count.collocations", "Copied": "archive.store.transfer",
    "Concordance": "wencang.desk.count.concordance",
    "Corpus": "wencang.desk.freeze.corpus", "CorpusCheck": "wencang.desk.freeze.corpus",
    "DayGap": "crawler.health.gaps", "Delivery": "archive.notify.notice", "Diff": "wencang.desk.versions",
    "Doubted": "wencang.keeping.doubted", "Edit": "wencang.lexicon", "Explanation": "indexer.explain",
    "Exported": "wencang.desk.export.export", "FetchedPage": "archive.warc.pages",
    "Figures": "wencang.desk.count.figures", "Filled": "wencang.desk.freeze.corpus", "Filters": "wencang.filters",
    "Gaps": "wencang.keeping.gaps",
    "History": "wencang.desk.versions", "Hit": "indexer.search", "Image": "archive.article",
    "Installed": "crawler.timers.install", "Keywords": "wencang.desk.count.keywords", "Lexicon": "wencang.lexicon",
    "Message": "archive.text.messages", "News": "wencang.desk.watch.follow", "Overview": "wencang.keeping.status",
    "QuotedSpeakers": "wencang.desk.count.quotes", "Quotes": "wencang.desk.count.quotes",
    "Query": "indexer.question.query", "RawPage": "archive.article", "Reading": "crawler.extract.reading",
    "Removal": "wencang.keeping.removal", "Revision": "archive.article", "Run": "archive.tables.ledger",
    "RunResult": "wencang.runs", "Runs": "wencang.keeping.runs", "Settings": "archive.settings",
    "Snippet": "indexer.snippet", "SourceCheck": "wencang.sources.checks", "SourceFile": "wencang.sources.listing",
    "SourceList": "wencang.sources.listing", "SpanGap": "crawler.health.gaps",
    "Status": "wencang.keeping.status", "Story": "wencang.desk.reprints.story",
    "StoryList": "wencang.desk.reprints.story", "Terms": "wencang.lexicon",
    "Timeline": "wencang.desk.count.timeline", "Timestamp": "archive.proof.timestamp",
    "Verification": "wencang.keeping.verification", "View": "wencang.desk.view",
    "WatchList": "wencang.desk.watch.watchlist", "WencangError": "archive.errors", "Words": "wencang.lexicon",
    "copy_archive": "archive.store.transfer", "open": "wencang.archive", "restore": "archive.proof.backup",
}  # fmt: skip
__all__ = [
    "AddressGap", "Answer", "Archive", "Article", "Change", "Changes", "Citations", "Collocations", "Concordance",
    "Copied", "Corpus", "CorpusCheck", "DayGap", "Delivery", "Diff", "Doubted", "Edit", "Explanation", "Exported",
    "FetchedPage", "Figures", "Filled", "Filters", "Gaps", "History", "Hit", "Image", "Installed", "Keywords",
    "Lexicon", "Message", "News", "Overview", "Query", "QuotedSpeakers", "Quotes", "RawPage", "Reading", "Removal",
    "Revision", "Run", "RunResult", "Runs", "Settings", "Snippet", "SourceCheck", "SourceFile", "SourceList",
    "SpanGap", "Status", "Story", "StoryList", "Terms", "Timeline", "Timestamp", "Verification", "View", "WatchList",
    "WencangError", "Words", "copy_archive", "open", "restore",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """A public name, loaded from its home when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
