"""List the stories with most copies, or bring them up to date."""

from __future__ import annotations

from gettext import gettext as _
from typing import Annotated

import typer

from archive.errors import UsageFault
from wencang.cli.commands import (
    DONE,
    QUESTION,
    Engine,
    Json,
    Limit,
    Since,
    SourceName,
    Until,
    Words,
    open_archive,
    open_index,
    read_question,
    say_if_behind,
    say_if_stories_behind,
    say_nothing,
)
from wencang.cli.output import counting, print_json, say
from wencang.cli.output.tables import print_table

app = typer.Typer()


@app.command(**QUESTION)
def stories(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    limit: Limit = 10, source: SourceName = "", since: Since = "", until: Until = "", engine: Engine = "",
    update: Annotated[bool, typer.Option("--update", help=_("Look at what is new first."))] = False,
    as_json: Json = False,
) -> int:  # fmt: skip
    """List the stories of most articles, or of most among those that a question finds.

    Examples:
        wencang stories --update
        wencang stories 援藏 --limit 5
    """
    from archive.tables.stories import Stories
    from indexer.search import every_id

    if not query and (source or since or until):
        raise UsageFault("stories", _("filters need a query"), _("add words to look for"))
    with open_archive(ctx.obj) as store:
        if update:
            from archive import clock
            from archive.proof import manifest
            from wencang.desk.reprints.stories import bring_up

            manifest.close(store, ctx.obj.data, clock.now())  # `verify` trusts that they come after it
            with counting(_("articles looked at")) as progress:
                bring_up(store, progress, manifest.held(ctx.obj.data))
        ids = None
        if query:
            with open_index(ctx.obj, engine) as index:
                ids = every_id(store, index, read_question(store, index, query, source, since, until))
                say_if_behind(store, index)
        found, total = Stories(store).largest(limit, ids)
        firsts = store.get_many(story for story, _count in found)
        say_if_stories_behind(store)
    told = [(count, firsts[story].article) for story, count in found if story in firsts]
    if as_json:
        for count, first in told:
            published = first.published and first.published.isoformat()
            print_json({"story": first.id, "articles": count, "title": first.title, "published": published})
    elif told:
        rows = [(str(count), str(first.day or "-"), first.source, first.id, first.title) for count, first in told]
        print_table((_("articles"), _("first published"), _("source"), _("story"), _("title")), rows)
        say(_("{shown} of {total} stories").format(shown=len(told), total=total))
    return DONE if told else say_nothing(query or ["stories"])
