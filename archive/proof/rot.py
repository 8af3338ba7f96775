"""What is rotten in an archive: found before it takes the place of what a backup has."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from archive import toml
from archive.databases import sqlite
from archive.errors import UsageFault
from archive.proof import records
from archive.store import schema
from archive.text.translation import gettext as _

_DIFFERING = """SELECT was.sequence, was.id, now.sequence FROM earlier.revisions was
LEFT JOIN main.revisions now ON now.sequence = was.sequence
WHERE now.sequence IS NULL OR now.withdrawn IS NULL AND ({})"""
_TEXTS = "SELECT sequence, id, digest, title, body, withdrawn FROM {}.revisions"


def of_database(file: Path, before: Path) -> tuple[dict[int, str], bool]:
    """The faults of the versions in a database, by number, and whether any of them is right in the one `before`.

    A version differs from its digest, is missing, or differs from the same version in `before`:
    one never changes, but for a withdrawal and by a migration. Raises sqlite3.Error.
    """
    with sqlite.immutable(file) as connection:
        connection.text_factory = bytes
        faults = dict(_texts(connection, "main"))
        if not before.exists():
            return faults, False
        connection.execute("ATTACH ? AS earlier", (sqlite.address(before),))
        known = dict(_texts(connection, "earlier"))
        worse = faults.keys() - known.keys()
        differing = {number: line for number, line in _differing(connection) if number not in known}
        return differing | faults, bool(worse or differing)


def _texts(connection: sqlite3.Connection, name: str) -> Iterator[tuple[int, str]]:
    fault = _("version {number} ({id}): the text differs from the one that was archived")
    for number, id, digest, title, body, withdrawn in connection.execute(_TEXTS.format(name)):
        texts = title, body
        is_right = all(isinstance(text, bytes) for text in texts) and (
            not any(texts) if withdrawn else hashlib.sha256(b"\n".join(texts)).hexdigest().encode() == digest
        )
        if not is_right:
            yield number, fault.format(number=number, id=_shown(id))


def _differing(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """The versions that are missing now, or differ from what they were; none where a migration lies in between."""
    if connection.execute("SELECT a.version != b.version FROM main.archive a, earlier.archive b").fetchone()[0]:
        return
    columns = " OR ".join(f"now.{column.name} IS NOT was.{column.name}" for column in schema.revisions.c)
    for number, id, here in connection.execute(_DIFFERING.format(columns)):
        fault = _("version {number} ({id}) is missing") if here is None else _("version {number} ({id}) has changed")
        yield number, fault.format(number=number, id=_shown(id))


def _shown(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def of_pages(path: Path, start: int = 0, end: int | None = None) -> list[str]:
    """The faults of the records of a WARC file between two places, a line each."""
    result = records.Records()
    records.read(result, path, start, end)
    return result.faults


def of_text(path: Path) -> str:
    """The fault of a file that people edit, or ""."""
    try:
        text = toml.text(path)
        if path.suffix == ".toml":
            toml.parse(text, path)
        elif "\0" in text:
            raise UsageFault(path, _("is not a text"))
    except UsageFault as error:
        return str(error)
    return ""
