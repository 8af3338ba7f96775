"""What each run added, in a file of its own that holds the hash of the one before: proof that can be handed on.

A manifest is JSON Lines in UTF-8: its head, a line for each WARC file, a line for each
revision (docs/proof.md). Whoever keeps one elsewhere can tell later whether the archive is
still the one that it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from gettext import gettext as _
from itertools import chain, islice, takewhile
from pathlib import Path
from typing import Any, TypeVar

from archive.article import Revision
from archive.database import RESTORE
from archive.disk import atomic_write
from archive.errors import ArchiveUnusable, UsageFault
from archive.lock import exclusive
from archive.messages import of_error
from archive.settings import version
from archive.store import ArticleStore
from archive.tables.stories import Stories
from archive.warc import warcfile
from archive.warc.pages import FOLDER as PAGES

FOLDER = "manifests"
STAMP = ".tsr"  # of a time stamp beside a manifest (archive/proof/timestamp.py)
_FORM = 1
_BATCH = 500
_CHUNK = 1 << 20
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of a manifest: revisions `first` to `last` were added."""

    manifest: int  # the form of the file
    number: int
    made: datetime  # UTC
    program: str
    previous: str | None  # SHA-256 (hex) of the manifest before
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Span:
    """What was added to a WARC file, from byte `start` up to `end`, and its SHA-256 (hex)."""

    file: str
    start: int
    end: int
    sha256: str


def manifests(data: Path) -> list[Path]:
    """The manifests of a data folder, the oldest first."""
    return sorted((data / FOLDER).glob("??????-????????T??????Z.jsonl"))


# Writing


def close(store: ArticleStore, data: Path, now: datetime, withdrawn: bool = False) -> Path | None:
    """Write a manifest of what none holds yet: this run's, and what a run that was killed left; None for nothing.

    `withdrawn`: the spans in which pages were withdrawn are told anew.
    """
    with exclusive(data / "manifest.lock", wait=True):
        newest = next(reversed(manifests(data)), None)
        head = _head(newest, store.sequence(), now.astimezone(UTC))
        anew = list(_told_anew(store, data)) if withdrawn else []
        if head.first > head.last and not anew:
            return None
        known = {span.file: span.end for span in read_spans(newest)} if newest else {}
        path = data / FOLDER / f"{head.number:06}-{head.made:%Y%m%dT%H%M%SZ}.jsonl"
        revisions = map(line_of, store.between(head.first, head.last))
        try:
            _write(path, [_line_of_head(head)], map(asdict, chain(anew, _spans(data, known))), revisions)
        except OSError as error:
            raise ArchiveUnusable(path, of_error(error), _("free some space or fix its permissions")) from error
        return path


def _head(newest: Path | None, last: int, now: datetime) -> Head:
    """The head of the manifest that follows."""
    program = f"wencang {version()}"
    if not newest:
        return Head(_FORM, 1, now, program, None, 1, last)
    before = read_head(newest)
    if before.last > last:
        reason = _("names version {there}, but the archive ends at {here}").format(there=before.last, here=last)
        raise ArchiveUnusable(newest, reason, _(RESTORE))
    return Head(_FORM, before.number + 1, now, program, sha256_of(newest), before.last + 1, last)


def _line_of_head(head: Head) -> dict[str, Any]:
    return asdict(head) | {"made": head.made.isoformat(timespec="seconds")}


def line_of(revision: Revision) -> dict[str, Any]:
    """What a manifest says of a revision."""
    article = revision.article
    return {
        "sequence": revision.sequence, "id": article.id, "url": article.url,
        "fetched": revision.fetched.isoformat(), "gone": revision.gone, "digest": revision.digest,
        "pages": list(map(asdict, revision.pages)),
    }  # fmt: skip


def _spans(data: Path, known: dict[str, int]) -> Iterator[Span]:
    """What was added to each file, up to its last whole record: a torn one may be cut off later."""
    for path in warcfile.files(data / PAGES):
        name = f"{PAGES}/{path.name}"
        start = known.get(name, 0)
        with path.open("rb") as file:
            end = warcfile.whole_end(file, start)
        yield Span(name, start, end, _hash(path, start, end))


def _told_anew(store: ArticleStore, data: Path) -> Iterator[Span]:
    """The spans that are not as they were told last, for a page in them was withdrawn."""
    withdrawn = store.withdrawn_pages()
    own = {f"{PAGES}/{path.name}": path.stat().st_size for path in warcfile.files(data / PAGES)}
    for (file, start, end), told in _told_last(data).items():
        if end <= own.get(file, -1) and any(raw.file == file and start <= raw.offset < end for raw in withdrawn):
            sha256 = _hash(data / file, start, end)
            if sha256 != told:
                yield Span(file, start, end, sha256)


def _told_last(data: Path) -> dict[tuple[str, int, int], str]:
    """The SHA-256 of each span: one with withdrawn pages is told again by a later manifest."""
    told = {}
    for path in manifests(data):
        with suppress(ArchiveUnusable):  # no manifest: another check says so
            told.update({(span.file, span.start, span.end): span.sha256 for span in read_spans(path)})
    return told


def _hash(path: Path, start: int, end: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        file.seek(start)
        while chunk := file.read(min(_CHUNK, end - file.tell())):
            digest.update(chunk)
    return digest.hexdigest()


def _write(path: Path, *lines: Iterable[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with atomic_write(path) as file:
        file.writelines((json.dumps(values, ensure_ascii=False) + "\n").encode() for values in chain(*lines))


# Reading


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_head(path: Path) -> Head:
    """The head of a manifest; ArchiveUnusable for a file that is none."""
    return _head_of(_lines(path), path)


def _head_of(lines: Iterator[dict[str, Any]], path: Path) -> Head:
    try:
        values = next(lines)
        head = Head(**values | {"made": datetime.fromisoformat(values["made"])})
    except (OSError, ValueError, TypeError, LookupError, StopIteration) as error:
        raise _no_manifest(path) from error
    if head.manifest != _FORM:
        raise ArchiveUnusable(path, _("is a manifest of another format"), _("install a newer wencang"))
    return head


def read_spans(path: Path) -> list[Span]:
    """What a manifest says of the WARC files; ArchiveUnusable for a file that is none."""
    lines = _lines(path)
    _head_of(lines, path)
    try:
        return [Span(**line) for line in takewhile(lambda line: "file" in line, lines)]
    except (OSError, ValueError, TypeError) as error:
        raise _no_manifest(path) from error


def ends(data: Path) -> dict[str, int]:
    """How far each WARC file is known to go, by the newest manifest that can be read."""
    return {span.file: span.end for span in _of_newest(data, read_spans) or ()}


def held(data: Path) -> int:
    """The last revision that the newest manifest holds which can be read; 0 where there is none."""
    head = _of_newest(data, read_head)
    return head.last if head else 0


def _of_newest(data: Path, read: Callable[[Path], T]) -> T | None:
    for path in reversed(manifests(data)):
        with suppress(ArchiveUnusable):  # a run's end says so, and `verify`: what comes in meanwhile is kept
            return read(path)
    return None


def _no_manifest(path: Path) -> ArchiveUnusable:
    return ArchiveUnusable(path, _("is not a valid manifest"), _("replace it with a copy"))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


# Checking


def verify(store: ArticleStore, data: Path) -> Iterator[str]:
    """What is wrong with the chain, and what is not any more as its manifests say, a line each."""
    yield from _chain(data)
    first, closed = held(data) + 1, Stories(store).position()[0]  # which come after the manifest of a run
    if first <= closed:
        fault = _(
            "{folder}: no manifest lists versions {first} to {last}, whose run has ended; "
            "restore the folder from a backup"
        )
        yield fault.format(folder=data / FOLDER, first=first, last=closed)
    told = _told_last(data)
    for path in manifests(data):
        yield from _differences(path, store, data, told)


def verify_kept(path: Path, store: ArticleStore, data: Path) -> Iterator[str]:
    """Whether a manifest that was kept elsewhere is one of the chain, and what differs from what it says.

    Raises UsageFault for a file that is no manifest.
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
    yield from _chain(data)
    yield from _differences(path, store, data, _told_last(data))


def _chain(data: Path) -> Iterator[str]:
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


def _differences(
    path: Path, store: ArticleStore, data: Path, told_last: dict[tuple[str, int, int], str]
) -> Iterator[str]:
    """What is not as a manifest says."""
    try:
        head = read_head(path)
        for span in read_spans(path):
            if fault := _fault_of_span(span, data, told_last):
                yield f"{path}: {fault}"
        told = (line for line in _lines(path) if "sequence" in line)
        due = head.first
        while some := list(islice(told, _BATCH)):
            first, last = some[0]["sequence"], some[-1]["sequence"]
            kept = {revision.sequence: line_of(revision) for revision in store.between(first, last)}
            for line in some:
                if fault := _fault_of_line(line, kept.get(line["sequence"]), due):
                    yield f"{path}: {fault}"
                due = line["sequence"] + 1
        if due != head.last + 1:
            yield _("{path}: versions that are missing in it: {count}").format(path=path, count=head.last + 1 - due)
    except (OSError, ValueError, TypeError, KeyError, ArchiveUnusable) as error:
        yield _("{path}: can't be compared: {error}").format(path=path, error=error)


def _fault_of_line(line: dict[str, Any], kept: dict[str, Any] | None, due: int) -> str:
    if line["sequence"] != due:
        return _("version {due} is missing in it").format(due=due)
    if kept is None:
        return _("version {number}, {url}, is not in the archive").format(number=due, url=line["url"])
    differ = ", ".join(key for key in kept if line.get(key) != kept[key])
    told = _("version {number}, {url}: {keys} differs from the manifest")
    return told.format(number=due, url=line["url"], keys=differ) if differ else ""


def _fault_of_span(span: Span, data: Path, told_last: dict[tuple[str, int, int], str]) -> str:
    path = data / span.file
    if not path.exists():
        return _("{file} is missing").format(file=path)
    if path.stat().st_size < span.end:
        return _("{file} ends before byte {end}").format(file=path, end=span.end)
    key = span.file, span.start, span.end
    if _hash(path, *key[1:]) not in (span.sha256, told_last.get(key)):
        told = _("{file}: bytes {start} to {end} differ from the manifest")
        return told.format(file=path, start=span.start, end=span.end)
    return ""
