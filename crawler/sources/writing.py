"""Writes a source as TOML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from crawler.sources.source import Form, Source

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_ORDER = (
    "site",
    "title",
    "verified",
    "hosts",
    "article",
    "skip",
    "lists",
    "rows",
    "row",
    "page_count",
    "page_url",
    "browser",
)
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def to_toml(source: Source, comment: str = "") -> str:
    """The text of a source's file, with a comment at its beginning. What has its default value is left out."""
    lines = [*(f"# {line}".rstrip() for line in comment.splitlines()), *([""] if comment else [])]
    values = {name: getattr(source, name) for name in _ORDER}
    patterns = tuple(pattern.pattern for pattern in source.article)
    values["article"] = patterns if len(patterns) > 1 else "".join(patterns)
    lines += _fields(values)
    for name in ("sections", "key_prefixes"):
        if table := getattr(source, name):
            lines += ["", f"[{name}]", *(f"{_key(key)} = {_text(value)}" for key, value in table.items())]
    for form in source.forms:
        lines += ["", "[[form]]", *form_lines(form)]
    return "\n".join(lines) + "\n"


def form_lines(form: Form) -> list[str]:
    """The lines of a form's fields."""
    names = ("name", "since", "until", *(field.name for field in fields(Form)))
    return list(_fields({name: getattr(form, name) for name in names}))


def _fields(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if value:
            yield f"{name} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if value is True:
        return "true"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return _list(sorted(value))
    return _list(value) if isinstance(value, tuple) else _text(value.pattern)


def _list(texts: Iterable[str]) -> str:
    literals = [_text(text) for text in texts]
    return f"[{literals[0]}]" if len(literals) == 1 else "\n".join(["[", *(f"    {each}," for each in literals), "]"])


def _key(text: str) -> str:
    return text if text and _BARE.issuperset(text) else _text(text)


def _text(text: str) -> str:
    """A text as a literal, so that a pattern reads as it is; where that can't hold it, with escapes."""
    if not text.isprintable():
        return _escaped(text)
    if "\\" not in text and '"' not in text:
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    return f"'''{text}'''" if "'''" not in text and not text.endswith("'") else _escaped(text)


def _escaped(text: str) -> str:
    return '"' + "".join(_SHORT.get(char) or _code(char) for char in text) + '"'


def _code(char: str) -> str:
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 1 << 16 else f"\\U{ord(char):08x}"
