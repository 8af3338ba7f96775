"""What is kept of each run, and what is told of it: the ledger, steady alarms, gaps, figures for Prometheus."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from archive.article import SHANGHAI, Article
from archive.settings import load
from archive.store import ArticleStore
from archive.tables import stats
from archive.tables.ledger import Candidate, Ledger, Run
from archive.text.messages import Reason
from crawler.health import alarms
from crawler.health.drift import PAGES, risen
from crawler.health.gaps import judged, thin_days, unread_spans, why
from crawler.report import Report
from tests.support.program import Wencang, run
from tests.support.site import ARTICLE, LIST, ROW, rows, site

NOW = datetime(2022, 6, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
UNAVAILABLE = Reason.HTTP.format(status=503)
WHOLE = Run(
    "tibet.cn", NOW, 10, 1, 2, NOW - DAY, seconds=12.5, new=5, unchanged=3, lists=3, bytes=1 << 40,
    sections={LIST: {"new": 5}}, reasons={UNAVAILABLE: 2}, program="0.1.0", ended="time limit",
)  # fmt: skip


# What is kept of a run


def test_a_run_is_kept_whole(store: ArticleStore) -> None:
    ledger = Ledger(store)
    quiet = replace(WHOLE, finished=NOW + DAY, read=0, lists=0, sections={}, reasons={})
    for one in (WHOLE, quiet, replace(WHOLE, source="xzxw.com")):
        ledger.note_run(one)
    assert ledger.last_runs("tibet.cn", 20) == [quiet, WHOLE]
    assert len(ledger.last_runs("", 20)) == 3
    assert ledger.reading_runs("tibet.cn", NOW - DAY) == [WHOLE]
    assert ledger.crawled("tibet.cn") == (WHOLE.started, WHOLE.finished)
    assert ledger.sources() == ["tibet.cn", "xzxw.com"]


def test_like_reasons_are_counted_together_and_their_number_is_bounded() -> None:
    report = Report()
    for n in range(50):
        report.count("tibet.cn", "failed", "", f"no answer from http://www.tibet.cn/{n}", LIST)
        report.count("tibet.cn", "failed", "", f"fault {n}" * 100)
        report.count("tibet.cn", "skipped", "", f"no article {n}", LIST)
    (one,) = report.runs()
    assert (one.failed, one.skipped, one.sections) == (100, 50, {LIST: {"failed": 50, "skipped": 50}})
    reasons = one.to_json()["reasons"]
    assert reasons.pop("no answer from ...") == 50
    assert len(reasons) < 20
    assert max(map(len, reasons)) <= 200


def told_runs(data: Path, *options: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("runs", *options, "--json", data=data).stdout.splitlines()]


def test_each_run_is_noted_a_quiet_one_too_and_no_file_of_figures_hinders_it(
    wencang: Wencang, proxy: str, tmp_path: Path
) -> None:
    data, figures = tmp_path / "data", tmp_path / "missing" / "wencang.prom"
    done = wencang("crawl", "tibet_cn", "--due", http_proxy=proxy, WENCANG_METRICS=str(figures))
    fault = f"wencang: {figures}: No such file or directory; correct `metrics` in the settings"
    assert (done.returncode, done.stderr.splitlines()[0]) == (0, fault)
    assert done.stdout.splitlines()[1].split()[:2] == ["tibet.cn", "42"]
    assert len(list((data / "manifests").iterdir())) == 1
    assert (data / "index" / "whoosh").exists()
    figures.parent.mkdir()
    assert wencang("crawl", "tibet_cn", "--due", http_proxy=proxy, WENCANG_METRICS=str(figures)).stderr == ""
    quiet, first = told_runs(data, "tibet_cn")
    assert [quiet[key] for key in ("read", "lists", "bytes", "sections", "reasons", "ended")] == [
        0, 0, 0, {}, {}, "finished",
    ]  # fmt: skip
    assert (first["new"], first["ended"], first["reasons"]) == (42, "finished", {})
    assert first["read"] == sum(first[outcome] for outcome in ("new", "changed", "unchanged", "failed"))
    assert 0 < sum(counts.get("new", 0) for counts in first["sections"].values()) <= 42
    assert first["lists"] >= len(first["sections"]) > 1
    assert first["bytes"] > 42 * 1000
    took = datetime.fromisoformat(first["finished"]) - datetime.fromisoformat(first["started"])
    assert first["seconds"] == pytest.approx(took.total_seconds(), abs=0.5)
    table = wencang("runs", "--sections", "--limit", "2").stdout.splitlines()
    assert len(table) == 1 + 2 + len(first["sections"])
    told = {
        (one.name, *sorted(one.labels.values())): one.value
        for family in text_string_to_metric_families(figures.read_text())
        for one in family.samples
    }
    finished = datetime.fromisoformat(quiet["finished"]).timestamp()
    assert told["wencang_run_finished_timestamp_seconds", "tibet.cn"] == pytest.approx(finished)
    assert told["wencang_run_duration_seconds", "tibet.cn"] == quiet["seconds"]
    assert (told["wencang_run_received_bytes", "tibet.cn"], told["wencang_run_articles", "new", "tibet.cn"]) == (0, 0)


PAGE = {n: ROW.format(n=n) for n in range(4)}
SITE = {LIST: (200, "", rows(*PAGE.values())), **dict.fromkeys(PAGE.values(), (200, "", ARTICLE))}
REFUSED = {PAGE[1]: (403, "", b""), PAGE[2]: (200, "", b"<p>nothing</p>"), PAGE[3]: (404, "", b"")}


def test_outcomes_are_counted_by_list_and_what_is_missing_is_told_with_its_reason(tmp_path: Path) -> None:
    with site(SITE | REFUSED) as (proxy, _log):
        done = run("crawl", "tibet_cn", "--due", data=tmp_path, http_proxy=proxy)
    assert done.returncode == 5
    with ArticleStore.open(load(tmp_path)) as store:
        (told,) = Ledger(store).last_runs("tibet.cn", 20)
    assert told.sections[LIST] == {"new": 1, "failed": 1, "skipped": 2}
    assert (told.reasons, told.lists) == ({Reason.HTTP.format(status=403): 1}, 1)
    assert run("runs", data=tmp_path).stdout.splitlines()[-1] == "    1 x HTTP 403"
    gaps = run("gaps", data=tmp_path)
    assert (gaps.returncode, gaps.stderr) == (6, "1 more address holds no article or was withdrawn: --all\n")
    assert gaps.stdout.splitlines() == [
        f"tibet.cn: failed 1 times: {PAGE[1]}: HTTP 403",
        f"tibet.cn: failed 1 times: {PAGE[3]}: HTTP 404",
    ]
    every = [json.loads(line) for line in run("gaps", "tibet_cn", "--all", "--json", data=tmp_path).stdout.splitlines()]
    assert {(one["gap"], one["why"], one["url"]) for one in every} == {
        ("address", "failed", PAGE[1]), ("address", "skipped", PAGE[2]), ("address", "failed", PAGE[3]),
    }  # fmt: skip
    assert run("gaps", "--until", "2020", data=tmp_path).returncode == 0


# Shares of pages that rise


def of(read: int, general: int, failed: int = 0) -> Run:
    return Run("tibet.cn", NOW, read, general, failed, NOW)


@pytest.mark.parametrize(
    ("runs", "kinds"),
    [
        ([(100, 1, 0), (100, 20, 0)], ["general"]),
        ([(100, 0, 9), (100, 1, 0), (100, 0, 40)], ["failed"]),
        ([(100, 0, 0), (40, 4, 0)], []),  # too few to tell
        ([(100, 18, 0), (100, 20, 0)], []),
        ([(50, 50, 0), (100, 100, 0)], []),  # a site without rules
        ([(100, 40, 0), (100, 100, 0)], ["general"]),
        ([(1000, 0, 0), (1000, 6, 0)], ["general"]),  # one section of many
        ([(100, 100, 100)], []),
        ([], []),
        ([(100, 0, 0), (60, 0, 0), (20, 5, 0), (2, 0, 0), (1, 0, 0)], ["general"]),  # small runs after it end nothing
        ([(100, 0, 0), (60, 0, 0), (20, 5, 0), (60, 0, 0)], []),
        ([(100, 0, 0), *[(1, 1, 1)] * 500], ["general", "failed"]),  # nobody gets used to it
    ],
)
def test_a_share_that_rose(runs: list[tuple[int, ...]], kinds: list[str]) -> None:
    assert [one.kind for one in risen([of(*run) for run in runs])] == kinds


@given(st.integers(1, 500), st.integers(0, 500), st.integers(PAGES, 500), st.integers(0, 500))
def test_what_rose_rises_with_one_more_page_and_never_at_the_old_share(
    old_read: int, old: int, read: int, count: int
) -> None:
    before = of(old_read, min(old, old_read))
    fewer, more = (bool(risen([before, of(read, min(some, read))])) for some in (count, count + 1))
    assert more or not fewer
    assert not risen([before, before])


def small_runs(rng: random.Random, share: float, count: int) -> list[Run]:
    sizes = [rng.choice([1, 2, 3, 5]) for _ in range(count)]
    return [of(size, sum(rng.random() < share for _ in range(size))) for size in sizes]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_a_constant_share_does_not_ring(share: float) -> None:
    runs = small_runs(random.Random(1), share, 600)
    assert not [end for end in range(1, 600, 3) if risen(runs[:end])]


@pytest.mark.parametrize(("old", "new"), [(0.0, 0.3), (0.02, 0.3), (0.1, 0.6)])
def test_a_rise_rings_within_so_many_pages_and_until_it_is_over(old: float, new: float) -> None:
    rng = random.Random(2)
    calm, worse, mended = (small_runs(rng, share, 100) for share in (old, new, old))
    runs = calm + worse + mended
    rings = [bool(risen(runs[:end])) for end in range(101, len(runs) + 1)]
    begins, ends = rings.index(True), len(rings) - rings[::-1].index(True)
    assert sum(run.read for run in worse[: begins + 1]) <= PAGES
    assert sum(run.read for run in mended[: ends - 100]) <= 2 * PAGES
    assert all(rings[begins:ends]), "without a break"


# Days with fewer articles than expected


def poisson(rng: random.Random, mean: float) -> int:
    left, count = rng.random(), 0
    while left > math.exp(-mean):
        left, count = left * rng.random(), count + 1
    return count


FIRST = date(2024, 1, 1)


def series(rng: random.Random, mean: float, days: int) -> dict[date, int]:
    """By the day, fewer on weekends."""
    found = (FIRST + n * DAY for n in range(days))
    return {day: poisson(rng, mean if day.weekday() < 5 else mean * 0.6) for day in found}


@pytest.mark.parametrize("mean", [1, 10, 15, 20, 60])
def test_chance_makes_a_day_thin_less_than_once_in_a_thousand(mean: float) -> None:
    days, rng = 4000, random.Random(3)
    found = list(thin_days(series(rng, mean, days), FIRST, FIRST + (days - 1) * DAY))
    assert len(found) < days / 1000


@given(st.integers(0, 199), st.integers(0, 9))
def test_an_emptied_day_is_thin(day: int, seed: int) -> None:
    counts = series(random.Random(seed), 30, 200)
    emptied = counts | {FIRST + day * DAY: 0}
    (found,) = (one for one in thin_days(emptied, FIRST, FIRST + 199 * DAY) if one.day == FIRST + day * DAY)
    assert (found.articles, found.expected > 9) == (0, True)


def test_no_day_is_judged_without_four_others_like_it() -> None:
    for weeks, judged_at_all in ((4, False), (5, True)):
        last = FIRST + (7 * weeks - 1) * DAY
        counts = {FIRST + n * DAY: 30 for n in range(7 * weeks)} | {last: 0}
        assert [one.day for one in thin_days(counts, FIRST, last)] == [last] * judged_at_all


def test_the_days_that_can_be_judged() -> None:
    late = datetime(2025, 6, 1, 23, tzinfo=UTC)  # the next day in China
    assert judged(late, late + 9 * DAY) == (date(2025, 6, 2), date(2025, 6, 9))


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 30)), min_size=1, max_size=20))
def test_spans_are_the_long_waits_between_runs(hours: list[tuple[int, int]]) -> None:
    walks, at = [], NOW
    for wait, took in hours:
        started = at + timedelta(hours=wait)
        at = started + timedelta(hours=took)
        walks.append((started, at))
    found = list(unread_spans(walks, at + timedelta(hours=26)))
    assert [(until - since) / timedelta(hours=1) for since, until in found] == [
        wait for wait, _took in hours[1:] if wait > 26
    ]
    assert list(unread_spans(walks, at + timedelta(hours=27)))[len(found) :] == [(at, at + timedelta(hours=27))]
    assert list(unread_spans([], at)) == []


# Against a real archive

TODAY = datetime.now(SHANGHAI).replace(hour=12, minute=0)


@pytest.fixture
def filled(store: ArticleStore) -> ArticleStore:
    """Twelve articles a day for six weeks, a crawl each day; four days ago nothing came, and for two days no crawl."""
    ledger = Ledger(store)
    with store.batch():
        for ago in range(42):
            at = (TODAY - ago * DAY).astimezone(UTC)
            if ago not in (30, 31):
                ledger.note_run(replace(WHOLE, started=at, finished=at))
            for n in range(0 if ago == 4 else 12):
                url = f"{LIST}t{ago}_{n}.html"
                store.put(Article(url, f"{ago} {n}", "文", source="tibet.cn", published=at, id=f"tibet.cn-{ago}-{n}"))
    return store


def test_articles_are_counted_by_the_day_in_china(store: ArticleStore) -> None:
    midnight = datetime(2025, 6, 2, tzinfo=SHANGHAI)
    for n, at in enumerate((midnight, midnight - timedelta(seconds=1), midnight + DAY, None)):
        for body in ("夜", "长夜"):
            store.put(Article(f"{LIST}{n}", f"{n}", body, source="tibet.cn", published=at, id=f"tibet.cn-{n}"))
    found = {midnight.date(): 1, midnight.date() - DAY: 1}
    assert stats.by_day(store, "tibet.cn", midnight - DAY, midnight + DAY) == found
    assert stats.by_day(store, "xzxw.com", midnight - DAY, midnight + DAY) == {}
    store.withdraw("tibet.cn-0", "裁定")
    assert stats.by_day(store, "tibet.cn", midnight, midnight + DAY) == {}


def test_an_emptied_day_and_a_time_without_a_crawl_are_gaps_and_the_day_an_alarm(
    filled: ArticleStore, tmp_path: Path
) -> None:
    day = (TODAY - 4 * DAY).date()
    done = run("gaps", data=tmp_path)
    span = [(TODAY - ago * DAY).astimezone(UTC).isoformat(timespec="seconds") for ago in (32, 29)]
    assert (done.returncode, done.stdout.splitlines()) == (
        6,
        [
            f"tibet.cn: {day}: 0 articles, usual are 12",
            f"tibet.cn: no list was read from {span[0]} to {span[1]}",
        ],
    )
    (alarm,) = (alarm for alarm in alarms.found(filled, TODAY) if alarm.kind == "thin")
    assert (alarm.subject, f"{day} (0, usually 12)" in alarm.text) == ("tibet.cn", True)
    only = run("gaps", "--since", day, "--until", day, "--json", data=tmp_path)
    assert [json.loads(line) for line in only.stdout.splitlines()] == [
        {"gap": "day", "source": "tibet.cn", "day": str(day), "articles": 0, "expected": 12}
    ]


def test_a_source_of_which_no_list_was_ever_read_is_a_gap(store: ArticleStore, tmp_path: Path) -> None:
    ledger, at = Ledger(store), TODAY.astimezone(UTC)
    for days in (3, 1, 0):
        ledger.note_run(replace(WHOLE, started=at - days * DAY, finished=at - days * DAY, lists=0))
    assert ledger.unanswered() == {"tibet.cn": at - 3 * DAY}
    done = run("gaps", data=tmp_path)
    began = (at - 3 * DAY).isoformat(timespec="seconds")
    assert (done.returncode, done.stdout.startswith(f"tibet.cn: no list was read from {began} to ")) == (6, True)
    ledger.note_run(replace(WHOLE, started=at, finished=at, lists=1))
    assert ledger.unanswered() == {}


def test_addresses_that_a_list_showed_and_that_are_not_kept(store: ArticleStore) -> None:
    ledger = Ledger(store)
    kept, gone = (store.put(Article(PAGE[n], f"题{n}", f"文{n}", source="tibet.cn")) for n in range(2))
    assert kept and gone  # noqa: PT018
    store.withdraw(gone.article.id, "裁定")
    candidate = Candidate("", "tibet.cn", LIST, NOW, NOW)
    read = replace(candidate, fetched=NOW)
    ledger.note_candidates(
        [
            replace(read, url=PAGE[0]),
            replace(read, url=PAGE[1]),
            replace(read, url=PAGE[2]),  # and kept under another address
            replace(candidate, url="a"),
            replace(candidate, url="b", failures=2, reason=UNAVAILABLE),
            replace(read, url="c", reason=Reason.NO_TEXT),
            replace(candidate, url="d", list=""),
            replace(candidate, url="e", found=NOW - DAY),
            replace(candidate, url="f", source="xzxw.com"),
        ]
    )
    found = ledger.missing("tibet.cn", NOW, NOW + DAY)
    assert [(one.url, why(one)) for one in found] == [("a", "unread"), ("b", "failed"), ("c", "skipped")]
    assert [one.url for one in ledger.withdrawn("tibet.cn", NOW, NOW + DAY)] == [PAGE[1]]


def test_more_addresses_than_are_read_at_once(store: ArticleStore) -> None:
    ledger = Ledger(store)
    ledger.note_candidates(Candidate(f"{n:05}", "tibet.cn", LIST, NOW, NOW) for n in range(1001))
    assert [one.url for one in ledger.missing("tibet.cn", NOW, NOW + DAY)] == [f"{n:05}" for n in range(1001)]
    with store.batch():
        for n in range(1001):
            ledger.note_run(replace(WHOLE, finished=NOW + n * DAY))
    assert [finished for _, finished in ledger.walks("tibet.cn")] == [NOW + n * DAY for n in range(1001)]
