"""An article as plain text, with its attribution."""

from __future__ import annotations

from datetime import datetime

from archive.article import Article
from archive.text.translation import gettext as _


def text(article: Article, gone: datetime | None = None) -> str:
    """The text to read or to quote, with its attribution; `gone` is when the site stopped showing it (UTC)."""
    lines = [article.title, attribution(article), article.url, "", article.body]
    if gone:
        lines.insert(3, gone_since(gone))
    if article.rights:
        lines += ["", article.rights]
    return "\n".join(lines) + "\n"


def attribution(article: Article) -> str:
    """One line: credit, time of publication in Asia/Shanghai, authors, section, editor."""
    parts = [article.credit or article.source, article.issued_text]
    parts += [" ".join(article.authors), article.section, article.editor and f"责编 {article.editor}"]
    return " · ".join(filter(None, parts))


def gone_since(time: datetime) -> str:
    return _("gone from the site since {time}").format(time=f"{time:%Y-%m-%d %H:%M}Z")
