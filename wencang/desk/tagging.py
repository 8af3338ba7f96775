"""Tags and notes as tables, and what tagging changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import datetime

from archive.tables.tags import Label, Note, Tag
from archive.text.messages import Message
from wencang.desk.table import Table


@dataclass(frozen=True, slots=True)
class Tagging:
    """A label as it is stored, how many articles were named, and how many of them changed."""

    label: str
    articles: int
    changed: int
    notices: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Labels(Table):
    """Every label of an archive, those of most articles first."""

    labels: tuple[Label, ...]
    columns = ("label", "articles", "newest")

    def rows(self) -> Iterator[tuple[str, int, datetime]]:
        """The values of `columns`; `newest` is when an article got the label last (UTC)."""
        return map(astuple, self.labels)


@dataclass(frozen=True, slots=True)
class TagList(Table):
    """The labels of an article in order."""

    tags: tuple[Tag, ...] = ()
    columns = ("label", "by", "time")

    def rows(self) -> Iterator[tuple[str, str, datetime]]:
        """The values of `columns`; `time` is UTC."""
        return map(astuple, self.tags)


@dataclass(frozen=True, slots=True)
class NoteList(Table):
    """The notes on an article by their numbers."""

    notes: tuple[Note, ...] = ()
    columns = ("number", "text", "by", "time")

    def rows(self) -> Iterator[tuple[int, str, str, datetime]]:
        """The values of `columns`; `time` is UTC."""
        return map(astuple, self.notes)
