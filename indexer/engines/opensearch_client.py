"""Requests to an OpenSearch cluster: the only file that knows opensearch-py. `pip install 'wencang[opensearch]'`."""

from __future__ import annotations

import logging
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from archive.errors import Busy, IndexUnusable, UsageFault
from archive.settings import Settings
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from indexer.engines.engine import REBUILD

try:
    import opensearchpy
    from opensearchpy.exceptions import ConnectionError, TransportError
except ImportError as error:
    raise UsageFault("opensearch", _("is not installed"), _("`pip install 'wencang[opensearch]'` adds it")) from error

_SECONDS = 10.0  # that a node may take to answer; after that the next one is asked
_PATIENCE = 15.0  # seconds that a call is repeated while the cluster recovers from the loss of a node
_PAUSE = 0.1  # seconds before it is repeated; a write that is refused again waits twice as long each time
_LONGEST_PAUSE = 5.0
_CHECK = 1.0  # seconds between two looks whether the cluster has a manager
_ELECTION = 3.0  # seconds that it may take to elect one
_WRITE_PATIENCE = 120.0  # seconds that a write waits for a cluster that is overloaded or recovers
_MAX_BYTES = 4_000_000  # of a bulk request
_MAX_ACTIONS = 500
_PASSING = frozenset((429, 500, 502, 503, 504))  # statuses that pass by themselves
_GONE = "index_not_found_exception"
T = TypeVar("T")
Action = tuple[dict[str, Any], dict[str, Any] | None]  # what is to be done, and the document

# It logs each failed request with its traceback; we report what matters of it ourselves.
logging.getLogger("opensearch").setLevel(logging.CRITICAL)


class Missing(Exception):
    """What was asked for is not in the cluster: an index, a document, or a state that was being read."""


class Passing(Exception):
    """The cluster can't answer now, but may soon; the text says why."""


class Conflict(Exception):
    """A newer version is there."""


class Client:
    """The cluster as set. Each call is repeated for a while if nodes fail, and ends in one of our errors."""

    def __init__(self, settings: Settings) -> None:
        self.name = ",".join(settings.opensearch)
        self._user = settings.opensearch_user
        self._given_up = -_PATIENCE  # when a call was last not answered in time: the next ones don't wait
        self._checked = self._managed = -_ELECTION  # when the cluster was last seen to have a manager
        self._client = opensearchpy.OpenSearch(
            list(settings.opensearch),
            headers=_authorization(self._user, settings.opensearch_password) if self._user else None,
            ssl_context=_trusting(settings.opensearch_ca) if settings.opensearch_ca else None,
            timeout=_SECONDS,
            max_retries=len(settings.opensearch),
            retry_on_timeout=True,
            pool_maxsize=16,
        )

    def ask(self, method: str, path: str, body: Any = None, seconds: float = _SECONDS, **parameters: Any) -> Any:
        """One request. Raises Missing, Passing, IndexUnusable."""
        texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in parameters.items()}
        with self._translated():
            asked = texts | {"request_timeout": seconds}
            return self._client.transport.perform_request(method, path, params=asked, body=body)

    def patiently(self, call: Callable[[], T]) -> T:
        """What a call returns, repeated while the cluster recovers. Raises IndexUnusable if it does not."""
        start = time.monotonic()
        end = start + (_PATIENCE if start - self._given_up > _PATIENCE else 0)
        while True:
            try:
                return call()
            except Passing as passing:
                if time.monotonic() > end:
                    self._given_up = time.monotonic()
                    mend = _("see that its nodes are running, then try again")
                    raise IndexUnusable(self.name, str(passing), mend) from passing
                time.sleep(_PAUSE)

    def check_managed(self) -> None:
        """Raise Passing if the cluster has no manager: what a node knows may be old, as most are out of reach.

        The few seconds in which they elect another one are let pass.
        """
        if (now := time.monotonic()) - self._checked < _CHECK:
            return
        if self.ask("GET", "/_cluster/health", local=True).get("discovered_cluster_manager"):
            self._checked = self._managed = now
        elif now - self._managed > _ELECTION:
            raise Passing(_("most nodes of the cluster can't be reached"))

    def bulk(self, index: str, actions: Iterable[Action]) -> None:
        """Carry out actions; those on a newer version than the index has are done, the others already were.

        Batches become smaller while the cluster refuses them as too much. Raises Busy if it goes on refusing,
        Missing if there is no such index, IndexUnusable for a document that is refused.
        """
        batches = _Batches(actions)
        sending: Future[tuple[list[Action], str]] | None = None
        end, pause = time.monotonic() + _WRITE_PATIENCE, _PAUSE
        with ThreadPoolExecutor(1) as sender:  # a batch is sent while the next one is made
            while (batch := batches.next()) or sending:
                refused, reason = sending.result() if sending else (list[Action](), "")
                sending = sender.submit(self._refused, index, batch) if batch else None
                if not refused:
                    end, pause = time.monotonic() + _WRITE_PATIENCE, _PAUSE
                    continue
                if time.monotonic() > end:
                    raise Busy(self.name, reason, _("once it answers again, `wencang index` goes on"))
                batches.back(refused)
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _refused(self, index: str, batch: list[Action]) -> tuple[list[Action], str]:
        """Send a batch; the actions that were refused for now, and why."""
        try:
            return self._send(index, batch), _("the cluster is overloaded")
        except Passing as passing:
            return batch, str(passing)

    def _send(self, index: str, batch: list[Action]) -> list[Action]:
        """The actions that were refused for now."""
        lines = (dumps(line, ensure_ascii=False) for pair in batch for line in pair if line is not None)
        try:
            answer = self.ask("POST", f"/{index}/_bulk", "\n".join(lines) + "\n", 60, require_alias=True)
        except _TooLarge:
            if len(batch) == 1:
                raise IndexUnusable(self.name, _("refuses an article as too large")) from None
            return batch
        return [action for action, item in zip(batch, answer["items"], strict=True) if self._is_refused(item)]

    def _is_refused(self, item: Mapping[str, Mapping[str, Any]]) -> bool:
        ((_kind, result),) = item.items()
        status = result["status"]
        if status < 300 or status == 409 or (status == 404 and "error" not in result):
            return False
        if status in _PASSING:
            return True
        if result["error"]["type"] == _GONE:
            raise Missing
        raise IndexUnusable(self.name, _reason(result["error"]), _(REBUILD))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ConnectionError as error:  # also time-outs
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                mend = _("name the certificates of its authority in opensearch_ca")
                raise IndexUnusable(self.name, _("its certificate can't be verified"), mend) from error
            raise Passing(_("can't be reached ({reason})").format(reason=type(error.info).__name__)) from error
        except TransportError as error:
            raise self._fault(error) from error

    def _fault(self, error: TransportError) -> Exception:
        status = error.status_code
        if status == 404:
            return Missing(str(error.error))
        if status == 409 or "resource_already_exists" in str(error.error):  # as a request is repeated that timed out
            return Conflict()
        if status == 413:
            return _TooLarge()
        if status in _PASSING:
            return Passing(_reason(error.info))
        if status in (401, 403):
            reason = _("refuses the user {name}").format(name=self._user) if self._user else _("asks for a user")
            return IndexUnusable(self.name, reason, _("set opensearch_user and opensearch_password"))
        if status == 400 and "too_many" in str(error.info):
            return UsageFault(_("the question"), _("has too many words for OpenSearch"), _("leave some out"))
        return IndexUnusable(self.name, _reason(error.info))


def _authorization(user: str, password: str) -> dict[str, str]:
    """Basic authentication in UTF-8 (RFC 7617), where the library's own is in Latin-1."""
    return {"authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def _trusting(authority: Path) -> ssl.SSLContext:
    """Raises UsageFault for a file that holds no certificates."""
    try:
        return ssl.create_default_context(cafile=authority)
    except OSError as error:
        raise UsageFault(authority, of_error(error), _("name a file of certificates in opensearch_ca")) from error


class _TooLarge(Exception):
    """A request is larger than the cluster takes."""


class _Batches:
    """Batches of actions, bounded in number and bytes; a batch that comes back is halved."""

    def __init__(self, actions: Iterable[Action]) -> None:
        self._actions = iter(actions)
        self._returned: list[Action] = []
        self._most = _MAX_ACTIONS

    def back(self, batch: list[Action]) -> None:
        self._most = max(1, min(self._most, len(batch)) // 2)
        self._returned = [*batch, *self._returned]

    def next(self) -> list[Action]:
        batch: list[Action] = []
        size = 0
        while len(batch) < self._most and size < _MAX_BYTES and (action := self._take()):
            batch.append(action)
            size += _size(action)
        return batch

    def _take(self) -> Action | None:
        return self._returned.pop(0) if self._returned else next(self._actions, None)


def _size(action: Action) -> int:
    """The bytes of a document, roughly: most of it is Chinese text."""
    return 3 * sum(len(value) for value in (action[1] or {}).values() if isinstance(value, str))


def _reason(info: Any) -> str:
    """The innermost reason that an answer gives, in one line."""
    if not isinstance(info, Mapping):
        return " ".join(str(info).split())[:200] or _("refuses the request")
    cause = info.get("error", info)
    while isinstance(cause, Mapping) and isinstance(cause.get("caused_by"), Mapping):
        cause = cause["caused_by"]
    if isinstance(cause, Mapping) and cause.get("root_cause") and "reason" not in cause:
        cause = cause["root_cause"][0]
    reason = cause.get("reason") or cause.get("type") if isinstance(cause, Mapping) else cause
    return " ".join(str(reason).split())[:200]


_clients: dict[tuple[object, ...], Client] = {}  # by address and user
_lock = Lock()


def client_of(settings: Settings) -> Client:
    """The client for these settings: connections are shared in a process. Raises UsageFault if no address is set."""
    if not settings.opensearch:
        mend = _('set opensearch = "https://host:9200" in wencang.toml, or WENCANG_OPENSEARCH')
        raise UsageFault("opensearch", _("has no address"), mend)
    key = settings.opensearch, settings.opensearch_user, settings.opensearch_password, settings.opensearch_ca
    with _lock:
        if key not in _clients:
            _clients[key] = Client(settings)
        return _clients[key]
