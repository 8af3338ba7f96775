"""The archive in a browser: its pages, their twins, and that each link keeps its promise."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
from starlette.testclient import TestClient

import wencang
from archive.article import Article
from archive.settings import load
from archive.store import ArticleStore
from tests.support.sample import ARTICLES, SIGNING
from tests.support.web import checked, links, made, serving, text, tree
from wencang.archive import Archive
from wencang.desk.export import export

Q = quote("援藏 招商引资")
PAGES = [
    "/", f"/search?q={Q}", f"/search?q={Q}&sort=newest&stories=1", f"/search?q={Q}&page=2", "/search?q=无此一词啊",
    f"/search?q={Q}&since=2022&until=2021", f"/article/{SIGNING}", f"/article/{SIGNING}?q={Q}", "/timeline",
    f"/timeline?q={Q}&q=唐卡&share=1&by=year", "/timeline?q=西藏&group=section", "/timeline?q=西藏&by=week", "/changes",
    f"/changes?q={Q}&gone=1", "/sources", "/status", "/help", "/nowhere", "/article/none", "/search?q=%22",
]  # fmt: skip


@pytest.fixture(scope="module", params=["whoosh", "tantivy"])
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with made(tmp_path_factory.mktemp("web") / "data", *ARTICLES, engine=request.param) as archive:
        yield archive


@pytest.fixture(scope="module")
def client(archive: Archive) -> Iterator[TestClient]:
    with serving(archive) as client:
        yield client


def total(client: TestClient, address: str) -> dict[str, int]:
    """The totals of the search page at an address, by its twin."""
    answer = client.get(address.replace("/search?", "/search.json?"))
    assert answer.status_code == 200, address
    return {name: answer.json()[name] for name in ("total", "whole")}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_well_formed(client: TestClient, address: str, language: str) -> None:
    answer = client.get(address, headers={"Accept-Language": language})
    page = checked(answer.text)
    assert page.get("lang") == {"zh": "zh-CN", "en": "en"}[language]
    assert {element.get("target") for element in page.iter()} == {None}


@pytest.mark.parametrize("address", [page for page in PAGES if page[1:8] not in ("nowhere", "article/none")])
def test_every_link_of_a_page_leads_somewhere(client: TestClient, address: str) -> None:
    page = tree(client.get(address).text)
    for link in {link for link in links(page) if "/article/" not in link or "sort" in address}:
        expected = 404 if link.split("?")[0] == "/nowhere" or link.startswith("/article/none") else 200
        if urlsplit(link).path == "/search" and "%22" in link.split("&")[0] and len(parse_qs(link)) == 1:
            continue  # the faulty question itself, in another language
        if "since=2022&until=2021" in link or "q=%22&" in link or link.endswith("q=%22"):
            continue
        assert client.get(link).status_code == expected, link


@pytest.mark.parametrize(
    "narrowed",
    [
        "", "&source=tibet.cn", "&since=2021", "&until=2023-06", "&credit=中国西藏网",
        "&section=aid_tibet/news 援藏资讯", "&since=2020&until=2023",
        "&since=2022-06&until=2022-06", "&stories=1", "&sort=newest&page=2",
    ],
)  # fmt: skip
@pytest.mark.parametrize("question", ["援藏 招商引资", "西藏", "唐卡 OR 藏戏", "西藏 -旅游", "标题:高原"])
def test_each_count_is_the_total_of_the_page_that_it_leads_to(client: TestClient, question: str, narrowed: str) -> None:
    page = tree(client.get(f"/search?q={quote(question)}{narrowed}").text)
    promises = [
        (link.get("href") or "", int(text(link).rsplit(" ", 1)[-1]))
        for element in page.iter("ul")
        if element.get("class") == "facet"
        for link in element.iter("a")
    ]
    for link in page.iter("{http://www.w3.org/2000/svg}a"):
        promises.append((link.get("href") or "", int((link.get("aria-label") or "").rsplit(" ", 1)[-1])))
    assert promises or "nothing" in {element.get("class") for element in page.iter("section")}
    for address, count in promises:
        assert total(client, address)["total"] == count, address


def test_a_bar_of_the_front_page_leads_to_its_articles(client: TestClient) -> None:
    page = tree(client.get("/").text)
    bars = list(page.iter("{http://www.w3.org/2000/svg}a"))
    assert len(bars) > 3
    for bar in bars:
        count = int((bar.get("aria-label") or "").rsplit(" ", 1)[-1])
        assert total(client, bar.get("href") or "") == {"total": count, "whole": count}


def test_a_bar_of_a_timeline_leads_to_its_articles_with_all_the_words(client: TestClient) -> None:
    page = tree(client.get(f"/timeline?q={Q}&q=唐卡&by=month").text)
    bars = list(page.iter("{http://www.w3.org/2000/svg}a"))
    assert bars
    for bar in bars:
        count = int((bar.get("aria-label") or "").rsplit(" ", 1)[-1])
        assert total(client, bar.get("href") or "")["whole"] == count


def test_a_search_page_shows_what_the_archive_answers(client: TestClient, archive: Archive) -> None:
    answer = archive.search("援藏 招商引资")
    page = tree(client.get(f"/search?q={Q}&lang=en").text)
    status = next(element for element in page.iter() if element.get("role") == "status")
    assert text(status).startswith(f"{answer.total} articles, {answer.whole} with all the words")
    assert [text(headline) for headline in page.iter("h3")] == [hit.article.title for hit in answer.hits]
    marks = [text(element) for element in page.iter("mark")]
    assert {"援藏", "招商引资"} <= set(marks)


def test_a_twin_has_the_values_of_the_command_line(client: TestClient, archive: Archive) -> None:
    twin = client.get(f"/search.json?q={Q}").json()
    assert twin["hits"] == json.loads(json.dumps([hit.to_json() for hit in archive.search("援藏 招商引资").hits]))
    shown = json.loads(json.dumps(archive.show(SIGNING).to_json()))
    assert client.get(f"/article/{SIGNING}.json").json().items() >= shown.items()
    records = json.loads(json.dumps(list(archive.timeline("援藏").records())))
    assert client.get(f"/timeline.json?q={quote('援藏')}").json()["rows"] == records


def test_pages_go_through_a_whole_answer_without_a_hit_twice(client: TestClient, archive: Archive) -> None:
    address: str | None = f"/search.json?q={quote('西藏 OR 高原 OR 援藏')}"
    ids: list[str] = []
    while address:
        answer = client.get(address).json()
        ids += [hit["id"] for hit in answer["hits"]]
        address = answer["next"]
    whole = archive.search("西藏 OR 高原 OR 援藏", limit=1000)
    assert ids == [hit.article.id for hit in whole.hits]
    page = tree(client.get(f"/search?q={quote('西藏 OR 高原 OR 援藏')}&page=2").text)
    assert [element.get("rel") for element in page.iter("a") if "prev" in (element.get("rel") or "")]
    assert next(page.iter("ol")).get("start") == "11"


@pytest.mark.parametrize("format", export.names())
def test_an_export_has_as_many_articles_as_the_page_says(client: TestClient, archive: Archive, format: str) -> None:
    whole = archive.search("西藏", limit=0).whole
    answer = client.get(f"/search.{format}?q=西藏&source=tibet.cn")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert int(answer.headers["x-total-count"]) == whole > 1
    if format == "csv":
        assert len(list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))) == whole
    if format == "jsonl":
        assert len(answer.content.splitlines()) == whole


@pytest.mark.parametrize("ending", ["atom", "feed.json"])
def test_a_search_can_be_followed(client: TestClient, archive: Archive, ending: str) -> None:
    address = f"/search.{ending}?q={Q}&since=2020"
    answer = client.get(address)
    newest = [hit.article.title for hit in archive.search("援藏 招商引资", since="2020", sort="newest", limit=50).hits]
    if ending == "atom":
        feed = feedparser.parse(answer.content)
        assert not feed.bozo
        assert [entry.title for entry in feed.entries] == newest
        itself = next(link.href for link in feed.feed.links if link.rel == "self")
    else:
        assert [item["title"] for item in answer.json()["items"]] == newest
        itself = answer.json()["feed_url"]
    assert client.get(itself).headers["etag"] == client.get(itself).headers["etag"]
    assert client.get(itself).text.count(newest[0]) == answer.text.count(newest[0])


def test_an_empty_question_leads_home(client: TestClient) -> None:
    answer = client.get("/search?q=+&lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?lang=en")
    assert client.get("/search.json?q=").status_code == 400
    assert client.get("/search.csv").status_code == 400


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ("since=2022-13", "since"), ("until=2022-02-30", "until"), ("since=2023&until=2022", "since"),
        ("since=昨年", "since"), ("sort=best", ""), ("page=0", ""), ("page=101", ""), ("page=１", ""),
        ("page=" + "9" * 30, ""),        ("source=none.cn", ""), ("stories=yes", ""),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_said_in_one_line(client: TestClient, parameters: str, field: str) -> None:
    answer = client.get(f"/search?q=西藏&lang=en&{parameters}")
    assert answer.status_code == 400
    page = tree(answer.text)
    summary = next(element for element in page.iter("div") if element.get("id") == "fault")
    assert len(text(summary).splitlines()) == 1
    assert [link.get("href") for link in summary.iter("a")] == ([f"#{field}"] if field else [])
    if field:
        wrong = next(element for element in page.iter("input") if element.get("id") == field)
        assert wrong.get("aria-invalid") == "true"
        assert wrong.get("value") == parse_qs(parameters)[field][0]
    problem = client.get(f"/search.json?q=西藏&lang=en&{parameters}")
    assert problem.status_code == 400
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["detail"] in text(summary)


@pytest.mark.parametrize("question", ['"', "-西藏", "amount:x", "x" * 501, "(" * 300, "a* b* c* d* e* f*"])
def test_a_question_that_can_not_be_read_names_its_field(client: TestClient, question: str) -> None:
    answer = client.get("/search", params={"q": question})
    if answer.status_code == 400:
        assert '<a href="#q">' in answer.text
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize(
    ("parameters", "proposes"),
    [
        ("q=无此一词啊", False), ("q=唐卡&since=1990&until=1991", True),
        ("q=援藏&source=tibet.cn&since=1990&until=1991", True),
        ("q=援藏&section=无此栏目", True), ("q=唐卡 date:1990", True), ("q=\"招商引资招商\"", True),
    ],
)  # fmt: skip
def test_nothing_found_says_what_to_do(client: TestClient, parameters: str, proposes: bool) -> None:
    answer = client.get(f"/search?{parameters}&lang=en")
    page = tree(answer.text)
    assert answer.status_code == 200
    assert text(next(page.iter("h1"))).endswith("Nothing found")
    proposals = [p for p in page.iter("p") if p.get("class") == "proposals"]
    assert bool(proposals) == proposes
    for paragraph in proposals:
        counts = [int(text(span).split()[0]) for span in paragraph.iter("span")]
        for link, count in zip(paragraph.iter("a"), counts, strict=True):
            assert count in total(client, link.get("href") or "").values()


def test_a_filter_is_removed_by_its_link(client: TestClient) -> None:
    address = f"/search?q={Q}&source=tibet.cn&since=2020&until=2024-05&credit={quote('中国西藏网')}&lang=en"
    page = tree(client.get(address).text)
    applied = next(element for element in page.iter("ul") if element.get("class") == "applied")
    removed = [set(parse_qs(urlsplit(link.get("href") or "").query)) for link in applied.iter("a")]
    every = {"q", "source", "since", "until", "credit", "lang"}
    assert [min(every - names) for names in removed] == ["source", "credit", "since", "until"]
    assert all(len(every - names) == 1 for names in removed)


def test_the_language_is_that_of_the_address_or_the_reader(client: TestClient) -> None:
    def language(address: str = "/", accepted: str | None = None) -> str | None:
        headers = {"Accept-Language": accepted} if accepted is not None else {"Accept-Language": ""}
        return tree(client.get(address, headers=headers).text).get("lang")

    assert language() == language(accepted="fr-FR, *;q=0.5") == language(accepted="zh-TW,en;q=0.8") == "zh-CN"
    assert language(accepted="en-GB,en;q=0.9,zh;q=0.2") == language("/?lang=en", "zh") == "en"
    assert language("/?lang=xx") == language(accepted="en;q=0") == "zh-CN"
    page = tree(client.get("/?lang=en").text)
    assert all("lang=" in link for link in links(page) if not link.endswith((".xml", ".json")) and "?v=" not in link)


@pytest.mark.parametrize("article", ARTICLES[:12], ids=lambda article: article.id)
def test_what_is_found_in_a_text_leads_to_a_search_that_has_the_article(client: TestClient, article: Article) -> None:
    page = tree(client.get(f"/article/{article.id}").text)
    found = [link for e in page.iter("section") if e.get("class") == "found" for link in e.iter("a")]
    for link in found:
        address = (link.get("href") or "").replace("/search?", "/search.jsonl?")
        assert f'"id": "{article.id}"' in client.get(address).text, text(link)


def test_an_address_leads_to_its_article(client: TestClient) -> None:
    article = next(article for article in ARTICLES if article.id == SIGNING)
    answer = client.get("/go", params={"url": article.url.replace("http://www.", "https://m.")})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/article/{SIGNING}")
    assert client.get("/go", params={"url": "http://example.org/"}).status_code == 404
    assert client.get("/go?url=").status_code == 400


def test_a_browser_can_add_it_as_a_search_engine(client: TestClient) -> None:
    root = ElementTree.fromstring(client.get("/opensearch.xml").text)
    templates = [url.get("template") or "" for url in root.iter("{http://a9.com/-/spec/opensearch/1.1/}Url")]
    for template in templates:
        assert client.get(template.replace("{searchTerms}", "%E8%A5%BF%E8%97%8F")).status_code == 200


def test_health_is_the_position_of_the_index(client: TestClient) -> None:
    health = client.get("/health").json()
    assert (health["behind"], health["sequence"]) == (0, len(ARTICLES))


# Versions, and what proves them


@pytest.fixture
def edited(tmp_path: Path) -> Iterator[tuple[Archive, TestClient]]:
    """Of one article three versions: a word, a sentence and its disappearance."""
    article = ARTICLES[0]
    then = datetime(2026, 1, 1, tzinfo=UTC)
    with ArticleStore.create(load(tmp_path)) as store:
        store.put(replace(article, body="甲地建成三座大桥。\n第二段没有变。"), then)
        store.put(replace(article, body="甲地建成五座大桥。\n第二段没有变。\n新增的一段话。"), then + timedelta(days=1))
        store.mark_gone(article.url, then + timedelta(days=2))
    with wencang.open(tmp_path, {}) as archive:
        archive.index()
        with serving(archive) as client:
            yield archive, client


def test_versions_are_listed_and_each_can_be_read(edited: tuple[Archive, TestClient]) -> None:
    _archive, client = edited
    id = ARTICLES[0].id
    page = tree(client.get(f"/article/{id}?lang=en").text)
    assert "no longer shows this article" in text(page)
    own = {link.split("?")[0] for link in links(page) if link.startswith(f"/article/{id}/")}
    assert own == {f"/article/{id}/{path}" for path in ("1", "2", "1/proof", "2/proof", "3/proof", "diff")}
    assert "三座" in client.get(f"/article/{id}/1").text
    assert "五座" in client.get(f"/article/{id}/2").text
    assert client.get(f"/article/{id}/2.json").json()["sequence"] == 2
    assert {client.get(f"/article/{id}/{number}").status_code for number in ("4", "0", "x", "9" * 30, "１")} == {404}


def test_a_diff_shows_exactly_the_changed_words(edited: tuple[Archive, TestClient]) -> None:
    archive, client = edited
    id = ARTICLES[0].id
    page = tree(client.get(f"/article/{id}/diff?from=1&to=2&lang=en").text)
    parts = next(element for element in page.iter("div") if element.get("class") == "parts")
    assert [text(element) for element in parts.iter("del")] == ["[removed: 三座]"]
    assert [text(element) for element in parts.iter("ins")] == ["[added: 五座]", "[added: 新增的一段话。]"]
    twin = client.get(f"/article/{id}/diff.json?from=1&to=2").json()
    assert twin == json.loads(json.dumps(archive.diff(id, 1, 2).to_json()))
    assert "gone from the site" in text(tree(client.get(f"/article/{id}/diff?lang=en").text))
    assert client.get(f"/article/{id}/diff?from=x").status_code == 400
    assert client.get(f"/article/{id}/diff?from=1&to=77").status_code == 400


def test_a_proof_reads_the_page_and_notices_one_flipped_byte(crawled: Path) -> None:
    with wencang.open(crawled, {}) as archive, serving(archive) as client:
        sequence = archive.revision(SIGNING).sequence
        address = f"/article/{SIGNING}/{sequence}"
        proof = client.get(f"{address}/proof.json").json()
        assert proof["holds"]
        assert proof["records"][0]["fault"] == ""
        assert proof["manifest"]["agrees"]
        assert "Checked now: the page is exactly as archived." in client.get(f"{address}/proof?lang=en").text
        tree(client.get(f"{address}/proof").text)
        raw = proof["records"][0]
        with (crawled / raw["file"]).open("r+b") as file:
            file.seek(raw["offset"] + 60)
            byte = file.read(1)
            file.seek(-1, io.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        damaged = client.get(f"{address}/proof?lang=en")
        assert damaged.status_code == 200
        assert "Checked now: damaged." in damaged.text
        assert str(crawled) not in damaged.text
        assert not client.get(f"{address}/proof.json").json()["holds"]
        assert client.get(f"{address}/raw").status_code == 503


def test_a_forged_version_is_not_what_its_manifest_lists(crawled: Path) -> None:
    import sqlite3

    with sqlite3.connect(crawled / "archive.db") as raw:
        raw.execute("UPDATE revisions SET fetched = '2001-01-01T00:00:00.000000Z' WHERE sequence = 2")
        (id,) = raw.execute("SELECT id FROM revisions WHERE sequence = 2").fetchone()
    with wencang.open(crawled, {}) as archive, serving(archive) as client:
        assert not client.get(f"/article/{id}/2/proof.json").json()["manifest"]["agrees"]
        assert "differs from what is archived" in client.get(f"/article/{id}/2/proof?lang=en").text


def test_the_raw_page_can_not_act(crawled: Path) -> None:
    with wencang.open(crawled, {}) as archive, serving(archive) as client:
        address = f"/article/{SIGNING}/{archive.revision(SIGNING).sequence}/raw"
        (page,) = archive.raw(SIGNING)
        as_text, as_html, as_file = (client.get(address + form) for form in ("", "?as=html", "?as=file"))
        assert as_text.content == as_html.content == as_file.content == page.body
        assert as_text.headers["content-type"].startswith("text/plain; charset=")
        assert as_html.headers["content-security-policy"].startswith("sandbox; default-src 'none';")
        assert as_file.headers["content-disposition"].startswith("attachment")
        assert client.get(f"{address}?part=2").status_code == 400
        assert client.get(f"{address}?as=script").status_code == 400


# While the archive changes


def test_a_withdrawn_article_is_gone_from_every_page_at_once(tmp_path: Path) -> None:
    with made(tmp_path / "data", *ARTICLES) as archive, serving(archive) as client:
        (title,) = {article.title for article in ARTICLES if article.id == SIGNING}
        places = ("/", f"/search?q={Q}", f"/search.json?q={Q}", f"/search.atom?q={Q}", f"/search.jsonl?q={Q}")
        before = {place: client.get(place) for place in places}
        assert all(title in answer.text for place, answer in before.items() if place != "/")
        with wencang.open(tmp_path / "data", {}) as other:  # as another process would
            other.remove(SIGNING, reason="侵权")
        for place, answer in before.items():
            now = client.get(place, headers={"If-None-Match": answer.headers["etag"]})
            assert title not in now.text, place
            assert place == "/" or now.status_code == 200
        for path in (
            f"/article/{SIGNING}",
            f"/article/{SIGNING}.json",
            f"/article/{SIGNING}/1",
            f"/article/{SIGNING}/1/raw",
        ):
            assert client.get(path).status_code == 410
        assert "侵权" in client.get(f"/article/{SIGNING}").text


def test_what_is_rebuilt_or_added_is_picked_up(tmp_path: Path) -> None:
    with made(tmp_path / "data", *ARTICLES[:5]) as archive, serving(archive) as client:
        first = client.get("/search?q=西藏")
        assert client.get("/search?q=西藏", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
        with wencang.open(tmp_path / "data", {}) as other:
            other.index(rebuild=True)
        rebuilt = client.get("/search?q=西藏", headers={"If-None-Match": first.headers["etag"]})
        assert rebuilt.status_code == 200
        with ArticleStore.open(load(tmp_path / "data")) as store:
            store.put(replace(ARTICLES[7], title="西藏新增一篇"))
        behind = client.get("/search?q=西藏&lang=en")
        assert "1 article" in tree(behind.text).findtext(".//p[@class='notice']", "")
        assert client.get("/health").json()["behind"] == 1
        with wencang.open(tmp_path / "data", {}) as other:
            other.index()
        assert "西藏新增一篇" in client.get("/search?q=西藏新增").text.replace("<mark>", "").replace("</mark>", "")


def test_without_an_index_articles_are_shown_and_searches_say_so(tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path)) as store:
        store.put(ARTICLES[0])
    with wencang.open(tmp_path, {}) as archive, serving(archive) as client:
        assert client.get("/").status_code == 200
        for address in (f"/article/{ARTICLES[0].id}", f"/story/{ARTICLES[0].id}.json", f"/story/{ARTICLES[0].id}.csv"):
            assert client.get(address).status_code == 200
        assert "wencang_requests_total" in client.get("/metrics").text
        answer = client.get("/search?q=西藏&lang=en")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert str(tmp_path) not in answer.text
        assert client.get("/health").status_code == 503


def test_every_template_is_used() -> None:
    folder = Path(wencang.__file__).parent / "web" / "templates"
    files = (path for ending in ("*.py", "*.html") for path in folder.parent.rglob(ending))
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    for path in folder.iterdir():
        assert re.search(rf'"{re.escape(path.name)}"', code), path.name


def test_reprints_are_listed_with_their_first_publication(tmp_path: Path) -> None:
    first = next(article for article in ARTICLES if article.id == SIGNING)
    assert first.published
    reprint = replace(
        first, url="http://other.example/1.html", id="other-1", source="other.example", credit="转载网",
        published=first.published + timedelta(days=2),
    )  # fmt: skip
    with made(tmp_path / "data", *ARTICLES, reprint) as archive, serving(archive) as client:
        before = client.get("/article/other-1?lang=en")
        archive.stories(update=True)
        after = client.get("/article/other-1?lang=en", headers={"If-None-Match": before.headers["etag"]})
        assert after.status_code == 200
        page = tree(after.text)
        section = next(element for element in page.iter("section") if element.get("class") == "reprints")
        links_to = [link.get("href") for link in section.iter("a")]
        assert links_to == [f"/article/{SIGNING}?lang=en", "/story/other-1?lang=en"]
        assert "first publication" in text(section)
        folded = tree(client.get(f"/search?q={Q}&stories=1&lang=en").text)
        assert [text(summary) for summary in folded.iter("summary") if "repr" in text(summary)] == ["1 reprint or copy"]
        copies = tree(client.get(f"/search?q={Q}&lang=en").text)
        assert "1 more with this text" in text(copies)


def test_requests_in_two_languages_at_once_do_not_mix(client: TestClient) -> None:
    expected = {"zh": "不是有效的日期", "en": "is not a valid date"}

    def wrong(number: int) -> bool:
        language = ("zh", "en")[number % 2]
        detail = client.get("/search.json?q=西藏&since=x", headers={"Accept-Language": language}).json()["detail"]
        return expected[language] not in detail

    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(wrong, range(60)))
