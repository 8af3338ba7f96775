"""A real browser on the served archive: journeys through its pages, and whether everybody can use them."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, quote_plus, unquote, urlsplit

import feedparser
import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import PAGES, Reader, Served, chromium, needs_chromium, reading, serving_edited, violations
from tests.support.program import lines, run
from tests.support.sample import ROOT, SIGNING

pytestmark = needs_chromium
ADDRESSES = [address for addresses in PAGES.values() for address in addresses]
FULLEST = [addresses[0] for addresses in PAGES.values()]  # one address of each template
_SKELETONS = {"base.html", "desk.html"}  # what others extend


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def served(_crawled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = Path(shutil.copytree(_crawled, tmp_path_factory.mktemp("browser") / "data"))
    with serving_edited(data) as served:
        yield served


# Journeys


@pytest.fixture(params=[False, True], ids=["without-scripts", "with-scripts"])
def reader(request: pytest.FixtureRequest, browser: Browser, served: Served) -> Iterator[Reader]:
    with reading(browser, served.origin, scripts=request.param) as reader:
        yield reader


def test_a_search_is_narrowed_and_left_again_step_by_step(reader: Reader, browser: Browser, served: Served) -> None:
    page = reader.open("/")
    page.get_by_role("searchbox").fill("援藏 招商引资")
    page.get_by_role("searchbox").press("Enter")
    steps = [shown(reader, browser, served)]
    page.locator(".facet a", has_text="tibet.cn").click()
    steps.append(shown(reader, browser, served))
    page.locator(".chart svg a").last.click()
    steps.append(shown(reader, browser, served))
    page.get_by_role("link", name="最新在前").first.click()
    steps.append(shown(reader, browser, served))
    page.locator(".applied a").first.click()
    steps.append(shown(reader, browser, served))
    assert [set(parse_qs(urlsplit(address).query)) for address in steps] == [
        {"q"}, {"q", "source"}, {"q", "source", "since", "until"}, {"q", "source", "since", "until", "sort"},
        {"q", "source", "sort"},
    ]  # fmt: skip
    for address in reversed(steps[:-1]):
        page.go_back()
        assert (reader.address, hits(page)) == (address, printed(served.data, address))


def test_an_answer_is_paged_through(reader: Reader, browser: Browser, served: Served) -> None:
    page = reader.open("/search?q=高原 OR 援藏 OR 拉萨 OR 村 OR 牧区 OR 草原 OR 孩子")
    for number in (2, 3):
        page.get_by_role("link", name="下一页").click()
        assert shown(reader, browser, served).endswith(f"&page={number}")
    page.get_by_role("link", name="上一页").click()
    assert shown(reader, browser, served).endswith("&page=2")


def test_an_article_is_opened_cited_compared_and_proved(
    reader: Reader, browser: Browser, served: Served, tmp_path: Path
) -> None:
    page = reader.open("/search?q=援藏 招商引资 签约&source=tibet.cn")
    page.locator(".hits h3 a").first.click()
    assert shown(reader, browser, served) == f"/article/{SIGNING}?q={quote_plus('援藏 招商引资 签约')}"
    assert (
        page.locator("h1").inner_text() == json.loads(run("show", SIGNING, "--json", data=served.data).stdout)["title"]
    )
    assert {"援藏", "招商引资", "签约"} == set(page.locator("mark").all_inner_texts())

    page.locator("summary", has_text="BibTeX").click()
    citation = page.locator("details[open] pre").last.inner_text()
    assert citation.strip() == run("cite", SIGNING, "--style", "bibtex", data=served.data).stdout.strip()

    page.get_by_role("link", name="对照").click()
    assert shown(reader, browser, served) == served.at("/article/{id}/diff?from={old}&to={new}")
    visible = "nodes => nodes.map(node => node.childNodes[1].textContent)"
    assert page.locator(".parts del").evaluate_all(visible) == ["301"]
    assert page.locator(".parts ins").evaluate_all(visible) == ["310"]

    page.locator(".versions tbody tr").first.get_by_role("link", name="存证").click()
    assert shown(reader, browser, served) == served.at("/article/{id}/{old}/proof")
    assert page.locator(".verdict").get_attribute("class") == "verdict"
    with page.expect_download() as download:
        page.get_by_role("link", name="下载文件").click()
    assert shape(download.value.url.removeprefix(served.origin)) == "/article/ID/SEQUENCE/raw"
    download.value.save_as(tmp_path / "page.html")
    assert hashlib.sha256((tmp_path / "page.html").read_bytes()).hexdigest() in page.locator("code").all_inner_texts()


def test_an_answer_is_exported_and_followed(reader: Reader, browser: Browser, served: Served, tmp_path: Path) -> None:
    page = reader.open("/search?q=援藏&since=2020")
    search = shown(reader, browser, served)
    hits = lines(run(*options(search), "--no-collapse", "--limit", "99", data=served.data))
    with page.expect_download() as download:
        page.locator(".export").get_by_role("link", name="csv", exact=True).click()
    assert download.value.url.removeprefix(served.origin) == search.replace("/search?", "/search.csv?")
    download.value.save_as(tmp_path / "answer.csv")
    with (tmp_path / "answer.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["id"] for row in csv.DictReader(file)} == {hit["id"] for hit in hits}

    link = page.get_by_role("link", name="Atom").get_attribute("href")
    assert link == search.replace("/search?", "/search.atom?")
    feed = feedparser.parse(page.request.get(served.origin + link).body())
    assert not feed.bozo
    assert {entry.title for entry in feed.entries} == {hit["title"] for hit in hits}


def test_the_language_is_switched_and_stays(reader: Reader, browser: Browser, served: Served) -> None:
    page = reader.open("/search?q=援藏&page=1")
    page.get_by_role("link", name="English").click()
    assert parse_qs(urlsplit(shown(reader, browser, served)).query)["lang"] == ["en"]
    page.get_by_role("link", name="Newest first").click()
    assert parse_qs(urlsplit(shown(reader, browser, served)).query)["lang"] == ["en"]
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="中文").click()
    shown(reader, browser, served)
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def shown(reader: Reader, browser: Browser, served: Served) -> str:
    """The address of the page, which is documented, and where a browser without memory sees the same.

    If it is a search, its articles are those that the command prints.
    """
    address = reader.address
    paths = documented()
    assert set(dict(parse_qsl(urlsplit(address).query))) <= {"lang", *paths[shape(address)]}
    with reading(browser, served.origin, scripts=False) as other:
        ids = hits(other.open(address))
        assert hits(reader.page) == ids
        assert other.page.locator("main").evaluate(_LASTING) == reader.page.locator("main").evaluate(_LASTING)
    if shape(address) == "/search":
        assert ids == printed(served.data, address)
        assert ids
    return address


def hits(page: Page) -> list[str]:
    """The ids of the articles that a page of an answer lists."""
    links = page.locator(".hits h3 a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [unquote(urlsplit(link).path.removeprefix("/article/")) for link in links]


@cache
def printed(data: Path, address: str) -> list[str]:
    """The ids that `wencang search --json` prints for the question of an address."""
    return [hit["id"] for hit in lines(run(*options(address), data=data))]


def options(address: str) -> list[str]:
    """The command that asks the question of an address."""
    parameters = dict(parse_qsl(urlsplit(address).query))
    command = ["search", parameters["q"], "--json", "--offset", str(10 * (int(parameters.get("page", 1)) - 1))]
    for name in ("source", "since", "until", "sort"):
        command += [f"--{name}", parameters[name]] if name in parameters else []
    return command


def shape(address: str) -> str:
    """The path of an address as the documentation names it."""
    path = re.sub(r"^/article/[^/]+", "/article/ID", urlsplit(address).path)
    return re.sub(r"^/article/ID/\d+", "/article/ID/SEQUENCE", path)


@cache
def documented() -> dict[str, set[str]]:
    """The paths that docs/serving.md lists, each with the names of its parameters."""
    paths: dict[str, set[str]] = {}
    rows = re.findall(
        r"^\| (`/.*?) \| (.*) \|$", (ROOT / "docs" / "serving.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    for addresses, meaning in rows:
        first, *others = re.findall(r"`([^`]+)`", addresses)
        names = set(re.findall(r"(\w+)=", addresses)) | set(re.findall(r"`(\w+)=?\w*`", meaning))
        path = first.split("?")[0]
        below = [path + part for part in re.findall(r"`(/\w+)`", meaning)]
        for each in (path, *(other for other in others if other.startswith("/")), *below):
            paths[each.split("?")[0]] = names
    return paths


# Everybody


def test_every_template_is_visited() -> None:
    templates = {path.name for path in (ROOT / "wencang" / "web" / "templates").glob("[!_]*.html")}
    assert set(PAGES) == templates - _SKELETONS


@pytest.fixture(scope="module")
def _window(browser: Browser, served: Served) -> Iterator[Reader]:
    with reading(browser, served.origin, scale=2) as reader:
        yield reader


@pytest.fixture
def window(_window: Reader) -> Reader:
    """A window that these tests share: pages leave nothing behind in it."""
    _window.page.emulate_media(media="screen", color_scheme="light")
    return _window


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_keeps_a_reader_out(window: Reader, served: Served, address: str) -> None:
    page = window.open(served.at(address), width=1280)
    for width in (1280, 320):
        window.resize(width)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (scheme, width)
    page.emulate_media(color_scheme="light")
    assert small(page) == []


@pytest.mark.parametrize("address", FULLEST)
def test_the_keyboard_reaches_everything_in_order(window: Reader, served: Served, address: str) -> None:
    page = window.open(served.at(address), width=1280)
    count = page.evaluate(_NUMBER)
    assert count > 5
    reached: list[int] = []
    while len(reached) < count:
        page.keyboard.press("Tab")
        number, fault = page.evaluate(_FOCUSED)
        assert fault == "", f"{number}: {fault}"
        reached += [number] if number >= 0 else []
    first = reached[0]  # after the error summary, which has the focus from the start
    assert reached == [*range(first, count), *range(first)]


@pytest.mark.parametrize("address", FULLEST)
def test_nothing_is_lost_when_magnified_or_printed(window: Reader, served: Served, address: str) -> None:
    page = window.open(served.at(address), width=1280)
    whole = text(page)
    for width in (640, 320):  # 200 and 400 %
        window.resize(width)
        assert overflow(page) <= 0
        assert text(page) == whole
    page.emulate_media(media="print", color_scheme="dark")
    texts = page.locator("h1, .body p, .hits h3, .parts, .verdict")
    assert texts.count() == texts.locator("visible=true").count() > 0
    assert not page.locator("nav, form, aside").locator("visible=true").count()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    page.goto(with_language(page.url))
    assert overflow(page) <= 0


@pytest.mark.parametrize("address", [address for address in ADDRESSES if address.endswith(("=x", "-13"))])
def test_a_bad_date_is_said_first_and_leads_to_its_field(reader: Reader, served: Served, address: str) -> None:
    page = reader.open(served.at(address))
    assert page.evaluate("document.activeElement.id") == "fault"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "since"
    assert page.locator("#since").get_attribute("aria-invalid") == "true"


def overflow(page: Page) -> int:
    """How much a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def small(page: Page) -> list[str]:
    """Fields and buttons with less than 24 pixels."""
    elements: list[str] = page.locator("input:not([type=hidden]), select, button, summary").evaluate_all(
        "all => all.filter(e => Math.min(e.offsetWidth, e.offsetHeight) < 24).map(e => e.outerHTML)"
    )
    return elements


def text(page: Page) -> str:
    """What is to be read on a page, without blanks."""
    return "".join(page.locator("body").inner_text().split())


def with_language(url: str) -> str:
    """The same page in English, whose words are longer."""
    return f"{url}{'&' if '?' in url else '?'}lang=en"


_LASTING = """main => {
  const copy = main.cloneNode(true);
  copy.querySelectorAll(".verdict time").forEach(checked => checked.remove());
  return copy.textContent;
}"""
_NUMBER = """() => {
  const all = document.querySelectorAll('a[href], input:not([type=hidden]), select, button, summary, [tabindex="0"]');
  window.reachable = [...all].filter(e => e.checkVisibility());
  return window.reachable.length;
}"""
_FOCUSED = """() => {
  const e = document.activeElement, number = window.reachable.indexOf(e);
  if (number < 0) return [number, e === document.body || e.tabIndex < 0 ? '' : e.outerHTML];
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const seen = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  return [number, outlined && seen ? '' : `${outlined ? 'out of sight' : 'no outline'}: ${e.outerHTML}`];
}"""
