"""Whether pywb, the web archives' own player, replays our raw pages byte for byte.

    python -m bench.replayed DATA [--pywb BIN]

DATA is an archive, BIN the bin folder of an environment in which pywb is installed (it asks for
old libraries, so it has one of its own): `python -m venv X && X/bin/pip install pywb`. The test
in tests/test_pages.py asks the same where WENCANG_PYWB names that folder.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener

from archive.article import RawPage
from archive.settings import load
from archive.storage.folder import Folder
from archive.store import ArticleStore
from archive.warc.pages import FetchedPage, Pages, files

_open = build_opener(ProxyHandler({})).open


@contextmanager
def wayback(data: Path, pywb: Path) -> Iterator[str]:
    """The address of pywb, at work on the WARC files of a data folder."""
    with player([Path(str(file)) for file in files(Folder(data.absolute()))], pywb) as address:
        yield address


@contextmanager
def player(
    warcs: list[Path], pywb: Path, bucket: str = "", environment: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """The address of pywb, at work on these WARC files, or on the same in a `bucket` (s3://...)."""
    with tempfile.TemporaryDirectory() as folder:
        for command in (["init", "ours"], ["add", "ours", *map(str, warcs)]):
            subprocess.run([pywb.absolute() / "wb-manager", *command], cwd=folder, check=True, capture_output=True)
        if bucket:
            collection = f"{{index_paths: collections/ours/indexes, archive_paths: '{bucket}/'}}"
            (Path(folder) / "config.yaml").write_text(f"collections:\n  bucket: {collection}\n", encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [str(pywb.absolute() / "wayback"), "-b", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(
            command, cwd=folder, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(address := f"http://127.0.0.1:{port}/{'bucket' if bucket else 'ours'}")
            yield address
        finally:
            server.terminate()
            server.wait()


def _wait_for(address: str) -> None:
    for _attempt in range(300):
        try:
            _open(address).close()
            return
        except URLError:
            time.sleep(0.1)
    raise TimeoutError(address)


def replayed(address: str, page: FetchedPage) -> bytes:
    """What pywb shows of a page, as it was served: `id_` asks for it without the player's own additions."""
    try:
        with _open(f"{address}/{page.fetched:%Y%m%d%H%M%S}id_/{quote(page.url, safe='%/:?=&')}") as answer:
            return bytes(answer.read())
    except HTTPError as error:
        return bytes(error.read())


def differing(data: Path, pywb: Path, kept: list[RawPage]) -> list[RawPage]:
    """The pages that come out otherwise than they were kept."""
    with wayback(data, pywb) as address, Pages(Folder(data)) as pages:
        return [raw for raw in kept if replayed(address, page := pages.read(raw)) != page.body]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pywb", type=Path, default=Path("bench/.peers/pywb/bin"))
    asked = parser.parse_args()
    with ArticleStore.open(load(asked.data)) as store:
        revisions = store.between(1, store.sequence())
        kept = [raw for revision in revisions for raw in revision.pages if revision.article.url.startswith("http")]
    start = time.perf_counter()
    wrong = differing(asked.data, asked.pywb, kept)
    print(f"{len(kept)} pages, {len(wrong)} replayed otherwise, {time.perf_counter() - start:.1f} s")
    for raw in wrong:
        print(raw)


if __name__ == "__main__":
    main()
