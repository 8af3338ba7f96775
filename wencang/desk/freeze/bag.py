"""BagIt folders (RFC 8493): files to be handed on, each under a SHA-256 that any tool can check."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from archive.errors import UsageFault
from archive.text.translation import gettext as _

PAYLOAD = "data"
_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_INFO = "bag-info.txt"
MANIFEST, _TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_LINE = re.compile("([0-9a-fA-F]{64})[ \t]+\\*?(.+)")


def sha256_of(path: Path) -> str:
    """The SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def close(bag: Path, info: Iterable[tuple[str, str]], readme: str) -> None:
    """Make a bag of a folder that has its payload, with labels and values for its bag-info.txt."""
    payload = _payload(bag)
    size = sum(path.stat().st_size for path in payload)
    labels = [*info, ("Payload-Oxum", f"{size}.{len(payload)}")]
    _put(bag / "bagit.txt", _DECLARATION)
    _put(bag / "README.txt", readme)
    _put(bag / _INFO, "".join(f"{label}: {_line(value)}\n" for label, value in labels))
    _put(bag / MANIFEST, _hashes(bag, payload))
    _put(bag / _TAG_MANIFEST, _hashes(bag, [bag / "README.txt", bag / _INFO, bag / "bagit.txt", bag / MANIFEST]))
    for path in payload:
        with path.open("rb") as file:
            os.fsync(file.fileno())


def read_info(bag: Path) -> list[tuple[str, str]]:
    """The labels and values of a bag. Raises UsageFault where they can't be read."""
    try:
        text = (bag / _INFO).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageFault(bag, _("is not a bag: {name} can't be read").format(name=_INFO)) from error
    lines = re.sub(r"\n[ \t]+", " ", text).splitlines()  # a long value may be folded
    return [(label.strip(), value.strip()) for label, colon, value in (line.partition(":") for line in lines) if colon]


def faults(bag: Path) -> Iterator[str]:
    """What is wrong with a bag, a line each; nothing where it is complete and as it was made."""
    declared = bag / "bagit.txt"
    if not declared.is_file() or not declared.read_bytes().startswith(b"BagIt-Version: "):
        yield _("{path}: declares no BagIt version").format(path=declared)
    listed: set[Path] = set()
    for name in (MANIFEST, _TAG_MANIFEST):
        try:
            yield from _differences(bag, name, listed)
        except (OSError, ValueError) as error:
            yield _("{path}: can't be read: {error}").format(path=bag / name, error=error)
    for path in (bag / _INFO, bag / MANIFEST, *_payload(bag)):
        if path not in listed:
            yield _("{path}: is in no manifest").format(path=path)


def _differences(bag: Path, name: str, listed: set[Path]) -> Iterator[str]:
    """What differs from a manifest; adds the files that it lists to `listed`."""
    for number, line in enumerate((bag / name).read_text(encoding="utf-8").splitlines(), 1):
        match = _LINE.fullmatch(line)
        inside = PurePosixPath(match[2]) if match else PurePosixPath("/")
        if not match or inside.is_absolute() or ".." in inside.parts:
            yield _("{path}:{number}: does not name a file of the bag").format(path=bag / name, number=number)
            continue
        path = bag / inside
        listed.add(path)
        if not path.is_file():
            yield _("{path}: is missing").format(path=path)
        elif sha256_of(path) != match[1].lower():
            yield _("{path}: differs from {name}").format(path=path, name=name)


def _payload(bag: Path) -> list[Path]:
    return sorted(path for path in (bag / PAYLOAD).rglob("*") if not path.is_dir())


def _hashes(bag: Path, paths: Iterable[Path]) -> str:
    return "".join(f"{sha256_of(path)}  {path.relative_to(bag).as_posix()}\n" for path in paths)


def _line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _put(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
