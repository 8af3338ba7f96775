"""A ZIP file with a text file an article, blanks between words, and metadata.csv, for AntConc, CATMA and Voyant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZipFile

from archive.article import Revision
from wencang.desk import table
from wencang.desk.edition import Edition
from wencang.desk.names import key
from wencang.desk.segmented import text
from wencang.desk.zipped import member

ENDING, IS_STREAM = "zip", False
COLUMNS = (
    "file", "id", "title", "published", "day", "year", "source", "section", "credit", "authors", "editor", "url",
    "words",
)  # fmt: skip


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    """Write texts/DAY_ID.txt for each article, and a row of metadata.csv."""
    analyzer = edition.analyzer()
    with ZipFile(out, "w") as file, TemporaryFile() as rows:

        def written() -> Iterator[tuple[Any, ...]]:
            for revision in revisions:
                words = text(revision.article, analyzer)
                name = f"{revision.article.day or 'undated'}_{key(revision.article.id)}.txt"
                file.writestr(member(f"texts/{name}"), words)
                yield _row(revision, name, len(words.split()))

        table.write(rows, COLUMNS, written())
        rows.seek(0)
        with file.open(member("metadata.csv"), "w") as metadata:
            copyfileobj(rows, metadata)


def _row(revision: Revision, name: str, words: int) -> tuple[Any, ...]:
    article = revision.article
    published = article.issued.isoformat() if article.issued else ""
    return (
        name, article.id, article.title, published, str(article.day or ""), article.day.year if article.day else "",
        article.source, article.section, article.credit, "; ".join(article.authors), article.editor, article.url, words,
    )  # fmt: skip
