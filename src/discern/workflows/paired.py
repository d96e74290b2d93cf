"""`runs compare`: two finished runs held against each other on the same test items, from what they recorded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl

from ..core.errors import DiscernError, RunError, describe
from ..core.events import Listener, silent
from ..data import manifest
from ..data.dataset import connected
from ..evaluate.evaluation import Evaluation
from ..evaluate.paired import Answers, Comparison, compare
from ..store.run_folder import RunFolder
from .stages import look

KEY = ("sha256", "label")
ORDER = ("sha256", "label", "item")


def compare_runs(first: str | Path, second: str | Path, *, on_event: Listener = silent) -> Comparison:
    """The difference between two finished runs, by their recorded answers; the look goes into the ledger of each.

    Raises RunError when one is not finished or damaged, or when they were not measured on the same test items.
    """
    folders = RunFolder(Path(first)), RunFolder(Path(second))
    parts = [_test_part(folder) for folder in folders]
    for folder, part in zip(folders, parts, strict=True):
        if part.schema["label"].is_float():
            raise RunError(
                f"{folder.path}: this run learned a number; only runs that learned classes are held against each other "
                "(`discern runs` shows the R2 of each)"
            )
    keys = [manifest.key_of_items(part) for part in parts]
    if keys[0] != keys[1]:
        counts = [Counter(part.select(KEY).iter_rows()) for part in parts]
        common = (counts[0] & counts[1]).total()
        found = f"{parts[0].height:,} test items and {parts[1].height:,}, {common:,} of them the same"
        do = "train both on the same data with the same --test and --seed"
        raise RunError(describe(f"{first} and {second}", found=found, expected="the same test part", do=do))
    same_name = folders[0].path.resolve().name == folders[1].path.resolve().name
    names = [str(folder.path) if same_name else folder.path.resolve().name for folder in folders]
    for folder, name, tell in zip(folders, names, (on_event, silent), strict=True):  # each is logged, one of them aloud
        look(folder.ledger, folder.record(), name, keys[0], "compare", tell)
    truth = np.asarray(parts[0]["label"].to_list(), dtype=np.str_)
    units = connected([part["unit"].to_numpy() for part in parts], len(truth))
    one, other = (_answers(folder, name, part) for folder, name, part in zip(folders, names, parts, strict=True))
    return compare(truth, one, other, units)


def _test_part(folder: RunFolder) -> pl.DataFrame:
    """The test items of a finished run, in an order that depends on their contents alone."""
    record = folder.record()
    if record["state"] != "finished":
        raise RunError(
            describe(str(folder.path), found=f"this run is {record['state']}", do=f"discern resume {folder.path}")
        )
    try:
        return pl.read_parquet(folder.split).filter(pl.col("part") == "test").select(*ORDER, "unit").sort(ORDER)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise RunError(describe(str(folder.split), found=f"no usable split ({error})")) from error


def _answers(folder: RunFolder, name: str, part: pl.DataFrame) -> Answers:
    """What a run answered, in the order of `part`."""
    try:
        table = part.select("item", "label").join(
            pl.read_parquet(folder.predictions).drop("label"), on="item", how="left", maintain_order="left"
        )
        given = table["prediction"]
        truth = [f"p_{label}" for label in table["label"].to_list()]
        columns = {column: table[column].to_numpy() for column in dict.fromkeys(truth) if column in table.columns}
        figures = Evaluation.from_json(folder.load(folder.evaluation)).figures
    except (OSError, pl.exceptions.PolarsError, DiscernError) as error:
        raise RunError(describe(str(folder.path), found=f"no usable predictions ({error})")) from error
    if given.null_count():
        raise RunError(describe(str(folder.predictions), found="not an answer for every test item"))
    of_truth = [columns[column][row] if column in columns else 0.0 for row, column in enumerate(truth)]
    return Answers(name, np.asarray(given.to_list(), dtype=np.str_), np.array(of_truth, dtype=np.float64), figures)
