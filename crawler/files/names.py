"""File names: which files in a folder belong to a saved page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

# The folder beside page.html in which browsers put its pictures, scripts and frames; some translate its name.
_PARTS = (
    "_files",
    ".files",
    "_file",
    "-Dateien",
    "_archivos",
    "_fichiers",
    "-filer",
    "_bestanden",
    "_elemei",
    "のファイル",
)
_PAGES = (".html", ".htm", ".xhtml", ".shtml", ".mht", ".mhtml")
_SYSTEM = ("__MACOSX",)


def shown(names: Iterable[str]) -> list[str]:
    """The names without those of parts of saved pages, and of files that systems leave, in order."""
    paths = {name: PurePath(name) for name in names}
    stems = {path.parent / path.name[: -len(path.suffix)] for path in paths.values() if path.suffix.lower() in _PAGES}
    return [name for name, path in sorted(paths.items()) if not _is_part(path, stems)]


def _is_part(path: PurePath, pages: set[PurePath]) -> bool:
    if path.name.startswith(".") or set(_SYSTEM) & set(path.parts):
        return True
    return any(
        folder.name.endswith(ending) and folder.parent / folder.name.removesuffix(ending) in pages
        for folder in path.parents
        for ending in _PARTS
    )
