"""Make an archive of the sample pages."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import typer

import wencang
from archive.databases.sqlite import FILE
from archive.errors import UsageFault
from archive.text.translation import gettext as _
from wencang.cli.commands import DONE

app = typer.Typer()
_KNOWN = "tibet.cn-7210688"  # an article of the sample


@app.command()
def demo(ctx: typer.Context) -> int:
    """Make an archive of the 42 fictitious sample articles to try things with: ./wencang-demo, or the folder of --data.

    The pages ship with the program: they are crawled from a proxy on this machine, without the network.

    Examples:
        wencang demo
        wencang --data somewhere demo
    """
    data = Path(ctx.find_root().params["data"] or "wencang-demo")
    if not (data / FILE).exists() and (code := _crawl(data, ctx.find_root().params["lang"])) != DONE:
        return code
    _refuse_own(data)
    command = f"  {_program()} --data {shlex.quote(str(data))}"
    print("\n" + _("To try:"))
    for words in ("援藏 招商引资", f"show {_KNOWN}", "timeline 西藏 --by year"):
        print(f"{command} {words}")
    print(_("In a browser:") + f"\n{command} serve")
    return DONE


def _crawl(data: Path, language: str | None) -> int:
    """Crawl the sample in a process of its own, which is told of the proxy, and of no settings; its exit code."""
    from crawler.http.replay import replay

    environment = {name: value for name, value in os.environ.items() if not name.startswith("WENCANG_")}
    command = [sys.executable, "-m", "wencang", "--data", str(data), *(["--lang", language] if language else [])]
    with replay(_sample()) as proxy:
        environment |= {"http_proxy": proxy, "no_proxy": "", "WENCANG_DELAY": "0.05"}
        return subprocess.run([*command, "crawl", "tibet_cn"], env=environment).returncode  # noqa: S603  # this program


def _refuse_own(data: Path) -> None:
    """Raise UsageFault for an archive that is not the demo's."""
    from archive.settings import Settings
    from archive.store import ArticleStore

    with ArticleStore.open(Settings(data)) as store:
        if not store.get(_KNOWN):
            raise UsageFault(data, _("holds an archive of your own"), _("name another folder with --data"))


def _sample() -> Path:
    """The pages, as they are installed or in a checkout."""
    room = Path(str(wencang.__file__)).parent
    installed = room / "sample"
    return installed if installed.exists() else room.parent / "data" / "sample"


def _program() -> str:
    """How this program was called."""
    return shlex.join([sys.executable, sys.argv[0]]) if sys.argv[0].endswith(".py") else shlex.quote(_typed())


def _typed() -> str:
    """The name of the program where the shell finds it by that, else its path."""
    from shutil import which

    name = os.path.basename(sys.argv[0])
    there = which(name)
    return name if there and os.path.samefile(there, sys.argv[0]) else os.path.relpath(sys.argv[0])
