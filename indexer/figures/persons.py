"""Persons who are named with a title, in a text: 自治区党委书记王君正, 牧民次仁."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from indexer.analyzer import fold, lexicon
from indexer.figures.figure import Figure, Name, any_of

_FILE = Path(__file__).parent.parent / "names.txt"
_TITLES = (
    "书记 主席 主任 局长 厅长 市长 县长 区长 乡长 镇长 村长 专员 部长 院长 校长 园长 教授 研究员 董事长 经理 队长 领队 会长 理事长 秘书长 省长 总理 "
    "主任医师 医师 医生 大夫 护士 护士长 记者 站长 所长 处长 科长 司长 行长 台长 社长 馆长 团长 组长 委员 代表 常委 司令员 政委 工程师 老师 教师 "
    "院士 博士 画师 传承人 民警 护林员 快递员 司机 导游 村民 牧民 居民 农民 驻村干部 联络员 负责人 总裁 裁判 教练 店主 老板 经纪人 法官 检察官 "
    "乡村医生 党员 战士 班长 连长 参谋长 主编 编辑 演员 歌手 作家 诗人 翻译 讲解员 保安 船长 机长"
)
_WITH = "常务 第一 执行 党组 名誉 援藏 驻村 特约 高级 首席 副 总"
_LEVEL = re.compile(
    "(?:自治区|[市县区乡镇村州省](?:委|政府)?|党委|党组|党支部|支部|扶贫办|派出所|援藏|驻村|工会|妇联|团委|纪委|指挥部|人大常委会|政协)$"
)
# What follows a name: no character of it.
_BEHIND = fold(
    "[^\u3400-\u9fff]|$|[说在和与及等对向率带为是到从的于把将正教看走做作用卖送收捡找测任抵赴也就又已因来去养种家今昨当被给给跟同还曾"
    "会讲谈称道问答请让先刚最每一二三四五六七八九十]|表示|指出|介绍|强调|出席|主持|参加|告诉|认为|坦言|透露|宣布|陪同|宣读|代表|深入|分别|"
    "调研|建议|致辞|签|接受|发言|回忆|感慨|解释|负责|领着|组织|开始|通过|获得|完成|利用|前往|了解|发现|拿"
)
_SIGN = "(?:(?![说在和与及等对向带为是到从的于把将也就又已被给问请让])[\u3400-\u9fff])"


@cache
def _pattern() -> re.Pattern[str]:
    words = fold(lexicon())
    people = words.partition("# Names of people\n")[2].partition("#")[0]
    surnames, _mark, parts = fold(_FILE.read_text(encoding="utf-8")).partition("# tibetan\n")
    given = {line.split()[0] for line in people.splitlines()} | set(parts.split())
    chinese = [line for line in surnames.splitlines() if not line.startswith("#")]
    tibetan = f"(?:{any_of(given)})+"
    return re.compile(
        rf"(?P<title>(?:{any_of(fold(_WITH).split())})*(?:{any_of(fold(_TITLES).split())}))\s?"
        rf"(?P<name>{tibetan}(?:(?={_BEHIND})|{_SIGN}(?={_BEHIND})|)"
        rf"|(?:{any_of(' '.join(chinese).split())}){_SIGN}{{1,2}}(?={_BEHIND})"
        rf"|{_SIGN}{{1,5}}·{_SIGN}{{1,6}}(?={_BEHIND}))"
    )


def find(folded: str, text: str, before: Iterable[Figure]) -> Iterator[Figure]:
    """In the order of the text; `before` are the places and institutions that a title may begin with."""
    ends: dict[int, int] = {}
    for figure in before:
        ends[figure.end] = min(figure.start, ends.get(figure.end, figure.start))
    for match in _pattern().finditer(folded):
        start, end = match.span("name")
        title = folded[_title_start(folded, match.start(), ends) : match.end("title")]
        yield Figure("person", start, end, text[start:end], Name(folded[start:end], title))


def _title_start(folded: str, start: int, ends: dict[int, int]) -> int:
    while True:
        level = _LEVEL.search(folded, max(0, start - 5), start)
        further = ends.get(start, level.start() if level else start)
        if further == start:
            return start
        start = further
