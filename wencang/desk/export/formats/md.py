"""Markdown with YAML front matter: each article begins with its fields between two lines of dashes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import IO

from archive.article import Revision
from archive.escaping import json_text, legible
from archive.jsonl import values
from wencang.desk.edition import Edition
from wencang.desk.markup import is_page, paragraphs
from wencang.desk.txt import attribution

ENDING, IS_STREAM = "md", True
_MARKS = re.compile(r"([\\`*_\[\]<>|~&$])")
_FIRST = re.compile(r"^(\s*)(#|[-+=]|\d+(?=[.)]))")


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    for number, revision in enumerate(revisions):
        out.write((("\n" if number else "") + _article(revision)).encode())


def _article(revision: Revision) -> str:
    kept = revision.article
    fields = {name: value for name, value in values(revision).items() if name != "body"}
    front = [f"{name}: {_yaml(value)}" for name, value in fields.items()]
    url = f"<{kept.url}>" if is_page(kept.url) and not re.search(r"[\s<>]", kept.url) else _escaped(kept.url)
    texts = ["# " + _escaped(kept.title), f"{_escaped(attribution(kept))}  \n{url}"]
    texts += [_escaped(line.strip()) for line in paragraphs(kept.body)]
    texts += [_escaped(kept.rights)] if kept.rights else []
    return "\n".join(["---", *front, "---", "", "\n\n".join(texts), ""])


def _yaml(value: object) -> str:
    """A value as JSON, which YAML reads too."""
    return json_text(value)


def _escaped(text: str) -> str:
    """The text on one line, with nothing in it that Markdown would take for a mark."""
    escaped = _MARKS.sub(r"\\\1", " ".join(legible(text).split()))
    return _FIRST.sub(lambda match: match[1] + (match[2] + "\\" if match[2].isdigit() else "\\" + match[2]), escaped)
