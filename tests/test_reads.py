"""What a search reads of a SQLite file without SQLAlchemy is what the store reads."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import Article, Image, Origin, RawPage
from archive.databases.sqlite import FILE
from archive.errors import ArchiveUnusable
from archive.settings import Settings, load
from archive.store import ArticleStore, migration, reads
from tests.support.sample import ARTICLES

FETCHED = datetime(2022, 6, 1, 3, 4, 5, 678, tzinfo=UTC)
PAGE = RawPage("pages/2022-a.warc.gz", 7, "<urn:uuid:1>", "0" * 64)
_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
_ARTICLES = st.builds(
    replace,
    st.sampled_from(ARTICLES),
    title=_TEXTS.map(lambda text: f"西藏{text}"),
    body=_TEXTS,
    editor=_TEXTS,
    authors=st.lists(_TEXTS, max_size=2).map(tuple),
    images=st.lists(st.builds(Image, _TEXTS, _TEXTS), max_size=2).map(tuple),
    published=st.none() | st.datetimes(datetime(1950, 1, 1), datetime(2049, 1, 1), timezones=st.just(UTC)),
    restored=st.booleans(),
)


def opened(settings: Settings) -> reads.FileReads:
    file = reads.open_file(settings)
    assert file
    return file


@given(st.lists(_ARTICLES, max_size=4), st.booleans(), st.none() | st.just(Origin("http://web.archive/1", FETCHED)))
def test_what_is_read_is_what_the_store_has(
    tmp_path_factory: pytest.TempPathFactory, articles: list[Article], gone: bool, origin: Origin | None
) -> None:
    settings = load(tmp_path_factory.mktemp("data"))
    with ArticleStore.create(settings) as store:
        for hours, article in enumerate([*ARTICLES[:3], *articles]):
            fetched = FETCHED + timedelta(hours=hours)
            store.put(article, fetched, gone=gone, origin=origin, keep=lambda _earlier: (PAGE,))
        store.withdraw(ARTICLES[0].id, "by request")
        kept = {revision.article.id: revision for revision in store.kept()}
        ids = [*kept, ARTICLES[0].id, "unknown"]
        with closing(opened(settings)) as file:
            for each in (store, file):
                assert each.get_many(ids) == kept
                assert {text.id: text.body for text in each.texts(ids)} == {
                    id: revision.article.body for id, revision in kept.items()
                }
                assert each.sources() == sorted({revision.article.source for revision in store.changes()})
                assert each.changed_since(2) == len(list(store.changes(after=2)))
                assert each.digest_at(2) == next(iter(store.between(2, 2))).digest
                assert each.digest_at(10**9) is None


def test_the_statements_are_of_the_newest_tables() -> None:
    assert migration.newest() == reads.VERSION


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE archive SET version = 1",
        "UPDATE archive SET version = 99",
        "CREATE VIEW other AS SELECT 1",
        "CREATE TRIGGER other AFTER INSERT ON articles BEGIN SELECT 1; END",
        "DROP TABLE archive",
    ],
)
def test_a_file_that_does_not_fit_is_left_to_the_store(tmp_path: Path, change: str) -> None:
    settings = load(tmp_path)
    assert reads.open_file(settings) is None
    with ArticleStore.create(settings):
        opened(settings).close()
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute(change)
        connection.commit()
    assert reads.open_file(settings) is None


@pytest.mark.parametrize(
    "change",
    ["fetched = '2022-06-01'", "fetched = 7", "authors = '['", "authors = 7", "pages = '[[1, 2]]'", "title = x'ff'"],
)
def test_a_value_that_is_not_ours_is_told(tmp_path: Path, change: str) -> None:
    settings = load(tmp_path)
    with ArticleStore.create(settings) as store:
        store.put(ARTICLES[0], FETCHED)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute(f"UPDATE revisions SET {change}")
        connection.commit()
    with ArticleStore.open(settings) as store, closing(opened(settings)) as file:
        for each in (store, file):
            with pytest.raises(ArchiveUnusable, match=FILE):
                each.get_many([ARTICLES[0].id])
