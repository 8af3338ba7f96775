"""Gaps on a terminal."""

from __future__ import annotations

from archive.text.escaping import printable
from archive.text.translation import gettext as _
from crawler.health.gaps import AddressGap, DayGap, Gap, SpanGap

_ADDRESSES = {
    "unread": _("{source}: never read: {url}"),
    "failed": _("{source}: failed {failures} times: {url}: {reason}"),
    "skipped": _("{source}: holds no article: {url}: {reason}"),
    "withdrawn": _("{source}: withdrawn: {url}"),
}


def print_gap(gap: Gap) -> None:
    """One line."""
    match gap:
        case DayGap(source, day, articles, expected):
            line = _("{source}: {day}: {articles} articles, usual are {expected:g}")
            line = line.format(source=source, day=day, articles=articles, expected=expected)
        case SpanGap():
            line = _("{source}: no list was read from {since} to {until}").format(**gap.to_json())
        case AddressGap():
            line = _ADDRESSES[gap.why].format(
                source=gap.source, url=gap.url, failures=gap.failures, reason=gap.reason or ""
            )
    print(printable(line.removesuffix(": ").removesuffix("：")))  # the reason may be unknown
