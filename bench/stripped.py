"""How well wencang reads real pages whose classes and ids are removed: what was fitted to them shows as a difference.

    python -m bench.stripped CORPUS

CORPUS is that of bench.extraction. Prints both scores and ends with 1 if titles or dates are more
than 0.02 lower on the stripped pages.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import extractors
from bench.extraction import print_table, share

_NAMES = re.compile(rb"""\s(?:class|id)\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=]+)(?=[\s/>])""", re.IGNORECASE)
_FIELDS = ("char4_f1", "title_acc", "date_acc", "source_acc")
_MOST_LOST = 0.02


def stripped(page: bytes) -> bytes:
    """A page without the names that its site gave to its parts."""
    return _NAMES.sub(b"", page)


def wencang(page: bytes, url: str) -> extractors.Found:
    return extractors.wencang(stripped(page), url)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    corpus = parser.parse_args().corpus
    whole, bare = (score(corpus, function) for function in ("bench.extractors:wencang", "bench.stripped:wencang"))
    rows = [
        (name, *(share(summary[field]) for field in _FIELDS)) for name, summary in (("", whole), ("stripped", bare))
    ]
    print_table([("", "F1", "title", "date", "source"), ("as served", *rows[0][1:]), rows[1]])
    sys.exit(any(whole[field] - bare[field] > _MOST_LOST for field in ("title_acc", "date_acc")))


def score(corpus: Path, function: str) -> dict[str, Any]:
    """The scorer's summary for the news pages of the corpus."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command: list[str | Path] = [
            sys.executable,
            corpus.resolve() / "score_pages.py",
            "--callable",
            function,
            "--json",
            file.name,
        ]
        subprocess.run(command, cwd=Path(__file__).parent.parent, check=True, stdout=subprocess.DEVNULL)
        summary: dict[str, Any] = json.load(file)["summary"]
    return summary


if __name__ == "__main__":
    main()
