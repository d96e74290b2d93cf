"""The picture of a network: every strong weight is drawn, large layers are cut, names are shown and escaped."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from discern.report.network_page import Network, sections
from discern.report.network_picture import ACCENT, INPUTS, SECOND, UNITS, network_picture


def net(*sizes: int, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    draw = np.random.default_rng(seed)
    return [(draw.normal(size=pair), draw.normal(size=pair[1])) for pair in itertools.pairwise(sizes)]


def names(n: int) -> list[str]:
    return [f"column {i}" for i in range(n)]


def test_a_weight_is_a_line_whose_colour_is_its_sign_and_whose_width_is_its_size() -> None:
    weights = [(np.array([[1.0], [-0.5], [0.0]]), np.array([0.2]))]
    drawn = network_picture(weights, ["up", "down", "nothing"], ["crime"])
    lines = re.findall(r'<path[^>]*style="[^"]*stroke: (#\w+)[^"]*stroke-width: ([\d.]+)', drawn.svg)
    kept = [(colour, float(width)) for colour, width in lines if colour in (ACCENT, SECOND)]
    strengths = {colour: max(width for other, width in kept if other == colour) for colour in (ACCENT, SECOND)}
    assert strengths[ACCENT] > strengths[SECOND] > 0
    assert all(f">{name}<" in drawn.svg for name in ("up", "down", "nothing", "crime"))
    assert drawn.alt == "A network of 3 – 1 units with 4 weights, its weights drawn as lines"


@pytest.mark.parametrize("sizes", [(1, 1), (4, 16, 16, 1), (30, 64, 2), (300, 200, 200, 12)])
def test_networks_of_any_size_are_drawn_with_no_more_than_can_be_read(sizes: tuple[int, ...]) -> None:
    drawn = network_picture(net(*sizes), names(sizes[0]), [f"class {i}" for i in range(sizes[-1])])
    shown = [name for name in names(sizes[0]) if f">{name}<" in drawn.svg]
    assert len(shown) == (sizes[0] if sizes[0] <= INPUTS else INPUTS - 1)
    if sizes[0] > INPUTS:
        assert f"{INPUTS - 1} of {sizes[0]:,} inputs" in drawn.svg
    if max(sizes[1:-1], default=0) > UNITS:
        assert f"{UNITS - 1} of {sizes[1]:,} hidden" in drawn.svg
    assert len(drawn.svg) < 700_000


def test_of_many_inputs_those_with_the_strongest_weights_are_shown() -> None:
    weights = net(50, 1)
    weights[0][0][:] = 0.01
    weights[0][0][[7, 31]] = [[2.0], [-3.0]]
    drawn = network_picture(weights, names(50), ["y"])
    assert ">column 7<" in drawn.svg and ">column 31<" in drawn.svg


def test_the_same_network_is_the_same_bytes_and_nothing_hides_in_names() -> None:
    evil = "<script>alert(1)</script>‮"
    one, two = (network_picture(net(2, 3, 1), [evil, "b"], ["y"]).svg for _ in range(2))
    assert one == two and "<script>" not in one and "‮" not in one


def test_every_weight_and_bias_stands_in_the_table() -> None:
    weights = net(3, 4, 2)
    section = sections(Network(weights, ("a", "b", "c"), ("no", "yes")))[0]
    header, rows = section.tables["network.csv"]
    assert header == ("layer", "from", "to", "weight") and len(rows) == 3 * 4 + 4 * 2 + 4 + 2
    assert (1, "a", "unit 1 of layer 1", float(weights[0][0][0, 0])) in rows
    assert (2, "bias", "yes", float(weights[1][1][1])) in rows
