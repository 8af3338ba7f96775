"""Names that are safe: of files, whatever a title holds, and the keys under which articles are cited."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from unicodedata import category

_MOST = 200  # bytes: file systems allow 255, and an ending comes behind
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # by Windows
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9.:_-]+")


def safe(name: str) -> str:
    """The name without what would lead out of a folder, steer a terminal or be refused by a file system."""
    kept = "".join(" " if one in '/\\:*?"<>|' or category(one)[0] in "CZ" else one for one in name)
    kept = " ".join(kept.split()).encode()[:_MOST].decode(errors="ignore").strip(" .-")
    return f"{kept}_" if not kept or _RESERVED.match(kept) else kept


def free(folder: Path, name: str, ending: str) -> Path:
    """A path for a name in a folder; where another name came out the same, with a digest of this one."""
    path = folder / f"{safe(name)}.{ending}"
    return folder / f"{safe(name)} {_digest(name)}.{ending}" if path.exists() else path


def key(id: str) -> str:
    """An article's id as BibTeX, RIS and XML take it: the same each time, and no other article's."""
    kept = _NOT_IN_KEYS.sub("-", id)
    return kept if kept == id else f"{kept}-{_digest(id)}"


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:8]
