"""The past of a source: captures of web archives become versions at the time of their capture."""

from __future__ import annotations

import gzip
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wencang
from archive.article import Article, Origin
from archive.errors import UsageFault
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.captures import Capture, Captures
from archive.tables.doubts import Doubt, Doubts
from archive.text.messages import Reason
from crawler.past import cdx, memento
from crawler.past.archives import web_archive
from crawler.past.records import Line, lines
from tests.servers import pywb
from tests.support import past
from tests.support.program import run
from tests.support.sample import ROOT
from tests.support.site import Reply, answering
from tests.support.web import checked, serving

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SOURCE = "tibet_cn"


def versions(data: Path, n: int) -> list[tuple[datetime, str]]:
    with ArticleStore.open(load(data)) as store:
        return [(revision.fetched, revision.article.body) for revision in store.history(past.key(n))]


# A real web archive


@contextmanager
def player(folder: Path, captured: list[past.Captured]) -> Iterator[str]:
    file = folder / "captures.warc.gz"
    file.write_bytes(b"".join(past.warc(captured)))
    with pywb.serving([file]) as address:
        yield address


def settled(data: Path) -> int:
    try:
        with ArticleStore.open(load(data)) as store, store.reading() as connection:
            return int(
                connection.exec_driver_sql("SELECT count(*) FROM captures WHERE state != 'waiting'").scalar() or 0
            )
    except Exception:  # the archive is only being made
        return 0


def killed_at(data: Path, count: int, *arguments: str) -> int:
    """Run until so many captures are settled, then kill the run; its exit code if it ended before."""
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(data), *arguments]
    process = subprocess.Popen(
        command, env=environ | {"WENCANG_DELAY": "0"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and settled(data) < count:
        time.sleep(0.05)
    process.kill()
    return process.wait()


def test_five_hundred_captures_through_pywb_killed_ten_times(tmp_path: Path) -> None:
    captured = past.captures(200)
    assert len(captured) == 500
    data = tmp_path / "data"
    with ArticleStore.create(load(data)) as store:
        store.put(past.captured_article(3, "B"), NOW)  # what a crawl of today found
    with player(tmp_path, captured) as address:
        command = "backfill", SOURCE, "--from", f"{address}/cdx"
        for kill in range(10):
            assert killed_at(data, 40 * (kill + 1), *command) == -signal.SIGKILL
        done = run(*command, data=data, WENCANG_DELAY="0")
        assert done.returncode == 0, done.stderr
        again = run(*command, data=data, WENCANG_DELAY="0")
    assert f"captures known {len(captured)}" in done.stderr
    for n in range(200):
        expected = past.expected(captured, n)
        assert versions(data, n) == [*expected, *([(NOW, past.text(3, "B"))] if n == 3 else [])], n
    assert "new" not in again.stdout, "nothing is taken twice"
    assert run("verify", data=data).returncode == 0
    with wencang.open(data) as archive:
        history = archive.history(past.key(3))
        assert archive.revision(past.key(3)).fetched == NOW, "an old capture is never the current version"
        difference = archive.diff(past.key(3), history.steps[0].revision.sequence)
    assert difference.old.origin
    assert difference.old.origin.archive == urlsplit(address).netloc
    assert (difference.new.origin, next(iter(difference.changes))) == (None, "body")
    assert [bool(step.revision.origin) for step in history.steps] == [True, True, True, False]


def test_a_timemap_of_pywb_leads_to_the_captures_of_known_addresses(tmp_path: Path) -> None:
    captured, data = past.captures(4), tmp_path / "data"
    with ArticleStore.create(load(data)) as store:
        store.put(past.captured_article(1, "B"), NOW)
    with player(tmp_path, captured) as address:
        done = run("backfill", SOURCE, "--from", f"{address}/timemap/link/", data=data)
    assert done.returncode == 0, done.stderr
    assert versions(data, 1) == [*past.expected(captured, 1), (NOW, past.text(1, "B"))]
    assert versions(data, 2) == [], "its address is not known"


# Archives of our own making


Answers = dict[str, Reply]


@dataclass
class Replies:
    """A web archive that answers from a table, by what an address ends with; `asked` are the addresses."""

    table: Answers = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, path: str, headers: Mapping[str, str]) -> Reply:
        self.asked.append(path)
        reply = next((reply for end, reply in self.table.items() if path.endswith(end)), (404, {}, b""))
        if "Range" in headers and reply[0] == 200:
            first, last = headers["Range"].removeprefix("bytes=").split("-")
            part = reply[2][int(first) : int(last) + 1]
            return (206 if part else 416), {"Content-Type": "application/octet-stream"}, part
        return reply


def backfill(data: Path, address: str, **options: object) -> wencang.RunResult:
    with wencang.open(data, {"WENCANG_DELAY": "0"}) as archive:
        return archive.backfill(SOURCE, archive=address, **options)  # type: ignore[arg-type]  # as the test names them


def states(data: Path) -> dict[str, int]:
    with ArticleStore.open(load(data)) as store, store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT state, count(*) FROM captures GROUP BY state")
        return dict(rows.all())


def captured(n: int = 0, count: int = 2) -> list[past.Captured]:
    return [capture for capture in past.captures(n + 4) if past.key(n).rpartition("-")[2] in capture.url][:count]


def shown(capture: past.Captured, **headers: str) -> Reply:
    time = f"{capture.time:%a, %d %b %Y %H:%M:%S} GMT"
    return 200, {"Content-Type": "text/html", "Memento-Datetime": time} | headers, capture.page


def stamp(capture: past.Captured) -> str:
    return f"{capture.time:%Y%m%d%H%M%S}"


def index_of(captures: list[past.Captured]) -> Reply:
    """The answer of the Internet Archive's CDX server."""
    head = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
    rows = [
        ["cn,tibet)/", stamp(each), each.url, "text/html", "200", each.digest.removeprefix("sha1:"), "9"]
        for each in captures
    ]
    return 200, {"Content-Type": "application/json"}, json.dumps([head, *rows]).encode()


def test_common_crawl_by_range_requests(tmp_path: Path) -> None:
    made = past.captures(8)
    halves = {"CC-MAIN-2023-23": made[:10], "CC-MAIN-2024-10": made[10:]}
    replies = Replies()
    with answering(replies) as address:
        collections = []
        for name, part in halves.items():
            server, file = f"{address}/{name}-index", f"crawl-data/{name}/segments/1/warc/x-00000.warc.gz"
            collections.append({"id": name, "name": name, "cdx-api": server})
            replies.table |= common_crawl(server, file, part)
        replies.table["/collinfo.json"] = 200, {}, json.dumps(collections).encode()
        result = backfill(tmp_path, f"{address}/collinfo.json")
    assert not result.report.failed, result.report.notes
    assert [versions(tmp_path, n) for n in range(8)] == [past.expected(made, n) for n in range(8)]
    with wencang.open(tmp_path) as archive:
        revision = archive.revision(past.key(1))
        page = archive.raw(past.key(1))[0]
    assert revision.origin
    assert "#offset=" in revision.origin.url
    assert page.origin == revision.origin
    assert page.fetched == revision.fetched
    assert page.response
    assert page.response.line == "HTTP/1.1 200 OK"


def common_crawl(server: str, file: str, captures: list[past.Captured]) -> Answers:
    """The index of one collection, of two pages, and the file with its records."""
    members = list(past.warc(captures, revisits=False))
    offset, rows = 0, []
    for capture, member in zip(captures, members, strict=True):
        values = {
            "url": capture.url, "mime": "text/html", "status": "200", "digest": capture.digest.removeprefix("sha1:"),
            "length": str(len(member)), "offset": str(offset), "filename": file,
        }  # fmt: skip
        rows.append(f"cn,tibet)/x {stamp(capture)} {json.dumps(values)}\n")
        offset += len(member)
    path = urlsplit(server).path
    query = f"{path}?url=tibet.cn%2F&matchType=host&output=json"
    pages = [
        cdx.page(query, number).partition("?")[2] for number in (0, 1)
    ]  # fmt: skip
    return {
        f"{query}&showNumPages=true": (200, {}, b'{"pages": 2, "pageSize": 5, "blocks": 9}\n'),
        f"{path}?{pages[0]}": (200, {}, "".join(rows[:4]).encode()),
        f"{path}?{pages[1]}": (200, {}, "".join(rows[4:]).encode()),
        f"/{file}": (200, {}, b"".join(members)),
    }


def test_a_record_of_other_bytes_or_of_another_page_is_not_kept(tmp_path: Path) -> None:
    made = captured()
    replies = Replies()
    with answering(replies) as address:
        replies.table |= common_crawl(f"{address}/C-index", "c.warc.gz", made)
        (query,) = (key for key in replies.table if "page=0" in key)
        status, headers, rows = replies.table[query]
        replies.table[query] = status, headers, rows.replace(made[0].digest.removeprefix("sha1:").encode(), b"A" * 32)
        replies.table["/collinfo.json"] = 200, {}, json.dumps([{"cdx-api": f"{address}/C-index"}]).encode()
        result = backfill(tmp_path, f"{address}/collinfo.json")
    assert states(tmp_path) == {"failed": 1, "kept": 1}
    assert result.report.total("failed") == 1
    assert [time for time, _text in versions(tmp_path, 0)] == [made[1].time]


@pytest.mark.parametrize("is_remote", [False, True])
def test_a_list_of_warc_files(tmp_path: Path, is_remote: bool) -> None:
    made = past.captures(4)
    records = list(past.warc(made))
    content = b"".join(records)
    (tmp_path / "files.txt").write_text("# of our own\nwhole.warc.gz\n")
    (tmp_path / "whole.warc.gz").write_bytes(content)
    replies = Replies({"/whole.warc.gz": (200, {}, content), "/files.txt": (200, {}, b"whole.warc.gz\n")})
    with answering(replies) as address:
        backfill(tmp_path / "data", f"{address}/files.txt" if is_remote else str(tmp_path / "files.txt"))
    for n in range(4):
        assert [text for _time, text in versions(tmp_path / "data", n)][:2] == [
            text for _time, text in past.expected(made, n)
        ][:2]
    with wencang.open(tmp_path / "data") as archive:
        origin = archive.revision(past.key(1)).origin
    assert origin
    assert origin.archive == (urlsplit(address).netloc if is_remote else "whole.warc.gz")


def test_what_a_replay_answers_with(tmp_path: Path) -> None:
    """A redirect to another capture, a page of another time, one without a time, and one that is gone."""
    made = [capture for n in range(4) for capture in captured(n)]
    first, second = made[0], made[1]
    replies = Replies({f"/{stamp(each)}id_/{each.url}": shown(each) for each in made})
    with answering(replies) as address:
        to = {"Location": f"{address}/web/{stamp(second)}id_/{second.url}"}
        replies.table[f"/{stamp(first)}id_/{first.url}"] = 302, to, b""
        replies.table[f"/{stamp(made[2])}id_/{made[2].url}"] = shown(made[3])
        replies.table[f"/{stamp(made[4])}id_/{made[4].url}"] = 200, {"Content-Type": "text/html"}, made[4].page
        replies.table[f"/{stamp(made[6])}id_/{made[6].url}"] = 404, {}, b""
        replies.table["limit=1"] = replies.table["limit=3000"] = index_of(made)
        result = backfill(tmp_path, f"{address}/cdx/search/cdx")
        asked = len(replies.asked)
        backfill(tmp_path, f"{address}/cdx/search/cdx")
    for n in range(4):
        own = captured(n)
        assert versions(tmp_path, n) == [(own[1].time, own[1].text)], "only the second one, at its own time"
    assert result.report.total("failed") == 4
    assert len(replies.asked) == asked, "what the archive does not show is not asked for again"


def test_a_busy_archive_is_left_until_the_next_run(tmp_path: Path) -> None:
    made = captured()
    page = f"/{stamp(made[0])}id_/{made[0].url}"
    replies = Replies({f"/{stamp(each)}id_/{each.url}": shown(each) for each in made})
    replies.table["limit=1"] = replies.table["limit=3000"] = index_of(made)
    replies.table[page] = 429, {"Retry-After": "3000"}, b""
    with answering(replies) as address:
        result = backfill(tmp_path, f"{address}/cdx/search/cdx")
        assert any("3000" in text for _subject, text in result.report.remarks), result.report.remarks
        assert states(tmp_path) == {"waiting": 2}
        with wencang.open(tmp_path) as archive:
            (gap,) = archive.gaps().gaps
            assert gap.to_json() | {"archive": ""} == {
                "gap": "captures", "source": past.SITE, "archive": "", "captures": 2, "why": "unread",
                "since": made[0].time.isoformat(), "until": made[1].time.isoformat(), "url": "", "reason": "",
            }  # fmt: skip
        replies.table[page] = shown(made[0])
        backfill(tmp_path, f"{address}/cdx/search/cdx")
    assert [time for time, _text in versions(tmp_path, 0)] == [made[0].time]
    assert states(tmp_path) == {"kept": 1, "same": 1}


def test_a_resumption_key_continues_an_index_across_runs(tmp_path: Path) -> None:
    made = [capture for n in range(3) for capture in captured(n)]
    replies = Replies({f"/{stamp(each)}id_/{each.url}": shown(each) for each in made})
    status, headers, body = index_of(made[:3])
    first = json.dumps([*json.loads(body), [], ["cn,tibet)/key 1"]]).encode()
    replies.table |= {"limit=1": (status, headers, first), "limit=3000": (status, headers, first)}
    replies.table["resumeKey=cn%2Ctibet%29%2Fkey+1"] = index_of(made[3:])
    with answering(replies) as address:
        backfill(tmp_path, f"{address}/cdx/search/cdx", max_pages=2)
        assert states(tmp_path) == {"waiting": 3}
        result = backfill(tmp_path, f"{address}/cdx/search/cdx")
    assert not result.report.failed
    assert [versions(tmp_path, n) for n in range(3)] == [past.expected(made, n) for n in range(3)]
    assert sum("limit=3000" in path and "resumeKey" not in path and "=tibet.cn" in path for path in replies.asked) == 1


def test_an_article_of_several_pages_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    (made,) = captured(1, 1)
    second = past.address(1).replace(".html", "_1.html")
    body = made.page.replace(b"</div><!--", f'</div><p><a href="{second}">下一页</a></p><!--'.encode())
    more = replace(made, url=second, page=past.page(1, "A").replace("铺完了".encode(), "又铺好了".encode()))
    replies = Replies({"limit=1": index_of([made]), "limit=3000": index_of([made])})
    replies.table[f"/{stamp(made)}id_/{made.url}"] = shown(replace(made, page=body))
    with answering(replies) as address:
        backfill(tmp_path / "a", f"{address}/cdx/search/cdx")
        replies.table[f"/{stamp(made)}id_/{second}"] = shown(more)
        backfill(tmp_path / "b", f"{address}/cdx/search/cdx")
        assert states(tmp_path / "a") == {"doubted": 1}
        backfill(tmp_path / "a", f"{address}/cdx/search/cdx", accept=[made.url])
        with pytest.raises(UsageFault, match="no doubted capture"):
            backfill(tmp_path / "a", f"{address}/cdx/search/cdx", accept=[made.url])
    assert states(tmp_path / "a") == {"kept": 1}
    assert len(versions(tmp_path / "a", 1)) == 1
    ((_time, text),) = versions(tmp_path / "b", 1)
    assert "又铺好了" in text
    assert "铺完了" in text


def test_a_dry_run_stores_nothing(tmp_path: Path) -> None:
    made = captured()
    replies = Replies({"limit=1": index_of(made), "limit=3000": index_of(made)})
    with answering(replies) as address:
        result = backfill(tmp_path, f"{address}/cdx/search/cdx", dry_run=True)
    texts = [text for _subject, text in result.report.remarks]
    assert texts[0] == "2 captures of 1 addresses"
    with ArticleStore.open(load(tmp_path)) as store:
        assert (store.sequence(), Captures(store).sources()) == (0, [])


@pytest.mark.parametrize("name", ["nowhere", "ftp://a/b"])
def test_what_is_not_an_archive_is_refused(tmp_path: Path, name: str) -> None:
    done = run("backfill", SOURCE, "--from", name, data=tmp_path)
    assert done.returncode == 2
    assert name in done.stderr


def test_a_public_archive_needs_a_contact(tmp_path: Path) -> None:
    done = run("backfill", SOURCE, data=tmp_path, WENCANG_CONTACT="", http_proxy="", https_proxy="")
    assert done.returncode == 2
    assert "web.archive.org" in done.stderr


# Where a version comes from


def test_the_origin_is_shown_cited_and_exported(tmp_path: Path) -> None:
    made = captured(1, 1)
    replies = Replies({"limit=1": index_of(made), "limit=3000": index_of(made)})
    replies.table[f"/{stamp(made[0])}id_/{made[0].url}"] = shown(made[0])
    with answering(replies) as address:
        backfill(tmp_path, f"{address}/cdx/search/cdx")
    host, id = urlsplit(address).netloc, past.key(1)
    at = f"{address}/web/{stamp(made[0])}/{made[0].url}"
    with wencang.open(tmp_path) as archive:
        view, proof = archive.show(id), archive.proof(id, archive.revision(id).sequence)
        values = [view.to_json(), archive.history(id).steps[0].to_json(), proof.to_json()]
        assert [each["origin"]["url"] for each in values] == [at] * 3
        assert f"captured by {host}: {at}" in view.text
        assert {style: at in str(archive.cite(id, style=style)) for style in ("gbt7714", "ris", "csl-json")} == {
            "gbt7714": True, "ris": True, "csl-json": True,
        }  # fmt: skip
        assert "note = {" in str(archive.cite(id, style="bibtex"))
        (page,) = archive.raw(id)
        assert page.origin == archive.revision(id).origin
        archive.reextract()
        assert archive.revision(id).origin
        number = archive.revision(id).sequence
        with serving(archive) as client:
            for page_ in ("", f"/{number}", f"/{number}/proof"):
                html = client.get(f"/article/{id}{page_}").text
                checked(html)
                assert at in html
        archive.export(out=tmp_path / "a.jsonl")
        archive.export(out=tmp_path / "a.csv")
        archive.export(out=tmp_path / "a.xlsx")
    line = json.loads((tmp_path / "a.jsonl").read_text())
    assert line["origin"]["archive"] == host
    assert proof.holds
    (warc,) = (tmp_path / "pages").iterdir()
    record = gzip.decompress(warc.read_bytes()).decode()
    assert f"WARC-Source-URI: {address}/web/{stamp(made[0])}/" in record
    assert f"WARC-Date: {made[0].time:%Y-%m-%dT%H:%M:%S}" in record
    for file in (warc, tmp_path / "a.jsonl", tmp_path / "a.csv", tmp_path / "a.xlsx"):
        with wencang.open(tmp_path / f"of {file.name}") as other:
            other.import_([file])
            assert other.revision(id).origin == page.origin, "an import of our own files keeps it"


# The order of versions


TEXTS = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from("AB")), min_size=1, max_size=8, unique_by=lambda row: row[0]
)


@settings(max_examples=20)
@given(TEXTS, st.randoms(use_true_random=False))
def test_versions_are_in_order_of_capture_however_they_come_in(
    rows: list[tuple[int, str]], chance: random.Random
) -> None:
    """The newest is the current one, each text is there, none is invented; in order, each change is too."""
    seen = {NOW - timedelta(days=20 - day): text for day, text in rows}
    mixed = list(seen.items())
    (chance.shuffle if chance.random() < 0.8 else list.sort)(mixed)
    with TemporaryDirectory() as folder, ArticleStore.create(load(Path(folder))) as store:
        for time_, text in mixed:
            store.put(Article(past.address(0), "题目", f"{text}文", source=past.SITE), time_)
        (id,) = {revision.article.id for revision in store.between(1, 99)}
        history, current = store.history(id), store.get(id)
    times = [revision.fetched for revision in history]
    assert times == sorted(times)
    assert times[0] == min(seen), "the earliest one is kept"
    assert current == history[-1]
    kept = [(revision.fetched, revision.article.body[0]) for revision in history]
    assert all(seen[at] == text for at, text in kept), "nothing is invented"
    assert kept[-1][1] == seen[max(seen)], "an old one never becomes the current one"
    assert {text for _at, text in kept} == set(seen.values())
    if mixed == sorted(mixed):
        assert without_repeats(text for _at, text in kept) == without_repeats(seen[at] for at in sorted(seen))


def test_the_same_bytes_seen_again_bring_a_text_back(tmp_path: Path) -> None:
    days = [NOW - timedelta(days=day) for day in (9, 6, 3)]
    a, b = (past.captured_article(1, edition) for edition in "AB")
    origin = Origin("http://b.org/web/1/x", NOW)
    with ArticleStore.create(load(tmp_path)) as store:
        store.put(a, days[0])
        store.see_again(a.url, days[0], days[2], origin)
        store.put(b, days[1])
        assert [(r.fetched, r.article.body) for r in store.history(a.id)] == [
            (days[0], a.body), (days[1], b.body), (days[2], a.body)
        ]  # fmt: skip
        assert store.history(a.id)[-1].origin == origin
        store.see_again(b.url, days[1], NOW)
        current = store.get(a.id)
        assert current
        assert (current.fetched, current.article.body) == (NOW, b.body)


def without_repeats(texts: Iterable[str]) -> list[str]:
    return [text for text, _same in groupby(texts)]


def test_a_copy_from_before_a_doubt_does_not_settle_it(tmp_path: Path) -> None:
    article = past.captured_article(1, "A")
    with ArticleStore.create(load(tmp_path)) as store:
        doubts = Doubts(store)
        doubts.note(Doubt(article.url, past.SITE, article.id, Reason.UNLIKE.format(id="x"), NOW, NOW, (), article))
        for time_, state in ((NOW - timedelta(days=9), "open"), (NOW + timedelta(seconds=1), "over")):
            doubts.settle(article.url, "over", time_)
            doubt = doubts.get(article.url)
            assert doubt
            assert doubt.state == state


# Pure parts


def test_every_form_of_an_index_is_read() -> None:
    row = '{"url": "http://a.cn/1.html", "mime": "text/html", "status": "200", "digest": "X", "length": "5", '
    row += '"offset": "7", "filename": "f"}'
    cdxj = f"cn,a)/1.html 20200102030405 {row}\n"
    plain = "cn,a)/1.html 20200102030405 http://a.cn/1.html text/html 200 X - - 5 7 f\n"
    both = cdx.parse(cdxj.encode()).rows + cdx.parse(plain.encode()).rows
    expected = cdx.Row("http://a.cn/1.html", datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), "X", "f", 7, 5)
    assert both == (expected, expected)
    assert cdx.parse(b"[]").rows == cdx.parse(b"").rows == ()
    for refused in ("404", "301"):
        assert cdx.parse(plain.replace(" 200 ", f" {refused} ").encode()).rows == ()
    assert cdx.parse(plain.replace("text/html", "image/png").encode()).rows == ()
    assert not any(map(is_index, (b"<html>", b"{", b"[1]", b"a b c")))


def is_index(body: bytes) -> bool:
    try:
        cdx.parse(body)
    except ValueError:
        return False
    return True


@given(st.binary(max_size=200))
def test_no_answer_breaks_the_readers(body: bytes) -> None:
    for read in (cdx.parse, memento.parse):
        try:
            read(body)
        except ValueError:
            continue


def test_time_maps_in_both_forms() -> None:
    at = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    url = "http://w.org/web/20200102030405/http://a.cn/"
    link = f'<http://a.cn/>; rel="original", <{url}>; rel="first memento"; datetime="Thu, 02 Jan 2020 03:04:05 GMT"'
    values = {"mementos": {"list": [{"uri": url, "datetime": "2020-01-02T03:04:05Z"}]}}
    for body in (link, json.dumps(values)):
        assert memento.parse(body.encode()) == memento.TimeMap((memento.Memento(url, at),))
    assert memento.original(url) == "http://w.org/web/20200102030405id_/http://a.cn/"
    assert memento.shown(memento.original(url)) == url
    assert memento.captured_url(url) == "http://a.cn/"


def test_lines_of_a_list() -> None:
    text = b"# files\na.warc.gz\nhttp://b.cn/b.warc.gz 12 34  # one record\n\n"
    assert (
        list(lines(text))
        == list(lines(gzip.compress(text)))
        == [Line("a.warc.gz"), Line("http://b.cn/b.warc.gz", 12, 34)]
    )


def test_where_an_archive_serves_its_captures() -> None:
    assert web_archive("http://a.org/coll/cdx").replay == "http://a.org/coll/"
    assert web_archive("http://a.org/coll-cdx").replay == "http://a.org/coll/"
    assert web_archive("http://a.org/cdx/search/cdx").replay == "http://a.org/web/"
    assert web_archive("http://a.org/collinfo.json").files == "http://a.org/"
    assert web_archive("wayback", replay="http://mirror.org/w").replay == "http://mirror.org/w/"
    query = cdx.query("http://a.org/cdx", "a.cn", datetime(2020, 1, 1, tzinfo=UTC), None)
    assert parse_qs(urlsplit(query).query)["from"] == ["20200101000000"]


def test_a_capture_is_known_once_however_often_an_index_names_it(tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path)) as store:
        captures = Captures(store)
        lookup = captures.lookup("a", past.SITE, "q")
        one = Capture("a", past.SITE, past.address(1), NOW, past.address(1), "http://a/1")
        assert [captures.note_lookup(lookup, [one, one]) for _time in range(2)] == [1, 0]
        captures.note(replace(one, state="kept"))
        assert captures.note_lookup(lookup, [one]) == 0
        assert captures.counts("a", past.SITE) == {"kept": 1}
