"""Have a crawl started regularly."""

from __future__ import annotations

import os
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive.errors import UsageFault
from archive.settings import FILE, Settings
from archive.translation import gettext as _
from wencang.cli.commands import DONE, NOTHING
from wencang.cli.output import say

if TYPE_CHECKING:
    from crawler.timers.units import Job

app = typer.Typer(add_completion=False)

Every = Annotated[str, typer.Option(metavar="TIME", help=_("How often what is due is looked for: 5m, 15m, 1h, 1d."))]
Systemd = Annotated[bool, typer.Option("--systemd", help=_("A service and a timer."))]
Cron = Annotated[bool, typer.Option("--cron", help=_("A line of the crontab."))]


@app.callback(invoke_without_command=True)
def door(ctx: typer.Context) -> None:
    """Have `crawl --due` started regularly: by systemd, cron or Kubernetes.

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
    system: Annotated[str, typer.Option(metavar="USER", help=_("With --systemd: of the whole system, as USER."))] = "",
    image: Annotated[
        str, typer.Option(metavar="I", help=_("With --k8s: an image that has `wencang`; else `wencang`."))
    ] = "",
) -> int:  # fmt: skip
    """Print what starts a crawl regularly, to put in place by hand.

    Examples:
        wencang schedule print --systemd
        wencang schedule print --k8s --image registry.example.org/wencang
    """
    from crawler.timers import units

    chosen = _one(systemd=systemd, cron=cron, k8s=k8s)
    if not chosen:
        raise UsageFault("schedule print", _("does not say for what"), _("add --systemd, --cron or --k8s"))
    for option, value, fits in (("--system", system, systemd), ("--image", image, k8s)):
        if value and not fits:
            raise UsageFault(option, _("says nothing to --{form}").format(form=chosen), _("leave it out"))
    job = _job(ctx, every, ("wencang",) if k8s else ())
    if k8s:
        print(units.cron_job(job, image or "wencang"), end="")
    elif cron:
        print(units.cron_line(job))
    else:
        print(f"# {job.name}.service\n{units.service(job, system)}\n# {job.name}.timer\n{units.timer(job)}", end="")
    return DONE


@app.command()
def install(ctx: typer.Context, systemd: Systemd = False, cron: Cron = False, every: Every = "15m") -> int:
    """Put a systemd timer of yours in place, or where there is none, a line of your crontab.

    Examples:
        wencang schedule install --every 15m
    """
    from crawler import sources
    from crawler.http.addresses import refuse_nameless
    from crawler.timers import install

    place = _one(systemd=systemd, cron=cron) or install.choose()
    refuse_nameless(ctx.obj.contact, [list for source in sources.every() for list in source.lists])
    for line in install.install(_job(ctx, every), place):
        print(line)
    _say_what_is_only_set_here(ctx.obj)
    if place == "systemd" and not install.lingers():
        say(_("It runs while you are logged in; after `loginctl enable-linger` it always does."))
    return DONE


@app.command()
def remove(ctx: typer.Context) -> int:
    """Take out again what `schedule install` put in place for this archive.

    Examples:
        wencang schedule remove
    """
    from crawler.timers import install

    if install.remove(_job(ctx)):
        return DONE
    say(_("{data}: nothing was scheduled").format(data=ctx.obj.data))
    return NOTHING


def _one(**forms: bool) -> str:
    """The one form that was asked for; empty where none was."""
    asked = [f"--{name}" for name, wanted in forms.items() if wanted]
    if len(asked) > 1:
        raise UsageFault(" ".join(asked), _("exclude each other"), _("choose one"))
    return asked[0][2:] if asked else ""


def _job(ctx: typer.Context, every: str = "15m", program: tuple[str, ...] = ()) -> Job:
    from crawler.timers.units import Job, minutes

    return Job(program or _program(), Path(os.path.abspath(ctx.obj.data)), minutes(every))


def _program() -> tuple[str, ...]:
    """The words that run this program from anywhere."""
    started = os.path.abspath(sys.argv[0])
    return (sys.executable, started) if started.endswith(".py") else (started,)


def _say_what_is_only_set_here(settings: Settings) -> None:
    names = [f"WENCANG_{field.name.upper()}" for field in fields(Settings) if field.name != "data"]
    if here := [name for name in names if os.environ.get(name)]:
        told = _("{names}: set in this shell only; what runs by itself reads {file}")
        say(told.format(names=", ".join(here), file=settings.data / FILE))
