"""The command line: runs a command in the user's language and reports each error as one line on stderr."""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper
from pathlib import Path

from archive.text.translation import gettext as _
from wencang.cli import arguments, language


def main() -> int:
    """Run the command of sys.argv and return its exit code."""
    _open_streams()
    gc.disable()  # a search allocates much and frees nothing; other commands enable it again
    language.choose(arguments.value(sys.argv, "--lang"))
    try:
        return _run()
    except Exception as error:
        return _crashed(error)
    finally:
        gc.freeze()  # without it the interpreter collects everything once more before it exits


def _open_streams() -> None:
    """What the caller has closed leads nowhere, so that no file that is opened takes its place."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            stream = os.open(os.devnull, os.O_RDWR)
            os.dup2(stream, number)
            setattr(sys, name, open(number, mode, encoding="utf-8"))  # noqa: SIM115  # for the whole run


def _run() -> int:
    import typer  # imported here, as are all others, so that a broken library is reported like any other fault

    from archive.disk import is_full
    from archive.errors import UsageFault, WencangError
    from wencang.cli.app import app_command
    from wencang.cli.commands import DONE, FAILURES, INTERRUPTED, UNUSABLE, USAGE, code_of
    from wencang.cli.output import say

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a pipe gets UTF-8, whatever the locale
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    try:
        for argument in sys.argv:
            if argument != argument.encode(errors="replace").decode():
                raise UsageFault(ascii(argument), _("is not valid UTF-8"), _("type it in a UTF-8 terminal"))
        code = app_command().main(standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except typer.TyperException as error:
        say("wencang: " + language.translated(" ".join(error.format_message().split())))
        return USAGE
    except WencangError as error:
        say(f"wencang: {error}")
        return code_of(error)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except OSError as error:
        say(f"wencang: {error.filename or 'stdout'}: {_(error.strerror) if error.strerror else error}")
        return UNUSABLE if is_full(error) else FAILURES


def _crashed(error: Exception) -> int:
    from wencang.cli.crash import CRASHED, report

    data = Path(arguments.value(sys.argv, "--data") or os.environ.get("WENCANG_DATA") or "data")
    try:
        file = str(report(error, sys.argv, data))
    except OSError as fault:
        file = str(fault)
    message = _("wencang: internal error: {kind}; see {file}, and please report it")
    print(message.format(kind=type(error).__name__, file=file), file=sys.stderr)
    return CRASHED
