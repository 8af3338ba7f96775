"""Sends one mail to the operator through the server of the settings."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from urllib.parse import SplitResult, unquote

from archive.errors import NotTold
from archive.settings import Settings
from archive.text.messages import Message, of_error
from archive.text.translation import gettext as _

_TIMEOUT = 30  # seconds for each response of the server
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def send(settings: Settings, subject: str, text: str, kind: str) -> None:
    """Send a text to all of `mail_to`. Raises NotTold unless the server accepts it for every recipient."""
    server = settings.smtp
    message = _message(settings, subject, text, kind)
    try:
        smtp = _connected(server)
        try:
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            refused = smtp.send_message(message)
        finally:
            with suppress(OSError):  # the mail was accepted or refused before
                smtp.quit()
            smtp.close()
    except smtplib.SMTPRecipientsRefused as error:
        refused = error.recipients
    except UnicodeError as error:  # its message would quote a character of the password
        raise _fault(server, _("the server's name, the user and the password must be ASCII")) from error
    except OSError as error:
        raise _fault(server, _reason(error)) from error
    if refused:
        raise _fault(server, _refusal(refused))


def _message(settings: Settings, subject: str, text: str, kind: str) -> EmailMessage:
    message = EmailMessage(SMTP.clone(cte_type="7bit"))  # not every server accepts 8bit
    message["From"] = settings.mail_from or settings.mail_to[0]
    message["To"] = ", ".join(settings.mail_to)
    message["Subject"] = subject
    message["Keywords"] = kind
    message["Date"] = datetime.now().astimezone()
    message["Message-ID"] = make_msgid(domain="wencang")
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic reply
    message.set_content(text)
    return message


def _connected(server: SplitResult) -> smtplib.SMTP:
    host = server.hostname or ""
    secure = ssl.create_default_context()
    if host in _LOOPBACK:  # nobody can intercept it, and a local relay has a self-signed certificate
        secure.check_hostname = False
        secure.verify_mode = ssl.CERT_NONE
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, server.port or 465, timeout=_TIMEOUT, context=secure)
    smtp = smtplib.SMTP(host, server.port or 25, timeout=_TIMEOUT)
    try:
        smtp.ehlo_or_helo_if_needed()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=secure)
        elif server.username and host not in _LOOPBACK:
            raise _fault(server, _("it offers no STARTTLS, and a password is not sent in clear text"))
    except BaseException:
        smtp.close()
        raise
    return smtp


def _fault(server: SplitResult, reason: Message | str) -> NotTold:
    return NotTold(f"mail by {server.hostname}", reason, _("`wencang notice` tries the settings"))


def _reason(error: OSError) -> Message | str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer((error.smtp_code, error.smtp_error))
    return of_error(error)


def _refusal(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return ", ".join(f"{address}: {_answer(answer)}" for address, answer in refused.items())


def _answer(answer: tuple[int, bytes | str]) -> str:
    code, text = answer
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
