"""Imports of files that others wrote, or that are damaged: each record is counted once, and none ends a file."""

from __future__ import annotations

import gzip
import io
import os
import re
import socket
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.settings import load
from archive.store import ArticleStore
from archive.warc.stream import Damage, Record, records
from crawler.extract.soft_errors import format_of
from tests.support.program import Wencang, run
from tests.support.sample import LINES
from tests.support.warc import page, record, response, title, url, write

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def titles(data: Path) -> list[str]:
    with ArticleStore.open(load(data)) as store:
        return sorted(revision.article.title for revision in store.changes())


def whole(*numbers: int) -> list[bytes]:
    return [record(n, response(n)) for n in numbers]


# Codings of a response


def chunked(body: bytes) -> bytes:
    return b"5;x=y\r\n" + body[:5] + b"\r\n" + b"%X\r\n" % (len(body) - 5) + body[5:] + b"\r\n0\r\n\r\n"


CODED: dict[str, tuple[Callable[[bytes], bytes], tuple[bytes, ...]]] = {
    "br": (brotli.compress, (b"Content-Encoding: br",)),
    "gzip": (gzip.compress, (b"content-encoding: gzip",)),
    "zstd": (zstd.compress, (b"Content-Encoding: zstd",)),
    "deflate": (zlib.compress, (b"Content-Encoding: deflate",)),
    "raw deflate": (lambda body: zlib.compress(body, wbits=-15), (b"Content-Encoding: deflate",)),
    "chunked br": (
        lambda body: chunked(brotli.compress(body)),
        (b"Transfer-Encoding: chunked", b"Content-Encoding: br"),
    ),
    "twice": (lambda body: brotli.compress(gzip.compress(body)), (b"Content-Encoding: gzip, br",)),
    "not coded, as it says": (lambda body: body, (b"Transfer-Encoding: chunked", b"Content-Encoding: br")),
}  # fmt: skip


def test_a_response_is_read_in_any_coding(wencang: Wencang, tmp_path: Path) -> None:
    coded = [
        record(n, response(n, code(page(n)), *headers)) for n, (code, headers) in enumerate(CODED.values(), start=1)
    ]
    done = wencang("import", write(tmp_path / "a.warc.gz", *coded))
    assert done.returncode == 0, done.stderr
    assert titles(tmp_path / "data") == sorted(title(n) for n, _name in enumerate(CODED, start=1))


# Records that are not whole


BAD: dict[str, bytes] = {
    "no date": record(2, response(2), WARC_Date=""),
    "a date that is none": record(2, response(2), WARC_Date="yesterday"),
    "too long a length": record(2, response(2), length="400000"),
    "too short a length": record(2, response(2), length="300"),
    "a length that is none": record(2, response(2), length="many"),
    "no length": record(2, response(2)).replace(b"Content-Length", b"X-Length", 1),
    "cut off": record(2, response(2), WARC_Truncated="length"),
    "shorter than its response": record(2, response(2, page(2)[:400], b"Content-Length: 900")),
    "no last chunk": record(2, response(2, chunked(page(2))[:-5], b"Transfer-Encoding: chunked")),
    "half a coding": record(2, response(2, brotli.compress(os.urandom(999) + page(2))[:900], b"Content-Encoding: br")),
    "an unknown coding": record(2, response(2, page(2), b"Content-Encoding: sdch")),
    "another digest": record(2, response(2), WARC_Block_Digest="sha1:" + "A" * 32),
    "another digest of the page": record(2, response(2), WARC_Payload_Digest="sha256:" + "0" * 64),
    "no response": record(2, b"GET / HTTP/1.1\r\n\r\n"),
    "a revisit of nothing": record(2, response(2, b""), "revisit", WARC_Refers_To="<urn:uuid:none>"),
    "no record at all": b"what is this?\r\n\r\n",
}


@pytest.mark.parametrize("form", ["records", "one member", "plain", "odd members"])
def test_a_bad_record_is_named_and_the_others_are_read(form: str, wencang: Wencang, tmp_path: Path) -> None:
    for name, bad in BAD.items():
        one, three = whole(1, 3)
        everything = one + bad + three
        content = {
            "records": b"".join(map(gzip.compress, (one, bad, three))), "one member": gzip.compress(everything),
            "plain": everything, "odd members": gzip.compress(everything[:777]) + gzip.compress(everything[777:]),
        }[form]  # fmt: skip
        (tmp_path / f"{name}.warc").write_bytes(content)
    done = wencang("import", *sorted(tmp_path.glob("*.warc")))
    assert done.returncode == 5, done.stderr
    failed = re.findall(r"^failed: .*/(.*)\.warc: record 2", done.stderr, re.MULTILINE)
    assert set(failed) == set(BAD)
    assert titles(tmp_path / "data") == [title(1), title(3)]


@pytest.mark.parametrize("at", [0, 12, 200, -8, -3])
def test_damage_in_a_gzip_member_costs_its_record(at: int, wencang: Wencang, tmp_path: Path) -> None:
    first, second, third = (bytearray(gzip.compress(each)) for each in whole(1, 2, 3))
    second[at] ^= 0xFF
    (tmp_path / "a.warc.gz").write_bytes(first + second + third)
    done = wencang("import", tmp_path / "a.warc.gz")
    assert done.returncode == 5
    assert "a.warc.gz: record 2: it is damaged" in done.stderr
    assert titles(tmp_path / "data") == [title(1), title(3)]


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_that_ends_in_a_record(zipped: bool, wencang: Wencang, tmp_path: Path) -> None:
    content = b"".join(map(gzip.compress, whole(1, 2))) if zipped else b"".join(whole(1, 2))
    (tmp_path / "a.warc").write_bytes(content[:-40])
    done = wencang("import", tmp_path / "a.warc")
    assert done.returncode == 5
    assert "a.warc: record 2" in done.stderr
    assert titles(tmp_path / "data") == [title(1)]


@given(st.integers(0, 2000), st.binary(min_size=1, max_size=40), st.sampled_from([gzip.compress, bytes]))
def test_any_damage_costs_at_most_what_it_touches(at: int, bytes_: bytes, form: Callable[[bytes], bytes]) -> None:
    content = b"".join(map(form, whole(1, 2, 3)))
    damaged = content[:at] + bytes_ + content[at + len(bytes_) :]
    found = list(records(io.BytesIO(damaged), 1 << 20))
    good = [each for each in found if isinstance(each, Record)]
    assert len(good) >= 1
    assert damaged == content or len(good) == 3 or any(isinstance(each, Damage) for each in found)


# Kinds of records, and what a file is


def test_a_resource_is_a_page_too(wencang: Wencang, tmp_path: Path) -> None:
    kinds = {"text/html": 1, "text/html; charset=utf-8": 2, "application/xhtml+xml": 3, "image/png": 4, "text/css": 5}
    found = [record(n, page(n), "resource", Content_Type=kind) for kind, n in kinds.items()]
    done = wencang("import", write(tmp_path / "a.warc.gz", *found))
    assert done.returncode == 0, done.stderr
    assert titles(tmp_path / "data") == [title(1), title(2), title(3)]
    assert "records that are not pages, left out: image/png 1, text/css 1" in done.stderr


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.bin", "a.html", "WEB"])
def test_a_warc_file_is_known_by_its_bytes(name: str, wencang: Wencang, tmp_path: Path) -> None:
    forms: list[Callable[[bytes], bytes]] = [gzip.compress, bytes]
    for number, form in enumerate(forms):
        (tmp_path / name).write_bytes(b"".join(map(form, whole(1, 2))))
        done = wencang("import", tmp_path / name)
        assert (done.returncode, "failed:" in done.stderr) == (0, False), done.stderr
        assert re.search(r" 2 +0 +0 +" if not number else r" 0 +0 +2 +", done.stdout)
    (tmp_path / name).write_bytes(gzip.compress(b"".join(whole(1, 2))))
    assert wencang("import", tmp_path / name).returncode == 0
    assert titles(tmp_path / "data") == [title(1), title(2)]


def test_a_gzipped_export_or_page_is_read(wencang: Wencang, tmp_path: Path) -> None:
    (tmp_path / "all.jsonl.gz").write_bytes(gzip.compress(LINES.read_bytes()))
    (tmp_path / "all.jsonl").write_bytes(gzip.compress(LINES.read_bytes()))
    (tmp_path / "page.html.gz").write_bytes(gzip.compress(page(1)))
    assert wencang("import", *sorted(tmp_path.glob("*.*"))).returncode == 0
    assert len(titles(tmp_path / "data")) == 6


NOT_HTML = {
    '{"code": 0, "data": [{"title": "雪山小学", "intro": "<p>教室里有了暖气</p>"}]}': "JSON",
    '[{"a": 1},\n {"b": 2': "JSON",
    ' \n["a", "b"]': "JSON",
    "var pages = ['<div><h1>雪山小学</h1></div>'];": "JavaScript",
    "/* 版权所有 */ (function () { document.write('<html>'); })();": "JavaScript",
    'callback({"title": "雪山小学"})': "JSON",
    '<?xml version="1.0"?>\n<!-- 高原网 -->\n<rss version="2.0"><channel></channel></rss>': "RSS",
    '<feed xmlns="http://www.w3.org/2005/Atom"></feed>': "RSS",
    '<?xml version="1.0"?><urlset></urlset>': "RSS",
}


@pytest.mark.parametrize(("text", "name"), NOT_HTML.items())
def test_what_is_no_html(text: str, name: str) -> None:
    assert format_of(text) == name


@pytest.mark.parametrize(
    "text",
    ["", "<html>", "Warning: mysql_connect() in a.php<br><html><body><h1>题</h1>", "[组图]雪山小学<div>正文</div>"],
)
def test_what_may_be_html(text: str) -> None:
    assert format_of(text) == ""


def test_what_is_no_html_is_skipped_with_its_reason(wencang: Wencang, tmp_path: Path) -> None:
    found = [record(n, response(n, text.encode())) for n, text in enumerate(NOT_HTML, start=10)]
    done = wencang("import", write(tmp_path / "a.warc.gz", *whole(1), *found))
    assert done.returncode == 0, done.stderr
    for n, name in enumerate(NOT_HTML.values(), start=10):
        assert f"skipped: {url(n)}: it is {name}, not an article" in done.stderr
    assert titles(tmp_path / "data") == [title(1)]


# The rescue of an own archive


def test_a_damaged_archive_gives_back_all_that_can_be_read(crawled: Path, tmp_path: Path) -> None:
    (warc,) = (crawled / "pages").iterdir()
    content = bytearray(warc.read_bytes())
    starts, at = [], 0
    while at < len(content):
        member = zlib.decompressobj(wbits=31)
        member.decompress(bytes(content[at:]))
        starts.append(at)
        at = len(content) - len(member.unused_data)
    damaged = starts[len(starts) // 4]  # a page, not a request
    for offset in range(damaged + 100, damaged + 140):
        content[offset] ^= 0xFF
    warc.write_bytes(content)
    with ArticleStore.open(load(crawled)) as store:
        count = store.sequence()
    done = run("import", crawled / "pages", data=tmp_path / "rescued")
    assert done.returncode == 5
    assert re.search(rf"^failed: .*{warc.name}: record \d+: it is damaged$", done.stderr, re.MULTILINE)
    assert len(titles(tmp_path / "rescued")) == count - 1 == 41


def test_a_revisit_is_read_with_the_bytes_of_the_first(wencang: Wencang, tmp_path: Path) -> None:
    again = record(
        1, response(1, b""), "revisit", WARC_Record_ID="<urn:uuid:again>", WARC_Date="2022-05-03T02:30:00Z",
        WARC_Refers_To=f"<urn:uuid:{'0' * 8}-0000-0000-0000-{1:012}>",
    )  # fmt: skip
    changed = record(1, response(2), WARC_Record_ID="<urn:uuid:changed>", WARC_Date="2021-09-03T02:30:00Z")
    for name, content in (
        ("by-record", b"".join(map(gzip.compress, (*whole(1), changed, again)))),
        ("plain", b"".join((*whole(1), changed, again))),
    ):
        (tmp_path / f"{name}.warc").write_bytes(content)
    done = wencang("import", tmp_path / "by-record.warc")
    assert done.returncode == 0, done.stderr
    with ArticleStore.open(load(tmp_path / "data")) as store:
        (newest,) = store.changes()
        versions = store.history(newest.article.id)
        assert [revision.article.title for revision in versions] == [title(1), title(2), title(1)]
    assert wencang("import", tmp_path / "plain.warc").returncode == 0


# What is no regular file, and what is too large


def test_only_regular_files_are_opened(wencang: Wencang, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    os.mkfifo(folder / "pipe.html")
    (folder / "zero.txt").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket.warc"))
        for name in ("pipe.html", "zero.txt", "socket.warc"):
            done = wencang("import", folder / name)
            assert done.returncode == 2
            assert done.stderr.count("\n") == 1
            assert "is not a regular file" in done.stderr
        (folder / "page.html").write_bytes(page(1))
        (folder / "link.html").symlink_to(folder / "page.html")
        (folder / "a.png").write_bytes(b"\x89PNG")
        assert wencang("import", folder / "link.html").returncode == 0
        done = wencang("import", folder)
    assert done.returncode == 0, done.stderr
    assert "files of other kinds, left out: .html 1, .png 1, .txt 1, .warc 1" in done.stderr


def test_a_line_or_a_body_that_is_too_large_is_one_failure(wencang: Wencang, tmp_path: Path) -> None:
    first, *rest = LINES.read_bytes().splitlines(keepends=True)
    with (tmp_path / "a.jsonl").open("wb") as file:
        file.write(first + b'{"url": "')
        for _number in range(100):
            file.write(b"a" * (1 << 20))
        file.write(b'"}\n' + b"".join(rest))
    large = page(2).replace(b"</h1>", b"</h1>" + b"<p>" * 4_000_000)
    write(tmp_path / "a.warc.gz", *whole(1), record(2, response(2, large)), *whole(3))
    bomb = gzip.compress(page(4) + b" " * 50_000_000)
    write(tmp_path / "b.warc.gz", record(4, response(4, bomb, b"Content-Encoding: gzip")), *whole(5))
    done = wencang("import", tmp_path / "a.jsonl", tmp_path / "a.warc.gz", tmp_path / "b.warc.gz")
    assert done.returncode == 5
    assert "a.jsonl:2: is longer than 32 MB" in done.stderr
    assert f"{url(2)}: it is larger than 4 MB" in done.stderr
    assert f"{url(4)}: it is larger than 4 MB" in done.stderr
    assert {title(1), title(3), title(5)} < set(titles(tmp_path / "data"))
    assert len(titles(tmp_path / "data")) == 3 + 1 + len(rest)
