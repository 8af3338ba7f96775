"""The end of a command that brings articles in: its result printed, its news of watches, its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.settings import Settings
from wencang.cli.commands import DONE, FAILURES, INTERRUPTED
from wencang.cli.output.report import print_run

if TYPE_CHECKING:
    from wencang.runs import RunResult


def exit_code(settings: Settings, result: RunResult, news: bool = True) -> int:
    """Print a run and, unless a fault ended it, what is new of the watches; the exit code. Raises the fault."""
    print_run(result)
    result.check()
    if news:
        tell_news(settings)
    return INTERRUPTED if result.report.interrupted else FAILURES if result.report.failed else DONE


def tell_news(settings: Settings) -> None:
    """What is new of watches, at the end of another command."""
    from wencang.archive import Archive
    from wencang.cli.output.news import say_news

    with Archive(settings) as archive:
        say_news(archive)
