"""One import: its options, and the outcome of each page, record or row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from archive.article import Annotation, Article, Origin
from archive.errors import BadRecord, NotAnArticle, WencangError
from archive.text.messages import Reason
from archive.text.translation import gettext as _
from archive.warc.pages import FetchedPage
from crawler.extract.document import MOST_BYTES
from crawler.extract.reading import Reading
from crawler.files.item import Item
from crawler.keeping import Fetched
from crawler.reader import BoundedReader, read_saved
from crawler.sources import Sources


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a file holds besides pages, counted by kind."""

    name: str
    kinds: Counter[str]


@dataclass(frozen=True, slots=True)
class Remark:
    """What the operator should know of a file."""

    name: str
    text: str


Outcome = Fetched | NotAnArticle | BadRecord | LeftOut | Remark
Outcomes = Iterator[Outcome | Item]  # the items of a container are read in their turn


@dataclass(frozen=True, slots=True)
class Job:
    """`source` is the source of what has no address, `columns` names the columns of tables by field.

    `sources` read the pages.
    """

    reader: BoundedReader
    source: str
    columns: Mapping[str, str]
    sources: Sources
    places: dict[str, tuple[Path | IO[bytes], int]] = field(default_factory=dict)  # of WARC records, by id and digest

    def attempt(self, subject: object, page: FetchedPage, part_of: str = "") -> Outcome:
        """The article of a page, or why it has none; a page without an address is archived under the article's."""
        try:
            reading = self.reader.ask(str(subject), read_saved, page, self.source, self.sources, part_of)
        except NotAnArticle as error:
            return NotAnArticle(subject, error.reason)
        except WencangError as error:
            mend = _("{line}; {mend}").format(line=error.reason, mend=error.mend)
            return BadRecord(subject, mend if error.mend else error.reason)
        return Fetched(reading, (replace(page, url=page.url or reading.article.url),))


def taken(
    article: Article, fetched: datetime | None, gone: bool = False, path: str = "jsonl", place: str = "",
    annotations: tuple[Annotation, ...] = (), origin: Origin | None = None,
) -> Fetched | NotAnArticle:  # fmt: skip
    """An article that a file holds as data, which is taken as it is."""
    if len(article.body) > MOST_BYTES:
        return NotAnArticle(place or article.url, Reason.LARGE.format(most=MOST_BYTES >> 20))
    return Fetched(Reading(article, path, (), fetched), gone=gone, place=place, annotations=annotations, origin=origin)
