"""A map as one page: the picture, what it says in words, and a table of every area."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

from ..evaluate.by_area import AreaValue
from .maps import Map, shown_value, svg
from .pages import environment


def page(drawn: Map) -> str:
    """The whole page, which needs nothing else: no script, no outside address."""
    picture = re.sub(r"<\?xml[^>]*\?>\s*", "", svg(drawn))
    shown = drawn.panels or (("", drawn.values),)
    tables = [(name, values.what, values.tested, [_cells(row, drawn) for row in values.rows]) for name, values in shown]
    hot = "" if drawn.panels else ", ".join(row.name for row in drawn.values.rows if row.hot)
    return (
        environment()
        .get_template("map.html.j2")
        .render(drawn=drawn, picture=Markup(picture), tables=tables, hot=hot, said=(*drawn.said, drawn.sources))
    )


def _cells(row: AreaValue, drawn: Map) -> dict[str, Any]:
    low, high = (shown_value(one, drawn.values) for one in (row.value.low, row.value.high))
    standing = "above all others" if row.hot else "" if row.could_show else "too few items"
    return {
        "name": row.name,
        "n": row.n,
        "value": shown_value(row.value.value, drawn.values),
        "range": "" if row.value.low is None else f"{low} to {high}",
        "standing": standing,
    }
