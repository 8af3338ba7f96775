"""Authors, editors and credits as Chinese pages print them: 记者, 责编, 来源 and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# One character for one, so that positions in the flat text are positions in the printed text.
_PLAIN_FOR = {
    "責編輯校對審來權聲關閱讀連鏈結聞報導題評論區標記訊員圖攝發佈布時間點擊瀏覽會錄註冊載違須創網頁熱門薦為您轉視頻廣號體簡":
    "责编辑校对审来权声关阅读连链结闻报导题评论区标记讯员图摄发布布时间点击浏览会录注册载违须创网页热门荐为您转视频广号体简",
    "節貼選個條誌雜與長後從籤專欄測試（）【】［］〔〕：｜／丨－．　":
    "节贴选个条志杂与长后从签专栏测试()[][][]:|/|-. ",
}  # fmt: skip
_FLAT = {printed: plain for pair in _PLAIN_FOR.items() for printed, plain in zip(*pair, strict=True)}
_PRINTED = re.compile(f"[{re.escape(''.join(_FLAT))}]")

_KINDS = {
    "editor": (
        r"(?:责任|网[络上站]|值班|本[网文期版]|新媒体|执行|微信|文字|栏目|稿件|助理|见习|实习)?编\s?辑", r"责\s?编",
    ),
    "staff": (
        r"校\s?对", "校审", r"审\s?[核校读稿定]",
        "[初复终一二三]审", "终校", "签发", "(?:总|执行)?监制", "统筹",
        "总?策划", "(?:执行|值班)?主编", "值班主任", "制作", "排版", "美编", "视觉", "设计", "出品", "编审",
        "选稿", "录入", "供稿", "播音", "剪辑", "海报", "实习生", "来稿",
    ),
    "author": (
        "(?:本报|本网|本刊|特约|见习|实习|驻地)?记者", r"作\s?者", "通讯员", r"撰\s?[文稿]", "图文", "文图", "文字",
        "摄影(?:报道)?", "采写", "原创", r"[文图](?=\s*[:|/])",
    ),
    "credit": (
        r"(?:本文|稿件|文章|信息|新闻|消息|内容|资讯|原文)?来\s?源于?", "稿源", "供稿单位", "转载?自", "出处",
    ),
    "time": ("最后更新", "(?:发布|发表|更新|上传|创建|成文|发文|编辑|刊发)?(?:时间|日期)"),
    "count": ("(?:点击|浏览|阅读|访问|人气|评论|查看|播放|跟帖)(?:次?数|量|率)?", "字[号体](?:大小)?"),
}  # fmt: skip
_OF = r"\s*[:|/]\s*"


def _label(kinds: Sequence[str], name: str = "") -> re.Pattern[str]:
    """A label of these kinds, not in the middle of a word, with its separator."""
    kinds_of_label = "|".join(f"(?P<{kind}>{'|'.join(_KINDS[kind])})" for kind in kinds)
    return re.compile(rf"(?<![\u4e00-\u9fff])(?:{kinds_of_label}){_OF}")


_LABEL = _label(tuple(_KINDS))
_CREDIT = _label(("credit",))
_DATE = re.compile(r"\d{4}[-/.年\s][\d\s年月日时分:/.-]{3,22}(?:星期.)?")  # may precede the first label
_COLON = re.compile("[:：|｜丨/／]")
_EDGES = " \t-—_·•*□■◎●▲|()[]<>"
_FULL_EDGES = _EDGES + "（）【】［］〔〕｜\u3000"
_SENTENCE = re.compile("[。！？!?；;]")
_LONGEST = 300  # characters of a line that may be a list of labels
_LONGEST_VALUE = 40
_BETWEEN = re.compile(r"[\s、,，;；:：/／|]+")
_HAN = "[\u3400-\u9fff]"
_NAME = re.compile(
    rf"{_HAN}{{2,4}}|{_HAN}{{1,8}}(?:[·•・]{_HAN}{{1,8}})+|[A-Z][A-Za-z.'-]*(?: [A-Z][A-Za-z.'-]*)*",
)  # fmt: skip
_NO_NAMES = {
    "作者", "记者", "通讯员", "文", "图", "摄影", "摄", "报道", "报导", "文图", "图文", "撰文", "撰稿", "编辑",
    "实习生", "见习记者", "本报记者", "综合", "整理", "本网", "受访者", "供图", "佚名", "未知", "来源",
}  # fmt: skip
# What an editor or a reporter says in an interview; no name begins so.
_SPOKEN = re.compile(
    r"(?:谢谢|感谢|多谢|欢迎|好的|好久|好啊|是的|是啊|是吗|请问|请[您你说])"
    r".*|(?:[你您我嗯哦噢哈这不没哪]|对[的啊]|怎么|什么|为什么|再见|辛苦|大家|明白|当然).*|[好对是请嗯]"
)


def flat(text: str) -> str:
    """The text with the Traditional characters and full-width marks of labels replaced, of the same length."""
    return _PRINTED.sub(
        lambda printed: _FLAT[printed[0]], text
    )  # faster than str.translate, which looks up every character


@dataclass(frozen=True, slots=True)
class Label:
    """A label and its value; `kind` is editor, staff, author, credit, time or count."""

    kind: str
    value: str


def labels(line: str) -> list[Label]:
    """The labels of a line that consists of labels with their values; [] for any other line.

    责任编辑：甲 校对：乙, (来源：新华社 记者 甲), 2022-06-01 10:32 来源：新华社 ...
    """
    if len(line) > _LONGEST or not _COLON.search(line):
        return []
    plain = flat(line)
    first = _LABEL.search(plain)
    before = plain[: first.start()].strip(_EDGES) if first else ""
    if not first or (before and not _DATE.fullmatch(before)):
        return []
    labels = list(_labelled(line))
    return labels if all(map(_is_value, labels)) else []


def _labelled(text: str) -> Iterator[Label]:
    """Each label in a text, with the text up to the next label."""
    if not _COLON.search(text):
        return
    matches = list(_LABEL.finditer(flat(text)))
    ends = [*(match.start() for match in matches[1:]), len(text)]
    for match, end in zip(matches, ends, strict=False):
        yield Label(match.lastgroup or "", text[match.end() : end].strip(_FULL_EDGES))


def _is_value(label: Label) -> bool:
    if len(label.value) > _LONGEST_VALUE or _SENTENCE.search(label.value):
        return False
    # A speaker in an interview (编辑：好的，我们继续往下看) says more than names.
    if _SPOKEN.fullmatch(flat(label.value)):
        return False
    parts = list(filter(None, _BETWEEN.split(label.value)))
    return label.kind not in ("editor", "staff", "credit") or (
        len(parts) <= 8 and max(map(len, parts), default=0) <= 24
    )


# 来源

_END_OF_CREDIT = re.compile(
    r"\s*(?:\d{4}\s*[-/.年]\s*\d{1,2}|(?:作者|记者|编辑|责任?编|通讯员|时间|日期|字号|点击|浏览|阅读)\s*:|"
    + _LABEL.pattern.replace("?P<", "?P<_")
    + r"|(?<=[报社网台刊])(?:记者|通讯员)|\s(?:记者|作者|编辑|责编|通讯员|文)(?=[\s:/])"
    + r"|\s(?:记者|作者|通讯员)(?=[\u4e00-\u9fff]{2,4}(?:$|[\s、)\]]))"
    + r"|[([]\s*(?:记者|作者|编辑|责编|[\u4e00-\u9fff]{2}[省市]?\s*[)\]]$))"
)
_BRACKETS = {"《": "》", "[": "]", "【": "】", "［": "］", "（": "）", "(": ")", "“": "”", "「": "」"}
# Blanks that spread out a name: 新 华 社, 新华 社, 人民 日报, 中国 西藏网.
_SPREAD = re.compile(
    rf"(?:(?<=^{_HAN})|(?<=\s{_HAN}))\s+(?={_HAN}(?:\s|$))"
    rf"|(?<={_HAN})\s+(?=(?:社|网|網|[日晚早时時周][報报]|[报報台刊]|新闻网|新聞網|电视台|電視台|客户端|在线|周刊|杂志)(?:\s|$))"
)
_IN_TWO = re.compile(
    rf"^(?!综合|转载|原创|根据|来自)({_HAN}{{2,4}}(?<![社网網报報台刊]))\s+(?={_HAN}{{1,6}}[社网網报報台](?:\s|$))"
)
_LONGEST_CREDIT = 120  # characters from a label on in which the credit ends
_BUTTON = re.compile("举报|字[号体]?|分享.{0,4}|打印|收藏|评论|[大中小]|作者|编辑|时间|关闭")
_OUTLET_AFTER_TIME = re.compile(
    r"\d[日\d]\s+((?!\d)[《\[【]?[\u4e00-\u9fffA-Za-z0-9·－-]{1,14}"
    r"(?:网|报|社|周刊|杂志|新闻|电视台|广播|客户端|发布|在线|时报|频道|传媒|财经)[》\]】]?)(?=$|\s)"
)


def find_credit(text: str) -> str:
    """The value of the first label of a credit in a text (来源, 稿源, 转自 ...); "" if there is none."""
    for match in _CREDIT.finditer(flat(text)):
        if credit := _credit_at(text[match.end() : match.end() + _LONGEST_CREDIT]):
            return credit
    return ""


def _credit_at(text: str) -> str:
    """The name at the beginning of a text: in brackets, or up to a blank, a date or another label."""
    text = text.lstrip()
    close = _BRACKETS.get(text[:1])
    if close and 0 < (end := text.find(close)) <= _LONGEST_VALUE and not re.match(_HAN, text[end + 1 :]):
        return tidy(text[1:end])
    if cut := _END_OF_CREDIT.search(flat(text)):
        text = text[: cut.start()]
    return tidy(text)


def tidy(credit: str) -> str:
    """A credit without the brackets around it and the text behind it."""
    credit = credit[:_LONGEST_CREDIT].strip(" \t:：|｜-—·,，;；。")
    close = _BRACKETS.get(credit[:1])
    if close and credit.endswith(close):
        return tidy(credit[1:-1])
    if re.search(_HAN, credit):  # Chinese names contain no blanks
        credit = re.sub(r"[(（\[【][^)）\]】]*$", "", _IN_TWO.sub(r"\1", _SPREAD.sub("", credit)).split()[0])
    return credit if len(credit) <= _LONGEST_VALUE and not _BUTTON.fullmatch(flat(credit)) else ""


def outlet_after_time(text: str) -> str:
    """An outlet without a label directly after a time: 10:56:28 证券时报网."""
    match = _OUTLET_AFTER_TIME.search(text)
    return tidy(match[1]) if match else ""


# Authors

_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]{2,60})[)\]]")
_BEFORE_NAMES = re.compile(
    r"(?:.{0,30}?(?:记者|通讯员)|(?:作者|撰文|撰稿|文字|图文|文图|文|图|摄影)(?=[\s:|/]))\s*[:|/]?\s*"
)
_ROLE_BEHIND = re.compile(r"(?:报道|报导|摄影|摄|文|图|供图|实习生|通讯员)$")
_ROLE_BEFORE = re.compile(r"^(?:记者|通讯员|文|图)(?=..)")
_IN_TWO_CHARACTERS = re.compile(rf"(?<!{_HAN})({_HAN})\s+({_HAN})(?!{_HAN})")  # 卓 玛, as wide as a name of three
_AUTHOR_IN_CREDIT = re.compile(
    r"(?:记者|通讯员|(?<![\u4e00-\u9fff])(?:作者|撰文|撰稿|图文|文图|文)(?=[\s:/|]))[\s:/|]*"
)
_LONGEST_BYLINE = 40


def authors(above: Sequence[str], body: Sequence[str]) -> tuple[str, ...]:
    """The authors named above the body (作者：甲; 来源：某报 记者 甲), or in a byline at its beginning or its end."""
    for label in (label for text in above for label in _labelled(text) if label.kind == "author"):
        if names := _names(label.value[:_LONGEST_VALUE]):
            return names
    for label in (label for text in above for label in _labelled(text) if label.kind == "credit"):
        role = _AUTHOR_IN_CREDIT.search(flat(label.value))
        if role and (names := _names(label.value[role.end() :][:_LONGEST_VALUE].strip(_FULL_EDGES))):
            return names
    for line in (*body[:2], *reversed(body[-3:])):
        if names := byline(line):
            return names
    return ()


def byline(line: str) -> tuple[str, ...]:
    """The authors named in brackets near an end of a paragraph, or by a paragraph that is a byline; as printed."""
    plain = flat(line)
    spans = [match.span(1) for match in _IN_BRACKETS.finditer(plain)]
    spans = [(start, end) for start, end in reversed(spans) if start < 40 or end > len(plain) - 4]
    if len(plain) <= _LONGEST_BYLINE:
        spans.append((0, len(plain)))
    for start, end in spans:
        text = line[start:end].strip(_FULL_EDGES)
        if (head := _BEFORE_NAMES.match(flat(text))) and (names := _names(text[head.end() :])):
            return names
    return ()


def _names(text: str) -> tuple[str, ...]:
    """The names at the beginning of a printed text, up to the first word that is not a name."""
    names: list[str] = []
    for part in _BETWEEN.split(_IN_TWO_CHARACTERS.sub(r"\1\2", text.strip())):
        name = _without_role(part) if len(part) > 3 else part
        plain = flat(name)
        if plain in _NO_NAMES:
            continue
        # 甲 山东报道: a place
        if not is_name(name) or _SPOKEN.fullmatch(plain) or (names and part != name):
            break
        names.append(name)
    return tuple(names)


def _without_role(text: str) -> str:
    """A name without the role printed before or behind it: 记者甲乙, 甲乙摄影."""
    plain = flat(text)
    role = _ROLE_BEHIND.search(plain)
    text = text[: role.start()] if role else text
    before = _ROLE_BEFORE.match(flat(text))
    return text[before.end() :] if before else text


def is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text))


def people(text: str) -> tuple[str, ...]:
    """The names in a printed list."""
    return tuple(
        name for name in _BETWEEN.split(_IN_TWO_CHARACTERS.sub(r"\1\2", text)) if name and flat(name) not in _NO_NAMES
    )
