"""One engine a file, NAME_engine.py, found by its name."""

from pkgutil import iter_modules


def names() -> list[str]:
    return sorted(m.name.removesuffix("_engine") for m in iter_modules(__path__) if m.name.endswith("_engine"))
