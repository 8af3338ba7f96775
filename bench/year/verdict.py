"""What is wrong with the archive, and with the alarms, after a simulated life: told from what the site answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from archive.settings import load
from archive.store import ArticleStore
from archive.tables.ledger import Ledger
from bench.runs import start
from bench.year.alarms import faults_of_alarms
from bench.year.life import LOOKS
from bench.year.site import GARBAGE, GONE, Site, Visit, Written
from crawler.recrawl import AGES

_SLACK = timedelta(minutes=2)  # in which a run is at work
_CODES = {0, 4, 5, -9}


def faults(site: Site, folder: Path) -> Iterator[str]:
    """A line each."""
    for visit in site.visits:
        yield from (f"{visit.at}: exit code {code}" for code in visit.codes if code not in _CODES)
    with ArticleStore.open(load(folder / "data")) as store:
        yield from _of_articles(site, store)
        candidates = Ledger(store).due("tibet.cn", datetime.max.replace(tzinfo=UTC), 0)
        yield from (f"still waiting: {one.url}" for one in candidates if not one.failures)
    yield from _of_looks(site.visits)
    yield from faults_of_alarms(site.visits)
    check = start(folder / "data", "verify", said=folder / "verified")
    check.join()
    if check.exitcode:
        yield (folder / "verified").read_text()
    if "Traceback" in (said := (folder / "said").read_text()):
        yield said[said.index("Traceback") :][:3000]


# The archive


def _of_articles(site: Site, store: ArticleStore) -> Iterator[str]:
    ids: set[str] = set()
    shown = {url for visit in site.visits for url in _shown(visit)}
    believed, every = set(_believed(site.visits)), set(map(id, site.visits))
    for article in site.articles:
        must, may = _states(article, site.visits, believed, sure=True), _states(article, site.visits, every, sure=False)
        found = {kept.article.id for url in article.urls if (kept := store.get(url))}
        ids |= found
        if len(found) != 1:
            if found or must or (shown.intersection(article.urls) and article.text(site.visits[-1].at)):
                yield f"kept {len(found)} times: {article.urls}"
            continue
        states = [GONE if one.gone else one.article.body.split("\n")[0] for one in store.history(found.pop())]
        if not (_within(must, states) and _within(states, may) and states == _steps(states)):
            yield f"{article.urls}: must be kept {must}, may {may}, kept are {states}"
    yield from (f"invented: {one.article.url}" for one in store.changes() if one.article.id not in ids)


def _shown(visit: Visit) -> set[str]:
    return visit.links.union(*visit.lists.values())


def _believed(visits: Iterable[Visit]) -> Iterator[int]:
    """The visits at which what is gone must be marked so: not where more articles were missing than answered."""
    read: set[str] = set()
    for visit in visits:
        there = {url for url, state in visit.pages.items() if state}
        gone = sum(state == GONE for state in visit.pages.values())
        if gone <= len(there & read) and not visit.killed:
            yield id(visit)
        read |= there if not visit.killed else set()


def _states(article: Written, visits: Iterable[Visit], believed: set[int], sure: bool) -> list[str]:
    """What the site showed of an article, step by step; `sure`: to runs that can't but have kept it."""
    states = [
        state
        for visit in visits
        if not (sure and visit.killed)
        for url in article.urls
        if (state := visit.pages.get(url)) or (state == GONE and id(visit) in believed)
    ]
    first = next((n for n, state in enumerate(states) if state), len(states))
    return _steps(states[first:])


def _steps(states: Iterable[str]) -> list[str]:
    return [state for state, _again in groupby(states)]


def _within(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether they stand among the others, in their order."""
    rest = iter(others)
    return all(one in rest for one in some)


# What a run had to ask for


def _of_looks(visits: Iterable[Visit]) -> Iterator[str]:
    """What a run that nothing hindered did not ask for: what was shown to it first, and what was due for a look."""
    first: dict[str, datetime] = {}
    tried: dict[str, datetime] = {}
    unsure: set[str] = set()  # whether or when they were read is not known: the run was killed, its clock wrong
    for visit in visits:
        due = {url for url, read in first.items() if _is_due(read, tried[url], visit.at)}
        if not (visit.outage or visit.killed or visit.ahead):
            if len(visit.pages) < LOOKS:
                yield from (f"{visit.at}: was to be looked at: {url}" for url in due - visit.pages.keys())
            yield from (
                f"{visit.at}: shown and left: {url}" for url in _shown(visit) - visit.pages.keys() - tried.keys()
            )
        if visit.outage or visit.ahead:  # nothing may have been asked for, and all been put off
            tried |= dict.fromkeys(due, visit.at)
        for url, state in visit.pages.items():
            tried[url] = visit.at
            if (visit.killed or visit.ahead) and url not in first:
                unsure.add(url)
            elif (state or (visit.outage and visit.outage.fault in GARBAGE)) and url not in unsure:
                first.setdefault(url, visit.at)  # garbage counts as an article


def _is_due(read: datetime, tried: datetime, now: datetime) -> bool:
    return any(tried + _SLACK < read + age < now - _SLACK for age in AGES)
