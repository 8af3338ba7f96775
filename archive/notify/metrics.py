"""Writes figures as Prometheus reads them from a text file, for node_exporter's textfile collector.

The format: https://prometheus.io/docs/instrumenting/exposition_formats/ (version 0.0.4).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archive.disk import atomic_write
from archive.errors import NotTold
from archive.messages import of_error
from archive.translation import gettext as _

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure, in seconds, bytes or a bare count; a counter, which only grows, has a name that ends in `_total`."""

    name: str
    help: str
    type: Literal["counter", "gauge"]
    labels: Mapping[str, str]
    value: float

    def __post_init__(self) -> None:
        for name in (self.name, *self.labels):
            if not _NAME.fullmatch(name) or name.startswith("__"):
                raise ValueError(f"no name that Prometheus takes: {name!r}")
        if (self.type == "counter") != self.name.endswith("_total"):
            raise ValueError(f"a counter's name, and only that, ends in _total: {self.name}")


def exposition(samples: Iterable[Sample]) -> str:
    """The samples as text, those of one name together, with the help and type of the first of them."""
    families: dict[str, dict[str, Sample]] = {}
    for sample in samples:
        family, series = families.setdefault(sample.name, {}), _series(sample)
        if series in family:
            raise ValueError(f"two values of one series: {series}")
        family[series] = sample
    return "".join(map(_text, families.values()))


def write(path: Path, samples: Iterable[Sample]) -> None:
    """Put the samples in the place of what the file held, readable by all; NotTold where that can't be done."""
    try:
        with atomic_write(path) as file:
            file.write(exposition(samples).encode())
    except OSError as error:
        raise NotTold(path, of_error(error), _("mend `metrics` in the settings")) from error


def _text(family: Mapping[str, Sample]) -> str:
    first = next(iter(family.values()))
    head = f"# HELP {first.name} {_escaped(first.help)}\n# TYPE {first.name} {first.type}\n"
    return head + "".join(f"{series} {_number(sample.value)}\n" for series, sample in family.items())


def _series(sample: Sample) -> str:
    labels = ",".join(f'{name}="{_escaped(text, quote=True)}"' for name, text in sorted(sample.labels.items()))
    return sample.name + (f"{{{labels}}}" if labels else "")


def _escaped(text: str, quote: bool = False) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quote else text


def _number(value: float) -> str:
    if math.isfinite(value):
        return str(value)
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
