"""Tries a source on saved pages: those that a person names, and its own with the articles they must become."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from archive.article import to_json
from archive.errors import NotAnArticle, UsageFault
from archive.settings import Settings
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from archive.url import canonical
from crawler.extract.extractor import read, read_list
from crawler.health.rules import Finding, findings
from crawler.reactor import with_reactor
from crawler.propose.saved import SavedPage, saved_page
from crawler.sources import Source, Sources
from crawler.sources.reading import read as read_source
from wencang.sources.checks import Difference, SourceCheck
from wencang.sources.trial import refuse_slow


def check(settings: Settings, sources: Sources, name: str, pages: Sequence[str], offline: bool) -> SourceCheck:
    """Archive.check_source."""
    path = Path(name) if name.endswith(".toml") else sources.path(name)
    source = read_source(path)
    refuse_slow(source, path)
    if pages:
        return SourceCheck(tuple(on_pages(source, map(saved_page, pages))))
    saved = saved_pages(path.with_suffix(""))
    findings = () if offline else tuple(_live(source, settings))
    return SourceCheck(findings, tuple(differences(source, saved)), len(saved))


def _live(source: Source, settings: Settings) -> Iterable[Finding]:
    if not source.lists:
        raise UsageFault(source.name, _("has no lists to check on the live site"), _("add lists, or --offline"))
    from crawler.check import check  # lazily: it starts Scrapy

    return with_reactor(check, source, settings)


def on_pages(source: Source, pages: Iterable[SavedPage]) -> Iterator[Finding]:
    """What the rules find on pages of articles."""
    for page in pages:
        try:
            reading = read(page.page, page.url, source=source)
        except NotAnArticle as error:
            yield Finding(page.url, f"article ({error.reason})", "")
            continue
        yield Finding(page.url, "article address", page.url if source.is_article(page.url) else "")
        yield Finding(page.url, "form", reading.path if reading.path == "rules" else "")
        yield from findings(page.url, reading)


def saved_pages(folder: Path) -> list[Path]:
    """The .json of each saved page in the folder of a source, which need not exist."""
    return sorted(folder.glob("*.json"))


def differences(source: Source, paths: Iterable[Path]) -> Iterator[Difference]:
    """Where saved pages are not read as they must be. Raises UsageFault for a file that can't be read."""
    for path in paths:
        expected = _expected(path)
        page = path.with_suffix(".html")
        try:
            answer = _answer(source, page.read_bytes(), expected)
        except OSError as error:
            raise UsageFault(
                page, of_error(error), _("save the page again, or remove {path}").format(path=path)
            ) from error
        for field, value in expected.items():
            if field != "url" and not _fits(field, value, answer.get(field)):
                yield Difference(page, field, str(value), str(answer.get(field, "")))


def _expected(path: Path) -> dict[str, Any]:
    try:
        expected = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageFault(path, _("is not valid JSON"), _("correct or remove it")) from error
    if not isinstance(expected, dict) or not isinstance(expected.get("url"), str):
        raise UsageFault(path, _("names no address"), _('write "url": "http://..."'))
    return expected


def _answer(source: Source, page: bytes, expected: dict[str, Any]) -> dict[str, Any]:
    """What the page is read as, with the keys of its .json."""
    url = expected["url"]
    try:
        if "rows" in expected:
            listing = read_list(page, url, source)
            return {"rows": [*map(canonical, listing.rows)], "pages": listing.pages}
        reading = read(page, url, source=source)
    except NotAnArticle as error:
        return {"not_an_article": str(error.reason)}
    return {"path": reading.path} | to_json(reading.article)


def _fits(field: str, expected: Any, value: Any) -> bool:
    """Of a reason, only a part is expected."""
    if field == "not_an_article":
        return str(expected) in str(value or "") and value is not None
    return bool(value == expected)
