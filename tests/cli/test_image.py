"""`discern image` as a person meets it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image, ImageDraw, ImageFont

import discern.workflows
from discern.data import canvases, idx
from discern.evaluate.boxes import Box, average_precision
from discern.evaluate.reading import character_error, edits
from discern.images import invented
from discern.images.filters import KERNELS
from discern.workflows.locate import Finder
from discern.workflows.read_characters import Reader

from .conftest import Cli, run_main

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
def test_a_large_kernel_may_be_typed(cli: Cli) -> None:
    photo()
    rows = "; ".join(" ".join(["0.0123"] * 9) for _ in range(9))
    assert len(rows) > 500 and "a matrix of your own" in shown(cli, "photo.png", "--kernel", rows)


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


READ = ("image", "read")


def written(text: str, path: str = "page.png", size: int = 32) -> Path:
    """A page in Pillow's own font."""
    lines = text.split("\n")
    image = Image.new("RGB", (20 * size, 2 * size * (len(lines) + 1)), (250, 245, 225))
    for number, line in enumerate(lines):
        at = (size, size * (1 + 2 * number))
        ImageDraw.Draw(image).text(at, line, font=ImageFont.load_default(size), fill=(30, 20, 40))
    image.save(path)
    return Path(path)


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quick model of capital letters and digits."""
    folder = tmp_path_factory.mktemp("letters")
    assert run_main("sample", "letters", folder / "letters", "--n", "22") == 0
    options = ("--model", "knn", "--k", "1", "--size", "28", "--symbols")
    assert run_main("train", folder / "letters", "-o", folder / "run", *options) == 0
    return folder / "run"


def test_a_page_is_read(cli: Cli, letters: Path) -> None:
    written("BLUE VAN\nHELD 24 KEYS")
    found = cli(*READ, letters, "page.png")
    assert found.status == 0, found.err
    lines = found.out.splitlines()
    assert edits("\n".join(lines[:2]), "BLUE VAN\nHELD 24 KEYS") <= 3
    assert "17 characters, " in found.out


@pytest.mark.shows("image read", "--sure")
@pytest.mark.shows("image read", "--out")
@pytest.mark.shows("image read", "--force")
def test_what_is_sure_and_where_it_stands(cli: Cli, letters: Path) -> None:
    written("TAXI 24")
    strict = cli(*READ, letters, "page.png", "--sure", "0.999", "-o", "page.csv")
    assert "6 characters" in strict.out
    table = pl.read_csv("page.csv")
    assert table.columns == [
        "item",
        "line",
        "character",
        "label",
        "probability",
        "sure",
        "top",
        "bottom",
        "left",
        "right",
    ]
    assert table.height == 6 and table["left"].is_sorted()
    assert cli(*READ, letters, "page.png", "--sure", "0.01").out.count("unsure") == 0
    again = cli(*READ, letters, "page.png", "-o", "page.csv")
    assert again.status == 2 and "--force" in again.err
    assert cli(*READ, letters, "page.png", "page.png", "-o", "page.html").status == 0
    page = Path("page.html").read_text()
    assert page.count("<rect") == 12 and "<script" not in page
    assert cli(*READ, letters, "page.png", "-o", "page.csv", "--force").status == 0


def test_plates_in_other_fonts_are_read(cli: Cli, letters: Path) -> None:
    assert cli("sample", "plates", "plates", "--n", "12").status == 0
    truth = pl.read_csv("plates/plates.csv")
    found = discern.workflows.read_characters(letters, [f"plates/{name}" for name in truth["picture"]])
    error = character_error([one.text for one in found], truth["plate"].to_list())
    assert error.value is not None and error.value < 0.3, "neighbours among few letters; a network reads far better"


def test_strings_of_real_digits_are_read(cli: Cli, real_data: Path) -> None:
    folder = real_data / "mnist"
    digits = np.asarray(idx.read_images(folder / "t10k-images-idx3-ubyte.gz")).reshape(-1, 28, 28)
    labels = idx.read_labels(folder / "t10k-labels-idx1-ubyte.gz")
    np.savez("few.npz", X=digits[:4000], y=labels[:4000])
    assert cli("train", "few.npz", "-o", "few", "--model", "knn", "--symbols").status == 0
    reader = Reader("few")
    random, found, wanted = np.random.default_rng(0), [], []
    for _ in range(40):
        picked = random.integers(5000, 10_000, 5)
        found.append(reader.read(255 - np.hstack([digits[one] for one in picked])).text)
        wanted.append("".join(str(labels[one]) for one in picked))
    assert character_error(found, wanted).value < 0.12
    assert sum(len(one) == 5 for one in found) >= 36


@pytest.mark.bad_input("image read")
def test_what_cannot_be_read_is_said(cli: Cli, letters: Path) -> None:
    Image.new("L", (200, 80), 255).save("blank.png")
    blank = cli(*READ, letters, "blank.png")
    assert blank.status == 0 and "no character was found" in blank.out
    dots = np.full((1_000, 1_000), 255, np.uint8)
    dots[::2, ::2] = 0
    Image.fromarray(dots).save("dots.png")
    noise = np.random.default_rng(0).integers(0, 256, (90, 200), dtype=np.uint8)
    Image.fromarray(noise).save("noise.png")
    assert "is this a text in this alphabet?" in cli(*READ, letters, "noise.png", "--sure", "0.99").out
    Path("table.csv").write_text("a,b,label\n" + "1,2,x\n3,4,y\n" * 20)
    assert cli("train", "table.csv", "--target", "label", "-o", "table", "--model", "tree").status == 0
    for name in ("cats", "dogs"):
        Path("photos", name).mkdir(parents=True)
        for number in range(12):
            pixels = np.random.default_rng(number + 50 * (name == "cats")).integers(0, 256, (8, 8), dtype=np.uint8)
            Image.fromarray(pixels).save(f"photos/{name}/{number}.png")
    assert cli("train", "photos", "-o", "pets", "--model", "knn", "--k", "1").status == 0
    for arguments, message in (
        ((letters, "nowhere.png"), "no such"),
        (("nowhere", "blank.png"), "nowhere"),
        (("table", "blank.png"), "reading needs a model of pictures"),
        (("pets", "blank.png"), "it tells 'cats' and 1 others apart; reading needs a model of single characters"),
        ((letters, "blank.png", "--sure", "2"), "--sure"),
        ((letters, "blank.png", "-o", "out.doc"), ".html"),
        ((letters, "table.csv"), "table.csv"),
        ((letters, "dots.png"), "250,000 separate marks; expected a page of at most 200,000"),
    ):
        found = cli(*READ, *arguments)
        assert found.status == 2 and message in found.err, (arguments, found)
        assert "Traceback" not in found.err


@pytest.mark.parametrize("ending", [".csv", ".html"])
def test_pictures_that_cannot_be_opened_are_set_aside(ending: str, cli: Cli, letters: Path, things: Path) -> None:
    canvas_file()
    content = Path("canvas.png").read_bytes()
    Path("half.png").write_bytes(content[: len(content) // 2])
    for command, model in ((READ, letters), (LOCATE, things)):
        out = f"{command[1]}{ending}"
        found = cli(*command, model, "half.png", "canvas.png", "nowhere.png", "-o", out)
        assert found.status == 0, found.err
        assert "set aside: half.png: " in found.err and "2 of 3 pictures set aside" in found.err
        assert Path(out).stat().st_size > 0
        aside = pl.read_csv(f"{command[1]}.rejected.csv")
        assert aside["item"].to_list() == ["half.png", "nowhere.png"] and "no such" in aside["reason"][1]
        assert cli(*command, model, "canvas.png", "canvas.png", "-o", out, "--force").status == 0
        assert not Path(f"{command[1]}.rejected.csv").exists(), "nothing of an earlier time stays"
        Path(f"{command[1]}.rejected.csv").write_text("of an earlier time")
        assert cli(*command, "nowhere", "canvas.png", "-o", out, "--force").status == 2
        assert Path(f"{command[1]}.rejected.csv").read_text() == "of an earlier time", "there are no new answers"
        refused = cli(*command, model, "canvas.png", f"{command[1]}.rejected.csv", "-o", out, "--force")
        assert refused.status == 2 and "it lies in what is read" in refused.err
        none = cli(*command, model, "half.png", "nowhere.png")
        assert none.status == 2 and "none of the 2 pictures can be used; the first: half.png" in none.err


@pytest.mark.shows("train", "--symbols")
def test_drawn_symbols_are_centred_at_every_door(cli: Cli) -> None:
    assert cli("sample", "letters", "letters", "--n", "11").status == 0
    options = ("--model", "knn", "--k", "1", "--size", "28")
    for run, more in (("plain", ()), ("centred", ("--symbols",))):
        assert cli("train", "letters", "-o", run, *options, *more).status == 0
    image = Image.new("L", (300, 200), 0)
    ImageDraw.Draw(image).text((210, 120), "K", font=ImageFont.load_default(60), fill=230)  # light on dark, in a corner
    image.save("drawn.png")
    pixels = np.asarray(image)[:, :, None]
    answers = {run: discern.workflows.load(run).predict("drawn.png")["prediction"][0] for run in ("plain", "centred")}
    assert answers["centred"] == "K" != answers["plain"]
    centred = discern.workflows.load("centred")
    assert centred.predict(pixels[None])["prediction"][0] == "K", "an array of any size is drawn on the same field"
    assert "scaled and centred" in str(centred.shipped.spec)


@pytest.mark.shows("train", "--unknown")
def test_a_drawn_sign_that_is_no_digit_gets_unknown(cli: Cli, real_data: Path) -> None:
    """The figures of docs/inside.md are of more digits and signs (benchmarks/fictional.py)."""
    folder = real_data / "mnist"
    digits = np.asarray(idx.read_images(folder / "t10k-images-idx3-ubyte.gz")).reshape(-1, 28, 28)
    labels = idx.read_labels(folder / "t10k-labels-idx1-ubyte.gz")
    np.savez("some.npz", X=digits[:3000], y=labels[:3000])
    net = ("--model", "conv", "--layers", "conv 16 5x5 norm, pool, conv 32 norm, pool, conv 64 norm", "--epochs", "6")
    options = ("--symbols", "--unknown", "0.1", "--augment", "none")
    assert cli("train", "some.npz", "-o", "some", *net, *options).status == 0
    model, random = discern.workflows.load("some"), np.random.default_rng(0)
    real = model.predict(digits[4000:4400, ..., None])["prediction"].to_numpy()
    assert np.mean(real == "unknown") < 0.2 and np.mean(real == labels[4000:4400].astype(str)) > 0.75
    found = {}
    for kind in invented.KINDS:
        Path(kind).mkdir()
        for number, sign in enumerate(invented.signs(40, kind, random)):
            Image.fromarray(sign[..., 0]).save(Path(kind) / f"{number}.png")
        found[kind] = float((model.predict(kind)["prediction"] == "unknown").mean())
    assert min(found.values()) > 0.3 and np.mean(list(found.values())) > 0.65, found
    exam = json.loads(Path("some/unknown.json").read_text())
    family = next(one for one in exam["families"] if one["name"] == "invented signs")
    assert family["caught"]["n"] == 204 and family["caught"]["value"] > 0.6


LOCATE = ("image", "locate")
GLYPHS = "AHT"


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quick model that tells three letters from clutter."""
    folder = tmp_path_factory.mktemp("things")
    pictures, labels = canvases.sections(glyphs(), np.array(list(GLYPHS)), 1500)
    np.savez(folder / "sections.npz", X=pictures, y=labels)
    assert (
        run_main("train", folder / "sections.npz", "-o", folder / "run", "--model", "forest", "--features", "hog") == 0
    )
    return folder / "run"


def glyphs() -> np.ndarray:
    found = []
    for letter in GLYPHS:
        image = Image.new("L", (28, 28), 0)
        ImageDraw.Draw(image).text((14, 14), letter, font=ImageFont.load_default(26), fill=255, anchor="mm")
        found.append(np.asarray(image))
    return np.stack(found)


def canvas_file(number: int = 0, path: str = "canvas.png") -> tuple[canvases.Placed, ...]:
    pixels, placed = canvases.canvas(glyphs(), np.array(list(GLYPHS)), number)
    Image.fromarray(pixels).save(path)
    return placed


@pytest.mark.shows("image locate", "--smallest")
@pytest.mark.shows("image locate", "--largest")
@pytest.mark.shows("image locate", "--sure")
@pytest.mark.shows("image locate", "--out")
@pytest.mark.shows("image locate", "--force")
@pytest.mark.shows("image locate", "--background")
def test_things_are_found_where_they_are(cli: Cli, things: Path) -> None:
    placed = canvas_file()
    found = cli(*LOCATE, things, "canvas.png", "-o", "found.csv")
    assert found.status == 0, found.err
    table = pl.read_csv("found.csv")
    assert table.columns == ["item", "label", "probability", "top", "left", "bottom", "right"]
    true = [Box(one.label, 1.0, *map(float, one.square)) for one in placed]
    boxes = [Box(*row[1:]) for row in table.iter_rows()]
    assert average_precision([boxes], [true]).value > 0.5
    assert cli(*LOCATE, things, "canvas.png", "--sure", "0.99").out != cli(*LOCATE, things, "canvas.png").out
    few = cli(*LOCATE, things, "canvas.png", "--smallest", "60", "--largest", "70").out
    many = cli(*LOCATE, things, "canvas.png", "--smallest", "28").out
    sections = [int(text.split(" in ")[-1].split(" (")[-1].split()[0].replace(",", "")) for text in (few, many)]
    assert sections[0] < sections[1]
    assert cli(*LOCATE, things, "canvas.png", "-o", "found.csv").status == 2
    assert cli(*LOCATE, things, "canvas.png", "-o", "found.csv", "--force").status == 0
    assert cli(*LOCATE, things, "canvas.png", "-o", "found.html").status == 0
    assert "<rect" in Path("found.html").read_text()
    other = cli(*LOCATE, things, "canvas.png", "--background", "A", "-o", "other.csv")
    assert other.status == 0 and "A" not in pl.read_csv("other.csv")["label"].to_list()


def test_digits_on_canvases_are_found(cli: Cli, real_data: Path) -> None:
    folder = real_data / "mnist"
    digits = np.asarray(idx.read_images(folder / "t10k-images-idx3-ubyte.gz")).reshape(-1, 28, 28)
    labels = idx.read_labels(folder / "t10k-labels-idx1-ubyte.gz").astype(str)
    pictures, names = canvases.sections(digits[:5000], labels[:5000], 4000)
    np.savez("sections.npz", X=pictures, y=names)
    net = (
        "--model",
        "conv",
        "--layers",
        "conv 16, pool, conv 32, pool, dense 64",
        "--epochs",
        "5",
        "--augment",
        "none",
    )
    assert cli("train", "sections.npz", "-o", "run", *net).status == 0
    finder = Finder("run")
    drawn = [canvases.canvas(digits[5000:], labels[5000:], number) for number in range(6)]
    found = [finder.find(pixels, smallest=24, largest=54).boxes for pixels, _ in drawn]
    true = [[Box(one.label, 1.0, *map(float, one.square)) for one in placed] for _, placed in drawn]
    assert average_precision(found, true).value > 0.4, "a quick model; benchmarks/finding.py has the network's figure"


@pytest.mark.bad_input("image locate")
def test_what_cannot_be_searched_is_said(cli: Cli, things: Path, letters: Path) -> None:
    canvas_file()
    Image.new("L", (300, 200), 90).save("blank.png")
    Image.new("L", (20, 200), 90).save("small.png")
    Image.new("L", (2_000, 1_500), 90).save("large.png")
    blank = cli(*LOCATE, things, "blank.png")
    assert blank.status == 0 and "nothing was found" in blank.out
    for arguments, message in (
        ((things, "nowhere.png"), "no such"),
        ((things, "small.png"), "at least 28 x 28"),
        ((letters, "canvas.png"), "a class of pictures in which nothing is"),
        ((things, "canvas.png", "--background", "backgruond"), "background"),
        ((things, "canvas.png", "--smallest", "50", "--largest", "30"), "above --largest"),
        ((things, "canvas.png", "--smallest", "0", "--sure", "7"), "--sure"),
        ((things, "canvas.png", "-o", "out.doc"), ".html"),
        (
            (things, "large.png", "--smallest", "4"),
            "--smallest 4 would enlarge 1500 x 2000 pixels 7.0 times; expected at least 7",
        ),
    ):
        found = cli(*LOCATE, *arguments)
        assert found.status == 2 and message in found.err, (arguments, found)
        assert "Traceback" not in found.err


@pytest.mark.shows("image")
@pytest.mark.bad_input("image")
def test_the_group_lists_its_commands_and_refuses_others(cli: Cli) -> None:
    shown_help = cli("image", "--help")
    assert shown_help.status == 0 and "Find things in a picture" in shown_help.out
    wrong = cli("image", "reed")
    assert wrong.status == 2 and "reed" in wrong.err and wrong.err.count("\n") == 1


def test_arrays_with_clear_parts_are_laid_on_white_as_files_are(cli: Cli, letters: Path, things: Path) -> None:
    pixels = np.zeros((60, 90, 4), np.uint8)
    pixels[20:40, 30:36] = (0, 0, 0, 255)
    Image.fromarray(pixels).save("clear.png")
    for look in (Reader(letters).read, Finder(things).find):
        assert replace(look(pixels), item="") == replace(look("clear.png"), item="")


def test_a_picture_too_large_to_search_for_small_things_does_not_end_the_job(cli: Cli, things: Path) -> None:
    canvas_file()
    Image.new("L", (2_000, 1_500), 90).save("large.png")
    found = cli(*LOCATE, things, "canvas.png", "large.png", "--smallest", "4", "-o", "out.csv")
    assert found.status == 0 and "set aside: large.png: --smallest 4 would enlarge" in found.err, found.err
    assert pl.read_csv("out.rejected.csv")["item"].to_list() == ["large.png"]


def test_names_are_shown_on_one_line(cli: Cli, letters: Path) -> None:
    name = "a\x1b[2Jb.png"
    Image.new("L", (200, 80), 255).save(name)
    for found in (cli(*READ, letters, name), cli(*FILTER, name)):
        assert found.status == 0 and "\x1b" not in found.out
