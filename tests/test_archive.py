"""The archive: one spelling for each page, every version once, nothing lost between writers."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from archive import jsonl, schema, settings
from archive.article import SHANGHAI, Article, Image, RawPage, from_json, to_json
from archive.errors import ArchiveUnusable, BadRecord, UsageFault
from archive.store import ArticleStore
from archive.url import canonical

ARTICLE = Article(
    url="http://www.tibet.cn/cn/news/zx/202206/t20220601_7210688.html",
    id="tibet.cn-7210688",
    source="tibet.cn",
    section="news/zx 资讯",
    title="拉萨河畔的新桥",
    body="第一段。\n第二段，72.098亿元。",
    published=datetime(2022, 6, 1, 0, 5, tzinfo=SHANGHAI),
    authors=("扎西", "卓玛"),
    images=(Image("http://www.tibet.cn/a.jpg", "图为新桥"),),
)
THEN = datetime(2022, 6, 1, 3, 0, tzinfo=UTC)


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
    ],
)
def test_different_pages_stay_different(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


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
    with ArticleStore.at("sqlite://") as store:
        put = [store.put(article, THEN) for article in articles]
        kept = [revision for revision in put if revision]
        assert [revision.sequence for revision in kept] == list(range(1, len(kept) + 1))
        assert store.sequence() == len(kept)
        assert list(store.verify()) == []
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


def test_a_revision_points_at_its_raw_page(store: ArticleStore) -> None:
    page = RawPage("pages/2022-06.warc.gz", 2**40, "<urn:uuid:1>", "ab" * 32)
    put = store.put(ARTICLE, THEN, extractor="1 rules", gone=True, page=page)
    assert put
    assert put.page == page
    assert store.get(ARTICLE.id) == put
    assert store.history(ARTICLE.id) == [put]


def test_another_channel_is_an_alias(store: ArticleStore) -> None:
    other = "http://www.tibet.cn/cn/aid_tibet/news/202206/t20220601_7210688.html"
    store.put(ARTICLE)
    assert store.put(replace(ARTICLE, url=other, section="aid_tibet/news 援藏资讯")) is None
    for address in (ARTICLE.url, other, other.replace("http://www.", "https://m.") + "#top"):
        found = store.get(address)
        assert found
        assert found.article == ARTICLE


def test_the_same_text_on_the_same_day_is_the_same_article(store: ArticleStore) -> None:
    store.put(ARTICLE)
    twin = replace(ARTICLE, id="tibet.cn-99", url="http://www.tibet.cn/99.html")
    assert store.put(twin) is None
    later = replace(ARTICLE, id="tibet.cn-98", url="http://www.tibet.cn/98.html", published=THEN + timedelta(days=8))
    assert store.put(later), "another day: another article"
    assert store.put(replace(twin, source="xzxw.com", id="xzxw.com-1", url="http://www.xzxw.com/1")), "another site"


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
    assert list(store.verify()) == []


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
from pathlib import Path
from archive.article import Article
from archive.store import ArticleStore
with ArticleStore.create(Path(sys.argv[1])) as store:
    for n in range(40):
        assert store.put(Article(f"http://www.tibet.cn/{sys.argv[2]}/{n}", f"题 {sys.argv[2]} {n}", "文"))
"""


def test_two_writers_leave_no_gap(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, tmp_path, name]) for name in "ab"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with ArticleStore.open(tmp_path) as store:
        assert [r.sequence for r in store.changes()] == list(range(1, 81))
        assert list(store.verify()) == []


def test_sqlite_is_told_to_lose_nothing(store: ArticleStore) -> None:
    with store._engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_verify_names_a_text_that_is_not_the_one_kept(tmp_path: Path) -> None:
    with ArticleStore.create(tmp_path) as store:
        store.put(ARTICLE)
        store.put(replace(ARTICLE, body="二"))
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        raw.execute("UPDATE revisions SET body = 'forged' WHERE sequence = 2")
    with ArticleStore.open(tmp_path) as store:
        assert [fault for fault in store.verify() if "revision 2" in fault and ARTICLE.id in fault]
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        raw.execute("DELETE FROM revisions WHERE sequence = 1")
    with ArticleStore.open(tmp_path) as store:
        assert "revision 1 is missing or too many" in list(store.verify())
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        raw.execute("UPDATE revisions SET fetched = 'soon'")
    with ArticleStore.open(tmp_path) as store:
        assert [fault for fault in store.verify() if fault.startswith("revision 2 can't be read")]


# Opening


def test_an_older_store_is_migrated_after_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ArticleStore.create(tmp_path) as store:
        store.put(ARTICLE)

    def add_a_column(connection: sa.Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN note TEXT NOT NULL DEFAULT 'later'")

    older = schema.newest()
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, add_a_column))
    for _again in range(2):
        with ArticleStore.open(tmp_path) as store:
            kept = store.get(ARTICLE.id)
            assert kept
            assert kept.article == ARTICLE
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        assert raw.execute("SELECT note FROM articles").fetchall() == [("later",)]
        assert raw.execute("SELECT version FROM archive").fetchone() == (older + 1,)
    with sqlite3.connect(tmp_path / f"archive.db.v{older}.bak") as raw:
        assert raw.execute("SELECT version FROM archive").fetchone() == (older,)
        assert raw.execute("SELECT count(*) FROM revisions").fetchone() == (1,)


def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ArticleStore.create(tmp_path).close()

    def half(connection: sa.Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN note TEXT")
        connection.exec_driver_sql("ALTER TABLE nowhere ADD COLUMN note TEXT")

    with monkeypatch.context() as patch:
        patch.setattr(schema, "STEPS", (*schema.STEPS, half))
        with pytest.raises(ArchiveUnusable):
            ArticleStore.open(tmp_path)
    with ArticleStore.open(tmp_path) as store:
        assert store.put(ARTICLE)


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    ArticleStore.create(tmp_path).close()
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        raw.execute("UPDATE archive SET version = 99")
    with pytest.raises(ArchiveUnusable, match="newer wencang"):
        ArticleStore.open(tmp_path)


def test_a_folder_without_an_archive_names_the_way_to_one(tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnusable, match="wencang crawl"):
        ArticleStore.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


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
    assert [r for r in records if not isinstance(r, BadRecord)] == [(ARTICLE, THEN)] * 2


def test_jsonl_out_and_in_is_the_same(store: ArticleStore) -> None:
    store.put(ARTICLE, THEN)
    out = io.StringIO()
    assert jsonl.write(store.changes(), out) == 1
    assert list(jsonl.read(out.getvalue().encode().splitlines(), "x")) == [(ARTICLE, THEN)]
    assert "sequence" not in json.loads(out.getvalue())


def test_a_day_without_a_zone_is_one_of_shanghai() -> None:
    article = from_json({"url": "http://a.cn/1", "title": "题", "body": "文", "published": "2018-09-07"})
    assert article.published == datetime(2018, 9, 7, tzinfo=SHANGHAI)


# Settings


def test_a_variable_comes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "wencang.toml").write_text('contact = "a@example.cn"\ndelay = 5\n', encoding="utf-8")
    found = settings.load(tmp_path, {"WENCANG_DELAY": "0.5"})
    assert (found.contact, found.delay, found.engine) == ("a@example.cn", 0.5, "whoosh")


@pytest.mark.parametrize("text", ["delay = 'soon'", "delay = -1", "dealy = 1", "delay ="])
def test_a_setting_that_can_not_be_used_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "wencang.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageFault, match=r"wencang\.toml"):
        settings.load(tmp_path, {})
