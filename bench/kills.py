"""Kill a run that writes an index, again and again: the index must stay whole, and the next run mend the rest.

    python -m bench.kills [CORPUS] [--kills N] [--engine NAME ...]

Each round gives articles another version; a child process brings the index up by small commits
and makes it anew, until it is killed (SIGKILL) at a random moment. Another one brings it up.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path

from whoosh.index import open_dir

from archive.article import Article
from archive.errors import IndexUnusable
from archive.settings import load
from archive.store import ArticleStore
from archive.tables import stats
from bench.corpus import fill, originals
from indexer import engines, update
from indexer.engines.engine import SearchEngine
from indexer.question.parser import parse_query

_PLACES = ("拉萨", "林芝", "山南", "那曲", "昌都", "阿里", "日喀则")
_NEWS = ("下雪了", "修桥", "招商引资", "种青稞", "办赛马会", "的学校开学", "迎来援藏干部")
_COMMITS = 12  # of a whole archive
_ALWAYS = re.compile(r"state\.json|meta\.json|\.managed\.json|\.tantivy-\w+\.lock|MAIN_WRITELOCK|_MAIN_\d+\.toc")
_QUESTIONS = ("拉萨", "招商引资 援藏", '"修桥"', "那曲 -赛马", "林芝 OR 阿里", "版*")
Write = Callable[[ArticleStore, Path, str], int]
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])  # a child begins at once


def sample() -> list[Article]:
    """A few dozen articles, for want of a corpus."""
    told = [f"{place}{news}" for place in _PLACES for news in _NEWS]
    return [Article(url=f"http://www.tibet.cn/{n}", title=said, body=f"{said}。") for n, said in enumerate(told)]


def rounds(data: Path, name: str, articles: Sequence[Article], kills: int, rng: random.Random) -> Iterator[float]:
    """Kill so many times, and check after each; the share of its work after which a child was killed."""
    with ArticleStore.create(load(data)) as store:
        fill(store, articles)
        seconds = writing(data, name, update.bring_up, update.rebuild)
        for turn in range(kills):
            chosen = rng.sample(articles, len(articles) // 2)
            fill(store, (replace(article, body=f"{article.body}\n第{turn}版。") for article in chosen))
            anew = rng.random() < 0.2
            if anew:
                shutil.rmtree(data / "index" / name)
            moment = rng.random()
            writing(data, name, update.bring_up, update.rebuild, kill=moment * seconds)
            check_left(store, data, name, anew)
            writing(data, name, update.bring_up)
            check_mended(store, data, name)
            yield moment


def writing(data: Path, name: str, *steps: Write, kill: float | None = None) -> float:
    """Let a child write, and kill it so many seconds after it began; the seconds that it lived."""
    began = PROCESSES.Event()
    child = PROCESSES.Process(target=write, args=(data, name, steps, began))
    child.start()
    assert began.wait(60)
    start = time.perf_counter()
    child.join(kill)
    child.kill()
    child.join()
    assert child.exitcode == 0 or kill is not None
    return time.perf_counter() - start


def write(data: Path, name: str, steps: Sequence[Write], began: Event) -> None:
    with ArticleStore.open(load(data)) as store:
        update._BATCH = sum(count.articles for count in stats.by_source(store)) // _COMMITS
        began.set()
        for step in steps:
            step(store, data, name)


def check_left(store: ArticleStore, data: Path, name: str, anew: bool) -> None:
    """What a kill leaves is a state that was committed; no index only where there was none."""
    try:
        opened = update.open_index(data, name)
    except IndexUnusable:
        assert anew
        return
    with opened:
        assert list(update.verify(store, opened)) == []
        assert sum(total for total, _ids, _facets in answers(opened)) or not opened.count()


def check_mended(store: ArticleStore, data: Path, name: str) -> None:
    """The next run brought the index up, and took away what is not of it."""
    apart = data / "undisturbed"
    update.bring_up(store, apart, name)
    folder = update.index_folder(data, name)
    with update.open_index(data, name) as mended, update.open_index(apart, name) as undisturbed:
        assert mended.position() == store.sequence()
        assert list(update.verify(store, mended)) == []
        words = undisturbed.vocabulary()
        assert mended.frequencies(words) == undisturbed.frequencies(words)
        assert list(answers(mended)) == list(answers(undisturbed))
    assert list(folder.parent.iterdir()) == [folder]
    assert strays(folder) == set()


def answers(opened: SearchEngine) -> Iterator[tuple[int, set[tuple[str, bool]], Mapping[str, Mapping[str, int]]]]:
    for question in _QUESTIONS:
        query = parse_query(question, opened.analyzer)
        answer = opened.search(query, facets=True)
        yield answer.total, {(match.id, match.whole) for match in answer.matches}, answer.facets


def strays(folder: Path) -> set[str]:
    """The files that belong to no segment of an index."""
    if (meta := folder / "meta.json").exists():
        told = json.loads(meta.read_text(encoding="utf-8"))["segments"]
        held = {segment["segment_id"].replace("-", "") for segment in told}
    else:
        held = {segment.segment_id() for segment in open_dir(folder)._segments()}
    others = (path.name for path in folder.iterdir() if not _ALWAYS.fullmatch(path.name))
    return {name for name in others if name.partition(".")[0] not in held}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, nargs="?", help="a folder with tibet_2018.jsonl.xz")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--engine", nargs="+", choices=engines.names(), default=engines.names())
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    articles = originals(asked.corpus) if asked.corpus else sample()
    for name in asked.engine:
        with tempfile.TemporaryDirectory() as data:
            for moment in rounds(Path(data), name, articles, asked.kills, random.Random(asked.seed)):
                print(f"{name}: killed after {moment:.0%} of its work; all there", flush=True)


if __name__ == "__main__":
    main()
