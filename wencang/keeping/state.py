"""What answers depend on: while it is the same, so are they."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class State:
    """The sequence of the archive's newest revision, and up to which the index and the stories follow it.

    `index` is the number of the index in use: each rebuild makes one with the next number. `annotations` grows
    with each change of tags or notes. `names` is the sequence up to which names are recorded, by the reader `names_by`.
    """

    sequence: int
    engine: str
    position: int
    index: int
    stories: int
    annotations: int
    names: int
    names_by: str

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            "sequence": self.sequence, "engine": self.engine, "position": self.position, "index": self.index,
            "stories": self.stories, "annotations": self.annotations,
            "names": self.names, "names_by": self.names_by,
        }  # fmt: skip
