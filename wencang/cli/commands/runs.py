"""Tell what each run of a crawl came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from wencang.cli.commands import DONE, NOTHING, Json, OneSource, open_archive
from wencang.cli.output import print_json, say
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from archive.tables.ledger import Run

app = typer.Typer()


@app.command()
def runs(
    ctx: typer.Context,
    source: OneSource = "",
    limit: Annotated[int, typer.Option(min=1, metavar="N", help=_("Tell at most so many."))] = 20,
    sections: Annotated[bool, typer.Option("--sections", help=_("By list, too."))] = False,
    as_json: Json = False,
) -> int:
    """What each run of a crawl came to, the newest first, and why pages failed.

    Examples:
        wencang runs tibet_cn --limit 5 --sections
    """
    from archive.store import named_source
    from archive.tables.ledger import OUTCOMES, Ledger

    with open_archive(ctx.obj) as store:
        ledger = Ledger(store)
        found = ledger.last_runs(named_source(ledger.sources(), source) if source else "", limit)
    if as_json:
        for run in found:
            started = run.started and run.started.isoformat()
            print_json(asdict(run) | {"finished": run.finished.isoformat(), "started": started})
    elif found:
        head = (_("finished"), _("source"), _("took"), *map(_, OUTCOMES), "MB", _("ended"))
        print_table(head, [row for run in found for row in _rows(run, sections)])
    if not found:
        say(_("no run is noted yet; `wencang crawl` makes one"))
    return DONE if found else NOTHING


def _rows(run: Run, sections: bool) -> Iterator[tuple[str, ...] | str]:
    from archive.reasons import told

    finished, took = f"{run.finished:%Y-%m-%d %H:%M}Z", str(timedelta(seconds=round(run.seconds)))
    if not run.started:  # noted by an older program
        yield (finished, run.source, "-", *"-----", str(run.failed), "-", "-")
        return
    yield (finished, run.source, took, *_cells(asdict(run)), f"{run.bytes / 1e6:.1f}", _(run.ended))
    for list, counted in sorted(run.sections.items()) if sections else ():
        yield ("", f"  {list}", "", *_cells(counted), "", "")
    if run.reasons:
        yield "    " + ", ".join(f"{count} x {told(reason)}" for reason, count in run.reasons.items())


def _cells(counts: Mapping[str, int]) -> Iterable[str]:
    from archive.tables.ledger import OUTCOMES

    return (str(counts.get(outcome, 0)) for outcome in OUTCOMES)
