"""Who, where, what and when: people, organisations, places, objects, vehicles and written forms, by patterns and lists.

Patterns find what is written as a pattern expects: `Dr Patel`, `Sarah Jones`, `Acme Ltd`, `12 High Street`, `a kitchen
knife`. A name without a title that is on no list is not found, and `Will` at the beginning of a sentence is left alone.
Where a spaCy model is installed, its people, organisations, places and products are taken too; nothing is downloaded.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import regex

from . import patterns
from .names import ALSO_WORDS, CAPITAL_ANYWAY, GIVEN, PLACES, SURNAMES
from .things import BODIES, COUNTRIES, GOODS, MAKES, TOOLS, WEAPONS


class Entity(NamedTuple):
    """A piece of a text: `text[start:end]` is `text`, and what it is."""

    start: int
    end: int
    type: str
    text: str


TYPES = ("PERSON", "ORGANISATION", "PLACE", "VEHICLE", "WEAPON", "TOOL", "GOODS", *patterns.TYPES)

_CAPITAL = r"\p{Lu}[\p{L}\p{M}'’\-]*"
_TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Lady|Lord|Rev|Judge|Sgt|Sergeant|Insp|Inspector|PC|DC|DS|DI|DCI|PCSO"
    r"|Constable|Officer|Minister|President|Chancellor|Councillor|Cllr)"
)
_BODY = (
    r"(?:Ltd|Limited|Inc|plc|PLC|LLP|Corp|Corporation|Company|Co|Group|Holdings|Council|University|College|School"
    r"|Academy|Hospital|Surgery|Clinic|Bank|Police|Constabulary|Court|Ministry|Department|Office|Agency|Association"
    r"|Society|Trust|Foundation|Union|Party|Club|United|FC|RFC|Taxis|Cars|Stores|Supermarket)"
)
_KIND_OF_PLACE = (
    r"(?:Street|St|Road|Rd|Lane|Avenue|Ave|Drive|Close|Crescent|Terrace|Way|Court|Gardens|Grove|Hill|Square|Park|Green"
    r"|Bridge|Station|Airport|Centre|Market|Estate|House|Parade|Row|Mews|Place|Beach|Harbour|River|Island)"
)
_COLOUR = r"(?:black|white|silver|gr[ea]y|blue|red|green|yellow|orange|brown|gold|beige|purple|dark|light)"

_SOME_VEHICLE = r"car|van|lorry|truck|taxi|bus|motorbike|motorcycle|moped|scooter|bicycle|bike|vehicle"


def _any(words: tuple[str, ...]) -> str:
    return "|".join(regex.escape(word, special_only=True) for word in sorted(words, key=len, reverse=True))


_RULES: tuple[tuple[str, str], ...] = (
    ("PERSON", rf"\b{_TITLE}\.?(?:\ {_CAPITAL}){{1,3}}"),
    (
        "ORGANISATION",
        rf"\b(?:{_CAPITAL}\ (?:(?:of|and|&)\ )?){{1,4}}?{_BODY}\b|\b(?:University|Bank|Ministry)\ of\ {_CAPITAL}",
    ),
    ("PLACE", rf"\b(?:\d{{1,4}}[a-zA-Z]?,?\ )?(?:{_CAPITAL}\ ){{1,3}}{_KIND_OF_PLACE}\b"),
    ("ORGANISATION", rf"\b(?:{_any(BODIES)})\b"),
    ("PLACE", rf"\b(?:{_any(COUNTRIES)})(?!\w)"),
    (
        "VEHICLE",
        rf"\b(?:{_COLOUR}\ ){{0,2}}(?:{_any(MAKES)})\b(?:\ (?:\p{{Lu}}[\p{{L}}\d\-]*|\d{{1,4}}[A-Za-z]?)\b)?"
        rf"|\b(?i:(?:{_COLOUR}\ ){{1,3}}(?:{_SOME_VEHICLE}))\b",
    ),
    ("WEAPON", rf"\b(?i:{_any(WEAPONS)})(?i:e?s)?\b"),
    ("TOOL", rf"\b(?i:{_any(TOOLS)})(?i:e?s)?\b"),
    ("GOODS", rf"\b(?i:{_any(GOODS)})(?i:e?s)?\b"),
)
"""Type to pattern; where pieces overlap, written forms come before these, and these in their order."""

_ENDLESS = regex.compile(r"[\w+%'’\-]{200,}")
"""No written form and no name is as long, and looking for one in it takes time with the square of its length."""
_NAMES = regex.compile(rf"\b{_CAPITAL}(?:\ {_CAPITAL}){{0,2}}")
_COMPILED = tuple((name, regex.compile(pattern, regex.V1)) for name, pattern in _RULES)
_OF_SPACY = {
    "PERSON": "PERSON", "PER": "PERSON", "ORG": "ORGANISATION", "GPE": "PLACE", "LOC": "PLACE", "FAC": "PLACE",
    "PRODUCT": "GOODS",
}  # fmt: skip


def entities(text: str, model: Any = None) -> list[Entity]:
    """The entities of a text from left to right, never overlapping.

    Parameters: `model`, what `installed_model` gave, or None for patterns alone.
    """
    found: list[Entity] = []
    taken = bytearray(len(text))
    for start, end, kind in _candidates(text, model):
        if start < end and not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            found.append(Entity(start, end, kind, text[start:end]))
    return sorted(found)


def _candidates(text: str, model: Any) -> Iterator[tuple[int, int, str]]:
    """Pieces, those that win over others first."""
    looked_at = _ENDLESS.sub(lambda match: " " * len(match[0]), text)
    yield from patterns.find(looked_at)
    for name, pattern in _COMPILED[:2]:
        yield from ((*match.span(), name) for match in pattern.finditer(looked_at))
    if model is not None:
        for one in model(text).ents:
            if one.label_ in _OF_SPACY:
                yield one.start_char, one.end_char, _OF_SPACY[one.label_]
    for name, pattern in _COMPILED[2:]:
        yield from ((*match.span(), name) for match in pattern.finditer(looked_at))
    for match in _NAMES.finditer(looked_at):
        yield from _listed(text, match.start(), match[0])


def _listed(text: str, start: int, run: str) -> Iterator[tuple[int, int, str]]:
    """People and places by lists in a run of words with capitals."""
    words = [(start + found.start(), found[0]) for found in regex.finditer(r"\S+", run)]
    at = 0
    while at < len(words):
        begin, word = words[at]
        plain = _bare(word)
        following = _bare(words[at + 1][1]) if at + 1 < len(words) else ""
        sure = following in SURNAMES or not (
            plain in ALSO_WORDS or word.isupper() or following in PLACES | CAPITAL_ANYWAY
        )
        if plain in GIVEN and following and sure:
            yield begin, words[at + 1][0] + len(_without_s(words[at + 1][1])), "PERSON"
            at += 2
            continue
        if plain in GIVEN | SURNAMES and plain not in ALSO_WORDS | PLACES:
            yield begin, begin + len(_without_s(word)), "PERSON"
        elif plain in PLACES and (plain not in ALSO_WORDS or _inside(text, begin)):
            yield begin, begin + len(_without_s(word)), "PLACE"
        at += 1


def _inside(text: str, start: int) -> bool:
    """Whether a word stands inside a sentence, where a capital says something."""
    before = text[:start].rstrip()
    return bool(before) and before[-1] not in ".!?:\n"


def _bare(word: str) -> str:
    return _without_s(word).lower()


def _without_s(word: str) -> str:
    return word[:-2] if word.endswith(("'s", "’s")) else word


@cache
def installed_model(language: str = "en") -> Any:
    """A spaCy model for a language that is installed on this machine, loaded; None where there is none."""
    if importlib.util.find_spec("spacy") is None:
        return None
    spacy = importlib.import_module("spacy")
    names = sorted(name for name in spacy.util.get_installed_models() if name.startswith(f"{language}_"))
    return spacy.load(names[0]) if names else None
