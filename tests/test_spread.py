"""An index whose text is cut in several processes: it is the same, and outlives that one of these is killed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from multiprocessing import active_children
from pathlib import Path

import pytest

from archive.errors import IndexUnusable
from archive.settings import Settings
from archive.store import ArticleStore
from bench.corpus import copies, fill
from bench.kills import sample, strays
from indexer import engines, update
from indexer.engines import whoosh_engine
from indexer.engines.folder import index_folder, open_engine
from indexer.question.parser import parse_query
from tests.support.memory import InMemory

ARTICLES = 260
QUESTIONS = ("拉萨", "招商引资 援藏", '"修桥"', "那曲 -赛马", "林芝 OR 阿里", "第3份")
pytestmark = pytest.mark.parametrize("name", engines.in_folders())


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[ArticleStore]:
    """An archive of more articles than are cut in one process, for machines of one core too."""
    monkeypatch.setattr(update, "_MANY", 100)
    monkeypatch.setattr(update, "_cores", lambda: 2)
    monkeypatch.setattr(whoosh_engine, "_SEGMENT", 90)
    with ArticleStore(InMemory(), create=True) as opened:
        fill(opened, islice(copies(sample()), ARTICLES))
        yield opened


def answers(folder: Path, name: str) -> list[object]:
    """All that an index says, apart from the order of equal scores."""
    with open_engine(name, folder) as engine:
        found = [engine.search(parse_query(question, engine.analyzer), facets=True) for question in QUESTIONS]
        scores = [sorted((match.id, round(match.score, 4), match.whole) for match in one.matches) for one in found]
        counts = [(one.total, one.whole, one.facets) for one in found]
        return [scores, counts, engine.vocabulary(), sorted(engine.ids()), engine.state()]


def test_it_answers_like_one_that_is_cut_in_one_process(
    store: ArticleStore, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spread, here = tmp_path / "spread", tmp_path / "here"
    assert update.rebuild(store, Settings(spread), name) == ARTICLES
    monkeypatch.setattr(update, "_MANY", ARTICLES + 1)
    assert update.rebuild(store, Settings(here), name) == ARTICLES
    assert answers(index_folder(spread, name), name) == answers(index_folder(here, name), name)
    assert strays(index_folder(spread, name)) == set()


def test_articles_that_changed_and_were_withdrawn_are_replaced(store: ArticleStore, name: str, tmp_path: Path) -> None:
    update.bring_up(store, Settings(tmp_path), name)
    ids = [revision.article.id for revision in store.kept()]
    for id in ids[:5]:
        store.withdraw(id, "by request")
    fill(store, (replace(article, body="改写。") for article in islice(copies(sample()), 5, 200)))
    assert update.bring_up(store, Settings(tmp_path), name) == 200
    with open_engine(name, index_folder(tmp_path, name)) as engine:
        assert list(update.verify(store, engine)) == []
        assert engine.count() == ARTICLES - 5
        assert engine.search(parse_query("改写", engine.analyzer)).total == 195


def test_one_that_loses_a_process_leaves_the_index_in_use_as_it_was(
    store: ArticleStore, name: str, tmp_path: Path
) -> None:
    settings = Settings(tmp_path)
    update.bring_up(store, settings, name)
    before = answers(index_folder(tmp_path, name), name)

    def kill(_written: int) -> None:
        for process in active_children():
            process.kill()

    with pytest.raises(IndexUnusable, match="killed"):
        update.rebuild(store, settings, name, kill)
    assert answers(index_folder(tmp_path, name), name) == before
    assert update.rebuild(store, settings, name) == ARTICLES
    assert answers(index_folder(tmp_path, name), name) == before
