"""A source whose site changed its layout is mended from the pages at hand and what the archive keeps."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.article import from_json, to_json
from archive.errors import NotRead
from archive.settings import load
from archive.storage import of as storage_of
from archive.store import ArticleStore
from archive.tables.doubts import Doubts
from archive.url import canonical
from archive.warc.pages import FetchedPage, Pages
from crawler.extract.extractor import read, read_list
from crawler.http.replay import replay
from crawler.keeping import Fetched, keep
from crawler.propose.mend import AtHand, fits, mend
from crawler.propose.saved import SavedPage
from crawler.report import Report
from crawler.sources import SHIPPED, Sources, of_text, to_toml
from tests.support import relayout
from tests.support.program import Wencang, run
from tests.support.sample import ROOT, SAMPLE
from wencang.sources import mending
from wencang.sources.mending import write

PAGES = ROOT / "tests" / "pages"
NOW = datetime(2026, 11, 30, 4, tzinfo=UTC)
TIMES = re.compile(r"(?:19|20)\d\d[-年/.]\d\d?[-月/.]\d\d?日?|来源[:：]|\d\d:\d\d(?::\d\d)?")
FIELDS = ("title", "body", "published", "authors", "editor", "credit")


def saved(name: str, key: str) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """The saved pages of a source whose .json has a key."""
    for path in sorted((PAGES / name).glob("*.json")):
        expected = json.loads(path.read_text(encoding="utf-8"))
        if key in expected and expected.get("path", "rules") == "rules":
            yield path.with_suffix(".html").read_bytes(), expected


def articles(name: str, way: str, known: bool = True) -> list[AtHand]:
    return [
        AtHand(relayout.changed(page, way), expected["url"], NOW, from_json(expected) if known else None)
        for page, expected in saved(name, "path")
    ]


CASES = [(name, way) for name in SHIPPED.names() for way in relayout.WAYS | relayout.OTHER_WAYS]


@pytest.mark.parametrize(("name", "way"), CASES)
def test_a_mended_source_reads_the_new_layout_as_the_old_one(name: str, way: str) -> None:
    pages = articles(name, way)
    mended = mend(SHIPPED.load(name), pages, {}, NOW).source
    wrong = []
    for page in pages:
        read_so = to_json(read(page.page, page.url, page.fetched, source=mended).article)
        known = to_json(page.article) if page.article else {}
        wrong += [(page.url, field) for field in FIELDS if read_so[field] != known[field]]
    assert not wrong


@pytest.mark.parametrize(("name", "way"), CASES)
def test_a_mended_list_shows_its_rows(name: str, way: str) -> None:
    source = SHIPPED.load(name)
    for page, expected in saved(name, "rows"):
        changed = relayout.changed(page, way)
        mended = mend(source, (), {expected["url"]: changed}, NOW).source
        listing = read_list(changed, expected["url"], mended)
        rows = [*filter(source.is_article, map(canonical, listing.rows))]
        wanted = [*filter(source.is_article, expected["rows"])]
        assert listing.pages == expected["pages"]
        assert rows == wanted


def test_what_fits_is_left_alone() -> None:
    source = SHIPPED.load("xzxw_com")
    pages = [AtHand(page, expected["url"], NOW) for page, expected in saved("xzxw_com", "path")]
    lists = {expected["url"]: page for page, expected in saved("xzxw_com", "rows")}
    mending = mend(source, pages, lists, NOW)
    assert (mending.changes, mending.broken, mending.unmended) == (False, 0, ())


def test_the_new_form_begins_when_the_old_one_ends() -> None:
    source = SHIPPED.load("vtibet_com")
    before = [
        AtHand(page, expected["url"], NOW - timedelta(days=30), from_json(expected))
        for page, expected in saved("vtibet_com", "path")
    ]
    mending = mend(source, [*articles("vtibet_com", "classes renamed"), *before], {}, NOW)
    new, old = mending.source.forms
    assert (new.since, old.until, mending.ended) == (date(2026, 11, 30), date(2026, 11, 29), ("desktop",))
    for page in before:
        assert fits(read(page.page, page.url, page.fetched, source=mending.source))
    assert all(page.same for page in mending.shown)


def test_without_known_articles_general_means_are_the_answer() -> None:
    pages = articles("vtibet_com", "classes renamed", known=False)
    mending = mend(SHIPPED.load("vtibet_com"), pages, {}, NOW)
    assert [form.since for form in mending.forms] == [date(2026, 11, 30)]
    for page in pages:
        assert fits(read(page.page, page.url, page.fetched, source=mending.source))


def test_one_page_of_an_unknown_article_makes_no_form() -> None:
    pages = articles("vtibet_com", "classes renamed", known=False)[:1]
    mending = mend(SHIPPED.load("vtibet_com"), pages, {}, NOW)
    assert (mending.forms, mending.unmended) == ((), (pages[0].url,))


def test_the_comments_of_the_file_stay(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    text = SHIPPED.path("vtibet_com").read_text(encoding="utf-8")
    (tmp_path / "sources" / "vtibet_com.toml").write_text(text + "# At the end.\n", encoding="utf-8")
    mending = mend(
        Sources(tmp_path / "sources").load("vtibet_com"), articles("vtibet_com", "title in another tag"), {}, NOW
    )
    path = write(load(tmp_path), mending)
    written = path.read_text(encoding="utf-8")
    assert of_text(written, path) == mending.source
    for comment in (
        "# Not verified on the live site",
        "# The links of the rows are scripts.",
        "# At least 2016",
        "# At the end.",
    ):
        assert comment in written


def test_new_rows_are_written_in_their_place(tmp_path: Path) -> None:
    (page, expected), *_others = saved("xzxw_com", "rows")
    mending = mend(SHIPPED.load("xzxw_com"), (), {expected["url"]: relayout.changed(page, "classes renamed")}, NOW)
    path = write(load(tmp_path), mending)
    assert of_text(path.read_text(encoding="utf-8"), path) == mending.source
    assert path.read_text(encoding="utf-8").count("\nrows = ") == 1


def test_the_way_in_which_a_list_goes_on_is_found_anew() -> None:
    source = SHIPPED.load("tibet_cn")
    rows = "".join(
        f"<li><a href='/cn/news/yc/202305/t20230510_{n}.html'>第{n}座车站今天通车</a><i>2023-05-10</i></li>"
        for n in range(7391100, 7391120)
    )
    pager = "".join(f"<a href='?page={n}'>{n}</a>" for n in range(2, 9))
    pager += "<a href='?page=2'>下一页</a>"
    page = f"<html><body><div class='rows'><ul>{rows}</ul><nav>{pager}</nav></div></body></html>"
    proposed = mend(source, (), {(url := source.lists[0]): page.encode()}, NOW)
    mended = proposed.source
    assert [each.articles for each in proposed.lists] == [20]
    assert mended.list_page(url, 1) == f"{url}?page=2"
    assert read_list(page.encode(), url, mended).pages >= 2
    assert of_text(to_toml(mended), Path("tibet_cn.toml")) == mended


def test_pages_that_were_doubted_are_at_hand(tmp_path: Path) -> None:
    """The site answers with a layout that no form fits, without time and credit: such pages are kept aside."""
    settings, source = load(tmp_path / "data"), SHIPPED.load("vtibet_com")
    changed = articles("vtibet_com", "classes renamed")
    with ArticleStore.create(settings) as store, closing(Pages(storage_of(settings))) as kept:
        for each in changed:
            page = FetchedPage(each.url, TIMES.sub("", each.page.decode()).encode(), each.fetched)
            reading = replace(read(page.body, page.url, page.fetched, source=source), states_time=False)
            doubted = keep(store, kept, Fetched(reading, (page,)), Report())
            assert doubted or reading.article.authors or reading.article.credit
        urls = {doubt.url for doubt in Doubts(store).open()}
        proposed = mending.mend_source(settings, store, "vtibet_com", (), offline=True)
    assert urls
    assert urls <= {page.url for page in proposed.shown}


def test_the_search_for_rules_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pages = articles("vtibet_com", "classes renamed")
    monkeypatch.setattr(mending, "_SECONDS", 0.05)
    given = [SavedPage(tmp_path, page.page, page.url) for page in pages]
    with pytest.raises(NotRead, match="takes longer"):
        mending.mend_source(load(tmp_path), None, "vtibet_com", given, offline=True)


def test_the_command_shows_and_writes_what_it_proposes(wencang: Wencang, tmp_path: Path) -> None:
    pages = []
    for number, page in enumerate(articles("vtibet_com", "classes renamed")):
        file = tmp_path / f"{number}.html"
        file.write_bytes(page.page)
        pages.append(f"{page.url}={file}")
    dry = wencang("source", "mend", "vtibet_com", *pages, "--dry-run", "--json")
    shown = json.loads(dry.stdout)
    assert (dry.returncode, len(shown["forms"]), shown["ended"]) == (0, 1, ["desktop"])
    done = wencang("source", "mend", "vtibet_com", *pages, "--yes")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].endswith("vtibet_com.toml")
    again = wencang("source", "mend", "vtibet_com", *pages, "--yes")
    assert "fit the pages at hand" in again.stderr
    nothing = wencang("source", "mend", "tibet_cn", "--offline")
    assert (nothing.returncode, "no pages are at hand" in nothing.stderr) == (2, True)


def test_after_a_crawl_the_lists_and_articles_are_fetched_again(crawled: Path, tmp_path: Path) -> None:
    changed = Path(shutil.copytree(SAMPLE, tmp_path / "changed"))
    for page in changed.rglob("*.html"):
        page.write_bytes(relayout.changed(page.read_bytes(), "wrappers added"))
    with replay(changed) as address:
        shown = run("source", "mend", "tibet_cn", "--dry-run", "--json", data=crawled, http_proxy=address)
        mending = json.loads(shown.stdout)
        assert (shown.returncode, mending["ended"]) == (0, ["desktop", "mobile"]), shown.stderr
        assert {page["same"] for page in mending["pages"]} == {True}
        assert len(mending["pages"]) == mending["broken"] >= 5
        assert not (crawled / "sources").exists()
        written = run("source", "mend", "tibet.cn", "--yes", data=crawled, http_proxy=address)
        assert written.returncode == 0, written.stderr
        crawl = run("crawl", "tibet_cn", data=crawled, http_proxy=address)
    assert "general means" not in crawl.stderr
    source = Sources(crawled / "sources").load("tibet_cn")
    assert source.forms[0].since
