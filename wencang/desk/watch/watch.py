"""The file of watches, DATA/watches.toml: a line `name = "question"` each; it may be edited by hand."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from archive import toml
from archive.disk import atomic_write, make_data
from archive.errors import UsageFault
from archive.text.translation import gettext as _
from wencang.desk.names import safe

FILE = "watches.toml"


def read(data: Path) -> dict[str, str]:
    """The question of each watch of a data folder. Raises UsageFault, naming the file and the watch."""
    return parse(_text(data), data / FILE)


def is_kept(data: Path) -> bool:
    """Whether a data folder has watches, or had some."""
    return (data / FILE).exists()


def parse(text: str, path: Path) -> dict[str, str]:
    """The question of each watch of a file's text; `path` is for messages."""
    watches = toml.parse(text, path)
    names: dict[str, str] = {}
    for name, query in watches.items():
        if not isinstance(query, str):
            raise UsageFault(f"{path}: {name}", _("is not a question"), _('write {name} = "WORDS"').format(name=name))
        if name != safe(name):
            raise UsageFault(f"{path}: {name}", _("can't be a file name"), _("call it {name}").format(name=safe(name)))
        if (other := names.setdefault(name.casefold(), name)) != name:
            raise UsageFault(f"{path}: {name}", _("is the same file name as {name}").format(name=other))
    return watches


def question(watches: Mapping[str, str], name: str) -> str:
    """The question of a watch by its name. Raises UsageFault for an unknown name."""
    if name not in watches:
        raise UsageFault(name, _("is not a watch"), _("watches: {names}").format(names=", ".join(watches) or "-"))
    return watches[name]


def add(data: Path, name: str, query: str) -> None:
    """Add a line to the file; the rest of it stays as it is."""
    watches, text = read(data), _text(data)
    if name in watches:
        raise UsageFault(name, _("is watched already"), _("`wencang watch remove {name}` first").format(name=name))
    text += "" if text.endswith("\n") or not text else "\n"
    _write(data, f"{text}{_quoted(name)} = {_quoted(query)}\n", watches | {name: query})


def remove(data: Path, name: str) -> None:
    """Delete a watch's line from the file; the rest of it stays as it is."""
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
    """The text as a TOML string: a literal one where possible."""
    if text.isprintable() and "'" not in text:
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(data: Path, text: str, expected: dict[str, str]) -> None:
    """Replace the file, if the text parses as expected: a person may have written tables into it."""
    path = data / FILE
    if parse(text, path) != expected:
        raise UsageFault(path, _("is not one line for each watch"), _("change it in an editor"))
    make_data(data)
    with atomic_write(path) as file:
        file.write(text.encode())
