"""The HTTP API: its description against what is answered, parts of lists, errors, and what a stranger may send."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

import feedparser
import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route
from starlette.testclient import TestClient

from archive.settings import load
from archive.store import ArticleStore
from bench.schemas import examine
from tests.support.sample import ARTICLES, SIGNING
from tests.support.web import made, serving
from wencang.archive import Archive
from wencang.web.app import create_app

Q = quote("援藏 招商引资")
EDITED = next(article for article in ARTICLES if article.id != SIGNING)
ANSWERS = {  # of each address of the description: what to ask there
    "/api/search": [f"q={Q}", "q=西藏&limit=3&stories=1&sort=newest", "q=无此一词啊", "q=无此一词啊&source=tibet.cn"],
    "/api/articles/{id}": ["", "q=援藏"],
    "/api/articles/{id}/versions": [""],
    "/api/articles/{id}/versions/{sequence}": [""],
    "/api/articles/{id}/diff": ["", "from=1&to=2"],
    "/api/articles/{id}/proof": [""],
    "/api/articles/{id}/citation": [f"style={style}" for style in ("gbt7714", "bibtex", "ris", "csl-json")],
    "/api/stories/{id}": [""],
    "/api/tags": [""],
    "/api/changes": ["", "q=西藏&limit=1", "gone=1"],
    "/api/timeline": ["q=西藏", "q=西藏&q=援藏&share=1&by=year", "q=西藏&group=credit"],
    "/api/concordance": ["q=援藏", "q=援藏&sort=right&limit=5", "q=西藏&sample=4&seed=1"],
    "/api/keywords": ["q=援藏", "q=援藏&measure=tfidf&by=year"],
    "/api/collocations": ["q=西藏&least=2", "q=西藏&least=2&by=year&measure=pmi"],
    "/api/names": ["q=西藏", "q=西藏&kind=place&kind=person&by=year"],
    "/api/figures": ["q=西藏", "q=西藏&sort=value&kind=money&kind=date"],
    "/api/quotes": ["q=西藏", "q=西藏&speaker=次仁"],
    "/api/aid": ["q=西藏", "q=援藏&limit=2"],
    "/api/map": ["q=西藏", "q=西藏&level=county"],
    "/api/network": ["q=西藏&kind=place&least=1", "q=西藏&kind=reprint&by=source&least=1", "q=西藏&within=sentence"],
    "/api/sources": [""],
    "/api/status": [""],
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with made(tmp_path_factory.mktemp("api") / "data", *ARTICLES) as archive:
        with ArticleStore.open(load(archive.data)) as store:
            store.put(replace(EDITED, title=EDITED.title + "（更新）", body=EDITED.body + "\n后来补记一段。"))
        archive.index()
        archive.stories(update=True)
        yield archive


@pytest.fixture(scope="module")
def client(archive: Archive) -> Iterator[TestClient]:
    with serving(archive) as client:
        yield client


@pytest.fixture(scope="module")
def description(client: TestClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def exact(schema: Any) -> Any:
    """The schema, but that records have no other keys than those it names."""
    if isinstance(schema, list):
        return [exact(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    values = {name: exact(value) for name, value in schema.items()}
    is_record = "required" in schema and "properties" in schema and "code" not in schema["properties"]
    return values | ({"additionalProperties": False} if is_record else {})


def filled(path: str, archive: Archive) -> str:
    sequence = archive.revision(EDITED.id).sequence
    return path.replace("{id}", EDITED.id).replace("{sequence}", str(sequence))


# The description


def test_the_description_names_every_address_of_the_api(archive: Archive, description: dict[str, Any]) -> None:
    app: Any = create_app(archive)
    while not hasattr(app, "router"):
        app = app._app
    routes = app.router.routes
    paths = {route.path for route in routes if isinstance(route, Route) and route.path.startswith("/api/")}
    assert paths == set(description["paths"]) == set(ANSWERS)


@pytest.mark.parametrize("path", ANSWERS)
def test_an_answer_has_exactly_the_values_that_are_described(
    client: TestClient, archive: Archive, description: dict[str, Any], path: str
) -> None:
    operation = description["paths"][path]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    validator = Draft202012Validator(exact({**schema, "components": description["components"]}))
    for query in ANSWERS[path]:
        answer = client.get(f"{filled(path, archive)}?{query}")
        assert answer.status_code == 200, answer.text
        assert [error.message for error in validator.iter_errors(answer.json())] == []


def test_the_description_is_valid(description: dict[str, Any]) -> None:
    for schema in description["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    references = set(re.findall(r'"#/components/(\w+)/(\w+)"', json.dumps(description)))
    for kind, name in references:
        assert name in description["components"][kind]
    for path, operations in description["paths"].items():
        names = {parameter["name"] for parameter in operations["get"]["parameters"] if parameter.get("in") == "path"}
        assert names == set(re.findall(r"{(\w+)}", path))
    identifiers = [operations["get"]["operationId"] for operations in description["paths"].values()]
    assert len(set(identifiers)) == len(identifiers)


def test_the_description_names_the_path_of_a_proxy(archive: Archive) -> None:
    with serving(archive, prefix="/news") as client:
        assert client.get("/news/openapi.json").json()["servers"] == [{"url": "/news"}]
        following = client.get("/news/api/search?q=西藏&limit=1").json()["next"]
        assert following.startswith("http://127.0.0.1/news/api/search?")
        assert client.get(following).status_code == 200


# Values


def test_values_are_those_of_the_archive(client: TestClient, archive: Archive) -> None:
    def same(address: str, value: object) -> bool:
        return bool(client.get(address).json() == json.loads(json.dumps(value)))

    shown = client.get(f"/api/articles/{SIGNING}").json()
    assert shown == json.loads(json.dumps(archive.show(SIGNING).to_json())) | {
        name: shown[name] for name in ("pictures", "similar")
    }
    assert shown["similar"] == list(archive.similar(SIGNING).records())
    assert same(f"/api/articles/{EDITED.id}/diff", archive.diff(EDITED.id).to_json())
    versions = [step.to_json() for step in archive.history(EDITED.id).steps]
    assert len(versions) == 2
    assert same(f"/api/articles/{EDITED.id}/versions", {"rows": versions})
    hits = [hit.to_json() for hit in archive.search("援藏 招商引资", limit=4).hits]
    assert client.get(f"/api/search?q={Q}&limit=4").json()["hits"] == json.loads(json.dumps(hits))
    for name in ("keywords", "collocations"):
        rows = list(getattr(archive, name)("西藏", limit=5, least=2).records())
        assert client.get(f"/api/{name}?q=西藏&limit=5&least=2").json()["rows"] == rows
    assert client.get(f"/api/articles/{SIGNING}/citation?style=ris").json()["citation"] == str(
        archive.cite(SIGNING, style="ris")
    )
    newest = client.get(f"/api/articles/{EDITED.id}/proof").json()
    assert (newest["sequence"], newest["holds"]) == (versions[1]["sequence"], True)
    assert client.get(f"/api/articles/{EDITED.id}/proof?sequence={versions[0]['sequence']}").status_code == 200


# Parts of lists


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("/api/search?q=西藏 OR 高原&limit=3", "hits"), ("/api/search?q=西藏&sort=oldest&limit=100", "hits"),
        ("/api/concordance?q=西藏&limit=4", "rows"), ("/api/concordance?q=西藏&sort=left&limit=4", "rows"),
        ("/api/figures?q=西藏&limit=7&kind=date&kind=place", "rows"),
        ("/api/figures?q=西藏&sort=value&limit=7", "rows"), ("/api/quotes?q=西藏&limit=2", "rows"),
    ],
)  # fmt: skip
def test_the_parts_of_a_list_are_the_list(client: TestClient, archive: Archive, address: str, key: str) -> None:
    rows: list[Any] = []
    following: str | None = address
    while following:
        answer = client.get(following)
        rows += answer.json()[key]
        following = answer.json()["next"]
        link = f'<{following}>; rel="next"' if following else None
        assert answer.headers.get("link") == link
    whole = client.get(re.sub("limit=[0-9]+", "limit=100", address)).json()
    assert rows[:100] == whole[key]
    assert whole["next"] is None or len(rows) > 100


def test_a_cursor_ends_with_the_state_of_the_index(tmp_path: Any) -> None:
    with made(tmp_path / "data", *ARTICLES[:30]) as archive, serving(archive) as client:
        first = client.get("/api/search?q=西藏&limit=1").json()
        with ArticleStore.open(load(archive.data)) as store:
            store.put(ARTICLES[35])
        assert client.get(first["next"]).status_code == 200  # the index has not moved: the list is the same
        archive.index()
        expired = client.get(first["next"])
        assert expired.status_code == 410
        assert expired.headers["content-type"] == "application/problem+json"
        assert expired.json()["type"] == "tag:wencang,2026:expired-cursor"
        assert client.get("/api/search?q=西藏&limit=1").status_code == 200


def test_an_empty_filter_is_none(client: TestClient) -> None:
    following = client.get("/api/search?q=西藏&source=&stories=&limit=1").json()["next"]
    assert client.get(following).json()["hits"][0]["rank"] == 2


def test_a_cursor_belongs_to_its_question(client: TestClient) -> None:
    following = client.get("/api/search?q=西藏&limit=1").json()["next"]
    assert client.get(following.replace("limit=1", "limit=2")).status_code == 200
    assert client.get(f"{following}&source=tibet.cn").status_code == 410
    assert client.get(following.replace("/api/search", "/api/concordance")).status_code == 410


@pytest.mark.parametrize("cursor", ["x", "%00", "MTA", "LTEuYQ", "9" * 400, "é", "====", "MS5h.."])
def test_what_is_no_cursor_is_refused(client: TestClient, cursor: str) -> None:
    answer = client.get(f"/api/search?q=西藏&cursor={cursor}")
    assert answer.status_code == 400
    assert answer.json()["field"] == "cursor"


# Errors


@pytest.mark.parametrize(
    ("address", "status", "field"),
    [
        ("/api/search?q=", 400, "q"), ("/api/search?q=%22", 400, "q"), ("/api/search?q=西藏&since=x", 400, "since"),
        ("/api/search?q=西藏&limit=101", 400, "limit"), ("/api/search?q=西藏&limit=0", 400, "limit"),
        ("/api/search?q=西藏&sort=best", 400, "sort"), ("/api/search?q=西藏&source=none.cn", 400, "source"),
        ("/api/network?q=西藏&kind=money", 400, "kind"), ("/api/network?q=西藏&least=0", 400, "least"),
        ("/api/figures?q=西藏&kind=tree", 400, "kind"), ("/api/keywords?q=西藏&by=week", 400, "by"),
        (f"/api/articles/{SIGNING}/citation?style=x", 400, "style"), ("/api/articles/none", 404, None),
        (f"/api/articles/{SIGNING}/versions/1", 404, None), (f"/api/articles/{SIGNING}/versions/x", 404, None),
        (f"/api/articles/{SIGNING}/diff", 404, None), ("/api/none", 404, None), ("/api/stories/none", 404, None),
        ("/api/search?q=" + "x" * 5000, 414, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_error_is_a_problem_with_its_field(
    client: TestClient, description: dict[str, Any], address: str, status: int, field: str | None, language: str
) -> None:
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    schema = {"$ref": "#/components/schemas/Problem", "components": description["components"]}
    assert Draft202012Validator(exact(schema)).is_valid(problem)
    assert (problem["status"], problem.get("field")) == (status, field)
    assert problem["detail"]


def test_an_answer_is_not_sent_again(client: TestClient) -> None:
    for address in ("/api/search?q=西藏", f"/api/articles/{SIGNING}", "/api/sources", "/openapi.json"):
        tag = client.get(address).headers["etag"]
        again = client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")


def test_pages_of_other_sites_may_read_the_api_of_an_open_archive_only(archive: Archive) -> None:
    with serving(archive) as client:
        for address in ("/api/sources", "/openapi.json", "/api/none", "/api/search?q="):
            assert client.get(address).headers["access-control-allow-origin"] == "*"
        for address in ("/", "/search.json?q=西藏", f"/article/{SIGNING}"):
            assert "access-control-allow-origin" not in client.get(address).headers
    with serving(archive, token="a-token-of-16-characters") as client:
        refused = client.get("/api/sources")
        assert (refused.status_code, refused.json()["status"]) == (401, 401)
        admitted = client.get("/api/sources", headers={"Authorization": "Bearer a-token-of-16-characters"})
        assert admitted.status_code == 200
        for answer in (refused, admitted):
            assert "access-control-allow-origin" not in answer.headers


# Feeds

_TEXT, _URL = {"type": "string"}, {"type": "string", "format": "uri", "pattern": "^[a-z]+:"}
_AUTHORS = {
    "type": "array", "minItems": 1,
    "items": {"type": "object", "properties": {"name": _TEXT, "url": _URL, "avatar": _URL}, "minProperties": 1},
}  # fmt: skip
_ITEM = {
    "type": "object",
    "required": ["id"],
    "anyOf": [{"required": ["content_text"]}, {"required": ["content_html"]}],
    "properties": {
        "id": _TEXT, "url": _URL, "external_url": _URL, "title": _TEXT, "content_html": _TEXT, "content_text": _TEXT,
        "summary": _TEXT, "image": _URL, "banner_image": _URL, "authors": _AUTHORS, "language": _TEXT,
        "tags": {"type": "array", "items": _TEXT},
        "date_published": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"},
        "date_modified": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"},
        "attachments": {"type": "array", "items": {"type": "object", "required": ["url", "mime_type"]}},
    },
    "patternProperties": {"^_[a-zA-Z]": {"type": "object"}},
    "additionalProperties": False,
}  # fmt: skip
JSON_FEED = {  # https://www.jsonfeed.org/version/1.1/
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"}, "title": {"type": "string", "minLength": 1},
        "home_page_url": _URL, "feed_url": _URL, "description": _TEXT, "user_comment": _TEXT, "next_url": _URL,
        "icon": _URL, "favicon": _URL, "authors": _AUTHORS, "language": _TEXT, "expired": {"type": "boolean"},
        "hubs": {"type": "array", "items": {"type": "object", "required": ["type", "url"]}},
        "items": {"type": "array", "items": _ITEM},
    },
    "patternProperties": {"^_[a-zA-Z]": {"type": "object"}},
    "additionalProperties": False,
}  # fmt: skip


@pytest.mark.parametrize("query", ["q=西藏", f"q={Q}&since=2020&source=tibet.cn", "q=无此一词啊", "q=%3Cb%3E%26西藏"])
def test_feeds_are_as_readers_expect(client: TestClient, query: str) -> None:
    feed = client.get(f"/search.feed.json?{query}")
    assert feed.headers["content-type"].startswith("application/feed+json")
    assert [error.message for error in Draft202012Validator(JSON_FEED).iter_errors(feed.json())] == []
    ids = [item["id"] for item in feed.json()["items"]]
    assert len(set(ids)) == len(ids)
    atom = client.get(f"/search.atom?{query}")
    parsed_feed = feedparser.parse(atom.content, response_headers=dict(atom.headers))
    assert not parsed_feed.bozo
    assert [entry.id for entry in parsed_feed.entries] == ids
    assert parsed_feed.feed.id
    for answer in (feed, atom):
        address = str(answer.request.url)
        assert client.get(address, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


# Memento


def parsed(links: str) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """The links of a TimeMap or a header by each of their relations."""
    relations: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for address, attributes in re.findall(r'<([^>]*)>((?:; [a-z]+="[^"]*")*)', links):
        values = dict(re.findall(r'([a-z]+)="([^"]*)"', attributes))
        for relation in values["rel"].split():
            relations.setdefault(relation, []).append((address, values))
    return relations


@pytest.mark.parametrize("prefix", ["", "/news"])
def test_the_versions_of_an_address_are_found_by_time(archive: Archive, prefix: str) -> None:
    first, second = (step.revision for step in archive.history(EDITED.id).steps)
    with serving(archive, prefix=prefix) as client:
        answer = client.get(f"{prefix}/timemap/link/{EDITED.url}")
        assert answer.headers["content-type"].startswith("application/link-format")
        timemap = parsed(answer.text)
        assert timemap["original"][0][0] == EDITED.url
        assert timemap["self"][0][0] == f"http://127.0.0.1{prefix}/timemap/link/{EDITED.url}"
        mementos = timemap["memento"]
        sequences = [address.rsplit("/", 1)[1] for address, _values in mementos]
        assert sequences == [str(first.sequence), str(second.sequence)]
        assert (timemap["first"], timemap["last"]) == (mementos[:1], mementos[1:])
        for address, values in mementos:
            version = client.get(address)
            assert version.headers["memento-datetime"] == values["datetime"]
            links = parsed(version.headers["link"])
            assert links["original"][0][0] == EDITED.url
            assert client.get(links["timemap"][0][0]).text == answer.text
            back = client.get(links["timegate"][0][0], headers={"Accept-Datetime": values["datetime"]})
            assert back.status_code == 302
            assert "Accept-Datetime" in back.headers["vary"]
            assert parsed(back.headers["link"])["original"][0][0] == EDITED.url


def test_a_timegate_leads_to_the_last_version_until_a_time(tmp_path: Any) -> None:
    with made(tmp_path / "data", *ARTICLES[:3]) as archive:
        article = ARTICLES[0]
        now = archive.revision(article.id).fetched
        with ArticleStore.open(load(archive.data)) as store:
            for days in (1, 2):
                store.put(replace(article, body=article.body + "新" * days), now + timedelta(days=days))
        archive.index()
        versions = [step.revision for step in archive.history(article.id).steps]
        fetched = [revision.fetched for revision in versions]
        assert len(fetched) == 3
        with serving(archive) as client:

            def version(moment: datetime | None) -> int:
                headers = {"Accept-Datetime": format_datetime(moment, usegmt=True)} if moment else {}
                location = client.get(f"/timegate/{article.url}", headers=headers).headers["location"]
                return [revision.sequence for revision in versions].index(int(location.rsplit("/", 1)[1]))

            hour = timedelta(hours=1)
            moments = (fetched[0] - hour, fetched[0] + hour, fetched[1] + hour, fetched[2] + 900 * hour, None)
            assert list(map(version, moments)) == [0, 0, 1, 2, 2]


def test_an_address_is_found_however_it_is_written(client: TestClient) -> None:
    quoted = quote(EDITED.url, safe="")
    for written in (EDITED.url, quoted, EDITED.url.replace("://", ":/"), EDITED.url.replace("http:", "https:")):
        assert client.get(f"/timemap/link/{written}").status_code == 200, written
    for unknown in ("http://x.example/?a=1&b=2", EDITED.id, "", "%00", "javascript:alert(1)"):
        assert client.get(f"/timemap/link/{unknown}").status_code == 404, unknown
    beyond = client.get(f"/timegate/{EDITED.url}", headers={"Accept-Datetime": "Wed, 01 Jun 2022 10:00:00 +9999999999"})
    assert beyond.status_code == 400
    bad = client.get(f"/timegate/{EDITED.url}", headers={"Accept-Datetime": "yesterday"})
    assert bad.status_code == 400


def test_the_description_holds_for_whatever_is_asked(archive: Archive) -> None:
    known = {"id": [EDITED.id, SIGNING], "q": ["西藏", "援藏 招商引资"]}
    report = examine(create_app(archive), 200, known)
    assert report.findings == {}
    assert report.cases >= 200
    assert report.statuses[200] > 50
    assert set(report.statuses) <= {200, 400, 404, 410, 414}
