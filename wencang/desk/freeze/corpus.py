"""A corpus that can be cited: the articles a question finds, frozen in a bag, and held against an archive later."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from gettext import gettext as _
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from archive.article import Article, Revision
from archive.errors import UsageFault, Withdrawn
from archive.jsonl import times, values
from archive.messages import of_error
from archive.store import ArticleStore
from wencang.desk.freeze import bag

FILE = f"{bag.PAYLOAD}/articles.jsonl"
_BATCH = 500
SAME, GONE, CHANGED, DIFFERENT, WITHDRAWN, MISSING = (
    "same", "gone", "changed", "different", "withdrawn", "missing",
)  # fmt: skip
KEPT = (SAME, GONE, CHANGED)  # the frozen text is still in the archive
OF_THIS_BAG = ("Bagging-Date", "Bag-Software-Agent", "Frozen", "Articles", "Text", "Payload-Oxum")
_README = """\
这是一份可引用的语料（BagIt，RFC 8493），由“闻藏”（wencang）冻结。
{what_zh}检索式、时间、版本见 bag-info.txt。
核对：sha256sum -c manifest-sha256.txt tagmanifest-sha256.txt，或 wencang freeze --check 本文件夹。
引用时请写明 manifest-sha256.txt 的 SHA-256。各文权利归其所有者。

A corpus that can be cited (BagIt, RFC 8493), frozen by wencang.
{what_en} bag-info.txt has the query, the time and the versions.
To check it: sha256sum -c manifest-sha256.txt tagmanifest-sha256.txt, or wencang freeze --check FOLDER.
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
    "data/articles.jsonl says of each article where it is from, without its text: digest is the SHA-256 of title,\n"
    "newline, body (UTF-8), characters the length of the body. From an archive of your own that has these articles,\n"
    "wencang freeze --fill FOLDER -o NEW puts the texts in.",
)


class Frozen(NamedTuple):
    """What a bag says of an article; `digest` is that of its text."""

    id: str
    url: str
    digest: str


def without_text(revision: Revision) -> dict[str, Any]:
    """What tells which text it was, and may be shared where the text may not."""
    article = revision.article
    return {
        "id": article.id, "url": article.url, "source": article.source, "section": article.section,
        "title": article.title, "authors": list(article.authors), "credit": article.credit,
        "published": article.published and article.published.isoformat(), **times(revision),
        "digest": revision.digest, "characters": len(article.body),
    }  # fmt: skip


def freeze(folder: Path, revisions: Iterable[Revision], info: Iterable[tuple[str, str]], whole: bool = True) -> int:
    """Make a bag of an empty folder; how many articles it holds. Of the same articles it is the same but for `info`.

    `info` is read when the articles are written.
    """
    told: Callable[[Revision], dict[str, Any]] = values if whole else without_text
    count = 0
    (folder / bag.PAYLOAD).mkdir()
    with (folder / FILE).open("wb") as file:
        for revision in revisions:
            file.write((json.dumps(told(revision), ensure_ascii=False) + "\n").encode())
            count += 1
    what_zh, what_en = _WHOLE if whole else _TEXT_FREE
    said = [*info, ("Articles", str(count)), ("Text", "whole" if whole else "none")]
    bag.close(folder, said, _README.format(what_zh=what_zh, what_en=what_en))
    return count


def read(folder: Path) -> Iterator[Frozen]:
    """The articles of a bag, in its order. Raises UsageFault for lines that are none."""
    path = folder / FILE
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield _frozen(json.loads(line))
                except (ValueError, KeyError, TypeError) as error:
                    raise UsageFault(f"{path}:{number}", _("says of no article")) from error
    except OSError as error:
        raise UsageFault(path, of_error(error), _("is it a folder of `wencang freeze`?")) from error


def _frozen(line: dict[str, Any]) -> Frozen:
    digest = line["digest"] if "digest" in line else Article(line["url"], line["title"], line["body"]).digest
    return Frozen(str(line["id"]), str(line["url"]), str(digest))


def compare(store: ArticleStore, frozen: Iterable[Frozen]) -> Iterator[tuple[Frozen, str, Revision | None]]:
    """What has become of each article in an archive, and the version with the frozen text, where that is kept.

    It is known there by its id, else by its address: the archive may be another's, of the same site.
    """
    rest = iter(frozen)
    while some := list(islice(rest, _BATCH)):
        newest = store.get_many(one.id for one in some)
        for one in some:
            yield (one, *_state(store, one, newest.get(one.id)))


def _state(store: ArticleStore, frozen: Frozen, newest: Revision | None) -> tuple[str, Revision | None]:
    try:
        newest = newest or store.get(frozen.id) or store.get(frozen.url)
    except Withdrawn:
        return WITHDRAWN, None
    if not newest:
        return MISSING, None
    if newest.digest == frozen.digest:
        return GONE if newest.gone else SAME, newest
    versions = [one for one in store.history(newest.article.id) if one.digest == frozen.digest]
    return (CHANGED, versions[-1]) if versions else (DIFFERENT, None)


def counted(states: Counter[str]) -> str:
    """The states in their order, those that there are."""
    order = (*KEPT, DIFFERENT, WITHDRAWN, MISSING)
    return ", ".join(f"{states[state]} {_(state)}" for state in order if states[state])
