"""What a search gives: hits, counts, and what should be said beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from archive.text.messages import Message
from indexer.question.query import Query
from indexer.search import Hit
from wencang.desk.table import Table

if TYPE_CHECKING:
    from indexer.suggest.did_you_mean import Proposal


@dataclass(frozen=True, slots=True)
class Answer(Table):
    """A part of the articles that answer a question, best first.

    `total` counts the articles of the whole answer, copies too; `whole` those of them that have all
    the words; `stories`, where it was asked for, what they come to when those of one story count once.
    `facets` counts the whole answer by source, section, credit, year and month, where asked for.
    `proposals` say what to ask instead where nothing is found. `notices` say what a reader should
    know: a doubtful filter, an index that is behind or has to be rebuilt.
    """

    query: Query
    hits: tuple[Hit, ...]
    total: int
    whole: int
    stories: int | None = None
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    proposals: tuple[Proposal, ...] = ()
    notices: tuple[Message, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The hits as `wencang search --json` prints them, and what is said of the whole answer."""
        return {
            "total": self.total, "whole": self.whole, "stories": self.stories,
            "hits": [hit.to_json() for hit in self.hits], "facets": self.facets,
            "proposals": [asdict(proposal) for proposal in self.proposals],
            "notices": [notice.to_json() for notice in self.notices],
        }  # fmt: skip

    columns = ("rank", "id", "url", "title", "published", "source", "section", "credit", "score", "snippet", "matched")

    def rows(self) -> Iterator[tuple[object, ...]]:
        """The values of `columns`, a row a hit; `published` as in Article.issued."""
        for hit in self.hits:
            values = hit.to_json() | {"published": hit.article.issued}
            yield tuple(values[column] for column in self.columns)
