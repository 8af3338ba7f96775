"""The record of names: filled once and in steps, made anew for another reader, forgotten, and asked by questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import SHANGHAI, Article
from archive.settings import Settings, load
from archive.store import ArticleStore, migration
from archive.store.transfer import copy_archive
from archive.tables.names import Named, Names
from indexer import engines
from indexer.figures.named import key, named
from indexer.figures.places import innermost, lying_in, of_article
from indexer.persons.reader import RULES, Reader
from indexer.question.parser import parse_query
from indexer.question.query import Among, Every
from indexer.question.recorded import known_up_to, recorded
from indexer.update import rebuild
from tests.support.engines import settings_of
from tests.support.program import Wencang, lines
from tests.support.sample import ANALYZER, ARTICLES
from wencang.archive import Archive
from wencang.desk.count.recorded import NamesOf, bring_up, names_of, places_of

NOON = datetime(2026, 9, 1, 4, tzinfo=UTC)
KINDS = ("person", "institution", "place")
BODIES = {
    "a": "教授许国华在山南市说，路修好了。许国华说，好。外交部发言人也到了。",
    "b": "教授許國華說，路修好了。中国外交部请他讲话。",
    "c": "牧民白玛赤林说，路修好了。白玛说，好。西藏自治区政府出了钱。",
    "d": "总统唐纳德·特朗普说，路修好了。",
}


def article(id: str, body: str) -> Article:
    published = datetime(2018, 5, 1, tzinfo=SHANGHAI)
    return Article(f"http://www.tibet.cn/{id}.html", f"题{id}", body, "tibet.cn", published=published, id=id)


def put_all(store: ArticleStore) -> None:
    for id, body in BODIES.items():
        store.put(article(id, body), NOON)


def read_again(store: ArticleStore, reader: Reader = RULES) -> int:
    """How many articles had to be read for all names."""
    read: list[int] = []
    list(names_of(store, reader, None, KINDS, read.append))
    return len(read)


@pytest.mark.usefixtures("database")
def test_names_are_recorded_once_and_only_of_what_changed(store: ArticleStore) -> None:
    put_all(store)
    unrecorded = list(names_of(store, RULES, None, KINDS))
    assert read_again(store) == 4
    assert bring_up(store, RULES, seconds=0) == 0
    assert bring_up(store, RULES) == 4
    assert Names(store).position() == (4, RULES.name)
    assert list(map(sorted_names, names_of(store, RULES, None, KINDS))) == list(map(sorted_names, unrecorded))
    assert read_again(store) == 0
    assert bring_up(store, RULES) == 0
    store.put(article("a", "牧民次旦旺加说，路修好了。"))
    assert Names(store).behind(RULES.name) == 1
    assert read_again(store) == 1
    assert Names(store).ids("person", "许国华") == {"b"}, "the older version names nobody any more"
    assert bring_up(store, RULES) == 1
    assert read_again(store) == 0
    assert Names(store).ids("person", "次旦旺加") == {"a"}
    assert [str(notice) for notice in Names(store).notices()] == [f"names: recorded as {RULES.name} found them"]


def sorted_names(names: NamesOf) -> NamesOf:
    return names._replace(names=sorted(names.names))


@pytest.mark.usefixtures("database")
def test_another_reader_records_all_anew(store: ArticleStore) -> None:
    put_all(store)
    bring_up(store, RULES)
    other = Reader("other-1")
    assert read_again(store, other) == 4
    assert bring_up(store, other) == 4
    assert Names(store).position() == (4, "other-1")
    assert Names(store).ids("person", "许国华") == {"a", "b"}
    assert not Names(store).put({1: [Named("person", "甲", "甲")]}, 3, 4, "other-1"), "another process was faster"


@pytest.mark.usefixtures("database")
def test_a_withdrawn_article_names_nobody(store: ArticleStore) -> None:
    put_all(store)
    bring_up(store, RULES)
    names = {1: named(article("a", BODIES["a"]))}
    store.withdraw("a", "asked")
    assert Names(store).ids("person", "许国华") == {"b"}
    assert bring_up(store, RULES) == 1
    position, reader = Names(store).position()
    assert Names(store).put(names, position, position, reader)
    assert Names(store).ids("person", "许国华") == {"b"}, "what was read before the withdrawal is not recorded"


def test_a_copy_has_the_names_too(tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path / "old")) as store:
        put_all(store)
        bring_up(store, RULES)
    (tmp_path / "new").mkdir()
    copy_archive(str(tmp_path / "old"), str(tmp_path / "new"))
    with ArticleStore.open(load(tmp_path / "new")) as store:
        assert read_again(store) == 0
        assert Names(store).ids("institution", "外交部") == {"a", "b"}


def test_an_archive_of_version_4_gets_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    with ArticleStore.create(load(tmp_path)) as store:
        put_all(store)
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        raw.execute("DROP TABLE names")
        raw.execute("ALTER TABLE archive DROP COLUMN names")
        raw.execute("ALTER TABLE archive DROP COLUMN names_by")
        raw.execute("UPDATE archive SET version = 4")
    steps = next(number for number, step in enumerate(migration.STEPS, 2) if step.__name__ == "_names")
    monkeypatch.setattr(migration, "STEPS", migration.STEPS[: steps - 1])
    with ArticleStore.open(load(tmp_path)) as store:
        assert bring_up(store, RULES) == 4


def test_places_are_those_that_place_finds(store: ArticleStore) -> None:
    for each in ARTICLES:
        store.put(each)
    expected = {each.id: of_article(each) for each in ARTICLES}
    for each in ARTICLES:
        assert lying_in(innermost(each)) == expected[each.id]
    assert {each.id: list(each.places) for each in places_of(store, None)} == expected
    bring_up(store, RULES)
    read: list[int] = []
    assert {each.id: list(each.places) for each in places_of(store, None, read.append)} == expected
    assert not read


# The form by which a name is counted


@pytest.mark.parametrize(
    ("names", "common"),
    [
        ("外交部 中国外交部 中华人民共和国外交部", "外交部"),
        ("教育部 国家教育部 中国教育部", "教育部"),
        ("全国人大 中国全国人大 全国人民代表大会", "全国人民代表大会"),
        ("国家发改委 中国国家发改委 国家发展改革委", "国家发展和改革委员会"),
        ("中共西藏自治区党委 西藏自治区党委", "西藏自治区党委"),
        ("中共中央组织部 中央组织部", "中央组织部"),
        ("西藏自治区政府 西藏自治区人民政府", "西藏自治区人民政府"),
    ],
)
def test_an_institution_is_one_with_and_without_its_country(names: str, common: str) -> None:
    assert {key("institution", name) for name in names.split()} == {common}


@pytest.mark.parametrize("name", ["中国银行", "中国政府", "中国科学院", "中共中央", "发改委", "印度政府", "国家电网"])
def test_what_is_nothing_without_its_country_keeps_it(name: str) -> None:
    assert key("institution", name) == name


@given(st.sampled_from(["person", "institution", "place"]), st.text())
def test_a_key_is_its_own_key(kind: str, name: str) -> None:
    assert key(kind, key(kind, name)) == key(kind, name)


# Questions


@pytest.mark.parametrize("typed", ["person:许国华", "人物：许国华", 'PERSON:"许国华"'])
def test_a_question_names_a_person(typed: str) -> None:
    query = parse_query(f"-{typed} 西藏 ({typed} -{typed})", ANALYZER)
    assert query.unwanted == (Among("person", "许国华"),)
    assert query.wanted[1:] == (Every((Among("person", "许国华"),), (Among("person", "许国华"),)),)
    assert parse_query("機構:外交部", ANALYZER).wanted == (Among("institution", "外交部"),)


@pytest.fixture
def ask(tmp_path: Path) -> Callable[[str, str], set[str]]:
    """The ids that answer a question, by an engine."""
    with ArticleStore.create(load(tmp_path)) as store:
        put_all(store)
        bring_up(store, RULES)

    def asked(question: str, engine: str) -> set[str]:
        with ArticleStore.open(load(tmp_path)) as store:
            rebuild(store, settings_of(engine, tmp_path), engine)
        with Archive(replace(settings_of(engine, tmp_path), names="rules")) as archive:
            answer = archive.search(question, engine=engine)
            assert str(answer.notices[-1]) == f"names: recorded as {RULES.name} found them"
            return {hit.article.id for hit in answer.hits if hit.whole}

    return asked


@pytest.mark.parametrize("engine", [name for name in engines.names() if name != "opensearch"])
@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("person:许国华", "ab"), ("人物:許國華", "ab"), ("路 -person:许国华", "cd"), ("person:白玛赤林", "c"),
        ("person:白玛", "c"), ("person:特朗普", "d"), ("person:唐纳德•特朗普", "d"), ("person:国华", ""),
        ("institution:外交部", "ab"), ("机构:中国外交部", "ab"), ("機構:西藏自治區人民政府", "c"),
        ("(person:白玛赤林 OR person:特朗普) 路", "cd"),
    ],
)  # fmt: skip
def test_names_are_found_under_every_spelling(
    ask: Callable[[str, str], set[str]], question: str, ids: str, engine: str
) -> None:
    assert ask(question, engine) == set(ids)


def test_what_is_not_recorded_is_said(tmp_path: Path, wencang: Wencang) -> None:
    data = tmp_path / "data"
    with ArticleStore.create(Settings(data)) as store:
        put_all(store)
        rebuild(store, Settings(data), "whoosh")
        query = recorded(lambda: store, parse_query("person:许国华", ANALYZER))
        assert query.doubts == ("no article whose names are recorded names the person 许国华",)
        assert known_up_to(store, query, 4) == 0
        assert known_up_to(store, parse_query("许国华", ANALYZER), 4) == 4
    behind = "The names of 4 articles are not recorded yet: `wencang figures --update` does that."
    with Archive(Settings(data, names="rules")) as archive:
        assert behind in map(str, archive.search("person:许国华").notices)
        counts = archive.count_figures("路")
        assert behind in map(str, counts.notices)
        assert [str(notice) for notice in archive.status().names] == [behind]
        state = archive.state()
        counted = archive.count_figures("路", update=True)
        assert counted.words == counts.words
        assert behind not in map(str, counted.notices)
        assert archive.state() != state
        assert archive.count_figures().words == counts.words
        assert archive.count_figures("路", max_articles=1).words == counts.words, "none needs to be read"
    done = wencang("--data", data, "figures", "--count", "--kind", "institution", "--json", WENCANG_NAMES="rules")
    assert [(row["name"], row["articles"]) for row in lines(done)] == [("外交部", 2), ("西藏自治区政府", 1)]
    assert wencang("--data", data, "figures").returncode == 2
