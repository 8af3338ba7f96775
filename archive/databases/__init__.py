"""The databases that an archive can be in, one per file: a SQLite file by default, or a PostgreSQL server."""

from pathlib import Path

from archive.databases.database import Database
from archive.databases.sqlite import FILE, SQLite
from archive.errors import UsageFault
from archive.settings import Settings, database_address


def of(settings: Settings) -> Database:
    """The database of an archive. Raises UsageFault if its driver is not installed."""
    if settings.archive:
        from archive.databases.postgresql import PostgreSQL  # imported here: the driver is an extra

        return PostgreSQL(settings.archive)
    return SQLite(settings.data / FILE)


def at(place: str) -> Database:
    """The database of a data folder, in a file archive.db, or at a postgresql:// address. Raises UsageFault."""
    if "://" not in place:
        path = Path(place)
        return of(Settings(path.parent if path.name == FILE else path))
    try:
        return of(Settings(archive=database_address(place)))
    except ValueError as error:
        raise UsageFault(place.partition("://")[0], str(error)) from error
