"""What sites changed in articles after publishing them: edits of headline and text, disappearances and returns."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

from archive import clock
from archive.article import SHANGHAI, Revision
from archive.progress import Progress
from archive.store import ArticleStore
from archive.tables import edits
from archive.tables.edits import Wanted
from archive.text.escaping import xml
from archive.text.messages import Message
from archive.text.translation import gettext as _
from indexer.diff import Part, Parts, compare
from indexer.passages import Text, holds, whole
from indexer.question.query import Query
from indexer.text.analyzer import Analyzer
from wencang.desk.markup import differences
from wencang.desk.table import Table
from wencang.desk.watch.feeds import FORMS, Entry, Feed, urn

Kind = Literal["edited", "gone", "back"]
MOST_EXAMINED = 20_000  # versions that are looked at for one answer
_AROUND = 20  # characters that are shown beside a change
_LONGEST = 120  # of a change that are shown
_MOST_SHOWN = 6  # removed, added or moved passages


@dataclass(frozen=True, slots=True)
class Change:
    """Two versions of an article, one after the other, between which its headline, its text or its state changed.

    `parts` has for "title" and "body", where they differ, the changed words with some text around
    them; `added` and `removed` count characters without whitespace. The site made the change at some
    time after `old` was fetched, and before `new` was.
    """

    old: Revision
    new: Revision
    parts: Mapping[str, Parts]
    added: int
    removed: int

    @property
    def kind(self) -> Kind:
        """Whether the article was edited, disappeared from the site, or is back there."""
        if self.old.gone == self.new.gone:
            return "edited"
        return "gone" if self.new.gone else "back"

    @property
    def label(self) -> str:
        """The same in words."""
        return {"edited": _("edited"), "gone": _("gone from the site"), "back": _("back on the site")}[self.kind]

    @property
    def fields(self) -> tuple[str, ...]:
        """What changed: "title", "body", "gone"."""
        return (*self.parts, *(("gone",) if self.kind != "edited" else ()))

    @property
    def is_doubtful(self) -> bool:
        """Whether other rules or another version of this program read the new page: they may have made a difference."""
        return self.kind != "gone" and self.old.extractor != self.new.extractor

    def to_json(self) -> dict[str, Any]:
        """The values of one line of `--json`."""
        new, article = self.new, self.new.article
        return {
            "sequence": new.sequence, "previous": self.old.sequence, "id": article.id, "url": article.url,
            "title": article.title, "source": article.source, "section": article.section, "credit": article.credit,
            "published": article.issued and article.issued.isoformat(),
            "after": self.old.fetched.isoformat(), "seen": new.fetched.isoformat(), "kind": self.kind,
            "changed": list(self.fields), "added": self.added, "removed": self.removed,
            "parts": {name: [{"kind": p.kind, "text": p.text} for p in parts] for name, parts in self.parts.items()},
            "other_rules": self.is_doubtful,
        }  # fmt: skip

    def html(self) -> str:
        """The changed words, escaped, with <del>, <ins> and <mark> for what moved."""
        pieces = {name: differences(parts) for name, parts in self.parts.items()}
        return "".join(f"<p>{xml(_(name))}: {text}</p>" for name, text in pieces.items())

    @property
    def text(self) -> str:
        """The changed words as plain text, marked [-removed-] and {+added+}."""
        forms = {"removed": "[-{}-]", "added": "{{+{}+}}", "moved": "{{~{}~}}"}
        lines = ("".join(forms.get(p.kind, "{}").format(p.text) for p in parts) for parts in self.parts.values())
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Changes(Table):
    """Changes in the order in which they were archived, the newest first.

    `next` is the sequence to go on `before`; 0 where no older version is left. There may be fewer
    changes than the limit and still a `next`: one answer looks at MOST_EXAMINED versions at most.
    """

    changes: tuple[Change, ...]
    next: int = 0
    notices: tuple[Message, ...] = field(default=())
    columns = (
        "sequence", "previous", "id", "url", "title", "source", "section", "credit", "published", "after", "seen",
        "kind", "changed", "added", "removed", "text", "other_rules",
    )  # fmt: skip

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a change.

        `after` and `seen` are when the older and the newer version were fetched (UTC); `changed` names
        the fields, `text` has the changed words marked [-removed-] and {+added+}.
        """
        for change in self.changes:
            values = change.to_json() | {
                "published": change.new.article.issued, "after": change.old.fetched, "seen": change.new.fetched,
                "changed": ", ".join(change.fields), "text": change.text,
            }  # fmt: skip
            yield tuple(values[column] for column in self.columns)

    def to_json(self) -> dict[str, Any]:
        """All of it: `changes`, `next` (null where nothing is left), `notices`."""
        return {
            "changes": [change.to_json() for change in self.changes], "next": self.next or None,
            "notices": [notice.to_json() for notice in self.notices],
        }  # fmt: skip

    def feed(self, form: Literal["atom", "json"], *, name: str, address: str, link: Callable[[Change], str]) -> bytes:
        """The same as a feed that is served at `address`; `link` gives the page of a change."""
        entries = [_entry(change, link(change)) for change in self.changes]
        return FORMS[form](Feed(name, name, str(uuid5(NAMESPACE_URL, address)), clock.now(), entries, address=address))


def _entry(change: Change, link: str) -> Entry:
    article = change.new.article
    between = _("changed between {after} and {seen}").format(after=_time(change.old), seen=_time(change.new))
    return Entry(
        urn(f"{article.id} {change.new.sequence}"), f"{change.label}: {article.title}", change.new.fetched, None, (),
        article.source, article.section, "", link, "\n".join(filter(None, (between, change.text))),
        f"<p>{xml(between)}</p>{change.html()}",
    )  # fmt: skip


def _time(revision: Revision) -> str:
    return f"{revision.fetched.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def mentioned(store: ArticleStore, query: Query, ids: list[str], progress: Progress) -> frozenset[str]:
    """These articles, and those of which an older version answers the question: what was deleted is found too."""
    if not (every := whole(query)):
        return frozenset(ids)
    return frozenset(ids).union(old.id for old in edits.superseded(store, progress) if holds(every, Text.of(old)))


def changes(
    store: ArticleStore, analyzer: Analyzer, ids: frozenset[str] | None, wanted: Wanted, limit: int, before: int,
    progress: Progress,
) -> Changes:  # fmt: skip
    """So many changes of the articles with these ids, or of all, from the newest version `before` a sequence on."""
    every = edits.sequences(store, before, ids)
    examined = every[:MOST_EXAMINED]
    found: list[Change] = []
    done = len(examined)
    for number, old, new in edits.following(store, examined, wanted):
        progress(number)
        if len(found) == limit:
            break
        if change := _change(old, new, analyzer):
            found.append(change)
            done = number if len(found) == limit else len(examined)
    return Changes(tuple(found), _next(every, done))


def _next(sequences: array[int], done: int) -> int:
    return sequences[done - 1] if 0 < done < len(sequences) else 0


def _change(old: Revision, new: Revision, analyzer: Analyzer) -> Change | None:
    """What changed from one version to the next; None where the site changed neither words nor state."""
    is_same_page = old.pages and [page.sha256 for page in old.pages] == [page.sha256 for page in new.pages]
    differ = [] if is_same_page else [name for name, *texts in _texts(old, new) if texts[0] != texts[1]]
    if not differ and old.gone == new.gone:
        return None
    parts = {
        name: compare(getattr(old.article, name), getattr(new.article, name), analyzer) for name in differ
    }  # fmt: skip
    added, removed = (_size(parts, kind) for kind in ("added", "removed"))
    return Change(old, new, {name: excerpt(each) for name, each in parts.items()}, added, removed)


def _texts(old: Revision, new: Revision) -> Iterator[tuple[str, str, str]]:
    """Headline and text of both versions, without whitespace."""
    yield from zip(("title", "body"), old.article.text, new.article.text, strict=True)


def _size(parts: Mapping[str, Parts], kind: str) -> int:
    return sum(len("".join(p.text.split())) for each in parts.values() for p in each if p.kind == kind)


def excerpt(parts: Parts) -> Parts:
    """The first changed passages with some text around them, on one line; … stands for what is left out."""
    runs = groupby((part for part in parts if part.kind != "left"), attrgetter("kind"))
    shown = [Part(kind, re.sub(r"\s+", " ", "".join(part.text for part in run))) for kind, run in runs]
    changed = [place for place, part in enumerate(shown) if part.kind != "same"]
    end = changed[_MOST_SHOWN] if len(changed) > _MOST_SHOWN else len(shown)
    cut = [_cut(part, at_start=not place, at_end=place + 1 == len(shown)) for place, part in enumerate(shown[:end])]
    return (*cut, *([Part("same", "…")] if end < len(shown) else []))


def _cut(part: Part, *, at_start: bool, at_end: bool) -> Part:
    text = part.text
    if part.kind != "same":
        return part if len(text) <= _LONGEST else Part(part.kind, f"{text[:_LONGEST]}…")
    head, tail = "" if at_start else text[:_AROUND], "" if at_end else text[-_AROUND:]
    return part if len(text) <= len(head) + len(tail) + 1 else Part("same", f"{head}…{tail}")
