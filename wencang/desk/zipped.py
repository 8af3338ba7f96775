"""Members of ZIP files without time or system of their own, so that equal files are equal bytes."""

from __future__ import annotations

from zipfile import ZIP_DEFLATED, ZipInfo


def member(name: str, method: int = ZIP_DEFLATED) -> ZipInfo:
    member = ZipInfo(name)  # dated 1980
    member.compress_type, member.create_system, member.external_attr = method, 3, 0o644 << 16
    return member
