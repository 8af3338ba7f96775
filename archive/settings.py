"""Settings of an archive, from environment variables and DATA/wencang.toml, in this order of precedence.

WENCANG_NAME_FILE names a file that holds the value of WENCANG_NAME. A command's own option takes precedence over both.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from archive import toml
from archive.errors import UsageFault
from archive.text.messages import of_error
from archive.text.translation import gettext as _

FILE = "wencang.toml"


def _text(value: str) -> str:
    return value


def _seconds(value: str) -> float:
    with suppress(ValueError):
        if 0 <= float(value) < 3600:
            return float(value)
    raise ValueError(_("is not a number of seconds from 0 to 3600: {value}").format(value=value))


def _count(value: str) -> int:
    if value.isascii() and value.isdecimal() and len(value) < 10:
        return int(value)
    raise ValueError(_("is not a number of articles: {value}").format(value=value))


def _yes_or_no(value: str) -> bool:
    with suppress(KeyError):
        return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}[value.lower()]
    raise ValueError(_("is neither yes nor no: {value}").format(value=value))


def _words(value: str) -> tuple[str, ...]:
    import shlex  # imported here because a search does not need it

    try:
        return tuple(shlex.split(value))
    except ValueError as error:
        raise ValueError(_("can't be split as by a shell: {reason}").format(reason=error)) from error


def _addresses(value: str) -> tuple[str, ...]:
    addresses = tuple(address.strip() for address in value.split(","))
    for address in addresses:
        if not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", address):
            raise ValueError(_("is not a mail address: {value}").format(value=address))
    return addresses


def _mail_server(value: str) -> SplitResult:
    """The error does not quote the value, which may contain a password."""
    with suppress(ValueError):
        server = urlsplit(value)
        if server.scheme in ("smtp", "smtps") and server.hostname and server.port != 0 and not any(server[2:]):
            return server
    raise ValueError(_("is not like smtp://user:password@host:port (in a password, %2F is / and %40 is @)"))


def _web_folder(value: str) -> str:
    """Ends with a slash."""
    with suppress(ValueError):
        address = urlsplit(value)
        if address.scheme in ("http", "https") and address.hostname and not any(address[3:]) and value.isascii():
            return value.rstrip("/") + "/"
    raise ValueError(_("is not like https://example.org/feeds/: {value}").format(value=value))


def _servers(value: str) -> tuple[str, ...]:
    """The error does not quote the value, which may contain a password."""
    servers = tuple(server.strip().rstrip("/") for server in value.split(","))
    for server in servers:
        if not _is_server(server):
            raise ValueError(
                _("is not like https://a:9200,https://b:9200 (user and password are settings of their own)")
            )
    return servers


def _is_server(text: str) -> bool:
    with suppress(ValueError):
        address = urlsplit(text)
        is_bare = not any((address.username, address.password, *address[2:]))
        return address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0 and is_bare
    return False


def _reader(value: str) -> str:
    if value in ("rules", "models"):
        return value
    raise ValueError(_("is not one of rules, models: {value}").format(value=value))


def _prefix(value: str) -> str:
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,99}", value):
        return value
    raise ValueError(_("is not of a-z, 0-9, - and _, a letter or digit first: {value}").format(value=value))


def _shards(value: str) -> int:
    if value.isascii() and value.isdecimal() and 1 <= int(value) <= 1024:
        return int(value)
    raise ValueError(_("is not a number from 1 to 1024: {value}").format(value=value))


def _bucket(value: str) -> str:
    """Without a slash at the end."""
    if re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[0-9A-Za-z!_.*'()-]+)*/?", value):
        return value.rstrip("/")
    raise ValueError(_("is not like s3://bucket/prefix: {value}").format(value=value))


def _endpoint(value: str) -> str:
    """The error does not quote the value, which may contain a password."""
    with suppress(ValueError):
        address = urlsplit(value)
        named = address.scheme in ("http", "https") and address.hostname and address.port != 0
        if named and address.username is None and not any(address[2:]):
            return value
    raise ValueError(_("is not like https://s3.example.org:9000, without a user or a path"))


def database_address(value: str) -> str:
    """The error does not quote the value, which may contain a password."""
    with suppress(ValueError):
        address = urlsplit(value)
        has_name = len(address.path) > 1 and "@" not in address.path  # as of a password with a slash
        if address.scheme in ("postgresql", "postgres") and has_name and address.port != 0:
            return value
    raise ValueError(_("is not like postgresql://user:password@host:port/name (in a password, %2F is / and %40 is @)"))


def _place(value: str) -> Path:
    path = Path(value).expanduser()
    if not path.is_absolute():
        raise ValueError(_("is not an absolute path: {value}").format(value=value))
    return path


@dataclass(frozen=True, slots=True)
class Settings:
    """`read` in the metadata parses the text of a setting; it raises ValueError with what is wrong."""

    data: Path = Path("data")
    archive: str = field(default="", repr=False, metadata={"read": database_address})  # "": DATA/archive.db
    contact: str = ""  # a mail address or page where a site's operator can reach you; part of the User-Agent
    delay: float = field(default=2.0, metadata={"read": _seconds})  # seconds between two requests to one site
    looks: int = field(default=100, metadata={"read": _count})  # articles of a source that a run fetches again at most
    images: bool = field(default=False, metadata={"read": _yes_or_no})  # whether crawls archive pictures too
    engine: str = "whoosh"
    opensearch: tuple[str, ...] = field(default=(), metadata={"read": _servers})  # the addresses of its nodes
    opensearch_user: str = ""
    opensearch_password: str = field(default="", repr=False)
    opensearch_ca: Path | None = field(default=None, metadata={"read": _place})  # the certificates to trust, PEM
    opensearch_prefix: str = field(default="wencang", metadata={"read": _prefix})  # of the names of its indexes
    opensearch_shards: int = field(default=1, metadata={"read": _shards})  # of an index that is built from now on
    pages: str = field(default="", metadata={"read": _bucket})  # s3://bucket/prefix for raw pages; "" is DATA
    s3_endpoint: str = field(default="", metadata={"read": _endpoint})  # of a store other than AWS
    names: str = field(default="", metadata={"read": _reader})  # who finds persons; "": models where installed
    hook: tuple[str, ...] = field(default=(), metadata={"read": _words})  # the command that is run for a notice
    mail_to: tuple[str, ...] = field(default=(), metadata={"read": _addresses})
    mail_from: str = field(default="", metadata={"read": lambda value: _addresses(value)[0]})
    smtp: SplitResult = field(default=urlsplit("smtp://localhost"), repr=False, metadata={"read": _mail_server})
    metrics: Path | None = field(default=None, metadata={"read": _place})  # the file for Prometheus
    feeds: str = field(default="", metadata={"read": _web_folder})  # the address at which DATA/feeds is served
    timestamp: str = ""  # the address of a time-stamping authority (RFC 3161)
    roots: Path | None = field(default=None, metadata={"read": _place})  # the root certificates of timestamps, PEM


@cache  # it is read from a file
def version() -> str:
    """The version of this program; "dev" in a checkout that is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # imported here because a search does not need it

    try:
        return version("wencang")
    except PackageNotFoundError:
        return "dev"


def load(
    data: Path | None = None, environment: Mapping[str, str] = os.environ, engines: Collection[str] = ()
) -> Settings:
    """The settings of a data folder, by default WENCANG_DATA or `./data`.

    `engines` are the installed engines, if the caller knows them. Raises UsageFault, which names
    the variable or the file, for a value that is not valid.
    """
    data = data or Path(environment.get("WENCANG_DATA") or "data")
    if data.exists() and not data.is_dir():
        raise UsageFault(data, _("is a file, not a data folder"), _("name a folder with --data"))
    values: dict[str, object] = {"data": data}
    for name, value in _file(data / FILE).items():
        values[name] = _value(f"{data / FILE}: {name}", name, value, engines)
    for each in fields(Settings):
        variable = f"WENCANG_{each.name.upper()}"
        if each.name != "data" and (text := environment.get(variable) or _secret(environment, f"{variable}_FILE")):
            values[each.name] = _value(variable, each.name, text, engines)
    return Settings(**values)  # type: ignore[arg-type]  # each is checked by _value


def _secret(environment: Mapping[str, str], variable: str) -> str:
    """The text of the file that a variable names, as containers hand over passwords; "" if none is named."""
    if not (path := environment.get(variable)):
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise UsageFault(f"{variable}={path}", of_error(error), _("name a file that holds the value")) from error


def _file(path: Path) -> dict[str, object]:
    return toml.parse(text, path) if (text := toml.text(path)) else {}


def _value(place: str, name: str, value: object, engines: Collection[str]) -> object:
    readers = {field.name: field.metadata.get("read", _text) for field in fields(Settings) if field.name != "data"}
    if name not in readers:
        raise UsageFault(place, _("is not a setting"), _("settings are {names}").format(names=", ".join(readers)))
    try:
        if not isinstance(value, str | int | float):
            raise ValueError(_("is not a text or a number"))
        if name == "engine" and engines and value not in engines:
            raise ValueError(_("is not one of {names}: {value}").format(names=", ".join(engines), value=value))
        return readers[name](str(value))
    except ValueError as error:
        raise UsageFault(place, str(error)) from error
