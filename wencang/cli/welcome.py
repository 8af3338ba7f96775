"""What `wencang` alone shows: what is in the archive, and three things to try."""

from __future__ import annotations

from gettext import gettext as _

from archive.database import FILE
from archive.escaping import printable
from archive.settings import Settings
from wencang.cli.commands import DONE, indexes, open_archive


def welcome(settings: Settings) -> int:
    kept, newest = _kept(settings) if (settings.data / FILE).exists() else ([], "")
    print("\n".join(map(printable, kept)) or _("{data} holds no archive yet.").format(data=settings.data))
    if not newest:
        tries = (
            ("wencang crawl tibet_cn", _("fetch what 中国西藏网 shows")),
            ("wencang import PATH", _("read saved pages, texts or WARC files")),
            ("make demo", _("see it work on the bundled sample")),
        )
    else:
        tries = (
            ("wencang 西藏", _("search")) if indexes(settings) else ("wencang index", _("make it searchable")),
            (f"wencang show {newest}", _("read the newest article")),
            ("wencang export --format md -o articles.md", _("take all of it with you")),
        )
    from rich.cells import cell_len  # imported here: a search does not need it

    print("\n" + _("To try:"))
    for command, does in tries:
        print(printable(f"  {command}{' ' * max(2, 44 - cell_len(command))}{does}"))
    print("\n" + _("`wencang help` lists all commands"))
    return DONE


def _kept(settings: Settings) -> tuple[list[str], str]:
    """Three lines, and the id of the newest article; "" where there is none."""
    from archive.tables.chronology import newest, size
    from archive.tables.ledger import Ledger

    with open_archive(settings) as store:
        count, sources, latest = size(store), store.sources(), newest(store)
        runs = Ledger(store).last_runs("", 1)
    told = _("{articles} articles of {sources} in {data}")
    lines = [told.format(articles=count, sources=", ".join(sources) or "-", data=settings.data)]
    crawled = _("last crawl: {time}, {source}, {new} new articles")
    lines += [
        crawled.format(time=f"{run.finished:%Y-%m-%d %H:%M}Z", source=run.source, new=run.new) for run in runs
    ] or [_("last crawl: none yet")]
    if not latest:
        return lines, ""
    day = f"{latest.article.published:%Y-%m-%d}" if latest.article.published else _("undated")
    return [*lines, _("newest article: {day} {title}").format(day=day, title=latest.article.title)], latest.article.id
