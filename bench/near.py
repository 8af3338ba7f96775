"""What NEAR and same:sentence cost beside phrases: `python -m bench.near DATA [--engines NAME,NAME] [--questions N]`.

The questions are pairs of words that stand up to six words apart in an article of DATA, drawn at random. Times
are those of this process's CPU, with ten hits, snippets and facets; OpenSearch works in another process and is
not counted.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import wencang
from archive.settings import load
from archive.store import ArticleStore
from bench.search import Latency, short
from indexer.text.analyzer import Analyzer, lexicon

_FORMS: dict[str, Callable[[str, str], str]] = {
    "phrase": '"{}"'.format,
    "two phrases": '"{}" "{}"'.format,
    "NEAR/30": '"{}" NEAR/30 "{}"'.format,
    "same:sentence": "same:sentence({} {})".format,
}
_SPAN = 6  # words


def pairs(data: Path, count: int) -> list[tuple[str, str]]:
    dice, analyzer = random.Random(5), Analyzer(lexicon())
    with ArticleStore.open(load(data)) as store:
        bodies = [revision.article.body for revision in store.kept()]
    words = [
        [w for stretch in analyzer.cut(body) for w in stretch if len(w) > 1] for body in dice.choices(bodies, k=count)
    ]
    starts = [(of_body, dice.randrange(len(of_body) - _SPAN)) for of_body in words if len(of_body) > _SPAN]
    return [(of_body[at], of_body[at + dice.randrange(1, _SPAN)]) for of_body, at in starts]


def latency(archive: wencang.Archive, engine: str, questions: Sequence[str]) -> tuple[Latency, int]:
    """What these questions take, and how many articles they find."""
    times, articles = list[float](), 0
    archive.search(questions[0], engine=engine)  # which loads what is loaded once
    for question in questions:
        start = time.process_time()
        articles += archive.search(question, engine=engine).total
        times.append(time.process_time() - start)
    return Latency.of(times), articles


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--engines", type=lambda names: names.split(","), default=["whoosh", "tantivy"])
    parser.add_argument("--questions", type=int, default=200)
    options = parser.parse_args()
    drawn = pairs(options.data, options.questions)
    print("| engine | question | p50, ms | p95, ms | articles a question |\n|---|---|---|---|---|")
    with wencang.open(options.data, {}) as archive:
        for engine in options.engines:
            for form, question in _FORMS.items():
                taken, articles = latency(archive, engine, [question(*pair) for pair in drawn])
                cells = (engine, form, short(taken.half), short(taken.most), str(articles // len(drawn)))
                print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
