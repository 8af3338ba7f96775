"""Prints quotations for a reader, a table at a time."""

from __future__ import annotations

from itertools import groupby

from archive.batches import batches
from archive.text.translation import gettext as _
from wencang.cli.output.tables import print_table
from wencang.desk.count.quotes import Quote, QuotedSpeakers, Quotes

_ROWS = 500  # of one table: its columns are as wide as their widest cells


def print_quotes(quotes: Quotes) -> None:
    head = (_("speaker"), _("role"), _("quotation"), _("article"), _("published"), _("title"))
    for page in batches(quotes.quotes, _ROWS):
        print_table(head, list(map(_row, page)))


def _row(quote: Quote) -> tuple[str, ...]:
    said, article = quote.quotation, quote.article
    words = " ".join(said.words.split())
    return said.speaker, said.title or "-", words, article.id, str(article.day or "-"), article.title


def print_speakers(speakers: QuotedSpeakers) -> None:
    """Who is quoted: a table of persons, then one of institutions and one of roles, as far as there are any."""
    heads = {"person": _("persons"), "institution": _("institutions"), "role": _("roles without a name")}
    for kind, rows in groupby(speakers.rows(), lambda row: row.kind):
        head = (heads[kind], _("articles"), _("quotations"), *((_("roles"),) if kind == "person" else ()))
        print_table(head, [tuple(map(str, row[: len(head)])) for row in rows])
