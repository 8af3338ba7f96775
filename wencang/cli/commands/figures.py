"""Tell the figures and names in the articles that a question finds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from gettext import gettext as _
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal

import typer

from archive.disk import atomic_write
from archive.errors import UsageFault
from wencang.cli.commands import (
    DONE,
    QUESTION,
    Csv,
    Engine,
    Json,
    Since,
    SourceName,
    Until,
    Words,
    open_archive,
    open_index,
    read_question,
    say_if_behind,
    say_nothing,
)
from wencang.cli.output import answers, is_watched
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from indexer.figures.find import Mention

app = typer.Typer()
_COLUMNS = (
    "kind", "value", "to", "unit", "bound", "text", "start", "end", "id", "url", "published", "title", "sentence",
)  # fmt: skip
_ROWS = 500  # of a table whose columns stand under each other
_AROUND = 12  # characters before and behind that a terminal shows

Kinds = Annotated[
    list[str],
    typer.Option(metavar="K", help=_("money, count, percent, date, place, institution or person; several too.")),
]


@app.command(**QUESTION)
def figures(
    ctx: typer.Context, query: Words,
    kind: Kinds = [],  # noqa: B006  # never changed
    sort: Annotated[Literal["article", "value"], typer.Option(help=_("The largest, or earliest, first."))] = "article",
    source: SourceName = "", since: Since = "", until: Until = "", engine: Engine = "", as_json: Json = False,
    as_csv: Csv = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="PATH", help=_("A file, else stdout."))] = None,
) -> int:  # fmt: skip
    """Tell amounts, counts, percentages, dates, places, institutions and persons in the articles with all the words.

    Examples:
        wencang figures 援藏 --kind money --sort value
    """
    from indexer.figures.figure import KINDS
    from indexer.figures.find import by_value, mentions
    from indexer.search import every_match

    kinds = [one for one in KINDS if one in kind or not kind]
    if unknown := set(kind) - set(kinds):
        raise UsageFault(unknown.pop(), _("is no kind"), _("kinds: {names}").format(names=", ".join(KINDS)))
    with open_archive(ctx.obj) as store, open_index(ctx.obj, engine) as index:
        question = read_question(store, index, query, source, since, until)
        articles = (revision.article for revision in every_match(store, index, question))
        rows = mentions(articles, kinds)
        if sort == "value":
            rows = iter(sorted(rows, key=by_value))
        first = list(islice(rows, 1))
        if first and (out or as_csv or as_json):
            with _written_to(out) as file:
                (_write_json if as_json else _write_csv)(chain(first, rows), file)
        else:
            _print_table(chain(first, rows))
        say_if_behind(store, index)
    return DONE if first else say_nothing(query)


@contextmanager
def _written_to(path: Path | None) -> Iterator[IO[bytes]]:
    """A file that appears whole or not at all; stdout for None."""
    if path is None or str(path) == "-":
        yield answers()
        return
    try:
        with atomic_write(path) as file:
            yield file
    except OSError as error:
        raise UsageFault(path, error.strerror or str(error), _("name another file with -o")) from error


def _write_csv(rows: Iterable[Mention], out: IO[bytes]) -> None:
    from wencang.desk import table

    table.write(out, _COLUMNS, ([row[column] for column in _COLUMNS] for row in map(_values, rows)))


def _write_json(rows: Iterable[Mention], out: IO[bytes]) -> None:
    for row in map(_values, rows):
        out.write((json.dumps(row, ensure_ascii=False) + "\n").encode())


def _print_table(rows: Iterable[Mention]) -> None:
    head = (_("value"), _("unit"), _("found"), _("article"), _("published"), _("title"), _("sentence"))
    left = iter(rows)
    while some := list(islice(left, _ROWS)):
        print_table(head, list(map(_row, some)))


def _row(one: Mention) -> tuple[str, ...]:
    row = _values(one)
    value = " ".join(filter(None, (row["bound"], "..".join(filter(None, (row["value"], row["to"]))))))
    article, figure = one.article, one.figure
    near = article.body[max(0, figure.start - _AROUND) : figure.end + _AROUND] if is_watched() else one.sentence
    return (
        value,
        row["unit"],
        figure.text,
        article.id,
        row["published"][:10] or "-",
        article.title,
        " ".join(near.split()),
    )


def _values(one: Mention) -> dict[str, Any]:
    """Amounts as decimals without an exponent, days as ISO 8601; `to` where a range or a period ends."""
    from indexer.figures.figure import Name, Period, Quantity

    figure, article = one.figure, one.article
    match figure.value:
        case Quantity(low, high, unit, bound):
            told = (_decimal(low), "" if high == low else _decimal(high), unit, bound)
        case Period(first, last):
            told = (first.isoformat() if first else "", last.isoformat() if last and last != first else "", "", "")
        case Name(name, title):
            told = (name, "", title, "")
    return {
        "kind": figure.kind, **dict(zip(("value", "to", "unit", "bound"), told, strict=True)),
        "text": figure.text, "start": figure.start, "end": figure.end, "id": article.id, "url": article.url,
        "published": article.published.isoformat() if article.published else "", "title": article.title,
        "sentence": one.sentence,
    }  # fmt: skip


def _decimal(number: Decimal) -> str:
    return f"{number.normalize():f}"
