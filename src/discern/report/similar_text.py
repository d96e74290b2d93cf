"""Texts that are alike, as plain text: each with the words it shares and how often random pairs are as alike."""

from __future__ import annotations

import textwrap

from ..core.records import Figure
from ..evaluate.alike import Agreement, Alike, Similar
from .text import terminal_width, wrapped
from .visible import visible

SHOWN = 360
"""Characters of a text that are shown."""
WORDS = 8
"""Shared words that are shown."""
LITTLE = 0.005
"""Words that make up less than this are counted, not shown."""


def similar_text(found: Similar, *, width: int | None = None) -> str:
    """The list, the most alike first, and what stands behind it."""
    parts = []
    if found.asked is not None:
        parts += _asked(found, width or terminal_width())
        parts += [_one(at, one, width or terminal_width()) for at, one in enumerate(found.found, 1)]
        parts += [wrapped(_chance(found), width=width)] if found.random.value is not None else []
    if found.agreement is not None:
        parts.append(wrapped(agreement_sentence(found.agreement), width=width))
    return "\n\n".join(parts)


def agreement_sentence(a: Agreement) -> str:
    """How often alike texts share a column's value, beside chance."""
    column = visible(a.column)
    if a.shared.value is None:
        return f"Whether alike texts share {column} cannot be said: {a.shared.method}."
    s, chance = a.shared, 100 * (a.chance.value or 0.0)
    return (
        f"Of the {a.nearest} most alike texts, {100 * (s.value or 0):.1f} % have the same {column} "
        f"({100 * (s.low or 0):.1f} to {100 * (s.high or 0):.1f}; asked for {s.n:,} texts, without copies and "
        f"near-copies); of texts drawn at random {chance:.1f} % do."
    )


def odds(share: Figure) -> str:
    """A small share as people say it: `1 in 2,000`."""
    if share.value is None:
        return "none to compare with"
    if share.value == 0:
        return f"fewer than 1 in {_round(1 / (share.high or 1)):,}"
    return f"1 in {_round(1 / share.value):,}" if share.value < 0.5 else "most"


def _round(many: float) -> int:
    """Two figures are enough for odds."""
    digits = max(0, len(str(int(many))) - 2)
    return round(round(many, -digits)) if digits else round(many)


def _asked(found: Similar, width: int) -> list[str]:
    what = f"most alike of {found.n_texts:,} texts"
    head = f"{what} to {visible(found.item)}" if found.item is not None else f"{what} to"
    said = [head + "\n" + _indented(_beginning(found.asked or ""), "  ", width)]
    if found.unknown:
        said.append(wrapped(f"in no text: {', '.join(map(visible, found.unknown))}", width=width))
    return said if found.found else [*said, "no text shares a word with it"]


def _one(at: int, one: Alike, width: int) -> str:
    facts = [f"{one.similarity.value or 0:.2f}", visible(one.item)]
    facts += [visible(one.value)] if one.value is not None else []
    facts += ["the same text"] if one.same else [f"random pairs as alike: {odds(one.by_chance)}"]
    shown = [(word, part.value or 0) for word, part in one.shared if (part.value or 0) >= LITTLE][:WORDS]
    shared = ", ".join(f"{visible(word)} {part:.2f}" for word, part in shown)
    more = f" and {len(one.shared) - len(shown)} more" if len(one.shared) > len(shown) else ""
    lines = [
        f"{at:>3}  {'  '.join(facts)}",
        _indented(_beginning(one.text), "     ", width),
        _indented(f"both: {shared}{more}", "     ", width),
    ]
    return "\n".join(lines)


def _chance(found: Similar) -> str:
    r = found.random
    return (
        f"By chance: of {r.n:,} random pairs, 1 in 100 is {r.value or 0:.2f} alike or more "
        f"({r.low or 0:.2f} to {r.high or 0:.2f}). 1 means the same words, 0 none in common; a word counts the more, "
        "the fewer texts hold it."
    )


def _beginning(text: str) -> str:
    """The first of a text, its line breaks as spaces."""
    shown = visible(" ".join(text.split()))
    return shown if len(shown) <= SHOWN else shown[:SHOWN].rsplit(" ", 1)[0] + " …"


def _indented(text: str, indent: str, width: int) -> str:
    return textwrap.fill(text, max(30, width), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
