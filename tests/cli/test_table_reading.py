"""show, audit and sample on tables: what the columns are, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Cli

CRIME = Path("../shared/data/crime/communities.csv").absolute()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "areas.csv"
    lines = [
        f"A{i},{'ns'[i % 2]},{i % 3},{i * 37 % 101 - 50.5},{-999 if i == 3 else i * 53 % 97 + 0.5},1" for i in range(60)
    ]
    path.write_text("\n".join(["name,region,level,crime,budget,country", *lines]) + "\n")
    return path


@pytest.mark.shows("sample")
def test_samples_of_tables_are_written(cli: Cli, tmp_path: Path) -> None:
    for name, count in (("areas", "6"), ("iris", "150"), ("wine", "178"), ("cancer", "569"), ("diabetes", "442")):
        result = cli("sample", name, "data", "--force")
        assert result.status == 0 and result.out.startswith(f"{count} ") and f"data/{name}.csv --target" in result.out
        assert cli("show", f"data/{name}.csv").status == 0
    assert (tmp_path / "data" / "areas.csv").read_text().splitlines()[-1] == "Fairview,45,8.8,160,?"


@pytest.mark.shows("sample", "--n", "--seed")
@pytest.mark.bad_input("sample")
def test_made_up_tables_have_as_many_rows_as_asked_for(cli: Cli, tmp_path: Path) -> None:
    for name in ("areas-many", "stores"):
        written = []
        for folder, seed in (("a", 0), ("b", 0), ("c", 1)):
            assert cli("sample", name, f"{name}-{folder}", "--n", "30", "--seed", seed).status == 0
            written.append((tmp_path / f"{name}-{folder}" / f"{name}.csv").read_text())
        assert written[0] == written[1] != written[2] and len(written[0].splitlines()) == 31
    for arguments in (("areas", "d", "--n", "5"), ("stores", "d", "--n", "5"), ("area", "d")):
        found = cli("sample", *arguments)
        assert found.status == 2 and found.err.count("\n") == 1
    assert not (tmp_path / "d").exists()


@pytest.mark.shows("show")
@pytest.mark.shows("show", "--target", "--drop", "--keep", "--missing")
def test_show_says_what_the_columns_are(cli: Cli, table: Path) -> None:
    plain = cli("show", table)
    assert plain.status == 0 and "areas.csv: 60 rows, 4 columns\n" in plain.out
    assert "an identifier: every row has another" in plain.out and "always 1" in plain.out
    learned = cli("show", table, "--target", "crime")
    assert "3 columns to learn crime from" in learned.out and "-999 to " in learned.out
    assert "-999 to " not in cli("show", table, "--target", "crime", "--missing", "-999").out
    dropped = cli("show", table, "--target", "crime", "--drop", "budget").out
    assert "2 columns to learn crime from" in dropped and "named by --drop" in dropped
    kept = cli("show", table, "--target", "crime", "--keep", "name").out
    assert "4 columns to learn crime from" in kept and "an identifier" not in kept


@pytest.mark.shows("show", "--task")
def test_show_takes_the_task_as_named(cli: Cli, table: Path) -> None:
    assert "target  kind    " in cli("show", table, "--target", "level", "--task", "regression").out
    assert "0 (20), 1 (20), 2 (20)" in cli("show", table, "--target", "level").out


@pytest.mark.shows("show")
@pytest.mark.skipif(not CRIME.exists(), reason="the crime set is not here")
def test_show_real_areas(cli: Cli) -> None:
    found = cli("show", CRIME, "--target", "ViolentCrimesPerPop")
    assert found.status == 0 and "communities.csv: 1,994 rows" in found.out
    assert "221 rows without ViolentCrimesPerPop are set aside" in found.out


@pytest.mark.bad_input("show")
@pytest.mark.bad_input("audit")
def test_what_is_no_such_table_is_refused_in_a_line(cli: Cli, table: Path) -> None:
    for command in ("show", "audit"):
        for arguments, said in (
            (("--target", "crme"), "did you mean 'crime'"),
            (("--target", "crime", "--task", "regress"), "did you mean 'regression'"),
            (("--target", "name", "--task", "regression"), "expected numbers"),
            (("--target", "crime", "--drop", "x", "--keep", "z"), "--drop x: no such column"),
        ):
            found = cli(command, table, *arguments)
            assert found.status == 2 and said in found.err and "Traceback" not in found.err, arguments
    torn = table.with_name("torn.csv")
    torn.write_text("a,b\n1\n1\n1\n")
    assert "no row that can be used" in cli("show", torn, "--target", "a").err


def test_hostile_names_and_cells_are_shown_visibly(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "evil.csv"
    path.write_text(
        "\u202ekind,<b>,y\n" + "".join(f"=1+{i % 2}\u200b,{i}.5,{i * 7 % 11}.5\n" for i in range(30)), "utf-8"
    )
    found = cli("show", path, "--target", "y")
    assert found.status == 0 and "\u202e" not in found.out and "\u200b" not in found.out
    assert "⟨U+202E⟩kind" in found.out


@pytest.mark.shows("audit", "--target", "--drop", "--keep", "--missing", "--task")
def test_audit_speaks_of_columns_and_not_of_classes(cli: Cli, table: Path) -> None:
    def audited(*options: str) -> dict[str, Any]:
        found = cli("audit", table, "--json", *options)
        assert found.status == 0, found.err
        record = json.loads(found.out)
        return {"facts": record["facts"], **{check["code"]: check for check in record["checks"]}}

    found = audited("--target", "crime")
    assert found["facts"]["columns"] == {"category": 1, "number": 2, "set aside": 2}
    assert found["facts"]["target"] == {"lowest": -50.5, "median": -1.0, "highest": 49.5}
    for code in ("D202", "D301", "D304"):
        assert found[code]["status"] == "not applicable" and "a number" in found[code]["reason"]
    assert found["D305"]["status"] == "passed" and found["D302"]["status"] == "passed"
    assert found["D105"]["status"] == "found" and "country: always 1" in str(found["D105"]["findings"])
    for options, columns in (
        (("--drop", "budget"), {"category": 1, "number": 1, "set aside": 3}),
        (("--keep", "name"), {"category": 2, "number": 2, "set aside": 1}),
    ):
        assert audited("--target", "crime", *options)["facts"]["columns"] == columns
    assert audited("--target", "budget")["facts"]["target"]["lowest"] == -999
    assert audited("--target", "budget", "--missing", "-999")["facts"]["items"] == 59
    assert audited("--target", "level")["D301"]["status"] == "passed"
    assert audited("--target", "level", "--task", "regression")["D301"]["status"] == "not applicable"


def test_findings_of_tables(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,y\n" + "".join(f"{i * 7 % 13}.5,{i if i % 4 == 0 else ''},7\n" for i in range(12)))
    record = json.loads(cli("audit", path, "--target", "y", "--json").out)
    found = {check["code"]: check["findings"] for check in record["checks"]}
    assert found["D305"][0]["title"] == "The target is 7 in every row" and found["D305"][0]["severity"] == "serious"
    assert found["D302"][0]["title"] == "12 different rows for 2 columns"
    assert found["D105"][0]["items"] == ["b: 75% missing"]


@pytest.mark.shows("audit", "--html")
def test_the_page_of_a_table_says_what_is_learned(cli: Cli, table: Path, tmp_path: Path) -> None:
    assert cli("audit", table, "--target", "crime", "--html", "audit.html").status == 0
    page = (tmp_path / "audit.html").read_text("utf-8")
    assert "60 rows, with a number to learn" in page and "lowest -50.5, median -1, highest 49.5" in page
    assert "<div>columns to learn from: 2 numbers, 1 category</div>" in page
