"""Versions of an article: its history, and the difference between two of them as JSON and HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.article import Revision
from archive.errors import NotKept, UsageFault
from archive.jsonl import origin
from archive.text.escaping import xml
from archive.text.translation import gettext as _
from indexer.diff import Parts, Step
from wencang.desk.markup import differences
from wencang.desk.table import Table

_PAGE = """<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ max-width: 42em; margin: 2em auto; padding: 0 1em; line-height: 1.7; }}
dd {{ margin: 0 0 1em; }}
del {{ color: #a00; background: #fdd; }}
ins {{ color: #060; background: #dfd; text-decoration: none; }}
mark {{ background: #cef; }}
s {{ color: #777; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{versions}</p>
<dl>
{fields}
</dl>
</body>
</html>"""


@dataclass(frozen=True, slots=True)
class History(Table):
    """Every version of an article, oldest first.

    Rows have `fetched` and `gone` as datetimes in UTC, `published` in Asia/Shanghai or None, and
    the names of the changed fields as one text.
    """

    steps: tuple[Step, ...]
    columns = ("sequence", "fetched", "gone", "published", "changed", "added", "removed")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, one row per version."""
        for step in self.steps:
            revision = step.revision
            yield (
                revision.sequence, revision.fetched, revision.gone_since, revision.article.issued,
                ", ".join(step.fields), step.added, step.removed,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Diff:
    """Two versions, and each field that differs between them with its parts; `gone` is a field too."""

    old: Revision
    new: Revision
    changes: Mapping[str, Parts]

    @property
    def versions(self) -> str:
        """The sequences of both versions and the times they were fetched (UTC)."""
        return " → ".join(f"{version.sequence}, {version.fetched:%Y-%m-%d %H:%M}Z" for version in (self.old, self.new))

    def to_json(self) -> dict[str, Any]:
        """The id, `a` and `b` with sequence and time, and of each field its parts in order."""
        sides = {
            name: {"sequence": version.sequence, "fetched": version.fetched.isoformat()} | origin(version)
            for name, version in (("a", self.old), ("b", self.new))
        }
        changes = {
            field: [{"kind": part.kind, "text": part.text} for part in parts] for field, parts in self.changes.items()
        }
        return {"id": self.new.article.id, **sides, "changes": changes}

    def html(self) -> str:
        """A self-contained HTML page."""
        return _PAGE.format(title=xml(self.new.article.title), versions=xml(self.versions), fields=self._fields())

    def _repr_html_(self) -> str:
        """For Jupyter: the title, the versions and what differs."""
        heading = f"<b>{xml(self.new.article.title)}</b><br>{xml(self.versions)}"
        return f"<p>{heading}</p><dl>{self._fields()}</dl>"

    def _fields(self) -> str:
        cell = '<dt>{name}</dt>\n<dd style="white-space: pre-wrap">{text}</dd>'
        return "\n".join(
            cell.format(name=xml(_(name)), text=differences(parts)) for name, parts in self.changes.items()
        )


def pair(versions: Sequence[Revision], a: int, b: int) -> tuple[Revision, Revision]:
    """The two versions to compare: the last two, or A and the last, or A and B.

    Numbers are sequences, or places from 1 on where one is not a sequence of these versions. Raises
    NotKept where there is one version and none is named, UsageFault for a number that is neither.
    """
    numbers = [number for number in (a, b) if number]
    if not numbers:
        if len(versions) == 1:
            raise NotKept(versions[0].article.id, _("has only one version"))
        return versions[-2], versions[-1]
    by_sequence = {version.sequence: version for version in versions}
    by_place = dict(enumerate(versions, 1))
    for numbered in (by_sequence, by_place):
        if all(number in numbered for number in numbers):
            old, new, *_rest = [*(numbered[number] for number in numbers), versions[-1]]
            return old, new
    unknown = [number for number in numbers if number not in by_sequence and number not in by_place] or numbers
    known = _("versions: {places}").format(places=", ".join(map(str, by_sequence)))
    raise UsageFault(" ".join(map(str, unknown)), _("is not a version of it"), known)
