"""Writes articles in a format: to one file, or to a folder with a file for each article or month, for example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import chain, groupby, islice
from pathlib import Path
from pkgutil import iter_modules
from typing import IO, Protocol, cast

from archive.article import Revision
from archive.disk import atomic_folder, unwritable
from archive.errors import UsageFault
from archive.progress import Progress, silent
from archive.text.messages import Message
from archive.text.translation import gettext as _
from wencang.desk.edition import Edition
from wencang.desk.export import formats
from wencang.desk.files import format_of, writing
from wencang.desk.groups import GROUPS
from wencang.desk.names import free


class Format(Protocol):
    """The interface of a module in formats/."""

    ENDING: str  # suffix of file names, without the dot
    IS_STREAM: bool  # can be written to a pipe

    def write(self, revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
        """Write at least one article, holding a few thousand at most in memory."""


@dataclass(frozen=True, slots=True)
class Exported:
    """How many articles were written, and where: a file or folder, None for a file object of the caller's.

    Without articles nothing is made.
    """

    count: int
    path: Path | None
    notices: tuple[Message, ...] = ()


def names() -> list[str]:
    """The names of the formats."""
    return sorted(file.name for file in iter_modules(formats.__path__))


def is_usable(name: str) -> bool:
    """Whether the library that a format needs, if any, is installed."""
    try:
        open_format(name)
    except UsageFault:
        return False
    return True


def open_format(name: str) -> Format:
    """A format by its name. Raises UsageFault if it is unknown or its library is missing."""
    if name not in names():
        formats = _("formats: {names}").format(names=", ".join(names()))
        raise UsageFault(f"--format {name}", _("is not an export format"), formats)
    return cast(Format, import_module(f"wencang.desk.export.formats.{name}"))


def chosen(name: str, out: Path | IO[bytes], by: str) -> Format:
    """The format that is named or, without a name, that of the file's ending; txt where it has none.

    Raises UsageFault for an unknown format, and an ending that is not the format's.
    """
    form = open_format(name or "txt")
    if by or not isinstance(out, Path) or out.is_dir():
        return form
    ending = out.suffix[1:].lower()
    if ending in ((name, form.ENDING) if name else names()):  # a name: no other format is loaded
        return open_format(name or ending)
    endings = {each: _endings(each) for each in names()}
    return open_format(format_of(out, name, endings) or "txt")


def _endings(name: str) -> tuple[str, ...]:
    try:
        return open_format(name).ENDING, name
    except UsageFault:  # its library is missing
        return (name,)


def check(form: Format, out: Path | IO[bytes], by: str) -> None:
    """Raise UsageFault if the articles can't be written to `out`, before anything is done."""
    if by and by not in GROUPS:
        groups = _("groups: {names}").format(names=", ".join(GROUPS))
        raise UsageFault(f"--split-by {by}", _("is not a group of articles"), groups)
    if not isinstance(out, Path):
        if by or not (form.IS_STREAM or out.seekable()):
            raise UsageFault("export", _("needs a file or folder to write to"), _("name it with -o"))
    elif not out.parent.is_dir():
        raise UsageFault(out.parent, _("is not a folder"), _("name another place with -o"))
    elif by and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageFault(out, _("already exists"), _("name a new folder with -o"))
    elif not by and out.is_dir():
        raise UsageFault(out, _("is a folder"), _("name a file, or add --split-by article"))


def export(
    form: Format, revisions: Iterator[Revision], out: Path | IO[bytes], by: str, edition: Edition,
    progress: Progress = silent,
) -> int:  # fmt: skip
    """Write the articles and return their number; `by` is a group of GROUPS, "" for one file.

    Raises UsageFault if a path can't be written to; errors of a file object pass through.
    """
    written = 0

    def counted() -> Iterator[Revision]:
        nonlocal written
        for written, revision in enumerate(chain(first, revisions), 1):
            progress(written)
            yield revision

    if first := list(islice(revisions, 1)):
        if isinstance(out, Path):
            _to_path(form, counted(), out, by, edition)
        else:
            form.write(counted(), out, edition)
    return written


def _to_path(form: Format, revisions: Iterator[Revision], path: Path, by: str, edition: Edition) -> None:
    if not by:
        with writing(path) as out:
            form.write(revisions, out, edition)
        return
    try:
        to_folder(form, revisions, path, edition, by)
    except OSError as error:  # it may be about a leftover folder
        raise unwritable(error.filename or path, error, _("name another place with -o")) from error


def to_folder(form: Format, revisions: Iterable[Revision], folder: Path, edition: Edition, by: str) -> None:
    """Write a file for each group of GROUPS, atomically; articles of one group must be adjacent."""
    with atomic_folder(folder) as new:
        for name, articles in groupby(revisions, GROUPS[by]):
            name = name or (_("no section") if by == "section" else _("undated"))
            with free(new, name, form.ENDING).open("wb") as out:
                form.write(articles, out, edition._replace(title=f"{edition.title} {name}"))
