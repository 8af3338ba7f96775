"""Articles of our own writing, and a site that shows them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from archive.article import SHANGHAI
from archive.url import canonical
from tests.support.site import Reply

_PLACES = "拉孜 南木林 定日 江孜 白朗 仁布 康马 萨迦 昂仁 谢通门 亚东 岗巴 聂拉木 吉隆 萨嘎 仲巴 错那 隆子 曲松 桑日".split()
_SUBJECTS = "牧业合作社 农机站 寄宿学校 县医院 气象台 公路养护段 湿地管护队 图书室 青稞种植户 电商服务点 供水站 藏戏团".split()
_EVENTS = "今年开春先忙起来 迎来一批新学员 添了三台新设备 把服务送到村口 提前完成全年任务 试行夜间值班 完成一次大检修 办起周末集市".split()
_NUMBERS = "两 三 四 五 六 七 八 九 十二 十五 十八 二十 三十 四十".split()
_SENTENCES = (
    "{place}的{subject}最近很忙，{number}名工作人员分成{other}组，每天一早就出门。",
    "负责人说，去年这个时候只有{number}户报名，现在已经有{other}户排着队等。",
    "从县城过来的路修好以后，原来要走{number}个小时，现在只要{other}十分钟。",
    "大家商量了{number}个晚上，最后决定先试{other}个月，看看效果再说。",
    "村里的老人看了直点头：“这样的事，{number}年前想都不敢想。”",
    "下一步，{subject}打算再招{number}个人，把剩下的{other}个点也管起来。",
    "记者看到，院子里堆着{number}车材料，{other}个年轻人正在卸货，旁边烧着一壶酥油茶。",
    "账本上写得清楚：收入{number}万元，支出{other}万元，余下的留作明年的周转。",
)


@dataclass(frozen=True, slots=True)
class Story:
    """One article; `number` counts from 1, the newest has the highest."""

    number: int
    channel: int
    title: str
    time: datetime
    paragraphs: tuple[str, ...]
    credit: str
    author: str

    @property
    def html(self) -> str:
        return "\n".join(f"<p>　　{paragraph}</p>" for paragraph in self.paragraphs)

    @property
    def body(self) -> str:
        return "\n".join(self.paragraphs)


def stories(seed: str, channels: int, each: int, newest: datetime) -> list[Story]:
    """As many articles of each channel, mixed, the newest first."""
    chance = random.Random(seed)
    titles = [f"{place}{subject}{event}" for place in _PLACES for subject in _SUBJECTS for event in _EVENTS]
    chosen = chance.sample(titles, channels * each)
    time, made = newest, list[Story]()
    for number in range(channels * each, 0, -1):
        time -= timedelta(minutes=chance.randrange(200, 1500))
        made.append(_story(chance, number, number % channels, chosen[number - 1], time))
    return made


def _story(chance: random.Random, number: int, channel: int, title: str, time: datetime) -> Story:
    sentences = chance.sample(_SENTENCES, chance.randrange(4, 7))
    lines = [
        sentence.format(
            place=chance.choice(_PLACES), subject=chance.choice(_SUBJECTS),
            number=chance.choice(_NUMBERS), other=chance.choice(_NUMBERS),
        )
        for sentence in sentences
    ]  # fmt: skip
    credit = chance.choice(["雪域日报", "雅江晚报", "高原广播"])
    return Story(number, channel, title, time, tuple(lines), credit, chance.choice(["扎西平措", "李守田", "卓玛央宗"]))


@dataclass(frozen=True, slots=True)
class Site:
    """A site's pages by their address without scheme and host, and the article at each of its articles' addresses."""

    name: str
    host: str
    title: str
    pages: Mapping[str, bytes]
    articles: Mapping[str, Story]
    dated: bool = True  # whether its articles print when they were published

    @property
    def url(self) -> str:
        return f"http://{self.host}/"

    def answer(self, url: str, _headers: Mapping[str, str] | None = None) -> Reply:
        """As a server, or as a proxy for it: a page that does not exist is a 404."""
        page = self._page(urljoin(self.url, url))
        if page is None:
            return 404, {}, b"<html><title>404</title><body><h1>404 Not Found</h1></body></html>"
        return 200, {"Content-Type": _type(page, urlsplit(url).path)}, page

    def _page(self, url: str) -> bytes | None:
        """However the address is written, as a server has it."""
        return next((page for target, page in self.pages.items() if canonical(urljoin(self.url, target)) == canonical(url)), None)


def _type(page: bytes, path: str) -> str:
    if path.endswith(".txt"):
        return "text/plain"
    return "text/xml" if page.startswith(b"<?xml") else "text/html"


def in_pages(rows: Sequence[Story], size: int) -> Iterator[tuple[int, int, Sequence[Story]]]:
    """The pages of a list: the number of each from 1, how many there are, and its rows."""
    count = -(-len(rows) // size)
    for number in range(1, count + 1):
        yield number, count, rows[(number - 1) * size : number * size]


def items(rows: Sequence[Story], item: Callable[[Story], str]) -> str:
    return "\n".join(map(item, rows))


NEWEST = datetime(2025, 11, 28, 18, 0, tzinfo=SHANGHAI)
