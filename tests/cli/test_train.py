"""train: every option changes the result, and mistakes are named all at once."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from discern.store.event_file import SCALARS, EventFile

from .conftest import Cli


def training(run: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((run / "training.json").read_text())
    return record


def counts(run: Path) -> dict[str, int]:
    table = pl.read_parquet(run / "split.parquet")
    return dict(table.group_by("part").len().iter_rows())


@pytest.mark.shows("train", "--out", "--model")
def test_a_run_folder_holds_everything(knn_run: Path) -> None:
    names = {path.name for path in knn_run.iterdir()}
    assert {
        "run.json",
        "audit.json",
        "split.parquet",
        "evaluation.json",
        "predictions.parquet",
        "model.discern",
        "report.html",
        "report",
        "log.jsonl",
    } <= names
    assert training(knn_run)["model"] == "knn"


@pytest.mark.shows("train", "--model")
def test_several_models_are_compared_and_the_table_is_kept(cli: Cli, digits: Path, tmp_path: Path) -> None:
    result = cli("train", digits, "-o", "run", "--model", "majority", "--model", "knn")
    assert result.status == 0
    choice = json.loads((tmp_path / "run" / "candidates.json").read_text())
    assert choice["chosen"] == "knn"
    assert [row["model"] for row in choice["candidates"]] == ["majority", "knn"]
    assert "report:" in result.out


@pytest.mark.shows("train", "--k", "--split")
def test_five_neighbours_on_the_first_85_percent_of_the_digits(cli: Cli, tmp_path: Path) -> None:
    """The figure of the course: 257 of 270 right."""
    result = cli("train", "sample:digits", "-o", "run", "--model", "knn", "--k", "5", "--split", "first:0.85")
    assert result.status == 0
    evaluation = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    assert round(evaluation["figures"]["accuracy"]["value"], 6) == 0.951852
    assert evaluation["n_items"] == 270
    assert sum(row[i] for i, row in enumerate(evaluation["confusion"]["counts"])) == 257


def test_the_k_curve_is_in_the_report(knn_run: Path) -> None:
    assert [row["k"] for row in training(knn_run)["k_curve"]][:3] == [1, 3, 5]
    assert (knn_run / "report" / "k_curve.csv").is_file()
    assert (knn_run / "report" / "k_curve.svg").is_file()


@pytest.mark.shows("train", "--layers", "--epochs")
def test_layers_and_epochs(conv_run: Path) -> None:
    facts = training(conv_run)
    assert facts["layers"].startswith("conv 8 same, pool")
    assert len(facts["history"]) == 3


NET = ("--model", "conv", "--layers", "conv 4 same, pool, dense 8", "--epochs", "2")


@pytest.mark.shows("train", "--batch", "--lr", "--precision", "--seed")
@pytest.mark.parametrize("option", [("--batch", 40), ("--lr", 0.02), ("--precision", "float32"), ("--seed", 7)])
def test_an_option_of_the_network_changes_the_weights(
    cli: Cli, digits: Path, tmp_path: Path, option: tuple[str, object]
) -> None:
    base = ("--precision", "bfloat16") if option[0] == "--precision" else ()
    assert cli("train", digits, "-o", "plain", *NET, *base).status == 0
    assert cli("train", digits, "-o", "other", *NET, *option).status == 0
    assert (tmp_path / "plain/model.discern").read_bytes() != (tmp_path / "other/model.discern").read_bytes()


@pytest.mark.shows("train", "--loss")
def test_a_network_learns_by_squared_error_and_says_so(cli: Cli, digits: Path, tmp_path: Path) -> None:
    assert cli("train", digits, "-o", "plain", *NET).status == 0
    assert cli("train", digits, "-o", "same", *NET, "--loss", "cross-entropy").status == 0
    assert cli("train", digits, "-o", "squared", *NET, "--loss", "mse").status == 0
    plain, same, squared = ((tmp_path / run / "model.discern").read_bytes() for run in ("plain", "same", "squared"))
    assert plain == same != squared
    assert [training(tmp_path / run)["loss"] for run in ("plain", "squared")] == ["cross-entropy", "mse"]
    page = (tmp_path / "squared" / "report.html").read_text()
    assert re.search(r"discern train [^\n]*--loss mse", page)
    assert "squared error of the probabilities" in page
    assert "squared error of the probabilities" not in (tmp_path / "plain" / "report.html").read_text()
    assert all(epoch["train_loss"] <= 2 for epoch in training(tmp_path / "squared")["history"])
    assert "mse" in cli("summary", "squared", "--optimizer").out
    assert cli("resume", "squared", "--epochs", "+1").status == 0
    assert (training(tmp_path / "squared")["loss"], len(training(tmp_path / "squared")["history"])) == ("mse", 3)
    assert cli("verify", "squared", digits).status == 0


@pytest.mark.bad_input("train")
def test_a_loss_that_there_is_not_or_that_a_model_does_not_take_is_refused(cli: Cli, digits: Path) -> None:
    unknown = cli("train", digits, "-o", "other", *NET, "--loss", "msee")
    assert unknown.status == 2 and "expected one of cross-entropy, mse; did you mean 'mse'?" in unknown.err
    other = cli("train", digits, "-o", "other", "--model", "mlp", "--loss", "mse")
    assert other.status == 2 and "--loss belongs to --model conv; found --model mlp" in other.err


@pytest.mark.shows("train", "--device")
def test_where_a_network_learns_is_asked_for_and_kept(cli: Cli, digits: Path, tmp_path: Path) -> None:
    import torch

    card = torch.cuda.is_available()
    asked = cli("train", digits, "-o", "card", *NET, "--device", "cuda")
    assert asked.status == (0 if card else 2)
    assert card or "no graphics card here that it can use; expected cpu or auto" in asked.err
    assert cli("train", digits, "-o", "processor", *NET, "--device", "cpu").status == 0
    assert training(tmp_path / "processor")["device"] == "cpu"
    assert not card or training(tmp_path / "card")["device"] == "cuda"
    assert cli("train", digits, "-o", "other", *NET, "--device", "gpu").status == 2


@pytest.mark.shows("train", "--augment")
def test_pictures_are_varied_as_asked_and_what_was_done_is_kept(cli: Cli, digits: Path, tmp_path: Path) -> None:
    assert cli("train", digits, "-o", "plain", *NET, "--augment", "none").status == 0
    assert cli("train", digits, "-o", "moved", *NET, "--augment", "shift 0.1, rotate 10").status == 0
    assert (tmp_path / "plain/model.discern").read_bytes() != (tmp_path / "moved/model.discern").read_bytes()
    assert training(tmp_path / "moved")["augment"] == "shift 0.1, rotate 10"
    refused = cli("train", digits, "-o", "other", *NET, "--augment", "shfit 0.1")
    assert refused.status == 2
    assert "shift" in refused.err


@pytest.mark.shows("train", "--budget")
def test_a_budget_becomes_a_number_of_epochs_that_is_kept(cli: Cli, digits: Path, tmp_path: Path) -> None:
    net = NET[:4]
    assert cli("train", digits, "-o", "short", *net, "--budget", "0.001s").status == 0
    assert len(training(tmp_path / "short")["history"]) == 1
    assert "--epochs 1" in (tmp_path / "short" / "report.html").read_text()
    assert cli("train", digits, "-o", "longer", *net, "--budget", "2s").status == 0
    assert training(tmp_path / "longer")["cycles"][0] > 1
    assert cli("train", digits, "-o", "other", *net, "--budget", "soon").status == 2
    assert cli("train", digits, "-o", "other", *NET, "--budget", "2s").status == 2


@pytest.mark.shows("train", "--tensorboard")
def test_event_files_hold_each_epoch_once_and_change_nothing_else(cli: Cli, digits: Path, tmp_path: Path) -> None:
    assert cli("train", digits, "-o", "plain", *NET).status == 0
    result = cli("train", digits, "-o", "drawn", *NET, "--tensorboard")
    assert result.status == 0 and "opened before" not in result.err  # it counts as the same configuration
    assert not (tmp_path / "plain" / "tensorboard").exists()
    digests = [json.loads((tmp_path / run / "run.json").read_text())["files"] for run in ("plain", "drawn")]
    assert digests[0] == digests[1]
    assert cli("resume", "drawn", "--epochs", "+1").status == 0
    events = list(EventFile(tmp_path / "drawn" / "tensorboard").read())
    assert [event.step for event in events] == [1, 2, 3]
    found = [{value.tag: value.simple_value for value in event.summary.value} for event in events]
    for scalars, facts in zip(found, training(tmp_path / "drawn")["history"], strict=True):
        assert scalars == pytest.approx({name: facts[name] for name in SCALARS if facts[name] is not None})
    assert cli("train", digits, "-o", "drawn", *NET, "--force").status == 0
    assert not (tmp_path / "drawn" / "tensorboard").exists()


@pytest.mark.bad_input("train")
def test_without_the_library_event_files_are_refused_before_any_work(
    cli: Cli, digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    refused = cli("train", digits, "-o", "drawn", *NET, "--tensorboard")
    assert refused.status == 2
    assert "--tensorboard needs tensorboardX" in refused.err
    assert "pip install 'discern-ml[tensorboard]'" in refused.err
    assert not (tmp_path / "drawn").exists()


@pytest.mark.shows("train", "--features")
def test_features_change_what_an_algorithm_looks_at(cli: Cli, digits: Path, tmp_path: Path) -> None:
    for features in ("pixels", "hog"):
        assert cli("train", digits, "-o", features, "--model", "bayes", "--features", features).status == 0
    assert (tmp_path / "pixels/model.discern").read_bytes() != (tmp_path / "hog/model.discern").read_bytes()
    assert cli("train", digits, "-o", "other", "--model", "bayes", "--features", "hogg").status == 2


@pytest.mark.shows("train", "--search")
def test_settings_are_tried_and_the_best_is_kept(cli: Cli, digits: Path, tmp_path: Path) -> None:
    result = cli("train", digits, "-o", "run", "--model", "lvq", "--search", "3")
    assert result.status == 0 and "kept: " in result.err
    found = json.loads((tmp_path / "run" / "candidates.json").read_text())
    assert [row["setting"] for row in found["search"]["rows"]] == [0, 1, 2]
    best = max(found["search"]["rows"], key=lambda row: row["figures"]["accuracy"]["value"])
    assert training(tmp_path / "run")["parameters"].items() >= best["changed"].items()
    refused = cli("train", digits, "-o", "other", "--model", "majority", "--search", "3")
    assert refused.status == 2 and "--search finds nothing to try" in refused.err


@pytest.mark.shows("train", "--patience")
def test_few_items_are_learned_from_to_the_end_unless_patience_is_asked_for(
    cli: Cli, digits: Path, tmp_path: Path
) -> None:
    result = cli("train", digits, "-o", "all", *NET)
    assert "so few that it learns from all 204" in result.err
    assert cli("train", digits, "-o", "patient", *NET, "--patience", 5).status == 0
    epochs = [training(tmp_path / run)["history"][-1] for run in ("all", "patient")]
    assert epochs[0]["validation_loss"] is None and epochs[1]["validation_loss"] is not None
    pages = [(tmp_path / run / "report.html").read_text() for run in ("all", "patient")]
    assert ["none was held back to look at" in page for page in pages] == [True, False]
    assert not (tmp_path / "all" / "report" / "accuracy.svg").exists()
    assert (tmp_path / "patient" / "report" / "accuracy.svg").is_file()


@pytest.mark.shows("train", "--patience")
def test_patience_ends_training_on_labels_that_cannot_be_learned(cli: Cli, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for position in range(120):
        place = tmp_path / "noise" / "ab"[position % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (8, 8), dtype=np.uint8)).save(place / f"{position}.png")
    net = ("--model", "conv", "--layers", "dense 32", "--epochs", "40")
    assert cli("train", "noise", "-o", "patient", *net, "--patience", "40").status == 0
    assert cli("train", "noise", "-o", "hasty", *net, "--patience", "1").status == 0
    assert len(training(tmp_path / "hasty")["history"]) < len(training(tmp_path / "patient")["history"]) == 40


@pytest.mark.shows("train", "--from")
def test_training_can_start_from_the_weights_of_a_run(cli: Cli, digits: Path, conv_run: Path, tmp_path: Path) -> None:
    layers = ("--model", "conv", "--layers", "conv 8 same, pool, dense 16", "--epochs", "1")
    assert cli("train", digits, "-o", "scratch", *layers).status == 0
    assert cli("train", digits, "-o", "after", *layers, "--from", conv_run).status == 0
    losses = [training(tmp_path / run)["history"][0]["train_loss"] for run in ("scratch", "after")]
    assert losses[1] < losses[0]


@pytest.mark.shows("train", "--test", "--validation")
def test_shares_of_the_parts(cli: Cli, digits: Path, tmp_path: Path, knn_run: Path) -> None:
    assert cli("train", digits, "-o", "run", "--model", "knn", "--test", "0.4", "--validation", "0.3").status == 0
    wide, usual = counts(tmp_path / "run"), counts(knn_run)
    assert wide["test"] > 2 * usual["test"]
    assert abs(wide["test"] - 0.4 * 240) <= 10
    assert abs(wide["validation"] - 0.3 * (240 - wide["test"])) <= 10


@pytest.mark.shows("train", "--max-bad")
def test_too_many_bad_pictures_end_the_job(cli: Cli, tmp_path: Path, digits: Path) -> None:
    import shutil

    shutil.copytree(digits, tmp_path / "photos")
    for path in sorted((tmp_path / "photos").rglob("*.png"))[:30]:
        path.write_bytes(b"")
    refused = cli("train", "photos", "-o", "run", "--model", "knn")
    assert refused.status == 2
    assert "30" in refused.err
    assert not (tmp_path / "run").exists()
    accepted = cli("train", "photos", "-o", "run", "--model", "knn", "--max-bad", "0.2")
    assert accepted.status == 0
    assert len((tmp_path / "run" / "rejected.csv").read_text().splitlines()) == 31


@pytest.mark.shows("train", "--force")
def test_a_run_is_replaced_only_with_force(cli: Cli, tmp_path: Path, digits: Path) -> None:
    command = ("train", digits, "-o", "run", "--model", "majority")
    assert cli(*command).status == 0
    before = (tmp_path / "run" / "run.json").read_bytes()
    refused = cli(*command)
    assert refused.status == 2
    assert "--force" in refused.err
    assert (tmp_path / "run" / "run.json").read_bytes() == before
    assert cli(*command, "--force").status == 0


def test_force_never_removes_what_is_not_a_run(cli: Cli, tmp_path: Path, digits: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert cli("train", digits, "-o", "mine", "--model", "majority", "--force").status == 2
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


@pytest.mark.bad_input("train")
def test_every_mistake_is_named_at_once_before_data_are_read(cli: Cli, tmp_path: Path) -> None:
    result = cli(
        "train", "nowhere", "-o", "run", "--model", "knnn", "--epochs", "-1", "--lr", "nan", "--test", "2", "--k", "0"
    )
    assert result.status == 2
    assert result.err.count("\n") == 1
    for part in ("did you mean 'knn'", "--epochs is -1", "--lr is nan", "--test is 2.0", "--k is 0"):
        assert part in result.err
    assert "nowhere" not in result.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("train", "https://example.org/data"), "an address"),
        (("train", "."), "in each other"),
        (("train", "sample:digits", "--modle", "knn"), "--model"),
        (("train", "sample:digits", "--split", "last:0.5"), "first:0.85"),
        (("train", "sample:digits", "--k", "5", "--model", "conv"), "--k belongs to --model knn"),
        (("train", "sample:digits", "--model", "conv", "--layers", "conw 3"), "conv"),
        (("train", "sample:digits", "--model", "conv", "--from", "nowhere"), "nowhere"),
        (("train", ""), "empty name"),
        (("tarin", "sample:digits"), "train"),
        (("train",), "DATA"),
        (("--threads", "0", "train", "sample:digits"), "1 to 1024"),
        (("--threads", "1000000000", "train", "sample:digits"), "1 to 1024"),
    ],
)
def test_refused_in_one_line(cli: Cli, arguments: tuple[str, ...], says: str) -> None:
    result = cli(*arguments, *(("-o", "inside") if arguments == ("train", ".") else ()))
    assert result.status == 2
    assert result.err.startswith("discern: ")
    assert result.err.count("\n") == 1
    assert says in result.err
    assert "Traceback" not in result.err


@pytest.mark.shows("discern", "--debug")
def test_debug_shows_the_traceback(cli: Cli) -> None:
    from discern.core.errors import DiscernError

    with pytest.raises(DiscernError):
        cli("--debug", "train", "nowhere")


@pytest.mark.shows("discern", "--threads")
def test_the_number_of_threads_is_recorded(cli: Cli, tmp_path: Path, digits: Path) -> None:
    assert cli("--threads", "1", "train", digits, "-o", "run", "--model", "majority").status == 0
    assert json.loads((tmp_path / "run" / "run.json").read_text())["threads"] == 1


@pytest.mark.shows("discern", "--version")
def test_version(cli: Cli) -> None:
    import discern

    assert cli("--version").out == f"discern {discern.__version__}\n"


def test_the_same_command_gives_the_same_bytes(cli: Cli, tmp_path: Path, digits: Path) -> None:
    for run in ("one", "two"):
        assert cli("train", digits, "-o", run, *NET).status == 0
    records = [json.loads((tmp_path / run / "run.json").read_text())["files"] for run in ("one", "two")]
    assert records[0] == records[1]
    assert len(records[0]) > 10
