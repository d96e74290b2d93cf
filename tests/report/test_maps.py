"""The drawing of maps: what colours, hatching and outlines mean, and that neither needs an eye for hues."""

from __future__ import annotations

import dataclasses
import io
import itertools
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from discern.core.records import Figure
from discern.data.areas import Areas
from discern.evaluate.by_area import AreaValue, AreaValues, densities, means, rates, shares
from discern.report.maps import COLOURS, HOT, Map, png, svg
from discern.report.maps_page import page

SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], dtype=float)


def drawn(n: int = 4, *, hot: int | None = 1, silent: int | None = 2, **changed: object) -> Map:
    rings = tuple((SQUARE * 0.1 + [1 + 0.1 * (i % 2), 55 + 0.1 * (i // 2)],) for i in range(n))
    names = tuple(f"Area {i}" for i in range(n))
    rows = tuple(
        AreaValue(name, 50, Figure(0.1 + 0.05 * i, 0.05, 0.4, 50, "Wilson 95 %"), i != silent, i == hot)
        for i, name in enumerate(names)
    )
    values = AreaValues("share", "share of x", 50 * n, Figure(0.2, 0.15, 0.25, 50 * n, "Wilson 95 %"), rows, True)
    return dataclasses.replace(
        Map("A map", Areas(names, rings, (None,) * n), values, ("Said.",), "Sources."), **changed
    )


def test_every_area_is_named_with_its_value_and_the_svg_is_sound() -> None:
    text = svg(drawn())
    assert ET.fromstring(text).tag.endswith("svg") and text == svg(drawn())
    for word in ("Area 0", "10.0 %", "25.0 %", "overall 20.0 % (15.0 to 25.0 %)", "Said.", "Sources.", "N", "km"):
        assert word in text
    assert "http://" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)


def test_what_stands_out_is_outlined_and_what_could_not_show_is_hatched() -> None:
    marks = {HOT: "above all others, beyond chance", "pattern id": "too few items to show a difference"}
    for mark, words in marks.items():
        assert mark in svg(drawn()) and words in svg(drawn())
    plain = svg(drawn(hot=None, silent=None))
    assert not [word for pair in marks.items() for word in pair if word in plain]


def test_colours_are_told_apart_by_lightness_alone() -> None:
    lightness = [float(np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722))) for colour in COLOURS]
    assert all(before - after > 0.04 for before, after in itertools.pairwise(lightness))
    picture = Image.open(io.BytesIO(png(drawn(hot=None, silent=None), dpi=36))).convert("L")
    shades = [picture.getpixel(place) for place in ((150, 300), (330, 300), (150, 120), (330, 120))]
    assert shades == sorted(shades, reverse=True) and len(set(shades)) == 4  # from the lowest share to the highest


def test_names_of_many_areas_are_left_to_the_table() -> None:
    many = drawn(60)
    assert "Area 7" not in svg(many) and "<bdi>Area 7</bdi>" in page(many)
    assert "beyond chance" in page(drawn()) and "⟨" not in page(drawn(hot=0))


def test_the_page_escapes_and_needs_nothing_else() -> None:
    areas = drawn().areas
    bad = ("<script>x</script>", "a & b", "\u202etxt", "")
    values = drawn().values
    rows = tuple(dataclasses.replace(row, name=name) for row, name in zip(values.rows, bad, strict=True))
    hostile = drawn(title="<img src=x>", areas=dataclasses.replace(areas, names=bad),
                    values=dataclasses.replace(values, rows=rows))  # fmt: skip
    text = page(hostile)
    assert "<script" not in text and "<img" not in text and "\u202e" not in text
    assert ET.fromstring(svg(hostile)).tag.endswith("svg")


def test_small_maps_share_one_scale() -> None:
    part = drawn().values
    low = dataclasses.replace(
        part, rows=tuple(dataclasses.replace(row, value=Figure(0.01, 0, 0.1, 9, "")) for row in part.rows)
    )
    sheet = svg(drawn(panels=(("one", part), ("two", low))))
    assert "one" in sheet and "two" in sheet and sheet.count("share of x") == 2  # below the title and at the scale


def test_densities_rates_shares_and_means() -> None:
    place = np.repeat([0, 1, 2, -1], [40, 400, 60, 10])
    names = ["a", "b", "c", "d"]
    dense = densities(place, names, np.array([2.0, 10, 5, 1]))
    assert [row.value.value for row in dense.rows] == [20, 40, 12, 0] and not dense.tested
    assert not any(row.hot for row in dense.rows)
    people = rates(place, names, np.array([1000.0, 2000, 1000, np.nan]))
    assert [row.value.value for row in people.rows] == [40, 200, 60, None]
    assert [row.hot for row in people.rows] == [False, True, False, False]
    assert people.rows[0].value.low == pytest.approx(28.58, abs=0.01)  # Garwood's interval of 40
    yes = np.concatenate([np.arange(40) < 20, np.arange(400) < 40, np.arange(60) < 6, np.ones(10)]).astype(bool)
    share = shares(yes, place, names, "x")
    assert [row.hot for row in share.rows] == [True, False, False, False]
    assert share.overall.value == pytest.approx(66 / 500) and not share.rows[3].could_show
    numbers = np.where(place == 2, 5.0, 1.0) + np.arange(510) % 2
    mean = means(np.where(np.arange(510) < 3, np.nan, numbers), place, names, "x")
    assert [row.hot for row in mean.rows] == [False, False, True, False]
    assert mean.rows[0].n == 37 and mean.rows[2].value.value == pytest.approx(5.5)
