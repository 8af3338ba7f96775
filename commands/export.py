"""Write cleaned text."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from gettext import gettext as _
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from archive.errors import UsageFault
from commands import (
    DONE,
    NOTHING,
    QUESTION,
    Engine,
    Since,
    SourceName,
    Until,
    Words,
    open_archive,
    open_index,
    read_question,
    say_if_behind,
)
from terminal import say

app = typer.Typer()


@app.command(**QUESTION)
def export(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    format: Annotated[Literal["txt", "jsonl"], typer.Option()] = "txt",
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="PATH", help=_("A file, else stdout."))] = None,
    source: SourceName = "", since: Since = "", until: Until = "", engine: Engine = "",
) -> int:  # fmt: skip
    """Write the cleaned text of the hits, or of the whole archive, with its attribution."""
    from importlib import import_module

    from indexer.search import every_match

    write = import_module(f"archive.{format}").write
    with open_archive(ctx.obj) as store, _whole_file(out) as file:
        if query:
            with open_index(ctx.obj, engine) as index:
                count = write(every_match(store, index, read_question(store, index, query, source, since, until)), file)
                say_if_behind(store, index)
        elif source or since or until:
            raise UsageFault("export", _("filters need a query"), _("add words to look for"))
        else:
            count = write(store.kept(), file)
    if out:
        say(_("{count} articles in {path}").format(count=count, path=out))
    return DONE if count or not query else NOTHING


@contextmanager
def _whole_file(path: Path | None) -> Iterator[Any]:
    """A file that appears whole or not at all; stdout for None."""
    if path is None or str(path) == "-":
        yield sys.stdout
        return
    if path.exists() and (path.is_symlink() or not path.is_file()):  # a device or a link is written through
        with path.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        return
    new = path.with_name(path.name + ".part")
    try:
        with new.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        new.replace(path)
    except OSError as error:
        raise UsageFault(path, error.strerror or str(error), _("name another file with -o")) from error
    finally:
        with suppress(OSError):  # it was renamed, or could not be made
            new.unlink()
