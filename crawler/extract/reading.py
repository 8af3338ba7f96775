"""The result of reading a page: the article, and how each of its fields was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from archive.article import Article, Revision, to_json
from archive.url import canonical
from crawler.extract.boilerplate import Step
from crawler.extract.dates import Moment

_LIST_DATED = "list-dated "  # before the path in the extractor of a version
VERSION = "2"  # of the rules; stored with each revision


@dataclass(frozen=True, slots=True)
class Reading:
    """An article and how it was read.

    `path` is "rules" or "general", "data" (general, of text that a script would show), "feed" where the text is that of
    a feed, of an import "jsonl" or "table"; `next_pages` are the addresses of the article's further pages, in order and
    canonical, and `related` those of other articles, as linked.
    """

    article: Article
    path: str
    steps: tuple[Step, ...]
    fetched: datetime | None = None
    next_pages: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # pages of the article that are not in it
    states_time: bool = False  # of publication, as its own
    has_forms: bool = False  # whether the layouts of its source are known
    is_list_dated: bool = False  # as the page states no date, and the row of a list does

    @property
    def extractor(self) -> str:
        return f"{VERSION} {_LIST_DATED if self.is_list_dated else ''}{self.path}"

    @property
    def is_page(self) -> bool:
        """Whether it was read from a page of a site."""
        return self.path not in ("jsonl", "feed", "table") and self.article.url.startswith("http")

    @property
    def is_general(self) -> bool:
        """Whether it was read by general means, as no form fits."""
        return self.path in ("general", "data")

    @property
    def is_bare(self) -> bool:
        """Whether no layout fits, and the page states neither time nor credit nor author."""
        return self.is_general and not (self.states_time or self.article.credit or self.article.authors)

    @property
    def unfound(self) -> tuple[Step, ...]:
        """The rules that found nothing."""
        return tuple(step for step in self.steps if step.how.startswith("nothing at "))

    def to_json(self, explain: bool = False) -> dict[str, Any]:
        """The fields of the article, how they were read and, if `explain`, each step."""
        read: dict[str, Any] = {"path": self.path, "extractor": self.extractor, "missing": list(self.missing)}
        read["fetched"] = self.fetched and self.fetched.isoformat()
        steps = [{"field": step.field, "how": step.how, "text": step.text} for step in self.steps]
        return to_json(self.article) | read | ({"steps": steps} if explain else {})


def is_of_feed(revision: Revision) -> bool:
    """Whether the text is that of a feed, whose bytes are the last raw page."""
    return revision.extractor.endswith(" feed")


def dated(reading: Reading, moment: Moment | None) -> Reading:
    """The reading with the date that the row of a list states, if the page and its address state none."""
    fetched = reading.fetched
    if reading.article.published or not moment or (fetched and moment.time > fetched):
        return reading
    article = replace(reading.article, published=moment.time, day_only=not moment.timed)
    step = Step("published", "of the row of a list", f"{article.issued}")
    return replace(reading, article=article, steps=(*reading.steps, step), is_list_dated=True)


def list_date(revision: Revision | None) -> Moment | None:
    """The date of a version that has it from a list; None if it has it from its page, or none."""
    if not revision or _LIST_DATED not in revision.extractor or not revision.article.published:
        return None
    return Moment(revision.article.published, not revision.article.day_only)


def join(parts: Sequence[Reading]) -> Reading:
    """One article of its pages, given in order; pages they name that are not given are `missing`.

    A page that repeats one before is left out: a site may answer with the first page for any
    number. Each field is from the first page that has it.
    """
    first = parts[0]
    bodies: list[str] = []
    steps = list(first.steps)
    for part in parts:
        if part.article.body in bodies:
            steps.append(Step("pages", "repeats a page before, left out", part.article.url))
            continue
        bodies.append(part.article.body)
        if part is not first:
            steps.append(Step("pages", "joined", part.article.url))
            steps += [step for step in part.steps if not step.field]
    articles = [part.article for part in parts]
    present = {canonical(article.url) for article in articles}
    further = dict.fromkeys(url for part in parts for url in part.next_pages if url not in present)
    steps += [Step("pages", "missing", url) for url in further]
    missing = (*first.missing, *further)
    fields: dict[str, Any] = {
        name: next((value for article in articles if (value := getattr(article, name))), getattr(first.article, name))
        for name in ("authors", "editor", "credit", "rights", "original_title")
    }
    images = tuple(dict.fromkeys(image for article in articles for image in article.images))
    article = replace(first.article, body="\n".join(bodies), images=images, **fields)
    return replace(first, article=article, steps=tuple(steps), missing=missing)
