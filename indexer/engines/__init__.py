"""Search engines, one per file: NAME_engine.py is the engine NAME."""

from pkgutil import iter_modules


def names() -> list[str]:
    """The engines there are, in alphabetical order."""
    return sorted(m.name.removesuffix("_engine") for m in iter_modules(__path__) if m.name.endswith("_engine"))
