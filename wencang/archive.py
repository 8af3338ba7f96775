"""Class Archive: one data folder with its articles, raw pages, indexes and settings; every use case is a method.

A method returns values and prints nothing; what a reader should know beside the answer is in its
`notices`. Parameters have the names of the command line's options. Days (`since`, `until`) are
years, months or days as text, in Asia/Shanghai; times in values are aware.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from gettext import gettext as _
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal, Self

from archive import settings as _settings
from archive.errors import NotKept, UsageFault
from archive.messages import Message
from archive.progress import Progress, silent
from archive.settings import Settings
from archive.store import ArticleStore, named_source

if TYPE_CHECKING:
    from archive.article import Revision
    from indexer.engines.engine import Order, SearchEngine
    from indexer.figures.find import Found
    from indexer.question.query import Query
    from indexer.search import Collapse
    from indexer.suggest.did_you_mean import Proposal
    from wencang.answer import Answer
    from wencang.desk.count.collocations import Collocations
    from wencang.desk.count.collocations import Measure as CollocationMeasure
    from wencang.desk.count.concordance import Concordance, Line
    from wencang.desk.count.concordance import Order as LineOrder
    from wencang.desk.count.figures import Figures
    from wencang.desk.count.keywords import Keywords
    from wencang.desk.count.keywords import Measure as KeywordMeasure
    from wencang.desk.count.periods import By
    from wencang.desk.count.timeline import Timeline
    from wencang.desk.freeze.corpus import Corpus, CorpusCheck, Filled
    from wencang.desk.reprints.story import Story, StoryList
    from wencang.desk.watch.follow import News
    from wencang.desk.watch.watchlist import WatchList

Group = Literal["", "source", "section", "credit"]
Period = Literal["", "year", "month"]
FigureOrder = Literal["article", "value"]


def open(data: str | Path | None = None, environment: Mapping[str, str] | None = None) -> Archive:
    """The archive of a data folder; `./data`, or WENCANG_DATA, where none is named.

    Settings come from `environment` (os.environ where none is given) and DATA/wencang.toml, and are
    read once, here. A folder without an archive can be opened: `crawl` and `import_` make one.
    Raises UsageFault for a setting that can't be used.
    """
    import os

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
        self._kept: ArticleStore | None = None

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database and the indexes; the next call opens them again."""
        with self._lock:
            kept, self._kept = self._kept, None
        if kept:
            kept.close()

    # What the methods share

    @property
    def _store(self) -> ArticleStore:
        """The store, opened at its first use."""
        with self._lock:
            if not self._kept:
                self._kept = ArticleStore.open(self.data)
            return self._kept

    @contextmanager
    def _index(self, engine: str = "") -> Iterator[SearchEngine]:
        """The index of an engine, or of the one that is set. A missing archive is said before a missing index."""
        from indexer.update import open_index

        _ = self._store
        with open_index(self.data, engine or self.settings.engine) as index:
            yield index

    def _query(self, index: SearchEngine, question: str, source: str, since: str, until: str) -> Query:
        """What was typed, with its filters. Raises QueryFault, or UsageFault for a source or a day that is none."""
        from indexer.question.parser import parse_query
        from indexer.question.period import span

        query = parse_query(question, index.analyzer)
        first, end = span(since, until)
        return replace(query, source=self._source(source) if source else "", since=first, until=end)

    def _source(self, name: str) -> str:
        """A source of the archive by its site's name (tibet.cn) or its file's (tibet_cn). Raises UsageFault."""
        return named_source(self._store.sources(), name)

    def _notices(self, query: Query, index: SearchEngine, engine: str, stories: bool = False) -> tuple[Message, ...]:
        """What a reader should know beside an answer to this query."""
        from indexer.update import behind, rebuild_due

        found = [Message("doubt", {"text": doubt}) for doubt in query.doubts]
        found += behind(self._store, index)
        if stories:
            from archive.tables.stories import Stories

            found += Stories(self._store).notices()
        return (*found, *rebuild_due(self.settings, engine, index))

    @staticmethod
    def _proposals(index: SearchEngine, query: Query) -> tuple[Proposal, ...]:
        from indexer.suggest.did_you_mean import did_you_mean

        return did_you_mean(index, query)

    # Asking

    def search(
        self, question: str, *, limit: int = 10, offset: int = 0, source: str = "", since: str = "", until: str = "",
        sort: Order = "relevance", engine: str = "", collapse: bool = True, stories: bool = False, facets: bool = True,
    ) -> Answer:  # fmt: skip
        """The articles that answer a question: those with all its words first, then those with some.

        `limit` 0 only counts. `collapse` shows articles with the same text as one hit, `stories` also
        reprints. `facets` counts the whole answer, in the same pass.
        """
        from indexer.search import search
        from wencang.answer import Answer

        with self._index(engine) as index:
            query = self._query(index, question, source, since, until)
            together: Collapse = "stories" if stories else "texts" if collapse else "nothing"
            results = search(self._store, index, query, limit, offset, sort, together, facets)
            return Answer(
                query, results.hits, results.total, results.whole, results.stories, results.facets,
                () if results.total else self._proposals(index, query), self._notices(query, index, engine, stories),
            )  # fmt: skip

    # Counting

    def timeline(
        self, *questions: str, by: By = "month", share: bool = False, group: Group = "", stories: bool = False,
        source: str = "", since: str = "", until: str = "", engine: str = "",
    ) -> Timeline:  # fmt: skip
        """Count the articles that have all the words of each question by their time of publication.

        Periods are days, ISO weeks, months or years in Asia/Shanghai, without gaps from the first to the
        last that has articles. `share` adds the total number of articles in each period. `group`
        splits the answer to one question by source, section or credit. With `stories` a story and its
        reprints count once, where the first of them does.

        The value is a table (period, query, group, articles or stories, of, share) and draws itself in
        Jupyter; `svg()` is that picture. Raises UsageFault for `group` with several questions, and what
        `search` raises.
        """
        from wencang.desk.count.timeline import timeline

        if not questions:
            raise UsageFault("timeline", _("needs a question"))
        if group and len(questions) > 1:
            raise UsageFault("--group", _("splits the answer to one question"), _("leave --query out"))
        with self._index(engine) as index:
            queries = {text: self._query(index, text, source, since, until) for text in questions}
            doubts = tuple(doubt for query in queries.values() for doubt in query.doubts)
            first = replace(queries[questions[0]], doubts=doubts)
            counts = timeline(self._store, index, queries, by, share, group, stories)
            return replace(counts, notices=self._notices(first, index, engine, stories))

    def keywords(
        self, question: str, *, measure: KeywordMeasure = "ll", by: Period = "", limit: int = 30, least: int = 3,
        source: str = "", since: str = "", until: str = "", engine: str = "", progress: Progress = silent,
    ) -> Keywords:  # fmt: skip
        """The words that are typical of the articles with all words of a question, against the rest of the archive.

        `measure` is log-likelihood (ll) or TF-IDF; with `by` there is a list for each year or month.
        `limit` is the length of a list; words of fewer than `least` articles are left out, and so are the
        words of the question. The articles found are read: `progress` is called with their number so far.

        The value is a table (period, rank, word, score, here, there, log_ratio). Raises UsageFault if
        every article is found, and what `search` raises.
        """
        from indexer.search import every_match
        from wencang.desk.count.keywords import Keywords, count_words, keywords
        from wencang.desk.stream import counted

        with self._index(engine) as index:
            query = self._query(index, question, source, since, until)
            articles = counted(every_match(self._store, index, query), progress)
            counts = count_words(articles, index.analyzer, query.ranked, by)
            words = keywords(counts, index, measure, limit, least, query.ranked)
            return Keywords(words, by, self._notices(query, index, engine))

    def collocations(
        self, word: str, *, window: int = 5, measure: CollocationMeasure = "logdice", by: Period = "",
        limit: int = 30, least: int = 5, engine: str = "", progress: Progress = silent,
    ) -> Collocations:  # fmt: skip
        """The words that occur near a word more often than by chance, within a paragraph.

        `window` is the number of words on either side, `measure` logDice, pointwise mutual information
        (pmi) or log-likelihood (ll); with `by` there is a list for each year or month. `limit` is the
        length of a list; words fewer than `least` times near it are left out. Every article of the archive
        is read: `progress` is called with their number so far.

        The value is a table (period, rank, word, score, together, places). Raises UsageFault for a text
        without letters, and IndexUnusable: words are those of the index's lexicon.
        """
        from indexer.update import rebuild_due
        from wencang.desk.count.collocations import Collocations, check_word, collocations, count_near
        from wencang.desk.stream import counted

        check_word(word)
        with self._index(engine) as index:
            counts = count_near(counted(self._store.kept(), progress), index.analyzer, word, window, by)
            notices = tuple(rebuild_due(self.settings, engine, index))
        return Collocations(collocations(counts, measure, limit, least), by, notices)

    def concordance(
        self, question: str, *, window: int = 20, sort: LineOrder = "date", sample: int | None = None, seed: int = 0,
        limit: int | None = None, source: str = "", since: str = "", until: str = "", engine: str = "",
        progress: Progress = silent,
    ) -> Concordance:  # fmt: skip
        """Every place where words or "exact text" of a question occur, in the articles that have all of it.

        `window` is the number of characters on either side. `sort` is "date" (of publication), "right" or
        "left" (by the text on that side). `sample` takes that many lines at random, the same for the same
        `seed`; `limit` the first lines.

        The value is a table (published, left, node, right, id, url, start) and draws itself in Jupyter. In
        the order of dates and without a sample nothing is read before its rows are asked for, and they
        are read again each time: it holds only the ids of the articles. Else all lines are read now,
        and `progress` is called with their number so far. Raises what `search` raises.
        """
        from archive.tables.chronology import in_order
        from indexer.highlight import Highlighter
        from wencang.desk.count.concordance import Concordance, lines, picked
        from wencang.desk.stream import Stream, counted

        query, ids, notices = self._matches(question, source, since, until, engine)
        highlighter = Highlighter(query)
        every: Stream[Line] = Stream(lambda: lines(in_order(self._store, ids), highlighter, window))
        if sample or sort != "date":
            held = tuple(picked(counted(every, progress), sort, limit, sample, seed))
            return Concordance(query, window, held, notices)
        return Concordance(query, window, Stream(lambda: islice(every, limit)), notices)

    def figures(
        self, question: str, *, kind: Sequence[str] = (), sort: FigureOrder = "article", source: str = "",
        since: str = "", until: str = "", engine: str = "",
    ) -> Figures:  # fmt: skip
        """Amounts, counts, percentages, dates, places, institutions and persons in the articles with all the words.

        `kind` names those that are wanted (money, count, percent, date, place, institution, person), all if
        empty. `sort` "article" takes the articles by relevance, "value" the largest or earliest figure
        first.

        The value is a table; Figures.rows describes the columns. Sorted by article, nothing is read before
        its rows are asked for, and they are read again each time: it holds only the ids of the articles.
        Raises UsageFault for an unknown kind, and what `search` raises.
        """
        from indexer.figures.find import by_value, found
        from indexer.search import revisions_of
        from wencang.desk.count.figures import Figures, kinds_of
        from wencang.desk.stream import Stream

        kinds = kinds_of(kind)
        query, ids, notices = self._matches(question, source, since, until, engine)
        every: Stream[Found] = Stream(lambda: found((r.article for r in revisions_of(self._store, ids)), kinds))
        return Figures(query, tuple(sorted(every, key=by_value)) if sort == "value" else every, notices)

    def _matches(
        self, question: str, source: str, since: str, until: str, engine: str
    ) -> tuple[Query, list[str], tuple[Message, ...]]:
        """A question, the ids of the articles that have all its words, best first, and notices."""
        from indexer.search import every_id

        with self._index(engine) as index:
            query = self._query(index, question, source, since, until)
            return query, every_id(self._store, index, query), self._notices(query, index, engine)

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
        self, question: str = "", *, limit: int = 10, update: bool = False, source: str = "", since: str = "",
        until: str = "", engine: str = "", progress: Progress = silent,
    ) -> StoryList:  # fmt: skip
        """The stories of most articles, or of most among the articles that have all words of a question.

        With `update` the stories are brought up to date with the archive first: `progress` is called with
        the number of articles processed so far. A crawl does so at its end.

        The value is a table (story, articles, title, published). Raises UsageFault for filters without a
        question; with a question what `search` raises.
        """
        from archive.tables.stories import Stories
        from wencang.desk.reprints.story import largest

        if not question and (filter := source or since or until):
            raise UsageFault(filter, _("filters need a query"), _("add words to look for"))
        if update:
            self._update_stories(progress)
        ids, notices = None, tuple(Stories(self._store).notices())
        if question:
            ids, more = self._ids(question, source, since, until, engine)
            notices = more + notices
        return replace(largest(self._store, limit, ids), notices=notices)

    def _update_stories(self, progress: Progress) -> None:
        from archive import clock
        from archive.proof import manifest
        from wencang.desk.reprints.stories import bring_up

        manifest.close(self._store, self.data, clock.now())  # `verify` relies on stories coming after it
        bring_up(self._store, progress, manifest.held(self.data))

    # Corpora

    def freeze(
        self, question: str, *, out: str | Path, text: bool = True, source: str = "", since: str = "",
        until: str = "", engine: str = "", progress: Progress = silent,
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

        labels = ("Query", question), ("Query-Source", source), ("Query-Since", since), ("Query-Until", until)
        asked = [(label, value) for label, value in labels if value]
        with self._index(engine) as index:
            state = corpus.provenance(self._store, index, self.settings, engine)
        ids, notices = self._ids(question, source, since, until, engine)
        articles = counted(in_order(self._store, ids), progress)
        frozen = corpus.write(Path(out), articles, [*asked, *state], clock.now(), text)
        return replace(frozen, notices=notices)

    def check_corpus(self, folder: str | Path) -> CorpusCheck:
        """Check every byte of a corpus, and compare its articles with this archive, if there is one.

        `faults` of the value name files that are not as they were made; if there are none it is a table
        (id, url, state), compared anew each time its rows are asked for. CorpusCheck.rows describes the
        states. Raises UsageFault if there is no such folder.
        """
        from archive.database import FILE
        from wencang.desk.freeze import corpus

        return corpus.check(Path(folder), self._store if (self.data / FILE).exists() else None)

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
        from archive.database import FILE
        from indexer.question.parser import parse_query
        from indexer.text.analyzer import Analyzer
        from indexer.text.lexicon import merged
        from wencang.desk.watch import watch

        parse_query(question, Analyzer(merged(self.data)))
        with self._watching():
            watch.add(self.data, name, question)
        if (self.data / FILE).exists():
            for _news in self.follow([name]):
                pass  # there is none: the watch begins

    def unwatch(self, name: str) -> None:
        """End a watch and delete its feeds. Raises UsageFault for an unknown name."""
        from archive.database import FILE
        from wencang.desk.watch import watch
        from wencang.desk.watch.follow import forget_all_but

        with self._watching():
            watch.remove(self.data, name)
            if (self.data / FILE).exists():
                forget_all_but(self.settings, self._store, watch.read(self.data))

    def follow(self, names: Sequence[str] = (), *, mark_shown: bool = False) -> Iterator[News]:
        """What is new of these watches, or of all, since it was last reported; writes the feeds.

        The hook and the mail, where they are set, are sent for each watch that has new articles. Then
        comes its News, a table of them with `faults`: what failed. It counts as reported when the next
        one is asked for, if the hook or the mail was sent, or neither is set and `mark_shown`:
        iterate to the end. Another run waits until then.

        Raises UsageFault for an unknown name, or a DATA/watches.toml that can't be read, and
        IndexUnusable. A question that can't be read is a fault of its watch.
        """
        from archive import clock
        from wencang.desk.watch import watch
        from wencang.desk.watch.follow import forget_all_but, look_for_news

        with self._watching():
            questions = watch.read(self.data)
            chosen = {name: watch.question(questions, name) for name in names} or questions
            forget_all_but(self.settings, self._store, questions)
            if chosen:
                with self._index() as index:
                    yield from look_for_news(self.settings, self._store, index, chosen, clock.now(), mark_shown)

    def _watching(self) -> AbstractContextManager[None]:
        """One run at a time changes watches; another one waits."""
        from archive.lock import exclusive
        from wencang.desk.watch.follow import LOCK

        return exclusive(self.data / LOCK, wait=True)

    def revision(self, id_or_url: str) -> Revision:
        """The newest version of an article. Raises NotKept and Withdrawn."""
        if revision := self._store.get(id_or_url):
            return revision
        mend = _("`wencang crawl --url {url}` fetches it").format(url=id_or_url) if "://" in id_or_url else ""
        raise NotKept(id_or_url, _("is not in the archive"), mend)

    # Working with what is found

    def _revisions(
        self, question: str, source: str, since: str, until: str, engine: str, by: str = ""
    ) -> tuple[Iterator[Revision], tuple[Message, ...]]:
        """The articles with all words of a question, or of the whole archive without one, in order of publication.

        Read as they are iterated; `by` "source" or "section" groups them. With notices. Raises
        UsageFault for a filter without a question.
        """
        from archive.tables.chronology import in_order

        if question:
            ids, notices = self._ids(question, source, since, until, engine)
            return in_order(self._store, ids, by), notices
        if filter := source or since or until:
            raise UsageFault(filter, _("filters need a query"), _("add words to look for"))
        return in_order(self._store, None, by), ()

    def _ids(
        self, question: str, source: str, since: str, until: str, engine: str
    ) -> tuple[list[str], tuple[Message, ...]]:
        """The ids of the articles with all words of a question, best first; with notices."""
        from indexer.search import every_id

        with self._index(engine) as index:
            query = self._query(index, question, source, since, until)
            return every_id(self._store, index, query), self._notices(query, index, engine)

    # Collecting

    # Keeping
