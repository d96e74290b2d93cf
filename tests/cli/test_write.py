"""`discern series write` as a person meets it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from discern.core.records import Figure
from discern.evaluate.writing import Writing
from discern.report import write_page
from discern.workflows.write import OWN

from .conftest import Cli, run_main

WORDS = ["the", "taxi", "driver", "saw", "a", "window", "break", "at", "night", "and", "called"]


def story(n: int = 900, seed: int = 0) -> str:
    random = np.random.default_rng(seed)
    return "".join(" ".join(random.choice(WORDS, 7)) + ".\n" for _ in range(n // 5))


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("write")
    (folder / "story.txt").write_text(story())
    assert run_main("series", "write", folder / "story.txt", "-o", folder / "run", "--epochs", "6") == 0
    return folder / "run"


def test_learning_measures_shows_and_leaves_nothing_else(learned: Path) -> None:
    assert sorted(entry.name for entry in learned.iterdir()) == sorted(set(OWN) - {"checkpoints"})
    record = json.loads((learned / "writing.json").read_text())
    assert record["schema"] == 1
    for name in ("bits", "baseline", "saved"):
        figure = record[name]
        assert figure["low"] <= figure["value"] <= figure["high"] and figure["n"] > 400
    assert [one["temperature"] for one in record["samples"]] == [0.5, 0.8, 1.0]
    assert len(record["history"]) == 6
    memory = pl.read_csv(learned / "memory.csv")
    assert memory.shape == (len(record["along"]), 2 + record["width"])
    page = (learned / "writing.html").read_text()
    assert "What it writes" in page and "<script" not in page
    assert (learned / "memory.svg").read_text().count("<path") > 100


def test_what_was_learned_writes_and_the_same_seed_writes_the_same(cli: Cli, learned: Path) -> None:
    once = cli("series", "write", learned)
    assert once.status == 0 and len(once.out) > 300
    assert cli("series", "write", learned, "--seed", "0").out == once.out


@pytest.mark.shows("series write", "--seed")
@pytest.mark.shows("series write", "--prompt")
@pytest.mark.shows("series write", "--temperature")
@pytest.mark.shows("series write", "--length")
def test_what_is_asked_for_changes_what_is_written(cli: Cli, learned: Path) -> None:
    plain = cli("series", "write", learned).out
    assert cli("series", "write", learned, "--seed", "1").out != plain
    assert cli("series", "write", learned, "--prompt", "the night ").out.startswith("the night ")
    assert cli("series", "write", learned, "--temperature", "0.1").out != plain
    assert len(cli("series", "write", learned, "--length", "20").out.rstrip("\n")) <= 20


@pytest.mark.shows("series write", "--out")
@pytest.mark.shows("series write", "--force")
def test_a_text_is_written_to_a_file_and_nothing_is_written_over(cli: Cli, learned: Path) -> None:
    assert cli("series", "write", learned, "-o", "new.txt").status == 0
    assert len(Path("new.txt").read_text()) > 300
    again = cli("series", "write", learned, "-o", "new.txt", "--seed", "2")
    assert again.status == 2 and "--force" in again.err
    assert cli("series", "write", learned, "-o", "new.txt", "--seed", "2", "--force").status == 0
    Path("story.txt").write_text(story())
    refused = cli("series", "write", "story.txt", "-o", learned)
    assert refused.status == 2 and "a writer already" in refused.err


@pytest.mark.shows("series write", "--epochs")
@pytest.mark.shows("series write", "--budget")
@pytest.mark.shows("series write", "--encoding")
def test_how_long_it_learns_and_what_it_reads(cli: Cli) -> None:
    Path("story.txt").write_bytes(story().replace("night", "nuït").encode("cp1252"))
    assert cli("series", "write", "story.txt", "-o", "one", "--epochs", "1", "--encoding", "cp1252").status == 0
    record = json.loads(Path("one/writing.json").read_text())
    assert len(record["history"]) == 1
    assert "ï" in json.loads(Path("one/model.json").read_text())["alphabet"]
    assert cli("series", "write", "story.txt", "-o", "two", "--epochs", "1", "--encoding", "cp437").status == 0
    assert "ï" not in json.loads(Path("two/model.json").read_text())["alphabet"]
    assert cli("series", "write", "story.txt", "-o", "three", "--budget", "1s").status == 0
    assert len(json.loads(Path("three/writing.json").read_text())["history"]) != 1


def test_the_same_text_gives_the_same_bytes(cli: Cli, learned: Path) -> None:
    Path("story.txt").write_text(story())
    assert cli("series", "write", "story.txt", "-o", "again", "--epochs", "6").status == 0
    for name in ("model.json", "model.safetensors", "writing.json", "writing.html", "memory.svg", "memory.csv"):
        assert Path("again", name).read_bytes() == (learned / name).read_bytes(), name


def test_files_of_somebody_else_are_not_written_over_unasked(cli: Cli) -> None:
    Path("story.txt").write_text(story())
    Path("mine").mkdir()
    Path("mine/memory.csv").write_text("mine")
    found = cli("series", "write", "story.txt", "-o", "mine", "--epochs", "1")
    assert found.status == 2 and "memory.csv" in found.err and "--force" in found.err
    assert Path("mine/memory.csv").read_text() == "mine"


@pytest.mark.bad_input("series write")
def test_bad_input_is_named_in_one_line(cli: Cli, learned: Path) -> None:
    Path("short.txt").write_text("too short")
    Path("story.txt").write_text(story())
    (Path("broken")).mkdir()
    Path("broken/model.json").write_text('{"format": "discern topics"}')
    for arguments, message in (
        (("nowhere.txt",), "no such"),
        (("short.txt",), "9 characters; expected at least 5,000"),
        (("story.txt", "--epochs", "0", "--budget", "1s"), "--epochs"),
        (("story.txt", "--budget", "soon"), "soon"),
        (("story.txt", "--length", "5"), "--length is for writing"),
        (("story.txt", "--length", "0", "--temperature", "0"), "--temperature is for writing"),
        ((learned, "--epochs", "0"), "--epochs is for learning"),
        (("story.txt", "-o", "story.txt"), "lie in each other"),
        (("story.txt", "-o", "x", "--prompt", "Ω"), "Ω"),
        ((learned, "--epochs", "5"), "--epochs is for learning"),
        ((learned, "--prompt", "Ω"), "Ω"),
        ((learned, "--temperature", "0"), "--temperature"),
        ((learned, "-o", "new.doc"), ".txt"),
        (("broken",), "format"),
    ):
        found = cli("series", "write", *arguments)
        assert found.status == 2 and message in found.err, (arguments, found)
        assert "Traceback" not in found.err


def test_verdicts_say_when_counting_is_enough(learned: Path) -> None:
    record = json.loads((learned / "writing.json").read_text())
    figures = {name: Figure.from_json(record[name]) for name in ("bits", "baseline", "saved")}
    known = {name: record[name] for name in ("name", "n_characters", "n_learned", "n_alphabet", "width", "depth")}
    result = Writing(
        **known, **figures, best_epoch=1, seed=0, order=record["order"], history=(), samples=(), along="", units=()
    )
    for low, high, said in ((0.1, 0.2, "saves"), (-0.2, -0.1, "Counting is better"), (-0.1, 0.1, "no better than")):
        changed = replace(result, saved=Figure((low + high) / 2, low, high, 9, ""))
        assert said in write_page.verdict(changed)[1]


def test_hidden_signs_are_shown_on_page_and_terminal() -> None:
    assert "\u202e" not in write_page.visible_lines("a\u202eb")
    assert write_page.visible_lines("a  b\n c") == "a  b\n c"
    assert "<b>" not in str(write_page.coloured("<b>", (0.1, -0.2, 0.3)))


def test_a_play_is_learned_and_written(cli: Cli, real_data: Path) -> None:
    text = (real_data / "shakespeare" / "input.txt").read_text()[:40_000]
    Path("play.txt").write_text(text)
    found = cli("series", "write", "play.txt", "-o", "play", "--epochs", "3")
    assert found.status == 0, found.err
    assert re.search(r"costs \d\.\d+ bits", found.out)
    record = json.loads(Path("play/writing.json").read_text())
    assert record["bits"]["value"] < np.log2(record["n_alphabet"])
