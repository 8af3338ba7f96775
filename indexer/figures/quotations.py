"""Quotations in a text: who said what, and where. Direct speech only, not terms, titles and slogans in marks. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from indexer.figures.figure import Figure, Kind, Name
from indexer.figures.find import figures
from indexer.figures.marks import Quoted, quoted
from indexer.figures.speakers import HIDDEN, REACH, Person, Speaker, Speakers, fullest, whole, words_of
from indexer.text.analyzer import fold
from indexer.text.wordlists import any_of

SpeakerKind = Literal["person", "institution", "role"]
Finder = Callable[[str, date | None, Collection[Kind]], list[Figure]]


@dataclass(frozen=True, slots=True)
class Quotation:
    """What someone said: the words at [start, end) in code points, without the marks around them.

    `speaker` is the fullest form of the name in the text, or a role or institution where no name
    stands, and `title` is what the text prints with the name; both are folded. `kind` tells a named
    person from an institution and from a role (专家, 村民们, 王强的妈妈), behind which is nobody in particular.
    """

    speaker: str
    title: str
    words: str
    start: int
    end: int
    kind: SpeakerKind = "person"


def quotations(text: str, published: date | None = None, find: Finder = figures) -> list[Quotation]:
    """The quotations in a text, in order; they do not overlap. Quotations within a quotation are part of it.

    `find` finds the persons; a subject of a verb of speech is a speaker also if it does not know the name.
    """
    folded = fold(text)
    spans = [span for span in quoted(folded) if _is_sentence(folded, span)]
    if not spans:
        return []
    masked = _hidden(folded, spans)
    people = _people(text, masked, find(text, published, _KINDS))
    said = _Said(masked, folded, spans, Speakers(text, masked, people))
    titles = {person.speaker.name: person.speaker.title for person in people if person.speaker.title}
    return [
        Quotation(
            speaker.name, speaker.title or titles.get(speaker.name, ""), text[start:end], start, end, _kind(speaker)
        )
        for (start, end, _after), speaker in zip(spans, said.speakers(), strict=True)
        if speaker
    ]


_KINDS: tuple[Kind, ...] = ("person",)


def _kind(speaker: Speaker) -> SpeakerKind:
    if speaker.is_named:
        return "person"
    whole = {(each.start, each.end) for each in figures(speaker.name, None, ["institution"])}
    return "institution" if (0, len(speaker.name)) in whole else "role"


def _people(text: str, masked: str, figures: Iterable[Figure]) -> list[Person]:
    """The persons in a text, and wherever they are named again those who are named before a verb of speech."""
    mentions = [(each, each.value) for each in figures if isinstance(each.value, Name)]
    printed = {fold(each.text): each.text for each, _name in mentions}
    longer = {form: whole(masked, form) for form in printed}
    people = []
    for each, name in mentions:
        own, form = fold(name.name), longer[fold(each.text)]
        first = masked.find(form)
        end = each.start + len(form) if masked.startswith(form, each.start) else each.end
        known = printed.get(own, name.name)
        if own == fold(each.text) and first >= 0:
            known = text[first : first + len(form)]
        people.append(Person(each.start, end, Speaker(known, name.title)))
    names = {speaker.name: speaker for speaker in Speakers(text, masked, people).named()}
    if names:
        again = re.compile(any_of(names))
        people += [Person(*match.span(), names[match[0]]) for match in again.finditer(text)]
        people.sort(key=lambda person: (person.start, -person.end))
        last = 0
        people = [person for person in people if person.start >= last and (last := person.end)]
    every = {person.speaker for person in people}
    full = {speaker: fullest(speaker, every) for speaker in every}
    return [replace(person, speaker=full[person.speaker]) for person in people]


_LONG = 15  # characters of words that are speech even without a verb
_SHORT = 6
_PREDICATE = re.compile("[我你您他她咱这那]|[不没]|[了吗呢吧啊呀嘛的]\\Z|可能|应该|[更都也会能要就是]")
_APART = re.compile(rf"(?:[,，:：]|{any_of(words_of('Verbs of speech'))})\Z")
_ENDED = re.compile("[,，.。;；!?！？\n]|$")
_INNER = re.compile("[，。！？；：…,!?]")
_TERMINAL = re.compile(r"[。！？…!?~～—.]['’』”）)\s]*\Z")


def _is_sentence(folded: str, span: Quoted) -> bool:
    """Whether what stands in marks may be speech, other than a term, a name or a title."""
    start, end = span.start, span.end
    is_long = end - start >= _LONG or folded[start - 2 : start - 1] in ":："
    return is_long or bool(_INNER.search(folded, start, end)) or _is_clause(folded, span)


def _is_clause(folded: str, span: Quoted) -> bool:
    """Whether short words without a comma are a clause of their own: “这相当于旅游了”."""
    start, end = span.start, span.end
    is_apart = _APART.search(folded, max(0, span.before - 2), span.before) and _ENDED.match(folded, span.after)
    return bool(is_apart) and end - start >= _SHORT and bool(_PREDICATE.search(folded, start, end))


def _hidden(folded: str, spans: Sequence[Quoted]) -> str:
    """The text with every quotation hidden, of the same length."""
    parts, last = [], 0
    for span in spans:
        parts += [folded[last : span.start], HIDDEN * (span.end - span.start)]
        last = span.end
    return "".join([*parts, folded[last:]])


_PAUSE = re.compile(r"[:：,，]?\s*\Z")
_NOT_SAID = re.compile(
    "[》〉][^，。]{0,3}$|记载|写着|写有|印着|刻着|标语|口号|主题|题为|诗云|诗曰|有云|规定|俗话|古语|古人|谚语|常言|老话|"
    "歌词|小诗|首诗|诗句|歌谣|顺口溜|名为|名叫|叫做|称为|誉为|称作|意思|意为|留言|短信|标题|横幅|对联|碑文|通知|意见|方案|条例|公告|报告|词条"
)
_CREDIT = re.compile(
    rf"[^,，。:：;；]{{0,40}}(?:{any_of(words_of('Verbs of speech'))})[道着了]?(?:[^,，。]{{0,6}}记者)?[,，。]"
)
_ASKED = re.compile("[^,。]{0,8}记者[^,。]{0,6}问")  # interviews quote the questions too
_NEW_SUBJECT = re.compile(r"\d{4}年|\d{1,2}月\d|对于|针对|关于|此外|另外|据|而?在(?!接受|[^，。]{0,30}看来)|图为")


class _Said:
    """Decides for each quotation whether it is speech, and whose."""

    def __init__(self, text: str, folded: str, spans: Sequence[Quoted], who: Speakers) -> None:
        self._text, self._folded, self._spans, self._who = text, folded, spans, who

    def speakers(self) -> list[Speaker | None]:
        """The speaker of each quotation; None where it is not speech, or nobody is named."""
        speakers: list[Speaker | None] = []
        for number in range(len(self._spans)):
            speakers.append(self._speaker(number, speakers[-1] if speakers else None))
        return speakers

    def _speaker(self, number: int, last: Speaker | None) -> Speaker | None:
        span = self._spans[number]
        start = max(self._who.sentence(span.before)[0], span.before - REACH)
        if self._text[start : span.before].strip():
            return self._led(number, start)
        if not self._is_whole(number):
            return self._credited(number) if span.end - span.start >= _LONG else None
        if last and number and not self._text[self._spans[number - 1].after : span.before].strip():
            is_near = self._spans[number - 1].after == span.before
            return self._named_behind(number, is_near=is_near) or last
        return self._followed(number)

    def _led(self, number: int, start: int) -> Speaker | None:
        """The speaker whom the sentence names before a quotation: 某人说：“……”."""
        span, who = self._spans[number], self._who
        pause = _PAUSE.search(self._text, start, span.before)
        end = pause.start() if pause else span.before
        mark = self._text[end : end + 1] if end < span.before else ""
        clause = max(start, *(self._text.rfind(sign, start, end) + 1 for sign in "，,；;"))
        verbs = who.verbs(start, end)
        is_said = bool(verbs) and verbs[-1] >= clause
        is_speech = self._is_whole(number) and (is_said or bool(mark and self._is_speech(span)))
        if mark != ":" and not is_speech:
            return self._named_behind(number) if self._is_terminal(span) else None
        if person := who.subject(clause, verbs[-1] if is_said else end, is_nearest=False):
            return person
        if subject := self._credited(number):
            return subject
        if _NOT_SAID.search(self._text, clause, end):
            return None
        if is_said and who.is_crowd(clause, verbs[-1]):
            return None
        for verb in reversed(verbs):
            if subject := who.subject(start, verb):
                return subject
        if not is_said and (subject := who.person(start, end)):
            return subject
        if is_said or (mark == ":" and self._is_terminal(span)):
            return who.topic(start)
        return self._followed(number) if mark == "," else None

    def _followed(self, number: int) -> Speaker | None:
        """The speaker of a quotation that begins a sentence: whom the next words name, else who spoke before."""
        span, who = self._spans[number], self._who
        if _ASKED.match(self._text, span.after):
            return None
        subject = self._named_behind(number) or self._credited_next(number)
        if not self._is_speech(span):
            return subject
        if subject and not _NEW_SUBJECT.match(self._text, span.after):
            return subject
        is_new = _NEW_SUBJECT.match(self._text, span.after)
        person, topic = who.person(span.after, self._tail(number)), who.topic(span.before)
        return topic or subject or person if is_new else person or topic

    def _named_behind(self, number: int, is_near: bool = False) -> Speaker | None:
        """The subject of a verb of speech behind a quotation: “……”某人说; `is_near` looks at one clause only."""
        start, end = self._spans[number].after, self._tail(number)
        if is_near and (comma := self._text.find(",", start, end)) >= 0:
            end = comma
        return self._subject_in(start, end)

    def _subject_in(self, start: int, end: int) -> Speaker | None:
        subjects = (self._who.subject(start, verb) for verb in self._who.verbs(start, end))
        return next(filter(None, subjects), None)

    def _credited(self, number: int) -> Speaker | None:
        """The subject of a verb of speech that ends the clause behind a quotation: “……”某人说。"""
        start = self._spans[number].after
        clause = _CREDIT.match(self._text, start, self._tail(number))
        return self._named_behind(number, is_near=True) if clause else None

    def _credited_next(self, number: int) -> Speaker | None:
        """The same behind the full stop that follows some closing marks: “……”。某人说，"""
        start = self._spans[number].after
        if self._text[start : start + 1] != "。":
            return None
        following = self._spans[number + 1].before if number + 1 < len(self._spans) else len(self._text)
        clause = _CREDIT.match(self._text, start + 1, min(self._who.sentence(start + 1)[1], following))
        return self._subject_in(*clause.span()) if clause else None

    def _is_speech(self, span: Quoted) -> bool:
        return self._is_terminal(span) or self._is_long(span) or _is_clause(self._folded, span)

    def _is_long(self, span: Quoted) -> bool:
        return span.end - span.start >= _LONG and bool(_INNER.search(self._folded, span.start, span.end))

    def _tail(self, number: int) -> int:
        """Where the sentence ends that follows a quotation, or another quotation begins."""
        span = self._spans[number]
        _, end = self._who.sentence(span.after)
        following = self._spans[number + 1].before if number + 1 < len(self._spans) else end
        return min(end, following)

    def _is_terminal(self, span: Quoted) -> bool:
        return bool(_TERMINAL.search(self._folded, span.start, span.end))

    def _is_whole(self, number: int) -> bool:
        """Whether a quotation ends a clause, rather than being a part of one."""
        span = self._spans[number]
        return (
            self._is_terminal(span)
            or self._folded[span.end - 1] in "，,；"
            or not self._text[span.after : span.after + 1].strip("，。！？；,;!?\n\u3000）)")
        )
