"""What the person who runs this archive has set: variables before DATA/wencang.toml.

A command's own flag comes before both.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from gettext import gettext as _
from pathlib import Path

from archive.errors import UsageFault

FILE = "wencang.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    data: Path = Path("data")
    contact: str = ""  # an address or page where a site's operator reaches you; goes into the User-Agent
    delay: float = 2.0  # seconds between two requests to one site
    engine: str = "whoosh"


def version() -> str:
    """This program's version; "dev" where it is run from a checkout that is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # here: a search needs none

    try:
        return version("wencang")
    except PackageNotFoundError:
        return "dev"


def load(data: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force for the data folder, `./data` or WENCANG_DATA where none is named.

    Raises UsageFault, naming the variable or the file, for a value that can't be used.
    """
    data = data or Path(environment.get("WENCANG_DATA") or "data")
    if data.exists() and not data.is_dir():
        raise UsageFault(data, _("is a file, not a data folder"), _("name a folder with --data"))
    values: dict[str, object] = {"data": data}
    for name, value in _file(data / FILE).items():
        values[name] = _value(f"{data / FILE}: {name}", name, value)
    for field in fields(Settings):
        variable = f"WENCANG_{field.name.upper()}"
        if field.name != "data" and environment.get(variable):
            values[field.name] = _value(variable, field.name, environment[variable])
    return Settings(**values)  # type: ignore[arg-type]  # each checked by _value


def _file(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    import tomllib  # here: most archives have no such file

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageFault(path, str(error), _("mend or remove the file")) from error


def _value(place: str, name: str, value: object) -> object:
    if name not in ("contact", "delay", "engine"):
        raise UsageFault(place, _("is no setting"), _("settings are contact, delay and engine"))
    if name != "delay":
        return str(value)
    try:
        seconds = float(str(value))
    except ValueError:
        seconds = -1
    if not 0 <= seconds < 3600:
        raise UsageFault(place, _("is not a number of seconds from 0 to 3600: {value}").format(value=value))
    return seconds
