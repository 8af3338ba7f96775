"""Articles that were found: drawn on a terminal, plain and never wrapped on a pipe, or as JSON Lines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Any

from archive.escaping import printable
from wencang.cli.output import is_watched, print_json, say

if TYPE_CHECKING:
    from rich.text import Text

    from indexer.search import Hit, Results
    from wencang.desk.watch.follow import News


def print_hits(results: Results, as_json: bool = False) -> None:
    """JSON Lines, or for a reader: drawn on a terminal, plain and never wrapped on a pipe."""
    if as_json:
        for rank, hit in enumerate(results.hits, 1):
            print_json(_values(rank, hit))
        return
    if is_watched():
        _draw(results)
    else:
        for rank, hit in enumerate(results.hits, 1):
            print(_plain(rank, hit))
    say(_count(results))


def _count(results: Results) -> str:
    shown = sum(1 + len(hit.copies) for hit in results.hits)
    told = ngettext("{shown} of {total} article", "{shown} of {total} articles", results.total)
    told = told.format(shown=shown, total=results.total)
    if results.stories is not None:
        told += _(", {stories} stories").format(stories=results.stories)
    if results.whole < results.total:
        told += _(", {whole} with all the words").format(whole=results.whole)
    return told


def print_news(news: News, as_json: bool = False) -> None:
    """What is new of a watch: JSON Lines, or for a reader as hits are."""
    from indexer.search import Hit

    if not as_json:
        print(printable(_("{name}: {count} new").format(name=news.name, count=news.count)))
    for rank, (revision, snippet) in enumerate(news.hits, 1):
        hit = Hit(revision.article, 0, snippet, gone=revision.gone_since)
        if as_json:
            told = ("id", "url", "title", "published", "source", "section", "credit", "snippet", "marks", "gone")
            values = _values(rank, hit)
            print_json({"watch": news.name} | {key: values[key] for key in told})
        else:
            print(_plain(rank, hit))


def print_marked(text: str, marks: Sequence[tuple[int, int]]) -> None:
    """A whole text; what is marked in it stands out on a terminal."""
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


def _plain(rank: int, hit: Hit) -> str:
    lines = (" ".join(hit.article.title.split()), _told(hit), hit.article.url, hit.snippet.text)
    return printable(f"{rank:>3}  " + "\n     ".join(lines))


def _values(rank: int, hit: Hit) -> dict[str, Any]:
    article = hit.article
    return {
        "rank": rank, "id": article.id, "url": article.url, "title": article.title,
        "published": article.published and article.published.isoformat(),
        "source": article.source, "section": article.section, "credit": article.credit,
        "score": round(hit.score, 4), "snippet": hit.snippet.text, "marks": hit.snippet.marks,
        "matched": "all" if hit.whole else "some", "copies": hit.copies,
        "gone": hit.gone and hit.gone.isoformat(),
    }  # fmt: skip


def _told(hit: Hit) -> str:
    article = hit.article
    published = f"{article.published:%Y-%m-%d}" if article.published else _("undated")
    matched = "" if hit.whole else _("[some of the words]")
    copies = _("also {ids}").format(ids=" ".join(hit.copies)) if hit.copies else ""
    gone = _("[gone since {day}]").format(day=f"{hit.gone:%Y-%m-%d}") if hit.gone else ""
    told = (published, article.credit or article.source, article.section, article.id, copies, matched, gone)
    return "  ".join(filter(None, told))


def _draw(results: Results) -> None:
    from rich.console import Console, Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 1, 0))
    grid.add_column(justify="right", style="dim")
    grid.add_column(overflow="fold")  # Chinese has no blanks to wrap at
    for rank, hit in enumerate(results.hits, 1):
        snippet = _marked(printable(hit.snippet.text), hit.snippet.marks)
        lines = ((hit.article.title, "bold"), (_told(hit), "cyan"), (hit.article.url, "dim"))
        grid.add_row(str(rank), Group(*(Text(printable(line), style=style) for line, style in lines), snippet))
    Console(highlight=False).print(Padding(grid, (1, 0, 0, 1)))
