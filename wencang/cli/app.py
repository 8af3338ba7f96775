"""The door: which command is meant. Search is the default; what each does stands in commands/."""

from __future__ import annotations

import gc
import signal
import sys
from functools import cache
from gettext import gettext as _
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from archive import settings
from archive.errors import UsageFault
from wencang.cli import commands
from wencang.cli.commands import DONE

_COMPLETION = ("install_completion", "show_completion")  # Typer gives them to every command
_OF_THE_DOOR = {"--help", "--version", "--install-completion", "--show-completion"}
_MOVED = ("--data", "--lang")  # they may stand anywhere


class _Door(TyperGroup):
    """Finds a command by its file; a first word that is no command begins a question."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted({*command_files(), *self.commands})

    def get_command(self, ctx: Any, name: str) -> Any:
        if not (file := command_files().get(name)):
            return self.commands.get(name)
        command = typer.main.get_command(import_module(f"wencang.cli.commands.{file}").app)
        command.params = [one for one in command.params if one.name not in _COMPLETION]
        return _drawn(command)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        options, words = _in_front(args)
        if words and words[0] not in _OF_THE_DOOR and words[0] not in self.list_commands(ctx):
            words.insert(0, "search")
        return super().parse_args(ctx, options + words)


def _drawn(command: Any) -> Any:
    """The command, with help as wencang/cli/manual.py draws it."""
    command.get_help = _help
    for one in getattr(command, "commands", {}).values():
        _drawn(one)
    return command


def _help(ctx: Any) -> str:
    from wencang.cli import manual  # here: a search needs none

    return manual.text(manual.page(ctx))


@cache
def command_files() -> dict[str, str]:
    """Each command with the name of its file."""
    names = [file.name for file in iter_modules(commands.__path__) if not file.name.startswith("_")]
    return {name.rstrip("_").replace("_", "-"): name for name in names}


def _in_front(args: list[str]) -> tuple[list[str], list[str]]:
    """The options of _MOVED with their values, and the rest."""
    end = args.index("--") if "--" in args else len(args)
    options: list[str] = []
    words: list[str] = []
    at = 0
    while at < end:
        size = 2 if args[at] in _MOVED else 1
        moved = args[at].partition("=")[0] in _MOVED
        (options if moved else words).extend(args[at : at + size])
        at += size
    return options, words + args[at:]


app = typer.Typer(
    cls=_Door, invoke_without_command=True,
    help=_("Keep, search and export Chinese news. A first word that is no command is searched for."),
)  # fmt: skip


@app.callback()
def door(
    ctx: typer.Context,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("The archive's folder; else WENCANG_DATA, else ./data."))
    ] = None,
    lang: Annotated[
        Literal["en", "zh"] | None, typer.Option(help=_("The language of messages; else the locale's."))
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=lambda asked: _version(asked), help=_("Its version."))
    ] = False,
) -> int:
    if ctx.invoked_subcommand != "search":
        gc.enable()
    if ctx.invoked_subcommand not in ("crawl", "check"):  # a crawl's own connections may close on it
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly where the reader does, as in `| head`
        if sys.stdout.isatty() and sys.stdin.isatty():
            from wencang.cli.pager import paging

            ctx.with_resource(paging())
    ctx.obj = settings.load(data, engines=commands.known_engines())
    if ctx.invoked_subcommand:
        return DONE
    from wencang.cli.welcome import welcome

    return welcome(ctx.obj)


def _version(asked: bool) -> None:
    if asked:
        print("wencang", settings.version())
        raise typer.Exit


def _names() -> list[str]:
    return sorted(command_files())


@app.command("help")
def help_(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="[COMMAND]", autocompletion=_names)] = [],  # noqa: B006
    man: Annotated[bool, typer.Option("--man", help=_("All of it, for `man -l -`."))] = False,
) -> int:
    """Tell how a command is used.

    Examples:
        wencang help search
        wencang help lexicon add
        wencang help --man | man -l -
    """
    from archive import clock
    from wencang.cli import manual

    if man:
        root = app_command().make_context("wencang", [], resilient_parsing=True)
        print(manual.manual(root, clock.now().date(), settings.version()), end="")
        return DONE
    here = ctx.find_root()
    for name in names:
        found = here.command.get_command(here, name) if isinstance(here.command, TyperGroup) else None
        if not found:
            raise UsageFault(name, _("is no command"), _("`wencang help` names all commands"))
        here = found.make_context(name, [], parent=here, resilient_parsing=True)
    print(here.command.get_help(here))
    return DONE


def app_command() -> Any:
    """The whole of it, as Typer runs it."""
    return _drawn(typer.main.get_command(app))
