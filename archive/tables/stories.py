"""Stories: which articles are copies of one another, as computed by wencang/desk/reprints/stories.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from archive.batches import batches
from archive.store import ArticleStore, schema
from archive.text.messages import Message

_c = schema.stories.c


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story; a story is named by the id of its first publication.

    `of_first` is the part of the first publication's text that the article has, `of_own` the part of
    its own text that comes from there, 0 to 1.
    """

    article: str
    story: str
    of_first: float
    of_own: float


class Stories:
    """The stories of an archive; each call is one transaction, and raises what ArticleStore raises.

    An article put together from two others is in the stories of both.
    """

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    def position(self) -> tuple[int, str]:
        """The sequence up to which stories were computed, and the version of the algorithm; 0 and "" at first."""
        with self._store.reading() as connection:
            row = connection.execute(sa.select(schema.archive.c.stories, schema.archive.c.stories_by)).one()
        return row.stories, row.stories_by

    def behind(self) -> int:
        """How many articles changed since stories were computed."""
        return self._store.changed_since(self.position()[0])

    def notices(self) -> list[Message]:
        """A message where stories are behind the archive."""
        count = self.behind()
        return [Message("stories-behind", {"count": count})] if count else []

    def note(self, sequence: int, by: str) -> None:
        with self._store.writing() as connection:
            connection.execute(schema.archive.update().values(stories=sequence, stories_by=by))

    def clear(self) -> None:
        with self._store.writing() as connection:
            connection.execute(schema.stories.delete())

    def forget(self, after: int) -> None:
        """Remove the articles that changed after a sequence from their stories."""
        changed = sa.select(schema.articles.c.id).where(schema.articles.c.sequence > after)
        with self._store.writing() as connection:
            connection.execute(schema.stories.delete().where(_c.article.in_(changed)))

    def replace(self, articles: Collection[str], members: Collection[Member]) -> None:
        """Store these in place of all members that the articles have now."""
        old, new = set(self._read(articles)), set(members)
        with self._store.writing() as connection:
            this = sa.and_(_c.article == sa.bindparam("a"), _c.story == sa.bindparam("s"))
            if removed := [{"a": member.article, "s": member.story} for member in old - new]:
                connection.execute(schema.stories.delete().where(this), removed)
            if added := list(map(asdict, new - old)):
                connection.execute(schema.stories.insert(), added)

    def members(self, articles: Iterable[str]) -> dict[str, list[Member]]:
        """The memberships of each of these articles that is in a story."""
        members: dict[str, list[Member]] = {}
        for member in self._read(articles):
            members.setdefault(member.article, []).append(member)
        return members

    def of(self, articles: Iterable[str]) -> dict[str, str]:
        """The story of each article that is in any; of several, the one that most of its text comes from."""
        best: dict[str, Member] = {}
        for member in self._read(articles):
            other = best.setdefault(member.article, member)
            if (member.of_own, member.story) > (other.of_own, other.story):
                best[member.article] = member
        return {id: member.story for id, member in best.items()}

    def with_article(self, article: str) -> list[Member]:
        """Every article of every story that this one is in."""
        names = sa.select(_c.story).where(_c.article == article)
        with self._store.reading() as connection:
            rows = connection.execute(sa.select(schema.stories).where(_c.story.in_(names)))
            return [Member(*row) for row in rows]

    def largest(self, limit: int, articles: Iterable[str] | None = None) -> tuple[list[tuple[str, int]], int]:
        """The stories of most articles, or of most among these, with that number; and the number of all stories."""
        if articles is not None:
            counts = Counter(member.story for member in self._read(articles))
            return sorted(counts.items(), key=lambda story: (-story[1], story[0]))[:limit], len(counts)
        count = sa.func.count()
        largest = sa.select(_c.story, count).group_by(_c.story).order_by(count.desc(), _c.story).limit(limit)
        with self._store.reading() as connection:
            total = connection.scalar(sa.select(sa.func.count(_c.story.distinct()))) or 0
            return [(story, number) for story, number in connection.execute(largest)], total

    def _read(self, articles: Iterable[str]) -> Iterator[Member]:
        for batch in batches(articles):
            with self._store.reading() as connection:
                rows: list[Any] = list(connection.execute(sa.select(schema.stories).where(_c.article.in_(batch))))
            yield from (Member(*row) for row in rows)
