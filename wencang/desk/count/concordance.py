"""A concordance: each place where something stands, with what stands before and behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from itertools import islice
from random import Random
from typing import Literal

from archive.article import Revision
from archive.escaping import xml
from indexer.highlight import Highlighter
from indexer.text.analyzer import fold
from wencang.desk.markup import is_page

Order = Literal["date", "left", "right"]
COLUMNS = ("published", "left", "node", "right", "id", "url", "start")
_STYLE = """\
body { font-family: sans-serif; }
table { border-collapse: collapse; }
td { padding: 0.1em 0.3em; white-space: nowrap; }
td:nth-child(2) { text-align: right; }
td:nth-child(3) { font-weight: bold; }
"""


@dataclass(frozen=True, slots=True)
class Line:
    """`left`, `node` and `right` follow each other in the article's text, as printed.

    The text is title, newline and body; `start` is where the node begins in it, in code points.
    """

    published: date | None
    left: str
    node: str
    right: str
    id: str
    url: str
    start: int

    @property
    def row(self) -> tuple[str | int | None, ...]:
        """The values of COLUMNS."""
        day = self.published.isoformat() if self.published else None
        return day, self.left, self.node, self.right, self.id, self.url, self.start


def lines(revisions: Iterable[Revision], highlighter: Highlighter, window: int) -> Iterator[Line]:
    """Every place, with so many characters on either side; in the order of the articles."""
    for article in (revision.article for revision in revisions):
        text = f"{article.title}\n{article.body}"
        for start, end, _word in highlighter.find(text):
            left, right = text[max(0, start - window) : start], text[end : end + window]
            yield Line(article.day, left, text[start:end], right, article.id, article.url, start)


def picked(lines: Iterable[Line], order: Order, limit: int | None, sample: int | None, seed: int) -> Iterator[Line]:
    """The first lines of an order, or all; of a sample only where one is wanted.

    The order is as they come, or by the text behind the node, or by that before it, read
    backwards. Any but the first without a limit holds all lines.
    """
    if sample is not None:
        lines = _sample(lines, sample, seed)
    if order != "date":
        key = _behind if order == "right" else _before
        lines = sorted(lines, key=key) if limit is None else nsmallest(limit, lines, key=key)
    return islice(lines, limit)


def _sample(lines: Iterable[Line], size: int, seed: int) -> list[Line]:
    """So many of the lines in their order, each as likely as any other; with the same seed the same."""
    random = Random(seed)  # noqa: S311  # nothing is to be kept secret
    kept: list[tuple[int, Line]] = []
    for number, line in enumerate(lines):
        at = number if number < size else random.randrange(number + 1)
        if at < size:
            kept[at : at + 1] = [(number, line)]
    return [line for _number, line in sorted(kept, key=lambda one: one[0])]


def _behind(line: Line) -> str:
    return fold(line.right)


def _before(line: Line) -> str:
    return fold(line.left)[::-1]


def page(lines: Iterable[Line], title: str) -> Iterator[str]:
    """A page of HTML that needs no other file."""
    yield f'<!DOCTYPE html>\n<html lang="zh">\n<head>\n<meta charset="utf-8"/>\n<title>{xml(title)}</title>\n'
    yield f"<style>\n{_STYLE}</style>\n</head>\n<body>\n<h1>{xml(title)}</h1>\n<table>\n"
    for line in lines:
        texts = (str(line.published or ""), *map(on_one_line, (line.left, line.node, line.right)))
        link = f'<a href="{xml(line.url)}">{xml(line.id)}</a>' if is_page(line.url) else xml(line.id)
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in (*map(xml, texts), link))}</tr>\n"
    yield "</table>\n</body>\n</html>\n"


def on_one_line(text: str) -> str:
    """The text with a pilcrow for each line end and a blank for other white space."""
    return "".join("¶" if sign == "\n" else " " if sign.isspace() else sign for sign in text)
