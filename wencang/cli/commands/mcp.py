"""Let an assistant ask the archive."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.errors import UsageFault
from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, Host, Port, TokenFile, TrustedHosts, archive_of
from wencang.cli.output import say

app = typer.Typer()


@app.command()
def mcp(
    ctx: typer.Context,
    http: Annotated[bool, typer.Option("--http", help=_("Answer over HTTP instead of stdin and stdout."))] = False,
    host: Host = "127.0.0.1", port: Port = 8081, token_file: TokenFile = None, trusted_host: TrustedHosts = [],  # noqa: B006
) -> int:  # fmt: skip
    """Let an assistant search, read, count and cite the archive, by the Model Context Protocol.

    Examples:
        wencang --data /srv/wencang mcp
        wencang mcp --http --port 8081 --token-file token
    """
    archive = archive_of(ctx)
    archive.overview()  # a missing archive is reported before anything is answered
    try:
        from wencang.mcp.server import serve_http, serve_stdio
    except ImportError as error:
        raise UsageFault("mcp", _("is not installed"), _("`pip install wencang[mcp]` adds it")) from error
    if not http:
        serve_stdio(archive)
        return DONE
    from wencang.web.server import Options

    options = Options(host, port, 1, token_file, tuple(trusted_host))
    serve_http(
        archive, options,
        lambda address: say(_("{data} is served at {address}").format(data=archive.data, address=address)),
    )  # fmt: skip
    return DONE
