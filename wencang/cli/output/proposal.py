"""Prints a proposed source: its lists, articles as it would read them, and what it is sure of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.text.translation import gettext as _
from wencang.cli.output import print_json, say
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from crawler.propose.site import FoundArticle, Proposal

_FIRST = 40  # characters of a text


def print_proposal(proposal: Proposal, as_json: bool) -> None:
    if as_json:
        print_json(proposal.to_json())
        return
    source = proposal.source
    print(_("{title} ({name}), from {count} pages").format(title=source.title, name=source.name, count=proposal.requests))
    print()
    print_table((_("list"), _("articles"), _("address")), [(each.name, str(each.rows), each.url) for each in proposal.lists])
    print()
    head = (_("article"), _("published"), _("text"))
    print_table(head, list(map(_article, proposal.articles)))
    print()
    points = [(_("sure") if point.sure else _("not sure"), point.field, point.reason) for point in proposal.points]
    print_table((_("verdict"), _("field"), _("because")), points)
    if not proposal.unsure:
        say(_("sure of everything it found"))


def _article(found: FoundArticle) -> tuple[str, ...]:
    article = found.article
    day = article.issued.isoformat() if article.issued else "-"
    return article.title, day, article.body.replace("\n", " ")[:_FIRST]
