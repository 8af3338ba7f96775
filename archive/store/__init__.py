"""The articles in a database: the store of all versions, its tables, and how those are migrated."""

from archive.store.store import ArticleStore, credible, named_source

__all__ = ["ArticleStore", "credible", "named_source"]
