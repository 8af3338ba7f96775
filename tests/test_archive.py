"""The archive: one spelling for each page, every version once, nothing lost between writers."""

from __future__ import annotations

import gzip
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from archive import jsonl, settings
from archive.article import SHANGHAI, Article, Image, RawPage, from_json, to_json
from archive.errors import ArchiveUnusable, BadRecord, UsageFault
from archive.proof import database
from archive.settings import load
from archive.storage.folder import Folder
from archive.store import ArticleStore, migration
from archive.tables.chronology import in_order
from archive.url import canonical
from archive.warc.pages import FetchedPage, Head, Pages
from tests.support.memory import InMemory
from tests.support.pages import ARTICLE, PAGE, THEN, check, noise, warcs

pytestmark = pytest.mark.usefixtures("database")

WECHAT = "https://mp.weixin.qq.com/s?__biz=MzA4"

# One spelling for each page


@pytest.mark.parametrize(
    "spelling",
    [
        "http://www.tibet.cn/cn/t1.html",
        "https://www.tibet.cn/cn/t1.html",
        "http://tibet.cn/cn/t1.html",
        "https://m.tibet.cn/cn/t1.html#comments",
        "HTTP://WWW.Tibet.CN:80/cn/t1.html",
        "https://www.tibet.cn:443/cn/t1.html?utm_source=weibo&spm=1.2",
        "http://www.tibet.cn/cn/x/../t1.html",
        "http://www.tibet.cn/cn/t1.html?from=timeline&isappinstalled=0",
        "http://www.tibet.cn/cn/%741.html",
        " http://www.tibet.cn/cn/./t1.html ",
    ],
)
def test_spellings_of_one_page(spelling: str) -> None:
    assert canonical(spelling) == "http://www.tibet.cn/cn/t1.html"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://xz.people.com.cn/n1/a.html", "http://www.people.com.cn/n1/a.html"),
        ("http://www.tibet.cn/a?page=1", "http://www.tibet.cn/a?page=2"),
        ("http://www.tibet.cn/a?from=beijing", "http://www.tibet.cn/a"),
        ("http://www.tibet.cn:8080/a", "http://www.tibet.cn/a"),
        ("http://www.tibet.cn/a?q=%B8%B4", "http://www.tibet.cn/a?q=%B8%B5"),
        ("http://www.example.cn/#/news/detail?id=1", "http://www.example.cn/#/news/detail?id=2"),
        ("http://www.example.cn/app#!/news/1", "http://www.example.cn/app"),
        (f"{WECHAT}&mid=22&idx=1&sn=a1", f"{WECHAT}&mid=22&idx=2&sn=a1"),
        ("https://mp.weixin.qq.com/s/AbC", "https://mp.weixin.qq.com/s/AbD"),
    ],
)
def test_different_pages_stay_different(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "shared", ["&chksm=f1&scene=27#rd", "&scene=1&srcid=0503&from=singlemessage", "#wechat_redirect"]
)
def test_share_links_of_one_article_of_wechat(shared: str) -> None:
    assert canonical(f"{WECHAT}&mid=22&idx=1&sn=a1{shared}") == canonical(f"{WECHAT}&mid=22&idx=1&sn=a1")


def test_a_host_below_a_domain_gets_no_www() -> None:
    assert canonical("https://m.xz.people.com.cn/a") == "http://xz.people.com.cn/a"
    assert canonical("http://people.com.cn/a") == "http://www.people.com.cn/a"


@pytest.mark.parametrize("text", ["", "urn:sha256:ab", "http://x:port/", "http://[::1/", "西藏", "mailto:a@b.cn"])
def test_what_is_no_http_address_is_left_as_it_is(text: str) -> None:
    assert canonical(text) == text


@given(
    st.from_regex(
        r"https?://[a-zA-Z0-9.]{1,20}(:[0-9]{1,4})?(/[a-z0-9._~%西藏-]{0,8}){0,4}(\?[a-z=&%0-9]{0,12})?", fullmatch=True
    )
)
def test_canonical_is_at_rest(url: str) -> None:
    assert canonical(canonical(url)) == canonical(url)


# Articles as values


def test_published_is_turned_to_shanghai_time() -> None:
    article = replace(ARTICLE, published=datetime(2022, 5, 31, 16, 30, tzinfo=UTC))
    assert article.published
    assert article.published.isoformat() == "2022-06-01T00:30:00+08:00"
    assert str(article.day) == "2022-06-01"
    with pytest.raises(ValueError, match="time zone"):
        replace(ARTICLE, published=datetime(2022, 6, 1))


_LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip)
_ARTICLES = st.builds(
    Article,
    url=st.sampled_from(["http://www.tibet.cn/1", "http://www.tibet.cn/2", "urn:sha256:1"]),
    title=_LINES,
    body=st.lists(_LINES, min_size=1).map("\n".join),
    source=st.just("tibet.cn"),
    published=st.none()
    | st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(timezone(timedelta(hours=-5)))),
    authors=st.lists(_LINES, max_size=2).map(tuple),
    rights=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    images=st.lists(st.builds(Image, _LINES, _LINES), max_size=2).map(tuple),
    restored=st.booleans(),
)


@given(_ARTICLES)
def test_json_holds_every_field(article: Article) -> None:
    assert from_json(json.loads(json.dumps(to_json(article)))) == article


@given(st.lists(_ARTICLES, max_size=12))
def test_the_store_keeps_each_version_once_and_in_order(articles: list[Article]) -> None:
    with ArticleStore(InMemory(), create=True) as store:
        put = [store.put(article, THEN) for article in articles]
        kept = [revision for revision in put if revision]
        assert [revision.sequence for revision in kept] == list(range(1, len(kept) + 1))
        assert store.sequence() == len(kept)
        assert list(database.verify(store)) == []
        for revision in kept:
            assert revision in store.history(revision.article.id)
        newest = {revision.article.id: revision for revision in kept}
        assert {r.article.id: r for r in store.changes()} == newest
        assert store.get_many(newest) == newest


# The store


def test_the_same_again_is_no_revision(store: ArticleStore) -> None:
    assert store.put(ARTICLE, THEN)
    assert store.put(ARTICLE, THEN + timedelta(days=1)) is None
    assert store.put(replace(ARTICLE, images=())) is None, "images alone do not count"


def test_a_change_is_the_next_revision_and_the_old_one_stays(store: ArticleStore) -> None:
    first = store.put(ARTICLE, THEN)
    second = store.put(replace(ARTICLE, editor="于心"), THEN + timedelta(hours=1))
    assert first
    assert second
    assert (first.sequence, second.sequence) == (1, 2)
    assert [r.article.editor for r in store.history(ARTICLE.id)] == ["", "于心"]
    assert store.get(ARTICLE.id) == second
    assert [r.sequence for r in store.changes(after=1)] == [2]
    assert list(store.changes(after=2)) == []


def test_times_come_back_as_they_went_in(store: ArticleStore) -> None:
    store.put(ARTICLE, THEN.astimezone(SHANGHAI))
    kept = store.get(ARTICLE.id)
    assert kept
    assert kept.article == ARTICLE
    assert kept.fetched == THEN
    assert kept.fetched.utcoffset() == timedelta(0)


def test_a_revision_points_at_its_raw_pages(store: ArticleStore) -> None:
    pages = tuple(RawPage("pages/2022-06.warc.gz", 2**40 + n, f"<urn:uuid:{n}>", "ab" * 32) for n in range(2))
    put = store.put(ARTICLE, THEN, extractor="1 rules", gone=True, keep=lambda _earlier: pages)
    assert put
    assert put.pages == pages
    assert store.get(ARTICLE.id) == put
    assert store.history(ARTICLE.id) == [put]


def test_raw_pages_are_kept_where_a_version_is_made_and_nowhere_else(store: ArticleStore) -> None:
    kept: list[RawPage] = []

    def keep(_earlier: tuple[RawPage, ...]) -> tuple[RawPage, ...]:
        kept.append(RawPage("pages/a.warc.gz", len(kept), "<urn:uuid:1>", "ab" * 32))
        return (kept[-1],)

    def full(_earlier: tuple[RawPage, ...]) -> tuple[RawPage, ...]:
        raise ArchiveUnusable("pages", "No space left on device")

    assert store.put(ARTICLE, THEN, keep=keep)
    assert store.put(ARTICLE, THEN + timedelta(days=1), keep=keep) is None
    assert len(kept) == 1
    with pytest.raises(ArchiveUnusable, match="No space"):
        store.put(replace(ARTICLE, body="二"), keep=full)
    assert store.versions(ARTICLE.id) == 1, "a version never points to nothing"
    assert store.put(replace(ARTICLE, body="二"), keep=keep)
    assert [revision.pages for revision in store.history(ARTICLE.id)] == [(page,) for page in kept]
    assert list(database.verify(store)) == []


def test_another_channel_is_an_alias(store: ArticleStore) -> None:
    other = "http://www.tibet.cn/cn/aid_tibet/news/202206/t20220601_7210688.html"
    store.put(ARTICLE)
    assert store.put(replace(ARTICLE, url=other, section="aid_tibet/news 援藏资讯")) is None
    for address in (ARTICLE.url, other, other.replace("http://www.", "https://m.") + "#top"):
        found = store.get(address)
        assert found
        assert found.article == ARTICLE


def test_two_keys_are_two_articles_and_a_copy_without_a_key_is_the_same(store: ArticleStore) -> None:
    store.put(ARTICLE)
    assert store.put(replace(ARTICLE, id="tibet.cn-99", url="http://www.tibet.cn/99.html")), "another key"
    copy = replace(ARTICLE, id="", url="http://www.tibet.cn/zt/bridge.html")
    assert store.put(copy) is None
    assert store.put(replace(copy, url="http://www.tibet.cn/zt/2.html", published=THEN + timedelta(days=8))), "a day on"
    assert store.put(replace(copy, source="xzxw.com", url="http://www.xzxw.com/1")), "another site"
    assert len(store.addresses(ARTICLE.id)) == 2


def test_a_key_that_two_articles_share_names_the_first(store: ArticleStore) -> None:
    store.put(ARTICLE)
    later = "http://www.tibet.cn/cn/news/zx/202407/t20240715_7210688.html"
    other = replace(
        ARTICLE, url=later, title="牧场的夏天", body="牛羊上了高处的草场。", published=THEN + timedelta(days=775)
    )
    for _again in range(2):
        store.put(other)
    assert [store.versions(id) for id in (ARTICLE.id, f"{ARTICLE.id}-20240715")] == [1, 1]
    found = store.get(later)
    assert found
    assert (found.article.id, found.article.title) == (f"{ARTICLE.id}-20240715", "牧场的夏天")
    store.put(replace(other, body="牛羊上了高处的草场，客人来了。"))
    assert store.versions(f"{ARTICLE.id}-20240715") == 2
    moved = later.replace("0715", "0716")
    assert store.put(replace(ARTICLE, url=moved, published=THEN + timedelta(days=776))) is None, "a copy, not another"
    found = store.get(moved)
    assert found
    assert found.article == ARTICLE


def test_an_article_is_cited_under_the_address_that_was_read(store: ArticleStore) -> None:
    met = "https://tibet.cn/cn/news/zx/202206/t20220601_7210688.html?from=timeline"
    article = replace(ARTICLE, url=met)
    store.put(article)
    assert store.put(replace(article, url=ARTICLE.url)) is None
    found = store.get(ARTICLE.url)
    assert found
    assert found.article.url == met
    assert store.addresses(ARTICLE.id) == [met]


def test_a_day_without_a_time_stays_one(store: ArticleStore) -> None:
    day = replace(ARTICLE, day_only=True)
    store.put(day)
    store.put(replace(ARTICLE, id="tibet.cn-2", url="http://www.tibet.cn/2.html"))
    found = store.get(ARTICLE.id)
    assert found
    assert to_json(found.article)["published"] == "2022-06-01"
    assert from_json(to_json(found.article)) == found.article
    assert [revision.article.id for revision in in_order(store)] == ["tibet.cn-2", ARTICLE.id], "after the timed ones"


def test_an_older_copy_joins_the_history_behind_the_newest(store: ArticleStore) -> None:
    times = [THEN + timedelta(days=day) for day in range(3)]
    old, older, new = (replace(ARTICLE, body=text) for text in ("旧。", "更旧。", "新。"))
    for _again in range(2):
        for article, fetched in ((old, times[1]), (new, times[2]), (older, times[0])):
            store.put(article, fetched)
    assert [r.article.body for r in store.history(ARTICLE.id)] == ["更旧。", "旧。", "新。"]
    kept = store.get(ARTICLE.id)
    assert kept
    assert kept.article == new
    assert list(database.verify(store)) == []


def test_a_change_while_changes_are_read_is_for_the_next_call(store: ArticleStore) -> None:
    for n in range(3):
        store.put(replace(ARTICLE, id=f"tibet.cn-{n}", url=f"http://www.tibet.cn/{n}", title=f"题{n}"), THEN)
    seen = []
    for revision in store.changes():
        seen.append(revision.article.id)
        store.put(replace(revision.article, body=f"{len(seen)}"), THEN + timedelta(days=1))
    assert len(seen) == len(set(seen)) == 3
    assert len(list(store.changes(after=3))) == 3


def test_an_alias_that_lags_behind_makes_no_versions(store: ArticleStore) -> None:
    alias = replace(ARTICLE, url="http://www.tibet.cn/cn/aid_tibet/news/202206/t20220601_7210688.html")
    corrected = replace(ARTICLE, body="改正了。")
    for article in (ARTICLE, alias, corrected, alias, corrected, alias):
        store.put(article)
    assert [r.article.body for r in store.history(ARTICLE.id)] == [ARTICLE.body, "改正了。"]


_WRITER = """
import sys
from collections.abc import Iterable
from pathlib import Path
from archive.article import Article
from archive.settings import load
from archive.store import ArticleStore
with ArticleStore.create(load(Path(sys.argv[1]))) as store:
    for n in range(40):
        assert store.put(Article(f"http://www.tibet.cn/{sys.argv[2]}/{n}", f"题 {sys.argv[2]} {n}", "文"))
"""


def test_two_writers_leave_no_gap(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, tmp_path, name]) for name in "ab"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with ArticleStore.open(load(tmp_path)) as store:
        assert [r.sequence for r in store.changes()] == list(range(1, 81))
        assert list(database.verify(store)) == []


@pytest.mark.sqlite
def test_sqlite_is_told_to_lose_nothing(store: ArticleStore) -> None:
    with store._engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.sqlite
def test_verify_names_a_text_that_is_not_the_one_kept(tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path)) as store:
        store.put(ARTICLE)
        store.put(replace(ARTICLE, body="二"))
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        raw.execute("UPDATE revisions SET body = 'forged' WHERE sequence = 2")
    with ArticleStore.open(load(tmp_path)) as store:
        assert [fault for fault in database.verify(store) if "version 2" in fault and ARTICLE.id in fault]
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        raw.execute("DELETE FROM revisions WHERE sequence = 1")
    with ArticleStore.open(load(tmp_path)) as store:
        assert "version 1 is missing or unexpected" in list(database.verify(store))
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        raw.execute("UPDATE revisions SET fetched = 'soon'")
    with ArticleStore.open(load(tmp_path)) as store:
        assert [fault for fault in database.verify(store) if fault.startswith("version 2 can't be read")]


# Opening


@pytest.mark.sqlite
def test_an_older_store_is_migrated_after_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ArticleStore.create(load(tmp_path)) as store:
        store.put(ARTICLE)

    def add_a_column(connection: sa.Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN note TEXT NOT NULL DEFAULT 'later'")

    older = migration.newest()
    monkeypatch.setattr(migration, "STEPS", (*migration.STEPS, add_a_column))
    for _again in range(2):
        with ArticleStore.open(load(tmp_path)) as store:
            kept = store.get(ARTICLE.id)
            assert kept
            assert kept.article == ARTICLE
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        assert raw.execute("SELECT note FROM articles").fetchall() == [("later",)]
        assert raw.execute("SELECT version FROM archive").fetchone() == (older + 1,)
    with sqlite3.connect(tmp_path / f"archive.db.v{older}.bak") as raw:
        assert raw.execute("SELECT version FROM archive").fetchone() == (older,)
        assert raw.execute("SELECT count(*) FROM revisions").fetchone() == (1,)


@pytest.mark.sqlite
def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ArticleStore.create(load(tmp_path)).close()

    def half(connection: sa.Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN note TEXT")
        connection.exec_driver_sql("ALTER TABLE nowhere ADD COLUMN note TEXT")

    with monkeypatch.context() as patch:
        patch.setattr(migration, "STEPS", (*migration.STEPS, half))
        with pytest.raises(ArchiveUnusable):
            ArticleStore.open(load(tmp_path))
    with ArticleStore.open(load(tmp_path)) as store:
        assert store.put(ARTICLE)


@pytest.mark.sqlite
def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    ArticleStore.create(load(tmp_path)).close()
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        raw.execute("UPDATE archive SET version = 99")
    with pytest.raises(ArchiveUnusable, match="newer wencang"):
        ArticleStore.open(load(tmp_path))


def test_a_folder_without_an_archive_names_the_way_to_one(tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnusable, match="wencang crawl"):
        ArticleStore.open(load(tmp_path))
    assert list(tmp_path.iterdir()) == []


# Raw pages


@given(
    body=st.binary(),
    url=st.sampled_from([ARTICLE.url, "http://www.tibet.cn/西藏?a=b c", "urn:sha256:ab"]),
    saved=st.booleans(),
    value=st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"]), max_size=20),
)
def test_a_raw_page_is_read_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, url: str, saved: bool, value: str
) -> None:
    page = replace(PAGE, body=body, url=url, content_type="text/html")
    if saved or url.startswith("urn:"):
        page = replace(page, response=None, request=None)
    elif page.response:
        page = replace(page, response=replace(page.response, headers=(*page.response.headers, ("X-Value", value))))
    with Pages(Folder(tmp_path_factory.mktemp("any"))) as pages:
        for _again in range(2):
            read = pages.read(pages.append(page))
            assert (read.body, read.fetched, read.content_type) == (body, page.fetched, "text/html")
            assert canonical(read.url) == canonical(url)
            assert (read.response is None) == (page.response is None)


def test_warcio_finds_nothing_wrong_with_a_file(tmp_path: Path) -> None:
    with Pages(Folder(tmp_path)) as pages:
        for n in range(5):
            pages.append(replace(PAGE, body=noise(n)))
            pages.append(FetchedPage("urn:sha256:ab", b"text", THEN, "text/plain"))
    check(tmp_path)
    (path,) = warcs(tmp_path)
    plain = gzip.decompress(path.read_bytes())
    kinds = ["warcinfo", *["response", "request", "resource"] * 5]
    assert [line.split()[1].decode() for line in plain.splitlines() if line.startswith(b"WARC-Type")] == kinds
    assert f"WARC-Filename: {path.name}".encode() in plain
    assert plain.count(b"\r\nSet-Cookie: ") == 10


def test_what_was_said_of_a_coding_that_was_taken_off_is_kept_under_another_name(tmp_path: Path) -> None:
    headers = (("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("Content-Length", "7"), ("X-A", "b"))
    with Pages(Folder(tmp_path)) as pages:
        raw = pages.append(replace(PAGE, body=b"<html></html>", response=Head("HTTP/1.1 200 OK", headers)))
        read = pages.read(raw)
    assert read.response
    assert read.body == b"<html></html>"
    assert read.response.headers == (
        ("X-Archive-Orig-Content-Encoding", "gzip"), ("X-Archive-Orig-Transfer-Encoding", "chunked"),
        ("X-Archive-Orig-Content-Length", "7"), ("X-A", "b"), ("Content-Length", "13"),
    )  # fmt: skip
    check(tmp_path)


def test_a_file_that_is_full_is_followed_by_another(tmp_path: Path) -> None:
    with Pages(Folder(tmp_path), largest=9000) as pages:
        kept = [(pages.append(replace(PAGE, body=noise(n))), n) for n in range(7)]
    with Pages(Folder(tmp_path), largest=9000) as pages:
        kept.append((pages.append(replace(PAGE, body=noise(7))), 7))
        assert [pages.read(raw).body for raw, _n in kept] == [noise(n) for _raw, n in kept]
    assert [path.stat().st_size <= 9000 for path in warcs(tmp_path)] == [True] * 4
    assert [raw.file for raw, _n in kept] == sorted(raw.file for raw, _n in kept)
    check(tmp_path)


@pytest.mark.parametrize("left", [1, 9, 10, 18, 200, 1500, -9, -1])
@pytest.mark.parametrize(
    "body", [noise(1), gzip.compress(noise(2)) + noise(3, 100), noise(4).hex().encode()], ids=["noise", "gzip", "text"]
)
def test_a_torn_record_is_cut_off_and_the_others_stay(tmp_path: Path, left: int, body: bytes) -> None:
    with Pages(Folder(tmp_path)) as pages:
        first, second = (pages.append(replace(PAGE, body=noise(n), request=None)) for n in range(2))
        torn = pages.append(replace(PAGE, body=body, request=None))
    (path,) = warcs(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: torn.offset + left if left > 0 else left])
    pages = Pages(Folder(tmp_path))
    with pytest.raises(ArchiveUnusable, match=rf"{path.name}, record at byte {torn.offset}: it is incomplete"):
        pages.read(torn)
    with pages:
        again = pages.append(replace(PAGE, body=body))
        assert [pages.read(raw).body for raw in (first, second, again)] == [noise(0), noise(1), body]
    assert (again.file, again.offset) == (torn.file, torn.offset)
    check(tmp_path)


def test_zeros_at_the_end_and_a_file_without_a_whole_record_are_cut_too(tmp_path: Path) -> None:
    with Pages(Folder(tmp_path)) as pages:
        first = pages.append(PAGE)
    (path,) = warcs(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole + bytes(5000))
    with Pages(Folder(tmp_path)) as pages:
        second = pages.append(PAGE)
        assert (pages.read(first).body, second.offset) == (PAGE.body, len(whole))
    path.write_bytes(whole[:20])
    with Pages(Folder(tmp_path)) as pages:
        assert pages.read(pages.append(PAGE)).body == PAGE.body
    check(tmp_path)


def test_a_record_longer_than_what_is_looked_at_first(tmp_path: Path) -> None:
    with Pages(Folder(tmp_path)) as pages:
        kept = [
            pages.append(replace(PAGE, body=noise(n, size), request=None)) for n, size in enumerate((10, 2_500_000))
        ]
    with Pages(Folder(tmp_path)) as pages:
        kept.append(pages.append(PAGE))
        assert [len(pages.read(raw).body) for raw in kept] == [10, 2_500_000, len(PAGE.body)]


_APPENDS = """
import random, sys
from datetime import datetime, UTC
from pathlib import Path
from archive.storage.folder import Folder
from archive.warc.pages import FetchedPage, Pages
with Pages(Folder(Path(sys.argv[1])), largest=400_000) as pages:
    for n in range(int(sys.argv[3])):
        body = f"{sys.argv[2]} {n} ".encode() + random.Random(n).randbytes(20_000)
        raw = pages.append(FetchedPage("http://a.cn/1", body, datetime.now(UTC), "text/html"))
        print(raw.file, raw.offset, raw.record_id, raw.sha256, flush=True)
"""


def appending(data: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _APPENDS, str(data), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def raw_page(line: str) -> RawPage:
    file, offset, record_id, sha256 = line.split()
    return RawPage(file, int(offset), record_id, sha256)


def test_two_writers_do_not_mix(tmp_path: Path) -> None:
    with Pages(Folder(tmp_path)) as pages:
        pages.append(PAGE)  # a file with room, that both would like
    writers = [appending(tmp_path, name, 50) for name in "ab"]
    told = [writer.communicate(timeout=60)[0].splitlines() for writer in writers]
    pages = Pages(Folder(tmp_path))
    for name, lines in zip("ab", told, strict=True):
        bodies = [pages.read(raw_page(line)).body for line in lines]
        assert [body[:5].split()[:2] for body in bodies] == [f"{name} {n}".encode().split() for n in range(50)]
    check(tmp_path)


def test_killed_in_the_middle_of_an_append(tmp_path: Path) -> None:
    told: list[RawPage] = []
    for _run in range(4):
        writer = appending(tmp_path, "x", 10_000)
        assert writer.stdout
        told += [raw_page(writer.stdout.readline()) for _n in range(5)]
        writer.send_signal(signal.SIGKILL)
        told += map(raw_page, writer.stdout.read().splitlines())
        writer.stdout.close()
        writer.wait()
    with Pages(Folder(tmp_path)) as pages:
        told.append(pages.append(PAGE))
        assert len({pages.read(raw).fetched for raw in told}) == len(told)
    assert len({(raw.file, raw.offset) for raw in told}) == len(told)


_FULL = """
import resource, sys
from datetime import datetime, UTC
from pathlib import Path
from archive.errors import ArchiveUnusable
from archive.storage.folder import Folder
from archive.warc.pages import FetchedPage, Pages
with Pages(Folder(Path(sys.argv[1]))) as pages:
    (file,) = Path(sys.argv[1], "pages").iterdir()
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 300,) * 2)
    try:
        pages.append(FetchedPage("http://a.cn/1", b"b" * 10 + bytes(range(256)) * 8, datetime.now(UTC)))
    except ArchiveUnusable as error:
        print(error)
"""


def test_a_full_disk_leaves_no_half_record(tmp_path: Path) -> None:
    with Pages(Folder(tmp_path)) as pages:
        pages.append(PAGE)
    (path,) = warcs(tmp_path)
    before = path.read_bytes()
    done = subprocess.run([sys.executable, "-c", _FULL, tmp_path], capture_output=True, text=True, timeout=60)
    assert "free some space" in done.stdout, done.stderr
    assert path.read_bytes() == before


def test_a_raw_page_that_is_not_what_was_kept_is_named(tmp_path: Path, store: ArticleStore) -> None:
    with Pages(Folder(tmp_path)) as pages:
        raw, other = pages.append(PAGE), pages.append(replace(PAGE, body=b"other"))
    store.put(ARTICLE, keep=lambda _earlier: (raw, other))
    assert list(database.verify(store, pages.faults)) == []
    with pytest.raises(ArchiveUnusable, match="differ from those that were archived"):
        pages.read(replace(raw, sha256=other.sha256))
    with pytest.raises(ArchiveUnusable, match="another record"):
        pages.read(replace(raw, offset=other.offset))
    (path,) = warcs(tmp_path)
    damaged = bytearray(path.read_bytes())
    damaged[raw.offset + 300] ^= 1
    path.write_bytes(damaged)
    (fault,) = database.verify(store, pages.faults)
    for told in ("version 1", ARTICLE.url, str(path), f"byte {raw.offset}", "incomplete or damaged"):
        assert told in fault
    path.unlink()
    assert ["the file is missing" in fault for fault in database.verify(store, pages.faults)] == [True, True]


# JSON Lines


def test_a_bad_line_is_named_and_the_rest_is_read() -> None:
    good = json.dumps(to_json(ARTICLE) | {"fetched": THEN.isoformat()}, ensure_ascii=False)
    lines = [
        good,
        "",
        "{",
        '{"url": "http://a.cn/1", "title": "无文"}',
        "[]",
        '{"url": "http://a.cn/1", "title": " ", "body": "b"}',
        good,
    ]
    records = list(jsonl.read((line.encode() for line in lines), "in.jsonl"))
    assert [r.subject for r in records if isinstance(r, BadRecord)] == [f"in.jsonl:{n}" for n in (3, 4, 5, 6)]
    assert [r for r in records if not isinstance(r, BadRecord)] == [(ARTICLE, THEN, False)] * 2


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"title": 1}, "title is not a valid text"),
        ({"body": "\ud800"}, "body is not a valid text"),
        ({"url": "a"}, "url is not a valid address: a"),
        ({"published": "昨天"}, "published is not a valid ISO 8601 time: 昨天"),
        ({"published": 2018}, "published is not a valid ISO 8601 time: 2018"),
        ({"published": "1066-10-14"}, "published is out of range: 1066-10-14"),
        ({"fetched": "x"}, "fetched is not a valid ISO 8601 time: x"),
        ({"fetched": "2018-09-07"}, "fetched needs a time zone: 2018-09-07"),
        ({"authors": "洛桑"}, "authors is not a list"),
        ({"images": ["a.jpg"]}, "images are objects with a url"),
        ({"restored": "no"}, "restored is neither true nor false"),
    ],
)
def test_a_bad_value_is_named(values: dict[str, object], told: str) -> None:
    line = json.dumps({"url": "http://a.cn/1", "title": "题", "body": "文"} | values)
    (record,) = jsonl.read([line.encode()], "in")
    assert str(record) == f"in:1: {told}"


def test_jsonl_out_and_in_is_the_same(store: ArticleStore) -> None:
    store.put(ARTICLE, THEN)
    (line,) = (json.dumps(jsonl.values(revision)) for revision in store.changes())
    assert list(jsonl.read([line.encode()], "x")) == [(ARTICLE, THEN, False)]
    assert "sequence" not in json.loads(line)


def test_a_day_without_a_zone_is_one_of_shanghai() -> None:
    article = from_json({"url": "http://a.cn/1", "title": "题", "body": "文", "published": "2018-09-07"})
    assert article.published == datetime(2018, 9, 7, tzinfo=SHANGHAI)


# Settings


def test_a_variable_comes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "wencang.toml").write_text('contact = "a@example.cn"\ndelay = 5\n', encoding="utf-8")
    found = settings.load(tmp_path, {"WENCANG_DELAY": "0.5"})
    assert (found.contact, found.delay, found.engine) == ("a@example.cn", 0.5, "whoosh")


@pytest.mark.parametrize("text", ["delay = 'soon'", "delay = -1", "looks = -1", "looks = 2.5", "dealy = 1", "delay ="])
def test_a_setting_that_can_not_be_used_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "wencang.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageFault, match=r"wencang\.toml"):
        settings.load(tmp_path, {})


# Several puts at once


def test_a_batch_is_kept_at_its_end_or_not_at_all(tmp_path: Path) -> None:
    other = replace(ARTICLE, id="tibet.cn-2", url="http://www.tibet.cn/cn/b.html", title="另一座桥", body="另一段。")

    def full(_earlier: Iterable[RawPage]) -> tuple[RawPage, ...]:
        raise ArchiveUnusable("pages", "No space left on device")

    def cut_short(store: ArticleStore) -> None:
        with store.batch():
            assert store.put(ARTICLE, THEN)
            assert store.get(ARTICLE.id)
            raise KeyboardInterrupt

    with ArticleStore.create(load(tmp_path)) as store, ArticleStore.open(load(tmp_path)) as reader:
        with pytest.raises(KeyboardInterrupt):
            cut_short(store)
        assert store.sequence() == 0
        with store.batch():
            assert store.put(ARTICLE, THEN)
            assert store.put(ARTICLE, THEN) is None, "it sees what it has put"
            with pytest.raises(ArchiveUnusable):
                store.put(other, THEN, keep=full)
            assert store.put(other, THEN)
            assert reader.get(ARTICLE.id) is None
        assert [revision.sequence for revision in reader.changes()] == [1, 2], "the one that failed left no gap"
        assert list(database.verify(store)) == []


def test_pages_of_a_batch_are_read_back(tmp_path: Path) -> None:
    with Pages(Folder(tmp_path), largest=9000, at_once=False) as pages:
        kept = [pages.append(replace(PAGE, body=noise(n))) for n in range(7)]
        pages.sync()
        assert [Pages(Folder(tmp_path)).read(raw).body for raw in kept] == [noise(n) for n in range(7)]
    assert len(warcs(tmp_path)) > 1
    check(tmp_path)
