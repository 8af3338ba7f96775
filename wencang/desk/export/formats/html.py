"""One self-contained HTML page to read or print, with the articles by month."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import IO

from archive.article import Revision
from archive.text.escaping import xml
from archive.text.translation import gettext as _
from wencang.desk.edition import Edition
from wencang.desk.groups import month
from wencang.desk.markup import STYLE, article

ENDING, IS_STREAM = "html", True
_HEAD = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<h1>{title}</h1>
"""


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    out.write(_HEAD.format(language=edition.language, title=xml(edition.title), style=STYLE).encode())
    number = 0
    for name, articles in groupby(revisions, month):
        out.write(f"<section>\n<h2>{name or _('undated')}</h2>\n".encode())
        for revision in articles:
            number += 1
            out.write(article(revision, f"a{number}").encode())
        out.write(b"</section>\n")
    out.write(b"</body>\n</html>\n")
