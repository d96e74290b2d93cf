"""Groups in words: the verdict, what makes each different; for a terminal and for the page alike."""

from __future__ import annotations

import datetime
import math

from ..core.records import Figure
from ..evaluate.cluster_cards import Card, Clusters, Trait
from ..evaluate.clusters import STABLE, Tried
from . import words
from .text import table, wrapped
from .visible import shorten, visible

METHODS = {
    "kmeans": "k-means",
    "mixture": "a Gaussian mixture",
    "hierarchical": "Ward's tree",
    "hdbscan": "HDBSCAN",
}
TOLD = 3
"""So many traits of a group are told on a terminal."""
SCALING = {
    "table": "Each column counts the same: numbers are centred and divided by their standard deviation, whatever their "
    "unit, after what lies more than five middle spreads from the median is pulled in to there; the values of a "
    "category together weigh as much as one number; a missing cell counts as the column's average.",
    "pictures": "Pictures are compared by the edges in their parts (histograms of oriented gradients), brought down to "
    "the directions in which these pictures differ most.",
    "texts": "Texts are compared by their words, rare ones counting for more, stop words left out, brought down to "
    "what goes together; the length of a text does not count.",
}
EPOCH = datetime.date(1970, 1, 1)


def clusters_text(result: Clusters, *, width: int | None = None) -> str:
    """The result for a terminal."""
    parts = [wrapped(sentence, width=width) for sentence in verdict(result)]
    if result.cards:
        header = ("", "group", words.NOUNS.get(result.kind, ("", "items"))[1], "share", "95 % range", "comes again", "")
        rows = [
            (card.id, visible(card.name), f"{card.n_items:,}", share(card.share), share_range(card.share),
             number(card.stability), told(card)) for card in result.cards
        ]  # fmt: skip
        parts.append(table(header, rows, width=width))
    if len(result.tried) > 1:
        lines: list[tuple[object, ...]] = [
            (one.n_groups, figure(one.silhouette), figure(one.stability), figure(one.gap), number(one.score),
             "chosen" if one.chosen and (result.shown or result.asked) else "") for one in result.tried
        ]  # fmt: skip
        parts.append(table(("groups", "silhouette", "stability", "gap", "product", ""), lines, width=width))
    parts += [wrapped(f"note: {visible(sentence)}", width=width) for sentence in notes(result)]
    return "\n\n".join(parts)


def verdict(result: Clusters) -> list[str]:
    """Whether there are groups, in sentences."""
    n = result.n_items - result.n_silent
    best = next(one for one in result.tried if one.chosen)
    by = METHODS[result.method]
    what = words.items(result.kind, n)
    noun = words.NOUNS.get(result.kind, ("item", "items"))[1]
    clouds = f"{result.p.n} clouds without groups that are otherwise like the {noun}"
    steady = (best.stability.value or 0.0) >= STABLE
    again = (
        f"Groups found in one half of the {noun} and in the other agree by {figure(best.stability)}, where 1 is the "
        f"same groups and 0 is chance"
    )
    if result.shown:
        said = [f"{words.count(len(result.cards), 'group')} in {what}, by {by}."]
        said.append(f"The groups are shown: none of {clouds} comes to as much.")
        said.append(
            f"{again}; {noun} lie nearer to their own group than to the next (silhouette {figure(best.silhouette)})."
        )
        return said
    if result.asked is not None:
        said = [f"{words.count(len(result.cards), 'group')} in {what}, by {by}, as many as were asked for."]
        said.append("The groups are not shown: they may be no more than a way to cut a cloud in parts.")
    else:
        said = [f"No groups are shown in {what}."]
        tried = [one.n_groups for one in result.tried]
        spoken = f"{tried[0]} to {tried[-1]} groups were tried" if len(tried) > 1 else f"{by} was tried"
        beyond = (result.p.value or 0.0) <= 0.05
        found = "there is more than in a cloud without groups, but no groups that come again"
        parts = "what comes out is no more than a cloud cut in parts"
        said.append(f"{spoken[:1].upper()}{spoken[1:]}: {found if beyond else parts}.")
    if not steady:
        said.append(f"{again}; {STABLE} is the least that counts.")
    if (result.p.value or 0.0) > 0.05:
        said.append(f"Of {clouds}, some come to as much (p {number(result.p)}).")
    if result.asked is None:
        said.append("With --groups N they are cut into N groups all the same.")
    return said


def told(card: Card) -> str:
    """What makes a group different, in a few words."""
    if card.traits and card.traits[0].kind == "word":
        return ", ".join(visible(one.column) for one in card.traits[: 2 * TOLD])
    found = []
    for trait in telling(card)[:TOLD]:
        name = shorten(visible(trait.title), 30)
        if trait.kind == "category":
            found.append(f"{name} {share(trait.here)} (others {share(trait.elsewhere)})")
        else:
            found.append(f"{name} {amount(trait, trait.here)} (others {amount(trait, trait.elsewhere)})")
    return ", ".join(found)


def telling(card: Card) -> list[Trait]:
    """The traits that are clear, and of two opposite categories the one that the group has more of."""
    found: list[Trait] = []
    seen: set[str] = set()
    for trait in card.traits:
        if trait.kind == "category" and trait.column in seen and (trait.difference.value or 0.0) < 0:
            continue
        if trait.clear:
            seen.add(trait.column)
            found.append(trait)
    return found


def amount(trait: Trait, one: Figure) -> str:
    """A mean in the column's own unit; a date as a day."""
    return measure(trait.kind, one.value)


def measure(kind: str, value: float | None) -> str:
    if value is None:
        return "–"
    if kind == "date":
        try:
            return (EPOCH + datetime.timedelta(days=round(value))).isoformat()
        except OverflowError:
            return f"{value:.4g} days"
    if value == 0:
        return "0"
    digits = math.floor(math.log10(abs(value)))
    if not -4 <= digits < 15:
        return f"{value:.3g}".replace("-", "−")
    return f"{value:,.{min(6, max(0, 2 - digits))}f}".replace("-", "−")


def difference(one: Figure) -> str:
    """`+1.9`, in standard deviations."""
    return "–" if one.value is None else f"{one.value:+.1f}".replace("-", "−")


def difference_range(one: Figure) -> str:
    if one.low is None or one.high is None:
        return ""
    return f"{one.low:+.1f} to {one.high:+.1f}".replace("-", "−")


def notes(result: Clusters) -> list[str]:
    """What else is worth saying."""
    said = []
    if result.kind == "table":
        said.append(f"compared by {words.count(len(result.columns), 'column')}: {listed(result.columns)}")
    if result.logarithms:
        said.append(f"numbers of very different size, taken by their logarithms: {listed(result.logarithms)}")
    if result.aside:
        reasons = dict.fromkeys(reason for _, reason in result.aside)
        said += [
            f"not compared, {reason}: {listed(tuple(name for name, why in result.aside if why == reason))}"
            for reason in reasons
        ]
    if result.n_missing:
        said.append(f"{words.count(result.n_missing, 'missing cell')} counted as the average of their columns")
    if result.n_silent:
        said.append(f"{words.items(result.kind, result.n_silent)} had nothing to be compared by and are in no group")
    if result.n_apart:
        said.append(f"{words.items(result.kind, result.n_apart)} lie apart and are in no group")
    if result.n_looked < result.n_items - result.n_silent:
        said.append(
            f"the number of groups was chosen by {words.items(result.kind, result.n_looked)}, drawn by contents"
        )
    return said


def listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 12:,} more" if len(names) > 12 else ""
    return ", ".join(names[:12]) + more


def figure(one: Figure) -> str:
    """`0.61 (0.55 to 0.66)`."""
    if one.value is None:
        return "–"
    return number(one) + ("" if one.low is None or one.high is None else f" ({bounds(one)})")


def bounds(one: Figure) -> str:
    return f"{one.low:.2f} to {one.high:.2f}".replace("-", "−")


def number(one: Figure) -> str:
    return "–" if one.value is None else f"{one.value:.2f}".replace("-", "−")


def share(one: Figure) -> str:
    return "–" if one.value is None else f"{100 * one.value:.0f} %"


def share_range(one: Figure) -> str:
    return "" if one.low is None or one.high is None else f"{100 * one.low:.0f} to {100 * one.high:.0f} %"


def chosen(result: Clusters) -> Tried:
    return next(one for one in result.tried if one.chosen)
