"""Questions: what is typed, and what is understood by it."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import SHANGHAI
from archive.errors import QueryFault, UsageFault
from indexer.question.parser import parse_query
from indexer.question.period import period
from indexer.question.query import Between, Either, Every, Node, Prefix, Quote, Words
from tests.support.sample import ANALYZER

NOW = datetime(2026, 3, 31, 1, 30, tzinfo=SHANGHAI)


def quote(text: str, *words: str, field: str = "") -> Quote:
    return Quote(tuple(text), words, field)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("援藏 招商引资", [Words(("援藏",)), Words(("招商引资",))]),
        ("援藏招商引資", [Words(("援藏", "招商引资"))]),
        ('"招商引资，項目"', [quote("招商引资 项目", "招商引资", "项目")]),
        ("＂招商引资＂", [quote("招商引资", "招商引资")]),
        ("“招商引资” 援藏", [quote("招商引资", "招商引资"), Words(("援藏",))]),
        ("「招商引资」", [quote("招商引资", "招商引资")]),
        ("招商*", [Prefix("招商")]),
        ("ＴＩＢ＊", [Prefix("tib")]),
        ("标题:招商*", [Prefix("招商", "title")]),
        ("བོ*", [Prefix("བོ")]),
        ("７２．０*", [Prefix("72.0")]),
        ("西藏\udcff", [Words(("西藏",))]),
        ("援藏 OR 支援", [Either((Words(("援藏",)), Words(("支援",))))]),
        (
            "西藏 援藏 OR 支援 OR 招商*",
            [Words(("西藏",)), Either((Words(("援藏",)), Words(("支援",)), Prefix("招商")))],
        ),
        ("(援藏 项目) OR 招商", [Either((Every((Words(("援藏",)), Words(("项目",)))), Words(("招商",))))]),
        ("（援藏 -项目）", [Every((Words(("援藏",)),), (Words(("项目",)),))]),
        ("title:援藏", [Words(("援藏",), "title")]),
        ("标题：援藏", [Words(("援藏",), "title")]),
        ('標題:"招商引资"', [quote("招商引资", "招商引资", field="title")]),
        ("来源:新华社", [Words(("新华社",), "source")]),
        ('来源:"新华社"', [Words(("新华社",), "source")]),
        ("SECTION:资讯", [Words(("资讯",), "section")]),
        ("作者:卓玛", [Words(("卓玛",), "author")]),
    ],
)
def test_what_is_understood(text: str, wanted: list[Node]) -> None:
    query = parse_query(text, ANALYZER)
    assert query.wanted == tuple(wanted)
    assert query.unwanted == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("西藏：“招商”开局之年", ("西藏", "招商", "开局", "之", "年")),
        ("拉萨(项目", ("拉萨", "项目")),
        ("拉萨)项目", ("拉萨", "项目")),
        ("看西藏：发展(图)", ("看", "西藏", "发展", "图")),
        ("“招商引资”成果", ("招商引资", "成果")),
        ("“招商引资", ("招商引资",)),
        ("OR", ("or",)),
        ("援藏 OR", ("援藏",)),
        ("援藏 - 招商", ("援藏", "招商")),
        ("日期：不详", ("日期", "不详")),
        ("日期:2022-13", ("日期", "2022", "13")),
        ("*", ()),
    ],
)
def test_what_can_not_be_syntax_is_text(text: str, words: tuple[str, ...]) -> None:
    if not words:
        with pytest.raises(QueryFault, match="no word"):
            parse_query(text, ANALYZER)
        return
    query = parse_query(text, ANALYZER)
    assert tuple(word for run in query.runs for word in run) == words
    assert len(query.wanted) == len(query.runs)
    assert len(query.doubts) == text.startswith("日期")


@pytest.mark.parametrize(
    "typed", ["date:2018-13", "日期：不详", "amount:>abc", "金额：许多", "place:火星", '地点："火星"']
)
def test_a_filter_that_may_be_mistyped_is_doubted(typed: str) -> None:
    (doubt,) = parse_query(f"援藏 {typed}", ANALYZER).doubts
    assert typed.partition("：")[2].strip('"') in doubt or typed in doubt
    assert parse_query("援藏 地点:山南 金额：>10亿 日期：2018", ANALYZER).doubts == ()


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("日期:2022-05..2022-06", "2022-05-01", "2022-07-01"),
        ("since:2022", "2022-01-01", None),
        ("until:2022年6月", None, "2022-07-01"),
        ("date:..2022-06-01", None, "2022-06-02"),
        ("日期：近30天", "2026-03-02", "2026-04-01"),
    ],
)
def test_dates_in_a_question(text: str, since: str | None, until: str | None) -> None:
    query = parse_query(f"援藏 {text}", ANALYZER, NOW)
    between = query.must[0]
    assert isinstance(between, Between)
    assert [time and f"{time:%Y-%m-%d}" for time in (between.since, between.until)] == [since, until]


def test_unwanted_words() -> None:
    query = parse_query('援藏 -旅游 －"雪山" -title:图', ANALYZER)
    assert query.wanted == (Words(("援藏",)),)
    assert query.unwanted == (Words(("旅游",)), quote("雪山", "雪山"), Words(("图",), "title"))


def test_idle_words_are_not_wanted_unless_there_is_no_other() -> None:
    assert parse_query("什么是西藏的唐卡", ANALYZER).words == ("西藏", "唐卡")
    assert parse_query("的", ANALYZER).words == ("的",)


@pytest.mark.parametrize(
    ("text", "known", "least"), [("援藏 招商引资", 2, 1), ("援藏 项目 西藏 拉萨", 4, 2), ("援藏", 1, 1)]
)
def test_half_of_a_few_words_make_an_answer(text: str, known: int, least: int) -> None:
    assert parse_query(text, ANALYZER).required(known) == least


def test_a_quarter_of_many_words_make_an_answer() -> None:
    query = parse_query("西藏 拉萨 援藏 项目 招商引资 干部 草原 雪山", ANALYZER)
    assert (query.is_short, query.required(8), query.required(3)) == (False, 2, 1)


@pytest.mark.parametrize("text", ["", "  ", "，。！", '""', "-旅游", '"，"', "()", '-"援藏"'])
def test_a_question_without_a_word_is_a_fault(text: str) -> None:
    with pytest.raises(QueryFault, match="no word"):
        parse_query(text, ANALYZER)


@pytest.mark.parametrize("text", ['"', '援藏 "招商', '"a" "b', "＂援藏"])
def test_an_open_quote_is_a_fault_that_names_the_place(text: str) -> None:
    with pytest.raises(QueryFault, match=f"character {max(text.rfind(q) for q in chr(34) + '＂') + 1}"):
        parse_query(text, ANALYZER)


@pytest.mark.parametrize(("text", "place"), [("title:", 1), ("援藏 来源: 新华社", 4), ("援藏 标题：", 4)])
def test_a_field_without_a_value_is_a_fault_that_names_the_place(text: str, place: int) -> None:
    with pytest.raises(QueryFault, match=f"character {place} has no value"):
        parse_query(text, ANALYZER)


def test_brackets_that_are_nested_too_deep_are_text() -> None:
    (node,) = parse_query("( " * 5_000 + "雪" + " )" * 5_000, ANALYZER).wanted
    for _depth in range(20):
        assert isinstance(node, Every)
        (node,) = node.nodes
    assert node == Words(("雪",))


def test_what_is_not_seen_is_not_there() -> None:
    assert parse_query("\ufeff援\u200b藏\u00ad", ANALYZER) == parse_query("援藏", ANALYZER)


def test_a_question_that_would_cost_too_much_is_a_fault() -> None:
    with pytest.raises(QueryFault, match="shorten it to 200"):
        parse_query("雪 " * 201, ANALYZER)
    with pytest.raises(QueryFault, match=r"6 words with a \*; shorten it to 5"):
        parse_query("雪* (title:冰* OR 霜*) -雨* 云* 风*", ANALYZER)


@given(st.text('援藏西 "OR-()（）“”「」:：*title标题.，' + "\n", max_size=40) | st.text())
def test_any_text_is_a_question_or_a_fault(text: str) -> None:
    try:
        query = parse_query(text, ANALYZER, NOW)
    except QueryFault:
        return
    assert query.wanted


# Periods


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2022", "2022-01-01", "2023-01-01"),
        ("2022-12", "2022-12-01", "2023-01-01"),
        ("2022-2", "2022-02-01", "2022-03-01"),
        ("2022年6月1日", "2022-06-01", "2022-06-02"),
        ("2022/12/31", "2022-12-31", "2023-01-01"),
        ("2022-05..2022-06", "2022-05-01", "2022-07-01"),
        ("2022年5月至2023", "2022-05-01", "2024-01-01"),
        ("今天", "2026-03-31", "2026-04-01"),
        ("昨天", "2026-03-30", "2026-03-31"),
        ("近1天", "2026-03-31", "2026-04-01"),
        ("最近2周", "2026-03-18", "2026-04-01"),
        ("近1个月", "2026-03-01", "2026-04-01"),
        ("近2年", "2024-04-01", "2026-04-01"),
        ("last7d", "2026-03-25", "2026-04-01"),
        ("本月", "2026-03-01", "2026-04-01"),
        ("上个月", "2026-02-01", "2026-03-01"),
        ("去年", "2025-01-01", "2026-01-01"),
    ],
)
def test_a_period_is_the_whole_of_it(text: str, since: str, until: str) -> None:
    found = period(text, NOW)
    assert [time and f"{time:%Y-%m-%d %H:%M %z}" for time in found] == [f"{day} 00:00 +0800" for day in (since, until)]


@pytest.mark.parametrize(
    "text", ["", "22", "2022-13", "2022-02-30", "gestern", "0000", "99999", "9999", "..", "2022..2021", "近9999年"]
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(UsageFault, match="is not a valid date"):
        period(text)
