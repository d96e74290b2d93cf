"""Files are whole or not there, whatever goes wrong, and what is written is safe to open."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discern.core import files
from discern.core.errors import DataError, OutputError

linux_only = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


def test_a_file_appears_only_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "out.bin"
    with files.atomic(target) as file:
        file.write(b"half")
        assert not target.exists()
    assert target.read_bytes() == b"half"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failing_block_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "out.bin"
    target.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), files.atomic(target) as file:
        file.write(b"new")
        raise ZeroDivisionError
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_error_about_another_file_is_not_blamed_on_this_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing"), files.atomic(tmp_path / "out") as file:
        file.write((tmp_path / "missing").read_bytes())
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), files.atomic(tmp_path / "out") as file:
        file.write(b"x")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_failing_flush_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="no space left on device; nothing was left behind"):
        files.write_text(tmp_path / "out", "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["missing/out", "folder", "file/out", "nul\0"])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as caught:
        files.write_text(tmp_path / place, "x")
    assert str(tmp_path / place) in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@linux_only
def test_a_full_disk_is_told_and_the_device_stays_a_device() -> None:
    with pytest.raises(OutputError, match="/dev/full: no space left on device"):
        files.write_text(Path("/dev/full"), "x")
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


@linux_only
def test_standard_output_is_written_to_even_when_it_is_redirected(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from discern.core.files import write_text\n"
        "print('before', flush=True); write_text(Path('/dev/stdout'), 'middle\\n'); print('after')"
    )
    with (tmp_path / "out").open("ab") as out:
        subprocess.run([sys.executable, "-c", program], stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "before\nmiddle\nafter\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    files.write_bytes(pipe, b"through")
    reader.join(10)
    assert got == [b"through"]
    assert pipe.is_fifo()


def test_a_link_is_followed(tmp_path: Path) -> None:
    real = tmp_path / "real.txt"
    real.write_text("old")
    link = tmp_path / "link.txt"
    link.symlink_to(real)
    files.write_text(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_loop_of_links_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(OutputError, match="choose another place"):
        files.write_text(tmp_path / "a", "x")


@pytest.mark.skipif(os.name == "nt", reason="permissions are another matter on Windows")
def test_a_new_file_is_its_owners_and_permissions_of_a_replaced_file_stay(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        files.write_text(tmp_path / "new", "x")
        files.append_line(tmp_path / "log", {"a": 1})
    finally:
        os.umask(old)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "log")] == [0o600, 0o600]
    (tmp_path / "new").chmod(0o664)
    files.write_text(tmp_path / "new", "y")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o664, "whatever the mask of new files is"


def test_json_keeps_order_letters_and_broken_letters(tmp_path: Path) -> None:
    record = {"z": "größer", "a": [1, None, True], "broken": "\udc80"}
    files.write_json(tmp_path / "record.json", record)
    assert list(files.read_json(tmp_path / "record.json").items()) == list(record.items())
    assert "größer" in (tmp_path / "record.json").read_text("utf-8")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_json_refuses_what_is_not_a_number(tmp_path: Path, value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.write_json(tmp_path / "record.json", {"value": value})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff{}", "not JSON"),
        (b"[1]", "a list; expected a JSON object"),
        (b'{"value": NaN}', "NaN is not a JSON number"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_damaged_json_file_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        files.read_json(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


def test_a_missing_json_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        files.read_json(tmp_path / "record.json")


def test_lines_are_added_and_a_cut_one_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    assert files.read_lines(path) == []
    files.append_line(path, {"look": 1, "name": "\udc80"})
    with path.open("ab") as file:
        file.write(b'{"look": 2, "na')  # a kill in the middle of a line
    files.append_line(path, {"look": 3})
    assert [line["look"] for line in files.read_lines(path)] == [1, 3]


def test_lines_from_many_threads_never_mix(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    text = "x" * 5000

    def write(number: int) -> None:
        for step in range(20):
            files.append_line(path, {"number": number, "step": step, "text": text})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {(line["number"], line["step"]) for line in files.read_lines(path)}
    assert found == {(number, step) for number in range(4) for step in range(20)}


@linux_only
def test_a_line_that_finds_no_room_is_told() -> None:
    with pytest.raises(OutputError, match="/dev/full: no space left on device"):
        files.append_line(Path("/dev/full"), {"look": 1})


def test_a_folder_in_place_of_lines_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a directory"):
        files.read_lines(tmp_path)


def test_leftovers_of_a_kill_are_removed(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from discern.core.files import atomic\n"
        "with atomic(Path(sys.argv[1])) as file:\n"
        "    file.write(b'x'); file.flush(); os._exit(9)"
    )
    (tmp_path / "below").mkdir()
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path / "below" / "out")]).returncode == 9
    left = list((tmp_path / "below").iterdir())
    assert [path.name.startswith(files.TEMPORARY) for path in left] == [True]
    (tmp_path / "kept").write_text("")
    files.remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["below", "kept"]


def test_sha256_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert files.sha256_of(tmp_path / "empty").startswith("e3b0c44298fc1c14")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_formula_is_neutralised(cell: str) -> None:
    assert files.safe_cell(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "x", "1", "a=b", " x", "é"])
def test_other_cells_are_left_alone(cell: str) -> None:
    assert files.safe_cell(cell) == cell


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=2, max_size=4))
def test_csv_is_read_back_cell_by_cell(cells: list[str]) -> None:
    text = files.csv_text(["h"] * len(cells), [cells])
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[1:] == [[files.safe_cell(cell) for cell in cells]]


def test_csv_writes_numbers_exactly_and_nothing_for_none() -> None:
    assert files.csv_text(["a", "b", "c"], [[0.1, -5, None]]) == "a,b,c\n0.1,-5,\n"


def test_json_text_ends_with_a_newline() -> None:
    text = files.to_json({"a": 1})
    assert text.endswith("}\n")
    assert json.loads(text) == {"a": 1}
