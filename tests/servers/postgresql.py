"""A PostgreSQL server of a test's own, beside any that the system runs."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import psycopg

_OPTIONS = ("listen_addresses=127.0.0.1", "fsync=off", "max_connections=50", "autovacuum=off")
_START = 30  # seconds
_numbers = count(1)


class PostgreSQL:
    """A running server. What was committed survives a kill of the server, but not of the machine."""

    def __init__(self, binaries: Path, folder: Path, options: Sequence[str] = ()) -> None:
        self._binaries, self.folder, self._options = binaries, folder, (*_OPTIONS, *options)
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", "db", "-U", "wencang", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments], cwd=self.folder, capture_output=True, text=True, user=_user()
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        options = [
            part for option in (*self._options, f"unix_socket_directories={self.folder}") for part in ("-c", option)
        ]
        command = [str(self._binaries / "postgres"), "-D", "db", "-p", str(self.port), *options]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, user=_user())
        deadline = monotonic() + _START
        while True:
            try:
                psycopg.connect(self.address("postgres")).close()
                return
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                assert monotonic() < deadline, "PostgreSQL does not answer"
                sleep(0.05)

    def kill(self) -> None:
        """As a crash: all its processes at once, without a shutdown."""
        assert self._process
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for process in (str(self._process.pid), *children):
            with suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    def address(self, name: str) -> str:
        return f"postgresql://wencang@127.0.0.1:{self.port}/{name}"

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"t{next(_numbers)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # a name of ours
        return self.address(name)


def binaries() -> Path | None:
    """The newest PostgreSQL of this machine, from 15 on."""
    versions = {int(path.name): path / "bin" for path in Path("/usr/lib/postgresql").glob("[0-9]*")}
    if postgres := shutil.which("postgres"):
        return Path(postgres).parent
    return versions[max(versions)] if versions and max(versions) >= 15 else None


@contextmanager
def running(*options: str) -> Iterator[PostgreSQL]:
    """A new server, with further options like "fsync=on".

    It refuses to run as root: it runs as the user `postgres` then.
    """
    found = binaries()
    assert found, "PostgreSQL is not installed"
    folder = Path(tempfile.mkdtemp(prefix="wencang-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    try:
        server = PostgreSQL(found, folder, options)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    return "postgres" if os.geteuid() == 0 else None


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
