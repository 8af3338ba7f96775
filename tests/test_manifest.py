"""Manifests: each run's in a chain, an old one kept elsewhere, and whatever is forged behind their back."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ArchiveUnusable, UsageFault
from archive.proof import manifest
from archive.settings import load
from archive.storage.folder import Folder
from archive.store import ArticleStore
from tests.support.pages import ARTICLE, THEN, close, file_of, forge_time, manifests, noise, put, warcs
from tests.support.program import run
from tests.support.sample import EXPECTED


def faults(store: ArticleStore, data: Path) -> list[str]:
    return list(manifest.verify(store, Folder(data)))


def test_a_manifest_tells_what_was_added(tmp_path: Path, store: ArticleStore) -> None:
    put(store, tmp_path, 1, 2)
    first = close(store, tmp_path)
    put(store, tmp_path, 3, 4, largest=15_000)
    second = close(store, tmp_path, 1)
    assert (first.name, second.name) == ("000001-20220601T030000Z.jsonl", "000002-20220602T030000Z.jsonl")
    head, *rest = map(json.loads, second.read_text(encoding="utf-8").splitlines())
    assert (head["number"], head["first"], head["last"], head["made"]) == (2, 3, 4, "2022-06-02T03:00:00+00:00")
    assert head["previous"] == hashlib.sha256(first.read_bytes()).hexdigest()
    spans = [line for line in rest if "file" in line]
    assert [span["file"] for span in spans] == [f"pages/{path.name}" for path in warcs(tmp_path)]
    for span in spans:
        added = (tmp_path / span["file"]).read_bytes()[span["start"] : span["end"]]
        assert hashlib.sha256(added).hexdigest() == span["sha256"]
    for line, revision in zip(rest[len(spans) :], store.between(3, 4), strict=True):
        assert (line["sequence"], line["digest"]) == (revision.sequence, revision.article.digest)
        (page,) = line["pages"]
        assert (page["offset"], page["sha256"]) == (revision.pages[0].offset, revision.pages[0].sha256)
    assert faults(store, tmp_path) == []


def test_a_run_that_added_nothing_makes_none_and_one_that_was_killed_is_taken_in_by_the_next(
    tmp_path: Path, store: ArticleStore
) -> None:
    assert manifest.close(store, Folder(tmp_path), THEN) is None
    put(store, tmp_path, 1)
    close(store, tmp_path)
    assert manifest.close(store, Folder(tmp_path), THEN) is None
    put(store, tmp_path, 2)  # and killed
    assert faults(store, tmp_path) == [], "what no manifest holds yet is no fault"
    put(store, tmp_path, 3)
    head = manifest.read_head(file_of(close(store, tmp_path, 1)))
    assert (head.number, head.first, head.last) == (2, 2, 3)
    assert faults(store, tmp_path) == []


_STEPS = st.lists(st.sampled_from(["put", "two", "close", "tear", "zeros"]), max_size=12)


@given(_STEPS)
@settings(max_examples=30)
def test_whatever_happens_between_the_chain_has_no_gap(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    data = tmp_path_factory.mktemp("chain")
    with ArticleStore.create(load(data)) as store:
        for n, step in enumerate([*steps, "put", "close"]):
            match step:
                case "put" | "two":
                    put(store, data, *([n] if step == "put" else [n, n + 100]), largest=12_000)
                case "close":
                    manifest.close(store, Folder(data), THEN + timedelta(days=n))
                case _ if (data / "pages").exists():
                    with warcs(data)[-1].open("ab") as file:
                        file.write(gzip.compress(noise(n))[:500] if step == "tear" else bytes(300))
        assert faults(store, data) == []
        covered, last = dict[str, int](), 0
        for path in manifests(data):
            head = manifest.read_head(file_of(path))
            assert head.first == last + 1
            last = head.last
            for span in manifest.read_spans(file_of(path)):
                assert span.start == covered.get(span.file, 0)
                covered[span.file] = span.end
        assert last == store.sequence()
        for revision in store.between(1, last):
            assert all(raw.offset < covered[raw.file] for raw in revision.pages)


_CLOSES = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from archive.proof import manifest
from archive.article import Article
from archive.settings import load
from archive.storage.folder import Folder
from archive.store import ArticleStore
with ArticleStore.open(load(Path(sys.argv[1]))) as store:
    for n in range(15):
        store.put(Article(f"http://www.tibet.cn/{sys.argv[2]}/{n}", f"题 {sys.argv[2]} {n}", "文"))
        manifest.close(store, Folder(Path(sys.argv[1])), datetime.now(UTC))
"""


def test_two_runs_that_end_at_once_make_one_chain(tmp_path: Path, store: ArticleStore) -> None:
    runs = [subprocess.Popen([sys.executable, "-c", _CLOSES, tmp_path, name]) for name in "ab"]
    assert [run.wait(60) for run in runs] == [0, 0]
    assert faults(store, tmp_path) == []
    assert manifest.read_head(file_of(manifests(tmp_path)[-1])).last == 30


@pytest.mark.parametrize("left", [0, 1])
def test_manifests_that_were_lost_are_missed(tmp_path: Path, store: ArticleStore, left: int) -> None:
    for day in range(2):
        put(store, tmp_path, 2 * day, 2 * day + 1)
        close(store, tmp_path, day)
    put(store, tmp_path, 9)  # by a run that was killed
    assert faults(store, tmp_path) == []
    for path in manifests(tmp_path)[left:]:
        path.unlink()
    (fault,) = faults(store, tmp_path)
    assert f"manifests: no manifest lists versions {2 * left + 1} to 4, whose run has ended" in fault


def test_an_archive_that_lost_revisions_is_not_gone_on_with(tmp_path: Path, store: ArticleStore) -> None:
    put(store, tmp_path, 1, 2)
    close(store, tmp_path)
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        raw.execute("UPDATE archive SET sequence = 1")
    with pytest.raises(ArchiveUnusable, match="ends at 1"):
        manifest.close(store, Folder(tmp_path), THEN)


# What is forged


def forge_text(data: Path) -> str:
    """With its digest, so that the archive alone does not tell."""
    digest = replace(ARTICLE, title="题1", body="forged").digest
    with sqlite3.connect(data / "archive.db") as raw:
        raw.execute("UPDATE revisions SET body = 'forged', digest = ? WHERE sequence = 1", (digest,))
    return "version 1, http://www.tibet.cn/1.html: digest differs from the manifest"


def lose_revision(data: Path) -> str:
    with sqlite3.connect(data / "archive.db") as raw:
        raw.execute("DELETE FROM revisions WHERE sequence = 2")
    return "version 2, http://www.tibet.cn/2.html, is not in the archive"


def forge_request(data: Path) -> str:
    """A record no revision points at, zipped again to the same length."""
    (path,) = warcs(data)
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + bytes([whole[4] ^ 1]) + whole[5:])  # a time in gzip's header, that no CRC covers
    return "bytes 0 to "


def shorten(data: Path) -> str:
    (path,) = warcs(data)
    path.write_bytes(path.read_bytes()[:-1])
    return "ends before byte"


def lose_pages(data: Path) -> str:
    warcs(data)[0].unlink()
    return "is missing"


def change(number: int, old: bytes, new: bytes) -> Callable[[Path], None]:
    def forge(data: Path) -> None:
        path = manifests(data)[number - 1]
        path.write_bytes(path.read_bytes().replace(old, new))

    return forge


def forge_manifest(data: Path) -> str:
    change(1, b"wencang", b"wencanG")(data)
    return "the manifest before it is not the one it refers to"


def spoil_manifest(data: Path) -> str:
    change(2, b'"number"', b'"nummer"')(data)
    return "is not a valid manifest"


def lose_manifest(data: Path) -> str:
    manifests(data)[1].unlink()
    return "manifest 2 is missing before it"


def leave_a_line_out(data: Path) -> str:
    """Of the newest, that no other vouches for."""
    path = manifests(data)[-1]
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    return "versions that are missing in it: 1"


def leave_a_revision_out(data: Path) -> str:
    path = manifests(data)[-1]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if b'"sequence": 5' not in line))
    return "version 5 is missing in it"


def cut_a_line(data: Path) -> str:
    path = manifests(data)[-1]
    path.write_bytes(path.read_bytes()[:-20])
    return "can't be compared"


FORGED = [
    forge_text, forge_time, lose_revision, forge_request, shorten, lose_pages, forge_manifest, spoil_manifest,
    lose_manifest, leave_a_line_out, leave_a_revision_out, cut_a_line,
]  # fmt: skip


@pytest.mark.parametrize("forge", FORGED, ids=lambda forge: str(forge.__name__))
def test_what_is_forged_is_named(tmp_path: Path, store: ArticleStore, forge: Callable[[Path], str]) -> None:
    for day in range(3):
        put(store, tmp_path, 2 * day + 1, 2 * day + 2)
        close(store, tmp_path, day)
    assert faults(store, tmp_path) == []
    told = forge(tmp_path)
    found = faults(store, tmp_path)
    assert [fault for fault in found if told in fault], found
    assert {fault.split(":")[0] for fault in found} <= {str(path) for path in manifests(tmp_path)}


# One kept elsewhere


def test_one_kept_elsewhere_tells_of_a_chain_made_anew(tmp_path: Path, store: ArticleStore) -> None:
    put(store, tmp_path, 1, 2)
    elsewhere = shutil.copy(close(store, tmp_path), tmp_path / "kept.jsonl")
    put(store, tmp_path, 3)
    close(store, tmp_path, 1)
    kept = Path(elsewhere)
    assert list(manifest.verify_kept(file_of(kept), store, Folder(tmp_path))) == []
    forge_text(tmp_path)
    shutil.rmtree(tmp_path / "manifests")
    close(store, tmp_path, 2)
    assert faults(store, tmp_path) == [], "the archive agrees with itself"
    other, differs = manifest.verify_kept(file_of(kept), store, Folder(tmp_path))
    assert "manifest 1 of the archive differs" in other
    assert "version 1" in differs
    shutil.rmtree(tmp_path / "manifests")
    assert "has no manifest 1" in next(manifest.verify_kept(file_of(kept), store, Folder(tmp_path)))


@pytest.mark.parametrize("text", ["", "{}", "[]", "no JSON", '{"manifest": 1}', "\xff"])
def test_what_is_no_manifest_is_said(tmp_path: Path, store: ArticleStore, text: str) -> None:
    (tmp_path / "file").write_text(text, encoding="latin-1")
    for name in ("file", "missing"):
        with pytest.raises(UsageFault, match="is not a valid manifest"):
            list(manifest.verify_kept(file_of(tmp_path / name), store, Folder(tmp_path)))


# By other people's tools


def shell(command: str, folder: Path) -> str:
    command = f"set -o pipefail; {command} | sha256sum"
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[0]


def test_standard_tools_tell_the_same(tmp_path: Path, store: ArticleStore) -> None:
    put(store, tmp_path, 1, 2)
    first = close(store, tmp_path)
    put(store, tmp_path, 3, 4)
    head, span, *revisions = map(json.loads, close(store, tmp_path, 1).read_text(encoding="utf-8").splitlines())
    assert shell(f"cat manifests/{first.name}", tmp_path) == head["previous"]
    start, end = span["start"], span["end"]
    assert shell(f"tail -c +{start + 1} {span['file']} | head -c {end - start}", tmp_path) == span["sha256"]
    for line in revisions:
        (page,) = line["pages"]
        warcio = f"{sys.executable} -m warcio.cli extract --payload {page['file']} {page['offset']}"
        assert shell(warcio, tmp_path) == page["sha256"]


# On the command line


def test_each_run_closes_with_a_manifest_and_verify_reads_it(crawled: Path, tmp_path: Path) -> None:
    (path,) = manifests(crawled)
    aside = path.rename(tmp_path / "aside")
    lost = run("verify", data=crawled)
    assert (lost.returncode, f"lists versions 1 to {len(EXPECTED)}" in lost.stdout) == (6, True), lost.stdout
    assert f"which the next run will add: {len(EXPECTED)}" in lost.stderr
    aside.rename(path)
    head = manifest.read_head(file_of(path))
    assert (head.first, head.last) == (1, len(EXPECTED))
    page = tmp_path / "a.txt"
    page.write_text("拉萨河畔的新桥\n2022年6月1日 10:00\n第一段写得够长，足以当作正文来读。", encoding="utf-8")
    for _again in range(2):
        assert run("import", page, data=crawled).returncode == 0
    done = run("verify", data=crawled)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    assert "manifests 2" in done.stderr
    assert run("verify", "--manifest", path, data=crawled).returncode == 0
    assert run("verify", "--manifest", tmp_path / "no", data=crawled).returncode == 2
    forge_time(crawled)
    for command in (["verify"], ["verify", "--manifest", path]):
        done = run(*command, data=crawled)
        assert (done.returncode, "fetched differs from the manifest" in done.stdout) == (6, True)
