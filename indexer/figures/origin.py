"""What tells where an article belongs, so that names of several places can be read."""

from __future__ import annotations

from archive.article import Article, StoredText


def origin_of(article: Article | StoredText) -> str:
    """What tells where an article belongs, apart from its title and body."""
    return f"{article.source} {article.credit}"


def origin_of_body(article: Article | StoredText) -> str:
    """The same apart from its body."""
    return f"{article.title} {origin_of(article)}"
