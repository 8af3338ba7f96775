"""A process that is forked in place of one that is spawned must be no other than that."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.sample import ROOT

SPAWNS = """
import fcntl, os, resource, sys
from functools import partial
from bench.forked import spawn_by_fork
if spawn_by_fork():
    sys.exit()
from archive.processes import Worker
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
os.environ["NOTED"] = "late"
sys.modules["changed"] = sys
opened = fcntl.fcntl(0, fcntl.F_DUPFD, 300)
worker = Worker(5.0)
print(worker.run([
    partial(resource.getrlimit, resource.RLIMIT_FSIZE), partial(os.getenv, "NOTED"),
    partial(os.path.exists, f"/proc/self/fd/{opened}"),
    partial(eval, "'changed' in __import__('sys').modules"), os.abort, partial(len, "ab"),
]))
print(worker.run([os.getppid]) == [os.getpid()])
worker.close()
print(worker._process.exitcode)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is spawned")
def test_a_process_that_is_forked_is_as_one_that_is_spawned() -> None:
    done = subprocess.run([sys.executable, "-c", SPAWNS], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "[(60000, 60000), 'late', False, False, Ended(overtime=False), 2]",
        "True",
        "-9",
    ]
