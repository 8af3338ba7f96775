"""Who aids which place, as sentences say it: 广东省第八批援藏工作队 in 林芝, 中国石油援建双湖县.

A giver is a place, an enterprise or an authority of the state that stands before a word for aid; the receivers are the
places that the sentence connects with it. Of nested places the smallest counts. Pure.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, zip_longest
from pathlib import Path

from archive.article import Article
from indexer.figures import institutions
from indexer.figures.figure import Name, readable
from indexer.figures.gazetteer import gazetteer
from indexer.figures.origin import origin_of_body
from indexer.figures.places import find
from indexer.text.analyzer import fold
from indexer.text.wordlists import any_of

_SENTENCE = re.compile("[^。！？；!?;\n]+[。！？；!?;]?")
_WORD = re.compile(
    "对口(?:支援|帮扶|援建|援助|援藏|援青|援疆|扶贫|支持|协作)?|援[藏青疆]|援建|(?<!法律)援助|支援|帮扶|结对|组团式|捐赠|捐建|捐资|定点(?:扶贫|帮扶)"
)
# Between a giver and the word for aid: 省第八批, 市援藏指挥部的, 的25名医生. No new subject begins there.
_GAP = 16
_BREAK = re.compile("[、,。;:!?()]|(?:接受|得到|受到|获得|来自|感谢|学习|需要|关于|作为)")
# What stands before a receiver: 对口支援拉萨, 赴林芝, 为昌都, 助力那曲; not 从拉萨.
_BEFORE_RECEIVER = re.compile(
    r"(?:支援|帮扶|援建|援助|扶贫|支持|援藏|援青|援疆|帮助|结对|对口|捐赠|捐建|捐资|援|[在赴到往驻至进为给向对与和同及]"
    r"|助力|推动|促进|落户|服务|围绕|扎根|奉献|走进|深入|造福|组团式)"
    r"(?:了|的|我国|我省|我市|受援地?|西藏的)?[“\"]?$"
)
# What stands behind a receiver: 昌都由天津支援, 墨脱县委副书记、佛山市援藏工作组组长.
_BEHIND_RECEIVER = re.compile(
    r"(?:[省市县区州]?(?:党委|委|政府|政协|人大|人民医院|藏医院|中学|小学|教育|卫生|卫计|发改|旅游|文化|农牧|副?[书县市区州]|常务副?)"
    r"|[与和同]|由|得到|接受|受到|获得|受援)"
)
_TO = re.compile("(?:对口支援|对口帮扶|对口援建|援建|援助|支援|帮扶)(?:了|的)?$")
# 支援四川: the receiver of one aid is not the giver of the next.
_BEFORE_OTHER = re.compile("(?:支援|帮扶|援建|援助|捐赠|赴|前往|来到|回到)$")
# 湖北向西藏提供, 丽水对海西州的支持
_TOWARD = re.compile("[^,。;:、]{0,8}(?:[向与给对]|为)")
_OF_THOSE = re.compile("(?:援[藏青疆]|援助|支援)(?:的)?(?:省市|省份|单位)[:是]?$")
# 在拉萨召开, 西藏日报: where a meeting was, or an outlet.
_ELSEWHERE = re.compile("[^、,。]{0,6}(?:召开|举行|举办|开幕|启动|出发|集结|集中)|网|日报|商报|晚报|卫视|新闻网|中学班")
_LISTED = re.compile("(?:[省市县区州]?[、和与及]|以及|)")
_AREA = re.compile("援[藏青疆]")
_AREAS = {"援藏": "西藏自治区", "援青": "青海省", "援疆": "新疆维吾尔自治区"}
_FIRMS = ("公司", "集团", "银行")


@dataclass(frozen=True, slots=True)
class Aid:
    """A giver and a place that receives, by their full names, in a sentence: [start, end) of a text."""

    giver: str
    receiver: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AidMention:
    """An aid in the body of an article, its sentence, and how many articles of a story report it."""

    aid: Aid
    article: Article
    reports: int = 1

    @property
    def sentence(self) -> str:
        return self.article.body[self.aid.start : self.aid.end].strip()


@dataclass(frozen=True, slots=True)
class _Node:
    """A giver or receiver at [start, end) of a sentence; `chain` are the place and those it lies in."""

    start: int
    end: int
    name: str
    chain: tuple[str, ...]


def mentions(articles: Iterable[Article]) -> Iterator[AidMention]:
    """The aid in the bodies of articles, article by article."""
    for article in articles:
        for aid in pairs(article.body, origin_of_body(article)):
            yield AidMention(aid, article)


def pairs(text: str, origin: str = "") -> Iterator[Aid]:
    """Each giver with each of its receivers, sentence by sentence; `origin` as for places."""
    folded = readable(text)
    organs = list(_organs(folded, text))
    nodes = sorted((*organs, *_outside(organs, _places(folded, text, origin))), key=_start)
    for match in _SENTENCE.finditer(fold(text)):  # with its commas, which readable() makes like 、
        if _WORD.search(match[0]):
            start, end = match.span()
            first, last = (bisect_left(nodes, position, key=_start) for position in (start, end))
            inside = [_Node(n.start - start, n.end - start, n.name, n.chain) for n in nodes[first:last]]
            yield from (Aid(*pair, start, end) for pair in dict.fromkeys(_in_sentence(match[0], inside)))


def _start(node: _Node) -> int:
    return node.start


def _places(folded: str, text: str, origin: str) -> Iterator[_Node]:
    """The places of a text; of 广东省佛山市 and the like the last."""
    known = gazetteer().places
    last: _Node | None = None
    for figure in find(folded, text, origin):
        name = figure.value.name if isinstance(figure.value, Name) else ""
        chain = known[name].chain if name in known else (name,)
        if last and (last.end != figure.start or last.name not in chain):
            yield last
            last = None
        last = _Node(last.start if last else figure.start, figure.end, name, chain)
    if last:
        yield last


@cache
def _known() -> tuple[re.Pattern[str], dict[str, str]]:
    """The names of aid.txt, and the usual one of each."""
    lines = fold(Path(__file__).with_name("aid.txt").read_text(encoding="utf-8")).splitlines()
    usual = {name: line.split()[0] for line in lines if not line.startswith("#") for name in line.split()}
    return re.compile(any_of(usual)), usual


def _organs(folded: str, text: str) -> Iterator[_Node]:
    """The enterprises and authorities of the state in a text; known ones by their usual name."""
    pattern, usual = _known()
    known = [_Node(*match.span(), name := usual[match[0]], (name,)) for match in pattern.finditer(folded)]
    yield from known
    firms = (figure for figure in institutions.find(folded, text) if folded[: figure.end].endswith(_FIRMS))
    names = (_Node(firm.start, firm.end, name := folded[firm.start : firm.end], (name,)) for firm in firms)
    yield from _outside(known, names)


def _outside(others: Sequence[_Node], nodes: Iterable[_Node]) -> Iterator[_Node]:
    covered = {position for other in others for position in range(other.start, other.end)}
    return (node for node in nodes if covered.isdisjoint(range(node.start, node.end)))


def _in_sentence(sentence: str, nodes: Sequence[_Node]) -> Iterator[tuple[str, str]]:
    """The pairs: a receiver belongs to the givers named last before it, or else to the first behind it."""
    groups = _givers(sentence, nodes)
    if not groups:
        return
    received: dict[int, list[_Node]] = {}
    ends = [group[-1].end for group in groups]
    for receiver in _receivers(sentence, nodes, groups):
        received.setdefault(max(0, bisect_right(ends, receiver.start) - 1), []).append(receiver)
    served = {giver.name for number in received for giver in groups[number]}
    for number, group in enumerate(groups):
        if number in received:
            yield from _matched(sentence, group, received[number])
        else:
            yield from (
                (giver.name, area) for giver in group if giver.name not in served for area in _area(sentence, group)
            )


def _matched(sentence: str, givers: Sequence[_Node], receivers: Sequence[_Node]) -> Iterator[tuple[str, str]]:
    """All of them with each other; with 分别 the first with the first, if there are as many."""
    if "分别" in sentence[givers[-1].end : receivers[-1].start] and len(givers) > 1:
        if len(givers) == len(receivers):
            yield from ((giver.name, receiver.name) for giver, receiver in zip(givers, receivers, strict=True))
        return
    for giver in givers:
        for receiver in receivers:
            if giver.name not in receiver.chain:
                yield giver.name, receiver.name


def _givers(sentence: str, nodes: Sequence[_Node]) -> list[list[_Node]]:
    """The nodes that give, each with those in a list with it."""
    joined = [bool(_LISTED.fullmatch(sentence, node.end, after.start)) for node, after in pairwise(nodes)]
    gives = [not _receives(node) and _gives(sentence, node, after) for node, after in zip_longest(nodes, nodes[1:])]
    for at in reversed(range(len(joined))):
        gives[at] |= joined[at] and gives[at + 1] and not _receives(nodes[at])
    groups: list[list[_Node]] = []
    for at, node in enumerate(nodes):
        if at and joined[at - 1] and gives[at - 1] and not _receives(node):
            gives[at] = True
            groups[-1].append(node)
        elif gives[at]:
            groups.append([node])
    return groups


def _gives(sentence: str, node: _Node, after: _Node | None) -> bool:
    """Whether a node stands before a word for aid, or is said to aid the place behind it, or to be of those who aid."""
    if _BEFORE_OTHER.search(sentence, max(0, node.start - 6), node.start):
        return False
    if _OF_THOSE.search(sentence, max(0, node.start - 10), node.start):
        return True
    if after and _receives(after) and _TOWARD.fullmatch(sentence, node.end, after.start):
        return True
    word = _WORD.search(sentence, node.end, node.end + _GAP + 4)
    if not word or _BREAK.search(sentence, node.end, word.start()):
        return False
    if sentence[max(0, node.start - 1) : node.start] == "在" and word.start() - node.end > 4:  # where something was
        return False
    return not (after and after.start < word.start() and not _receives(after))


def _receives(node: _Node) -> bool:
    """Whether a place lies in an area that receives aid and gives none."""
    return node.chain[-1] in ("西藏自治区", "新疆维吾尔自治区") or any("藏族" in name for name in node.chain)


def _receivers(sentence: str, nodes: Sequence[_Node], groups: Sequence[Sequence[_Node]]) -> list[_Node]:
    """The places that a sentence connects with aid, or else the only one; smaller places instead of larger."""
    givers = {giver.name for group in groups for giver in group}
    candidates = [node for node in nodes if givers.isdisjoint(node.chain) and _may_receive(sentence, node)]
    connected: list[_Node] = []
    listed = set[_Node]()  # named beside a smaller place, not only as what that lies in
    for node in candidates:
        if connected and _LISTED.fullmatch(sentence, connected[-1].end, node.start):
            listed.add(connected[-1])
            connected.append(node)
        elif _is_connected(sentence, node):
            connected.append(node)
    if not connected and len({node.name for node in candidates}) == 1:
        connected = candidates[:1]
    above = {name for node in connected for name in node.chain[1:]}
    smallest = [node for node in connected if node.name not in above or node in listed]
    return list({node.name: node for node in reversed(smallest)}.values())[::-1]


def _may_receive(sentence: str, node: _Node) -> bool:
    """Whether aid goes to a place: it lies in an area that receives, or stands directly behind the word."""
    if _ELSEWHERE.match(sentence, node.end) or sentence[node.start - 1 : node.start] in ("从", "离", "自"):
        return False
    if _receives(node) or (node.chain[-1] == "青海省" and "援青" in sentence):
        return True
    return node.name in gazetteer().places and bool(_TO.search(sentence, max(0, node.start - 6), node.start))


def _is_connected(sentence: str, node: _Node) -> bool:
    return bool(
        _BEFORE_RECEIVER.search(sentence, max(0, node.start - 8), node.start)
        or _BEHIND_RECEIVER.match(sentence, node.end)
    )


def _area(sentence: str, group: Sequence[_Node]) -> list[str]:
    """The area that 援藏, 援青 or 援疆 behind givers means; in 四川, 青海, 甘肃, 云南 their own counties."""
    word = _AREA.search(sentence, max(0, group[0].start - 8), group[-1].end + _GAP + 4)
    own = group[-1].chain[-1] in ("四川省", "青海省", "甘肃省", "云南省")
    return [_AREAS[word[0]]] if word and not own else []
