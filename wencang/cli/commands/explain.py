"""Tell what a question became, and why an article answers it."""

from __future__ import annotations

from dataclasses import asdict
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import typer

from archive.escaping import printable
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
    named,
    open_archive,
    open_index,
    read_question,
)
from wencang.cli.output import print_json
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from indexer.explain import Explanation, Reason

app = typer.Typer()


@app.command(**QUESTION)
def explain(
    ctx: typer.Context, query: Words, source: SourceName = "", since: Since = "", until: Until = "",
    engine: Engine = "", as_json: Json = False,
) -> int:  # fmt: skip
    """Tell what a question became; with the id or address of an article as last word, why that answers it.

    Examples:
        wencang explain 援藏 招商引资
        wencang explain 援藏 招商引资 tibet.cn-7210688
    """
    from indexer.explain import explain

    with open_archive(ctx.obj) as store, open_index(ctx.obj, engine) as index:
        revision = named(store, query[-1]) if len(query) > 1 else None
        words = query[:-1] if revision else query
        question = read_question(store, index, words, source, since, until)
        told = explain(store, index, question, revision.article if revision else None)
    if as_json:
        print_json(_values(told))
    else:
        _print(told)
    return DONE if told.total and (told.reason is None or told.reason.rank) else NOTHING


def _values(told: Explanation) -> dict[str, object]:
    values = asdict(told)
    if told.reason:
        values["reason"]["article"] = told.reason.article.id
    return values


def _print(told: Explanation) -> None:
    for typed, folded in told.folded:
        print(printable(_("{typed} is looked for as {folded}").format(typed=typed, folded=folded)))
    head = [_("word"), _("articles"), _("rarity")]
    rows = [[one.word, str(one.articles), f"{one.rarity:.2f}"] for one in told.words]
    if told.reason:
        head += [_("in title"), _("in body"), _("score")]
        for row, one in zip(rows, told.words, strict=True):
            row += [str(one.title), str(one.body), f"{one.score:.2f}"]
    if rows:
        print_table(tuple(head), [tuple(row) for row in rows])
    for clause in told.clauses:
        kind = _("unwanted") if clause.unwanted else _("needed")
        has = "" if told.reason is None else _(", it has that") if clause.has else _(", it does not have that")
        line = ngettext("{kind}: {text}, in {count} article", "{kind}: {text}, in {count} articles", clause.articles)
        print(printable(line.format(kind=kind, text=clause.text, count=clause.articles) + has))
    print(_("{total} articles answer, {whole} with all the words").format(total=told.total, whole=told.whole))
    if told.reason:
        _print_reason(told, told.reason)


def _print_reason(told: Explanation, reason: Reason) -> None:
    print(printable(f"{reason.article.id}  {reason.article.title}"))
    if not reason.rank:
        print(_("is not in the answer"))
        return
    parts = [(_("words"), sum(one.score for one in told.words))]
    if close := reason.closeness:
        parts += [
            (_("said at the beginning"), close.lead), (_("close together"), close.together),
            (_("joined as typed"), close.joined), (_("length"), close.length),
        ]  # fmt: skip
    matched = _("all the words") if reason.whole else _("some of the words")
    print(_("rank {rank}, {matched}: score {score:.2f}").format(rank=reason.rank, matched=matched, score=reason.score))
    print_table((_("of that"), _("score")), [(name, f"{score:.2f}") for name, score in parts])
