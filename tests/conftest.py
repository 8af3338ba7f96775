"""Fixtures of several test modules, and what holds for all tests."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from archive.settings import load
from archive.store import ArticleStore
from crawler.http.replay import replay
from tests.servers.postgresql import PostgreSQL
from tests.servers.postgresql import binaries as postgresql_binaries
from tests.servers.postgresql import running as postgresql_running
from tests.support.program import Wencang, run
from tests.support.sample import SAMPLE

# Messages are compared in English and printed without a pager, whatever the developer's environment.
os.environ |= {"LANGUAGE": "en", "PAGER": "cat"}
# Else each process that a test starts compiles all modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The same examples in each run, however slow the machine; `--hypothesis-profile long` explores at random.
hypothesis.settings.register_profile("fixed", deadline=None, derandomize=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile("fixed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out, of the tests that run on each database, those on PostgreSQL that need the file of SQLite."""
    items[:] = [item for item in items if not (_on_a_server(item) and _needs_the_file(item))]


def _on_a_server(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and "[postgresql" in item.name


def _needs_the_file(item: pytest.Item) -> bool:
    return "crawled" in getattr(item, "fixturenames", ()) or item.get_closest_marker("sqlite") is not None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server."""
    if not postgresql_binaries():
        pytest.skip("PostgreSQL 15 or newer is not installed")
    with postgresql_running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The archive of the test is in a SQLite file, or on a server: the test runs on either."""
    if request.param == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        monkeypatch.setenv("WENCANG_ARCHIVE", server.database())
    return str(request.param)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ArticleStore]:
    with ArticleStore.create(load(tmp_path)) as store:
        yield store


@pytest.fixture
def wencang(tmp_path: Path) -> Wencang:
    """Runs the program on an archive of the test's own."""
    return lambda *arguments, **environment: run(*arguments, data=tmp_path / "data", **environment)


@pytest.fixture(scope="session")
def proxy() -> Iterator[str]:
    """The address of a proxy that answers for the real hosts from the sample."""
    with replay(SAMPLE) as address:
        yield address


@pytest.fixture(scope="session")
def _crawled(tmp_path_factory: pytest.TempPathFactory, proxy: str) -> Path:
    data = tmp_path_factory.mktemp("crawled") / "data"
    done = run("crawl", "tibet_cn", data=data, http_proxy=proxy)
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture
def crawled(_crawled: Path, tmp_path: Path) -> Path:
    """A data folder as a crawl of the whole sample left it; the test may change it."""
    return Path(shutil.copytree(_crawled, tmp_path / "data"))
