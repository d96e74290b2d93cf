"""evaluate --leak-price and its like: kept beside the run, shown in its report, the test part closed."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from discern.data.dataset import Dataset
from discern.data.read import read
from discern.workflows import examine, train

from .conftest import Cli


def kept(run: Path, name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((run / f"{name}.json").read_text())
    return record


@pytest.fixture
def run(knn_run: Path, tmp_path: Path) -> Path:
    shutil.copytree(knn_run, tmp_path / "run")
    return tmp_path / "run"


@pytest.mark.shows("evaluate", "--leak-price", "--solvable")
def test_questions_are_answered_kept_and_reported_and_the_test_part_stays_closed(cli: Cli, run: Path) -> None:
    before = (run.parent / "ledger.jsonl").exists()
    result = cli("evaluate", run, "--leak-price", "--solvable")
    assert result.status == 0, result.err
    assert "the price of a leak, by k nearest neighbours" in result.out
    assert "Shown: the labels can be told from the items" in result.out
    assert kept(run, "leak_price")["own"] and kept(run, "solvable")["verdict"] == "shown"
    page = (run / "report.html").read_text()
    assert "The price of a leak" in page and "Is the problem solvable with these data?" in page
    assert (run / "report" / "solvable.csv").is_file()
    assert (run.parent / "ledger.jsonl").exists() == before
    assert cli("verify", run).status == 0
    first = {name: (run / name).read_bytes() for name in ("leak_price.json", "solvable.json", "report.html")}
    assert cli("evaluate", run, "--solvable", "--leak-price").status == 0
    assert all((run / name).read_bytes() == content for name, content in first.items())


@pytest.mark.bad_input("evaluate")
def test_what_cannot_be_asked_is_refused_in_one_line(cli: Cli, run: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for arguments, says in (
        ((run / "model.discern", "--solvable"), "a run's folder"),
        ((run, "--solvable", "-o", "x.json"), "--solvable came with -o"),
        ((tmp_path / "other", "--leak-price"), "no run.json"),
        ((run, "sample:digits", "--leak-price"), "not the data that"),
    ):
        result = cli("evaluate", *arguments)
        assert result.status == 2 and says in result.err, (arguments, result.err)
        assert result.err.strip().count("\n") <= 1


def test_more_epochs_make_another_model_and_what_was_kept_goes(cli: Cli, conv_run: Path, tmp_path: Path) -> None:
    shutil.copytree(conv_run, tmp_path / "run")
    (tmp_path / "run" / "solvable.json").write_text("{}")
    assert cli("resume", "run", "--epochs", "+1").status == 0
    assert not (tmp_path / "run" / "solvable.json").exists()


def vehicles(*, real: bool) -> Dataset:
    """60 vehicles of 8 views each; labels at random, or by the first number."""
    rng = np.random.default_rng(5)
    points = rng.normal(size=(60, 12))
    points[:, 0] *= 4
    kinds = points[:, 0] > 0 if real else rng.permutation(60) % 2 == 0
    values = np.repeat(points, 8, axis=0) + 0.3 * rng.normal(size=(480, 12))
    return read(values, np.repeat(np.where(kinds, "van", "car"), 8), groups=np.repeat(np.arange(60), 8))


def test_vehicles_with_random_labels_are_caught_and_real_ones_are_shown(tmp_path: Path) -> None:
    """What a published notebook read as 99.9 %: high item by item, chance by vehicle, flagged, not shown."""
    chance = vehicles(real=False)
    train(chance, out=tmp_path / "chance", model="knn")
    in_passing = kept(tmp_path / "chance", "leak_price")
    assert not in_passing["own"] and in_passing["splits"]["random"]["value"] > 0.95
    assert "would flatter the result by" in (tmp_path / "chance" / "report.html").read_text()
    found = examine(tmp_path / "chance", ["leak_price", "solvable"], chance)
    price = found["leak_price"]
    assert price.own and price.splits["random"].low > 0.9 and abs(price.splits["groups"].value - 0.5) < 0.2
    assert [finding.severity for finding in price.findings()] == ["serious"]
    assert found["solvable"].verdict == "not shown"
    real = vehicles(real=True)
    run = train(real, out=tmp_path / "real", model="knn")
    assert run.examine("solvable", data=real)["solvable"].verdict == "shown"


@pytest.mark.parametrize(
    ("model", "own", "others"),
    [("tree", "depth 20", "depth 4"), ("knn", "k = ", "k = 50"), ("conv", "as it is", "0.25 of the width")],
)
def test_the_gap_is_drawn_against_the_size_of_the_model(tmp_path: Path, model: str, own: str, others: str) -> None:
    rng = np.random.default_rng(0)
    kinds = np.arange(240) % 2
    pictures = rng.integers(0, 160, (240, 8, 8)) + 60 * (kinds ^ (rng.random(240) < 0.2))[:, None, None]
    data = read(pictures.astype(np.uint8), kinds)
    small = {"layers": "conv 8, pool, dense 16", "epochs": 2} if model == "conv" else {}
    run = train(data, out=tmp_path / "run", model=model, calibrate="none", **small)  # type: ignore[arg-type]
    found = run.examine("solvable", data=data)["solvable"].overfit
    assert found.own and found.sizes[found.own_size].words.startswith(own)
    assert found.sizes[found.own_size].unseen == found.unseen, "the model itself stands among the sizes"
    assert others in [size.words for size in found.sizes]
    page = re.sub(r"</?a\b[^>]*>", "", run.report.read_text("utf-8"))  # words may be links
    assert "Does it learn by heart?" in page and found.sentence.split(" (")[0] in page
    assert (tmp_path / "run" / "report" / "validation_curve.svg").is_file()
    if found.smaller is not None:
        assert "take a smaller model" in page
    if found.finding() is not None:
        assert "D503" in page


def test_without_groups_and_copies_a_plain_run_names_no_price(knn_run: Path) -> None:
    assert not (knn_run / "leak_price.json").exists()


@pytest.mark.shows("evaluate", "--suspects")
@pytest.mark.shows("train", "--corrections")
@pytest.mark.bad_input("train")
def test_suspects_can_be_put_right_and_read_back(cli: Cli, digits: Path, tmp_path: Path) -> None:
    shutil.copytree(digits, tmp_path / "digits")
    moved = sorted((tmp_path / "digits" / "3").iterdir())[0]
    moved.rename(tmp_path / "digits" / "7" / moved.name)
    assert cli("train", "digits", "-o", "first", "--model", "knn", "--seed", "1").status == 0
    result = cli("evaluate", "first", "--suspects")
    assert result.status == 0, result.err
    assert "Labels in doubt" in (tmp_path / "first" / "report.html").read_text()
    lines = (tmp_path / "first" / "suspects.csv").read_text().splitlines()
    assert any(line.startswith(f"7/{moved.name},7,,3,") for line in lines), lines
    sheet = [line.replace(f"7/{moved.name},7,,3", f"7/{moved.name},7,3,3") for line in lines]
    (tmp_path / "mine.csv").write_text("\n".join(sheet) + "\n")
    done = cli("train", "digits", "-o", "second", "--model", "knn", "--seed", "1", "--corrections", "mine.csv")
    assert done.status == 0, done.err
    (tmp_path / "mine.csv").unlink()
    assert (tmp_path / "second" / "corrections.csv").is_file()
    assert cli("verify", "second").status == 0
    assert cli("evaluate", "second").status == 0
    (tmp_path / "bad.csv").write_text("item,correction\nnowhere.png,3\n")
    refused = cli("train", "digits", "-o", "third", "--corrections", "bad.csv")
    assert refused.status == 2 and "no item 'nowhere.png'" in refused.err and refused.err.strip().count("\n") <= 1


def test_labels_put_right_in_place_are_never_lost(cli: Cli, digits: Path, run: Path) -> None:
    """`suspects.csv` is to be edited where it lies: nothing but `purge` removes it then, nor is it called damaged."""
    sheet = run / "suspects.csv"
    for _ in range(2):  # nothing is filled in: it is written anew
        assert cli("evaluate", run, "--suspects").status == 0
    item = sorted(path.relative_to(digits) for path in digits.rglob("*.png"))[0]
    corrected = sheet.read_text() + f"{item.as_posix()},0,8,8,0.1,0.9,1,9\n"
    sheet.write_text(corrected)
    assert cli("verify", run).status == 0
    record = json.loads((run / "run.json").read_text())
    record["files"]["suspects.csv"] = "0" * 64  # as runs were written before
    (run / "run.json").write_text(json.dumps(record))
    assert cli("verify", run).status == 0
    refused = cli("evaluate", run, "--suspects")
    assert refused.status == 2 and "labels put right by hand" in refused.err and "move the sheet away" in refused.err
    assert cli("report", run).status == 0
    assert cli("train", digits, "-o", run, "--model", "majority", "--force").status == 0
    assert sheet.read_text() == corrected
    assert cli("verify", run).status == 0
    done = cli("purge", run)
    assert done.status == 0 and "removed: suspects.csv" in done.out and not sheet.exists()


@pytest.mark.shows("evaluate", "--more-data")
def test_what_more_data_would_bring_is_predicted_and_drawn(cli: Cli, run: Path) -> None:
    result = cli("evaluate", run, "--more-data")
    assert result.status == 0, result.err
    assert "would more data help?" in result.out and "predicted at" in result.out
    assert list(kept(run, "more_data")["predicted"]) == ["2", "10"]
    assert (run / "report" / "more_data.svg").is_file() and (run / "report" / "more_data.csv").is_file()
    assert 'id="more-data"' in (run / "report.html").read_text()
    assert cli("verify", run).status == 0
