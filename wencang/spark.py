"""Re-extraction over a Spark cluster: `python -m wencang.spark DATA [SOURCE ...] [--master URL]`.

A thin caller of crawler.reextract: the executors read ranges of articles, each from the same
database and raw pages, so that these are on a server and in a bucket, or in a folder that all
share; the driver adds the versions, in order. `pip install 'wencang[spark]'` on all of them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from archive import settings as _settings
from archive.errors import UsageFault, WencangError
from archive.settings import Settings
from archive.store import ArticleStore, named_source
from archive.tables.ranges import ranges
from archive.text.translation import gettext as _
from crawler.reextract import Outcome, outcomes, put
from crawler.report import Report
from wencang.lookup import site
from wencang.runs import RunResult, finish

_SIZE = 500  # articles of a task: some seconds of work, so that a lost one costs little


def reextract(settings: Settings, sources: Iterable[str], master: str = "") -> RunResult:
    """Archive.reextract over the cluster at a master's address; "" is that of spark-submit."""
    report = Report()
    with ArticleStore.open(settings) as store:
        chosen = [named_source(store.sources(), site(settings, name)) for name in sources]
        parts = list(ranges(store.sequence(), _SIZE))
        with _context(master) as context:
            tasks = context.parallelize(parts, max(1, len(parts)))
            for outcome in tasks.flatMap(_Task(settings, chosen)).toLocalIterator(prefetchPartitions=True):
                put(store, outcome, report)
    return finish(settings, RunResult(report))


class _Task:
    """What an executor does with a range of articles; pickled with the settings, and so with their passwords."""

    def __init__(self, settings: Settings, sources: Sequence[str]) -> None:
        self._settings = settings
        self._sources = sources

    def __call__(self, range: tuple[int, int]) -> Iterator[Outcome]:
        return outcomes(self._settings, self._sources, range)


def _context(master: str) -> Any:
    try:
        from pyspark import SparkConf, SparkContext
    except ImportError as error:
        raise UsageFault("pyspark", _("is not installed"), _("`pip install 'wencang[spark]'` adds it")) from error
    conf = SparkConf().setAppName("wencang reextract")
    return SparkContext.getOrCreate(conf.setMaster(master) if master else conf)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("sources", nargs="*", metavar="SOURCE")
    parser.add_argument("--master", default="", metavar="URL", help="such as spark://host:7077 or local[4]")
    asked = parser.parse_args(arguments)
    try:
        result = reextract(_settings.load(asked.data), asked.sources, asked.master)
        result.check()
    except WencangError as error:
        print(f"wencang: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageFault) else 3
    print(", ".join(f"{result.report.total(outcome)} {outcome}" for outcome in ("changed", "unchanged", "failed")))
    return 5 if result.report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
