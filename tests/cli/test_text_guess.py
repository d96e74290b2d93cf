"""text guess: labels from lists of words, and what they are worth."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from discern.core.errors import DataError
from discern.text.lists import matches, parsed
from discern.workflows import guess_labels

from .conftest import Cli

SMS = Path(__file__).parents[3] / "shared" / "data" / "sms" / "sms.tsv"


def test_words_phrases_and_beginnings_are_found() -> None:
    lists = [parsed("fares", ["# a comment", "Taxi driver", "", "fare*", "taxi driver"]), parsed("phones", ["phone"])]
    assert lists[0].entries == ("taxi driver", "fare*")
    texts = pl.Series(["The TAXI  driver left", "phones, fares", "a taxi; driver", "phone: unpaid fare.", ""])
    found = matches(texts, lists)
    assert found["fares"] == [["taxi driver"], ["fare*"], ["taxi driver"], ["fare*"], []]
    assert found["phones"] == [[], [], [], ["phone"], []]


def test_straight_and_curly_apostrophes_are_one() -> None:
    texts = pl.Series(["I can’t pay", "I can't pay", "he won’t, they CAN’T"])
    found = matches(texts, [parsed("straight", ["can't", "won't"]), parsed("curly", ["Can’t", "can’t pa*"])])
    assert found["straight"] == [["can't"], ["can't"], ["can't", "won't"]]
    assert found["curly"] == [["can’t", "can’t pa*"], ["can’t", "can’t pa*"], ["can’t"]]


@pytest.mark.shows("text guess", "--list", "--other", "--out", "--columns", "--quote")
def test_text_messages_by_a_list_of_words(cli: Cli, tmp_path: Path) -> None:
    if not SMS.is_file():
        pytest.skip("the text messages are not there")
    (tmp_path / "spam.txt").write_text("claim\nprize\nurgent\nfree entry\nwon\ntxt\ncall now\nringtone*\nzyzzyva\n")
    how = (SMS, "--columns", "kind,text", "--quote", "none", "--list", f"spam={tmp_path / 'spam.txt'}")
    found = cli("text", "guess", *how, "--other", "ham", "-o", "guessed.csv")
    assert found.status == 0 and "no text holds these words of spam: zyzzyva" in found.out
    table = pl.read_csv("guessed.csv")
    assert table.height == 5574 and table["label"].null_count() == 0
    spam = table.filter(pl.col("kind") == "spam")
    assert (spam["label"] == "spam").mean() > 0.4 > 0.05 > (table.filter(kind="ham")["label"] == "spam").mean()
    assert "claim" in ", ".join(table["words"].drop_nulls().to_list())
    assert cli("text", "guess", *how, "-o", "open.csv").status == 0
    assert pl.read_csv("open.csv")["label"].null_count() > 4000
    assert cli("train", "guessed.csv", "--text", "text", "--label", "label", "--model", "word-bayes").status == 0


@pytest.mark.shows("text guess", "--text", "--encoding", "--force")
def test_texts_of_several_lists_get_no_label(cli: Cli, tmp_path: Path) -> None:
    for name, words in (("fares", "taxi"), ("phones", "phone")):
        (tmp_path / name).write_text(words)
    rows = ["id,said,more", "1,taxi,x", "2,phone in a taxi,taxi", "3,caf\u00e9,phone"]
    (tmp_path / "n.csv").write_text("\n".join(rows), encoding="cp037")
    how = ("text", "guess", "n.csv", "--list", "fares=fares", "--list", "phones=phones", "--encoding", "cp037")
    found = cli(*how, "--text", "said", "-o", "out.csv")
    assert "with words of several lists" in found.out and "without a word" in found.out
    assert pl.read_csv("out.csv")["label"].to_list() == ["fares", None, None]
    assert cli(*how, "--text", "more", "-o", "out.csv").status == 2
    assert cli(*how, "--text", "more", "-o", "out.csv", "--force").status == 0
    assert pl.read_csv("out.csv")["label"].to_list() == [None, "fares", "phones"]


@pytest.mark.bad_input("text guess")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--list", "fares"), "expected LABEL=FILE"),
        (("--list", "a=nowhere.txt"), "nowhere.txt: no file"),
        (("--list", "a=empty.txt"), "empty.txt: no word"),
        (("--list", "a=bytes.txt"), "no UTF-8"),
        ((), "no list"),
        (("--list", "a=good.txt", "--other", "a"), "which has a list too"),
    ],
)
def test_lists_that_are_none_are_refused(cli: Cli, tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    (tmp_path / "n.csv").write_text("text\ntaxi fare\n")
    (tmp_path / "empty.txt").write_text("# nothing\n\n")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "good.txt").write_text("taxi")
    found = cli("text", "guess", "n.csv", *options, "-o", "out.csv")
    assert found.status == 2 and words in found.err.replace("discern: ", "") and not Path("out.csv").exists()


def test_a_list_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes, words = tmp_path / "n.csv", tmp_path / "a.txt"
    notes.write_text("text\ntaxi fare\n")
    words.write_text("taxi")

    def refuse(path: Path, *_: object) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(DataError, match=r"a\.txt: permission denied"):
        guess_labels(notes, {"a": words}, out=tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()
