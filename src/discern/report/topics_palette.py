"""Colours of topics."""

from __future__ import annotations

HUES = ("#0f7a8c", "#c0651a", "#6a4fb0", "#2f8a3e", "#b8327a", "#8a7a12", "#2c6fd1", "#a3372b", "#3f9189", "#8a5a34",
        "#5c6f85", "#9546ba")  # fmt: skip
"""With more topics they come again."""


def hue(topic: int) -> str:
    return HUES[topic % len(HUES)]
