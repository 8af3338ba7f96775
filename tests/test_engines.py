"""Search engines: each is asked the same, and answers what the texts say."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from archive.article import Article, Revision
from archive.errors import Busy, IndexUnusable, UsageFault
from archive.settings import Settings
from archive.store import ArticleStore
from bench.commits import segments
from indexer import engines, update
from indexer.engines.engine import SearchEngine
from indexer.engines.folder import index_folder, open_engine
from indexer.engines.place import place_of
from indexer.question.parser import parse_query
from indexer.question.query import Query, Words
from indexer.search import search
from indexer.text import analyzer, lexicon
from tests.support.engines import settings_of
from tests.support.sample import ANALYZER, ARTICLES, every_match, indexed


@pytest.fixture(scope="module", params=engines.names())
def answers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ArticleStore, SearchEngine]]:
    """Every engine with the sample's articles in it."""
    with indexed(tmp_path_factory.mktemp("engines"), request.param) as both:
        yield both


@pytest.fixture(params=engines.names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(name: str, tmp_path: Path) -> Settings:
    return settings_of(name, tmp_path)


@pytest.fixture(params=engines.in_folders())
def in_folder(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def found(answers: tuple[ArticleStore, SearchEngine], query: Query | str) -> set[str]:
    store, opened = answers
    query = parse_query(query, opened.analyzer) if isinstance(query, str) else query
    return {revision.article.id for revision in every_match(store, opened, query)}


@pytest.mark.parametrize(
    "question", ["援藏 招商引资", "援藏 招商引資", "援藏招商引资", "援藏　招商引資", '"援藏干部招商引资"']
)
def test_the_first_question(answers: tuple[ArticleStore, SearchEngine], question: str) -> None:
    assert "tibet.cn-7210688" in found(answers, question)


def test_a_word_in_the_title_weighs_more(answers: tuple[ArticleStore, SearchEngine]) -> None:
    store, opened = answers
    for article in ARTICLES[:12]:
        first = search(store, opened, parse_query(" ".join(ANALYZER.words(article.title)), opened.analyzer)).hits[0]
        assert first.article == article


# Keeping up


def test_an_index_follows_the_archive(store: ArticleStore, name: str, settings: Settings) -> None:
    article, other = ARTICLES[:2]
    with place_of(settings, name).create(analyzer.lexicon) as opened:
        store.put(article)
        store.put(other)
        assert update.update(store, opened) == 2
        assert update.update(store, opened) == 0
        store.put(replace(article, body="冰川退缩，更正于次日。"))
        assert update.update(store, opened) == 1
        assert opened.position() == 3
        assert found((store, opened), "冰川 更正") == {article.id}
        assert found((store, opened), f'"{article.body[:8]}"') == set()


def test_small_segments_are_merged(tmp_path: Path, store: ArticleStore, in_folder: str) -> None:
    folder = index_folder(tmp_path, in_folder)
    most = 0
    with open_engine(in_folder, folder, create=True) as opened:
        for n in range(70):
            store.put(Article(url=f"http://www.tibet.cn/{n}", title=f"题{n}", body=f"词{n}，雪。"))
            update.update(store, opened)
            most = max(most, segments(folder))
        assert most <= 10, "Whoosh: three of each size, one, four and sixteen articles; Tantivy: eight become one"
        assert found((store, opened), '"词69"') == {a.article.id for a in store.changes() if "69" in a.article.title}
        assert len(found((store, opened), "雪")) == 70


def test_quotes_are_found_far_down_a_long_text(store: ArticleStore, name: str, settings: Settings) -> None:
    far = "山" * 70_000 + "高水长"
    for n, body in enumerate((far, "山高水长" + far[3:], far[:-3] + "水长")):
        store.put(Article(url=f"http://www.tibet.cn/{n}", title=f"题{n}", body=body, id=str(n)))
    with place_of(settings, name).create(analyzer.lexicon) as opened:
        update.update(store, opened)
        assert found((store, opened), '"山高水长"') == {"0", "1"}
        assert found((store, opened), '"山水长"') == {"2"}
        assert found((store, opened), '"题0山"') == set(), "no quote goes from a title into its body"


def test_a_crash_before_the_position_was_noted_writes_once_more(
    tmp_path: Path, store: ArticleStore, in_folder: str
) -> None:
    folder = index_folder(tmp_path, in_folder)
    for article in ARTICLES[:3]:
        store.put(article)
    with open_engine(in_folder, folder, create=True) as opened:
        before = (folder / "state.json").read_bytes()
        update.update(store, opened)
    (folder / "state.json").write_bytes(before)
    with open_engine(in_folder, folder) as opened:
        assert update.update(store, opened) == 3
        assert list(update.verify(store, opened)) == []
        assert opened.search(parse_query(ARTICLES[0].title, opened.analyzer)).total == 1


def test_a_write_that_fails_leaves_the_index_as_it_was(store: ArticleStore, name: str, settings: Settings) -> None:
    def torn() -> Iterator[Revision]:
        yield next(store.changes())
        raise RuntimeError("the archive went away")

    store.put(ARTICLES[0])
    with place_of(settings, name).create(analyzer.lexicon) as opened:
        with pytest.raises(RuntimeError):
            opened.write(torn())
        assert (opened.position(), set(opened.ids())) == (0, set())
        assert update.update(store, opened) == 1


def test_an_index_keeps_the_lexicon_it_was_cut_with(
    tmp_path: Path, store: ArticleStore, name: str, settings: Settings
) -> None:
    store.put(Article(url="http://www.tibet.cn/1", title="云端牧歌", body="云端牧歌开演。"))
    update.bring_up(store, settings, name)
    lexicon.write(tmp_path, [lexicon.typed("云端牧歌")])
    update.bring_up(store, settings, name)
    with update.open_index(settings, name) as opened:
        assert opened.analyzer.words("云端牧歌") != ["云端牧歌"]
        assert found((store, opened), "云端牧歌")
        assert lexicon.differ(opened.lexicon(), lexicon.merged(tmp_path))
    update.rebuild(store, settings, name)
    with update.open_index(settings, name) as opened:
        assert opened.analyzer.words("云端牧歌") == ["云端牧歌"]
        assert found((store, opened), "云端牧歌")
        assert not lexicon.differ(opened.lexicon(), lexicon.merged(tmp_path))


def test_a_new_index_is_cut_with_the_lexicon_of_the_archive(
    tmp_path: Path, store: ArticleStore, name: str, settings: Settings
) -> None:
    lexicon.write(tmp_path, [lexicon.typed("云端牧歌")])
    update.bring_up(store, settings, name)
    with update.open_index(settings, name) as opened:
        assert opened.analyzer.words("云端牧歌") == ["云端牧歌"]


def test_an_index_that_can_not_be_used_names_the_command(tmp_path: Path, store: ArticleStore, in_folder: str) -> None:
    with pytest.raises(IndexUnusable, match="wencang index"):
        update.open_index(Settings(tmp_path), in_folder)
    store.put(ARTICLES[0])
    update.rebuild(store, Settings(tmp_path), in_folder)
    folder = index_folder(tmp_path, in_folder)
    state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    (folder / "state.json").write_text(json.dumps(state | {"version": "0"}), encoding="utf-8")
    with pytest.raises(IndexUnusable, match=r"another analyzer.*wencang index --rebuild"):
        open_engine(in_folder, folder)
    (folder / "state.json").write_text("{", encoding="utf-8")
    with pytest.raises(IndexUnusable, match="wencang index --rebuild"):
        open_engine(in_folder, folder)
    (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
    for file in folder.iterdir():
        if file.name != "state.json":
            file.write_bytes(b"junk")
    with pytest.raises(IndexUnusable, match="wencang index --rebuild"), open_engine(in_folder, folder) as opened:
        opened.search(parse_query("西藏", opened.analyzer))
    update.rebuild(store, Settings(tmp_path), in_folder)
    with update.open_index(Settings(tmp_path), in_folder) as opened:
        assert set(opened.ids()) == {ARTICLES[0].id}


def test_an_unknown_engine() -> None:
    with pytest.raises(UsageFault, match=r"engines: .*whoosh"):
        place_of(Settings(), "lucene")


def test_two_runs_do_not_write_one_index(tmp_path: Path, store: ArticleStore, name: str, settings: Settings) -> None:
    store.put(ARTICLES[0])
    held: list[object] = []

    def meanwhile(_done: int) -> None:
        for write in (update.bring_up, update.rebuild):
            with pytest.raises(Busy):
                write(store, settings, name)
            held.append(write)

    assert update.rebuild(store, settings, name, meanwhile) == 1
    assert len(held) == 2
    assert update.bring_up(store, settings, name) == 0


def test_a_search_goes_on_while_the_index_is_made_anew(store: ArticleStore, name: str, settings: Settings) -> None:
    store.put(ARTICLES[0])
    update.rebuild(store, settings, name)
    query = parse_query(ARTICLES[0].title, ANALYZER)

    def meanwhile(_done: int) -> None:
        with update.open_index(settings, name) as another:
            assert another.search(query).total == 1

    with update.open_index(settings, name) as opened:
        assert update.rebuild(store, settings, name, meanwhile) == 1
        assert opened.search(query).total == 1
        assert update.bring_up(store, settings, name) == 0, "which removes the index that was replaced"
        assert opened.search(query).total == 1


def test_a_fault_of_the_program_is_not_called_damage(answers: tuple[ArticleStore, SearchEngine]) -> None:
    with pytest.raises(KeyError):
        answers[1].search(Query((Words(("西藏",), "no such field"),)))


def test_an_index_with_a_damaged_file_says_so(tmp_path: Path, store: ArticleStore, in_folder: str) -> None:
    rng = random.Random(9)
    for article in ARTICLES:
        store.put(article)
    update.rebuild(store, Settings(tmp_path), in_folder)
    folder = index_folder(tmp_path, in_folder)
    whole = {file: file.read_bytes() for file in folder.iterdir() if file.name != "state.json"}
    for _again in range(60):
        file = rng.choice(list(whole))
        data = bytearray(whole[file])
        at = rng.randrange(len(data) + 1)
        file.unlink()  # an engine may still map the file: it is given another, not cut short under its hands
        file.write_bytes(data[:at] if rng.random() < 0.5 else data[:at] + rng.randbytes(40) + data[at + 40 :])
        with suppress(IndexUnusable), open_engine(in_folder, folder) as opened:
            opened.search(parse_query('西藏 "的"', opened.analyzer), 10)
            list(opened.ids())
        file.unlink()
        file.write_bytes(whole[file])
