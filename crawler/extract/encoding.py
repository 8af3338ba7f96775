"""Decodes a page, whatever encoding it declares."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

from w3lib.encoding import html_body_declared_encoding

from archive.errors import NotAnArticle
from archive.text.messages import Reason

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ESCAPES = re.compile(rb"\x1b\$[@B]")  # of ISO-2022-JP, which is ASCII otherwise
_BROKEN = "\ufffd"
_CONTROLS = bytes([*range(9), *range(14, 32)])
_ASCII = bytes(range(128))
_MOST_BROKEN = 0.02  # share of the characters above which it is not text
_LARGEST_SAMPLE = 200_000  # bytes beyond ASCII that decide the encoding
_COST = 3  # typical characters that outweigh a broken one
_CERTAIN = 0.25  # share of typical characters that no other encoding can reach
_SURE = 0.15  # share of typical characters at which only the likely encodings are compared
_FEWEST_TYPICAL = 0.03  # share below which it is another encoding; running text in the right one has a third
_FEWEST_CHARACTERS = 60  # beyond ASCII; fewer do not tell an encoding

# Half of all characters in Chinese text; another encoding gives hardly any of them.
_CHINESE = (
    "的一是在不了有和人中大上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多这新日月"
    "为國個們來時於發動產種後這對會過說，。、：“”"
)
_JAPANESE = "のにはをたがでてとしれさるいあっすまなもこりくかんうらどへ、。"
_CYRILLIC = "оеаинтсрвлкмдпуя"
# What is typical of text in each encoding but UTF-8, which is told by its form, whatever the language.
_TYPICAL = {
    name: re.compile(f"[{characters}]+")
    for name, characters in {
        "gb18030": _CHINESE,
        "big5hkscs": _CHINESE,
        "cp932": _JAPANESE,
        "euc_jp": _JAPANESE,
        "cp949": "이다는의에을를가고하은지한사로서도기어나해대시인부자전일정",
        "cp1251": _CYRILLIC,
        "koi8-r": _CYRILLIC,
        "cp1252": "éèêàâùûüöäßñçóíáúœ’‘“”–—«»°©®·…£€\u00a0",
    }.items()
}
_LIKELY = ("utf-8", "gb18030", "big5hkscs")  # whatever is declared: half of the pages that declare GB are UTF-8
_KNOWN = {*_TYPICAL, *_LIKELY}
_FOREIGN = ("cp932", "euc_jp", "cp949")  # where none of those fits
_WITHIN = ("gb2312", "big5")  # of a piece within a page of another encoding: without the rare characters

# Characters of several bytes, whose second byte may be ASCII.
_RUN = re.compile(rb"[\x80-\xff][0-9@-~\x80-\xff]*")
_PIECE = re.compile(rb"[\x80-\xff][^<>\r\n]*")  # what is before it is ASCII
_MOST_PIECES = 100_000
_SEVERAL = re.compile(rb"(?:[\x80-\xff][\x40-\xff]){3}")
_UTF8 = re.compile(rb"[\xe3-\xe9\xef][\x80-\xbf]{2}[\xe3-\xe9\xef][\x80-\xbf]{2}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a page; `broken` counts the U+FFFD in it, one for each invalid sequence.

    `doubtful` if it is in no encoding that is known here: the text has a character for each byte.
    """

    text: str
    encoding: str
    broken: int
    doubtful: bool = False

    def checked(self, name: str) -> str:
        """The text. Raises NotAnArticle if it is not text, or in an unknown encoding."""
        if is_binary(self.text):
            raise NotAnArticle(name, Reason.NOT_TEXT)
        if self.doubtful:
            raise NotAnArticle(name, Reason.UNKNOWN_ENCODING)
        return self.text


def decode(page: bytes) -> Decoded:
    """The page as UTF-8 if it is valid, else in the encoding that yields the most typical characters.

    All of its text is weighed, and the declared encoding is one candidate among others: half of the
    pages that declare GB are UTF-8. A piece of text in another encoding, as in an included footer,
    is decoded by itself, and broken bytes cost no more than the piece that they are in.
    """
    if marked := _marked(page):
        return _decoded(page, marked)
    try:
        return Decoded(page.decode(), "utf-8", 0)
    except UnicodeDecodeError:
        runs = b"\n".join(_RUN.findall(page))
    scores = _scores(runs[:_LARGEST_SAMPLE], html_body_declared_encoding(page) or "")
    encoding = max(scores, key=lambda name: scores[name])
    if scores[encoding] < _FEWEST_TYPICAL and len(runs) >= 2 * _FEWEST_CHARACTERS:
        return Decoded(page.decode("latin-1"), "unknown", 0, doubtful=True)
    text = _text(page, encoding, mixed=_UTF8.search(runs) is not None)
    return Decoded(text, encoding, text.count(_BROKEN))


def is_binary(text: str) -> bool:
    """Whether too much of it is undecodable or control characters for a text."""
    page = text.encode(errors="replace")  # in bytes all controls are counted at once
    return text.count(_BROKEN) + len(page) - len(page.translate(None, _CONTROLS)) > _MOST_BROKEN * len(text)


def _marked(page: bytes) -> str:
    """The encoding that a mark, escape sequences or every other byte being zero tells; "" for any other page."""
    for mark, encoding in _MARKS:
        if page.startswith(mark):
            return encoding
    head = page[:1000]
    for encoding, zeros, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if zeros.count(0) * 32 > len(head) and zeros.count(0) > 4 * others.count(0):  # 一 has a zero too
            return encoding
    return "iso2022_jp" if page.isascii() and _ESCAPES.search(page) else ""


def _decoded(page: bytes, encoding: str) -> Decoded:
    text = page.decode(encoding, "replace").removeprefix("\ufeff")
    return Decoded(text, encoding, text.count(_BROKEN))


def _scores(sample: bytes, declared: str) -> dict[str, float]:
    """The likeness to each candidate, the declared one first: `max` takes the first of equal ones."""
    is_western = _is_western(sample)
    scores: dict[str, float] = {}
    for name in dict.fromkeys((declared, *_LIKELY, "cp1252")):
        if is_western if name == "cp1252" else name in _KNOWN:
            scores[name] = _likeness(sample, name)
            if scores[name] > _CERTAIN:
                return scores
    if max(scores.values()) < _SURE and len(sample) >= 2 * _FEWEST_CHARACTERS:
        scores |= {name: _likeness(sample, name) for name in _FOREIGN}
    return scores


def _likeness(sample: bytes, encoding: str) -> float:
    """The share of typical characters among those beyond ASCII, less a penalty for invalid sequences."""
    text = sample.decode(encoding, "replace")
    beyond, broken = len(text) - len(text.encode("ascii", "ignore")), text.count(_BROKEN)
    pattern = _TYPICAL.get(encoding)
    typical = sum(map(len, pattern.findall(text))) if pattern else beyond - broken
    return (typical - _COST * broken) / max(beyond, 1)


def _is_western(runs: bytes) -> bool:
    """Whether most bytes beyond ASCII stand alone, as Latin letters with accents do."""
    return len(runs.translate(None, _ASCII)) < 2 * (runs.count(b"\n") + 1)


def _text(page: bytes, encoding: str, *, mixed: bool) -> str:
    """The text of a page in this encoding; piece by piece if it is not valid, or `mixed` with UTF-8."""
    with suppress(UnicodeDecodeError):
        if not mixed:
            return page.decode(encoding)
    if len(_PIECE.findall(page)) > _MOST_PIECES:
        return page.decode(encoding, "replace")
    return _PIECE.sub(lambda piece: _piece(piece[0], encoding).encode(), page).decode()


def _piece(piece: bytes, encoding: str) -> str:
    """The text between two tags: in the page's encoding, or else in one of its own."""
    if _UTF8.search(piece):
        candidates = ["utf-8", encoding]
    else:
        candidates = [encoding, *(_WITHIN if _SEVERAL.search(piece) else ())]
    for name in candidates:
        try:
            return piece.decode(name)
        except UnicodeDecodeError:
            continue
    return piece.decode(encoding, "replace")
