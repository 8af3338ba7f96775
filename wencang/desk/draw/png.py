"""Renders SVG as PNG, with resvg and the fonts of the machine. Needs the extra `plot`."""

from __future__ import annotations

from archive.errors import UsageFault
from archive.text.translation import gettext as _
from wencang.desk.draw.plot import FONTS

try:
    from resvg_py import svg_to_bytes
except ImportError as error:
    raise UsageFault("resvg-py", _("is not installed"), _("`pip install resvg-py` adds it, or write .svg")) from error

_ZOOM = 3.0  # 2160 by 1200 pixels: 300 dpi at a width of 18 cm


def png(svg: str) -> bytes:
    """The picture at three times the size. Raises UsageFault on a machine without a Chinese font."""
    if _shape("藏") == _shape("闻"):  # both empty, or both the box of a missing glyph
        fonts = _("install a Chinese font (Noto Sans CJK, WenQuanYi), or write .svg")
        raise UsageFault("PNG", _("no Chinese font is found"), fonts)
    return bytes(svg_to_bytes(svg_string=svg, zoom=_ZOOM))


def _shape(sign: str) -> bytes:
    attributes = f'xmlns="http://www.w3.org/2000/svg" width="20" height="20" font-family="{FONTS}"'
    return bytes(svg_to_bytes(svg_string=f'<svg {attributes}><text y="16">{sign}</text></svg>'))
