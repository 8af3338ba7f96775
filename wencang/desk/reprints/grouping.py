"""Makes stories of texts that are alike, and changes those that new or changed texts have to do with.

A text begins a story unless half of it is in earlier texts that do. It is in the story of each of those that it is
like. What is only like a copy is not in the story, so that no chain of copies makes one story of a whole year.
Whether a text begins a story thus depends on earlier ones alone: texts are decided in order of publication, and later
ones only where something before them changed. Stories depend on which texts are alike and on the dates, not on the
order in which the articles came into the archive.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from heapq import heapify, heappop, heappush

from archive.tables.sketches import Issue, Signatures
from archive.tables.stories import Member, Stories
from wencang.desk.reprints import likeness


def regroup(signatures: Signatures, stories: Stories, touched: Collection[int], new: Collection[int]) -> None:
    """Decide these texts anew, and what depends on them. Others than the `new` ones may have had another date."""
    grouping = _Grouping(signatures, stories)
    moved = set(touched) - set(new)
    grouping.load(moved | set(new))
    grouping.load({other for text in moved for other in grouping.links[text]} - set(touched))
    decided = grouping.decide()
    members = [member for text in decided for member in grouping.members(text)]
    stories.replace([issue.id for text in decided for issue in grouping.issues[text]], members)


class _Grouping:
    """The texts that were loaded, those that each is like, and which texts begin stories.

    Of a text that is only like a loaded one, `links` has that one, and the texts whose stories it is in.
    """

    def __init__(self, signatures: Signatures, stories: Stories) -> None:
        self._signatures, self._stories = signatures, stories
        self.links: dict[int, dict[int, int]] = {}  # the number of shingles that a text shares with each
        self.issues: dict[int, list[Issue]] = {}
        self._sizes: dict[int, int] = {}
        self._begins: dict[int, bool] = {}  # before this change, then as decided
        self._had_copies: set[int] = set()
        self._loaded: set[int] = set()
        self._due: set[int] = set()

    def load(self, texts: Collection[int]) -> None:
        """Load texts with all that each is like; these are due."""
        links = self._signatures.links(texts)
        near = {other for of_text in links.values() for other in of_text} | set(texts)
        self._note(near - self.links.keys())
        for text, others in links.items():
            self.links[text] = self.links.get(text, {}) | others
            for other, shared in others.items():
                self.links[other][text] = shared
        self._loaded |= set(texts)
        self._due |= near

    def _note(self, texts: Collection[int]) -> None:
        """Note the articles of texts and the stories that these are in."""
        self._note_articles(texts)
        members = self._stories.members(self.issues[text][0].id for text in texts)
        names = {member.story for of_article in members.values() for member in of_article}
        firsts = self._signatures.texts(names)
        self._note_articles(set(firsts.values()) - self.issues.keys())
        for text in texts:
            of_text = members.get(self.issues[text][0].id, [])
            shared = {
                firsts[member.story]: round(member.of_own * self._sizes[text])
                for member in of_text if member.story in firsts
            }  # fmt: skip
            self._begins[text] = not of_text or text in shared
            if shared.pop(text, None):
                self._had_copies.add(text)
            self.links[text] = self.links.get(text, {}) | shared
        for first in firsts.values():
            self._begins.setdefault(first, True)

    def _note_articles(self, texts: Collection[int]) -> None:
        self.issues |= self._signatures.articles(texts)
        self._sizes |= self._signatures.sizes(texts)

    def decide(self) -> set[int]:
        """Decide which of the due texts begin stories, and those that depend on these; all that were decided."""
        order = [(self.issues[text][0], text) for text in self._due]
        heapify(order)
        decided: set[int] = set()
        while order:
            _issue, text = heappop(order)
            begins = self._share_of_firsts(text) < likeness.SHARE * self._sizes[text]
            if begins != self._begins[text] and text not in self._loaded:
                self.load({text})
                for later in self._later(text):
                    heappush(order, (self.issues[later][0], later))
            self._begins[text] = begins
            decided.add(text)
        return decided

    def _firsts(self, text: int) -> Iterator[int]:
        """The earlier texts that a text is like and that begin stories."""
        here = self.issues[text][0]
        return (other for other in self.links[text] if self.issues[other][0] < here and self._begins[other])

    def _later(self, text: int) -> Iterator[int]:
        here = self.issues[text][0]
        return (other for other in self.links[text] if self.issues[other][0] > here)

    def _share_of_firsts(self, text: int) -> int:
        return sum(self.links[text][first] for first in self._firsts(text))

    def members(self, text: int) -> Iterator[Member]:
        """The memberships of a text's articles."""
        shared = {first: self.links[text][first] for first in self._firsts(text)}
        if self._begins[text] and self._has_copies(text):
            shared[text] = self._sizes[text]
        for first, count in shared.items():
            name = self.issues[first][0].id
            for issue in self.issues[text]:
                yield Member(issue.id, name, count / self._sizes[first], count / self._sizes[text])

    def _has_copies(self, text: int) -> bool:
        before = text not in self._loaded and text in self._had_copies
        return before or len(self.issues[text]) > 1 or any(True for _later in self._later(text))
