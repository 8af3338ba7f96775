"""Plain text with blanks between words, all articles in one file, for KH Coder, AntConc and Voyant.

Each begins with its id and day in <h1>, which KH Coder takes for the beginning of a document, and AntConc for a tag.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from archive.article import Revision
from archive.text.escaping import xml
from wencang.desk.edition import Edition
from wencang.desk.segmented import text

ENDING, IS_STREAM = "txt", True


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    analyzer = edition.analyzer()
    for revision in revisions:
        article = revision.article
        label = " ".join(filter(None, (article.id, str(article.day or ""))))
        out.write(f"<h1>{xml(label)}</h1>\n{text(article, analyzer)}\n".encode())
