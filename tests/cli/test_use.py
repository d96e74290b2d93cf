"""resume, runs, summary, predict, evaluate, verify, export and doctor."""

from __future__ import annotations

import io
import json
import os
import shutil
from pathlib import Path

import numpy as np
import onnx
import polars as pl
import pytest

from .conftest import Cli


@pytest.mark.shows("resume", "--epochs")
def test_resume_adds_epochs_to_a_finished_network(cli: Cli, conv_run: Path, tmp_path: Path) -> None:
    shutil.copytree(conv_run, tmp_path / "run")
    before = (tmp_path / "run" / "model.discern").read_bytes()
    assert cli("resume", "run", "--epochs", "+2").status == 0
    history = json.loads((tmp_path / "run" / "training.json").read_text())["history"]
    assert [epoch["epoch"] for epoch in history] == [1, 2, 3, 4, 5]
    assert (tmp_path / "run" / "model.discern").read_bytes() != before


@pytest.mark.bad_input("resume")
def test_resume_refuses_what_cannot_go_on_and_leaves_a_finished_run_alone(
    cli: Cli, knn_run: Path, conv_run: Path, tmp_path: Path
) -> None:
    before = (conv_run / "run.json").read_bytes()
    finished = cli("resume", conv_run)
    assert finished.status == 0
    assert "this run is finished" in finished.err
    assert (conv_run / "run.json").read_bytes() == before
    for arguments, says in (
        ((knn_run, "--epochs", "+2"), "does not learn in epochs"),
        ((conv_run, "--epochs", "5"), "+5"),
        ((tmp_path,), "no run.json"),
        (("nowhere",), "no such run"),
    ):
        result = cli("resume", *arguments)
        assert result.status == 2
        assert says in result.err


@pytest.mark.shows("runs")
@pytest.mark.bad_input("runs")
def test_runs_lists_what_there_is(cli: Cli, knn_run: Path) -> None:
    result = cli("runs", knn_run.parent)
    assert result.status == 0
    assert "knn" in result.out
    assert "finished" in result.out
    assert "%" in result.out
    assert cli("runs", "nowhere").status == 2


@pytest.mark.parametrize("damage", ["options", "data", "times", "threads"])
def test_a_damaged_run_is_named_and_does_not_hide_the_others(
    cli: Cli, conv_run: Path, tmp_path: Path, damage: str
) -> None:
    for name in ("good", "bad"):
        shutil.copytree(conv_run, tmp_path / "runs" / name)
    path = tmp_path / "runs" / "bad" / "run.json"
    record = json.loads(path.read_text())
    for value in (None, 5, {}):
        path.write_text(json.dumps({**record, damage: value}))
        listed = cli("runs")
        assert listed.status == 0
        assert "good" in listed.out
        for command in (("evaluate",), ("verify",), ("resume",), ("resume", "--epochs", "+1")):
            result = cli(command[0], "runs/bad", *command[1:])
            harmless = value is not None and result.status == 0  # such as a number of threads that can be used
            assert harmless or (result.status == 2 and "run.json" in result.err), (command, value, result.err)


def test_outputs_never_land_in_data_or_in_a_run(cli: Cli, knn_run: Path, digits: Path, tmp_path: Path) -> None:
    shutil.copytree(digits, tmp_path / "data")
    shutil.copytree(knn_run, tmp_path / "run")
    for arguments in (
        ("predict", "run", "data", "-o", "data/out.csv"),
        ("predict", "run", "data", "-o", "run/out.csv"),
        ("predict", "run", "data", "-o", "nowhere/out.csv"),
        ("evaluate", "run", "data", "-o", "data/figures.json"),
        ("evaluate", "run", "-o", "run/evaluation.json", "--force"),
        ("export", "run", "--onnx", "run/net.onnx"),
        ("audit", "data", "--html", "data/page.html"),
        ("show", "data", "-o", "data/sheet.png"),
        ("train", "data", "-o", "http://example.org/run"),
    ):
        result = cli(*arguments)
        assert result.status == 2, arguments
        assert result.err.count("\n") == 1, arguments
    assert cli("verify", "run", "data").status == 0


@pytest.mark.shows("summary", "--layers", "--shape", "--classes")
def test_summary_of_a_description(cli: Cli) -> None:
    """The parameters of the textbook network for cats and dogs."""
    layers = "conv 32, pool, conv 32, pool, dense 128, sigmoid"
    result = cli("summary", "--layers", layers, "--shape", "64x64x3", "--classes", "2")
    assert result.status == 0
    for number in ("896", "9,248", "802,944", "129"):
        assert number in result.out
    other = cli("summary", "--layers", "dense 8", "--classes", "3")
    assert other.status == 0
    assert "27" in other.out


@pytest.mark.shows("summary", "--weights", "--optimizer")
def test_summary_of_a_run(cli: Cli, conv_run: Path, knn_run: Path) -> None:
    plain = cli("summary", conv_run)
    weights = cli("summary", conv_run, "--weights")
    optimizer = cli("summary", conv_run, "--optimizer")
    assert "conv 8 same" in plain.out
    assert "conv1.weight" in weights.out
    assert "conv1.weight" not in plain.out
    assert "learning rate" in optimizer.out
    assert "learning rate" not in plain.out
    assert cli("summary", knn_run / "model.discern").status == 0


@pytest.mark.bad_input("summary")
def test_summary_refuses_what_is_no_model(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "model.discern").write_bytes(b"\x80\x04pickle")
    assert "pickle" in cli("summary", "model.discern").err
    assert cli("summary").status == 2
    assert cli("summary", "--layers", "dense 8", "--shape", "4x").status == 2


@pytest.mark.shows("predict")
def test_predict_prints_csv_where_no_person_looks(cli: Cli, knn_run: Path, digits: Path) -> None:
    result = cli("predict", knn_run, digits / "3")
    table = pl.read_csv(io.StringIO(result.out))
    assert table.columns == ["item", "prediction", "probability", *(f"p_{digit}" for digit in range(10))]
    assert (table["prediction"] == 3).mean() > 0.9
    sums = table.select(pl.sum_horizontal(pl.col("^p_.*$"))).to_numpy()
    assert np.allclose(sums, 1, atol=1e-5)


@pytest.mark.shows("predict", "--out", "--force")
@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_predict_writes_three_formats(cli: Cli, knn_run: Path, digits: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"answers.{ending}"
    glob = f"{digits}/4/*.png"
    assert cli("predict", knn_run / "model.discern", glob, "-o", out).status == 0
    readers = {"csv": pl.read_csv, "parquet": pl.read_parquet, "jsonl": pl.read_ndjson}
    assert len(readers[ending](out)) == len(list((digits / "4").iterdir()))
    again = cli("predict", knn_run, glob, "-o", out)
    assert again.status == 2
    assert "--force" in again.err
    assert cli("predict", knn_run, glob, "-o", out, "--force").status == 0


@pytest.mark.bad_input("predict")
def test_predict_sets_bad_pictures_aside(cli: Cli, knn_run: Path, digits: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    shutil.copy(next((digits / "7").iterdir()), tmp_path / "new" / "=cmd.png")
    (tmp_path / "new" / "half.png").write_bytes(next((digits / "7").iterdir()).read_bytes()[:50])
    result = cli("predict", knn_run, "new", "-o", "out.csv")
    assert result.status == 0
    assert "1 answered" in result.out
    assert "half.png" in (tmp_path / "out.rejected.csv").read_text()
    assert "'=cmd.png" in (tmp_path / "out.csv").read_text() or "new/=cmd.png" in (tmp_path / "out.csv").read_text()
    nothing = cli("predict", knn_run, "new/half.png")
    assert nothing.status == 2
    assert "half.png" in nothing.err
    assert cli("predict", knn_run, "http://example.org/a.png").status == 2
    assert cli("predict", knn_run, "new", "-o", "out.xlsx").status == 2


def test_predict_reads_names_from_stdin(cli: Cli, knn_run: Path, digits: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = sorted(str(path) for path in (digits / "1").iterdir())[:3]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(names) + "\n"))
    result = cli("predict", knn_run, "-")
    assert len(result.out.splitlines()) == 4


def test_names_on_stdin_need_be_no_text(
    cli: Cli, knn_run: Path, digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.png"
    Path(os.fsdecode(name)).write_bytes(next((digits / "1").iterdir()).read_bytes())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(name + b"\n"), encoding="utf-8"))
    found = cli("predict", knn_run, "-", "-o", "out.csv")
    assert found.status == 0, found.err
    assert len(Path("out.csv").read_text().splitlines()) == 2


@pytest.mark.shows("predict", "--model")
def test_several_models_answer_side_by_side(
    cli: Cli, knn_run: Path, conv_run: Path, digits: Path, tmp_path: Path
) -> None:
    for name, run in (("near", knn_run), ("net", conv_run)):
        shutil.copy(run / "model.discern", tmp_path / f"{name}.discern")
    both = ("--model", "near.discern", "--model", "net.discern")
    assert cli("predict", *both, digits / "6", "-o", "both.parquet").status == 0
    table = pl.read_parquet(tmp_path / "both.parquet")
    for name in ("near", "net"):
        assert cli("predict", "--model", f"{name}.discern", digits / "6", "-o", f"{name}.parquet").status == 0
        alone = pl.read_parquet(tmp_path / f"{name}.parquet")
        assert table["item"].equals(alone["item"])
        assert table[f"{name}_prediction"].equals(alone["prediction"], check_names=False)
        assert table[f"{name}_p_6"].equals(alone["p_6"], check_names=False)
    same = cli("predict", "--model", "net.discern", "--model", "net.discern", digits / "6")
    assert same.status == 2
    assert "told apart" in same.err
    assert cli("predict", "net.discern").status == 2


@pytest.mark.shows("evaluate", "--out", "--force")
def test_evaluate_repeats_the_recorded_figures(cli: Cli, knn_run: Path, tmp_path: Path) -> None:
    result = cli("evaluate", knn_run, "-o", "figures.json")
    assert result.status == 0
    recorded = json.loads((knn_run / "evaluation.json").read_text())
    assert json.loads((tmp_path / "figures.json").read_text()) == recorded
    assert cli("evaluate", knn_run, "-o", "figures.json").status == 2
    assert cli("evaluate", knn_run, "-o", "figures.json", "--force").status == 0


@pytest.mark.shows("evaluate")
@pytest.mark.bad_input("evaluate")
def test_evaluate_on_other_data(cli: Cli, knn_run: Path, tmp_path: Path) -> None:
    result = cli("evaluate", knn_run / "model.discern", "sample:digits")
    assert result.status == 0
    assert "1,797" in result.out
    (tmp_path / "cats" / "tom").mkdir(parents=True)
    from PIL import Image

    Image.new("L", (8, 8)).save(tmp_path / "cats" / "tom" / "1.png")
    refused = cli("evaluate", knn_run, "cats")
    assert refused.status == 2
    assert "tom" in refused.err


def test_each_look_stands_in_the_ledger(cli: Cli, digits: Path, tmp_path: Path) -> None:
    assert cli("train", digits, "-o", "a", "--model", "knn").status == 0
    second = cli("train", digits, "-o", "b", "--model", "majority")
    assert "opened before by 1 other configuration" in second.err
    lines = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert [json.loads(line)["run"] for line in lines] == ["a", "b"]


@pytest.mark.shows("verify")
@pytest.mark.bad_input("verify")
def test_verify_finds_a_changed_byte_a_changed_item_and_a_changed_figure(
    cli: Cli, knn_run: Path, digits: Path, tmp_path: Path
) -> None:
    shutil.copytree(digits, tmp_path / "data")
    shutil.copytree(knn_run, tmp_path / "run")
    same = cli("verify", "run", "data")
    assert same.status == 0
    assert "everything is as recorded" in same.out
    picture = sorted((tmp_path / "data" / "2").iterdir())[0]
    picture.write_bytes(sorted((tmp_path / "data" / "8").iterdir())[0].read_bytes())
    changed = cli("verify", "run", "data")
    assert changed.status == 1
    assert f"2/{picture.name}" in changed.out
    shutil.copytree(digits, tmp_path / "data", dirs_exist_ok=True)
    evaluation = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    evaluation["figures"]["accuracy"]["value"] = 0.5
    (tmp_path / "run" / "evaluation.json").write_text(json.dumps(evaluation))
    forged = cli("verify", "run", "data")
    assert forged.status == 1
    assert "evaluation.json" in forged.out
    assert "evaluation.figures.accuracy.value" in forged.out
    assert cli("verify", "data").status == 2


@pytest.mark.shows("export", "--onnx", "--force")
@pytest.mark.bad_input("export")
def test_export_writes_a_model_that_others_run(cli: Cli, conv_run: Path, tmp_path: Path) -> None:
    assert cli("export", conv_run, "--onnx", "net.onnx").status == 0
    onnx.checker.check_model(onnx.load(tmp_path / "net.onnx"))
    again = cli("export", conv_run, "--onnx", "net.onnx")
    assert again.status == 2
    assert cli("export", conv_run, "--onnx", "net.onnx", "--force").status == 0
    assert cli("export", conv_run, "--onnx", "net.txt").status == 2


@pytest.mark.shows("doctor")
def test_doctor_finds_this_machine_ready(cli: Cli) -> None:
    result = cli("doctor")
    assert result.status == 0
    assert "save, load and predict" in result.out
    assert "training on" in result.out


@pytest.mark.bad_input("doctor")
def test_doctor_names_a_thread_budget_that_cannot_be(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    import discern.core.threads as threads

    monkeypatch.setattr(threads, "_budget", None)
    monkeypatch.setenv("DISCERN_THREADS", "many")
    result = cli("doctor")
    assert result.status == 2
    assert "DISCERN_THREADS" in result.err
