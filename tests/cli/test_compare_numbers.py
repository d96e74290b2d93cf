"""runs compare where both runs learned a number: on real rows, on few rows, and what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from discern.evaluate.paired_numbers import NumberComparison
from discern.workflows import compare_runs

from .conftest import Cli, run_main


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A line and the mean on the same real patients, both on few made-up areas, and one of classes."""
    folder = tmp_path_factory.mktemp("numbers")
    for sample in ("diabetes", "areas"):
        for name in ("ols", "mean"):
            assert run_main("train", f"sample:{sample}", "--model", name, "-o", folder / sample / name) == 0
    assert run_main("train", "sample:iris", "--model", "majority", "-o", folder / "iris") == 0
    yield folder


def test_two_runs_of_a_number(cli: Cli, runs: Path) -> None:
    found = cli("runs", "compare", runs / "diabetes" / "ols", runs / "diabetes" / "mean")
    text = " ".join(found.out.split())
    assert found.status == 0
    assert "“ols” is better than “mean”: off by 19.1 (10.0 to 28.2) less in progression on average" in text
    assert "on the same 66 rows" in text and "sign-flip test over 66 items, p under 0.001" in text
    assert "Mean error 48.0 67.1 −19.1 −28.2 to −10.0" in text
    assert "Errors are in progression; less is better" in text
    record = json.loads(cli("runs", "compare", *(runs / "diabetes" / name for name in ("mean", "ols")), "--json").out)
    assert record["better"] == "ols" and record["nearer_first"] + record["nearer_second"] == record["n_items"] == 66
    for place, name in (("first", "mean"), ("second", "ols")):
        evaluation = json.loads((runs / "diabetes" / name / "evaluation.json").read_text("utf-8"))
        assert {figure: three[place] for figure, three in record["figures"].items()} == evaluation["figures"]
    gap = record["figures"]["mae"]["difference"]
    assert gap["value"] == pytest.approx(19.1, abs=0.05)
    same = cli("runs", "compare", runs / "diabetes" / "ols", runs / "diabetes" / "ols")
    assert "No difference shown" in same.out and "both are off by the same" in " ".join(same.out.split())
    assert "compare" in (runs / "diabetes" / "ledger.jsonl").read_text("utf-8").splitlines()[-1]


def test_from_python(runs: Path) -> None:
    found = compare_runs(runs / "diabetes" / "ols", runs / "diabetes" / "mean")
    assert isinstance(found, NumberComparison)
    assert (found.target, found.better, found.notes) == ("progression", "ols", ())
    assert "ols" in found._repr_html_()


def test_few_rows_are_compared_by_the_answers_of_models_that_did_not_see_them(cli: Cli, runs: Path) -> None:
    found = cli("runs", "compare", runs / "areas" / "ols", runs / "areas" / "mean")
    text = " ".join(found.out.split())
    assert found.status == 0
    assert "No difference shown between “ols” and “mean” on the same 5 rows" in text and "“mean” on 1 row;" in text
    assert "note: The rows are too few to keep some for testing" in text
    assert "note: With 5 items no difference can be shown" in text
    ledger = runs / "areas" / "ledger.jsonl"
    assert not ledger.exists() or '"compare"' not in ledger.read_text("utf-8")  # there is no test part to look at


@pytest.mark.bad_input("runs compare")
def test_runs_that_learned_something_else_are_refused(cli: Cli, runs: Path) -> None:
    mixed = cli("runs", "compare", runs / "diabetes" / "ols", runs / "iris")
    assert mixed.status == 2 and mixed.err.count("\n") == 1
    assert "learned a number" in mixed.err and "expected two runs that learned the same" in mixed.err
    other = cli("runs", "compare", runs / "diabetes" / "ols", runs / "areas" / "ols")
    assert other.status == 2 and "66 test items and 5, 0 of them the same" in other.err


@pytest.mark.bad_input("runs compare")
@pytest.mark.parametrize("lacking", ["a row", "every number"])
def test_damaged_answers_are_refused(cli: Cli, runs: Path, tmp_path: Path, lacking: str) -> None:
    shutil.copytree(runs / "diabetes" / "mean", tmp_path / "run")
    path = tmp_path / "run" / "predictions.parquet"
    table = pl.read_parquet(path)
    table = table.head(60) if lacking == "a row" else table.with_columns(prediction=pl.lit("much"))
    path.chmod(0o600)
    table.write_parquet(path)
    refused = cli("runs", "compare", "run", "run")
    assert refused.status == 2 and "not an answer for every test item" in refused.err
