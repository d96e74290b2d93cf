"""A run's folder: its files, the state it is in, and the lock that keeps a second writer out.

    new -> prepared -> compared -> fitted -> evaluated -> finished
                          ^                                  |
                          +----------- more epochs ----------+

`run.json` is written first and after every stage, so whatever moment a run is killed at, the folder says how far it
came. Clock times stand in `run.json`, in `log.jsonl` and in `tensorboard/` only.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from ..core import files
from ..core.errors import DataError, OptionError, OutputError, RunError, RunLocked, describe
from ..core.options import MAX_MEGAPIXELS, ReadOptions, TrainOptions
from ..core.records import Findings
from ..data.corrections import filled
from ..data.given import refuse_address

T = TypeVar("T")
STATES = ("new", "prepared", "compared", "fitted", "evaluated", "finished")
SCHEMA = 1
LOCK = ".lock"
MANIFEST = "run.json"
CLOCKED = ("run.json", "log.jsonl")
"""Files that hold clock times."""
REPEATABLE = (
    "audit.json",
    "rejected.csv",
    "split.parquet",
    "candidates.json",
    "training.json",
    "start.discern",
    "corrections.csv",
    "model.discern",
    "evaluation.json",
    "predictions.parquet",
    "report.html",
)
"""Files that are the same, byte for byte, when a run is repeated; so are all below `report/`."""
KEPT = (
    "calibration",
    "unknown",
    "slices",
    "fairness",
    "robustness",
    "operating",
    "leak_price",
    "solvable",
    "more_data",
    "suspects",
)
"""What may be found out about a finished run afterwards, each in a JSON file of this name (`workflows.kept`)."""
KEPT_FILES = tuple(f"{name}.json" for name in KEPT)
SUSPECTS = "suspects.csv"
"""The suspects as a sheet in which people put labels right. Once they have, no command but `purge` removes it."""
OWN = frozenset((LOCK, *CLOCKED, *REPEATABLE, *KEPT_FILES, SUSPECTS, "report", "checkpoints", "tensorboard"))
"""Everything that a run writes into its folder."""
RECORD = {"options": dict, "data": dict, "seed": int, "threads": int, "versions": dict, "times": dict}
DATA = ("name", "kind", "reader", "n_items", "fingerprint", "read")


def now() -> str:
    """The clock, for the few places where a time is written: UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class RunFolder:
    """Paths of one run. Nothing is read or written until it is asked for."""

    path: Path

    @property
    def manifest(self) -> Path:
        return self.path / MANIFEST

    @property
    def audit(self) -> Path:
        return self.path / "audit.json"

    @property
    def rejected(self) -> Path:
        return self.path / "rejected.csv"

    @property
    def split(self) -> Path:
        return self.path / "split.parquet"

    @property
    def candidates(self) -> Path:
        return self.path / "candidates.json"

    @property
    def training(self) -> Path:
        return self.path / "training.json"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def tensorboard(self) -> Path:
        return self.path / "tensorboard"

    @property
    def start(self) -> Path:
        """A copy of the model that learning began with (`--from`), so that the run holds all that it needs."""
        return self.path / "start.discern"

    @property
    def corrections(self) -> Path:
        """A copy of the sheet that corrected labels (`--corrections`): without it the data could not be read again."""
        return self.path / "corrections.csv"

    @property
    def model(self) -> Path:
        return self.path / "model.discern"

    @property
    def evaluation(self) -> Path:
        return self.path / "evaluation.json"

    @property
    def predictions(self) -> Path:
        return self.path / "predictions.parquet"

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    def kept(self, name: str) -> Path:
        """Where what was found out afterwards is kept; `name` is one of `KEPT`."""
        return self.path / f"{name}.json"

    @property
    def suspects(self) -> Path:
        return self.path / SUSPECTS

    def forget_kept(self) -> None:
        """Remove all that was found out afterwards, but no labels put right by hand: the run becomes another."""
        for name in KEPT_FILES:
            (self.path / name).unlink(missing_ok=True)
        if not filled(self.suspects):
            self.suspects.unlink(missing_ok=True)

    def refuse_filled(self) -> None:
        """Raise OutputError when labels were put right in `suspects.csv`: it must not be written anew."""
        if filled(self.suspects):
            do = "use it with --corrections, or move the sheet away; then ask again"
            raise OutputError(describe(str(self.suspects), found="labels put right by hand", do=do))

    @property
    def log(self) -> Path:
        return self.path / "log.jsonl"

    @property
    def ledger(self) -> Path:
        """The workspace's ledger: one file for all runs that stand side by side."""
        return self.path.resolve().parent / "ledger.jsonl"

    def exists(self) -> bool:
        return self.manifest.is_file()

    def record(self) -> dict[str, Any]:
        """`run.json`. Raises RunError when this is no run folder or the record is damaged or newer."""
        if not self.path.exists():
            raise RunError(describe(str(self.path), found="there is no such run", do="`discern runs` lists the runs"))
        if not self.exists() and (self.path / "model.json").is_file():
            found = "a model that is not of `discern train`, such as topics, groups or a forecast"
            raise RunError(describe(str(self.path), found=found, do="only the command that wrote it can use it"))
        if not self.exists():
            raise RunError(
                describe(
                    str(self.path), found="no run.json", expected="a run folder", do="`discern runs` lists the runs"
                )
            )
        try:
            record = files.read_json(self.manifest)
        except DataError as error:
            raise RunError(str(error)) from error
        if not isinstance(record.get("schema"), int) or record.get("state") not in STATES:
            raise RunError(describe(str(self.manifest), found="no known schema and state", expected="a run's record"))
        if record["schema"] > SCHEMA:
            raise RunError(describe(str(self.manifest), found=f"schema {record['schema']}", do="use a newer Discern"))
        wrong = [name for name, kind in RECORD.items() if not isinstance(record.get(name), kind)]
        wrong += [] if wrong else [f"data.{name}" for name in DATA if name not in record["data"]]
        wrong += ["files"] if record["state"] == "finished" and not isinstance(record.get("files"), dict) else []
        if wrong:
            raise RunError(describe(str(self.manifest), found=f"no usable {wrong[0]}", expected="a run's record"))
        return record

    def options(self) -> TrainOptions:
        """What the run was asked for. Raises RunError."""
        return self._typed("options", TrainOptions.from_json)

    def reading(self) -> ReadOptions:
        """How the run read its data. Raises RunError."""
        found = self._typed("data", lambda data: ReadOptions.from_json({**data["read"], "labels": data.get("sheet")}))
        return dataclasses.replace(found, corrections=str(self.corrections) if self.corrections.is_file() else None)

    def data_path(self) -> str:
        """Where the run's data lie, wherever one stands. Raises DataError for a run that learned from arrays."""
        data = self.record()["data"]
        path = data.get("place") or data.get("path")
        if not isinstance(path, str):
            raise DataError(f"{self.path}: this run learned from arrays; give them again")
        return path

    def _typed(self, name: str, make: Callable[[Mapping[str, Any]], T]) -> T:
        try:
            return make(self.record()[name])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RunError(describe(str(self.manifest), found=f"no usable {name} ({error})")) from error

    def findings(self) -> Findings:
        """What the audit found. Raises RunError."""
        try:
            return Findings.from_json(self.load(self.audit, "facts", "checks"))
        except (KeyError, TypeError) as error:
            raise RunError(describe(str(self.audit), found=f"an incomplete record ({error})")) from error

    def load(self, path: Path, *keys: str) -> dict[str, Any]:
        """One of the run's JSON files, with at least `keys`. Raises RunError when it is missing or damaged."""
        try:
            record = files.read_json(path)
        except DataError as error:
            raise RunError(str(error)) from error
        lost = [key for key in keys if key not in record]
        if lost:
            raise RunError(describe(str(path), found=f"no {lost[0]}", expected="what a run wrote"))
        return record

    def advance(self, state: str, **facts: Any) -> dict[str, Any]:
        """Write the next state and the facts that came with it. Raises RunError for a step that leaves one out."""
        record = self.record()
        here, there = STATES.index(record["state"]), STATES.index(state)
        reopened = record["state"] == "finished" and state == "compared"
        if there not in (here, here + 1) and not reopened:
            raise RunError(f"{self.path}: a run that is {record['state']} cannot become {state}")
        record |= {"state": state, **facts}
        record["times"] = {**record.get("times", {}), state: now()}
        files.write_json(self.manifest, record)
        return record

    def make(self) -> None:
        """Make the folder itself, a new one for its owner only. Raises OutputError."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise OutputError(describe(str(self.path), found=(error.strerror or str(error)).lower())) from error

    def create(self, facts: Mapping[str, Any]) -> None:
        """Write the first `run.json`."""
        record = {"schema": SCHEMA, "state": "new", **facts, "times": {"new": now()}}
        files.write_json(self.manifest, record)

    def at_least(self, state: str) -> bool:
        return STATES.index(self.record()["state"]) >= STATES.index(state)

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file that is the same when the run is repeated, by its path within the folder."""
        names = {path.relative_to(self.path).as_posix(): path for path in sorted(self.path.rglob("*"))}
        return {name: files.sha256_of(path) for name, path in names.items() if path.is_file() and repeatable(name)}

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the run for this process alone. Raises RunLocked when another process holds it.

        The lock is the operating system's, so it goes with the process however that ends.
        """
        try:
            lock = FileLock(self.path / LOCK, timeout=0, mode=files.OWNER_ONLY)
            with lock:
                files.remove_leftovers(self.path)
                yield
        except Timeout as error:
            raise RunLocked(
                describe(str(self.path), found="another process is writing this run", do="wait for it or stop it")
            ) from error
        except PermissionError as error:
            raise OutputError(describe(str(self.path), found="permission denied")) from error


def for_new_run(path: Path, *, inputs: Path | None, force: bool) -> RunFolder:
    """The folder of a new run, which may not be there yet; nothing is made or removed.

    Raises OptionError or OutputError when another thing stands there; an earlier run only with `force` does not.
    """
    check_apart(path, inputs)
    folder = RunFolder(path)
    if path.exists() and not path.is_dir():
        raise OutputError(describe(str(path), found="a file", expected="a folder for the run"))
    present = {entry.name for entry in path.iterdir()} if path.exists() else set()
    if folder.exists() and not force:
        raise OutputError(
            describe(str(path), found="a run stands there already", do="choose another -o, or --force to replace it")
        )
    remains = LOCK in present and all(name in OWN or name.startswith(files.TEMPORARY) for name in present)
    if present and not folder.exists() and not remains:
        raise OutputError(
            describe(str(path), found="files that are not a run's", do="choose another -o; --force replaces runs only")
        )
    return folder


def clear(folder: RunFolder) -> None:
    """Remove what an earlier run wrote, and nothing else, nor labels put right by hand; `run.json` goes first, so that
    a kill on the way never leaves half a run that looks whole. What such a kill leaves has the names of a run's files,
    and gives way to a new run."""
    folder.manifest.unlink(missing_ok=True)
    for entry in folder.path.iterdir():
        if entry.name == LOCK or entry.name not in OWN or (entry.name == SUSPECTS and filled(entry)):
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def check_apart(output: Path, inputs: Path | None) -> None:
    """Raise OptionError when what is written and what is read are the same place or lie in each other.

    Standard input and samples lie nowhere.
    """
    if inputs is None or str(inputs) == "-" or str(inputs).startswith("sample:"):
        return
    out, source = output.resolve(), inputs.resolve()
    if out == source or out.is_relative_to(source) or source.is_relative_to(out):
        raise OptionError(
            describe(f"-o {output}", found=f"it and the data {inputs} lie in each other", expected="a place of its own")
        )


def repeatable(name: str) -> bool:
    """Whether a file of a run, by its path within the folder, is the same when the run is repeated."""
    return name in REPEATABLE or name in KEPT_FILES or name.startswith("report/")


def free_path(parent: Path, name: str) -> Path:
    """The first of `parent/name`, `parent/name-2`, ... where nothing stands."""
    candidate, number = parent / name, 1
    while candidate.exists():
        number += 1
        candidate = parent / f"{name}-{number}"
    return candidate


def runs_below(parent: Path) -> list[RunFolder]:
    """Run folders directly in `parent`, by name."""
    if not parent.is_dir():
        return []
    return [RunFolder(entry) for entry in sorted(parent.iterdir()) if (entry / MANIFEST).is_file()]


def model_path(run_or_model: str | Path) -> Path:
    """The model file of a run folder, or the file itself. Raises RunError when there is none."""
    refuse_address(str(run_or_model))
    path = Path(run_or_model)
    if path.is_dir():
        folder = RunFolder(path)
        state = folder.record()["state"]
        if not folder.model.is_file():
            raise RunError(
                describe(str(path), found=f"this run is {state} and has no model yet", do=f"discern resume {path}")
            )
        return folder.model
    if not path.is_file():
        found = "neither a folder nor a regular file" if path.exists() else "no such run or model file"
        raise RunError(describe(str(run_or_model), found=found, expected="a run's folder or a model file"))
    return path


def megapixels_of(run_or_model: str | Path) -> float:
    """The largest pictures that a run reads; the usual cap for a model file. Raises RunError."""
    folder = RunFolder(Path(run_or_model))
    return folder.reading().max_megapixels if folder.exists() else MAX_MEGAPIXELS


def ledger_of(run_or_model: str | Path) -> Path:
    """The ledger that looks by this run or model file are written to: of the run, or beside a file that has none."""
    path = Path(run_or_model)
    folder = RunFolder(path if path.is_dir() else path.parent)
    return folder.ledger if folder.exists() else path.resolve().parent / "ledger.jsonl"
