"""What several articles of one story report, once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from indexer.figures.aid import AidMention
from indexer.figures.find import Mention

M = TypeVar("M", Mention, AidMention)


def once_a_story(mentions: Iterable[M], key: Callable[[M], Hashable], stories: Mapping[str, str]) -> list[M]:
    """Each thing that a story says once, from the article that was published first, with the number that report it.

    `key` is equal for what counts as one thing; `stories` has the story of each article that is in one.
    """
    groups: dict[Hashable, dict[str, M]] = {}
    for mention in mentions:
        id = mention.article.id
        groups.setdefault((stories.get(id, id), key(mention)), {}).setdefault(id, mention)
    return [replace(min(group.values(), key=_published), reports=len(group)) for group in groups.values()]


def _published(mention: Mention | AidMention) -> tuple[bool, datetime]:
    latest = mention.article.latest
    return latest is None, latest or datetime.max.replace(tzinfo=UTC)
