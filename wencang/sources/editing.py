"""Replaces the file of a user's own source, after a check: what can't be read never takes its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive import toml
from archive.disk import atomic_write, make_data, make_folder, unwritable
from archive.settings import Settings
from archive.text.translation import gettext as _
from crawler.sources import Sources, of_text, sources_of
from wencang.sources.trial import refuse_slow

_DRAFT = ".draft"  # behind the name of the file, so that no source is read from it


def put(settings: Settings, name: str, text: str, file: Path | None = None) -> Path:
    """Make a text the source of that name in DATA/sources; its path.

    Raises UsageFault, having changed nothing, for a text that is not valid; `file` is named in it.
    """
    folder = _folder(sources_of(settings))
    path = folder / f"{name}.toml"
    refuse_slow(of_text(text, file or path), file or path)
    with _writing(settings, folder), atomic_write(path) as out:
        out.write(text.encode())
    return path


@contextmanager
def draft(settings: Settings, name: str) -> Iterator[Path]:
    """A copy of a source to edit, or the one that an earlier edit left, which then takes the source's place.

    Raises UsageFault for an unknown source, and where the copy is not valid; it is kept then.
    """
    sources = sources_of(settings)
    folder, text = _folder(sources), toml.text(sources.path(name))
    copy = folder / f"{name}.toml{_DRAFT}"
    if not copy.exists():
        with _writing(settings, folder):
            copy.write_text(text, encoding="utf-8")
    yield copy
    edited = toml.text(copy)
    if edited != text:
        put(settings, name, edited, copy)
    copy.unlink()


def _folder(sources: Sources) -> Path:
    assert sources.folder
    return sources.folder


@contextmanager
def _writing(settings: Settings, folder: Path) -> Iterator[None]:
    try:
        make_data(settings.data)
        make_folder(folder)
        yield
    except OSError as error:
        raise unwritable(folder, error, _("free some space or fix its permissions, then try again")) from error
