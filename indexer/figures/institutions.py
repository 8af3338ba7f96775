"""Institutions in a text, recognized by the end of their names and by where these may start."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache, lru_cache, partial
from itertools import takewhile
from typing import NamedTuple

from indexer.figures import figure
from indexer.figures.figure import Figure, Name
from indexer.figures.gazetteer import gazetteer, sizes
from indexer.figures.places import regions
from indexer.text.wordlists import any_of

_names = partial(figure.names, file="institutions.txt")
_LONGEST = 30  # characters before the ending
_LONGEST_FREE = 16  # of a name that starts with no place
_LEVELS = "省市县区州乡镇"
_AND = "和与及"
_OFFICES = ("局", "厅")  # of any matter
_BRANCHES = ("公司", "分公司", "分行", "支行", "集团")
_BRANCHED = ("银行", "公司", "集团", "保险")
_SOCIETIES, _LOCAL = ("协会", "学会", "商会"), ("合作社", "幼儿园", "工作室", "剧团")
_VAGUE = ("全国", "国家", "世界", "国际")
_LONG_CORES = ("学会", "协会", "学校", "促进会", "联合会", "卫生院", "合作社", "基金会", "商会", "剧团", "剧院", "乐团")
_NOT_AFTER = {  # 中小学, 非政府组织, 大中学生, 上大学, 会议会场, 爱国会, 市中心
    "小学": "中上",
    "政府": "非",
    "中学": "大上",
    "大学": "上",
    "学校": "上",
    "幼儿园": "上",
    "学部": "药医化数",
    "议会": "会协商决建倡提",
    "国会": "爱建",
    "中心": "市县镇区村乡省为个以大是的一",
}
_OF_ANY_STATE, _OF_CHINA = ("部", "国务院", "国家博物馆", "国家图书馆"), ("中", "全国", "党")
_SHORT_STATES = "美英法德俄印尼斯缅蒙捷芬"
_GOVERNMENT = ("政府", "人民政府")
_COMMITTEES = ("市委", "县委", "区委", "州委", "省委", "地委", "乡党委", "镇党委")  # their first sign is the region's
_TOO_GENERAL = ("公司", "集团", "学校", "合作社", "幼儿园", "协会", "学会", "工作室", "剧团", "研究所", "商会")
_NOT_BEHIND_KNOWN = ("门", "分")
_LOOSE = ("中心", "厂")  # also of buildings, and of what is no name
_NUMBERED = tuple(f"{numeral}中" for numeral in "一二三四五六七八九十")  # 山南市一中
_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789·")
_IN_BRACKETS = re.compile(r"\(([\u3400-\u9fff]{2,6})\)$")
_NUMERALS = "一二三四五六七八九十几数多0123456789"
_DIGITS = "0123456789"
_NOT_BEFORE_BARE = f"{_NUMERALS}{_LEVELS}各每"
_NOT_BEHIND_BARE = f"{_LEVELS}域级里内外属"
_CLASSIFIERS = "所家个名位批支项座种间届省"  # 三家公司 is not a name, 第三批援藏工作队 is
_COUNTED = re.compile(rf"[{_NUMERALS}首][{_CLASSIFIERS}]$")
_IN_ORDER = "批支"
_OF_TWO_MATTERS = re.compile("[\u3400-\u9fff]{1,4}[局厅]|促进会|交易中心")  # 环境保护和林业局
_UNIVERSITY = re.compile("大学|科学院")
_TOWN = re.compile(r"[\u3400-\u9fff]{2,4}?[乡镇村]")
_NO_TOWN = frozenset("找去来给让父母亲我你他她们说看走回过能要会")
_PRINTED = re.compile(rf"[\u3400-\u9fff]{{2,4}}?(?:自治[州县]|[{_LEVELS}村])")
_NO_PLACE = re.compile(
    "(?:[社园景山地校辖牧特城灾郊小藏战林厂农大护发验范军战]区|[农乡驻各全贫困新]村|[城乡]镇|[城直设上]市|直辖市|区市|县市|自治区|治区|城乡|家乡|下乡|困乡|困县|海拔乡)$"
)
_OF_LEVEL = {level: re.compile(rf"[\u3400-\u9fff]{{2,9}}?{level}(?!府)") for level in _LEVELS}
_LONGEST_SENTENCE = 200
_SENTENCE_ENDS = "。！？；!?\n"
_OTHER_REGIONS = re.compile("(?:广西|内蒙古|宁夏|新疆)[^、。]{0,5}自治区")
_COMMITTEE = re.compile(f"(?:党委|[{_LEVELS}]委)[、{_AND}]?([{_LEVELS}]?)$")
_SECTION = re.compile(  # 产业处 before 处长, 社会事务司儿童福利处 before 调研员, 南亚学系 before 教授
    r"(?![和与及])(?:[\u3400-\u9fff]{2,8}?司(?![法机令]))?(?:(?!长)[\u3400-\u9fff]){0,10}?(?:处(?=[副原]{0,2}处长|调研员|(?:有关|相关)?负责人)"
    r"|司(?=[副原]{0,2}司长|巡视员|(?:有关|相关)?负责人))|(?<=大学)[\u3400-\u9fff]{1,6}系(?=副?教授|讲师|[副系]{0,2}主任)"
)
_WHOSE = re.compile("^(?:中华人民共和国|中国|国家|中共)(?!中央$)")
_COMMITTEE_OF = re.compile(f"^.{{2,}}(?:党委|[{_LEVELS}]委|部|纪委)$")
_GOVERNMENT_OF = re.compile("^(.*(?:自治[区州县]|[省市县区州乡镇]))政府$")


class Span(NamedTuple):
    """A name at [start, end); `bare` if its first character stands for a place, as in 县委."""

    start: int
    end: int
    bare: bool = False


class _Words(NamedTuple):
    """What names are made of."""

    known: re.Pattern[str]
    endings: re.Pattern[str]
    not_before: frozenset[str]  # of _OFFICES: 客厅, 结局
    free: frozenset[str]  # endings that need no place before them
    general: re.Pattern[str]  # not a name by itself
    wide: frozenset[str]  # countries and the like
    buildings: tuple[str, ...]  # before 中心
    alone: frozenset[str]  # endings that do not make a name with only one of these before them
    full: dict[str, str]  # places by their names, with and without their level
    in_brackets: Container[str]
    sizes: dict[str, tuple[int, ...]]  # of places, by their first two characters
    stops: re.Pattern[str]
    free_stops: re.Pattern[str]
    others: frozenset[str]  # words in which a stop is none
    short: dict[str, str]  # names with what they are short for


@cache
def _words() -> _Words:
    wide = [*_names("Countries and the whole"), *_names("Foreign states")]
    full = dict.fromkeys(wide, "")
    for name in _names("Other places"):
        full |= {name: name, re.sub("(?:自治区|市)$", "", name): name}
    words = frozenset(_names("Counties that are mostly other words"))
    for name, places in gazetteer().readings.items():
        is_county = places[0].level == 2 and name[-1] in "县市区旗" and name not in words
        if places[0].level < 2 or name in regions() or is_county:
            full[name] = places[0].name if len(places) == 1 else name
    known = _names("Institutions by their own names")
    full = dict.fromkeys(known, "") | full | {"自治区": ""}
    matters, offices = (figure.names(group) for group in ("Matters of a department", "Departments"))
    endings, free = _names("Endings with a region"), _names("Endings of names")
    departments = (matter + office for matter in matters for office in (*offices, "办"))
    numbers = (numeral + classifier for numeral in _NUMERALS for classifier in _CLASSIFIERS)
    not_before = frozenset(_names("Not before an ending with a region"))
    tails = (pair.split("=") for pair in _names("Tails and what is not behind them"))
    not_behind = "".join(f"(?:(?<!{tail})|(?![{signs}]))" for tail, signs in tails)
    return _Words(
        re.compile(f"(?:{any_of(known)})(?![{''.join(_NOT_BEHIND_KNOWN)}])"),
        re.compile(
            f"(?:{any_of([*endings, *free, *departments, *_OFFICES, *_NUMBERED])})(?![长员们城卡]|生(?!产)){not_behind}"
        ),
        not_before,
        frozenset(free),
        re.compile(f"(?:{any_of(_names('Alone no name of an institution'))})*"),
        frozenset(wide),
        tuple(_names("Centres that are buildings")),
        frozenset(_names("Alone with a country no name")),
        full,
        {*full, *_names("In brackets")},
        sizes(full),
        re.compile(any_of([*_names("Not in the name of an institution"), *_AND, *numbers])),
        re.compile(any_of(_names("Not in a name without a place"))),
        frozenset(_names("Inside other words")),
        dict(pair.split("=") for pair in _names("Short for")),
    )


def find(folded: str, text: str) -> Iterator[Figure]:
    """The institutions in a text, in order; of nested names the outermost.

    What starts with a bare level of administration (县委, 市政府) has the name of the place that it stands with, and
    is left out if there is none. The name of each is its fullest form in the text.
    """
    spans = [_to_section(folded, span) for span in _outermost([*_known(folded), *_ending(folded)])]
    if not spans:
        return
    names = list(_each_name(folded, spans))
    full = _fullest(folded, {name for name in names if name})
    for span, name in zip(spans, names, strict=True):
        if name:
            yield Figure("institution", span.start, span.end, text[span.start : span.end], Name(full[name]))


@lru_cache(1 << 14)
def common(name: str) -> str:
    """The name under which an institution is one across articles, of its folded name.

    It is without the country, if what remains is an organ of the state (中国外交部) or a committee of the party (中共),
    and what is short for another name (全国人大, 市政府) is that one.
    """
    name = _in_full(name)
    rest = _WHOSE.sub("", name)
    if _words().known.fullmatch(rest) or (name.startswith("中共") and _COMMITTEE_OF.search(rest)):
        name = _in_full(rest)
    return _GOVERNMENT_OF.sub(r"\1人民政府", name)


def _in_full(name: str) -> str:
    while longer := _words().short.get(name):
        name = longer
    return name


def _known(folded: str) -> Iterator[Span]:
    """The names that are known: with the state before those that every state has (美国国务院), and not 尼外交部."""
    for match in _words().known.finditer(folded):
        start, end = match.span()
        is_common = match[0].endswith(_OF_ANY_STATE) and not match[0].startswith(_OF_CHINA)
        abroad = _abroad().search(folded, max(0, start - 14), start) if is_common else None
        if not abroad:
            yield Span(start, end)
        elif state := abroad["state"]:
            yield Span(start - len(state), end)


@cache
def _abroad() -> re.Pattern[str]:
    """What ends before an organ of another state: its name, or its name in a longer one, or one character of it."""
    states = any_of(_names("Foreign states"))
    return re.compile(
        rf"(?P<state>{states})$|(?:{states})(?:[前原]|(?:(?![部院馆])[\u3400-\u9fff]){{2,6}}[{_AND}])$|(?:^|[与和向同对]|[^\u3400-\u9fff])[{_SHORT_STATES}]$"
    )


def _ending(folded: str) -> Iterator[Span]:
    """The names that are recognized by their ending."""
    for match in _words().endings.finditer(folded):
        before = folded[match.start() - 1 : match.start()]
        if before in (_words().not_before if match[0] in _OFFICES else _NOT_AFTER.get(match[0], ())):
            continue
        end = match.start() + match[0].startswith(_COMMITTEES)
        if span := _name(folded, _limit(folded, end), end, match):
            yield span


def _limit(folded: str, end: int) -> int:
    """Where the characters begin that a name may have; among them a place in brackets, as in 某某(天津)有限公司."""
    at = end
    while at > max(0, end - _LONGEST):
        sign = folded[at - 1]
        if sign in "年月日时" and folded[at - 2 : at - 1].isdigit():
            break
        if not ("\u3400" <= sign <= "\u9fff" or sign in _SIGNS):
            brackets = _IN_BRACKETS.search(folded, max(0, at - 8), at) if sign == ")" else None
            if not brackets or brackets[1] not in _words().in_brackets:
                break
            at = brackets.start()
        else:
            at -= 1
    return at


def _to_section(folded: str, span: Span) -> Span:
    """A name with the section of it that its head makes known: 文化厅产业处 before 处长."""
    section = _SECTION.match(folded, span.end)
    if not section or _words().stops.search(section[0][:-1].replace("和", "")):
        return span
    return span._replace(end=section.end())


def _outermost(spans: list[Span]) -> Iterator[Span]:
    last = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.start >= last:
            last = span.end
            yield span


# Where a name starts


def _name(folded: str, limit: int, end: int, ending: re.Match[str]) -> Span | None:
    """The name with this ending, whose first character is not before `limit`; `end` is where its place may end."""
    committee = _COMMITTEE.search(folded, max(0, ending.start() - 5), ending.start())
    if committee and ending[0] in _GOVERNMENT:  # 市委市政府, 党委、政府 are two
        return Span(committee.start(1), ending.end(), bare=True)
    first = _after_stops(folded, limit, end)
    start, middle = _first_place(folded, first, end)
    if start >= 0:
        whose = folded[first:start]
        is_known = not whose and _words().known.match(folded, start, middle)
        is_branch = middle == ending.start() or whose.endswith(_BRANCHED)
        if ending[0] in _BRANCHES and is_branch and not is_known:  # 某某西藏分公司
            first = _after_free_stops(folded, first, start)
            return Span(first, ending.end()) if start - first >= 2 else None
        if folded[start:middle] in _VAGUE and whose[-1:] in ("省", "州"):  # abroad: 安大略省国际关系厅
            return Span(first, ending.end())
        if folded[start:middle] == "国际" and ending[0] in _words().free:  # 五台山佛教国际研究院
            first = _after_free_stops(folded, first, start)
            start = first if start - first >= 3 else start
        if ending[0] == "委员会" and folded[start:middle] == "国际" and folded[start - 1 : start] in tuple(_AND):
            return None  # what is before the "and" belongs to it: 外交与国际发展委员会
        return Span(start, ending.end()) if _is_name(folded[start:middle], folded[middle:end], ending[0]) else None
    for at in {first, end - 1} if first < end else ():
        if folded[at] in _LEVELS and _is_bare(folded, at):
            return Span(at, ending.end(), bare=True)
    core = folded[_after_free_stops(folded, first, ending.start()) : ending.start()]
    shortest = 4 if ending[0] in _LONG_CORES else 2
    is_free = ending[0] in _words().free and shortest <= len(core) <= _LONGEST_FREE
    start = ending.start() - len(core)
    is_free = is_free and not _COUNTED.search(folded, max(0, start - 2), start)
    return Span(start, ending.end()) if is_free and not _words().general.fullmatch(core.lstrip(_DIGITS)) else None


def _is_bare(folded: str, at: int) -> bool:
    """Whether a level of administration stands for a place: not in 县域, 三省, 2所县医院, 城市."""
    before = folded[max(0, at - 5) : at + 1]
    is_general = _NO_PLACE.search(before) or _COUNTED.search(before[:-1]) or before[-2:-1] in tuple(_NOT_BEFORE_BARE)
    return not is_general and folded[at + 1] not in _NOT_BEHIND_BARE


def _is_name(place: str, middle: str, ending: str) -> bool:
    """Whether what stands between a place and an ending makes it a name: 中国政府, 全国重点大学 are none."""
    words = _words()
    if middle and (middle in "一某两三各多" or (middle == "大" and ending == "医院")):
        return False
    if words.known.match(place):
        return ending not in _GOVERNMENT
    if ending in _NUMBERED:
        return not middle.strip(_NUMERALS)
    if ending in _LOOSE and (len(middle) < 2 or middle.endswith(words.buildings)):
        return False
    if ending in _LOOSE and words.general.fullmatch(middle) and (place in words.wide or ending == "厂"):
        return False
    if ending == "商会" and place not in words.full:
        return True  # 西藏湖北商会: of one place in another
    if place in words.wide and (not middle or (ending in _GOVERNMENT and words.general.fullmatch(middle))):
        return ending not in words.alone
    if ending in _TOO_GENERAL and words.general.fullmatch(middle) and "第" not in middle:
        is_wide = place in _VAGUE or (place in words.wide and ending not in _SOCIETIES)
        return bool(middle) and not is_wide and ending not in _LOCAL
    if ending in _OFFICES:
        return 2 <= len(middle) <= 12
    return not (place in _VAGUE and words.general.fullmatch(middle))


def _places(folded: str, start: int, end: int) -> list[tuple[int, int]]:
    """The places in a part of the text that are known by name, and the institutions with parts; the longest of each."""
    words, spans, at = _words(), [], start
    while at < end - 1:
        last = 0
        for size in words.sizes.get(folded[at : at + 2], ()):
            if at + size <= end and (name := folded[at : at + size]) in words.full:
                last = 0 if name[-1] == "部" and folded[at + size : at + size + 1] in _NOT_BEHIND_KNOWN else at + size
                break
        if last:
            spans.append((at, last))
        at = last or at + 1
    return spans


def _after_stops(folded: str, limit: int, end: int) -> int:
    """The position after the last word that is not part of a name."""
    stops = [match.span() for match in _words().stops.finditer(folded, limit, end)]
    for start, last in reversed(stops):
        if folded[start] in _AND:
            is_stop = not _joins(folded, limit, start, end)
        else:
            is_stop = folded[start - 1 : start] != "第" or folded[last - 1] not in _IN_ORDER
        if is_stop and not _is_inside(folded, start, last):
            return last
    return limit


def _after_free_stops(folded: str, first: int, end: int) -> int:
    """The position after the last word that is not part of a name which starts with no place."""
    spans = (match.span() for match in _words().free_stops.finditer(folded, first, end))
    return max((last for start, last in spans if not _is_inside(folded, start, last)), default=first)


def _is_inside(folded: str, start: int, end: int) -> bool:
    """Whether this is only part of a place or of another, longer word."""
    if any(first <= start and end <= last for first, last in _places(folded, max(0, start - 5), end + 5)):
        return True
    others = _words().others
    return any(
        folded[first : first + size] in others
        for size in range(end - start + 1, 8)
        for first in range(max(0, end - size), start + 1)
    )


def _joins(folded: str, limit: int, at: int, end: int) -> bool:
    """Whether an "and" is inside a name, as in 西藏文化保护与发展协会: neither side is a name or a place."""
    places = _places(folded, limit, end)
    names = [match.end() for match in _UNIVERSITY.finditer(folded, limit, at)]
    before = max((last for last in (*names, *(last for _first, last in places)) if last <= at), default=0)
    is_last = at + 1 >= end and not _OF_TWO_MATTERS.match(folded, end)  # 天皇和政府
    if not before or at - before < 2 or is_last or folded[at + 1] in _LEVELS:
        return False
    named = any(first == at + 1 and folded[first:last] not in _VAGUE for first, last in places)
    named = named or any(match.end() == at for match in _words().endings.finditer(folded, before, at))
    return not named and not _words().stops.search(folded, before, at)


def _first_place(folded: str, first: int, end: int) -> tuple[int, int]:
    """Where the places at the beginning of a name start and end; -1 if there is none."""
    starts = dict(_places(folded, first, end))
    town = _printed(_TOWN, folded, first, end)
    if town and not any(first < start < town for start in starts) and _NO_TOWN.isdisjoint(folded[first:town]):
        starts.setdefault(first, town)
    start = next((start for start in sorted(starts) if start == first or folded[start - 1] != "("), -1)
    if start < 0:
        return -1, -1
    last = starts[start]
    while following := starts.get(last) or _printed(_PRINTED, folded, last, end):
        last = following
    another = next((another for another in sorted(starts) if another > last), 0)
    if not another or not _words().known.match(folded, start, last):
        return start, last
    is_part = folded[last:another].endswith(_BRANCHED) or folded[another : starts[another]] in _VAGUE
    return (start, last) if is_part else _first_place(folded, another, end)  # 新华社发美国政府


def _printed(pattern: re.Pattern[str], folded: str, start: int, end: int) -> int:
    """Where a place ends that is known by its level alone, as 娘蒲乡; 0 if there is none."""
    match = pattern.match(folded, start, end)
    return match.end() if match and not _NO_PLACE.search(match[0]) else 0


# What a name is


def _each_name(folded: str, spans: Iterable[Span]) -> Iterator[str]:
    """The name of each; "" of what stands for a place that is not known."""
    before: list[tuple[Span, str]] = []
    for span in spans:
        name = _of_place(folded, span, before) if span.bare else folded[span.start : span.end]
        before.append((span, name))
        yield name


def _of_place(folded: str, span: Span, before: Sequence[tuple[Span, str]]) -> str:
    """The name of an institution with the place that its first character stands for; "" if that is not known.

    It is the last place of this level in the sentence, else the only one in the text. `before` are the names so far.
    """
    level = folded[span.start]
    if level not in _LEVELS:
        return _of_committee(folded, span, before)
    if folded.startswith("区党委", span.start):  # of the autonomous region: that of a district is a 区委
        return f"自治{folded[span.start : span.end]}"
    earliest = max(0, span.start - _LONGEST_SENTENCE)
    sentence = max(earliest, *(folded.rfind(sign, earliest, span.start) + 1 for sign in _SENTENCE_ENDS))
    known = _by_level(folded)[level]
    places = known[bisect_left(known, (sentence, "")) : bisect_left(known, (span.start, ""))]
    near = takewhile(lambda other: other[0].start >= sentence, reversed(before))
    named = ((other.start, _OF_LEVEL[level].match(name)) for other, name in near)
    places = [*places, *((at, match[0]) for at, match in named if match)]
    every = set() if places else {name for _at, name in known}
    place = max(places)[1] if places else every.pop() if len(every) == 1 else ""
    return place + folded[span.start + 1 : span.end] if place else ""


def _of_committee(folded: str, span: Span, before: Sequence[tuple[Span, str]]) -> str:
    """The name of a government that has its place from the committee directly before it: 自治区党委、政府."""
    committee, name = before[-1] if before else (span, "")
    place = re.sub("(?:党委|(?<=[省市县区州乡镇])委)$", "", name)
    is_near = len(folded[committee.end : span.start].strip(f"、{_AND}")) == 0
    return place + folded[span.start : span.end] if place != name and is_near and place[-1:] in _LEVELS else ""


@lru_cache(2)  # each bare name of an article asks for all places in it
def _by_level(folded: str) -> dict[str, list[tuple[int, str]]]:
    """The places in a text by the last character of their full names: where each is, and that name."""
    levels: dict[str, list[tuple[int, str]]] = {level: [] for level in _LEVELS}
    for first, last in _places(folded, 0, len(folded)):
        name = _words().full[folded[first:last]]
        if name and name[-1] in levels and not name.endswith("自治区"):
            levels[name[-1]].append((first, name))
    return levels


def _fullest(folded: str, names: set[str]) -> dict[str, str]:
    """Each name with the fullest in the text: with more places before it, or what it is short for."""
    tibet = "西藏" in folded and not _OTHER_REGIONS.search(folded)
    full = {}
    for name in names:
        longer = [
            other for other in names if len(other) > len(name) and other.endswith(name) and _is_place(other, name)
        ]
        if _words().known.fullmatch(name):  # 外交部 is not 挪威外交部
            longer = []
        best = max(longer, key=lambda other: (len(other), other), default=name)
        longest = _words().short.get(best) or re.sub("(?<!人民)政府$", "人民政府", best)
        best = longest if longest in names else best
        full[name] = f"西藏{best}" if tibet and best.startswith("自治区") else best
    return full


def _is_place(longer: str, name: str) -> bool:
    """Whether a name has only places more than another one."""
    end = len(longer) - len(name)
    return _first_place(longer, 0, end) == (0, end)
