"""Where raw pages and manifests lie: in the data folder, or in a bucket that any number of hosts share."""

from __future__ import annotations

from archive.settings import Settings
from archive.storage.folder import Folder
from archive.storage.storage import Storage


def of(settings: Settings) -> Storage:
    """The place that these settings name. Raises UsageFault where the library for it is not installed."""
    if not settings.pages:
        return Folder(settings.data)
    from archive.storage.s3 import Bucket  # imported here because it takes half a second

    return Bucket(settings.data, settings.pages, settings.s3_endpoint)
