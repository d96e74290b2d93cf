"""`discern image` as a person meets it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import discern.workflows
from discern.images.filters import KERNELS

from .conftest import Cli

FILTER = ("image", "filter")


def photo(path: str = "photo.png", size: tuple[int, int] = (40, 30)) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return Path(path)


def shown(cli: Cli, *arguments: object) -> str:
    found = cli(*FILTER, *arguments)
    assert found.status == 0, found.err
    return found.out


@pytest.mark.shows("image filter", "--steps")
@pytest.mark.shows("image filter", "--padding")
def test_the_sums_of_the_introductions(cli: Cli) -> None:
    found = shown(cli, "sample:five", "--kernel", "cross", "--padding", "none", "--steps")
    assert "row 1, column 1: 1x1 + 1x0 + 1x1 + 0x0 + 1x1 + 1x0 + 0x1 + 0x0 + 1x1 = 4" in found
    assert "  4 3 4\n  2 4 3\n  2 3 4" in found
    assert "5 x 5, values" in shown(cli, "sample:five", "--kernel", "cross").split("filtered")[1]
    assert "= 4" not in shown(cli, "sample:five", "--kernel", "cross", "--padding", "none")


@pytest.mark.shows("image filter", "--kernels")
def test_every_kernel_is_printed_and_sharpen_is_explained(cli: Cli) -> None:
    found = shown(cli, "--kernels")
    for name in KERNELS:
        assert f"{name}: " in found
    assert "some books print it under the name sharpen" in found


@pytest.mark.shows("image filter", "--kernel")
@pytest.mark.shows("image filter", "--grey")
@pytest.mark.shows("image filter", "--stride")
@pytest.mark.shows("image filter", "--edge")
@pytest.mark.shows("image filter", "--rectify")
@pytest.mark.shows("image filter", "--pool")
@pytest.mark.shows("image filter", "--partial")
def test_options_change_the_picture(cli: Cli) -> None:
    photo()

    def size(*arguments: object) -> str:
        return shown(cli, "photo.png", *arguments)

    plain = size()
    assert "30 x 40 x 3 colours" in plain and "below 0 and shown black" in plain
    assert "filtered  15 x 20 x 3" in size("--stride", "2")
    assert "filtered  30 x 40, values" in size("--grey")
    assert size("--kernel", "blur") != plain
    Path("own.txt").write_text("0 1\n1 0\n")
    assert size("--kernel", "own.txt").splitlines()[2:] == size("--kernel", "0 1; 1 0").splitlines()[2:]
    assert size("--edge", "reflect") != plain
    assert "rectified 30 x 40 x 3 colours, values from 0" in size("--rectify", "relu")
    assert "pooled    7 x 10 x 3" in size("--pool", "max 4")
    assert "pooled    8 x 10 x 3" in size("--pool", "max 4", "--partial")


@pytest.mark.shows("image filter", "--out")
@pytest.mark.shows("image filter", "--force")
def test_a_picture_and_a_page_are_written(cli: Cli) -> None:
    photo()
    shown(cli, "photo.png", "--kernel", "identity", "-o", "same.png")
    with Image.open("same.png") as one, Image.open("photo.png") as other:
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    again = cli(*FILTER, "photo.png", "-o", "same.png")
    assert again.status == 2 and "--force" in again.err
    shown(cli, "photo.png", "-o", "same.png", "--force")
    shown(cli, "sample:five", "--kernel", "cross", "--rectify", "relu", "--pool", "max 2", "-o", "five.html")
    page = Path("five.html").read_text()
    assert page.count("<figure>") == 4 and page.count('class="sum"') == 25 and "<script" not in page


def test_a_photograph_is_filtered_by_every_kernel(cli: Cli, real_data: Path) -> None:
    picture = sorted((real_data / "cats-dogs" / "new").glob("*.jpg"))[0]
    with Image.open(picture) as image:
        size = f"{image.height} x {image.width} x 3 colours"
    for name in ("edges", "sharpen"):
        assert f"filtered  {size}" in shown(cli, picture, "--kernel", name)


@pytest.mark.bad_input("image filter")
def test_bad_input_is_named_in_one_line(cli: Cli) -> None:
    photo(size=(2, 2), path="tiny.png")
    Path("text.png").write_text("no picture")
    for arguments, message in (
        ((), "no picture was named"),
        (("nowhere.png",), "no such"),
        (("text.png",), "text.png"),
        (("tiny.png", "--kernel", "edgse"), "edges"),
        (("tiny.png", "--kernel", "1 2; 3"), "row 2 has 1 values"),
        (("tiny.png", "--kernel", "1 x; 3 4"), "row 1, column 2 is 'x'"),
        (("tiny.png", "--padding", "none"), "smaller than the kernel"),
        (("tiny.png", "--pool", "max 3"), "not one square"),
        (("tiny.png", "--pool", "most 2"), "max"),
        (("tiny.png", "--pool", "max"), "'max 2'"),
        (("tiny.png", "--partial"), "--pool"),
        (("tiny.png", "--stride", "0", "--edge", "black"), "--stride"),
        (("tiny.png", "--steps"), "--grey"),
        (("tiny.png", "-o", "out.gif"), ".png or .html"),
    ):
        found = cli(*FILTER, *arguments)
        assert found.status == 2 and message in found.err, (arguments, found)
        assert len(found.err.strip().splitlines()) <= 3 and "Traceback" not in found.err


def test_the_python_twin_shows_itself() -> None:
    found = discern.workflows.filter_picture(np.arange(36).reshape(6, 6), kernel=[[0, 1], [1, 0]], pool=("max", 2))
    assert repr(found) == "<Filtered 'array' by your own: picture 6x6x1 > filtered 6x6x1 > pooled 3x3x1>"
    assert "<img" in found._repr_html_()
    assert found.result.shape == (3, 3, 1)
