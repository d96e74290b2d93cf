"""sample, show and audit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .conftest import Cli


@pytest.mark.shows("sample")
def test_sample_writes_a_folder_a_class(cli: Cli, tmp_path: Path) -> None:
    result = cli("sample", "digits", "photos")
    assert result.status == 0
    assert "1,797" in result.out
    assert sorted(path.name for path in (tmp_path / "photos").iterdir()) == list("0123456789")
    assert len(list((tmp_path / "photos").rglob("*.png"))) == 1797


@pytest.mark.shows("sample", "--force")
@pytest.mark.bad_input("sample")
def test_the_next_command_can_be_typed_as_it_stands(cli: Cli, tmp_path: Path) -> None:
    assert "next: discern train 'my digits'\n" in cli("sample", "digits", "my digits").out


def test_sample_refuses_a_full_folder_and_an_unknown_name(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    refused = cli("sample", "digits", "mine")
    assert refused.status == 2
    assert refused.err.count("\n") == 1
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"
    assert cli("sample", "digits", "mine", "--force").status == 0
    unknown = cli("sample", "digit", "other")
    assert unknown.status == 2
    assert "did you mean 'digits'" in unknown.err


@pytest.mark.shows("sample", "--n", "--seed")
def test_sample_vehicles_draws_as_many_as_asked_for(cli: Cli, tmp_path: Path) -> None:
    for folder, seed in (("a", 0), ("b", 0), ("c", 1)):
        result = cli("sample", "vehicles", folder, "--n", "2", "--seed", seed)
        assert result.status == 0
        assert "32 pictures" in result.out
    sheets = [(tmp_path / folder / "metadata.csv").read_bytes() for folder in "abc"]
    assert sheets[0] == sheets[1] != sheets[2]
    assert len(list((tmp_path / "a" / "photos").iterdir())) == 32
    assert cli("sample", "vehicles", "d", "--n", "0").status == 2
    assert cli("sample", "digits", "d", "--n", "5").status == 2


@pytest.mark.shows("sample", "--n", "--seed")
def test_sample_notes_writes_made_up_notes(cli: Cli, tmp_path: Path) -> None:
    for folder, seed in (("a", 0), ("b", 1)):
        result = cli("sample", "notes", folder, "--n", "7", "--seed", seed)
        assert result.status == 0 and "7 made-up notes" in result.out
    first, second = ((tmp_path / folder / "notes.csv").read_text() for folder in "ab")
    assert first.startswith("id,date,time,place,author,type,note\nN000001,") and "N000007," in first != second


@pytest.mark.shows("sample", "--n")
def test_sample_posts_writes_a_pool(cli: Cli, tmp_path: Path) -> None:
    result = cli("sample", "posts", "p", "--n", "11")
    assert result.status == 0 and "11 made-up posts" in result.out
    assert len((tmp_path / "p" / "pool.csv").read_text().splitlines()) == 12


@pytest.mark.shows("show")
def test_show_prints_numbers_and_a_drawing(cli: Cli, tmp_path: Path) -> None:
    pixels = np.array([[0, 255], [128, 7]], dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "four.png")
    result = cli("show", "four.png")
    assert result.status == 0
    assert "2 x 2 pixels, grey" in result.out
    assert "0 255 128 7" in " ".join(result.out.split())
    assert "by rows" in result.out
    assert "drawn" in result.out


@pytest.mark.shows("show", "--item")
def test_show_takes_an_item_of_a_data_set(cli: Cli) -> None:
    first, third = cli("show", "sample:digits", "--item", "0"), cli("show", "sample:digits", "--item", "3")
    assert "labelled 0" in first.out
    assert "labelled 3" in third.out
    assert first.out != third.out


@pytest.mark.shows("show", "--out", "--per-class", "--augmented", "--force")
def test_show_draws_a_sheet_of_samples(cli: Cli, digits: Path, tmp_path: Path) -> None:
    plain = cli("show", digits)
    assert plain.status == 0
    assert "240 pictures in 10 classes" in plain.out
    for name, options in (("a", ()), ("b", ("--per-class", 5)), ("c", ("--augmented", "rotate 40"))):
        assert cli("show", digits, "-o", f"{name}.png", *options).status == 0
    sizes = {}
    for name in "abc":
        with Image.open(tmp_path / f"{name}.png") as sheet:
            sizes[name] = sheet.size
    assert sizes["b"][0] < sizes["a"][0] == sizes["c"][0]
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "c.png").read_bytes()
    assert cli("show", digits, "-o", "a.png").status == 2
    assert cli("show", digits, "-o", "a.png", "--force").status == 0
    assert cli("show", digits, "-o", "sheet.bmp").status == 2
    assert "rotate" in cli("show", digits, "-o", "d.png", "--augmented", "rotat 5").err


@pytest.mark.shows("show", "--labels", "--id", "--label", "--group-from")
@pytest.mark.shows("audit", "--labels", "--id", "--label", "--group-from")
def test_a_sheet_of_labels_at_every_look(cli: Cli, tmp_path: Path, digits: Path) -> None:
    (tmp_path / "flat").mkdir()
    rows = ["file,kind,other"]
    for path in sorted(digits.rglob("*.png"))[::4]:
        shutil.copy(path, tmp_path / "flat" / f"thing{path.stem}_1.png")
        rows.append(f"thing{path.stem},{'even' if int(path.parent.name) % 2 == 0 else 'odd'},x")
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    how = ("--labels", "labels.csv", "--id", "file", "--label", "kind", "--group-from", r"(.+)_\d")
    assert "60 pictures in 2 classes" in cli("show", "flat", *how).out
    record = json.loads(cli("audit", "flat", *how, "--json").out)
    assert record["facts"]["items"] == 60
    assert set(record["facts"]["classes"]) == {"even", "odd"}
    assert cli("show", "flat", "--labels", "labels.csv", "--label", "kid").status == 2


@pytest.mark.bad_input("show")
def test_show_names_what_it_cannot_read(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "page.jpg").write_text("<html>")
    broken, missing = cli("show", "page.jpg"), cli("show", "sample:digits", "--item", "99999")
    assert (broken.status, missing.status) == (2, 2)
    assert "page.jpg" in broken.err
    assert "0 to 1796" in missing.err
    assert cli("sample", "notes", "notes", "--n", "20").status == 0
    for source in ("sample:iris", "notes"):
        other = cli("show", source, "--item", "0")
        assert other.status == 2 and "expected" in other.err and "Traceback" not in other.err, source


@pytest.mark.shows("audit")
@pytest.mark.bad_input("audit")
def test_audit_tells_of_a_broken_and_a_doubled_picture(cli: Cli, tmp_path: Path, digits: Path) -> None:
    shutil.copytree(digits, tmp_path / "photos")
    some = sorted((tmp_path / "photos" / "3").iterdir())
    shutil.copy(some[0], tmp_path / "photos" / "5" / "again.png")
    some[1].write_bytes(some[1].read_bytes()[:40])
    result = cli("audit", "photos")
    assert result.status == 0
    assert some[1].name in result.out
    assert "again.png" in result.out
    missing = cli("audit", "phots")
    assert missing.status == 2
    assert "photos" in missing.err


@pytest.mark.shows("audit", "--json")
def test_audit_as_json(cli: Cli, digits: Path) -> None:
    result = cli("audit", digits, "--json")
    record = json.loads(result.out)
    assert record["facts"]["items"] == 240
    assert {check["status"] for check in record["checks"]} <= {"passed", "found", "skipped", "not applicable"}


@pytest.fixture
def leaking(tmp_path: Path) -> Path:
    """A folder of parts with one picture in both."""
    for part in ("train", "test"):
        for label in ("cat", "dog"):
            (tmp_path / "photos" / part / label).mkdir(parents=True)
            for index in range(4):
                seed = index + 10 * (label == "dog") + 20 * (part == "test")
                pixels = np.random.default_rng(seed).integers(0, 256, (8, 8), dtype=np.uint8)
                Image.fromarray(pixels).save(tmp_path / "photos" / part / label / f"{index}.png")
    shutil.copy(tmp_path / "photos" / "test" / "cat" / "0.png", tmp_path / "photos" / "train" / "cat" / "again.png")
    return tmp_path / "photos"


@pytest.mark.shows("audit", "--strict")
def test_audit_strict_fails_on_serious_findings_alone(cli: Cli, leaking: Path) -> None:
    loose, strict = cli("audit", leaking), cli("audit", leaking, "--strict")
    assert (loose.status, strict.status) == (0, 1)
    assert loose.out == strict.out
    assert "SERIOUS  D203" in strict.out
    (leaking / "train" / "cat" / "again.png").unlink()
    assert cli("audit", leaking, "--strict").status == 0


@pytest.mark.shows("audit", "--html")
@pytest.mark.shows("audit", "--force")
@pytest.mark.bad_input("audit")
def test_audit_writes_a_page(cli: Cli, leaking: Path, tmp_path: Path) -> None:
    assert cli("audit", leaking, "--html", "audit.html").status == 0
    page = (tmp_path / "audit.html").read_text("utf-8")
    assert "Discern audit" in page and "again.png" in page and "D203" in page
    refused = cli("audit", leaking, "--html", "audit.html")
    assert refused.status == 2 and "--force" in refused.err
    (tmp_path / "audit.html").write_text("mine")
    assert cli("audit", leaking, "--html", "audit.html", "--force").status == 0
    assert (tmp_path / "audit.html").read_text("utf-8") == page
    for place in (leaking / "audit.html", leaking, "nowhere/audit.html"):
        assert cli("audit", leaking, "--html", place).status == 2
    assert not (leaking / "audit.html").exists()


@pytest.mark.shows("audit", "--labels", "--id", "--label", "--group-from")
def test_audit_of_a_flat_folder_with_a_sheet(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "cars").mkdir()
    for car in range(6):
        for angle in range(4):
            pixels = np.random.default_rng(10 * car + angle).integers(0, 256, (8, 8), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "cars" / f"car{car}_{angle}.png")
    rows = [f"car{car},{('Ford', 'Fiat')[car % 2]},{('red', 'blue', 'grey')[car % 3]}" for car in range(6)]
    (tmp_path / "cars.csv").write_text("\n".join(["number,make,colour", *rows]))
    plain = json.loads(cli("audit", "cars", "--json").out)
    assert "classes" not in plain["facts"] and "groups" not in plain["facts"]
    assert (
        "--group-from"
        in next(check for check in plain["checks"] if check["code"] == "D306")["findings"][0]["what_to_do"]
    )
    grouped = json.loads(cli("audit", "cars", "--group-from", r"(.+)_\d+", "--json").out)
    assert grouped["facts"]["groups"] == 6
    assert next(check for check in grouped["checks"] if check["code"] == "D306")["status"] == "not applicable"
    sheet = ("--labels", "cars.csv", "--id", "number", "--group-from", r"(.+)_\d+", "--json")
    makes, colours = (json.loads(cli("audit", "cars", *sheet, "--label", name).out) for name in ("make", "colour"))
    assert makes["facts"]["classes"] == {"Fiat": 12, "Ford": 12}
    assert colours["facts"]["classes"] == {"blue": 8, "grey": 8, "red": 8}
    assert cli("audit", "cars", "--labels", "cars.csv", "--label", "mark").status == 2
