"""Fixtures of several test modules, and what holds for all tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from archive.settings import load
from archive.store import ArticleStore
from crawler.http.replay import replay
from tests.support.program import Wencang, run
from tests.support.sample import SAMPLE

# Messages are compared in English and printed without a pager, whatever the developer's environment.
os.environ |= {"LANGUAGE": "en", "PAGER": "cat"}

# The same examples in each run, however slow the machine; `--hypothesis-profile long` explores at random.
hypothesis.settings.register_profile("fixed", deadline=None, derandomize=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile("fixed")


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
