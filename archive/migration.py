"""The numbered steps that lead an older archive to the tables of this program (archive/schema.py)."""

from __future__ import annotations

from collections.abc import Callable
from gettext import gettext as _
from pathlib import Path

import sqlalchemy as sa

from archive import database
from archive.database import RESTORE
from archive.disk import appearing
from archive.errors import ArchiveUnusable
from archive.schema import archive, metadata


def _several_pages(connection: sa.Connection) -> None:
    """An article may have several raw pages; under version 1 none were kept."""
    connection.exec_driver_sql("ALTER TABLE revisions RENAME COLUMN page TO pages")


def _runs(connection: sa.Connection) -> None:
    """What each run of a crawl came to."""
    connection.exec_driver_sql(
        "CREATE TABLE runs (source TEXT NOT NULL, finished VARCHAR(27) NOT NULL,"
        " read INTEGER NOT NULL, general INTEGER NOT NULL, failed INTEGER NOT NULL)"
    )
    connection.exec_driver_sql("CREATE INDEX runs_by_source ON runs (source, finished)")


def _leads(connection: sa.Connection) -> None:
    """What is due, of lists and of addresses. Articles that are kept already have come to rest."""
    connection.exec_driver_sql(
        "CREATE TABLE sections (list TEXT NOT NULL PRIMARY KEY, source TEXT NOT NULL, checked VARCHAR(27),"
        " due VARCHAR(27) NOT NULL, seconds INTEGER NOT NULL, new INTEGER NOT NULL, newest VARCHAR(27),"
        " etag TEXT NOT NULL, modified TEXT NOT NULL)"
    )
    connection.exec_driver_sql(
        "CREATE TABLE leads (url TEXT NOT NULL PRIMARY KEY, source TEXT NOT NULL, list TEXT NOT NULL,"
        " found VARCHAR(27) NOT NULL, due VARCHAR(27), fetched VARCHAR(27), failures INTEGER NOT NULL)"
    )
    connection.exec_driver_sql("CREATE INDEX leads_due ON leads (source, due)")
    connection.exec_driver_sql(
        "INSERT INTO leads SELECT a.url, r.source, '', MIN(r.fetched), NULL, MIN(r.fetched), 0"
        " FROM addresses a JOIN revisions r ON r.id = a.id GROUP BY a.url, r.source"
    )


def _withdrawals(connection: sa.Connection) -> None:
    """An article may be withdrawn; its texts are known again by their digests."""
    connection.exec_driver_sql("ALTER TABLE revisions ADD COLUMN withdrawn TEXT")
    connection.exec_driver_sql("CREATE INDEX withdrawn_texts ON revisions (digest) WHERE withdrawn IS NOT NULL")


def _pictures(connection: sa.Connection) -> None:
    """Pictures that a crawl wants, and those that are kept."""
    connection.exec_driver_sql(
        "CREATE TABLE pictures (url TEXT NOT NULL PRIMARY KEY, article TEXT NOT NULL, source TEXT NOT NULL,"
        " due VARCHAR(27), failures INTEGER NOT NULL, page JSON)"
    )
    connection.exec_driver_sql("CREATE INDEX ix_pictures_article ON pictures (article)")
    connection.exec_driver_sql("CREATE INDEX pictures_due ON pictures (source, due)")


def _whole_runs(connection: sa.Connection) -> None:
    """All that is kept of a run, and why an address holds no article or fails; days can be counted."""
    counts = [f"{name} INTEGER NOT NULL DEFAULT 0" for name in ("new", "changed", "unchanged", "gone", "skipped")]
    texts = [f"{name} TEXT NOT NULL DEFAULT ''" for name in ("program", "ended")]
    tables = [f"{name} JSON NOT NULL DEFAULT '{{}}'" for name in ("sections", "reasons")]
    rest = ["lists INTEGER NOT NULL DEFAULT 0", "bytes BIGINT NOT NULL DEFAULT 0"]
    for column in ("started VARCHAR(27)", "seconds FLOAT NOT NULL DEFAULT 0", *counts, *rest, *tables, *texts):
        connection.exec_driver_sql(f"ALTER TABLE runs ADD COLUMN {column}")
    connection.exec_driver_sql("ALTER TABLE leads ADD COLUMN reason TEXT NOT NULL DEFAULT ''")
    connection.exec_driver_sql("CREATE INDEX revisions_by_day ON revisions (source, published, sequence)")


def _watches(connection: sa.Connection) -> None:
    """Subjects that are followed, and what was found of each."""
    connection.exec_driver_sql(
        "CREATE TABLE watches (name TEXT NOT NULL PRIMARY KEY, query TEXT NOT NULL, position BIGINT NOT NULL,"
        " feed VARCHAR(36) NOT NULL, begun VARCHAR(27) NOT NULL)"
    )
    connection.exec_driver_sql(
        "CREATE TABLE hits (watch TEXT NOT NULL REFERENCES watches (name), id TEXT NOT NULL REFERENCES articles (id),"
        " told BOOLEAN NOT NULL, PRIMARY KEY (watch, id))"
    )


def _stories(connection: sa.Connection) -> None:
    """Articles that are copies of one another, and what is kept to find them."""
    packed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    blob = "BLOB" if connection.dialect.name == "sqlite" else "BYTEA"
    for statement in (
        "ALTER TABLE archive ADD COLUMN stories BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE archive ADD COLUMN stories_by TEXT NOT NULL DEFAULT ''",
        "CREATE TABLE signed (article TEXT NOT NULL PRIMARY KEY, text BIGINT NOT NULL)",
        "CREATE INDEX ix_signed_text ON signed (text)",
        "CREATE TABLE signatures (text BIGINT NOT NULL PRIMARY KEY, size INTEGER NOT NULL,"
        f" landmarks {blob} NOT NULL, count INTEGER NOT NULL)",
        "CREATE TABLE landmarks (landmark BIGINT NOT NULL, text BIGINT NOT NULL,"
        f" PRIMARY KEY (landmark, text)){packed}",
        "CREATE TABLE likenesses (text BIGINT NOT NULL, other BIGINT NOT NULL, shared INTEGER NOT NULL,"
        f" PRIMARY KEY (text, other)){packed}",
        "CREATE TABLE stories (article TEXT NOT NULL, story TEXT NOT NULL, of_first FLOAT NOT NULL,"
        f" of_own FLOAT NOT NULL, PRIMARY KEY (article, story)){packed}",
        "CREATE INDEX ix_stories_story ON stories (story)",
    ):
        connection.exec_driver_sql(statement)


def _no_count_of_landmarks(connection: sa.Connection) -> None:
    """They are counted where they are read."""
    connection.exec_driver_sql("ALTER TABLE signatures DROP COLUMN count")


# Step N leads from version N to N + 1 and is never changed once released; a new archive is made whole.
STEPS: tuple[Callable[[sa.Connection], None], ...] = (
    _several_pages, _runs, _leads, _withdrawals, _pictures, _whole_runs, _watches, _stories,
    _no_count_of_landmarks,
)  # fmt: skip


def newest() -> int:
    """The version this program writes."""
    return 1 + len(STEPS)


def version(connection: sa.Connection) -> int:
    """The version of the archive in this database; 0 where there is none."""
    if not sa.inspect(connection).has_table(archive.name):
        return 0
    return int(connection.scalar(sa.select(archive.c.version)) or 0)


def upgrade(connection: sa.Connection) -> None:
    """Lead the database to the newest version, from wherever it is."""
    found = version(connection)
    if found == 0:
        metadata.create_all(connection)
        connection.execute(archive.insert().values(version=newest(), sequence=0))
    else:
        for step in STEPS[found - 1 :]:
            step(connection)
        connection.execute(archive.update().values(version=newest()))


def bring_up(engine: sa.Engine, name: str, create: bool) -> None:
    """Lead the archive in this database to the newest version, after a copy of it; made in an empty one if `create`.

    Raises ArchiveUnusable for what is no archive, or a newer program's.
    """
    with engine.begin() as connection:
        found = version(connection)
        empty = found == 0 and not sa.inspect(connection).get_table_names()
    if found == 0 and not (create and empty):
        raise ArchiveUnusable(name, _("is no archive"), _(RESTORE))
    if found > newest():
        newer = _("was made by a newer wencang (store version {theirs}, this one knows {ours})")
        raise ArchiveUnusable(name, newer.format(theirs=found, ours=newest()), _("install the newer wencang"))
    if found == newest():
        return
    if found:
        _back_up(engine, name, found)
    with engine.execution_options(writes=True).begin() as connection:
        upgrade(connection)


def _back_up(engine: sa.Engine, name: str, version: int) -> None:
    if engine.dialect.name != "sqlite" or name == ":memory:":
        return
    with appearing(Path(f"{name}.v{version}.bak")) as file:
        database.copy(Path(name), Path(file.name))
