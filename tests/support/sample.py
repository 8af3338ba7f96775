"""The sample site, the articles that it must become, and files that exports and imports are compared with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archive.article import Revision, from_json
from archive.settings import load
from archive.store import ArticleStore
from indexer import update
from indexer.engines.engine import SearchEngine, open_engine
from indexer.question.query import Query
from indexer.search import every_id, revisions_of
from indexer.text.analyzer import Analyzer, lexicon

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "data" / "sample"
EXPECTED: list[dict[str, Any]] = [
    json.loads(line) for line in (SAMPLE / "expected.jsonl").read_text(encoding="utf-8").splitlines()
]
ARTICLES = [from_json(values) for values in EXPECTED]
TEXTS = [f"{article.title}\n{article.body}" for article in ARTICLES]
ANALYZER = Analyzer(lexicon())

SIGNING = "tibet.cn-7210688"  # one of the articles with 援藏 and 招商引资
GLOSSED = ROOT / "tests" / "pages" / "mirror" / "signing-glossed.txt"  # the same from a spam mirror
EXPORTS = ROOT / "tests" / "exports"
LINES = EXPORTS / "jsonl.jsonl"  # five articles, one of them hostile, as exported in JSON Lines


@contextmanager
def indexed(data: Path, name: str) -> Iterator[tuple[ArticleStore, SearchEngine]]:
    """An archive of the sample's articles, and an engine that holds them."""
    with ArticleStore.create(load(data)) as store:
        for article in ARTICLES:
            store.put(article)
        update.rebuild(store, data, name)
        with open_engine(name, update.index_folder(data, name)) as engine:
            yield store, engine


def every_match(store: ArticleStore, engine: SearchEngine, query: Query) -> Iterator[Revision]:
    """The articles that have all that a query asks for, best first."""
    return revisions_of(store, every_id(store, engine, query))
