"""How a command is used: its help on a terminal and its part of the manual page, both made of its own parameters.

A command's docstring begins with what it does; its examples follow under "Examples:", a line each.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from gettext import gettext as _
from itertools import groupby
from typing import Any

from wencang.desk.cells import cells

_EXAMPLES = re.compile(r"\n*^Examples:\n(.*)", re.MULTILINE | re.DOTALL)
_WIDE = "\u2e80-\uffef"
_MARKS = "，。、；：？！）」』】…"  # no line begins with one of these
_OPENING = "（「『【《"  # no line ends with one of these
_PIECES = re.compile(rf"[{_OPENING}]*[{_WIDE}][{_MARKS}]*|[^\s{_WIDE}]+[{_MARKS}]*|\s+")
_WIDTH = 80  # cells, where the terminal has them
TYPERS = (  # help that Typer writes, and never puts through gettext
    "Show this message and exit.",
    "Install completion for the current shell.",
    "Show completion for the current shell, to copy it or customize the installation.",
)

Rows = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """What there is to tell of a command; `told` is a paragraph a line."""

    usage: str
    told: tuple[str, ...]
    arguments: Rows
    options: Rows
    commands: Rows
    examples: tuple[str, ...]


def page(ctx: Any) -> Page:
    """Of the command whose context it is."""
    command = ctx.command
    told, examples = split(command.help or "")
    paragraphs = re.split(r"\n\s*\n", _(told) if told else "")
    params = command.get_params(ctx)
    rows = {
        kind: [(names, _(help) if help in TYPERS else help) for names, help in records]
        for kind in ("argument", "option")
        if (records := [r for p in params if p.param_type_name == kind and (r := p.get_help_record(ctx))])
    }
    names = command.list_commands(ctx) if hasattr(command, "commands") else []
    return Page(
        re.sub("[{}]", "", " ".join((ctx.command_path, *command.collect_usage_pieces(ctx)))),
        tuple(" ".join(one.split()) for one in paragraphs),
        rows.get("argument", ()),
        rows.get("option", ()),
        [(name, first(command.get_command(ctx, name))) for name in names],
        examples,
    )


def split(docstring: str) -> tuple[str, tuple[str, ...]]:
    """What a docstring tells, and its examples."""
    found = _EXAMPLES.search(docstring)
    lines = found[1].splitlines() if found else ()
    return _EXAMPLES.sub("", docstring).strip(), tuple(stripped for line in lines if (stripped := line.strip()))


def first(command: Any) -> str:
    """The first paragraph of what is told of a command."""
    told = split(command.help or "")[0]
    return re.split(r"\n\s*\n", _(told))[0] if told else ""


# On a terminal


def text(page: Page) -> str:
    width = min(shutil.get_terminal_size().columns, _WIDTH)
    lines = _hanging(_("Usage: "), page.usage, width)
    for paragraph in page.told:
        lines += ["", *("  " + line for line in wrapped(paragraph, width - 2))]
    for head, rows in (
        (_("Arguments:"), page.arguments), (_("Options:"), page.options), (_("Commands:"), page.commands)
    ):  # fmt: skip
        lines += ["", head, *_table(rows, width)] if rows else []
    if page.examples:
        lines += ["", _("Examples:"), *("  " + example for example in page.examples)]
    return "\n".join(lines)


def _table(rows: Rows, width: int) -> Iterator[str]:
    column = min(max(cells(name) for name, _told in rows), width // 3) + 2
    for name, told in rows:
        if cells(name) > column - 2:
            yield f"  {name}"
            yield from (" " * (column + 2) + line for line in wrapped(told, width - column - 2))
        else:
            yield from _hanging("  " + name + " " * (column - cells(name)), told, width)


def _hanging(head: str, told: str, width: int) -> list[str]:
    indent = cells(head)
    lines = wrapped(told, width - indent) or [""]
    return [(head + lines[0]).rstrip(), *(" " * indent + line for line in lines[1:])]


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most so many cells, broken at blanks and between Chinese characters."""
    lines = [""]
    for piece in _PIECES.findall(text):
        if lines[-1] and cells(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] or piece.strip() else ""
    return [line.rstrip() for line in lines if line.strip()]


# For man


def manual(root: Any, day: date, version: str) -> str:
    """The manual page of the whole program, in roff; `root` is the door's context."""
    door = page(root)
    lines = [
        f'.TH WENCANG 1 "{day}" "wencang {version}"', ".SH " + _("NAME"), rf"wencang \- {_roff(door.told[0])}",
        ".SH " + _("SYNOPSIS"), _roff(door.usage),
    ]  # fmt: skip
    lines += [".SH " + _("OPTIONS"), *_definitions(door.options), ".SH " + _("COMMANDS")]
    for ctx in _contexts(root):
        lines += _section(page(ctx))
    lines += [".SH " + _("EXIT STATUS"), *_definitions([(str(code), told) for code, told in exit_codes().items()])]
    return "\n".join(lines) + "\n"


def exit_codes() -> dict[int, str]:
    return {
        0: _("done"), 1: _("nothing found, or withdrawn"), 2: _("wrong usage"),
        3: _("the archive or the index can't be used as it is"), 4: _("another run is writing"),
        5: _("ended with failures"), 6: _("a check failed"), 70: _("a fault of the program; it names a report of it"),
        130: _("interrupted"),
    }  # fmt: skip


def _contexts(parent: Any) -> Iterator[Any]:
    """Of every command under this one."""
    for name in parent.command.list_commands(parent):
        command = parent.command.get_command(parent, name)
        ctx = command.make_context(name, [], parent=parent, resilient_parsing=True)
        yield ctx
        if hasattr(command, "commands"):
            yield from _contexts(ctx)


def _section(page: Page) -> Iterator[str]:
    yield f'.SS "{_roff(page.usage)}"'
    for is_first, paragraphs in groupby(page.told, lambda told: told == page.told[0]):
        for told in paragraphs:
            yield from [_roff(told)] if is_first else [".PP", _roff(told)]
    yield from _definitions([*page.arguments, *(row for row in page.options if row[0] != "--help")])
    if page.examples:
        yield from (".PP", _roff(_("Examples:")), ".RS", ".nf", *map(_roff, page.examples), ".fi", ".RE")


def _definitions(rows: Rows) -> Iterator[str]:
    for name, told in rows:
        yield from (".TP", rf"\fB{_roff(name)}\fR", _roff(told) or r"\&")


def _roff(text: str) -> str:
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
    return r"\&" + escaped if escaped[:1] in (".", "'") else escaped
