"""An explanation of a question, drawn for a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.text.escaping import printable
from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from indexer.explain import Clause, Explanation, Reason


def print_explanation(explanation: Explanation) -> None:
    """The words with their weights, the conditions, the number of articles, and how the score of one adds up."""
    reason = explanation.reason
    for typed, folded in explanation.folded:
        print(printable(_("{typed} is searched as {folded}").format(typed=typed, folded=folded)))
    _print_words(explanation)
    for clause in explanation.clauses:
        print(printable(_clause(clause, reason)))
    line = _("{total} articles match, {whole} with all the words")
    print(line.format(total=explanation.total, whole=explanation.whole))
    if reason:
        print(printable(f"{reason.article.id}  {reason.article.title}"))
        _print_score(sum(word.score for word in explanation.words), reason)


def _print_words(explanation: Explanation) -> None:
    head = [_("word"), _("articles"), _("rarity")]
    rows = [[word.word, str(word.articles), f"{word.rarity:.2f}"] for word in explanation.words]
    if explanation.reason:
        head += [_("in title"), _("in body"), _("score")]
        for row, word in zip(rows, explanation.words, strict=True):
            row += [str(word.title), str(word.body), f"{word.score:.2f}"]
    if rows:
        print_table(tuple(head), [tuple(row) for row in rows])


def _clause(clause: Clause, reason: Reason | None) -> str:
    kind = _("unwanted") if clause.unwanted else _("needed")
    has = "" if reason is None else _(", which it has") if clause.has else _(", which it lacks")
    line = ngettext("{kind}: {text}, in {count} article", "{kind}: {text}, in {count} articles", clause.articles)
    return line.format(kind=kind, text=clause.text, count=clause.articles) + has


def _print_score(words: float, reason: Reason) -> None:
    """The rank and the parts that the score adds up from."""
    if not reason.rank:
        print(_("is not in the answer"))
        return
    parts = [(_("words"), words)]
    if close := reason.closeness:
        parts += [
            (_("at the beginning"), close.lead), (_("close together"), close.together),
            (_("joined as typed"), close.joined), (_("length"), close.length),
        ]  # fmt: skip
    matched = _("all the words") if reason.whole else _("some of the words")
    print(_("rank {rank}, {matched}: score {score:.2f}").format(rank=reason.rank, matched=matched, score=reason.score))
    print_table((_("part of the score"), _("score")), [(name, f"{score:.2f}") for name, score in parts])
