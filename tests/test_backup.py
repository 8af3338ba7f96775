"""A backup while the archive is written to, killed and run again, and an archive made of one."""

from __future__ import annotations

import filecmp
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import ArchiveUnusable, CheckFailed, UsageFault
from archive.proof import database, manifest, records
from archive.proof.backup import back_up, restore
from archive.settings import Settings, load
from archive.store import ArticleStore
from archive.warc.pages import Pages
from tests.support.pages import PAGE, close, forge_time, noise, put, warcs
from tests.support.program import run
from tests.support.sample import ROOT


def faults(data: Path) -> list[str]:
    checked = records.verify(data)
    with ArticleStore.open(load(data)) as store:
        return [
            *checked.faults,
            *map(str, checked.torn),
            *database.verify(store, checked.faults_of(Pages(data))),
            *manifest.verify(store, data),
        ]


def kept(data: Path) -> int:
    with ArticleStore.open(load(data)) as store:
        return store.sequence()


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def same(one: Path, other: Path) -> bool:
    names = sorted(path.relative_to(one) for folder in ("pages", "manifests") for path in (one / folder).iterdir())
    _same, differ, missing = filecmp.cmpfiles(one, other, names, shallow=False)
    return not differ and not missing


def test_a_backup_is_an_archive_and_the_next_copies_what_was_added(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    (tmp_path / "wencang.toml").write_text("delay = 3\n", encoding="utf-8")
    put(store, tmp_path, 1, 2)
    close(store, tmp_path)
    put(store, tmp_path, 3, largest=10_000)
    assert back_up(load(tmp_path), copy) == sum(path.stat().st_size for path in warcs(tmp_path))
    assert (faults(copy), kept(copy), same(tmp_path, copy)) == ([], 3, True)
    assert back_up(load(tmp_path), copy) == 0
    before = sum(path.stat().st_size for path in warcs(tmp_path))
    put(store, tmp_path, 4, 5)
    close(store, tmp_path, 1)
    (tmp_path / "wencang.toml").write_text("delay = 4\n", encoding="utf-8")
    assert back_up(load(tmp_path), copy) == sum(path.stat().st_size for path in warcs(tmp_path)) - before
    assert (faults(copy), kept(copy), same(tmp_path, copy)) == ([], 5, True)
    assert (copy / "wencang.toml").read_text(encoding="utf-8") == "delay = 4\n"
    assert not (copy / "index").exists()


_WRITES = """
import sys
from datetime import datetime, UTC
from itertools import count
from pathlib import Path
from archive.proof import manifest
from archive.warc.pages import Pages
from archive.settings import Settings, load
from archive.store import ArticleStore
from tests.support.pages import put
data = Path(sys.argv[1])
with ArticleStore.create(load(data)) as store:
    for n in count():
        put(store, data, n, largest=200_000)
        if n % 7 == 0:
            manifest.close(store, data, datetime.now(UTC))
        print(n, flush=True)
"""


def writing(data: Path) -> subprocess.Popen[str]:
    writer = subprocess.Popen([sys.executable, "-c", _WRITES, data], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert writer.stdout
    for _n in range(10):
        assert writer.stdout.readline()
    return writer


def test_while_it_is_written_to_each_backup_is_whole(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    writer = writing(data)
    counts = []
    try:
        for _again in range(6):
            back_up(load(data), copy)
            assert faults(copy) == []
            counts.append(kept(copy))
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    assert counts == sorted(counts), "none has less than the one before"
    assert counts[0] < counts[-1]
    back_up(load(data), copy)
    assert (faults(copy), kept(copy)) == ([], kept(data))


_BACKS_UP = (
    "import sys; from pathlib import Path; "
    "from archive.proof.backup import back_up; from archive.settings import load; "
    "data, copy = map(Path, sys.argv[1:]); back_up(load(data), copy)"
)


def test_a_backup_that_was_killed_goes_on(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    for day in range(8):
        put(store, tmp_path, *range(20 * day, 20 * day + 20), largest=100_000)
        close(store, tmp_path, day)
        backup = subprocess.Popen([sys.executable, "-c", _BACKS_UP, tmp_path, copy], cwd=ROOT)
        time.sleep(random.uniform(0.2, 0.6))
        backup.send_signal(signal.SIGKILL)
        backup.wait()
    for half in (copy / "pages").glob("*") if copy.exists() else ():
        os.truncate(half, half.stat().st_size * 2 // 3)
    back_up(load(tmp_path), copy)
    assert (faults(copy), kept(copy), same(tmp_path, copy)) == ([], 160, True)
    assert not list(copy.rglob("*.part"))


def test_what_stands_there_already_is_never_spoiled(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    put(store, tmp_path, 1)
    with pytest.raises(UsageFault, match="inside the archive itself"):
        back_up(load(tmp_path), tmp_path / "copy")
    copy.mkdir()
    (copy / "letters").mkdir()
    with pytest.raises(UsageFault, match="letters"):
        back_up(load(tmp_path), copy)
    (copy / "letters").rmdir()
    close(store, tmp_path)
    back_up(load(tmp_path), copy)
    older = shutil.copytree(tmp_path, tmp_path.parent / f"{tmp_path.name}-older")
    put(store, tmp_path, 2)
    close(store, tmp_path, 1)
    back_up(load(tmp_path), copy)
    before = bytes_of(copy)
    with pytest.raises(UsageFault, match="or is newer"):
        back_up(load(older), copy)
    with ArticleStore.open(load(older)) as forked:
        put(forked, older, 3, 4)
    with pytest.raises(UsageFault, match="it belongs to another archive"):
        back_up(load(older), copy)
    assert bytes_of(copy) == before
    (page,) = warcs(tmp_path)
    damaged = page.read_bytes()[:-999] + bytes(9) + page.read_bytes()[-990:]
    put(store, tmp_path, 5)
    page.write_bytes(damaged + page.read_bytes()[len(damaged) :])
    with pytest.raises(CheckFailed, match=r"are damaged; .*everything else was copied"):
        back_up(load(tmp_path), copy)
    assert (faults(copy), kept(copy)) == ([], 3), "its good pages stay, and what is new is added to them"
    assert not list(copy.rglob("*.part"))


def test_a_disk_that_is_full_is_said(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    put(store, tmp_path, 1)
    copy.mkdir()
    (copy / "pages").write_text("no folder")
    with pytest.raises(ArchiveUnusable, match="try again"):
        back_up(load(tmp_path), copy)


def test_an_archive_is_made_of_a_backup_and_goes_on(tmp_path: Path, store: ArticleStore) -> None:
    copy, again = (tmp_path.parent / f"{tmp_path.name}-{name}" for name in ("copy", "again"))
    put(store, tmp_path, 1, 2)
    close(store, tmp_path)
    back_up(load(tmp_path), copy)
    again.mkdir()
    (again / "README.md").write_text("stays")
    restore(copy, again)
    assert (faults(again), kept(again), same(copy, again)) == ([], 2, True)
    with ArticleStore.open(load(again)) as restored:
        put(restored, again, 3)
        close(restored, again, 1)
    assert (faults(again), kept(again)) == ([], 3)
    with pytest.raises(UsageFault, match="is not empty"):
        restore(copy, again)
    with pytest.raises(UsageFault, match="holds no backup"):
        restore(tmp_path / "none", tmp_path.parent / f"{tmp_path.name}-new")


def test_a_backup_that_was_looked_into_is_replaced_without_a_trace_of_the_old_one(
    tmp_path: Path, store: ArticleStore
) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    put(store, tmp_path, 1)
    back_up(load(tmp_path), copy)
    looking = sqlite3.connect(copy / "archive.db")  # and killed: SQLite's log of it stays
    looking.execute("UPDATE archive SET sequence = 99")
    looking.commit()
    shutil.copy(copy / "archive.db-wal", copy / "log")
    looking.close()
    (copy / "log").rename(copy / "archive.db-wal")
    put(store, tmp_path, 2)
    back_up(load(tmp_path), copy)
    assert (faults(copy), kept(copy)) == ([], 2)


# An archive that is damaged


def damage(data: Path) -> None:
    """Noise over one page of the database, a leaf with texts."""
    file = data / "archive.db"
    with ArticleStore.open(load(data)) as store, closing(store._engine.raw_connection()) as raw:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as pages:
        pages.seek(file.stat().st_size // 4096 * 3 // 4 * 4096)
        pages.write(noise(7, 4096))


def test_a_damaged_database_takes_no_good_one_s_place(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    put(store, tmp_path, *range(100))
    back_up(load(tmp_path), copy)
    put(store, tmp_path, 100)
    before = bytes_of(copy)
    damage(tmp_path)
    with pytest.raises(ArchiveUnusable, match=r"archive.db: .*restore BACKUP"):
        back_up(load(tmp_path), copy)
    (page,) = warcs(copy)
    assert before.items() - bytes_of(copy).items() == {(f"pages/{page.name}", before[f"pages/{page.name}"])}
    assert page.read_bytes() == warcs(tmp_path)[0].read_bytes(), "new pages are copied all the same"


CHANGES = {
    "four characters of a text": "UPDATE revisions SET body = '四个字变' || substr(body, 5) WHERE sequence = 1",
    "a letter of a title": "UPDATE revisions SET title = 'x' || substr(title, 2) WHERE sequence = 2",
    "a text that is no text": "UPDATE revisions SET body = x'e68b89' WHERE sequence = 1",
    "a day": "UPDATE revisions SET published = '2001-01-01T00:00:00.000000Z' WHERE sequence = 2",
    "an address": "UPDATE revisions SET url = url || 'x' WHERE sequence = 1",
    "a version": "DELETE FROM revisions WHERE sequence = 1",
    "a reason of a withdrawal": "UPDATE revisions SET withdrawn = 'x' WHERE sequence = 1",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_rot_is_not_copied_over_what_is_good(tmp_path: Path, store: ArticleStore, change: str) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    put(store, tmp_path, 1, 2)
    close(store, tmp_path)
    back_up(load(tmp_path), copy)
    before = bytes_of(copy)
    put(store, tmp_path, 3, largest=10_000)
    close(store, tmp_path, 1)
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        raw.execute(change)
    for _again in range(2):
        with pytest.raises(CheckFailed, match=r"rotten: .*archive.db: version [12] .*no good copy was replaced"):
            back_up(load(tmp_path), copy)
        assert before.items() <= bytes_of(copy).items()
        assert len(warcs(copy)) == len(warcs(tmp_path)), "new pages are copied all the same"
        assert (faults(copy), kept(copy)) == ([], 2)


def test_rot_that_nothing_good_could_replace_is_copied_and_said(tmp_path: Path, store: ArticleStore) -> None:
    copy, again = (tmp_path.parent / f"{tmp_path.name}-{name}" for name in ("copy", "again"))
    put(store, tmp_path, 1, 2)
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        raw.execute(CHANGES["a letter of a title"])
    with pytest.raises(CheckFailed, match="version 2 "):
        back_up(load(tmp_path), copy)
    put(store, tmp_path, 3)
    with pytest.raises(CheckFailed, match="version 2 "):
        back_up(load(tmp_path), copy)
    assert kept(copy) == 3, "the copy's text is no better, so what is new comes to it"
    with pytest.raises(CheckFailed, match="restored as it is"):
        restore(copy, again)
    assert kept(again) == 3


def test_rot_in_new_pages_is_said_and_those_behind_it_are_copied(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    put(store, tmp_path, 1)
    back_up(load(tmp_path), copy)
    put(store, tmp_path, 2, 3)
    raw = next(store.changes(after=1)).pages[0]
    with (tmp_path / raw.file).open("r+b") as file:
        file.seek(raw.offset + 500)
        file.write(b"noise")
    with pytest.raises(CheckFailed, match=f"byte {raw.offset} on are damaged"):
        back_up(load(tmp_path), copy)
    assert kept(copy) == 3
    assert Pages(copy).fault(next(store.changes(after=2)).pages[0]) == ""


def test_a_withdrawal_and_a_text_edited_by_hand_are_no_rot(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    put(store, tmp_path, 1, 2)
    (tmp_path / "wencang.toml").write_text("delay = 3\n", encoding="utf-8")
    back_up(load(tmp_path), copy)
    store.withdraw("tibet.cn-1", "asked for")
    (raw,) = store.history("tibet.cn-1")[0].pages
    Pages(tmp_path).withdraw(raw)
    (tmp_path / "wencang.toml").write_text("delay = 4\n", encoding="utf-8")
    back_up(load(tmp_path), copy)
    assert (faults(copy), kept(copy)) == ([], 3)
    (tmp_path / "wencang.toml").write_text("delay = = 5\n", encoding="utf-8")
    with pytest.raises(CheckFailed, match="is not valid TOML"):
        back_up(Settings(tmp_path), copy)
    assert (copy / "wencang.toml").read_text(encoding="utf-8") == "delay = 4\n"


def test_a_chain_of_manifests_that_is_broken_is_not_copied(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    put(store, tmp_path, 1)
    close(store, tmp_path)
    back_up(load(tmp_path), copy)
    put(store, tmp_path, 2)
    path = close(store, tmp_path, 1)
    path.write_bytes(b"\0" * 500)
    with pytest.raises(CheckFailed, match=path.name):
        back_up(load(tmp_path), copy)
    assert [kept.name for kept in manifest.manifests(copy)] == [manifest.manifests(tmp_path)[0].name]


@pytest.mark.parametrize("left", ["nothing", "an empty file"])
def test_no_new_archive_begins_beside_what_is_left_of_another(tmp_path: Path, left: str) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    with ArticleStore.create(load(data)) as store:
        put(store, data, 1, 2)
        close(store, data)
    back_up(load(data), copy)
    (data / "archive.db").unlink()
    if left == "an empty file":
        (data / "archive.db").touch()
    for way_in in (ArticleStore.create, ArticleStore.open):
        with pytest.raises(ArchiveUnusable, match=r"is missing, but its .*restore BACKUP"):
            way_in(load(data))
        assert not (data / "archive.db").exists() or not (data / "archive.db").stat().st_size
        shutil.rmtree(data / "pages", ignore_errors=True)  # the manifests tell, too
    shutil.rmtree(data)
    with ArticleStore.create(load(data)) as anew:
        put(anew, data, 1, 2, 3)
    with pytest.raises(UsageFault, match="it belongs to another archive"):
        back_up(load(data), copy)
    assert (faults(copy), kept(copy)) == ([], 2)


def test_what_only_the_copy_has_is_named_and_stays(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    for day in range(3):
        put(store, tmp_path, 2 * day, 2 * day + 1, largest=9_000)
        close(store, tmp_path, day)
    back_up(load(tmp_path), copy)
    first, second, *_others = warcs(tmp_path)
    (one, other, *_rest) = manifest.manifests(tmp_path)
    lost = [first, second, one, other]
    first.unlink()
    os.truncate(second, second.stat().st_size - 3_000)
    one.unlink()
    other.write_bytes(other.read_bytes().replace(b"wencang", b"wencanG"))
    before = bytes_of(copy)
    put(store, tmp_path, 9, largest=9_000)
    with pytest.raises(ArchiveUnusable) as told:
        back_up(load(tmp_path), copy)
    assert [path.name for path in lost if str(path) in str(told.value)] == [path.name for path in lost]
    assert before.items() - bytes_of(copy).items() == {("archive.db", before["archive.db"])}
    assert kept(copy) == 7, "what is new is copied all the same"
    for path in lost:
        shutil.copy(copy / path.relative_to(tmp_path), path)
    assert back_up(load(tmp_path), copy) == 0
    assert (faults(tmp_path), faults(copy)) == ([], [])


def test_a_takedown_reaches_the_copy_of_a_file_that_is_lost(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    put(store, tmp_path, 0, 1)
    close(store, tmp_path, 0)
    back_up(load(tmp_path), copy)
    (lost,) = warcs(tmp_path)
    lost.unlink()
    (raw,) = next(store.changes()).pages
    store.withdraw(next(store.changes()).article.id, "asked for")
    with pytest.raises(ArchiveUnusable, match=lost.name):
        back_up(load(tmp_path), copy)
    assert Pages(copy).fault(raw, withdrawn="x") == ""
    assert Pages(copy).fault(raw) != ""


def test_a_takedown_of_a_damaged_page_reaches_the_copy(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    put(store, tmp_path, *range(20))
    back_up(load(tmp_path), copy)
    revision = next(store.changes())
    (raw,) = revision.pages
    with (tmp_path / raw.file).open("r+b") as file:
        file.seek(raw.offset + 20)
        file.write(b"noise" * 9)
    store.withdraw(revision.article.id, "asked for")
    back_up(load(tmp_path), copy)
    assert Pages(copy).fault(raw, withdrawn="x") == ""


def test_a_file_that_was_cut_and_written_on_takes_no_advice_that_loses(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    put(store, tmp_path, *range(6))
    back_up(load(tmp_path), copy)
    (file,) = warcs(tmp_path)
    os.truncate(file, file.stat().st_size // 2)
    put(store, tmp_path, 6)
    assert file.stat().st_size < (copy / file.relative_to(tmp_path)).stat().st_size
    before = bytes_of(copy)
    with pytest.raises(UsageFault, match=r"is not the beginning of .*; name an empty folder"):
        back_up(load(tmp_path), copy)
    assert bytes_of(copy) == before


def test_the_rights_of_settings_are_those_of_the_archive(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    settings = tmp_path / "wencang.toml"
    settings.write_text("delay = 3\n", encoding="utf-8")
    settings.chmod(0o644)
    back_up(load(tmp_path), copy)
    settings.chmod(0o600)
    back_up(load(tmp_path), copy)
    assert (copy / "wencang.toml").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_is_told_of_the_copy(tmp_path: Path, store: ArticleStore) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    put(store, tmp_path, *range(50))
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); {_BACKS_UP}"
    done = subprocess.run([sys.executable, "-c", limited, tmp_path, copy], capture_output=True, text=True, cwd=ROOT)
    assert f"{copy}/archive.db" in done.stderr.splitlines()[-1]
    assert "free some space" in done.stderr.splitlines()[-1]


# On the command line


NEW = "http://www.example.cn/1.html"
PAGE_SINCE = (
    "<html><head><title>拉萨河畔的新桥</title></head><body><h1>拉萨河畔的新桥</h1><p>2022-06-01 11:00</p>"
    + "".join(f"<p>第{n}段写得够长，说的是河上的桥怎样一天天架起来，两岸的人怎样等着走过去。</p>" for n in range(5))
    + "</body></html>"
)


def test_the_way_out_that_is_advised_loses_nothing(crawled: Path, tmp_path: Path) -> None:
    backup, old, new = tmp_path / "copy", tmp_path / "old", tmp_path / "a.warc.gz"
    back_up(load(crawled), backup)
    with Pages(tmp_path / "elsewhere") as pages:
        raw = pages.append(replace(PAGE, url=NEW, body=PAGE_SINCE.encode()))
    (tmp_path / "elsewhere" / raw.file).rename(new)
    assert run("import", new, data=crawled).returncode == 0
    with ArticleStore.open(load(crawled)) as store:
        since = (store.sequence(), store.get(NEW))
    damage(crawled)
    advised = run("backup", backup, data=crawled)
    assert (advised.returncode, "restore BACKUP" in advised.stderr) == (3, True), advised.stderr
    crawled.rename(old)
    for command in (["restore", backup], ["import", old / "pages"], ["verify"]):
        done = run(*command, data=crawled)
        assert done.returncode == 0, (command, done)
    with ArticleStore.open(load(crawled)) as store:
        again = store.get(NEW)
        assert since[1]
        assert again
        assert (store.sequence(), again.article, again.fetched) == (since[0], since[1].article, since[1].fetched)
    assert back_up(load(crawled), backup) > 0
    assert not (crawled / "backup.lock").exists()


def test_on_the_command_line(crawled: Path, tmp_path: Path) -> None:
    done = run("backup", tmp_path / "copy", data=crawled)
    assert (done.returncode, "MB of raw pages added" in done.stdout) == (0, True), done.stderr
    assert run("verify", data=tmp_path / "copy").returncode == 0
    done = run("restore", tmp_path / "copy", data=tmp_path / "new")
    assert (done.returncode, "wencang index" in done.stdout) == (0, True), done.stderr
    assert run("index", data=tmp_path / "new").returncode == 0
    assert run("verify", data=tmp_path / "new").returncode == 0
    assert run("援藏", data=tmp_path / "new").stdout == run("援藏", data=crawled).stdout
    assert run("restore", tmp_path / "copy", data=tmp_path / "new").returncode == 2
    assert run("backup", tmp_path / "x", data=tmp_path / "none").returncode == 3
    forge_time(tmp_path / "copy")
    assert run("verify", data=tmp_path / "copy").returncode == 6
