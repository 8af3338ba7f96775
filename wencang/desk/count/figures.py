"""Amounts, counts, percentages, dates, places, institutions and persons in articles, as a table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from archive.errors import UsageFault
from archive.text.messages import Message
from archive.text.translation import gettext as _
from indexer.figures.figure import KINDS, Kind, Name, Period, Quantity
from indexer.figures.find import Mention
from indexer.passages import Text, passages
from indexer.question.query import Placed, Query
from wencang.desk.table import Table

Value = Decimal | date | str
_UNKNOWN = Period(None, None)  # two dates that can't be read need not be the same


@dataclass(frozen=True, slots=True)
class Figures(Table):
    """The figures and names in the articles that have all the words of a question.

    `figures` in the order of the articles, best first, are not held: each iteration reads the
    articles again, a few at a time; what is held are their ids. Sorted by value they are held.
    """

    query: Query
    figures: Iterable[Mention] = field(repr=False)
    notices: tuple[Message, ...] = ()
    columns = (
        "kind", "value", "to", "unit", "bound", "text", "start", "end", "id", "url", "published", "title", "sentence",
        "reports",
    )  # fmt: skip

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a figure.

        `value` is a Decimal for money, counts and percentages, the first day of a date, and a
        folded name otherwise; `to` the end of a range or period, or None. `unit` is a currency
        (ISO 4217), a measure, %, 个百分点, or a person's title. `bound` is < (nearly, or less), >
        (more), ~ (about) or "". `start` and `end` are offsets in the body, in code points;
        `published` is Article.issued. `reports` is the number of articles of a story with this value,
        if each value of a story was asked for once, otherwise 1.
        """
        return map(_row, self.figures)

    def records(self) -> Iterator[dict[str, Any]]:
        """The rows as JSON objects whose keys are `columns`; see `record`."""
        return map(record, self.figures)


def _row(mention: Mention) -> tuple[Any, ...]:
    figure, article = mention.figure, mention.article
    return (
        figure.kind, *_values(figure.value), figure.text, figure.start, figure.end, article.id, article.url,
        article.issued, article.title, mention.sentence, mention.reports,
    )  # fmt: skip


def record(mention: Mention) -> dict[str, Any]:
    """A figure as JSON: decimals without an exponent and dates as ISO 8601 strings, "" for None."""
    return dict(zip(Figures.columns, map(_text, _row(mention)), strict=True))


def in_passages(mentions: Iterable[Mention], placed: Sequence[Placed]) -> Iterator[Mention]:
    """The figures in the sentences, or paragraphs, in which these parts of a question hold; all if there are none."""
    if not placed:
        yield from mentions
        return
    for _id, group in groupby(mentions, lambda mention: mention.article.id):
        figures = list(group)
        article = figures[0].article
        body, spans = len(article.title) + 1, passages(placed, Text.of(article))
        yield from (each for each in figures if any(start <= body + each.figure.start < end for start, end in spans))


def same_value(mention: Mention) -> tuple[object, ...]:
    """What is equal for figures of one kind and value."""
    figure = mention.figure
    return figure.kind, figure.text if figure.value == _UNKNOWN else figure.value


def kinds_of(names: Collection[str]) -> list[Kind]:
    """These kinds in the order of KINDS, or all. Raises UsageFault for any other name."""
    if unknown := set(names) - set(KINDS):
        raise UsageFault(min(unknown), _("is not a kind of figure"), _("kinds: {names}").format(names=", ".join(KINDS)))
    return [kind for kind in KINDS if kind in names or not names]


def _values(value: Quantity | Period | Name) -> tuple[Value | None, Value | None, str, str]:
    """Value, to, unit and bound."""
    match value:
        case Quantity(low, high, unit, bound):
            return low, None if high == low else high, unit, bound
        case Period(first, last):
            return first, None if last == first else last, "", ""
        case Name(name, title):
            return name, None, title, ""


def _text(value: object) -> object:
    match value:
        case None:
            return ""
        case Decimal():
            return f"{value.normalize():f}"
        case date():
            return value.isoformat()
    return value
