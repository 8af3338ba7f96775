"""A data folder that somebody else made: nothing in it runs, and nothing outside of it is read, written or deleted."""

from __future__ import annotations

import json
import os
import pickle
import random
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from archive.article import Article
from archive.disk import atomic_write
from archive.errors import ArchiveUnusable, WencangError
from archive.lock import exclusive
from archive.proof.backup import back_up
from archive.settings import load
from archive.store import ArticleStore
from archive.warc.pages import Pages
from indexer import update
from indexer.engines.engine import open_engine
from indexer.question.parser import parse_query
from tests.support.pages import PAGE, close, put
from tests.support.program import run
from tests.support.sample import ROOT, indexed
from wencang import open as open_archive


class Shot:
    """A pickle of it creates a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.mkdir, (str(self.file),)


def in_contents(folder: Path, shot: Shot, version: int = -111) -> None:
    """A table of contents with a shot for its schema and its segments."""
    (contents,) = folder.glob("_MAIN_*.toc")
    before, schema = contents.read_bytes(), pickle.dumps(shot, 2)
    head = bytes((4, 8, 4)) + struct.pack("!ii", -12345, version) + bytes((2, 7, 5, len(schema))) + schema
    number = int(contents.stem.rpartition("_")[2])
    assert before.startswith(head[:3])
    contents.write_bytes(head + struct.pack("!ii", number, 0) + pickle.dumps([shot], 4))


def in_stored_fields(folder: Path, shot: Shot) -> None:
    for file in folder.glob("*._stored.*"):
        stored = pickle.dumps({"id": shot, "facets": shot}, 2)
        block = zlib.compress(stored)
        file.write_bytes(pickle.dumps((0, 0, len(block), ((0, len(stored)),)), 2) + block)


def in_a_column(folder: Path, shot: Shot) -> None:
    for file in folder.glob("*._stored.*"):
        file.write_bytes(pickle.dumps(shot, 4) + file.read_bytes())


def in_the_terms(folder: Path, shot: Shot) -> None:
    for file in folder.glob("*.trm"):
        terms, extras = file.read_bytes(), pickle.dumps({"fieldmap": shot}, 4)
        length = struct.unpack("!i", terms[-4:])[0]
        file.write_bytes(terms[: -4 - length] + extras + struct.pack("!i", len(extras)))


def in_the_postings(folder: Path, shot: Shot) -> None:
    for file in folder.glob("*.pst"):
        size = file.stat().st_size
        short, long = pickle.dumps(shot, 0), zlib.compress(pickle.dumps(shot, 2))
        file.write_bytes((short + long) * (size // len(short + long) + 1))


SHOTS: dict[str, Callable[[Path, Shot], None]] = {
    "the table of contents": in_contents,
    "a table of contents of an old version": lambda folder, shot: in_contents(folder, shot, -110),
    "the stored fields": in_stored_fields,
    "the head of a column": in_a_column,
    "the terms": in_the_terms,
    "the postings": in_the_postings,
}


def ask(folder: Path) -> None:
    with open_engine("whoosh", folder) as engine:
        for word in ("西藏", "援藏 招商引资", '"西藏"'):
            engine.search(parse_query(word, engine.analyzer), facets=True)


@pytest.mark.parametrize("place", SHOTS)
def test_an_index_runs_nothing(tmp_path: Path, place: str) -> None:
    with indexed(tmp_path, "whoosh") as (store, _engine):
        folder, mark = update.index_folder(tmp_path, "whoosh"), tmp_path / "mark"
        SHOTS[place](folder, Shot(mark))
        with pytest.raises(WencangError, match=r"is damaged .*--rebuild"):
            ask(folder)
        assert not mark.exists()
        update.rebuild(store, tmp_path, "whoosh")
        assert list(tmp_path.glob("mark*")) == []


def test_an_index_runs_nothing_while_it_is_written(tmp_path: Path) -> None:
    for place, shoot in SHOTS.items():
        data = tmp_path / place.replace(" ", "")
        with indexed(data, "whoosh") as (store, engine):
            shoot(update.index_folder(data, "whoosh"), Shot(data / "mark"))
            store.put(Article(url="http://www.tibet.cn/new", title="新", body="新的一篇。"))
            for _again in range(9):
                with suppress(WencangError):
                    engine.write(store.changes())
            assert not (data / "mark").exists()


def test_on_the_command_line_that_is_one_line(tmp_path: Path) -> None:
    with indexed(tmp_path, "whoosh"):
        pass
    in_contents(update.index_folder(tmp_path, "whoosh"), Shot(tmp_path / "mark"))
    done = run("西藏", data=tmp_path)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (3, "", 1), done.stderr
    assert "index --rebuild" in done.stderr
    assert not (tmp_path / "mark").exists()


# Links


@pytest.mark.parametrize(
    "link", ["archive.db", "pages", "pages/20220601T000000Z-00001.warc.gz", "manifests", "index", "index/whoosh",
             "index/whoosh/7", "index/whoosh/1/MAIN.tmp", "feeds", "feeds/x.atom"],
)  # fmt: skip
def test_a_link_is_refused(tmp_path: Path, link: str) -> None:
    outside, data = tmp_path / "outside", tmp_path / "data"
    with ArticleStore.create(load(data)) as store:
        put(store, data, 1)
        close(store, data)
        update.rebuild(store, data, "whoosh")
    outside.mkdir()
    (outside / "state.json").write_text("mine")
    target = outside if (data / link).is_dir() or "." not in link or link.endswith("tmp") else outside / "state.json"
    if (data / link).is_dir():
        shutil.rmtree(data / link)
    (data / link).parent.mkdir(parents=True, exist_ok=True)
    (data / link).unlink(missing_ok=True)
    (data / link).symlink_to(target)
    for command in (["status"], ["西藏"], ["index", "--rebuild"], ["backup", tmp_path / "copy"]):
        done = run(*command, data=data)
        assert (done.returncode, len(done.stderr.splitlines())) == (3, 1), (command, done.stderr)
        assert "is a symbolic link" in done.stderr
    assert [path.name for path in outside.iterdir()] == ["state.json"]
    assert (outside / "state.json").read_text() == "mine"


@pytest.mark.parametrize("name", ["crawl.lock", "manifest.lock", "lexicon.lock", "index/whoosh.lock"])
def test_a_lock_that_is_a_link_empties_nothing(tmp_path: Path, name: str) -> None:
    data, outside = tmp_path / "data", tmp_path / "outside"
    outside.write_text("mine")
    (data / name).parent.mkdir(parents=True)
    (data / name).symlink_to(outside)
    with pytest.raises(ArchiveUnusable, match="is a symbolic link"), exclusive(data / name):
        pass
    (data / name).unlink()
    (data / name).hardlink_to(outside)
    with exclusive(data / name):
        pass
    assert outside.read_text() == "mine"


@pytest.mark.parametrize("name", ["archive.db", "lexicon.txt", "watches.toml", "notices.json"])
def test_a_part_that_is_a_link_is_not_written_through(tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (tmp_path / f"{name}.part").symlink_to(outside)
    with atomic_write(tmp_path / name) as file:
        file.write(b"ours")
    assert (outside.read_text(), (tmp_path / name).read_text()) == ("mine", "ours")


def test_the_data_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "disk")
    with ArticleStore.create(load(tmp_path / "data")) as store:
        put(store, tmp_path / "data", 1)
    back_up(load(tmp_path / "data"), tmp_path / "copy")


# What the database says


def change(data: Path, *statements: str) -> None:
    with sqlite3.connect(data / "archive.db") as raw:
        for statement in statements:
            raw.execute(statement)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An archive of three articles with their raw pages, a manifest and an index."""
    data = tmp_path / "data"
    with ArticleStore.create(load(data)) as store:
        put(store, data, 1, 2, 3)
        close(store, data)
        update.rebuild(store, data, "whoosh")
    return data


NAMES = ["../outside", "/etc/hostname", "pages/../../outside.warc.gz", "pages/x.warc.gz\n", 5]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "command", [["verify"], ["remove", "tibet.cn-1", "--reason", "x", "--yes"], ["show", "tibet.cn-1"]]
)
def test_a_raw_page_lies_in_its_folder(tmp_path: Path, data: Path, name: object, command: list[str]) -> None:
    outside = tmp_path / "outside"
    with Pages(tmp_path / "x") as pages:
        raw = pages.append(PAGE)
    (tmp_path / "x" / raw.file).rename(outside)
    before = outside.read_bytes()
    with sqlite3.connect(data / "archive.db") as database:
        page = json.dumps([[name, raw.offset, raw.record_id, raw.sha256]])
        database.execute("UPDATE revisions SET pages = ?, withdrawn = NULL WHERE sequence = 1", (page,))
    done = run(*command, data=data)
    assert done.returncode == (6 if command == ["verify"] else 3), (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert outside.read_bytes() == before


@pytest.mark.parametrize(
    "code",
    [
        "CREATE TRIGGER t AFTER INSERT ON revisions BEGIN DELETE FROM revisions; END",
        "CREATE TRIGGER t BEFORE UPDATE ON archive BEGIN SELECT 1; END",
        "CREATE VIEW v AS SELECT * FROM revisions",
        "CREATE VIRTUAL TABLE f USING fts5(x)",
    ],
)
def test_code_in_the_database_is_refused(tmp_path: Path, data: Path, code: str) -> None:
    change(data, code)
    for command in (["status"], ["backup", tmp_path / "copy"], ["index"], ["题1"]):
        done = run(*command, data=data)
        assert (done.returncode, len(done.stderr.splitlines())) == (3, 1), done.stderr
        assert "that wencang did not make" in done.stderr


VALUES: list[object] = ["x", "", 7, -1, 2.5, b"\xff\x00", "[]", "{}", "[[1]]", "null", '{"a": {"b": "c"}}', "[" * 5000,
                        "2022-06-01", "9" * 40, None]  # fmt: skip


def columns() -> list[tuple[str, str]]:
    from archive.store import schema

    return [(table.name, column.name) for table in schema.metadata.tables.values() for column in table.columns]


@pytest.mark.parametrize(("table", "column"), columns())
def test_a_value_of_another_type_is_damage_in_one_line(data: Path, table: str, column: str) -> None:
    change(
        data, "INSERT INTO sections VALUES ('l', 's', NULL, '2022-06-01T00:00:00.000000Z', 9, 1, NULL, '', '')",
        "INSERT INTO candidates VALUES ('http://www.tibet.cn/9', 'tibet.cn', 'l', '2022-06-01T00:00:00.000000Z', NULL,"
        " NULL, 1, NULL, '')",
        "INSERT INTO pictures VALUES ('http://p', 'http://www.tibet.cn/1.html', 'tibet.cn', NULL, 0, NULL)",
        "INSERT INTO runs VALUES ('tibet.cn', '2022-06-02T00:00:00.000000Z', 1, 0, 0, '2022-06-01T00:00:00.000000Z',"
        " 1.5, 1, 0, 0, 0, 0, 1, 9, '{}', '[]', 'x', 'finished', 0)",
        "INSERT INTO watches VALUES ('w', 'q', 1, 'f', '2022-06-01T00:00:00.000000Z')",
    )  # fmt: skip
    pristine = (data / "archive.db").read_bytes()
    for value in random.Random(f"{table}.{column}").sample(VALUES, 3):
        (data / "archive.db").write_bytes(pristine)
        with sqlite3.connect(data / "archive.db") as raw:
            try:
                raw.execute("PRAGMA ignore_check_constraints=ON")
                raw.execute(f"UPDATE {table} SET {column} = ?", (value,))
            except sqlite3.IntegrityError:
                continue
        use(data)


def use(data: Path) -> None:
    """Everything that reads an archive; errors of ours are answers."""

    def tried(call: Callable[[], Any]) -> None:
        try:
            result = call()
            if hasattr(result, "rows"):
                list(result.rows())
            if hasattr(result, "to_json"):
                json.dumps(result.to_json())
        except WencangError as error:
            lines.append(str(error))

    lines: list[str] = []
    with open_archive(data) as archive:
        tried(lambda: archive.status(max_age="1h"))
        tried(lambda: archive.verify())
        tried(lambda: archive.runs())
        tried(lambda: archive.gaps())
        tried(lambda: list(archive.search("题1").hits))
        tried(lambda: archive.show("tibet.cn-1"))
        tried(lambda: archive.export(out=data.parent / "out.jsonl"))
        tried(lambda: archive.history("tibet.cn-1"))
        tried(lambda: archive.backup(data.parent / "copy"))
        tried(lambda: archive.stories())
    shutil.rmtree(data.parent / "copy", ignore_errors=True)
    assert not any("\n" in line for line in lines)


# Rights


def rights(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


@pytest.mark.parametrize(
    ("given", "folder", "file"), [(0, "0o700", "0o600"), (0o750, "0o750", "0o640"), (0o700, "0o700", "0o600")]
)
def test_new_files_are_private_as_their_folder_is(tmp_path: Path, given: int, folder: str, file: str) -> None:
    data = tmp_path / "data"
    if given:
        data.mkdir()
        data.chmod(given)
    with ArticleStore.create(load(data)) as store:
        put(store, data, 1)
        close(store, data)
        update.rebuild(store, data, "whoosh")
        back_up(load(data), tmp_path / "copy")
        paths = [data, *data.rglob("*")]
        assert {rights(path) for path in paths if path.is_file()} == {file}
        assert {rights(path) for path in paths if path.is_dir() and path.name != "MAIN.tmp"} == {folder}
    assert {rights(path) for path in (tmp_path / "copy").rglob("*") if path.is_file()} <= {"0o600", file}
    assert rights(tmp_path / "copy") == "0o700"


# What is printed


def test_control_characters_are_escaped_in_json(tmp_path: Path) -> None:
    title = "题\u202e\u009b31m\x1b]0;\u2066"
    with ArticleStore.create(load(tmp_path)) as store:
        store.put(Article(url="http://www.tibet.cn/1", title=title, body="正文\u202e", id="x"))
    shown = run("show", "x", "--json", data=tmp_path).stdout
    assert json.loads(shown)["title"] == title
    assert not {"\u202e", "\u009b", "\x1b", "\u2066"} & set(shown)
    listed = run("stories", "--json", data=tmp_path)
    assert listed.returncode in (0, 1), listed.stderr


FAULT = re.compile("Traceback|Exception|Error|wencang:")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["status", "--version", "help", "题1", "show tibet.cn-1", "verify", "export 题1"])
def test_a_closed_stream_is_no_fault(data: Path, closed: str, command: str) -> None:
    line = f'exec "{sys.executable}" "{ROOT}/search_cli.py" --data "{data}" {command} {closed}'
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60)
    assert (done.returncode, FAULT.findall(done.stderr)) == (0, []), done


@pytest.mark.parametrize("command", ["status", "help --man", "题1 --json", "crawl --help", "check --help", "verify"])
def test_a_reader_that_leaves_ends_it_quietly(data: Path, command: str) -> None:
    line = f'"{sys.executable}" "{ROOT}/search_cli.py" --data "{data}" {command} | true'
    done = subprocess.run(
        ["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode in (0, 1, 141), done
    assert FAULT.findall(done.stderr) == []
