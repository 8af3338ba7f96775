"""Messages for people, kept as a code and parameters, and put into words where they are shown."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from archive.text.translation import gettext as _
from archive.text.translation import ngettext

# By code; a pair is singular and plural, by `count`. Archives store codes and names of parameters: never rename them.
TEMPLATES: dict[str, str | tuple[str, str]] = {
    "text": "{text}",  # without a code: worded by a library, or for this process only
    "index-behind": (
        "The index is {count} article behind the archive: `wencang index` brings it up to date.",
        "The index is {count} articles behind the archive: `wencang index` brings it up to date.",
    ),
    "stories-behind": (
        "The stories are {count} article behind the archive: `wencang stories --update` brings them up to date.",
        "The stories are {count} articles behind the archive: `wencang stories --update` brings them up to date.",
    ),
    "rebuild-due": "The {engine} index was built with another lexicon: `{command}` rebuilds it with the present one.",
    "set-in-shell-only": "{names}: set in this shell only; what starts by itself reads {file}",
    "no-linger": "It runs while you are logged in; after `loginctl enable-linger` it always does.",
    "doubt": "{text}",
    "some-words": ("no article has all the words; {count} has some", "no article has all the words; {count} have some"),
    "of-question": "{question}: {message}",
    "own-word": '{word} is looked for as a word of its own; in quotes, "{word}", it is found within other words too',
    "counted-alone": "{word} is counted where it is a word of its own; name a longer word, such as {words}",
    "sampled": "{count} of the {total} articles were read, chosen at random; the command line reads all",
    "no-doubts": "no page is doubted",
    "no-runs": "no crawl is recorded yet; `wencang crawl` starts one",
    "no-holders": "no run is at work",
    "names-reader": "persons are found by {reader}",
    "names-by": "names: recorded as {reader} found them",
    "names-behind": (
        "The names of {count} article are not recorded yet: `wencang figures --update` does that.",
        "The names of {count} articles are not recorded yet: `wencang figures --update` does that.",
    ),
    "index-current": "up to date",
    "index-lag": ("{count} article behind; `wencang index`", "{count} articles behind; `wencang index`"),
    "index-outgrown": (
        "whoosh takes {ms:.0f} ms to find {words} in {count} articles, tantivy a small part of that (docs/search.md): "
        '`pip install tantivy`, `wencang index --engine tantivy`, then engine = "tantivy" in {file}'
    ),
    "no-list-read": "no list has been read yet",
    "list-never-read": "{source}: no list has been read yet",
    "list-unread-since": "{source}: no list has been read since {time}",
    "torn-record": (
        "{file}: its last {size} bytes, from byte {offset} on, are not a whole record: "
        "a run is writing it, or a crash left it"
    ),
    "pages-unused": "raw pages that a crash left, and no version refers to: {count}",
    "pages-elsewhere": "raw pages that host {host} has not uploaded yet, which its next run does: {count}",
    "unmanifested": "versions in no manifest yet, which the next run will add: {count}",
    "stamps-unchecked": "time stamps are not checked: {fault}",
    "manifest-checked": ("{file}: {count} fault", "{file}: {count} faults"),
    "checked": (
        "checked: records {warc_records}, files {files}, manifests {manifests}, versions {versions}; faults: {faults}"
    ),
    "already-withdrawn": "{id}: already {reason}",
    "old-backup": "{path}: a backup of an older archive, which may still contain the text",
    "news": "{name}: {count} new",
    "excerpt-only": "Only excerpts of texts are shown here; the full text is at the address of the original.",
    "long-cells": (
        "{count} article has a text longer than the {most} characters of a cell of Excel, which would break it: "
        "{ids}; --format xlsx parts it into columns",
        "{count} articles have a text longer than the {most} characters of a cell of Excel, which would break it: "
        "{ids}; --format xlsx parts it into columns",
    ),
    "facets-left-out": "Counting by source and time took too long and is left out.",
}


@dataclass(frozen=True, slots=True)
class Message:
    """A code of TEMPLATES and its parameters; `str` gives the text in the language of the process."""

    code: str
    values: Mapping[str, str | int | float | Message] = field(default_factory=dict)

    def __str__(self) -> str:
        return self._text(_, ngettext)

    def __hash__(self) -> int:
        return hash((self.code, frozenset(self.values.items())))

    def format(self, **values: str | int | float | Message) -> Message:
        """The message with these parameters."""
        return Message(self.code, values)

    @property
    def english(self) -> str:
        """The text in English, whatever the language of the process."""
        return self._text(lambda text: text, lambda one, many, count: one if count == 1 else many)

    def _text(self, translate: Callable[[str], str], plural: Callable[[str, str, int], str]) -> str:
        template = TEMPLATES.get(self.code, self.code)  # an archive may have the code of a newer program
        values = {
            name: value._text(translate, plural) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        if isinstance(template, tuple):
            return plural(*template, int(self.values["count"])).format(**values)  # type: ignore[arg-type]  # a number
        return translate(template).format(**values)

    def map_texts(self, change: Callable[[str], str]) -> Message:
        """The message with `change` applied to each text among its parameters."""
        return Message(self.code, {name: _mapped(value, change) for name, value in self.values.items()})

    def stored(self) -> dict[str, Any]:
        """The code and the parameters as JSON values."""
        values = {name: value.stored() if isinstance(value, Message) else value for name, value in self.values.items()}
        return {"code": self.code, **values}

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> Message:
        """The message of the result of `stored`."""
        values = {name: cls.restored(value) if isinstance(value, dict) else value for name, value in stored.items()}
        return cls(str(values.pop("code")), values)

    def to_json(self) -> dict[str, Any]:
        """The code, its parameters, and the text in the language of the process."""
        return self.stored() | {"text": str(self)}


def _mapped(value: str | int | float | Message, change: Callable[[str], str]) -> str | int | float | Message:
    if isinstance(value, Message):
        return value.map_texts(change)
    return change(value) if isinstance(value, str) else value


def worded(text: str | Message) -> Message:
    """A text without a code as a message; a message as it is."""
    return text if isinstance(text, Message) else Message("text", {"text": text})


def _reason(code: str, template: str) -> Message:
    TEMPLATES[code] = template
    return Message(code)


class Reason:
    """Why a page could not be fetched, or has no article; use `format` for those with parameters."""

    # It has no article.
    NO_TITLE = _reason("no-title", "it has no title")
    NO_TEXT = _reason("no-text", "it has no text")
    NEITHER = _reason("no-title-and-text", "it has no title and text")
    SHORT = _reason("short", "only {count} characters of running text")
    NOT_TEXT = _reason("not-text", "it is not text")
    UNKNOWN_ENCODING = _reason("unknown-encoding", "its text is in an unknown encoding")
    MANY_LINES = _reason("many-lines", "it has {count} lines, more than the {most} that are read")
    MANY_TAGS = _reason("many-tags", "it has {count} tags, more than the {most} that are read")
    TAGS_IN_TEXT = _reason("tags-in-text", "its text has {count} tags, more than the {most} that are read")
    MANY_ATTRIBUTES = _reason("many-attributes", "one of its tags has more than {most} attributes")
    NESTED = _reason("nested", "its tags are nested too deeply")
    LARGE = _reason("large", "it is larger than {most} MB")
    IS_LIST = _reason("is-list", "it is a list")
    ADDRESS_OF_LIST = _reason("address-of-list", "its address is that of a list")
    NO_NEWS = _reason("no-news", "photo, video or about the site")
    NO_PAGE = _reason("no-page", "it holds no page")
    NO_ITEMS = _reason("no-items", "it is a feed without items")
    NO_TEXT_LAYER = _reason("no-text-layer", "it holds pictures of text only; a program such as OCRmyPDF adds the text")
    ENCRYPTED = _reason("encrypted", "it is encrypted; save it without a password")
    DAMAGED_FILE = _reason("damaged-file", "it is not a {format} that can be read: {detail}")
    NOT_HTML = _reason("not-html", "it is {format}, not an article")
    BLOCK_PAGE = _reason("block-page", "it is the block page of a firewall")
    CAPTCHA_PAGE = _reason("captcha-page", "it asks for a captcha")
    LOGIN_PAGE = _reason("login-page", "it asks to log in")
    DELETED_PAGE = _reason("deleted-page", "it says that the page does not exist or was deleted")
    MAINTENANCE_PAGE = _reason("maintenance-page", "it says that the site is down or under maintenance")
    WITHDRAWN = _reason("withdrawn", "withdrawn {time}: {reason}")
    ENTITIES = _reason("entities", "it declares entities of XML, which are not expanded")
    # It could not be read within its bounds.
    OVERTIME = _reason("overtime", "reading it takes longer than {seconds} s")
    READER_KILLED = _reason("reader-killed", "the process that read it was killed")
    ATTEMPTED = _reason("attempted", "a run was killed while it was fetched or read")
    # It leads elsewhere, or may not be fetched.
    LED_AWAY = _reason("led-away", "a redirect led away from the articles")
    LED_TO_FRONT = _reason("led-to-front", "redirected to {url}")
    LED_OFF = _reason("led-off", "leads off the site, to {url}")
    LED_TO_PRIVATE = _reason("led-to-private", "leads to a private address, {address}")
    FORBIDDEN = _reason("forbidden", "robots.txt forbids it")
    ROBOTS_UNREAD = _reason("robots-unread", "robots.txt can't be read: {reason}")
    LED_TO_READ = _reason("led-to-read", "redirected to {url}, which this run requests anyway")
    LED_IN_CIRCLE = _reason("led-in-circle", "redirects in a circle: {url}")
    LED_ON = _reason("led-on", "redirected more than {most} times")
    LONG_ADDRESS = _reason("long-address", "its address has more than {most} characters")
    # It could not be fetched, or only in part.
    HTTP = _reason("http", "HTTP {status}")
    NO_HOST = _reason("no-host", "the host name can't be resolved: is the network up?")
    REFUSED = _reason("refused", "the host refuses the connection")
    SLOW = _reason("slow", "the host did not respond in time")
    TORN = _reason("torn", "the connection was lost: {detail}")
    CUT_SHORT = _reason("cut-short", "the response ended too early")
    UNTRUSTED = _reason("untrusted", "the host's certificate can't be trusted: {detail}")
    NO_PICTURE = _reason("no-picture", "it is not a picture")
    ACCEPTED = _reason("accepted-capture", "was doubted, and accepted")
    PARTS_MISSING = _reason("parts-missing", "some of its pages are missing")
    NO_ROWS = _reason("no-rows", "no list has any rows")
    FORMLESS = _reason("formless", "no layout of the site fits, and the page states no time, credit or author")
    UNLIKE = _reason("unlike", "has nothing in common with {id}, whose place it takes")
    SHARED = _reason("shared", "has the very text of {id} and others")
    NO_MORE = _reason("no-more", "{reason}; an article was there")
    REFUSED_TEXT = _reason("refused-text", "was refused before")
    FUTURE = _reason("future", "was fetched at {time}, which is yet to come")
    # A web archive does not show the capture that its index names.
    NO_RECORD = _reason("no-record", "the record of the capture can't be read: {reason}")
    OTHER_CAPTURE = _reason("other-capture", "the archive shows another capture in its place: {url}, {time}")
    UNDATED = _reason("undated", "the archive does not say when it captured what it shows")
    INDEX_FORM = _reason("index-form", "its answer is not in a form that is known: {detail}")
    INDEX_CUT = _reason(
        "index-cut", "its answer ends after {count} captures: --since and --until ask for fewer at once"
    )
    DOUBTED = _reason("doubted", "{reason}; not marked as gone, as more articles are missing than were found")


# Errors of the operating system and of SQLite, by the name of the errno or result code: their own texts are English.
TEMPLATES |= {
    "EACCES": "Permission denied", "EBUSY": "Device or resource busy", "ECONNREFUSED": "Connection refused",
    "EDQUOT": "Disk quota exceeded", "EEXIST": "File exists", "EHOSTUNREACH": "No route to host",
    "EIO": "Input/output error", "EISDIR": "Is a directory", "ENAMETOOLONG": "File name too long",
    "ENETUNREACH": "Network is unreachable", "ENOENT": "No such file or directory",
    "ENOSPC": "No space left on device", "ENOTDIR": "Not a directory", "EPERM": "Operation not permitted",
    "EROFS": "Read-only file system", "SQLITE_CANTOPEN": "unable to open database file",
    "SQLITE_CORRUPT": "database disk image is malformed", "SQLITE_FULL": "database or disk is full",
    "SQLITE_IOERR": "disk I/O error", "SQLITE_NOTADB": "file is not a database",
    "SQLITE_READONLY": "attempt to write a readonly database",
}  # fmt: skip

# By class name, so that Scrapy need not be loaded.
_ERRORS = {
    "CannotResolveHostError": Reason.NO_HOST, "gaierror": Reason.NO_HOST,
    "DownloadConnectionRefusedError": Reason.REFUSED, "ConnectionRefusedError": Reason.REFUSED,
    "DownloadTimeoutError": Reason.SLOW, "TimeoutError": Reason.SLOW,
    "SSLError": Reason.UNTRUSTED, "SSLCertVerificationError": Reason.UNTRUSTED,
    "DownloadFailedError": Reason.TORN, "DownloadCancelledError": Reason.TORN,
    "ConnectionResetError": Reason.TORN, "RemoteDisconnected": Reason.TORN,
    "SMTPServerDisconnected": Reason.TORN, "ResponseDataLossError": Reason.CUT_SHORT,
}  # fmt: skip


def of_error(error: object) -> Message:
    """The message of an error of the network or the operating system; an unknown one is named by its class."""
    name, detail = type(error).__name__, " ".join(str(error).split())
    if reason := _ERRORS.get(name):
        return reason.format(detail=detail or name) if reason in (Reason.TORN, Reason.UNTRUSTED) else reason
    text = getattr(error, "strerror", None) or f"{name} {detail}".strip()
    number = getattr(error, "errno", None)
    code = errno.errorcode.get(number, "") if isinstance(number, int) else ""
    # Some libraries set errno to numbers of their own; the text tells whether it is the system's.
    return Message(code) if code in TEMPLATES and text == os.strerror(number or 0) else worded(text)
