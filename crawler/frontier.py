"""The frontier of a crawl: which addresses it requests, and what it remembers of them in the archive's ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from archive import clock
from archive.store import ArticleStore
from archive.tables.ledger import Candidate, Ledger, Section
from archive.tables.pictures import Picture, Pictures
from archive.text.messages import Message, Reason
from archive.url import canonical
from crawler import recrawl
from crawler.sources import Source

# Failures that are the page's own, and will hardly pass in minutes: the first tries are left out.
_OF_THE_PAGE = {
    reason.code
    for reason in (Reason.OVERTIME, Reason.READER_KILLED, Reason.LED_IN_CIRCLE, Reason.LED_ON, Reason.LONG_ADDRESS)
}
_LASTING = 3
Change = Callable[[Candidate, datetime], Candidate]


class Frontier:
    """One source in one run.

    With `due` only what is due: lists are read until a whole page is known, and known articles
    are requested again at certain ages, `looks` of them at most. Otherwise all lists, to their
    end, and every article.
    """

    def __init__(self, store: ArticleStore, source: Source, due: bool, looks: int) -> None:
        self._ledger = ledger = Ledger(store)
        self._pictures = Pictures(store)
        self._source = source
        self._due = due
        self._looks = looks if due else 0
        self._started = clock.now()
        ledger.mend(source.site, self._started, _is_put_off)
        self._sections = {section.list: section for section in ledger.sections(source.site)}
        self._new: Counter[str] = Counter()  # addresses, by list
        self._failing: set[str] = set()  # of those that were shown or waiting
        self._attempts: dict[str, Candidate] = {}  # as they were before

    def lists(self) -> list[str]:
        """The lists to read, those last that could not be read before."""
        known = self._ledger.candidates(self._source.lists)
        lists = [url for url in self._source.lists if not self._due or self._is_due(url)]
        return sorted(lists, key=lambda url: known[url].failures if url in known else 0)

    def _is_due(self, url: str) -> bool:
        return url not in self._sections or self._sections[url].due <= self._started

    def is_expected(self, lists: Iterable[str]) -> bool:
        """Whether one of these should exist: no other list of the source existed when it was last requested."""
        requested = set(lists)
        others = [self._sections[url] for url in self._source.lists if url in self._sections and url not in requested]
        return bool(requested) and not any(section.checked == section.answered for section in others)

    def waiting(self) -> list[Candidate]:
        """The addresses that earlier runs left, and those to read again."""
        candidates = self._ledger.due(self._source.site, self._started, self._looks)
        self._note_failing(candidates)
        return candidates

    def _note_failing(self, candidates: Iterable[Candidate]) -> None:
        self._failing.update(candidate.url for candidate in candidates if candidate.failures)

    def is_failing(self, url: str) -> bool:
        """Whether an address failed when it was last requested: it is requested after all others."""
        return canonical(url) in self._failing

    def validators(self, url: str) -> dict[str, str]:
        """The headers of a conditional request (RFC 9110, 13) for the first page of a list."""
        section = self._sections.get(url) if self._due else None
        headers = {"If-None-Match": section.etag, "If-Modified-Since": section.modified} if section else {}
        return {name: value for name, value in headers.items() if value}

    def shown(self, urls: Iterable[str], list: str = "") -> tuple[Sequence[str], bool]:
        """Of addresses on a list or in an article: those to request, and whether any was unknown.

        An address is known if it was found before the list was last read to its end: a reading
        that was cut short is resumed, however many pages of it are known.
        """
        addresses: dict[str, str] = {}
        for url in urls:
            addresses.setdefault(canonical(url), url)
        if not addresses:
            return [], True
        known = self._ledger.candidates(addresses)
        self._note_failing(known.values())
        now = clock.now()
        site = self._source.site
        new = [Candidate(key, site, list, now, now, met=url) for key, url in addresses.items() if key not in known]
        self._ledger.note_candidates(new)
        self._new[list] += len(new)
        section = self._sections.get(list)
        checked = section.checked if section else None
        unknown = [key for key in addresses if key not in known or not checked or known[key].found > checked]
        wanted = [candidate.address for candidate in new] if self._due else [*addresses.values()]
        return wanted, bool(unknown) or not self._due

    def walked(self, list: str, etag: str | None = None, modified: str | None = None) -> None:
        """A list was read to its end, or to what was known; None where its first page had not changed."""
        newest = clock.now() if self._new[list] else None
        values = {"etag": etag, "modified": modified, "newest": newest}
        changed = {name: value for name, value in values.items() if value is not None}
        self._note_section(list, checked=self._started, **changed)

    def changed(self, lists: Mapping[str, datetime | None]) -> Sequence[str]:
        """Of the lists that a list names, each with the time when it was changed last, those to read."""
        return [url for url, modified in lists.items() if not self._due or self._may_be_new(url, modified)]

    def _may_be_new(self, url: str, modified: datetime | None) -> bool:
        section = self._sections.get(url)
        if section and section.checked and modified:
            return modified > section.checked
        return self._is_due(url)

    def part_walked(self, part: str, etag: str | None = None, modified: str | None = None) -> None:
        """A list that another names was read to its end, as `walked`; what it brings counts as brought by the other."""
        values = {"etag": etag, "modified": modified}
        changed = {name: value for name, value in values.items() if value is not None}
        self._note_section(part, checked=self._started, **changed)

    def unread(self, list: str, reason: Message) -> None:
        """A list could not be read. It has no date of its own: its next check is due as before."""
        now = clock.now()
        candidate = self._ledger.candidates([list]).get(list) or Candidate(list, self._source.site, "", now, None)
        self._ledger.note_candidates([replace(candidate, failures=candidate.failures + 1, reason=reason)])

    def missing(self, list: str) -> None:
        """The site has no such list: it is requested again, at growing intervals."""
        self._note_section(list)

    def _note_section(self, list: str, **changed: Any) -> None:
        now, new = self._started, self._new[list]
        old = self._sections.get(list) or Section(list, self._source.site, None, now, recrawl.USUAL, 0, None)
        if candidate := self._ledger.candidates([list]).get(list):
            self._ledger.note_candidates([replace(candidate, failures=0, reason=None)])
        interval = recrawl.next_interval(old.interval, new)
        self._ledger.note_section(replace(old, due=now + interval, interval=interval, new=new, **changed))

    def attempt(self, url: str) -> None:
        """Note before an address is requested that it failed, which holds if the run does not outlive it."""
        now = clock.now()
        candidate = self._ledger.candidates([url]).get(url) or Candidate(url, self._source.site, "", now, now)
        self._attempts.setdefault(url, candidate)
        attempt = replace(candidate, failures=self._attempts[url].failures + 1, reason=Reason.ATTEMPTED)
        self._ledger.note_candidates([attempt])

    def close(self) -> None:
        """Take back the attempts that the end of the run cut short."""
        self._ledger.note_candidates(self._attempts.values())
        self._attempts.clear()

    def read(self, *urls: str) -> None:
        """Addresses were read, and what they held is archived."""
        self._note(_read, *urls)

    def failed(self, url: str, reason: Message) -> None:
        """An address could not be read."""
        self._note(lambda candidate, now: _failed(candidate, now, reason), url)

    def skipped(self, url: str, reason: Message) -> None:
        """An address held no article. It is read again like any other: it may have been an error page."""
        self._note(lambda candidate, now: replace(_read(candidate, now), reason=reason), url)

    def doubted(self, url: str, reason: Message) -> None:
        """What an address shows is doubted: it is requested again soon."""
        self._note(lambda candidate, now: _doubted(candidate, now, reason), url)

    def pictures(self, article: str, urls: Iterable[str]) -> Sequence[str]:
        """Of the pictures in an article those that are new to the archive."""
        now = clock.now()
        pictures = (Picture(url, article, self._source.site, now) for url in urls)
        return [picture.url for picture in self._pictures.note_new(pictures)]

    def waiting_pictures(self) -> Sequence[str]:
        """The pictures that earlier runs left."""
        return [picture.url for picture in self._pictures.due(self._source.site, self._started)]

    def picture_failed(self, url: str, absent: bool) -> None:
        """A picture could not be fetched, or is `absent`: the site has none at this address."""
        if picture := self._pictures.get(url):
            failures = picture.failures + 1
            due = None if absent else recrawl.next_try(failures, clock.now())
            self._pictures.note(replace(picture, due=due, failures=failures))

    def _note(self, change: Change, *urls: str) -> None:
        now = clock.now()
        new = {url: Candidate(url, self._source.site, "", now, now) for url in urls}
        before = {url: self._attempts.pop(url) for url in urls if url in self._attempts}
        candidates = new | self._ledger.candidates(urls) | before
        self._ledger.note_candidates(change(candidate, now) for candidate in candidates.values())


def _read(candidate: Candidate, now: datetime) -> Candidate:
    first = candidate.fetched or now
    return replace(candidate, fetched=first, due=recrawl.next_look(first, now), failures=0, reason=None)


def _is_put_off(candidate: Candidate, now: datetime) -> bool:
    """Whether an address is due later than a right clock can have put it off, or given up before its time."""
    look = recrawl.next_look(candidate.fetched, now) if candidate.fetched else None
    retry = recrawl.next_try(_tries(candidate.failures, candidate.reason), now) if candidate.failures else None
    if candidate.due is None:
        return bool(look and (retry or not candidate.failures))
    return candidate.due > max(time for time in (look, retry, now) if time)


def _doubted(candidate: Candidate, now: datetime, reason: Message) -> Candidate:
    failures = candidate.failures + 1
    return replace(candidate, due=recrawl.next_try(failures, now), failures=failures, reason=reason)


def _failed(candidate: Candidate, now: datetime, reason: Message) -> Candidate:
    failures = candidate.failures + 1
    due = (
        recrawl.next_look(candidate.fetched, now)
        if candidate.fetched
        else recrawl.next_try(_tries(failures, reason), now)
    )
    return replace(candidate, due=due, failures=failures, reason=reason)


def _tries(failures: int, reason: Message | None) -> int:
    return max(failures, _LASTING) if reason and reason.code in _OF_THE_PAGE else failures
