"""Each extractor called the same way, with what lets it do its best on Chinese pages, for bench.extraction.

(page, url) -> dict with body and, where the library looks for them, title, date, source and author.
Each library is imported when called: the peers live in an environment of their own.
"""

from __future__ import annotations

import re

Found = dict[str, object]

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def wencang(page: bytes, url: str) -> Found:
    from archive.errors import NotAnArticle
    from crawler.extract.extractor import extract

    try:
        article = extract(page, url)
    except NotAnArticle:
        return {}
    return {
        "title": article.title,
        "date": article.published and article.published.isoformat(),
        "body": article.body,
        "source": article.credit,
        "author": list(article.authors),
    }


def readability_lxml(page: bytes, url: str) -> Found:
    from readability import Document

    document = Document(_decoded(page), url=url)
    return {"title": document.short_title(), "body": _paragraphs(document.summary(html_partial=True))}


def newspaper4k(page: bytes, url: str) -> Found:
    from newspaper import Article

    article = Article(url, language="zh", fetch_images=False)
    article.download(input_html=_decoded(page))
    article.parse()
    return {
        "title": article.title,
        "date": article.publish_date,
        "body": article.text,
        "source": article.meta_data.get("source"),
        "author": article.authors,
    }


def trafilatura(page: bytes, url: str) -> Found:
    from trafilatura import bare_extraction

    document = bare_extraction(_decoded(page), url=url, include_comments=False, with_metadata=True)
    if document is None:
        return {}
    return {
        "title": document.title,
        "date": document.date,
        "body": document.text,
        "source": document.sitename,
        "author": document.author,
    }


def gne(page: bytes, url: str) -> Found:
    from gne import GeneralNewsExtractor

    found = GeneralNewsExtractor().extract(_decoded(page), host=url, normalize=True)
    return {
        "title": found["title"],
        "date": found["publish_time"],
        "body": found["content"],
        "source": found["meta"].get("source"),
        "author": found["author"],
    }


def goose3(page: bytes, url: str) -> Found:
    from goose3 import Goose
    from goose3.text import StopWordsChinese

    settings = {"stopwords_class": StopWordsChinese, "target_language": "zh", "use_meta_language": False}
    article = Goose(settings).extract(url=url, raw_html=_decoded(page))
    return {
        "title": article.title,
        "date": article.publish_date,
        "body": article.cleaned_text,
        "author": article.authors,
    }


def news_please(page: bytes, url: str) -> Found:
    from newsplease import NewsPlease

    article = NewsPlease.from_html(_decoded(page), url=url, fetch_images=False)
    return {
        "title": article.title,
        "date": article.date_publish,
        "body": article.maintext,
        "author": article.authors,
    }


def _decoded(page: bytes) -> str:
    """Handed over as text: the peers believe what a page says of its encoding, and half of the GB pages lie."""
    try:
        text = page.decode()
    except UnicodeDecodeError:
        text = page.decode("gb18030", "replace")
    return _DECLARATION.sub("", text)  # GNE's lxml refuses a str that declares an encoding


def _paragraphs(fragment: str) -> str:
    import lxml.html

    root = lxml.html.fromstring(fragment)
    for block in root.iter("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption"):
        block.text = "\n" + (block.text or "")
        block.tail = "\n" + (block.tail or "")
    return str(root.text_content())
