"""Turns values into answers: templates, links, JSON, and answers that say that nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from archive import clock
from archive.article import SHANGHAI, Revision
from archive.errors import Busy, Unusable
from archive.settings import version
from archive.text.escaping import is_page, json_text, legible, marked
from archive.text.translation import gettext, ngettext
from wencang.archive import Archive
from wencang.desk.export import export
from wencang.web.drawing.background import FRESH, Background
from wencang.web.drawing.tables import FILES, NETWORKS, TYPES
from wencang.web.traffic.metrics import Metrics

Spans = Iterable[tuple[int, int]]
STYLE = files(__package__).joinpath("static/style.css").read_bytes()
ICON = files(__package__).joinpath("static/icon.svg").read_bytes()
ASSETS = hashlib.sha256(STYLE + ICON).hexdigest()[:12]
FEEDS = {"atom": "application/atom+xml", "json": "application/feed+json"}
FORMATS = [name for name in export.names() if export.is_usable(name)]


@dataclass(frozen=True, slots=True)
class Site:
    """The archive that is shown, and how its pages are made."""

    archive: Archive
    metrics: Metrics = field(default_factory=Metrics)
    background: Background = field(default_factory=Background)
    templates: Environment = field(default_factory=lambda: _environment())

    def page(self, request: Request, template: str, code: int = 200, **values: object) -> Response:
        """A page of this template; every text in it is escaped, and without control characters."""
        html = self.templates.get_template(template).render(links=Links(request), **values)
        return Response(html, code, media_type="text/html")

    def tag(self, request: Request) -> str:
        """Identifies an answer without making it: by what is archived and indexed, the time, and how it is asked.

        "" where no index says.
        """
        try:
            state = self.archive.state()
        except (Unusable, Busy):
            return ""
        slot = clock.now().timestamp() // FRESH.total_seconds()  # ends with the day, from which questions count
        kind = type(self.archive).__name__  # excerpts are not what full texts were
        parts = (state, kind, slot, request.url, request.scope["language"], version(), ASSETS)
        return _quoted(repr(parts).encode())


Handler = Callable[[Site, Request], Response]


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of our pages, as seen from one request: under its path prefix, in its language."""

    request: Request

    @property
    def language(self) -> str:
        return str(self.request.scope["language"])

    @property
    def root(self) -> str:
        return str(self.request.scope.get("root_path", "")).rstrip("/")

    def to(self, path: str, parameters: Mapping[str, object] | None = None, **more: object) -> str:
        """A path of ours with parameters; empty ones are left out."""
        chosen = {"lang": self.request.query_params.get("lang", "")}
        every = {**(parameters or {}), **more, **chosen}
        pairs = ((name, each) for name, value in every.items() for each in (value if type(value) is list else [value]))
        query = "&".join(f"{name}={_encoded(str(value))}" for name, value in pairs if value not in ("", None))
        return f"{self.root}{path}{'?' if query else ''}{query}"

    def varied(self, path: str, parameters: Mapping[str, object], *names: str) -> Callable[[str], str]:
        """Makes the addresses that differ in one value, which all these parameters have; for many of them on a page."""
        start = self.to(path, {name: value for name, value in parameters.items() if name not in names})
        start += "&" if "?" in start else "?"
        return lambda value: start + "&".join([f"{name}={_encoded(value)}" for name in names])

    def article(self, id: str, *parts: object, **parameters: object) -> str:
        """The address of an article, or of something that belongs to it."""
        return self.to("/".join(["/article", segment(id), *map(str, parts)]), parameters)

    def story(self, id: str) -> str:
        """The address of the copies of an article."""
        return self.to(f"/story/{segment(id)}")

    def comparison(self, old: Revision, new: Revision) -> str:
        """The address of what differs between two versions of an article."""
        return self.article(new.article.id, "diff", **{"from": old.sequence, "to": new.sequence})

    def twin(self, ending: str) -> str:
        """The address of the same answer in another form: `.json`, `.atom` ..."""
        path = self.request.scope["path"].removeprefix(self.root).removesuffix("/")
        return f"{self.root}{path or '/home'}{ending}{'?' if self.request.url.query else ''}{self.request.url.query}"

    def whole(self, address: str) -> str:
        """An address with scheme and host."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}{address}"

    def in_language(self, language: str) -> str:
        """This page in another language."""
        pairs = [(name, value) for name, value in self.request.query_params.multi_items() if name != "lang"]
        path = quote(self.request.scope["path"].lstrip("/"), safe="/%")  # //example.org/ would lead off this site
        return f"/{path}?{urlencode([*pairs, ('lang', language)])}"

    @property
    def is_chosen(self) -> bool:
        """Whether the address says which language."""
        return bool(self.request.query_params.get("lang"))


@lru_cache(4096)  # most addresses of a page repeat its question
def _encoded(text: str) -> str:
    return quote_plus(text)


def segment(text: str) -> str:
    """A text as one segment of a path; it never ends like the address of a twin."""
    stem, dot, ending = quote(text, safe="").rpartition(".")
    return f"{stem}%2E{ending}" if ending in ("json", *TYPES) else f"{stem}{dot}{ending}"


def json(value: object, status: int = 200, media_type: str = "application/json") -> Response:
    """A value as JSON."""
    return Response(json_text(value) + "\n", status, media_type=media_type)


def conditional(request: Request, make: Callable[[], Response], tag: str = "") -> Response:
    """The answer with its ETag, or 304 where the reader has it; without a tag it is that of its bytes, if known."""
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag and tag in known:
        return Response(status_code=304, headers={"ETag": tag})
    response = make()
    if response.status_code != 200 or not (tag or hasattr(response, "body")):
        return response
    response.headers["ETag"] = tag = tag or _quoted(bytes(response.body))
    return Response(status_code=304, headers={"ETag": tag}) if tag in known else response


def _quoted(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


# What templates use


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__), autoescape=True, undefined=StrictUndefined, finalize=_shown,
        auto_reload=False, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals.update(
        _=gettext, ngettext=ngettext, is_page=is_page, assets=ASSETS, version=version(), formats=FORMATS,
        tables=FILES, networks=NETWORKS, marked=_marked, paragraphs=paragraphs,
    )  # fmt: skip
    environment.filters.update(drawing=Markup, time=_time, day=_day, number=_number, percent=_percent)
    for name in environment.list_templates():
        environment.get_template(name)
    return environment


def _shown(value: Any) -> Any:
    """What a template prints: texts without control characters and changes of direction."""
    if value is None:
        return ""
    if isinstance(value, Markup | int):
        return value
    text = str(value)
    return text if text.isprintable() else legible(text)


def _marked(text: str, marks: Spans = ()) -> Markup:
    return Markup(marked(text, marks))  # noqa: S704  # escaped by `marked`


def paragraphs(body: str, marks: Iterable[tuple[int, int]] = ()) -> Iterator[Markup]:
    """The lines of a text that are not blank, with the marks that lie in each."""
    start, ahead = 0, sorted(marks, reverse=True)
    for line in body.split("\n"):
        end = start + len(line)
        indent = len(line) - len(line.lstrip())
        inside = []
        while ahead and ahead[-1][0] < end:
            first, last = ahead.pop()
            inside.append((max(first - start - indent, 0), min(last, end) - start - indent))
            if last > end:
                ahead.append((end + 1, last))
        if legible(line).strip():
            yield _marked(line.strip(), [(a, b) for a, b in inside if a < b])
        start = end + 1


def _time(moment: datetime | None) -> Markup:
    """A time in China to the minute, as a <time> element."""
    if moment is None:
        return Markup()
    local = moment.astimezone(SHANGHAI)
    iso = local.isoformat(timespec="seconds")
    return Markup(f'<time datetime="{iso}">{iso[:10]} {iso[11:16]}</time>')  # noqa: S704  # digits


def _day(issued: date | None) -> Markup:
    """When an article was published, to the minute or only the day, as a <time> element."""
    if issued is None or isinstance(issued, datetime):
        return _time(issued)
    return Markup(f'<time datetime="{issued}">{issued}</time>')  # noqa: S704  # digits


def _number(count: int) -> str:
    return f"{count:,}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.2%}"
