"""Questions: what is typed, and what is understood by it."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archive.article import SHANGHAI
from archive.errors import QueryFault, UsageFault
from indexer.question.parser import NEAR_BY, is_operator, parse_query
from indexer.question.period import period
from indexer.question.query import Amount, Between, Either, Every, Gap, Near, Node, Prefix, Quote, Same, Words, to_text
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


# What stands near

A, B, C, D = (Words((word,)) for word in ("援藏", "亿元", "项目", "学校"))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("援藏 NEAR/30 亿元", Near((A, B), (Gap(30),))),
        ("援藏 near/30 亿元", Near((A, B), (Gap(30),))),
        ("援藏 ＮＥＡＲ／３０ 亿元", Near((A, B), (Gap(30),))),
        ("援藏 相邻/30 亿元", Near((A, B), (Gap(30),))),
        ("援藏 相鄰／30 亿元", Near((A, B), (Gap(30),))),
        ("援藏 NEAR 亿元", Near((A, B), (Gap(NEAR_BY),))),
        ('"援藏"NEAR/5"亿元"', Near((quote("援藏", "援藏"), quote("亿元", "亿元")), (Gap(5),))),
        ("援藏 ONEAR/30 亿元", Near((A, B), (Gap(30, True),))),
        ("援藏 onear/30 亿元", Near((A, B), (Gap(30, True),))),
        ("援藏 ＯＮＥＡＲ／３０ 亿元", Near((A, B), (Gap(30, True),))),
        ("援藏 依次相邻/30 亿元", Near((A, B), (Gap(30, True),))),
        ("援藏 依次相鄰/30 亿元", Near((A, B), (Gap(30, True),))),
        ("援藏 ONEAR 亿元", Near((A, B), (Gap(NEAR_BY, True),))),
        ("援藏 ONEAR/10 亿元 NEAR/3 项目", Near((A, B, C), (Gap(10, True), Gap(3)))),
        ("援藏 NEAR/5(亿元 OR 项目)", Near((A, Either((B, C))), (Gap(5),))),
        ("援藏 NEAR/10 亿元 NEAR/3 项目", Near((A, B, C), (Gap(10), Gap(3)))),
        ("援藏 OR 亿元 NEAR/3 项目", Either((A, Near((B, C), (Gap(3),))))),
        ("(援藏 项目) NEAR/3 亿元", Every((Near((A, B), (Gap(3),)), Near((C, B), (Gap(3),))))),
        ("项目 NEAR/3 援藏亿元", Every((Near((C, A), (Gap(3),)), Near((C, B), (Gap(3),))))),
        (
            "援藏 NEAR/3 ((亿元 项目) OR 学校)",
            Either((Every((Near((A, B), (Gap(3),)), Near((A, C), (Gap(3),)))), Near((A, D), (Gap(3),)))),
        ),
        ("标题:援藏 NEAR/3 招商*", Near((Words(("援藏",), "title"), Prefix("招商")), (Gap(3),))),
        ("地点:山南 NEAR/3 亿元", Near((Words(("山南市",), "place"), B), (Gap(3),))),
        ("same:sentence(援藏 亿元)", Same("sentence", (A, B))),
        ("SAME：Sentence（援藏 亿元）", Same("sentence", (A, B))),
        ("同句(援藏 -亿元)", Same("sentence", (A,), (B,))),
        ("同一段(援藏 NEAR/3 亿元 项目)", Same("paragraph", (Near((A, B), (Gap(3),)), C))),
        ("same:paragraph(援藏 OR 亿元)", Same("paragraph", (Either((A, B)),))),
    ],
)
def test_what_stands_near(text: str, node: Node) -> None:
    query = parse_query(text, ANALYZER)
    assert (query.wanted, query.unwanted, query.doubts) == ((node,), (), ())
    if " OR " not in text.partition("(")[0]:
        assert parse_query(f"西藏 -{text}", ANALYZER).unwanted == (node,)


def test_an_amount_stands_near() -> None:
    (node,) = parse_query("援藏 NEAR/30 amount:>10亿", ANALYZER).wanted
    assert isinstance(node, Near)
    assert isinstance(node.parts[1], Amount)
    (node,) = parse_query("同句(援藏 金额：>10亿)", ANALYZER).wanted
    assert isinstance(node, Same)
    assert isinstance(node.nodes[1], Amount)


@pytest.mark.parametrize(
    "text",
    ["西藏 near 拉萨", "西藏 NEAR", "NEAR", "西藏 相邻 拉萨", "西藏 onear 拉萨", "同句 西藏", "同句(西藏", "same 西藏"],
)
def test_what_is_no_near_is_text(text: str) -> None:
    query = parse_query(text, ANALYZER)
    assert all(isinstance(node, Words) for node in query.wanted)
    assert not query.doubts


def test_a_near_that_may_be_mistyped_is_doubted() -> None:
    (doubt,) = parse_query("援藏 NEAR/x 亿元", ANALYZER).doubts
    assert doubt.startswith("NEAR/x is searched as text")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("NEAR/30 亿元", "NEAR/30 at character 1: has nothing before it"),
        ("西藏 OR NEAR/30 亿元", "NEAR/30 at character 7: has nothing before it"),
        ("援藏 NEAR/30", "NEAR/30 at character 4: has nothing after it"),
        ("(援藏 NEAR/30) 亿元", "NEAR/30 at character 5: has nothing after it"),
        ("援藏 NEAR/30 OR 亿元", "has nothing after it"),
        ("援藏 NEAR/30 NEAR/3 亿元", "has nothing after it"),
        ("援藏 NEAR/30 ，", "has nothing after it"),
        ("ONEAR/30 亿元", "ONEAR/30 at character 1: has nothing before it"),
        ("援藏 NEAR/30 ONEAR/3 亿元", "has nothing after it"),
        ("援藏 ONEAR/0 亿元", "ONEAR/0: is not a distance"),
        ("援藏 NEAR/0 亿元", "NEAR/0: is not a distance"),
        ("援藏 相邻/1001 亿元", "相邻/1001: is not a distance"),
        ("援藏 NEAR/" + "9" * 5_000 + " 亿元", "is not a distance"),
        ("援藏 NEAR/5 -亿元", "can't exclude"),
        ("(援藏 -亿元) NEAR/5 项目", "-亿元: can't be excluded beside NEAR"),
        ("援藏 NEAR/5 栏目:资讯", "section:资讯: has no place in a text"),
        ("日期:2022 NEAR/5 援藏", "has no place in a text"),
        ("(援藏 NEAR/5 项目) NEAR/5 亿元", "can't stand in brackets beside NEAR"),
        ("同句(援藏) NEAR/5 亿元", "can't stand in brackets beside NEAR"),
        ("same:sentence(援藏 author:卓玛)", "author:卓玛: has no place in a text"),
        ("same:sentence(援藏 same:sentence(亿元))", "has no place in a text"),
        ("same:sentence 援藏", "same:sentence at character 1: is not followed by brackets"),
        ("西藏 same:paragraph(援藏", "same:paragraph at character 4: is not followed by brackets"),
        ("same:page(援藏)", "same:page at character 1: is not a part of a text; parts: sentence, paragraph"),
        ("same:sentence(-援藏)", "has nothing to find in its brackets"),
        ("same:sentence()", "has nothing to find in its brackets"),
        (" NEAR/1 ".join(["(山 雪 水)"] * 5), "stands for more than 100 chains"),
    ],
)
def test_a_near_that_can_not_be_is_a_fault_that_names_it(text: str, fault: str) -> None:
    with pytest.raises(QueryFault) as raised:
        parse_query(text, ANALYZER)
    assert fault in str(raised.value)


spots = st.sampled_from(
    ["援藏", '"招商引资 项目"', "招商*", "title:学校", "place:山南市", "amount:>10亿", "(援藏 OR 项目)"]
)
operators = st.builds("{}/{}".format, st.sampled_from(["NEAR", "ONEAR"]), st.integers(1, 1_000))
near = st.lists(spots, min_size=2, max_size=4).flatmap(
    lambda parts: st.lists(operators, min_size=len(parts) - 1, max_size=len(parts) - 1).map(
        lambda names: parts[0] + "".join(f" {name} {part}" for name, part in zip(names, parts[1:], strict=True))
    )
)
grouped = st.builds(
    lambda unit, parts, unwanted: f"same:{unit}({' '.join([*parts, *(f'-{part}' for part in unwanted)])})",
    st.sampled_from(["sentence", "paragraph"]), st.lists(spots | near, min_size=1, max_size=3),
    st.lists(spots | near, max_size=2),
)  # fmt: skip


@given(st.lists(near | grouped, min_size=1, max_size=3), st.lists(near | grouped, max_size=2))
def test_the_text_of_a_near_is_the_same_near(wanted: list[str], unwanted: list[str]) -> None:
    typed = " ".join([*wanted, *(f"-{text}" for text in unwanted)])
    assume(typed.count("*") <= 5)  # more are a fault
    query = parse_query(typed, ANALYZER)
    assert [to_text(node) for node in query.wanted] == wanted
    assert [to_text(node) for node in query.unwanted] == unwanted
    again = parse_query(" ".join([*map(to_text, query.wanted), *(f"-{to_text(n)}" for n in query.unwanted)]), ANALYZER)
    assert again == query


def test_operators_are_no_words() -> None:
    assert all(map(is_operator, ["OR", "NEAR", "ONEAR", "NEAR/30", "near/5", "ONEAR/5", "相邻/3", "依次相邻/3"]))
    assert not any(map(is_operator, ["or", "near", "相邻", "NEAR/x", "ORX", "援藏"]))


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
