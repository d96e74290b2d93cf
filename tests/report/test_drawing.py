"""Figures inside a page: names of the data are shown as they are, whatever they hold."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from matplotlib.axes import Axes

from discern.report.drawing import draw


def paint(axes: Axes) -> None:
    axes.plot([0, 1], [0, 1])


@pytest.mark.parametrize("name", [r"caf\xe9", r"km\h", r"N\A", r"C:\data\1", r"\g<0>", "<b>&", "$x$"])
def test_any_name_may_stand_in_the_description_of_a_figure(name: str) -> None:
    inline = str(draw("figure", name, f"how {name} goes", (200, 100), paint).inline())
    root = ET.fromstring(inline)
    (title,) = [one for one in root if one.tag.endswith("title")]
    assert title.text == f"how {name} goes" and inline.count("<svg") == 1
    assert root.attrib["style"].startswith("max-width:") and root.attrib["role"] == "img"
