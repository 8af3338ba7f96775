"""Who aids which place: sentences of our own, their directions, and a text that is all list."""

from __future__ import annotations

import time

import pytest

from indexer.figures.aid import pairs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("广东省第八批援藏工作队在林芝修了三所学校。", ["广东省→林芝市"]),
        ("1994年起，湖北省对口支援山南市。", ["湖北省→山南市"]),
        ("山南市由湖北省对口支援。", ["湖北省→山南市"]),
        ("定日县接受上海市援助，已有三年。", ["上海市→定日县"]),
        ("墨脱县委副书记、佛山市第八批援藏工作组组长说。", ["佛山市→墨脱县"]),
        ("天津、重庆、福建对口支援昌都。", ["天津市→昌都市", "重庆市→昌都市", "福建省→昌都市"]),
        ("北京、上海、安徽分别对口支援拉萨、日喀则、山南。", ["北京市→拉萨市", "上海市→日喀则市", "安徽省→山南市"]),
        ("浙江省对口支援阿坝州，珠海市对口帮扶凉山州。", ["浙江省→阿坝藏族羌族自治州", "珠海市→凉山彝族自治州"]),
        ("中石油援建双湖县的小学。", ["中国石油→双湖县"]),
        ("教育部组团式援藏教师到了西藏。", ["教育部→西藏自治区"]),
        ("成都市武侯区与白玉县结对。", ["武侯区→白玉县"]),
        ("白玉县与武侯区签订对口帮扶协议。", ["武侯区→白玉县"]),
        ("上海援青干部回来了。", ["上海市→青海省"]),
        ("参加活动的有援藏省市山东、吉林的艺人。", ["山东省→西藏自治区", "吉林省→西藏自治区"]),
        ("北京援藏医生从拉萨出发，赴尼木县义诊。", ["北京市→尼木县"]),
        ("云南省的援藏干部回家过年。", []),
        ("法律援助进了拉萨的社区，来自北京的游客看了。", []),
        ("援藏工作会议在拉萨召开，四川的代表讲了话。", []),
        ("林芝的桃花开了，广东的游客来了。", []),
        ("廣東省援建的醫院在墨脫縣開業。", ["广东省→墨脱县"]),
    ],
)
def test_who_aids_which_place(text: str, expected: list[str]) -> None:
    assert [f"{aid.giver}→{aid.receiver}" for aid in pairs(text)] == expected


def test_a_pair_has_its_sentence() -> None:
    text = "春天来了。广东省援建林芝的学校！秋天到了。"
    (aid,) = pairs(text)
    assert text[aid.start : aid.end] == "广东省援建林芝的学校！"


@pytest.mark.parametrize("unit", ["北京、", "广东对口支援林芝、", "城关区", "北京市朝阳区", "拉萨"])
def test_hostile_texts_take_no_longer(unit: str) -> None:
    start = time.process_time()
    assert len(list(pairs(unit * 20_000 + "援藏"))) < 10
    assert time.process_time() - start < 5
