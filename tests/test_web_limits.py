"""How much one address may ask for, how long an answer may take, what is counted and logged, how a server stops."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import httpx2
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from pyarrow import parquet
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from archive.article import Article
from archive.settings import load
from archive.store import ArticleStore
from tests.support.pages import THEN
from tests.support.sample import ARTICLES, ROOT, SIGNING
from tests.support.web import BASE, made, serving, text, tree
from wencang.archive import Archive
from wencang.desk.export import export
from wencang.excerpts import LONGEST, Excerpts
from wencang.web import faults
from wencang.web.app import create_app
from wencang.web.render import Site
from wencang.web.traffic.limits import Buckets, Deadline, Limits, Overloaded, TooLong, Turns, cost
from wencang.web.traffic.observer import Record


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with made(tmp_path_factory.mktemp("limits") / "data", *ARTICLES) as archive:
        yield archive


# By address


class Clock:
    """A clock that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_is_filled_again() -> None:
    clock = Clock()
    buckets = Buckets(60, clock)
    assert not any(buckets.wait("192.0.2.1", 1) for _request in range(60))
    assert buckets.wait("192.0.2.1", 1) == pytest.approx(1)
    assert buckets.wait("192.0.2.2", 20) == 0
    clock.now = 10.0
    assert [buckets.wait("192.0.2.1", 5) for _request in range(3)] == [0, 0, pytest.approx(5)]
    assert buckets.wait("192.0.2.1", 0) == 0
    clock.now = 1e6
    assert buckets.wait("192.0.2.1", 1000) == 0  # the dearest request takes a full bucket, not one that can't be had
    assert buckets.wait("192.0.2.1", 1000) == pytest.approx(60)


def test_a_network_of_ipv6_is_one_address_and_this_machine_is_none() -> None:
    buckets = Buckets(1, Clock())
    assert buckets.wait("2001:db8:0:1::1", 1) == 0
    assert buckets.wait("2001:db8:0:1:ffff::2%eth0", 1) > 0
    assert buckets.wait("2001:db8:0:2::1", 1) == 0
    assert buckets.wait("::ffff:192.0.2.1", 1) == 0
    assert buckets.wait("192.0.2.1", 1) > 0
    assert not any(buckets.wait(local, 20) for local in ("127.0.0.1", "::1", "127.3.2.1", "::ffff:127.0.0.1") * 5)


@given(st.lists(st.tuples(st.ip_addresses(), st.integers(0, 40), st.floats(0, 30)), max_size=200), st.integers(1, 50))
def test_no_address_gets_more_than_its_rate(requests: list[tuple[object, int, float]], rate: int) -> None:
    clock = Clock()
    buckets = Buckets(rate, clock, most=5)
    paid: dict[str, int] = {}
    for address, price, seconds in requests:
        clock.now += seconds
        wait = buckets.wait(str(address), price)
        assert wait >= 0
        paid[str(address)] = paid.get(str(address), 0) + (0 if wait else min(price, rate))
        assert len(buckets) <= 5
    if len(paid) <= 5 and not any(address.startswith("127.") for address in paid):
        assert all(total <= rate * (1 + clock.now / 60) + 1e-6 for total in paid.values())


def test_exports_and_counts_cost_more() -> None:
    assert [cost(path) for path in ("/search.csv", "/search.jsonl", "/search.parquet")] == [20, 20, 20]
    assert [cost(path) for path in ("/timeline", "/api/keywords", "/concordance.json", "/api/figures")] == [5, 5, 5, 5]
    assert [cost(path) for path in ("/search", "/search.json", "/search.atom", "/search.feed.json", "/")] == [1] * 5
    assert [cost(path) for path in ("/style.css", "/health", "/metrics")] == [0, 0, 0]


def test_who_asks_too_much_is_told_when_to_come_back(archive: Archive) -> None:
    app = create_app(archive, limits=Limits(rate=3))
    reader, other = (TestClient(app, base_url=BASE, client=(ip, 1)) for ip in ("192.0.2.1", "192.0.2.2"))
    assert [reader.get("/help").status_code for _request in range(4)] == [200, 200, 200, 429]
    refused = reader.get("/api/sources")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "20")
    assert refused.json()["status"] == 429
    assert "content-security-policy" in refused.headers
    assert reader.get("/style.css").status_code == 200
    assert other.get("/help").status_code == 200
    local = TestClient(app, base_url=BASE, client=("127.0.0.1", 1))
    assert {local.get("/help").status_code for _request in range(10)} == {200}


# By time


def test_an_answer_that_takes_too_long_is_given_up(archive: Archive) -> None:
    with serving(archive, limits=Limits(seconds=0, facets=0, exports=0)) as client:
        for address in ("/search?q=西藏", f"/api/articles/{SIGNING}", "/search.csv?q=西藏", "/api/keywords?q=西藏"):
            answer = client.get(address)
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
        assert client.get("/api/sources").json()["title"] == "Service Unavailable"


def test_facets_that_take_too_long_are_left_out(archive: Archive) -> None:
    with serving(archive, limits=Limits(facets=0)) as client:
        page = client.get("/search?q=西藏&lang=en")
        assert "took too long" in page.text
        assert not [e for e in tree(page.text).iter() if e.get("class") == "facet"]
        twin = client.get("/search.json?q=西藏").json()
        assert twin["facets"] == {}
        assert "facets-left-out" in [notice["code"] for notice in twin["notices"]]
        tag = page.headers["etag"]
    with serving(archive) as client:
        whole = client.get("/search?q=西藏&lang=en", headers={"If-None-Match": tag})
        assert whole.status_code == 200
        assert "took too long" not in whole.text
        assert client.get("/search.json?q=西藏").json()["hits"] == twin["hits"]


def test_counting_stops_at_its_deadline(archive: Archive) -> None:
    with pytest.raises(TooLong):
        archive.collocations("西藏", progress=Deadline.after(-1).check)
    with pytest.raises(TooLong):
        list(Deadline.after(-1).over([1]))


def test_work_that_is_given_up_keeps_its_place_until_it_ends() -> None:
    async def outcomes() -> list[object]:
        turns, end = Turns(at_once=2, waiting=1), threading.Event()
        slow = [turns.run(end.wait, 0.05) for _number in range(2)]
        given_up = await asyncio.gather(*slow, return_exceptions=True)
        waiting = asyncio.create_task(turns.run(lambda: "answered", 60))
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await turns.run(lambda: "refused", 5)
        assert not waiting.done()
        end.set()
        return [*given_up, await waiting, await turns.run(lambda: "again", 60)]

    first, second, *after = asyncio.run(outcomes())
    assert isinstance(first, TooLong)
    assert isinstance(second, TooLong)
    assert after == ["answered", "again"]


# Faults of the program


def test_a_fault_of_the_program_is_a_page_without_its_details(archive: Archive) -> None:
    def faulty(_request: object) -> None:
        raise ZeroDivisionError("secret of the program")

    app = Starlette(
        routes=[Route("/page", faulty), Route("/api/page", faulty)], exception_handlers={Exception: faults.of_bug}
    )
    app.state.site = Site(archive)

    async def with_language(scope: object, receive: object, send: object) -> None:
        await app(scope | {"language": "en", "root_path": ""}, receive, send)  # type: ignore[operator,arg-type]

    client = TestClient(with_language, base_url=BASE, raise_server_exceptions=False)
    page, problem = client.get("/page"), client.get("/api/page")
    assert page.status_code == problem.status_code == 500
    assert len(list(tree(page.text).iter("h1"))) == 1
    assert problem.json()["title"] == "Internal Server Error"
    assert "secret" not in page.text + problem.text


def test_an_address_that_is_none_of_ours_is_a_page(archive: Archive) -> None:
    with serving(archive) as client:
        answer = client.get("/nowhere", headers={"Accept-Language": "en"})
        assert answer.status_code == 404
        assert "no such page" in text(tree(answer.text))


# Without full texts

HIDDEN = "此处以下不予公开展示"  # stands late in every text, and not near what is asked for
LATE = "\n".join(f"第{number}段，说的是另外一些事情，与所问无关，只为凑足篇幅。" for number in range(30))


def routes_of(app: Any) -> list[str]:
    while not hasattr(app, "router"):
        app = app._app
    return [route.path for route in app.router.routes]


@pytest.fixture(scope="module")
def excerpts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Excerpts]:
    articles = [
        replace(article, body=f"{article.body}\n{LATE}\n{HIDDEN}{number}，地点在拉萨，金额{number}亿元。")
        for number, article in enumerate(ARTICLES[:12])
    ]
    with made(tmp_path_factory.mktemp("excerpts") / "data", *articles) as archive:
        with ArticleStore.open(load(archive.data)) as store:
            for article in articles[:3]:
                store.put(replace(article, body=f"{LATE}\n{article.body}后来更正。"))
        archive.index()
        with Excerpts(archive.settings) as excerpts:
            yield excerpts


def test_no_route_gives_a_full_text(excerpts: Excerpts) -> None:
    app, id = create_app(excerpts), ARTICLES[0].id
    sequence = excerpts.revision(id).sequence
    with serving(excerpts) as client:
        answered = 0
        for route in routes_of(app):
            path = route.replace("{id}", id).replace("{sequence}", str(sequence)).replace("{url:path}", ARTICLES[0].url)
            for q in ("西藏", "援藏", "记者"):
                answer = client.get(path, params={"q": q, "window": "200", "limit": "100"})
                assert HIDDEN not in answer.content.decode("utf-8", "replace"), path
                assert LATE not in answer.text, path
                assert answer.status_code in (200, 302, 303, 400, 403, 404), path
                answered += answer.status_code == 200
        assert answered > len(routes_of(app))
        assert client.get(f"/article/{id}/{sequence}/raw").status_code == 403


def test_not_even_a_short_text_is_given_whole(tmp_path: Path) -> None:
    short = replace(ARTICLES[0], body="拉萨河畔的青稞熟了，农机一早下地。")
    other = replace(ARTICLES[1], body="拉萨河畔的青稞熟了，农机一早就下地。")
    with made(tmp_path, short, other) as archive, Excerpts(archive.settings) as excerpts, serving(excerpts) as client:
        for address in (
            "/search.json?q=青稞",
            "/search.atom?q=青稞",
            f"/article/{other.id}/diff.json?other={short.id}",
        ):
            answer = client.get(address)
            assert answer.status_code == 200
            assert "农机" not in answer.text, address


@pytest.mark.parametrize("format", export.names())
def test_an_export_has_excerpts_only(excerpts: Excerpts, format: str) -> None:
    out = io.BytesIO()
    excerpts.export("西藏", out=out, format=format)
    content = out.getvalue()
    if format == "epub":
        with zipfile.ZipFile(out) as book:
            content = b"".join(map(book.read, book.namelist()))
    if format == "parquet":
        content = str(parquet.read_table(pyarrow.BufferReader(content)).to_pylist()).encode()
    assert ARTICLES[0].title.encode() in content or len(content) > 1000
    assert HIDDEN.encode() not in content
    assert LATE.encode() not in content


def test_what_is_counted_is_the_full_text(excerpts: Excerpts) -> None:
    with Archive(excerpts.settings) as whole:
        found = excerpts.search("凑足篇幅")
        assert found.total == whole.search("凑足篇幅").total == 12
        assert [hit.snippet for hit in found.hits] == [hit.snippet for hit in whole.search("凑足篇幅").hits]
        assert list(excerpts.keywords("援藏").rows()) == list(whole.keywords("援藏").rows())
        id = ARTICLES[0].id
        assert list(excerpts.history(id).rows()) == list(whole.history(id).rows())
        sequence = whole.revision(id).sequence
        assert excerpts.proof(id, sequence).to_json()["digest"] == whole.revision(id).digest
        lines = list(excerpts.concordance("凑足篇幅", window=100).rows())
        assert len(lines) == len({line[4] for line in lines}) == 12
        assert all(len(line[1]) <= 20 >= len(line[3]) for line in lines)
        changed = excerpts.diff(id).changes["body"]
        assert sum(len(part.text) for part in changed) <= LONGEST
        texts = [excerpts.article(article.id).body for article in ARTICLES[:12]]
        assert all(len(text) <= LONGEST + 1 for text in texts)


def test_a_full_text_that_a_reader_holds_is_not_confirmed(excerpts: Excerpts) -> None:
    address = f"/article/{ARTICLES[0].id}"
    with Archive(excerpts.settings) as whole, serving(whole) as client:
        tag = client.get(address).headers["etag"]
    with serving(excerpts) as client:
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_a_page_says_that_it_shows_an_excerpt(excerpts: Excerpts) -> None:
    with serving(excerpts) as client:
        page = client.get(f"/article/{ARTICLES[0].id}?lang=en").text
        assert "Only excerpts of texts are shown" in page
        assert ARTICLES[0].url in page


# Metrics and log


def samples(content: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(content)
        for sample in family.samples
    }


def test_metrics_count_requests_without_what_was_asked(archive: Archive) -> None:
    with serving(archive, token="a-token-of-16-characters") as client:
        admitted = {"Authorization": "Bearer a-token-of-16-characters"}
        for address in ("/search?q=藏语", f"/article/{SIGNING}", "/article/none", "/nowhere/藏语", "/help"):
            client.get(address, headers=admitted)
        client.get("/help")
        answer = client.get("/metrics", headers=admitted)
    assert answer.headers["content-type"].startswith("text/plain; version=")
    metrics = samples(answer.text)

    def requests(route: str, status: str) -> float:
        return metrics["wencang_requests_total", (("route", route), ("status", status))]

    assert requests("/search", "200") == requests("/article/{id}", "200") == requests("/article/{id}", "404") == 1
    assert (requests("other", "404"), requests("other", "401"), requests("/help", "200")) == (1, 1, 1)
    assert metrics["wencang_request_duration_seconds_count", (("route", "/article/{id}"),)] == 2
    assert metrics["wencang_requests_refused_total", (("reason", "token"),)] == 1
    assert metrics["wencang_requests_in_progress", ()] == 1
    state = archive.state()
    assert metrics["wencang_archive_sequence", ()] == state.sequence
    assert metrics["wencang_index_position", ()] == state.position
    assert not re.search(f"藏|%E8|{SIGNING}|none", answer.text)


def test_a_log_has_what_was_answered(archive: Archive) -> None:
    records: list[Record] = []
    with serving(archive, log=records.append) as client:
        size = len(client.get(f"/article/{SIGNING}?q=x").content)
        client.get("/nowhere")
    assert [(each.method, each.route, each.status) for each in records] == [
        ("GET", "/article/{id}", 200), ("GET", "other", 404),
    ]  # fmt: skip
    assert records[0].size == size
    assert records[0].seconds > 0


@contextmanager
def served(data: Path, *options: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`wencang serve` on a free port; its process and its address."""
    command = [sys.executable, "-m", "wencang", "--data", str(data), "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=os.environ | environment
    ) as process:
        assert process.stderr
        try:
            yield process, process.stderr.readline().split()[-1]
        finally:
            process.kill()


def asked(address: str, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    """The answer, on a connection of its own."""
    return httpx2.get(address, headers=headers, timeout=120)


def ended(process: subprocess.Popen[str]) -> str:
    """What a server writes until it has stopped."""
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) in (0, -signal.SIGTERM)
    assert process.stderr
    return process.stderr.read()


@pytest.mark.parametrize(("option", "query"), [("--access-log", ""), ("--log-queries", r"\?q=%E8%97%8F%E8%AF%AD")])
def test_the_command_logs_what_was_asked_only_where_it_is_told_to(archive: Archive, option: str, query: str) -> None:
    with served(archive.data, option) as (process, address):
        with urlopen(f"{address}search?q=%E8%97%8F%E8%AF%AD", timeout=60) as answer:
            answer.read()
        log = ended(process)
    line = rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ GET /search{query} 200 \d+ms \d+\n"
    assert re.fullmatch(line, log)


def test_several_processes_count_together_where_they_share_a_folder(archive: Archive, tmp_path: Path) -> None:
    with served(archive.data, "--workers", "2", PROMETHEUS_MULTIPROC_DIR=str(tmp_path)) as (process, address):
        for _request in range(20):  # each on a connection of its own, which either process may take
            assert asked(f"{address}help").status_code == 200
        metrics = samples(asked(f"{address}metrics").text)
        ended(process)
    assert metrics["wencang_requests_total", (("route", "/help"), ("status", "200"))] == 20
    assert metrics["wencang_archive_sequence", ()] == archive.state().sequence
    assert metrics["wencang_requests_in_progress", ()] == 1


def test_the_command_shows_snippets_only_where_it_is_told_to(archive: Archive) -> None:
    with served(archive.data, "--snippets-only") as (process, address):
        body = asked(f"{address}api/articles/{SIGNING}").json()["body"]
        ended(process)
    assert len(body) <= LONGEST + 1
    assert archive.article(SIGNING).body.startswith(body[:-1])


def test_a_proxy_of_this_machine_names_the_client(archive: Archive) -> None:
    with served(archive.data, "--rate", "2") as (process, address):

        def status(forwarded: str) -> int:
            return asked(f"{address}help", {"X-Forwarded-For": forwarded} if forwarded else {}).status_code

        assert [status("192.0.2.1") for _request in range(3)] == [200, 200, 429]
        assert [status("127.0.0.1, 192.0.2.1"), status("192.0.2.9, 192.0.2.1")] == [429, 429]  # what a client made up
        assert [status("192.0.2.2"), *(status("") for _request in range(5))] == [200] * 6
        assert ended(process) == ""


def test_an_answer_under_way_is_finished_before_a_stop(tmp_path: Path) -> None:
    body = "\n".join(f"{number} words of a long text" for number in range(400_000))
    long = Article(url="http://x.example/1", id="long", title="长文", body=body, published=THEN)
    with made(tmp_path / "data", ARTICLES[0]) as archive, ArticleStore.open(load(archive.data)) as store:
        store.put(long)  # not indexed, which would take most of the time
    with served(tmp_path / "data") as (process, address):
        host, port = address.removeprefix("http://").rstrip("/").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(f"GET /api/articles/long HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            received = connection.recv(1000)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            assert process.poll() is None
            while part := connection.recv(1 << 16):
                received += part
        head, _blank, content = received.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        assert length
        assert len(content) == int(length[1]) > len(body)
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)
