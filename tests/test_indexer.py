"""Search: one analysis for articles and questions, and engines that answer what the texts say."""

from __future__ import annotations

import json
import logging
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import Article, Revision, from_json
from archive.errors import Busy, IndexUnusable, QueryFault, UsageFault
from archive.store import ArticleStore
from indexer import engine, update, variants
from indexer.analyzer import SEPARATOR, Analyzer, characters, fold, lexicon
from indexer.engine import SearchEngine, open_engine
from indexer.query import Query, Quote, Words, parse_query, period
from indexer.search import every_match, search
from indexer.snippet import snippet
from tests.conftest import EXPECTED, ROOT

ANALYZER = Analyzer(lexicon())
ARTICLES = [from_json(values) for values in EXPECTED]
_TEXTS = [f"{article.title}\n{article.body}" for article in ARTICLES]

# Folding


def test_the_table_of_variants_is_what_opencc_says() -> None:
    pairs = (ROOT / "indexer" / "variants.txt").read_text(encoding="utf-8").split()
    assert {pair[0]: pair[1] for pair in pairs} == variants.table(), "python -m indexer.variants > indexer/variants.txt"


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
    for sentence in re.split(r"(?<=[。！？\n])", "\n".join(_TEXTS)):
        plain = re.sub(r"\d[\d.,]*\d|[\u0f00-\u0fff]+", " ", sentence)  # cut by rules of ours
        expected = [word for word in reference.cut(fold(plain), HMM=False) if word.isalnum()]
        assert ANALYZER.words(plain) == expected


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


# Questions


def test_a_question_is_words_and_quotes() -> None:
    query = parse_query('援藏 "招商引資，項目" -旅游', ANALYZER)
    assert query.wanted == (Words(("援藏",)), Quote((*"招商引资", " ", *"项目"), ("招商引资", "项目")))
    assert query.unwanted == (Words(("旅游",)),)


@pytest.mark.parametrize("text", ["", "  ", "，。！", '""', "-旅游", '"，"'])
def test_a_question_without_a_word_is_a_fault(text: str) -> None:
    with pytest.raises(QueryFault, match="no word"):
        parse_query(text, ANALYZER)


@pytest.mark.parametrize("text", ['"', '援藏 "招商', '"a" "b', "＂援藏"])
def test_an_open_quote_is_a_fault_that_names_the_place(text: str) -> None:
    with pytest.raises(QueryFault, match=f"character {max(text.rfind(q) for q in chr(34) + '＂') + 1}"):
        parse_query(text, ANALYZER)


@given(st.text())
def test_any_text_is_a_question_or_a_fault(text: str) -> None:
    try:
        query = parse_query(text, ANALYZER)
    except QueryFault:
        return
    assert query.wanted


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2022", "2022-01-01", "2023-01-01"),
        ("2022-12", "2022-12-01", "2023-01-01"),
        ("2022-2", "2022-02-01", "2022-03-01"),
        ("2022年6月1日", "2022-06-01", "2022-06-02"),
        ("2022/12/31", "2022-12-31", "2023-01-01"),
    ],
)
def test_a_bare_year_month_or_day_is_the_whole_of_it(text: str, since: str, until: str) -> None:
    assert [f"{time:%Y-%m-%d %H:%M %z}" for time in period(text)] == [f"{day} 00:00 +0800" for day in (since, until)]


@pytest.mark.parametrize("text", ["", "22", "2022-13", "2022-02-30", "gestern", "0000", "99999"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(UsageFault, match="is no date"):
        period(text)


# Engines: each is asked the same


@pytest.fixture(scope="module", params=engine.names())
def answers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ArticleStore, SearchEngine]]:
    """Every engine with the sample's articles in it."""
    data = tmp_path_factory.mktemp("engines")
    with ArticleStore.create(data) as store:
        for article in ARTICLES:
            store.put(article)
        update.rebuild(store, data, request.param)
        with open_engine(request.param, update.index_folder(data, request.param)) as opened:
            yield store, opened


@pytest.fixture(params=engine.names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def found(answers: tuple[ArticleStore, SearchEngine], query: Query | str) -> set[str]:
    store, opened = answers
    query = parse_query(query, opened.analyzer) if isinstance(query, str) else query
    return {revision.article.id for revision in every_match(store, opened, query)}


def holding(*words: str) -> set[str]:
    """The articles whose terms hold all these words: what the engine must find, found without it."""
    return {a.id for a, text in zip(ARTICLES, _TEXTS, strict=True) if set(words) <= set(ANALYZER.terms(text))}


def side_by_side(quote: str) -> set[str]:
    """The articles whose title or body holds these characters side by side."""
    return {a.id for a in ARTICLES if any(quote in "".join(characters(text)) for text in (a.title, a.body))}


def test_words_are_all_wanted(answers: tuple[ArticleStore, SearchEngine]) -> None:
    rng = random.Random(5)
    for _again in range(150):
        words = rng.sample(ANALYZER.words(rng.choice(_TEXTS)), rng.choice([1, 2, 3]))
        assert found(answers, Query((Words(tuple(words)),))) == holding(*words), words


def test_a_quote_finds_exactly_the_texts_that_hold_it(answers: tuple[ArticleStore, SearchEngine]) -> None:
    rng = random.Random(6)
    for _again in range(150):
        text = rng.choice(ARTICLES).body
        start = rng.randrange(len(text) - 8)
        quote = "".join(characters(text[start : start + rng.choice([1, 2, 4, 8])])).strip()
        if quote:
            assert found(answers, f'"{quote}"') == side_by_side(quote), quote
    across = ARTICLES[0].title[-2:] + " " + ARTICLES[0].body[:2]
    assert found(answers, f'"{across}"') == set(), "no quote goes from a title into its body"


def test_unwanted_words_take_articles_away(answers: tuple[ArticleStore, SearchEngine]) -> None:
    assert found(answers, "西藏 -援藏") == holding("西藏") - holding("援藏")
    assert found(answers, '援藏 -"招商引资"') == holding("援藏") - holding("招商引资")


@pytest.mark.parametrize(
    "question", ["援藏 招商引资", "援藏 招商引資", "援藏招商引资", "援藏　招商引資", '"援藏干部招商引资"']
)
def test_the_first_question(answers: tuple[ArticleStore, SearchEngine], question: str) -> None:
    assert "tibet.cn-7210688" in found(answers, question)


def test_filters(answers: tuple[ArticleStore, SearchEngine]) -> None:
    since, until = period("2022-06")
    one = Query((Words(("西藏",)),))
    in_june = {a.id for a in ARTICLES if a.day and a.day.isoformat().startswith("2022-06")}
    assert found(answers, replace(one, since=since, until=until)) == holding("西藏") & in_june
    assert found(answers, replace(one, source="tibet.cn")) == holding("西藏")
    assert found(answers, replace(one, source="xzxw.com")) == set()


def test_orders_of_dates(answers: tuple[ArticleStore, SearchEngine]) -> None:
    _store, opened = answers
    query = parse_query("西藏", opened.analyzer)
    published = {article.id: article.published for article in ARTICLES}
    newest = [published[m.id] for m in opened.search(query, order="newest").matches]
    oldest = [published[m.id] for m in opened.search(query, order="oldest").matches]
    assert newest == sorted(newest, key=str, reverse=True)
    assert oldest == newest[::-1]
    assert opened.search(query, 0).total == len(newest)
    pages = [m.id for start in range(0, len(newest), 4) for m in opened.search(query, 4, start).matches]
    assert pages == [m.id for m in opened.search(query).matches]


def test_a_word_in_the_title_weighs_more(answers: tuple[ArticleStore, SearchEngine]) -> None:
    store, opened = answers
    for article in ARTICLES[:12]:
        first = search(store, opened, parse_query(" ".join(ANALYZER.words(article.title)), opened.analyzer)).hits[0]
        assert first.article == article


def test_a_limit_changes_neither_total_nor_order(tmp_path: Path, store: ArticleStore, name: str) -> None:
    rng = random.Random(8)
    words = [f"词{n}" for n in range(12)]
    with open_engine(name, update.index_folder(tmp_path, name), create=True) as opened:
        for n in range(600):
            body = "，".join(rng.choices(words, weights=range(1, 13), k=rng.randrange(5, 60)))
            store.put(Article(url=f"http://www.tibet.cn/{n}", title=f"题{n}", body=body))
            if n % 100 == 99:
                update.update(store, opened)
        for _again in range(40):
            text = " ".join(rng.sample(words, rng.choice([1, 2])))
            query = parse_query(rng.choice([text, f'"{text}"']), opened.analyzer)
            whole = opened.search(query)
            assert whole.total == len(whole.matches)
            for limit in (0, 1, 10):
                part = opened.search(query, limit)
                assert part.total == whole.total
                assert [m.score for m in part.matches] == [m.score for m in whole.matches[:limit]]


# Keeping up


def test_an_index_follows_the_archive(tmp_path: Path, store: ArticleStore, name: str) -> None:
    folder = update.index_folder(tmp_path, name)
    article = ARTICLES[0]
    undated = Article(url="http://www.tibet.cn/undated", title="没有日期的雪", body="西藏下雪。")
    with open_engine(name, folder, create=True) as opened:
        answers = (store, opened)
        for kept in (article, undated):
            store.put(kept)
        assert update.update(store, opened) == 2
        assert update.update(store, opened) == 0
        store.put(replace(article, body="冰川退缩，更正于次日。"))
        assert update.update(store, opened) == 1
        assert opened.position() == 3
        assert found(answers, "冰川 更正") == {article.id}
        assert found(answers, f'"{article.body[:8]}"') == set()
        assert found(answers, replace(parse_query("下雪", opened.analyzer), until=period("2030")[1])) == set()
        assert list(update.verify(store, opened)) == []
        dated = parse_query("西藏", opened.analyzer)
        store.put(replace(article, id="x", url="http://www.tibet.cn/x", body="西藏。"))
        update.update(store, opened)
        for order in ("newest", "oldest"):
            assert opened.search(dated, order=order).matches[-1].id == undated.id


def test_many_small_commits_answer_as_one(tmp_path: Path, store: ArticleStore, name: str) -> None:
    rng = random.Random(7)
    with open_engine(name, update.index_folder(tmp_path, name), create=True) as opened:
        for article in ARTICLES:
            store.put(replace(article, body="旧文。", id=article.id))
            update.update(store, opened)
            store.put(article)
            update.update(store, opened)
        answers = (store, opened)
        assert opened.ids() == {article.id for article in ARTICLES}
        assert found(answers, "旧文") == holding("旧文")
        for _again in range(60):
            words = tuple(rng.sample(ANALYZER.words(rng.choice(_TEXTS)), 2))
            assert found(answers, Query((Words(words),))) == holding(*words)
            text = rng.choice(ARTICLES).body
            quote = "".join(characters(text[5:10])).strip()
            assert found(answers, f'"{quote}"') == side_by_side(quote)


def test_a_crash_before_the_position_was_noted_writes_once_more(tmp_path: Path, store: ArticleStore, name: str) -> None:
    folder = update.index_folder(tmp_path, name)
    for article in ARTICLES[:3]:
        store.put(article)
    with open_engine(name, folder, create=True) as opened:
        before = (folder / "state.json").read_bytes()
        update.update(store, opened)
    (folder / "state.json").write_bytes(before)
    with open_engine(name, folder) as opened:
        assert update.update(store, opened) == 3
        assert list(update.verify(store, opened)) == []
        assert opened.search(parse_query(ARTICLES[0].title, opened.analyzer)).total == 1


def test_a_write_that_fails_leaves_the_index_as_it_was(tmp_path: Path, store: ArticleStore, name: str) -> None:
    def torn() -> Iterator[Revision]:
        yield next(store.changes())
        raise RuntimeError("the archive went away")

    store.put(ARTICLES[0])
    with open_engine(name, update.index_folder(tmp_path, name), create=True) as opened:
        with pytest.raises(RuntimeError):
            opened.write(torn())
        assert (opened.position(), opened.ids()) == (0, set())
        assert update.update(store, opened) == 1


def test_an_index_keeps_the_lexicon_it_was_cut_with(
    tmp_path: Path, store: ArticleStore, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(Article(url="http://www.tibet.cn/1", title="云端牧歌", body="云端牧歌开演。"))
    update.rebuild(store, tmp_path, name)
    monkeypatch.setattr("indexer.analyzer.lexicon", lambda: "云端牧歌 3\n")
    folder = update.index_folder(tmp_path, name)
    with open_engine(name, folder) as opened:
        assert opened.analyzer.words("云端牧歌") != ["云端牧歌"]
        assert found((store, opened), "云端牧歌")
    update.rebuild(store, tmp_path, name)
    with open_engine(name, folder) as opened:
        assert opened.analyzer.words("云端牧歌") == ["云端牧歌"]
        assert found((store, opened), "云端牧歌")


def test_an_index_that_can_not_be_used_names_the_command(tmp_path: Path, store: ArticleStore, name: str) -> None:
    folder = update.index_folder(tmp_path, name)
    with pytest.raises(IndexUnusable, match="wencang index"):
        open_engine(name, folder)
    store.put(ARTICLES[0])
    update.rebuild(store, tmp_path, name)
    state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    (folder / "state.json").write_text(json.dumps(state | {"version": "0"}), encoding="utf-8")
    with pytest.raises(IndexUnusable, match=r"another analyzer.*wencang index --rebuild"):
        open_engine(name, folder)
    (folder / "state.json").write_text("{", encoding="utf-8")
    with pytest.raises(IndexUnusable, match="wencang index --rebuild"):
        open_engine(name, folder)
    (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
    for file in folder.iterdir():
        if file.name != "state.json":
            file.write_bytes(b"junk")
    with pytest.raises(IndexUnusable, match="wencang index --rebuild"), open_engine(name, folder) as opened:
        opened.search(parse_query("西藏", opened.analyzer))
    update.rebuild(store, tmp_path, name)
    with open_engine(name, folder) as opened:
        assert opened.ids() == {ARTICLES[0].id}


def test_an_unknown_engine() -> None:
    with pytest.raises(UsageFault, match=r"engines: .*whoosh"):
        open_engine("lucene", Path("nowhere"))


# Snippets


def test_a_snippet_marks_what_was_found_in_the_text_as_found() -> None:
    body = "开头。" * 40 + "西藏舉行援藏干部招商引資項目集中簽約，計劃投資72.098億元。" + "结尾。" * 40
    shown = snippet(body, parse_query('援藏 "招商引资项目"', ANALYZER))
    assert [shown.text[a:b] for a, b in shown.marks] == ["援藏", "招商引資項目"]
    assert "72.098億元" in shown.text
    assert shown.text in body


@given(st.sampled_from(ARTICLES), st.data())
def test_every_mark_is_a_match(article: Article, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(ANALYZER.words(article.body)), min_size=1, max_size=4))
    shown = snippet(article.body, Query((Words(tuple(words)),)))
    assert shown.marks
    assert {fold(shown.text[a:b]) for a, b in shown.marks} <= set(words)
    assert shown.text in article.body.replace("\n", " ")


def test_a_body_without_a_match_is_shown_from_its_start() -> None:
    shown = snippet("第一段。\n第二段。", parse_query("无此词", ANALYZER))
    assert (shown.text, shown.marks) == ("第一段。 第二段。", ())


def test_two_runs_do_not_write_one_index(tmp_path: Path, store: ArticleStore, name: str) -> None:
    store.put(ARTICLES[0])
    held: list[object] = []

    def meanwhile(_done: int) -> None:
        for write in (update.bring_up, update.rebuild):
            with pytest.raises(Busy):
                write(store, tmp_path, name)
            held.append(write)

    assert update.rebuild(store, tmp_path, name, meanwhile) == 1
    assert len(held) == 2
    assert update.bring_up(store, tmp_path, name) == 0


def test_an_index_with_a_damaged_file_says_so(tmp_path: Path, store: ArticleStore, name: str) -> None:
    rng = random.Random(9)
    for article in ARTICLES:
        store.put(article)
    update.rebuild(store, tmp_path, name)
    folder = update.index_folder(tmp_path, name)
    whole = {file: file.read_bytes() for file in folder.iterdir() if file.name != "state.json"}
    for _again in range(60):
        file = rng.choice(list(whole))
        data = bytearray(whole[file])
        at = rng.randrange(len(data) + 1)
        file.write_bytes(data[:at] if rng.random() < 0.5 else data[:at] + rng.randbytes(40) + data[at + 40 :])
        with suppress(IndexUnusable), open_engine(name, folder) as opened:
            opened.search(parse_query('西藏 "的"', opened.analyzer), 10)
            opened.ids()
        file.write_bytes(whole[file])
