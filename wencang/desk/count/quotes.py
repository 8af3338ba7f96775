"""Quotations in articles, as a table, and who is quoted how often."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from archive.article import Article
from archive.text.messages import Message
from indexer.figures.find import figures
from indexer.figures.quotations import Quotation, quotations
from indexer.persons.reader import Reader
from indexer.text.analyzer import fold
from wencang.desk.count.names import common_titles
from wencang.desk.table import Table


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
    columns = ("speaker", "role", "words", "start", "end", "id", "url", "published", "title")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a quotation.

        `speaker` is the fullest form of the name in the article, or what it prints for somebody without
        one (村民, 自治区文化厅负责人); `role` is the title printed with the name, or "". `words` are what
        stands between the marks; `start` and `end` are its offsets in the body, in code points.
        """
        for quote in self.quotes:
            said, article = quote.quotation, quote.article
            yield (
                said.speaker, said.title, said.words, said.start, said.end, article.id, article.url, article.issued,
                article.title,
            )  # fmt: skip

    def speakers(self) -> QuotedSpeakers:
        """Who is quoted, those in most articles first.

        Names are counted, not persons: the roles tell two speakers of one name apart.
        """
        articles: dict[str, dict[str, str]] = defaultdict(dict)  # the role of each name in each article
        counts = Counter[str]()
        for quote in self.quotes:
            said = quote.quotation
            counts[said.speaker] += 1
            roles = articles[said.speaker]
            roles[quote.article.id] = roles.get(quote.article.id, "") or said.title
        rows = (
            (name, len(roles), counts[name], common_titles(Counter(filter(None, roles.values()))))
            for name, roles in articles.items()
        )
        return QuotedSpeakers(tuple(sorted(rows, key=lambda row: (-row[1], -row[2], row[0]))), self.notices)


@dataclass(frozen=True, slots=True)
class QuotedSpeakers(Table):
    """Who is quoted: in how many articles, how often, and the roles printed beside the name in most articles."""

    counts: tuple[tuple[str, int, int, str], ...]
    notices: tuple[Message, ...] = ()
    columns = ("speaker", "articles", "quotations", "roles")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, those in most articles first."""
        return iter(self.counts)


def quotes_in(articles: Iterable[Article], reader: Reader, speaker: str = "") -> Iterator[Quote]:
    """The quotations in the bodies of articles; with `speaker` of those only whose name contains it."""
    wanted, find = fold(speaker), partial(figures, reader=reader)
    for article in articles:
        for quotation in quotations(article.body, article.day, find):
            if wanted in fold(quotation.speaker):
                yield Quote(quotation, article)
