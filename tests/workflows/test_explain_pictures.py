"""Why a picture gets its answer: reasons lie where the truth was put, and a class told by a corner is warned of."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image, ImageSequence

import discern
from discern.cli.main import main
from discern.core.errors import DataError, OptionError, RunError
from discern.data.table_samples import areas
from discern.explain.picture import PictureExplanation, PicturesExplained, class_reasons, on_grid
from discern.report import explained_text, inside_text
from discern.workflows import explain, look_inside
from discern.workflows.explain_folder import OURS

NET = {"model": "conv", "layers": "conv 8 same, pool, conv 12 same, average", "epochs": 12, "augment": "none"}


def made(n: int, corner: bool, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Noise with a bright cross or a bright bar, in the middle or in the upper left corner."""
    random = np.random.default_rng(seed)
    pictures = random.integers(0, 70, (n, 24, 24, 1), dtype=np.uint8)
    labels = np.array(["bar", "cross"])[np.arange(n) % 2]
    for one, label in zip(pictures, labels, strict=True):
        top, left = (1, 1) if corner else random.integers(7, 11, 2)
        one[top : top + 6, left + 2 : left + 4] = 255
        if label == "cross":
            one[top + 2 : top + 4, left : left + 6] = 255
    return pictures, labels


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reasons")
    for name, corner in (("middle", False), ("corner", True)):
        data = folder / name
        for number, (pixels, label) in enumerate(zip(*made(240, corner), strict=True)):
            (data / label).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels[:, :, 0]).save(data / label / f"{number:03d}.png")
        discern.train(data, out=folder / f"{name}-run", **NET)
    discern.train(folder / "middle", out=folder / "knn-run", model="knn")
    return folder


def test_reasons_for_one_picture_lie_on_its_thing(runs: Path) -> None:
    pixels, label = (values[1] for values in made(2, corner=False, seed=5))
    picture = runs / "new.png"
    Image.fromarray(pixels[:, :, 0]).save(picture)
    found = explain(runs / "middle-run", picture, out=runs / "page")
    assert isinstance(found, PictureExplanation)
    assert found.answer == label == "cross"
    assert [one.name for one in found.reasons] == ["grad_cam", "gradients", "occlusion"]
    bright = pixels[:, :, 0] > 200
    rows, columns = np.nonzero(bright)
    near = np.zeros((24, 24), bool)
    near[rows.min() - 2 : rows.max() + 3, columns.min() - 2 : columns.max() + 3] = True
    for one in found.reasons:
        assert one.relevance.shape == (24, 24)
        positive = np.maximum(0, one.relevance)
        assert positive[near].mean() > 1.5 * positive[~near].mean(), one.name
    occlusion = found.reasons[2]
    assert occlusion.faithful.deleted.value < occlusion.faithful.deleted_by_chance.value
    assert occlusion.sane is None and found.reasons[0].sane is not None
    assert len(found.nearest) == 5 and found.nearest[0].label == "cross"
    assert found.nearest[0].similarity >= found.nearest[-1].similarity
    record = json.loads((runs / "page" / "explain.json").read_text())
    assert record == json.loads(json.dumps(found.to_json())) and record["schema"] == 1
    page = (runs / "page" / "explain.html").read_text()
    assert "<script" not in page and page.count("<img") == 1 + 3 + 5
    assert "Grad-CAM" in explained_text(found)


def test_the_same_picture_gets_the_same_reasons(runs: Path) -> None:
    first = explain(runs / "middle-run", item="bar/000.png")
    again = explain(runs / "middle-run", item="bar/000.png")
    assert json.dumps(first.to_json()) == json.dumps(again.to_json())
    assert first.answer == "bar"


def test_a_class_that_is_told_by_a_corner_is_warned_of(runs: Path) -> None:
    corner, middle = explain(runs / "corner-run"), explain(runs / "middle-run", out=runs / "whole")
    assert isinstance(corner, PicturesExplained) and isinstance(middle, PicturesExplained)
    cornered = {one.name for row in corner.classes for one in row.warnings}
    assert "the upper left corner" in cornered
    assert "the lower right corner" not in cornered
    assert "the upper left corner" not in {one.name for row in middle.classes for one in row.warnings}
    assert "the upper left corner" in explained_text(corner)
    assert (runs / "whole" / "explain.html").read_text().count("<section>") == 2


def test_models_without_maps_are_asked_by_covering(runs: Path) -> None:
    found = explain(runs / "knn-run", item="cross/001.png")
    assert [one.name for one in found.reasons] == ["occlusion"]
    assert any("no feature maps" in note for note in found.notes)


def test_what_is_no_picture_is_said(runs: Path) -> None:
    (runs / "broken.png").write_text("nothing")
    for source, message in ((runs / "broken.png", "broken.png"), (runs / "nowhere.png", "no such")):
        with pytest.raises(DataError, match=message):
            explain(runs / "middle-run", source)
    with pytest.raises(DataError, match="no item 'cross/999"):
        explain(runs / "middle-run", item="cross/999.png")


def test_maps_on_a_grid_keep_their_mean() -> None:
    relevance = np.random.default_rng(0).random((40, 24))
    assert on_grid(relevance, 8).shape == (8, 8)
    assert on_grid(relevance, 8).mean() == pytest.approx(relevance.mean(), rel=0.01)
    assert on_grid(relevance[:5, :5], 16).shape == (16, 16)
    few = class_reasons("a", [relevance] * 3, np.zeros((40, 24, 1), np.uint8))
    assert not few.warnings and few.places[0].share.low is None


def test_the_way_of_a_picture_through_the_network(runs: Path) -> None:
    picture = sorted((runs / "middle" / "cross").iterdir())[0]
    found = look_inside(runs / "middle-run", picture, out=runs / "inside")
    assert [one.name for one in found.layers][:2] == ["entry", "conv1"] and found.layers[-1].name == "head"
    assert found.kernels.shape == (8, 1, 3, 3)
    assert found.votes[0][0] == "cross" and len(found.votes) == 2
    assert all(item.split("/")[0] in ("bar", "cross") for unit in found.units for item in unit.items)
    assert found.lesson.loss_after < found.lesson.loss_before
    page = (runs / "inside" / "explain.html").read_text()
    assert "One step of learning" in page and "<script" not in page
    assert "the vote: cross" in inside_text(found)
    assert json.loads((runs / "inside" / "explain.json").read_text())["layers"][1]["name"] == "conv1"
    with pytest.raises(OptionError, match="k nearest neighbours"):
        look_inside(runs / "knn-run", picture)


@pytest.mark.shows("explain", "--film")
@pytest.mark.shows("train", "--keep-epochs")
def test_how_it_came_to_an_answer_epoch_by_epoch(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture, run = sorted((runs / "middle" / "cross").iterdir())[0], runs / "kept-run"

    def status(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return int(stop.value.code or 0), said.out, said.err

    learn = ("train", runs / "middle", "-o", run, "--model", "conv", "--layers", NET["layers"], "--epochs", 5)
    assert status(*learn, "--keep-epochs")[0] == 0
    assert (run / "model.discern").read_bytes() != (runs / "middle-run" / "model.discern").read_bytes()
    asked = ("explain", run, picture, "--inside", "-o", runs / "film")
    code, out, _ = status(*asked, "--film")
    assert code == 0 and "its answer" in out
    found = json.loads((runs / "film" / "explain.json").read_text())
    course, votes = found["course"], found["votes"]
    assert [one["epoch"] for one in course] == [0, 1, 2, 3, 4, 5] and course[0]["accuracy"] is None
    best = json.loads((run / "training.json").read_text())["best_epoch"]
    assert course[best]["votes"] == [[label, chance] for label, _, chance in votes], "the model is its best epoch"
    content = (runs / "film" / "inside.gif").read_bytes()
    with Image.open(runs / "film" / "inside.gif") as film:
        frames = [np.asarray(frame.convert("L"), dtype=int) for frame in ImageSequence.Iterator(film)]
    assert len(frames) == 6 and np.abs(frames[0] - frames[-1]).max() > 100
    page = (runs / "film" / "explain.html").read_text()
    assert "How it came to this" in page and 'href="inside.gif"' in page and "Epoch 5 of 5" in page
    assert status(*asked, "--film", "--force")[0] == 0
    assert (runs / "film" / "inside.gif").read_bytes() == content, "the same bytes each time"
    assert status(*asked, "--force")[0] == 0 and not (runs / "film" / "inside.gif").exists(), "none is left over"
    assert "inside.gif" not in (runs / "film" / "explain.html").read_text()
    refused = {
        "--film shows the inside": ("explain", run, picture, "--film", "-o", runs / "no"),
        "--film needs -o": ("explain", run, picture, "--inside", "--film"),
        "train with --keep-epochs": ("explain", runs / "middle-run", picture, "--inside", "--film", "-o", runs / "no"),
        "--keep-epochs belongs to --model conv": ("train", runs / "middle", "--model", "knn", "--keep-epochs"),
    }
    for message, arguments in refused.items():
        code, _, said = status(*arguments)
        assert code == 2 and message in said
    assert not (runs / "no").exists()
    assert "How it came" not in page_of(runs / "middle-run", picture), "a run that kept none says nothing of it"
    (run / "checkpoints" / "epochs" / "000002.safetensors").unlink()
    code, _, said = status("explain", run, picture, "--inside", "--film", "-o", runs / "no")
    assert code == 2 and "--keep-epochs" in said


def test_what_was_kept_and_is_damaged_costs_the_film_alone(runs: Path) -> None:
    picture, run = sorted((runs / "middle" / "cross").iterdir())[0], runs / "damaged-run"
    discern.train(runs / "middle", out=run, **NET | {"epochs": 3}, keep_epochs=True)
    (run / "checkpoints" / "epochs" / "000001.safetensors").write_bytes(b"nothing")
    told: list[str] = []
    found = look_inside(run, picture, on_event=lambda event: told.append(str(event.facts.get("text"))))
    assert found.course == () and any("how it came to this is not shown: " in text for text in told)
    with pytest.raises(RunError, match="damaged checkpoint"):
        look_inside(run, picture, film=True, out=runs / "no")
    assert not (runs / "no").exists()


@pytest.mark.parametrize("given", [{}, {"source": "data"}])
def test_the_inside_needs_one_picture(given: dict[str, str], runs: Path) -> None:
    source = discern.read(runs / "middle") if given else None
    with pytest.raises(OptionError, match="name a picture, or --item"):
        look_inside(runs / "middle-run", source)


def test_an_explanation_replaces_its_own_files_alone(runs: Path) -> None:
    picture, out = sorted((runs / "middle" / "cross").iterdir())[0], runs / "replaced"
    look_inside(runs / "middle-run", picture, out=out)
    explain(runs / "middle-run", picture, out=out, force=True)
    assert {path.name for path in out.iterdir()} >= {"explain.json", "explain.html", "grad_cam.svg"}
    for name in ("notes.csv", "holiday.gif", "drawn.svg"):
        (out / name).write_text("mine")
    look_inside(runs / "middle-run", picture, out=out, force=True)
    assert not (out / "grad_cam.svg").exists(), "what the earlier one left goes"
    assert all((out / name).read_text() == "mine" for name in ("notes.csv", "holiday.gif", "drawn.svg"))
    for name in ("notes.csv", "holiday.gif", "drawn.svg", "explain.json"):
        (out / name).unlink()
    look_inside(runs / "middle-run", picture, out=out)  # as a kill leaves it: no result yet, and nothing but ours


def test_an_explanation_never_lands_among_the_data(runs: Path) -> None:
    picture = sorted((runs / "middle" / "cross").iterdir())[0]
    for out in (runs / "middle" / "inside", runs / "middle"):
        for asked in (look_inside, explain):
            with pytest.raises(OptionError, match="lie in each other"):
                asked(runs / "middle-run", picture, out=out)
    assert sorted(path.name for path in (runs / "middle").iterdir()) == ["bar", "cross"]


def test_samples_lie_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    discern.train("sample:digits", out=tmp_path / "run", model="knn", k=3)
    (tmp_path / "why").mkdir()
    monkeypatch.chdir(tmp_path / "why")
    item = str(discern.read("sample:digits").items["item"][3])
    explain(tmp_path / "run", item=item, out=".")
    assert (tmp_path / "why" / "explain.html").is_file()


@pytest.mark.parametrize("name", ["middle-run", "areas"])
def test_every_file_of_an_explanation_is_known(name: str, runs: Path) -> None:
    if name == "areas":
        areas(240).write_csv(runs / "areas.csv")
        data = discern.read(runs / "areas.csv", target="crime_rate")
        discern.train(data, out=runs / name, model="ols")
        items: tuple[str | None, ...] = (None, "line 12")
    else:
        items = (None, "cross/001.png")
    for place, item in enumerate(items):
        out = runs / f"known-{name}-{place}"
        explain(runs / name, item=item, out=out)
        assert all(OURS.fullmatch(path.name) for path in out.iterdir()), sorted(out.iterdir())


def page_of(run: Path, picture: Path) -> str:
    out = run.parent / f"page-of-{run.name}"
    look_inside(run, picture, out=out)
    return (out / "explain.html").read_text()


@pytest.mark.shows("explain", "--inside")
def test_explaining_pictures_from_the_command_line(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = sorted((runs / "middle" / "cross").iterdir())[0]

    def told(*arguments: object) -> str:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in ("explain", runs / "middle-run", *arguments)])
        assert not stop.value.code
        return capsys.readouterr().out

    plain, inside = told(picture), told(picture, "--inside")
    assert "Grad-CAM" in plain and "the vote: cross" in inside
    assert "Grad-CAM" in told()
    out = runs / "features.parquet"
    with pytest.raises(SystemExit):
        main(["features", str(runs / "middle-run"), str(runs / "middle" / "bar"), "-o", str(out)])
    table = pl.read_parquet(out)
    assert table.height == 120 and table.columns[:2] == ["item", "f0"] and table.width == 13
    assert table["f0"].dtype == pl.Float32


@pytest.mark.shows("features", "--out")
@pytest.mark.shows("features", "--force")
@pytest.mark.bad_input("features")
def test_features_are_written_for_any_model(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def status(*arguments: object) -> tuple[int, str]:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in ("features", *arguments)])
        return int(stop.value.code or 0), capsys.readouterr().err

    out = runs / "values.csv"
    assert status(runs / "knn-run", runs / "middle" / "bar", "-o", out)[0] == 0
    assert pl.read_csv(out).width == 1 + 24 * 24, "of a model without a network: the values that it looks at"
    assert "--force" in status(runs / "knn-run", runs / "middle" / "bar", "-o", out)[1]
    assert status(runs / "knn-run", runs / "middle" / "bar", "-o", out, "--force")[0] == 0
    for arguments, message in (
        ((runs / "nowhere", runs / "middle", "-o", runs / "a.csv"), "nowhere"),
        ((runs / "knn-run", runs / "nothing", "-o", runs / "a.csv"), "nothing"),
        ((runs / "knn-run", runs / "middle", "-o", runs / "a.doc"), ".doc"),
    ):
        code, said = status(*arguments)
        assert code == 2 and message in said
