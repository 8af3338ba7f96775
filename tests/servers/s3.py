"""A real S3 server on loopback: versitygw (Apache-2.0), which Go builds once into ~/.cache/wencang/bin."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from archive.lock import exclusive

PACKAGE = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
KEYS = {"AWS_ACCESS_KEY_ID": "wencang", "AWS_SECRET_ACCESS_KEY": "wencangsecret"}
_BIN = Path.home() / ".cache" / "wencang" / "bin"
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Server:
    """A server: its address, the folder in which it has a folder for each bucket, and its process."""

    endpoint: str
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def client(self) -> Any:
        return boto3.client(
            "s3", endpoint_url=self.endpoint, region_name="us-east-1",
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"], aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )  # fmt: skip

    def bucket(self, name: str) -> str:
        """The address of a new bucket."""
        self.client.create_bucket(Bucket=name)
        return f"s3://{name}"


def program() -> Path:
    """The server's program, built if it is missing; the test is skipped where that can't be done."""
    path = _BIN / "versitygw"
    with exclusive(_BIN / "versitygw.lock", wait=True):
        if path.exists():
            return path
        if not (go := shutil.which("go")):
            pytest.skip("no S3 server: versitygw is not built, and go is not installed")
        place = os.environ | {"GOBIN": str(_BIN)}
        built = subprocess.run([go, "install", PACKAGE], capture_output=True, text=True, env=place)
    if built.returncode:
        pytest.skip(f"no S3 server: go can't build versitygw: {built.stderr.strip().splitlines()[-1]}")
    return path


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[Server]:
    """A server of the files in a folder; it ends with the block."""
    host = f"127.0.0.1:{port or _free_port()}"
    command: list[str | Path] = [program(), "--port", host, "--quiet", "posix", folder]
    keys = {"ROOT_ACCESS_KEY": KEYS["AWS_ACCESS_KEY_ID"], "ROOT_SECRET_KEY": KEYS["AWS_SECRET_ACCESS_KEY"]}
    folder.mkdir(exist_ok=True)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, env=os.environ | keys) as process:
        try:
            _wait(process, host)
            yield Server(f"http://{host}", folder, process)
        finally:
            process.kill()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], host: str) -> None:
    address, _colon, port = host.partition(":")
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended at once"
        with socket.socket() as connection:
            if not connection.connect_ex((address, int(port))):
                return
        time.sleep(0.05)
    raise AssertionError("the server does not answer")
