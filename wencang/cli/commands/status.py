"""Tell what is kept."""

from __future__ import annotations

import re
from datetime import timedelta
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from archive import settings
from archive.errors import UsageFault, WencangError
from archive.settings import FILE
from wencang.cli.commands import CHECK, DONE, Json, indexes, open_archive, open_index
from wencang.cli.output import print_json, say
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from archive.store import ArticleStore
    from archive.tables.ledger import Ledger
    from indexer.engines.engine import SearchEngine

app = typer.Typer()
_COMMON = "西藏 发展 工作"  # words that very many articles have
_SLOW = 0.2  # seconds: to be waited for


class _IndexState(NamedTuple):
    """How an engine's index is; that a rebuild is due and that it was outgrown, empty where not."""

    told: str
    rebuild_due: str = ""
    advice: str = ""


@app.command()
def status(
    ctx: typer.Context, as_json: Json = False,
    max_age: Annotated[
        str, typer.Option(metavar="TIME", help=_("Fail where a source was not checked for 26h, 3d ..."))
    ] = "",
) -> int:  # fmt: skip
    """What is kept, how fresh it is, and whether the index is up to date.

    Examples:
        wencang status
        wencang status --max-age 26h
    """
    from archive.tables.ledger import Ledger
    from archive.tables.stats import by_source

    with open_archive(ctx.obj) as store:
        counts, sequence = by_source(store), store.sequence()
        stale = _stale(Ledger(store), _age(max_age)) if max_age else []
        made = indexes(ctx.obj)
        looked_at = {name: _index_state(ctx.obj, store, name, made == ["whoosh"]) for name in made}
    states = {name: one.told for name, one in looked_at.items()}
    due = {name: one.rebuild_due for name, one in looked_at.items() if one.rebuild_due}
    advice = "".join(one.advice for one in looked_at.values())
    if as_json:
        kept = [
            {"source": c.source, "articles": c.articles, "revisions": c.revisions,
             "newest_fetch": c.newest_fetch.isoformat(),
             "newest_published": c.newest_published and c.newest_published.isoformat()}
            for c in counts
        ]  # fmt: skip
        print_json(
            {"data": str(ctx.obj.data), "sequence": sequence, "sources": kept, "indexes": states, "lexicon": due,
             "advice": advice}
        )  # fmt: skip
        return _told(stale)
    rows = [
        (c.source or "-", str(c.articles), str(c.revisions), f"{c.newest_fetch:%Y-%m-%d %H:%M}Z",
         f"{c.newest_published:%Y-%m-%d}" if c.newest_published else "-")
        for c in counts
    ]  # fmt: skip
    print_table((_("source"), _("articles"), _("versions"), _("last fetched"), _("newest article")), rows)
    for name, state in states.items():
        print(_("index {engine}: {state}").format(engine=name, state=state))
    for line in filter(None, (*due.values(), advice)):
        print(line)
    if not states:
        print(_("no index yet; `wencang index` makes one"))
    return _told(stale)


def _age(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,5})([mhd])", text.strip())
    if not match:
        raise UsageFault(text, _("is no age"), _("say 90m, 26h or 3d"))
    return int(match[1]) * {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[match[2]]


def _stale(ledger: Ledger, age: timedelta) -> list[str]:
    """The sources of which no list was read for longer than that, a line each."""
    from archive import clock
    from archive.tables.ledger import last_checks

    checks = dict.fromkeys(ledger.unanswered()) | last_checks(ledger.sections())
    if not checks:
        return [_("no list was ever read")]
    told, never = _("{source}: no list was read since {time}"), _("{source}: no list was ever read")
    return [
        told.format(source=source, time=f"{time:%Y-%m-%d %H:%M}Z") if time else never.format(source=source)
        for source, time in checks.items()
        if not time or clock.now() - time > age
    ]


def _told(stale: list[str]) -> int:
    for line in stale:
        say(line)
    return CHECK if stale else DONE


def _index_state(settings: settings.Settings, store: ArticleStore, engine: str, only_whoosh: bool) -> _IndexState:
    from indexer.update import rebuild_due

    try:
        with open_index(settings, engine) as opened:
            behind = store.changed_since(opened.position())
            due = "".join(map(str, rebuild_due(settings, engine, opened)))
            advice = _advice(settings, opened) if only_whoosh else ""
    except WencangError as error:
        return _IndexState(str(error))
    told = ngettext("{count} article behind; `wencang index`", "{count} articles behind; `wencang index`", behind)
    told = told.format(count=behind) if behind else _("up to date")
    return _IndexState(told, due, advice)


def _advice(settings: settings.Settings, whoosh: SearchEngine) -> str:
    """That the archive has outgrown Whoosh, where it has: it takes longer with each article."""
    from time import perf_counter

    from indexer.question.parser import parse_query

    question = parse_query(_COMMON, whoosh.analyzer)
    start = perf_counter()
    try:
        whoosh.search(question, 10)
        seconds, count = perf_counter() - start, whoosh.count()
    except WencangError:  # `verify` tells what is damaged
        return ""
    if seconds < _SLOW:
        return ""
    return _(
        "whoosh takes {ms:.0f} ms to find {words} in {count} articles, tantivy a small part of that (docs/search.md): "
        '`pip install tantivy`, `wencang index --engine tantivy`, then engine = "tantivy" in {file}'
    ).format(ms=seconds * 1000, words=_COMMON, count=count, file=settings.data / FILE)
