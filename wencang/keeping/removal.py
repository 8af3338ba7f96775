"""Withdrawal of an article, a takedown: its text, raw pages, pictures, index entries and feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from archive import clock
from archive.errors import ArchiveUnusable, NotKept, UsageFault, WencangError, Withdrawn
from archive.proof import manifest
from archive.settings import Settings
from archive.storage import of as storage_of
from archive.store import ArticleStore
from archive.tables.doubts import Doubts
from archive.tables.pictures import Pictures
from archive.text.messages import Message, of_error, worded
from archive.text.translation import gettext as _
from archive.url import canonical
from archive.warc.pages import Pages
from indexer.update import bring_up, engines_of, rebuild
from wencang.desk.reprints import stories
from wencang.desk.watch.follow import News


@dataclass(frozen=True, slots=True)
class Removal:
    """What a takedown did. `id` names the article, whose text is withdrawn when this is returned.

    `faults` are what kept other steps from being done: raw pages, manifest, stories or an index
    may still hold the text, until `remove` is called again. `notices` are an earlier withdrawal,
    what watches met, and copies of the archive that may still hold the text.
    """

    id: str
    faults: tuple[WencangError, ...] = ()
    notices: tuple[Message, ...] = ()


def remove(settings: Settings, store: ArticleStore, id_or_url: str, reason: str, news: Iterable[News]) -> Removal:
    """Withdraw an article for good, or do what an earlier call left to do; for that no reason is needed.

    `news` is what watches find afterwards: it is read last, and renews the feeds.
    """
    notices: list[Message] = []
    try:
        id = _kept(store, id_or_url)
        if not reason.strip():
            raise UsageFault("--reason", _("is empty"), _("say why the article is withdrawn"))
    except Withdrawn as error:
        id = error.subject
        notices.append(Message("already-withdrawn", {"id": id, "reason": error.reason}))
    store.withdraw(id, " ".join(reason.split()))
    faults = [fault for step in _steps(settings, store, id) for fault in _faults(step)]
    notices += _renew_feeds(settings, news)
    for copy in sorted(settings.data.glob("archive.db.v*.bak")):
        notices.append(Message("old-backup", {"path": str(copy)}))
    return Removal(id, tuple({str(fault): fault for fault in faults}.values()), tuple(notices))


def _kept(store: ArticleStore, id_or_url: str) -> str:
    """The id of an article. Raises NotKept, or Withdrawn."""
    if revision := store.get(id_or_url):
        return revision.article.id
    mend = _("`wencang crawl --url {url}` fetches it").format(url=id_or_url) if "://" in id_or_url else ""
    raise NotKept(id_or_url, _("is not in the archive"), mend)


def _steps(settings: Settings, store: ArticleStore, id: str) -> Iterator[Callable[[], object]]:
    """What is to be done once the text is out of the archive; each can be done again."""
    storage = storage_of(settings)
    pages = Pages(storage)
    pictures = Pictures(store).of(map(canonical, store.addresses(id)))
    doubted = {raw for doubt in Doubts(store).of(id) for raw in (*doubt.pages, *doubt.earlier)}
    for raw in {*pictures, *doubted, *(raw for revision in store.history(id) for raw in revision.pages)}:
        yield partial(pages.withdraw, raw)
    yield partial(manifest.close, store, storage, clock.now(), withdrawn=True)
    yield lambda: stories.bring_up(store)
    # A rebuild, as what an engine only marks as deleted stays in its files; then a writer, as it deletes the old files.
    for engine in engines_of(settings):
        yield partial(rebuild, store, settings, engine)
        yield partial(bring_up, store, settings, engine)


def _faults(step: Callable[[], object]) -> Iterator[WencangError]:
    """Take a step; what hindered it, as the other steps are taken whatever becomes of it."""
    try:
        step()
    except WencangError as error:
        yield error
    except OSError as error:
        mend = _("free some space or fix its permissions")
        yield ArchiveUnusable(error.filename or _("the archive"), of_error(error), mend)


def _renew_feeds(settings: Settings, news: Iterable[News]) -> list[Message]:
    """Take the article out of the feeds of watches; a fault there is a notice, as the next run of a watch does it."""
    notices: list[Message] = []
    faults: list[WencangError] = []
    try:
        for each in news:
            notices += [Message("news", {"name": each.name, "count": each.count})] if each.count else []
            faults += each.faults
    except WencangError as error:
        faults.append(error)
    except OSError as error:
        faults.append(WencangError(error.filename or settings.data, of_error(error)))
    return [*notices, *(worded(f"wencang: {fault}") for fault in faults)]
