"""What a source's rules find on its live site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wencang.desk.table import Table

if TYPE_CHECKING:
    from crawler.check import Finding


@dataclass(frozen=True, slots=True)
class SourceCheck(Table):
    """Each rule on each page it was tried on, and what it found there, "" for nothing."""

    findings: tuple[Finding, ...]
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
        """Whether a rule found nothing anywhere, or no page was had at all."""
        return bool(self.unfound) or not self.findings
