"""Puts articles that are copies of one another into stories, and keeps these up to date.

A pair of texts is looked for by landmarks, and judged by the whole texts (wencang/desk/reprints/likeness.py).
Which texts are alike depends on nothing else, and the stories only on that and on the dates:
not on the order in which articles came into the archive.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice, takewhile

from archive.article import Revision
from archive.store import ArticleStore
from archive.tables.sketches import Likeness, Signature, Signatures, parts
from archive.tables.stories import Member, Stories
from wencang.desk.reprints import likeness
from wencang.desk.reprints.likeness import are_alike, characters, shingles, signature

_BATCH = 500  # articles a transaction
_HELD = 100  # texts read at once
Links = Mapping[int, Mapping[int, int]]  # of each text, how much it shares with each that it is like


def bring_up(store: ArticleStore, progress: Callable[[int], None] = lambda _done: None, last: int = sys.maxsize) -> int:
    """Look at the articles that changed since the last time; how many. Ended halfway, it goes on there later.

    Not at what came in after the `last` sequence: `verify` trusts that a manifest holds what was looked at.
    """
    done = 0
    while looked_at := _step(store, last):
        done += looked_at
        progress(done)
    return done


def grouped(texts: Iterable[int], links: Links, sizes: Mapping[int, int]) -> dict[int, list[int]]:
    """The stories of texts that come in order of first publication: of each first text those that are like it.

    A text of which less than half stands in earlier first ones begins a story too. What is only
    like a copy of a copy stays out, so that no chain makes one story of a whole year.
    """
    stories: dict[int, list[int]] = {}
    for text in texts:
        firsts = [other for other in links[text] if other in stories]
        for first in firsts:
            stories[first].append(text)
        if sum(links[text][first] for first in firsts) < likeness.SHARE * sizes[text]:
            stories[text] = []
    return stories


def _step(store: ArticleStore, last: int) -> int:
    kept, signatures = Stories(store), Signatures(store)
    with store.batch():
        position, by = kept.position()
        if by != likeness.VERSION:
            signatures.clear()
            kept.clear()
            position = 0
        changes = takewhile(lambda revision: revision.sequence <= last, store.changes(position))
        revisions = list(islice(changes, _BATCH))
        if revisions:
            kept.forget(position)
            touched = signatures.forget(position) | _sign(store, signatures, revisions)
            _tell(store, signatures, kept, touched)
            kept.note(revisions[-1].sequence, likeness.VERSION)
    return len(revisions)


def _sign(store: ArticleStore, signatures: Signatures, revisions: Iterable[Revision]) -> set[int]:
    """Keep the signatures of these articles' texts, and what each is like; the texts."""
    signed: dict[str, Signature] = {}
    texts: dict[int, frozenset[int]] = {}
    for revision in revisions:
        if text := characters(revision.article):
            found = shingles(text)
            signed[revision.article.id] = one = signature(text, found)
            texts[one.text] = found
    new = signatures.add(signed)
    met = {one.text for one in new}
    pairs: dict[int, list[int]] = {}
    for one in new:
        for other in signatures.near(one, likeness.LANDMARKS_SHARE):
            if other not in met or other < one.text:  # two new ones meet each other
                pairs.setdefault(other, []).append(one.text)
    signatures.link(_alike(store, signatures, texts, pairs))
    return set(texts)


def _alike(
    store: ArticleStore, signatures: Signatures, texts: Mapping[int, frozenset[int]], pairs: Mapping[int, list[int]]
) -> Iterator[Likeness]:
    """Those of the pairs that are alike, by the whole texts."""
    for others in parts(pairs, _HELD):
        read = _read(store, signatures, [other for other in others if other not in texts])
        for other in others:
            theirs = texts.get(other) or read[other]
            for text in pairs[other]:
                shared = len(theirs & texts[text])
                if are_alike(len(theirs), len(texts[text]), shared):
                    yield Likeness(text, other, shared)


def _read(store: ArticleStore, signatures: Signatures, texts: Iterable[int]) -> dict[int, frozenset[int]]:
    """The shingles of texts that are kept."""
    text_of = {ids[0]: text for text, ids in signatures.articles(texts).items()}
    kept = store.get_many(text_of)
    return {text_of[id]: shingles(characters(revision.article)) for id, revision in kept.items()}


def _tell(store: ArticleStore, signatures: Signatures, kept: Stories, touched: set[int]) -> None:
    """Put all that hangs together with these texts into stories anew."""
    links = signatures.linked(touched)
    articles = signatures.articles(links)
    sizes = signatures.sizes(links)
    members: list[Member] = []
    for first, others in grouped(articles, links, sizes).items():
        shared = {first: sizes[first]} | {text: links[first][text] for text in others}
        if others or len(articles[first]) > 1:
            members += (
                Member(id, articles[first][0], count / sizes[first], count / sizes[text])
                for text, count in shared.items() for id in articles[text]
            )  # fmt: skip
    kept.replace([id for ids in articles.values() for id in ids], members)
