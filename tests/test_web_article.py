"""The page of an article and what belongs to it: changes, similar articles, pictures, state, proof."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import feedparser
import pytest
from starlette.testclient import TestClient

import wencang
from archive.article import Image
from archive.settings import load
from archive.storage.folder import Folder
from archive.store import ArticleStore
from archive.tables.pictures import Picture, Pictures
from archive.warc.pages import Pages
from tests.support.pages import ARTICLE, PAGE
from tests.support.sample import ARTICLES, SIGNING
from tests.support.web import links, made, serving, text, tree
from wencang.archive import Archive

THEN = datetime(2022, 6, 1, 3, 0, tzinfo=UTC)
BODY = "昨日，拉萨河畔的新桥通车。\n副市长<王某>出席仪式并讲话。"
BRIDGE = replace(ARTICLE, body=BODY, images=())
EDITED = replace(BRIDGE, body=BODY.replace("副市长<王某>", "有关领导&"))
OTHER = replace(BRIDGE, id="tibet.cn-2", url="http://www.tibet.cn/2.html", title="唐卡展览", body="唐卡在八廓街展出。")


def later(days: float) -> datetime:
    return THEN + timedelta(days=days)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Two articles (sequences 1 and 2), an edit of the first and the disappearance of the second."""
    data = tmp_path / "data"
    with ArticleStore.create(load(data)) as store:
        for article in (BRIDGE, OTHER):
            store.put(article, THEN)
        store.put(EDITED, later(1))
        store.mark_gone(OTHER.url, later(2))
    with made(data) as archive:
        yield archive


@pytest.fixture
def client(archive: Archive) -> Iterator[TestClient]:
    with serving(archive) as client:
        yield client


# What changed


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_of_changes_shows_the_words_and_leads_to_the_comparison(client: TestClient, language: str) -> None:
    page = tree(client.get(f"/changes?lang={language}").text)
    shown = next(element for element in page.iter("p") if element.get("class") == "snippet")
    assert next(text(element) for element in shown.iter("del")).endswith("副市长<王某>]")
    assert next(text(element) for element in shown.iter("ins")).endswith("有关领导&]")
    comparison = f"/article/{BRIDGE.id}/diff?from=1&to=3&lang={language}"
    assert comparison in links(page)
    assert client.get(comparison).status_code == 200
    assert len(list(page.iter("h1"))) == 1


def test_the_twin_has_the_values_of_the_method(client: TestClient, archive: Archive) -> None:
    assert client.get("/changes.json").json() == {"query": {}, **archive.changes().to_json()}
    gone = client.get("/changes.json?gone=1&source=tibet.cn").json()
    assert gone["query"] == {"source": "tibet.cn", "gone": "1"}
    assert [(change["sequence"], change["kind"]) for change in gone["changes"]] == [(4, "gone")]
    assert client.get(f"/changes.json?q={quote('副市长')}").json()["changes"][0]["id"] == BRIDGE.id


def test_older_changes_are_on_further_pages(client: TestClient, archive: Archive) -> None:
    with ArticleStore.open(load(archive.data)) as store:
        for number in range(25):
            store.put(replace(EDITED, body=f"{BODY}第{number}次。"), later(3 + number))
    archive.index()
    seen, address = [], "http://127.0.0.1/changes.json?source=tibet.cn"
    while address:
        values = client.get(address).json()
        seen += [change["sequence"] for change in values["changes"]]
        address = values["next"]
    assert seen == [*range(29, 4, -1), 4, 3]
    older = re.findall('rel="next nofollow" href="([^"]+)"', client.get("/changes").text)
    assert older == ["/changes?before=10"]
    assert 'rel="next' not in client.get(older[0]).text


@pytest.mark.parametrize("ending", ["atom", "feed.json"])
def test_feeds_of_changes(client: TestClient, ending: str) -> None:
    answer = client.get(f"/changes.{ending}?lang=en")
    assert (
        client.get(f"/changes.{ending}?lang=en", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    )
    page = f"http://127.0.0.1/article/{BRIDGE.id}/diff?from=1&to=3&lang=en"
    if ending == "atom":
        feed = feedparser.parse(answer.content)
        assert not feed.bozo
        assert [entry.link for entry in feed.entries][1] == page
        assert len({entry.id for entry in feed.entries}) == 2
        assert "<del>副市长&lt;王某&gt;</del>" in feed.entries[1].summary
    else:
        values = answer.json()
        assert values["version"] == "https://jsonfeed.org/version/1.1"
        assert values["items"][1]["url"] == page
        assert values["items"][0]["title"].startswith("gone from the site: ")


def test_a_withdrawn_article_is_in_neither_page_nor_feed(client: TestClient, archive: Archive) -> None:
    archive.remove(BRIDGE.id, reason="请求")
    for address in ("/changes", "/changes.json", "/changes.atom", f"/changes?q={quote('副市长')}"):
        assert BRIDGE.title not in client.get(address).text


@pytest.mark.parametrize("query", ["since=x", "before=-1", "gone=2", "source=nowhere.example", "q=%22"])
def test_what_can_not_be_read_is_named(client: TestClient, query: str) -> None:
    answer = client.get(f"/changes?{query}")
    assert answer.status_code == 400
    assert 'id="fault"' in answer.text
    assert client.get(f"/changes.json?{query}").status_code == 400


# Pictures

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9
KINDS = {
    "a.jpg": (JPEG, "image/jpeg"), "b.png": (b"\x89PNG\r\n\x1a\n....", "image/png"),
    "c.gif": (b"GIF89a..", "image/gif"), "d.webp": (b"RIFF....WEBPVP8 ", "image/webp"),
    "e.avif": (b"\0\0\0\x1cftypavif\0\0\0\0", "image/avif"),
    "f.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", ""),
    "g.jpg": (b"<html><script>alert(1)</script>", ""), "h.jpg": (b"", ""),
}  # fmt: skip
IMAGES = tuple(Image(f"http://www.tibet.cn/{name}", f"图{name[0]}<>" if name < "d" else "") for name in KINDS)


@pytest.fixture
def pictured(archive: Archive) -> Archive:
    """The archive with an article that has a picture of each kind, and one that is not kept."""
    article = replace(
        OTHER,
        id="tibet.cn-9",
        url="http://www.tibet.cn/9.html",
        images=(*IMAGES, Image("http://x.example/z.jpg", "无")),
    )
    with ArticleStore.open(load(archive.data)) as store, Pages(Folder(archive.data)) as pages:
        store.put(article, THEN)
        for image, (body, _type) in zip(IMAGES, KINDS.values(), strict=True):
            page = pages.append(replace(PAGE, url=image.url, body=body))
            Pictures(store).note_new([Picture(image.url, article.url, article.source, None, page=page)])
    archive.index()
    return archive


def test_pictures_are_shown_from_our_own_origin(client: TestClient, pictured: Archive) -> None:
    page = tree(client.get("/article/tibet.cn-9").text)
    shown = [(image.get("src"), image.get("alt"), image.get("loading")) for image in page.iter("img")]
    assert shown == [
        (f"/article/tibet.cn-9/picture/{number}", image.caption, "lazy") for number, image in enumerate(IMAGES, 1)
    ]
    twin = client.get("/article/tibet.cn-9.json").json()
    assert twin["pictures"][0] == {
        "number": 1, "url": IMAGES[0].url, "caption": "图a<>", "address": "http://127.0.0.1/article/tibet.cn-9/picture/1",
    }  # fmt: skip


@pytest.mark.parametrize(("number", "kind"), list(enumerate(KINDS.values(), 1)))
def test_a_picture_is_a_raster_image_by_its_bytes_or_is_not_shown(
    number: int, kind: tuple[bytes, str], client: TestClient, pictured: Archive
) -> None:
    body, media_type = kind
    answer = client.get(f"/article/tibet.cn-9/picture/{number}")
    if not media_type:
        assert answer.status_code == 404
        assert b"alert(1)" not in answer.content
        return
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, body, media_type)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    known = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"/article/tibet.cn-9/picture/{number}", headers=known).status_code == 304


@pytest.mark.parametrize("number", ["0", "9", "99", "x", "1.json", "-1"])
def test_other_numbers_are_no_pictures(number: str, client: TestClient, pictured: Archive) -> None:
    assert client.get(f"/article/tibet.cn-9/picture/{number}").status_code == 404


def test_the_pictures_of_a_withdrawn_article_are_gone_everywhere(client: TestClient, pictured: Archive) -> None:
    with ArticleStore.open(load(pictured.data)) as store:
        store.put(replace(OTHER, id="tibet.cn-10", url="http://www.tibet.cn/10.html", images=IMAGES[:1]), THEN)
    assert client.get("/article/tibet.cn-10/picture/1").status_code == 200, "a picture that two articles share"
    pictured.remove("tibet.cn-9", reason="请求")
    assert client.get("/article/tibet.cn-9/picture/1").status_code == 410
    assert client.get("/article/tibet.cn-10/picture/1").status_code == 404
    assert "<img" not in client.get("/article/tibet.cn-10").text


# Similar articles


@pytest.fixture(scope="module", params=["whoosh", "tantivy"])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with made(tmp_path_factory.mktemp("similar") / "data", *ARTICLES, engine=request.param) as archive:
        yield archive


def test_similar_articles_are_neither_itself_nor_copies(sample: Archive) -> None:
    copy = replace(sample.article(SIGNING), id="tibet.cn-copy", url="http://www.tibet.cn/copy.html")
    with ArticleStore.open(load(sample.data)) as store:
        store.put(copy)
    sample.index()
    for article in ARTICLES:
        similar = sample.similar(article.id)
        texts = [neighbour.article.digest for neighbour in similar.neighbours]
        assert article.digest not in texts
        assert len(texts) == len(set(texts)) <= 5
        assert [*similar.records()] == [*sorted(similar.records(), key=lambda record: -record["score"])]
        assert all(len(word) > 1 for word in similar.words)
    assert len(sample.similar(SIGNING, limit=2).neighbours) == 2


def test_similar_articles_share_typical_words(sample: Archive) -> None:
    similar = sample.similar(SIGNING)
    for neighbour in similar.neighbours:
        text = neighbour.article.title + neighbour.article.body
        assert sum(word in text for word in similar.words) >= 2


def test_the_page_leads_to_similar_articles(sample: Archive) -> None:
    with serving(sample) as client:
        page = tree(client.get(f"/article/{SIGNING}").text)
        section = next(element for element in page.iter("section") if element.get("class") == "similar")
        expected = [f"/article/{neighbour.article.id}" for neighbour in sample.similar(SIGNING).neighbours]
        assert links(section) == expected
        records = client.get(f"/article/{SIGNING}.json").json()["similar"]
        assert records == list(sample.similar(SIGNING).records())


def test_an_article_is_shown_without_an_index(tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path)) as store:
        store.put(BRIDGE)
    with wencang.open(tmp_path) as archive, serving(archive) as client:
        assert client.get(f"/article/{BRIDGE.id}").status_code == 200
        assert client.get(f"/article/{BRIDGE.id}.json").json()["similar"] is None


# What has become of an article


def test_the_page_says_that_an_article_is_gone_restored_or_withdrawn(client: TestClient, archive: Archive) -> None:
    gone = client.get(f"/article/{OTHER.id}?lang=en").text
    assert "The site no longer shows this article" in gone
    assert "2022-06-03 11:00" in gone
    assert "The site no longer shows" not in client.get(f"/article/{BRIDGE.id}?lang=en").text
    with ArticleStore.open(load(archive.data)) as store:
        store.put(replace(EDITED, body=f"{BODY}完。", restored=True), later(5))
    assert "inserted words of its own" in client.get(f"/article/{BRIDGE.id}?lang=en").text
    archive.remove(BRIDGE.id, reason="依作者请求")
    for address in (
        f"/article/{BRIDGE.id}",
        f"/article/{BRIDGE.id}/3",
        f"/article/{BRIDGE.id}/diff",
        f"/article/{BRIDGE.id}/1/raw",
    ):
        answer = client.get(address)
        assert answer.status_code == 410
        assert "依作者请求" in answer.text
        assert "拉萨河" not in answer.text


# Tags and notes


def test_tags_are_links_that_filter_and_notes_are_text(client: TestClient, archive: Archive) -> None:
    archive.index()
    before = client.get("/search.json?q=tag:to+check")
    archive.tag("to check", [BRIDGE.id], by="央金")
    archive.note(BRIDGE.id, "第一行<b>\n第二行", by="央金")
    page = client.get(f"/article/{BRIDGE.id}")
    (address,) = [link for link in links(tree(page.text)) if "tag%3A" in link]
    assert [hit["id"] for hit in client.get(address.replace("/search?", "/search.json?")).json()["hits"]] == [BRIDGE.id]
    assert "第一行&lt;b&gt;<br>第二行" in page.text
    twin = client.get(f"/article/{BRIDGE.id}.json").json()
    assert ([tag["label"] for tag in twin["tags"]], twin["notes"][0]["by"]) == (["to check"], "央金")
    assert "tags" not in client.get(f"/article/{BRIDGE.id}/1.json").json()
    assert client.get("/search.json?q=tag:to+check").headers["etag"] != before.headers["etag"]
    assert [row["label"] for row in client.get("/api/tags").json()["rows"]] == ["to check"]
