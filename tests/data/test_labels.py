"""Sheets of labels, names as groups, and how pictures are prepared."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from discern.core.errors import DataError, OptionError
from discern.core.options import PictureOptions
from discern.core.records import InputSpec
from discern.data import sheets
from discern.data.items import expand, load_batches
from discern.data.read import read
from discern.images.decode import decode
from discern.images.fit import fit_to

RNG = np.random.default_rng(0)
ROWS = [("id", "make", "model"), ("a1", "Ford", "Fiesta"), ("b2", "Audi", "A3"), ("c3", "Ford", "Focus")]


@pytest.fixture
def vehicles(tmp_path: Path) -> Path:
    """Three vehicles of two angles each, one of them in a folder of its own, and a stray."""
    folder = tmp_path / "photos"
    for name in ("a1_01", "a1_02", "b2_01", "b2_02", "deep/down/c3_01", "deep/c3_02"):
        path = folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(RNG.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(path)
    return folder


def csv_of(path: Path, rows: list[Any], comma: str = ",") -> Path:
    path.write_text("".join(comma.join("" if cell is None else str(cell) for cell in row) + "\n" for row in rows))
    return path


def excel_of(path: Path, rows: list[Any]) -> Path:
    """The least that is an Excel file."""

    def cell(value: Any) -> str:
        if value is None:
            return "<c/>"
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    package, office = (
        "http://schemas.openxmlformats.org/package/2006",
        "http://schemas.openxmlformats.org/officeDocument/2006",
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = f"{office}/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}/relationships">'
        '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return path


def sheet_in(kind: str, folder: Path, rows: list[Any]) -> Path:
    path = folder / f"labels.{kind}"
    if kind == "parquet":
        pl.DataFrame(rows[1:], schema=list(rows[0]), orient="row").write_parquet(path)
        return path
    return excel_of(path, rows) if kind == "xlsx" else csv_of(path, rows, {"csv": ",", "tsv": "\t"}[kind])


@pytest.mark.parametrize("kind", ["csv", "tsv", "parquet", "xlsx"])
def test_a_sheet_gives_labels_by_the_id_in_the_name(vehicles: Path, tmp_path: Path, kind: str) -> None:
    sheet = sheet_in(kind, tmp_path, ROWS)
    data = read(vehicles, labels=sheet, id="id", label="make", group_from=r"(.+)_\d+")
    rows = list(data.items.select("item", "label", "group").iter_rows())
    assert rows == [
        ("a1_01.png", "Ford", "a1"),
        ("a1_02.png", "Ford", "a1"),
        ("b2_01.png", "Audi", "b2"),
        ("b2_02.png", "Audi", "b2"),
        ("deep/c3_02.png", "Ford", "c3"),
        ("deep/down/c3_01.png", "Ford", "c3"),
    ]
    assert data.units.tolist() == [0, 0, 1, 1, 2, 2]
    assert data.targets is None and data.skipped.height == 0


def test_numbers_in_excel_and_parquet_are_labels_as_written(vehicles: Path, tmp_path: Path) -> None:
    rows = [("id", "label"), ("a1", 7), ("b2", 8), ("c3", 7)]
    for kind in ("csv", "parquet", "xlsx"):
        data = read(vehicles, labels=sheet_in(kind, tmp_path, rows), group_from=r"(.+)_\d+")
        assert data.classes == ["7", "8"], kind


def test_several_columns_are_several_targets(vehicles: Path, tmp_path: Path) -> None:
    sheet = csv_of(tmp_path / "s.csv", ROWS)
    data = read(vehicles, labels=sheet, label=["make", "model"], group_from=r"(.+)_\d+")
    assert data.classes == ["Audi / A3", "Ford / Fiesta", "Ford / Focus"]
    assert data.targets is not None and data.targets.names == ("make", "model")
    assert data.target("model").tolist() == ["Fiesta", "Fiesta", "A3", "A3", "Focus", "Focus"]


def test_targets_that_could_not_be_told_apart_are_refused(vehicles: Path, tmp_path: Path) -> None:
    sheet = csv_of(
        tmp_path / "s.csv", [("id", "joint", "b"), ("a1", "x / y", "z"), ("b2", "x", "y / z"), ("c3", "", "q")]
    )
    for label, words in ((["b", "b"], "different columns"), (["joint", "b"], "none of them named 'joint'")):
        with pytest.raises(DataError, match=words):
            read(vehicles, labels=sheet, label=label, group_from=r"(.+)_\d+")
    sheet.write_text(sheet.read_text().replace("joint", "a"))
    with pytest.raises(DataError, match=r"read the same when they are combined \('x / y / z'\)"):
        read(vehicles, labels=sheet, label=["a", "b"], group_from=r"(.+)_\d+")


@pytest.mark.parametrize("ids", [("a1_01.png", "deep/c3_02.png"), ("a1_01", "deep/c3_02"), ("a1_01.png", "c3_02")])
def test_without_a_pattern_ids_are_paths_or_names(vehicles: Path, tmp_path: Path, ids: tuple[str, str]) -> None:
    sheet = csv_of(tmp_path / "s.csv", [("file", "label"), (ids[0], "x"), (ids[1], "y")])
    data = read(vehicles, labels=sheet)
    assert dict(data.items.select("item", "label").iter_rows()) == {"a1_01.png": "x", "deep/c3_02.png": "y"}
    assert data.groups is None
    assert dict(data.skipped.iter_rows())["b2_01.png"] == "no row in s.csv"


def test_what_does_not_fit_is_said(vehicles: Path, tmp_path: Path) -> None:
    sheet = csv_of(tmp_path / "s.csv", [("id", "label"), ("a1", "x"), ("b2", None), ("z9", "y"), ("z8", "y")])
    data = read(vehicles, labels=sheet, group_from=r"(.+)_\d+")
    assert data.n == 2 and data.classes == ["x"]
    reasons = dict(data.skipped.iter_rows())
    assert reasons["b2_01.png"] == "no label in s.csv" and reasons["deep/c3_02.png"] == "no row in s.csv"
    said = "\n".join(data.notes)
    assert "2 pictures by 2 rows of s.csv" in said
    assert "2 pictures have no row in s.csv and are left out (the first is 'deep/c3_02.png')" in said
    assert "2 pictures have no label in s.csv and are left out (the first is 'b2_01.png')" in said
    assert "2 rows of s.csv have no picture (the first is 'z9')" in said


def test_the_sheet_speaks_not_the_folders(tmp_path: Path) -> None:
    for name in ("train/x/1", "test/x/2", "test/y/3"):
        path = tmp_path / "p" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(RNG.integers(0, 256, (8, 8), dtype=np.uint8)).save(path)
    data = read(tmp_path / "p", labels=csv_of(tmp_path / "s.csv", [("id", "label"), (1, "u"), (2, "v"), (3, "u")]))
    rows = sorted(data.items.select("item", "label", "part").iter_rows())
    assert rows == [("test/x/2.png", "v", "test"), ("test/y/3.png", "u", "test"), ("train/x/1.png", "u", "train")]


@pytest.mark.parametrize("stray", ["IMG_1.png", "zebra.png"])
def test_a_picture_beside_given_parts_is_passed_over(tmp_path: Path, stray: str) -> None:
    names = [f"train/{i}.png" for i in range(4)] + [f"test/{i}.png" for i in range(4, 6)] + [stray]
    for name in names:
        path = tmp_path / "p" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(RNG.integers(0, 256, (8, 8), dtype=np.uint8)).save(path)
    rows = [("id", "label"), *((Path(name).stem, "uv"[i % 2]) for i, name in enumerate(names))]
    data = read(tmp_path / "p", labels=csv_of(tmp_path / "s.csv", rows))
    assert dict(data.items.select("item", "part").iter_rows()) == {name: name.split("/")[0] for name in names[:-1]}
    assert data.skipped.rows() == [(stray, "a file beside train/ and test/")]
    assert stray in [Path(ref.name).name for ref in expand([str(tmp_path / "p")])]  # to answer for, it is an item


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "columns ; expected a column named id"),
        (b"id,label\n", "a header without rows"),
        (b"id,label\na1,x\na1,y\n", "line 3: 'a1' stands in line 2 already"),
        (b"id,label\n,x\n", "line 2: no id"),
        (b"id,label\na1,x,y\n", "line 2: 3 cells; expected 2"),
        (b'id,label\na1,"x\nb2,y\nc3,z\n', "line 2: a row that cannot be read"),
        (b"id,label,label\na1,x,y\n", "2 columns named 'label'"),
        (b"id,lable\na1,x\n", "columns id, lable; expected a column named label or class"),
        ("id,label\na1,ä\n".encode("utf-16-le"), "zeros between the letters"),
        (b"id,label\na1,\x81\n", "no UTF-8 (at 12)"),
        (b"id,label\na1," + b"x" * 200_000 + b"\n", "line 2: a row that cannot be read"),
        (b"id,label\nz,x\n", "no picture that matches an id of s.csv"),
        (b"id,label\na1,\nb2,\nc3,\n", "no label for any of 6 pictures"),
    ],
)
def test_sheets_that_are_refused(vehicles: Path, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as told:
        read(vehicles, labels=path, group_from=r"(.+)_\d+")
    assert words in str(told.value) and "s.csv" in str(told.value)


@pytest.mark.parametrize(("code", "said"), [("cp1252", "Windows-1252"), ("utf-16", "UTF-16")])
def test_a_sheet_in_another_encoding_is_read_and_said(vehicles: Path, tmp_path: Path, code: str, said: str) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes("id,label\na1,Škoda\nb2,Citroën\nc3,Škoda\n".encode(code))
    data = read(vehicles, labels=path, group_from=r"(.+)_\d+")
    assert data.classes == ["Citroën", "Škoda"]
    assert f"s.csv: read as {said}" in data.notes


def test_damaged_sheets_are_refused(vehicles: Path, tmp_path: Path) -> None:
    for kind in ("parquet", "xlsx"):
        path = sheet_in(kind, tmp_path, ROWS)
        path.write_bytes(path.read_bytes()[:-100])
        with pytest.raises(DataError, match="cannot be read"):
            read(vehicles, labels=path, label="make")
    for name in ("missing.csv", "photos", "a.doc"):
        (tmp_path / "a.doc").write_bytes(b"x")
        with pytest.raises(DataError, match=r"expected (a sheet of labels|CSV)"):
            read(vehicles, labels=tmp_path / name)


def test_an_excel_file_that_swells_is_not_unpacked(vehicles: Path, tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w") as part:
        for _ in range(600):
            part.write(bytes(1_000_000))
    with pytest.raises(DataError, match="600,000,000 bytes when unpacked"):
        read(vehicles, labels=path)


def test_sheets_larger_than_any_of_labels_are_refused(
    vehicles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "CELLS_LIMIT", 10)
    with pytest.raises(DataError, match="12 cells; expected at most 10"):
        read(vehicles, labels=sheet_in("parquet", tmp_path, [*ROWS, ("d4", "Seat", "Ibiza")]))
    with (tmp_path / "s.csv").open("wb") as file:
        file.truncate(600_000_000)
    with pytest.raises(DataError, match="600,000,000 bytes"):
        read(vehicles, labels=tmp_path / "s.csv")


def test_a_message_stays_one_short_line(vehicles: Path, tmp_path: Path) -> None:
    for header in (["x" * 5000], [f"column {index}" for index in range(5000)], ["a\nb", "c"]):
        with pytest.raises(DataError) as told:
            read(vehicles, labels=sheet_in("parquet", tmp_path, [header, ["1"] * len(header)]))
        assert len(str(told.value)) < 1000 and "\n" not in str(told.value)


def test_a_column_that_is_not_there_is_told_with_those_that_are(vehicles: Path, tmp_path: Path) -> None:
    sheet = csv_of(tmp_path / "s.csv", ROWS)
    with pytest.raises(DataError, match="no column 'mak' among id, make, model; did you mean 'make'"):
        read(vehicles, labels=sheet, label="mak")
    with pytest.raises(OptionError, match="--label goes with --labels"):
        read(vehicles, label="make")
    with pytest.raises(OptionError, match="expected a folder of pictures"):
        read("sample:digits", labels=sheet, label="make")


def test_groups_from_names_of_any_folder(tmp_path: Path) -> None:
    for name in ("x/v1_1", "x/v1_2", "y/v1_3", "y/v2_1", "y/other"):
        path = tmp_path / "p" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(RNG.integers(0, 256, (8, 8), dtype=np.uint8)).save(path)
    data = read(tmp_path / "p", group_from=r"(.+)_\d+")
    assert dict(data.items.select("item", "group").iter_rows()) == {
        "x/v1_1.png": "v1", "x/v1_2.png": "v1", "y/v1_3.png": "v1", "y/v2_1.png": "v2", "y/other.png": "y/other.png",
    }  # fmt: skip
    assert any("1 names do not match" in note and "'y/other.png'" in note for note in data.notes)
    by_path = read(tmp_path / "p", group_from="(.)/.+")
    assert by_path.groups is not None and sorted(set(by_path.groups.tolist())) == ["x", "y"]
    for pattern, words in (
        ("(", "no regular expression"),
        ("a_b", "0 parts"),
        ("(.)(.)", "2 parts"),
        ("(q)", "no name matches"),
    ):
        with pytest.raises(OptionError, match=words):
            read(tmp_path / "p", group_from=pattern)


def test_a_sheet_and_no_picture_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.jpg").write_bytes(b"<html>")
    with pytest.raises(DataError, match="no picture that can be read"):
        read(tmp_path / "p", labels=csv_of(tmp_path / "s.csv", [("id", "label"), ("a", "x")]))


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        (PictureOptions(size=(12, 18)), (12, 18, 3)),
        (PictureOptions(grey=True), (20, 30, 1)),
        (PictureOptions(binary=True, size=(5, 9)), (5, 9, 1)),
        (PictureOptions(crop=(0.1, 0, 0, 0.25)), (15, 27, 3)),
        (PictureOptions(size=(16, 16), keep_aspect=True), (16, 16, 3)),
    ],
)
def test_every_door_prepares_alike(vehicles: Path, options: PictureOptions, shape: tuple[int, ...]) -> None:
    labels = {"labels": csv_of(vehicles / "s.csv", ROWS), "label": "make", "group_from": r"(.+)_\d+"}
    data = read(vehicles, pictures=options, **labels)
    assert data.values.shape[1:] == data.input.shape == shape
    ((names, values, bad),) = load_batches(expand([str(vehicles)]), data.input)
    assert (len(names), bad) == (6, [])
    np.testing.assert_array_equal(values, data.values)
    np.testing.assert_array_equal(read(vehicles, spec=data.input, **labels).values, data.values)
    raw = np.stack([decode(path).pixels for path in data.paths if path is not None])
    arrays = read(raw, pictures=options)
    np.testing.assert_array_equal(arrays.values, data.values)
    assert arrays.input == data.input and arrays.items["pixels"].to_list() == data.items["pixels"].to_list()
    assert data.take([1, 0]).input == data.input


def test_same_shape_is_not_same_pixels() -> None:
    values = RNG.integers(0, 256, (4, 8, 8, 1), dtype=np.uint8)
    for options in (PictureOptions(binary=True), PictureOptions(size=(8, 8), crop=(0.5, 0, 0, 0))):
        data = read(values, pictures=options)
        assert data.values.shape == values.shape and (data.values != values).any()
        assert (data.items["pixels"] != data.items["sha256"]).all()
        np.testing.assert_array_equal(data.values[2], fit_to(values[2], data.input))


def test_options_of_pictures_that_cannot_be(vehicles: Path) -> None:
    with pytest.raises(OptionError, match="--size"):
        read(vehicles, pictures=PictureOptions(size=(0, 5)))
    with pytest.raises(OptionError, match="leave the options of pictures away"):
        read(vehicles, pictures=PictureOptions(grey=True), spec=InputSpec("pictures", (8, 8, 1), "uint8"))
    with pytest.raises(OptionError, match="leave the options of pictures away"):
        read(np.eye(3), pictures=PictureOptions(grey=True))
    with pytest.raises(OptionError, match="expected one of them"):
        read(vehicles, groups=str, group_from="(.)")


def test_the_real_vehicles(real_data: Path) -> None:
    folder = real_data / "vehicles"
    data = read(
        folder / "photos", labels=folder / "metadata.csv", label=["make", "model"], group_from=r"(.+)_\d+",
        pictures=PictureOptions(size=(48, 72), crop=(0, 0, 0, 0.1)),
    )  # fmt: skip
    assert data.n == 32 and data.classes == ["Chevrolet / Camaro", "Mazda / MAZDA6"]
    assert len(set(data.units.tolist())) == 2 and data.values.shape == (32, 48, 72, 3)
    assert any("6,570 rows of metadata.csv have no picture" in note for note in data.notes)
