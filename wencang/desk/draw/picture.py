"""Writes a picture to a file, as SVG or PNG by its ending."""

from __future__ import annotations

from pathlib import Path

from archive.errors import UsageFault
from archive.text.translation import gettext as _
from wencang.desk.draw.plot import LINES
from wencang.desk.files import writing

_ENDINGS = (".svg", ".png")


def check(path: Path, lines: int) -> None:
    """Raises UsageFault for a path that can't be written to, another ending, or more lines than can be told apart."""
    if path.suffix.lower() not in _ENDINGS:
        raise UsageFault(path, _("is not a picture"), _("name it .svg or .png; .csv and .xlsx have the counts"))
    if lines > LINES:
        reason = _("a picture holds {count} lines").format(count=LINES)
        raise UsageFault("--query", reason, _("ask fewer; --csv has room for all"))
    if not path.parent.is_dir():
        raise UsageFault(path.parent, _("is not a folder"), _("name another place with -o"))


def save(svg: str, path: Path) -> None:
    """Write the picture atomically. Raises what `png` and `writing` raise."""
    content = svg.encode()
    if path.suffix.lower() == ".png":
        from wencang.desk.draw.png import png

        content = png(svg)
    with writing(path) as file:
        file.write(content)
