"""What is said when something is in the way: one plain line in the user's language, with the way out."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import translation
from pathlib import Path

import pytest
from rich.cells import cell_len

from archive import clock, settings
from archive.errors import ArchiveUnusable, UsageFault
from archive.lock import exclusive
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.ledger import Candidate, Ledger, Run
from archive.text import messages
from archive.text.messages import TEMPLATES, Message, Reason, of_error
from tests.support.program import Wencang, run
from tests.support.sample import ROOT, SAMPLE
from wencang.catalog import CATALOGS
from wencang.cli.language import translated
from wencang.desk.watch import watch

LIST = "http://www.tibet.cn/cn/news/zx/"


# A folder that can't be written


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder as on a disk that is mounted so."""
    for options in (["--bind", str(folder), str(folder)], ["-o", "remount,ro,bind", str(folder)]):
        if subprocess.run(["mount", *options], capture_output=True).returncode:
            pytest.skip("needs the right to mount a disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_what_writes_finds_out_at_once_and_what_reads_goes_on(crawled: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("题\n文\n")
    with read_only(crawled):
        for words in (
            ["crawl", "tibet_cn"], ["import", page], ["index"], ["reextract"], ["lexicon", "add", "央金多"],
            ["watch", "add", "aid", "援藏"], ["timestamp", "--url", "http://127.0.0.1:1/"],
        ):  # fmt: skip
            done = run(*words, data=crawled, http_proxy="http://127.0.0.1:1")
            assert (done.returncode, done.stdout) == (3, ""), words
            (line,) = done.stderr.splitlines()
            assert line.startswith(f"wencang: {crawled}"), line
            assert line.endswith("; free some space, fix its permissions, or name another folder"), line
        assert run("西藏", data=crawled).returncode == 0


def test_a_lock_that_can_not_be_made_names_its_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(ArchiveUnusable, match=r"/file: .*; free some space, fix its permissions"),
        exclusive(tmp_path / "file" / "a"),
    ):
        pass


# Reasons


def test_reasons_are_kept_as_codes_and_shown_in_the_users_language(wencang: Wencang, tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path / "data")) as store:
        ledger, now = Ledger(store), clock.now()
        ledger.note_run(Run("tibet.cn", now, 1, 0, 1, started=now, reasons={Reason.NO_ROWS: 1}, ended="finished"))
        for n, reason in enumerate((Reason.NO_NEWS, Reason.SHORT.format(count=13))):
            ledger.note_candidates([Candidate(f"{LIST}{n}.html", "tibet.cn", LIST, now, None, now, reason=reason)])
    english, chinese = (wencang("gaps", "--all", LANGUAGE=name).stdout for name in ("en", "zh"))
    assert "photo, video or about the site" in english
    assert "only 13 characters of running text" in english
    assert "photo" not in chinese
    assert "13 characters" not in chinese
    assert "13" in chinese
    assert "no list has any rows" in wencang("runs").stdout
    assert "no list" not in wencang("runs", LANGUAGE="zh").stdout
    assert "no list has any rows" in wencang("runs", "--json", LANGUAGE="zh").stdout


REASONS = [value for value in vars(Reason).values() if isinstance(value, Message)]


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_a_message_can_be_stored_and_is_worded_when_it_is_shown(
    reason: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = TEMPLATES[reason.code]
    assert isinstance(template, str)
    names = re.findall(r"{(\w+)}", template)
    whole = reason.format(**dict.fromkeys(names, Reason.NO_TITLE)) if names else reason
    assert str(whole) == whole.english == template.format(**dict.fromkeys(names, "it has no title"))
    chinese = translation("wencang", CATALOGS, ["zh"]).gettext
    monkeypatch.setattr(messages, "_", chinese)
    assert str(whole) == chinese(template).format(**dict.fromkeys(names, chinese("it has no title")))
    assert whole.english == template.format(**dict.fromkeys(names, "it has no title"))
    stored = json.dumps(whole.stored())
    assert Message.restored(json.loads(stored)) == whole
    assert hash(Message.restored(json.loads(stored))) == hash(whole)


def test_a_message_of_a_newer_program_is_shown_by_its_code() -> None:
    assert str(Message.restored({"code": "tomorrow", "count": 3})) == "tomorrow"


def test_errors_of_the_network_are_told_in_words(wencang: Wencang) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/1.html"
    done = wencang("extract", address)
    assert (done.returncode, done.stderr) == (
        5,
        f"wencang: {address}: robots.txt can't be read: the host refuses the connection\n",
    )
    assert of_error(socket.gaierror(-2, "Name or service not known")) == Reason.NO_HOST
    assert of_error(OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))) == Message("ENETUNREACH")
    assert str(of_error(OSError(errno.ENETUNREACH, "of another library"))) == "of another library"
    assert str(of_error(LookupError("x"))) == "LookupError x"


def test_a_wrong_number_is_called_one() -> None:
    assert translated("Invalid value for '--max-time': 'a' is not a valid float range.").endswith("is not a number.")
    assert translated("Invalid value for '--limit': 'a' is not a valid int range.").endswith("is not a whole number.")


def test_an_import_of_what_is_no_warc(wencang: Wencang, tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(b"\x00\x01\xfe raw bytes\n" * 9)
    done = wencang("import", tmp_path / "a.warc")
    assert done.returncode == 5
    assert f"failed: {tmp_path}/a.warc: record 1: it does not begin like one\n" in done.stderr


# Files that a person edits


@pytest.mark.parametrize("name", ["wencang.toml", "watches.toml"])
def test_a_file_of_any_editor(name: str, tmp_path: Path) -> None:
    def read() -> object:
        return settings.load(tmp_path, {}).contact if name == settings.FILE else watch.read(tmp_path)["contact"]

    file = tmp_path / name
    file.write_text('contact = "西藏@example.org"\n', encoding="utf-8-sig")
    assert read() == "西藏@example.org"
    file.write_text('contact = "西藏@example.org"\n', encoding="gbk")
    with pytest.raises(UsageFault, match=rf"{name}: is not valid UTF-8; save the file as UTF-8"):
        read()
    file.write_text('# one\ncontact "x"\n')
    with pytest.raises(UsageFault, match=rf"{name}:2: is not valid TOML"):
        read()


# What was done


@pytest.mark.parametrize("command", ["schedule", "watch", "lexicon"])
def test_a_command_of_commands_shows_them(command: str, wencang: Wencang) -> None:
    done = wencang(command)
    assert (done.returncode, "  remove " in done.stdout) == (0, True)


def test_a_manifest_that_is_missing(crawled: Path) -> None:
    done = run("verify", "--manifest", "/nope", data=crawled)
    assert (done.returncode, done.stderr) == (2, "wencang: /nope: is missing; name the file of a manifest\n")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_to_try_stands_in_two_columns(language: str, crawled: Path) -> None:
    lines = [line for line in run(data=crawled, LANGUAGE=language).stdout.splitlines() if line.startswith("  wencang")]
    assert len({cell_len(line[: line.rindex("  ")]) for line in lines}) == 1


def test_a_replay_that_is_interrupted_ends_as_its_command_does() -> None:
    waits = "import time\ntry: print(1, flush=True); time.sleep(60)\nexcept KeyboardInterrupt: time.sleep(1); exit(7)"
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler.http.replay", SAMPLE, "--", sys.executable, "-c", waits],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "1\n"
    os.killpg(process.pid, signal.SIGINT)
    _out, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (7, "")
