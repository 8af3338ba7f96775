"""OpenSearch, beyond what every engine is asked: what a cluster refuses, loses and limits."""

from __future__ import annotations

import json
import time
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from archive.article import Article, Revision
from archive.errors import Busy, IndexUnusable, UsageFault
from archive.settings import Settings, load
from archive.store import ArticleStore
from bench.corpus import fill
from bench.kills import sample
from indexer import update
from indexer.engines import opensearch_query, opensearch_view
from indexer.engines.place import place_of
from indexer.indexes import Indexes
from indexer.question.parser import parse_query
from indexer.question.query import Query
from tests.support.certificate import certificate
from tests.support.engines import cluster_in, environment_of, settings_of
from tests.support.front import front
from tests.support.program import Wencang, run
from tests.support.sample import ANALYZER

NAME = "opensearch"
EVERY = Query(())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(NAME, tmp_path)


def ask(settings: Settings, method: str, path: str, body: Any = None) -> Any:
    """Another client of the same cluster."""
    data, headers = json.dumps(body).encode() if body else None, {"content-type": "application/json"}
    request = urllib.request.Request(f"{settings.opensearch[0]}/{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def revision(sequence: int, number: int = 1, withdrawn: str = "", **fields: Any) -> Revision:
    article = Article(f"http://www.tibet.cn/{number}", f"雪山 {number}", f"版v{sequence}。", id=str(number))
    return Revision(sequence, replace(article, **fields), datetime.now(UTC), withdrawn=withdrawn)


# On the command line


def test_every_command_takes_it(crawled: Path) -> None:
    environment = environment_of(settings_of(NAME, crawled))
    assert "42 articles indexed" in run("index", data=crawled, **environment).stdout
    assert run("援藏 招商引资", "--json", data=crawled, **environment).stdout.count("\n") == 9
    assert "index opensearch: up to date" in run("status", data=crawled, **environment).stdout
    assert run("verify", data=crawled, **environment).returncode == 0
    assert "42 articles indexed" in run("index", "--rebuild", data=crawled, **environment).stdout
    assert run("招商引子", data=crawled, **environment).returncode in (0, 1)


def test_what_is_missing_is_told_in_one_line(wencang: Wencang, tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path / "data")) as store:
        fill(store, sample()[:1])
    unset = wencang("index", "--engine", NAME)
    assert (unset.returncode, unset.stderr.count("\n")) == (2, 1)
    assert "WENCANG_OPENSEARCH" in unset.stderr
    wrong = wencang("index", WENCANG_OPENSEARCH="http://elastic:secret@localhost:9200")
    assert wrong.returncode == 2
    assert "secret" not in wrong.stderr


def test_a_password_is_not_shown() -> None:
    settings = load(Path("nowhere"), {"WENCANG_OPENSEARCH": "https://a:9200, https://b:9200/",
                                      "WENCANG_OPENSEARCH_PASSWORD": "secret"})  # fmt: skip
    assert settings.opensearch == ("https://a:9200", "https://b:9200")
    assert "secret" not in repr(settings)


def test_a_cluster_out_of_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.engines.opensearch_client._PATIENCE", 0.5)
    settings = Settings(tmp_path, opensearch=("http://127.0.0.1:9",), opensearch_user="u", opensearch_password="secret")
    start = time.monotonic()
    with pytest.raises(IndexUnusable, match=r"can't be reached.*see that its nodes are running") as fault:
        update.open_index(settings, NAME)
    assert "secret" not in str(fault.value)
    assert time.monotonic() - start < 30
    assert place_of(settings, NAME).exists(), "unknown: what is done with it says why"
    assert not place_of(replace(settings, opensearch=()), NAME).exists()
    with pytest.raises(UsageFault, match="has no address"):
        update.open_index(replace(settings, opensearch=()), NAME)


def test_a_cluster_with_tls_and_a_user(crawled: Path, tmp_path: Path) -> None:
    plain = settings_of(NAME, crawled)
    with front(plain.opensearch[0], certificate(tmp_path, "127.0.0.1"), "wencang", "s3cret:雪") as address:
        secure = environment_of(replace(plain, opensearch=(address,))) | {
            "WENCANG_OPENSEARCH_USER": "wencang",
            "WENCANG_OPENSEARCH_PASSWORD": "s3cret:雪",
            "WENCANG_OPENSEARCH_CA": str(tmp_path / "cert.pem"),
        }
        assert "42 articles indexed" in run("index", data=crawled, **secure).stdout
        assert run("援藏 招商引资", "--json", data=crawled, **secure).stdout.count("\n") == 9
        for name, value, code, reason in (
            ("PASSWORD", "wrong", 3, "refuses the user wencang; set opensearch_user and opensearch_password"),
            ("USER", "", 3, "asks for a user; set opensearch_user and opensearch_password"),
            ("CA", "", 3, "its certificate can't be verified; name the certificates of its authority in opensearch_ca"),
            ("CA", str(tmp_path / "missing.pem"), 2, "missing.pem: No such file or directory"),
            ("CA", str(tmp_path / "key.pem"), 2, "key.pem: "),
        ):
            refused = run("援藏", data=crawled, **secure | {f"WENCANG_OPENSEARCH_{name}": value})
            assert (refused.returncode, refused.stderr.count("\n")) == (code, 1), (name, refused.stderr)
            assert reason in refused.stderr
            assert "s3cret" not in refused.stderr


# What is written


def test_an_older_version_does_not_replace_a_newer_one(settings: Settings) -> None:
    """As from a run that was thought dead, and goes on."""
    with place_of(settings, NAME).create(lambda: "") as index:
        index.write([revision(5), revision(6, 2, withdrawn="2022-06-01 by request")])
        with pytest.raises(Busy, match="another run is writing"):
            index.write([revision(3), revision(4, 2)])
        assert set(index.ids()) == {"1"}
        assert index.frequencies(["v3", "v4", "v5"]) == {"v3": 0, "v4": 0, "v5": 1}
        assert index.position() == 6


def test_a_write_does_not_make_an_index_that_was_lost(store: ArticleStore, settings: Settings) -> None:
    fill(store, sample()[:2])
    update.bring_up(store, settings, NAME)
    with update.open_index(settings, NAME) as index:
        (name,) = ask(settings, "GET", f"_alias/{settings.opensearch_prefix}")
        ask(settings, "DELETE", name)
        with pytest.raises(IndexUnusable, match="wencang index --rebuild"):
            index.write([revision(3)])
        assert [each for each in ask(settings, "GET", "_all") if each.startswith(settings.opensearch_prefix)] == [
            name.replace("articles", "state")
        ]
    with pytest.raises(IndexUnusable, match="wencang index"):
        update.open_index(settings, NAME)
    assert update.rebuild(store, settings, NAME) == 2
    with update.open_index(settings, NAME) as index:
        assert list(update.verify(store, index)) == []


def test_a_position_is_that_of_its_index_alone(store: ArticleStore, settings: Settings) -> None:
    """An index of the same name that was made anew has none."""
    fill(store, sample()[:2])
    update.bring_up(store, settings, NAME)
    (name,) = ask(settings, "GET", f"_alias/{settings.opensearch_prefix}")
    before = ask(settings, "GET", name)[name]
    ask(settings, "DELETE", name)
    ask(settings, "PUT", name, {"aliases": before["aliases"], "mappings": before["mappings"]} | {"settings": {
        "analysis": before["settings"]["index"]["analysis"]}})  # fmt: skip
    with pytest.raises(IndexUnusable, match="wencang index --rebuild"):
        update.open_index(settings, NAME)
    assert update.rebuild(store, settings, NAME) == 2


def test_terms_that_are_too_long(settings: Settings) -> None:
    """Lucene refuses a document with a term over 32,766 bytes."""
    long = revision(1, title="雪山", body="b" * 40_000 + " 牧歌", credit="字" * 20_000, section="s" * 40_000)
    with place_of(settings, NAME).create(lambda: "") as index:
        index.write([long])
        assert index.search(parse_query("牧歌", ANALYZER)).total == 1
        assert index.search(parse_query('"bbb 牧歌"', ANALYZER)).total == 1
        assert max(map(len, index.search(EVERY, facets=True).facets["credit"])) == 8_000


def test_a_cluster_that_is_overloaded_gets_smaller_batches(tmp_path: Path) -> None:
    with cluster_in(tmp_path / "nodes", settings={"indexing_pressure.memory.limit": "30kb"}) as cluster:
        settings = Settings(tmp_path, opensearch=tuple(cluster.urls))
        with place_of(settings, NAME).create(lambda: "") as index:
            index.write(revision(n, n, body="雪山。" * 500) for n in range(1, 41))
            assert (index.count(), index.position()) == (40, 40)
        cluster.kill(1)
        cluster.start(1)
        with update.open_index(settings, NAME) as index:
            assert index.count() == 40, "a question waits for a node that starts"


# What is answered


def test_large_answers(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what one answer, and one list of terms, may hold."""
    monkeypatch.setattr(opensearch_view, "_PAGE", 7)
    monkeypatch.setattr(opensearch_query, "_MAX_TERMS", 5)
    with place_of(settings, NAME).create(lambda: "") as index:
        index.write(revision(n, n, credit=f"{n}") for n in range(1, 41))
        ids = {str(n) for n in range(1, 41)}
        assert set(index.ids()) == ids
        assert {match.id for match in index.search(parse_query("雪山", ANALYZER)).matches} == ids
        assert len(index.search(parse_query("雪山", ANALYZER), 20, 10).matches) == 20
        assert index.search(EVERY, 0, facets=True).facets["credit"] == dict.fromkeys(ids, 1)
        among = replace(EVERY, among=frozenset(map(str, range(9, 99))))
        assert index.search(among, 0).total == 32


def test_a_state_that_is_lost_is_read_anew(settings: Settings) -> None:
    with place_of(settings, NAME).create(lambda: "") as index:
        index.write([revision(1)])
        assert index.search(EVERY).total == 1
        ask(settings, "DELETE", "_search/point_in_time/_all")
        assert index.search(EVERY).total == 1


def test_readers_ask_on_while_another_writes_and_rebuilds(store: ArticleStore, settings: Settings) -> None:
    fill(store, (replace(article, credit="v1") for article in sample()))
    update.bring_up(store, settings, NAME)
    written, seen = Event(), list[int]()

    def write() -> None:
        for version in range(2, 6):
            with store.batch():
                fill(store, (replace(article, credit=f"v{version}") for article in sample()))
            (update.rebuild if version % 2 else update.bring_up)(store, settings, NAME)
        written.set()

    thread = Thread(target=write)
    thread.start()
    indexes = Indexes(settings, store)
    while not written.is_set() or not seen or seen[-1] < 5:
        ((credit, count),) = indexes.get(NAME).search(EVERY, 0, facets=True).facets["credit"].items()
        assert count == 49
        seen.append(int(credit.removeprefix("v")))
    thread.join()
    assert seen == sorted(seen)
    assert len(set(seen)) > 2


def test_archives_share_a_cluster(tmp_path: Path) -> None:
    prefix = settings_of(NAME, tmp_path).opensearch_prefix
    archives = [replace(settings_of(NAME, tmp_path), data=tmp_path / name, opensearch_prefix=f"{prefix}{ending}")
                for name, ending in (("a", ""), ("b", "-1"))]  # fmt: skip
    for count, settings in enumerate(archives, 1):
        with ArticleStore.create(settings) as store:
            fill(store, sample()[:count])
            for write in (update.bring_up, update.rebuild, update.bring_up):
                write(store, settings, NAME)
    for count, settings in enumerate(archives, 1):
        with update.open_index(settings, NAME) as index:
            assert index.count() == count
