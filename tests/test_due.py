"""A crawl that is left alone: what is due, what is remembered, and a simulated fortnight of it."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import clock
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.ledger import Candidate, Ledger, Section
from archive.text.messages import Reason
from bench.year.life import live, moments
from bench.year.site import Site
from bench.year.verdict import faults
from crawler import recrawl
from crawler.frontier import Frontier
from crawler.health import alarms
from crawler.http.replay import serving
from crawler.sources import SHIPPED
from tests.support.program import Wencang
from tests.support.sample import SAMPLE

NOW = datetime(2025, 6, 1, tzinfo=UTC)
SOURCE = SHIPPED.load("tibet_cn")
LIST = SOURCE.lists[0]
UNAVAILABLE = Reason.HTTP.format(status=503)


@given(st.lists(st.integers(0, 50), max_size=60))
def test_an_interval_follows_what_a_list_brings(news: list[int]) -> None:
    interval = recrawl.USUAL
    for new in news:
        after = recrawl.next_interval(interval, new)
        assert recrawl.SHORTEST <= after <= recrawl.LONGEST
        assert after <= interval if new else after >= interval
        interval = after


@given(st.timedeltas(timedelta(), timedelta(days=800)))
def test_looks_come_at_their_ages_and_are_not_made_up_for(age: timedelta) -> None:
    due = recrawl.next_look(NOW, NOW + age)
    assert due == min((NOW + at for at in recrawl.AGES if at > age), default=None)


def test_an_address_is_given_up_after_some_tries() -> None:
    tries = [recrawl.next_try(failures, NOW) for failures in range(1, len(recrawl.TRIES) + 2)]
    assert tries[-1] is None
    assert tries[:-1] == sorted(filter(None, tries))


@pytest.fixture
def ledger(store: ArticleStore) -> Ledger:
    return Ledger(store)


def frontier(store: ArticleStore, monkeypatch: pytest.MonkeyPatch, at: datetime, due: bool = True) -> Frontier:
    monkeypatch.setattr(clock, "now", lambda: at)
    return Frontier(store, SOURCE, due, looks=100)


def waiting(frontier: Frontier) -> list[str]:
    return [candidate.url for candidate in frontier.waiting()]


def urls(*numbers: int) -> list[str]:
    return [f"{LIST}202506/t20250601_{number}.html" for number in numbers]


def test_a_list_is_walked_to_what_is_known_and_is_due_again_later(
    store: ArticleStore, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = frontier(store, monkeypatch, NOW)
    assert LIST in first.lists()
    assert first.shown(urls(3, 2, 1), LIST) == (urls(3, 2, 1), True)
    first.walked(LIST, etag='"a"')
    assert LIST not in frontier(store, monkeypatch, NOW + timedelta(minutes=10)).lists()
    again = frontier(store, monkeypatch, NOW + timedelta(hours=2))
    assert LIST in again.lists()
    assert again.validators(LIST) == {"If-None-Match": '"a"'}
    assert again.shown(urls(4, 3), LIST) == (urls(4), True)
    assert again.shown(urls(2, 1), LIST) == ([], False), "a whole page is known"
    again.walked(LIST)
    unchanged = frontier(store, monkeypatch, NOW + timedelta(days=2))
    assert unchanged.validators(LIST) == {"If-None-Match": '"a"'}, "its first page was not sent anew"
    unchanged.walked(LIST, etag="", modified="")
    assert frontier(store, monkeypatch, NOW + timedelta(days=4)).validators(LIST) == {}


def test_a_walk_that_was_cut_short_is_taken_up_again(
    store: ArticleStore, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    frontier(store, monkeypatch, NOW).shown(urls(3, 2), LIST)  # and then the site went down
    frontier(store, monkeypatch, NOW + timedelta(minutes=15)).missing(LIST)
    later = frontier(store, monkeypatch, NOW + timedelta(hours=3))
    assert later.shown(urls(3, 2), LIST) == ([], True), "known, but nobody has seen what comes after"
    assert waiting(later) == urls(2, 3), "what was found and not fetched is not lost"


def test_an_article_is_asked_for_once_then_looked_at_by_age(
    store: ArticleStore, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    (url,) = urls(1)
    frontier(store, monkeypatch, NOW).shown([url], LIST)
    frontier(store, monkeypatch, NOW).read(url)
    assert waiting(frontier(store, monkeypatch, NOW + timedelta(minutes=14))) == []
    late = frontier(store, monkeypatch, NOW + timedelta(hours=2))
    assert waiting(late) == [url]
    late.read(url)
    assert ledger.candidates([url])[url].due == NOW + timedelta(hours=3)
    late.skipped(url, Reason.NO_TEXT)
    assert waiting(frontier(store, monkeypatch, NOW + timedelta(hours=3))) == [url], "it was an error page, perhaps"


def test_a_failure_is_tried_again_and_an_article_that_was_read_keeps_its_ages(
    store: ArticleStore, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    (url,) = urls(1)
    first = frontier(store, monkeypatch, NOW)
    first.shown([url], LIST)
    first.failed(url, UNAVAILABLE)
    candidate = ledger.candidates([url])[url]
    assert (candidate.due, candidate.failures, candidate.reason) == (NOW + recrawl.TRIES[0], 1, UNAVAILABLE)
    first.read(url)
    assert ledger.candidates([url])[url].reason is None
    first.failed(url, UNAVAILABLE)
    assert ledger.candidates([url])[url].due == NOW + recrawl.AGES[0]


def test_a_crawl_that_is_not_for_a_schedule_asks_for_everything(
    store: ArticleStore, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    frontier(store, monkeypatch, NOW).walked(LIST)
    whole = frontier(store, monkeypatch, NOW, due=False)
    assert whole.lists() == list(SOURCE.lists)
    whole.shown(urls(1), LIST)
    assert whole.shown(urls(1), LIST) == (urls(1), True)


def test_looks_are_bounded_and_what_was_never_read_is_not(
    store: ArticleStore, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidates = [Candidate(url, "tibet.cn", LIST, NOW, NOW) for url in urls(*range(10, 99))]
    ledger.note_candidates([*candidates[:50], *(replace(candidate, fetched=NOW) for candidate in candidates[50:])])
    due = ledger.due("tibet.cn", NOW, 7)
    assert ([candidate.fetched for candidate in due[:50]], len(due)) == ([None] * 50, 57)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for scheduled, looks, count in ((True, 7, 57), (True, 0, 50), (False, 7, 50)):
        assert len(Frontier(store, SOURCE, scheduled, looks).waiting()) == count


SECTION = Section(LIST, "tibet.cn", NOW, NOW, recrawl.USUAL, 1, NOW)


def test_a_list_is_silent_after_nine_times_its_usual_wait() -> None:
    for days, brought, silent in ((1, 600, 0), (3, 600, 1), (10, 60, 1), (8, 60, 0), (400, 1, 0), (600, 1, 1)):
        answered = replace(SECTION, due=NOW + timedelta(days=days) + SECTION.interval)
        found = alarms.silent([answered], {LIST: brought})
        assert [alarm.subject for alarm in found] == [LIST] * silent, (days, brought)
    assert alarms.silent([replace(SECTION, due=NOW + timedelta(days=900), newest=None)], {}) == []


def test_a_source_is_unchecked_when_none_of_its_lists_could_be_read() -> None:
    other = replace(SECTION, list="other", checked=NOW - timedelta(days=9))
    missing = replace(SECTION, source="xzxw.com", checked=None)
    for hours, subjects in ((25, []), (27, ["tibet.cn", "xzxw.com"])):
        found = alarms.unchecked([other, SECTION, missing], {"xzxw.com": NOW}, NOW + timedelta(hours=hours))
        assert [alarm.subject for alarm in found] == subjects


def test_a_list_that_is_missing_is_expected_until_another_of_the_source_is_read(
    store: ArticleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, missing = SOURCE.lists[:2]
    first = frontier(store, monkeypatch, NOW)
    assert (first.is_expected([missing]), first.is_expected([])) == (True, False)
    first.missing(missing)
    assert frontier(store, monkeypatch, NOW).is_expected([missing])
    first.walked(there)
    again = frontier(store, monkeypatch, NOW)
    assert (again.is_expected([missing]), again.is_expected([missing, there])) == (False, True)
    again.walked(missing)
    frontier(store, monkeypatch, NOW + timedelta(days=1)).missing(missing)
    gone = frontier(store, monkeypatch, NOW + timedelta(days=2))
    assert (gone.is_expected([missing]), gone.is_expected([there])) == (False, True), "another one is well"


@pytest.mark.parametrize("status", [404, 503, 500])
def test_a_source_that_never_answers_is_a_failure_and_then_an_alarm(
    wencang: Wencang, tmp_path: Path, status: int
) -> None:
    headers = {"Retry-After": "7200"} if status == 503 else {}
    with serving(lambda _url: (status, headers, b"")) as proxy:
        done = wencang("crawl", "tibet_cn", "--due", http_proxy=proxy)
        assert (done.returncode, "no list has any rows" in done.stderr) == (5, True)
        if status == 404:
            again = wencang("crawl", "tibet_cn", "--due", http_proxy=proxy)
            assert (again.returncode, again.stderr) == (0, ""), "nothing was due"
    with ArticleStore.open(load(tmp_path / "data")) as store:
        assert alarms.found(store, clock.now()) == []
        (alarm,) = alarms.found(store, clock.now() + timedelta(hours=27))
    assert (alarm.kind, alarm.subject) == ("unchecked", "tibet.cn")
    watched = wencang("status", "--max-age", "26h")
    assert (watched.returncode, watched.stderr) == (6, "tibet.cn: no list has been read yet\n")


def test_a_site_that_is_down_is_a_failure_of_a_run_that_is_due(wencang: Wencang, proxy: str, tmp_path: Path) -> None:
    assert wencang("crawl", "tibet_cn", "--due", http_proxy=proxy).returncode == 0
    with ArticleStore.open(load(tmp_path / "data")) as store:
        ledger = Ledger(store)
        for section in ledger.sections():
            ledger.note_section(replace(section, due=section.due - timedelta(days=3)))
    with serving(lambda _url: (404, {}, b"")) as down:
        done = wencang("crawl", "tibet_cn", "--due", http_proxy=down)
    assert (done.returncode, "no list has any rows" in done.stderr) == (5, True)


def test_what_is_not_due_is_left_alone_and_a_watchdog_sees_how_old_it_is(wencang: Wencang, proxy: str) -> None:
    never = wencang("import", SAMPLE / "expected.jsonl")
    assert never.returncode == 0, never.stderr
    assert wencang("status", "--max-age", "26h").returncode == 6
    first = wencang("crawl", "tibet_cn", "--due", http_proxy=proxy)
    assert first.returncode == 0, first.stderr
    again = wencang("crawl", "tibet_cn", "--due", http_proxy="http://127.0.0.1:1")
    assert (again.returncode, again.stderr) == (0, ""), "nothing is asked for"
    assert again.stdout.startswith("nothing is due; the next list is due at 20")
    assert wencang("status", "--max-age", "26h").returncode == 0
    assert wencang("status", "--max-age", "0m").returncode == 6
    assert "26h" in wencang("status", "--max-age", "soon").stderr


def test_the_operator_is_told_and_prometheus_too(wencang: Wencang, proxy: str, tmp_path: Path) -> None:
    assert wencang("crawl", "tibet_cn", "--due", http_proxy=proxy).returncode == 0
    with ArticleStore.open(load(tmp_path / "data")) as store:
        ledger = Ledger(store)
        for section in ledger.sections():
            ledger.note_section(replace(section, checked=section.checked and section.checked - timedelta(days=3)))
    told, figures = tmp_path / "told", tmp_path / "wencang.prom"
    done = wencang(
        "crawl", "tibet_cn", "--due", http_proxy=proxy,
        WENCANG_HOOK=f"tee {told}", WENCANG_METRICS=str(figures),
    )  # fmt: skip
    assert "tibet.cn: no list could be read since" in done.stderr
    assert told.read_text() in done.stderr
    assert 'wencang_articles{source="tibet.cn"} 42' in figures.read_text()


def test_a_back_fill_keeps_to_its_days(wencang: Wencang, proxy: str) -> None:
    done = wencang("crawl", "tibet_cn", "--since", "2022-05", "--until", "2022-06", http_proxy=proxy)
    assert done.returncode == 0, done.stderr
    exported = [json.loads(line) for line in wencang("export", "--format", "jsonl").stdout.splitlines()]
    assert exported
    assert {article["published"][:7] for article in exported} <= {"2022-05", "2022-06"}


def test_a_fortnight_of_runs_that_are_killed_overlap_and_meet_a_site_that_fails(tmp_path: Path) -> None:
    rng = random.Random(5)  # a maintenance page with status 200 for four days, a clock that is ahead
    site = Site.of(14, rng)
    codes = live(site, tmp_path, moments(14, 24, rng), rng)
    assert {0, -9} <= set(codes), codes
    assert list(faults(site, tmp_path)) == []
