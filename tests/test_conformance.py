"""Conformance: every engine answers as the articles say, asked by a few lines of Python that know no engine."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import combinations, pairwise, product
from math import floor, inf
from operator import add
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.article import SHANGHAI, Article
from archive.errors import QueryFault
from archive.settings import Settings
from archive.store import ArticleStore
from indexer import engines, update
from indexer.engines.engine import FACETS, WORDS_OF, Cut, Match, Order, SearchEngine, Unit, cut, facets_of
from indexer.figures import amounts as money
from indexer.figures import places, quantities
from indexer.figures.amounts import parse_bounds
from indexer.figures.figure import readable
from indexer.figures.origin import origin_of
from indexer.placed import PlacedEngine
from indexer.question.parser import FIELDS, parse_query
from indexer.question.query import (
    Among,
    Amount,
    Between,
    Either,
    Every,
    Gap,
    Near,
    Node,
    Prefix,
    Query,
    Quote,
    Same,
    Words,
    loosened,
)
from indexer.text.analyzer import SEPARATOR, characters, pattern
from tests.support.engines import settings_of
from tests.support.sample import ANALYZER, ARTICLES, indexed

UNITS: tuple[Unit, ...] = ("month", "day")
ORDERS: tuple[Order, ...] = ("relevance", "newest", "oldest")
NOW = datetime(2023, 3, 31, 1, 30, tzinfo=SHANGHAI)


# What must be answered


class Oracle:
    """A SearchEngine's answers, by looking through all the articles: docs/questions.md in code."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._held = {article.id: (article, cut(article, ANALYZER)) for article in articles}

    def ids(self) -> set[str]:
        return set(self._held)

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        return {word: sum(word in held.words for _article, held in self._held.values()) for word in words}

    def vocabulary(self, start: str) -> dict[str, int]:
        words = Counter(word for _article, held in self._held.values() for word in set(held.words))
        return {word: words[word] for word in sorted(words) if word.startswith(start)}

    def answer(self, query: Query) -> dict[str, bool]:
        """The articles that answer, and whether with all the words."""
        least = query.required(sum(map(bool, self.frequencies(query.words).values())))
        found = {}
        for id, (article, held) in self._held.items():
            words = set(query.words).intersection(held.words)
            if query.has_long_words and not any(len(word) > 1 for word in words):
                words.clear()
            enough = len(words) >= least or not query.words
            among = query.among is None or id in query.among
            if enough and among and query.source in ("", article.source) and has(article, held, bounds(query)):
                found[id] = len(words) == len(query.words)
        return found

    def facets(self, query: Query) -> dict[str, dict[str, int]]:
        values = zip(*(facets_of(self._held[id][0]) for id in self.answer(query)), strict=True)
        counts: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        return counts | {name: dict(Counter(some)) for name, some in zip(FACETS, values, strict=False)}

    def dates(self, query: Query, by: Unit, facet: str) -> dict[str, dict[str, int]]:
        counts: dict[str, Counter[str]] = {} if facet else {"": Counter()}
        for id in (id for id, whole in self.answer(query).items() if whole):
            article = self._held[id][0]
            value = facets_of(article)[FACETS.index(facet)] if facet else ""
            counts.setdefault(value, Counter())[str(article.day or "")[: 7 if by == "month" else 10]] += 1
        return {value: dict(counter) for value, counter in counts.items()}

    def place(self, query: Query, match: Match, order: Order) -> tuple[Any, ...]:
        """What an answer is sorted by."""
        published = self._held[match.id][0].published
        seconds = floor(published.timestamp()) if published else None
        some = not match.whole and (query.is_short or order != "relevance")
        score = -match.score if order == "relevance" else 0
        return some, score, inf if seconds is None else seconds if order == "oldest" else -seconds


def bounds(query: Query) -> Node:
    """What of a question is no plain word."""
    period = (Between(query.since, query.until),) if query.since or query.until else ()
    return Every((*query.must, *period), query.unwanted)


def has(article: Article, held: Cut, node: Node) -> bool:
    match node:
        case Words(words, field):
            return set(words) <= set(getattr(held, WORDS_OF[field]))
        case Quote(signs, _words, field):
            texts = [held.headline] if field else [held.headline, held.exact]
            return any("".join(signs) in "".join(text) for text in texts)
        case Prefix(start, field):
            return any(word.startswith(start) for word in getattr(held, WORDS_OF[field]))
        case Either(nodes):
            return any(has(article, held, one) for one in nodes)
        case Every(nodes, unwanted):
            return all(has(article, held, one) for one in nodes) and not any(has(article, held, o) for o in unwanted)
        case Between(since, until):
            time = article.published
            return time is not None and (not since or since <= time) and (not until or time < until)
        case Amount(first, last):
            return any(first <= key <= last for key in held.amount)
        case Among(_field, _value, ids):
            return article.id in ids
        case Near():
            return has(article, held, loosened(node)) and any(
                chained(node, article, passage) for passage in sides(article)
            )
        case Same(unit, nodes, unwanted):
            group, ends = Every(nodes, unwanted), "[。！？；!?][”’」』）)]*|\n" if unit == "sentence" else "\n"
            return has(article, held, loosened(node)) and any(
                stands(group, article, passage) for side in sides(article) for passage in divided(article, side, ends)
            )


# What stands where, by trying everything

Passage = tuple[int, int]  # in the title, a newline and the body


def printed(article: Article) -> str:
    return f"{article.title}\n{article.body}"


def sides(article: Article) -> list[Passage]:
    return [(0, len(article.title)), (len(article.title) + 1, len(printed(article)))]


def divided(article: Article, side: Passage, ends: str) -> list[Passage]:
    bounds = [side[0]]
    bounds += [match.end() for match in re.finditer(ends, printed(article)) if side[0] < match.end() <= side[1]]
    return list(pairwise([*bounds, side[1]]))


def stands(node: Node, article: Article, passage: Passage) -> bool:
    match node:
        case Near():
            return chained(node, article, passage)
        case Either(nodes):
            return any(stands(each, article, passage) for each in nodes)
        case Every(nodes, unwanted):
            return all(stands(n, article, passage) for n in nodes) and not any(
                stands(n, article, passage) for n in unwanted
            )
        case Words(words, field):
            return all(places_of(Words((word,), field), article, passage) for word in words)
    return bool(places_of(node, article, passage))


def chained(node: Near, article: Article, passage: Passage) -> bool:
    first, *others = [places_of(part, article, passage) for part in node.parts]
    for spans, (most, ordered) in zip(others, node.gaps, strict=True):
        pairs = product(first, spans)
        first = {b for a, b in pairs if 0 <= (b[0] - a[1] if ordered else max(b[0] - a[1], a[0] - b[1])) <= most}
    return bool(first)


def places_of(node: Node, article: Article, passage: Passage) -> set[Passage]:
    """Each place where a part stands in a passage."""
    text, (first, last) = printed(article), passage
    match node:
        case Either(nodes):
            return set().union(*(places_of(each, article, passage) for each in nodes))
        case Words((name,), "place"):
            named = places.find(readable(text), text, origin_of(article))
            spans = {(each.start, each.end) for each in named if name in places.within(readable(each.text))}
        case Amount(low, high):
            figures = quantities.find(readable(text), text, "money")
            spans = {
                (each.start, each.end)
                for each in figures
                if any(low <= key <= high for key in money.amounts(readable(each.text)))
            }
        case Words((word,)) if word.isascii():
            spans = matches(f"(?<![0-9A-Za-z]){pattern(word)}(?![0-9A-Za-z])", text)
        case Words((word,)):
            spans = matches(pattern(word), text)
        case Quote(signs):
            spans = matches(pattern("".join(signs)), text)
        case Prefix(start):
            spans = matches(
                f"(?<![0-9A-Za-z]){pattern(start)}[0-9A-Za-z]*" if start.isascii() else pattern(start), text
            )
        case _:
            raise AssertionError(node)
    last = min(last, len(article.title)) if getattr(node, "field", "") == "title" else last
    return {(start, end) for start, end in spans if first <= start and end <= last}


def matches(expression: str, text: str) -> set[Passage]:
    compiled = re.compile(expression)
    return {match.span() for at in range(len(text)) if (match := compiled.match(text, at))}


# Archives and questions

PARTS = (
    "西藏", "援藏", "招商引资", "招商引資", "項目", "项目", "拉萨", "墨竹工卡县", "自治区", "西藏自治区", "雪", "山",
    "的", "是", "央金措姆", "扎西", "７２．０９８亿元", "72.098亿元", "1,234", "5G", "５Ｇ", "G318国道", "二〇二二",
    "山南市", "措美县", "墨脱縣", "3000万元", "１．２億美元", "3至5亿元", "0.35元",
    "Tibet", "ＴＩＢＥＴ", "བོད་ལྗོངས།", "བོད", "𠀀𪚥", "𠮷", "😀", "👩\u200d🌾", "cafe\u0301", "Ünï", "ß", "İ", "a\u20dd",
    "，", "。", "“", "”", "、", "：", "-", " ", "　", "\n", "_", "|", "\u200b",
)  # fmt: skip
part = st.sampled_from(PARTS[:8]) | st.sampled_from(PARTS)
said = st.lists(part, min_size=1, max_size=2).map("".join) | st.characters(codec="utf-8")
text = st.lists(part | part | said, max_size=15).map("".join)
times = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(SHANGHAI))
days = st.sampled_from([datetime(2022, 5, 1), datetime(2022, 6, 1), datetime(2023, 1, 1), datetime(1969, 12, 31)]).map(
    lambda day: day.replace(tzinfo=SHANGHAI)
)
moments = st.sampled_from([timedelta(), timedelta(microseconds=-1), timedelta(seconds=-1), timedelta(hours=12)])
published = st.none() | times | st.builds(add, days, moments)
sources = st.sampled_from(["tibet.cn", "xzxw.com", "Tibet.cn", ""])
urls = st.integers(0, 7).map("http://www.tibet.cn/{}".format)
ids = st.frozensets(st.builds(Article, urls, text, text, sources).map(lambda article: article.id))
some = st.none() | ids
articles = st.builds(
    Article, url=urls, title=text, body=text, source=sources,
    section=st.just("") | text, credit=st.sampled_from(["", "新华社", "中国西藏网"]) | text,
    authors=st.lists(text, max_size=2).map(tuple), published=published,
)  # fmt: skip

AMOUNTS = ("0.35", "3000万", "3亿", "5亿", "72.098亿", "1.2亿美元", "0usd")
amounts = st.sampled_from(AMOUNTS) | st.builds(
    "{}{}".format, st.sampled_from([">", "<", ">=", "＜＝", "..", "3亿.."]), st.sampled_from(AMOUNTS)
)

words = said.map(lambda said: tuple(ANALYZER.words(said)) or ("西藏",))
signs = said.map(lambda said: tuple("".join(characters(said)).strip(SEPARATOR)) or ("藏",))
fields = st.sampled_from(sorted(WORDS_OF))
keys = st.sampled_from([parse_bounds(text)[0] for text in AMOUNTS]) | st.integers(0, 10**18)  # type: ignore[index]
leaves = (
    st.builds(Words, words, fields)
    | st.builds(Quote, signs, words, st.sampled_from(["", "title"]))
    | st.builds(Prefix, st.builds(lambda words, size: words[0][:size], words, st.integers(1, 3)), fields)
    | st.builds(Between, st.none() | days, st.none() | days)
    | st.builds(lambda ends: Amount(*ends), st.tuples(keys, keys))
    | st.builds(Among, st.sampled_from(["tag", "person", "institution"]), said, ids)
)
titles = st.sampled_from(["", "title"])


@st.composite
def spots(draw: st.DrawFn) -> Node:
    """A part that stands at single places."""
    match draw(st.integers(0, 6)):
        case 0 | 1:
            return Words(draw(words)[:1], draw(titles))
        case 2:
            return Quote(draw(signs), draw(words), draw(titles))
        case 3:
            return Prefix(draw(words)[0][: draw(st.integers(1, 3))], draw(titles))
        case 4:
            return Amount(*draw(st.tuples(keys, keys)))
        case 5:
            return Words(("山南市",), "place")
    return Either((draw(spots()), draw(spots())))


@st.composite
def chains(draw: st.DrawFn) -> Node:
    parts = tuple(draw(st.lists(spots(), min_size=2, max_size=3)))
    return Near(parts, tuple(Gap(draw(st.integers(1, 9)), draw(st.booleans())) for _part in parts[1:]))


@st.composite
def passages(draw: st.DrawFn) -> Node:
    nodes = draw(st.lists(spots() | chains() | st.builds(Words, words), min_size=1, max_size=2))
    unit: Literal["sentence", "paragraph"] = draw(st.sampled_from(["sentence", "paragraph"]))
    return Same(unit, tuple(nodes), draw(st.just(()) | st.tuples(spots() | chains())))


nodes: st.SearchStrategy[Node] = leaves | st.recursive(
    leaves | chains() | passages(),
    lambda inner: (
        st.builds(Either, st.tuples(inner, inner))
        | st.builds(Every, st.tuples(inner) | st.tuples(inner, inner), st.just(()) | st.tuples(inner))
    ),
    max_leaves=4,
)
bounded = {"source": sources, "since": st.none() | days, "until": st.none() | days, "among": some}
structured = st.builds(
    Query, st.lists(st.builds(Words, words) | nodes, max_size=3).map(tuple), st.just(()) | st.tuples(nodes)
) | st.builds(Query, st.tuples(nodes) | st.just(()), **bounded)
dates = st.sampled_from(
    ["2022", "2022-06", "..2022-05", "2022年5月..", "2022-05-01..2022-06-01", "近30天", "去年", "不详"]
)
quoted = said.map('"{}"'.format) | said.map("「{}」".format)
named = st.builds(
    "{}{}{}".format, st.sampled_from(sorted(FIELDS)), st.sampled_from(":："), said | quoted | dates | amounts
)
clauses = said | st.recursive(
    said | quoted | named | said.map("{}*".format),
    lambda inner: (
        st.builds("{} OR {}".format, inner, inner)
        | st.builds("{} {}NEAR/{} {}".format, inner, st.sampled_from(["", "O"]), st.integers(1, 30), inner)
        | st.builds("same:sentence({} {})".format, inner, inner)
        | st.builds("-{}".format, inner)
        | st.lists(inner, min_size=1, max_size=3)
        .map(" ".join)
        .flatmap(lambda held: st.sampled_from([f"({held})", f"（{held}）"]))
    ),
    max_leaves=4,
)
typed = st.lists(clauses, min_size=1, max_size=4).map(" ".join) | st.text(st.characters(), max_size=8)


def understood(typed: str) -> Query:
    try:
        return parse_query(typed, ANALYZER, NOW)
    except QueryFault:
        return Query(())


questions = structured | typed.map(understood)
Write = Callable[[ArticleStore, Settings, str], int]
commits = st.tuples(st.lists(articles, max_size=8), st.sampled_from([update.bring_up, update.bring_up, update.rebuild]))


# What is answered


histories = st.lists(commits, min_size=1, max_size=5)
asked = st.lists(questions, min_size=4, max_size=12)
History = list[tuple[list[Article], Write]]


@pytest.mark.parametrize("name", engines.in_folders())
@settings(max_examples=settings().max_examples // 2)
@given(history=histories, asked=asked)
def test_every_answer_is_what_the_articles_say(name: str, history: History, asked: list[Query]) -> None:
    check_history(name, history, asked)


@settings(max_examples=settings().max_examples // 16)
@given(history=histories, asked=asked)
def test_every_answer_of_a_cluster_is_what_the_articles_say(history: History, asked: list[Query]) -> None:
    """With fewer examples, as each makes indexes on a server."""
    check_history("opensearch", history, asked)


def check_history(name: str, history: History, asked: list[Query]) -> None:
    with TemporaryDirectory() as data, ArticleStore.create(Settings(Path(data))) as store:
        for kept, write in history:
            for article in kept:
                store.put(article)
            write(store, settings_of(name, Path(data)), name)
        check_answers(store, Path(data), name, asked)


@pytest.mark.parametrize("name", engines.names())
def test_every_answer_of_a_larger_archive(name: str, tmp_path: Path) -> None:
    """Of many articles that are alike, and of segments that were merged."""
    rng = random.Random(8)
    with ArticleStore.create(Settings(tmp_path)) as store:
        for n in range(600):
            body = "".join(rng.choices(PARTS, range(len(PARTS), 0, -1), k=rng.randrange(60)))
            day = datetime(2022, rng.choice([5, 6]), 1, tzinfo=SHANGHAI) if rng.random() < 0.8 else None
            store.put(Article(f"http://www.tibet.cn/{rng.randrange(500)}", f"第{n}篇", body, published=day))
            if n % 30 == 29:
                update.bring_up(store, settings_of(name, tmp_path), name)
        said = [" ".join(rng.sample(PARTS, rng.choice([1, 2, 5]))) for _again in range(20)]
        said += [f'"{"".join(rng.choices(PARTS[:12], k=rng.choice([1, 2])))}"' for _again in range(10)]
        said += [f"{' NEAR/5 '.join(rng.sample(PARTS[:16], rng.choice([2, 3])))}" for _again in range(10)]
        said += [f"same:sentence({' '.join(rng.sample(PARTS[:16], 2))})" for _again in range(5)]
        check_answers(store, tmp_path, name, map(understood, said))


FEW = (
    "西藏",
    "援藏",
    "招商引资",
    "項目",
    "项目",
    "雪",
    "3亿元",
    "0.35元",
    "Tibet",
    "山南市",
    "，",
    "。",
    "；",
    "\n",
    "的",
    "天",
)
FORMS = (
    "{} NEAR/{n} {}", '"{}" 相邻/{n} "{}"', "{} near/{n} {} NEAR/2 {}", "({} OR {}) NEAR/{n} {}", "({} {}) NEAR/{n} {}",
    "{} ONEAR/{n} {}", "{} ONEAR/{n} {} NEAR/2 {}", "same:sentence({} 依次相邻/{n} {})",
    "西藏 -{} NEAR/{n} {}", "same:sentence({} {})", "same:sentence({} -{})", "同段({} NEAR/{n} {})",
    "{}{} NEAR/{n} {}", "same:paragraph({} NEAR/{n} {} -{})", 'same:sentence("{} {}")',
    "同句(amount:>1 {})", "amount:>1 NEAR/{n} {}", "place:山南 NEAR/{n} {}", "title:{} NEAR/{n} {}", "西* NEAR/{n} {}",
)  # fmt: skip


@pytest.mark.parametrize("name", engines.names())
def test_every_answer_of_what_stands_near(name: str, tmp_path: Path) -> None:
    """In short texts of the same few words most parts are there, and some are near each other."""
    rng = random.Random(5)
    with ArticleStore.create(Settings(tmp_path)) as store:
        for n in range(150):
            title, body = ("".join(rng.choices(FEW, k=rng.randrange(most))) for most in (4, 30))
            store.put(Article(f"http://www.tibet.cn/{n}", title, body))
        update.bring_up(store, settings_of(name, tmp_path), name)
        said = [form.format(*rng.sample(FEW[:10], 3), n=rng.choice([1, 2, 5, 9])) for form in FORMS * 6]
        asked = [understood(text) for text in said]
        assert all(query.wanted for query in asked)
        oracle = Oracle(revision.article for revision in store.changes())
        assert sum(0 < len(oracle.answer(query)) < 100 for query in asked) > 70
        check_answers(store, tmp_path, name, asked)


def check_answers(store: ArticleStore, data: Path, name: str, asked: Iterable[Query]) -> None:
    oracle = Oracle(revision.article for revision in store.changes())
    with update.open_index(settings_of(name, data), name) as opened:
        assert opened.position() == store.sequence()
        assert set(opened.ids()) == oracle.ids()
        assert opened.count() == len(oracle.ids())
        assert list(update.verify(store, opened)) == []
        for query in asked:
            check_answer(PlacedEngine(opened, store), oracle, query)


def check_answer(opened: SearchEngine, oracle: Oracle, query: Query) -> None:
    expected = oracle.answer(query)
    assert opened.search(query, 0, facets=True).facets == oracle.facets(query)
    for by, facet in product(UNITS, ("", "section")):
        assert opened.dates(query, by, facet) == oracle.dates(query, by, facet)
    assert opened.frequencies(query.ranked) == oracle.frequencies(query.ranked)
    for start in ("", *(word[:1] for word in query.ranked)):
        words, held = opened.vocabulary(start), oracle.vocabulary(start)
        assert list(words) == sorted(words)
        assert all(words[word] >= count for word, count in held.items()), "older versions may count too"
    for order in ORDERS:
        found = opened.search(query, order=order)
        assert {match.id: match.whole for match in found.matches} == expected
        assert (len(found.matches), found.total, found.whole) == (len(expected), len(expected), sum(expected.values()))
        places = [oracle.place(query, match, order) for match in found.matches]
        assert places == sorted(places)
        for offset, limit in ((0, 0), (0, 1), (1, 2), (2, 5), (len(expected), 3)):
            part = opened.search(query, limit, offset, order)
            assert part.matches == found.matches[offset : offset + limit]
            assert (part.total, part.whole) == (found.total, found.whole)


def best_matches(folder: Path, name: str) -> list[tuple[Match, ...]]:
    """The ten best articles of the sample for questions of all kinds."""
    rng = random.Random(4)
    typed = [article.title.replace('"', "") for article in ARTICLES]
    typed += [" ".join(rng.sample(ANALYZER.words(article.body), 2)) for article in ARTICLES]
    typed += [f'"{rng.choice(ANALYZER.words(article.body))}"' for article in ARTICLES]
    with indexed(folder, name) as (_store, opened):
        return [opened.search(parse_query(text, ANALYZER), 10).matches for text in typed]


def test_engines_rank_alike(tmp_path: Path) -> None:
    """Scores differ, and places that are nearly alike; the first and the ten best are mostly the same."""
    best = [best_matches(tmp_path / name, name) for name in engines.in_folders()]
    for one, other in combinations(best, 2):
        pairs = [([match.id for match in a], [match.id for match in b]) for a, b in zip(one, other, strict=True)]
        assert fmean(a[:1] == b[:1] for a, b in pairs) >= 0.95
        assert min(len(set(a) & set(b)) / max(len(a), len(b)) for a, b in pairs if a or b) >= 0.8


def test_a_cluster_ranks_as_tantivy_does(tmp_path: Path) -> None:
    """By the same formula, and on the same scale, as proximity is added to scores."""
    clustered, embedded = (best_matches(tmp_path / name, name) for name in ("opensearch", "tantivy"))
    for one, other in zip(clustered, embedded, strict=True):
        assert [match.score for match in one] == pytest.approx([match.score for match in other], rel=1e-4)
        assert {match.id for match in one} == {match.id for match in other}
