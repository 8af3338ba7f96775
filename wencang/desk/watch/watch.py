"""The subjects that a person follows, DATA/watches.toml: a line `name = "question"` each, to be edited by hand too."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from gettext import gettext as _
from pathlib import Path

from archive import toml
from archive.disk import atomic_write
from archive.errors import UsageFault
from wencang.desk.names import safe

FILE = "watches.toml"


def read(data: Path) -> dict[str, str]:
    """The question of each watch of a data folder; UsageFault, naming the file and the watch, where there is none."""
    return parse(_text(data), data / FILE)


def parse(text: str, path: Path) -> dict[str, str]:
    watches = toml.parse(text, path)
    alike: dict[str, str] = {}
    for name, query in watches.items():
        if not isinstance(query, str):
            raise UsageFault(f"{path}: {name}", _("is no question"), _('write {name} = "WORDS"').format(name=name))
        if name != safe(name):
            raise UsageFault(f"{path}: {name}", _("can't name a file"), _("call it {name}").format(name=safe(name)))
        if (other := alike.setdefault(name.casefold(), name)) != name:
            raise UsageFault(f"{path}: {name}", _("is the same file name as {name}").format(name=other))
    return watches


def question(watches: Mapping[str, str], name: str) -> str:
    """The question of a watch by its name; UsageFault where there is none."""
    if name not in watches:
        raise UsageFault(name, _("is no watch"), _("watches: {names}").format(names=", ".join(watches) or "-"))
    return watches[name]


def add(data: Path, name: str, query: str) -> None:
    """Write a watch into the file; the rest of it stays as it is."""
    watches, text = read(data), _text(data)
    if name in watches:
        raise UsageFault(name, _("is watched already"), _("`wencang watch remove {name}` first").format(name=name))
    text += "" if text.endswith("\n") or not text else "\n"
    _write(data, f"{text}{_quoted(name)} = {_quoted(query)}\n", watches | {name: query})


def remove(data: Path, name: str) -> None:
    """Take a watch out of the file; the rest of it stays as it is."""
    watches = read(data)
    question(watches, name)
    lines = [line for line in _text(data).splitlines(keepends=True) if not _is_of(line, name)]
    _write(data, "".join(lines), {other: query for other, query in watches.items() if other != name})


def _text(data: Path) -> str:
    return toml.text(data / FILE)


def _is_of(line: str, name: str) -> bool:
    with suppress(ValueError):
        return name in tomllib.loads(line)
    return False


def _quoted(text: str) -> str:
    """The text as TOML has it: as it is between single quotes where that can be."""
    if text.isprintable() and "'" not in text:
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(data: Path, text: str, meant: dict[str, str]) -> None:
    """Put the text in the place of the file, if it says what is meant: a person may have written tables into it."""
    path = data / FILE
    if parse(text, path) != meant:
        raise UsageFault(path, _("is not a line for each watch"), _("change it in an editor"))
    data.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as file:
        file.write(text.encode())
