"""Results of groups made by hand: a plain one, and one whose names, columns and items are hostile."""

from __future__ import annotations

from discern.core.records import Figure
from discern.evaluate.cluster_cards import Card, Clusters, Example, Plane, Trait
from discern.evaluate.clusters import Tried

EVIL = "</script><script>alert(1)</script>"


def figure(value: float, low: float, high: float, n: int = 400) -> Figure:
    return Figure(value, low, high, n, "made up")


def trait(column: str, value: str, kind: str, size: float) -> Trait:
    here, elsewhere = (0.7, 0.2) if kind in ("category", "word") else (19_000.0, 900.0)
    return Trait(
        column, value, kind, figure(size, size - 0.2, size + 0.2), figure(here, here - 0.1, here + 0.1),
        figure(elsewhere, elsewhere - 0.1, elsewhere + 0.1),
    )  # fmt: skip


def card(number: int, kind: str, evil: str) -> Card:
    traits = (
        tuple(trait(evil or f"word{i}", "", "word", 1.5 - i / 10) for i in range(16))
        if kind == "texts"
        else (
            trait(evil or "floor area", "", "number", 2.9),
            trait(evil or "region", evil or "north", "category", -0.8),
            trait("opened", "", "date", 0.4),
        )
    )
    items = tuple(Example(evil or f"row {i}", evil or "Hill Road", evil or "some text", "", "2") for i in range(3))
    return Card(
        str(number), (evil or "large, out of town") if number == 1 else "", 120, figure(0.3, 0.26, 0.35),
        figure(0.9, 0.8, 1.0), traits, items, items,
    )  # fmt: skip


def tried(number: int, chosen: bool) -> Tried:
    return Tried(
        number, figure(0.5, 0.4, 0.6), figure(0.2, 0.1, 0.3), figure(0.9, 0.8, 1.0),
        Figure(0.45, None, None, 400, "made up"), figure(0.2, 0.1, 0.3), figure(0.5, 0.2, 0.8), chosen,
    )  # fmt: skip


def clusters(kind: str = "table", *, evil: str = "", shown: bool = True, asked: int | None = None) -> Clusters:
    cards = tuple(card(number, kind, evil) for number in (1, 2, 3)) if shown or asked else ()
    points = tuple((i % 7 - 3.0, i % 5 - 2.0, i % 3 if cards else -1) for i in range(120))
    arrows = ((evil or "floor area", 0.9, 0.1), (evil or "parking", -0.2, 0.7), ("distance", 0.5, -0.6))
    return Clusters(
        name=evil or "stores.csv", kind=kind, n_items=400, n_silent=2, n_apart=0, method="kmeans", asked=asked, seed=0,
        shown=shown, p=Figure(0.05 if shown else 0.4, None, None, 38, "made up"), n_looked=300,
        tried=tuple(tried(number, number == 3) for number in (2, 3, 4)), cards=cards,
        plane=Plane(points, arrows, figure(0.5, 0.4, 0.6), figure(0.2, 0.1, 0.3)),
        columns=(evil or "floor area", "region", "opened"), logarithms=(evil or "floor area",),
        aside=((evil or "store", "an identifier"),), n_missing=9, notes=(evil or "a note",),
    )  # fmt: skip
