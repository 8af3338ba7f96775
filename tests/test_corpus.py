"""A frozen corpus: what stands in the bag, by a library that reads bags, and what becomes of its articles."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bagit
import pytest

from archive.article import Article, Revision
from archive.disk import atomic_folder
from archive.errors import UsageFault
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.chronology import in_order
from tests.support.program import run
from tests.support.sample import ARTICLES, LINES
from wencang.desk.freeze import bag, corpus

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
INFO = [("Query", "援藏\n\u2028 招商"), ("Frozen", NOON.isoformat())]
SOME = ARTICLES[:6]


@pytest.fixture
def kept(store: ArticleStore) -> ArticleStore:
    for article in SOME:
        store.put(article, NOON)
    return store


def frozen(store: ArticleStore, folder: Path, whole: bool = True) -> Path:
    folder.mkdir()
    assert corpus.freeze(folder, in_order(store), INFO, whole) == len(SOME)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# The bag


@pytest.mark.parametrize("whole", [True, False])
def test_a_library_of_bags_takes_it(kept: ArticleStore, tmp_path: Path, whole: bool) -> None:
    made = frozen(kept, tmp_path / "bag", whole)
    assert list(bag.faults(made)) == []
    read = bagit.Bag(str(made))
    read.validate()
    assert (read.version_info, read.encoding, read.algorithms) == ((1, 0), "UTF-8", ["sha256"])
    assert read.info["Query"] == "援藏 招商"
    assert (read.info["Articles"], read.info["Text"]) == (str(len(SOME)), "whole" if whole else "none")
    assert set(read.tagfile_entries()) == {"README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt"}


def test_frozen_again_it_is_the_same(kept: ArticleStore, tmp_path: Path) -> None:
    assert files(frozen(kept, tmp_path / "one")) == files(frozen(kept, tmp_path / "other"))


def test_without_text_it_says_which_text_it_was(kept: ArticleStore, tmp_path: Path) -> None:
    made = frozen(kept, tmp_path / "bag", whole=False)
    lines = [json.loads(line) for line in (made / corpus.FILE).read_text(encoding="utf-8").splitlines()]
    assert {line["digest"] for line in lines} == {article.digest for article in SOME}
    assert {line["characters"] for line in lines} == {len(article.body) for article in SOME}
    everything = b"".join(files(made).values()).decode()
    for article in SOME:
        assert article.title in everything
        assert not any(line in everything for line in article.body.split("\n"))


Harm = Callable[[Path], object]


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda made: (made / corpus.FILE).write_text("x"), "articles.jsonl: differs from manifest-sha256.txt"),
        (lambda made: (made / corpus.FILE).unlink(), "articles.jsonl: is missing"),
        (lambda made: (made / "data" / "more").write_text(""), "data/more: is in no manifest"),
        (lambda made: (made / "bag-info.txt").write_text("Query: x\n"), "bag-info.txt: differs from tagmanifest"),
        (lambda made: (made / "bagit.txt").unlink(), "bagit.txt: declares no BagIt version"),
        (
            lambda made: (made / "manifest-sha256.txt").write_text(f"{'0' * 64}  ../x\n"),
            ":1: does not name a file of the bag",
        ),
        (
            lambda made: (made / "manifest-sha256.txt").write_text(f"{'0' * 64}  /etc/passwd\n"),
            ":1: does not name a file",
        ),
        (lambda made: (made / "manifest-sha256.txt").write_bytes(b"\xff"), "manifest-sha256.txt: can't be read"),
    ],
)
def test_what_was_changed_is_named(kept: ArticleStore, tmp_path: Path, harm: Harm, told: str) -> None:
    made = frozen(kept, tmp_path / "bag")
    harm(made)
    assert [fault for fault in bag.faults(made) if told in fault]
    with pytest.raises((bagit.BagError, UnicodeDecodeError)):
        bagit.Bag(str(made)).validate()


def test_what_is_said_of_a_bag_must_be_under_a_hash_too(kept: ArticleStore, tmp_path: Path) -> None:
    made = frozen(kept, tmp_path / "bag")
    (made / "tagmanifest-sha256.txt").unlink()
    unread, unnamed, *_more = bag.faults(made)
    assert ("tagmanifest-sha256.txt: can't be read" in unread, "bag-info.txt: is in no manifest" in unnamed) == (
        True,
        True,
    )


def test_a_bag_that_others_wrote_to_is_read(kept: ArticleStore, tmp_path: Path) -> None:
    """Long values may be folded, hashes in capitals, and tag files unlisted."""
    made = frozen(kept, tmp_path / "bag")
    manifest = made / "manifest-sha256.txt"
    manifest.write_text(
        manifest.read_text().replace("  data", " *data").upper().replace("DATA/ARTICLES.JSONL", corpus.FILE)
    )
    (made / "bag-info.txt").write_text("Query: 援藏\n  招商引资\nArticles: 6\n", encoding="utf-8")
    (made / "note.txt").write_text("mine")
    tags = [made / name for name in ("bagit.txt", "bag-info.txt", "manifest-sha256.txt")]
    (made / "tagmanifest-sha256.txt").write_text(bag._hashes(made, tags))
    assert list(bag.faults(made)) == []
    assert bag.read_info(made) == [("Query", "援藏 招商引资"), ("Articles", "6")]


# Its articles in an archive


def states(store: ArticleStore, made: Path) -> dict[str, str]:
    return {one.id: state for one, state, _version in corpus.compare(store, corpus.read(made))}


@pytest.mark.parametrize("whole", [True, False])
def test_what_became_of_the_articles(
    kept: ArticleStore, tmp_path: Path, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "_BATCH", 4)
    made = frozen(kept, tmp_path / "bag", whole)
    same, changed, gone, withdrawn, *rest = SOME
    assert set(states(kept, made).values()) == {"same"}
    kept.put(replace(changed, body="另一篇。"), NOON + timedelta(hours=1))
    kept.mark_gone(gone.url, NOON + timedelta(hours=1))
    kept.withdraw(withdrawn.id, "asked")
    assert states(kept, made) == {
        same.id: "same", changed.id: "changed", gone.id: "gone", withdrawn.id: "withdrawn",
        **{one.id: "same" for one in rest},
    }  # fmt: skip
    with ArticleStore.create(load(tmp_path / "colleague")) as other:
        other.put(replace(same, id="their-own"))
        other.put(replace(changed, body="另一篇。"))
        found = states(other, made)
        assert (found.pop(same.id), found.pop(changed.id)) == ("same", "different")
        assert set(found.values()) == {"missing"}


def test_the_version_that_was_frozen_is_found(kept: ArticleStore, tmp_path: Path) -> None:
    made = frozen(kept, tmp_path / "bag", whole=False)
    kept.put(replace(SOME[0], body="另一篇。"), NOON + timedelta(hours=1))
    versions = [version for _one, _state, version in corpus.compare(kept, corpus.read(made))]
    assert {version.article.digest for version in versions if version} == {article.digest for article in SOME}


@pytest.mark.parametrize("line", ["x", "[]", '{"id": "1"}', '{"id": "1", "url": "u", "title": 1}'])
def test_a_line_that_is_no_article_is_named(kept: ArticleStore, tmp_path: Path, line: str) -> None:
    made = frozen(kept, tmp_path / "bag")
    (made / corpus.FILE).write_text(f"\n{line}\n")
    with pytest.raises(UsageFault, match=r"articles\.jsonl:1: does not describe an article"):
        list(corpus.read(made))


# The command


def test_freeze_check_and_fill(crawled: Path, tmp_path: Path) -> None:
    whole, bare, full = tmp_path / "whole", tmp_path / "bare", tmp_path / "full"
    assert run("freeze", "援藏", "-旅游", "-o", whole, data=crawled).returncode == 0
    assert run("freeze", "援藏", "-旅游", "--no-text", "-o", bare, data=crawled).returncode == 0
    info = dict(bag.read_info(whole))
    assert (info["Query"], info["Engine"], info["Archive-Sequence"]) == ("援藏 -旅游", "whoosh", "42")
    assert (len(info["Lexicon-SHA256"]), len(info["Archive-Manifest-SHA256"])) == (64, 64)
    exported = run("export", "援藏", "-旅游", "--format", "jsonl", data=crawled).stdout
    assert (whole / corpus.FILE).read_text(encoding="utf-8") == exported
    done = run("freeze", "--check", bare, data=crawled)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [f"{bare}: 0 faults", f"in this archive: {exported.count(chr(10))} same"]
    done = run("freeze", "--fill", bare, "-o", full, data=crawled)
    assert (done.returncode, (full / corpus.FILE).read_text(encoding="utf-8")) == (0, exported)
    (whole / corpus.FILE).write_text("")
    done = run("freeze", "--check", whole, data=tmp_path / "no archive")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (6, f"{whole}: 1 fault")


def test_what_an_archive_lacks_is_told(tmp_path: Path, crawled: Path) -> None:
    made = tmp_path / "bag"
    assert run("freeze", "援藏", "-o", made, data=crawled).returncode == 0
    taken = next(iter(corpus.read(made)))
    with ArticleStore.open(load(crawled)) as store:
        store.withdraw(taken.id, "asked")
    done = run("freeze", "--check", made, "--json", data=crawled)
    assert done.returncode == 6
    assert [json.loads(line)["state"] for line in done.stdout.splitlines()].count("withdrawn") == 1
    done = run("freeze", "--fill", made, "-o", tmp_path / "full", data=crawled)
    assert (done.returncode, f"withdrawn: {taken.id}" in done.stderr) == (6, True)
    assert taken not in set(corpus.read(tmp_path / "full"))
    assert dict(bag.read_info(tmp_path / "full"))["Lacking"] == "1"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((), 2, "one of QUERY, --check and --fill"),
        (("援藏", "--check", "."), 2, "one of QUERY, --check and --fill"),
        (("援藏",), 2, "name its place with -o"),
        (("援藏", "-o", "tests"), 2, "tests: already exists"),
        (("--check", "nowhere"), 2, "nowhere: is not a folder"),
        (("--check", "tests"), 6, "bagit.txt: declares no BagIt version"),
        (("无此词汇啊", "-o", "nowhere"), 1, "nowhere was not written"),
        (("援藏", "-o", "no/where"), 2, "no/where"),
    ],
)
def test_what_can_not_be_frozen(crawled: Path, arguments: tuple[str, ...], code: int, told: str) -> None:
    done = run("freeze", *arguments, data=crawled)
    assert (done.returncode, told in done.stderr) == (code, True), done.stderr


def test_a_corpus_appears_whole_or_not_at_all(kept: ArticleStore, tmp_path: Path) -> None:
    def broken() -> Iterator[Revision]:
        yield from list(in_order(kept))[:2]
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"), atomic_folder(tmp_path / "bag") as new:
        corpus.freeze(new, broken(), INFO)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("bag")]


def test_hostile_articles_are_frozen_as_they_are(store: ArticleStore, tmp_path: Path) -> None:
    hostile = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    for line in hostile:
        store.put(Article(line["url"], line["title"], line["body"], id=line["id"]), NOON)
    made = tmp_path / "bag"
    made.mkdir()
    corpus.freeze(made, in_order(store), [("Query", "=cmd|' /C calc'!A0\r\nX: y\x1b[31m")])
    bagit.Bag(str(made)).validate()
    assert dict(bag.read_info(made))["Query"] == "=cmd|' /C calc'!A0 X: y [31m"
    assert set(states(store, made).values()) == {"same"}
