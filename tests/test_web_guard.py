"""The web face before the public: headers, hosts, token, limits, hostile texts, and the command that serves."""

from __future__ import annotations

import asyncio
import base64
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from archive.article import Article
from archive.errors import UsageFault
from archive.text.escaping import legible
from tests.support.hostile import EVIL, HOSTILE
from tests.support.program import lines, run
from tests.support.sample import ARTICLES, ROOT, SIGNING
from tests.support.web import BASE, made, serving, text, tree
from wencang.archive import Archive
from wencang.web.app import create_app
from wencang.web.render import paragraphs, segment
from wencang.web.server import Options, listen, read_token
from wencang.web.traffic.limits import Limits

TOKEN = "0123456789abcdef-геслo"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with made(tmp_path_factory.mktemp("guard") / "data", *ARTICLES) as archive:
        yield archive


@pytest.fixture(scope="module")
def client(archive: Archive) -> Iterator[TestClient]:
    with serving(archive) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/", 200), ("GET", "/style.css", 200), ("GET", "/nowhere", 404), ("GET", "/search?q=西藏&since=x", 400),
        ("GET", "/search.csv?q=西藏", 200), ("GET", f"/article/{SIGNING}.json", 200), ("POST", "/", 405),
        ("PUT", "/search", 405), ("DELETE", f"/article/{SIGNING}", 405), ("OPTIONS", "/", 405), ("HEAD", "/help", 200),
        ("GET", "/search?q=" + "x" * 5000, 414), ("GET", "/article/none", 404), ("GET", "/robots.txt", 200),
    ],
)  # fmt: skip
def test_every_answer_has_the_headers(client: TestClient, method: str, address: str, status: int) -> None:
    answer = client.request(method, address)
    assert answer.status_code == status
    headers = answer.headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "set-cookie" not in headers
    assert "Accept-Language" in headers["vary"]
    if status == 405:
        assert headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "address", ["/", "/search?q=西藏", "/search.json?q=西藏", f"/article/{SIGNING}", "/search.jsonl?q=西藏", "/help"]
)
def test_what_did_not_change_is_not_sent_again(client: TestClient, address: str) -> None:
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-security-policy" in again.headers
    english = client.get(address, headers={"If-None-Match": first.headers["etag"], "Accept-Language": "en"})
    assert english.status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080"])
def test_a_known_host_is_answered(client: TestClient, host: str) -> None:
    assert client.get("/robots.txt", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "", "[::2]"])
def test_an_unknown_host_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 400


def test_a_trusted_host_is_answered_under_its_own_name(archive: Archive) -> None:
    with serving(archive, hosts=("news.example.org",)) as client:
        answer = client.get("/opensearch.xml", headers={"Host": "news.example.org"})
        assert 'template="http://news.example.org/search?q=' in answer.text
        assert client.get("/").status_code == 400


def test_a_closed_instance_asks_for_its_token(archive: Archive) -> None:
    with serving(archive, token=TOKEN) as client:

        def status(value: str) -> int:
            return client.get("/", headers=[(b"Authorization", value.encode())]).status_code

        refused = client.get("/style.css")
        assert (refused.status_code, "content-security-policy" in refused.headers) == (401, True)
        assert "Bearer" in refused.headers["www-authenticate"]
        basic = base64.b64encode(f"anyone:{TOKEN}".encode()).decode()
        assert status(f"Bearer {TOKEN}") == status(f"bearer  {TOKEN} ") == status(f"Basic {basic}") == 200
        wrong = base64.b64encode(b"anyone:").decode()
        for value in (
            "",
            "Bearer",
            f"Bearer {TOKEN}x",
            f"Bearer {TOKEN[:-1]}",
            f"Digest {TOKEN}",
            f"Basic {wrong}",
            "Basic ?",
            "Basic é",
        ):
            assert status(value) == 401, value
        assert client.get(f"/?token={TOKEN}").status_code == 401


def test_a_token_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    assert read_token(file) == TOKEN
    file.write_text("short")
    with pytest.raises(UsageFault, match="at least 16"):
        read_token(file)
    with pytest.raises(UsageFault, match="No such file"):
        read_token(tmp_path / "none")


def test_no_more_is_answered_at_once_than_can_be(archive: Archive) -> None:
    async def codes() -> list[httpx2.Response]:
        transport = httpx2.ASGITransport(create_app(archive, limits=Limits(at_once=1, waiting=2)))
        async with httpx2.AsyncClient(transport=transport, base_url=BASE) as client:
            return list(await asyncio.gather(*(client.get("/search?q=西藏") for _number in range(20))))

    answers = asyncio.run(codes())
    refused = [answer for answer in answers if answer.status_code == 503]
    assert [answer.status_code for answer in answers].count(200) == len(answers) - len(refused) >= 3
    assert refused
    assert all(answer.headers["retry-after"] for answer in refused)


def test_links_have_the_prefix_under_which_a_proxy_serves(archive: Archive) -> None:
    client = TestClient(create_app(archive, prefix="/news"), base_url=BASE)
    for address in ("/news/", "/news/search?q=西藏", f"/news/article/{SIGNING}", "/news/timeline?q=西藏"):
        answer = client.get(address)
        assert answer.status_code == 200
        page = tree(answer.text)
        hrefs = [element.get("href") or element.get("action") or "#" for element in page.iter()]
        assert all(href.startswith(("/news/", "#", "http")) for href in hrefs)
        for element in page.iter("link"):
            if element.get("rel") == "alternate":
                assert client.get(element.get("href") or "").status_code == 200
    assert client.get("/news").status_code == 200
    assert "Disallow: /news/search" in client.get("/robots.txt").text  # behind a proxy that cuts it off


# Hostile texts


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[Article], TestClient]]:
    with made(tmp_path_factory.mktemp("hostile") / "data", *HOSTILE) as archive, serving(archive) as client:
        yield HOSTILE, client


@pytest.mark.parametrize("number", range(len(EVIL)))
def test_a_hostile_article_is_shown_as_text(hostile: tuple[list[Article], TestClient], number: int) -> None:
    articles, client = hostile
    article, id = articles[number], segment(articles[number].id)
    if article.id == "..":
        return  # a browser resolves such a segment before it asks
    for address in (f"/article/{id}?q=西藏", f"/article/{id}/{number + 1}", f"/article/{id}/{number + 1}/proof"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = tree(answer.text)
        assert not harmful(page)
        if "proof" not in address:
            assert text(next(page.iter("h1"))) == " ".join(legible(article.title).split())
            body = next(element for element in page.iter("div") if element.get("class") == "body")
            lines = [line.strip() for line in legible(article.body).split("\n") if line.strip()]
            assert ["".join(p.itertext()) for p in body.iter("p")] == lines
    twin = client.get(f"/article/{id}.json")
    assert twin.json()["title"] == article.title
    assert client.get(f"/article/{id}/{number + 1}.json").json()["body"] == article.body


def test_hostile_articles_are_found_and_listed_as_text(hostile: tuple[list[Article], TestClient]) -> None:
    articles, client = hostile
    titles = []
    for address in (
        "/search?q=西藏",
        "/search?q=西藏&page=2",
        "/",
        "/sources",
        "/status",
        "/timeline?q=西藏&group=credit",
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        page = tree(answer.text)
        assert not harmful(page)
        titles += [text(element) for element in page.iter("h3")]
        for link in page.iter("a"):
            if (link.get("href") or "").startswith("/search"):
                assert client.get(link.get("href") or "").status_code == 200
            if (link.get("href") or "").startswith("/article") and "/article/..?" not in (link.get("href") or ""):
                assert client.get(link.get("href") or "").status_code == 200, link.get("href")
    assert sorted(titles) == sorted(" ".join(legible(article.title).split()) for article in articles)


@pytest.mark.parametrize("evil", [*EVIL, "\0", "%00", "\ufffe", "a" * 400])
def test_a_hostile_question_is_shown_as_text(client: TestClient, evil: str) -> None:
    for address in ("/search", "/timeline", f"/article/{SIGNING}", "/go", "/"):
        answer = client.get(address, params={"q": evil, "since": evil, "source": evil, "lang": evil, "url": evil})
        assert answer.status_code in (200, 400, 404)
        assert not harmful(tree(answer.text))


@pytest.mark.parametrize(
    "path", ["//evil.example/a", "/%2F/evil.example", "///evil.example", "/\\evil.example", "/%00"]
)
def test_no_path_leads_off_the_site(client: TestClient, path: str) -> None:
    answer = client.get(f"{BASE}{path}")
    assert answer.status_code == 404
    hrefs = [element.get("href") or element.get("action") or "" for element in tree(answer.text).iter()]
    assert not [href for href in hrefs if href.startswith(("//", "/\\"))]


def harmful(page: object) -> list[str]:
    """Elements and attributes of a page that could act, or lead off the web."""
    found = []
    for element in page.iter():  # type: ignore[attr-defined]
        found += [str(element.tag)] if element.tag in ("script", "img", "iframe", "object", "style", "base") else []
        found += [name for name in element.keys() if str(name).startswith("on")]  # noqa: SIM118  # an element
        href = element.get("href") or ""
        found += [] if not href or href.startswith(("/", "#", "http://", "https://")) else [href]
    return found


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6))
def test_paragraphs_keep_the_text_and_its_marks(body: str, spans: list[tuple[int, int]]) -> None:
    marks, last = [], 0
    for start, end in sorted(spans):
        if last <= start < end <= len(body):
            marks.append((start, end))
            last = end
    shown = list(paragraphs(body, marks))
    plain = [legible(line.strip()) for line in body.split("\n") if legible(line).strip()]
    assert [_text_of(paragraph) for paragraph in shown] == plain
    wanted = "".join("".join(legible(body[start:end]).split()) for start, end in marks)
    assert "".join("".join("".join(_marked(paragraph)).split()) for paragraph in shown) == wanted


def _text_of(paragraph: str) -> str:
    return "".join(tree(f"<!doctype html><title>x</title><p>{paragraph}").find("body").itertext())  # type: ignore[union-attr]


def _marked(paragraph: str) -> list[str]:
    page = tree(f"<!doctype html><title>x</title><p>{paragraph}")
    return ["".join(mark.itertext()) for mark in page.iter("mark")]


# The command


@pytest.fixture
def server(crawled: Path, request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "wencang", "--data", str(crawled), "serve", "--port", "0", *request.param]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        yield process, process.stderr.readline().split()[-1]
        process.kill()


@pytest.mark.parametrize("server", [(), ("--workers", "2", "--prefix", "news")], indirect=True, ids=["one", "two"])
def test_the_command_serves_until_a_signal(server: tuple[subprocess.Popen[str], str], crawled: Path) -> None:
    process, address = server
    with urlopen(f"{address}search.json?q=%E6%8F%B4%E8%97%8F", timeout=60) as answer:
        hits = json.load(answer)["hits"]
    printed = lines(run("search", "援藏", "--json", data=crawled))
    assert hits == printed
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) in (0, 130)


def test_an_address_in_use_is_reported_in_one_line(crawled: Path) -> None:
    with listen(Options(port=0)) as bound:
        done = run("serve", "--port", bound.getsockname()[1], data=crawled)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "--port" in done.stderr


def test_a_missing_archive_is_reported_before_anything_listens(tmp_path: Path) -> None:
    done = run("serve", "--port", "0", data=tmp_path / "none")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
