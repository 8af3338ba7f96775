"""The words beside a person's name, and what names are made of: patterns from cues.txt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from indexer.text.wordlists import any_of, section

_FILE = Path(__file__).with_name("cues.txt")
DOTS = "·•⋅・‧∙．"
HAN = "\u3400-\u9fff"
DOT = re.compile(rf"[{DOTS}]|(?<=[{HAN}])\.(?=[{HAN}])")  # in folded text, where a wide full stop is a plain one


def words(group: str) -> list[str]:
    """The words of a section of cues.txt, folded."""
    return section(_FILE, group)


class Cues(NamedTuple):
    """What may stand beside a name."""

    before: re.Pattern[str]  # a group for each kind of word that ends where a name starts
    between: re.Pattern[str]  # after such a word, before the name
    origin: re.Pattern[str]
    behind: re.Pattern[str]
    kinds: dict[str, str]  # of the words that may be behind a name
    bylines: re.Pattern[str]


@cache
def cues() -> Cues:
    groups = [words(group) for group in ("Roles", "Relatives", "Naming", "Other words")]
    roles, relatives, naming, others = map(any_of, groups)
    kinds = {word: kind for kind, group in _BEHIND.items() for word in words(group)}
    kinds |= {f"副{role}": "address" for role in groups[0] if len(role) in (2, 3)}
    label = any_of(words("Byline labels"))
    return Cues(
        re.compile(
            f"{_first_of(*groups)}(?:{others}|(?P<role>{roles})|(?P<relative>{relatives})|(?P<naming>{naming}))"
        ),
        re.compile(r"\s?[:]\s?|\s?—+|\s"),
        re.compile(
            rf"\d多?岁的|(?:来自|家住|住在|生于|出生在|出生于|叫做)[{HAN}\d]{{2,16}}?的(?=[{HAN}a-z])|[唐宋元明清][代朝](?:诗人|词人|)|(?:名|位)叫|(?<![{HAN}])我是|我叫|他叫|她叫"
        ),
        re.compile(
            rf"(?P<bracket>\s?[(](?:[左右中前后男女化图音]|\d\d|[^()]{{0,4}}[左右中](?:[一二三四五]|\)))"
            rf"|[、,]?\s?(?:现年|今年|时年)?\d{{1,3}}(?:多|余)?岁)|(?P<number>等?[一二两三四五六七八九十\d]{{1,3}}多?[名位人户])|(?P<meaning>[,”]{{0,2}}(?:意为|意思是|意即|意指|直译))|(?P<work>的?《)|(?P<word>{any_of(kinds)})|(?P<end>[^{HAN}\w]|$)"
        ),
        kinds,
        re.compile(
            rf"[(【][^()【】。]{{0,20}}(?:记者|通讯员|编辑|摄影|作者|来源)[^()【】。]{{0,30}}[)】]"
            rf"|(?:{label})\s?[:/／|]\s?[{HAN}{DOTS}]{{2,4}}(?:[^\S\n][{HAN}]{{2,4}})*"
            rf"|(?:记者|通讯员|实习生)[^\S\n][{HAN}]{{2,4}}(?:[^\S\n][{HAN}]{{2,4}}){{0,3}}(?![{HAN}])"
            rf"|(?:(?:记者|通讯员)\s?|(?<![{HAN}]))[{HAN}{DOTS}]{{2,5}}\s?[/]?摄(?![影制像氏])"
            rf"|记者[{HAN}]{{2,4}}(?=报道|摄)"
        ),
    )


_BEHIND = {
    "place": "Behind no person", "action": "Action behind", "speech": "Speech behind", "address": "Addresses behind",
    "other": "Other words",
}  # fmt: skip


@cache
def parts() -> frozenset[str]:
    """Parts of Tibetan names, of two syllables or more."""
    return frozenset(words("Tibetan parts"))


def _first_of(*groups: Iterable[str]) -> str:
    """A lookahead for the first characters of words, which fails sooner than the words do."""
    return f"(?=[{''.join(sorted({word[0] for group in groups for word in group}))}])"


class Makings(NamedTuple):
    """Patterns for names."""

    tibetan: re.Pattern[str]
    other_words: re.Pattern[str]  # made of such parts, but no names
    listed: re.Pattern[str]
    dotted: re.Pattern[str]
    transcribed: re.Pattern[str]
    surname: re.Pattern[str]


@cache
def makings() -> Makings:
    part, other = any_of(parts()), any_of(words("Other words with parts"))
    pairs = [word for word in parts() if len(word) == 2]
    pair = f"[{''.join({word[0] for word in pairs})}][{''.join({word[1] for word in pairs})}]"
    syllable = f"[{''.join(words('Tibetan syllables'))}]"
    letters = rf"[{HAN}a-z.\-]"
    return Makings(
        re.compile(
            rf"{_first_of(pairs, words('Tibetan syllables'))}(?:{pair}(?={part})|{syllable}(?={part}))?"
            rf"(?:{part})(?:{part}|{pair}|{syllable}){{0,4}}"
        ),
        re.compile(other),
        re.compile(rf"(?<=、)[{HAN}]{{2,4}}(?=[、和与等])"),
        re.compile(rf"{letters}{{1,8}}(?=\s?[.{DOTS}])(?:\s?(?:{DOT.pattern})\s?{letters}{{1,10}}){{1,4}}"),
        re.compile(f"[{''.join(words('Syllables of transcriptions'))}]{{3,8}}"),
        re.compile(f"(?=({any_of(words('Surnames'))}))"),  # also inside another: 部长|孙
    )


@cache
def famous() -> re.Pattern[str]:
    return re.compile(any_of(words("Known persons")))


@cache
def also_words() -> frozenset[str]:
    """Known persons whose names are words of the language, and so need a cue."""
    return frozenset(words("Known persons that are words"))


@cache
def named_after() -> re.Pattern[str]:
    """What makes a name part of a term or of a place: 马克思|主义, 扎西|村."""
    return re.compile(f"{any_of(words('Named after a person'))}|[县镇乡村](?![长委民里党支官])")


@cache
def polite() -> re.Pattern[str]:
    """A form of address that follows names only; in the group `monk` one of monks."""
    return re.compile(f"(?P<monk>{any_of(words('Addresses of monks'))})|{any_of(words('Addresses of names only'))}")


@cache
def addresses() -> tuple[str, ...]:
    return tuple(words("Addresses behind"))


@cache
def sounds() -> frozenset[str]:
    return frozenset(words("Syllables of transcriptions"))


@cache
def given() -> frozenset[str]:
    """Characters of given names: from texts, and those that jieba's model of names prefers there (MIT License)."""
    return frozenset(words("Given names")) | frozenset(words("Given names of jieba"))


@cache
def people() -> frozenset[str]:
    """The last characters of words for people."""
    return frozenset(words("Ends of words for people"))


@cache
def ambiguous() -> frozenset[str]:
    """Surnames that are more often other words."""
    return frozenset(words("Ambiguous surnames"))


@cache
def no_third() -> frozenset[str]:
    return frozenset(words("No third character"))


@cache
def not_of_a_person() -> frozenset[str]:
    return frozenset(words("Not of a person"))
