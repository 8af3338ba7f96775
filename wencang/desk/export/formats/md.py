"""Markdown with the fields of each article as YAML front matter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import IO

from archive.article import Revision
from archive.jsonl import values
from archive.text.escaping import is_page, json_text, legible
from wencang.desk.edition import Edition
from wencang.desk.markup import paragraphs
from wencang.desk.txt import attribution

ENDING, IS_STREAM = "md", True
_MARKS = re.compile(r"([\\`*_\[\]<>|~&$])")
_FIRST = re.compile(r"^(\s*)(#|[-+=]|\d+(?=[.)]))")


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    for number, revision in enumerate(revisions):
        out.write((("\n" if number else "") + _article(revision)).encode())


def _article(revision: Revision) -> str:
    article = revision.article
    fields = {name: value for name, value in values(revision).items() if name != "body"}
    front = [f"{name}: {json_text(value)}" for name, value in fields.items()]  # JSON is YAML too
    url = article.url if is_page(article.url) and not re.search(r"[\s<>]", article.url) else ""
    texts = ["# " + _escaped(article.title)]
    texts += [f"{_escaped(attribution(article))}  \n{f'<{url}>' if url else _escaped(article.url)}"]
    texts += [_escaped(line.strip()) for line in paragraphs(article.body)]
    texts += [_escaped(article.rights)] if article.rights else []
    return "\n".join(["---", *front, "---", "", "\n\n".join(texts), ""])


def _escaped(text: str) -> str:
    """The text on one line, its Markdown syntax escaped."""
    escaped = _MARKS.sub(r"\\\1", " ".join(legible(text).split()))
    return _FIRST.sub(lambda match: match[1] + (match[2] + "\\" if match[2].isdigit() else "\\" + match[2]), escaped)
