"""Pages beside a file of citations, for reference managers to attach: each article as HTML, or as it was fetched."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from archive.article import Revision
from archive.errors import UsageFault
from archive.text.translation import gettext as _
from wencang.desk.edition import Edition
from wencang.desk.export.formats import html
from wencang.desk.names import key

STYLES = ("ris", "csl-json")  # that have a place for files


def check(style: str, folder: Path) -> None:
    """Raise UsageFault for a style without files, or a folder that can't be made."""
    if style not in STYLES:
        styles = _("styles: {names}").format(names=", ".join(STYLES))
        raise UsageFault(f"--style {style}", _("has no place for files"), styles)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageFault(folder, _("already exists"), _("name a new folder with -o"))


def writer(new: Path, folder: Path, raw: Callable[[Revision], bytes]) -> Callable[[Revision], str]:
    """Writes the page of an article into `new`, which becomes `folder`; gives its path as seen from beside that.

    `raw` gives the page as it was fetched; what is b"" is made from the article.
    """

    def written(revision: Revision) -> str:
        name = f"{key(revision.article.id)}.html"
        (new / name).write_bytes(raw(revision) or _page(revision))
        return f"{folder.name}/{name}"

    return written


def _page(revision: Revision) -> bytes:
    page = BytesIO()
    html.write([revision], page, Edition(revision.article.title))
    return page.getvalue()
