"""Record the program on a terminal, on the sample's articles, as an animated SVG whose text can be selected.

    python -m bench.recording

Writes docs/recording.svg and docs/recording.zh.svg. A viewer without CSS animations shows the last
picture, and so does one that asks for reduced motion.
"""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.ansi import AnsiDecoder
from rich.cells import cell_len
from rich.color import ColorType
from rich.style import Style
from rich.text import Text

from archive.text.escaping import xml
from bench.transcripts import ROOT, import_sample

FILES: Mapping[str, str] = {"docs/recording.svg": "en", "docs/recording.zh.svg": "zh"}  # file: language
COMMANDS = (
    "wencang 援藏 招商引資 --limit 2",
    "wencang timeline 西藏 --query 援藏 --by year --since 2019",
    "wencang concordance '\"招商引资\"' --sort right --limit 4 --window 14",
)
COLUMNS = 96
# In pixels. A Chinese character is two cells wide, so its em is two cells.
_CELL, _LINE, _LATIN, _CHINESE, _MARGIN, _BAR = 8.4, 21.0, 14.0, 16.0, 18.0, 34.0
_KEY, _PAUSE, _LINE_DELAY = 0.06, 0.9, 0.05  # seconds: a key, the time to read an answer, a line of output
_PALETTE = ("#5c6370", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d7dae0")
_FOREGROUND, _DIM, _BACKGROUND, _PROMPT = "#d7dae0", "#8b919c", "#1e2127", "#98c379"
_CSS = """text { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, "Noto Sans Mono CJK SC",
"Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", monospace; white-space: pre; }
.a { animation: appear 0.01s linear backwards; }
@keyframes appear { from { fill-opacity: 0; } to { fill-opacity: 1; } }
@media (prefers-reduced-motion: reduce) { .a { animation: none; } }"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the screen, and the second at which it appears; a typed one appears key by key."""

    text: Text
    at: float
    is_typed: bool = False


def record(language: str) -> str:
    """The SVG of a session in a language, the same bytes each time."""
    with TemporaryDirectory() as folder:
        import_sample(Path(folder))
        answers = [(command, _screen(command, Path(folder), language)) for command in COMMANDS]
    return svg(list(_lines(answers)))


def _screen(command: str, folder: Path, language: str) -> str:
    """What a command draws on a terminal of COLUMNS, then what it writes to stderr; without its progress, which never
    looks the same twice."""
    script = f'wencang() {{ "{sys.executable}" "{ROOT}/search_cli.py" --data data "$@"; }}\n{command}'
    settings = {"LANGUAGE": language, "TERM": "xterm-256color", "PAGER": "cat", "COLUMNS": str(COLUMNS), "LINES": "99"}
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 99, COLUMNS, 0, 0))
    process = subprocess.Popen(
        ["bash", "-c", script], cwd=folder, env=os.environ | settings, stdin=theirs, stdout=theirs,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(theirs)
    drawn = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    _stdout, notes = process.communicate(timeout=60)
    return drawn.decode().replace("\r\n", "\n").strip("\n") + f"\n{notes}".rstrip("\n")


def _read(screen: int) -> bytes:
    try:
        return os.read(screen, 65536)
    except OSError:  # on Linux, the end
        return b""


def _lines(answers: Sequence[tuple[str, str]]) -> Iterator[Line]:
    """The lines of the session, one command and its answer after the other."""
    now = 0.5
    for number, (command, answer) in enumerate(answers):
        if number:
            yield Line(Text(), now)
        yield Line(Text.assemble(("$ ", Style(color="green", bold=True)), command), now, is_typed=True)
        now += len(command) * _KEY + 0.4
        for text in AnsiDecoder().decode(answer):
            for row in _folded(text):
                yield Line(row, now)
                now += _LINE_DELAY
        now += _PAUSE


def _folded(text: Text) -> Iterator[Text]:
    """A line as a terminal breaks it: at the last cell that fits."""
    width = 0
    start = 0
    for at, character in enumerate(text.plain):
        if width + cell_len(character) > COLUMNS:
            yield text[start:at]
            start, width = at, 0
        width += cell_len(character)
    yield text[start:]


def svg(lines: Sequence[Line]) -> str:
    """The picture of a session."""
    width = COLUMNS * _CELL + 2 * _MARGIN
    height = _BAR + len(lines) * _LINE + _MARGIN
    rows = [row for number, line in enumerate(lines) for row in _row(line, _BAR + (number + 0.75) * _LINE)]
    dots = [f'<circle cx="{20 + 20 * n}" cy="17" r="6" fill="{_PALETTE[color]}"/>' for n, color in enumerate((1, 3, 2))]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height:.1f}" width="{width:.0f}">',
            "<title>wencang on a terminal</title>",
            f"<desc>{xml(' · '.join(COMMANDS))}</desc>",
            f"<style>{_CSS}</style>",
            f'<rect width="100%" height="100%" rx="8" fill="{_BACKGROUND}"/>',
            *dots,
            *rows,
            "</svg>\n",
        ]
    )


def _row(line: Line, y: float) -> Iterator[str]:
    """The text elements of a line: one for a line of output, one for each key of a typed line."""
    spans = list(_spans(line.text))
    if not line.is_typed:
        if spans:
            yield f'<text class="a" style="animation-delay:{line.at:.2f}s" y="{y:.1f}">{"".join(spans)}</text>'
        return
    prompt, *_rest = spans
    yield f'<text class="a" style="animation-delay:{max(line.at - 0.5, 0):.2f}s" y="{y:.1f}">{prompt}</text>'
    command = line.text[2:]
    keys = "".join(
        f'<tspan class="a" style="animation-delay:{line.at + number * _KEY:.2f}s">{span}</tspan>'
        for number, span in enumerate(_spans(command, 2, by_character=True))
    )
    yield f'<text y="{y:.1f}">{keys}</text>'


def _spans(text: Text, column: int = 0, by_character: bool = False) -> Iterator[str]:
    """Runs of one style and one width, each at its own column and as wide as its cells, whatever the font."""
    styles = [Style() for _character in text.plain]
    for span in text.spans:
        style = span.style if isinstance(span.style, Style) else Style.parse(span.style)
        for at in range(span.start, min(span.end, len(styles))):
            styles[at] += style
    characters = list(zip(text.plain, styles, strict=True))
    runs = ([one] for one in characters) if by_character else (
        list(run) for _key, run in groupby(characters, lambda one: (one[1], cell_len(one[0]), one[0] == " "))
    )  # fmt: skip
    for run in runs:
        plain = "".join(character for character, _style in run)
        cells = cell_len(plain)
        if plain.strip():
            yield _span(plain, run[0][1], column, cells)
        elif column:
            yield f'<tspan x="{_MARGIN + column * _CELL:.1f}">{plain}</tspan>'  # for whoever copies the text
        column += cells


def _span(plain: str, style: Style, column: int, cells: int) -> str:
    size = _CHINESE if cells > len(plain) else _LATIN
    weight = ' font-weight="bold"' if style.bold else ""
    return (
        f'<tspan x="{_MARGIN + column * _CELL:.1f}" textLength="{cells * _CELL:.1f}" font-size="{size:.0f}"'
        f' fill="{_color(style)}"{weight}>{xml(plain)}</tspan>'
    )


def _color(style: Style) -> str:
    if style.color and style.color.number is not None and style.color.type is ColorType.STANDARD:
        return _PALETTE[style.color.number % 8]
    return _DIM if style.dim else _FOREGROUND


def main() -> None:
    for name, language in FILES.items():
        (ROOT / name).write_text(record(language), encoding="utf-8")


if __name__ == "__main__":
    main()
