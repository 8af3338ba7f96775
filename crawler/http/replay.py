"""A local HTTP proxy that answers for real hosts with saved pages.

    python -m crawler.http.replay FOLDER -- COMMAND ...

runs COMMAND with http_proxy set to it, and ends with COMMAND's exit code. A page is saved as
FOLDER/host/path; an address that ends in "/" is answered with index.html. Nothing is requested
from the network: what is not saved is a 404.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_TYPES = {".js": "text/javascript", ".jpg": "image/jpeg", ".png": "image/png", ".txt": "text/plain"}

Reply = tuple[int, dict[str, str], bytes]  # status (0: close the connection), headers and body
Answer = Callable[[str], Reply]  # by address


def answer(folder: Path, url: str) -> Reply:
    """The response for an address."""
    parts = urlsplit(url)
    path = unquote(parts.path) or "/"
    file = (folder / (parts.hostname or "") / path.lstrip("/")).resolve()
    if path.endswith("/"):
        file /= "index.html"
    if not file.is_relative_to(folder.resolve()) or not file.is_file():
        return 404, {"Content-Type": "text/html"}, b"<html><title>404</title><body>404 Not Found</body></html>"
    # No charset, as the sites themselves send it.
    return 200, {"Content-Type": _TYPES.get(file.suffix, "text/html")}, file.read_bytes()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two packets: the second would be delayed by 40 ms
    answer: Answer

    def do_GET(self) -> None:
        status, headers, body = self.answer(self.path)
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing: the terminal is the command's."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing about a client that closed the connection: it may have been killed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def replay(folder: Path) -> AbstractContextManager[str]:
    """Run a proxy that answers with saved pages; its address."""
    return serving(partial(answer, folder))


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Run a proxy that answers with this function; its address."""
    handler = type("_Handler", (_Handler,), {"answer": staticmethod(answer)})
    with _Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def main(arguments: list[str]) -> int:
    if len(arguments) < 3 or arguments[1] != "--" or not Path(arguments[0]).is_dir():
        print("usage: python -m crawler.http.replay FOLDER -- COMMAND ...", file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, lambda *_of: None)  # Ctrl-C is handled by the command
    with replay(Path(arguments[0])) as proxy:
        command = arguments[2:]
        return subprocess.run(command, env=os.environ | {"http_proxy": proxy, "no_proxy": ""}).returncode  # noqa: S603  # the user's own


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
