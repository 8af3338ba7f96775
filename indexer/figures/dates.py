"""Dates in a text, resolved against the day of publication."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from indexer.figures.figure import DIGITS, Figure, Period, numeral

_DAY = timedelta(days=1)
_AHEAD = 60 * _DAY  # a date without a year may be so far in the future; a later one is last year's
_DAYS_AHEAD = 10  # the same for a day without a month
_TO = "(?:至|到|-|—+|–|~)"
_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_YEAR = rf"(?:[12]\d{{3}}|[一二][{DIGITS}]{{3}})"
_POINT = re.compile(
    rf"(?<![\d.第历])(?=[\d一二三四五六七八九十上下前去今本明后第])"
    rf"(?:(?P<year>{_YEAR})(?:{_TO}(?P<year2>{_YEAR}))?年度?|(?P<near>[前去上今本明后]|(?<![之以])后)年)?"
    rf"(?:(?P<edge>年?[底末初])|(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度|前(?P<quarters>[二两三23])季度"
    rf"|前(?P<months>{_N})个月"
    rf"|(?:(?P<month>{_N})(?:{_TO}(?P<month2>{_N}))?|(?P<turn>上个?|本|下个?))月份?"
    rf"(?:(?P<day>{_N})(?:{_TO}(?P<day2>{_N}))?[日号]|(?P<part>[上中下]旬|底|末|初))?"
    rf"|(?<![每前后])(?P<only>{_N})日(?![内游间志本报元子期均常用产]))?(?P<since>以来)?"
)
_AND_TO = re.compile(_TO)
_ISO = re.compile(r"(?<![\d.-])([12]\d{3})[-/.](\d{1,2})[-/.](\d{1,2})(?![\d.-])")
_NEAR_DAY = re.compile("([前今昨明]天|[昨今明][日晚]|后天)")
_WEEK = re.compile("([上本下])个?(?:周|星期)([一二三四五六日天])?(?![边年])")
_LENGTH = re.compile(
    rf"(近|过去|最近|未来|今后)([{DIGITS}十\d]{{1,3}})(年|个月|天|日|周)[来间里]?"
    rf"|(?<![\d{DIGITS}十几数])()([{DIGITS}十\d]{{1,3}})(年|个月|天)来"
)
_CENTURY = re.compile(r"(?:(\d{1,2}|[一二三四五六七八九十]{1,3})|上)世纪(?:(\d0|[二三四五六七八九]十)年代)?")
_OFFSETS = {"前": -2, "去": -1, "上": -1, "昨": -1, "今": 0, "本": 0, "明": 1, "下": 1, "后": 2}
_WEEKDAYS = "一二三四五六日"
_THIRDS = {"上旬": (1, 10), "初": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31)}

Groups = dict[str, str | None]  # of a match of _POINT
Bounds = tuple[int, int]  # the first and the last month, or day
Spans = Iterator[tuple[int, int, Period]]  # [start, end) in the text, and its period
_UNKNOWN = Period(None, None)


def find(folded: str, text: str, published: date | None) -> Iterator[Figure]:
    """The dates in a text, in order; relative ones have an unknown period without a day of publication."""
    figures: list[Figure] = []
    covered = bytearray(len(text))
    for search in (_lengths, _points, _others):
        for start, end, period in search(folded, published):
            if not any(covered[start:end]):
                covered[start:end] = bytes([1]) * (end - start)
                figures.append(Figure("date", start, end, text[start:end], period))
    return iter(sorted(figures, key=lambda figure: figure.start))


def _lengths(folded: str, published: date | None) -> Spans:
    """Periods that end or start with the day of publication: 近三年, 十年来."""
    for match in _LENGTH.finditer(folded):
        prefix, count, unit = (match[1], match[2], match[3]) if match[1] else ("近", match[5], match[6])
        yield *match.span(), _length(published, prefix in ("未来", "今后"), int(numeral(count)), unit)


def _length(published: date | None, ahead: bool, count: int, unit: str) -> Period:
    if published is None:
        return _UNKNOWN
    if unit in "年个月":
        months = count * (12 if unit == "年" else 1)
        other = _moved(published, months if ahead else -months)
    else:
        other = published + (1 if ahead else -1) * count * (7 if unit == "周" else 1) * _DAY
    return Period(published, other - _DAY) if ahead else Period(other + _DAY, published)


def _moved(day: date, months: int) -> date:
    """The same day `months` months later, or the last day of that month."""
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _points(folded: str, published: date | None) -> Spans:
    """Years, months and days, and ranges of them."""
    at = 0
    while match := _POINT.search(folded, at):
        at = match.end() + (match.end() == match.start())
        groups = match.groupdict()
        period = _point(groups, published)
        if period is None:
            continue
        end = match.end()
        to = _AND_TO.match(folded, end)
        other = _POINT.match(folded, to.end()) if to else None
        if other and (later := _point(other.groupdict(), published, period.first)):
            period, end = Period(period.first, later.last), other.end()
        elif groups["since"]:
            period = Period(period.first, published)
        yield match.start(), end, period
        at = end


def _point(groups: Groups, published: date | None, after: date | None = None) -> Period | None:
    """The period of one date; the end of a range takes omitted parts from its start, `after`. None if invalid."""
    if not any(value for name, value in groups.items() if name not in ("edge", "since")):
        return None
    try:
        return _days(groups, published, after)
    except ValueError:  # a thirteenth month, a 30 February
        return None


def _days(groups: Groups, published: date | None, after: date | None) -> Period:
    """Raises ValueError for an invalid date."""
    days = _month_days(groups)
    if groups["only"]:
        return _by_day(days, published, after)
    if groups["near"] and not published:
        return _UNKNOWN
    if groups["turn"]:
        if not published:
            return _UNKNOWN
        month = _moved(published.replace(day=1), _OFFSETS[groups["turn"][0]])
        return _period(month.year, (month.month, month.month), days)
    months = _months(groups)
    if groups["year"]:
        first = int(numeral(groups["year"]))
        last = int(numeral(groups["year2"])) if groups["year2"] else first
        return Period(_period(first, months, days).first, _period(last, months, days).last)
    if groups["near"] and published:
        return _period(published.year + _OFFSETS[groups["near"]], months, days)
    return _without_year(months, days, published, after)


def _without_year(months: Bounds, days: Bounds, published: date | None, after: date | None) -> Period:
    """In the year of the range's start; otherwise the last such period before publication, or one soon after it."""
    leap = _period(2000, months, days)  # raises ValueError for a day that exists in no year
    if after:
        period = _period(after.year, months, days)
        return period if period.last and period.last >= after else _period(after.year + 1, months, days)
    if not (published and leap.first):
        return _UNKNOWN
    near = leap.first.replace(year=published.year + 1, day=1) - published < _AHEAD
    period = _period(published.year + near, months, days)
    ahead = period.first is not None and period.first - published > _AHEAD
    return _period(published.year - 1, months, days) if ahead else period


def _by_day(days: Bounds, published: date | None, after: date | None) -> Period:
    """A day in the month of the range's start, or in the month of publication or the one before."""
    if after is None and published:
        after = published if days[0] <= published.day + _DAYS_AHEAD else _moved(published, -1)
    return _period(after.year, (after.month, after.month), days) if after else _UNKNOWN


def _months(groups: Groups) -> Bounds:
    """The first and the last month."""
    if groups["half"]:
        return (1, 6) if groups["half"] == "上" else (7, 12)
    if groups["quarter"]:
        first = int(numeral(groups["quarter"])) * 3 - 2
        return first, first + 2
    if groups["quarters"]:
        return 1, int(numeral(groups["quarters"])) * 3
    if groups["months"]:
        return 1, int(numeral(groups["months"]))
    if groups["month"]:
        month = int(numeral(groups["month"]))
        return month, int(numeral(groups["month2"])) if groups["month2"] else month
    if groups["edge"]:
        return (1, 1) if groups["edge"].endswith("初") else (12, 12)
    return 1, 12


def _month_days(groups: Groups) -> Bounds:
    """The first and the last day; 31 stands for the last day of the month, unless it is named."""
    if groups["part"]:
        return _THIRDS[groups["part"]]
    day = groups["day"] or groups["only"]
    if not day:
        return 1, 31
    first = int(numeral(day))
    return first, int(numeral(groups["day2"])) if groups["day2"] else first


def _period(year: int, months: Bounds, days: Bounds) -> Period:
    """Raises ValueError for an invalid month or day."""
    last = days[1] if days[1] != 31 or days[0] == 31 else monthrange(year, months[1])[1]
    return Period(date(year, months[0], days[0]), date(year, months[1], last))


def _others(folded: str, published: date | None) -> Spans:
    """2022-05-12, 昨日, 上周五, 20世纪80年代."""
    for match in _ISO.finditer(folded):
        try:
            day = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            continue
        yield *match.span(), Period(day, day)
    for match in _NEAR_DAY.finditer(folded):
        near = published and published + _OFFSETS[match[0][0]] * _DAY
        yield *match.span(), Period(near, near)
    for match in _WEEK.finditer(folded):
        yield *match.span(), _week(match, published)
    for match in _CENTURY.finditer(folded):
        century = int(numeral(match[1])) if match[1] else (published.year // 100 if published else 20)
        first = (century - 1) * 100 + (int(numeral(match[2])) if match[2] else 1)
        if 0 < century <= 21:
            yield *match.span(), Period(date(first, 1, 1), date(first + (9 if match[2] else 99), 12, 31))


def _week(match: re.Match[str], published: date | None) -> Period:
    if published is None:
        return _UNKNOWN
    monday = published - published.weekday() * _DAY + 7 * _OFFSETS[match[1]] * _DAY
    if not match[2]:
        return Period(monday, monday + 6 * _DAY)
    day = monday + _WEEKDAYS.index(match[2].replace("天", "日")) * _DAY
    return Period(day, day)
