"""Draws pages whose text scripts fetch, with the system's Chromium. `pip install 'wencang[browser]'`.

The browser itself reaches no network: it is handed the page as it was fetched, and what its scripts request is fetched
by the crawl, with robots.txt, delay, limits and the site's bounds as for any page.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING

from archive.errors import NotRead, UsageFault
from archive.text.messages import Reason, worded
from archive.text.translation import gettext as _
from archive.warc.pages import FetchedPage
from crawler.extract.encoding import decode

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import Playwright, Route

SECONDS = 60.0  # for a page, with what its scripts request
_SETTLES = 30.0  # until nothing is requested any more; the page is then taken as it is
_CLOSES = 5.0
MOST_REQUESTS = 40  # of a page's scripts
_NEEDED = {"script", "xhr", "fetch"}
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_FLAGS = (
    "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip

Fetch = Callable[[str], Awaitable[FetchedPage]]  # raises where the crawl may not, or could not, fetch an address


def program() -> str:
    """The path of the system's Chromium. Raises UsageFault where it, or the extra, is missing."""
    if not find_spec("playwright"):
        raise UsageFault("playwright", _("is not installed"), _("`pip install 'wencang[browser]'` adds it"))
    path = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if not path:
        raise UsageFault("chromium", _("is not installed"), _("`apt-get install chromium` adds it"))
    return path


class Browser:
    """One Chromium for a crawl, started at the first page. Each page is drawn without what others left: no cookies."""

    def __init__(self, fetch: Fetch, agent: str) -> None:
        self._fetch = fetch
        self._agent = agent
        self._playwright: Playwright | None = None
        self._chromium: Chromium | None = None

    async def draw(self, page: FetchedPage) -> FetchedPage:
        """The DOM of a page when its scripts have run. Raises NotRead where that takes too long, or fails."""
        from playwright.async_api import Error

        try:
            return await asyncio.wait_for(self._draw(page), SECONDS)
        except TimeoutError as error:
            await self.close()
            raise NotRead(page.url, Reason.OVERTIME.format(seconds=round(SECONDS))) from error
        except Error as error:
            await self.close()
            raise NotRead(page.url, worded(error.message.splitlines()[0])) from error

    async def close(self) -> None:
        """End Chromium, whatever it is doing; the next page starts another."""
        playwright, chromium, self._playwright, self._chromium = self._playwright, self._chromium, None, None
        with suppress(Exception):  # it may have crashed
            if chromium:
                await asyncio.wait_for(chromium.close(), _CLOSES)
        with suppress(Exception):
            if playwright:
                await asyncio.wait_for(playwright.stop(), _CLOSES)

    async def _draw(self, page: FetchedPage) -> FetchedPage:
        from playwright.async_api import TimeoutError as Unsettled

        chromium = self._chromium or await self._started()
        context = await chromium.new_context(
            user_agent=self._agent, service_workers="block", accept_downloads=False, locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )  # fmt: skip
        tab = await context.new_page()
        await context.route("**/*", _Answers(page, self._fetch).answer)
        await tab.goto(page.url, wait_until="commit", timeout=SECONDS * 1000)
        with suppress(Unsettled):
            await tab.wait_for_load_state("networkidle", timeout=_SETTLES * 1000)
        body = (await tab.content()).encode(errors="replace")
        await context.close()
        return FetchedPage(page.url, body, page.fetched, "text/html; charset=utf-8", is_drawn=True)

    async def _started(self) -> Chromium:
        from playwright.async_api import async_playwright

        self._playwright = await async_playwright().start()
        self._chromium = await self._playwright.chromium.launch(
            executable_path=program(), args=list(_FLAGS), chromium_sandbox=os.geteuid() != 0,
            handle_sigint=False, handle_sigterm=False, handle_sighup=False,
        )  # fmt: skip
        return self._chromium


class _Answers:
    """What the browser gets for the requests of one page."""

    def __init__(self, page: FetchedPage, fetch: Fetch) -> None:
        self._page = page
        self._fetch = fetch
        self._requests = 0
        self._is_shown = False

    async def answer(self, route: Route) -> None:
        request = route.request
        if request.is_navigation_request() and not self._is_shown:
            self._is_shown = True
            text = decode(self._page.body).text  # half of the pages that declare GB are UTF-8
            await route.fulfill(status=200, headers={"Content-Type": "text/html; charset=utf-8"}, body=text)
        elif request.resource_type in _NEEDED and request.method == "GET" and self._requests < MOST_REQUESTS:
            self._requests += 1
            await self._answer_script(route, request.url)
        else:
            await route.abort("aborted")  # so that a page that leads elsewhere stays, rather than an error is shown

    async def _answer_script(self, route: Route, url: str) -> None:
        try:
            fetched = await self._fetch(url)
        except Exception:  # forbidden, off the site, or of any layer of the network: the page does without
            await route.abort("aborted")
            return
        status = int(fetched.response.line.split()[1]) if fetched.response else 200
        await route.fulfill(status=status, headers={"Content-Type": _type(fetched)}, body=fetched.body)


def is_html(page: FetchedPage) -> bool:
    return "html" in _type(page)


def _type(page: FetchedPage) -> str:
    headers = page.response.headers if page.response else ()
    return next((value for name, value in headers if name.lower() == "content-type"), page.content_type or "text/html")
