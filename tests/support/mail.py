"""A hook and a mail server that keep what they receive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from archive.settings import Settings, load


def hooked(folder: Path, script: str) -> Settings:
    """Settings with a hook in a folder whose name has a blank."""
    path = folder / "my hook"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return load(folder, {"WENCANG_HOOK": f"'{path}' --to 'the operator'"})


def heard(folder: Path) -> list[str]:
    """The lines that hooks wrote to `heard` since the last call."""
    path = folder / "heard"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


class Mailbox:
    """Takes mail for anyone but nobody@example.org."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.secure: list[bool] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == "nobody@example.org":
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        self.secure.append(session.ssl is not None)
        return "250 OK"

    def message(self) -> EmailMessage:
        (envelope,) = self.envelopes
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        return message


class Server(Controller):
    """Its port is the one that it is given when it listens: no other test can take it before."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_server(host: str = "127.0.0.1", **options: object) -> Iterator[tuple[Mailbox, str]]:
    """A mail server with its mailbox and address, host:port."""
    mailbox = Mailbox()
    server = Server(mailbox, hostname=host, port=0, ready_timeout=60, **options)  # type: ignore[arg-type]
    server.start()
    try:
        yield mailbox, f"{host}:{server.port}"
    finally:
        server.stop()
