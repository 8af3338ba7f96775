"""How many pages a second come in, from fetch to index, beside a bare Scrapy spider that throws each page away.

    python -m bench.throughput [--pages N] [--runs N]
    python -m bench.throughput --memory N ...

A server of its own on this machine shows N pages of 40 KB, plain and compressed; neither delay
nor AutoThrottle holds the crawl up. Counted from the first request until the last page is in the
archive and in the index, and to the end of the process, which has looked for reprints by then.
With --memory: what a crawl of so many pages, and the processes beside it, hold at most.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SIZE = 40_000  # bytes of a page
_ROWS = 50  # of a page of the list
_READY = 5_000  # pages that the server holds; further ones are made when they are asked for
_LIST = "http://www.tibet.cn/cn/news/yc/"
_LINES = Path("indexer/text/words.txt").read_text("utf-8").splitlines()
_WORDS = [word for line in _LINES if line[:1] != "#" and 1 < len(word := line.partition(" ")[0]) < 4]
_INDEXED = "indexed"  # the file that tells when
_HERE = [sys.executable, "-m", "bench.throughput"]


# The site


def address(n: int) -> str:
    return f"{_LIST}202305/t20230510_{7_400_000 + n}.html"


def page(n: int) -> bytes:
    """An article of its own text, in the layout of the site, with the links that fill a portal's page."""
    text = "".join(f"<p>　　第{n}号第{line}段，{_said(n * 31 + line)}。</p>" for line in range(24))
    links = "".join(
        f'<li><a href="/cn/channel{at}/" target="_blank" title="栏目{at}">栏目{at}</a></li>' for at in range(390)
    )
    whole = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>第{n}号班车_西藏新闻_中国西藏网</title></head><body>'
        f'<div class="nav"><ul>{links[: len(links) // 2]}</ul></div>'
        '<div>中国西藏网 &gt; <a href="/cn/news/">西藏新闻</a> &gt; <a href="/cn/news/yc/">原创</a></div>'
        f'<div class="title_box"><h2>第{n}号班车</h2><div class="info"><span>索朗</span>'
        "<span>发布时间：2023-05-10 08:05:09</span>"
        '<span>来源：那曲日报</span></div></div><div class="content"><div class="left">'
        f'<div id="text" class="text botborder">{text}<p>（责编：洛桑）</p></div></div></div>'
        f'<div class="foot"><ul>{links[len(links) // 2 :]}</ul></div>'
    ).encode()
    return whole + b"<!--" + b" " * (SIZE - len(whole) - 20) + b"--></body></html>"


def _said(seed: int) -> str:
    """A line of its own, of many words: texts that are alike would be reprints."""
    return "".join(random.Random(seed).choices(_WORDS, k=24))  # the same each time


def listing(count: int, url: str) -> bytes:
    """One of the pages of a list of so many articles."""
    at = int(url[len(_LIST) + 6 : -5] or 0) * _ROWS
    rows = "".join(f"<li><h4><a href='{address(n)}'>题</a></h4></li>" for n in range(at, min(count, at + _ROWS)))
    pages = f"createPageHTML({-(-count // _ROWS)}, 0, 'index', 'html');"
    return f"<div class='listnews'><ul>{rows}</ul></div><script>{pages}</script>".encode()


def answer(count: int, coded: bool, url: str) -> bytes:
    if url == _LIST or url.startswith(f"{_LIST}index_"):
        body = listing(count, url)
    elif url.startswith(f"{_LIST}2023"):
        body = page(int(url[-12:-5]) - 7_400_000)
    else:
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    head = "Content-Type: text/html\r\n"  # no charset, as the sites themselves send it
    if coded:
        body, head = gzip.compress(body, 1), head + "Content-Encoding: gzip\r\n"
    return f"HTTP/1.1 200 OK\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def serve(count: int, coded: bool) -> None:
    """Print the port, and the time of the first page that is asked for."""
    ready = {address(n): answer(count, coded, address(n)) for n in range(min(count, _READY))}
    began: list[float] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for url in _asked(reader):
            if urlsplit(url).path != "/robots.txt" and not began:
                began.append(time.monotonic())
                print(began[0], flush=True)
            writer.write(ready.get(url) or answer(count, coded, url))
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _asked(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    while line := await reader.readline():
        while (await reader.readline()).strip():
            pass
        yield line.split()[1].decode()


# Those who ask


def bare(count: int, ours: bool) -> None:
    """A spider that does nothing with what it gets, with our settings or with Scrapy's."""
    from scrapy import Request, Spider
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from archive.settings import load
    from crawler import settings
    from crawler.session import Session
    from crawler.sources import SHIPPED

    class Bare(Spider):
        name = "bare"
        session = Session(SHIPPED.load("tibet_cn"), SHIPPED)

        async def start(self) -> AsyncIterator[Any]:
            for n in range(count):
                yield Request(address(n), meta={"download_slot": "bare"})

        def parse(self, response: Any) -> None:
            """Nothing."""

    chosen = Settings({"LOG_ENABLED": False})
    if ours:
        chosen.setmodule(settings)
        chosen.update(settings.handed_over(load()))
    chosen.update({"ITEM_PIPELINES": {}, "AUTOTHROTTLE_ENABLED": False, "DOWNLOAD_DELAY": 0}, priority="cmdline")
    process = AsyncCrawlerProcess(chosen)
    process.crawl(Bare)
    process.start()


def whole(data: Path) -> None:
    """The program itself; where it begins to look for reprints, all is indexed."""
    from crawler import settings
    from wencang.cli import main
    from wencang.desk.reprints import stories

    def bring_up(*asked: Any, **options: Any) -> int:
        (data / _INDEXED).write_text(str(time.monotonic()))
        return look_for_reprints(*asked, **options)

    look_for_reprints, stories.bring_up = stories.bring_up, bring_up
    settings.AUTOTHROTTLE_ENABLED = False
    sys.argv[1:] = ["--data", str(data), "crawl", "tibet_cn"]
    sys.exit(main())


@dataclass(frozen=True, slots=True)
class Run:
    """Pages a second until all is indexed, and to the end; MB held at most."""

    rate: float
    to_end: float
    memory: float


def run(count: int, coded: bool, asking: list[str]) -> Run:
    server = subprocess.Popen(
        [*_HERE, "--pages", str(count), "serve", "gzip" if coded else "plain"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout
    proxy = f"http://127.0.0.1:{server.stdout.readline().strip()}"
    os.environ |= {"http_proxy": proxy, "WENCANG_DELAY": "0", "WENCANG_ENGINE": "tantivy"}
    with tempfile.TemporaryDirectory() as data:
        os.environ["WENCANG_DATA"] = data
        asks = subprocess.Popen(
            [*_HERE, "--pages", str(count), *asking, data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        memory = 0.0
        while asks.poll() is None:
            memory = max(memory, held(asks.pid))
            with suppress(subprocess.TimeoutExpired):
                asks.wait(1)
        ended = time.monotonic()
        assert asks.returncode == 0
        indexed = float(noted.read_text()) if (noted := Path(data, _INDEXED)).exists() else ended
    server.kill()
    began = float(server.stdout.readline())
    return Run(count / (indexed - began), count / (ended - began), memory)


def held(pid: int) -> float:
    """MB that a process and those it started hold, what they share counted once; 0 for one that has ended."""
    with suppress(OSError):
        told = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        children = [one.read_text().split() for one in Path(f"/proc/{pid}/task").glob("*/children")]
        return (int(told[1]) / 1000 if told else 0) + sum(held(int(one)) for some in children for one in some)
    return 0


def measure(count: int, runs: int) -> None:
    ways = {"bare, Scrapy's settings": ["bare", "theirs"], "bare, our settings": ["bare", "ours"], "wencang": ["whole"]}
    print(f"{count} pages of {SIZE // 1000} KB, pages/s, median of {runs} runs in turns")
    for coded in (False, True):
        done: dict[str, list[Run]] = {name: [] for name in ways}
        for _run in range(runs):
            for name, asking in ways.items():
                done[name].append(run(count, coded, asking))
        told = "  ".join(f"{name} {statistics.median(one.rate for one in some):.0f}" for name, some in done.items())
        pairs = list(zip(done["wencang"], done["bare, our settings"], strict=True))
        indexed = statistics.median(ours.rate / bare.rate for ours, bare in pairs)
        to_end = statistics.median(ours.to_end / bare.rate for ours, bare in pairs)
        kind = "gzip" if coded else "plain"
        print(f"{kind:<6}{told}  ratio {indexed:.2f}, with reprints {to_end:.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory", type=int, nargs="+", default=[], metavar="N")
    parser.add_argument("part", nargs="*", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    match asked.part:
        case ["serve", coding]:
            asyncio.run(serve(asked.pages, coding == "gzip"))
        case ["bare", settings, _data]:
            bare(asked.pages, settings == "ours")
        case ["whole", data]:
            whole(Path(data))
        case _ if asked.memory:
            for count in asked.memory:
                done = run(count, False, ["whole"])
                print(f"{count} pages: {done.memory:.0f} MB at most, {done.rate:.0f} pages/s", flush=True)
        case _:
            measure(asked.pages, asked.runs)


if __name__ == "__main__":
    main()
