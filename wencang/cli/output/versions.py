"""Versions of an article, drawn for a reader."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archive.article import SHANGHAI
from archive.text.escaping import printable
from archive.text.translation import gettext as _
from wencang.cli.output import say
from wencang.cli.output.marks import print_parts
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from indexer.diff import Step
    from wencang.desk.versions import Diff, History
    from wencang.desk.watch.changes import Change, Changes


def print_history(history: History) -> None:
    """A table of the versions."""
    print_table((_("version"), _("fetched"), _("published"), _("changed")), list(map(_row, history.steps)))


def _row(step: Step) -> tuple[str, str, str, str]:
    revision = step.revision
    published = revision.article.issued_text or "-"
    changes = [_(field) for field in step.fields if field != "gone"]
    if step.added or step.removed:
        changes.append(f"+{step.added} -{step.removed}")
    if "gone" in step.fields or revision.gone:
        changes.append(_("gone from the site") if revision.gone else _("back on the site"))
    if revision.origin:
        changes.append(_("captured by {archive}").format(archive=revision.origin.archive))
    return str(revision.sequence), f"{revision.fetched:%Y-%m-%d %H:%M}Z", published, ", ".join(changes)


def print_diff(diff: Diff) -> None:
    """Each field that differs, with the lines in which something changed."""
    print(printable(f"{diff.new.article.id}  {diff.versions}"))
    for field, parts in diff.changes.items():
        print(f"\n{_(field)}:")
        print_parts(parts)
    if not diff.changes:
        say(_("no differences"))


def print_changes(changes: Changes) -> None:
    """For each change its time, what happened, the article, and the changed words."""
    for place, change in enumerate(changes.changes):
        if place:
            print()
        for line in _about(change):
            print(printable(line))
        for parts in change.parts.values():
            print_parts(parts)


def _about(change: Change) -> Iterator[str]:
    old, new = change.old, change.new
    after, seen = (f"{version.fetched.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for version in (old, new))
    counts = f"  +{change.added} -{change.removed}" if change.parts else ""
    yield f"{after} – {seen}  {change.label}{counts}"
    yield f"{new.article.id}  {new.article.title}"
    yield _("compare: {command}").format(command=f"wencang diff {new.article.id} {old.sequence} {new.sequence}")
    if change.is_doubtful:
        yield _(
            "The two versions were extracted by different rules: "
            "some differences may come from extraction rather than from an edit."
        )
