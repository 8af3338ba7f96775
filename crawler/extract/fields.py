"""Reads each field of an article by the form's rule or else by general means, and notes by which."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Container, Iterable, Iterator
from datetime import datetime
from functools import cached_property, partial
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from archive.article import Article
from archive.errors import NotAnArticle
from archive.text.messages import Reason
from archive.url import canonical
from crawler.extract import boilerplate, bylines, soft_errors
from crawler.extract.boilerplate import Cleaned, Line, Step
from crawler.extract.dates import Label, Moment, find_compact, find_date, is_date_line
from crawler.extract.document import Page
from crawler.extract.lines import lines_of
from crawler.extract.main_content import Located
from crawler.extract.mirror import restore
from crawler.extract.pagination import first_page, next_pages
from crawler.extract.reading import Reading
from crawler.sources import Form, Source

_TITLES = ("articletitle", "contenttitle", "og:title", "twitter:title")
_TIMES = (
    "publishdate", "pubdate", "article:published_time", "og:release_date", "og:published_time", "publish_time",
    "datepublished", "publishtime", "pub_date",
    "weibo: article:create_at", "bytedance:published_time", "date", "dc.date",
)  # fmt: skip
_CREDITS = ("contentsource", "source", "og:article:source", "mediaid", "copyright_source")
_AUTHORS = ("article:author", "author", "og:article:author", "dable:author")
_VALUE = re.compile(
    r"""[:=]\s*(?:new Date)?[(\\"']{0,4}((?:19|20)\d\d[-/.年]\d[^"'<>;\\]{3,30}|1\d{9}(?:\d{3})?(?![\d.]))"""
)
_NAMED_TIME = re.compile(
    r"""(?:pub(?:lish|lic)?_?(?:ed)?_?(?:time|date|at)|create_?time|datePublished|ptime|\bct|\bdatetime)[\\"']{0,2}\s*$""",
    re.IGNORECASE,
)
_MOST_VALUES = 500  # in the scripts of a page
_NOT_STATED = {"address", "script", "printed elsewhere"}  # places of a time that the page does not print as its own
_WECHAT = 'id="js_content"'
_NICKNAME = re.compile(r"""nickname\s*=\s*(?:htmlDecode\()?["']([^"'<>]{1,40})["']""")
_LONGEST_TITLE = 500  # characters
_FEWEST = 40  # characters that general means must find, or half as many with a sentence among them


def urn(title: str, body: str) -> str:
    """The name of a text without an address."""
    return "urn:sha256:" + hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()


class PageReader:
    """Reads one page, once."""

    def __init__(
        self, page: Page, url: str, source: Source | None, form: Form | None, fetched: datetime | None
    ) -> None:
        self._fetched = fetched
        self._page = page
        self._url = url
        self._source = source
        self._form = form
        self._path = "rules" if form else "general"
        self._steps: list[Step] = []
        self._located = Located(page)
        self._above: Callable[[], list[str]] = list
        self._head: list[str] = []  # the texts between headline and body
        self._states_time = False

    def read(self, first: str) -> Reading:
        """The reading of the page, as part of the article whose first page has this address. Raises NotAnArticle."""
        self._note_bytes()
        title, rights, info = self._title(), self._rule("rights"), self._rule("info")
        cleaned, (title, rights, info), restored = self._body(title, rights, info)
        self._head = [info] if info else self._above()
        title = title or cleaned.body.split("\n")[0][:60]
        self._check(title, cleaned.body)
        published = self._published()
        article = Article(
            id=self._source.article_id(self._url) if self._source else "",
            url=self._url or urn(title, cleaned.body),
            source=self._source.site if self._source else site(self._url),
            section=self._section(),
            title=title,
            body=cleaned.body,
            published=published.time if published else None,
            day_only=bool(published and not published.timed),
            authors=self._authors(cleaned),
            images=cleaned.images,
            restored=restored,
            editor=self._editor(cleaned),
            credit=self._credit(cleaned),
            rights=cleaned.fields.get("rights", ""),
            original_title=cleaned.fields.get("original_title", ""),
        )
        further = dict.fromkeys(next_pages(self._page, first))
        return Reading(
            article, self._path, (*self._steps, *cleaned.steps), self._fetched,
            tuple(url for url in further if url != canonical(self._url)), tuple(self._related(further)),
            self._missing(first), self._states_time, bool(self._source and self._source.forms),
        )  # fmt: skip

    def _missing(self, first: str) -> tuple[str, ...]:
        """The first page of the article, if this is a further page of it that was met alone."""
        begins = first_page(self._page, first) if first == canonical(self._url) else ""
        if begins:
            self._note("pages", "missing", begins)
        return (begins,) if begins else ()

    def _related(self, further: Container[str]) -> Iterator[str]:
        """The links to other articles, among the hundreds of links of a portal's page."""
        links = self._page.links(self._form.related) if self._form else ()
        return (url for url in links if self._source and self._source.is_article(url) and canonical(url) not in further)

    def _note(self, field: str, how: str, text: str = "") -> None:
        self._steps.append(Step(field, how, text))

    def _note_bytes(self) -> None:
        decoded = self._page.decoded
        broken = f", {decoded.broken} places can't be read" if decoded.broken else ""
        self._note("bytes", decoded.encoding + broken)

    def _rule(self, field: str) -> str:
        """What the form's rule for a field finds, if anything; noted in both cases."""
        xpath = getattr(self._form, field, "")
        if not self._form or not xpath:
            return ""
        text = self._page.text(xpath)
        self._note(field, f"{self._form.name} form" if text else f"nothing at {xpath}")
        return text

    # Body

    def _body(self, *fields: str) -> tuple[Cleaned, list[str], bool]:
        """The first body that is not empty after cleaning; the given fields; whether glosses were removed."""
        for lines in self._bodies():
            texts, glosses = restore([*fields, *(line.text for line in lines)])
            pairs = zip(texts[len(fields) :], lines, strict=True)
            restored = [boilerplate.with_text(line, text) for text, line in pairs]
            cleaned = boilerplate.clean(restored, title=texts[0], rights=texts[1])
            if cleaned.body:
                break
        else:
            raise NotAnArticle(self._url, Reason.NO_TEXT)
        if glosses:
            self._note("restored", f"{glosses} glosses taken out")
        return cleaned, texts[: len(fields)], bool(glosses)

    def _bodies(self) -> Iterator[list[Line]]:
        """The possible bodies: by the form's rule, then the nodes with the most text."""
        if self._form:
            node = self._page.first(self._form.body)
            self._note("body", f"nothing at {self._form.body}" if node is None else f"{self._form.name} form")
            if node is not None:
                self._above = partial(self._located.above, node)
                yield lines_of(self._page, node)
        self._path = "general"
        self._refuse_soft_error()
        for best in self._located.bodies:
            node = self._located.widened(best)
            self._note("body", "node with the most text")
            self._above = partial(self._located.above, node)
            yield lines_of(self._page, node)

    def _refuse_soft_error(self) -> None:
        """Raises NotAnArticle for a page that a server sends in place of an article."""
        blocks = self._located.likely_text
        running = sum(block.running for block in blocks)
        if running > soft_errors.LONGEST:
            return
        printed = "\n".join(self._located.short_texts)
        evidence = bool(find_date(printed, self._fetched)) + 2 * bool(bylines.find_credit(printed))
        texts = (block.text for block in blocks if block.heading or block.linked * 2 <= len(block.text))
        if reason := soft_errors.kind_of(self._page.title, texts, running, evidence):
            raise NotAnArticle(self._url, reason)

    def _check(self, title: str, body: str) -> None:
        if not title:
            raise NotAnArticle(self._url, Reason.NO_TITLE)
        fewest = _FEWEST / 2 if re.search("[。！？；.!?]", body) else _FEWEST
        if self._path == "general" and len(body) < fewest:
            raise NotAnArticle(self._url, Reason.SHORT.format(count=len(body)))

    # Title

    def _title(self) -> str:
        return self._rule("title") or self._general_title()

    def _general_title(self) -> str:
        """The block that is in the page's title; else a meta tag, the nearest heading, or that title itself."""
        return self._first("title", self._titles())

    def _titles(self) -> Iterator[tuple[str, str]]:
        printed, _at = self._located.headline
        yield printed, "block in the page's title"
        yield self._title_in_metadata(), "meta tag"
        body = next(iter(self._located.bodies), None)
        if body is not None:
            yield self._located.heading_above(body), "heading above the body"
        yield self._located.title_of_article, "//title"
        if body is not None:
            yield self._located.line_above(body), "line above the body"
        yield self._located.short_title, "//title"

    def _title_in_metadata(self) -> str:
        title = self._page.meta(*_TITLES) or _text(self._page.structured.get("headline"))
        return "" if self._located.names_site(title) else title[:_LONGEST_TITLE]

    def _first(self, field: str, texts: Iterable[tuple[str, str]]) -> str:
        """The first text that is not empty, noted with how it was found."""
        for text, how in texts:
            if text:
                self._note(field, how)
                return text
        self._note(field, "nothing found")
        return ""

    # Time

    def _published(self) -> Moment | None:
        """The printed time, unless meta tags and address agree on another day; else one of those.

        The time of day is from the first place that has one for this day.
        """
        places = list(self._places()) or list(self._other_places())
        if not places:
            self._note("published", "nothing found")
            return None
        chosen, how = places[0]
        self._states_time = how not in _NOT_STATED
        days = {place: moment.day for moment, place in reversed(places)}
        agreed = days.get("meta tag")
        if how == "printed" and agreed and agreed == days.get("address") != chosen.day:
            chosen, how = next(each for each in places if each[1] == "meta tag")
        elif "address" in days and days["address"] != chosen.day:
            how += f", but the address says {days['address']}"
        self._note("published", how)
        precise = _with_time(chosen, (moment for moment, _place in places))
        return precise if precise.timed else self._with_time_in_scripts(chosen)

    def _places(self) -> Iterator[tuple[Moment, str]]:
        """The time at each place, most reliable first.

        What is printed without a year, or as the time of writing or of an update, comes last.
        """
        printed = find_date("\n".join(self._head[1:] or self._head), self._fetched)
        if printed and printed.label <= Label.NONE:
            yield printed, "printed"
        if moment := self._in_metadata():
            yield moment, "meta tag"
        if moment := self._in_address():
            yield moment, "address"
        if printed and printed.label > Label.NONE:
            yield from ((moment, "script") for moment in self._in_scripts if _agrees(moment, printed))
            yield printed, f"printed as {printed.label.name.lower()}"

    def _other_places(self) -> Iterator[tuple[Moment, str]]:
        """The times in scripts and anywhere on the page; a script's first, unless the page clearly prints another."""
        printed = find_date("\n".join(self._located.short_texts), self._fetched)
        scripts = [(moment, "script") for moment in self._in_scripts]
        elsewhere = [(printed, "printed elsewhere")] if printed else []
        yield from elsewhere + scripts if printed and scripts and self._is_clear(printed) else scripts + elsewhere

    def _is_clear(self, printed: Moment) -> bool:
        """Whether a date in the short texts is that of the page: by its label, or as the only line with a date."""
        lines = (find_date(text, self._fetched) for text in self._located.short_texts if is_date_line(text))
        return printed.label is Label.PUBLISHED or {line.day for line in lines if line} == {printed.day}

    def _in_metadata(self) -> Moment | None:
        metas = self._page.metas
        texts = [*(metas[name] for name in _TIMES if name in metas), _text(self._page.structured.get("datePublished"))]
        moments = list(filter(None, (find_compact(text[:60], self._fetched) for text in texts)))
        return _with_time(moments[0], moments) if moments else None

    def _in_address(self) -> Moment | None:
        day = self._source.day(self._url) if self._source else ""
        return find_compact(day or self._url[:300], self._fetched)

    @cached_property
    def _in_scripts(self) -> list[Moment]:
        """The values in scripts and attributes whose name says that they are the time of publication."""
        source = self._page.source
        values = (match for match in islice(_VALUE.finditer(source), _MOST_VALUES))
        named = (match for match in values if _NAMED_TIME.search(source, max(0, match.start() - 40), match.start()))
        return list(filter(None, (find_compact(match[1], self._fetched) for match in named)))

    def _with_time_in_scripts(self, day: Moment) -> Moment:
        """The day with the time of day in the scripts, if they have only one for it."""
        moments = {moment.time: moment for moment in self._in_scripts if moment.timed and moment.day == day.day}
        return moments.popitem()[1] if len(moments) == 1 else day

    # People

    def _credit(self, cleaned: Cleaned) -> str:
        return self._first("credit", self._credits(cleaned))

    def _credits(self, cleaned: Cleaned) -> Iterator[tuple[str, str]]:
        head = "\n".join(self._head)
        yield bylines.find_credit(head), "printed above"
        yield cleaned.fields.get("credit", ""), "printed below"
        if self._path == "general":
            yield bylines.outlet_after_time(head), "printed behind the time"
            yield self._account(), "account"
            yield bylines.tidy(self._page.meta(*_CREDITS)), "meta tag"

    def _account(self) -> str:
        """The account of a WeChat page, which prints it without a label."""
        if _WECHAT not in self._page.source:
            return ""
        nickname = _NICKNAME.search(self._page.source)
        return bylines.tidy(self._page.text("//*[@id='js_name']") or (unescape(nickname[1]) if nickname else ""))

    def _editor(self, cleaned: Cleaned) -> str:
        lines = [self._rule("editor"), *self._head]  # printed outside the body
        values = (label.value for line in lines for label in bylines.labels(line) if label.kind == "editor")
        return cleaned.fields.get("editor") or next(filter(None, values), "")

    def _authors(self, cleaned: Cleaned) -> tuple[str, ...]:
        printed = self._rule("authors")
        if re.search("[:：]", printed) and not printed.startswith("作者"):  # the next span, where this one is missing
            printed = ""
        return (
            bylines.byline(printed)
            or bylines.people(printed)
            or bylines.authors(self._head, cleaned.body.split("\n"))
            or cleaned.authors
            or self._authors_in_metadata()
        )

    def _authors_in_metadata(self) -> tuple[str, ...]:
        """The authors in the metadata whose names are printed on the page too."""
        author = self._page.structured.get("author")
        names = [
            _text(each.get("name")) if isinstance(each, dict) else _text(each)
            for each in (author if isinstance(author, list) else [author])
        ]
        texts = self._located.short_texts
        return tuple(
            name for name in bylines.people(" ".join(filter(None, names)) or self._page.meta(*_AUTHORS))
            if bylines.is_name(name) and any(name in text for text in texts)
        )  # fmt: skip

    def _section(self) -> str:
        """The channel in the address and its printed name: "news/zx 资讯"."""
        match = self._source.match(self._url) if self._source else None
        path = match["section"] if match else ""
        printed = re.split(r"\s*[>＞»]\s*", self._rule("crumbs"))[-1]
        name = printed if 0 < len(printed) <= 12 else (self._source.sections.get(path, "") if self._source else "")
        return f"{path} {name}".strip()


def site(url: str) -> str:
    """The name of a site without a source."""
    return (urlsplit(canonical(url)).hostname or "page").removeprefix("www.")


def _with_time(day: Moment, moments: Iterable[Moment]) -> Moment:
    """The day with the time of day of the first moment that has one for it."""
    return next((moment for moment in (day, *moments) if moment.timed and moment.day == day.day), day)


def _agrees(stated: Moment, printed: Moment) -> bool:
    """Whether a page that prints one time, without a year or as that of an update, may be published at the other."""
    if printed.label is Label.RELATIVE:
        return (stated.day.month, stated.day.day) == (printed.day.month, printed.day.day)
    return printed.label is not Label.UPDATED or stated.day <= printed.day


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
