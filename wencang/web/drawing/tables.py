"""Tables as answers: their rows as JSON or CSV; long ones are made on disk before they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from tempfile import SpooledTemporaryFile
from typing import IO

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from archive.text.escaping import json_text
from archive.text.messages import Message
from wencang.desk.table import Table
from wencang.web.traffic.limits import deadline_of

_IN_MEMORY = 4 << 20  # bytes of an answer; a longer one is made on disk
_CHUNK = 1 << 16
TYPES = {
    "csv": "text/csv; charset=utf-8", "gexf": "application/gexf+xml", "graphml": "application/graphml+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
FILES = ["csv", *(["xlsx"] if find_spec("xlsxwriter") else [])]  # that a page of a table offers
NETWORKS = ["gexf", "graphml"] if find_spec("networkx") else []


def json_of(request: Request, table: Table, notices: Iterable[Message]) -> Response:
    """`rows` with the keys of the command's `--json`, and `notices`. Raises TooLong."""

    def parts() -> Iterator[str]:
        yield '{"rows": ['
        for number, record in enumerate(deadline_of(request).over(table.records())):
            yield f"{', ' if number else ''}{json_text(record)}"
        yield f'], "notices": {json_text([notice.to_json() for notice in notices])}}}\n'

    with spooled() as out:
        out.writelines(part.encode() for part in parts())
    return sent(out, "application/json", {})


def file_of(request: Request, table: Table) -> Response:
    """The rows of the command's `-o`, in the form and under the name that the address has. Raises TooLong."""
    path, _dot, form = request.scope["route_template"].rpartition(".")
    name = path.split("/")[1]
    with spooled() as out:
        table.write(out, form, deadline_of(request).over)
    return sent(out, TYPES[form], {"Content-Disposition": f'attachment; filename="{name}.{form}"'})


@contextmanager
def spooled() -> Iterator[IO[bytes]]:
    """A file for an answer, in memory or on disk; it is closed if the block fails, else when it is sent."""
    out = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
    try:
        yield out
    except BaseException:
        out.close()
        raise


def sent(out: IO[bytes], media_type: str, headers: Mapping[str, str]) -> Response:
    """The content of a file, which is closed when it is sent."""
    headers = {"Content-Length": str(out.tell()), **headers}
    return StreamingResponse(_chunks(out), headers=headers, media_type=media_type)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk
