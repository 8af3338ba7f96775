"""Puts what starts a crawl in place on this machine, and takes it out again: a systemd timer or a line of the crontab.

Both are the user's own. Any call may raise NotScheduled, with the last word of the command that failed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from getpass import getuser
from pathlib import Path

from archive.errors import NotScheduled, UsageFault
from archive.settings import FILE, Settings
from archive.text.messages import Message, of_error
from archive.text.translation import gettext as _
from crawler import sources
from crawler.http.addresses import refuse_nameless
from crawler.timers import units
from crawler.timers.units import Job

_PATIENCE = 60  # seconds


@dataclass(frozen=True, slots=True)
class Place:
    """`put` tells what it wrote, `take_out` whether there was something."""

    there: Callable[[], bool]
    put: Callable[[Job], list[str]]
    take_out: Callable[[Job], bool]


@dataclass(frozen=True, slots=True)
class Installed:
    """The units or the crontab line that were written, and what the user should know."""

    lines: tuple[str, ...]
    notices: tuple[Message, ...] = ()


def choose() -> str:
    """The first place that this machine has; UsageFault where it has none."""
    for name, place in PLACES.items():
        if place.there():
            return name
    mend = _("`wencang schedule print --cron` gives a line for another scheduler")
    raise UsageFault("schedule", _("neither a systemd of yours nor crontab answers here"), mend)


def schedule(settings: Settings, job: Job, place: str = "") -> Installed:
    """Put a job in one place, or in the first that this machine has, and out of the others.

    Raises UsageFault where no contact is set: every crawl would be refused.
    """
    chosen = place or choose()
    refuse_nameless(settings.contact, [list for source in sources.every() for list in source.lists])
    lines = PLACES[chosen].put(job)
    for name in PLACES.keys() - {chosen}:
        PLACES[name].take_out(job)
    return Installed(tuple(lines), tuple(_notices(settings, chosen)))


def _notices(settings: Settings, place: str) -> Iterator[Message]:
    names = [f"WENCANG_{field.name.upper()}" for field in fields(Settings) if field.name != "data"]
    if here := [name for name in names if os.environ.get(name)]:
        yield Message("set-in-shell-only", {"names": ", ".join(here), "file": str(settings.data / FILE)})
    if place == "systemd" and not lingers():
        yield Message("no-linger")


def remove(job: Job) -> bool:
    """Take a job out of wherever it is; False where it was nowhere."""
    taken_out = [place.take_out(job) for place in PLACES.values()]
    return any(taken_out)


def lingers() -> bool:
    """Whether systemd keeps this user's timers going while nobody is logged in."""
    return (Path("/var/lib/systemd/linger") / getuser()).exists()


# A user's systemd


def _systemd_there() -> bool:
    try:
        _call("systemctl", "--user", "show-environment")
    except NotScheduled:
        return False
    return True


def _put_units(job: Job) -> list[str]:
    service, timer = _unit_files(job)
    texts = {service: units.service(job), timer: units.timer(job)}
    timer.parent.mkdir(parents=True, exist_ok=True)
    try:
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
        for command in (["daemon-reload"], ["enable", timer.name], ["restart", timer.name]):
            _call("systemctl", "--user", *command)
    except (NotScheduled, OSError) as error:
        for path in texts:
            path.unlink(missing_ok=True)
        if isinstance(error, NotScheduled):
            mend = _("`wencang schedule install --cron` does without systemd")
            raise NotScheduled(error.subject, error.reason, mend) from error
        raise
    return [str(path) for path in texts]


def _take_out_units(job: Job) -> bool:
    there = [path for path in _unit_files(job) if path.exists()]
    if there:
        _call("systemctl", "--user", "disable", "--now", f"{job.name}.timer")
        for path in there:
            path.unlink()
        _call("systemctl", "--user", "daemon-reload")
    return bool(there)


def _unit_files(job: Job) -> tuple[Path, Path]:
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    folder = home / "systemd" / "user"
    return folder / f"{job.name}.service", folder / f"{job.name}.timer"


# The crontab


def _cron_there() -> bool:
    return shutil.which("crontab") is not None


def _put_line(job: Job) -> list[str]:
    before = _crontab()
    after = units.with_line(before, job)
    if after != before:
        _call("crontab", "-", given=after)
    return [units.cron_line(job)]


def _take_out_line(job: Job) -> bool:
    before = _crontab() if _cron_there() else b""
    after = units.without_line(before, job)
    if after != before:
        _call("crontab", "-", given=after)
    return after != before


def _crontab() -> bytes:
    """The user's crontab. One that can't be read is an error: it must not be taken for an empty one."""
    try:
        return _call("crontab", "-l")
    except NotScheduled as error:
        text = error.reason.english
        if "no crontab" in text or "No such file" in text:  # Vixie's, cronie and macOS; BusyBox
            return b""
        raise


PLACES = {
    "systemd": Place(_systemd_there, _put_units, _take_out_units),
    "cron": Place(_cron_there, _put_line, _take_out_line),
}


def _call(*command: str, given: bytes = b"") -> bytes:
    """What a command of the machine prints; NotScheduled, with its own last word, where it fails."""
    subject = " ".join(command)
    try:
        done = subprocess.run(  # noqa: S603  # words of ours, and no shell
            command, input=given, capture_output=True, timeout=_PATIENCE, env=os.environ | {"LC_ALL": "C"}
        )
    except OSError as error:
        raise NotScheduled(subject, of_error(error)) from error
    except subprocess.TimeoutExpired as error:
        raise NotScheduled(subject, _("no answer within {seconds} s").format(seconds=_PATIENCE)) from error
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip()
        raise NotScheduled(subject, told or _("ended with code {code}").format(code=done.returncode))
    return done.stdout
