"""Search engines: NAME_engine.py is the engine NAME, and NAME_place.py tells where its index is if not in a folder."""

from pkgutil import iter_modules


def names() -> list[str]:
    """The engines there are, in alphabetical order."""
    return _modules("_engine")


def in_folders() -> list[str]:
    """The engines whose index is a folder of the archive's."""
    return sorted({*names()}.difference(_modules("_place")))


def _modules(ending: str) -> list[str]:
    return sorted(m.name.removesuffix(ending) for m in iter_modules(__path__) if m.name.endswith(ending))
