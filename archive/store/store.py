"""The archive itself: every version of every article, in one SQL database.

Each put is one transaction that locks the single counter row with its first statement. Sequences
therefore count up by one and become visible in order, even with several writers, and a follower
that reads `changes(after)` misses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from threading import local
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from archive import clock, databases, disk
from archive.article import Article, Origin, RawPage, Revision, StoredText
from archive.databases.database import Database
from archive.databases.sqlite import RESTORE
from archive.errors import ArchiveUnusable, UsageFault
from archive.lock import refuse_read_only
from archive.settings import Settings
from archive.store import migration, schema, withdrawal
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from archive.url import canonical

# Built once, as they run for each article that comes in.
_articles, _addresses = schema.articles.c, schema.addresses.c
_OF_SOURCE = _articles.source == sa.bindparam("source")
_SOURCE = sa.select(_articles.source).where(_articles.id == sa.bindparam("id"))
_AT_ADDRESS = sa.select(_articles.id).join(schema.addresses).where(_addresses.url == sa.bindparam("url"), _OF_SOURCE)
_WITH_TEXT = sa.select(_articles.id).where(_OF_SOURCE, _articles.digest == sa.bindparam("digest"))
_ADDRESS = sa.select(_addresses.id).where(_addresses.url == sa.bindparam("url"))
_ROW_OF_ADDRESS = sa.select(*(sa.bindparam(name, type_=sa.Text) for name in ("url", "id", "met")))
_NEW_ADDRESS = schema.addresses.insert().from_select(["url", "id", "met"], _ROW_OF_ADDRESS.where(~_ADDRESS.exists()))
_NEW_ARTICLE, _NEW_REVISION = schema.articles.insert(), schema.revisions.insert()
_VERSIONS = sa.select(sa.func.count()).select_from(schema.revisions).where(schema.revisions.c.id == sa.bindparam("id"))
_NEXT = schema.archive.update().values(sequence=schema.archive.c.sequence + 1).returning(schema.archive.c.sequence)
_OF_IDS = schema.newest_revisions().where(
    schema.revisions.c.id.in_(sa.bindparam("ids", expanding=True)), ~schema.withdrawn
)
_TEXTS = _OF_IDS.with_only_columns(*(schema.revisions.c[name] for name in StoredText._fields))
_DIGEST = sa.select(schema.revisions.c.digest).where(schema.revisions.c.sequence == sa.bindparam("sequence"))
_CHANGED = sa.select(sa.func.count()).select_from(schema.articles).where(_articles.sequence > sa.bindparam("after"))
_SEQUENCE = sa.select(schema.archive.c.sequence)
_SEQUENCES = sa.select(
    *(schema.archive.c[name] for name in ("sequence", "stories", "annotations", "names", "names_by"))
)
_BESIDE = ("pages", "manifests")  # FOLDER of warc/pages.py and proof/manifest.py, which a search need not load
_PAGE = 500  # rows per read transaction, so that none stays open while the caller works
Keep = Callable[[tuple[RawPage, ...]], tuple[RawPage, ...]]
Fence = Callable[[sa.Connection], None]


class _Batch(local):
    """The transaction that a thread has opened for all that it does; other threads have their own."""

    connection: sa.Connection | None = None


class ArticleStore:
    """Articles and all their versions. Use it as a context manager, or close it.

    Any call may raise ArchiveUnusable (damaged, disk full) or Busy (another writer held the
    database for more than half a minute).
    """

    def __init__(self, database: Database, create: bool = False, unfinished: bool = False) -> None:
        """The archive in a database; with `create` its tables are created if that is empty.

        `unfinished` admits a copy that is not complete (archive/store/transfer.py).
        """
        self.database = database
        self._engine = database.engine()
        self._reader = self._engine.execution_options(**database.reading)
        self._writer = self._engine.execution_options(writes=True)
        self._batch = _Batch()
        self._fence: Fence = lambda _connection: None
        with ExitStack() as unless_opened:
            unless_opened.callback(self._engine.dispose)
            with self._guard():
                migration.bring_up(self._engine, database, create, unfinished)
            unless_opened.pop_all()

    @classmethod
    def open(cls, settings: Settings) -> ArticleStore:
        """The archive of these settings. Raises ArchiveUnusable if there is none."""
        database = _fit(settings)
        if not database.has_archive():
            mend = _("`wencang crawl` or `wencang import PATH` makes one")
            raise ArchiveUnusable(database.name if settings.archive else settings.data, _("holds no archive yet"), mend)
        return cls(database)

    @classmethod
    def create(cls, settings: Settings) -> ArticleStore:
        """The archive of these settings, created if there is none, but never beside the raw pages of another."""
        database = _fit(settings)
        try:
            disk.make_data(settings.data)
            database.make()
        except OSError as error:
            raise ArchiveUnusable(settings.data, of_error(error), _("name another folder with --data")) from error
        refuse_read_only(settings.data)
        store = cls(database, create=True)
        store.made()
        return store

    def made(self) -> None:
        """Called once a new archive is complete."""
        self.database.made(self._engine)

    def __enter__(self) -> ArticleStore:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    # Writing

    def put(
        self, article: Article, fetched: datetime | None = None, *, extractor: str = "", gone: bool = False,
        exactly: bool = False, origin: Origin | None = None, keep: Keep | None = None,
    ) -> Revision | None:  # fmt: skip
        """Store an article as it was read at `fetched` (aware; default now) if that makes a new version of it.

        Returns None if only images or whitespace in title and body differ from the version before it
        (with `exactly`: only images). The article keeps the address and section under which it was
        found first, until it is gone from there; further addresses become aliases. A version fetched
        before the newest one is inserted into the history at its time and never becomes the current
        one, unless the newest one's time is still to come, so that a clock was wrong; one that is older
        than all others is stored even if its text is known, as it proves how old that is. One that falls
        between two times at which the same text was seen is stored before that text, as of the later time.
        `origin` is the web archive that captured it. Raises Withdrawn for an article that was withdrawn.

        An article is known by its address, else by its key, which another article of another day
        may share: that has an id of its own. One without a key is also known by its text and day.

        `keep` stores the raw pages and returns where they are; its argument is the raw pages of the
        earlier versions. It is called only for a new version, before the commit: a crash can leave a
        raw page that no version refers to, never a version without its raw page.
        """
        fetched = (fetched or clock.now()).astimezone(UTC)
        read = Revision(0, article, fetched, extractor, gone, origin=origin)
        with self.writing() as connection:
            withdrawal.refuse(connection, article)
            article = self._identified(connection, article)
            current = self._newest_of(connection, article.id)
            if current is None:
                return self._append(connection, replace(read, article=article), None, keep)
            url, known = canonical(article.url), canonical(current.article.url)
            older = fetched < current.fetched <= clock.now()
            alias = url != known and (older or not current.gone)
            connection.execute(_NEW_ADDRESS, {"url": url, "id": article.id, "met": article.url})
            if alias:
                article = replace(article, section=current.article.section)
            if alias or url == known:
                article = replace(article, url=current.article.url)
            if alias and self._was_kept(connection, article):
                return None
            same = Article.equals_but_images if exactly else Article.reads_as
            before = self._before(connection, article.id, fetched) if older else current
            if before and before.gone == gone and same(article, before.article):
                self._note_seen(connection, before.sequence, read)
                return None
            revision = self._append(connection, replace(read, article=article), current, keep)
            if before:
                self._restate(connection, before, revision)
            return revision

    def see_again(self, url: str, since: datetime, fetched: datetime, origin: Origin | None = None) -> None:
        """Note that an address showed at `fetched` what it had shown at `since`, as the bytes are the same.

        Where a version from between the two differs, what came back is stored again.
        """
        with self.writing() as connection:
            current = self._newest_at(connection, canonical(url))
            before = current and self._before(connection, current.article.id, since)
            if not current or not before or current.withdrawn:
                return
            again = replace(before, fetched=fetched.astimezone(UTC), origin=origin)
            latest = self._before(connection, current.article.id, again.fetched) or before
            if latest.sequence == before.sequence:
                self._note_seen(connection, before.sequence, again)
            elif not latest.article.reads_as(before.article):
                self._append(connection, again, current, lambda _earlier: before.pages)

    def _identified(self, connection: sa.Connection, article: Article) -> Article:
        """The article under the id by which its source already has it or, if it is new, under one of its own."""
        keys = {"source": article.source, "url": canonical(article.url), "digest": article.digest}
        if id := connection.scalar(_AT_ADDRESS, keys):
            return replace(article, id=str(id))
        id = article.id
        if connection.scalar(_SOURCE, {"id": id}) not in (article.source, None):
            id = f"{article.source}-{id}"  # the key belongs to another source
        holder = self._newest_of(connection, id)
        if holder and article.day and _is_another(article, holder.article):
            id = f"{id}-{article.day:%Y%m%d}"
        elif not holder and not article.has_key and article.day:
            id = next(self._with_text(connection, article, keys), id)
        return replace(article, id=id)

    def _with_text(self, connection: sa.Connection, article: Article, keys: dict[str, str]) -> Iterator[str]:
        """The ids of the source's articles with the same text and day."""
        for (id,) in connection.execute(_WITH_TEXT, keys).all():
            holder = self._newest_of(connection, id)
            if holder and holder.article.day == article.day:
                yield id

    def _newest_of(self, connection: sa.Connection, id: str) -> Revision | None:
        row = connection.execute(schema.newest_revisions().where(schema.revisions.c.id == id)).first()
        return schema.revision_of(row) if row else None

    def _was_kept(self, connection: sa.Connection, article: Article) -> bool:
        """Whether a version has this text: a stale alias must not make versions alternate."""
        rows = connection.execute(sa.select(schema.revisions).filter_by(id=article.id))
        return any(schema.revision_of(row).article.text == article.text for row in rows)

    def _before(self, connection: sa.Connection, id: str, fetched: datetime) -> Revision | None:
        """The last version of an article that was fetched at a time or before it."""
        history = in_order(self._history(connection, id), clock.now())
        return next((revision for revision in reversed(history) if revision.fetched <= fetched), None)

    def _note_seen(self, connection: sa.Connection, sequence: int, read: Revision) -> None:
        """Note that a version was seen again when this one, which is the same, was fetched."""
        c = schema.revisions.c
        is_later = sa.and_(c.fetched < read.fetched, sa.or_(c.seen.is_(None), c.seen < read.fetched))
        origin = read.origin
        values = {"seen": read.fetched, "seen_origin": origin and origin.url, "seen_taken": origin and origin.taken}
        if read.fetched <= clock.now():
            connection.execute(schema.revisions.update().where(c.sequence == sequence, is_later).values(values))

    def _restate(self, connection: sa.Connection, before: Revision, revision: Revision) -> None:
        """After a version between two times at which the one before it was seen: store that again at the later time.

        Another reading of the same page takes its place, and was seen as late.
        """
        c = schema.revisions.c
        row = connection.execute(
            sa.select(c.seen, c.seen_origin, c.seen_taken).where(c.sequence == before.sequence)
        ).one()
        if row.seen is None or row.seen <= revision.fetched:
            return
        unseen = dict.fromkeys(row._mapping)
        connection.execute(schema.revisions.update().where(c.sequence == before.sequence).values(unseen))
        if before.fetched == revision.fetched:
            seen = schema.revisions.update().where(c.sequence == revision.sequence)
            connection.execute(seen.values(row._mapping))
            return
        origin = schema.origin_of(row.seen_origin, row.seen_taken)
        again = replace(before, fetched=row.seen, origin=origin)
        current = self._newest_of(connection, before.article.id)
        self._append(connection, again, current, lambda _earlier: before.pages)

    def _append(
        self, connection: sa.Connection, revision: Revision, current: Revision | None, keep: Keep | None
    ) -> Revision:
        sequence = connection.execute(_NEXT).scalar_one()
        article = revision.article
        earlier = self._pages(connection, article.id) if current else ()
        pages = keep(earlier) if keep else ()
        revision = replace(revision, sequence=sequence, pages=pages)
        pointer = {"source": article.source, "digest": article.digest, "sequence": sequence}
        if current is None:
            connection.execute(_NEW_ARTICLE, {"id": article.id} | pointer)
            address = {"url": canonical(article.url), "id": article.id, "met": article.url}
            connection.execute(_NEW_ADDRESS, address)
        elif self._is_newest(connection, revision, current):
            connection.execute(schema.articles.update().where(schema.articles.c.id == article.id).values(**pointer))
        connection.execute(_NEW_REVISION, schema.row_of(revision))
        return revision

    def _is_newest(self, connection: sa.Connection, revision: Revision, current: Revision) -> bool:
        """Whether a further version is the newest of its article."""
        now = clock.now()
        if current.fetched <= now:
            return revision.fetched >= current.fetched
        return in_order([*self._history(connection, current.article.id), revision], now)[-1] is revision

    def _pages(self, connection: sa.Connection, id: str) -> tuple[RawPage, ...]:
        """The raw pages of every version of an article."""
        kept = connection.scalars(sa.select(schema.revisions.c.pages).filter_by(id=id))
        return tuple(schema.raw_page_of(page) for pages in kept for page in pages or ())

    def mark_gone(self, url: str, fetched: datetime | None = None) -> Revision | None:
        """Record that at `fetched` the site no longer had an article at its own address; the text stays.

        None if it is not an article's own address, or that is gone or withdrawn already.
        """
        url, fetched = canonical(url), (fetched or clock.now()).astimezone(UTC)
        with self.writing() as connection:
            current = self._newest_at(connection, url)
            if not current or current.withdrawn or current.gone or fetched < current.fetched <= clock.now():
                return None
            if canonical(current.article.url) != url:
                return None
            gone = replace(current, fetched=fetched, gone=True)
            return self._append(connection, gone, current, lambda _earlier: current.pages)

    def withdraw(self, id: str, reason: str) -> None:
        """Delete the text of every version of an article for good; a last version tells followers.

        `Pages.withdraw` deletes its raw pages. Does nothing for an unknown id or a withdrawn article.
        """
        with self.writing() as connection:
            current = self._newest_at(connection, id)
            if current and not current.withdrawn:
                old = current.article
                withdrawal.blank(connection, old.id, reason)
                article = Article(old.url, "", "", source=old.source, section=old.section, id=old.id)
                time = max(clock.now(), current.fetched)
                self._append(connection, Revision(0, article, time, withdrawn=reason), current, None)
        self.database.forget(self._engine)

    # Reading

    def refuse_withdrawn(self, article: Article) -> None:
        """Raise Withdrawn for an article that was withdrawn, as `put` does."""
        with self.reading() as connection:
            withdrawal.refuse(connection, article)

    def get(self, id_or_url: str) -> Revision | None:
        """The newest version, by its id or any of its addresses, in any spelling; None if unknown. Raises Withdrawn."""
        with self.reading() as connection:
            revision = self._newest_at(connection, canonical(id_or_url) if ":" in id_or_url else id_or_url)
        if revision and revision.withdrawn:
            raise withdrawal.fault(revision.article.id, revision.fetched, revision.withdrawn)
        return revision

    def _newest_at(self, connection: sa.Connection, id_or_url: str) -> Revision | None:
        """The newest version, by id or by a canonical address."""
        return self._newest_of(connection, connection.scalar(_ADDRESS, {"url": id_or_url}) or id_or_url)

    def get_many(self, ids: Iterable[str]) -> dict[str, Revision]:
        """The newest versions by id; unknown and withdrawn ones are left out."""
        ids = list(ids)
        revisions = {}
        with self.reading() as connection:
            for start in range(0, len(ids), _PAGE):
                for row in connection.execute(_OF_IDS, {"ids": ids[start : start + _PAGE]}).all():
                    revisions[row.id] = schema.revision_of(row)
        return revisions

    def texts(self, ids: Iterable[str]) -> Iterator[StoredText]:
        """The texts of the newest versions; unknown and withdrawn ones are left out.

        A fifth of the time of whole revisions.
        """
        rest = iter(ids)
        while page := list(islice(rest, _PAGE)):
            with self.reading() as connection:
                texts = list(map(schema.text_of, connection.execute(_TEXTS, {"ids": page}).all()))
            yield from texts

    def history(self, id: str) -> list[Revision]:
        """Every version of one article, oldest first; a wrong clock's, yet to come, after that stored before it."""
        with self.reading() as connection:
            return in_order(self._history(connection, id), clock.now())

    def _history(self, connection: sa.Connection, id: str) -> list[Revision]:
        """Every version of one article, as they were stored."""
        c = schema.revisions.c
        rows = connection.execute(sa.select(schema.revisions).where(c.id == id).order_by(c.sequence))
        return list(map(schema.revision_of, rows))

    def current(self, article: Article) -> Revision | None:
        """The newest version of the article that `put` would take this one for, withdrawn ones too."""
        with self.reading() as connection:
            return self._newest_of(connection, self._identified(connection, article).id)

    def with_text(self, article: Article) -> list[Revision]:
        """The newest versions of the source's articles with the same title and body."""
        keys = {"source": article.source, "digest": article.digest}
        with self.reading() as connection:
            ids = [id for (id,) in connection.execute(_WITH_TEXT, keys).all()]
            return list(filter(None, (self._newest_of(connection, id) for id in ids)))

    def versions(self, id: str) -> int:
        """The number of versions of an article."""
        with self.reading() as connection:
            return int(connection.scalar(_VERSIONS, {"id": id}) or 0)

    def sources(self) -> list[str]:
        """The names of all sources with articles, sorted."""
        with self.reading() as connection:
            return sorted(connection.scalars(sa.select(schema.articles.c.source).distinct()))

    def addresses(self, id: str) -> list[str]:
        """All addresses of an article as they were met, sorted."""
        with self.reading() as connection:
            rows = connection.execute(sa.select(_addresses.met, _addresses.url).where(_addresses.id == id))
            return sorted(row.met or row.url for row in rows)

    def changes(self, after: int = 0) -> Iterator[Revision]:
        """The newest version of each article that changed after a sequence, in order of sequence, withdrawn ones too.

        No article comes twice: changes made meanwhile are left for the next call.
        """
        yield from self._by_sequence(schema.newest_revisions(), after + 1, self.sequence())

    def newest_between(self, first: int, last: int) -> Iterator[Revision]:
        """The newest versions that are between two sequences, both included, in order, without withdrawn ones."""
        return self._by_sequence(schema.newest_revisions().where(~schema.withdrawn), first, last)

    def withdrawn_pages(self) -> list[RawPage]:
        """The raw pages, doubted pages and pictures of all withdrawn articles."""
        addresses = schema.addresses_withdrawn().with_only_columns(schema.addresses.c.url)
        pictures = sa.select(schema.pictures.c.page).where(schema.pictures.c.article.in_(addresses))
        with self.reading() as connection:
            rows = list(connection.scalars(sa.select(schema.revisions.c.pages).where(schema.withdrawn)))
            ids = schema.addresses_withdrawn().with_only_columns(schema.addresses.c.id)
            doubted = sa.select(schema.doubts.c.pages, schema.doubts.c.earlier).where(schema.doubts.c.id.in_(ids))
            rows += [page for row in connection.execute(doubted) for page in row]
            pages = [page for row in rows for page in row or ()]
            pages += filter(None, connection.scalars(pictures))
            return list(map(schema.raw_page_of, pages))

    def kept(self) -> Iterator[Revision]:
        """The newest version of each article that is not withdrawn."""
        return (revision for revision in self.changes() if not revision.withdrawn)

    def between(self, first: int, last: int) -> Iterator[Revision]:
        """All revisions from one sequence to another, both included, in order."""
        return self._by_sequence(sa.select(schema.revisions), first, last)

    def _by_sequence(self, chosen: sa.Select[Any], first: int, last: int) -> Iterator[Revision]:
        sequence = schema.revisions.c.sequence
        while first <= last:
            page = chosen.where(sequence >= first, sequence <= last).order_by(sequence).limit(_PAGE)
            with self.reading() as connection:
                rows = connection.execute(page).all()
                revisions = list(map(schema.revision_of, rows))
            yield from revisions
            first = rows[-1].sequence + 1 if rows else last + 1

    def digest_at(self, sequence: int) -> str | None:
        """The digest of a revision's text, or None."""
        with self.reading() as connection:
            return connection.scalar(_DIGEST, {"sequence": sequence})

    def sequence(self) -> int:
        """The sequence of the newest revision; 0 in an empty archive."""
        with self.reading() as connection:
            return int(connection.scalar(_SEQUENCE) or 0)

    def sequences(self) -> tuple[int, int, int, int, str]:
        """The sequence of the newest revision, that up to which stories were computed, and the count of annotations.

        The last grows with each change of tags or notes. Then the sequence up to which names are recorded, and by
        which reader.
        """
        with self.reading() as connection:
            row = connection.execute(_SEQUENCES).one()
        return row.sequence, row.stories, row.annotations, row.names, row.names_by

    def changed_since(self, after: int) -> int:
        """The number of articles that `changes(after)` would return."""
        with self.reading() as connection:
            return int(connection.scalar(_CHANGED, {"after": after}) or 0)

    # Transactions

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self.database.fault(error.orig or error) from error
        except (ValueError, RecursionError) as error:  # a value that can't be ours
            mend = _("`wencang verify` shows what is damaged")
            raise ArchiveUnusable(self.database.name, str(error), mend) from error

    def revision_of(self, row: sa.Row[Any]) -> Revision:
        """The revision in a row that was read before; for modules of archive/ only."""
        with self._guard():
            return schema.revision_of(row)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction around all calls of this thread: committed at the end, or rolled back."""
        with self.writing() as connection:
            self._batch.connection = connection
            try:
                yield
            finally:
                self._batch.connection = None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A read transaction, with a consistent view; for modules of archive/ only."""
        if batch := self._batch.connection:
            with self._guard():
                yield batch
            return
        with self._guard(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A write transaction, exclusive of other writers."""
        if batch := self._batch.connection:
            with self._guard(), batch.begin_nested():
                yield batch
            return
        with self._guard(), self._writer.begin() as connection:
            self._fence(connection)
            yield connection

    def fenced(self, fence: Fence) -> ArticleStore:
        """This store, with a check at the beginning of each write transaction, which raises where that must not be."""
        store = copy(self)
        store._fence = fence
        return store


def _is_another(article: Article, holder: Article) -> bool:
    """Whether an article is another one than the holder of its key: of another day, without a text in common."""
    return holder.day not in (article.day, None) and not article.resembles(holder)


def credible(fetched: datetime, before: datetime, now: datetime) -> datetime:
    """The time of a version: that of the one stored `before` it where its own is yet to come."""
    return fetched if fetched <= now else before


def in_order(revisions: Iterable[Revision], now: datetime) -> list[Revision]:
    """Versions, given as they were stored, by the time of fetching; one from a time still to come stays where it is."""
    times: dict[int, datetime] = {}
    latest = datetime.min.replace(tzinfo=UTC)
    for revision in revisions:
        latest = credible(revision.fetched, latest, now)
        times[revision.sequence] = latest
    return sorted(revisions, key=lambda revision: (times[revision.sequence], revision.sequence))


def named_source(sources: Sequence[str], name: str) -> str:
    """The source with this name, of its site (tibet.cn) or of its file (tibet_cn).

    Raises UsageFault, which lists the sources.
    """
    for spelling in (name, name.replace("_", ".")):
        if spelling in sources:
            return spelling
    if not sources:
        raise UsageFault(name, _("has not been crawled yet"), _("`wencang crawl` does that"))
    raise UsageFault(name, _("is not a source of this archive"), _("sources: {names}").format(names=", ".join(sources)))


# Opening


def _fit(settings: Settings) -> Database:
    """The database of these settings.

    Raises ArchiveUnusable where its folder holds links, or raw pages or manifests without an archive.
    """
    database, data = databases.of(settings), settings.data
    try:
        disk.refuse_links(data)
        if not database.has_archive():  # the usual case is that it has, and needs no list of the folder
            _refuse_lost(database, data)
    except OSError as error:
        raise ArchiveUnusable(
            error.filename or data, of_error(error), _("fix the permissions of its folder")
        ) from error
    return database


def _refuse_lost(database: Database, data: Path) -> None:
    beside = [name for name in _BESIDE if any((data / name).glob("*"))]
    if beside and not database.has_archive():  # checked again: another process may just have created the archive
        reason = _("is missing, but its {folder} are there").format(folder=beside[0])
        raise ArchiveUnusable(database.name, reason, _(RESTORE))
