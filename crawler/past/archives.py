"""Web archives: where each is asked for captures, and where it serves them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from archive.errors import UsageFault
from archive.text.translation import gettext as _
from crawler.http.addresses import host_of, site

Kind = Literal["cdx", "collections", "timemap", "list"]


@dataclass(frozen=True, slots=True)
class WebArchive:
    """A web archive; `name` is its key in the ledger.

    `index` is the address of a CDX server, of a list of such servers (Common Crawl's collinfo.json),
    the beginning of the addresses of TimeMaps, or a list of WARC files, as `kind` says. A capture is
    fetched at `replay`, followed by time and address, or, where `files` is set, as a record of a WARC
    file, whose name follows that.
    """

    name: str
    kind: Kind
    index: str
    replay: str = ""
    files: str = ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Those of its hosts."""
        return tuple(url for url in (self.index, self.replay, self.files) if url.startswith("http"))

    @property
    def has_records(self) -> bool:
        """Whether a capture is a record of a WARC file, not a page at an address of its own."""
        return self.kind == "list" or bool(self.files)

    @property
    def sites(self) -> frozenset[str]:
        return frozenset(map(site, self.addresses))


KNOWN = {
    "wayback": WebArchive(
        "wayback", "cdx", "https://web.archive.org/cdx/search/cdx", "https://web.archive.org/web/"
    ),
    "commoncrawl": WebArchive(
        "commoncrawl", "collections", "https://index.commoncrawl.org/collinfo.json",
        files="https://data.commoncrawl.org/",
    ),
}  # fmt: skip
_LIST = re.compile(r"\.(?:txt|paths|lst|warc|arc)(?:\.gz)?$")
_SERVER = re.compile(r"(?:/cdx-server/cdx|/cdx|/index|-cdx|-index)/?$")


def web_archive(name: str, replay: str = "", files: str = "") -> WebArchive:
    """The archive of a known name, an address or the path of a list. Raises UsageFault.

    `replay` and `files` are the addresses at which it serves captures and WARC files, by default beside its index.
    """
    archive = KNOWN.get(name) or (_at(name) if "://" in name else _listed(name))
    for url in filter(None, (replay, files)):
        host_of(url)
    own, others = (url and _folder(url) for url in (replay, files))
    return replace(archive, replay=own or archive.replay, files=others or archive.files)


def _at(url: str) -> WebArchive:
    host_of(url)
    path = urlsplit(url).path
    if path.endswith("collinfo.json"):
        return WebArchive(url, "collections", url, files=_folder(url.removesuffix("collinfo.json")))
    if "timemap" in path:
        return WebArchive(url, "timemap", url)
    if _LIST.search(path):
        return WebArchive(url, "list", url, files=_folder(url.rpartition("/")[0]))
    if path.endswith("/cdx/search/cdx"):
        return WebArchive(url, "cdx", url, url.removesuffix("cdx/search/cdx") + "web/")
    return WebArchive(url, "cdx", url, _folder(_SERVER.sub("", url)))


def _listed(name: str) -> WebArchive:
    path = Path(name)
    if not path.is_file():
        names = _("archives: {names}, the address of a CDX server or a TimeMap, or a list of WARC files")
        raise UsageFault(name, _("is not a web archive"), names.format(names=", ".join(KNOWN)))
    return WebArchive(str(path.resolve()), "list", str(path.resolve()))


def _folder(url: str) -> str:
    return url.rstrip("/") + "/"
