"""The design that every tutorial shows, to measure against: Whoosh with jieba's ChineseAnalyzer.

    python -m bench.tutorial build JSONL FOLDER
    python -m bench.tutorial search FOLDER QUERY

Title and body are analysed and stored in the index; a hit shows what Whoosh highlights.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

warnings.simplefilter("ignore")

import jieba  # noqa: E402
from jieba.analyse.analyzer import ChineseAnalyzer  # noqa: E402
from whoosh import index  # noqa: E402
from whoosh.fields import ID, TEXT, Schema  # noqa: E402
from whoosh.qparser import MultifieldParser  # noqa: E402

jieba.setLogLevel(logging.CRITICAL)


def build(lines: Path, folder: Path) -> None:
    text = {"stored": True, "analyzer": ChineseAnalyzer()}
    folder.mkdir(parents=True, exist_ok=True)
    index.create_in(folder, Schema(id=ID(stored=True, unique=True), title=TEXT(**text), body=TEXT(**text)))
    with lines.open(encoding="utf-8") as file:
        add(folder, ((article["id"], article["title"], article["body"]) for article in map(json.loads, file)))


def add(folder: Path, articles: Iterable[tuple[str, str, str]]) -> None:
    """Add articles: id, title and body of each."""
    writer = index.open_dir(folder).writer()
    for id, title, body in articles:
        writer.add_document(id=id, title=title, body=body)
    writer.commit()


def opened(folder: Path) -> Callable[[str], list[tuple[str, str]]]:
    """Asks an index that stays open; title and snippet of ten hits."""
    searcher = index.open_dir(folder).searcher()
    parser = MultifieldParser(["title", "body"], searcher.schema)
    return lambda question: [
        (hit["title"], hit.highlights("body")) for hit in searcher.search(parser.parse(question), limit=10)
    ]


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "build":
        build(Path(arguments[0]), Path(arguments[1]))
    else:
        for title, snippet in opened(Path(arguments[0]))(arguments[1]):
            print(title, snippet)
