"""Texts that belong to no class: without words, of letters by chance, of scrambled words, in other languages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LETTERS = "abcdefghijklmnopqrstuvwxyz"
EMPTY = ("", " ", "   ", "\t", "...", "!!!", "?", "-", ".", "???", "***", "--", "…", "!?", "( )", "\n")
"""Texts that say nothing."""
LANGUAGES = {
    "de": (
        "Gestern haben wir im Garten die Äpfel gepflückt.", "Der Zug nach Köln fährt heute nicht.",
        "Meine Schwester wohnt seit drei Jahren am Meer.", "Das Wetter wird morgen wieder schöner.",
        "Wir treffen uns um acht vor dem Bahnhof.", "Die Kinder spielen auf der Wiese hinter dem Haus.",
    ),
    "en": (
        "Yesterday we picked the apples in the garden.", "The train to the coast is not running today.",
        "My sister has lived by the sea for three years.", "The weather will be better again tomorrow.",
        "We meet at eight in front of the station.", "The children play in the meadow behind the house.",
    ),
    "fr": (
        "Hier nous avons cueilli les pommes du jardin.", "Le train pour Lyon ne part pas aujourd'hui.",
        "Ma sœur habite au bord de la mer depuis trois ans.", "Demain il fera de nouveau plus beau.",
        "Nous nous retrouvons à huit heures devant la gare.", "Les enfants jouent dans le pré derrière la maison.",
    ),
    "es": (
        "Ayer recogimos las manzanas del jardín.", "El tren a Sevilla no sale hoy.",
        "Mi hermana vive junto al mar desde hace tres años.", "Mañana volverá a hacer mejor tiempo.",
        "Nos vemos a las ocho delante de la estación.", "Los niños juegan en el prado detrás de la casa.",
    ),
    "pl": (
        "Wczoraj zbieraliśmy jabłka w ogrodzie.", "Pociąg do Krakowa dzisiaj nie jedzie.",
        "Moja siostra od trzech lat mieszka nad morzem.", "Jutro pogoda znowu będzie ładniejsza.",
        "Spotykamy się o ósmej przed dworcem.", "Dzieci bawią się na łące za domem.",
    ),
    "tr": (
        "Dün bahçede elma topladık.", "İzmir treni bugün kalkmıyor.",
        "Kız kardeşim üç yıldır deniz kenarında oturuyor.",
        "Yarın hava yine daha güzel olacak.", "Saat sekizde istasyonun önünde buluşuyoruz.",
        "Çocuklar evin arkasındaki çayırda oynuyor.",
    ),
}  # fmt: skip
"""A few plain sentences in each, by their ISO 639 codes."""


def empty(n: int, random: np.random.Generator) -> list[str]:
    """`n` texts without a word."""
    return [EMPTY[place] for place in random.integers(0, len(EMPTY), n)]


def letters(n: int, random: np.random.Generator) -> list[str]:
    """`n` texts of 3 to 15 words whose letters are drawn."""
    return [" ".join(_word(random) for _ in range(int(random.integers(3, 16)))) for _ in range(n)]


def scrambled(texts: Sequence[str], random: np.random.Generator) -> list[str]:
    """Texts whose letters, all but the spaces, were exchanged among each other."""
    found = []
    for text in texts:
        places = [place for place, letter in enumerate(text) if not letter.isspace()]
        mixed = list(text)
        for place, other in zip(places, random.permutation(len(places)).tolist(), strict=True):
            mixed[place] = text[places[other]]
        found.append("".join(mixed))
    return found


def other_languages(n: int, own: str, random: np.random.Generator) -> list[str]:
    """`n` texts of two or three sentences in a language that is not `own`."""
    codes = [code for code in sorted(LANGUAGES) if code != own]
    found = []
    for _ in range(n):
        known = LANGUAGES[codes[int(random.integers(len(codes)))]]
        chosen = random.choice(len(known), int(random.integers(2, 4)), replace=False)
        found.append(" ".join(known[place] for place in chosen.tolist()))
    return found


def _word(random: np.random.Generator) -> str:
    return "".join(LETTERS[place] for place in random.integers(0, len(LETTERS), int(random.integers(2, 10))))
