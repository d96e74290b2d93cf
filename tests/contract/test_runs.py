"""Every model of the catalogue in a whole run: killed and resumed it gives the same bytes, and it can be verified."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from discern.core import files
from discern.data.dataset import Dataset
from discern.data.read import read
from discern.models import catalogue
from discern.workflows import resume, train, verify


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


@pytest.fixture(scope="module")
def few_digits() -> Dataset:
    return read("sample:digits").take(range(150))


@pytest.fixture(scope="module")
def few_notes() -> Dataset:
    kinds = {"fares": ("taxi", "driver", "fare"), "phones": ("phone", "stolen", "screen")}
    texts = [
        " ".join((kinds[kind][n % 3], *(f"w{n * prime % 211}" for prime in (3, 5, 7, 11, 13)), kinds[kind][n % 2]))
        for n in range(75)
        for kind in kinds
    ]
    return read(texts, ["fares", "phones"] * 75)


@pytest.fixture(scope="module")
def few_rows() -> Dataset:
    return read("sample:diabetes").take(range(150))


@pytest.mark.parametrize("name", list(catalogue.ENTRIES))
def test_killed_resumed_and_verified(
    name: str,
    few_digits: Dataset,
    few_notes: Dataset,
    few_rows: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kinds = catalogue.entry(name).kinds
    data = few_digits if "pictures" in kinds else few_notes if "texts" in kinds else few_rows
    options = {"model": name, "epochs": 2} if "epochs" in catalogue.entry(name).parameters else {"model": name}
    straight = train(data, out=tmp_path / "straight", **options).path
    written: list[object] = []
    replace = os.replace

    def replacing(source: object, target: object) -> None:
        if str(target).endswith("training.json"):  # the model is saved, and the run does not say so yet
            raise Killed
        written.append(target)
        replace(source, target)  # type: ignore[arg-type]

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(files.os, "replace", replacing)
        train(data, out=tmp_path / "stopped", **options)
    resume(tmp_path / "stopped", data)
    digests = [json.loads((run / "run.json").read_text())["files"] for run in (straight, tmp_path / "stopped")]
    assert digests[0] == digests[1]
    assert "model.discern" in digests[0]
    result = verify(straight, data)
    assert result.same, result.differences
    assert result.n_predictions > 10
