"""The description of the HTTP API, OpenAPI 3.1: one table of addresses, their parameters, and the values answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from archive.settings import version
from indexer.engines.engine import Order
from indexer.figures.figure import KINDS
from indexer.figures.named import NAMED
from wencang.archive import FigureOrder, Group, Period
from wencang.desk.count.collocations import Measure as CollocationMeasure
from wencang.desk.count.concordance import Order as LineOrder
from wencang.desk.count.keywords import Measure as KeywordMeasure
from wencang.desk.count.places import Level
from wencang.desk.count.quotes import Kinds as SpeakerKinds
from wencang.desk.export.citation import STYLES
from wencang.desk.network.named import Within
from wencang.desk.network.network import NetworkKind
from wencang.desk.network.reprints import Outlet
from wencang.web.changes import MOST_CHANGES
from wencang.web.desk import LEAST, LINES, NODES, WIDEST, WORDS
from wencang.web.inputs import LONGEST, MOST
from wencang.web.paging import Paging

Schema = dict[str, Any]
HITS = Paging(10, 100, 1_000)
ROWS = Paging(100, 1_000, 10_000)

# Schemas

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_NUMBER: Schema = {"type": "number"}
_FLAG: Schema = {"type": "boolean"}
_TIME: Schema = {"type": "string", "format": "date-time"}
_ISSUED: Schema = {"type": ["string", "null"], "description": "A time in China, or a day where no time is known."}
_MARKS: Schema = {
    "type": "array", "description": "[start, end) in code points.",
    "items": {"type": "array", "items": _COUNT, "minItems": 2, "maxItems": 2},
}  # fmt: skip
_NEXT: Schema = {"type": ["string", "null"], "description": "The address of the next part."}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _record(values: Mapping[str, Schema], **optional: Schema) -> Schema:
    return {"type": "object", "properties": {**values, **optional}, "required": list(values)}


def _of(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _rows(row: Schema, **more: Schema) -> Schema:
    return _record({"rows": _list(row), "notices": _list(_of("Notice")), **more})


_TEXTS = dict.fromkeys(("id", "url", "title", "source", "section", "credit"), _TEXT)
_STORED = {
    **_TEXTS, "original_title": _TEXT, "body": _TEXT, "published": _ISSUED, "authors": _list(_TEXT), "editor": _TEXT,
    "rights": _TEXT, "images": _list(_record({"url": _TEXT, "caption": _TEXT})), "restored": _FLAG, "fetched": _TIME,
    "gone": _or_null(_TIME), "sequence": _COUNT,
}  # fmt: skip
_ORIGIN = _record({"archive": _TEXT, "url": _TEXT, "taken": _TIME})  # of a version from a web archive
_SIDE = _record({"sequence": _COUNT, "fetched": _TIME}, origin=_ORIGIN)
_PART = _record({"kind": {"enum": ["same", "removed", "added", "moved", "left"]}, "text": _TEXT})
_SCHEMAS: dict[str, Schema] = {
    "Problem": _record(
        {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
        field={**_TEXT, "description": "The parameter that can't be read."},
    ),
    "Notice": {**_record({"code": _TEXT, "text": _TEXT}), "description": "With the parameters of the text."},
    "Hit": _record({
        "rank": _COUNT, **_TEXTS, "published": _ISSUED, "score": _NUMBER, "snippet": _TEXT, "marks": _MARKS,
        "matched": {"enum": ["all", "some"]}, "copies": _list(_TEXT), "gone": _or_null(_TIME),
    }),
    "Answer": _record({
        "query": _map({"type": ["string", "integer"]}), "total": _COUNT, "whole": _COUNT,
        "stories": {"type": ["integer", "null"]}, "hits": _list(_of("Hit")), "facets": _map(_map(_COUNT)),
        "proposals": _list(
            _record({"articles": _COUNT, "whole": _FLAG, "question": _TEXT, "without": _list(_TEXT)})
        ), "notices": _list(_of("Notice")), "next": _NEXT,
    }),
    "Article": _record({
        **_STORED, "addresses": _list(_TEXT),
        "tags": _list(_record({"label": _TEXT, "by": _TEXT, "time": _TIME})),
        "notes": _list(_record({"number": _COUNT, "text": _TEXT, "by": _TEXT, "time": _TIME})),
        "pictures": _list(_record({"number": _COUNT, "url": _TEXT, "caption": _TEXT, "address": _TEXT})),
        "similar": _or_null(_list(_record({**_TEXTS, "published": _ISSUED, "score": _NUMBER}))),
    }, marks=_record({"title": _MARKS, "body": _MARKS}), origin=_ORIGIN),
    "Changes": _record({
        "query": _map({"type": ["string", "integer"]}), "changes": _list(_record({
            "sequence": _COUNT, "previous": _COUNT, **_TEXTS, "published": _ISSUED, "after": _TIME, "seen": _TIME,
            "kind": {"enum": ["edited", "gone", "back"]}, "changed": _list(_TEXT), "added": _COUNT, "removed": _COUNT,
            "parts": _map(_list(_PART)), "other_rules": _FLAG,
        })), "notices": _list(_of("Notice")), "next": _NEXT,
    }),
    "Version": _record(_STORED, origin=_ORIGIN),
    "Versions": _record({"rows": _list(_record({
        "sequence": _COUNT, "fetched": _TIME, "gone": _or_null(_TIME), "published": _ISSUED, "changed": _list(_TEXT),
        "added": _COUNT, "removed": _COUNT,
    }, origin=_ORIGIN))}),
    "Diff": _record({"id": _TEXT, "a": _SIDE, "b": _SIDE, "changes": _map(_list(_PART))}),
    "Proof": _record({
        "id": _TEXT, "url": _TEXT, "sequence": _COUNT, "fetched": _TIME, "digest": _TEXT, "extractor": _TEXT,
        "checked": _TIME, "holds": _FLAG, "records": _list(_record({
            "file": _TEXT, "offset": _COUNT, "record_id": _TEXT, "sha256": _TEXT, "fault": _TEXT,
        })),
        "manifest": _or_null(_record({
            "file": _TEXT, "number": _COUNT, "made": _TIME, "sha256": _TEXT, "agrees": _FLAG,
            "timestamp": {"type": ["string", "null"]}, "stamped": _or_null(_TIME),
            "authority": {"type": ["string", "null"]}, "timestamp_fault": {"type": ["string", "null"]},
        })),
    }, origin=_ORIGIN),
    "Citation": _record({"id": _TEXT, "style": {"enum": list(STYLES)}, "citation": _TEXT}),
    "Timeline": _rows(_record({
        "period": {"type": ["string", "null"]}, "query": _TEXT, "group": {"type": ["string", "null"]},
        "of": {"type": ["integer", "null"]}, "share": {"type": ["number", "null"]},
    }, articles=_COUNT, stories=_COUNT)),
    "Concordance": _rows(_record({
        "published": {"type": ["string", "null"]}, "left": _TEXT, "node": _TEXT, "right": _TEXT, "id": _TEXT,
        "url": _TEXT, "start": _COUNT,
    }), next=_NEXT),
    "Figures": _rows(_record({
        "kind": {"enum": list(KINDS)}, "value": _TEXT, "to": _TEXT, "unit": _TEXT, "bound": _TEXT, "text": _TEXT,
        "start": _COUNT, "end": _COUNT, "id": _TEXT, "url": _TEXT, "published": _TEXT, "title": _TEXT,
        "sentence": _TEXT, "reports": _COUNT,
    }), next=_NEXT),
    "Quotes": _rows(_record({
        "speaker": _TEXT, "role": _TEXT, "words": _TEXT, "start": _COUNT, "end": _COUNT, "id": _TEXT, "url": _TEXT,
        "published": _ISSUED, "title": _TEXT, "kind": {"enum": [kind for kind in get_args(SpeakerKinds) if kind]},
    }), next=_NEXT),
    "Aid": _rows(_record({
        "giver": _TEXT, "receiver": _TEXT, "sentence": _TEXT, "start": _COUNT, "end": _COUNT, "id": _TEXT,
        "url": _TEXT, "published": _ISSUED, "title": _TEXT, "reports": _COUNT,
    }), next=_NEXT),
    "Places": _rows(_record({
        "place": _TEXT, "within": _TEXT, "articles": _COUNT, "longitude": _or_null(_NUMBER),
        "latitude": _or_null(_NUMBER),
    })),
    "Network": _rows(_record({
        "source": _TEXT, "target": _TEXT, "weight": _COUNT, "first": {"type": ["string", "null"]},
        "last": {"type": ["string", "null"]},
    })),
    "Keywords": _rows(_record({
        "rank": _COUNT, "word": _TEXT, "score": _NUMBER, "here": _COUNT, "there": _COUNT,
        "log_ratio": {"type": ["number", "null"]},
    }, period={"type": ["string", "null"]})),
    "Collocations": _rows(_record({
        "rank": _COUNT, "word": _TEXT, "score": _NUMBER, "together": _COUNT, "places": _COUNT,
    }, period={"type": ["string", "null"]})),
    "Tags": _rows(_record({"label": _TEXT, "articles": _COUNT, "newest": _TIME})),
    "Names": _rows(_record({
        "rank": _COUNT, "name": _TEXT, "articles": _COUNT, "mentions": _COUNT, "kind": {"enum": list(NAMED)},
        "titles": _TEXT,
    }, period={"type": ["string", "null"]})),
    "Story": _rows(_record({
        "story": _TEXT, "first": _FLAG, **_TEXTS, "published": _ISSUED, "of_first": _NUMBER, "of_own": _NUMBER,
    })),
    "Sources": _record({"sources": _list(_of("Source"))}),
    "Source": _record({
        "source": _TEXT, "articles": _COUNT, "revisions": _COUNT, "newest_fetch": _TIME, "newest_published": _ISSUED,
    }),
    "Status": _record({
        "data": _TEXT, "sequence": _COUNT, "sources": _list(_of("Source")), "indexes": _map(_TEXT),
        "lexicon": _map(_TEXT), "advice": _TEXT, "reader": _TEXT, "names": _TEXT,
    }),
}  # fmt: skip

# Parameters


def _parameter(name: str, schema: Schema, description: str = "", *, required: bool = False) -> Schema:
    described = {"description": description} if description else {}
    return {"name": name, "in": "query", "required": required, "schema": schema, **described}


def _choice(name: str, values: tuple[str, ...], description: str = "") -> Schema:
    return _parameter(name, {"enum": list(values), "default": values[0]}, description)


def _number(name: str, default: int, least: int, most: int, description: str = "") -> Schema:
    bounds = {"type": "integer", "minimum": least, "maximum": most, "default": default}
    return _parameter(name, bounds, description)


def _segment(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _pages(paging: Paging) -> list[Schema]:
    return [
        _number("limit", paging.default, 1, paging.most, "Rows of this part."),
        _parameter("cursor", _TEXT, f"From `next` of the part before; {paging.deepest:,} rows can be reached."),
    ]


_QUESTION = {"type": "string", "minLength": 1, "maxLength": LONGEST}
_Q = _parameter("q", _QUESTION, "A question in the syntax of `wencang search`.", required=True)
_SOURCE = _parameter("source", _TEXT, "A site: tibet.cn")
_DAYS = [_parameter(name, _TEXT, "2022, 2022-06 or 2022-06-01; inclusive.") for name in ("since", "until")]
_EXACT = [
    _parameter("section", _TEXT, "Exactly this value."),
    _parameter("credit", _TEXT, "An outlet, in any of its spellings."),
]
_FILTERS = [_SOURCE, *_DAYS, *_EXACT]
_EMPTY_OR_SEQUENCE = {"anyOf": [{"type": "integer", "minimum": 0, "maximum": MOST}, {"const": ""}]}
_ID = _segment("id", {**_TEXT, "minLength": 1})
_SEQUENCE = _segment("sequence", {"type": "integer", "minimum": 0, "maximum": MOST})
_BY = _choice("by", get_args(Period), "Separate list for each year or month.")
_FLAG_OF = ("", "1")


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """What is asked at an address, and the name of the schema of its answer."""

    summary: str
    answer: str
    parameters: list[Schema]

    def operation(self, path: str) -> Schema:
        content = {"application/json": {"schema": _of(self.answer)}}
        headers: Schema = {"ETag": {"schema": _TEXT}}
        if any(parameter["name"] == "cursor" for parameter in self.parameters):
            headers["Link"] = {"schema": _TEXT, "description": '<ADDRESS>; rel="next"'}
        answered = {"description": self.summary, "headers": headers, "content": content}
        refused = {str(status): {"$ref": f"#/components/responses/{status}"} for status in _REFUSED}
        return {
            "summary": self.summary, "operationId": path.removeprefix("/api/").replace("/", "-").translate(_NO_BRACES),
            "parameters": [*self.parameters, {"$ref": "#/components/parameters/lang"}],
            "responses": {"200": answered, **refused},
        }  # fmt: skip


_NO_BRACES = str.maketrans("", "", "{}")
_REFUSED = {
    304: "Nothing changed since the answer whose ETag is in If-None-Match.", 400: "A parameter can't be read.",
    401: "A token is needed.", 404: "It is not in the archive.",
    410: "The article was withdrawn; or the index has changed since the cursor was made: start again without it.",
    414: "The address is too long.", 429: "Too many requests from one address.",
    503: "Too many requests at once, an answer that takes too long, or an index that can't be used.",
}  # fmt: skip
_WAITING = (429, 503)
_ENDPOINTS = {
    "/api/search": _Endpoint("Articles that answer a question, best first.", "Answer", [
        _Q, *_FILTERS, _choice("sort", get_args(Order)), _choice("stories", _FLAG_OF, "1 folds reprints."),
        *_pages(HITS),
    ]),
    "/api/articles/{id}": _Endpoint("The newest version of an article.", "Article", [
        _ID, _parameter("q", {**_TEXT, "maxLength": LONGEST}, "Marks what it finds."),
    ]),
    "/api/articles/{id}/versions": _Endpoint("Every version, and what it changed.", "Versions", [_ID]),
    "/api/articles/{id}/versions/{sequence}": _Endpoint("One version.", "Version", [_ID, _SEQUENCE]),
    "/api/articles/{id}/diff": _Endpoint("What changed between two versions.", "Diff", [
        _ID, *(_parameter(name, _EMPTY_OR_SEQUENCE, "By default the last two.") for name in ("from", "to")),
        _parameter("other", _TEXT, "An article whose newest version is the older side."),
    ]),
    "/api/articles/{id}/proof": _Endpoint("What proves a version, checked for this answer.", "Proof", [
        _ID, _number("sequence", 0, 0, MOST, "By default the newest."),
    ]),
    "/api/articles/{id}/citation": _Endpoint("A citation.", "Citation", [_ID, _choice("style", tuple(STYLES))]),
    "/api/changes": _Endpoint("What sites changed in their articles, the newest first.", "Changes", [
        _parameter("q", {**_TEXT, "maxLength": LONGEST}, "Of articles any version of which has all the words."),
        *_FILTERS, _choice("gone", _FLAG_OF, "1 takes disappearances only."),
        _number("limit", 20, 1, MOST_CHANGES, "Changes of this part."),
        _number("before", 0, 0, MOST, "A sequence, from `next` of the part before."),
    ]),
    "/api/stories/{id}": _Endpoint("The copies of an article, the first publication among them.", "Story", [_ID]),
    "/api/tags": _Endpoint("Every label that articles have; `tag:LABEL` in a question finds them.", "Tags", []),
    "/api/timeline": _Endpoint("How many articles each period has; up to eight questions.", "Timeline", [
        _parameter("q", {"type": "array", "items": _QUESTION, "minItems": 1}, "Repeatable.", required=True), *_FILTERS,
        _choice("by", ("month", "day", "week", "year")), _choice("share", _FLAG_OF, "1 adds `of` and `share`."),
        _choice("group", get_args(Group)),
    ]),
    "/api/concordance": _Endpoint("Every place where words occur, with the text around it.", "Concordance", [
        _Q, *_FILTERS, _number("window", 20, 1, WIDEST, "Characters on either side."),
        _choice("sort", get_args(LineOrder)), _number("sample", 0, 0, LINES, "Random lines; 0 for all."),
        _number("seed", 0, 0, MOST), *_pages(ROWS),
    ]),
    "/api/keywords": _Endpoint("Words that are typical of the articles with all the words.", "Keywords", [
        _Q, *_FILTERS, _choice("measure", get_args(KeywordMeasure)), _BY, _number("limit", 30, 1, WORDS),
        _number("least", 3, 1, LEAST, "Articles with the word."),
    ]),
    "/api/collocations": _Endpoint("Words near a word.", "Collocations", [
        _parameter("q", _QUESTION, "The word.", required=True),
        _parameter("among", _QUESTION, "A question: only the articles with all its words are read."), *_FILTERS,
        _number("window", 5, 1, WIDEST, "Words on either side."),
        _choice("measure", get_args(CollocationMeasure)), _BY, _number("limit", 30, 1, WORDS),
        _number("least", 5, 1, LEAST, "Minimum co-occurrences."),
    ]),
    "/api/figures": _Endpoint("Amounts, dates and names in the articles with all the words.", "Figures", [
        _Q, *_FILTERS, _parameter("kind", _list({"enum": list(KINDS)}), "Repeatable."),
        _choice("sort", get_args(FigureOrder)), _choice("stories", _FLAG_OF, "1 gives each value of a story once."),
        *_pages(ROWS),
    ]),
    "/api/quotes": _Endpoint("Who said what in the articles with all the words.", "Quotes", [
        _Q, *_FILTERS, _parameter("speaker", _TEXT, "Part of the name."),
        _choice("kind", get_args(SpeakerKinds), "Persons by name, institutions, or roles without one."), *_pages(ROWS),
    ]),
    "/api/aid": _Endpoint("Who aids which place, each with its sentence.", "Aid", [
        _Q, *_FILTERS, _choice("stories", _FLAG_OF, "1 gives each pair of a story once."), *_pages(ROWS),
    ]),
    "/api/map": _Endpoint("How many of the articles with all the words name each place.", "Places", [
        _Q, *_FILTERS, _choice("level", get_args(Level)),
    ]),
    "/api/network": _Endpoint("Who is named together, or who reprints whom: the edges.", "Network", [
        _Q, *_FILTERS, _choice("kind", get_args(NetworkKind)), _choice("within", get_args(Within)),
        _choice("by", get_args(Outlet), "Of reprints."), _number("least", 2, 1, LEAST, "Weight of an edge."),
        _number("limit", 500, 2, NODES, "Names or outlets."),
    ]),
    "/api/names": _Endpoint("In how many articles each person, place or institution is named.", "Names", [
        _Q, *_FILTERS, _parameter("kind", _list({"enum": list(NAMED)}), "Repeatable; person if not given."),
        _BY, _number("limit", 50, 1, WORDS),
    ]),
    "/api/sources": _Endpoint("What is collected, and how fresh it is.", "Sources", []),
    "/api/status": _Endpoint("The state of the archive and its indexes.", "Status", []),
}  # fmt: skip


def document(root: str = "") -> Schema:
    """The description, for an archive that is served under the path `root`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "wencang", "version": version(),
            "description": "Chinese news, archived: read-only. Values have the keys of `--json` of the command line.",
        },
        "servers": [{"url": root or "/"}],
        "security": [{}, {"token": []}],
        "paths": {path: {"get": endpoint.operation(path)} for path, endpoint in _ENDPOINTS.items()},
        "components": {
            "schemas": _SCHEMAS,
            "responses": {str(status): _refusal(status, text) for status, text in _REFUSED.items()},
            "parameters": {"lang": _parameter("lang", _TEXT, "Of notices and errors: zh or en; any other is ignored.")},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }  # fmt: skip


def _refusal(status: int, text: str) -> Schema:
    response: Schema = {"description": text}
    if status != 304:
        response["content"] = {"application/problem+json": {"schema": _of("Problem")}}
    if status in _WAITING:
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return response
