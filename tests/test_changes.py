"""What changed: which edits are listed, in what order, with which words, and what is not one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wencang
from archive.article import RawPage
from archive.errors import UsageFault
from archive.settings import load
from archive.store import ArticleStore
from indexer.diff import Part
from tests.support.pages import ARTICLE
from tests.support.program import run
from tests.support.web import made
from wencang.archive import Archive
from wencang.desk.watch.changes import excerpt

THEN = datetime(2022, 6, 1, 3, 0, tzinfo=UTC)
BODY = "昨日，拉萨河畔的新桥通车。\n副市长王某出席仪式并讲话。\n工程投资72.098亿元。"
BRIDGE = replace(ARTICLE, body=BODY)
OTHER = replace(ARTICLE, id="tibet.cn-2", url="http://www.tibet.cn/2.html", title="唐卡展览", body="唐卡在八廓街展出。")
ABROAD = replace(
    OTHER, id="b-3", url="http://b.example/3", source="b.example", section="要闻", title="青稞丰收", body="青稞熟了"
)  # fmt: skip
EDITED = replace(BRIDGE, title="拉萨河畔的大桥", body=BODY.replace("副市长王某", "有关领导"))


def later(days: float) -> datetime:
    return THEN + timedelta(days=days)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Sequences 1 to 8: three articles, an edit, a disappearance, its return with another text, an edit abroad."""
    data = tmp_path / "data"
    with ArticleStore.create(load(data)) as store:
        for article in (BRIDGE, OTHER, ABROAD):
            store.put(article, THEN, extractor="1 rules")
        store.put(EDITED, later(1), extractor="1 rules")
        store.mark_gone(OTHER.url, later(2))
        store.put(replace(OTHER, body="唐卡在八廓街展出三天。"), later(3), extractor="1 rules")
        store.put(replace(ABROAD, body="青稞丰收了。"), later(4), extractor="2 general")
        store.put(replace(ABROAD, body="青稞丰收了。", editor="卓玛"), later(5), extractor="2 general")
    with made(data) as archive:
        yield archive


def kinds(archive: Archive, question: str = "", **options: object) -> list[tuple[int, str]]:
    changes = archive.changes(question, **options)  # type: ignore[arg-type]
    return [(change.new.sequence, change.kind) for change in changes.changes]


def test_edits_disappearances_and_returns_are_listed_the_newest_first(archive: Archive) -> None:
    assert kinds(archive) == [(7, "edited"), (6, "back"), (5, "gone"), (4, "edited")]


def test_a_change_has_the_words_and_the_two_times_between_which_it_was_made(archive: Archive) -> None:
    change = archive.changes(source="tibet.cn").changes[-1]
    assert (change.old.fetched, change.new.fetched) == (THEN, later(1))
    assert change.fields == ("title", "body")
    assert "".join(part.text for part in change.parts["title"] if part.kind == "removed") == "新桥"
    body = [(part.kind, part.text) for part in change.parts["body"] if part.kind != "same"]
    assert body == [("removed", "副市长王某"), ("added", "有关领导")]
    assert (change.added, change.removed) == (6, 7)
    assert not change.is_doubtful


def test_reading_the_same_page_by_other_rules_is_no_change_of_the_site(archive: Archive) -> None:
    before = kinds(archive)
    with ArticleStore.open(load(archive.data)) as store:
        store.put(replace(EDITED, body="另一种读法。"), later(1), extractor="3 rules", exactly=True)
        raw = RawPage("pages/a.warc.gz", 0, "<urn:uuid:1>", "0" * 64)
        page = replace(ARTICLE, id="tibet.cn-9", url="http://www.tibet.cn/9.html")
        store.put(page, THEN, extractor="3 rules", keep=lambda _earlier: (raw,))
        store.put(replace(page, body="同一字节。"), later(1), extractor="4 rules", keep=lambda _earlier: (raw,))
    assert kinds(archive) == before


def test_a_page_that_other_rules_read_is_doubtful(archive: Archive) -> None:
    doubtful = {change.new.sequence: change.is_doubtful for change in archive.changes().changes}
    assert doubtful == {7: True, 6: False, 5: False, 4: False}


def test_blanks_and_other_fields_are_no_change(archive: Archive) -> None:
    with ArticleStore.open(load(archive.data)) as store:
        store.put(replace(EDITED, body=EDITED.body.replace("。", "。\n "), editor="扎西"), later(6))
    assert kinds(archive)[0] == (7, "edited")


def test_filters(archive: Archive) -> None:
    assert kinds(archive, gone=True) == [(5, "gone")]
    assert kinds(archive, source="b.example") == kinds(archive, section="要闻") == [(7, "edited")]
    assert kinds(archive, since="2022-06-04") == [(7, "edited"), (6, "back")]
    assert kinds(archive, since="2022-06-03", until="2022-06-04") == [(6, "back"), (5, "gone")]
    with pytest.raises(UsageFault):
        archive.changes(source="nowhere.example")


def test_a_deleted_word_finds_the_change(archive: Archive) -> None:
    assert kinds(archive, "新桥 副市长") == [(4, "edited")]
    assert kinds(archive, "有关领导") == [(4, "edited")]
    assert kinds(archive, '"副市长王某"') == [(4, "edited")]
    assert kinds(archive, "唐卡") == [(6, "back"), (5, "gone")]
    assert kinds(archive, "副市长 -大桥") == [(4, "edited")], "the older version answers"
    assert kinds(archive, "副市* amount:>70亿") == kinds(archive, "标题:新桥") == [(4, "edited")]
    assert kinds(archive, "副市长 栏目:要闻") == [], "not asked of the text: the newest version decides"


def test_deleted_words_near_each_other_find_the_change(archive: Archive) -> None:
    assert kinds(archive, '"副市长" ONEAR/3 讲话') == []
    assert kinds(archive, '"副市长" ONEAR/9 讲话') == [(4, "edited")]
    assert kinds(archive, '讲话 ONEAR/9 "副市长"') == []
    assert kinds(archive, "同句(副市长 讲话 -通车)") == [(4, "edited")]
    assert kinds(archive, "同句(副市长 通车)") == []


def test_pages_of_the_list_hold_each_change_once(archive: Archive) -> None:
    for limit in (1, 2, 3):
        before, pages = 0, []
        while True:
            changes = archive.changes(limit=limit, before=before)
            pages += [change.new.sequence for change in changes.changes]
            if not (before := changes.next):
                break
        assert pages == [7, 6, 5, 4]


def test_a_withdrawn_article_is_in_no_list(archive: Archive) -> None:
    archive.remove(BRIDGE.id, reason="请求")
    assert (4, "edited") not in kinds(archive)
    assert kinds(archive, "副市长") == []


def test_a_version_that_an_import_inserted_is_compared_with_its_neighbours(archive: Archive) -> None:
    with ArticleStore.open(load(archive.data)) as store:
        store.put(replace(BRIDGE, title="新桥即将通车"), later(-5), extractor="1 rules")
    pairs = {change.new.sequence: change.old.sequence for change in archive.changes().changes}
    assert (pairs[1], pairs[4]) == (9, 1)


def test_the_value_is_a_table_and_draws_itself(archive: Archive) -> None:
    changes = archive.changes()
    records = list(changes.records())
    assert tuple(records[0]) == changes.columns
    assert records[-1]["text"].startswith("拉萨河畔的[-新桥-]{+大桥+}\n")
    assert "<table>" in changes._repr_html_()
    assert json.loads(json.dumps(changes.to_json()))["next"] is None


def test_the_command(archive: Archive) -> None:
    def changes(*options: str) -> CompletedProcess[str]:
        return run("changes", *options, data=archive.data)

    shown = changes("副市长", "--lang", "en")
    assert shown.returncode == 0
    assert "2022-06-01 11:00 – 2022-06-02 11:00  edited  +6 -7" in shown.stdout
    assert "[-副市长王某-]{+有关领导+}" in shown.stdout
    assert f"wencang diff {BRIDGE.id} 1 4" in shown.stdout
    lines = changes("--json").stdout.splitlines()
    assert [json.loads(line) for line in lines] == [change.to_json() for change in archive.changes().changes]
    assert changes("--limit", "1", "--lang", "en").stderr.strip().endswith("--before 7")
    assert changes("--since", "2023").returncode == 1
    assert changes("--csv").stdout.count("\n") > 4


def test_many_equal_words_are_not_compared_for_minutes(archive: Archive) -> None:
    with ArticleStore.open(load(archive.data)) as store:
        store.put(replace(EDITED, body="好。" * 20_000), later(6))
        store.put(replace(EDITED, body="好，" * 20_000), later(7))
    assert [change.kind for change in archive.changes(limit=2).changes] == ["edited", "edited"]


_PARTS = st.lists(
    st.builds(Part, st.sampled_from(["same", "removed", "added", "moved", "left"]), st.text("藏 \n。x", min_size=1)),
    max_size=20,
)


@given(_PARTS)
def test_an_excerpt_is_short_and_has_nothing_that_the_change_has_not(parts: list[Part]) -> None:
    short = excerpt(tuple(parts))
    texts = {kind: "".join(" ".join(p.text.split()) for p in parts if p.kind == kind) for kind in ("removed", "added")}
    for part in short:
        assert "\n" not in part.text
        if part.kind != "same":
            assert "".join(part.text.rstrip("…").split()) in "".join(texts.get(part.kind, part.text).split())
    assert sum(part.kind != "same" for part in short) <= 6
    assert all(part.kind != "left" for part in short)


def test_an_archive_without_changes_says_so(tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path)) as store:
        store.put(BRIDGE, THEN)
    with wencang.open(tmp_path) as archive:
        assert archive.changes().to_json() == {"changes": [], "next": None, "notices": []}
