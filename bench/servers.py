"""Run a benchmark, or any command, with its archive on real servers: PostgreSQL, OpenSearch and an S3 store.

    python -m bench.servers [--nodes N] [--without NAME ...] FOLDER COMMAND ...

The servers keep their files in FOLDER, listen on 127.0.0.1 and end with the command, which is told
of them by settings in its environment: `python -m bench.servers /tmp/s python -m bench.year --days 14 --runs 60`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.servers import postgresql, s3
from tests.servers.opensearch import Cluster

NAMES = ("postgresql", "opensearch", "s3")


@contextmanager
def running(folder: Path, names: set[str], nodes: int) -> Iterator[dict[str, str]]:
    """These servers; the variables that name them."""
    variables: dict[str, str] = {}
    with ExitStack() as stack:
        if "postgresql" in names:
            variables["WENCANG_ARCHIVE"] = stack.enter_context(postgresql.running()).database()
        if "opensearch" in names:
            cluster = stack.enter_context(Cluster(folder / "opensearch", nodes))
            variables |= {"WENCANG_OPENSEARCH": ",".join(cluster.urls), "WENCANG_ENGINE": "opensearch"}
        if "s3" in names:
            server = stack.enter_context(s3.serving(folder / "s3"))
            variables |= {"WENCANG_PAGES": server.bucket("wencang"), "WENCANG_S3_ENDPOINT": server.endpoint, **s3.KEYS}
        yield variables


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--without", nargs="+", choices=NAMES, default=[])
    asked = parser.parse_args()
    for name in NAMES:
        (asked.folder / name).mkdir(parents=True, exist_ok=True)
    with running(asked.folder, {*NAMES} - set(asked.without), asked.nodes) as variables:
        sys.exit(subprocess.run(asked.command, env=os.environ | variables).returncode)


if __name__ == "__main__":
    main()
