"""Runs the web application: in this process, or in several that share one address."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from archive.errors import UsageFault
from archive.settings import Settings
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from wencang.archive import Archive
from wencang.excerpts import Excerpts
from wencang.web.app import LOCAL, create_app
from wencang.web.traffic.limits import Limits
from wencang.web.traffic.observer import access_log

_GRACE = 10  # seconds that answers have to end after a signal
_SHORTEST = 16  # characters of a token


@dataclass(frozen=True, slots=True)
class Options:
    """Where to listen, and to whom to answer.

    Port 0 is any free one. `prefix` is the path under which a proxy in front serves us. `rate` is what one
    address may ask for in a minute, 0 any number. `log_queries` implies `access_log`.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    token_file: Path | None = None
    trusted_hosts: tuple[str, ...] = ()
    prefix: str = ""
    rate: int = 300
    snippets_only: bool = False
    access_log: bool = False
    log_queries: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names that requests may be addressed to, without a port."""
        own = f"[{self.host}]" if ":" in self.host else self.host
        return (*LOCAL, own, *self.trusted_hosts)


def serve(archive: Archive, options: Options, listening: Callable[[str], None]) -> None:
    """Answer until a signal ends it; answers under way are finished first.

    `listening` is called with the address once requests to it are accepted.

    Raises UsageFault for an address that can't be used, or a token that can't be read.
    """
    token = read_token(options.token_file) if options.token_file else ""
    run(partial(_application, archive.settings, options, token), options, listening)


def run(application: Callable[[], ASGIApp], options: Options, listening: Callable[[str], None]) -> None:
    """Answer with an application until a signal ends it; `application` makes one for each process.

    Raises UsageFault for an address that can't be used.
    """
    config = uvicorn.Config(
        application, factory=True, workers=options.workers, lifespan="auto", access_log=False, log_level="warning",
        server_header=False, timeout_graceful_shutdown=_GRACE, forwarded_allow_ips="127.0.0.1",
    )  # fmt: skip
    with listen(options) as bound:
        name = f"[{options.host}]" if ":" in options.host else options.host
        listening(f"http://{name}:{bound.getsockname()[1]}{options.prefix}/")
        if options.workers > 1:
            Multiprocess(config, sockets=[bound]).run()
        else:
            uvicorn.Server(config).run(sockets=[bound])


def _application(settings: Settings, options: Options, token: str) -> ASGIApp:
    """The application with an archive of its own: each worker process opens one."""
    archive = Excerpts(settings) if options.snippets_only else Archive(settings)
    has_log = options.access_log or options.log_queries
    return create_app(
        archive, hosts=options.hosts, token=token, prefix=options.prefix, limits=Limits(rate=options.rate),
        log=access_log(queries=options.log_queries) if has_log else None,
    )  # fmt: skip


def listen(options: Options) -> socket.socket:
    """A socket at the address. Raises UsageFault."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        bound = socket.create_server((options.host, options.port), family=family, backlog=1024)
        # Its connections inherit it. Without, the body of an answer waits 40 ms for the acknowledgment of its head:
        # asyncio sees to that only for sockets that were created with the number of the protocol.
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return bound
    except OSError as error:
        subject = f"{options.host}:{options.port}"
        raise UsageFault(subject, of_error(error), _("name another with --host and --port")) from error


def read_token(path: Path) -> str:
    """The token in a file. Raises UsageFault for a short one."""
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise UsageFault(path, of_error(error)) from error
    if len(token) < _SHORTEST:
        reason = _("contains no token of at least {least} characters").format(least=_SHORTEST)
        raise UsageFault(path, reason, _("`openssl rand -hex 32` makes one"))
    return token
