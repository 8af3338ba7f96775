"""Coverage-guided fuzzing of extraction, from the saved pages: python -m bench.fuzz FOLDER [options].

Needs atheris (`pip install --group fuzz`); the options are libFuzzer's. What reaches new code
is gathered in FOLDER; a find is written as crash-...: keep it as a test named by what is wrong.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["crawler"]):
    from archive.errors import NotAnArticle
    from crawler.extract import boilerplate
    from crawler.extract.boilerplate import Line
    from crawler.extract.extractor import read, read_text

_SEEDS = Path(__file__).parent.parent / "tests" / "pages"
_SLOWEST = 2.0  # seconds
_ADDRESSES = ("", "http://www.tibet.cn/cn/news/zx/202305/t20230510_7460001.html", "http://www.example.cn/a/1.html")


def one(data: bytes) -> None:
    """Any bytes are an article or say why not, in time, and no line of a text is lost."""
    start = time.monotonic()
    with suppress(NotAnArticle):
        article = read(data, _ADDRESSES[len(data) % len(_ADDRESSES)]).article
        assert article.title
        assert article.body
    text = data.decode("utf-8", "ignore")
    with suppress(NotAnArticle):
        assert read_text(text).article.body
    lines = [line for line in text.splitlines() if line]
    cleaned = boilerplate.clean(map(Line, lines))
    told = [line.text for line in cleaned.lines] + [step.text for step in cleaned.steps]
    assert sorted(told) == sorted(lines)
    assert time.monotonic() - start < _SLOWEST


def main() -> None:
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: python -m bench.fuzz FOLDER [libFuzzer's options]")
    seeds = sorted({str(path.parent) for path in _SEEDS.rglob("*.html")})
    atheris.Setup([*sys.argv, "-max_len=20000", *seeds], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
