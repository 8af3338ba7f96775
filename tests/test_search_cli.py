"""The command line's contract, as scripts rely on it."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from rich.cells import cell_len

from archive import settings
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.locks import exclusive
from indexer.engines.folder import index_folder
from tests.support.program import Wencang, lines, run
from tests.support.sample import EXPECTED, GLOSSED, ROOT, SAMPLE, SIGNING
from tests.support.terminal import on_a_terminal
from wencang.archive import Archive
from wencang.keeping import status

# Searching


@pytest.mark.parametrize(
    "question",
    [["援藏 招商引资"], ["援藏", "招商引資"], ["search", '"招商引资"', "援藏"], ["--limit", "3", "援藏", "招商引资"]],
)
def test_search_is_the_default_command(crawled: Path, question: list[str]) -> None:
    done = run(*question, data=crawled)
    assert done.returncode == 0, done.stderr
    assert SIGNING in done.stdout
    assert "Traceback" not in done.stderr


def test_json_hits(crawled: Path) -> None:
    hits = lines(run("援藏", "招商引资", "--json", data=crawled))
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    keys = ["rank", "id", "url", "title", "published", "source", "section", "credit", "score", "snippet", "marks"]
    keys += ["matched", "copies", "gone"]
    assert {tuple(hit) for hit in hits} == {tuple(keys)}
    signing = next(hit for hit in hits if hit["id"] == SIGNING)
    assert signing["published"] == "2022-06-01T10:32:00+08:00"
    assert {signing["snippet"][a:b] for a, b in signing["marks"]} <= {"援藏", "招商引资"}
    assert [hit["matched"] for hit in hits] == ["all"] * 3 + ["some"] * (len(hits) - 3)


def test_facets_count_the_whole_answer(crawled: Path) -> None:
    *hits, last = lines(run("援藏", "招商引资", "--limit", "100", "--no-collapse", "--json", "--facets", data=crawled))
    assert {hit["matched"] for hit in hits} == {"all", "some"}
    assert sum(last["facets"]["source"].values()) == len(hits)
    assert last["facets"]["year"] == dict(sorted(Counter((hit["published"] or "")[:4] for hit in hits).items()))


def test_explain_adds_up_to_the_score(crawled: Path) -> None:
    for engine in ("whoosh", "tantivy"):
        assert run("index", "--engine", engine, data=crawled).returncode == 0
        for hit in lines(run("援藏", "招商引资", "--json", "--engine", engine, data=crawled)):
            command = ("explain", "援藏", "招商引資", hit["id"], "--json", "--engine", engine)
            (told,) = lines(run(*command, data=crawled))
            reason = told["reason"]
            assert (reason["rank"], reason["whole"]) == (hit["rank"], hit["matched"] == "all")
            parts = sum(word["score"] for word in told["words"]) + sum(reason["closeness"].values())
            assert parts == pytest.approx(hit["score"], abs=0.001)
    assert run("explain", "唐卡", "tibet.cn-7210688", data=crawled).returncode == 1


def test_an_id_that_is_not_kept_is_no_word_to_look_for(crawled: Path) -> None:
    for command in (["explain", "唐卡", "tibet.cn-0"], ["cite", "tibet.cn-0"], ["cite", "http://www.tibet.cn/0.html"]):
        done = run(*command, data=crawled)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"wencang: {command[-1]}: is not in the archive")


def test_a_word_that_begins_as_an_id_is_a_word(wencang: Wencang, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("唐卡\n\n唐卡 text-mining 的方法。", encoding="utf-8")
    assert wencang("import", tmp_path / "a.txt").returncode == 0
    assert wencang("explain", "唐卡", "text-mining").returncode == 0


def test_a_doubt_about_a_filter_is_said(crawled: Path) -> None:
    assert (
        run("日期:2018-13", "唐卡", data=crawled).stderr.splitlines()[1].startswith("日期:2018-13 is searched as text")
    )


def test_full_marks_are_where_the_words_stand(crawled: Path) -> None:
    (shown,) = lines(run("show", SIGNING, "--full-marks", '援藏 "招商引資"', "--json", data=crawled))
    marked = {shown[name][start:end] for name in ("title", "body") for start, end in shown["marks"][name]}
    assert marked == {"援藏", "招商引资"}


def test_filters_and_sort(crawled: Path) -> None:
    hits = lines(
        run("西藏", "--since", "2022", "--until", "2022", "--sort", "oldest", "--limit", "50", "--json", data=crawled)
    )
    days = [hit["published"][:10] for hit in hits]
    assert days
    assert days == sorted(days)
    assert {day[:4] for day in days} == {"2022"}
    for source in ("tibet.cn", "tibet_cn"):
        assert len(lines(run("西藏", "--source", source, "--limit", "3", "--json", data=crawled))) == 3


def test_words_may_begin_with_a_dash(crawled: Path) -> None:
    every = {hit["id"] for hit in lines(run("援藏", "--limit", "99", "--json", data=crawled))}
    without = {hit["id"] for hit in lines(run("援藏", "-招商引资", "--limit", "99", "--json", data=crawled))}
    assert without < every
    assert run("--", "--援藏", data=crawled).returncode == 2


def test_nothing_found_is_said_and_exits_1(crawled: Path) -> None:
    done = run("无此词汇啊", data=crawled)
    assert (done.returncode, done.stdout) == (1, "")
    assert "0 of 0" in done.stderr
    assert run("search", "export", "无此", data=crawled).returncode == 1


def test_a_stale_index_is_said(crawled: Path) -> None:
    with ArticleStore.open(load(crawled)) as store:
        article = next(store.changes()).article
        store.put(type(article)(url="http://www.tibet.cn/late", title="迟到的消息", body="迟到。"))
    assert "1 article behind" in run("西藏", data=crawled).stderr
    assert run("index", data=crawled).stdout == "1 article indexed\n"
    assert run("迟到", data=crawled).returncode == 0


def test_a_terminal_gets_colour_and_aligned_columns(crawled: Path) -> None:
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(crawled), "援藏", "招商引资", "--limit", "2"]
    _code, drawn = on_a_terminal(command, COLUMNS="60", NO_COLOR="")
    assert "\x1b[1;33m招商引资" in drawn
    from rich.cells import cell_len
    from rich.text import Text

    assert max(cell_len(Text.from_ansi(line).plain) for line in drawn.splitlines()) <= 60
    plain = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    assert "\x1b" not in plain


# Importing, showing, exporting


def test_the_mirrored_article_comes_out_clean_and_is_found(wencang: Wencang) -> None:
    assert wencang("import", GLOSSED).returncode == 0
    expected = json.loads(GLOSSED.with_suffix(".json").read_text(encoding="utf-8"))
    for question in ("援藏 招商引资", "援藏 招商引資", '"招商引资集中签约"'):
        (hit,) = lines(wencang("search", question, "--json"))
        assert hit["title"] == expected["title"]
        assert hit["marks"]
    (shown,) = lines(wencang("show", hit["id"], "--json"))
    assert {key: shown[key] for key in expected} == expected | {"url": shown["url"]}
    assert (shown["sequence"], shown["restored"]) == (1, True)
    assert shown["fetched"].endswith("+00:00")


def test_import_of_an_export_is_the_same_archive(crawled: Path, wencang: Wencang, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert run("export", "--format", "jsonl", "-o", out, data=crawled).returncode == 0
    assert wencang("import", out).returncode == 0
    again = tmp_path / "again.jsonl"
    wencang("export", "--format", "jsonl", "-o", again)
    assert again.read_bytes() == out.read_bytes()
    assert len(out.read_text(encoding="utf-8").splitlines()) == len(EXPECTED)
    assert wencang("import", out).stdout.splitlines()[1].split()[1:] == [
        "0",
        "0",
        str(len(EXPECTED)),
        "0",
        "0",
        "0",
        "0",
    ]


def test_one_bad_line_does_not_stop_an_import(wencang: Wencang, tmp_path: Path) -> None:
    good = json.dumps(EXPECTED[0], ensure_ascii=False)
    (tmp_path / "in.jsonl").write_text(f"{good}\n{{\n", encoding="utf-8")
    done = wencang("import", tmp_path / "in.jsonl")
    assert done.returncode == 5
    assert "in.jsonl:2" in done.stderr
    assert wencang("show", EXPECTED[0]["id"]).returncode == 0


def test_export_as_text_carries_the_attribution(crawled: Path) -> None:
    text = run("export", "援藏", "招商引资", data=crawled).stdout
    article = next(article for article in EXPECTED if article["id"] == SIGNING)
    for told in (
        article["title"],
        article["body"],
        article["url"],
        article["credit"],
        article["rights"],
        "2022-06-01 10:32",
    ):
        assert told in text
    assert run("export", data=crawled).stdout.count("http://") >= len(EXPECTED)


def test_an_export_file_is_whole_or_not_there(crawled: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    assert run("export", '"', "-o", out, data=crawled).returncode == 2
    assert run("export", "无此词汇啊", "-o", tmp_path / "no" / "out.txt", data=crawled).returncode == 2
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize(
    "spelling", [SIGNING, "https://m.tibet.cn/cn/aid_tibet/news/202206/t20220601_7210688.html?utm_source=x"]
)
def test_show_by_id_or_any_address(crawled: Path, spelling: str) -> None:
    done = run("show", spelling, data=crawled)
    assert done.returncode == 0
    assert "72.098亿元" in done.stdout


def test_show_of_what_is_not_kept(crawled: Path) -> None:
    done = run("show", "tibet.cn-1", data=crawled)
    assert (done.returncode, done.stdout) == (1, "")
    assert "tibet.cn-1" in done.stderr


SUMMER = ROOT / "tests" / "pages" / "tibet_cn" / "desktop-without-author-span.html"
SUMMER_URL = "http://www.tibet.cn/cn/news/zx/202305/t20230510_7460001.html"


def test_extract_prints_one_page_and_archives_nothing(wencang: Wencang, tmp_path: Path) -> None:
    expected = json.loads(SUMMER.with_suffix(".json").read_text(encoding="utf-8"))
    (found,) = lines(wencang("extract", SUMMER, "--url", SUMMER_URL, "--json"))
    assert {key: found[key] for key in expected} == expected
    assert "steps" not in found
    printed = wencang("extract", SUMMER, "--url", SUMMER_URL).stdout
    assert printed.splitlines()[0] == expected["title"]
    assert expected["body"] in printed
    assert not (tmp_path / "data").exists()


def test_extract_explains_each_field_and_each_line_taken_off(wencang: Wencang) -> None:
    done = wencang("extract", SUMMER, "--url", SUMMER_URL, "--explain")
    told = [line.split() for line in done.stdout.splitlines()]
    assert ["body", "desktop", "form"] in told
    assert ["bytes", "utf-8"] in told
    (found,) = lines(wencang("extract", SUMMER, "--url", SUMMER_URL, "--explain", "--json"))
    taken_off = [step["text"] for step in found["steps"] if step["how"] == "editor line"]
    assert [found["editor"] in line for line in taken_off] == [True]


def test_extract_reads_standard_input_and_the_network(proxy: str, tmp_path: Path) -> None:
    expected = EXPECTED[0]
    page = (SAMPLE / expected["url"].removeprefix("http://")).read_bytes()
    program = [sys.executable, str(ROOT / "search_cli.py"), "extract", "--json"]
    piped = subprocess.run([*program, "-", "--url", expected["url"]], input=page, capture_output=True, timeout=60)
    fetched = run("extract", expected["url"], "--json", data=tmp_path, http_proxy=proxy)
    first, second = (json.loads(each.stdout) for each in (piped, fetched))
    assert first | {"fetched": second["fetched"]} == second
    assert json.loads(fetched.stdout)["body"] == expected["body"]


def test_extract_of_what_is_no_article(wencang: Wencang, proxy: str, tmp_path: Path) -> None:
    (tmp_path / "empty.html").write_text("<html><title>空</title></html>", encoding="utf-8")
    assert "it has no text" in fault(wencang("extract", tmp_path / "empty.html"), 1)
    assert "missing.html" in fault(wencang("extract", tmp_path / "missing.html"), 2)
    gone = wencang("extract", "http://www.tibet.cn/cn/news/zx/209901/t20990101_1.html", http_proxy=proxy)
    assert "HTTP 404" in fault(gone, 5)


def test_show_raw_gives_the_bytes_of_the_page(crawled: Path) -> None:
    url = next(article["url"] for article in EXPECTED if article["id"] == SIGNING)
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(crawled), "show", SIGNING, "--raw"]
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == (SAMPLE / url.removeprefix("http://")).read_bytes()
    for warc in (crawled / "pages").iterdir():
        warc.unlink()
    assert "the file is missing" in fault(run("show", SIGNING, "--raw", data=crawled), 3)


def test_show_raw_of_an_article_without_one(wencang: Wencang, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps(EXPECTED[0], ensure_ascii=False), encoding="utf-8")
    wencang("import", tmp_path / "in.jsonl")
    assert f"{EXPECTED[0]['id']}: no raw page" in fault(wencang("show", EXPECTED[0]["id"], "--raw"), 1)


# Status, verify


def test_status(crawled: Path) -> None:
    done = run("status", data=crawled)
    assert str(len(EXPECTED)) in done.stdout
    assert "index whoosh: up to date" in done.stdout
    (told,) = lines(run("status", "--json", data=crawled))
    assert told["sequence"] == len(EXPECTED)
    assert told["indexes"] == {"whoosh": "up to date"}


def test_verify_finds_a_forged_text_and_a_missing_index_entry(crawled: Path) -> None:
    assert run("verify", data=crawled).returncode == 0
    with sqlite3.connect(crawled / "archive.db") as raw:
        raw.execute("UPDATE revisions SET title = 'forged' WHERE id = ?", [SIGNING])
    done = run("verify", data=crawled)
    assert done.returncode == 6
    assert SIGNING in done.stdout


def test_verify_finds_a_raw_page_that_is_damaged(crawled: Path) -> None:
    with ArticleStore.open(load(crawled)) as store:
        kept = store.get(SIGNING)
        assert kept
    (page,) = kept.pages
    warc = crawled / page.file
    damaged = bytearray(warc.read_bytes())
    damaged[page.offset + 500] ^= 1
    warc.write_bytes(damaged)
    done = run("verify", data=crawled)
    assert done.returncode == 6
    damage, lost = done.stdout.splitlines()[:2]
    assert (str(warc) in damage, f"from byte {page.offset} on" in damage) == (True, True)
    assert (str(warc) in lost, f"byte {page.offset}:" in lost, kept.article.url in lost) == (True,) * 3
    assert f"versions {len(EXPECTED)}" in done.stderr


def test_verify_finds_what_the_index_lacks_and_what_is_damaged(crawled: Path) -> None:
    with ArticleStore.open(load(crawled)) as store:
        store.put(next(store.changes()).article.__class__(url="http://www.tibet.cn/late", title="迟", body="迟到。"))
    assert run("verify", data=crawled).returncode == 0, "an index that is behind is not wrong"
    state = index_folder(crawled, "whoosh") / "state.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"position": 43}))
    assert "is in the archive, not in the index" in run("verify", data=crawled).stdout
    state.write_text("{")
    done = run("verify", data=crawled)
    assert (done.returncode, "--rebuild" in done.stdout) == (6, True)
    assert "--rebuild" in run("status", data=crawled).stdout


# Wrong use: one line, the right code, nothing done


def fault(done: subprocess.CompletedProcess[str], code: int) -> str:
    assert (done.returncode, done.stdout) == (code, "")
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["crawl", "tibet_xx"], "tibet_cn"),
        (["check", "tibet_xx"], "tibet_cn"),
        (["crawl", "--since", "gestern"], "2022-06-01"),
        (["crawl", "--since", "2023", "--until", "2022"], "--since 2023 --until 2022"),
        (["西藏", "--since", "2023-02", "--until", "2023-01"], "--since 2023-02 --until 2023-01"),
        (["crawl", "tibet_cn", "--url", "http://www.tibet.cn/1.html"], "SOURCE"),
        (["crawl", "--due", "--url", "http://www.tibet.cn/1.html"], "--due"),
        (["show", "tibet.cn-7210688", "--raw", "--json"], "--raw --json"),
        (["import", "README.md", "--source", " "], "--source"),
        (["crawl", "--url", "ftp://example.cn/a"], "ftp://example.cn/a"),
        (["import", "missing.txt"], "missing.txt"),
        (["import"], "PATH"),
        (["search"], "QUERY"),
        (["search", ""], "no word"),
        (["西藏 " * 300], "words"),
        (["crawl", "--url", "http://[bad"], "http://[bad"),
        (["search", '"援藏'], "character 1"),
        (["西藏", "--since", "2022-13"], "2022-13"),
        (["西藏", "--source", "nowhere"], "tibet.cn"),
        (["西藏", "--engine", "lucene"], "whoosh"),
        (["西藏", "--limit", "many"], "--limit"),
        (["西藏", "--sort", "random"], "--sort"),
        (["西藏", "--colour"], "--colour"),
        (["export", "--format", "doc"], "--format"),
        (["show"], "ID_OR_URL"),
        (["reextract", "nowhere"], "tibet.cn"),
        (["import", "archive/databases"], "archive/databases: holds no file of a known kind"),
        (["collocations", ""], "is not a word"),
        (["diff", "tibet.cn-7210688", "1", "9"], "9: is not a version of it"),
    ],
)
def test_wrong_use(crawled: Path, arguments: list[str], named: str) -> None:
    before = (crawled / "archive.db").read_bytes()
    assert named in fault(run(*arguments, data=crawled), 2)
    assert (crawled / "archive.db").read_bytes() == before


def test_a_setting_that_names_no_engine_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "wencang.toml").write_text('engine = "bing"\n')
    for arguments in (["import", GLOSSED], ["crawl", "tibet_cn"], ["status"]):
        assert f"{tmp_path / 'wencang.toml'}: engine: is not one of " in fault(run(*arguments, data=tmp_path), 2)
        assert "WENCANG_ENGINE" in fault(run(*arguments, data=tmp_path / "x", WENCANG_ENGINE="bing"), 2)
    assert [path.name for path in tmp_path.iterdir()] == ["wencang.toml"]


def test_a_page_that_is_no_text_is_no_article(wencang: Wencang, tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(3_000)
    for name, content in {"noise": noise, "controls": b"\0\1\2<p>" + "雪山下的正文。".encode() * 9}.items():
        (tmp_path / f"{name}.html").write_bytes(content * 2)
    done = wencang("import", tmp_path / "noise.html", tmp_path / "controls.html")
    assert done.stdout.splitlines()[1].split() == ["page", "0", "0", "0", "0", "2", "0", "0"]
    assert done.stderr.count("it is not text") == 2


def test_an_article_without_a_source_has_a_row_of_its_own(wencang: Wencang, tmp_path: Path) -> None:
    line = {"url": "http://www.example.cn/1", "title": "题", "body": "正文。"}
    (tmp_path / "in.jsonl").write_text(json.dumps(line), encoding="utf-8")
    assert wencang("import", tmp_path / "in.jsonl").stdout.splitlines()[1].split() == ["-", "1", *"000000"]
    assert wencang("status").stdout.splitlines()[1].split()[:3] == ["-", "1", "1"]


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for arguments in (["西藏"], ["import", GLOSSED], ["crawl", "tibet_cn"], ["status"]):
        assert "--data" in fault(run(*arguments, data=tmp_path / "file"), 2)


def test_no_archive_yet(tmp_path: Path) -> None:
    for arguments in (["西藏"], ["status"], ["index"], ["export"], ["show", "x"], ["verify"], ["reextract"]):
        assert "wencang crawl" in fault(run(*arguments, data=tmp_path / "none"), 3)
    assert not (tmp_path / "none").exists()


def test_a_corrupt_archive(crawled: Path) -> None:
    (crawled / "archive.db").write_bytes(b"no database " * 1000)
    for arguments in (["西藏"], ["import", GLOSSED], ["status"], ["verify"]):
        assert "archive.db" in fault(run(*arguments, data=crawled), 3)


def test_no_index_and_an_index_of_another_analyzer(crawled: Path) -> None:
    state = index_folder(crawled, "whoosh") / "state.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"version": "0"}))
    assert "wencang index --rebuild" in fault(run("西藏", data=crawled), 3)
    assert run("index", "--rebuild", data=crawled).returncode == 0
    assert run("西藏", data=crawled).returncode == 0
    shutil.rmtree(crawled / "index")
    assert "wencang index" in fault(run("西藏", data=crawled), 3)


def test_another_run_is_writing_the_index(crawled: Path) -> None:
    from whoosh import index

    assert run("watch", "add", "aid", "援藏", data=crawled).returncode == 0
    line = {"url": "http://www.example.cn/a/t20220601_1.html", "title": "援藏医生进村", "body": "援藏医生昨天进村。"}
    (crawled / "line.jsonl").write_text(json.dumps(line), encoding="utf-8")
    with Archive(settings.load(crawled)) as archive:
        archive.import_([crawled / "line.jsonl"])  # indexed, and reported to nobody
    writer = index.open_dir(str(index_folder(crawled, "whoosh"))).writer()
    try:
        done = run("import", GLOSSED, data=crawled)
        counts = done.stdout.splitlines()[1].split()[1:]
        assert (done.returncode, counts) == (4, ["1", "0", "0", "0", "0", "0", "0"]), "it is in the archive"
        assert "another run" in done.stderr
        assert "aid: 1 new" in done.stderr
        with Archive(settings.load(crawled)) as archive:
            assert [notice.code for notice in archive.story(SIGNING).notices] == []
    finally:
        writer.cancel()
    assert run("index", data=crawled).stdout == "1 article indexed\n"


def test_status_tells_when_an_archive_has_outgrown_whoosh(crawled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "tantivy" not in run("status", data=crawled).stdout
    monkeypatch.setattr(status, "_SLOW", 0)
    with Archive(settings.load(crawled)) as archive:
        advice = archive.status().to_json()["advice"]
    assert re.search(r"whoosh takes \d+ ms .* 42 articles, .*index --engine tantivy", advice)


def test_a_closed_pipe_is_no_fault(crawled: Path) -> None:
    export = f"{sys.executable} {ROOT / 'search_cli.py'} --data {crawled} export --format jsonl"
    command = export + " | head -c 10; echo ${PIPESTATUS[0]}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.stderr, done.stdout[-4:]) == ("", "141\n")


@pytest.mark.parametrize("content", [b"", b"SQLite"])
def test_a_file_that_is_no_archive_is_left_alone(crawled: Path, content: bytes) -> None:
    (crawled / "archive.db").write_bytes(content)
    if content:
        (crawled / "archive.db").unlink()
        with closing(sqlite3.connect(crawled / "archive.db")) as raw:
            raw.execute("CREATE TABLE mine (x)")
            raw.commit()
    before = (crawled / "archive.db").read_bytes()
    for arguments in (["西藏"], ["status"], ["verify"]):
        assert "archive.db" in fault(run(*arguments, data=crawled), 3)
    assert (crawled / "archive.db").read_bytes() == before


def test_an_index_of_another_state_of_the_archive_is_noticed(crawled: Path) -> None:
    for file in crawled.glob("archive.db*"):
        file.unlink()
    for rest in ("pages", "manifests"):
        assert f"its {rest} are there" in fault(run("import", GLOSSED, data=crawled), 3)
        shutil.rmtree(crawled / rest)
    done = run("import", GLOSSED, data=crawled)
    assert (done.returncode, "--rebuild" in done.stderr) == (3, True)
    assert "--rebuild" in fault(run("西藏", data=crawled), 3)
    assert run("index", "--rebuild", data=crawled).returncode == 0
    assert run("援藏", data=crawled).returncode == 0


def test_a_rebuild_that_was_killed_is_in_nobodys_way(crawled: Path) -> None:
    folder = index_folder(crawled, "whoosh")
    shutil.copytree(folder, folder.with_suffix(".new"))
    assert "up to date" in run("status", data=crawled).stdout
    assert run("index", "--rebuild", data=crawled).returncode == 0
    assert run("index", data=crawled).returncode == 0
    assert list(folder.parent.iterdir()) == [index_folder(crawled, "whoosh")] != [folder]


def test_a_second_crawl_at_once_leaves_at_once(tmp_path: Path) -> None:
    with ArticleStore.create(load(tmp_path)) as store, exclusive(store, "crawl tibet.cn"):
        line = fault(run("crawl", "tibet_cn", data=tmp_path, WENCANG_CONTACT="me@example.org"), 4)
    assert f"crawl tibet.cn: {socket.gethostname()}, process {os.getpid()}, holds it since" in line


def test_what_is_no_utf_8_is_said(crawled: Path) -> None:
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(crawled), "\udcff\udcfe"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "UTF-8" in fault(done, 2)


def test_export_to_a_device_and_to_a_full_one(crawled: Path) -> None:
    assert run("export", "-o", "/dev/null", data=crawled).returncode == 0
    assert Path("/dev/null").is_char_device()
    command = f"{sys.executable} {ROOT / 'search_cli.py'} --data {crawled} export > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)


@pytest.mark.parametrize("command", ["export", "cite 西藏", "figures 西藏", "timeline 西藏 > /dev/null"])
def test_a_full_disk_has_one_exit_code(crawled: Path, tmp_path: Path, command: str) -> None:
    full = tmp_path / ("full.svg" if "timeline" in command else "full")
    full.symlink_to("/dev/full")
    program = f"{sys.executable} {ROOT / 'search_cli.py'} --data {crawled} {command} -o {full}"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "No space left on device" in done.stderr


# Answers that a person could take wrongly


def test_the_first_line_says_that_no_article_has_all_the_words(crawled: Path) -> None:
    line = "no article has all the words; 2 have some"
    for options in ("", "--limit 0", "--json"):
        assert run("唐卡", "铁路", *options.split(), data=crawled).stderr.splitlines()[0] == line
    for command in ("export", "cite", "keywords", "concordance", "figures", f"freeze -o {crawled / 'corpus'}"):
        done = run(*command.split(), "唐卡", "铁路", data=crawled)
        assert (done.returncode, done.stderr.splitlines()[0]) == (1, line)
    done = run("timeline", "唐卡 铁路", "--query", "唐卡", data=crawled)
    assert done.stderr.splitlines() == [f"唐卡 铁路: {line}", "唐卡 铁路: 0 articles", "唐卡: 1 article"]
    assert "no article has" not in run("援藏", "招商引资", data=crawled).stderr
    assert "no article has" not in run("唐卡", data=crawled).stderr


def test_a_demo_leaves_an_archive_of_ones_own_alone(wencang: Wencang) -> None:
    assert wencang("import", GLOSSED).returncode == 0
    assert "holds an archive of your own" in fault(wencang("demo"), 2)
    assert len(lines(wencang("export", "--format", "jsonl"))) == 1


def test_limit_0_says_how_many_there_are(crawled: Path) -> None:
    for options in ("--limit 0", "--limit 0 --json"):
        done = run("援藏", "招商引资", *options.split(), data=crawled)
        assert (done.stdout, done.stderr) == ("", "9 articles, 3 with all the words\n")
    assert run("唐卡", "--limit", "0", data=crawled).stderr == "1 article\n"


def test_a_character_is_said_to_be_found_as_a_word_only(crawled: Path) -> None:
    for command in ("search", "timeline", "concordance"):
        assert 'in quotes, "藏", it is found within other words too' in run(command, "藏", data=crawled).stderr
    for question in ('"藏"', "援藏", "藏*"):
        assert "in quotes" not in run(question, data=crawled).stderr
    done = run("collocations", "援", data=crawled)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "name a longer word, such as 援藏 援藏干部" in done.stderr


def test_traditional_takes_a_standard_or_none(crawled: Path) -> None:
    texts = {
        words: run("export", *words.split(), data=crawled).stdout
        for words in (
            "购物节 --traditional",
            "--traditional 购物节",
            "--traditional tw 购物节",
            "购物节 --traditional=hk",
        )
    }
    plain, before, taiwan, hong_kong = texts.values()
    assert plain == before
    assert "銷售額約爲" in plain
    assert "銷售額約為" in taiwan
    assert "銷售額約為" in hong_kong
    for wrong in ("--traditional --simplified", "--traditional=cn"):
        assert run("export", "购物节", *wrong.split(), data=crawled).returncode == 2


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("export -o x.xls", "csv"), ("export -o x.doc", "jsonl"), ("export -o x.jsonl.gz", "jsonl"),
        ("export --format csv -o x.xls", "csv"), ("export --format txt -o x.md", "txt"),
        ("cite 西藏 -o x.docx", "bibtex (.bib)"), ("cite 西藏 --style ris -o x.bib", "ris"),
        ("figures 西藏 -o x.xls", "csv, json"), ("figures 西藏 --csv -o x.json", "csv, json"),
    ],
)  # fmt: skip
def test_a_file_has_the_ending_of_its_format(crawled: Path, tmp_path: Path, command: str, named: str) -> None:
    *words, file = command.split()
    folder = tmp_path / "folder"
    folder.mkdir()
    done = run(*words, folder / file, data=crawled)
    assert (done.returncode, len(done.stderr.splitlines()), list(folder.iterdir())) == (2, 1, [])
    assert "formats: " in done.stderr
    assert named in done.stderr


@pytest.mark.parametrize("columns", ["80", "60", "44"])
def test_a_number_is_never_cut(crawled: Path, columns: str) -> None:
    program = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(crawled)]
    _code, shown = on_a_terminal([*program, "figures", "招商引资", "--kind", "money"], PAGER="cat", COLUMNS=columns)
    for number in ("157.38亿元", "72.098亿元", "不足五千万元", "约4.6亿元", "15738000000", "~ 460000000"):
        assert number in shown
    assert not re.search(r"\d[.,]?…", shown)


def test_groups_of_a_timeline_are_told_apart_on_80_columns(crawled: Path) -> None:
    program = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(crawled), "timeline", "西藏"]
    _code, shown = on_a_terminal([*program, "--group", "section", "--by", "year"], PAGER="cat")
    heads = shown.splitlines()[:3]
    assert [re.findall("aid_tibet|news 援藏|rw 援藏人", line) for line in heads[:2]] == [
        ["aid_tibet", "aid_tibet"], ["news 援藏", "rw 援藏人"],
    ]  # fmt: skip
    assert all(cell_len(line) <= 80 for line in shown.splitlines())


def test_dates_of_an_import_as_people_write_them(wencang: Wencang, tmp_path: Path) -> None:
    times = {
        "2022年6月1日": "2022-06-01", "2022-06-01 10:32": "2022-06-01T10:32:00+08:00", "2022/6/1": "2022-06-01",
        "2022.6.1 10:32": "2022-06-01T10:32:00+08:00", "２０２２年６月１日 上午10点32分": "2022-06-01T10:32:00+08:00",
        "June 1, 2022": "2022-06-01", "2022-06-01T02:32:00Z": "2022-06-01T10:32:00+08:00",
    }  # fmt: skip
    file = tmp_path / "lines.jsonl"
    values = [
        {
            "url": f"http://www.example.cn/a/{n}.html",
            "title": f"第{n}号",
            "body": f"第{n}号的正文在这里。",
            "published": time,
        }
        for n, time in enumerate(times)
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in values), encoding="utf-8")
    assert wencang("import", file).returncode == 0
    exported = {line["url"]: line["published"] for line in lines(wencang("export", "--format", "jsonl"))}
    assert [exported[line["url"]] for line in values] == list(times.values())
    file.write_text(json.dumps(values[0] | {"published": "soon"}), encoding="utf-8")
    assert wencang("import", file).returncode == 5


@pytest.mark.parametrize("command", ["", "search", "export", "lexicon", "lexicon add", "watch run", "figures"])
def test_h_is_help(crawled: Path, command: str) -> None:
    done = run(*command.split(), "-h", data=crawled)
    assert (done.returncode, done.stdout) == (0, run(*command.split(), "--help", data=crawled).stdout)
    assert "-h, --help" in done.stdout
    assert "<|" not in done.stdout


def test_the_ending_names_the_format(crawled: Path, tmp_path: Path) -> None:
    beginnings = {"x.xml": "<?xml", "x.JSONL": "{", "x.md": "---", "2022.06": "一幅唐卡", "x": "一幅唐卡"}
    for file, beginning in beginnings.items():
        assert run("export", "唐卡", "-o", tmp_path / file, data=crawled).returncode == 0
        assert (tmp_path / file).read_text(encoding="utf-8").startswith(beginning)
    for file, beginning in {"x.bib": "@online", "x.ris": "TY  - ELEC", "x.json": "[", "x.txt": "", "y": ""}.items():
        done = run("cite", "唐卡", "-o", tmp_path / file, data=crawled)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", f"1 citation in {tmp_path / file}\n")
        assert (tmp_path / file).read_text(encoding="utf-8").startswith(beginning)
    assert run("figures", "唐卡", "-o", tmp_path / "figures.json", data=crawled).returncode == 0
    assert json.loads((tmp_path / "figures.json").read_text(encoding="utf-8").splitlines()[0])["kind"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_read_only_archive_can_be_searched(crawled: Path) -> None:
    for path in (crawled, crawled / "index", index_folder(crawled, "whoosh")):
        path.chmod(0o555)
    try:
        assert run("西藏", data=crawled).returncode == 0
    finally:
        for path in (crawled, crawled / "index", index_folder(crawled, "whoosh")):
            path.chmod(0o755)
