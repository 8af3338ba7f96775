"""Dates and times as Chinese pages print them; in Asia/Shanghai unless an offset is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from archive.article import FIRST_YEAR, LAST_YEAR, SHANGHAI

_CLOCK = (
    r"(?:[\s T,，|]*(?:(?:星期|周|週)[一二三四五六日天])?[\s T]*(?P<half>上午|中午|下午|晚上|凌晨|早上|傍晚|晚)?\s*"
    r"(?P<hour>[01]?\d|2[0-4])\s*[:：时時点點]\s*(?:(?P<minute>[0-5]?\d)(?!\d)\s*分?(?:\s*[:：]?\s*(?P<second>[0-5]\d)(?!\d)秒?)?)?"
    r"(?:\.\d+)?\s*(?P<zone>Z(?![a-z])|UTC|GMT|[+-][01]\d:?[0-5]\d(?!\d))?)?"
)
# With a year in four digits, in Chinese numerals or of the Republic (民國); without a year; relative to now.
_FULL = re.compile(
    r"(?<!\d)(?:(?P<year>\d{4})|(?:民國|民国)\s*(?P<minguo>\d{2,3}))\s?[-‐–—/.年\s]\s?(?P<month>\d{1,2})\s*[-‐–—/.月]\s*(?P<day>\d{1,2})(?!\d)[日号號]?"
    + _CLOCK
)
_NUMERALS = re.compile(
    r"(?P<year>[〇零○一二三四五六七八九]{4})年(?P<month>[一二三四五六七八九十]{1,3})月(?P<day>[一二三四五六七八九十]{1,3})日"
    + _CLOCK
)
_COMPACT = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?:(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?)?(?!\d)"
)
_SHORT = re.compile(r"(?<![\d./-])(?P<year>\d{2})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d./-])" + _CLOCK)
_YEARLESS = re.compile(
    r"(?<![\d./年-])(?P<month>\d{1,2})(?:月(?P<day>\d{1,2})[日号號]|[-/](?P<day2>\d{1,2})(?=\s+\d{1,2}[:：]))" + _CLOCK
)
_NAMED = re.compile(r"(?P<named>今天|今日|昨天|昨日|前天)" + _CLOCK)
_AGO = re.compile(
    r"(?P<count>\d{1,3})\s*(?P<unit>秒|分钟|分鐘|小时|小時|天|日|周|週|个月|個月)(?:之)?前|(?P<now>刚刚|剛剛)"
)
_LONGEST = 4000  # characters: dates are near the headline
_UNITS = {
    "秒": 1,
    "分": 60,
    "小": 3600,
    "天": 86400,
    "日": 86400,
    "周": 604800,
    "週": 604800,
    "个": 2592000,
    "個": 2592000,
}
_DAYS_AGO = {"今": 0, "昨": 1, "前": 2}
_DIGITS = {
    digit: str(value)
    for value, digits in enumerate(("〇零○", "一", "二", "三", "四", "五", "六", "七", "八", "九"))
    for digit in digits
}


def find_date(text: str, fetched: datetime | None = None) -> datetime | None:
    """The first date in a text, at midnight if no time follows; None if there is none.

    Dates with a year come first; 6月1日, 昨天 08:30 and 2小时前 are relative to `fetched` (aware),
    and ignored without it, as are dates after it.
    """
    for time in _times(text[:_LONGEST], fetched):
        if not fetched or time <= fetched:
            return time
    return None


def _times(text: str, fetched: datetime | None) -> Iterator[datetime]:
    for pattern in (_FULL, _NUMERALS):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            minguo = groups.get("minguo")
            year = 1911 + int(minguo) if minguo else _number(groups["year"])
            yield from _time(groups, year, _number(groups["month"]), _number(groups["day"]))
    if not fetched:
        return
    now = fetched.astimezone(SHANGHAI)
    for match in _AGO.finditer(text):
        seconds = 0 if match["now"] else int(match["count"]) * _UNITS[match["unit"][0]]
        yield (now - timedelta(seconds=seconds)).replace(microsecond=0)
    for match in _NAMED.finditer(text):
        day = now.date() - timedelta(days=_DAYS_AGO[match["named"][0]])
        yield from _time(match.groupdict(), day.year, day.month, day.day)
    for match in _SHORT.finditer(text):
        yield from _time(match.groupdict(), 2000 + int(match["year"]), int(match["month"]), int(match["day"]))
    for match in _YEARLESS.finditer(text):
        groups, month = match.groupdict(), int(match["month"])
        yield from _latest(groups, month, int(match["day"] or match["day2"]), now.date())


def _latest(groups: dict[str, str | None], month: int, day: int, today: date) -> Iterator[datetime]:
    """The last such day up to today."""
    year = today.year if (month, day) <= (today.month, today.day) else today.year - 1
    return _time(groups, year, month, day)


def _number(text: str | None) -> int:
    """A number in digits, in Chinese numerals up to 99, or a year numeral by numeral."""
    text = text or "0"
    if text.isdecimal():
        return int(text)
    if "十" in text:
        tens, _ten, ones = text.partition("十")
        return int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0"))
    return int("".join(_DIGITS[digit] for digit in text))


def _time(groups: dict[str, str | None], year: int, month: int, day: int) -> Iterator[datetime]:
    """The time of a match; nothing if it is not valid, as 2022-13-45."""
    hour, minute, second = (int(groups.get(name) or 0) for name in ("hour", "minute", "second"))
    half = groups.get("half") or ""
    if half[:1] in ("下", "晚", "傍") and hour < 12:
        hour += 12
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return
    try:
        time = datetime(year, month, day, tzinfo=_zone(groups.get("zone"))) + timedelta(
            hours=hour, minutes=minute, seconds=second
        )
    except (ValueError, OverflowError):
        return
    yield time.astimezone(SHANGHAI)


def _zone(printed: str | None) -> tzinfo:
    if not printed:
        return SHANGHAI
    if printed in ("Z", "UTC", "GMT"):
        return UTC
    sign = -1 if printed[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(printed[1:3]), minutes=int(printed[-2:])))


def find_compact(text: str) -> datetime | None:
    """The first date in an address, a meta tag or a script: also 20220601 and 202206/01."""
    if time := find_date(text):
        return time
    for match in _COMPACT.finditer(text):
        for time in _time(match.groupdict(), int(match["year"]), int(match["month"]), int(match["day"])):
            return time
    return None


_LINE = re.compile(r"(?:[\u4e00-\u9fff]{0,4}(?:时间|時間|日期)\s*[:：]\s*)?")


def is_date_line(line: str) -> bool:
    """Whether a line consists of a date with a year, with or without a label and a credit."""
    start = _LINE.match(line).end()  # type: ignore[union-attr]  # it matches the empty string too
    match = _FULL.match(line, start) or _NUMERALS.match(line, start)
    if not match or not find_date(match[0]):
        return False
    return bool(
        re.fullmatch(
            r"\s*(?:更新|[(（][^()（）]{0,20}更新[)）])?(?:[\s(（\[]*[来來]源\s*[:：].{0,60})?[\s)）\]]*",
            line[match.end() :],
        )
    )
