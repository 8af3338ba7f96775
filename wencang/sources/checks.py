"""What a source's rules find: on its live site, on pages that a person names, and on its saved pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wencang.desk.table import Table

if TYPE_CHECKING:
    from crawler.health.rules import Finding


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a saved page that is not read as its .json says."""

    path: Path
    field: str
    expected: str
    read: str


@dataclass(frozen=True, slots=True)
class SourceCheck(Table):
    """Each rule on each page it was tried on, and what it found there, "" for nothing.

    `saved` is the number of saved pages that were read again, `differences` where one is not read as it must be.
    """

    findings: tuple[Finding, ...]
    differences: tuple[Difference, ...] = ()
    saved: int = 0
    columns = ("rule", "url", "found")

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The values of `columns`, all of them texts."""
        for finding in self.findings:
            yield finding.rule, finding.url, finding.found

    @property
    def unfound(self) -> tuple[str, ...]:
        """The rules that found nothing on any page, sorted."""
        found = {finding.rule for finding in self.findings if finding.found}
        return tuple(sorted({finding.rule for finding in self.findings} - found))

    @property
    def failed(self) -> bool:
        """Whether a rule found nothing anywhere, a saved page is read in another way, or no page was had at all."""
        return bool(self.unfound or self.differences) or not (self.findings or self.saved)
