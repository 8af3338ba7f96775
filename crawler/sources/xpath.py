"""XPath, compiled once: version 1.0 with has-class('NAME'), which tests one class of a tag as Scrapy's does."""

from __future__ import annotations

import re
from functools import cache

from lxml import etree

_HAS_CLASS = re.compile(r"""has-class\(\s*(?:'([\w-]+)'|"([\w-]+)")\s*\)""")
_LITERAL = re.compile(r"""'[^']*'|"[^"]*\"""")
_CALL = re.compile(r"([\w:.-]+)\s*\(")
_FUNCTIONS = {
    "boolean", "ceiling", "concat", "contains", "count", "false", "floor", "id", "lang", "last", "local-name",
    "name", "namespace-uri", "normalize-space", "not", "number", "position", "round", "starts-with", "string",
    "string-length", "substring", "substring-after", "substring-before", "sum", "translate", "true",
    "comment", "node", "processing-instruction", "text",  # tests of nodes
    "and", "div", "mod", "or",  # operators before a bracket
}  # fmt: skip
_TAGS = ("h1", "div", "p", "a", "span", "ul", "li", "table", "meta")  # so that predicates are evaluated


@cache
def compiled(xpath: str) -> etree.XPath:
    """Raises lxml.etree.XPathSyntaxError."""
    return etree.XPath(_HAS_CLASS.sub(_class_test, xpath), smart_strings=False)


def _class_test(match: re.Match[str]) -> str:
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {match[1] or match[2]} ')"


def fault_of(xpath: str) -> str:
    """What is wrong with an XPath; "" if it can be used to select nodes."""
    try:
        compile = compiled(xpath)
        for name in _CALL.findall(_LITERAL.sub("''", _HAS_CLASS.sub("true()", xpath))):
            if name.rpartition("::")[2] not in _FUNCTIONS:
                return f"{name}() is not a function of XPath 1.0"
        return "" if isinstance(compile(_sample()), list) else "it does not select nodes"
    except (etree.XPathError, ValueError) as error:
        return str(error)


@cache
def _sample() -> etree._Element:
    root = etree.Element("html")
    inside = etree.SubElement(root, "body")
    for tag in _TAGS:
        etree.SubElement(inside, tag).text = tag
    return root
