"""Tags and notes: beside the articles and never in them, found at once, and kept wherever the archive goes."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wencang
from archive.article import Article
from archive.errors import NotKept, UsageFault, Withdrawn
from archive.settings import load
from archive.store import ArticleStore
from archive.store.transfer import copy_archive
from archive.tables.tags import MOST_TAGS, Notes, Tags, key_of, label_of
from indexer import engines
from indexer.question.parser import parse_query
from indexer.question.query import Among, Every
from tests.servers.postgresql import PostgreSQL
from tests.support.engines import environment_of, settings_of
from tests.support.program import Wencang, lines, run
from tests.support.sample import ANALYZER, ARTICLES, SIGNING
from wencang.archive import Archive
from wencang.excerpts import Excerpts

OTHER = next(article.id for article in ARTICLES if article.id != SIGNING)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CURLY = "金额与“报道二”不同；\n待核"


@pytest.fixture
def archive(crawled: Path) -> Iterator[Archive]:
    with wencang.open(crawled, {}) as archive:
        yield archive


def ids(archive: Archive, question: str, engine: str = "") -> set[str]:
    return {hit.article.id for hit in archive.search(question, limit=100, collapse=False, engine=engine).hits}


# Labels


@pytest.mark.parametrize(
    ("typed", "label"),
    [("援藏项目", "援藏项目"), (" ＡＩＤ\u3000 2018 ", "AID 2018"), ("标题:重要", "标题:重要"), ("ｶﾞ", "ガ")],
)
def test_a_label_is_stored_in_one_form(typed: str, label: str) -> None:
    assert label_of(typed) == label


@pytest.mark.parametrize("typed", ["", " ", "——", "a;b", "甲；乙", 'x"y', "“x”", "a\u200bb", "长" * 51, "a\ud800"])
def test_what_is_not_a_label_is_refused(typed: str) -> None:
    with pytest.raises(UsageFault):
        label_of(typed)


@given(st.text())
def test_a_label_is_found_by_every_spelling(text: str) -> None:
    try:
        label = label_of(text)
    except UsageFault:
        return
    assert label_of(label) == label
    assert key_of(text) == key_of(label) == key_of(label.upper().casefold()) == key_of(key_of(label))
    (node,) = parse_query(f'tag:"{label}"', ANALYZER).wanted
    assert isinstance(node, Among)
    assert key_of(node.value) == key_of(label)


@pytest.mark.parametrize("typed", ["tag:援藏项目", "标签：援藏项目", '標籤:"援藏项目"', "TAG:援藏项目"])
def test_a_question_names_a_label(typed: str) -> None:
    query = parse_query(f"-{typed} 西藏 ({typed} -{typed})", ANALYZER)
    assert query.unwanted == (Among("tag", "援藏项目"),)
    assert query.wanted[1:] == (Every((Among("tag", "援藏项目"),), (Among("tag", "援藏项目"),)),)


# The table


@pytest.mark.usefixtures("database")
def test_tags_and_notes_belong_to_the_article_whatever_its_versions(store: ArticleStore) -> None:
    article = ARTICLES[0]
    tags, notes = Tags(store), Notes(store)
    store.put(article, NOON)
    before = store.get(article.id)
    assert tags.add("Aid", [article.id, "unknown-1"], "央金", NOON) == 1
    assert tags.add("ＡＩＤ", [article.id], "扎西", NOON) == 0
    assert notes.add(article.id, "甲", "央金", NOON).number == 1
    assert notes.add(article.id, "乙", "央金", NOON).number == 2
    assert store.get(article.id) == before
    store.put(replace(article, body=article.body + "又一句。"))
    store.mark_gone(article.url)
    assert [(tag.label, tag.by, tag.time) for tag in tags.of(article.id)] == [("Aid", "央金", NOON)]
    notes.change(article.id, 1, "甲二", "扎西", NOON)
    notes.remove(article.id, 2)
    assert [(note.number, note.text, note.by) for note in notes.of(article.id)] == [(1, "甲二", "扎西")]
    assert [(label.label, label.articles) for label in tags.labels()] == [("Aid", 1)]
    with pytest.raises(UsageFault):
        notes.change(article.id, 2, "丙", "扎西", NOON)
    assert tags.remove("aid", [article.id]) == 1
    assert tags.labels() == []
    assert store.sequences()[2] > 0


@pytest.mark.usefixtures("database")
def test_a_withdrawn_article_loses_them_and_gets_none(store: ArticleStore) -> None:
    store.put(ARTICLES[0])
    Tags(store).add("重要", [ARTICLES[0].id], "央金", NOON)
    Notes(store).add(ARTICLES[0].id, ARTICLES[0].body[:50], "央金", NOON)
    store.withdraw(ARTICLES[0].id, "裁定")
    assert Tags(store).labels() == []
    assert Notes(store).of(ARTICLES[0].id) == []
    assert Tags(store).add("重要", [ARTICLES[0].id], "央金", NOON) == 0
    with pytest.raises(NotKept):
        Notes(store).add(ARTICLES[0].id, "甲", "央金", NOON)


@pytest.mark.usefixtures("database")
def test_too_many_labels_of_an_article_are_refused_and_nothing_changes(store: ArticleStore) -> None:
    store.put(ARTICLES[0])
    for number in range(MOST_TAGS):
        Tags(store).add(f"标签{number}", [ARTICLES[0].id], "央金", NOON)
    with pytest.raises(UsageFault, match="more than 100 labels"):
        Tags(store).add("再一个", [ARTICLES[0].id], "央金", NOON)
    assert len(Tags(store).of(ARTICLES[0].id)) == MOST_TAGS


# Asking


@pytest.mark.parametrize("engine", engines.names())
def test_a_label_is_a_filter_at_once_on_every_engine(engine: str, tmp_path: Path) -> None:
    options = settings_of(engine, tmp_path)
    with ArticleStore.create(options) as store:
        for article in ARTICLES:
            store.put(article)
    every = {article.id for article in ARTICLES}
    with wencang.open(tmp_path, environment_of(options)) as archive:
        archive.index()
        archive.tag("援藏项目", [SIGNING, OTHER])
        archive.tag("Key", [SIGNING])
        assert ids(archive, "tag:援藏项目") == {SIGNING, OTHER}
        assert ids(archive, "tag:援藏项目 -标签:KEY") == {OTHER}
        assert ids(archive, '(tag:key OR tag:"援藏项目")') == {SIGNING, OTHER}
        aid = ids(archive, "西藏")
        assert ids(archive, "西藏 -tag:援藏项目") == aid - {SIGNING, OTHER}
        assert ids(archive, "西藏 -tag:无此标签") == aid
        answer = archive.search("tag:无此标签 西藏")
        assert answer.total == 0
        assert "no article has the tag 无此标签" in [str(notice) for notice in answer.notices]
        assert [proposal.without for proposal in answer.proposals] == [("tag:无此标签",)]
        assert archive.untag("援藏项目", question="tag:援藏项目").changed == 2
        assert ids(archive, "tag:援藏项目") == set()
        assert archive.tag("全部", every).changed == len(every)
        assert ids(archive, "tag:全部") == every


def test_every_method_with_a_question_takes_labels(archive: Archive) -> None:
    archive.tag("重要", [SIGNING])
    assert {row["id"] for row in archive.concordance("西藏 tag:重要").records()} <= {SIGNING}
    assert {row["id"] for row in archive.figures("tag:重要").records()} == {SIGNING}
    assert archive.timeline("tag:重要").series[0].total == 1
    assert archive.cite("tag:重要").text
    (clause,) = archive.explain("西藏 tag:重要", SIGNING).clauses
    assert (clause.text, clause.articles, clause.has) == ("tag:重要", 1, True)
    assert archive.tag("又", question="tag:重要").changed == 1


def test_nothing_is_tagged_where_one_of_the_articles_is_unknown(archive: Archive) -> None:
    with pytest.raises(NotKept):
        archive.tag("重要", [SIGNING, "tibet.cn-0"])
    with pytest.raises(UsageFault, match="names no article"):
        archive.tag("重要")
    with pytest.raises(UsageFault, match="needs a query"):
        archive.tag("重要", [SIGNING], since="2018")
    assert archive.labels().labels == ()
    archive.remove(SIGNING, reason="裁定")
    with pytest.raises(Withdrawn):
        archive.tag("重要", [SIGNING])


# Where they go


def annotate(archive: Archive) -> None:
    archive.tag("援藏项目", [SIGNING], by="央金")
    archive.tag("=重要", [SIGNING], by="央金")
    archive.note(SIGNING, CURLY, by="央金")
    archive.note(SIGNING, "第二条", by="央金")


def marks(archive: Archive) -> object:
    return list(archive.tags(SIGNING).rows()), list(archive.notes(SIGNING).rows())


def test_exports_have_them(archive: Archive) -> None:
    annotate(archive)
    files = {}
    for form in ("jsonl", "csv", "md", "jsonld"):
        archive.export("tag:援藏项目", out=(out := BytesIO()), format=form)
        files[form] = out.getvalue().decode("utf-8-sig")
    line = json.loads(files["jsonl"])
    assert (line["tags"], line["notes"]) == (["=重要", "援藏项目"], [CURLY, "第二条"])
    (row,) = csv.DictReader(StringIO(files["csv"], newline=""))
    assert (row["tags"], json.loads(row["notes"])) == ("'=重要\n援藏项目", [CURLY, "第二条"])
    assert 'tags: ["=重要", "援藏项目"]' in files["md"]
    assert json.loads(files["jsonld"])["@graph"][0]["keywords"] == ["=重要", "援藏项目"]
    assert json.loads(export(archive, f"-tag:援藏项目 {ARTICLES[1].title}").splitlines()[0])["tags"] == []


def export(archive: Archive, question: str) -> str:
    archive.export(question, out=(out := BytesIO()), format="jsonl")
    return out.getvalue().decode()


def annotated_rows(archive: Archive) -> list[list[object]]:
    rows = [json.loads(line) for line in export(archive, "tag:援藏项目").splitlines()]
    return [[row[name] for name in ("id", "body", "tags", "notes", "annotations")] for row in rows]


@pytest.mark.parametrize("form", ["jsonl", "csv", "xlsx"])
def test_an_export_brings_them_into_another_archive(form: str, archive: Archive, tmp_path: Path) -> None:
    annotate(archive)
    archive.note(SIGNING, CURLY, by="扎西")
    archive.tag("援藏项目", [OTHER], by="扎西")
    archive.export("tag:援藏项目", out=(file := tmp_path / f"a.{form}"))
    with wencang.open(tmp_path / "new", {}) as copy:
        preview = copy.preview_import([file])
        assert (preview.tags, preview.notes) == (3, 3)
        report = copy.import_([file]).report
        assert report.annotations == {"tag": 3, "note": 3}
        assert annotated_rows(copy) == annotated_rows(archive)
        assert marks(copy) == marks(archive)
        again = copy.import_([file]).report
        assert (again.annotations, again.total("changed")) == ({}, 0)
        assert marks(copy) == marks(archive)
        copy.note(SIGNING, "第三条")
        copy.import_([file])
        assert [text for _number, text, *_rest in copy.notes(SIGNING).rows()] == [CURLY, "第二条", CURLY, "第三条"]


def test_an_import_adds_to_what_is_there(archive: Archive, tmp_path: Path) -> None:
    annotate(archive)
    (line,) = (json.loads(line) for line in export(archive, "tag:援藏项目").splitlines())
    line |= {"tags": ["援藏项目", "新标签"], "notes": ["第二条", "新笔记"]}
    del line["annotations"]
    before = archive.revision(SIGNING)
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(line), encoding="utf-8")
    for _time in range(2):
        archive.import_([file])
        assert [tag.label for tag in archive.tags(SIGNING).tags] == ["=重要", "援藏项目", "新标签"]
        assert [note.text for note in archive.notes(SIGNING).notes] == [CURLY, "第二条", "新笔记"]
    assert archive.tags(SIGNING).tags[1].by == "央金"
    assert archive.revision(SIGNING) == before


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"tags": ["甲；乙"]}, "semicolons"),
        ({"tags": "甲"}, "tags is not a list"),
        ({"notes": [" "]}, "the note is empty"),
        ({"annotations": [{"kind": "tag"}]}, "annotations are objects"),
        ({"annotations": [{"kind": "tag", "text": "甲", "time": "2026-03-01T12:00"}]}, "needs a time zone"),
    ],
)
def test_a_record_with_what_is_not_a_tag_or_note_is_refused(
    changed: dict[str, object], reason: str, tmp_path: Path
) -> None:
    line = {"url": "http://a.cn/1", "title": "题", "body": "文", "tags": [], "notes": []} | changed
    (tmp_path / "a.jsonl").write_text(json.dumps(line), encoding="utf-8")
    with wencang.open(tmp_path / "data", {}) as archive:
        ((_place, refused, *_rest),) = archive.preview_import([tmp_path / "a.jsonl"]).lines
        assert reason in refused


def test_tags_of_other_programs_are_not_read(tmp_path: Path) -> None:
    line = {"url": "http://a.cn/1", "title": "题", "body": "文", "tags": ["甲"]}
    (tmp_path / "a.jsonl").write_text(json.dumps(line), encoding="utf-8")
    with wencang.open(tmp_path / "data", {}) as archive:
        archive.import_([tmp_path / "a.jsonl"])
        assert archive.labels().labels == ()


def test_a_frozen_corpus_keeps_those_of_its_time(archive: Archive, tmp_path: Path) -> None:
    annotate(archive)
    for name, text in (("whole", True), ("bare", False)):
        assert archive.freeze("tag:援藏项目", out=tmp_path / name, text=text).articles == 1
    archive.untag("援藏项目", [SIGNING])
    archive.remove_note(SIGNING, 1)
    assert [row[2] for row in archive.check_corpus(tmp_path / "whole").rows()] == ["same"]
    archive.fill_corpus(tmp_path / "bare", tmp_path / "filled")
    for name in ("whole", "bare", "filled"):
        line = json.loads((tmp_path / name / "data" / "articles.jsonl").read_text(encoding="utf-8"))
        assert (line["tags"], line["notes"]) == (["=重要", "援藏项目"], [CURLY, "第二条"])
        assert "tags and notes" in (tmp_path / name / "README.txt").read_text(encoding="utf-8")


def test_a_backup_keeps_them(archive: Archive, tmp_path: Path) -> None:
    annotate(archive)
    expected = marks(archive)
    archive.backup(tmp_path / "backup")
    restored = run("restore", tmp_path / "backup", data=tmp_path / "restored")
    assert restored.returncode == 0, restored.stderr
    with wencang.open(tmp_path / "restored", {}) as copy:
        assert marks(copy) == expected


def test_a_copy_on_a_server_and_back_keeps_them(archive: Archive, postgresql: PostgreSQL, tmp_path: Path) -> None:
    annotate(archive)
    (back := tmp_path / "back").mkdir()
    copy_archive(str(archive.data), address := postgresql.database())
    copy_archive(address, str(back))
    with ArticleStore.open(load(back)) as store, wencang.open(archive.data, {"WENCANG_ARCHIVE": address}) as server:
        assert marks(server) == marks(archive)
        assert Tags(store).labels() == list(archive.labels().labels)
        assert [note.text for note in Notes(store).of(SIGNING)] == [CURLY, "第二条"]


def test_excerpts_show_labels_and_no_notes(archive: Archive) -> None:
    annotate(archive)
    with Excerpts(archive.settings) as excerpts:
        assert [tag.label for tag in excerpts.show(SIGNING).tags.tags] == ["=重要", "援藏项目"]
        assert excerpts.show(SIGNING).notes.notes == ()
        line = json.loads(export(excerpts, "tag:援藏项目"))
        assert (line["tags"], line["notes"]) == (["=重要", "援藏项目"], [])


# The commands


def test_the_commands(wencang: Wencang, crawled: Path) -> None:
    def asked(*words: str) -> str:
        done = wencang(*words)
        return done.stdout or done.stderr

    assert asked("tag") == "no article has a tag yet\n"
    assert asked("tag", SIGNING, OTHER, "援藏项目", "--by", "央金") == "援藏项目: 2 articles tagged\n"
    assert asked("tag", "--query", "援藏 招商引资", "签约").startswith("签约: ")
    assert asked("tag", "--remove", OTHER, "援藏项目") == "援藏项目: taken from 1 article\n"
    assert [line["label"] for line in lines(wencang("tag", SIGNING, "--json"))] == ["援藏项目", "签约"]
    assert {line["label"]: line["articles"] for line in lines(wencang("tag", "--json"))}["援藏项目"] == 1
    assert SIGNING in asked("tag:援藏项目")
    assert wencang("tag", "--remove", "援藏项目").returncode == 2
    assert wencang("tag", "tibet.cn-0", "援藏项目").returncode == 1
    assert wencang("tag", SIGNING, "；").returncode == 2
    assert asked("note", SIGNING, "金额", "待核", "--by", "央金") == "note 1: written\n"
    assert asked("note", SIGNING, "--edit", "1", "已核") == "note 1: written\n"
    assert [line["text"] for line in lines(wencang("note", SIGNING, "--json"))] == ["已核"]
    assert "已核" in asked("note", SIGNING)
    assert asked("note", SIGNING, "--remove", "1") == "note 1: deleted\n"
    assert wencang("note", SIGNING).returncode == 1
    assert wencang("note", SIGNING, "--remove", "1").returncode == 2
    assert wencang("note", SIGNING, "x", "--remove", "1").returncode == 2
    assert lines(wencang("show", SIGNING, "--json"))[0]["notes"] == []


def test_an_article_of_another_site_is_tagged_by_its_address(archive: Archive) -> None:
    with ArticleStore.open(archive.settings) as store:
        store.put(Article("http://www.example.cn/a.html", "题", "文"))
    assert archive.tag("别站", ["https://www.example.cn/a.html"]).changed == 1
