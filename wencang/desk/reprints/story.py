"""What an archive knows of its stories: the copies of an article, and the stories with most copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from archive.article import Article
from archive.batches import batches
from archive.store import ArticleStore
from archive.tables.chronology import Appearance, in_order
from archive.tables.stories import Member, Stories
from archive.text.messages import Message
from wencang.desk.table import Table


@dataclass(frozen=True, slots=True)
class Copy:
    """An article of a story, and how much of the story's first publication it has."""

    member: Member
    article: Article

    @property
    def is_first(self) -> bool:
        return self.member.story == self.article.id


@dataclass(frozen=True, slots=True)
class Story(Table):
    """The copies of an article with id `id`, in order of publication; the first publication is one of them.

    An article that was put together from several is in a story with each: `copies` holds one
    story after the other. Empty where no copy is known.
    """

    id: str
    copies: tuple[Copy, ...]
    notices: tuple[Message, ...] = ()
    columns = (
        "story", "first", "id", "url", "title", "published", "source", "section", "credit", "of_first", "of_own",
    )  # fmt: skip

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a copy.

        `story` is the id of the first publication, `first` whether it is this one. `of_first` is
        how much of the first publication's text the copy has, `of_own` how much of its own text
        that is, 0 to 1. `published` is Article.issued.
        """
        for copy in self.copies:
            member, article = copy.member, copy.article
            yield (
                member.story, copy.is_first, article.id, article.url, article.title, article.issued, article.source,
                article.section, article.credit, round(member.of_first, 4), round(member.of_own, 4),
            )  # fmt: skip

    def parts(self) -> Iterator[tuple[Copy, ...]]:
        """The copies of each story."""
        for _name, copies in groupby(self.copies, lambda copy: copy.member.story):
            yield tuple(copies)


@dataclass(frozen=True, slots=True)
class StoryList(Table):
    """The stories of most articles, or of most among those of a question, in descending order.

    `stories` holds the first publication of each with the number of its articles; `total` counts
    all stories there are, or that the answer has.
    """

    stories: tuple[tuple[Article, int], ...]
    total: int
    notices: tuple[Message, ...] = ()
    columns = ("story", "articles", "title", "published")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a story; `published` is Article.issued."""
        for first, articles in self.stories:
            yield first.id, articles, first.title, first.issued


def largest(store: ArticleStore, limit: int, ids: Iterable[str] | None = None) -> StoryList:
    """The stories of most articles, or of most among those with these ids."""
    counts, total = Stories(store).largest(limit, ids)
    firsts = store.get_many(story for story, _count in counts)
    return StoryList(tuple((firsts[story].article, count) for story, count in counts if story in firsts), total)


def with_stories(store: ArticleStore, articles: Iterable[Appearance]) -> Iterator[tuple[str, Appearance]]:
    """Articles, each with its story: the id of the first publication, which is its own where it is in none."""
    stories = Stories(store)
    for batch in batches(articles):
        names = stories.of(article.id for article in batch)
        yield from ((names.get(article.id, article.id), article) for article in batch)


def copies_of(store: ArticleStore, id: str) -> tuple[Copy, ...]:
    """The copies of an article in each of its stories, the earliest story first, in order of publication."""
    members = Stories(store).with_article(id)
    articles = {r.article.id: r.article for r in in_order(store, {member.article for member in members})}
    copies = []
    for story in articles:
        of_story = {member.article: member for member in members if member.story == story}
        copies += [Copy(of_story[id], article) for id, article in articles.items() if id in of_story]
    return tuple(copies)
