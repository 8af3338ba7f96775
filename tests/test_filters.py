"""--section and --credit narrow every command with a question to the same articles, as --source and the days do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import UsageFault
from tests.support.program import lines, run
from tests.support.sample import ARTICLES
from tests.support.web import made
from wencang.archive import Archive
from wencang.filters import Filters

QUESTION = "高原 OR 西藏 OR 援藏 OR 唐卡"
SECTION = "news/yc 原创"
CREDIT = "中国西藏网"
NARROWED: list[Filters] = [
    {"section": SECTION},
    {"credit": CREDIT},
    {"section": SECTION, "credit": CREDIT, "since": "2022"},
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with made(tmp_path_factory.mktemp("filters") / "data", *ARTICLES) as archive:
        yield archive


def expected(archive: Archive, filters: Filters) -> set[str]:
    """The ids of the articles that the question finds and the filters let through, found without filters."""
    every = (hit.article for hit in archive.search(QUESTION, limit=100, collapse=False).hits if hit.whole)
    return {
        article.id
        for article in every
        if filters.get("section", article.section) == article.section
        and filters.get("credit", article.credit) == article.credit
        and (article.published is None or str(article.published.year) >= filters.get("since", ""))
    }


@pytest.mark.parametrize("filters", NARROWED)
def test_each_method_is_about_the_same_articles(archive: Archive, filters: Filters, tmp_path: Path) -> None:
    ids = expected(archive, filters)
    assert 0 < len(ids) < len(expected(archive, {}))
    assert {hit.article.id for hit in archive.search(QUESTION, limit=100, collapse=False, **filters).hits} == ids
    assert archive.explain(QUESTION, **filters).whole == len(ids)
    assert archive.timeline(QUESTION, **filters).total == len(ids)
    assert {line.id for line in archive.concordance(QUESTION, **filters).lines} == ids
    assert {row["id"] for row in archive.figures(QUESTION, **filters).records()} <= ids
    assert archive.cite(QUESTION, **filters).count == len(ids)
    with (tmp_path / "out").open("wb") as out:
        assert archive.export(QUESTION, out=out, format="jsonl", **filters).count == len(ids)
    corpus = archive.freeze(QUESTION, out=tmp_path / "corpus", **filters)
    assert corpus.articles == len(ids)
    info = (tmp_path / "corpus" / "bag-info.txt").read_text(encoding="utf-8")
    for name, value in filters.items():
        assert f"Query-{name.title()}: {value}" in info


@pytest.mark.parametrize("command", ["search", "explain", "timeline", "concordance", "keywords", "figures", "cite"])
def test_the_options_of_the_command_line(archive: Archive, command: str) -> None:
    options = ("--section", SECTION, "--credit", CREDIT)
    whole = run(command, QUESTION, data=archive.data)
    narrowed = run(command, QUESTION, *options, data=archive.data)
    assert (whole.returncode, narrowed.returncode) == (0, 0), narrowed.stderr
    assert narrowed.stdout != whole.stdout
    assert run(command, QUESTION, "--section", "无此栏目", data=archive.data).returncode == 1


def test_export_stories_and_freeze_take_them_too(archive: Archive, tmp_path: Path) -> None:
    ids = expected(archive, NARROWED[0])
    options = ("--section", SECTION)
    exported = run("export", QUESTION, "--format", "jsonl", *options, data=archive.data)
    assert {values["id"] for values in lines(exported)} == ids
    assert run("freeze", QUESTION, *options, "-o", tmp_path / "corpus", data=archive.data).returncode == 0
    with (tmp_path / "corpus" / "data" / "articles.jsonl").open(encoding="utf-8") as articles:
        assert {json.loads(line)["id"] for line in articles} == ids
    assert run("stories", QUESTION, *options, data=archive.data).returncode in (0, 1)
    assert run("stories", *options, data=archive.data).returncode == 2, "a filter needs a question"


def test_what_is_no_filter_is_refused(archive: Archive) -> None:
    with pytest.raises(TypeError):
        archive.search(QUESTION, sektion="要闻")  # type: ignore[call-arg]
    with pytest.raises(UsageFault):
        archive.export(out="none", section="要闻")
