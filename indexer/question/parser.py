"""What a person typed as a question: docs/questions.md has its grammar.

The only errors are an unclosed quote, a field without a value and a query without a word;
anything else that is not valid syntax is text.
"""

from __future__ import annotations

import re
from datetime import datetime

from archive.errors import QueryFault, UsageFault
from archive.text.translation import gettext as _
from indexer.question.near import UNITS, Chains, same
from indexer.question.period import period
from indexer.question.query import Among, Amount, Between, Either, Every, Gap, Node, Prefix, Query, Quote, Words
from indexer.text.analyzer import SEPARATOR, Analyzer, characters, fold
from indexer.text.sentences import Span

_MAX_WORDS = 200  # the postings of each are read
_MAX_PREFIXES = 5
_MAX_DEPTH = 20  # of nested brackets; deeper ones are text
FIELDS = {
    "title": "title", "标题": "title", "標題": "title",
    "source": "source", "来源": "source", "來源": "source", "credit": "source", "稿源": "source",
    "section": "section", "栏目": "section", "欄目": "section", "频道": "section",
    "author": "author", "作者": "author",
    "place": "place", "地点": "place", "地點": "place",
    "tag": "tag", "标签": "tag", "標籤": "tag",
    "person": "person", "人物": "person",
    "institution": "institution", "机构": "institution", "機構": "institution",
    "amount": "amount", "金额": "amount", "金額": "amount",
    "since": "since", "until": "until", "date": "date", "日期": "date",
}  # fmt: skip
_RECORDED = ("tag", "person", "institution")
_OPEN, _CLOSE = "(（", ")）"
_QUOTES = {'"': '"＂', "＂": '"＂', "“": "”", "「": "」", "『": "』"}
_FIELD = re.compile("(" + "|".join(FIELDS) + ")[:：]", re.IGNORECASE)
_TEXT = re.compile(r"[^\s\"＂]+")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")  # copied along with text from a web page
_OR = re.compile(r"(?:OR|ＯＲ)(?=\s|$)")
NEAR_BY = 20  # characters between two parts, where NEAR has no number
_MAX_DISTANCE = 1_000
_NEAR_NAME = r"(?:(?P<ordered>[OＯ]|依次)?(?:NEAR|ＮＥＡＲ|相[邻鄰]))"
_NEAR = re.compile(_NEAR_NAME + r"[/／](?P<number>\d+)(?=[\s\"＂“「『(（]|$)", re.IGNORECASE)
_NEAR_ALONE = re.compile(r"(?P<ordered>[OＯ])?(?:NEAR|ＮＥＡＲ)(?=\s+\S)")  # in capitals like OR: near is a word
_LIKE_NEAR = re.compile(_NEAR_NAME + r"[/／]\S*", re.IGNORECASE)
_NEAR_EXAMPLE = '"援藏" NEAR/30 亿元'
_SAME = re.compile(
    r"(?:same[:：](?P<unit>\w+)|(?P<zh>同一?[句段]))(?:(?=[(（])|\b(?<=sentence)|\b(?<=paragraph))", re.IGNORECASE
)
_SAME_EXAMPLE = "same:sentence(援藏 亿元)"


def parse_query(text: str, analyzer: Analyzer, now: datetime | None = None) -> Query:
    """Parse a query. Raises QueryFault, which names the place of the error.

    `now` (aware) is the time that 近30天 is relative to, by default the current time.
    """
    text = text.encode(errors="replace").decode()  # invalid UTF-8 in an argument arrives as lone surrogates
    text = _INVISIBLE.sub("", text)
    parser = _Parser(text, analyzer, now)
    wanted, unwanted = parser.clauses()
    query = Query(tuple(wanted), tuple(unwanted), text=text, doubts=tuple(parser.doubts))
    if not wanted:
        raise QueryFault(text.strip() or '""', _("contains no word to search for"), _("type at least one word"))
    _bound(text, _("contains {count} words"), parser.count, _MAX_WORDS)
    _bound(text, _("contains {count} words with a *"), parser.prefixes, _MAX_PREFIXES)
    return query


def is_operator(typed: str) -> bool:
    """Whether a word joins others, where it stands between them: OR, NEAR/30."""
    matches = (operator.match(f"{typed} ...") for operator in (_OR, _NEAR, _NEAR_ALONE))
    return any(match and match.end() == len(typed) for match in matches)


def _bound(text: str, reason: str, count: int, most: int) -> None:
    """Refuse a query that would be too expensive."""
    if count > most:
        raise QueryFault(f"{text[:20]}...", reason.format(count=count), _("shorten it to {most}").format(most=most))


class _Parser:
    """Reads the text once, clause by clause."""

    def __init__(self, text: str, analyzer: Analyzer, now: datetime | None) -> None:
        self._text = text
        self._at = 0
        self._analyzer = analyzer
        self._now = now
        self._depth = 0
        self.count = 0  # number of words
        self.prefixes = 0
        self.doubts: list[str] = []

    def clauses(self, close: int = -1) -> tuple[list[Node], list[Node]]:
        """The clauses before the closing bracket at `close`, or before the end: wanted ones, unwanted ones."""
        end = len(self._text) if close < 0 else close
        wanted: list[Node] = []
        unwanted: list[Node] = []
        joined = False  # the clause follows an OR
        while self._skip_blanks() < end:
            if wanted and (word := _OR.match(self._text, self._at, end)):
                self._at = word.end()
                joined = True
                continue
            minus = self._text[self._at] in "-－" and not joined and self._at + 1 < end
            self._at += minus and not self._text[self._at + 1].isspace()
            node = self._chain(end)
            if node is None:
                continue
            if joined:
                wanted[-1] = Either((*_alternatives(wanted[-1]), node))
            else:
                (unwanted if minus else wanted).append(node)
            joined = False
        self._at = end
        return wanted, unwanted

    def _skip_blanks(self) -> int:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at

    def _chain(self, end: int) -> Node | None:
        """A clause, or several with NEAR between them."""
        start = self._at
        if operator := _NEAR.match(self._text, start, end):
            raise self._nothing(operator, _("has nothing before it"))
        first = self._clause(end)
        parts, gaps = [first] if first else [], list[Gap]()
        while parts and (operator := self._operator(end)):
            gaps.append(Gap(self._distance(operator), bool(operator["ordered"])))
            parts.append(self._operand(operator, end))
        if not gaps:
            return first
        near = Chains(parts, gaps, (start, self._at))
        self.count += near.words
        return near.node

    def _operator(self, end: int) -> re.Match[str] | None:
        """A NEAR here, which is skipped."""
        at = self._skip_blanks()
        operator = _NEAR.match(self._text, at, end) or _NEAR_ALONE.match(self._text, at, end)
        if operator:
            self._at = operator.end()
        elif text := _LIKE_NEAR.match(self._text, at, end):
            self.doubts.append(
                _("{text} is searched as text: NEAR takes a number of characters, as in NEAR/30").format(text=text[0])
            )
        return operator

    def _distance(self, operator: re.Match[str]) -> int:
        number = operator["number"] if operator.re is _NEAR else str(NEAR_BY)
        if len(number) > len(str(_MAX_DISTANCE)) or not 0 < int(number) <= _MAX_DISTANCE:
            raise QueryFault(
                operator[0],
                _("is not a distance in characters"),
                _('write 1 to {most}; "quoted text" finds what stands side by side').format(most=_MAX_DISTANCE),
            )
        return int(number)

    def _operand(self, operator: re.Match[str], end: int) -> Node:
        at = self._skip_blanks()
        if at < end and self._text[at] in "-－" and self._text[at + 1 : end].strip():
            raise QueryFault(operator[0], _("can't exclude what follows it"), _("put the - before the whole chain"))
        is_operator = _OR.match(self._text, at, end) or _NEAR.match(self._text, at, end)
        node = self._clause(end) if at < end and not is_operator else None
        if node is None:
            raise self._nothing(operator, _("has nothing after it"))
        return node

    def _nothing(self, operator: re.Match[str], reason: str) -> QueryFault:
        subject = _("{text} at character {place}").format(text=operator[0], place=operator.start() + 1)
        return QueryFault(subject, reason, _("write it between two parts: {example}").format(example=_NEAR_EXAMPLE))

    def _same(self, unit: re.Match[str], end: int) -> Node | None:
        """What the brackets after same:sentence hold; None where 同句 is followed by no brackets: it is text then."""
        start, self._at = self._at, unit.end()
        close = self._group_end(end) if self._at < end else -1
        name = UNITS.get((unit["unit"] or unit["zh"]).lower())
        if close < 0 and unit["zh"]:
            self._at = start
            return None
        subject = _("{text} at character {place}").format(text=unit[0], place=start + 1)
        example = _("write {example}").format(example=_SAME_EXAMPLE)
        if close < 0:
            raise QueryFault(subject, _("is not followed by brackets"), example)
        if name is None:
            raise QueryFault(
                subject, _("is not a part of a text"), _("parts: {names}").format(names="sentence, paragraph")
            )
        group = self._clause(end)
        if not isinstance(group, Every):
            raise QueryFault(subject, _("has nothing to find in its brackets"), example)
        return same(name, group, (start, self._at))

    def _clause(self, end: int) -> Node | None:
        if (unit := _SAME.match(self._text, self._at, end)) and (node := self._same(unit, end)):
            return node
        if prefix := _FIELD.match(self._text, self._at, end):
            return self._field_node(FIELDS[prefix[1].lower()], prefix, end)
        if (close := self._group_end(end)) > 0:
            self._at += 1
            self._depth += 1
            wanted, unwanted = self.clauses(close)
            self._depth -= 1
            self._at = close + 1
            return Every(tuple(wanted), tuple(unwanted)) if wanted else None
        quoted = self._quote(end)
        return self._text_node(end) if quoted is None else self._quote_node(quoted)

    def _group_end(self, end: int) -> int:
        """The position of the bracket that closes the one here; -1 if that does not end a clause: it is text then."""
        if self._text[self._at] not in _OPEN or self._depth == _MAX_DEPTH:
            return -1
        depth = 0
        for at in range(self._at, end):
            depth += (self._text[at] in _OPEN) - (self._text[at] in _CLOSE)
            if not depth:
                return at if self._ends_clause(at + 1, end) else -1
        return -1

    def _ends_clause(self, at: int, end: int) -> bool:
        return at >= end or self._text[at].isspace()

    def _quote(self, end: int) -> Span | None:
        """The span of the quoted text that starts here, which is skipped; None if no quote starts here.

        Chinese quotation marks count only if they enclose a whole clause; in a headline they are text.
        """
        sign = self._text[self._at]
        if sign not in _QUOTES:
            return None
        closes = (at for at in range(self._at + 1, end) if self._text[at] in _QUOTES[sign])
        close = next(closes, -1)
        if sign in '"＂' and close < 0:
            raise QueryFault(
                self._text, _("the quote opened at character {place} is not closed").format(place=self._at + 1),
                _("add a \" at its end"),
            )  # fmt: skip
        if close < 0 or (sign not in '"＂' and not self._ends_clause(close + 1, end)):
            return None
        quoted = (self._at + 1, close)
        self._at = close + 1
        return quoted

    def _quote_node(self, quoted: Span, field: str = "") -> Node | None:
        text = self._text[slice(*quoted)]
        if field == "place":
            return self._place(text, quoted)
        if field in _RECORDED:
            return self._recorded(field, text, quoted)
        words = self._words(text)
        if field not in ("", "title"):
            return Words(words, field, quoted) if words else None
        phrase = tuple("".join(characters(text)).strip(SEPARATOR))
        return Quote(phrase, words, field, quoted) if phrase else None

    def _text_node(self, end: int, field: str = "") -> Node | None:
        match = _TEXT.match(self._text, self._at, end)
        self._at = match.end() if match else self._at + 1
        text = match[0] if match else ""
        at = (self._at - len(text), self._at)
        if field in _RECORDED:  # a * belongs to the label
            return self._recorded(field, text, at)
        start = fold(text[:-1]) if text[-1:] in ("*", "＊") else ""
        if start.isalnum() or self._analyzer.words(start) == [start]:  # 72.0, and Tibetan with its vowel signs
            self.prefixes += 1
            return Prefix(start, field)
        if field == "place":
            return self._place(text, at)
        words = self._words(text)
        return Words(words, field, at) if words else None

    def _place(self, text: str, at: Span) -> Node | None:
        name = "".join(characters(text)).strip(SEPARATOR)
        if not name:
            return None
        from indexer.figures.places import readings  # imported here: few questions name a place

        names = readings(name)
        self.count += max(1, len(names))
        if not names:
            self.doubts.append(
                _("{name} is not a known place: provinces, prefectures and counties of China are").format(name=text)
            )
        if len(names) < 2:
            return Words(names or (name,), "place", at)
        self.doubts.append(
            _("{name} may be {places}: all of them are searched").format(name=text, places=", ".join(names))
        )
        return Either(tuple(Words((each,), "place", at) for each in (*names, name)))

    def _recorded(self, field: str, text: str, at: Span) -> Node | None:
        self.count += 1
        return Among(field, " ".join(text.split()), at=at) if text.strip() else None

    def _words(self, text: str) -> tuple[str, ...]:
        words = tuple(self._analyzer.words(text))
        self.count += len(words)
        return words

    def _field_node(self, name: str, prefix: re.Match[str], end: int) -> Node | None:
        self._at = prefix.end()
        if self._at >= end or self._text[self._at].isspace():
            raise QueryFault(
                self._text,
                _("{field} at character {place} has no value").format(field=prefix[0], place=prefix.start() + 1),
                _("write the value right after it, or quote it: \"{field}\"").format(field=prefix[0]),
            )  # fmt: skip
        if name in ("since", "until", "date"):
            return self._dates(name, prefix, end)
        if name == "amount":
            return self._amount(prefix, end)
        quoted = self._quote(end)
        return self._text_node(end, name) if quoted is None else self._quote_node(quoted, name)

    def _dates(self, name: str, prefix: re.Match[str], end: int) -> Node | None:
        """A period, or text if it is not a valid one, as in 日期：不详."""
        match = _TEXT.match(self._text, self._at, end)
        try:
            since, until = period(match[0] if match else "", self._now)
        except UsageFault:
            return self._as_text(prefix, end, _("{text} is searched as text: a period is 2022, 2022-06 or 2021..2022"))
        self._at = match.end() if match else self._at
        at = (prefix.end(), self._at)
        return Between(None if name == "until" else since, None if name == "since" else until, at)

    def _amount(self, prefix: re.Match[str], end: int) -> Node | None:
        """The bounds of an amount, or text if they are not valid, as in 金额：不详."""
        from indexer.figures.amounts import parse_bounds

        match = _TEXT.match(self._text, self._at, end)
        text = match[0] if match else ""
        if (keys := parse_bounds(text)) is None:
            return self._as_text(
                prefix, end, _("{text} is searched as text: an amount is >10亿, 3000万美元 or 1亿..5亿")
            )
        self._at += len(text)
        return Amount(*keys, text, (prefix.end(), self._at))

    def _as_text(self, prefix: re.Match[str], end: int, doubt: str) -> Node | None:
        self._at = prefix.start()
        node = self._text_node(end)
        self.doubts.append(doubt.format(text=self._text[prefix.start() : self._at]))
        return node


def _alternatives(node: Node) -> tuple[Node, ...]:
    return node.nodes if isinstance(node, Either) else (node,)
