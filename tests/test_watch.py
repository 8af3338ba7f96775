"""Subjects that are followed: what is new and what is not, who is told, and the feeds as readers take them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote
from xml.etree import ElementTree

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wencang
from archive.article import SHANGHAI, Article
from archive.errors import UsageFault
from archive.settings import Settings, load
from archive.store import ArticleStore
from archive.tables.watches import Watches
from indexer import update
from tests.support.mail import heard, hooked, mail_server
from tests.support.program import Wencang
from wencang.desk.names import safe
from wencang.desk.watch import follow, watch
from wencang.desk.watch.follow import News, feed_file, forget_all_but, look_for_news, note_hits

pytestmark = pytest.mark.usefixtures("database")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
AID = {"援藏": "援藏 -旅游"}
ATOM = "{http://www.w3.org/2005/Atom}"


def article(number: int, body: str = "援藏医生来到牧场。", title: str = "牧场上的门诊") -> Article:
    address = f"http://www.tibet.cn/{number}.html"
    return Article(address, f"{title}{number}", body, source="tibet.cn", credit="中国西藏网", id=f"tibet.cn-{number}")


class Desk:
    """An archive with its index, and what was shown of watches."""

    def __init__(self, folder: Path, store: ArticleStore, options: Settings | None = None) -> None:
        self.settings = options or Settings(data=folder)
        self.store = store
        self.shown: list[str] = []

    def put(self, *articles: Article, fetched: datetime = NOON) -> None:
        for one in articles:
            self.store.put(one, fetched)

    def look(self, questions: dict[str, str] = AID, rebuild: bool = False) -> list[str]:
        """The ids of what is new, by one run over these watches; the newest first."""
        self.shown = []
        (update.rebuild if rebuild else update.bring_up)(self.store, self.settings, "whoosh")
        forget_all_but(self.settings, self.store, questions)
        with update.open_index(self.settings, "whoosh") as index:
            for news in look_for_news(self.settings, self.store, index, questions, NOON, True):
                assert news.faults == ()
                self.show(news)
        return self.shown

    def show(self, news: News) -> None:
        before = len(self.shown)
        self.shown += [hit.article.id for hit in news.hits]
        assert news.count == len(self.shown) - before

    def feed(self, name: str = "援藏") -> feedparser.FeedParserDict:
        return feedparser.parse(feed_file(self.settings.data, name, "atom").read_bytes())


@pytest.fixture
def desk(tmp_path: Path, store: ArticleStore) -> Desk:
    return Desk(tmp_path, store)


# What is new


def test_a_watch_asks_what_stands_near(tmp_path: Path) -> None:
    with wencang.open(tmp_path) as archive, ArticleStore.create(load(tmp_path)) as store:
        store.put(article(1))
        archive.index()
        archive.watch("相邻", '"援藏" ONEAR/3 门诊')
        archive.watch("同句", "same:sentence(援藏 门诊) -旅游")
        bodies = ("门诊有援藏医生。", "援藏的门诊。", "援藏医生来了。门诊开了。", "援藏的门诊，旅游的景点。")
        for number, body in enumerate(bodies, 2):
            store.put(article(number, body))
        archive.index()
        news = {each.name: [(hit.article.id, hit.snippet) for hit in each.hits] for each in archive.follow()}
    assert [id for id, _snippet in news["相邻"]] == ["tibet.cn-5", "tibet.cn-3"]
    assert [id for id, _snippet in news["同句"]] == ["tibet.cn-3", "tibet.cn-2"]
    snippet = news["相邻"][1][1]
    assert [snippet.text[slice(*mark)] for mark in snippet.marks] == ["援藏", "门诊"]


def test_what_newly_answers_is_told_once(desk: Desk) -> None:
    desk.put(article(1), article(2, "乡村的风力磨坊。"))
    assert desk.look() == [], "what is there when a watch begins is not new"
    desk.put(article(3), article(4), article(5, "援藏与旅游。"))
    assert desk.look() == ["tibet.cn-4", "tibet.cn-3"]
    assert desk.look() == []
    desk.put(article(1, "援藏医生回到牧场。"), article(3, "援藏医生离开牧场。"))
    assert desk.look() == [], "they answered before"
    desk.put(article(2, "援藏干部修好了风力磨坊。"))
    assert desk.look(rebuild=True) == ["tibet.cn-2"], "only now does it answer"
    assert desk.look(rebuild=True) == []
    desk.put(article(2, "风力磨坊停了。"))
    assert desk.look() == []
    desk.put(article(2, "援藏干部又修好了它。"))
    assert desk.look() == ["tibet.cn-2"], "it did not answer in between"


def test_what_a_lagging_index_lacks_is_told_later(desk: Desk) -> None:
    desk.look()
    desk.put(article(1))
    with update.open_index(desk.settings, "whoosh") as index:
        assert list(look_for_news(desk.settings, desk.store, index, AID, NOON, True)) == []
    assert desk.look() == ["tibet.cn-1"]


def test_another_question_under_the_same_name_begins_anew(desk: Desk) -> None:
    desk.put(article(1))
    assert desk.look({"题": "援藏"}) == []
    feed = desk.feed("题").feed.id
    desk.put(article(2, "风力磨坊。"), article(3))
    assert desk.look({"题": "磨坊"}) == []
    assert desk.feed("题").feed.id == feed
    desk.put(article(4, "水力磨坊。"))
    assert desk.look({"题": "磨坊"}) == ["tibet.cn-4"]


def test_a_watch_that_is_taken_away_leaves_nothing(desk: Desk) -> None:
    desk.put(article(1))
    desk.look({"甲": "援藏", "乙": "医生"})
    assert desk.look({"乙": "医生"}) == []
    assert sorted(path.name for path in (desk.settings.data / "feeds").iterdir()) == ["乙.atom", "乙.json"]
    assert Watches(desk.store).known().keys() == {"乙"}
    desk.put(article(2))
    assert desk.look({"甲": "援藏", "乙": "医生"}) == ["tibet.cn-2"], "of 乙; 甲 begins again"


BODIES = ("援藏医生。", "援藏教师。", "风力磨坊。")
changes = st.lists(st.tuples(st.integers(1, 3), st.sampled_from([*BODIES, None])), max_size=3)


@pytest.mark.sqlite
@settings(max_examples=settings().max_examples // 5)
@given(st.lists(st.tuples(changes, st.booleans()), min_size=2, max_size=6))
def test_new_is_what_answers_and_did_not_before(runs: list[tuple[list[tuple[int, str | None]], bool]]) -> None:
    """None withdraws an article."""
    with TemporaryDirectory() as data, ArticleStore.create(load(Path(data))) as store:
        desk = Desk(Path(data), store)
        bodies: dict[int, str | None] = {}
        answered: set[str] = set()
        desk.look()
        for at, (some, rebuild) in enumerate(runs):
            for number, body in some:
                if body and bodies.get(number, "") is not None:
                    desk.put(article(number, body), fetched=NOON + timedelta(hours=at))
                    bodies[number] = body
                elif not body and number in bodies:
                    store.withdraw(f"tibet.cn-{number}", "asked")
                    bodies[number] = None
            answers = {f"tibet.cn-{number}" for number, body in bodies.items() if body and "援藏" in body}
            assert Counter(desk.look(rebuild=rebuild)) == Counter(answers - answered)
            answered = answers
            assert {entry.title[-1] for entry in desk.feed().entries} == {id[-1] for id in answers}


def test_many_changes_are_looked_through_a_part_at_a_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.tables.watches._MANY", 3)
    monkeypatch.setattr("archive.tables.watches._PAGE", 2)
    desk.look()
    desk.put(*(article(number) for number in range(1, 8)))
    assert desk.look() == [f"tibet.cn-{number}" for number in range(7, 0, -1)]


def test_hits_that_change_while_they_are_read_are_not_left_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.tables.watches._PAGE", 1)
    desk.look()
    desk.put(article(1), article(2), article(3))
    update.bring_up(desk.store, desk.settings, "whoosh")
    with update.open_index(desk.settings, "whoosh") as index:
        note_hits(desk.store, index, "援藏", AID["援藏"], NOON)
    reading = Watches(desk.store).hits("援藏", new=True)
    seen = [next(reading).article.id]
    desk.put(article(2, "援藏教师来了。"))
    assert seen + [one.article.id for one in reading] == ["tibet.cn-3", "tibet.cn-2", "tibet.cn-1"]


# Who is told


def test_the_hook_and_a_mail_are_told_which_kind_it_is(tmp_path: Path, store: ArticleStore) -> None:
    hooked(tmp_path, f'{{ echo "$WENCANG_KIND|$WENCANG_SUBJECT"; cat; }} > {tmp_path}/heard')
    with mail_server() as (mailbox, address):
        environment = {
            "WENCANG_HOOK": f"'{tmp_path}/my hook'", "WENCANG_SMTP": f"smtp://{address}",
            "WENCANG_MAIL_TO": "wang@example.org",
        }  # fmt: skip
        desk = Desk(tmp_path, store, load(tmp_path, environment))
        desk.look()
        desk.put(replace(article(1, title="山\n谷\x1b"), published=datetime(2026, 2, 28, 23, tzinfo=SHANGHAI)))
        desk.look()
        lines = ["2026-02-28 山 谷 1 中国西藏网 http://www.tibet.cn/1.html"]
        assert heard(tmp_path) == ["hits|wencang watch 援藏: 1 new", *lines]
        message = mailbox.message()
        assert (message["Subject"], message["Keywords"]) == ("wencang watch 援藏: 1 new", "hits")
        assert message.get_content().splitlines() == lines
        desk.look()
        assert (heard(tmp_path), len(mailbox.envelopes)) == ([], 1)


def test_a_long_list_is_cut_in_a_mail(tmp_path: Path, store: ArticleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_LINES", 2)
    desk = Desk(tmp_path, store, hooked(tmp_path, f"cat > {tmp_path}/heard"))
    desk.look()
    desk.put(*(article(number) for number in range(1, 6)))
    assert len(desk.look()) == 5
    assert heard(tmp_path)[2:] == ["and 3 more"]


@contextmanager
def watched(wencang: Wencang, tmp_path: Path, hook: str) -> Iterator[Path]:
    """A data folder whose archive holds one article, with a watch and a hook."""
    data = tmp_path / "data"
    imported(wencang, tmp_path, article(1))
    assert wencang("watch", "add", "援藏", "援藏", "-旅游").stdout == "援藏: watched from now on\n"
    hooked(tmp_path, hook)
    (data / "wencang.toml").write_text(f"hook = \"'{tmp_path}/my hook'\"\n")
    yield data


def imported(wencang: Wencang, tmp_path: Path, *articles: Article) -> str:
    """Import these; what is said then."""
    lines = [json.dumps({"url": one.url, "title": one.title, "body": one.body, "id": one.id}) for one in articles]
    (tmp_path / "new.jsonl").write_text("\n".join(lines))
    done = wencang("import", tmp_path / "new.jsonl")
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_a_run_that_is_killed_while_it_tells_tells_again(wencang: Wencang, tmp_path: Path) -> None:
    with watched(wencang, tmp_path, f"cat >> {tmp_path}/heard; kill -9 $PPID"):
        (tmp_path / "new.jsonl").write_text(json.dumps({"url": "http://www.a.cn/1", "title": "二", "body": "援藏"}))
        assert wencang("import", tmp_path / "new.jsonl").returncode == -9
        assert heard(tmp_path) == ["二 http://www.a.cn/1"]
        hooked(tmp_path, f"cat >> {tmp_path}/heard")
        assert wencang("watch", "run").returncode == 0
        assert heard(tmp_path) == ["二 http://www.a.cn/1"]
        assert (wencang("watch", "run").stdout, heard(tmp_path)) == ("", [])


def test_what_reached_nobody_is_told_again(wencang: Wencang, tmp_path: Path) -> None:
    with watched(wencang, tmp_path, "exit 1"):
        said = imported(wencang, tmp_path, article(2)).splitlines()
        assert said[0] == "援藏: 1 new"
        assert said[1].endswith("the hook ended with code 1")
        done = wencang("watch", "run", "--json")
        assert (done.returncode, json.loads(done.stdout)["watch"]) == (5, "援藏")
        hooked(tmp_path, f"cat >> {tmp_path}/heard")
        assert wencang("watch", "run").returncode == 0
        assert len(heard(tmp_path)) == 1
        assert wencang("watch", "list", "--json").stdout == (
            '{"watch": "援藏", "query": "援藏 -旅游", "articles": 2, "new": 0}\n'
        )


def test_a_fault_of_a_watch_hinders_nothing(wencang: Wencang, tmp_path: Path) -> None:
    with watched(wencang, tmp_path, f"cat >> {tmp_path}/heard") as data:
        with (data / "watches.toml").open("a", encoding="utf-8") as file:
            file.write("bad = '援藏 \"招商'\n")
        said = imported(wencang, tmp_path, article(2)).splitlines()
        assert said[0] == "援藏: 1 new"
        assert said[1].startswith(f"wencang: {data}/watches.toml: bad: the quote opened at character 4 is not closed")
        assert len(said) == 2
        assert wencang("watch", "run").returncode == 5
        (data / "watches.toml").write_text("[")
        assert imported(wencang, tmp_path, article(3)).startswith(f"wencang: {data}/watches.toml: ")
        assert wencang("watch", "run").returncode == 2
    assert len(heard(tmp_path)) == 1


def test_a_takedown_leaves_the_feeds_at_once(wencang: Wencang, tmp_path: Path) -> None:
    with watched(wencang, tmp_path, "exit 0") as data:
        feed = data / "feeds" / "援藏.json"
        assert len(json.loads(feed.read_text(encoding="utf-8"))["items"]) == 1
        assert wencang("remove", "tibet.cn-1", "--reason", "asked", "--yes").returncode == 0
        assert json.loads(feed.read_text(encoding="utf-8"))["items"] == []


def test_the_commands(wencang: Wencang, tmp_path: Path) -> None:
    assert wencang("watch", "add", "援藏", "援藏").returncode == 0
    imported(wencang, tmp_path, article(1))  # with it, the watch begins
    imported(wencang, tmp_path, article(2))
    done = wencang("watch", "run")
    assert done.stdout.splitlines()[:2] == ["援藏: 1 new", "  1  牧场上的门诊2"]
    assert wencang("watch", "run").stdout == ""
    for wrong, told in (
        (("add", "甲", '"西藏'), "is not closed"),
        (("run", "甲"), "甲: is not a watch; watches: 援藏"),
    ):
        done = wencang("watch", *wrong)
        assert (done.returncode, done.stderr.count("\n"), told in done.stderr) == (2, 1, True), done.stderr
    assert wencang("watch", "remove", "援藏").returncode == 0
    assert list((tmp_path / "data" / "feeds").iterdir()) == []
    assert "nothing is watched yet" in wencang("watch", "list").stderr


# The file


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=9).map(safe)


@settings(max_examples=settings().max_examples // 5)
@given(watches=st.dictionaries(names, st.text(st.characters(codec="utf-8"), max_size=9), max_size=4), name=names)
def test_a_line_goes_in_and_out_of_the_file_and_leaves_the_rest(watches: dict[str, str], name: str) -> None:
    with TemporaryDirectory() as folder:
        data, alike = Path(folder), {one.casefold() for one in watches}
        (data / watch.FILE).write_text("# mine\n\n", encoding="utf-8")
        if len(alike) < len(watches) or name.casefold() in alike:
            return
        for one, query in watches.items():
            watch.add(data, one, query)
        before = (data / watch.FILE).read_bytes()
        watch.add(data, name, "援藏")
        assert watch.read(data) == watches | {name: "援藏"}
        watch.remove(data, name)
        assert (data / watch.FILE).read_bytes() == before


def test_a_watch_that_can_not_be_added_or_removed_is_named(tmp_path: Path) -> None:
    watch.add(tmp_path, "援藏", "援藏")
    with pytest.raises(UsageFault, match="援藏: is watched already; `wencang watch remove 援藏` first"):
        watch.add(tmp_path, "援藏", "西藏")
    with pytest.raises(UsageFault, match="a/b: can't be a file name; call it a b"):
        watch.add(tmp_path, "a/b", "西藏")
    with pytest.raises(UsageFault, match="甲: is not a watch; watches: 援藏"):
        watch.remove(tmp_path, "甲")
    assert watch.read(tmp_path) == {"援藏": "援藏"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = ", "watches.toml: is not valid TOML"),
        ("a = 1", 'watches.toml: a: is not a question; write a = "WORDS"'),
        ("[a]\nquery = 'x'", "watches.toml: a: is not a question"),
        ("'../a' = 'x'", "watches.toml: ../a: can't be a file name; call it a"),
        ("A = 'x'\na = 'y'", "watches.toml: a: is the same file name as A"),
        ("\x80", "watches.toml: "),
    ],
)
def test_a_file_that_can_not_be_used_is_named_with_the_watch(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / watch.FILE).write_text(text, encoding="latin-1")
    with pytest.raises(UsageFault) as fault:
        watch.read(tmp_path)
    assert told in str(fault.value)


def test_a_value_of_several_lines_is_left_to_its_author(tmp_path: Path) -> None:
    text = 'a = """\nx\n"""\n'
    (tmp_path / watch.FILE).write_text(text)
    with pytest.raises(UsageFault, match="change it in an editor"):
        watch.remove(tmp_path, "a")
    assert (tmp_path / watch.FILE).read_text() == text


# Feeds

HOSTILE = replace(
    article(1, "<script>alert(1)</script>援藏&amp;\u202e。", "]]><b>\x1b\u2028山</b>"),
    credit="<i>社</i>", section='"><a', rights="© <b>", published=datetime(2026, 2, 28, 23, 30, tzinfo=SHANGHAI),
)  # fmt: skip


def test_a_reader_takes_the_feed(tmp_path: Path, store: ArticleStore) -> None:
    desk = Desk(tmp_path, store, Settings(data=tmp_path, feeds="https://example.org/f/"))
    desk.put(HOSTILE, article(2))
    desk.look()
    feed = desk.feed()
    assert (feed.bozo, feed.version, feed.encoding) == (False, "atom10", "utf-8")
    assert (feed.feed.title, feed.feed.subtitle) == ("援藏", "援藏 -旅游")
    assert feed.feed.links[0].href == f"https://example.org/f/{quote('援藏')}.atom"
    other, hostile = feed.entries
    assert (other.title, other.link) == ("牧场上的门诊2", "http://www.tibet.cn/2.html")
    assert (hostile.published, hostile.updated) == ("2026-02-28T23:30:00+08:00", "2026-03-01T12:00:00+00:00")
    assert (hostile.author, hostile.tags[0].term, hostile.rights) == ("<i>社</i>", '"><a', "© <b>")
    summary = ElementTree.fromstring(feed_file(tmp_path, "援藏", "atom").read_text(encoding="utf-8")).find(
        f"{ATOM}entry[2]/{ATOM}summary"
    )
    assert summary is not None
    assert summary.get("type") == "html"
    assert summary.text == "&lt;script&gt;alert(1)&lt;/script&gt;<mark>援藏</mark>&amp;amp;。"


def test_atom_has_what_rfc_4287_asks_for(desk: Desk) -> None:
    desk.put(HOSTILE, replace(article(2), url="urn:sha256:" + "a" * 64, credit="", source=""))
    desk.look({"援藏": "援藏", "空": "无此词汇"})
    for name, entries in (("援藏", 2), ("空", 0)):
        root = ElementTree.parse(feed_file(desk.settings.data, name, "atom")).getroot()
        assert root.tag == f"{ATOM}feed"
        found = root.findall(f"{ATOM}entry")
        assert len(found) == entries
        for element in (root, *found):
            children = Counter(child.tag.removeprefix(ATOM) for child in element)
            assert {children[one] for one in ("id", "title", "updated")} == {1}
            assert children["author"] >= 1
            updated = datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "")
            assert updated.utcoffset() == timedelta()
        for entry in found:
            alternates = [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
            assert alternates or entry.find(f"{ATOM}content") is not None
        ids = [element.findtext(f"{ATOM}id") or "" for element in (root, *found)]
        assert len(set(ids)) == entries + 1
        assert all(id.startswith("urn:uuid:") for id in ids)


def test_json_feed_has_what_version_1_1_asks_for(desk: Desk) -> None:
    desk.put(HOSTILE, article(2))
    desk.look()
    feed = json.loads(feed_file(desk.settings.data, "援藏", "json").read_text(encoding="utf-8"))
    assert (feed["version"], feed["title"], "feed_url" in feed) == ("https://jsonfeed.org/version/1.1", "援藏", False)
    assert [item["id"] for item in feed["items"]] == [entry.id for entry in desk.feed().entries]
    hostile = feed["items"][1]
    assert hostile["title"] == "]]><b>山</b>1"
    assert hostile["content_html"] == "&lt;script&gt;alert(1)&lt;/script&gt;<mark>援藏</mark>&amp;amp;。"
    assert (hostile["date_published"], hostile["authors"]) == ("2026-02-28T23:30:00+08:00", [{"name": "<i>社</i>"}])


def test_an_entry_keeps_its_id_and_the_newest_stand_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_ENTRIES", 2)
    desk.put(article(1), article(2), article(3))
    desk.look()
    before = {entry.link: entry.id for entry in desk.feed().entries}
    assert [entry.title[-1] for entry in desk.feed().entries] == ["3", "2"]
    desk.put(article(2, "援藏教师来了。"), fetched=NOON + timedelta(hours=1))
    desk.look()
    first = desk.feed().entries[0]
    assert (first.id, first.updated) == (before[first.link], "2026-03-01T13:00:00+00:00")
    assert desk.feed().feed.updated == first.updated


def test_a_feed_is_written_only_where_it_changes(desk: Desk) -> None:
    desk.put(article(1))
    desk.look()
    path = feed_file(desk.settings.data, "援藏", "atom")
    written = path.stat().st_ino
    desk.put(article(2, "风力磨坊。"))
    desk.look()
    assert path.stat().st_ino == written
    desk.put(article(3))
    desk.look()
    assert path.stat().st_ino != written


@pytest.mark.parametrize("value", ["example.org/feeds", "ftp://example.org/", "https://例.org/", "https://a.org/?x"])
def test_an_address_of_feeds_that_is_none(value: str) -> None:
    with pytest.raises(UsageFault, match="WENCANG_FEEDS: is not like https://example"):
        load(Path("data"), {"WENCANG_FEEDS": value})
