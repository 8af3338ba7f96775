"""Tell every version of an article."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from wencang.cli.commands import DONE, Json, versions_of
from wencang.cli.output import print_json
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from indexer.diff import Step

app = typer.Typer()


@app.command()
def history(
    ctx: typer.Context, id_or_url: Annotated[str, typer.Argument(metavar="ID_OR_URL")], as_json: Json = False
) -> int:
    """Tell every version of an article: when it was fetched, and what changed.

    Examples:
        wencang history tibet.cn-7210688
    """
    from indexer.diff import Step, steps
    from indexer.text.analyzer import Analyzer, lexicon

    versions = versions_of(ctx.obj, id_or_url)
    told = [Step(first, (), 0, 0) for first in versions[:1]] + list(steps(versions, Analyzer(lexicon())))
    if as_json:
        for step in told:
            print_json(_values(step))
    else:
        print_table((_("version"), _("fetched"), _("published"), _("changed")), list(map(_row, told)))
    return DONE


def _values(step: Step) -> dict[str, object]:
    from archive.jsonl import times

    published = step.revision.article.published
    return {
        "sequence": step.revision.sequence, **times(step.revision),
        "published": published and published.isoformat(),
        "changed": step.fields, "added": step.added, "removed": step.removed,
    }  # fmt: skip


def _row(step: Step) -> tuple[str, str, str, str]:
    revision = step.revision
    published = f"{revision.article.published:%Y-%m-%d %H:%M}" if revision.article.published else "-"
    told = [_(field) for field in step.fields if field != "gone"]
    if step.added or step.removed:
        told.append(f"+{step.added} -{step.removed}")
    if "gone" in step.fields or revision.gone:
        told.append(_("gone from the site") if revision.gone else _("back on the site"))
    return str(revision.sequence), f"{revision.fetched:%Y-%m-%d %H:%M}Z", published, ", ".join(told)
