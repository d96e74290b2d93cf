"""Words brought to one form: *argue, argued, argues, arguing* are one.

A stem cuts endings by rules (Snowball, M. Porter 2001) and need not be a word (`argu`); a lemma is the form that a
dictionary lists (`argue`), looked up (simplemma). Both work word by word: they do not know that *saw* may be a tool.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from ..core.errors import OptionError
from ..core.options import suggest

STEMMERS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "da": "danish", "nl": "dutch", "en": "english",
    "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hi": "hindi", "hu": "hungarian",
    "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian", "ne": "nepali", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "es": "spanish", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Language (ISO 639-1) to the name of its Snowball stemmer."""


def stem(words: pl.Series, language: str = "en") -> pl.Series:
    """The stems of words in lower case.

    Parameters: `words`, strings or lists of strings `(n,)`. Returns the same shape. Raises OptionError for a language
    without a stemmer.
    """
    import Stemmer

    if language not in STEMMERS:
        raise _unknown("stems", language, list(STEMMERS))
    stemmer = Stemmer.Stemmer(STEMMERS[language])
    return _each(words, stemmer.stemWords)


def lemma(words: pl.Series, language: str = "en") -> pl.Series:
    """The lemmas of words in lower case; a word that the dictionary lacks stays as it is.

    Parameters: `words`, strings or lists of strings `(n,)`. Returns the same shape. Raises OptionError for a language
    without a dictionary.
    """
    from simplemma import lemmatize

    try:
        lemmatize("a", lang=language)
    except ValueError as error:
        raise _unknown("lemmas", language, ["en"]) from error
    return _each(words, lambda distinct: [lemmatize(word, lang=language).lower() for word in distinct])


def _each(words: pl.Series, change: Callable[[list[str]], list[str]]) -> pl.Series:
    """`change` asked once for each different word."""
    if words.dtype != pl.String:
        flat = words.explode().drop_nulls()
        distinct, changed = _table(flat, change)
        return words.list.eval(_plain(pl.element()).replace_strict(distinct, changed, default=None))
    distinct, changed = _table(words, change)
    return words.to_frame("word").select(_plain(pl.col("word")).replace_strict(distinct, changed, default=None))["word"]


def _table(words: pl.Series, change: Callable[[list[str]], list[str]]) -> tuple[pl.Series, pl.Series]:
    plain = words.to_frame("word").select(_plain(pl.col("word")).unique(maintain_order=True).drop_nulls())["word"]
    return plain, pl.Series("word", change(plain.to_list()), dtype=pl.String)


def _plain(word: pl.Expr) -> pl.Expr:
    return word.str.replace_all("’", "'", literal=True).str.to_lowercase()


def _unknown(what: str, language: str, known: list[str]) -> OptionError:
    return OptionError(
        f"{what}: no rules for the language {language!r}; expected one of {', '.join(known)}{suggest(language, known)}"
    )
