"""The wheel, as it is installed where there is no checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from email.message import Message
from email.parser import HeaderParser
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.sample import EXPECTED, ROOT, SAMPLE, SIGNING


def call(*command: object, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command that must succeed, in a folder outside of the checkout."""
    done = subprocess.run(
        list(map(str, command)), cwd=folder, capture_output=True, text=True, timeout=300, env=os.environ | environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built without a network from a copy of what git knows, as a build leaves folders behind."""
    folder = tmp_path_factory.mktemp("wheel")
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, files.split("\0")):
        if not name.startswith("tests/") and (ROOT / name).exists():
            copy = folder / "source" / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((ROOT / name).read_bytes())
    build = (sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index")
    call(*build, "--wheel-dir", folder, folder / "source", folder=folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel, which sees the locked dependencies and not the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    paths = sysconfig.get_paths("venv", vars={"base": str(folder / "env"), "platbase": str(folder / "env")})
    seen = folder / "seen"
    seen.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "wencang" not in entry.name and entry.suffix != ".pth":  # what makes the checkout importable
            (seen / entry.name).symlink_to(entry)
    (Path(paths["purelib"]) / "dependencies.pth").write_text(f"{seen}\n")
    install = (sys.executable, "-m", "pip", "--python", folder / "env", "install", "--no-deps", "--no-index")
    call(*install, wheel, folder=folder)
    return folder / "env" / "bin"


def metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return HeaderParser().parsestr(archive.read(name).decode())


def test_the_wheel_holds_four_packages_and_their_data(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"archive", "crawler", "indexer", "wencang"}
    sample = {str(path.relative_to(ROOT / "data")) for path in SAMPLE.rglob("*") if path.is_file()}
    assert {f"wencang/{name}" for name in sample} <= names
    rooms = ("archive", "crawler", "indexer", "wencang")
    files = {path for room in rooms for path in (ROOT / room).rglob("*") if "__pycache__" not in path.parts}
    needed = {path for path in files if path.suffix in (".py", ".txt", ".mo", ".typed")}
    assert {str(path.relative_to(ROOT)) for path in needed} <= names
    assert {f"{room}/py.typed" for room in rooms} <= names
    assert "wencang/locale/zh/LC_MESSAGES/wencang.mo" in names
    assert {"wencang/web/templates/base.html", "wencang/web/static/style.css", "wencang/web/static/icon.svg"} <= set(
        names
    )


def test_the_metadata_is_complete(wheel: Path) -> None:
    call(sys.executable, "-m", "twine", "check", "--strict", wheel, folder=wheel.parent)
    values = metadata(wheel)
    for name in ("Summary", "Keywords", "Classifier", "License-Expression", "Requires-Python", "Requires-Dist"):
        assert values[name], name
    assert values["Description-Content-Type"] == "text/markdown"
    assert values.get_all("Project-URL") is None, "nothing is published yet"
    assert str(values.get_payload()).startswith("# ")


def test_the_program_runs_where_there_is_no_checkout(installed: Path, tmp_path: Path) -> None:
    program = installed / "wencang"
    assert call(program, "--version", folder=tmp_path).stdout == f"wencang {version('wencang')}\n"
    assert "Usage: wencang" in call(program, "help", folder=tmp_path).stdout
    assert call(program, "--lang", "zh", "help", folder=tmp_path).stdout.startswith("用法：")
    articles = tmp_path / "articles.jsonl"
    articles.write_text("".join(json.dumps(values) + "\n" for values in EXPECTED), encoding="utf-8")
    call(program, "--data", "archive of mine", "import", articles, folder=tmp_path)
    for command in ([program], [installed / "python", "-m", "wencang"]):
        search = (*command, "--data", "archive of mine", "援藏 招商引资", "--json")
        hits = map(json.loads, call(*search, folder=tmp_path).stdout.splitlines())
        assert SIGNING in {hit["id"] for hit in hits}
    for room in ("archive", "crawler", "indexer", "wencang"):
        file = call(installed / "python", "-c", f"import {room}; print({room}.__file__)", folder=tmp_path).stdout
        assert Path(file).is_relative_to(installed.parent), "not the checkout's"


def test_the_demo_ends_with_three_commands_that_work_as_typed(installed: Path, tmp_path: Path) -> None:
    path = f"{installed}{os.pathsep}{os.environ['PATH']}"
    done = call(installed / "wencang", "demo", folder=tmp_path, PATH=path)
    assert len([line for line in done.stderr.splitlines() if "without rows" in line]) == 1
    *commands, _heading, serve = done.stdout.splitlines()[-5:]
    assert serve == "  wencang --data wencang-demo serve"
    for command in commands:
        assert command.startswith("  wencang --data wencang-demo ")
        assert call("bash", "-c", command, folder=tmp_path, PATH=path).stdout
    again = call(installed / "wencang", "demo", folder=tmp_path, PATH=path)
    assert again.stdout.splitlines()[-5:] == done.stdout.splitlines()[-5:]
