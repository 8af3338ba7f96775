"""Tags and notes: what a reader writes about articles, beside them and never in them.

They belong to the article, whatever versions it gets, and are deleted when it is withdrawn.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive.article import Annotation, Revision
from archive.batches import batches
from archive.errors import NotKept, UsageFault
from archive.jsonl import instant_in
from archive.store import ArticleStore, schema
from archive.text.translation import gettext as _

LONGEST_LABEL, LONGEST_NOTE, LONGEST_NAME = 50, 10_000, 100  # characters
MOST_LABELS, MOST_TAGS, MOST_NOTES = 10_000, 100, 1_000  # in the archive, of an article, of an article
_PAGE = 200  # revisions that are annotated at once
_NOT_IN_LABELS = frozenset('"“”;；')  # a question could not name it, or a cell would not tell labels apart
_NOT_TEXT = ("Cc", "Cf", "Cn", "Co", "Cs")  # of Unicode's categories
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_tags, _notes = schema.tags.c, schema.notes.c
_CHANGED = schema.archive.update().values(annotations=schema.archive.c.annotations + 1)


@dataclass(frozen=True, slots=True)
class Label:
    """A label, how many articles have it, and when one got it last (UTC)."""

    label: str
    articles: int
    newest: datetime


@dataclass(frozen=True, slots=True)
class Tag:
    """A label of an article: who added it, and when (UTC)."""

    label: str
    by: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """A note on an article by its number there, from 1: who wrote or changed it last, and when (UTC)."""

    number: int
    text: str
    by: str
    time: datetime


def label_of(text: str) -> str:
    """A label as it is stored: NFKC, and one blank for any whitespace.

    Raises UsageFault for one that is too long, without a letter or digit, or with a sign that labels can't have.
    """
    label = " ".join(unicodedata.normalize("NFKC", text).split())
    reason = ""
    if len(label) > LONGEST_LABEL:
        reason = _("is longer than {most} characters").format(most=LONGEST_LABEL)
    elif not any(sign.isalnum() for sign in label):
        reason = _("is not a label: it has neither a letter nor a digit")
    elif any(sign in _NOT_IN_LABELS or unicodedata.category(sign) in _NOT_TEXT for sign in label):
        reason = _("is not a label: quotation marks, semicolons and control characters can't be in one")
    if reason:
        raise UsageFault(ascii(text[:LONGEST_LABEL]) if not text.isprintable() else text[:LONGEST_LABEL], reason)
    return label


def key_of(text: str) -> str:
    """What labels are compared by: width, case and whitespace make no difference. Takes any text."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def text_of(text: str) -> str:
    """A note's text as it is stored. Raises UsageFault for one that is empty or too long."""
    text = _CONTROL.sub("", "\n".join(text.splitlines())).strip()
    if not text:
        raise UsageFault(_("the note"), _("is empty"), _("`wencang note ID --remove N` removes one"))
    if len(text) > LONGEST_NOTE:
        raise UsageFault(_("the note"), _("is longer than {most} characters").format(most=LONGEST_NOTE))
    return text


def name_of(text: str) -> str:
    """Who tags or writes, as it is stored. Raises UsageFault for what is not a name."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        reason = _("is not a name of {most} characters at most").format(most=LONGEST_NAME)
        raise UsageFault(f"--by {text[:LONGEST_NAME]!a}", reason)
    return name


class Tags:
    """The tags of an archive; each call is one transaction, and raises what ArticleStore raises."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    def labels(self) -> list[Label]:
        """Every label that articles have, those of most articles first."""
        count = sa.func.count()
        labels = sa.select(sa.func.min(_tags.label), count, sa.func.max(_tags.time, type_=_tags.time.type))
        labels = labels.group_by(_tags.key).order_by(count.desc(), _tags.key)
        with self._store.reading() as connection:
            return [Label(*row) for row in connection.execute(labels)]

    def of(self, id: str) -> list[Tag]:
        """The labels of an article in order."""
        chosen = sa.select(_tags.label, _tags.by, _tags.time).where(_tags.id == id).order_by(_tags.key)
        with self._store.reading() as connection:
            return [Tag(*row) for row in connection.execute(chosen)]

    def ids(self, label: str) -> frozenset[str]:
        """The articles with a label, in any spelling of it; none for a label that nobody gave."""
        with self._store.reading() as connection:
            return frozenset(connection.scalars(sa.select(_tags.id).where(_tags.key == key_of(label))))

    def add(self, label: str, ids: Collection[str], by: str, time: datetime) -> int:
        """Give articles a label; the number of those that did not have it. Withdrawn ones are left out.

        A label keeps the spelling of its first use. Raises UsageFault, having changed nothing, for a bad label, or
        where there would be too many.
        """
        label, by = label_of(label), name_of(by)
        key = key_of(label)
        with self._store.writing() as connection:
            connection.execute(_CHANGED)
            label = connection.scalar(sa.select(_tags.label).where(_tags.key == key).limit(1)) or label
            new = _kept(connection, set(ids)) - set(connection.scalars(sa.select(_tags.id).where(_tags.key == key)))
            rows = [{"key": key, "id": id, "label": label, "by": by, "time": time} for id in sorted(new)]
            if rows:
                connection.execute(schema.tags.insert(), rows)
            _refuse_too_many(connection, new)
        return len(new)

    def remove(self, label: str, ids: Collection[str]) -> int:
        """Take a label from articles; the number of those that had it."""
        removed = 0
        with self._store.writing() as connection:
            connection.execute(_CHANGED)
            for part in batches(ids):
                chosen = schema.tags.delete().where(_tags.key == key_of(label), _tags.id.in_(part))
                removed += connection.execute(chosen).rowcount
        return removed


class Notes:
    """The notes of an archive; each call is one transaction, and raises what ArticleStore raises."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    def of(self, id: str) -> list[Note]:
        """The notes on an article by their numbers."""
        chosen = sa.select(_notes.number, _notes.text, _notes.by, _notes.time).where(_notes.id == id)
        with self._store.reading() as connection:
            return [Note(*row) for row in connection.execute(chosen.order_by(_notes.number))]

    def add(self, id: str, text: str, by: str, time: datetime) -> Note:
        """Add a note under the next number. Raises UsageFault for a bad text, or where there would be too many."""
        note = Note(0, text_of(text), name_of(by), time)
        with self._store.writing() as connection:
            connection.execute(_CHANGED)
            last = connection.scalar(sa.select(sa.func.max(_notes.number)).where(_notes.id == id)) or 0
            if last >= MOST_NOTES:
                raise _too_many_notes(id)
            if not _kept(connection, {id}):
                raise NotKept(id, _("is not in the archive"))
            note = replace(note, number=last + 1)
            connection.execute(schema.notes.insert(), {"id": id} | asdict(note))
        return note

    def change(self, id: str, number: int, text: str, by: str, time: datetime) -> Note:
        """Replace the text of a note. Raises UsageFault for a bad text or a number that no note has."""
        note = Note(number, text_of(text), name_of(by), time)
        self._one(id, number, schema.notes.update().values(asdict(note)))
        return note

    def remove(self, id: str, number: int) -> None:
        """Delete a note. Raises UsageFault for a number that no note has."""
        self._one(id, number, schema.notes.delete())

    def _one(self, id: str, number: int, statement: sa.Update | sa.Delete) -> None:
        """Execute a statement on one note."""
        with self._store.writing() as connection:
            connection.execute(_CHANGED)
            if not connection.execute(statement.where(_notes.id == id, _notes.number == number)).rowcount:
                mend = _("`wencang note {id}` lists them").format(id=id)
                raise UsageFault(f"{id} {number}", _("is not a note of this article"), mend)


def annotated(store: ArticleStore, revisions: Iterable[Revision]) -> Iterator[Revision]:
    """The revisions with the labels and notes of their articles, read a few at a time."""
    for page in batches(revisions, _PAGE):
        with store.reading() as connection:
            annotations = _annotations(connection, [revision.article.id for revision in page])
        for revision in page:
            written = annotations.get(revision.article.id)
            yield replace(revision, annotations=tuple(written)) if written else revision


def annotate(
    store: ArticleStore, id: str, annotations: Iterable[Annotation], by: str, time: datetime
) -> list[Annotation]:
    """Add to an article, in one transaction, those that it does not have; they are returned.

    An article has a tag if it has its label, and a note if it has one of the same text, author and time. What is not
    known of author and time makes no difference, and `by` and `time` are stored. Raises UsageFault, having changed
    nothing, where there would be too many.
    """
    with store.writing() as connection:
        present = _annotations(connection, [id]).get(id, [])
        new: list[Annotation] = []
        for each in annotations if _kept(connection, {id}) else ():
            if not any(_covers(other, each) for other in (*present, *new)):
                new.append(replace(each, by=each.by or by, time=each.time or time))
        if new:
            connection.execute(_CHANGED)
            _insert(connection, id, new)
    return new


def _covers(present: Annotation, wanted: Annotation) -> bool:
    if present.kind != wanted.kind:
        return False
    if wanted.kind == "tag":
        return key_of(present.text) == key_of(wanted.text)
    return present.text == wanted.text and wanted.by in ("", present.by) and wanted.time in (None, present.time)


def _insert(connection: sa.Connection, id: str, annotations: list[Annotation]) -> None:
    last = connection.scalar(sa.select(sa.func.max(_notes.number)).where(_notes.id == id)) or 0
    tags = [each for each in annotations if each.kind == "tag"]
    notes = [each for each in annotations if each.kind == "note"]
    for tag in tags:
        key = key_of(tag.text)
        label = connection.scalar(sa.select(_tags.label).where(_tags.key == key).limit(1)) or tag.text
        row = {"key": key, "id": id, "label": label, "by": tag.by, "time": tag.time}
        connection.execute(schema.tags.insert(), row)
    for number, note in enumerate(notes, last + 1):
        if number > MOST_NOTES:
            raise _too_many_notes(id)
        row = {"id": id, "number": number, "text": note.text, "by": note.by, "time": note.time}
        connection.execute(schema.notes.insert(), row)
    if tags:
        _refuse_too_many(connection, {id})


def annotations_in(values: Mapping[str, Any]) -> tuple[Annotation, ...]:
    """The tags and notes of the JSON values of an export; `annotations` say of them who wrote them, and when.

    Raises ValueError for what can't be one.
    """
    signed = [_signed(value) for value in _objects(values, "annotations", dict)]
    bare = [Annotation("tag", text) for text in _objects(values, "tags", str)]
    bare += [Annotation("note", text) for text in _objects(values, "notes", str)]
    return tuple(_valid(_pop(signed, each)) for each in bare)


def _pop(signed: list[Annotation], bare: Annotation) -> Annotation:
    """The first with its kind and text, which is removed from the list; `bare` itself where there is none."""
    alike = (at for at, each in enumerate(signed) if (each.kind, each.text) == (bare.kind, bare.text))
    at = next(alike, None)
    return bare if at is None else signed.pop(at)


def _objects(values: Mapping[str, Any], name: str, kind: type) -> list[Any]:
    value = values.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
        raise ValueError(_("{name} is not a list").format(name=name))
    return value


def _signed(value: Mapping[str, Any]) -> Annotation:
    kind, text, by, time = (value.get(name) for name in ("kind", "text", "by", "time"))
    if kind not in ("tag", "note") or not isinstance(text, str) or not isinstance(by or "", str):
        raise ValueError(_("annotations are objects with kind (tag or note), text, by and time"))
    return Annotation(kind, text, by or "", None if time is None else instant_in("annotations", time))


def _valid(annotation: Annotation) -> Annotation:
    """As it is stored. Raises ValueError for what is not a label, a note or a name."""
    try:
        text = label_of(annotation.text) if annotation.kind == "tag" else text_of(annotation.text)
        return replace(annotation, text=text, by=name_of(annotation.by) if annotation.by else "")
    except UsageFault as error:
        raise ValueError(f"{error.subject} {error.reason}") from error


def _annotations(connection: sa.Connection, ids: list[str]) -> dict[str, list[Annotation]]:
    """The tags in order, then the notes by their numbers, by article."""
    tags = sa.select(_tags.id, _tags.label, _tags.by, _tags.time).order_by(_tags.key)
    notes = sa.select(_notes.id, _notes.text, _notes.by, _notes.time).order_by(_notes.number)
    annotations: dict[str, list[Annotation]] = defaultdict(list)
    for id, *values in connection.execute(tags.where(_tags.id.in_(ids))):
        annotations[id].append(Annotation("tag", *values))
    for id, *values in connection.execute(notes.where(_notes.id.in_(ids))):
        annotations[id].append(Annotation("note", *values))
    return annotations


def _kept(connection: sa.Connection, ids: set[str]) -> set[str]:
    """Those of the articles that are in the archive, and not withdrawn."""
    kept: set[str] = set()
    for part in batches(ids):
        chosen: Any = schema.newest_revisions().with_only_columns(schema.articles.c.id, maintain_column_froms=True)
        kept.update(connection.scalars(chosen.where(schema.articles.c.id.in_(part), ~schema.withdrawn)))
    return kept


def _too_many_notes(id: str) -> UsageFault:
    return UsageFault(id, _("has {most} notes already").format(most=MOST_NOTES))


def _refuse_too_many(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Raise UsageFault where the archive, or one of the articles, has more labels than is allowed."""
    labels = connection.scalar(sa.select(sa.func.count(_tags.key.distinct()))) or 0
    if labels > MOST_LABELS:
        raise UsageFault(_("the archive"), _("would have more than {most} labels").format(most=MOST_LABELS))
    for part in batches(ids):
        full = sa.select(_tags.id).where(_tags.id.in_(part)).group_by(_tags.id).having(sa.func.count() > MOST_TAGS)
        if id := connection.scalar(full.limit(1)):
            raise UsageFault(id, _("would have more than {most} labels").format(most=MOST_TAGS))
