"""Extracts the article of plain text, such as a saved copy."""

from __future__ import annotations

import re
from datetime import datetime

from archive.article import Article
from archive.errors import NotAnArticle
from archive.text.messages import Reason
from archive.url import untracked
from crawler.extract import boilerplate, bylines
from crawler.extract.boilerplate import Line, Step
from crawler.extract.dates import Moment, find_date, is_date_line
from crawler.extract.document import plain, refuse_size
from crawler.extract.encoding import is_binary
from crawler.extract.fields import urn
from crawler.extract.mirror import restore
from crawler.extract.reading import Reading
from crawler.extract.soft_errors import format_of

_MOST_LINES = 20_000
_ADDRESS_LINE = re.compile(r"(?:\S{0,8}\s*[:：]\s*)?(https?://\S+)")


def read_text(text: str, source: str = "text", fetched: datetime | None = None) -> Reading:
    """The article of plain text: the first line is the title, each further line a paragraph.

    The address is one printed on a line of its own, else urn:sha256: of the cleaned text;
    `published` is None unless a line consists of a date with a year. Raises NotAnArticle.
    """
    refuse_size(len(text), source)
    if is_binary(text):
        raise NotAnArticle(source, Reason.NOT_TEXT)
    if format := format_of(text):
        raise NotAnArticle(source, Reason.NOT_HTML.format(format=format))
    lines, restored = restore(line for line in map(plain, text.splitlines()) if line)
    if len(lines) > _MOST_LINES:
        raise NotAnArticle(source, Reason.MANY_LINES.format(count=len(lines), most=_MOST_LINES))
    title, url, info = "", "", ""
    date: Moment | None = None
    steps, body = [Step("title", "first line")], []
    for line in lines:
        if not url and (match := _ADDRESS_LINE.fullmatch(line)):
            url = untracked(match[1])
            steps.append(Step("url", "address line", line))
        elif not date and is_date_line(line):
            date, info = find_date(line), line
            steps.append(Step("published", "date line", line))
        elif not title:
            title = line
        else:
            body.append(Line(line))
    cleaned = boilerplate.clean(body)
    if not cleaned.body:
        raise NotAnArticle(title or source, Reason.NEITHER)
    if restored:
        steps.append(Step("restored", f"{restored} glosses taken out"))
    article = Article(
        url=url or urn(title, cleaned.body), source=source, title=title, body=cleaned.body,
        published=date.time if date else None, day_only=bool(date and not date.timed),
        authors=bylines.authors((info,), cleaned.body.split("\n")), restored=bool(restored),
        editor=cleaned.fields.get("editor", ""), credit=bylines.find_credit(info) or cleaned.fields.get("credit", ""),
        rights=cleaned.fields.get("rights", ""), original_title=cleaned.fields.get("original_title", ""),
    )  # fmt: skip
    return Reading(article, "rules", (*steps, *cleaned.steps), fetched)
