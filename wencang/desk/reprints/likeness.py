"""How alike two texts are: by the runs of five characters, shingles, that they share.

Characters are folded (Traditional is Simplified), blanks and punctuation left out. Two texts
are alike where half of the shorter stands in the longer, so that a cut text is found in the
whole, and both parts in a text put together of two. docs/desk.md tells how that was measured.
"""

from __future__ import annotations

from collections.abc import Set
from hashlib import blake2b
from zlib import crc32

from archive.article import Article
from archive.tables.sketches import Signature
from indexer.text import analyzer

VERSION = f"1.{analyzer.VERSION}"  # what another version computed is computed anew
SHARE = 0.5  # of the shorter text, for two that are alike
LANDMARKS_SHARE = 0.33  # below which texts need not be read: landmarks are a sample
SHORT = 100  # shingles: below that a text may stand in a longer one by chance, in a list of headlines say
_RUN = 5
_BYTES = 4  # of a character in UTF-32
_LANDMARKS = 1 << 28  # shingles are numbers of 32 bits: one in 16 is a landmark
_FEWEST = 8  # landmarks of a short text


def characters(article: Article) -> str:
    """What of an article counts: the letters and digits of its title and body, folded."""
    return "".join(filter(str.isalnum, analyzer.fold(article.title + article.body)))


def shingles(text: str) -> frozenset[int]:
    """The shingles of a text, as CRC-32; one that is shorter than a shingle is one itself."""
    coded = text.encode("utf-32-le", "surrogatepass")
    starts = range(0, max(len(coded) - _RUN * _BYTES, 0) + 1, _BYTES)
    return frozenset(map(crc32, [coded[start : start + _RUN * _BYTES] for start in starts])) if text else frozenset()


def signature(text: str, shingles: Set[int]) -> Signature:
    """The landmarks are the lowest of the shingles: those that two texts share are landmarks of both.

    That is Broder's sample by a fixed fraction, and not a fixed number of minima: those tell
    little of a short text inside a long one.
    """
    number = int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)
    landmarks = sorted(shingle for shingle in shingles if shingle <= _LANDMARKS)
    if len(landmarks) < _FEWEST:
        landmarks = sorted(shingles)[:_FEWEST]
    return Signature(number, len(shingles), tuple(landmarks))


def are_alike(size: int, other: int, shared: int) -> bool:
    """Whether texts of so many shingles are, that share so many. Of a short text half of both must be shared."""
    shorter = min(size, other)
    return shared >= SHARE * (shorter if shorter >= SHORT else size + other - shared)
