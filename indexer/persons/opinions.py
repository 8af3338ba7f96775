"""How the opinions of models change what a candidate's likeness is, and the candidates that only they see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from indexer.persons.candidates import Candidate, is_name_like, is_nameable, without_address
from indexer.persons.reading import Reading

Spans = frozenset[tuple[int, int]]
_FOR, _AGAINST = 1.6, 0.6  # evidence of each model
_AGREED = 1.0  # of all models together
_OWN = -1.6  # likeness of a name that no rule makes
_CUT = 0.2
_STRANGE = 1.2
_BY_RULE = ("tibetan", "foreign", "latin", "known")  # which models cut, or do not know


def weighed(reading: Reading, candidates: Iterable[Candidate], opinions: Sequence[Spans]) -> Iterator[Candidate]:
    """The candidates with the models' opinions in their likeness, then those of the models alone."""
    if not opinions:
        yield from candidates
        return
    opinions = [frozenset(without_address(reading.folded, *span) for span in spans) for spans in opinions]
    seen: set[tuple[int, int]] = set()
    known: set[int] = set()  # where the names of known persons are: 文成公主 is not 文成 with a title
    for start, end, making, likeness in candidates:
        evidence = _evidence(opinions, (start, end))
        if making == "known":
            known.update(range(start, end))
        if making in _BY_RULE:
            evidence = min(max(evidence, 0.0), _CUT)
        if making != "unknown":
            seen.add((start, end))
        yield Candidate(start, end, making, likeness + evidence)
    for start, end in sorted(frozenset().union(*opinions) - seen):
        agreed = all((start, end) in spans for spans in opinions)
        if start not in known and is_nameable(reading, start, end, agreed):
            evidence = _evidence(opinions, (start, end))
            strange = 0.0 if is_name_like(reading.folded[start:end]) else _STRANGE + (_AGREED if agreed else 0.0)
            yield Candidate(start, end, "model", _OWN + evidence - strange)


def _evidence(opinions: Sequence[Spans], span: tuple[int, int]) -> float:
    votes = sum(span in spans for spans in opinions)
    agreed = _AGREED if votes == len(opinions) else 0.0
    return _FOR * votes - _AGAINST * (len(opinions) - votes) + agreed
