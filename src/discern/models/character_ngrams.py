"""The baseline of writing: the chance of the next character from how often it followed the last few."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


def witten_bell_bits(learned: Codes, held: Codes, n_characters: int, order: int = 6) -> NDArray[np.float64]:
    """What each character of `held` `(n,)` costs in bits, after counting in `learned` `(m,)`; `(n,)`.

    Characters are positions in an alphabet of `n_characters`. A character's chance is its share after the last
    `order - 1` characters, mixed with that after one fewer, and so on down to all characters alike; a context that was
    followed by t different characters in n places gives the shorter one the weight t / (n + t). Contexts do not reach
    back before `held`. Source: Witten and Bell, IEEE Transactions on Information Theory 37, 1991.
    """
    chance = np.full(len(held), 1.0 / n_characters)
    context, asked = np.zeros(len(learned), np.int64), np.zeros(len(held), np.int64)
    for length in range(order):
        chance[length:] = _mixed(
            chance[length:], context, learned[length:], asked[: len(held) - length], held[length:], n_characters
        )
        context, asked = _longer(context, asked, learned, held, length, n_characters)
    bits: NDArray[np.float64] = -np.log2(chance)
    return bits


def _mixed(
    shorter: NDArray[np.float64], context: Codes, follows: Codes, asked: Codes, wanted: Codes, n_characters: int
) -> NDArray[np.float64]:
    """The chance of each wanted character after its context, mixed with that after the shorter context.

    `context` and `asked` are numbers of contexts before the characters in `follows` and `wanted`; -1 was never seen.
    """
    pairs, times = np.unique(context[: len(follows)] * n_characters + follows, return_counts=True)
    n_contexts = int(context.max(initial=0)) + 1
    places = np.bincount(pairs // n_characters, weights=times, minlength=n_contexts)
    different = np.bincount(pairs // n_characters, minlength=n_contexts)
    seen = _found(asked * n_characters + wanted, pairs)
    count = np.where(seen >= 0, times[np.maximum(seen, 0)], 0)
    known = asked >= 0
    n, t = places[np.maximum(asked, 0)], different[np.maximum(asked, 0)]
    known &= t > 0
    return np.where(known, (count + t * shorter) / np.maximum(n + t, 1), shorter)


def _longer(
    context: Codes, asked: Codes, learned: Codes, held: Codes, length: int, n_characters: int
) -> tuple[Codes, Codes]:
    """Numbers of the contexts that are one character longer, for each place where one ends."""
    keys = context[: len(learned) - length] * n_characters + learned[length:]
    known, numbers = np.unique(keys, return_inverse=True)
    now = asked[: len(held) - length]
    reached = np.where(now >= 0, now * n_characters + held[length:], -1)
    return numbers.astype(np.int64), _found(reached, known)


def _found(keys: Codes, known: Codes) -> Codes:
    """The position of each key in `known`, which is sorted; -1 where it is not there."""
    if not len(known):
        return np.full(len(keys), -1)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[at] == keys, at, -1)
