"""The name of this host, as part of the names of files that several hosts write, and of the user who runs a program."""

from __future__ import annotations

import os
import pwd
import re
import socket

_LONGEST = 40


def clean(name: str) -> str:
    """A host name in the characters a-z, 0-9 and -, bounded; "host" where nothing is left of it."""
    return re.sub(r"[^a-z0-9]+", "-", name.partition(".")[0].lower())[:_LONGEST].strip("-") or "host"


def name() -> str:
    """This host's own, without its domain."""
    return clean(socket.gethostname())


def user() -> str:
    """The login name of the user; the number where a container has no name for it."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
