"""Plain text, articles separated by a rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from archive.article import Revision
from archive.text.escaping import legible
from wencang.desk.edition import Edition
from wencang.desk.txt import of_version

ENDING, IS_STREAM = "txt", True
_RULE = "\n" + "—" * 20 + "\n\n"


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    rule = ""
    for revision in revisions:
        out.write(legible(rule + of_version(revision)).encode())
        rule = _RULE
