"""Spawned processes from a warm start: for a process that spawns, one that was forked from it early forks them.

They are as new as what this process was when it called `spawn_by_fork`: with its modules, and nothing that it
did, opened or started afterwards. On Linux only; elsewhere each is a new interpreter, as usual.
"""

from __future__ import annotations

import ctypes
import json
import multiprocessing.util
import os
import resource
import signal
import socket
import sys
from collections.abc import Iterable, Sequence
from fcntl import F_DUPFD, fcntl
from itertools import pairwise
from typing import Any

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: the process adopts orphans, as which the spawned ones come to it
_MOST = 1 << 16  # bytes of an order
_ABOVE = 512  # descriptors that no order names
_LIMITS = {value for name, value in vars(resource).items() if name.startswith("RLIMIT_")}


def spawn_by_fork() -> bool:
    """Let this process, which has one thread, spawn so; True in a process that was spawned, once it has run."""
    if sys.platform != "linux":
        return False
    ctypes.CDLL(None).prctl(_SUBREAPER, 1)
    ours, orders = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        ours.close()
        return _fork_on(orders)
    orders.close()
    util: Any = multiprocessing.util
    usual = util.spawnv_passfds

    def spawned(path: bytes, command: Sequence[str], descriptors: Iterable[int]) -> int:
        numbers = [*map(int, descriptors)]
        order = {
            "command": command[command.index("-c") :], "environment": dict(os.environ), "folder": os.getcwd(),
            "mask": [*signal.pthread_sigmask(signal.SIG_BLOCK, ())], "descriptors": numbers,
            "limits": [(kind, resource.getrlimit(kind)) for kind in _LIMITS],
        }  # fmt: skip
        message = json.dumps(order).encode()
        if len(message) > _MOST:
            return int(usual(path, command, descriptors))
        socket.send_fds(ours, [message], numbers)
        return int(ours.recv(_MOST))

    util.spawnv_passfds = spawned
    return False


def _fork_on(orders: socket.socket) -> bool:
    """Fork for each order, until the run has ended; True in a process that was forked, once it has run."""
    while True:
        message, descriptors, _flags, _address = socket.recv_fds(orders, _MOST, 16)
        if not message:
            os._exit(0)
        read, write = os.pipe()
        if (between := os.fork()) == 0:
            if process := os.fork():
                os.write(write, str(process).encode())
                os._exit(0)  # its child becomes the run's
            _execute(descriptors, **json.loads(message))
            return True
        os.waitpid(between, 0)
        orders.send(os.read(read, 20))
        for descriptor in (read, write, *descriptors):
            os.close(descriptor)


def _execute(
    given: list[int], command: list[str], environment: dict[str, str], folder: str, mask: list[int],
    descriptors: list[int], limits: list[tuple[int, tuple[int, int]]],
) -> None:  # fmt: skip
    """What the interpreter does with `-c`; `given` become the `descriptors`, and no other stays open."""
    above = [fcntl(descriptor, F_DUPFD, _ABOVE) for descriptor in given]
    for descriptor, number in zip(above, descriptors, strict=True):
        os.dup2(descriptor, number)
    for before, after in pairwise([*sorted({0, 1, 2, *descriptors}), os.sysconf("SC_OPEN_MAX")]):
        if after > before + 1:  # closerange(n, n) closes all
            os.closerange(before + 1, after)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    for kind, limit in limits:
        resource.setrlimit(kind, limit)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["-c", *command[2:]]
    exec(command[1], {"__name__": "__main__"})
