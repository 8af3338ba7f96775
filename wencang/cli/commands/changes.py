"""List what sites changed in articles after publishing them."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import (
    DONE,
    NOTHING,
    QUESTION,
    Credit,
    Csv,
    Engine,
    Json,
    Limit,
    Section,
    SourceName,
    TableFile,
    Words,
    archive_of,
    chosen,
    question_of,
    to_file,
)
from wencang.cli.output import print_json, say, say_notices
from wencang.cli.output.tables import print_rows

app = typer.Typer()


@app.command(**QUESTION)
def changes(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    since: Annotated[str, typer.Option(metavar="D", help=_("Seen from this day, month or year on."))] = "",
    until: Annotated[str, typer.Option(metavar="D", help=_("Seen until this day, month or year."))] = "",
    gone: Annotated[bool, typer.Option("--gone", help=_("Only articles that disappeared from the site."))] = False,
    source: SourceName = "", section: Section = "", credit: Credit = "", limit: Limit = 20,
    before: Annotated[int, typer.Option(metavar="N", help=_("Go on with what was archived before this version."))] = 0,
    engine: Engine = "", as_csv: Csv = False, as_json: Json = False, out: TableFile = None,
) -> int:  # fmt: skip
    """List edits of headline and text, disappearances and returns of articles, the newest first, with the words.

    When: between the two times at which the versions were fetched; --since and --until are about the later one.
    With a question, of articles any version of which has all its words.

    Examples:
        wencang changes --since 2022-06
        wencang changes 招商引资 --gone
        wencang changes --source tibet.cn --json
    """
    from wencang.cli.output.versions import print_changes

    form = chosen(out, csv=as_csv, json=as_json)
    found = archive_of(ctx).changes(
        question_of(query), since=since, until=until, gone=gone, source=source, section=section, credit=credit,
        limit=limit, before=before, engine=engine,
    )  # fmt: skip
    say_notices(found.notices)
    if out:
        return to_file(found, out, form)
    if form == "json":
        for change in found.changes:
            print_json(change.to_json())
    elif form:
        print_rows(found, form)
    else:
        print_changes(found)
    if found.next:
        say(_("more: --before {sequence}").format(sequence=found.next))
    elif not found.changes:
        say(_("no changes"))
    return DONE if found.changes else NOTHING
