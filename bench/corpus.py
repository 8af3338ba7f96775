"""The corpus that search is measured on: real articles, repeated under new ids as often as it takes, and questions.

CORPUS is a folder with tibet_2018.jsonl.xz: an article a line with id, site, title, body,
published, section and credit. The texts are a third party's and not part of the project.
"""

from __future__ import annotations

import json
import lzma
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

from archive.article import SHANGHAI, Article
from archive.store import ArticleStore

_ASKED = 200  # questions of each kind
_RUN = re.compile(r"[\u4e00-\u9fff]{6,}")


def originals(corpus: Path) -> list[Article]:
    with lzma.open(corpus / "tibet_2018.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [_article(json.loads(line)) for line in lines]


def _article(told: dict[str, Any]) -> Article:
    published = told["published"]
    return Article(
        id=told["id"], url=f"http://www.{told['site']}/{told['id']}", source=told["site"],
        section=told["section"] or "", credit=told["credit"] or "", title=told["title"], body=told["body"],
        published=datetime.fromisoformat(published).replace(tzinfo=SHANGHAI) if published else None,
    )  # fmt: skip


def copies(articles: list[Article]) -> Iterator[Article]:
    """The articles over and over; each copy has a mark in title and text, so that it is another text."""
    return chain(articles, (_copy(article, number) for number in count(2) for article in articles))


def _copy(article: Article, number: int) -> Article:
    mark = f"（第{number}份）"
    return replace(
        article, id=f"{article.id}-{number}", url=f"{article.url}-{number}",
        title=article.title + mark, body=article.body + mark,
    )  # fmt: skip


def fill(store: ArticleStore, articles: Iterable[Article]) -> int:
    """Archive these; the bytes of their text."""
    text = 0
    for article in articles:
        store.put(article)
        text += len((article.title + article.body).encode())
    return text


@dataclass(frozen=True, slots=True)
class Questions:
    """What people ask, by kind: made of the articles by a fixed choice."""

    keywords: list[str]  # three of a headline, the rarest by jieba
    headlines: list[str]  # as pasted
    quotes: list[str]  # four characters of a text
    dated: list[str]  # the keywords, of half a year

    @classmethod
    def of(cls, articles: list[Article]) -> Questions:
        from jieba.analyse import extract_tags

        rng = random.Random(7)
        headlines = rng.sample([article.title for article in articles if len(article.title) >= 8], _ASKED)
        keywords = [" ".join(extract_tags(headline, 3)) for headline in headlines]
        runs = (run for article in rng.sample(articles, len(articles)) for run in _RUN.findall(article.body)[:1])
        starts = ((run, rng.randrange(len(run) - 3)) for run in islice(runs, _ASKED))
        quotes = [f'"{run[start : start + 4]}"' for run, start in starts]
        return cls(keywords, headlines, quotes, [f"{words} 日期:2018-01..2018-06" for words in keywords])
