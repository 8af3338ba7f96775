"""How an archive is, was collected and is proved, asked of `wencang.Archive`: values, and nothing printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import wencang
from archive.article import Article
from archive.errors import ArchiveUnusable, NotKept, UsageFault
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.ledger import Candidate, Ledger
from archive.text.messages import Message
from crawler.health.gaps import AddressGap, SpanGap
from tests.support.program import run
from tests.support.sample import ARTICLES
from wencang.archive import Archive

ARTICLE = "tibet.cn-7210688"
LIST = "http://www.tibet.cn/cn/news/zx/"


@pytest.fixture
def archive(crawled: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Archive]:
    capfd.readouterr()  # of the crawl
    with wencang.open(crawled, {}) as archive:
        yield archive
    assert capfd.readouterr() == ("", "")


def lines(archive: Archive, *words: object) -> list[dict[str, object]]:
    return [json.loads(line) for line in run(*words, "--json", data=archive.data).stdout.splitlines()]


def test_status_holds_what_the_command_prints(archive: Archive) -> None:
    status = archive.status(max_age="1h")
    (source,) = status.sources
    assert (source.source, source.articles) == ("tibet.cn", len(ARTICLES))
    assert source.newest_fetch.utcoffset() == timedelta(0)
    assert (status.indexes, status.lexicon, status.stale) == ({"whoosh": Message("index-current")}, {}, ())
    assert [dict(zip(status.columns, row, strict=True))["articles"] for row in status.rows()] == [len(ARTICLES)]
    assert lines(archive, "status") == [status.to_json()]
    assert "tibet.cn" in status._repr_html_()


def test_status_names_what_is_behind_and_what_is_stale(archive: Archive) -> None:
    with ArticleStore.open(load(archive.data)) as store:
        store.withdraw(ARTICLE, "裁定")
        ledger = Ledger(store)
        for section in ledger.sections():
            ledger.note_section(replace(section, checked=datetime(2025, 1, 1, tzinfo=UTC)))
    status = archive.status(max_age="26h")
    assert status.indexes == {"whoosh": Message("index-lag", {"count": 1})}
    assert [notice.code for notice in status.stale] == ["list-unread-since"]
    with pytest.raises(UsageFault, match="3 days: is not a valid age"):
        archive.status(max_age="3 days")


def test_overview(archive: Archive) -> None:
    overview = archive.overview()
    assert (overview.articles, overview.sources, overview.engines) == (len(ARTICLES), ("tibet.cn",), ("whoosh",))
    assert overview.run
    assert overview.run.new == len(ARTICLES)
    assert overview.newest
    assert overview.newest.article.published == max(article.published for article in ARTICLES if article.published)


def test_runs(archive: Archive) -> None:
    found = archive.runs("tibet_cn")
    (one,) = found.runs
    assert (one.source, one.new, one.ended, found.notices) == ("tibet.cn", len(ARTICLES), "finished", ())
    assert lines(archive, "runs") == [one.to_json()]
    (row,) = found.rows()
    assert dict(zip(found.columns, row, strict=True))["started"] == one.started
    with pytest.raises(UsageFault, match="is not a source of this archive"):
        archive.runs("xzxw_com")


def test_gaps_are_typed(archive: Archive) -> None:
    now = datetime.now(UTC)
    with ArticleStore.open(load(archive.data)) as store:
        ledger = Ledger(store)
        early = now - timedelta(days=3)
        ledger.note_run(replace(ledger.last_runs("", 1)[0], started=early, finished=early))
        reason = wencang.Message("http", {"status": 503})
        ledger.note_candidates(
            [
                Candidate(f"{LIST}1.html", "tibet.cn", LIST, now, now, failures=2, reason=reason),
                Candidate(f"{LIST}2.html", "tibet.cn", LIST, now, now, now, reason=wencang.Message("no-text")),
            ]
        )
    found = archive.gaps("tibet.cn")
    span, failed = found.unexplained
    skipped = found.gaps[-1]
    assert isinstance(span, SpanGap)
    assert span.until - span.since > timedelta(days=2)
    assert isinstance(failed, AddressGap)
    assert (failed.why, failed.reason, failed.is_explained) == ("failed", reason, False)
    assert isinstance(skipped, AddressGap)
    assert (skipped.why, skipped.is_explained) == ("skipped", True)
    assert lines(archive, "gaps", "--all") == [gap.to_json() for gap in found.gaps]
    assert [row[:2] for row in found.rows()][:2] == [("span", "tibet.cn"), ("address", "tibet.cn")]
    assert archive.gaps(until="2020").gaps == ()


def test_what_was_never_crawled_has_a_notice(tmp_path: Path) -> None:
    ArticleStore.create(load(tmp_path)).close()
    with wencang.open(tmp_path, {}) as archive:
        assert archive.runs().notices == archive.gaps().notices == (Message("no-runs"),)
        assert archive.overview().newest is None
    with wencang.open(tmp_path / "none", {}) as archive, pytest.raises(ArchiveUnusable, match="holds no archive yet"):
        archive.status()


def test_verification(archive: Archive) -> None:
    counts: list[int] = []
    found = archive.verify(progress=counts.append)
    assert (found.faults, found.versions, found.manifests) == ((), len(ARTICLES), 1)
    assert counts == list(range(1, found.warc_records + 1))
    (summary,) = found.notices
    assert (summary.code, summary.values["faults"]) == ("checked", 0)
    (manifest,) = (archive.data / "manifests").iterdir()
    assert archive.verify(manifest=manifest).faults == ()
    with pytest.raises(UsageFault, match="is missing"):
        archive.verify(manifest=archive.data / "none.jsonl")
    with ArticleStore.open(load(archive.data)) as store:
        store.put(Article(f"{LIST}9.html", "题", "文", source="tibet.cn"))
    assert [notice.code for notice in archive.verify().notices] == ["unmanifested", "checked"]


def test_a_backup_is_restored(archive: Archive, tmp_path: Path) -> None:
    folder, restored = tmp_path / "backup", tmp_path / "restored"
    assert archive.backup(folder) == sum(file.stat().st_size for file in (archive.data / "pages").iterdir())
    assert archive.backup(str(folder)) == 0
    wencang.restore(str(folder), restored)
    with wencang.open(restored, {}) as again:
        assert again.verify().faults == ()
        assert (again.overview().articles, again.status().indexes) == (len(ARTICLES), {})
    with pytest.raises(UsageFault, match="holds no backup"):
        wencang.restore(tmp_path / "none", tmp_path / "other")


def test_no_authority_is_named(archive: Archive) -> None:
    with pytest.raises(UsageFault, match="no authority is named"):
        archive.timestamp()


def test_an_article_is_withdrawn_once(archive: Archive) -> None:
    with pytest.raises(NotKept):
        archive.remove("tibet.cn-1", reason="裁定")
    with pytest.raises(UsageFault, match="--reason: is empty"):
        archive.remove(ARTICLE)
    removal = archive.remove(ARTICLE, reason=" 法院  裁定 ")
    assert (removal.id, removal.faults, removal.notices) == (ARTICLE, (), ())
    again = archive.remove(ARTICLE)
    (notice,) = again.notices
    assert (again.faults, notice.code) == ((), "already-withdrawn")
    assert str(notice).endswith(": 法院 裁定")
    assert archive.verify().faults == ()
    assert ARTICLE not in {hit.article.id for hit in archive.search("西藏", limit=100).hits}
