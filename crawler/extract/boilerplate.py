"""Removes the lines that are not part of the body (editor, credit, rights notice, related links); some become fields.

The rules match whole lines, so a sentence that only contains such a word stays. They apply to
Simplified and Traditional text, in half and full width.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

from archive.article import Image
from crawler.extract.bylines import flat, labels, people, tidy
from crawler.extract.dates import is_date_line


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of the page, or an image between two (then `image` is its address)."""

    text: str = ""
    image: str = ""
    linked: int = 0  # characters of it in links to other pages
    links: int = 0
    path: tuple[int, ...] = ()  # numbers of the blocks around it, outermost first
    hint: str = ""  # what the class of such a block says it is: related, share ...
    caption: bool = False  # marked as the caption of an image

    @property
    def is_running(self) -> bool:
        """Whether it is running text: a sentence, and not mainly links."""
        return len(self.text) >= 20 and bool(SENTENCE.search(self.text)) and self.linked * 2 <= len(self.text)


class Step(NamedTuple):
    """How a field was read, or why a line was removed (then `field` is "")."""

    field: str
    how: str
    text: str = ""


@dataclass(slots=True)
class Cleaned:
    """The lines of the body, and what was removed."""

    lines: list[Line] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)  # editor, credit, rights, original_title
    authors: tuple[str, ...] = ()  # printed beside the editor
    steps: list[Step] = field(default_factory=list)

    @property
    def body(self) -> str:
        return "\n".join(line.text for line in self.lines if line.text)

    @property
    def images(self) -> tuple[Image, ...]:
        """Each image once, with its caption: the line below it, or above it, if that is one."""
        around = zip([Line(), *self.lines], self.lines, [*self.lines[1:], Line()], strict=False)
        images = (Image(line.image, _caption(before, after)) for before, line, after in around if line.image)
        return tuple(dict.fromkeys(images))


def _caption(above: Line, below: Line) -> str:
    """The caption of an image between two lines; "" if neither is one."""
    if below.caption or _CAPTION.fullmatch(below.text):
        return below.text
    return above.text if above.caption else ""


SENTENCE = re.compile("[。！？；!?]|[，,].*[，,]")
_LETTER = re.compile(r"[^\W\d_]")
_MARK = re.compile("[，。！？；、,.!?;]")
_CAPTION = re.compile(r"(?:图为|圖為|图片?[:：]|资料图).{0,150}|.{0,100}[\s\u3000](?:摄|攝|供图)[)）。]?")
_OPEN, _CLOSE = r"[(\[<]?\s*", r"\s*[)\]>]?"
_LABEL_LINES = (
    ("editor", "editor line"), ("staff", "editor line"), ("credit", "credit line"), ("count", "counter"),
)  # fmt: skip
_ORIGINAL_TITLE = re.compile(_OPEN + r"原(?:标题|题)(?:\s*:|为)\s*(?P<value>.{2,200}?)" + _CLOSE)
_RIGHTS_WORD = re.compile("版[权權]")
_RIGHTS = re.compile(r"(?:本网|本站)?版权(?:声明|说明|所有)\s*[:©].+", re.DOTALL)


def _any(*patterns: str) -> re.Pattern[str]:
    """Any of these. Repetitions are possessive (++), so that no page can cause catastrophic backtracking."""
    return re.compile("|".join(patterns), re.IGNORECASE)


# Such a line is the heading of a block of which nothing is part of the body.
_COMMENTS = _any(
    r"(?=.*(?:评论|跟贴|跟帖|留言|参与))(?:最新|网友|全部|热门|精彩|用户|查看|文明|我要|手机|发表?|添加|参与|评论|跟贴|跟帖|"
    r"留言|区|列表|注册|登录|\d+|[人条个次件]|[\s|()·,:])++(?<!条评论)",
    r"说两句吧",
    r"我[来要]说两句.{0,12}",
    r".{0,16}[已共]有\s*\d+\s*[条件个篇]?评论.{0,6}",
    r"网友评论仅供.{0,40}",
)
_RELATED = _any(
    r"(?:相关|延伸|推荐|扩展|更多|往期|往日|近期|精彩|热门|热点|编辑|今日|重点|大家|最新|随机|头条|聚焦|图片|视频|专题|本周|本月|24小时|滚动|"
    r"您|你|可能|也许|猜|为|喜欢|感兴趣|看了|又看|[还都]在看|精选|要闻|焦点|资讯|报道|链接|回顾|排行榜?|专栏|热榜|热搜|关注|其他|同类|"
    r"内容|稿件|搜索|热词|图集|图文|专辑|话题|标签|原创|独家|深度|看点|栏目|频道|更新|点击|阅读|新闻|文章|[的上下一篇榜点·&\s|]){2,}+"
)
_RELATED_WORD = re.compile(
    "相关|延伸|推荐|猜|为[您你]|都在看|还在看|又看|排行|热门|热点|往期|可能|热榜|热搜|更多|最新|精彩|头条新闻|聚焦|焦点|感兴趣|图集|要闻"
)
# What such a heading announces is links, even where they are not linked.
_LINKS_WORD = re.compile(
    "相关|延伸|推荐|猜|为[您你]|都在看|还在看|又看|排行|热榜|热搜|可能|往期|感兴趣|评论|跟[贴帖]|留言|更多精彩|图集|链接"
)
_IN_HEADING_BRACKETS = re.compile(
    r"[【〖［\[〔「『](?!相关(?:阅读|新闻|报道|推荐|文章)|推荐|猜)[^【】]+[】〗］\]〕」』]"
)
_NEAR = 8  # lines, with images
_CARD = re.compile(r".*\[[详詳][细細]\]\s*-?")  # the text of a related card; its headline is the line before
_SENTENCE_ENDS = ("。", "！", "？", "”", "）", ")", "…")

# Lines that consist of such words.
_BUTTONS = _any(
    r"(?:Facebook|Twitter|Weibo|Line|大图|分享(?:[到至给]|让更多人看到|按钮)?|转发|转播|收藏(?:本文|文章)?|已收藏|加入收藏|设为首页|打印(?:本[文页])?|字[号体大小]|[大中小]{1,3}号?|A[-+]?|T|"
    r"复制(?:链接|网址)?|链接已复制|我要纠错|举报|纠错|点赞|赞|踩|微信(?:好友)?|(?:新浪|腾讯)?微博|朋友圈|好友|QQ(?:空间|好友)?|易信|豆瓣|人人网?|(?:百度)?贴吧|"
    r"(?:我要|发表|查看)?评论|关闭(?:窗口|本页)?|返回(?:首页|顶部|列表|页首|上一?页)?|首页|发送给朋友|推荐(?:给朋友)?|已推荐|订阅|"
    r"登录|注册|更多(?:精彩)?|投稿|朗读|听新闻|收听|语音播报|播放|暂停|手机(?:看|阅读)|客户端|[上下]一篇|页面功能|在线荐稿|记者博客|联系记者|繁体|简体|阅读全文|"
    r"展开全文|收起|(?:查看)?原图|免费|在线咨询|保存|邮件|短信|关注|广告|不感兴趣|责编|编辑|来源|作者|时间|无障碍|进入|打开|全屏|[到用]|\d+[条人次]?|"
    r"[\s:|/\[\]()·•<>»«,，、.+*#~^_©—▲▼↑↓△▽★☆◆■●○-]|null|undefined)++"
)
_COMMENT_NOTICE = _any(
    r"(?:文明上网|理性发言|网友评论仅|所有评论|评论仅代表|请文明).{0,80}(?:评论|发言|跟帖|规定|观点|协议|意见|立场).{0,30}"
)
# Lines that are not a sentence and say nothing about the article.
_NOTHING = (
    ("pager", _any(
        r"(?=.*[页文<>|]|\D*1\D+2(?!\d))(?:第?\s*\d+\s*页?\s*/?\s*)?(?:共\s*\d+\s*页)?\s*"
        r"(?:(?:<<|>>|<|>|\||上一?页|下一?页|首页|尾页|末页|最后一?页|\[?\(?\d{1,3}\]?\)?|全文|余下全文)\s*){2,}+",
        r"[上下]一[页篇](?:\s*:.{0,80})?",
        r"第?\s*\d+\s*页\s*/?\s*共\s*\d+\s*页.{0,30}",
    )),
    ("address line of the mobile form", _any(r"(?:e-?mail|邮箱)\s*(?::\s*\S{0,60}|\S+@\S+)?")),
    ("rule of dashes", _any(r"[-—_=·.*\s#~●■□◆]+")),
    ("QR prompt", _any(
        r".{0,20}(?:扫一?扫|扫描|扫码|长按|识别).{0,20}(?:码|分享|关注|阅读|下载|打开|查看|观看|进入|小程序).{0,25}",
        r".{0,12}扫一扫.{0,12}",
        r".{0,10}二维码.{0,10}",
    )),
    ("app prompt", _any(
        r".{0,25}(?:下载|打开|安装|更新).{0,15}(?:APP|客户端|应用程序).{0,25}",
        r".{0,12}(?:APP|客户端)内?(?:下载|打开|查看|阅读).{0,15}",
    )),
    ("prompt to follow", _any(
        r"(?:欢迎|敬请|请|点击|立即|快来|长按)?(?:关注|搜索|订阅|添加).{0,30}(?:公众号|微信号|微博|视频号|官方账号|蓝字).{0,30}",
    )),
    ("comment notice", _COMMENT_NOTICE),
    ("login prompt", _any(r"[您你请]?.{0,6}(?:登录|注册)[后才即].{0,4}(?:评论|发言|查看|阅读|下载|收藏|参与).{0,12}")),
    ("counter", _any(
        r"[已共]?有?\s*\d+\s*[人条位]?(?:网友)?(?:参与|发表|评论|跟贴|跟帖|阅读|浏览|赞|喜欢|次)+.{0,12}",
    )),
    ("player's text", _any(
        r".{0,12}(?:浏览器|播放器|视频).{0,15}(?:不支持|无法播放|暂时无法|版本过低|加载失败|暂无).{0,40}",
        r".{0,6}正在加载.{0,10}", r"(?:视频)?加载中.{0,6}", r"自动播放.{0,12}", r"Play Video", r"点击播放.{0,10}",
        r"\d\d:\d\d\s*/\s*\d\d:\d\d",
    )),
    ("crumbs", _any(r"[您你]?(?:现在|当前|所在)?的?位置\s*[:>].{0,120}", r"首页\s*[>»/].{0,100}")),
    ("key words", _any(r"(?:关键[词字]|标签|tags?|keywords?)\s*:.{0,150}")),
)  # fmt: skip
_LONGEST = 160  # characters of a line that may be one of these

# Each alternative begins with a literal character, so that most text is skipped quickly.
FOOTER = re.compile(
    r"(?:ICP|icp)[备備證证]|公网安备|版\s?[权權]\s?所\s?有|许可证(?:编?号)?[:：\s]*[A-Z\d]|©|"
    r"C(?:opyright|OPYRIGHT)|copyright|"
    r"A(?:ll Rights Reserved|LL RIGHTS RESERVED|ll rights reserved)|all rights reserved|"
    r"举报(?:电话|邮箱)\s*[:：]|网站标识码|邮编[:：\s]*\d{6}|未\s?[经經]\s?书?\s?面?\s?授\s?[权權]"
)

# Notices to the reader about the text: their openings, subjects and predicates.
_NOTICE = re.compile(
    r"[\s\[(*※▲●■-]*(?:免责|特别|郑重|重要|版权|本网|转载|法律|风险|本站|网站|平台|作者)?(?:声明|提示|说明)\s*[:\])]"
)
_NOTICE_OF = re.compile(
    "版权|转载|授权|立场|观点|侵权|投资|建议|仅供参考|著作权|本网|本站|出处|原创|免责|来稿|供稿|稿件|作品|相关权益|知识产权"
)
_NOTICE_SAYS = re.compile(
    "不代表|未经|禁止|不得|谢绝|违者|追究|联系|注明|归.{0,12}所有|仅供|不构成|删除|同意|仅代表|侵权必究|侵犯|承担|负责|核实|举报|"
    "与.{0,20}无关|违法|授权"
)


def with_text(line: Line, text: str) -> Line:
    return line if text == line.text else replace(line, text=text)


def clean(lines: Iterable[Line], rights: str = "", title: str = "") -> Cleaned:
    """The lines of the body, and the fields in the other lines.

    `rights` is the rights notice if the page marks it as such, `title` the headline: lines that
    repeat it are removed.
    """
    cleaned = Cleaned(fields={"rights": rights} if rights else {})
    lines = list(lines)
    reasons = _reasons(lines, rights, title)
    for line, reason in zip(lines, reasons, strict=True):
        if not reason:
            cleaned.lines.append(line)
        elif line.text:
            _note_fields(cleaned, line)
            cleaned.steps.append(Step("", reason, line.text))
    return cleaned


def _reasons(lines: Sequence[Line], rights: str, title: str) -> list[str]:
    """For each line why it is not part of the body; "" if it is."""
    reasons = [_reason(line, rights) for line in lines]
    _mark_ends(lines, reasons)
    _mark_hinted(lines, reasons)
    _mark_links(lines, reasons)
    _mark_head(lines, reasons, title)
    _mark_tail(lines, reasons)
    _mark_repeated(lines, reasons)
    return reasons


def _reason(line: Line, rights: str) -> str:
    """Why a line is not part of the body, wherever it is."""
    text = line.text
    if not text:
        return ""
    if rights and rights.startswith(text):
        return "rights notice"
    if len(text) > _LONGEST and not _RIGHTS_WORD.search(text):
        return ""
    plain = flat(text)
    if _RIGHTS.fullmatch(plain):
        return "rights notice"
    kinds = {label.kind for label in labels(text)}
    for kind, reason in _LABEL_LINES if kinds else ():
        if kind in kinds:
            return reason
    if _ORIGINAL_TITLE.fullmatch(plain):
        return "original_title line"
    if "。" in plain or "；" in plain:  # a sentence: prompts have none
        return "comment notice" if _COMMENT_NOTICE.fullmatch(plain) else ""
    for reason, pattern in _NOTHING:
        if pattern.fullmatch(plain):
            return reason
    if FOOTER.search(plain):
        return "footer"
    return "buttons" if len(plain) <= 100 and _LETTER.search(plain) and _BUTTONS.fullmatch(plain) else ""


def _mark_ends(lines: Sequence[Line], reasons: list[str]) -> None:
    """Mark the blocks whose heading is one of comments or related links.

    If the heading is a paragraph of the text, that is the rest of the text.
    """
    sizes = Counter(number for line in lines if line.text for number in line.path)
    until: tuple[int, ...] | None = None
    why = ""
    for at, line in enumerate(lines):
        if until is not None and line.path[: len(until)] == until:
            if line.text or why:
                reasons[at] = reasons[at] or why
            continue
        until = None
        if not line.text or not at:
            continue
        if reasons[at] == "rights notice":
            until, why = (), "after the rights notice"
        elif _CARD.fullmatch(line.text):
            until, why = (), "related card"
            if not lines[at - 1].text.endswith(_SENTENCE_ENDS):
                reasons[at - 1] = why
        elif (kind := ends(line.text)) and not (is_digest_heading(line.text) and _is_above_text(lines, at)):
            until, why = _headed(line.path, sizes), kind
        if until is not None:
            reasons[at] = reasons[at] or why


def ends(text: str) -> str:
    """What a line is the heading of that is not the article: comments or related links; "" for neither."""
    if not 2 <= len(text) <= 60:
        return ""
    plain = flat(text).strip(" :>»|…-·•[]()")
    if _COMMENTS.fullmatch(plain):
        return "comments"
    is_related = len(plain) <= 24 and _RELATED.fullmatch(plain) and _RELATED_WORD.search(plain)
    return "related links" if is_related else ""


def is_digest_heading(text: str) -> bool:
    """Whether a heading in brackets, or one that promises news rather than links, may head a part of a digest."""
    if ends(text) != "related links":
        return False
    return bool(_IN_HEADING_BRACKETS.fullmatch(text)) or not _LINKS_WORD.search(flat(text))


def _is_above_text(lines: Sequence[Line], at: int) -> bool:
    """Whether the next line is a full sentence without links."""
    below = next((line for line in islice(lines, at + 1, at + _NEAR) if line.text), Line())
    return below.is_running and not below.linked


def _headed(path: tuple[int, ...], sizes: Counter[int]) -> tuple[int, ...]:
    """The innermost block around a line that contains more than this line."""
    path = path[:-1]
    while path and sizes[path[-1]] < 2:
        path = path[:-1]
    return path


def _mark_hinted(lines: Sequence[Line], reasons: list[str]) -> None:
    """Mark the blocks that are something else by their class, unless they contain most of the text."""
    total = sum(len(line.text) for line in lines) or 1
    sizes = Counter[str]()
    for line in lines:
        sizes[line.hint] += len(line.text)
    for at, line in enumerate(lines):
        if line.hint and not reasons[at] and sizes[line.hint] < total * 0.5:
            reasons[at] = f"block named {line.hint}"


def _mark_links(lines: Sequence[Line], reasons: list[str]) -> None:
    """Mark lists of links: two or more lines, or one with several links, that contain nothing else."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and (_is_linked(lines[end]) or (end > at and not lines[end].text)):
            end += 1
        texts = [line for line in lines[at:end] if line.text]
        if len(texts) >= 2 or sum(line.links for line in texts) >= 2:
            for number in range(at - _is_heading(lines, reasons, at - 1), end):
                reasons[number] = reasons[number] or "list of links"
        at = max(end, at + 1)


def _is_heading(lines: Sequence[Line], reasons: list[str], at: int) -> bool:
    """Whether the line above a list of links is its heading."""
    return at > 0 and not reasons[at] and 0 < len(lines[at].text) <= 12 and not _MARK.search(lines[at].text)


def _is_linked(line: Line) -> bool:
    return line.linked > 0 and line.linked >= 0.7 * len(re.sub(r"^[\s·•●■◆>»\d.、\[\]-]+|\s", "", line.text))


def _mark_head(lines: Sequence[Line], reasons: list[str], title: str) -> None:
    """Mark what is above the first sentence: the headline again, date and credit."""
    headline = rest = _letters(title)
    for at, line in enumerate(lines):
        if reasons[at] or not line.text:
            continue
        text = _letters(line.text)
        if _repeats(text, headline) or (len(text) >= 4 and rest.startswith(text)):  # or one of its lines
            reasons[at] = "headline"
            rest = rest.removeprefix(text)
        elif line.is_running or at > 12:
            return
        elif len(line.text) <= 80 and _is_date_line(line.text):
            reasons[at] = "date line"
        elif len(line.text) <= 80 and _is_notice(line.text):
            reasons[at] = "notice"


def _repeats(text: str, headline: str) -> bool:
    """Whether a text is the headline or most of it, both without punctuation."""
    if not text or text == headline:
        return bool(text)
    return len(text) >= 6 and text in headline and len(text) * 2 > len(headline)


def _is_date_line(text: str) -> bool:
    return bool({label.kind for label in labels(text)} & {"time", "credit"}) or is_date_line(text)


def _mark_tail(lines: Sequence[Line], reasons: list[str]) -> None:
    """Mark, from the end upwards, notices about rights and liability, and single links."""
    for at in range(len(lines) - 1, 0, -1):
        line = lines[at]
        if reasons[at] or not line.text:
            continue
        if _is_notice(line.text):
            reasons[at] = "notice"
        elif _is_linked(line):
            reasons[at] = "link"
        else:
            return


def _is_notice(text: str) -> bool:
    plain = flat(text)
    if len(plain) > 600:
        return False
    subjects, predicates = len(set(_NOTICE_OF.findall(plain))), len(set(_NOTICE_SAYS.findall(plain)))
    if _NOTICE.match(plain):
        return subjects + predicates >= 2
    fewest = 2 + (len(plain) > 60)
    return subjects >= 1 and predicates >= 1 and subjects + predicates >= fewest and len(plain) <= 300


def _mark_repeated(lines: Sequence[Line], reasons: list[str]) -> None:
    """Mark a paragraph that repeats the one before it."""
    last = ""
    for at, line in enumerate(lines):
        if not reasons[at] and line.text:
            if line.text == last and len(last) >= 20:
                reasons[at] = "printed twice"
            last = line.text


def _note_fields(cleaned: Cleaned, line: Line) -> None:
    plain = flat(line.text)
    if _RIGHTS.fullmatch(plain):
        cleaned.fields.setdefault("rights", line.text)
        return
    if match := _ORIGINAL_TITLE.fullmatch(plain):
        start, end = match.span("value")
        cleaned.fields.setdefault("original_title", line.text[start:end])
        return
    for label in labels(line.text):
        if label.kind == "editor" and label.value:
            cleaned.fields.setdefault("editor", label.value)
        elif label.kind == "credit" and (credit := tidy(label.value)):
            cleaned.fields.setdefault("credit", credit)
        elif label.kind == "author" and not cleaned.authors:
            cleaned.authors = people(label.value)


def _letters(text: str) -> str:
    """The text without blanks and punctuation."""
    return re.sub(r"[\W_]+", "", text)
