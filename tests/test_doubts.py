"""Pages that are not the article they stand in for: outages and captchas answered with 200, wrong clocks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import clock
from archive.article import Article
from archive.errors import UsageFault
from archive.proof import database
from archive.settings import load
from archive.storage.folder import Folder
from archive.store import ArticleStore
from archive.tables.doubts import Doubts
from archive.tables.ledger import Ledger
from archive.text.messages import Reason
from archive.warc.pages import FetchedPage, Pages
from crawler.extract.reading import Reading
from crawler.frontier import Frontier
from crawler.health import alarms
from crawler.http.replay import Reply, answer, serving
from crawler.keeping import Fetched, keep
from crawler.report import Report
from crawler.sources import SHIPPED
from tests.support.pages import ARTICLE, THEN
from tests.support.program import Wencang, lines
from tests.support.sample import ARTICLES, SAMPLE, SIGNING
from wencang.archive import open as open_archive

SIGNED = "http://www.tibet.cn/cn/aid_tibet/news/202206/t20220601_7210688.html"
_HEAD = "<html><head><meta charset='utf-8'>"
CAPTCHA = f"{_HEAD}<title>访问验证</title></head><body><p>请完成下方验证后继续访问。</p></body></html>".encode()
BLOCKED = f"{_HEAD}<title>访问被拦截</title></head><p>您的请求可能威胁网站安全，已被阻断。</p></html>".encode()
_NOTICE = "本站正在进行系统升级维护，预计今晚恢复访问，给各位网友带来不便，敬请谅解，感谢大家长期以来的支持。"
MAINTENANCE = f"{_HEAD}<title>公告</title></head><body><h1>公告</h1><p>{_NOTICE}</p></body></html>".encode()
JSON = b'{"code": 403, "message": "forbidden"}'
OTHER = (
    "<html><head><meta charset='utf-8'><title>高原牧场迎来新客人</title></head><body><div class='title_box'>"
    "<h2>高原牧场迎来新客人</h2><div class='info'><span>央金</span> 2022-06-01 来源：高原报</div></div><div id='text'>"
    "<p>入夏以后，牧民们把牛羊赶上了海拔更高的草场，帐篷旁边多了几位骑车的客人。</p></div></body></html>"
).encode()


_ARTICLE = re.compile(r"/t20\d+_(?!7391001)")  # that one is a page without an article


class Outage:
    """The sample's site; while `page` is set, every article answers with it, with status 200."""

    def __init__(self) -> None:
        self.page = b""

    def answer(self, url: str) -> Reply:
        status, headers, body = answer(SAMPLE, url)
        return status, headers, self.page if self.page and _ARTICLE.search(url) else body


@contextmanager
def replaced(wencang: Wencang, page: bytes) -> Iterator[str]:
    """The address of the site, which was crawled, and once more when it answered with this page only."""
    site = Outage()
    with serving(site.answer) as proxy:
        wencang("crawl", "tibet_cn", http_proxy=proxy)
        site.page = page
        wencang("crawl", "tibet_cn", http_proxy=proxy)
        yield proxy


def exported(wencang: Wencang) -> dict[str, dict[str, str]]:
    return {article["id"]: article for article in lines(wencang("export", "--format", "jsonl"))}


def doubts(wencang: Wencang) -> list[dict[str, str]]:
    return [json.loads(line) for line in wencang("doubts", "list", "--json").stdout.splitlines()]


@pytest.mark.parametrize("page", [CAPTCHA, BLOCKED, MAINTENANCE, JSON, OTHER])
def test_a_page_that_is_not_the_article_never_replaces_it(wencang: Wencang, page: bytes) -> None:
    site = Outage()
    with serving(site.answer) as proxy:
        assert wencang("crawl", "tibet_cn", http_proxy=proxy).returncode == 0
        before = exported(wencang)
        site.page = page
        crawl = wencang("crawl", "tibet_cn", http_proxy=proxy)
        assert crawl.returncode == 5, "most of the pages are doubted"
        assert "wencang doubts list tibet.cn" in crawl.stderr, "an alarm rings"
        assert "doubted" in crawl.stdout
        after = exported(wencang)
        assert {id: after[id] for id in before} == before
        held = {doubt["id"] for doubt in doubts(wencang)}
        assert SIGNING in held <= before.keys()
        assert len(held) > 35, "all but those which only another article links to"
        verified = wencang("verify")
        assert verified.returncode == 0
        assert "no version refers to" not in verified.stderr, "the raw pages of doubts are accounted for"
        site.page = b""
        assert wencang("crawl", "tibet_cn", http_proxy=proxy).returncode == 0
        assert doubts(wencang) == [], "the site shows its articles again"
        assert exported(wencang) == after


def test_new_pages_that_show_one_text_are_not_one_article(wencang: Wencang) -> None:
    site = Outage()
    site.page = MAINTENANCE
    with serving(site.answer) as proxy:
        wencang("crawl", "tibet_cn", http_proxy=proxy)
        assert wencang("export", "--format", "jsonl").stdout == "", "a notice is no article"
        site.page = b""
        wencang("crawl", "tibet_cn", http_proxy=proxy)
        assert exported(wencang).keys() == {article.id for article in ARTICLES}


def test_a_doubted_page_is_accepted_or_refused(wencang: Wencang) -> None:
    with replaced(wencang, OTHER) as proxy:
        assert wencang("doubts", "accept", SIGNED.replace("http://www.", "https://m.")).returncode == 0
        (shown,) = lines(wencang("show", SIGNING, "--json"))
        assert shown["title"] == "高原牧场迎来新客人"
        assert len(lines(wencang("history", SIGNING, "--json"))) == 2
        assert SIGNING in {hit["id"] for hit in lines(wencang("客人", "--json"))}, "it is indexed"
        refused = wencang("doubts", "refuse", "--source", "tibet_cn")
        assert refused.returncode == 0
        assert doubts(wencang) == []
        again = wencang("crawl", "tibet_cn", http_proxy=proxy)
        assert doubts(wencang) == [], "what was refused is skipped"
        assert again.returncode == 0
        assert "was refused before" in again.stderr
    for arguments in (("accept",), ("refuse", "http://www.tibet.cn/1.html"), ("accept", "tibet.cn-1")):
        fault = wencang("doubts", *arguments)
        assert fault.returncode == 2
        assert "wencang doubts list" in fault.stderr


def test_a_page_without_an_article_can_only_be_refused(tmp_path: Path, store: ArticleStore) -> None:
    from archive.text.messages import Reason
    from crawler.keeping import NoArticle, keep_aside

    store.put(ARTICLE, THEN)
    page = FetchedPage(ARTICLE.url, JSON, THEN + timedelta(days=1))
    with Pages(Folder(tmp_path)) as pages:
        keep_aside(store, pages, NoArticle(page, Reason.NO_TEXT, "tibet.cn", ARTICLE.url), Report())
    with open_archive(tmp_path) as archive:
        (row,) = archive.doubts().records()
        assert (row["id"], row["title"]) == (ARTICLE.id, None)
        with pytest.raises(UsageFault, match="refuse"):
            archive.accept([ARTICLE.id])
        assert archive.refuse([ARTICLE.url]) == 1


def test_a_takedown_reaches_what_was_doubted_and_nothing_withdrawn_is_kept_aside(wencang: Wencang) -> None:
    with replaced(wencang, OTHER) as proxy:
        assert wencang("remove", SIGNING, "--reason", "要求撤稿", "--yes").returncode == 0
        assert SIGNING not in {doubt["id"] for doubt in doubts(wencang)}
        wencang("crawl", "tibet_cn", http_proxy=proxy)
        assert SIGNING not in {doubt["id"] for doubt in doubts(wencang)}
        verified = wencang("verify")
        assert verified.returncode == 0, verified.stdout


# One text at several addresses


def reading(article: Article) -> Fetched:
    page = FetchedPage(article.url, b"<html></html>", THEN)
    return Fetched(Reading(article, "rules", (), THEN), (page,), article.url)


@pytest.fixture
def keeping(tmp_path: Path, store: ArticleStore) -> Callable[[Article], Report]:
    def put(article: Article) -> Report:
        report = Report()
        with Pages(Folder(tmp_path)) as pages:
            keep(store, pages, reading(article), report)
        return report

    return put


def numbered(n: int, **fields: object) -> Article:
    address = f"http://www.tibet.cn/cn/news/zx/202206/t2022060{n}_{n}.html"
    return replace(ARTICLE, id=f"tibet.cn-{n}", url=address, **fields)  # type: ignore[arg-type]


def test_a_text_that_many_addresses_show_is_doubted_at_each(
    store: ArticleStore, keeping: Callable[[Article], Report]
) -> None:
    for n in (1, 2):
        assert keeping(numbered(n)).total("new") == 1, "a site may publish a text twice"
    assert keeping(numbered(3)).total("doubted") == 1
    assert [doubt.id for doubt in Doubts(store).open()] == ["tibet.cn-1", "tibet.cn-2", "tibet.cn-3"]
    assert store.get("tibet.cn-3") is None
    mended = numbered(1, title="牧场的夏天", body="牛羊上了高处的草场，牧民在帐篷旁边煮茶。")
    assert keeping(mended).total("changed") == 1, "what follows a doubted text is not held against it"
    assert [doubt.id for doubt in Doubts(store).open()] == ["tibet.cn-2", "tibet.cn-3"]


def test_an_article_that_takes_the_text_of_another_is_doubted(
    store: ArticleStore, keeping: Callable[[Article], Report]
) -> None:
    keeping(numbered(1))
    keeping(numbered(2, title=ARTICLE.title + "（组图）", body=ARTICLE.body + "\n第三段。"))
    assert keeping(numbered(2)).total("doubted") == 1


# Clocks


def test_what_a_wrong_clock_fetched_does_not_stay_the_newest(store: ArticleStore) -> None:
    ahead = datetime(2099, 1, 1, tzinfo=UTC)
    texts = {"一。": THEN, "二。": ahead, "三。": THEN + timedelta(days=1), "四。": THEN + timedelta(days=2)}
    for body, fetched in texts.items():
        assert store.put(replace(ARTICLE, body=body), fetched)
    newest = store.get(ARTICLE.id)
    assert newest
    assert newest.article.body == "四。"
    assert [revision.article.body for revision in store.history(ARTICLE.id)] == list(texts)
    assert list(database.verify(store)) == []
    assert store.mark_gone(ARTICLE.url, THEN + timedelta(days=3))


def test_a_line_fetched_in_the_future_is_refused(wencang: Wencang, tmp_path: Path) -> None:
    line = {"url": ARTICLE.url, "title": "题", "body": "文。", "source": "tibet.cn"}
    file = tmp_path / "forged.jsonl"
    times = ("2022-06-01T00:00:00Z", "9000-01-01T00:00:00Z", (clock.now() + timedelta(hours=1)).isoformat())
    file.write_text("".join(json.dumps(line | {"fetched": time}) + "\n" for time in times))
    done = wencang("import", file)
    assert done.returncode == 5
    assert done.stderr.count("yet to come") == 2
    assert [version["fetched"] for version in lines(wencang("history", ARTICLE.url, "--json"))] == [
        "2022-06-01T00:00:00+00:00"
    ]


def test_what_a_wrong_clock_scheduled_is_due_now_and_an_alarm_rings(
    store: ArticleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SHIPPED.load("tibet_cn")
    list, ahead = source.lists[0], datetime(2099, 1, 1, tzinfo=UTC)
    urls = [f"{list}202506/t20250601_{n}.html" for n in (1, 2)]

    def frontier(now: datetime) -> Frontier:
        monkeypatch.setattr(clock, "now", lambda: now)
        return Frontier(store, source, due=True, looks=100)

    before = datetime(2025, 6, 1, tzinfo=UTC)
    frontier(before).shown(urls[:1], list)
    frontier(before).read(urls[0])
    wrong = frontier(ahead)
    store.put(ARTICLE)
    wrong.shown(urls, list)
    wrong.read(*urls)
    wrong.walked(list)
    after = frontier(before + timedelta(days=1))
    assert list in after.lists()
    assert {candidate.url for candidate in after.waiting()} == set(urls)
    assert [alarm.kind for alarm in alarms.found(store, clock.now())] == ["clock"]
    after.read(*urls)
    after.walked(list)
    later = frontier(before + timedelta(days=1, minutes=10))
    assert list not in later.lists()
    assert later.waiting() == []


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=3), timedelta(days=400)])
def test_a_look_that_a_wrong_clock_took_early_is_taken_at_its_time(
    store: ArticleStore, monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    source = SHIPPED.load("tibet_cn")
    list, first = source.lists[0], datetime(2025, 6, 1, tzinfo=UTC)
    read, failing, gone = urls = [f"{list}202506/t20250601_{n}.html" for n in (1, 2, 3)]

    def frontier(after: timedelta) -> Frontier:
        monkeypatch.setattr(clock, "now", lambda: first + after)
        return Frontier(store, source, due=True, looks=100)

    start = frontier(timedelta(0))
    start.shown(urls, list)
    start.read(read, gone)
    start.failed(failing, Reason.HTTP.format(status=503))
    start.walked(list)
    wrong = frontier(timedelta(minutes=20) + ahead)
    wrong.walked(list)
    wrong.read(read)
    wrong.failed(failing, Reason.HTTP.format(status=503))
    wrong.failed(gone, Reason.HTTP.format(status=404))
    assert {candidate.url for candidate in frontier(timedelta(minutes=40)).waiting()} == {*urls}


# Who an article is


def test_an_older_archive_gets_days_and_addresses(tmp_path: Path) -> None:
    import sqlite3

    from archive.store import migration

    midnight = replace(ARTICLE, published=datetime(2022, 6, 1, tzinfo=ARTICLE.published.tzinfo))  # type: ignore[union-attr]
    with ArticleStore.create(load(tmp_path)) as store:
        store.put(midnight)
        store.put(replace(ARTICLE, id="tibet.cn-2", url="http://www.tibet.cn/2.html", title="另一篇"))
    with sqlite3.connect(tmp_path / "archive.db") as raw:
        for table, column in (
            ("revisions", "day_only"),
            ("addresses", "met"),
            ("candidates", "met"),
            ("runs", "doubted"),
            *(("archive", name) for name in ("annotations", "names", "names_by", "closed")),
            *(("revisions", name) for name in ("origin", "taken", "seen", "seen_origin", "seen_taken")),
        ):
            raw.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        for table in ("doubts", "locks", "notices", "ranges", "tags", "notes", "names", "lookups", "captures"):
            raw.execute(f"DROP TABLE {table}")
        raw.execute("UPDATE archive SET version = 1")
    with ArticleStore.open(load(tmp_path)) as store, store.reading() as connection:
        assert migration.version(connection) == migration.newest()
        day, time = store.get(ARTICLE.id), store.get("tibet.cn-2")
        assert day
        assert time
        assert str(day.article.issued) == "2022-06-01"
        assert time.article.issued == ARTICLE.published
        assert store.addresses(ARTICLE.id) == [ARTICLE.url]
        assert Doubts(store).open() == []
        assert Ledger(store).candidates(["x"]) == {}
