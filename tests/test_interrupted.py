"""A crawl outlives what befalls it, a kill or a full disk: after the next run the archive is the same as ever."""

from __future__ import annotations

import random
import resource
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from os import statvfs
from pathlib import Path

import pytest

from archive.settings import load
from bench.crawlkills import Site, crawl, crawled, ended, kept, kills

Prepare = Callable[[], None] | None
Crawled = tuple[Site, str, object]


def test_after_a_kill_the_next_run_ends_what_was_begun(tmp_path: Path) -> None:
    assert len(list(kills(tmp_path, 40, 5, random.Random()))) == 5


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with crawled(tmp_path_factory.mktemp("undisturbed"), 40) as found:
        yield found


def limit(size: int) -> None:
    """No file of this process may grow beyond so many bytes: writing fails as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@contextmanager
def small_files(_folder: Path) -> Iterator[Iterable[Prepare]]:
    yield [partial(limit, size) for size in (60_000, 150_000)]


@contextmanager
def full_disk(folder: Path) -> Iterator[Iterable[Prepare]]:
    mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)]
    if (failed := subprocess.run(mount, capture_output=True, text=True)).returncode:
        pytest.skip(f"needs the right to mount a small disk: {failed.stderr.strip()}")
    try:
        yield filled(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def filled(disk: Path) -> Iterator[None]:
    """Ever less of it, until it is as free as before."""
    for left in (100_000, 250_000):
        free = statvfs(disk)
        (disk / "filler").write_bytes(bytes(free.f_bavail * free.f_frsize - left))
        yield
        (disk / "filler").unlink()


@pytest.mark.parametrize("disk", [small_files, full_disk])
def test_a_crawl_without_room_says_so_and_goes_on_when_there_is_some(
    disk: Callable[[Path], AbstractContextManager[Iterable[Prepare]]], tmp_path: Path, undisturbed: Crawled
) -> None:
    _site, proxy, expected = undisturbed
    data, said = tmp_path / "disk" / "data", tmp_path / "said"
    data.parent.mkdir()
    with disk(data.parent) as rooms:
        for prepare in rooms:
            assert ended(crawl(data, proxy, said, prepare)) == 3
            (line,) = said.read_text().splitlines()
            assert "; free some space" in line
            said.unlink()
        assert ended(crawl(data, proxy, said)) == 0, said.read_text()
        assert kept(load(data)) == expected
