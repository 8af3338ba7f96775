"""A backfill from its beginning to its end: in this process, or beside it where Twisted's reactor can't run."""

from __future__ import annotations

from functools import partial
from time import sleep

from archive.errors import UsageFault
from archive.progress import Progress, silent
from archive.proof import manifest
from archive.settings import Settings
from archive.storage import of as storage_of
from archive.store import ArticleStore
from archive.tables.captures import Captures
from archive.tables.locks import exclusive
from archive.text.translation import gettext as _
from archive.url import canonical
from archive.warc.pages import Pages
from crawler import reactor
from crawler.past.archives import WebArchive
from crawler.past.session import PastSession, Span
from crawler.report import Report
from crawler.sources import Source, sources_of


def backfill(
    settings: Settings, source: Source, archive: WebArchive, span: Span, progress: Progress = silent
) -> Report:  # fmt: skip
    """Take the captures of a source from a web archive; what was done, and what is left.

    Raises Busy while another run takes captures of the source, and the error that ended the run.
    """
    if reactor.is_usable():
        return _backfill(settings, source, archive, span, progress)
    return reactor.with_reactor(_backfill, settings, source, archive, span)


def _backfill(
    settings: Settings, source: Source, archive: WebArchive, span: Span, progress: Progress = silent
) -> Report:  # fmt: skip
    session = PastSession(
        source, sources_of(settings), archive, span, Report(notice=lambda report: progress(report.read))
    )
    storage = storage_of(settings)
    with (
        ArticleStore.create(settings) as store,
        exclusive(store, f"backfill {source.site}") as hold,
        Pages(storage, at_once=False, ends=partial(manifest.ends, storage)) as pages,
    ):
        sleep(hold.grace)
        _run(hold.fenced(), pages, session, settings)
    session.report.notice = None
    return session.report


def _run(store: ArticleStore, pages: Pages, session: PastSession, settings: Settings) -> None:
    from crawler.past.backfill import Backfill, Found
    from crawler.past.lookups import Lookups
    from crawler.past.spider import PastSpider, run

    captures, site = Captures(store), session.source.site
    for url in session.span.accept:
        if not captures.accept(session.archive.name, site, canonical(url)):
            raise UsageFault(url, _("has no doubted capture in this archive"), _("`wencang gaps` names them"))
    addresses = partial(captures.addresses, site)
    if session.span.dry_run:
        found = Found()

        async def look(spider: PastSpider) -> None:
            await Lookups(spider, found, addresses).all()

        run(session, look, settings)
        for line in found.lines():
            session.remark(session.archive.name, line)
    else:
        run(session, Backfill(store, pages, session), settings)
        counts = captures.counts(session.archive.name, site)
        line = _("captures known {known}: kept {kept}, the same {same}, not kept {others}, left {left}")
        known, left = sum(counts.values()), counts.get("waiting", 0) + counts.get("failed", 0)
        kept, same = counts.get("kept", 0), counts.get("same", 0)
        values = {"known": known, "kept": kept, "same": same, "left": left, "others": known - kept - same - left}
        session.remark(session.archive.name, line.format(**values))
    if session.ended not in ("finished", "interrupted"):
        session.remark(
            session.archive.name, _("ended by: {ended}; the next run continues").format(ended=_(session.ended))
        )
