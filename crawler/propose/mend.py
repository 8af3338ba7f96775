"""Mends a source whose rules find nothing any more: dated forms and rows of lists, from the pages at hand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from archive.article import SHANGHAI, Article
from archive.errors import NotAnArticle
from archive.url import canonical
from crawler.extract.dates import find_date
from crawler.extract.document import Page, text_of
from crawler.extract.extractor import read, read_list
from crawler.extract.reading import Reading
from crawler.propose import lists
from crawler.propose.forms import Sample
from crawler.propose.layouts import layouts
from crawler.propose.lists import Anchor, ListPage
from crawler.propose.rules import xpaths
from crawler.sources import Form, Source

_SHOWN = 10  # pages
_FIRST = 30  # characters of a text
_DATED = 25  # characters of a date and what stands around it
_DEEPEST = 5  # tags around a link by which rows are told
_NEEDED = ("title", "body")  # fields without which a form fits no more
_LACKED = ("published", "credit", "authors", "editor")
_ALIKE = ("title", "body", "published", "credit", "authors")


@dataclass(frozen=True, slots=True)
class AtHand:
    """A page of an article, when it was fetched, and its article as the archive kept it before."""

    page: bytes
    url: str
    fetched: datetime
    article: Article | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the mended source reads on a page; `same` as the archive kept, None if it kept none."""

    url: str
    title: str
    published: date | None
    beginning: str
    same: bool | None
    path: str


@dataclass(frozen=True, slots=True)
class MendedList:
    """A list whose rows were found again: the number of articles before and now."""

    url: str
    before: int
    articles: int


@dataclass(frozen=True, slots=True)
class Mending:
    """A source and what is proposed in its place; nothing is written yet.

    `forms` are the new ones, `ended` the names of those that they follow. `broken` counts the pages at hand
    that no form fits, `unmended` names the lists and pages for which no rule was found.
    """

    before: Source
    source: Source
    day: date
    forms: tuple[Form, ...] = ()
    ended: tuple[str, ...] = ()
    lists: tuple[MendedList, ...] = ()
    shown: tuple[Shown, ...] = ()
    broken: int = 0
    unmended: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        return self.source != self.before

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.source.name,
            "forms": [
                {name: str(value) for name in Form.__slots__ if (value := getattr(form, name))} for form in self.forms
            ],
            "ended": list(self.ended),
            "rows": self.source.rows if self.lists else "",
            "lists": [{"url": each.url, "before": each.before, "articles": each.articles} for each in self.lists],
            "pages": [
                {
                    "url": each.url, "title": each.title, "published": each.published and each.published.isoformat(),
                    "beginning": each.beginning, "same": each.same, "path": each.path,
                }
                for each in self.shown
            ],
            "broken": self.broken,
            "unmended": list(self.unmended),
        }  # fmt: skip


def mend(
    source: Source, articles: Sequence[AtHand], listed: Mapping[str, bytes], now: datetime,
    earlier: Sequence[AtHand] = (),
) -> Mending:  # fmt: skip
    """The source with forms for the pages that its own do not fit, and rows for lists that show no articles.

    `listed` are the first pages of its lists by address; `earlier` are pages that its forms did fit, which tell the
    forms that the new ones follow.
    """
    day = now.astimezone(SHANGHAI).date()
    broken = [page for page in articles if _is_broken(page, _reading(source, page))]
    mended, mended_lists, silent = _with_rows(source, listed)
    mended, forms, ended = _with_forms(
        mended, broken, [*earlier, *(page for page in articles if page not in broken)], listed
    )
    read_so = [(page, _reading(mended, page)) for page in broken]
    unread = [page.url for page, reading in read_so if not fits(reading)]
    shown = tuple(_shown(page, reading) for page, reading in read_so[:_SHOWN] if reading)
    return Mending(source, mended, day, forms, ended, mended_lists, shown, len(broken), (*silent, *unread))


def fits(reading: Reading | None) -> bool:
    """Whether a form fits a page: it is read by rules, and title and body were found."""
    unfound = {step.field for step in reading.unfound} if reading else set()
    return bool(reading and reading.path == "rules" and not unfound.intersection(_NEEDED))


def _is_broken(page: AtHand, reading: Reading | None) -> bool:
    """Whether no form fits a page, or it lacks a field that its article had before."""
    if not reading or not fits(reading):
        return True
    return any(getattr(page.article, name, None) and not getattr(reading.article, name) for name in _LACKED)


def _reading(source: Source, page: AtHand) -> Reading | None:
    try:
        return read(page.page, page.url, page.fetched, source=source)
    except NotAnArticle:
        return None


def _shown(page: AtHand, reading: Reading) -> Shown:
    article, known = reading.article, page.article
    same = all(getattr(article, name) == getattr(known, name) for name in _ALIKE) if known else None
    beginning = article.body.replace("\n", " ")[:_FIRST]
    return Shown(page.url, article.title, article.issued, beginning, same, reading.path)


# Forms


def _with_forms(
    source: Source, broken: Sequence[AtHand], good: Iterable[AtHand], listed: Mapping[str, bytes]
) -> tuple[Source, tuple[Form, ...], tuple[str, ...]]:
    """The source with a form for each layout of the broken pages; these forms, and the names of those that ended.

    Those ended that fitted earlier pages, and no page since; if no earlier page is at hand, the first that fits none.
    """
    good = list(good)
    others = [*_pages((page.url, page.page) for page in good), *_pages(listed.items())]
    proposed = layouts([Sample(page.page, page.url, page.article) for page in broken], source, others)
    if not proposed:
        return source, (), ()
    forms = tuple(_dated(proposed, source, broken))
    first = min(form.since for form in forms if form.since)
    uses = [(form.name, page.fetched) for page in good if (form := _form_of(source, page))]
    change = min(page.fetched for page in broken)
    going_on = {name for name, fetched in uses if fetched >= change}
    left = [form.name for form in source.forms if not form.until and form.name not in going_on]
    ended = {name for name, _fetched in uses if name in left} or set(left[:1])
    last = {name: first - timedelta(days=1) for name in ended}
    for name, fetched in uses:  # on the day of the change a site served both
        last |= {name: max(last[name], fetched.astimezone(SHANGHAI).date())} if name in ended else {}
    old = tuple(
        replace(form, until=last[form.name])
        if form.name in ended and not (form.since and form.since > last[form.name])
        else form
        for form in source.forms
    )
    changed = tuple(new.name for new, form in zip(old, source.forms, strict=True) if new != form)
    return replace(source, forms=(*forms, *old)), forms, changed


def _dated(proposed: Iterable[Form], source: Source, broken: Sequence[AtHand]) -> Iterator[Form]:
    """The forms with names of their own, and the first day on which a page at hand had their layout."""
    taken = {form.name for form in source.forms}
    related = any(form.related for form in source.forms)
    for form in proposed:
        pages = [
            page
            for page in broken
            if (each := next(_pages([(page.url, page.page)]), None)) and each.first(form.mark) is not None
        ]
        since = min(page.fetched.astimezone(SHANGHAI).date() for page in pages)
        name = next(name for n in range(1, 1000) if (name := f"{since}" + (f"-{n}" if n > 1 else "")) not in taken)
        taken.add(name)
        yield replace(form, name=name, since=since, related=f"{form.body}/following::a/@href" if related else "")


def _pages(pages: Iterable[tuple[str, bytes]]) -> Iterator[Page]:
    for url, page in pages:
        try:
            yield Page(page, url)
        except NotAnArticle:
            continue


def _form_of(source: Source, page: AtHand) -> Form | None:
    """The form that reads a page which is known to be of one of them."""
    parsed = next(_pages([(page.url, page.page)]), None)
    forms = (form for form in source.forms if form.served(page.fetched))
    return next((form for form in forms if parsed and parsed.first(form.mark) is not None), None)


# Lists


def _with_rows(source: Source, listed: Mapping[str, bytes]) -> tuple[Source, tuple[MendedList, ...], tuple[str, ...]]:
    """The source with rows for its silent lists, these lists, and the addresses of those still silent."""
    counts = {url: _count(source, url, page) for url, page in listed.items()}
    silent = [url for url, count in counts.items() if not count]
    if not silent:
        return source, (), ()
    pages = {url: _list_page(source, url, listed[url]) for url in silent}
    shown = [page for page in pages.values() if page]
    common = lists.everywhere(shown, source.is_article)
    rows = {page: own for page in shown if (own := _rows_of(page, source, common))}
    if not rows:
        return source, (), tuple(silent)
    attribute = _attribute(source)
    xpath = _rows_xpath(rows, source)
    mended = replace(source, rows=xpath.removesuffix("href") + attribute)
    if any(counts.values()):  # other lists are as they were
        mended = replace(source, rows=f"{source.rows} | {mended.rows}")
    mended = _with_paging(mended, rows)
    now = {url: _count(mended, url, listed[url]) for url in silent}
    again = tuple(MendedList(url, 0, count) for url, count in now.items() if count)
    return mended, again, tuple(url for url, count in now.items() if not count)


def _count(source: Source, url: str, page: bytes) -> int:
    """How many articles a list shows."""
    try:
        return sum(map(source.is_article, read_list(page, url, source).rows))
    except NotAnArticle:
        return 0


def _attribute(source: Source) -> str:
    """The attribute with the addresses of rows: of a source whose rows are scripts, that of its rules."""
    return source.rows.rpartition("@")[2] if source.row else "href"


def _list_page(source: Source, url: str, page: bytes) -> ListPage | None:
    parsed = next(_pages([(url, page)]), None)
    if parsed and source.row:
        for node in parsed.root.iter("a"):
            if match := source.row.search(node.get(_attribute(source)) or ""):
                node.set("href", match[1])
    return lists.list_page(parsed, canonical(url)) if parsed else None


def _rows_of(page: ListPage, source: Source, common: Container[str]) -> list[Anchor]:
    """The links of a list's rows: the articles where most are dated, or next to the pager, or of its section.

    Where no node tells, those at like places.
    """
    articles = [anchor for anchor in page.anchors if source.is_article(anchor.url)]
    telling = (
        [anchor for anchor in articles if _is_dated(anchor)]
        or _paged(page, articles)
        or [
            anchor
            for anchor in articles
            if (match := source.match(anchor.url)) and f"/{match['section']}/" in f"{page.url}/"
        ]
    )
    points = {anchor: 1 if anchor in telling else -1 for anchor in articles}
    totals: Counter[Any] = Counter()
    for anchor, each in points.items():
        totals.update(dict.fromkeys(islice(anchor.node.iterancestors(), 2 * _DEEPEST), each))
    best = max(totals, key=lambda node: totals[node], default=None)  # of equal ones the innermost
    inside = [anchor for anchor in points if best in anchor.node.iterancestors()]
    own = [anchor for anchor in inside if anchor.url not in common]
    if best is None or totals[best] <= 0 or len(own) < lists.FEWEST_ROWS:
        return lists.rows_of(page, source.is_article, common)
    return own


def _paged(page: ListPage, articles: Sequence[Anchor]) -> list[Anchor]:
    """Those in the innermost node that holds the pager and an article."""
    pager = lists.pager(page)
    depths = {anchor: lists.closeness(pager, anchor) for anchor in articles}
    deepest = max(depths.values(), default=0)
    return [anchor for anchor, depth in depths.items() if depth == deepest > 0]


def _is_dated(anchor: Anchor) -> bool:
    """Whether a date is printed beside a link."""
    around = [text_of(node) for node in islice(anchor.node.iterancestors(), 2)]
    return any(len(text) <= len(anchor.text) + _DATED and find_date(text) for text in around)


def _rows_xpath(rows: Mapping[ListPage, Sequence[Anchor]], source: Source) -> str:
    """The XPath that selects the rows, and the fewest links beside them; of equal ones the most robust."""
    best, _fit = lists.rows_xpath(rows, source.is_article)
    proposed = dict.fromkeys([best, *(xpath for own in rows.values() for xpath in _by_holder(own))])

    def errors(xpath: str) -> tuple[int, int]:
        wrong = beside = 0
        for page, own in rows.items():
            links = set(map(canonical, page.page.links(xpath)))
            articles = set(filter(source.is_article, links))
            wrong += len(articles ^ {row.url for row in own})
            beside += len(links - articles)
        return wrong, beside

    return min(proposed, key=errors)


def _by_holder(rows: Sequence[Anchor]) -> Iterator[str]:
    """XPaths by the nodes around all rows, and the tags between these and a link."""
    ways = [list(row.node.iterancestors()) for row in rows]
    shared = set(ways[0]).intersection(*ways[1:])
    for holder in islice((node for node in ways[0] if node in shared), _DEEPEST):
        between = [node.tag for node in ways[0][: ways[0].index(holder)]][::-1]
        steps = ["/".join(between[n:]) for n in range(len(between) + 1)]
        for place in xpaths(holder):
            yield f"{place}/{'/'.join([*between, 'a'])}/@href"
            yield from (f"{place}//{step}/a/@href" if step else f"{place}//a/@href" for step in steps)


def _with_paging(source: Source, rows: Mapping[ListPage, Sequence[Anchor]]) -> Source:
    """The source with the way in which lists go on now, if its own finds nothing on any of them."""
    count = source.page_count
    if not count or any(count.search(page.page.source) for page in rows):
        return source
    way = next((way for page in rows if (way := lists.paging(page)) and not way.first), None)
    if not way:
        return source
    return replace(source, page_url=way.page_url, page_count=re.compile(way.page_count))
