"""Groups of articles, by month or source for example: the name of each article's group, "" where it is unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from archive.article import Revision

SplitBy = Literal["", "article", "source", "section", "year", "month"]


def month(revision: Revision) -> str:
    return f"{revision.article.published:%Y-%m}" if revision.article.published else ""


def year(revision: Revision) -> str:
    return month(revision)[:4]


def itself(revision: Revision) -> str:
    """A group of one article: its day, the beginning of its title, its id."""
    article = revision.article
    return f"{article.day or 'undated'} {article.title[:40]} {article.id}"


GROUPS: dict[str, Callable[[Revision], str]] = {
    "article": itself, "year": year, "month": month,
    "source": lambda revision: revision.article.source, "section": lambda revision: revision.article.section,
}  # fmt: skip
