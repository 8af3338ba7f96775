"""A real pywb (GPL-3.0, run as a program of its own): WENCANG_PYWB, or one installed once into ~/.cache."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from archive.lock import exclusive
from bench.replayed import player

PACKAGES = ("pywb==2.10.0", "setuptools<81")  # which pywb imports, and newer ones lack what it imports of it
_FOLDER = Path.home() / ".cache" / "wencang" / "pywb"


def program() -> Path:
    """The folder of pywb's programs; the test is skipped where it can't be installed."""
    if named := os.environ.get("WENCANG_PYWB"):
        return Path(named)
    programs = _FOLDER / "bin"
    _FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(_FOLDER.with_suffix(".lock"), wait=True):
        if (programs / "wayback").exists():
            return programs
        for command in (
            [sys.executable, "-m", "venv", str(_FOLDER)],
            [str(programs / "python"), "-m", "pip", "install", "--quiet", *PACKAGES],
        ):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                pytest.skip(f"no pywb: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
    return programs


def serving(warcs: list[Path]) -> AbstractContextManager[str]:
    """The address of a collection of these WARC files: its CDX server is at /cdx, a capture at /TIMEid_/ADDRESS."""
    return player(warcs, program())
