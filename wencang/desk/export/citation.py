"""Cites an article: by GB/T 7714-2015, and as BibTeX, RIS and CSL-JSON for programs that keep references.

Days are days in China: that of publication, and as day of access the one on which the kept
version was fetched. Names stand as printed and whole, never parted into family and given name:
尼玛次仁 has no family name. Where no author is named, the credit (来源) is responsible.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from archive.article import SHANGHAI, Article, Revision
from wencang.desk.names import key

_NAMED = 3  # authors, by GB/T 7714-2015, 8.1.2: of more the first three and 等
_TEX = {
    "\\": r"{\textbackslash}", "{": r"{\textbraceleft}", "}": r"{\textbraceright}", "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}", "\0": "{}", **{mark: f"\\{mark}" for mark in "#$%&_"},
}  # fmt: skip
_LIGATURES = re.compile("(?<=[-'`<>,!?])(?=[-'`<>,])")  # TeX makes one sign of two: a dash of --


def responsible(article: Article) -> tuple[str, ...]:
    """The names of those who wrote it, else of whom it came from; none where neither is known."""
    return tuple(filter(None, map(_line, article.authors or (article.credit,))))


def accessed(revision: Revision) -> date:
    return revision.fetched.astimezone(SHANGHAI).date()


def gbt7714(revision: Revision) -> str:
    """An electronic resource, GB/T 7714-2015, 4.6: 责任者. 题名[EB/OL]. (发布日期)[引用日期]. 获取和访问路径."""
    article = revision.article
    names = responsible(article)
    etal = "等" if any(map(_is_chinese, names)) else "et al."
    told = ", ".join(names if len(names) <= _NAMED else (*names[:_NAMED], etal))
    days = f"({article.day})" if article.day else ""
    parts = [
        told.removesuffix("."),
        f"{_line(article.title)}[EB/OL]",
        f"{days}[{accessed(revision)}]",
        _line(article.url),
    ]
    return ". ".join(filter(None, parts)) + ".\n"


def bibtex(revision: Revision) -> str:
    """An @online of biblatex, gbt7714 and biblatex-gb7714-2015; each name in braces, so that it stays whole."""
    article = revision.article
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in responsible(article)),
        "title": f"{{{_tex(article.title)}}}",  # in braces twice: no style may change its case
        "organization": _tex(_site(article)),
        "date": str(article.day or ""), "url": _address(article.url), "urldate": str(accessed(revision)),
        "langid": "chinese",
    }  # fmt: skip
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@online{{{key(article.id)},\n{''.join(lines)}}}\n"


def ris(revision: Revision) -> str:
    """A record of type ELEC."""
    article = revision.article
    day = article.day
    fields = [
        ("TY", "ELEC"), ("ID", key(article.id)), *(("AU", name) for name in responsible(article)),
        ("TI", article.title), ("T2", _site(article)),
        ("PY", f"{day:%Y}" if day else ""), ("DA", f"{day:%Y/%m/%d}" if day else ""),
        ("Y2", f"{accessed(revision):%Y/%m/%d}"), ("LA", "zh-CN"), ("UR", article.url),
    ]  # fmt: skip
    lines = [f"{tag}  - {line}" for tag, value in fields if (line := _line(value))]
    return "\r\n".join([*lines, "ER  - ", "", ""])


def csl(revision: Revision) -> dict[str, Any]:
    """An item of CSL-JSON, a web page."""
    article = revision.article
    item = {
        "id": key(article.id), "type": "webpage", "title": _line(article.title),
        "author": [{"literal": name} for name in responsible(article)],
        "container-title": _line(_site(article)),
        "issued": article.day and _parts(article.day), "accessed": _parts(accessed(revision)),
        "URL": article.url, "language": "zh-CN",
    }  # fmt: skip
    return {name: value for name, value in item.items() if value}


def csl_json(revisions: Iterable[Revision]) -> Iterator[str]:
    """The text of a list of items, one a line."""
    comma = "["
    for revision in revisions:
        yield comma + "\n" + json.dumps(csl(revision), ensure_ascii=False)
        comma = ","
    yield "\n]\n" if comma == "," else "[]\n"


STYLES: Mapping[str, Callable[[Iterable[Revision]], Iterator[str]]] = {
    "gbt7714": lambda revisions: map(gbt7714, revisions),
    "bibtex": lambda revisions: map(bibtex, revisions),
    "ris": lambda revisions: map(ris, revisions),
    "csl-json": csl_json,
}


def _site(article: Article) -> str:
    """Where it stands: its credit, unless that already stands in an author's place."""
    return article.credit if article.authors and article.credit else article.source


def _line(text: str) -> str:
    """The text on one line, without marks that are not seen."""
    return " ".join("".join(one for one in text if one.isprintable() or one.isspace()).split())


def _is_chinese(name: str) -> bool:
    return bool(re.search(r"[\u3400-\u9fff]", name))


def _tex(text: str) -> str:
    return "".join(_TEX.get(one, one) for one in _LIGATURES.sub("\0", _line(text)))


def _address(url: str) -> str:
    """An address without what would end its braces: BibTeX takes it as it stands, escapes and all."""
    return re.sub(r"[\s{}\\]", lambda match: f"%{ord(match[0]):02X}", url)


def _parts(day: date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}
