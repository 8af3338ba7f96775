"""What is exported: every format against an expected file and a real reader of it, whatever the articles hold."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZipFile

import openpyxl
import pyarrow.parquet as pq
import pytest
import yaml
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from markdown_it import MarkdownIt

from archive import jsonl
from archive.article import Revision
from archive.errors import DiskFull, UsageFault
from archive.rows import defused, undone
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.chronology import in_order
from archive.text.escaping import legible
from indexer.text.analyzer import Analyzer
from tests.support.program import Wencang, run
from tests.support.sample import ARTICLES, EXPORTS, LINES, ROOT
from tests.support.terminal import on_a_terminal
from wencang.desk.edition import Edition
from wencang.desk.export import export
from wencang.desk.export.citation import gbt7714
from wencang.desk.export.script import Region, converter
from wencang.desk.names import free, key, safe

VALUES: list[dict[str, Any]] = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
EDITION = Edition("闻藏", cite=gbt7714)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArticleStore]:
    """An archive of the five, put in another order."""
    with ArticleStore.create(load(tmp_path_factory.mktemp("shelf"))) as store:
        for record in reversed(list(jsonl.read(LINES.read_bytes().splitlines(), LINES.name))):
            article, fetched, gone = record  # type: ignore[misc]  # each can be read
            store.put(article, fetched, gone=gone)
        yield store


def written(store: ArticleStore, format: str) -> bytes:
    out = BytesIO()
    export.open_format(format).write(in_order(store), out, EDITION)
    return out.getvalue()


def sheet_rows(content: bytes) -> list[tuple[Any, ...]]:
    """The rows of a workbook, a cell as its value and number format."""
    book = openpyxl.load_workbook(BytesIO(content))
    return [tuple((cell.value, cell.number_format) for cell in row) for sheet in book for row in sheet.iter_rows()]


def as_text(format: str, written: bytes) -> str:
    """A file as it is compared: the members of a book, the rows of a table."""
    if format == "epub":
        with ZipFile(BytesIO(written)) as book:
            return "".join(f"== {name} ==\n{book.read(name).decode()}\n" for name in book.namelist())
    if format == "wordzip":
        with ZipFile(BytesIO(written)) as file:
            return "".join(f"== {name} ==\n{file.read(name).decode()}\n" for name in file.namelist())
    if format == "docx":
        return "".join(
            f"{line.style and line.style.name}: {line.text}\n" for line in Document(BytesIO(written)).paragraphs
        )
    if format == "xlsx":
        return "".join(f"{row}\n" for row in sheet_rows(written))
    if format == "parquet":
        table = pq.read_table(BytesIO(written))
        return f"{table.schema}\n" + "".join(f"{row}\n" for row in table.to_pylist())
    return written.decode()


@pytest.mark.parametrize("format", export.names())
def test_every_format_writes_what_is_expected(shelf: ArticleStore, format: str) -> None:
    """For a new format, or one that changed: read what pytest shows, and put it into the file that is named."""
    (expected,) = list(EXPORTS.glob(f"{format}.*")) or [EXPORTS / f"{format}.txt"]
    text = as_text(format, written(shelf, format))
    assert expected.exists(), f"{expected} is missing; it would hold:\n{text}"
    assert text == expected.read_bytes().decode()
    assert written(shelf, format) == written(shelf, format), "the same bytes each time"


# Read back by real readers


def test_jsonl_imported_and_exported_again_is_the_same(wencang: Wencang, tmp_path: Path) -> None:
    assert wencang("import", LINES).returncode == 0
    for question in ([], ["消息 OR 石磨 OR 终端 OR 来源 OR 纸条"]):
        assert wencang("export", *question, "--format", "jsonl", "-o", tmp_path / "again").returncode == 0
        assert (tmp_path / "again").read_bytes() == LINES.read_bytes()


def test_csv_is_a_table_without_formulas(shelf: ArticleStore, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(written(shelf, "csv"))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [list(row) for row in rows] == [[*values, "origin"] for values in VALUES]
    assert not [cell for row in rows for cell in row.values() if re.match(r"\s*[=+\-@＝＋－＠]", cell)]
    assert [{name: undone(cell) for name, cell in row.items()} for row in rows] == list(map(flat, VALUES))


def flat(values: dict[str, Any]) -> dict[str, str]:
    """A line of JSON as cells."""
    told = values | {
        **{name: "\n".join(values[name]) for name in ("authors", "tags", "notes")},
        "images": "\n".join(f"{image['url']} {image['caption']}" for image in values["images"]),
        "restored": str(values["restored"]).lower(),
    }
    return {name: value or "" for name, value in (told | {"origin": None}).items()}


def test_pandas_reads_csv_and_parquet(shelf: ArticleStore) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(BytesIO(written(shelf, "csv")), dtype=str, keep_default_na=False)
    assert [{name: undone(cell) for name, cell in row.items()} for row in frame.to_dict("records")] == [
        flat(values) for values in VALUES
    ]
    assert list(pandas.read_parquet(BytesIO(written(shelf, "parquet"))).title) == [values["title"] for values in VALUES]


@given(st.text(alphabet="'=+-@\t\r\n ＝a题", max_size=6))
def test_a_defused_cell_can_be_undone(text: str) -> None:
    assert not re.match(r"\s*[=+\-@＝＋－＠]", defused(text))
    assert undone(defused(text)) == text


def test_parquet_has_the_same_values(shelf: ArticleStore) -> None:
    rows = pq.read_table(BytesIO(written(shelf, "parquet"))).to_pylist()
    times = ("published", "fetched", "gone")
    assert not any(row.pop("day_only") or row.pop("origin") for row in rows)
    assert [row | {name: row[name] and row[name].isoformat() for name in times} for row in rows] == VALUES


def test_parquet_without_its_library_is_a_line(crawled: Path) -> None:
    program = (
        "import sys; sys.modules['pyarrow'] = None; import search_cli; "
        f"sys.argv = ['wencang', '--data', {str(crawled)!r}, 'export', '--format', 'parquet', '-o', '/dev/null']; "
        "sys.exit(search_cli.main())"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "pip install pyarrow" in done.stderr, done.stderr.count("\n")) == (2, True, 1)


def test_markdown_is_front_matter_and_plain_paragraphs(shelf: ArticleStore) -> None:
    articles = re.split(r"(?:\A|\n)---\n(?=id)", written(shelf, "md").decode())[1:]
    fronts, texts = zip(*(article.split("\n---\n", 1) for article in articles), strict=True)
    without = [{name: value for name, value in values.items() if name != "body"} for values in VALUES]
    assert [yaml.safe_load(front) for front in fronts] == without
    for text, values in zip(texts, VALUES, strict=True):
        page = html.fromstring(MarkdownIt().render(text))
        assert {element.tag for element in page.iter()} <= {"div", "h1", "p", "br", "a"}
        found = [element.text_content().strip() for element in page.iter("h1", "p")]
        body = [line.strip() for line in legible(values["body"]).splitlines() if line.strip()]
        assert found == [legible(values["title"]), found[1], *body, *filter(None, [values["rights"]])]


def test_jsonld_is_a_document_of_news_articles(shelf: ArticleStore) -> None:
    document = json.loads(written(shelf, "jsonld"))
    assert document["@context"] == "https://schema.org"
    assert {node["@type"] for node in document["@graph"]} == {"NewsArticle"}
    assert [(node["headline"], node["articleBody"]) for node in document["@graph"]] == [
        (values["title"], values["body"]) for values in VALUES
    ]


def test_tei_has_a_header_and_a_text_for_each_article(shelf: ArticleStore) -> None:
    """By chapters 2 and 15 of the guidelines: what a teiCorpus, a fileDesc and a publicationStmt are made of."""
    tei = "{http://www.tei-c.org/ns/1.0}"
    corpus = etree.fromstring(written(shelf, "tei"))
    assert [child.tag for child in corpus] == [f"{tei}teiHeader", *[f"{tei}TEI"] * len(VALUES)]
    for one, values in zip(corpus.iterchildren(f"{tei}TEI"), VALUES, strict=True):
        assert [child.tag for child in one] == [f"{tei}teiHeader", f"{tei}text"]
        assert [str(part.tag).removeprefix(tei) for part in one[0][0]] == ["titleStmt", "publicationStmt", "sourceDesc"]
        assert [str(part.tag).removeprefix(tei) for part in one[0][0][1]][:2] == ["publisher", "idno"]
        assert [name.text for name in one[0][0][0].iter(f"{tei}author")] == values["authors"]
        lines = [line for line in legible(values["body"]).splitlines() if line.strip()]
        assert [p.text for p in one[1][0]] == [legible(values["title"]), *lines]
    ids = [one.get("{http://www.w3.org/XML/1998/namespace}id") for one in corpus.iter(f"{tei}TEI")]
    assert len(set(ids)) == len(VALUES)


def test_the_page_loads_and_runs_nothing(shelf: ArticleStore) -> None:
    page = html.fromstring(written(shelf, "html"))
    assert not {"script", "img", "iframe", "form"} & {element.tag for element in page.iter()}
    assert {name for element in page.iter() for name in element.attrib if name.startswith("on")} == set()
    assert [link.get("href") for link in page.iter("a")] == [values["url"] for values in VALUES[:4]]
    assert [heading.text for heading in page.iter("h3")] == [legible(values["title"]) for values in VALUES]


def test_a_book_begins_as_a_book_must(shelf: ArticleStore) -> None:
    with ZipFile(BytesIO(written(shelf, "epub"))) as book:
        first = book.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", 0, b"")
        contents = etree.fromstring(book.read("book/nav.xhtml"))
        links = [link.get("href") for link in contents.iter("{*}a")]
        targets = {
            f"{name.removeprefix('book/')}#{one.get('id')}"
            for name in book.namelist() if name.endswith(".xhtml")
            for one in etree.fromstring(book.read(name)).iter("{*}article")
        }  # fmt: skip
    assert len(links) == len(VALUES)
    assert set(links) == targets


@pytest.mark.skipif(not shutil.which("epubcheck"), reason="apt-get install epubcheck")
def test_epubcheck_passes_the_book(shelf: ArticleStore, tmp_path: Path) -> None:
    (tmp_path / "out.epub").write_bytes(written(shelf, "epub"))
    command = ["java", "-jar", os.path.realpath(str(shutil.which("epubcheck"))), str(tmp_path / "out.epub")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 errors / 0 warnings" in done.stdout


# In which order, and into what


def test_an_export_is_what_the_archive_held_when_it_began(store: ArticleStore) -> None:
    early, middle, last, late = sorted(ARTICLES[:4], key=lambda one: str(one.published))
    for article in (last, early, middle):
        store.put(article)
    found = in_order(store)
    assert next(found).article == early
    store.put(late)
    store.put(replace(last, body="改过了。"))
    assert [one.article for one in found] == [middle, last]
    found = in_order(store)
    store.withdraw(middle.id, "a test")
    assert middle.id not in [one.article.id for one in found]


def test_the_order_is_that_of_publication_within_a_group(shelf: ArticleStore) -> None:
    ids = [values["id"] for values in VALUES]
    assert [one.article.id for one in in_order(shelf, [ids[4], "unknown", ids[0], ids[2]])] == [ids[0], ids[2], ids[4]]
    assert [one.article.source for one in in_order(shelf, None, "source")] == sorted(
        values["source"] for values in VALUES
    )
    assert list(in_order(shelf, [])) == []


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("article", 5),
        ("source", ["a.example.cn.csv", "b.example.cn.csv", "page.csv", "tibet.cn.csv"]),
        ("section", ["a .. b.csv", "news zx 资讯.csv", "no section.csv"]),
        ("year", ["2022.csv", "2023.csv", "undated.csv"]),
        ("month", ["2022-06.csv", "2023-01.csv", "undated.csv"]),
    ],
)
def test_a_folder_holds_a_file_for_each_group(
    shelf: ArticleStore, tmp_path: Path, by: str, names: int | list[str]
) -> None:
    folder = tmp_path / "out"
    export.to_folder(export.open_format("csv"), in_order(shelf, None, by), folder, EDITION, by)
    assert [path.name for path in tmp_path.iterdir()] == ["out"], "nothing beside it"
    found = sorted(path.name for path in folder.iterdir())
    assert names in (found, len(found))
    rows = []
    for path in folder.iterdir():
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += list(csv.DictReader(file))
    assert sorted(row["id"] for row in rows) == sorted(values["id"] for values in VALUES)


@given(st.text(max_size=300))
def test_a_safe_name_is_one_name(name: str) -> None:
    kept = f"{safe(name)}.jsonl"
    assert Path(kept).name == kept
    assert len(kept.encode()) <= 255
    assert kept.isprintable()
    assert kept[0] not in ".- "
    assert re.fullmatch(r"[A-Za-z0-9.:_-]*", key(name))


def test_names_that_come_out_the_same_are_kept_apart(tmp_path: Path) -> None:
    paths = []
    for name in ("a/b", "a:b", "a b"):
        paths.append(free(tmp_path, name, "txt"))
        paths[-1].touch()
    assert len(set(paths)) == 3
    assert key("a/b") != key("a:b".replace(":", "|"))
    assert safe("con.txt") == "con.txt_"


def test_a_folder_appears_whole_or_not_at_all(shelf: ArticleStore, tmp_path: Path) -> None:
    def torn() -> Iterator[Revision]:
        yield from list(in_order(shelf))[:3]
        raise OSError(28, "No space left on device")

    for form in map(export.open_format, export.names()):
        with pytest.raises(OSError, match="No space"):
            export.to_folder(form, torn(), tmp_path / "out", EDITION, "month")
        with pytest.raises(DiskFull, match="No space"):
            export.export(form, torn(), tmp_path / "file", "", EDITION)
    assert list(tmp_path.iterdir()) == []


def test_a_format_is_handed_what_it_may_not_hold(shelf: ArticleStore) -> None:
    """Every format writes what it has before it asks for many more; docx is bounded, a workbook is kept on disk."""
    some = next(in_order(shelf))
    for name in set(export.names()) - {"docx", "xlsx"}:
        out = BytesIO()
        asked: list[int] = []

        def articles(out: IO[bytes] = out, asked: list[int] = asked) -> Iterator[Revision]:
            for number in range(4_200):
                asked.append(out.tell())
                yield replace(some, article=replace(some.article, id=f"tibet.cn-{number}"))

        export.open_format(name).write(articles(), out, EDITION)
        assert asked[-1] > asked[0], name


def test_a_document_of_word_has_contents_that_lead_to_its_headings(shelf: ArticleStore) -> None:
    body = Document(BytesIO(written(shelf, "docx"))).element.body
    anchors = body.xpath(".//w:hyperlink/@w:anchor")
    assert anchors == body.xpath(".//w:bookmarkStart/@w:name")
    headings = [mark.getparent() for mark in body.xpath(".//w:bookmarkStart")]
    links = body.xpath(".//w:hyperlink[@w:anchor]")
    assert [text_in(heading) for heading in headings] == [text_in(link) for link in links]
    assert body.xpath(".//w:fldChar/@w:fldCharType") == ["begin", "separate", "end"]
    pages = [values["url"] for values in VALUES if values["url"].startswith("http")]
    assert len(body.xpath(".//w:hyperlink[@r:id]")) == len(pages), "javascript: is no link"


def text_in(element: Any) -> str:
    return "".join(text.text for text in element.iter(qn("w:t")))


def test_a_document_of_word_is_bounded(shelf: ArticleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    form = export.open_format("docx")
    monkeypatch.setattr(form, "MOST", 2)
    with pytest.raises(UsageFault, match="holds 2 articles at most; narrow the question, or add --split-by month"):
        form.write(in_order(shelf), BytesIO(), EDITION)


def test_words_are_apart_and_nothing_is_lost(shelf: ArticleStore) -> None:
    """What AntConc and Voyant count are the words of the archive's lexicon."""
    with ZipFile(BytesIO(written(shelf, "wordzip"))) as file:
        rows = list(csv.DictReader(io.TextIOWrapper(file.open("metadata.csv"), "utf-8-sig", newline="")))
        texts = [file.read(f"texts/{row['file']}").decode() for row in rows]
    for revision, row, text in zip(in_order(shelf), rows, texts, strict=True):
        article = revision.article
        assert row["id"] == article.id
        assert int(row["words"]) == len(text.split())
        assert "".join(text.split()) == "".join(legible(article.title + article.body).split())
    assert "磨坊 的 四 片" in "".join(texts) or "磨坊 的" in "".join(texts)
    own = EDITION._replace(analyzer=lambda: Analyzer("风一起\n"))
    out = BytesIO()
    export.open_format("words").write(in_order(shelf), out, own)
    assert " 风一起 " in out.getvalue().decode()


def test_a_workbook_is_not_held_in_memory(shelf: ArticleStore) -> None:
    some = next(in_order(shelf))
    long = replace(some, article=replace(some.article, body=some.article.body * 300))
    write = export.open_format("xlsx").write
    with TemporaryFile() as out:
        write(iter([long]), out, EDITION)  # loads what is loaded once
    tracemalloc.start()
    try:
        with TemporaryFile() as out:
            write((long for _number in range(1_500)), out, EDITION)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000, "the texts take forty"
    finally:
        tracemalloc.stop()


def test_texts_are_converted_and_names_are_not() -> None:
    article = ARTICLES[0]
    revision = converter(False)(Revision(1, article, article.published))  # type: ignore[arg-type]  # it has one
    assert "購物節" in revision.article.title
    assert (revision.article.editor, revision.article.credit) == (article.editor, article.credit)
    assert converter(True)(revision).article == article


@pytest.mark.parametrize(("region", "expected"), [("", "裏面喫麪線"), ("tw", "裡面吃麵線"), ("hk", "裏面吃麪線")])
def test_traditional_characters_follow_the_standard_of_a_region(region: Region, expected: str) -> None:
    article = replace(ARTICLES[0], title="里面吃面线")
    assert converter(False, region)(Revision(1, article, datetime.now(UTC))).article.title == expected


# As a user runs it


def test_traditional_says_so(crawled: Path) -> None:
    page = run("export", "购物节", "--format", "html", "--traditional", data=crawled).stdout
    assert '<html lang="zh-Hant">' in page
    assert "購物節" in page


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--format", "epub"], "-o"),
        (["--split-by", "month"], "-o"),
        (["-o", "."], "--split-by"),
        (["--split-by", "year", "-o", "."], "new folder"),
        (["--split-by", "weekday"], "--split-by"),
        (["-o", "nowhere/out.txt"], "nowhere"),
        (["--since", "2022"], "query"),
    ],
)
def test_where_an_export_can_not_go(crawled: Path, arguments: list[str], named: str) -> None:
    done = run("export", *arguments, data=crawled)
    assert (done.returncode, done.stderr.count("\n"), done.stdout) == (2, 1, "")
    assert named in done.stderr


def test_a_folder_half_written_by_a_run_that_was_killed_is_named(crawled: Path, tmp_path: Path) -> None:
    (tmp_path / "out.part").mkdir()
    done = run("export", "--split-by", "year", "-o", tmp_path / "out", data=crawled)
    assert (done.returncode, "out.part" in done.stderr) == (2, True)
    assert (tmp_path / "out.part").exists()


def test_nothing_found_makes_nothing(crawled: Path, tmp_path: Path) -> None:
    for options in (["--format", "epub"], ["--split-by", "month"]):
        assert run("export", "无此词汇啊", *options, "-o", tmp_path / "out", data=crawled).returncode == 1
    assert not (tmp_path / "out").exists()
    done = run("export", "无此词汇啊", data=crawled)
    assert (done.returncode, done.stderr) == (1, "无此词汇啊: nothing found\n")


def test_the_name_of_a_file_tells_its_format(crawled: Path, tmp_path: Path) -> None:
    run("export", "援藏", "-o", tmp_path / "hits.JSONL", data=crawled)
    assert json.loads((tmp_path / "hits.JSONL").read_bytes().splitlines()[0])["source"] == "tibet.cn"
    run("export", "援藏", "-o", tmp_path / "hits", data=crawled)
    assert not (tmp_path / "hits").read_text(encoding="utf-8").startswith("{")


def test_a_terminal_is_safe_from_what_is_exported(wencang: Wencang, tmp_path: Path) -> None:
    wencang("import", LINES)
    for format in ("jsonl", "csv"):
        program, data = str(ROOT / "search_cli.py"), str(tmp_path / "data")
        command = [sys.executable, program, "--data", data, "export", "--format", format]
        code, shown = on_a_terminal(command)
        assert code == 0
        assert "一张纸条" in shown
        assert "\x1b" not in shown, format
        assert "\u202e" not in shown


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(UsageFault, match=r"--format doc: is not an export format"):
        export.open_format("doc")


def test_the_documented_schema_is_what_is_written() -> None:
    text = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert documented == [*VALUES[0], "day_only"]
