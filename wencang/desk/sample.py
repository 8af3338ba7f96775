"""A random sample of articles, for what would otherwise read too many of them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from archive.text.messages import Message


def sampled(ids: Sequence[str], size: int) -> tuple[Sequence[str], tuple[Message, ...]]:
    """At most `size` of the ids, in their order and always the same ones, and the notice that says so; 0 takes all."""
    if not size or len(ids) <= size:
        return ids, ()
    places = Random(0).sample(range(len(ids)), size)  # noqa: S311  # nothing is to be kept secret
    return [ids[place] for place in sorted(places)], (Message("sampled", {"count": size, "total": len(ids)}),)
