"""The literals in a script: JSON, and objects, lists and strings as JavaScript writes them; nothing is run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

_MOST_STEPS = 300_000  # of one script
_DEEPEST = 60
# What precedes a value: name = , name: , call( .
_BEFORE = re.compile(r"(?P<name>[\w$]+)\s*[\"']?\]?\s*=\s*(?=[\[{\"'`(!\w])|(?P<call>[\w$.]+)\s*\(\s*(?=[\[{\"'`])")
# What Nuxt 2 writes: a function that returns an object, called at once with the values that its names stand for.
_FUNCTION = re.compile(r"\(?function\s*\((?P<names>[\w$,\s]*)\)\s*\{\s*return\s*(?=\{)")
_CALLED = re.compile(r"\s*;?\s*\}\s*\)?\s*\(")
_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`", re.DOTALL)
_WORD = re.compile(r"[\w$.]+")
_KEY = re.compile(r"(?:[\w$]+|\"[^\"\n]*\"|'[^'\n]*')(?=\s*:)")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r?\n)|(.))", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_REST = re.compile(r"[^,;{}\[\]()\"'`\n]*")
_WORDS = {"true": True, "false": False, "null": None, "undefined": None, "NaN": None}
_CLOSING = {"{": "}", "[": "]", "(": ")"}


class _Name(str):
    """A name that stands for a value."""

    __slots__ = ()


class _Unreadable(Exception):
    pass


def values_in(script: str) -> Iterator[tuple[str, Any]]:
    """Each literal that is assigned to a name or handed to a function, with that name; JSON without one."""
    text = script.strip().removeprefix("<!--").removeprefix("//<![CDATA[").strip()
    with suppress(ValueError, RecursionError):
        yield "", json.loads(text, strict=False)
        return
    parser, at = _Parser(text), 0
    while match := _BEFORE.search(text, at):
        at = match.end()
        try:
            value, at = _called(parser, at) or parser.value(at)
        except (_Unreadable, RecursionError):
            continue
        yield match["name"] or match["call"], value


def _called(parser: _Parser, at: int) -> tuple[Any, int] | None:
    """The object that a function returns, with its names replaced by what it is called with."""
    if not (match := _FUNCTION.match(parser.text, at)):
        return None
    value, end = parser.value(match.end())
    if not (call := _CALLED.match(parser.text, end)):
        raise _Unreadable
    values, end = parser.items(call.end(), ")")
    names = [name.strip() for name in match["names"].split(",")]
    return _resolved(value, dict(zip(names, values, strict=False))), end


def _resolved(value: Any, names: Mapping[str, Any]) -> Any:
    match value:
        case _Name():
            return names.get(value)
        case dict():
            return {key: _resolved(each, names) for key, each in value.items()}
        case list():
            return [_resolved(each, names) for each in value]
    return value


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self._steps = 0
        self._json = json.JSONDecoder(strict=False).raw_decode

    def value(self, at: int, depth: int = 0) -> tuple[Any, int]:
        """The value at a place, and its end. Raises _Unreadable."""
        self._steps += 1
        at = self._skip(at)
        if depth > _DEEPEST or self._steps > _MOST_STEPS or at >= len(self.text):
            raise _Unreadable
        first = self.text[at]
        if first in "{[" and not depth:
            with suppress(ValueError, RecursionError):
                return self._json(self.text, at)
        if first == "{":
            return self._object(at + 1, depth)
        if first == "[":
            return self.items(at + 1, "]", depth)
        value, at = self._primary(at, depth)
        return value, self._rest(at)

    def _skip(self, at: int) -> int:
        return _SPACE.match(self.text, at).end()  # type: ignore[union-attr]  # it matches "" too

    def items(self, at: int, end: str, depth: int = 0) -> tuple[list[Any], int]:
        """The values up to a closing bracket."""
        values: list[Any] = []
        while True:
            at = self._skip(at)
            if self.text[at : at + 1] == end:
                return values, at + 1
            if self.text[at : at + 1] == ",":
                at += 1
                continue
            value, at = self.value(at, depth + 1)
            values.append(value)

    def _object(self, at: int, depth: int) -> tuple[dict[str, Any], int]:
        values: dict[str, Any] = {}
        while True:
            at = self._skip(at)
            if self.text[at : at + 1] == "}":
                return values, at + 1
            if self.text[at : at + 1] == ",":
                at += 1
                continue
            if not (key := _KEY.match(self.text, at)):
                raise _Unreadable
            at = self._skip(self.text.index(":", key.end()) + 1)
            values[key[0].strip("\"'")], at = self.value(at, depth + 1)

    def _primary(self, at: int, depth: int) -> tuple[Any, int]:
        if match := _STRING.match(self.text, at):
            text, at = unescaped(next(filter(None, match.groups()), "")), self._skip(match.end())
            while self.text[at : at + 1] == "+" and (match := _STRING.match(self.text, self._skip(at + 1))):
                text, at = text + unescaped(next(filter(None, match.groups()), "")), self._skip(match.end())
            return text, at
        if self.text[at] == "(":
            value, at = self.value(at + 1, depth + 1)
            return value, at + (self.text[at : at + 1] == ")")
        if not (match := _WORD.match(self.text, at)):
            return None, at
        word, at = match[0], self._skip(match.end())
        if word == "function" or self.text.startswith("=>", at):
            return None, at
        if self.text[at : at + 1] == "(":
            arguments, at = self.items(at + 1, ")", depth)
            return _result(word, arguments), at
        if re.fullmatch(r"\d+", word):
            return int(word[:20]), at
        return _WORDS[word] if word in _WORDS else _Name(word), at

    def _rest(self, at: int) -> int:
        """The end of the expression that begins with the value: what is done to it is left out."""
        while True:
            at = _REST.match(self.text, at).end()  # type: ignore[union-attr]  # it matches "" too
            bracket = self.text[at : at + 1]
            if bracket and bracket in "([{":
                at = self._behind(at)
            elif bracket and bracket in "\"'`" and (match := _STRING.match(self.text, at)):
                at = match.end()
            else:
                return at

    def _behind(self, at: int) -> int:
        """Behind the bracket that closes the one at a place."""
        open_brackets: list[str] = []
        while at < len(self.text):
            self._steps += 1
            if self._steps > _MOST_STEPS:
                raise _Unreadable
            character = self.text[at]
            if character in "\"'`" and (match := _STRING.match(self.text, at)):
                at = match.end()
                continue
            if character in _CLOSING:
                open_brackets.append(_CLOSING[character])
            elif character in ")]}":
                if not open_brackets or open_brackets.pop() != character:
                    raise _Unreadable
                if not open_brackets:
                    return at + 1
            at += 1
        raise _Unreadable


def unescaped(text: str) -> str:
    """The text of a string literal."""
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_character, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        return chr(min(int(code, 16), 0x10FFFF))
    return "" if match[4] else _CONTROLS.get(match[5], match[5])


def _result(function: str, arguments: list[Any]) -> Any:
    """What a function that is known gives; of others its first argument, as of JsDecode("...")."""
    first = next((each for each in arguments if isinstance(each, str | dict | list)), None)
    if not isinstance(first, str):
        return first
    if function in ("decodeURIComponent", "decodeURI", "unescape"):
        return unquote(re.sub(r"%u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), first))
    return first
