"""Stories: copies are found, whatever was done to them, in any order of arrival, and nothing else is."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from archive.article import Article
from archive.settings import Settings, load
from archive.store import ArticleStore, schema
from archive.tables import sketches
from archive.tables.stories import Member, Stories
from indexer import engines, update
from indexer.question.parser import parse_query
from indexer.search import search
from tests.support.engines import settings_of
from tests.support.program import Wencang, run
from tests.support.sample import ARTICLES
from wencang.desk.reprints import likeness
from wencang.desk.reprints.likeness import are_alike, characters, shingles, signature
from wencang.desk.reprints.stories import bring_up

pytestmark = pytest.mark.usefixtures("database")

FIRST, OTHER = sorted(ARTICLES, key=lambda article: -len(article.body))[:2]
TRADITIONAL = OpenCC("s2twp")


def reprint(article: Article, name: str, hours: int = 1, title: str = "", body: str = "") -> Article:
    """The article elsewhere, later."""
    assert article.published
    later = article.published + timedelta(hours=hours)
    url = f"http://{name}.example/{article.id}"
    kept = replace(article, title=title or article.title, body=body or article.body)
    return replace(kept, id=name, url=url, source=f"{name}.example", published=later)


def memberships(store: ArticleStore, *articles: Article) -> list[Member]:
    """All that is kept of their stories, when these have come too."""
    for article in articles:
        store.put(article)
    bring_up(store)
    with store.reading() as connection:
        return sorted((Member(*row) for row in connection.execute(sa.select(schema.stories))), key=repr)


def placed(members: Iterable[Member]) -> set[tuple[str, str]]:
    return {(one.article, one.story) for one in members}


def cut(body: str) -> str:
    return body[: len(body) // 2]


def edited(body: str) -> str:
    """Another sentence in the place of each fourth, and a word changed in each other one."""
    parts = body.split("。")
    return "。".join(
        "这里换了一句全然不同的话" if at % 4 == 3 else part.replace("的", "之", 1) for at, part in enumerate(parts)
    )


@pytest.mark.parametrize(
    "change",
    [str, cut, edited, TRADITIONAL.convert, lambda body: cut(edited(body)),
     lambda body: TRADITIONAL.convert(edited(body)), lambda body: "　" + body.replace("，", " , ")],
    ids=["same", "cut", "edited", "traditional", "edited and cut", "edited and traditional", "spaced"],
)  # fmt: skip
def test_a_reprint_is_found(store: ArticleStore, change: Callable[[str], str]) -> None:
    copy = reprint(FIRST, "copy", title="换了一个标题", body=change(FIRST.body))
    assert placed(memberships(store, *ARTICLES, copy)) == {(FIRST.id, FIRST.id), ("copy", FIRST.id)}


def test_a_text_of_two_is_in_the_stories_of_both(store: ArticleStore) -> None:
    both = reprint(FIRST, "both", hours=100_000, body=f"{FIRST.body}\n{OTHER.body}")
    members = memberships(store, *ARTICLES, both)
    assert placed(members) == {(id, id) for id in (FIRST.id, OTHER.id)} | {("both", id) for id in (FIRST.id, OTHER.id)}
    shares = {one.story: one for one in members if one.article == "both"}
    assert all(one.of_first > 0.9 for one in shares.values())
    assert sum(one.of_own for one in shares.values()) == pytest.approx(1, abs=0.05)
    assert Stories(store).of(["both", OTHER.id, "unknown"]) == {
        "both": max(shares.values(), key=lambda one: one.of_own).story, OTHER.id: OTHER.id,
    }  # fmt: skip


def test_shares_tell_who_has_what(store: ArticleStore) -> None:
    half = reprint(FIRST, "half", body=cut(FIRST.body))
    members = {member.article: member for member in memberships(store, FIRST, half)}
    assert (members[FIRST.id].of_first, members[FIRST.id].of_own) == (1, 1)
    assert 0.45 < members["half"].of_first < 0.6
    assert members["half"].of_own > 0.95


def test_the_first_is_the_earliest_published_and_the_undated_come_last(store: ArticleStore) -> None:
    undated = replace(reprint(FIRST, "undated"), published=None)
    assert {story for _id, story in placed(memberships(store, undated, reprint(FIRST, "later")))} == {"later"}
    assert {story for _id, story in placed(memberships(store, FIRST))} == {FIRST.id}


def test_what_changes_leaves_and_what_is_withdrawn_leaves_nothing(store: ArticleStore) -> None:
    copies = [reprint(FIRST, f"copy{number}", hours=number) for number in (1, 2, 3)]
    assert len(memberships(store, FIRST, *copies)) == 4
    assert placed(memberships(store, replace(copies[0], body=OTHER.body))) == {
        (id, FIRST.id) for id in (FIRST.id, "copy2", "copy3")
    }
    store.withdraw(FIRST.id, "asked to")
    assert placed(memberships(store)) == {("copy2", "copy2"), ("copy3", "copy2")}
    store.withdraw("copy2", "asked to")
    store.withdraw("copy3", "asked to")
    assert memberships(store) == []
    number = signature(characters(FIRST), shingles(characters(FIRST))).text
    with store.reading() as connection:
        for table in (schema.signed, schema.signatures, schema.landmarks, schema.likenesses):
            assert number not in connection.scalars(sa.select(table.c.text)).all(), table


def test_another_version_of_the_program_computes_all_anew(store: ArticleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    members = memberships(store, *ARTICLES, reprint(FIRST, "copy"))
    assert bring_up(store) == 0
    monkeypatch.setattr(likeness, "VERSION", "another")
    assert bring_up(store) == len(ARTICLES) + 1
    assert memberships(store) == members


def test_notices_of_one_form_make_no_story_of_a_year(store: ArticleStore) -> None:
    notice = "关于{}举办{}的通知：请各单位于{}前将名单报至办公室，联系人{}，电话另告。"
    rng = random.Random(1)
    some = ["".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(9)) for _ in range(400)]
    notices = [
        Article(f"http://notices.example/{at}", "通知", notice.format(*some[at * 4 : at * 4 + 4]), source="notices")
        for at in range(100)
    ]
    assert memberships(store, *notices) == []


def test_a_short_text_that_a_long_one_quotes_is_no_copy() -> None:
    assert are_alike(100, 1_000, 50)
    assert not are_alike(99, 1_000, 99), "a headline stands in a list of headlines"
    assert are_alike(90, 95, 70)
    assert not are_alike(1_000, 1_000, 499)


def test_a_chain_of_copies_of_copies_is_not_one_story(store: ArticleStore) -> None:
    text = made(1, 800)
    chain = [reprint(FIRST, f"c{at}", hours=at, title=" ", body=text[at * 80 : at * 80 + 200]) for at in range(8)]
    stories = placed(memberships(store, *chain))
    assert max(Counter(story for _id, story in stories).values()) == 2
    assert {id for id, _story in stories} == {article.id for article in chain}


def test_a_landmark_leads_to_some_texts_only(store: ArticleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sketches, "COMMON", 4)
    first, *copies = [
        reprint(FIRST, f"v{at}", hours=at, title=" ", body=FIRST.body + made(at, 30)) for at in range(20)
    ]  # fmt: skip
    assert placed(memberships(store, first, *copies)) == {(article.id, first.id) for article in (first, *copies)}
    with store.reading() as connection:
        pairs = connection.scalars(sa.select(schema.likenesses.c.text)).all()
        assert 0 < len(pairs) <= 2 * 4 * 20
        landmarks = connection.scalars(sa.select(schema.landmarks.c.landmark)).all()
        assert max(Counter(landmarks).values()) == 4


def made(seed: int, size: int = 300) -> str:
    rng = random.Random(seed)
    return "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(size))


@st.composite
def families(draw: st.DrawFn) -> list[Article]:
    """Articles of which some are copies, cuts and mixtures of a few texts, on days that may be the same."""
    articles = []
    for number in range(draw(st.integers(2, 9))):
        parts = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(40, 300)), min_size=1, max_size=2))
        body = "。".join(made(seed)[:size] for seed, size in parts)
        day = timedelta(days=draw(st.integers(0, 3)))
        published = draw(st.sampled_from([None, FIRST.published]))
        url = f"http://s{number}.example/"
        articles.append(
            Article(url, "", body, source=f"s{number}", id=f"a{number}", published=published and published + day)
        )
    return articles


@settings(max_examples=15)
@given(articles=families(), data=st.data())
def test_the_order_of_arrival_makes_no_difference(articles: list[Article], data: st.DataObject) -> None:
    def arriving(order: Sequence[Article], stops: set[int]) -> list[Member]:
        with TemporaryDirectory() as folder, ArticleStore.create(load(Path(folder))) as store:
            for at, article in enumerate(order):
                store.put(replace(article, body="先前的另一篇") if at in stops else article)
                if at in stops:
                    bring_up(store)
                    store.put(article)
            return memberships(store)

    shuffled = data.draw(st.permutations(articles))
    stops = data.draw(st.sets(st.integers(0, len(articles) - 1), max_size=3))
    assert arriving(shuffled, stops) == arriving(articles, set())


@settings(max_examples=15)
@given(text=st.text(min_size=1, max_size=200).filter(lambda text: any(map(str.isalnum, text)) and "\0" not in text))
def test_the_same_text_is_always_found(text: str) -> None:
    with TemporaryDirectory() as folder, ArticleStore.create(load(Path(folder))) as store:
        copies = [Article(f"http://{name}.example/", text, "", source=name, id=name) for name in "ab"]
        assert placed(memberships(store, *copies)) == {("a", "a"), ("b", "a")}


@given(seed=st.integers(0, 10_000), size=st.integers(1, 400), other=st.integers(1, 400))
def test_texts_that_share_nothing_are_never_alike(seed: int, size: int, other: int) -> None:
    one, two = shingles(made(seed, size)), shingles(made(seed + 20_000, other))
    assert not are_alike(len(one), len(two), len(one & two))


def test_on_the_command_line(wencang: Wencang, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with ArticleStore.create(load(data)) as store:
        for article in (FIRST, OTHER, reprint(FIRST, "copy", title="另一个标题", body=cut(FIRST.body))):
            store.put(article)
        update.bring_up(store, Settings(data), "whoosh")
    assert "stories --update" in wencang("story", OTHER.id).stderr
    listed = wencang("stories", FIRST.title, "--update", "--json")
    assert [json.loads(line)["articles"] for line in listed.stdout.splitlines()] == [1]
    assert "1 of 1 stories" in wencang("stories").stderr
    assert wencang("stories", "--since", "2020").returncode == 2
    assert wencang("stories", "").returncode == wencang("freeze", "", "-o", tmp_path / "corpus").returncode == 2
    shown = wencang("story", "copy")
    assert shown.stderr == ""
    first, copy, hint = shown.stdout.splitlines()[1:]
    assert (FIRST.title in first, "%" in first) == (True, False)
    assert ("另一个标题" in copy, "%" in copy) == (True, True)
    assert f"wencang diff copy --from {FIRST.id}" in hint
    assert wencang("diff", "copy", "--from", FIRST.id).returncode == 0
    values = [json.loads(line) for line in wencang("story", "copy", "--json").stdout.splitlines()]
    assert [(one["id"], one["first"]) for one in values] == [(FIRST.id, True), ("copy", False)]
    together = wencang(f'"{FIRST.body[:8]}"', "--stories", "--json")
    (hit,) = map(json.loads, together.stdout.splitlines())
    assert {hit["id"], *hit["copies"]} == {"copy", FIRST.id}


@pytest.mark.parametrize("name", engines.names())
def test_a_search_counts_stories(name: str, tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path)) as store:
        memberships(store, *ARTICLES, *(reprint(FIRST, f"copy{number}", number) for number in range(1, 5)))
        update.bring_up(store, settings_of(name, tmp_path), name)
        with update.open_index(settings_of(name, tmp_path), name) as index:
            question = parse_query("西藏 高原", index.analyzer)
            apart = search(store, index, question, 100, collapse="nothing")
            found = search(store, index, question, 100, collapse="stories")
    assert (apart.stories, found.stories) == (None, len(found.hits))
    assert apart.total == found.total == len(found.hits) + sum(len(hit.copies) for hit in found.hits)
    assert max(len(hit.copies) for hit in found.hits) == 4


def test_a_run_brings_them_up(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.txt").write_text(f"{FIRST.title}\n{FIRST.body}\n{name}\n", encoding="utf-8")
    assert run("import", tmp_path / "one.txt", tmp_path / "two.txt", data=tmp_path / "data").returncode == 0
    with ArticleStore.open(load(tmp_path / "data")) as store:
        assert [count for _story, count in Stories(store).largest(9)[0]] == [2]
