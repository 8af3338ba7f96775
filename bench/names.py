"""How many of the names and quotations in articles read by hand are found, and how many of the found are right.

    python -m bench.names CORPUS_FOLDER [--gold FILE ...] [--reader rules|models] [--wrong] [--time]

CORPUS_FOLDER holds articles as JSON lines with id, title and body (*.jsonl, *.jsonl.xz). A line of a gold file has an
`id` and the `persons` of that article, each by the fullest form that is printed; the names in `doubtful` and `bylines`
count neither way. Distinct names of an article are counted: one that is cut or too long is wrong. Its `quotes` have a
`speaker`, the `start` in the body and the `length` of their first characters, at most twelve; a quotation is right if
these and the speaker are. Those in `doubtful_quotes` count neither way.

A line with `institutions` has those of the body, each whole (the rules of labelling are in docs/figures.md); forms of
one that are printed side by side are joined by "|", and one of them is enough. 西藏自治区 before a name is 自治区.
Without --gold the files in bench/names are taken, which hold names and offsets, but no text.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import process_time
from typing import IO, Any

from indexer.figures.find import figures
from indexer.figures.quotations import quotations
from indexer.persons.find import plain
from indexer.persons.reader import Reader, reader
from indexer.text.analyzer import fold

_OPENING = 12  # characters by which a quotation is known
FOLDER = Path(__file__).parent / "names"
Row = dict[str, Any]


@dataclass(slots=True)
class Score:
    """How many were wanted, found, and both."""

    wanted: int = 0
    found: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, article: str, wanted: set[str], found: set[str]) -> None:
        self.wanted += len(wanted)
        self.found += len(found)
        self.right += len(wanted & found)
        self.wrong += [f"{article} + {name}" for name in sorted(found - wanted)]
        self.wrong += [f"{article} - {name}" for name in sorted(wanted - found)]

    def __str__(self) -> str:
        precision = self.right / self.found if self.found else 1.0
        recall = self.right / self.wanted if self.wanted else 1.0
        f1 = 2 * self.right / (self.found + self.wanted) if self.found + self.wanted else 1.0
        counts = f"{self.right} right, {self.found} found, {self.wanted} wanted"
        return f"precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  ({counts})"


def articles(folder: Path) -> Iterator[Row]:
    """The articles of a corpus."""
    for path in sorted((*folder.glob("*.jsonl"), *folder.glob("*.jsonl.xz"))):
        with _opened(path) as lines:
            yield from map(json.loads, lines)


def _opened(path: Path) -> IO[str]:
    return lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8")


def canonical(names: Iterable[str]) -> set[str]:
    """Names as they are compared: folded, all dots the same."""
    return {plain(fold(name.strip())) for name in names}


def persons(article: Row, names: Reader) -> set[str]:
    """The distinct persons named in title or body."""
    text = f"{article['title']}\n{article['body']}"
    return canonical(getattr(figure.value, "name", "") for figure in figures(text, None, ["person"], names))


def score_persons(gold: Iterable[Row], corpus: dict[str, Row], names: Reader) -> Score:
    score = Score()
    for row in gold:
        wanted = canonical(row["persons"])
        either = canonical((*row.get("doubtful", ()), *row.get("bylines", ()))) - wanted
        score.add(row["id"], wanted, persons(corpus[row["id"]], names) - either)
    return score


def score_institutions(gold: Iterable[Row], corpus: dict[str, Row]) -> Score:
    score = Score()
    for row in gold:
        labels = [[institution(form) for form in label.split("|")] for label in row["institutions"]]
        first = {form: forms[0] for forms in labels for form in forms}
        found = {
            institution(getattr(figure.value, "name", ""))
            for figure in figures(corpus[row["id"]]["body"], None, ["institution"])
        }
        either = set(map(institution, row["doubtful"])) - first.keys()
        score.add(row["id"], set(first.values()), {first.get(name, name) for name in found - either})
    return score


def institution(name: str) -> str:
    """The name of an institution as it is compared."""
    return fold(name).replace("西藏自治区", "自治区", 1) if name.startswith("西藏自治区") else fold(name)


def openings(article: Row, quotes: Iterable[Row]) -> set[tuple[str, str]]:
    """Labelled quotations as they are compared: by speaker and first characters."""
    body = article["body"]
    return {
        (plain(fold(quote["speaker"])), body[quote["start"] : quote["start"] + quote["length"]]) for quote in quotes
    }


def score_quotations(gold: Iterable[Row], corpus: dict[str, Row], names: Reader) -> Score:
    score = Score()
    for row in gold:
        article = corpus[row["id"]]
        wanted = openings(article, row["quotes"])
        either = {opening for _speaker, opening in openings(article, row.get("doubtful_quotes", ()))}
        found = {
            (plain(quotation.speaker), quotation.words[:_OPENING])
            for quotation in quotations(article["body"], None, partial(figures, reader=names))
        }
        doubtful = {pair for pair in found if pair[1] in either} - wanted
        score.add(row["id"], _joined(wanted), _joined(found - doubtful))
    return score


def _joined(pairs: Iterable[tuple[str, str]]) -> set[str]:
    return {": ".join(pair) for pair in pairs}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--gold", type=Path, nargs="+", default=sorted(FOLDER.glob("*.jsonl")))
    parser.add_argument("--reader", choices=("rules", "models"), default="", help="by default models if installed")
    parser.add_argument("--wrong", action="store_true", help="list what is found wrongly (+) or missed (-)")
    parser.add_argument("--time", action="store_true", help="measure the time an article takes")
    asked = parser.parse_args()
    names = reader(asked.reader)
    corpus = {article["id"]: article for article in articles(asked.corpus)}
    print(f"persons are found by {names.name}")
    for path in asked.gold:
        with _opened(path) as lines:
            gold = [json.loads(line) for line in lines]
        scores = {}
        if all("institutions" in row for row in gold):
            scores["institutions"] = score_institutions(gold, corpus)
        if all("persons" in row for row in gold):
            scores["persons"] = score_persons(gold, corpus, names)
        quotes = [quote for row in gold for quote in row.get("quotes", ())]
        if quotes and all(isinstance(quote["start"], int) for quote in quotes):
            scores["quotations"] = score_quotations(gold, corpus, names)
        for kind, score in scores.items():
            print(f"{path.name:<20} {kind:<12} {score}")
            print("\n".join(score.wrong) if asked.wrong else "", end="\n" if asked.wrong else "")
    if asked.time:
        print(_speed(list(corpus.values())[:200], names))


def _speed(some: list[Row], names: Reader) -> str:
    persons(some[0], names)
    start = process_time()
    for article in some:
        persons(article, names)
    seconds = process_time() - start
    size = sum(len(article["body"]) for article in some) / len(some)
    return f"{seconds / len(some) * 1000:.1f} ms an article of {size:.0f} characters"


if __name__ == "__main__":
    main()
