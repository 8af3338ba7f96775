"""Aid and places of an archive of our own: tables, GeoJSON, and a map without borders whose labels do not overlap."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import SHANGHAI, Article
from archive.errors import UsageFault
from tests.support.web import made
from wencang.archive import Archive
from wencang.desk.draw.map import Spot, svg

TEXTS = {
    "school": (2016, "广东省第八批援藏工作队在林芝援建了学校，佛山的老师来了。"),
    "clinic": (2017, "天津对口支援昌都，卡若区有了诊所。广东省援藏医生回家。"),
    "fair": (2018, "拉萨的展会来了北京和天津的客人。"),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    articles = (
        Article(
            f"http://www.tibet.cn/{id}",
            "短讯",
            text,
            "tibet.cn",
            id=id,
            published=datetime(year, 5, 1, tzinfo=SHANGHAI),
        )
        for id, (year, text) in TEXTS.items()
    )
    with made(tmp_path_factory.mktemp("map") / "data", *articles) as archive:
        yield archive


def test_aid_is_a_table(archive: Archive) -> None:
    rows = [(row["giver"], row["receiver"], row["id"], row["published"][:4]) for row in archive.aid().records()]
    assert rows == [
        ("广东省", "林芝市", "school", "2016"),
        ("天津市", "昌都市", "clinic", "2017"),
        ("广东省", "西藏自治区", "clinic", "2017"),
    ]
    (row,) = archive.aid("学校").rows()
    assert row[2] == TEXTS["school"][1]
    assert list(archive.aid("学校").counts().rows()) == [("广东省", "林芝市", 1, 1)]
    with pytest.raises(UsageFault):
        archive.aid(since="2017")


def test_a_pair_of_a_story_counts_once(tmp_path: Path) -> None:
    from tests.support.program import lines, run

    body = TEXTS["school"][1] + "新校舍有十二间教室和一座图书馆，孩子们下周开学。" * 2
    urls = [f"http://{site}/1" for site in ("www.tibet.cn", "a.example", "b.example")]
    copies = [
        Article(url, "新学校", body, published=datetime(2016, 5, n, tzinfo=SHANGHAI)) for n, url in enumerate(urls, 1)
    ]
    other = Article(
        "http://c.example/2", "新诊所", "广东援助林芝的诊所昨天开门。", published=datetime(2017, 1, 1, tzinfo=SHANGHAI)
    )
    with made(tmp_path / "data", *copies, other) as archive:
        archive.stories(update=True)
        assert list(archive.aid().counts().rows()) == [("广东省", "林芝市", 4, 4)]
        once = archive.aid(stories=True)
        assert [(row["url"], row["reports"]) for row in once.records()] == [(urls[0], 3), ("http://c.example/2", 1)]
        assert list(once.counts().records()) == [{"giver": "广东省", "receiver": "林芝市", "stories": 2, "articles": 4}]
        file = tmp_path / "aid.csv"
        written = run("aid", "--count", "--stories", "-o", str(file), data=archive.data)
        assert (written.returncode, written.stderr.splitlines()[-1]) == (0, f"{file}: written")
        assert file.read_text(encoding="utf-8-sig").splitlines()[0] == "giver,receiver,stories,articles"
        assert lines(run("aid", "--count", "--stories", "--json", data=archive.data)) == list(once.counts().records())


@pytest.mark.parametrize("command", ["aid", "quotes", "figures", "map", "timeline", "concordance", "network person"])
def test_each_table_says_that_it_is_written(archive: Archive, command: str, tmp_path: Path) -> None:
    from tests.support.program import run

    file = tmp_path / "table.csv"
    done = run(*command.split(), "短讯", "-o", str(file), data=archive.data)
    assert file.exists() == (done.returncode == 0)
    assert (f"{file}: written" in done.stderr) == file.exists(), done.stderr


def test_places_are_counted_by_level(archive: Archive) -> None:
    counts = {row[0]: row[2] for row in archive.map().rows()}
    assert counts == {"天津市": 2, "北京市": 1, "佛山市": 1, "拉萨市": 1, "昌都市": 1, "林芝市": 1}
    assert {row[0]: row[2] for row in archive.map(level="province").rows()} == {
        "西藏自治区": 3, "广东省": 2, "天津市": 2, "北京市": 1,
    }  # fmt: skip
    assert [row[0] for row in archive.map(level="county").rows()] == ["卡若区"]
    with pytest.raises(UsageFault):
        archive.map(level="village")  # type: ignore[arg-type]


def test_a_timeline_by_place_counts_what_a_question_for_it_finds(archive: Archive) -> None:
    timeline = archive.timeline("短讯", by="year", group="place")
    totals = {series.group: series.total for series in timeline.series}
    assert totals["西藏自治区"] == 3
    for place, total in totals.items():
        assert archive.timeline(f"place:{place}", by="year").total == total
    stories = archive.timeline("短讯", by="year", group="place", stories=True)
    assert {series.group: series.total for series in stories.series} == totals


def test_geojson_has_points(archive: Archive) -> None:
    collection = json.loads(archive.map().geojson())
    assert collection["type"] == "FeatureCollection"
    (tianjin, *_others) = collection["features"]
    assert (tianjin["properties"]["name"], tianjin["properties"]["articles"]) == ("天津市", 2)
    longitude, latitude = tianjin["geometry"]["coordinates"]
    assert (round(longitude), round(latitude)) == (117, 39)


def test_the_commands(archive: Archive, tmp_path: Path) -> None:
    from tests.support.program import lines, run

    data = archive.data
    assert lines(run("aid", "--json", data=data)) == list(archive.aid().records())
    assert lines(run("aid", "--count", "--json", data=data)) == list(archive.aid().counts().records())
    assert lines(run("map", "--json", data=data)) == list(archive.map().records())
    picture, points = tmp_path / "map.svg", tmp_path / "map.geojson"
    assert run("map", "-o", str(picture), data=data).returncode == 0
    assert picture.read_text(encoding="utf-8") == archive.map().svg()
    assert run("map", "-o", str(points), data=data).returncode == 0
    assert points.read_text(encoding="utf-8") == archive.map().geojson()
    assert run("map", "-o", str(tmp_path / "map.bmp"), data=data).returncode == 2
    assert run("aid", "无此一词啊", data=data).returncode == 1


_SPOTS = st.lists(
    st.builds(
        Spot,
        st.text("拉萨日喀则市<&", min_size=1, max_size=8),
        st.floats(73, 135),
        st.floats(18, 54),
        st.integers(1, 10_000),
    ),
    max_size=40,
)


@given(_SPOTS)
def test_a_map_has_circles_and_labels_that_do_not_overlap(spots: list[Spot]) -> None:
    root = ElementTree.fromstring(svg(spots, "articles", "note"))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    tags = [child.tag.rpartition("}")[2] for child in root]
    assert set(tags) <= {"rect", "circle", "text", "path"}
    for path in root.iterfind(".//{*}path"):  # meridians and parallels, nothing else
        assert re.fullmatch(r"M[\d.]+ [\d.]+[VH][\d.]+", path.attrib["d"])
    circles = [circle for circle in root.iterfind(".//{*}circle") if circle.find("{*}title") is not None]
    assert len(circles) == len(spots)
    assert all(0 <= float(c.attrib["cx"]) <= width and 0 <= float(c.attrib["cy"]) <= height for c in circles)
    boxes = [
        (float(t.attrib["x"]), float(t.attrib["y"]), len(t.text or "") * 12)
        for t in root.iterfind(".//{*}text") if t.attrib["class"] == "label"
    ]  # fmt: skip
    for at, (x, y, wide) in enumerate(boxes):
        for other_x, other_y, other_wide in boxes[:at]:
            assert abs(y - other_y) >= 12 or x + wide <= other_x + 13 or other_x + other_wide <= x + 13
