"""The options of the whole program, --data and --lang, which may stand anywhere before "--"."""

from __future__ import annotations

from collections.abc import Sequence

OPTIONS = ("--data", "--lang")


def split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """These options, each followed by its value, and all other arguments."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options: list[str] = []
    others: list[str] = []
    at = 0
    while at < end:
        name, equals, value = arguments[at].partition("=")
        if name not in OPTIONS:
            others.append(arguments[at])
        elif equals:
            options += [name, value]
        else:
            options += arguments[at : at + 2]
            at += 1
        at += 1
    return options, [*others, *arguments[at:]]


def value(arguments: Sequence[str], option: str) -> str:
    """The value of an option; the last one where it is repeated, "" where it is not given."""
    options, _others = split(arguments)
    return dict(zip(options[::2], options[1::2], strict=False)).get(option, "")
