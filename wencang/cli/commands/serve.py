"""Open the archive in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, Host, Port, TokenFile, TrustedHosts, archive_of
from wencang.cli.output import say

app = typer.Typer()


@app.command()
def serve(
    ctx: typer.Context,
    host: Host = "127.0.0.1", port: Port = 8080,
    workers: Annotated[int, typer.Option(min=1, max=64, metavar="N", help=_("Number of processes."))] = 1,
    token_file: TokenFile = None, trusted_host: TrustedHosts = [],  # noqa: B006  # never changed
    prefix: Annotated[str, typer.Option(metavar="/PATH", help=_("Path under which a proxy serves the pages."))] = "",
    rate: Annotated[
        int, typer.Option(min=0, metavar="N", help=_("Requests a minute from one address; 0 is any number."))
    ] = 300,
    snippets_only: Annotated[
        bool, typer.Option("--snippets-only", help=_("Show no full text: titles, snippets, links to the originals."))
    ] = False,
    access_log: Annotated[
        bool, typer.Option("--access-log", help=_("Write a line for each request to stderr, without the question."))
    ] = False,
    log_queries: Annotated[bool, typer.Option("--log-queries", help=_("Include questions in the access log."))] = False,
) -> int:  # fmt: skip
    """Show the archive in a browser, read-only, until Ctrl-C.

    Examples:
        wencang serve
        wencang serve --workers 4 --trusted-host news.example.org
        wencang serve --host 0.0.0.0 --trusted-host 192.168.1.5 --token-file token
    """
    from wencang.web.server import Options, serve

    archive = archive_of(ctx)
    archive.overview()  # a missing archive is reported before anything listens
    prefix = "/" + prefix.strip("/") if prefix.strip("/") else ""
    options = Options(
        host, port, workers, token_file, tuple(trusted_host), prefix, rate, snippets_only, access_log, log_queries
    )
    serve(
        archive,
        options,
        lambda address: say(_("{data} is served at {address}").format(data=archive.data, address=address)),
    )
    return DONE
