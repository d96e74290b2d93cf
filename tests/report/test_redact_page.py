"""The page and the words about a redaction: the verdict fits the figures, and nothing hidden is shown."""

from __future__ import annotations

from html import escape

import polars as pl
import pytest

from discern.report.redact_page import next_steps, redact_page, redaction_text, suggestion_text, verdict
from discern.text.redact import redact, whitelist
from discern.text.redaction import Columns, Redaction, Tally
from discern.text.suggest import suggest

WORDS = "the driver asked for and said to pay call me seen with".split()  # noqa: SIM905


def redaction(texts: list[str], *, columns: Columns | None = None, k: int = 5) -> Redaction:
    tally = Tally(whitelist(WORDS))
    tally.add(redact(pl.Series(texts, dtype=pl.String), tally.kept_words))
    return tally.result(k=k, columns=columns)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([], "There are no notes."),
        (["the driver asked", "call me"] * 20, "Little risk remains from two words"),
        (["the driver asked", "call me"] * 20 + ["driver call"], "Some risk remains."),
        (["the driver", "asked for", "said to", "pay call", "seen with"], "High risk remains: this is not anonymous."),
    ],
)
def test_the_verdict_fits_the_figures(texts: list[str], said: str) -> None:
    found = redaction(texts)
    assert verdict(found)[0].startswith(said)
    page = redact_page(found)
    assert escape(verdict(found)[0]) in page and page == redact_page(found)
    assert verdict(found)[0] in redaction_text(found)


def test_the_next_step_is_the_one_that_helps() -> None:
    texts = ["the driver asked"] * 30 + [f"the driver said {word}" for word in ("pay", "call", "seen")]
    steps = " ".join(next_steps(redaction(texts)))
    assert "4 kept words stand in at most 5 notes" in steps
    assert "Keep only words of more than 5 notes" in steps and "two words then single out 0.0 % of the notes" in steps
    quiet = " ".join(next_steps(redaction(["the driver asked"] * 30)))
    assert "Keep only" not in quiet and "Take off" not in quiet and "bound to keep them" in quiet


def test_names_of_columns_are_data() -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e"
    found = redaction(["the driver"] * 3, columns=Columns((hostile,), (hostile,), 2))
    page = redact_page(found)
    assert "<img" not in page and "\u202e" not in page and "&lt;img" in page and "⟨U+202E⟩" in page
    assert "2 whose names may tell something" in page


def test_a_hidden_word_is_nowhere_in_what_is_shown_or_recorded() -> None:
    texts = [f"Then the driver told Zworykin {i}" for i in range(9)]
    found, proposal = redaction(texts), suggest(pl.Series(texts))
    for shown in (
        redact_page(found),
        redaction_text(found),
        str(found.to_json()),
        repr(found),
        suggestion_text(proposal),
    ):
        assert "zworykin" not in shown.lower()
    assert "zworykin" in proposal.table["word"].to_list() and "zworykin" not in str(proposal.to_json())


def test_a_proposal_is_told_in_numbers() -> None:
    texts = [f"Then the driver asked {i}" for i in range(9)]
    said = suggestion_text(suggest(pl.Series([*texts, texts[0]]), pl.Series([*"abcabcabca"]), k=2))
    assert "10 notes by 3 authors" in said and "1 copy not counted twice" in said
    assert "3 words proposed" in said and "9 words in at most 2 notes: not listed, hidden" in said
