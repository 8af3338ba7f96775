"""TEI P5 for corpus tools: a teiCorpus with one TEI per article, fields in its header, paragraphs in <p>."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from archive.article import SHANGHAI, Article, Revision
from archive.text.escaping import xml
from wencang.desk.edition import Edition
from wencang.desk.markup import paragraphs
from wencang.desk.names import key
from wencang.desk.txt import remarks

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
    article = revision.article
    return _ARTICLE.format(
        title=xml(article.title), key=f"a-{key(article.id).replace(':', '-')}",  # an XML name starts with a letter
        titles=_titles(article), source=xml(article.source), id=xml(article.id),
        rights=f"<availability><p>{xml(article.rights)}</p></availability>" if article.rights else "",
        bibl=_bibl(revision), profile=_profile(article),
        body="\n".join(f"<p>{xml(line)}</p>" for line in paragraphs(article.body)) or "<p/>",
    )  # fmt: skip


def _titles(article: Article) -> str:
    original = f'<title type="original">{xml(article.original_title)}</title>' if article.original_title else ""
    editor = f"<editor>{xml(article.editor)}</editor>" if article.editor else ""
    return f"<title>{xml(article.title)}</title>{original}{_authors(article)}{editor}"


def _authors(article: Article) -> str:
    return "".join(f"<author>{xml(name)}</author>" for name in article.authors)


def _bibl(revision: Revision) -> str:
    article = revision.article
    parts = [f"<title>{xml(article.title)}</title>", _authors(article)]
    parts += [f"<publisher>{xml(article.credit)}</publisher>"] if article.credit else []
    parts += [f'<date type="published" when="{article.issued.isoformat()}"/>'] if article.issued else []
    parts += [f'<date type="accessed" when="{revision.fetched.astimezone(SHANGHAI).isoformat()}"/>']
    parts += [f'<idno type="URL">{xml(article.url)}</idno>']
    parts += [f"<note>{xml(remark)}</note>" for remark in remarks(revision)]
    return "".join(parts)


def _profile(article: Article) -> str:
    keywords = f'<keywords><term type="section">{xml(article.section)}</term></keywords>'
    return f"<profileDesc><textClass>{keywords}</textClass></profileDesc>" if article.section else ""
