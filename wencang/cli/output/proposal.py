"""Prints a proposed source, or new rules of one: its lists, and articles as it would read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.text.translation import gettext as _
from crawler.sources.writing import form_lines
from wencang.cli.output import print_json, say
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from crawler.propose.mend import Mending, Shown
    from crawler.propose.site import FoundArticle, SourceProposal

_FIRST = 40  # characters of a text


def print_proposal(proposal: SourceProposal, as_json: bool) -> None:
    if as_json:
        print_json(proposal.to_json())
        return
    source = proposal.source
    print(
        _("{title} ({name}), from {count} pages").format(title=source.title, name=source.name, count=proposal.requests)
    )
    print()
    print_table(
        (_("list"), _("articles"), _("address")), [(each.name, str(each.rows), each.url) for each in proposal.lists]
    )
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


def print_mending(mending: Mending, as_json: bool) -> None:
    """The new forms and rows, then what they read on the pages at hand."""
    if as_json:
        print_json(mending.to_json())
        return
    for form in mending.forms:
        print("\n".join(["[[form]]", *form_lines(form), ""]))
    for name in mending.ended:
        print(_("the form {name} ends the day before").format(name=name))
    if mending.lists:
        print(f"rows = {mending.source.rows}\n")
        print_table((_("list"), _("articles")), [(each.url, str(each.articles)) for each in mending.lists])
        print()
    if mending.shown:
        print_table((_("article"), _("published"), _("text"), _("as before")), list(map(_read_page, mending.shown)))
    for url in mending.unmended:
        say(_("{url}: no rule was found").format(url=url))
    if not (mending.changes or mending.unmended):
        say(_("{name}: its rules fit the pages at hand").format(name=mending.source.name))


def _read_page(page: Shown) -> tuple[str, ...]:
    same = {True: _("yes"), False: _("no"), None: "-"}[page.same]
    return page.title, page.published.isoformat() if page.published else "-", page.beginning, same
