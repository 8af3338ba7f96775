"""Kill the nodes of an OpenSearch cluster in turn while it is written and asked: nothing is lost, no answer is wrong.

    python -m bench.cluster FOLDER [--kills N] [--articles N]

Three JVMs on this machine (tests/servers/opensearch). Each is killed (SIGKILL) in turn, every fourth time the manager,
while one thread asks and, every other time, another one writes; then it is started again, and the index is
compared with the archive once the cluster is green. After that two of three nodes are killed, and the
index is rebuilt under load. FOLDER must be empty; it holds the archive and the nodes' data.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event, Thread

from archive.article import Article
from archive.errors import Busy, IndexUnusable, WencangError
from archive.settings import Settings
from archive.store import ArticleStore
from bench.corpus import fill
from indexer import update
from indexer.indexes import Indexes
from indexer.question.parser import parse_query
from tests.servers.opensearch import Cluster

_ENGINE = "opensearch"
_STEADY = "雪山"  # in every article that is there from the beginning
_BATCH = 20  # articles that are written at once
_BACK = 2.0  # seconds within which search is back
_ELECTION = 5.0  # seconds after which no manager is waited for
_REFUSED = 60.0  # seconds within which a cluster without most of its nodes refuses


def steady(articles: int) -> Iterator[Article]:
    for n in range(articles):
        yield Article(
            f"http://www.tibet.cn/s{n}", f"雪山 {n}", f"第{n}篇：雪山下的村庄迎来援藏干部。", source="tibet.cn"
        )


def added(numbers: Iterator[int]) -> Iterator[Article]:
    for n in numbers:
        yield Article(f"http://www.tibet.cn/a{n}", f"新增 {n}", f"第{n}篇：拉萨河畔招商引资。", source="tibet.cn")


@dataclass
class Asker:
    """Asks the same in turn, and notes when answers came and which were wrong."""

    settings: Settings
    articles: int
    answers: list[tuple[float, float]] = field(default_factory=list)  # when asked, when answered
    wrong: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    back_after: list[float] = field(default_factory=list)  # seconds from each kill

    @contextmanager
    def asking(self) -> Iterator[None]:
        done = Event()
        thread = Thread(target=self._ask, args=(done,))
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _ask(self, done: Event) -> None:
        with ArticleStore.open(self.settings) as store:
            indexes = Indexes(self.settings, store)
            while not done.is_set():
                start = time.monotonic()
                try:
                    engine = indexes.get(_ENGINE)
                    found = engine.search(parse_query(_STEADY, engine.analyzer), 10, facets=True)
                except WencangError as error:
                    self.refused.append(str(error))
                    continue
                facets = sum(found.facets["source"].values())
                if (found.total, found.whole, facets, len(found.matches)) != (self.articles, self.articles, facets, 10):
                    self.wrong.append(f"{found.total} of {self.articles}")
                if facets != found.total:
                    self.wrong.append(f"{facets} counted of {found.total}")
                self.answers.append((start, time.monotonic()))

    def back(self, since: float) -> float:
        """The seconds from a time until the first question that was asked after it was answered."""
        return next(end for start, end in self.answers if start >= since) - since


@contextmanager
def writing(settings: Settings, numbers: Iterator[int]) -> Iterator[list[int]]:
    """Write batches until the block ends; the list of acknowledged positions."""
    done, positions = Event(), list[int]()

    def write() -> None:
        with ArticleStore.open(settings) as store:
            while not done.is_set():
                fill(store, (article for article, _n in zip(added(numbers), range(_BATCH), strict=False)))
                with suppress(Busy, IndexUnusable):  # and the next update writes them
                    update.bring_up(store, settings, _ENGINE)
                    positions.append(store.sequence())

    thread = Thread(target=write)
    thread.start()
    try:
        yield positions
    finally:
        done.set()
        thread.join()


def check(store: ArticleStore, settings: Settings) -> None:
    """All that is in the archive is in the index, once."""
    update.bring_up(store, settings, _ENGINE)
    with update.open_index(settings, _ENGINE) as index:
        assert index.position() == store.sequence()
        ids = list(index.ids())
        assert len(ids) == len(set(ids)) == index.count() == store.changed_since(0), "lost, or twice"
        assert list(update.verify(store, index)) == []


def kill(cluster: Cluster, asker: Asker, settings: Settings, numbers: Iterator[int], turn: int) -> str:
    """One round: the seconds until search was back, and until the cluster was green."""
    number = cluster.manager() if turn % 4 == 3 else turn % len(cluster.urls) + 1
    is_manager = number == cluster.manager()
    writer = writing(settings, numbers) if turn % 2 else nullcontext(list[int]())
    with asker.asking():
        with writer as acknowledged:
            time.sleep(2)
            killed = time.monotonic()
            cluster.kill(number)
            time.sleep(4)
        cluster.start(number)
        restarted = time.monotonic()
        cluster.wait()
        green = time.monotonic() - restarted
    back = asker.back(killed)
    with ArticleStore.open(settings) as store, update.open_index(settings, _ENGINE) as index:
        assert index.position() >= max(acknowledged or [0]), "an acknowledged position was lost"
        check(store, settings)
    asker.back_after.append(back)
    line = f"n{number}{' (manager)' if is_manager else ''} killed {'in writing' if turn % 2 else 'in search'}"
    return (
        f"{line}: search back after {back:.2f} s, green {green:.1f} s after the restart, {store.changed_since(0)} kept"
    )


def two_of_three(cluster: Cluster, settings: Settings) -> None:
    """Reads and writes are refused, in time, once it is sure that no manager is elected."""
    for number in (1, 2):
        cluster.kill(number)
    time.sleep(_ELECTION)
    with ArticleStore.open(settings) as store:
        fill(store, added(iter([10**9])))
        calls: dict[str, Callable[[], int]] = {
            "search": lambda: Indexes(settings, store).get(_ENGINE).count(),
            "write": lambda: update.bring_up(store, settings, _ENGINE),
            "rebuild": lambda: update.rebuild(store, settings, _ENGINE),
        }
        for name, call in calls.items():
            start = time.monotonic()
            try:
                raise AssertionError(f"{name} answered {call()}")
            except (IndexUnusable, Busy) as error:
                seconds = time.monotonic() - start
                assert seconds < _REFUSED
                print(f"two of three gone: {name} refused after {seconds:.1f} s: {error}", flush=True)
        for number in (1, 2):
            cluster.start(number)
        cluster.wait()
        check(store, settings)
    print("started again: green, all there", flush=True)


def rebuilding(cluster: Cluster, asker: Asker, settings: Settings) -> None:
    asked = len(asker.answers)
    with ArticleStore.open(settings) as store, asker.asking():
        start = time.monotonic()
        written = update.rebuild(store, settings, _ENGINE)
        seconds = time.monotonic() - start
        update.bring_up(store, settings, _ENGINE)  # removes the old index
        time.sleep(1)
        check(store, settings)
    print(f"rebuilt {written} articles in {seconds:.1f} s; {len(asker.answers) - asked} answers meanwhile", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--articles", type=int, default=2_000)
    asked = parser.parse_args()
    data, numbers = asked.folder / "data", count()
    with Cluster(asked.folder / "nodes", 3) as cluster:
        settings = Settings(data, engine=_ENGINE, opensearch=tuple(cluster.urls))
        asker = Asker(settings, asked.articles)
        with ArticleStore.create(settings) as store:
            fill(store, steady(asked.articles))
            update.bring_up(store, settings, _ENGINE)
        cluster.wait()
        for turn in range(asked.kills):
            print(kill(cluster, asker, settings, numbers, turn), flush=True)
        rebuilding(cluster, asker, settings)
        two_of_three(cluster, settings)
    times = sorted(end - start for start, end in asker.answers)
    print(f"{len(times)} answers, {len(asker.refused)} refused, {len(asker.wrong)} wrong or partial; "
          f"p50 {statistics.median(times) * 1000:.0f} ms, longest {times[-1]:.2f} s")  # fmt: skip
    print(f"search back after {statistics.median(asker.back_after):.2f} s, at most {max(asker.back_after):.2f} s")
    assert not asker.wrong, asker.wrong[:5]
    assert max(asker.back_after) < _BACK


if __name__ == "__main__":
    main()
