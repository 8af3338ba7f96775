"""Writes a new source and its saved pages into the data folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.article import to_json
from archive.disk import atomic_folder, atomic_write, make_data, make_folder, unwritable
from archive.errors import UsageFault
from archive.settings import Settings
from archive.text.translation import gettext as _
from archive.url import canonical
from crawler.extract.extractor import read, read_list
from crawler.propose.saved import SavedPage, propose
from crawler.sources import Source, Sources, of_text, sources_of, to_toml
from crawler.sources import folder
from wencang.sources.trial import refuse_slow

_COMMENT = """{title}, http://{host}/.

Proposed from {count} saved pages: review it. `wencang source check {name}` tries it."""


def add(settings: Settings, name: str, pages: Sequence[SavedPage], lists: Sequence[str]) -> list[Path]:
    """Write DATA/sources/NAME.toml and, into a folder of that name, the pages and what each must become; the paths.

    Raises UsageFault, having written nothing, for a name that is taken or not valid, for pages of
    several hosts, for a page without an article, and where the pages have no layout in common.
    """
    sources = sources_of(settings)
    _refuse(name, pages, sources)
    source = propose(name, pages, lists)
    comment = _COMMENT.format(title=source.title, host=min(source.hosts), count=len(pages), name=name)
    return write(settings, source, pages, comment)


def write(settings: Settings, source: Source, pages: Sequence[SavedPage], comment: str) -> list[Path]:
    """Write a source that is new, with its saved pages; the paths. Raises UsageFault, having written nothing."""
    own = sources_of(settings).folder
    assert own
    file = own / f"{source.name}.toml"
    text = to_toml(source, _printable(comment))
    refuse_slow(of_text(text, file), file)  # a proposal may hold what no source may, such as a host that is not valid
    try:
        make_data(settings.data)
        make_folder(own)
        with atomic_folder(own / source.name) as saved:
            written = [path for page in pages for path in _write_page(saved, page, source)]
            with atomic_write(file) as out:
                out.write(text.encode())
    except OSError as error:
        raise unwritable(own, error, _("free some space or fix its permissions, then try again")) from error
    return [file, *(own / source.name / path.name for path in written)]


def refuse_name(sources: Sources, name: str) -> None:
    """Raise UsageFault for a name that is taken or not valid."""
    assert sources.folder
    folder.refuse_name(sources.folder / f"{name}.toml")
    if name in sources.names() or (sources.folder / name).exists():
        raise UsageFault(name, _("exists already"), _("choose another name"))


def _refuse(name: str, pages: Sequence[SavedPage], sources: Sources) -> None:
    refuse_name(sources, name)
    if len(hosts := {urlsplit(page.url).hostname or "" for page in pages}) > 1:
        raise UsageFault(name, _("the pages are of several hosts: {hosts}").format(hosts=" ".join(sorted(hosts))))


def _printable(comment: str) -> str:
    """A comment with what a page wrote into it: TOML allows no control characters there."""
    return "\n".join("".join(filter(str.isprintable, line)) for line in comment.split("\n"))


def _write_page(folder: Path, page: SavedPage, source: Source) -> list[Path]:
    """The page as it is, and the article, or the rows of a list, that are read from it."""
    saved = folder / f"{page.path.stem}.html"
    saved.write_bytes(page.page)
    expected = {"url": page.url} | _expected(page, source)
    saved.with_suffix(".json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [saved, saved.with_suffix(".json")]


def _expected(page: SavedPage, source: Source) -> dict[str, Any]:
    if page.url in source.lists:
        listing = read_list(page.page, page.url, source)
        return {"rows": [*map(canonical, listing.rows)], "pages": listing.pages}
    reading = read(page.page, page.url, source=source)
    return {"path": reading.path} | to_json(reading.article)
