"""The ledger tells how many other configurations have seen a test part."""

from __future__ import annotations

import json
from pathlib import Path

from discern.evaluate.ledger import digest, look, looks


def test_looks_of_other_configurations_are_counted_once_each(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    assert looks(path, "key", "mine") == 0
    for options in ("mine", "other", "other", "third"):
        look(path, "key", "runs/a", options, "train")
    look(path, "another key", "runs/a", "fourth", "train")
    assert looks(path, "key", "mine") == 2
    assert looks(path, "key") == 3


def test_lines_say_what_happened_and_are_only_added(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    look(path, "key", "runs/a", "digest", "train")
    before = path.read_bytes()
    look(path, "key", "runs/a", "digest", "evaluate")
    assert path.read_bytes().startswith(before)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["reason"] for line in lines] == ["train", "evaluate"]
    assert set(lines[0]) == {"time", "test_key", "run", "options", "reason"}


def test_a_line_cut_by_a_kill_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    look(path, "key", "runs/a", "digest", "train")
    with path.open("ab") as file:
        file.write(b'{"time": "2026-')
    assert looks(path, "key") == 1


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})
