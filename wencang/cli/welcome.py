"""What `wencang` without arguments shows: the archive at a glance, and three commands to try."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archive.text.escaping import printable
from archive.text.translation import gettext as _
from wencang.cli.commands import DONE

if TYPE_CHECKING:
    from wencang.archive import Archive
    from wencang.keeping.status import Overview


def welcome(archive: Archive) -> int:
    if archive.exists:
        overview = archive.overview()
        lines, suggestions = _lines(archive.data, overview), _suggestions(overview)
    else:
        lines, suggestions = [_("{data} holds no archive yet.").format(data=archive.data)], _first_steps()
    print("\n".join(map(printable, lines)))
    from rich.cells import cell_len  # imported here: a search does not need it

    print("\n" + _("To try:"))
    for command, purpose in suggestions:
        print(printable(f"  {command}{' ' * max(2, 44 - cell_len(command))}{purpose}"))
    print("\n" + _("`wencang help` lists all commands"))
    return DONE


def _first_steps() -> tuple[tuple[str, str], ...]:
    return (
        ("wencang crawl tibet_cn", _("fetch what 中国西藏网 shows")),
        ("wencang import PATH", _("read saved pages, texts or WARC files")),
        ("wencang demo", _("see it work on the bundled sample")),
    )


def _suggestions(overview: Overview) -> tuple[tuple[str, str], ...]:
    if not overview.newest:
        return _first_steps()
    return (
        ("wencang 西藏", _("search")) if overview.engines else ("wencang index", _("make it searchable")),
        (f"wencang show {overview.newest.article.id}", _("read the newest article")),
        ("wencang export --format md -o articles.md", _("take all of it with you")),
    )


def _lines(data: Path, overview: Overview) -> list[str]:
    size = _("{articles} articles of {sources} in {data}")
    lines = [
        size.format(articles=overview.articles, sources=", ".join(overview.sources) or "-", data=data),
        _last_crawl(overview),
    ]
    if overview.newest:
        article = overview.newest.article
        day = f"{article.published:%Y-%m-%d}" if article.published else _("undated")
        lines.append(_("newest article: {day} {title}").format(day=day, title=article.title))
    return lines


def _last_crawl(overview: Overview) -> str:
    if not (run := overview.run):
        return _("last crawl: none yet")
    crawled = _("last crawl: {time}, {source}, {new} new articles")
    return crawled.format(time=f"{run.finished:%Y-%m-%d %H:%M}Z", source=run.source, new=run.new)
