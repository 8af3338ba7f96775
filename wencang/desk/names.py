"""Safe names made from titles and ids: file names and citation keys."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from unicodedata import category

_MOST = 200  # bytes: file systems allow 255, and a suffix is appended
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # on Windows
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9.:_-]+")


def safe(name: str) -> str:
    """The name without path separators, control characters and whatever a file system refuses."""
    name = "".join(" " if char in '/\\:*?"<>|' or category(char)[0] in "CZ" else char for char in name)
    name = " ".join(name.split()).encode()[:_MOST].decode(errors="ignore").strip(" .-")
    return f"{name}_" if not name or _RESERVED.match(name) else name


def free(folder: Path, name: str, ending: str) -> Path:
    """A path for a name in a folder; on a collision with another name a digest of this one is added."""
    path = folder / f"{safe(name)}.{ending}"
    return folder / f"{safe(name)} {_digest(name)}.{ending}" if path.exists() else path


def key(id: str) -> str:
    """A citation key for an article's id that BibTeX, RIS and XML accept: stable and unique."""
    key = _NOT_IN_KEYS.sub("-", id)
    return key if key == id else f"{key}-{_digest(id)}"


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:8]
