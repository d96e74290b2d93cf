"""Why a text gets its answer, as text and as a page with its words in colours."""

from __future__ import annotations

from markupsafe import Markup, escape

from ..core.files import csv_text
from ..explain.words import TextExplanation, TextsExplained
from .pages import environment
from .visible import visible

SAID = 8
"""Words that are told at the terminal."""


def beside_one(result: TextExplanation) -> dict[str, str]:
    """File name -> content, of all that shows why one text gets its answer."""
    page = environment().get_template("text_reasons.html.j2")
    strongest = [(word, adds, f"{adds:+.2f}") for word, adds in result.strongest[:24]]
    most = max((abs(adds) for _, adds, _ in strongest), default=1.0) or 1.0
    bars = [(word, told, adds >= 0, f"{100 * abs(adds) / most:.1f}%") for word, adds, told in strongest]
    html = page.render(result=result, coloured=coloured(result), bars=bars, chance=percent(result.probability))
    words = [(result.text[one.start : one.end], one.start, one.end, one.adds) for one in result.words]
    return {"explain.html": html, "words.csv": csv_text(("word", "start", "end", "adds"), words)}


def beside_whole(result: TextsExplained) -> dict[str, str]:
    """The same for the telling words of each class."""
    html = environment().get_template("texts_reasons.html.j2").render(result=result)
    rows = [(label, word, weight) for label, words in result.classes for word, weight in words]
    return {"explain.html": html, "words.csv": csv_text(("label", "word", "weight"), rows)}


def one_text(result: TextExplanation) -> str:
    """Why one text gets its answer, in words."""
    lines = [f"{visible(result.item)}: {visible(result.answer)}, {percent(result.probability)}"]
    for said, sign in (("for it", 1), ("against it", -1)):
        words = [f"{visible(word)} ({adds:+.2f})" for word, adds in result.strongest if sign * adds > 0.005][:SAID]
        if words:
            lines.append(f"{said}: {', '.join(words)}")
    lines.append("in brackets: the log-odds that the answer loses when the word is left out")
    return "\n".join([*lines, *result.notes])


def whole_text(result: TextsExplained) -> str:
    """The telling words of each class."""
    lines = [f"{visible(label)}: {', '.join(visible(word) for word, _ in words)}" for label, words in result.classes]
    return "\n".join([*lines, *result.notes])


def coloured(result: TextExplanation) -> Markup:
    """The text with each word on the colour of what it adds; escaped, what is hidden made visible."""
    most = max((abs(one.adds) for one in result.words), default=1.0) or 1.0
    pieces, at = [], 0
    for one in result.words:
        pieces.append(_plain(result.text[at : one.start]))
        mark = Markup('<mark class="{}" style="--v:{:.0f}%" title="{:+.2f}">{}</mark>')
        kind = "for" if one.adds >= 0 else "against"
        pieces.append(
            mark.format(kind, 100 * abs(one.adds) / most, one.adds, visible(result.text[one.start : one.end]))
        )
        at = one.end
    return Markup("").join([*pieces, _plain(result.text[at:])])


def percent(share: float) -> str:
    """A probability in per cent."""
    return f"{100 * share:.0f} %" if share <= 0.995 else f"{100 * share:.1f} %"


def _plain(text: str) -> Markup:
    words = " ".join(visible(part) if part else "" for part in text.replace("\n", " ").split(" "))
    return Markup(escape(words))
