"""Reads the borders of areas as longitude and latitude: GeoJSON by itself, Shapefiles through geopandas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import files
from ..core.errors import DataError, describe
from ..core.optional import require
from ..core.options import suggest
from .areas import Areas
from .given import missing_path, refuse_address

Array = NDArray[np.float64]

GEOJSON = (".geojson", ".json")
THROUGH_GEOPANDAS = (".shp", ".gpkg")
BYTES_LIMIT = 300_000_000
AREAS_LIMIT = 100_000
NAMES = ("name", "area", "area_name", "nm", "label", "code", "id")
"""Properties that name an area, in the order in which they are looked for; `lad23nm` counts as `nm`."""
GRID = "EPSG:27700"
"""The British National Grid."""
PLAIN_CRS = {"EPSG:4326", "OGC:CRS84"}
NAMED = 5

Shape = tuple[str, float | None, list[Array]]


def read_boundaries(path: str | Path, name: str | None = None) -> Areas:
    """Areas from a file; `name` is the property that names them (default: one of `NAMES`).

    Rings that are not closed are closed, parts of one name are one area, features that are no areas are left out:
    each is said in the notes. Raises DataError, OptionError, MissingDependency.
    """
    refuse_address(str(path))
    path = Path(path)
    if not path.exists():
        raise missing_path(str(path))
    ending = path.suffix.lower()
    if not path.is_file() or ending not in (*GEOJSON, *THROUGH_GEOPANDAS):
        found = f"a file that ends in {ending or 'nothing'}" if path.is_file() else "not a file"
        raise DataError(describe(str(path), found=found, expected="areas as .geojson, .shp or .gpkg"))
    if path.stat().st_size > BYTES_LIMIT:
        do = "simplify the borders, or take larger areas"
        raise DataError(describe(str(path), found=f"more than {BYTES_LIMIT // 10**6} MB", do=do))
    record = files.read_json(path) if ending in GEOJSON else _through_geopandas(path)
    return _areas(path, record, name)


def _through_geopandas(path: Path) -> dict[str, Any]:
    geopandas = require("geopandas", needed_for=f"reading {path.suffix} files")
    try:
        frame = geopandas.read_file(path)
        if frame.crs is None:
            raise DataError(describe(str(path), found="no coordinate system", do="put its .prj file beside it"))
        record: dict[str, Any] = frame.to_crs(4326).__geo_interface__
    except DataError:
        raise
    except Exception as error:  # whatever a library for a hundred formats may raise
        raise DataError(describe(str(path), found=f"areas that cannot be read ({error})")) from error
    return record


def _areas(path: Path, record: Mapping[str, Any], name: str | None) -> Areas:
    where = str(path)
    features = record.get("features")
    if record.get("type") != "FeatureCollection" or not isinstance(features, list) or not features:
        found = f"a {record.get('type')!s:.40}" if "type" in record else "no GeoJSON"
        raise DataError(describe(where, found=found, expected="a FeatureCollection with at least one feature"))
    if len(features) > AREAS_LIMIT:
        raise DataError(describe(where, found=f"{len(features):,} features", expected=f"at most {AREAS_LIMIT:,}"))
    to_degrees = _projection(where, record.get("crs"))
    properties = [_properties(feature) for feature in features]
    key = _key(where, properties, name)
    notes: list[str] = []
    shapes, left_out, unclosed = [], 0, 0
    for index, (feature, known) in enumerate(zip(features, properties, strict=True)):
        unread = _rings(feature)
        if not unread:
            left_out += 1
            continue
        cell = known.get(key)
        called = f"area {index + 1}" if cell is None or str(cell).strip() == "" else str(cell)
        rings = []
        for raw in unread:
            ring = _ring(where, called, raw)
            if (ring[0] != ring[-1]).any():
                unclosed, ring = unclosed + 1, np.concatenate([ring, ring[:1]])
            if len(ring) < 4:
                raise DataError(
                    describe(where, found=f"{called!r} has a border of {len(ring) - 1} points", expected="3")
                )
            rings.append(_checked(where, called, to_degrees(ring)))
        shapes.append((called, _people(known), rings))
    if not shapes:
        raise DataError(describe(where, found="no feature is an area", expected="Polygon or MultiPolygon"))
    if left_out:
        notes.append(f"{left_out:,} features are no areas (points, lines, empty ones) and were left out")
    if unclosed:
        notes.append(f"{unclosed:,} borders did not end where they began and were closed")
    return _named_once(shapes, notes)


def _named_once(shapes: list[Shape], notes: list[str]) -> Areas:
    """Areas of one name become one."""
    joined: dict[str, Shape] = {}
    twice: list[str] = []
    for called, people, rings in shapes:
        if called in joined:
            twice.append(called)
            _, before, there = joined[called]
            both = None if before is None or people is None else before + people
            joined[called] = (called, both, there + rings)
        else:
            joined[called] = (called, people, rings)
    if twice:
        names = ", ".join(repr(one) for one in sorted(set(twice))[:NAMED])
        notes.append(f"{len(set(twice)):,} names occur more than once ({names}); areas of one name count as one")
    found = tuple(joined.values())
    return Areas(
        tuple(s[0] for s in found), tuple(tuple(s[2]) for s in found), tuple(s[1] for s in found), tuple(notes)
    )


def _properties(feature: Any) -> Mapping[str, Any]:
    known = feature.get("properties") if isinstance(feature, dict) else None
    return known if isinstance(known, dict) else {}


def _key(where: str, properties: list[Mapping[str, Any]], name: str | None) -> str:
    known = list(dict.fromkeys(key for one in properties for key in one))
    if name is not None:
        if name not in known:
            has = ", ".join(map(str, known[:20])) or "none"
            raise DataError(describe(where, found=f"no property {name!r} among {has}{suggest(name, known)}"))
        return name
    for wanted in NAMES:
        for key in known:
            if key.lower() == wanted or (wanted == "nm" and re.fullmatch(r"[a-z]+\d\dnm", key.lower())):
                return key
    texts = [key for key in known if all(isinstance(one.get(key), str) for one in properties)]
    if len(texts) == 1:
        return texts[0]
    has = ", ".join(map(str, known[:20])) or "none"
    raise DataError(describe(where, found=f"no property that names the areas (there are: {has})", do="name it: --name"))


def _people(properties: Mapping[str, Any]) -> float | None:
    people = properties.get("population")
    return float(people) if isinstance(people, (int, float)) and not isinstance(people, bool) else None


def _rings(feature: Any) -> list[Any]:
    """The rings of a feature as they stand in the file; none for what is no area."""
    shape = feature.get("geometry") if isinstance(feature, dict) else None
    kind, found = (shape.get("type"), shape.get("coordinates")) if isinstance(shape, dict) else (None, None)
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(found, (list, tuple)):
        return []
    if kind == "Polygon":
        return list(found)
    # what is no list stays: `_ring` refuses it by the name of the area
    return [ring for polygon in found for ring in (polygon if isinstance(polygon, (list, tuple)) else [polygon])]


def _ring(where: str, called: str, raw: Any) -> Array:
    try:
        ring = np.array([(float(point[0]), float(point[1])) for point in raw])
    except (TypeError, ValueError, IndexError, KeyError, OverflowError) as error:
        found = f"the border of {called!r} holds something else than points"
        raise DataError(describe(where, found=found, expected="[longitude, latitude]")) from error
    if not len(ring) or not np.isfinite(ring).all():
        raise DataError(describe(where, found=f"the border of {called!r} holds no numbers", expected="points"))
    return ring


def _checked(where: str, called: str, ring: Array) -> Array:
    if np.abs(ring[:, 0]).max() > 180 or np.abs(ring[:, 1]).max() > 90:
        x, y = ring[np.abs(ring[:, 0]).argmax()]
        do = "say so in the file (crs), or write it as WGS 84" if max(abs(x), abs(y)) > 360 else "check the numbers"
        found = f"{called!r} lies at {x:,.6g}, {y:,.6g}"
        raise DataError(describe(where, found=found, expected="longitude and latitude in degrees", do=do))
    return ring


def _projection(where: str, crs: Any) -> Any:
    """What turns the file's numbers into longitude and latitude: nothing, unless it names another system."""
    if crs is None:
        return lambda ring: ring
    named = crs.get("properties", {}) if isinstance(crs, dict) else {}
    text = str(named.get("name", "")) if isinstance(named, dict) else ""
    found = re.search(r"\b(EPSG|OGC)(?::[\d.]*)?:(\w+)$", text)
    code = "" if found is None else f"{found[1]}:{found[2]}"
    if code in PLAIN_CRS:
        return lambda ring: ring
    if not re.fullmatch(r"EPSG:\d{4,6}", code):
        do = "write it as WGS 84 longitude and latitude"
        raise DataError(describe(where, found=f"the coordinate system {text[:60]!r}", expected="an EPSG number", do=do))
    return lambda ring: to_degrees(code, ring)


def to_degrees(code: str, points: Array) -> Array:
    """Points `(n, 2)` of a coordinate system such as `EPSG:27700` as longitude and latitude; unknown places are NaN.

    Through pyproj without its grids of corrections, so the British National Grid is right to about 5 metres. Raises
    MissingDependency, DataError.
    """
    pyproj = require("pyproj", needed_for="the British National Grid" if code == GRID else code)
    pyproj.network.set_network_enabled(False)
    try:
        change = pyproj.Transformer.from_crs(code, "EPSG:4326", always_xy=True)
    except pyproj.exceptions.CRSError as error:
        raise DataError(f"the coordinate system {code} is not known here; expected one such as {GRID}") from error
    moved = np.stack(change.transform(points[:, 0], points[:, 1]), axis=1)
    moved[~np.isfinite(moved)] = np.nan
    return moved


def names_shown(names: Iterable[str]) -> str:
    """A few of many names, for a message."""
    listed = list(names)
    more = f" and {len(listed) - NAMED:,} more" if len(listed) > NAMED else ""
    return ", ".join(repr(one[:40]) for one in listed[:NAMED]) + more
