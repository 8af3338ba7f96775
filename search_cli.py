"""wencang on the command line: search is the default command; what each does stands in commands/."""

from __future__ import annotations

import gc
import os
import signal
import sys
from gettext import gettext as _
from gettext import textdomain
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import commands
from archive import settings
from archive.errors import Busy, NotAnArticle, NotFetched, NotScheduled, NotTold, UsageFault, WencangError, Withdrawn
from commands import BUSY, DONE, FAILURES, INTERRUPTED, NOTHING, UNUSABLE, USAGE
from terminal import say

_CODES: dict[type[WencangError], int] = {
    UsageFault: USAGE, Busy: BUSY, NotAnArticle: NOTHING, Withdrawn: NOTHING,
    NotFetched: FAILURES, NotScheduled: FAILURES, NotTold: FAILURES,
}  # fmt: skip
_OF_THE_DOOR = {"--help", "--version", "--install-completion", "--show-completion"}


class _Door(TyperGroup):
    """Finds a command by its file, lets --data stand anywhere; a first word that is no command begins a question."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(command_files())

    def get_command(self, ctx: Any, name: str) -> Any:
        file = command_files().get(name)
        return file and typer.main.get_command(import_module(f"commands.{file}").app)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        options, words = _data_first(args)
        if not words and options[-1:] != ["--data"]:
            words = ["--help"]
        if words and words[0] not in command_files() and words[0] not in _OF_THE_DOOR:
            words.insert(0, "search")
        return super().parse_args(ctx, options + words)


def command_files() -> dict[str, str]:
    """Each command with the name of its file."""
    return {file.name.rstrip("_").replace("_", "-"): file.name for file in iter_modules(commands.__path__)}


def _data_first(args: list[str]) -> tuple[list[str], list[str]]:
    """--data with its value, and the rest."""
    end = args.index("--") if "--" in args else len(args)
    options: list[str] = []
    words: list[str] = []
    at = 0
    while at < end:
        size = 2 if args[at] == "--data" else 1
        (options if args[at].startswith("--data=") or size == 2 else words).extend(args[at : at + size])
        at += size
    return options, words + args[at:]


app = typer.Typer(
    cls=_Door, pretty_exceptions_enable=False, rich_markup_mode=None,
    help=_("Keep, search and export Chinese news. A first word that is no command is searched for."),
)  # fmt: skip


@app.callback()
def door(
    ctx: typer.Context,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("The archive's folder; else WENCANG_DATA, else ./data."))
    ] = None,
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=lambda asked: _version(asked))] = False,
) -> None:
    if ctx.invoked_subcommand != "search":
        gc.enable()
    if ctx.invoked_subcommand not in ("crawl", "check"):  # a crawl's own connections may close on it
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly where the reader does, as in `| head`
    if data:
        os.environ["WENCANG_DATA"] = str(data)  # Scrapy's settings read it too
    ctx.obj = settings.load()


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print("wencang", version("wencang"))
        raise typer.Exit


def main() -> int:
    """Run the command of sys.argv; its exit code. Every error is one line on stderr."""
    gc.disable()  # a search loads much and throws nothing away; other commands turn it on again
    try:
        return _run()
    finally:
        gc.freeze()  # or all of it would be gone through once more before the process ends


def _run() -> int:
    textdomain("wencang")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # UTF-8 for whoever reads on, whatever the locale
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    try:
        for argument in sys.argv:
            if argument != argument.encode(errors="replace").decode():
                raise UsageFault(ascii(argument), _("is no UTF-8"), _("type it in a UTF-8 terminal"))
        code = app(standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except typer.TyperException as error:
        say("wencang: " + " ".join(error.format_message().split()))
        return USAGE
    except WencangError as error:
        say(f"wencang: {error}")
        return next((code for kind, code in _CODES.items() if isinstance(error, kind)), UNUSABLE)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except OSError as error:
        say(f"wencang: {error.filename or 'stdout'}: {error.strerror}")
        return FAILURES


if __name__ == "__main__":
    sys.exit(main())
