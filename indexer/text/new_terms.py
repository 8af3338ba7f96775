"""New words: names and terms that the analyzer takes apart, though the texts keep them together.

A run of neighbouring words is proposed as one where its parts hold together (pointwise mutual
information, normalised) and where what stands on either side of it changes (entropy). The texts
are read several times and never kept: only what is frequent in one reading is looked at in the next.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import groupby, pairwise
from math import log

from archive.article import Revision
from indexer.text.analyzer import CHINESE, PARTICLES, Analyzer, fold

Read = Callable[[], Iterable[str]]  # all the texts, once more each time
_LONGEST = 6  # characters
_LEAST = 3  # articles that a word stands in ...
_PER = 1000  # ... and of more than 3,000 one of so many
_MOST = 2_000_000  # pairs or runs counted at once: some 300 MB
_COHESION = 0.4  # of a run with a single character in it, which mostly is a part of a name ...
_OF_WORDS = 0.6  # ... and of one that has words only, which are often just said together
_FREEDOM = 0.7  # entropy of the neighbours, in nats: two that are equally frequent have that much
_WEIGHT = 12  # of cohesion beside that and the logarithm of the articles
_OF_A_LONGER = 0.6  # share of its places in a longer run from which on a run is a mere part of it
_AROUND = 12  # characters of an example on either side

_CHINESE = re.compile(f"[{CHINESE}]+")
# What no name or term begins with, ends with or has within, nor has at either end.
_NOT_FIRST = PARTICLES | frozenset(
    "一两数多余此该每各某很最较更太不没未非已再又才要会能可应需须使以据因由于自但或说个位名次年月日时分号第约近如若则即均皆所者们"
    "村县乡镇市省区州局司处厅部院组班上下中前后内外里间"
)
_NOT_LAST = PARTICLES | frozenset(
    "一二三四五六七八九十百千万亿两多余中内上下里外前后间时起来去们个位名次条只件家所座年月日号点分元说称讯道过但不使以于成出"
)
_NOT_WITHIN = frozenset("的了着")
_PLAIN = re.compile(
    "一[个些定直]|[这那][个些]|自己|[他我她它]们|什么|怎么|如何|所有|全部|[许很]多|不少|各[种个族级界地]|其[他它中]"
    "|方面|问题|情况|[相有]关|[当各]地|全[国区市省县]|世界|我国|记者|介绍|表示|告诉|了解|认为|指出|强调|图为|据说"
    "|因为|所以|但是|而且|如果|虽然|以及|或者|还是|就是|不是|都是|也是|为了|根据|按照|经过|通过|关于|对于|由于"
    "|来自|位于|属于|成为|具有|进行|已经|可以|可能|没有|不断|始终|坚持|进一步|加快|加强|推进|大力|深入|扎实|充分"
    "|认真|成功|[得受]到|获得|接受|显得|继续|努力|积极|更加|坚决|切实|全面|牢固|首次|共同|广大|非常|十分|越来越|再也"
    "|至今|同时|[此本]次|此外|[今去明]年|当[天时]|近日|日前|目前|截至|以[来上下]|之[后前一间中]|左右"
)


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A proposal; `example` is the first place where it stands, and the word is spelled as there."""

    word: str
    articles: int
    score: float
    example: str = ""


def texts(revisions: Iterable[Revision]) -> Iterator[str]:
    """Title and body of each article, of those with the same text once."""
    seen = set()
    for revision in revisions:
        article = revision.article
        if article.digest not in seen:
            seen.add(article.digest)
            yield f"{article.title}\n{article.body}"


def new_terms(read: Read, analyzer: Analyzer, limit: int) -> list[NewTerm]:
    """The best proposals, best first; what the analyzer keeps whole is none."""
    counts, least = _counted(read, analyzer)
    held = _holding(counts, least, analyzer)
    articles, free = _met(read, analyzer, held)
    scored = (
        NewTerm(run.replace(" ", ""), articles[run], _WEIGHT * held[run] + free[run] + log(articles[run]))
        for run in _without_parts(held, counts)
        if free[run] >= _FREEDOM and articles[run] >= least
    )
    return _with_examples(read, nlargest(limit, scored, key=lambda one: (one.score, one.word)))


# A run is written as its words with blanks between.


def _counted(read: Read, analyzer: Analyzer) -> tuple[Counter[str], int]:
    """How often each word and each run of frequent pairs stands in the texts; how often is frequent."""
    words, pairs, runs, texts = Counter[str](), Counter[str](), Counter[str](), 0
    for texts, text in enumerate(read(), 1):  # noqa: B007
        for stretch in _stretches(text, analyzer):
            words.update(stretch)
            pairs.update(map(" ".join, pairwise(stretch)))
        pairs = _thinned(pairs)
    least = max(_LEAST, texts // _PER)
    frequent = {pair for pair, count in pairs.items() if count >= least}
    del pairs
    for text in read():
        for stretch in _stretches(text, analyzer):
            runs.update(run for run, _start, _end in _runs(stretch, frequent))
        runs = _thinned(runs)
    return words + runs, least


def _thinned(counts: Counter[str]) -> Counter[str]:
    """The counts, or where they are too many to keep, the higher half of them."""
    if len(counts) <= _MOST:
        return counts
    least = 1
    while len(counts) > _MOST // 2:
        least += 1
        counts = Counter({one: count for one, count in counts.items() if count >= least})
    return counts


def _stretches(text: str, analyzer: Analyzer) -> Iterator[list[str]]:
    """The Chinese words of a text, in stretches without a sign, letter or digit between."""
    for stretch in analyzer.cut(text):
        for chinese, words in groupby(stretch, _is_chinese):
            if chinese:
                yield list(words)


def _is_chinese(word: str) -> bool:
    return _CHINESE.fullmatch(word) is not None


def _runs(stretch: Sequence[str], frequent: Container[str]) -> Iterator[tuple[str, int, int]]:
    """The runs of two words and more whose pairs are all frequent, with where they start and end."""
    for start, run in enumerate(stretch):
        size = len(run)
        for end in range(start + 1, len(stretch)):
            size += len(stretch[end])
            if size > _LONGEST or f"{stretch[end - 1]} {stretch[end]}" not in frequent:
                break
            run += f" {stretch[end]}"
            yield run, start, end + 1


def _holding(counts: Counter[str], least: int, analyzer: Analyzer) -> dict[str, float]:
    """The frequent runs that hold together and could be a name or term, with their cohesion."""
    held = {}
    total = sum(count for word, count in counts.items() if " " not in word)
    for run in (run for run, count in counts.items() if " " in run and count >= least):
        words = run.split(" ")
        if _is_plausible(words) and not analyzer.knows("".join(words)):
            cohesion = _cohesion(words, counts, total)
            if cohesion >= (_COHESION if any(len(word) == 1 for word in words) else _OF_WORDS):
                held[run] = cohesion
    return held


def _is_plausible(words: Sequence[str]) -> bool:
    first, last = words[0], words[-1]
    title = any(left[-1] == right[0] and len(right) > 1 for left, right in pairwise(words))  # 研究所 所长
    loose = first in _NOT_FIRST or last in _NOT_LAST or not _NOT_WITHIN.isdisjoint(words)
    return not (title or loose or _PLAIN.fullmatch(first) or _PLAIN.fullmatch(last))


def _cohesion(words: Sequence[str], counts: Counter[str], total: int) -> float:
    """The pointwise mutual information of the loosest place between two of these words, as a share of the most."""
    count = counts[" ".join(words)]
    halves = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words)))
    return min(log(count * total / (counts[left] * counts[right])) for left, right in halves) / log(total / count)


def _met(read: Read, analyzer: Analyzer, held: Collection[str]) -> tuple[Counter[str], dict[str, float]]:
    """In how many texts each run stands, and the entropy of the characters before it, or behind if that is less.

    A sign, whichever it is, or the end of a text is one neighbour: set phrases of a site stand between two.
    """
    before: dict[str, Counter[str]] = {run: Counter() for run in held}
    behind: dict[str, Counter[str]] = {run: Counter() for run in held}
    pairs = {pair for run in held for pair in map(" ".join, pairwise(run.split(" ")))}
    articles = Counter[str]()
    for text in read():
        here = set()
        for stretch in _stretches(text, analyzer):
            for run, start, end in _runs(stretch, pairs):
                if run in before:
                    here.add(run)
                    before[run][stretch[start - 1][-1] if start else ""] += 1
                    behind[run][stretch[end][0] if end < len(stretch) else ""] += 1
        articles.update(here)
    return articles, {run: min(_entropy(before[run].values()), _entropy(behind[run].values())) for run in held}


def _entropy(counts: Collection[int]) -> float:
    total = sum(counts)
    return sum(count / total * log(total / count) for count in counts)


def _without_parts(held: Iterable[str], counts: Counter[str]) -> list[str]:
    """The runs but for those that are a mere part of a longer one in most places where they stand."""
    within = Counter[str]()
    for run in held:
        words = run.split(" ")
        spans = ((start, end) for start in range(len(words)) for end in range(start + 2, len(words) + 1))
        for part in {" ".join(words[start:end]) for start, end in spans} - {run}:
            within[part] = max(within[part], counts[run])
    return [run for run in held if within[run] < _OF_A_LONGER * counts[run]]


def _with_examples(read: Read, words: Sequence[NewTerm]) -> list[NewTerm]:
    """The words as they are printed where they stand first, and what stands around them there."""
    found: dict[str, NewTerm] = {}
    for text in read():
        folded = fold(text)
        for one in words:
            if one.word not in found and (at := folded.find(one.word)) >= 0:
                end = at + len(one.word)
                example = " ".join(text[max(0, at - _AROUND) : end + _AROUND].split())
                found[one.word] = replace(one, word=text[at:end], example=example)
        if len(found) == len(words):
            break
    return [found[one.word] for one in words if one.word in found]
