"""Which alarms must have rung in a simulated life, and which may: told from what the site answered.

One function a kind, and a line of KINDS: the words by which it is known, and what is expected
of it. Where a little more or less decides whether it rings, it may, but need not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

from archive.article import SHANGHAI
from bench.year.site import GARBAGE, RATES, Visit

_DAY = timedelta(days=1)
_SOURCE = "tibet.cn"


@dataclass(slots=True)
class Expected:
    """`must`: a subject, and from when until when it must ring at least once; `may`: when it may ring, of which."""

    must: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    may: set[tuple[datetime, str]] = field(default_factory=set)

    def note(self, visit: Visit, subject: str, must: bool, may: bool) -> None:
        """An alarm that is there at this visit is told then, or was within a day."""
        if must:
            self.must.append((subject, visit.at - _DAY - timedelta(minutes=2), visit.at))
        if must or may:
            self.may.add((visit.at, subject))


def silent(visits: Sequence[Visit]) -> Expected:
    """A list that brings nothing for nine times as long as is usual, and for two days at least.

    What two lists show first in one run counts for either of them.
    """
    expected = Expected()
    for base in RATES:
        brought: list[datetime] = []
        own: list[datetime] = []  # of that, what no other list showed
        surely: datetime | None = None  # a run that was killed or hindered may not have noted what was new
        answered = visits[0].at
        seen: set[str] = set()
        for visit in visits:
            new = set(visit.lists.get(base, ())) - seen
            owned = new.difference(*(rows for list, rows in visit.lists.items() if list != base))
            seen.update(*visit.lists.values())
            brought += [visit.at] * len(new)
            own += [visit.at] * len(owned)
            if owned and not visit.killed and not visit.outage:
                surely = visit.at
            answered = visit.at if base in visit.lists else answered
            if brought:
                waited, at_most = (answered - since for since in (brought[-1], surely or brought[0]))
                hindered = visit.killed or bool(visit.outage or visit.ahead) or base not in visit.lists
                must = waited > _longest_wait(own, visit.at) * 1.1 and not hindered
                expected.note(visit, base, must, at_most > _longest_wait(brought, visit.at) * 0.9)
    return expected


def _longest_wait(brought: Sequence[datetime], now: datetime) -> timedelta:
    usual = timedelta(days=60) / max(1, sum(at > now - timedelta(days=60) for at in brought))
    return max(timedelta(days=2), 9 * usual)


def unchecked(visits: Sequence[Visit]) -> Expected:
    """A source of which no list could be read for 26 hours. A second run may say so while the first still reads."""
    expected = Expected()
    walked = surely = visits[0].at
    for visit in visits:
        before = surely
        if any(visit.lists.values()):
            walked = visit.at
            surely = visit.at if not visit.killed and not visit.outage else surely
        waited, at_most = (visit.at - since for since in (walked, before if len(visit.codes) > 1 else surely))
        expected.note(visit, _SOURCE, not visit.killed and waited > 1.02 * _DAY * 26 / 24, at_most > _DAY)
    return expected


def general(visits: Sequence[Visit]) -> Expected:
    """Pages in a layout that no form fits, where there were none for a fortnight."""
    return _risen(visits, lambda visit: len(visit.unknown), lambda visit: bool(visit.unknown))


def failed(visits: Sequence[Visit]) -> Expected:
    """Pages that fail, where none did for a fortnight."""
    return _risen(visits, _failures, lambda visit: bool(_failures(visit) or visit.outage))


def _failures(visit: Visit) -> int:
    return sum(state is None for state in visit.pages.values()) if not visit.outage or _is_partial(visit) else 0


def _is_partial(visit: Visit) -> bool:
    return bool(visit.outage and visit.outage.fault == "forbidden")


def _risen(visits: Sequence[Visit], count: Callable[[Visit], int], some: Callable[[Visit], bool]) -> Expected:
    expected = Expected()
    for n, visit in enumerate(visits):
        before = [one for one in visits[:n] if one.at > visit.at - 14 * _DAY]
        hindered = visit.killed or bool(visit.ahead) or n < 10 or any(map(some, before))
        if count(visit) >= max(8, len(visit.pages) / 3) and not hindered:
            expected.must.append((_SOURCE, visit.at - _DAY, visit.at + 7 * _DAY))
        if some(visit) or any(map(some, before)):
            expected.may.add((visit.at, _SOURCE))
    return expected


def thin(visits: Sequence[Visit]) -> Expected:
    """Days of publication with less than half of the usual articles, once there are some weeks to compare with."""
    expected = Expected()
    days = Counter(_day(url) for url in {url for visit in visits for url, state in visit.pages.items() if state})
    first, last = min(days), visits[-1].at.date()
    for day in (first + n * _DAY for n in range(40, (last - first).days)):
        usual = median(days[day + n * _DAY] for n in range(-28, 0))
        if days[day] < usual * 0.6:
            within = [
                visit.at for visit in visits if 2 * _DAY <= visit.at.astimezone(SHANGHAI).date() - day < 14 * _DAY
            ]
            expected.may.update((at, _SOURCE) for at in within)
            if days[day] <= 1 and usual > 12 and within:
                expected.must.append((_SOURCE, within[0], within[-1]))
    return expected


def _day(url: str) -> date:
    return datetime.strptime(url.rpartition("/t")[2][:8], "%Y%m%d").date()


def doubted(visits: Sequence[Visit]) -> Expected:
    """Pages that are not the article they stand in for."""
    expected = Expected()
    doubtful = False
    for visit in visits:
        is_garbage = bool(visit.outage and visit.outage.fault in GARBAGE)
        doubtful = doubtful or is_garbage
        expected.note(visit, _SOURCE, False, doubtful)
    return expected


def clock(visits: Sequence[Visit]) -> Expected:
    """Times that are yet to come, after a run whose clock was ahead."""
    expected = Expected()
    surely = possibly = visits[0].at
    for visit in visits:
        if visit.ahead:
            possibly = max(possibly, visit.at + visit.ahead)
            noted = any(visit.pages.values()) and not visit.killed
            surely = max(surely, visit.at + visit.ahead) if noted else surely
        hindered = visit.killed or bool(visit.ahead)
        expected.note(visit, "clock", surely > visit.at + _DAY and not hindered, possibly > visit.at)
    return expected


KINDS: dict[str, tuple[str, Callable[[Sequence[Visit]], Expected]]] = {
    "silent": ("nothing new for", silent),
    "unchecked": ("no list could be read since", unchecked),
    "general": ("read by general means", general),
    "failed": ("pages failed", failed),
    "thin": ("fewer articles than expected", thin),
    "doubted": ("pages are doubted", doubted),
    "clock": ("is yet to come", clock),
}


def faults_of_alarms(visits: Sequence[Visit]) -> Iterator[str]:
    """The alarms that should have rung and did not, and those that should not have."""
    told = [(visit.at, line) for visit in visits if not visit.ahead for line in visit.told]
    told = [(at, line) for at, line in told if not line.startswith("over: ")]
    for kind, (words, rule) in KINDS.items():
        rang = [(at, line.partition(": ")[0]) for at, line in told if words in line]
        expected = rule(visits)
        for subject, since, until in expected.must:
            if not any(subject == name and since <= at <= until for at, name in rang):
                yield f"no alarm of {subject}, {kind}, from {since} until {until}"
        yield from (
            f"{at}: false alarm of {subject}, {kind}" for at, subject in rang if (at, subject) not in expected.may
        )
    known = [words for words, _rule in KINDS.values()]
    yield from (
        f"{at}: an alarm of no known kind: {line}" for at, line in told if not any(word in line for word in known)
    )
