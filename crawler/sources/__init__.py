"""Sources: what they are, how they are read and written, and where they lie.

A source is a TOML file, NAME.toml: shipped in this folder, a user's own in DATA/sources.
"""

from crawler.sources.folder import FOLDER, SHIPPED, Sources, sources_of
from crawler.sources.reading import of_text
from crawler.sources.source import Form, Source
from crawler.sources.writing import to_toml

__all__ = ["FOLDER", "SHIPPED", "Form", "Source", "Sources", "of_text", "sources_of", "to_toml"]
