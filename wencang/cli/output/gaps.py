"""Gaps on a terminal."""

from __future__ import annotations

from archive.text.escaping import printable
from archive.text.translation import gettext as _
from crawler.health.gaps import AddressGap, CaptureGap, DayGap, Gap, SpanGap

_ADDRESSES = {
    "unread": _("{source}: never read: {url}"),
    "failed": _("{source}: failed {failures} times: {url}: {reason}"),
    "skipped": _("{source}: holds no article: {url}: {reason}"),
    "withdrawn": _("{source}: withdrawn: {url}"),
}
_CAPTURES = {
    "unread": _("{source}: {archive}: {captures} captures wait; `wencang backfill` takes them"),
    "failed": _("{source}: {archive}: {captures} captures failed, such as {url}: {reason}"),
    "doubted": _("{source}: {archive}: {captures} captures are doubted, such as {url}: {reason}"),
}
_INDEX = _("{source}: {archive}: its index was not read to the end: {url}: {reason}")


def print_gap(gap: Gap) -> None:
    """One line."""
    match gap:
        case DayGap(source, day, articles, expected):
            line = _("{source}: {day}: {articles} articles, usual are {expected:g}")
            line = line.format(source=source, day=day, articles=articles, expected=expected)
        case SpanGap():
            line = _("{source}: no list was read from {since} to {until}").format(**gap.to_json())
        case CaptureGap():
            line = (_CAPTURES[gap.why] if gap.captures else _INDEX).format(
                source=gap.source, archive=gap.archive, captures=gap.captures, url=gap.url, reason=gap.reason or ""
            )
        case AddressGap():
            line = _ADDRESSES[gap.why].format(
                source=gap.source, url=gap.url, failures=gap.failures, reason=gap.reason or ""
            )
    print(printable(line.removesuffix(": ").removesuffix("：")))  # the reason may be unknown
