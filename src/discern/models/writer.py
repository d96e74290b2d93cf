"""Writing: what a recurrent net learned of a text's style, in plain NumPy, so that no torch is needed to use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import OptionError
from ..core.seeds import generator
from ..core.views import Record
from ..data.passages import OTHER, codes

Array = NDArray[np.float32]
State = list[tuple[Array, Array]]
"""Of each layer what it passes on and its cells, `(n, H)`."""
LEAD = 256
"""Characters that are read before the first that counts, where a text is measured in many places at once."""
SIDE = 64
"""Places at which a text is measured at once."""


@dataclass(frozen=True, eq=False)
class Layer(Record):
    """Weights of a layer of H units; the four blocks of columns are the gates in, forget, out, and the new content."""

    inner: Array
    """From below, (n_inputs, 4 H)."""
    recurrent: Array
    """From the character before, (H, 4 H)."""
    bias: Array
    """(4 H,)"""

    def step(self, below: Array, passed: Array, cells: Array) -> tuple[Array, Array]:
        """What it passes on and its cells `(n, H)`, from `below` `(n, 4 H)` and both of the character before.

        Source: Hochreiter and Schmidhuber, Neural Computation 9, 1997; Gers et al., Neural Computation 12, 2000.
        """
        width = passed.shape[1]
        gates = below + passed @ self.recurrent
        enter, forget, leave = np.split(_sigmoid(gates[:, : 3 * width]), 3, axis=1)
        cells = forget * cells + enter * np.tanh(gates[:, 3 * width :])
        return leave * np.tanh(cells), cells


@dataclass(frozen=True, eq=False)
class Writer(Record):
    """Layers of memory and the vote for the next character."""

    alphabet: str
    """Sorted, but that the first is OTHER: whatever is not in it."""
    layers: tuple[Layer, ...]
    head: Array
    """(n_characters, H)"""
    head_bias: Array
    """(n_characters,)"""

    @property
    def width(self) -> int:
        return int(self.head.shape[1])

    def step(self, given: NDArray[np.int64], state: State) -> tuple[Array, State]:
        """Scores of the next character `(n, n_characters)`, and the memory after it, for characters `given` `(n,)`."""
        after = []
        values: Array | None = None
        for layer, (passed, cells) in zip(self.layers, state, strict=True):
            below = layer.bias + (layer.inner[given] if values is None else values @ layer.inner)
            passed, cells = layer.step(below, passed, cells)
            after.append((passed, cells))
            values = passed if values is None else values + passed
        assert values is not None
        return values @ self.head.T + self.head_bias, after

    def begin(self, n: int) -> State:
        """The memory of `n` texts before their first character."""
        blank = np.zeros((n, self.width), np.float32)
        return [(blank, blank) for _ in self.layers]

    def bits(self, text: str) -> NDArray[np.float64]:
        """What each character of `text` but the first costs in bits, `(n - 1,)`: -log2 of its chance.

        A long text is read in many places at once, each from LEAD characters before on.
        """
        whole = codes(text, self.alphabet)
        each = max(LEAD, -(-(len(whole) - 1) // SIDE))
        ends = np.arange(each, len(whole) - 1 + each, each).clip(max=len(whole) - 1)
        begins = np.concatenate([[0], ends[:-1]])
        starts = np.maximum(0, begins - LEAD)
        cost = np.empty(len(whole) - 1)
        state = self.begin(len(starts))
        for place in range(int((ends - starts).max())):
            at = np.minimum(starts + place, len(whole) - 2)
            scores, state = self.step(whole[at], state)
            counts = (starts + place >= begins) & (starts + place < ends)
            cost[at[counts]] = _bits(scores[counts], whole[at[counts] + 1])
        return cost

    def memory(self, text: str) -> Array:
        """What the last layer passes on after each character of `text`, `(n, H)`."""
        state, found = self.begin(1), []
        for code in codes(text, self.alphabet):
            _, state = self.step(np.array([code]), state)
            found.append(state[-1][0][0])
        return np.stack(found)

    def write(self, n: int, *, prompt: str = "\n", temperature: float = 1.0, seed: int = 0) -> str:
        """`n` characters that follow `prompt`, drawn one by one.

        Chances are raised to 1 / `temperature`: below 1 the likely becomes likelier, above 1 the unlikely. Raises
        OptionError for a prompt with a character that was not learned.
        """
        check_prompt(prompt, self.alphabet)
        state = self.begin(1)
        for code in codes(prompt, self.alphabet):
            scores, state = self.step(np.array([code]), state)
        random = generator(seed, "write").random(n)
        written = []
        for draw in random:
            chances = _softmax(scores[0, 1:] / temperature)
            code = 1 + int(np.searchsorted(np.cumsum(chances), draw * (1 - 1e-12)))
            code = min(code, len(self.alphabet) - 1)
            written.append(self.alphabet[code])
            scores, state = self.step(np.array([code]), state)
        return "".join(written)


def from_weights(alphabet: str, weights: dict[str, Any]) -> Writer:
    """A writer from the weights of `nets.characters.CharacterNet`, by their names."""
    depth = sum(name.endswith(".recurrent") for name in weights)
    layers = tuple(
        Layer(*(weights[f"layers.{place}.{part}"] for part in ("inner", "recurrent", "bias"))) for place in range(depth)
    )
    return Writer(alphabet, layers, weights["head.weight"], weights["head.bias"])


def check_prompt(prompt: str, alphabet: str) -> None:
    """Raise OptionError for a prompt without a character, or with one that is not in the alphabet."""
    unknown = sorted({letter for letter, code in zip(prompt, codes(prompt, alphabet), strict=True) if code == 0})
    if unknown or not prompt:
        found = f"{unknown[0]!r}, which the text that is learned does not have" if unknown else "no character"
        raise OptionError(f"--prompt: found {found}; it has {shown_alphabet(alphabet)}")


def shown_alphabet(alphabet: str) -> str:
    """The characters of an alphabet that can be seen, the first hundred."""
    seen = "".join(letter for letter in alphabet if letter.isprintable() and letter not in (OTHER, " "))
    return seen if len(seen) <= 100 else f"{seen[:100]} and {len(seen) - 100} more"


def _sigmoid(values: Array) -> Array:
    found: Array = np.float32(0.5) * np.tanh(np.float32(0.5) * values) + np.float32(0.5)
    return found


def _softmax(scores: NDArray[Any]) -> NDArray[np.float64]:
    raised = np.exp(scores.astype(np.float64) - scores.max())
    shares: NDArray[np.float64] = raised / raised.sum()
    return shares


def _bits(scores: Array, wanted: NDArray[np.int64]) -> NDArray[np.float64]:
    high = scores.max(axis=1, keepdims=True)
    total = np.log(np.exp((scores - high).astype(np.float64)).sum(axis=1)) + high[:, 0]
    bits: NDArray[np.float64] = (total - scores[np.arange(len(wanted)), wanted]) / np.log(2)
    return bits
