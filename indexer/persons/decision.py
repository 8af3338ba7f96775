"""Which candidates are names: the evidence of all mentions of a form decides whether it is one, and how long it is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from indexer.persons.candidates import Candidate
from indexer.persons.reading import Reading

_ENOUGH = 2.5
_LIST = 2.4  # evidence of standing beside a name in a list
_SEPARATORS = (re.compile(r"[、,/\s]\s?|和|与|及|以及"), re.compile("、[\u3400-\u9fff]{2,6}、"))  # beside it, or one on
_MOST_MENTIONS = 3
_CUE = 1.4
_ALONE = 0.9
_QUOTED = 1.2  # a word in quotes or a title by itself is mostly a term or a work
_NAMELIKE = 1.0
_SIDE_BY_SIDE = 0.9  # evidence of standing beside what looks like a name in a list
_REPEATED = 0.35
_SETTLED = 0.8
_A_PLACE = 1.2  # against a form that is elsewhere followed by 县, 镇 and the like

_AMONG_THINGS = 1.2  # against an item of a list whose other items are common nouns
_OTHER_CUE, _APART, _UNLIKE = 1.4, 0.5, -2.0  # cues on both sides, at different mentions
_A_TERM = 1.2  # against a form that is elsewhere in quotation marks


def decided(reading: Reading, candidates: Iterable[Candidate]) -> dict[str, str]:
    """Each printed form that names a person, with the fullest form of that name in the text."""
    spans = list(candidates)
    scores = {span: _beside(reading, span) for span in spans}
    scores |= _raised(reading, scores, {span for span in spans if span.likeness >= _NAMELIKE}, _SIDE_BY_SIDE)
    names = _names(reading, scores)
    for _round in range(3):
        sure = {span for span in spans if reading.folded[span.start : span.end] in names}
        raised = _raised(reading, scores, sure, _LIST)
        if not raised:
            break
        scores |= raised
        names = _names(reading, scores)
    return _full(names)


def _beside(reading: Reading, span: Candidate, listed: float = 0.0) -> float:
    """How much a mention speaks for a name; two characters without any cue could be anything."""
    behind = reading.behind(span.end)
    before = reading.before.get(span.start)
    if before is None:
        before = 0.4 if span.start == 0 or not reading.folded[span.start - 1].isalnum() else 0.0
    alone = span.end - span.start == 2 and max(before, behind, listed) < _CUE
    against = (_ALONE if alone else 0) + (_QUOTED if reading.is_quoted(span.start, span.end) else 0)
    if not listed and reading.is_among_things(span.start, span.end):
        against += _AMONG_THINGS
    return span.likeness + before + behind + listed - against


def _names(reading: Reading, scores: dict[Candidate, float]) -> set[str]:
    forms: dict[str, float] = {}
    likeness: dict[str, float] = {}
    before: dict[str, float] = defaultdict(float)
    behind: dict[str, float] = defaultdict(float)
    starts: dict[str, set[int]] = defaultdict(set)
    places: set[str] = set()
    terms: set[str] = set()
    for span, score in scores.items():
        form = reading.folded[span.start : span.end]
        forms[form] = max(forms.get(form, -9.0), score)
        starts[form].add(span.start)
        before[form] = max(before[form], reading.before.get(span.start, 0.0))
        behind[form] = max(behind[form], reading.behind(span.end))
        likeness[form] = max(likeness.get(form, -9.0), span.likeness)
        if reading.is_place(span.end):
            places.add(form)
        if reading.is_term(span.start, span.end):
            terms.add(form)
    for form, evidence in likeness.items():
        if evidence > _UNLIKE and before[form] >= _OTHER_CUE and behind[form] >= _OTHER_CUE:
            together = evidence + before[form] + behind[form] - _APART
            forms[form] = max(forms[form], min(together, _ENOUGH + _SETTLED))
    counts = {form: len(starts[form]) for form, score in forms.items() if score > 0}
    total = {form: forms[form] + _REPEATED * (min(count, _MOST_MENTIONS) - 1) for form, count in counts.items()}
    for form in places & total.keys():
        total[form] -= _A_PLACE
    for form in terms & total.keys():
        total[form] -= _A_TERM
    _settle(total, counts)
    chosen: dict[int, tuple[float, str]] = {}
    for span in scores:
        form = reading.folded[span.start : span.end]
        if total.get(form, 0) >= _ENOUGH:
            chosen[span.start] = max(chosen.get(span.start, (0.0, "")), (total[form], form))
    return {form for _score, form in chosen.values()}


def _settle(total: dict[str, float], counts: dict[str, int]) -> None:
    """A form that is always followed by the same character is a part of the longer one."""
    longer: dict[str, list[str]] = defaultdict(list)
    for form in total:
        for size in range(2, len(form)):
            longer[form[:size]].append(form)
    for form in sorted(longer.keys() & total.keys(), key=len):
        for other in longer[form]:
            if counts[other] == counts[form] > 1:
                total[other] += _SETTLED
                total[form] -= _SETTLED
            elif counts[other] < counts[form] and counts[other] == 1:
                total[other] -= _SETTLED


def _raised(
    reading: Reading, scores: dict[Candidate, float], sure: set[Candidate], evidence: float
) -> dict[Candidate, float]:
    """Candidates beside one of `sure` in a list, with the score they have by this evidence."""
    starts: dict[int, list[Candidate]] = defaultdict(list)
    ends: dict[int, list[Candidate]] = defaultdict(list)
    for span in scores:
        starts[span.start].append(span)
        ends[span.end].append(span)
    beside: set[Candidate] = set()
    for span in sure:
        for separator in filter(None, (pattern.match(reading.folded, span.end) for pattern in _SEPARATORS)):
            beside.update(starts.get(separator.end(), ()))
        for size in (1, 2):
            if _SEPARATORS[0].fullmatch(reading.folded, max(0, span.start - size), span.start):
                beside.update(ends.get(span.start - size, ()))
    raised = {span: _beside(reading, span, evidence) for span in beside}
    return {span: score for span, score in raised.items() if score > scores[span]}


def _full(names: set[str]) -> dict[str, str]:
    """The fullest form of each: 白玛 is 白玛赤林 where only one longer name starts or ends with it."""
    full = {}
    for name in names:
        longer = {
            other for other in names
            if len(other) > len(name) and (other.startswith(name) or other.endswith(name))
        }  # fmt: skip
        full[name] = longer.pop() if len(longer) == 1 else name
    return {name: full.get(other, other) for name, other in full.items()}
