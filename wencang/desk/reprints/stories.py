"""Groups articles that are copies of one another into stories, and keeps these up to date.

Candidate pairs are found by landmarks and decided by the whole texts (wencang/desk/reprints/likeness.py);
grouping.py makes stories of the pairs that are alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from archive.article import Revision
from archive.batches import batches
from archive.progress import Progress, silent
from archive.store import ArticleStore
from archive.tables.sketches import Likeness, Signature, Signatures
from archive.tables.stories import Stories
from wencang.desk.reprints import likeness
from wencang.desk.reprints.grouping import regroup
from wencang.desk.reprints.likeness import are_alike, characters, shingles, signature

_BATCH = 500  # articles a transaction
_HELD = 100  # texts in memory at once


def bring_up(store: ArticleStore, progress: Progress = silent) -> int:
    """Process the articles that changed since the last call; how many. An interrupted call is resumed by the next."""
    done = 0
    while processed := _step(store):
        done += processed
        progress(done)
    return done


def _step(store: ArticleStore) -> int:
    stories, signatures = Stories(store), Signatures(store)
    with store.batch():
        position, by = stories.position()
        if by != likeness.VERSION:
            signatures.clear()
            stories.clear()
            position = 0
        revisions = list(islice(store.changes(position), _BATCH))
        if revisions:
            stories.forget(position)
            touched = signatures.forget(position)
            texts, new = _sign(store, signatures, revisions)
            regroup(signatures, stories, touched | texts, new)
            stories.note(revisions[-1].sequence, likeness.VERSION)
    return len(revisions)


def _sign(store: ArticleStore, signatures: Signatures, revisions: Iterable[Revision]) -> tuple[set[int], set[int]]:
    """Store the signatures of these articles' texts, and which each is like; all the texts, and the new ones."""
    signed: dict[str, Signature] = {}
    texts: dict[int, frozenset[int]] = {}
    for revision in revisions:
        if text := characters(revision.article):
            of_text = shingles(text)
            signed[revision.article.id] = sketch = signature(text, of_text)
            texts[sketch.text] = of_text
    candidates = signatures.add(signed, likeness.LANDMARKS_SHARE)
    pairs: dict[int, list[int]] = {}
    for new, others in candidates.items():
        for other in others:
            pairs.setdefault(other, []).append(new)
    signatures.link(_alike(store, signatures, texts, pairs))
    return set(texts), set(candidates)


def _alike(
    store: ArticleStore, signatures: Signatures, texts: Mapping[int, frozenset[int]], pairs: Mapping[int, list[int]]
) -> Iterator[Likeness]:
    """The pairs that are alike, by their whole texts."""
    for others in batches(pairs, _HELD):
        stored = _read(store, signatures, [other for other in others if other not in texts])
        for other in others:
            of_other = texts.get(other) or stored[other]
            for text in pairs[other]:
                shared = len(of_other & texts[text])
                if are_alike(len(of_other), len(texts[text]), shared):
                    yield Likeness(text, other, shared)


def _read(store: ArticleStore, signatures: Signatures, texts: Iterable[int]) -> dict[int, frozenset[int]]:
    """The shingles of texts in the archive."""
    text_of = {issues[0].id: text for text, issues in signatures.articles(texts).items()}
    revisions = store.get_many(text_of)
    return {text_of[id]: shingles(characters(revision.article)) for id, revision in revisions.items()}
