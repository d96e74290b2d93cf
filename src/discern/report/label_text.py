"""What labelling has come to, and one item to be labelled, as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from ..data.label_sheet import Asked
from ..evaluate.labelling import Labelling
from .text import table, terminal_width, wrapped
from .visible import visible

LONGEST = 4000
"""Characters of a text that are shown to be labelled."""


def labelling_text(found: Labelling, *, width: int | None = None) -> str:
    """How many labels there are, how well a model does with them, and whether more are worth giving."""
    counts = ", ".join(f"{visible(label)} {n:,}" for label, n in found.counts.items())
    parts = [f"{_many(found.n_given, 'label')} given" + (f": {counts}" if counts else "")]
    looked = f", {found.n_looked:,} of them looked at" if found.n_looked < found.n_pool else ""
    start = f"; {found.n_known:,} items had labels from the start" if found.n_known else ""
    parts[0] += f"\npool: {_many(found.n_pool, 'item')}{looked}{start}"
    if found.curve:
        rows = [
            (
                n,
                f"{100 * (f.value or 0):.1f} %",
                "–" if f.low is None else f"{100 * f.low:.1f} to {100 * (f.high or 0):.1f}",
            )
            for n, f in found.curve.items()
        ]
        parts.append(
            table(("labels", "right", "95 % range"), rows, width=width)
            + f"\n\n{wrapped(f'asked: {found.n_random:,} items drawn at random; {found.model}', width=width)}"
        )
    if found.n_given:
        parts.append(wrapped(found.sentence, width=width))
    return "\n\n".join(parts)


def asked_text(one: Asked, at: int, of: int, drawing: str | None, *, width: int | None = None) -> str:
    """One item, whole, with what the model suggests."""
    across = width or terminal_width()
    why = "drawn at random" if one.why == "random" else "unlike the others"
    if one.suggestion:
        why = f"the model is unsure: {visible(one.suggestion)}? ({one.probability})"
    head = f"{at} of {of}   {visible(one.item)}   {why}"
    if drawing is not None:
        return f"\n{head}\n\n{drawing}\n"
    lines = [
        textwrap.fill(visible(line), max(30, across - 2), initial_indent="  ", subsequent_indent="  ")
        for line in one.text[:LONGEST].splitlines()
        if line.strip()
    ]
    more = "\n  …" if len(one.text) > LONGEST else ""
    return f"\n{head}\n\n" + ("\n".join(lines) or "  (empty)") + more + "\n"


def label_keys(classes: Sequence[str]) -> dict[str, str]:
    """What is typed for each label: its number, or where labels are numbers themselves, the label."""
    if any(label.isdecimal() for label in classes):
        return {label: label for label in classes}
    return {str(n): label for n, label in enumerate(classes, 1)}


def keys_text(classes: Sequence[str]) -> str:
    """What can be typed."""
    shown = "   ".join(key if key == label else f"{key} {visible(label)}" for key, label in label_keys(classes).items())
    return f"{shown}   s skip   b back   q quit"


def _many(n: int, one: str) -> str:
    return f"{n:,} {one}" if n == 1 else f"{n:,} {one}s"
