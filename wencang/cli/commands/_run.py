"""The end of a command that brings articles in: its result printed, its news of watches, its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wencang.cli.commands import DONE, FAILURES, INTERRUPTED
from wencang.cli.output.news import say_news
from wencang.cli.output.report import print_run

if TYPE_CHECKING:
    from wencang.archive import Archive
    from wencang.runs import RunResult


def exit_code(archive: Archive, result: RunResult, news: bool = True) -> int:
    """Print a run, and what is new of the watches as far as is indexed; the exit code. Raises the run's fault."""
    print_run(result)
    if news:
        say_news(archive)
    result.check()
    return INTERRUPTED if result.report.interrupted else FAILURES if result.report.failed else DONE
