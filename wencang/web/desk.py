"""The researcher's desk: words, figures, quotations, aid and places of a question, as pages, JSON and CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any, Generic, Literal, TypeVar, get_args

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from archive.errors import UsageFault
from archive.text.translation import gettext as _
from indexer.figures.aid import AidMention
from indexer.figures.figure import KINDS, Figure, Name
from indexer.figures.find import Mention
from indexer.figures.named import NAMED
from wencang.archive import FigureOrder, Period
from wencang.desk.count.aid import AidPairs
from wencang.desk.count.collocations import Collocations
from wencang.desk.count.concordance import Concordance, Line, on_one_line
from wencang.desk.count.concordance import Order as LineOrder
from wencang.desk.count.figures import Figures, record
from wencang.desk.count.keywords import Keywords
from wencang.desk.count.names import NameCounts
from wencang.desk.count.places import Level, PlaceCounts
from wencang.desk.count.quotes import Kinds as SpeakerKinds
from wencang.desk.count.quotes import Quote, Quotes
from wencang.desk.count.ranking import Word
from wencang.desk.network.named import Within
from wencang.desk.network.network import Network, NetworkKind
from wencang.desk.network.reprints import Outlet
from wencang.web.drawing.tables import FILES, NETWORKS, file_of, json_of
from wencang.web.inputs import MOST, Asked, field_of, narrowed, no_question, number, one_of, page_of, typed, within
from wencang.web.render import Handler, Links, Site
from wencang.web.traffic.limits import deadline_of

_READ = 5_000  # articles for one answer; of more a random sample
_READ_FIGURES = 1_000
_PAIRS = 50  # of the table above the sentences
_PLACES = 100  # of the table below the map
_ROWS = 100  # lines or figures of a page
_LAST_PAGE = 10
WORDS = 1_000  # of a list
WIDEST = 200  # characters beside a node
LINES = 20_000  # of a concordance
LEAST = 1_000
_BEGINNING = 30  # characters of a quotation by which its article is searched
NODES = 2_000  # of a network
_CONTEXT = 80  # characters of a sentence beside a figure
_IN_QUOTES = set('"＂“”「」『』()（）\n')  # would end or change the question
_MEASURES: tuple[Literal["ll", "tfidf"], ...] = ("ll", "tfidf")
_NEAR_MEASURES: tuple[Literal["logdice", "pmi", "ll"], ...] = ("logdice", "pmi", "ll")
Answer = Concordance | Keywords | Collocations | Figures | NameCounts | Quotes | AidPairs | PlaceCounts
A = TypeVar("A", bound=Answer)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Tool(Generic[A]):
    """One way to look at what a question finds: how it is asked for, and what its page shows of the answer."""

    template: str
    ask: Callable[[Site, Request], A]
    show: Callable[[A, Asked, QueryParams, Links], Mapping[str, object]]

    @property
    def name(self) -> str:
        """That of the command, and of the page."""
        return self.template.removesuffix(".html")

    @property
    def routes(self) -> dict[str, Handler]:
        """The addresses of the page and its twins."""
        files = {f"/{self.name}.{form}": self.file for form in FILES}
        return {f"/{self.name}.json": self.twin, **files, f"/{self.name}": self.page}

    def page(self, site: Site, request: Request) -> Response:
        """The form, with the beginning of the answer or with what is wrong with the question."""
        parameters = request.query_params
        values: dict[str, Any] = {"parameters": parameters, "fault": None, "field": "", "answer": None}
        try:
            question = narrowed(parameters)
            if question.q.strip():
                answer = self.ask(site, request)
                values |= {"answer": answer, **self.show(answer, question, parameters, Links(request))}
        except UsageFault as fault:
            question = typed(parameters)
            values |= {"answer": None, "fault": fault, "field": field_of(fault, question) or "q"}
            return site.page(request, self.template, 400, asked=question, **values)
        return site.page(request, self.template, asked=question, **values)

    def twin(self, site: Site, request: Request) -> Response:
        """The rows of the command's `--json`, and the notices."""
        answer = self.whole(site, request)
        return json_of(request, answer, answer.notices)

    def file(self, site: Site, request: Request) -> Response:
        """The rows of the command's `-o`."""
        return file_of(request, self.whole(site, request))

    def whole(self, site: Site, request: Request) -> A:
        """The answer of a twin. Raises FieldFault without a question."""
        _asked(request)
        return self.ask(site, request)


# Concordance


def ask_concordance(site: Site, request: Request, limit: int = 0) -> Concordance:
    """The lines that are asked for, `limit` of them if given."""
    parameters = request.query_params
    question = narrowed(parameters)
    return site.archive.concordance(
        question.q, window=number("window", parameters, 1, WIDEST, 20),
        sort=one_of("sort", parameters, get_args(LineOrder)),
        sample=number("sample", parameters, 0, LINES) or None, seed=number("seed", parameters, 0, MOST),
        limit=limit or number("limit", parameters, 1, LINES, LINES), max_articles=_READ,
        progress=deadline_of(request).check, **question.filters,
    )  # fmt: skip


def _show_concordance(
    answer: Concordance, _question: Asked, parameters: QueryParams, _links: Links
) -> Mapping[str, object]:  # fmt: skip
    def shown(line: Line) -> tuple[Line, str, str, str]:
        return line, *map(on_one_line, (line.left, line.node, line.right))  # type: ignore[return-value]

    return {"most": LINES, **_part(map(shown, answer.lines), parameters)}


# Keywords and collocations


def ask_keywords(site: Site, request: Request) -> Keywords:
    """The words that are asked for."""
    parameters = request.query_params
    question = narrowed(parameters)
    return site.archive.keywords(
        question.q, measure=one_of("measure", parameters, _MEASURES), by=one_of("by", parameters, get_args(Period)),
        limit=number("limit", parameters, 1, WORDS, 30), least=number("least", parameters, 1, LEAST, 3),
        max_articles=_READ, progress=deadline_of(request).check, **question.filters,
    )  # fmt: skip


def ask_collocations(site: Site, request: Request) -> Collocations:
    """The words near the one that is asked for."""
    parameters = request.query_params
    question = narrowed(parameters)
    measure, by = one_of("measure", parameters, _NEAR_MEASURES), one_of("by", parameters, get_args(Period))
    window = number("window", parameters, 1, WIDEST, 5)
    limit, least = number("limit", parameters, 1, WORDS, 30), number("least", parameters, 1, LEAST, 5)
    return site.archive.collocations(
        question.q.strip(), among=within("among", parameters.get("among", "")), window=window, measure=measure, by=by,
        limit=limit, least=least, max_articles=_READ, progress=deadline_of(request).check, **question.filters,
    )  # fmt: skip


def ask_names(site: Site, request: Request) -> NameCounts:
    """The names that are asked for, counted; persons unless other kinds are chosen."""
    parameters = request.query_params
    question = narrowed(parameters)
    kinds = [one_of("kind", {"kind": kind}, NAMED) for kind in parameters.getlist("kind") if kind]
    return site.archive.count_figures(
        question.q, kind=kinds or ("person",), by=one_of("by", parameters, get_args(Period)),
        limit=number("limit", parameters, 1, WORDS, 50), max_articles=_READ_FIGURES,
        progress=deadline_of(request).check, **question.filters,
    )  # fmt: skip


def _show_words(
    answer: Keywords | Collocations | NameCounts, question: Asked, _parameters: QueryParams, links: Links
) -> Mapping[str, object]:  # fmt: skip
    """Each word leads to the articles that have it too, in the period of its list."""

    def link(word: Word, period: str) -> str:
        name = f'{word.row[3]}:"{word.row[0]}"' if isinstance(answer, NameCounts) else word.row[0]
        words = f"{question.q} {name}{f' date:{period}' if period else ''}"
        return links.to("/search", question.parameters(q=words))

    lists = {
        period: [(word.row, "" if answer.by and not period else link(word, period)) for word in words]
        for period, words in answer.words.items()
    }
    highest = max((word.row[1] for words in answer.words.values() for word in words), default=0) or 1
    return {"lists": lists, "highest": highest}


# Figures


@dataclass(frozen=True, slots=True)
class Found:
    """A figure: its values as JSON has them, the sentence with its place in that, and the search for a name."""

    mention: Mention
    values: Mapping[str, object]
    sentence: str
    mark: tuple[int, int]
    link: str


def ask_figures(site: Site, request: Request) -> Figures:
    """The figures and names that are asked for."""
    parameters = request.query_params
    question = narrowed(parameters)
    kinds = [one_of("kind", {"kind": kind}, KINDS) for kind in parameters.getlist("kind") if kind]
    return site.archive.figures(
        question.q, kind=kinds, sort=one_of("sort", parameters, get_args(FigureOrder)),
        stories=bool(one_of("stories", parameters, ("", "1"))), max_articles=_READ_FIGURES, **question.filters,
    )  # fmt: skip


def _show_figures(answer: Figures, _question: Asked, parameters: QueryParams, links: Links) -> Mapping[str, object]:
    return {"kinds": KINDS, **_part((_found(mention, links) for mention in answer.figures), parameters)}


def _found(mention: Mention, links: Links) -> Found:
    figure, body = mention.figure, mention.article.body
    q = question_of(figure) if isinstance(figure.value, Name) else ""
    link = links.to("/search", q=q) if q else ""
    at = body.find(mention.sentence, max(0, figure.end - len(mention.sentence)))
    if at < 0:  # an excerpt has the figure alone
        return Found(mention, record(mention), mention.sentence, (0, len(mention.sentence)), link)
    first = max(at, figure.start - _CONTEXT)
    last = min(at + len(mention.sentence), figure.end + _CONTEXT)
    before, after = "…" if first > at else "", "…" if last < at + len(mention.sentence) else ""
    start = len(before) + figure.start - first
    mark = start, start + figure.end - figure.start
    return Found(mention, record(mention), f"{before}{body[first:last]}{after}", mark, link)


def question_of(figure: Figure) -> str:
    """The question that finds a figure or name as it is printed; "" where none does."""
    if set(figure.text) & _IN_QUOTES:
        return ""
    if figure.kind == "place" and isinstance(figure.value, Name):
        return f"地点:{figure.value.name}"
    return f'"{figure.text}"'


# Aid


def ask_aid(site: Site, request: Request) -> AidPairs:
    """Who aids which place. Raises FieldFault without a question."""
    question = _asked(request)
    stories = bool(one_of("stories", request.query_params, ("", "1")))
    return site.archive.aid(question.q, stories=stories, max_articles=_READ_FIGURES, **question.filters)


def _show_aid(answer: AidPairs, _question: Asked, parameters: QueryParams, _links: Links) -> Mapping[str, object]:
    def shown(mention: AidMention) -> tuple[AidMention, str]:
        return mention, " ".join(mention.sentence.split())

    counts = answer.counts()
    columns = {"articles": _("Articles"), "sentences": _("Sentences"), "stories": _("Stories")}
    heads = [columns[name] for name in counts.columns[2:]]
    return {"pairs": counts.pairs[:_PAIRS], "heads": heads, **_part(map(shown, answer.mentions), parameters)}


# Places


def ask_map(site: Site, request: Request) -> PlaceCounts:
    """The places that are asked for, counted. Raises FieldFault without a question."""
    question = _asked(request)
    return site.archive.map(
        question.q, level=one_of("level", request.query_params, get_args(Level)), max_articles=_READ,
        progress=deadline_of(request).check, **question.filters,
    )  # fmt: skip


def _show_map(answer: PlaceCounts, question: Asked, _parameters: QueryParams, links: Links) -> Mapping[str, object]:
    """The map, and each place with the address of the articles that name it."""
    rows = [
        (place.name, count, links.to("/search", question.parameters(q=f"{question.q} 地点:{place.name}")))
        for place, count in answer.places[:_PLACES]
    ]
    return {"picture": answer.svg() if answer.places else "", "rows": rows}


def _map_svg(site: Site, request: Request) -> Response:
    """The picture of `wencang map -o map.svg`."""
    return _download(_MAP.whole(site, request).svg(), "map.svg", "image/svg+xml")


def _map_geojson(site: Site, request: Request) -> Response:
    """The points of `wencang map -o map.geojson`."""
    return _download(_MAP.whole(site, request).geojson(), "map.geojson", "application/geo+json")


def _download(text: str, name: str, media_type: str) -> Response:
    return Response(text, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


# Quotations


def ask_quotes(site: Site, request: Request) -> Quotes:
    """The quotations that are asked for. Raises FieldFault without a question: all articles are too many to read."""
    question, speaker = _asked(request), request.query_params.get("speaker", "").strip()
    kind = one_of("kind", request.query_params, get_args(SpeakerKinds))
    return site.archive.quotes(question.q, speaker=speaker, kind=kind, max_articles=_READ_FIGURES, **question.filters)


def _show_quotes(answer: Quotes, question: Asked, parameters: QueryParams, links: Links) -> Mapping[str, object]:
    """Each speaker leads to what else they said in the articles found, each title to the place in the article."""

    def link(quote: Quote) -> tuple[Quote, str, str]:
        beginning = "".join(takewhile(lambda sign: sign not in _IN_QUOTES, quote.quotation.words[:_BEGINNING]))
        others = links.to("/quotes", question.parameters() | {"speaker": quote.quotation.speaker})
        return quote, others, f'"{beginning}"' if beginning.strip() else question.q

    return _part(map(link, answer.quotes), parameters)


# Networks


def ask_network(site: Site, request: Request) -> Network:
    """Who is named together, or who reprints whom, in what a question finds."""
    parameters, question = request.query_params, _asked(request)
    return site.archive.network(
        one_of("kind", parameters, get_args(NetworkKind)), question.q,
        within=one_of("within", parameters, get_args(Within)), by=one_of("by", parameters, get_args(Outlet)),
        least=number("least", parameters, 1, LEAST, 2), limit=number("limit", parameters, 2, NODES, 500),
        max_articles=_READ_FIGURES, progress=deadline_of(request).check, **question.filters,
    )  # fmt: skip


def network_twin(site: Site, request: Request) -> Response:
    """The rows of `wencang network --json`: the edges."""
    network = ask_network(site, request)
    return json_of(request, network, network.notices)


def network_file(site: Site, request: Request) -> Response:
    """The file of `wencang network -o`."""
    return file_of(request, ask_network(site, request))


# What they share


def _asked(request: Request) -> Asked:
    """The question with its filters, where the archive would take none for all articles."""
    if not request.query_params.get("q", "").strip():
        raise no_question()
    return narrowed(request.query_params)


def _part(rows: Iterator[R], parameters: QueryParams) -> dict[str, object]:
    """The rows of one page, its number, and whether there are more."""
    page = page_of(parameters, _LAST_PAGE)
    part = list(islice(rows, (page - 1) * _ROWS, page * _ROWS + 1))
    return {
        "rows": part[:_ROWS], "first": (page - 1) * _ROWS + 1, "page": page, "has_more": len(part) > _ROWS,
        "last_page": _LAST_PAGE, "given": {name: parameters.getlist(name) for name in parameters if name != "page"},
    }  # fmt: skip


_MAP = Tool("map.html", ask_map, _show_map)
ROUTES: dict[str, Handler] = {
    **Tool("concordance.html", ask_concordance, _show_concordance).routes,
    **Tool("keywords.html", ask_keywords, _show_words).routes,
    **Tool("collocations.html", ask_collocations, _show_words).routes,
    **Tool("names.html", ask_names, _show_words).routes,
    **Tool("figures.html", ask_figures, _show_figures).routes,
    **Tool("quotes.html", ask_quotes, _show_quotes).routes,
    **Tool("aid.html", ask_aid, _show_aid).routes,
    "/map.svg": _map_svg, "/map.geojson": _map_geojson, **_MAP.routes,
    **{f"/network.{form}": network_file for form in (*FILES, *NETWORKS)},
    "/network.json": network_twin,
}  # fmt: skip
