"""Updates the catalog of messages from the code, `python -m bench.messages`, and lists what is not translated yet.

Babel finds every `_("...")`. Docstrings of commands, which are their help, and words that are
translated only where they are printed are added here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from archive.article import KEYS
from archive.databases.sqlite import RESTORE
from archive.tables.ledger import OUTCOMES
from archive.text.messages import TEMPLATES
from archive.warc.pages import FROM_BACKUP
from indexer.engines.engine import FACETS, REBUILD
from wencang.catalog import CATALOGS
from wencang.cli import language, manual
from wencang.cli.app import app_command
from wencang.desk import count
from wencang.desk.count.aid import AidCounts, AidSentences
from wencang.desk.count.places import PlaceCounts
from wencang.desk.count.ranking import Ranking
from wencang.desk.freeze import corpus
from wencang.desk.network.network import Network
from wencang.keeping.doubted import Doubted
from wencang.preview import Preview

ROOT = Path(__file__).parent.parent
FILE = Path(CATALOGS, "zh", "LC_MESSAGES", "wencang.po")
_READERS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
_ROOMS = ("archive", "crawler", "indexer", "wencang")
_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # in the file's header, so that the same messages make the same file
_ENDS = ("finished", "interrupted", "page limit", "time limit", "postponed", "fault")  # of a run
_WORDS = ("own", "out", "shipped")  # of the lexicon
_STATES = (*corpus.KEPT, corpus.DIFFERENT, corpus.WITHDRAWN, corpus.MISSING)
_HELP = ("default: {default}", "required", *manual.TYPERS, *language.TYPERS)  # Typer's


def template() -> Catalog:
    """Every message there is."""
    catalog = Catalog(domain="wencang", fuzzy=False)
    printed = (*OUTCOMES, *_ENDS, *_WORDS, *_STATES, *FACETS, "year", *KEYS, RESTORE, FROM_BACKUP, REBUILD)
    for message in (*_written(), *_docstrings(), *_columns(), *_HELP, *printed, *TEMPLATES.values()):
        catalog.add(message)
    return catalog


def _written() -> Iterator[str | tuple[str, ...]]:
    """What the code translates; a pair is singular and plural."""
    for room in _ROOMS:
        for _file, _line, message, *_rest in extract_from_dir(ROOT / room, _READERS):
            yield message


def _columns() -> Iterator[str]:
    """The columns of the tables that are printed with translated heads: rankings of words and others."""
    for table in (Doubted, Network, Preview, AidSentences, PlaceCounts):
        yield from table.columns
    for stories in (False, True):
        yield from AidCounts((), stories=stories).columns
    for module in iter_modules(count.__path__):
        import_module(f"{count.__name__}.{module.name}")
    for ranking in Ranking.__subclasses__():
        yield from ranking({}).columns


def _docstrings() -> Iterator[str]:
    def of(command: Any, ctx: Any) -> Iterator[str]:
        yield manual.split(command.help or "")[0]
        for name in command.list_commands(ctx) if hasattr(command, "commands") else ():
            yield from of(command.get_command(ctx, name), ctx)

    root = app_command()
    yield from filter(None, of(root, root.make_context("wencang", [], resilient_parsing=True)))


def kept() -> Catalog:
    """The catalog in the repository."""
    with FILE.open("rb") as file:
        return read_po(file, locale="zh", domain="wencang")


def compiled(catalog: Catalog) -> bytes:
    """The bytes of the .mo file."""
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def renewed(old: Catalog) -> Catalog:
    """The messages of the code, with the translations that `old` has for them."""
    catalog = Catalog(
        locale="zh", domain="wencang", header_comment="# Messages in Chinese.", fuzzy=False, project="wencang",
        version="0", creation_date=_DAY, revision_date=_DAY,
    )  # fmt: skip
    for message in template():
        if message.id:
            known = old.get(message.id)
            catalog.add(message.id, known.string if known else "")
    return catalog


def words(text: str | Sequence[str] | None) -> str:
    """A message or its translation; the plural of a pair."""
    return text if isinstance(text, str) else (text or [""])[-1]


def main() -> None:
    catalog = renewed(kept()) if FILE.exists() else renewed(Catalog())
    with FILE.open("wb") as file:
        write_po(file, catalog, width=110, no_location=True, sort_output=True)
    FILE.with_suffix(".mo").write_bytes(compiled(catalog))
    for message in catalog:
        if message.id and not words(message.string):
            print(f"not translated: {message.id!r}")


if __name__ == "__main__":
    main()
