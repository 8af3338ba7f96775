"""Live through a simulated year of `crawl --due`, and hold the archive and the alarms against what the site showed.

    python -m bench.year [--days N] [--runs N] [--seed N] [--keep FOLDER]

The site is served by a local proxy for the real addresses. Each run is the whole program in a
process of its own; some are killed, some overlap. A line a run goes to standard error.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.year.life import live, moments
from bench.year.site import Site
from bench.year.verdict import faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--runs", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder in which the archive is left")
    asked = parser.parse_args()
    if asked.keep:
        asked.keep.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(year(asked, asked.keep or Path(folder)))


def year(asked: argparse.Namespace, folder: Path) -> bool:
    rng = random.Random(asked.seed)
    site = Site.of(asked.days, rng)
    began = time.monotonic()
    times = moments(asked.days, asked.runs, rng)
    codes = live(site, folder, times, rng, lambda line: print(line, file=sys.stderr, flush=True))
    print(f"{codes.total()} runs in {time.monotonic() - began:.0f} s, by exit code {dict(codes)}")
    texts = len({(url, text) for visit in site.visits for url, text in visit.pages.items() if text})
    told = Counter(line.split()[0] for visit in site.visits for line in visit.told)
    print(f"{len(site.articles)} articles, {site.requests} requests, {texts} texts served, alarms {dict(told)}")
    wrong = list(faults(site, folder))
    print("\n".join(wrong) or "the archive holds all of it exactly once; every alarm rang that should, and no other")
    return bool(wrong)


if __name__ == "__main__":
    main()
