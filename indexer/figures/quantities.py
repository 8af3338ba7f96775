"""Amounts of money, counts with their units, and percentages in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import Literal

from indexer.figures.figure import DIGITS, Figure, Kind, Quantity, numeral

# Their order determines the keys in an index: append new ones at the end.
CURRENCIES = {
    "元": "CNY", "元人民币": "CNY", "人民币": "CNY", "块钱": "CNY", "美元": "USD", "美金": "USD", "港元": "HKD",
    "港币": "HKD", "澳门元": "MOP", "新台币": "TWD", "欧元": "EUR", "英镑": "GBP", "日元": "JPY", "韩元": "KRW",
    "卢布": "RUB", "瑞士法郎": "CHF", "澳元": "AUD", "加元": "CAD", "新加坡元": "SGD", "泰铢": "THB", "卢比": "INR",
    "印度卢比": "INR", "尼泊尔卢比": "NPR", "尼元": "NPR",
}  # fmt: skip
CODES = tuple(dict.fromkeys(CURRENCIES.values()))
YUAN = ("元", "块钱")  # of another currency if that is named before the number
_SIGNS = {"us$": "USD", "hk$": "HKD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "CNY"}
_ISO = CURRENCIES | _SIGNS
_SAME_UNIT = {
    "km": "公里", "km2": "平方公里", "平方千米": "平方公里", "m2": "平方米", "㎡": "平方米",
    "立方": "立方米", "kwh": "千瓦时", "kw": "千瓦", "mw": "兆瓦", "kv": "千伏", "kg": "公斤",
    "平米": "平方米", "个小时": "小时", "多小时": "小时", "℃": "摄氏度",
}  # fmt: skip
_UNITS = (
    "人次 车次 架次 班次 批次 场次 件次 户次 人 名 位 户 家 个 项 件 台 辆 头 只 匹 座 所 间 套 条 张 部 本 "
    "册 卷 函 场 次 批 艘 架 列 节 组 种 类 门 篇 首 幅 枚 块 片 处 支 对 双 顶 盏 根 袋 箱 盒 瓶 桶 款 起 例 "
    "份 栋 幢 排 棵 株 颗 粒 尾 羽 峰 口 岁 周岁 字 倍 顿 趟 笔 层 面 公里 海里 里 米 厘米 毫米 平方公里 "
    "平方米 立方米 公顷 亩 吨 公斤 克 斤 升 千瓦时 度 千瓦 兆瓦 吉瓦 千伏 摄氏度 小时 分钟 秒 天 个月"
)
# Characters that may not follow a unit, since it would start another word.
_NOT_BEFORE = (
    "元[旦月素代首件朝宵老谋论帅勋户化] 人[民均大物类制] 位[一于] 家[乡长庭人] 名[字为叫] 部[长门队分委曲] "
    "台[山湾风阶北] 门[口票] 面[积对向临包] 次[日年序要] 条[例件] 口[岸] 处[于理长级] 批[准评示发] "
    "起[来到点草] 层[次面] 度[假过] 对[口于] 组[织团成] 只[有要能是] 所[以有谓在] 场[地所] 节[目日约能] "
    "种[植养下] 里[面程] 个(亿(?![元吨级])|百分点|意识|自信|维护|确立|全面|确保|创建|代表|百年|方面)"
)
_DIGITS = r"(?:\d{1,3}(?:,\d{3}){1,5}(?!\d)|\d{1,20})(?:\.\d{1,20})?"
# Lengths are bounded, so that a hostile text can't cause catastrophic backtracking.
NUMBER = (
    rf"(?:(?:{_DIGITS}[十百千万亿]{{1,4}}){{0,3}}{_DIGITS}[十百千万亿]{{0,4}}"
    rf"|[几数]?[{DIGITS}十百千万亿]{{1,24}}(?:点[{DIGITS}]{{1,8}}[百千万亿]{{0,4}})?)"
    "(?:[余多几来][百千万亿]{0,4})?"
)
_TO = "(?:至|到|-|—{1,2}|–|~)"
_BEFORE = {
    "将近": "<", "接近": "<", "近": "<", "不足": "<", "不到": "<", "低于": "<", "最多": "<", "大约": "~", "约": "~",
    "超过": ">", "超": ">", "逾": ">", "至少": ">", "不少于": ">", "高于": ">",
}  # fmt: skip
_OTHER_WORD = re.compile("(?:[附最靠临就]近|[合条节预签契违制]约|[赶反高]超)$")
_AFTER = {"以上": ">", "以下": "<", "以内": "<", "左右": "~", "上下": "~", "余": ">", "多": ">", "": ""}
_VAGUE = re.compile("[余多几数]")
_SIDE_BY_SIDE = re.compile(rf"([{DIGITS}]?十|)([{DIGITS}])([{DIGITS}])([十百千万亿]*)")
_BOUND_AFTER = f"(?P<after>{'|'.join(_AFTER)})"
_PERCENT = re.compile(rf"百分之(?P<low>{NUMBER})(?:{_TO}(?:百分之)?(?P<high>{NUMBER}))?{_BOUND_AFTER}")
_TENTHS = re.compile(
    rf"(?<![第{DIGITS}])(?P<low>[一二三四五六七八九])成(?![不为立员就长本功效果分都品活]){_BOUND_AFTER}"
)
NAMES = "|".join(name for name in CURRENCIES if not name.startswith(YUAN))
_NAME = re.compile("|".join((NAMES, *map(re.escape, _SIGNS))))
# Neither of another amount (2亿美元) nor of a rate (每美元).
_CURRENCY_NAME = rf"(?:(?P<name>(?<![{DIGITS}\d十百千万亿余多几每兑对])(?:{NAMES}))|us\$|hk\$|[$€£¥])\s?"
_CURRENCY_BEFORE = re.compile(f"{_CURRENCY_NAME}$")
_OF_MONEY = re.compile(f"[钱款贷税债花赚挣亏捐]|资金|投资|融资|收入|产值|市值|利润|成本|营收|销售|预算|补贴|{NAMES}")
# Neither inside a number (第十三次) nor at its last digits (000 of 1234,000).
_START = rf"(?<![a-z\d.第{DIGITS[1:]}十百千万亿])(?!0\d\d)"
_HUNDRED_MILLIONS = re.compile(
    rf"{_START}(?P<low>{NUMBER})(?:(?:个亿)?{_TO}(?P<high>{NUMBER}))?个亿(?P<unit>{NAMES}|(?![元吨级])){_BOUND_AFTER}"
)


def _alternatives(units: Iterable[str]) -> str:
    guards = {guard[0]: guard[1:] for guard in _NOT_BEFORE.split()}
    longest = sorted(units, key=len, reverse=True)
    return "|".join(re.escape(unit) + (f"(?!{guards[unit]})" if unit in guards else "") for unit in longest)


@cache
def _measured(kind: str) -> re.Pattern[str]:
    """A number or range with a unit: any, or only of money."""
    others = (*_UNITS.split(), *_SAME_UNIT, "%", "个百分点", "百分点") if kind == "any" else ()
    unit = _alternatives((*CURRENCIES, *others))
    return re.compile(
        rf"{_START}(?P<low>{NUMBER})(?:(?:{unit})?{_TO}(?P<high>{NUMBER}))?(?P<unit>{unit})"
        rf"(?P<tenths>[一二三四五六七八九\d]角)?{_BOUND_AFTER}"
    )


@cache
def _without_unit() -> re.Pattern[str]:
    """A number after a currency sign, or one in 万 or 亿 after the name of a currency: 日元3亿."""
    return re.compile(
        rf"{_CURRENCY_NAME}(?:{'|'.join(_BEFORE)})?(?>(?P<low>{NUMBER})(?:{_TO}(?P<high>{NUMBER}))?)(?(name)(?<=[万亿余多]))"
        rf"(?!{_alternatives((*CURRENCIES, *_UNITS.split(), *_SAME_UNIT, '%'))}|个亿){_BOUND_AFTER}"
    )


def find(folded: str, text: str, only: Literal["any", "money"] = "any") -> Iterator[Figure]:
    """Money, counts and percentages in a text, in order; `folded` is from readable()."""
    after_names = (_without_unit().match(folded, name.start()) for name in _NAME.finditer(folded))
    figures = [_figure(match, text, "money", "CNY") for match in after_names if match and _is_number(match)]
    for match in _HUNDRED_MILLIONS.finditer(folded) if "个亿" in folded else ():
        if _is_number(match) and _OF_MONEY.search(folded, max(0, match.start() - 8), match.end() + 8):
            figures.append(_figure(match, text, "money", CURRENCIES.get(match["unit"], "CNY")))
    for match in _measured(only).finditer(folded):
        kind, unit = _kind(match["unit"])
        if _is_number(match) and not (kind == "count" and match["low"] == "一" and not match["high"]):
            figures.append(_figure(match, text, kind, unit))
    if only == "any":
        shares = (*_PERCENT.finditer(folded), *_TENTHS.finditer(folded))
        figures += (_figure(match, text, "percent", "%") for match in shares)
    return iter(sorted(figures, key=lambda figure: figure.start))


def _kind(unit: str) -> tuple[Kind, str]:
    if unit in CURRENCIES:
        return "money", CURRENCIES[unit]
    if unit in ("%", "个百分点", "百分点"):
        return "percent", unit if unit == "%" else "个百分点"
    return "count", _SAME_UNIT.get(unit, unit)


def _is_number(match: re.Match[str]) -> bool:
    """百 and 千 alone are a number only with a bound."""
    return bool(match["low"].strip("百千万亿") or match["after"] or _bound_before(match.string, match.start("low"))[1])


def _figure(match: re.Match[str], text: str, kind: Kind, unit: str) -> Figure:
    groups = match.groupdict()
    low, high = between(groups["low"], groups.get("high") or "")
    if match.re is _TENTHS:
        low = high = low * 10
    if match.re is _HUNDRED_MILLIONS:
        low, high = low * 10**8, high * 10**8
    if tenths := groups.get("tenths"):
        low = high = low + numeral(tenths) / 10
    start, before, unit = _before(match.string, match.start("low" if kind == "money" else 0), unit)
    vague = ">" if _VAGUE.search(groups["low"] + (groups.get("high") or "")) else ""
    bound = vague or before or _AFTER[groups.get("after") or ""]
    return Figure(kind, start, match.end(), text[start : match.end()], Quantity(low, high, unit, bound))


def between(low: str, high: str) -> tuple[Decimal, Decimal]:
    """The bounds of a number or a range: in 3至5亿 the first number is in 亿 too; 三四万 is from three to four."""
    if high:
        powers = high[len(high.rstrip("十百千万亿")) :]
        shared = low[-1] not in "十百千万亿" and numeral(low + powers) < numeral(high)
        return numeral(low + powers if shared else low), numeral(high)
    if (match := _SIDE_BY_SIDE.fullmatch(low)) and numeral(match[2]) < numeral(match[3]):
        ten, first, second, powers = match.groups()
        return numeral(ten + first + powers), numeral(ten + second + powers)
    return numeral(low), numeral(low)


def _before(folded: str, start: int, unit: str) -> tuple[int, str, str]:
    """The start of an amount including the bound and currency before it, that bound, and the unit."""
    start, bound = _bound_before(folded, start)
    if unit == "CNY" and (currency := _CURRENCY_BEFORE.search(folded, max(0, start - 6), start)):
        start, earlier = _bound_before(folded, currency.start())
        return start, bound or earlier, _ISO[currency[0].strip()]
    return start, bound, unit


def _bound_before(folded: str, start: int) -> tuple[int, str]:
    """The start of a number including 近, 逾, 约 and the like, and which bound these are."""
    if not _OTHER_WORD.search(folded, max(0, start - 2), start):
        for word, bound in _BEFORE.items():
            if folded.endswith(word, 0, start):
                return start - len(word), bound
    if folded[start - 1 : start] in ("上", "过") and folded[start] in "百千万亿":
        return start - 1, ">"
    return start, ""
