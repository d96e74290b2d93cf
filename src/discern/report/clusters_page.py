"""Groups as one page that needs nothing else: the verdict, a map, cards, how their number came about."""

from __future__ import annotations

from ..core.files import csv_text
from ..core.saying import COLUMNS, cells
from ..evaluate.cluster_cards import Card, Clusters, Trait
from . import clusters_figures, clusters_said, words
from .drawing import Drawing
from .pages import environment
from .topics_palette import hue

BESIDE = ("groups.html", "plane.svg", "traits.csv", "numbers.csv")
"""What `beside` makes; the traits only where there are groups."""
TRAITS, WORDS = 8, 14
"""Shown on a card."""
WIDEST = 2.5
"""Standard deviations that fill half of a card's bar."""


def beside(result: Clusters) -> dict[str, str]:
    """File name -> content, of all that shows the result."""
    drawn = clusters_figures.plane(result)
    found = {"groups.html": page(result, drawn), "plane.svg": drawn.svg}
    if any(card.traits for card in result.cards):
        rows = [
            (card.id, card.name, trait.column, trait.value, what, *cells(figure))
            for card in result.cards
            for trait in card.traits
            for what, figure in (("difference", trait.difference), ("here", trait.here), ("elsewhere", trait.elsewhere))
        ]
        found["traits.csv"] = csv_text(("group", "name", "column", "category", "figure", *COLUMNS), rows)
    numbers = [
        (one.n_groups, what, *cells(getattr(one, what)))
        for one in result.tried
        for what in ("silhouette", "gap", "stability", "score", "silhouette_by_chance", "stability_by_chance")
    ]
    found["numbers.csv"] = csv_text(("groups", "figure", *COLUMNS), numbers)
    return found


def page(result: Clusters, drawn: Drawing) -> str:
    """The whole page, its figures in it."""
    view = {
        "result": result,
        "drawn": drawn,
        "compass": clusters_figures.compass(result) if result.plane.arrows else None,
        "curves": clusters_figures.curves(result),
        "verdict": clusters_said.verdict(result),
        "best": clusters_said.chosen(result),
        "scaling": clusters_said.SCALING[result.kind],
        "method": clusters_said.METHODS[result.method],
        "noun": words.NOUNS.get(result.kind, ("item", "items"))[1],
        "say": clusters_said,
        "hue": hue,
        "bar": bar,
        "shown_traits": shown_traits,
        "words": words,
        "widest": max((card.share.high or card.share.value or 0.0 for card in result.cards), default=1.0) or 1.0,
    }
    return environment().get_template("clusters.html.j2").render(**view)


def shown_traits(card: Card) -> list[Trait]:
    """The traits that a card shows."""
    if card.traits and card.traits[0].kind == "word":
        return list(card.traits[:WORDS])
    return clusters_said.telling(card)[:TRAITS]


def bar(trait: Trait) -> dict[str, str]:
    """Where the bar of a difference begins and how long it is, as CSS lengths from the middle of its line."""
    value = min(WIDEST, max(-WIDEST, trait.difference.value or 0.0))
    return {"left": f"{50 + min(0.0, value) / WIDEST * 50:.1f}%", "width": f"{abs(value) / WIDEST * 50:.1f}%"}
