"""A concordance: every place where something occurs, with the text before and after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from heapq import nsmallest
from itertools import islice
from random import Random
from typing import Any, Literal

from archive.article import Revision
from archive.text.escaping import is_page, xml
from archive.text.messages import Message
from indexer.figures.origin import origin_of
from indexer.highlight import Highlighter
from indexer.question.query import Query
from indexer.text.analyzer import fold
from wencang.desk.table import SHOWN, Table

Order = Literal["date", "left", "right"]
_STYLE = """\
body { font-family: sans-serif; }
table { border-collapse: collapse; }
td { padding: 0.1em 0.3em; white-space: nowrap; }
td:nth-child(2) { text-align: right; }
td:nth-child(3) { font-weight: bold; }
"""
_INLINE = ("", "text-align:right", "text-align:left;font-weight:bold", "text-align:left", "")  # the same in a notebook


@dataclass(frozen=True, slots=True)
class Line:
    """`left`, `node` and `right` follow each other in the article's text, as printed.

    The text is title, newline and body; `start` is the offset of the node in it, in code points.
    `published` is a day in Asia/Shanghai.
    """

    published: date | None
    left: str
    node: str
    right: str
    id: str
    url: str
    start: int


@dataclass(frozen=True, slots=True)
class Concordance(Table):
    """Every place where the words of a question occur, with `window` characters on either side.

    `lines` in the order of publication are not held: each iteration reads the articles again, a
    few at a time, and sees them as they are then; what is held are their ids. Lines that were sorted or
    sampled are held. Jupyter shows the first hundred with the nodes under each other.
    """

    query: Query
    window: int
    lines: Iterable[Line] = field(repr=False)
    notices: tuple[Message, ...] = ()
    columns = ("published", "left", "node", "right", "id", "url", "start")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a line; `published` as a date or None."""
        for line in self.lines:
            yield line.published, line.left, line.node, line.right, line.id, line.url, line.start

    def _repr_html_(self) -> str:
        """The first lines, aligned at the node; every text escaped."""
        lines = list(islice(self.lines, SHOWN + 1))
        rows = "".join(_row(line, _INLINE) for line in lines[:SHOWN])
        return f"<table>\n{rows}{'<tr><td>…</td></tr>' if len(lines) > SHOWN else ''}</table>"


def lines(revisions: Iterable[Revision], highlighter: Highlighter, window: int) -> Iterator[Line]:
    """Every place, with so many characters on either side; in the order of the articles."""
    for article in (revision.article for revision in revisions):
        text = f"{article.title}\n{article.body}"
        for start, end, _word in highlighter.find(text, len(article.title) + 1, origin_of(article)):
            left, right = text[max(0, start - window) : start], text[end : end + window]
            yield Line(article.day, left, text[start:end], right, article.id, article.url, start)


def picked(lines: Iterable[Line], order: Order, limit: int | None, sample: int | None, seed: int) -> Iterator[Line]:
    """The first `limit` lines in an order, or all; of a random sample where one is wanted.

    "date" is the order in which they come, "right" that of the text after the node, "left" that
    of the text before it, read backwards. Sorting without a limit holds all lines.
    """
    if sample is not None:
        lines = _sample(lines, sample, seed)
    if order != "date":
        key = _after if order == "right" else _before
        lines = sorted(lines, key=key) if limit is None else nsmallest(limit, lines, key=key)
    return islice(lines, limit)


def _sample(lines: Iterable[Line], size: int, seed: int) -> list[Line]:
    """A uniform random sample of the lines in their order (reservoir sampling); the same for the same seed."""
    random = Random(seed)  # noqa: S311  # nothing is to be kept secret
    reservoir: list[tuple[int, Line]] = []
    for number, line in enumerate(lines):
        at = number if number < size else random.randrange(number + 1)
        if at < size:
            reservoir[at : at + 1] = [(number, line)]
    return [line for _number, line in sorted(reservoir, key=lambda pair: pair[0])]


def _after(line: Line) -> str:
    return fold(line.right)


def _before(line: Line) -> str:
    return fold(line.left)[::-1]


def page(lines: Iterable[Line], title: str) -> Iterator[str]:
    """The parts of a self-contained HTML page; every text escaped."""
    yield f'<!DOCTYPE html>\n<html lang="zh">\n<head>\n<meta charset="utf-8"/>\n<title>{xml(title)}</title>\n'
    yield f"<style>\n{_STYLE}</style>\n</head>\n<body>\n<h1>{xml(title)}</h1>\n<table>\n"
    yield from map(_row, lines)
    yield "</table>\n</body>\n</html>\n"


def _row(line: Line, styles: tuple[str, ...] = ("",) * len(_INLINE)) -> str:
    texts = (str(line.published or ""), *map(on_one_line, (line.left, line.node, line.right)))
    link = f'<a href="{xml(line.url)}">{xml(line.id)}</a>' if is_page(line.url) else xml(line.id)
    attributes = (f' style="{style};white-space:nowrap"' if style else "" for style in styles)
    row = "".join(f"<td{style}>{cell}</td>" for style, cell in zip(attributes, (*map(xml, texts), link), strict=True))
    return f"<tr>{row}</tr>\n"


def on_one_line(text: str) -> str:
    """The text with a pilcrow for each line end and a blank for other white space."""
    return "".join("¶" if sign == "\n" else " " if sign.isspace() else sign for sign in text)
