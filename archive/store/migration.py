"""Migrations: numbered steps from an older archive to the tables of this program (archive/store/schema.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from archive.databases.database import Database
from archive.databases.sqlite import RESTORE
from archive.errors import ArchiveUnusable
from archive.store.schema import (
    archive,
    captures,
    doubts,
    locks,
    lookups,
    metadata,
    names,
    notes,
    notices,
    ranges,
    revisions,
    tags,
)
from archive.text.translation import gettext as _

_MIDNIGHT = "%T16:00:00.000000Z"  # in Shanghai, as an Instant


def _days_addresses_doubts(connection: sa.Connection) -> None:
    """Days without a time, addresses as they were met, and doubted pages."""
    for table, column in (
        ("revisions", "day_only BOOLEAN DEFAULT false NOT NULL"), ("addresses", "met TEXT DEFAULT '' NOT NULL"),
        ("candidates", "met TEXT DEFAULT '' NOT NULL"), ("runs", "doubted INTEGER DEFAULT 0 NOT NULL"),
    ):  # fmt: skip
        connection.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN {column}"))
    doubts.create(connection)
    c = revisions.c
    at_midnight = sa.type_coerce(c.published, sa.Text).like(_MIDNIGHT)  # so far only days were stored so
    for sequence, published in connection.execute(sa.select(c.sequence, c.published).where(at_midnight)).all():
        latest = published + timedelta(days=1, microseconds=-1)
        values = {"day_only": True, "published": latest}
        connection.execute(revisions.update().where(c.sequence == sequence).values(values))


def _locks_notices_ranges(connection: sa.Connection) -> None:
    """Locks, jobs by ranges, and which notices were sent, which stood in a file."""
    for table in (locks, notices, ranges):
        table.create(connection)


def _tags_notes(connection: sa.Connection) -> None:
    """Tags and notes, and a count of their changes."""
    connection.execute(sa.text("ALTER TABLE archive ADD COLUMN annotations BIGINT DEFAULT 0 NOT NULL"))
    for table in (tags, notes):
        table.create(connection)


def _names(connection: sa.Connection) -> None:
    """The names in articles, and up to where and by whom they were read."""
    connection.execute(sa.text("ALTER TABLE archive ADD COLUMN names BIGINT DEFAULT 0 NOT NULL"))
    connection.execute(sa.text("ALTER TABLE archive ADD COLUMN names_by TEXT DEFAULT '' NOT NULL"))
    names.create(connection)


def _origins_captures(connection: sa.Connection) -> None:
    """The web archives that versions come from, when each was seen last, and what is known of captures."""
    times = ("taken", "seen", "seen_taken")
    for column in ("origin TEXT", "seen_origin TEXT", *(f"{time} VARCHAR(27)" for time in times)):
        connection.execute(sa.text(f"ALTER TABLE revisions ADD COLUMN {column}"))
    for table in (lookups, captures):
        table.create(connection)


def _closed(connection: sa.Connection) -> None:
    """Up to where manifests list all versions: so far stories were computed up to there."""
    connection.execute(sa.text("ALTER TABLE archive ADD COLUMN closed BIGINT DEFAULT 0 NOT NULL"))
    connection.execute(sa.text("UPDATE archive SET closed = stories"))


# Step N migrates version N to N + 1, and is never changed once released. A new archive is created at the newest.
# Version 1 is that of wencang 0.2.0.
STEPS: tuple[Callable[[sa.Connection], None], ...] = (
    _days_addresses_doubts, _locks_notices_ranges, _tags_notes, _names, _origins_captures, _closed,
)  # fmt: skip


UNFINISHED = -1  # the version of a copy that is not complete (archive/store/transfer.py)


def newest() -> int:
    """The version that this program writes."""
    return 1 + len(STEPS)


def version(connection: sa.Connection) -> int:
    """The version of the archive in this database, or 0."""
    if not sa.inspect(connection).has_table(archive.name):
        return 0
    return int(connection.scalar(sa.select(archive.c.version)) or 0)


def upgrade(connection: sa.Connection) -> None:
    """Migrate the database to the newest version, or create its tables."""
    found = version(connection)
    if found == 0:
        metadata.create_all(connection)
        connection.execute(archive.insert().values(version=newest(), sequence=0))
    else:
        for step in STEPS[found - 1 :]:
            step(connection)
        connection.execute(archive.update().values(version=newest()))


def bring_up(engine: sa.Engine, database: Database, create: bool, unfinished: bool = False) -> None:
    """Migrate the archive in this database to the newest version, after a backup; with `create` also an empty one.

    Raises ArchiveUnusable for a database that is not an archive, of a newer program, or, unless
    `unfinished`, a copy that is not complete.
    """
    with engine.execution_options(**database.reading).begin() as connection:  # another run may be creating it
        database.refuse_code(connection)
        found = version(connection)
        empty = found == 0 and not sa.inspect(connection).get_table_names()
    if found == 0 and not (create and empty):
        raise ArchiveUnusable(database.name, _("is not a valid archive"), _(RESTORE))
    if found > newest():
        newer = _("was made by a newer wencang (store version {theirs}, this program supports {ours})")
        raise ArchiveUnusable(database.name, newer.format(theirs=found, ours=newest()), _("install the newer wencang"))
    if found == UNFINISHED and not unfinished:
        raise ArchiveUnusable(
            database.name, _("is an unfinished copy"), _("`wencang copy-archive` with the same arguments goes on")
        )
    if found in (newest(), UNFINISHED):
        return
    if found:
        database.keep_before_migration(found)
    with engine.execution_options(writes=True).begin() as connection:
        upgrade(connection)
