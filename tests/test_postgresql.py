"""An archive on a PostgreSQL server: several writers and followers, its errors, and a server that dies."""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, nullcontext
from dataclasses import replace
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from archive import clock
from archive.article import Article
from archive.databases import postgresql as server_of
from archive.databases.postgresql import PostgreSQL as Database
from archive.errors import ArchiveUnusable, Busy, UsageFault, WencangError
from archive.proof import database as integrity
from archive.settings import Settings, database_address, load
from archive.store import ArticleStore
from archive.tables.ledger import Candidate, Ledger, Run
from archive.tables.locks import exclusive, holders
from tests.servers import postgresql as servers
from tests.servers.postgresql import PostgreSQL
from tests.support.program import Wencang
from tests.support.sample import ARTICLES

SECRET = "geheim/=%"
_QUOTED = "geheim%2F%3D%25"
SPAWN: SpawnContext = multiprocessing.get_context("spawn")


@pytest.fixture
def address(postgresql: PostgreSQL) -> str:
    return postgresql.database()


@pytest.fixture
def settings(address: str, tmp_path: Path) -> Settings:
    return Settings(tmp_path, archive=address)


def article(number: int, text: str = "正文") -> Article:
    return replace(
        ARTICLES[0], id=f"n-{number}", url=f"http://n.example/{number}.html", title=f"题 {number}", body=text
    )


def ask(address: str, *questions: str) -> list[tuple[Any, ...]]:
    """What a server answers to the last of some statements."""
    with psycopg.connect(address, autocommit=True) as connection:
        cursors = [connection.execute(question.encode()) for question in questions]
        return cursors[-1].fetchall() if cursors[-1].description else []


def cut(address: str) -> None:
    """All connections to a database break."""
    ask(address, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                 "AND datname = current_database()")  # fmt: skip


# Several writers and followers


def _create(settings: Settings) -> int:
    with ArticleStore.create(settings) as store:
        return store.sequence()


def test_processes_that_create_an_archive_at_once_all_succeed(settings: Settings) -> None:
    with SPAWN.Pool(3) as processes:
        assert processes.map(_create, [settings] * 3, chunksize=1) == [0, 0, 0]


def test_threads_that_create_an_archive_at_once_all_succeed(postgresql: PostgreSQL, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        for _again in range(4):
            settings = Settings(tmp_path, archive=postgresql.database())
            assert list(threads.map(_create, [settings] * 4)) == [0] * 4


def _write(settings: Settings, numbers: range, batch: int) -> None:
    with ArticleStore.open(settings) as store:
        for start in range(0, len(numbers), batch):
            with store.batch():
                for number in numbers[start : start + batch]:
                    store.put(article(number))


def test_followers_miss_nothing_of_several_writers_and_verify_finds_no_fault(settings: Settings) -> None:
    ArticleStore.create(settings).close()
    writers = [SPAWN.Process(target=_write, args=(settings, range(n * 100, n * 100 + 60), 1 + n)) for n in range(3)]
    for writer in writers:
        writer.start()
    with ArticleStore.open(settings) as store:
        sequences: list[int] = []
        while any(writer.is_alive() for writer in writers) or store.sequence() > len(sequences):
            sequences += [revision.sequence for revision in store.changes(len(sequences))]
            assert list(integrity.verify(store)) == []
        assert sequences == list(range(1, 181))
    assert [writer.exitcode for writer in writers] == [0, 0, 0]


def test_writers_of_the_same_articles_in_opposite_order_do_not_block_each_other(settings: Settings) -> None:
    ArticleStore.create(settings).close()

    def write(turn: int) -> None:
        with ArticleStore.open(settings) as store:
            for again in range(8):
                with store.batch():
                    for number in range(6)[:: 1 if turn % 2 else -1]:
                        store.put(article(number, f"正文 {turn} {again}"))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))
    with ArticleStore.open(settings) as store:
        assert store.sequence() == len(list(store.between(1, 10_000))) == 4 * 8 * 6
        assert list(integrity.verify(store)) == []


# Errors


def _with_password(address: str) -> str:
    return address.replace("wencang@", f"wencang:{_QUOTED}@")


def _is_said(settings: Settings, *words: str, kind: type[WencangError] = ArchiveUnusable) -> None:
    """Opening the archive fails with one line that has these words, and not the password, in no form of the error."""
    with pytest.raises(kind) as caught:
        ArticleStore.create(settings)
    _is_plain(caught.value, *words)


def _is_plain(error: WencangError, *words: str) -> None:
    for word in words:
        assert word in str(error)
    for text in (str(error), repr(error), repr(error.__cause__), *map(str, error.args)):
        assert "\n" not in str(error)
        assert SECRET not in text
        assert _QUOTED not in text


def test_a_server_that_is_not_there_is_said(tmp_path: Path, wencang: Wencang) -> None:
    address = f"postgresql://me:{_QUOTED}@127.0.0.1:1/none"
    _is_said(
        Settings(tmp_path, archive=address), "postgresql://me@127.0.0.1:1/none: ", "refused", "see that the server"
    )
    assert SECRET not in repr(Settings(tmp_path, archive=address)) + repr(Database(address).__dict__)
    for arguments in (
        ["status"],
        ["crawl", "tibet_cn"],
        ["hosts"],
        ["search", "x"],
        ["copy-archive", tmp_path, address],
    ):
        done = wencang(*arguments, WENCANG_ARCHIVE=address, WENCANG_CONTACT="me@n.example")
        assert done.returncode == 3, done
        assert "Traceback" not in done.stderr
        assert _QUOTED not in done.stderr + done.stdout
        assert len(done.stderr.splitlines()) <= 1, done.stderr


def test_a_database_or_a_user_that_is_missing_is_said(postgresql: PostgreSQL, tmp_path: Path) -> None:
    missing = _with_password(postgresql.address("missing"))
    _is_said(Settings(tmp_path, archive=missing), 'database "missing" does not exist', "has this database")
    unknown = missing.replace("//wencang", "//nobody")
    _is_said(Settings(tmp_path, archive=unknown), 'role "nobody" does not exist', "lets this user in")


def test_a_user_without_rights_is_told_what_is_missing(address: str, tmp_path: Path) -> None:
    name = urlsplit(address).path[1:]
    ask(address, f"CREATE ROLE reader_{name} LOGIN")
    settings = Settings(tmp_path, archive=address.replace("//wencang", f"//reader_{name}"))
    _is_said(settings, "permission denied", "make the user its owner")
    with ArticleStore.create(replace(settings, archive=address)):
        pass
    with pytest.raises(ArchiveUnusable, match="permission denied"):
        ArticleStore.open(settings)


def test_a_server_that_only_reads_is_named_as_such(address: str, settings: Settings) -> None:
    with ArticleStore.create(settings) as store:
        ask(address, f"ALTER DATABASE {urlsplit(address).path[1:]} SET default_transaction_read_only = on")
        cut(address)
        assert list(store.changes()) == []
        with pytest.raises(ArchiveUnusable) as caught:
            store.put(ARTICLES[0])
        _is_plain(caught.value, "read-only transaction", "name the primary server")


def test_a_database_in_another_encoding_is_refused(postgresql: PostgreSQL, tmp_path: Path) -> None:
    admin = postgresql.address("postgres")
    ask(admin, "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    settings = Settings(tmp_path, archive=postgresql.address("latin"))
    _is_said(settings, "has the encoding LATIN1", "createdb --encoding UTF8")


def test_too_many_connections_are_said(postgresql: PostgreSQL, address: str, settings: Settings) -> None:
    name = urlsplit(address).path[1:]
    ask(address, f"CREATE ROLE few_{name} LOGIN CONNECTION LIMIT 1", f"ALTER DATABASE {name} OWNER TO few_{name}")
    few = replace(settings, archive=address.replace("//wencang", f"//few_{name}"))
    with psycopg.connect(few.archive):
        _is_said(few, "too many connections", "try again")


def test_a_writer_that_waits_for_too_long_is_told_that_another_writes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_of, "_SESSION", server_of._SESSION.replace("30s", "100ms"))
    with ArticleStore.create(settings) as store, ArticleStore.open(settings) as other, store.batch():
        store.put(article(1))
        with pytest.raises(Busy) as caught:
            other.put(article(2))
        _is_plain(caught.value, "another run is writing to it")
        assert other.sequence() == 0, "it can be read meanwhile"


_RAISE = """CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = 'no room' || chr(10) || 'second line'; END $$"""


@pytest.mark.parametrize(
    ("state", "kind", "mend"),
    [
        ("53100", ArchiveUnusable, "no room; free some space on the server, then try again"),
        ("53300", ArchiveUnusable, "no room; raise max_connections of the server"),
        ("57P01", ArchiveUnusable, "no room; try again when the server has started"),
        ("08006", ArchiveUnusable, "no room; see that the server runs"),
        ("40P01", Busy, "another run is writing to it; try again when it has ended"),
        ("XX001", ArchiveUnusable, "no room; the log of the server says more"),
    ],
)
def test_an_error_of_the_server_has_the_remedy_of_its_code(
    address: str, settings: Settings, state: str, kind: type[WencangError], mend: str
) -> None:
    with ArticleStore.create(settings) as store:
        ask(address, _RAISE.format(state=state),
            "CREATE TRIGGER fail BEFORE INSERT ON articles FOR EACH ROW EXECUTE FUNCTION fail()")  # fmt: skip
        with pytest.raises(kind) as caught:
            store.put(article(1))
        _is_plain(caught.value, mend)
        ask(address, "DROP TRIGGER fail ON articles")
        store.put(article(1))
        assert store.sequence() == 1


@given(st.text(alphabet="ab:/?#@%[]1 ü=&", max_size=20))
def test_an_address_is_refused_without_its_password_or_can_be_used(password: str) -> None:
    value = f"postgresql://me:geheim{password}@db.example/name"
    with pytest.raises(ValueError, match="is not like") if _is_refused(value) else nullcontext() as caught:
        assert "geheim" not in Database(database_address(value)).name
    assert "geheim" not in str(caught)


def _is_refused(value: str) -> bool:
    try:
        database_address(value)
    except ValueError:
        return True
    return False


# A server or a connection that dies


def _put_with(store: ArticleStore, meanwhile: Callable[[], None]) -> None:
    """A batch in which something happens."""
    with store.batch():
        store.put(article(8))
        meanwhile()
        store.put(article(9))


def test_a_batch_whose_connection_breaks_is_rolled_back_whole(address: str, settings: Settings) -> None:
    with ArticleStore.create(settings) as store:
        with pytest.raises(ArchiveUnusable) as caught:
            _put_with(store, lambda: cut(address))
        _is_plain(caught.value, "try again")
        assert (store.sequence(), list(store.changes())) == (0, [])
        with store.batch():
            store.put(article(3))
        assert [revision.article.id for revision in store.changes()] == ["n-3"]


def _batch(store: ArticleStore) -> None:
    with store.batch():
        store.put(article(random.randrange(10**9)))
        store.put(article(1, f"正文 {random.random()}"))


def _hold(store: ArticleStore) -> None:
    with exclusive(store, "crawl x"):
        pass


def _calls(store: ArticleStore) -> Iterator[tuple[str, Callable[[], object]]]:
    ledger, now = Ledger(store), clock.now()
    yield "put", lambda: store.put(article(random.randrange(10**9)))
    yield "batch", lambda: _batch(store)
    yield "lock", lambda: _hold(store)
    yield "holders", lambda: holders(store)
    yield "note_candidates", lambda: ledger.note_candidates([Candidate("http://n.example/", "n", "", now, now)])
    yield "note_run", lambda: ledger.note_run(Run("n", now, 0, 0, 0, now))
    yield "mark_gone", lambda: store.mark_gone("http://n.example/1.html")
    yield "get", lambda: store.get("n-1")
    yield "get_many", lambda: store.get_many(["n-1"])
    yield "changes", lambda: list(store.changes())
    yield "history", lambda: store.history("n-1")
    yield "verify", lambda: list(integrity.verify(store))
    yield "withdraw", lambda: store.withdraw("n-2", "asked for")


def test_a_connection_lost_before_any_statement_of_any_call_is_one_error(address: str, settings: Settings) -> None:
    with ArticleStore.create(settings) as store, closing(psycopg.connect(address, autocommit=True)) as other:
        store.put(article(1))
        store.put(article(2))
        left = 0

        def lose(connection: sa.Connection, *_statement: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

        sa.event.listen(store._engine, "before_cursor_execute", lose)
        for name, call in _calls(store):
            losses = 0
            while True:
                left = losses + 1
                try:
                    call()
                except ArchiveUnusable as error:
                    _is_plain(error, "try again")
                    losses += 1
                    continue
                assert left > 0 or name == "lock", "what released the lock may fail"
                break
            assert losses, name
        left = 0
        assert list(integrity.verify(store)) == []
        assert store.sequence() == len(list(store.between(1, 10_000)))


def test_each_call_goes_on_with_a_server_that_was_killed_and_started_anew(tmp_path: Path) -> None:
    if not servers.binaries():
        pytest.skip("PostgreSQL 15 or newer is not installed")
    with servers.running() as server:
        settings = Settings(tmp_path, archive=server.database())
        with ArticleStore.create(settings) as store:
            store.put(article(1))
            with pytest.raises(ArchiveUnusable):
                _put_with(store, server.kill)
            for name, call in _calls(store):
                with pytest.raises(ArchiveUnusable) as caught:
                    call()
                _is_plain(caught.value, "try again")
                assert "refused" in str(caught.value) or "closed" in str(caught.value), name
            server.start()
            assert [revision.article.id for revision in store.changes()] == ["n-1"]
            for _name, call in _calls(store):
                call()
            assert list(integrity.verify(store)) == []


def test_threads_go_on_with_a_server_that_was_started_anew(tmp_path: Path) -> None:
    if not servers.binaries():
        pytest.skip("PostgreSQL 15 or newer is not installed")
    ended = threading.Event()
    with servers.running() as server, ArticleStore.create(Settings(tmp_path, archive=server.database())) as store:
        store.put(article(1))

        def read(_reader: int) -> tuple[int, int]:
            answers = faults = 0
            while not ended.is_set() or not answers:
                try:
                    assert store.get("n-1")
                    answers += 1
                except ArchiveUnusable:
                    faults += 1
                    answers = 0
                time.sleep(0.01)
            return answers, faults

        with ThreadPoolExecutor(8) as threads:
            readers = [threads.submit(read, reader) for reader in range(8)]
            time.sleep(0.5)
            server.kill()
            time.sleep(0.3)
            server.start()
            time.sleep(1)
            ended.set()
            for reader in readers:
                answers, faults = reader.result()
                assert answers
                assert faults


def test_sources_share_the_session_of_their_locks(address: str, settings: Settings) -> None:
    with ArticleStore.create(settings) as store, closing(psycopg.connect(address, autocommit=True)) as other:
        names = [f"crawl s{number}.example" for number in range(60)]  # more than the server takes connections
        with _all(store, names):
            (count,) = other.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() or (0,)
            assert count == 60
        (count,) = other.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() or (0,)
        assert count == 0


def _all(store: ArticleStore, names: list[str]) -> ExitStack:
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(exclusive(store, name))
        return stack.pop_all()


def test_an_address_is_needed_and_is_not_quoted(tmp_path: Path) -> None:
    for value in (f"mysql://me:{SECRET}@db/name", f"postgresql://me:12/{SECRET}@db/name", "postgresql://db"):
        with pytest.raises(UsageFault) as caught:
            load(tmp_path, {"WENCANG_ARCHIVE": value})
        _is_plain(caught.value, "WENCANG_ARCHIVE", "is not like postgresql://")
