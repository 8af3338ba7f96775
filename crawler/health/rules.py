"""What each rule of a source found on a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crawler.extract.reading import Reading


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found on one page; "" for nothing."""

    url: str
    rule: str
    found: str


def findings(url: str, reading: Reading) -> Iterator[Finding]:
    """Of the rules of the form that reads the page, and of the time; what general means found instead is left out."""
    for step in reading.steps:
        if step in reading.unfound or step.how.endswith(" form"):
            yield Finding(url, step.field, "" if step in reading.unfound else step.how)
    issued = reading.article.issued
    yield Finding(url, "published", issued.isoformat() if issued else "")
