"""`discern map`: counts and points over areas, as SVG, PNG and HTML; borders and points that are not what they seem."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from discern.data.notes import notes
from discern.data.places import island
from discern.data.posts import blocks, write_island

from .conftest import Cli


@pytest.fixture(autouse=True)
def posts(tmp_path: Path) -> Path:
    """4,000 made-up posts and their island, in the folder the program runs in."""
    write_island(tmp_path)
    pool = pl.concat(blocks(4000, 0)).drop("text", "area")
    pool.write_csv(tmp_path / "pool.csv")
    return tmp_path


ISLAND = ("--boundaries", "boundaries.geojson")


def text_of(path: str) -> str:
    return " ".join(re.findall(r">([^<>]+)<", Path(path).read_text()))


@pytest.mark.shows("map", "--boundaries", "--out", "--force", "--title")
def test_points_become_a_density_map(cli: Cli, posts: Path) -> None:
    for name in ("map.svg", "map.png", "map.html"):
        result = cli("map", "pool.csv", *ISLAND, "-o", name, "--title", "Where <b>posts</b> come from")
        assert result.status == 0, result.err
        assert "points lie in no area" in result.out and "Only those who write" in result.out
    drawn = text_of("map.svg")
    assert "Aldmouth North" in drawn and "items for each square kilometre" in drawn and "km" in drawn
    assert "Drawn from pool.csv; borders: boundaries.geojson." in drawn
    assert "<b>posts</b>" not in Path("map.html").read_text() and "&lt;b&gt;posts" in Path("map.html").read_text()
    with Image.open("map.png") as picture:
        assert picture.width == 1920 and len(set(picture.convert("L").resize((96, 64)).tobytes())) > 15
    before = Path("map.svg").read_bytes()
    assert cli("map", "pool.csv", *ISLAND, "-o", "map.svg").status == 2
    assert (
        cli("map", "pool.csv", *ISLAND, "-o", "map.svg", "--force", "--title", "Where <b>posts</b> come from").status
        == 0
    )
    assert Path("map.svg").read_bytes() == before  # same input, same bytes


@pytest.mark.shows("map", "--denominator")
def test_with_people_the_rate_is_drawn_and_who_is_hardly_covered(cli: Cli) -> None:
    result = cli("map", "pool.csv", *ISLAND, "--denominator", "population.csv", "-o", "map.html")
    assert result.status == 0 and "Least covered" in result.out and "'Aldmouth South'" in result.out
    assert "above all others: " in result.out and "beyond chance" in Path("map.html").read_text()
    people = pl.read_csv("population.csv").filter(pl.col("area") != "Saltby")
    people.write_csv("fewer.csv")
    assert cli("map", "pool.csv", *ISLAND, "--denominator", "fewer.csv", "-o", "b.svg").status == 0
    assert "nothing is known" in text_of("b.svg")


@pytest.mark.shows("map", "--value", "--is", "--panels")
def test_columns_and_hours_of_the_day_are_mapped(cli: Cli) -> None:
    pool = pl.read_csv("pool.csv").with_columns(number=pl.int_range(pl.len()) % 7)
    pool.write_csv("pool.csv")
    assert cli("map", "pool.csv", *ISLAND, "--value", "number", "-o", "mean.svg").status == 0
    assert "mean number; overall 3.0" in text_of("mean.svg")
    assert cli("map", "pool.csv", *ISLAND, "--value", "label", "--is", "offensive", "-o", "share.svg").status == 0
    assert "share with label offensive" in text_of("share.svg")
    assert "too few items to show a difference" in text_of("share.svg")
    assert cli("map", "pool.csv", *ISLAND, "--panels", "time", "-o", "hours.svg").status == 0
    assert re.search(r"(?s)0 to 6 h \([\d,]+\).*18 to 24 h", text_of("hours.svg"))
    assert cli("map", "pool.csv", *ISLAND, "--panels", "label", "-o", "labels.svg").status == 0
    assert re.search(r"(?s)other \([\d,]+\).*offensive \(\d+\)", text_of("labels.svg"))


@pytest.mark.shows("map", "--place", "--gazetteer", "--latitude", "--longitude", "--name")
def test_home_towns_postcodes_and_named_columns(cli: Cli) -> None:
    rows = [(note.id, note.place, note.type) for note in notes(300)]
    pl.DataFrame(rows, schema=["id", "place", "type"], orient="row").write_csv("notes.csv")
    result = cli("map", "notes.csv", *ISLAND, "--place", "place", "--gazetteer", "towns.csv", "-o", "notes.svg")
    assert result.status == 0 and "300 of 300 rows" in result.out and "places: towns.csv" in text_of("notes.svg")
    pl.DataFrame({"postcode": ["KB1 2AB", "KB2 3CD"], "lat": [55.05, 54.9], "lon": [1.58, 1.25]}).write_csv("codes.csv")
    pl.DataFrame({"where": ["kb12ab", "KB2  3CD", "KB9 9ZZ"]}).write_csv("coded.csv")
    result = cli("map", "coded.csv", *ISLAND, "--place", "where", "--gazetteer", "codes.csv", "-o", "codes.svg")
    assert result.status == 0 and "2 of 3 rows" in result.out and "'KB9 9ZZ'" in result.out
    pl.read_csv("pool.csv").rename({"latitude": "n", "longitude": "e"}).write_csv("named.csv")
    assert cli("map", "named.csv", *ISLAND, "-o", "x.svg").status == 2
    assert cli("map", "named.csv", *ISLAND, "--latitude", "n", "--longitude", "e", "-o", "x.svg").status == 0
    assert cli("map", "pool.csv", *ISLAND, "--name", "population", "-o", "y.svg").status == 0
    assert "142500" in text_of("y.svg")


@pytest.mark.shows("map")
def test_counts_are_drawn_as_they_were_counted(cli: Cli) -> None:
    rng = np.random.default_rng(0)
    pool = pl.read_csv("pool.csv").with_columns(
        pl.Series("prediction", np.where(rng.random(4000) < 0.03, "other", pl.read_csv("pool.csv")["label"].to_numpy()))
    )
    pool.write_csv("answered.csv")
    pool.head(1500).write_csv("labelled.csv")
    by_area = ("--by", "area", *ISLAND)
    counted = cli("text", "count", "answered.csv", "--labelled", "labelled.csv", "--label", "prediction", *by_area,
                  "-o", "c.json")  # fmt: skip
    assert counted.status == 0, counted.err
    result = cli("map", "c.json", *ISLAND, "-o", "c.html")
    assert result.status == 0 and "1,500 labelled items" in result.out
    page = Path("c.html").read_text()
    rows = json.loads(Path("c.json").read_text())["rows"]
    for row in rows:
        share = row["share"]["value"]
        assert row["name"] in page and (share is None or f"{100 * share:.1f} %" in page)
    assert sum(not row["could_show"] for row in rows) == page.count("too few items</td>")
    refused = cli("map", "c.json", *ISLAND, "--value", "label", "-o", "d.svg")
    assert refused.status == 2 and "found counts" in refused.err


def test_the_british_national_grid(cli: Cli) -> None:
    pyproj = pytest.importorskip("pyproj")
    pool = pl.read_csv("pool.csv").drop_nulls("latitude")
    change = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    east, north = change.transform(pool["longitude"].to_numpy(), pool["latitude"].to_numpy())
    pl.DataFrame({"easting": east.round(1), "northing": north.round(1)}).write_csv("grid.csv")
    result = cli("map", "grid.csv", *ISLAND, "-o", "grid.svg")
    assert result.status == 0 and "Read as British National Grid" in result.out
    pool.select("latitude", "longitude").write_csv("plain.csv")
    assert cli("map", "plain.csv", *ISLAND, "-o", "plain.svg").status == 0
    values = [re.findall(r"\d+\.\d\d", text_of(name)) for name in ("grid.svg", "plain.svg")]
    assert [float(one) for one in values[0]] == pytest.approx([float(one) for one in values[1]], abs=0.02)
    assert len(values[0]) > 20
    borders = json.loads(Path("boundaries.geojson").read_text())
    for feature in borders["features"]:
        ring = np.array(feature["geometry"]["coordinates"][0])
        feature["geometry"]["coordinates"][0] = np.stack(change.transform(*ring.T), 1).tolist()
    borders["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    Path("grid.geojson").write_text(json.dumps(borders))
    assert cli("map", "plain.csv", "--boundaries", "grid.geojson", "-o", "both.svg").status == 0


def test_a_shapefile(cli: Cli) -> None:
    geopandas = pytest.importorskip("geopandas")
    geopandas.read_file("boundaries.geojson").to_crs(27700).to_file("areas.shp")
    result = cli("map", "pool.csv", "--boundaries", "areas.shp", "-o", "shape.svg")
    assert result.status == 0, result.err
    assert cli("map", "pool.csv", *ISLAND, "-o", "plain.svg").status == 0
    values = [[float(one) for one in re.findall(r"\d+\.\d\d", text_of(name))] for name in ("shape.svg", "plain.svg")]
    assert values[0] == pytest.approx(values[1], rel=0.05, abs=0.1) and len(values[0]) > 20


def test_borders_that_are_odd_are_drawn_and_said(cli: Cli) -> None:
    borders = json.loads(Path("boundaries.geojson").read_text())
    first, second, third, *_ = borders["features"]
    first["properties"]["name"] = '<script>alert("x")</script>\u202e'
    second["geometry"]["coordinates"][0].pop()  # not closed
    third["properties"]["name"] = borders["features"][3]["properties"]["name"]
    borders["features"] += [{"type": "Feature", "properties": {}, "geometry": None}, several("none", [[], []])]
    Path("odd.geojson").write_text(json.dumps(borders))
    result = cli("map", "pool.csv", "--boundaries", "odd.geojson", "-o", "odd.html")
    assert result.status == 0, result.err
    for said in ("1 borders did not end", "occur more than once ('Dunharrow')", "2 features are no areas"):
        assert said in result.out
    page = Path("odd.html").read_text()
    assert "<script" not in page and "&lt;script&gt;" in page and "\u202e" not in page and "U+202E" in page


def test_points_that_are_odd_are_counted_and_said(cli: Cli) -> None:
    pool = pl.read_csv("pool.csv", infer_schema=False).head(1000)
    swapped = pool.rename({"latitude": "longitude", "longitude": "latitude"})
    swapped.write_csv("swapped.csv")
    result = cli("map", "swapped.csv", *ISLAND, "-o", "a.svg")
    assert result.status == 2 and "look exchanged" in result.err
    half = pl.concat([pool.select("latitude", "longitude").head(100), swapped.select("latitude", "longitude")])
    half.write_csv("half.csv")
    result = cli("map", "half.csv", *ISLAND, "-o", "a.svg")
    assert result.status == 0 and "look exchanged" in result.out
    odd = pl.DataFrame({"latitude": ["0", "north", "nan", "91", "1e999", "", "55.05"],
                        "longitude": ["0", "2", "2", "2", "2", "", "1.58"]})  # fmt: skip
    odd.write_csv("odd.csv")
    result = cli("map", "odd.csv", *ISLAND, "-o", "b.svg")
    assert result.status == 0 and "5 rows have coordinates that are none, 1 of them 0, 0" in result.out
    assert "1 of 7 rows have a place" in result.out


def test_ten_thousand_areas(cli: Cli) -> None:
    rng = np.random.default_rng(0)
    features = [square(f"area {i}", 1 + i % 100 * 0.01, 54 + i // 100 * 0.01, 0.01) for i in range(10_000)]
    Path("many.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    points = pl.DataFrame({"lat": rng.uniform(54, 55, 20_000), "lon": rng.uniform(1, 2, 20_000)})
    points.write_csv("points.csv")
    result = cli("map", "points.csv", "--boundaries", "many.geojson", "-o", "many.png")
    assert result.status == 0 and "20,000 of 20,000 rows" in result.out


@pytest.mark.bad_input("map")
def test_what_cannot_be_drawn_is_refused_in_one_line(cli: Cli) -> None:
    Path("deep.geojson").write_text("[" * 200_000)
    Path("list.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    Path("far.geojson").write_text(json.dumps(collection(square("a", 400_000, 500_000, 10))))
    Path("nan.geojson").write_text(json.dumps(collection(square("a", float("nan"), 5, 1))))
    Path("two.geojson").write_text(json.dumps(collection(border("a", [[0, 0], [1, 1]]))))
    Path("words.geojson").write_text(json.dumps(collection(border("a", [["x", "y"]] * 4))))
    odd = collection(square("a", 1, 55, 1)) | {"crs": {"type": "name", "properties": {"name": "file:///etc/passwd"}}}
    Path("crs.geojson").write_text(json.dumps(odd))
    for name, shapes in {
        "number": [1],
        "mixed": [[[[0, 0], [1, 0], [1, 1], [0, 0]]], "x"],
        "huge": [[[[10**400, 1]]]],
    }.items():
        Path(f"{name}.geojson").write_text(json.dumps(collection(several("Saltby", shapes))))
    Path("empty.geojson").write_text(json.dumps(collection(several("Saltby", [[]]))))
    Path("away.geojson").write_text(json.dumps(collection(square("a", -70, -20, 1))))
    Path("c.json").write_text('{"schema": 1, "rows": [{}]}')
    Path("words.csv").write_text("latitude,longitude,kind\n55.0,1.5,red\n55.0,1.5,blue\n")
    people = "area,population\nnowhere,5\n"
    Path("people.csv").write_text(people)
    with_borders = {
        "deep": "not JSON", "list": "at least one feature", "far": "longitude and latitude", "nan": "not JSON",
        "two": "expected 3", "words": "something else than points", "crs": "EPSG number",
        "away": "none of", "none": "none.geojson", "number": "border of 'Saltby'", "mixed": "border of 'Saltby'",
        "huge": "border of 'Saltby'", "empty": "no feature is an area",
    }  # fmt: skip
    cases: list[tuple[tuple[Any, ...], str]] = [
        (("pool.csv", "--boundaries", f"{name}.geojson", "-o", "x.svg"), words) for name, words in with_borders.items()
    ]
    cases += [
        (("c.json", *ISLAND, "-o", "x.svg"), "no counts"),
        (("words.csv", *ISLAND, "--value", "kind", "-o", "x.svg"), "--is"),
        (("words.csv", *ISLAND, "--value", "kind", "--is", "green", "-o", "x.svg"), "no row"),
        (("words.csv", *ISLAND, "--panels", "colour", "-o", "x.svg"), "no column 'colour'"),
        (("pool.csv", *ISLAND, "--panels", "author", "-o", "x.svg"), "at most 9"),
        (("pool.csv", *ISLAND, "--denominator", "people.csv", "-o", "x.svg"), "no area in any"),
        (("pool.csv", *ISLAND, "--place", "home", "-o", "x.svg"), "--place and --gazetteer"),
        (("pool.csv", *ISLAND, "--value", "a", "--panels", "b", "--denominator", "c", "-o", "x.svg"), "expected one"),
        (("pool.csv", *ISLAND, "-o", "x.gif"), ".svg"),
        (("pool.csv", "--boundaries", "towns.csv", "-o", "x.svg"), ".geojson"),
        (("pool.csv", *ISLAND, "--name", "nam", "-o", "x.svg"), "did you mean 'name'"),
        (("https://example.com/p.csv", *ISLAND, "-o", "x.svg"), "address"),
    ]
    for arguments, words in cases:
        result = cli("map", *arguments)
        assert result.status == 2 and result.err.count("discern:") == 1 and words in result.err, (arguments, result.err)
        assert not Path("x.svg").exists()


def test_without_the_extra_geojson_works_and_shapefiles_say_what_to_install(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "geopandas", None)
    monkeypatch.setitem(sys.modules, "pyproj", None)
    assert cli("map", "pool.csv", *ISLAND, "-o", "x.svg").status == 0
    Path("a.shp").write_bytes(b"x")
    result = cli("map", "pool.csv", "--boundaries", "a.shp", "-o", "y.svg")
    assert result.status == 2 and "discern-ml[geo]" in result.err


def border(name: str, ring: list[list[Any]]) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def square(name: str, x: float, y: float, side: float) -> dict[str, Any]:
    return border(name, [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]])


def several(name: str, polygons: list[Any]) -> dict[str, Any]:
    shape = {"type": "MultiPolygon", "coordinates": polygons}
    return {"type": "Feature", "properties": {"name": name}, "geometry": shape}


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def test_the_island_is_as_large_as_its_areas_say() -> None:
    from discern.data.areas import Areas
    from discern.workflows.maps import square_km

    land = island()
    areas = Areas(land.names, tuple((ring,) for ring in land.rings), land.population)
    assert 1500 < square_km(areas).sum() < 3000
    ring = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], dtype=float)
    holed = Areas(("a",), ((ring, 0.5 * ring + 0.25),), (None,))
    assert square_km(holed)[0] == pytest.approx(0.75 * 111.32**2, rel=0.01)


def test_an_island_in_a_lake_is_land_and_a_coast_of_islands_is_measured_ring_by_ring(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from discern.data.areas import Areas
    from discern.workflows.maps import square_km

    ring = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], dtype=float)
    nested = tuple(side * (ring - 0.5) + 0.5 for side in (1.0, 0.8, 0.5, 0.2))
    for order in (nested, nested[::-1]):
        size = square_km(Areas(("a",), (order,), (None,)))[0]
        assert size == pytest.approx((1 - 0.64 + 0.25 - 0.04) * 111.32**2, rel=0.01)
    islands = tuple(0.001 * ring + [0.01 * (n % 20), 2 + 0.01 * (n // 20)] for n in range(400))
    asked: list[int] = []
    locate = Areas.locate

    def watched(self: Areas, longitude: Any, latitude: Any) -> Any:
        asked.append(len(longitude))
        return locate(self, longitude, latitude)

    monkeypatch.setattr(Areas, "locate", watched)
    size = square_km(Areas(("coast",), ((ring, nested[2], *islands),), (None,)))[0]
    assert size == pytest.approx((1 - 0.25 + 400 * 1e-6) * 111.32**2, rel=0.01)
    assert len(asked) < 10
