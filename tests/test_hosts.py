"""Several hosts with one archive: who crawls which source, what a host that dies leaves, and who is told."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

import wencang as library
from archive import clock
from archive.errors import Busy
from archive.notify.notice import Alarm, announce
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.ledger import Ledger, Section
from archive.tables.locks import Hold, exclusive, holders
from bench.crawlkills import Site
from crawler.http.replay import serving as replaying
from crawler.report import Report
from crawler.session import Scope, Session, opened
from crawler.sources import SHIPPED
from tests.support.mail import heard, hooked
from tests.support.program import Wencang, lines
from tests.support.sample import ARTICLES, ROOT
from tests.support.site import LIST, ROW, Reply
from tests.support.web import checked, serving

_HOLDS = """
import sys
from pathlib import Path
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.locks import exclusive

with ArticleStore.create(load(Path(sys.argv[1]))) as store, exclusive(store, sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""
_CUT = """SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND application_name LIKE '%%' || %s"""
CRAWL = "crawl tibet.cn"
TIBET = SHIPPED.load("tibet_cn")


@contextmanager
def holding(data: Path, name: str = CRAWL) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds a lock, until it is killed or its input ends."""
    command = [sys.executable, "-c", _HOLDS, str(data), name]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process


def cut(process: int) -> None:
    """The connection with which a process holds its locks breaks."""
    with psycopg.connect(os.environ["WENCANG_ARCHIVE"]) as connection:
        assert connection.execute(_CUT, (f" {process}",)).fetchall()


def due(store: ArticleStore, name: str, ago: timedelta) -> None:
    """All lists of a source are due since so long."""
    source, now = SHIPPED.load(name), clock.now()
    for list in source.lists:
        Ledger(store).note_section(Section(list, source.site, now, now - ago, timedelta(hours=1), 0, None))


def taken(data: Path, *names: str, most: int = 0, report: Report | None = None) -> list[str]:
    """The sources that a run of what is due takes, in its order."""
    scopes = [(SHIPPED.load(name), Scope(due=True, max_sources=most)) for name in names]
    with opened(load(data), scopes, report or Report()) as sessions:
        return [session.source.name for session in sessions]


# Who crawls what


def test_a_source_that_another_process_holds_is_left_or_refused(
    database: str, wencang: Wencang, proxy: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with holding(data) as process:
        by = (
            re.escape(f"{socket.gethostname()}, process {process.pid}, holds it since ")
            + r"20\d\d-\d\d-\d\d \d\d:\d\dZ"
        )
        left = wencang("crawl", "tibet_cn", "--due", http_proxy=proxy)
        assert (left.returncode, "nothing is due" in left.stdout) == (0, False)
        assert re.search(f"tibet.cn: is left to another run: {by}", left.stderr)
        refused = wencang("crawl", "tibet_cn", http_proxy=proxy)
        assert refused.returncode == 4
        assert re.fullmatch(f"wencang: crawl tibet.cn: {by}; try again when that has ended\n", refused.stderr)
        (row,) = lines(wencang("hosts", "--json"))
        assert (row["holds"], row["host"], row["process"]) == (CRAWL, socket.gethostname(), process.pid)
        assert CRAWL in wencang("hosts").stdout
    assert wencang("hosts").returncode == 1
    with ArticleStore.open(load(data)) as store:
        assert (Ledger(store).last_runs("tibet.cn", 9), store.sequence()) == ([], 0)


def test_the_lock_of_a_process_that_is_killed_is_free(database: str, tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path)) as store:
        with holding(tmp_path) as process:
            assert [holder.process for holder in holders(store)] == [process.pid]
            with pytest.raises(Busy, match=f"process {process.pid}, holds it since"), exclusive(store, CRAWL):
                pass
            process.kill()
            process.wait()
            deadline = time.monotonic() + 5
            while holders(store):
                assert time.monotonic() < deadline
                time.sleep(0.05)
        with exclusive(store, CRAWL) as hold:
            assert hold.grace == hold.lock.grace == (10 if database == "postgresql" else 0)
            assert [holder.process for holder in holders(store)] == [os.getpid()]
        with exclusive(store, CRAWL) as again:
            assert (again.token, again.grace) == (hold.token + 1, 0), "it was released"
        assert holders(store) == []


def test_a_process_holds_several_locks_and_each_but_once(database: str, tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path)) as store, ArticleStore.open(load(tmp_path)) as other:
        with exclusive(store, "a"):
            for each in (store, other):
                with pytest.raises(Busy), exclusive(each, "a"):
                    pass
            with exclusive(store, "b"), exclusive(store, "c"):
                assert [holder.name for holder in holders(other)] == ["a", "b", "c"]
            assert [holder.name for holder in holders(other)] == ["a"]
        with exclusive(other, "a"), pytest.raises(Busy), exclusive(store, "a"):
            pass


def test_a_run_takes_what_is_due_the_longest_due_first_and_so_many_sources(database: str, tmp_path: Path) -> None:
    names = ("tibet_cn", "tibetol_cn", "vtibet_com", "xzxw_com")
    with ArticleStore.create(load(tmp_path)) as store:
        for name, hours in zip(names, (1, 3, 2, -5), strict=True):
            due(store, name, timedelta(hours=hours))
        assert taken(tmp_path, *names) == ["tibetol_cn", "vtibet_com", "tibet_cn"]
        assert taken(tmp_path, *names, most=2) == ["tibetol_cn", "vtibet_com"]
        with holding(tmp_path, "crawl tibetol.cn"), holding(tmp_path, "crawl xzxw.com"):
            report = Report()
            assert taken(tmp_path, *names, most=2, report=report) == ["vtibet_com", "tibet_cn"]
        assert [site for site, _remark in report.remarks] == ["tibetol.cn"], "of the other nothing is due"


def test_runs_that_wait_for_each_other_all_end(database: str, tmp_path: Path) -> None:
    ArticleStore.create(load(tmp_path)).close()
    names = ["tibet_cn", "tibetol_cn", "vtibet_com"]

    def take(turn: int) -> None:
        scopes = [(SHIPPED.load(name), Scope()) for name in names[turn % 3 :] + names[: turn % 3]]
        for _again in range(4):
            with opened(load(tmp_path), scopes, Report(), wait=True):
                time.sleep(0.005)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(take, range(4)))


# A host that loses its connection


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_nothing_is_written_once_the_connection_of_the_lock_is_cut(database: str, tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path)) as store, ArticleStore.open(load(tmp_path)) as other:
        with exclusive(store, CRAWL) as hold:
            fenced = hold.fenced()
            fenced.put(ARTICLES[0])
            cut(os.getpid())
            for _again in range(2):
                with pytest.raises(Busy, match="connection that held it was lost"):
                    fenced.put(ARTICLES[1])
                with pytest.raises(Busy), fenced.batch():
                    fenced.put(ARTICLES[2])
            with exclusive(other, CRAWL) as taker:
                assert (taker.token, taker.grace) == (hold.token + 1, 10)
                with pytest.raises(Busy):
                    Ledger(fenced).note_section(
                        Section(LIST, "tibet.cn", None, clock.now(), timedelta(hours=1), 0, None)
                    )
            assert other.sequence() == 1
        store.put(ARTICLES[1])
        assert holders(other) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_crawl_whose_connection_is_cut_stops_and_another_run_takes_over(
    database: str, wencang: Wencang, tmp_path: Path
) -> None:
    site, requests = Site(30), list[tuple[float, str]]()

    def answer(url: str) -> Reply:
        requests.append((time.monotonic(), url))
        return site.answer(url)

    data = tmp_path / "data"
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(data), "crawl", "tibet_cn", "--due"]
    with replaying(answer) as address:
        environment = os.environ | {"http_proxy": address, "WENCANG_DELAY": "0.2"}
        crawl = subprocess.Popen(command, env=environment, text=True, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        while sum("/t2023" in url for _time, url in requests) < 5:
            assert crawl.poll() is None
            time.sleep(0.05)
        cut(crawl.pid)
        at = time.monotonic()
        out, err = crawl.communicate(timeout=60)
        assert crawl.returncode == 4, (out, err)
        assert "crawl tibet.cn: the connection that held it was lost; the next run continues\n" in err
        assert "Traceback" not in out + err
        assert max(when for when, _url in requests) < at + 5
        done = wencang("crawl", "tibet_cn", "--due", http_proxy=address)
        assert done.returncode == 0, done.stderr
    with ArticleStore.open(load(data)) as store:
        assert store.sequence() == len(list(store.changes())) == 30


# Who is told


def test_an_alarm_is_told_by_one_host(database: str, tmp_path: Path) -> None:
    settings = hooked(tmp_path, f"cat >> '{tmp_path}/heard'")
    alarm, now = Alarm("quiet", "tibet.cn", "three days without an article"), clock.now()
    ArticleStore.create(load(tmp_path)).close()

    def tell(_host: int) -> object:
        with ArticleStore.open(load(tmp_path)) as store:
            return announce(settings, store, [alarm], now)

    with ThreadPoolExecutor(3) as hosts:
        assert list(hosts.map(tell, range(6))) == [[]] * 6
    assert heard(tmp_path) == [alarm.text]


def test_the_status_page_says_who_holds_what(database: str, tmp_path: Path) -> None:
    ArticleStore.create(load(tmp_path)).close()
    with library.open(tmp_path) as archive, serving(archive) as client, holding(tmp_path):
        page = client.get("/status").text
        checked(page)
        assert CRAWL in page
        assert socket.gethostname() in page
        assert [holder.name for holder in archive.hosts().holders] == [CRAWL]


def test_a_session_has_the_store_that_its_hold_fences(tmp_path: Path) -> None:
    with opened(load(tmp_path), [(TIBET, Scope())], Report()) as (session,):
        assert isinstance(session, Session)
        assert session.target
        hold: Hold = session.target.hold
        session.target.store.put(ARTICLES[0])
        with hold.store.writing() as connection:
            connection.exec_driver_sql("UPDATE locks SET token = token + 1")
        with pytest.raises(Busy):
            session.target.store.put(ARTICLES[1])
        with pytest.raises(Busy):
            session.target.frontier.shown([ROW.format(n=1)], LIST)
