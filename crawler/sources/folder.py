"""Where sources lie: the shipped ones beside this file, a user's own in a folder of the data folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from archive.errors import UsageFault
from archive.settings import Settings
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from crawler.sources.reading import read
from crawler.sources.source import Source

FOLDER = "sources"  # of a data folder
_SHIPPED = Path(__file__).parent
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Sources:
    """The shipped sources and those in a folder, of which one replaces the shipped source of its name."""

    folder: Path | None = None

    def names(self) -> tuple[str, ...]:
        return tuple(sorted({*_names(_SHIPPED), *self.own()}))

    def own(self) -> tuple[str, ...]:
        """The names of those in the folder."""
        return _names(self.folder) if self.folder else ()

    def path(self, name: str) -> Path:
        """The file of the source of that name. Raises UsageFault, which lists the sources."""
        folder = self.folder if self.folder and name in self.own() else _SHIPPED
        if name not in _names(folder):
            raise UsageFault(name, _("is not a source"), _("sources: {names}").format(names=", ".join(self.names())))
        return folder / f"{name}.toml"

    def load(self, name: str) -> Source:
        """The source of that name. Raises UsageFault for an unknown one, and for a file that is not valid."""
        return _load(self.path(name))

    def every(self) -> Iterator[Source]:
        """All sources, the own ones first. Raises UsageFault at a file that is not valid."""
        own = self.own()
        yield from (_load(self.folder / f"{name}.toml") for name in own if self.folder)
        yield from (_load(_SHIPPED / f"{name}.toml") for name in _names(_SHIPPED) if name not in own)

    def of(self, url: str) -> Source | None:
        """The source that owns an address; None if no source does."""
        return next((source for source in self.every() if source.owns(url)), None)


SHIPPED = Sources()


def sources_of(settings: Settings) -> Sources:
    """The sources of a data folder."""
    return Sources(settings.data / FOLDER)


def refuse_name(path: Path) -> Path:
    """The file of a source. Raises UsageFault where its name can't be that of a source."""
    if not _NAME.fullmatch(path.stem):
        raise UsageFault(
            path.stem, _("is not a valid name of a source"), _("small letters, digits and _, as in tibet_cn")
        )
    return path


def _names(folder: Path) -> tuple[str, ...]:
    """Hidden files are those that an editor has open."""
    try:
        files = os.listdir(folder)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise UsageFault(folder, of_error(error), _("it must be a folder that you may read")) from error
    return tuple(sorted(name[:-5] for name in files if name.endswith(".toml") and not name.startswith(".")))


def _load(path: Path) -> Source:
    state = refuse_name(path).stat()
    return _read(path, state.st_mtime_ns, state.st_size, path.parent == _SHIPPED)


@lru_cache(maxsize=512)
def _read(path: Path, _changed: int, _size: int, is_proven: bool) -> Source:
    return read(path, is_proven)
