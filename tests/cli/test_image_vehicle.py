"""`discern image vehicle` as a person meets it, on drawn vehicles."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from discern.data.vehicles import write_vehicles
from discern.evaluate.reading import ReadCharacter, edits
from discern.evaluate.vehicle import Plate, Seen, Vehicle
from discern.report import vehicle_page

from .conftest import Cli, run_main

FRONT = "05"
"""The photograph that shows the front."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Quick models of letters, and of makes and models; a vehicle in a size in which its plate can be read."""
    folder = tmp_path_factory.mktemp("vehicles")
    assert run_main("sample", "letters", folder / "letters", "--n", "22") == 0
    quick = ("--model", "knn", "--k", "1")
    assert run_main("train", folder / "letters", "-o", folder / "read", *quick, "--size", "28", "--symbols") == 0
    write_vehicles(folder / "few", 24)
    labels = ("--labels", folder / "few" / "metadata.csv", "--group-from", r"(.+)_\d+", "--size", "16x24")
    labels += ("--calibrate", "none")
    for run, names in (("make", ("--label", "make", "--label", "model")), ("plain", ("--label", "make"))):
        assert run_main("train", folder / "few" / "photos", "-o", folder / run, *quick, *labels, *names) == 0
    write_vehicles(folder / "large", 1, seed=5, size=(640, 960))
    return folder


def fronts(made: Path) -> list[tuple[Path, str]]:
    """The front of each vehicle and its plate."""
    with (made / "large" / "plates.csv").open() as file:
        rows = list(csv.DictReader(file))
    return [(made / "large" / "photos" / f"{row['id']}_{FRONT}.jpg", row["plate"]) for row in rows]


def asked(made: Path, *photos: object) -> tuple[object, ...]:
    return ("image", "vehicle", "--plate", made / "read", "--make", made / "make", *photos)


def register(path: str, *rows: str) -> str:
    Path(path).write_text("plate,make,model\n" + "".join(f"{row}\n" for row in rows))
    return path


def read(cli: Cli, made: Path, photo: Path) -> str:
    """The plate as these quick models read it."""
    assert (
        cli(*asked(made, photo), "--register", register("any.csv", "ZZ 99,A,B"), "-o", "o.csv", "--force").status == 0
    )
    return str(pl.read_csv("o.csv")["plate"][0])


def test_a_plate_is_found_read_and_looked_up(cli: Cli, made: Path) -> None:
    for photo, plate in fronts(made):
        text = read(cli, made, photo)
        assert edits(text, plate) <= 2, "neighbours among few letters; a network reads far better"
        table = pl.read_csv("o.csv")
        assert table["verdict"][0] == "not registered" and table["left"][0] > 300 and table["top"][0] > 300
        make, model = table["seen"][0].split(" ")
        same = cli(*asked(made, photo), "--register", register("same.csv", f"{text.lower()},{make},{model}"))
        assert f"the register has {text} on " in same.out and "and the photograph shows one" in same.out
        other = "Brenta,Largo" if make != "Brenta" else "Corvid,Jay"
        name = other.replace(",", " ")
        cloned = cli(*asked(made, photo), "--register", register("other.csv", f"{text},{other}"))
        assert cloned.out.startswith(f"{photo}: mismatch: the register has {text} on a {name}; the photograph shows a")
        assert f"{make} {model} (" in cloned.out and "a cloned plate?" in cloned.out
        strange = cli(*asked(made, photo), "--register", register("new.csv", f"{text},Elan,Moor"))
        assert "unclear: " in strange.out and "never learned what an Elan Moor looks like" in strange.out


@pytest.mark.shows("image vehicle", "--plate")
@pytest.mark.shows("image vehicle", "--make")
@pytest.mark.shows("image vehicle", "--register")
def test_each_model_and_the_register_have_their_say(cli: Cli, made: Path) -> None:
    photo, _ = fronts(made)[0]
    text = read(cli, made, photo)
    found = cli(*asked(made, photo), "--register", register("one.csv", f"{text},Arvo,Mint"))
    assert found.status == 0 and f"the register has {text}" in found.out
    assert "not in the register" in cli(*asked(made, photo), "--register", "any.csv").out
    for option, value in (("--plate", made / "make"), ("--make", made / "read")):
        other = cli(*asked(made, photo), "--register", "one.csv", option, value)
        assert other.status == 2 and option in other.err


@pytest.mark.shows("image vehicle", "--sure")
@pytest.mark.shows("image vehicle", "--out")
@pytest.mark.shows("image vehicle", "--force")
def test_what_is_sure_and_a_table(cli: Cli, made: Path) -> None:
    photos = 2 * [photo for photo, _ in fronts(made)]
    given = (*asked(made, *photos), "--register", register("r.csv", "ZZ 99,A,B"))
    found = cli(*given, "--sure", "0.01", "-o", "out.csv")
    assert found.out.count("every character is sure") == 2 and "2 photographs: 2 not registered" in found.out
    assert pl.read_csv("out.csv").height == 2
    assert "most of its characters are unsure" in cli(*given, "--sure", "0.999").out
    again = cli(*given, "-o", "out.csv")
    assert again.status == 2 and "--force" in again.err
    assert cli(*given, "-o", "out.csv", "--force").status == 0


def test_a_page_shows_each_photograph_with_its_plate(cli: Cli, made: Path) -> None:
    photo, _ = fronts(made)[0]
    text = read(cli, made, photo)
    table = pl.read_csv("o.csv")
    Image.fromarray(np.full((300, 400, 3), 120, np.uint8)).save("grey<i>.png")
    given = (*asked(made, "grey<i>.png", photo), "--register", register("r.csv", f"{text},Elan,<b>Moor</b>"))
    assert cli(*given, "--sure", "0.01", "-o", "found.html").status == 0
    page = Path("found.html").read_text()
    assert "<script" not in page and "<b>Moor" not in page and "&lt;b&gt;Moor" in page and "grey&lt;i&gt;.png" in page
    assert page.index(photo.name) < page.index("grey&lt;i&gt;"), "what a person should look at comes first"
    assert page.count("<svg") == 2 and page.count("<rect ") == 1 and page.count("<img") == 1
    top, bottom, left, right = (int(table[name][0]) for name in ("top", "bottom", "left", "right"))
    frame = re.search(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', page)
    assert frame is not None
    x, y, wide, high = map(float, frame.groups())
    assert x < left < right < x + wide and y < top < bottom < y + high and high < 2 * (bottom - top)
    assert "1 unclear, 1 no plate" in page and "No plate found" in page
    characters = re.findall(r"<b><bdi>(.)</bdi></b>", page)
    assert "".join(characters) == text.replace(" ", "")
    again = Path("found.html").read_bytes()
    assert cli(*given, "--sure", "0.01", "-o", "found.html", "--force").status == 0
    assert Path("found.html").read_bytes() == again
    unread = (*asked(made, photo), "--register", "any.csv", "--sure", "0.999", "-o", "unread.html")
    assert cli(*unread).status == 0
    page = Path("unread.html").read_text()
    assert "unreadable" in page and 'class="characters"' not in page, "nothing is made of what cannot be read"


def test_a_page_of_many_shows_those_to_look_at(made: Path) -> None:
    seen = Seen(("make", "model"), ("Arvo", "Mint"), 0.9, 0.9)
    several = [Vehicle(f"photo {n}", None, seen, (), verdict) for n, verdict in enumerate(("agrees", "no plate") * 150)]
    looked: list[int] = []

    def pixels(place: int) -> np.ndarray:
        looked.append(place)
        return np.zeros((30, 40, 1), np.uint8)

    page = vehicle_page.page(several, pixels)
    assert looked == [*range(1, 300, 2), *range(0, 100, 2)], "no photograph is opened for nothing"
    assert "100 more photographs are not shown" in page and "300 photographs: 150 agrees, 150 no plate" in page


def test_both_plates_that_may_be_meant_are_named_on_the_page() -> None:
    mark = ReadCharacter("2", 0.5, False, (("7", 0.5),), 0, (0, 5, 0, 5))
    plate = Plate("AB 12", (mark,) * 4, (10, 20, 5, 35))
    registered = (("AB 12", ("Arvo", "Mint")), ("AB 17", ("Dalen", "Tarn")))
    one = Vehicle("a.jpg", plate, Seen(("make", "model"), ("Dalen", "Tarn"), 0.9, 0.01), registered, "unclear")
    page = vehicle_page.page([one], lambda place: np.zeros((30, 40, 3), np.uint8))
    assert "register, <bdi>AB 12</bdi>" in page and "register, <bdi>AB 17</bdi>" in page


@pytest.mark.bad_input("image vehicle")
def test_what_cannot_be_checked_is_said(cli: Cli, made: Path) -> None:
    (photo, _), *_ = fronts(made)
    good = register("good.csv", "AB 12,Arvo,Mint", "AB 12,Arvo,Mint")
    register("twice.csv", "AB 12,Arvo,Mint", "CD 34,Arvo,Mint", "ab-12,Dalen,Tarn")
    register("empty.csv", " ,Arvo,Mint")
    Path("short.csv").write_text("plate,make\nAB 12,Arvo\n")
    Path("text.png").write_text("no picture")
    for arguments, message in (
        ((photo, "--register", "nowhere.csv"), "no such"),
        ((photo, "--register", "short.csv"), "no column 'model'"),
        ((photo, "--register", "twice.csv"), "row 3: ab-12 is there as Arvo Mint and as Dalen Tarn"),
        ((photo, "--register", "empty.csv"), "row 1: no plate"),
        ((photo, "--register", good, "--plate", made / "make"), "expected a model of single characters"),
        ((photo, "--register", good, "--make", made / "plain"), "expected a model of make and model"),
        (("text.png", "--register", good), "text.png"),
        ((photo, "--register", good, "--sure", "2"), "--sure"),
        ((photo, "--register", good, "-o", "out.doc"), ".csv"),
    ):
        found = cli(*asked(made, *arguments))
        assert found.status == 2 and message in found.err, (arguments, found)
        assert len(found.err.strip().splitlines()) <= 4 and "Traceback" not in found.err
    grey = np.full((300, 400, 3), 120, np.uint8)
    Image.fromarray(grey).save("grey.png")
    Image.fromarray(grey[:1, :1]).save("dot.png")
    found = cli(*asked(made, "grey.png", "dot.png"), "--register", good)
    assert found.status == 0 and found.out.count("no plate found; the photograph shows a") == 2


def test_a_damaged_photograph_does_not_end_the_job(cli: Cli, made: Path) -> None:
    (photo, _), *_ = fronts(made)
    Path("half.jpg").write_bytes(photo.read_bytes()[:9_000])
    given = ("--register", register("r.csv", "ZZ 99,A,B"), "-o", "out.html")
    found = cli(*asked(made, "half.jpg", photo, photo), *given)
    assert found.status == 0 and "1 of 3 pictures set aside" in found.err and "2 photographs: " in found.out
    assert pl.read_csv("out.rejected.csv")["item"].to_list() == ["half.jpg"]
    assert Path("out.html").read_text().count("<svg") == 2


def test_make_and_model_are_seen_as_prediction_sees_them(cli: Cli, made: Path) -> None:
    """A photograph is opened for the model of makes as training opened it: at a fraction of its size."""
    photos = [photo for photo, _ in fronts(made)]
    assert cli("predict", made / "make", *photos, "-o", "all.csv").status == 0
    answers = pl.read_csv("all.csv")
    assert cli(*asked(made, *photos), "--register", register("r.csv", "ZZ 99,A,B"), "-o", "seen.csv").status == 0
    seen = pl.read_csv("seen.csv")["seen"].to_list()
    assert seen == [f"{make} {model}" for make, model in answers.select("make", "model").iter_rows()]


@pytest.mark.shows("sample", "--size")
def test_vehicles_are_drawn_in_a_size_with_a_register(cli: Cli) -> None:
    assert cli("sample", "vehicles", "v", "--n", "1", "--size", "64x96").status == 0
    with Image.open(next(Path("v/photos").iterdir())) as picture:
        assert picture.size == (96, 64)
    assert pl.read_csv("v/register.csv").columns == ["plate", "make", "model", "year"]
    wrong = cli("sample", "letters", "l", "--size", "64")
    assert wrong.status == 2 and "--size belongs to vehicles" in wrong.err


def test_real_photographs_match_no_made_up_register(cli: Cli, made: Path, real_data: Path) -> None:
    photos = sorted((real_data / "vehicles" / "photos").glob("*.jpg"))[::8]
    found = cli(*asked(made, *photos), "--register", made / "large" / "register.csv", "-o", "real.csv")
    table = pl.read_csv("real.csv")
    assert found.status == 0 and table.height == len(photos) == 4
    assert set(table["verdict"]) <= {"near", "not registered", "unreadable", "no plate"}
    unread = table.filter(pl.col("verdict").is_in(["unreadable", "no plate"]))
    assert unread["plate"].null_count() == unread.height
