"""One file per command, found by its name and imported when the command is called; here is what they share.

Each defines `app`, a Typer application. A command imports what it needs when it runs, so that a
search starts without Scrapy, and on a pipe without Rich.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from archive.errors import (
    Busy,
    CheckFailed,
    NotAnArticle,
    NotFetched,
    NotKept,
    NotRead,
    NotScheduled,
    NotTold,
    QueryFault,
    UsageFault,
    WencangError,
    Withdrawn,
)
from archive.text.translation import gettext as _
from wencang.cli.output import say
from wencang.filters import Filters

if TYPE_CHECKING:
    from wencang.archive import Archive
    from wencang.desk.table import Table

DONE, NOTHING, USAGE, UNUSABLE, BUSY, FAILURES, CHECK = range(7)  # exit codes
INTERRUPTED = 130  # as in a shell: 128 + SIGINT
_CODES: dict[type[WencangError], int] = {
    UsageFault: USAGE, Busy: BUSY, NotAnArticle: NOTHING, NotKept: NOTHING, Withdrawn: NOTHING,
    CheckFailed: CHECK, NotFetched: FAILURES, NotRead: FAILURES, NotScheduled: FAILURES, NotTold: FAILURES,
}  # fmt: skip


def code_of(error: WencangError) -> int:
    """The exit code of an error."""
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), UNUSABLE)


class Question(TyperCommand):
    """A command whose words may begin with "-": -word excludes articles with it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        known = {name for parameter in self.get_params(ctx) for name in (*parameter.opts, *parameter.secondary_opts)}
        for arg in args[:end]:
            if arg.startswith("--") and arg.split("=")[0] not in known:
                raise typer.BadParameter(_("no such option: {name}").format(name=arg))
        return super().parse_args(ctx, args)


QUESTION: dict[str, Any] = {"cls": Question, "context_settings": {"ignore_unknown_options": True}}


def known_sources(ctx: typer.Context) -> list[str]:
    """What a shell completes a source with."""
    from archive.settings import load
    from crawler.sources import sources_of

    return list(sources_of(load(ctx.find_root().params.get("data"))).names())


def known_engines() -> list[str]:
    """What a shell completes an engine with."""
    from indexer.engines import names

    return names()


Words = Annotated[
    list[str], typer.Argument(metavar="QUERY...", help=_('Words, "exact text", -word.'), show_default=False)
]
Since = Annotated[str, typer.Option(metavar="D", help=_("First year, month or day (2022, 2022-06, 2022-06-01)."))]
Until = Annotated[str, typer.Option(metavar="D", help=_("Last year, month or day, inclusive."))]
SourceName = Annotated[
    str, typer.Option(metavar="S", autocompletion=known_sources, help=_("Only articles of this source."))
]
Section = Annotated[str, typer.Option(metavar="S", help=_("Only articles of exactly this section."))]
Credit = Annotated[str, typer.Option(metavar="C", help=_("Only articles of this outlet, in any of its spellings."))]
Sources = Annotated[
    list[str],
    typer.Argument(metavar="[SOURCE...]", autocompletion=known_sources, help=_("Sources; default: all.")),
]
OneSource = Annotated[
    str, typer.Argument(metavar="[SOURCE]", autocompletion=known_sources, help=_("Source; default: all."))
]
Engine = Annotated[
    str,
    typer.Option(metavar="E", autocompletion=known_engines, help=_("Search engine; default: as set, or whoosh.")),
]
ByName = Annotated[str, typer.Option(metavar="NAME", help=_("Who does it; default: your login name."))]
Limit = Annotated[int, typer.Option(min=1, metavar="N", help=_("Maximum number of results."))]
Least = Annotated[int, typer.Option(min=1, metavar="N", help=_("Minimum frequency."))]
Period = Annotated[
    Literal["", "year", "month"],
    typer.Option("--by", metavar="year|month", help=_("Group results by this field."), show_default=False),
]
Host = Annotated[str, typer.Option(metavar="H", help=_("Address to listen at."))]
Port = Annotated[int, typer.Option(min=0, max=65535, metavar="N", help=_("Port to listen at; 0 is any free one."))]
TokenFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help=_("Answer only requests with the token in this file."))
]
TrustedHosts = Annotated[
    list[str], typer.Option(metavar="H", help=_("A host name to answer under, such as a proxy's; repeatable."))
]
Csv = Annotated[bool, typer.Option("--csv", help=_("Print CSV."))]
TableFile = Annotated[
    Path | None, typer.Option("-o", "--out", metavar="FILE", help=_("A table: .csv, .tsv, .xlsx or .jsonl."))
]
Json = Annotated[bool, typer.Option("--json", help=_("Print JSON Lines."))]


NO_FILTERS: Filters = {}
_FILTERS = {"source": SourceName, "section": Section, "credit": Credit, "since": Since, "until": Until}


def narrowed(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options of Filters in place of its parameter `filters`, which receives those that are used."""

    @wraps(command)
    def with_filters(**values: Any) -> int:
        given = {name: values.pop(name) for name in _FILTERS}
        return command(**values, filters={name: value for name, value in given.items() if value})

    options = [Parameter(name, Parameter.KEYWORD_ONLY, default="", annotation=kind) for name, kind in _FILTERS.items()]
    own = signature(command, eval_str=True).parameters.values()
    every = [each for parameter in own for each in (options if parameter.annotation is Filters else [parameter])]
    parameters = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in every]
    with_filters.__signature__ = signature(command).replace(parameters=parameters)  # type: ignore[attr-defined]
    with_filters.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_filters


def archive_of(ctx: typer.Context) -> Archive:
    """The archive that a command works on; closed when the command ends."""
    archive: Archive = ctx.obj
    return archive


def question_of(words: list[str]) -> str:
    """The words as one question; "" for none. Raises QueryFault for blank words, such as an unset shell variable."""
    question = " ".join(words)
    if words and not question.strip():
        raise QueryFault('""', _("contains no word to search for"), _("type at least one word"))
    return question


def chosen(out: Path | None = None, endings: Mapping[str, tuple[str, ...]] | None = None, **forms: bool) -> str:
    """The one output format that was requested, or that of the file of -o; "" for none. Raises UsageFault for two.

    `endings` are those of each form of a file, by default of a table.
    """
    names = [name for name, is_requested in forms.items() if is_requested]
    if len(names) > 1:
        raise UsageFault(f"--{names[0]} --{names[1]}", _("exclude each other"), _("choose one"))
    return _form_of(out, "".join(names), endings) if out else "".join(names)


def _form_of(out: Path, form: str, endings: Mapping[str, tuple[str, ...]] | None) -> str:
    """The form of a table's file: as its ending or `form` says, else CSV. Raises UsageFault for any other ending."""
    from wencang.desk.files import format_of
    from wencang.desk.table import ENDINGS

    endings = endings or ENDINGS
    if form and form not in endings:
        raise UsageFault(f"--{form} -o", _("exclude each other"), _("choose one"))
    return format_of(out, form, endings) or "csv"


def say_nothing(query: list[str]) -> int:
    """Report that nothing was found; the exit code."""
    say(_("{name}: nothing found").format(name=" ".join(query)))
    return NOTHING


def to_file(table: Table, out: Path, form: str) -> int:
    """Write a table to the file of -o and say so; the exit code. Without rows nothing is written."""
    from wencang.cli.output import written_to

    if next(table.rows(), None) is None:
        say(_("nothing found: {path} was not written").format(path=out))
        return NOTHING
    with written_to(out) as file:
        table.write(file, form)
    say(_("{path}: written").format(path=out))
    return DONE
