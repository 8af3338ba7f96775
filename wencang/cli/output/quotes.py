"""Prints quotations for a reader, a table at a time."""

from __future__ import annotations

from itertools import islice

from archive.text.translation import gettext as _
from wencang.cli.output.tables import print_table
from wencang.desk.count.quotes import Quote, Quotes

_ROWS = 500  # of one table: its columns are as wide as their widest cells


def print_quotes(quotes: Quotes) -> None:
    head = (_("speaker"), _("role"), _("quotation"), _("article"), _("published"), _("title"))
    rest = iter(quotes.quotes)
    while page := list(islice(rest, _ROWS)):
        print_table(head, list(map(_row, page)))


def _row(quote: Quote) -> tuple[str, ...]:
    said, article = quote.quotation, quote.article
    words = " ".join(said.words.split())
    return said.speaker, said.title or "-", words, article.id, str(article.day or "-"), article.title
