"""A command's help on a terminal and its part of the manual page, both made from its parameters and docstring.

The docstring says what the command does; examples follow under "Examples:", one per line.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.cells import cell_len

from archive.text.translation import gettext as _

_EXAMPLES = re.compile(r"\n*^Examples:\n(.*)", re.MULTILINE | re.DOTALL)
_WIDE = "\u2e80-\uffef"
_CLOSING = "，。、；：？！）」』】…"  # never at the beginning of a line
_OPENING = "（「『【《"  # never at the end of a line
_PIECES = re.compile(rf"[{_OPENING}]*[{_WIDE}][{_CLOSING}]*|[^\s{_WIDE}]+[{_CLOSING}]*|\s+")
_WIDTH = 80  # cells; less on a narrower terminal
TYPERS = (  # help that Typer writes, without gettext
    "Show this message and exit.",
    "Install completion for the current shell.",
    "Show completion for the current shell, to copy it or customize the installation.",
)

Rows = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """A command's help, in the user's language."""

    usage: str
    paragraphs: tuple[str, ...]
    arguments: Rows
    options: Rows
    commands: Rows
    examples: tuple[str, ...]


def page(ctx: Any) -> Page:
    """The help of the command that a context is for."""
    command = ctx.command
    description, examples = split(command.help or "")
    paragraphs = re.split(r"\n\s*\n", _(description) if description else "")
    parameters = command.get_params(ctx)
    rows = {
        kind: [(names, _translated(help)) for names, help in records]
        for kind in ("argument", "option")
        if (records := [r for p in parameters if p.param_type_name == kind and (r := p.get_help_record(ctx))])
    }
    names = command.list_commands(ctx) if hasattr(command, "commands") else []
    return Page(
        re.sub("[{}]", "", " ".join((ctx.command_path, *command.collect_usage_pieces(ctx)))),
        tuple(" ".join(paragraph.split()) for paragraph in paragraphs),
        rows.get("argument", ()),
        rows.get("option", ()),
        [(name, _summary(command.get_command(ctx, name))) for name in names],
        examples,
    )


def split(docstring: str) -> tuple[str, tuple[str, ...]]:
    """A docstring's description, and its examples."""
    section = _EXAMPLES.search(docstring)
    lines = section[1].splitlines() if section else ()
    return _EXAMPLES.sub("", docstring).strip(), tuple(stripped for line in lines if (stripped := line.strip()))


def _summary(command: Any) -> str:
    """The first paragraph of a command's description."""
    description = split(command.help or "")[0]
    return re.split(r"\n\s*\n", _(description))[0] if description else ""


def _translated(help: str) -> str:
    """A parameter's help; Typer ends it with "[default: 10; x>=0]" or "[required]", or has written all of it."""
    if help in TYPERS:
        return _(help)
    help = re.sub(r"\[default: (?=[^\[]*\]$)", "[" + _("default: {default}").format(default=""), help)
    return re.sub(r"\brequired\]$", _("required") + "]", help)


# On a terminal


def text(page: Page) -> str:
    width = min(shutil.get_terminal_size().columns, _WIDTH)
    lines = _hanging(_("Usage: "), page.usage, width)
    for paragraph in page.paragraphs:
        lines += ["", *("  " + line for line in wrapped(paragraph, width - 2))]
    for head, rows in (
        (_("Arguments:"), page.arguments), (_("Options:"), page.options), (_("Commands:"), page.commands)
    ):  # fmt: skip
        lines += ["", head, *_table(rows, width)] if rows else []
    if page.examples:
        lines += ["", _("Examples:"), *("  " + example for example in page.examples)]
    return "\n".join(lines)


def _table(rows: Rows, width: int) -> Iterator[str]:
    column = min(max(cell_len(name) for name, _help in rows), width // 3) + 2
    for name, help in rows:
        if cell_len(name) > column - 2:
            yield f"  {name}"
            yield from (" " * (column + 2) + line for line in wrapped(help, width - column - 2))
        else:
            yield from _hanging("  " + name + " " * (column - cell_len(name)), help, width)


def _hanging(head: str, text: str, width: int) -> list[str]:
    """The text behind `head`, its further lines indented as far."""
    indent = cell_len(head)
    lines = wrapped(text, width - indent) or [""]
    return [(head + lines[0]).rstrip(), *(" " * indent + line for line in lines[1:])]


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at blanks and between Chinese characters."""
    lines = [""]
    for piece in _PIECES.findall(text):
        if lines[-1] and cell_len(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] or piece.strip() else ""
    return [line.rstrip() for line in lines if line.strip()]


# For man


def manual(root: Any, day: date, version: str) -> str:
    """The manual page of the whole program, in roff; `root` is the application's context."""
    program = page(root)
    lines = [
        f'.TH WENCANG 1 "{day}" "wencang {version}"', ".SH " + _("NAME"), rf"wencang \- {_roff(program.paragraphs[0])}",
        ".SH " + _("SYNOPSIS"), _roff(program.usage),
    ]  # fmt: skip
    lines += [".SH " + _("OPTIONS"), *_definitions(program.options), ".SH " + _("COMMANDS")]
    for ctx in _contexts(root):
        lines += _section(page(ctx))
    lines += [
        ".SH " + _("EXIT STATUS"),
        *_definitions([(str(code), meaning) for code, meaning in exit_codes().items()]),
    ]
    return "\n".join(lines) + "\n"


def exit_codes() -> dict[int, str]:
    return {
        0: _("done"), 1: _("nothing found, or withdrawn"), 2: _("wrong usage"),
        3: _("the archive or the index cannot be used"), 4: _("another run is writing"),
        5: _("ended with failures"), 6: _("a check failed"), 70: _("an internal error; a message names its report"),
        130: _("interrupted"),
    }  # fmt: skip


def _contexts(parent: Any) -> Iterator[Any]:
    """The contexts of all commands below this one."""
    for name in parent.command.list_commands(parent):
        command = parent.command.get_command(parent, name)
        ctx = command.make_context(name, [], parent=parent, resilient_parsing=True)
        yield ctx
        if hasattr(command, "commands"):
            yield from _contexts(ctx)


def _section(page: Page) -> Iterator[str]:
    yield f'.SS "{_roff(page.usage)}"'
    for number, paragraph in enumerate(page.paragraphs):
        yield from [".PP", _roff(paragraph)] if number else [_roff(paragraph)]
    yield from _definitions([*page.arguments, *(row for row in page.options if not row[0].endswith("--help"))])
    if page.examples:
        yield from (".PP", _roff(_("Examples:")), ".RS", ".nf", *map(_roff, page.examples), ".fi", ".RE")


def _definitions(rows: Rows) -> Iterator[str]:
    for name, description in rows:
        yield from (".TP", rf"\fB{_roff(name)}\fR", _roff(description) or r"\&")


def _roff(text: str) -> str:
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
    return r"\&" + escaped if escaped[:1] in (".", "'") else escaped
