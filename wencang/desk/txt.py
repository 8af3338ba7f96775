"""An article as plain text, with its attribution."""

from __future__ import annotations

from datetime import datetime

from archive.article import Article, Origin, Revision
from archive.text.translation import gettext as _


def of_version(revision: Revision) -> str:
    """The text of a version, and below its address since when it is gone, and which web archive captured it."""
    return text(revision.article, *remarks(revision))


def remarks(revision: Revision) -> list[str]:
    """A line for each: since when the site no longer shows it, and which web archive captured it."""
    lines = [gone_since(revision.gone_since)] if revision.gone_since else []
    return [*lines, *([captured(revision.origin)] if revision.origin else [])]


def text(article: Article, *remarks: str) -> str:
    """The text to read or to quote, with its attribution."""
    lines = [article.title, attribution(article), article.url, *remarks, "", article.body]
    if article.rights:
        lines += ["", article.rights]
    return "\n".join(lines) + "\n"


def attribution(article: Article) -> str:
    """One line: credit, time of publication in Asia/Shanghai, authors, section, editor."""
    parts = [article.credit or article.source, article.issued_text]
    parts += [" ".join(article.authors), article.section, article.editor and f"责编 {article.editor}"]
    return " · ".join(filter(None, parts))


def captured(origin: Origin) -> str:
    return _("captured by {archive}: {url}").format(archive=origin.archive, url=origin.url)


def gone_since(time: datetime) -> str:
    return _("gone from the site since {time}").format(time=f"{time:%Y-%m-%d %H:%M}Z")
