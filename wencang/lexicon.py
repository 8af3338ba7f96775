"""Class Lexicon: the words that articles and questions are segmented with, and proposals of new ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

from archive.errors import WencangError
from archive.progress import Progress, silent
from archive.settings import Settings
from archive.text.messages import Message
from wencang.desk.table import Table

if TYPE_CHECKING:
    from archive.article import Revision
    from indexer.text.lexicon import State
    from indexer.text.new_terms import NewTerm

    Reader = Callable[[], Iterable[Revision]]


@dataclass(frozen=True, slots=True)
class Edit(Table):
    """What was done with each word, in the order given: "added", "known" (it is a word already) or "removed".

    `notices` name the indexes that have to be rebuilt.
    """

    words: tuple[tuple[str, Literal["added", "known", "removed"]], ...]
    notices: tuple[Message, ...] = ()
    columns = ("word", "change")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, one row per word."""
        return iter(self.words)


@dataclass(frozen=True, slots=True)
class Words(Table):
    """Words with their frequency, None where it is derived, and state: "own", "out" (excluded) or "shipped"."""

    words: tuple[tuple[str, int | None, State], ...]
    notices: tuple[Message, ...] = ()
    columns = ("word", "frequency", "state")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, one row per word."""
        return iter(self.words)


@dataclass(frozen=True, slots=True)
class Terms(Table):
    """Proposed words, best first, with the number of their articles and an example of use."""

    terms: tuple[NewTerm, ...]
    notices: tuple[Message, ...] = ()
    columns = ("word", "articles", "score", "example")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, one row per term."""
        return ((term.word, term.articles, round(term.score, 2), term.example) for term in self.terms)


class Lexicon:
    """The lexicon of an archive: DATA/lexicon.txt over the words that ship with the program.

    An index keeps the words it was built with: after a change `notices` name the indexes to rebuild.
    Every method raises UsageFault for a lexicon.txt with an invalid line.
    """

    def __init__(self, settings: Settings, revisions: Callable[[str, str], tuple[Reader, tuple[Message, ...]]]) -> None:
        self._settings = settings
        self._revisions = revisions

    def add(self, words: Iterable[str]) -> Edit:
        """Keep these words whole; "WORD 50" gives one a frequency of its own.

        Raises UsageFault for a text that can't be a word, Busy while another run changes the lexicon;
        nothing is changed then.
        """
        from indexer.text import lexicon

        added = lexicon.add(self._settings.data, words)
        return Edit(tuple((word, "added" if is_new else "known") for word, is_new in added), self.rebuild_due())

    def remove(self, words: Iterable[str]) -> Edit:
        """Remove own words, and exclude shipped ones.

        Raises UsageFault for a word that is neither, Busy while another run changes the lexicon;
        nothing is changed then.
        """
        from indexer.text import lexicon

        removed = tuple(words)
        lexicon.remove(self._settings.data, removed)
        return Edit(tuple((word, "removed") for word in removed), self.rebuild_due())

    def list(self, *, all: bool = False) -> Words:
        """The user's own words and the excluded ones; with `all` the shipped words too."""
        from indexer.text import lexicon

        return Words(tuple(lexicon.states(self._settings.data, all)), self.rebuild_due())

    def suggest(self, question: str = "", *, limit: int = 30, engine: str = "", progress: Progress = silent) -> Terms:
        """Names and terms that are still cut apart, of all articles or of those with all words of a question.

        Articles are read several times; `progress` counts them all. Raises what Archive.search raises.
        """
        from indexer.text import lexicon
        from indexer.text.analyzer import Analyzer, fold
        from indexer.text.new_terms import new_terms, texts

        data = self._settings.data
        analyzer = Analyzer(lexicon.merged(data))
        excluded = {word for word, line in lexicon.own(lexicon.read(data)).items() if line.out}
        revisions, notices = self._revisions(question, engine)
        numbers = count(1)

        def read() -> Iterator[str]:
            for text in texts(revisions()):
                progress(next(numbers))
                yield text

        terms = new_terms(read, analyzer, limit + len(excluded))
        return Terms(tuple(term for term in terms if fold(term.word) not in excluded)[:limit], notices)

    def rebuild_due(self, engine: str = "") -> tuple[Message, ...]:
        """A notice for each index, or that of one engine, that was built with another lexicon."""
        from indexer.engines import names
        from indexer.engines.place import place_of
        from indexer.update import open_index, rebuild_due

        notices: list[Message] = []
        for name in [engine] if engine else names():
            if place_of(self._settings, name).exists():
                with suppress(WencangError), open_index(self._settings, name) as index:  # broken: rebuilt anyway
                    notices += rebuild_due(self._settings, name, index)
        return tuple(notices)
