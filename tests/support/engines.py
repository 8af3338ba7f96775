"""Settings for a test of each engine: one of them runs on a server."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Mapping
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


def environment_of(settings: Settings) -> dict[str, str]:
    """The same for the program."""
    servers = {"WENCANG_OPENSEARCH": ",".join(settings.opensearch)} if settings.opensearch else {}
    return servers | {"WENCANG_ENGINE": settings.engine, "WENCANG_OPENSEARCH_PREFIX": settings.opensearch_prefix}


def cluster_in(folder: Path, nodes: int = 1, settings: Mapping[str, object] | None = None) -> Cluster:
    """A cluster that is not started yet; skips the test where it can't be had."""
    try:
        return Cluster(folder, nodes, settings)
    except Missing as reason:
        pytest.skip(f"no OpenSearch: {reason}")


@cache
def opensearch() -> str:
    """The address of a node that runs as long as this process."""
    folder = Path(mkdtemp(prefix="opensearch-"))
    cluster = cluster_in(folder).__enter__()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(cluster.stop)
    return cluster.urls[0]
