"""Show an article's copies."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from wencang.cli.commands import DONE, NOTHING, Json, kept, open_archive, say_if_stories_behind
from wencang.cli.output import print_json, say
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from archive.article import Revision
    from archive.tables.stories import Member

app = typer.Typer()


@app.command()
def story(
    ctx: typer.Context, id_or_url: Annotated[str, typer.Argument(metavar="ID_OR_URL")], as_json: Json = False
) -> int:
    """Show the story of an article: its first publication, then the copies of it, edited and shortened ones too.

    Examples:
        wencang story tibet.cn-7210688
    """
    from archive.tables.chronology import in_order
    from archive.tables.stories import Stories

    with open_archive(ctx.obj) as store:
        id = kept(store, id_or_url).article.id
        members = Stories(store).with_article(id)
        revisions = list(in_order(store, {member.article for member in members}))
        say_if_stories_behind(store)
    for name in dict.fromkeys(revision.article.id for revision in revisions):
        theirs = {member.article: member for member in members if member.story == name}
        told = [(theirs[r.article.id], r) for r in revisions if r.article.id in theirs]
        _print(told, as_json)
    if not members:
        say(_("{id}: no copy of it is known").format(id=id))
    return DONE if members else NOTHING


def _print(told: list[tuple[Member, Revision]], as_json: bool) -> None:
    if as_json:
        for member, revision in told:
            print_json(_values(member, revision))
    elif told:
        head = (_("published"), _("source"), _("credit"), _("of the first"), _("of its own"), _("id"), _("title"))
        print_table(head, [_row(member, revision) for member, revision in told])
        first, last = told[0][0].article, told[-1][0].article
        print(_("what differs: `wencang diff {last} --from {first}`").format(last=last, first=first))


def _values(member: Member, revision: Revision) -> dict[str, object]:
    article = revision.article
    return {
        "story": member.story, "first": member.story == article.id, "id": article.id, "url": article.url,
        "title": article.title, "published": article.published and article.published.isoformat(),
        "source": article.source, "section": article.section, "credit": article.credit,
        "of_first": round(member.of_first, 4), "of_own": round(member.of_own, 4),
    }  # fmt: skip


def _row(member: Member, revision: Revision) -> tuple[str, ...]:
    article = revision.article
    published = f"{article.published:%Y-%m-%d %H:%M}" if article.published else _("undated")
    is_first = member.story == article.id
    shares = (_("first"), "") if is_first else (f"{member.of_first:.0%}", f"{member.of_own:.0%}")
    return published, article.source, article.credit or "-", *shares, article.id, article.title
