"""Articles as plain text to read, each with where it is from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from gettext import gettext as _
from typing import IO

from archive.article import Article, Revision

_RULE = "\n" + "—" * 20 + "\n\n"


def write(revisions: Iterable[Revision], out: IO[str]) -> int:
    """Write title, attribution, body and rights notice of each; the number written."""
    count = 0
    for revision in revisions:
        out.write((_RULE if count else "") + text(revision.article, revision.gone_since))
        count += 1
    return count


def text(article: Article, gone: datetime | None = None) -> str:
    """One article with its attribution, to read or to quote from; `gone` is since when the site does not show it."""
    told = [article.credit or article.source, f"{article.published:%Y-%m-%d %H:%M}" if article.published else ""]
    told += [" ".join(article.authors), article.section, article.editor and f"责编 {article.editor}"]
    lines = [article.title, " · ".join(filter(None, told)), article.url, "", article.body]
    if gone:
        lines.insert(3, _("gone from the site since {time}").format(time=f"{gone:%Y-%m-%d %H:%M}Z"))
    if article.rights:
        lines += ["", article.rights]
    return "\n".join(lines) + "\n"
