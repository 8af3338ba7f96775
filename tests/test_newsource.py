"""A new source written from saved pages reads them by its rules."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import UsageFault
from crawler import sources
from crawler.extract.extractor import read
from crawler.scaffold import SavedPage, new_source, propose, saved_page
from tests.support.program import Wencang
from tests.support.sample import ROOT

PAGES = ROOT / "tests" / "pages"


def saved(folder: str) -> list[SavedPage]:
    """A known source's saved pages, as if it were not known."""
    found = []
    for path in sorted((PAGES / folder).glob("*.json")):
        expected = json.loads(path.read_text(encoding="utf-8"))
        if expected.get("path") == "rules":
            page = path.with_suffix(".html")
            found.append(SavedPage(page, page.read_bytes(), expected["url"]))
    assert found
    return found


def test_the_proposed_rules_read_what_general_means_read() -> None:
    pages = saved("vtibet_com")
    source = propose("anew", pages)
    for page in pages:
        by_rules = read(page.page, page.url, source=source)
        general = read(page.page, page.url, source=replace(source, forms=()))
        assert (by_rules.path, by_rules.article.body) == ("rules", general.article.body), page.path.name
        assert by_rules.article.title == general.article.title
        assert source.is_article(page.url)


def test_the_written_files_are_found_formatted_and_read_by_rules(tmp_path: Path) -> None:
    (tmp_path / "crawler" / "sources").mkdir(parents=True)
    (tmp_path / "tests" / "pages").mkdir(parents=True)
    pages = saved("vtibet_com")[:2]
    written = new_source("anew", pages, ["http://www.vtibet.com/xw_702/"], tmp_path)
    assert len(written) == 1 + 2 * len(pages)
    for check in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *check, "--config", ROOT / "pyproject.toml", written[0]],
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + written[0].read_text(encoding="utf-8")
    space: dict[str, sources.Source] = {}
    exec(written[0].read_text(encoding="utf-8"), space)
    for path in written[2::2]:
        expected = json.loads(path.read_text(encoding="utf-8"))
        assert expected["path"] == "rules"
        page = path.with_suffix(".html").read_bytes()
        assert read(page, expected["url"], source=space["SOURCE"]).article.body == expected["body"]


@pytest.mark.parametrize(
    ("name", "pages", "named"),
    [
        ("Tibet", "tibetol_cn", "is no name"),
        ("tibet_cn", "tibetol_cn", "is there already"),
        ("anew", "both", "several hosts"),
        ("anew", "list", "has no text"),
        ("anew", "tibetol_cn", "another text of it"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(name: str, pages: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "crawler" / "sources").mkdir(parents=True)
    (tmp_path / "tests" / "pages").mkdir(parents=True)
    empty = SavedPage(tmp_path / "a.html", b"<html><body></body></html>", "http://www.example.cn/a/1.html")
    given = {"both": saved("tibetol_cn") + saved("vtibet_com"), "list": [empty]}.get(pages) or saved(pages)
    with pytest.raises(UsageFault, match=named):
        new_source(name, given, [], tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_page_without_its_address_asks_for_it(tmp_path: Path, wencang: Wencang) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body><p>草原上的一天。</p></body></html>", encoding="utf-8")
    with pytest.raises(UsageFault, match="ADDRESS=FILE"):
        saved_page(str(page))
    assert saved_page(f"http://www.example.cn/a/1.html={page}").url == "http://www.example.cn/a/1.html"
    done = wencang("new-source", "anew", page)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "ADDRESS=FILE" in done.stderr
