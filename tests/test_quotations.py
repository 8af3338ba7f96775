"""Quotations: who said what, in sentences of each form and in traps; offsets; the command and the method."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import wencang
from indexer.figures.marks import quoted
from indexer.figures.quotations import quotations
from indexer.text.analyzer import fold
from tests.support.program import Wencang
from tests.support.sample import ARTICLES
from tests.support.web import made

Said = list[tuple[str, str]]


def said(text: str) -> Said:
    """Speaker and first words of each quotation."""
    return [(quotation.speaker, quotation.words[:6]) for quotation in quotations(text)]


FORMS: dict[str, tuple[str, Said]] = {
    "a colon": ("乡长李福生说：“路修通了，苹果就卖得出去。”", [("李福生", "路修通了，苹")]),
    "a comma": ("医生王海燕告诉记者，“孩子的烧已经退了，明天可以出院。”", [("王海燕", "孩子的烧已经")]),
    "nothing before the mark": ("校长陈立新说“新教室比旧的亮堂多了。”", [("陈立新", "新教室比旧的")]),
    "the speaker behind": ("“地里的墒情很好，可以下种了。”县农牧局局长赵国强说。", [("赵国强", "地里的墒情很")]),
    "speech goes on behind": ("“水渠修好了。”村支书刘玉民说，今年的麦子不愁浇。", [("刘玉民", "水渠修好了。")]),
    "like this": ("“一滴水也不能浪费。”院长孙志远如是说。", [("孙志远", "一滴水也不能")]),
    "a manner": ("队长周文斌擦着汗，激动地说：“终于打出水来了！”", [("周文斌", "终于打出水来")]),
    "according to": ("据站长吴建国介绍，“最近一周风力都在六级以上，不宜登山”。", [("吴建国", "最近一周风力")]),
    "in whose eyes": ("在导演郑小雨看来，拍纪录片急不得，“要等，等人把心里话说出来。”", [("郑小雨", "要等，等人把")]),
    "broken in two": (
        "“我们先修路，”镇长冯少华说，“再引水上山。”", [("冯少华", "我们先修路，"), ("冯少华", "再引水上山。")],
    ),
    "without a verb": ("牧民卓玛对今年的收成很满意，“光卖酥油就有两万块。”", [("卓玛", "光卖酥油就有")]),
    "a verb, but not of speech": (
        "经理钱大同说，账要重算。钱大同惭愧不已：“是我们没有把账算清楚。”",
        [("钱大同", "是我们没有把")],
    ),
    "one after another": (
        "教授何明远说：“先看土，再看水。”“土不好，什么也种不成。”",
        [("何明远", "先看土，再看"), ("何明远", "土不好，什么")],
    ),
    "said before": (
        "画师尼玛说，矿物颜料要磨上好几天。“急了，颜色就浮在布上。”画室里很安静。", [("尼玛", "急了，颜色就")],
    ),
    "a pronoun": (
        "司机马占山介绍，这条线他跑了十年。他说：“最怕的不是雪，是暗冰。”", [("马占山", "最怕的不是雪")],
    ),
    "another speaker": (
        "“我家盖了新房。”村民扎西说。“我家也盖了。”村民次仁说。", [("扎西", "我家盖了新房"), ("次仁", "我家也盖了。")],
    ),
    "a role": (
        "“补贴月底前发到各户。”自治区农牧厅畜牧处负责人向记者介绍。", [("自治区农牧厅畜牧处负责人", "补贴月底前发")],
    ),
    "a role again": (
        "县水利局工程科负责人介绍，渠首已经完工。“明年春灌就能用上。”该负责人说。",
        [("县水利局工程科负责人", "明年春灌就能")],
    ),
    "a title behind the name": ("李明阳教授说：“这片冰川每年后退十几米。”", [("李明阳", "这片冰川每年")]),
    "a foreign name": ("“这里的星空让我想起家乡。”来自智利的汉斯·里维拉说。", [("汉斯·里维拉", "这里的星空让")]),
    "Latin letters": ("“We are happy to come back.”Maria接受记者采访时说，她还会再来。", [("Maria", "We are")]),
    "Traditional": ("校長陳立新說：「新教室比舊的亮堂，孩子們很喜歡。」", [("陳立新", "新教室比舊的")]),
    "Traditional, nested": ("館長李福生說：「大家都問『什麼時候開門』，就在下個月。」", [("李福生", "大家都問『什")]),
    "nested": ("镇长冯少华说：“老人常讲‘水往高处流’，如今真做到了。”", [("冯少华", "老人常讲‘水")]),
    "nested with the same marks": ("镇长冯少华说：“靠“三变”改革，村里有了钱。”", [("冯少华", "靠“三变”改")]),
    "ASCII marks": ('乡长李福生说："路修通了，苹果就卖得出去。"', [("李福生", "路修通了，苹")]),
    "not closed": ("乡长李福生说：“路修通了，苹果就好卖。\n第二天，车队进了村。", [("李福生", "路修通了，苹")]),
    "closed by an opening mark": (
        "“墒情很好，可以下种了。“局长赵国强说，种子已经到位。“化肥也够。”赵国强补充。",
        [("赵国强", "墒情很好，可"), ("赵国强", "化肥也够。")],
    ),
    "a name known from elsewhere": (
        "“我是第一个报名的。”丹增笑着说。牧民丹增今年四十岁。", [("丹增", "我是第一个报")],
    ),
    "a clause without a comma": ("牧民卓玛盖了新房，“这跟从前没法比”。", [("卓玛", "这跟从前没法")]),
    "a clause behind a verb of speech": ("医生王海燕多次提醒“任何时候都不能大意”。", [("王海燕", "任何时候都不")]),
    "it flows into its speaker": (
        "“在家里我是最小的孩子，到了这里才懂得照顾别人”新教师陈立新说。", [("陈立新", "在家里我是最")],
    ),
    "credited behind a colon": (
        "书记李福生来到库区。水库边上有一条谁都懂的道理：“上游的水不能脏。”王海燕说，种树也为此。",
        [("王海燕", "上游的水不能")],
    ),
    "the next full stop": (
        "“培训让一个村子更加有干劲也更有信心”。校长陈立新说，明年再办。", [("陈立新", "培训让一个村")],
    ),
    "a role as printed": ("“水真甜！”一位来过三次的游客说。", [("来过三次的游客", "水真甜！")]),
    "a relative": ("“孩子有学上了。”村民赵国强的妻子很高兴。", [("赵国强的妻子", "孩子有学上了")]),
    "a relative with a name": ("“孩子有学上了。”村民赵国强的妻子王海燕很高兴。", [("王海燕", "孩子有学上了")]),
    "who is spoken to": (
        "一位头发花白的老师对刚下车的学生李明阳说：“到家了，进屋喝茶。”", [("头发花白的老师", "到家了，进屋")],
    ),
    "an office before the name": ("达孜县水利局旺堆多吉说：“渠修好了，水就来。”", [("旺堆多吉", "渠修好了，水")]),
    "a long Tibetan name": (
        "选手切阳达瓦跑了第二。“我尽力了，不后悔。”切阳达瓦说。记者问起明年，切阳达瓦笑了。",
        [("切阳达瓦", "我尽力了，不")],
    ),
    "a foreign name once": (
        "“房子很暖，人也很暖。”基金会理事长玛格丽特·巴博瑞斯表示。", [("玛格丽特·巴博瑞斯", "房子很暖，人")],
    ),
    "a verb that is a noun": (
        "教授何明远谈到外界的负面评价等问题。“先把田种好，别的以后再说。”评论人王海燕说。",
        [("王海燕", "先把田种好，")],
    ),
    "paragraphs": (
        "乡长李福生说，路通了。\n“苹果好卖多了。”\n农技员王海燕正在果园里剪枝。", [("李福生", "苹果好卖多了")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_speech(form: str) -> None:
    text, expected = FORMS[form]
    assert said(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "第八批“组团式”援藏医疗队到了，队长李福生很高兴。", "活动以“保护水源，人人有责”为主题，乡长李福生出席。",
        "墙上写着“防火防盗，人人有责”。", "俗话说：“不怕慢，就怕站。”", "《县志》记载：“康熙年间，大水，城毁。”",
        "会议指出，要落实“一户一策，精准帮扶”的要求。", "通知指出：“各乡镇要在月底前上报，不得拖延。”",
        "记者问：“今年的收成怎么样？”", "所谓“高原红，藏不住”，只是玩笑。",
        "“一个也不能少，一天也不能拖”是县里的口号。", "书记李福生高举“不忘初心，牢记使命”的旗帜。",
        "他获得“优秀教师”称号。", "李福生来到“水清了岸绿了”示范村。",
        "没有引号的话，李福生说，也可以很长。", "", "“", "”", "“”", '"', "：“",
    ],
)  # fmt: skip
def test_what_is_not_said_is_not_a_quotation(text: str) -> None:
    assert said(text) == []


def test_a_title_is_that_of_the_speaker() -> None:
    text = "加查县农牧局局长赵国强来到地头。“墒情很好。”赵国强说。"
    assert [(quotation.title, quotation.speaker) for quotation in quotations(text)] == [("加查县农牧局局长", "赵国强")]


PIECES: list[str] = [
    *(text for text, _said in FORMS.values()),
    "“",
    "”",
    "「",
    "」",
    '"',
    "\n",
    "　　",
    "说",
    "李福生",
    "。",
    "，",
    "：",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map("".join))
@example("“" * 200 + "”" * 200)
@example("”" * 9 + "“。" * 99)
def test_quotations_are_in_the_text_and_never_overlap(text: str) -> None:
    last = 0
    for quotation in quotations(text):
        assert last <= quotation.start < quotation.end <= len(text)
        assert text[quotation.start : quotation.end] == quotation.words
        assert quotation.speaker.strip() == quotation.speaker != ""
        last = quotation.end


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map("".join))
def test_marks_enclose_what_is_quoted(text: str) -> None:
    spans = quoted(fold(text))
    assert all(span.before < span.start < span.end <= span.after for span in spans)
    assert all(first.after <= second.before for first, second in pairwise(spans))


def test_a_long_text_of_marks_takes_no_time() -> None:
    assert quotations("“说，" * 20_000) is not None


def test_who_has_a_name() -> None:
    text = (
        "校长陈立新说：“新教室亮堂多了，孩子们高兴。”陈立新的妈妈说：“他天天住在学校，不回家。”专家表示：“这种药要少用，最好别用。”"
        "村民们说：“路通了，车来了。”西藏大学表示：“我们会继续招生，名额不变。”"
    )
    kinds = [(quotation.speaker, quotation.kind) for quotation in quotations(text)]
    assert kinds == [
        ("陈立新", "person"), ("陈立新的妈妈", "role"), ("专家", "role"), ("村民们", "role"),
        ("西藏大学", "institution"),
    ]  # fmt: skip


# The method and the command


def test_quotes_of_an_archive(tmp_path: Path) -> None:
    with made(tmp_path / "data", *ARTICLES) as archive:
        rows = list(archive.quotes().rows())
        for speaker, _role, words, start, end, id, *_rest in rows:
            assert archive.article(id).body[start:end] == words
            assert speaker
        (first, *_more) = rows
        assert {row[0] for row in archive.quotes(speaker=first[0][:2]).rows()} >= {first[0]}
        counts = list(archive.quotes().speakers().rows())
        assert sum(row.quotations for row in counts) == len(rows)
        for kind in ("person", "role"):
            articles = [row.articles for row in counts if row.kind == kind]
            assert articles == sorted(articles, reverse=True)
            assert list(archive.quotes(kind=kind).rows()) == [row for row in rows if row[-1] == kind]
        with pytest.raises(wencang.WencangError, match="a filter needs a query"):
            archive.quotes(source="tibet.cn")


def test_speakers_without_a_name_are_counted_apart(tmp_path: Path) -> None:
    bodies = [
        "专家表示：“这种药要少用，最好别用。”村民们说：“路通了，车来了。”",
        "专家表示：“水要烧开，不能生喝。”一位村民说：“井里的水，我们不喝了。”镇长冯少华说：“水管下周就到，不用再等。”",
    ]
    articles = (
        replace(ARTICLES[0], id=f"x-{at}", url=f"http://a.example/{at}", body=body) for at, body in enumerate(bodies)
    )
    with made(tmp_path / "data", *articles) as archive:
        assert [row[:3] + row[4:] for row in archive.quotes().speakers().rows()] == [
            ("冯少华", 1, 1, "person"), ("专家", 2, 2, "role"), ("村民", 2, 2, "role"),
        ]  # fmt: skip
        assert len(list(archive.quotes(kind="role").rows())) == 4
        assert [row[0] for row in archive.quotes(kind="person").rows()] == ["冯少华"]


@pytest.mark.usefixtures("crawled")
def test_the_command(wencang: Wencang) -> None:
    done = wencang("quotes", "西藏", "--json")
    rows = list(map(json.loads, done.stdout.splitlines()))
    assert done.returncode == 0
    assert list(rows[0]) == ["speaker", "role", "words", "start", "end", "id", "url", "published", "title", "kind"]
    table = wencang("quotes", "西藏", "--csv").stdout.lstrip("\ufeff")
    assert [row["words"] for row in csv.DictReader(io.StringIO(table))] == [row["words"] for row in rows]
    done = wencang("quotes", "--speaker", "无此人")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("no quotation is found\n")
    assert wencang("quotes", "--count").stdout.split()[:3] == ["persons", "articles", "quotations"]
    assert wencang("quotes", "西藏").stdout.split()[:3] == ["speaker", "role", "quotation"]
