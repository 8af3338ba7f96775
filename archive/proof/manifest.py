"""Manifests: a file for each run that lists what it added, with the hash of the manifest before.

A manifest is JSON Lines in UTF-8: a head, a line for each span of a WARC file, a line for each
revision (docs/proof.md). With a copy of one kept elsewhere anybody can prove later that the
archive was not changed.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from itertools import chain, takewhile
from typing import Any, TypeVar

from archive.article import Revision
from archive.batches import batches
from archive.databases.sqlite import RESTORE
from archive.errors import ArchiveUnusable, UsageFault
from archive.jsonl import origin
from archive.settings import version
from archive.storage.storage import File, Storage
from archive.store import ArticleStore
from archive.store.stored import WARC_FILE
from archive.tables.locks import exclusive
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from archive.warc import warcfile
from archive.warc.pages import FOLDER as PAGES

FOLDER = "manifests"
STAMP = ".tsr"  # suffix of the time stamp beside a manifest (archive/proof/timestamp.py)
_NAME = re.compile(r"manifests/\d{6}(-\d{8}T\d{6}Z)?\.jsonl")
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


def manifests(storage: Storage) -> list[File]:
    """The manifests of an archive, oldest first."""
    return [File(storage, key) for key in storage.sizes(FOLDER) if _NAME.fullmatch(key)]


# Writing


def close(store: ArticleStore, storage: Storage, now: datetime, withdrawn: bool = False) -> File | None:
    """Write a manifest of what is in none yet: of this run, and of runs that were killed; None if there is nothing.

    With `withdrawn` the spans in which pages were withdrawn are listed again, with their new hashes.
    Of a shared storage only files are listed that every host can read. Raises Busy if another host was faster.
    """
    with exclusive(store, "manifests", wait=True):
        newest = next(reversed(manifests(storage)), None)
        head = _head(newest, store.sequence(), now.astimezone(UTC))
        rewritten = list(_rewritten(store, storage)) if withdrawn else []
        if head.first > head.last and not rewritten:
            return None
        ends = {span.file: span.end for span in read_spans(newest)} if newest else {}
        spans = map(asdict, chain(rewritten, _spans(storage, ends)))
        lines = chain([_line_of_head(head)], spans, map(line_of, store.between(head.first, head.last)))
        try:
            key = storage.add(FOLDER, head.number, f"-{head.made:%Y%m%dT%H%M%SZ}.jsonl", _text(lines))
        except OSError as error:
            subject = error.filename or storage.shown(FOLDER)
            raise ArchiveUnusable(subject, of_error(error), _("free some space or fix its permissions")) from error
        store.note_closed(head.last)
        return File(storage, key)


def _head(newest: File | None, last: int, now: datetime) -> Head:
    """The head of the next manifest."""
    program = f"wencang {version()}"
    if not newest:
        return Head(_FORMAT, 1, now, program, None, 1, last)
    before = read_head(newest)
    if before.last > last:
        reason = _("names version {there}, but the archive ends at {here}").format(there=before.last, here=last)
        raise ArchiveUnusable(newest, reason, _(RESTORE))
    return Head(_FORMAT, before.number + 1, now, program, newest.sha256(), before.last + 1, last)


def _line_of_head(head: Head) -> dict[str, Any]:
    return asdict(head) | {"made": head.made.isoformat(timespec="seconds")}


def line_of(revision: Revision) -> dict[str, Any]:
    """The line of a revision in a manifest."""
    article = revision.article
    return {
        "sequence": revision.sequence, "id": article.id, "url": article.url,
        "fetched": revision.fetched.isoformat(), "gone": revision.gone, "digest": revision.digest,
        "pages": list(map(asdict, revision.pages)),
    } | origin(revision)  # fmt: skip


def _spans(storage: Storage, ends: dict[str, int]) -> Iterator[Span]:
    """What was added to each file since `ends`, up to the last whole record: a torn one may be cut off later."""
    for key, size in warcfile.ours(storage.settled(PAGES)).items():
        start = end = ends.get(key, 0)
        if start < size:
            with storage.open(key) as file:
                end = warcfile.whole_end(file, start)
        yield Span(key, start, end, _hash(storage, key, start, end))


def _rewritten(store: ArticleStore, storage: Storage) -> Iterator[Span]:
    """The spans whose hash changed because a page in them was withdrawn."""
    withdrawn = store.withdrawn_pages()
    sizes = storage.settled(PAGES)
    for (file, start, end), known in _hashes(storage).items():
        if end <= sizes.get(file, -1) and any(raw.file == file and start <= raw.offset < end for raw in withdrawn):
            sha256 = _hash(storage, file, start, end)
            if sha256 != known:
                yield Span(file, start, end, sha256)


def _hashes(storage: Storage) -> dict[tuple[str, int, int], str]:
    """The newest SHA-256 of each span: one with withdrawn pages is listed again by a later manifest."""
    hashes = {}
    for path in manifests(storage):
        with suppress(ArchiveUnusable):  # not a valid manifest, which another check reports
            hashes.update({(span.file, span.start, span.end): span.sha256 for span in read_spans(path)})
    return hashes


def _hash(storage: Storage, key: str, start: int, end: int) -> str:
    digest = hashlib.sha256()
    with storage.open(key) as file:
        file.seek(start)
        while start < end and (chunk := file.read(min(_CHUNK, end - start))):
            digest.update(chunk)
            start += len(chunk)
    return digest.hexdigest()


def _text(lines: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    return ((json.dumps(values, ensure_ascii=False) + "\n").encode() for values in lines)


# Reading


def read_head(path: File) -> Head:
    """The head of a manifest. Raises ArchiveUnusable for a file that is not a valid one."""
    return _head_of(_lines(path), path)


def _head_of(lines: Iterator[dict[str, Any]], path: File) -> Head:
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


def read_spans(path: File) -> list[Span]:
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


def ends(storage: Storage) -> dict[str, int]:
    """The end of each WARC file by the newest manifest that can be read."""
    return {span.file: span.end for span in _of_newest(storage, read_spans) or ()}


def held(storage: Storage) -> int:
    """The last revision in the newest manifest that can be read, or 0."""
    head = _of_newest(storage, read_head)
    return head.last if head else 0


def lists(storage: Storage, sequence: int) -> File | None:
    """The manifest that lists a revision; None while its run has not ended. Raises ArchiveUnusable."""
    paths = manifests(storage)
    place = bisect_left(paths, sequence, key=lambda path: read_head(path).last)
    return paths[place] if place < len(paths) and read_head(paths[place]).first <= sequence else None


def entry(path: File, sequence: int) -> dict[str, Any] | None:
    """The line of a revision in a manifest, as `line_of` makes it. Raises ArchiveUnusable."""
    try:
        return next((line for line in _lines(path) if line.get("sequence") == sequence), None)
    except (OSError, ValueError, AttributeError) as error:
        raise _invalid(path) from error


def _of_newest(storage: Storage, read: Callable[[File], T]) -> T | None:
    for path in reversed(manifests(storage)):
        with suppress(ArchiveUnusable):  # reported by `verify` and at the end of a run
            return read(path)
    return None


def _invalid(path: File) -> ArchiveUnusable:
    return ArchiveUnusable(path, _("is not a valid manifest"), _("replace it with a copy"))


def _lines(path: File) -> Iterator[dict[str, Any]]:
    try:
        with TextIOWrapper(path.open(), encoding="utf-8") as file:
            yield from map(json.loads, file)
    except RecursionError as error:
        raise ValueError(_("is nested too deeply")) from error


# Checking


def verify(store: ArticleStore, storage: Storage) -> Iterator[str]:
    """The faults of the chain of manifests, and what differs from them in the archive, a line each."""
    yield from chain_faults(storage)
    first, closed = held(storage) + 1, store.closed()
    if first <= closed:
        fault = _(
            "{folder}: no manifest lists versions {first} to {last}, whose run has ended; "
            "restore the folder from a backup"
        )
        yield fault.format(folder=storage.shown(FOLDER), first=first, last=closed)
    hashes = _hashes(storage)
    for path in manifests(storage):
        yield from _differences(path, store, storage, hashes)


def verify_kept(path: File, store: ArticleStore, storage: Storage) -> Iterator[str]:
    """Whether a manifest kept elsewhere is part of the chain, and what differs from it in the archive, a line each.

    Raises UsageFault for a file that is not a valid manifest.
    """
    try:
        head = read_head(path)
    except ArchiveUnusable as error:
        raise UsageFault(path, error.reason) from error
    own = next((own for own in manifests(storage) if _number(own) == head.number), None)
    if own is None:
        yield _("{path}: the archive has no manifest {number}").format(path=path, number=head.number)
    elif own.sha256() != path.sha256():
        yield _("{path}: manifest {number} of the archive differs: {own}").format(
            path=path, number=head.number, own=own
        )
    yield from chain_faults(storage)
    yield from _differences(path, store, storage, _hashes(storage))


def chain_faults(storage: Storage) -> Iterator[str]:
    """What is wrong with the chain of manifests, a line each."""
    number, last, sha256 = 0, 0, None
    for path in manifests(storage):
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
        sha256 = path.sha256()


def _number(path: File) -> int:
    return int(path.name[:6])


def _differences(
    path: File, store: ArticleStore, storage: Storage, hashes: dict[tuple[str, int, int], str]
) -> Iterator[str]:
    """What differs from a manifest, a line each."""
    try:
        head = read_head(path)
        for span in read_spans(path):
            if fault := _fault_of_span(span, storage, hashes):
                yield f"{path}: {fault}"
        lines = (line for line in _lines(path) if "sequence" in line)
        due = head.first
        for batch in batches(lines, _BATCH):
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


def _fault_of_span(span: Span, storage: Storage, hashes: dict[tuple[str, int, int], str]) -> str:
    file = File(storage, span.file)
    if not file.exists():
        return _("{file} is missing").format(file=file)
    if file.size() < span.end:
        return _("{file} ends before byte {end}").format(file=file, end=span.end)
    key = span.file, span.start, span.end
    if _hash(storage, *key) not in (span.sha256, hashes.get(key)):
        fault = _("{file}: bytes {start} to {end} differ from the manifest")
        return fault.format(file=file, start=span.start, end=span.end)
    return ""
