"""Citations by GB/T 7714-2015, and as BibTeX, RIS and CSL-JSON for reference managers.

Dates are in Asia/Shanghai: the day of publication, and as access date the day on which the kept
version was fetched, or taken from a web archive, whose address of it is cited too. Names stand as
printed, never split into family and given name: 尼玛次仁 has no family name. Where no author is
named, the credit (来源) takes the author's place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from archive.article import SHANGHAI, Article, Revision
from archive.errors import UsageFault
from archive.text.messages import Message
from archive.text.outlets import outlet
from archive.text.translation import gettext as _
from wencang.desk.names import key

Style = Literal["gbt7714", "bibtex", "ris", "csl-json"]
ENDINGS: Mapping[str, tuple[str, ...]] = {  # of the files of each style
    "gbt7714": ("txt",), "bibtex": ("bib",), "ris": ("ris",), "csl-json": ("json",),
}  # fmt: skip
_LEAD = 300  # characters of an abstract
_NAMED = 3  # authors: by GB/T 7714-2015, 8.1.2, the first three of more and 等
_TEX = {
    "\\": r"{\textbackslash}", "{": r"{\textbraceleft}", "}": r"{\textbraceright}", "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}", "\0": "{}", **{mark: f"\\{mark}" for mark in "#$%&_"},
}  # fmt: skip
_LIGATURES = re.compile("(?<=[-'`<>,!?])(?=[-'`<>,])")  # TeX joins two characters into one: -- into a dash


@dataclass(frozen=True, slots=True)
class Citations:
    """Citations as one text, which `str` gives too, and how many there are."""

    text: str
    count: int
    notices: tuple[Message, ...] = ()

    def __str__(self) -> str:
        return self.text


File = Callable[[Revision], str]  # the path of an article's page that is attached to its citation, or ""


def cited(
    style: str, revisions: Iterable[Revision], notices: tuple[Message, ...] = (), file: File = lambda _revision: ""
) -> Citations:
    """The citations of these articles, in their order. Raises UsageFault for an unknown style."""
    if style not in STYLES:
        names = _("styles: {names}").format(names=", ".join(STYLES))
        raise UsageFault(f"--style {style}", _("is not a citation style"), names)
    count = 0

    def counted() -> Iterator[Revision]:
        nonlocal count
        for count, revision in enumerate(revisions, 1):  # noqa: B007
            yield revision

    text = "".join(STYLES[style](counted(), file))
    return Citations(text, count, notices)


def responsible(article: Article) -> tuple[str, ...]:
    """The names of the authors, else the credit; empty where neither is known."""
    return tuple(filter(None, map(_line, article.authors or (outlet(article.credit),))))


def accessed(revision: Revision) -> date:
    """The access date, in Asia/Shanghai."""
    time = revision.origin.taken if revision.origin else revision.fetched
    return time.astimezone(SHANGHAI).date()


def archived(revision: Revision) -> str:
    """The web archive that captured the version, the day, and the address there; "" for none."""
    if not (origin := revision.origin):
        return ""
    return f"存档于 {origin.archive}（{revision.fetched.astimezone(SHANGHAI):%Y-%m-%d}）: {origin.url}"


def gbt7714(revision: Revision) -> str:
    """An electronic resource, GB/T 7714-2015, 4.6: 责任者. 题名[EB/OL]. (发布日期)[引用日期]. 获取和访问路径."""
    article = revision.article
    names = responsible(article)
    etal = "等" if any(map(_is_chinese, names)) else "et al."
    authors = ", ".join(names if len(names) <= _NAMED else (*names[:_NAMED], etal))
    published = f"({article.day})" if article.day else ""
    parts = [
        authors.removesuffix("."),
        f"{_line(article.title)}[EB/OL]",
        f"{published}[{accessed(revision)}]",
        _line(article.url),
        _line(archived(revision)),
    ]
    return ". ".join(filter(None, parts)) + ".\n"


def bibtex(revision: Revision) -> str:
    """An @online entry for biblatex, gbt7714 and biblatex-gb7714-2015; braces keep each name whole."""
    article = revision.article
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in responsible(article)),
        "title": f"{{{_tex(article.title)}}}",  # second braces: no style may change the case
        "organization": _tex(_site(article)),
        "date": str(article.day or ""), "url": _address(article.url), "urldate": str(accessed(revision)),
        "langid": "chinese", "note": _tex(archived(revision)),
    }  # fmt: skip
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@online{{{key(article.id)},\n{''.join(lines)}}}\n"


def ris(revision: Revision, file: str = "") -> str:
    """A RIS record of type ELEC, with the beginning of the text as its abstract; L2 is where Zotero expects a page."""
    article = revision.article
    day = article.day
    fields = [
        ("TY", "ELEC"), ("ID", key(article.id)), *(("AU", name) for name in responsible(article)),
        ("TI", article.title), ("T2", _site(article)),
        ("PY", f"{day:%Y}" if day else ""), ("DA", f"{day:%Y/%m/%d}" if day else ""),
        ("Y2", f"{accessed(revision):%Y/%m/%d}"), ("LA", "zh-CN"), ("UR", article.url), ("AB", _lead(article)),
        ("N1", archived(revision)), ("L2", file),
    ]  # fmt: skip
    lines = [f"{tag}  - {line}" for tag, value in fields if (line := _line(value))]
    return "\r\n".join([*lines, "ER  - ", "", ""])


def csl(revision: Revision, file: str = "") -> dict[str, Any]:
    """A CSL-JSON item of type webpage; as there is no field for files, `custom` has the one that is attached."""
    article = revision.article
    item = {
        "id": key(article.id), "type": "webpage", "title": _line(article.title),
        "author": [{"literal": name} for name in responsible(article)],
        "container-title": _line(_site(article)),
        "issued": article.day and _parts(article.day), "accessed": _parts(accessed(revision)),
        "URL": article.url, "language": "zh-CN", "abstract": _lead(article),
        "custom": file and {"attachments": [file]},
        "archive": revision.origin and revision.origin.archive,
        "archive_location": revision.origin and revision.origin.url,
    }  # fmt: skip
    return {name: value for name, value in item.items() if value}


def csl_json(revisions: Iterable[Revision], file: File) -> Iterator[str]:
    """A JSON list of CSL-JSON items, one per line."""
    comma = "["
    for revision in revisions:
        yield comma + "\n" + json.dumps(csl(revision, file(revision)), ensure_ascii=False)
        comma = ","
    yield "\n]\n" if comma == "," else "[]\n"


STYLES: Mapping[str, Callable[[Iterable[Revision], File], Iterator[str]]] = {
    "gbt7714": lambda revisions, _file: map(gbt7714, revisions),
    "bibtex": lambda revisions, _file: map(bibtex, revisions),
    "ris": lambda revisions, file: (ris(revision, file(revision)) for revision in revisions),
    "csl-json": csl_json,
}


def _site(article: Article) -> str:
    """The container: the credit, unless it takes the author's place; then the source."""
    return outlet(article.credit) if article.authors and article.credit else article.source


def _lead(article: Article) -> str:
    """The beginning of the text, to the end of a sentence where one is near."""
    text = _line(article.body)
    if len(text) <= _LEAD:
        return text
    beginning = text[:_LEAD]
    end = max(map(beginning.rfind, "。！？")) + 1
    return beginning[:end] if end > _LEAD // 3 else f"{beginning}…"


def _line(text: str) -> str:
    """The text on one line, without invisible characters."""
    return " ".join("".join(char for char in text if char.isprintable() or char.isspace()).split())


def _is_chinese(name: str) -> bool:
    return bool(re.search(r"[\u3400-\u9fff]", name))


def _tex(text: str) -> str:
    return "".join(_TEX.get(char, char) for char in _LIGATURES.sub("\0", _line(text)))


def _address(url: str) -> str:
    """The address, percent-encoded where it would end the braces: BibTeX has no escapes in it."""
    return re.sub(r"[\s{}\\]", lambda match: f"%{ord(match[0]):02X}", url)


def _parts(day: date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}
