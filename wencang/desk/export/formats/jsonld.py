"""JSON-LD in schema.org's words: one document whose @graph holds a NewsArticle a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO, Any

from archive.article import Revision
from wencang.desk.edition import Edition

ENDING, IS_STREAM = "jsonld", True


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    out.write(b'{"@context": "https://schema.org", "@graph": [')
    for number, revision in enumerate(revisions):
        node = json.dumps(_node(revision, edition.language), ensure_ascii=False)
        out.write(((",\n" if number else "\n") + node).encode())
    out.write(b"\n]}\n")


def _node(revision: Revision, language: str) -> dict[str, Any]:
    """An article; what it does not say is left out."""
    kept = revision.article
    node = {
        "@type": "NewsArticle", "@id": kept.url, "identifier": kept.id, "url": kept.url, "headline": kept.title,
        "alternativeHeadline": kept.original_title, "articleSection": kept.section,
        "datePublished": kept.published and kept.published.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in kept.authors],
        "editor": _named("Person", kept.editor), "sourceOrganization": _named("Organization", kept.credit),
        "publisher": _named("Organization", kept.source), "copyrightNotice": kept.rights, "inLanguage": language,
        "image": [{"@type": "ImageObject", "contentUrl": i.url, "caption": i.caption} for i in kept.images],
        "sdDatePublished": revision.fetched.isoformat(),
        "expires": revision.gone_since and revision.gone_since.isoformat(), "articleBody": kept.body,
    }  # fmt: skip
    return {name: value for name, value in node.items() if value}


def _named(kind: str, name: str) -> dict[str, str] | None:
    return {"@type": kind, "name": name} if name else None
