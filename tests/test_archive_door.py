"""The methods of Archive on the sample, as someone who uses the library calls them; and HTML of hostile texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wencang
from archive.article import SHANGHAI, Article, Revision
from archive.errors import ArchiveUnusable, Busy, IndexUnusable, NotKept, QueryFault, UsageFault, Withdrawn
from archive.lock import exclusive
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.pictures import Picture, Pictures
from archive.text.escaping import legible, link, marked
from indexer.diff import differences
from indexer.search import Hit
from indexer.snippet import Snippet
from tests.support.sample import ANALYZER, EXPECTED, SAMPLE
from wencang.desk.table import Table
from wencang.desk.versions import Diff
from wencang.desk.view import View

SIGNING = "tibet.cn-7210688"
SIGNING_URL = next(article["url"] for article in EXPECTED if article["id"] == SIGNING)
ALIAS = "https://m.tibet.cn/cn/aid_tibet/news/202206/t20220601_7210688.html?utm_source=x"
NEW = "更新后的第一段。\n"


@pytest.fixture(autouse=True)
def silence(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """No method prints."""
    yield
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def archive(crawled: Path) -> Iterator[wencang.Archive]:
    with wencang.open(crawled, {}) as archive:
        yield archive


@pytest.fixture
def changed(crawled: Path) -> Iterator[wencang.Archive]:
    """The same with a second version of one article."""
    with ArticleStore.open(load(crawled)) as store:
        kept = store.get(SIGNING)
        assert kept
        store.put(replace(kept.article, body=NEW + kept.article.body), kept.fetched + timedelta(days=1))
    with wencang.open(crawled, {}) as archive:
        yield archive


# One article


@pytest.mark.parametrize("name", [SIGNING, SIGNING_URL, ALIAS])
def test_an_article_by_its_id_or_any_address(archive: wencang.Archive, name: str) -> None:
    article = archive.article(name)
    assert article.id == SIGNING
    assert article.published
    assert article.published.tzinfo == SHANGHAI
    revision = archive.revision(name)
    assert (revision.article, revision.fetched.utcoffset()) == (article, timedelta(0))
    assert archive.addresses(name) == [SIGNING_URL]


def test_what_is_not_kept_has_its_error(archive: wencang.Archive) -> None:
    for ask in (archive.article, archive.revision, archive.addresses, archive.show, archive.raw, archive.history):
        with pytest.raises(NotKept, match=r"^tibet\.cn-1: is not in the archive$"):
            ask("tibet.cn-1")
        with pytest.raises(NotKept, match="wencang crawl --url"):
            ask("http://www.tibet.cn/1.html")
    with pytest.raises(NotKept):
        archive.diff(SIGNING, other="tibet.cn-1")
    with pytest.raises(NotKept):
        archive.explain("援藏", "tibet.cn-1")
    with pytest.raises(NotKept):
        archive.cite("tibet.cn-1")


def test_what_was_withdrawn_has_its_error(crawled: Path) -> None:
    with ArticleStore.open(load(crawled)) as store:
        store.withdraw(SIGNING, "a test")
    with wencang.open(crawled, {}) as archive:
        for ask in (archive.article, archive.show, archive.raw, archive.history, archive.diff, archive.cite):
            with pytest.raises(Withdrawn, match="a test"):
                ask(SIGNING_URL)


def test_every_method_needs_an_archive(tmp_path: Path) -> None:
    archive = wencang.open(tmp_path / "none", {})
    calls: list[Any] = [
        lambda: archive.article("x"), lambda: archive.revision("x"), lambda: archive.addresses("x"),
        lambda: archive.show("x"), lambda: archive.raw("x"), lambda: archive.history("x"), lambda: archive.diff("x"),
        lambda: archive.explain("西藏"), lambda: archive.export(out=BytesIO()), lambda: archive.cite("西藏"),
        archive.index, archive.lexicon.suggest,
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(ArchiveUnusable, match="holds no archive yet"):
            call()
    assert not (tmp_path / "none").exists()


def test_a_question_needs_an_index(archive: wencang.Archive) -> None:
    for call in (
        lambda: archive.explain("西藏", engine="tantivy"),
        lambda: archive.cite("西藏", engine="tantivy"),
        lambda: archive.export("西藏", out=BytesIO(), engine="tantivy"),
        lambda: archive.show(SIGNING, full_marks="西藏", engine="tantivy"),
        lambda: archive.lexicon.suggest("西藏", engine="tantivy"),
    ):
        with pytest.raises(IndexUnusable, match="contains no index yet"):
            call()


def test_a_view_has_marks_where_a_question_is_given(archive: wencang.Archive) -> None:
    view = archive.show(ALIAS)
    assert (view.revision, view.addresses) == (archive.revision(SIGNING), (SIGNING_URL,))
    assert view.marks == {}
    assert view.text.startswith(view.revision.article.title + "\n")
    view = archive.show(SIGNING, full_marks='援藏 "招商引資" 日期:2018-13')
    article = view.revision.article
    for name, text in (("title", article.title), ("body", article.body), ("text", view.text)):
        assert "援藏" in {text[start:end] for start, end in view.marks[name]} <= {"援藏", "招商引资", "2018", "13"}
    assert [notice.code for notice in view.notices] == ["doubt"]
    assert list(view.to_json())[-7:] == ["sequence", "fetched", "gone", "addresses", "tags", "notes", "marks"]
    assert "<mark>援藏</mark>" in view._repr_html_()


def test_raw_pages_have_their_bytes_headers_and_time(archive: wencang.Archive, crawled: Path) -> None:
    (page,) = archive.raw(SIGNING)
    assert (page.url, page.fetched.utcoffset()) == (SIGNING_URL, timedelta(0))
    assert page.body == (SAMPLE / SIGNING_URL.removeprefix("http://")).read_bytes()
    assert page.response
    assert "content-length" in {name.lower() for name, _value in page.response.headers}
    for file in (crawled / "pages").iterdir():
        file.unlink()
    with pytest.raises(ArchiveUnusable, match="the file is missing"):
        archive.raw(SIGNING)


def test_a_picture_is_written_out_by_its_address(crawled: Path) -> None:
    url = "http://www.tibet.cn/1.jpg"
    with ArticleStore.open(load(crawled)) as store:
        (page,) = store.history(SIGNING)[0].pages
        Pictures(store).note_new([Picture(url, SIGNING_URL, "tibet.cn", None, page=page)])
    with wencang.open(crawled, {}) as archive:
        assert archive.raw(url) == archive.raw(SIGNING)
        with pytest.raises(NotKept, match=f"is a picture of {SIGNING}; `wencang show {url} --raw`"):
            archive.article(url)


def test_an_imported_article_has_no_raw_page(store: ArticleStore, tmp_path: Path) -> None:
    store.put(Article("http://www.example.cn/1", "题", "正文。", id="one"))
    assert wencang.open(tmp_path, {}).raw("one") == ()


# Versions


def test_history_is_a_table_of_steps(changed: wencang.Archive) -> None:
    history = changed.history(SIGNING)
    first, second = history.steps
    assert (first.fields, first.added, first.removed) == ((), 0, 0)
    assert (second.fields, second.added, second.removed) == (("body",), len(NEW.strip()), 0)
    row = dict(zip(history.columns, list(history.rows())[1], strict=True))
    assert row["fetched"] == first.revision.fetched + timedelta(days=1)
    assert (row["changed"], row["gone"]) == ("body", None)
    assert list(second.to_json()) == list(history.columns)
    assert "<table>" in history._repr_html_()


def test_diff_compares_the_last_two_versions_or_those_named(changed: wencang.Archive) -> None:
    diff = changed.diff(SIGNING)
    assert [part.text for part in diff.changes["body"] if part.kind == "added"] == [NEW]
    sequences = diff.old.sequence, diff.new.sequence
    assert changed.diff(SIGNING, 1, 2) == changed.diff(SIGNING, *sequences) == changed.diff(SIGNING, 1) == diff
    assert not changed.diff(SIGNING, 2, 2).changes
    back = changed.diff(SIGNING, 2, 1)
    assert next(part.kind for part in back.changes["body"]) == "removed"
    assert [diff.to_json()[side]["sequence"] for side in "ab"] == list(sequences)
    with pytest.raises(UsageFault, match=r"^9: is not a version of it; versions: \d+, \d+$"):
        changed.diff(SIGNING, 9)


def test_diff_compares_two_articles(archive: wencang.Archive) -> None:
    other = next(article["id"] for article in EXPECTED if article["id"] != SIGNING)
    diff = archive.diff(SIGNING, other=other)
    assert (diff.old.article.id, diff.new.article.id) == (other, SIGNING)
    with pytest.raises(NotKept, match="has only one version"):
        archive.diff(SIGNING)


# Questions


def test_explain_finds_its_article_in_either_place(archive: wencang.Archive) -> None:
    explanation = archive.explain("援藏 招商引資", SIGNING)
    assert explanation == archive.explain(f"援藏 招商引資 {SIGNING_URL}")
    assert explanation.reason
    assert explanation.reason.article.id == SIGNING
    assert explanation.to_json()["reason"]["article"] == SIGNING
    assert "notices" not in explanation.to_json()
    assert archive.explain("援藏", since="2022", until="2022").total < archive.explain("援藏").total
    assert archive.explain(SIGNING).reason is None, "a single word is a question"
    with pytest.raises(UsageFault, match="nowhere"):
        archive.explain("援藏", source="nowhere")


def test_index_brings_up_to_date_and_notices_say_when_it_is_behind(changed: wencang.Archive) -> None:
    for notices in (changed.explain("西藏").notices, changed.cite("西藏").notices):
        assert [notice.code for notice in notices] == ["index-behind"]
    steps: list[int] = []
    assert changed.index(progress=steps.append) == 1
    assert (steps, changed.index()) == ([1], 0)
    assert changed.explain("西藏").notices == ()
    assert changed.index(rebuild=True, engine="tantivy") == len(EXPECTED)
    with exclusive(changed.data / "index" / "whoosh.lock"), pytest.raises(Busy):
        changed.index()


# Exporting and citing


def test_export_writes_to_a_path_or_a_file_object(archive: wencang.Archive, tmp_path: Path) -> None:
    path = tmp_path / "hits.jsonl"
    steps: list[int] = []
    exported = archive.export("援藏", out=str(path), progress=steps.append)
    assert (exported.path, exported.notices) == (path, ())
    articles = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert steps == list(range(1, exported.count + 1)) == list(range(1, len(articles) + 1))
    out = BytesIO()
    assert archive.export("援藏", out=out, format="jsonl").path is None
    assert out.getvalue() == path.read_bytes()
    assert archive.export(out=(book := BytesIO()), format="epub").count == len(EXPECTED)
    assert book.getvalue()[:2] == b"PK"
    assert archive.export("购物节", out=(text := BytesIO()), simplified=False).count
    assert "購物節" in text.getvalue().decode()
    assert archive.export(out=tmp_path / "years", format="csv", split_by="year").path == tmp_path / "years"
    assert {file.suffix for file in (tmp_path / "years").iterdir()} == {".csv"}


def test_an_export_of_nothing_makes_nothing(archive: wencang.Archive, tmp_path: Path) -> None:
    assert archive.export("无此词汇啊", out=tmp_path / "out.txt").count == 0
    assert list(tmp_path.glob("out*")) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "doc"}, "--format doc: is not an export format; formats: csv, docx, epub, "),
        ({"split_by": "weekday"}, "--split-by weekday: is not a group of articles; groups: article, year, "),
        ({"out": BytesIO(), "split_by": "month"}, "export: needs a file or folder"),
        ({"out": Path("nowhere/out.txt")}, "nowhere: is not a folder"),
        ({"out": Path("tests"), "split_by": "year"}, "tests: already exists"),
        ({"out": Path("tests")}, "tests: is a folder"),
        ({"since": "2022"}, "--since 2022: a filter needs a query"),
    ],
)
def test_an_export_that_can_not_be_made(archive: wencang.Archive, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageFault, match=re.escape(message)):
        archive.export(**{"out": BytesIO()} | options)


def test_cite_takes_ids_or_a_question(archive: wencang.Archive) -> None:
    citations = archive.cite(SIGNING)
    assert citations.count == 1
    assert str(citations) == citations.text
    assert citations.text.startswith(
        "卓玛拉姆, 李青原. 26个项目落户高原 援藏干部招商引资集中签约[EB/OL]. (2022-06-01)["
    )
    ids = [SIGNING, "tibet.cn-7094207"]
    items = json.loads(archive.cite(" ".join(ids), style="csl-json").text)
    assert [item["id"] for item in items] == ids
    found = archive.cite("援藏 招商引资", style="bibtex")
    assert (found.count, found.text.count("@online{")) == (3, 3)
    assert (archive.cite("无此词汇啊").count, archive.cite("无此词汇啊").text) == (0, "")
    with pytest.raises(UsageFault, match="--style apa: is not a citation style; styles: gbt7714, "):
        archive.cite(SIGNING, style="apa")  # type: ignore[arg-type]
    with pytest.raises(QueryFault, match="no word"):
        archive.cite(" ")


# The lexicon


def test_words_come_and_go(archive: wencang.Archive) -> None:
    lexicon = archive.lexicon
    edit = lexicon.add(["云端牧歌", "格珞驿站 50", "西藏"])
    assert edit.words == (("云端牧歌", "added"), ("格珞驿站 50", "added"), ("西藏", "known"))
    assert [notice.code for notice in edit.notices] == ["rebuild-due"]
    assert lexicon.list().words == (("云端牧歌", None, "own"), ("格珞驿站", 50, "own"))
    assert len(lexicon.list(all=True).words) > 1_000
    assert [notice.code for notice in archive.search("西藏", limit=0).notices] == ["rebuild-due"]
    assert lexicon.remove(["云端牧歌", "格珞驿站"]).words == (("云端牧歌", "removed"), ("格珞驿站", "removed"))
    assert (lexicon.list().words, lexicon.rebuild_due()) == ((), ())
    for change, words in ((lexicon.add, ["云端 牧 歌"]), (lexicon.remove, ["云端牧歌"])):
        with pytest.raises(UsageFault):
            change(words)
    with exclusive(archive.data / "lexicon.lock"), pytest.raises(Busy):
        lexicon.add(["云端牧歌"])


def test_terms_are_proposed_for_all_or_for_a_question(archive: wencang.Archive) -> None:
    steps: list[int] = []
    terms = archive.lexicon.suggest(limit=5, progress=steps.append)
    assert steps == list(range(1, len(steps) + 1))
    assert len(steps) >= len(EXPECTED)
    rows = [dict(zip(terms.columns, row, strict=True)) for row in terms.rows()]
    assert len(rows) <= 5
    assert all(row["word"] in row["example"] for row in rows)
    assert len(archive.lexicon.suggest("西藏", limit=5).terms) <= 5


# HTML of hostile texts

_ALLOWED = {
    "a", "b", "body", "br", "dd", "del", "div", "dl", "dt", "h1", "h3", "head", "html", "ins", "mark", "meta", "p",
    "s", "span", "style", "table", "tbody", "td", "th", "thead", "title", "tr",
}  # fmt: skip
_HOSTILE = st.text(
    st.sampled_from("<>&\"'`=/\\\0\x07\x1b\x7f\x85\u061c\u202a\u202d\u202e\u2066\u2069\ufeff a题\n"), max_size=30
) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</title></mark></style><svg/onload=x>",
        "a\u202ecod.exe",
        "&lt;b&gt; &amp;amp; <!-- ]]>",
        "javascript:alert(1)",
    ]
)


class Reader(HTMLParser):
    """The text of a document; refuses elements and attributes that a document of ours never has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _ALLOWED
        names = {name for name, _value in attrs}
        assert names <= {"href", "style", "lang", "charset", "name", "content", "http-equiv"}
        assert all(str(value).startswith(("http://", "https://")) for name, value in attrs if name == "href")
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def read(html: str) -> str:
    """The text of a document, without blanks; no character in it steers or turns round what is shown."""
    assert html == legible(html)
    return bare(Reader(html).text)


def bare(text: str) -> str:
    return "".join(legible(text).split())


def revision(title: str, body: str, sequence: int = 1, url: str = "http://www.tibet.cn/1") -> Revision:
    article = Article(url, title, body, source=title, section=body, credit=title, id=f"x-{title}")
    return Revision(sequence, article, datetime(2022, 6, 1, tzinfo=UTC))


@given(_HOSTILE, _HOSTILE, _HOSTILE)
def test_a_diff_is_safe_html(title: str, body: str, other: str) -> None:
    old, new = revision(other, body), revision(title, other + body, 2)
    diff = Diff(old, new, differences(old, new, ANALYZER))
    for html in (diff.html(), diff._repr_html_()):
        assert bare(title) in read(html)
        for parts in diff.changes.values():
            assert all(bare(part.text) in read(html) for part in parts)


@given(_HOSTILE, _HOSTILE, _HOSTILE, st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=3))
def test_a_hit_and_a_view_are_safe_html(title: str, body: str, url: str, marks: list[tuple[int, int]]) -> None:
    spans = tuple((min(mark), max(mark)) for mark in marks if max(mark) <= len(body))
    one = revision(title, body, url=url or "x")
    text = read(Hit(1, one.article, 1.0, Snippet(body, spans))._repr_html_())
    assert bare(title) in text
    assert text.endswith(bare(body))
    assert bare(body) in read(View(one, (url,), {"title": (), "body": spans})._repr_html_())


@given(st.lists(st.tuples(_HOSTILE, _HOSTILE), max_size=3))
def test_a_table_is_safe_html(cells: list[tuple[str, str]]) -> None:
    @dataclass(frozen=True, slots=True)
    class Cells(Table):
        columns = ("<script>", "b")

        def rows(self) -> Iterator[tuple[Any, ...]]:
            return iter(cells)

    assert read(Cells()._repr_html_()) == "<script>b" + "".join(bare(a) + bare(b) for a, b in cells)


def test_marks_and_links() -> None:
    assert marked("a<b", [(1, 2), (0, 1), (0, 2)]) == "<mark>a</mark><mark>&lt;</mark>b"
    assert link("http://a.cn/?x=1&y", '"') == '<a href="http://a.cn/?x=1&amp;y">&quot;</a>'
    assert link("javascript:alert(1)") == "javascript:alert(1)"
