"""The researcher's desk in a browser: its pages, their twins, several questions on one timeline, and known gaps."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import networkx
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

import wencang
from archive.article import SHANGHAI
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.ledger import Ledger, Run
from crawler.health.gaps import AddressGap, DayGap, Gap, SpanGap
from indexer.figures.figure import KINDS
from tests.support.program import lines, run
from tests.support.sample import ARTICLES, SIGNING
from tests.support.web import checked, links, made, serving, text, tree
from wencang.archive import Archive
from wencang.desk.count.concordance import on_one_line
from wencang.desk.count.periods import By, period_of
from wencang.desk.count.timeline import Series, Timeline
from wencang.desk.draw import plot
from wencang.desk.sample import sampled
from wencang.web.drawing.background import marks
from wencang.web.drawing.tables import TYPES

SVG = "{http://www.w3.org/2000/svg}"
Q, TWO, PLACE, CRAFT = map(quote, ("援藏", "援藏 招商引资", "西藏", "唐卡"))
PAGES = [
    "/concordance", f"/concordance?q={Q}", f"/concordance?q={Q}&sort=left&window=60&sample=9&seed=2&limit=5",
    f"/concordance?q={Q}&since=2022&source=tibet.cn", "/concordance?q=无此一词啊", f"/concordance?q={Q}&window=x",
    "/keywords", f"/keywords?q={Q}", f"/keywords?q={Q}&by=year&measure=tfidf&limit=5&least=1", "/keywords?q=无此一词啊",
    "/collocations", f"/collocations?q={PLACE}&least=1", f"/collocations?q={PLACE}&least=1&by=year&measure=pmi",
    "/collocations?q=无此一词啊", "/collocations?q=。", "/figures", f"/figures?q={PLACE}",
    f"/figures?q={PLACE}&page=2", f"/figures?q={Q}&kind=money&kind=person&sort=value", "/figures?q=无此一词啊",
    f"/figures?q={Q}&kind=x", "/figures?q=%22", f"/story/{SIGNING}", "/story/copy-1", "/story/none",
    f"/timeline?q={Q}&q={CRAFT}", f"/timeline?q={Q}&q={CRAFT}&q={PLACE}&share=1&by=year", f"/timeline?q={Q}",
    f"/timeline?q={PLACE}&group=section", f"/timeline?q={Q}&q={CRAFT}&group=source", f"/search?q={PLACE}&share=1",
]  # fmt: skip
FIRST = next(article for article in ARTICLES if article.id == SIGNING)
assert FIRST.published
COPY = replace(
    FIRST, url="http://copy.example/1.html", id="copy-1", source="copy.example", credit="转载网",
    published=FIRST.published + timedelta(days=2), body=FIRST.body.replace("。", "！", 1),
)  # fmt: skip


@pytest.fixture(scope="module", params=["whoosh", "tantivy"])
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with made(tmp_path_factory.mktemp("desk") / "data", *ARTICLES, COPY, engine=request.param) as archive:
        archive.stories(update=True)
        yield archive


@pytest.fixture(scope="module")
def client(archive: Archive) -> Iterator[TestClient]:
    with serving(archive) as client:
        yield client


def jsonable(values: Any) -> Any:
    return json.loads(json.dumps(values))


def within(page: Element, name: str) -> Element:
    """The one element of a class."""
    (element,) = (element for element in page.iter() if name in (element.get("class") or "").split())
    return element


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_well_formed(client: TestClient, address: str, language: str) -> None:
    page = checked(client.get(address, headers={"Accept-Language": language}).text)
    assert page.get("lang") == {"zh": "zh-CN", "en": "en"}[language]


@pytest.mark.parametrize("address", PAGES)
def test_every_link_leads_somewhere(client: TestClient, address: str) -> None:
    page = tree(client.get(address).text)
    itself = urlsplit(address).path
    for link in set(links(page)):
        if urlsplit(link).path not in (itself, "/search", "/timeline.png") or "share=1" in address:
            allowed = (200, 400) if client.get(address).status_code == 400 else (200,)
            assert client.get(link).status_code in allowed, link


@pytest.mark.parametrize(
    ("address", "command"),
    [
        (f"/concordance.csv?q={Q}", "concordance 援藏"),
        (f"/concordance.csv?q={Q}&sort=right&window=9&limit=7", "concordance 援藏 --sort right --window 9 --limit 7"),
        (f"/concordance.csv?q={Q}&sample=6&seed=4", "concordance 援藏 --sample 6 --seed 4"),
        (f"/keywords.csv?q={Q}&by=year&limit=4", "keywords 援藏 --by year --limit 4"),
        (f"/keywords.csv?q={TWO}&least=1&measure=tfidf", "keywords 援藏 招商引资 --least 1 --measure tfidf"),
        (f"/collocations.csv?q={PLACE}&least=1&window=3", "collocations 西藏 --least 1 --window 3"),
        (f"/figures.csv?q={Q}&kind=money&kind=date", "figures 援藏 --kind money --kind date"),
        (f"/figures.csv?q={Q}&sort=value&since=2022", "figures 援藏 --sort value --since 2022"),
        (f"/timeline.csv?q={Q}&q={CRAFT}&by=year", "timeline 援藏 --query 唐卡 --by year"),
        (f"/timeline.csv?q={Q}&by=year&group=place", "timeline 援藏 --by year --group place"),
        (f"/map.csv?q={PLACE}&level=county", "map 西藏 --level county"),
    ],
)  # fmt: skip
def test_a_twin_has_the_rows_of_the_command_line(
    client: TestClient, archive: Archive, address: str, command: str
) -> None:
    printed = run(*command.split(), "--json", data=archive.data, WENCANG_ENGINE=archive.settings.engine)
    rows = client.get(address.replace(".csv?", ".json?")).json()["rows"]
    assert rows == lines(printed)
    answer = client.get(address)
    assert answer.headers["content-disposition"].startswith("attachment; ")
    head, *cells = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert head == list(rows[0])
    assert [len(row) for row in cells] == [len(head)] * len(rows)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("timeline", f"q={Q}&by=year"), ("concordance", f"q={Q}"), ("keywords", f"q={Q}&least=1"), ("figures", f"q={Q}"),
     ("collocations", f"q={PLACE}&least=1"), ("network", f"q={PLACE}&kind=place&least=1")],
)  # fmt: skip
def test_a_table_is_offered_for_excel(client: TestClient, name: str, parameters: str) -> None:
    rows = client.get(f"/{name}.json?{parameters}").json()["rows"]
    answer = client.get(f"/{name}.xlsx?{parameters}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, TYPES["xlsx"])
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.xlsx"'
    assert len(pandas.read_excel(io.BytesIO(answer.content))) == len(rows)
    if name != "network":
        assert f"/{name}.xlsx" in client.get(f"/{name}?{parameters}").text


@pytest.mark.parametrize("form", ["gexf", "graphml"])
def test_a_network_is_offered_for_gephi(client: TestClient, form: str) -> None:
    page = tree(client.get(f"/figures?q={PLACE}").text)
    (link,) = (link for link in links(page) if urlsplit(link).path == f"/network.{form}" and "kind=place" in link)
    answer = client.get(f"{link}&least=1")
    assert answer.headers["content-type"] == TYPES[form]
    graph = {"gexf": networkx.read_gexf, "graphml": networkx.read_graphml}[form](io.BytesIO(answer.content))
    assert len(graph.edges) == len(client.get(f"/api/network?q={PLACE}&kind=place&least=1").json()["rows"])
    assert client.get(f"/network.{form}?q=+").status_code == 400
    assert client.get(f"/network.{form}?q={PLACE}&kind=money").status_code == 400


def test_a_twin_needs_a_question(client: TestClient) -> None:
    for name in ("concordance", "keywords", "collocations", "figures", "timeline", "aid", "map"):
        assert client.get(f"/{name}").status_code == 200
        problem = client.get(f"/{name}.json?q=+&lang=en")
        assert (problem.status_code, problem.headers["content-type"]) == (400, "application/problem+json")
        assert client.get(f"/{name}.csv").status_code == 400


@pytest.mark.parametrize(
    ("address", "field"),
    [
        (f"/concordance?q={Q}&window=0", "window"), (f"/concordance?q={Q}&window=201", "window"),
        (f"/concordance?q={Q}&sort=best", "sort"), (f"/concordance?q={Q}&sample=-1", "sample"),
        (f"/concordance?q={Q}&seed=x", "seed"), (f"/concordance?q={Q}&limit=20001", "limit"),
        (f"/concordance?q={Q}&source=none.cn", "source"), (f"/concordance?q={Q}&since=2022-13", "since"),
        (f"/concordance?q={'x' * 501}", "q"), ("/concordance?q=%22", "q"), (f"/keywords?q={Q}&measure=x", "measure"),
        (f"/keywords?q={Q}&by=day", "by"), (f"/keywords?q={Q}&least=0", "least"),
        (f"/keywords?q={Q}&limit=1001", "limit"),
        (f"/collocations?q={Q}&window=x", "window"), ("/collocations?q=。", "q"), (f"/figures?q={Q}&kind=x", "kind"),
        (f"/figures?q={Q}&until=x", "until"), (f"/timeline?q={Q}&by=decade", "by"),
        (f"/timeline?q={Q}&since=x", "since"),
        (f"/timeline?q={Q}&group=x", "group"), ("/timeline?q=%22", "q1"), (f"/timeline?q={Q}&source=x", "source"),
    ],
)  # fmt: skip
def test_what_is_wrong_names_its_field(client: TestClient, address: str, field: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    page = checked(answer.text)
    (link,) = within(page, "fault").iter("a")
    assert link.get("href") == f"#{field}"
    named = [element for element in page.iter() if element.get("id") == field]
    assert [element.tag for element in named] == ["fieldset" if field == "kind" else named[0].tag]


# The pages


def test_a_concordance_shows_each_line_and_leads_to_its_article(client: TestClient, archive: Archive) -> None:
    page = tree(client.get(f"/concordance?q={Q}&sort=right&lang=en").text)
    lines = list(archive.concordance("援藏", sort="right").lines)
    items = list(within(page, "kwic").iter("li"))
    shown = [(text(within(item, "left")), text(next(item.iter("mark"))), text(within(item, "right"))) for item in items]
    assert shown == [
        tuple(" ".join(on_one_line(part).split()) for part in (line.left, line.node, line.right)) for line in lines
    ]
    for item, line in zip(items, lines, strict=True):
        address = next(item.iter("a")).get("href") or ""
        assert address.startswith(f"/article/{line.id}?q=")
        assert f"<mark>{line.node}</mark>" in client.get(address).text


def test_paging_goes_through_all_rows(client: TestClient) -> None:
    address: str | None = f"/figures?q={PLACE} OR {Q} OR {CRAFT}&lang=en"
    shown: list[str] = []
    while address:
        page = tree(client.get(address).text)
        assert next(page.iter("ol")).get("start") == str(len(shown) + 1)
        shown += [text(next(item.iter("mark"))) for item in within(page, "mentions").iter("li")]
        following = [link.get("href") for link in page.iter("a") if "next" in (link.get("rel") or "")]
        address = following[0] if following else None
    rows = client.get(f"/figures.json?q={PLACE} OR {Q} OR {CRAFT}").json()["rows"]
    assert len(rows) > 100
    assert shown == [" ".join(row["text"].split()) for row in rows]


def test_a_figure_is_shown_in_its_sentence(client: TestClient, archive: Archive) -> None:
    page = tree(client.get(f"/figures?q={Q}&kind=money&kind=person&sort=value").text)
    items = list(within(page, "mentions").iter("li"))
    mentions = list(archive.figures("援藏", kind=["money", "person"], sort="value").figures)
    for item, mention in zip(items, mentions, strict=False):
        assert text(within(item, "sentence")).strip("…") in " ".join(mention.sentence.split())
        assert text(next(item.iter("mark"))) == mention.figure.text
    boxes = [box for box in page.iter("input") if box.get("type") == "checkbox"]
    assert [box.get("value") for box in boxes] == list(KINDS)
    assert [box.get("value") for box in boxes if "checked" in box.keys()] == ["money", "person"]  # noqa: SIM118


def test_a_name_leads_to_a_search_that_has_its_article(client: TestClient) -> None:
    page = tree(client.get(f"/figures?q={Q}&kind=place&kind=institution").text)
    for item in list(within(page, "mentions").iter("li"))[:20]:
        for link in within(item, "value").iter("a"):
            article = urlsplit(next(within(item, "about").iter("a")).get("href") or "").path.removeprefix("/article/")
            answer = client.get((link.get("href") or "").replace("/search?", "/search.jsonl?"))
            assert f'"id": "{article}"' in answer.text


@pytest.mark.parametrize("more", ["", "&since=2021", "&by=year"])
@pytest.mark.parametrize("question", ["援藏", "唐卡 OR 藏戏", "西藏 -旅游", "招商引资 援藏"])
def test_a_keyword_leads_to_as_many_articles_as_have_it(client: TestClient, question: str, more: str) -> None:
    address = f"?q={quote(question)}&least=1&limit=12{more}"
    rows = client.get(f"/keywords.json{address}").json()["rows"]
    assert rows
    page = tree(client.get(f"/keywords{address}").text)
    place = within(page, "lists" if "by" in more else "ranked")
    found: dict[str, list[int]] = {}
    for link in place.iter("a"):
        answer = client.get((link.get("href") or "").replace("/search?", "/search.json?")).json()
        found.setdefault(text(link), []).append(answer["whole"])
    assert found == {word: [row["here"] for row in rows if row["word"] == word] for word in found}


@pytest.mark.parametrize("more", ["", "&since=2021", "&by=year"])
def test_a_name_leads_to_the_articles_that_name_it(archive: Archive, client: TestClient, more: str) -> None:
    archive.count_figures(update=True)
    address = f"?q={PLACE}&kind=person&kind=institution&limit=12{more}"
    rows = client.get(f"/names.json{address}").json()["rows"]
    place = within(tree(client.get(f"/names{address}").text), "lists" if "by" in more else "ranked")
    found: dict[str, list[int]] = {}
    for link in place.iter("a"):
        answer = client.get((link.get("href") or "").replace("/search?", "/search.json?")).json()
        found.setdefault(text(link), []).append(answer["whole"])
    assert found
    assert found == {name: [row["articles"] for row in rows if row["name"] == name] for name in found}


def test_a_collocation_leads_to_the_articles_with_both(client: TestClient) -> None:
    page = tree(client.get(f"/collocations?q={PLACE}&least=2").text)
    for link in within(page, "ranked").iter("a"):
        answer = client.get((link.get("href") or "").replace("/search?", "/search.json?")).json()
        assert answer["query"]["q"] == f"西藏 {text(link)}"
        assert answer["whole"] >= 1


def test_what_is_read_is_bounded_and_told(archive: Archive) -> None:
    whole = archive.search("西藏", limit=0).whole
    assert whole > 3
    for value in (
        archive.concordance("西藏", max_articles=3), archive.keywords("西藏", max_articles=3),
        archive.figures("西藏", max_articles=3),
    ):  # fmt: skip
        assert value.notices[0].values == {"count": 3, "total": whole}
    lines = list(archive.concordance("西藏", max_articles=3).lines)
    assert len({line.id for line in lines}) == 3
    assert set(lines) < set(archive.concordance("西藏").lines)
    (notice,) = archive.collocations("西藏", least=1, max_articles=9).notices
    assert notice.values == {"count": 9, "total": len(ARTICLES) + 1}
    assert archive.concordance("西藏", max_articles=whole).notices == ()


@given(st.lists(st.text(), unique=True, max_size=40), st.integers(0, 50))
def test_a_sample_is_a_part_in_its_order_and_always_the_same(ids: list[str], size: int) -> None:
    part, notices = sampled(ids, size)
    assert list(part) == [id for id in ids if id in set(part)]
    assert len(part) == (min(size, len(ids)) if size else len(ids))
    assert bool(notices) == (len(part) < len(ids))
    assert sampled(ids, size) == (part, notices)


def test_a_story_begins_with_its_first_publication(client: TestClient, archive: Archive) -> None:
    page = tree(client.get("/story/copy-1?lang=en").text)
    items = list(within(page, "prints").iter("li"))
    assert ["first publication" in text(item) for item in items] == [True, False] or "first" in items[0].get(
        "class", ""
    )
    assert "+2 days" in text(items[1])
    rows = client.get("/story/copy-1.json").json()["rows"]
    assert rows == jsonable(list(archive.story("copy-1").records()))
    assert [row["id"] for row in rows] == [SIGNING, "copy-1"]
    compared = next(link.get("href") or "" for link in items[1].iter("a") if "/diff" in (link.get("href") or ""))
    assert parse_qs(urlsplit(compared).query)["other"] == [SIGNING]
    diff = client.get(compared)
    assert FIRST.title in text(tree(diff.text))
    twin = client.get(compared.replace("/diff?", "/diff.json?")).json()
    assert twin == jsonable(archive.diff("copy-1", other=SIGNING).to_json())
    assert client.get("/story/none").status_code == 404
    assert "No reprint" in client.get(f"/story/{ARTICLES[0].id}?lang=en").text


def test_every_page_leads_to_the_desk_with_its_question(client: TestClient) -> None:
    for address in (f"/search?q={TWO}&since=2021&source=tibet.cn", f"/keywords?q={TWO}&since=2021&source=tibet.cn"):
        tools = within(tree(client.get(address).text), "tools")
        whole = {"q": ["援藏 招商引资"], "since": ["2021"], "source": ["tibet.cn"]}
        expected = dict.fromkeys(
            ("/search", "/timeline", "/concordance", "/keywords", "/figures", "/names", "/quotes", "/aid", "/map"),
            whole,
        )
        assert addresses(tools) == expected | {"/collocations": {"q": ["援藏"]}}
        assert [urlsplit(link.get("href") or "").path for link in tools.iter("a") if link.get("aria-current")] == [
            address.split("?")[0]
        ]
    assert within(tree(client.get("/status").text), "tools")


HOSTILE = "<script>alert(1)</script>\"'&\u202e\x1b[31m\x00javascript:"


def test_texts_of_others_can_not_act(tmp_path: Path) -> None:
    articles = [
        replace(article, id=f'h"<{number}>', url=f"http://h.example/{number}", title=HOSTILE + article.title,
                body=f"{article.body}\n西藏{HOSTILE}，投资五亿元。", section=HOSTILE, credit=HOSTILE)
        for number, article in enumerate(ARTICLES[:9])
    ]  # fmt: skip
    articles.append(replace(articles[0], id="copy<i>.csv", url="http://h.example/copy", source="x"))
    with made(tmp_path / "data", *articles) as archive, serving(archive) as client:
        archive.stories(update=True)
        question = quote("西藏")
        for address in (
            f"/concordance?q={question}", "/keywords?q=唐卡&least=1", f"/collocations?q={question}&least=1",
            f"/figures?q={question}", "/story/copy%3Ci%3E%2Ecsv", f"/timeline?q={question}&group=section",
            f"/timeline?q={question}&q={quote('拉萨' + HOSTILE)}&q=%3Cscript%3E",
        ):  # fmt: skip
            answer = client.get(address)
            checked(answer.text)
            assert not set("\u202e\x1b\x00") & set(answer.text), address
        assert client.get("/story/copy%3Ci%3E%2Ecsv.csv").headers["content-type"].startswith("text/csv")


# Time


def count_of(label: str) -> int:
    """The number at the end of a label."""
    return int(label.rsplit(" ", 1)[-1].replace(",", ""))


def addresses(place: Element) -> dict[str, dict[str, list[str]]]:
    """The path of each link, with its parameters."""
    parts = [urlsplit(link.get("href") or "") for link in place.iter("a")]
    return {part.path: parse_qs(part.query) for part in parts}


@pytest.mark.parametrize("more", ["", "&by=year", "&by=day&since=2019-06&until=2021"])
def test_a_point_of_several_questions_leads_to_its_articles(client: TestClient, more: str) -> None:
    page = tree(client.get(f"/timeline?q={Q}&q={CRAFT}{more}&lang=en").text)
    (drawing,) = (svg for svg in page.iter() if svg.tag in ("svg", f"{SVG}svg") and svg.get("font-size"))
    points = list(drawing.iter(f"{SVG}a"))
    assert {(point.get("aria-label") or "").split(",")[0] for point in points} == {"援藏", "唐卡"}
    for point in points:
        answer = client.get((point.get("href") or "").replace("/search?", "/search.json?")).json()
        assert answer["whole"] == count_of(point.get("aria-label") or "")
    strokes = {path.get("stroke-dasharray") for path in drawing.iter(f"{SVG}path") if path.get("stroke-linecap")}
    assert len(strokes) == 2, "told apart without colour"
    assert {"援藏", "唐卡"} <= {element.text for element in drawing.iter(f"{SVG}text")}
    cells = [count_of(text(cell)) for cell in page.iter("td") if cell.get("class") == "number"]
    assert "by=day" in more or sum(cells) == sum(count_of(point.get("aria-label") or "") for point in points)


def test_a_timeline_can_be_saved_as_a_picture(client: TestClient, archive: Archive) -> None:
    answer = client.get(f"/timeline.svg?q={Q}&q={CRAFT}&by=year&lang=en")
    assert answer.headers["content-type"] == "image/svg+xml"
    drawing = ElementTree.fromstring(answer.text)
    assert drawing.tag == f"{SVG}svg"
    assert not list(drawing.iter(f"{SVG}a"))
    picture = client.get(f"/timeline.png?q={Q}")
    assert picture.content[:8] == b"\x89PNG\r\n\x1a\n" or (picture.status_code == 400 and "字体" in picture.text)
    assert client.get("/timeline.svg").status_code == 400


def test_the_names_of_lines_do_not_touch(archive: Archive) -> None:
    series = tuple(Series(f"问题{number}", "", {"2020": number // 3, "2021": 1}) for number in range(8))
    drawing = ElementTree.fromstring(Timeline("year", ("2020", "2021"), series).svg(gaps=[plot.Gap(0.5, 1, "<&")]))
    heights = sorted(float(e.get("y") or 0) for e in drawing.iter(f"{SVG}text") if (e.text or "").startswith("问题"))
    assert len(heights) == 8
    assert all(second - first > 13 for first, second in pairwise(heights))
    assert all(0 < height < 360 for height in heights)
    assert [title.text for title in drawing.iter(f"{SVG}title")] == ["<&"]


def test_shares_on_a_search_page_can_be_switched_on_and_off(client: TestClient, archive: Archive) -> None:
    page = tree(client.get(f"/search?q={PLACE}&since=2019&lang=en").text)
    switch = next(link.get("href") or "" for link in within(page, "scale-of").iter("a"))
    shared = tree(client.get(switch).text)
    bars = {re.split("[ :]", bar.get("aria-label") or "")[0]: bar for bar in shared.iter(f"{SVG}a")}
    answer, every = archive.search("西藏", since="2019"), archive.calendar(by="year").series[0].counts
    months = archive.calendar().series[0].counts
    for period, bar in bars.items():
        count = answer.facets["year" if len(period) == 4 else "month"][period]
        share = count / (every if len(period) == 4 else months)[period]
        assert (bar.get("aria-label") or "").endswith(f": {share:.2%} ({count})")
        assert "share=1" in (bar.get("href") or "")
    (back,) = links(within(shared, "scale-of"))
    assert "share" not in back
    for link in set(links(within(shared, "columns"))) - {back}:
        assert ("share=1" in link) == (urlsplit(link).path in ("/search", "/search.json")), link
    assert client.get(f"/search?q={PLACE}&share=2").status_code == 400


def test_a_page_of_shares_is_that_of_a_site_where_it_is_narrowed_to_one(client: TestClient, archive: Archive) -> None:
    page = tree(client.get(f"/search?q={PLACE} OR {Q}&source=tibet_cn&share=1&lang=en").text)
    every = archive.calendar(by="year", source="tibet.cn").series[0].counts
    assert sum(every.values()) == len(ARTICLES)
    for bar in page.iter(f"{SVG}a"):
        period, share, count = re.findall("^[0-9-]+|[0-9.]+%|[0-9]+(?=.$)", bar.get("aria-label") or "")
        if len(period) == 4:
            assert share == f"{int(count) / every[period]:.2%}"


# What is known to be missing


@pytest.fixture
def crawled_daily(tmp_path: Path) -> Iterator[tuple[Archive, TestClient, datetime]]:
    """An archive whose newest article is of today, crawled each day but for the 30 days that ended 10 days ago."""
    now = datetime.now(UTC)
    articles = [
        replace(ARTICLES[0], url=f"http://www.tibet.cn/{n}.html", id=f"day-{n}", title=f"西藏唐卡{n}",
                published=now - timedelta(days=20 * n))
        for n in range(12)
    ]  # fmt: skip
    with made(tmp_path / "data", *articles) as archive:
        with ArticleStore.open(load(tmp_path / "data")) as store:
            ledger = Ledger(store)
            for age in (*range(60, 40, -1), *range(10, 0, -1)):
                moment = now - timedelta(days=age)
                ledger.note_run(Run("tibet.cn", moment, 1, 0, 0, moment, lists=3, ended="finished"))
        with serving(archive) as client:
            yield archive, client, now.astimezone(SHANGHAI)


@pytest.mark.parametrize(
    "address", ["/", f"/search?q={PLACE}", f"/search?q={PLACE}&source=tibet_cn&share=1", f"/timeline?q={PLACE}",
                f"/timeline?q={PLACE}&q={CRAFT}", f"/timeline?q={PLACE}&group=source"],
)  # fmt: skip
def test_each_timeline_marks_known_gaps_and_what_is_not_over(
    crawled_daily: tuple[Archive, TestClient, datetime], address: str
) -> None:
    _archive, client, now = crawled_daily
    page = checked(client.get(address, headers={"Accept-Language": "en"}).text)
    gap = f"{now - timedelta(days=25):%Y-%m}"
    rows = {text(next(row.iter("th"))): text(row) for row in page.iter("tr")}
    assert re.search(r"\d+ days without a crawl \(tibet\.cn\)", rows[gap])
    assert "not over yet" in rows[f"{now:%Y-%m}"]
    assert [period for period, row in rows.items() if "not over" in row] == [f"{now:%Y-%m}"]
    assert "not over yet" in text(within(page, "gaps"))
    hatched = [element for element in page.iter() if element.get("class") == "gap"]
    assert len(hatched) >= 2
    titles = " ".join(text(title) for title in page.iter(f"{SVG}title"))
    assert "days without a crawl" in titles
    (pattern,) = (element for element in page.iter(f"{SVG}pattern"))
    assert {element.get("fill") for element in hatched} == {f"url(#{pattern.get('id')})"}


def test_gaps_can_be_asked_for_without_addresses(crawled: Path) -> None:
    with wencang.open(crawled, {}) as archive:
        every = archive.gaps().gaps
        assert any(isinstance(gap, AddressGap) for gap in every)
        assert archive.gaps(addresses=False).gaps == tuple(gap for gap in every if not isinstance(gap, AddressGap))


def test_a_gap_of_one_site_is_not_one_of_another(crawled_daily: tuple[Archive, TestClient, datetime]) -> None:
    archive, client, now = crawled_daily
    with ArticleStore.open(load(archive.data)) as store:
        store.put(replace(COPY, published=now - timedelta(days=200)))
        store.put(replace(COPY, published=now, id="copy-2", url="http://copy.example/2.html"))
    archive.index()
    page = client.get(f"/search?q={PLACE}&source=copy.example&lang=en").text
    assert "without a crawl" not in page
    assert "not over yet" in page


def test_a_saved_picture_has_the_gaps_too(crawled_daily: tuple[Archive, TestClient, datetime]) -> None:
    _archive, client, now = crawled_daily
    drawing = ElementTree.fromstring(client.get(f"/timeline.svg?q={PLACE}&lang=en").text)
    titles = [title.text or "" for title in drawing.iter(f"{SVG}title")]
    assert any("without a crawl" in title for title in titles)
    assert any(title.startswith(f"{now:%Y-%m}: ") for title in titles)


DAYS = st.dates(date(2015, 1, 1), date(2024, 12, 31))


@given(
    st.lists(DAYS, max_size=8),
    st.lists(st.tuples(DAYS, st.integers(0, 90)), max_size=4),
    DAYS,
    st.sampled_from(["day", "week", "month", "year"]),
)
def test_each_missing_day_is_marked_once(thin: list[date], spans: list[tuple[date, int]], today: date, by: By) -> None:
    def noon(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)

    gaps: list[Gap] = [DayGap("a.cn", day, 1, 9) for day in thin]
    gaps += [SpanGap("b.cn", noon(first), noon(first) + timedelta(days=days)) for first, days in spans]
    unread = {first + timedelta(days=n) for first, days in spans for n in range(1, days)}
    marked = marks(gaps, today, by)
    assert sum(mark.unread for mark in marked.values()) == len(unread)
    assert sum(mark.thin for mark in marked.values()) == len(set(thin) - unread)
    assert marked.keys() == {period_of(day.isoformat(), by) for day in {*unread, *thin, today}}
    assert [period for period, mark in marked.items() if mark.is_open] == [period_of(today.isoformat(), by)]
    for mark in marked.values():
        ends = [end for part in mark.parts for end in part]
        assert ends == sorted(ends)
        assert 0 <= ends[0] < ends[-1] <= 1
        assert mark.text
