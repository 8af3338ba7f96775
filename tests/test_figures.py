"""Figures and names: what is found in labelled sentences, in any text, and by the command."""

from __future__ import annotations

import csv
import json
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import Article
from archive.store import ArticleStore
from bench.figures import scores
from indexer import engines, update
from indexer.engines import tantivy_engine, whoosh_engine
from indexer.figures import amounts
from indexer.figures.figure import KINDS, Kind, Name, Period, Quantity, numeral, readable
from indexer.figures.find import figures, mentions
from indexer.figures.gazetteer import gazetteer
from indexer.figures.places import readings, within
from indexer.question.parser import parse_query
from indexer.question.query import Amount, Either, Words
from tests.support.engines import settings_of
from tests.support.program import Wencang
from tests.support.sample import ANALYZER, every_match

FLOORS: dict[str, dict[Kind, tuple[float, float]]] = {  # precision and recall
    "first": dict.fromkeys(KINDS, (0.98, 0.98)),
    "second": dict.fromkeys(KINDS, (0.95, 0.94)) | {"institution": (0.95, 0.9), "person": (0.88, 0.88)},
}


@pytest.mark.parametrize("half", FLOORS)
def test_labelled_sentences(half: str) -> None:
    told = scores(half)
    for kind, (precision, recall) in FLOORS[half].items():
        assert told[kind].labelled >= 15
        assert told[kind].precision >= precision, told[kind].wrong
        assert told[kind].recall >= recall, told[kind].wrong


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("72.098亿", "7209800000"), ("三千五百", 3500), ("十余万", 100_000), ("数百", 100), ("1亿2000万", 120_000_000),
        ("5万亿", 5 * 10**12), ("三点五亿", 350_000_000), ("一百零五", 105), ("1,234.5", "1234.5"), ("二零二二", 2022),
    ],
)  # fmt: skip
def test_numerals(text: str, number: int | str) -> None:
    assert numeral(text) == Decimal(number)


def quantity(text: str) -> Quantity:
    (one,) = figures(text, kinds=["money", "count", "percent"])
    assert isinstance(one.value, Quantity)
    return one.value


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "bound"),
    [
        ("近3000万元", 3 * 10**7, 3 * 10**7, "CNY", "<"),
        ("附近3000元", 3000, 3000, "CNY", ""),
        ("签约26个", 26, 26, "个", ""),
        ("大约5千克", 5000, 5000, "克", "~"),
        ("US$300", 300, 300, "USD", ""),
        ("￥１,２００", 1200, 1200, "CNY", ""),
        ("三五百元", 300, 500, "CNY", ""),
        ("三十八九次", 38, 39, "次", ""),
        ("3亿元到5亿元", 3 * 10**8, 5 * 10**8, "CNY", ""),
        ("5000至1万元", 5000, 10_000, "CNY", ""),
        ("百分之三至百分之五", 3, 5, "%", ""),
        ("补助480万元年内拨完", 4_800_000, 4_800_000, "CNY", ""),
        ("造价2.5亿人民币", 250_000_000, 250_000_000, "CNY", ""),
        ("修渠花了四个亿", 4 * 10**8, 4 * 10**8, "CNY", ""),
        ("贷款3个亿到5个亿", 3 * 10**8, 5 * 10**8, "CNY", ""),
        ("将近两个亿美元", 2 * 10**8, 2 * 10**8, "USD", "<"),
        ("全县6个亿元乡", 6, 6, "个", ""),
        ("港币80万元", 800_000, 800_000, "HKD", ""),
        ("捐出近欧元200万元", 2_000_000, 2_000_000, "EUR", "<"),
        ("卢布约7亿，分期付", 7 * 10**8, 7 * 10**8, "RUB", "~"),
        ("日元3至5亿", 3 * 10**8, 5 * 10**8, "JPY", ""),
        ("换美元400万人", 4_000_000, 4_000_000, "人", ""),
        ("每美元7元", 7, 7, "CNY", ""),
        ("HK$300元", 300, 300, "HKD", ""),
        ("每户3，600元", 3600, 3600, "CNY", ""),
        ("截至2018，300人", 300, 300, "人", ""),
    ],
)
def test_quantities(text: str, low: int, high: int, unit: str, bound: str) -> None:
    assert quantity(text) == Quantity(Decimal(low), Decimal(high), unit, bound)


@pytest.mark.parametrize(
    "text",
    [
        "第3次", "一个", "G318国道", "五台山", "2022元旦", "百名干部", "单位：亿美元", "四个意识", "开元元年",
        "信众三个亿", "第二十三次", "5000，000元", "1234,000元", "美元兑日元", "人民币亿万",
    ],
)  # fmt: skip
def test_what_is_no_quantity(text: str) -> None:
    assert figures(text, kinds=["money", "count", "percent"]) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("两人考上兰州大学和西藏藏医学院。", ["兰州大学", "西藏藏医学院"]),
        ("兰州大学生很多，各大医院、多家公司和当地政府都来了。", []),
        ("西藏昌都市类乌齐县尚卡乡派出所通报。", ["西藏昌都市类乌齐县尚卡乡派出所"]),
        ("甘孜州住房和城乡建设局与中国西藏文化保护与发展协会签约。",
         ["甘孜州住房和城乡建设局", "中国西藏文化保护与发展协会"]),
        ("百鸟（天津）有限公司的生产线，鸿雁西藏分公司承建。", ["百鸟(天津)有限公司", "鸿雁西藏分公司"]),
        ("第三人民医院、拉萨市第八中学和三所中学。", ["拉萨市第八中学"]),
        ("孩子很快就学会了，马上送医院，光靠大学不行。", []),
        ("结局、格局和客厅都好，西藏旅游局发文。", ["西藏旅游局"]),
        ("中小学与非政府组织。", []),
        ("北京协和医院专家前往日喀则市人民医院进行手术。", ["北京协和医院", "日喀则市人民医院"]),
        ("生态环境部水环境管理司司长和自治区文化厅产业处副处长都在。",
         ["生态环境部水环境管理司", "自治区文化厅产业处"]),
        ("色达县环境保护和林业局、尼泊尔工业部与西藏湖北商会。",
         ["色达县环境保护和林业局", "尼泊尔工业部", "西藏湖北商会"]),
        ("应杂多县卫计局要求，案件移送洪洞县人民检察院。", ["杂多县卫计局", "洪洞县人民检察院"]),
        ("绝不辜负省委，牢记市委的话。县域医院、两家医院和三省医院都好。", []),
        ("新华社发美国商务部图片，挪威外交部和外交部都说了。", ["新华社", "美国商务部", "挪威外交部", "外交部"]),
        ("他上大学时，弟弟还没上小学。", []),
        ("美国国务院的报告，尼泊尔教育部的答复，他与尼外交部会谈。", ["美国国务院", "尼泊尔教育部"]),
        ("民政部社会事务司儿童福利和收养处调研员与兰州大学南亚学系教授都来了。",
         ["民政部社会事务司儿童福利和收养处", "兰州大学南亚学系"]),
        ("拉萨市曲艺团在青山佛教国际研究院演出。", ["拉萨市曲艺团", "青山佛教国际研究院"]),
        ("驻守的是第90集团军某旅和白鸟边防连。", ["第90集团军", "白鸟边防连"]),
    ],
)  # fmt: skip
def test_institutions_are_whole(text: str, names: list[str]) -> None:
    assert institutions_in(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("山南市委、市政府开会。", ["山南市委", "山南市政府"]),
        ("他在墨脱任职。后来县委来了人，县教育局也来了。", ["墨脱县委", "墨脱县教育局"]),
        ("墨脱县和察隅县都去了。县委来了人。", []),
        ("县委来了人。", []),
        ("若尔盖县委、县政府都来了。", ["若尔盖县委", "若尔盖县政府"]),
        ("西藏的区党委召开会议。", ["西藏自治区党委"]),
        ("山南市委市政府表彰。", ["山南市委", "山南市政府"]),
        ("拉萨市委市政府和西藏自治区党委、政府表彰。", ["拉萨市委", "拉萨市政府", "西藏自治区党委", "西藏自治区政府"]),
    ],
)
def test_a_bare_institution_is_that_of_its_place(text: str, names: list[str]) -> None:
    assert institutions_in(text) == names


def test_an_institution_has_the_name_of_its_fullest_form_in_the_text() -> None:
    text = "西藏自治区教育厅发文，自治区教育厅解释。广州市花都区人民医院开诊，花都区人民医院院长致辞。"
    assert set(institutions_in(text)) == {"西藏自治区教育厅", "广州市花都区人民医院"}
    assert institutions_in("拉萨市民从自治区教育厅得知") == ["自治区教育厅"]
    assert institutions_in("在西藏，自治区教育厅说") == ["西藏自治区教育厅"]
    assert institutions_in("新疆维吾尔自治区和西藏来的人，自治区教育厅说") == ["自治区教育厅"]


def institutions_in(text: str) -> list[str]:
    """The names of the institutions in a text, in order."""
    told = [one.value for one in figures(text, kinds=["institution"])]
    return [value.name for value in told if isinstance(value, Name)]


def test_a_name_does_not_end_in_a_word_of_grammar() -> None:
    text = "乡里谈了牧民安置以及修路，记得教授徐以宁在场。"
    assert [one.text for one in figures(text, kinds=["person"])] == ["徐以宁"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("12月30日", date(2022, 12, 30), date(2022, 12, 30)),
        ("1月20日", date(2023, 1, 20), date(2023, 1, 20)),
        ("30日", date(2022, 12, 30), date(2022, 12, 30)),
        ("去年12月28日至今年1月3日", date(2022, 12, 28), date(2023, 1, 3)),
        ("12月28日至1月3日", date(2022, 12, 28), date(2023, 1, 3)),
        ("2020年2月", date(2020, 2, 1), date(2020, 2, 29)),
        ("2022-12-30", date(2022, 12, 30), date(2022, 12, 30)),
        ("上世纪50年代", date(1950, 1, 1), date(1959, 12, 31)),
        ("近30天", date(2022, 12, 7), date(2023, 1, 5)),
        ("上个月底", date(2022, 12, 21), date(2022, 12, 31)),
        ("前年第三季度", date(2021, 7, 1), date(2021, 9, 30)),
    ],
)
def test_dates(text: str, first: date, last: date) -> None:
    assert [one.value for one in figures(text, date(2023, 1, 5))] == [Period(first, last)]
    assert [one.text for one in figures(text)] == [text]


def test_dates_without_a_day_of_publication() -> None:
    told = [one.value for one in figures("去年5月12日，昨日，近三年，2020年5月")]
    assert told == [Period(None, None)] * 3 + [Period(date(2020, 5, 1), date(2020, 5, 31))]


@pytest.mark.parametrize("text", ["13月", "2月30日", "第5月", "每20日", "3日内", "藏历六月底"])
def test_what_is_no_day(text: str) -> None:
    assert figures(text, date(2023, 1, 5), ["date"]) == []


PARTS = (
    "近 逾 3 1,200 .5 十 几 余 万 亿 元 美元 个 % 百分之 至 - — 年 月 日 2022 去年 以来 西藏 拉萨 市 委 教育 局 大学 "
    "公司 书记 王 扎西 第 $"
)
parts = st.sampled_from(PARTS.split())


@given(
    st.lists(parts | st.characters(), max_size=30).map("".join),
    st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
)
def test_any_text_is_read(text: str, published: date | None) -> None:
    told = figures(text, published)
    assert all(one.text == text[one.start : one.end] != "" for one in told)
    assert [one.start for one in told] == sorted(one.start for one in told)
    assert figures(readable(text), published, ["place", "money"]) == [
        type(one)(one.kind, one.start, one.end, readable(text)[one.start : one.end], one.value)
        for one in told if one.kind in ("place", "money")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "一",
        "1万",
        "万",
        "—",
        "1-",
        "副",
        "扎西",
        "市",
        "教育局",
        "2022年至",
        "近三",
        "县委",
        "3个亿",
        "美元1",
        "$1，000",
    ],
)
def test_hostile_texts_take_no_longer(unit: str) -> None:
    start = time.process_time()
    figures("书记" + unit * 20_000, date(2022, 6, 1))
    assert time.process_time() - start < 3


def test_the_gazetteer_is_whole() -> None:
    places = gazetteer().places.values()
    of_tibet = [place for place in places if "西藏自治区" in place.above]
    assert [sum(place.level == level for place in places) for level in (0, 1, 2)] == [34, 340, 2846]
    assert [sum(place.level == level for place in of_tibet) for level in (1, 2)] == [7, 74]
    short = [name for name in gazetteer().readings if gazetteer().readings[name][0] in of_tibet]
    unknown = [name for name in short if name[-1] not in "市县区" and ANALYZER.words(name) != [name]]
    assert unknown == [], "add them to indexer/text/words.txt"
    assert within(readable("措美和吉隆坡")) == ["山南市", "措美县", "西藏自治区"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("广州援建朗县，惠州市龙门县来人。", ["广州市", "朗县", "惠州市", "龙门县"]),
        ("兰州市的书店在城关区，拉萨市的在哪里？", ["兰州市", "兰州市城关区", "拉萨市"]),
        ("布达拉宫在拉萨市城关区。", ["拉萨市", "拉萨市城关区"]),
        ("城关区的书店", ["城关区"]),
        ("北京市朝阳区和北京朝阳医院", ["北京市", "北京市朝阳区", "北京市", "北京市朝阳区"]),
        ("辽宁省朝阳市；朝阳产业在辽宁。", ["辽宁省", "朝阳市", "朝阳市", "辽宁省"]),
        ("早上面向朝阳，下午去了四川。", ["四川省"]),
        ("堆龙德庆县、那曲地区、昌都县与中甸县", ["堆龙德庆区", "那曲市", "卡若区", "香格里拉市"]),
        ("在合作中，比如公安，社会长治久安。", []),
        ("甘肃省合作市", ["甘肃省", "合作市"]),
        ("推广西藏经验，推广东方红。", ["西藏自治区"]),
        ("沿京藏高速进藏，粤藏两地携手；赴京学京剧。", ["西藏自治区", "广东省", "西藏自治区", "北京市"]),
        ("小康县城、全市和县里", []),
        ("祁连山和黄河源在青海，祁连县也在。", ["青海省", "祁连县"]),
        ("佛山、东莞、中山三市", ["佛山市", "东莞市", "中山市"]),
        ("青海的海北州、海南州与海南省", ["青海省", "海北藏族自治州", "海南藏族自治州", "海南省"]),
        ("建成都市圈，天山区域", []),
        ("西藏自治區與臺灣省", ["西藏自治区", "台湾省"]),
    ],
)
def test_places_in_their_context(text: str, expected: list[str]) -> None:
    assert [
        figure.value.name for figure in figures(text, kinds=["place"]) if isinstance(figure.value, Name)
    ] == expected


def test_the_outlet_tells_which_place_is_meant() -> None:
    assert within(readable("城关区的书店"), "每日甘肃") == ["兰州市", "兰州市城关区", "甘肃省"]
    assert within(readable("城关区的书店"), "tibet.cn") == ["拉萨市", "拉萨市城关区", "西藏自治区"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("广东", ["广东省"]), ("達孜", ["达孜区"]), ("甘肃夏河", ["夏河县"]), ("北京朝阳", ["北京市朝阳区"]),
        ("城关区", ["拉萨市城关区", "兰州市城关区"]), ("拉萨市城关区", ["拉萨市城关区"]), ("布达拉", []), ("", []),
    ],
)  # fmt: skip
def test_the_places_of_a_name(name: str, expected: list[str]) -> None:
    assert list(readings(name)) == expected


def test_a_place_may_be_one_of_several() -> None:
    query = parse_query("place:城关区", ANALYZER)
    assert query.wanted == (
        Either(tuple(Words((name,), "place") for name in ("拉萨市城关区", "兰州市城关区", "城关区"))),
    )
    assert "城关区" in query.doubts[0]
    assert parse_query("place:布达拉", ANALYZER).doubts


@pytest.mark.parametrize(
    ("asked", "texts", "others"),
    [
        (">10亿", ["10.1亿元", "100亿元"], ["10亿元", "11亿美元"]),
        (">=10亿", ["10亿元"], ["9.99亿元"]),
        ("<3000万美元", ["2999万美元", "1美元"], ["3000万美元", "5元"]),
        ("1亿..5亿", ["1亿元", "3至8亿元", "5亿元"], ["0.9亿元"]),
        ("1至5亿元", ["2亿元"], ["2元"]),
        ("..5万", ["5万元"], ["6万元"]),
        ("５万..", ["五万元", "9亿元"], ["4万元"]),
        ("72.098億", ["72.098亿元"], ["72亿元"]),
        ("1usd", ["1美元"], ["1元"]),
        ("300万hkd", ["港币300万元", "港币300万。"], ["300万元"]),
        ("2亿", ["投资两个亿", "2亿人民币", "人民币2亿"], ["两个亿", "美元2亿"]),
    ],
)
def test_bounds_of_amounts(asked: str, texts: list[str], others: list[str]) -> None:
    keys = amounts.parse_bounds(asked)
    assert keys
    for text in (*texts, *others):
        assert any(keys[0] <= key <= keys[1] for key in amounts.amounts(readable(text))) == (text in texts), text


@given(st.lists(st.decimals(0, 10**15, places=2), min_size=2, max_size=2))
def test_keys_sort_as_amounts_do(values: list[Decimal]) -> None:
    low, high = (amounts.amounts(f"{value:f}元")[0] for value in values)
    assert (low < high, low == high) == (values[0] < values[1], values[0] == values[1])
    assert (amounts.encoded(low) < amounts.encoded(high)) == (low < high)


def test_fields_of_a_question() -> None:
    query = parse_query('援藏 地点:山南 金额：>10亿 金额：不详 -place:"林芝"', ANALYZER)
    keys = amounts.parse_bounds(">10亿") or (0, 0)
    assert query.must == (Words(("山南市",), "place"), Amount(*keys))
    assert query.unwanted == (Words(("林芝市",), "place"),)
    assert query.words == ("援藏", "金额", "不详")


SIGNING = Article(
    "http://www.tibet.cn/1", "签约", "拉萨昨日签下3000万元。措美县得到1.2亿美元！扎西说好。", "tibet.cn", id="signing"
)
ROAD = Article("http://www.tibet.cn/2", "修路", "墨脱的路花了9.5亿元。", "tibet.cn", id="road")


@pytest.mark.parametrize("name", engines.names())
def test_filters_find(name: str, tmp_path: Path) -> None:
    with ArticleStore.create(settings_of(name, tmp_path)) as store:
        for article in (SIGNING, ROAD):
            store.put(article)
        update.rebuild(store, settings_of(name, tmp_path), name)
        with update.open_index(settings_of(name, tmp_path), name) as opened:

            def ids(asked: str) -> set[str]:
                return {one.article.id for one in every_match(store, opened, parse_query(asked, ANALYZER))}

            assert ids("place:山南") == ids("amount:>1亿美元") == ids("签下 amount:3000万") == {"signing"}
            assert ids("amount:>1亿") == ids("地点:林芝市") == {"road"}
            assert ids("amount:>1元") == ids("place:山南 OR place:墨*") == {"signing", "road"}
            assert ids("place:西藏") == {"signing", "road"}
            assert ids("place:北京") == ids("amount:>10亿") == set()


def test_an_index_of_an_older_layout_is_told(crawled: Path, wencang: Wencang) -> None:
    state = crawled / "index" / "whoosh" / "1" / "state.json"
    told = json.loads(state.read_text())
    assert told["version"].endswith(f".{whoosh_engine._LAYOUT}")
    assert (whoosh_engine._LAYOUT, tantivy_engine._LAYOUT) == ("8", "5")
    state.write_text(json.dumps(told | {"version": "3.3"}))
    done = wencang("search", "place:拉萨")
    assert done.returncode == 3
    assert "index --rebuild" in done.stderr


def test_found_ones_have_their_sentence() -> None:
    told = {one.figure.text: one.sentence for one in mentions([SIGNING, ROAD], ["money", "person"])}
    assert told == {
        "3000万元": "拉萨昨日签下3000万元。", "1.2亿美元": "措美县得到1.2亿美元！", "9.5亿元": "墨脱的路花了9.5亿元。",
        "扎西": "扎西说好。",
    }  # fmt: skip


def test_the_command(crawled: Path, wencang: Wencang, tmp_path: Path) -> None:
    done = wencang("figures", "援藏", "招商引资", "--kind", "money", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"72.098亿元", "3000万元"} <= {row["text"] for row in rows if row["id"] == "tibet.cn-7210688"}
    assert {row["kind"] for row in rows} == {"money"}
    file = tmp_path / "money.csv"
    assert wencang("figures", "援藏", "招商引资", "--kind", "money", "--sort", "value", "-o", file).returncode == 0
    with file.open(encoding="utf-8-sig", newline="") as opened:
        table = list(csv.DictReader(opened))
    assert sorted(row["text"] for row in table) == sorted(row["text"] for row in rows)
    values = [Decimal(row["to"] or row["value"]) for row in table]
    assert values == sorted(values, reverse=True)
    printed = wencang("figures", "援藏", "招商引资", "--kind", "money").stdout
    assert "7209800000" in printed
    assert all(row["sentence"] in printed for row in rows), "nothing is cut on a pipe"
    assert wencang("figures", "援藏", "--kind", "sum").returncode == 2


def test_a_table_runs_nothing(wencang: Wencang, tmp_path: Path) -> None:
    line = {"url": "http://www.tibet.cn/9", "title": "=1+1 花费", "body": "=cmd|' /C calc'!A0 花费3元。"}
    (tmp_path / "hostile.jsonl").write_text(json.dumps(line), encoding="utf-8")
    assert wencang("import", tmp_path / "hostile.jsonl").returncode == 0
    told = wencang("figures", "花费", "--csv").stdout
    assert ",=" not in told
