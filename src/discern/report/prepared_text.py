"""What cleaning, cutting, entities, sentiment and summaries gave, as plain text: counts, and a few examples."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ..text.clean import SAYS, Changed
from ..text.summary import Sentence
from .text import table, terminal_width, wrapped
from .visible import shorten, visible

EXAMPLES = 3
MOST = 10
AROUND = 24
"""Characters shown before the first one that a step changed."""


def cleaned_text(n: int, steps: Sequence[Changed], n_copies: int) -> str:
    """What each step changed, with an example before and after."""
    rows = [(step.step, SAYS[step.step], f"{step.texts:,}", f"{step.places:,}") for step in steps]
    lines = [f"{n:,} texts cleaned", "", table(("step", "what", "texts", "places"), rows)]
    width = max(40, terminal_width() - 10)
    for step in steps:
        if step.texts:
            before, after = _where_changed(step.before, step.after, width)
            lines += ["", f"{step.step}", f"  before  {visible(before)}", f"  after   {visible(after)}"]
    same = f"{n_copies:,} texts say the same as an earlier one (retweets and forwards among them): column same_as"
    return "\n".join([*lines, "", same])


def pieces_text(n: int, pieces: pl.DataFrame) -> str:
    """How many pieces there are, the most frequent of words, the first of others."""
    what = next(name for name in ("word", "sentence", "paragraph") if name in pieces.columns)
    shown = next((name for name in ("stem", "lemma") if name in pieces.columns), what)
    distinct = pieces[shown].n_unique()
    head = f"{n:,} texts, {pieces.height:,} {what}s, {distinct:,} different{'' if shown == what else f' {shown}s'}"
    if what == "word":
        frequent = pieces.group_by(shown).len().sort("len", shown, descending=[True, False]).head(MOST)
        return f"{head}\n\n{table((shown, 'times'), [(word, f'{times:,}') for word, times in frequent.rows()])}"
    width = max(40, terminal_width() - 4)
    return "\n".join([head, "", *(f"  {visible(shorten(_flat(one), width))}" for one in pieces[what].head(MOST))])


def entities_text(n: int, found: pl.DataFrame, out: bool) -> str:
    """How many pieces of each type there are, and the most frequent ones; of one text, all of them."""
    head = f"{found.height:,} found in {n:,} {'text' if n == 1 else 'texts'}"
    if not found.height:
        return head
    if n == 1 and not out:
        return f"{head}\n\n{table(('type', 'text'), found.select('type', 'text').rows())}"
    counted = found.group_by("type", "text").len().sort("len", "text", descending=[True, False])
    rows = []
    for kind, times in found.group_by("type").len().sort("len", "type", descending=[True, False]).rows():
        often = counted.filter(pl.col("type") == kind).head(4)["text"].to_list()
        rows.append((kind, f"{times:,}", ", ".join(map(_flat, often))))
    return f"{head}\n\n{table(('type', 'times', 'such as'), rows)}"


def sentiment_text(rated: pl.DataFrame) -> str:
    """How many texts are positive, neutral and negative by the lexicon, and the furthest on either side."""
    times = dict(rated.group_by("feeling").len().rows())
    rows = [(feeling, f"{times.get(feeling, 0):,}") for feeling in ("positive", "neutral", "negative")]
    lines = [table(("feeling", "texts"), rows)]
    width = max(40, terminal_width() - 10)
    for name, least, sign in (("most positive", True, 1), ("most negative", False, -1)):
        furthest = rated.filter(pl.col("score") * sign > 0).sort("score", "item", descending=[least, False])
        if furthest.height:
            lines += ["", name]
            for score, text in furthest.head(EXAMPLES).select("score", "text").rows():
                lines.append(f"  {score:+.2f}  {visible(shorten(_flat(text), width))}")
    lines += [
        "",
        wrapped("By a list of English words with their feeling, not by understanding: irony is read wrongly."),
    ]
    return "\n".join(lines)


def sentences_text(sentences: Sequence[Sentence]) -> str:
    """The sentences of a summary, a paragraph each."""
    return "\n\n".join(wrapped(visible(_flat(one.text))) for one in sentences) or "no sentence to summarise"


def _where_changed(before: str, after: str, width: int) -> tuple[str, str]:
    """Both texts in one line from shortly before the first character that differs."""
    before, after = _flat(before), _flat(after)
    same = next(
        (at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    start = max(0, same - AROUND)
    cut = "…" if start else ""
    return cut + before[start : start + width], cut + after[start : start + width]


def _flat(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ").replace("\t", " ").strip()
