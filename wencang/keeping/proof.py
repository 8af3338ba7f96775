"""What proves one version of an article: its raw pages as they are now, and the manifest that lists it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archive import clock
from archive.article import RawPage, Revision
from archive.errors import ArchiveUnusable
from archive.proof import manifest
from archive.warc.pages import FetchedPage, Pages


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a WARC file, read just now; `page` is None and `fault` says why where that fails."""

    raw: RawPage
    page: FetchedPage | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The manifest that lists a version. `agrees`: what it says of the version is what is archived.

    `sha256` is that of the manifest's file; `stamp` the file of its time stamp, None where there is none.
    """

    path: Path
    number: int
    made: datetime
    sha256: str
    agrees: bool
    stamp: Path | None


@dataclass(frozen=True, slots=True)
class Proof:
    """The evidence for a version as of `checked` (UTC); `listing` is None before the run's manifest is written."""

    revision: Revision
    records: tuple[Record, ...]
    listing: Listing | None
    checked: datetime

    @property
    def holds(self) -> bool:
        """Whether nothing is damaged: every record is as archived, and the manifest agrees."""
        return not any(record.fault for record in self.records) and (self.listing is None or self.listing.agrees)

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values; files relative to the data folder, times in ISO 8601 (UTC)."""
        revision, listing = self.revision, self.listing
        return {
            "id": revision.article.id, "url": revision.article.url, "sequence": revision.sequence,
            "fetched": revision.fetched.isoformat(), "digest": revision.digest, "extractor": revision.extractor,
            "checked": self.checked.isoformat(), "holds": self.holds,
            "records": [asdict(record.raw) | {"fault": record.fault} for record in self.records],
            "manifest": listing and {
                "file": f"{manifest.FOLDER}/{listing.path.name}", "number": listing.number,
                "made": listing.made.isoformat(), "sha256": listing.sha256, "agrees": listing.agrees,
                "timestamp": listing.stamp and f"{manifest.FOLDER}/{listing.stamp.name}",
            },
        }  # fmt: skip


def proof(revision: Revision, data: Path) -> Proof:
    """The evidence for a version of the archive in a data folder."""
    with Pages(data) as pages:
        records = tuple(_record(pages, raw) for raw in revision.pages)
    return Proof(revision, records, _listing(revision, data), clock.now())


def _record(pages: Pages, raw: RawPage) -> Record:
    try:
        return Record(raw, pages.read(raw))
    except ArchiveUnusable as error:
        return Record(raw, None, str(error.reason))


def _listing(revision: Revision, data: Path) -> Listing | None:
    if not (path := manifest.lists(data, revision.sequence)):
        return None
    head = manifest.read_head(path)
    agrees = manifest.entry(path, revision.sequence) == manifest.line_of(revision)
    stamp = path.with_suffix(manifest.STAMP)
    return Listing(path, head.number, head.made, manifest.sha256_of(path), agrees, stamp if stamp.exists() else None)
