"""Time stamps of manifests: an authority's signature that a manifest existed at a time (RFC 3161).

`pip install wencang[timestamp]`.
"""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from archive import clock
from archive.errors import NotFetched, UsageFault
from archive.proof.manifest import FOLDER, STAMP, close, manifests
from archive.storage.storage import File, Storage
from archive.store import ArticleStore
from archive.text.messages import of_error
from archive.text.translation import gettext as _

try:
    from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificates
    from cryptography.x509.oid import NameOID
    from rfc3161_client import (
        HashAlgorithm,
        SignedData,
        TimestampRequestBuilder,
        TimeStampResponse,
        VerificationError,
        VerifierBuilder,
        decode_timestamp_response,
    )
except ImportError as error:
    mend = _("install it with `pip install rfc3161-client`")
    raise UsageFault("rfc3161-client", _("is not installed"), mend) from error

_SECONDS = 30
_LARGEST = 1 << 20  # bytes of a response; usual are 5,000


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A time stamp: its file, and the time (UTC) at which its manifest existed, by the authority."""

    path: File
    time: datetime


@dataclass(frozen=True, slots=True)
class Stamped:
    """What a time stamp says: its time (UTC), and the name of the authority's certificate."""

    time: datetime
    authority: str


def path_of(manifest: File) -> File:
    return manifest.with_suffix(STAMP)


def stamp(store: ArticleStore, storage: Storage, url: str, roots: Path | None = None) -> Timestamp:
    """Write a manifest of what is in none yet, and have the newest one stamped.

    Raises what `fetch` raises, and UsageFault if no authority is named or nothing is archived.
    """
    if not url:
        raise UsageFault("timestamp", _("no authority is named"), _("name one with --url or WENCANG_TIMESTAMP"))
    close(store, storage, clock.now())
    if not (newest := manifests(storage)[-1:]):
        mend = _("`wencang crawl` or `wencang import PATH` adds articles")
        raise UsageFault(storage.data, _("has nothing to time-stamp yet"), mend)
    return Timestamp(path_of(newest[0]), fetch(newest[0], url, roots))


def fetch(manifest: File, url: str, roots: Path | None = None) -> datetime:
    """Have a manifest stamped by the authority at `url`; returns the time of the stamp (UTC).

    The stamp is stored if its certificate chain ends at one of `roots` (a PEM file; by default the
    system's). Raises NotFetched if there is no response, or no trustworthy one.
    """
    trusted = _trusted(roots)
    request = TimestampRequestBuilder().data(manifest.read()).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = _post(url, request.as_bytes())
    try:
        time = _checked(answer, manifest, trusted, request.nonce).tst_info.gen_time
    except (ValueError, VerificationError) as error:
        mend = _("name the authority's certificates with --roots")
        raise NotFetched(url, _("gave no trustworthy time stamp: {error}").format(error=error), mend) from error
    manifest.storage.replace(path_of(manifest).key, answer)
    return time


def verify(storage: Storage, roots: Path | None = None) -> Iterator[str]:
    """The faults of the time stamps of an archive, a line each."""
    keys = storage.sizes(FOLDER)
    stamped = [manifest for manifest in manifests(storage) if path_of(manifest).key in keys]
    trusted = _trusted(roots) if stamped else []
    for manifest in stamped:
        try:
            _checked(path_of(manifest).read(), manifest, trusted)
        except (OSError, ValueError, VerificationError) as error:
            yield _("{path}: does not prove its manifest: {error}").format(path=path_of(manifest), error=error)


def read(manifest: File, roots: Path | None = None) -> Stamped:
    """What the time stamp of a manifest says.

    Raises ValueError, which says why, if it does not prove this manifest, and UsageFault for `roots`.
    """
    try:
        response = _checked(path_of(manifest).read(), manifest, _trusted(roots))
    except OSError as error:
        raise ValueError(of_error(error)) from error
    except VerificationError as error:
        raise ValueError(str(error)) from error
    return Stamped(response.tst_info.gen_time, _signer(response.signed_data))


def _signer(signed: SignedData) -> str:
    """The name of the certificate that signed: its common name, or all of it where it has none."""
    serials = {signer.serial_number for signer in signed.signer_infos}
    for certificate in map(load_der_x509_certificate, signed.certificates):
        if certificate.serial_number in serials:
            names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            return str(names[0].value) if names else certificate.subject.rfc4514_string()
    return ""


def _checked(stamp: bytes, manifest: File, trusted: list[Certificate], nonce: int | None = None) -> TimeStampResponse:
    """A stamp. Raises ValueError or VerificationError if it is of another manifest, or not trusted."""
    response = decode_timestamp_response(stamp)
    if response.status:
        raise ValueError(" ".join(response.status_string) or f"PKIStatus {response.status}")
    VerifierBuilder(roots=trusted, nonce=nonce).build().verify_message(response, manifest.read())
    return response


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
    """The system's certificates, without those that violate present rules, as some old ones do."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for certificate in ssl.create_default_context().get_ca_certs(binary_form=True):
            with suppress(ValueError, Warning):
                yield load_der_x509_certificate(certificate)


def _post(url: str, query: bytes) -> bytes:
    if not url.lower().startswith(("http://", "https://")):
        raise UsageFault(url, _("is not an HTTP address"))
    request = Request(url, query, {"Content-Type": "application/timestamp-query"})  # noqa: S310  # checked above
    try:
        with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return bytes(answer.read(_LARGEST))
    except HTTPError as error:
        raise NotFetched(url, f"HTTP {error.code}") from error
    except (OSError, ValueError) as error:
        cause = error.reason if isinstance(error, URLError) and isinstance(error.reason, OSError) else error
        raise NotFetched(url, of_error(cause), _("name another with --url")) from error
