"""The whole program in a child process, from a warm start and without AutoThrottle, so that it can be run often."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from bench.forked import spawn_by_fork

_CONTEXT = get_context("forkserver")
# What `prepare` changes is changed in its child only, and looked up at each use.
_CONTEXT.set_forkserver_preload(
    ["aiohttp", "bs4", "lxml.html", "protego", "scrapy.core.engine", "scrapy.crawler", "sqlalchemy.dialects.sqlite",
     "tldextract", "typer", "warcio.archiveiterator", "whoosh.index", "crawler.files.importer",
     "crawler.http.transport", "crawler.pipelines", "crawler.run", "indexer.engines.whoosh_engine",
     "indexer.update", "wencang.runs"]
)  # fmt: skip


def start(
    data: Path, *arguments: str, said: Path, prepare: Callable[[], None] | None = None, **environment: str
) -> BaseProcess:
    """Start `wencang ARGUMENTS` on a data folder; what it says is added to the file `said`.

    `prepare` is called in the child, where the settings are those of `environment` already.
    """
    process = _CONTEXT.Process(target=_run, args=(arguments, said, prepare, environment | {"WENCANG_DATA": str(data)}))
    process.start()
    return process


def _run(
    arguments: tuple[str, ...], said: Path, prepare: Callable[[], None] | None, environment: dict[str, str]
) -> None:
    os.environ |= environment
    if spawn_by_fork():
        return
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(output, stream)
    if prepare:
        prepare()
    from crawler import settings
    from wencang.cli import main

    settings.AUTOTHROTTLE_ENABLED = False
    sys.argv = ["wencang", *arguments]
    code = main()
    threading._shutdown()  # type: ignore[attr-defined]  # as at the end of a program: else its own children are waited for
    sys.exit(code)
