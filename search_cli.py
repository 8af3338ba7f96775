"""wencang on the command line: search is the default command, each command a few lines over a library call.

A command imports what it needs when it is called: a search starts without Scrapy, and
without Rich where nobody watches.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from gettext import gettext as _
from gettext import textdomain
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperCommand, TyperGroup

from archive import settings
from archive.errors import Busy, IndexUnusable, NotAnArticle, NotFetched, UsageFault, WencangError
from archive.lock import alone
from terminal import counting, print_hits, print_json, print_table, say, shown

if TYPE_CHECKING:
    from archive.article import Revision
    from archive.store import ArticleStore
    from crawler.report import Report
    from indexer.engine import SearchEngine

DONE, NOTHING, USAGE, UNUSABLE, BUSY, FAILURES, CHECK = range(7)
_CODES = {UsageFault: USAGE, Busy: BUSY, NotFetched: FAILURES, NotAnArticle: NOTHING}
_NOTES = 20  # shown to a person; a log gets them all
INTERRUPTED = 130  # as a shell has it


class _Door(TyperGroup):
    """Lets --data stand anywhere, and takes a first word that is no command for a question."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        options, words = _data_first(args)
        if not words and options[-1:] != ["--data"]:
            words = ["--help"]
        if words and words[0] not in self.commands and words[0] not in _OF_THE_DOOR:
            words.insert(0, "search")
        return super().parse_args(ctx, options + words)


_OF_THE_DOOR = {"--help", "--version", "--install-completion", "--show-completion"}


def _data_first(args: list[str]) -> tuple[list[str], list[str]]:
    """--data with its value, and the rest."""
    end = args.index("--") if "--" in args else len(args)
    options: list[str] = []
    words: list[str] = []
    at = 0
    while at < end:
        size = 2 if args[at] == "--data" else 1
        (options if args[at].startswith("--data=") or size == 2 else words).extend(args[at : at + size])
        at += size
    return options, words + args[at:]


class _Question(TyperCommand):
    """A command whose words may begin with "-": -word leaves articles with it out."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        known = {name for parameter in self.get_params(ctx) for name in (*parameter.opts, *parameter.secondary_opts)}
        for arg in args[:end]:
            if arg.startswith("--") and arg.split("=")[0] not in known:
                raise typer.BadParameter(_("no such option: {name}").format(name=arg))
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_Door, pretty_exceptions_enable=False, rich_markup_mode=None,
    help=_("Keep, search and export Chinese news. A first word that is no command is searched for."),
)  # fmt: skip
_QUESTION: dict[str, Any] = {"cls": _Question, "context_settings": {"ignore_unknown_options": True}}

Words = Annotated[
    list[str], typer.Argument(metavar="QUERY...", help=_('Words, "exact text", -word.'), show_default=False)
]
Since = Annotated[
    str, typer.Option(metavar="D", help=_("From this year, month or day on (2022, 2022-06, 2022-06-01)."))
]
Until = Annotated[str, typer.Option(metavar="D", help=_("Up to the end of this year, month or day."))]
SourceName = Annotated[str, typer.Option(metavar="S", help=_("Only articles of this source."))]
Engine = Annotated[str, typer.Option(metavar="E", help=_("Search engine; whoosh unless set otherwise."))]
Limit = Annotated[int, typer.Option(min=0, metavar="N", help=_("Show at most so many."))]
Json = Annotated[bool, typer.Option("--json", help=_("One JSON object a line."))]


@app.callback()
def door(
    ctx: typer.Context,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("The archive's folder; else WENCANG_DATA, else ./data."))
    ] = None,
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=lambda asked: _version(asked))] = False,
) -> None:
    if ctx.invoked_subcommand != "search":
        gc.enable()
    if ctx.invoked_subcommand not in ("crawl", "check"):  # a crawl's own connections may close on it
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly where the reader does, as in `| head`
    if data:
        os.environ["WENCANG_DATA"] = str(data)  # Scrapy's settings read it too
    ctx.obj = settings.load()


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print("wencang", version("wencang"))
        raise typer.Exit


# Finding


@app.command(**_QUESTION)
def search(
    ctx: typer.Context, query: Words, limit: Limit = 10, source: SourceName = "",
    since: Since = "", until: Until = "", sort: Literal["relevance", "newest", "oldest"] = "relevance",
    engine: Engine = "", as_json: Json = False,
) -> int:  # fmt: skip
    """Find articles: all words wanted, "exact text" in quotes, -word unwanted."""
    from indexer.search import search

    with _open_archive(ctx.obj) as store, _open_index(ctx.obj, engine) as index:
        question = _question(store, index, query, source, since, until)
        results = search(store, index, question, limit, order=sort)
        print_hits(results, as_json)
        _say_if_behind(store, index)
    return DONE if results.total else NOTHING


def _question(store: ArticleStore, index: SearchEngine, words: list[str], source: str, since: str, until: str) -> Any:
    from dataclasses import replace

    from indexer.period import period
    from indexer.query import parse_query

    return replace(
        parse_query(" ".join(words), index.analyzer),
        source=_source_kept(store, source) if source else "",
        since=period(since)[0] if since else None,
        until=period(until)[1] if until else None,
    )


def _say_if_behind(store: ArticleStore, index: SearchEngine) -> None:
    if behind := store.changed_since(index.position()):
        say(_("The index is {count} articles behind the archive: `wencang index` brings it up.").format(count=behind))


def _source_kept(store: ArticleStore, name: str) -> str:
    """A source of the archive by its site's name (tibet.cn) or its file's (tibet_cn)."""
    kept = store.sources()
    for spelling in (name, name.replace("_", ".")):
        if spelling in kept:
            return spelling
    raise UsageFault(name, _("is no source of this archive"), _("sources: {names}").format(names=", ".join(kept)))


@app.command()
def show(
    ctx: typer.Context, id_or_url: Annotated[str, typer.Argument(metavar="ID_OR_URL")], as_json: Json = False,
    raw: Annotated[bool, typer.Option("--raw", help=_("The bytes of the page as it was fetched."))] = False,
) -> int:  # fmt: skip
    """Print one article, by its id or any address it was met under."""
    from archive import txt
    from archive.article import to_json

    with _open_archive(ctx.obj) as store:
        revision = store.get(id_or_url)
        addresses = store.addresses(revision.article.id) if revision else []
    if revision is None:
        say(_("{name}: is not in the archive").format(name=id_or_url))
        return NOTHING
    if raw:
        return _write_raw(ctx.obj, revision)
    if as_json:
        told = {"sequence": revision.sequence, "fetched": revision.fetched.isoformat(), "addresses": addresses}
        print_json(to_json(revision.article) | told)
    else:
        print(shown(txt.text(revision.article)), end="")
    return DONE


def _write_raw(settings: settings.Settings, revision: Revision) -> int:
    from archive.pages import Pages

    pages = Pages(settings.data)
    for page in revision.pages:
        sys.stdout.buffer.write(pages.read(page).body)
    if not revision.pages:
        say(_("{name}: no raw page of it is kept").format(name=revision.article.id))
    return DONE if revision.pages else NOTHING


@app.command(**_QUESTION)
def export(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    format: Annotated[Literal["txt", "jsonl"], typer.Option()] = "txt",
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="PATH", help=_("A file, else stdout."))] = None,
    source: SourceName = "", since: Since = "", until: Until = "", engine: Engine = "",
) -> int:  # fmt: skip
    """Write the cleaned text of the hits, or of the whole archive, with its attribution."""
    from importlib import import_module

    from indexer.search import every_match

    write = import_module(f"archive.{format}").write
    with _open_archive(ctx.obj) as store, _whole_file(out) as file:
        if query:
            with _open_index(ctx.obj, engine) as index:
                count = write(every_match(store, index, _question(store, index, query, source, since, until)), file)
                _say_if_behind(store, index)
        elif source or since or until:
            raise UsageFault("export", _("filters need a query"), _("add words to look for"))
        else:
            count = write(store.changes(), file)
    if out:
        say(_("{count} articles in {path}").format(count=count, path=out))
    return DONE if count or not query else NOTHING


# Filling


@app.command()
def crawl(
    ctx: typer.Context,
    sources: Annotated[list[str], typer.Argument(metavar="[SOURCE...]", help=_("All there are, unless named."))] = [],  # noqa: B006
    url: Annotated[list[str], typer.Option(metavar="U", help=_("Only this page; of any site."))] = [],  # noqa: B006
    since: Since = "",
    max_pages: Annotated[int, typer.Option(min=0, metavar="N", help=_("Stop after this many pages."))] = 0,
    max_time: Annotated[float, typer.Option(min=0, metavar="S", help=_("Stop after this many seconds."))] = 0,
) -> int:
    """Fetch, extract and archive what the sources show, then index what is new."""
    from crawler import sources as known
    from crawler.report import Report
    from indexer.period import period

    chosen = [known.load(name) for name in sources or known.names()]
    first = period(since)[0] if since else None
    _create_archive(ctx.obj).close()  # what is wrong with it is said before anything is fetched

    from crawler.run import crawl

    report = Report()
    with alone(ctx.obj.data / "crawl.lock"), counting(_("pages")) as progress:
        report.notice = lambda report: progress(report.read)
        crawl(chosen, report, urls=url, since=first and first.date(), max_pages=max_pages, max_time=max_time)
    _tell(report)
    if not url:
        _note_runs(ctx.obj, report)
    return _close(ctx.obj, report)


def _note_runs(settings: settings.Settings, report: Report) -> None:
    """Note what the run came to, and warn where a share of its pages rose above what it was."""
    from datetime import UTC, datetime

    from crawler.report import RUNS, risen

    told = {
        "general": _(
            "{source}: {count} of {read} pages read by general means, {old:.0%} before: has a layout changed? "
            "`wencang check {source}` tells which rule finds nothing"
        ),
        "failed": _("{source}: {count} of {read} pages failed, {old:.0%} before: has the site changed?"),
    }
    with _open_archive(settings) as store:
        for run in report.runs(datetime.now(UTC)):
            for kind, old in risen(run, store.last_runs(run.source, RUNS)):
                say(told[kind].format(source=run.source, count=getattr(run, kind), read=run.read, old=old))
            store.note_run(run)


@app.command(name="import")
def import_(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...")],
    source: Annotated[str, typer.Option(metavar="S", help=_("The source that plain text gets."))] = "text",
) -> int:
    """Read saved pages (.html), plain text (.txt), JSON Lines of an export and WARC files into the archive."""
    from archive.pages import Pages
    from crawler.importer import files, import_files
    from crawler.report import Report

    found = files(paths)
    report = Report()
    with _create_archive(ctx.obj) as store, Pages(ctx.obj.data) as pages, counting(_("articles")) as progress:
        report.notice = lambda report: progress(report.read)
        import_files(store, pages, found, report, source)
    _tell(report)
    return _close(ctx.obj, report)


@app.command()
def reextract(
    ctx: typer.Context,
    sources: Annotated[list[str], typer.Argument(metavar="[SOURCE...]", help=_("All there are, unless named."))] = [],  # noqa: B006
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only tell what would change."))] = False,
) -> int:
    """Read the kept raw pages again by the present rules, without the network, then index what changed."""
    from crawler.reextract import reextract
    from crawler.report import Report

    report = Report()
    with _open_archive(ctx.obj) as store, counting(_("articles")) as progress:
        report.notice = lambda report: progress(report.read)
        chosen = {_source_kept(store, name) for name in sources}
        reextract(store, ctx.obj.data, report, chosen, dry_run=dry_run)
    _tell(report)
    return _close(ctx.obj, report, index=not dry_run)


@app.command()
def extract(
    ctx: typer.Context,
    page: Annotated[str, typer.Argument(metavar="FILE|-|URL", show_default=False)],
    url: Annotated[str, typer.Option(metavar="U", help=_("The address that a file was saved from."))] = "",
    as_json: Json = False,
    explain: Annotated[
        bool, typer.Option("--explain", help=_("Which rule gave which field, and what was taken off."))
    ] = False,
) -> int:
    """Print the article of one page, without archiving it."""
    from archive import txt
    from crawler.onepage import read_page, reading_json

    reading = read_page(page, url)
    if as_json:
        print_json(reading_json(reading, explain))
        return DONE
    print(shown(txt.text(reading.article)), end="")
    if explain:
        print()
        print_table(
            (_("field"), _("how"), _("text")),
            [(step.field or _("not the body"), step.how, step.text) for step in reading.steps],
        )
    return DONE


@app.command(name="new-source")
def new_source(
    ctx: typer.Context,
    name: str,
    pages: Annotated[list[str], typer.Argument(metavar="PAGE...", help=_("FILE or ADDRESS=FILE."))],
    lists: Annotated[list[str], typer.Option("--list", metavar="U", help=_("A list of the site."))] = [],  # noqa: B006
) -> int:
    """Write the file of a new source and its saved-page tests from saved article pages."""
    from crawler.newsource import new_source, saved_page

    for path in new_source(name, list(map(saved_page, pages)), lists, Path(__file__).parent):
        print(path)
    say(_("Go over them by hand: the .json must hold what the page says, not what was read."))
    return DONE


@app.command()
def check(ctx: typer.Context, source: str) -> int:
    """Fetch one list and three articles of a source and name each rule that found nothing."""
    from crawler import sources

    chosen = sources.load(source)

    from crawler.check import check

    findings = check(chosen)
    for finding in findings:
        print(
            f"{'ok     ' if finding.found else 'NOTHING'}  {finding.rule:<16}  {finding.url}  {finding.found}".rstrip()
        )
    found = {finding.rule for finding in findings if finding.found}
    nothing = sorted({finding.rule for finding in findings} - found)
    if nothing or not findings:
        say(_("found nothing anywhere: {rules}").format(rules=", ".join(nothing)))
    return CHECK if nothing or not findings else DONE


# Keeping


@app.command()
def index(
    ctx: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help=_("Make the whole index anew."))] = False,
    engine: Engine = "",
) -> int:
    """Bring a search engine up to date with the archive."""
    from indexer import update

    write = update.rebuild if rebuild else update.bring_up
    with _open_archive(ctx.obj) as store, counting(_("articles")) as progress:
        count = write(store, ctx.obj.data, engine or ctx.obj.engine, progress)
    print(_("{count} articles indexed").format(count=count))
    return DONE


@app.command()
def status(ctx: typer.Context, as_json: Json = False) -> int:
    """What is kept, how fresh it is, and whether the index is up to date."""
    from indexer.engine import names

    with _open_archive(ctx.obj) as store:
        counts, sequence = store.counts(), store.sequence()
        made = [name for name in names() if (ctx.obj.data / "index" / name).exists()]
        states = {name: _index_state(ctx.obj, store, name) for name in made}
    if as_json:
        kept = [
            {"source": c.source, "articles": c.articles, "revisions": c.revisions,
             "newest_fetch": c.newest_fetch.isoformat(),
             "newest_published": c.newest_published and c.newest_published.isoformat()}
            for c in counts
        ]  # fmt: skip
        print_json({"data": str(ctx.obj.data), "sequence": sequence, "sources": kept, "indexes": states})
        return DONE
    rows = [
        (c.source, str(c.articles), str(c.revisions), f"{c.newest_fetch:%Y-%m-%d %H:%M}Z",
         f"{c.newest_published:%Y-%m-%d}" if c.newest_published else "-")
        for c in counts
    ]  # fmt: skip
    print_table((_("source"), _("articles"), _("versions"), _("last fetched"), _("newest article")), rows)
    for name, state in states.items():
        print(_("index {engine}: {state}").format(engine=name, state=state))
    if not states:
        print(_("no index yet; `wencang index` makes one"))
    return DONE


def _index_state(settings: settings.Settings, store: ArticleStore, engine: str) -> str:
    try:
        with _open_index(settings, engine) as opened:
            behind = store.changed_since(opened.position())
    except WencangError as error:
        return str(error)
    return _("{count} articles behind; `wencang index`").format(count=behind) if behind else _("up to date")


@app.command()
def verify(ctx: typer.Context) -> int:
    """Check that every version is still the text, and the raw page, that was kept, and that the index holds each."""
    from archive.pages import Pages
    from indexer.update import verify

    with _open_archive(ctx.obj) as store:
        wrong = list(store.verify(Pages(ctx.obj.data).faults))
        if (ctx.obj.data / "index" / ctx.obj.engine).exists():
            try:
                with _open_index(ctx.obj, "") as opened:
                    wrong += verify(store, opened)
            except IndexUnusable as error:
                wrong.append(str(error))
        checked = store.sequence()
    for line in wrong:
        print(line)
    say(_("{count} versions checked, {wrong} faults").format(count=checked, wrong=len(wrong)))
    return CHECK if wrong else DONE


# What the commands share


def _open_archive(settings: settings.Settings) -> ArticleStore:
    from archive.store import ArticleStore

    return ArticleStore.open(settings.data)


def _create_archive(settings: settings.Settings) -> ArticleStore:
    from archive.store import ArticleStore

    return ArticleStore.create(settings.data)


def _open_index(settings: settings.Settings, engine: str) -> SearchEngine:
    from indexer.engine import open_engine
    from indexer.update import index_folder

    name = engine or settings.engine
    return open_engine(name, index_folder(settings.data, name))


def _close(settings: settings.Settings, report: Report, index: bool = True) -> int:
    """Index what is new with the default engine; the run's exit code."""
    from indexer.update import bring_up

    if index:
        with _open_archive(settings) as store, counting(_("articles indexed")) as progress:
            bring_up(store, settings.data, settings.engine, progress)
    return INTERRUPTED if report.interrupted else FAILURES if report.failed else DONE


def _tell(report: Report) -> None:
    from crawler.report import OUTCOMES

    rows = [(source, *(str(counts[outcome]) for outcome in OUTCOMES)) for source, counts in report.counts.items()]
    print_table((_("source"), *map(_, OUTCOMES)), rows)
    notes = report.notes[:_NOTES] if sys.stderr.isatty() else report.notes
    for outcome, subject, reason in notes:
        say(f"{_(outcome)}: {subject}: {reason}")
    if len(notes) < len(report.notes):
        say(_("... and {count} more").format(count=len(report.notes) - len(notes)))
    if report.fields:
        fields = ", ".join(f"{name} {count}" for name, count in report.fields.most_common())
        say(_("changed by field: {fields}").format(fields=fields))
    if report.without_page:
        say(_("articles without a raw page: {count}").format(count=report.without_page))
    for _source, url in report.general:
        say(_("read by general means, no form fits: {url}").format(url=url))
    for url, missing in report.incomplete:
        say(_("pages of it are missing: {url}: {urls}").format(url=url, urls=" ".join(missing)))
    if report.missing_lists:
        say(_("lists without rows, or gone: {urls}").format(urls=" ".join(report.missing_lists)))
    for url, reason in report.unread_lists:
        say(_("list can't be read: {url}: {reason}").format(url=url, reason=reason))


@contextmanager
def _whole_file(path: Path | None) -> Iterator[Any]:
    """A file that appears whole or not at all; stdout for None."""
    if path is None or str(path) == "-":
        yield sys.stdout
        return
    if path.exists() and (path.is_symlink() or not path.is_file()):  # a device or a link is written through
        with path.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        return
    new = path.with_name(path.name + ".part")
    try:
        with new.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        new.replace(path)
    except OSError as error:
        raise UsageFault(path, error.strerror or str(error), _("name another file with -o")) from error
    finally:
        with suppress(OSError):  # it was renamed, or could not be made
            new.unlink()


def main() -> int:
    """Run the command of sys.argv; its exit code. Every error is one line on stderr."""
    gc.disable()  # a search loads much and throws nothing away; other commands turn it on again
    try:
        return _run()
    finally:
        gc.freeze()  # or all of it would be gone through once more before the process ends


def _run() -> int:
    textdomain("wencang")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # UTF-8 for whoever reads on, whatever the locale
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    try:
        for argument in sys.argv:
            if argument != argument.encode(errors="replace").decode():
                raise UsageFault(ascii(argument), _("is no UTF-8"), _("type it in a UTF-8 terminal"))
        code = app(standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except typer.TyperException as error:
        say("wencang: " + " ".join(error.format_message().split()))
        return USAGE
    except WencangError as error:
        say(f"wencang: {error}")
        return next((code for kind, code in _CODES.items() if isinstance(error, kind)), UNUSABLE)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except OSError as error:
        say(f"wencang: {error.filename or 'stdout'}: {error.strerror}")
        return FAILURES


if __name__ == "__main__":
    sys.exit(main())
