"""`runs compare`: two finished runs held against each other on the same test items, from what they recorded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl

from ..core.errors import DiscernError, RunError, describe
from ..core.events import Listener, silent
from ..data import manifest
from ..data.dataset import connected
from ..data.splits import LEAVE_ONE_OUT
from ..evaluate.evaluation import Evaluation
from ..evaluate.paired import Answers, Comparison, compare
from ..evaluate.paired_numbers import NumberAnswers, NumberComparison, compare_numbers
from ..evaluate.regression import RegressionEvaluation
from ..store.run_folder import RunFolder
from .stages import look

KEY = ("sha256", "label")
ORDER = ("sha256", "label", "item")
Measured = TypeVar("Measured", Evaluation, RegressionEvaluation)


def compare_runs(
    first: str | Path, second: str | Path, *, on_event: Listener = silent
) -> Comparison | NumberComparison:
    """The difference between two finished runs, by their recorded answers; the look goes into the ledger of each.

    Where a number was learned from too few rows to keep some for testing, all rows are compared: each was answered by a
    model that did not learn from it. Raises RunError when a run is not finished or damaged, when they were not measured
    on the same test items, or when one learned classes and the other a number.
    """
    folders = RunFolder(Path(first)), RunFolder(Path(second))
    parts = [_measured_part(folder) for folder in folders]
    numbers = [part.schema["label"].is_float() for part in parts]
    if numbers[0] != numbers[1]:
        number, classes = folders if numbers[0] else folders[::-1]
        found = f"{number.path} learned a number, {classes.path} learned classes"
        raise RunError(describe(f"{first} and {second}", found=found, expected="two runs that learned the same"))
    keys = [manifest.key_of_items(part) for part in parts]
    if keys[0] != keys[1]:
        counts = [Counter(part.select(KEY).iter_rows()) for part in parts]
        common = (counts[0] & counts[1]).total()
        found = f"{parts[0].height:,} test items and {parts[1].height:,}, {common:,} of them the same"
        do = "train both on the same data with the same --test and --seed"
        raise RunError(describe(f"{first} and {second}", found=found, expected="the same test part", do=do))
    same_name = folders[0].path.resolve().name == folders[1].path.resolve().name
    names = [str(folder.path) if same_name else folder.path.resolve().name for folder in folders]
    tested = all((part["part"] == "test").all() for part in parts)
    for folder, name, tell in zip(folders, names, (on_event, silent), strict=True):  # each is logged, one of them aloud
        if tested:
            look(folder.ledger, folder.record(), name, keys[0], "compare", tell)
    units = connected([part["unit"].to_numpy() for part in parts], parts[0].height)
    if numbers[0]:
        true = parts[0]["label"].to_numpy()
        (one, measured), (other, _) = map(_numbers, folders, names, parts)
        notes = () if tested else (LEAVE_ONE_OUT,)
        return compare_numbers(true, one, other, units, target=measured.target, kind=measured.kind, notes=notes)
    truth = np.asarray(parts[0]["label"].to_list(), dtype=np.str_)
    first_answers, second_answers = map(_answers, folders, names, parts)
    return compare(truth, first_answers, second_answers, units)


def _measured_part(folder: RunFolder) -> pl.DataFrame:
    """The test items of a finished run, or all where none was kept, in an order that depends on contents alone."""
    record = folder.record()
    if record["state"] != "finished":
        raise RunError(
            describe(str(folder.path), found=f"this run is {record['state']}", do=f"discern resume {folder.path}")
        )
    try:
        items = pl.read_parquet(folder.split).select(*ORDER, "unit", "part").sort(ORDER)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise RunError(describe(str(folder.split), found=f"no usable split ({error})")) from error
    test = items.filter(pl.col("part") == "test")
    return test if test.height else items


def _answers(folder: RunFolder, name: str, part: pl.DataFrame) -> Answers:
    """What a run of classes answered, in the order of `part`."""
    table, measured = _recorded(folder, part, Evaluation)
    truth = [f"p_{label}" for label in table["label"].to_list()]
    columns = {column: table[column].to_numpy() for column in dict.fromkeys(truth) if column in table.columns}
    of_truth = [columns[column][row] if column in columns else 0.0 for row, column in enumerate(truth)]
    given = np.asarray(table["prediction"].to_list(), dtype=np.str_)
    return Answers(name, given, np.array(of_truth, dtype=np.float64), measured.figures)


def _numbers(folder: RunFolder, name: str, part: pl.DataFrame) -> tuple[NumberAnswers, RegressionEvaluation]:
    """What a run of a number answered, in the order of `part`, and what it came to."""
    table, measured = _recorded(folder, part, RegressionEvaluation)
    return NumberAnswers(name, table["prediction"].to_numpy(), measured.figures), measured


def _recorded(folder: RunFolder, part: pl.DataFrame, kind: type[Measured]) -> tuple[pl.DataFrame, Measured]:
    """The recorded answers in the order of `part`, with its labels, and the recorded figures."""
    try:
        answers = pl.read_parquet(folder.predictions).drop("label")
        table = part.select("item", "label").join(answers, on="item", how="left", maintain_order="left")
        table = table.with_columns(pl.col("prediction").cast(part.schema["label"], strict=False))
        measured = kind.from_json(folder.load(folder.evaluation))
    except (OSError, pl.exceptions.PolarsError, DiscernError) as error:
        raise RunError(describe(str(folder.path), found=f"no usable predictions ({error})")) from error
    if table["prediction"].null_count():
        raise RunError(describe(str(folder.predictions), found="not an answer for every test item"))
    return table, measured
