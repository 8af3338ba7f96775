"""Outlets: one name for the spellings of a credit, in facets, filters and citations; the printed form is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.outlets import outlet
from tests.support.sample import ARTICLES
from tests.support.web import made


@pytest.mark.parametrize(
    ("credit", "name"),
    [
        ("新华社", "新华社"), ("新华网", "新华社"), ("来源：新华社", "新华社"), ("新华社拉萨6月1日电", "新华社"),
        ("据新华社电", "新华社"), ("（来源：新华网）", "新华社"), ("来源：新华社记者 李某", "新华社"),
        ("新华社“某视点”微博", "新华社"), ("稿源: 中新网", "中国新闻网"), ("中新网青海", "中国新闻网"),
        ("来源：人民日报\xa0\xa0\xa0作者：李某", "人民日报"), ("人民网－人民日报", "人民日报"),
        ("人民网-四川频道", "人民网"), ("光明网-《光明日报》", "光明日报"), ("《青海日报》", "青海日报"),
        ("经济日报客户端", "经济日报"), ("西藏日报微信公众号", "西藏日报"), ("健康报网", "健康报"),
        ("某某网（ID：abc）", "某某网"), ("人民日报 新华社", "人民日报"), ("中国新闻网、光明日报", "中国新闻网"),
        ("《人民日报》2018年06月01日", "人民日报"), ("西藏在线网 2018-06-01", "西藏在线"),
        ("China Daily", "China Daily"), ("西藏理论纵横", "西藏理论纵横"), ("来源：", ""), (" ", ""), ("", ""),
    ],
)  # fmt: skip
def test_one_name_for_an_outlet(credit: str, name: str) -> None:
    assert outlet(credit) == name


@given(
    st.text(max_size=20)
    | st.lists(st.sampled_from("来源：新华社网-《》（）记者1月日电、 报"), max_size=12).map("".join)
)
def test_a_name_is_its_own_name(credit: str) -> None:
    assert outlet(outlet(credit)) == outlet(credit)


def test_an_archive_counts_and_cites_outlets(tmp_path: Path) -> None:
    first, second, *rest = ARTICLES
    printed = (
        replace(first, credit="来源：新华网", authors=()),
        replace(second, credit="新华社拉萨6月1日电", authors=()),
    )
    with made(tmp_path / "data", *printed, *rest) as archive:
        every = archive.search("西藏 OR 高原 OR 援藏", limit=100)
        spelled = {hit.article.credit for hit in every.hits if outlet(hit.article.credit) == "新华社"}
        if spelled:
            assert every.facets["credit"]["新华社"] == len(spelled)
        for credit in ("新华社", "新华网", "来源：新华社"):
            assert {hit.article.credit for hit in archive.search("西藏 OR 高原 OR 援藏", credit=credit).hits} == spelled
        assert archive.article(first.id).credit == "来源：新华网"
        assert archive.cite(first.id).text.startswith("新华社. ")
        assert {hit.article.id for hit in archive.search("credit:新华社", limit=100).hits} >= {first.id, second.id}
