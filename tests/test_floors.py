"""The house's rules, read from the imports: who may know whom, and what a search must not load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from face.door import command_files
from tests.conftest import ROOT

ROOMS = ("archive", "commands", "crawler", "desk", "face", "indexer", "terminal")
MAY_KNOW = {
    "archive": {"archive"},
    "crawler": {"archive", "crawler"},
    "indexer": {"archive", "indexer"},
    "desk": {"archive", "desk", "indexer"},
    "terminal": {"archive", "crawler", "desk", "indexer", "terminal"},
    "commands": {"archive", "commands", "crawler", "desk", "indexer", "terminal"},
    "face": {"archive", "commands", "desk", "face", "terminal"},
}
KNOWN_BY = {  # library: the only files that may import it
    "lxml": {"crawler/page.py", "crawler/locate.py", "crawler/lines.py"},
    "bs4": {"crawler/lines.py"},
    "scrapy": {
        "crawler/spiders.py",
        "crawler/failures.py",
        "crawler/run.py",
        "crawler/check.py",
        "crawler/pipelines.py",
        "crawler/exchange.py",
        "crawler/border.py",
        "crawler/robots.py",
        "crawler/backoff.py",
        "crawler/transport.py",
    },
    "twisted": {
        "crawler/spiders.py",
        "crawler/failures.py",
        "crawler/run.py",
        "crawler/check.py",
        "crawler/border.py",
        "crawler/transport.py",
    },
    "protego": {"crawler/robots.py"},
    "rjieba": {"indexer/analyzer.py"},
    "tantivy": {"indexer/engines/tantivy_engine.py"},
    "whoosh": {"indexer/engines/whoosh_engine.py", "indexer/engines/whoosh_postings.py"},
    "warcio": {"archive/pages.py", "archive/sweep.py", "archive/warcfile.py", "crawler/importer.py"},
    "opencc": {"crawler/mirror.py", "desk/script.py", "indexer/variants.py"},
    "pyarrow": {"desk/formats/parquet.py"},
    "resvg_py": {"desk/png.py"},
    "pypinyin": {"indexer/pinyin.py"},
    "sqlalchemy": {
        "archive/store.py",
        "archive/schema.py",
        "archive/counts.py",
        "archive/ledger.py",
        "archive/listing.py",
        "archive/migration.py",
        "archive/pictures.py",
        "archive/signatures.py",
        "archive/soundness.py",
        "archive/stories.py",
        "archive/watches.py",
        "archive/withdrawal.py",
    },
    "rich": {"terminal/__init__.py", "terminal/hits.py", "terminal/tables.py"},
    "rfc3161_client": {"archive/stamp.py"},
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "constants", "types", "items", "middlewares"}

FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level names of all a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in FILES])
def test_a_file_knows_its_floor_and_those_below(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    names = imported(path)
    assert names & {*ROOMS, "search_cli", "tests", "bench"} <= MAY_KNOW[room]
    name = path.relative_to(ROOT).as_posix()
    assert {library for library in names if name not in KNOWN_BY.get(library, {name})} == set()
    assert "typer" not in names or room in ("commands", "face")
    assert path.stem not in FORBIDDEN_NAMES


def test_every_file_says_what_it_is() -> None:
    for path in (*FILES, ROOT / "search_cli.py"):
        if path.name != "__init__.py" or path.stat().st_size:
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (
            ["西藏"],
            [
                "scrapy",
                "twisted",
                "bs4",
                "lxml",
                "rich",
                "jieba",
                "opencc",
                "w3lib",
                "warcio",
                "indexer.suggest",
                "desk",
            ],
        ),
        (["import", str(ROOT / "tests/pages/mirror/signing-glossed.txt")], ["scrapy", "twisted"]),
        (["show", "tibet.cn-7210688"], ["scrapy", "twisted", "bs4", "rjieba", "whoosh", "warcio"]),
        (["show", "tibet.cn-7210688", "--raw"], ["scrapy", "twisted", "bs4", "rjieba", "whoosh"]),
        (["reextract", "tibet_cn"], ["scrapy", "twisted"]),
    ],
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], unwanted: list[str], crawled: Path) -> None:
    program = (
        "import sys, search_cli\n"
        f"sys.argv = ['wencang', '--data', {str(crawled)!r}, *{arguments!r}]\n"
        "code = search_cli.main()\n"
        f"print(code, sorted(set({unwanted!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr.splitlines()[-1] == "0 []", done.stderr


def test_every_command_stands_in_both_readmes() -> None:
    commands = command_files()
    assert len(commands) >= 9
    for readme in ("README.md", "README.zh.md"):
        text = (ROOT / readme).read_text(encoding="utf-8")
        assert {command for command in commands if f"wencang {command}" not in text} == set(), readme
