"""Tables out and in: Excel workbooks that Excel can hold, and tables of ours and of others read as articles."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.article import Article, Image, Revision
from archive.errors import BadRecord, UsageFault
from archive.rows import CELL, cell, parsed
from crawler.spreadsheet.articles import Read, articles
from crawler.spreadsheet.columns import Columns, parsed_map
from crawler.spreadsheet.sheets import rows
from tests.support.program import Wencang, lines, run
from tests.support.sample import LINES
from wencang.desk import sheets
from wencang.desk.edition import Edition
from wencang.desk.export import export

EDITION = Edition("闻藏")


def book(rows: list[tuple[Any, ...]], *columns: str) -> openpyxl.Workbook:
    out = io.BytesIO()
    sheets.write(out, columns, rows)
    return openpyxl.load_workbook(out)


def values(rows: list[tuple[Any, ...]], *columns: str) -> list[tuple[Any, ...]]:
    return [row for sheet in book(rows, *columns) for row in sheet.iter_rows(values_only=True)]


# Workbooks


def test_dates_are_dates_of_excel_in_shanghai() -> None:
    days = [date(2018, 6, 1), date(1850, 1, 2), None, date(2019, 1, 1)]
    rows = [(datetime(2018, 5, 31, 16, 30, tzinfo=UTC),), *((day,) for day in days)]
    (sheet,) = book(rows, "published")
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["published", "day", "year"],
        [datetime(2018, 6, 1, 0, 30), datetime(2018, 6, 1), 2018],
        [datetime(2018, 6, 1), datetime(2018, 6, 1), 2018],
        ["1850-01-02", "1850-01-02", 1850],
        [None, None, None],
        [datetime(2019, 1, 1), datetime(2019, 1, 1), 2019],
    ]
    assert [sheet.cell(row, 1).number_format for row in (2, 3)] == ["yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:C6")


def test_texts_stay_texts_and_numbers_keep_their_digits() -> None:
    texts = ["=1+1", "+1", "-1", "@a", "＝1", "1e5", "{=a}", "<b>&amp;</b>", "http://a.cn/x", " a "]
    assert [row[0] for row in values([(text,) for text in texts], "title")] == ["title", *texts]
    (sheet,) = book([("=1+1",)], "title")
    assert (sheet["A2"].data_type, sheet["A2"].quotePrefix) == ("s", True)
    numbers = [(1, Decimal("1.5"), 10**16, Decimal("12345678901234567.8"), True, 0.25)]
    assert values(numbers, *"abcdef")[1] == (1, 1.5, str(10**16), "12345678901234567.8", True, 0.25)


def test_a_long_text_is_continued_beside_its_column() -> None:
    for text in ("x" * CELL, "x" * (2 * CELL + 1), "\U00020000" * CELL, "a" * (CELL - 1) + "\U00020000"):
        head, row, short = values([(text, 1), ("", 2)], "body", "n")
        parts = [cell for cell in row[:-1] if cell]
        assert "".join(parts) == text
        assert all(len(part.encode("utf-16-le")) <= 2 * CELL for part in parts)
        assert head == ("body", *(f"body_{n}" for n in range(2, len(parts) + 1)), "n")
        assert short[-1] == 2


def test_links_and_rows_have_the_limits_of_excel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "LINKS", 2)
    monkeypatch.setattr(sheets, "ROWS", 5)
    urls = [
        "http://a.cn/1",
        "http://a.cn/" + "a" * 2_100,
        "javascript:alert(1)",
        *(f"http://a.cn/{n}" for n in range(6)),
    ]
    made = book([(url,) for url in urls], "url")
    texts = [[cell.value for cell in sheet["A"]] for sheet in made]
    assert texts == [["url", *urls[:4]], ["url", *urls[4:8]], ["url", *urls[8:]]]
    links = [[cell.value for cell in sheet["A"] if cell.hyperlink] for sheet in made]
    assert links == [[urls[0], urls[3]], urls[4:6], urls[8:]]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8), max_size=3))
@example(["<r>", "<r></r>", "_x0041_"])
@example(["\ufffe\uffff\x01\r\n", "\r", " \n"])
def test_any_text_comes_back(texts: list[str]) -> None:
    out = io.BytesIO()
    sheets.write(out, ["id", "title"], [(f"i{number}", text) for number, text in enumerate(texts)])
    out.seek(0)
    assert ["".join(row.cells[1:]) for row in rows(out, "a.xlsx", len)][1:] == texts


# Articles out and in again

_TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("=+-@'[]{}\",、;\t\r\n _x<r>\u3000"),
    min_size=1, max_size=12,
).filter(str.strip)  # fmt: skip
_MOMENTS = st.datetimes(
    datetime(1850, 1, 1), datetime(2150, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5))])
).map(lambda time: time.replace(microsecond=0))
_ARTICLES = st.builds(
    Article, url=st.sampled_from(["http://www.tibet.cn/1", "https://a.cn/?a=1", "urn:sha256:1"]),
    title=_TEXT, body=_TEXT, source=_TEXT | st.just(""), section=_TEXT, original_title=_TEXT,
    published=st.none() | _MOMENTS,
    day_only=st.booleans(), authors=st.lists(_TEXT | st.just(""), max_size=3).map(tuple), editor=_TEXT, credit=_TEXT,
    rights=_TEXT, images=st.lists(st.builds(Image, _TEXT, _TEXT | st.just("")), max_size=2).map(tuple),
    restored=st.booleans(), id=_TEXT | st.just(""),
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(_ARTICLES, min_size=1, max_size=3), st.sampled_from(["csv", "xlsx"]), _MOMENTS, st.booleans())
def test_what_was_exported_comes_back_whole(made: list[Article], form: str, fetched: datetime, gone: bool) -> None:
    out = io.BytesIO()
    made = [article for article in made if not (article.day_only and not article.published)]
    revisions = [Revision(1, article, fetched, gone=gone) for article in made]
    if not revisions:
        return
    export.open_format(form).write(revisions, out, EDITION)
    head, *read = articles(io.BytesIO(out.getvalue()), "a", "text", {})
    assert isinstance(head, Columns)
    assert head.is_own
    assert [(row.article, row.fetched, row.gone) for row in read if isinstance(row, Read)] == [
        (article, fetched, gone) for article in made
    ]


@given(st.lists(_TEXT | st.just("")))
def test_a_list_in_a_cell_is_read_as_it_was(names: list[str]) -> None:
    assert parsed("authors", cell("authors", names)) == names


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_archive_is_moved_by_a_table(form: str, wencang: Wencang, tmp_path: Path) -> None:
    assert wencang("import", LINES).returncode == 0
    assert wencang("export", "-o", tmp_path / f"all.{form}").returncode == 0
    again = tmp_path / "again"
    done = run("import", tmp_path / f"all.{form}", data=again)
    assert (done.returncode, done.stderr) == (0, "")
    moved = lines(run("export", "--format", "jsonl", data=again))
    kept = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    for row in (*moved, *kept):  # dates of Excel have milliseconds
        row["fetched"] = row["fetched"][:19]
    assert moved == kept


# Tables of others

HEAD = ["标题", "正文", "日期", "作者", "来源", "网址", "备注"]
ROW = [
    "援藏医生来了",
    "第一段。\r\n\r\n 第二段。",
    "2018年6月1日",
    "央金、王若川",
    "西藏日报",
    "www.tibet.cn/1.html",
    "好",
]


def read(content: bytes, name: str = "a.csv", **chosen: str) -> list[Columns | Read | BadRecord]:
    return list(articles(io.BytesIO(content), name, "mine", chosen))


def as_csv(*rows: list[str], separator: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_of_others_is_understood(encoding: str, separator: str) -> None:
    head, row = read(as_csv(HEAD, ROW, separator=separator).encode(encoding))
    assert isinstance(head, Columns)
    assert str(head).endswith("; not read: 备注")
    assert isinstance(row, Read)
    article = row.article
    assert (article.title, article.body, article.day, article.day_only) == (
        "援藏医生来了", "第一段。\n第二段。", date(2018, 6, 1), True,
    )  # fmt: skip
    assert (article.authors, article.credit) == (("央金", "王若川"), "西藏日报")
    assert (article.url, article.source) == ("http://www.tibet.cn/1.html", "tibet.cn")


def test_columns_are_named_by_the_user() -> None:
    text = as_csv(["Date", "一", "二, 三"], ["2018/6/1", "题", "文"]).encode()
    chosen = parsed_map(["title=一,body=二, 三", "date=Date"])
    assert chosen == {"title": "一", "body": "二, 三", "published": "Date"}
    _head, row = read(text, **chosen)
    assert isinstance(row, Read)
    assert (row.article.title, row.article.body, str(row.article.day)) == ("题", "文", "2018-06-01")
    assert (row.article.source, row.article.url[:11]) == ("mine", "urn:sha256:")
    (fault,) = read(text, title="四")
    assert "has no column 四; name it with --map; columns: Date, 一, 二, 三" in str(fault)
    for wrong in ("titel=一", "title", "title="):
        with pytest.raises(UsageFault, match="is not FIELD=COLUMN; fields: id, url"):
            parsed_map([wrong])


def test_what_can_not_be_read_is_named_by_its_row() -> None:
    rows = [["title", "body", "date"], ["a", "b", ""], [], ["", "b", ""], ["a", "b", "6/1/2018"], ["a", "b"], ["a"]]
    _head, *read_rows = read(as_csv(*rows).encode())
    told = [row.place if isinstance(row, Read) else str(row) for row in read_rows]
    assert told == [
        "a.csv:2", "a.csv:4: title is empty",
        "a.csv:5: the date 6/1/2018 can't be read; write it as 2018-06-01 or 2018年6月1日", "a.csv:6",
        "a.csv:7: body is empty",
    ]  # fmt: skip


def test_a_title_may_stand_above_the_head() -> None:
    text = as_csv(["援藏报道汇总"], [], ["制表：央金", "2018年"], HEAD, ROW, separator=";")
    columns, row = read(text.encode())
    assert isinstance(columns, Columns)
    assert isinstance(row, Read)
    assert row.place == "a.csv:5"
    (fault,) = read(as_csv(["援藏报道汇总"], ["一", "二"]).encode())
    assert "a.csv:1: has no column for title; name it with --map; columns: 援藏报道汇总" in str(fault)


def test_a_workbook_of_others_is_understood() -> None:
    made = openpyxl.Workbook()
    first, second = made.active, made.create_sheet("2019")
    assert first
    first.append(["标题", "正文", "日期", "时间"])
    first.append(["题", "文", date(2018, 6, 1), None])
    first.append(["题", 12.0, datetime(2018, 6, 1, 8, 30), None])
    first.append(["题", True, "2018.6.1", "10:30"])
    second.append(["Headline", "Full Text", "Published At"])
    second.append(["题二", "文", 20190601])
    out = io.BytesIO()
    made.save(out)
    found = read(out.getvalue(), "a.xlsx")
    assert [row.place for row in found if isinstance(row, Read)] == [
        "a.xlsx:Sheet:2", "a.xlsx:Sheet:3", "a.xlsx:Sheet:4", "a.xlsx:2019:2",
    ]  # fmt: skip
    assert [(row.article.issued_text, row.article.body) for row in found if isinstance(row, Read)] == [
        ("2018-06-01", "文"), ("2018-06-01 08:30", "12"), ("2018-06-01 10:30", "true"), ("2019-06-01", "文"),
    ]  # fmt: skip


def damaged() -> Iterator[bytes]:
    whole = io.BytesIO()
    sheets.write(whole, ["title", "body"], [("a", "b" * 999)])
    content = whole.getvalue()
    yield content[: len(content) // 2]
    yield b"PK\x03\x04" + bytes(99)
    yield content.replace(b"sheet1.xml", b"sheet9.xml")


@pytest.mark.parametrize("content", list(damaged()))
def test_a_damaged_workbook_is_a_bad_record(content: bytes) -> None:
    with pytest.raises(BadRecord, match=r"a\.xlsx: is not a workbook that can be read"):
        read(content, "a.xlsx")


def test_a_preview_writes_nothing(wencang: Wencang, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(as_csv(HEAD, ROW, ["", "", "", "", "", "", "x"], ROW, ROW), encoding="gb18030")
    done = wencang("import", file, "--dry-run", "--limit", "2", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["place"].removeprefix(str(tmp_path)), row["refused"]) for row in rows] == [
        ("/a.csv:2", ""), ("/a.csv:3", "title is empty"), ("/a.csv:4", ""),
    ]  # fmt: skip
    assert done.returncode == 5
    assert "columns: title = 标题, body = 正文" in done.stderr
    assert "nothing was written: 3 articles would be read, 1 records refused" in done.stderr
    assert not (tmp_path / "data").exists()
    assert wencang("import", file).returncode == 5
    assert len(lines(wencang("search", "援藏", "--json"))) == 1


# Every table


def test_every_table_is_a_workbook(crawled: Path, tmp_path: Path) -> None:
    for command in (
        "search 援藏", "figures 援藏", "timeline 援藏 --by year", "keywords 援藏", "collocations 西藏 --least 1",
        "concordance 援藏", "changes", "export 援藏",
    ):  # fmt: skip
        out = tmp_path / f"{command.split()[0]}.xlsx"
        done = run(*command.split(), "-o", out, data=crawled)
        if done.returncode == 1:
            assert not out.exists()
            continue
        assert done.returncode == 0, done.stderr
        assert len(pandas.read_excel(out)) > 0, command
    times = pandas.read_excel(tmp_path / "search.xlsx")[["published", "day"]]
    assert all(str(kind).startswith("datetime64") for kind in times.dtypes)


def test_csv_says_which_texts_excel_would_break(wencang: Wencang, tmp_path: Path) -> None:
    line = {"url": "http://a.cn/1", "title": "长文", "body": "很长。" * 12_000}
    (tmp_path / "long.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    wencang("import", tmp_path / "long.jsonl")
    done = wencang("export", "-o", tmp_path / "a.csv")
    assert "1 article has a text longer than the 32767 characters of a cell of Excel" in done.stderr
    assert "page-" in done.stderr
    done = wencang("export", "-o", tmp_path / "a.xlsx")
    assert "longer" not in done.stderr
    frame = pandas.read_excel(tmp_path / "a.xlsx")
    assert frame.body[0] + frame.body_2[0] == line["body"]
