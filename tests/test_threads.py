"""One index and one archive asked by eight threads, while another thread and another process write."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from threading import Event, Thread

import pytest

import wencang
from archive.article import SHANGHAI, Article, Revision
from archive.lock import exclusive
from archive.settings import Settings, load
from archive.store import ArticleStore
from bench import kills
from bench.corpus import fill
from bench.kills import PROCESSES
from indexer import engines, update
from indexer.engines.engine import FACETS, SearchEngine
from indexer.engines.folder import open_engine
from indexer.question.parser import parse_query
from tests.support.sample import ANALYZER
from wencang.archive import Archive

THREADS = 8
CALLS = 20_000
ARTICLES = 30
COMMIT = 5  # revisions
LAST = 7  # version that an archive is given
_START = datetime(2022, 1, 1, tzinfo=SHANGHAI)
EVERY, QUOTE, PREFIX = (parse_query(text, ANALYZER) for text in ("西藏", '"西藏的雪山"', "v*"))

# What is written: the articles in turn, again and again, each time as the next version


def revision(sequence: int) -> Revision:
    version, number = divmod(sequence - 1, ARTICLES)
    article = Article(
        f"http://www.tibet.cn/{number}", f"雪山 {number}", f"西藏的雪山，版v{version}。", id=str(number),
        source="tibet.cn", credit=f"v{version}", published=_START + timedelta(days=sequence),
    )  # fmt: skip
    return Revision(sequence, article, datetime(2022, 1, 1, tzinfo=UTC))


def held(position: int) -> list[Revision]:
    """What an index holds at a position, the newest first."""
    return [revision(sequence) for sequence in range(position, position - ARTICLES, -1)]


def position_of(versions: dict[str, int]) -> int:
    """The position at which so many articles have each version."""
    newest = max(int(version.removeprefix("v")) for version in versions)
    return newest * ARTICLES + versions[f"v{newest}"]


def write_on(engine: SearchEngine, lock: Path) -> None:
    """The next commit, whoever made the one before."""
    with exclusive(lock, wait=True):
        engine.write(map(revision, islice(count(engine.position() + 1), COMMIT)))


def write_beside(name: str, folder: Path, lock: Path, going: Path) -> None:
    with open_engine(name, folder) as engine:
        while going.exists():  # not the lock: taking it creates it
            write_on(engine, lock)


@contextmanager
def writers(name: str, engine: SearchEngine, folder: Path) -> Iterator[None]:
    """Another process writes, and a thread by the very engine that is asked."""
    lock, going, done, faults = folder.with_suffix(".lock"), folder.with_suffix(".going"), Event(), list[Exception]()

    def write() -> None:
        try:
            while not done.wait(0.01):
                write_on(engine, lock)
        except Exception as fault:
            faults.append(fault)

    going.touch()
    process = PROCESSES.Process(target=write_beside, args=(name, folder, lock, going))
    thread = Thread(target=write)
    process.start()
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        going.unlink()
        process.join()
    assert (faults, process.exitcode) == ([], 0)


# What is asked: each question gives the position of the state that answered


def whole_answer(engine: SearchEngine) -> int:
    answer = engine.search(EVERY, facets=True)
    position = position_of(dict(answer.facets["credit"]))
    months = Counter(f"{one.article.published:%Y-%m}" for one in held(position))
    assert (answer.total, answer.whole, len(answer.matches)) == (ARTICLES, ARTICLES, ARTICLES)
    assert list(answer.facets) == list(FACETS)
    assert answer.facets["month"] == months
    assert answer.facets["source"] == {"tibet.cn": ARTICLES}
    return position


def newest(engine: SearchEngine) -> int:
    answer = engine.search(QUOTE, 10, order="newest")
    first = int(answer.matches[0].id) + 1
    assert [int(match.id) for match in answer.matches] == [(first - 1 - n) % ARTICLES for n in range(10)]
    assert first % COMMIT == 0
    return first


def dated(engine: SearchEngine) -> int:
    dates = engine.dates(EVERY, "day", "credit")
    position = position_of({version: len(days) for version, days in dates.items()})
    assert dates == {
        version: {str(one.article.day): 1 for one in held(position) if one.article.credit == version}
        for version in dates
    }
    return position


def frequent(engine: SearchEngine) -> int:
    newest = engine.position() // ARTICLES
    frequencies = engine.frequencies(f"v{version}" for version in range(max(newest - 2, 0), newest + 40))
    assert sum(frequencies.values()) == ARTICLES
    return position_of({version: articles for version, articles in frequencies.items() if articles})


def words(engine: SearchEngine) -> int:
    return position_of(engine.vocabulary("v"))


def counted(engine: SearchEngine) -> int:
    assert engine.count() == ARTICLES
    assert set(engine.ids()) == {str(number) for number in range(ARTICLES)}
    assert engine.search(PREFIX, 0).total == ARTICLES
    return 0


QUESTIONS: tuple[Callable[[SearchEngine], int], ...] = (whole_answer, newest, dated, frequent, words, counted)


def ask(engine: SearchEngine, calls: int, seed: int) -> set[int]:
    """Ask at random; the positions that answered, none of them older than one before."""
    rng = random.Random(seed)
    seen = set()
    for _call in range(calls):
        question = rng.choice(QUESTIONS)
        before = engine.position()
        position = question(engine)
        if question is newest:  # which tells only the article that was written last
            position = before + (position - before) % ARTICLES
        if position:
            assert position % COMMIT == 0
            assert before <= position <= engine.position() + COMMIT, "a commit is there before its position is noted"
            seen.add(position)
    return seen


@pytest.mark.parametrize("name", engines.in_folders())
def test_an_index_is_asked_by_threads_while_others_write(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "index"
    with open_engine(name, folder, create=True) as engine, ThreadPoolExecutor(THREADS) as pool:
        engine.write(map(revision, range(1, ARTICLES + 1)))
        with writers(name, engine, folder):
            calls = CALLS // len(engines.in_folders()) // THREADS
            seen = set().union(*pool.map(lambda seed: ask(engine, calls, seed), range(THREADS)))
        assert len(seen) > 5, "the writers hardly wrote"


# An archive


def versions(data: Path, name: str) -> None:
    """Each version of all the articles is one commit; some are followed by a new index."""
    with ArticleStore.open(load(data)) as store:
        for version in range(2, LAST + 1):
            with store.batch():
                fill(store, (replace(article, credit=f"v{version}") for article in kills.sample()))
            (update.rebuild if version % 3 == 0 else update.bring_up)(store, Settings(data), name)


def versions_seen(archive: Archive, name: str, written: Event) -> list[int]:
    """Search until all is written, and once more; the versions that answered."""
    seen: list[int] = []
    is_last = False
    while not is_last:
        is_last = written.is_set()
        answer = archive.search("林芝", engine=name, limit=5)
        ((credit, articles),) = answer.facets["credit"].items()
        assert (answer.total, articles, len(answer.hits)) == (7, 7, 5)
        seen.append(int(credit.removeprefix("v")))
    assert seen == sorted(seen)
    return seen


@pytest.mark.parametrize("name", engines.in_folders())
def test_an_archive_is_searched_by_threads_while_another_process_writes(tmp_path: Path, name: str) -> None:
    with ArticleStore.create(load(tmp_path)) as store:
        fill(store, (replace(article, credit="v1") for article in kills.sample()))
        update.bring_up(store, Settings(tmp_path), name)
    writer, written = PROCESSES.Process(target=versions, args=(tmp_path, name)), Event()
    with wencang.open(tmp_path) as archive, ThreadPoolExecutor(THREADS) as pool:
        searches = [pool.submit(versions_seen, archive, name, written) for _thread in range(THREADS)]
        writer.start()
        writer.join()
        written.set()
        seen = set().union(*(search.result() for search in searches))
    assert writer.exitcode == 0
    assert LAST in seen
    assert len(seen) > 3


@pytest.mark.parametrize("name", engines.in_folders())
def test_an_archive_keeps_its_indexes_open(tmp_path: Path, name: str) -> None:
    with ArticleStore.create(load(tmp_path)) as store:
        fill(store, kills.sample()[:2])
        update.bring_up(store, Settings(tmp_path), name)
        with wencang.open(tmp_path, {"WENCANG_ENGINE": name}) as archive:
            with archive._index() as first, archive._index(name) as second:
                assert first is second
            assert archive.search("拉萨").total == 2
            fill(store, kills.sample()[2:3])
            assert [notice.code for notice in archive.search("拉萨").notices] == ["index-behind"]
            update.bring_up(store, Settings(tmp_path), name)
            answer = archive.search("拉萨")
            assert (answer.total, answer.notices) == (3, ())
            with archive._index() as again:
                assert again is first
            update.rebuild(store, Settings(tmp_path), name)
            with archive._index() as rebuilt:
                assert rebuilt is not first
            assert archive.search("拉萨").total == first.search(parse_query("拉萨", ANALYZER)).total == 3
            archive.close()
            assert archive.search("拉萨").total == 3, "the next call opens them again"


@pytest.mark.parametrize("name", engines.in_folders())
def test_an_index_that_is_let_go_holds_no_file(tmp_path: Path, name: str) -> None:
    files = Path("/proc/self/fd")
    if not files.exists():
        pytest.skip("needs /proc")
    with open_engine(name, tmp_path, create=True) as engine:
        engine.write(map(revision, range(1, ARTICLES + 1)))
    before = len(list(files.iterdir()))
    engine = open_engine(name, tmp_path)
    assert engine.search(PREFIX).total == ARTICLES
    del engine
    assert len(list(files.iterdir())) == before
