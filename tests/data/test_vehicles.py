"""The made-up vehicles: what is written, the same every time, and readable as real ones are."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from discern.core.errors import OptionError, OutputError
from discern.core.options import PictureOptions
from discern.data.read import read
from discern.data.vehicles import ANGLES, BANNER, MAKES, SIZE, write_vehicles


def test_vehicles_are_written_and_read(tmp_path: Path) -> None:
    assert write_vehicles(tmp_path / "v", 12) == 12 * ANGLES
    with (tmp_path / "v" / "metadata.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert Counter(row["make"] for row in rows) == dict.fromkeys(MAKES, 3)
    assert len({(row["make"], row["model"]) for row in rows}) == len({row["id"] for row in rows}) == 12
    data = read(
        tmp_path / "v" / "photos", labels=tmp_path / "v" / "metadata.csv", label=["make", "model"],
        group_from=r"(.+)_\d+", pictures=PictureOptions(size=(40, 60), crop=(0, 0, 0, BANNER)),
    )  # fmt: skip
    assert data.n == 192 and len(data.classes) == 12 and data.rejected.height == data.skipped.height == 0
    assert Counter(Counter(data.units.tolist()).values()) == {16: 12}
    values = data.values.astype(float).reshape(12, 16, -1)
    within = np.abs(values[:, 1:] - values[:, :-1]).mean()
    between = np.abs(values[1:] - values[:-1]).mean()
    assert within < 0.75 * between  # photographs of one vehicle are alike


def test_the_same_seed_the_same_bytes(tmp_path: Path) -> None:
    write_vehicles(tmp_path / "a", 2, seed=7)
    write_vehicles(tmp_path / "b", 3, seed=7)
    write_vehicles(tmp_path / "c", 2, seed=8)
    names = sorted(path.name for path in (tmp_path / "a" / "photos").iterdir())
    assert len(names) == 32 and names[0].endswith("_01.jpg")
    for name in names:
        assert (tmp_path / "a" / "photos" / name).read_bytes() == (tmp_path / "b" / "photos" / name).read_bytes()
    assert not set(names) & {path.name for path in (tmp_path / "c" / "photos").iterdir()}


def test_every_size_and_a_folder_that_is_there(tmp_path: Path) -> None:
    write_vehicles(tmp_path / "v", 1, size=(33, 50))
    with Image.open(next((tmp_path / "v" / "photos").iterdir())) as picture:
        assert picture.size == (50, 33)
    with pytest.raises(OutputError, match="--force"):
        write_vehicles(tmp_path / "v", 1)
    write_vehicles(tmp_path / "v", 1, force=True)
    with Image.open(next((tmp_path / "v" / "photos").iterdir())) as picture:
        assert picture.size == SIZE[::-1]
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]
    with pytest.raises(OptionError, match=r"--n is 0.*--seed is -1"):
        write_vehicles(tmp_path / "w", 0, seed=-1)
    assert not (tmp_path / "w").exists()


def test_plates_and_the_register_say_what_is_cloned(tmp_path: Path) -> None:
    write_vehicles(tmp_path / "v", 40, seed=7, size=(24, 36))
    sheets = {}
    for name in ("metadata", "plates", "register"):
        with (tmp_path / "v" / f"{name}.csv").open() as file:
            sheets[name] = list(csv.DictReader(file))
    assert list(sheets["metadata"][0]) == ["id", "year", "make", "model"]
    register = {row["plate"]: (row["make"], row["model"]) for row in sheets["register"]}
    assert len(register) == len(sheets["register"]) == sum(row["carried"] == "own" for row in sheets["plates"])
    kinds = {row["id"]: (row["make"], row["model"]) for row in sheets["metadata"]}
    assert [row["id"] for row in sheets["plates"]] == list(kinds)
    for row in sheets["plates"]:
        has = register.get(row["plate"])
        assert (has is None) == (row["carried"] == "unregistered")
        assert row["carried"] == "unregistered" or (has == kinds[row["id"]]) == (row["carried"] == "own")
    assert {row["carried"] for row in sheets["plates"]} == {"own", "cloned", "unregistered"}
