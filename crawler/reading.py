"""What reading a page gives: the article, and how each of its fields was come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.article import Article
from crawler.boilerplate import Step

VERSION = "2"  # of the rules; kept with each revision


@dataclass(frozen=True, slots=True)
class Reading:
    """An article and how it was come to.

    `path` is "rules" or "general"; `next_pages` are the addresses of the article's further
    pages, in order, and `related` those of other articles: absolute, as found.
    """

    article: Article
    path: str
    steps: tuple[Step, ...]
    fetched: datetime | None = None
    next_pages: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    @property
    def extractor(self) -> str:
        return f"{VERSION} {self.path}"

    @property
    def unfound(self) -> tuple[Step, ...]:
        """The rules that found nothing."""
        return tuple(step for step in self.steps if step.how.startswith("nothing at "))
