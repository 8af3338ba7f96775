"""Finds the layouts of a site's pages whose articles are known, or read by general means: a form for each layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from archive.article import Article
from archive.errors import NotAnArticle
from archive.url import canonical
from crawler.extract.dates import find_date
from crawler.extract.document import Page, text_of
from crawler.extract.extractor import read
from crawler.extract.fields import PageReader
from crawler.extract.main_content import Located
from crawler.propose.forms import Sample
from crawler.propose.rules import by_labels, named, xpaths
from crawler.sources import Form, Source

COMPARED = ("title", "published", "day_only", "credit", "authors", "editor", "rights", "section")
_TAGS = (
    "div",
    "td",
    "section",
    "article",
    "main",
    "body",
    "p",
    "span",
    "center",
    "dd",
    "li",
    "font",
    "table",
    "tr",
    "tbody",
)
_SHORT = 300  # characters of a line above or below a body
_HOLD = 0.6  # the share of the known text that a body holds at least
_LIKE = 0.5  # the likeness of a body from which the known article is that of the page
_TRIED = 12  # nodes of a page, and XPaths of a field, that are tried by reading


@dataclass(slots=True)
class Sheet:
    """A page whose article is known, by the archive or by general means."""

    page: Page
    url: str
    source: Source
    answer: Article
    is_known: bool
    bodies: list[Any] = field(default_factory=list)  # the nodes that give its text, the smallest first
    likeness: float = 0.0  # of that text and the known one

    def article(self, form: Form) -> Article | None:
        """What the page is read as by a form; None if it is not, or not by the form's body."""
        try:
            reading = PageReader(self.page, self.url, self.source, form, None).read(canonical(self.url))
        except NotAnArticle:
            return None
        return reading.article if reading.path == "rules" else None

    def right(self, form: Form) -> float:
        """How much of the answer a form gives: the likeness of the text and the number of equal fields."""
        article = self.article(form)
        if article is None:
            return 0.0
        equal = sum(map(bool, (getattr(article, name) == getattr(self.answer, name) for name in COMPARED)))
        return len(COMPARED) * likeness(article.body, self.answer.body) + equal

    def path(self, node: Any) -> str:
        """The XPath of a node of this page only."""
        return str(self.page.root.getroottree().getpath(node))


def layouts(samples: Iterable[Sample], source: Source, others: Sequence[Page] = ()) -> list[Form]:
    """A form for each layout of these pages, the commonest first; none for a page that agrees with no other.

    `others` are pages of another layout, or without an article: a mark selects nothing on them where it can.
    A single page makes a form if its article is known.
    """
    every = sheets = [sheet for sample in samples if (sheet := _sheet(sample, source))]
    forms: list[Form] = []
    while sheets and (body := _commonest_body(sheets)):
        own = [sheet for sheet in sheets if sheet.page.first(body) in sheet.bodies]
        if not own:  # no XPath selects the body of any page
            break
        sheets = [sheet for sheet in sheets if sheet not in own]
        if len(own) > 1 or own[0].is_known:
            forms.append(_form(body, own, [*others, *(sheet.page for sheet in sheets)]))
    # A page is read by the first form whose mark it has: that of a rarer layout may be on few pages, never the reverse.
    return sorted(forms, key=lambda form: sum(sheet.page.first(form.mark) is not None for sheet in every))


def likeness(body: str, other: str) -> float:
    """How much of two texts is in lines that both have, from 0 to 1."""
    if body == other:
        return 1.0
    lines, others = Counter(body.split("\n")), Counter(other.split("\n"))
    shared: float = sum(len(line) * count for line, count in (lines & others).items())
    return 2 * shared / max(1, len(body.replace("\n", "")) + len(other.replace("\n", "")))


# The pages


def _sheet(sample: Sample, source: Source) -> Sheet | None:
    """None for a page that holds no text, or whose article neither way tells."""
    general = replace(source, forms=())
    try:
        read_so = read(sample.page, sample.url, source=general).article
    except NotAnArticle:
        read_so = None
    for answer in filter(None, (sample.article, read_so)):
        try:
            page = Page(sample.page, sample.url)
        except NotAnArticle:
            return None
        sheet = Sheet(page, sample.url, source, answer, answer is sample.article)
        _find_bodies(sheet)
        if sheet.likeness >= _LIKE:
            return sheet
    return None


def _find_bodies(sheet: Sheet) -> None:
    """Try the nodes that hold the known text, by reading the page with each."""
    scores: dict[Any, float] = {}
    form = Form("body", "/html", "", "", "", rights=_rights(sheet))
    for node in _holders(sheet)[:_TRIED]:
        article = sheet.article(replace(form, body=sheet.path(node)))
        scores[node] = likeness(article.body, sheet.answer.body) if article else 0.0
    sheet.likeness = max(scores.values(), default=0.0)
    sheet.bodies = [node for node, score in scores.items() if score and score == sheet.likeness]


def _rights(sheet: Sheet) -> str:
    """The XPath, on this page only, of the rights notice that is no part of the text."""
    nodes = [node for node in sheet.page.root.iter(*_TAGS) if _is_rights(sheet, text_of(node))]
    return sheet.path(nodes[-1]) if nodes else ""


def _holders(sheet: Sheet) -> list[Any]:
    """The nodes that hold most of the known text, the smallest first."""
    wanted = set(map(_tight, sheet.answer.body.split("\n")))
    shares: Counter[Any] = Counter()
    for block in Located(sheet.page).blocks:
        if (text := _tight(block.text)) in wanted:
            shares.update({holder: len(text) for holder in (block.node, *block.node.iterancestors())})
    most = max(shares.values(), default=0)
    held = [node for node, share in shares.items() if share >= _HOLD * most and node.tag not in ("html", "body")]
    return sorted(held, key=lambda node: -sum(1 for _holder in node.iterancestors()))


def _tight(text: str) -> str:
    return "".join(text.split())


# The fields


def _commonest_body(sheets: Sequence[Sheet]) -> str:
    """The XPath that selects the body on most pages, and something else on the fewest; "" if there are no bodies."""
    proposed = dict.fromkeys(
        xpath for sheet in sheets for node in sheet.bodies for xpath in xpaths(node, _titles_with_xpaths(sheet))
    )

    def fit(xpath: str) -> tuple[int, int]:
        nodes = [(sheet.page.first(xpath), sheet.bodies) for sheet in sheets]
        hits = sum(node in bodies for node, bodies in nodes)
        return 2 * hits - sum(node is not None for node, _bodies in nodes), hits

    return max(proposed, key=fit, default="")  # of equal ones the most robust


def _titles_with_xpaths(sheet: Sheet) -> list[tuple[Any, str]]:
    return [(node, xpath) for node in _titles(sheet)[:2] for xpath in islice(xpaths(node), 2)]


def _titles(sheet: Sheet) -> list[Any]:
    """The nodes that print the title, headings first, the innermost of nested ones first."""
    title = sheet.answer.title
    body = next(sheet.page.root.iter("body"), sheet.page.root)
    nodes = [node for node in body.iter() if isinstance(node.tag, str) and text_of(node) == title]
    nodes.reverse()
    return sorted(nodes, key=lambda node: node.tag not in ("h1", "h2", "h3"))


def _form(body: str, sheets: Sequence[Sheet], others: Sequence[Page]) -> Form:
    """The form with this body: each field is added if it makes more of the answers come out."""
    form = Form("page", body, _title(sheets), body, "")
    for name, is_field in _FIELDS.items():
        form = _with_field(form, name, is_field, sheets)
    return replace(form, mark=_mark(form, sheets, others))


def _title(sheets: Sequence[Sheet]) -> str:
    nodes = [(sheet, node) for sheet in sheets for node in _titles(sheet)]
    proposed = dict.fromkeys(xpath for _sheet, node in nodes for xpath in xpaths(node))
    proposed |= dict.fromkeys(xpath for sheet in sheets for xpath in _own_texts(sheet))
    proposed |= dict.fromkeys(
        f"{xpath}[contains(//title, normalize-space(.))]" for xpath in proposed if xpath.count("/") < 5
    )
    if not proposed:
        return ""

    def points(xpath: str) -> int:
        """One for each page with the right title, minus one for each with another: general means fill in for none."""
        texts = [(sheet.page.text(xpath), sheet.answer.title) for sheet in sheets]
        return sum(1 if text == title else -1 for text, title in texts if text)

    best = max(proposed, key=points)
    if points(best) == len(sheets):
        return best
    unions = (f"{best} | {other}" for other in proposed if other != best)  # other pages print it elsewhere
    return max([best, *unions], key=points)


def _own_texts(sheet: Sheet) -> Iterator[str]:
    """XPaths of headings that print the title and more."""
    for node in sheet.page.root.iter("h1", "h2", "h3", "h4", "div", "td", "p"):
        if (node.text or "").strip() == sheet.answer.title and len(node):
            yield from (f"{xpath}/text()[normalize-space(.)]" for xpath in islice(xpaths(node), 4))


def _with_field(form: Form, name: str, is_field: Callable[[Sheet, str], bool], sheets: Sequence[Sheet]) -> Form:
    before = [sheet.right(form) for sheet in sheets]
    proposed: Counter[str] = Counter()
    for sheet, now in zip(sheets, before, strict=True):
        nodes = _nodes_of(sheet, form, is_field)
        rights = {node: sheet.right(_with(form, name, sheet.path(node))) for node in nodes}
        # A line that says what is read without it too is still worth a rule, which tells when it is gone.
        least = max([now + (0 if name == "info" else 0.5), *rights.values()])
        chosen = [node for node in nodes if rights[node] >= least]
        beside = _titles_with_xpaths(sheet)[:1]
        proposed.update(
            list(
                dict.fromkeys(
                    xpath for node in chosen for xpath in (*named(node), *by_labels(node), *xpaths(node, beside))
                )
            )
        )
    best, most = form, sum(before)
    for xpath, _count in proposed.most_common(_TRIED):
        total = sum(sheet.right(_with(form, name, xpath)) for sheet in sheets)
        if total > most or (total == most and best is form and name == "info"):
            best, most = _with(form, name, xpath), total
    return best


def _with(form: Form, field: str, xpath: str) -> Form:
    values: dict[str, Any] = {field: xpath}
    return replace(form, **values)


def _nodes_of(sheet: Sheet, form: Form, is_field: Callable[[Sheet, str], bool]) -> list[Any]:
    """The nodes with a short text that may be a field, the innermost first."""
    root = next(sheet.page.root.iter("body"), sheet.page.root)
    nodes = [
        node for node in root.iter() if isinstance(node.tag, str) and node.tag not in ("script", "style", "title")
        and len(text := text_of(node)) <= _SHORT and text and is_field(sheet, text)
    ]  # fmt: skip
    return nodes[::-1][:_TRIED]


def _is_info(sheet: Sheet, text: str) -> bool:
    moment = find_date(text)
    published = sheet.answer.published
    return bool(moment and published and moment.day == published.date())


def _has_authors(sheet: Sheet, text: str) -> bool:
    return bool(sheet.answer.authors) and all(name in text for name in sheet.answer.authors)


def _has_editor(sheet: Sheet, text: str) -> bool:
    return bool(sheet.answer.editor) and sheet.answer.editor in text


def _ends_in_section(sheet: Sheet, text: str) -> bool:
    section = sheet.answer.section.partition(" ")[2]
    return bool(section) and text.endswith(section)


def _is_rights(sheet: Sheet, text: str) -> bool:
    return bool(sheet.answer.rights) and _tight(sheet.answer.rights)[:20] in _tight(text)


_FIELDS: dict[str, Callable[[Sheet, str], bool]] = {
    "info": _is_info, "authors": _has_authors, "editor": _has_editor, "crumbs": _ends_in_section, "rights": _is_rights,
}  # fmt: skip


def _mark(form: Form, sheets: Sequence[Sheet], others: Sequence[Page]) -> str:
    """The XPath that selects something on all pages of the layout and on the fewest others: the body's if it can be."""
    proposed = [form.body, form.info, form.title, *(f"{form.body}[{each}]" for each in (form.title, form.info) if each)]
    everywhere = [each for each in proposed if each and all(sheet.page.first(each) is not None for sheet in sheets)]
    return min(everywhere, key=lambda xpath: sum(page.first(xpath) is not None for page in others), default=form.body)
