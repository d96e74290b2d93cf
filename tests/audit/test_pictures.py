"""The checks that look at pictures and their files: near-duplicates, odd forms, shortcuts, names."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from discern.audit import CHECKS, audit, load
from discern.audit.shortcuts import ALPHA, FOLDS, _significant, recall_by_level
from discern.core.options import SplitOptions
from discern.core.records import CheckResult, Finding
from discern.data.dataset import Dataset
from discern.data.read import read
from discern.data.splits import Split, split


def run(code: str, data: Dataset, made: Split | None = None) -> CheckResult:
    return load(CHECKS[code])(data, made)


def only(code: str, data: Dataset, made: Split | None = None) -> Finding:
    (found,) = run(code, data, made).findings
    return found


def picture(seed: int, size: tuple[int, int] = (64, 64)) -> Image.Image:
    random = np.random.default_rng(seed)
    image = Image.fromarray(random.integers(0, 256, (4, 4, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = random.integers(0, size[0]), random.integers(0, size[1])
        draw.rectangle((x, y, x + 12, y + 9), fill=tuple(random.integers(0, 256, 3).tolist()))
    return image


def folder(root: Path, n: int = 30, *, parts: bool = False) -> Path:
    """Two classes of unlike pictures, in train/ and test/ when asked for."""
    for part in ("train", "test") if parts else ("",):
        for number, label in enumerate(("cat", "dog")):
            place = root / part / label
            place.mkdir(parents=True)
            for index in range(n):
                picture(index + 1000 * number + 5000 * (part == "test")).save(place / f"p{index:02}.png")
    return root


def copy_of(path: Path, to: Path, *, quality: int = 60) -> None:
    """The same picture, cut a little and saved as a JPEG."""
    image = Image.open(path)
    width, height = image.size
    image.crop((2, 0, width, height - 1)).save(to, quality=quality)


def test_d103_constant_pictures(tmp_path: Path) -> None:
    data = read(folder(tmp_path))
    assert run("D103", data).status == "passed"
    Image.new("RGB", (64, 64), (10, 200, 30)).save(tmp_path / "cat" / "blank.png")
    nearly = Image.new("RGB", (64, 64), (10, 200, 30))
    nearly.putpixel((0, 0), (12, 200, 30))
    nearly.save(tmp_path / "cat" / "nearly.png")
    dot = Image.new("RGB", (64, 64), (10, 200, 30))
    dot.putpixel((33, 35), (90, 200, 30))
    dot.save(tmp_path / "cat" / "star.png")
    found = only("D103", read(tmp_path))
    assert found.items == ("cat/blank.png", "cat/nearly.png") and found.severity == "warning"
    assert run("D103", read(np.eye(3))).status == "not applicable"


def test_d104_odd_forms(tmp_path: Path) -> None:
    folder(tmp_path, 70)
    assert run("D104", read(tmp_path)).status == "passed"
    picture(7, (400, 40)).save(tmp_path / "cat" / "banner.png")
    picture(8, (20, 20)).save(tmp_path / "cat" / "tiny.png")
    picture(9).convert("CMYK").save(tmp_path / "dog" / "print.jpg")
    shapes, sizes, modes = run("D104", read(tmp_path)).findings
    assert (shapes.items, sizes.items, modes.items) == (("cat/banner.png",), ("cat/tiny.png",), ("dog/print.jpg",))
    assert "400 x 40" in shapes.detail and "20 x 20" in sizes.detail and "1 x CMYK" in modes.detail
    assert run("D104", read(np.zeros((3, 16, 16), np.uint8))).status in ("passed", "not applicable")


def test_d205_near_duplicates(tmp_path: Path) -> None:
    folder(tmp_path)
    assert run("D205", read(tmp_path)).status == "passed"
    copy_of(tmp_path / "cat" / "p03.png", tmp_path / "cat" / "again.jpg")
    data = read(tmp_path)
    found = only("D205", data)
    assert found.items == ("cat/again.jpg", "cat/p03.png") and found.severity == "note"
    assert found.detail == "cat/again.jpg ~ cat/p03.png"
    assert {run(code, data).status for code in ("D206", "D208")} == {"passed"}
    assert run("D205", read(np.eye(3))).status == "not applicable"


def test_exact_copies_are_no_near_duplicates(tmp_path: Path) -> None:
    folder(tmp_path)
    Image.open(tmp_path / "cat" / "p03.png").save(tmp_path / "cat" / "same.bmp")
    data = read(tmp_path)
    assert (run("D201", data).status, run("D205", data).status) == ("found", "passed")


def test_d206_under_two_labels(tmp_path: Path) -> None:
    folder(tmp_path)
    copy_of(tmp_path / "cat" / "p03.png", tmp_path / "dog" / "again.jpg")
    data = read(tmp_path)
    found = only("D206", data)
    assert found.items == ("cat/p03.png", "dog/again.jpg") and found.severity == "warning"
    assert run("D205", data).status == "passed"


def test_d207_across_parts_until_they_are_dropped(tmp_path: Path) -> None:
    folder(tmp_path, parts=True)
    copy_of(tmp_path / "test" / "cat" / "p03.png", tmp_path / "train" / "cat" / "again.jpg")
    data = read(tmp_path)
    found = only("D207", data)
    assert found.items == ("test/cat/p03.png", "train/cat/again.jpg") and found.severity == "serious"
    assert "1 picture stands in training and test part" in found.title
    assert only("D207", data, split(data, SplitOptions())).severity == "serious"
    dropped = split(data, SplitOptions(drop_leaks=True))
    assert run("D207", data, dropped).status == "passed"
    assert dropped.table.filter(dropped.table["part"] == "left out")["item"].to_list() == ["train/cat/again.jpg"]
    assert sum(audit(data, dropped).facts["parts"].values()) == data.n - 1


def test_d203_and_d204_pass_once_leaks_are_dropped() -> None:
    values = np.array([*range(19), 0], float)[:, None]
    data = read(values, list("ab") * 10, groups=["g", *map(str, range(18)), "g"])
    leaking, dropped = (split(data, SplitOptions(first=0.8, drop_leaks=drop)) for drop in (False, True))
    assert {run(code, data, leaking).status for code in ("D203", "D204")} == {"found"}
    assert {run(code, data, dropped).status for code in ("D203", "D204")} == {"passed"}


def test_d208_look_alikes(tmp_path: Path) -> None:
    folder(tmp_path)
    base = np.asarray(picture(3)).astype(int)
    for index in range(14):
        Image.fromarray(np.clip(base + index - 7, 0, 255).astype(np.uint8)).save(tmp_path / "dog" / f"film{index}.png")
    data = read(tmp_path)
    found = only("D208", data)
    assert found.count == 15 and found.severity == "note"  # with the picture itself, under cat
    assert run("D205", data).status == "passed"
    assert int(data.units.max()) + 1 == data.n - 1  # the frame without a change is an exact copy


@pytest.mark.parametrize(
    ("names", "pattern"),
    [
        (["{thing}_{shot:02}"], r"(.+)_\d+"),
        (["{thing}-{shot}"], r"(.+)-\d+"),
        (["{thing} ({shot})"], r"(.+) \(?\d+\)?"),
    ],
)
def test_d306_names_of_many_photographs(tmp_path: Path, names: list[str], pattern: str) -> None:
    for number in range(40):
        thing, label = f"car{number // 4}", ("sedan", "van")[number // 4 % 2]
        (tmp_path / label).mkdir(exist_ok=True)
        picture(number).save(tmp_path / label / f"{names[0].format(thing=thing, shot=number % 4)}.png")
    found = only("D306", read(tmp_path))
    assert found.title == "Names look like 40 photographs of 10 things" and found.severity == "warning"
    assert f"--group-from '{pattern}'" in found.what_to_do
    assert "4 photographs of 'car9'" in found.detail
    grouped = read(tmp_path, groups=lambda item: item.split("/")[1][:4])
    assert run("D306", grouped).status == "not applicable"


@pytest.mark.parametrize("form", ["{label}.{number}", "IMG_{number}", "{number}", "{label}_{number}"])
def test_d306_numbered_names_are_no_groups(tmp_path: Path, form: str) -> None:
    for number in range(40):
        label = ("cats", "dogs")[number % 2]
        (tmp_path / label).mkdir(exist_ok=True)
        picture(number).save(tmp_path / label / f"{form.format(label=label[:-1], number=number)}.png")
    assert run("D306", read(tmp_path)).status == "passed"


def test_d401_passes_on_fair_pictures_and_names_what_gives_the_label_away(tmp_path: Path) -> None:
    folder(tmp_path, 40)
    assert run("D401", read(tmp_path)).status == "passed"
    for path in (tmp_path / "dog").iterdir():
        image = Image.open(path)
        ImageDraw.Draw(image).rectangle((0, 0, 63, 63), outline=(255, 255, 255))
        image.save(path)
    found = only("D401", read(tmp_path))
    assert found.severity == "warning" and "border" in found.title and "100%" in found.title
    assert "guessing would be right for 50%" in found.detail and "--crop" in found.what_to_do


def test_d401_size_and_file_size(tmp_path: Path) -> None:
    folder(tmp_path, 40)
    for path in (tmp_path / "dog").iterdir():
        Image.open(path).resize((80, 60)).save(path)
    found = only("D401", read(tmp_path))
    traits = {item.split(":")[0] for item in found.items}
    assert {"number of pixels", "shape (width over height)"} <= traits
    few = read(tmp_path).take(range(5))
    assert run("D401", few).status == "skipped"


def test_d402_names_that_tell_the_label(tmp_path: Path) -> None:
    folder(tmp_path, 40)
    assert run("D402", read(tmp_path)).status == "passed"
    for path in (tmp_path / "dog").iterdir():
        path.rename(path.with_name(f"dog{path.name}"))
    found = only("D402", read(tmp_path))
    assert found.severity == "note" and "form of the file name" in found.title
    assert run("D402", read(np.eye(3), list("aba"))).status == "not applicable"


def test_traits_without_meaning_are_seldom_reported() -> None:
    """Two thousand random traits: the share above the bound is about what was promised."""
    random = np.random.default_rng(0)
    truth = np.arange(200) % 2
    rights = [recall_by_level(random.integers(0, 8, 200), truth, random.permutation(200) % FOLDS) for _ in range(2000)]
    assert abs(np.mean(rights) - 0.5) < 0.01
    needed = _significant(np.array([100, 100]), 0.5, 1)
    assert np.mean(np.array(rights) > needed) <= ALPHA
    assert needed < 0.65
    assert recall_by_level(truth, truth, np.arange(200) % FOLDS) == 1


def test_a_photograph_of_cats_and_dogs_stands_in_train_and_test(real_data: Path, tmp_path: Path) -> None:
    for part, numbers in (("train", (3411, 2565, 3565, 1, 2, 3)), ("test", (4435, 4001, 4002))):
        (tmp_path / part / "cats").mkdir(parents=True)
        for number in numbers:
            path = real_data / "cats-dogs" / part / "cats" / f"cat.{number}.jpg"
            if path.is_file():
                shutil.copy(path, tmp_path / part / "cats")
    data = read(tmp_path)
    assert only("D207", data).items == ("test/cats/cat.4435.jpg", "train/cats/cat.3411.jpg")
    assert only("D205", data).count == 4
