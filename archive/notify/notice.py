"""Notices to the operator, by a command of theirs and by mail: when an alarm begins, once a day, when it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from archive.errors import NotTold, UsageFault, WencangError
from archive.notify import hook, mail
from archive.settings import Settings
from archive.store import ArticleStore, schema
from archive.tables.locks import exclusive
from archive.text.translation import gettext as _

_REPEAT = timedelta(days=1)
Kind = Literal["alarm", "hits"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A condition that needs an operator; alarms of the same `kind` and `subject` are the same, whatever their text."""

    kind: str
    subject: str  # a source, a section, the archive
    text: str  # one line


@dataclass(frozen=True, slots=True)
class Sent:
    """An alarm, and when a notice of it was last sent (aware)."""

    alarm: Alarm
    at: datetime


@dataclass(frozen=True, slots=True)
class Notices:
    """What is to be sent now, and what has been sent once that is done."""

    begun: list[Alarm]  # or still there after a day
    over: list[Alarm]
    sent: list[Sent]


def due_notices(alarms: Iterable[Alarm], sent: Iterable[Sent], now: datetime) -> Notices:
    """What to send, given all current alarms and the notices sent before."""
    current = {_key(alarm): alarm for alarm in alarms}
    before = {_key(notice.alarm): notice for notice in sent}
    recent = {
        key: notice for key, notice in before.items() if key in current and timedelta(0) <= now - notice.at < _REPEAT
    }
    return Notices(
        begun=[alarm for key, alarm in current.items() if key not in recent],
        over=[notice.alarm for key, notice in before.items() if key not in current],
        sent=[recent.get(key) or Sent(alarm, now) for key, alarm in current.items()],
    )


def announce(settings: Settings, store: ArticleStore, alarms: Iterable[Alarm], now: datetime) -> list[NotTold]:
    """Send what is due, given all current alarms, and remember it in the archive; what failed.

    Of several hosts one tells an alarm: the others wait for it. Raises nothing, so that a run's own
    error is not hidden. What could not be sent in any way is due again at the next call.
    """
    faults: list[NotTold] = []
    with ExitStack() as stack:
        before: list[Sent] = []  # where that can't be read: a notice sent twice is better than none
        with _remembering(faults):
            stack.enter_context(exclusive(store, "notices", wait=True))
            before = _sent(store)
        notices = due_notices(alarms, before, now)
        lines = [alarm.text for alarm in notices.begun]
        lines += [_("over: {alarm}").format(alarm=alarm.text) for alarm in notices.over]
        if not (lines and ways(settings)):
            return faults
        failed = send(settings, _subject(lines), lines)
        if len(failed) < len(ways(settings)):
            with _remembering(faults):
                _remember(store, notices.sent)
    return faults + failed


@contextmanager
def _remembering(faults: list[NotTold]) -> Iterator[None]:
    """Add an error of the archive to the faults."""
    try:
        yield
    except WencangError as error:
        faults.append(NotTold(error.subject, error.reason, _("notices are sent again")))


def send(settings: Settings, subject: str, lines: Sequence[str], kind: Kind = "alarm") -> list[NotTold]:
    """Send lines in every way that is set, each with the kind; what failed."""
    faults = []
    for way in ways(settings):
        try:
            way(settings, _line(subject), "".join(f"{_line(line)}\n" for line in lines), kind)
        except NotTold as fault:
            faults.append(fault)
    return faults


@dataclass(frozen=True, slots=True)
class Delivery:
    """One way in which a text was sent, as words, and the error if it failed."""

    way: str
    text: str
    fault: NotTold | None = None


def deliver(settings: Settings, text: str) -> tuple[Delivery, ...]:
    """Send a line in every way that is set, each by itself. Raises UsageFault if none is set."""
    if not ways(settings):
        raise UsageFault("notice", _("neither `hook` nor `mail_to` is set"), _("see docs/operations.md"))
    each = {
        _("the hook {command}").format(command=" ".join(settings.hook)): replace(settings, mail_to=()),
        _("mail to {addresses}").format(addresses=", ".join(settings.mail_to)): replace(settings, hook=()),
    }
    return tuple(
        Delivery(way, text, next(iter(send(only, f"wencang: {text}", [text])), None))
        for way, only in each.items()
        if ways(only)
    )


def ways(settings: Settings) -> list[Callable[[Settings, str, str, Kind], None]]:
    """The ways that the operator has set."""
    return [way for way, value in ((hook.run, settings.hook), (mail.send, settings.mail_to)) if value]


def _subject(lines: Sequence[str]) -> str:
    more = len(lines) - 1
    text = _("{first} (and {count} more)") if more else "{first}"
    return "wencang: " + text.format(first=lines[0], count=more)


def _line(text: str) -> str:
    """The text on one line, without characters that control a terminal or can't be encoded."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _key(alarm: Alarm) -> tuple[str, str]:
    return alarm.kind, alarm.subject


def _sent(store: ArticleStore) -> list[Sent]:
    """What was sent before."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(schema.notices)).all()
    return [Sent(Alarm(row.kind, row.subject, row.text), row.sent) for row in rows]


def _remember(store: ArticleStore, sent: Iterable[Sent]) -> None:
    rows = [asdict(notice.alarm) | {"sent": notice.at} for notice in sent]
    with store.writing() as connection:
        connection.execute(schema.notices.delete())
        if rows:
            connection.execute(schema.notices.insert(), rows)
