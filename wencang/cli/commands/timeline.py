"""Count articles, or stories, by when they were published."""

from __future__ import annotations

from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archive.errors import UsageFault
from wencang.cli.commands import (
    DONE,
    NOTHING,
    QUESTION,
    Csv,
    Engine,
    Json,
    Since,
    SourceName,
    Until,
    Words,
    chosen,
    open_archive,
    open_index,
    read_question,
    say_if_behind,
    say_if_stories_behind,
)
from wencang.cli.output import is_watched, say, width
from wencang.cli.output.tables import print_line, print_rows

if TYPE_CHECKING:
    from wencang.desk.count.timeline import Timeline

app = typer.Typer()
_ENDINGS = (".svg", ".png")


@app.command(**QUESTION)
def timeline(
    ctx: typer.Context, query: Words,
    more: Annotated[list[str], typer.Option("--query", metavar="Q", help=_("A further question beside it."))] = [],  # noqa: B006
    by: Annotated[Literal["day", "week", "month", "year"], typer.Option()] = "month",
    share: Annotated[bool, typer.Option("--share", help=_("Of all articles of that time."))] = False,
    group: Annotated[
        Literal["", "source", "section", "credit"], typer.Option(help=_("Part the answer."), show_default=False)
    ] = "",
    stories: Annotated[bool, typer.Option("--stories", help=_("Count a story and its reprints once."))] = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help=_("A picture: .svg or .png."))] = None,
    source: SourceName = "", since: Since = "", until: Until = "", engine: Engine = "",
    as_csv: Csv = False, as_json: Json = False,
) -> int:  # fmt: skip
    """Count the articles that have all the words by when they were published, several questions side by side.

    Examples:
        wencang timeline 援藏 --by year
        wencang timeline 援藏 --query 旅游 --share -o shares.svg
    """
    from wencang.desk.count.timeline import timeline

    form = chosen(csv=as_csv, json=as_json)
    _check(out, more, group)
    with open_archive(ctx.obj) as store, open_index(ctx.obj, engine) as index:
        asked = {" ".join(words): read_question(store, index, words, source, since, until)
                 for words in (query, *([one] for one in more))}  # fmt: skip
        told = timeline(store, index, asked, by, share, group, stories)
        say_if_behind(store, index)
        if stories:
            say_if_stories_behind(store)
    _show(told, form, out)
    return DONE if told.total else NOTHING


def _check(out: Path | None, more: list[str], group: str) -> None:
    from wencang.desk.draw.plot import LINES

    if group and more:
        raise UsageFault("--group", _("parts one question's answer"), _("leave --query out"))
    if out and out.suffix.lower() not in _ENDINGS:
        raise UsageFault(out, _("is no picture"), _("name it .svg or .png; --csv and --json print the counts"))
    if out and len(more) >= LINES:
        raise UsageFault(
            "--query", _("a picture holds {count} lines").format(count=LINES), _("ask fewer; --csv has room for all")
        )
    if out and not out.parent.is_dir():
        raise UsageFault(out.parent, _("is no folder"), _("name another place with -o"))


def _show(told: Timeline, form: str, out: Path | None) -> None:
    from wencang.cli.output.bars import drawn, fitted
    from wencang.desk.count.timeline import largest, rows
    from wencang.desk.draw.plot import MOST

    if out:
        _draw(largest(told, MOST), out)
    if form:
        print_rows(told.columns, rows(told), form)
    elif not out and told.total:
        few = fitted(told, MOST, width()) if is_watched() else largest(told, MOST)
        for line in drawn(few, width()):
            print_line(line)
    counted = _("{name}: {count} stories") if told.stories else _("{name}: {count} articles")
    for one in told.series if not form else ():
        say(counted.format(name=told.name(one), count=one.total))


def _draw(told: Timeline, out: Path) -> None:
    from archive.disk import atomic_write
    from wencang.desk.draw.plot import svg

    picture = svg(told)
    if out.suffix.lower() == ".png":
        from wencang.desk.draw.png import png

        made = png(picture)
    else:
        made = picture.encode()
    with atomic_write(out) as file:
        file.write(made)
    say(_("{path}: drawn").format(path=out))
