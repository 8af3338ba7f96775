"""EPUB 3 with one chapter per month and a table of contents by month and title; written in constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile

from archive.article import Revision
from archive.batches import batches
from archive.text.escaping import xml
from archive.text.translation import gettext as _
from wencang.desk.edition import Edition
from wencang.desk.groups import month
from wencang.desk.markup import STYLE, article
from wencang.desk.zipped import member

ENDING, IS_STREAM = "epub", False
_PER_FILE = 50  # articles: reading systems load a file whole
_CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"
 lang="{language}" xml:lang="{language}">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>
{content}</body>
</html>
"""
_PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="{language}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{id}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:language>{language}</dc:language>
<dc:rights>The rights of each text are those that stand under it.</dc:rights>
<meta property="dcterms:modified">{modified:%Y-%m-%dT%H:%M:%SZ}</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="style" href="style.css" media-type="text/css"/>
{items}
</manifest>
<spine>
<itemref idref="nav"/>
{places}
</spine>
</package>
"""


class _Book:
    """A book being written: chapters go to `file` at once, their titles to `contents`."""

    def __init__(self, file: ZipFile, contents: IO[bytes], edition: Edition) -> None:
        self.file, self.contents, self.edition = file, contents, edition
        self.digest = sha256(edition.title.encode())
        self.newest = datetime(2000, 1, 1, tzinfo=UTC)
        self.articles = self.chapters = 0

    def add_month(self, name: str, revisions: Iterator[Revision]) -> None:
        self.contents.write(f"<li><span>{name}</span>\n<ol>\n".encode())
        for batch in batches(revisions, _PER_FILE):
            self.chapters += 1
            texts = "".join(map(self._text, batch))
            self.add(f"{self.chapters}.xhtml", self._page(name, f"<h2>{name}</h2>\n{texts}"))
        self.contents.write(b"</ol>\n</li>\n")

    def _text(self, revision: Revision) -> str:
        content = revision.article
        self.articles += 1
        self.digest.update(f"\n{content.id} {content.digest}".encode())
        self.newest = max(self.newest, revision.fetched)
        line = f'<li><a href="{self.chapters}.xhtml#a{self.articles}">{xml(content.title).strip() or "—"}</a></li>\n'
        self.contents.write(line.encode())
        return article(revision, f"a{self.articles}")

    def add(self, name: str, text: str) -> None:
        self.file.writestr(member(f"book/{name}"), text)

    def add_contents(self) -> None:
        self.contents.seek(0)
        title = xml(self.edition.title)
        start, end = self._page(title, f'<nav epub:type="toc"><h1>{title}</h1>\n<ol>\n\n</ol></nav>\n').split("\n\n")
        with self.file.open(member("book/nav.xhtml"), "w") as nav:
            nav.write(f"{start}\n".encode())
            copyfileobj(self.contents, nav)
            nav.write(end.encode())

    def add_package(self) -> None:
        numbers = range(1, self.chapters + 1)
        item = '<item id="c{0}" href="{0}.xhtml" media-type="application/xhtml+xml"/>'
        package = _PACKAGE.format(
            id=UUID(bytes=self.digest.digest()[:16], version=5), modified=self.newest,
            title=xml(self.edition.title), language=self.edition.language,
            items="\n".join(map(item.format, numbers)), places="\n".join(map('<itemref idref="c{}"/>'.format, numbers)),
        )  # fmt: skip
        self.add("package.opf", package)

    def _page(self, title: str, content: str) -> str:
        return _PAGE.format(language=self.edition.language, title=title, content=content)


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    with ZipFile(out, "w") as file, TemporaryFile() as contents:
        file.writestr(member("mimetype", ZIP_STORED), "application/epub+zip")
        file.writestr(member("META-INF/container.xml"), _CONTAINER)
        book = _Book(file, contents, edition)
        for name, articles in groupby(revisions, month):
            book.add_month(name or _("undated"), articles)
        book.add_contents()
        book.add_package()
        book.add("style.css", STYLE)
