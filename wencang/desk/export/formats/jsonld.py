"""JSON-LD in the schema.org vocabulary: one document with one NewsArticle per line in its @graph."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO, Any

from archive.article import Annotation, Revision
from wencang.desk.edition import Edition

ENDING, IS_STREAM = "jsonld", True


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    out.write(b'{"@context": "https://schema.org", "@graph": [')
    for number, revision in enumerate(revisions):
        node = json.dumps(_node(revision, edition.language), ensure_ascii=False)
        out.write(((",\n" if number else "\n") + node).encode())
    out.write(b"\n]}\n")


def _node(revision: Revision, language: str) -> dict[str, Any]:
    """A NewsArticle; fields without a value are left out."""
    article = revision.article
    node = {
        "@type": "NewsArticle", "@id": article.url, "identifier": article.id, "url": article.url,
        "headline": article.title, "alternativeHeadline": article.original_title, "articleSection": article.section,
        "datePublished": article.issued and article.issued.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in article.authors],
        "editor": _named("Person", article.editor), "sourceOrganization": _named("Organization", article.credit),
        "publisher": _named("Organization", article.source), "copyrightNotice": article.rights, "inLanguage": language,
        "image": [{"@type": "ImageObject", "contentUrl": i.url, "caption": i.caption} for i in article.images],
        "sdDatePublished": revision.fetched.isoformat(),
        "archivedAt": revision.origin and revision.origin.url,
        "expires": revision.gone_since and revision.gone_since.isoformat(), "articleBody": article.body,
        "keywords": list(revision.tags),
        "comment": [_comment(each) for each in revision.annotations if each.kind == "note"],
    }  # fmt: skip
    return {name: value for name, value in node.items() if value}


def _comment(note: Annotation) -> dict[str, Any]:
    written = {"author": _named("Person", note.by), "dateCreated": note.time and note.time.isoformat()}
    return {"@type": "Comment", "text": note.text} | {name: value for name, value in written.items() if value}


def _named(kind: str, name: str) -> dict[str, str] | None:
    return {"@type": kind, "name": name} if name else None
