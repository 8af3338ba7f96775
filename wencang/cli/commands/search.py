"""Find articles."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wencang.cli.commands import (
    DONE,
    NOTHING,
    QUESTION,
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
    say_if_rebuild_due,
    say_if_stories_behind,
)
from wencang.cli.output import print_json, say
from wencang.cli.output.hits import print_hits
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from indexer.suggest.did_you_mean import Proposal

app = typer.Typer()


@app.command(**QUESTION)
def search(
    ctx: typer.Context, query: Words,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help=_("Show at most so many; 0 counts them."))] = 10,
    source: SourceName = "",
    since: Since = "", until: Until = "", sort: Literal["relevance", "newest", "oldest"] = "relevance",
    engine: Engine = "", as_json: Json = False,
    count: Annotated[bool, typer.Option("--facets", help=_("Count the answer by source, section, date ..."))] = False,
    collapse: Annotated[bool, typer.Option(help=_("Show articles with the same text as one hit."))] = True,
    stories: Annotated[bool, typer.Option("--stories", help=_("Show a story and its reprints as one hit."))] = False,
) -> int:  # fmt: skip
    """Find articles: those with all words first, "exact text" in quotes, -word unwanted.

    Also OR and brackets, title: source: section: author: date:2022-05..2022-06, and 招商* for a beginning.

    Examples:
        wencang 援藏 招商引资
        wencang '"招商引资项目" -旅游' --since 2022-06 --until 2023
        wencang 标题:唐卡 --sort newest --json
    """
    from indexer.search import Collapse, facets, search

    with open_archive(ctx.obj) as store, open_index(ctx.obj, engine) as index:
        question = read_question(store, index, query, source, since, until)
        together: Collapse = "stories" if stories else "texts" if collapse else "nothing"
        results = search(store, index, question, limit, order=sort, collapse=together)
        print_hits(results, as_json)
        if count:
            _print_facets(facets(index, question), as_json)
        if not results.total:
            from indexer.suggest.did_you_mean import did_you_mean

            _say_proposals(did_you_mean(index, question))
        say_if_behind(store, index)
        if stories:
            say_if_stories_behind(store)
        say_if_rebuild_due(ctx.obj, engine, index)
    return DONE if results.total else NOTHING


def _say_proposals(proposals: Sequence[Proposal]) -> None:
    """What to ask instead, a line each."""
    for one in proposals:
        told = ngettext("{count} article", "{count} articles", one.articles).format(count=one.articles)
        told += "" if one.whole else _(", none with all the words")
        without = _("without {filters}").format(filters=_(" and ").join(one.without)) if one.without else ""
        if one.question:
            asked = ", ".join(filter(None, (" ".join(one.question.split()), without)))
            say(_("did you mean: {question} ({told})").format(question=asked, told=told))
        else:
            say(f"{without}: {told}")


def _print_facets(facets: dict[str, dict[str, int]], as_json: bool) -> None:
    """How many articles of the answer have which value."""
    if as_json:
        print_json({"facets": facets})
        return
    for name, counts in facets.items():
        print()
        print_table((_(name), _("articles")), [(value or "-", str(count)) for value, count in counts.items()])
