"""A site of 中国西藏网's layout that answers from a table, for a crawl that must be watched closely."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.support.sample import ROOT

ROW = "http://www.tibet.cn/cn/news/yc/202305/t20230510_74600{n:02}.html"
LIST = "http://www.tibet.cn/cn/news/yc/"
ARTICLE = (ROOT / "tests" / "pages" / "tibet_cn" / "desktop-without-author-span.html").read_bytes()


Reply = tuple[int, dict[str, str], bytes]


@contextmanager
def site(pages: dict[str, tuple[int, str, bytes]]) -> Iterator[tuple[str, list[tuple[float, str, str]]]]:
    """A proxy that answers from a table, and its log: time, address, User-Agent."""
    log: list[tuple[float, str, str]] = []

    def answer(url: str, headers: Mapping[str, str]) -> Reply:
        log.append((time.monotonic(), url, headers["User-Agent"]))
        status, location, body = pages.get(url, (404, "", b""))
        sent = {"Location": location} if location else {}
        return status, sent | ({"Content-Encoding": "gzip"} if body.startswith(b"\x1f\x8b") else {}), body

    with answering(answer) as address:
        yield address, log


@contextmanager
def answering(answer: Callable[[str, Mapping[str, str]], Reply]) -> Iterator[str]:
    """A server, or a proxy, that answers by a function of address and headers; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answer(self.path, dict(self.headers))
            self.send_response(status)
            for name, value in ({"Content-Type": "text/html"} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def rows(*addresses: str) -> bytes:
    """A list page with a row for each address."""
    items = "".join(f"<li><h4><a href='{address}'>题</a></h4></li>" for address in addresses)
    return (
        f"<div class='listnews'><ul>{items}</ul></div><script>createPageHTML(3, 0, 'index', 'html');</script>".encode()
    )
