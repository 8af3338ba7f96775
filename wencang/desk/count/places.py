"""The places that articles name, counted: a table, GeoJSON, and a map of circles without any border."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from archive.errors import UsageFault
from archive.text.messages import Message
from archive.text.translation import gettext as _
from indexer.figures.gazetteer import Place, gazetteer
from wencang.desk.count.recorded import PlacesOf
from wencang.desk.draw.map import Spot, svg
from wencang.desk.table import Table

Level = Literal["prefecture", "province", "county"]
_LEVELS: dict[Level, int] = {"province": 0, "prefecture": 1, "county": 2}
_SOURCE = "cpca 0.5.5, MIT License, https://github.com/DQinYuan/chinese_province_city_area_mapper"


@dataclass(frozen=True, slots=True)
class PlaceCounts(Table):
    """How many articles name each place, or one that lies in it, the most frequent first.

    Longitude and latitude are degrees, of a place's seat; None where they are not known.
    """

    level: Level
    places: tuple[tuple[Place, int], ...]
    notices: tuple[Message, ...] = ()
    columns = ("place", "within", "articles", "longitude", "latitude")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a place; `within` is the province that it lies in, or ""."""
        for place, count in self.places:
            yield place.name, place.above[-1] if place.above else "", count, *(place.point or (None, None))

    def svg(self) -> str:
        """A picture of 720 pixels' width: a circle for each place, its area proportional to the number of articles."""
        spots = [Spot(place.name, *place.point, count) for place, count in self.places if place.point]
        missing = len(self.places) - len(spots)
        note = _("places without coordinates: {count}").format(count=missing) if missing else ""
        return svg(spots, _("articles"), note)

    def geojson(self) -> str:
        """A FeatureCollection (RFC 7946) of points; a place without coordinates has the geometry null."""
        features = [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": list(place.point)} if place.point else None,
                "properties": {"name": place.name, "within": list(place.above), "level": self.level, "articles": count},
            }
            for place, count in self.places
        ]
        collection = {"type": "FeatureCollection", "features": features, "source": _SOURCE}
        return json.dumps(collection, ensure_ascii=False, indent=1) + "\n"

    def _repr_html_(self) -> str:
        """The map, as a notebook shows it."""
        return self.svg() if self.places else Table._repr_html_(self)


def check_level(level: str) -> None:
    """Raises UsageFault for an unknown level."""
    if level not in _LEVELS:
        raise UsageFault(level, _("is not a level"), _("levels: {names}").format(names=", ".join(_LEVELS)))


def count_places(articles: Iterable[PlacesOf], level: Level, notices: tuple[Message, ...] = ()) -> PlaceCounts:
    """Count the articles by the places of a level that they name, by themselves or as places in them."""
    counts = Counter(place for article in articles for place in _of_level(article.places, _LEVELS[level]))
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].name))
    return PlaceCounts(level, tuple(ranked), notices)


def _of_level(names: Iterable[str], level: int) -> set[Place]:
    known = gazetteer().places
    places = (known[name] for name in names if name in known)
    return {place for place in places if place.level == level or (level == 1 and place in _municipalities())}


@cache
def _municipalities() -> frozenset[Place]:
    """The provinces without prefectures, such as 北京市: they stand beside the prefectures of others."""
    places = gazetteer().places.values()
    divided = {place.above[-1] for place in places if place.level == 1}
    return frozenset(place for place in places if place.level == 0 and place.name not in divided)
