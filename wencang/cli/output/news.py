"""Prints watched questions, and what is new of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from archive.errors import WencangError
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from wencang.cli.output import say
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from wencang.archive import Archive
    from wencang.desk.watch.follow import News
    from wencang.desk.watch.watchlist import WatchList


def print_watches(watches: WatchList) -> None:
    """For a reader."""
    head = (_("watch"), _("query"), _("articles"), _("new"))
    print_table(head, [tuple(map(str, row)) for row in watches.rows()])


def show_news(every: Iterable[News], show: Callable[[News], None]) -> bool:
    """Show the news of each watch that has any, then say the faults; returns whether there were none."""
    faults: list[WencangError] = []
    for news in every:
        if news.count:
            show(news)
        faults += news.faults
    for fault in faults:
        say(f"wencang: {fault}")
    return not faults


def say_news(archive: Archive) -> None:
    """A line for each watch with news, at the end of another command: a fault is said, and raised no further."""
    try:
        show_news(archive.follow(), lambda news: say(_("{name}: {count} new").format(name=news.name, count=news.count)))
    except WencangError as error:
        say(f"wencang: {error}")
    except OSError as error:
        say(f"wencang: {WencangError(error.filename or archive.data, of_error(error))}")
