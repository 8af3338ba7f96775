"""Settings for a test of each engine: one of them runs on a server."""

from __future__ import annotations

import atexit
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

import pytest

from archive.settings import Settings
from tests.servers.opensearch import Cluster, Missing


def settings_of(name: str, data: Path) -> Settings:
    """The settings of an archive in this folder, whose index is apart from those of other folders."""
    if name != "opensearch":
        return Settings(data, engine=name)
    prefix = f"test-{sha256(bytes(data)).hexdigest()[:12]}"
    return Settings(data, engine=name, opensearch=(opensearch(),), opensearch_prefix=prefix)


@cache
def opensearch() -> str:
    """The address of a node that runs as long as this process."""
    try:
        cluster = Cluster(Path(mkdtemp(prefix="opensearch-"))).__enter__()
    except Missing as reason:
        pytest.skip(f"no OpenSearch: {reason}")
    atexit.register(cluster.stop)
    return cluster.urls[0]
