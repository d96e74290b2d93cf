"""The options of reading: each changes what the model takes, and every door then does the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from discern.models.convolutional import ConvNet
from discern.store import bundle
from discern.workflows import load

from .conftest import Cli

CARS = {"v1": ("Ford", "Fiesta"), "v2": ("Ford", "Focus"), "v3": ("Fiat", "Panda"), "v4": ("Fiat", "Panda")}
ANGLES = 5


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Colour pictures of 24 x 36 in a folder a class: reddish and bluish noise."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for position in range(40):
        name = "red" if position % 2 else "blue"
        (folder / name).mkdir(exist_ok=True)
        pixels = rng.integers(0, 120, (24, 36, 3), dtype=np.uint8)
        pixels[:, :, 0 if name == "red" else 2] += 130
        Image.fromarray(pixels).save(folder / name / f"{position:02}.png")
    return folder


@pytest.fixture(scope="module")
def cars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve vehicles in five photographs each, in one folder beside a sheet of makes and models."""
    folder = tmp_path_factory.mktemp("cars")
    (folder / "photos").mkdir()
    rng = np.random.default_rng(1)
    rows = []
    for number in range(12):
        make, model = list(CARS.values())[number % 4]
        hue = {"Fiesta": (200, 40, 40), "Focus": (40, 200, 40), "Panda": (40, 40, 200)}[model]
        rows.append((f"car{number}", make, model, 1990 + number))
        for angle in range(ANGLES):
            noise = rng.integers(-30, 30, (12, 12, 3)) + np.array(hue)
            Image.fromarray(noise.clip(0, 255).astype(np.uint8)).save(folder / "photos" / f"car{number}_{angle:02}.png")
    pl.DataFrame(rows, schema=["id", "make", "model", "year"], orient="row").write_csv(folder / "metadata.csv")
    return folder


def taken(run: Path) -> dict[str, Any]:
    record: dict[str, Any] = bundle.load(run / "model.discern").spec.to_json()
    return record


@pytest.mark.shows("train", "--size", "--grey", "--binary", "--crop", "--keep-aspect")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), {"shape": [24, 36, 3]}),
        (("--size", "16"), {"shape": [16, 16, 3]}),
        (("--size", "12x20"), {"shape": [12, 20, 3]}),
        (("--grey",), {"shape": [24, 36, 1]}),
        (("--binary",), {"shape": [24, 36, 1], "binary": True}),
        (("--crop", "0,0.25,0,0.25"), {"crop": [0.0, 0.25, 0.0, 0.25]}),
        (("--keep-aspect", "--size", "20"), {"shape": [20, 20, 3], "keep_aspect": True}),
    ],
)
def test_what_a_model_takes(
    cli: Cli, photos: Path, tmp_path: Path, options: tuple[str, ...], expected: dict[str, Any]
) -> None:
    result = cli("train", photos, "-o", "run", "--model", "knn", *options)
    assert result.status == 0, result.err
    spec = taken(tmp_path / "run")
    assert {key: spec.get(key) for key in expected} == expected
    assert cli("verify", "run").status == 0, "reading again, from the file's own input, gives other pixels"
    answers = cli("predict", "run", photos / "red", "-o", "red.parquet")
    assert answers.status == 0
    for option in options:
        assert option in (tmp_path / "run" / "report.html").read_text(), "the command that repeats the run lacks it"


def test_mistakes_in_reading_are_named_together(cli: Cli) -> None:
    result = cli("train", "nowhere", "--size", "big", "--crop", "0.9,0,0.9,0", "--max-bad", "7")
    assert result.status == 2
    for part in ("--size is 'big'", "--crop is", "--max-bad is 7"):
        assert part in result.err


@pytest.mark.shows("train", "--labels", "--id", "--label", "--group-from")
def test_make_and_model_from_a_sheet(cli: Cli, cars: Path, tmp_path: Path) -> None:
    sheet = ("--labels", cars / "metadata.csv", "--id", "id", "--label", "make", "--label", "model")
    group = ("--group-from", r"(.+)_\d+")
    result = cli("train", cars / "photos", "-o", "run", "--model", "knn", *sheet, *group, "--test", "0.3")
    assert result.status == 0, result.err
    record = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    assert set(record["targets"]) == {"make", "model", "joint"}
    for block in record["targets"].values():
        assert block["n_groups"] < block["n_items"], "photographs of one vehicle count as one unit"
        assert block["figures"]["accuracy"]["value"] == 1.0
    parts = pl.read_parquet(tmp_path / "run" / "split.parquet").group_by("group").agg(pl.col("part").n_unique())
    assert parts["part"].to_list() == [1] * 12, "a vehicle stands on both sides"
    assert "Each target" in (tmp_path / "run" / "report.html").read_text()
    assert cli("verify", "run").status == 0
    table = cli("predict", "run", cars / "photos", "-o", "cars.parquet")
    assert table.status == 0
    answers = pl.read_parquet(tmp_path / "cars.parquet")
    pairs = set(answers.select("make", "model").unique().iter_rows())
    assert pairs <= set(CARS.values()), "an answer that the data do not hold"
    assert (answers["make_probability"] >= answers["probability"] - 1e-6).all()


def test_a_network_learns_make_and_model(cli: Cli, cars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    learn = ConvNet.fit

    def fit(self: ConvNet, *data: Any, **named: Any) -> ConvNet:
        learn(self, *data, **named)
        given.append((self.classes_.tolist(), named["class_labels"].tolist()))
        return self

    monkeypatch.setattr(ConvNet, "fit", fit)
    sheet = ("--labels", cars / "metadata.csv", "--label", "model", "--label", "make", "--group-from", r"(.+)_\d+")
    network = ("--model", "conv", "--layers", "conv 8 norm, average", "--epochs", "20", "--batch", "8")
    result = cli("train", cars / "photos", "-o", "run", *sheet, *network, "--test", "0.3")
    assert result.status == 0, result.err
    # makes: Fiat, Ford; models: Fiesta, Focus, Panda
    assert given == [(["Fiesta / Ford", "Focus / Ford", "Panda / Fiat"], [[0, 1], [1, 1], [2, 0]])]
    record = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    assert {name: block["figures"]["accuracy"]["value"] for name, block in record["targets"].items()} == {
        "model": 1.0,
        "make": 1.0,
        "joint": 1.0,
    }
    arrays = bundle.load(tmp_path / "run" / "model.discern").estimator().weights_
    assert {name for name in arrays if name.startswith("head.")} == {"head.weight", "head.bias"}
    given.clear()
    compared = cli("train", cars / "photos", "-o", "compared", *sheet, *network, "--model", "majority", "--test", "0.3")
    assert compared.status == 0, compared.err
    assert len(given) > 2 and all(labels == [[0, 1], [1, 1], [2, 0]] for _, labels in given), "compared otherwise"
    assert cli("verify", "run").status == 0
    assert cli("predict", "run", cars / "photos", "-o", "cars.parquet").status == 0
    answers = pl.read_parquet(tmp_path / "cars.parquet")
    assert set(answers.select("make", "model").unique().iter_rows()) <= set(CARS.values())


def test_one_vehicle_a_class_cannot_be_tested_by_group(cli: Cli, cars: Path, tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for path in sorted((cars / "photos").iterdir()):
        if path.name.startswith(("car0_", "car1_")):
            (few / path.name).write_bytes(path.read_bytes())
    sheet = ("--labels", cars / "metadata.csv", "--label", "model", "--group-from", r"(.+)_\d+")
    result = cli("train", few, "-o", "run", "--model", "knn", *sheet)
    assert result.status == 2
    assert "single group" in result.err
    assert not (tmp_path / "run").exists() or not (tmp_path / "run" / "run.json").exists()


@pytest.mark.shows("train", "--drop-leaks")
def test_what_stands_in_the_test_part_is_not_learned_from(cli: Cli, photos: Path, tmp_path: Path) -> None:
    for part in ("train", "test"):
        for name in ("red", "blue"):
            (tmp_path / "data" / part / name).mkdir(parents=True)
    for number, path in enumerate(sorted(photos.rglob("*.png"))):
        part = "test" if number % 4 == 0 else "train"
        (tmp_path / "data" / part / path.parent.name / path.name).write_bytes(path.read_bytes())
    leak = next((tmp_path / "data" / "test" / "red").iterdir())
    (tmp_path / "data" / "train" / "red" / "leak.png").write_bytes(leak.read_bytes())
    for run, option in (("kept", ()), ("dropped", ("--drop-leaks",))):
        assert cli("train", "data", "-o", run, "--model", "knn", *option).status == 0
    part_of = {
        run: dict(pl.read_parquet(tmp_path / run / "split.parquet").select("item", "part").iter_rows())
        for run in ("kept", "dropped")
    }
    assert part_of["kept"]["train/red/leak.png"] in ("train", "validation")
    assert part_of["dropped"]["train/red/leak.png"] not in ("train", "validation", "test")


@pytest.mark.shows("train", "--max-megapixels")
@pytest.mark.shows("audit", "--max-megapixels")
@pytest.mark.shows("predict", "--max-megapixels")
def test_larger_pictures_are_set_aside_at_every_door_of_a_run(cli: Cli, photos: Path, tmp_path: Path) -> None:
    data, big = tmp_path / "photos", tmp_path / "photos" / "red" / "big.png"
    shutil.copytree(photos, data)
    Image.new("RGB", (60, 60), "red").save(big)
    said = "60 x 60 pixels; expected at most 0.002 megapixels (--max-megapixels of train, audit and predict raises"
    cap = ("--max-megapixels", "0.002")
    assert "rejected: 1\n" in cli("audit", data, *cap).out and "rejected: 0\n" in cli("audit", data).out
    result = cli("train", data, "-o", "run", "--model", "majority", *cap)
    assert result.status == 0 and said in (tmp_path / "run" / "rejected.csv").read_text(), result.err
    assert "--max-megapixels 0.002" in (tmp_path / "run" / "report.html").read_text()
    for again in ("verify", "report", "evaluate"):
        result = cli(again, "run")
        assert result.status == 0, (again, result.out, result.err)
    answers = cli("predict", "run", big, data / "red" / "01.png")
    assert said in answers.err and answers.out.count(".png") == 1
    assert cli("predict", "run", big, *cap[:1], "1").out.count("big.png") == 1
    both = cli("predict", "--model", "run", "--model", "run/model.discern", big)
    assert both.status == 0 and "big.png" in both.out
    assert load(tmp_path / "run").predict([big, data / "red" / "01.png"]).height == 1
    reasons = cli("explain", "run", big)
    assert reasons.status == 2 and said in reasons.err


@pytest.mark.parametrize("command", [("audit", "photos"), ("train", "photos"), ("predict", "run", "photos")])
def test_a_cap_that_cannot_be_is_refused(cli: Cli, photos: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    shutil.copytree(photos, tmp_path / "photos")
    assert cli("train", "photos", "-o", "run", "--model", "majority").status == 0
    result = cli(*command, "--max-megapixels", "200")
    assert result.status == 2 and "--max-megapixels is 200.0; expected a number above 0 to 178" in result.err
    (tmp_path / "t.csv").write_text("size,kind\n1,a\n2,b\n3,a\n4,b\n")
    refused = cli("audit", "t.csv", "--target", "kind", "--max-megapixels", "20")
    assert refused.status == 2 and "leave the options of pictures away" in refused.err
