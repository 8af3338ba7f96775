"""Reads a source from TOML, and names the file, line and field of whatever is wrong with it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from string import Formatter
from typing import Any

from archive import toml
from archive.errors import UsageFault
from archive.text.translation import gettext as _
from archive.url import canonical
from crawler.sources import runaway, xpath
from crawler.sources.lines import Keys, line_of
from crawler.sources.source import Form, Source

_MOST_BYTES = 256 << 10
_LONGEST = 2_000  # characters of a pattern or an XPath
_LONGEST_LINE = 5_000  # characters: the parser takes quadratic time for a.a.a.a
_NOT_TEXT = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class _Place:
    """A value's place in the text of a file."""

    file: Path
    text: str
    is_proven: bool  # by tests, which check its patterns
    keys: Keys = ()

    def at(self, key: str | int) -> _Place:
        return replace(self, keys=(*self.keys, key))

    def fault(self, reason: str, mend: str = "") -> UsageFault:
        field = ".".join(str(key) for key in self.keys if isinstance(key, str))
        subject = f"{self.file}:{line_of(self.text, self.keys)}"
        return UsageFault(f"{subject}: {field}" if field else subject, reason, mend)


Convert = Callable[[Any, _Place], Any]


def read(path: Path, is_proven: bool = False) -> Source:
    """The source in a file, with the file's name. Raises UsageFault.

    `is_proven`: its patterns are not looked through for those that can run away, which takes some 0.02 s each.
    """
    try:
        size = path.stat().st_size
    except OSError:  # `toml.text` says why
        size = 0
    if size > _MOST_BYTES:
        raise UsageFault(path, _("is larger than {most} KB").format(most=_MOST_BYTES >> 10))
    return of_text(toml.text(path), path, is_proven)


def of_text(text: str, path: Path, is_proven: bool = False) -> Source:
    """The source in the text of a file. Raises UsageFault."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > _LONGEST_LINE:
            raise UsageFault(f"{path}:{number}", _("is longer than {most} characters").format(most=_LONGEST_LINE))
    place = _Place(path, text, is_proven)
    values = _table(toml.parse(text, path), place, _SOURCE, ("site", "title", "hosts", "article"))
    for host in values.get("key_prefixes", {}):
        if host not in values["hosts"]:
            raise place.at("key_prefixes").at(host).fault(_("is not one of the hosts"))
    return Source(name=path.stem, forms=values.pop("form", ()), **values)


def _table(values: Any, place: _Place, fields: Mapping[str, Convert], required: Iterable[str]) -> dict[str, Any]:
    for key in values:
        if key not in fields:
            names = ", ".join(fields)
            raise place.at(key).fault(_("is not a field"), _("fields: {names}").format(names=names))
    for name in required:
        if name not in values:
            raise place.fault(_("{name} is missing").format(name=name))
    return {key: fields[key](value, place.at(key)) for key, value in values.items()}


# Kinds of values


def _typed(value: Any, place: _Place, kind: type, expected: str) -> Any:
    if type(value) is not kind:
        raise place.fault(_("is not {kind}").format(kind=expected))
    return value


def _text(value: Any, place: _Place) -> str:
    text: str = _typed(value, place, str, _("a text in quotes"))
    if _NOT_TEXT.search(text):
        raise place.fault(_("contains control characters"))
    return text


def _name(value: Any, place: _Place) -> str:
    if not (text := _text(value, place).strip()):
        raise place.fault(_("is empty"))
    return text


def _list(value: Any, place: _Place, convert: Convert) -> tuple[Any, ...]:
    values = _typed(value, place, list, _("a list in square brackets"))
    return tuple(convert(each, place.at(number)) for number, each in enumerate(values))


def _texts(value: Any, place: _Place) -> dict[str, str]:
    values = _typed(value, place, dict, _("a table"))
    return {key: _text(each, place.at(key)) for key, each in values.items()}


def _day(value: Any, place: _Place) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise place.fault(_("is not a day"), _("write it without quotes: 2024-03-01"))
    return value


def _flag(value: Any, place: _Place) -> bool:
    flag: bool = _typed(value, place, bool, _("true or false"))
    return flag


# Addresses


def _host(value: Any, place: _Place) -> str:
    host = _text(value, place)
    own = canonical(f"http://{host}/").removeprefix("http://").removesuffix("/")
    if not re.fullmatch(r"[a-z0-9.-]+(?::\d+)?", own):
        raise place.fault(_("is not a host"), _("write it like www.example.cn"))
    if host != own:
        raise place.fault(_("is not the canonical host"), _("write {host}").format(host=own))
    return host.partition(":")[0]


def _hosts(value: Any, place: _Place) -> frozenset[str]:
    if not (hosts := _list(value, place, _host)):
        raise place.fault(_("is empty"))
    return frozenset(hosts)


def _address(value: Any, place: _Place) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+[^\s]*", address := _text(value, place)):
        raise place.fault(_("is not an address"), _("write it like http://www.example.cn/news/"))
    return address


def _addresses(value: Any, place: _Place) -> tuple[str, ...]:
    return _list(value, place, _address)


def _page_url(value: Any, place: _Place) -> str:
    text = _text(value, place)
    mend = _("it is made of {list} or {stem}, and {n}, from 1, or {next}, from 2")
    try:
        parts = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
    except ValueError as error:
        raise place.fault(str(error), mend) from error
    names = [name for name, *more in parts if not any(more)]
    if len(names) < len(parts) or not {"n", "next"} & {*names} or not {*names} <= {"list", "stem", "n", "next"}:
        raise place.fault(_("is not the address of a further page"), mend)
    return text


# Patterns


def _pattern(value: Any, place: _Place, searched: bool = False) -> re.Pattern[str]:
    text = _text(value, place)
    if len(text) > _LONGEST:
        raise place.fault(_("is longer than {most} characters").format(most=_LONGEST))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pattern = re.compile(text)
    except (re.error, RecursionError, OverflowError, Warning) as error:
        raise place.fault(_("is not a valid pattern: {error}").format(error=error)) from error

    if not place.is_proven:
        _refuse_runaway(pattern, place, searched)
    return pattern


def _refuse_runaway(pattern: re.Pattern[str], place: _Place, searched: bool) -> None:
    mend = _("write [^/]* for .*, no repeat within a repeat, {0,100} for *, and fixed text before a repeat")
    try:
        word = runaway.attack_on(pattern, searched)
    except (runaway.TooComplicatedError, RecursionError) as error:
        raise place.fault(_("is too complicated to check"), mend) from error
    if word:
        raise place.fault(_("can run away, on a text that repeats {word}").format(word=ascii(word)), mend)


def _articles(value: Any, place: _Place) -> tuple[re.Pattern[str], ...]:
    """One pattern, or a list of them."""
    if not isinstance(value, list):
        return (_article(value, place),)
    if not value:
        raise place.fault(_("is empty"))
    return _list(value, place, _article)


def _article(value: Any, place: _Place) -> re.Pattern[str]:
    pattern = _pattern(value, place)
    for name in ("section", "key"):
        if name not in pattern.groupindex:
            mend = _("write (?P<{name}>...) around it, empty if an address has none").format(name=name)
            raise place.fault(_("has no group {name}").format(name=name), mend)
    if pattern.pattern.startswith(("https", "^https")):
        raise place.fault(_("matches no canonical address"), _("these begin with http://, also those of https"))
    return pattern


def _grouped(value: Any, place: _Place) -> re.Pattern[str]:
    pattern = _pattern(value, place, searched=True)
    if not pattern.groups:
        raise place.fault(_("has no group"), _("write ( ) around what it is to find"))
    return pattern


# XPath


def _xpath(value: Any, place: _Place) -> str:
    text = _text(value, place)
    if len(text) > _LONGEST:
        raise place.fault(_("is longer than {most} characters").format(most=_LONGEST))
    if text and (fault := xpath.fault_of(text)):
        raise place.fault(_("is not a valid XPath: {error}").format(error=fault))
    return text


def _needed_xpath(value: Any, place: _Place) -> str:
    if not (text := _xpath(value, place)):
        raise place.fault(_("is empty"))
    return text


def _links(value: Any, place: _Place) -> str:
    text = _xpath(value, place)
    if text and "@" not in text.rpartition("/")[2]:
        raise place.fault(_("does not end in an attribute"), _("write //a/@href for the address of a link"))
    return text


def _form(value: Any, place: _Place) -> Form:
    values = _table(_typed(value, place, dict, _("a table")), place, _FORM, ("name", "mark", "body"))
    form = Form(**{"title": "", "info": ""} | values)
    if form.since and form.until and form.since > form.until:
        raise place.at("until").fault(_("is before since"))
    return form


def _forms(value: Any, place: _Place) -> tuple[Form, ...]:
    forms = _list(value, place, _form)
    names = [form.name for form in forms]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise place.at(number).at("name").fault(_("is the name of an earlier form too"))
    return forms


_SOURCE: dict[str, Convert] = {
    "site": _name, "title": _name, "verified": _day, "hosts": _hosts, "article": _articles, "skip": _pattern,
    "lists": _addresses, "rows": _links, "row": _grouped, "page_count": _grouped, "page_url": _page_url,
    "browser": _flag,    "sections": _texts, "key_prefixes": _texts, "form": _forms,
}  # fmt: skip
_FORM: dict[str, Convert] = {
    "name": _name, "since": _day, "until": _day, "mark": _needed_xpath, "title": _xpath, "body": _needed_xpath,
    "info": _xpath, "authors": _xpath, "crumbs": _xpath, "related": _links, "rights": _xpath, "editor": _xpath,
}  # fmt: skip
