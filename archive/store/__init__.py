"""The articles in a database: the store of all versions, its tables, and how those are migrated."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.store.store import ArticleStore, credible, named_source

__all__ = ["ArticleStore", "credible", "named_source"]


def __getattr__(name: str) -> object:
    """Loaded when it is first asked for: what a search reads (reads.py) needs no SQLAlchemy."""
    if name in __all__:
        return getattr(import_module("archive.store.store"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
