"""Articles as XHTML, with their attribution; every text escaped."""

from __future__ import annotations

from collections.abc import Iterable

from archive.article import Article, Revision
from archive.text.escaping import legible, link, xml
from wencang.desk.txt import attribution, remarks

STYLE = """\
body { max-width: 42em; margin: 2em auto; padding: 0 1em; line-height: 1.7; }
article { border-top: 1px solid #999; margin-top: 3em; }
article p { margin: 0.5em 0; text-indent: 2em; }
.source, .rights { color: #555; font-size: 0.85em; overflow-wrap: anywhere; }
article .source, article .rights { text-indent: 0; }
"""


def paragraphs(body: str) -> Iterable[str]:
    """The lines of a body that are not blank, legible."""
    return (line for line in legible(body).split("\n") if line.strip())


def article(revision: Revision, name: str) -> str:
    """An <article> element of XHTML with its attribution; `name` is its anchor."""
    content = revision.article
    source = [xml(attribution(content)), link(content.url)]
    source += map(xml, remarks(revision))
    captions = _captions(content)
    lines = [f'<article id="{name}">', f"<h3>{xml(content.title)}</h3>"]
    lines += [f'<p class="source">{"<br/>".join(source)}</p>']
    lines += [f"<p>{xml(line)}</p>" for line in paragraphs(content.body)]
    lines += [f'<p class="source">{captions}</p>'] if captions else []
    lines += [f'<p class="rights">{xml(content.rights)}</p>'] if content.rights else []
    return "\n".join([*lines, "</article>\n"])


def _captions(content: Article) -> str:
    return "<br/>".join(xml(f"［图］{image.caption}") for image in content.images if image.caption)
