"""Trying settings: drawn by the seed, halved round by round, kept as they come, never worse than the default."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from discern.core import files
from discern.core.errors import OptionError
from discern.core.events import Event
from discern.core.options import ReadOptions, TableOptions, TrainOptions
from discern.data.dataset import Dataset
from discern.data.read import read
from discern.models import catalogue
from discern.nets.layers import parse
from discern.nets.plan import plan
from discern.store import bundle
from discern.store.run_folder import RunFolder
from discern.workflows import compare, resume, search, settings, train, train_with, verify


def digits(n: int = 200) -> Dataset:
    X, y = load_digits(return_X_y=True)
    return read((X[:n] * 15).astype(np.uint8).reshape(-1, 8, 8), y[:n])


def candidates(run: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((run / "candidates.json").read_text())
    return record


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of 64x64: bright and dark ones."""
    folder = tmp_path_factory.mktemp("pictures") / "photos"
    rng = np.random.default_rng(0)
    for position in range(60):
        name, level = (("bright", 160), ("dark", 90))[position % 2]
        (folder / name).mkdir(parents=True, exist_ok=True)
        picture = rng.normal(level, 40, (64, 64, 3)).clip(0, 255).astype(np.uint8)
        Image.fromarray(picture).save(folder / name / f"{position}.png")
    return folder


@pytest.mark.parametrize("name", [name for name, entry in catalogue.ENTRIES.items() if entry.search])
def test_every_listed_value_is_one_that_the_model_takes(name: str) -> None:
    for parameter, values in catalogue.entry(name).search.items():
        limit = type(catalogue.estimator(name)).limits.get(parameter)
        for value in values:
            assert getattr(catalogue.estimator(name, **{parameter: value}), parameter) == value
            assert limit is None or limit.problem(parameter, value) is None


def test_settings_are_drawn_by_the_seed_and_differ_and_the_default_is_first(photographs: Path) -> None:
    data = read(photographs)
    drawn = settings.draw("conv", data, {}, True, 40, seed=0)
    assert drawn[0] == settings.DEFAULT and len(drawn) == 40
    assert len({str(setting) for setting in drawn}) == 40
    assert settings.draw("conv", data, {}, True, 10, seed=0) == drawn[:10]
    assert settings.draw("conv", data, {}, True, 10, seed=1) != drawn[:10]
    changed = {name for setting in drawn for name in setting.changed}
    assert changed == {"layers", "learning_rate", "weight_decay", "augment", "size"}
    for setting in drawn:
        plan(parse(setting.changed.get("layers", "average")), (*setting.changed.get("size", (64, 64)), 3), 2)
    words = " ".join(setting.words for setting in drawn)
    for part in ("times as wide", "one stage more", "one stage fewer", "dense 128 more", "dropout", "not varied"):
        assert part in words
    assert {setting.changed["size"] for setting in drawn if "size" in setting.changed} == {(48, 48)}


def test_what_was_given_is_not_searched(photographs: Path) -> None:
    given = {"layers": "conv 8", "learning_rate": 0.01, "augment": "none"}
    drawn = settings.draw("conv", read(photographs), given, False, 20, seed=0)
    assert {name for setting in drawn for name in setting.changed} == {"weight_decay"}
    few = settings.draw("tree", digits(), {"max_depth": 5}, False, 100, seed=0)
    assert {name for setting in few for name in setting.changed} == {"min_samples_leaf"}
    assert len(few) == 1 + 4


def test_stronger_variation_stays_within_its_limits() -> None:
    assert settings.stronger("shift 0.1, rotate 160, flip") == "shift 0.15, rotate 180, flip"
    assert settings.stronger("none") == settings.GENTLE


def test_the_better_half_goes_on_and_the_default_always(tmp_path: Path) -> None:
    run = train(digits(), out=tmp_path / "run", model="conv", epochs=16, layers="conv 4, pool, dense 8", search=6)
    record = candidates(run.path)
    found = record["search"]
    rounds = [[row for row in found["rows"] if row["round"] == number] for number in range(3)]
    assert [{row["epochs"] for row in rows} for rows in rounds] == [{2}, {4}, {8}]
    assert len(rounds[0]) == 6 and len(rounds[0]) > len(rounds[1]) > len(rounds[2]) >= 2
    for before, after in pairwise(rounds):
        ranked = sorted(before, key=lambda row: -row["figures"]["accuracy"]["value"])
        kept = {row["setting"] for row in after}
        assert 0 in kept and ranked[0]["setting"] in kept
    right = {row["setting"]: row["figures"]["accuracy"]["value"] for row in rounds[2]}
    assert right[found["setting"]] == max(right.values())
    gain = found["gain"]
    assert gain["value"] == pytest.approx(right[found["setting"]] - right[0])
    assert gain["low"] <= gain["value"] <= gain["high"] and gain["n"] == found["compared_on"]["validation"]
    changed = next(row["changed"] for row in rounds[2] if row["setting"] == found["setting"])
    assert set(record["parameters"]) == set(changed)
    fitted = json.loads((run.path / "training.json").read_text())["parameters"]
    assert {name: fitted[name] for name in record["parameters"]} == record["parameters"]
    assert fitted["layers"] == "conv 4, pool, dense 8"
    page = (run.path / "report.html").read_text()
    assert "Settings tried" in page and "--search 6" in page
    assert len({line.split(",")[0] for line in (run.path / "report/settings.csv").read_text().splitlines()}) == 7


def test_a_better_setting_of_another_model_is_found_and_said(tmp_path: Path) -> None:
    told: list[Event] = []
    run = train(digits(400), out=tmp_path / "run", model="lvq", search=5, on_event=told.append)
    record = candidates(run.path)
    values = {row["setting"]: row["figures"]["accuracy"]["value"] for row in record["search"]["rows"]}
    assert len(values) == 5 and values[record["search"]["setting"]] == max(values.values())
    said = [event.facts["text"] for event in told if event.name == "note"]
    assert any(text.startswith("kept: ") for text in said)


def test_a_model_without_settings_gives_way_to_one_that_passes_it_or_stays(tmp_path: Path) -> None:
    run = train(digits(400), out=tmp_path / "run", model=("knn", "tree"), search=3)
    record = candidates(run.path)
    assert record["chosen"] == "knn" and record["search"]["model"] == "tree"
    with pytest.raises(OptionError, match="--search finds nothing to try in --model knn"):
        train(digits(), out=tmp_path / "other", model="knn", search=3)
    with pytest.raises(OptionError, match="--search is 1; expected a whole number from 2"):
        train(digits(), out=tmp_path / "other", model="tree", search=1)


def test_another_picture_size_becomes_that_of_the_model(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = settings.Setting({"size": (48, 48), "learning_rate": 0.05}, "pictures of 48x48")
    monkeypatch.setattr(settings, "draw", lambda *given: (settings.DEFAULT, size))
    options: dict[str, Any] = {"layers": "conv 8 norm, average", "augment": "none", "learning_rate": 1e-6}
    run = train(photographs, out=tmp_path / "run", model="conv", epochs=12, search=2, **options)
    record = candidates(run.path)
    assert record["search"]["setting"] == 1 and record["size"] == [48, 48]
    assert run.model.predict(photographs / "dark").height == 30
    assert verify(run.path).same
    again = resume(run.path, more_epochs=1)
    assert verify(again.path).same


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table with gaps and a category; the class is told by two numbers together and by neither alone."""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1, 1, (2, 200)).round(2)
    lines = [
        f"{a if i % 9 else ''},{b},{('oak', 'elm', '')[i % 3]},{'same' if a * b > 0 else 'opposite'}"
        for i, (a, b) in enumerate(zip(x.tolist(), y.tolist(), strict=True))
    ]
    path = tmp_path_factory.mktemp("tables") / "rooms.csv"
    path.write_text("\n".join(("x,y,wood,signs", *lines, "")))
    return path


SIGNS = ReadOptions(table=TableOptions(target="signs"))


@pytest.mark.parametrize("name", ["tree", "boosting"])
def test_what_is_searched_on_a_table_with_gaps_is_what_is_shipped(
    name: str, rooms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = compare.answers
    fitted: list[Any] = []

    def kept(*given: Any, **more: Any) -> compare.Answers:
        found = answers(*given, **more)
        fitted.append(found.fitted)
        return found

    monkeypatch.setattr(compare, "answers", kept)
    run = train_with(rooms, TrainOptions(model=(name,), search=3), reading=SIGNS, out=tmp_path / "run")
    shipped, found = bundle.load(RunFolder(run.path).model).estimator(), candidates(run.path)["search"]
    tried = [model for model in fitted if catalogue.name_of(model) == name]
    assert len(tried) == len(found["rows"]) == 3 and len(fitted) == 4
    assert {type(model) for model in fitted} == {type(shipped)}
    assert {type(model.inner_) for model in tried} == {type(shipped.inner_)}
    assert all(model.columns == shipped.columns for model in fitted)
    learned = json.loads((run.path / "training.json").read_text())["parameters"]
    assert tried[found["setting"]].inner_.get_params() == learned
    listed = catalogue.way_of(name, shipped.input_, 2).search
    assert all(row["changed"].keys() <= listed.keys() for row in found["rows"])
    assert "Settings tried" in run.report.read_text()


def test_the_layers_of_a_perceptron_that_were_given_are_not_searched(rooms: Path, tmp_path: Path) -> None:
    options = TrainOptions(model=("mlp",), layers="dense 8, dense 4", epochs=(2,), search=6)
    run = train_with(rooms, options, reading=SIGNS, out=tmp_path / "run")
    rows = candidates(run.path)["search"]["rows"]
    assert len(rows) == 6
    assert {name for row in rows for name in row["changed"]} == {"learning_rate", "alpha"}
    shipped = bundle.load(RunFolder(run.path).model).estimator()
    assert [weight.shape[1] for weight, _ in shipped.inner_.weights_] == [8, 4, 2]


def test_the_winner_of_the_comparison_is_measured_beside_the_settings_on_a_table(rooms: Path, tmp_path: Path) -> None:
    run = train_with(rooms, TrainOptions(model=("knn", "bayes"), search=3), reading=SIGNS, out=tmp_path / "run")
    record = candidates(run.path)
    assert record["search"]["model"] == "bayes" and record["chosen"] == "knn"


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


def test_a_search_that_is_killed_goes_on_after_the_last_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, Any] = {"model": ("tree", "bayes"), "search": 3}
    whole = json.loads((train("sample:digits", out=tmp_path / "whole", **options).path / "run.json").read_text())
    replace, answers = os.replace, compare.answers
    fits: list[object] = []

    def counting(*given: Any, **more: Any) -> compare.Answers:
        fits.append(given)
        return answers(*given, **more)

    monkeypatch.setattr(compare, "answers", counting)
    for stop in range(1, 6):
        out = tmp_path / f"run{stop}"
        written: list[object] = []

        def replacing(source: Any, target: Any, stop: int = stop, written: list[object] = written) -> None:
            if len(written) == stop:
                raise Killed
            if str(target).endswith("candidates.json"):
                written.append(target)
            replace(source, target)

        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(files.os, "replace", replacing)
            train("sample:digits", out=out, **options)
        begun = len(candidates(out).get("search", {"rows": ()})["rows"])
        assert begun == min(stop - 1, 3), "one file for the comparison, one a setting, one for what was found"
        fits.clear()
        finished = resume(out)
        assert json.loads((finished.path / "run.json").read_text())["files"] == whole["files"]
        assert len(fits) == (0 if stop == 5 else 3 - begun + (stop < 4)), "what was measured is not measured again"


def test_a_killed_search_on_a_table_with_gaps_goes_on(
    rooms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = TrainOptions(model=("tree",), search=3)
    whole = train_with(rooms, options, reading=SIGNS, out=tmp_path / "whole")
    row, measured = search._Trial.row, []

    def until_the_second(*given: Any) -> Any:
        measured.append(given)
        if len(measured) == 2:
            raise Killed
        return row(*given)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(search._Trial, "row", until_the_second)
        train_with(rooms, options, reading=SIGNS, out=tmp_path / "run")
    assert len(candidates(tmp_path / "run")["search"]["rows"]) == 1
    finished = resume(tmp_path / "run")
    digests = [json.loads((run.path / "run.json").read_text())["files"] for run in (finished, whole)]
    assert digests[0] == digests[1]
