"""The floors of the house, read from the imports: who may import whom, and what a command must not load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.sample import ROOT
from wencang.cli.app import command_files

MAY_IMPORT = {  # part of the house: the parts below it
    "archive": set(),
    "crawler": {"archive"},
    "indexer": {"archive"},
    "wencang.desk": {"archive", "indexer"},
    "wencang": {"archive", "crawler", "indexer", "wencang.desk"},
    "wencang.cli": {"archive", "crawler", "indexer", "wencang.desk", "wencang"},
    "wencang.web": {"archive", "crawler", "indexer", "wencang.desk", "wencang"},
    "wencang.mcp": {"archive", "crawler", "indexer", "wencang.desk", "wencang", "wencang.web"},  # and its server
    "wencang.cli.commands.serve": {"archive", "wencang.cli", "wencang.web"},  # where faces meet
    "wencang.cli.commands.mcp": {"archive", "wencang.cli", "wencang.mcp", "wencang.web"},
    "wencang.__main__": {"wencang.cli"},
}
OWNERS = {  # library: the only rooms, or files, that may import it
    "boto3": {"archive.storage.s3"},
    "botocore": {"archive.storage.s3"},
    "bs4": {"crawler.extract"},
    "docx": {"wencang.desk.export.formats.docx"},
    "jinja2": {"wencang.web.render"},
    "lxml": {"crawler.extract", "crawler.sources.xpath"},
    "markupsafe": {"wencang.web.render"},
    "mcp": {"wencang.mcp"},
    "playwright": {"crawler.http.browser"},
    "networkx": {"wencang.desk.network.files"},
    "opencc": {"crawler.extract.mirror", "indexer.text.variants", "wencang.desk.export.script"},
    "openpyxl": {"crawler.spreadsheet.sheets"},
    "opensearchpy": {"indexer.engines.opensearch_client"},
    "prometheus_client": {"archive.notify.metrics", "wencang.web.traffic.metrics"},
    "protego": {"crawler.http"},
    "pyarrow": {"wencang.desk.export.formats.parquet"},
    "pyspark": {"wencang.spark"},
    "pypdf": {"crawler.extract.parts.pdf"},
    "pypinyin": {"indexer.suggest.pinyin"},
    "resvg_py": {"wencang.desk.draw.png"},
    "rfc3161_client": {"archive.proof.timestamp"},
    "rich": {"wencang.cli"},
    "rjieba": {"indexer.text"},
    "scrapy": {"crawler"},
    "sqlalchemy": {"archive"},
    "starlette": {"wencang.mcp", "wencang.web"},
    "tantivy": {"indexer.engines.tantivy_engine"},
    "twisted": {"crawler"},
    "typer": {"wencang.cli"},
    "uvicorn": {"wencang.web.server"},
    "warcio": {"archive.proof", "archive.warc"},
    "xlsxwriter": {"wencang.desk.sheets"},
    "whoosh": {f"indexer.engines.whoosh_{part}" for part in ("engine", "postings", "storage")},
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "constants", "types", "items", "middlewares"}
CROWDED = 18


def module_of(path: Path) -> str:
    """The dotted name of a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {
    module_of(path): path
    for part in ("archive", "crawler", "indexer", "wencang")
    for path in sorted((ROOT / part).rglob("*.py"))
}


def within(module: str, rooms: set[str]) -> bool:
    return any(module == room or module.startswith(room + ".") for room in rooms)


def part_of(module: str) -> str:
    """The part of the house in which a module stands."""
    return max((part for part in MAY_IMPORT if within(module, {part})), key=len)


def room_of(module: str) -> str:
    """The folder in which a module stands; `python -m wencang` starts outside of them all."""
    return module if FILES[module].name in ("__init__.py", "__main__.py") else module.rpartition(".")[0]


@cache
def imports_of(module: str) -> frozenset[str]:
    """Every module that a file imports, wherever in it, also lazily; our own ones by their whole names."""
    tree = ast.parse(FILES[module].read_text(encoding="utf-8"))
    return frozenset(name for node in ast.walk(tree) for name in _imported(node))


def _imported(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=str(package), names=names):
            for alias in names:
                yield f"{package}.{alias.name}" if f"{package}.{alias.name}" in FILES else package


def circle(key: Callable[[str], str]) -> list[str]:
    """Rooms or files that import one another, if any; a room and one within it are no circle."""
    graph: dict[str, set[str]] = {}
    for module in FILES:
        graph.setdefault(key(module), set()).update(key(name) for name in imports_of(module) & FILES.keys())
    return _circle({node: others - {node} for node, others in graph.items()})


def _circle(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("module", FILES)
def test_a_file_imports_its_part_of_the_house_and_those_below(module: str) -> None:
    part = part_of(module)
    for name in imports_of(module):
        if name in FILES:
            assert part_of(name) in {part} | MAY_IMPORT[part], name
        assert name.split(".")[0] not in ("search_cli", "tests", "bench")
        library = name.split(".")[0]
        assert within(module, OWNERS.get(library, {module})), name
    assert FILES[module].stem not in FORBIDDEN_NAMES


def writes_the_environment(node: ast.AST) -> bool:
    """Whether a statement or call changes os.environ."""
    match node:
        case ast.Subscript(value=ast.Attribute(attr="environ"), ctx=ast.Store() | ast.Del()):
            return True
        case ast.AugAssign(target=ast.Attribute(attr="environ")) | ast.Call(func=ast.Attribute(attr="putenv")):
            return True
        case ast.Call(func=ast.Attribute(attr=method, value=ast.Attribute(attr="environ"))):
            return method in ("clear", "pop", "setdefault", "update")
    return False


@pytest.mark.parametrize("module", FILES)
def test_nothing_writes_the_environment(module: str) -> None:
    """It belongs to the whole process, in which another archive may be open."""
    tree = ast.parse(FILES[module].read_text(encoding="utf-8"))
    assert [node.lineno for node in ast.walk(tree) if writes_the_environment(node) and hasattr(node, "lineno")] == []


@pytest.mark.parametrize(
    "written", ["os.environ['A'] = 'b'", "del os.environ['A']", "os.environ |= {}", "os.environ.setdefault('A', 'b')"]
)
def test_a_written_environment_is_noticed(written: str) -> None:
    assert any(map(writes_the_environment, ast.walk(ast.parse(written))))


def test_no_files_import_one_another_in_a_circle() -> None:
    assert circle(lambda module: module) == []


def test_no_rooms_import_one_another_in_a_circle() -> None:
    assert circle(room_of) == []


def test_a_circle_is_found() -> None:
    assert set(_circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}


def test_no_room_is_crowded() -> None:
    rooms = {room: [m for m in FILES if room_of(m) == room] for room in map(room_of, FILES)}
    crowded = {room: len(files) for room, files in rooms.items() if len(files) > CROWDED}
    assert crowded.keys() <= {"wencang.cli.commands", "indexer.engines"}, crowded  # found by their names


def test_every_file_says_what_it_is() -> None:
    for module, path in FILES.items():
        if path.stat().st_size:
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), module


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
                "sqlalchemy",
                "multiprocessing",
                "indexer.figures.quantities",
                "indexer.figures.places",
                "indexer.suggest",
                "pandas",
                "wencang.desk.count",
                "wencang.desk.export",
            ],
        ),
        (["import", str(ROOT / "tests/pages/mirror/signing-glossed.txt")], ["scrapy", "twisted"]),
        (["show", "tibet.cn-7210688"], ["scrapy", "twisted", "bs4", "rjieba", "whoosh", "warcio"]),
        (["show", "tibet.cn-7210688", "--raw"], ["scrapy", "twisted", "bs4", "rjieba", "whoosh"]),
        (["reextract", "tibet_cn"], ["scrapy", "twisted"]),
        (["index", "--rebuild"], ["scrapy", "twisted", "multiprocessing"]),
    ],
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], unwanted: list[str], crawled: Path) -> None:
    program = (
        "import sys\nfrom wencang.cli import main\n"
        f"sys.argv = ['wencang', '--data', {str(crawled)!r}, *{arguments!r}]\n"
        "code = main()\n"
        f"print(code, sorted(set({unwanted!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr.splitlines()[-1] == "0 []", done.stderr


def test_the_web_server_loads_no_other_face(crawled: Path) -> None:
    unwanted = ["typer", "rich", "scrapy", "twisted", "bs4", "wencang.cli"]
    program = (
        "import sys\nimport wencang\nimport wencang.web.server\nfrom starlette.testclient import TestClient\n"
        f"app = wencang.web.server.create_app(wencang.open({str(crawled)!r}))\n"
        "client = TestClient(app, base_url='http://127.0.0.1')\n"
        "codes = [client.get(path).status_code for path in ('/', '/search?q=西藏', '/article/tibet.cn-7210688')]\n"
        f"print(codes, sorted(set({unwanted!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[200, 200, 200] []", done.stderr


def test_test_modules_share_only_what_stands_in_support() -> None:
    for path in sorted((ROOT / "tests").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        shared = {name for node in ast.walk(tree) for name in _imported(node) if name.split(".")[0] == "tests"}
        assert {name for name in shared if not within(name, {"tests.servers", "tests.support"})} == set(), path.name


def test_every_command_is_documented_in_both_languages() -> None:
    commands = command_files()
    assert len(commands) >= 9
    for document in ("commands.md", "commands.zh.md"):
        text = (ROOT / "docs" / document).read_text(encoding="utf-8")
        assert {command for command in commands if f"wencang {command}" not in text} == set(), document
