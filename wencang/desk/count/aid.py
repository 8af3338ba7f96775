"""Who aids which place in articles, as a table: each pair with its sentence, or how many articles say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from archive.text.messages import Message
from indexer.figures.aid import AidMention
from wencang.desk.table import Table


@dataclass(frozen=True, slots=True)
class AidPairs(Table):
    """Each giver with a place that receives, and the sentence that says so.

    `mentions` are not held: each iteration reads the articles again. If each pair of a story was asked for
    once (`stories`) they are held.
    """

    mentions: Iterable[AidMention] = field(repr=False)
    notices: tuple[Message, ...] = ()
    stories: bool = False
    columns = ("giver", "receiver", "sentence", "start", "end", "id", "url", "published", "title", "reports")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a pair in a sentence, in order of publication.

        `giver` and `receiver` are full present names, `start` and `end` the offsets of the sentence in the
        body, in code points; `published` is Article.issued. `reports` is the number of articles of a story with
        this pair, if each pair of a story was asked for once, otherwise 1.
        """
        for mention in self.mentions:
            aid, article = mention.aid, mention.article
            yield (
                aid.giver, aid.receiver, mention.sentence, aid.start, aid.end, article.id, article.url,
                article.issued, article.title, mention.reports,
            )  # fmt: skip

    def brief(self) -> AidSentences:
        """The same with the columns that a reader looks at first."""
        return AidSentences(self)

    def counts(self) -> AidCounts:
        """The pairs with the number of articles, or of stories, that have them; reads all."""
        articles: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        reports: defaultdict[tuple[str, str], int] = defaultdict(int)
        for mention in self.mentions:
            pair = same_pair(mention)
            articles[pair].add(mention.article.id)
            reports[pair] += mention.reports
        rows = ((*pair, len(ids), reports[pair]) for pair, ids in articles.items())
        return AidCounts(tuple(sorted(rows, key=_most)), self.notices, self.stories)


@dataclass(frozen=True, slots=True)
class AidSentences(Table):
    """Giver, receiver, article, day and sentence."""

    pairs: AidPairs = field(repr=False)
    columns = ("giver", "receiver", "article", "published", "sentence")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a pair in a sentence."""
        for mention in self.pairs.mentions:
            article = mention.article
            yield mention.aid.giver, mention.aid.receiver, article.id, article.day, " ".join(mention.sentence.split())


@dataclass(frozen=True, slots=True)
class AidCounts(Table):
    """Each giver with a place that receives: in how many articles and sentences, the most frequent first.

    With `stories` in how many stories, and in how many articles of these.
    """

    pairs: tuple[tuple[str, str, int, int], ...]
    notices: tuple[Message, ...] = ()
    stories: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Giver, receiver, and what is counted."""
        return "giver", "receiver", *(("stories", "articles") if self.stories else ("articles", "sentences"))

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a pair."""
        return iter(self.pairs)


def same_pair(mention: AidMention) -> tuple[str, str]:
    """What is equal for aid of one giver for one receiver."""
    return mention.aid.giver, mention.aid.receiver


def _most(row: tuple[str, str, int, int]) -> tuple[int, int, str, str]:
    return -row[2], -row[3], row[0], row[1]
