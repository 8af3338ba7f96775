"""Networks of who is named together and of reprints, and files for Gephi as networkx reads them."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import SHANGHAI, Article
from archive.errors import UsageFault
from archive.tables.names import Named
from indexer.figures.figure import Name
from tests.support.program import lines, run
from tests.support.sample import ARTICLES
from wencang import open as open_archive
from wencang.desk.count.recorded import NamesOf
from wencang.desk.network.named import Within, named_together
from wencang.desk.network.network import Network, Node, Pair, network

READERS: dict[str, Any] = {"gexf": networkx.read_gexf, "graphml": networkx.read_graphml}


def article(id: str, day: int, *names: tuple[str, str, tuple[int, ...]]) -> NamesOf:
    return NamesOf(id, f"2018-06-{day:02}", [Named("person", name, name, title, where) for name, title, where in names])


NAMING = [
    article("1", 1, ("央金", "", (0, 1)), ("王若川", "书记", (0,)), ("林溪", "", (1,)), ("若川", "", ())),
    article("2", 9, ("央金", "", (0,)), ("王若川", "", (1,))),
    article("3", 1, ("孤", "", (0,))),
]


def test_names_in_one_article_or_sentence_are_joined() -> None:
    found = named_together("person", NAMING, "article", 1, 10)
    assert list(found.rows()) == [
        ("央金", "王若川", 2, "2018-06-01", "2018-06-09"), ("央金", "林溪", 1, "2018-06-01", "2018-06-01"),
        ("林溪", "王若川", 1, "2018-06-01", "2018-06-01"),
    ]  # fmt: skip
    assert [(node.id, node.articles, node.title) for node in found.nodes] == [
        ("央金", 2, ""), ("王若川", 2, "书记"), ("林溪", 1, ""),
    ]  # fmt: skip
    in_sentences = named_together("person", NAMING, "sentence", 1, 10)
    assert [row[:3] for row in in_sentences.rows()] == [("央金", "林溪", 1), ("央金", "王若川", 1)]


def test_a_network_is_bounded() -> None:
    assert [row[:3] for row in named_together("person", NAMING, "article", 2, 10).rows()] == [("央金", "王若川", 2)]
    assert len(named_together("person", NAMING, "article", 1, 2).nodes) == 2


def drawn(found: Network, form: str) -> Any:
    out = io.BytesIO()
    found.write(out, form)
    out.seek(0)
    return READERS[form](out)


@pytest.mark.parametrize("form", READERS)
def test_gephi_gets_typed_attributes(form: str) -> None:
    graph = drawn(named_together("person", NAMING, "article", 1, 10), form)
    assert not graph.is_directed()
    assert graph.nodes["王若川"]["label"] == "王若川"
    assert graph.nodes["王若川"]["articles"] == 2
    assert graph.nodes["王若川"]["title"] == "书记"
    edge = graph.edges["央金", "王若川"]
    assert (edge["weight"], edge["first"], edge["last"]) == (2, "2018-06-01", "2018-06-09")
    assert isinstance(graph.nodes["王若川"]["articles"], int)
    pairs = [Pair("甲", "乙"), Pair("乙", "甲"), Pair("甲", "乙")]
    nodes = {name: Node(name, name, "outlet", 1) for name in "甲乙"}
    directed = drawn(network("reprint", pairs, nodes, 1, directed=True), form)
    assert directed.is_directed()
    assert {(*ends, weight) for *ends, weight in directed.edges(data="weight")} == {("甲", "乙", 2), ("乙", "甲", 1)}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), st.sampled_from(sorted(READERS)))
def test_any_name_makes_a_file_that_can_be_read(name: str, form: str) -> None:
    nodes = {id: Node(id, name, "person", 1, name) for id in "ab"}
    graph = drawn(network("person", [Pair("a", "b")], nodes, 1, directed=False), form)
    assert (len(graph.nodes), len(graph.edges)) == (2, 1)


@pytest.mark.parametrize("within", ["article", "sentence"])
def test_an_edge_weighs_as_many_articles_as_name_both(crawled: Path, within: Within) -> None:
    found = [article for article in ARTICLES if "西藏" in article.title + article.body]
    with open_archive(crawled) as archive:
        for edge in archive.network("place", "西藏", within=within, least=1).edges:
            articles = [article for article in found if {edge.source, edge.target} <= names(article)]
            assert within == "sentence" or edge.weight == len(articles)
            assert edge.weight
        with pytest.raises(UsageFault, match="is not a kind of network; kinds: person, "):
            archive.network("money")  # type: ignore[arg-type]  # a mistake


def names(article: Article) -> set[str]:
    from indexer.figures.find import mentions

    values = [mention.figure.value for mention in mentions([article])]
    return {value.name for value in values if isinstance(value, Name)}


def test_reprints_lead_from_the_first_outlet(tmp_path: Path) -> None:
    first = replace(ARTICLES[0], credit="新华社", id="", url="http://a.cn/1", source="a.cn")
    later = datetime(2030, 1, 1, tzinfo=SHANGHAI)
    copies = [
        replace(first, credit=credit, url=f"http://{site}/1", source=site, id="", published=later)
        for credit, site in (("新华社", "b.cn"), ("西藏日报", "c.cn"), ("", "d.cn"))
    ]
    with open_archive(tmp_path) as archive:
        from archive.store import ArticleStore

        with ArticleStore.create(archive.settings) as store:
            for article in (first, *copies, replace(ARTICLES[1], credit="新华社")):
                store.put(article)
        archive.stories(update=True)
        by_credit = archive.network("reprint", least=1)
        assert {row[:3] for row in by_credit.rows()} == {("新华社", "西藏日报", 1), ("新华社", "d.cn", 1)}
        by_site = archive.network("reprint", by="source", least=1)
        assert {row[:3] for row in by_site.rows()} == {("a.cn", site, 1) for site in ("b.cn", "c.cn", "d.cn")}


def test_as_a_user_makes_it(crawled: Path, tmp_path: Path) -> None:
    for form, read in READERS.items():
        file = tmp_path / f"places.{form}"
        done = run("network", "place", "--least", "1", "-o", file, data=crawled)
        assert done.returncode == 0, done.stderr
        graph = read(file)
        assert f"{len(graph.nodes)} nodes, {len(graph.edges)} edges" in done.stderr
    rows = lines(run("network", "place", "--least", "1", "--json", data=crawled))
    assert len(rows) == len(graph.edges)
    assert list(rows[0]) == ["source", "target", "weight", "first", "last"]
    done = run("network", "place", "-o", tmp_path / "a.txt", data=crawled)
    assert (done.returncode, "formats: csv, json, tsv, xlsx, gexf, graphml" in done.stderr) == (2, True)
