"""A new source written from saved pages reads them by its rules."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import UsageFault
from archive.settings import load
from crawler.extract.extractor import read
from crawler.propose.saved import SavedPage, propose, saved_page
from crawler.sources import Sources
from tests.support.program import Wencang
from tests.support.sample import ROOT
from wencang.sources.adding import add

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


def test_the_written_files_are_found_and_read_by_rules(tmp_path: Path) -> None:
    pages = saved("vtibet_com")[:2]
    written = add(load(tmp_path), "anew", pages, ["http://www.vtibet.com/xw_702/"])
    assert len(written) == 1 + 2 * len(pages)
    source = Sources(tmp_path / "sources").load("anew")
    assert source == replace(propose("anew", pages, ["http://www.vtibet.com/xw_702/"]))
    for path in written[2::2]:
        expected = json.loads(path.read_text(encoding="utf-8"))
        assert expected["path"] == "rules"
        page = path.with_suffix(".html").read_bytes()
        assert read(page, expected["url"], source=source).article.body == expected["body"]


@pytest.mark.parametrize(
    ("name", "pages", "named"),
    [
        ("Tibet", "tibetol_cn", "is not a valid name"),
        ("tibet_cn", "tibetol_cn", "exists already"),
        ("anew", "both", "several hosts"),
        ("anew", "list", "has no text"),
        ("anew", "tibetol_cn", "another layout"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(name: str, pages: str, named: str, tmp_path: Path) -> None:
    empty = SavedPage(tmp_path / "a.html", b"<html><body></body></html>", "http://www.example.cn/a/1.html")
    given = {"both": saved("tibetol_cn") + saved("vtibet_com"), "list": [empty]}.get(pages) or saved(pages)
    with pytest.raises(UsageFault, match=named):
        add(load(tmp_path), name, given, [])
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


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout free to change; what no step needs is left out."""
    root = tmp_path / "copy"
    for part in ("archive", "crawler", "indexer", "wencang", "tests", "data/sample"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("search_cli.py", "pyproject.toml"):
        shutil.copy(ROOT / file, root)
    return root


def run_in(folder: Path, *command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *map(str, command)], cwd=folder, capture_output=True, text=True, timeout=300)


PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_{site}</title></head><body>
<div class="nav"><a href="/">首页</a> <a href="/news/">新闻</a></div>
<h1>{title}</h1><div class="info">2024-03-0{n} 10:2{n} 来源：那曲日报</div>
<div class="content"><p>草原上的第{n}座车站今天通车，牧民们赶着牛羊来看第一班车。</p>
<p>从县城到乡里原来要走{n}天，现在只要{n}个小时，车票是{n}元。</p><p>司机说，路上还会再修{n}座车站。</p></div>
<div class="foot"><a href="/about/">关于本站</a></div></body></html>"""


def pages_in(folder: Path, site: str = "草原新闻网") -> list[Path]:
    """Three articles of a site that no source describes, saved with their addresses."""
    folder.mkdir(exist_ok=True)
    files = [folder / f"station-{n}.html" for n in (1, 2, 3)]
    for n, file in enumerate(files, 1):
        saved_from = f"<!-- saved from url=(0050)http://www.example.cn/news/202403/t2024030{n}_880{n}.html -->\n"
        file.write_text(saved_from + PAGE.format(title=f"第{n}座车站通车", site=site, n=n), encoding="utf-8")
    return files


def test_the_steps_of_contributing_lead_from_saved_pages_to_a_source_whose_tests_pass(
    copy: Path, tmp_path: Path
) -> None:
    pages = pages_in(tmp_path / "saved")
    asked = ("new-source", "grassland", *pages, "--list", "http://www.example.cn/news/")
    done = run_in(copy, copy / "search_cli.py", "--data", tmp_path / "data", *asked)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 7), done.stderr
    shutil.move(tmp_path / "data" / "sources" / "grassland.toml", copy / "crawler" / "sources")
    shutil.move(tmp_path / "data" / "sources" / "grassland", copy / "tests" / "pages")
    none = copy / "tests" / "pages" / "grassland" / "deleted.html"
    none.write_text("<html><title>404</title><body>您访问的页面不存在</body></html>", encoding="utf-8")
    answer = {"url": "http://www.example.cn/news/202403/t20240309_8809.html", "not_an_article": "was deleted"}
    none.with_suffix(".json").write_text(json.dumps(answer), encoding="utf-8")
    tested = run_in(
        copy, "-m", "pytest", "-p", "no:cacheprovider", "tests/test_crawler.py", "-k", "grassland or example.cn"
    )
    assert (tested.returncode, "6 passed" in tested.stdout) == (0, True), tested.stdout
    listed = run_in(copy, "search_cli.py", "extract", pages[0], "--explain")
    assert "page form" in listed.stdout, listed.stderr


@pytest.mark.parametrize(
    "site", ['闻"""藏', "';import os;'", "a\\", "\\N{", "b\u202eg", "{host}", "\"'\"'"]
)  # fmt: skip
def test_whatever_a_page_holds_is_written_as_text(site: str, tmp_path: Path) -> None:
    pages = [saved_page(str(path)) for path in pages_in(tmp_path / "saved", site)]
    written = add(load(tmp_path), "anew", pages, ['http://www.example.cn/"""/'])
    source = Sources(tmp_path / "sources").load("anew")
    assert (source.title, source.lists) == (site, ('http://www.example.cn/"""/',))
    assert "\u202e" not in written[0].read_text(encoding="utf-8")


def test_a_host_that_is_not_valid_is_refused(tmp_path: Path) -> None:
    pages = [
        replace(page, url=page.url.replace("www.example.cn", "www.exam'ple.cn"))
        for page in map(saved_page, map(str, pages_in(tmp_path / "saved")))
    ]
    with pytest.raises(UsageFault, match="is not a host"):
        add(load(tmp_path / "data"), "anew", pages, [])
    assert not (tmp_path / "data").exists()
