"""The articles of a feed that was saved as a file."""

from __future__ import annotations

from archive.errors import NotAnArticle
from crawler.extract.document import MOST_BYTES
from crawler.extract.parts.feed import read_feed
from crawler.files.item import Item
from crawler.files.job import Job, Outcomes
from crawler.keeping import Fetched


def feed(job: Job, item: Item) -> Outcomes:
    """The article of each item, of the text that the feed has of it."""
    for reading in job.reader.ask(item.name, read_feed, item.read(MOST_BYTES), item.name, job.source, item.saved):
        yield reading if isinstance(reading, NotAnArticle) else Fetched(reading)
