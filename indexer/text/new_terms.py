"""Proposes new words for the lexicon: names and terms that the analyzer splits.

A sequence of words is proposed if its parts are cohesive (normalized pointwise mutual
information) and its neighbours vary (entropy). The texts are read several times and not kept in
memory: each pass considers only what was frequent in the one before.
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

Read = Callable[[], Iterable[str]]  # iterates over all texts; called once per pass
_LONGEST = 6  # characters
_MIN_ARTICLES = 3  # that contain a word
_ARTICLES_PER_OCCURRENCE = 1000  # in an archive of more than 3,000 articles
_MAX_COUNTED = 2_000_000  # pairs or runs counted at once: about 300 MB
_MIN_COHESION = 0.4  # of a run with a single character, which is mostly a part of a name
_MIN_COHESION_OF_WORDS = 0.6  # of a run of words only, which often just occur together
_MIN_FREEDOM = 0.7  # entropy of the neighbours in nats, as of two that are equally frequent
_COHESION_WEIGHT = 12  # relative to freedom and the logarithm of the number of articles
_PART_SHARE = 0.6  # of the occurrences of a run inside a longer one that make it a mere part
_CONTEXT = 12  # characters of an example on either side

_CHINESE = re.compile(f"[{CHINESE}]+")
# Words with which no name or term starts or ends, or that none contains.
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
    """A proposed word as printed at its first occurrence, with that as example."""

    word: str
    articles: int
    score: float
    example: str = ""


def texts(revisions: Iterable[Revision]) -> Iterator[str]:
    """Title and body of each article; equal texts only once."""
    seen = set()
    for revision in revisions:
        article = revision.article
        if article.digest not in seen:
            seen.add(article.digest)
            yield f"{article.title}\n{article.body}"


def new_terms(read: Read, analyzer: Analyzer, limit: int) -> list[NewTerm]:
    """The best proposals, best first. Words that the analyzer keeps whole are not proposed."""
    counts, minimum = _count(read, analyzer)
    cohesions = _cohesive(counts, minimum, analyzer)
    articles, freedoms = _freedoms(read, analyzer, cohesions)
    terms = (
        NewTerm(
            run.replace(" ", ""),
            articles[run],
            _COHESION_WEIGHT * cohesions[run] + freedoms[run] + log(articles[run]),
        )
        for run in _without_parts(cohesions, counts)
        if freedoms[run] >= _MIN_FREEDOM and articles[run] >= minimum
    )
    return _with_examples(read, nlargest(limit, terms, key=lambda term: (term.score, term.word)))


# A run is represented by its words, joined with blanks.


def _count(read: Read, analyzer: Analyzer) -> tuple[Counter[str], int]:
    """The number of occurrences of each word and each run of frequent pairs, and the minimum that is frequent."""
    words, pairs, runs, texts = Counter[str](), Counter[str](), Counter[str](), 0
    for texts, text in enumerate(read(), 1):  # noqa: B007
        for stretch in _stretches(text, analyzer):
            words.update(stretch)
            pairs.update(map(" ".join, pairwise(stretch)))
        pairs = _pruned(pairs)
    minimum = max(_MIN_ARTICLES, texts // _ARTICLES_PER_OCCURRENCE)
    frequent = {pair for pair, count in pairs.items() if count >= minimum}
    del pairs
    for text in read():
        for stretch in _stretches(text, analyzer):
            runs.update(run for run, _start, _end in _runs(stretch, frequent))
        runs = _pruned(runs)
    return words + runs, minimum


def _pruned(counts: Counter[str]) -> Counter[str]:
    """The counts; if there are too many, without the lowest."""
    if len(counts) <= _MAX_COUNTED:
        return counts
    minimum = 1
    while len(counts) > _MAX_COUNTED // 2:
        minimum += 1
        counts = Counter({run: count for run, count in counts.items() if count >= minimum})
    return counts


def _stretches(text: str, analyzer: Analyzer) -> Iterator[list[str]]:
    """The Chinese words of a text, in stretches without punctuation, letters or digits."""
    for stretch in analyzer.cut(text):
        for chinese, words in groupby(stretch, _is_chinese):
            if chinese:
                yield list(words)


def _is_chinese(word: str) -> bool:
    return _CHINESE.fullmatch(word) is not None


def _runs(stretch: Sequence[str], frequent: Container[str]) -> Iterator[tuple[str, int, int]]:
    """The runs of two or more words whose pairs are all frequent, each with its start and end."""
    for start, run in enumerate(stretch):
        size = len(run)
        for end in range(start + 1, len(stretch)):
            size += len(stretch[end])
            if size > _LONGEST or f"{stretch[end - 1]} {stretch[end]}" not in frequent:
                break
            run += f" {stretch[end]}"
            yield run, start, end + 1


def _cohesive(counts: Counter[str], minimum: int, analyzer: Analyzer) -> dict[str, float]:
    """The frequent and cohesive runs that could be a name or term, with their cohesion."""
    cohesions = {}
    total = sum(count for word, count in counts.items() if " " not in word)
    for run in (run for run, count in counts.items() if " " in run and count >= minimum):
        words = run.split(" ")
        if _is_plausible(words) and not analyzer.knows("".join(words)):
            cohesion = _cohesion(words, counts, total)
            if cohesion >= (_MIN_COHESION if any(len(word) == 1 for word in words) else _MIN_COHESION_OF_WORDS):
                cohesions[run] = cohesion
    return cohesions


def _is_plausible(words: Sequence[str]) -> bool:
    first, last = words[0], words[-1]
    title = any(left[-1] == right[0] and len(right) > 1 for left, right in pairwise(words))  # 研究所 所长
    loose = first in _NOT_FIRST or last in _NOT_LAST or not _NOT_WITHIN.isdisjoint(words)
    return not (title or loose or _PLAIN.fullmatch(first) or _PLAIN.fullmatch(last))


def _cohesion(words: Sequence[str], counts: Counter[str], total: int) -> float:
    """The lowest normalized pointwise mutual information over all splits of a run into two."""
    count = counts[" ".join(words)]
    halves = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words)))
    return min(log(count * total / (counts[left] * counts[right])) for left, right in halves) / log(total / count)


def _freedoms(read: Read, analyzer: Analyzer, runs: Collection[str]) -> tuple[Counter[str], dict[str, float]]:
    """For each run the number of texts, and the entropy of its neighbouring characters on the less varied side.

    All punctuation and the ends of a text count as one neighbour, since a site's boilerplate stands between them.
    """
    before: dict[str, Counter[str]] = {run: Counter() for run in runs}
    after: dict[str, Counter[str]] = {run: Counter() for run in runs}
    pairs = {pair for run in runs for pair in map(" ".join, pairwise(run.split(" ")))}
    articles = Counter[str]()
    for text in read():
        in_text = set()
        for stretch in _stretches(text, analyzer):
            for run, start, end in _runs(stretch, pairs):
                if run in before:
                    in_text.add(run)
                    before[run][stretch[start - 1][-1] if start else ""] += 1
                    after[run][stretch[end][0] if end < len(stretch) else ""] += 1
        articles.update(in_text)
    return articles, {run: min(_entropy(before[run].values()), _entropy(after[run].values())) for run in runs}


def _entropy(counts: Collection[int]) -> float:
    total = sum(counts)
    return sum(count / total * log(total / count) for count in counts)


def _without_parts(runs: Collection[str], counts: Counter[str]) -> list[str]:
    """The runs without those that mostly occur inside a longer one."""
    within = Counter[str]()
    for run in runs:
        words = run.split(" ")
        spans = ((start, end) for start in range(len(words)) for end in range(start + 2, len(words) + 1))
        for part in {" ".join(words[start:end]) for start, end in spans} - {run}:
            within[part] = max(within[part], counts[run])
    return [run for run in runs if within[run] < _PART_SHARE * counts[run]]


def _with_examples(read: Read, terms: Sequence[NewTerm]) -> list[NewTerm]:
    """The terms as printed at their first occurrence, with its context."""
    printed: dict[str, NewTerm] = {}
    for text in read():
        folded = fold(text)
        for term in terms:
            if term.word not in printed and (start := folded.find(term.word)) >= 0:
                end = start + len(term.word)
                example = " ".join(text[max(0, start - _CONTEXT) : end + _CONTEXT].split())
                printed[term.word] = replace(term, word=text[start:end], example=example)
        if len(printed) == len(terms):
            break
    return [printed[term.word] for term in terms if term.word in printed]
