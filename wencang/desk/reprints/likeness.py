"""Similarity of two texts by the shingles, runs of five characters, that they share.

Characters are folded (Traditional to Simplified); blanks and punctuation are ignored. Two texts are
alike if the longer contains half of the shorter, so that a shortened text is found in the full one,
and both parts in a text made of two. docs/desk.md describes how that was measured.
"""

from __future__ import annotations

from collections.abc import Set
from hashlib import blake2b
from itertools import chain, starmap
from struct import Struct
from zlib import crc32

from archive.article import Article
from archive.tables.sketches import FEWEST, Signature
from indexer.text import analyzer

VERSION = f"1.{analyzer.VERSION}"  # what another version computed is recomputed
SHARE = 0.5  # of the shorter text, above which two are alike
LANDMARKS_SHARE = 0.33  # below which the texts are not compared: landmarks are a sample
SHORT = 100  # shingles: a longer text may contain a shorter one by chance, a list of headlines say
_SHINGLE = Struct("20s")  # five characters in UTF-32
_LANDMARKS = 1 << 28  # shingles are 32-bit numbers: one in 16 is a landmark


def characters(article: Article) -> str:
    """The letters and digits of an article's title and body, folded: what is compared."""
    return "".join(filter(str.isalnum, analyzer.fold(article.title + article.body)))


def shingles(text: str) -> frozenset[int]:
    """The shingles of a text, as CRC-32; a shorter text is one shingle."""
    coded = text.encode("utf-32-le", "surrogatepass")
    if len(coded) < _SHINGLE.size:
        return frozenset([crc32(coded)] if coded else ())
    rows = (coded[start : len(coded) - (len(coded) - start) % _SHINGLE.size] for start in range(0, _SHINGLE.size, 4))
    return frozenset(starmap(crc32, chain.from_iterable(map(_SHINGLE.iter_unpack, rows))))


def signature(text: str, shingles: Set[int]) -> Signature:
    """The landmarks are the lowest shingles: a shared one is a landmark of both texts.

    Broder's sample of a fixed fraction, not of a fixed number of minima, which would say
    little about a short text inside a long one.
    """
    number = int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)
    landmarks = sorted(filter(_LANDMARKS.__ge__, shingles))
    if len(landmarks) < FEWEST:
        landmarks = sorted(shingles)[:FEWEST]
    return Signature(number, len(shingles), tuple(landmarks))


def are_alike(size: int, other: int, shared: int) -> bool:
    """Whether two texts with so many shingles are alike, by the number they share; of short ones half of both."""
    shorter = min(size, other)
    return shared >= SHARE * (shorter if shorter >= SHORT else size + other - shared)
