"""Manifests: a file for each run that lists what it added, with the hash of the manifest before.

A manifest is JSON Lines in UTF-8: a head, a line for each span of a WARC file, a line for each
revision (docs/proof.md). With a copy of one kept elsewhere anybody can prove later that the
archive was not changed.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain, islice, takewhile
from pathlib import Path
from typing import Any, TypeVar

from archive.article import Revision
from archive.databases.sqlite import RESTORE
from archive.disk import atomic_write, make_folder
from archive.errors import ArchiveUnusable, UsageFault
from archive.lock import exclusive
from archive.settings import version
from archive.store import ArticleStore
from archive.store.schema import WARC_FILE
from archive.tables.stories import Stories
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from archive.warc import warcfile
from archive.warc.pages import FOLDER as PAGES

FOLDER = "manifests"
STAMP = ".tsr"  # suffix of the time stamp beside a manifest (archive/proof/timestamp.py)
_FORMAT = 1
_BATCH = 500
_CHUNK = 1 << 20
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of a manifest: the revisions `first` to `last` were added."""

    manifest: int  # the version of the format
    number: int
    made: datetime  # UTC
    program: str
    previous: str | None  # SHA-256 (hex) of the manifest before
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes added to a WARC file, from `start` up to `end`, and their SHA-256 (hex)."""

    file: str
    start: int
    end: int
    sha256: str


def manifests(data: Path) -> list[Path]:
    """The manifests of a data folder, oldest first."""
    return sorted((data / FOLDER).glob("[0-9]" * 6 + "-????????T??????Z.jsonl"))


# Writing


def close(store: ArticleStore, data: Path, now: datetime, withdrawn: bool = False) -> Path | None:
    """Write a manifest of what is in none yet: of this run, and of runs that were killed; None if there is nothing.

    With `withdrawn` the spans in which pages were withdrawn are listed again, with their new hashes.
    """
    with exclusive(data / "manifest.lock", wait=True):
        newest = next(reversed(manifests(data)), None)
        head = _head(newest, store.sequence(), now.astimezone(UTC))
        rewritten = list(_rewritten(store, data)) if withdrawn else []
        if head.first > head.last and not rewritten:
            return None
        ends = {span.file: span.end for span in read_spans(newest)} if newest else {}
        path = data / FOLDER / f"{head.number:06}-{head.made:%Y%m%dT%H%M%SZ}.jsonl"
        revisions = map(line_of, store.between(head.first, head.last))
        try:
            _write(path, [_line_of_head(head)], map(asdict, chain(rewritten, _spans(data, ends))), revisions)
        except OSError as error:
            raise ArchiveUnusable(path, of_error(error), _("free some space or fix its permissions")) from error
        return path


def _head(newest: Path | None, last: int, now: datetime) -> Head:
    """The head of the next manifest."""
    program = f"wencang {version()}"
    if not newest:
        return Head(_FORMAT, 1, now, program, None, 1, last)
    before = read_head(newest)
    if before.last > last:
        reason = _("names version {there}, but the archive ends at {here}").format(there=before.last, here=last)
        raise ArchiveUnusable(newest, reason, _(RESTORE))
    return Head(_FORMAT, before.number + 1, now, program, sha256_of(newest), before.last + 1, last)


def _line_of_head(head: Head) -> dict[str, Any]:
    return asdict(head) | {"made": head.made.isoformat(timespec="seconds")}


def line_of(revision: Revision) -> dict[str, Any]:
    """The line of a revision in a manifest."""
    article = revision.article
    return {
        "sequence": revision.sequence, "id": article.id, "url": article.url,
        "fetched": revision.fetched.isoformat(), "gone": revision.gone, "digest": revision.digest,
        "pages": list(map(asdict, revision.pages)),
    }  # fmt: skip


def _spans(data: Path, ends: dict[str, int]) -> Iterator[Span]:
    """What was added to each file since `ends`, up to the last whole record: a torn one may be cut off later."""
    for path in warcfile.files(data / PAGES):
        name = f"{PAGES}/{path.name}"
        start = ends.get(name, 0)
        with path.open("rb") as file:
            end = warcfile.whole_end(file, start)
        yield Span(name, start, end, _hash(path, start, end))


def _rewritten(store: ArticleStore, data: Path) -> Iterator[Span]:
    """The spans whose hash changed because a page in them was withdrawn."""
    withdrawn = store.withdrawn_pages()
    sizes = {f"{PAGES}/{path.name}": path.stat().st_size for path in warcfile.files(data / PAGES)}
    for (file, start, end), known in _hashes(data).items():
        if end <= sizes.get(file, -1) and any(raw.file == file and start <= raw.offset < end for raw in withdrawn):
            sha256 = _hash(data / file, start, end)
            if sha256 != known:
                yield Span(file, start, end, sha256)


def _hashes(data: Path) -> dict[tuple[str, int, int], str]:
    """The newest SHA-256 of each span: one with withdrawn pages is listed again by a later manifest."""
    hashes = {}
    for path in manifests(data):
        with suppress(ArchiveUnusable):  # not a valid manifest, which another check reports
            hashes.update({(span.file, span.start, span.end): span.sha256 for span in read_spans(path)})
    return hashes


def _hash(path: Path, start: int, end: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        file.seek(start)
        while chunk := file.read(min(_CHUNK, end - file.tell())):
            digest.update(chunk)
    return digest.hexdigest()


def _write(path: Path, *lines: Iterable[dict[str, Any]]) -> None:
    make_folder(path.parent)
    with atomic_write(path) as file:
        file.writelines((json.dumps(values, ensure_ascii=False) + "\n").encode() for values in chain(*lines))


# Reading


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_head(path: Path) -> Head:
    """The head of a manifest. Raises ArchiveUnusable for a file that is not a valid one."""
    return _head_of(_lines(path), path)


def _head_of(lines: Iterator[dict[str, Any]], path: Path) -> Head:
    try:
        values = next(lines)
        head = Head(**values | {"made": datetime.fromisoformat(values["made"])})
        if not (_are_counts(head.manifest, head.number, head.first, head.last) and head.made.tzinfo):
            raise ValueError
    except (OSError, ValueError, TypeError, LookupError, StopIteration) as error:
        raise _invalid(path) from error
    if head.manifest != _FORMAT:
        raise ArchiveUnusable(path, _("is a manifest of another format"), _("install a newer wencang"))
    return head


def _are_counts(*values: object) -> bool:
    return all(type(value) is int and 0 <= value < 1 << 63 for value in values)


def read_spans(path: Path) -> list[Span]:
    """The spans of WARC files in a manifest. Raises ArchiveUnusable for a file that is not a valid one."""
    lines = _lines(path)
    _head_of(lines, path)
    try:
        spans = [Span(**line) for line in takewhile(lambda line: "file" in line, lines)]
        if not all(
            WARC_FILE.fullmatch(s.file) and _are_counts(s.start, s.end) and type(s.sha256) is str for s in spans
        ):
            raise ValueError
        return spans
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise _invalid(path) from error


def ends(data: Path) -> dict[str, int]:
    """The end of each WARC file by the newest manifest that can be read."""
    return {span.file: span.end for span in _of_newest(data, read_spans) or ()}


def held(data: Path) -> int:
    """The last revision in the newest manifest that can be read, or 0."""
    head = _of_newest(data, read_head)
    return head.last if head else 0


def lists(data: Path, sequence: int) -> Path | None:
    """The manifest that lists a revision; None while its run has not ended. Raises ArchiveUnusable."""
    paths = manifests(data)
    place = bisect_left(paths, sequence, key=lambda path: read_head(path).last)
    return paths[place] if place < len(paths) and read_head(paths[place]).first <= sequence else None


def entry(path: Path, sequence: int) -> dict[str, Any] | None:
    """The line of a revision in a manifest, as `line_of` makes it. Raises ArchiveUnusable."""
    try:
        return next((line for line in _lines(path) if line.get("sequence") == sequence), None)
    except (OSError, ValueError, AttributeError) as error:
        raise _invalid(path) from error


def _of_newest(data: Path, read: Callable[[Path], T]) -> T | None:
    for path in reversed(manifests(data)):
        with suppress(ArchiveUnusable):  # reported by `verify` and at the end of a run
            return read(path)
    return None


def _invalid(path: Path) -> ArchiveUnusable:
    return ArchiveUnusable(path, _("is not a valid manifest"), _("replace it with a copy"))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)
    except RecursionError as error:
        raise ValueError(_("is nested too deeply")) from error


# Checking


def verify(store: ArticleStore, data: Path) -> Iterator[str]:
    """The faults of the chain of manifests, and what differs from them in the archive, a line each."""
    yield from chain_faults(data)
    first, closed = held(data) + 1, Stories(store).position()[0]  # stories are computed after the manifest is written
    if first <= closed:
        fault = _(
            "{folder}: no manifest lists versions {first} to {last}, whose run has ended; "
            "restore the folder from a backup"
        )
        yield fault.format(folder=data / FOLDER, first=first, last=closed)
    hashes = _hashes(data)
    for path in manifests(data):
        yield from _differences(path, store, data, hashes)


def verify_kept(path: Path, store: ArticleStore, data: Path) -> Iterator[str]:
    """Whether a manifest kept elsewhere is part of the chain, and what differs from it in the archive, a line each.

    Raises UsageFault for a file that is not a valid manifest.
    """
    try:
        head = read_head(path)
    except ArchiveUnusable as error:
        raise UsageFault(path, error.reason) from error
    own = next((own for own in manifests(data) if _number(own) == head.number), None)
    if own is None:
        yield _("{path}: the archive has no manifest {number}").format(path=path, number=head.number)
    elif sha256_of(own) != sha256_of(path):
        yield _("{path}: manifest {number} of the archive differs: {own}").format(
            path=path, number=head.number, own=own
        )
    yield from chain_faults(data)
    yield from _differences(path, store, data, _hashes(data))


def chain_faults(data: Path) -> Iterator[str]:
    """What is wrong with the chain of manifests, a line each."""
    number, last, sha256 = 0, 0, None
    for path in manifests(data):
        number += 1
        try:
            head = read_head(path)
        except ArchiveUnusable as error:
            yield str(error)
        else:
            if (head.number, _number(path)) != (number, number):
                yield _("{path}: manifest {number} is missing before it").format(path=path, number=number)
            elif head.previous != sha256:
                yield _("{path}: the manifest before it is not the one it refers to").format(path=path)
            elif head.first != last + 1:
                yield _("{path}: version {due} is missing before it").format(path=path, due=last + 1)
            number, last = head.number, head.last
        sha256 = sha256_of(path)


def _number(path: Path) -> int:
    return int(path.name[:6])


def _differences(path: Path, store: ArticleStore, data: Path, hashes: dict[tuple[str, int, int], str]) -> Iterator[str]:
    """What differs from a manifest, a line each."""
    try:
        head = read_head(path)
        for span in read_spans(path):
            if fault := _fault_of_span(span, data, hashes):
                yield f"{path}: {fault}"
        lines = (line for line in _lines(path) if "sequence" in line)
        due = head.first
        while batch := list(islice(lines, _BATCH)):
            first, last = batch[0]["sequence"], batch[-1]["sequence"]
            archived = {revision.sequence: line_of(revision) for revision in store.between(first, last)}
            for line in batch:
                if fault := _fault_of_line(line, archived.get(line["sequence"]), due):
                    yield f"{path}: {fault}"
                due = line["sequence"] + 1
        if due != head.last + 1:
            yield _("{path}: versions that are missing in it: {count}").format(path=path, count=head.last + 1 - due)
    except (OSError, ValueError, TypeError, KeyError, ArchiveUnusable) as error:
        yield _("{path}: can't be compared: {error}").format(path=path, error=error)


def _fault_of_line(line: dict[str, Any], archived: dict[str, Any] | None, due: int) -> str:
    if line["sequence"] != due:
        return _("version {due} is missing in it").format(due=due)
    if archived is None:
        return _("version {number}, {url}, is not in the archive").format(number=due, url=line["url"])
    keys = ", ".join(key for key in archived if line.get(key) != archived[key])
    fault = _("version {number}, {url}: {keys} differs from the manifest")
    return fault.format(number=due, url=line["url"], keys=keys) if keys else ""


def _fault_of_span(span: Span, data: Path, hashes: dict[tuple[str, int, int], str]) -> str:
    path = data / span.file
    if not path.exists():
        return _("{file} is missing").format(file=path)
    if path.stat().st_size < span.end:
        return _("{file} ends before byte {end}").format(file=path, end=span.end)
    key = span.file, span.start, span.end
    if _hash(path, *key[1:]) not in (span.sha256, hashes.get(key)):
        fault = _("{file}: bytes {start} to {end} differ from the manifest")
        return fault.format(file=path, start=span.start, end=span.end)
    return ""
