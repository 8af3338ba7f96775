"""The Model Context Protocol: an assistant asks the archive, over stdin and stdout or over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import anyio.to_thread
from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from starlette.types import ASGIApp

from archive.settings import Settings, version
from wencang.archive import Archive
from wencang.mcp.tools import ABOUT, Tools
from wencang.web.guard import Guard
from wencang.web.server import Options, read_token, run

_AT_ONCE = 4  # tools that run at the same time
_METHODS = ("POST", "GET", "DELETE")  # of the streamable HTTP transport
_INSTRUCTIONS = f"""An archive of Chinese news sites with every version of each article. Ask in Chinese.
{ABOUT} Cite articles by `cite`, and give the address of the original."""


def server(archive: Archive) -> MCPServer:
    """The server of an archive; its tools only read."""
    # Errors of tools are answers; the log is for faults of the program.
    served = MCPServer("wencang", title="闻藏", instructions=_INSTRUCTIONS, version=version(), log_level="ERROR")
    hints = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    for tool in Tools(archive).every():
        served.add_tool(tool, annotations=hints)
    return served


def serve_stdio(archive: Archive) -> None:
    """Answer on standard input and output until its end."""
    server(archive).run("stdio")


def serve_http(archive: Archive, options: Options, listening: Callable[[str], None]) -> None:
    """Answer at /mcp until a signal ends it. Raises UsageFault like `wencang.web.server.serve`."""
    token = read_token(options.token_file) if options.token_file else ""
    run(
        partial(application, archive.settings, options.hosts, token),
        options,
        lambda address: listening(f"{address}mcp"),
    )


def application(settings: Settings, hosts: tuple[str, ...], token: str = "") -> ASGIApp:
    """The application with an archive of its own, for requests to these hosts and from pages of them."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = _AT_ONCE
    origins = [f"{scheme}://{host}{port}" for scheme in ("http", "https") for host in hosts for port in ("", ":*")]
    security = TransportSecuritySettings(
        allowed_hosts=[host + port for host in hosts for port in ("", ":*")], allowed_origins=origins
    )
    app = server(Archive(settings)).streamable_http_app(
        stateless_http=True, json_response=True, transport_security=security
    )
    return Guard(app, hosts, token, methods=_METHODS)
