"""A question that finds nothing: what is proposed in its place, and that it finds what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.article import SHANGHAI
from archive.errors import QueryFault
from indexer import engines
from indexer.engines.engine import SearchEngine
from indexer.question.parser import parse_query
from indexer.question.query import Query
from indexer.suggest import pinyin
from indexer.suggest.did_you_mean import Proposal, _filters, did_you_mean
from indexer.suggest.pinyin import Typed
from indexer.suggest.spelling import Vocabulary
from tests.support.engines import environment_of, settings_of
from tests.support.program import run
from tests.support.sample import ROOT, indexed


@pytest.fixture(scope="module", params=engines.names())
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchEngine]:
    """Every engine with the sample's articles in it."""
    with indexed(tmp_path_factory.mktemp("suggest"), request.param) as (_store, opened):
        yield opened


def proposed(index: SearchEngine, text: str, **filters: object) -> tuple[Proposal, ...]:
    """What is proposed for a question that finds nothing."""
    query = replace(parse_query(text, index.analyzer), **filters)  # type: ignore[arg-type]
    assert index.search(query).total == 0
    return did_you_mean(index, query)


def articles(index: SearchEngine, text: str) -> int:
    return index.search(parse_query(text, index.analyzer)).whole


# Words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("援臧", "援藏"),
        ("圆葬", "援藏"),
        ("yuanzang", "援藏"),
        ("YuanZang", "援藏"),
        ("yuan zang", "援藏"),
        ("yuánzàng", "援藏"),
        ("yuán zàng", "援藏"),
        ("yuan2zang4", "援藏"),
        ("yuan'zang", "援藏"),
        ("yuancang", "援藏"),
        ("jinzang", "进藏"),
        ("xīzàng", "西藏"),
        ("zsyz", "招商引资"),
        ("ZSYZ", "招商引资"),
        ("zhaoshangyinzi", "招商引资"),
        ("zhao shang yin zi", "招商引资"),
        ("zaosangyingzi", "招商引资"),
        ("yuanzang zhaoshang", "援藏 招商"),
        ("yuanzang zhaoshangyinzi", "援藏 招商引资"),
        ("yuanzangzhaoshangyinzi", "援藏 招商引资"),
        ("yuan zang zhao shang yin zi", "援藏 招商引资"),
        ("yuanzang zsyz", "援藏 招商引资"),
        ("lvyou", "旅游"),
        ("lǚyóu", "旅游"),
        ("lü you", "旅游"),
        ('"招商引姿"', '"招商引资"'),
        ("title:yuanzang", "title:援藏"),
        ("（援臧 OR yuanzang）", "（援藏 OR 援藏）"),
        ("yuanzang -旅游节", "援藏 -旅游节"),
        ("援臧、招伤引咨", "援藏、招商引资"),
    ],
)
def test_words_that_sound_so(index: SearchEngine, typed: str, meant: str) -> None:
    first = proposed(index, typed)[0]
    assert (first.question, first.without) == (meant, ())
    assert first.articles == articles(index, meant) > 0
    assert first.whole


def test_the_nearest_come_first_then_the_most_frequent() -> None:
    vocabulary = Vocabulary({"援藏": 3, "圆脏": 9, "院脏": 2, "院长": 70, "支援": 99})
    assert [near.text for near in vocabulary.suggest("援臧")] == ["援藏", "圆脏", "院脏"]
    assert [near.text for near in vocabulary.suggest("yuanzang")] == ["圆脏", "援藏", "院脏"]
    assert [near.text for near in Vocabulary({"援藏": 3, "院长": 70}).suggest("援臧")] == ["援藏", "院长"]


@pytest.mark.parametrize("typed", ["tibett", "tbet", "tibte", "tibat", "ttibet"])
def test_one_letter_off(typed: str) -> None:
    vocabulary = Vocabulary({"tibet": 2, "tab": 9, "timbre": 9})
    assert [near.text for near in vocabulary.suggest(typed)] == ["tibet"]


@pytest.mark.parametrize("typed", ["招引商资", "招商资引", "招商引", "招商引水", "招商引投资", "水商引资"])
def test_a_character_more_less_other_or_elsewhere(typed: str) -> None:
    assert [near.text for near in Vocabulary({"招商引资": 1, "旅游": 9}).suggest(typed)] == ["招商引资"]


def test_known_words_stay(index: SearchEngine) -> None:
    assert articles(index, "西藏")
    first = proposed(index, '西藏 "援臧"')[0]
    assert first.question == '西藏 "援藏"'


def test_a_word_that_nothing_is_near_to_stays(index: SearchEngine) -> None:
    (one,) = proposed(index, "yuanzang qqxzwv")
    assert (one.question, one.whole) == ("援藏 qqxzwv", False)
    assert one.articles == articles(index, "援藏")


def test_nothing_near_is_nothing_proposed(index: SearchEngine) -> None:
    assert proposed(index, "龘龘龘龘") == ()
    assert proposed(index, "qqxzwv") == ()


# Filters


def test_a_filter_that_emptied_the_answer(index: SearchEngine) -> None:
    every = articles(index, "援藏")
    since = datetime(2030, 1, 1, tzinfo=SHANGHAI)
    assert proposed(index, "援藏", source="xzxw.com") == (Proposal(every, True, "", ("--source xzxw.com",)),)
    assert proposed(index, "援藏", since=since) == (Proposal(every, True, "", ("--since 2030-01-01",)),)
    until = datetime(2001, 1, 1, tzinfo=SHANGHAI)
    assert proposed(index, "援藏", until=until) == (Proposal(every, True, "", ("--until 2000-12-31",)),)
    for filter in (
        "section:没有",
        '栏目:"没 有"',
        "author:无名",
        "title:没有",
        "date:2030",
        "日期：2030-01",
        "-援藏",
        "没x*",
    ):
        *_others, last = proposed(index, f"援藏 {filter}")
        assert last == Proposal(every, True, "", (filter,))


def test_filters_that_emptied_it_together(index: SearchEngine) -> None:
    (one,) = proposed(index, "援藏 section:没有 -雪莲果 date:2030", source="xzxw.com")
    assert one == Proposal(articles(index, "援藏"), True, "", ("--source xzxw.com", "section:没有", "date:2030"))


def test_many_filters(index: SearchEngine) -> None:
    typed = " ".join(
        f"-{word}" for word in ("西藏", "援藏", "的", "在", "和", "是", "了", "有", "月", "日", "年", "一")
    )
    (one,) = proposed(index, f"援藏 {typed} date:2030")
    assert one.articles > 0
    assert "date:2030" in one.without


def test_the_words_of_a_quote_without_the_quotes(index: SearchEngine) -> None:
    assert articles(index, "招商引资援藏")
    assert proposed(index, '"招商引资援藏"')[0].question == "招商引资援藏"
    first = proposed(index, '西藏 "招商引资援藏"')[0]
    assert first.question == "西藏 招商引资援藏"
    assert proposed(index, '"招商引资援藏" "的西藏的的"')[-1].question == "招商引资援藏 的西藏的的"


def test_a_title_that_no_article_has(index: SearchEngine) -> None:
    words = (word for word in ("草原", "雪山", "学校", "公路", "老人") if articles(index, word))
    word = next(word for word in words if not articles(index, f"title:{word}"))
    assert proposed(index, f"标题:{word}") == (Proposal(articles(index, word), True, word, ()),)


def test_other_words_and_fewer_filters_at_once(index: SearchEngine) -> None:
    (one,) = proposed(index, "yuanzang", source="xzxw.com")
    assert one == Proposal(articles(index, "援藏"), True, "援藏", ("--source xzxw.com",))


# Any question

PIECES = (
    "援臧", "yuanzang", "yuan zang", "zsyz", "招商引资", "西藏", "lü", "tibett", "-西藏", "title:", '"', "date:2030",
    "(", ")", "OR", "section:资讯", "雪*", "x" * 50,
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=8).map(" ".join) | st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_every_proposal_finds_what_it_says(index: SearchEngine, text: str) -> None:
    try:
        query = replace(parse_query(text, index.analyzer), source="tibet.cn")
    except QueryFault:
        return
    for one in did_you_mean(index, query):
        asked = replace(parse_query(one.question or text, index.analyzer), source=query.source)
        found = index.search(asked if not one.without else left_out(asked, one.without))
        assert 0 < one.articles <= found.total
        assert one.articles == (found.whole if one.whole else found.total)


def left_out(query: Query, without: tuple[str, ...]) -> Query:
    for name, leave in _filters(query):
        query = leave(query) if name in without else query
    return query


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "龘" * 190,
        "qx " * 66,
        '"' + "xian " * 40 + '"',
        "xian" * 9,
        "雪 " + "-西藏 " * 190,
        "雪 " + "date:2030 " * 500,
    ],
)
def test_no_question_costs_much(index: SearchEngine, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[str] = []
    query = parse_query(text, index.analyzer)
    counted = index.search

    def search(query: Query, limit: int) -> object:
        put.append(query.text)
        return counted(query, limit)

    monkeypatch.setattr(index, "search", search)
    did_you_mean(index, query)
    assert sum(map(len, put)) <= 1_000


# Pinyin


def test_the_table_of_readings_is_what_pypinyin_says() -> None:
    table = "".join(f"{syllable} {read_so}\n" for syllable, read_so in pinyin.table().items())
    held = (ROOT / "indexer" / "suggest" / "pinyin.txt").read_text(encoding="utf-8")
    assert table == held, "python -m indexer.suggest.pinyin > indexer/suggest/pinyin.txt"


def test_a_character_has_every_reading_of_its_words() -> None:
    assert set(pinyin.readings()["藏"]) == {"cang", "zang"}
    assert set(pinyin.readings()["行"]) >= {"hang", "xing"}
    assert set(pinyin.readings()["干"]) >= {"gan", "qian"}, "乾 is folded to it"
    assert "藏" in pinyin.confusable()["zan"] & pinyin.confusable()["chang"]


@pytest.mark.parametrize(
    ("text", "letters", "ends"),
    [
        ("Yuán zàng", "yuanzang", {4, 8}),
        ("xi'an", "xian", {2, 4}),
        ("Lü3you2", "lvyou", {2, 5}),
        ("ＹＺ", "yz", {2}),
    ],
)
def test_letters_that_may_be_pinyin(text: str, letters: str, ends: set[int]) -> None:
    typed = Typed.read(text)
    assert typed
    assert (typed.letters, set(typed.ends)) == (letters, ends)


@pytest.mark.parametrize("text", ["", "5g", "g20", "covid19", "援zang", "a,b"])
def test_letters_that_are_no_pinyin(text: str) -> None:
    assert Typed.read(text) is None


# On the command line


@pytest.mark.parametrize("name", engines.names())
def test_the_command_says_what_to_ask_instead(crawled: Path, name: str) -> None:
    environment = environment_of(settings_of(name, crawled))
    assert run("index", data=crawled, **environment).returncode == 0
    count = len(run("援藏", "--json", "--limit", "99", data=crawled, **environment).stdout.splitlines())
    for form in ([], ["--json"]):
        done = run("yuanzang", *form, data=crawled, **environment)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"did you mean: 援藏 ({count} articles)" in done.stderr.splitlines()
    done = run("援藏", "--since", "2030", data=crawled, **environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"without --since 2030-01-01: {count} articles" in done.stderr.splitlines()
    done = run("援臧", "--since", "2030", data=crawled, **environment)
    assert f"did you mean: 援藏, without --since 2030-01-01 ({count} articles)" in done.stderr.splitlines()


def test_a_fault_stays_a_fault(crawled: Path) -> None:
    done = run('"yuanzang', data=crawled)
    assert done.returncode == 2
    assert "did you mean" not in done.stderr
    assert "did you mean" not in run("援藏", data=crawled).stderr
