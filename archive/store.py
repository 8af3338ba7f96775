"""The archive itself: every version of every article, in one SQL database.

A put is one transaction that holds the one counter row from its first statement, so that
sequences grow by one and become visible in their order, whoever else writes. A follower
that reads `changes(after)` misses nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from gettext import gettext as _
from pathlib import Path
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from archive import clock, database, migration, schema, withdrawal
from archive.article import Article, RawPage, Revision
from archive.database import FILE
from archive.errors import ArchiveUnusable, Busy, UsageFault
from archive.lock import refuse_read_only
from archive.messages import of_error
from archive.url import canonical

# Asked for each article that comes in, so put together once.
_articles, _addresses = schema.articles.c, schema.addresses.c
_OF_SOURCE = _articles.source == sa.bindparam("source")
_SOURCE = sa.select(_articles.source).where(_articles.id == sa.bindparam("id"))
_HERE = sa.select(_articles.id).join(schema.addresses).where(_addresses.url == sa.bindparam("url"), _OF_SOURCE)
_TWINS = sa.select(_articles.id).where(_OF_SOURCE, _articles.digest == sa.bindparam("digest"))
_ADDRESS = sa.select(_addresses.id).where(_addresses.url == sa.bindparam("url"))
_URL_AND_ID = sa.select(sa.bindparam("url", type_=sa.Text), sa.bindparam("id", type_=sa.Text))
_NEW_ADDRESS = schema.addresses.insert().from_select(["url", "id"], _URL_AND_ID.where(~_ADDRESS.exists()))
_NEW_ARTICLE, _NEW_REVISION = schema.articles.insert(), schema.revisions.insert()
_VERSIONS = sa.select(sa.func.count()).select_from(schema.revisions).where(schema.revisions.c.id == sa.bindparam("id"))
_NEXT = schema.archive.update().values(sequence=schema.archive.c.sequence + 1).returning(schema.archive.c.sequence)
_PAGE = 500  # rows fetched at once: no read transaction stays open while a caller works
Keep = Callable[[tuple[RawPage, ...]], tuple[RawPage, ...]]


class ArticleStore:
    """Articles and all their versions. Use it as a context manager, or close it.

    Any call may raise ArchiveUnusable (damaged, disk full) or Busy (another writer held
    it for longer than half a minute).
    """

    def __init__(self, engine: sa.Engine, name: str, create: bool) -> None:
        self._engine = engine
        self._name = name
        self._batch: sa.Connection | None = None
        with self._guard():
            migration.bring_up(engine, name, create)

    @classmethod
    def open(cls, data: Path) -> ArticleStore:
        """The archive of a data folder; ArchiveUnusable where there is none."""
        database.refuse_lost(data)
        if not (data / FILE).exists():
            raise ArchiveUnusable(
                data, _("holds no archive yet"), _("`wencang crawl` or `wencang import PATH` makes one")
            )
        return cls.at(_url(data / FILE), create=False)

    @classmethod
    def create(cls, data: Path) -> ArticleStore:
        """The archive of a data folder, made where there is none; never beside what is left of another."""
        database.refuse_lost(data)
        try:
            data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveUnusable(data, of_error(error), _("name another folder with --data")) from error
        refuse_read_only(data)
        store = cls.at(_url(data / FILE))
        # Outside of any transaction; the file keeps it. While another writer is at work, the next opening does it.
        with closing(store._engine.raw_connection()) as raw, suppress(sqlite3.OperationalError):
            raw.cursor().execute("PRAGMA journal_mode=WAL")
        return store

    @classmethod
    def at(cls, url: str | sa.URL, create: bool = True) -> ArticleStore:
        """The archive at an SQLAlchemy database URL; made in an empty database if `create`."""
        address = sa.make_url(url)
        engine = sa.create_engine(address)
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", lambda connection, _record: database.prepare(connection))
            sa.event.listen(engine, "begin", _begin_sqlite)
        name = address.database or str(url)
        return cls(engine, unquote(name.removeprefix("file:")) if name.startswith("file:") else name, create)

    def __enter__(self) -> ArticleStore:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    # Writing

    def put(
        self, article: Article, fetched: datetime | None = None, *, extractor: str = "", gone: bool = False,
        exactly: bool = False, keep: Keep | None = None,
    ) -> Revision | None:  # fmt: skip
        """Keep what was read at `fetched` (aware; now where not given).

        None where no field but the images differs from the newest version, blanks in title
        and body aside (unless `exactly`). The article keeps the address and section it was
        first met under, until it is gone from there; other addresses become its aliases.
        What was fetched before the newest version joins the history behind it. Raises
        Withdrawn for an article that was.

        `keep` puts the raw pages where they stay and tells where that is; it is handed those of
        the article's earlier versions. It is called only where a version is made, before that is
        committed: a crash may leave a raw page that nothing points to, never a version that
        points to nothing.
        """
        fetched = (fetched or clock.now()).astimezone(UTC)
        article = replace(article, url=canonical(article.url))
        read = Revision(0, article, fetched, extractor, gone)
        with self.writing() as connection:
            withdrawal.refuse(connection, article)
            source = connection.scalar(_SOURCE, {"id": article.id})
            id = article.id if source == article.source else self._known(connection, article)
            if id is None:
                if source is not None:
                    article = replace(article, id=f"{article.source}-{article.id}")  # another source's own key
                return self._append(connection, replace(read, article=article), None, keep)
            current = self._newest(connection, id)
            article = replace(article, id=id)
            older = fetched < current.fetched
            alias = article.url != current.article.url and (older or not current.gone)
            connection.execute(_NEW_ADDRESS, {"url": article.url, "id": id})
            if alias:
                article = replace(article, url=current.article.url, section=current.article.section)
            if (alias or older) and self._was_kept(connection, article):
                return None
            same = Article.equals_but_images if exactly else Article.reads_as
            if current.gone == gone and same(article, current.article):
                return None
            return self._append(connection, replace(read, article=article), current, keep)

    def _known(self, connection: sa.Connection, article: Article) -> str | None:
        """The id of its own source under which this article is already kept: by address, by its text and day."""
        known_by = {"source": article.source, "url": article.url, "digest": article.digest}
        if known := connection.scalar(_HERE, known_by):
            return str(known)
        for (twin,) in connection.execute(_TWINS, known_by).all() if article.day else ():
            if self._newest(connection, twin).article.day == article.day:
                return str(twin)
        return None

    def _newest(self, connection: sa.Connection, id: str) -> Revision:
        rows = connection.execute(schema.newest_revisions().where(schema.revisions.c.id == id))
        return schema.revision_of(rows.one())

    def _was_kept(self, connection: sa.Connection, article: Article) -> bool:
        """An alias that lags behind, or an old copy read again, must not make versions go back and forth."""
        rows = connection.execute(sa.select(schema.revisions).filter_by(id=article.id))
        return any(schema.revision_of(row).article.text == article.text for row in rows)

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
            connection.execute(_NEW_ADDRESS, {"url": article.url, "id": article.id})
        elif revision.fetched >= current.fetched:
            connection.execute(schema.articles.update().where(schema.articles.c.id == article.id).values(**pointer))
        connection.execute(_NEW_REVISION, schema.row_of(revision))
        return revision

    def _pages(self, connection: sa.Connection, id: str) -> tuple[RawPage, ...]:
        """The raw pages of every version of an article."""
        kept = connection.scalars(sa.select(schema.revisions.c.pages).filter_by(id=id))
        return tuple(RawPage(*page) for pages in kept for page in pages or ())

    def mark_gone(self, url: str, fetched: datetime | None = None) -> Revision | None:
        """Note that at `fetched` the site showed nothing any more at an article's own address; the text stays.

        None where no article has it for its own, or that is gone, or withdrawn, already.
        """
        fetched = (fetched or clock.now()).astimezone(UTC)
        with self.writing() as connection:
            current = self._newest_at(connection, url)
            if not current or current.withdrawn or current.gone or fetched < current.fetched:
                return None
            if current.article.url != canonical(url):
                return None
            gone = replace(current, fetched=fetched, gone=True)
            return self._append(connection, gone, current, lambda _earlier: current.pages)

    def withdraw(self, id: str, reason: str) -> None:
        """Take the text of every version of an article away, for good; what is left says so, to followers too.

        Its raw pages are taken by Pages.withdraw. Again, or for an unknown id, it does nothing.
        """
        with self.writing() as connection:
            current = self._newest_at(connection, id)
            if current and not current.withdrawn:
                kept = current.article
                withdrawal.blank(connection, kept.id, reason)
                article = Article(kept.url, "", "", source=kept.source, section=kept.section, id=kept.id)
                time = max(clock.now(), current.fetched)
                self._append(connection, Revision(0, article, time, withdrawn=reason), current, None)
        if self._engine.dialect.name == "sqlite":  # whose log may still hold what was written before
            with closing(self._engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # Reading

    def get(self, id_or_url: str) -> Revision | None:
        """The newest version, by id or by any address it was met under. Raises Withdrawn."""
        with self.reading() as connection:
            found = self._newest_at(connection, id_or_url)
        if found and found.withdrawn:
            raise withdrawal.fault(found.article.id, found.fetched, found.withdrawn)
        return found

    def _newest_at(self, connection: sa.Connection, id_or_url: str) -> Revision | None:
        url = canonical(id_or_url) if ":" in id_or_url else ""
        id = connection.scalar(_ADDRESS, {"url": url}) or id_or_url
        row = connection.execute(schema.newest_revisions().where(schema.revisions.c.id == id)).first()
        return schema.revision_of(row) if row else None

    def get_many(self, ids: Iterable[str]) -> dict[str, Revision]:
        """The newest versions by id; unknown and withdrawn ones are left out."""
        wanted = list(ids)
        found = {}
        with self.reading() as connection:
            for start in range(0, len(wanted), _PAGE):
                some = schema.revisions.c.id.in_(wanted[start : start + _PAGE])
                for row in connection.execute(schema.newest_revisions().where(some, ~schema.withdrawn)):
                    found[row.id] = schema.revision_of(row)
        return found

    def history(self, id: str) -> list[Revision]:
        """Every version of one article, oldest first."""
        c = schema.revisions.c
        with self.reading() as connection:
            rows = connection.execute(sa.select(schema.revisions).where(c.id == id).order_by(c.fetched, c.sequence))
            return [schema.revision_of(row) for row in rows]

    def versions(self, id: str) -> int:
        """How many versions of an article are kept."""
        with self.reading() as connection:
            return int(connection.scalar(_VERSIONS, {"id": id}) or 0)

    def sources(self) -> list[str]:
        """The name of every source there is an article of."""
        with self.reading() as connection:
            return sorted(connection.scalars(sa.select(schema.articles.c.source).distinct()))

    def addresses(self, id: str) -> list[str]:
        """Every address the article was met under."""
        with self.reading() as connection:
            urls = sa.select(schema.addresses.c.url).filter_by(id=id).order_by(schema.addresses.c.url)
            return list(connection.scalars(urls))

    def changes(self, after: int = 0) -> Iterator[Revision]:
        """The newest version of each article that changed since `after`, in order of sequence; the withdrawn ones too.

        No article comes twice: what changes while a caller reads is for its next call.
        """
        last = self.sequence()
        while after < last:
            sequence = schema.revisions.c.sequence
            some = schema.newest_revisions().where(sequence > after, sequence <= last).order_by(sequence).limit(_PAGE)
            with self.reading() as connection:
                rows = connection.execute(some).all()
            yield from map(schema.revision_of, rows)
            after = rows[-1].sequence if rows else last

    def withdrawn_pages(self) -> list[RawPage]:
        """The raw pages, and pictures, of all that was withdrawn."""
        addresses = schema.addresses_withdrawn().with_only_columns(schema.addresses.c.url)
        pictures = sa.select(schema.pictures.c.page).where(schema.pictures.c.article.in_(addresses))
        with self.reading() as connection:
            kept = connection.scalars(sa.select(schema.revisions.c.pages).where(schema.withdrawn))
            found = [page for pages in kept for page in pages or ()]
            found += filter(None, connection.scalars(pictures))
        return [RawPage(*page) for page in found]

    def kept(self) -> Iterator[Revision]:
        """The newest version of each article that was not withdrawn."""
        return (revision for revision in self.changes() if not revision.withdrawn)

    def between(self, first: int, last: int) -> Iterator[Revision]:
        """Every revision from one sequence to another, both included, in their order."""
        while first <= last:
            sequence = schema.revisions.c.sequence
            some = sa.select(schema.revisions).where(sequence >= first, sequence <= last)
            with self.reading() as connection:
                rows = connection.execute(some.order_by(sequence).limit(_PAGE)).all()
                revisions = list(map(schema.revision_of, rows))
            yield from revisions
            first = rows[-1].sequence + 1 if rows else last + 1

    def digest_at(self, sequence: int) -> str | None:
        """The digest of one revision's text; None where there is no such revision."""
        with self.reading() as connection:
            return connection.scalar(sa.select(schema.revisions.c.digest).filter_by(sequence=sequence))

    def sequence(self) -> int:
        """The sequence of the newest revision; 0 in an empty archive."""
        with self.reading() as connection:
            return int(connection.scalar(sa.select(schema.archive.c.sequence)) or 0)

    def changed_since(self, after: int) -> int:
        """How many articles `changes(after)` would give."""
        with self.reading() as connection:
            counted = sa.select(sa.func.count()).select_from(schema.articles).where(schema.articles.c.sequence > after)
            return int(connection.scalar(counted) or 0)

    # Transactions

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if "database is locked" in str(error.orig):
                raise Busy(self._name, _("another run is writing to it"), _("try again when it has ended")) from error
            raise database.unusable(self._name, error.orig or error) from error
        except ValueError as error:  # a time or a list that is none any more
            raise ArchiveUnusable(self._name, str(error), _("`wencang verify` shows what is damaged")) from error

    @contextmanager
    def batch(self) -> Iterator[None]:
        """All that this store is asked meanwhile is one transaction: kept at the end, together, or not at all."""
        with self.writing() as connection:
            self._batch = connection
            try:
                yield
            finally:
                self._batch = None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state; of the archive's own rooms only."""
        if self._batch:
            with self._guard():
                yield self._batch
            return
        with self._guard(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that no other writer's can overlap."""
        if self._batch:
            with self._guard(), self._batch.begin_nested():
                yield self._batch
            return
        with self._guard(), self._engine.execution_options(writes=True).begin() as connection:
            if connection.dialect.name != "sqlite":
                connection.execute(sa.select(schema.archive.c.sequence).with_for_update())
            yield connection


def named_source(sources: Sequence[str], name: str) -> str:
    """The one of these sources that is meant, by its site's name (tibet.cn) or its file's (tibet_cn).

    Raises UsageFault, which names them.
    """
    for spelling in (name, name.replace("_", ".")):
        if spelling in sources:
            return spelling
    if not sources:
        raise UsageFault(name, _("has not been crawled yet"), _("`wencang crawl` does that"))
    raise UsageFault(name, _("is not a source of this archive"), _("sources: {names}").format(names=", ".join(sources)))


# Opening


def _url(file: Path) -> sa.URL:
    if database.is_fixed(file):
        query = {"mode": "ro", "immutable": "1", "uri": "true"}
        return sa.URL.create("sqlite", database=database.address(file), query=query)
    return sa.URL.create("sqlite", database=str(file))  # a "?" in the path is a character as any other


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later fails at once when another writer was faster.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
