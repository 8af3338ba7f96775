"""Mutated archives, which must be damage in one line: python -m bench.archives FOLDER [COUNT] [SEED].

Bytes are flipped, cut, repeated or replaced in each file of an archive, JSON values are exchanged
for others, and then everything that reads is called in this process. Only errors of wencang may be
raised, nothing outside the data folder may change, and no call may take longer than ten seconds.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from traceback import format_exc
from typing import Any

import wencang
from archive import clock
from archive.article import from_json
from archive.errors import UsageFault, WencangError
from archive.proof import manifest
from archive.settings import load
from archive.store import ArticleStore
from archive.warc.pages import FetchedPage, Head, Pages
from indexer import update

_SAMPLE = Path(__file__).parent.parent / "data" / "sample" / "expected.jsonl"
_ID = json.loads(_SAMPLE.read_text(encoding="utf-8").splitlines()[0])["id"]
_SLOWEST = 10.0  # seconds
_VALUES: list[Any] = [None, True, 0, -1, 2**70, 1.5, "", "x", "../../x", "\0", [], {}, [[]], {"code": {}}, "[" * 2000]


def make(data: Path) -> None:
    """An archive of a dozen articles with raw pages, a manifest, an index, settings, a lexicon and a watch."""
    articles = [from_json(json.loads(line)) for line in _SAMPLE.read_text(encoding="utf-8").splitlines()[:12]]
    head = Head("HTTP/1.1 200 OK", (("Content-Type", "text/html"),))
    with ArticleStore.create(load(data)) as store, Pages(data) as pages:
        for article in articles:
            page = FetchedPage(article.url, article.body.encode(), clock.now(), response=head)
            store.put(article, keep=lambda earlier, page=page: (pages.append(page, earlier),))  # type: ignore[misc]
        pages.sync()
        manifest.close(store, data, clock.now())
        update.rebuild(store, data, "whoosh")
    (data / "wencang.toml").write_text('delay = 3\nlooks = 5\nmail_to = "a@example.org"\n', encoding="utf-8")
    (data / "lexicon.txt").write_text("雪山小学 50\n-发展\n", encoding="utf-8")
    with wencang.open(data) as archive:
        archive.watch("school", "学校")


def mutate(path: Path, dice: random.Random) -> str:
    """Change a file; what was done."""
    content = bytearray(path.read_bytes())
    kinds = ["flip", "cut", "repeat", "zero", "noise"] + ["value"] * 5 * (path.suffix in (".json", ".jsonl"))
    kind, start = dice.choice(kinds), dice.randrange(max(1, len(content)))
    size = dice.choice((1, 4, 64, 4096))
    match kind:
        case "flip":
            for _bit in range(dice.choice((1, 3, 40))):
                if content:
                    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        case "cut":
            del content[start : start + dice.choice((1, 100, len(content)))]
        case "repeat":
            content[start:start] = content[start : start + size]
        case "zero":
            content[start : start + size] = bytes(min(size, len(content) - start))
        case "noise":
            content[start : start + size] = dice.randbytes(size)
        case "value":
            content = bytearray(_with_another_value(bytes(content), dice))
    path.write_bytes(content)
    return f"{kind} at {start}"


def _with_another_value(content: bytes, dice: random.Random) -> bytes:
    """JSON, or a line of JSON Lines, with another value under one of its keys."""
    lines = content.splitlines(keepends=True)
    if not lines[0].rstrip().endswith(b"}"):  # indented
        lines = [content]
    number = dice.randrange(len(lines))
    values = json.loads(lines[number])
    if isinstance(values, dict):
        values[dice.choice(sorted(values))] = dice.choice(_VALUES)
    lines[number] = json.dumps(values).encode() + b"\n"
    return b"".join(lines)


def calls(data: Path, other: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """Everything that reads an archive, by name."""
    try:
        load(data)
    except UsageFault:
        return
    with wencang.open(data) as archive:
        yield "status", lambda: archive.status(max_age="1h").to_json()
        yield "search", lambda: [hit.article for hit in archive.search("西藏 发展", facets=True).hits]
        yield "quote", lambda: archive.search('"学校" -旅游', limit=3)
        yield "show", lambda: archive.show(_ID)
        yield "raw", lambda: archive.raw(_ID)
        yield "history", lambda: list(archive.history(_ID).rows())
        yield "timeline", lambda: list(archive.timeline("西藏").rows())
        yield "export", lambda: archive.export(out=other / "out.jsonl")
        yield "runs", lambda: list(archive.runs().rows())
        yield "gaps", lambda: list(archive.gaps().rows())
        yield "lexicon", lambda: list(archive.lexicon.list().rows())
        yield "watches", lambda: list(archive.watches().rows())
        yield "follow", lambda: list(archive.follow())
        yield "verify", archive.verify
        yield "index", archive.index
        yield "backup", lambda: archive.backup(other / "backup")


def try_all(data: Path, other: Path, outcomes: Counter[str]) -> Iterator[str]:
    """What may not be: an exception of another kind, or a call that takes too long; a line each."""
    for name, call in calls(data, other):
        start = time.monotonic()
        try:
            call()
            outcomes[f"{name} done"] += 1
        except WencangError as error:
            outcomes[f"{name} {type(error).__name__}"] += 1
        except Exception:
            yield f"{name}: {format_exc()}"
        if time.monotonic() - start > _SLOWEST:
            yield f"{name}: {time.monotonic() - start:.1f} s"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(folder: Path, count: int, seed: int) -> int:
    """Try `count` mutated archives in a folder; the number of faults, which are printed."""
    pristine, data, other, beside = (folder / name for name in ("pristine", "data", "other", "beside"))
    make(pristine)
    beside.mkdir()
    (beside / "file").write_text("stays")
    files = sorted(path.relative_to(pristine) for path in pristine.rglob("*") if path.is_file() and path.stat().st_size)
    faults, outcomes = 0, Counter[str]()
    for number in range(seed, seed + count):
        dice = random.Random(number)
        shutil.copytree(pristine, data)
        other.mkdir()
        path = dice.choice((Path("archive.db"), dice.choice(files)))
        done = mutate(data / path, dice)
        for fault in try_all(data, other, outcomes):
            faults += 1
            print(f"{number}: {path}: {done}: {fault}", flush=True)
        if tree(beside) != {"file": b"stays"} or sorted(os.listdir(folder)) != ["beside", "data", "other", "pristine"]:
            faults += 1
            print(f"{number}: {path}: {done}: something was written outside", flush=True)
        shutil.rmtree(data)
        shutil.rmtree(other)
    for outcome, times in sorted(outcomes.items()):
        print(f"{times:>7}  {outcome}")
    return faults


def main() -> None:
    try:
        folder, *rest = sys.argv[1:]
        Path(folder).mkdir(parents=True)
        count, seed = (*map(int, rest), *(2000, 0)[len(rest) :])
    except (ValueError, OSError) as error:
        sys.exit(f"usage: python -m bench.archives NEW_FOLDER [COUNT] [SEED] ({error})")
    sys.exit(1 if run(Path(folder), count, seed) else 0)


if __name__ == "__main__":
    main()
