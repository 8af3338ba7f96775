"""One file a command, found by its name and imported when it is called; here what several of them share.

Each holds an `app`, Typer's. A command imports what it needs when it runs: a search starts
without Scrapy, and without Rich where nobody watches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer
from typer.core import TyperCommand

from archive import settings
from archive.errors import (
    Busy,
    NotAnArticle,
    NotFetched,
    NotKept,
    NotScheduled,
    NotTold,
    QueryFault,
    UsageFault,
    WencangError,
    Withdrawn,
)
from wencang.cli.output import say, say_notices

if TYPE_CHECKING:
    from archive.article import Revision
    from archive.store import ArticleStore
    from indexer.engines.engine import SearchEngine
    from indexer.question.query import Query
    from wencang.archive import Archive

T = TypeVar("T")
DONE, NOTHING, USAGE, UNUSABLE, BUSY, FAILURES, CHECK = range(7)  # exit codes
INTERRUPTED = 130  # as a shell has it
_CODES: dict[type[WencangError], int] = {
    UsageFault: USAGE, Busy: BUSY, NotAnArticle: NOTHING, NotKept: NOTHING, Withdrawn: NOTHING,
    NotFetched: FAILURES, NotScheduled: FAILURES, NotTold: FAILURES,
}  # fmt: skip


def code_of(error: WencangError) -> int:
    """The exit code that tells an error."""
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), UNUSABLE)


class Question(TyperCommand):
    """A command whose words may begin with "-": -word leaves articles with it out."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        known = {name for parameter in self.get_params(ctx) for name in (*parameter.opts, *parameter.secondary_opts)}
        for arg in args[:end]:
            if arg.startswith("--") and arg.split("=")[0] not in known:
                raise typer.BadParameter(_("no such option: {name}").format(name=arg))
        return super().parse_args(ctx, args)


QUESTION: dict[str, Any] = {"cls": Question, "context_settings": {"ignore_unknown_options": True}}


def known_sources() -> list[str]:
    """What a shell proposes for a source."""
    from crawler.sources import names

    return list(names())


def known_engines() -> list[str]:
    """What a shell proposes for an engine."""
    from indexer.engines import names

    return names()


Words = Annotated[
    list[str], typer.Argument(metavar="QUERY...", help=_('Words, "exact text", -word.'), show_default=False)
]
Since = Annotated[
    str, typer.Option(metavar="D", help=_("From this year, month or day on (2022, 2022-06, 2022-06-01)."))
]
Until = Annotated[str, typer.Option(metavar="D", help=_("Up to the end of this year, month or day."))]
SourceName = Annotated[
    str, typer.Option(metavar="S", autocompletion=known_sources, help=_("Only articles of this source."))
]
Sources = Annotated[
    list[str],
    typer.Argument(metavar="[SOURCE...]", autocompletion=known_sources, help=_("All there are, unless named.")),
]
OneSource = Annotated[
    str, typer.Argument(metavar="[SOURCE]", autocompletion=known_sources, help=_("Of all, unless named."))
]
Engine = Annotated[
    str, typer.Option(metavar="E", autocompletion=known_engines, help=_("Search engine; whoosh unless set otherwise."))
]
Limit = Annotated[int, typer.Option(min=1, metavar="N", help=_("Show at most so many."))]
Least = Annotated[int, typer.Option(min=1, metavar="N", help=_("Leave out what is rarer."))]
Period = Annotated[
    Literal["", "year", "month"], typer.Option("--by", help=_("A list for each of these."), show_default=False)
]
Csv = Annotated[bool, typer.Option("--csv", help=_("A table for spreadsheets."))]
Json = Annotated[bool, typer.Option("--json", help=_("One JSON object a line."))]


def archive_of(ctx: typer.Context) -> Archive:
    """The archive that a command is about; closed when it ends."""
    from wencang.archive import Archive

    return ctx.with_resource(Archive(ctx.obj))


def question_of(words: list[str]) -> str:
    """The words as one question; "" for none. Raises QueryFault for blank words, such as an unset shell variable."""
    question = " ".join(words)
    if words and not question.strip():
        raise QueryFault('""', _("holds no word to look for"), _("type at least one word"))
    return question


def read_question(
    store: ArticleStore, index: SearchEngine, words: list[str], source: str = "", since: str = "", until: str = ""
) -> Query:
    """What was typed, with its filters; a doubt about it is said."""
    from dataclasses import replace

    from indexer.question.parser import parse_query
    from indexer.question.period import span

    query = parse_query(" ".join(words), index.analyzer)
    for doubt in query.doubts:
        say(doubt)
    first, end = span(since, until)
    return replace(query, source=source_kept(store, source) if source else "", since=first, until=end)


def articles_of(
    settings: settings.Settings, store: ArticleStore, words: list[str], source: str, since: str, until: str,
    engine: str, by: str = "",
) -> Iterator[Revision]:  # fmt: skip
    """The articles that a question finds, or all, in order of publication; `by` as in_order has it."""
    from archive.tables.chronology import in_order
    from indexer.search import every_id

    if words:
        with open_index(settings, engine) as index:
            ids = every_id(store, index, read_question(store, index, words, source, since, until))
            say_if_behind(store, index)
        return in_order(store, ids, by)
    if source or since or until:
        raise UsageFault("export", _("filters need a query"), _("add words to look for"))
    return in_order(store, None, by)


def say_if_behind(store: ArticleStore, index: SearchEngine) -> None:
    from indexer.update import behind

    say_notices(behind(store, index))


def say_if_stories_behind(store: ArticleStore) -> None:
    from archive.tables.stories import Stories

    say_notices(Stories(store).notices())


def indexes(settings: settings.Settings) -> list[str]:
    """The engines that have an index of this archive."""
    from indexer.engines import names
    from indexer.update import index_folder

    return [name for name in names() if index_folder(settings.data, name).exists()]


def say_if_rebuild_due(settings: settings.Settings, engine: str, index: SearchEngine) -> None:
    from indexer.update import rebuild_due

    say_notices(rebuild_due(settings, engine, index))


def source_kept(store: ArticleStore, name: str) -> str:
    """A source of the archive by its site's name (tibet.cn) or its file's (tibet_cn)."""
    from archive.store import named_source

    return named_source(store.sources(), name)


def chosen(**forms: bool) -> str:
    """The form that an answer is to be printed in, of those that were asked for; "" for none."""
    asked = [name for name, is_asked in forms.items() if is_asked]
    if len(asked) > 1:
        raise UsageFault(f"--{asked[0]} --{asked[1]}", _("are two forms of one answer"), _("choose one"))
    return "".join(asked)


def open_archive(settings: settings.Settings) -> ArticleStore:
    from archive.store import ArticleStore

    return ArticleStore.open(settings.data)


def create_archive(settings: settings.Settings) -> ArticleStore:
    from archive.store import ArticleStore

    return ArticleStore.create(settings.data)


def versions_of(settings: settings.Settings, id_or_url: str) -> list[Revision]:
    """Every version of an article, the oldest first. Raises NotKept."""
    with open_archive(settings) as store:
        return store.history(kept(store, id_or_url).article.id)


def kept(store: ArticleStore, id_or_url: str) -> Revision:
    """The newest version of an article. Raises NotKept."""
    if revision := store.get(id_or_url):
        return revision
    raise _not_kept(id_or_url)


def _not_kept(id_or_url: str) -> NotKept:
    mend = _("`wencang crawl --url {url}` fetches it").format(url=id_or_url) if "://" in id_or_url else ""
    return NotKept(id_or_url, _("is not in the archive"), mend)


def named(store: ArticleStore, word: str) -> Revision | None:
    """The article that a word among others names; None where it names none. Raises NotKept for an id of none."""
    if revision := store.get(word):
        return revision
    source, _dash, key = word.rpartition("-")
    looks_so = re.fullmatch("[0-9a-f]*[0-9][0-9a-f]*", key)  # asked first: to gather the sources takes longer
    if "://" in word or (looks_so and source in {name or "page" for name in store.sources()}):
        raise _not_kept(word)
    return None


def say_nothing(query: list[str]) -> int:
    """What is said, and the exit code, where nothing answers."""
    say(_("{name}: nothing is found").format(name=" ".join(query)))
    return NOTHING


def open_index(settings: settings.Settings, engine: str) -> SearchEngine:
    from indexer.update import open_index

    return open_index(settings.data, engine or settings.engine)


def counted(things: Iterable[T], progress: Callable[[int], None]) -> Iterator[T]:
    """The same things; `progress` is told how many there were so far."""
    for number, thing in enumerate(things, 1):
        progress(number)
        yield thing
