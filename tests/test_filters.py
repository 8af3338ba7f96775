"""--section and --credit narrow every command with a question to the same articles, as --source and the days do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from archive.article import SHANGHAI, Article
from archive.errors import UsageFault
from tests.support.program import lines, run
from tests.support.sample import ARTICLES
from tests.support.web import made, serving
from wencang.archive import Archive
from wencang.desk.table import Table
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


# Everything that counts: each of these articles is left out by one way to narrow alone, so that none may be ignored.

DAY = datetime(2022, 5, 1, 9, tzinfo=SHANGHAI)
BODY = "广东省援藏干部齐扎拉说：“援藏招商引资的项目要办好。”广东省在林芝援建了学校，投资三百万元。墨脱的孩子来了。"
IN = Article("http://www.tibet.cn/1", "援藏一", BODY, "tibet.cn", "要闻", published=DAY, credit="新华社", id="in")
INSIDE = (
    IN, replace(IN, url="http://www.tibet.cn/2", id="too", title="援藏二"),
    Article("http://www.tibet.cn/9", "别的", "雪山下的草原。", "tibet.cn", id="rest"),
)  # fmt: skip
OTHER = replace(IN, title="援藏三")
OUTSIDE = [
    replace(other, url=f"http://www.tibet.cn/out{number}", id=f"out{number}")
    for number, other in enumerate(
        [
            replace(OTHER, published=DAY.replace(year=2024)), replace(OTHER, published=DAY.replace(year=2020)),
            replace(OTHER, source="b.example"), replace(OTHER, section="文化"), replace(OTHER, credit="人民日报"),
            replace(OTHER, body=BODY.replace("墨脱", "那曲")), replace(OTHER, title="没有标签"),
        ]
    )
]  # fmt: skip
WAYS: Filters = {"since": "2021", "until": "2023", "source": "tibet.cn", "section": "要闻", "credit": "新华网"}
NARROW = "援藏 tag:学校 place:墨脱"
COUNTED: dict[str, tuple[str, str, Callable[..., Table]]] = {
    "collocations": (
        "collocations 援藏 --least 1 --among", "collocations?q=援藏&least=1&among=",
        lambda archive, question, **ways: archive.collocations("援藏", least=1, among=question, **ways),
    ),
    "keywords": (
        "keywords --least 1", "keywords?least=1&q=",
        lambda archive, question, **ways: archive.keywords(question, least=1, **ways),
    ),
    "concordance": ("concordance", "concordance?q=", Archive.concordance),
    "timeline": ("timeline --by year", "timeline?by=year&q=", partial(Archive.timeline, by="year")),
    "figures": ("figures", "figures?q=", Archive.figures),
    "names": ("figures --count --kind place", "names?kind=place&q=", partial(Archive.count_figures, kind=["place"])),
    "quotes": ("quotes", "quotes?q=", Archive.quotes),
    "aid": ("aid", "aid?q=", Archive.aid),
    "map": ("map", "map?q=", Archive.map),
    "network": (
        "network place --least 1", "network?kind=place&least=1&q=",
        lambda archive, question, **ways: archive.network("place", question, least=1, **ways),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def narrowed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Archive, Archive]]:
    """An archive of all of these articles, and one of those inside."""
    folder = tmp_path_factory.mktemp("narrowed")
    with made(folder / "all", *INSIDE, *OUTSIDE) as whole, made(folder / "part", *INSIDE) as part:
        for archive, articles in ((whole, (*INSIDE, *OUTSIDE[:-1])), (part, INSIDE)):
            archive.tag("学校", [article.id for article in articles])
        yield whole, part


def rows(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the scores, which compare with the rest of the archive."""
    return [{name: row[name] for name in row if name not in ("score", "log_ratio", "there", "rank")} for row in records]


@pytest.mark.parametrize("name", COUNTED)
def test_every_count_heeds_every_filter(narrowed: tuple[Archive, Archive], name: str) -> None:
    (whole, part), (command, address, count) = narrowed, COUNTED[name]
    expected = rows(count(part, NARROW).records())
    everything = rows(count(whole, "援藏").records())
    assert everything != expected
    assert sorted(map(str, rows(count(whole, NARROW, **WAYS).records()))) == sorted(map(str, expected))
    options = [part for way, value in WAYS.items() for part in (f"--{way}", str(value))]
    printed = rows(lines(run(*command.split(), NARROW, "--json", *options, data=whole.data)))
    with serving(whole) as client:
        answered = client.get(f"/api/{address}{quote(NARROW)}&{urlencode(dict(WAYS))}")
    assert answered.status_code == 200, answered.text
    assert sorted(map(str, printed)) == sorted(map(str, expected))
    assert sorted(map(str, rows(answered.json()["rows"]))) == sorted(map(str, expected))


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
