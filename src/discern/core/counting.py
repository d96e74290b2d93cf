"""How words are counted: as one record of options for words, key words, collocations and words used alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .options import one_of

FORMS = ("words", "stems", "lemmas")
NONE = "none"


@dataclass(frozen=True)
class CountOptions:
    """Which forms of words are counted, and which are left out."""

    forms: Literal["words", "stems", "lemmas"] = "words"
    """What is one: equal words, or words of one stem or one lemma."""
    language: str = "en"
    """Of stems, lemmas and the list of stop words (ISO 639-1)."""
    case: bool = False
    """Keep upper and lower case apart; stems and lemmas are in lower case anyway."""
    numbers: bool = False
    """Count what has no letter in it, too: numbers, times, emoji."""
    stop_words: str | None = None
    """`none`, or the name of a file with a word a line; None for the list of the language."""

    def problems(self) -> list[str | None]:
        both = self.case and self.forms != "words"
        return [
            one_of("--forms", self.forms, FORMS),
            f"--case came with --forms {self.forms}, which are in lower case; expected one of the two"
            if both
            else None,
            "--stop-words is empty; expected none, or a file with a word a line" if self.stop_words == "" else None,
        ]
