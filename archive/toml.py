"""TOML files that people edit (settings, watches): UTF-8, with or without a byte order mark."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from archive.errors import UsageFault
from archive.text.messages import of_error
from archive.text.translation import gettext as _


def text(path: Path) -> str:
    """The text of the file, "" if there is none. Raises UsageFault if it can't be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise UsageFault(path, _("is not valid UTF-8"), _("save the file as UTF-8")) from error
    except OSError as error:
        raise UsageFault(path, of_error(error), _("fix or remove the file")) from error


def parse(text: str, path: Path) -> dict[str, Any]:
    """The values in the text of a file. Raises UsageFault, with the line number."""
    import tomllib  # lazily: most archives have no such file

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        number = re.search(r"at line (\d+)", str(error))
        place = f"{path}:{number[1]}" if number else path
        mend = _("write one {form} per line").format(form='NAME = "VALUE"')
        raise UsageFault(place, _("is not valid TOML"), mend) from error
