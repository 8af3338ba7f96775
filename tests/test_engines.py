"""Search engines: each is asked the same, and answers what the texts say."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from archive.article import Article, Revision
from archive.errors import Busy, IndexUnusable, UsageFault
from archive.store import ArticleStore
from bench.commits import segments
from indexer import engine, lexicon, update
from indexer.analyzer import characters
from indexer.engine import SearchEngine, open_engine
from indexer.period import period
from indexer.query import Query, Words, parse_query
from indexer.search import every_match, search
from tests.conftest import ANALYZER, ARTICLES, TEXTS, indexed


@pytest.fixture(scope="module", params=engine.names())
def answers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ArticleStore, SearchEngine]]:
    """Every engine with the sample's articles in it."""
    with indexed(tmp_path_factory.mktemp("engines"), request.param) as both:
        yield both


@pytest.fixture(params=engine.names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def found(answers: tuple[ArticleStore, SearchEngine], query: Query | str) -> set[str]:
    store, opened = answers
    query = parse_query(query, opened.analyzer) if isinstance(query, str) else query
    return {revision.article.id for revision in every_match(store, opened, query)}


def holding(*words: str) -> set[str]:
    """The articles whose terms hold all these words: what the engine must find, found without it."""
    return {a.id for a, text in zip(ARTICLES, TEXTS, strict=True) if set(words) <= set(ANALYZER.terms(text))}


def side_by_side(quote: str) -> set[str]:
    """The articles whose title or body holds these characters side by side."""
    return {a.id for a in ARTICLES if any(quote in "".join(characters(text)) for text in (a.title, a.body))}


def test_words_are_all_wanted(answers: tuple[ArticleStore, SearchEngine]) -> None:
    rng = random.Random(5)
    for _again in range(150):
        query = Query((Words(tuple(rng.sample(ANALYZER.words(rng.choice(TEXTS)), rng.choice([1, 2, 3])))),))
        assert found(answers, query) == holding(*query.words), query


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


def test_the_vocabulary_is_what_the_texts_hold(answers: tuple[ArticleStore, SearchEngine]) -> None:
    _store, opened = answers
    held = Counter(word for text in TEXTS for word in set(ANALYZER.terms(text)))
    assert list(opened.vocabulary().items()) == sorted(held.items())
    assert opened.vocabulary("招") == {word: count for word, count in held.items() if word.startswith("招")}
    assert opened.vocabulary("没有这样开头的") == {}


def test_filters(answers: tuple[ArticleStore, SearchEngine]) -> None:
    since, until = period("2022-06")
    one = Query((Words(("西藏",)),))
    in_june = {a.id for a in ARTICLES if a.day and a.day.isoformat().startswith("2022-06")}
    assert found(answers, replace(one, since=since, until=until)) == holding("西藏") & in_june
    assert since
    assert until
    dates = {a.id: a.published for a in ARTICLES if a.published}
    assert found(answers, replace(one, since=since)) == holding("西藏") & {id for id in dates if dates[id] >= since}
    assert found(answers, replace(one, until=until)) == holding("西藏") & {id for id in dates if dates[id] < until}
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
            query = Query((Words(tuple(rng.sample(ANALYZER.words(rng.choice(TEXTS)), 2))),))
            assert found(answers, query) == holding(*query.words)
            text = rng.choice(ARTICLES).body
            quote = "".join(characters(text[5:10])).strip()
            assert found(answers, f'"{quote}"') == side_by_side(quote)


def test_small_segments_are_merged(tmp_path: Path, store: ArticleStore, name: str) -> None:
    folder = update.index_folder(tmp_path, name)
    most = 0
    with open_engine(name, folder, create=True) as opened:
        for n in range(70):
            store.put(Article(url=f"http://www.tibet.cn/{n}", title=f"题{n}", body=f"词{n}，雪。"))
            update.update(store, opened)
            most = max(most, segments(folder))
        assert most <= 10, "Whoosh: three of each size, one, four and sixteen articles; Tantivy: eight become one"
        assert found((store, opened), '"词69"') == {a.article.id for a in store.changes() if "69" in a.article.title}
        assert len(found((store, opened), "雪")) == 70


def test_quotes_are_found_far_down_a_long_text(tmp_path: Path, store: ArticleStore, name: str) -> None:
    far = "山" * 70_000 + "高水长"
    for n, body in enumerate((far, "山高水长" + far[3:], far[:-3] + "水长")):
        store.put(Article(url=f"http://www.tibet.cn/{n}", title=f"题{n}", body=body, id=str(n)))
    with open_engine(name, update.index_folder(tmp_path, name), create=True) as opened:
        update.update(store, opened)
        assert found((store, opened), '"山高水长"') == {"0", "1"}
        assert found((store, opened), '"山水长"') == {"2"}


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


def test_an_index_keeps_the_lexicon_it_was_cut_with(tmp_path: Path, store: ArticleStore, name: str) -> None:
    store.put(Article(url="http://www.tibet.cn/1", title="云端牧歌", body="云端牧歌开演。"))
    update.bring_up(store, tmp_path, name)
    lexicon.write(tmp_path, [lexicon.typed("云端牧歌")])
    update.bring_up(store, tmp_path, name)
    with open_engine(name, update.index_folder(tmp_path, name)) as opened:
        assert opened.analyzer.words("云端牧歌") != ["云端牧歌"]
        assert found((store, opened), "云端牧歌")
        assert lexicon.differ(opened.lexicon(), lexicon.merged(tmp_path))
    update.rebuild(store, tmp_path, name)
    with open_engine(name, update.index_folder(tmp_path, name)) as opened:
        assert opened.analyzer.words("云端牧歌") == ["云端牧歌"]
        assert found((store, opened), "云端牧歌")
        assert not lexicon.differ(opened.lexicon(), lexicon.merged(tmp_path))


def test_a_new_index_is_cut_with_the_lexicon_of_the_archive(tmp_path: Path, store: ArticleStore, name: str) -> None:
    lexicon.write(tmp_path, [lexicon.typed("云端牧歌")])
    update.bring_up(store, tmp_path, name)
    with open_engine(name, update.index_folder(tmp_path, name)) as opened:
        assert opened.analyzer.words("云端牧歌") == ["云端牧歌"]


def test_an_index_that_can_not_be_used_names_the_command(tmp_path: Path, store: ArticleStore, name: str) -> None:
    with pytest.raises(IndexUnusable, match="wencang index"):
        open_engine(name, update.index_folder(tmp_path, name))
    store.put(ARTICLES[0])
    update.rebuild(store, tmp_path, name)
    folder = update.index_folder(tmp_path, name)
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
    with open_engine(name, update.index_folder(tmp_path, name)) as opened:
        assert opened.ids() == {ARTICLES[0].id}


def test_an_unknown_engine() -> None:
    with pytest.raises(UsageFault, match=r"engines: .*whoosh"):
        open_engine("lucene", Path("nowhere"))


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


def test_a_search_goes_on_while_the_index_is_made_anew(tmp_path: Path, store: ArticleStore, name: str) -> None:
    store.put(ARTICLES[0])
    update.rebuild(store, tmp_path, name)
    query = parse_query(ARTICLES[0].title, ANALYZER)

    def meanwhile(_done: int) -> None:
        with open_engine(name, update.index_folder(tmp_path, name)) as another:
            assert another.search(query).total == 1

    with open_engine(name, update.index_folder(tmp_path, name)) as opened:
        assert update.rebuild(store, tmp_path, name, meanwhile) == 1
        assert opened.search(query).total == 1


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
        file.unlink()  # an engine may still map the file: it is given another, not cut short under its hands
        file.write_bytes(data[:at] if rng.random() < 0.5 else data[:at] + rng.randbytes(40) + data[at + 40 :])
        with suppress(IndexUnusable), open_engine(name, folder) as opened:
            opened.search(parse_query('西藏 "的"', opened.analyzer), 10)
            opened.ids()
        file.unlink()
        file.write_bytes(whole[file])
