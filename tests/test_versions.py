"""Versions of an article: what makes one, gone and back again, what differs, and a takedown."""

from __future__ import annotations

import gzip
import json
import os
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from archive.article import Article, Revision
from archive.errors import Busy, Withdrawn
from archive.proof import database, manifest
from archive.settings import load
from archive.storage.folder import Folder
from archive.store import ArticleStore
from archive.tables import stats
from archive.tables.ledger import Candidate, Ledger
from archive.text.messages import Reason
from archive.warc.pages import Pages
from crawler.http.replay import replay
from crawler.keeping import Missing, settle
from crawler.report import Report
from indexer.diff import Part, compare, differences
from indexer.engines.folder import index_folder, open_engine
from indexer.question.parser import parse_query
from indexer.search import search
from indexer.update import bring_up
from tests.support.engines import settings_of
from tests.support.memory import InMemory
from tests.support.pages import ARTICLE, PAGE, THEN, check, noise, warcs
from tests.support.program import lines, run
from tests.support.sample import ANALYZER, EXPECTED, ROOT, SAMPLE, SIGNING, TEXTS
from tests.support.site import ARTICLE as ARTICLE_PAGE
from tests.support.site import LIST, ROW, rows, site
from tests.support.terminal import on_a_terminal

pytestmark = pytest.mark.usefixtures("database")

LATER = [THEN + timedelta(days=day) for day in range(9)]
ALIAS = ARTICLE.url.replace("news/zx", "aid_tibet/news")


# What makes a version

_BLANKS = st.text(" \t\n\r\f\u00a0\u3000\u2003\u200b\ufeff", max_size=3)
_TEXT = st.text("西藏拉萨a1，。", min_size=1, max_size=12)


@given(_TEXT, st.lists(_BLANKS, min_size=13, max_size=13))
def test_blanks_make_no_version_and_any_other_sign_does(text: str, blanks: list[str]) -> None:
    spaced = "".join(chain(*zip(blanks, text, strict=False), blanks[-1:]))
    with ArticleStore(InMemory(), create=True) as store:
        store.put(replace(ARTICLE, title=text, body=text), THEN)
        for title, body in ((text, spaced), (spaced, text)):
            assert store.put(replace(ARTICLE, title=title, body=body), LATER[1]) is None
        assert store.put(replace(ARTICLE, title=text, body=spaced + "."), LATER[2])
        assert store.put(replace(ARTICLE, title=text, body=spaced), THEN) is None, "an old copy, spaced otherwise"
        assert store.versions(ARTICLE.id) == 2


def test_a_page_read_by_better_rules_may_differ_in_blanks_alone(store: ArticleStore) -> None:
    store.put(ARTICLE, THEN)
    joined = replace(ARTICLE, body=ARTICLE.body.replace("\n", ""))
    assert store.put(joined, THEN, exactly=True)
    assert store.put(joined, THEN, exactly=True) is None


def test_advertisement_and_counters_make_no_version(tmp_path: Path) -> None:
    url = EXPECTED[0]["url"]
    pages, data = Path(shutil.copytree(SAMPLE, tmp_path / "pages")), tmp_path / "data"
    page = pages / url.removeprefix("http://")
    plain = page.read_bytes()
    with replay(pages) as proxy:
        run("crawl", "--url", url, data=data, http_proxy=proxy)
        for n in (1, 2):
            around = f"<div class='ad'><a href='/ad/{n}'>第{n}件好货</a></div><span>浏览：{n}23</span>".encode()
            page.write_bytes(plain.replace(b"<body>", b"<body>" + around).replace(b"</body>", around + b"</body>"))
            assert around in page.read_bytes()
            done = run("crawl", "--url", url, data=data, http_proxy=proxy)
            assert done.stdout.splitlines()[1].split()[1:] == ["0", "0", "1", "0", "0", "0", "0"]


# Gone, and back again


def test_gone_is_a_version_of_its_own_with_the_same_text(store: ArticleStore) -> None:
    kept = store.put(ARTICLE, THEN)
    gone = store.mark_gone("https://m." + ARTICLE.url.removeprefix("http://www."), LATER[1])
    assert kept
    assert gone == replace(kept, sequence=2, fetched=LATER[1], gone=True)
    assert store.mark_gone(ARTICLE.url, LATER[2]) is None, "once"
    assert store.mark_gone("http://www.tibet.cn/unknown", LATER[2]) is None
    back = store.put(ARTICLE, LATER[3])
    assert back
    assert [one.gone_since for one in store.history(ARTICLE.id)] == [None, LATER[1], None]
    assert store.mark_gone(ARTICLE.url, LATER[2]) is None, "it was seen later than that"
    assert list(database.verify(store)) == []


def test_an_alias_that_is_missing_says_nothing_and_one_that_answers_is_where_it_moved(store: ArticleStore) -> None:
    store.put(ARTICLE, THEN)
    alias = replace(ARTICLE, url=ALIAS, section="aid_tibet/news")
    store.put(alias, LATER[1])
    assert store.mark_gone(ALIAS, LATER[2]) is None
    assert store.mark_gone(ARTICLE.url, LATER[3])
    assert store.put(alias, LATER[1]) is None, "read before"
    moved = store.put(alias, LATER[4])
    assert moved
    assert (moved.article, moved.gone) == (alias, False)
    assert store.mark_gone(ARTICLE.url, LATER[5]) is None, "now that is an alias"
    assert store.put(alias, LATER[5]) is None


PAGES = {
    LIST: (200, "", rows(*(ROW.format(n=n) for n in range(8)))),
    **{ROW.format(n=n): (200, "", ARTICLE_PAGE.replace(b"<h2>", b"<h2>%d" % n)) for n in range(8)},
}
ID = "tibet.cn-746000{n}"
FRONT = "http://www.tibet.cn/"


def crawl(data: Path, pages: dict[str, tuple[int, str, bytes]]) -> dict[str, int]:
    """What a crawl of these pages came to."""
    with site(pages) as (proxy, _log):
        done = run("crawl", "tibet_cn", data=data, http_proxy=proxy)
    head, *counts = [line.split()[1:] for line in done.stdout.splitlines()] or [[]]
    return {outcome: int(count) for line in counts for outcome, count in zip(head, line, strict=True) if count != "0"}


def gone(data: Path) -> set[str]:
    with ArticleStore.open(load(data)) as store:
        assert list(database.verify(store, Pages(Folder(data)).faults)) == []
        return {revision.article.url for revision in store.changes() if revision.gone}


def test_what_a_site_answers_for_a_page_that_is_gone(tmp_path: Path) -> None:
    answers = [(410, "", b""), (302, FRONT, b""), (301, LIST, b""), (302, "http://tibet.cn/cn/news/", b"")]
    crawl(tmp_path, PAGES)
    pages = PAGES | {ROW.format(n=n): answer for n, answer in enumerate(answers)}
    assert crawl(tmp_path, pages | {FRONT: (200, "", b"<html>front</html>")}) == {"unchanged": 4, "gone": 4}
    assert gone(tmp_path) == {ROW.format(n=n) for n in range(4)}


def test_a_page_that_is_gone_is_told_everywhere(tmp_path: Path) -> None:
    answer = (404, "", b"")
    listed = PAGES | {LIST: (200, "", rows(*(ROW.format(n=n) for n in (*range(8), 9))))}
    assert crawl(tmp_path, listed) == {"new": 8, "skipped": 1}, "an unknown address is no article"
    before = datetime.now().astimezone()
    assert crawl(tmp_path, listed | {ROW.format(n=3): answer}) == {"unchanged": 7, "gone": 1, "skipped": 1}
    assert gone(tmp_path) == {ROW.format(n=3)}
    (shown,) = lines(run("show", ID.format(n=3), "--json", data=tmp_path))
    assert datetime.fromisoformat(shown["gone"]) >= before
    assert "gone from the site since" in run("show", ID.format(n=3), data=tmp_path).stdout
    assert run("show", ID.format(n=3), "--raw", data=tmp_path).returncode == 0
    hits = lines(run("那曲", "--json", data=tmp_path))
    assert {hit["id"]: hit["gone"] for hit in hits if hit["gone"]} == {shown["id"]: shown["gone"]}
    assert run("那曲", data=tmp_path).stdout.count("[gone since ") == 1
    exported = lines(run("export", "--format", "jsonl", data=tmp_path))
    assert {one["id"]: one["gone"] for one in exported if one["gone"]} == {shown["id"]: shown["gone"]}
    assert crawl(tmp_path, listed | {ROW.format(n=3): answer}) == {"unchanged": 7, "skipped": 2}, "once"
    assert crawl(tmp_path, listed) == {"unchanged": 7, "changed": 1, "skipped": 1}
    assert gone(tmp_path) == set()
    *_first, left, back = lines(run("history", ID.format(n=3), "--json", data=tmp_path))
    assert [(one["changed"], bool(one["gone"])) for one in (left, back)] == [(["gone"], True), (["gone"], False)]


def test_a_site_that_answers_nothing_has_no_article_gone(tmp_path: Path) -> None:
    crawl(tmp_path, PAGES)
    assert "gone" not in crawl(tmp_path, {})
    most = {LIST: PAGES[LIST]} | {ROW.format(n=n): PAGES[ROW.format(n=n)] for n in range(3)}
    assert crawl(tmp_path, most) == {"unchanged": 3, "skipped": 5}, "a relaunch: lists, and few of the old addresses"
    assert gone(tmp_path) == set()
    half = most | {ROW.format(n=3): PAGES[ROW.format(n=3)]}
    assert crawl(tmp_path, half) == {"unchanged": 4, "gone": 4}
    assert gone(tmp_path) == {ROW.format(n=n) for n in range(4, 8)}


def test_one_that_is_missing_is_believed_where_a_list_was_read(store: ArticleStore) -> None:
    for n in range(2):
        store.put(replace(ARTICLE, id=f"tibet.cn-{n}", url=f"{ARTICLE.url}?n={n}", title=f"题{n}"), THEN)
    two = [Missing(f"{ARTICLE.url}?n={n}", LATER[1], Reason.HTTP.format(status=404)) for n in range(2)]
    for missing, saw_lists, marked in ((two, True, 0), (two[:1], False, 0), (two[:1], True, 1)):
        report = Report()
        settle(store, "tibet.cn", missing, report, saw_lists)
        assert (report.total("gone"), report.total("skipped")) == (marked, len(missing) - marked)


def test_a_single_address_that_is_missing_is_a_failure_and_not_gone(tmp_path: Path) -> None:
    crawl(tmp_path, PAGES)
    with site({ROW.format(n=1): (302, FRONT, b"")}) as (proxy, _log):
        for n, reason in ((1, f"redirected to {FRONT}"), (2, "HTTP 404")):
            done = run("crawl", "--url", ROW.format(n=n), data=tmp_path, http_proxy=proxy)
            assert (done.returncode, f"failed: {ROW.format(n=n)}: {reason}" in done.stderr) == (5, True)
    assert gone(tmp_path) == set()


def test_a_further_page_that_is_missing_does_not_make_an_article_gone(tmp_path: Path) -> None:
    second = ROW.format(n=1).replace(".html", "_1.html")
    script = b"<script>createPageHTML(2, 0, 't20230510_7460001', 'html');</script></body>"
    first = PAGES[ROW.format(n=1)][2].replace(b"</body>", script)
    pages = PAGES | {ROW.format(n=1): (200, "", first), second: PAGES[ROW.format(n=2)]}
    assert crawl(tmp_path, pages) == {"new": 8}
    with ArticleStore.open(load(tmp_path)) as store:
        kept = store.get(ROW.format(n=1))
        assert kept
        assert len(kept.pages) == 2
    del pages[second]
    assert crawl(tmp_path, pages) == {"unchanged": 7, "failed": 1}
    assert gone(tmp_path) == set()


def test_gone_goes_out_and_in_with_an_export(tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path / "a")) as store:
        store.put(ARTICLE, THEN)
        store.mark_gone(ARTICLE.url, LATER[1])
    out = run("export", "--format", "jsonl", data=tmp_path / "a").stdout
    (tmp_path / "out.jsonl").write_text(out, encoding="utf-8")
    run("import", tmp_path / "out.jsonl", data=tmp_path / "b")
    assert run("export", "--format", "jsonl", data=tmp_path / "b").stdout == out
    assert "gone from the site since 2022-06-02 03:00Z" in run("export", data=tmp_path / "b").stdout


# What differs

OLD = """拉萨河上的新桥昨天通车，一共花了三亿元。
卖酥油茶的次仁说，过河比以前快了半个小时，他每天都要去对岸摆摊。
桥头挂满了经幡，风一吹就响。
桥名是孩子们投票选的。"""
NEW = """桥头挂满了经幡，风一吹就响。
拉萨河上的新桥昨天正式通车，一共花了四亿元。
卖酥油茶的次仁说，过河比以前快了半个小时，他每天都要去对岸摆摊。
桥名是孩子们投票选的。下个月还要开通公交。"""


def parts(kind: str, found: Iterable[Part]) -> list[str]:
    return [part.text.strip() for part in found if part.kind == kind]


def test_a_moved_paragraph_and_changed_words_are_told_apart() -> None:
    found = compare(OLD, NEW, ANALYZER)
    assert parts("moved", found) == parts("left", found) == ["桥头挂满了经幡，风一吹就响。"]
    assert parts("added", found) == ["正式", "四", "下个月还要开通公交。"]
    assert parts("removed", found) == ["三"]


def test_a_sentence_written_anew_is_not_taken_apart() -> None:
    one, other = "记者从自治区气象台获悉，周末有雪。", "今年的赛马节在当雄草原上开了三天的会。"
    assert [part.kind for part in compare(one, other, ANALYZER)] == ["removed", "added"]
    assert [part.kind for part in compare(one, one + other, ANALYZER)] == ["same", "added"]
    assert parts("removed", compare("3月5日通车", "4月6日通车", ANALYZER)) == ["3月5"], "no crumbs between two changes"


_PIECES = st.lists(
    st.sampled_from(["西藏", "拉萨河", "通车。", "记者\n", "3亿元，", "”", "！", "\n", "a b", "𠀀"]), max_size=30
)
_BODIES = _PIECES.map("".join) | st.sampled_from(TEXTS) | st.text(max_size=30)


@given(_BODIES, _BODIES)
def test_the_parts_are_both_texts(old: str, new: str) -> None:
    found = compare(old, new, ANALYZER)
    for text, kinds in ((old, {"same", "removed", "left"}), (new, {"same", "added", "moved"})):
        assert "".join("".join(p.text for p in found if p.kind in kinds).split()) == "".join(text.split())
    assert all(part.text for part in found)
    assert {part.kind for part in compare(old, old, ANALYZER)} <= {"same"}
    assert sorted(parts("left", found)) == sorted(parts("moved", found))


@given(st.sampled_from(TEXTS) | st.text())
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    assert "".join(ANALYZER.pieces(text)) == text


def test_every_field_that_differs_is_named_in_its_order() -> None:
    new = replace(ARTICLE, title="拉萨河上的新桥", published=None, authors=("扎西",), images=(), restored=True)
    found = differences(Revision(1, ARTICLE, THEN), Revision(2, new, LATER[1], gone=True), ANALYZER)
    assert list(found) == ["title", "published", "authors", "images", "restored", "gone"]
    assert found["authors"] == (Part("removed", "扎西\n卓玛"), Part("added", "扎西"))
    assert found["published"] == (Part("removed", "2022-06-01T00:05:00+08:00"),)
    assert found["gone"] == (Part("added", LATER[1].isoformat()),)


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A data folder with an article of four versions: sequences 1, 3, 4 and 5."""
    with ArticleStore.create(load(tmp_path / "data")) as store:
        store.put(replace(ARTICLE, body=OLD), THEN)
        store.put(replace(ARTICLE, id="other", url="http://www.tibet.cn/other", title="另一篇"), THEN)
        store.put(replace(ARTICLE, body=NEW, title="<b>新桥</b> & 旧桥", editor="于心"), LATER[1])
        store.mark_gone(ARTICLE.url, LATER[2])
        store.put(replace(ARTICLE, body=NEW, title="<b>新桥</b> & 旧桥"), LATER[3])
    return tmp_path / "data"


def test_history_is_a_table_of_the_versions(changed: Path) -> None:
    told = run("history", ARTICLE.url, data=changed)
    assert told.returncode == 0
    rows = [re.split(r" {2,}", line) for line in told.stdout.splitlines()[1:]]
    assert [row[:3] for row in rows] == [
        [n, f"2022-06-0{day} 03:00Z", "2022-06-01 00:05"] for n, day in (("1", 1), ("3", 2), ("4", 3), ("5", 4))
    ]
    assert [row[3:] for row in rows[2:]] == [["gone from the site"], ["editor, back on the site"]]
    assert re.fullmatch(r"title, body, editor, \+\d+ -\d+", rows[1][3])
    (_first, second, *_rest) = lines(run("history", ARTICLE.id, "--json", data=changed))
    assert list(second) == ["sequence", "fetched", "gone", "published", "changed", "added", "removed"]
    assert f"+{second['added']} -{second['removed']}" in rows[1][3]
    assert run("history", "nowhere", data=changed).returncode == 1


def test_diff_takes_sequences_or_places(changed: Path) -> None:
    def compared(*chosen: int) -> list[int]:
        (told,) = lines(run("diff", ARTICLE.id, *chosen, "--json", data=changed))
        return [told[side]["sequence"] for side in "ab"]

    assert compared() == [4, 5]
    assert compared(1, 3) == [1, 3]
    assert compared(3) == [3, 5]
    assert compared(1, 2) == [1, 3], "no version has the sequence 2: they are places"
    assert compared(5, 1) == [5, 1]
    wrong = run("diff", ARTICLE.id, 1, 9, data=changed)
    assert (wrong.returncode, "versions: 1, 3, 4, 5" in wrong.stderr) == (2, True)
    assert run("diff", ARTICLE.id, 3, 3, data=changed).returncode == 1, "nothing differs"
    assert "one version" in run("diff", "other", data=changed).stderr


def test_diff_marks_on_a_pipe_and_colours_on_a_terminal(changed: Path) -> None:
    plain = run("diff", ARTICLE.id, 1, 3, data=changed).stdout
    assert (
        "{~桥头挂满了经幡，风一吹就响。~}\n拉萨河上的新桥昨天{+正式+}通车，一共花了[-三-]{+四+}亿元。\n…\n[~]\n"
        in plain
    )
    assert "\neditor:\n{+于心+}\n" in plain
    assert "\x1b" not in plain
    for no_colour, drawn in (("", "\x1b[32m正式\x1b[0m通车，一共花了\x1b[31;9m三\x1b[0m"), ("1", "{+正式+}")):
        command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(changed), "diff", ARTICLE.id, "1", "3"]
        _code, shown = on_a_terminal(command, NO_COLOR=no_colour)
        assert drawn in shown
        assert ("\x1b" in shown) == (not no_colour)


def test_diff_as_a_page_stands_alone_and_is_escaped(changed: Path) -> None:
    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open = [""]
            self.found: defaultdict[str, str] = defaultdict(str)

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag != "meta":
                self.open.append(tag)
            assert (tag != "html") or ("lang", "zh") in attrs
            assert not {"src", "href"} & {name for name, _value in attrs}

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

        def handle_data(self, data: str) -> None:
            self.found[self.open[-1]] += data

    reader = Reader()
    reader.feed(run("diff", ARTICLE.id, 1, 3, "--html", data=changed).stdout)
    assert reader.open == [""]
    assert reader.found["title"] == reader.found["h1"] == "<b>新桥</b> & 旧桥"
    assert "正式" in reader.found["ins"]
    assert "三" in reader.found["del"]
    assert reader.found["mark"].strip() == "桥头挂满了经幡，风一吹就响。"


# A takedown


def test_what_is_withdrawn_leaves_a_tombstone(store: ArticleStore) -> None:
    store.put(ARTICLE, THEN)
    second = replace(ARTICLE, body="改过的正文。", editor="于心", credit="某报", rights="版权", original_title="旧题")
    store.put(second, LATER[1])
    store.put(replace(second, url=ALIAS), LATER[2])
    digests = [store.digest_at(n) for n in (1, 2)]
    candidates = [Candidate(url, "tibet.cn", "", THEN, THEN, THEN) for url in (ALIAS, "http://www.tibet.cn/other")]
    Ledger(store).note_candidates(candidates)
    for _again in range(2):
        store.withdraw(ARTICLE.id, "法院裁定")
        assert store.sequence() == 3
    for name in (ARTICLE.id, ARTICLE.url, ALIAS):
        with pytest.raises(Withdrawn, match=rf"^{ARTICLE.id}: withdrawn 20\d\d-\d\d-\d\d \d\d:\d\dZ: 法院裁定$"):
            store.get(name)
    assert list(database.verify(store)) == []
    assert [store.digest_at(n) for n in (1, 2)] == digests, "what was kept can still be told"
    assert store.addresses(ARTICLE.id) == sorted([ARTICLE.url, ALIAS])
    empty = Article(ARTICLE.url, "", "", source="tibet.cn", section=ARTICLE.section, id=ARTICLE.id)
    assert [(one.article, one.withdrawn) for one in store.history(ARTICLE.id)] == [(empty, "法院裁定")] * 3
    (tombstone,) = store.changes(after=2)
    assert (tombstone.sequence, tombstone.article) == (3, empty)
    assert (list(store.kept()), store.get_many([ARTICLE.id]), stats.by_source(store)) == ([], {}, [])
    assert store.mark_gone(ARTICLE.url) is None
    assert Ledger(store).due("tibet.cn", LATER[8], 9) == candidates[1:], "its addresses are not looked at again"


@pytest.mark.parametrize(
    "again",
    [
        replace(ARTICLE, body="另一个正文。"),
        replace(ARTICLE, id="", url=ALIAS, source="", body="另一个正文。"),
        replace(ARTICLE, id="text-1", url="urn:sha256:ab", source="text", published=None),
        replace(ARTICLE, id="text-1", url="urn:sha256:ab", source="text", title="改过", body="改过的正文。"),
    ],
    ids=["id", "address", "text", "older text"],
)
def test_what_is_withdrawn_is_not_kept_again(store: ArticleStore, again: Article) -> None:
    store.put(replace(ARTICLE, title="改过", body="改过的正文。"), THEN)
    store.put(ARTICLE, LATER[1])
    store.put(replace(ARTICLE, url=ALIAS), LATER[1])
    neighbour = replace(ARTICLE, source="xzxw.com", url="http://www.xzxw.com/1", title="邻居")
    store.withdraw(ARTICLE.id, "裁定")

    def keep(_earlier: object) -> tuple[()]:
        raise AssertionError("no raw page of it is kept")

    with pytest.raises(Withdrawn, match=ARTICLE.id):
        store.put(again, LATER[2], keep=keep)
    assert store.sequence() == 3
    assert store.put(neighbour, LATER[2]), "the same key, but another source's"


@pytest.mark.sqlite
def test_whether_it_was_withdrawn_is_asked_of_no_version_of_the_archive(store: ArticleStore) -> None:
    asked: list[tuple[str, Any]] = []

    @sa.event.listens_for(store._engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    store.put(ARTICLE)
    ((statement, parameters),) = [one for one in asked if "withdrawn IS NOT NULL" in one[0]]
    with store._engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    told = [str(row[3]) for row in plan]
    assert told
    assert [line for line in told if line.startswith("SCAN") and "withdrawn_texts" not in line] == []


def test_an_index_that_lags_behind_does_not_show_it_and_drops_it(tmp_path: Path, store: ArticleStore) -> None:
    store.put(ARTICLE, THEN)
    for name in ("whoosh", "tantivy"):
        bring_up(store, settings_of(name, tmp_path), name)
    store.withdraw(ARTICLE.id, "裁定")
    for name in ("whoosh", "tantivy"):
        with open_engine(name, index_folder(tmp_path, name)) as engine:
            query = parse_query("新桥", engine.analyzer)
            assert (engine.search(query).total, search(store, engine, query).hits) == (1, ())
        bring_up(store, settings_of(name, tmp_path), name)
        with open_engine(name, index_folder(tmp_path, name)) as engine:
            assert (set(engine.ids()), engine.position()) == (set(), 2)


BODY = "26个项目当天落笔"  # of the article that is withdrawn
SECRET = "珊瑚礁旁的这句话不许留下来。"


@pytest.fixture
def secret(crawled: Path) -> Path:
    """The crawled sample, an article of it with two versions, their pages, and every engine."""
    with ArticleStore.open(load(crawled)) as store, Pages(Folder(crawled)) as pages:
        kept = store.get(SIGNING)
        assert kept
        page = replace(PAGE, url=kept.article.url, body=SECRET.encode() * 9 + noise(1))
        store.put(replace(kept.article, body=SECRET), keep=lambda _earlier: (pages.append(page),))
        store.put(replace(kept.article, body=SECRET * 2), keep=lambda _earlier: (pages.append(page),))
    assert run("index", data=crawled).returncode == run("index", "--engine", "tantivy", data=crawled).returncode == 0
    return crawled


def holding(data: Path, text: str) -> list[str]:
    """The files in which a text stands, packed or plain."""
    found = []
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content += gzip.decompress(content)
        if text.encode() in content:
            found.append(path.relative_to(data).parts[0])
    return found


def words(data: Path) -> list[dict[str, int]]:
    """What each engine's files still know of a word."""
    found = []
    for name in ("whoosh", "tantivy"):
        with open_engine(name, index_folder(data, name)) as engine:
            assert len(set(engine.ids())) in (len(EXPECTED), len(EXPECTED) - 1)
            found.append(engine.vocabulary("珊瑚"))
    return found


def withdrawn_whole(data: Path) -> None:
    """Nothing is left of the article, and everything of the others."""
    assert holding(data, SECRET) == holding(data, BODY) == []
    assert words(data) == [{}, {}]
    with ArticleStore.open(load(data)) as store:
        assert list(database.verify(store, Pages(Folder(data)).faults)) == []
        assert len(list(store.kept())) == len(EXPECTED) - 1
    for path in warcs(data):
        assert subprocess.run(["gzip", "-t", path], capture_output=True, timeout=60).returncode == 0
    check(data)


def test_remove_takes_it_out_of_everything(secret: Path, proxy: str, tmp_path: Path) -> None:
    assert set(holding(secret, SECRET)) == {"archive.db", "pages"}
    assert ["珊瑚礁" in known for known in words(secret)] == [True, True]
    backup = secret / "archive.db.v4.bak"
    backup.write_bytes(b"")
    run("export", "--format", "jsonl", "-o", tmp_path / "out.jsonl", data=secret)
    copied = shutil.copytree(secret / "manifests", tmp_path / "manifests")
    done = run("remove", SIGNING, "--yes", "--reason", "法院 裁定\n第3号", data=secret)
    assert (done.returncode, done.stdout) == (0, f"{SIGNING} withdrawn\n"), done.stderr
    assert str(backup) in done.stderr
    withdrawn_whole(secret)
    assert run("verify", data=secret).returncode == 0
    for copy in copied.iterdir():
        assert run("verify", "--manifest", copy, data=secret).returncode == 0
    for command in (["show"], ["show", "--json"], ["show", "--raw"], ["history"], ["diff"]):
        said = run(*command, SIGNING, data=secret)
        assert (said.returncode, said.stdout) == (1, "")
        assert re.fullmatch(rf"wencang: {SIGNING}: withdrawn \S+ \S+: 法院 裁定 第3号\n", said.stderr)
    crawled_again = run("crawl", "tibet_cn", data=secret, http_proxy=proxy)
    imported = run("import", tmp_path / "out.jsonl", data=secret)
    for told in (crawled_again, imported):
        assert told.returncode == 0
        assert re.search(r"skipped: http\S+7210688\.html: withdrawn .*第3号", told.stderr)
    assert run("reextract", data=secret).returncode == 0
    assert SIGNING not in run("export", "--format", "jsonl", data=secret).stdout
    again = run("remove", SIGNING, "--reason", "again", data=secret)
    assert again.returncode == 0
    assert re.match(rf"{SIGNING}: already withdrawn 20\S+ \S+: 法院 裁定 第3号\n", again.stderr)
    withdrawn_whole(secret)
    assert run("remove", "nowhere", "--reason", "x", data=secret).returncode == 1


@pytest.mark.parametrize(("typed", "code"), [("n\n", 130), ("y\n", 0)])
def test_a_terminal_is_asked_first(secret: Path, typed: str, code: int) -> None:
    screen, terminal = pty.openpty()
    command = [
        sys.executable,
        str(ROOT / "search_cli.py"),
        "--data",
        str(secret),
        "remove",
        SIGNING,
        "--reason",
        "裁定",
    ]
    asking = subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.write(screen, typed.encode())
    _out, err = asking.communicate(timeout=60)
    assert asking.returncode == code
    assert "3 versions" in err.decode()
    assert (f"{SIGNING}: nothing was withdrawn" in err.decode()) == (code != 0)
    assert bool(holding(secret, SECRET)) == (code != 0)


@pytest.mark.parametrize(
    ("options", "named"), [(["--reason", "裁定"], "--yes"), (["--yes", "--reason", " "], "--reason"), ([], "--reason")]
)
def test_nothing_is_withdrawn_unasked_or_for_no_reason(secret: Path, options: list[str], named: str) -> None:
    before = (secret / "archive.db").read_bytes()
    done = run("remove", SIGNING, *options, data=secret)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines()), named in done.stderr) == (2, "", 1, True)
    assert (secret / "archive.db").read_bytes() == before


def test_manifests_still_prove_the_rest(secret: Path) -> None:
    other = replace(ARTICLE, id="tibet.cn-1", url="http://www.tibet.cn/1")
    assert run("remove", SIGNING, "--yes", "--reason", "裁定", data=secret).returncode == 0
    with ArticleStore.open(load(secret)) as store, Pages(Folder(secret)) as pages:
        assert list(manifest.verify(store, Folder(secret))) == []
        raw = next(store.kept()).pages[0]
        store.put(other, keep=lambda _earlier: (pages.append(PAGE),))
        assert manifest.close(store, Folder(secret), THEN)
        assert list(manifest.verify(store, Folder(secret))) == []
        content = bytearray((secret / raw.file).read_bytes())
        content[raw.offset + 200] ^= 1
        (secret / raw.file).write_bytes(content)
        assert ["differ from the manifest" in fault for fault in manifest.verify(store, Folder(secret))] == [True, True]
    with sqlite3.connect(secret / "archive.db") as database:
        database.execute("UPDATE revisions SET digest = 'ab' WHERE id = ? AND sequence < 43", [SIGNING])
    with ArticleStore.open(load(secret)) as store:
        assert [
            fault for fault in manifest.verify(store, Folder(secret)) if "digest differs from the manifest" in fault
        ]


def test_the_next_backup_withdraws_it_too(secret: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert run("backup", copy, data=secret).returncode == 0
    assert holding(copy, SECRET)
    assert run("remove", SIGNING, "--yes", "--reason", "裁定", data=secret).returncode == 0
    for _again in range(2):
        done = run("backup", copy, data=secret)
        assert done.returncode == 0, done.stderr
        assert holding(copy, SECRET) == holding(copy, BODY) == []
    done = run("verify", data=copy)
    assert (done.returncode, done.stdout) == (0, "")
    assert run("restore", copy, data=tmp_path / "restored").returncode == 0
    assert "withdrawn" in run("show", SIGNING, data=tmp_path / "restored").stderr


_KILLED = """
import os, signal, sys
import search_cli
sync, left = os.fsync, int(sys.argv.pop(1))
def fsync(file):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    sync(file)
os.fsync = fsync
sys.exit(search_cli.main())
"""


def test_killed_at_any_moment_and_run_again(secret: Path, tmp_path: Path) -> None:
    options, moments = ["remove", SIGNING, "--yes", "--reason", "裁定"], 0
    while True:
        data = Path(shutil.copytree(secret, tmp_path / f"killed-{moments}"))
        command = [sys.executable, "-c", _KILLED, str(moments + 1), "--data", str(data), *options]
        killed = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60)
        if killed.returncode == 0:
            break
        moments += 1
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        with ArticleStore.open(load(data)) as store:
            with pytest.raises(Withdrawn):
                store.get(SIGNING)
            left = list(database.verify(store, Pages(Folder(data)).faults))
        assert bool(left) == bool(holding(data, SECRET) + holding(data, BODY)), "what is not done yet is told"
        assert run(*options, data=data).returncode == 0
        withdrawn_whole(data)
    assert moments >= 3 * 3, "a page: noted, the note itself, written; three pages, and then the indexes"


@given(st.lists(st.binary(max_size=300) | st.just(bytes(200_000)), min_size=1, max_size=4), st.data())
def test_a_page_is_withdrawn_in_its_place(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("pages")
    with Pages(Folder(folder)) as pages:
        kept = [pages.append(replace(PAGE, body=body, response=None, request=None)) for body in bodies]
    (path,) = warcs(folder)
    chosen = data.draw(st.sets(st.sampled_from(range(len(kept))), min_size=1))
    before = path.stat().st_size
    for n in [*chosen, *chosen]:
        pages.withdraw(kept[n])
    assert path.stat().st_size == before
    with Pages(Folder(folder)) as pages:
        kept.append(pages.append(PAGE))
        for n, (raw, body) in enumerate(zip(kept, [*bodies, PAGE.body], strict=True)):
            removed = Revision(n, ARTICLE, THEN, pages=(raw,), withdrawn="x")
            assert len(list(pages.faults(removed))) == (n not in chosen)
            if n not in chosen:
                assert pages.read(raw).body == body
    assert warcs(folder) == [path]
    assert gzip.decompress(path.read_bytes()).count(b"\r\n\r\nwithdrawn\r\n\r\n") == len(chosen)


def test_a_page_that_was_half_withdrawn_is_ended_by_the_next_writer(tmp_path: Path) -> None:
    with Pages(Folder(tmp_path)) as pages:
        kept = [pages.append(replace(PAGE, body=noise(n), request=None)) for n in range(3)]
    (path,) = warcs(tmp_path)
    whole = path.read_bytes()
    for at in (1, 2):  # in the middle of the file, and at its end, where a writer looks for what is torn
        path.write_bytes(whole)
        pages.withdraw(kept[at])
        done = path.read_bytes()
        redo = path.with_name(f"{path.name}.{kept[at].offset}.redo")
        redo.write_bytes(done[kept[at].offset : (kept + kept[:1])[at + 1].offset if at < 2 else None])
        half = kept[at].offset + 700
        path.write_bytes(done[:half] + whole[half:] + b"\x1f\x8b\x08torn")
        removed = Revision(1, ARTICLE, THEN, pages=(kept[at],), withdrawn="x")
        (fault,) = pages.faults(removed)
        assert f"wencang remove {ARTICLE.id}" in fault
        with Pages(Folder(tmp_path)) as writer:
            writer.append(PAGE)
        assert list(pages.faults(removed)) == []
        assert [pages.read(kept[n]).body for n in range(3) if n != at] == [noise(n) for n in range(3) if n != at]
        assert warcs(tmp_path) == [path]
        check(tmp_path)


@pytest.mark.parametrize("damage", ["a byte", "zeros", "torn", "torn at once", "missing"])
def test_a_takedown_ends_whatever_became_of_the_page(secret: Path, damage: str) -> None:
    with ArticleStore.open(load(secret)) as store:
        file, offset = max((raw.file, raw.offset) for one in store.history(SIGNING) for raw in one.pages)
    content = bytearray((secret / file).read_bytes())
    if damage == "missing":
        (secret / file).unlink()
    else:
        some = content[offset : offset + 300]
        content[offset:] = {
            "a byte": some[:200] + bytes([some[200] ^ 1]) + content[offset + 201 :],
            "zeros": bytes(300) + content[offset + 300 :],
            "torn": some,
            "torn at once": some[:20],
        }[damage]
        (secret / file).write_bytes(content)
    done = run("remove", SIGNING, "--yes", "--reason", "裁定", data=secret)
    assert (done.returncode, done.stdout) == (0, f"{SIGNING} withdrawn\n"), done.stderr
    assert holding(secret, SECRET) == holding(secret, BODY) == []
    with ArticleStore.open(load(secret)) as store, Pages(Folder(secret)) as pages:
        assert [fault for one in store.history(SIGNING) for fault in pages.faults(one)] == []
        if damage != "missing":
            assert list(database.verify(store, pages.faults)) == [], "the pages of the others are as they were"


def test_what_is_left_of_a_takedown_is_said_and_done_later(secret: Path) -> None:
    with ArticleStore.open(load(secret)) as store, Pages(Folder(secret)) as pages:
        first = store.history(SIGNING)[0].pages[0]
        pages.append(PAGE)  # and holds the file
        done = run("remove", SIGNING, "--yes", "--reason", "裁定", data=secret)
        assert (done.returncode, done.stdout) == (4, "")
        left, mend = done.stderr.splitlines()
        assert f"{SIGNING}: its text is withdrawn, but this is left to do: {secret / first.file}: another run" in left
        assert f"`wencang remove {SIGNING}` does the rest" in mend
        with pytest.raises(Withdrawn):
            store.get(SIGNING)
    assert run("remove", SIGNING, data=secret).returncode == 0
    withdrawn_whole(secret)


def test_a_page_in_a_file_that_is_written_to_waits(tmp_path: Path) -> None:
    with Pages(Folder(tmp_path)) as pages:
        raw = pages.append(PAGE)
        with pytest.raises(Busy, match=r"another run is writing"):
            Pages(Folder(tmp_path)).withdraw(raw)
    Pages(Folder(tmp_path)).withdraw(raw)
    Pages(Folder(tmp_path)).withdraw(raw)


@pytest.mark.sqlite
def test_a_text_that_came_back_into_a_withdrawn_version_is_named(tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path)) as store:
        store.put(ARTICLE, THEN)
        store.withdraw(ARTICLE.id, "裁定")
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        raw.execute("UPDATE revisions SET body = 'back' WHERE sequence = 1")
    with ArticleStore.open(load(tmp_path)) as store:
        assert ["version 1" in fault for fault in database.verify(store)] == [True]


def test_lines_of_an_import_without_a_time_do_not_bring_back_what_is_gone_of_old(tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path)) as store:
        store.put(ARTICLE, THEN)
        store.mark_gone(ARTICLE.url, LATER[1])
    line = json.dumps({"url": ARTICLE.url, "title": ARTICLE.title, "body": ARTICLE.body, "id": ARTICLE.id,
                       "source": "tibet.cn", "fetched": THEN.isoformat()}, ensure_ascii=False)  # fmt: skip
    (tmp_path / "in.jsonl").write_text(line, encoding="utf-8")
    assert run("import", tmp_path / "in.jsonl", data=tmp_path).returncode == 0
    assert gone(tmp_path) == {ARTICLE.url}
