"""How well stories are found: reprints are planted among real articles, and looked for.

    python -m bench.stories CORPUS [--bases N] [--articles N] [--share S ...] [--show N]

Planted are, of some articles each: the text with 5 to 30 % of its sentences replaced by others', its
first 40 to 80 %, its conversion to Traditional Chinese, itself and another article as one, and two of
these at once. A pair of articles is right where it was planted, or where half of the shorter text's
characters stand in the longer in runs of ten or more: the corpus has reprints of its own. That is
counted by comparing the texts as they are. The corpus is filled up with articles put together of
sentences of many.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from time import perf_counter

from opencc import OpenCC

from archive.article import Article
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.stories import Stories
from bench.corpus import originals
from wencang.desk.reprints import likeness
from wencang.desk.reprints.stories import bring_up

_SENTENCE = re.compile(r"[^。！？\n]+[。！？\n]*")
_RUN = 10
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Planted:
    """A reprint, the ids of what it was made of, and how."""

    article: Article
    of: tuple[str, ...]
    way: str


def sentences(text: str) -> list[str]:
    return _SENTENCE.findall(text)


class Planter:
    """Makes reprints of articles, by a fixed choice."""

    def __init__(self, articles: list[Article]) -> None:
        self._rng = random.Random(7)
        self._articles = articles
        self._sentences = [one for article in articles for one in sentences(article.body)]
        self._traditional = OpenCC("s2twp")

    def plant(self, bases: int) -> Iterator[Planted]:
        """Three reprints of each of so many articles of 200 characters or more."""
        ways: dict[str, Callable[[Article], Article]] = {
            "edited": self._edited, "cut": self._cut, "converted": self._converted,
            "edited, cut": lambda article: self._cut(self._edited(article)),
            "converted, edited": lambda article: self._edited(self._converted(article)),
        }  # fmt: skip
        long = [article for article in self._articles if len(article.body) >= 200]
        for number, base in enumerate(self._rng.sample(long, bases)):
            for way in self._rng.sample([*ways, "merged"], 3):
                of: tuple[str, ...] = (base.id,)
                if way == "merged":
                    other = self._rng.choice(long)
                    body, later = f"{base.body}\n{other.body}", max(filter(None, (base.published, other.published)))
                    made, of = replace(base, body=body, published=later), (base.id, other.id)
                else:
                    made = ways[way](base)
                yield Planted(self._printed(made, f"{way}-{number}"), of, way)

    def other(self, number: int) -> Article:
        """An article put together of sentences of many."""
        chosen = self._rng.sample(self._sentences, max(3, len(sentences(self._rng.choice(self._articles).body))))
        article = self._rng.choice(self._articles)
        return self._printed(replace(article, title=chosen[0][:20], body="".join(chosen[1:])), f"other-{number}")

    def _printed(self, article: Article, name: str) -> Article:
        """Later, elsewhere, under a headline of its own half the time."""
        later = article.published and article.published + timedelta(hours=self._rng.randrange(1, 200))
        title = article.title if self._rng.random() < 0.5 else self._rng.choice(self._articles).title
        return replace(article, id=name, url=f"http://reprints.example/{name}", title=title, published=later)

    def _edited(self, article: Article) -> Article:
        parts = sentences(article.body)
        for at in self._rng.sample(range(len(parts)), round(len(parts) * self._rng.uniform(0.05, 0.3))):
            parts[at] = self._rng.choice(self._sentences)
        return replace(article, body="".join(parts))

    def _cut(self, article: Article) -> Article:
        return replace(article, body=article.body[: int(len(article.body) * self._rng.uniform(0.4, 0.8))])

    def _converted(self, article: Article) -> Article:
        return replace(article, body=self._traditional.convert(article.body))


def found(store: ArticleStore) -> dict[Pair, str]:
    """The pairs of articles that have a story in common, and a first publication of theirs."""
    stories = Stories(store)
    return {
        pair: story
        for story, _count in stories.largest(1_000_000)[0]
        for pair in combinations(sorted(one.article for one in stories.with_article(story) if one.story == story), 2)
    }


def related(planted: Iterable[Planted]) -> set[Pair]:
    """The pairs that were planted: of one article, or each other."""
    families: dict[str, set[str]] = defaultdict(set)
    for one in planted:
        for base in one.of:
            families[base] |= {base, one.article.id}
    return {pair for family in families.values() for pair in combinations(sorted(family), 2)}


def stands_in(one: Article, other: Article) -> float:
    """How much of the shorter text stands in the longer in runs of _RUN or more, 0 to 1."""
    shorter, longer = sorted((likeness.characters(one), likeness.characters(other)), key=len)
    runs = {longer[at : at + _RUN] for at in range(len(longer) - _RUN + 1)}
    covered = {
        place
        for at in range(len(shorter) - _RUN + 1) if shorter[at : at + _RUN] in runs
        for place in range(at, at + _RUN)
    }  # fmt: skip
    return len(covered) / max(1, len(shorter))


def is_right(one: Article, other: Article, first: Article) -> bool:
    return stands_in(one, other) >= 0.5 or min(stands_in(one, first), stands_in(other, first)) >= 0.5


def measure(articles: dict[str, Article], planted: list[Planted], share: float, show: int) -> None:
    likeness.SHARE = share
    with tempfile.TemporaryDirectory() as folder, ArticleStore.create(load(Path(folder))) as store:
        with store.batch():
            for article in articles.values():
                store.put(article)
        start = perf_counter()
        bring_up(store)
        seconds = perf_counter() - start
        pairs = found(store)
    wanted = related(planted)
    others = pairs.keys() - wanted
    false = {pair for pair in others if not is_right(*(articles[id] for id in (*pair, pairs[pair])))}
    own = len(others - false)
    precision = 1 - len(false) / max(1, len(pairs))
    print(f"{share:>5.2f}{len(articles):>9}{seconds:>8.1f}{len(pairs):>8}{own:>6}{len(false):>6}"
          f"{precision:>10.4f}{len(wanted & pairs.keys()) / len(wanted):>8.4f}", flush=True)  # fmt: skip
    if show:
        tell(articles, planted, set(pairs), false, show)


def tell(articles: dict[str, Article], planted: list[Planted], pairs: set[Pair], false: set[Pair], show: int) -> None:
    """What was missed, by the way it was made; and some pairs that are called false."""
    ways: dict[str, list[bool]] = defaultdict(list)
    for one in planted:
        for base in one.of:
            ways[one.way].append(tuple(sorted((base, one.article.id))) in pairs)
    for way, hits in sorted(ways.items()):
        print(f"      {way:<20}{len(hits):>6}{sum(hits) / len(hits):>8.4f}")
    for pair in sorted(false)[:show]:
        two = [articles[id] for id in pair]
        print(f"      {stands_in(*two):.2f}", " | ".join(f"{one.id} {len(one.body)} {one.title}" for one in two))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--bases", type=int, default=1_000)
    parser.add_argument("--articles", type=int, default=20_000, help="so many in all")
    parser.add_argument("--share", type=float, nargs="+", default=[likeness.SHARE])
    parser.add_argument("--show", type=int, default=0, metavar="N", help="what was missed, and N false pairs")
    asked = parser.parse_args()
    corpus = originals(asked.corpus)
    planter = Planter(corpus)
    planted = list(planter.plant(asked.bases))
    articles = {one.id: one for one in (*corpus, *(one.article for one in planted))}
    others = (planter.other(number) for number in range(max(0, asked.articles - len(articles))))
    articles |= {one.id: one for one in others}
    print(f"{'share':>5}{'articles':>9}{'s':>8}{'pairs':>8}{'own':>6}{'false':>6}{'precision':>10}{'recall':>8}")
    for share in asked.share:
        measure(articles, planted, share, asked.show)


if __name__ == "__main__":
    main()
