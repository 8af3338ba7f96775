"""Start a crawl regularly."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from archive.errors import UsageFault
from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, NOTHING, archive_of
from wencang.cli.output import say, say_notices

app = typer.Typer(add_completion=False)

Every = Annotated[str, typer.Option(metavar="TIME", help=_("How often to start: 5m, 15m, 1h, 1d."))]
Systemd = Annotated[bool, typer.Option("--systemd", help=_("A service and a timer."))]
Cron = Annotated[bool, typer.Option("--cron", help=_("A line of the crontab."))]


@app.callback(invoke_without_command=True)
def door(ctx: typer.Context) -> None:
    """Start `crawl --due` regularly, by systemd, cron or Kubernetes.

    Examples:
        wencang schedule install
    """
    if not ctx.invoked_subcommand:
        print(ctx.get_help())


@app.command(name="print")
def print_(
    ctx: typer.Context, systemd: Systemd = False, cron: Cron = False,
    k8s: Annotated[bool, typer.Option("--k8s", help=_("A CronJob with its volume."))] = False,
    every: Every = "15m",
    system: Annotated[str, typer.Option(metavar="USER", help=_("With --systemd: system-wide, run as USER."))] = "",
    image: Annotated[
        str, typer.Option(metavar="I", help=_("With --k8s: an image that contains `wencang`; default: wencang."))
    ] = "",
) -> int:  # fmt: skip
    """Print the units, the crontab line or the CronJob, to install them by hand.

    Examples:
        wencang schedule print --systemd
        wencang schedule print --k8s --image registry.example.org/wencang
    """
    form = _form(systemd=systemd, cron=cron, k8s=k8s)
    if not form:
        raise UsageFault("schedule print", _("needs a form"), _("add --systemd, --cron or --k8s"))
    program = ("wencang",) if k8s else _program()
    text = archive_of(ctx).schedule_print(form, every=every, system=system, image=image, program=program)
    print(text, end="")
    return DONE


@app.command()
def install(ctx: typer.Context, systemd: Systemd = False, cron: Cron = False, every: Every = "15m") -> int:
    """Install a systemd user timer or, without systemd, a line in your crontab.

    Examples:
        wencang schedule install --every 15m
    """
    place = _form(systemd=systemd, cron=cron)
    installed = archive_of(ctx).schedule_install(place, every=every, program=_program())
    for line in installed.lines:
        print(line)
    say_notices(installed.notices)
    return DONE


@app.command()
def remove(ctx: typer.Context) -> int:
    """Remove what `schedule install` installed for this archive.

    Examples:
        wencang schedule remove
    """
    if archive_of(ctx).schedule_remove():
        return DONE
    say(_("{data}: nothing was scheduled").format(data=archive_of(ctx).data))
    return NOTHING


def _form(**forms: bool) -> Any:
    """The form that was chosen; "" for none."""
    options = [f"--{name}" for name, is_chosen in forms.items() if is_chosen]
    if len(options) > 1:
        raise UsageFault(" ".join(options), _("exclude each other"), _("choose one"))
    return options[0][2:] if options else ""


def _program() -> tuple[str, ...]:
    """The command that runs this program from anywhere."""
    program = os.path.abspath(sys.argv[0])
    return (sys.executable, program) if program.endswith(".py") else (program,)
