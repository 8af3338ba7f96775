"""What a reader should know beside an answer: doubts, words counted alone, an index or stories that are behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from heapq import nlargest
from typing import TYPE_CHECKING

from archive.settings import Settings
from archive.store.reads import Reads
from archive.text.messages import Message
from indexer.engines.engine import SearchEngine
from indexer.question.query import Query
from indexer.question.recorded import by_name
from indexer.update import behind, rebuild_due

if TYPE_CHECKING:
    from archive.store import ArticleStore

_PROPOSED = 5  # longer words in place of a character


def of_query(
    settings: Settings, reads: Reads, store: Callable[[], ArticleStore], index: SearchEngine, query: Query,
    engine: str, stories: bool = False,
) -> tuple[Message, ...]:  # fmt: skip
    """What should be known beside an answer to this query, with `stories` also of these."""
    found = [*of_doubts(query), *(Message("own-word", {"word": word}) for word in query.characters)]
    found += behind(reads, index)
    if stories:
        from archive.tables.stories import Stories

        found += Stories(store()).notices()
    if by_name((*query.wanted, *query.unwanted)):
        from archive.tables.names import Names

        found += Names(store()).notices()
    return (*found, *rebuild_due(settings, engine, index))


def of_doubts(query: Query) -> tuple[Message, ...]:
    """The parts of a query that may have been meant differently."""
    return tuple(Message("doubt", {"text": doubt}) for doubt in query.doubts)


def some_words(total: int) -> tuple[Message, ...]:
    """The notice that no article has all the words, where so many have some."""
    return (Message("some-words", {"count": total}),) if total else ()


def of_empty(index: SearchEngine, queries: Mapping[str, Query]) -> Iterator[Message]:
    """The same of each of several questions that no article has all the words of, with the question."""
    for text, query in queries.items():
        for message in some_words(index.search(query, 0).total):
            yield Message("of-question", {"question": text, "message": message})


def counted_alone(index: SearchEngine, word: str) -> Iterator[Message]:
    """The notice that a character is not looked for within words, with the commonest that begin with it."""
    words = index.vocabulary(word) if len(word) == 1 else {}
    if longer := nlargest(_PROPOSED, words.keys() - {word}, key=lambda each: (words[each], each)):
        yield Message("counted-alone", {"word": word, "words": " ".join(longer)})
