"""The file that Prometheus is given: read back by its own client, and always whole."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from archive.errors import NotTold
from archive.notify.metrics import Sample, exposition, write

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LABELS = st.dictionaries(st.sampled_from(["source", "section", "outcome"]), TEXTS)
HELP = {"wencang_pages_total": "Pages read, by outcome.", "wencang_fetched_seconds": 'When "last" \\ fetched\n(UTC).'}
SAMPLES = st.builds(
    lambda name, labels, value: Sample(name, HELP[name], "counter" if "total" in name else "gauge", labels, value),
    st.sampled_from(sorted(HELP)), LABELS, st.floats() | st.integers(0, 2**53),
)  # fmt: skip


@given(st.lists(SAMPLES, unique_by=lambda sample: (sample.name, tuple(sorted(sample.labels.items())))))
def test_prometheus_reads_back_what_was_written(samples: list[Sample]) -> None:
    families = list(text_string_to_metric_families(exposition(samples)))
    assert len(families) == len({sample.name for sample in samples})  # those of one name are together
    read = {
        (one.name, tuple(sorted(one.labels.items()))): (one.value, family.type, family.documentation)
        for family in families
        for one in family.samples
    }
    meant = {(one.name, tuple(sorted(one.labels.items()))): (float(one.value), one.type, one.help) for one in samples}
    assert read.keys() == meant.keys()
    for series, (value, *rest) in meant.items():
        assert read[series][1:] == tuple(rest)
        assert read[series][0] == value or math.isnan(value)


def test_the_text_is_plain() -> None:
    samples = [
        Sample("wencang_pages_total", "Pages read.", "counter", {"source": "tibet.cn", "outcome": "new"}, 12),
        Sample("wencang_last_run_seconds", "End of the last run, in Unix time.", "gauge", {}, 1764000000.5),
        Sample("wencang_pages_total", "Pages read.", "counter", {"source": '闻"藏', "outcome": "failed"}, 0),
    ]
    assert exposition(samples) == (
        "# HELP wencang_pages_total Pages read.\n"
        "# TYPE wencang_pages_total counter\n"
        'wencang_pages_total{outcome="new",source="tibet.cn"} 12\n'
        'wencang_pages_total{outcome="failed",source="闻\\"藏"} 0\n'
        "# HELP wencang_last_run_seconds End of the last run, in Unix time.\n"
        "# TYPE wencang_last_run_seconds gauge\n"
        "wencang_last_run_seconds 1764000000.5\n"
    )


@pytest.mark.parametrize(
    ("name", "type", "labels"),
    [
        ("wencang_pages", "counter", {}),
        ("wencang_pages_total", "gauge", {}),
        ("wencang-pages", "gauge", {}),
        ("", "gauge", {}),
        ("1st", "gauge", {}),
        ("wencang_pages", "gauge", {"the source": "tibet.cn"}),
        ("wencang_pages", "gauge", {"__name__": "tibet.cn"}),
    ],
)
def test_a_name_that_prometheus_does_not_take(name: str, type: str, labels: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"no name|ends in _total"):
        Sample(name, "", type, labels, 1)  # type: ignore[arg-type]


def test_two_values_of_one_series_are_a_fault() -> None:
    sample = Sample("wencang_pages", "", "gauge", {"source": "tibet.cn"}, 1)
    with pytest.raises(ValueError, match="two values"):
        exposition([sample, sample])


def test_the_file_is_replaced_as_a_whole_and_readable_by_all(tmp_path: Path) -> None:
    path = tmp_path / "wencang.prom"
    path.write_text("old")
    with path.open() as reader:  # one who reads on while it is replaced
        write(path, [Sample("wencang_pages", "Pages.", "gauge", {}, 3)])
        assert reader.read() == "old"
    assert path.read_text().endswith("wencang_pages 3\n")
    assert [file.name for file in tmp_path.iterdir()] == ["wencang.prom"]
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize("place", ["missing/wencang.prom", "file/wencang.prom", "folder"])
def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotTold, match=f"{place}: .*mend `metrics`"):
        write(tmp_path / place, [])
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file", "folder"]
