"""Groups articles that are copies of one another into stories, and keeps these up to date.

Candidate pairs are found by landmarks and decided by the whole texts (wencang/desk/reprints/likeness.py).
Stories depend only on which texts are alike and on the dates, not on the order in which the
articles came into the archive.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, takewhile

from archive.article import Revision
from archive.progress import Progress, silent
from archive.store import ArticleStore
from archive.tables.sketches import Likeness, Signature, Signatures, parts
from archive.tables.stories import Member, Stories
from wencang.desk.reprints import likeness
from wencang.desk.reprints.likeness import are_alike, characters, shingles, signature

_BATCH = 500  # articles a transaction
_HELD = 100  # texts in memory at once
Links = Mapping[int, Mapping[int, int]]  # text: each text like it, and the number of shingles they share


def bring_up(store: ArticleStore, progress: Progress = silent, last: int = sys.maxsize) -> int:
    """Process the articles that changed since the last call; how many. An interrupted call is resumed by the next.

    Nothing after the `last` sequence: `verify` relies on a manifest having what was processed.
    """
    done = 0
    while processed := _step(store, last):
        done += processed
        progress(done)
    return done


def grouped(texts: Iterable[int], links: Links, sizes: Mapping[int, int]) -> dict[int, list[int]]:
    """The stories of texts in order of first publication: each first text with those that are like it.

    A text begins a story of its own unless half of it is in earlier first texts. What is only like
    a copy is not in the story, so that no chain of copies makes one story of a whole year.
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
    stories, signatures = Stories(store), Signatures(store)
    with store.batch():
        position, by = stories.position()
        if by != likeness.VERSION:
            signatures.clear()
            stories.clear()
            position = 0
        changes = takewhile(lambda revision: revision.sequence <= last, store.changes(position))
        revisions = list(islice(changes, _BATCH))
        if revisions:
            stories.forget(position)
            touched = signatures.forget(position) | _sign(store, signatures, revisions)
            _regroup(signatures, stories, touched)
            stories.note(revisions[-1].sequence, likeness.VERSION)
    return len(revisions)


def _sign(store: ArticleStore, signatures: Signatures, revisions: Iterable[Revision]) -> set[int]:
    """Store the signatures of these articles' texts, and which texts each is like; returns the texts."""
    signed: dict[str, Signature] = {}
    texts: dict[int, frozenset[int]] = {}
    for revision in revisions:
        if text := characters(revision.article):
            of_text = shingles(text)
            signed[revision.article.id] = sketch = signature(text, of_text)
            texts[sketch.text] = of_text
    new = signatures.add(signed)
    new_texts = {sketch.text for sketch in new}
    pairs: dict[int, list[int]] = {}
    for sketch in new:
        for other in signatures.near(sketch, likeness.LANDMARKS_SHARE):
            if other not in new_texts or other < sketch.text:  # a pair of new texts is met from both sides
                pairs.setdefault(other, []).append(sketch.text)
    signatures.link(_alike(store, signatures, texts, pairs))
    return set(texts)


def _alike(
    store: ArticleStore, signatures: Signatures, texts: Mapping[int, frozenset[int]], pairs: Mapping[int, list[int]]
) -> Iterator[Likeness]:
    """The pairs that are alike, by their whole texts."""
    for others in parts(pairs, _HELD):
        stored = _read(store, signatures, [other for other in others if other not in texts])
        for other in others:
            of_other = texts.get(other) or stored[other]
            for text in pairs[other]:
                shared = len(of_other & texts[text])
                if are_alike(len(of_other), len(texts[text]), shared):
                    yield Likeness(text, other, shared)


def _read(store: ArticleStore, signatures: Signatures, texts: Iterable[int]) -> dict[int, frozenset[int]]:
    """The shingles of texts in the archive."""
    text_of = {ids[0]: text for text, ids in signatures.articles(texts).items()}
    revisions = store.get_many(text_of)
    return {text_of[id]: shingles(characters(revision.article)) for id, revision in revisions.items()}


def _regroup(signatures: Signatures, stories: Stories, touched: set[int]) -> None:
    """Recompute the stories of these texts, and of all that are linked with them."""
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
    stories.replace([id for ids in articles.values() for id in ids], members)
