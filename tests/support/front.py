"""A front of a server that takes requests by TLS and from one user, as OpenSearch's security plugin does."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@contextmanager
def front(target: str, context: ssl.SSLContext, user: str, password: str) -> Iterator[str]:
    """The https address of a front of the server at `target`."""
    allowed = "Basic " + b64encode(f"{user}:{password}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))) or None
            if self.headers.get("authorization") != allowed:
                self.answer(401, b"Unauthorized", "text/plain")
                return
            headers = {"content-type": self.headers.get("content-type", "application/json")}
            request = urllib.request.Request(target + self.path, body, headers, method=self.command)
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    self.answer(response.status, response.read(), response.headers["content-type"])
            except urllib.error.HTTPError as error:
                self.answer(error.code, error.read(), error.headers["content-type"])

        def answer(self, status: int, body: bytes, content_type: str | None) -> None:
            self.send_response(status)
            self.send_header("content-type", content_type or "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def __getattr__(self, name: str) -> Callable[[], None]:
            """The library looks for a method do_GET, do_POST ..."""
            if name.startswith("do_"):
                return self.forward
            raise AttributeError(name)

        def log_message(self, *_args: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
