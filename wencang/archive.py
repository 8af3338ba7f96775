"""Class Archive: one data folder with its articles, raw pages, indexes and settings; every use case is a method.

A method returns values and prints nothing; what a reader should know beside the answer is in its
`notices`. Parameters have the names of the command line's options; `filters` are source, section,
credit, since and until (wencang/filters.py). Days are years, months or days as text, in
Asia/Shanghai; times in values are aware.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, Literal, Self, Unpack

from archive import settings as _settings
from archive.errors import NotKept, UsageFault
from archive.progress import Progress, silent
from archive.settings import Settings
from archive.text.messages import Message
from archive.text.translation import gettext as _

if TYPE_CHECKING:
    from archive.article import Article, Revision
    from archive.notify.notice import Delivery
    from archive.proof.timestamp import Timestamp
    from archive.store import ArticleStore
    from archive.store.reads import FileReads, Reads
    from archive.tables.tags import Note
    from archive.warc.pages import FetchedPage
    from crawler.extract.reading import Reading
    from crawler.propose.mend import Mending
    from crawler.propose.site import SourceProposal
    from crawler.sources import Sources
    from crawler.timers.install import Installed
    from crawler.timers.units import Form, Job
    from indexer.engines.engine import Order, SearchEngine
    from indexer.explain import Explanation
    from indexer.figures.find import Mention
    from indexer.indexes import Indexes
    from indexer.question.query import Query
    from indexer.search import Collapse
    from indexer.suggest.did_you_mean import Proposal
    from indexer.text.analyzer import Analyzer
    from wencang.answer import Answer
    from wencang.desk.count.aid import AidPairs
    from wencang.desk.count.collocations import Collocations
    from wencang.desk.count.collocations import Measure as CollocationMeasure
    from wencang.desk.count.concordance import Concordance, Line
    from wencang.desk.count.concordance import Order as LineOrder
    from wencang.desk.count.figures import Figures
    from wencang.desk.count.keywords import Keywords
    from wencang.desk.count.keywords import Measure as KeywordMeasure
    from wencang.desk.count.names import NameCounts
    from wencang.desk.count.periods import By
    from wencang.desk.count.places import Level, PlaceCounts
    from wencang.desk.count.quotes import Kinds as SpeakerKinds
    from wencang.desk.count.quotes import Quote, Quotes
    from wencang.desk.count.similar import Similar
    from wencang.desk.count.timeline import Timeline
    from wencang.desk.export.citation import Citations, Style
    from wencang.desk.export.export import Exported
    from wencang.desk.export.script import Region
    from wencang.desk.freeze.corpus import Corpus, CorpusCheck, Filled
    from wencang.desk.groups import SplitBy
    from wencang.desk.network.named import Within
    from wencang.desk.network.network import Network, NetworkKind
    from wencang.desk.network.reprints import Outlet
    from wencang.desk.reprints.story import Story, StoryList
    from wencang.desk.tagging import Labels, NoteList, Tagging, TagList
    from wencang.desk.versions import Diff, History
    from wencang.desk.view import View
    from wencang.desk.watch.changes import Changes
    from wencang.desk.watch.follow import News
    from wencang.desk.watch.watchlist import WatchList
    from wencang.filters import Filters, Narrowing
    from wencang.keeping.doubted import Doubted
    from wencang.keeping.gaps import Gaps
    from wencang.keeping.hosts import Hosts
    from wencang.keeping.pictures import KeptPicture, PictureFile
    from wencang.keeping.proof import Proof
    from wencang.keeping.removal import Removal
    from wencang.keeping.runs import Runs
    from wencang.keeping.state import State
    from wencang.keeping.status import Overview, Status
    from wencang.keeping.verification import Verification
    from wencang.lexicon import Lexicon
    from wencang.preview import Preview
    from wencang.runs import RunResult
    from wencang.sources.checks import SourceCheck
    from wencang.sources.listing import SourceFile, SourceList

Group = Literal["", "source", "section", "credit", "place"]
Period = Literal["", "year", "month"]
FigureOrder = Literal["article", "value"]
FeedForm = Literal["atom", "json"]


def open(data: str | Path | None = None, environment: Mapping[str, str] | None = None) -> Archive:
    """The archive of a data folder; `./data`, or WENCANG_DATA, where none is named.

    Settings come from `environment` (os.environ where none is given) and DATA/wencang.toml, and are
    read once, here. A folder without an archive can be opened: `crawl` and `import_` make one.
    Raises UsageFault for a setting that can't be used.
    """
    return Archive(_settings.load(Path(data) if data else None, os.environ if environment is None else environment))


class Archive:
    """One archive. May be asked from several threads; use it as a context manager, or close it.

    Any method may raise ArchiveUnusable (no archive there, damaged, disk full) or Busy (another run
    holds what this one needs); those that ask an index IndexUnusable, and QueryFault for a question
    that can't be read.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = Lock()
        self._opened_store: ArticleStore | None = None
        self._opened_reads: FileReads | None = None
        self._opened_indexes: Indexes | None = None

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.data

    @property
    def exists(self) -> bool:
        """Whether there is an archive yet: `crawl` and `import_` make one."""
        from archive import databases

        return databases.of(self.settings).has_archive()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database and the indexes; the next call opens them again."""
        with self._lock:
            store, reads = self._opened_store, self._opened_reads
            self._opened_store = self._opened_reads = self._opened_indexes = None
        if store:
            store.close()
        if reads:
            reads.close()

    # What the methods share

    @property
    def _store(self) -> ArticleStore:
        """The store, opened at its first use."""
        with self._lock:
            if not self._opened_store:
                self._opened_store = self._open_store()
            return self._opened_store

    def _open_store(self) -> ArticleStore:
        from archive.store import ArticleStore

        return ArticleStore.open(self.settings)

    @property
    def _reads(self) -> Reads:
        """What a search reads: SQLite's file without the store's libraries, which takes less time, or the store."""
        from archive.store.reads import open_file

        with self._lock:
            if not self._opened_reads:
                self._opened_reads = open_file(self.settings)
            reads = self._opened_reads
        return reads or self._store

    @property
    def _indexes(self) -> Indexes:
        """The indexes, each opened at its first use and kept open."""
        from indexer.indexes import Indexes

        reads = self._reads
        with self._lock:
            if not self._opened_indexes:
                self._opened_indexes = Indexes(self.settings, reads)
            return self._opened_indexes

    @contextmanager
    def _index(self, engine: str = "") -> Iterator[SearchEngine]:
        """The index of an engine, or of the one that is set. A missing archive is reported before a missing index."""
        yield self._indexes.get(engine or self.settings.engine)

    def _query(self, index: SearchEngine, question: str, **filters: Unpack[Filters]) -> Query:
        """What was typed, with its filters. Raises QueryFault, or UsageFault for a source or a day that is none."""
        from indexer.question.parser import parse_query
        from indexer.question.recorded import recorded

        query = parse_query(question, index.analyzer)
        return replace(recorded(lambda: self._store, query), **self._narrowing(**filters))

    def _narrowing(
        self, *, source: str = "", section: str = "", credit: str = "", since: str = "", until: str = ""
    ) -> Narrowing:
        """The filters as a query has them. Raises UsageFault for a source or a day that is none."""
        from archive.text.outlets import outlet
        from indexer.question.period import span

        first, end = span(since, until)
        source = self._source(source) if source else ""
        return {"source": source, "section": section, "credit": outlet(credit), "since": first, "until": end}

    def _source(self, name: str) -> str:
        """A source of the archive by its site's name (tibet.cn) or its file's (tibet_cn). Raises UsageFault."""
        from archive.store import named_source

        return named_source(self._reads.sources(), self._site(name))

    def _notices(self, query: Query, index: SearchEngine, engine: str, stories: bool = False) -> tuple[Message, ...]:
        """What a reader should know beside an answer to this query."""
        from wencang import notices

        return notices.of_query(self.settings, self._reads, lambda: self._store, index, query, engine, stories)

    @staticmethod
    def _proposals(index: SearchEngine, query: Query) -> tuple[Proposal, ...]:
        from indexer.suggest.did_you_mean import did_you_mean  # where something is found it is not loaded

        return did_you_mean(index, query)

    # Asking

    def search(
        self, question: str, *, limit: int = 10, offset: int = 0, sort: Order = "relevance", engine: str = "",
        collapse: bool = True, stories: bool = False, facets: bool = True, **filters: Unpack[Filters],
    ) -> Answer:  # fmt: skip
        """The articles that answer a question: those with all its words first, then those with some.

        `limit` 0 only counts; `offset` skips hits. `filters` narrow the answer: `source` is a site
        (tibet.cn), `section` is exact, `credit` an outlet in any of its spellings, `since` and `until`
        inclusive. `collapse` shows articles with the same text as one hit, `stories` also reprints. `facets`
        counts the whole answer by source, section, credit, year and month. `engine` is whoosh or tantivy,
        by default the one that is set.

        Raises QueryFault for a question that can't be read, UsageFault for an unknown source, day or
        engine, IndexUnusable if the index is missing or damaged; the error names the command that helps.
        """
        from indexer.search import search
        from wencang.answer import Answer
        from wencang.notices import some_words

        with self._index(engine) as index:
            query = self._query(index, question, **filters)
            together: Collapse = "stories" if stories else "texts" if collapse else "nothing"
            reads = self._store if stories else self._reads
            results = search(reads, index, query, limit, offset, sort, together, facets)
            notices = self._notices(query, index, engine, stories)
            return Answer(
                query, results.hits, results.total, results.whole, results.stories, results.facets,
                () if results.total else self._proposals(index, query),
                notices if results.whole else (*some_words(results.total), *notices),
            )  # fmt: skip

    def article(self, id_or_url: str) -> Article:
        """The newest version of an article, by its id or any address it was found under.

        `published` is in Asia/Shanghai, or None. Raises Withdrawn if the article was removed, and NotKept
        if the archive does not have it; for the address of a picture that names the picture's article.
        """
        return self.revision(id_or_url).article

    def revision(self, id_or_url: str) -> Revision:
        """The newest version of an article with its sequence, the time it was fetched (UTC) and its raw pages.

        Raises what `article` raises.
        """
        if revision := self._store.get(id_or_url):
            return revision
        from wencang.lookup import not_kept

        raise not_kept(self._store, id_or_url)

    def addresses(self, id_or_url: str) -> list[str]:
        """Every address an article was found under, sorted. Raises what `article` raises."""
        return self._store.addresses(self.revision(id_or_url).article.id)

    def show(self, id_or_url: str, *, full_marks: str = "", engine: str = "") -> View:
        """An article with its addresses, and the places of all that the question `full_marks` finds in it.

        Draws itself in Jupyter. Raises what `article` raises; with a question what `search` raises.
        """
        from wencang.desk.view import View

        revision = self.revision(id_or_url)
        id = revision.article.id
        view = View(revision, tuple(self._store.addresses(id)), tags=self.tags(id), notes=self.notes(id))
        if not full_marks:
            return view
        from indexer.figures.origin import origin_of_body
        from indexer.highlight import Highlighter
        from wencang.notices import of_doubts

        with self._index(engine) as index:
            query = self._query(index, full_marks)
        find = partial(Highlighter(query).find, origin=origin_of_body(revision.article))
        return view.with_marks(find, of_doubts(query))

    def latest(self, *, limit: int = 10) -> tuple[Revision, ...]:
        """The articles published last, newest first; those without a date are left out."""
        from archive.tables.chronology import latest

        return tuple(latest(self._store, limit))

    def version(self, id_or_url: str, sequence: int) -> Revision:
        """One version of an article. Raises what `article` raises, and NotKept for a sequence that is not one of it."""
        for revision in self.versions(id_or_url):
            if revision.sequence == sequence:
                return revision
        raise NotKept(f"{id_or_url} {sequence}", _("is not a version of it"))

    def versions(self, id_or_url: str) -> list[Revision]:
        """Every version of an article, oldest first. Raises what `article` raises."""
        return self._store.history(self.revision(id_or_url).article.id)

    def raw(self, id_or_url: str, sequence: int = 0) -> tuple[FetchedPage, ...]:
        """The pages that the newest version was read from, as they were fetched; or a picture, by its address.

        With `sequence` those of that version.

        Each has its url, body (bytes), time (UTC) and HTTP headers; empty where none were kept. Raises
        what `article` raises, and ArchiveUnusable if a page is missing or damaged.
        """
        from archive.storage import of as storage_of
        from archive.warc.pages import Pages
        from wencang import lookup

        picture = lookup.picture(self._store, id_or_url)
        revision = None if picture else self.version(id_or_url, sequence) if sequence else self.revision(id_or_url)
        pages = (picture.page,) if picture else revision.pages if revision else ()
        storage = storage_of(self.settings)
        return tuple(Pages(storage).read(page) for page in pages if page)

    def pictures(self, id_or_url: str) -> tuple[KeptPicture, ...]:
        """The pictures of an article whose bytes are kept, in order. Raises what `article` raises."""
        from wencang.keeping.pictures import kept

        return kept(self._store, self.revision(id_or_url))

    def picture(self, id_or_url: str, number: int) -> PictureFile:
        """One of these pictures by its number: PNG, JPEG, GIF, WebP or AVIF by its bytes, of 20 MB at most.

        Raises what `article` raises, NotKept for any other picture or file, and ArchiveUnusable if it is damaged.
        """
        from wencang.keeping.pictures import shown

        urls = [picture.url for picture in self.pictures(id_or_url) if picture.number == number]
        return shown(f"{id_or_url} {number}", self.raw(urls[0])[0].body if urls else b"")

    def history(self, id_or_url: str) -> History:
        """Every version of an article, oldest first: when it was fetched (UTC), and what it changed.

        A table of versions; `steps` has the versions themselves. Raises what `article` raises.
        """
        from indexer.diff import steps
        from indexer.text.analyzer import Analyzer, lexicon
        from wencang.desk.versions import History

        return History(tuple(steps(self.versions(id_or_url), Analyzer(lexicon()))))

    def diff(self, id_or_url: str, a: int = 0, b: int = 0, *, other: str = "") -> Diff:
        """What differs between two versions, by sentence and within a changed sentence by word.

        `a` (older) and `b` (newer) are sequences as in `history`, or places: 1 is the oldest. By default
        the last two are compared, with `a` alone that and the last. With `other` (--from) the older text is
        the newest version of that article. Draws itself in Jupyter. Raises what `article` raises, NotKept
        also for an article with one version if none is named, UsageFault for a version that does not exist.
        """
        from indexer.diff import differences
        from indexer.text.analyzer import Analyzer, lexicon
        from wencang.desk.versions import Diff, pair

        versions = self.versions(id_or_url)
        old, new = pair([self.revision(other), versions[-1]] if other else versions, a, b)
        return Diff(old, new, differences(old, new, Analyzer(lexicon())))

    def changes(
        self, question: str = "", *, since: str = "", until: str = "", gone: bool = False, source: str = "",
        section: str = "", credit: str = "", limit: int = 20, before: int = 0, engine: str = "",
        progress: Progress = silent,
    ) -> Changes:  # fmt: skip
        """What sites changed in headline or text of articles, and which disappeared or are back, the newest first.

        With a question, of the articles any version of which has all its words: what was deleted is found
        too, if the question asks for nothing but text, places and amounts. `since` and `until` are the days when the
        newer version was fetched; the site made the change at some time after the older one was.
        `gone` takes disappearances only. `before` goes on from `next` of an earlier value: one call
        looks at 20,000 versions at most, and `progress` is called with their number so far.

        Not changes are whitespace, other fields, and another reading of the same page by other rules.
        Raises UsageFault for a source or a day that is none; with a question what `search` raises.
        """
        from archive.tables.edits import Wanted
        from indexer.text.analyzer import Analyzer, lexicon
        from wencang.desk.watch import changes

        narrowing = self._narrowing(source=source, section=section, credit=credit, since=since, until=until)
        ids, notices = None, tuple[Message, ...]()
        if question:
            query, matches, notices = self._matches(question, engine)
            ids = changes.mentioned(self._store, query, matches, progress)
        wanted = Wanted(**narrowing, gone=gone)
        analyzer = Analyzer(lexicon())
        edits = changes.changes(self._store, analyzer, ids, wanted, limit, before, progress)
        return replace(edits, notices=notices)

    def explain(
        self, question: str, id_or_url: str = "", *, engine: str = "", **filters: Unpack[Filters]
    ) -> Explanation:
        """How a question is read; with an article, why that answers it: every part of its score, or what it lacks.

        Without `id_or_url` the last word of the question may be the article's id or address. Raises what
        `search` raises, and what `article` raises.
        """
        from indexer.explain import explain
        from wencang.lookup import named

        article = self.article(id_or_url) if id_or_url else None
        words = question.rsplit(maxsplit=1)
        if not article and len(words) > 1 and (revision := named(self._store, words[1])):
            question, article = words[0], revision.article
        with self._index(engine) as index:
            query = self._query(index, question, **filters)
            explanation = explain(self._store, index, query, article)
            return replace(explanation, notices=self._notices(query, index, engine))

    def index(self, *, rebuild: bool = False, engine: str = "", progress: Progress = silent) -> int:
        """Bring the index of an engine up to date with the archive; the number of articles written.

        `rebuild` makes it anew, beside the one in use until it is complete. `progress` is called with the
        number of articles done so far. Raises Busy while another run writes to the same index.
        """
        from indexer import update

        write = update.rebuild if rebuild else update.bring_up
        return write(self._store, self.settings, engine or self.settings.engine, progress)

    @property
    def lexicon(self) -> Lexicon:
        """The words that articles and questions are segmented with: add, remove, list, suggest."""
        from wencang.lexicon import Lexicon

        return Lexicon(self.settings, self._reader)

    def _reader(self, question: str, engine: str) -> tuple[Callable[[], Iterator[Revision]], tuple[Message, ...]]:
        """A function that reads all articles, or those with all words of a question, anew each time; with notices."""
        from archive.tables.chronology import in_order

        if not question:
            return self._store.kept, ()
        _query, ids, notices = self._matches(question, engine)
        return lambda: in_order(self._store, ids), notices

    # Counting

    def timeline(
        self, *questions: str, by: By = "month", share: bool = False, group: Group = "", stories: bool = False,
        engine: str = "", **filters: Unpack[Filters],
    ) -> Timeline:  # fmt: skip
        """Count the articles that have all the words of each question by their time of publication.

        Periods are days, ISO weeks, months or years in Asia/Shanghai, without gaps from the first to the
        last that has articles. `share` adds the total number of articles in each period. `group`
        splits the answer to one question by source, section, credit or place (every place that `place:` finds
        an article by). With `stories` a story and its
        reprints count once, where the first of them does.

        The value is a table (period, query, group, articles or stories, of, share) and draws itself in
        Jupyter; `svg()` is that picture. Raises UsageFault for `group` with several questions, and what
        `search` raises.
        """
        from wencang.desk.count.timeline import timeline
        from wencang.notices import of_empty

        if not questions:
            raise UsageFault("timeline", _("needs a question"))
        if group and len(questions) > 1:
            raise UsageFault("--group", _("splits the answer to one question"), _("leave --query out"))
        with self._index(engine) as index:
            queries = {text: self._query(index, text, **filters) for text in questions}
            counts = timeline(self._store, index, queries, by, share, group, stories)
            answered = {series.query for series in counts.series if series.total}
            partial = of_empty(index, {text: query for text, query in queries.items() if text not in answered})
            notices = (each for query in queries.values() for each in self._notices(query, index, engine, stories))
            return replace(counts, notices=tuple(dict.fromkeys((*partial, *notices))))

    def calendar(self, *, by: By = "month", source: str = "", engine: str = "") -> Timeline:
        """Count all articles of the index, or of a source, by their time of publication.

        A timeline of one series without a question. Raises UsageFault for an unknown source.
        """
        from indexer.question.query import Query
        from wencang.desk.count.timeline import timeline

        with self._index(engine) as index:
            everything = Query((), source=self._source(source) if source else "")
            return timeline(self._store, index, {"": everything}, by)

    def keywords(
        self, question: str, *, measure: KeywordMeasure = "ll", by: Period = "", limit: int = 30, least: int = 3,
        engine: str = "", progress: Progress = silent, max_articles: int = 0, **filters: Unpack[Filters],
    ) -> Keywords:  # fmt: skip
        """The words that are typical of the articles with all words of a question, against the rest of the archive.

        `measure` is log-likelihood (ll) or TF-IDF; with `by` there is a list for each year or month.
        `limit` is the length of a list; words of fewer than `least` articles are left out, and so are the
        words of the question. The articles found are read, with `max_articles` a random sample of so many:
        `progress` is called with their number so far.

        The value is a table (period, rank, word, score, here, there, log_ratio). Raises UsageFault if
        every article is found, and what `search` raises.
        """
        from indexer.search import every_id, revisions_of
        from wencang.desk.count.keywords import Keywords, count_words, keywords
        from wencang.desk.sample import sampled
        from wencang.desk.stream import counted
        from wencang.notices import some_words

        with self._index(engine) as index:
            query = self._query(index, question, **filters)
            ids, bounded = sampled(every_id(self._store, index, query), max_articles)
            articles = counted(revisions_of(self._store, ids), progress)
            counts = count_words(articles, index.analyzer, query.ranked, by)
            words = keywords(counts, index, measure, limit, least, query.ranked)
            notices = (*bounded, *self._notices(query, index, engine))
            if not counts:
                notices = (*some_words(index.search(query, 0).total), *notices)
            return Keywords(words, by, notices)

    def collocations(
        self, word: str, *, among: str = "", window: int = 5, measure: CollocationMeasure = "logdice", by: Period = "",
        limit: int = 30, least: int = 5, engine: str = "", progress: Progress = silent, max_articles: int = 0,
        **filters: Unpack[Filters],
    ) -> Collocations:  # fmt: skip
        """The words that occur near a word more often than by chance, within a paragraph.

        `window` is the number of words on either side, `measure` logDice, pointwise mutual information
        (pmi) or log-likelihood (ll); with `by` there is a list for each year or month. `limit` is the
        length of a list; words fewer than `least` times near it are left out. Every article of the archive
        is read, or those that have all the words of the question `among` and that the filters let through, with
        `max_articles` a random sample of so many: `progress` is called with their number so far.

        The value is a table (period, rank, word, score, together, places). Raises UsageFault for a text
        without letters, and what `search` raises: words are those of the index's lexicon.
        """
        from archive.tables.chronology import in_order
        from indexer.question.query import Query
        from indexer.search import every_id
        from indexer.update import rebuild_due
        from wencang.desk.count.collocations import Collocations, check_word, collocations, count_near
        from wencang.desk.sample import sampled
        from wencang.desk.stream import counted
        from wencang.notices import counted_alone

        check_word(word)
        with self._index(engine) as index:
            chosen: list[str] = []
            said: Iterable[Message] = rebuild_due(self.settings, engine, index)
            if is_narrowed := bool(among or any(filters.values())):
                query = self._query(index, among, **filters) if among else Query((), **self._narrowing(**filters))
                chosen, said = every_id(self._store, index, query), self._notices(query, index, engine)
            elif max_articles:
                chosen = sorted(index.ids())
            ids, bounded = sampled(chosen, max_articles)
            articles = in_order(self._store, ids) if is_narrowed or bounded else self._store.kept()
            counts = count_near(counted(articles, progress), index.analyzer, word, window, by)
            notices = (*bounded, *counted_alone(index, word), *said)
        return Collocations(collocations(counts, measure, limit, least), by, notices)

    def concordance(
        self, question: str, *, window: int = 20, sort: LineOrder = "date", sample: int | None = None, seed: int = 0,
        limit: int | None = None, engine: str = "", progress: Progress = silent, max_articles: int = 0,
        **filters: Unpack[Filters],
    ) -> Concordance:  # fmt: skip
        """Every place where words or "exact text" of a question occur, in the articles that have all of it.

        `window` is the number of characters on either side. `sort` is "date" (of publication), "right" or
        "left" (by the text on that side). `sample` takes that many lines at random, the same for the same
        `seed`; `limit` the first lines. With `max_articles` a random sample of at most that many articles is read.

        The value is a table (published, left, node, right, id, url, start) and draws itself in Jupyter. In
        the order of dates and without a sample nothing is read before its rows are asked for, and they
        are read again each time: it holds only the ids of the articles. Else all lines are read now,
        and `progress` is called with their number so far. Raises what `search` raises.
        """
        from archive.tables.chronology import in_order
        from indexer.highlight import Highlighter
        from wencang.desk.count.concordance import Concordance, lines, picked
        from wencang.desk.sample import sampled
        from wencang.desk.stream import Stream, counted

        query, every_id, notices = self._matches(question, engine, **filters)
        ids, bounded = sampled(every_id, max_articles)
        notices = (*bounded, *notices)
        highlighter = Highlighter(query)
        every: Stream[Line] = Stream(lambda: lines(in_order(self._store, ids), highlighter, window))
        if sample or sort != "date":
            held = tuple(picked(counted(every, progress), sort, limit, sample, seed))
            return Concordance(query, window, held, notices)
        return Concordance(query, window, Stream(lambda: islice(every, limit)), notices)

    def figures(
        self, question: str, *, kind: Sequence[str] = (), sort: FigureOrder = "article", stories: bool = False,
        engine: str = "", max_articles: int = 0, **filters: Unpack[Filters],
    ) -> Figures:  # fmt: skip
        """Amounts, counts, percentages, dates, places, institutions and persons in the articles with all the words.

        `kind` names those that are wanted (money, count, percent, date, place, institution, person), all if
        empty. `sort` "article" takes the articles by relevance, "value" the largest or earliest figure
        first. `stories` gives each value of a story once, with the number of its articles that report it.
        With `max_articles` a random sample of at most that many articles is read. For a question with NEAR or same:
        only the figures in the sentences (or paragraphs) where these hold are listed.

        The value is a table; Figures.rows describes the columns. Sorted by article, nothing is read before
        its rows are asked for, and they are read again each time: it holds only the ids of the articles.
        By value, or once a story, it holds the figures.
        Raises UsageFault for an unknown kind, and what `search` raises.
        """
        from archive.tables.stories import Stories
        from indexer.figures.find import by_value, mentions
        from indexer.persons.reader import reader
        from indexer.question.query import placed_nodes
        from indexer.search import revisions_of
        from wencang.desk.count.figures import Figures, in_passages, kinds_of, same_value
        from wencang.desk.count.names import by_reader
        from wencang.desk.count.reported import once_a_story
        from wencang.desk.sample import sampled
        from wencang.desk.stream import Stream

        kinds, names = kinds_of(kind), reader(self.settings.names)
        query, every_id, notices = self._matches(question, engine, **filters)
        ids, bounded = sampled(every_id, max_articles)
        notices = (*bounded, *by_reader(kinds if kind else (), names.name), *notices)
        placed = tuple(placed_nodes(query.must))
        every: Iterable[Mention] = Stream(
            lambda: in_passages(mentions((r.article for r in revisions_of(self._store, ids)), kinds, names), placed)
        )
        if stories:
            every = tuple(once_a_story(every, same_value, Stories(self._store).of(ids)))
            notices = (*notices, *Stories(self._store).notices())
        return Figures(query, tuple(sorted(every, key=by_value)) if sort == "value" else every, notices)

    def aid(
        self, question: str = "", *, stories: bool = False, engine: str = "", max_articles: int = 0,
        **filters: Unpack[Filters],
    ) -> AidPairs:  # fmt: skip
        """Which province, city, enterprise or authority aids which place, in the articles with all the words or in all.

        `stories` gives each pair of a story once, with the number of its articles that report it. With
        `max_articles` a random sample of at most that many articles is read.

        The value is a table (giver, receiver, sentence, start, end, id, url, published, title, reports), a row a
        pair in a sentence, in order of publication; `counts()` is a table of the pairs (giver, receiver, articles,
        sentences; with `stories` giver, receiver, stories, articles). Nothing is read before its rows are asked
        for, and they are read again each time; once a story, it holds them. Raises UsageFault for filters without
        a question, and what `search` raises.
        """
        from archive.tables.stories import Stories
        from indexer.figures.aid import mentions
        from wencang.desk.count.aid import AidPairs, same_pair
        from wencang.desk.count.reported import once_a_story
        from wencang.desk.stream import Stream

        read, notices = self._articles(question, engine, max_articles, **filters)
        every = Stream(lambda: mentions(revision.article for revision in read()))
        if not stories:
            return AidPairs(every, notices)
        held, known = list(every), Stories(self._store)
        once = once_a_story(held, same_pair, known.of({mention.article.id for mention in held}))
        return AidPairs(once, (*notices, *known.notices()), stories)

    def map(
        self, question: str = "", *, level: Level = "prefecture", engine: str = "", progress: Progress = silent,
        max_articles: int = 0, **filters: Unpack[Filters],
    ) -> PlaceCounts:  # fmt: skip
        """Count the articles with all the words, or all, by the places that they name.

        `level` is province, prefecture or county: an article counts where it names such a place, or one in it.
        Cities without prefectures (北京市) are counted as prefectures too. The names of articles are recorded: where
        more than `max_articles` are not, a random sample of so many is taken. `progress` is called with the
        number of articles read so far.

        The value is a table (place, within, articles, longitude, latitude), the most frequent place first; `svg()`
        is a map of circles, without borders, and `geojson()` the places as points. Raises UsageFault for
        another level or filters without a question, and what `search` raises.
        """
        from wencang.desk.count.places import check_level, count_places
        from wencang.desk.count.recorded import places_of

        check_level(level)
        ids, notices = self._ids(question, engine, self._most_read(max_articles), **filters)
        return count_places(places_of(self._store, ids, progress), level, notices)

    def count_figures(
        self, question: str = "", *, kind: Sequence[str] = ("person",), by: Period = "", limit: int = 50,
        update: bool = False, engine: str = "", progress: Progress = silent, max_articles: int = 0,
        **filters: Unpack[Filters],
    ) -> NameCounts:  # fmt: skip
        """In how many of the articles with all the words, or of all, each person, place or institution is named.

        `kind` names those that are counted (place, institution, person); with `by` there is a list for each
        year or month. `limit` is the length of a list, 0 for no limit. A crawl or import records at its end which
        names its articles have, `update` does so now for all: those that are not recorded are read each time, of
        more than `max_articles` a random sample of so many. `progress` is called with the number read so far.

        The value is a table (period, rank, name, articles, mentions, kind, titles); its `reader` says what found the
        persons. Raises UsageFault for another kind, or filters without a question; with one what `search` raises.
        """
        from indexer.persons.reader import reader
        from wencang.desk.count.names import NameCounts, by_reader, count_names, named_kinds
        from wencang.desk.count.recorded import bring_up, names_of

        kinds, names = named_kinds(kind), reader(self.settings.names)
        if update:
            bring_up(self._store, names, progress)
        ids, notices = self._ids(question, engine, self._most_read(max_articles), **filters)
        counts = count_names(names_of(self._store, names, ids, kinds, progress), by, limit)
        used = by_reader(kinds, names.name)
        notices = (*used, *self._unrecorded(), *notices)
        return NameCounts(counts, by, notices, names.name if used else "")

    def _most_read(self, limit: int) -> int:
        """The limit where the names of more articles are not recorded, else 0: none is needed."""
        return limit if limit and self._names_behind() > limit else 0

    def _names_behind(self) -> int:
        """How many articles the reader of this archive has not recorded the names of."""
        from archive.tables.names import Names
        from indexer.persons.reader import reader

        return Names(self._store).behind(reader(self.settings.names).name)

    def _unrecorded(self) -> tuple[Message, ...]:
        """The notice that the names of some articles are not recorded."""
        return (Message("names-behind", {"count": count}),) if (count := self._names_behind()) else ()

    def mentions(self, id_or_url: str, *, kind: Sequence[str] = ()) -> tuple[Mention, ...]:
        """The figures and names in the text of one article, in order; `kind` as in `figures`.

        Raises what `article` raises, and UsageFault for an unknown kind.
        """
        from indexer.figures.find import mentions
        from indexer.persons.reader import reader
        from wencang.desk.count.figures import kinds_of

        return tuple(mentions([self.article(id_or_url)], kinds_of(kind), reader(self.settings.names)))

    def quotes(
        self, question: str = "", *, speaker: str = "", kind: SpeakerKinds = "", engine: str = "",
        max_articles: int = 0, **filters: Unpack[Filters],
    ) -> Quotes:  # fmt: skip
        """Who said what in the articles with all words of a question, or in all, in order of publication.

        Direct speech, not terms, titles or slogans in marks. With `speaker` only of those whose name
        contains it; with `kind` only of persons by name, of institutions, or of roles without a name ("person",
        "institution", "role"). With `max_articles` a random sample of at most that many articles is read.

        The value is a table; Quotes.rows describes the columns, and `speakers()` counts who is quoted.
        Nothing is read before its rows are asked for, and they are read again each time. Raises UsageFault
        for filters without a question; with a question what `search` raises.
        """
        from indexer.persons.reader import reader
        from wencang.desk.count.names import by_reader
        from wencang.desk.count.quotes import Quotes, quotes_in
        from wencang.desk.stream import Stream

        names = reader(self.settings.names)
        read, notices = self._articles(question, engine, max_articles, **filters)
        every: Stream[Quote] = Stream(lambda: quotes_in((each.article for each in read()), names, speaker, kind))
        return Quotes(every, (*by_reader(("person",), names.name), *notices))

    def similar(self, id_or_url: str, *, limit: int = 5, engine: str = "") -> Similar:
        """The articles most like this one, by its most typical words, without its copies and reprints.

        The value is a table (id, url, title, published, source, section, credit, score), best first;
        `words` are those words. Raises what `article` raises, and IndexUnusable.
        """
        from wencang.desk.count.similar import similar

        with self._index(engine) as index:
            return similar(self._store, index, self.article(id_or_url), limit)

    def network(
        self, kind: NetworkKind, question: str = "", *, within: Within = "article", by: Outlet = "credit",
        least: int = 2, limit: int = 500, engine: str = "", progress: Progress = silent, max_articles: int = 0,
        **filters: Unpack[Filters],
    ) -> Network:  # fmt: skip
        """Who or what is named together in the articles with all the words of a question, who reprints or aids whom.

        `kind` person, institution or place joins the names that stand in one article or one sentence (`within`),
        at least `least` times; "reprint" leads from the outlet of a story's first article to those of its copies,
        outlets being credits or sources (`by`); "aid" leads from who aids to the place that receives. Of the names
        the `limit` of most articles are taken. Without a question it is of the whole archive. Names are recorded, as
        for `count_figures`; what is not is read, with `max_articles` a random sample of so many. `progress` is called
        with the number of articles read so far.

        The value is a table of its edges (source, target, weight, first, last); `write` makes GEXF and GraphML of
        it. Raises UsageFault for an unknown kind, or filters without a question; with one what `search` raises.
        """
        from archive.tables.chronology import in_order
        from archive.tables.stories import Stories
        from indexer.figures import aid
        from indexer.persons.reader import reader
        from wencang.desk.count.names import by_reader
        from wencang.desk.count.recorded import names_of
        from wencang.desk.network.aided import aided
        from wencang.desk.network.named import named_together
        from wencang.desk.network.network import network_kind
        from wencang.desk.network.reprints import reprinted
        from wencang.desk.stream import counted

        network_kind(kind)
        most = max_articles if kind in ("reprint", "aid") else self._most_read(max_articles)
        ids, notices = self._ids(question, engine, most, **filters)
        if kind == "reprint":
            notices = (*notices, *Stories(self._store).notices())
            return reprinted(self._store, ids, by, least, limit, notices)
        if kind == "aid":
            articles = (revision.article for revision in counted(in_order(self._store, ids), progress))
            return aided(aid.mentions(articles), least, limit, notices)
        names = reader(self.settings.names)
        notices = (*by_reader((kind,), names.name), *self._unrecorded(), *notices)
        return named_together(kind, names_of(self._store, names, ids, [kind], progress), within, least, limit, notices)

    # Stories

    def story(self, id_or_url: str) -> Story:
        """The copies of an article, edited and shortened ones too, in order of publication.

        The value is a table; Story.rows describes the columns. It is empty if no copy is known. Raises
        NotKept if the article is not in the archive, and Withdrawn if it was removed.
        """
        from archive.tables.stories import Stories
        from wencang.desk.reprints.story import Story, copies_of

        id = self.revision(id_or_url).article.id
        return Story(id, copies_of(self._store, id), tuple(Stories(self._store).notices()))

    def stories(
        self, question: str = "", *, limit: int = 10, update: bool = False, engine: str = "",
        progress: Progress = silent, **filters: Unpack[Filters],
    ) -> StoryList:  # fmt: skip
        """The stories of most articles, or of most among the articles that have all words of a question.

        With `update` the stories are brought up to date with the archive first: `progress` is called with
        the number of articles processed so far. A crawl does so at its end.

        The value is a table (story, articles, title, published). Raises UsageFault for filters without a
        question; with a question what `search` raises.
        """
        from archive.tables.stories import Stories
        from wencang.desk.reprints.stories import bring_up
        from wencang.desk.reprints.story import largest

        if not question:
            _refuse_filters(**filters)
        if update:
            bring_up(self._store, progress)
        ids, notices = None, tuple(Stories(self._store).notices())
        if question:
            _query, ids, more = self._matches(question, engine, **filters)
            notices = more + notices
        return replace(largest(self._store, limit, ids), notices=notices)

    # Corpora

    def freeze(
        self, question: str, *, out: str | Path, text: bool = True, engine: str = "", progress: Progress = silent,
        **filters: Unpack[Filters],
    ) -> Corpus:  # fmt: skip
        """Write the articles that have all words of a question to a new folder, as a corpus to be cited.

        It is a BagIt folder (RFC 8493): data/articles.jsonl with an article a line, in order of
        publication, SHA-256 of every file, and the question, the time and the versions in bag-info.txt.
        Without `text` only addresses, titles, dates and digests. It appears whole or not at all.

        `articles` of the value is 0 if nothing was found, and nothing written; the corpus is cited by its
        `sha256`. `progress` is called with the number of articles so far. Raises UsageFault for a folder
        that exists and is not empty, or can't be written, and what `search` raises.
        """
        from archive import clock
        from archive.tables.chronology import in_order
        from wencang.desk.freeze import corpus
        from wencang.desk.stream import counted

        asked = [("Query", question), *((f"Query-{name.title()}", str(text)) for name, text in filters.items() if text)]
        with self._index(engine) as index:
            state = corpus.provenance(self._store, index, self.settings, engine)
        _query, ids, notices = self._matches(question, engine, **filters)
        articles = counted(self._annotated(in_order(self._store, ids)), progress)
        frozen = corpus.write(Path(out), articles, [*asked, *state], clock.now(), text)
        return replace(frozen, notices=notices)

    def check_corpus(self, folder: str | Path) -> CorpusCheck:
        """Check every byte of a corpus, and compare its articles with this archive, if there is one.

        `faults` of the value name files that are not as they were made; if there are none it is a table
        (id, url, state), compared anew each time its rows are asked for. CorpusCheck.rows describes the
        states. Raises UsageFault if there is no such folder.
        """
        from wencang.desk.freeze import corpus

        return corpus.check(Path(folder), self._store if self.exists else None)

    def fill_corpus(self, folder: str | Path, out: str | Path, *, progress: Progress = silent) -> Filled:
        """Write a corpus without texts to a new folder, with the texts that this archive has.

        The rows of the value (id, url, state) are the articles that it lacks. Where the old corpus has
        faults (`check.faults`) nothing is written. `progress` is called with the number of articles so
        far. Raises UsageFault as `freeze` and `check_corpus` do.
        """
        from archive import clock
        from wencang.desk.freeze import corpus

        return corpus.fill(corpus.check(Path(folder), self._store), Path(out), clock.now(), progress)

    # Watches

    def watches(self) -> WatchList:
        """The watches, and how many articles answer each; `new` ones were not reported yet.

        The value is a table (watch, query, articles, new). Raises UsageFault for a DATA/watches.toml that
        can't be read.
        """
        from wencang.desk.watch import watch
        from wencang.desk.watch.watchlist import WatchList, watched

        store = self._store
        watches = (watched(store, name, question) for name, question in watch.read(self.data).items())
        return WatchList(tuple(watches))

    def watch(self, name: str, question: str) -> None:
        """Watch what a question finds from now on: a line of DATA/watches.toml, and feeds in DATA/feeds.

        What answers it already counts as known. Raises QueryFault for a question that can't be read, and
        UsageFault for a name that is taken or can't be a file name.
        """
        from indexer.question.parser import parse_query
        from indexer.text.analyzer import Analyzer
        from indexer.text.lexicon import merged
        from wencang.desk.watch import watch

        parse_query(question, Analyzer(merged(self.data)))
        with self._watching():
            watch.add(self.data, name, question)
        if self.exists:
            for _news in self.follow([name]):
                pass  # there is none: the watch begins

    def unwatch(self, name: str) -> None:
        """End a watch and delete its feeds. Raises UsageFault for an unknown name."""
        from archive.tables.locks import exclusive
        from wencang.desk.watch import watch
        from wencang.desk.watch.follow import forget_all_but

        with self._watching():
            watch.remove(self.data, name)
            if self.exists:
                with exclusive(self._store, "watches", wait=True):
                    forget_all_but(self.settings, self._store, watch.read(self.data))

    def follow(self, names: Sequence[str] = (), *, mark_shown: bool = False) -> Iterator[News]:
        """What is new of these watches, or of all, since it was last reported; writes the feeds.

        The hook and the mail, where they are set, are sent for each watch that has new articles. Then
        comes its News, a table of them with `faults`: what failed. It counts as reported when the next
        one is asked for, if the hook or the mail was sent, or neither is set and `mark_shown`:
        iterate to the end. Another run waits until then.

        Nothing is new without a DATA/watches.toml: of several hosts one keeps it. Raises UsageFault for an
        unknown name, or a file that can't be read, and IndexUnusable. A question that can't be read is a
        fault of its watch.
        """
        from archive import clock
        from archive.tables.locks import exclusive
        from wencang.desk.watch import watch
        from wencang.desk.watch.follow import forget_all_but, look_for_news

        if not (names or watch.is_kept(self.data)):
            return  # they are another host's
        with self._watching(), exclusive(self._store, "watches", wait=True):
            questions = watch.read(self.data)
            chosen = {name: watch.question(questions, name) for name in names} or questions
            forget_all_but(self.settings, self._store, questions)
            if chosen:
                with self._index() as index:
                    yield from look_for_news(self.settings, self._store, index, chosen, clock.now(), mark_shown)

    def _watching(self) -> AbstractContextManager[None]:
        """One run at a time changes DATA/watches.toml; another one waits."""
        from archive.lock import exclusive
        from wencang.desk.watch.follow import LOCK

        return exclusive(self.data / LOCK, wait=True)

    def feed(
        self, question: str, form: FeedForm, *, address: str, limit: int = 50, engine: str = "",
        **filters: Unpack[Filters],
    ) -> bytes:  # fmt: skip
        """The newest articles that answer a question as a feed, `form` "atom" or "json", served at `address`.

        Raises what `search` raises.
        """
        from wencang.desk.watch import follow

        answer = self.search(question, limit=limit, sort="newest", engine=engine, facets=False, **filters)
        return follow.feed(self._store, question, form, address, answer.hits)

    # Working with what is found

    def export(
        self, question: str = "", *, out: str | Path | IO[bytes], format: str = "", split_by: SplitBy = "",
        simplified: bool | None = None, region: Region = "", engine: str = "", progress: Progress = silent,
        **filters: Unpack[Filters],
    ) -> Exported:  # fmt: skip
        """Write the articles with all words of a question, or the whole archive; the earliest published first.

        `out` is a path, or a file open for bytes; a file at the path is replaced atomically, and without
        articles nothing is made. `format` is one of csv, docx, epub, html, jsonl, jsonld, md, parquet, tei, txt,
        words, wordzip and xlsx; by default the suffix of `out` decides, else txt. With `split_by` the path is a
        new folder with a file for each group. `simplified` True converts the text to Simplified characters,
        False to Traditional, with `region` tw or hk by the standard of Taiwan or Hong Kong. `progress` is
        called with the number of articles written so far.

        Raises what `search` raises, and UsageFault for an unknown format, a missing library, a path that
        can't be written to, or a filter without a question.
        """
        from wencang.desk.edition import Edition
        from wencang.desk.export import export, script
        from wencang.desk.export.citation import gbt7714

        target = Path(out) if isinstance(out, str | Path) else out
        script.check(simplified, region)
        form = export.chosen(format, target, split_by)
        export.check(form, target, split_by)
        revisions, notices = self._revisions(question, engine, split_by, **filters)
        language = "zh"
        if simplified is not None:
            language = script.language(simplified, region)
            revisions = map(script.converter(simplified, region), revisions)
        said: list[Message] = []
        edition = Edition(question or "闻藏", language, said.append, gbt7714, self._analyzer)
        count = export.export(form, revisions, target, split_by, edition, progress)
        return export.Exported(count, target if isinstance(target, Path) else None, (*notices, *said))

    def _analyzer(self) -> Analyzer:
        """Cuts texts with the words of this archive."""
        from indexer.text.analyzer import Analyzer
        from indexer.text.lexicon import merged

        return Analyzer(merged(self.data))

    def cite(
        self, question_or_id: str, *, style: Style = "gbt7714", files: str | Path | None = None, raw: bool = False,
        engine: str = "", **filters: Unpack[Filters],
    ) -> Citations:  # fmt: skip
        """Citations of the articles whose ids or addresses are given, in that order, or of all that a question finds.

        Several ids are separated by whitespace; if a word is not an id or address, all of it is a question,
        and its articles come in order of publication. `style` is gbt7714 (GB/T 7714-2015), bibtex, ris or
        csl-json. Dates are in Asia/Shanghai. `files` is a new folder for a page of each article, which citations
        in ris and csl-json attach, by its path as seen from beside the folder: the text as HTML, or with `raw` the
        page as it was fetched, where it is kept.

        Raises what `search` and `article` raise, and UsageFault for an unknown style, or a folder that exists.
        """
        from archive.disk import atomic_folder
        from archive.tables.chronology import in_order
        from wencang.desk.export import attachments
        from wencang.desk.export.citation import cited
        from wencang.lookup import named

        words, notices = question_or_id.split(), tuple[Message, ...]()
        known = list(filter(None, (named(self._store, word) for word in words)))
        articles: Iterable[Revision] = known
        if not words or len(known) < len(words):
            _query, ids, notices = self._matches(question_or_id, engine, **filters)
            articles = in_order(self._store, ids)
        if not files:
            return cited(style, articles, notices)
        folder = Path(files)
        attachments.check(style, folder)
        with atomic_folder(folder) as new:
            page = attachments.writer(new, folder, self._fetched_page if raw else lambda _revision: b"")
            citations = cited(style, articles, notices, page)
        if not citations.count:
            folder.rmdir()
        return citations

    def _fetched_page(self, revision: Revision) -> bytes:
        """The first raw page of a version; b"" where none is kept."""
        return next((page.body for page in self.raw(revision.article.id, revision.sequence)), b"")

    def _revisions(
        self, question: str, engine: str, by: str = "", **filters: Unpack[Filters]
    ) -> tuple[Iterator[Revision], tuple[Message, ...]]:
        """The articles with all words of a question, or of the whole archive without one, in order of publication.

        With labels and notes, read as they are iterated; `by` "source" or "section" groups them. With notices. Raises
        UsageFault for a filter without a question.
        """
        from archive.tables.chronology import in_order

        ids, notices = self._ids(question, engine, **filters)
        return self._annotated(in_order(self._store, ids, by)), notices

    def _annotated(self, revisions: Iterator[Revision]) -> Iterator[Revision]:
        """The revisions with the labels and notes of their articles."""
        from archive.tables.tags import annotated

        return annotated(self._store, revisions)

    def _articles(
        self, question: str, engine: str, max_articles: int, **filters: Unpack[Filters]
    ) -> tuple[Callable[[], Iterator[Revision]], tuple[Message, ...]]:
        """A function that reads the articles of a question, or all, anew each time, in order of publication."""
        from archive.tables.chronology import in_order

        ids, notices = self._ids(question, engine, max_articles, **filters)
        return lambda: in_order(self._store, ids), notices

    def _ids(
        self, question: str, engine: str, max_articles: int = 0, **filters: Unpack[Filters]
    ) -> tuple[Sequence[str] | None, tuple[Message, ...]]:
        """The ids of the articles that have all the words of a question, or a sample of them; None without a question.

        With notices. Raises UsageFault for a filter without a question.
        """
        from wencang.desk.sample import sampled

        if not question:
            _refuse_filters(**filters)
            return None, ()
        _query, every_id, notices = self._matches(question, engine, **filters)
        ids, bounded = sampled(every_id, max_articles)
        return ids, (*bounded, *notices)

    def _matches(
        self, question: str, engine: str, **filters: Unpack[Filters]
    ) -> tuple[Query, list[str], tuple[Message, ...]]:
        """A question, the ids of the articles that have all its words, best first, and notices."""
        from indexer.search import every_id
        from wencang.notices import some_words

        with self._index(engine) as index:
            query = self._query(index, question, **filters)
            ids, notices = every_id(self._store, index, query), self._notices(query, index, engine)
            return query, ids, notices if ids else (*some_words(index.search(query, 0).total), *notices)

    # Tags and notes

    def tag(
        self, label: str, ids_or_urls: Iterable[str] = (), *, question: str = "", by: str = "", engine: str = "",
        **filters: Unpack[Filters],
    ) -> Tagging:  # fmt: skip
        """Give a label to these articles, and to all that have all the words of a question; at once a filter `tag:`.

        Labels differ neither by width nor by case. `by` is who does it, by default the login name. Articles and
        their versions stay as they are. Raises UsageFault for a label that is not one, or too many; for an article
        what `article` raises; with a question what `search` raises. Nothing is tagged then.
        """
        from archive import clock, host
        from archive.tables.tags import Tags, label_of
        from wencang.desk.tagging import Tagging

        label = label_of(label)
        ids, notices = self._named(ids_or_urls, question, engine, **filters)
        changed = Tags(self._store).add(label, ids, by or host.user(), clock.now())
        return Tagging(label, len(ids), changed, notices)

    def untag(
        self, label: str, ids_or_urls: Iterable[str] = (), *, question: str = "", engine: str = "",
        **filters: Unpack[Filters],
    ) -> Tagging:  # fmt: skip
        """Take a label from these articles, and from all that a question finds. Raises what `tag` raises."""
        from archive.tables.tags import Tags, label_of
        from wencang.desk.tagging import Tagging

        label = label_of(label)
        ids, notices = self._named(ids_or_urls, question, engine, **filters)
        return Tagging(label, len(ids), Tags(self._store).remove(label, ids), notices)

    def labels(self) -> Labels:
        """Every label with the number of its articles, and when one got it last; a table (label, articles, newest)."""
        from archive.tables.tags import Tags
        from wencang.desk.tagging import Labels

        return Labels(tuple(Tags(self._store).labels()))

    def tags(self, id_or_url: str) -> TagList:
        """The labels of an article: a table (label, by, time). Raises what `article` raises."""
        from archive.tables.tags import Tags
        from wencang.desk.tagging import TagList

        return TagList(tuple(Tags(self._store).of(self.revision(id_or_url).article.id)))

    def notes(self, id_or_url: str) -> NoteList:
        """The notes on an article: a table (number, text, by, time). Raises what `article` raises."""
        from archive.tables.tags import Notes
        from wencang.desk.tagging import NoteList

        return NoteList(tuple(Notes(self._store).of(self.revision(id_or_url).article.id)))

    def note(self, id_or_url: str, text: str, *, number: int = 0, by: str = "") -> Note:
        """Write a note on an article, or with `number` replace the text of that one; the note.

        `by` is who writes, by default the login name. Raises what `article` raises, and UsageFault for a
        text that is empty or too long, too many notes, or a number that no note has.
        """
        from archive import clock, host
        from archive.tables.tags import Notes

        id, notes, who = self.revision(id_or_url).article.id, Notes(self._store), by or host.user()
        if number:
            return notes.change(id, number, text, who, clock.now())
        return notes.add(id, text, who, clock.now())

    def remove_note(self, id_or_url: str, number: int) -> None:
        """Delete a note for good. Raises what `article` raises, and UsageFault for a number that no note has."""
        from archive.tables.tags import Notes

        Notes(self._store).remove(self.revision(id_or_url).article.id, number)

    def _named(
        self, ids_or_urls: Iterable[str], question: str, engine: str, **filters: Unpack[Filters]
    ) -> tuple[list[str], tuple[Message, ...]]:
        """The ids of these articles and of all that a question finds, each once, with notices.

        Raises UsageFault where nothing is named, and what `article` raises.
        """
        names = list(dict.fromkeys(ids_or_urls))
        if not (names or question):
            raise UsageFault("tag", _("names no article"), _("give ids, or --query"))
        if not question:
            _refuse_filters(**filters)
        known = self._store.get_many(names)
        ids = [name if name in known else self.revision(name).article.id for name in names]
        if not question:
            return list(dict.fromkeys(ids)), ()
        _query, found, notices = self._matches(question, engine, **filters)
        return list(dict.fromkeys([*ids, *found])), notices

    def _site(self, source: str) -> str:
        """The site of a source of the user's own that is named by its file; any other name as it is."""
        from wencang.lookup import site

        return site(self.settings, source)

    # Collecting

    def crawl(
        self, sources: Iterable[str] = (), *, url: Iterable[str] = (), since: str = "", until: str = "",
        due: bool = False, images: bool = False, wait: bool = False, max_sources: int = 0, max_pages: int = 0,
        max_time: float = 0, progress: Progress = silent, indexed: Progress = silent,
    ) -> RunResult:  # fmt: skip
        """Fetch, extract and archive the articles of the sources, and index them at the same time.

        `sources`: by default all. `url`: only these pages, of any site. `since`, `until`: the first and
        the last day of publication, for articles with a day in their address. `due`: only what is due
        by the schedule, of sources that no other run crawls; `max_sources` of them at most, so that other
        hosts take the rest. `images`: the pictures of articles too, as by the setting of that name. `wait`
        for another crawl of a source to end instead of raising Busy. `max_pages` and `max_time` (seconds) end the
        crawl cleanly; 0 is no limit. `progress` and `indexed` are called with the numbers of articles
        read and indexed so far.

        The first crawl of a process runs in it, others in a process of their own; an interrupt
        (Ctrl-C) ends the crawl cleanly. Raises UsageFault for an unknown source, an address that is not
        valid, or a public site if no contact is set. What was fetched before an error stays in the archive.
        """
        from crawler.session import Scope
        from indexer.question.period import span
        from wencang import runs

        names, urls = tuple(sources), tuple(url)
        if urls and (names or since or until or due):
            reason = _("names all that is fetched")
            raise UsageFault("--url", reason, _("leave out SOURCE, --since, --until and --due"))
        first, end = span(since, until)
        last = end and (end - timedelta(days=1)).date()
        chosen = [self._sources.load(name) for name in names or self._sources.names()]
        images = images or self.settings.images
        scope = Scope(urls, first and first.date(), last, due, images, max_sources, max_pages, max_time)
        return runs.crawl(self.settings, chosen, scope, wait=wait, progress=progress, indexed=indexed)

    def backfill(
        self, source: str, *, archive: str = "wayback", replay: str = "", files: str = "", since: str = "",
        until: str = "", max_pages: int = 0, max_time: float = 0, dry_run: bool = False, accept: Sequence[str] = (),
        progress: Progress = silent, indexed: Progress = silent,
    ) -> RunResult:  # fmt: skip
        """Take a source's articles from a web archive, as versions at the time of their capture (docs/backfill.md).

        `archive` is wayback, commoncrawl, the address of a CDX server, of a collinfo.json or of TimeMaps, or a
        list of WARC files; `replay` and `files` are the addresses at which it serves captures and WARC files,
        if they are not beside its index. `since`, `until`: the first and the last day of capture. `max_pages`
        (requests) and `max_time` (seconds) end the run cleanly; the next one continues. With `dry_run` only
        the index is asked, and nothing is stored. The doubted captures of the addresses in `accept` are taken
        once more, and kept.

        Raises UsageFault for an unknown source or archive, a public one if no contact is set, and an address to
        accept that has no doubted capture; Busy while another run takes captures of the source.
        """
        from crawler.past.archives import web_archive
        from crawler.past.session import Span
        from indexer.question.period import span
        from wencang import runs

        first, end = span(since, until)
        asked = Span(first, end, max_pages, max_time, dry_run, tuple(accept))
        chosen = web_archive(archive, replay, files)
        return runs.backfill(
            self.settings, self._sources.load(source), chosen, asked, progress=progress, indexed=indexed
        )

    def import_(
        self, paths: Iterable[str | Path], *, source: str = "text", map: str | Sequence[str] = (),
        progress: Progress = silent, indexed: Progress = silent,
    ) -> RunResult:  # fmt: skip
        """Read saved pages, MHTML, WARC, WACZ, EPUB, PDF, feeds, JSON, tables and plain text into the archive.

        Of a folder, all files of these kinds. `source` is the source of articles from plain text, and of rows
        without a source or an address. `map` says which column of a table, or key of JSON, is what
        ("title=标题,body=正文"); usual ones are recognized. Raises UsageFault for a path that is missing or of an
        unknown kind; what can't be read is counted in the report.
        """
        from crawler.spreadsheet.columns import parsed_map
        from wencang import runs

        columns = parsed_map([map] if isinstance(map, str) else map)
        if not source.strip():
            raise UsageFault("--source", _("is empty"), _("name the source of plain text"))
        files = [Path(path) for path in paths]
        return runs.import_(self.settings, files, source, columns, progress=progress, indexed=indexed)

    def preview_import(
        self, paths: Iterable[str | Path], *, source: str = "text", map: str | Sequence[str] = (), limit: int = 10,
        progress: Progress = silent,
    ) -> Preview:  # fmt: skip
        """What `import_` would read: the first `limit` articles and all that it would refuse; nothing is written.

        The value is a table; Preview.rows describes the columns. Raises what `import_` raises.
        """
        from crawler.files.importer import files, outcomes
        from crawler.report import Report
        from crawler.spreadsheet.columns import parsed_map
        from wencang.preview import preview

        columns = parsed_map([map] if isinstance(map, str) else map)
        chosen = files([Path(path) for path in paths], Report())
        return preview(outcomes(chosen, source, columns, self._sources), limit, progress)

    def reextract(
        self, sources: Iterable[str] = (), *, dry_run: bool = False, restart: bool = False,
        progress: Progress = silent, indexed: Progress = silent,
    ) -> RunResult:  # fmt: skip
        """Read the archived raw pages again by the present rules, without the network, and index what changed.

        `sources`: by default all. With `dry_run` nothing changes; the report counts what would. Several
        hosts may do it at once, and share the work. What a run that was killed left is continued; with
        `restart` all is read again.
        """
        from wencang import runs

        return runs.reextract(
            self.settings,
            map(self._site, sources),
            dry_run=dry_run,
            restart=restart,
            progress=progress,
            indexed=indexed,
        )

    def extract(self, page: str, *, url: str = "") -> Reading:
        """The article of one page: a file, "-" for standard input, or an HTTP address; nothing is archived.

        `url` is the address that a file was saved from. Raises NotAnArticle, NotFetched, and UsageFault for
        a file that can't be read.
        """
        from crawler.onepage import read_page

        return read_page(page, self.settings, url)

    def check(self, source: str) -> SourceCheck:
        """Try the rules of a source on its live site: one list and three articles.

        Raises UsageFault for an unknown source, or if no contact is set.
        """
        from crawler.reactor import with_reactor
        from wencang.sources.checks import SourceCheck

        chosen = self._sources.load(source)
        from crawler.check import check

        return SourceCheck(tuple(with_reactor(check, chosen, self.settings)))

    def sources(self) -> SourceList:
        """The sources that can be crawled: those that ship, and the user's own in DATA/sources.

        The value is a table; SourceRow describes the columns. An own source replaces the shipped one of its name.
        """
        from wencang.sources.listing import listed

        return listed(self._sources, self._store if self.exists else None)

    def source(self, name: str) -> SourceFile:
        """A source, and the file it is read from. Raises UsageFault for an unknown one, or one that is not valid."""
        from wencang.sources.listing import file_of

        return file_of(self._sources, name)

    def check_source(self, source: str, pages: Iterable[str] = (), *, offline: bool = False) -> SourceCheck:
        """Check a source, named or by the path of its file (FILE.toml), on its saved pages and on its live site.

        With `pages` (FILE or ADDRESS=FILE) only on these; `offline`: only on its saved pages. Raises UsageFault
        where the file is not valid, or if no contact is set for the live site.
        """
        from wencang.sources import checking

        return checking.check(self.settings, self._sources, source, tuple(pages), offline)

    def edit_source(self, name: str) -> AbstractContextManager[Path]:
        """A copy of a source to edit, in a `with` statement, at whose end it is checked and takes the source's place.

        A copy of a shipped source becomes one of the user's own. Raises UsageFault for an unknown source and,
        at the end, for a copy that is not valid, which is kept for the next call while the source stays as it was.
        """
        from wencang.sources.editing import draft

        return draft(self.settings, name)

    def add_source(self, name: str, pages: Iterable[str], *, lists: Iterable[str] = ()) -> list[Path]:
        """Write a source of the user's own from saved pages of its site, and these pages; the paths written.

        `name` is the domain with underscores, a page FILE or ADDRESS=FILE, `lists` addresses of the site's lists.
        Raises UsageFault, having written nothing, for a name that is taken, for pages that can't be read,
        hold no article or have no layout in common.
        """
        from crawler.propose.saved import saved_page
        from wencang.sources.adding import add

        return add(self.settings, name, [saved_page(page) for page in pages], tuple(lists))

    def look_at(self, url: str, *, name: str = "") -> SourceProposal:
        """Look at a site once, politely, and propose a source for it; nothing is written.

        `name` is by default the domain with underscores. At most 25 pages are fetched, as a crawl would fetch them.
        Raises UsageFault for a name that is taken or not valid, for a site that has a source, if no contact is set,
        and where no articles are found; NotFetched if the front page can't be had.
        """
        from wencang.sources.looking import look_at

        return look_at(self.settings, url, name)

    def add_proposal(self, proposal: SourceProposal) -> list[Path]:
        """Write a proposed source into DATA/sources, and the articles and lists it was read from; the paths written."""
        from wencang.sources.looking import write_proposal

        return write_proposal(self.settings, proposal)

    def mend_source(self, name: str, pages: Iterable[str] = (), *, offline: bool = False) -> Mending:
        """Propose rules for a source whose layout changed, from the pages at hand; nothing is written.

        These are `pages` (FILE or ADDRESS=FILE), or the raw pages of the newest articles, those that are doubted and,
        unless `offline`, up to three lists and ten articles that are fetched again. The articles that the archive
        keeps are what must come out. Raises UsageFault for an unknown source, if no pages are at hand, and if no
        contact is set.
        """
        from crawler.propose.saved import saved_page
        from wencang.sources.mending import mend_source

        store = self._store if self.exists else None
        return mend_source(self.settings, store, name, [saved_page(page) for page in pages], offline)

    def write_mending(self, mending: Mending) -> Path:
        """Write a mended source into DATA/sources, where it replaces a shipped one of its name; its path."""
        from wencang.sources.mending import write

        return write(self.settings, mending)

    @property
    def _sources(self) -> Sources:
        from crawler.sources import sources_of

        return sources_of(self.settings)

    def schedule_print(
        self, form: Form, *, every: str = "15m", system: str = "", image: str = "",
        program: Sequence[str] = ("wencang",),
    ) -> str:  # fmt: skip
        """A job that starts `crawl --due` regularly, as text: units of systemd, a crontab line or a CronJob.

        `every` is 5m, 15m, 1h, 1d ...; `system` is the user of a system-wide unit, `image` the container
        image of a CronJob, `program` the command that runs wencang. Raises UsageFault for a value that
        is not valid.
        """
        from crawler.timers import units

        return units.text(self._job(program, every), form, system=system, image=image)

    def schedule_install(
        self, place: Literal["", "systemd", "cron"] = "", *, every: str = "15m", program: Sequence[str] = ("wencang",)
    ) -> Installed:
        """Start `crawl --due` regularly on this machine, by the user's systemd or, without it, the crontab.

        Raises UsageFault if no contact is set or the machine has neither, and NotScheduled.
        """
        from crawler.timers import install

        return install.schedule(self.settings, self._job(program, every), place)

    def schedule_remove(self) -> bool:
        """Remove what `schedule_install` installed; False if there was nothing. Raises NotScheduled."""
        from crawler.timers import install

        return install.remove(self._job())

    def _job(self, program: Sequence[str] = ("wencang",), every: str = "15m") -> Job:
        from crawler.timers.units import Job, minutes

        return Job(tuple(program), Path(os.path.abspath(self.data)), minutes(every))

    def notice(self, text: str = "") -> tuple[Delivery, ...]:
        """Send the operator a line like an alarm, by the hook and by mail; without a text, to test the settings.

        Raises UsageFault if neither is set.
        """
        from archive.notify.notice import deliver

        test = _("A test: alarms of {data} reach you.").format(data=self.data.absolute())
        return deliver(self.settings, text or test)

    # Keeping

    def status(self, *, max_age: str = "") -> Status:
        """What is kept of each source, how fresh it is, and whether the indexes are up to date.

        With `max_age` (90m, 26h, 3d) `stale` names the sources of which no list was read for longer.
        Raises UsageFault for an age that is not of such a form. Times each index with a search.
        """
        from wencang.keeping.status import status

        return status(self.settings, self._store, max_age)

    def overview(self) -> Overview:
        """The size of the archive, its sources, its newest run and article; quicker than `status`."""
        from wencang.keeping.status import overview

        return overview(self.settings, self._store)

    def runs(self, source: str = "", *, limit: int = 20) -> Runs:
        """The newest runs of crawls, of one source or of all. Raises UsageFault for an unknown source."""
        from wencang.keeping.runs import runs

        return runs(self._store, self._site(source), limit)

    def hosts(self) -> Hosts:
        """What runs hold at this moment, on this host and on others: sources that they crawl, manifests, indexes."""
        from wencang.keeping.hosts import hosts

        return hosts(self._store)

    def doubts(self, source: str = "") -> Doubted:
        """The pages that were doubted and kept aside, of one source or of all.

        Raises UsageFault for an unknown source.
        """
        from wencang.keeping.doubted import doubted

        return doubted(self._store, self._site(source))

    def accept(self, names: Iterable[str] = (), *, source: str = "", indexed: Progress = silent) -> RunResult:
        """Archive what was read of doubted pages, named by addresses or ids, or of all of a source.

        Raises UsageFault, having changed nothing, for a name that is not that of a doubted page, or
        where the page holds no article.
        """
        from wencang import runs

        return runs.accept(self.settings, names, self._site(source), indexed=indexed)

    def refuse(self, names: Iterable[str] = (), *, source: str = "") -> int:
        """Skip from now on what doubted pages show; their number. Raises UsageFault like `accept`."""
        from wencang.keeping.doubted import refuse

        return refuse(self._store, names, self._site(source))

    def gaps(self, source: str = "", *, since: str = "", until: str = "", addresses: bool = True) -> Gaps:
        """What may be missing: days with few articles, spans without a crawl, addresses that are not kept.

        Without `addresses` those are not looked for, which is quicker.
        Raises UsageFault for an unknown source, or a day that can't be read.
        """
        from wencang.keeping.gaps import gaps

        return gaps(self._store, self._site(source), since, until, addresses)

    def verify(self, *, manifest: str | Path | None = None, progress: Progress = silent) -> Verification:
        """Check every version, every record of the raw pages, the manifests, the time stamps and the index.

        With `manifest`, the file of one that was kept elsewhere, only whether the archive is still
        what it says. `progress` is called with the number of records read. Raises UsageFault for a
        file that is missing, or not a manifest.
        """
        from wencang.keeping import verification

        if not manifest:
            return verification.verify(self.settings, self._store, progress)
        return verification.against(Path(manifest), self.settings, self._store)

    def proof(self, id_or_url: str, sequence: int) -> Proof:
        """What proves one version: its raw pages, the manifest that lists it and its time stamp, checked now.

        Raises what `version` raises.
        """
        from archive.storage import of as storage_of
        from wencang.keeping.proof import proof

        return proof(self.version(id_or_url, sequence), storage_of(self.settings), self.settings.roots)

    def state(self, *, engine: str = "") -> State:
        """What an answer depends on: the archive's sequence, that of the index, and of the stories; quick to ask."""
        from wencang.keeping.state import State

        engine = engine or self.settings.engine
        with self._index(engine) as index:
            position, number = index.position(), self._indexes.number(engine)
        sequence, stories, annotations, names, by = self._store.sequences()
        return State(sequence, engine, position, number, stories, annotations, names, by)

    def timestamp(self, *, url: str = "", roots: str | Path | None = None) -> Timestamp:
        """Have the newest manifest time-stamped (RFC 3161) by the authority at `url`, or the one that is set.

        `roots` is a PEM file of the certificates to trust; else the setting, else the system's.
        Raises UsageFault where no authority is named, nothing is archived or a library is missing,
        and NotFetched where no stamp can be had, or none that can be trusted.
        """
        from archive.proof import timestamp
        from archive.storage import of as storage_of

        roots = Path(roots) if roots else self.settings.roots
        return timestamp.stamp(self._store, storage_of(self.settings), url or self.settings.timestamp, roots)

    def backup(self, folder: str | Path) -> int:
        """Copy the archive into a folder, or what was added since the last time; the bytes of raw pages added.

        A crawl may go on meanwhile. Raises UsageFault for a folder that holds anything else.
        """
        from archive.proof.backup import back_up

        _ = self._store  # a fault of the archive is raised before anything is copied
        return back_up(self.settings, Path(folder))

    def remove(self, id_or_url: str, *, reason: str = "") -> Removal:
        """Withdraw an article for good: text, raw pages, pictures and index entries; no later crawl brings it back.

        Does not ask. For an article that is withdrawn already it does what an earlier call left to do,
        and needs no reason. Raises NotKept, and UsageFault where `reason` is empty.
        """
        from wencang.keeping.removal import remove

        return remove(self.settings, self._store, id_or_url, reason, self.follow())


def _refuse_filters(**filters: Unpack[Filters]) -> None:
    """Raises UsageFault for filters without a question."""
    for name, value in filters.items():
        if value:
            raise UsageFault(f"--{name} {value}", _("a filter needs a query"), _("add words to look for"))
