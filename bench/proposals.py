"""Whether `source add ADDRESS` is right on eleven sites of usual content management systems, field by field.

    python -m bench.proposals [--json]

The sites are those of tests/support/sites, made of templates as these systems write them, with the articles that are
on them. A source is proposed from the answers of the site, without a network and without the delay between requests;
then its lists are walked to their last page and every article is read by it. A field is right if it is so on every
article. `seconds` is the time of the proposal alone.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from urllib.parse import urljoin

from archive.article import Article
from archive.url import canonical
from bench.extraction import print_table
from tests.support.sites.looking import asking, crawled, proposal
from tests.support.sites.stories import Site, Story

SITES = (
    "oldasp", "phpcms", "dedecms", "trs", "founder", "wordpress", "hugo", "nextjs", "discuz", "govcn", "moved",
)  # fmt: skip


@dataclass(frozen=True)
class Score:
    """What a proposal got right on a site; of articles the number, of those on the site, that have the field right."""

    site: str
    name: bool
    articles: int
    found: int
    wrong: int  # addresses that are those of no article
    titles: int
    bodies: int
    days: int
    by_rules: bool
    requests: int
    seconds: float

    @property
    def is_right(self) -> bool:
        counts = {self.found, self.titles, self.bodies, self.days}
        return self.name and counts == {self.articles} and not self.wrong


def measured(name: str) -> Score:
    site: Site = import_module(f"tests.support.sites.{name}").site()
    start = time.perf_counter()
    made = proposal(site.url, asking(site))
    seconds = time.perf_counter() - start
    stories = {canonical(urljoin(site.url, path)): story for path, story in site.articles.items()}
    articles = crawled(site, made.source)
    pairs = [(article, stories[url]) for url, article in articles.items() if url in stories]
    return Score(
        name, made.source.title == site.title, len(stories), len(pairs), len(articles) - len(pairs),
        sum(article.title == story.title for article, story in pairs),
        sum(article.body == story.body for article, story in pairs), sum(_on_its_day(*pair) for pair in pairs),
        bool(made.source.forms), made.requests, round(seconds, 2),
    )  # fmt: skip


def _on_its_day(article: Article, story: Story) -> bool:
    return bool(article.published and article.published.date() == story.time.date())


def rows(scores: list[Score]) -> Iterator[tuple[str, ...]]:
    for each in scores:
        counts = (f"{count} of {each.articles}" for count in (each.found, each.titles, each.bodies, each.days))
        yield (
            each.site, "right" if each.is_right else "wrong", "right" if each.name else "wrong", *counts,
            str(each.wrong), "rules" if each.by_rules else "general", str(each.requests), f"{each.seconds:.1f}",
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    scores = [measured(name) for name in SITES]
    if arguments.json:
        print(json.dumps([asdict(score) | {"right": score.is_right} for score in scores], indent=1))
        return
    head = ("site", "all", "name", "found", "title", "body", "day", "wrong", "read by", "requests", "seconds")
    print_table([head, *rows(scores)])
    print(f"{sum(score.is_right for score in scores)} of {len(scores)} sites are right without editing")


if __name__ == "__main__":
    main()
