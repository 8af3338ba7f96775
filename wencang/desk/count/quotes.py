"""Quotations in articles, as a table, and who is quoted how often."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NamedTuple, get_args

from archive.article import Article
from archive.text.messages import Message
from indexer.figures.find import figures
from indexer.figures.quotations import Quotation, SpeakerKind, quotations
from indexer.persons.reader import Reader
from indexer.text.analyzer import fold
from wencang.desk.count.names import common_titles
from wencang.desk.table import Table

Kinds = Literal["", "person", "institution", "role"]  # of speakers; "" are all
_ORDER = {kind: place for place, kind in enumerate(get_args(SpeakerKind))}


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation in the body of an article."""

    quotation: Quotation
    article: Article


@dataclass(frozen=True, slots=True)
class Quotes(Table):
    """Who said what in the articles that have all the words of a question, or in all of them.

    `quotes` are not held: each iteration reads the articles again, a few at a time.
    """

    quotes: Iterable[Quote] = field(repr=False)
    notices: tuple[Message, ...] = ()
    columns = ("speaker", "role", "words", "start", "end", "id", "url", "published", "title", "kind")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a quotation.

        `speaker` is the fullest form of the name in the article, or what it prints for somebody without
        one (村民, 自治区文化厅负责人); `role` is the title printed with the name, or "". `words` are what
        stands between the marks; `start` and `end` are its offsets in the body, in code points. `kind`
        says whether the speaker is a person by name, an institution, or a role.
        """
        for quote in self.quotes:
            said, article = quote.quotation, quote.article
            yield (
                said.speaker, said.title, said.words, said.start, said.end, article.id, article.url, article.issued,
                article.title, said.kind,
            )  # fmt: skip

    def speakers(self) -> QuotedSpeakers:
        """Who is quoted: persons, then institutions, then roles, of each those in most articles first.

        Names are counted, not persons: the roles tell two speakers of one name apart. Behind a role (专家,
        村民们) are as many speakers as you like; 村民们 is counted with 村民.
        """
        articles: dict[_Who, dict[str, str]] = defaultdict(dict)  # the title of each speaker in each article
        counts = Counter[_Who]()
        for quote in self.quotes:
            said = quote.quotation
            who = (said.kind, said.speaker.removesuffix("们") if said.kind == "role" else said.speaker)
            counts[who] += 1
            titles = articles[who]
            titles[quote.article.id] = titles.get(quote.article.id, "") or said.title
        rows = (
            QuotedSpeaker(name, len(titles), counts[kind, name], _common(titles.values()), kind)
            for (kind, name), titles in articles.items()
        )
        return QuotedSpeakers(tuple(sorted(rows, key=_place)), self.notices)


_Who = tuple[SpeakerKind, str]


class QuotedSpeaker(NamedTuple):
    """A speaker: in how many articles, how often, and the titles printed beside the name in most articles."""

    speaker: str
    articles: int
    quotations: int
    roles: str
    kind: SpeakerKind


def _common(titles: Iterable[str]) -> str:
    return common_titles(Counter(filter(None, titles)))


def _place(row: QuotedSpeaker) -> tuple[int, int, int, str]:
    return _ORDER[row.kind], -row.articles, -row.quotations, row.speaker


@dataclass(frozen=True, slots=True)
class QuotedSpeakers(Table):
    """Who is quoted how often: persons by name, apart from them institutions, and roles without a name."""

    counts: tuple[QuotedSpeaker, ...]
    notices: tuple[Message, ...] = ()
    columns = QuotedSpeaker._fields

    def rows(self) -> Iterator[QuotedSpeaker]:
        """The values of `columns`."""
        return iter(self.counts)


def quotes_in(articles: Iterable[Article], reader: Reader, speaker: str = "", kind: Kinds = "") -> Iterator[Quote]:
    """The quotations in the bodies of articles; of speakers of one kind, or whose name contains `speaker`."""
    wanted, find = fold(speaker), partial(figures, reader=reader)
    for article in articles:
        for quotation in quotations(article.body, article.day, find):
            if wanted in fold(quotation.speaker) and kind in ("", quotation.kind):
                yield Quote(quotation, article)
