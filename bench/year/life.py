"""The runs of a simulated life: each the whole program, at the time it is told; some are killed, some overlap."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bench.runs import start
from bench.year.site import START, Site, Visit
from crawler.http.replay import serving

LOOKS = 100  # of a run
_JUMPS = (timedelta(days=3), timedelta(days=400), timedelta(days=70 * 365))  # of a clock, ahead
_PATIENCE = 1.0  # seconds that a run waits for an answer


def live(
    site: Site, folder: Path, times: Iterable[datetime], rng: random.Random, say: Callable[[str], None] = lambda _: None
) -> Counter[int]:
    """Every run of a life, in `folder`/data; how many ended with which exit code (-9: killed)."""
    codes: Counter[int] = Counter()
    usual = 1.0
    with serving(site.answer) as proxy:
        for at in times:
            began = time.monotonic()
            visit = site.visited(at)
            visit.ahead = rng.choice(_JUMPS) if rng.random() < 0.04 else visit.ahead
            look_in(visit, folder, proxy, rng, usual)
            codes.update(visit.codes)
            usual += (time.monotonic() - began - usual) / 10
            fault = visit.outage.fault if visit.outage else ""
            ahead = f"{visit.ahead.days} days ahead" if visit.ahead else ""
            say(f"{at:%Y-%m-%d %H:%M} {visit.codes} {len(visit.pages)} pages {fault} {ahead}".rstrip())
    return codes


def look_in(visit: Visit, folder: Path, proxy: str, rng: random.Random, usual: float) -> None:
    """One run, or two at once; the first may be killed, within the time that is usual for a run."""
    hook, delays = folder / "told", ["0", *["0.001"] * 9]  # with none, pages are read in a process of their own
    runs = [
        start(
            folder / "data", "crawl", "tibet_cn", "--due", said=folder / "said",
            prepare=partial(set_up, visit.at + visit.ahead), http_proxy=proxy, no_proxy="127.0.0.1",
            WENCANG_DELAY=rng.choice(delays), WENCANG_HOOK=f"tee -a {hook}",
            WENCANG_LOOKS=str(LOOKS),
        )
        for _again in range(2 if rng.random() < 0.05 else 1)
    ]  # fmt: skip
    if rng.random() < 0.1:
        time.sleep(rng.uniform(0, usual))
        runs[0].kill()
    for run in runs:
        run.join()
        assert run.exitcode is not None
        visit.codes.append(run.exitcode)
    if hook.exists():
        visit.told = hook.read_text().splitlines()
        hook.unlink()


def set_up(now: datetime) -> None:
    """Called in a run's own process: what time it is, and a patience that makes timeouts short."""
    from archive import clock
    from crawler import settings

    began = time.monotonic()
    clock.now = lambda: now + timedelta(seconds=time.monotonic() - began)
    settings.DOWNLOAD_TIMEOUT = _PATIENCE  # type: ignore[assignment]


def moments(days: int, runs: int, rng: random.Random) -> list[datetime]:
    """When runs start: at any time, and never for two days once; the last ones close up."""
    off = rng.uniform(0.2, 0.7) * days
    at = sorted(rng.uniform(0, days) for _again in range(runs))
    return [START + timedelta(days=one) for one in at if not off < one < off + 2] + [
        START + timedelta(days=days + after) for after in (2.5, 3.6, 8, 12, 40)
    ]
