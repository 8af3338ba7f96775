"""Which addresses of a site are those of articles: the form that they share, as the pattern of a source."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.url import canonical

_SHARE = 1 / 3  # of a site's headlines, from which on another host of its domain counts as the site's
_DOMAIN = re.compile(r"[\w-]+\.(?:(?:com|net|org|gov|edu|ac|co)\.)?[a-z]+$")
_FEWEST = 3  # addresses of one form that make a pattern
_HEADLINE = 7  # Chinese characters from which the text of a link is a headline, not the name of a channel
_WORDS = 4  # and words of another script
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]{2,}")
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
# In this order: a day, also at the beginning of a longer number; a name made by a machine; a number.
_TOKEN = re.compile(
    rf"(?P<day>(?<!\d){_YEAR}(?P<a>[-/_.]?){_MONTH}(?P<b>[-/_.]?){_DAY}(?!\d)"
    rf"|(?<!\d){_YEAR}/(?:[1-9]|1[0-2])/(?:[1-9]|[12]\d|3[01])(?=/)"
    rf"|(?<!\d){_YEAR}{_MONTH}{_DAY}(?=\d{{3}}))"
    r"|(?P<hash>(?<![0-9A-Za-z])(?:[0-9a-f]{8}-[0-9a-f-]{27}|(?=[A-Za-z]*\d+[A-Za-z]+\d|\d+[A-Za-z]+\d)[0-9A-Za-z]{8,})"
    r"(?![0-9A-Za-z]))"
    r"|(?P<number>\d+)"
)
_WORDY = re.compile(r"[A-Za-z]{2,}-[A-Za-z]{2,}")
_FOLDER = re.compile(r"(?=[\w-]*[A-Za-z])[A-Za-z_][\w-]*")
_ENDING = re.compile(r"\.(?:s?html?|php|aspx?|jsp)$")


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a page; `listed` if a feed or a sitemap for news names it as an article."""

    url: str
    text: str = ""
    listed: bool = False

    @property
    def is_headline(self) -> bool:
        return self.listed or is_headline(self.text)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The pattern of a site's articles, the addresses it rests on, and those of another form that may be articles."""

    pattern: re.Pattern[str]
    articles: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an address: "text" stays as it is; "day", "number", "hash" and "slug" differ."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Address:
    url: str
    host: str
    section: str  # the leading folders that are words
    parts: tuple[_Part, ...]

    @property
    def form(self) -> tuple[str, ...]:
        """What addresses of one form have in common: how their rest is built, and where it has no number the folder."""
        built = "".join(part.text if part.kind == "text" else f"<{part.kind}>" for part in self.parts)
        return _ENDING.sub(".html", built), self.section if self._is_by_name else str(bool(self.section))

    @property
    def _is_by_name(self) -> bool:
        """Whether only its folder tells an article's address from any other: /posts/NAME/, /archives/12/."""
        kinds = {part.kind for part in self.parts}
        letters = any(re.search("[A-Za-z]", _ENDING.sub("", part.text)) for part in self.parts if part.kind == "text")
        return "day" not in kinds and (not kinds <= {"text", "number"} or not letters)


def is_headline(text: str) -> bool:
    """Whether the text of a link is long enough for a headline."""
    return len(_HAN.findall(text)) >= _HEADLINE or (not _HAN.search(text) and len(_WORD.findall(text)) >= _WORDS)


def hosts_of(links: Iterable[Link], host: str) -> frozenset[str]:
    """A site's host, and the other one of its domain that has many of its headlines: news.example.cn."""
    headlines = Counter(
        urlsplit(url).hostname or "" for url, same in _texts(links).items() if any(link.is_headline for link in same)
    )
    own, total = _DOMAIN.search(host), sum(headlines.values())
    others = [
        other for other, count in headlines.most_common()
        if other != host and own and (domain := _DOMAIN.search(other)) and domain[0] == own[0]
        and count >= max(_FEWEST, _SHARE * total)
    ]  # fmt: skip
    return frozenset([host, *others[:1]])


def addresses(links: Iterable[Link], hosts: Collection[str], named: bool = False) -> Addresses | None:
    """The pattern of the articles among the links of a site's pages; None if too few look alike.

    `hosts` are canonical. Links that are headlines, or that a feed names, tell the articles from the rest. `named`:
    the key begins with the word before the number, such as show-345, to tell it from that of another pattern.
    """
    texts = _texts(links)
    forms: dict[tuple[str, ...], list[_Address]] = defaultdict(list)
    for url in texts:
        if address := _address(url, hosts):
            forms[address.form].append(address)
    ranked = sorted(forms.values(), key=lambda group: -_score(group, texts))
    if not ranked or _score(ranked[0], texts) < _FEWEST:
        return None
    alike = _alike(ranked, texts)
    shown = [address for address in alike if any(link.is_headline for link in texts[address.url])]
    taken = {address.url for address in alike}
    rest = [url for group in ranked[1:] if _score(group, texts) >= _FEWEST for url in _headlines(group, texts)]
    pattern = _pattern(shown, [address for address in alike if address not in shown], texts, named)
    return Addresses(
        re.compile(pattern),
        tuple(address.url for address in shown),
        tuple(url for url in rest if url not in taken and not re.fullmatch(pattern, url)),
    )


def _texts(links: Iterable[Link]) -> dict[str, list[Link]]:
    """The links by canonical address."""
    texts: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        texts[canonical(link.url)].append(link)
    return texts


def _score(group: Sequence[_Address], texts: Mapping[str, Sequence[Link]]) -> int:
    """How many of these addresses are those of articles, by their links; those that a feed names count thrice."""
    listed = sum(any(link.listed for link in texts[address.url]) for address in group)
    return len(_headlines(group, texts)) + 2 * listed


def _headlines(group: Iterable[_Address], texts: Mapping[str, Sequence[Link]]) -> list[str]:
    return [address.url for address in group if any(link.is_headline for link in texts[address.url])]


def _alike(ranked: Sequence[Sequence[_Address]], texts: Mapping[str, Sequence[Link]]) -> list[_Address]:
    """The addresses of the best form, and of those that are built like it in other folders."""
    best = ranked[0][0]
    groups = [
        group for group in ranked
        if group[0].form[0] == best.form[0] and bool(group[0].section) == bool(best.section)
        and (group is ranked[0] or 2 * len(_headlines(group, texts)) >= len(group))
    ]  # fmt: skip
    return [address for group in groups for address in group]


def are_apart(first: Addresses, second: Addresses) -> bool:
    """Whether no article of one pattern can have the key of one of the other."""
    keys, others = _keys(first), _keys(second)
    return not (keys & others) and not (all(map(str.isdecimal, keys)) and all(map(str.isdecimal, others)))


def _keys(found: Addresses) -> set[str]:
    return {match["key"] for url in found.articles if (match := found.pattern.fullmatch(url))}


def _address(url: str, hosts: Collection[str]) -> _Address | None:
    """The parts of an address of these hosts; None for any other, and for the front page."""
    parts = urlsplit(url)
    if (
        parts.scheme not in ("http", "https")
        or parts.hostname not in hosts
        or not (parts.path.strip("/") or parts.query)
    ):
        return None
    *folders, file = parts.path.removeprefix("/").removesuffix("/").split("/")
    count = next((n for n, folder in enumerate(folders) if not _is_word(folder)), len(folders))
    rest = "/".join([*folders[count:], file]) + ("/" if parts.path.endswith("/") and file else "")
    return _Address(url, parts.netloc, "/".join(folders[:count]), tuple(_parts(rest, parts.query)))


def _is_word(folder: str) -> bool:
    token = _TOKEN.search(folder)
    return bool(_FOLDER.fullmatch(folder)) and not (token and token["hash"])


def _parts(rest: str, query: str) -> Iterator[_Part]:
    """The parts of an address behind its folders. A name that has no number is a slug, unless a query follows it."""
    folders, slash, file = rest.removesuffix("/").rpartition("/")
    ending = _ENDING.search(file)
    stem = file[: ending.start()] if ending else file
    end = (ending[0] if ending else "") + ("/" if rest.endswith("/") else "")
    yield from _tokens(folders + slash)
    if not query and _is_slug(stem):
        yield _Part("slug", stem)
    else:
        yield from _tokens(stem)
    yield from _tokens(end + (f"?{query}" if query else ""))


def _is_slug(stem: str) -> bool:
    """Whether a name is made of words: how-we-live, %E8%B7%AF. Not show-17-345-1, t20250101_12, news-detail-345."""
    return "%" in stem or not _TOKEN.search(stem) or bool(_WORDY.search(stem) and not re.search(r"\d{3,}$", stem))


def _tokens(text: str) -> Iterator[_Part]:
    end = 0
    for match in _TOKEN.finditer(text):
        if match.start() > end:
            yield _Part("text", text[end : match.start()])
        yield _Part("day" if match["day"] else "hash" if match["hash"] else "number", match[0])
        end = match.end()
    if end < len(text):
        yield _Part("text", text[end:])


# The pattern


def _pattern(
    shown: Sequence[_Address], others: Sequence[_Address], texts: Mapping[str, Sequence[Link]], named: bool
) -> str:  # fmt: skip
    columns = [Counter(parts) for parts in zip(*(address.parts for address in shown), strict=True)]
    kinds = [next(iter(column)).kind for column in columns]
    first, last = _key(shown, kinds, columns, texts)
    pieces = [
        _piece(kind, [part.text for part in column], constant=not first <= n <= last and _is_constant(column))
        for n, (kind, column) in enumerate(zip(kinds, columns, strict=True))
    ]
    days = [n for n, kind in enumerate(kinds) if kind == "day"]
    if days:
        pieces[days[-1]] = f"(?P<date>{pieces[days[-1]]})"
    text, word = _word_before(first, columns) if named else ("", "")
    if word:
        pieces[first - 1] = _escape(text.removesuffix(word))
    pieces[first] = "(?P<key>" + _escape(word) + pieces[first]
    pieces[last] += ")"
    hosts = "|".join(sorted({re.escape(address.host) for address in shown}))
    section = _section(shown)
    names = _not_articles(others) if "slug" in kinds else ""
    scheme = urlsplit(shown[0].url).scheme
    return f"{scheme}://{hosts if '|' not in hosts else f'(?:{hosts})'}/{section}{names}" + "".join(pieces)


def _word_before(first: int, columns: Sequence[Counter[_Part]]) -> tuple[str, str]:
    """The text before a key, and the word at its end: show-, id=."""
    texts = {part.text for part in columns[first - 1]} if first else set()
    text = next(iter(texts)) if len(texts) == 1 else ""
    word = re.search(r"[A-Za-z][\w-]*=?$", text)
    return text, word[0] if word else ""


def _is_constant(column: Counter[_Part]) -> bool:
    """Whether a number is that of the first page, in each address. Any other may be that of a channel or a month."""
    return {part.text for part in column} in ({"0"}, {"1"})


def _key(
    shown: Sequence[_Address],
    kinds: Sequence[str],
    columns: Sequence[Counter[_Part]],
    texts: Mapping[str, Sequence[Link]],
) -> tuple[int, int]:
    """The first and the last part that are the article's own number or name."""
    names = [n for n, kind in enumerate(kinds) if kind not in ("text", "day")]
    best = max(names, key=lambda n: (len(columns[n]), max(len(part.text) for part in columns[n]), n), default=-1)
    if best >= 0 and _is_unique([address.parts[best].text for address in shown], shown, texts):
        # A number that begins with a day: 20250101123456.
        return (best - 1 if best and kinds[best - 1] == "day" else best), best
    parts = [n for n, kind in enumerate(kinds) if kind != "text"]
    varying = [n for n in parts if not _is_constant(columns[n])]
    first, last = (varying or parts)[0], (varying or parts)[-1]
    return first, (parts[-1] if kinds[last] == "day" else last)  # a day alone is no article's own


def _is_unique(keys: Sequence[str], shown: Sequence[_Address], texts: Mapping[str, Sequence[Link]]) -> bool:
    """Whether no two articles have one key: an article may have several addresses, with the same headline."""
    headlines: dict[str, set[str]] = defaultdict(set)
    for key, address in zip(keys, shown, strict=True):
        headlines[key].add(max((link.text for link in texts[address.url]), key=len)[:6])
    return sum(len(titles) > 1 for titles in headlines.values()) * 20 < len(headlines)


def _piece(kind: str, values: Sequence[str], constant: bool) -> str:
    if kind == "text":
        texts = sorted({_escape(value) for value in values})
        return _loose_ending(texts[0]) if len(texts) == 1 else f"(?:{'|'.join(texts)})"
    if constant and kind == "number":
        return values[0]
    if kind == "day":
        return _day(values)
    if kind == "hash":
        return rf"(?=[A-Za-z-]*\d)[0-9A-Za-z-]{{{min(map(len, values))},}}"
    return r"\d+" if kind == "number" else r"[^/?#]+"


def _escape(text: str) -> str:
    return re.escape(text).replace(r"\-", "-")


def _loose_ending(text: str) -> str:
    return re.sub(r"\\\.html?$", r"\\.html?", text)


def _day(values: Sequence[str]) -> str:
    """A pattern of days as printed in these addresses, with the digits of each number."""
    numbers = [re.findall(r"\d+", value) for value in values]
    separators = re.split(r"\d+", values[0])
    padded = any(number.startswith("0") for row in numbers for number in row)
    digits = [rf"\d{{{max(len(row[n]) for row in numbers)}}}" for n in range(len(numbers[0]))]
    if not padded and len(digits) == 3:  # no zero was seen before a month or a day: there may be none
        digits[1:] = [r"\d{1,2}"] * 2
    return "".join(_escape(separator) + digit for separator, digit in zip(separators, digits, strict=False))


def _section(shown: Sequence[_Address]) -> str:
    sections = {address.section for address in shown}
    if sections == {""}:
        return "(?P<section>)"
    if shown[0]._is_by_name:
        return f"(?P<section>{'|'.join(sorted(map(_escape, sections)))})/"
    return r"(?P<section>[\w-]+(?:/[\w-]+){0,3})/"


def _not_articles(others: Iterable[_Address]) -> str:
    """Refuses the names of pages that look like articles only by their address, such as /about/."""
    names = sorted({part.text for address in others for part in address.parts if part.kind == "slug"})
    return f"(?!(?:{'|'.join(map(_escape, names))})(?:[/?#.]|$))" if names else ""


def form_of(url: str, hosts: Collection[str]) -> tuple[str, ...]:
    """What an address has in common with others that are built alike; empty for one of another host."""
    address = _address(url, hosts)
    return address.form if address else ()
