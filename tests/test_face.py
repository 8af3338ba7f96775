"""What a person meets around the commands: language, help, manual page, completion, pager, welcome, crash report."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import string
import subprocess
import sys
from collections.abc import Iterator
from gettext import NullTranslations
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from archive.text import translation
from bench import messages
from tests.support.program import run
from tests.support.sample import ROOT
from tests.support.terminal import on_a_terminal
from wencang.catalog import LANGUAGES
from wencang.cli import language, manual
from wencang.cli.app import app_command
from wencang.cli.crash import report


def contexts(command: Any, name: str, parent: Any = None) -> Iterator[Any]:
    """Of a command and all under it."""
    ctx = command.make_context(name, [], parent=parent, resilient_parsing=True)
    yield ctx
    for each in command.list_commands(ctx) if hasattr(command, "commands") else ():
        yield from contexts(command.get_command(ctx, each), each, ctx)


CONTEXTS = list(contexts(app_command(), "wencang"))
EVERY = [pytest.param(ctx, id=ctx.command_path) for ctx in CONTEXTS]
LEAVES = [pytest.param(ctx, id=ctx.command_path) for ctx in CONTEXTS if not hasattr(ctx.command, "commands")]


# Language


@pytest.fixture
def english_afterwards() -> Iterator[None]:
    yield
    translation.use(NullTranslations())


def test_the_environment_is_read_and_not_written(english_afterwards: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "zh_TW:en")
    environment = dict(os.environ)
    language.choose()
    assert translation.gettext("is not in the archive") == "不在存档中"
    language.choose("en")
    assert translation.gettext("is not in the archive") == "is not in the archive"
    assert translation.ngettext("{count} article", "{count} articles", 2) == "{count} articles"
    assert dict(os.environ) == environment


def test_every_message_is_translated_and_none_is_stale() -> None:
    kept, code = messages.kept(), messages.template()
    lacking = [message.id for message in code if not messages.words((kept.get(message.id) or message).string)]
    assert lacking == [], "`make messages` adds them to the catalog, for you to translate"
    assert [message.id for message in kept if message.id and message.id not in code] == [], "`make messages` drops them"
    assert [message.id for message in kept if message.id and message.fuzzy] == []


def test_translations_take_what_their_messages_take() -> None:
    def places(text: str) -> list[tuple[str | None, str | None]]:
        return sorted((name, form) for _text, name, form, _conversion in string.Formatter().parse(text) if name)

    for message in messages.kept():
        said, translated = messages.words(message.id), messages.words(message.string)
        if "{" in said and "${" not in said:
            assert places(said) == places(translated)
        assert (
            re.findall("`[^`]*`", said.replace(" DIR`", " 目录`").replace(" PATH`", " 路径`"))
            == [*re.findall("`[^`]*`", translated)]
            or "WORD" in said
        ), said


def test_what_gettext_reads_is_the_catalog() -> None:
    assert messages.FILE.with_suffix(".mo").read_bytes() == messages.compiled(messages.kept()), "`make messages`"


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["--lang", "zh", "show", "x"], {}),
        (["show", "x", "--lang=zh"], {}),
        (["show", "x"], {"LANGUAGE": "", "LC_ALL": "zh_CN.UTF-8"}),
        (["show", "x"], {"LANGUAGE": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_TW.UTF-8"}),
        (["show", "x"], {"LANGUAGE": "zh:en", "LANG": "C.UTF-8"}),
    ],
)
def test_messages_in_chinese(arguments: list[str], environment: dict[str, str], crawled: Path) -> None:
    assert run(*arguments, data=crawled, **environment).stderr == "wencang: x：不在存档中\n"
    english = run("show", "x", "--lang", "en", data=crawled, **environment)
    assert english.stderr == "wencang: x: is not in the archive\n"


def test_wrong_usage_in_chinese(crawled: Path) -> None:
    for arguments, told in (
        (["--limit", "x", "西藏"], "'--limit' 的值有误：'x' 不是整数。"),
        (["export", "--nosuch"], "没有这个选项：--nosuch"),
        (["show"], "缺少参数 'ID_OR_URL'。"),
        (["--sort", "x", "西藏"], "'--sort' 的值有误：'x' 不是 'relevance', 'newest', 'oldest' 之一。"),
    ):
        done = run(*arguments, data=crawled, LANGUAGE="zh")
        assert done.returncode == 2
        assert told in done.stderr
    assert run("--lang", "fr", data=crawled).returncode == 2
    assert language.translated("something new") == "something new"


def test_json_is_the_same_in_any_language(crawled: Path) -> None:
    arguments = ("援藏", "--json", "--facets")
    assert run(*arguments, data=crawled, LANGUAGE="zh").stdout == run(*arguments, data=crawled).stdout


# Help and the manual page


@pytest.mark.parametrize("ctx", LEAVES)
def test_every_command_has_examples_that_can_be_typed(ctx: Any) -> None:
    found = manual.page(ctx).examples
    assert found, 'its docstring needs a section "Examples:"'
    for example in found:
        words = shlex.split(re.split(r"wencang ", example.replace("URL |", "|").partition(" | man")[0])[-1])
        door = app_command()
        here = door.make_context("wencang", words)
        name, command, rest = door.resolve_command(here, [*here._protected_args, *here.args])
        while hasattr(command, "commands"):
            here = command.make_context(name, rest, parent=here)
            name, command, rest = command.resolve_command(here, [*here._protected_args, *here.args])
        command.make_context(name, rest, parent=here)
        assert command.name == ctx.command.name


@pytest.mark.parametrize("ctx", EVERY)
def test_help_fits_the_screen(ctx: Any, english_afterwards: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in LANGUAGES:
        language.choose(name)
        page = manual.page(ctx)
        kept = {*page.examples, *(row[0] for row in page.options)}
        lines = manual.text(page).splitlines()
        assert [line for line in lines if cell_len(line) > 80 and line.strip() not in kept] == []


def test_help_is_one_and_the_same(crawled: Path) -> None:
    for name in ("search", "lexicon add"):
        done = run("help", *name.split(), data=crawled)
        assert done.returncode == 0
        assert run(*name.split(), "--help", data=crawled).stdout == done.stdout
        assert "\nExamples:\n  wencang " in done.stdout
    assert "--install-completion" not in run("help", "lexicon", data=crawled).stdout
    assert "`wencang help`" in run("help", "nosuch", data=crawled).stderr
    assert "用法：" in run("--lang", "zh", "--help", data=crawled).stdout


def test_wrapping_loses_nothing() -> None:
    text = "由 systemd 或 cron 定时抓取（每 15 分钟），“存档”。" * 4
    lines = manual.wrapped(text, 30)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(cell_len, lines)) <= 30
    assert not [line for line in lines if line[0] in "，。）" or line[-1] == "（"]


@pytest.mark.parametrize("name", ["en", "zh"])
def test_the_manual_page(name: str, tmp_path: Path) -> None:
    page = run("help", "--man", data=tmp_path, LANGUAGE=name).stdout
    assert page.startswith('.TH WENCANG 1 "')
    assert "wencang lexicon add" in page
    for check in (["mandoc", "-T", "lint", "-W", "warning"], ["man", "--warnings", "-l", "-"]):
        if shutil.which(check[0]) and (name, check[0]) != ("zh", "man"):  # groff breaks no Chinese line in every locale
            done = subprocess.run(check, input=page, capture_output=True, text=True, timeout=60)
            assert (done.returncode, done.stderr) == (0, ""), done.stdout


# Welcome


def test_wencang_alone(crawled: Path, tmp_path: Path) -> None:
    done = run(data=crawled)
    assert done.returncode == 0
    kept = done.stdout.splitlines()
    assert kept[0].startswith("42 articles of tibet.cn in ")
    assert kept[1].startswith("last crawl: 20")
    assert kept[2].startswith("newest article: 20")
    assert "wencang 西藏" in done.stdout
    (newest,) = re.findall(r"wencang show (\S+)", done.stdout)
    assert run("show", newest, data=crawled).stdout.startswith(kept[2].split(maxsplit=3)[3])
    shutil.rmtree(crawled / "index")
    assert "wencang index" in run(data=crawled).stdout
    empty = run(data=tmp_path / "none")
    assert (empty.returncode, "wencang crawl" in empty.stdout) == (0, True)
    assert not (tmp_path / "none").exists()


# Completion


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """An environment whose PATH holds `wencang`."""
    program = tmp_path / "bin" / "wencang"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "from wencang.cli import main\nsys.exit(main())\n"
    )
    program.chmod(0o755)
    return os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(tmp_path), "NO_COLOR": "1"}


_SHELLS = {
    "bash": 'eval "$(_WENCANG_COMPLETE=source_bash wencang)"; COMP_WORDS=({words}); COMP_CWORD={at}; '
    '_wencang_completion wencang; printf "%s\\n" "${{COMPREPLY[@]}}"',
    "zsh": 'compdef() {{ }}; _arguments() {{ print -r -- "$@" }}; eval "$(_WENCANG_COMPLETE=source_zsh wencang)"; '
    "words=({words}); CURRENT={at}+1; _wencang_completion",
    "fish": "_WENCANG_COMPLETE=source_fish wencang | source; complete -C '{line}'",
}


@pytest.mark.parametrize("shell", _SHELLS)
@pytest.mark.parametrize(
    ("line", "proposed"),
    [
        ("wencang ex", {"explain", "export", "extract"}),
        ("wencang 西藏 --fa", {"--facets"}),
        ("wencang crawl tibet", {"tibet_cn", "tibetol_cn"}),
        ("wencang export --format js", {"jsonl", "jsonld"}),
        ("wencang index --engine t", {"tantivy"}),
    ],
)
def test_completion(shell: str, line: str, proposed: set[str], installed: dict[str, str]) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    program = _SHELLS[shell].format(words=line, at=len(line.split()) - 1, line=line)
    done = subprocess.run([shell, "-c", program], capture_output=True, text=True, env=installed, timeout=60)
    told = re.findall(r'"([\w.-]+)"' if shell == "zsh" else r"(?m)^(\S+)", done.stdout)
    assert {word for word in told if word.startswith(line.split()[-1])} == proposed, (done.stdout, done.stderr)


# The pager


def test_answers_on_a_terminal_go_through_the_pager(crawled: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    pager = tmp_path / "pager"
    pager.write_text(f"#!/bin/sh\ncat > {seen}\n")
    pager.chmod(0o755)
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(crawled)]
    assert on_a_terminal([*command, "西藏", "--limit", "20"], PAGER=str(pager)) == (0, "")
    assert re.fullmatch(r"\d+ of \d+ articles", seen.read_text().splitlines()[-1]), "stderr, in its order"


@pytest.mark.parametrize("pager", ["cat", "no-such-pager"])
def test_answers_need_no_pager(pager: str, crawled: Path) -> None:
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(crawled), "export"]
    code, drawn = on_a_terminal(command, PAGER=pager)
    assert (code, drawn.count("http://") >= 42) == (0, True)


@pytest.mark.skipif(not shutil.which("less"), reason="less is not installed")
@pytest.mark.parametrize("pager", ["", "less"])
def test_less_exits_where_an_answer_fits_the_screen(pager: str, crawled: Path) -> None:
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(crawled), "西藏", "--limit", "1"]
    code, drawn = on_a_terminal(command, PAGER=pager)
    assert code == 0
    assert re.search(r"^1 of \d+ articles", drawn, re.MULTILINE)
    assert "\x1b[1;33m西藏" in drawn, "colour comes through"


@pytest.mark.skipif(not shutil.which("less"), reason="less is not installed")
def test_quitting_the_pager_is_not_an_error(crawled: Path) -> None:
    """Also where the answer is longer than what a pipe holds."""
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(crawled), "export", "--format", "jsonl"]
    code, drawn = on_a_terminal(command, quiet=0.5, PAGER="less")
    assert code == 0, drawn
    assert "Traceback" not in drawn
    assert "error" not in drawn


# Internal errors


def test_an_internal_error_is_one_line_and_a_report(crawled: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sqlalchemy.py").write_text('"""正文里的一句话 hunter2"""\nraise RuntimeError(__doc__)\n')
    environment = {"PYTHONPATH": str(broken), "WENCANG_SMTP": "smtp://me:hunter2@mail.example.org"}
    for data, place in ((crawled, crawled), (tmp_path / "none", tmp_path)):
        done = run("show", "x", data=data, TMPDIR=str(tmp_path), **environment)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (70, "", 1)
        (file,) = place.glob("*crash-*.txt")
        assert str(file) in done.stderr
        assert file.stat().st_mode & 0o777 == 0o600
        text = file.read_text(encoding="utf-8")
        assert "show x" in text
        assert "RuntimeError: ... ***" in text
        assert f"wencang {version('wencang')}" in text
        assert "sqlalchemy.py" in text
        assert "hunter2" not in text
        assert "正文" not in text


def test_a_report_quotes_neither_texts_nor_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENCANG_CONTACT", "me@example.org")
    (tmp_path / "wencang.toml").write_text('smtp = "smtp://me:p%40ssword@mail.example.org"\n')
    try:
        raise KeyError("a text\nof two lines, p%40ssword, http://u:secret@h/ 西藏 me@example.org")
    except KeyError as error:
        text = report(error, ["wencang", "timestamp", "--url", "https://u:secret@h/"], tmp_path).read_text()
    message = text.splitlines()[-1]
    assert message.startswith("KeyError: ")
    for hidden in ("ssword", "secret", "西藏", "me@example.org"):
        assert hidden not in message
    assert "--url https://***@h/" in text
