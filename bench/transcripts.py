"""Renew the transcripts in the documents: what each `$ command` of a console block prints, on the sample's articles.

    python -m bench.transcripts

A document's commands run one after the other, in one folder and on one archive; one that imports study.jsonl itself
finds that file in the folder.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
DOCUMENTS: Mapping[str, str] = {  # file: the language in which the program answers there
    "README.md": "en",
    "README.zh.md": "zh",
    "docs/desk.md": "en",
    "docs/desk.zh.md": "zh",
    "docs/questions.md": "en",
    "docs/questions.zh.md": "zh",
    "docs/study.md": "en",
    "docs/study.zh.md": "zh",
}
_STUDY = "study.jsonl"
_FETCHED = {"fetched": "2026-09-22T02:00:00+00:00"}


def rerun(text: str, folder: Path, language: str) -> str:
    """The text with each `$ command` of its console blocks followed by what it prints."""
    if _STUDY in text:
        shutil.copy(ROOT / "data" / "sample" / _STUDY, folder)
    else:
        import_sample(folder, language)
    return re.sub(r"```console\n(.*?)```", lambda block: _block(block[1], folder, language), text, flags=re.DOTALL)


def import_sample(folder: Path, language: str = "en", data: str = "data") -> None:
    """Make an archive of the sample's articles in a folder, all fetched at the same time."""
    lines = (ROOT / "data" / "sample" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    with (folder / "sample.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(json.loads(line) | _FETCHED, ensure_ascii=False) + "\n" for line in lines)
    _output(f"wencang --data {data} import sample.jsonl", folder, language)
    (folder / "sample.jsonl").unlink()


def _block(block: str, folder: Path, language: str) -> str:
    commands = re.findall(r"^\$ (.*)$", block, re.MULTILINE)
    return "```console\n" + "".join(f"$ {line}\n{_output(line, folder, language)}" for line in commands) + "```"


def _output(command: str, folder: Path, language: str) -> str:
    script = f'wencang() {{ "{sys.executable}" "{ROOT}/search_cli.py" --data data "$@"; }}\n{command}'
    environment = os.environ | {"LANGUAGE": language}
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )  # fmt: skip
    return done.stdout + done.stderr


def main() -> None:
    for name, language in DOCUMENTS.items():
        document = ROOT / name
        with TemporaryDirectory() as folder:
            document.write_text(rerun(document.read_text(encoding="utf-8"), Path(folder), language), encoding="utf-8")


if __name__ == "__main__":
    main()
