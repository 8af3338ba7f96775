"""A process that has imported what the program imports and forks for each run of it, which saves most of its time.

Each run is still a process of its own, with its own arguments, environment and streams. tests/support/program.py
starts this file; it reads a line of JSON for each run, and answers with the run's process and then its exit code.
"""

from __future__ import annotations

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
    "bs4", "lxml.html", "rich.console", "rich.table", "scrapy.crawler", "sqlalchemy", "typer", "whoosh.index",
    "wencang.archive", "crawler.extract.extractor", "indexer.search", "archive.proof.database", "archive.warc.pages",
)  # fmt: skip


def main() -> None:
    sys.path.insert(0, str(PROGRAM.parent))
    for module in _MODULES:
        import_module(module)
    import_module("indexer.text.analyzer").Analyzer("").knows("西藏")
    assert threading.active_count() == 1
    assert "twisted.internet.reactor" not in sys.modules
    for line in sys.stdin:
        order = json.loads(line)
        if (process := os.fork()) == 0:
            run(**order)
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
    sys.argv = [str(PROGRAM), *arguments]
    sys.path[0] = str(PROGRAM.parent)
    runpy.run_path(str(PROGRAM), run_name="__main__")


if __name__ == "__main__":
    main()
