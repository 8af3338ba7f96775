"""A source is data: what is read from TOML, what is refused and where, and what names it by its name."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wencang as package
from archive.errors import UsageFault
from archive.processes import Ended, Worker
from archive.proof.backup import restore
from archive.settings import load
from crawler.sources import SHIPPED, Form, Source, Sources, of_text, to_toml
from crawler.sources.lines import line_of
from crawler.sources.reading import read
from crawler.sources.runaway import TooComplicatedError, attack_on, attacks
from tests.support.program import Wencang, lines
from tests.support.sample import ROOT
from tests.support.site import answering

FILE = Path("example_cn.toml")
TEXT = r"""# A site of our own.
site = "example.cn"
title = "草原新闻网"
hosts = ["www.example.cn"]
article = 'http://www\.example\.cn/(?P<section>\w+)/(?P<date>\d{6})/t(?P<key>\d+)\.html'
lists = [
    "http://www.example.cn/news/",  # the only one
    "http://www.example.cn/tech/",
]
rows = "//ul/li/a/@href"
page_count = '共(\d+)页'
page_url = "{list}index_{n}.html"

[sections]
news = "要闻"

[[form]]
name = "page"
until = 2024-03-01
mark = "//div[has-class('content')]"
title = "//h1"
body = "//div[has-class('content')]"
info = '''
//div[has-class('info')]'''

[[form]]
name = "old"
mark = "//h2"
body = "//table"
"""


def test_what_a_file_says() -> None:
    text = TEXT.replace("'''\n", "'")[:-1].replace("info')]'''", "info')]'").replace("info = '//", 'info = "//')
    text = text.replace("""info')]'""", """info')]\"""")
    source = of_text(text, FILE)
    assert (source.name, source.site, source.hosts) == ("example_cn", "example.cn", frozenset({"www.example.cn"}))
    assert source.article_id("https://example.cn/news/202403/t77.html?from=timeline") == "example.cn-77"
    assert [(form.name, form.title, form.until) for form in source.forms] == [
        ("page", "//h1", date(2024, 3, 1)),
        ("old", "", None),
    ]
    assert source.list_page(source.lists[1], 2) == "http://www.example.cn/tech/index_2.html"


PLAIN = TEXT.replace("info = '''\n//div[has-class('info')]'''", "info = \"//div[has-class('info')]\"")


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "reason"),
    [
        ('title = "草原新闻网"', "title = 7", 3, "title", "is not a text"),
        ('title = "草原新闻网"', "titel = 7", 3, "titel", "is not a field"),
        ('title = "草原新闻网"\n', "", 1, "", "title is missing"),
        ('["www.example.cn"]', "[]", 4, "hosts", "is empty"),
        ('["www.example.cn"]', '["http://www.example.cn/"]', 4, "hosts", "is not"),
        ('["www.example.cn"]', '["example.cn"]', 4, "hosts", "write www.example.cn"),
        ("article = '", "article = []\nskip = '", 5, "article", "is empty"),
        ("(?P<key>", "(?P<number>", 5, "article", "has no group key"),
        (r"\w+)/(?P<date>", r"\w+/(?P<date>", 5, "article", "is not a valid pattern"),
        ("'http://www", "'https://www", 5, "article", "no canonical address"),
        (r"(?P<section>\w+)", r"(?P<section>(?:\w+/?)+)", 5, "article", "can run away"),
        ('"http://www.example.cn/tech/"', '"/tech/"', 6, "lists", "is not an address"),
        ('"http://www.example.cn/tech/"', "8", 6, "lists", "is not a text"),
        ("//ul/li/a/@href", "//ul/li/a", 10, "rows", "does not end in an attribute"),
        ("//ul/li/a/@href", "//ul/li[a/@href", 10, "rows", "is not a valid XPath"),
        (r"共(\d+)页", r"共\d+页", 11, "page_count", "has no group"),
        (r"共(\d+)页", r"共(\d+", 11, "page_count", "is not a valid pattern"),
        (r"共(\d+)页", r".*.*(\d+)", 11, "page_count", "can run away"),
        ("{list}index_{n}.html", "{list}index.html", 12, "page_url", "is not the address of a further page"),
        ("{list}index_{n}.html", "{list}{n:>999999999}", 12, "page_url", "is not the address of a further page"),
        ("{list}index_{n}.html", "{list.x}{n}", 12, "page_url", "is not the address of a further page"),
        ("{list}index_{n}.html", "{list}{n", 12, "page_url", "expected '}'"),
        ('news = "要闻"', 'news = ["要闻"]', 15, "sections.news", "is not a text"),
        ("2024-03-01", '"2024-03-01"', 19, "form.until", "is not a day"),
        ("2024-03-01", "2024-03-01T10:00:00", 19, "form.until", "is not a day"),
        ("2024-03-01", "2024-03-01\nsince = 2024-03-02", 19, "form.until", "is before since"),
        ("//div[has-class('content')]\"\ntitle", "//div[matches(@class, 'a')]\"\ntitle", 20, "form.mark", "matches()"),
        ('mark = "//h2"', 'mark = "count(//h2)"', 27, "form.mark", "does not select nodes"),
        ('mark = "//h2"\n', "", 25, "form", "mark is missing"),
        ('mark = "//h2"', 'marks = "//h2"', 27, "form.marks", "is not a field"),
        ('name = "old"', 'name = "page"', 26, "form.name", "earlier form"),
        ('[[form]]\nname = "page"', "[[forms]]\nname = 1", 17, "forms", "is not a field"),
    ],
)
def test_a_fault_names_file_line_and_field(old: str, new: str, line: int, field: str, reason: str) -> None:
    assert PLAIN.count(old) == 1
    with pytest.raises(UsageFault) as caught:
        of_text(PLAIN.replace(old, new), FILE)
    subject = f"{FILE}:{line}: {field}" if field else f"{FILE}:{line}"
    assert caught.value.subject.partition(".www")[0] == subject
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_line_is_found_in_texts_and_lists_of_several_lines() -> None:
    text = 'a = """\nb = 1\n[c]\n"""\nd = [ # [\n  "]",\n  {x = "[", y = 2},\n]\n\n\n# c\n[c.e]\n'
    text += "'b' = '''\n\"\"\"'''\n[[f]]\n[[f]]\ng = 1"
    fields = [("a",), ("d", 1, "y"), ("c", "e"), ("c", "e", "b"), ("f", 1, "g"), ()]
    assert [line_of(text, keys) for keys in fields] == [
        1, 5, 12, 13, 17, 1,
    ]  # fmt: skip


# Files as people and editors leave them


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (TEXT.encode("gbk"), "is not valid UTF-8"),
        (TEXT.encode("utf-16"), "is not valid UTF-8"),
        (b"\0" * 300, "is not valid TOML"),
        (b"a = " + b"[" * 4_000, "is not valid TOML"),
        (b"a = " + b"[" * 100_000, ":1: is longer than 5000 characters"),
        (b".".join([b"a"] * 20_000) + b" = 1", ":1: is longer than 5000 characters"),
        (b".".join([b"a"] * 2_000) + b" = 1", "is not"),
        (b"a = {" * 900, "is not valid TOML"),
        (b"# x\n" * 100_000, "is larger than 256 KB"),
        (TEXT.replace("[sections]", "[sections").encode(), ":14: is not valid TOML"),
        (TEXT.replace("site =", "title =").encode(), ":3: is not valid TOML"),
        (b"", "site is missing"),
    ],
)
def test_a_hostile_file_is_refused_in_a_line(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "example_cn.toml"
    path.write_bytes(content)
    with pytest.raises(UsageFault) as caught:
        read(path)
    assert reason in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_a_byte_order_mark_and_line_ends_of_windows_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "example_cn.toml"
    path.write_bytes(b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode())
    assert read(path) == of_text(PLAIN, path)


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
XPATHS = st.sampled_from(["//h1", "//div[@id='a']", '//p[contains(., "\'")]', "//a[has-class('b')]", "(//h1)[last()]"])
DAYS = st.none() | st.dates()


@st.composite
def forms(draw: st.DrawFn) -> tuple[Form, ...]:
    names = draw(st.lists(TEXTS.map(str.strip), max_size=3, unique=True))
    return tuple(
        Form(name, draw(XPATHS), draw(XPATHS), draw(XPATHS), draw(XPATHS), editor=draw(XPATHS), since=draw(DAYS))
        for name in names
    )


SOURCES = st.builds(
    Source,
    name=st.just("example_cn"),
    site=TEXTS.map(str.strip),
    title=TEXTS.map(str.strip),
    hosts=st.frozensets(st.sampled_from(["www.example.cn", "news.example.cn", "a.b.example.cn"]), min_size=1),
    article=st.lists(
        TEXTS.map(lambda text: re.compile("(?P<section>)(?P<key>)" + re.escape(text))), min_size=1, max_size=3
    ).map(tuple),
    forms=forms(),
    lists=st.lists(st.sampled_from(["http://www.example.cn/", "https://a.cn/\"'''\\"]), max_size=3).map(tuple),
    rows=st.sampled_from(["", "//a/@href", "//td/a/@onclick"]),
    row=st.none() | TEXTS.map(lambda text: re.compile(f"({re.escape(text)})")),
    page_url=st.sampled_from(["", "{list}index_{n}.html", "http://a.cn/?page={next}"]),
    sections=st.dictionaries(KEYS, TEXTS, max_size=4),
    verified=DAYS,
)


@given(SOURCES, TEXTS)
@settings(deadline=None)
def test_a_written_source_is_read_as_it_was(source: Source, comment: str) -> None:
    assert of_text(to_toml(source, comment), FILE) == source


@pytest.mark.parametrize("name", SHIPPED.names())
def test_a_shipped_source_keeps_all_rules_and_is_read_as_it_was_written(name: str) -> None:
    source = read(ROOT / "crawler" / "sources" / f"{name}.toml")
    assert source == SHIPPED.load(name)
    assert of_text(to_toml(source), Path(f"{name}.toml")) == source


# Patterns that run away

RUNAWAY = [
    r"(a+)+b", r"(a*)*b", r"(a|a)*b", r"(?:a|aa)+b", r"(?:a?){30}a{30}", r".*.*x", r"(?:\w+\s?)*!", r"(x+x+)+y",
    r"http://x/.*/.*", r"(?:ab|a|b)*c", r"(?:ab?a?){30}c", r"(?:(?:a{1,10}){1,10}){1,10}b", r"a*a*b*b*x",
    r"(?:a{2,3})+b", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(?=(a+)+$)b", r"(|a|b*)*c", r"(?:\d{0,200}){3}x",
    r"(?P<x>a*)(?P=x)(?P=x)b", r"(?:a*|b)*?c", r"(?:西+)+藏", r"(?:.|\n)*(?:.|\n)*x", r"(?s).*<a[^>]*>.*</a>",
]  # fmt: skip
HARMLESS = [
    r"http://x/[^/]+/[^/]+/\d+\.html", r"(\w+/)*\w+", r"http://x/(?:a|b)/.*", r"(?:\d{4}-\d\d/)?t\d+_\d+",
    r"(?P<m>\d{6})/t(?P=m)\d\d", r"[^<>]{0,200}>", r"(?i:A|b)*c", r"(?:ab|cd)*e", r"a{0,50}b",
]  # fmt: skip


@pytest.mark.parametrize("pattern", RUNAWAY)
def test_a_pattern_that_runs_away_is_found(pattern: str) -> None:
    assert attack_on(re.compile(pattern), searched=False)
    assert attack_on(re.compile(pattern), searched=True)


@pytest.mark.parametrize("pattern", HARMLESS)
def test_a_harmless_pattern_is_not(pattern: str) -> None:
    assert attack_on(re.compile(pattern), searched=False) == ""


def test_a_repeat_at_the_beginning_runs_away_only_where_it_is_searched_for() -> None:
    assert attack_on(re.compile(r"\d+页"), searched=False) == ""
    assert attack_on(re.compile(r"\d+页"), searched=True)
    assert attack_on(re.compile(r"共\d+页"), searched=True) == ""


@pytest.mark.parametrize("pattern", [r"x{0,5000}", r"((a{50}){50}){50}"])
def test_what_is_too_large_to_decide_is_refused(pattern: str) -> None:
    with pytest.raises(TooComplicatedError):
        attack_on(re.compile(pattern), searched=True)
    with pytest.raises(UsageFault, match="too complicated"):
        of_text(PLAIN.replace(r"共(\d+)页", f"({pattern})"), FILE)


PARTS = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "[^a]", ".", r"\w", r"\d", "ab"]),
    lambda part: st.one_of(
        st.tuples(part, part).map("".join),
        st.tuples(part, part).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(part, st.sampled_from(["*", "+", "?", "{2}", "{0,3}", "*?", "{1,20}"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)


def matched(pattern: str, text: str) -> None:
    re.compile(pattern).fullmatch(text)


def test_no_pattern_that_passes_takes_long() -> None:
    """Whatever passes is tried on attacks of several kinds, in a process that is ended after two seconds."""
    worker = Worker[None](2.0)
    tried: set[str] = set()

    @given(PARTS)
    @settings(deadline=None, max_examples=300)
    def tries(pattern: str) -> None:
        try:
            if attack_on(re.compile(pattern), searched=False):
                return
        except TooComplicatedError:
            return
        words = {"a", "b", "ab", "0", "aab", *(word for _begin, word in attacks(re.compile(pattern), False))}
        texts = [word * (20_000 // len(word)) + "!\n" for word in sorted(words)]
        assert not any(
            isinstance(result, Ended) for result in worker.run([partial(matched, pattern, text) for text in texts])
        )
        tried.add(pattern)

    try:
        tries()
    finally:
        worker.close()
    assert len(tried) > 50


# A user's own sources

ARTICLE = """<html><head><meta charset="utf-8"><title>{title}_草原新闻网</title></head><body><h1>{title}</h1>
<div class="info">2024-03-0{n} 10:20 来源：那曲日报</div>
<div class="content"><p>草原上的第{n}座车站今天通车，牧民们赶着牛羊来看第一班车，车票是{n}元。</p></div>
</body></html>"""
PAGES = {
    f"http://www.example.cn/news/202403/t{n}.html": ARTICLE.format(title=f"第{n}座车站通车", n=n).encode()
    for n in (1, 2, 3)
} | {
    "http://www.example.cn/news/": "".join(
        f"<ul><li><a href='/news/202403/t{n}.html'>题</a></li></ul>" for n in (1, 2, 3)
    ).encode()
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a source of its own, example_cn, whose site is not named like it."""
    folder = tmp_path / "data" / "sources"
    folder.mkdir(parents=True)
    (folder / "example_cn.toml").write_text(
        PLAIN.replace('site = "example.cn"', 'site = "grassland"'), encoding="utf-8"
    )
    return tmp_path / "data"


def test_a_source_of_ones_own_is_crawled_and_named_like_a_shipped_one(data: Path, wencang: Wencang) -> None:
    def answer(url: str, _headers: object) -> tuple[int, dict[str, str], bytes]:
        return (200, {}, PAGES[url]) if url in PAGES else (404, {}, b"")

    with answering(answer) as proxy:
        done = wencang("crawl", "example_cn", http_proxy=proxy, WENCANG_CONTACT="a@example.org")
    assert done.returncode == 0, done.stderr
    found = lines(wencang("search", "车站", "--source", "example_cn", "--json"))
    assert {row["source"] for row in found} == {"grassland"}
    assert {row["section"] for row in found} == {"news 要闻"}
    assert len(found) == 3
    assert lines(wencang("runs", "example_cn", "--json"))[0]["new"] == 3
    (row,) = [row for row in lines(wencang("source", "list", "--json")) if row["name"] == "example_cn"]
    assert (row["origin"], row["lists"], row["last_crawl"] is None) == ("own", 2, False)
    assert wencang("reextract", "example_cn").returncode == 0
    assert wencang("gaps", "example_cn").returncode in (0, 1)
    listed = wencang("crawl", "no_such")
    assert (listed.returncode, "example_cn, tibet_cn" in listed.stderr) == (2, True)


def test_an_own_source_replaces_the_shipped_one_of_its_name(data: Path, wencang: Wencang) -> None:
    (data / "sources" / "vtibet_com.toml").write_text(
        (ROOT / "crawler/sources/vtibet_com.toml").read_text(encoding="utf-8").replace("西藏之声", "西藏之音"),
        encoding="utf-8",
    )
    sources = Sources(data / "sources")
    assert sources.load("vtibet_com").title == "西藏之音"
    own = sources.of("http://vtibet.com/xw_702/")
    assert own
    assert own.title == "西藏之音"
    assert SHIPPED.load("vtibet_com").title == "西藏之声"
    (row,) = [row for row in lines(wencang("source", "list", "--json")) if row["name"] == "vtibet_com"]
    assert row["origin"] == "own, replaces shipped"
    assert "西藏之音" in wencang("source", "show", "vtibet_com").stdout


def test_a_broken_source_is_listed_with_its_fault_and_stops_what_would_use_it(data: Path, wencang: Wencang) -> None:
    path = data / "sources" / "example_cn.toml"
    path.write_text(PLAIN.replace("rows", "row_s"), encoding="utf-8")
    done = wencang("source", "list")
    assert (done.returncode, f"{path}:10: row_s" in done.stderr) == (6, True)
    done = wencang("crawl", "example_cn")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"{path}:10: row_s" in done.stderr


def test_an_edit_that_is_not_valid_is_kept_beside_the_source(data: Path, wencang: Wencang) -> None:
    path, draft = data / "sources" / "example_cn.toml", data / "sources" / "example_cn.toml.draft"
    before = path.read_text(encoding="utf-8")
    done = wencang("source", "edit", "example_cn", VISUAL="sed -i s/^title/titel/")
    assert (done.returncode, f"{draft}:3: titel" in done.stderr) == (2, True)
    assert (path.read_text(encoding="utf-8"), draft.exists()) == (before, True)
    assert wencang("source", "edit", "example_cn", VISUAL="sed -i s/^titel/title/").returncode == 0
    assert not draft.exists()
    assert wencang("source", "edit", "example_cn", VISUAL="sed -i s/only/first/").returncode == 0
    assert path.read_text(encoding="utf-8") == before.replace("only", "first")  # with its comments
    for editor in ("false", "no-such-editor", "'"):
        assert wencang("source", "edit", "example_cn", VISUAL=editor).returncode == 2
    assert wencang("source", "edit", "xzxw_com", VISUAL="sed -i 's/^title.*/title=\"我们的\"/'").returncode == 0
    assert Sources(data / "sources").load("xzxw_com").title == "我们的"
    assert wencang("source", "edit", "nothing").returncode == 2


def test_a_check_reads_pages_and_saved_pages_without_the_site(data: Path, wencang: Wencang, tmp_path: Path) -> None:
    saved = data / "sources" / "example_cn"
    saved.mkdir()
    url = "http://www.example.cn/news/202403/t1.html"
    (saved / "first.html").write_bytes(PAGES[url])
    (saved / "first.json").write_text(
        json.dumps({"url": url, "path": "rules", "title": "第1座车站通车"}), encoding="utf-8"
    )
    (saved / "gone.html").write_text("<html><title>404</title><body>您访问的页面不存在</body></html>", encoding="utf-8")
    (saved / "gone.json").write_text(json.dumps({"url": url, "not_an_article": "was deleted"}), encoding="utf-8")
    assert wencang("source", "check", "example_cn", "--offline").returncode == 0
    with package.open(data) as archive:
        assert archive.check_source("example_cn", offline=True).saved == 2
    (saved / "first.json").write_text(json.dumps({"url": url, "title": "第一座车站通车"}), encoding="utf-8")
    done = wencang("source", "check", "example_cn", "--offline")
    assert (done.returncode, "第一座" in done.stdout, "第1座" in done.stdout) == (6, True, True)
    page = wencang("source", "check", "example_cn", f"{url}={saved / 'first.html'}")
    assert (page.returncode, "page form" in page.stdout) == (0, True)
    draft = tmp_path / "draft.toml"
    draft.write_text(PLAIN.replace("//h1", "//h5"), encoding="utf-8")
    page = wencang("source", "check", draft, f"{url}={saved / 'first.html'}")
    assert (page.returncode, "title" in page.stderr) == (6, True)
    (saved / "first.json").write_text("[", encoding="utf-8")
    assert wencang("source", "check", "example_cn", "--offline").returncode == 2


def test_own_sources_and_their_pages_are_backed_up_and_restored(data: Path, wencang: Wencang, tmp_path: Path) -> None:
    (data / "sources" / "example_cn").mkdir()
    (data / "sources" / "example_cn" / "page.html").write_bytes("<html>那曲</html>".encode("gbk"))
    assert wencang("import", ROOT / "tests/pages/mirror/signing-glossed.txt").returncode == 0
    for _again in range(2):
        assert wencang("backup", tmp_path / "copy").returncode == 0
    restore(tmp_path / "copy", tmp_path / "restored")
    for name in ("example_cn.toml", "example_cn/page.html"):
        assert (tmp_path / "restored" / "sources" / name).read_bytes() == (data / "sources" / name).read_bytes()


def test_scrapy_finds_the_shipped_and_the_own_sources(data: Path) -> None:
    from scrapy import Request
    from scrapy.settings import Settings

    from crawler.settings import handed_over
    from crawler.spiders import Spiders

    spiders = Spiders.from_settings(Settings(handed_over(load(data))))
    assert spiders.list() == ["example_cn", *SHIPPED.names()]
    assert spiders.load("example_cn").source.site == "grassland"
    assert spiders.find_by_request(Request("http://example.cn/")) == ["example_cn"]
    with pytest.raises(KeyError):
        spiders.load("nothing")


@pytest.mark.parametrize("name", ["Example", "a-b", "1a", "a b"])
def test_a_file_with_a_name_that_no_source_can_have_is_refused(name: str, data: Path) -> None:
    shutil.copy(data / "sources" / "example_cn.toml", data / "sources" / f"{name}.toml")
    with pytest.raises(UsageFault, match="is not a valid name"):
        list(Sources(data / "sources").every())


def test_a_file_that_changes_is_read_again(data: Path) -> None:
    sources, path = Sources(data / "sources"), data / "sources" / "example_cn.toml"
    first = sources.load("example_cn")
    path.write_text(path.read_text(encoding="utf-8").replace("草原新闻网", "草原新闻"), encoding="utf-8")
    assert sources.load("example_cn") == replace(first, title="草原新闻")


@pytest.mark.parametrize("document", ["sources.md", "sources.zh.md"])
def test_the_example_of_the_documents_is_valid(document: str) -> None:
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    source = of_text(example, FILE)
    assert (source.site, source.forms[0].name) == ("example.cn", "page")
    assert source.article_id("http://www.example.cn/news/202403/t5.html") == "example.cn-5"
