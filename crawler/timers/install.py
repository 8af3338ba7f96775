"""Installs and removes the job that starts a crawl on this machine: a systemd timer or a line of the crontab.

Both are the user's own. Any call may raise NotScheduled, with the error message of the command that failed.
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
from crawler.http.addresses import refuse_nameless
from crawler.sources import sources_of
from crawler.timers import units
from crawler.timers.units import Job

_TIMEOUT = 60  # seconds


@dataclass(frozen=True, slots=True)
class Scheduler:
    """`install` returns what it wrote, `remove` whether there was something to remove."""

    is_there: Callable[[], bool]
    install: Callable[[Job], list[str]]
    remove: Callable[[Job], bool]


@dataclass(frozen=True, slots=True)
class Installed:
    """The units or the crontab line that were written, and what the user should know."""

    lines: tuple[str, ...]
    notices: tuple[Message, ...] = ()


def choose() -> str:
    """The first scheduler that this machine has. Raises UsageFault if it has none."""
    for name, scheduler in SCHEDULERS.items():
        if scheduler.is_there():
            return name
    mend = _("`wencang schedule print --cron` prints a line for another scheduler")
    raise UsageFault("schedule", _("neither a systemd user instance nor crontab is available"), mend)


def schedule(settings: Settings, job: Job, place: str = "") -> Installed:
    """Install a job with one scheduler, by default the first that this machine has, and remove it from the others.

    Raises UsageFault if no contact is set, because every crawl would be refused.
    """
    chosen = place or choose()
    refuse_nameless(settings.contact, [list for source in sources_of(settings).every() for list in source.lists])
    lines = SCHEDULERS[chosen].install(job)
    for name in SCHEDULERS.keys() - {chosen}:
        SCHEDULERS[name].remove(job)
    return Installed(tuple(lines), tuple(_notices(settings, chosen)))


def _notices(settings: Settings, place: str) -> Iterator[Message]:
    names = [f"WENCANG_{field.name.upper()}" for field in fields(Settings) if field.name != "data"]
    if here := [name for name in names if os.environ.get(name)]:
        yield Message("set-in-shell-only", {"names": ", ".join(here), "file": str(settings.data / FILE)})
    if place == "systemd" and not lingers():
        yield Message("no-linger")


def remove(job: Job) -> bool:
    """Remove a job from every scheduler; False if it was not installed."""
    removed = [scheduler.remove(job) for scheduler in SCHEDULERS.values()]
    return any(removed)


def lingers() -> bool:
    """Whether systemd runs this user's timers while they are not logged in."""
    return (Path("/var/lib/systemd/linger") / getuser()).exists()


# A user's systemd


def _has_systemd() -> bool:
    try:
        _call("systemctl", "--user", "show-environment")
    except NotScheduled:
        return False
    return True


def _install_units(job: Job) -> list[str]:
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
            mend = _("`wencang schedule install --cron` works without systemd")
            raise NotScheduled(error.subject, error.reason, mend) from error
        raise
    return [str(path) for path in texts]


def _remove_units(job: Job) -> bool:
    installed = [path for path in _unit_files(job) if path.exists()]
    if installed:
        _call("systemctl", "--user", "disable", "--now", f"{job.name}.timer")
        for path in installed:
            path.unlink()
        _call("systemctl", "--user", "daemon-reload")
    return bool(installed)


def _unit_files(job: Job) -> tuple[Path, Path]:
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    folder = home / "systemd" / "user"
    return folder / f"{job.name}.service", folder / f"{job.name}.timer"


# The crontab


def _has_cron() -> bool:
    return shutil.which("crontab") is not None


def _install_line(job: Job) -> list[str]:
    before = _crontab()
    after = units.with_line(before, job)
    if after != before:
        _call("crontab", "-", input=after)
    return [units.cron_line(job)]


def _remove_line(job: Job) -> bool:
    before = _crontab() if _has_cron() else b""
    after = units.without_line(before, job)
    if after != before:
        _call("crontab", "-", input=after)
    return after != before


def _crontab() -> bytes:
    """The user's crontab. One that can't be read raises: it must not be taken for an empty one."""
    try:
        return _call("crontab", "-l")
    except NotScheduled as error:
        text = error.reason.english
        if "no crontab" in text or "No such file" in text:  # Vixie's, cronie and macOS; BusyBox
            return b""
        raise


SCHEDULERS = {
    "systemd": Scheduler(_has_systemd, _install_units, _remove_units),
    "cron": Scheduler(_has_cron, _install_line, _remove_line),
}


def _call(*command: str, input: bytes = b"") -> bytes:
    """The output of a command. Raises NotScheduled, with its error message, if it fails."""
    subject = " ".join(command)
    try:
        done = subprocess.run(  # noqa: S603  # fixed words, without a shell
            command, input=input, capture_output=True, timeout=_TIMEOUT, env=os.environ | {"LC_ALL": "C"}
        )
    except OSError as error:
        raise NotScheduled(subject, of_error(error)) from error
    except subprocess.TimeoutExpired as error:
        raise NotScheduled(subject, _("no answer within {seconds} s").format(seconds=_TIMEOUT)) from error
    if done.returncode:
        message = done.stderr.decode(errors="replace").strip()
        raise NotScheduled(subject, message or _("ended with code {code}").format(code=done.returncode))
    return done.stdout
