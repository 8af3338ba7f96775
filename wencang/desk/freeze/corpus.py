"""A citable corpus: the articles of a question frozen in a BagIt folder, and compared with an archive later."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from archive.article import Annotation, Article, Revision
from archive.batches import batches
from archive.disk import atomic_folder, unwritable
from archive.errors import UsageFault, Withdrawn
from archive.jsonl import origin, tags_and_notes, times, values
from archive.proof.manifest import manifests
from archive.settings import Settings, version
from archive.storage import of as storage_of
from archive.store import ArticleStore
from archive.tables.tags import annotations_in
from archive.text.messages import Message, of_error
from archive.text.translation import gettext as _
from indexer.engines.engine import SearchEngine
from wencang.desk.freeze import bag
from wencang.desk.stream import Stream
from wencang.desk.table import Table

Info = Iterable[tuple[str, str]]
FILE = f"{bag.PAYLOAD}/articles.jsonl"
_BATCH = 500
SAME, GONE, CHANGED, DIFFERENT, WITHDRAWN, MISSING = (
    "same", "gone", "changed", "different", "withdrawn", "missing",
)  # fmt: skip
KEPT = (SAME, GONE, CHANGED)  # the frozen text is still in the archive
STATES = (*KEPT, DIFFERENT, WITHDRAWN, MISSING)
OF_THIS_BAG = ("Bagging-Date", "Bag-Software-Agent", "Frozen", "Articles", "Text", "Payload-Oxum")
_README = """\
这是一份可引用的语料（BagIt，RFC 8493），由“闻藏”（wencang）冻结。
{what_zh}检索式、时间、版本见 bag-info.txt。
核对：sha256sum -c manifest-sha256.txt tagmanifest-sha256.txt，或 wencang freeze --check 本文件夹。
tags、notes 是冻结时使用者所加的标签和笔记（annotations 记其作者和时间），不属于文章；核对只比较文章，补全时照旧保留。
引用时请写明 manifest-sha256.txt 的 SHA-256。各文权利归其所有者。

A corpus that can be cited (BagIt, RFC 8493), frozen by wencang.
{what_en} bag-info.txt has the query, the time and the versions.
To check it: sha256sum -c manifest-sha256.txt tagmanifest-sha256.txt, or wencang freeze --check FOLDER.
tags and notes are what its maker had added to the articles (annotations: who and when); --check compares the
articles only, --fill keeps them.
Cite the SHA-256 of manifest-sha256.txt. The rights in each article are its owner's.
"""
_WHOLE = (
    "data/articles.jsonl 每行一篇文章（JSON），可用 wencang import 读入；",
    "data/articles.jsonl holds an article a line (JSON); wencang import reads it.",
)
_TEXT_FREE = (
    "data/articles.jsonl 每行一篇文章的出处与标题，不含正文；digest 为“标题、换行、正文”（UTF-8）的 SHA-256，\n"
    "characters 为正文字数。"
    "自己的存档里若有这些文章：wencang freeze --fill 本文件夹 -o 新文件夹 补全正文。",
    "data/articles.jsonl describes an article a line, without its text: digest is the SHA-256 of title, newline, body\n"
    "(UTF-8), characters the length of the body. If your own archive has these articles,\n"
    "wencang freeze --fill FOLDER -o NEW adds the texts.",
)


class Frozen(NamedTuple):
    """An article as a corpus names it; `digest` is the SHA-256 (hex) of its text, `annotations` are those then."""

    id: str
    url: str
    digest: str
    annotations: tuple[Annotation, ...] = ()


class Compared(NamedTuple):
    """What has become of a frozen article in an archive; the version with the frozen text, where it is still there."""

    frozen: Frozen
    state: str
    revision: Revision | None


@dataclass(frozen=True, slots=True)
class Corpus(Table):
    """A corpus in `folder`: how many articles it has, and the SHA-256 (hex) of its manifest, by which it is cited.

    Without articles nothing was written. The rows are read from the folder at each iteration.
    """

    folder: Path
    articles: int
    sha256: str = ""
    notices: tuple[Message, ...] = ()
    columns = ("id", "url", "digest")

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """The values of `columns`, a row an article; `digest` is the SHA-256 (hex) of title, newline and body."""
        frozen = read(self.folder) if self.articles else iter(())
        return ((article.id, article.url, article.digest) for article in frozen)


@dataclass(frozen=True, slots=True)
class CorpusCheck(Table):
    """Whether a corpus is as it was made, and what has become of its articles in an archive.

    `faults` name the files that differ, a line each. Where there are none, and there is an archive
    (`compared`), each iteration compares the articles with it anew, a few at a time.
    """

    folder: Path
    faults: tuple[str, ...]
    compared: bool
    articles: Iterable[Compared] = field(default=(), repr=False)
    notices: tuple[Message, ...] = ()
    columns = ("id", "url", "state")

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """The values of `columns`, a row an article.

        `state` is same, gone (the site no longer shows it), changed (the frozen text is an older
        version), different (the archive has only other texts of it), withdrawn or missing.
        """
        for frozen, state, _revision in self.articles:
            yield frozen.id, frozen.url, state


@dataclass(frozen=True, slots=True)
class Filled(Table):
    """A corpus with the texts that an archive has: `lacking` articles of the old one are not in the new one.

    The rows are those articles. Where `check` has faults nothing was written.
    """

    check: CorpusCheck
    corpus: Corpus
    lacking: int = 0
    columns = CorpusCheck.columns

    @property
    def notices(self) -> tuple[Message, ...]:
        return self.check.notices

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """The values of `columns`, a row a lacking article; as those of a CorpusCheck."""
        return (row for row in self.check.rows() if row[2] not in KEPT) if self.lacking else iter(())


def without_text(revision: Revision) -> dict[str, Any]:
    """What identifies a text, and may be shared where the text may not."""
    article = revision.article
    return {
        "id": article.id, "url": article.url, "source": article.source, "section": article.section,
        "title": article.title, "authors": list(article.authors), "credit": article.credit,
        "published": article.issued and article.issued.isoformat(), **times(revision),
        "digest": revision.digest, "characters": len(article.body), **tags_and_notes(revision),
        **origin(revision),
    }  # fmt: skip


def provenance(store: ArticleStore, index: SearchEngine, settings: Settings, engine: str) -> list[tuple[str, str]]:
    """The state of archive and index that a question was asked of, as labels and values of a bag."""
    info = [
        ("Engine", engine or settings.engine), ("Lexicon-SHA256", sha256(index.lexicon().encode()).hexdigest()),
        ("Index-Position", str(index.position())), ("Archive-Sequence", str(store.sequence())),
    ]  # fmt: skip
    if newest := manifests(storage_of(settings))[-1:]:
        info += [("Archive-Manifest", newest[0].name), ("Archive-Manifest-SHA256", newest[0].sha256())]
    return info


def freeze(folder: Path, revisions: Iterable[Revision], info: Info, whole: bool = True) -> int:
    """Make a bag of an empty folder; how many articles it holds. It is reproducible but for `info`.

    `info` is read after the articles were written.
    """
    to_values: Callable[[Revision], dict[str, Any]] = values if whole else without_text
    count = 0
    (folder / bag.PAYLOAD).mkdir()
    with (folder / FILE).open("wb") as file:
        for revision in revisions:
            file.write((json.dumps(to_values(revision), ensure_ascii=False) + "\n").encode())
            count += 1
    what_zh, what_en = _WHOLE if whole else _TEXT_FREE
    labels = [*info, ("Articles", str(count)), ("Text", "whole" if whole else "none")]
    bag.close(folder, labels, _README.format(what_zh=what_zh, what_en=what_en))
    return count


def write(out: Path, revisions: Iterable[Revision], info: Info, now: datetime, whole: bool = True) -> Corpus:
    """Freeze articles in a new folder, which appears whole or not at all; nothing where there are none.

    Raises UsageFault for a folder that is not empty, or can't be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageFault(out, _("already exists"), _("name a new folder with -o"))
    articles = iter(revisions)
    if not (first := next(articles, None)):
        return Corpus(out, 0)
    made = [("Bagging-Date", f"{now:%Y-%m-%d}"), ("Bag-Software-Agent", f"wencang {version()}")]
    frozen = [("Frozen", now.isoformat(timespec="seconds"))]
    try:
        with atomic_folder(out) as new:
            count = freeze(new, chain([first], articles), chain(made, info, frozen), whole)
    except OSError as error:
        raise unwritable(out, error, _("name another folder")) from error
    return Corpus(out, count, bag.sha256_of(out / bag.MANIFEST))


def check(folder: Path, store: ArticleStore | None) -> CorpusCheck:
    """Check the files of a corpus, then compare its articles with an archive, where there is one.

    Raises UsageFault where there is no such folder.
    """
    if not folder.is_dir():
        raise UsageFault(folder, _("is not a folder"))
    faults = tuple(bag.faults(folder))
    if faults or not store:
        return CorpusCheck(folder, faults, compared=False)
    return CorpusCheck(folder, (), True, Stream(lambda: compare(store, read(folder))))


def fill(checked: CorpusCheck, out: Path, now: datetime, progress: Callable[[int], None]) -> Filled:
    """Write a corpus anew with the texts that the archive has."""
    lacking = 0

    def revisions() -> Iterator[Revision]:
        nonlocal lacking
        for number, (frozen, _state, revision) in enumerate(checked.articles, 1):
            progress(number)
            if revision:
                yield replace(revision, annotations=frozen.annotations)
            else:
                lacking += 1

    def info() -> Iterator[tuple[str, str]]:  # read after the articles were written
        yield from (item for item in bag.read_info(checked.folder) if item[0] not in OF_THIS_BAG)
        yield "Filled-From-SHA256", bag.sha256_of(checked.folder / bag.MANIFEST)
        if lacking:
            yield "Lacking", str(lacking)

    corpus = Corpus(out, 0) if checked.faults else write(out, revisions(), info(), now)
    return Filled(checked, corpus, lacking)


def read(folder: Path) -> Iterator[Frozen]:
    """The articles of a corpus, in its order. Raises UsageFault for a line that does not describe one."""
    path = folder / FILE
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield _frozen(json.loads(line))
                except (ValueError, KeyError, TypeError) as error:
                    raise UsageFault(f"{path}:{number}", _("does not describe an article")) from error
    except OSError as error:
        raise UsageFault(path, of_error(error), _("is it a folder of `wencang freeze`?")) from error


def _frozen(line: dict[str, Any]) -> Frozen:
    digest = line["digest"] if "digest" in line else Article(line["url"], line["title"], line["body"]).digest
    return Frozen(str(line["id"]), str(line["url"]), str(digest), annotations_in(line))


def compare(store: ArticleStore, frozen: Iterable[Frozen]) -> Iterator[Compared]:
    """What has become of each article in an archive.

    An article is looked up by its id, then by its address: the archive may be another one of the same site.
    """
    for batch in batches(frozen, _BATCH):
        newest = store.get_many(article.id for article in batch)
        for article in batch:
            yield Compared(article, *_state(store, article, newest.get(article.id)))


def _state(store: ArticleStore, frozen: Frozen, newest: Revision | None) -> tuple[str, Revision | None]:
    try:
        newest = newest or store.get(frozen.id) or store.get(frozen.url)
    except Withdrawn:
        return WITHDRAWN, None
    if not newest:
        return MISSING, None
    if newest.digest == frozen.digest:
        return GONE if newest.gone else SAME, newest
    versions = [version for version in store.history(newest.article.id) if version.digest == frozen.digest]
    return (CHANGED, versions[-1]) if versions else (DIFFERENT, None)
