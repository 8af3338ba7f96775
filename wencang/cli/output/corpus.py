"""Prints what became of a frozen corpus."""

from __future__ import annotations

from collections import Counter

from archive.text.escaping import printable
from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from wencang.cli.output import print_json, say
from wencang.desk.freeze import corpus
from wencang.desk.freeze.corpus import Corpus, CorpusCheck, Filled


def say_frozen(frozen: Corpus) -> None:
    """How many articles were written, and where."""
    if frozen.articles:
        count = ngettext("{count} article in {path}", "{count} articles in {path}", frozen.articles)
        say(count.format(count=frozen.articles, path=frozen.folder))
    else:
        say(_("no articles: {path} was not written").format(path=frozen.folder))


def say_faults(check: CorpusCheck) -> None:
    """What is wrong with the files, and how much."""
    for line in check.faults:
        say(line)
    count = ngettext("{path}: {wrong} fault", "{path}: {wrong} faults", len(check.faults))
    say(count.format(path=check.folder, wrong=len(check.faults)))


def print_states(check: CorpusCheck, as_json: bool) -> set[str]:
    """Print what became of each article, for a reader only of those that changed; returns the states."""
    states = Counter[str]()
    for row in check.records():
        states[row["state"]] += 1
        if as_json:
            print_json(row)
        elif row["state"] != corpus.SAME:
            print(printable(f"{_(row['state'])}  {row['id']}  {row['url']}"))
    counts = ", ".join(f"{states[state]} {_(state)}" for state in corpus.STATES if states[state])
    say(_("in this archive: {states}").format(states=counts))
    return set(states)


def say_filled(filled: Filled) -> None:
    """The articles that are lacking, and how many were written."""
    for id, url, state in filled.rows():
        say(f"{_(state)}: {id} {url}")
    say_frozen(filled.corpus)
