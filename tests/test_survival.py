"""An index outlives what befalls a run that writes it: a kill, a full disk, another writer; and readers ask on."""

from __future__ import annotations

import random
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from os import statvfs
from pathlib import Path

import pytest

from archive.article import Revision
from archive.errors import Busy, IndexUnusable
from archive.settings import Settings, load
from archive.store import ArticleStore
from bench.corpus import fill
from bench.kills import PROCESSES, rounds, sample, strays
from indexer import engines, update
from indexer.engines.folder import index_folder, open_engine
from indexer.question.query import Query
from tests.support.memory import InMemory

Room = Callable[[int], AbstractContextManager[None]]
pytestmark = pytest.mark.parametrize("name", engines.in_folders())


def test_a_run_that_is_killed_leaves_an_index_that_the_next_one_mends(tmp_path: Path, name: str) -> None:
    assert len(list(rounds(tmp_path, name, sample(), 5, random.Random()))) == 5


# No room


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes: writing fails as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.fixture(params=["small files", "a full disk"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    """Leaves so many bytes for what is written."""
    if request.param == "small files":
        yield small_files
        return
    disk = tmp_path / "index"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if (failed := subprocess.run(mount, capture_output=True, text=True)).returncode:
        pytest.skip(f"needs the right to mount a small disk: {failed.stderr.strip()}")

    @contextmanager
    def filled(left: int) -> Iterator[None]:
        free = statvfs(disk)
        (disk / "filler").write_bytes(bytes(free.f_bavail * free.f_frsize - left))
        try:
            yield
        finally:
            (disk / "filler").unlink()

    yield filled
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_disk_without_room_is_told_and_the_index_answers_on(tmp_path: Path, name: str, room: Room) -> None:
    articles = sample()
    with ArticleStore(InMemory(), create=True) as store:
        fill(store, articles[:1])
        update.bring_up(store, Settings(tmp_path), name)
        fill(store, articles[1:])
        folder = index_folder(tmp_path, name)
        faults = []
        with open_engine(name, folder) as before:
            for size in (0, 1, *(4**power for power in range(2, 12))):
                try:
                    with room(size):
                        update.bring_up(store, Settings(tmp_path), name)
                    break
                except IndexUnusable as fault:
                    faults.append(str(fault))
                assert set(before.ids()) == {articles[0].id}
                with open_engine(name, folder) as opened:
                    assert len(set(opened.ids())) in (1, len(articles))
        assert len(faults) > 3
        assert all("`wencang index`" in fault and "\n" not in fault for fault in faults)
        update.bring_up(store, Settings(tmp_path), name)
        with open_engine(name, folder) as opened:
            assert list(update.verify(store, opened)) == []
    assert strays(folder) == set()


# Others at work


def test_a_second_writer_is_told_that_the_first_is_busy(tmp_path: Path, name: str) -> None:
    revisions = [Revision(n, article, datetime.now(UTC)) for n, article in enumerate(sample(), 1)]

    def meanwhile() -> Iterator[Revision]:
        with open_engine(name, tmp_path) as second:
            with pytest.raises(Busy, match="another run is writing"):
                second.write(revisions[1:])
            assert set(second.ids()) == set()
        yield revisions[0]

    with open_engine(name, tmp_path, create=True) as first:
        first.write(meanwhile())
        assert set(first.ids()) == {revisions[0].article.id}


def write_versions(data: Path, name: str) -> None:
    """Each version of all the articles is one commit."""
    with ArticleStore.open(load(data)) as store:
        for version in range(2, 9):
            fill(store, (replace(article, credit=f"第{version}版") for article in sample()))
            (update.rebuild if version % 3 == 0 else update.bring_up)(store, Settings(data), name)


def test_readers_ask_on_while_another_process_writes_and_rebuilds(tmp_path: Path, name: str) -> None:
    seen: list[str] = []
    with ArticleStore.create(load(tmp_path)) as store:
        fill(store, (replace(article, credit="第1版") for article in sample()))
        update.bring_up(store, Settings(tmp_path), name)
    writer = PROCESSES.Process(target=write_versions, args=(tmp_path, name))
    writer.start()
    while writer.is_alive() or len(seen) < 2:
        with open_engine(name, index_folder(tmp_path, name)) as opened:
            query = Query((), ())
            for _again in range(1):
                ((version, count),) = opened.search(query, 0, facets=True).facets["credit"].items()
                assert (count, len(set(opened.ids()))) == (49, 49)
                seen.append(version)
    assert writer.exitcode == 0
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
