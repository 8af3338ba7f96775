"""Proposes the layout of a site's article pages from a few of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from operator import is_
from typing import Any

from archive.article import Article
from archive.errors import UsageFault
from archive.text.translation import gettext as _
from crawler.extract.document import Page
from crawler.extract.extractor import read
from crawler.extract.main_content import Located, xpath_of
from crawler.sources import Form, Source

# Of no site, so that any address is that of an article.
_ANY = Source("page", "page", "page", frozenset(), (re.compile("(?P<section>)(?P<key>.*)"),), ())


@dataclass(frozen=True, slots=True)
class Sample:
    """A page of an article, its address and, if it is known, the article that it must become."""

    page: bytes
    url: str
    article: Article | None = None


def form(samples: Sequence[Sample]) -> Form:
    """The layout that these pages share. Raises UsageFault if they share none, or one of them has no text."""
    pages = [Page(sample.page, sample.url) for sample in samples]
    located = [Located(page) for page in pages]
    for sample, content in zip(samples, located, strict=True):
        if not content.bodies:
            raise UsageFault(sample.url, _("has no text"), _("name pages that hold an article"))
    body = _common(pages, [content.widened(content.bodies[0]) for content in located])
    if not body:
        raise UsageFault(samples[0].url, _("the pages have no common layout"), _("name pages of one layout"))
    info = _common(pages, [content.info() for content in located])
    proposed = Form(name="page", mark=body, title=_title(pages, located), body=body, info=info)
    for sample in samples:
        _check_body(sample, proposed)
    return proposed


def _check_body(sample: Sample, proposed: Form) -> None:
    """Raises UsageFault for a page whose text by the proposed rule differs from its text by general means."""
    by_rule = read(sample.page, sample.url, source=replace(_ANY, forms=(proposed,)))
    general = read(sample.page, sample.url, source=_ANY)
    if (by_rule.path, by_rule.article.body) != ("rules", general.article.body):
        raise UsageFault(sample.url, _("has another layout than the other pages"), _("name pages of one layout"))


def _title(pages: Sequence[Page], located: Sequence[Located]) -> str:
    """The XPath of the headline on most pages: of a node, or of its own text if it holds more than that."""
    nodes = [content.blocks[content.headline[1]].node for content in located if content.headline[1] >= 0]
    xpaths = [xpath for node in nodes for xpath in xpath_of(node)]
    proposed = ["//h1", *xpaths, *(f"{xpath}/text()" for xpath in xpaths)]
    headlines = [content.headline[0] for content in located]
    return max(proposed, key=lambda xpath: sum(map(str.__eq__, (page.text(xpath) for page in pages), headlines)))


def _common(pages: Sequence[Page], nodes: Sequence[Any]) -> str:
    """The XPath that selects these nodes on most pages, and some text on all of them; "" if there is none."""
    proposed = [xpath for node in nodes if node is not None for xpath in xpath_of(node)]
    everywhere = [xpath for xpath in proposed if all(page.text(xpath) for page in pages)]
    fits = {xpath: sum(map(is_, map(Page.first, pages, repeat(xpath)), nodes)) for xpath in everywhere}
    return max(everywhere, key=lambda xpath: fits[xpath], default="")
