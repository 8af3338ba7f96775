"""Hits: drawn on a terminal, plain and never wrapped on a pipe, or as JSON Lines."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from archive.text.escaping import printable
from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from wencang.cli.output import is_watched, print_json, say, say_notices

if TYPE_CHECKING:
    from rich.text import Text

    from indexer.search import Hit
    from indexer.suggest.did_you_mean import Proposal
    from wencang.answer import Answer
    from wencang.desk.watch.follow import News


_FIRST = ("some-words", "doubt")  # notices that a reader must have seen before the hits


def print_answer(answer: Answer, as_json: bool, limit: int) -> None:
    """JSON Lines, or for a reader: drawn on a terminal, plain and never wrapped on a pipe.

    Of `limit` 0 the count is all of the answer, and said with JSON Lines too.
    """
    say_notices(notice for notice in answer.notices if notice.code in _FIRST)
    if as_json:
        for hit in answer.hits:
            print_json(hit.to_json())
    elif is_watched():
        _draw(answer)
    else:
        for hit in answer.hits:
            print(_plain(hit))
    if not (as_json and limit):
        say(_count(answer, limit))
    if answer.facets:
        _print_facets(answer.facets, as_json)
    _say_proposals(answer.proposals)
    say_notices(notice for notice in answer.notices if notice.code not in _FIRST)


def _say_proposals(proposals: Sequence[Proposal]) -> None:
    """Questions to ask instead, one per line."""
    for proposal in proposals:
        count = ngettext("{count} article", "{count} articles", proposal.articles).format(count=proposal.articles)
        count += "" if proposal.whole else _(", none with all the words")
        names = _(" and ").join(proposal.without)
        without = _("without {filters}").format(filters=names) if names else ""
        if proposal.question:
            question = ", ".join(filter(None, (" ".join(proposal.question.split()), without)))
            say(_("did you mean: {question} ({count})").format(question=question, count=count))
        else:
            say(f"{without}: {count}")


def _print_facets(facets: Mapping[str, Mapping[str, int]], as_json: bool) -> None:
    """The number of articles for each value of each field."""
    from wencang.cli.output.tables import print_table

    if as_json:
        print_json({"facets": facets})
        return
    for name, counts in facets.items():
        print()
        print_table((_(name), _("articles")), [(value or "-", str(count)) for value, count in counts.items()])


def _count(answer: Answer, limit: int) -> str:
    shown = sum(1 + len(hit.copies) for hit in answer.hits)
    line = ngettext("{count} article", "{count} articles", answer.total).format(count=answer.total)
    if limit:
        line = ngettext("{shown} of {total} article", "{shown} of {total} articles", answer.total)
        line = line.format(shown=shown, total=answer.total)
    if answer.stories is not None:
        line += _(", {stories} stories").format(stories=answer.stories)
    if 0 < answer.whole < answer.total:  # that none has all of them is said before the hits
        line += _(", {whole} with all the words").format(whole=answer.whole)
    return line


def print_news(news: News, as_json: bool = False) -> None:
    """What is new of a watch: JSON Lines, or for a reader as hits are."""
    if as_json:
        for row in news.records():
            print_json(row)
        return
    print(printable(_("{name}: {count} new").format(name=news.name, count=news.count)))
    for hit in news.hits:
        print(_plain(hit))


def print_marked(text: str, marks: Sequence[tuple[int, int]]) -> None:
    """A whole text, with its marks highlighted on a terminal."""
    if not (marks and sys.stdout.isatty()):
        print(text, end="")
        return
    from rich.console import Console

    Console(highlight=False).print(_marked(text, marks), end="")


def _marked(text: str, marks: Sequence[tuple[int, int]]) -> Text:
    from rich.text import Text

    drawn = Text(text, overflow="fold")
    for start, end in marks:
        drawn.stylize("bold yellow", start, end)
    return drawn


def _plain(hit: Hit) -> str:
    lines = (" ".join(hit.article.title.split()), _about(hit), hit.article.url, hit.snippet.text)
    return printable(f"{hit.rank:>3}  " + "\n     ".join(lines))


def _about(hit: Hit) -> str:
    """Date, credit, section, id, copies and warnings of a hit, in one line."""
    article = hit.article
    published = f"{article.published:%Y-%m-%d}" if article.published else _("undated")
    matched = "" if hit.whole else _("[some of the words]")
    copies = _("also {ids}").format(ids=" ".join(hit.copies)) if hit.copies else ""
    gone = _("[gone since {day}]").format(day=f"{hit.gone:%Y-%m-%d}") if hit.gone else ""
    parts = (published, article.credit or article.source, article.section, article.id, copies, matched, gone)
    return "  ".join(filter(None, parts))


def _draw(answer: Answer) -> None:
    from rich.console import Console, Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 1, 0))
    grid.add_column(justify="right", style="dim")
    grid.add_column(overflow="fold")  # Chinese has no spaces to wrap at
    for hit in answer.hits:
        snippet = _marked(printable(hit.snippet.text), hit.snippet.marks)
        lines = ((hit.article.title, "bold"), (_about(hit), "cyan"), (hit.article.url, "dim"))
        grid.add_row(str(hit.rank), Group(*(Text(printable(line), style=style) for line, style in lines), snippet))
    Console(highlight=False).print(Padding(grid, (1, 0, 0, 1)))
