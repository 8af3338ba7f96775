"""Class Archive: one data folder with its articles, raw pages, indexes and settings; every use case is a method.

A method returns values and prints nothing; what a reader should know beside the answer is in its
`notices`. Parameters have the names of the command line's options. Days (`since`, `until`) are
years, months or days as text, in Asia/Shanghai; times in values are aware.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from gettext import gettext as _
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal, Self

from archive import settings as _settings
from archive.errors import UsageFault
from archive.messages import Message
from archive.progress import Progress, silent
from archive.settings import Settings
from archive.store import ArticleStore, named_source

if TYPE_CHECKING:
    from archive.notify.notice import Delivery
    from crawler.extract.reading import Reading
    from crawler.timers.install import Installed
    from crawler.timers.units import Form, Job
    from indexer.engines.engine import Order, SearchEngine
    from indexer.question.query import Query
    from indexer.search import Collapse
    from indexer.suggest.did_you_mean import Proposal
    from wencang.answer import Answer
    from wencang.checks import SourceCheck
    from wencang.runs import RunResult


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

        _store = self._store
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

    # Working with what is found

    # Collecting

    def crawl(
        self, sources: Iterable[str] = (), *, url: Iterable[str] = (), since: str = "", until: str = "",
        due: bool = False, images: bool = False, wait: bool = False, max_pages: int = 0, max_time: float = 0,
        progress: Progress = silent, indexed: Progress = silent,
    ) -> RunResult:  # fmt: skip
        """Fetch, extract and archive what the sources show, and index it while it comes in.

        All sources unless some are named; with `url` only these pages, of any site. `since` and
        `until` bound the days of publication, as far as an address tells them. `due`: only what is
        due by the schedule. `images`: the pictures of articles too, as the setting of that name says.
        `wait` for another crawl to end instead of raising Busy. `max_pages` and `max_time` (seconds)
        end the crawl cleanly; 0 is no limit. `progress` and `indexed` are called with the number of
        articles read and indexed so far.

        A crawl can run once in a process. Raises UsageFault for an unknown source, an address that is
        not valid, or a public site where no contact is set. What is fetched before ArchiveUnusable
        or Busy is raised stays in the archive.
        """
        from crawler import sources as known
        from crawler.session import Scope
        from indexer.question.period import span
        from wencang import runs

        names, urls = tuple(sources), tuple(url)
        if urls and (names or since or until or due):
            reason = _("names all that is fetched")
            raise UsageFault("--url", reason, _("leave out SOURCE, --since, --until and --due"))
        first, end = span(since, until)
        last = end and (end - timedelta(days=1)).date()
        chosen = [known.load(name) for name in names or known.names()]
        images = images or self.settings.images
        scope = Scope(urls, first and first.date(), last, due, images, max_pages, max_time)
        return runs.crawl(self.settings, chosen, scope, wait=wait, progress=progress, indexed=indexed)

    def import_(
        self, paths: Iterable[str | Path], *, source: str = "text",
        progress: Progress = silent, indexed: Progress = silent,
    ) -> RunResult:  # fmt: skip
        """Read saved pages (.html), plain text (.txt), JSON Lines of an export and WARC files into the archive.

        Of a folder all files of these kinds. `source` is the source of articles from plain text. Raises
        UsageFault for a path that is missing or of an unknown kind; records that can't be read are
        counted in the result.
        """
        from wencang import runs

        if not source.strip():
            raise UsageFault("--source", _("is empty"), _("name the source of plain text"))
        return runs.import_(self.settings, map(Path, paths), source, progress=progress, indexed=indexed)

    def reextract(
        self, sources: Iterable[str] = (), *, dry_run: bool = False,
        progress: Progress = silent, indexed: Progress = silent,
    ) -> RunResult:  # fmt: skip
        """Read the kept raw pages again by the present rules, without the network, and index what changed.

        Of all sources unless some are named. With `dry_run` only the report says what would change.
        """
        from wencang import runs

        return runs.reextract(self.settings, sources, dry_run=dry_run, progress=progress, indexed=indexed)

    def extract(self, page: str, *, url: str = "") -> Reading:
        """The article of one page: a file, "-" for standard input, or an HTTP address; nothing is archived.

        `url` is the address that a file was saved from. An address can be fetched once in a process.
        Raises NotAnArticle, NotFetched, and UsageFault for a file that can't be read.
        """
        from crawler.onepage import read_page

        return read_page(page, self.settings, url)

    def check(self, source: str) -> SourceCheck:
        """Try the rules of a source on its live site: one list and three articles.

        Can run once in a process. Raises UsageFault for an unknown source, or where no contact is set.
        """
        from crawler import sources
        from wencang.checks import SourceCheck

        chosen = sources.load(source)
        from crawler.check import check

        return SourceCheck(tuple(check(chosen, self.settings)))

    def schedule_print(
        self, form: Form, *, every: str = "15m", system: str = "", image: str = "",
        program: Sequence[str] = ("wencang",),
    ) -> str:  # fmt: skip
        """The text that has `crawl --due` started regularly: units of systemd, a crontab line or a CronJob.

        `every` is 5m, 15m, 1h, 1d ...; `system` the user of a system-wide unit; `image` the container
        image of a CronJob; `program` the words that run wencang. Raises UsageFault for a value that
        does not fit.
        """
        from crawler.timers import units

        return units.text(self._job(program, every), form, system=system, image=image)

    def schedule_install(
        self, place: Literal["", "systemd", "cron"] = "", *, every: str = "15m", program: Sequence[str] = ("wencang",)
    ) -> Installed:
        """Have `crawl --due` started on this machine: by the user's systemd or, where there is none, the crontab.

        Raises UsageFault where no contact is set or the machine has neither, and NotScheduled.
        """
        from crawler.timers import install

        return install.schedule(self.settings, self._job(program, every), place)

    def schedule_remove(self) -> bool:
        """Remove what `schedule_install` put in place; False where there was nothing. Raises NotScheduled."""
        from crawler.timers import install

        return install.remove(self._job())

    def _job(self, program: Sequence[str] = ("wencang",), every: str = "15m") -> Job:
        from crawler.timers.units import Job, minutes

        return Job(tuple(program), Path(os.path.abspath(self.data)), minutes(every))

    def notice(self, text: str = "") -> tuple[Delivery, ...]:
        """Send the operator a line as an alarm is sent, by the hook and by mail; without a text, to try the settings.

        Raises UsageFault where neither is set.
        """
        from archive.notify.notice import deliver

        return deliver(
            self.settings, text or _("A trial: alarms of {data} reach you.").format(data=self.data.absolute())
        )

    # Keeping
