"""The text layer of a PDF as plain text: the title, then each paragraph on a line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import islice
from unicodedata import east_asian_width, normalize

from archive.errors import NotAnArticle, UsageFault
from archive.text.messages import Reason
from archive.text.translation import gettext as _

_MOST_PAGES = 500
_HAN = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”‘’—…·"
# What Chromium prints above and below each page.
_HEADER = re.compile(r"\d{1,4}[/年]\d{1,2}[/月]\d{1,4}日?,? \d{1,2}:\d{2}(?: ?[AP]M)?\b.*")
_FOOTER = re.compile(r"(?P<url>(?:https?|file)://\S+) +\d+/\d+")
_NUMBERS = re.compile(r"\d+")
_NO_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint) - .*|untitled|无标题|.*\.(?:docx?|wps|pdf|indd|odt|html?))", re.I
)
_LIGATURES = re.compile("[\u2e80-\u2fdf\ufb00-\ufb06\uf900-\ufaff]")
# Radicals that fonts give for whole characters and that have no compatibility mapping.
_RADICALS = str.maketrans(
    "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳⻑⻒⺝⺼",
    "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟長镸月月",
)
_LINE_END = re.compile("[。！？…；：”』」）!?;:]$")
_FULL = 0.88  # share of the width of a full line from which the next line goes on with it
_INDENT = re.compile(r"\s")
_TIME = re.compile(r"(?:D:)?(?P<time>\d{14})(?P<zone>Z|[+-]\d\d'\d\d)?")
_FEWEST_REPEATED = 3  # pages that have the same first or last line


@dataclass(frozen=True, slots=True)
class Printed:
    """The text of a PDF as `read_text` takes it, and when it was made, as it says."""

    text: str
    made: datetime | None


def printed(data: bytes, name: str) -> Printed:
    """What a PDF holds. Raises NotAnArticle if it is damaged, encrypted or only pictures, UsageFault without pypdf."""
    try:
        from pypdf import PdfReader
    except ImportError as error:
        raise UsageFault("pypdf", _("is not installed"), _("`pip install 'wencang[pdf]'` adds it")) from error
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise NotAnArticle(name, Reason.ENCRYPTED)
        pages = [page.extract_text() for page in islice(reader.pages, _MOST_PAGES)]
        info: Mapping[str, object] = reader.metadata or {}
        title, made = str(info.get("/Title", "")), _time(str(info.get("/CreationDate", "")))
    except (NotAnArticle, MemoryError):
        raise
    except Exception as error:  # a damaged file fails in any part of the library
        reason = Reason.DAMAGED_FILE.format(format="PDF", detail=str(error) or type(error).__name__)
        raise NotAnArticle(name, reason) from error
    return Printed(assembled(pages, title, name), made)


def _time(text: str) -> datetime | None:
    """A time of PDF: D:20210504091236+08'00', or with Z and an apostrophe, as LibreOffice writes it."""
    if not (match := _TIME.match(text)):
        return None
    try:
        return datetime.strptime(match["time"] + (match["zone"] or "Z").replace("'", ""), "%Y%m%d%H%M%S%z")
    except ValueError:
        return None


def assembled(pages: Sequence[str], title: str, name: str) -> str:
    """The text of pages as lines: title, address if one is printed below each page, and paragraphs."""
    lines = [[line for line in _characters(page).splitlines() if line.strip()] for page in pages]
    if not any(lines):
        raise NotAnArticle(name, Reason.NO_TEXT_LAYER)
    footers = (_FOOTER.fullmatch(line.strip()) for page in lines for line in page)
    address = next((match["url"] for match in footers if match and match["url"].startswith("http")), "")
    paragraphs = list(_paragraphs(_body(lines)))
    title = _characters(title).strip()
    if not title or _NO_TITLE.fullmatch(title):
        title, paragraphs = (paragraphs[0], paragraphs[1:]) if paragraphs else ("", [])
    others = [text for text in paragraphs if _letters(text) != _letters(title)]
    return "\n".join(filter(None, [title, address, *others]))


def _letters(text: str) -> str:
    return "".join(text.split())


def _characters(text: str) -> str:
    """The text with the usual characters for those that only fonts distinguish."""
    return _LIGATURES.sub(lambda match: normalize("NFKC", match[0]), text.translate(_RADICALS))


def _body(pages: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of all pages without what is printed above and below each."""
    ends = Counter(_NUMBERS.sub("0", line.strip()) for page in pages for line in {*page[:2], *page[-2:]})
    repeated = {line for line, count in ends.items() if count >= max(_FEWEST_REPEATED, len(pages) // 2)}
    for page in pages:
        for line in page:
            plain = line.strip()
            if _HEADER.fullmatch(plain) and not _LINE_END.search(plain) and line in page[-2:]:
                continue
            if not (_FOOTER.fullmatch(plain) or _NUMBERS.sub("0", plain) in repeated):
                yield line


def _paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """The lines joined where one goes on with the text of the one before, which is full then."""
    lines = list(lines)
    widths = sorted(map(_width, lines))
    full = widths[len(widths) * 9 // 10] * _FULL if widths else 0
    text, before = "", ""
    for line in lines:
        goes_on = before and _width(before) >= full and not _INDENT.match(line)
        if text and not goes_on:
            yield _spaced(text)
            text = ""
        text, before = _joined(text, line.lstrip()), line
    if text:
        yield _spaced(text)


def _width(line: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in line)


def _joined(text: str, line: str) -> str:
    between = " " if text[-1:].isalnum() and line[:1].isalnum() and text[-1].isascii() and line[0].isascii() else ""
    return f"{text}{between}{line}"


def _spaced(text: str) -> str:
    """Running text without the blanks that a layout puts between Chinese characters, and between these and numbers."""
    if not _LINE_END.search(text.strip()):
        return text.strip()
    text = re.sub(f"(?<=[{_HAN}]) +(?=[{_HAN}\\d])", "", text)
    return re.sub(f"(?<=\\d) +(?=[{_HAN}])", "", text).strip()
