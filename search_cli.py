"""wencang on the command line: runs a command in the user's language, and tells each error in one line."""

from __future__ import annotations

import gc
import os
import sys
from gettext import gettext as _
from io import TextIOWrapper
from pathlib import Path

from wencang.cli import language


def main() -> int:
    """Run the command of sys.argv; its exit code. Every error is one line on stderr."""
    gc.disable()  # a search loads much and throws nothing away; other commands turn it on again
    language.choose(sys.argv)
    try:
        return _run()
    except Exception as error:
        return _crashed(error)
    finally:
        gc.freeze()  # or all of it would be gone through once more before the process ends


def _run() -> int:
    import typer  # here, as all that follows: what is wrong with a library is told as any other fault

    from archive.errors import UsageFault, WencangError
    from archive.messages import of_error
    from wencang.cli.app import app_command
    from wencang.cli.commands import DONE, FAILURES, INTERRUPTED, USAGE, code_of
    from wencang.cli.output import say

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # UTF-8 for whoever reads on, whatever the locale
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    try:
        for argument in sys.argv:
            if argument != argument.encode(errors="replace").decode():
                raise UsageFault(ascii(argument), _("is no UTF-8"), _("type it in a UTF-8 terminal"))
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
        say(f"wencang: {error.filename or 'stdout'}: {of_error(error)}")
        return FAILURES


def _crashed(error: Exception) -> int:
    from wencang.cli.crash import CRASHED, report

    told = _("wencang: a fault of the program: {kind}; look {file} over and report it")
    try:
        file = str(report(error, sys.argv, Path(os.environ.get("WENCANG_DATA") or "data")))
    except OSError as full:
        file = str(full)
    print(told.format(kind=type(error).__name__, file=file), file=sys.stderr)
    return CRASHED


if __name__ == "__main__":
    sys.exit(main())
