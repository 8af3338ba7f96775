"""Raw pages and manifests in a data folder and in a bucket: the same archive, whatever dies on the way there."""

from __future__ import annotations

import io
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wencang
from archive import clock, host
from archive.errors import Busy, StorageUnusable, UsageFault
from archive.proof import database, manifest, records
from archive.proof.backup import back_up, restore
from archive.proof.upload import upload
from archive.settings import Settings, load
from archive.storage import of as storage_of
from archive.storage import s3
from archive.storage.folder import Folder
from archive.storage.storage import File
from archive.store import ArticleStore
from archive.warc import warcfile
from archive.warc.pages import Elsewhere, Pages, files
from bench.replayed import player, replayed
from tests.servers.postgresql import PostgreSQL
from tests.servers.s3 import KEYS, Server, serving
from tests.support.pages import PAGE, THEN, noise
from tests.support.places import Place, in_bucket, in_folder, put
from tests.support.program import run
from tests.support.sample import SIGNING

PYWB = os.environ.get("WENCANG_PYWB", "")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def bucket(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return in_bucket(tmp_path / "data", server, f"b{uuid4().hex}")


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return in_folder(tmp_path / "data") if request.param == "folder" else request.getfixturevalue("bucket")


@pytest.fixture
def archive(place: Place) -> Iterator[ArticleStore]:
    with place.create() as store:
        yield store


@pytest.fixture
def far(bucket: Place) -> Iterator[ArticleStore]:
    with bucket.create() as store:
        yield store


def close(store: ArticleStore, place: Place, day: int = 0) -> File:
    """What follows a run."""
    upload(store, place.storage)
    file = manifest.close(store, place.storage, THEN + timedelta(days=day))
    assert file
    return file


def faults(store: ArticleStore, place: Place) -> list[str]:
    """What `verify` finds in raw pages and manifests."""
    checked = records.verify(place.storage)
    of_pages = checked.faults_of(Pages(place.storage))
    return [*checked.faults, *database.verify(store, of_pages), *manifest.verify(store, place.storage)]


# An archive, wherever its pages lie


def test_what_was_put_is_read_back_and_agrees_with_the_manifests(archive: ArticleStore, place: Place) -> None:
    put(archive, place, 1, 2, 3, largest=5000)
    first = close(archive, place)
    put(archive, place, 4)
    assert close(archive, place, 1).key > first.key
    assert faults(archive, place) == []
    assert [Pages(place.storage).read(raw).body for revision in archive.changes() for raw in revision.pages] == [
        noise(n) for n in range(1, 5)
    ]
    keys = [file.key for file in (*files(place.storage), *manifest.manifests(place.storage))]
    assert len(keys) >= 4
    assert all(place.path(key).is_file() for key in keys)


def test_the_same_bytes_are_kept_once(archive: ArticleStore, place: Place) -> None:
    put(archive, place, 1)
    close(archive, place)
    (raw,) = next(archive.changes()).pages
    with Pages(place.storage) as pages:
        again = pages.append(Pages(place.storage).read(raw), [raw])
    upload(archive, place.storage)
    assert place.path(again.file).stat().st_size < 3000 or again.file == raw.file
    assert Pages(place.storage).read(again).body == noise(1)


def test_what_is_spoiled_cut_or_lost_is_named(archive: ArticleStore, place: Place) -> None:
    for n in range(3):
        put(archive, place, n, largest=1)
    close(archive, place)
    spoiled, cut, lost = (place.path(file.key) for file in files(place.storage))
    content = bytearray(spoiled.read_bytes())
    content[-1500] ^= 1
    spoiled.write_bytes(content)
    os.truncate(cut, cut.stat().st_size - 900)
    lost.unlink()
    found = faults(archive, place)
    for path in (spoiled, cut, lost):
        assert sum(path.name in fault for fault in found) >= 2, (path, found)


def test_a_backup_has_all_and_the_next_what_is_new(archive: ArticleStore, place: Place, tmp_path: Path) -> None:
    copy, new = tmp_path / "copy", tmp_path / "new"
    put(archive, place, 1, 2)
    close(archive, place)
    assert back_up(place.settings, copy) == sum(place.storage.sizes("pages").values())
    assert back_up(place.settings, copy) == 0
    put(archive, place, 3)
    close(archive, place, 1)
    assert back_up(place.settings, copy) > 3000
    restore(copy, new)
    with ArticleStore.open(Settings(new)) as restored:
        assert faults(restored, in_folder(new)) == []
        assert restored.sequence() == 3


def test_a_removed_article_leaves_every_file(archive: ArticleStore, place: Place, tmp_path: Path) -> None:
    put(archive, place, 1, 2, 3)
    close(archive, place)
    back_up(place.settings, tmp_path / "copy")
    raw = list(archive.changes())[1].pages[0]
    with wencang.open(place.settings.data, os.environ | place.environment) as opened:
        assert opened.remove("tibet.cn-2", reason="court").faults == ()
        assert opened.raw("tibet.cn-1")[0].body == noise(1)
        assert opened.proof("tibet.cn-1", 1).is_intact
    back_up(place.settings, tmp_path / "copy")
    for where in (place.storage, Folder(tmp_path / "copy")):
        assert Pages(where).fault(raw, withdrawn="tibet.cn-2") == ""
    assert faults(archive, place) == []


@pytest.mark.skipif(not PYWB, reason="WENCANG_PYWB names no bin folder with pywb and boto3 (bench/replayed.py)")
def test_pywb_replays_from_the_bucket(far: ArticleStore, bucket: Place, tmp_path: Path) -> None:
    put(far, bucket, 1, 2, 3)
    close(far, bucket)
    back_up(bucket.settings, tmp_path / "copy")
    warcs = [path for path in (tmp_path / "copy" / "pages").iterdir() if path.is_file()]
    secrets = {**KEYS, "AWS_ENDPOINT_URL": bucket.settings.s3_endpoint, "AWS_DEFAULT_REGION": "us-east-1"}
    with player(warcs, Path(PYWB), f"{bucket.settings.pages}/pages", secrets) as address:
        for n in range(1, 4):
            assert replayed(address, replace(PAGE, url=f"http://www.tibet.cn/{n}.html")) == noise(n)
        bucket.path(next(iter(files(bucket.storage))).key).unlink()
        assert replayed(address, replace(PAGE, url="http://www.tibet.cn/1.html")) != noise(1), "it has no other copy"


# On the way to the bucket


def local(place: Place) -> list[str]:
    return sorted(path.name for path in (place.settings.data / "pages").iterdir())


def test_a_crawl_leaves_its_pages_in_the_bucket_alone(bucket: Place, proxy: str) -> None:
    away = bucket.environment | {"no_proxy": "127.0.0.1"}
    done = run("crawl", "tibet_cn", data=bucket.settings.data, http_proxy=proxy, **away)
    assert done.returncode == 0, done.stderr
    (file,) = files(bucket.storage)
    assert (local(bucket), warcfile.host_of(file.key)) == ([], host.name())
    with wencang.open(bucket.settings.data, os.environ | away) as archive:
        verification = archive.verify()
        assert (verification.faults, verification.files, verification.manifests) == ((), 1, 1)
        assert archive.raw(SIGNING)[0].url == archive.revision(SIGNING).article.url
        assert archive.proof(SIGNING, archive.revision(SIGNING).sequence).holds


def test_a_store_that_is_out_of_reach_delays_the_upload_only(far: ArticleStore, bucket: Place, tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("标题\n\n正文第一段。\n", encoding="utf-8")
    down = bucket.environment | {"WENCANG_S3_ENDPOINT": "http://127.0.0.1:9"}
    done = run("import", text, data=bucket.settings.data, **down)
    assert (done.returncode, far.sequence(), len(local(bucket))) == (3, 1, 1), done.stderr
    assert len([line for line in done.stderr.splitlines() if "127.0.0.1:9" in line]) == 1
    assert "wencangsecret" not in done.stderr
    assert run("search", "正文", data=bucket.settings.data, **down).returncode == 0
    put(far, bucket, 1)
    close(far, bucket)
    assert (local(bucket), len(files(bucket.storage)), faults(far, bucket)) == ([], 2, [])


_COMMITS = """
import os, signal, sys
from pathlib import Path
from archive.settings import load
from archive.storage import of as storage_of
from archive.store import ArticleStore
from archive.proof.upload import upload
from tests.support.places import Place, put
settings = load(Path(sys.argv[1]))
with ArticleStore.create(settings) as store:
    put(store, Place(settings, settings.data, {}), *range(100))
    print("committed", flush=True)
    if sys.argv[2] == "commit":
        os.kill(os.getpid(), signal.SIGKILL)
    upload(store, storage_of(settings))
"""


@contextmanager
def stalling(address: str, after: int) -> Iterator[tuple[str, threading.Event]]:
    """A way to a server on which nothing passes any more after so many bytes; the event tells that it came to that."""
    host, port = address.removeprefix("http://").split(":")
    stalled, ended = threading.Event(), threading.Event()

    def forward(source: socket.socket, target: socket.socket, most: float) -> None:
        with suppress(ConnectionError):  # one side was killed
            while (chunk := source.recv(1 << 14)) and not ended.is_set():
                most -= len(chunk)
                if most < 0:
                    stalled.set()
                    ended.wait()
                    return
                target.sendall(chunk)

    def serve() -> None:
        while not ended.is_set():
            with listener.accept()[0] as near, socket.create_connection((host, int(port))) as far:
                back = threading.Thread(target=forward, args=(far, near, float("inf")), daemon=True)
                back.start()
                forward(near, far, after)
                with suppress(OSError):  # it may be closed from the other side
                    far.shutdown(socket.SHUT_RDWR)
                back.join()  # before the sockets that it reads are closed

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", stalled
        ended.set()


@pytest.mark.parametrize("moment", ["commit", "upload"])
def test_a_host_that_dies_before_an_upload_loses_nothing(moment: str, bucket: Place) -> None:
    data = bucket.settings.data
    with stalling(bucket.settings.s3_endpoint, 100_000) as (endpoint, stalled):
        environment = os.environ | bucket.environment | {"WENCANG_S3_ENDPOINT": endpoint}
        with subprocess.Popen([sys.executable, "-c", _COMMITS, data, moment], env=environment) as process:
            if moment == "upload":
                assert stalled.wait(60)
                process.kill()
        assert process.returncode == -signal.SIGKILL
    with ArticleStore.open(bucket.settings) as store:
        assert store.sequence() == 100
        assert (len(local(bucket)), bucket.storage.settled("pages")) == (1, {})
        close(store, bucket)
        assert (local(bucket), faults(store, bucket)) == ([], [])


def test_a_second_upload_of_a_file_is_recognised_and_of_another_refused(far: ArticleStore, bucket: Place) -> None:
    put(far, bucket, 1)
    (path,) = (bucket.settings.data / "pages").iterdir()
    content = path.read_bytes()
    upload(far, bucket.storage)
    path.write_bytes(content)  # as where a run died between the upload and the deletion
    upload(far, bucket.storage)
    assert not path.exists()
    path.write_bytes(content + content)
    with pytest.raises(StorageUnusable) as error:
        upload(far, bucket.storage)
    assert str(path) in str(error.value)
    assert bucket.settings.pages in str(error.value)
    assert (path.exists(), bucket.path(f"pages/{path.name}").read_bytes()) == (True, content)


def test_a_page_that_is_here_and_in_the_bucket_is_withdrawn_from_both(far: ArticleStore, bucket: Place) -> None:
    put(far, bucket, 1)
    (path,) = (bucket.settings.data / "pages").iterdir()
    content = path.read_bytes()
    close(far, bucket)
    path.write_bytes(content)  # as where a run died between the upload and the deletion
    with wencang.open(bucket.settings.data, os.environ | bucket.environment) as archive:
        assert archive.remove("tibet.cn-1", reason="court").faults == ()
    upload(far, bucket.storage)
    assert (local(bucket), faults(far, bucket)) == ([], [])


def test_a_torn_end_is_cut_off_before_the_upload(far: ArticleStore, bucket: Place) -> None:
    put(far, bucket, 1)
    (path,) = (bucket.settings.data / "pages").iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:100])
    upload(far, bucket.storage)
    assert bucket.path(f"pages/{path.name}").read_bytes() == whole


def test_an_archive_moves_from_its_folder_to_a_bucket(far: ArticleStore, bucket: Place) -> None:
    before = in_folder(bucket.settings.data)
    put(far, before, 1, 2)
    close(far, before)
    assert faults(far, bucket) == []
    put(far, bucket, 3)
    close(far, bucket, 1)
    assert (local(bucket), faults(far, bucket)) == ([], [])
    assert [file.name for file in manifest.manifests(bucket.storage)] == [
        "000001-20220601T030000Z.jsonl",
        "000002.jsonl",
    ]


def test_a_file_that_is_full_is_uploaded_while_the_run_goes_on(far: ArticleStore, bucket: Place) -> None:
    with Pages(bucket.storage, largest=5000, full=lambda: upload(far, bucket.storage)) as pages:
        raw = [pages.append(replace(PAGE, body=noise(n))) for n in range(3)]
        assert list(bucket.storage.settled("pages")) == [page.file for page in raw[:2]]
        assert local(bucket) == [Path(raw[2].file).name]
        assert [pages.read(page).body for page in raw] == list(map(noise, range(3)))


# Several hosts


def other(place: Place, name: str) -> Place:
    """The same bucket, from another host."""
    data = place.settings.data.with_name(name)
    data.mkdir(exist_ok=True)
    return Place(Settings(data, pages=place.settings.pages, s3_endpoint=place.settings.s3_endpoint), place.root, {})


def test_a_page_that_another_host_has_yet_to_upload_is_no_fault(
    far: ArticleStore, bucket: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    beta = other(bucket, "beta")
    monkeypatch.setattr(socket, "gethostname", lambda: "Alpha_1.example.org")
    put(far, bucket, 1)
    (raw,) = next(far.changes()).pages
    assert "-alpha-1-" in raw.file
    monkeypatch.setattr(socket, "gethostname", lambda: "beta")
    pages = Pages(beta.storage)
    with pytest.raises(Elsewhere, match="host alpha-1"):
        pages.read(raw)
    assert (pages.fault(raw), pages.elsewhere) == ("", {"alpha-1": 1})
    manifest.close(far, beta.storage, THEN)
    assert manifest.read_spans(manifest.manifests(beta.storage)[0]) == []
    upload(far, bucket.storage)
    assert pages.read(raw).body == noise(1)
    bucket.path(raw.file).unlink()
    monkeypatch.setattr(socket, "gethostname", lambda: "alpha-1")
    assert "the file is missing" in Pages(bucket.storage).fault(raw)


def test_an_article_that_is_removed_meanwhile_does_not_reach_the_bucket(
    far: ArticleStore, bucket: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(far, bucket, 1, 2)
    raw = next(far.changes()).pages[0]
    monkeypatch.setattr(socket, "gethostname", lambda: "beta")
    far.withdraw("tibet.cn-1", "court")
    with pytest.raises(Elsewhere):
        Pages(other(bucket, "beta").storage).withdraw(raw)
    close(far, bucket)
    assert Pages(bucket.storage).fault(raw, withdrawn="tibet.cn-1") == ""
    assert faults(far, bucket) == []


def test_hosts_that_share_an_archive_write_one_chain_of_manifests(postgresql: PostgreSQL, bucket: Place) -> None:
    archive = postgresql.database()
    hosts = [replace(place.settings, archive=archive) for place in (bucket, other(bucket, "beta"))]
    ArticleStore.create(hosts[0]).close()

    def work(settings: Settings, first: int) -> None:
        place = Place(settings, bucket.root, {})
        with ArticleStore.open(settings) as store:
            for n in range(first, first + 5):
                put(store, place, n)
                upload(store, place.storage)
                manifest.close(store, place.storage, clock.now())

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(work, settings, 10 * n) for n, settings in enumerate(hosts)]:
            done.result()
    for settings in hosts:
        place = Place(settings, bucket.root, {})
        with ArticleStore.open(settings) as store:
            assert (store.sequence(), len(files(place.storage)), faults(store, place)) == (10, 10, [])


def test_of_two_hosts_one_writes_the_next_manifest(bucket: Place) -> None:
    hosts = [bucket, other(bucket, "beta")]
    bucket.settings.data.mkdir()
    outcomes: list[str] = []

    def add(place: Place) -> None:
        for number in range(1, 9):
            try:
                place.storage.add("manifests", number, "-x.jsonl", [f"{place.settings.data}\n".encode()])
                outcomes.append("added")
            except Busy:
                outcomes.append("busy")

    threads = [threading.Thread(target=add, args=(place,)) for place in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count("added"), outcomes.count("busy")) == (8, 8)


def test_a_page_that_changes_while_it_is_withdrawn_is_not_overwritten(far: ArticleStore, bucket: Place) -> None:
    put(far, bucket, 1)
    close(far, bucket)
    (file,) = files(bucket.storage)
    edit = bucket.storage.editing(file.key)
    edit.__enter__().write_bytes(b"mine")
    bucket.storage.replace(file.key, b"another")
    with pytest.raises(Busy, match="was changed by another run"):
        edit.__exit__(None, None, None)
    assert file.read() == b"another"


# Reading in ranges


def test_a_record_takes_one_request(far: ArticleStore, bucket: Place) -> None:
    put(far, bucket, *range(60))
    close(far, bucket)
    ranges: list[str] = []
    events = s3._client(bucket.settings.s3_endpoint).meta.events
    note = lambda request, **_rest: ranges.append(request.headers["Range"].decode())  # noqa: E731
    events.register("before-send.s3.GetObject", note)
    try:
        pages = Pages(bucket.storage)
        for revision in list(far.changes())[::7]:
            ranges.clear()
            pages.read(revision.pages[0])
            assert ranges == [f"bytes={revision.pages[0].offset}-{revision.pages[0].offset + 65535}"]
    finally:
        events.unregister("before-send.s3.GetObject", note)


@given(st.lists(st.tuples(st.integers(0, 400_000), st.integers(0, 200_000)), max_size=6), st.randoms())
def test_an_object_reads_like_a_file(server: Server, steps: list[tuple[int, int]], chance: random.Random) -> None:
    bucket, content = f"s3://{_shared(server)}", io.BytesIO(noise(7, 300_000))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        with s3.Bucket(Path("/none"), bucket, server.endpoint).open("pages/a") as file:
            for offset, size in steps:
                if chance.random() < 0.8:
                    file.seek(offset)
                    content.seek(offset)
                assert file.read(size) == content.read(size)
            assert file.seek(0, os.SEEK_END) == 300_000


def _shared(server: Server) -> str:
    if not (server.folder / "ranges").exists():
        server.client.create_bucket(Bucket="ranges")
        server.client.put_object(Bucket="ranges", Key="pages/a", Body=noise(7, 300_000))
    return "ranges"


# Names and settings


@given(st.text(max_size=90))
def test_a_host_name_becomes_part_of_a_file_name(name: str) -> None:
    key = f"pages/20260701T060000Z-{host.clean(name)}-00001.warc.gz"
    assert warcfile.host_of(key) == host.clean(name)
    assert len(key) < 90


def test_files_of_older_archives_are_known_and_sorted_by_age(tmp_path: Path) -> None:
    names = ["20250701T060000Z-00001.warc.gz", "20260701T060000Z-alpha-00001.warc.gz", "20260801T060000Z-00002.warc.gz"]
    (tmp_path / "pages").mkdir()
    for name in (*reversed(names), "a.warc.gz", "20260701T060000Z-alpha-00001.warc.gz.part"):
        (tmp_path / "pages" / name).touch()
    assert [file.name for file in files(Folder(tmp_path))] == names
    assert [warcfile.host_of(file.key) for file in files(Folder(tmp_path))] == ["", "alpha", ""]


@pytest.mark.parametrize(
    ("name", "value"),
    [("PAGES", "bucket"), ("PAGES", "s3://"), ("PAGES", "s3://a/../b"), ("PAGES", "s3://a b/c"),
     ("S3_ENDPOINT", "10.0.0.1:9000"), ("S3_ENDPOINT", "http://user:secret@host"), ("S3_ENDPOINT", "http://host/path")],
)  # fmt: skip
def test_a_setting_that_names_no_bucket_is_refused(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(UsageFault) as error:
        load(tmp_path, {f"WENCANG_{name}": value})
    assert "secret" not in str(error.value)


# Errors


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"pages": "s3://missing-bucket/x"}, "the bucket does not exist"), ({"key": "x"}, "the store refuses access"),
     ({"secret": "wrong"}, "the store refuses access"), ({"key": ""}, "no credentials"),
     ({"endpoint": "http://127.0.0.1:9"}, "can't be reached")],
)  # fmt: skip
def test_an_error_of_the_store_is_one_line_with_a_way_out(
    change: dict[str, str], reason: str, bucket: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {
        "AWS_ACCESS_KEY_ID": change.get("key", "wencang"),
        "AWS_SECRET_ACCESS_KEY": change.get("secret", "wencangsecret"),
    }
    away = {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    for name, value in (keys | away).items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    s3._client.cache_clear()
    settings = Settings(
        tmp_path, pages=change.get("pages", bucket.settings.pages),
        s3_endpoint=change.get("endpoint", bucket.settings.s3_endpoint),
    )  # fmt: skip
    storage = storage_of(settings)
    try:
        for call in (
            lambda: storage.sizes("pages"),
            lambda: storage.open("pages/a").read(),
            lambda: storage.replace("a/b", b""),
        ):
            with pytest.raises(StorageUnusable, match=reason) as error:
                call()
            assert error.value.mend
            assert "\n" not in str(error.value)
            assert "wencangsecret" not in str(error.value)
    finally:
        s3._client.cache_clear()
