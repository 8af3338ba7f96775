"""The words that articles and questions are cut with: the user's own, and those that ship."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from gettext import gettext as _
from itertools import count
from typing import TYPE_CHECKING, Annotated

import typer

from archive import settings
from archive.errors import WencangError
from archive.lock import exclusive
from wencang.cli.commands import (
    DONE,
    NOTHING,
    QUESTION,
    Engine,
    Json,
    Limit,
    indexes,
    open_archive,
    open_index,
    read_question,
    say_if_rebuild_due,
)
from wencang.cli.output import counting, print_json, say
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive.article import Revision
    from archive.store import ArticleStore
    from indexer.text.new_terms import NewTerm

app = typer.Typer()
Words = Annotated[list[str], typer.Argument(metavar="WORD...", show_default=False)]


@app.callback(invoke_without_command=True)
def door(ctx: typer.Context) -> None:
    """Names and terms that are to be cut as one word, kept in DATA/lexicon.txt.

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
    from indexer.text import lexicon
    from indexer.text.analyzer import Analyzer

    wanted = [lexicon.typed(word) for word in words]
    told = []
    with exclusive(ctx.obj.data / "lexicon.lock"):
        lines = before = lexicon.read(ctx.obj.data)
        known = Analyzer(lexicon.merged(ctx.obj.data)).knows
        for word in wanted:
            after = lines if known(word.word) else lexicon.with_word(lines, word)
            line = _("{word}: added") if after != lines else _("{word}: is a word already")
            told.append(line.format(word=word.text))
            lines = after
        if lines != before:
            lexicon.write(ctx.obj.data, lines)
    print("\n".join(told))
    return _told(ctx.obj)


@app.command()
def remove(ctx: typer.Context, words: Words) -> int:
    """Take words out again: your own, or those that ship.

    Examples:
        wencang lexicon remove 对口支援
    """
    from indexer.text import lexicon

    with exclusive(ctx.obj.data / "lexicon.lock"):
        lines = lexicon.read(ctx.obj.data)
        for word in words:
            lines = lexicon.without(lines, word)
        lexicon.write(ctx.obj.data, lines)
    for word in words:
        print(_("{word}: taken out").format(word=word))
    return _told(ctx.obj)


@app.command("list")
def list_(
    ctx: typer.Context, as_json: Json = False,
    everything: Annotated[bool, typer.Option("--all", help=_("The words that ship, too."))] = False,
) -> int:  # fmt: skip
    """Your own words, and those that you took out.

    Examples:
        wencang lexicon list --all
    """
    from indexer.text import lexicon

    ours = lexicon.own(lexicon.read(ctx.obj.data))
    words = {word: (one.frequency, "out" if one.out else "own") for word, one in ours.items()}
    if everything:
        words |= {word: (one, "shipped") for word, one in lexicon.shipped().items() if word not in ours}
    for word, (frequency, state) in words.items() if as_json else ():
        print_json({"word": word, "frequency": frequency, "state": state})
    if not words:
        say(_("no words of your own yet; `wencang lexicon suggest` proposes some"))
    elif not as_json:
        rows = [(word, str(frequency or "-"), _(state)) for word, (frequency, state) in words.items()]
        print_table((_("word"), _("frequency"), _("state")), rows)
    return _told(ctx.obj)


@app.command(**QUESTION)
def suggest(
    ctx: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="[QUERY...]", help=_("Of its articles only."))] = [],  # noqa: B006
    limit: Limit = 30, engine: Engine = "", as_json: Json = False,
) -> int:  # fmt: skip
    """Names and terms of the articles that are taken apart so far, the likeliest first.

    Examples:
        wencang lexicon suggest
        wencang lexicon suggest 唐卡 --limit 10
    """
    from indexer.text import lexicon
    from indexer.text.analyzer import Analyzer, fold
    from indexer.text.new_terms import new_terms, texts

    analyzer = Analyzer(lexicon.merged(ctx.obj.data))
    out = {word for word, one in lexicon.own(lexicon.read(ctx.obj.data)).items() if one.out}
    with open_archive(ctx.obj) as store, counting(_("articles read")) as progress:
        number = count(1)

        def read() -> Iterator[str]:
            for text in texts(_revisions(ctx.obj, store, engine, query)):
                progress(next(number))
                yield text

        found = [one for one in new_terms(read, analyzer, limit + len(out)) if fold(one.word) not in out][:limit]
    _print_new_words(found, as_json)
    return DONE if found else NOTHING


def _revisions(settings: settings.Settings, store: ArticleStore, engine: str, query: list[str]) -> Iterable[Revision]:
    """All articles, or those of a question."""
    from indexer.search import every_match

    if not query:
        yield from store.kept()
        return
    with open_index(settings, engine) as index:
        yield from every_match(store, index, read_question(store, index, query))


def _print_new_words(words: list[NewTerm], as_json: bool) -> None:
    if as_json:
        for one in words:
            print_json(asdict(one) | {"score": round(one.score, 2)})
        return
    if words:
        head = (_("word"), _("articles"), _("example"))
        print_table(head, [(one.word, str(one.articles), one.example) for one in words])
    say(_("{count} words proposed; `wencang lexicon add WORD` keeps one whole").format(count=len(words)))


def _told(settings: settings.Settings) -> int:
    """Done, with a word on each index that was cut otherwise."""
    for name in indexes(settings):
        with suppress(WencangError), open_index(settings, name) as index:  # one that can't be opened has other needs
            say_if_rebuild_due(settings, name, index)
    return DONE
