"""Imports files of any known kind into the archive, by the extraction of a crawl."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from archive.errors import BadRecord, NotAnArticle, UsageFault
from archive.store import ArticleStore
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from archive.warc.pages import Pages
from crawler.files.item import UNREADABLE, Item, opened
from crawler.files.job import Job, LeftOut, Outcome, Remark
from crawler.files.kinds import BY_NAME, reader_of
from crawler.files.names import shown
from crawler.keeping import Fetched, keep
from crawler.reader import BoundedReader
from crawler.report import Report

_DEEPEST = 3  # containers within one another


def files(paths: list[Path], report: Report) -> list[Path]:
    """The files to import: those named, and all of a known kind in the folders named.

    What folders hold besides is counted in a remark. Raises UsageFault for a path that is missing, not
    a regular file or a folder, or of an unknown kind.
    """
    chosen: list[Path] = []
    kinds = _("kinds: {kinds}").format(kinds=" ".join(BY_NAME))
    for path in paths:
        if path.is_dir():
            inside = _inside(path, report)
            if not inside:
                raise UsageFault(path, _("holds no file of a known kind"), kinds)
            chosen += inside
        elif not path.exists():
            raise UsageFault(path, _("is missing"), _("name a file or a folder"))
        elif not path.is_file():
            raise UsageFault(path, _("is not a regular file"), _("name a file or a folder"))
        elif not _is_known(path):
            raise UsageFault(path, _("is of an unknown kind"), kinds)
        else:
            chosen.append(path)
    return chosen


def _is_known(path: Path) -> bool:
    with opened(path) as item:
        return reader_of(item) is not None


def _inside(folder: Path, report: Report) -> list[Path]:
    """The files of a known kind in a folder; a device or a pipe is none, and opening it might never return."""
    entries = [path for path in sorted(folder.rglob("*")) if not path.is_dir()]
    whole = {Path(name) for name in shown(map(str, entries))}
    chosen = [path for path in entries if path in whole and path.is_file() and _is_known(path)]
    if others := Counter(map(_kind, set(entries) - set(chosen))):
        report.remarks.append((str(folder), _others(others)))
    return chosen


def _kind(path: PurePath) -> str:
    return path.suffix or path.name


def _others(kinds: Counter[str]) -> str:
    return _("files of other kinds, left out: {kinds}").format(kinds=_counts(kinds))


def _counts(kinds: Counter[str]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))


def import_files(
    store: ArticleStore, pages: Pages, paths: list[Path], report: Report, source: str, columns: Mapping[str, str]
) -> None:
    """Read every file into the archive; what can't be read is counted with its reason.

    `source` is the source of articles without an address, `columns` names the columns of tables, or keys of JSON, by
    field.
    """
    for outcome in outcomes(paths, source, columns):
        _take(store, pages, outcome, report)


def outcomes(paths: list[Path], source: str, columns: Mapping[str, str]) -> Iterator[Outcome]:
    """What becomes of each page, record and row of these files; nothing is written."""
    with BoundedReader() as reader:
        job = Job(reader, source, columns)
        for path in paths:
            try:
                with opened(path) as item:
                    yield from _read(job, item)
            except UNREADABLE as error:
                yield BadRecord(path, of_error(error))


def _read(job: Job, item: Item, depth: int = 0) -> Iterator[Outcome]:
    """The outcomes of a file and, where it is a container, of the files in it."""
    others = Counter[str]()
    try:
        if not (read := reader_of(item)):
            raise BadRecord(item.name, _("is of an unknown kind"))
        for outcome in read(job, item):
            if not isinstance(outcome, Item):
                yield outcome
            elif depth < _DEEPEST and reader_of(outcome):
                yield from _read(job, outcome, depth + 1)
            else:
                others[_kind(PurePath(outcome.name))] += 1
    except (BadRecord, NotAnArticle) as error:
        yield error
    except UNREADABLE as error:
        yield BadRecord(item.name, of_error(error))
    if others:
        yield Remark(item.name, _others(others))


def _take(store: ArticleStore, pages: Pages, outcome: Outcome, report: Report) -> None:
    match outcome:
        case Fetched():
            keep(store, pages, outcome, report)
        case NotAnArticle():
            report.count(_("page"), "skipped", outcome.subject, outcome.reason)
        case BadRecord():
            report.bad_records += 1
            report.count(_("record"), "failed", outcome.subject, outcome.reason)
        case Remark():
            report.remarks.append((outcome.name, outcome.text))
        case LeftOut():
            for _number in range(outcome.kinds.total()):
                report.count(_("page"), "skipped")
            text = _("records that are not pages, left out: {kinds}").format(kinds=_counts(outcome.kinds))
            report.remarks.append((outcome.name, text))
