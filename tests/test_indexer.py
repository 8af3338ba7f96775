"""Search: folding and cutting, where a question's words stand in a text, and what is shown of it."""

from __future__ import annotations

import logging
import re
import time
from contextlib import suppress
from itertools import pairwise

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import Article
from archive.errors import QueryFault
from indexer.highlight import ArticleHighlighter, Highlighter
from indexer.passages import Text, holds
from indexer.proximity import proximity
from indexer.question.parser import parse_query
from indexer.question.query import Near, Query, Same
from indexer.snippet import Snippet, snippet
from indexer.text import variants
from indexer.text.analyzer import SEPARATOR, characters, fold, lexicon
from tests.support.sample import ANALYZER, ARTICLES, ROOT, TEXTS

# Folding


def test_the_table_of_variants_is_what_opencc_says() -> None:
    pairs = (ROOT / "indexer" / "text" / "variants.txt").read_text(encoding="utf-8").split()
    assert {pair[0]: pair[1] for pair in pairs} == variants.table(), (
        "python -m indexer.text.variants > indexer/text/variants.txt"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("招商引資項目", "招商引资项目"),
        ("看著 著名 著眼", "看着 着名 着眼"),
        ("臺灣、帳目", "台湾、账目"),
        ("５Ｇ　ＧＤＰ", "5g gdp"),
        ("二〇二二", "二零二二"),
        ("覆行 覆盖", "复行 复盖"),
    ],
)
def test_what_counts_as_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_keeps_offsets_and_is_at_rest(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


# Cutting


@pytest.fixture(scope="module")
def reference() -> jieba.Tokenizer:
    """jieba itself, with our lexicon."""
    jieba.setLogLevel(logging.CRITICAL)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for line in lexicon().splitlines():
        if not line.startswith("#"):
            tokenizer.add_word(fold(line.split()[0]), int(line.split()[1]))
    return tokenizer


def test_words_are_those_of_jieba(reference: jieba.Tokenizer) -> None:
    for sentence in re.split(r"(?<=[。！？\n])", "\n".join(TEXTS)):
        plain = re.sub(r"\d[\d.,]*\d|[\u0f00-\u0fff]+", " ", sentence)  # cut by rules of ours
        expected = [word for word in reference.cut(fold(plain), HMM=False) if word.isalnum()]
        assert [word for stretch in ANALYZER.cut(plain) for word in stretch] == expected


def test_each_word_of_the_lexicon_stays_whole() -> None:
    words = [fold(word) for word, _frequency in ANALYZER.parse(lexicon())]
    assert len(set(words)) == len(words) > 1000
    apart = [word for word in words if word not in ANALYZER.words(f"记者在{word}采访")]
    assert apart == []


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("西藏自治区", ["西藏", "自治区", "西藏自治区"]),
        ("墨竹工卡县", ["墨竹工卡", "墨竹工卡县"]),
        ("72.098亿元", ["72.098", "亿元"]),
        ("1,234万", ["1234"]),
        ("5G和G318国道", ["5g", "g318", "国道"]),
        ("བོད་ལྗོངས།", ["བོད", "ལྗོངས"]),
    ],
)
def test_terms_of_an_article(text: str, terms: list[str]) -> None:
    assert set(terms) <= set(ANALYZER.terms(text))


@given(st.text("西藏自治区援招商引资项目签約5G. ，“", max_size=30))
def test_a_question_for_a_whole_text_has_terms_of_it(text: str) -> None:
    assert set(ANALYZER.words(text)) <= set(ANALYZER.terms(text))


@given(st.text())
def test_characters_hold_every_letter_in_order(text: str) -> None:
    cut = characters(text)
    assert [c for c in cut if c.isalnum()] == [c for c in fold(text) if c.isalnum()]
    assert (SEPARATOR, SEPARATOR) not in pairwise(cut)


# Finding in a text


def shown(question: str, body: str) -> Snippet:
    return snippet(body, Highlighter(parse_query(question, ANALYZER)).find(body))


@pytest.mark.parametrize(
    ("question", "body", "marked"),
    [
        ("援藏 招商引资", "援藏幹部到內地招商引資。", ["援藏", "招商引資"]),
        ('"招商引资 项目"', "招商引资，項目簽約。", ["招商引资，項目"]),
        ('"招商引资 项目"', "招商引资項目", []),
        ("招商*", "招商局與招商引資", ["招商", "招商"]),
        ("tibet*", "Tibetan and ＴＩＢＥＴ", ["Tibetan", "ＴＩＢＥＴ"]),
        ("GDP", "ＧＤＰ增长，GDPs不是", ["ＧＤＰ"]),
        ("5G", "5G基站，15G流量", ["5G"]),
        ("援藏 OR 招商", "援藏与招商", ["援藏", "招商"]),
        ("援藏 -招商", "援藏与招商", ["援藏"]),
        ("西藏 source:tibet.cn", "tibet.cn是西藏的网", ["西藏"]),
        ("什么是唐卡", "唐卡是什么", ["唐卡"]),
        ("援藏 NEAR/3 资金", "援藏的資金。援藏要用很多资金", ["援藏", "資金", "援藏"]),
        ("援藏 NEAR/2 资金", "资金1234援藏12资金1234资金", ["援藏", "资金"]),
        ("甲乙 NEAR/2 丙丁 NEAR/2 戊己", "甲乙丙丁12戊己123丙丁甲乙", ["甲乙", "丙丁", "戊己"]),
        ("援藏 ONEAR/3 资金", "资金援藏。援藏的資金。资金援藏", ["援藏", "資金"]),
        ("甲乙 ONEAR/2 丙丁 NEAR/2 戊己", "丙丁甲乙戊己丙丁", ["甲乙", "戊己", "丙丁"]),
        ("西藏 NEAR/9 西藏自治区", "西藏自治区在西藏", ["西藏自治区", "西藏"]),
        ("(援藏 OR 支援) NEAR/2 资金", "支援资金，援藏很多的资金", ["支援", "资金", "援藏"]),
        ("援藏 NEAR/9 amount:>1亿", "援藏投资5亿元，又投资3万元", ["援藏", "5亿元"]),
        ("地点:山南 NEAR/9 援藏", "在措美县的援藏队", ["措美县", "援藏"]),
        ("同句(援藏 资金)", "资金不少。援藏有资金；援藏没有", ["援藏", "资金"]),
        ("同句(援藏 -资金)", "资金不少。援藏有资金；援藏没有", ["援藏"]),
        ("同段(援藏 资金)", "资金不少。援藏有。\n援藏没有", ["资金", "援藏"]),
        ("资金 同句(援藏 项目)", "资金。援藏。援藏项目", ["资金", "援藏", "项目"]),
        ("同句((援藏 资金) OR 项目)", "援藏项目。资金援藏", ["项目", "资金", "援藏"]),
        ('"援藏" NEAR/30 亿元 OR 资金', "援藏5亿元，资金", ["援藏", "亿元", "资金"]),
    ],
)
def test_what_is_marked(question: str, body: str, marked: list[str]) -> None:
    assert [body[one.start : one.end] for one in Highlighter(parse_query(question, ANALYZER)).find(body)] == marked


def test_a_place_stands_for_those_it_lies_in_though_its_name_alone_is_uncertain() -> None:
    (node,) = parse_query("地点:石家庄 NEAR/9 桥梁", ANALYZER).wanted
    assert isinstance(node, Near)
    assert holds(node, Text("河北省石家庄市赵县的桥梁。"))
    assert holds(node, Text("石家庄市的古迹很多。" + "雪山下的草原。" * 9 + "赵县的桥梁。"))


def test_an_ambiguous_place_is_read_by_where_the_article_comes_from() -> None:
    (node,) = parse_query("地点:拉萨市城关区 ONEAR/9 桥梁", ANALYZER).wanted
    body = "城关区的桥梁。"
    tibetan = Article("http://www.tibet.cn/1", "桥梁", body, "tibet.cn")
    other = Article("http://www.example.org/1", "桥梁", body, "example.org")
    assert holds(node, Text.of(tibetan))
    assert not holds(node, Text.of(other))
    query = Query((node,))
    assert [each.word for each in ArticleHighlighter(query).in_body(tibetan)] == ["城关区", "桥梁"]
    assert not ArticleHighlighter(query).in_body(other)


def test_nothing_is_near_across_the_end_of_the_title() -> None:
    article = Article("http://www.tibet.cn/1", "援藏资金", "资金来了。")
    for question, marked in (("援藏 NEAR/9 来了", []), ("援藏 NEAR/9 资金", [(0, 2), (2, 4)]), ("同句(援藏 来了)", [])):
        found = ArticleHighlighter(parse_query(question, ANALYZER)).in_text(article)
        assert [(occurrence.start, occurrence.end) for occurrence in found] == marked


@pytest.mark.parametrize(
    "question", ["藏 NEAR/1000 雪", "雪 ONEAR/1000 藏", "藏 NEAR/1000 雪 NEAR/1000 山", "藏* NEAR/90 雪", "同句(藏 雪)"]
)
def test_a_hostile_text_is_decided_in_time(question: str) -> None:
    (node,) = parse_query(question, ANALYZER).wanted
    assert isinstance(node, Near | Same)
    body = "藏" * 100_000 + "。" + "雪" * 100_000
    start = time.process_time()
    holds(node, Text(body))
    assert time.process_time() - start < 5


def test_words_close_together_early_and_joined_as_typed_weigh_more() -> None:
    query = parse_query("援藏桥梁 招商引资", ANALYZER)
    rarity = {"援藏": 3.0, "桥梁": 2.0, "招商引资": 4.0}
    filler = "雪山下的草原。" * 40

    def weight(text: str) -> float:
        return proximity(query, 100, Highlighter(query).find(text), rarity).score

    joined = "援藏桥梁招商引资。"
    assert weight(joined + filler) > weight("桥梁援藏招商引资。" + filler), "typed side by side, and printed so"
    assert weight(joined + filler) > weight(filler + joined), "said at the beginning"
    assert weight(filler + joined) > weight(f"{filler}援藏{filler}桥梁{filler}招商引资"), "in one window"
    assert weight(filler) < weight(filler + joined)
    assert proximity(query, 2000, [], rarity).score > proximity(query, 100, [], rarity).score, "a long article"


@given(*(st.text("雪山5G a。", max_size=6) for _part in range(3)))
def test_a_text_scanned_with_its_title_shows_the_same_in_the_body(title: str, body: str, asked: str) -> None:
    article = Article("http://www.tibet.cn/1", title, body)
    for question in (f"雪山 5G {asked}*", f'"{asked}雪山" 山', '"山5" "雪 山"', '"雪山。雪"'):
        with suppress(QueryFault):
            query = parse_query(question, ANALYZER)
            highlighter = ArticleHighlighter(query)
            assert highlighter.in_text(article) == Highlighter(query).find(f"{title}\n{body}")
            assert highlighter.in_body(article) == Highlighter(query).find(body)


@given(st.lists(st.text("雪山發发髮5G a。\n", max_size=9), max_size=4))
def test_texts_searched_as_one_show_what_each_shows_alone(texts: list[str]) -> None:
    for question in ("雪山 5G 发", '"发 山" 雪', '"5G发" 山*', "5*"):
        highlighter = Highlighter(parse_query(question, ANALYZER))
        assert highlighter.find_all(list(map(Text, texts))) == list(map(highlighter.find, texts))


# Snippets


def test_a_snippet_marks_what_was_found_in_the_text_as_found() -> None:
    body = "开头。" * 40 + "西藏舉行援藏干部招商引資項目集中簽約，計劃投資72.098億元。" + "结尾。" * 40
    found = shown('援藏 "招商引资项目"', body)
    assert [found.text[a:b] for a, b in found.marks] == ["援藏", "招商引資項目"]
    assert found.text.startswith("西藏舉行")
    assert found.text.endswith("。")
    assert found.text in body


def test_a_snippet_has_a_window_for_each_place_that_shows_something_new() -> None:
    filler = "这里什么也没有说。" * 30
    body = f"{filler}拉萨下雪。{filler}林芝开花。{filler}山南收麦。{filler}那曲赛马。"
    found = shown("拉萨 林芝 山南 那曲", body)
    assert [found.text[a:b] for a, b in found.marks] == ["拉萨", "林芝", "山南"]
    assert found.text.count(" … ") == 2
    assert all(part in body for part in found.text.split(" … "))


@given(st.sampled_from(ARTICLES), st.data())
def test_every_mark_is_a_match(article: Article, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(ANALYZER.words(article.body)), min_size=1, max_size=4))
    query = parse_query(" ".join(f'"{word}"' for word in words), ANALYZER)
    found = snippet(article.body, Highlighter(query).find(article.body))
    assert found.marks
    assert {fold(found.text[a:b]) for a, b in found.marks} <= set(words)
    body = article.body.replace("\n", " ")
    assert all(part.strip() in body for part in found.text.split(" … "))


def test_a_body_without_a_match_is_shown_from_its_start() -> None:
    assert shown("无此词", "第一段。\n第二段。") == Snippet("第一段。 第二段。", ())
    assert shown("无此词", "") == Snippet("", ())
