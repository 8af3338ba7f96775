"""Alarms: which are told when; a real command and a real mail server that take them, or don't."""

from __future__ import annotations

import re
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from urllib.parse import quote, urlsplit

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import NotTold, UsageFault
from archive.notify import hook, mail
from archive.notify.notice import Alarm, Sent, announce, due_notices, send
from archive.settings import Settings, load
from archive.store import ArticleStore
from tests.support.certificate import certificate
from tests.support.mail import heard, hooked, mail_server
from tests.support.program import Wencang
from tests.support.sample import ROOT

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUIET = Alarm("quiet", "tibet.cn", "tibet.cn: 三天没有新文章")
FAILED = Alarm("failed", "tibet.cn", "tibet.cn: 12 of 20 pages failed")
HOUR = timedelta(hours=1)


# Which alarms are told


def test_an_alarm_is_told_at_its_beginning_after_a_day_and_at_its_end() -> None:
    told: list[Sent] = []
    heard = []
    for quarter in range(4 * 50):
        now = NOON + quarter * timedelta(minutes=15)
        notices = due_notices([QUIET] if quarter < 4 * 49 else [], told, now)
        told = notices.sent
        heard += [(quarter / 4, "begun") for _ in notices.begun] + [(quarter / 4, "over") for _ in notices.over]
    assert heard == [(0, "begun"), (24, "begun"), (48, "begun"), (49, "over")]
    assert told == []


def test_an_alarm_whose_text_changes_is_the_same_one() -> None:
    later = Alarm("failed", "tibet.cn", "tibet.cn: 13 of 20 pages failed")
    notices = due_notices([later, QUIET], [Sent(FAILED, NOON)], NOON + HOUR)
    assert (notices.begun, notices.over) == ([QUIET], [])


def test_a_clock_that_was_put_back_silences_nothing() -> None:
    assert due_notices([QUIET], [Sent(QUIET, NOON)], NOON - HOUR).begun == [QUIET]


ALARMS = st.lists(st.sampled_from([Alarm(kind, of, "") for kind in "ab" for of in "xyz"]), unique=True)


@given(st.lists(st.tuples(ALARMS, st.integers(1, 40 * 60)), max_size=12))
def test_every_alarm_is_told_within_a_day_and_no_end_without_a_beginning(runs: list[tuple[list[Alarm], int]]) -> None:
    told: list[Sent] = []
    now, last = NOON, dict[Alarm, datetime]()
    for alarms, minutes in runs:
        now += timedelta(minutes=minutes)
        notices = due_notices(alarms, told, now)
        assert set(notices.over) == last.keys() - set(alarms)
        assert {alarm for alarm in alarms if alarm not in last or now - last[alarm] >= 24 * HOUR} == set(notices.begun)
        last = {alarm: now if alarm in notices.begun else last[alarm] for alarm in alarms}
        told = notices.sent
        assert {one.alarm: one.at for one in told} == last


# The hook


def test_the_hook_is_given_the_alarm(tmp_path: Path) -> None:
    settings = hooked(
        tmp_path, f'{{ echo "$1|$2|$WENCANG_SUBJECT|$WENCANG_DATA"; cat; }} > {tmp_path}/heard; echo thanks'
    )
    assert send(settings, "警报: a\nb", ["第一行", "two\x1b[31m\x00"]) == []
    heard = (tmp_path / "heard").read_text(encoding="utf-8")
    assert heard == f"--to|the operator|警报: a b|{tmp_path}\n第一行\ntwo [31m\n"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo trying; echo no route >&2; exit 3", "ended with code 3: no route"),
        ("kill -9 $$", "code -9"),
        ("exit 3", "ended with code 3\n"),
        ("sleep 60 & wait", "took longer than 0.5 s"),
    ],
)
def test_a_hook_that_fails_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, told: str) -> None:
    monkeypatch.setattr(hook, "_TIMEOUT", 0.5)
    began = time.monotonic()
    (fault,) = send(hooked(tmp_path, script), "s", ["line"])
    assert time.monotonic() - began < 30
    assert (told in f"{fault}\n", "my hook" in str(fault)) == (True, True)


def test_a_hook_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    (fault,) = send(Settings(data=tmp_path, hook=("/no/such/hook",)), "s", [])
    assert str(fault) == "/no/such/hook: No such file or directory; correct `hook` in the settings"


def test_a_hook_that_reads_nothing_or_leaves_a_child_behind_holds_nobody_up(tmp_path: Path) -> None:
    began = time.monotonic()
    assert send(hooked(tmp_path, "sleep 30 & exit 0"), "s", ["x" * 100] * 10_000) == []
    assert time.monotonic() - began < 25


# Mail


@contextmanager
def nobody() -> Iterator[str]:
    """An address where nobody listens, nor will."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


def mailed(smtp: str, to: str = "wang@example.org") -> Settings:
    return load(Path("data"), {"WENCANG_SMTP": smtp, "WENCANG_MAIL_TO": to, "WENCANG_MAIL_FROM": "wencang@example.org"})


def test_a_mail_arrives_as_it_was_meant() -> None:
    subject = "闻藏警报：" + "连续三天没有新文章，" * 12 + "请查看"
    lines = ["第一行 🏔", "." * 5, "", "plain", "x" * 2000]
    with mail_server() as (mailbox, address):
        assert send(mailed(f"smtp://{address}", "wang@example.org, li@example.org"), subject, lines) == []
        message = mailbox.message()
        assert mailbox.envelopes[0].rcpt_tos == ["wang@example.org", "li@example.org"]
        assert mailbox.envelopes[0].content.isascii()  # type: ignore[union-attr]
    assert (message["Subject"], message["From"]) == (subject, "wencang@example.org")
    assert message["To"] == "wang@example.org, li@example.org"
    assert message.get_content().splitlines() == lines
    assert message["Date"].datetime.utcoffset() is not None
    assert (message["Auto-Submitted"], "@wencang>" in message["Message-ID"]) == ("auto-generated", True)


def test_whose_mail_it_is_when_nobody_is_named() -> None:
    with mail_server() as (mailbox, address):
        settings = load(Path("data"), {"WENCANG_SMTP": f"smtp://{address}", "WENCANG_MAIL_TO": "wang@example.org"})
        assert send(settings, "s", []) == []
        assert mailbox.message()["From"] == "wang@example.org"


PASSWORD = "p@ss/w:rd %41"


def login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"wang", PASSWORD.encode())
    return AuthResult(success=good, handled=good)


FAR = "127.0.0.2"  # a host that is not taken for this one
linux = pytest.mark.skipif(sys.platform != "linux", reason=f"{FAR} is an address of Linux only")


@linux
def test_starttls_and_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = certificate(tmp_path, FAR)
    with mail_server(FAR, tls_context=context, authenticator=login, auth_required=True) as (mailbox, address):
        settings = mailed(f"smtp://wang:{quote(PASSWORD, safe='')}@{address}")
        (fault,) = send(settings, "s", ["a"])
        assert "certificate verify failed" in str(fault)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert send(settings, "s", ["a"]) == []
        assert mailbox.secure == [True]
        (fault,) = send(mailed(f"smtp://wang:wrong@{address}"), "s", ["a"])
        assert ("535" in str(fault), "wrong" in str(fault)) == (True, False)
        (fault,) = send(mailed(f"smtp://wang:g%C3%A9heim@{address}"), "s", ["a"])
        assert ("ASCII" in str(fault), "é" in str(fault)) == (True, False)


@linux
def test_tls_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = certificate(tmp_path, FAR)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with mail_server(FAR, ssl_context=context, authenticator=login, auth_require_tls=False) as (mailbox, address):
        assert send(mailed(f"smtps://wang:{quote(PASSWORD, safe='')}@{address}"), "s", ["a"]) == []
        assert len(mailbox.envelopes) == 1


@linux
def test_a_password_is_not_sent_in_the_clear() -> None:
    seen: list[str] = []

    def noting(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        seen.append(mechanism)
        return AuthResult(success=True)

    for host, sent in ((FAR, []), ("127.0.0.1", ["PLAIN"])):
        with mail_server(host, authenticator=noting, auth_require_tls=False) as (_mailbox, address):
            faults = send(mailed(f"smtp://wang:geheim@{address}"), "s", ["a"])
        assert (["STARTTLS" in str(fault) for fault in faults], seen) == ([True] * (not sent), sent)


def test_a_relay_of_ones_own_may_have_a_certificate_of_its_own_making(tmp_path: Path) -> None:
    with mail_server(tls_context=certificate(tmp_path, FAR), require_starttls=True) as (mailbox, address):
        assert send(mailed(f"smtp://{address}"), "s", ["a"]) == []
        assert mailbox.secure == [True]


def test_a_recipient_that_is_refused_is_named_and_the_others_get_it() -> None:
    with mail_server() as (mailbox, address):
        (fault,) = send(mailed(f"smtp://{address}", "wang@example.org,nobody@example.org"), "s", ["a"])
        assert "nobody@example.org: 550 no such mailbox" in str(fault)
        assert mailbox.envelopes[0].rcpt_tos == ["wang@example.org"]
        (fault,) = send(mailed(f"smtp://{address}", "nobody@example.org"), "s", ["a"])
        assert "550" in str(fault)


def test_a_server_that_is_not_there() -> None:
    with nobody() as address:
        (fault,) = send(mailed(f"smtp://{address}"), "s", ["a"])
    assert str(fault) == "mail by 127.0.0.1: the host refuses the connection; `wencang notice` tries the settings"


@pytest.mark.parametrize("greeting", [b"", b"220 hello\r\n", b"554 go away\r\n", b"SSH-2.0\r\n"])
def test_a_server_that_hangs_or_is_none(greeting: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "_TIMEOUT", 0.3)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        began = time.monotonic()
        faults: list[NotTold] = []
        address = server.getsockname()[1]
        client = Thread(target=lambda: faults.extend(send(mailed(f"smtp://127.0.0.1:{address}"), "s", ["a"])))
        client.start()
        with closing(server.accept()[0]) as connection:
            connection.sendall(greeting)
            client.join()
    assert (len(faults), time.monotonic() - began < 25) == (1, True)


# Alarms, told and remembered


def test_alarms_are_told_once_a_day_and_when_they_are_over(tmp_path: Path, store: ArticleStore) -> None:
    settings = hooked(tmp_path, f'{{ echo "$WENCANG_SUBJECT"; cat; }} > {tmp_path}/heard')
    assert announce(settings, store, [QUIET, FAILED], NOON) == []
    assert heard(tmp_path) == [f"wencang: {QUIET.text} (and 1 more)", QUIET.text, FAILED.text]
    assert announce(settings, store, [QUIET, FAILED], NOON + HOUR) == []
    assert heard(tmp_path) == []
    assert announce(settings, store, [QUIET], NOON + 2 * HOUR) == []
    assert heard(tmp_path) == [f"wencang: over: {FAILED.text}", f"over: {FAILED.text}"]
    assert announce(settings, store, [QUIET], NOON + 24 * HOUR) == []
    assert heard(tmp_path) == [f"wencang: {QUIET.text}", QUIET.text]


def test_what_reached_nobody_is_told_again(tmp_path: Path, store: ArticleStore) -> None:
    (fault,) = announce(hooked(tmp_path, "exit 1"), store, [QUIET], NOON)
    assert "code 1" in str(fault)
    assert announce(hooked(tmp_path, f"cat > {tmp_path}/heard"), store, [QUIET], NOON + HOUR) == []
    assert heard(tmp_path) == [QUIET.text]


def test_what_reached_the_operator_one_way_is_not_told_again(tmp_path: Path, store: ArticleStore) -> None:
    with nobody() as address:
        unmailed = {"mail_to": ("wang@example.org",), "smtp": urlsplit(f"smtp://{address}")}
        settings = replace(hooked(tmp_path, f"cat > {tmp_path}/heard"), **unmailed)  # type: ignore[arg-type]
        assert len(announce(settings, store, [QUIET], NOON)) == 1
        assert heard(tmp_path) == [QUIET.text]
        assert announce(settings, store, [QUIET], NOON + HOUR) == []


def test_nobody_to_tell_is_no_fault(tmp_path: Path, store: ArticleStore) -> None:
    assert announce(Settings(data=tmp_path), store, [QUIET], NOON) == []


def test_a_memory_that_cannot_be_read_or_written_hides_no_alarm(tmp_path: Path, store: ArticleStore) -> None:
    settings = hooked(tmp_path, f"cat > {tmp_path}/heard")
    with store.writing() as connection:
        connection.exec_driver_sql("DROP TABLE notices")
    faults = announce(settings, store, [QUIET], NOON)
    assert ["no such table: notices" in str(fault) for fault in faults] == [True, True]
    assert heard(tmp_path) == [QUIET.text]


def test_of_two_hosts_one_tells_an_alarm(tmp_path: Path, store: ArticleStore) -> None:
    settings = hooked(tmp_path, f"cat >> {tmp_path}/heard; sleep 0.2")
    with ArticleStore.open(load(tmp_path)) as other, ThreadPoolExecutor() as threads:
        list(threads.map(lambda each: announce(settings, each, [QUIET], NOON), (store, other)))
    assert heard(tmp_path) == [QUIET.text]


# The command


def test_notice_tries_the_settings(wencang: Wencang, tmp_path: Path) -> None:
    done = wencang("notice")
    assert (done.returncode, "mail_to" in done.stderr) == (2, True)
    hooked(tmp_path, f'{{ echo "$WENCANG_SUBJECT"; cat; }} > {tmp_path}/heard')
    data = tmp_path / "data"
    data.mkdir()
    (data / "wencang.toml").write_text(f"hook = \"'{tmp_path}/my hook'\"\nmail_to = 'wang@example.org'\n")
    with mail_server() as (mailbox, address):
        done = wencang("notice", "出了", "问题", WENCANG_SMTP=f"smtp://{address}")
        assert (done.returncode, done.stdout) == (0, "")
        hook, mail = done.stderr.splitlines()
        assert ("my hook: 出了 问题" in hook, mail) == (True, "sent by mail to wang@example.org: 出了 问题")
        assert mailbox.message().get_content().splitlines() == ["出了 问题"]
    assert heard(tmp_path) == ["wencang: 出了 问题", "出了 问题"]
    with nobody() as address:
        done = wencang("notice", WENCANG_SMTP=f"smtp://{address}")
    assert done.returncode == 5
    assert "\nwencang: mail by 127.0.0.1: the host refuses the connection" in done.stderr
    assert str(data) in heard(tmp_path)[1]


# Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mail_to", "wang"),
        ("mail_to", "wang@example.org,"),
        ("mail_from", "Wang <wang@example.org>"),
        ("hook", "'left open"),
        ("metrics", "wencang.prom"),
        ("engine", "bing"),
        ("smtp", "localhost:25"),
        ("smtp", "http://localhost"),
        ("smtp", "smtp://"),
        ("smtp", "smtp://wang:gehe/im@example.org"),
        ("smtp", "smtp://wang:geheim@example.org:0"),
        ("smtp", "smtp://wang:geheim@example.org:smtp"),
        ("smtp", "smtp://wang:geheim@[example.org"),
        ("smtp", "smtp://wang:geheim#1@example.org"),
    ],
)
def test_a_setting_that_can_not_be_used_is_named_and_a_password_never(name: str, value: str) -> None:
    with pytest.raises(UsageFault, match=f"WENCANG_{name.upper()}") as raised:
        load(Path("data"), {f"WENCANG_{name.upper()}": value}, engines=["whoosh"])
    assert "gehe" not in str(raised.value)


def test_settings_do_not_show_a_password() -> None:
    assert "geheim" not in repr(load(Path("data"), {"WENCANG_SMTP": "smtp://wang:geheim@example.org"}))


@pytest.mark.parametrize("document", ["operations.md", "operations.zh.md"])
def test_the_settings_of_the_documents_can_be_used(document: str, tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / document).read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "wencang.toml").write_text("\n".join(blocks), encoding="utf-8")
    settings = load(tmp_path, {})
    assert (settings.hook, settings.mail_to[1]) == (("/home/you/bin/alarm", "--loud"), "colleague@example.org")
    assert (settings.smtp.hostname, settings.smtp.port) == ("mail.example.org", 587)
    assert settings.metrics == Path("/var/lib/node_exporter/wencang.prom")
