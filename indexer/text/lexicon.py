"""The user's own words in DATA/lexicon.txt, which extend the shipped words or exclude some of them.

One word per line, followed by a frequency if needed; "-word" excludes a shipped word; "#" starts a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archive.disk import atomic_write, make_data
from archive.errors import UsageFault
from archive.lock import exclusive
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from indexer.text import analyzer
from indexer.text.analyzer import CHINESE, LONGEST, Analyzer, fold

FILE = "lexicon.txt"
_LOCK = "lexicon.lock"
_WORD = re.compile(f"[{CHINESE}0-9a-z]+")  # what jieba keeps together
_MOST = 1_000_000_000  # frequency: those of jieba's own words sum to sixty million
State = Literal["own", "out", "shipped"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file; `word` is folded, "" for a blank line or a comment."""

    text: str  # as written
    word: str = ""
    frequency: int | None = None
    out: bool = False  # excludes a shipped word


def add(data: Path, words: Iterable[str]) -> tuple[tuple[str, bool], ...]:
    """Add words, each maybe with its frequency ("WORD 50"), to the lexicon of a data folder.

    Returns each as it is written to the file, and whether it is new: not a word already. Raises
    UsageFault for a text that can't be a word, Busy while another run changes the lexicon; nothing is
    written then.
    """
    added = [typed(word) for word in words]
    outcomes = []
    with exclusive(data / _LOCK):
        lines = before = read(data)
        known = Analyzer(merged(data)).knows
        for line in added:
            after = lines if known(line.word) else with_word(lines, line)
            outcomes.append((line.text, after != lines))
            lines = after
        if lines != before:
            write(data, lines)
    return tuple(outcomes)


def remove(data: Path, words: Iterable[str]) -> None:
    """Remove own words from the lexicon of a data folder, and exclude shipped ones.

    Raises UsageFault for a word that is neither, Busy while another run changes the lexicon; nothing
    is written then.
    """
    with exclusive(data / _LOCK):
        lines = read(data)
        for word in words:
            lines = without(lines, word)
        write(data, lines)


def states(data: Path, all: bool = False) -> list[tuple[str, int | None, State]]:
    """The user's own words and the excluded ones, with frequency and state; the shipped words too with `all`."""
    own_lines = own(read(data))
    words = [(word, line.frequency, _state(line)) for word, line in own_lines.items()]
    more = shipped().items() if all else ()
    return words + [(word, frequency, "shipped") for word, frequency in more if word not in own_lines]


def _state(line: Line) -> State:
    return "out" if line.out else "own"


def read(data: Path) -> list[Line]:
    """The lines of a data folder's lexicon. Raises UsageFault, with file and line number, for an invalid one."""
    path = data / FILE
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise UsageFault(f"{path}:{number}", _("is not valid UTF-8"), _("save the file as UTF-8")) from error
    except OSError as error:
        raise UsageFault(path, of_error(error), _("repair or remove the file")) from error
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [parse(text, f"{path}:{number}") for number, text in enumerate(lines, 1)]


def parse(text: str, place: str) -> Line:
    """A line of the file. Raises UsageFault, naming `place`, for a word that could never be cut whole."""
    written, *more = text.partition("#")[0].split() or [""]
    if not written:
        return Line(text)
    word = fold(written.removeprefix("-"))
    if len(more) > 1:
        raise UsageFault(place, _("contains a blank"), _("write it without blanks"))
    if not _WORD.fullmatch(word):
        raise _not_a_word(place)
    if len(word) > LONGEST:
        raise UsageFault(place, _("is too long for a word"), _("{most} characters at most").format(most=LONGEST))
    if more and (written.startswith("-") or not _is_frequency(more[0])):
        raise UsageFault(place, _("is not a valid frequency"), _("a number from 1 to 1000000000 may follow a word"))
    return Line(text, word, int(more[0]) if more else None, written.startswith("-"))


def typed(text: str) -> Line:
    """The line for a word as typed, maybe with its frequency. Raises UsageFault if it can't be a word."""
    text = " ".join(text.split())
    line = parse(text, text)
    if not line.word or line.out:
        raise _not_a_word(text or "''")
    return line


def _not_a_word(place: str) -> UsageFault:
    return UsageFault(place, _("is not a word"), _("a word is Chinese characters, Latin letters and digits"))


def _is_frequency(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 11 and 0 < int(text) <= _MOST


def write(data: Path, lines: Iterable[Line]) -> None:
    """Replace the file by these lines, atomically."""
    make_data(data)
    with atomic_write(data / FILE) as file:
        file.writelines(f"{line.text}\n".encode() for line in lines)


def shipped() -> dict[str, int | None]:
    """The shipped words, folded, with their frequencies."""
    return _words(analyzer.lexicon())


def _words(merged: str) -> dict[str, int | None]:
    return {fold(word): frequency for word, frequency in Analyzer.parse(merged)}


def own(lines: Iterable[Line]) -> dict[str, Line]:
    """The effective line of each word: the last."""
    return {line.word: line for line in lines if line.word}


def with_word(lines: list[Line], word: Line) -> list[Line]:
    """The lines with a word added, or a shipped one no longer excluded; unchanged where the word is there already."""
    known = own(lines).get(word.word)
    if known and known.out:
        lines = [line for line in lines if line.word != word.word]
    elif known:
        return lines
    return lines if word.word in shipped() else [*lines, word]


def without(lines: list[Line], word: str) -> list[Line]:
    """The lines without an own word, or with a shipped one excluded. Raises UsageFault for a word that is neither."""
    word = fold(word)
    is_shipped, known = word in shipped(), own(lines).get(word)
    if not is_shipped and (not known or known.out):
        raise UsageFault(word, _("is not in the lexicon"), _("`wencang lexicon list --all` shows all words"))
    others = [line for line in lines if line.word != word]
    return [*others, parse(f"-{word}", word)] if is_shipped else others


def merged(data: Path) -> str:
    """The words that a data folder's articles are segmented with, in the format that Analyzer takes.

    The same words give the same text, in whatever order they stand in the file. Longer words follow
    shorter ones: a frequency derived for a word then takes the words in it into account.
    """
    lines = sorted(own(read(data)).values(), key=lambda line: (len(line.word), line.word))
    if not lines:
        return analyzer.lexicon()
    words = shipped()
    for line in lines:
        if line.out:
            words.pop(line.word, None)
        elif line.frequency or line.word not in words:
            words[line.word] = line.frequency
    return "".join(f"{word} {frequency or ''}".rstrip() + "\n" for word, frequency in words.items())


def differ(one: str, other: str) -> bool:
    """Whether two merged lexicons differ in their words or frequencies."""
    return one != other and _words(one) != _words(other)
