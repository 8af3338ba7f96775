"""An article, and one archived version of it: frozen values, no I/O."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import starmap
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from archive.text.translation import gettext as _
from archive.url import canonical, untracked

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_YEAR, LAST_YEAR = 1800, 2199  # of publication; any other is a misprint
_DAY = timedelta(days=1, microseconds=-1)
_LEAST_SHARE = 0.15  # of sequences of three characters that related texts have in common
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # NUL and lone surrogates, which no database accepts
_BLANKS = re.compile(r"[\s\u200b\u2060\ufeff]+")  # also full-width, no-break and zero-width ones


@dataclass(frozen=True, slots=True)
class Image:
    url: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One article as extracted, without the boilerplate of its page.

    `url` is the address as it was met, without tracking parameters; the archive finds it by its
    canonical form (archive/url.py). `published` is aware and converted to Asia/Shanghai; a naive
    datetime raises ValueError. With `day_only` it is the beginning of the day. `body` holds the
    paragraphs, separated by newlines.
    """

    url: str
    title: str
    body: str
    source: str = ""  # the site's name: tibet.cn
    section: str = ""  # where on the site: "news/zx 资讯"
    original_title: str = ""  # 原标题
    published: datetime | None = None
    day_only: bool = False  # the time of day of `published` is unknown
    authors: tuple[str, ...] = ()
    editor: str = ""  # 责编
    credit: str = ""  # 来源, as printed
    rights: str = ""  # the copyright notice that was removed from the body
    images: tuple[Image, ...] = ()
    restored: bool = False  # the glosses of a mirror were removed
    id: str = ""  # the source's own key if it has one, else derived from the address

    def __post_init__(self) -> None:
        if self.published is not None:
            if self.published.utcoffset() is None:
                raise ValueError(f"published needs a time zone: {self.published}")
            published = self.published.astimezone(SHANGHAI)
            if self.day_only:
                published = datetime.combine(published, time.min, SHANGHAI)
            object.__setattr__(self, "published", published)
        if not self.id:
            object.__setattr__(self, "id", _derived_id(self.source, self.url))

    @property
    def has_key(self) -> bool:
        """Whether the id is the site's own number for it, not one derived from the address."""
        return self.id != _derived_id(self.source, self.url)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of title and body, which tells whether the text changed."""
        return hashlib.sha256(f"{self.title}\n{self.body}".encode()).hexdigest()

    @property
    def day(self) -> date | None:
        """The day of publication in Asia/Shanghai."""
        return self.published.date() if self.published else None

    @property
    def issued(self) -> datetime | date | None:
        """The time of publication in Asia/Shanghai, or only the day where no time is known."""
        return self.day if self.day_only else self.published

    @property
    def latest(self) -> datetime | None:
        """The latest time of publication, by which articles are ordered: a day without a time is after its times."""
        return self.published + _DAY if self.published and self.day_only else self.published

    @property
    def issued_text(self) -> str:
        """The same to the minute as people read it: 2022-06-01 10:32, or 2022-06-01; "" if unknown."""
        if not self.published:
            return ""
        return f"{self.published:%Y-%m-%d}" if self.day_only else f"{self.published:%Y-%m-%d %H:%M}"

    def resembles(self, other: Article) -> bool:
        """Whether the titles or the bodies have something in common.

        Unrelated articles of one site do not: of 1,000 pairs, one shares so much.
        """
        return any(starmap(_is_alike, zip(self.text, other.text, strict=True)))

    def equals_but_images(self, other: Article) -> bool:
        return replace(self, images=()) == replace(other, images=())

    def reads_as(self, other: Article) -> bool:
        """Whether all fields are equal, apart from images and from whitespace in title and body."""
        return self.text == other.text and self.equals_but_images(replace(other, title=self.title, body=self.body))

    @property
    def text(self) -> tuple[str, str]:
        """Title and body without whitespace, to compare texts however they are spaced."""
        return _BLANKS.sub("", self.title), _BLANKS.sub("", self.body)


class StoredText(NamedTuple):
    """What of a version a text can be searched by, without the rest of the article."""

    id: str
    title: str
    body: str
    source: str
    credit: str
    digest: str


@dataclass(frozen=True, slots=True)
class RawPage:
    """Where the raw bytes of a page are: a record of a WARC file, and the SHA-256 (hex) of its payload."""

    file: str
    offset: int
    record_id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The web archive that captured a page, where this program did not fetch it from the site itself.

    `url` is the address of the capture there, or of the WARC file that holds it with the place in it as
    its fragment; `taken` is when it was taken from there (UTC).
    """

    url: str
    taken: datetime

    @property
    def archive(self) -> str:
        """The host of the web archive, or the name of a local WARC file."""
        return urlsplit(self.url).netloc or urlsplit(self.url).path.rpartition("/")[2]

    def to_json(self) -> dict[str, str]:
        return {"archive": self.archive, "url": self.url, "taken": self.taken.isoformat()}


@dataclass(frozen=True, slots=True)
class Annotation:
    """A tag or a note of a reader: its text, who wrote it and when (UTC); "" and None where that is not known."""

    kind: Literal["tag", "note"]
    text: str
    by: str = ""
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """One archived version of an article; `sequence` counts up by one across the archive, `fetched` is UTC.

    A version with an `origin` was captured at `fetched` by that web archive, not by this program.
    """

    sequence: int
    article: Article
    fetched: datetime
    extractor: str = ""  # version of the program that read the page, and which rules it used
    gone: bool = False  # the site no longer has it
    pages: tuple[RawPage, ...] = ()  # that it was read from, its own address first; may be empty
    withdrawn: str = ""  # why its text was removed from the archive, or ""
    digest_kept: str = ""  # of the text that was removed
    origin: Origin | None = None
    annotations: tuple[Annotation, ...] = ()  # where they were asked for: archive/tables/tags.py

    @property
    def tags(self) -> tuple[str, ...]:
        """The labels of the article, where they were asked for."""
        return tuple(each.text for each in self.annotations if each.kind == "tag")

    @property
    def notes(self) -> tuple[str, ...]:
        """The texts of the notes on the article, where they were asked for."""
        return tuple(each.text for each in self.annotations if each.kind == "note")

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the text that was archived, also after a withdrawal."""
        return self.digest_kept or self.article.digest

    @property
    def gone_since(self) -> datetime | None:
        """When the site was found to have removed it; None while it is there."""
        return self.fetched if self.gone else None


# The order of the keys in JSON is part of the contract.
KEYS = (
    "id", "url", "source", "section", "title", "original_title", "body", "published",
    "authors", "editor", "credit", "rights", "images", "restored",
)  # fmt: skip


def to_json(article: Article) -> dict[str, Any]:
    """The article as JSON values, keys in the order of KEYS; times in ISO 8601, a day without a time as a date."""
    values = {key: getattr(article, key) for key in KEYS}
    values["published"] = article.issued and article.issued.isoformat()
    values["authors"] = list(article.authors)
    values["images"] = [{"url": i.url, "caption": i.caption} for i in article.images]
    return values


_TEXTS = ("id", "url", "source", "section", "title", "original_title", "body", "editor", "credit", "rights")


def from_json(values: Mapping[str, Any]) -> Article:
    """The article of the values of `to_json`; ignores unknown keys.

    Takes a time without offset as Asia/Shanghai, and a date as a day without a time.
    Raises KeyError if url, title or body is missing, and ValueError if a value is of a wrong type.
    """
    texts = {name: _text(name, values[name]) for name in _TEXTS if values.get(name) is not None}
    for name in ("url", "title", "body"):
        if not texts[name].strip():
            raise ValueError(_("{name} is empty").format(name=name))
    if ":" not in texts["url"]:
        raise ValueError(_("url is not a valid address: {url}").format(url=texts["url"]))
    if not isinstance(restored := values.get("restored") or False, bool):
        raise ValueError(_("restored is neither true nor false"))
    return Article(
        **texts | {"url": untracked(texts["url"])},
        published=_published(values.get("published")),
        day_only=_is_date(values.get("published")),
        authors=tuple(_text("authors", name) for name in _list("authors", values)),
        images=tuple(map(_image, _list("images", values))),
        restored=restored,
    )


def time_in(name: str, text: Any) -> datetime:
    """A time in ISO 8601. Raises ValueError, which names the field."""
    try:
        return datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise ValueError(_("{name} is not a valid ISO 8601 time: {text}").format(name=name, text=text)) from error


def _is_alike(text: str, other: str) -> bool:
    """Whether the text with fewer sequences of three characters shares enough of them with the other."""
    mine, theirs = ({each[i : i + 3] for i in range(len(each) - 2)} for each in (text, other))
    return text == other or len(mine & theirs) > _LEAST_SHARE * min(len(mine), len(theirs))


def _derived_id(source: str, url: str) -> str:
    return f"{source or 'page'}-{hashlib.sha256(canonical(url).encode()).hexdigest()[:16]}"


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or _NO_TEXT.search(value):
        raise ValueError(_("{name} is not a valid text").format(name=name))
    return value


def _list(name: str, values: Mapping[str, Any]) -> list[Any]:
    value = values.get(name) or []
    if not isinstance(value, list):
        raise ValueError(_("{name} is not a list").format(name=name))
    return value


def _image(value: Any) -> Image:
    if not isinstance(value, dict) or "url" not in value:
        raise ValueError(_("images are objects with a url"))
    return Image(_text("images", value["url"]), _text("images", value.get("caption", "")))


def _is_date(text: Any) -> bool:
    """Whether this is a date without a time, in ISO 8601: 2022-06-01, 20220601, 2022-W22-3."""
    return isinstance(text, str) and len(text) <= 10


def _published(text: Any) -> datetime | None:
    if text is None:
        return None
    published = time_in("published", text)
    if not FIRST_YEAR <= published.year <= LAST_YEAR:
        raise ValueError(_("published is out of range: {text}").format(text=text))
    return published if published.utcoffset() is not None else published.replace(tzinfo=SHANGHAI)
