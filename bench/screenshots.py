"""Take screenshots of every page of the demo archive: light, dark, on a phone and as printed; needs chromium.

    python -m bench.screenshots [FOLDER]

Writes them to FOLDER, build/screenshots by default, and those of the READMEs to docs.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, FloatRect

from bench.transcripts import ROOT
from tests.support.browser import PAGES, Served, chromium, reading, serving_edited

README = {"docs/search-page.png": "/search?q=援藏 招商引资", "docs/diff-page.png": "/article/{id}/diff"}
_CLIP: FloatRect = {"x": 0, "y": 0, "width": 960, "height": 600}
FORMS: dict[str, tuple[int, dict[str, str]]] = {  # width, and what is emulated
    "light": (1280, {"color_scheme": "light"}),
    "dark": (1280, {"color_scheme": "dark"}),
    "phone": (390, {"color_scheme": "light"}),
    "print": (794, {"media": "print"}),
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as temporary, chromium() as browser:
        data = Path(temporary) / "demo"
        subprocess.run([sys.executable, "-m", "wencang", "--data", data, "demo"], cwd=ROOT, check=True)
        with serving_edited(data) as served:
            for form in FORMS:
                _every_page(browser, served, folder, form)
            for name, address in README.items():
                with reading(browser, served.origin, width=960) as reader:
                    reader.open(served.at(address)).screenshot(path=ROOT / name, clip=_CLIP)


def _every_page(browser: Browser, served: Served, folder: Path, form: str) -> None:
    width, emulated = FORMS[form]
    with reading(browser, served.origin, width=width) as reader:
        reader.page.emulate_media(**emulated)  # type: ignore[arg-type]
        for template, addresses in PAGES.items():
            for number, address in enumerate(addresses, 1):
                page = reader.open(served.at(address))
                page.screenshot(path=folder / f"{template.removesuffix('.html')}-{number}-{form}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "screenshots"))
