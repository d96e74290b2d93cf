"""How well a writer foretells text that it never saw, what its memory holds, and whether it writes or repeats."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure
from ..core.seeds import generator
from ..core.views import Record
from ..data.passages import Passages, codes
from ..models.character_ngrams import witten_bell_bits
from ..models.writer import Writer

SCHEMA = 1
ORDERS = range(2, 9)
"""Characters that the baseline may look at: those before, and the one that follows; validation chooses."""
RESAMPLES = 2000
STRETCH = 500
"""Characters that are drawn together for the intervals: what stands close together is alike."""
REPEATED = 30
"""A run of so many characters that stands in what was learned from, word for word, is a repetition."""
LOOKED_AT = 20_000
"""Characters of held-back text in which units are looked for."""
SURE = 0.3
"""Correlation from which on a unit is said to keep track of something."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sample(Record):
    """Something that was written."""

    temperature: float
    prompt: str
    text: str
    repeated: Figure
    """Share of its characters that stand in runs of REPEATED and more that were learned from."""


@dataclass(frozen=True)
class Unit(Record):
    """A unit of the last layer that keeps track of something."""

    number: int
    what: str
    correlation: Figure
    """Along held-back text; units are chosen on one half and measured on the other."""
    values: tuple[float, ...]
    """From -1 to 1, after each character of the text that is shown."""


@dataclass(frozen=True)
class Writing(Record):
    """What learning to write came to."""

    name: str
    n_characters: int
    n_learned: int
    n_alphabet: int
    width: int
    depth: int
    best_epoch: int
    seed: int
    bits: Figure
    """Bits a character on held-back text."""
    baseline: Figure
    """The same for counting what follows the last few characters (Witten and Bell's mixture of orders)."""
    order: int
    """Of the baseline: so many characters less one are looked back at."""
    saved: Figure
    """What the net saves against it; above 0 is better."""
    history: tuple[Mapping[str, float], ...]
    samples: tuple[Sample, ...]
    along: str
    """The text along which memory is shown."""
    units: tuple[Unit, ...]
    notes: tuple[str, ...] = ()

    @property
    def blind(self) -> float:
        """Bits a character where all of them are thought to be as likely."""
        return math.log2(self.n_alphabet)

    def to_json(self) -> dict[str, Any]:
        record = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name in ("bits", "baseline", "saved"):
            record[name] = record[name].to_json()
        record["samples"] = [asdict(one) | {"repeated": one.repeated.to_json()} for one in self.samples]
        record["units"] = [asdict(one) | {"correlation": one.correlation.to_json()} for one in self.units]
        return {"schema": SCHEMA, **record, "history": [dict(one) for one in self.history], "notes": list(self.notes)}


def baseline_order(found: Passages) -> int:
    """How many characters the baseline looks at: what foretells the validation passages best."""
    learned, held = (codes("".join(part), found.alphabet) for part in (found.train, found.validation))
    return min(ORDERS, key=lambda order: float(witten_bell_bits(learned, held, len(found.alphabet), order).mean()))


def held_back_bits(writer: Writer, found: Passages, order: int, seed: int) -> tuple[Figure, Figure, Figure]:
    """Bits a character on the test passages: of the writer, of the baseline, and what the writer saves.

    The baseline counts in the validation passages too, which the net only looks at. The first character of a passage
    is foretold by neither.
    """
    ours = [writer.bits(one) for one in found.test]
    pieces = zip(found.train, found.validation, strict=True)
    learned = codes("".join(a + b for a, b in pieces), found.alphabet)
    n = len(found.alphabet)
    theirs = [witten_bell_bits(learned, codes(one, found.alphabet), n, order)[1:] for one in found.test]
    a, b = np.concatenate(ours), np.concatenate(theirs)
    block = _stretches([len(one) for one in ours])
    sizes = np.bincount(block)
    sums = np.stack([np.bincount(block, weights=one) for one in (a, b, b - a)])
    drawn = generator(seed, "writing", "bits").integers(0, len(sizes), (RESAMPLES, len(sizes)))
    means = sums[:, drawn].sum(axis=2) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975), axis=1)
    method = f"bootstrap over {len(sizes)} stretches of {STRETCH} characters, {RESAMPLES} resamples"
    values = (float(a.mean()), float(b.mean()), float((b - a).mean()))
    figures = [Figure(value, float(low[k]), float(high[k]), len(a), method) for k, value in enumerate(values)]
    return figures[0], figures[1], figures[2]


def repeated(text: str, learned: Sequence[str]) -> Figure:
    """The share of the characters of `text` in runs of REPEATED characters and more that stand in `learned`."""
    copied = np.zeros(len(text), bool)
    for at in range(len(text) - REPEATED + 1):
        run = text[at : at + REPEATED]
        if any(run in one for one in learned):
            copied[at : at + REPEATED] = True
    method = f"characters in runs of {REPEATED} and more that stand in the text"
    return Figure(float(copied.mean()) if len(text) else None, None, None, len(text), method)


def _stretches(lengths: Sequence[int]) -> NDArray[np.int64]:
    """A number for each stretch of STRETCH characters; none reaches from one passage into the next."""
    parts = [np.arange(length) // STRETCH for length in lengths]
    starts = np.cumsum([0, *(int(part[-1]) + 1 for part in parts[:-1])])
    return np.concatenate([part + start for part, start in zip(parts, starts, strict=True)]).astype(np.int64)


def _along_line(text: str) -> Array:
    return _since(text, lambda letter: letter == "\n")


def _along_word(text: str) -> Array:
    return _since(text, lambda letter: not letter.isalnum())


def _capitals(text: str) -> Array:
    return np.array([float(letter.isupper()) for letter in text])


def _sentence(text: str) -> Array:
    return np.minimum(_since(text, lambda letter: letter in ".!?;:"), 100)


def _blank(text: str) -> Array:
    return np.array([float(letter.isspace()) for letter in text])


PROPERTIES: tuple[tuple[str, Callable[[str], Array]], ...] = (
    ("how far along the line it is", _along_line),
    ("how far into the word it is", _along_word),
    ("how long ago a sentence or part of one ended", _sentence),
    ("whether it is in capitals", _capitals),
    ("whether a space or a new line has just come", _blank),
)


def units(writer: Writer, held: Sequence[str], along: str) -> tuple[Unit, ...]:
    """Units of the last layer that keep track of something plain, and their values along a text.

    For each property the unit that goes with it most closely in the first half of the held-back text; its correlation
    is measured in the second half, with Fisher's interval for as many stretches of STRETCH characters as there are.
    """
    texts = [one[: LOOKED_AT // len(held)] for one in held]
    memories = [writer.memory(one).astype(np.float64) for one in texts]
    shown = writer.memory(along).astype(np.float64)
    half = max(1, len(texts) // 2)
    found = []
    for what, of in PROPERTIES:
        values = [of(one) for one in texts]
        first, second = np.concatenate(values[:half]), np.concatenate(values[half:])
        if first.std() == 0 or second.std() == 0:
            continue
        one, other = np.concatenate(memories[:half]), np.concatenate(memories[half:])
        number = int(np.argmax(np.abs(_correlations(one, first))))
        r = float(_correlations(other[:, number : number + 1], second)[0])
        figure = _fisher(r, len(second))
        sure = figure.low is not None and figure.high is not None and (figure.low >= SURE or figure.high <= -SURE)
        if sure:
            curve = tuple(round(float(value), 4) for value in np.sign(r) * shown[:, number])
            found.append(Unit(number, what, figure, curve))
    return tuple(found)


def _since(text: str, ends: Callable[[str], bool]) -> Array:
    """How many characters ago the last one of a kind came, `(n,)`; 0 on it."""
    count, found = 0, []
    for letter in text:
        count = 0 if ends(letter) else count + 1
        found.append(count)
    return np.array(found, float)


def _correlations(memory: Array, values: Array) -> Array:
    """Pearson's correlation of each column with `values`; 0 for a column that never moves."""
    moved = memory - memory.mean(axis=0)
    spread = np.sqrt((moved**2).sum(axis=0))
    centred = values - values.mean()
    product: Array = centred @ moved / np.maximum(spread * math.sqrt(float(centred @ centred)), 1e-300)
    return np.where(spread < 1e-9, 0.0, product)


def _fisher(r: float, n: int) -> Figure:
    """A correlation with its interval (Fisher, 1921), for as many observations as there are stretches."""
    free = max(4, n // STRETCH)
    z, half = math.atanh(max(-0.999999, min(0.999999, r))), 1.959963984540054 / math.sqrt(free - 3)
    method = f"Fisher's z for {free} stretches of {STRETCH} characters"
    return Figure(r, math.tanh(z - half), math.tanh(z + half), n, method)
