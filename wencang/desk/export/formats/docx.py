"""A Word document of a selection: contents, then each article with its citation, address and paragraphs.

Needs python-docx, which holds the document in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZipFile

from archive.article import Article, Revision
from archive.errors import UsageFault
from archive.text.escaping import is_page, legible
from archive.text.translation import gettext as _
from wencang.desk.edition import Edition
from wencang.desk.markup import paragraphs
from wencang.desk.txt import attribution, remarks
from wencang.desk.zipped import member

try:
    from docx import Document
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor
except ImportError as error:
    raise UsageFault("python-docx", _("is not installed"), _("`pip install 'wencang[docx]'` adds it")) from error

ENDING, IS_STREAM = "docx", False
MOST = 2_000  # articles
_CONTENTS = r'TOC \o "1-1" \n \h \z'  # headings of the first level as links, without page numbers
_FONTS = {"Normal": "宋体", "Title": "黑体", "Heading 1": "黑体"}


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    """Write at most MOST articles. Raises UsageFault for more."""
    book = _Book(edition)
    for number, revision in enumerate(revisions, 1):
        if number > MOST:
            reason = _("holds {count} articles at most").format(count=MOST)
            raise UsageFault("--format docx", reason, _("narrow the question, or add --split-by month"))
        book.add(number, revision)
    book.save(out)


class _Book:
    """A document being made; the line of an article in the contents is a link to its heading."""

    def __init__(self, edition: Edition) -> None:
        self._cite = edition.cite
        self._document = Document()
        self._document.core_properties.title = legible(edition.title)
        self._document.core_properties.author = ""
        for name, font in _FONTS.items():
            fonts = self._document.styles[name].element.get_or_add_rPr().get_or_add_rFonts()
            for theme in [name for name in fonts.attrib if name.endswith("Theme")]:
                del fonts.attrib[theme]
            fonts.set(qn("w:eastAsia"), font)
        self._document.add_heading(legible(edition.title), 0)
        self._contents = self._document.add_paragraph()
        _field(self._contents, "begin", _CONTENTS)
        self._end = self._document.add_paragraph()
        _field(self._end, "end")

    def add(self, number: int, revision: Revision) -> None:
        article = revision.article
        title = " ".join(legible(article.title).split()) or article.id
        self._add_line(number, title)
        heading = self._document.add_heading(level=1)
        heading.paragraph_format.page_break_before = number > 1
        _bookmark(heading, number, title)
        if citation := self._cite(revision).strip():
            self._small(citation)
        self._add_source(article)
        for remark in remarks(revision):
            self._small(remark)
        for line in paragraphs(article.body):
            self._document.add_paragraph(line.strip()).paragraph_format.first_line_indent = Pt(22)
        for image in article.images:
            if image.caption:
                self._small(f"［图］{legible(image.caption)}")
        if article.rights:
            self._small(legible(article.rights))

    def _add_line(self, number: int, title: str) -> None:
        """A line of the contents; the first stands behind the beginning of the field."""
        line = self._contents if number == 1 else self._end.insert_paragraph_before()
        _add_link(line, title, anchor=_anchor(number))

    def _add_source(self, article: Article) -> None:
        line = self._small(f"{legible(attribution(article))}　")
        if is_page(article.url):
            relation = line.part.relate_to(legible(article.url), RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            _add_link(line, legible(article.url), relation=relation, size=9)
        else:
            line.add_run(legible(article.url)).font.size = Pt(9)

    def _small(self, text: str) -> Any:
        line = self._document.add_paragraph()
        run = line.add_run(text)
        run.font.size, run.font.color.rgb = Pt(9), RGBColor(0x55, 0x55, 0x55)
        return line

    def save(self, out: IO[bytes]) -> None:
        with TemporaryFile() as made:
            self._document.save(made)
            with ZipFile(made) as parts, ZipFile(out, "w") as file:
                for name in parts.namelist():
                    file.writestr(member(name), parts.read(name))


def _anchor(number: int) -> str:
    return f"_Toc{number:08}"


def _field(paragraph: Any, kind: str, instruction: str = "") -> None:
    """The beginning of a field, with what it is to compute, or its end."""
    run = paragraph.add_run()
    _mark(run, kind)
    if instruction:
        text = OxmlElement("w:instrText")
        text.set(qn("xml:space"), "preserve")
        text.text = instruction
        run._r.append(text)
        _mark(run, "separate")


def _mark(run: Any, kind: str) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    run._r.append(mark)


def _bookmark(heading: Any, number: int, title: str) -> None:
    """The text of a heading within a bookmark, which the contents lead to."""
    for kind in ("Start", "End"):
        mark = OxmlElement(f"w:bookmark{kind}")
        mark.set(qn("w:id"), str(number))
        if kind == "Start":
            mark.set(qn("w:name"), _anchor(number))
            heading._p.append(mark)
            heading.add_run(title)
        else:
            heading._p.append(mark)


def _add_link(paragraph: Any, text: str, *, relation: str = "", anchor: str = "", size: int = 11) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id" if relation else "w:anchor"), relation or anchor)
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = Pt(size), RGBColor(0x05, 0x63, 0xC1)
    link.append(run._r)
    paragraph._p.append(link)
