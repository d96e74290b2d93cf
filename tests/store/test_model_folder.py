"""A folder of a model that is no classifier: what is not there as it was written is refused, and never waited for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from discern.core.errors import ModelFileError, RunError
from discern.store import model_folder

RESULT = "found.json"
RECORD = {"format": "a test", "words": ["a", "b"]}


def load(folder: Path) -> Any:
    return model_folder.load(folder, "a test", lambda record: None, lambda record, arrays: (record, arrays))


def result(folder: Path) -> Any:
    return model_folder.result(folder / RESULT, 1, "test", dict)


READERS = {model_folder.MODEL: load, model_folder.ARRAYS: load, RESULT: result}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model_folder.save(tmp_path, RECORD, {"shares": np.arange(3.0)})
    model_folder.save_result(tmp_path / RESULT, {"schema": 1, "n": 3})
    return tmp_path


def test_a_model_and_its_result_come_back(folder: Path) -> None:
    record, arrays = load(folder)
    assert record == RECORD and arrays["shares"].tolist() == [0, 1, 2]
    assert result(folder) == {"schema": 1, "n": 3}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize("name", [model_folder.ARRAYS, RESULT])
@pytest.mark.parametrize("trap", ["pipe", "device", "folder"])
def test_what_is_no_file_is_refused_without_reading_it(folder: Path, name: str, trap: str) -> None:
    path = folder / name
    path.unlink()
    {"pipe": os.mkfifo, "device": lambda it: it.symlink_to("/dev/zero"), "folder": os.mkdir}[trap](path)
    with pytest.raises(ModelFileError, match=f"{name} cannot be read: (not a regular file|a folder)"):
        READERS[name](folder)


@pytest.mark.parametrize("name", [model_folder.MODEL, RESULT])
def test_json_of_any_length_is_refused_unread(folder: Path, name: str) -> None:
    os.truncate(folder / name, model_folder.LARGEST_JSON + 1)
    with pytest.raises(ModelFileError, match=f"{name} is larger than 64 MiB"):
        READERS[name](folder)


def test_arrays_of_any_length_are_refused_unread(folder: Path) -> None:
    os.truncate(folder / model_folder.ARRAYS, model_folder.LARGEST + 1)
    with pytest.raises(ModelFileError, match=r"model\.safetensors is larger than 2,048 MiB"):
        load(folder)


@pytest.mark.parametrize("name", READERS)
def test_a_file_that_is_not_there_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises((ModelFileError, RunError), match=name):
        READERS[name](folder)
