"""Write what the commands shown in docs/desk.md print, on the sample's articles: `python -m bench.transcripts`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
DOC = ROOT / "docs" / "desk.md"
FETCHED = {"fetched": "2026-09-22T02:00:00+00:00"}


def rerun(text: str, folder: Path) -> str:
    """The text with each `$ command` of its console blocks followed by what that prints; run one after the other."""
    lines = (ROOT / "data" / "sample" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    with (folder / "sample.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(json.loads(line) | FETCHED, ensure_ascii=False) + "\n" for line in lines)
    _printed("wencang import sample.jsonl", folder)
    (folder / "sample.jsonl").unlink()
    return re.sub(r"```console\n(.*?)```", lambda block: _block(block[1], folder), text, flags=re.DOTALL)


def _block(block: str, folder: Path) -> str:
    commands = re.findall(r"^\$ (.*)$", block, re.MULTILINE)
    return "```console\n" + "".join(f"$ {command}\n{_printed(command, folder)}" for command in commands) + "```"


def _printed(command: str, folder: Path) -> str:
    program = f'wencang() {{ "{sys.executable}" "{ROOT}/search_cli.py" --data data "$@"; }}\n{command}'
    done = subprocess.run(["bash", "-c", program], cwd=folder, capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        DOC.write_text(rerun(DOC.read_text(encoding="utf-8"), Path(folder)), encoding="utf-8")
