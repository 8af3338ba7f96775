"""An article as plain text to read, with where it is from."""

from __future__ import annotations

from datetime import datetime
from gettext import gettext as _

from archive.article import Article


def text(article: Article, gone: datetime | None = None) -> str:
    """One article with its attribution, to read or to quote from; `gone` is since when the site does not show it."""
    lines = [article.title, attribution(article), article.url, "", article.body]
    if gone:
        lines.insert(3, gone_since(gone))
    if article.rights:
        lines += ["", article.rights]
    return "\n".join(lines) + "\n"


def attribution(article: Article) -> str:
    """Where an article is from, in one line: credit, moment of publication, authors, section, editor."""
    told = [article.credit or article.source, f"{article.published:%Y-%m-%d %H:%M}" if article.published else ""]
    told += [" ".join(article.authors), article.section, article.editor and f"责编 {article.editor}"]
    return " · ".join(filter(None, told))


def gone_since(time: datetime) -> str:
    return _("gone from the site since {time}").format(time=f"{time:%Y-%m-%d %H:%M}Z")
