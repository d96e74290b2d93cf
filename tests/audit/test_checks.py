"""Each check: what it finds, how bad it is, which items it names, and when it does not apply."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from discern.audit import CHECKS, audit, load
from discern.audit.alike_labels import core
from discern.core.options import SplitOptions
from discern.core.records import SEVERITIES, CheckResult, Findings
from discern.data.dataset import Dataset
from discern.data.read import read
from discern.data.splits import Split, split

ROOT = Path(__file__).resolve().parents[2]
RNG = np.random.default_rng(0)


def run(code: str, data: Dataset, made: Split | None = None) -> CheckResult:
    return load(CHECKS[code])(data, made)


def table(labels: list[str], contents: list[int] | None = None, groups: list[str] | None = None) -> Dataset:
    values = np.array(contents if contents is not None else range(len(labels)), dtype=float)[:, None]
    return read(values, labels, groups=groups)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for label in ("cat", "dog"):
        (tmp_path / label).mkdir()
        for index in range(30):
            pixels = RNG.integers(0, 256, (8, 8), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / label / f"{index:02d}.png")
    return tmp_path


@pytest.mark.parametrize("code", CHECKS)
def test_every_check_keeps_the_contract(code: str, photos: Path) -> None:
    """A page of its own, one code, plain JSON, and all four states understood, on data of every kind."""
    page = ROOT / "docs" / "findings" / f"{code}.md"
    text = page.read_text("utf-8")
    assert text.startswith(f"# {code}: ")
    assert "## Why it matters" in text and "## What to do" in text
    assert f"[{code}]({code}.md)" in (page.parent / "index.md").read_text("utf-8")
    (photos / "cat" / "bad.jpg").touch()
    (photos / "cat" / "b.txt").touch()
    shutil.copy(photos / "cat" / "01.png", photos / "dog" / "again.png")
    folder = read(photos)
    kinds = [folder, folder.take([0]), table(list("abab")), read(np.eye(3)), table(["A"] * 3 + ["a"] * 40, [1] * 43)]
    for data in kinds:
        found = run(code, data)
        assert found.code == code and found.name
        assert found.status in ("passed", "found", "skipped", "not applicable")
        assert (found.status == "found") == bool(found.findings)
        assert (found.status in ("skipped", "not applicable")) == bool(found.reason)
        for one in found.findings:
            assert one.code == code and one.severity in SEVERITIES
            assert one.count >= len(one.items) > 0 and one.title and one.what_to_do
            assert (ROOT / one.page).is_file()
            assert one.title[0].isupper() or one.title[0].isdigit()
        json.dumps(found.to_json())
    assert run(code, folder).to_json() == run(code, folder).to_json()


def test_every_page_has_its_check() -> None:
    """D5xx are found by `discern evaluate` and written in the room `evaluate`."""
    pages = {path.stem for path in (ROOT / "docs" / "findings").glob("D*.md")}
    evaluated = "".join(path.read_text("utf-8") for path in (ROOT / "src" / "discern" / "evaluate").glob("*.py"))
    assert {page for page in pages if not page.startswith("D5")} == set(CHECKS)
    for page in sorted(pages - set(CHECKS)):
        assert f'"{page}"' in evaluated, page
        assert f"[{page}]({page}.md)" in (ROOT / "docs" / "findings" / "index.md").read_text("utf-8")


def test_d101_unreadable(photos: Path) -> None:
    assert run("D101", read(photos)).status == "passed"
    (photos / "cat" / "bad.jpg").touch()
    (found,) = run("D101", read(photos)).findings
    assert (found.items, found.count, found.severity) == (("cat/bad.jpg",), 1, "warning")
    assert found.detail == "1 x empty file (0 bytes)"


def test_d102_strays(photos: Path) -> None:
    assert run("D102", read(photos)).status == "passed"
    for name in ("Thumbs.db", "a.txt", "b.txt"):
        (photos / "cat" / name).touch()
    (found,) = run("D102", read(photos)).findings
    assert (found.count, found.severity) == (3, "note")
    assert "2 x not a picture (.txt)" in found.detail
    shutil.copy(photos / "cat" / "01.png", photos / "left.png")
    (found,) = run("D102", read(photos)).findings
    assert found.severity == "warning" and "move" in found.what_to_do
    shutil.copytree(photos / "cat", photos / "train" / "cat")
    (found,) = run("D102", read(photos, max_bad=1)).findings
    assert found.severity == "warning" and "left.png" in found.items and "1 x a file beside train/" in found.detail
    assert run("D102", table(list("ab"))).status == "not applicable"


def test_d201_copies_under_one_label(photos: Path) -> None:
    assert run("D201", read(photos)).status == "passed"
    shutil.copy(photos / "cat" / "01.png", photos / "cat" / "again.png")
    Image.open(photos / "cat" / "01.png").save(photos / "cat" / "other.bmp")
    (found,) = run("D201", read(photos)).findings
    assert found.items == ("cat/01.png", "cat/again.png", "cat/other.bmp")
    assert (found.count, found.severity) == (3, "note")
    assert found.title == "3 items in 1 set of exact copies"
    assert "cat/01.png = cat/again.png = cat/other.bmp" in found.detail and "0 of the sets" in found.detail
    assert run("D202", read(photos)).status == "passed"


def test_d202_one_picture_under_two_labels(photos: Path) -> None:
    shutil.copy(photos / "cat" / "01.png", photos / "dog" / "again.png")
    data = read(photos)
    (found,) = run("D202", data).findings
    assert found.items == ("cat/01.png", "dog/again.png") and found.severity == "serious"
    assert "'cat', 'dog'" in found.detail
    assert run("D201", data).status == "passed"
    assert run("D202", read(np.ones((2, 2)))).status == "not applicable"
    assert run("D201", read(np.ones((2, 2)))).status == "found"


def test_d203_copies_across_parts() -> None:
    data = table(list("ab") * 10, [*range(19), 0])
    assert run("D203", data).status == "not applicable"
    assert run("D203", data, split(data, SplitOptions())).status == "passed"
    (found,) = run("D203", data, split(data, SplitOptions(first=0.8))).findings
    assert found.severity == "serious" and found.items == ("arrays/00000", "arrays/00019")
    parts = ["train"] * 10 + ["validation"] * 10
    given = Split(split(data, SplitOptions()).table.with_columns(part=pl.Series(parts)), "")
    (found,) = run("D203", data, given).findings
    assert found.severity == "warning" and "validation" in found.title


def test_d204_groups_across_parts() -> None:
    data = table(list("ab") * 10, groups=[str(index % 5) for index in range(20)])
    assert run("D204", data).status == "not applicable"
    assert run("D204", table(list("ab") * 5), split(table(list("ab") * 5), SplitOptions())).status == "not applicable"
    assert run("D204", data, split(data, SplitOptions())).status == "passed"
    (found,) = run("D204", data, split(data, SplitOptions(first=0.85))).findings
    assert found.severity == "serious" and found.title == "3 groups torn between parts"
    assert "3 groups of them also in the test part" in found.detail


@pytest.mark.parametrize(
    ("counts", "severity"), [((30, 30), None), ((30, 11), None), ((33, 11), "note"), ((200, 20), "warning")]
)
def test_d301_balance(counts: tuple[int, int], severity: str | None) -> None:
    found = run("D301", table(["a"] * counts[0] + ["b"] * counts[1])).findings
    assert [one.severity for one in found] == ([severity] if severity else [])
    assert all(one.items == ("b",) for one in found)


def test_d302_too_few() -> None:
    labels = ["a"] * 30 + ["b"] * 29 + ["c"] * 9 + ["d"]
    warning, note = run("D302", table(labels)).findings
    assert (warning.severity, warning.items) == ("warning", ("d", "c"))
    assert (note.severity, note.items) == ("note", ("b",))
    assert "class of one" in warning.what_to_do
    assert run("D302", table(["a"] * 30)).status == "passed"
    assert run("D302", table(["a"] * 60, groups=[str(i // 12) for i in range(60)])).findings[0].detail == "'a': 5"
    assert run("D302", table(["a"] * 60, [0] * 60)).findings[0].detail == "'a': 1"


def test_d303_empty_classes(photos: Path) -> None:
    assert run("D303", read(photos)).status == "passed"
    (photos / "ape").mkdir()
    (found,) = run("D303", read(photos)).findings
    assert (found.items, found.severity) == (("ape",), "warning")


def test_d304_labels_that_look_alike() -> None:
    assert run("D304", table(list("abc"))).status == "passed"
    labels = ["Cat", "cat", "north west", "north_west", "caf\u00e9", "cafe\u0301", "dog", "dogs"]
    (found,) = run("D304", table(labels)).findings
    assert found.count == 6
    assert set(found.items) == set(labels) - {"dog", "dogs"}
    assert "'Cat' and 'cat'" in found.detail
    assert core(" STRASSE ") == core("stra\u00dfe")


def test_d305_a_single_class() -> None:
    assert run("D305", table(list("ab"))).status == "passed"
    (found,) = run("D305", table(list("aa"))).findings
    assert found.severity == "serious" and "'a'" in found.title


def test_the_whole_audit(photos: Path) -> None:
    (photos / "cat" / "bad.jpg").touch()
    shutil.copy(photos / "cat" / "01.png", photos / "dog" / "again.png")
    data = read(photos)
    findings = audit(data, split(data, SplitOptions()))
    assert [check.code for check in findings.checks] == list(CHECKS)
    assert [found.code for found in findings] == ["D202", "D101"]
    record = json.loads(json.dumps(findings.to_json()))
    assert Findings.from_json(record).to_json() == findings.to_json()
    facts = findings.facts
    assert (facts["items"], facts["rejected"], facts["units"]) == (61, 1, 60)
    assert facts["classes"] == {"cat": 30, "dog": 31}
    for label, count in facts["classes"].items():
        assert sum(facts[f"classes_in_{part}"][label] for part in ("train", "validation", "test")) == count
    assert sum(facts["parts"].values()) == 61
    assert facts["sizes"] == {"different": 1, "smallest": "8 x 8", "largest": "8 x 8", "commonest": "8 x 8"}
    assert facts["modes"] == {"L": 61}


def test_facts_of_tables_and_of_unlabelled_items() -> None:
    facts = audit(read(np.eye(4), groups=list("ppqq"))).facts
    assert facts["groups"] == 2 and facts["each_item"] == "4 numbers an item"
    assert not {"classes", "parts", "sizes", "modes", "notes"} & set(facts)


def test_names_from_the_data_are_kept_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "<img src=x onerror=alert(1)>"
    folder.mkdir()
    Image.new("L", (8, 8)).save(folder / "=1+1.png")
    findings = audit(read(tmp_path))
    assert "<img src=x onerror=alert(1)>" in findings.facts["classes"]


def test_cats_and_dogs_hold_one_exact_copy(real_data: Path, tmp_path: Path) -> None:
    dogs = real_data / "cats-dogs" / "train" / "dogs"
    for name in ("dog.2027.jpg", "dog.3082.jpg", "dog.1.jpg"):
        (tmp_path / "dogs").mkdir(exist_ok=True)
        if (dogs / name).is_file():
            shutil.copy(dogs / name, tmp_path / "dogs" / name)
    (found,) = run("D201", read(tmp_path)).findings
    assert found.items == ("dogs/dog.2027.jpg", "dogs/dog.3082.jpg")


def test_texts_that_give_their_label_away_by_their_form() -> None:
    random = np.random.default_rng(0)
    words = [f"word{number}" for number in range(400)]
    rows, labels = [], []
    for number in range(160):
        label = "ab"[number % 2]
        head = "reuters" if label == "a" else str(random.choice(words))
        rows.append(" ".join([head, *map(str, random.choice(words, 12))]))
        labels.append(label)
    data = read(rows, labels)
    found = {finding.code: finding for finding in audit(data)}
    assert "first word of the text" in found["D401"].title and found["D401"].severity == "note"
    plain = read([row.replace("reuters", str(random.choice(words))) for row in rows], labels)
    assert "D401" not in {finding.code for finding in audit(plain)}
    column = pl.Series("column:officer", [f"{label}{number % 5}" for number, label in enumerate(labels)])
    told = audit(dataclasses.replace(plain, items=plain.items.with_columns(column)))
    assert "column 'officer'" in next(finding.title for finding in told if finding.code == "D402")
    assert "--group officer" in next(finding.what_to_do for finding in told if finding.code == "D402")
