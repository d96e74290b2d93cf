"""Names and labels as people may safely see them: what has no form, or turns the text around, is shown as its code."""

from __future__ import annotations

import unicodedata

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control, format (zero width, direction), lone surrogate, private, unassigned, line and paragraph separators."""


def visible(text: str) -> str:
    """`text` with every character that has no form of its own written as `⟨U+202E⟩`.

    Spaces other than the plain one are written out too, and so are plain ones at the ends: `cat ` is not `cat`.
    """
    if text.isascii() and text.isprintable() and text == text.strip():
        return text
    shown = "".join(_shown(character) for character in text)
    inner = shown.strip(" ")
    if not inner:
        return "⟨space⟩" * len(shown) if shown else text
    before = len(shown) - len(shown.lstrip(" "))
    after = len(shown) - len(shown.rstrip(" "))
    return "⟨space⟩" * before + inner + "⟨space⟩" * after


def shorten(text: str, width: int) -> str:
    """`text` in at most `width` characters, cut in the middle, where names differ least."""
    if len(text) <= width:
        return text
    head = (width - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in HIDDEN or (category == "Zs" and character != " "):
        return f"⟨U+{ord(character):04X}⟩"
    return character
