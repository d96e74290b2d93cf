"""Corrections of labels: read back from a sheet; what is not known is refused, all of it at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from discern.core.errors import DataError, OptionError
from discern.core.files import csv_text
from discern.data.corrections import copied, filled
from discern.data.dataset import Dataset
from discern.data.read import read


def corrected(tmp_path: Path, text: str) -> Dataset:
    sheet = tmp_path / "suspects.csv"
    sheet.write_text(text)
    return read(np.arange(12.0).reshape(6, 2), ["a", "b", "a", "b", "a", "=c"], corrections=sheet)


def test_a_filled_in_correction_changes_its_label_and_an_empty_one_nothing(tmp_path: Path) -> None:
    text = "item,label,correction,suggested\narrays/00000,a,b,b\narrays/00002,a,,b\n"
    data = corrected(tmp_path, text)
    assert data.labels is not None and data.labels.tolist() == ["b", "b", "a", "b", "a", "=c"]
    assert any("1 label changed by suspects.csv" in note for note in data.notes)
    assert data.fingerprint != corrected(tmp_path, "item,correction\narrays/00000,\n").fingerprint
    assert data.source.options.corrections == str(tmp_path / "suspects.csv")


def test_labels_that_were_made_safe_for_a_spreadsheet_are_known_again(tmp_path: Path) -> None:
    data = corrected(tmp_path, csv_text(("item", "correction"), [("arrays/00001", "=c")]))
    assert data.labels is not None and data.labels[1] == "=c"


def test_every_unknown_item_and_label_is_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(OptionError) as refused:
        corrected(tmp_path, "item,correction\nnowhere,a\narrays/00001,dog\narrays/00002,b\n")
    text = str(refused.value)
    assert "no item 'nowhere'" in text and "'arrays/00001' is to become 'dog'" in text and "\n" not in text
    assert "a, b" in text


def test_what_is_no_sheet_of_corrections_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="correction"):
        corrected(tmp_path, "item,label\narrays/00001,b\n")
    with pytest.raises(DataError, match="no such file"):
        read(np.eye(2), ["a", "b"], corrections=tmp_path / "none.csv")
    with pytest.raises(DataError, match="without labels"):
        (tmp_path / "x.csv").write_text("item,correction\n")
        read(np.eye(2), corrections=tmp_path / "x.csv")
    with pytest.raises(DataError, match="CSV, TSV, Parquet or Excel"):
        (tmp_path / "x.json").write_text("[]")
        read(np.eye(2), ["a", "b"], corrections=tmp_path / "x.json")


@pytest.mark.parametrize("ending", ["parquet", "xlsx", "tsv"])
def test_a_sheet_of_another_format_says_the_same_and_the_copy_of_a_run_too(tmp_path: Path, ending: str) -> None:
    sheet = tmp_path / f"suspects.{ending}"
    filled = pl.DataFrame({"item": ["arrays/00000", "arrays/00002", "arrays/00001"], "correction": ["b", None, "=c"]})
    if ending == "tsv":
        filled.write_csv(sheet, separator="\t")
    else:
        filled.write_parquet(sheet) if ending == "parquet" else filled.write_excel(sheet)
    values, labels = np.arange(12.0).reshape(6, 2), ["a", "b", "a", "b", "a", "=c"]
    data = read(values, labels, corrections=sheet)
    assert data.labels is not None and data.labels.tolist() == ["b", "=c", "a", "b", "a", "=c"]
    (tmp_path / "corrections.csv").write_bytes(copied(sheet))
    again = read(values, labels, corrections=tmp_path / "corrections.csv")
    assert again.fingerprint == data.fingerprint


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("item,label,correction\na,1,\n", False),
        ("item,label,correction\n", False),
        ("", False),
        ("item,label,correction\na,1,\nb,1,2\n", True),
        ("item;label;correction\r\na;1;2\r\n", True),
        ("notes of mine\nno sheet at all\n", True),
    ],
)
def test_a_sheet_is_filled_in_when_any_correction_stands_in_it_or_may(tmp_path: Path, text: str, holds: bool) -> None:
    sheet = tmp_path / "suspects.csv"
    assert not filled(sheet)
    sheet.write_text(text, newline="")
    assert filled(sheet) == holds


def test_several_targets_change_together(tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "photos").mkdir()
    for number in range(4):
        Image.new("L", (8, 8), number * 20).save(tmp_path / "photos" / f"{number}.png")
    (tmp_path / "sheet.csv").write_text("id,make,model\n0,Arvo,Mint\n1,Arvo,Mint\n2,Dalen,Fell\n3,Dalen,Fell\n")
    (tmp_path / "fix.csv").write_text("item,correction\n0.png,Dalen / Fell\n")
    data = read(
        tmp_path / "photos", labels=tmp_path / "sheet.csv", label=("make", "model"), corrections=tmp_path / "fix.csv"
    )
    assert data.target("make").tolist() == ["Dalen", "Arvo", "Dalen", "Dalen"]
    assert data.target("model").tolist() == ["Fell", "Mint", "Fell", "Fell"]
