"""Real OpenSearch nodes on loopback, one JVM each, from Maven's jars: no container, no root's rights.

    with Cluster(folder, nodes=3) as cluster:  # green on entry
        cluster.urls
        cluster.kill(2)  # SIGKILL
        cluster.start(2)
        cluster.wait()

Needs `mvn` and a JDK: 21 or newer for OpenSearch 3, 11 or newer for 2.19. WENCANG_JAVA_HOME names the JDK,
by default the newest one below /usr/lib/jvm; WENCANG_OPENSEARCH_VERSION chooses the version (2 or 3), and
WENCANG_OPENSEARCH_HEAP the memory of a node. The jars are fetched once, into ~/.cache/wencang/opensearch.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from fcntl import LOCK_EX, flock
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

_HEAP = os.environ.get("WENCANG_OPENSEARCH_HEAP", "400m")
_HERE = Path(__file__).parent
_CACHE = Path.home() / ".cache" / "wencang" / "opensearch"
_VERSIONS = {3: ("3.9.0", "2.25.5", 21), 2: ("2.19.4", "2.21.0", 11)}  # of OpenSearch and log4j; the oldest Java


class Missing(Exception):
    """OpenSearch can't be started on this machine; the text says why."""


def _java() -> tuple[Path, int]:
    """The JDK to use, and its version."""
    named = os.environ.get("WENCANG_JAVA_HOME")
    homes = (
        [Path(named)] if named else [path for path in Path("/usr/lib/jvm").glob("*") if (path / "bin/javac").exists()]
    )
    versions = [(int(match[1]), home) for home in homes if (match := re.search(r"-(\d+)", home.name))]
    if not versions:
        raise Missing("needs a JDK below /usr/lib/jvm, or WENCANG_JAVA_HOME")
    version, home = max(versions)
    return home, version


@cache
def _jars() -> tuple[Path, Path]:
    """The JDK and the folder of the jars, which are resolved if they are not there yet."""
    home, java = _java()
    wanted = int(os.environ.get("WENCANG_OPENSEARCH_VERSION", "3" if java >= 21 else "2"))
    opensearch, log4j, oldest = _VERSIONS[wanted]
    if java < oldest:
        raise Missing(f"OpenSearch {opensearch} needs Java {oldest} or newer, {home} is {java}")
    recipe = sha256(b"".join((_HERE / name).read_bytes() for name in ("pom.xml", "Node.java"))).hexdigest()[:8]
    folder = _CACHE / f"{opensearch}-{recipe}-java{java}"
    _CACHE.mkdir(parents=True, exist_ok=True)
    with open(_CACHE / "lock", "w") as lock:
        flock(lock, LOCK_EX)
        if not (folder / "node.jar").exists():
            _resolve(folder, home, opensearch, log4j)
    return home, folder


def _resolve(folder: Path, home: Path, opensearch: str, log4j: str) -> None:
    if not shutil.which("mvn"):
        raise Missing("needs Maven (mvn) to fetch OpenSearch")
    maven: list[str | Path] = ["mvn", "-B", "-q", "-f", _HERE / "pom.xml", "dependency:copy-dependencies"]
    _run([*maven, f"-Dopensearch={opensearch}", f"-Dlog4j={log4j}", f"-DoutputDirectory={folder}"], home)
    _run([home / "bin/javac", "-nowarn", "-cp", f"{folder}/*", "-d", folder / "classes", _HERE / "Node.java"], home)
    _run([home / "bin/jar", "cf", folder / "node.jar", "-C", folder / "classes", "."], home)


def _run(command: list[str | Path], home: Path) -> None:
    done = subprocess.run(command, env=os.environ | {"JAVA_HOME": str(home)}, capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"{Path(command[0]).name} failed: {' '.join((done.stdout + done.stderr).split())[:500]}")


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _port in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class Cluster:
    """Nodes numbered from 1, each with a folder of its own. Raises Missing where they can't be had."""

    def __init__(self, folder: Path, nodes: int = 1, settings: Mapping[str, object] | None = None) -> None:
        self._folder = folder
        self._settings = dict(settings or {})
        self._java, self._lib = _jars()
        ports = _free_ports(2 * nodes)
        self._http, self._transport = ports[:nodes], ports[nodes:]
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self._http]

    def __enter__(self) -> Cluster:
        try:
            for number in range(1, len(self._http) + 1):
                self.start(number)
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def start(self, number: int) -> None:
        home = self._folder / f"n{number}"
        (home / "config").mkdir(parents=True, exist_ok=True)
        settings = {
            "cluster.name": "wencang-test",
            "node.name": f"n{number}",
            "network.host": "127.0.0.1",
            "http.port": self._http[number - 1],
            "transport.port": self._transport[number - 1],
            "discovery.seed_hosts": ",".join(f"127.0.0.1:{port}" for port in self._transport),
            "cluster.initial_cluster_manager_nodes": ",".join(f"n{n}" for n in range(1, len(self._http) + 1)),
            "node.processors": 1,
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            **self._settings,
        }
        archive = self._lib / "classes.jsa"  # shares loaded classes: a third of the time to start
        options = [f"-Xms{_HEAP}", f"-Xmx{_HEAP}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        options += ["-Xlog:disable", "-Xlog:all=error:stderr", "-Dlog4j2.level=warn", "-Dlog4j2.disable.jmx=true"]
        if _java()[1] >= 19:
            options += [f"-XX:SharedArchiveFile={archive}"]
            options += ["-XX:+AutoCreateSharedArchive"] if number == 1 and not archive.exists() else []
        if _java()[1] >= 22:
            options += ["--enable-native-access=ALL-UNNAMED"]
        arguments: list[str | Path] = ["-cp", f"{self._lib}/node.jar:{self._lib}/*", "Node", home]
        arguments += [f"{name}={value}" for name, value in settings.items()]
        command = [self._java / "bin/java", *options, *arguments]
        with (home / "log").open("ab") as log:
            self.processes[number] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)

    def kill(self, number: int) -> None:
        with self.processes.pop(number) as process:
            process.send_signal(signal.SIGKILL)

    def stop(self) -> None:
        for process in self.processes.values():
            assert process.stdin
            process.stdin.close()
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def get(self, number: int, path: str, seconds: float = 5) -> dict[str, Any]:
        """What a node answers; nothing if it does not answer."""
        with suppress(OSError), urllib.request.urlopen(f"{self.urls[number - 1]}/{path}", timeout=seconds) as answer:
            return dict(json.load(answer))
        return {}

    def manager(self) -> int:
        """The number of the node that is the cluster's manager."""
        state = self.get(next(iter(self.processes)), "_cluster/state/cluster_manager_node,nodes")
        return int(state["nodes"][state["cluster_manager_node"]]["name"].removeprefix("n"))

    def wait(self, seconds: float = 180) -> None:
        """Until every running node says that all of these are in the cluster, and that it is green."""
        end = time.monotonic() + seconds
        while True:
            for number, process in self.processes.items():
                if process.poll() is not None:
                    log = (self._folder / f"n{number}" / "log").read_text(encoding="utf-8", errors="replace")
                    raise RuntimeError(f"node {number} ended: {log[-2000:]}")
            states = [self.get(number, "_cluster/health") for number in self.processes]
            if all(s.get("number_of_nodes") == len(states) and s.get("status") == "green" for s in states):
                return
            if time.monotonic() > end:
                raise TimeoutError(f"not green after {seconds} s: {states}")
            time.sleep(0.2)
