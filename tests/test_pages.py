"""The raw pages as proof: the same bytes kept once, every record read, damage located and named."""

from __future__ import annotations

import gzip
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archive.article import RawPage
from archive.errors import ArchiveUnusable
from archive.proof import database, manifest, records
from archive.settings import load
from archive.store import ArticleStore
from archive.warc.pages import FetchedPage, Head, Pages
from bench.replayed import differing, replayed, wayback
from crawler.extract.extractor import Reading
from crawler.keeping import Fetched, keep
from crawler.report import Report
from tests.support.pages import ARTICLE, PAGE, THEN, check, noise, put, warcs
from tests.support.program import run
from tests.support.sample import GLOSSED

HEADERS = (("Content-Type", "text/html"), ("X", "2"))
LATER = replace(PAGE, fetched=THEN + timedelta(days=1), response=Head("HTTP/1.1 200 OK", HEADERS))


def kinds(data: Path) -> list[str]:
    plain = b"".join(gzip.decompress(path.read_bytes()) for path in warcs(data))
    return [line.split()[1].decode() for line in plain.splitlines() if line.startswith(b"WARC-Type:")]


# The same bytes again


def test_the_same_bytes_again_are_a_revisit(tmp_path: Path) -> None:
    with Pages(tmp_path) as pages:
        first = pages.append(PAGE)
        again = pages.append(LATER, [first])
        third = pages.append(replace(LATER, fetched=THEN + timedelta(days=2)), [again])
        other = pages.append(replace(LATER, body=noise(1)), [first, again])
        assert [pages.read(raw).body for raw in (first, again, third, other)] == [PAGE.body] * 3 + [noise(1)]
        read = pages.read(again)
    assert read.response
    assert (read.fetched, read.response.headers[:2]) == (LATER.fetched, HEADERS)
    assert kinds(tmp_path)[1::2] == ["response", "revisit", "revisit", "response"]
    (path,) = warcs(tmp_path)
    plain = gzip.decompress(path.read_bytes()).decode("latin-1")
    assert plain.count(f"WARC-Refers-To: {first.record_id}") == 2, "never to another revisit"
    assert plain.count(f"WARC-Refers-To-Date: {PAGE.fetched:%Y-%m-%dT%H:%M:%S.%fZ}") == 2
    assert plain.count("WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest") == 2
    assert plain.count(f"WARC-Refers-To-Target-URI: {PAGE.url}") == 2
    check(tmp_path)


def test_a_damaged_page_is_never_referred_to(tmp_path: Path) -> None:
    with Pages(tmp_path) as pages:
        first = pages.append(PAGE)
        (path,) = warcs(tmp_path)
        damaged = bytearray(path.read_bytes())
        damaged[first.offset + 300] ^= 1
        path.write_bytes(damaged)
        again = pages.append(LATER, [first])
        assert pages.read(again).body == PAGE.body


def test_a_saved_page_is_kept_whole_each_time(tmp_path: Path) -> None:
    with Pages(tmp_path) as pages:
        saved = FetchedPage(PAGE.url, PAGE.body, THEN, "text/html")
        first = pages.append(saved)
        assert pages.read(pages.append(saved, [first])).body == PAGE.body
        assert pages.read(pages.append(LATER, [first])).body == PAGE.body
    assert "revisit" not in kinds(tmp_path)


def test_a_revisit_whose_first_is_damaged_or_gone_is_named(tmp_path: Path, store: ArticleStore) -> None:
    with Pages(tmp_path, largest=1) as pages:  # a file each
        first = pages.append(PAGE)
        again = pages.append(LATER, [first])
    store.put(ARTICLE, keep=lambda _earlier: (again,))
    (tmp_path / first.file).unlink()
    with pytest.raises(ArchiveUnusable, match=f"{first.file}.*missing"):
        pages.read(again)
    (fault,) = database.verify(store, records.verify(tmp_path).faults_of(pages))
    assert "version 1" in fault
    assert first.file in fault


def test_an_article_of_two_pages_keeps_the_one_that_did_not_change_once(tmp_path: Path, store: ArticleStore) -> None:
    def put(body: str, *parts: FetchedPage) -> tuple[RawPage, ...]:
        with Pages(tmp_path) as pages:
            reading = Reading(replace(ARTICLE, body=body), "rules", (), parts[0].fetched)
            keep(store, pages, Fetched(reading, parts), Report())
        kept = store.get(ARTICLE.id)
        assert kept
        return kept.pages

    second = replace(PAGE, url=PAGE.url.replace(".html", "_2.html"), body=noise(2))
    put("一", PAGE, second)
    put("二", replace(LATER, body=noise(3)), replace(second, fetched=LATER.fetched))
    back = put("一又", LATER, replace(second, fetched=THEN + timedelta(days=2)))
    assert [Pages(tmp_path).read(raw).body for raw in back] == [PAGE.body, noise(2)]
    pages = [kind for kind in kinds(tmp_path) if kind in ("response", "revisit")]
    assert pages == ["response", "response", "response", "revisit", "revisit", "revisit"]
    assert list(database.verify(store, records.verify(tmp_path).faults_of(Pages(tmp_path)))) == []


# Every record


def test_every_record_is_read_and_held_against_the_revisions(tmp_path: Path, store: ArticleStore) -> None:
    with Pages(tmp_path, largest=9000) as pages:
        kept = [pages.append(replace(PAGE, body=noise(n))) for n in range(5)]
    store.put(ARTICLE, keep=lambda _earlier: tuple(kept[:4]))
    found = records.verify(tmp_path)
    assert (found.files, found.records) == (len(warcs(tmp_path)), 5 * 2 + len(warcs(tmp_path)))
    assert list(database.verify(store, found.faults_of(Pages(tmp_path)))) == []
    assert (found.faults, found.torn) == ([], [])
    assert found.unused == {(kept[4].file, kept[4].offset)}


def test_damage_is_located_and_what_follows_is_read_all_the_same(tmp_path: Path) -> None:
    with Pages(tmp_path) as pages:
        kept = [pages.append(replace(PAGE, body=gzip.compress(noise(n)))) for n in range(4)]
    (path,) = warcs(tmp_path)
    whole = path.read_bytes()
    for at in (kept[1].offset, kept[1].offset + 2, kept[1].offset + 400, kept[2].offset - 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        found = records.verify(tmp_path)
        (fault,) = found.faults
        assert str(path) in fault
        assert found.records == 8
        assert found.whole >= {kept[0], kept[2], kept[3]}
        assert f"byte {kept[1].offset} " in fault or at == kept[2].offset - 3
    path.write_bytes(whole[: kept[1].offset] + whole[kept[2].offset :])  # a record cut out: the others moved
    assert (records.verify(tmp_path).faults, kept[2] in records.verify(tmp_path).whole) == ([], False)


@pytest.mark.parametrize("left", [1, 200, -1])
def test_a_torn_end_is_a_note_and_no_fault(tmp_path: Path, left: int) -> None:
    with Pages(tmp_path) as pages:
        first, torn = (pages.append(replace(PAGE, body=noise(n), request=None)) for n in range(2))
    (path,) = warcs(tmp_path)
    whole = path.read_bytes()
    for rest in (whole[torn.offset : torn.offset + left if left > 0 else left], bytes(5000)):
        path.write_bytes(whole[: torn.offset] + rest)
        found = records.verify(tmp_path)
        assert (found.faults, found.whole) == ([], {first})
        (note,) = found.torn
        assert f"last {len(rest)} bytes, from byte {torn.offset} " in str(note)


def test_a_record_whose_bytes_were_changed_and_zipped_again_is_named(tmp_path: Path) -> None:
    with Pages(tmp_path) as pages:
        raw = pages.append(replace(PAGE, body=b"the first text", request=None))
    (path,) = warcs(tmp_path)
    whole = path.read_bytes()
    forged = gzip.decompress(whole[raw.offset :]).replace(b"first", b"other")
    path.write_bytes(whole[: raw.offset] + gzip.compress(forged))
    (fault,) = records.verify(tmp_path).faults
    assert f"record at byte {raw.offset}: its bytes differ from those" in fault
    path.write_bytes(whole[: raw.offset] + gzip.compress(forged[:-10]))
    (fault,) = records.verify(tmp_path).faults
    assert "too early" in fault


def test_a_crash_and_damage_together_cost_no_record_that_is_whole(tmp_path: Path) -> None:
    with Pages(tmp_path) as pages:
        kept = [pages.append(replace(PAGE, body=noise(n), request=None)) for n in range(4)]
    (path,) = warcs(tmp_path)
    damaged = bytearray(path.read_bytes()[:-20])
    damaged[kept[1].offset + 400] ^= 1
    path.write_bytes(damaged)
    with Pages(tmp_path) as pages:
        again = pages.append(replace(PAGE, body=noise(9)))
        assert [pages.read(raw).body for raw in (kept[0], kept[2], again)] == [noise(0), noise(2), noise(9)]
    assert again.offset == kept[3].offset


@pytest.mark.parametrize("harm", ["cut short", "damaged at its end", "emptied"])
def test_a_file_that_ends_before_what_is_known_of_it_is_left_to_be_put_back(
    tmp_path: Path, store: ArticleStore, harm: str
) -> None:
    put(store, tmp_path, 1, 2, 3)
    manifest.close(store, tmp_path, THEN)
    (path,) = warcs(tmp_path)
    whole = path.read_bytes()
    harmed = {"cut short": whole[:-6000], "damaged at its end": whole[:-99] + noise(9, 99), "emptied": b""}[harm]
    path.write_bytes(harmed)
    with Pages(tmp_path, ends=manifest.ends(tmp_path)) as pages:
        since = pages.append(PAGE)
    assert path.read_bytes() == harmed
    path.write_bytes(whole)
    with Pages(tmp_path, ends=manifest.ends(tmp_path)) as pages:
        pages.append(LATER)
    assert Pages(tmp_path).read(since).body == PAGE.body
    assert list(database.verify(store, records.verify(tmp_path).faults_of(Pages(tmp_path)))) == []


def test_what_a_killed_run_left_behind_what_is_known_is_cut_and_gone_on_with(
    tmp_path: Path, store: ArticleStore
) -> None:
    put(store, tmp_path, 1)
    manifest.close(store, tmp_path, THEN)
    put(store, tmp_path, 2)
    (path,) = warcs(tmp_path)
    os.truncate(path, path.stat().st_size - 9)
    with Pages(tmp_path, ends=manifest.ends(tmp_path)) as pages:
        pages.append(PAGE)
    assert warcs(tmp_path) == [path]


@pytest.mark.parametrize("way", ["crawl", "import"])
def test_each_way_in_knows_how_far_the_files_go(tmp_path: Path, proxy: str, way: str) -> None:
    data = tmp_path / "data"
    assert run("crawl", "tibet_cn", "--max-pages", 6, data=data, http_proxy=proxy).returncode == 0
    (path,) = warcs(data)
    whole = path.read_bytes()
    path.write_bytes(whole[:-6000])
    ways = {"crawl": ["crawl", "tibet_cn", "--max-pages", 3], "import": ["import", GLOSSED]}
    assert run(*ways[way], data=data, http_proxy=proxy).returncode == 0
    assert path.read_bytes() == whole[:-6000]
    path.write_bytes(whole)
    with ArticleStore.open(load(data)) as store:
        assert list(database.verify(store, records.verify(data).faults_of(Pages(data)))) == []
        assert list(manifest.verify(store, data)) == []


# Other people's programs


PYWB = os.environ.get("WENCANG_PYWB", "")


@pytest.mark.skipif(not PYWB, reason="WENCANG_PYWB names no bin folder with pywb (bench/replayed.py)")
def test_pywb_replays_each_page_byte_for_byte(tmp_path: Path) -> None:
    coded = Head(
        "HTTP/1.1 200 OK", (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Content-Length", "9"))
    )
    with Pages(tmp_path, largest=9000) as pages:
        kept = [pages.append(PAGE)]
        for day in range(1, 4):  # the same bytes again and again
            kept.append(pages.append(replace(PAGE, fetched=THEN + timedelta(days=day)), kept))
        kept += [pages.append(replace(PAGE, url=f"http://www.tibet.cn/{n}.html?a=b", body=noise(n))) for n in range(9)]
        kept.append(pages.append(replace(PAGE, url="http://www.tibet.cn/coded.html", response=coded)))
        kept.append(pages.append(replace(PAGE, url="http://www.tibet.cn/西藏.html", body=b"<p>a")))
    assert kinds(tmp_path).count("revisit") == 3
    assert differing(tmp_path, Path(PYWB), kept) == []
    with wayback(tmp_path, Path(PYWB)) as address:
        assert b"not found" in replayed(address, replace(PAGE, url="http://www.tibet.cn/never.html")).lower()
