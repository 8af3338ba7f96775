"""Tells the operator, by a command of theirs and by mail: of alarms at their beginning, once a day, at their end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from archive.disk import atomic_write
from archive.errors import NotTold, UsageFault
from archive.notify import hook, mail
from archive.settings import Settings
from archive.text.messages import of_error
from archive.text.translation import gettext as _

FILE = "notices.json"
_AGAIN = timedelta(days=1)
Kind = Literal["alarm", "hits"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that wants a person; it is the same alarm while `kind` and `subject` are, whatever the text."""

    kind: str
    subject: str  # a source, a section, the archive
    text: str  # one line


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm, and when it was last told (aware)."""

    alarm: Alarm
    at: datetime


@dataclass(frozen=True, slots=True)
class Notices:
    """What is to be told now, and what will have been told then."""

    begun: list[Alarm]  # or still there after a day
    over: list[Alarm]
    told: list[Told]


def due_notices(alarms: Iterable[Alarm], told_before: Iterable[Told], now: datetime) -> Notices:
    """What to tell, of all the alarms there are at this moment and those that were told before."""
    there = {_key(alarm): alarm for alarm in alarms}
    before = {_key(told.alarm): told for told in told_before}
    quiet = {key: told for key, told in before.items() if key in there and timedelta(0) <= now - told.at < _AGAIN}
    return Notices(
        begun=[alarm for key, alarm in there.items() if key not in quiet],
        over=[told.alarm for key, told in before.items() if key not in there],
        told=[quiet.get(key) or Told(alarm, now) for key, alarm in there.items()],
    )


def announce(settings: Settings, alarms: Iterable[Alarm], now: datetime) -> list[NotTold]:
    """Tell what is due of all the alarms there are at this moment, and remember it in DATA/notices.json.

    Raises nothing, so that a run's own end is not hidden; what failed is given back. What
    could not be told in any way is due again at the next call. Holds no lock: one run at a time.
    """
    before, faults = _remembered(settings.data / FILE)
    notices = due_notices(alarms, before, now)
    lines = [alarm.text for alarm in notices.begun]
    lines += [_("over: {alarm}").format(alarm=alarm.text) for alarm in notices.over]
    if not (lines and ways(settings)):
        return faults
    untold = tell(settings, _subject(lines), lines)
    if len(untold) < len(ways(settings)):
        faults += _remember(settings.data / FILE, notices.told)
    return faults + untold


def tell(settings: Settings, subject: str, lines: Sequence[str], kind: Kind = "alarm") -> list[NotTold]:
    """Tell it in every way that is set; what failed. The hook and the mail are told the kind, too."""
    faults = []
    for way in ways(settings):
        try:
            way(settings, _line(subject), "".join(f"{_line(line)}\n" for line in lines), kind)
        except NotTold as fault:
            faults.append(fault)
    return faults


@dataclass(frozen=True, slots=True)
class Delivery:
    """One way in which a text went to the operator, in words, and why it failed; None where it did not."""

    way: str
    text: str
    fault: NotTold | None = None


def deliver(settings: Settings, text: str) -> tuple[Delivery, ...]:
    """Send a line in every way that is set, to try them. Raises UsageFault where none is."""
    if not ways(settings):
        raise UsageFault("notice", _("neither `hook` nor `mail_to` is set"), _("docs/operations.md tells how"))
    each = {
        _("the hook {command}").format(command=" ".join(settings.hook)): replace(settings, mail_to=()),
        _("mail to {addresses}").format(addresses=", ".join(settings.mail_to)): replace(settings, hook=()),
    }
    return tuple(
        Delivery(way, text, next(iter(tell(only, f"wencang: {text}", [text])), None))
        for way, only in each.items()
        if ways(only)
    )


def ways(settings: Settings) -> list[Callable[[Settings, str, str, Kind], None]]:
    """The ways to tell that the operator has set."""
    return [way for way, wanted in ((hook.run, settings.hook), (mail.send, settings.mail_to)) if wanted]


def _subject(lines: Sequence[str]) -> str:
    more = len(lines) - 1
    told = _("{first} (and {count} more)") if more else "{first}"
    return "wencang: " + told.format(first=lines[0], count=more)


def _line(text: str) -> str:
    """The text on one line, without what would steer a terminal or can't be sent."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _key(alarm: Alarm) -> tuple[str, str]:
    return alarm.kind, alarm.subject


def _remembered(path: Path) -> tuple[list[Told], list[NotTold]]:
    """What was told before; where that can't be read, nothing, and why: better told twice than not at all."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        told = [Told(Alarm(**row["alarm"]), datetime.fromisoformat(row["at"]).astimezone(UTC)) for row in rows]
    except FileNotFoundError:
        return [], []
    except (OSError, ValueError, TypeError, KeyError) as error:
        reason = of_error(error) if isinstance(error, OSError) else _("can't be read")
        return [], [NotTold(path, reason, _("what was told is told again"))]
    return told, []


def _remember(path: Path, told: Iterable[Told]) -> list[NotTold]:
    rows = [{"alarm": asdict(one.alarm), "at": one.at.isoformat()} for one in told]
    try:
        with atomic_write(path) as file:
            file.write(json.dumps(rows, ensure_ascii=False, indent=1).encode() + b"\n")
    except OSError as error:
        return [NotTold(path, of_error(error), _("what was told is told again"))]
    return []
