"""What a run came to, and each thing that wants a person's eye."""

from __future__ import annotations

import sys
from gettext import gettext as _
from typing import TYPE_CHECKING

from terminal import say
from terminal.tables import print_table

if TYPE_CHECKING:
    from crawler.report import Report

_NOTES = 20  # shown to a person; a log gets them all


def print_report(report: Report) -> None:
    """What a run came to, and each thing that wants a person's eye."""
    from archive.ledger import OUTCOMES

    counted = ((source, tally.counts) for source, tally in report.tallies.items() if tally.counts)
    rows = [(source or "-", *(str(counts[outcome]) for outcome in OUTCOMES)) for source, counts in counted]
    print_table((_("source"), *map(_, OUTCOMES)), rows)
    notes = report.notes[:_NOTES] if sys.stderr.isatty() else report.notes
    for outcome, subject, reason in notes:
        say(f"{_(outcome)}: {subject}: {reason}")
    if len(notes) < len(report.notes):
        say(_("... and {count} more").format(count=len(report.notes) - len(notes)))
    if report.fields:
        fields = ", ".join(f"{name} {count}" for name, count in report.fields.most_common())
        say(_("changed by field: {fields}").format(fields=fields))
    if report.pictures:
        told = _("pictures: {kept} kept, {failed} failed")
        say(told.format(kept=report.pictures["kept"], failed=report.pictures["failed"]))
    if report.without_page:
        say(_("articles without a raw page: {count}").format(count=report.without_page))
    for _source, url in report.general:
        say(_("read by general means, no form fits: {url}").format(url=url))
    for subject, remark in report.remarks:
        say(f"{subject}: {remark}")
    for url, missing in report.incomplete:
        say(_("pages of it are missing: {url}: {urls}").format(url=url, urls=" ".join(missing)))
    if report.missing_lists:
        say(_("lists without rows, or gone: {urls}").format(urls=" ".join(report.missing_lists)))
    for url, reason in report.unread_lists:
        say(_("list can't be read: {url}: {reason}").format(url=url, reason=reason))
