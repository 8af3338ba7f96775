"""What is counted: timelines, keywords, collocations and concordances, against sums done by other means."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO, StringIO
from itertools import pairwise, product
from math import isclose, log
from pathlib import Path

import pytest
import resvg_py
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree
from rich.cells import cell_len

from archive.article import SHANGHAI, Article, Revision
from archive.errors import UsageFault
from archive.store import ArticleStore
from archive.tables.chronology import in_order
from archive.tables.stories import Stories
from indexer.engines.engine import SearchEngine
from indexer.highlight import Highlighter
from indexer.question.parser import parse_query
from indexer.question.query import Query
from indexer.search import every_id
from tests.support.program import run
from tests.support.sample import ANALYZER, ARTICLES, ROOT, every_match, indexed
from wencang.cli.output import bars
from wencang.cli.output.marks import aligned, print_concordance
from wencang.cli.output.tables import print_table
from wencang.desk import table
from wencang.desk.count import association
from wencang.desk.count.collocations import Collocate, Measure, collocations, count_near
from wencang.desk.count.concordance import Line, lines, page, picked
from wencang.desk.count.keywords import Keyword, count_words, keywords
from wencang.desk.count.keywords import Measure as KeywordMeasure
from wencang.desk.count.periods import By, between, period_of, start
from wencang.desk.count.timeline import Series, Timeline, timeline
from wencang.desk.draw import plot, png
from wencang.desk.reprints.stories import bring_up

BYS: tuple[By, ...] = ("day", "week", "month", "year")
WIDE = st.text("援藏西 a1“é\u0301，\n", max_size=40)


@pytest.fixture(scope="module", params=["whoosh", "tantivy"])
def held(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    with indexed(tmp_path_factory.mktemp("held"), request.param) as (store, engine):
        yield store, engine


Held = tuple[ArticleStore, SearchEngine]


def question(text: str) -> Query:
    return parse_query(text, ANALYZER)


def revision(body: str, day: str = "", title: str = "标题") -> Revision:
    published = datetime.fromisoformat(day).replace(tzinfo=SHANGHAI) if day else None
    return Revision(1, Article("http://a.example.cn/1", title, body, published=published), datetime.now(UTC))


# The measures, by hand


@pytest.mark.parametrize(
    ("here", "others", "there", "rest", "expected"),
    [
        (110, 2442, 111, 29114, 270.72),  # "the swiss" in the table of Dunning 1993, and further rows of it
        (29, 13, 123, 31612, 263.90),
        (31, 23, 139, 31584, 256.84),
        (10, 0, 3, 31764, 167.23),
        (1, 99, 9, 891, 0.0),
    ],
)
def test_log_likelihood(here: int, others: int, there: int, rest: int, expected: float) -> None:
    found = association.log_likelihood(here, here + others, there, there + rest)
    assert isclose(found, expected, abs_tol=0.006)

    def sums(*counts: int) -> float:
        return sum(count * log(count) for count in counts if count)

    margins = (here + others, there + rest, here + there, others + rest)
    by_sums = 2 * (sums(here, others, there, rest) + sums(here + others + there + rest) - sums(*margins))
    assert isclose(abs(found), by_sums, abs_tol=1e-6)


def test_the_other_measures() -> None:
    assert association.log_dice(8, 8, 8) == 14  # never apart
    assert association.log_dice(1, 8, 8) == 11  # an eighth of that
    assert association.log_ratio(20, 100, 10, 100) == 1  # twice as frequent
    assert association.log_ratio(4, 100, 0, 100) == 3  # as if half a place stood in the rest
    assert association.pmi(4, 16, 32, 1024) == 3  # one half was expected
    assert isclose(association.tf_idf(3, 10, 1000), 3 * 4.605170186)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_log_likelihood_has_the_sign_of_the_difference(here: int, more: int, there: int, others: int) -> None:
    part, rest = here + more, there + others
    found = association.log_likelihood(here, part, there, rest)
    if here * rest == there * part:
        assert isclose(found, 0, abs_tol=1e-9)
    else:
        assert (found > 0) == (here * rest > there * part)


# Timelines


@pytest.mark.parametrize("by", BYS)
@pytest.mark.parametrize("facet", ["", "section", "credit"])
def test_the_counts_are_those_of_the_articles_found(held: Held, by: By, facet: str) -> None:
    store, engine = held
    for text in ("援藏", "西藏 孩子", '"招商引资"', "高原 -学校", "date:2022.. 高原", "无此词汇啊"):
        told = timeline(store, engine, {text: question(text)}, by, share=True, group=facet)
        found = [one.article for one in every_match(store, engine, question(text))]
        assert told.total == len(found), text
        for one in told.series:
            of_it = [article for article in found if not facet or getattr(article, facet) == one.group]
            days = Counter(article.day for article in of_it)
            assert one.total == len(of_it)
            if by == "day":
                assert {start(period): count for period, count in one.counts.items()} == days
            for period in told.periods:
                share = told.share(one, period)
                assert share is None or 0 <= share <= 1


@pytest.mark.parametrize("name", ["whoosh", "tantivy"])
def test_a_story_counts_once(name: str, tmp_path: Path) -> None:
    """Reprints come later, some without the word; the share is of the stories that a time has an article of."""
    with indexed(tmp_path, name) as (store, engine):
        for number, first in enumerate(ARTICLES[:12]):
            for later in (1, 40, 400):
                published = first.published and first.published + timedelta(days=later)
                body = first.body.replace("援藏", "支援") if later == 1 else first.body
                url = f"http://copy.example.cn/{number}-{later}"
                copy = replace(first, id="", url=url, source="copy.example.cn", body=body, published=published)
                store.put(replace(copy, title=first.title.replace("援藏", "支援") if later == 1 else first.title))
        engine.write(store.changes(after=engine.position()))
        bring_up(store)
        for text, by in product(("援藏", "支援", "西藏"), BYS):
            found = list(in_order(store, every_id(store, engine, question(text))))
            firsts: dict[str, Article] = {}
            names = Stories(store).of(one.article.id for one in found)
            for one in found:
                firsts.setdefault(names.get(one.article.id, one.article.id), one.article)
            told = timeline(store, engine, {text: question(text)}, by, share=True, stories=True)
            assert told.total == len(firsts)
            assert len(firsts) < len(found) or text == "支援"
            (series,) = told.series
            days = Counter(start(period) for period in series.counts for _each in range(series.counts[period]))
            expected = Counter(start(period_of(str(article.day), by)) for article in firsts.values())
            assert days == expected
            assert all((told.share(series, period) or 0) <= 1 for period in told.periods)
            every = {(period_of(str(one.article.day), by), n) for one in in_order(store) if one.article.day
                     for n in [Stories(store).of([one.article.id]).get(one.article.id, one.article.id)]}  # fmt: skip
            assert {p: n for p, n in (told.of or {}).items() if p} == Counter(period for period, _name in every)
            by_source = timeline(store, engine, {text: question(text)}, by, group="source", stories=True)
            groups = Counter(article.source for article in firsts.values())
            assert {one.group: one.total for one in by_source.series} == groups


def test_every_period_between_is_there() -> None:
    for by, first, last, count in (
        ("day", "2024-02-27", "2024-03-02", 5), ("week", "2020-W51", "2021-W02", 5),
        ("month", "2021-11", "2022-02", 4), ("year", "1999", "2002", 4),
    ):  # fmt: skip
        told = _told(by, {first: 2, last: 1})  # type: ignore[arg-type]
        assert (told.periods[0], told.periods[-1], len(told.periods)) == (first, last, count)


def _told(by: By, counts: dict[str, int], *more: dict[str, int]) -> Timeline:
    dated = sorted({period for one in (counts, *more) for period in one if period})
    periods = tuple(between(dated[0], dated[-1], by)) if dated else ()
    series = tuple(Series(f"问题{at}", "", one) for at, one in enumerate((counts, *more)))
    return Timeline(by, periods, series)


def test_a_day_is_a_day_in_china(tmp_path: Path) -> None:
    """Half past midnight is the day before in UTC; in the summers from 1986 to 1991 clocks there were an hour ahead."""
    times = ["2022-06-01T00:30", "1988-07-02T00:10", "1850-03-04T00:00", ""]
    for name in ("whoosh", "tantivy"):
        with indexed(tmp_path / name, name) as (store, engine):
            for number, time in enumerate(times):
                published = datetime.fromisoformat(time).replace(tzinfo=SHANGHAI) if time else None
                store.put(Article(f"http://a.example.cn/{number}", "纸鸢", "放纸鸢。", published=published))
            engine.write(store.changes(after=engine.position()))
            found = engine.dates(question("纸鸢"), "day")[""]
            assert found == {"2022-06-01": 1, "1988-07-02": 1, "1850-03-04": 1, "": 1}


@given(st.dates(date(1800, 1, 1), date(2199, 12, 31)))
def test_a_period_holds_the_days_from_its_start(day: date) -> None:
    for by in BYS:
        period = period_of(day.isoformat(), by)
        assert 0 <= (day - start(period)).days < {"day": 1, "week": 7, "month": 31, "year": 366}[by]
        assert period_of(start(period).isoformat(), by) == period


def test_the_smaller_groups_are_put_together() -> None:
    told = replace(_told("year", {"2020": 5, "": 1}, {"2020": 3}, {"2020": 2, "2021": 1}), grouped=True)
    few = told.largest(2)
    assert [one.counts for one in few.series] == [{"2020": 5, "": 1}, {"2020": 5, "2021": 1}]
    assert few.total == told.total
    assert [row[0] for row in told.rows()][:3] == ["2020", "2021", None]


@settings(max_examples=40)
@given(st.lists(st.dictionaries(st.integers(2000, 2030), st.integers(0, 10**6), min_size=1), min_size=1, max_size=5))
def test_bars_fit_the_width_and_what_is_there_is_seen(found: list[dict[int, int]]) -> None:
    told = _told("year", *({str(year): count for year, count in one.items()} for one in found))
    printed = list(bars.drawn(told, 100))
    assert len(printed) == 1 + len(told.periods)
    assert all(cell_len(line) <= 100 for line in printed)
    for line, period in zip(printed[1:], told.periods, strict=True):
        seen = len(re.findall(r"[▏▎▍▌▋▊▉█]+", line))
        assert seen == sum(one.counts.get(period, 0) > 0 for one in told.series)


@pytest.mark.parametrize("by", BYS)
@pytest.mark.parametrize("count", [1, 3])
def test_a_picture_is_well_formed_and_always_the_same(held: Held, by: By, count: int) -> None:
    store, engine = held
    asked = {text: question(text) for text in ("援藏", '"<西藏>"', "孩子 & 学校")[:count]}
    told = timeline(store, engine, asked, by)
    picture = told.svg()
    assert picture == timeline(store, engine, asked, by).svg()
    root = etree.fromstring(picture.encode())
    texts = [one.text for one in root.iter("{*}text")]
    assert set(asked) <= set(texts)
    xs = [float(x) for path in root.iter("{*}path") for x in re.findall(r"[ML]([\d.]+) ", path.get("d", ""))]
    assert all(0 <= x <= 720 for x in xs)
    assert _told(by, {}).svg().endswith("</svg>\n"), "of nothing, too"


def test_no_two_lines_look_the_same() -> None:
    assert len(set(map(plot._stroke, range(plot.LINES)))) == plot.LINES
    many = _told("year", *({"2020": 9, "2021": at} for at in range(plot.LINES)))
    picture = replace(many, series=tuple(replace(one, query=one.query * 20) for one in many.series)).svg()
    root = etree.fromstring(picture.encode())
    assert all(0 < float(one.get("y", "")) < 352 for one in root.iter("{*}text") if "问题" in (one.text or ""))
    drawn = [path.get("d", "") for path in root.iter("{*}path") if path.get("stroke-linecap")]
    assert len(drawn) == plot.LINES
    assert all(0 < float(y) <= 352 for path in drawn for y in re.findall(r" ([\d.]+)", path))


@settings(max_examples=40)
@given(st.sampled_from(BYS), st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.integers(0, 4000))
def test_ticks_do_not_touch(by: By, first: date, days: int) -> None:
    last = first + timedelta(days=days)
    root = etree.fromstring(_told(by, {period_of(day.isoformat(), by): 1 for day in (first, last)}).svg().encode())
    ticks = [one for one in root.iter("{*}text") if one.get("y") == "372.0"]
    half = len(ticks[0].text or "") * 13 * 0.6 / 2 if ticks else 0  # of a label of wide digits
    middles = [float(one.get("x", "")) for one in ticks]
    assert all(middle - half >= 0 and middle + half <= 720 for middle in middles)
    assert all(one + 2 * half < other for one, other in pairwise(middles))
    assert ticks or days < 800, "a long time has ticks"


@given(st.floats(1e-6, 1e7))
def test_an_axis_has_few_round_marks(most: float) -> None:
    top, step = plot._scale(most)
    assert most <= top * (1 + 1e-6)
    assert 1 <= round(top / step) <= 6
    assert f"{step:.0e}"[0] in "125"


def test_png_is_drawn_where_there_is_a_chinese_font(tmp_path: Path, crawled: Path) -> None:
    done = run("timeline", "援藏", "-o", tmp_path / "a.png", data=crawled)
    if "Chinese font" in done.stderr:
        assert (done.returncode, done.stderr.count("\n"), list(tmp_path.glob("a.png*"))) == (2, 1, [])
    else:
        assert (done.returncode, (tmp_path / "a.png").read_bytes()[:8]) == (0, b"\x89PNG\r\n\x1a\n")


def test_without_a_font_png_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "svg_to_bytes", partial(resvg_py.svg_to_bytes, skip_system_fonts=True))
    with pytest.raises(UsageFault, match="Chinese font"):
        png.png(_told("year", {"2020": 1}).svg())


def test_the_picture_in_the_docs_is_what_the_program_draws(crawled: Path, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^\$ wencang (timeline .*timeline\.svg)$", text, re.MULTILINE)
    *arguments, name = command.split()
    assert run(*arguments, tmp_path / name, data=crawled).returncode == 0
    assert (tmp_path / name).read_bytes() == (ROOT / "docs" / name).read_bytes()


# Keywords and collocations


def test_keywords_are_counted_as_the_articles_say(held: Held) -> None:
    store, engine = held
    found = _keywords(held, "援藏", "ll", 1_000, 2)[""]
    here = {one.article.id for one in every_match(store, engine, question("援藏"))}
    assert len(found) > 10
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    for one in found:
        having = {a.id for a in ARTICLES if one.word in ANALYZER.terms(f"{a.title}\n{a.body}")}
        assert (one.here, one.there) == (len(having & here), len(having - here)), one.word
        assert one.score == association.log_likelihood(one.here, len(here), one.there, len(ARTICLES) - len(here))
    assert "干部" in [one.word for one in found[:10]]
    assert not any("援藏" in one.word or len(one.word) == 1 or one.word.isdecimal() for one in found)


def _keywords(
    held: Held, text: str, measure: KeywordMeasure, limit: int, least: int, by: str = ""
) -> dict[str, tuple[Keyword, ...]]:
    store, engine = held
    counts = count_words(every_match(store, engine, question(text)), engine.analyzer, (text,), by)
    return keywords(counts, engine, measure, limit, least, (text,))


def test_all_articles_have_no_keywords(held: Held) -> None:
    store, engine = held
    with pytest.raises(UsageFault, match="every article"):
        keywords(count_words(store.kept(), engine.analyzer), engine, "ll", 10, 1)


def test_keywords_by_year_are_those_of_the_years_articles(held: Held) -> None:
    store, engine = held
    found = _keywords(held, "援藏", "tfidf", 5, 1, "year")
    assert list(found) == sorted({str(a.article.day)[:4] for a in every_match(store, engine, question("援藏"))})
    texts = " ".join(a.title + a.body for a in ARTICLES if str(a.day).startswith("2021"))
    assert all(one.word in texts for one in found["2021"])


def test_collocates_are_counted_in_words_within_a_paragraph() -> None:
    # 青稞 stands three times, once in a longer word; 收割 is two words off twice, 晾晒 in another paragraph.
    body = "青稞已经收割。\n晾晒在屋顶。\n农民收割了青稞\n雪山。"
    (one,) = _collocations([revision(body)], "青稞", 2, "logdice", 10, 1).values()
    found = {each.word: each for each in one}
    assert found["收割"].together == found["收割"].places == 2
    assert found["收割"].score == 14 + log(2 * 2 / (2 + 2), 2)
    assert "晾晒" not in found
    assert "雪山" not in found


def _collocations(
    revisions: Iterable[Revision], word: str, window: int, measure: Measure, limit: int, least: int
) -> dict[str, tuple[Collocate, ...]]:
    return collocations(count_near(revisions, ANALYZER, word, window), measure, limit, least)


def test_a_longer_word_is_the_node_and_its_neighbour() -> None:
    assert ANALYZER.words("援藏干部") == ["援藏干部"]
    (one,) = _collocations([revision("援藏干部到了县里。")], "援藏", 1, "pmi", 10, 1).values()
    assert [each.word for each in one] == ["干部"]


@given(
    st.lists(st.lists(st.sampled_from(["青稞", "雪山", "牧民", "学校", "道路", "。", "\n"])), max_size=6),
    st.integers(1, 6),
)
def test_no_place_is_counted_twice(texts: list[list[str]], window: int) -> None:
    bodies = ["，".join(text) for text in texts]
    measures: tuple[Measure, ...] = ("logdice", "pmi", "ll")
    for measure in measures:
        found = _collocations(map(revision, bodies), "青稞", window, measure, 100, 1)
        for one in found.get("", []):
            assert 1 <= one.together <= one.places
            assert one.places == sum(body.count(one.word) for body in bodies)
            assert one.word != "青稞"


# Concordances


@given(st.lists(WIDE, max_size=5), st.integers(1, 30))
def test_a_line_is_a_slice_of_the_text(bodies: list[str], window: int) -> None:
    highlighter = Highlighter(question('援藏 OR "西"'))
    for one in map(revision, bodies):
        text = f"{one.article.title}\n{one.article.body}"
        found = list(lines([one], highlighter, window))
        assert len(found) == len(highlighter.find(text))
        for line in found:
            begin = line.start - len(line.left)
            assert text[begin : begin + len(line.left + line.node + line.right)] == line.left + line.node + line.right
            assert len(line.left) == min(window, line.start)


def test_traditional_characters_phrases_and_several_words_are_found() -> None:
    one = revision("他們援藏。\n招商引資的項目，有援藏資金。")
    assert [line.node for line in lines([one], Highlighter(question("援藏 招商")), 4)] == ["援藏", "招商", "援藏"]
    assert [line.node for line in lines([one], Highlighter(question('"引资的项目"')), 4)] == ["引資的項目"]


def test_lines_are_sorted_by_the_text_on_either_side() -> None:
    found = list(lines([revision("甲乙青稞丁丙。丙甲青稞丁乙。乙丙青稞甲。")], Highlighter(question('"青稞"')), 2))
    assert [line.right for line in picked(found, "right", None, None, 0)] == sorted(line.right for line in found)
    by_left = [line.left[::-1] for line in picked(found, "left", None, None, 0)]
    assert by_left == sorted(by_left)
    assert list(picked(found, "right", 2, None, 0)) == list(picked(found, "right", None, None, 0))[:2]


def test_a_sample_is_the_same_for_a_seed_and_fair() -> None:
    found = [Line(None, "", str(number), "", "", "", number) for number in range(20)]
    drawn = list(picked(iter(found), "date", None, 5, 1))
    assert drawn == list(picked(iter(found), "date", None, 5, 1)) == sorted(drawn, key=lambda line: line.start)
    often = Counter(line.start for seed in range(400) for line in picked(iter(found), "date", None, 5, seed))
    assert set(often) == set(range(20))
    assert all(60 <= count <= 140 for count in often.values()), "100 each are expected"
    assert list(picked(iter(found), "date", None, 50, 1)) == found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WIDE, WIDE, st.integers(20, 90))
def test_lines_fit_a_terminal(terminal: Callable[[int], StringIO], left: str, right: str, columns: int) -> None:
    screen = terminal(columns)
    print_concordance([Line(None, left, "援藏", right, "tibet.cn-7210688", "", 0)], 40)
    line = screen.getvalue().removesuffix("\n")
    assert cell_len(line) <= columns
    assert "援" in line or columns < 40


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], StringIO]:
    """What a person watches, so many columns wide, and without colour."""
    monkeypatch.setenv("NO_COLOR", "1")

    def of_width(columns: int) -> StringIO:
        screen = StringIO()
        monkeypatch.setattr(screen, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(sys, "stdout", screen)
        monkeypatch.setenv("COLUMNS", str(columns))
        return screen

    return of_width


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 10**6), WIDE, WIDE), min_size=1, max_size=5), st.integers(24, 200))
@example(found=[(0, "", "11援援 ")], columns=24)  # a blank at the end of a text
def test_tables_fit_a_terminal(
    terminal: Callable[[int], StringIO], found: list[tuple[int, str, str]], columns: int
) -> None:
    head = ("articles", "source", "title")
    rows = [(str(number), *(text.replace("\n", "") for text in texts)) for number, *texts in found]
    screen = terminal(columns)
    print_table(head, rows)
    printed = screen.getvalue().splitlines()
    assert all(cell_len(line) <= columns for line in printed)
    assert [line.split()[0] for line in printed[1:]] == [row[0] for row in rows], "a number is never cut"
    wide = terminal(1000)
    print_table(head, rows)
    if max(map(cell_len, wide.getvalue().splitlines())) > columns:
        assert "…" in screen.getvalue()
    else:
        assert screen.getvalue() == wide.getvalue()


@pytest.mark.parametrize("columns", [100, 80, 40, 30])
def test_times_and_ids_are_never_cut_and_no_head_is_lost(terminal: Callable[[int], StringIO], columns: int) -> None:
    counts = [("new", "0"), ("changed", "1"), ("unchanged", "120"), ("gone", "0"), ("skipped", "3"), ("failed", "0")]
    head, row = zip(
        ("finished", "2026-11-03 10:00Z"), ("article", "tibet.cn-7210688"), ("took", "0:03:12"), *counts,
        ("MB", "12.3"), ("ended", "time limit"), strict=True,
    )  # fmt: skip
    screen = terminal(columns)
    print_table(head, [row, row])
    printed = screen.getvalue()
    assert max(map(cell_len, printed.splitlines())) <= columns
    assert [printed.count(cell) for cell in row[:3]] == [2, 2, 2]
    assert all(name[:3] in printed for name in head)
    assert "limit" in printed or columns > 40


def test_groups_fit_a_terminal(held: Held) -> None:
    told = timeline(*held, {"西藏": question("西藏")}, "day", group="section")
    for columns in (30, 40, 60):
        few = bars.fitted(told, plot.MOST, columns)
        assert few.total == told.total
        assert max(map(cell_len, bars.drawn(few, columns))) <= columns


@given(WIDE, WIDE, st.integers(1, 30))
def test_nodes_stand_under_each_other(left: str, right: str, room: int) -> None:
    before, node, behind = aligned(Line(None, left, "援\n藏", right, "", "", 0), room)
    assert (cell_len(before), cell_len(behind), node) == (room, room, "援¶藏")
    assert before.strip() in left.replace("\n", "¶")
    assert behind.strip() in right.replace("\n", "¶")


def test_a_page_is_escaped() -> None:
    line = Line(None, "<script>", "a&b", '"', "x", "javascript:alert(1)", 0)
    text = "".join(page([line], "<b>"))
    assert "<script>" not in text
    assert "<b>" not in text
    assert "href" not in text
    etree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))


def test_tables_are_read_back_and_run_nothing() -> None:
    values = [("=1+1", -1.5, None, "甲\t乙\n丙")]
    for delimiter, last in ((",", "甲\t乙\n丙"), ("\t", "甲 乙 丙")):
        out = BytesIO()
        table.write(out, ("a", "b", "c", "d"), values, delimiter)
        read = list(csv.reader(StringIO(out.getvalue().decode("utf-8-sig"), newline=""), delimiter=delimiter))
        assert read == [["a", "b", "c", "d"], ["'=1+1", "-1.5", "", last]]


# As a user runs it


def test_the_commands_agree_with_an_export(crawled: Path) -> None:
    exported = run("export", "援藏", "--format", "jsonl", data=crawled).stdout.splitlines()
    done = run("timeline", "援藏", "--query", "西藏", "--by", "year", "--share", "--json", data=crawled)
    counts = [json.loads(line) for line in done.stdout.splitlines()]
    assert sum(one["articles"] for one in counts if one["query"] == "援藏") == len(exported)
    places = [json.loads(line) for line in run("concordance", "援藏", "--json", data=crawled).stdout.splitlines()]
    bodies = {one["id"]: f"{one['title']}\n{one['body']}" for one in map(json.loads, exported)}
    assert Counter(one["id"] for one in places) == {id: text.count("援藏") for id, text in bodies.items()}
    assert all(bodies[one["id"]][one["start"] :].startswith(one["node"]) for one in places)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["timeline", "无此词汇啊"], 1),
        (["keywords", "无此词汇啊"], 1),
        (["collocations", "无此词汇啊"], 1),
        (["collocations", "，"], 2),
        (["concordance", "无此词汇啊"], 1),
        (["timeline", "援藏", "-o", "a.gif"], 2),
        (["timeline", "援藏", "-o", "nowhere/a.svg"], 2),
        (["timeline", "援藏", "--query", "西藏", "--group", "section"], 2),
        (["timeline", "援藏", *["--query", "西藏"] * 32, "-o", "a.svg"], 2),
        (["keywords", "援藏", "--csv", "--json"], 2),
        (["concordance", "援藏", "--sample", "0"], 2),
    ],
)
def test_what_can_not_be_counted_is_said_in_one_line(crawled: Path, arguments: list[str], code: int) -> None:
    done = run(*arguments, data=crawled)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr


def test_dates_filter_what_is_counted(crawled: Path) -> None:
    done = run("timeline", "援藏", "--since", "2021", "--until", "2021", "--by", "month", "--csv", data=crawled)
    counted = list(csv.DictReader(StringIO(done.stdout.removeprefix("\ufeff"))))
    assert sum(int(row["articles"]) for row in counted) == 2
    assert {row["period"][:4] for row in counted} == {"2021"}


def test_the_order_of_lines_is_that_of_publication(held: Held) -> None:
    store, engine = held
    ids = every_id(store, engine, question("西藏"))
    days = [line.published for line in lines(in_order(store, ids), Highlighter(question("西藏")), 5)]
    assert days == sorted(days, key=str)
