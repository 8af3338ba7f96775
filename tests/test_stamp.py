"""Time stamps of manifests, given by openssl's own authority and checked by it again."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import wencang
from archive.errors import NotFetched, UsageFault
from archive.proof import timestamp
from archive.storage.folder import Folder
from archive.store import ArticleStore
from tests.support.pages import close, file_of, manifests, put
from tests.support.program import run
from tests.support.web import serving

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl, the test's authority, is not installed")

_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ordering = yes
ess_cert_id_alg = sha256
[leaf]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[req]
distinguished_name = name
[name]
"""


def openssl(folder: Path, command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *command.split()], cwd=folder, capture_output=True, timeout=60)


def authority(folder: Path, ca_name: str) -> Path:
    """A folder with a certificate authority and the key and certificate of a time-stamping one."""
    folder.mkdir()
    (folder / "serial").write_text("01\n")
    (folder / "config").write_text(_CONFIG.format(folder=folder))
    key = "-newkey rsa:2048 -nodes -config config"
    for command in (
        f"req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN={ca_name} -extensions ca",
        f"req {key} -keyout tsa.key -out tsa.csr -subj /CN=stamps",
        "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 2"
        " -extfile config -extensions leaf",
    ):
        done = openssl(folder, command)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("authorities")
    return authority(folder / "one", "one"), authority(folder / "other", "other")


@pytest.fixture
def tsa(authorities: tuple[Path, Path], tmp_path: Path) -> Iterator[str]:
    """The address of the first one's server. /stale answers what it answered first, /page a web page."""
    folder, _other = authorities
    answers: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = tmp_path / "query.tsq"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            done = openssl(
                folder, f"ts -reply -config config -section here -queryfile {query} -signer tsa.pem -inkey tsa.key"
            )
            assert self.headers["Content-Type"] == "application/timestamp-query"
            assert done.returncode == 0, done.stderr
            answers.append(done.stdout)
            answer = {"/stale": answers[0], "/page": b"<html>"}.get(self.path, answers[-1])
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_manifest_is_stamped_and_openssl_says_so_too(
    tsa: str, authorities: tuple[Path, Path], tmp_path: Path, store: ArticleStore
) -> None:
    folder, other = authorities
    put(store, tmp_path, 1)
    path = close(store, tmp_path)
    time = timestamp.fetch(file_of(path), tsa, folder / "ca.pem")
    assert abs(time - datetime.now(UTC)) < timedelta(minutes=1)
    check = f"ts -verify -data {path} -in {path.with_suffix('.tsr')} -CAfile"
    assert openssl(tmp_path, f"{check} {folder / 'ca.pem'}").returncode == 0
    assert openssl(tmp_path, f"{check} {other / 'ca.pem'}").returncode != 0
    assert list(timestamp.verify(Folder(tmp_path), folder / "ca.pem")) == []
    assert len(list(timestamp.verify(Folder(tmp_path), other / "ca.pem"))) == 1
    path.write_bytes(path.read_bytes().replace(b"wencang", b"wencanG"))
    (fault,) = timestamp.verify(Folder(tmp_path), folder / "ca.pem")
    assert str(path.with_suffix(".tsr")) in fault


def test_a_proof_says_who_stamped_the_manifest_and_when(
    tsa: str, authorities: tuple[Path, Path], tmp_path: Path, store: ArticleStore
) -> None:
    folder, other = authorities
    put(store, tmp_path, 1)
    time = timestamp.fetch(file_of(close(store, tmp_path)), tsa, folder / "ca.pem")
    with wencang.open(tmp_path, {"WENCANG_ROOTS": str(folder / "ca.pem")}) as archive, serving(archive) as client:
        proof = archive.proof("tibet.cn-1", 1)
        assert proof.holds
        assert proof.listing
        assert proof.listing.stamp
        assert (proof.listing.stamp.authority, proof.listing.stamp.time) == ("stamps", time)
        listed = client.get("/article/tibet.cn-1/1/proof.json").json()["manifest"]
        assert (listed["authority"], listed["stamped"], listed["timestamp_fault"]) == ("stamps", time.isoformat(), "")
        page = client.get("/article/tibet.cn-1/1/proof?lang=en").text
        assert "stamps says that the manifest existed at" in page
    with wencang.open(tmp_path, {"WENCANG_ROOTS": str(other / "ca.pem")}) as archive, serving(archive) as client:
        values = client.get("/article/tibet.cn-1/1/proof.json").json()
        assert not values["holds"]
        assert values["manifest"]["timestamp_fault"]
        assert "it does not prove the manifest" in client.get("/article/tibet.cn-1/1/proof?lang=en").text
    with wencang.open(tmp_path, {"WENCANG_ROOTS": str(tmp_path / "none.pem")}) as archive, serving(archive) as client:
        page = client.get("/article/tibet.cn-1/1/proof?lang=en").text
        assert "it was not verified" in page
        assert "none.pem" not in page, "a path of this machine"


@pytest.mark.parametrize("way", ["stale", "page", "other roots", "system roots", "nobody there"])
def test_a_stamp_that_proves_nothing_is_not_kept(
    way: str, tsa: str, authorities: tuple[Path, Path], tmp_path: Path, store: ArticleStore
) -> None:
    folder, other = authorities
    put(store, tmp_path, 1)
    path = close(store, tmp_path)
    timestamp.fetch(file_of(path), tsa, folder / "ca.pem")
    path.with_suffix(".tsr").unlink()
    roots = {"other roots": other / "ca.pem", "system roots": None}.get(way, folder / "ca.pem")
    url = "http://127.0.0.1:9" if way == "nobody there" else f"{tsa}/{way.partition(' ')[0]}"
    with pytest.raises(NotFetched, match="refuses" if way == "nobody there" else "no trustworthy time stamp"):
        timestamp.fetch(file_of(path), url, roots)
    assert manifests(tmp_path) == [path]
    assert not path.with_suffix(".tsr").exists()


def test_on_the_command_line(tsa: str, authorities: tuple[Path, Path], crawled: Path, tmp_path: Path) -> None:
    folder, other = authorities
    assert run("timestamp", data=crawled).returncode == 2
    (crawled / "wencang.toml").write_text(f'timestamp = "{tsa}"\nroots = "{folder / "ca.pem"}"\n', encoding="utf-8")
    for manifest_ in manifests(crawled):  # of an archive that has none yet
        manifest_.unlink()
    done = run("timestamp", data=crawled)
    assert done.returncode == 0, done.stderr
    (path,) = manifests(crawled)
    assert done.stdout.startswith(f"{path.with_suffix('.tsr')}: 20")
    assert run("verify", data=crawled).returncode == 0
    assert run("verify", data=crawled, WENCANG_ROOTS=str(other / "ca.pem")).returncode == 6
    assert run("timestamp", "--roots", other / "ca.pem", data=crawled).returncode == 5
    assert run("timestamp", "--roots", crawled / "wencang.toml", data=crawled).returncode == 2
    assert run("timestamp", "--url", "ftp://a", data=crawled).returncode == 2
    assert run("timestamp", "--url", tsa, data=tmp_path / "empty").returncode == 3


def test_roots_that_are_none_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="No such file"):
        timestamp.fetch(file_of(tmp_path / "a"), "http://127.0.0.1:9", tmp_path / "none.pem")
