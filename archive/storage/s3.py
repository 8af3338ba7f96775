"""A bucket of an S3 store as a storage: what hosts have uploaded, and what this host has yet to.

Credentials are found as boto3 finds them: environment, ~/.aws, role of the machine.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from archive.disk import sync
from archive.errors import ArchiveUnusable, Busy, StorageUnusable, UsageFault
from archive.storage.folder import Folder
from archive.text.messages import of_error
from archive.text.translation import gettext as _

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionError,
        HTTPClientError,
        IncompleteReadError,
        NoCredentialsError,
        PartialCredentialsError,
    )
except ImportError as error:
    raise UsageFault("boto3", _("is not installed"), "`pip install 'wencang[s3]'`") from error

_SECONDS = 60  # without a byte
_ATTEMPTS = 4
_FIRST, _MOST = 1 << 16, 1 << 23  # bytes of a range: a record takes one, a whole file those that grow
_MISSING = {"NoSuchKey", "NotFound", "404"}
_UNMET = {"PreconditionFailed", "412", "InvalidRange", "416"}
_RACED = {"ConditionalRequestConflict", "OperationAborted", "409"}
_REFUSED = {
    "AccessDenied", "AllAccessDisabled", "AccountProblem", "403", "Forbidden", "InvalidAccessKeyId",
    "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "RequestExpired", "RequestTimeTooSkewed",
    "XAdminUserNotFound",  # of versitygw: no user has this key
}  # fmt: skip


@cache  # opening one takes 50 ms; it may be used from several threads
def _client(endpoint: str) -> Any:
    config = Config(
        connect_timeout=10, read_timeout=_SECONDS, retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        # Checksums that nobody asked for make weaker servers refuse a request, and boto3 refuse a range.
        request_checksum_calculation="when_required", response_checksum_validation="when_required",
    )  # fmt: skip
    return boto3.Session().client("s3", endpoint_url=endpoint or None, config=config)


class Bucket:
    """The files under a prefix of a bucket, and those in the data folder that are to be uploaded.

    An object is put only if there is none of its key, or if it is still the one that was read.
    """

    is_shared = True

    def __init__(self, data: Path, address: str, endpoint: str = "") -> None:
        """`address` is s3://bucket/prefix; `endpoint` the address of a store other than AWS."""
        self.data = data
        self._here = Folder(data)
        self._address = address
        self._endpoint = endpoint
        self._bucket, _slash, prefix = address.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""

    def __reduce__(self) -> tuple[Any, ...]:
        return Bucket, (self.data, self._address, self._endpoint)

    # Reading

    def sizes(self, folder: str) -> dict[str, int]:
        here = self._here.sizes(folder)  # first: a file that is settled meanwhile is in the bucket
        return dict(sorted((self.settled(folder) | here).items()))

    def settled(self, folder: str) -> dict[str, int]:
        with self._faults(folder):
            pages = _client(self._endpoint).get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=f"{self._prefix}{folder}/"
            )  # fmt: skip
            objects = [each for page in pages for each in page.get("Contents", ())]
        return {each["Key"].removeprefix(self._prefix): each["Size"] for each in objects}

    def size(self, key: str) -> int:
        try:
            return self._here.size(key)
        except FileNotFoundError:
            return int(self.call("head_object", key)["ContentLength"])

    def open(self, key: str) -> IO[bytes]:
        try:
            return self._here.open(key)
        except FileNotFoundError:
            return io.BufferedReader(_Object(self, key), _FIRST)

    def range(self, key: str, start: int, length: int) -> tuple[memoryview, int]:
        """At most `length` bytes of an object from `start` on, and the size of the object."""
        try:
            answer = self.call("get_object", key, Range=f"bytes={start}-{start + length - 1}")
        except _Unmet:  # nothing is there
            return memoryview(b""), int(self.call("head_object", key)["ContentLength"])
        match = re.fullmatch(rf"bytes {start}-\d+/(\d+)", answer.get("ContentRange", ""))
        if not match:
            raise StorageUnusable(self._address, _("the store does not support ranges"), _("use another"))
        with self._faults(key):
            return memoryview(answer["Body"].read()), int(match[1])

    def shown(self, key: str) -> str:
        return self._here.shown(key) if (self.data / key).exists() else f"{self._address}/{key}"

    # Writing

    def add(self, folder: str, number: int, suffix: str, lines: Iterable[bytes]) -> str:
        """The key has only the number of what `suffix` says, so that the store itself admits one of each."""
        stem = f"{folder}/{number:06}"
        key = stem + suffix[suffix.rindex(".") :]
        faster = Busy(f"{self._address}/{key}", _("another host was faster"), _("try again when it has ended"))
        if any(name.startswith(stem) for name in self.sizes(folder)):
            raise faster
        with tempfile.TemporaryFile(dir=self.data) as file:
            file.writelines(lines)
            sha256 = _sha256(file)
            self._put(key, file, sha256, IfNoneMatch="*")
            if not self._has(key, file.tell(), sha256):
                raise faster
        return key

    def replace(self, key: str, content: bytes) -> None:
        self.call("put_object", key, Body=content, ChecksumSHA256=_base64(hashlib.sha256(content).digest()))

    @contextmanager
    def editing(self, key: str) -> Iterator[Path]:
        path = self.data / key
        if path.exists() and self._exists(key):  # a run died between the upload and the deletion
            self.settle(path)
        if path.exists():
            yield path
            return
        with tempfile.TemporaryDirectory(dir=self.data) as folder:
            path = Path(folder) / Path(key).name
            tag = self._download(key, path)
            yield path
            with path.open("rb") as file:
                sha256 = _sha256(file)
                self._put(key, file, sha256, IfMatch=tag)
                if not self._has(key, file.tell(), sha256):
                    reason = _("was changed by another run meanwhile")
                    raise Busy(f"{self._address}/{key}", reason, _("try again when it has ended"))

    def _download(self, key: str, path: Path) -> str:
        """Copy an object to a path; its ETag."""
        answer = self.call("get_object", key)
        with path.open("xb") as file, self._faults(key):
            for part in answer["Body"].iter_chunks(_MOST):
                file.write(part)
        return str(answer["ETag"])

    # Settling

    def appendable(self, folder: str) -> list[Path]:
        return []

    def unsettled(self, folder: str) -> list[Path]:
        return [self.data / key for key in self._here.sizes(folder)]

    def settle(self, path: Path) -> None:
        """Upload a file, and delete it here once the bucket has it.

        If a run dies meanwhile, the next one finds the file here again, and perhaps its object too.
        """
        key = path.relative_to(self.data).as_posix()
        with path.open("rb") as file:
            sha256 = _sha256(file)
            if not self._exists(key):  # else nothing is sent; a store may ignore the condition
                self._put(key, file, sha256, IfNoneMatch="*")
            if not self._has(key, file.tell(), sha256):
                reason = _("differs from {object}").format(object=f"{self._address}/{key}")
                raise ArchiveUnusable(path, reason, _("compare them with a backup, and move the wrong one away"))
        path.unlink()
        sync(path.parent)

    def _exists(self, key: str) -> bool:
        try:
            self.call("head_object", key)
        except FileNotFoundError:
            return False
        return True

    def _put(self, key: str, file: IO[bytes], sha256: bytes, **condition: str) -> None:
        """Put a file, whose bytes the store compares with their SHA-256; nothing if the condition fails."""
        file.seek(0)
        with suppress(_Unmet):  # by another host, or an attempt of ours whose answer was lost: `_has` tells
            self.call("put_object", key, Body=file, ChecksumSHA256=_base64(sha256), **condition)
        file.seek(0, os.SEEK_END)

    def _has(self, key: str, size: int, sha256: bytes) -> bool:
        """Whether the object has these bytes: by the checksum that the store computed, or else read back."""
        head = self.call("head_object", key, ChecksumMode="ENABLED")
        if head["ContentLength"] != size:
            return False
        if head.get("ChecksumType", "FULL_OBJECT") == "FULL_OBJECT" and (checksum := head.get("ChecksumSHA256")):
            return bool(checksum == _base64(sha256))
        with io.BufferedReader(_Object(self, key), _FIRST) as file:
            return _sha256(file) == sha256

    # Calls

    def call(self, name: str, key: str, **arguments: Any) -> Any:
        """The answer to a request about an object. Raises FileNotFoundError, _Unmet, StorageUnusable."""
        with self._faults(key):
            return getattr(_client(self._endpoint), name)(Bucket=self._bucket, Key=self._prefix + key, **arguments)

    @contextmanager
    def _faults(self, key: str) -> Iterator[None]:
        """Errors of the library as ours, by their codes: its texts may contain names of keys."""
        address = f"{self._address}/{key}"
        try:
            yield
        except ClientError as error:
            raise self._refused(error, address) from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            mend = _("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write ~/.aws/credentials")
            raise StorageUnusable(self._address, _("no credentials for it were found"), mend) from error
        except (ConnectionError, HTTPClientError, IncompleteReadError) as error:
            mend = _("check that it runs, and `s3_endpoint`; what was archived stays here until it can be uploaded")
            reason = _("{endpoint} can't be reached").format(endpoint=self._endpoint or "AWS")
            raise StorageUnusable(self._address, reason, mend) from error
        except BotoCoreError as error:  # of the configuration: no region, an unknown profile
            raise StorageUnusable(
                self._address, of_error(error), _("check ~/.aws/config and the environment")
            ) from error

    def _refused(self, error: ClientError, address: str) -> Exception:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
        if code in _MISSING:
            return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), address)
        if code in _UNMET:
            return _Unmet(address)
        if code in _RACED:
            return Busy(address, _("another host is writing it"), _("try again when it has ended"))
        if code == "NoSuchBucket":
            reason, mend = _("the bucket does not exist"), _("create it, or name another with `pages`")
        elif code in _REFUSED:
            reason = _("the store refuses access: {code}").format(code=code)
            mend = _("check the credentials, the clock, and the rights to list, get, put objects there")
        else:
            reason, mend = _("the store answers {code}").format(code=f"{code} {status}".strip()), _("try again later")
        return StorageUnusable(address if code in _REFUSED else self._address, reason, mend)


class _Unmet(Exception):
    """The condition of a request is not met; the argument is the address of the object."""


class _Object(io.RawIOBase):
    """An object to read from, in ranges: a small one after a jump, larger ones while the reader goes on."""

    def __init__(self, bucket: Bucket, key: str) -> None:
        self._bucket, self._key = bucket, key
        self._position = 0
        self._window = memoryview(b"")
        self._start = 0  # of the window
        self._ahead = _FIRST
        self._size: int | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END:
            if self._size is None:
                self._size = self._bucket.size(self._key)
            offset += self._size
        elif whence == os.SEEK_CUR:
            offset += self._position
        self._position = offset
        return offset

    def readinto(self, buffer: Any) -> int:
        if not self._start <= self._position < self._start + len(self._window):
            self._fetch()
        part = self._window[self._position - self._start :][: len(buffer)]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)

    def _fetch(self) -> None:
        """The window from the position on, after what was read last: who reads a record goes back to its end."""
        if self._size is not None and self._position >= self._size:
            return
        goes_on = self._window and self._position == self._start + len(self._window)
        self._ahead = min(2 * self._ahead, _MOST) if goes_on else _FIRST
        last = self._window[-_FIRST:] if goes_on else memoryview(b"")
        window, self._size = self._bucket.range(self._key, self._position, self._ahead)
        self._start, self._window = self._position - len(last), memoryview(b"".join((last, window)))


def _sha256(file: IO[bytes]) -> bytes:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
