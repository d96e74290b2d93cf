"""`summary`: what a model is made of."""

from __future__ import annotations

from pathlib import Path

from ..core.options import Interval, raise_all
from ..fit.checkpoint import optimizer
from ..nets.layers import parse
from ..nets.plan import LayerFacts, describe
from ..store import bundle
from ..store.run_folder import RunFolder, model_path
from ..store.summary import Summary, summarise


def summary(run: str | Path) -> Summary:
    """Describe the model of a run or a model file. Raises RunError or ModelFileError."""
    folder = RunFolder(Path(run))
    training = folder.load(folder.training) if folder.training.is_file() else {}
    state = optimizer(folder.checkpoints) if folder.checkpoints.is_dir() else None
    return summarise(bundle.load(model_path(run)), training, state)


def plan(layers: str, shape: tuple[int, int, int], n_classes: int) -> tuple[LayerFacts, ...]:
    """The layers that a description gives for pictures of `shape` (height, width, channels), before any training.

    Raises OptionError with every mistake in the description.
    """
    raise_all([Interval(2, 65_536, whole=True).problem("--classes", n_classes)])
    return describe(parse(layers), shape, n_classes)
