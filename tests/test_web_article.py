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

from archive.store import ArticleStore
from tests.support.pages import ARTICLE
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
    with ArticleStore.create(data) as store:
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
    with ArticleStore.open(archive.data) as store:
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
