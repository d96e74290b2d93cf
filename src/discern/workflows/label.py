"""`label`: chooses the items of a pool whose labels would help most, writes them on a sheet, goes on from its labels.

What learns from the labels to choose the next ones is quick; the model that is used afterwards is trained by `train`.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from ..core import events
from ..core.errors import DataError, OptionError, RunError
from ..core.events import Listener, silent
from ..core.options import SEED, Interval, ReadOptions, raise_all
from ..core.records import InputSpec
from ..data import neighbours
from ..data.label_sheet import Asked, LabelSheet, read_label_sheet
from ..data.pool import Pool, read_pool
from ..data.sheets import TEXT_ENDINGS
from ..data.tables_out import FORMATS, write_table
from ..evaluate import batches, quick
from ..evaluate.labelling import Labelling, Linear, progress
from ..evaluate.refit import some_units
from ..images import draw
from ..images.fingerprints import row_hashes
from ..store import outputs
from ..store.run_folder import MANIFEST, RunFolder
from ..text.similar import weigh
from . import again, refits
from .reading import read_with
from .train import check_learnable

N = 20
MOST = 1000
LOOKED = {"texts": 50_000, "pictures": 5_000}
"""Items of a pool, at most, that are chosen from: drawn at random where there are more."""
KNOWN = 5_000
"""Labelled items, at most, that are learned from at the start."""


@dataclass(frozen=True, eq=False)
class Known:
    """Items that have labels from the start; none by default."""

    labels: tuple[str, ...] = ()
    values: NDArray[Any] | None = None
    """`(n, ...)`, in the form of the pool's."""
    kind: str | None = None
    spec: InputSpec | None = None


class Labeller:
    """A pool, what is known of it, and the sheet of labels, which is written whole after each change."""

    def __init__(
        self,
        pool: Pool,
        known: Known,
        path: Path,
        sheet: LabelSheet,
        classes: Sequence[str],
        seed: int,
        inputs: Sequence[str | Path] = (),
    ) -> None:
        self.pool, self.path, self.sheet, self.seed = pool, path, sheet, seed
        self.inputs = inputs
        """What was read: nothing is written over it."""
        self._named = tuple(classes)
        self._known = known
        order = batches.drawn_order(pool.items, seed=seed)
        row_of = {pool.items[row]: int(row) for row in order}
        asked = [row_of[row.item] for row in sheet.rows]
        looked = order[: LOOKED[pool.kind]]
        self._rows = np.concatenate([looked, np.setdiff1d(asked, looked)]).astype(np.int64)
        """Rows of the pool that are looked at, in the order in which they are drawn at random."""
        self._at = {pool.items[row]: at for at, row in enumerate(self._rows)}
        values = pool.values[self._rows]
        if known.values is not None:
            values = np.concatenate([known.values, values])
        self._features, self._units = _features(pool.kind, values), _units(values)

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels that an item may get."""
        return tuple(sorted({*self._named, *self._known.labels, *(row.label for row in self.sheet.given)}))

    def next(self, n: int = N, *, more: bool = False) -> Labelling:
        """What the labels have come to; and unless some are open still, or none are worth giving, `n` more to label.

        With `more` there are more to label even where no gain is shown.
        """
        found = self._progress()
        if self.sheet.open or (found.verdict == "enough" and not more):
            return found
        chosen = self._batch(n)
        self.sheet = self.sheet.more(chosen)
        self.sheet.write(self.path)
        return self._progress(found)

    def answer(self, item: str, label: str | None) -> None:
        """Write the label of an item down at once; None passes it over, an empty label opens it again."""
        self.sheet = self.sheet.put(item, label or "", skipped=label is None)
        self.sheet.write(self.path)

    def drawing(self, item: str, *, colour: bool, width: int) -> str | None:
        """The picture of an item in characters; None for texts."""
        if self.pool.kind == "texts":
            return None
        pixels = self.pool.values[self._rows[self._at[item]]]
        return draw.half_blocks(pixels, width=width) if colour else draw.shades(pixels, width=width)

    def labelled(self) -> pl.DataFrame:
        """Every label that is known: of texts those from the start too, of pictures those of the pool."""
        rows = [(row.item, row.label, row.text) for row in self.sheet.given]
        frame = pl.DataFrame(rows, schema={"item": pl.String, "label": pl.String, "text": pl.String}, orient="row")
        if self.pool.kind != "texts":
            return frame.rename({"text": "file"})
        if self._known.values is None:
            return frame
        first = {"item": [f"start {n}" for n in range(1, len(self._known.labels) + 1)]}
        known = pl.DataFrame({**first, "label": self._known.labels, "text": self._known.values.tolist()})
        return pl.concat([known, frame])

    def _codes(self) -> tuple[NDArray[np.int64], list[int]]:
        """Positions of the labels of all items looked at, -1 where there is none; and the rows that got one here."""
        place = {label: code for code, label in enumerate(self.classes)}
        n_known = len(self._known.labels)
        codes = np.full(len(self._units), -1)
        codes[:n_known] = [place[label] for label in self._known.labels]
        given = [n_known + self._at[row.item] for row in self.sheet.given]
        codes[given] = [place[row.label] for row in self.sheet.given]
        return codes, given

    def _progress(self, before: Labelling | None = None) -> Labelling:
        sheet, n_known = self.sheet, len(self._known.labels)
        curve, gain = ({}, None) if before is None else (dict(before.curve), before.gain)
        codes, given = self._codes()
        drawn = self._drawn()
        sampled = np.array([row for row in given if row - n_known < drawn], np.int64)
        learner = Linear(self._features, len(self.classes))
        if before is None and given:
            curve, gain = progress(learner, codes, given, np.arange(n_known), sampled, self._units, seed=self.seed)
        return Labelling(
            pool=self.pool.name,
            model=learner.title,
            n_pool=self.pool.n,
            n_looked=len(self._rows),
            n_known=n_known,
            n_given=len(given),
            n_open=len(sheet.open),
            n_skipped=sum(row.skipped for row in sheet.rows),
            counts=dict(sorted(Counter(row.label for row in sheet.given).items())),
            curve=curve,
            gain=gain,
            n_random=len(sampled),
        )

    def _drawn(self) -> int:
        """How many items of the random order were drawn so far."""
        return max((self._at[row.item] + 1 for row in self.sheet.rows if row.why == "random"), default=0)

    def _batch(self, n: int) -> list[Asked]:
        """The next `n` items. Raises DataError where the pool has no more."""
        codes, given = self._codes()
        n_known = len(self._known.labels)
        asked = np.zeros(len(self._rows), bool)
        asked[[self._at[row.item] for row in self.sheet.rows]] = True
        taken = asked | np.isin(self._units[n_known:], self._units[:n_known])
        random, _ = batches.next_random(np.arange(len(self._rows)), self._drawn(), taken, round(batches.RANDOM * n))
        learned = np.concatenate([np.arange(n_known), np.array(given, np.int64)])
        every = np.arange(len(self._rows))
        learner = Linear(self._features, max(1, len(self.classes)))
        probabilities = learner.probabilities(codes, [(learned, n_known + every)])
        used = np.append(self._units[n_known:][asked], self._units[n_known:][random])
        free = ~taken & ~np.isin(self._units[n_known:], used)
        wanted = n - len(random)
        candidates = batches.least_sure(probabilities, free, wanted)
        unsure = batches.unlike(
            candidates,
            batches.margins(probabilities[candidates]),
            _of_length_one(self._features[n_known + candidates]),
            self._units[n_known + candidates],
            wanted,
        )
        if not len(random) and not len(unsure):
            raise DataError(f"{self.pool.name}: every item of the pool was asked for already")
        chosen = [(int(row), "random") for row in random] + [(int(row), "unsure") for row in unsure]
        told = len(np.unique(codes[learned])) > 1
        # what is drawn at random gets no suggestion: it could sway the figure that rests on these items alone
        return [self._asked(row, why, probabilities[row] if told and why == "unsure" else None) for row, why in chosen]

    def _asked(self, at: int, why: Any, probabilities: NDArray[np.float64] | None) -> Asked:
        row = int(self._rows[at])
        item, text = self.pool.items[row], self.pool.texts[row]
        if probabilities is None:
            return Asked(item, why, text)
        best = int(probabilities.argmax())
        return Asked(item, why, text, self.classes[best], f"{probabilities[best]:.3f}")


def label(
    pool: str,
    sheet: str | Path,
    *,
    start: str | None = None,
    classes: Sequence[str] = (),
    reading: ReadOptions | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Labeller:
    """Open a pool of texts or pictures to be labelled, with the labels given so far on `sheet` (CSV or TSV).

    `start` is a finished run, whose training and validation part are learned from (its test part stays closed), or
    labelled data. `classes` names the labels, or adds some. `out` is where `write_labelled` is to write later: that
    it can, with `force` in the place of what is there, is checked before anything is read.

    Raises OptionError, OutputError, DataError, RunError.
    """
    reading = reading or ReadOptions()
    raise_all([*reading.problems(), SEED.problem("--seed", seed), *_twice(classes)])
    path = Path(sheet)
    if not path.exists():
        outputs.checked("--labels", sheet, inputs=[pool] if Path(pool).is_dir() else [], endings=TEXT_ENDINGS)
    inputs = _read(pool, path, start)
    if out is not None:
        _checked(out, inputs, force)
    known = _known(start, reading, seed, on_event)
    events.stage(on_event, "reading the pool")
    found = read_pool(pool, options=reading.texts, kind=known.kind, spec=known.spec, on_event=on_event)
    aside = [f"{found.rejected.height:,} items cannot be read and are set aside"] if found.rejected.height else []
    for note in (*found.notes, *aside):
        events.note(on_event, note)
    names = sorted({*classes, *known.labels})
    if classes and len(names) < 2:
        raise OptionError(f"--classes names {classes[0]!r} alone; expected two labels or more, such as ham,spam")
    written = read_label_sheet(path, dict(zip(found.items, found.texts, strict=True)), names)
    events.stage(on_event, f"looking at {min(found.n, LOOKED[found.kind]):,} of {found.n:,} items")
    return Labeller(found, known, path, written, classes, seed, inputs)


def write_labelled(labeller: Labeller, out: str | Path, *, force: bool = False) -> int:
    """Write every label that is known as a table to train from, and return its number of rows."""
    path = _checked(out, labeller.inputs, force)
    frame = labeller.labelled()
    write_table(path, frame)
    return frame.height


def check_batch(n: int) -> None:
    """Raise OptionError for a number of items that cannot be asked for at a time."""
    raise_all([Interval(1, MOST, whole=True).problem("--n", n)])


def _checked(out: str | Path, inputs: Sequence[str | Path], force: bool) -> Path:
    return outputs.checked("-o", out, inputs=inputs, endings=FORMATS, force=force)


def _read(pool: str, sheet: Path, start: str | None) -> list[str | Path]:
    """All that is read: the sheet, the pool, what to start from, and the data of a run to start from."""
    found: list[str | Path] = [sheet, pool, *([start] if start is not None else [])]
    if start is not None and (Path(start) / MANIFEST).is_file():
        with contextlib.suppress(DataError, RunError):  # what is wrong with the run is said when it is read
            found.append(RunFolder(Path(start)).data_path())
    return found


def _known(start: str | None, reading: ReadOptions, seed: int, on_event: Listener) -> Known:
    """The labelled items to start from."""
    if start is None:
        return Known()
    if (Path(start) / MANIFEST).is_file():
        run = again.finished(start, None, on_event)
        data, rows = run.data, refits.learnable(run)
    else:
        events.stage(on_event, "reading what is labelled")
        data = read_with(start, reading, on_event=on_event)
        check_learnable(data)
        rows = np.arange(data.n)
    if data.kind == "table":
        raise DataError(f"{data.name}: a table of numbers; expected texts or pictures")
    rows = rows[some_units(data.units[rows], KNOWN, seed=seed)]
    assert data.labels is not None  # a run has learned from them, and data were checked
    return Known(tuple(data.labels[rows].tolist()), data.values[rows], data.kind, data.input)


def _twice(classes: Sequence[str]) -> list[str]:
    twice = sorted({name for name in classes if list(classes).count(name) > 1})
    return [
        *(f"--classes names {name!r} twice; expected different labels" for name in twice),
        *(["--classes has an empty name; expected labels such as ham,spam"] if "" in classes else []),
    ]


def _features(kind: str, values: NDArray[Any]) -> NDArray[np.float32] | sparse.csr_array:
    """What the quick model looks at: words weighed by their rarity, or small pictures and edges about their mean."""
    if kind == "texts":
        return weigh(pl.Series(values.tolist(), dtype=pl.String)).rows
    table = quick.features(values)
    table = table - table.mean(axis=0)
    return np.asarray(table / max(float(np.sqrt(np.square(table).sum(axis=1).mean())), 1e-9), np.float32)


def _of_length_one(features: NDArray[np.float32] | sparse.csr_array) -> Any:
    if sparse.issparse(features):
        return features
    length = np.linalg.norm(features, axis=1, keepdims=True)
    return features / np.where(length > 0, length, 1)


def _units(values: NDArray[Any]) -> NDArray[np.int64]:
    """A number for each item, equal for copies and near-copies."""
    near = neighbours.near_duplicates(values)
    if near.applies:
        return near.codes(len(values))
    return np.unique(row_hashes(values), return_inverse=True)[1].astype(np.int64)
