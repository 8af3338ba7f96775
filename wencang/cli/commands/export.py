"""Write cleaned text."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from gettext import gettext as _
from gettext import ngettext
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Literal

import typer

from archive.article import Revision
from archive.errors import UsageFault
from archive.messages import of_error
from wencang.cli.commands import (
    DONE,
    NOTHING,
    QUESTION,
    Engine,
    Since,
    SourceName,
    Until,
    Words,
    articles_of,
    open_archive,
    say_nothing,
)
from wencang.cli.output import answers, counting, say
from wencang.desk.edition import Edition
from wencang.desk.export.export import Format, check, named, names, open_format, to_file, to_folder

app = typer.Typer()


@app.command(**QUESTION)
def export(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    format: Annotated[
        str, typer.Option(metavar="F", autocompletion=names, help=", ".join(names()), show_default=False)
    ] = "",
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="PATH", help=_("A file, else stdout."))] = None,
    split_by: Annotated[
        Literal["", "article", "source", "section", "year", "month"],
        typer.Option(help=_("Make a folder of -o, with a file for each."), show_default=False),
    ] = "",
    simplified: Annotated[
        bool | None, typer.Option("--simplified/--traditional", help=_("Convert the text, by OpenCC."))
    ] = None,
    source: SourceName = "", since: Since = "", until: Until = "", engine: Engine = "",
) -> int:  # fmt: skip
    """Write the cleaned text of the hits, or of the whole archive, with its attribution; the earliest first.

    Examples:
        wencang export --format jsonl -o all.jsonl
        wencang export 援藏 --since 2022 --format md --split-by month -o aid
        wencang export 唐卡 --format epub --traditional -o thangka.epub
    """
    from wencang.desk.export.script import LANGUAGES, converter

    path = None if str(out) == "-" else out
    form = open_format(format or (named(path) if path else "") or "txt")
    check(form, path, split_by)
    edition = Edition(" ".join(query) or "闻藏", "zh" if simplified is None else LANGUAGES[simplified])
    with open_archive(ctx.obj) as store, _progress(path) as progress:
        revisions = articles_of(ctx.obj, store, query, source, since, until, engine, split_by)
        if simplified is not None:
            revisions = map(converter(simplified), revisions)
        count = _write(form, revisions, path, split_by, edition, progress)
    if path:
        told = ngettext("{count} article in {path}", "{count} articles in {path}", count)
        told = told if count else _("no articles: {path} was not written")
        say(told.format(count=count, path=path))
    elif not count:
        say_nothing(query or ["export"])
    return DONE if count else NOTHING


def _progress(path: Path | None) -> AbstractContextManager[Callable[[int], None]]:
    """A running count, unless the articles themselves run over the terminal."""
    return counting(_("articles")) if path or not sys.stdout.isatty() else nullcontext(lambda _count: None)


def _write(
    form: Format, revisions: Iterator[Revision], path: Path | None, by: str, edition: Edition,
    progress: Callable[[int], None],
) -> int:  # fmt: skip
    """Write the articles; the number written. Of none nothing is made."""
    written = 0

    def counted() -> Iterator[Revision]:
        nonlocal written
        for written, revision in enumerate(chain(first, revisions), 1):
            progress(written)
            yield revision

    if not (first := list(islice(revisions, 1))):
        return 0
    if path is None:
        form.write(counted(), answers(), edition)
        return written
    try:
        if by:
            to_folder(form, counted(), path, edition, by)
        else:
            to_file(form, counted(), path, edition)
    except OSError as error:
        place = (by and error.filename) or path  # a folder in the way, not the file that is written beside
        raise UsageFault(place, of_error(error), _("name another place with -o")) from error
    return written
