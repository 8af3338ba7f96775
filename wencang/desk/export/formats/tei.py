"""TEI P5 for corpus tools: a teiCorpus with one TEI an article, its fields in the header, its paragraphs in <p>."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from archive.article import SHANGHAI, Article, Revision
from archive.escaping import xml
from wencang.desk.edition import Edition
from wencang.desk.markup import paragraphs
from wencang.desk.names import key
from wencang.desk.txt import gone_since

ENDING, IS_STREAM = "xml", True
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<teiCorpus xmlns="http://www.tei-c.org/ns/1.0" xml:lang="{language}">
<teiHeader><fileDesc>
<titleStmt><title>{title}</title></titleStmt>
<publicationStmt><p>An export of wencang; the rights of each text stand in its own header.</p></publicationStmt>
<sourceDesc><p>News sites, each article with its address.</p></sourceDesc>
</fileDesc></teiHeader>
"""
_ARTICLE = """<TEI xml:id="{key}">
<teiHeader><fileDesc>
<titleStmt>{titles}</titleStmt>
<publicationStmt><publisher>{source}</publisher><idno type="wencang">{id}</idno>{rights}</publicationStmt>
<sourceDesc><bibl>{bibl}</bibl></sourceDesc>
</fileDesc>{profile}</teiHeader>
<text><body>
<head>{title}</head>
{body}
</body></text>
</TEI>
"""


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    out.write(_HEAD.format(language=edition.language, title=xml(edition.title)).encode())
    for revision in revisions:
        out.write(_tei(revision).encode())
    out.write(b"</teiCorpus>\n")


def _tei(revision: Revision) -> str:
    kept = revision.article
    return _ARTICLE.format(
        title=xml(kept.title), key=f"a-{key(kept.id).replace(':', '-')}",  # an XML name begins with a letter
        titles=_titles(kept), source=xml(kept.source), id=xml(kept.id),
        rights=f"<availability><p>{xml(kept.rights)}</p></availability>" if kept.rights else "",
        bibl=_bibl(revision), profile=_profile(kept),
        body="\n".join(f"<p>{xml(line)}</p>" for line in paragraphs(kept.body)) or "<p/>",
    )  # fmt: skip


def _titles(kept: Article) -> str:
    original = f'<title type="original">{xml(kept.original_title)}</title>' if kept.original_title else ""
    editor = f"<editor>{xml(kept.editor)}</editor>" if kept.editor else ""
    return f"<title>{xml(kept.title)}</title>{original}{_authors(kept)}{editor}"


def _authors(kept: Article) -> str:
    return "".join(f"<author>{xml(name)}</author>" for name in kept.authors)


def _bibl(revision: Revision) -> str:
    kept = revision.article
    parts = [f"<title>{xml(kept.title)}</title>", _authors(kept)]
    parts += [f"<publisher>{xml(kept.credit)}</publisher>"] if kept.credit else []
    parts += [f'<date type="published" when="{kept.published.isoformat()}"/>'] if kept.published else []
    parts += [f'<date type="accessed" when="{revision.fetched.astimezone(SHANGHAI).isoformat()}"/>']
    parts += [f'<idno type="URL">{xml(kept.url)}</idno>']
    parts += [f"<note>{xml(gone_since(revision.gone_since))}</note>"] if revision.gone_since else []
    return "".join(parts)


def _profile(kept: Article) -> str:
    keywords = f'<keywords><term type="section">{xml(kept.section)}</term></keywords>'
    return f"<profileDesc><textClass>{keywords}</textClass></profileDesc>" if kept.section else ""
