"""What a failed request means: its reason for the ledger, and whether the page does not exist."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from archive.errors import WencangError
from archive.reasons import of_error
from crawler.http.exchange import LedToFront
from crawler.http.robots import RobotsUnread

_MISSING = {404, 410}


def reason(failure: Failure) -> str:
    """Why a request failed, in one line."""
    if code := status(failure):
        return f"HTTP {code}"
    if isinstance(failure.value, IgnoreRequest | RobotsUnread):  # whose text is a reason
        return str(failure.value)
    if isinstance(failure.value, WencangError):
        return str(failure.value) if failure.value.mend else failure.value.reason
    return of_error(failure.value)


def is_absent(failure: Failure) -> bool:
    """Whether the page does not exist or must not be fetched (robots.txt): not a failure of the run."""
    return is_missing(failure) or (isinstance(failure.value, IgnoreRequest) and not status(failure))


def is_missing(failure: Failure) -> bool:
    """Whether the site says that the page does not exist."""
    return status(failure) in _MISSING or isinstance(failure.value, LedToFront)


def status(failure: Failure) -> int:
    """The HTTP status that made a request fail; 0 if it was not one."""
    return int(failure.value.response.status) if isinstance(failure.value, HttpError) else 0
