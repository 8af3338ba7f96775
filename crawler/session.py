"""The crawl of one source: what it requests, where it archives it, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from operator import itemgetter
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive import clock
from archive.errors import Busy, WencangError
from archive.proof import manifest
from archive.proof.upload import upload
from archive.settings import Settings
from archive.storage import of as storage_of
from archive.store import ArticleStore
from archive.tables.ledger import Due
from archive.tables.locks import Hold, exclusive
from archive.text.translation import gettext as _
from archive.url import canonical
from archive.warc.pages import Pages
from crawler.frontier import Frontier
from crawler.http.addresses import host_of, site
from crawler.http.crawl import crawl_of
from crawler.keeping import Missing
from crawler.report import Report, Tally
from crawler.sources import Source, Sources, sources_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


@dataclass(frozen=True, slots=True)
class Scope:
    """What a crawl requests.

    `urls`: these pages only, without following links. `since`, `until`: the first and the last day
    of publication, for articles with a day in their address. `due`: only what is due by the
    schedule, of at most `max_sources`. `images`: the pictures of articles too, after the articles. `max_pages`
    and `max_time` (seconds) end the crawl cleanly, after the requests under way; 0 is the limit of crawler.spiders.
    """

    urls: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    due: bool = False
    images: bool = False
    max_sources: int = 0
    max_pages: int = 0
    max_time: float = 0


@dataclass(frozen=True, slots=True)
class Target:
    """Where a crawl archives what it fetches, what it remembers of its source, and its hold on that."""

    store: ArticleStore  # nothing is written to it once the hold is lost
    pages: Pages
    frontier: Frontier
    hold: Hold


@dataclass(slots=True)
class Session:
    """The crawl of one source; without a `target` nothing is archived. `fault` is the error that ended it."""

    source: Source
    sources: Sources  # that read its pages
    report: Report = field(default_factory=Report)
    scope: Scope = Scope()
    target: Target | None = None
    fault: Exception | None = None
    missing: list[Missing] = field(default_factory=list)  # counted at the end by keeping.settle
    sites: frozenset[str] = field(init=False)  # that it may request, as named by addresses.site
    tally: Tally = field(init=False)  # of its source, in the report

    def __post_init__(self) -> None:
        self.sites = self.source.hosts | set(map(site, self.scope.urls))
        self.tally = self.report.tallies[self.source.site]

    @property
    def frontier(self) -> Frontier | None:
        return self.target.frontier if self.target else None

    def remark(self, subject: str, text: str) -> None:
        """Report something that the operator should know."""
        self.report.remarks.append((subject, text))


@contextmanager
def opened(
    settings: Settings, scopes: Iterable[tuple[Source, Scope]], report: Report, wait: bool = False
) -> Iterator[list[Session]]:
    """Sessions that archive what they fetch in the archive of these settings, with one report.

    Each holds its source, so that no other run on any host crawls it meanwhile. Of what is due only
    the sources that no other run holds are taken, the longest due first. Raises Busy, unless `wait`,
    where a source is not free that is not merely due.
    """
    with ExitStack() as stack:
        store = stack.enter_context(ArticleStore.create(settings))
        pages = stack.enter_context(_pages(settings))
        held = list[tuple[Source, Scope, Hold]]()
        for source, scope in _in_turn(store, scopes, report, wait):
            if scope.due and scope.max_sources and len(held) == scope.max_sources:
                break
            try:
                hold = stack.enter_context(exclusive(store, f"crawl {source.site}", wait))
            except Busy as busy:
                if not scope.due:
                    raise
                report.remarks.append((source.site, _("is left to another run: {reason}").format(reason=busy.reason)))
                continue
            held.append((source, scope, hold))
        sleep(max((hold.grace for _source, _scope, hold in held), default=0))
        yield [
            Session(source, sources_of(settings), report, scope, _target(hold, pages, source, scope, settings))
            for source, scope, hold in held
        ]


def _target(hold: Hold, pages: Pages, source: Source, scope: Scope, settings: Settings) -> Target:
    store = hold.fenced()
    return Target(store, pages, Frontier(store, source, scope.due, settings.looks), hold)


def _in_turn(
    store: ArticleStore, scopes: Iterable[tuple[Source, Scope]], report: Report, wait: bool
) -> list[tuple[Source, Scope]]:
    """These, the longest due first; without the sources of which only what is due is wanted, and nothing is.

    Where runs `wait` for each other they are by name, so that none waits for one that waits for it.
    """
    now = clock.now()
    due = Due(store, now)
    times = [(due.since(source.site, source.lists) if scope.due else now, source, scope) for source, scope in scopes]
    for time, source, _scope in times:
        if time > now:
            report.tallies[source.site].end("finished")
    ripe = [(time, source, scope) for time, source, scope in times if time <= now]
    ripe.sort(key=(lambda row: row[1].site) if wait else itemgetter(0))
    return [(source, scope) for _time, source, scope in ripe]


def _pages(settings: Settings) -> Pages:
    storage = storage_of(settings)
    return Pages(storage, at_once=False, ends=partial(manifest.ends, storage), full=partial(_upload_beside, settings))


def _upload_beside(settings: Settings) -> None:
    """Upload files that are full while the crawl goes on; an error occurs again at the end of the run."""

    def work() -> None:
        with suppress(WencangError, OSError), ArticleStore.open(settings) as store:
            upload(store, storage_of(settings))

    Thread(target=work).start()


def scopes(scope: Scope, chosen: Iterable[Source], sources: Sources) -> list[tuple[Source, Scope]]:
    """The scope of each source: the same for all chosen ones or, if it names addresses, those of each of the `sources`.

    Raises UsageFault for an address that is not an HTTP address.
    """
    if not scope.urls:
        return [(source, scope) for source in chosen]
    groups: dict[str, tuple[Source, list[str]]] = {}
    for url in scope.urls:
        host, address = host_of(url), canonical(url)
        source = sources.of(address) or _unknown(urlsplit(address).hostname or host)
        groups.setdefault(source.name, (source, []))[1].append(url)
    return [(source, replace(scope, urls=tuple(urls))) for source, urls in groups.values()]


def _unknown(host: str) -> Source:
    """The source of a site that has none: its pages are read by general means."""
    site = host.removeprefix("www.")
    return Source(site, site, site, hosts=frozenset(), article=(), forms=())


def session_of(crawler: Crawler) -> Session:
    """The session of a running spider."""
    session = crawl_of(crawler)
    assert isinstance(session, Session)
    return session
