"""What a whole process takes: seconds, and MB of memory at most.

    python -m bench.process COMMAND...

It is started from a small process of its own, for Linux counts to a child what its parent held.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path


def process(command: Sequence[str | Path]) -> tuple[float, float]:
    """Run a command; the seconds it takes and the MB it holds at most."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.process", *command], check=True, capture_output=True, text=True
    ).stdout  # fmt: skip
    seconds, memory = json.loads(told)
    return float(seconds), float(memory)


def main() -> None:
    start = time.perf_counter()
    subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000]))


if __name__ == "__main__":
    main()
