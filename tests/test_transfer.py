"""An archive moved between SQLite and PostgreSQL, and the backup of one on PostgreSQL."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

import wencang
from archive import databases
from archive.errors import ArchiveUnusable, UsageFault
from archive.proof import database as integrity
from archive.settings import Settings
from archive.store import ArticleStore, transfer
from archive.store.transfer import copy_archive
from archive.tables.doubts import Doubts
from archive.tables.ledger import Ledger
from tests.servers.postgresql import PostgreSQL
from tests.support.program import Wencang, run


def kept(store: ArticleStore) -> object:
    ledger = Ledger(store)
    return (
        list(store.changes()), list(store.between(1, 10_000)), store.sequence(), ledger.last_runs("", 99),
        ledger.sections(), list(Doubts(store).kept()), {id: store.addresses(id) for id in ("tibet.cn-7210688",)},
    )  # fmt: skip


def kept_of(settings: Settings) -> object:
    with ArticleStore.open(settings) as store:
        return kept(store)


def test_an_archive_goes_to_a_server_and_back(crawled: Path, postgresql: PostgreSQL, tmp_path: Path) -> None:
    address, back = postgresql.database(), tmp_path / "back"
    back.mkdir()
    with wencang.open(crawled) as archive:
        archive.watch("aid", "援藏")
    there = copy_archive(str(crawled), address)
    again = copy_archive(address, str(back))
    assert (there.rows, there.digest) == (again.rows, again.digest)
    assert there.written == there.rows > 100
    with ArticleStore.open(Settings(crawled)) as old, ArticleStore.open(Settings(crawled, archive=address)) as server:
        assert kept(server) == kept(old)
        assert list(integrity.verify(server)) == []
    assert kept_of(Settings(back)) == kept_of(Settings(crawled))


def test_a_second_copy_writes_what_changed(crawled: Path, postgresql: PostgreSQL) -> None:
    address = postgresql.database()
    copy_archive(str(crawled), address)
    assert copy_archive(str(crawled), address).written == 0
    with ArticleStore.open(Settings(crawled)) as store:
        store.withdraw("tibet.cn-7210688", "asked for")
        expected = kept(store)
    assert 0 < copy_archive(str(crawled), address).written < 20
    with ArticleStore.open(Settings(crawled, archive=address)) as server:
        assert kept(server) == expected


def test_an_interrupted_copy_goes_on_and_is_not_used_before(
    crawled: Path, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgresql.database()
    monkeypatch.setattr(transfer, "_RANGE", 10)

    def interrupt(rows: int) -> None:
        if rows > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_archive(str(crawled), address, progress=interrupt)
    with pytest.raises(ArchiveUnusable, match="unfinished copy"):
        ArticleStore.open(Settings(crawled, archive=address))
    copied = copy_archive(str(crawled), address)
    assert copied.rows - copied.written > 90
    assert kept_of(Settings(crawled, archive=address)) == kept_of(Settings(crawled))


def test_an_archive_is_not_copied_over_another(crawled: Path, tmp_path: Path) -> None:
    older, other = tmp_path / "older", tmp_path / "other"
    for folder in (older, other):
        folder.mkdir()
        shutil.copy(crawled / "archive.db", folder)
    database = databases.at(str(other))
    engine = database.engine()
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE revisions SET digest = 'ab'"))
    engine.dispose()
    with pytest.raises(UsageFault, match="holds another archive"):
        copy_archive(str(crawled), str(other))
    with pytest.raises(UsageFault, match="is the archive itself"):
        copy_archive(str(crawled), str(crawled))
    with pytest.raises(UsageFault, match="is not like postgresql"):
        copy_archive(str(crawled), "mysql://me:secret@example.org/wencang")
    with pytest.raises(ArchiveUnusable):
        copy_archive(str(tmp_path / "missing"), str(older))


def test_the_command_says_what_is_alike(crawled: Path, postgresql: PostgreSQL, wencang: Wencang) -> None:
    done = wencang("copy-archive", crawled, postgresql.database())
    assert done.returncode == 0, done.stderr
    assert "rows are alike in both (SHA-256" in done.stdout
    assert wencang("copy-archive", crawled, "postgresql://me:secret@127.0.0.1:1/none").returncode == 3
    missing = wencang("copy-archive", crawled, crawled / "missing")
    assert (missing.returncode, len(missing.stderr.splitlines())) == (3, 1)


# Backups


def on_a_server(crawled: Path, address: str) -> None:
    """Move an archive to a server."""
    copy_archive(str(crawled), address)
    for file in crawled.glob("archive.db*"):
        file.unlink()


def test_a_backup_is_a_dump_and_is_restored(
    crawled: Path, postgresql: PostgreSQL, wencang: Wencang, tmp_path: Path
) -> None:
    address, copy = postgresql.database(), tmp_path / "copy"
    on_a_server(crawled, address)
    for _turn in range(2):
        done = wencang("backup", copy, WENCANG_ARCHIVE=address)
        assert done.returncode == 0, done.stderr
    assert {path.name for path in copy.iterdir()} >= {"archive.dump", "archive.head", "pages", "manifests"}
    assert "WENCANG_ARCHIVE" in run("restore", copy, data=tmp_path / "new").stderr
    empty = postgresql.database()
    assert run("restore", copy, data=tmp_path / "new", WENCANG_ARCHIVE=empty).returncode == 0
    assert run("verify", data=tmp_path / "new", WENCANG_ARCHIVE=empty).returncode == 0
    assert kept_of(Settings(tmp_path / "new", archive=empty)) == kept_of(Settings(crawled, archive=address))
    full = run("restore", copy, data=tmp_path / "newer", WENCANG_ARCHIVE=empty)
    assert (full.returncode, "holds an archive" in full.stderr) == (2, True)


def test_the_backup_of_a_file_is_restored_to_a_server(
    crawled: Path, postgresql: PostgreSQL, wencang: Wencang, tmp_path: Path
) -> None:
    address = postgresql.database()
    assert wencang("backup", tmp_path / "copy").returncode == 0
    done = run("restore", tmp_path / "copy", data=tmp_path / "new", WENCANG_ARCHIVE=address)
    assert done.returncode == 0, done.stderr
    assert kept_of(Settings(tmp_path / "new", archive=address)) == kept_of(Settings(crawled))


def test_what_is_rotten_on_the_server_replaces_no_dump(
    crawled: Path, postgresql: PostgreSQL, wencang: Wencang, tmp_path: Path
) -> None:
    address, copy = postgresql.database(), tmp_path / "copy"
    on_a_server(crawled, address)
    assert wencang("backup", copy, WENCANG_ARCHIVE=address).returncode == 0
    before = (copy / "archive.dump").read_bytes()
    with psycopg.connect(address) as connection:
        connection.execute("UPDATE revisions SET body = 'rotten' WHERE sequence = 3")
    done = wencang("backup", copy, WENCANG_ARCHIVE=address)
    assert (done.returncode, "rotten: postgresql://" in done.stderr) == (6, True)
    assert (copy / "archive.dump").read_bytes() == before


def test_a_dump_is_not_replaced_by_that_of_another_archive(
    crawled: Path, postgresql: PostgreSQL, wencang: Wencang, tmp_path: Path
) -> None:
    address, copy = postgresql.database(), tmp_path / "copy"
    on_a_server(crawled, address)
    assert wencang("backup", copy, WENCANG_ARCHIVE=address).returncode == 0
    with psycopg.connect(address) as connection:
        connection.execute("UPDATE revisions SET digest = 'ab' WHERE sequence = (SELECT max(sequence) FROM revisions)")
    done = wencang("backup", copy, WENCANG_ARCHIVE=address)
    assert (done.returncode, "belongs to another archive" in done.stderr) == (2, True)
    missing = wencang("backup", tmp_path / "new", WENCANG_ARCHIVE=address, PATH="/nowhere")
    assert (missing.returncode, "client programs of PostgreSQL" in missing.stderr) == (2, True)
