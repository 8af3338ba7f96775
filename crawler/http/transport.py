"""Scrapy's download handler with a limit that it lacks: on the size of a response's head."""

from __future__ import annotations

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import HEADER, STATUS

_MOST_BYTES = 256 * 1024  # the limit of browsers


class Transport(HTTP11DownloadHandler):
    """Download handler for http and https. It depends on private classes of the pinned Scrapy and Twisted."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> _Protocol:  # noqa: N802  # Twisted's name
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _Protocol(_LenientHTTP11ClientProtocol):
    _received = 0  # bytes of the head

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        in_head = self._parser is not None and self._parser.state in (STATUS, HEADER)
        self._received = self._received + len(data) if in_head else 0
        if self._received > _MOST_BYTES:
            self.abort()  # type: ignore[no-untyped-call]
