"""The Typer application: finds the command that is meant, search where none is named, and prepares its run."""

from __future__ import annotations

import gc
import signal
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from archive import settings
from archive.errors import UsageFault
from archive.text.translation import gettext as _
from wencang.cli import arguments, commands
from wencang.cli.commands import DONE

_COMPLETION = ("install_completion", "show_completion")  # Typer adds them to every command
_OWN_OPTIONS = {"-h", "--help", "--version", "--install-completion", "--show-completion"}
_CRAWLS = ("check", "crawl", "source")
_UNPAGED = (  # watched while they run
    *_CRAWLS, "backup", "demo", "import", "index", "reextract", "remove", "restore", "serve"
)  # fmt: skip


class _Application(TyperGroup):
    """Finds a command by its file; a first word that is not a command begins a question."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted({*command_files(), *self.commands})

    def get_command(self, ctx: Any, name: str) -> Any:
        if not (file := command_files().get(name)):
            return self.commands.get(name)
        command = typer.main.get_command(import_module(f"wencang.cli.commands.{file}").app)
        command.params = [parameter for parameter in command.params if parameter.name not in _COMPLETION]
        return _with_help(command)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        options, words = arguments.split(args)
        if words and words[0] not in _OWN_OPTIONS and words[0] not in self.list_commands(ctx):
            words.insert(0, "search")
        return super().parse_args(ctx, options + words)


def _with_help(command: Any) -> Any:
    """The command, its help and that of its subcommands drawn by wencang/cli/manual.py."""
    command.get_help = _help
    for subcommand in getattr(command, "commands", {}).values():
        _with_help(subcommand)
    return command


def _help(ctx: Any) -> str:
    from wencang.cli import manual  # imported here: a search does not need it

    return manual.text(manual.page(ctx))


@cache
def command_files() -> dict[str, str]:
    """The file of each command, by its name."""
    files = [file.name for file in iter_modules(commands.__path__) if not file.name.startswith("_")]
    return {file.rstrip("_").replace("_", "-"): file for file in files}


def _print_version(asked: bool) -> None:
    if asked:
        print("wencang", settings.version())
        raise typer.Exit


app = typer.Typer(
    cls=_Application, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]},
    help=_("Keep, search and export Chinese news. A first word that is not a command is searched for."),
)  # fmt: skip


@app.callback()
def start(
    ctx: typer.Context,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("Data folder; default: WENCANG_DATA, or ./data."))
    ] = None,
    lang: Annotated[
        Literal["en", "zh"] | None, typer.Option(help=_("Language of messages; default: the locale's."))
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help=_("Print the version."))
    ] = False,
) -> int:
    if ctx.invoked_subcommand != "search":
        gc.enable()
    if ctx.invoked_subcommand not in _CRAWLS:  # whose connections may be closed by the other side
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly when the reader does, as in `| head`
    if ctx.invoked_subcommand not in _UNPAGED and sys.stdout.isatty() and sys.stdin.isatty():
        from wencang.cli.pager import paging

        ctx.with_resource(paging())
    from wencang.archive import Archive  # imported here: completion does not need it

    ctx.obj = ctx.with_resource(Archive(settings.load(data, engines=commands.known_engines())))
    if ctx.invoked_subcommand:
        return DONE
    from wencang.cli.welcome import welcome

    return welcome(commands.archive_of(ctx))


def _names() -> list[str]:
    return sorted(command_files())


@app.command("help")
def help_(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="[COMMAND]", autocompletion=_names)] = [],  # noqa: B006
    man: Annotated[bool, typer.Option("--man", help=_("Print the whole manual page, for `man -l -`."))] = False,
) -> int:
    """Show how a command is used.

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
        command = here.command.get_command(here, name) if isinstance(here.command, TyperGroup) else None
        if not command:
            raise UsageFault(name, _("is not a command"), _("`wencang help` lists all commands"))
        here = command.make_context(name, [], parent=here, resilient_parsing=True)
    print(here.command.get_help(here))
    return DONE


def app_command() -> Any:
    """The whole application, ready for `main()`."""
    return _with_help(typer.main.get_command(app))
