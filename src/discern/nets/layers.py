"""The language that describes a network, read without torch: words to layers, layers to shapes, weights and operations.

The language (words apart by spaces, layers apart by commas, capitals do not matter)::

    network  = layer {"," layer} ["," head]
    layer    = "conv" N [K "x" K] ["same"] ["stride" S] ["norm"]
             | "residual" N ["stride" S]
             | "pool" [K] ["max" | "mean"]
             | "average"
             | "flatten"
             | "dense" N ["norm"]
             | "dropout" P
    head     = ("softmax" | "sigmoid") ["mirrored"]

`conv 32` is 32 filters of 3x3 and ReLU; without `same` the picture shrinks, with `same` it is padded by zeros and keeps
its size (divided by the stride, rounded up). `norm` puts batch normalisation between the sums and ReLU and drops the
bias. `residual 64` is a block of He et al. 2016, "Deep residual learning": two convolutions of 64 filters of 3x3 with
normalisation that keep the size (the first divides it by the stride); what came in is added before the last ReLU, after
filters of 1x1 with normalisation where its form would not fit. `pool` takes the largest (or the mean) of each KxK
square (2x2 when not said) and drops partial edges. `average` is the mean of each channel over the whole picture.
`flatten` makes one row of numbers; it is implied before `dense` and before the head. `dropout 0.5` sets half of the
numbers to zero while learning. The head gives one probability a class: `softmax` (the default) or, for exactly two
classes, `sigmoid` with a single output. With `mirrored` a picture and its mirror image are both answered, in twice the
time, and the mean of what goes into the head is what counts; learning goes on as without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..core.errors import OptionError
from ..core.options import Interval, suggest

MAX_LENGTH = 4000
MAX_LAYERS = 200
NO_LAYERS, MOST_DENSE, LARGEST_DENSE = "none", 10, 10_000
"""Of networks on tables: the word for no hidden layer, and the most layers and units."""
FILTERS = Interval(1, 4096, whole=True)
UNITS = Interval(1, 65536, whole=True)
KERNEL = Interval(1, 31, whole=True)
STRIDE = Interval(1, 31, whole=True)
WINDOW = Interval(1, 255, whole=True)
SHARE = Interval(0, 1, open_high=True)


@dataclass(frozen=True)
class Conv:
    filters: int
    kernel: tuple[int, int] = (3, 3)
    same: bool = False
    stride: int = 1
    norm: bool = False

    def __str__(self) -> str:
        height, width = self.kernel
        words = [
            f"conv {self.filters}",
            f"{height}x{width}" if (height, width) != (3, 3) else "",
            "same" if self.same else "",
            f"stride {self.stride}" if self.stride > 1 else "",
            "norm" if self.norm else "",
        ]
        return " ".join(word for word in words if word)


@dataclass(frozen=True)
class Residual:
    filters: int
    stride: int = 1

    def projects(self, channels: int) -> bool:
        """Whether what comes in, of `channels` channels, has to be brought to the form of what it is added to."""
        return self.stride > 1 or channels != self.filters

    def __str__(self) -> str:
        return f"residual {self.filters}" + (f" stride {self.stride}" if self.stride > 1 else "")


@dataclass(frozen=True)
class Pool:
    size: int = 2
    mean: bool = False

    def __str__(self) -> str:
        return "pool" + (f" {self.size}" if self.size != 2 else "") + (" mean" if self.mean else "")


@dataclass(frozen=True)
class Average:
    def __str__(self) -> str:
        return "average"


@dataclass(frozen=True)
class Flatten:
    def __str__(self) -> str:
        return "flatten"


@dataclass(frozen=True)
class Dense:
    units: int
    norm: bool = False

    def __str__(self) -> str:
        return f"dense {self.units}" + (" norm" if self.norm else "")


@dataclass(frozen=True)
class Dropout:
    share: float

    def __str__(self) -> str:
        return f"dropout {self.share:g}"


@dataclass(frozen=True)
class Head:
    kind: str = "softmax"
    mirrored: bool = False

    def __str__(self) -> str:
        return self.kind + (" mirrored" if self.mirrored else "")


Layer = Conv | Residual | Pool | Average | Flatten | Dense | Dropout | Head


def parse(text: str) -> tuple[Layer, ...]:
    """The layers that `text` describes, as written.

    Raises OptionError with every mistake at once; each names the layer, its place and the likely spelling.
    """
    if not isinstance(text, str) or not text.strip():
        raise OptionError(f"layers are {text!r}; expected a description such as 'conv 32, pool, dense 128'")
    if len(text) > MAX_LENGTH or text.count(",") >= MAX_LAYERS:
        raise OptionError(f"layers: the description is too long; expected at most {MAX_LAYERS} layers")
    layers: list[Layer] = []
    problems: list[str] = []
    pieces = [" ".join(piece.split()) for piece in text.split(",")]
    for place, piece in enumerate(pieces, start=1):
        try:
            layer = _layer(piece.lower().split())
        except ValueError as error:
            problems.append(f"layer {place} ({piece!r}): {error}")
            continue
        if isinstance(layer, Head) and place < len(pieces):
            problems.append(f"layer {place} ({piece!r}): {layer} may only stand last")
        layers.append(layer)
    if problems:
        raise OptionError(problems)
    return tuple(layers)


def dense_units(text: str) -> tuple[int, ...]:
    """The units of each hidden layer that `text` describes for a table: `dense 16, dense 8`; `none` for no layer.

    Without a hidden layer each answer is one neuron: a weighted sum of the columns. Raises OptionError.
    """
    if text.strip().lower() == NO_LAYERS:
        return ()
    layers = parse(text)
    strange = [layer for layer in layers if not isinstance(layer, Dense) or layer.norm]
    if strange:
        raise OptionError(f"layer {str(strange[0])!r} is not for a table; expected dense N, several of them, or none")
    units = tuple(layer.units for layer in layers if isinstance(layer, Dense))
    if len(units) > MOST_DENSE or max(units) > LARGEST_DENSE:
        raise OptionError(
            f"layers: {len(units)} of up to {max(units):,} units; expected at most {MOST_DENSE} layers of at most "
            f"{LARGEST_DENSE:,} units"
        )
    return units


def text_of(layers: Iterable[Layer]) -> str:
    """The description of `layers` in its shortest form; `parse` reads it back."""
    return ", ".join(map(str, layers))


def _layer(words: list[str]) -> Layer:
    """One layer from its words. Raises ValueError with what is wrong."""
    if not words:
        raise ValueError("nothing stands between two commas")
    if words[0] not in READERS:
        raise ValueError(f"{words[0]!r} is no layer; expected one of {', '.join(READERS)}{suggest(words[0], READERS)}")
    return READERS[words[0]](words[1:])


def _conv(words: list[str]) -> Layer:
    filters, words = _number("conv", "the number of filters", words, FILTERS)
    kernel, same, stride, norm = (3, 3), False, 1, False
    while words:
        word, words = words[0], words[1:]
        size = re.fullmatch(r"([0-9]{1,3})x([0-9]{1,3})", word)
        if size:
            kernel = (_within("the kernel", size[1], KERNEL), _within("the kernel", size[2], KERNEL))
        elif word == "same":
            same = True
        elif word == "norm":
            norm = True
        elif word == "stride":
            stride, words = _number("stride", "how far the filter moves", words, STRIDE)
        else:
            raise ValueError(_stray(word, ("3x3", "same", "stride", "norm")))
    return Conv(filters, kernel, same, stride, norm)


def _residual(words: list[str]) -> Layer:
    filters, words = _number("residual", "the number of filters", words, FILTERS)
    stride = 1
    if words and words[0] == "stride":
        stride, words = _number("stride", "how far the filter moves", words[1:], STRIDE)
    if words:
        raise ValueError(_stray(words[0], ("stride",)))
    return Residual(filters, stride)


def _pool(words: list[str]) -> Layer:
    size, mean = 2, False
    for word in words:
        if word.isdigit():
            size = _within("the window", word, WINDOW)
        elif word in ("max", "mean"):
            mean = word == "mean"
        else:
            raise ValueError(_stray(word, ("2", "max", "mean")))
    return Pool(size, mean)


def _dense(words: list[str]) -> Layer:
    units, words = _number("dense", "the number of units", words, UNITS)
    if words not in ([], ["norm"]):
        raise ValueError(_stray(words[0] if words[0] != "norm" else words[1], ("norm",)))
    return Dense(units, bool(words))


def _dropout(words: list[str]) -> Layer:
    if not words:
        raise ValueError("dropout needs a share, such as 'dropout 0.5'")
    if not re.fullmatch(r"[0-9]{0,3}\.?[0-9]{0,9}", words[0]) or not re.search("[0-9]", words[0]):
        raise ValueError(f"the share is {words[0]!r}; expected {SHARE}")
    problem = SHARE.problem("the share", float(words[0]))
    if problem or words[1:]:
        raise ValueError(problem or _stray(words[1], ()))
    return Dropout(float(words[0]))


def _plain(make: Callable[[], Layer]) -> Callable[[list[str]], Layer]:
    def read(words: list[str]) -> Layer:
        if words:
            raise ValueError(_stray(words[0], ()))
        return make()

    return read


def _head(kind: str) -> Callable[[list[str]], Layer]:
    def read(words: list[str]) -> Layer:
        if words not in ([], ["mirrored"]):
            raise ValueError(_stray(words[0] if words[0] != "mirrored" else words[1], ("mirrored",)))
        return Head(kind, bool(words))

    return read


READERS: dict[str, Callable[[list[str]], Layer]] = {
    "conv": _conv,
    "residual": _residual,
    "pool": _pool,
    "average": _plain(Average),
    "flatten": _plain(Flatten),
    "dense": _dense,
    "dropout": _dropout,
    "softmax": _head("softmax"),
    "sigmoid": _head("sigmoid"),
}


def _number(word: str, meaning: str, words: list[str], limit: Interval) -> tuple[int, list[str]]:
    if not words or not words[0].lstrip("-").isdigit():
        found = f"{words[0]!r} stands there" if words else "nothing stands there"
        raise ValueError(f"{word} is followed by {meaning}, such as '{word} {32 if limit.high > 31 else 2}'; {found}")
    return _within(meaning, words[0], limit), words[1:]


def _within(meaning: str, text: str, limit: Interval) -> int:
    ascii_digits = text.lstrip("-").isascii() and len(text) <= 9
    problem = limit.problem(meaning, int(text)) if ascii_digits else f"{meaning} is {text!r}; expected {limit}"
    if problem:
        raise ValueError(problem)
    return int(text)


def _stray(word: str, known: tuple[str, ...]) -> str:
    expected = f"; expected {', '.join(known)} or a comma" if known else "; expected a comma"
    return f"{word!r} is not understood there{expected}{suggest(word, (*known, *READERS))}"
