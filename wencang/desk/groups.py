"""What articles are put together by: each group's name for an article, empty where the article does not say."""

from __future__ import annotations

from collections.abc import Callable

from archive.article import Revision


def month(revision: Revision) -> str:
    return f"{revision.article.published:%Y-%m}" if revision.article.published else ""


def year(revision: Revision) -> str:
    return month(revision)[:4]


def itself(revision: Revision) -> str:
    """A group of one: its day, the beginning of its title, its id."""
    kept = revision.article
    return f"{kept.day or 'undated'} {kept.title[:40]} {kept.id}"


GROUPS: dict[str, Callable[[Revision], str]] = {
    "article": itself, "year": year, "month": month,
    "source": lambda revision: revision.article.source, "section": lambda revision: revision.article.section,
}  # fmt: skip
