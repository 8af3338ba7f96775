"""An article as it is shown: its newest version, its addresses, and the places where a question's words stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from archive.article import Revision, to_json
from archive.jsonl import origin, times
from archive.text.escaping import link, marked, xml
from archive.text.messages import Message
from wencang.desk import txt
from wencang.desk.tagging import NoteList, TagList

if TYPE_CHECKING:
    from indexer.highlight import Occurrence

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class View:
    """The newest version of an article, every address it was found under, and its labels and notes.

    `marks`, where a question was given, has the places of its words in "title", "body" and "text":
    [start, end) in code points.
    """

    revision: Revision
    addresses: tuple[str, ...]
    marks: Mapping[str, Spans] = field(default_factory=dict)
    notices: tuple[Message, ...] = ()
    tags: TagList = field(default_factory=TagList)
    notes: NoteList = field(default_factory=NoteList)

    @property
    def text(self) -> str:
        """The article as plain text, with its attribution."""
        return txt.of_version(self.revision)

    def with_marks(self, find: Callable[[str], Iterable[Occurrence]], notices: tuple[Message, ...] = ()) -> View:
        """The same with the places that `find` finds in its texts."""
        article = self.revision.article
        texts = {"title": article.title, "body": article.body, "text": self.text}
        marks = {name: tuple((mark.start, mark.end) for mark in find(text)) for name, text in texts.items()}
        return replace(self, marks=marks, notices=notices)

    def to_json(self) -> dict[str, Any]:
        """The fields of the article, its version, `addresses`, `tags`, `notes`, and any `origin` and `marks`."""
        values = to_json(self.revision.article) | {"sequence": self.revision.sequence} | times(self.revision)
        values |= {"addresses": self.addresses}
        values |= {"tags": list(self.tags.records()), "notes": list(self.notes.records())} | origin(self.revision)
        return values | ({"marks": {name: self.marks[name] for name in ("title", "body")}} if self.marks else {})

    def _repr_html_(self) -> str:
        """For Jupyter: title, attribution, address and body, with the marks."""
        article = self.revision.article
        title = marked(article.title, self.marks.get("title", ()))
        body = marked(article.body, self.marks.get("body", ()))
        source = f"{xml(txt.attribution(article))}<br>{link(article.url)}"
        return f'<h3>{title}</h3><p>{source}</p><div style="white-space: pre-wrap">{body}</div>'
