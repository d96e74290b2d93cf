"""Texts from a table to a report, to answers for many, and back: the whole common workflow."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import discern as dc
from discern import workflows
from discern.core.errors import DataError, OptionError, OutputError, RunError
from discern.core.options import ReadOptions, TextOptions, TrainOptions
from discern.data.read import read
from discern.workflows import apply

SUBJECTS = {
    "fares": ("taxi", "driver", "fare", "unpaid", "cab", "meter"),
    "phones": ("phone", "mobile", "stolen", "snatched", "handset", "screen"),
    "damage": ("window", "smashed", "brick", "paint", "broken", "fence"),
}
COMMON = ("the", "at", "on", "night", "unknown", "offender", "street", "town", "with", "from", "near", "before")


def notes(n: int = 180, seed: int = 0) -> list[dict[str, str]]:
    random = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        label = sorted(SUBJECTS)[number % 3]
        words = [*random.choice(SUBJECTS[label], 3), *random.choice(COMMON, 7)]
        text = " ".join(map(str, random.permutation(words)))
        rows.append({"id": f"N{number:04}", "note": text, "kind": label, "officer": f"O{random.integers(60)}"})
    return rows


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("texts") / "notes.csv", notes())


@pytest.fixture(scope="module")
def run(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    data = read(table, label="kind", group="officer")
    return dc.train(data, model="word-bayes", out=tmp_path_factory.mktemp("runs") / "run")


def test_a_table_of_texts_is_data(table: Path) -> None:
    data = read(table, label="kind", group="officer")
    assert data.kind == "texts" and data.n == 180 and data.classes == sorted(SUBJECTS)
    assert data.values[0] == notes(1)[0]["note"] and data.columns == ["id", "officer"]
    assert data.items["item"][0] == "line 2"
    assert data.groups is not None and len(np.unique(data.groups)) <= 60
    assert data.near.applies
    assert read(table, label="kind").groups is None
    several = read(table, label=("kind", "officer"))
    assert several.targets is not None and several.targets.names == ("kind", "officer")


def test_what_does_not_fit_is_told(table: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"--label kin: no such column; there is id, kind, .*mean 'kind'"):
        read(table, label="kin")
    with pytest.raises(OptionError, match=r"--group offcer: no such column.*did you mean 'officer'"):
        read(table, label="kind", group="offcer")
    with pytest.raises(OptionError, match="leave the options of pictures away"):
        read(table, label="kind", pictures=dc.read.__globals__["PictureOptions"](grey=True))
    with pytest.raises(OptionError, match="--text belongs to texts"):
        read("sample:digits", texts=TextOptions(text="note"))
    with pytest.raises(OptionError, match="--model knn does not learn from texts; expected one of majority"):
        dc.train(read(table, label="kind"), model="knn", out=tmp_path / "run")
    with pytest.raises(OptionError, match="--features is hog; for texts expected words or both"):
        dc.train(read(table, label="kind"), model="word-svm", features="hog", out=tmp_path / "run")
    with pytest.raises(DataError, match="no labels"):
        dc.train(read(table), out=tmp_path / "run")


def test_rows_without_a_label_are_set_aside(tmp_path: Path) -> None:
    rows = notes()
    rows[5]["kind"] = ""
    data = read(written(tmp_path / "notes.csv", rows), label="kind")
    assert data.n == 179 and data.rejected.rows() == [("line 7", "no label")]


def test_other_languages_are_passed_over_and_counted(tmp_path: Path) -> None:
    english = "The taxi driver was left without being paid for the long journey to the city centre"
    german = "Der Fahrer des Taxis wurde für die lange Fahrt in die Innenstadt leider nicht bezahlt"
    rows = [{"note": f"{english}, {word}", "kind": "ab"[i % 2]} for i, word in enumerate(COMMON * 3)]
    rows += [{"note": german, "kind": "a"}, {"note": "ok", "kind": "b"}]
    table = written(tmp_path / "notes.csv", rows)
    data = read(table, label="kind")
    assert data.n == 37 and data.skipped.rows() == [("line 38", "another language (de)")]
    assert any("1 texts in others are passed over" in said for said in data.notes)
    assert read(table, label="kind", language="any").n == 38
    assert read(table, label="kind", language="de").n == 2


def test_a_loaded_model_answers_for_tables_and_folders_of_texts(run: Any, table: Path, tmp_path: Path) -> None:
    model = dc.load(run.path)
    workflows.predict(run.path, [table], out=tmp_path / "out.parquet")
    assert model.predict(table).equals(pl.read_parquet(tmp_path / "out.parquet"))
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("taxi fare unpaid meter cab")
    assert model.predict([tmp_path / "texts"])["prediction"].to_list() == ["fares"]
    with pytest.raises(DataError):
        model.predict(tmp_path / "nowhere.csv")


def test_strings_in_memory_are_texts(tmp_path: Path) -> None:
    rows = notes()
    run = dc.train([row["note"] for row in rows], [row["kind"] for row in rows], model="word-svm", out=tmp_path / "run")
    assert run.evaluation.kind == "texts" and (run.evaluation.accuracy.value or 0) > 0.8
    found = run.model.predict(np.array(["taxi fare unpaid meter cab", "smashed window brick fence"], dtype=object))
    assert found["prediction"].to_list() == ["fares", "damage"]


def test_a_run_has_its_figures_and_its_words(run: Any, table: Path) -> None:
    page = run.report.read_text("utf-8")
    assert (run.evaluation.accuracy.value or 0) > 0.85
    assert "Words that decide" in page and "answered rightly" in page and "texts" in page
    words = (run.path / "report" / "words.csv").read_text("utf-8")
    assert {"taxi", "smashed", "snatched"} <= {line.split(",")[1] for line in words.splitlines()[1:]}
    assert f"discern train {table} --model word-bayes --label kind --group officer" in page
    split = pl.read_parquet(run.path / "split.parquet")
    assert split.group_by("unit").agg(pl.col("part").n_unique())["part"].max() == 1
    assert workflows.verify(run.path).differences == ()


def test_the_report_without_items_has_no_words(run: Any) -> None:
    workflows.report(run.path, items=False)
    page = run.report.read_text("utf-8")
    assert "Words that decide" not in page and notes()[0]["note"] not in page
    workflows.report(run.path, items=True)
    assert "Words that decide" in run.report.read_text("utf-8")


def test_every_text_is_answered_or_set_aside(run: Any, tmp_path: Path) -> None:
    rows = ["id,note", 'a,"taxi fare, unpaid"', "b,", "c,=1+1", "d,\N{FIRE}", "e,too,many", "f,x", "g," + "y" * 50_000]
    table = tmp_path / "new.csv"
    table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    done = workflows.predict(run.path, [table], out=tmp_path / "out.csv", keep=["id"])
    found = pl.read_csv(tmp_path / "out.csv")
    assert done.n_items == 6 and [item for item, _ in done.rejected] == ["line 6"]
    assert found["item"].to_list() == ["line 2", "line 3", "line 4", "line 5", "line 7", "line 8"]
    assert found["id"].to_list() == list("abcdfg") and found["prediction"][0] == "fares"
    aside = (tmp_path / "out.rejected.csv").read_text("utf-8")
    assert "line 6" in aside
    assert found.select("p_damage", "p_fares", "p_phones").sum_horizontal().to_list() == pytest.approx(
        [1] * 6, abs=1e-5
    )


def test_pieces_make_one_table(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = written(tmp_path / "new.csv", notes(100, seed=3))
    workflows.predict(run.path, [table], out=tmp_path / "whole.parquet")
    monkeypatch.setattr(apply, "PIECE", 7)
    workflows.predict(run.path, [table], out=tmp_path / "pieces.parquet")
    whole, pieces = (pl.read_parquet(tmp_path / name) for name in ("whole.parquet", "pieces.parquet"))
    assert whole.equals(pieces) and whole.height == 100
    assert not (tmp_path / "pieces.parquet.parts").exists()


def test_lines_of_several_files_are_told_apart_those_set_aside_too(run: Any, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "notes.csv").write_text("id,note\n1,taxi fare unpaid\n2,too,many\n")
    (tmp_path / "other.csv").write_text("id,note\n1,broken window\n")
    names = [str(tmp_path / name) for name in ("a/notes.csv", "b/notes.csv", "other.csv")]
    done = workflows.predict(run.path, names, out=tmp_path / "out.csv")
    items = pl.read_csv(tmp_path / "out.csv")["item"].to_list()
    assert items == [f"{names[0]}: line 2", f"{names[1]}: line 2", "other.csv: line 2"]
    assert [item for item, _ in done.rejected] == [f"{names[0]}: line 3", f"{names[1]}: line 3"]


def test_a_folder_that_changed_is_another_source(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "1.txt").write_text("one")
    stamps = [apply._stamp(str(folder))]
    (folder / "a" / "1.txt").write_text("longer")
    stamps.append(apply._stamp(str(folder)))
    (folder / "a" / "1.txt").rename(folder / "a" / "2.txt")
    stamps.append(apply._stamp(str(folder)))
    (folder / "a" / "1.txt").write_text("one")
    stamps.append(apply._stamp(str(folder)))
    assert len(set(map(tuple, stamps))) == 4 and stamps[-1] == apply._stamp(str(folder))


KILLED = """
import sys
from discern.workflows import apply, predict
apply.PIECE = 10
kept = apply._Parts.add
def slow(self, *arguments):
    kept(self, *arguments)
    print(self.rows, flush=True)
    if self.rows >= int(sys.argv[4]): input()
apply._Parts.add = slow
predict(sys.argv[1], [sys.argv[2]], out=sys.argv[3])
"""


def test_killed_and_asked_again_it_loses_and_doubles_nothing(run: Any, tmp_path: Path) -> None:
    rows = notes(100, seed=4)
    table = written(tmp_path / "new.csv", rows)
    lines = table.read_text("utf-8").splitlines(keepends=True)
    table.write_text("".join([*lines[:5], "bad,row\n", *lines[5:], "bad,row\n"]), encoding="utf-8")
    workflows.predict(run.path, [table], out=tmp_path / "whole.csv")
    out = tmp_path / "out.csv"
    command = [sys.executable, "-c", KILLED, str(run.path), str(table), str(out), "39"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    while (line := child.stdout.readline()) and int(line) < 39:  # ten records each; one of them was set aside
        pass
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert not out.exists() and (tmp_path / "out.csv.parts").is_dir()
    said: list[str] = []
    done = workflows.predict(
        run.path, [table], out=out, on_event=lambda event: said.append(str(event.facts.get("text", "")))
    )
    assert any("going on after 39 texts" in text for text in said)
    assert done.n_items == 100 and len(done.rejected) == 2
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert (tmp_path / "out.rejected.csv").read_bytes() == (tmp_path / "whole.rejected.csv").read_bytes()
    assert not (tmp_path / "out.csv.parts").exists()


def test_the_list_of_what_is_set_aside_never_costs_an_input_nor_an_earlier_list(run: Any, tmp_path: Path) -> None:
    table = written(tmp_path / "new.rejected.csv", notes(6))
    before = table.read_bytes()
    with pytest.raises(OptionError, match="it lies in what is read"):
        workflows.predict(run.path, [table], out=tmp_path / "new.csv", force=True)
    assert table.read_bytes() == before
    earlier = tmp_path / "out.rejected.csv"
    earlier.write_text("of an earlier time")
    with pytest.raises(RunError):
        workflows.predict(tmp_path / "nowhere", [table], out=tmp_path / "out.csv", force=True)
    with pytest.raises(DataError):
        workflows.predict(run.path, [tmp_path / "nowhere.csv"], out=tmp_path / "out.csv", force=True)
    assert earlier.read_text() == "of an earlier time"
    workflows.predict(run.path, [table], out=tmp_path / "out.csv", force=True)
    assert not earlier.exists(), "the new answers have none"


def test_another_file_or_model_is_begun_anew(run: Any, tmp_path: Path) -> None:
    table = written(tmp_path / "new.csv", notes(30, seed=5))
    parts = tmp_path / "out.csv.parts"
    parts.mkdir()
    (parts / "state.json").write_text(json.dumps({"asked": {"schema": 1}, "pieces": [{"rows": 9}], "ended": []}))
    done = workflows.predict(run.path, [table], out=tmp_path / "out.csv")
    assert done.n_items == 30 and not parts.exists()


@pytest.mark.parametrize(
    "names",
    [
        {"000000.parquet": "mine"},
        {"state.json": '{"mine": 1}', "000000.parquet": "mine"},
        {"state.json": '{"asked": {}, "pieces": [], "ended": []}', "letter.txt": "mine"},
        {"state.json": "[]"},
    ],
)
def test_a_folder_of_somebody_else_is_never_taken_for_pieces(run: Any, tmp_path: Path, names: dict[str, str]) -> None:
    table, parts = written(tmp_path / "new.csv", notes(9)), tmp_path / "out.csv.parts"
    parts.mkdir()
    for name, text in names.items():
        (parts / name).write_text(text)
    with pytest.raises(OutputError, match=r"out\.csv\.parts: .* move it away"):
        workflows.predict(run.path, [table], out=tmp_path / "out.csv", force=True)
    assert {path.name: path.read_text() for path in parts.iterdir()} == names


def test_a_file_or_a_link_in_the_place_of_the_pieces_is_refused(run: Any, tmp_path: Path) -> None:
    table, parts = written(tmp_path / "new.csv", notes(9)), tmp_path / "out.csv.parts"
    parts.write_text("mine")
    with pytest.raises(OutputError, match="move it away"):
        workflows.predict(run.path, [table], out=tmp_path / "out.csv")
    assert parts.read_text() == "mine"
    parts.unlink()
    (tmp_path / "elsewhere").mkdir()
    parts.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(OutputError, match="move it away"):
        workflows.predict(run.path, [table], out=tmp_path / "out.csv")


def test_an_answer_that_never_began_leaves_no_folder(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, parts = written(tmp_path / "new.csv", notes(30)), tmp_path / "out.csv.parts"
    with pytest.raises(DataError):
        workflows.predict(run.path, [table], out=tmp_path / "out.csv", texts=TextOptions(text="nowhere"))
    with pytest.raises(OptionError):
        workflows.predict(run.path, [table], out=tmp_path / "out.csv", keep=["nowhere"])
    assert not parts.exists()
    parts.mkdir()
    (parts / ".writing-0123456789abcdef").touch()  # killed before the first piece
    monkeypatch.setattr(apply, "PIECE", 10)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(apply._Parts, "end", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        workflows.predict(run.path, [table], out=tmp_path / "out.csv")
    assert len(list(parts.glob("*.parquet"))) == 3, "what was answered is kept"
    assert workflows.predict(run.path, [table], out=tmp_path / "out.csv").n_items == 30


def test_texts_from_elsewhere_are_said_to_differ(run: Any, tmp_path: Path) -> None:
    said: list[str] = []

    def listen(event: Any) -> None:
        said.append(str(event.facts.get("text", "")))

    alike = written(tmp_path / "alike.csv", notes(60, seed=6))
    workflows.predict(run.path, [alike], out=tmp_path / "a.csv", on_event=listen)
    assert not any("differ from those" in text for text in said)
    others = [{"note": "parliament voted on the budget bill after a long debate"} for _ in range(20)]
    workflows.predict(run.path, [written(tmp_path / "o.csv", others)], out=tmp_path / "o2.csv", on_event=listen)
    assert any("differ from those" in text for text in said)


def test_the_examinations_take_texts(table: Path, tmp_path: Path) -> None:
    data = read(table, label="kind")
    run = dc.train(data, model="word-svm", out=tmp_path / "run", unknown=0.1, seed=1)
    exam = json.loads((run.path / "unknown.json").read_text("utf-8"))
    caught = {family["name"]: family["caught"]["value"] for family in exam["families"]}
    assert set(caught) == {"empty", "letters", "scrambled", "another language"}
    assert caught["empty"] == 1 and caught["letters"] > 0.9 and caught["another language"] > 0.9


def test_a_run_can_be_repeated_from_its_record(run: Any) -> None:
    record = json.loads((run.path / "run.json").read_text("utf-8"))
    again = ReadOptions.from_json(record["data"]["read"])
    assert again.label == ("kind",) and again.group == "officer" and again.texts == TextOptions()
    old = {key: value for key, value in record["data"]["read"].items() if key not in ("texts", "group", "language")}
    assert ReadOptions.from_json(old).texts == TextOptions()
    assert TrainOptions.from_json(record["options"]).model == ("word-bayes",)


def test_reading_waits_for_nobody(tmp_path: Path, run: Any) -> None:
    began = time.monotonic()
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError, match="pipe"):
        workflows.predict(run.path, [tmp_path / "pipe.csv"], out=tmp_path / "out.csv")
    assert time.monotonic() - began < 20
