"""The names in an article as the archive records them, and the form by which a name is counted and looked for. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator

from archive.article import Article
from archive.tables.names import Named
from indexer.figures import institutions, places
from indexer.figures.figure import Figure, Kind, Name
from indexer.figures.find import figures
from indexer.figures.origin import origin_of
from indexer.persons.find import plain
from indexer.persons.reader import RULES, Reader
from indexer.text.analyzer import fold
from indexer.text.sentences import SENTENCE_END

NAMED: tuple[Kind, ...] = ("place", "institution", "person")
REGION = "region"  # a place that `place:` finds an article by; what it lies in follows from the gazetteer


def key(kind: str, name: str) -> str:
    """The form by which a name is counted: one for its Traditional and Simplified spellings, and for those of a dot.

    An institution of the state is one with and without its country, and under its short name.
    """
    folded = plain(fold(name.strip()))
    return institutions.common(folded) if kind == "institution" else folded


def named(article: Article, reader: Reader = RULES) -> list[Named]:
    """The names in an article, each once: in its body with the sentences of the mentions, places in its title too."""
    ends = [match.end() for match in SENTENCE_END.finditer(article.body)]
    origin = f"{article.title} {origin_of(article)}"
    mentions: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures(article.body, article.day, NAMED, reader, origin):
        if isinstance(figure.value, Name):
            mentions.setdefault((figure.kind, key(figure.kind, figure.value.name)), []).append(figure)
    names = [_named(*each, figures, ends) for each, figures in mentions.items()]
    parts = {(figure.kind, part) for group in mentions.values() for figure in group for part in _parts(figure)}
    names += (Named(kind, part, part) for kind, part in sorted(parts - mentions.keys()))
    return [*names, *(Named(REGION, place, place) for place in places.innermost(article))]


def _named(kind: str, name: str, mentions: list[Figure], ends: list[int]) -> Named:
    values = [figure.value for figure in mentions if isinstance(figure.value, Name)]
    printed = Counter(value.name for value in values)
    title = next((value.title for value in values if value.title), "")
    sentences = tuple(bisect_right(ends, figure.start) for figure in mentions)
    return Named(kind, name, max(printed, key=lambda form: (printed[form], form == name)), title, sentences)


def _parts(figure: Figure) -> Iterator[str]:
    """The shorter forms under which a text, or its readers, know a person or institution: 白玛, 特朗普, 县委."""
    forms: Iterable[str] = ()
    if figure.kind == "person" and isinstance(figure.value, Name):
        forms = (figure.text, figure.value.name.rpartition("·")[2])
    elif figure.kind == "institution":
        forms = (figure.text,)
    return (part for part in (key(figure.kind, form) for form in forms) if part)
