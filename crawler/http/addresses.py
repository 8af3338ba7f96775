"""Which addresses a crawl may ask for: those of its own site, public ones only where it says whose crawl it is."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from archive import settings
from archive.errors import UsageFault
from archive.translation import gettext as _
from archive.url import canonical


def site(url: str) -> str:
    """Host and port that an address belongs to; http or https, www. or m. make no difference."""
    return urlsplit(canonical(url)).netloc


def as_answered(url: str, answered: str) -> str:
    """A canonical address, spelled as the site answered for another page of the same host: it may be https only."""
    spelling = urlsplit(answered)
    return urlunsplit(spelling[:2] + urlsplit(url)[2:]) if site(answered) == urlsplit(url).netloc else url


def host_of(url: str) -> str:
    """The host that an address names; UsageFault for what is no http address."""
    match = re.fullmatch(r"https?://([\w.-]+|\[[0-9a-f:]+\])(?::\d+)?(?:[/?#].*)?", url, re.IGNORECASE)
    if not match:
        raise UsageFault(url, _("is not an HTTP address"))
    return match[1].strip("[]")


def is_private(host: str) -> bool:
    """Whether a host is, by its name, this machine or one of a private network, however the number is written."""
    if host.lower().rstrip(".").split(".")[-1] == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            address = ipaddress.ip_address(socket.inet_aton(host))  # 127.1, 2130706433 and 0x7f000001 are one
        except OSError:
            return False
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or address
    return not address.is_global or address.is_multicast


def proxy_of(url: str) -> str:
    """The host of the proxy that answers for an address, by the environment; "" where none does."""
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme, "")
    if not proxy or proxy_bypass(parts.hostname or ""):
        return ""
    return urlsplit(proxy if "://" in proxy else f"//{proxy}").hostname or ""


def refuse_nameless(contact: str, urls: Iterable[str]) -> None:
    """Raise UsageFault for an address of a public host where no contact is given, or that is none.

    None is needed for a private host, nor behind a proxy on this machine, which the replay is.
    """
    for url in () if contact.strip() else urls:
        if not is_private(host_of(url)) and not is_private(proxy_of(url)):
            raise UsageFault(
                site(url), _("is crawled only by those whom its operators can reach"),
                _('set WENCANG_CONTACT=you@example.org, or contact = "..." in DATA/{file}').format(file=settings.FILE),
            )  # fmt: skip
