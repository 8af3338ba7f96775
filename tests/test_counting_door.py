"""Counting, stories, corpora and watches as methods of Archive on the sample, as a user of the library calls them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, fields, replace
from datetime import date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

import wencang
from archive.errors import ArchiveUnusable, NotKept, QueryFault, UsageFault, WencangError
from archive.settings import Settings, load
from archive.store import ArticleStore
from indexer import update
from tests.support.sample import ARTICLES
from wencang.desk.count.timeline import Timeline
from wencang.desk.freeze import bag
from wencang.desk.table import Table

SIGNING = "tibet.cn-7210688"
TITLE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e\x1b[31m=1+1"
HOSTILE = replace(
    next(article for article in ARTICLES if article.id == SIGNING),
    id="hostile", url="javascript:alert(3)//http://x.example.cn/1", title=TITLE, source="x.example.cn",
    section="<b>", credit="<i>社</i>",
)  # fmt: skip


@pytest.fixture(autouse=True)
def silence(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """No method prints."""
    yield
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def archive(crawled: Path) -> Iterator[wencang.Archive]:
    """The crawled sample with a hostile article, a copy of another one."""
    with ArticleStore.open(load(crawled)) as store:
        store.put(HOSTILE)
        update.bring_up(store, Settings(crawled), "whoosh")
    with wencang.open(crawled, {}) as archive:
        archive.stories(update=True)
        yield archive


def put(archive: wencang.Archive, number: int, body: str, index: bool = True) -> None:
    """One more article, indexed unless said otherwise."""
    with ArticleStore.open(load(archive.data)) as store:
        store.put(replace(HOSTILE, id=f"x-{number}", url=f"http://x.example.cn/{number}", body=body))
        if index:
            update.bring_up(store, archive.settings, "whoosh")


def news(archive: wencang.Archive) -> Table:
    archive.watch("甲", "援藏")
    put(archive, 1, "援藏医生来到牧场。")
    return next(archive.follow())


def filled(archive: wencang.Archive) -> Table:
    archive.freeze("援藏", out=archive.data / "bare", text=False)
    with ArticleStore.open(load(archive.data)) as store:
        store.withdraw("hostile", "asked")
    return archive.fill_corpus(archive.data / "bare", archive.data / "full")


def watches(archive: wencang.Archive) -> Table:
    archive.watch("b", '"<b>" OR 西藏')
    return archive.watches()


TABLES: dict[str, Callable[[wencang.Archive], Table]] = {
    "timeline": lambda archive: archive.timeline("西藏", '"<b>"', by="year", share=True),
    "groups": lambda archive: archive.timeline("西藏", group="credit", stories=True),
    "keywords": lambda archive: archive.keywords("援藏", limit=5),
    "keywords by year": lambda archive: archive.keywords("援藏", by="year", measure="tfidf", limit=5),
    "collocations": lambda archive: archive.collocations("西藏", least=2),
    "collocations by month": lambda archive: archive.collocations("西藏", by="month", measure="pmi", least=1),
    "concordance": lambda archive: archive.concordance("alert 西藏"),
    "sorted concordance": lambda archive: archive.concordance("西藏", sort="left", sample=20, limit=5),
    "figures": lambda archive: archive.figures("援藏"),
    "figures of stories": lambda archive: archive.figures("同句(援藏 亿元)", stories=True),
    "sorted figures": lambda archive: archive.figures("援藏", kind=["money", "date", "person"], sort="value"),
    "story": lambda archive: archive.story("hostile"),
    "stories": lambda archive: archive.stories(),
    "stories of a question": lambda archive: archive.stories("援藏", limit=3),
    "corpus": lambda archive: archive.freeze("援藏", out=archive.data / "corpus"),
    "check": lambda archive: archive.check_corpus(archive.freeze("援藏", out=archive.data / "corpus").folder),
    "filled": filled,
    "news": news,
    "watches": watches,
}


ELEMENTS = {"table", "thead", "tbody", "tr", "th", "td", "a", "svg", "rect", "path", "text"}


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


def assert_is_safe(html: str) -> None:
    """Only elements of ours, no attribute that runs anything, nothing that steers a terminal or turns text round."""
    parser = _Elements()
    parser.feed(html)
    assert {tag for tag, _attributes in parser.found} <= ELEMENTS
    for name, value in (attribute for _tag, attributes in parser.found for attribute in attributes):
        assert not name.startswith("on")
        assert name != "href" or (value or "").startswith("http")
    assert "\u202e" not in html
    assert "\x1b" not in html


@pytest.mark.parametrize("name", TABLES)
def test_a_result_is_a_table(archive: wencang.Archive, name: str) -> None:
    pandas = pytest.importorskip("pandas")
    table = TABLES[name](archive)
    rows = list(table.rows())
    assert rows
    assert rows == list(table.rows()), "it can be read again"
    frame = table.frame()
    assert isinstance(frame, pandas.DataFrame)
    assert (list(frame.columns), len(frame)) == (list(table.columns), len(rows))
    records = list(table.records())
    assert [list(record) for record in records] == [list(table.columns)] * len(rows)
    assert json.loads(json.dumps(records)) == json.loads(json.dumps(records, default=str)), "JSON values only"
    assert_is_safe(table._repr_html_())
    with pytest.raises(FrozenInstanceError):
        setattr(table, fields(table)[0].name, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["concordance", "story", "stories", "news"])
def test_a_hostile_title_is_shown_as_text(archive: wencang.Archive, name: str) -> None:
    html = TABLES[name](archive)._repr_html_()
    assert "alert" in html
    assert "&lt;" in html


def test_without_pandas_a_frame_is_refused(archive: wencang.Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageFault, match="pandas: is not installed; `pip install pandas`"):
        archive.stories().frame()


# What is beside the answer


def test_what_a_reader_should_know_is_in_the_notices(archive: wencang.Archive) -> None:
    def codes(value: object) -> list[str]:
        return [notice.code for notice in value.notices]  # type: ignore[attr-defined]

    assert codes(archive.timeline("西藏")) == []
    put(archive, 1, "西藏。", index=False)
    assert codes(archive.timeline("西藏 date:2018-13", "援藏", stories=True)) == [
        "of-question", "doubt", "index-behind", "stories-behind",
    ]  # fmt: skip
    for value in (archive.keywords("援藏"), archive.concordance("援藏"), archive.figures("援藏")):
        assert codes(value) == ["index-behind"]
    assert codes(archive.freeze("援藏", out=archive.data / "corpus")) == ["index-behind"]
    assert codes(archive.stories("援藏")) == ["index-behind", "stories-behind"]
    assert codes(archive.story(SIGNING)) == ["stories-behind"]
    (archive.data / "lexicon.txt").write_text("央金多\n", encoding="utf-8")
    assert codes(archive.collocations("西藏")) == ["rebuild-due"]


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda archive: archive.timeline(), "needs a question"),
        (lambda archive: archive.timeline("西藏", "援藏", group="section"), "splits the answer to one question"),
        (lambda archive: archive.timeline("西藏", source="nowhere"), "nowhere: is not a source"),
        (lambda archive: archive.keywords("西藏", since="soon"), "soon"),
        (lambda archive: archive.collocations("，"), "，: is not a word"),
        (lambda archive: archive.figures("西藏", kind=["sum"]), "sum: is not a kind of figure"),
        (lambda archive: archive.stories(since="2020"), "--since 2020: a filter needs a query"),
        (lambda archive: archive.story("nowhere"), "nowhere: is not in the archive"),
        (lambda archive: archive.check_corpus("nowhere"), "nowhere: is not a folder"),
        (lambda archive: archive.freeze("西藏", out=archive.data), "already exists"),
        (lambda archive: archive.freeze("", out=archive.data / "corpus"), "no word"),
        (lambda archive: archive.unwatch("甲"), "甲: is not a watch"),
        (lambda archive: archive.watch("甲", '"西藏'), "not closed"),
        (lambda archive: list(archive.follow(["甲"])), "甲: is not a watch"),
    ],
)
def test_what_is_wrong_is_one_line(
    archive: wencang.Archive, call: Callable[[wencang.Archive], object], fault: str
) -> None:
    with pytest.raises(WencangError) as raised:
        call(archive)
    assert isinstance(raised.value, UsageFault | QueryFault | NotKept)
    assert fault in str(raised.value)


# Counting


def test_a_timeline_draws_itself(archive: wencang.Archive) -> None:
    answer = archive.search("西藏", limit=0)
    timeline = archive.timeline("西藏", by="year")
    assert timeline.total == answer.whole
    assert timeline._repr_html_() == timeline.svg()
    assert timeline.svg().startswith("<svg ")
    assert archive.timeline("无此词汇啊").svg().endswith("</svg>\n")
    many = archive.timeline(*(f"{year}" for year in range(1990, 2023)))
    assert many._repr_html_().startswith("<table>"), "more lines than a reader can tell apart"


def test_groups_hold_the_whole_answer(archive: wencang.Archive) -> None:
    groups = archive.timeline("西藏", group="source")
    assert {series.group for series in groups.series} == {"tibet.cn", "x.example.cn"}
    assert groups.total == archive.timeline("西藏").total


def test_keywords_and_collocations_count_what_they_read(archive: wencang.Archive) -> None:
    done: list[int] = []
    keywords = archive.keywords("援藏", by="year", progress=done.append)
    assert done == list(range(1, archive.search("援藏", limit=0).whole + 1))
    assert keywords.columns == ("period", "rank", "word", "score", "here", "there", "log_ratio")
    assert archive.collocations("西藏", progress=done.append).columns == ("rank", "word", "score", "together", "places")
    assert done[-1] == len(ARTICLES) + 1
    assert archive.keywords("无此词汇啊").total == archive.collocations("无此词汇啊").total == 0


def test_a_concordance_is_read_again_each_time(archive: wencang.Archive) -> None:
    done: list[int] = []
    streamed, limited = archive.concordance("援藏", progress=done.append), archive.concordance("援藏", limit=3)
    held = archive.concordance("援藏", sort="right")
    assert done == []
    before = list(streamed.lines)
    assert all(isinstance(line.published, date) and line.node == "援藏" for line in before)
    assert list(limited.lines) == before[:3]
    assert sorted(held.rows()) == sorted(streamed.rows())
    with ArticleStore.open(load(archive.data)) as store:
        store.withdraw("hostile", "asked")
    assert list(streamed.lines) == [line for line in before if line.id != "hostile"]
    assert len(list(held.lines)) == len(before)


def test_figures_have_values_to_compute_with(archive: wencang.Archive) -> None:
    frame = archive.figures("援藏 招商引资", kind=["money"], sort="value").frame()
    yuan = frame[frame.unit == "CNY"]
    assert all(isinstance(value, Decimal) for value in yuan.value)
    assert Decimal("7209800000") in list(yuan.value)
    assert list(yuan.value) == sorted(yuan.value, reverse=True)
    assert all(isinstance(value, datetime) for value in frame.published)
    (record, *_more) = archive.figures("援藏 招商引资", kind=["money"], sort="value").records()
    assert record["value"].isdecimal()
    assert list(archive.figures("无此词汇啊").rows()) == []


def test_figures_are_those_of_the_sentences_that_a_question_asks_for(archive: wencang.Archive) -> None:
    def amounts(question: str) -> list[tuple[str, str]]:
        figures = archive.figures(question, kind=["money"], source="tibet.cn").figures
        return [(mention.figure.text, mention.sentence) for mention in figures]

    every = amounts("援藏 亿元")
    named = amounts("same:sentence(援藏 亿元)")
    assert [text for text, _sentence in named] == ["72.098亿元", "0.7亿元"]
    assert named == [(text, sentence) for text, sentence in every if "援藏" in sentence and "亿元" in sentence]
    assert [text for text, _sentence in amounts('"援藏" NEAR/10 亿元')] == ["157.38亿元", "0.7亿元"]
    assert list(map(set, zip(*amounts("援藏 NEAR/30 amount:72亿..73亿"), strict=True))) == [
        {"72.098亿元"},
        {named[0][1]},
    ]


def test_each_value_of_a_story_is_given_once(archive: wencang.Archive) -> None:
    every = list(archive.figures("援藏 亿元", kind=["money"]).figures)
    once = archive.figures("援藏 亿元", kind=["money"], stories=True)
    assert [mention.reports for mention in once.figures if "72" in mention.figure.text] == [2]
    assert {mention.figure.value for mention in once.figures} == {mention.figure.value for mention in every}
    assert sum(mention.reports for mention in once.figures) <= len(every)
    put(archive, 1, "援藏招商引资投入72.098亿元，这是另一篇文章。")
    again = archive.figures("援藏 亿元", kind=["money"], stories=True, sort="value")
    assert sorted(mention.reports for mention in again.figures if "72" in mention.figure.text) == [1, 2]
    assert "stories-behind" in [message.code for message in again.notices]


def test_a_concordance_shows_what_is_near(archive: wencang.Archive) -> None:
    lines = list(archive.concordance("援藏 NEAR/3 项目", source="tibet.cn").lines)
    assert {line.node for line in lines} == {"援藏", "项目"}
    assert 0 < len(lines) < len(list(archive.concordance("援藏 项目", source="tibet.cn").lines))
    for line in lines:
        assert "援藏" in line.left[-5:] + line.node + line.right[:5]


# Stories


def test_a_story_has_the_copies(archive: wencang.Archive) -> None:
    story = archive.story(SIGNING)
    assert [(copy.article.id, copy.is_first) for copy in story.copies] == [("hostile", True), (SIGNING, False)]
    assert list(map(len, story.parts())) == [2]
    assert all(0 < record["of_own"] <= 1 for record in story.records())
    assert archive.story(next(article.id for article in ARTICLES if article.id != SIGNING)).copies == ()
    stories = archive.stories()
    assert (stories.total, [(first.id, articles) for first, articles in stories.stories]) == (1, [("hostile", 2)])
    assert archive.stories("无此词汇啊").stories == ()


# Corpora


def test_a_corpus_is_frozen_checked_and_filled(archive: wencang.Archive, tmp_path: Path) -> None:
    done: list[int] = []
    whole = archive.freeze("援藏", out=tmp_path / "whole", since="2020", progress=done.append)
    assert whole.articles == len(done) == len(list(whole.rows())) > 3
    assert dict(bag.read_info(whole.folder))["Query-Since"] == "2020"
    bare = archive.freeze("援藏", out=str(tmp_path / "bare"), since="2020", text=False)
    assert [row[2] for row in bare.rows()] == [row[2] for row in whole.rows()]
    nothing = archive.freeze("无此词汇啊", out=tmp_path / "nothing")
    assert (nothing.articles, nothing.folder.exists(), list(nothing.rows())) == (0, False, [])
    full = archive.fill_corpus(bare.folder, tmp_path / "full")
    assert (full.lacking, list(full.rows()), full.corpus.articles) == (0, [], whole.articles)
    assert (tmp_path / "full" / "data" / "articles.jsonl").read_bytes() == (
        tmp_path / "whole" / "data" / "articles.jsonl"
    ).read_bytes()
    (bare.folder / "bag-info.txt").write_text("")
    broken = archive.check_corpus(bare.folder)
    assert (broken.compared, list(broken.rows()), len(broken.faults)) == (False, [], 1)
    assert archive.fill_corpus(bare.folder, tmp_path / "none").corpus.articles == 0
    assert not (tmp_path / "none").exists()


def test_a_corpus_is_checked_without_an_archive(archive: wencang.Archive, tmp_path: Path) -> None:
    corpus = archive.freeze("援藏", out=tmp_path / "corpus")
    with wencang.open(tmp_path / "nowhere", {}) as other:
        check = other.check_corpus(corpus.folder)
        assert (check.faults, check.compared) == ((), False)
        with pytest.raises(ArchiveUnusable):
            other.fill_corpus(corpus.folder, tmp_path / "full")


# Watches


def test_news_count_as_reported_when_the_next_is_asked_for(archive: wencang.Archive) -> None:
    archive.watch("甲", "援藏")
    archive.watch("乙", "磨坊")
    assert list(archive.follow()) == []
    put(archive, 1, "援藏医生来到牧场。")
    put(archive, 2, "援藏干部修好了磨坊。")
    of_each = {news.name: (news.count, [hit.article.id for hit in news.hits]) for news in archive.follow()}
    assert of_each == {"甲": (2, ["x-2", "x-1"]), "乙": (1, ["x-2"])}
    assert [row[-1] for row in archive.watches().rows()] == [2, 1], "neither hook nor mail, and not shown"
    first = next(archive.follow(mark_shown=True))
    assert first.count == 2
    reported = list(archive.follow(["甲"], mark_shown=True))
    assert [row[-1] for row in archive.watches().rows()] == [0, 1]
    assert [hit.article.id for hit in reported[0].hits] == ["x-2", "x-1"], "still to be read"
    archive.unwatch("甲")
    assert [watch.name for watch in archive.watches().watches] == ["乙"]
    assert not (archive.data / "feeds" / "甲.atom").exists()


def test_what_fails_is_in_the_news(archive: wencang.Archive) -> None:
    archive.watch("甲", "援藏")
    with (archive.data / "watches.toml").open("a", encoding="utf-8") as file:
        file.write("bad = '援藏 \"招商'\n")
    put(archive, 1, "援藏医生来到牧场。")
    with wencang.open(archive.data, {"WENCANG_HOOK": "false"}) as hooked:
        news = {one.name: one for one in hooked.follow()}
    assert (news["甲"].count, "the hook ended with code 1" in str(news["甲"].faults[0])) == (1, True)
    assert (news["bad"].count, "is not closed" in str(news["bad"].faults[0])) == (0, True)
    assert [row[-1] for row in archive.watches().rows()] == [1, 0]


def test_a_watch_may_come_before_the_archive(tmp_path: Path) -> None:
    with wencang.open(tmp_path, {}) as archive:
        archive.watch("甲", "援藏")
        with pytest.raises(UsageFault, match="甲: is watched already"):
            archive.watch("甲", "西藏")
        with pytest.raises(ArchiveUnusable):
            archive.watches()
        archive.unwatch("甲")


def test_a_timeline_is_a_value_that_compares(archive: wencang.Archive) -> None:
    assert archive.timeline("西藏") == archive.timeline("西藏")
    assert isinstance(archive.timeline("西藏"), Timeline)
