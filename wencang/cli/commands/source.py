"""The sources: what there are, and how one is added, checked and edited."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from archive.errors import UsageFault
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from wencang.cli.commands import CHECK, DONE, Json, archive_of, known_sources
from wencang.cli.output import say
from wencang.cli.output.proposal import print_mending, print_proposal
from wencang.cli.output.report import print_check
from wencang.cli.output.tables import print_rows

app = typer.Typer()
Name = Annotated[str, typer.Argument(metavar="SOURCE", autocompletion=known_sources)]


@app.callback(invoke_without_command=True)
def door(ctx: typer.Context) -> None:
    """Sites that are crawled: those that ship, and your own in DATA/sources.

    Examples:
        wencang source list
    """
    if not ctx.invoked_subcommand:
        print(ctx.get_help())


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> int:
    """List the sources, whether each is your own, and when it was verified and crawled last.

    Examples:
        wencang source list
    """
    sources = archive_of(ctx).sources()
    print_rows(sources, "json" if as_json else "")
    faults = [source.fault for source in sources.sources if source.fault]
    for fault in faults:
        say(fault)
    return CHECK if faults else DONE


@app.command()
def show(ctx: typer.Context, source: Name) -> int:
    """Print the file of a source.

    Examples:
        wencang source show tibet_cn
    """
    print(archive_of(ctx).source(source).text, end="")
    return DONE


@app.command()
def add(
    ctx: typer.Context,
    site: Annotated[str, typer.Argument(metavar="URL|NAME", help=_("A site to look at, or the name of the source."))],
    pages: Annotated[list[str], typer.Argument(metavar="[PAGE...]", help=_("FILE or ADDRESS=FILE."))] = [],  # noqa: B006
    lists: Annotated[list[str], typer.Option("--list", metavar="U", help=_("A list of the site."))] = [],  # noqa: B006
    name: Annotated[str, typer.Option("--name", help=_("The name of the source; by default the domain."))] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Write what is proposed without asking."))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only show what is proposed."))] = False,
    as_json: Json = False,
) -> int:
    """Look at a site and propose a source, or write one from saved article pages.

    A look fetches at most 25 pages, one at a time, and obeys robots.txt. The pages that the source was made
    of are kept as its saved pages.

    Examples:
        wencang source add https://www.example.cn/
        wencang source add example_cn http://www.example.cn/1.html=1.html --list http://www.example.cn/
    """
    archive = archive_of(ctx)
    if "://" not in site:
        if not pages:
            raise UsageFault(site, _("is not an address"), _("write it like https://www.example.cn/"))
        written = archive.add_source(site, pages, lists=lists)
    else:
        proposal = archive.look_at(site, name=name)
        print_proposal(proposal, as_json)
        if dry_run or not (yes or _consents(proposal.source.name)):
            return DONE
        written = archive.add_proposal(proposal)
    for path in written:
        (say if as_json else print)(str(path))
    say(_("Review them: each .json must hold what its page says, which need not be what was extracted."))
    return DONE


def _consents(name: str) -> bool:
    """Whether the user wants the source written. Raises UsageFault where nobody can be asked."""
    if not sys.stdin.isatty():
        raise UsageFault(name, _("was not written"), _("write it with --yes"))
    return typer.confirm(_("Write the source {name}?").format(name=name), err=True)


@app.command()
def check(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", autocompletion=known_sources, help=_("A name, or FILE.toml."))
    ],
    pages: Annotated[
        list[str], typer.Argument(metavar="[PAGE...]", help=_("FILE or ADDRESS=FILE: only these pages."))
    ] = [],  # noqa: B006
    offline: Annotated[bool, typer.Option("--offline", help=_("Only the saved pages of the source."))] = False,
) -> int:
    """Check the file of a source, read its saved pages, then one list and three articles of the live site.

    Examples:
        wencang source check tibet_cn
        wencang source check draft.toml http://www.example.cn/news/1.html=1.html
    """
    result = archive_of(ctx).check_source(source, pages, offline=offline)
    print_check(result)
    if result.unfound and not source.endswith(".toml"):
        say(_("has a layout changed? `wencang source mend {source}` proposes new rules").format(source=source))
    return CHECK if result.failed else DONE


@app.command()
def mend(
    ctx: typer.Context,
    source: Name,
    pages: Annotated[
        list[str], typer.Argument(metavar="[PAGE...]", help=_("FILE or ADDRESS=FILE: only these pages."))
    ] = [],  # noqa: B006
    offline: Annotated[bool, typer.Option("--offline", help=_("Only pages that the archive keeps."))] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Write what is proposed without asking."))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only show what is proposed."))] = False,
    as_json: Json = False,
) -> int:
    """Propose new rules for a source whose site changed its layout, and show what they read.

    The articles that the archive keeps are what must come out of the pages at hand: the newest raw pages, and up
    to three lists and ten articles that are fetched again. The rules become forms with a date.

    Examples:
        wencang source mend tibet_cn --dry-run
    """
    archive = archive_of(ctx)
    mending = archive.mend_source(source, pages, offline=offline)
    print_mending(mending, as_json)
    if mending.changes and not dry_run and (yes or _consents(source)):
        (say if as_json else print)(str(archive.write_mending(mending)))
    return CHECK if mending.unmended else DONE


@app.command()
def edit(ctx: typer.Context, source: Name) -> int:
    """Edit a source in your editor ($VISUAL or $EDITOR); a shipped one becomes your own.

    Examples:
        wencang source edit tibet_cn
    """
    with archive_of(ctx).edit_source(source) as draft:
        _open_editor(draft)
    say(_("{source}: checked and saved").format(source=source))
    return DONE


def _open_editor(path: Path) -> None:
    """Raises UsageFault where the editor can't be started, or fails."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    mend = _("name an editor in $EDITOR")
    try:
        code = subprocess.call([*shlex.split(editor), str(path)])  # noqa: S603  # the user's own editor
    except (OSError, ValueError) as error:
        raise UsageFault(editor, of_error(error) if isinstance(error, OSError) else str(error), mend) from error
    if code:
        raise UsageFault(editor, _("ended with code {code}").format(code=code), mend)
