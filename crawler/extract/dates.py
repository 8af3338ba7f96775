"""Dates and times as Chinese pages print them; in Asia/Shanghai unless another zone is printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from datetime import time as time_of_day
from email.utils import parsedate_to_datetime
from enum import IntEnum
from typing import Any

from archive.article import FIRST_YEAR, LAST_YEAR, SHANGHAI

_LONGEST = 4000  # characters: dates are near the headline
_DAY = timedelta(days=1)

# One character for one: full-width forms, Traditional characters of dates and of their labels.
_FOLD = dict(
    zip(
        "０１２３４５６７８９：﹕∶／－–—―‐‑．·，（）［］【】｜　\u00a0時點號鐘週國剛個後發佈傳訂錄轉載會間編輯舉辦開",
        "0123456789:::/------..,()[][]|  时点号钟周国刚个后发布传订录转载会间编辑举办开",
        strict=True,
    )
)
_FOLDED = re.compile(f"[{re.escape(''.join(_FOLD))}]")

_NUMERALS = ("〇零○ＯO0", "一", "二两", "三", "四", "五", "六", "七", "八", "九")  # O is set for zero
_DIGITS = {numeral: str(value) for value, numerals in enumerate(_NUMERALS) for numeral in numerals}
_NUMERAL = "".join(_DIGITS)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = (
    r"(?:[(\[]?(?:(?:星期|周|礼拜)[一二三四五六日天]"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b)[)\]]?)"
)
_BETWEEN = r"[\sT,|]{0,4}"  # bounded, or a row of blanks takes cubic time
_HALF = (
    "(?P<half>凌晨|清晨|早晨|早上|上午|中午|正午|下午|午后|傍晚|晚上|晚间|午夜|子夜|夜里|夜间|深夜|晚|[ap]\\.?m\\.?)"
)
_HOUR = r"(?P<hour>[01]?\d|2[0-4]|[一二]?十[一二三四五六七八九]?|[零〇一二两三四五六七八九])"
_MINUTE = r"(?P<minute>[0-5]?\d(?!\d)|[二三四五]?十[一二三四五六七八九]?|[〇零][一二三四五六七八九]|半|[一三]刻)"
# A bare "-11:30" behind hours and minutes is the end of an event.
_ZONE = (
    r"(?P<zone>Z(?![a-z])|北京时间|(?:UTC|GMT|CST)\s?[+-]\s?[01]?\d(?::?[0-5]\d)?(?!\d)|UTC|GMT|CST"
    r"|\+[01]\d(?::?[0-5]\d)?(?![\d:])|-[01]\d[0-5]\d(?!\d)|(?<=:\d\d:\d\d)-[01]\d:[0-5]\d(?![\d:]))"
)
_CLOCK = (
    rf"(?:{_BETWEEN}{_WEEKDAY}?{_BETWEEN}(?:at\s|北京时间\s?|(?P<utc>格林尼治(?:标准)?时间)\s?)?{_HALF}?\s?"
    rf"{_HOUR}(?P<mark>\s?[:时点]\s?)"
    rf"(?:{_MINUTE}\s?分?(?:\s?:?\s?(?P<second>[0-5]\d)(?!\d)\s?秒?)?)?(?:\.\d+)?"
    rf"\s?(?P<behind>[ap]\.?m\b\.?)?(?:\s?\(?{_ZONE}\)?)?)?"
)
_YEAR, _MONTH, _DAY_OF_MONTH = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})(?!\d)"
_SEPARATED = rf"\s?[-/.年\s]\s?{_MONTH}\s*[-/.月]\s*{_DAY_OF_MONTH}\s?[日号]?"
_IN_NUMERALS = (
    rf"\s?年\s?(?P<month>\d{{1,2}}|[元正{_NUMERAL}十]{{1,3}})\s?月"
    rf"\s?(?P<day>\d{{1,2}}|[{_NUMERAL}十廿卅]{{1,3}})\s?[日号]"
)


def _patterns(*dates: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(date + _CLOCK, re.IGNORECASE) for date in dates)


# Dates with their year, by what a text must contain to have any.
_DIGITAL = _patterns(rf"(?<!\d){_YEAR}{_SEPARATED}")
_CHINESE = _patterns(
    rf"民国\s*(?P<minguo>\d{{2,3}}){_SEPARATED}",
    rf"民国(?P<minguo>[元{_NUMERAL}百十]{{1,6}}){_IN_NUMERALS}",
    rf"(?<!\d)(?P<year>[一二12][{_NUMERAL}\d]{{3}})(?!年\d+月\d){_IN_NUMERALS}",
)
_ENGLISH = (
    *_patterns(
        rf"\b{_NAME}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}\b",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s/-]+(?:of\s+)?{_NAME}[,\s/-]*{_YEAR}\b:?",
    ),
    re.compile(rf"\b{_NAME}\s*{_DAY_OF_MONTH}{_CLOCK}\s+{_YEAR}\b", re.IGNORECASE),  # Java's
)
_AMERICAN = _patterns(rf"(?<![\d/.-])(?P<first>\d{{1,2}})/(?P<second_of>\d{{1,2}})/{_YEAR}(?!\d)")
_MONTH_NAMED = re.compile(
    r"[JFMASONDjfmasond](?:a[nry]|A[NRY]|eb|EB|pr|PR|u[nlg]|U[NLG]|e[pc]|E[PC]|ct|CT|ov|OV)[A-Za-z]{0,6}\.?[\s,/-]{0,3}\d"
)

# Dates that need to know when they were read.
_SHORT, _YEARLESS, _NAMED = _patterns(
    rf"(?<![\d./-])(?P<year>\d{{2}})[-/.]{_MONTH}[-/.]{_DAY_OF_MONTH}(?![./-])",
    rf"(?<![\d./年-]){_MONTH}(?:月{_DAY_OF_MONTH}[日号]|[-/](?P<day_behind>\d{{1,2}})(?=\s\d{{1,2}}:))",
    "(?P<named>今天|今日|昨天|昨日|前天)(?![是:])",
)
_AGO = re.compile(r"(?P<count>\d{1,3})\s*(?P<unit>秒|分钟|小时|天|日|周|个月)(?:之)?前|(?P<now>刚刚)")
_UNITS = {"秒": 1, "分": 60, "小": 3600, "天": 86400, "日": 86400, "周": 604800, "个": 2592000}
_DAYS_AGO = {"今": 0, "昨": 1, "前": 2}

# Dates of programs.
_COMPACT = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?:(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?)?(?!\d)"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?![\d号日]|\s?[^\sT\d])")
_EPOCH = re.compile(r"\s*(?P<seconds>1\d{9})(?:\d{3})?\s*")  # from 2001 to 2033


class Label(IntEnum):
    """What the words at a date say of it; the less, the more likely it is the time of publication."""

    PUBLISHED = 0
    NONE = 1
    WRITTEN = 2
    UPDATED = 3
    RELATIVE = 4  # without a year, or counted back from the time of reading
    EVENT = 5  # not a time of the page


_WORDS = (
    # 会议时间, 举办日期, 报名截止, 今天是, but not 会议发布时间
    (
        Label.EVENT,
        re.compile(
            r"(?:发布会|活动|会议|庭审|举[办行]|召开|开[幕庭始标]|结束|考试|报名|截[止至]|有效|生效|[实施]施|施行|投标|招标"
            r"|培训|演出|播出|直播|比赛|发生|成立|办[公理]|营业|服务|开放|公示|出生)"
            r"(?:召开|举办|举行)?(?:时间|日期|时限|期限|期)?[至到为是于]{0,2}$"
            r"|(?:今天|今日|现在|当前|打印|访问|查询|浏览)(?:时间|日期)?[为是]?$"
        ),
    ),
    (
        Label.PUBLISHED,
        re.compile(
            r"发[布表稿文]|[刊首]发|刊登|上[传线]|录入|添加|加入|入库|公[开布]|提交|转载|见报|出版"
            r"|publi|post|release|pubdate|issued",
            re.IGNORECASE,
        ),
    ),
    (Label.UPDATED, re.compile(r"更新|修[改订]|编辑|updat|modif|edit|revis", re.IGNORECASE)),
    (Label.WRITTEN, re.compile(r"成文|印发|[签制]发|落款|生成|撰写|written", re.IGNORECASE)),
)
_NO_WORD = re.compile("[^\u4e00-\u9fffA-Za-z ]")
_BEHIND = re.compile(r"\s?[)\]]?\s?([\u4e00-\u9fff]{0,2}(?:发[布表]|刊发|上传|更新|修改|编辑))(?!时间|日期|[:于|])")
_PLACE = re.compile(r".{0,25}?地\s?点\s?:", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in Asia/Shanghai; not `timed`, and at midnight, where only the day is known."""

    time: datetime
    timed: bool
    label: Label = Label.NONE

    @property
    def day(self) -> date:
        return self.time.date()


def find_date(text: str, fetched: datetime | None = None) -> Moment | None:
    """The date in a text that is most likely that of its publication; None if there is none.

    Its label decides, then the order in the text; dates of events are ignored. Dates with a year
    come first; 6月1日, 昨天 08:30 and 2小时前 are relative to `fetched` (aware), and ignored without
    it. A date after the day of `fetched` is ignored; of a later time on that day, only the day is
    taken. Midnight is what programs print for an unknown time: 00:00 is not `timed`, but 24:00 is.
    """
    folded = _folded(text[:_LONGEST])
    moments = list(_credible(_whole(folded), fetched))
    if not moments and fetched:
        moments = list(_credible(_relative(folded, fetched.astimezone(SHANGHAI)), fetched))
    return min(moments, key=lambda moment: moment.label, default=None)


def find_compact(text: str, fetched: datetime | None = None) -> Moment | None:
    """The first date in an address, a meta tag or a script.

    Also 20220601, 202206/01, and seconds or milliseconds since 1970 if there is nothing else in the text.
    """
    if match := _EPOCH.fullmatch(text):
        time = datetime.fromtimestamp(int(match["seconds"]), SHANGHAI)
        moments = [Moment(time, time.time() != time_of_day.min)]
    else:
        whole = find_date(text, fetched)
        moments = [whole] if whole else list(filter(None, map(_dated, _COMPACT.finditer(text))))
    return next(_credible(moments, fetched), None)


def time_of(text: str, fetched: datetime | None = None) -> Moment | None:
    """A time as feeds and other programs write it: ISO 8601, RFC 822, and what else sites print.

    In Asia/Shanghai without a zone. Midnight there is what they write for an unknown time: it is not `timed`.
    """
    text = " ".join(text.split())[:_LONGEST]
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            time = parse(text)
            time = (time if time.tzinfo else time.replace(tzinfo=SHANGHAI)).astimezone(SHANGHAI)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if FIRST_YEAR <= time.year <= LAST_YEAR:
            return Moment(time, time.time() != time_of_day.min)
    return find_compact(text, fetched) if text else None


_LINE = re.compile(
    r"\s?[(\[]?\s?(?:[\u4e00-\u9fff]{0,4}(?:时间|日期|发布|发表|更新)于?\s?[:|]?\s?)?"
    rf"(?:{_WEEKDAY}[\s,]{{0,2}})?",
    re.IGNORECASE,
)
_REST = re.compile(r"\s*(?:发布|更新|[(][^()]{0,20}更新[)])?(?:[\s(\[]*[来來]源\s*:.{0,60})?[\s)\]]*")


def as_iso(text: Any) -> Any:
    """A time as people write it, in ISO 8601; what is not one, and a time in ISO 8601, as it is."""
    if not (isinstance(text, str) and is_date_line(text)) or _ISO.match(text):
        return text
    moment = find_date(text)
    return (moment.time if moment.timed else moment.time.date()).isoformat() if moment else text


def is_date_line(line: str) -> bool:
    """Whether a line consists of a date with a year, with or without a label and a credit."""
    folded = _folded(line)
    start = _LINE.match(folded).end()  # type: ignore[union-attr]  # it matches the empty string too
    matches = filter(None, (pattern.match(folded, start) for pattern in _patterns_for(folded)))
    return any(_dated(match) and _REST.fullmatch(folded, match.end()) for match in matches)


def _folded(text: str) -> str:
    return _FOLDED.sub(lambda printed: _FOLD[printed[0]], text)


def _credible(moments: Iterable[Moment], fetched: datetime | None) -> Iterator[Moment]:
    """The moments not after the fetch; of a later time on its day the day, for a clock may be ahead."""
    for moment in moments:
        if not fetched or moment.time <= fetched:
            yield moment
        elif moment.day == fetched.astimezone(SHANGHAI).date():
            yield replace(moment, time=datetime.combine(moment.day, time_of_day.min, SHANGHAI), timed=False)


def _patterns_for(text: str) -> Iterator[re.Pattern[str]]:
    """The patterns of whole dates that may match."""
    yield from _DIGITAL
    if "年" in text:
        yield from _CHINESE
    if _MONTH_NAMED.search(text):
        yield from _ENGLISH
    if "/" in text:
        yield from _AMERICAN


def _whole(text: str) -> Iterator[Moment]:
    """The dates with a year, in their order, apart from those of events."""
    matches = sorted((m for pattern in _patterns_for(text) for m in pattern.finditer(text)), key=re.Match.start)
    start, behind = 0, False
    for number, match in enumerate(matches):
        if match.start() < start:  # 2021年5月3日 matches two patterns
            continue
        label, end = _label_before(text[max(start, match.start() - 20) : match.start()]), match.end()
        # Either all labels are before their dates, or all behind them.
        behind = behind if number else label is Label.NONE
        if behind and (word := _BEHIND.match(text, end)):
            label, end = _label_in(word[1]), word.end()
        start = end
        if label is Label.NONE and _is_of_event(text, match):
            label = Label.EVENT
        if label is not Label.EVENT and (moment := _dated(match)):
            yield replace(moment, label=label)


def _label_before(text: str) -> Label:
    """The label at the end of a text; one on the line above has a colon."""
    label = text.rstrip()
    if "\n" in text[len(label) :] and label[-1:] != ":":
        return Label.NONE
    return _label_in(_NO_WORD.split(label.rstrip(" :|([").removesuffix("于"))[-1])


def _label_in(words: str) -> Label:
    words = words.strip()
    return next((label for label, pattern in _WORDS if pattern.search(words)), Label.NONE) if words else Label.NONE


def _is_of_event(text: str, match: re.Match[str]) -> bool:
    """Whether a date is that of an event: 时间：... 地点：..."""
    before = text[max(0, match.start() - 6) : match.start()].rstrip(" :")
    return before.endswith(("时间", "时 间")) and _PLACE.match(text, match.end()) is not None


def _relative(text: str, now: datetime) -> Iterator[Moment]:
    today = now.date()
    for match in _AGO.finditer(text):
        seconds = 0 if match["now"] else int(match["count"]) * _UNITS[match["unit"][0]]
        time = (now - timedelta(seconds=seconds)).replace(microsecond=0)
        timed = seconds < _UNITS["天"]
        yield Moment(time if timed else datetime.combine(time, time_of_day.min, SHANGHAI), timed, Label.RELATIVE)
    for match in (m for pattern in (_NAMED, _SHORT, _YEARLESS) for m in pattern.finditer(text)):
        before = _label_before(text[max(0, match.start() - 20) : match.start()])
        if before is not Label.EVENT and (moment := _moment(match, *_relative_day(match.groupdict(), today))):
            yield replace(moment, label=Label.RELATIVE)


def _relative_day(groups: dict[str, str | None], today: date) -> tuple[int, int, int]:
    if named := groups.get("named"):
        day = today - timedelta(days=_DAYS_AGO[named[0]])
        return day.year, day.month, day.day
    month, day_of_month = _number(groups["month"]), _number(groups["day"] or groups.get("day_behind"))
    if year := groups.get("year"):
        return 2000 + int(year), month, day_of_month
    is_past = (month, day_of_month) <= (today.month, today.day)
    return today.year - (not is_past), month, day_of_month


def _dated(match: re.Match[str]) -> Moment | None:
    """The time of a match with a year; None if it is not valid, as 2022-13-45."""
    groups = match.groupdict()
    year = 1911 + _number(groups["minguo"]) if groups.get("minguo") else _number(groups["year"])
    if groups.get("first"):
        return _moment(match, year, *_american(groups))
    name = groups.get("name")
    month = _MONTHS.index(name[:3].lower()) + 1 if name else _number(groups["month"])
    return _moment(match, year, month, _number(groups["day"]))


def _american(groups: dict[str, str | None]) -> tuple[int, int]:
    """Month and day of 5/13/2021; 0, 0 where either may be the month, unless AM or PM tells that it is American."""
    first, second = _number(groups["first"]), _number(groups["second_of"])
    if first > 12:
        return second, first
    half = (groups["half"] or groups["behind"] or "").lower()
    return (first, second) if second > 12 or first == second or half[:1] in ("a", "p") else (0, 0)


def _moment(match: re.Match[str], year: int, month: int, day: int) -> Moment | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    groups = match.groupdict()
    clock = _clock(groups)
    try:
        time = (
            datetime(year, month, day, tzinfo=_zone(groups.get("zone") or groups.get("utc")) if clock else SHANGHAI)
            + clock
        )
    except (ValueError, OverflowError):
        return None
    time = time.astimezone(SHANGHAI)
    return Moment(time, clock >= _DAY or time.time() != time_of_day.min)


def _clock(groups: dict[str, str | None]) -> timedelta:
    minute = groups.get("minute") or "0"
    minutes = {"半": 30, "一刻": 15, "三刻": 45}.get(minute) or _number(minute)
    return timedelta(hours=_hour(groups), minutes=minutes, seconds=_number(groups.get("second")))


def _hour(groups: dict[str, str | None]) -> int:
    """The hour of 24: 下午2 is 14, 凌晨12 and 12 AM are 0, 中午1 is 13, 晚上12 ends the day."""
    hour = _number(groups.get("hour"))
    half = (groups.get("half") or groups.get("behind") or "").lower()[:2]
    if hour > 12 or not half:
        return hour
    is_set = ":" in (groups.get("mark") or "")  # by a program: 上午12:20 is at night, 上午12点 noon
    if half in ("凌晨", "am", "a.") or (half == "上午" and is_set):
        return hour % 12
    if half in ("中午", "正午"):
        return hour + 12 if hour < 5 else hour
    if half[0] in "晚夜深子" or half == "午夜":
        return hour + 12 if hour > 4 else hour  # 夜里2点
    return hour + 12 if half in ("下午", "午后", "傍晚", "pm", "p.") and hour < 12 else hour


def _zone(printed: str | None) -> tzinfo:
    if not printed or printed.upper() in ("北京时间", "CST"):  # China's, on a Chinese page
        return SHANGHAI
    offset = re.search(r"([+-])\s?(\d{1,2}):?(\d\d)?", printed)
    if not offset:
        return UTC
    sign = -1 if offset[1] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0)))


def _number(text: str | None) -> int:
    """A number in digits, in numerals up to 199, or numeral by numeral: 二〇二一."""
    text = text or "0"
    if text.isdecimal():
        return int(text)
    hundreds, hundred, rest = text.replace("元", "一").replace("正", "一").rpartition("百")
    rest = rest.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = rest.rpartition("十")
    value = int(_DIGITS.get(hundreds, "1")) * 100 if hundred else 0
    if ten:
        return value + int(_DIGITS.get(tens[-1:], "1")) * 10 + int(_DIGITS.get(ones, "0"))
    return value + int("".join(_DIGITS.get(numeral, "") for numeral in rest) or "0")
