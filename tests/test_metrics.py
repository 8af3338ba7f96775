"""The file for Prometheus: read back by its own client, and always whole."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.parser import text_string_to_metric_families

from archive.article import Article
from archive.errors import NotTold
from archive.notify.metrics import gauges, write
from archive.store import ArticleStore
from archive.tables.ledger import Ledger, Run, Section

NOON = datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)


def values(path: Path) -> dict[str, dict[tuple[str, ...], float]]:
    """What the file says: each gauge with its values by the values of its labels."""
    families = list(text_string_to_metric_families(path.read_text(encoding="utf-8")))
    assert {family.type for family in families} == {"gauge"}
    return {
        family.name: {tuple(sample.labels.values()): sample.value for sample in family.samples} for family in families
    }


def test_the_figures_are_those_of_the_archive(store: ArticleStore, tmp_path: Path) -> None:
    for n in range(3):
        store.put(Article(f"http://www.tibet.cn/{n}", f"第{n}篇", "正文", source="tibet.cn", id=f"tibet.cn-{n}"), NOON)
    ledger = Ledger(store)
    ledger.note_section(Section('http://www.tibet.cn/"闻"/', "tibet.cn", NOON, NOON, timedelta(hours=1), 0, None))
    ledger.note_section(Section("http://www.tibet.cn/never/", "tibet.cn", None, NOON, timedelta(hours=1), 0, None))
    ledger.note_run(Run("tibet.cn", NOON - timedelta(days=1), 9, 0, 0, NOON - timedelta(days=1), new=9))
    ledger.note_run(Run("tibet.cn", NOON, 5, 0, 2, NOON, seconds=61.5, bytes=2**40, new=2, changed=1))
    path = tmp_path / "wencang.prom"
    write(path, gauges(store))
    read = values(path)
    assert read.pop("wencang_run_articles") == {
        (outcome, "tibet.cn"): count
        for outcome, count in {
            "new": 2,
            "changed": 1,
            "unchanged": 0,
            "failed": 2,
            "skipped": 0,
            "gone": 0,
            "doubted": 0,
        }.items()
    }
    assert read == {
        "wencang_articles": {("tibet.cn",): 3},
        "wencang_list_checked_timestamp_seconds": {('http://www.tibet.cn/"闻"/', "tibet.cn"): NOON.timestamp()},
        "wencang_run_finished_timestamp_seconds": {("tibet.cn",): NOON.timestamp()},
        "wencang_run_duration_seconds": {("tibet.cn",): 61.5},
        "wencang_run_received_bytes": {("tibet.cn",): 2**40},
    }


def one_gauge(value: float) -> CollectorRegistry:
    registry = CollectorRegistry()
    Gauge("wencang_pages", "Pages.", registry=registry).set(value)
    return registry


def test_the_file_is_replaced_as_a_whole_and_readable_by_all(tmp_path: Path) -> None:
    path = tmp_path / "wencang.prom"
    path.write_text("old")
    with path.open() as reader:  # one who reads on while it is replaced
        write(path, one_gauge(3))
        assert reader.read() == "old"
    assert values(path) == {"wencang_pages": {(): 3}}
    assert [file.name for file in tmp_path.iterdir()] == ["wencang.prom"]
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize("place", ["missing/wencang.prom", "file/wencang.prom", "folder"])
def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotTold, match=f"{place}: .*correct `metrics`"):
        write(tmp_path / place, one_gauge(3))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file", "folder"]
