"""What evaluate is asked beside the figures, and runs compare."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import discern

from .conftest import Cli, run_main


@pytest.fixture(scope="session")
def sheet_run(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that took its labels from a sheet, which says more about the pictures; its data lie beside it."""
    folder = tmp_path_factory.mktemp("sheet")
    rows = ["id,label,area,sex,note"]
    (folder / "photos").mkdir()
    for path in sorted(digits.rglob("*.png")):
        shutil.copy(path, folder / "photos")
        number = int(path.stem)
        area = "north" if number % 3 else "south"
        rows.append(f"{path.stem},{path.parent.name},{area},{'f' if number % 2 else 'm'},n{number}")
    (folder / "sheet.csv").write_text("\n".join(rows) + "\n")
    given = (folder / "photos", "--labels", folder / "sheet.csv", "-o", folder / "run", "--model", "knn", "--k", "3")
    assert run_main("train", *given, "--test", "0.4") == 0
    return folder / "run"


@pytest.mark.shows("evaluate", "--slice")
def test_slices_by_a_column_of_the_sheet(cli: Cli, sheet_run: Path) -> None:
    before = {name: json.loads((sheet_run / f"{name}.json").read_text()) for name in ("slices", "fairness")}
    names = [column["name"] for column in before["slices"]["columns"]]
    assert names == ["sex", "size of the picture", "brightness, in % of white"]
    assert before["fairness"]["columns"][0]["what"] == "sex"
    assert 'id="fairness"' in (sheet_run / "report.html").read_text()
    ledger = sheet_run.parent / "ledger.jsonl"
    looks = len(ledger.read_text().splitlines())
    result = cli("evaluate", sheet_run, "--slice", "area", "--slice", "note")
    assert result.status == 0
    assert "north" in result.out and "south" in result.out
    assert "every item has a value of its own" in " ".join(result.out.split())
    assert len(ledger.read_text().splitlines()) == looks + 1
    after = json.loads((sheet_run / "slices.json").read_text())
    assert [column["name"] for column in after["columns"]] == ["area", "note", *names]
    page = (sheet_run / "report.html").read_text()
    assert "north" in page and "north" in (sheet_run / "report" / "slices.csv").read_text()
    assert cli("verify", sheet_run).status == 0  # the report was written anew, and the run knows it


@pytest.mark.bad_input("evaluate")
def test_a_column_that_is_not_there(cli: Cli, sheet_run: Path, knn_run: Path) -> None:
    result = cli("evaluate", sheet_run, "--slice", "arae", "--slice", "colour")
    assert result.status == 2
    assert "did you mean 'area'?" in result.err and "colour" in result.err
    assert result.err.strip().count("\n") <= 1
    plain = cli("evaluate", knn_run, "--slice", "area")
    assert plain.status == 2
    assert "no such column" in plain.err


@pytest.mark.shows("runs compare", "--json")
def test_two_runs_on_the_same_test_part(cli: Cli, digits: Path, knn_run: Path, tmp_path: Path) -> None:
    assert cli("train", digits, "-o", "runs/guess", "--model", "majority").status == 0
    shutil.copytree(knn_run, tmp_path / "runs" / "near")
    better = cli("runs", "compare", "runs/near", "runs/guess")
    assert better.status == 0
    assert "“near” is better than “guess” by" in " ".join(better.out.split())
    assert "McNemar" in better.out
    record = json.loads(cli("runs", "compare", "runs/guess", "runs/near", "--json").out)
    assert record["better"] == "near"
    gap = record["figures"]["accuracy"]["difference"]
    assert gap["low"] < gap["value"] < gap["high"] < 0
    same = cli("runs", "compare", "runs/near", "runs/near")
    assert same.status == 0
    assert "No difference shown" in same.out


@pytest.mark.bad_input("runs compare")
def test_runs_with_other_test_parts_are_not_compared(cli: Cli, digits: Path, knn_run: Path) -> None:
    assert cli("train", digits, "-o", "other", "--model", "majority", "--seed", "1").status == 0
    refused = cli("runs", "compare", "other", knn_run)
    assert refused.status == 2
    assert "the same test part" in refused.err
    assert cli("runs", "compare", "other", "nowhere").status == 2


@pytest.mark.shows("runs list")
@pytest.mark.bad_input("runs list")
def test_list_may_be_left_out(cli: Cli, knn_run: Path) -> None:
    assert cli("runs", "list", knn_run.parent).out == cli("runs", knn_run.parent).out != ""
    assert cli("runs", "list", "nowhere").status == 2
    assert "compare" in cli("runs", "--help").out


@pytest.mark.shows("evaluate", "--robustness")
def test_what_the_model_bears(cli: Cli, sheet_run: Path) -> None:
    result = cli("evaluate", sheet_run, "--robustness")
    assert result.status == 0
    said = " ".join(result.out.split())
    for word in ("Shift:", "Rotation:", "Scale:", "Blur:", "Noise:", "Darkness:", "Cropping:"):
        assert word in said
    record = json.loads((sheet_run / "robustness.json").read_text())
    assert len(record["curves"]) == 7
    strongest = record["curves"]["noise"][-1]
    assert strongest["loss"]["value"] > 0
    page = (sheet_run / "report.html").read_text()
    assert 'id="robustness"' in page and "robustness_rotation-alt" in page
    first = (sheet_run / "robustness.json").read_bytes()
    assert cli("evaluate", sheet_run, "--robustness").status == 0
    assert (sheet_run / "robustness.json").read_bytes() == first


@pytest.mark.shows("evaluate", "--costs", "--prevalence", "--of")
def test_the_operating_point_of_a_label(cli: Cli, sheet_run: Path) -> None:
    def chosen(*arguments: object) -> dict[str, object]:
        result = cli("evaluate", sheet_run, *arguments)
        assert result.status == 0
        assert "a miss costs" in result.out
        record = json.loads((sheet_run / "operating.json").read_text())
        return {"label": record["label"], **record["chosen"], "never": record["never"]["value"]}

    three = chosen("--of", "3")
    eight = chosen("--of", "8")
    assert (three["label"], eight["label"]) == ("3", "8")
    dear = chosen("--of", "3", "--costs", "50,1")
    assert dear["never"] > three["never"]  # type: ignore[operator]
    rare = chosen("--of", "3", "--costs", "50,1", "--prevalence", "0.001")
    assert rare["never"] == pytest.approx(0.05)
    assert 'id="operating"' in (sheet_run / "report.html").read_text()
    assert (sheet_run / "report" / "precision_recall.svg").is_file()


@pytest.mark.bad_input("evaluate")
def test_operating_points_that_cannot_be(cli: Cli, sheet_run: Path) -> None:
    for arguments, says in (
        (("--costs", "1,2"), "say which one"),
        (("--of", "33"), "no such label"),
        (("--of", "3", "--costs", "1"), "MISS,FALSE_ALARM"),
        (("--of", "3", "--costs", "-1,2"), "--costs is -1"),
        (("--of", "3", "--costs", "0,0"), "both 0"),
        (("--of", "3", "--prevalence", "1.5", "--slice", "a", "--slice", "a"), "given twice"),
    ):
        result = cli("evaluate", sheet_run, *arguments)
        assert result.status == 2, arguments
        assert says in result.err


def test_python_asks_the_same(sheet_run: Path) -> None:
    evaluation = discern.evaluate(sheet_run, slices=["area"], of="3", costs=(5, 1))
    assert evaluation.n_items == json.loads((sheet_run / "slices.json").read_text())["n_items"]
    assert json.loads((sheet_run / "operating.json").read_text())["costs"] == {"miss": 5, "false_alarm": 1}
