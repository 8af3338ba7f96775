"""A process that has imported what the program imports and forks for each run of it, which saves most of its time.

Each run is still a process of its own, with its own arguments, environment and streams, and so is each worker that it
spawns. tests/support/program.py starts this file; it reads a line of JSON for each run, and answers with the run's
process and then its exit code.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import sys
import threading
import time
from importlib import import_module
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "search_cli.py"
# Not wencang.cli: the help of its options is translated when it is imported. Nothing that starts a thread.
_MODULES = (
    "aiohttp", "bs4", "lxml.html", "multiprocessing.popen_spawn_posix", "multiprocessing.synchronize",
    "rich.console", "rich.table", "scrapy.core.downloader.handlers.http11", "scrapy.core.engine",
    "scrapy.downloadermiddlewares.cookies", "scrapy.downloadermiddlewares.httpcompression",
    "scrapy.downloadermiddlewares.redirect", "scrapy.extensions.telnet", "scrapy.extensions.feedexport",
    "sqlalchemy", "typer", "whoosh.index", "whoosh.searching", "archive.proof.database", "archive.warc.pages",
    "bench.forked", "crawler.extract.extractor", "crawler.files.importer", "crawler.http.transport",
    "crawler.pipelines", "crawler.run", "indexer.engines.whoosh_engine", "indexer.placed", "indexer.search",
    "indexer.suggest", "indexer.update", "wencang.archive", "wencang.desk.count.recorded", "wencang.desk.export.export",
    "wencang.desk.watch.feeds", "wencang.keeping.status", "wencang.runs",
)  # fmt: skip


def main() -> None:
    sys.path.insert(0, str(PROGRAM.parent))
    for module in _MODULES:
        import_module(module)
    import_module("indexer.text.analyzer").Analyzer("").knows("西藏")
    assert threading.active_count() == 1
    assert "twisted.internet.reactor" not in sys.modules
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        if (process := os.fork()) == 0:
            run(**order)
            return
        print(process, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


def run(arguments: list[str], environment: dict[str, str], folder: str, streams: list[str]) -> None:
    """Run the program in a process that was forked for it; SystemExit ends it as it ends the interpreter."""
    for number, name in enumerate(streams):
        stream = os.open(name, os.O_RDWR)
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    from bench.forked import spawn_by_fork

    if spawn_by_fork():
        return
    sys.argv = [str(PROGRAM), *arguments]
    sys.path[0] = str(PROGRAM.parent)
    runpy.run_path(str(PROGRAM), run_name="__main__")


if __name__ == "__main__":
    main()
