"""Parquet for pandas, R and DuckDB: the fields of JSON Lines as typed columns, and `day_only`. Needs pyarrow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import IO, Any

from archive.article import Revision
from archive.batches import batches
from archive.errors import UsageFault
from archive.jsonl import values
from archive.rows import COLUMNS
from archive.text.translation import gettext as _
from wencang.desk.edition import Edition

try:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter
except ImportError as error:
    raise UsageFault("pyarrow", _("is not installed"), _("`pip install pyarrow` adds it")) from error

ENDING, IS_STREAM = "parquet", False
_ROWS = 2_000  # of a row group, held in memory
_IMAGE = pa.struct([("url", pa.string()), ("caption", pa.string())])
_ANNOTATION = pa.struct(
    [("kind", pa.string()), ("text", pa.string()), ("by", pa.string()), ("time", pa.timestamp("us", "UTC"))]
)
_TYPES = {
    "published": pa.timestamp("us", "Asia/Shanghai"), "authors": pa.list_(pa.string()),
    "images": pa.list_(_IMAGE), "restored": pa.bool_(), "fetched": pa.timestamp("us", "UTC"),
    "gone": pa.timestamp("us", "UTC"), "day_only": pa.bool_(),
    "tags": pa.list_(pa.string()), "notes": pa.list_(pa.string()), "annotations": pa.list_(_ANNOTATION),
}  # fmt: skip
_TYPES["origin"] = pa.struct([("archive", pa.string()), ("url", pa.string()), ("taken", pa.timestamp("us", "UTC"))])
SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in (*COLUMNS, "day_only")])


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    with ParquetWriter(out, SCHEMA, compression="zstd") as file:
        for batch in batches(map(_row, revisions), _ROWS):
            file.write_table(pa.Table.from_pylist(batch, SCHEMA))


def _row(revision: Revision) -> dict[str, Any]:
    article = revision.article
    times = {"published": article.published, "fetched": revision.fetched, "gone": revision.gone_since}
    annotations = list(map(asdict, revision.annotations))
    origin = revision.origin and {**revision.origin.to_json(), "taken": revision.origin.taken}
    return values(revision) | times | {"origin": origin} | {"annotations": annotations, "day_only": article.day_only}
