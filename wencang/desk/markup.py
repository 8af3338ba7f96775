"""Texts inside HTML and XML: escaped, and without characters that XML has not."""

from __future__ import annotations

from collections.abc import Iterable

from archive.article import Article, Revision
from archive.escaping import legible, xml
from wencang.desk.txt import attribution, gone_since

STYLE = """\
body { max-width: 42em; margin: 2em auto; padding: 0 1em; line-height: 1.7; }
article { border-top: 1px solid #999; margin-top: 3em; }
article p { margin: 0.5em 0; text-indent: 2em; }
.source, .rights { color: #555; font-size: 0.85em; overflow-wrap: anywhere; }
article .source, article .rights { text-indent: 0; }
"""


def paragraphs(body: str) -> Iterable[str]:
    return (line for line in legible(body).split("\n") if line.strip())


def is_page(url: str) -> bool:
    """Whether an address may be a link: not one that a reader's program would run."""
    return url.startswith(("http://", "https://"))


def link(url: str) -> str:
    return f'<a href="{xml(url)}">{xml(url)}</a>' if is_page(url) else xml(url)


def article(revision: Revision, name: str) -> str:
    """An <article> of XHTML with its attribution; `name` is its anchor."""
    kept = revision.article
    told = [xml(attribution(kept)), link(kept.url)]
    told += [xml(gone_since(revision.gone_since))] if revision.gone_since else []
    lines = [f'<article id="{name}">', f"<h3>{xml(kept.title)}</h3>", f'<p class="source">{"<br/>".join(told)}</p>']
    lines += [f"<p>{xml(line)}</p>" for line in paragraphs(kept.body)]
    lines += [f'<p class="source">{_caption(kept)}</p>'] if any(image.caption for image in kept.images) else []
    lines += [f'<p class="rights">{xml(kept.rights)}</p>'] if kept.rights else []
    return "\n".join([*lines, "</article>\n"])


def _caption(kept: Article) -> str:
    return "<br/>".join(xml(f"［图］{image.caption}") for image in kept.images if image.caption)
