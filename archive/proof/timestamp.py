"""A time stamp beside a manifest: an authority's signed word that it was there at that time (RFC 3161).

`pip install wencang[timestamp]`.
"""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from archive import clock
from archive.disk import atomic_write
from archive.errors import NotFetched, UsageFault
from archive.messages import of_error
from archive.proof.manifest import STAMP, close, manifests
from archive.store import ArticleStore

try:
    from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificates
    from rfc3161_client import (
        HashAlgorithm,
        TimestampRequestBuilder,
        VerificationError,
        VerifierBuilder,
        decode_timestamp_response,
    )
except ImportError as error:
    mend = _("install it with `pip install rfc3161-client`")
    raise UsageFault("rfc3161-client", _("is not installed"), mend) from error

_SECONDS = 30
_LARGEST = 1 << 20  # bytes of an answer; one has some 5,000


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A time stamp: its file, and the time (UTC) at which the authority says its manifest was there."""

    path: Path
    time: datetime


def path_of(manifest: Path) -> Path:
    return manifest.with_suffix(STAMP)


def stamp(store: ArticleStore, data: Path, url: str, roots: Path | None = None) -> Timestamp:
    """Write a manifest of what none holds yet, and have the newest one stamped; raises what `fetch` raises.

    Raises UsageFault also where no authority is named, or nothing is archived.
    """
    if not url:
        raise UsageFault("timestamp", _("no authority is named"), _("name one with --url or WENCANG_TIMESTAMP"))
    close(store, data, clock.now())
    if not (newest := manifests(data)[-1:]):
        mend = _("`wencang crawl` or `wencang import PATH` adds articles")
        raise UsageFault(data, _("has nothing to time-stamp yet"), mend)
    return Timestamp(path_of(newest[0]), fetch(newest[0], url, roots))


def fetch(manifest: Path, url: str, roots: Path | None = None) -> datetime:
    """Have a manifest stamped by the authority at `url`; the time that is in the stamp, UTC.

    The stamp is kept if its certificates lead to one of `roots` (a PEM file; the system's
    where none is named). Raises NotFetched where there is none to be had.
    """
    trusted = _trusted(roots)
    request = TimestampRequestBuilder().data(manifest.read_bytes()).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = _post(url, request.as_bytes())
    try:
        time = _time(answer, manifest, trusted, request.nonce)
    except (ValueError, VerificationError) as error:
        mend = _("name the authority's certificates with --roots")
        raise NotFetched(url, _("gave no trustworthy time stamp: {error}").format(error=error), mend) from error
    with atomic_write(path_of(manifest)) as file:
        file.write(answer)
    return time


def verify(data: Path, roots: Path | None = None) -> Iterator[str]:
    """What is wrong with the stamps of a data folder, a line each."""
    stamped = [manifest for manifest in manifests(data) if path_of(manifest).exists()]
    trusted = _trusted(roots) if stamped else []
    for manifest in stamped:
        try:
            _time(path_of(manifest).read_bytes(), manifest, trusted)
        except (OSError, ValueError, VerificationError) as error:
            yield _("{path}: does not prove its manifest: {error}").format(path=path_of(manifest), error=error)


def _time(stamp: bytes, manifest: Path, trusted: list[Certificate], nonce: int | None = None) -> datetime:
    """The time in a stamp; ValueError or VerificationError where it is none of this manifest, or nobody's we trust."""
    response = decode_timestamp_response(stamp)
    if response.status:
        raise ValueError(" ".join(response.status_string) or f"PKIStatus {response.status}")
    VerifierBuilder(roots=trusted, nonce=nonce).build().verify_message(response, manifest.read_bytes())
    return response.tst_info.gen_time


def _trusted(roots: Path | None) -> list[Certificate]:
    if roots is None:
        return list(_of_the_system())
    try:
        return load_pem_x509_certificates(roots.read_bytes())
    except OSError as error:
        raise UsageFault(roots, of_error(error)) from error
    except ValueError as error:
        raise UsageFault(roots, _("contains no PEM certificates")) from error


def _of_the_system() -> Iterator[Certificate]:
    """Those that break today's rules, as some old ones do, are left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for certificate in ssl.create_default_context().get_ca_certs(binary_form=True):
            with suppress(ValueError, Warning):
                yield load_der_x509_certificate(certificate)


def _post(url: str, query: bytes) -> bytes:
    if not url.lower().startswith(("http://", "https://")):
        raise UsageFault(url, _("is not an HTTP address"))
    request = Request(url, query, {"Content-Type": "application/timestamp-query"})  # noqa: S310  # looked at above
    try:
        with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return bytes(answer.read(_LARGEST))
    except HTTPError as error:
        raise NotFetched(url, f"HTTP {error.code}") from error
    except (OSError, ValueError) as error:
        cause = error.reason if isinstance(error, URLError) and isinstance(error.reason, OSError) else error
        raise NotFetched(url, of_error(cause), _("name another with --url")) from error
