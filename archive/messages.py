"""What is said to a person, kept as a code and its parameters and put into words where it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from gettext import gettext as _
from gettext import ngettext

TEMPLATES: Mapping[str, str | tuple[str, str]] = {  # by code; a pair is for one and for many, by `count`
    "index-behind": (
        "The index is {count} article behind the archive: `wencang index` brings it up to date.",
        "The index is {count} articles behind the archive: `wencang index` brings it up to date.",
    ),
    "stories-behind": (
        "The stories are {count} article behind the archive: `wencang stories --update` brings them up to date.",
        "The stories are {count} articles behind the archive: `wencang stories --update` brings them up to date.",
    ),
    "rebuild-due": "The {engine} index was built with another lexicon: `{command}` rebuilds it with the present one.",
    "set-in-shell-only": "{names}: set in this shell only; what starts by itself reads {file}",
    "no-linger": "It runs while you are logged in; after `loginctl enable-linger` it always does.",
    "doubt": "{text}",
}


@dataclass(frozen=True, slots=True)
class Message:
    """A code of TEMPLATES and what stands in its braces; `str` gives it in the language of the process."""

    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        template = TEMPLATES[self.code]
        if isinstance(template, tuple):
            return ngettext(*template, int(self.values["count"])).format(**self.values)
        return _(template).format(**self.values)

    def to_json(self) -> dict[str, object]:
        """The code, its parameters, and the text."""
        return {"code": self.code, **self.values, "text": str(self)}
