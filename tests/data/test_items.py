"""The items of a prediction: what arguments stand for, and batches that do not grow."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from discern.core.errors import DataError
from discern.core.records import InputSpec
from discern.data.idx import open_images
from discern.data.items import expand, load_batches
from discern.data.read import read
from discern.data.samples import write_digits
from discern.images.fit import fit_to

RNG = np.random.default_rng(0)
SPEC = InputSpec("pictures", (8, 8, 1), "uint8")


@pytest.fixture
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "new"
    (folder / "deep").mkdir(parents=True)
    for name in ("b.png", "a.png", "deep/c.png", "[x].png"):
        Image.fromarray(RNG.integers(0, 256, (8, 8), dtype=np.uint8)).save(folder / name)
    (folder / "notes.txt").write_text("x")
    monkeypatch.chdir(tmp_path)
    return folder


def names(*arguments: str, stdin: list[str] | None = None) -> list[str]:
    return [ref.name for ref in expand(arguments, stdin)]


def test_files_folders_and_patterns(new: Path) -> None:
    assert names("new/b.png", "new/a.png") == ["new/b.png", "new/a.png"]
    assert names("new/*.png") == ["new/[x].png", "new/a.png", "new/b.png"]
    assert names("new/[x].png") == ["new/[x].png"]
    assert names("new/**/c.png") == ["new/deep/c.png"]
    assert names("new/deep/") == ["new/deep/c.png"]
    assert names(str(new / "a.png")) == [str(new / "a.png")]


def test_a_folder_of_pictures_and_folders_gives_what_lies_in_its_layout(new: Path) -> None:
    (new / "deep" / "c.png").unlink()
    (new / "deep").rmdir()
    told: list[str] = []
    found = [ref.name for ref in expand(["new"], on_event=lambda event: told.append(event.facts["text"]))]
    assert found == ["new/[x].png", "new/a.png", "new/b.png"]
    assert told == ["new: passed over 1 thing that is no item: notes.txt (not a picture (.txt))"]


def test_names_from_standard_input(new: Path) -> None:
    refs = expand(["-", "new/a.png"], ["new/b.png\n", "\n", "nowhere.png\r\n", "https://example.org/x.png\n"])
    batches = list(load_batches(refs, SPEC))
    assert batches[0][0] == ["new/b.png", "new/a.png"]
    assert batches[0][2] == [("nowhere.png", "no such file"), ("https://example.org/x.png", "no such file")]


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("new/c.png", "no such file or folder"),
        ("nw", "did you mean 'new'"),
        ("new/*.gif", "no file has a name like this"),
        ("http://localhost/x.png", "an address"),
        ("-", "nothing to read from"),
    ],
)
def test_wrong_arguments_are_refused_before_the_first_item(new: Path, argument: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        expand(["new/a.png", argument])


@pytest.mark.parametrize(("argument", "words"), [("pipe", "a named pipe"), ("nul\0", "null")])
def test_what_cannot_be_read_is_refused_alone_and_one_bad_item_among_others(
    new: Path, argument: str, words: str
) -> None:
    os.mkfifo("pipe")
    with pytest.raises(DataError, match=words):
        expand([argument])
    ((names, _, rejected),) = load_batches(expand(["new/a.png", argument]), SPEC)
    assert names == ["new/a.png"]
    assert len(rejected) == 1


def test_no_arguments() -> None:
    with pytest.raises(DataError, match="no items given"):
        expand([])


def test_bad_items_come_back_with_their_reason(new: Path) -> None:
    (new / "a.png").write_text("<html>")
    (new / "c.heic").write_bytes(b"\0\0\0\x18ftypheic")
    ((found, values, bad),) = load_batches(expand(["new/a.png", "new/b.png", "new/deep", "new/c.heic"]), SPEC)
    assert found == ["new/b.png", "new/deep/c.png"] and values.shape == (2, 8, 8, 1)
    assert [name for name, _ in bad] == ["new/a.png", "new/c.heic"]
    assert "HTML" in bad[0][1] and "HEIC" in bad[1][1]


def test_the_digits_by_all_three_ways_are_the_same_pixels(tmp_path: Path) -> None:
    write_digits(tmp_path / "photos")
    data = read(tmp_path / "photos")
    batches = list(load_batches(expand([str(tmp_path / "photos")]), SPEC, batch=500))
    assert [len(batch[0]) for batch in batches] == [500, 500, 500, 297]
    np.testing.assert_array_equal(np.concatenate([batch[1] for batch in batches]), data.values)
    assert batches[0][0][0] == f"{tmp_path}/photos/0/0000.png"
    sample = list(load_batches(expand(["sample:digits"]), SPEC, batch=2000))
    np.testing.assert_array_equal(sample[0][1], read("sample:digits").values)
    assert sample[0][0][-1] == "digits/1796"


def test_idx_files_give_an_item_a_picture(tmp_path: Path) -> None:
    pictures = RNG.integers(0, 256, (3, 8, 8), dtype=np.uint8)
    header = b"\0\0\x08\x03" + np.array(pictures.shape, ">u4").tobytes()
    file = tmp_path / "t10k-images-idx3-ubyte"
    file.write_bytes(header + pictures.tobytes())
    for argument in (str(file), str(tmp_path)):
        ((found, values, _),) = load_batches(expand([argument]), SPEC)
        assert found == ["test/00000", "test/00001", "test/00002"]
        np.testing.assert_array_equal(values[..., 0], pictures)
    file.write_bytes(header)
    with pytest.raises(DataError, match="too short for them"):
        list(load_batches(expand([str(file)]), SPEC))


@pytest.mark.parametrize("packed", [False, True])
def test_an_idx_file_is_not_held_in_memory(tmp_path: Path, packed: bool) -> None:
    pictures = np.zeros((20_000, 28, 28), np.uint8)
    pictures[:, 0, :2] = np.arange(20_000)[:, None] % 251
    content = b"\0\0\x08\x03" + np.array(pictures.shape, ">u4").tobytes() + pictures.tobytes()
    file = tmp_path / f"t10k-images-idx3-ubyte{'.gz' if packed else ''}"
    file.write_bytes(gzip.compress(content, 1) if packed else content)
    tracemalloc.start()
    total = 0
    for _, values, _ in load_batches(expand([str(file)]), InputSpec("pictures", (28, 28, 1), "uint8")):
        total += int(values.sum())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == int(pictures.sum())
    assert most < 5_000_000 < pictures.nbytes


def test_a_file_that_shrinks_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    content = b"\0\0\x08\x03" + np.array((1000, 8, 8), ">u4").tobytes() + bytes(64_000)
    file = tmp_path / "t10k-images-idx3-ubyte"
    file.write_bytes(content)
    pictures = open_images(file)
    assert pictures[999].shape == (8, 8, 1)
    file.write_bytes(content[:20_000])
    with pytest.raises(DataError, match="no longer in the file"):
        pictures[999]


def test_other_sizes_go_through_the_one_path(new: Path) -> None:
    colour = RNG.integers(0, 256, (50, 30, 3), dtype=np.uint8)
    Image.fromarray(colour).save(new / "colour.png")
    ((_, values, _),) = load_batches(expand(["new/colour.png"]), SPEC)
    np.testing.assert_array_equal(values[0], fit_to(colour, SPEC))


def test_a_model_of_numbers_takes_no_pictures() -> None:
    with pytest.raises(DataError, match="4 numbers an item"):
        next(load_batches(expand(["sample:digits"]), InputSpec("table", (4,), "float32")))


def test_memory_does_not_grow_with_the_number_of_items(new: Path) -> None:
    lines = ("new/b.png\n" for _ in range(1000))
    spec = InputSpec("pictures", (64, 64, 3), "uint8")
    tracemalloc.start()
    n = sum(len(found) for found, _, _ in load_batches(expand(["-"], lines), spec, batch=50))
    assert n == 1000
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
