"""The section of a report about the price of a leak."""

from __future__ import annotations

from ..core.saying import COLUMNS, cells, points, share
from ..evaluate.leak_price import DUPLICATES, GROUPS, RANDOM, LeakPrice
from .sections import Section

SPLITS = {
    RANDOM: ("Item by item", "items are drawn one by one, as most programs do"),
    DUPLICATES: ("Copies kept together", "copies and near-copies stand on one side"),
    GROUPS: ("Whole groups", "all items of a group stand on one side, as when the model meets a new one"),
}


def sections(price: LeakPrice) -> tuple[Section, ...]:
    """One section: the table of splits, what the run's own test part has of it, and patterns."""
    header = ("split", "figure", *COLUMNS)
    rows = [(name, "accuracy", *cells(figure)) for name, figure in price.splits.items()]
    rows += [(name, "above the strictest", *cells(figure)) for name, figure in price.gaps.items()]
    rows += [("test part", name, *cells(figure)) for name, figure in price.across.items()]
    rows += [(one.name, "pattern alone", *cells(one.score)) for one in price.patterns]
    view = {"price": price, "splits": SPLITS, "sentence": sentence(price), "points": points}
    return (
        Section(
            "leak-price",
            "The price of a leak",
            "leak_price.html.j2",
            view,
            tables={"leak_price.csv": (header, rows)} if rows else {},
        ),
    )


def sentence(price: LeakPrice) -> str:
    """What it comes to."""
    gap = price.gaps.get(RANDOM)
    if gap is None or gap.value is None:
        return "No price can be named."
    if gap.low is not None and gap.low > 0:
        return f"Dividing these data item by item would flatter the result by {points(gap)}."
    return f"Dividing these data item by item would change the result by {points(gap)}: no leak is shown."


def leak_price_text(price: LeakPrice) -> str:
    """The same for a terminal."""
    lines = [f"the price of a leak, by {price.model}, on {price.n_items:,} items, {price.n_folds} folds"]
    for name, figure in price.splits.items():
        gap = price.gaps.get(name)
        above = f"   {points(gap)} above" if gap is not None else ""
        lines.append(f"  {SPLITS[name][0]:<22} {share(figure)}{above}")
    if price.baseline is not None:
        lines.append(f"  {'baseline':<22} {share(price.baseline)}, always the largest class")
    lines.append(sentence(price))
    lines += [f"{one.severity.upper()}  {one.code}  {one.title}; {one.what_to_do}" for one in price.findings()]
    return "\n".join([*lines, *price.unanswered])
