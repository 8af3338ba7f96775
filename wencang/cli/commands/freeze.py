"""Freeze a corpus, so that it can be cited, and check one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive.errors import UsageFault
from archive.text.translation import gettext as _
from wencang.cli.commands import CHECK, DONE, NO_FILTERS, NOTHING, QUESTION, Engine, Json, Words, archive_of, narrowed
from wencang.cli.output import counting, say_notices
from wencang.filters import Filters

if TYPE_CHECKING:
    from wencang.archive import Archive

app = typer.Typer()


@app.command(**QUESTION)
@narrowed
def freeze(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help=_("The new folder."))] = None,
    text: Annotated[bool, typer.Option(help=_("With --no-text: addresses, titles, dates and digests only."))] = True,
    check: Annotated[Path | None, typer.Option(metavar="DIR", help=_("Check a corpus instead."))] = None,
    fill: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("Add the texts to a corpus that has none."))
    ] = None,
    filters: Filters = NO_FILTERS, engine: Engine = "", as_json: Json = False,
) -> int:  # fmt: skip
    """Freeze the matches as a citable corpus: a BagIt folder (RFC 8493).

    --check says whether every byte of one is as it was, and what has become of its articles in this archive.

    Examples:
        wencang freeze 援藏 --until 2022 -o aid-corpus
        wencang freeze --check aid-corpus
    """
    from wencang.cli.output.corpus import say_frozen

    if [bool(query), bool(check), bool(fill)].count(True) != 1:
        raise UsageFault("freeze", _("one of QUERY, --check and --fill is needed"))
    archive = archive_of(ctx)
    if check:
        return _check(archive, check, as_json)
    if not out:
        raise UsageFault("freeze", _("makes a folder"), _("name its place with -o"))
    if fill:
        return _fill(archive, fill, out)
    with counting(_("articles")) as progress:
        corpus = archive.freeze(
            " ".join(query), out=out, text=text, engine=engine, **filters,
            progress=progress,
        )  # fmt: skip
    say_notices(corpus.notices)
    say_frozen(corpus)
    return DONE if corpus.articles else NOTHING


def _check(archive: Archive, folder: Path, as_json: bool) -> int:
    from wencang.cli.output.corpus import print_states, say_faults
    from wencang.desk.freeze.corpus import KEPT

    check = archive.check_corpus(folder)
    say_faults(check)
    if check.faults:
        return CHECK
    return DONE if not check.compared or print_states(check, as_json) <= set(KEPT) else CHECK


def _fill(archive: Archive, folder: Path, out: Path) -> int:
    from wencang.cli.output.corpus import say_faults, say_filled

    with counting(_("articles")) as progress:
        filled = archive.fill_corpus(folder, out, progress=progress)
    say_faults(filled.check)
    if filled.check.faults:
        return CHECK
    say_filled(filled)
    return CHECK if filled.lacking else DONE if filled.corpus.articles else NOTHING
