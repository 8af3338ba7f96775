"""A plan for a large archive: what the measured figures of a small one come to, and a simulated backlog.

    python -m bench.plan [--articles N] [--sites N] [--hosts N] [--OPTION FIGURE ...]
        [--disk PRICE --object PRICE --machine PRICE]

Every figure is an option; the defaults are those of docs/ and of `python -m bench.scale`, on two cores. Prices, of a
terabyte or a machine a month, are yours to state: without them the sum is left open.

The backlog is simulated by quarters of an hour: sites of unequal size (the Nth has 1/N of the first one's articles)
are asked once in `--delay` seconds, a host serves as many sites at once as its pages a second allow, and all of them
wait for the database where that stores fewer. A host takes a free site when a timer starts it, holds it for an hour at
most, as `crawl --due` does, and always one with the most to fetch.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, fields
from math import ceil

_TICK = 15 * 60  # seconds
_RUN = 4  # ticks
_DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Plan:
    articles: int = 100_000_000
    versions: float = 1.1  # of an article: an assumption
    sites: int = 500
    hosts: int = 4  # that crawl
    nodes: int = 3  # of the search engine
    web: int = 2  # machines that serve
    delay: float = 2.0  # seconds between two requests to a site
    text: float = 5.0  # KB of a version in the database
    raw: float = 27.0  # KB of a page in WARC
    index: float = 2.8  # KB of an article in the index: Tantivy's
    shard: float = 40.0  # GB of a shard
    copies: int = 2  # of each shard, and of the database
    crawl: float = 140.0  # pages a second of a host, from fetch to index
    puts: float = 200.0  # versions a second into the database: eight writers on a PostgreSQL that shares two cores
    indexed: float = 570.0  # articles a second
    verified: float = 1643.0  # records of raw pages a second
    extracted: float = 43.0  # pages a second of one worker

    @property
    def revisions(self) -> float:
        return self.articles * self.versions

    @property
    def database(self) -> float:
        """TB, one copy."""
        return self.revisions * self.text / 1e9

    @property
    def pages(self) -> float:
        return self.revisions * self.raw / 1e9

    @property
    def engine(self) -> float:
        return self.articles * self.index / 1e9

    @property
    def machines(self) -> int:
        return self.hosts + self.nodes + self.web + self.copies

    @property
    def shards(self) -> int:
        return ceil(self.engine * 1000 / self.shard)


def lines(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """What is planned, how it is computed, what comes of it."""
    yield "database", f"{plan.articles:,} x {plan.versions} x {plan.text} KB", f"{plan.database:.2f} TB"
    yield "raw pages", f"{plan.articles:,} x {plan.versions} x {plan.raw} KB", f"{plan.pages:.2f} TB"
    yield "index", f"{plan.articles:,} x {plan.index} KB", f"{plan.engine:.2f} TB"
    yield "shards", f"{plan.engine:.2f} TB / {plan.shard} GB", f"{plan.shards}, with copies {plan.shards * plan.copies}"
    disk = plan.copies * (plan.database + plan.engine)
    yield "disk", f"{plan.copies} x ({plan.database:.2f} + {plan.engine:.2f} TB)", f"{disk:.2f} TB"
    yield (
        "machines",
        f"{plan.hosts} crawl, {plan.nodes} search, {plan.copies} database, {plan.web} web",
        f"{plan.machines}",
    )
    for what, rate in (("puts", plan.puts), ("index rebuilt", plan.indexed), ("raw pages verified", plan.verified),
                       ("re-extracted, 1 worker", plan.extracted)):  # fmt: skip
        many = plan.articles if what == "index rebuilt" else plan.revisions
        yield what, f"{many:,.0f} / {rate:.0f}/s", f"{many / rate / _DAY:.1f} days"
    new = plan.sites * _DAY / plan.delay
    yield "bound by politeness", f"{plan.sites} sites x {_DAY} s / {plan.delay} s", f"{new:,.0f} pages a day"
    able = plan.hosts * plan.crawl * _DAY
    yield "bound by hosts", f"{plan.hosts} hosts x {plan.crawl:.0f}/s x {_DAY} s", f"{able:,.0f} pages a day"
    yield "bound by the database", f"{plan.puts:.0f}/s x {_DAY} s", f"{plan.puts * _DAY:,.0f} pages a day"


# The backlog


def sizes(plan: Plan) -> list[float]:
    """The articles of each site."""
    whole = sum(1 / rank for rank in range(1, plan.sites + 1))
    return [plan.articles / whole / rank for rank in range(1, plan.sites + 1)]


def backlog(plan: Plan) -> Iterator[tuple[float, float]]:
    """The share of the articles that is fetched, and the days that it takes: half, 9 and 99 in 100, all."""
    left = sizes(plan)
    at_once = max(1, int(plan.crawl * plan.delay))  # sites of a host
    held: list[dict[int, int]] = [{} for _host in range(plan.hosts)]  # the tick at which a host lets go of a site
    marks, tick = [0.5, 0.9, 0.99, 1.0], 0
    while marks:
        for host in held:
            for site in [site for site, end in host.items() if end <= tick or left[site] <= 0]:
                del host[site]
        free = sorted((site for site in range(plan.sites) if left[site] > 0 and not any(site in h for h in held)),
                      key=lambda site: -left[site])  # fmt: skip
        for host in sorted(held, key=len):
            taken, free = free[: at_once - len(host)], free[at_once - len(host) :]
            host.update(dict.fromkeys(taken, tick + _RUN))
        fetched = {site: min(left[site], _TICK / plan.delay) for host in held for site in host}
        stored = min(1.0, plan.puts * _TICK / (sum(fetched.values()) or 1.0))
        for site, pages in fetched.items():
            left[site] -= pages * stored
        tick += 1
        while marks and sum(left) <= plan.articles * (1 - marks[0]) + 1e-6:
            yield marks.pop(0), tick * _TICK / _DAY


def cost(plan: Plan, prices: dict[str, float | None]) -> str:
    """The sum of a month, with the names of the prices that are not given."""
    amounts = {
        "disk": plan.copies * (plan.database + plan.engine),
        "object": plan.pages,
        "machine": float(plan.machines),
    }
    terms = [f"{amount:.2f} x {prices[name] if prices[name] is not None else name.upper()}"
             for name, amount in amounts.items()]  # fmt: skip
    given = [amount * price for name, amount in amounts.items() if (price := prices[name]) is not None]
    return " + ".join(terms) + (f" = {sum(given):,.0f}" if len(given) == len(amounts) else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for each in fields(Plan):
        parser.add_argument(f"--{each.name}", type=type(each.default), default=each.default)
    for name in ("disk", "object", "machine"):
        parser.add_argument(f"--{name}", type=float)
    options = vars(parser.parse_args())
    prices = {name: options.pop(name) for name in ("disk", "object", "machine")}
    plan = Plan(**options)
    for what, formula, result in lines(plan):
        print(f"{what:<24}{formula:<40}{result}")
    print(f"{'a month':<24}{cost(plan, prices)}")
    days = dict(backlog(plan))
    print(f"{'backlog, simulated':<24}" + ", ".join(f"{share:.0%} in {days:.0f} days" for share, days in days.items()))


if __name__ == "__main__":
    main()
