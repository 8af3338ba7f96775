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
from pathlib import Path

warnings.simplefilter("ignore")

import jieba  # noqa: E402
from jieba.analyse.analyzer import ChineseAnalyzer  # noqa: E402
from whoosh import index  # noqa: E402
from whoosh.fields import ID, TEXT, Schema  # noqa: E402
from whoosh.qparser import MultifieldParser  # noqa: E402

jieba.setLogLevel(logging.CRITICAL)


def build(lines: Path, folder: Path) -> None:
    analyzer = ChineseAnalyzer()
    text = {"stored": True, "analyzer": analyzer}
    folder.mkdir(parents=True, exist_ok=True)
    made = index.create_in(folder, Schema(id=ID(stored=True, unique=True), title=TEXT(**text), body=TEXT(**text)))
    writer = made.writer()
    with lines.open(encoding="utf-8") as file:
        for article in map(json.loads, file):
            writer.add_document(id=article["id"], title=article["title"], body=article["body"])
    writer.commit()


def search(folder: Path, question: str) -> None:
    opened = index.open_dir(folder)
    with opened.searcher() as searcher:
        for hit in searcher.search(MultifieldParser(["title", "body"], opened.schema).parse(question), limit=10):
            print(hit["title"], hit.highlights("body"))


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "build":
        build(Path(arguments[0]), Path(arguments[1]))
    else:
        search(Path(arguments[0]), arguments[1])
