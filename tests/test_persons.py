"""Persons by rules: each kind of cue, each kind of trap, and what holds for any text."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.figures.figure import Figure, Name
from indexer.figures.find import figures


def persons(text: str) -> list[Figure]:
    return figures(text, kinds=["person"])


def printed(text: str) -> list[str]:
    return [figure.text for figure in persons(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("县委书记吴国梁到村里座谈。", ["吴国梁"]),
        ("吴国梁书记到村里座谈。", ["吴国梁"]),
        ("许明川教授说，冰川在退缩。", ["许明川"]),
        ("格桑伦珠大师的画展昨日开幕。", ["格桑伦珠"]),
        ("他的妻子周小燕在县医院上班。", ["周小燕"]),
        ("周小燕的妻子病了。", ["周小燕"]),
        ("大使郑海平、发言人孙立群答问。", ["郑海平", "孙立群"]),
        ("编剧：林秋水，主演：高志远、许明川", ["林秋水", "高志远", "许明川"]),
        ("“路修好了。”许明川说。", ["许明川"]),
        ("许明川告诉记者，路修好了。", ["许明川"]),
        ("许明川出席会议并讲话。", ["许明川"]),
        ("许明川（右二）在看图纸。", ["许明川"]),
        ("今年56岁的许明川还在种树。", ["许明川"]),
        ("来自那曲的巴特尔（音译）跑了第一。", ["巴特尔"]),
        ("获奖的有许明川、淮佳川、磊光等三人，许明川说。", ["许明川", "淮佳川", "磊光", "许明川"]),
        ("局长钟泰，三十年没有离开过雪山。", ["钟泰"]),
        ("欧阳建国县长和上官云主任参加。", ["欧阳建国", "上官云"]),
        ("王安石和苏轼都写过这里的春天。", ["王安石", "苏轼"]),
        ("记者许小青走访了三个村。", ["许小青"]),
        ("老师许小青教牧民上网卖货。", ["许小青"]),
    ],
)
def test_names_with_a_cue(text: str, names: list[str]) -> None:
    assert printed(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("扎西顿珠和德吉央宗在放羊。", ["扎西顿珠", "德吉央宗"]),
        ("牧民次旦旺加说，草长高了。", ["次旦旺加"]),
        ("普达瓦老人坐在门口。", ["普达瓦"]),
        ("村民达瓦家有三头牦牛。", ["达瓦"]),
        ("县长吾金才让介绍，湿地保护得好。", ["吾金才让"]),
        ("夏吾李加研究员发言。", ["夏吾李加"]),
        ("学生洛绒次称拿到了奖学金。", ["洛绒次称"]),
        ("扎西多次到县城看病。扎西说，路近了。", ["扎西", "扎西"]),
        ("让卓玛没想到的是雨停了。", []),
        ("班禅额尔德尼⋅确吉杰布为患者揭开纱布。", ["班禅额尔德尼⋅确吉杰布"]),
    ],
)
def test_tibetan_names_are_whole(text: str, names: list[str]) -> None:
    assert printed(text) == names


@pytest.mark.parametrize("dot", "·•⋅・‧∙．")
def test_dots_are_one(dot: str) -> None:
    (figure,) = persons(f"议长约翰{dot}布莱克到访拉萨。")
    assert figure.text == f"约翰{dot}布莱克"
    assert figure.value == Name("约翰·布莱克", "议长")


@pytest.mark.parametrize(
    "text",
    [
        "总书记强调，要保护好生态。", "县委负责人向记者介绍了情况。", "工作人员告诉记者，门票免费。",
        "他代表全村表示感谢。",
        "副院长在会上介绍说，成绩不小。", "专家学者齐聚拉萨。", "患者增多，床位紧张。", "医务人员下乡巡诊。",
        "尼玛县和卓玛乡下了雪。", "扎西德勒！", "格桑花开满草原。", "扎西岛和纳木错的游客不少。", "一幅唐卡画了三年。",
        "萨嘎达瓦节期间游客增加。", "罗布林卡里在演藏戏。", "大会堂里张灯结彩，文明有礼。", "西藏自治区成立于1965年。",
        "马克思主义基本原理", "张先生排了两天的队。", "摄影：周小燕", "（记者 周小燕 许明川）", "周小燕 摄",
        "高原反应让人头痛。",
        "白玉兰开了，杜鹃花也开了。", "乌克兰和尼泊尔的代表参加。", "中国西藏·扎西德勒歌会",
    ],
)  # fmt: skip
def test_what_is_no_person(text: str) -> None:
    assert printed(text) == []


def test_the_other_mentions_settle_how_long_a_name_is() -> None:
    assert set(printed("校长张源刚来。张源刚说，他喜欢这里。张源刚的学生不少。")) == {"张源刚"}
    assert set(printed("校长张源告别家人。张源说，他喜欢这里。张源的学生不少。")) == {"张源"}


def test_a_short_form_is_the_fullest_one() -> None:
    figures = persons("自治区主席白玛赤林出席。白玛说，要修路。扎西书记陪同。")
    assert [(figure.text, figure.value) for figure in figures] == [
        ("白玛赤林", Name("白玛赤林", "自治区主席")), ("白玛", Name("白玛赤林")), ("扎西", Name("扎西", "书记")),
    ]  # fmt: skip


def test_traditional_names_are_as_printed_and_count_as_simplified() -> None:
    (figure,) = persons("教授許國華說，冰川在退縮。")
    assert (figure.text, figure.value) == ("許國華", Name("许国华", "教授"))


def test_a_title_is_whole() -> None:
    (figure,) = persons("山南市委常务副书记许明川说。")
    assert figure.value == Name("许明川", "山南市委常务副书记")


PARTS = (
    "扎西 次仁 白玛 拉姆 许 明 川 王 书记 教授 说 、 和 ， 。 （ ） · • John Smith 記者 許國華 摄影： 的 让 拉萨 县 "
    "多次 岁的 来自"
)
parts = st.sampled_from([*PARTS.split(), " ", "\n"])


@given(st.lists(parts | st.characters(), max_size=40).map("".join))
def test_any_text(text: str) -> None:
    found = persons(text)
    assert all(figure.text == text[figure.start : figure.end] != "" for figure in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert found == persons(text)


@pytest.mark.parametrize("unit", ["扎西", "许明", "、", "约翰·", "书记", "许明川、", "的", "A. ", "摄", "副"])
def test_hostile_texts_take_no_longer(unit: str) -> None:
    start = time.process_time()
    persons("书记" + unit * 10_000)
    assert time.process_time() - start < 5
