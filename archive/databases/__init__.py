"""The databases that an archive can be in, one per file: a SQLite file by default, or a PostgreSQL server."""

from archive.databases.database import Database
from archive.settings import Settings


def of(settings: Settings) -> Database:
    """The database of an archive. Raises UsageFault if its driver is not installed."""
    if settings.archive:
        from archive.databases.postgresql import PostgreSQL  # imported here: the driver is an extra

        return PostgreSQL(settings.archive)
    from archive.databases.sqlite import FILE, SQLite

    return SQLite(settings.data / FILE)
