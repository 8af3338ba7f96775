"""What a run came to, and each thing that wants a person's eye."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archive.translation import gettext as _
from wencang.cli.output import say
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from crawler.report import Report

_SOME = 20  # lines of a kind that a person is shown; a log gets them all


def print_report(report: Report) -> None:
    """What a run came to, and each thing that wants a person's eye."""
    from archive.tables.ledger import OUTCOMES

    tallies = ((source, tally) for source, tally in report.tallies.items() if tally.counts or tally.lists)
    rows = [(source or "-", *(str(tally.counts[outcome]) for outcome in OUTCOMES)) for source, tally in tallies]
    if rows:
        print_table((_("source"), *map(_, OUTCOMES)), rows)
    note = _("{outcome}: {subject}: {reason}")
    _say_some([note.format(outcome=_(one), subject=about, reason=why) for one, about, why in report.notes])
    if report.fields:
        fields = ", ".join(f"{_(name)} {count}" for name, count in report.fields.most_common())
        say(_("changed by field: {fields}").format(fields=fields))
    if report.pictures:
        counted = _("pictures: {kept} kept, {failed} failed")
        say(counted.format(kept=report.pictures["kept"], failed=report.pictures["failed"]))
    if report.without_page:
        say(_("articles without a raw page: {count}").format(count=report.without_page))
    _say_some([_("read by general means, no form fits: {url}").format(url=url) for _source, url in report.general])
    _say_some([f"{subject}: {remark}" for subject, remark in report.remarks])
    parts = _("pages of it are missing: {url}: {urls}")
    _say_some([parts.format(url=url, urls=" ".join(missing)) for url, missing in report.incomplete])
    _say_some([_("list without rows, or gone: {url}").format(url=url) for url in report.missing_lists])
    unread = _("list can't be read: {url}: {reason}")
    _say_some([unread.format(url=url, reason=reason) for url, reason in report.unread_lists])


def _say_some(lines: Sequence[str]) -> None:
    """The first few on a terminal, all of them elsewhere."""
    some = lines[:_SOME] if sys.stderr.isatty() else lines
    for line in some:
        say(line)
    if len(some) < len(lines):
        say(_("... and {count} more").format(count=len(lines) - len(some)))
