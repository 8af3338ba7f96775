"""Writes articles in a format: to one file, or to a folder with a file for each article, or each month, say."""

from __future__ import annotations

from collections.abc import Iterable
from gettext import gettext as _
from importlib import import_module
from itertools import groupby
from pathlib import Path
from pkgutil import iter_modules
from typing import IO, Protocol, cast

from archive.article import Revision
from archive.disk import atomic_folder, atomic_write
from archive.errors import UsageFault
from wencang.desk.edition import Edition
from wencang.desk.export import formats
from wencang.desk.groups import GROUPS
from wencang.desk.names import free


class Format(Protocol):
    """What a file in desk/formats/ holds."""

    ENDING: str  # of its files' names
    IS_STREAM: bool  # any number of articles can be read from a pipe as they come

    def write(self, revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
        """Write at least one article, holding no more of them than a few thousand at once."""


def names() -> list[str]:
    return sorted(file.name for file in iter_modules(formats.__path__))


def named(path: Path) -> str:
    """The format that a file's name tells; "" for none."""
    ending = path.suffix.removeprefix(".").lower()
    return ending if ending in names() else ""


def open_format(name: str) -> Format:
    """A format by its name. Raises UsageFault for one there is not, or whose library is missing."""
    if name not in names():
        raise UsageFault(f"--format {name}", _("is no format"), _("formats: {names}").format(names=", ".join(names())))
    return cast(Format, import_module(f"wencang.desk.export.formats.{name}"))


def check(form: Format, path: Path | None, by: str) -> None:
    """Raises UsageFault where the articles can't go to `path`, so that it is said before anything is done."""
    if path is None:
        if by or not form.IS_STREAM:
            raise UsageFault("export", _("this makes files"), _("name their place with -o"))
    elif not path.parent.is_dir():
        raise UsageFault(path.parent, _("is no folder"), _("name another place with -o"))
    elif by and path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UsageFault(path, _("is there already"), _("name a new folder with -o"))
    elif not by and path.is_dir():
        raise UsageFault(path, _("is a folder"), _("name a file, or add --split-by article"))


def to_file(form: Format, revisions: Iterable[Revision], path: Path, edition: Edition) -> None:
    """Write all to one file, which appears whole or not at all; a device or a link is written through."""
    exists = path.exists() and (path.is_symlink() or not path.is_file())
    with path.open("wb") if exists else atomic_write(path) as out:
        form.write(revisions, out, edition)


def to_folder(form: Format, revisions: Iterable[Revision], folder: Path, edition: Edition, by: str) -> None:
    """Write a file for each group of GROUPS, all or none; articles of one group must come together."""
    with atomic_folder(folder) as new:
        for name, some in groupby(revisions, GROUPS[by]):
            name = name or (_("no section") if by == "section" else _("undated"))
            with free(new, name, form.ENDING).open("wb") as out:
                form.write(some, out, edition._replace(title=f"{edition.title} {name}"))
