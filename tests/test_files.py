"""Files of every kind that people bring: told by what they hold, each with the address and the time that it states."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import sys
from collections.abc import Callable, Mapping
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from archive.article import Article
from archive.errors import BadRecord, NotAnArticle
from crawler.files.importer import files, outcomes
from crawler.files.job import Outcome
from crawler.keeping import Fetched
from crawler.report import Report
from crawler.sources import SHIPPED
from tests.support.program import Wencang
from tests.support.sample import LINES, ROOT
from tests.support.warc import page, record, response, title, url, write

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TITLE = "雪山小学换上新锅炉"
BODY = "雪山脚下的小学今年秋天换了新的锅炉，教室里第一次在十月就有了暖气。\n校长介绍，施工队在暑假里赶了四十天。"
SAMPLES = ROOT / "tests" / "files"


def read(*paths: Path, columns: Mapping[str, str] | None = None) -> list[Outcome]:
    return list(outcomes(files(list(paths), Report()), "text", columns or {}, SHIPPED))


def fetched(*paths: Path, **options: Any) -> list[Fetched]:
    """The articles of files that hold nothing else."""
    found = read(*paths, **options)
    faults = [str(each) for each in found if isinstance(each, BadRecord | NotAnArticle)]
    assert faults == []
    return [each for each in found if isinstance(each, Fetched)]


def articles(*paths: Path, **options: Any) -> list[Article]:
    return [each.reading.article for each in fetched(*paths, **options)]


def put(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# As programs write them (bench/samples.py)


@pytest.mark.parametrize("name", ["chromium.mhtml", "monolith.html", "py-wacz.wacz", "singlefile.html", "wget.warc.gz"])
def test_what_a_program_saved_has_its_address_and_time(name: str) -> None:
    (found,) = fetched(SAMPLES / name)
    article = found.reading.article
    assert (article.title, article.url) == (TITLE, "http://127.0.0.1:18999/xw/202105/c1.html")
    assert (article.credit, article.issued_text, article.body.count("\n")) == ("高原日报", "2021-05-03 10:20", 2)
    assert found.reading.fetched
    assert f"{found.reading.fetched:%Y-%m-%d %H:%M}" == "2026-12-01 00:23"
    assert found.pages[0].url == article.url


def test_the_text_of_a_pdf() -> None:
    (found,) = fetched(SAMPLES / "reportlab.pdf")
    article = found.reading.article
    assert (article.title, article.credit, article.issued_text) == (TITLE, "高原日报", "2021-05-03 10:20")
    assert article.body.split("\n")[1].startswith(
        "校长介绍，工程由县里和对口支援的城市一起出资，总投资1260万元，施工队"
    )
    assert len(article.body.split("\n")) == 3
    assert found.pages[0].body.startswith(b"%PDF")


def test_a_pdf_is_archived_and_read_again(wencang: Wencang, tmp_path: Path) -> None:
    assert wencang("import", SAMPLES / "reportlab.pdf").returncode == 0
    again = wencang("reextract")
    assert again.returncode == 0
    assert " 1 " in again.stdout
    damaged = put(tmp_path / "damaged.pdf", b"%PDF-1.4\n" + b"x" * 99)
    done = wencang("import", damaged)
    assert (done.returncode, done.stderr.count("\n")) == (5, 1)
    assert "is not a PDF that can be read" in done.stderr


# Names and wrappings

WRAPPERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress, "gzip twice": lambda data: gzip.compress(gzip.compress(data)),
    "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstd.compress, "nothing": bytes,
}  # fmt: skip


@pytest.mark.parametrize("name", ["a.html", "a.php", "show.asp?id=3", "a", "a.html.gz", "index.do?c=1&d=2.5"])
def test_a_page_is_known_by_its_content(name: str, tmp_path: Path) -> None:
    for number, wrap in enumerate(WRAPPERS.values()):
        (article,) = articles(put(tmp_path / str(number) / name, wrap(page(1))))
        assert article.title == title(1)


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_a_warc_file_or_lines_in_any_wrapping(wrapper: str, tmp_path: Path) -> None:
    records = [record(n, response(n)) for n in (1, 2)]
    again = record(1, response(1, b""), "revisit", WARC_Record_ID="<urn:uuid:again>", WARC_Date="2022-05-03T02:30:00Z",
                   WARC_Refers_To=f"<urn:uuid:{'0' * 8}-0000-0000-0000-{1:012}>")  # fmt: skip
    content = write(tmp_path / "a.warc.gz", *records, again).read_bytes()
    assert len(articles(put(tmp_path / "b", WRAPPERS[wrapper](content)))) == 3
    assert len(articles(put(tmp_path / "c.jsonl", WRAPPERS[wrapper](LINES.read_bytes())))) == 5


def arc(n: int) -> bytes:
    block = response(n)
    return f"{url(n)} 192.0.2.1 20210503023000 text/html {len(block)}\n".encode() + block + b"\n"


@pytest.mark.parametrize("form", [gzip.compress, bytes])
def test_the_records_of_an_arc_file(form: Callable[[bytes], bytes], tmp_path: Path) -> None:
    about = b"1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n"
    head = b"filedesc://a.arc 0.0.0.0 20210503023000 text/plain %d\n" % len(about) + about + b"\n"
    name = b"dns:www.example.cn 192.0.2.9 20210503023000 text/dns 3\nabc\n"
    members = [form(record) for record in (head, name, arc(1), arc(2))]
    content = b"".join(members)
    (one, two) = fetched(put(tmp_path / "IA-001.arc.gz", content))
    assert (one.reading.article.title, two.reading.article.url) == (title(1), url(2))
    assert f"{one.reading.fetched:%F %T}" == "2021-05-03 02:30:00"
    damaged = bytearray(content)
    at = content.index(members[2]) + 40 if form is gzip.compress else content.index(b"HTTP/1.1 200") + 2
    damaged[at : at + 60] = b"\xff" * 60
    found = read(put(tmp_path / "damaged", bytes(damaged)))
    assert [each.reading.article.title for each in found if isinstance(each, Fetched)] == [title(2)]
    assert sum(isinstance(each, BadRecord) for each in found) == 1


def test_a_folder_that_a_browser_saved(tmp_path: Path) -> None:
    saved = page(1).replace(b"<html>", b"<!-- saved from url=(0026)http://www.example.cn/1.html -->\r\n<html>")
    put(tmp_path / "in/雪山.html", saved)
    put(tmp_path / "in/雪山_files/frame.html", page(2))
    put(tmp_path / "in/雪山_files/saved_resource.js", "var a = '<div>'")
    report = Report()
    (path,) = files([tmp_path / "in"], report)
    assert articles(path)[0].url == "http://www.example.cn/1.html"
    assert report.remarks == [(str(tmp_path / "in"), "files of other kinds, left out: .html 1, .js 1")]


def test_a_large_saved_page_is_read_without_what_is_embedded(tmp_path: Path) -> None:
    picture = b'<img src="data:image/png;base64,' + b"A" * 9_000_000 + b'">'
    (found,) = fetched(put(tmp_path / "a.html", page(1).replace(b"</h1>", b"</h1>" + picture)))
    assert found.reading.article.title == title(1)
    assert len(found.pages[0].body) > 9_000_000


# Containers


def zipped(path: Path, parts: Mapping[str, bytes], method: int = ZIP_STORED) -> Path:
    with ZipFile(path, "w", method) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
def test_the_archives_of_a_wacz_file(method: int, tmp_path: Path) -> None:
    first = record(1, response(1))
    again = record(1, response(1, b""), "revisit", WARC_Record_ID="<urn:uuid:again>", WARC_Date="2022-05-03T02:30:00Z",
                   WARC_Refers_To=f"<urn:uuid:{'0' * 8}-0000-0000-0000-{1:012}>")  # fmt: skip
    text = record(3, page(3), "resource", WARC_Target_URI=f"urn:text:{url(3)}", Content_Type="text/plain")
    parts = {
        "datapackage.json": b"{}", "pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n', "archive/readme.bin": b"\0",
        "archive/a.warc.gz": b"".join(map(gzip.compress, (first, record(2, response(2)), again, text))),
        "archive/b.warc": record(4, response(4)),
    }  # fmt: skip
    found = read(zipped(tmp_path / "a.zip", parts, method))
    assert [each.reading.article.title for each in found if isinstance(each, Fetched)] == [
        title(1), title(2), title(1), title(4)
    ]  # fmt: skip
    assert [str(each) for each in found if isinstance(each, BadRecord)] == []


@pytest.mark.parametrize("packed", [True, False])
def test_a_warc_zst_file_with_its_dictionary(packed: bool, tmp_path: Path) -> None:
    records = [record(n, response(n)) for n in range(1, 30)]
    trained = zstd.train_dict(records, 1 << 14)
    content = zstd.compress(trained.dict_content) if packed else trained.dict_content
    frames = b"".join(zstd.compress(each, zstd_dict=trained) for each in records)
    head = b"\x5d\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content
    found = articles(put(tmp_path / "crawl.warc.zst", head + frames))
    assert [article.title for article in found] == [title(n) for n in range(1, 30)]


def test_a_wacz_file_of_several_as_browsertrix_writes_it(tmp_path: Path) -> None:
    def crawl(n: int) -> bytes:
        pages = {"format": "json-pages-1.0", "id": "pages", "title": "Seed Pages", "hasText": "false"}
        seed = {"id": f"{n}", "url": url(n), "title": title(n), "ts": "2022-05-03T02:30:00.000Z", "seed": True}
        lines = f"{json.dumps(pages)}\n{json.dumps(seed)}\n".encode()
        return zipped(tmp_path / f"crawl-{n}.wacz", {
            f"archive/rec-{n}-20220503023000000-0.warc.gz": gzip.compress(record(n, response(n))),
            "indexes/index.cdx.gz": gzip.compress(b"!meta 0 {}\n"), "indexes/index.idx": b"",
            "pages/pages.jsonl": lines, "pages/extraPages.jsonl": lines, "logs/crawl.log": b"{}\n",
            "datapackage.json": json.dumps({"profile": "data-package", "wacz_version": "1.1.1"}).encode(),
            "datapackage-digest.json": b"{}",
        }).read_bytes()  # fmt: skip

    names = {f"crawl-{n}.wacz": crawl(n) for n in (1, 2)}
    package = {"profile": "multi-wacz-package", "resources": [{"name": name, "path": name} for name in names]}
    several = zipped(tmp_path / "several.wacz", {"datapackage.json": json.dumps(package).encode(), **names})
    assert [article.title for article in articles(several)] == [title(1), title(2)]


def test_a_zip_file_is_a_folder(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"b.htm": page(2)}).read_bytes()
    parts = {"页/a.html": page(1), "页/a_files/x.html": page(3), "inner.zip": inner, "a.css": b"a { b: c }"}
    found = read(zipped(tmp_path / "a.zip", parts))
    assert [each.reading.article.title for each in found if isinstance(each, Fetched)] == [title(2), title(1)]


def test_a_damaged_or_encrypted_zip_file_is_one_line(wencang: Wencang, tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", {"a.html": page(1), "b.html": page(2)}).read_bytes()
    damaged = put(tmp_path / "damaged.zip", whole[:300])
    encrypted = bytearray(whole)
    encrypted[whole.index(b"PK\x01\x02") + 8] |= 1
    done = wencang("import", damaged, put(tmp_path / "encrypted.zip", bytes(encrypted)))
    assert done.returncode == 5
    assert "damaged.zip: is not a zip file that can be read" in done.stderr
    assert "encrypted.zip/a.html: is encrypted; unpack it first" in done.stderr


def test_the_chapters_of_a_book(wencang: Wencang, tmp_path: Path) -> None:
    container = b'<container><rootfiles><rootfile full-path="o/p.opf"/></rootfiles></container>'
    package = (
        b'<package xmlns="http://www.idpf.org/2007/opf"><metadata>'
        b'<meta property="dcterms:modified">2021-05-04T01:02:03Z'
        b"</meta></metadata><manifest>"
        b'<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        b'<item id="b" href="t/2.xhtml" media-type="application/xhtml+xml"/>'
        b'<item id="a" href="t/1.xhtml" media-type="application/xhtml+xml"/></manifest>'
        b'<spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/></spine></package>'
    )
    parts = {"META-INF/container.xml": container, "o/p.opf": package, "o/t/1.xhtml": page(1), "o/t/2.xhtml": page(2)}
    found = fetched(zipped(tmp_path / "a.epub", parts))
    assert [each.reading.article.title for each in found] == [title(1), title(2)]
    assert {f"{each.reading.fetched:%F}" for each in found} == {"2021-05-04"}
    assert wencang("import", LINES).returncode == 0
    assert wencang("export", "-o", tmp_path / "own.epub").returncode == 0
    assert len([each for each in read(tmp_path / "own.epub") if isinstance(each, Fetched)]) >= 3


@pytest.mark.parametrize("start", [True, False])
def test_a_mail_of_a_page(start: bool, tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Date"] = "Tue, 04 May 2021 09:12:36 +0800"
    if not start:
        mail["Snapshot-Content-Location"] = "http://www.example.cn/1.html"
    mail.set_content(page(1).decode("utf-8"), subtype="html", charset="gb18030")
    if start:
        mail["Content-Location"] = "http://www.example.cn/1.html"
    mail.make_related()
    mail.add_related(b"\x89PNG", "image", "png")
    (found,) = fetched(put(tmp_path / "saved", mail.as_bytes()))
    assert (found.reading.article.title, found.reading.article.url) == (title(1), "http://www.example.cn/1.html")
    assert f"{found.reading.fetched:%F %T}" == "2021-05-04 01:12:36"


# Feeds

HTML_BODY = "".join(f"<p>{line}</p>" for line in BODY.split("\n"))
FEEDS = {
    "RSS": (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>高原网</title><item><title>{TITLE}</title><link>http://www.example.cn/1.html?utm_source=rss</link>"
        f"<description>摘要</description><c:encoded><![CDATA[{HTML_BODY}]]></c:encoded>"
        "<pubDate>Mon, 03 May 2021 02:20:00 GMT</pubDate><author>卓玛</author></item></channel></rss>"
    ),
    "Atom": (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>{TITLE}</title><link rel="self" href="http://x.cn/a"/>'
        '<link href="http://www.example.cn/1.html"/><published>2021-05-03T10:20:00+08:00</published>'
        f'<author><name>卓玛</name></author><content type="xhtml"><div>{HTML_BODY}</div></content></entry></feed>'
    ),
    "RDF": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><item><title>{TITLE}</title><link>http://www.example.cn/1.html</link>'
        f"<description>{BODY}</description><dc:date>2021-05-03T10:20+08:00</dc:date><dc:creator>卓玛</dc:creator></item>"
        "</rdf:RDF>"
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FEEDS)
def test_the_items_of_a_feed(kind: str, tmp_path: Path) -> None:
    (article,) = articles(put(tmp_path / "feed.xml", FEEDS[kind]))
    assert (article.title, article.body, article.url) == (TITLE, BODY, "http://www.example.cn/1.html")
    assert (article.issued_text, article.authors, article.source) == ("2021-05-03 10:20", ("卓玛",), "example.cn")


def test_a_feed_reads_nothing_but_itself(tmp_path: Path) -> None:
    secret = put(tmp_path / "secret", "机密")
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    feed = f'<!DOCTYPE rss [<!ENTITY e0 "长"><!ENTITY x SYSTEM "file://{secret}">{bomb}]>' + FEEDS["RDF"].replace(
        "第一次", "&x;&e8;"
    )
    (outcome,) = read(put(tmp_path / "a.rss", feed.replace("rdf:RDF", "rss")))
    assert "机密" not in str(outcome)
    assert "declares entities" in str(outcome), "as a list is refused that does"


def test_midnight_in_a_feed_is_a_day_without_a_time(tmp_path: Path) -> None:
    feed = FEEDS["RSS"].replace("Mon, 03 May 2021 02:20:00 GMT", "Mon, 03 May 2021 00:00:00 +0800")
    (article,) = articles(put(tmp_path / "feed.xml", feed))
    assert article.issued == date(2021, 5, 3)


# JSON of other programs

PARTS = [BODY.split("\n")[0], BODY.split("\n")[1]]
URL = "http://www.example.cn/1.html"
OBJECTS: dict[str, Any] = {
    "news-please": {
        "authors": ["卓玛"], "date_download": "2021-05-04 01:12:36", "date_modify": "None", "filename": "a.json",
        "date_publish": "2021-05-03 10:20:00", "description": "摘要", "image_url": None, "language": "zh",
        "localpath": None,
        "maintext": BODY, "source_domain": "www.example.cn", "text": None, "title": TITLE, "title_page": None,
        "title_rss": None, "url": URL,
    },
    "Fundus": {"高原网": [{
        "title": TITLE, "authors": ["卓玛"], "publishing_date": "2021-05-03 10:20:00+08:00", "topics": [], "images": [],
        "html": {"requested_url": "x", "responded_url": URL, "crawl_date": "2021-05-04 01:12:36"},
        "body": {"summary": [], "sections": [{"headline": [], "paragraphs": PARTS}]},
    }]},
    "trafilatura": {
        "title": TITLE, "author": "卓玛", "hostname": "example.cn", "date": "2021-05-03", "fingerprint": "ab",
        "comments": "", "raw_text": BODY, "text": BODY, "language": None, "filedate": "2026-11-30", "source": URL,
        "source-hostname": "高原网", "excerpt": None, "categories": "", "tags": "",
    },
    "newspaper4k": {
        "url": URL, "read_more_link": "", "language": "zh", "title": TITLE, "top_image": "", "images": [],
        "keywords": [], "authors": ["卓玛"], "publish_date": "2021-05-03T10:20:00", "summary": "", "canonical_link": "",
        "text": BODY,
    },
    "Media Cloud": [{
        "id": "ab", "indexed_date": "2021-05-04T01:12:36", "language": "zh", "media_name": "高原网", "title": TITLE,
        "media_url": "example.cn", "publish_date": "2021-05-03", "url": URL, "text": BODY, "authors": "卓玛",
    }],
    "an answer of an API": {"code": 0, "data": {"list": [{
        "title": TITLE, "content": HTML_BODY, "publishTime": 1620008400000, "author": {"name": "卓玛"}, "link": URL,
    }]}},
    "a JSON feed": {"version": "https://jsonfeed.org/version/1.1", "title": "高原网", "items": [{
        "id": URL, "url": URL, "title": TITLE, "content_html": HTML_BODY, "date_published": "2021-05-03T02:20:00Z",
        "authors": [{"name": "卓玛"}],
    }]},
}  # fmt: skip


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("program", OBJECTS)
def test_json_of_another_program(program: str, indent: int | None, tmp_path: Path) -> None:
    (article,) = articles(put(tmp_path / "a.json", json.dumps(OBJECTS[program], ensure_ascii=False, indent=indent)))
    assert (article.title, article.body, article.url, article.source) == (TITLE, BODY, URL, "example.cn")
    assert (article.issued_text[:10], article.authors) == ("2021-05-03", ("卓玛",))


def test_keys_can_be_named(tmp_path: Path) -> None:
    text = json.dumps([{"题": TITLE, "里": {"文": BODY}}], ensure_ascii=False)
    (article,) = articles(put(tmp_path / "a.json", text), columns={"title": "题", "body": "里.文"})
    assert (article.title, article.body, article.source) == (TITLE, BODY, "text")


def test_a_damaged_object_costs_itself(wencang: Wencang, tmp_path: Path) -> None:
    one = {"url": URL, "title": TITLE, "body": BODY}
    parts = [json.dumps(one | {"url": f"{URL}?n={n}"}, ensure_ascii=False, indent=1) for n in range(4)]
    parts[1] = parts[1].replace('"title"', '"title')
    done = wencang(
        "import", put(tmp_path / "a.json", "[" + ",\n".join(parts) + "]"), put(tmp_path / "b.json", '{"a": 1}')
    )
    assert done.returncode == 5
    assert [line.split(": ")[1][-8:] for line in done.stderr.splitlines() if line.startswith("failed")] == [
        "a.json:2", "b.json:1"
    ]  # fmt: skip
    assert " 3 " in done.stdout


def test_a_dry_run_shows_what_would_come_in(wencang: Wencang, tmp_path: Path) -> None:
    done = wencang("import", SAMPLES, put(tmp_path / "a.xml", FEEDS["RSS"]), "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == 7
    assert {row["title"] for row in rows} == {TITLE}
