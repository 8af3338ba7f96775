"""The user's own words, DATA/lexicon.txt: on top of the words that ship with the program, or taken out of them.

A word a line, behind it a frequency if need be; "-word" takes a shipped one out; "#" begins a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from archive.disk import atomic_write
from archive.errors import UsageFault
from archive.messages import of_error
from indexer.text import analyzer
from indexer.text.analyzer import CHINESE, LONGEST, Analyzer, fold

FILE = "lexicon.txt"
_WORD = re.compile(f"[{CHINESE}0-9a-z]+")  # what jieba keeps together
_WHAT_IT_IS = "a word is Chinese characters, Latin letters and digits"
_MOST = 1_000_000_000  # of a frequency: jieba's own words come to sixty million in all


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file; `word` is folded, "" where the line holds none."""

    text: str  # as written
    word: str = ""
    frequency: int | None = None
    out: bool = False  # it takes a shipped word out


def read(data: Path) -> list[Line]:
    """The lines of a data folder's lexicon; UsageFault, with file and number, for one that holds no word."""
    path = data / FILE
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise UsageFault(f"{path}:{number}", _("is no UTF-8"), _("save the file as UTF-8")) from error
    except OSError as error:
        raise UsageFault(path, of_error(error), _("mend or remove the file")) from error
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line(one, f"{path}:{number}") for number, one in enumerate(lines, 1)]


def line(text: str, place: str) -> Line:
    """What a line says; UsageFault, naming `place`, where its word could never come out whole."""
    written, *more = text.partition("#")[0].split() or [""]
    if not written:
        return Line(text)
    word = fold(written.removeprefix("-"))
    if len(more) > 1:
        raise UsageFault(place, _("a blank inside a word"), _("write it without blanks"))
    if not _WORD.fullmatch(word):
        raise UsageFault(place, _("no word, or a sign inside one"), _(_WHAT_IT_IS))
    if len(word) > LONGEST:
        raise UsageFault(place, _("too long for a word"), _("{most} characters at most").format(most=LONGEST))
    if more and (written.startswith("-") or not _is_frequency(more[0])):
        raise UsageFault(place, _("no frequency"), _("behind a word may stand a number from 1 to 1000000000"))
    return Line(text, word, int(more[0]) if more else None, written.startswith("-"))


def typed(text: str) -> Line:
    """The line for a word as it was typed, maybe with its frequency; UsageFault where it is none."""
    text = " ".join(text.split())
    found = line(text, text)
    if not found.word or found.out:
        raise UsageFault(text or "''", _("no word"), _(_WHAT_IT_IS))
    return found


def _is_frequency(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 11 and 0 < int(text) <= _MOST


def write(data: Path, lines: Iterable[Line]) -> None:
    """Put these lines in the place of the file, whole or not at all."""
    data.mkdir(parents=True, exist_ok=True)
    with atomic_write(data / FILE) as file:
        file.writelines(f"{one.text}\n".encode() for one in lines)


def shipped() -> dict[str, int | None]:
    """The words that ship with the program, folded, with their frequencies."""
    return _words(analyzer.lexicon())


def _words(merged: str) -> dict[str, int | None]:
    return {fold(word): frequency for word, frequency in Analyzer.parse(merged)}


def own(lines: Iterable[Line]) -> dict[str, Line]:
    """For each word the line that counts, which is the last."""
    return {one.word: one for one in lines if one.word}


def with_word(lines: list[Line], word: Line) -> list[Line]:
    """The lines with a word in them, or with a shipped one no longer taken out; the same lines where it is there."""
    known = own(lines).get(word.word)
    if known and known.out:
        lines = [one for one in lines if one.word != word.word]
    elif known:
        return lines
    return lines if word.word in shipped() else [*lines, word]


def without(lines: list[Line], word: str) -> list[Line]:
    """The lines without a word: the user's own gone, a shipped one taken out; UsageFault for a word that is neither."""
    word = fold(word)
    is_shipped, known = word in shipped(), own(lines).get(word)
    if not is_shipped and (not known or known.out):
        raise UsageFault(word, _("is no word of the lexicon"), _("`wencang lexicon list --all` shows them"))
    kept = [one for one in lines if one.word != word]
    return [*kept, line(f"-{word}", word)] if is_shipped else kept


def merged(data: Path) -> str:
    """The words that a data folder's articles are to be cut with, as an Analyzer takes them.

    The same words give the same text, whatever their order. The longer stand behind the
    shorter: a frequency that is found for a word then takes account of the words in it.
    """
    ours = sorted(own(read(data)).values(), key=lambda one: (len(one.word), one.word))
    if not ours:
        return analyzer.lexicon()
    words = shipped()
    for one in ours:
        if one.out:
            words.pop(one.word, None)
        elif one.frequency or one.word not in words:
            words[one.word] = one.frequency
    return "".join(f"{word} {frequency or ''}".rstrip() + "\n" for word, frequency in words.items())


def differ(one: str, other: str) -> bool:
    """Whether two merged lexicons have other words, or the same with other frequencies."""
    return one != other and _words(one) != _words(other)
