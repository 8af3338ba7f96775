"""Looks at a site that has no source, and writes the source that is proposed for it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from archive.errors import UsageFault
from archive.settings import Settings
from archive.text.translation import gettext as _
from archive.url import canonical
from crawler.propose.saved import SavedPage
from crawler.propose.site import Proposal
from crawler.reactor import with_reactor
from crawler.sources import sources_of
from wencang.sources import adding

_COMMENT = """{title}, {url}

Proposed from {count} pages on {day}. `wencang source check {name}` tries it.{points}"""
_MOST_LISTS = 2  # that are kept as saved pages


def look_at(settings: Settings, url: str, name: str = "") -> Proposal:
    """Archive.look_at."""
    sources = sources_of(settings)
    if source := sources.of(url):
        text, mend = _("has a source already: {name}"), _("wencang source edit {name}")
        raise UsageFault(url, text.format(name=source.name), mend.format(name=source.name))
    name = name or name_of(url)
    adding.refuse_name(sources, name)
    from crawler.look import look_at  # lazily: it starts Scrapy

    return with_reactor(look_at, url, name, settings)


def name_of(url: str) -> str:
    """The name of a site's source: its domain with underscores. Raises UsageFault for what is not an address."""
    host = urlsplit(canonical(url)).hostname
    if not url.startswith(("http://", "https://")) or not host:
        raise UsageFault(url, _("is not an address"), _("write it like https://www.example.cn/"))
    name = re.sub(r"[^a-z0-9]+", "_", host.removeprefix("www."))
    return name if name[0].isalpha() else f"site_{name}"


def write_proposal(settings: Settings, proposal: Proposal) -> list[Path]:
    """Archive.add_proposal."""
    source = proposal.source
    pages = [
        SavedPage(Path(f"article-{number}"), each.page, each.article.url)
        for number, each in enumerate(proposal.articles, 1)
    ]
    shown = [each for each in proposal.lists if each.page][:_MOST_LISTS]
    pages += [SavedPage(Path(f"list-{number}"), each.page, each.url) for number, each in enumerate(shown, 1)]
    unsure = "".join(f"\nNot sure: {point.field}: {point.reason}" for point in proposal.unsure)
    comment = _COMMENT.format(
        title=source.title, url=f"http://{min(source.hosts)}/", count=proposal.requests, day=proposal.day,
        name=source.name, points=unsure,
    )  # fmt: skip
    return adding.write(settings, source, pages, comment)
