"""The end of a command that brings articles in: its result printed, its news of watches, its exit code."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _
from typing import TYPE_CHECKING

from archive.errors import WencangError
from archive.settings import Settings
from wencang.cli.commands import DONE, FAILURES, INTERRUPTED, open_archive, open_index
from wencang.cli.output import say
from wencang.cli.output.report import print_run

if TYPE_CHECKING:
    from wencang.desk.watch.follow import Show
    from wencang.runs import RunResult


def exit_code(settings: Settings, result: RunResult, news: bool = True) -> int:
    """Print a run and, unless a fault ended it, what is new of the watches; the exit code. Raises the fault."""
    print_run(result)
    result.check()
    if news:
        tell_news(settings)
    return INTERRUPTED if result.report.interrupted else FAILURES if result.report.failed else DONE


def follow(
    settings: Settings, show: Show, names: Sequence[str] = (), shown_is_told: bool = False
) -> list[WencangError]:
    """Find and tell what is new of these watches, or of all; what hindered it (desk/watch/follow.py)."""
    from archive import clock
    from archive.lock import exclusive
    from wencang.desk.watch import follow as following
    from wencang.desk.watch import watch

    with exclusive(settings.data / following.LOCK, wait=True), open_archive(settings) as store:
        questions = watch.read(settings.data)
        chosen = {name: watch.question(questions, name) for name in names} or questions
        following.forget_all_but(settings, store, questions)
        if not chosen:
            return []
        with open_index(settings, "") as index:
            return following.follow(settings, store, index, chosen, clock.now(), show, shown_is_told)


def tell_news(settings: Settings) -> None:
    """The same at the end of another command: what hinders it is said, and hinders nothing else."""
    try:
        faults = follow(settings, lambda news: say(_("{name}: {count} new").format(name=news.name, count=news.count)))
    except WencangError as error:
        faults = [error]
    except OSError as error:
        faults = [WencangError(error.filename or settings.data, error.strerror or str(error))]
    for fault in faults:
        say(f"wencang: {fault}")
