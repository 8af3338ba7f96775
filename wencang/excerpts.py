"""An archive that gives no full text: for showing to the public what one may search but not republish.

Its store hands out beginnings only, so that a method which is not named here reads no more. Those that are named
count or look up in the full texts, and pass on what is short.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from archive.article import Article, Revision
from archive.errors import WencangError
from archive.settings import Settings
from archive.store import ArticleStore
from archive.text.messages import Message
from archive.text.translation import gettext as _
from wencang.answer import Answer
from wencang.archive import Archive

if TYPE_CHECKING:
    from archive.warc.pages import FetchedPage
    from indexer.diff import Part, Parts
    from indexer.figures.find import Mention
    from indexer.indexes import Indexes
    from indexer.search import Hit
    from wencang.desk.count.collocations import Collocations
    from wencang.desk.count.concordance import Concordance, Line
    from wencang.desk.count.figures import Figures
    from wencang.desk.count.keywords import Keywords
    from wencang.desk.count.names import NameCounts
    from wencang.desk.count.similar import Similar
    from wencang.desk.tagging import NoteList
    from wencang.desk.versions import Diff, History
    from wencang.desk.view import View
    from wencang.desk.watch.changes import Changes
    from wencang.keeping.proof import Proof

LONGEST = 200  # characters of a text
_WINDOW = 20  # characters on either side of a place in a text
_NOTICE = Message("excerpt-only")


class NotShown(WencangError):
    """What would give a full text."""


def excerpt(article: Article) -> Article:
    """The article with the beginning of its text, at most half of it."""
    return replace(article, body=f"{article.body[: _most(article)]}…", images=())


def _most(article: Article) -> int:
    """How many characters of its text are shown at most: half of a short one."""
    return min(LONGEST, len(article.body) // 2)


def shortened(revision: Revision) -> Revision:
    """The version with an excerpt of its article; its digest is still that of the full text."""
    return replace(revision, article=excerpt(revision.article), digest_kept=revision.digest)


class ExcerptStore(ArticleStore):
    """Reads excerpts."""

    def get(self, id_or_url: str) -> Revision | None:
        revision = super().get(id_or_url)
        return revision and shortened(revision)

    def get_many(self, ids: Iterable[str]) -> dict[str, Revision]:
        return {id: shortened(revision) for id, revision in super().get_many(ids).items()}

    def history(self, id: str) -> list[Revision]:
        return list(map(shortened, super().history(id)))

    def changes(self, after: int = 0) -> Iterator[Revision]:
        return map(shortened, super().changes(after))

    def between(self, first: int, last: int) -> Iterator[Revision]:
        return map(shortened, super().between(first, last))

    def revision_of(self, row: Any) -> Revision:
        return shortened(super().revision_of(row))


class Excerpts(Archive):
    """The archive of the same settings, without its full texts."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._whole = Archive(settings)

    def close(self) -> None:
        super().close()
        self._whole.close()

    def _open_store(self) -> ArticleStore:
        return ExcerptStore.open(self.settings)

    @property
    def _indexes(self) -> Indexes:
        return self._whole._indexes

    def search(self, question: str, **options: Any) -> Answer:
        answer = self._whole.search(question, **options)
        return replace(answer, hits=tuple(map(_hit, answer.hits)))

    def show(self, id_or_url: str, **options: Any) -> View:
        view = super().show(id_or_url, **options)
        return replace(view, notices=(*view.notices, _NOTICE))

    def notes(self, id_or_url: str) -> NoteList:
        """None, as a note may quote the text."""
        from wencang.desk.tagging import NoteList

        return NoteList()

    def _annotated(self, revisions: Iterator[Revision]) -> Iterator[Revision]:
        for revision in super()._annotated(revisions):
            yield replace(revision, annotations=tuple(each for each in revision.annotations if each.kind == "tag"))

    def history(self, id_or_url: str) -> History:
        history = self._whole.history(id_or_url)
        return replace(history, steps=tuple(replace(s, revision=shortened(s.revision)) for s in history.steps))

    def diff(self, id_or_url: str, a: int = 0, b: int = 0, *, other: str = "") -> Diff:
        diff = self._whole.diff(id_or_url, a, b, other=other)
        changes = _cut(diff.changes, diff.old, diff.new)
        return replace(diff, old=shortened(diff.old), new=shortened(diff.new), changes=changes)

    def changes(self, question: str = "", **options: Any) -> Changes:
        changes = self._whole.changes(question, **options)
        shown = (
            replace(each, old=shortened(each.old), new=shortened(each.new), parts=_cut(each.parts, each.old, each.new))
            for each in changes.changes
        )
        return replace(changes, changes=tuple(shown))

    def similar(self, id_or_url: str, **options: Any) -> Similar:
        similar = self._whole.similar(id_or_url, **options)
        return replace(similar, neighbours=tuple(replace(n, article=excerpt(n.article)) for n in similar.neighbours))

    def proof(self, id_or_url: str, sequence: int) -> Proof:
        proof = self._whole.proof(id_or_url, sequence)
        records = tuple(
            replace(record, page=record.page and replace(record.page, body=b"")) for record in proof.records
        )
        return replace(proof, revision=shortened(proof.revision), records=records)

    def raw(self, id_or_url: str, sequence: int = 0) -> tuple[FetchedPage, ...]:
        raise NotShown(id_or_url, _("full texts are not shown here; see the original"))

    def keywords(self, question: str, **options: Any) -> Keywords:
        return self._whole.keywords(question, **options)

    def count_figures(self, question: str = "", **options: Any) -> NameCounts:
        return self._whole.count_figures(question, **options)

    def collocations(self, word: str, **options: Any) -> Collocations:
        return self._whole.collocations(word, **options)

    def concordance(
        self, question: str, *, window: int = _WINDOW, limit: int | None = None, **options: Any
    ) -> Concordance:
        """One line of each article: all lines of one are its text."""
        from wencang.desk.stream import Stream

        lines = self._whole.concordance(question, window=min(window, _WINDOW), **options)
        first: Stream[Line] = Stream(lambda: islice(_first_of_each(lines.lines), limit))
        return replace(lines, lines=first, notices=(*lines.notices, _NOTICE))

    def figures(self, question: str, **options: Any) -> Figures:
        """Without their sentences."""
        from wencang.desk.stream import Stream

        figures = self._whole.figures(question, **options)
        alone: Stream[Mention] = Stream(lambda: map(_alone, figures.figures))
        return replace(figures, figures=alone, notices=(*figures.notices, _NOTICE))

    def mentions(self, id_or_url: str, **options: Any) -> tuple[Mention, ...]:
        return tuple(map(_alone, self._whole.mentions(id_or_url, **options)))


def _hit(hit: Hit) -> Hit:
    most, snippet = _most(hit.article), hit.snippet
    if len(snippet.text) > most:
        marks = tuple((start, end) for start, end in snippet.marks if end <= most)
        snippet = replace(snippet, text=f"{snippet.text[:most]}…", marks=marks)
    return replace(hit, article=excerpt(hit.article), snippet=snippet)


def _cut(changes: Mapping[str, Parts], old: Revision, new: Revision) -> dict[str, Parts]:
    """What differs between two versions, as much of it as may be shown of the shorter one."""
    room = min(_most(old.article), _most(new.article))
    return {field: tuple(_changed(parts, room)) for field, parts in changes.items()}


def _changed(parts: Parts, room: int) -> Iterator[Part]:
    """What was changed, without most of what was not; at most `room` characters."""
    for part in parts:
        is_long = part.kind == "same" and len(part.text) > _WINDOW
        text = "…" if is_long else part.text[:room]
        room -= len(text)
        yield replace(part, text=text)
        if room <= 0:
            return


def _first_of_each(lines: Any) -> Iterator[Line]:
    ids = set()
    for line in lines:
        if line.id not in ids:
            ids.add(line.id)
            yield line


def _alone(mention: Mention) -> Mention:
    return replace(mention, article=excerpt(mention.article), sentence=mention.figure.text)
