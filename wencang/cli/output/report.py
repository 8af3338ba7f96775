"""Prints the result of a run, of a check of a source, or of one page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archive.text.escaping import printable
from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from wencang.cli.output import say
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from crawler.extract.reading import Reading
    from crawler.report import Report
    from wencang.runs import RunResult
    from wencang.sources.checks import SourceCheck

_SHOWN = 20  # lines of a kind on a terminal; a log gets them all
Count = Callable[[int], None]


@contextmanager
def counting_run(what: str) -> Iterator[tuple[Count, Count]]:
    """Two running counts on a terminal, one after the other: of articles read, and of articles indexed."""
    if not sys.stderr.isatty():
        yield lambda _count: None, lambda _count: None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        indexed = _("articles indexed")
        yield lambda count: status.update(f"{count} {what}"), lambda count: status.update(f"{count} {indexed}")


def print_run(result: RunResult) -> None:
    """Alarms and failed notices, then the report."""
    for alarm in result.alarms:
        say(alarm.text)
    for fault in result.faults:
        say(f"wencang: {fault}")
    print_report(result.report)
    if result.nothing_due and result.next_due:
        print(_("nothing is due; the next list is due at {time}").format(time=f"{result.next_due:%Y-%m-%d %H:%M}Z"))
    elif result.nothing_due:
        print(_("nothing is due"))


def print_report(report: Report) -> None:
    """The counts by source, then each page and list that failed or needs attention."""
    _print_counts(report)
    for lines in _lines(report):
        _say_some(lines)


def _print_counts(report: Report) -> None:
    from archive.tables.ledger import OUTCOMES

    tallies = ((source, tally) for source, tally in report.tallies.items() if tally.counts or tally.lists)
    rows = [(source or "-", *(str(tally.counts[outcome]) for outcome in OUTCOMES)) for source, tally in tallies]
    if rows:
        print_table((_("source"), *map(_, OUTCOMES)), rows)


def _lines(report: Report) -> Iterator[list[str]]:
    """What failed or needs attention, by kind."""
    note = _("{outcome}: {subject}: {reason}")
    yield [note.format(outcome=_(outcome), subject=subject, reason=why) for outcome, subject, why in report.notes]
    fields = ", ".join(f"{_(name)} {count}" for name, count in report.fields.most_common())
    yield [_("changed by field: {fields}").format(fields=fields)] if fields else []
    pictures = _("pictures: {kept} kept, {failed} failed")
    yield [pictures.format(**{"kept": 0, "failed": 0} | report.pictures)] if report.pictures else []
    annotations = _("added: {tag} tags, {note} notes")
    yield [annotations.format(**{"tag": 0, "note": 0} | report.annotations)] if report.annotations else []
    without_page = _("articles without a raw page: {count}")
    yield [without_page.format(count=report.without_page)] if report.without_page else []
    yield [_("read by general means, no form fits: {url}").format(url=url) for _source, url in report.general]
    yield [f"{subject}: {remark}" for subject, remark in report.remarks]
    parts = _("pages of it are missing: {url}: {urls}")
    yield [parts.format(url=url, urls=" ".join(missing)) for url, missing in report.incomplete]
    yield [_empty(report.missing_lists)] if report.missing_lists else []
    unread = _("list can't be read: {url}: {reason}")
    yield [unread.format(url=url, reason=reason) for url, reason in report.unread_lists]


def _empty(lists: Sequence[str]) -> str:
    """The lists without rows in one line: there may be many, and each may be meant to be empty."""
    line = ngettext("list without rows, or gone: {urls}", "{count} lists without rows, or gone: {urls}", len(lists))
    return line.format(count=len(lists), urls=" ".join(lists))


def print_check(check: SourceCheck) -> None:
    """A line for each rule on each page, then the rules that found nothing anywhere."""
    for rule, url, found in check.rows():
        print(f"{'ok     ' if found else 'NOTHING'}  {rule:<16}  {url}  {found}".rstrip())
    for difference in check.differences:
        print(f"DIFFERS  {difference.field:<16}  {difference.path}")
        print(f"         {difference.expected!r}"[:200])
        print(f"         {difference.read!r}"[:200])
    if check.saved:
        say(
            _("saved pages: {count}, fields that differ: {differences}").format(
                count=check.saved, differences=len(check.differences)
            )
        )
    if check.unfound or not (check.findings or check.saved):
        say(_("found nothing anywhere: {rules}").format(rules=", ".join(check.unfound)))


def print_reading(reading: Reading, explain: bool) -> None:
    """The article as text and, to `explain` it, how each field was read."""
    from wencang.desk import txt

    print(printable(txt.text(reading.article)), end="")
    if explain:
        print()
        steps = [(_(step.field) if step.field else _("not the body"), step.how, step.text) for step in reading.steps]
        print_table((_("field"), _("how"), _("text")), steps)


def _say_some(lines: Sequence[str]) -> None:
    """The first few on a terminal, all of them elsewhere."""
    shown = lines[:_SHOWN] if sys.stderr.isatty() else lines
    for line in shown:
        say(line)
    if len(shown) < len(lines):
        say(_("... and {count} more").format(count=len(lines) - len(shown)))
