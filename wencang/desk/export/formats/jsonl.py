"""JSON Lines that `wencang import` can read; archive/jsonl.py defines the fields."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO

from archive.article import Revision
from archive.jsonl import values
from wencang.desk.edition import Edition

ENDING, IS_STREAM = "jsonl", True


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    for revision in revisions:
        out.write((json.dumps(values(revision), ensure_ascii=False) + "\n").encode())
