"""How much is answered: to one address, at the same time, and for how long."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from time import monotonic
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from archive.errors import WencangError
from archive.text.translation import gettext as _

T = TypeVar("T")
_MOST_ADDRESSES = 10_000
_COSTS = (  # of a request; any other costs 1
    (re.compile(r"/search\.(?!json\b|atom|feed)\w+"), 20),
    (
        re.compile(
            r"(/api)?/(timeline|concordance|keywords|collocations|figures|names|quotes|aid|map|network|changes)\b.*"
        ),
        5,
    ),
    (re.compile(r"/style\.css|/icon\.svg|/robots\.txt|/health|/metrics"), 0),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an application answers at most.

    At most `at_once` answers are made at the same time, and `waiting` requests wait for that. `rate`
    is what one address may ask for in a minute, and at once; 0 is any number. An answer may take
    `seconds`, an export `exports`, and a search with facets `facets` before it is made without them.
    """

    at_once: int = 4
    waiting: int = 32
    rate: int = 0
    seconds: float = 30
    exports: float = 300
    facets: float = 5


class Overloaded(WencangError):
    """As many requests as may wait are waiting."""


class TooLong(Overloaded):
    """An answer took longer than it may."""


def cost(path: str) -> int:
    """What a request costs, by its path: an export or a count reads many articles."""
    return next((price for pattern, price in _COSTS if pattern.fullmatch(path)), 1)


class Buckets:
    """A token bucket for each client address, filled at `rate` tokens a minute and holding as many.

    An IPv6 address counts as its /64 network, which is what one subscriber has. This machine is not limited:
    behind a proxy that does not name its clients all would share its bucket.
    """

    def __init__(self, rate: int, clock: Callable[[], float] = monotonic, most: int = _MOST_ADDRESSES) -> None:
        self._rate, self._clock, self._most = rate, clock, most
        self._filled: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens and when, the last used last

    def wait(self, address: str, price: int) -> float:
        """Pay for a request; or the seconds until it can be paid, greater than 0."""
        network = _network(address)
        if not (self._rate and price and network):
            return 0.0
        price = min(price, self._rate)
        now = self._clock()
        tokens, since = self._filled.pop(network, (self._rate, now))
        tokens = min(self._rate, tokens + (now - since) * self._rate / 60)
        paid = tokens >= price
        self._filled[network] = (tokens - price if paid else tokens), now
        if len(self._filled) > self._most:
            self._filled.popitem(last=False)
        return 0.0 if paid else (price - tokens) * 60 / self._rate

    def __len__(self) -> int:
        return len(self._filled)


def _network(address: str) -> str:
    """What shares a bucket; "" for this machine."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip
    if ip.is_loopback:
        return ""
    return str(IPv6Network((int(ip) >> 64 << 64, 64)) if isinstance(ip, IPv6Address) else ip)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an answer has to be ready; for work that can look at it now and then."""

    end: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The deadline so many seconds from now."""
        return cls(monotonic() + seconds)

    def check(self, _done: int = 0) -> None:
        """Raise TooLong after the end; may be called as the `progress` of a method of Archive."""
        if monotonic() > self.end:
            raise _too_long()

    def over(self, rows: Iterable[T]) -> Iterator[T]:
        """The rows, as long as there is time."""
        for row in rows:
            self.check()
            yield row


def deadline_of(request: Request) -> Deadline:
    """When the answer to a request has to be ready."""
    deadline: Deadline = request.scope["deadline"]
    return deadline


class Turns:
    """Runs work in threads, so many at once.

    A thread can't be stopped: one that takes too long keeps its place until it ends, though its request has
    been answered, so that threads never pile up.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._room = at_once + waiting

    async def run(self, work: Callable[[], T], seconds: float) -> T:
        """The result of the work. Raises Overloaded where no more may wait, TooLong after so many seconds of work."""
        if not self._room:
            raise Overloaded("503", _("Too many requests at once. Please try again in a few seconds."))
        self._room -= 1
        try:
            await self._free.acquire()
        except BaseException:
            self._room += 1
            raise
        task = asyncio.create_task(run_in_threadpool(work))
        task.add_done_callback(self._ended)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(task)
        except TimeoutError as error:
            raise _too_long() from error

    def _ended(self, task: asyncio.Task[T]) -> None:
        self._room += 1
        self._free.release()
        if not task.cancelled():
            task.exception()  # of work that nobody waits for any more, else asyncio logs it


def _too_long() -> TooLong:
    return TooLong("503", _("The request took too long. Please narrow the search, or try again later."))
