"""Show what changed between two versions of an article."""

from __future__ import annotations

from gettext import gettext as _
from html import escape
from typing import TYPE_CHECKING, Annotated

import typer

from archive.errors import UsageFault
from archive.escaping import printable
from wencang.cli.commands import DONE, NOTHING, Json, versions_of
from wencang.cli.output import print_json, say
from wencang.cli.output.marks import print_parts

if TYPE_CHECKING:
    from archive.article import Revision
    from indexer.diff import Parts

app = typer.Typer()

_TAGS = {"same": "span", "removed": "del", "added": "ins", "moved": "mark", "left": "s"}
_PAGE = """<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ max-width: 42em; margin: 2em auto; padding: 0 1em; line-height: 1.7; }}
dd {{ margin: 0 0 1em; white-space: pre-wrap; }}
del {{ color: #a00; background: #fdd; }}
ins {{ color: #060; background: #dfd; text-decoration: none; }}
mark {{ background: #cef; }}
s {{ color: #777; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{told}</p>
<dl>
{fields}
</dl>
</body>
</html>"""


@app.command()
def diff(
    ctx: typer.Context, id_or_url: Annotated[str, typer.Argument(metavar="ID_OR_URL")],
    a: Annotated[int, typer.Argument(metavar="[A]", help=_("The older version; else the last but one."))] = 0,
    b: Annotated[int, typer.Argument(metavar="[B]", help=_("The newer version; else the last."))] = 0,
    other: Annotated[str, typer.Option("--from", metavar="ID", help=_("The older is the text of this article."))] = "",
    as_json: Json = False, html: Annotated[bool, typer.Option("--html", help=_("A whole page."))] = False,
) -> int:  # fmt: skip
    """Show what changed between two versions, named as `history` does or by their places: 1 is the oldest.

    With --from between another article, of which it is a copy say, and this.

    Examples:
        wencang diff tibet.cn-7210688
        wencang diff tibet.cn-7210688 1 2 --html
    """
    from indexer.diff import differences
    from indexer.text.analyzer import Analyzer, lexicon

    versions = versions_of(ctx.obj, id_or_url)
    older = versions_of(ctx.obj, other)[-1:] if other else versions
    if other:
        versions = [*older, versions[-1]]
    if len(versions) == 1 and not a:
        say(_("{name}: there is one version of it").format(name=id_or_url))
        return NOTHING
    old, new = _chosen(versions, a, b)
    found = differences(old, new, Analyzer(lexicon()))
    if as_json:
        print_json(_values(old, new, found))
    elif html:
        print(_page(old, new, found))
    else:
        _print(old, new, found)
    return DONE if found else NOTHING


def _chosen(versions: list[Revision], a: int, b: int) -> tuple[Revision, Revision]:
    by_sequence = {revision.sequence: revision for revision in versions}
    by_place = dict(enumerate(versions, 1))
    asked = [number for number in (a, b) if number]
    for known in (by_sequence, by_place):
        if all(number in known for number in asked):
            some = [known[number] for number in asked]
            return (*some, versions[-1])[:2] if some else tuple(versions[-2:])  # type: ignore[return-value]
    places = ", ".join(map(str, by_sequence))
    wrong = [number for number in asked if number not in by_sequence and number not in by_place] or asked
    raise UsageFault(" ".join(map(str, wrong)), _("is no version of it"), _("versions: {places}").format(places=places))


def _told(old: Revision, new: Revision) -> str:
    return " → ".join(f"{one.sequence}, {one.fetched:%Y-%m-%d %H:%M}Z" for one in (old, new))


def _print(old: Revision, new: Revision, found: dict[str, Parts]) -> None:
    print(printable(f"{new.article.id}  {_told(old, new)}"))
    for field, parts in found.items():
        print(f"\n{_(field)}:")
        print_parts(parts)
    if not found:
        say(_("nothing differs"))


def _values(old: Revision, new: Revision, found: dict[str, Parts]) -> dict[str, object]:
    sides = {
        name: {"sequence": one.sequence, "fetched": one.fetched.isoformat()} for name, one in (("a", old), ("b", new))
    }
    changes = {field: [{"kind": p.kind, "text": p.text} for p in parts] for field, parts in found.items()}
    return {"id": new.article.id, **sides, "changes": changes}


def _page(old: Revision, new: Revision, found: dict[str, Parts]) -> str:
    fields = "\n".join(f"<dt>{escape(_(field))}</dt>\n<dd>{_marked(parts)}</dd>" for field, parts in found.items())
    return _PAGE.format(title=escape(new.article.title), told=escape(_told(old, new)), fields=fields)


def _marked(parts: Parts) -> str:
    return "".join(f"<{_TAGS[part.kind]}>{escape(part.text)}</{_TAGS[part.kind]}>" for part in parts)
