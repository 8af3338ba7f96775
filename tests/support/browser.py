"""A real browser, and the served archive that it visits."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

import wencang
from archive.settings import load
from archive.store import ArticleStore
from tests.support.sample import ARTICLES, ROOT, SIGNING

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = (
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no chromium: apt-get install chromium fonts-noto-cjk")
PAGES: dict[str, tuple[str, ...]] = {  # a template, and addresses that show it, the fullest page first
    "home.html": ("/",),
    "search.html": (
        "/search?q=援藏 招商引资", "/search?q=西藏&page=2&stories=1", "/search?q=无此一词啊",
        "/search?q=西藏&since=2020&until=2024-05&credit=中国西藏网",
    ),
    "search_fault.html": ("/search?q=西藏&since=2022-13",),
    "article.html": ("/article/{id}?q=援藏",),
    "version.html": ("/article/{id}/{old}",),
    "diff.html": ("/article/{id}/diff",),
    "proof.html": ("/article/{id}/{old}/proof",),
    "timeline.html": ("/timeline?q=援藏&q=唐卡&share=1&by=year", "/timeline", "/timeline?q=西藏&since=x"),
    "concordance.html": ("/concordance?q=援藏&sort=right&window=40", "/concordance", "/concordance?q=援藏&window=0"),
    "keywords.html": ("/keywords?q=援藏", "/keywords?q=援藏&by=year"),
    "collocations.html": ("/collocations?q=西藏&least=2", "/collocations?q=。"),
    "names.html": ("/names?q=援藏", "/names?q=援藏&kind=place&by=year", "/names"),
    "figures.html": ("/figures?q=援藏", "/figures?q=西藏&kind=money&sort=value"),
    "quotes.html": ("/quotes?q=西藏", "/quotes?q=援藏&speaker=卓嘎", "/quotes"),
    "aid.html": ("/aid?q=援藏", "/aid", "/aid?q=无此一词啊"),
    "map.html": ("/map?q=援藏", "/map?q=西藏&level=county", "/map"),
    "story.html": ("/story/{id}",),
    "changes.html": ("/changes", "/changes?q=援藏", "/changes?q=无此一词啊", "/changes?since=x"),
    "sources.html": ("/sources",),
    "status.html": ("/status",),
    "help.html": ("/help",),
    "fault.html": ("/nowhere",),
}  # fmt: skip
_VIOLATIONS = (
    "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI))"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def serve(data: Path) -> Iterator[str]:
    """The address of `wencang serve` on a port of the system's choice, without the last slash."""
    command = [sys.executable, "-m", "wencang", "--data", str(data), "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        yield process.stderr.readline().split()[-1].rstrip("/")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) in (0, 130)


@dataclass(frozen=True, slots=True)
class Served:
    """An archive that is served: its address, its folder, and the versions of an article that was edited."""

    origin: str
    old: int
    new: int
    data: Path

    def at(self, address: str) -> str:
        """An address of `PAGES` as a browser is given it."""
        return quote(address.format(id=SIGNING, old=self.old, new=self.new), safe="/?&=%")


@contextmanager
def serving_edited(data: Path) -> Iterator[Served]:
    """Serve an archive of the sample after an article of it got an edited version, and a reprint on another site."""
    signing = next(article for article in ARTICLES if article.id == SIGNING)
    with wencang.open(data, {}) as archive:
        old = archive.revision(SIGNING).sequence
        with ArticleStore.open(load(data)) as store:
            new = store.put(replace(signing, body=signing.body.replace("301名", "310名")))
            reprint = f"{signing.body}\n广东省第十批援藏工作队在林芝援建了两所学校。"
            store.put(
                replace(signing, url="http://other.example/1.html", id="other-1", source="other.example", body=reprint)
            )
        archive.index()
        archive.stories(update=True)
    assert new
    with serve(data) as origin:
        yield Served(origin, old, new.sequence, data)


@dataclass(slots=True)
class Reader:
    """A browser window on the archive at `origin`; `faults` is what an innocent page never causes."""

    page: Page
    origin: str
    faults: list[str] = field(default_factory=list)

    def open(self, address: str, width: int = 0) -> Page:
        """Go to an address, in a window of this width if one is given."""
        if width:
            self.resize(width)
        self.page.goto(self.origin + address)
        return self.page

    def resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})

    @property
    def address(self) -> str:
        """Path and parameters of the page that is shown."""
        return self.page.url.removeprefix(self.origin)


@contextmanager
def reading(
    browser: Browser, origin: str, *, scripts: bool = True, width: int = 1280, scale: float = 1, language: str = "zh-CN"
) -> Iterator[Reader]:
    """A new window without any memory. Whatever it complains about fails the test at the end."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, device_scale_factor=scale, java_script_enabled=scripts,
        locale=language, accept_downloads=True,
    )  # fmt: skip
    context.set_default_timeout(60_000)  # however slow the machine
    context.add_init_script(_VIOLATIONS)
    reader = Reader(context.new_page(), origin)
    _watch(reader)
    try:
        yield reader
    finally:
        context.close()
    assert reader.faults == []


def _watch(reader: Reader) -> None:
    """Note dialogs, messages of the console, failed scripts, and requests to anywhere else."""

    def note(kind: str, text: str) -> None:
        reader.faults.append(f"{kind}: {text} at {reader.page.url}")

    def on_dialog(dialog: Dialog) -> None:
        note("dialog", dialog.message)
        dialog.dismiss()

    def on_message(message: ConsoleMessage) -> None:
        is_status = message.text.startswith("Failed to load resource: the server responded")
        if not (is_status and message.location["url"] == reader.page.url):  # as of a page that says what is not found
            note("console", message.text)

    def on_request(request: Request) -> None:
        if "{0.scheme}://{0.netloc}".format(urlsplit(request.url)) != reader.origin:
            note("request", request.url)

    reader.page.on("dialog", on_dialog)
    reader.page.on("console", on_message)
    reader.page.on("pageerror", lambda error: note("script", str(error)))
    reader.page.on("request", on_request)


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong, with the rule for the size of targets, which is off by default."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    results = page.evaluate("axe.run({resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})")
    return [f"{rule['id']}: {node['html'][:200]}" for rule in results["violations"] for node in rule["nodes"]]
