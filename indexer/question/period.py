"""Periods of time as people write them: 2022-06, 2022-05..2022-06, 近30天."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from archive.article import SHANGHAI
from archive.errors import UsageFault
from archive.text.translation import gettext as _

_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?")
_RANGE = re.compile(r"(.*?)\s*(?:\.\.+|…+|~|～|至)\s*(.*)")
_LAST = re.compile(r"(?:最?近|last)(\d{1,4})(?:个)?(天|日|周|星期|月|年|d|w|m|y)")
_DAY = timedelta(days=1)
_DAYS = {"今天": 0, "昨天": 1, "前天": 2}
_MONTHS = {"本月": 0, "上月": 1, "上个月": 1}
_YEARS = {"今年": 0, "去年": 1, "前年": 2}
_UNITS = {"天": "d", "日": "d", "周": "w", "星期": "w", "月": "m", "年": "y"}


def period(text: str, now: datetime | None = None) -> tuple[datetime | None, datetime | None]:
    """The start of a period, inclusive, and its end, exclusive, in Asia/Shanghai; None where it is unbounded.

    A year, month or day is the whole of it, A..B from the start of A to the end of B; 近30天,
    本月, 去年 are relative to `now` (aware), by default the current time. Raises UsageFault.
    """
    stripped = text.strip()
    try:
        if ends := _RANGE.fullmatch(stripped):
            since = _single(ends[1], now)[0] if ends[1] else None
            until = _single(ends[2], now)[1] if ends[2] else None
            if not (since or until) or (since and until and since >= until):
                raise ValueError(stripped)
            return since, until
        return _single(stripped, now)
    except (ValueError, OverflowError) as error:
        raise UsageFault(
            text, _("is not a valid date"), _("write 2022, 2022-06, 2022-06-01, 2022-05..2022-06 or 近30天")
        ) from error


def span(since: str, until: str) -> tuple[datetime | None, datetime | None]:
    """The start of one period and the end, exclusive, of another; None for "". Raises UsageFault."""
    start, end = period(since)[0] if since else None, period(until)[1] if until else None
    if start and end and start >= end:
        raise UsageFault(f"--since {since} --until {until}", _("no day lies between"), _("put the earlier one first"))
    return start, end


def _single(text: str, now: datetime | None) -> tuple[datetime, datetime]:
    """Raises ValueError or OverflowError for an invalid date."""
    if match := _DATE.fullmatch(text):
        year, month, day = (int(part) if part else 0 for part in match.groups())
        start = date(year, month or 1, day or 1)
        return _midnight(start), _midnight(_later(start, "d" if day else "m" if month else "y"))
    first, last = _relative(text, (now or datetime.now(SHANGHAI)).astimezone(SHANGHAI).date())
    return _midnight(first), _midnight(last + _DAY)


def _relative(text: str, today: date) -> tuple[date, date]:
    """The first and last day of a relative period."""
    if text in _DAYS:
        day = today - _DAYS[text] * _DAY
        return day, day
    if text in _MONTHS:
        month = _earlier(today.replace(day=1), _MONTHS[text])
        return month, _later(month, "m") - _DAY
    if text in _YEARS:
        year = today.year - _YEARS[text]
        return date(year, 1, 1), date(year, 12, 31)
    match = _LAST.fullmatch(text)
    if not match:
        raise ValueError(text)
    count, unit = int(match[1]), _UNITS.get(match[2], match[2])
    if unit in "dw":
        return today - (count * (7 if unit == "w" else 1) - 1) * _DAY, today
    return _earlier(today, count * (12 if unit == "y" else 1)) + _DAY, today


def _earlier(day: date, months: int) -> date:
    """The same day `months` months before, or the last day of that month."""
    number = day.year * 12 + day.month - 1 - months
    first = date(number // 12, number % 12 + 1, 1)
    return min(first + (day.day - 1) * _DAY, _later(first, "m") - _DAY)


def _later(start: date, size: str) -> date:
    if size == "d":
        return start + _DAY
    if size == "m" and start.month < 12:
        return date(start.year, start.month + 1, 1)
    return date(start.year + 1, 1, 1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
