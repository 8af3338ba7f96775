"""What proves one version of an article: its raw pages as they are now, and the manifest that lists it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archive import clock
from archive.article import RawPage, Revision
from archive.errors import ArchiveUnusable, UsageFault
from archive.jsonl import origin
from archive.proof import manifest
from archive.storage.storage import File, Storage
from archive.warc.pages import FetchedPage, Pages


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a WARC file, read just now; `page` is None and `fault` says why where that fails."""

    raw: RawPage
    page: FetchedPage | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp (RFC 3161), verified just now: who says when (UTC) that the manifest existed.

    `time` is None where it was not verified; `fault` says why. `is_checked` is False where the library
    that verifies is not installed.
    """

    path: File
    time: datetime | None = None
    authority: str = ""
    fault: str = ""
    is_checked: bool = True

    @property
    def holds(self) -> bool:
        """Whether nothing is known against it."""
        return self.time is not None or not self.is_checked


@dataclass(frozen=True, slots=True)
class Listing:
    """The manifest that lists a version. `agrees`: what it says of the version is what is archived.

    `sha256` is that of the manifest's file; `stamp` its time stamp, None where there is none.
    """

    path: File
    number: int
    made: datetime
    sha256: str
    agrees: bool
    stamp: Stamp | None


@dataclass(frozen=True, slots=True)
class Proof:
    """The evidence for a version as of `checked` (UTC); `listing` is None before the run's manifest is written."""

    revision: Revision
    records: tuple[Record, ...]
    listing: Listing | None
    checked: datetime

    @property
    def is_intact(self) -> bool:
        """Whether nothing is damaged: every record is as archived, and the manifest agrees."""
        return not any(record.fault for record in self.records) and (self.listing is None or self.listing.agrees)

    @property
    def holds(self) -> bool:
        """Whether, besides, the time stamp of the manifest, if it has one, proves it."""
        stamp = self.listing.stamp if self.listing else None
        return self.is_intact and (stamp is None or stamp.holds)

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values; files relative to the data folder, times in ISO 8601 (UTC)."""
        revision, listing = self.revision, self.listing
        stamp = listing and listing.stamp
        return {
            "id": revision.article.id, "url": revision.article.url, "sequence": revision.sequence,
            "fetched": revision.fetched.isoformat(), "digest": revision.digest, "extractor": revision.extractor,
            "checked": self.checked.isoformat(), "holds": self.holds,
            "records": [asdict(record.raw) | {"fault": record.fault} for record in self.records],
            "manifest": listing and {
                "file": listing.path.key, "number": listing.number,
                "made": listing.made.isoformat(), "sha256": listing.sha256, "agrees": listing.agrees,
                "timestamp": stamp and stamp.path.key,
                "stamped": stamp and stamp.time and stamp.time.isoformat(),
                "authority": stamp and stamp.authority, "timestamp_fault": stamp and stamp.fault,
            },
        } | origin(revision)  # fmt: skip


def proof(revision: Revision, storage: Storage, roots: Path | None = None) -> Proof:
    """The evidence for a version of an archive.

    Time stamps are trusted by the certificates in `roots`, a PEM file, or else those of the system.
    """
    with Pages(storage) as pages:
        records = tuple(_record(pages, raw) for raw in revision.pages)
    return Proof(revision, records, _listing(revision, storage, roots), clock.now())


def _record(pages: Pages, raw: RawPage) -> Record:
    try:
        return Record(raw, pages.read(raw))
    except ArchiveUnusable as error:
        return Record(raw, None, str(error.reason))


def _listing(revision: Revision, storage: Storage, roots: Path | None) -> Listing | None:
    if not (path := manifest.lists(storage, revision.sequence)):
        return None
    head = manifest.read_head(path)
    agrees = manifest.entry(path, revision.sequence) == manifest.line_of(revision)
    return Listing(path, head.number, head.made, path.sha256(), agrees, _stamp(path, roots))


def _stamp(listing: File, roots: Path | None) -> Stamp | None:
    path = listing.with_suffix(manifest.STAMP)
    if not path.exists():
        return None
    try:
        from archive.proof import timestamp

        stamped = timestamp.read(listing, roots)
    except UsageFault as fault:  # no library, or no roots: `wencang verify` says so too
        return Stamp(path, fault=str(fault.reason), is_checked=False)
    except ValueError as error:
        return Stamp(path, fault=str(error))
    return Stamp(path, stamped.time, stamped.authority)
