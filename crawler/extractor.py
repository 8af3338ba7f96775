"""A page's bytes, or plain text, to an article: by the source's rules, else by general means.

Pure: no network, no disk, no clock; the time a page was fetched is a parameter.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from urllib.parse import urlsplit

from archive.article import FIRST_YEAR, LAST_YEAR, SHANGHAI, Article
from archive.errors import NotAnArticle
from archive.url import canonical
from crawler import boilerplate, sources
from crawler.boilerplate import Cleaned, Line, Step
from crawler.mirror import restore
from crawler.page import Page, plain
from crawler.sources import Form, Source

VERSION = "1"  # of the rules; kept with each revision

_DATE = re.compile(
    r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?(?!\d)"
    r"(?:[\sT]*(\d{1,2})\s*[:：时]\s*(\d{1,2})(?:\s*[:：分]\s*(\d{1,2}))?)?"
)
# After the credit may come, behind a blank or in brackets, a date or another label.
_CREDIT = re.compile(
    r"[来來]源\s*[:：]\s*(?!\S{1,4}[:：])(\S.*?)"
    r"\s*(?=$|[\s(（\[【]\S{1,6}[:：]|\s\d{4}\D|[(（\[【](?:记者|記者|作者|编辑|編輯)|(?:作者|责编|责任编辑|编辑|字号|点击)\s*[:：])"
)
_DATE_LINE = re.compile(
    r"(?:(?:发布|發佈|發布|更新)?(?:时间|時間|日期)\s*[:：]\s*)?" + _DATE.pattern + r"(?:\s*[来來]源\s*[:：].*)?"
)
_ADDRESS_LINE = re.compile(r"(?:\S{0,8}\s*[:：]\s*)?(https?://\S+)")
_TITLE_END = re.compile(r"\s*[_|｜]|\s+[-–—]+\s*\S*$|\s*[-–—]+\s*\S*(?:网|報|报|新闻|在线|频道)$")
_FEWEST = 40  # characters of running text that general means must find


@dataclass(frozen=True, slots=True)
class Reading:
    """An article and how it was come to.

    `path` is "rules" or "general"; `related` holds absolute addresses, as found.
    """

    article: Article
    path: str
    steps: tuple[Step, ...]
    fetched: datetime | None = None
    related: tuple[str, ...] = ()

    @property
    def extractor(self) -> str:
        return f"{VERSION} {self.path}"

    @property
    def unfound(self) -> tuple[Step, ...]:
        """The rules that found nothing."""
        return tuple(step for step in self.steps if step.how.startswith("nothing at "))


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list: the articles' addresses (absolute, as found), how many pages it says there are, or 0."""

    rows: tuple[str, ...]
    pages: int


def extract(page: bytes, url: str) -> Article:
    """The article of a page; raises NotAnArticle."""
    return read(page, url).article


def read(page: bytes, url: str, fetched: datetime | None = None) -> Reading:
    """The article of a page and how it was read; `url` may be empty.

    Raises NotAnArticle, with the reason.
    """
    parsed = Page(page, url)
    url = parsed.url = canonical(url) or canonical(parsed.own_address())
    source = sources.of(url) if url else _named_in(parsed)
    if source and _is_list(source, url):
        raise NotAnArticle(url, _("its address is a list's"))
    forms = source.forms if source else ()
    form = next((form for form in forms if form.served(fetched) and parsed.first(form.mark) is not None), None)
    if source and not form and not url and parsed.links(source.rows):
        raise NotAnArticle(url, _("it is a list"))
    return _PageReader(parsed, url, source, form, fetched).read()


def read_list(page: bytes, url: str, source: Source) -> Listing:
    """The rows of one page of a source's list."""
    parsed = Page(page, url)
    said = source.page_count.search(parsed.source) if source.page_count else None
    return Listing(tuple(parsed.links(source.rows)), int(said[1]) if said else 0)


def read_text(text: str, source: str = "text", fetched: datetime | None = None) -> Reading:
    """The article of plain text: its first line is the title, each further one a paragraph.

    The address is the one printed on a line of its own, else urn:sha256: of the cleaned
    text; published is None unless a line holds nothing but a date with its year.
    """
    lines, restored = restore(line for line in map(plain, text.splitlines()) if line)
    if _is_binary(text):
        raise NotAnArticle(source, _("it is no text"))
    title, url, credit, published = "", "", "", None
    steps, kept = [Step("title", "first line")], []
    for line in lines:
        if not url and (match := _ADDRESS_LINE.fullmatch(line)):
            url = canonical(match[1])
            steps.append(Step("url", "address line", line))
        elif not published and _DATE_LINE.fullmatch(line):
            published, credit = find_date(line), find_credit(line)
            steps.append(Step("published", "date line", line))
        elif not title:
            title = line
        else:
            kept.append(Line(line))
    cleaned = boilerplate.clean(kept)
    if not cleaned.body:
        raise NotAnArticle(title or source, _("it has no title and text"))
    if restored:
        steps.append(Step("restored", f"{restored} glosses taken out"))
    article = Article(
        url=url or _urn(title, cleaned.body), source=source, title=title, body=cleaned.body, published=published,
        authors=boilerplate.byline(cleaned.body.split("\n")), restored=bool(restored),
        editor=cleaned.fields.get("editor", ""), credit=credit or cleaned.fields.get("credit", ""),
        rights=cleaned.fields.get("rights", ""), original_title=cleaned.fields.get("original_title", ""),
    )  # fmt: skip
    return Reading(article, "rules", (*steps, *cleaned.steps), fetched)


def _is_binary(text: str) -> bool:
    strange = sum(text.count(character) for character in ("\ufffd", *map(chr, range(9)), *map(chr, range(14, 32))))
    return strange * 50 > len(text)


def _urn(title: str, body: str) -> str:
    """A name for a text that has no address."""
    return "urn:sha256:" + hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()


def find_date(text: str) -> datetime | None:
    """The first date with its year in a text, at midnight where no time follows; Asia/Shanghai."""
    for match in _DATE.finditer(text):
        numbers = [int(number or 0) for number in match.groups()]
        try:
            if FIRST_YEAR <= numbers[0] <= LAST_YEAR:
                return datetime(*numbers, tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]
        except ValueError:  # 2022-13-45
            continue
    return None


def find_credit(text: str) -> str:
    match = _CREDIT.search(text)
    return match[1].strip() if match else ""


class _PageReader:
    """One page, one reading: each field by the form's rule, else by general means, with its step."""

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

    def read(self) -> Reading:
        title, rights, info = self._title(), self._rule("rights"), self._info()
        cleaned, (title, rights, info), restored = self._body(title, rights, info)
        title = title or cleaned.body.split("\n")[0][:60]
        self._check(title, cleaned.body)
        article = Article(
            id=self._source.article_id(self._url) if self._source else "",
            url=self._url or _urn(title, cleaned.body),
            source=self._source.site if self._source else (urlsplit(self._url).hostname or "page").removeprefix("www."),
            section=self._section(),
            title=title,
            body=cleaned.body,
            published=self._published(info),
            authors=self._authors(cleaned.body),
            images=cleaned.images,
            restored=restored,
            editor=cleaned.fields.get("editor", ""),
            credit=self._credit(info) or cleaned.fields.get("credit", ""),
            rights=cleaned.fields.get("rights", ""),
            original_title=cleaned.fields.get("original_title", ""),
        )
        related = self._page.links(self._form.related) if self._form else []
        return Reading(article, self._path, (*self._steps, *cleaned.steps), self._fetched, tuple(related))

    def _body(self, *fields: str) -> tuple[Cleaned, list[str], bool]:
        """The first body that is not empty once it is cleaned; the fields and whether glosses were taken out."""
        for lines in self._bodies():
            texts, glosses = restore([*fields, *(line.text for line in lines)])
            kept = [Line(text, line.image) for text, line in zip(texts[len(fields) :], lines, strict=True)]
            cleaned = boilerplate.clean(kept, rights=texts[1])
            if cleaned.body:
                break
        else:
            raise NotAnArticle(self._url, _("it has no text"))
        if glosses:
            self._note("restored", f"{glosses} glosses taken out")
        return cleaned, texts[: len(fields)], bool(glosses)

    def _bodies(self) -> Iterator[list[Line]]:
        """Where the body may be: at the form's place, else where most text is."""
        if self._form:
            node = self._page.first(self._form.body)
            self._note("body", f"nothing at {self._form.body}" if node is None else f"{self._form.name} form")
            if node is not None:
                yield self._page.lines(node)
        self._path = "general"
        for node in self._page.densest():
            self._note("body", "node with the most text")
            yield self._page.lines(node)

    def _note(self, field: str, how: str, text: str = "") -> None:
        self._steps.append(Step(field, how, text))

    def _rule(self, field: str) -> str:
        """What the form's rule for a field finds, noted either way."""
        xpath = getattr(self._form, field, "")
        if not self._form or not xpath:
            return ""
        text = self._page.text(xpath)
        self._note(field, f"{self._form.name} form" if text else f"nothing at {xpath}")
        return text

    def _title(self) -> str:
        return self._rule("title") or self._general_title()

    def _general_title(self) -> str:
        """The heading that the page's own title begins with, else that title without the site's name."""
        whole = self._page.text("//title")
        for xpath in ("//h1", "//h2"):
            heading = self._page.text(xpath)
            if heading and (heading in whole or not whole):
                self._note("title", xpath)
                return heading
        self._note("title", "//title")
        return _TITLE_END.split(whole, maxsplit=1)[0] or self._page.meta("og:title")

    def _check(self, title: str, body: str) -> None:
        if not title:
            raise NotAnArticle(self._url, _("it has no title"))
        if self._path == "general" and (len(body) < _FEWEST or not re.search("[。！？；.!?]", body)):
            raise NotAnArticle(self._url, _("only {count} characters of running text").format(count=len(body)))

    def _info(self) -> str:
        """The line that tells date and credit."""
        return self._rule("info") or self._page.first_with(_DATE, 150)

    def _published(self, info: str) -> datetime | None:
        """The printed time; else that of the meta tags, else the day in the address."""
        day = self._source.day(self._url) if self._source else ""
        in_address = find_date(f"{day[:4]}-{day[4:6]}-{day[6:]}")
        meta = self._page.meta("publishdate", "PubDate", "article:published_time", "og:release_date")
        for time, how in ((find_date(info), "printed"), (find_date(meta), "meta tag"), (in_address, "address")):
            if time and not (self._fetched and time > self._fetched):
                differs = in_address and time.date() != in_address.date()
                self._note("published", how + (f", but the address says {in_address:%Y-%m-%d}" if differs else ""))
                return time
        self._note("published", "nothing found")
        return None

    def _credit(self, info: str) -> str:
        if self._form:
            return find_credit(info)
        return find_credit(info) or self._page.meta("source")

    def _authors(self, body: str) -> tuple[str, ...]:
        printed = self._rule("authors")
        if re.search("[:：]", printed) and not printed.startswith("作者"):  # the span is missing, the next one moved up
            printed = ""
        return boilerplate.people(printed) or boilerplate.byline(body.split("\n"))

    def _section(self) -> str:
        """The channel in the address and its printed name: "news/zx 资讯"."""
        match = self._source.article.fullmatch(self._url) if self._source else None
        path = match["section"] if match else ""
        printed = re.split(r"\s*[>＞»]\s*", self._rule("crumbs"))[-1]
        name = printed if 0 < len(printed) <= 12 else (self._source.sections.get(path, "") if self._source else "")
        return f"{path} {name}".strip()


def _named_in(page: Page) -> Source | None:
    """The source that a page saved without its address names in its title."""
    title = page.text("//title")
    return next((source for source in sources.every() if source.title in title), None)


def _is_list(source: Source, url: str) -> bool:
    path = urlsplit(url).path
    return bool(re.search(r"(?:/|/index(?:_\d+)?\.s?html?)$", path)) and not source.is_article(url)
