"""Hostile articles in a real browser: every page shows them as text, and nothing of them acts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

import wencang
from archive.article import Article
from archive.settings import load
from archive.store import ArticleStore
from archive.text.escaping import legible
from archive.warc.pages import Pages
from tests.support.browser import Reader, chromium, needs_chromium, reading, serve
from tests.support.hostile import EVIL, HOSTILE
from tests.support.pages import PAGE, THEN
from wencang.web.render import segment

pytestmark = needs_chromium
_LONG = "雪山下的学校今天开学。" * 23 + "\n"
LONG = Article("http://x.example/long.html", "西藏长文", _LONG * (10_000_000 // len(_LONG.encode())), id="long")
_NEW = """node => {
  const copy = node.cloneNode(true);
  copy.querySelectorAll("del, .hidden, .tag").forEach(part => part.remove());
  return copy.textContent;
}"""
_WITH_PAGE = [article for article in HOSTILE if article.id != ".."]  # a browser resolves such a segment before it asks


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an archive of hostile articles, each with two versions, the first with its raw page."""
    data = tmp_path_factory.mktemp("hostile") / "data"
    with ArticleStore.create(load(data)) as store, Pages(data, 10**9) as pages:
        for article, evil in zip(HOSTILE, EVIL, strict=True):
            page = replace(PAGE, body=f"<p>{evil}<script>alert(1)</script><img src=http://evil.example/>".encode())
            store.put(article, THEN, keep=lambda earlier, page=page: (pages.append(page, earlier),))  # type: ignore[misc]
            edited = replace(article, title=f"{evil}{article.title}", body=f"{article.body}\n{evil}二")
            store.put(edited, THEN + timedelta(days=1))
    with wencang.open(data, {}) as archive:
        archive.index()
        archive.stories(update=True)
    with ArticleStore.open(load(data)) as store:
        store.put(LONG, THEN)  # not indexed, which takes seconds
    with serve(data) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def reader(browser: Browser, origin: str) -> Iterator[Reader]:
    with reading(browser, origin) as reader:
        yield reader


@pytest.mark.parametrize("article", _WITH_PAGE, ids=[article.id for article in _WITH_PAGE])
def test_what_is_shown_of_an_article_is_what_is_stored(reader: Reader, article: Article) -> None:
    address = f"/article/{segment(article.id)}"
    versions = stored(reader, article)
    for path, version in ((f"{address}?q=西藏", versions[-1]), *((f"{address}/{v['sequence']}", v) for v in versions)):
        page = reader.open(path)
        assert content(page, "h1") == [squeezed(version["title"])]
        assert content(page, ".body p") == shown_lines(version["body"])
        assert content(page, ".byline dd")[0] == squeezed(version["credit"])
    old, new = (version["sequence"] for version in versions)
    page = reader.open(f"{address}/diff?from={old}&to={new}")
    assert squeezed(page.locator(".parts").first.evaluate(_NEW)) == squeezed(versions[-1]["title"])
    page = reader.open(f"{address}/{old}/proof")
    assert page.locator(".verdict:not(.broken)").count() == 1
    assert content(page, "h1 small") == [squeezed(versions[0]["title"])]


@pytest.mark.parametrize(
    "address",
    [
        "/", "/search?q=西藏", "/search?q=西藏&page=2&sort=oldest", "/sources", "/status",
        "/timeline?q=西藏&group=credit", "/timeline?q=西藏&group=section&share=1",
        *(f"/search?q={quote(evil)}" for evil in EVIL),
    ],
)  # fmt: skip
def test_nothing_acts_where_articles_are_listed(reader: Reader, address: str) -> None:
    page = reader.open(address)
    titles = {squeezed(f"{evil}{article.title}") for article, evil in zip(HOSTILE, EVIL, strict=True)}
    assert set(content(page, ".hits h3, .headlines a")) <= titles
    assert page.locator("script, img, iframe, object, base, main svg [onload]").count() == 0


@pytest.mark.parametrize("form", ["", "?as=html"])
def test_a_raw_page_neither_runs_nor_loads_anything(browser: Browser, origin: str, form: str) -> None:
    with reading(browser, origin) as reader:
        failed: list[str | None] = []
        reader.page.on("requestfailed", lambda request: failed.append(request.failure))
        page = reader.open(f"/article/{segment(HOSTILE[0].id)}/1/raw{form}")
        assert content(page, "p" if form else "pre")
        assert failed == (["csp"] if form else [])  # the picture was not asked for
        assert not [fault for fault in reader.faults if fault.startswith(("dialog", "script"))]
        assert bool(form) == bool(reader.faults)  # the browser says what it blocked
        reader.faults.clear()


def test_ten_megabytes_are_shown_in_reasonable_time(reader: Reader, origin: str) -> None:
    begun = time.monotonic()
    page = reader.open("/article/long?q=西藏")
    assert page.locator(".body p").count() == len(LONG.body.splitlines())
    assert page.evaluate("document.querySelector('.body').innerText.length") > len(LONG.body)
    assert time.monotonic() - begun < 60  # 3 seconds where nothing else runs


def stored(reader: Reader, article: Article) -> list[dict[str, str]]:
    """The versions of an article as the archive has them, the oldest first."""
    number = 1 + 2 * HOSTILE.index(article)
    versions = []
    for sequence in (number, number + 1):
        with urlopen(f"{reader.origin}/article/{segment(article.id)}/{sequence}.json", timeout=60) as answer:
            versions.append(json.load(answer))
    return versions


def content(page: Page, selector: str) -> list[str]:
    """The text of elements as the document has it, each on one line."""
    return ["".join(text.split()) for text in page.locator(selector).all_text_contents()]


def squeezed(text: str) -> str:
    """A stored text as it is shown, without blanks."""
    return "".join(legible(text).split())


def shown_lines(body: str) -> list[str]:
    return [squeezed(line) for line in body.split("\n") if squeezed(line)]
