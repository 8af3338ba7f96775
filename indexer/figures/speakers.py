"""Finds who speaks in a text: the subject before a verb of speech, a name or, where none stands, a role."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from indexer.figures.figure import names
from indexer.persons.cues import words
from indexer.text.analyzer import fold
from indexer.text.wordlists import any_of

HIDDEN = "\ue000"  # stands for each character of a quotation
REACH = 300  # characters before a verb or a quotation in which its subject stands
_HAN = "\u3400-\u9fff"
_SENTENCE_END = re.compile(
    rf"[。！？!?…]+|\n|\s{{2,}}|(?<={HIDDEN})[”」』\"]|(?:讯|\d日电|文/图|图/文)[\s)）]*(?=[“「\s])|(?<=\s)摄\s*|(?<=[\u3400-\u9fff])摄(?=“)"
)
_CLAUSE_END = re.compile(rf"[，,；;：:?？(（]|{HIDDEN}+[”」』\"]?|[“「『\"](?={HIDDEN})")


@dataclass(frozen=True, slots=True)
class Speaker:
    """A name in its fullest form, or a role, and the title that is printed with it."""

    name: str
    title: str = ""
    is_named: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """A person named at [start, end)."""

    start: int
    end: int
    speaker: Speaker


@cache
def words_of(group: str) -> list[str]:
    """The words of a section of speech.txt, folded."""
    text = Path(__file__).with_name("speech.txt").read_text(encoding="utf-8")
    return fold(text.partition(f"# {group}\n")[2].partition("#")[0]).split()


@cache
def _verbs() -> re.Pattern[str]:
    verbs = any_of(words_of("Verbs of speech"))
    others = any_of(words_of("Not speech"))
    nouns = rf"(?:{verbs})(?:[师稿权等]|[人员家](?=[{_HAN}]{{2,4}}(?:说|表示|认为|介绍)))"
    return re.compile(
        f"(?:(?<=的)话(?=说[,:就是“]))|(?:{others})|{nouns}|(?P<verb>说|(?<!的)(?:{verbs})|看来(?=,)|[道称问答曰云](?=[了着]?[:：,，“]))"
    )


def fullest(speaker: Speaker, others: Collection[Speaker]) -> Speaker:
    """The speaker whose name that is in part: 考斯拉 of 普拉迪普·考斯拉, 张院长 of the only 张 with a full name."""
    name = speaker.name
    if _POLITE.fullmatch(name):
        family = {
            other.name: other for other in others if other.name[0] == name[0] and not _POLITE.fullmatch(other.name)
        }
        return next(iter(family.values())) if len(family) == 1 else speaker
    dotted = (other for other in others if _DOTS.search(other.name) and other.name != name)
    return next((other for other in dotted if other.name.startswith(name) or other.name.endswith(name)), speaker)


def whole(masked: str, name: str) -> str:
    """A folded name with what follows it wherever it stands, or before a verb of speech: 王勉之 if 王勉 was found."""
    ends = [match.end() for match in re.finditer(re.escape(name), masked)]
    if _DOTS.search(name):
        parts = [match[0] for end in ends if (match := _last_part().match(masked, end))]
        rest = min(parts, key=len, default="")
        return name + rest if all(masked.startswith(rest, end) for end in ends) else name
    dotted = [masked[end : end + 7] for end in ends]
    same = next((dotted[0][:size] for size in range(7, 0, -1) if len({part[:size] for part in dotted}) == 1), "")
    if part := _DOTTED.match(same):
        return name + part[0]
    for size in (2, 1):
        rests = {masked[end : end + size] for end in ends}
        follow = {masked[end + size : end + size + 1] for end in ends}
        if len(rests) == 1 and len(follow) > 1 and _fits(name, rest := rests.pop(), len(ends) > 2):
            return name + rest
    spoken = _spoken()
    rests = {match[0] for end in ends if (match := spoken.match(masked, end)) and _fits(name, match[0])}
    return name + rests.pop() if len(rests) == 1 else name


@cache
def _spoken() -> re.Pattern[str]:
    """What may go on of a name before a verb of speech: 加措|多杰说."""
    return re.compile(f"[{_HAN}]{{1,2}}(?=说|表示|告诉|介绍|认为)")


@cache
def _last_part() -> re.Pattern[str]:
    """What goes on of a foreign name: 巴博|瑞斯表示."""
    verbs = any_of(words_of("Verbs of speech"))
    return re.compile(rf"(?!{_no_rest().pattern})[{_HAN}]{{1,4}}?(?={verbs}|[^{_HAN}]|\Z)")


def _fits(name: str, rest: str, is_sure: bool = False) -> bool:
    """Whether a name may go on like this: three characters for Chinese names, four for others."""
    is_tibetan = name[:2] in _tibetan() or (is_sure and name[:1] not in names("Surnames"))
    is_part = len(name + rest) == (4 if is_tibetan else 3) and (is_tibetan or name[:1] in names("Surnames"))
    return is_part and bool(re.fullmatch(f"[{_HAN}]+", rest)) and not _no_rest().match(rest)


def _is_role(phrase: str) -> bool:
    """Whether a phrase ends with a word for people or an institution."""
    return bool(_ROLE_END.search(phrase)) or any(phrase[-size:] in _role_words() for size in range(2, 7))


@cache
def _relative() -> re.Pattern[str]:
    return re.compile(f"的(?:{any_of(words('Relatives'))})")


@cache
def _role_words() -> frozenset[str]:
    return frozenset((*words("Roles"), *words("Relatives")))


@cache
def _tibetan() -> frozenset[str]:
    return frozenset((*names("Parts of Tibetan names"), *words("Tibetan parts")))


@cache
def _no_rest() -> re.Pattern[str]:
    titles = [*names("Titles"), *words_of("Behind names"), *names("Before titles")]
    begin = any_of({word[0] for word in words_of("Verbs of speech")} | {title[:2] for title in titles})
    particles = any_of(words("No third character"))
    return re.compile(f"{_ADVERB}|{begin}|{particles}|[的了在和与及等是对向给跟为从到把被将着有做来去]|经师")


class Speakers:
    """Who speaks where in a text whose persons are known; in `masked`, its folded form, quotations are HIDDEN."""

    def __init__(self, text: str, masked: str, people: Sequence[Person]) -> None:
        self._text, self._masked = text, masked
        self._people = [person for person in people if masked[person.start] != HIDDEN]
        self._starts = [person.start for person in self._people]
        self._ends = [0, *(match.end() for match in _SENTENCE_END.finditer(masked)), len(masked)]
        self._topics: dict[int, Speaker | None] = {}

    def sentence(self, position: int) -> tuple[int, int]:
        """The sentence at a position."""
        number = bisect_right(self._ends, position)
        return self._ends[number - 1], self._ends[min(number, len(self._ends) - 1)]

    def verbs(self, start: int, end: int) -> list[int]:
        """Where verbs of speech begin in [start, end)."""
        return [match.start() for match in _verbs().finditer(self._masked, start, end) if match["verb"]]

    def named(self) -> Iterator[Speaker]:
        """Who is named before a verb of speech, and is none of the persons that are known."""
        for verb in self.verbs(0, len(self._masked)):
            reach = max(0, verb - REACH)
            start = max(self._masked.rfind(sign, reach, verb) + 1 for sign in ",。:”“!?;\n")
            start = max(start, reach)
            if not self.person(start, verb):
                first, last = self._phrase(start, verb)
                if not _NO_SPEAKER.search(self._masked[first:last]) and (speaker := self._name_in(first, last)):
                    yield speaker

    def subject(self, start: int, end: int, is_nearest: bool = True) -> Speaker | None:
        """The subject of what stands at `end`, in the clauses from `start` on, the nearest first.

        `is_nearest` tells that a verb of speech stands at `end`: then its clause may name somebody unknown.
        """
        for first, last in reversed(self._clauses(max(start, end - REACH), end)):
            if speaker := self._of_clause(first, last, is_nearest):
                return speaker
            is_nearest = is_nearest and not self._masked[first:last].strip()
        return None

    def person(self, start: int, end: int) -> Speaker | None:
        """The first person in [start, end) who may be a subject."""
        return next(filter(None, map(self._speaking, self._between(start, end))), None)

    def is_crowd(self, start: int, end: int) -> bool:
        """Whether a clause has a subject that is nobody in particular: 大家, 有人."""
        return bool(_CROWD.match(self._masked[slice(*self._phrase(start, end))]))

    def topic(self, position: int, sentences: int = 8) -> Speaker | None:
        """Who spoke, or was spoken of, last before the sentence at a position."""
        number = bisect_right(self._ends, position) - 1
        topics = map(self._topic, range(number - 1, max(-1, number - 1 - sentences), -1))
        return next(filter(None, topics), None)

    def _topic(self, number: int) -> Speaker | None:
        if number not in self._topics:
            self._topics[number] = None  # a pronoun in this sentence refers to one before it
            start, end = self._ends[number], self._ends[number + 1]
            subjects = (self.subject(start, verb) for verb in self.verbs(start, end))
            self._topics[number] = next(filter(None, subjects), None) or self.person(start, end)
        return self._topics[number]

    def _clauses(self, start: int, end: int) -> list[tuple[int, int]]:
        clauses, first = [], start
        for match in _CLAUSE_END.finditer(self._masked, start, end):
            clauses.append((first, match.start()))
            first = match.end()
        return [*clauses, (first, end)][-6:]

    def _between(self, start: int, end: int) -> Iterator[Person]:
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return (person for person in self._people[first:last] if person.end <= end)

    def _of_clause(self, start: int, end: int, is_nearest: bool) -> Speaker | None:
        first, last = self._phrase(start, end)
        head = self._masked.rfind("的", first, last) + 1 if is_nearest else 0
        is_modified = head and last - head > 1 and _is_role(self._masked[head:last]) and not self.person(head, last)
        if speaker := not is_modified and self.person(start, end):
            return speaker
        if _PRONOUN.match(self._masked, first, last):
            return self._antecedent(start)
        return self._named(first, last) if is_nearest and last - first > 1 else None

    def _antecedent(self, position: int) -> Speaker | None:
        """Whom a pronoun means: the last topic if this sentence names it again, else its own subject."""
        sentence, _ = self.sentence(position)
        topic = self.topic(position)
        if topic in [person.speaker for person in self._between(sentence, position)]:
            return topic
        return self.person(sentence, position) or topic or self._earlier(position)

    def _earlier(self, position: int) -> Speaker | None:
        number = bisect_left(self._starts, position)
        return self._people[number - 1].speaker if number else None

    def _speaking(self, person: Person) -> Speaker | None:
        """A person as a subject: who is named, or 王强的妈妈."""
        relative = _relative().match(self._masked, person.end)
        if relative and relative.end() not in self._starts:
            return Speaker(self._text[person.start : relative.end()], is_named=False)
        return person.speaker if self._may_speak(person) else None

    def _may_speak(self, person: Person) -> bool:
        before = self._masked[max(0, person.start - 30) : person.start].removesuffix(person.speaker.title)
        if self._masked.startswith("》", person.end):
            return False  # the title of a work
        return not _MODIFIER.match(self._masked, person.end) and not _OBJECT.search(before)

    def _phrase(self, start: int, end: int) -> tuple[int, int]:
        """The noun phrase that a clause begins with: without connectives before it and adverbs behind it."""
        lead = _LEAD.match(self._masked, start, end)
        start = lead.end() if lead else start
        start += self._masked.startswith("在", start) and self._masked.startswith("看来", end)
        match = _SPLIT.fullmatch(self._masked, start, end)
        return match.span("phrase") if match else (end, end)

    def _named(self, start: int, end: int) -> Speaker | None:
        """The speaker that a phrase without a known person names."""
        phrase = self._masked[start:end]
        if _NO_SPEAKER.search(phrase) or _verbs().match(phrase):
            return None
        anaphor = _ANAPHOR.match(phrase)
        if speaker := not anaphor and self._name_in(start, end):
            return speaker
        if not _is_role(phrase):
            return self._unknown(start, end)
        earlier = self._same_role(phrase[anaphor.end() :], start) if anaphor else None
        role = self._masked[self._role(start, end) : end]
        if not earlier and _CLAUSE.search(role):
            return None
        return earlier or Speaker(self._text[end - len(role) : end], is_named=False)

    def _role(self, start: int, end: int) -> int:
        """Where the role begins that a phrase ends with, as printed: 参加试验的女孩, 王强的妈妈."""
        counted = [match.end() for match in _COUNTED.finditer(self._masked[start:end])]
        start += counted[-1] if counted else 0
        named = [person.start for person in self._between(start, end)]
        modifier = self._masked.rfind("的", start, end)
        if modifier < 0:
            return start
        is_short = modifier - start <= _LONGEST and "》" not in self._masked[start:modifier]
        return named[-1] if named else start if is_short else modifier + 1

    def _unknown(self, start: int, end: int) -> Speaker | None:
        """A name that looks like none: a short subject that the text has several times."""
        name = _UNKNOWN.search(self._masked[start:end])
        if not name or self._masked.count(name[0]) < 2 or _NO_NAME.search(name[0]):
            return None
        return Speaker(self._text[end - len(name[0]) : end])

    def _name_in(self, start: int, end: int) -> Speaker | None:
        """The name that a phrase ends with, if it does: 医疗队主治医生杨玲, 杨玲医生."""
        phrase = self._text[start:end]
        if not (match := _names().search(self._masked[start:end])):
            return None
        first, last = match.span(match.lastgroup or 0)
        if _NO_NAME.search(phrase[first:last]) or phrase[first:last] in _role_words():
            return None
        return Speaker(phrase[first:last], phrase[:first].rpartition("的")[2] or phrase[last:])

    def _same_role(self, role: str, position: int) -> Speaker | None:
        """The speaker before with this role: 该负责人 is 文化厅非遗处负责人."""
        number = bisect_right(self._ends, position) - 1
        for before in range(number - 1, max(-1, number - 12), -1):
            speaker = self._topic(before)
            if speaker and (speaker.name.endswith(role) or role in speaker.title or role in _ANY_ROLE):
                return speaker
        return None


_UNKNOWN = re.compile(f"(?:(?<=的)[{_HAN}]{{2,4}}|^[{_HAN}]{{2,3}})$")
_COUNTED = re.compile(
    "(?:^|(?<=的))(?:这是)?(?:[一这那该][位名个对群家]|[这那]?[两几]位|[这那一]些|[这那]批|许多|不少)"
)
_CLAUSE = re.compile("^[^的]*(?:[都每于是被把将]|为(?!人))[^的]*$|^这是")  # a role has no verb but before 的
_LONGEST = 8  # characters of what stands before 的 in a role
_NO_NAME = re.compile(r"^[A-Z]+$|[区县市镇乡村州省厅局部院所校厂组]$")  # an abbreviation, a place, an office
_KIN = re.compile("[爸妈爷奶父母哥姐弟妹叔姨婶舅姑儿女妻丈爱岳外孙]")
_DOTS = re.compile("[·⋅•‧・]")
_POLITE = re.compile(
    "[一-龥](?:老|总|老师|教授|医生|大夫|院长|校长|书记|主任|主席|局长|队长|先生|女士|阿姨|大爷|大叔|大姐|大哥|奶奶|爷爷)"
)
_DOTTED = re.compile(rf"[·⋅•‧・][{_HAN}]{{2,6}}?(?=[,。:、的说介表告回认指强坦在是和等]|[^{_HAN}]|\Z)")
_ANY_ROLE = ("专家", "老人", "学者", "干部", "医生")
_MODIFIER = re.compile(
    r"\s*(?:的(?!话|眼|脸|语气|声音|言语|回答|表情|目光|心|笑|神情|感受|态度)|所在|等(?:人|领导)?的|家(?:的|里)|一行)"
)
_OBJECT = re.compile(
    r"(?:[对向给跟](?!于)[^,，。]{0,9}的[^,，。的]{0,4}|[对向跟给被让把随受与]|会见|看望|慰问|告诉|采访|[^\d认]为)$"
)
_PRONOUN = re.compile("[^，]{0,8}?[他她](?!们的|的(?!话))")
_ANAPHOR = re.compile("(?:[该这那本]|此(?=[位名]))[位名个]?")
_NO_SPEAKER = re.compile(
    "记者|[》〉]$|^方面|俗话|古语|常言|谚语|有句话|^[据有以从在对就通当虽如因尽随由与给向跟]|^图为|大家|人们|我们|我$|[不着了把让抱拽到既并]|"
    "^[一二三四五六七八九十两几]{1,2}.{0,2}$|(?:文章|报告|意见|通知|网站|方案|报道|研究|调查|数据|结果|一方面)$"
)
_CROWD = re.compile("[^的]{0,4}(?:大家|人们|有[^,]*人|很多人|不少人|许多人|众人|网友|记者)|有")
_LEAD = re.compile(
    r"(?:[近日当昨今前次][日前天年晚]|日前|目前|此前|随后|同时|此外|另外|其中|因此|所以|但是|但|而|不过|对此|为此|据|另据|正如|"
    r"正在|\d{1,2}[日月]|[上下中]午|现在|如今|当时|后来|之后|最后|以及|[、\s]+)+"
)
_MANNER = (
    "依然|仿佛|及时|仍然|依旧|始终|时常|逐渐|渐渐|尤其|甚至|[还也则就都又曾常总再便即才更均亦并仍所会想要能将是]|如是|如此|这样|这么|再次|进一步|一再|反复|多次|常常|经常|总是|一直|不禁"
    "|不由得?|同时|最后|随后|接着|继续|纷纷|一致|普遍|共同|主动|坦率|坦诚|感慨|感叹|激动|高兴|兴奋|自豪|骄傲|开心|欣慰|动情|深情"
    "|欣喜|笑着?|笑呵呵|乐呵呵|哭着|含泪|谦虚|腼腆|介绍|解释|回忆|补充|分析|表示|强调|明确|郑重|特别|专门|日前|[近当昨今][日天]|[上下]午|连声|连连|不住|忍不住"
)
_ADVERB = (
    rf"(?:{_MANNER}|[^，的]{{1,8}}地|在[^，]*?(?:[时后上中里前间会]|现场|之际|期间)|[向对给跟](?:[^的，]{{1,12}}|[^，]{{1,20}}\Z)|[与同和][^的，]{{0,8}}记者.*"
    r"|[与同和][^，]{1,8}交谈.*|接受.*|\d{1,2}[日月].*|满(?:怀|脸|是)[^，]*|一边.*|边.*|[(][^)]*[)]|\s|(?:以|就|从|用|针对|通过)[^，]*"
    r"|[谈说提][到及起][^，]*|看[着到][^，]*|[指拿]着[^，]*|告诉.*|一?[直脸][^，]*|(?:发自|由衷|深有|颇|非常|十分|很|特别).*)"
)
_SPLIT = re.compile(rf"(?P<phrase>(?!(?:{_MANNER}|[^，的他她]{{1,3}}地)+\Z).{{2,}}?)(?:{_ADVERB})*", re.DOTALL)
_ROLES = (
    "长编演员者家师生人民客商工匠手士官使友任席授监裁理事代户众记夫妇妈爷奶叔姨哥姐弟妹母父亲女僧佛婆汉娃戚板宾伴孩儿"
)
_ROLE_END = re.compile(
    f"[{_ROLES}]$|[一-龥]{{2}}方面?$|和尚$|部门$|机构$|单位$|大学$|们$|[局厅部委会院所校处司站室心社团队府]$"
)


@cache
def _names() -> re.Pattern[str]:
    """The name at the end of a phrase: 医疗队主治医生杨玲."""
    surname, tibetan = any_of(names("Surnames")), any_of(_tibetan())
    titles, behind = any_of(names("Titles")), any_of(words_of("Behind names"))
    han, begin = (
        f"(?![的了在和与及不是就也都还又这那各向对让更使令最很被把将为因但却])[{_HAN}]",
        f"(?:^|(?<=[的、世局厅委府司{_ROLES}]))",
    )
    name = (
        rf"(?:{surname}){han}(?:{han})?|(?:(?![{_ROLES}]){han}){{0,2}}(?:{tibetan})+(?:{han}){{0,2}}"
        rf"|[{_HAN}]{{1,6}}[·⋅•‧・](?:{han}|[·⋅•‧・]){{1,14}}|[a-z][a-z. ]+|班禅|达赖"
    )
    return re.compile(
        rf"(?:{begin}(?P<plain>{name})|{begin}(?P<titled>{name})(?:{behind})|(?P<before>(?:{surname}){han}(?:{han})?)(?:{behind})"
        rf"|(?:{titles})(?P<other>(?:{han}){{2,4}}))$"
    )
