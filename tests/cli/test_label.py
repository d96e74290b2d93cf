"""`discern label` as a person uses it: a sheet to fill in, or one item after the other on the terminal."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest

from .conftest import Cli

SHARED = Path(__file__).parents[3] / "shared/data"
CLASSES = ("--classes", "ham,spam")


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    path = tmp_path / "pool.csv"
    rows = [
        ("spam", f"win a prize call {n} now free cash {n % 7}")
        if n % 3 == 0
        else ("ham", f"see you at {n} later {n % 5}")
        for n in range(60)
    ]
    pl.DataFrame(rows, schema=["kind", "text"], orient="row").write_csv(path)
    return path


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


@pytest.mark.shows("label", "--labels", "--classes", "--n", "--out", "--force")
def test_a_sheet_is_made_filled_in_and_gone_on_with(cli: Cli, pool: Path) -> None:
    result = cli("label", pool, "--labels", "labels.csv", *CLASSES, "--n", "8")
    assert result.status == 0, result.err
    assert "8 items wait for a label in labels.csv: fill the column `label`" in result.out
    sheet = pl.read_csv("labels.csv", infer_schema_length=0)
    assert sheet.columns == ["item", "label", "suggestion", "probability", "why", "skipped", "text"]
    assert sheet["why"].to_list() == ["random"] * 2 + ["unsure"] * 6
    filled = sheet.with_columns(
        pl.when(pl.col("text").str.contains("prize")).then(pl.lit("spam")).otherwise(pl.lit("ham")).alias("label")
    )
    filled.write_csv("labels.csv")
    result = cli("label", pool, "--labels", "labels.csv", *CLASSES, "--n", "4", "-o", "out.csv")
    assert result.status == 0, result.err
    assert "8 labels given: ham" in result.out and "too early to say" in result.out
    assert "4 items wait for a label" in result.out
    assert "next: discern train out.csv --text text --label label" in result.out
    assert pl.read_csv("out.csv").columns == ["item", "label", "text"] and pl.read_csv("out.csv").height == 8
    again = pl.read_csv("labels.csv", infer_schema_length=0)
    assert again.height == 12 and again["suggestion"].drop_nulls().is_in(["ham", "spam"]).all()
    assert cli("label", pool, "--labels", "labels.csv", *CLASSES, "-o", "out.csv").status == 2
    assert cli("label", pool, "--labels", "labels.csv", *CLASSES, "-o", "out.csv", "--force").status == 0


@pytest.mark.shows("label", "--ask")
def test_items_are_labelled_one_by_one_and_nothing_is_lost(
    cli: Cli, pool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "1", "s", "what", "spam", "b", "2", "q")
    result = cli("label", pool, "--labels", "labels.csv", *CLASSES, "--n", "5", "--ask")
    assert result.status == 0, result.err
    assert "1 ham   2 spam   s skip   b back   q quit" in result.out
    assert "not understood" in result.out
    assert "every label given is in labels.csv" in result.out
    sheet = pl.read_csv("labels.csv")
    assert sheet["label"].to_list() == ["ham", None, "spam", None, None]
    assert sheet["skipped"].to_list() == [None, "yes", None, None, None]
    typed(monkeypatch, "1", "1")  # the input ends in the middle of the next batch
    result = cli("label", pool, "--labels", "labels.csv", *CLASSES, "--n", "5", "--ask")
    assert result.status == 0 and "4 labels given: ham 3, spam 1" in result.out
    assert pl.read_csv("labels.csv").height == 10


@pytest.mark.shows("label")
def test_pictures_are_drawn_and_digits_are_typed_as_they_are(
    cli: Cli, digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "7", "q")
    result = cli("label", digits, "--labels", "labels.csv", "--classes", "1,7", "--n", "4", "--ask", "-o", "out.csv")
    assert result.status == 0, result.err
    assert "1   7   s skip" in result.out and "@@" in result.out
    assert pl.read_csv("labels.csv", infer_schema_length=0)["label"].to_list() == ["7", None, None, None]
    assert f"next: discern train {digits} --labels out.csv --id item --label label" in result.out


@pytest.mark.shows("label", "--more")
def test_it_stops_when_no_gain_is_shown_and_goes_on_when_told(cli: Cli, tmp_path: Path) -> None:
    rows = [("spam", f"win prize {n}") if n % 2 else ("ham", f"see you {n}") for n in range(700)]
    pl.DataFrame(rows, schema=["label", "text"], orient="row").write_csv(tmp_path / "pool.csv")
    assert cli("label", "pool.csv", "--labels", "labels.csv", *CLASSES, "--n", "560").status == 0
    sheet = pl.read_csv("labels.csv", infer_schema_length=0)
    kind = pl.when(pl.col("text").str.contains("prize")).then(pl.lit("spam")).otherwise(pl.lit("ham"))
    sheet.with_columns(kind.alias("label")).write_csv("labels.csv")
    result = cli("label", "pool.csv", "--labels", "labels.csv", *CLASSES, "--n", "5")
    assert "No gain is shown any more" in result.out and "nothing is left to label; --more goes on" in result.out
    assert pl.read_csv("labels.csv").height == sheet.height
    result = cli("label", "pool.csv", "--labels", "labels.csv", *CLASSES, "--n", "5", "--more")
    assert "5 items wait for a label" in result.out


@pytest.mark.shows("label", "--label", "--text", "--columns", "--quote", "--encoding")
def test_labelled_data_to_start_from(cli: Cli, tmp_path: Path) -> None:
    said = ('win "prize"', "café")
    start = [f"{('spam', 'ham')[n % 2]}\tx\t{said[n % 2]} {n}" for n in range(30)]
    pool = [f"\tx\t{said[n % 2]} later {n}" for n in range(100, 140)]
    (tmp_path / "start.tsv").write_bytes("\n".join(start).encode("cp1252"))
    (tmp_path / "pool.tsv").write_bytes("\n".join(pool).encode("cp1252"))
    how = ("--columns", "sort,other,said", "--text", "said", "--quote", "none", "--encoding", "cp1252")
    result = cli("label", "start.tsv", "pool.tsv", "--labels", "labels.csv", "--label", "sort", *how, "--n", "8")
    assert result.status == 0, result.err
    assert "30 items had labels from the start" in result.out
    sheet = pl.read_csv("labels.csv")
    told = sheet.filter(pl.col("suggestion").is_not_null())
    assert told.height == 6
    assert (told["text"].str.contains("café") == (told["suggestion"] == "ham")).all()


@pytest.mark.shows("label", "--seed")
def test_another_seed_draws_other_items(cli: Cli, pool: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        assert cli("label", pool, "--labels", f"{name}.csv", *CLASSES, "--seed", seed).status == 0
    a, b, c = (Path(f"{name}.csv").read_bytes() for name in "abc")
    assert a == b != c


@pytest.mark.bad_input("label")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--n", "0"), "--n is 0; expected a whole number from 1"),
        (("--classes", "ham"), "--classes names 'ham' alone"),
        (("--ask",), "--ask needs to know the labels"),
        (("--text", "txt"), "did you mean 'text'"),
        (("--quote", "no"), "--quote is 'no'"),
        (("--labels", "labels.xlsx"), "the ending '.xlsx'; expected .csv"),
        (("--labels", "none/labels.csv"), "no folder none to write into"),
    ],
)
def test_what_cannot_be_asked(cli: Cli, pool: Path, given: tuple[str, ...], said: str) -> None:
    result = cli("label", pool, "--labels", "labels.csv", *given)
    assert result.status == 2
    assert said in result.err
    assert not Path("labels.csv").exists()


@pytest.mark.bad_input("label")
@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("out.doc", "the ending '.doc'"),
        ("none/out.csv", "no folder none to write into"),
        ("labels.csv", "it lies in what is read, labels.csv"),
        ("pool.csv", "it lies in what is read"),
        ("start.csv", "it lies in what is read, start.csv"),
    ],
)
def test_a_place_that_labels_cannot_be_written_to_is_refused_before_any_is_asked_for(
    cli: Cli, pool: Path, monkeypatch: pytest.MonkeyPatch, out: str, said: str
) -> None:
    Path("start.csv").write_bytes(pool.read_bytes().replace(b"kind", b"label", 1))
    typed(monkeypatch, "1", "q")
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    result = cli("label", "start.csv", pool, "--labels", "labels.csv", *CLASSES, "--ask", "-o", out, "--force")
    assert result.status == 2 and said in result.err and not result.out
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before


def test_labels_never_take_the_place_of_what_a_run_learned_from(cli: Cli, pool: Path) -> None:
    Path("start.csv").write_bytes(pool.read_bytes().replace(b"kind", b"label", 1))
    assert (
        cli("train", "start.csv", "-o", "run", "--text", "text", "--label", "label", "--model", "majority").status == 0
    )
    result = cli("label", "run", pool, "--labels", "labels.csv", "-o", "start.csv", "--force")
    assert result.status == 2 and "it lies in what is read" in result.err


def test_a_label_that_is_misspelt_is_named(cli: Cli, pool: Path) -> None:
    assert cli("label", pool, "--labels", "labels.csv", *CLASSES, "--n", "3").status == 0
    sheet = pl.read_csv("labels.csv", infer_schema_length=0)
    sheet.with_columns(pl.Series("label", ["ham", "spma", ""])).write_csv("labels.csv")
    result = cli("label", pool, "--labels", "labels.csv", *CLASSES)
    assert result.status == 2
    assert "has the label 'spma'; did you mean 'spam'" in result.err and "--classes adds some" in result.err


def test_the_labels_train_a_model(cli: Cli) -> None:
    """The whole way: a pool of messages, 60 labels given by rule of what they are, and a run from them."""
    if not (SHARED / "sms").is_dir():
        pytest.skip("the SMS messages are not here")
    lines = [line.split("\t", 1) for line in (SHARED / "sms/sms.tsv").read_text("utf-8").split("\n") if line][:600]
    pl.DataFrame(lines, schema=["kind", "text"], orient="row").write_csv("pool.csv")
    kinds = {text: kind for kind, text in lines}
    for n in (40, 20):
        assert cli("label", "pool.csv", "--labels", "labels.csv", *CLASSES, "--n", n).status == 0
        sheet = pl.read_csv("labels.csv", infer_schema_length=0)
        sheet.with_columns(pl.Series("label", [kinds[text.removeprefix("'")] for text in sheet["text"]])).write_csv(
            "labels.csv"
        )
    result = cli("label", "pool.csv", "--labels", "labels.csv", *CLASSES, "--n", "20", "-o", "out.csv")
    assert "60 labels given" in result.out
    result = cli("train", "out.csv", "--text", "text", "--label", "label", "-o", "run", "--model", "word-bayes")
    assert result.status == 0, result.err
