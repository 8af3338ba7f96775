"""The state of an archive on a terminal: status, runs, and what a takedown left to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from archive.tables.ledger import OUTCOMES, Run
from archive.text.escaping import printable
from archive.text.translation import gettext as _
from wencang.cli.output import say
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from wencang.keeping.removal import Removal
    from wencang.keeping.status import Status


def print_status(status: Status) -> None:
    """A table of the sources, and a line for each index and for what is recommended."""
    rows = [
        (source.source or "-", str(source.articles), str(source.revisions), f"{source.newest_fetch:%Y-%m-%d %H:%M}Z",
         f"{source.newest_published:%Y-%m-%d}" if source.newest_published else "-")
        for source in status.sources
    ]  # fmt: skip
    print_table((_("source"), _("articles"), _("versions"), _("last fetched"), _("newest article")), rows)
    print(printable(_("names: persons are found by {reader}").format(reader=status.reader)))
    for notice in status.names:
        print(printable(str(notice)))
    for engine, state in status.indexes.items():
        print(printable(_("index {engine}: {state}").format(engine=engine, state=state)))
    for notice in filter(None, (*status.lexicon.values(), status.advice)):
        print(printable(str(notice)))
    if not status.indexes:
        print(_("no index yet; `wencang index` makes one"))


def print_runs(runs: Iterable[Run], sections: bool) -> None:
    """A table of runs, each with the reasons of what failed; with `sections` a row for each list, too."""
    head = (_("finished"), _("source"), _("took"), *map(_, OUTCOMES), "MB", _("ended"))
    print_table(head, [row for run in runs for row in _rows(run, sections)])


def _rows(run: Run, sections: bool) -> Iterator[tuple[str, ...] | str]:
    finished, took = f"{run.finished:%Y-%m-%d %H:%M}Z", str(timedelta(seconds=round(run.seconds)))
    yield (finished, run.source, took, *_counts(run.to_json()), f"{run.bytes / 1e6:.1f}", _(run.ended))
    for list, counts in sorted(run.sections.items()) if sections else ():
        yield ("", f"  {list}", "", *_counts(counts), "", "")
    if run.reasons:
        yield "    " + ", ".join(f"{count} x {reason}" for reason, count in run.reasons.items())


def _counts(counts: Mapping[str, int]) -> Iterable[str]:
    return (str(counts.get(outcome, 0)) for outcome in OUTCOMES)


def say_rest(removal: Removal) -> None:
    """What a takedown left to do, and the command that does it."""
    line = _("wencang: {id}: its text is withdrawn, but this is left to do: {fault}")
    for fault in removal.faults:
        say(line.format(id=removal.id, fault=fault))
    say(_("{id}: once that is fixed, `wencang remove {id}` does the rest").format(id=removal.id))
