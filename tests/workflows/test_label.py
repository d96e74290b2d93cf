"""Labelling: the sheet goes on where it was, nothing given is lost, and what is drawn at random is a fair sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

import discern as dc
from discern.core import files
from discern.core.errors import DataError, OptionError, OutputError, TooManyBadItems
from discern.core.options import ReadOptions, TextOptions
from discern.data.label_sheet import COLUMNS, read_label_sheet
from discern.data.read import read
from discern.workflows.label import Labeller, check_batch, label, write_labelled

SHARED = Path(__file__).parents[3] / "shared/data"
CLASSES = ("ham", "spam")


def messages(n: int, seed: int = 0) -> list[tuple[str, str]]:
    """Made-up messages: each kind has words of its own and words that both use."""
    random = np.random.default_rng(seed)
    own = {kind: [f"{kind}{word}" for word in "abcdefghijklmnop"] for kind in CLASSES}
    common = [f"word{number}" for number in range(200)]
    made = []
    for kind in random.choice(CLASSES, n, p=(0.8, 0.2)):
        words = [*random.choice(own[kind], 2), *random.choice(common, 8)]
        made.append((str(kind), " ".join(map(str, random.permutation(words)))))
    return made


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    path = tmp_path / "pool.csv"
    pl.DataFrame(messages(300), schema=["kind", "text"], orient="row").write_csv(path)
    return path


def truth(pool: Path) -> dict[str, str]:
    frame = pl.read_csv(pool)
    return {f"line {row}": kind for row, kind in enumerate(frame["kind"].to_list(), 2)}


def fill(labeller: Labeller, kinds: dict[str, str]) -> None:
    for row in labeller.sheet.open:
        labeller.answer(row.item, kinds[row.item])


def test_batches_follow_the_answers_and_the_sheet_goes_on(pool: Path, tmp_path: Path) -> None:
    kinds, sheet = truth(pool), tmp_path / "labels.csv"
    first = label(str(pool), sheet, classes=CLASSES)
    found = first.next(12)
    assert (found.n_open, found.n_given, found.n_pool) == (12, 0, 300)
    written = sheet.read_bytes()
    assert [row.why for row in first.sheet.rows].count("random") == 3
    assert label(str(pool), sheet, classes=CLASSES).next(12).n_open == 12
    assert sheet.read_bytes() == written
    fill(first, kinds)
    again = label(str(pool), sheet, classes=CLASSES)
    assert [row.label for row in again.sheet.rows] == [kinds[row.item] for row in again.sheet.rows]
    for _ in range(8):
        found = again.next(12, more=True)
        fill(again, kinds)
    assert len({row.item for row in again.sheet.rows}) == len(again.sheet.rows) == 108
    told = [row for row in again.sheet.rows if row.suggestion]
    assert told and all(row.why == "unsure" and 0.5 <= float(row.probability) <= 1 for row in told)
    # the rare kind is looked for: among the least sure it is more frequent than in the pool
    unsure = [row.label for row in again.sheet.rows if row.why == "unsure"]
    assert unsure.count("spam") / len(unsure) > 0.3
    assert list(found.curve)[-1] == "96" and found.n_random >= 24


def test_the_same_answers_give_the_same_bytes(pool: Path, tmp_path: Path) -> None:
    kinds = truth(pool)
    for name in ("a.csv", "b.csv"):
        labeller = label(str(pool), tmp_path / name, classes=CLASSES)
        for _ in range(3):
            labeller.next(10)
            fill(labeller, kinds)
            if name == "b.csv":  # stopped and begun anew
                labeller = label(str(pool), tmp_path / name, classes=CLASSES)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_every_answer_is_written_at_once_and_can_be_taken_back(pool: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "labels.csv"
    labeller = label(str(pool), sheet, classes=CLASSES)
    labeller.next(3)
    one, two, three = (row.item for row in labeller.sheet.rows)
    for given, expected in (((one, "ham"), ["ham", None, None]), ((two, None), ["ham", None, None])):
        labeller.answer(*given)
        assert pl.read_csv(sheet)["label"].to_list() == expected
    assert pl.read_csv(sheet)["skipped"].to_list() == [None, "yes", None]
    labeller.answer(one, "")
    assert [row.item for row in label(str(pool), sheet, classes=CLASSES).sheet.open] == [one, three]


def test_what_is_labelled_already_is_learned_from_and_not_asked_again(pool: Path, tmp_path: Path) -> None:
    start = tmp_path / "start.csv"
    frame = pl.read_csv(pool)
    frame.head(100).rename({"kind": "label"}).write_csv(start)
    labeller = label(str(pool), tmp_path / "labels.csv", start=str(start))
    found = labeller.next(40)
    assert labeller.classes == CLASSES and found.n_known == 100
    asked = {row.item for row in labeller.sheet.rows}
    assert asked.isdisjoint({f"line {row}" for row in range(2, 102)})
    fill(labeller, truth(pool))
    assert write_labelled(labeller, tmp_path / "out.csv") == 140
    data = read(tmp_path / "out.csv", label="label", texts=TextOptions(text="text"))
    assert data.labels is not None and sorted(set(data.labels)) == list(CLASSES)


def test_a_run_brings_its_training_and_validation_part_and_its_test_part_stays_closed(tmp_path: Path) -> None:
    digits = read("sample:digits")
    data = digits.take(np.arange(200))
    assert data.labels is not None
    for at in range(200):
        place = tmp_path / "digits" / str(data.labels[at])
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.squeeze(data.values[at])).save(place / f"{at}.png")
    run = dc.train(tmp_path / "digits", out=tmp_path / "run", model="bayes")
    n_test = int((pl.read_parquet(run.path / "split.parquet")["part"] == "test").sum())
    looks = (tmp_path / "run").parent / "ledger.jsonl"
    before = looks.read_bytes() if looks.is_file() else b""
    labeller = label(str(tmp_path / "digits"), tmp_path / "labels.csv", start=str(run.path))
    found = labeller.next(8)
    assert found.n_known == 200 - n_test
    tested = set(pl.read_parquet(run.path / "split.parquet").filter(pl.col("part") == "test")["item"].to_list())
    assert {row.item for row in labeller.sheet.rows} <= tested
    assert (looks.read_bytes() if looks.is_file() else b"") == before
    assert labeller.drawing(labeller.sheet.rows[0].item, colour=False, width=20)


def test_copies_are_asked_for_once(tmp_path: Path) -> None:
    pool = tmp_path / "pool.csv"
    made = messages(40)
    pl.DataFrame([*made, *made, *made], schema=["kind", "text"], orient="row").write_csv(pool)
    labeller = label(str(pool), tmp_path / "labels.csv", classes=CLASSES)
    labeller.next(20)
    texts = [row.text for row in labeller.sheet.rows if row.why == "unsure"]
    assert len(set(texts)) == len(texts) == 15


def test_the_pool_ends(tmp_path: Path) -> None:
    pool = tmp_path / "pool.csv"
    pl.DataFrame(messages(10), schema=["kind", "text"], orient="row").write_csv(pool)
    labeller = label(str(pool), tmp_path / "labels.csv", classes=CLASSES)
    assert labeller.next(50).n_open == 10 or len(labeller.sheet.rows) < 50
    while labeller.sheet.open:
        fill(labeller, truth(pool))
        try:
            labeller.next(50, more=True)
        except DataError as error:
            assert "every item of the pool was asked for already" in str(error)
    assert len(labeller.sheet.rows) == 10


def test_a_sheet_about_something_else_is_refused(pool: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "labels.csv"
    label(str(pool), sheet, classes=CLASSES).next(2)
    header = ",".join(COLUMNS)
    rows = {
        f"{header}\nline 2,,,,random,,another text\n": "'line 2' is no item of the pool, or another one",
        f"{header}\nline 999,,,,random,,x\n": "'line 999' is no item",
        "item,label\nline 2,ham\n": "no column 'why'",
        sheet.read_text().replace(",,,,", ",spma,,,", 1): "'spma'; did you mean 'spam'",
    }
    for written, said in rows.items():
        (tmp_path / "bad.csv").write_text(written)
        with pytest.raises(DataError, match=said.replace("(", r"\(")):
            label(str(pool), tmp_path / "bad.csv", classes=CLASSES)
    with pytest.raises(DataError, match=r"\.xlsx"):
        read_label_sheet(tmp_path / "x.xlsx", {}, ())


def test_cells_that_a_spreadsheet_would_run_come_back_as_they_were(tmp_path: Path) -> None:
    pool = tmp_path / "pool.csv"
    texts = ['=SUM(A1) "now"', "+ plus, and\nlines", "@name hello", "  space  ", "\u202eturned"]
    pl.DataFrame({"text": texts}).write_csv(pool)
    labeller = label(str(pool), tmp_path / "labels.csv", classes=("=a", "b"))
    labeller.next(5)
    assert "\n=" not in (tmp_path / "labels.csv").read_text() and ",=" not in (tmp_path / "labels.csv").read_text()
    for row in labeller.sheet.open:
        labeller.answer(row.item, "=a")
    again = label(str(pool), tmp_path / "labels.csv", classes=("=a", "b"))
    assert {row.text for row in again.sheet.rows} <= set(texts)
    assert {row.label for row in again.sheet.rows} == {"=a"}


@pytest.mark.parametrize("ending", ["csv", "tsv", "tab", "txt"])
def test_a_sheet_is_read_again_whatever_its_ending_and_however_long_the_texts(tmp_path: Path, ending: str) -> None:
    (tmp_path / "pool").mkdir()
    texts = {"a": "=word\tand, more " * 20_000, "b": " \n" * 70_000 + "late", "c": '"short"\tone', "d": "x" * 140_000}
    for name, text in texts.items():
        (tmp_path / f"pool/{name}.txt").write_text(text)
    sheet = tmp_path / f"labels.{ending}"
    labeller = label(str(tmp_path / "pool"), sheet, classes=CLASSES)
    labeller.next(4)
    for row in labeller.sheet.open:
        labeller.answer(row.item, "ham")
    again = label(str(tmp_path / "pool"), sheet, classes=CLASSES)
    assert again.sheet == labeller.sheet and len(again.sheet.rows) == 4
    assert sheet.stat().st_size < 10_000 and max(map(len, again.labelled()["text"])) == max(map(len, texts.values()))
    comma = "\t" if ending in ("tsv", "tab") else ","
    assert sheet.read_text().split("\n")[0] == comma.join(COLUMNS)


def test_sheets_with_whole_texts_and_commas_in_a_tsv_are_read_as_they_were_written(tmp_path: Path) -> None:
    pool = {"a.txt": "=word, and more " * 20_000, "b.txt": "short"}
    cells = [(name, "ham", "", "", "random", "", text) for name, text in pool.items()]
    for name in ("labels.csv", "labels.tsv"):
        files.write_text(tmp_path / name, files.csv_text(COLUMNS, cells))
        read = read_label_sheet(tmp_path / name, pool, CLASSES)
        assert [(row.item, row.label, row.text) for row in read.rows] == [(one, "ham", pool[one]) for one in pool]


@pytest.mark.parametrize(
    ("cell", "skipped"),
    [("yes", True), ("x", True), ("1", True), ("no", False), (" No ", False), ("FALSE", False), ("0", False)],
)
def test_only_what_says_so_is_skipped(tmp_path: Path, cell: str, skipped: bool) -> None:
    (tmp_path / "labels.csv").write_text(f"{','.join(COLUMNS)}\na,,,,random,{cell},text\n")
    (row,) = read_label_sheet(tmp_path / "labels.csv", {"a": "text"}, CLASSES).rows
    assert row.skipped is skipped and row.open is not skipped


def test_a_pool_with_too_many_bad_items_ends_with_advice_that_can_be_followed(tmp_path: Path) -> None:
    folder = tmp_path / "pool"
    folder.mkdir()
    for at, pixels in enumerate(np.random.default_rng(0).integers(0, 256, (8, 9, 9), dtype=np.uint8)):
        Image.fromarray(pixels).save(folder / f"{at}.png")
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(b"none")
    (tmp_path / "pool.csv").write_text("id,text\n" + "1\n" * 5 + "2,b\n" * 5)
    for pool in (folder, tmp_path / "pool.csv"):
        with pytest.raises(TooManyBadItems, match=r"of 10 items cannot be read.*put them right, or take them out$"):
            label(str(pool), tmp_path / "x.csv", classes=CLASSES)


def test_what_cannot_be_asked(pool: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="names 'ham' twice"):
        label(str(pool), tmp_path / "x.csv", classes=("ham", "ham"))
    with pytest.raises(OptionError, match="names 'ham' alone"):
        label(str(pool), tmp_path / "x.csv", classes=("ham",))
    with pytest.raises(OptionError, match="--n is 0"):
        check_batch(0)
    with pytest.raises(DataError, match="no such file"):
        label(str(tmp_path / "none.csv"), tmp_path / "x.csv", classes=CLASSES)
    with pytest.raises(OutputError, match="no folder"):
        label(str(pool), tmp_path / "none/x.csv", classes=CLASSES)


def test_fewer_labels_reach_as_far_on_messages(tmp_path: Path) -> None:
    """80 chosen labels find more of the rare kind than 80 drawn at random would hold (13 %)."""
    if not (SHARED / "sms").is_dir():
        pytest.skip("the SMS messages are not here")
    rows = [line.split("\t", 1) for line in (SHARED / "sms/sms.tsv").read_text("utf-8").split("\n") if line][:1500]
    pool = tmp_path / "sms.tsv"
    pool.write_text("".join(f"{kind}\t{text}\n" for kind, text in rows), "utf-8")
    reading = ReadOptions(texts=TextOptions(columns=("label", "text"), quote="none"))
    labeller = label(str(pool), tmp_path / "labels.csv", classes=CLASSES, reading=reading)
    kinds = {f"line {row:,}": kind for row, (kind, _) in enumerate(rows, 1)}
    kinds |= {f"line {row}": kind for row, (kind, _) in enumerate(rows, 1)}
    for _ in range(4):
        found = labeller.next(20)
        fill(labeller, kinds)
    found = labeller.next(20)
    assert found.n_given == 80
    assert found.counts["spam"] >= 25
