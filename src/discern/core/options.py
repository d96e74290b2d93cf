"""Options of the workflows as frozen records, and the one way they are checked: all mistakes at once.

A misspelt word gets the likely spelling as a suggestion, never as a silent substitution.
"""

from __future__ import annotations

import codecs
import dataclasses
import difflib
import math
import numbers
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import OptionError
from .views import Record


def suggest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` when something known is spelt alike, else an empty text."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


@dataclass(frozen=True)
class Interval:
    """The numbers that an option or a parameter may be; it makes its own message."""

    low: float
    high: float
    whole: bool = False
    open_low: bool = False
    open_high: bool = False
    or_none: bool = False
    """Whether None is allowed: a parameter that is then chosen."""

    def problem(self, name: str, value: object) -> str | None:
        """What is wrong with `value`, or None. NumPy's numbers count as numbers; True, NaN and infinity do not."""
        return None if self._holds(value) else f"{name} is {_shown(value)}; expected {self}"

    def _holds(self, value: object) -> bool:
        if value is None:
            return self.or_none
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            return False
        number = int(value) if isinstance(value, numbers.Integral) else float(value)
        if isinstance(number, float) and not math.isfinite(number):
            return False
        if self.whole and number != int(number):
            return False
        above = number > self.low if self.open_low else number >= self.low
        below = number < self.high if self.open_high else number <= self.high
        return above and below

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        low = f"above {_number(self.low)}" if self.open_low else f"from {_number(self.low)}"
        if math.isinf(self.high):
            text = f"{kind} {low}" + ("" if self.open_low else " up")
        else:
            text = f"{kind} {low} to {'below ' if self.open_high else ''}{_number(self.high)}"
        return f"{text}, or None" if self.or_none else text


def _number(bound: float) -> str:
    return f"{bound:,.0f}" if float(bound).is_integer() else f"{bound:g}"


def _shown(value: object) -> str:
    """The value as the person gave it, cut when it is long: a number of 5,000 digits must not fill the screen."""
    if isinstance(value, int) and abs(value) >= 10**20:
        return f"a number of more than 20 digits ({'below' if value < 0 else 'above'} 0)"
    text = str(value) if isinstance(value, numbers.Real) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def one_of(name: str, value: str, known: Sequence[str]) -> str | None:
    """The problem with a word that must be one of `known`, or None."""
    if value in known:
        return None
    return f"{name} is {value!r}; expected one of {', '.join(known)}{suggest(value, known)}"


def raise_all(problems: Iterable[str | None]) -> None:
    """Raise OptionError with every problem there is."""
    found = [problem for problem in problems if problem]
    if found:
        raise OptionError(found)


SEED = Interval(0, 2**31 - 1, whole=True)
SHARE = Interval(0, 1, open_low=True, open_high=True)
MAX_MEGAPIXELS = 50.0
MEGAPIXELS = Interval(0, 178, open_low=True)
"""Pillow refuses larger pictures by itself, so the cap can be raised no further."""


@dataclass(frozen=True)
class Options(Record):
    """Options that a run's record holds."""

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class SplitOptions(Options):
    """How items are divided. Folders `train/ validation/ test/` in the data are respected before these."""

    test: float = 0.15
    validation: float = 0.15
    """Share of what is left after the test part."""
    first: float | None = None
    """`--split first:0.85`: the first share of the items, in their order, is for training and validation."""
    seed: int = 0
    drop_leaks: bool = False
    """Leave out of training and validation what the test part holds too: its groups, copies, near-copies."""

    def problems(self) -> list[str | None]:
        return [
            SHARE.problem("--test", self.test),
            SHARE.problem("--validation", self.validation),
            None if self.first is None else SHARE.problem("--split first", self.first),
            SEED.problem("--seed", self.seed),
        ]


@dataclass(frozen=True)
class PictureOptions(Options):
    """How pictures are prepared for a model. It becomes part of the model's input: every door does the same."""

    size: tuple[int, int] | None = None
    """Height and width in pixels; None for a size that suits the pictures."""
    grey: bool = False
    binary: bool = False
    """Black and white, each picture parted at its own threshold; implies grey."""
    crop: tuple[float, float, float, float] | None = None
    """Shares of the picture cut away at its left, top, right and bottom, such as `(0, 0.1, 0, 0)`."""
    keep_aspect: bool = False
    """Proportions stay as they are, and what is left of the size is filled; else pictures are stretched."""
    symbols: bool = False
    """Each picture is one drawn symbol: it is cut out, scaled and centred, as MNIST's digits are; implies grey."""

    def problems(self) -> list[str | None]:
        return [
            *(PICTURE_SIDE.problem("--size", side) for side in self.size or ()),
            None if self.crop is None else crop_problem(self.crop, "--crop"),
            "--symbols keeps proportions and greys; leave --binary and --keep-aspect away"
            if self.symbols and (self.binary or self.keep_aspect)
            else None,
        ]

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> PictureOptions:
        size, crop = record["size"], record["crop"]
        return cls(**{**record, "size": size and tuple(size), "crop": crop and tuple(crop)})


PICTURE_SIDE = Interval(1, 2048, whole=True)


def crop_problem(crop: Sequence[float], name: str) -> str | None:
    """What is wrong with shares to be cut away at left, top, right and bottom, or None."""
    share = Interval(0, 1, open_high=True)
    if len(crop) != 4 or any(share.problem(name, part) for part in crop):
        return f"{name} is {_shown(crop)}; expected shares from 0 to below 1: left, top, right, bottom"
    if crop[0] + crop[2] >= 1 or crop[1] + crop[3] >= 1:
        return f"{name} is {_shown(crop)}; nothing of a picture would be left"
    return None


def parse_size(text: str) -> tuple[int, int]:
    """Height and width from `96` (a square) or `96x128`. Raises OptionError."""
    match = re.fullmatch(r"([0-9]{1,9})(?:x([0-9]{1,9}))?", text.strip())
    if match is None:
        raise OptionError(f"--size is {_shown(text)}; expected one number, or HEIGHTxWIDTH, such as 96 or 96x128")
    size = (int(match[1]), int(match[2] or match[1]))
    raise_all(PictureOptions(size=size).problems())
    return size


def parse_time(text: str) -> float:
    """Seconds from `90s`, `2m` or `2min`, `1.5h`, or several in a row such as `1h30m`. Raises OptionError."""
    parts = re.findall(r"([0-9]*\.?[0-9]+)(s|min|m|h)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise OptionError(f"--budget is {_shown(text)}; expected a time such as 90s, 2min or 1h30m")
    return float(sum(float(number) * {"s": 1, "m": 60, "min": 60, "h": 3600}[unit] for number, unit in parts))


def parse_crop(text: str) -> tuple[float, float, float, float]:
    """Shares to be cut away at left, top, right and bottom, from `0,0.1,0,0`. Raises OptionError."""
    try:
        crop = tuple(float(part) for part in text.split(","))
    except ValueError:
        crop = ()
    if len(crop) != 4:
        raise OptionError(f"--crop is {_shown(text)}; expected left,top,right,bottom, such as 0,0.1,0,0")
    raise_all([crop_problem(crop, "--crop")])
    return crop


@dataclass(frozen=True)
class TextOptions(Options):
    """How texts are read from a file: everything that must be the same when a run reads them again."""

    text: str | None = None
    """The column of the text; None for the one that its name or its cells give away."""
    columns: tuple[str, ...] = ()
    """Names of the columns of a file without a header, in their order."""
    quote: str = "double"
    """`double`: cells may stand in double quotes; `none`: a quote is a character like any other."""
    encoding: str | None = None
    """How letters are written as bytes, such as `cp1252`; None for what the bytes show."""

    def problems(self) -> list[str | None]:
        twice = next((name for name in self.columns if self.columns.count(name) > 1), None)
        unknown = self.text is not None and bool(self.columns) and self.text not in self.columns
        return [
            one_of("--quote", self.quote, QUOTES),
            None if self.encoding is None else _encoding_problem(self.encoding),
            None if twice is None else f"--columns names {twice!r} twice; expected different names",
            "--columns has an empty name; expected names such as label,text" if "" in self.columns else None,
            f"--text {self.text!r} is not among --columns {', '.join(self.columns)}{suggest(self.text, self.columns)}"
            if unknown and self.text is not None
            else None,
        ]

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> TextOptions:
        return cls(**{**record, "columns": tuple(record["columns"])})


@dataclass(frozen=True)
class TableOptions(Options):
    """How a table of numbers and categories is read: everything that must be the same when a run reads it again."""

    target: str | None = None
    """The column to learn: numbers make it a regression, anything else a classification."""
    drop: tuple[str, ...] = ()
    """Columns that are set aside."""
    keep: tuple[str, ...] = ()
    """Columns that stay features although they look like identifiers, or give the target away."""
    missing: tuple[str, ...] = ()
    """What stands for a missing value, beside the usual marks."""
    task: str | None = None
    """One of `TASKS`; None for what the target's cells show."""

    def problems(self) -> list[str | None]:
        both = next((name for name in self.drop if name in self.keep), None)
        return [
            None if self.task is None else one_of("--task", self.task, TASKS),
            None if both is None else f"--drop and --keep both name {both!r}; expected one of them",
            f"--drop names the target {self.target!r}; expected another column" if self.target in self.drop else None,
            "--task goes with --target" if self.task is not None and self.target is None else None,
        ]

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> TableOptions:
        return cls(**{**record, **{name: tuple(record[name]) for name in ("drop", "keep", "missing")}})


def _encoding_problem(name: str) -> str | None:
    """What is wrong with the name of an encoding, or None: Python must know it, and it must stand for letters."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        found = None
    if found is not None and found._is_text_encoding and found.name not in NOT_FOR_FILES:
        return None
    return f"--encoding is {_shown(name)}; expected the name of an encoding such as utf-8, cp1252, latin-1 or utf-16"


@dataclass(frozen=True)
class ReadOptions(Options):
    """How data are read: everything that must be the same when a run reads them again."""

    pictures: PictureOptions = PictureOptions()
    labels: str | None = None
    """A sheet of labels: CSV, TSV, Parquet or Excel."""
    id: str | None = None
    """The sheet's column of ids."""
    label: tuple[str, ...] = ()
    """The sheet's columns of labels: several are several targets."""
    group_from: str | None = None
    """A regular expression; what its parentheses capture of a name is the group."""
    max_bad: float = 0.05
    corrections: str | None = None
    """A sheet with the columns `item` and `correction`: labels put right by hand."""
    texts: TextOptions = TextOptions()
    group: str | None = None
    """The column of a table of texts that says what belongs together."""
    language: str | None = None
    """Texts in other languages are set aside: `en`; `any` for none."""
    table: TableOptions = TableOptions()
    max_megapixels: float = MAX_MEGAPIXELS
    """Larger pictures are set aside."""

    def problems(self) -> list[str | None]:
        own = [*self.pictures.problems(), *self.texts.problems(), *self.table.problems()]
        own += [MEGAPIXELS.problem("--max-megapixels", self.max_megapixels)]
        return [*own, Interval(0, 1).problem("--max-bad", self.max_bad)]

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> ReadOptions:
        pictures = PictureOptions.from_json(record["pictures"])
        texts = TextOptions.from_json(record["texts"]) if "texts" in record else TextOptions()
        table = TableOptions.from_json(record["table"]) if "table" in record else TableOptions()
        own = {"pictures": pictures, "label": tuple(record["label"]), "texts": texts, "table": table}
        return cls(**{**record, **own})


@dataclass(frozen=True)
class TrainOptions(Options):
    """Everything that `train` can be asked for. What is None is chosen by the model and recorded with the run."""

    model: tuple[str, ...] = ()
    """Names from the catalogue; several are compared on the validation part. Empty: all that are installed."""
    k: int | None = None
    layers: str | None = None
    loss: str | None = None  # what a network makes small: one of `LOSSES`
    epochs: tuple[int, ...] | None = None
    """Cycles of epochs: `(10, 5)` is ten, then five more."""
    batch_size: int | None = None
    learning_rate: float | None = None
    patience: int | None = None
    precision: str | None = None
    device: str | None = None
    features: str | None = None
    """What the common algorithms look at: `pixels` or `hog`; of texts: `words` or `both`."""
    class_weight: str | None = None
    """`balanced`, of texts: each class counts for as much as any other."""
    augment: str | None = None
    """How pictures are varied while learning: a description, `none` or `auto`."""
    budget: float | None = None
    """Seconds that learning may take; becomes a number of epochs, which is recorded."""
    split: SplitOptions = SplitOptions()
    start: str | None = None
    """`--from RUN`: a run or model file whose weights learning starts from."""
    tensorboard: bool = False
    """Write event files while learning; the result is the same."""
    keep_epochs: bool | None = None  # of a network: keep the weights of every epoch
    search: int | None = None
    """How many settings are tried, the default among them; the best on validation is kept."""
    calibrate: str = "auto"
    """How probabilities are calibrated on items that learning did not see: one of `CALIBRATIONS`."""
    coverage: float | None = None
    """Answer with sets of labels too, that hold the true one in this share of cases."""
    unknown: float | None = None
    """Answer `unknown` where an item is unlike what was learned; this share of known items is given up for it."""

    @property
    def seed(self) -> int:
        return self.split.seed

    def problems(self) -> list[str | None]:
        many = Interval(1, 1_000_000, whole=True)
        return [
            *self.split.problems(),
            None if self.k is None else many.problem("--k", self.k),
            None if self.loss is None else one_of("--loss", self.loss, LOSSES),
            *(many.problem("--epochs", cycle) for cycle in self.epochs or ()),
            None if self.batch_size is None else many.problem("--batch", self.batch_size),
            None if self.learning_rate is None else Interval(0, 1, open_low=True).problem("--lr", self.learning_rate),
            None if self.patience is None else many.problem("--patience", self.patience),
            None if self.precision is None else one_of("--precision", self.precision, PRECISIONS),
            None if self.device is None else one_of("--device", self.device, DEVICES),
            None if self.features is None else one_of("--features", self.features, FEATURES + TERMS),
            None if self.class_weight is None else one_of("--class-weight", self.class_weight, CLASS_WEIGHTS),
            None if self.budget is None else Interval(0, 10_000_000, open_low=True).problem("--budget", self.budget),
            one_of("--calibrate", self.calibrate, CALIBRATIONS),
            None if self.coverage is None else SHARE.problem("--coverage", self.coverage),
            None if self.unknown is None else SHARE.problem("--unknown", self.unknown),
            None if self.search is None else Interval(2, 10_000, whole=True).problem("--search", self.search),
            "--budget and --epochs were both given; expected one of them" if self.budget and self.epochs else None,
        ]

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> TrainOptions:
        fields = dict(record)
        fields["split"] = SplitOptions(**fields["split"])
        fields["model"] = tuple(fields["model"])
        fields["epochs"] = None if fields["epochs"] is None else tuple(fields["epochs"])
        return cls(**fields)


FEATURES = ("pixels", "hog")
TERMS = ("words", "both")
CLASS_WEIGHTS = ("balanced",)
TASKS = ("regression", "classification")
QUOTES = ("double", "none")
NOT_FOR_FILES = ("idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "utf-7")
"""Encodings that Python knows for other ends than texts in files."""
LOSSES = CROSS_ENTROPY, SQUARED_ERROR = "cross-entropy", "mse"
PRECISIONS = ("auto", "bfloat16", "float32")
CALIBRATIONS = ("auto", "temperature", "isotonic", "none")
DEVICES = ("auto", "cpu", "cuda")
