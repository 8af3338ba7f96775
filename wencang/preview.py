"""What an import would read, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from archive.errors import BadRecord, NotAnArticle
from archive.progress import Progress
from archive.text.messages import Message
from crawler.files.job import Outcome, Remark
from crawler.keeping import Fetched
from wencang.desk.table import Table

_BEGINNING = 40  # characters of a body
_REFUSED = 1_000  # that are held


@dataclass(frozen=True, slots=True)
class Preview(Table):
    """The first articles that an import would put into the archive, and what it would refuse.

    `accepted` and `refused` are the numbers of all, `tags` and `notes` of those that the articles bring; the first
    of each are rows. `notices` say which column of a table
    is read as what.
    """

    lines: tuple[tuple[Any, ...], ...]
    accepted: int
    refused: int
    notices: tuple[Message, ...] = ()
    tags: int = 0
    notes: int = 0
    columns = (
        "place", "refused", "id", "url", "title", "published", "source", "authors", "credit", "body", "tags", "notes",
    )  # fmt: skip

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`.

        `place` is FILE:ROW in a table, else the address of the article; `refused` why it can't be read, or "". `body`
        is the beginning of the text, `tags` and `notes` what the article brings of them.
        """
        yield from self.lines


def preview(outcomes: Iterable[Outcome], limit: int, progress: Progress) -> Preview:
    """All refused records, and the first `limit` articles."""
    lines: list[tuple[Any, ...]] = []
    notices: list[Message] = []
    accepted = refused = 0
    annotations: Counter[str] = Counter()
    for outcome in outcomes:
        match outcome:
            case Remark(name, text):
                notices.append(Message("of-question", {"question": name, "message": text}))
            case NotAnArticle() | BadRecord():
                refused += 1
                if refused <= _REFUSED:
                    lines.append((str(outcome.subject), str(outcome.reason), *[""] * (len(Preview.columns) - 2)))
            case Fetched():
                accepted += 1
                annotations.update(each.kind for each in outcome.annotations)
                progress(accepted)
                if accepted <= limit:
                    lines.append(_line(outcome))
    return Preview(tuple(lines), accepted, refused, tuple(notices), annotations["tag"], annotations["note"])


def _line(outcome: Fetched) -> tuple[Any, ...]:
    article = outcome.reading.article
    body = article.body[:_BEGINNING].replace("\n", " ")
    return (
        outcome.place or article.url, "", article.id, article.url, article.title, article.issued, article.source,
        "、".join(article.authors), article.credit, body + "…" * (len(article.body) > _BEGINNING),
        *("\n".join(each.text for each in outcome.annotations if each.kind == kind) for kind in ("tag", "note")),
    )  # fmt: skip
