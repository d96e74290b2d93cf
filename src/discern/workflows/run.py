"""A run as a record: where it lies, how it did, and its model."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import DiscernError, RunError, describe
from ..core.records import Findings
from ..core.views import Record
from ..evaluate.evaluation import Evaluation
from ..evaluate.recorded import Measured, recorded
from ..report.record import Training
from ..store.run_folder import RunFolder, runs_below

if TYPE_CHECKING:
    from ..data.dataset import Dataset
    from .predict import Model


@dataclass(frozen=True)
class Run(Record):
    """One finished run."""

    path: Path
    record: dict[str, Any]
    """`run.json`."""
    findings: Findings
    evaluation: Measured

    @classmethod
    def open(cls, path: str | Path) -> Run:
        """Raises RunError when there is no such run or it is not finished."""
        folder = RunFolder(Path(path))
        record = folder.record()
        if record["state"] != "finished":
            raise RunError(
                describe(str(path), found=f"this run is {record['state']}, not finished", do=f"discern resume {path}")
            )
        return cls(folder.path, record, folder.findings(), recorded(folder.load(folder.evaluation)))

    @property
    def model(self) -> Model:
        """The saved model, ready to predict."""
        from .predict import load

        return load(RunFolder(self.path).model)

    @property
    def report(self) -> Path:
        """The page to open."""
        return RunFolder(self.path).report

    @property
    def training(self) -> Training:
        """What learning left behind: loss and accuracy epoch by epoch, the error for each number of neighbours."""
        folder = RunFolder(self.path)
        return Training.from_json(folder.load(folder.training) if folder.training.is_file() else {})

    def examine(self, *questions: str, data: Dataset | None = None) -> dict[str, Any]:
        """What `evaluate --leak-price` and its like answer: `leak_price`, `solvable`, `more_data`, `suspects`, or all.

        `data` is needed only where the run learned from arrays. Raises OptionError, RunError, DataError.
        """
        workflow = import_module("discern.workflows.examine")  # it opens runs, and so stands after this record
        found: dict[str, Any] = workflow.examine(self.path, questions or tuple(workflow.QUESTIONS), data)
        return found

    def __fspath__(self) -> str:
        """A run stands for its folder wherever a path is asked for."""
        return str(self.path)

    def __repr__(self) -> str:
        name = headline(self.evaluation)
        figure = self.evaluation.figures[name]
        return f"Run({str(self.path)!r}: {name} {figure} on {figure.n} items; report {self.report})"


def headline(evaluation: Measured) -> str:
    """The figure that a run is told by."""
    return "accuracy" if isinstance(evaluation, Evaluation) else "r2"


def list_runs(parent: str | Path = "runs") -> list[dict[str, Any]]:
    """One row a run below `parent`: run, state, data, n_items, model, accuracy, r2 (a Figure or None), created.

    A run whose files are damaged has the state `damaged` and nothing else.
    """
    return [_row(folder) for folder in runs_below(Path(parent))]


def _row(folder: RunFolder) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(("run", "state", "data", "n_items", "model", "accuracy", "r2", "created"))
    row |= {"run": folder.path.name, "state": "damaged"}
    try:
        record = folder.record()
        choice = folder.load(folder.candidates, "chosen") if folder.candidates.exists() else {"chosen": None}
        evaluation = None
        if record["state"] == "finished":
            evaluation = recorded(folder.load(folder.evaluation))
    except DiscernError:
        return row
    return row | {
        "state": record["state"],
        "data": record["data"]["name"],
        "n_items": record["data"]["n_items"],
        "model": choice["chosen"],
        **({} if evaluation is None else {headline(evaluation): evaluation.figures[headline(evaluation)]}),
        "created": record["times"].get("new"),
    }
