"""Which articles are copies of one another: what wencang/desk/reprints/stories.py computes, for whoever reads on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from archive import schema
from archive.messages import Message
from archive.store import ArticleStore
from archive.tables.sketches import parts

_c = schema.stories.c


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story; the story's name is the id of its first publication.

    `of_first` is how much of the first publication it has, `of_own` how much of its own text
    that is, 0 to 1.
    """

    article: str
    story: str
    of_first: float
    of_own: float


class Stories:
    """The stories of an archive; each call is one transaction, and raises what ArticleStore raises.

    An article that was put together from two is in the stories of both.
    """

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    def position(self) -> tuple[int, str]:
        """The sequence up to which they are computed, and the version of what computed them; 0 and "" at first."""
        with self._store.reading() as connection:
            row = connection.execute(sa.select(schema.archive.c.stories, schema.archive.c.stories_by)).one()
        return row.stories, row.stories_by

    def behind(self) -> int:
        """How many articles changed since they were computed."""
        return self._store.changed_since(self.position()[0])

    def notices(self) -> list[Message]:
        """That they are behind the archive, where they are."""
        count = self.behind()
        return [Message("stories-behind", {"count": count})] if count else []

    def note(self, sequence: int, by: str) -> None:
        with self._store.writing() as connection:
            connection.execute(schema.archive.update().values(stories=sequence, stories_by=by))

    def clear(self) -> None:
        with self._store.writing() as connection:
            connection.execute(schema.stories.delete())

    def forget(self, after: int) -> None:
        """Take the articles that changed after a sequence out of their stories."""
        changed = sa.select(schema.articles.c.id).where(schema.articles.c.sequence > after)
        with self._store.writing() as connection:
            connection.execute(schema.stories.delete().where(_c.article.in_(changed)))

    def replace(self, articles: Collection[str], members: Collection[Member]) -> None:
        """Keep these in place of all that is kept of the articles."""
        old, new = set(self._read(articles)), set(members)
        with self._store.writing() as connection:
            this = sa.and_(_c.article == sa.bindparam("a"), _c.story == sa.bindparam("s"))
            if gone := [{"a": one.article, "s": one.story} for one in old - new]:
                connection.execute(schema.stories.delete().where(this), gone)
            if come := list(map(asdict, new - old)):
                connection.execute(schema.stories.insert(), come)

    def of(self, articles: Iterable[str]) -> dict[str, str]:
        """The story of each article; of several the one that it owes most to. One that is in none is left out."""
        best: dict[str, Member] = {}
        for one in self._read(articles):
            held = best.setdefault(one.article, one)
            if (one.of_own, one.story) > (held.of_own, held.story):
                best[one.article] = one
        return {id: one.story for id, one in best.items()}

    def with_article(self, article: str) -> list[Member]:
        """Every article of every story that this one is in."""
        theirs = sa.select(_c.story).where(_c.article == article)
        with self._store.reading() as connection:
            rows = connection.execute(sa.select(schema.stories).where(_c.story.in_(theirs)))
            return [Member(*row) for row in rows]

    def largest(self, limit: int, articles: Iterable[str] | None = None) -> tuple[list[tuple[str, int]], int]:
        """The stories of most articles, or of most among these, with how many those are; how many stories there are."""
        if articles is not None:
            counts: dict[str, int] = {}
            for one in self._read(articles):
                counts[one.story] = counts.get(one.story, 0) + 1
            return sorted(counts.items(), key=lambda story: (-story[1], story[0]))[:limit], len(counts)
        count = sa.func.count()
        counted = sa.select(_c.story, count).group_by(_c.story).order_by(count.desc(), _c.story).limit(limit)
        with self._store.reading() as connection:
            total = connection.scalar(sa.select(sa.func.count(_c.story.distinct()))) or 0
            return [(story, number) for story, number in connection.execute(counted)], total

    def _read(self, articles: Iterable[str]) -> Iterator[Member]:
        for some in parts(articles):
            with self._store.reading() as connection:
                rows: list[Any] = list(connection.execute(sa.select(schema.stories).where(_c.article.in_(some))))
            yield from (Member(*row) for row in rows)
