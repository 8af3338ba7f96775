"""Why a page could not be had or holds no article: kept and counted in English, told in the user's language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from gettext import gettext as _


class Reason(StrEnum):
    """Those that the ledger keeps; names in braces stand for what differs from page to page."""

    # It holds no article.
    NO_TITLE = "it has no title"
    NO_TEXT = "it has no text"
    NEITHER = "it has no title and text"
    SHORT = "only {count} characters of running text"
    NOT_TEXT = "it is no text"
    MANY_LINES = "{count} lines are no article; {most} at most are read"
    MANY_TAGS = "{count} tags are no page of news; {most} at most are read"
    TAGS_IN_TEXT = "{count} tags in the text are no article's; {most} at most are read"
    MANY_ATTRIBUTES = "a tag of it has over {most} attributes"
    NESTED = "its tags are nested too deep"
    LARGE = "it has over {most} MB, which no page of news has"
    IS_LIST = "it is a list"
    ADDRESS_OF_LIST = "its address is a list's"
    NO_NEWS = "photo, video or about the site"
    # It led elsewhere, or may not be asked for.
    LED_AWAY = "a redirect led away from the articles"
    LED_TO_FRONT = "redirected to {url}"
    LED_OFF = "leads off the site, to {url}"
    LED_TO_PRIVATE = "leads to a private address, {address}"
    FORBIDDEN = "robots.txt forbids it"
    ROBOTS_UNREAD = "robots.txt can't be read: {reason}"
    # It could not be had, or not all of it.
    NO_HOST = "the name of the host is not found: is there a network?"
    REFUSED = "the host refuses the connection"
    SLOW = "the host does not answer in time"
    TORN = "the connection broke off: {detail}"
    CUT_SHORT = "the answer ended too early"
    UNTRUSTED = "the host's certificate can't be trusted: {detail}"
    NO_PICTURE = "it is no picture"
    PARTS_MISSING = "pages of it are missing"
    NO_ROWS = "no list has any rows"
    DOUBTED = "{reason}, not marked as gone: more are missing than answered"


# What an operating system says, as its libraries never put it through our catalog.
SYSTEMS = (
    "Read-only file system", "Permission denied", "Operation not permitted", "No space left on device",
    "Disk quota exceeded", "No such file or directory", "Is a directory", "Not a directory", "File exists",
    "File name too long", "Input/output error", "Connection refused", "Network is unreachable",
    "No route to host", "Device or resource busy", "attempt to write a readonly database",
    "database or disk is full", "disk I/O error", "unable to open database file",
    "database disk image is malformed", "file is not a database",
)  # fmt: skip

# By the names of their classes: who has no crawl to run need not load Scrapy's.
_ERRORS = {
    "CannotResolveHostError": Reason.NO_HOST, "gaierror": Reason.NO_HOST,
    "DownloadConnectionRefusedError": Reason.REFUSED, "ConnectionRefusedError": Reason.REFUSED,
    "DownloadTimeoutError": Reason.SLOW, "TimeoutError": Reason.SLOW,
    "SSLError": Reason.UNTRUSTED, "SSLCertVerificationError": Reason.UNTRUSTED,
    "DownloadFailedError": Reason.TORN, "DownloadCancelledError": Reason.TORN,
    "ConnectionResetError": Reason.TORN, "RemoteDisconnected": Reason.TORN,
    "SMTPServerDisconnected": Reason.TORN, "ResponseDataLossError": Reason.CUT_SHORT,
}  # fmt: skip


def of_error(error: object) -> str:
    """What an error of the network comes to; one that is not known is told by its name."""
    name, detail = type(error).__name__, " ".join(str(error).split())
    if name in _ERRORS:
        return _ERRORS[name].format(detail=detail or name)
    return getattr(error, "strerror", None) or f"{name} {detail}".strip()


def told(text: str, forms: Iterable[str] = (*Reason, *SYSTEMS)) -> str:
    """The text in the user's language, if it has one of these forms; what stands in it likewise."""
    for form in forms:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(form))
        if match := re.fullmatch(pattern, text):
            return _(form).format(**{name: told(value, forms) for name, value in match.groupdict().items()})
    return text
