"""`predict`: answers of a saved model for new items, in batches, so that memory does not grow with their number."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, OptionError
from ..core.events import Listener, silent, steps
from ..core.options import MAX_MEGAPIXELS, MEGAPIXELS, TextOptions, raise_all
from ..core.records import InputSpec
from ..core.views import Record
from ..data.items import BATCH, expand, load_batches
from ..data.table_values import values_of
from ..data.tables_out import FORMATS, table_writer
from ..data.tables_out import csv_text as csv_text
from ..images.fit import fit_to
from ..store import bundle, outputs
from ..store.answered import frame
from ..store.numbers import ShippedNumbers, ship
from ..store.run_folder import megapixels_of, model_path
from ..store.session import Shipped
from . import apply
from .apply_tables import answered_rows, predict_tables

PLAIN = TextOptions()


@dataclass(frozen=True)
class Predictions(Record):
    """What `predict` did: counts, and where the answers and the items set aside were written."""

    n_items: int
    rejected: tuple[tuple[str, str], ...]
    out: Path | None
    rejected_out: Path | None


class Model:
    """A saved model, loaded. It runs without torch and without the network."""

    def __init__(self, shipped: Shipped | ShippedNumbers, max_megapixels: float = MAX_MEGAPIXELS) -> None:
        self.shipped = shipped
        self.max_megapixels = max_megapixels

    @property
    def classes(self) -> NDArray[np.str_]:
        """Labels, in the order of the columns of `predict_proba`; none where the answer is a number."""
        return np.zeros(0, np.str_) if isinstance(self.shipped, ShippedNumbers) else self.shipped.classes

    def predict_proba(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Probabilities `(n_items, n_classes)` for values in the form the model takes (`model.shipped.spec`).

        Raises OptionError for a model that answers with a number.
        """
        if isinstance(self.shipped, ShippedNumbers):
            raise OptionError(f"this model answers with a number ({self.shipped.target}); ask `predict`")
        return self.shipped.predict_proba(values)

    def predict(self, items: str | Path | Sequence[str | Path] | NDArray[Any] | pl.DataFrame) -> pl.DataFrame:
        """Answers for files, folders or globs (of a model of texts: tables or folders of texts), an array of values or
        of texts, or for a model of a table a data frame.

        The columns are item, prediction, probability and p_<label>; of numbers item, prediction and where the model has
        intervals low, high. Items that cannot be read are left out; `predict(..., out=...)` lists them. Raises
        DataError when none can.
        """
        if isinstance(items, pl.DataFrame) or hasattr(items, "__arrow_c_stream__"):
            other: Any = items  # a data frame of another library
            table = items if isinstance(items, pl.DataFrame) else pl.DataFrame(other)
            values, _ = values_of(table, self.shipped.spec, "the data frame")
            return answered_rows(self.shipped, [f"row {row}" for row in range(1, table.height + 1)], values)
        if isinstance(items, np.ndarray):
            return answered_rows(
                self.shipped, [str(row) for row in range(len(items))], _drawn(items, self.shipped.spec)
            )
        names = [str(items)] if isinstance(items, (str, Path)) else [str(name) for name in items]
        rejected: list[tuple[str, str]] = []
        tables: list[pl.DataFrame] = []
        if self.shipped.spec.columns:
            _, rejected = predict_tables(self.shipped, names, out=None, on_event=silent, on_frame=tables.append)
            _some_left(tables, rejected)
            return pl.concat(tables)
        assert isinstance(self.shipped, Shipped)  # a number is learned from a table with columns alone
        if self.shipped.spec.kind == "texts":
            _, rejected = apply.predict_texts(
                self.shipped, names, out=None, options=TextOptions(), on_event=silent, on_frame=tables.append
            )
            _some_left(tables, rejected)
            return pl.concat(tables)
        frames = list(answers(self.shipped, names, rejected=rejected, max_megapixels=self.max_megapixels))
        _some_left(frames, rejected)
        return pl.concat(frames)

    def __repr__(self) -> str:
        numbers = isinstance(self.shipped, ShippedNumbers)
        what = f"a number, {self.shipped.target!r}" if numbers else f"{len(self.classes)} classes"  # type: ignore[union-attr]
        return f"Model({what}, takes {self.shipped.spec})"


def _drawn(items: NDArray[Any], spec: InputSpec) -> NDArray[Any]:
    """Pictures `(n, H, W[, C])` of any size as a model of drawn symbols takes them; others as they are."""
    if not spec.symbols or items.dtype != np.uint8 or items.ndim not in (3, 4):
        return items
    return np.stack([fit_to(one if one.ndim == 3 else one[:, :, None], spec) for one in items])


def load(path: str | Path) -> Model:
    """A model from a bundle or a run folder. Raises ModelFileError or RunError."""
    return Model(ship(bundle.load(model_path(path))), megapixels_of(path))


def predict(
    run: str | Path | Sequence[str | Path],
    items: Sequence[str | Path],
    *,
    out: str | Path | None = None,
    stdin: Iterable[str] | None = None,
    texts: TextOptions = PLAIN,
    keep: Sequence[str] = (),
    max_megapixels: float | None = None,
    force: bool = False,
    on_event: Listener = silent,
    on_frame: Callable[[pl.DataFrame], None] | None = None,
) -> Predictions:
    """Write answers for `items` (files, folders, globs, IDX files, `-` for names on stdin) to `out`.

    A model of a table answers for tables with its columns, in any order. A model of texts answers for tables with a
    column of texts, folders of `.txt` files or lines on stdin; `texts` says how they are read, and asked again after it
    was killed, it goes on where it was. Columns that `keep` names stand beside the answers of both.

    Several runs answer side by side: the columns of each begin with its name (`make_prediction`, `make_p_Ford`).
    The ending of `out` decides the format: `.csv`, `.tsv`, `.parquet`, `.jsonl` or `.xlsx`; without `out` each batch is
    handed to `on_frame`. Items that cannot be read are set aside with their reason in `<out>.rejected.csv`; so are
    pictures of more than `max_megapixels` (default: as the run read its own).

    Raises OptionError, OutputError, RunError, ModelFileError; DataError when not one item can be read.
    """
    target = None if out is None else outputs.checked_answers(out, inputs=items, endings=FORMATS, force=force)
    names = [str(item) for item in items]
    rejected: list[tuple[str, str]] = []
    cap = None if max_megapixels is None else MEGAPIXELS.problem("--max-megapixels", max_megapixels)
    raise_all([*texts.problems(), cap])
    if isinstance(run, (str, os.PathLike)):
        path = model_path(run)
        loaded = bundle.load(path)
        shipped = ship(loaded)
        if max_megapixels is not None and shipped.spec.kind != "pictures":
            raise OptionError("--max-megapixels belongs to models of pictures")
        if shipped.spec.columns:
            n_items, rejected = predict_tables(
                shipped, names, out=target, keep=keep, on_event=on_event, on_frame=on_frame
            )
            _some_left(n_items, rejected)
            return _concluded(n_items, rejected, target)
        assert isinstance(shipped, Shipped)  # a number is learned from a table with columns alone
        if shipped.spec.kind == "texts":
            n_items, rejected = apply.predict_texts(
                shipped,
                names,
                out=target,
                options=texts,
                keep=keep,
                stdin=stdin,
                digest=hashlib.sha256(path.read_bytes()).hexdigest(),
                own=loaded.extra.get(apply.STRANGE),
                on_event=on_event,
                on_frame=on_frame,
            )
            _some_left(n_items, rejected)
            return _concluded(n_items, rejected, target)
        if keep or texts != PLAIN:
            raise OptionError("--keep, --text, --columns, --quote and --encoding belong to models of texts or tables")
        most = max_megapixels or megapixels_of(run)
        frames = answers(shipped, names, stdin=stdin, rejected=rejected, max_megapixels=most, on_event=on_event)
    else:
        most = max_megapixels or max(map(megapixels_of, run))
        frames = answers_side_by_side(
            _named(run), names, stdin=stdin, rejected=rejected, max_megapixels=most, on_event=on_event
        )
    n_items = _write(target, frames, rejected) if target else _hand_over(frames, on_frame, rejected)
    return _concluded(n_items, rejected, target)


def _concluded(n_items: int, rejected: list[tuple[str, str]], out: Path | None) -> Predictions:
    """What was done, after what was set aside is written beside the answers."""
    aside = None if out is None else outputs.write_rejected(out, rejected)
    return Predictions(n_items, tuple(rejected), out, aside)


def answers(
    shipped: Shipped,
    items: Sequence[str],
    *,
    rejected: list[tuple[str, str]],
    stdin: Iterable[str] | None = None,
    max_megapixels: float = MAX_MEGAPIXELS,
    on_event: Listener = silent,
) -> Iterator[pl.DataFrame]:
    """One data frame a batch; items that cannot be read are added to `rejected` as (item, reason)."""
    done = 0
    for names, values, bad in load_batches(
        expand(items, stdin, on_event=on_event), shipped.spec, max_megapixels=max_megapixels
    ):
        rejected += bad
        done += len(names)
        steps(on_event, "predicting", done, 0)
        if len(names):
            yield frame(names, shipped, shipped.answer(values))


def answers_side_by_side(
    models: Mapping[str, Shipped],
    items: Sequence[str],
    *,
    rejected: list[tuple[str, str]],
    stdin: Iterable[str] | None = None,
    max_megapixels: float = MAX_MEGAPIXELS,
    on_event: Listener = silent,
) -> Iterator[pl.DataFrame]:
    """`answers` of several models on the same items: one frame a batch, the columns of each model under its name."""
    done = 0
    refs = expand(items, stdin, on_event=on_event)
    while chunk := list(itertools.islice(refs, BATCH)):
        parts: list[pl.DataFrame] = []
        for name, shipped in models.items():
            ((read, values, bad),) = load_batches(chunk, shipped.spec, batch=BATCH, max_megapixels=max_megapixels)
            table = frame(read, shipped, shipped.answer(values))
            if parts and table["item"].to_list() != parts[0]["item"].to_list():
                raise DataError(f"{chunk[0].name}: items changed while they were read; ask again")
            rejected += [] if parts else bad
            table = table.rename({column: f"{name}_{column}" for column in table.columns if column != "item"})
            parts.append(table.drop("item") if parts else table)
        done += len(parts[0])
        steps(on_event, "predicting", done, 0)
        if len(parts[0]):
            yield pl.concat(parts, how="horizontal")


def _named(runs: Sequence[str | Path]) -> dict[str, Shipped]:
    """Models by the name of their run or file. Raises OptionError when two have the same."""
    names = [Path(run).resolve().name.removesuffix(".discern") for run in runs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise OptionError(f"--model: two models are called {twice[0]!r}; their columns could not be told apart")
    found = {name: Shipped(bundle.load(model_path(run))) for name, run in zip(names, runs, strict=True)}
    tables = [name for name, shipped in found.items() if shipped.spec.columns]
    if tables:
        raise OptionError(f"--model: {tables[0]!r} is of a table; expected models of pictures to answer side by side")
    return found


def _write(out: Path, frames: Iterator[pl.DataFrame], rejected: list[tuple[str, str]]) -> int:
    with table_writer(out) as writer:
        for table in frames:
            writer.write(table)
        _some_left(writer.n_rows, rejected)
    return writer.n_rows


def _hand_over(
    frames: Iterator[pl.DataFrame],
    on_frame: Callable[[pl.DataFrame], None] | None,
    rejected: list[tuple[str, str]],
) -> int:
    n_items = 0
    for table in frames:
        n_items += len(table)
        if on_frame is not None:
            on_frame(table)
    _some_left(n_items, rejected)
    return n_items


def _some_left(answered: object, rejected: list[tuple[str, str]]) -> None:
    if not answered:
        why = f"; the first, {rejected[0][0]}: {rejected[0][1]}" if rejected else ""
        raise DataError(
            f"none of the {len(rejected)} items could be read{why}" if rejected else "there are no items to predict"
        )
