"""Prints the copies of an article, and lists of stories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.text.escaping import printable
from archive.text.translation import gettext as _
from wencang.cli.output import say
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from wencang.desk.reprints.story import Copy, Story, StoryList


def print_story(story: Story) -> None:
    """For a reader: a table for each story, and the command that compares its last copy with the first."""
    head = (_("published"), _("source"), _("credit"), _("of the first"), _("of its own"), _("id"), _("title"))
    for copies in story.parts():
        print_table(head, list(map(_row, copies)))
        first, last = copies[0].article.id, copies[-1].article.id
        line = _("what differs: `wencang diff {last} --from {first}`").format(last=last, first=first)
        print(printable(line))


def _row(copy: Copy) -> tuple[str, ...]:
    article, member = copy.article, copy.member
    published = article.issued_text or _("undated")
    shares = (_("first"), "") if copy.is_first else (f"{member.of_first:.0%}", f"{member.of_own:.0%}")
    return published, article.source, article.credit or "-", *shares, article.id, article.title


def print_stories(stories: StoryList) -> None:
    """For a reader: a table, and how many stories there are."""
    head = (_("articles"), _("first published"), _("source"), _("story"), _("title"))
    rows = [(str(n), str(first.day or "-"), first.source, first.id, first.title) for first, n in stories.stories]
    print_table(head, rows)
    say(_("{shown} of {total} stories").format(shown=len(rows), total=stories.total))
