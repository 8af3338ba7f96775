"""What a person typed as a question, free of any engine's syntax.

    question = clause { blank clause }
    clause   = [ "-" ] ( text | '"' text '"' )

All clauses are wanted, those with "-" unwanted. Text is cut into words; in quotes its
characters are looked for side by side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from gettext import gettext as _

from archive.article import SHANGHAI
from archive.errors import QueryFault, UsageFault
from indexer.analyzer import SEPARATOR, Analyzer, characters

_CLAUSE = re.compile(r'(?P<minus>[-－]?)(?:["＂](?P<quote>[^"＂]*)["＂]|(?P<text>[^\s"＂]+))')
_MOST_WORDS = 200  # a matcher is built for each, one in another
_PERIOD = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?")


@dataclass(frozen=True, slots=True)
class Words:
    """Words that all must stand in an article."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters that must stand side by side, as indexer.analyzer.characters gives them.

    Their words serve ranking only.
    """

    characters: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """`since` and `until` are aware: from the first on, before the second."""

    wanted: tuple[Words | Quote, ...]
    unwanted: tuple[Words | Quote, ...] = ()
    source: str = ""
    since: datetime | None = None
    until: datetime | None = None


def parse_query(text: str, analyzer: Analyzer) -> Query:
    """The question in a text; QueryFault names what can't be read and where."""
    if len(re.findall('["＂]', text)) % 2:
        place = max(text.rfind('"'), text.rfind("＂"))
        raise QueryFault(
            text, _("the quote opened at character {place} is not closed").format(place=place + 1),
            _("add a \" at its end"),
        )  # fmt: skip
    wanted: list[Words | Quote] = []
    unwanted: list[Words | Quote] = []
    for match in _CLAUSE.finditer(text):
        quoted = tuple("".join(characters(match["quote"] or "")).strip(SEPARATOR))
        words = tuple(analyzer.words(match["quote"] or match["text"] or ""))
        clause = Quote(quoted, words) if quoted else Words(words) if words else None
        if clause:
            (unwanted if match["minus"] else wanted).append(clause)
    count = sum(len(clause.words) for clause in (*wanted, *unwanted))
    if count > _MOST_WORDS:
        raise QueryFault(
            f"{text[:20]}...", _("holds {count} words").format(count=count),
            _("shorten it to {most}").format(most=_MOST_WORDS),
        )  # fmt: skip
    if not wanted:
        raise QueryFault(text.strip() or '""', _("holds no word to look for"), _("type at least one word"))
    return Query(tuple(wanted), tuple(unwanted))


def period(text: str) -> tuple[datetime, datetime]:
    """A year, month or day as the time from its start to before its end, in Asia/Shanghai.

    Raises UsageFault.
    """
    match = _PERIOD.fullmatch(text.strip())
    try:
        if not match:
            raise ValueError(text)
        year, month, day = (int(part) if part else None for part in match.groups())
        start = date(year or 0, month or 1, day or 1)
        end = start + timedelta(days=1)
        if not day:
            end = date(start.year, start.month + 1, 1) if month and month < 12 else date(start.year + 1, 1, 1)
    except (ValueError, OverflowError) as error:
        raise UsageFault(text, _("is no date"), _("write 2022, 2022-06 or 2022-06-01")) from error
    return _midnight(start), _midnight(end)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
