"""Reads the parameters of an address; a value that can't be read is an error that names its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Literal, TypeVar, get_args

from starlette.datastructures import QueryParams

from archive.errors import QueryFault, UsageFault
from archive.text.messages import Message
from archive.text.translation import gettext as _
from indexer.engines.engine import Order
from indexer.question.period import period, span
from wencang.filters import Filters

PAGE = 10  # hits
LAST_PAGE = 100
LONGEST = 500  # characters of a question
MOST = (1 << 63) - 1  # of a sequence
Form = Literal["", "html", "file"]
T = TypeVar("T", bound=str)


class FieldFault(UsageFault):
    """A parameter that can't be read; `field` is its name."""

    def __init__(self, field: str, subject: object, reason: Message | str, mend: str = "") -> None:
        super().__init__(subject, reason, mend)
        self.field = field


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as an address has it, with the filters, the order and the page of its answer."""

    q: str = ""
    source: str = ""
    section: str = ""
    credit: str = ""
    since: str = ""
    until: str = ""
    sort: Order = "relevance"
    stories: str = ""  # "1" folds reprints too
    share: str = ""  # "1" draws shares of all articles over time
    page: int = 1

    @property
    def filters(self) -> Filters:
        """What narrows the answer."""
        return Filters(source=self.source, section=self.section, credit=self.credit, since=self.since, until=self.until)

    @property
    def offset(self) -> int:
        return (self.page - 1) * PAGE

    def parameters(self, **changes: object) -> dict[str, object]:
        """The parameters of the address of this question, or of one that differs in these; from its first page on."""
        values = {name: getattr(self, name) for name in _DEFAULTS} | {"page": 1} | changes
        return {name: value for name, value in values.items() if value != _DEFAULTS[name]}


_DEFAULTS = {each.name: each.default for each in fields(Asked)}


def asked(parameters: QueryParams) -> Asked:
    """The question of a search. Raises FieldFault for a value that can't be read."""
    return replace(
        narrowed(parameters), sort=one_of("sort", parameters, get_args(Order)), page=page_of(parameters, LAST_PAGE),
        **{name: one_of(name, parameters, ("", "1")) for name in ("stories", "share")},
    )  # fmt: skip


def narrowed(parameters: QueryParams) -> Asked:
    """The question of any page, with its filters. Raises FieldFault for a value that can't be read."""
    question = typed(parameters)
    within("q", parameters.get("q", ""))
    since, until = _days(parameters)
    return replace(question, since=since, until=until)


def within(field: str, question: str) -> str:
    """The question. Raises FieldFault for one that is too long."""
    if len(question) > LONGEST:
        reason = _("is longer than {most} characters").format(most=LONGEST)
        raise FieldFault(field, question[:20] + "…", reason, _("shorten it"))
    return question


def no_question() -> QueryFault:
    """The error where an address can't do without a question."""
    return QueryFault("q", _("contains no word to search for"), _("type at least one word"))


def page_of(parameters: Mapping[str, str], last: int) -> int:
    """Which page of an answer is asked for."""
    return number("page", parameters, 1, last)


def typed(parameters: QueryParams) -> Asked:
    """What was typed, unread: for a page that says what is wrong with it."""
    return Asked(*(parameters.get(name, "")[:LONGEST] for name in ("q", *Filters.__annotations__)))  # type: ignore[arg-type]


def _days(parameters: Mapping[str, str]) -> tuple[str, str]:
    days = {name: parameters.get(name, "").strip() for name in ("since", "until")}
    for name, day in days.items():
        if day:
            with _about(name, day):
                period(day)
    since, until = days.values()
    with _about("since", f"{since} – {until}"):
        span(since, until)
    return since, until


@contextmanager
def _about(field: str, subject: str) -> Iterator[None]:
    """Name the field, and what was typed there, in an error."""
    try:
        yield
    except UsageFault as fault:
        raise FieldFault(field, subject, fault.reason, fault.mend) from fault


def one_of(field: str, parameters: Mapping[str, str], values: tuple[T, ...]) -> T:
    """A parameter that is one of a few words; the first of them where it is missing. Raises FieldFault."""
    value = parameters.get(field, values[0])
    if value not in values:
        names = ", ".join(name for name in values if name)
        raise FieldFault(field, value[:40], _("is not one of {names}").format(names=names))
    return value


def number(field: str, parameters: Mapping[str, str], least: int, most: int, usual: int | None = None) -> int:
    """A parameter that is a number; the usual or the least one where it is missing. Raises FieldFault."""
    text = parameters.get(field, "") or str(least if usual is None else usual)
    if not (text.isascii() and text.isdecimal() and len(text) < 19 and least <= int(text) <= most):
        reason = _("is not a number from {least} to {most}").format(least=least, most=most)
        raise FieldFault(field, text[:40], reason)
    return int(text)


def field_of(fault: UsageFault, question: Asked) -> str:
    """The name of the field that an error is about; "" where it is about none."""
    match fault:
        case FieldFault(field=field):
            return field
        case QueryFault():
            return "q"
    return "source" if fault.subject == question.source else ""
