"""How answers look: on a terminal, on a pipe, as JSON.

Answers go to stdout, everything else to stderr. Rich is loaded where somebody watches, or
waits for a whole run anyway.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from gettext import gettext as _
from io import RawIOBase
from itertools import groupby
from shutil import get_terminal_size
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from rich.text import Text

    from crawler.report import Report
    from desk.concordance import Line
    from desk.following import News
    from indexer.diff import Part
    from indexer.search import Hit, Results
    from indexer.suggest import Proposal

_COLOURS = {  # of the parts of a comparison: ANSI's code, and what marks them where there is no colour
    "same": ("", "{}"), "removed": ("31;9", "[-{}-]"), "added": ("32", "{{+{}+}}"),
    "moved": ("36", "{{~{}~}}"), "left": ("36", "[~]"), "node": ("1", "{}"),
}  # fmt: skip
_NOTES = 20  # shown to a person; a log gets them all
# What would steer a terminal instead of standing on it: C0 and C1 controls, and overrides of direction.
_STEERING = dict.fromkeys(
    (*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"
)


def shown(text: str) -> str:
    """The text without characters that steer a terminal."""
    return text.translate(_STEERING)


def say(line: str) -> None:
    print(shown(line), file=sys.stderr)


class _Shown(RawIOBase):
    """A terminal that takes bytes, and shows what would steer it."""

    def writable(self) -> bool:
        return True

    def write(self, text: Any) -> int:
        sys.stdout.write(shown(bytes(text).decode().replace("\r\n", "\n")))
        return len(text)


def answers() -> IO[bytes]:
    """stdout for bytes of UTF-8: as they are, unless a person watches."""
    return cast(IO[bytes], _Shown()) if sys.stdout.isatty() else sys.stdout.buffer


def print_json(values: dict[str, Any]) -> None:
    print(json.dumps(values, ensure_ascii=False))


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
    told = _("{shown} of {total} articles").format(shown=shown, total=results.total)
    if results.stories is not None:
        told += _(", {stories} stories").format(stories=results.stories)
    if results.whole < results.total:
        told += _(", {whole} with all the words").format(whole=results.whole)
    return told


def say_proposals(proposals: Sequence[Proposal]) -> None:
    """What to ask instead, a line each."""
    for one in proposals:
        told = _("{count} articles").format(count=one.articles)
        told += "" if one.whole else _(", none with all the words")
        without = _("without {filters}").format(filters=_(" and ").join(one.without)) if one.without else ""
        if one.question:
            asked = ", ".join(filter(None, (" ".join(one.question.split()), without)))
            say(_("did you mean: {question} ({told})").format(question=asked, told=told))
        else:
            say(f"{without}: {told}")


def print_facets(facets: dict[str, dict[str, int]], as_json: bool = False) -> None:
    """How many articles of the answer have which value."""
    if as_json:
        print_json({"facets": facets})
        return
    for name, counts in facets.items():
        print()
        print_table((_(name), _("articles")), [(value or "-", str(count)) for value, count in counts.items()])


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


def print_news(news: News, as_json: bool = False) -> None:
    """What is new of a watch: JSON Lines, or for a reader as hits are."""
    from indexer.search import Hit

    if not as_json:
        print(shown(_("{name}: {count} new").format(name=news.name, count=news.count)))
    for rank, (revision, snippet) in enumerate(news.hits, 1):
        hit = Hit(revision.article, 0, snippet, gone=revision.gone_since)
        if as_json:
            told = ("id", "url", "title", "published", "source", "section", "credit", "snippet", "marks", "gone")
            values = _values(rank, hit)
            print_json({"watch": news.name} | {key: values[key] for key in told})
        else:
            print(_plain(rank, hit))


def _plain(rank: int, hit: Hit) -> str:
    lines = (" ".join(hit.article.title.split()), _told(hit), hit.article.url, hit.snippet.text)
    return shown(f"{rank:>3}  " + "\n     ".join(lines))


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
        snippet = _marked(shown(hit.snippet.text), hit.snippet.marks)
        lines = ((hit.article.title, "bold"), (_told(hit), "cyan"), (hit.article.url, "dim"))
        grid.add_row(str(rank), Group(*(Text(shown(line), style=style) for line, style in lines), snippet))
    Console(highlight=False).print(Padding(grid, (1, 0, 0, 1)))


def print_parts(parts: Sequence[Part]) -> None:
    """The lines of a text in which something changed: coloured, or marked [-removed-], {+added+} and {~moved~}."""
    from indexer.diff import lines

    draw = _coloured if _has_colour() else _with_marks
    for changed, some in groupby(lines(parts), lambda line: any(part.kind != "same" for part in line)):
        if not changed:
            print("…")
        for line in some if changed else ():
            print("".join(draw(part.kind, shown(part.text)) for part in line))


def _has_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _coloured(kind: str, text: str) -> str:
    code, text = _COLOURS[kind][0], "↷" if kind == "left" else text
    return f"\x1b[{code}m{text}\x1b[0m" if code else text


def _with_marks(kind: str, text: str) -> str:
    return _COLOURS[kind][1].format(text)


def print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...] | str]) -> None:
    """A table whose columns stand under each other, wide characters too; a row that is a text is a line of its own.

    On a terminal the widest columns are cut so that a line fits.
    """
    from rich.cells import set_cell_size

    lines = [line if isinstance(line, str) else tuple(map(shown, line)) for line in (head, *rows)]
    widths = _widths([line for line in lines if isinstance(line, tuple)])
    for line in lines:
        if isinstance(line, str):
            print(shown(line))
        else:
            cells = (set_cell_size(_cut(text, width), width) for text, width in zip(line, widths, strict=True))
            print_line("  ".join(cells).rstrip())


def _widths(lines: Sequence[tuple[str, ...]]) -> list[int]:
    """Of each column; numbers and days keep theirs as long as there is anything else to cut."""
    from rich.cells import cell_len

    columns = list(zip(*lines, strict=True))
    full = [max(map(cell_len, texts)) for texts in columns]
    room = width() - 2 * (len(columns) - 1)
    if not is_watched() or sum(full) <= room:
        return full
    least = [
        0 if any(map(str.isalpha, "".join(texts))) else max(map(cell_len, texts), default=0)
        for _head, *texts in columns
    ]
    for most in range(max(full), 0, -1):
        cut = [max(low, min(high, most)) for low, high in zip(least, full, strict=True)]
        if sum(cut) <= room:
            break
    cut[-1] = max(cut[-1], min(full[-1], cut[-1] + room - sum(cut)))
    return cut


def _cut(text: str, room: int) -> str:
    """The text, or its beginning with a sign that there is more."""
    from rich.cells import cell_len, set_cell_size

    return text if cell_len(text) <= room else set_cell_size(text, room - 1) + "…"


def print_line(line: str) -> None:
    """A line that a terminal's is cut to; whole on a pipe."""
    print(_cut(shown(line), width()) if is_watched() else shown(line))


def is_watched() -> bool:
    """Whether a person reads the answers."""
    return sys.stdout.isatty()


def print_concordance(lines: Iterable[Line], window: int) -> None:
    """A line a place, the nodes under each other; on a terminal as wide as that is."""
    from desk.cells import cells
    from desk.concordance import aligned

    for line in lines:
        day = str(line.published or _("undated")).ljust(10)
        room = 2 * window
        if is_watched():
            room = min(room, max(10, (width() - cells(f"{day}{line.node}{line.id}") - 8) // 2))
        left, node, right = map(shown, aligned(line, room))
        start, whole = len(f"{day}  {left}  "), "  ".join((day, left, node, right, shown(line.id)))
        told = _cut(whole, width()) if is_watched() else whole
        end = start + len(node)
        print(told[:start] + (_coloured("node", told[start:end]) if _has_colour() else told[start:end]) + told[end:])


def width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return get_terminal_size((80, 24)).columns


def print_rows(head: tuple[str, ...], rows: Iterable[Sequence[Any]], form: str) -> None:
    """Rows as csv, tsv or json; a table for a reader where the form is ""."""
    if form == "json":
        for row in rows:
            print_json(dict(zip(head, row, strict=True)))
    elif form:
        from desk.table import write

        write(answers(), head, rows, "\t" if form == "tsv" else ",")
    else:
        table = [tuple("-" if value is None else str(value) for value in row) for row in rows]
        print_table(tuple(map(_, head)), table)


def print_ranked(
    head: tuple[str, ...], found: Mapping[str, Sequence[Sequence[Any]]], form: str, by_period: bool = False
) -> None:
    """Words with their scores and counts: of each period a column for a reader, else a row each."""
    from desk.periods import ranked, side_by_side

    if by_period and not form:
        print_table(("", *(period or _("undated") for period in found)), list(side_by_side(found)))
    else:
        skipped = 0 if by_period else 1
        print_rows(("period", "rank", *head)[skipped:], (row[skipped:] for row in ranked(found)), form)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """A running count on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda count: status.update(f"{count} {what}")


def print_report(report: Report) -> None:
    """What a run came to, and each thing that wants a person's eye."""
    from archive.ledger import OUTCOMES

    counted = ((source, tally.counts) for source, tally in report.tallies.items() if tally.counts)
    rows = [(source, *(str(counts[outcome]) for outcome in OUTCOMES)) for source, counts in counted]
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
