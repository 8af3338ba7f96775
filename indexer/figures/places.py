"""Places of China in a text: which of several places of one name is meant follows from what stands around it."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from archive.article import Article, StoredText
from indexer.figures.figure import Figure, Name, readable
from indexer.figures.gazetteer import Gazetteer, Place, gazetteer
from indexer.text.analyzer import fold

# Other words that contain a name; matched from the character before it.
_OTHER_WORDS = {
    name: re.compile(source)
    for name, source in {
        "阿里": ".?阿里(?:巴巴|云|健康|妈妈|山|斯)|[罕拳穆]阿里",
        "吉隆": ".?吉隆坡",
        "山南": ".?山南[麓坡路侧脚段]|[中江华岳泰衡嵩黄庐]山南",
        "萨嘎": ".?萨嘎达瓦",
        "贡嘎": ".?贡嘎山",
        "普兰": ".?普兰店",
        "安多": ".?安多(?:[语方]|藏区|地区|研究|政教)",
        "亚东": ".?亚东[南北部]",
        "白朗": ".?白朗宁",
        "日土": "[今昨本次每]日土",
        "广西": "推广西|.?广西藏",
        "广东": "推广东",
        "河南": "[黄淮运]河南",
        "河北": "[黄淮运]河北",
        "湖南": "[太西]湖南[岸侧]",
        "湖北": "[太西]湖北[岸侧]",
        "江西": "[长漓珠]江西",
        "山东": ".?山东[麓坡侧]",
        "山西": ".?山西[麓坡侧]",
        "海口": "[出入]海口",
        "大庆": "[盛重巨伟]大庆|.?大庆[典祝]",
        "大理": "[重巨伟强]大理|.?大理[石论想由]",
        "大连": "[强重巨]大连|.?大连[接续线]",
        "江门": "[长临]江门",
        "南通": "[西东]南通",
        "南充": "[西东]南充",
        "眉山": "峨眉山",
        "黄石": ".?黄石公园",
        "普洱": ".?普洱茶",
        "哈密": ".?哈密瓜",
        "和田": ".?和田玉",
        "西安": ".?西安(?:[全排装置静]|多县)",
        "吴忠": ".?吴忠[^市、]",
        "成都": "[变建形造组]成都",
        "玛多": ".?玛多[吉杰布]",
        "达日": "[发到表抵通]达日|.?达日[本益子常]",
        "河源": "黄河源",
        "江源": "[长三]江源",
        "贡山": "黎贡山",
        "西夏": ".?西夏[王文时]",
        "海西": ".?海西蒙古",
        "噶尔": "准噶尔",
        "成都市": "[变建形造组]成都市[圈群]",
        "敦煌": ".?敦煌[学壁]",
    }.items()
}
_LEVEL = re.compile("[省州市县区旗盟]$|地区$|自治区$")
# 西藏自治区区域, 拉萨市市场: a level that belongs to the next word.
_NEXT_WORD = re.compile("区[域间块划位]|市[场值民面]|县[域级]|州[际级]")
_NATURE = re.compile("[山江河湖]")  # 祁连山, 赤水河: not the county of that name
_HAN = re.compile("[\u3400-\u9fff]")
_ABBREVIATIONS = {
    "京": "北京市", "沪": "上海市", "津": "天津市", "渝": "重庆市", "粤": "广东省", "藏": "西藏自治区", "鄂": "湖北省",
    "湘": "湖南省", "苏": "江苏省", "浙": "浙江省", "皖": "安徽省", "闽": "福建省", "鲁": "山东省", "冀": "河北省",
    "辽": "辽宁省", "吉": "吉林省", "黑": "黑龙江省", "陕": "陕西省", "川": "四川省", "滇": "云南省", "青": "青海省",
    "甘": "甘肃省", "赣": "江西省", "豫": "河南省", "晋": "山西省", "桂": "广西壮族自治区",
    "琼": "海南省", "贵": "贵州省",
}  # fmt: skip
# 粤藏两地, 赴京; but not 京藏高速, 在京剧里.
_ABBREVIATED = re.compile(
    f"[{''.join(_ABBREVIATIONS)}](?:藏(?=两地|两省|双方|携手|交流|合作|情深|一家)"
    "|(?<=[赴来驻进在离返抵入][京沪渝粤藏])(?![剧族文语医历药戏装香区式北传西东海毯獒羚彝汉民族]))"
)


@dataclass(frozen=True, slots=True)
class _Span:
    """A name at [start, end) and the places it may mean."""

    start: int
    end: int
    name: str
    readings: Sequence[Place]


@dataclass(frozen=True, slots=True)
class _Named:
    """A place named at [start, end); one without a level is a name that several places have, undecided."""

    start: int
    end: int
    place: Place


@cache
def _heads() -> re.Pattern[str]:
    """What may be the first two characters of a name: a tenth of the time of an expression of all names."""
    heads = gazetteer().sizes
    first, second = ("".join(sorted({head[at] for head in heads})) for at in (0, 1))
    return re.compile(f"[{first}](?=[{second}])")


def _spans(folded: str) -> Iterator[_Span]:
    """The names in a text, in order; an uncertain one may overlap the next."""
    places = gazetteer()
    sizes, readings = places.sizes, places.readings
    after = 0
    for match in _heads().finditer(folded):
        start = match.start()
        if folded[start : start + 2] not in sizes or start < after:
            continue
        for size in sizes[folded[start : start + 2]]:
            name = folded[start : start + size]
            if name in readings and _is_name(folded, start, name):
                yield _Span(start, start + len(name), name, readings[name])
                if name not in places.uncertain:
                    after = start + len(name)
                break


def _is_name(folded: str, start: int, name: str) -> bool:
    end = start + len(name)
    if len(name) > 2 and _NEXT_WORD.match(folded, end - 1):
        return False
    if name in gazetteer().uncertain and _NATURE.match(folded, end):
        return False
    other = _OTHER_WORDS.get(name)
    return not (other and other.match(folded, max(0, start - 1)))


def _abbreviated(folded: str) -> Iterator[_Named]:
    places = gazetteer().places
    for match in _ABBREVIATED.finditer(folded):
        for at in range(match.start(), match.end()):
            yield _Named(at, at + 1, places[_ABBREVIATIONS[folded[at]]])


def _named(folded: str, origin: str = "") -> list[_Named]:
    """The places named in a text, in order."""
    uncertain = gazetteer().uncertain
    clear = list(_abbreviated(folded))
    unclear: list[_Span] = []
    for span in _spans(folded):
        if len(span.readings) == 1 and span.name not in uncertain:
            clear.append(_Named(span.start, span.end, span.readings[0]))
        else:
            unclear.append(span)
    clear.sort(key=_start)
    if not unclear:
        return clear
    reader = _Reader(folded, clear, _of_origin(origin))
    for span in unclear:
        if named := reader.read(span, span.name not in uncertain):
            reader.add(named)
    return sorted(reader.named.values(), key=_start)


def _start(named: _Named) -> int:
    return named.start


@lru_cache(1_000)
def _of_origin(origin: str) -> frozenset[str]:
    """The places that the title, the outlet or the site name, and those these lie in."""
    folded = fold(origin)
    names = {name for span in _spans(folded) if len(span.readings) == 1 for name in span.readings[0].chain}
    return frozenset(names | ({"西藏自治区"} if "tibet" in folded else set()))


class _Reader:
    """Decides what names mean that are uncertain, or that several places have."""

    def __init__(self, folded: str, clear: Iterable[_Named], origin: frozenset[str]) -> None:
        self._folded = folded
        self._origin = origin
        self.named: dict[int, _Named] = {}  # by start
        self._by_end: dict[int, _Named] = {}
        self._places: set[str] = set()
        self._starts: defaultdict[str, list[int]] = defaultdict(list)  # of a place and of those in it
        for named in clear:
            self.add(named)

    def add(self, named: _Named) -> None:
        self.named[named.start] = self._by_end[named.end] = named
        self._places.add(named.place.name)
        for name in named.place.chain:
            insort(self._starts[name], named.start)

    def read(self, span: _Span, is_certain: bool) -> _Named | None:
        """What a name means; None for another word."""
        place = self._in_place_before(span) or self._named_elsewhere(span)
        if not place and (is_certain or self._is_listed(span) or self._is_free(span)):
            place = self._decided(span)
        return _Named(span.start, span.end, place) if place else None

    def _in_place_before(self, span: _Span) -> Place | None:
        """The reading that lies in the place named directly before: 甘肃夏河, 北京市朝阳区."""
        before = self._by_end.get(span.start)
        return next((place for place in span.readings if before and before.place.name in place.above), None)

    def _named_elsewhere(self, span: _Span) -> Place | None:
        """The only reading that the text names in another way, or here before."""
        places = [place for place in span.readings if place.name in self._places]
        return places[0] if len(places) == 1 else None

    def _is_listed(self, span: _Span) -> bool:
        """Whether the name stands in a list with a place of the same province or level."""
        before = self._by_end.get(span.start - 1) if self._folded[span.start - 1 : span.start] == "、" else None
        after = self.named.get(span.end + 1) if self._folded[span.end : span.end + 1] == "、" else None
        return any(
            other and (other.place.level == place.level or other.place.chain[-1] == place.chain[-1])
            for other in (before, after) for place in span.readings
        )  # fmt: skip

    def _is_free(self, span: _Span) -> bool:
        """Whether a name like 和县 stands at the beginning of a clause, and the text names a place above."""
        return (
            len(span.name) == 2 and bool(_LEVEL.search(span.name))
            and not _HAN.match(self._folded, max(0, span.start - 1), span.start)
            and any(not self._places.isdisjoint(place.above) for place in span.readings)
        )  # fmt: skip

    def _decided(self, span: _Span) -> Place | None:
        """The reading near the places named around it, else one of the article's region, else the largest.

        If none is, a name with its level stands for itself.
        """
        near = self._nearest(span) or [place for place in span.readings if not self._origin.isdisjoint(place.above)]
        if len(near) == 1:
            return near[0]
        largest = [place for place in span.readings if place.level == span.readings[0].level]
        if len(largest) == 1:
            return largest[0]
        return Place(span.name, -1, ()) if _LEVEL.search(span.name) else None

    def _nearest(self, span: _Span) -> list[Place]:
        """The readings whose prefecture or province is named nearest, by itself or as a place in it; before rather."""
        distances = [(self._distance(span, place), place) for place in span.readings]
        least = min(distance for distance, _place in distances)
        return [place for distance, place in distances if distance == least < _FAR]

    def _distance(self, span: _Span, place: Place) -> int:
        """To the nearest place in the same prefecture; else to the nearest in the province, which is farther."""
        for rank, name in enumerate(place.above or (place.name,)):
            starts = self._starts.get(name, [])
            at = bisect_left(starts, span.start)
            if at:
                return span.start - starts[at - 1] + rank * _AFTER
            if starts:
                return starts[0] - span.start + (rank + 1) * _AFTER
        return _FAR


_AFTER = 1 << 32  # a place named before is nearer than any named after
_FAR = 1 << 40


def find(folded: str, text: str, origin: str = "") -> Iterator[Figure]:
    """The places named in a text, in order; `folded` is from readable().

    `origin` is what else tells where the text belongs: title, outlet, site.
    """
    for named in _named(folded, origin):
        yield Figure("place", named.start, named.end, text[named.start : named.end], Name(named.place.name))


def readings(name: str) -> tuple[str, ...]:
    """The full names of the places that a name may mean; empty for an unknown name. 甘肃夏河 is 夏河县."""
    folded = fold(name)
    places: Gazetteer = gazetteer()
    if folded in places.places:
        return (folded,)
    if folded in places.readings:
        return tuple(place.name for place in places.readings[folded])
    end, last = 0, ""
    for named in _named(folded):
        if named.start != end or named.place.level < 0:
            return ()
        end, last = named.end, named.place.name
    return (last,) if end == len(folded) and last else ()


@cache
def regions() -> frozenset[str]:
    """The certain names of provinces and prefectures, and of all places of Tibet."""
    places = gazetteer()
    return frozenset(
        name
        for name, (place, *_others) in places.readings.items()
        if name not in places.uncertain and (place.level < 2 or "西藏自治区" in place.above)
    )


def within(folded: str, origin: str = "") -> list[str]:
    """The distinct places named in a text and those they lie in."""
    return sorted({place for named in _named(folded, origin) for place in named.place.chain})


def innermost(article: Article) -> list[str]:
    """The fewest places from which those of `of_article` follow by `lying_in`."""
    chains = {named.place.name: named.place.chain for named in _named(_whole(article), origin_of(article))}
    outer = {place for name, chain in chains.items() for place in chain if place != name}
    return sorted(chains.keys() - outer)


def lying_in(names: Iterable[str]) -> list[str]:
    """These places and those that they lie in."""
    return sorted({place for name in names for place in _lies_in(name)})


def _lies_in(name: str) -> tuple[str, ...]:
    place = gazetteer().places.get(name)
    return place.chain if place else (name,)


def origin_of(article: Article | StoredText) -> str:
    """What tells where an article belongs, apart from its title and body."""
    return f"{article.source} {article.credit}"


def origin_of_body(article: Article | StoredText) -> str:
    """The same apart from its body."""
    return f"{article.title} {origin_of(article)}"


def of_article(article: Article) -> list[str]:
    """The distinct places that title or body name and those they lie in: what `place:` finds in an index."""
    return within(_whole(article), origin_of(article))


def _whole(article: Article) -> str:
    return readable(f"{article.title}\n{article.body}")
