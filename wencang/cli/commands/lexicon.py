"""The words that articles and questions are segmented with: the user's own, and those that ship."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, NOTHING, QUESTION, Engine, Json, Limit, archive_of, question_of
from wencang.cli.output import counting, say, say_notices
from wencang.cli.output.tables import print_rows, print_table

app = typer.Typer()
Words = Annotated[list[str], typer.Argument(metavar="WORD...", show_default=False)]


@app.callback(invoke_without_command=True)
def door(ctx: typer.Context) -> None:
    """Names and terms that are kept whole as one word, in DATA/lexicon.txt.

    Examples:
        wencang lexicon suggest
    """
    if not ctx.invoked_subcommand:
        print(ctx.get_help())


@app.command()
def add(ctx: typer.Context, words: Words) -> int:
    """Keep these words whole; "WORD 50" gives one a frequency of its own.

    Examples:
        wencang lexicon add 对口支援 央金
    """
    edit = archive_of(ctx).lexicon.add(words)
    for word, change in edit.words:
        line = _("{word}: added") if change == "added" else _("{word}: is a word already")
        print(line.format(word=word))
    say_notices(edit.notices)
    return DONE


@app.command()
def remove(ctx: typer.Context, words: Words) -> int:
    """Remove your own words, or exclude shipped ones.

    Examples:
        wencang lexicon remove 对口支援
    """
    edit = archive_of(ctx).lexicon.remove(words)
    for word, _change in edit.words:
        print(_("{word}: removed").format(word=word))
    say_notices(edit.notices)
    return DONE


@app.command("list")
def list_(
    ctx: typer.Context, as_json: Json = False,
    everything: Annotated[bool, typer.Option("--all", help=_("List the shipped words too."))] = False,
) -> int:  # fmt: skip
    """List your own words, and those that you excluded.

    Examples:
        wencang lexicon list --all
    """
    words = archive_of(ctx).lexicon.list(all=everything)
    if not words.words:
        say(_("no words of your own yet; `wencang lexicon suggest` proposes some"))
    elif as_json:
        print_rows(words, "json")
    else:
        rows = [(word, str(frequency or "-"), _(state)) for word, frequency, state in words.words]
        print_table((_("word"), _("frequency"), _("state")), rows)
    say_notices(words.notices)
    return DONE


@app.command(**QUESTION)
def suggest(
    ctx: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="[QUERY...]", help=_("Of the articles it finds only."))] = [],  # noqa: B006
    limit: Limit = 30, engine: Engine = "", as_json: Json = False,
) -> int:  # fmt: skip
    """List names and terms of the articles that are still cut apart, the likeliest first.

    Examples:
        wencang lexicon suggest
        wencang lexicon suggest 唐卡 --limit 10
    """
    with counting(_("articles read")) as progress:
        terms = archive_of(ctx).lexicon.suggest(question_of(query), limit=limit, engine=engine, progress=progress)
    say_notices(terms.notices)
    if as_json:
        print_rows(terms, "json")
        return DONE if terms.terms else NOTHING
    if terms.terms:
        head = (_("word"), _("articles"), _("example"))
        print_table(head, [(term.word, str(term.articles), term.example) for term in terms.terms])
    say(_("{count} words proposed; `wencang lexicon add WORD` keeps one whole").format(count=len(terms.terms)))
    return DONE if terms.terms else NOTHING
