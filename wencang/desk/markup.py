"""Articles and what differs between two as XHTML; every text escaped."""

from __future__ import annotations

from collections.abc import Iterable

from archive.article import Article, Revision
from archive.text.escaping import legible, link, xml
from indexer.diff import Part, Parts
from wencang.desk.txt import attribution, remarks

STYLE = """\
body { max-width: 42em; margin: 2em auto; padding: 0 1em; line-height: 1.7; }
article { border-top: 1px solid #999; margin-top: 3em; }
article p { margin: 0.5em 0; text-indent: 2em; }
.source, .rights { color: #555; font-size: 0.85em; overflow-wrap: anywhere; }
article .source, article .rights { text-indent: 0; }
"""


_DIFFERENCES = {"removed": "del", "added": "ins", "moved": "mark", "left": "s"}


def differences(parts: Parts) -> str:
    """Parts of two texts, the changed ones in elements; what is the same stands for itself."""
    return "".join(map(_difference, parts))


def _difference(part: Part) -> str:
    tag = _DIFFERENCES.get(part.kind)
    return f"<{tag}>{xml(part.text)}</{tag}>" if tag else xml(part.text)


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
