"""The articles of JSON: lines, arrays and objects, of ours or with the keys of another program."""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import IO, Any

from archive import jsonl
from archive.errors import BadRecord, WencangError
from archive.tables.tags import annotations_in
from archive.text.translation import gettext as _
from crawler.extract import dates
from crawler.extract.encoding import decode
from crawler.extract.parts.fragment import has_tags, plain_body
from crawler.files.item import Item
from crawler.files.job import Job, Outcome, Outcomes, Remark, taken
from crawler.spreadsheet.articles import values_of
from crawler.spreadsheet.columns import Columns, of_head, recognized

_SAMPLE = 1 << 16  # bytes that decide form and encoding
_PART = 1 << 20  # bytes that are read together
_DEEPEST = 4  # levels of objects and lists around an article
_OURS = {"url", "title", "body"}
_ANNOTATED = {"tags", "notes"}  # keys of our exports: other programs have tags of their own
_NOTHING = {"none", "null", "nan", "nat", "undefined"}  # what programs write for no value
_BETWEEN = re.compile(r"[\s,\[\]\ufeff\x1e]*")  # values of an array, of a JSON sequence, or one after the other
_NEXT = re.compile(r"\}\s*,?\s*(?=\{)")
_REMARKS = 3  # of a file, on keys

Placed = tuple[str, Any]  # FILE:3 and the value that is there


def objects(job: Job, item: Item) -> Outcomes:
    """The article of each object; those in a list within an object too, as {"articles": [...]}."""
    remarks = set[str]()
    for placed in _lines(item) if _is_lines(item.read(_SAMPLE)) else _values(item):
        if isinstance(placed, BadRecord):
            yield placed
            continue
        place, value = placed
        for record in _records(value, job.columns):
            columns, outcome = _read(job, place, record)
            if columns and len(remarks) < _REMARKS and str(columns) not in remarks:
                remarks.add(str(columns))
                yield Remark(item.name, str(columns))
            yield outcome


# The values of a file


def _is_lines(head: bytes) -> bool:
    """Whether each line is a value of its own; of a damaged first line the second one decides."""
    lines = [line for line in head.removeprefix(b"\xef\xbb\xbf").splitlines() if line.strip()][:2]
    if not lines or lines[0].lstrip().startswith(b"["):
        return False
    try:
        json.loads(lines[0])
    except (ValueError, RecursionError):
        return len(lines) == 1 or lines[1].lstrip().startswith(b"{")
    return True


def _lines(item: Item) -> Iterator[Placed | BadRecord]:
    item.file.seek(0)
    for number, line in enumerate(jsonl.bounded(item.file), 1):
        place = f"{item.name}:{number}"
        if len(line) >= jsonl.LONGEST:
            yield _too_long(place)
        elif line.strip():
            try:
                yield place, json.loads(line)
            except (ValueError, RecursionError) as error:
                yield BadRecord(place, jsonl.reason_of(error))


def _too_long(place: str) -> BadRecord:
    return BadRecord(place, _("is longer than {most} MB").format(most=jsonl.LONGEST >> 20))


def _values(item: Item) -> Iterator[Placed | BadRecord]:
    """The values of an array, or of a file that has several lines for each."""
    source = _Text(item.file, decode(item.read(_SAMPLE)).encoding)
    number = 0
    while source.begins_value():
        number += 1
        place = f"{item.name}:{number}"
        try:
            yield place, source.value()
        except (ValueError, RecursionError) as error:
            yield _too_long(place) if source.is_full else BadRecord(place, jsonl.reason_of(error))
            source.skip()


class _Text:
    """The text of a file, of which no more is held than a value of the largest size."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        file.seek(0)
        self._file = file
        self._decoder = getincrementaldecoder("utf-8" if encoding == "unknown" else encoding)("replace")
        self._text, self._at = "", 0
        self._decode = json.JSONDecoder().raw_decode

    def _more(self) -> bool:
        """Read as much again as is held; False at the end of the file."""
        data = self._file.read(max(_PART, len(self._text) - self._at))
        self._text, self._at = self._text[self._at :] + self._decoder.decode(data, not data), 0
        return bool(data)

    @property
    def is_full(self) -> bool:
        return len(self._text) - self._at >= jsonl.LONGEST

    def begins_value(self) -> bool:
        """Whether a value follows; what is between values is skipped."""
        more = True
        while more:
            self._at = _BETWEEN.match(self._text, self._at).end()  # type: ignore[union-attr]  # it matches "" too
            if self._at < len(self._text):
                return True
            more = self._more()
        return False

    def value(self) -> Any:
        """The value that follows. Raises ValueError or RecursionError, and stays where it is."""
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except ValueError:
                if self.is_full or not self._more():
                    raise
            else:
                self._at = end
                return value

    def skip(self) -> None:
        """Go on behind a value that can't be read, at the next object; at the end of the text there is none."""
        match = _NEXT.search(self._text, self._at)
        self._at = match.end() if match else len(self._text)


# The articles in a value


def _records(value: Any, chosen: Mapping[str, str], depth: int = _DEEPEST) -> list[Any]:
    """The objects that are articles within a value, however they are wrapped; else the value itself."""
    if isinstance(value, list) and depth:
        return [record for each in value for record in _records(each, chosen, depth - 1)]
    if isinstance(value, dict) and depth and not _is_article(value, chosen):
        inner = [record for each in value.values() if isinstance(each, list | dict)
                 for record in _records(each, chosen, depth - 1) if _is_article(record, chosen)]  # fmt: skip
        return inner or [value]
    return [value]


def _is_article(value: Any, chosen: Mapping[str, str]) -> bool:
    if not isinstance(value, dict):
        return False
    head = list(_texts(value))
    return {"title", "body"} <= {*recognized(head), *(field for field, key in chosen.items() if key in head)}


def _texts(record: Mapping[str, Any]) -> dict[str, str]:
    """The values that are not empty as text, by key; those of an object within it also as KEY.INNER and INNER."""
    texts = {key: text for key, value in record.items() if (text := _text(value))}
    for key, value in record.items():
        if isinstance(value, dict):
            for inner, text in ((inner, _text(part)) for inner, part in value.items()):
                if text:
                    texts.setdefault(f"{key}.{inner}", text)
                    texts.setdefault(inner, text)
    return texts


def _text(value: Any) -> str:
    """A value as text: lists and objects one item a line, of a person only the name."""
    match value:
        case str():
            return "" if value.strip().lower() in _NOTHING else value.strip()
        case None | bool():
            return ""
        case list():
            return "\n".join(filter(None, map(_text, value)))
        case dict():
            return _text(value["name"]) if isinstance(value.get("name"), str) else _text(list(value.values()))
    return str(value)


def _read(job: Job, place: str, record: Any) -> tuple[Columns | None, Outcome]:
    """The article of an object, and which keys were read as what unless they are ours."""
    try:
        if not isinstance(record, dict):
            raise ValueError(_("is not a JSON object"))
        if record.keys() >= _OURS and not job.columns:
            annotations = annotations_in(record) if record.keys() >= _ANNOTATED else ()
            own = _own(record)
            return None, taken(*jsonl.article_of(own), annotations=annotations, origin=jsonl.origin_in(own))
        texts = _texts(record)
        columns = of_head(place, list(texts), job.columns)
        values = _foreign(job, place, columns.values(list(texts.values())))
        return columns, taken(*jsonl.article_of(values_of(values, job.source)), place=place)
    except BadRecord as error:
        return None, error
    except WencangError as error:
        return None, BadRecord(place, error.reason)
    except (ValueError, KeyError, OverflowError, RecursionError) as error:
        return None, BadRecord(place, jsonl.reason_of(error))


def _own(record: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an object with our keys; its time may have another key and another form."""
    published = record.get("published")
    if "published" not in record:
        texts = _texts(record)
        key = recognized(list(texts)).get("published")
        published = None if key is None else _iso(list(texts.values())[key], lenient=True)
    return {**record, "published": dates.as_iso(published)}


def _foreign(job: Job, place: str, texts: dict[str, str]) -> dict[str, str]:
    """The texts of an object of another program as those of a row of a table."""
    source = texts.get("source", "")
    if source.startswith(("http://", "https://")):  # what trafilatura calls so
        texts["url"] = texts.get("url") or source
        texts["source"] = ""
    if texts.get("published"):
        texts["published"] = _iso(texts["published"]) or ""
    if fetched := texts.get("fetched"):
        texts["fetched"] = _utc(fetched)
    if has_tags(texts.get("body", "")):
        texts["body"] = job.reader.ask(place, plain_body, texts["body"], texts.get("title", ""))
    texts["images"] = " ".join(url for url in texts.get("images", "").split() if url.startswith("http"))
    return texts


def _iso(text: str, lenient: bool = False) -> str | None:
    """A time in ISO 8601; one that can't be read as it is or, if `lenient`, None."""
    moment = dates.time_of(text)
    if not moment:
        return None if lenient else text
    return (moment.time if moment.timed else moment.day).isoformat()


def _utc(text: str) -> str:
    """When it was fetched, with a zone: programs write UTC without one. "" for a value that is not a time."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).isoformat()
