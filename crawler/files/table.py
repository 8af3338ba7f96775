"""The articles of a CSV file or an Excel workbook."""

from __future__ import annotations

from archive.errors import BadRecord
from crawler.files.item import Item
from crawler.files.job import Job, Outcomes, Remark, taken
from crawler.spreadsheet.articles import articles
from crawler.spreadsheet.columns import Columns


def table(job: Job, item: Item) -> Outcomes:
    """The article of each row, and a remark on which column was read as what."""
    for record in articles(item.file, item.name, job.source, job.columns):
        match record:
            case BadRecord():
                yield record
            case Columns():
                yield from [] if record.is_own else [Remark(item.name, str(record))]
            case _:
                yield taken(
                    record.article, record.fetched, record.gone, "table", record.place, record.annotations,
                    record.origin,
                )  # fmt: skip
