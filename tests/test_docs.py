"""The documents: what they name exists, what there is to document is documented, in both languages."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, DocTestParser, DocTestRunner
from pathlib import Path
from typing import Any

import pytest

from archive.settings import Settings
from bench import recording, transcripts
from crawler.sources import SHIPPED
from indexer import engines
from tests.support.sample import ROOT
from wencang.archive import Archive
from wencang.cli import commands
from wencang.cli.app import app_command, command_files
from wencang.desk.export import export

READMES = (ROOT / "README.md", ROOT / "README.zh.md")
DOCS = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [*READMES, ROOT / "CONTRIBUTING.md", ROOT / "data" / "README.md", *DOCS]
PAIRS = [(path, path.with_suffix(".zh.md")) for path in (READMES[0], *DOCS) if path.with_suffix(".zh.md").exists()]
FOR_CONTRIBUTORS = {"architecture.md", "benchmarks.md", "extraction.md"}  # English only
README_LINES = 130
_ROOMS = ("archive", "bench", "crawler", "data/sample", "deploy", "docs", "indexer", "tests", "wencang")
_PLACEHOLDER = re.compile(r"[A-Z]{3}|\*")  # NAME, SLUG, HOST/PATH
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"`(wencang [^`]+)`|^(?:\$ )?(wencang .+)$", re.MULTILINE)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose(text: str) -> str:
    """The text without its code blocks."""
    return _FENCE.sub("", text)


def headings(path: Path) -> list[tuple[str, str]]:
    """Each heading of a document: its level, as #s, and its text."""
    return re.findall(r"^(#+) (.+)$", prose(text_of(path)), re.MULTILINE)


def anchors(path: Path) -> set[str]:
    """The fragments by which GitHub reaches the headings of a document."""
    titles = (re.sub(r"[^\w\- ]", "", title.lower()) for _level, title in headings(path))
    return {title.replace(" ", "-") for title in titles}


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


# What they name exists


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(text_of(document))):
        if re.match("[a-z]+:", target):
            continue
        file, _hash, anchor = target.partition("#")
        path = (document.parent / file).resolve() if file else document
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_files_and_modules_that_are_named_exist(document: Path) -> None:
    text = text_of(document)
    named = re.findall(rf"(?<![\w./-])(?:{'|'.join(_ROOMS)})/(?!s\b)[\w./*-]+", text)  # docs/s is a speed
    missing = {path for path in named if not _PLACEHOLDER.search(path) and not (ROOT / path.rstrip(".")).exists()}
    assert missing == set()
    for module in re.findall(r"python -m ((?:bench|crawler|indexer)[\w.]*)", text):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_options_that_are_named_exist(document: Path) -> None:
    known = dict(options(app_command()))
    common = known["wencang"]
    for line in wencang_lines(text_of(document)):
        words = words_of(line)
        name = next((word for word in words if word in known), "search")
        unknown = {word.partition("=")[0] for word in words if word.startswith("--")} - known[name] - common
        assert unknown == set(), line


def wencang_lines(text: str) -> Iterator[str]:
    for found in _COMMAND.finditer(text):
        yield re.split(r"[|;&>]", found[1] or found[2])[0]


def words_of(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)[1:]
    except ValueError:  # a quotation mark that is left open
        return line.split()[1:]


def options(command: Any) -> Iterator[tuple[str, set[str]]]:
    """Each command with its options, those of its own commands included; the door as "wencang"."""
    ctx = command.make_context("wencang", [], resilient_parsing=True)
    yield "wencang", options_of(command, ctx)
    for name in command.list_commands(ctx):
        inner = command.get_command(ctx, name)
        below = (inner.get_command(ctx, sub) for sub in getattr(inner, "commands", {}))
        yield name, options_of(inner, ctx).union(*(options_of(sub, ctx) for sub in below))


def options_of(command: Any, ctx: Any) -> set[str]:
    return {name for parameter in command.get_params(ctx) for name in (*parameter.opts, *parameter.secondary_opts)}


# What there is to document is documented


@pytest.mark.parametrize("language", ["", ".zh"])
def test_every_command_and_subcommand_is_documented(language: str) -> None:
    text = text_of(ROOT / "docs" / f"commands{language}.md")
    door = app_command()
    ctx = door.make_context("wencang", [], resilient_parsing=True)
    for name in command_files():
        (row,) = re.findall(rf"^\| .*`wencang {name}\b.*", text, re.MULTILINE)[:1]
        for sub in getattr(door.get_command(ctx, name), "commands", {}):
            assert f"`{sub}`" in row or f"`wencang {name} {sub}" in text, f"{name} {sub}"


@pytest.mark.parametrize("language", ["", ".zh"])
def test_every_setting_is_documented_with_its_default(language: str) -> None:
    text = text_of(ROOT / "docs" / f"settings{language}.md")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) ?\|", text, re.MULTILINE))
    assert list(rows) == [field.name for field in fields(Settings)]
    assert (rows["delay"], rows["looks"], rows["engine"]) == (
        str(Settings().delay),
        str(Settings().looks),
        f"`{Settings().engine}`",
    )


@pytest.mark.parametrize("language", ["", ".zh"])
def test_every_source_engine_format_and_exit_code_is_documented(language: str) -> None:
    def document(name: str) -> str:
        return text_of(ROOT / "docs" / f"{name}{language}.md")

    assert sorted(re.findall(r"^\| `(\w+)`", document("sources"), re.MULTILINE)) == sorted(SHIPPED.names())
    for engine in engines.names():
        assert f"`{engine}`" in document("settings")
    for format in export.names():
        assert re.search(rf"^\| {format} \|", document("desk"), re.MULTILINE), format
    codes = set(map(int, re.findall(r"^\| (\d+) \|", document("exit-codes"), re.MULTILINE)))
    assert codes >= {*range(commands.CHECK + 1), commands.INTERRUPTED}


@pytest.mark.parametrize("language", ["", ".zh"])
def test_every_method_of_an_archive_is_documented(language: str) -> None:
    text = text_of(ROOT / "docs" / f"python{language}.md")
    names = {name for name in vars(Archive) if not name.startswith("_")} - {"data"}
    assert {name for name in names if f"`{name}`" not in text and f".{name}(" not in text} == set()


def test_the_index_lists_every_document_of_its_language() -> None:
    for index, suffix in (("index.md", ".md"), ("index.zh.md", ".zh.md")):
        text = text_of(ROOT / "docs" / index)
        wanted = {path.name for path in DOCS if (".zh." in path.name) == (".zh." in suffix)} | FOR_CONTRIBUTORS
        assert {name for name in wanted - {index} if f"]({name})" not in text} == set()


# Two languages


def test_what_users_read_is_there_in_both_languages() -> None:
    english = {path.name for path in DOCS if ".zh." not in path.name}
    chinese = {path.name.replace(".zh.", ".") for path in DOCS if ".zh." in path.name}
    assert english - chinese == FOR_CONTRIBUTORS
    assert chinese <= english


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=str)
def test_both_languages_have_the_same_parts(english: Path, chinese: Path) -> None:
    assert [level for level, _title in headings(english)] == [level for level, _title in headings(chinese)]
    for part in (r"^```\w*$", r"^\|"):  # code blocks, rows of tables
        counts = [len(re.findall(part, text_of(path), re.MULTILINE)) for path in (english, chinese)]
        assert counts[0] == counts[1], part


@pytest.mark.parametrize("readme", READMES, ids=ids)
def test_a_readme_is_short(readme: Path) -> None:
    assert len(text_of(readme).splitlines()) <= README_LINES


def test_both_readmes_show_the_same_commands() -> None:
    shown = [
        [
            line.partition("#")[0].strip()
            for _kind, block in _FENCE.findall(text_of(readme))
            for line in commands_in(block)
        ]
        for readme in READMES
    ]
    assert shown[0] == shown[1]
    assert {"make demo", "make test"} < set(shown[0])


def commands_in(block: str) -> list[str]:
    """The lines of a code block that are typed: all, or those after a prompt."""
    lines = block.splitlines()
    return [line for line in lines if line.startswith("$ ")] or lines


# What they show is what the program prints


@pytest.mark.parametrize("name", transcripts.DOCUMENTS)
def test_the_transcripts_are_what_the_program_prints(name: str, tmp_path: Path) -> None:
    text = text_of(ROOT / name)
    language = transcripts.DOCUMENTS[name]
    assert transcripts.rerun(text, tmp_path, language) == text, "`python -m bench.transcripts` writes them anew"


@pytest.mark.parametrize("name", recording.FILES)
def test_the_recording_is_what_the_program_draws(name: str) -> None:
    drawn = recording.record(recording.FILES[name])
    assert drawn == text_of(ROOT / name), "`python -m bench.recording` records it anew"


@pytest.mark.parametrize("document", ["python.md", "python.zh.md"])
def test_the_tutorial_runs(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas")
    transcripts.import_sample(tmp_path, data="data/demo")
    monkeypatch.chdir(tmp_path)
    text = re.sub(r"^```.*$", "", text_of(ROOT / "docs" / document), flags=re.MULTILINE)  # else a fence is output
    examples = DocTestParser().get_doctest(text, {}, document, document, 0)
    said: list[str] = []
    outcome = DocTestRunner(optionflags=ELLIPSIS | NORMALIZE_WHITESPACE).run(
        examples, out=said.append, clear_globs=False
    )
    assert outcome.attempted > 20
    assert not outcome.failed, "".join(said)
    examples.globs["archive"].close()
