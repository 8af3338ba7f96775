"""What may be the name of a person in a text, and how much it looks like one by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

from indexer.persons.cues import (
    DOT,
    addresses,
    also_words,
    ambiguous,
    cues,
    famous,
    given,
    makings,
    no_third,
    not_of_a_person,
    parts,
    polite,
    sounds,
)
from indexer.persons.reading import Reading, kind_of

Making = Literal["known", "chinese", "tibetan", "foreign", "latin", "unknown", "addressed", "model"]
_HAN = re.compile("[\u3400-\u9fff]+")


class Candidate(NamedTuple):
    """A span that may be a name; `likeness` is how much it looks like one, without regard to its neighbours."""

    start: int
    end: int
    making: Making
    likeness: float


def candidates(reading: Reading) -> Iterator[Candidate]:
    """All candidates in a text; several may overlap."""
    unknown: dict[str, Candidate] = {}
    for search in (_known, _dotted, _latin, _tibetan, _chinese, _after_roles, _addressed, _listed, _transcribed):
        for candidate in search(reading):
            if _is_open(reading, *candidate[:3]):
                yield candidate
                if candidate.making == "unknown" and candidate.likeness > _HOPELESS:
                    unknown[reading.folded[candidate.start : candidate.end]] = candidate
    yield from _elsewhere(reading, unknown)


def _elsewhere(reading: Reading, unknown: dict[str, Candidate]) -> Iterator[Candidate]:
    """The other mentions of forms of unknown making, where there may be other cues: 局长尕塔, 尕塔说."""
    for form, first in unknown.items():
        for match in re.finditer(re.escape(form), reading.folded):
            start, end = match.span()
            if start != first.start and start not in reading.before and _is_open(reading, start, end):
                yield Candidate(start, end, "unknown", first.likeness)


def _is_open(reading: Reading, start: int, end: int, making: Making = "unknown") -> bool:
    """Outside bylines, places and institutions; a short place may be inside a known name: 尼克松."""
    masked = reading.masked[start:end]
    inside = (making in ("known", "foreign") and not all(masked)) or (making == "tibetan" and not any(masked[:2]))
    return (inside or not any(masked)) and reading.folded[start:end] not in not_of_a_person()


def is_nameable(reading: Reading, start: int, end: int, agreed: bool) -> bool:
    """Whether a span that no rule proposed may be a name: neither a word nor cut from a Tibetan name.

    Where the models agree, what the dictionary takes for another name may be one.
    """
    name = reading.folded[start:end]
    return (
        end - start > 1
        and _is_open(reading, start, end)
        and name.isalpha()
        and not name.isascii()
        and not name.endswith(addresses())
        and end not in reading.before
        and (agreed or start in reading.words)
        and not (end - start > 2 and name[-1] in _ENDS_OF_THINGS)
        and (not _is_word(name) or reading.has_cue(start, end) or (agreed and kind_of(name) in _OTHER_NAMES))
        and not makings().other_words.search(name)
        and not any(part in parts() for part in (reading.folded[end - 1 : end + 1], name[:2]))
        and (name[-2:] not in parts() or (agreed and end - start == 4))  # 南斯卓玛, of which 卓玛 is only a part
    )


def without_address(folded: str, start: int, end: int) -> tuple[int, int]:
    """A span without blanks around it and a form of address behind: 学诚 of 学诚法师."""
    name = folded[start:end].strip()
    start += len(folded[start:end]) - len(folded[start:end].lstrip())
    address = next((word for word in addresses() if name.endswith(word) and len(name) > len(word) + 1), "")
    return start, start + len(name) - len(address)


def is_name_like(name: str) -> bool:
    return all(character in _name_like() for character in name[1:])


def _is_word(word: str) -> bool:
    """Whether this is a word of the language rather than a name."""
    return len(word) > 1 and word not in parts() and not kind_of(word).startswith("nr") and kind_of(word) != ""


def _chinese(reading: Reading) -> Iterator[Candidate]:
    folded, words = reading.folded, reading.words
    for match in makings().surname.finditer(folded):
        start = match.start()
        if start not in words:
            continue
        size = len(match[1])
        run = _HAN.match(folded, start)
        most = min(start + size + 2, run.end() if run else start)
        end = start
        while (end := words.get(end, most + 1)) <= most:
            if end - start > size:
                yield Candidate(start, end, "chinese", _chinese_likeness(reading, start, end, size))


def _chinese_likeness(reading: Reading, start: int, end: int, surname: int) -> float:
    folded, words = reading.folded, reading.words
    first = words[start]
    name = folded[start:end]
    usual = all(character in given() for character in name[surname:]) or _in_dictionary(name, surname)
    likeness = (0.2 if len(name) - surname == 1 else 0.4) + (0.3 if usual else -0.8)
    if name.endswith((*addresses(), "家军")):
        return -9.0
    if name[:surname] in ambiguous():
        likeness -= 0.3
    if len(name) - surname == 2 and name[-1] in no_third():
        likeness -= 1.6
    if len(name) > 2 and name[-1] in _PLACES:
        likeness -= 1.8
    if name[surname] in _NO_SECOND:
        likeness -= 1.6
    if first == end:
        likeness += _whole_word(name, usual, name[:surname] in ambiguous())
        likeness += _LISTED if usual and _in_dictionary(name, surname) else 0.0
    elif first - start > surname:
        likeness -= (0.2 if usual else 1.0) if not _is_word(folded[start:first]) else (0.6 if usual else 2.0)
    elif words[first] == end and end - first > 1:
        likeness -= _word_behind(folded[first:end], usual, name[:surname] in ambiguous())
    else:
        likeness += 0.6 if len(name) == 2 or not usual or name[:surname] in ambiguous() else _LOOSE
    return likeness


def _word_behind(word: str, usual: bool, ambiguous: bool) -> float:
    """How unlike a given name a word behind a surname is."""
    if not _is_word(word):
        return 0.0
    return 0.4 if usual else 3.0 if ambiguous else 1.2


def _whole_word(name: str, usual: bool, ambiguous: bool) -> float:
    """The likeness of a name that is a word of the dictionary."""
    if _is_word(name):
        return -2.6
    if name[-1] in _ENDS_OF_THINGS or (not usual and (len(name) == 2 or ambiguous)):
        return -2.4
    if not usual:
        return -0.4
    if name[-1] == name[-2]:
        return _TWICE
    return 0.3 if len(name) > 2 else -0.9


def _in_dictionary(name: str, surname: int) -> bool:
    """Whether jieba's dictionary has this as a name: three characters, since what it calls names of two are words."""
    return (
        len(name) == 3
        and name[:surname] not in ambiguous()
        and kind_of(name) == "nr"
        and name[-1] not in _ENDS_OF_THINGS
        and not _is_word(name[:2])
        and not _is_word(name[1:])
    )


_OTHER_NAMES = ("ns", "nz", "nt")
_TOLD = 1.2  # evidence behind a transcription, of which most are places
_HOPELESS = -1.5
_A_WORD = 1.0  # a known name that is a word as well: 汪洋
_ITEM_ENDS = frozenset("、和与及等")
_ADDRESSED = 1.0
_TIBETAN = 1.4  # a name of four syllables, of which two are a known part
_SAID = 2.0  # evidence behind a name
_LISTED = 0.8  # a name in jieba's dictionary
_TWICE = -1.2  # 黄澄澄 is a colour as often as a name
_LOOSE = 1.2  # three characters that form no word, the first a surname
_ENDS_OF_THINGS = frozenset(
    "素网厂姓部县会感者书率节寺村市镇房料病场店区队院校站厅局乡剂画经展科台式性论制学证费赛营字期花草鱼鸟虫树山湖河岛路菜果肉酒茶油米词力"
)

_NO_SECOND = frozenset("姓的了在是和与或等到从向对把被将已还都也就又不没会能要可及其这那有为以说着过们之所于副很最更太")
_PLACES = frozenset("村镇乡县省市寺界部局厅委会河湖沟")


def _tibetan(reading: Reading) -> Iterator[Candidate]:
    folded, words = reading.folded, reading.words
    others = [match.span() for match in makings().other_words.finditer(folded)]
    for match in makings().tibetan.finditer(folded):
        if any(start < match.end() and match.start() < end for start, end in others):
            continue
        start = match.start()
        if (start not in words and match[0][:2] not in parts()) or _is_grammar(reading, start):
            start += 1  # the syllable belongs to the word before it
        start = _after_role(reading, start)
        end = match.end()
        for stop in range(end, start + 1, -1):
            name = folded[start:stop]
            if (stop in words or stop == end or name[-2:] in parts()) and _ends_well(reading, start, stop):
                yield Candidate(start, stop, "tibetan", _tibetan_likeness(name, folded[stop : stop + 1]))
        if end - start == 2 and _goes_on(reading, end):
            yield Candidate(start, end + 2, "tibetan", _TIBETAN)


def _after_role(reading: Reading, start: int) -> int:
    """Where a name starts whose first syllables are no known parts, directly behind a role: 战士|桑丁格来."""
    for first in range(start - 1, start - 3, -1):
        run = reading.folded[max(first, 0) : start]
        if reading.roles.get(first) is not None and is_name_like(f"_{run}") and not _has_words(reading, first, start):
            return first
    return start


def _is_grammar(reading: Reading, start: int) -> bool:
    """Whether this is 让 or the like as a word of its own."""
    return (
        reading.folded[start] in "让给把被对同加多"
        and start not in reading.before
        and reading.words.get(start) == start + 1
    )


def _ends_well(reading: Reading, start: int, end: int) -> bool:
    """Whether no word of the language ends or goes on there, as in 扎西|多次."""
    at = start
    while at < end:
        last = reading.words.get(at, at + 1)
        word = reading.folded[at:last]
        if at > start and last <= end and _is_word(word) and not _in_parts(reading.folded[start:end], at - start):
            return (at, last) == (start + 2, end) and last == start + 4 and _is_repeated(reading, start, end)
        at = last
    return True


def _is_repeated(reading: Reading, start: int, end: int) -> bool:
    """Whether a name whose second part is a word or a place is the same elsewhere, or its verb follows: 扎西|东周说."""
    name = reading.folded[start:end]
    is_said = reading.behind(end) >= _SAID or reading.folded.count(name) > 1
    return is_said and is_name_like(name) and kind_of(name[2:]) not in ("v", "vn", "d", "n", "a", "ad", "r")


def _goes_on(reading: Reading, end: int) -> bool:
    """Whether a part that is not known follows, before a verb of speech and the like: 扎西|定主表示."""
    rest = reading.folded[end : end + 2]
    is_said = reading.behind(end + 2) >= _SAID and not rest.endswith(addresses())
    return is_said and is_name_like(f"_{rest}") and not _has_words(reading, end, end + 2)


def _in_parts(name: str, at: int) -> bool:
    return name[at - 1 : at + 1] in parts() or name[at : at + 2] in parts()


def _tibetan_likeness(name: str, following: str) -> float:
    size = len(name)
    if size % 2 and name[-1] + following in parts():
        return -1.0
    pairs = sum(name[at : at + 2] in parts() for at in range(0, size - 1, 2))
    if size == 2:
        return 0.4
    if size == 3:
        return 0.9
    return 3.1 if pairs >= 2 else _TIBETAN


def _known(reading: Reading) -> Iterator[Candidate]:
    for match in famous().finditer(reading.folded):
        start, end = match.span()
        if start in reading.words and not _is_longer(reading, start, end):
            yield Candidate(start, end, "known", _A_WORD if match[0] in also_words() else 3.5)


def _is_longer(reading: Reading, start: int, end: int) -> bool:
    """Whether a known name is the beginning of another one in a list: 朱德 of 吕叔湘、朱德熙、曾世英."""
    return (
        end - start == 2
        and reading.folded[end : end + 1] in given()
        and reading.folded[start - 1 : start] == "、"
        and reading.folded[end + 1 : end + 2] in _ITEM_ENDS
    )


def _listed(reading: Reading) -> Iterator[Candidate]:
    """Short items of lists, which are names where their neighbours are: 磊明 in 王散木、磊明、阿若等."""
    for match in makings().listed.finditer(reading.folded):
        start, end = match.span()
        if not _is_word(match[0]):
            loose = end - start == 3 and all(at in reading.words for at in range(start, end))
            yield Candidate(start, end, "unknown", 0.0 if loose else _unknown_likeness(reading, start, end, False))


_LANDS = ("西藏", "中国", "拉萨", "青海", "四川", "日喀则", "林芝", "山南", "那曲", "昌都", "阿里")


def _dotted(reading: Reading) -> Iterator[Candidate]:
    """Names of parts with dots between: 克里斯·马林, 阿沛·阿旺晋美."""
    folded = reading.folded
    for match in makings().dotted.finditer(folded):
        start, end = match.span()
        dots = [dot.start() for dot in DOT.finditer(folded, start, end)]
        first_dot, last_dot = dots[0], dots[-1]
        start = _first_sound(reading, start, first_dot)
        end = _last_sound(reading, last_dot + 1, end)
        if start == first_dot or end == last_dot + 1 or folded[start:first_dot].endswith(_LANDS):
            continue
        if not makings().other_words.search(folded, start, end):
            yield Candidate(start, end, "foreign", 3.0)


_LATIN = re.compile(
    r"(?<![A-Za-z\d])[A-Z][a-zA-Z'’-]*[a-z.][a-zA-Z'’.-]*"
    r"(?:\s(?:[A-Z][a-zA-Z'’.-]*|de|van|von|bin|al)){0,3}(?![A-Za-z\d])"
)


def _latin(reading: Reading) -> Iterator[Candidate]:
    for match in _LATIN.finditer(reading.text):
        if len(match[0]) > 2:
            yield Candidate(*match.span(), "latin", 0.4 if " " in match[0] or "." in match[0] else 0.0)


def _first_sound(reading: Reading, start: int, dot: int) -> int:
    """Where the first part of a dotted name starts: behind a role, or with the syllables of transcriptions."""
    for at in range(start, dot):
        role = cues().before.match(reading.folded, at, dot)
        if role and role.lastgroup:
            return role.end()
    at = first = dot
    while at > start and (reading.folded[at - 1] in _sounds() or reading.folded[at - 1].isascii()):
        at -= 1
        if at in reading.words:
            first = at
    names = (at for at in range(max(start, dot - 4), dot - 1) if _is_name_of(reading, at, dot))
    return min(first, next(names, dot))


def _is_name_of(reading: Reading, start: int, end: int) -> bool:
    """Whether this is a word, and a name in the dictionary: 乔治."""
    return reading.words.get(start) == end and kind_of(reading.folded[start:end]).startswith("nr")


def _transcribed(reading: Reading) -> Iterator[Candidate]:
    """Runs of the syllables of transcriptions that form no word: 巴拉索表示."""
    words = reading.words
    for match in makings().transcribed.finditer(reading.folded):
        start, end = match.span()
        while start < end and start not in words:
            start += 1
        stops = [stop for stop in range(end, start + 2, -1) if stop in words and reading.behind(stop) > _TOLD]
        if stops and not _has_words(reading, start, stops[0]):
            yield Candidate(start, stops[0], "foreign", 0.3)


def _has_words(reading: Reading, start: int, end: int) -> bool:
    at = start
    while at < end:
        last = reading.words.get(at, end)
        if _is_word(reading.folded[at:last]):
            return True
        at = last
    return False


def _last_sound(reading: Reading, start: int, end: int) -> int:
    at = start
    while at < end and (reading.folded[at] in _sounds() or reading.folded[at].isascii()):
        word = reading.folded[at : reading.words.get(at, at)]
        if word in ("于", "以", "因", "约") or reading.behind(at) > 2 or _is_word(word):
            break
        at += 1
    return at


@cache
def _sounds() -> frozenset[str]:
    return sounds() | {character for part in parts() for character in part}


def _after_roles(reading: Reading) -> Iterator[Candidate]:
    """Names of other makings, directly behind a role: 局长钟泰."""
    folded, words = reading.folded, reading.words
    for start in reading.before:
        run = _HAN.match(folded, start)
        if not run or start not in words:
            continue
        end = start
        while (end := words.get(end, run.end() + 1)) <= min(run.end(), start + 6):
            word = folded[end - 1 : end]
            if end - start > 1 and word not in no_third():
                name = folded[start:end]
                strange = all(character in sounds() for character in name)
                yield Candidate(start, end, "unknown", _unknown_likeness(reading, start, end, strange))
            if _is_word(folded[start:end]) or folded[end - 1] in no_third():
                break


def _addressed(reading: Reading) -> Iterator[Candidate]:
    """What stands before an address of names only: 议员|竹谷年子|女士, 宽广|法师.

    It may be a word behind a role, or the name of a monk.
    """
    for match in polite().finditer(reading.folded):
        end = match.start()
        for start in range(max(0, end - 4), end - 1):
            if not _HAN.fullmatch(reading.folded, start, end):
                continue
            if start in reading.roles:
                yield Candidate(start, end, "addressed", _ADDRESSED)
            elif match["monk"] and end - start == 2 and start in reading.words and _is_monk(reading, start, end):
                yield Candidate(start, end, "addressed", 0.0)


def _is_monk(reading: Reading, start: int, end: int) -> bool:
    return is_name_like(f"_{reading.folded[start:end]}") and not _has_words(reading, start, end)


def _unknown_likeness(reading: Reading, start: int, end: int, strange: bool) -> float:
    name, at = reading.folded[start:end], start
    kinds = ("", "nrt", "nr") if len(name) > 2 else ("", "nrt")
    if name.endswith(addresses()):
        return -9.0
    if kind_of(name) not in kinds or not is_name_like(f"_{name}"):
        return -5.0
    likeness = 0.6 if strange and end - start > 2 else -0.2 if end - start < 4 or strange else -1.0
    while at < end:
        last = reading.words.get(at, end)
        if last - at > 1 and _is_word(reading.folded[at:last]):
            likeness -= 1.5
        at = last
    return likeness


@cache
def _name_like() -> frozenset[str]:
    return given() | _sounds()
