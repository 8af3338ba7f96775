"""Articles as words with blanks between them, for programs that can't cut Chinese."""

from __future__ import annotations

from archive.article import Article
from indexer.text.analyzer import Analyzer
from wencang.desk.markup import paragraphs


def text(article: Article, analyzer: Analyzer) -> str:
    """The title on a line, then each paragraph on one; words and punctuation as printed, a blank after each."""
    lines = (*paragraphs(article.title), *paragraphs(article.body))
    return "".join(" ".join(analyzer.tokens(line)) + "\n" for line in lines)
