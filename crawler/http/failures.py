"""What a failed request means: its reason for the ledger, and whether the page does not exist."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from archive.errors import WencangError
from archive.text.messages import Message, Reason, of_error, worded
from crawler.http.circles import NotReached
from crawler.http.exchange import LedToFront
from crawler.http.robots import RobotsUnread

_MISSING = {404, 410}


def reason(failure: Failure) -> Message:
    """Why a request failed."""
    if code := status(failure):
        return Reason.HTTP.format(status=code)
    if isinstance(
        failure.value, IgnoreRequest | RobotsUnread | NotReached
    ):  # raised with a message by us, with a text by Scrapy
        return worded(failure.value.args[0] if failure.value.args else "")
    if isinstance(failure.value, WencangError):
        return worded(str(failure.value)) if failure.value.mend else failure.value.reason
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
