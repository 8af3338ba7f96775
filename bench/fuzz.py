"""Fuzzing of extraction, from the saved pages: coverage-guided, or a number of mutated pages.

    python -m bench.fuzz FOLDER [options]
    python -m bench.fuzz --mutated N [SEED]

The first needs atheris (`pip install --group fuzz`); the options are libFuzzer's. What reaches new
code is gathered in FOLDER; a find is written as crash-...: keep it as a test named by what is wrong.
The second needs nothing, mutates up to the size that is allowed, prints each violation with the
number that makes the page again, and ends with 1 if there are any.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

_MUTATED = "--mutated"
if _MUTATED in sys.argv:
    instrumented: Any = nullcontext()
else:
    import atheris

    instrumented = atheris.instrument_imports(include=["crawler"])

with instrumented:
    from archive.errors import NotAnArticle
    from crawler.extract import boilerplate
    from crawler.extract.boilerplate import Line
    from crawler.extract.document import MOST_BYTES
    from crawler.extract.extractor import read, read_text

_SEEDS = Path(__file__).parent.parent / "tests" / "pages"
_MOST_LINES = 20_000  # that are read of a text
_SLOWEST = 2.0  # seconds of the processor for one way to read a page
_ADDRESSES = ("", "http://www.tibet.cn/cn/news/zx/202305/t20230510_7460001.html", "http://www.example.cn/a/1_1.html")
_PIECES = tuple(
    piece.encode()
    for piece in (
        "<p>", "</p>", "<div>", "</div>", "<span>", "<b>", "<a href='/a/1_2.html'>2", "<table><tr><td>", "<ul><li>",
        "<pre>", "<div hidden>", "<p style='visibility:hidden'>", "<x-a>", "<ruby><rt>", "<svg><title>", "<br>", "\n",
        "</body></html>", "<script>", "<style>", "<!--", "<title>", "<h1>", "<img src=a.jpg>", "<base href=/b/>",
        "来源：", "责任编辑：", "记者 甲、乙", "（", "【", "】", "2021-05-03 10:20 ", "2021年", "項(xiàng)", "相关阅读",
        "版权声明：", "請輸入驗證碼", "原标题：", "下一页", "\u200b", "\U00020000", "&amp;", "&#160;", "\0", "=", "'",
        '"', ":", " ", "。",
    )
)  # fmt: skip


def _check_page(data: bytes) -> None:
    """Any bytes are an article or say why not."""
    with suppress(NotAnArticle):
        article = read(data, _ADDRESSES[len(data) % len(_ADDRESSES)]).article
        assert article.title
        assert article.body


def _check_text(data: bytes) -> None:
    with suppress(NotAnArticle):
        assert read_text(data.decode("utf-8", "ignore")).article.body


def _check_lines(data: bytes) -> None:
    """No line of a text is lost."""
    lines = [line for line in data.decode("utf-8", "ignore").splitlines() if line][:_MOST_LINES]
    cleaned = boilerplate.clean(map(Line, lines))
    left = [line.text for line in cleaned.lines] + [step.text for step in cleaned.steps]
    assert sorted(left) == sorted(lines)


_CHECKS: tuple[Callable[[bytes], None], ...] = (_check_page, _check_text, _check_lines)


def one(data: bytes) -> None:
    """Each check of these bytes, in time."""
    for check in _CHECKS:
        start = time.process_time()
        check(data)
        seconds = time.process_time() - start
        assert seconds < _SLOWEST, f"{check.__name__} took {seconds:.1f} s"


def mutated(pages: list[bytes], number: int) -> bytes:
    """The page of this number: a saved one with pieces taken out, doubled, exchanged, or repeated without end."""
    rng = random.Random(number)
    page = bytearray(rng.choice(pages))
    for _mutation in range(rng.randint(1, 8)):
        start = rng.randrange(len(page) + 1)
        end = min(len(page), start + int(10 ** rng.uniform(0, 4)))
        match rng.randrange(5):
            case 0:
                del page[start:end]
            case 1:
                page[start:start] = rng.choice(_PIECES)
            case 2:
                page[start:end] = rng.randbytes(min(end - start, 20))
            case 3:
                page[start:start] = page[start:end] * int(10 ** rng.uniform(0, 2))
            case _:
                pieces = b"".join(rng.choices(_PIECES, k=rng.randint(1, 4)))
                page[start:start] = pieces * int(10 ** rng.uniform(0, 5))
        del page[MOST_BYTES:]
    return bytes(page)


def run(count: int, seed: int) -> int:
    """Check so many mutated pages; the number of violations."""
    pages = [path.read_bytes() for path in sorted(_SEEDS.rglob("*.html"))]
    violations = 0
    for number in range(seed, seed + count):
        try:
            one(mutated(pages, number))
        except Exception as error:
            violations += 1
            print(f"page {number}: {type(error).__name__}: {error}", flush=True)
    print(f"{count} mutated pages, {violations} violations")
    return violations


def main() -> None:
    if sys.argv[1:2] == [_MUTATED] and len(sys.argv) > 2:
        count, seed = (int(argument) for argument in [*sys.argv[2:], "0"][:2])
        sys.exit(bool(run(count, seed)))
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(f"usage: python -m bench.fuzz FOLDER [libFuzzer's options], or {_MUTATED} N [SEED]")
    seeds = sorted({str(path.parent) for path in _SEEDS.rglob("*.html")})
    atheris.Setup([*sys.argv, "-max_len=20000", *seeds], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
