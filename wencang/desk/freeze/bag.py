"""Files that can be handed on and checked by anybody's tools: a BagIt folder (RFC 8493), each byte under a SHA-256."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from gettext import gettext as _
from pathlib import Path, PurePosixPath

from archive.errors import UsageFault
from archive.proof.manifest import sha256_of

PAYLOAD = "data"
_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_INFO = "bag-info.txt"
MANIFEST, _TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_LINE = re.compile("([0-9a-fA-F]{64})[ \t]+\\*?(.+)")


def close(bag: Path, info: Iterable[tuple[str, str]], readme: str) -> None:
    """Make a bag of a folder whose payload is there, with what is to be said of it, label by label."""
    payload = _payload(bag)
    size = sum(path.stat().st_size for path in payload)
    said = [*info, ("Payload-Oxum", f"{size}.{len(payload)}")]
    _put(bag / "bagit.txt", _DECLARATION)
    _put(bag / "README.txt", readme)
    _put(bag / _INFO, "".join(f"{label}: {_line(value)}\n" for label, value in said))
    _put(bag / MANIFEST, _hashes(bag, payload))
    _put(bag / _TAG_MANIFEST, _hashes(bag, [bag / "README.txt", bag / _INFO, bag / "bagit.txt", bag / MANIFEST]))
    for path in payload:
        with path.open("rb") as file:
            os.fsync(file.fileno())


def read_info(bag: Path) -> list[tuple[str, str]]:
    """What is said of a bag. Raises UsageFault for a folder that is none."""
    try:
        text = (bag / _INFO).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageFault(bag, _("is no bag: {name} can't be read").format(name=_INFO)) from error
    lines = re.sub(r"\n[ \t]+", " ", text).splitlines()  # a long value may go on in the next line
    return [(label.strip(), value.strip()) for label, colon, value in (line.partition(":") for line in lines) if colon]


def faults(bag: Path) -> Iterator[str]:
    """What is wrong with a bag, a line each; nothing where it is whole and as it was made."""
    declared = bag / "bagit.txt"
    if not declared.is_file() or not declared.read_bytes().startswith(b"BagIt-Version: "):
        yield _("{path}: says of no BagIt version").format(path=declared)
    told: set[Path] = set()
    for name in (MANIFEST, _TAG_MANIFEST):
        try:
            yield from _differences(bag, name, told)
        except (OSError, ValueError) as error:
            yield _("{path}: can't be read: {error}").format(path=bag / name, error=error)
    for path in (bag / _INFO, bag / MANIFEST, *_payload(bag)):
        if path not in told:
            yield _("{path}: stands in no manifest").format(path=path)


def _differences(bag: Path, name: str, told: set[Path]) -> Iterator[str]:
    """What is not as a manifest says; adds to `told` what it names."""
    for number, line in enumerate((bag / name).read_text(encoding="utf-8").splitlines(), 1):
        match = _LINE.fullmatch(line)
        inside = PurePosixPath(match[2]) if match else PurePosixPath("/")
        if not match or inside.is_absolute() or ".." in inside.parts:
            yield _("{path}:{number}: names no file of the bag").format(path=bag / name, number=number)
            continue
        path = bag / inside
        told.add(path)
        if not path.is_file():
            yield _("{path}: is missing").format(path=path)
        elif sha256_of(path) != match[1].lower():
            yield _("{path}: is not what {name} says").format(path=path, name=name)


def _payload(bag: Path) -> list[Path]:
    return sorted(path for path in (bag / PAYLOAD).rglob("*") if not path.is_dir())


def _hashes(bag: Path, paths: Iterable[Path]) -> str:
    return "".join(f"{sha256_of(path)}  {path.relative_to(bag).as_posix()}\n" for path in paths)


def _line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _put(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
