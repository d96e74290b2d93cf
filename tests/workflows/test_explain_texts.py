"""Why a text gets its answer: the words that carry it are found, and what they add is what leaving them out takes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import discern
from discern.core import files
from discern.core.errors import DataError, OutputError
from discern.core.options import TextOptions
from discern.explain.words import TextExplanation, TextsExplained, word_effects
from discern.report import explained_text
from discern.workflows import explain, load


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("words")
    random = np.random.default_rng(0)
    common = ["the", "a", "was", "at", "night", "street", "by"]
    lines = ["text,label"]
    for number in range(200):
        own = ["taxi", "fare", "driver"] if number % 2 else ["phone", "stolen", "bag"]
        words = [*random.choice(common, 6), *random.choice(own, 2)]
        lines.append(f"{' '.join(random.permutation(words))},{'fares' if number % 2 else 'phones'}")
    (folder / "notes.csv").write_text("\n".join(lines) + "\n")
    data = discern.read(folder / "notes.csv", label="label")
    discern.train(data, out=folder / "run", model="word-logistic")
    return folder


def test_the_words_that_carry_an_answer_are_found(run: Path) -> None:
    (run / "new.csv").write_text('text\n"The <b>taxi driver</b> was at the street by night; the TAXI left"\n')
    found = explain(run / "run", run / "new.csv", item="line 2", out=run / "page")
    assert isinstance(found, TextExplanation) and found.answer == "fares"
    assert {word for word, adds in found.strongest[:2] if adds > 0} == {"taxi", "driver"}
    each = {found.text[one.start : one.end]: one.adds for one in found.words}
    assert each["taxi"] == each["TAXI"], "a word that stands twice is left out twice"
    page = (run / "page" / "explain.html").read_text()
    assert "&lt;" in page and "<script" not in page and page.count("<mark") == len(found.words)
    assert json.loads((run / "page" / "explain.json").read_text()) == json.loads(json.dumps(found.to_json()))
    assert "for it: " in explained_text(found)
    assert (run / "page" / "words.csv").read_text().startswith("word,start,end,adds\n")


def test_what_a_word_adds_is_what_leaving_it_out_takes(run: Path) -> None:
    model = load(run / "run").shipped

    def scores(texts: np.ndarray) -> np.ndarray:
        return model.scorer.answer(texts)[0]

    text = "his phone got stolen by night"
    label = model.classes.tolist().index("phones")
    effects = {text[one.start : one.end]: one.adds for one in word_effects(scores, text, label)}
    for word, adds in effects.items():
        both = scores(np.array([text, text.replace(word, "")], dtype=object))
        chances = (np.exp(both) / np.exp(both).sum(axis=1, keepdims=True))[:, label]
        odds = np.log(chances / (1 - chances))
        assert adds == pytest.approx(odds[0] - odds[1], abs=1e-6), word
    assert effects["phone"] > 2 * abs(effects["night"])
    assert word_effects(scores, "?! --", label) == ()


def test_the_telling_words_of_a_model(run: Path) -> None:
    found = explain(run / "run", out=run / "whole")
    assert isinstance(found, TextsExplained)
    words = {label: {word for word, _ in told} for label, told in found.classes}
    assert {"taxi", "fare", "driver"} <= words["fares"] and {"phone", "stolen", "bag"} <= words["phones"]
    assert "fares: " in explained_text(found)
    assert "Telling words" in (run / "whole" / "explain.html").read_text()


def test_an_item_that_is_not_there_is_said(run: Path) -> None:
    with pytest.raises(DataError, match="no item 'line 999'"):
        explain(run / "run", run / "notes.csv", item="line 999")
    found = explain(run / "run", item="line 2")
    assert found.answer in ("fares", "phones")


def test_tables_of_somebody_else_are_no_stopped_explanation(run: Path) -> None:
    out = run / "mine"
    out.mkdir()
    for name in ("words.csv", "parts.csv"):
        (out / name).write_text("mine")
    for force in (False, True):
        with pytest.raises(OutputError, match="a folder with other files"):
            explain(run / "run", out=out, force=force)
    assert [(out / name).read_text() for name in ("words.csv", "parts.csv")] == ["mine", "mine"]


@pytest.mark.parametrize("stopped", [".html", ".csv", ".json"])
def test_a_folder_of_a_stopped_explanation_is_used_again(
    run: Path, stopped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, out = files.write_text, run / f"stopped{stopped}"

    def stopping(path: Path, text: str) -> None:
        if path.suffix == stopped:
            raise KeyboardInterrupt
        write(path, text)

    for force in (False, True):  # a first one, and one in the place of another
        with monkeypatch.context() as patched:
            patched.setattr(files, "write_text", stopping)
            with pytest.raises(KeyboardInterrupt):
                explain(run / "run", out=out, force=force)
        explain(run / "run", out=out)
        assert {path.name for path in out.iterdir()} == {"explain.html", "explain.json", "words.csv"}


@pytest.fixture(scope="module")
def plain(run: Path) -> Path:
    """A run that learned from lines without a header, with quotes that are no quotes."""
    rows = [line.rsplit(",", 1) for line in (run / "notes.csv").read_text().splitlines()[1:]]
    (run / "notes.tsv").write_text("".join(f'{label}\t"{text}\n' for text, label in rows))
    reading = TextOptions(text="narrative", columns=("sort", "narrative"), quote="none")
    data = discern.read(run / "notes.tsv", label="sort", texts=reading)
    discern.train(data, out=run / "plain", model="word-logistic")
    return run / "plain"


def test_other_rows_are_read_as_the_run_read_its_own(run: Path, plain: Path) -> None:
    (run / "moved").mkdir()
    (run / "notes.tsv").rename(run / "moved" / "notes.tsv")
    found = explain(plain, run / "moved" / "notes.tsv", item="line 2")
    assert isinstance(found, TextExplanation) and found.answer == "fares" and found.text.startswith('"')
    assert explain(plain, run / "moved" / "notes.tsv", item="line 1").answer == "phones"  # type: ignore[union-attr]


def test_a_folder_of_texts_is_read_without_the_columns_of_the_run(run: Path, plain: Path) -> None:
    (run / "folder").mkdir()
    (run / "folder" / "one.txt").write_text("the taxi fare")
    for source in (run / "folder", run / "folder" / "one.txt"):
        found = explain(run / "run", source, item="one.txt")
        assert isinstance(found, TextExplanation) and found.answer == "fares"
    assert explain(plain, run / "folder", item="one.txt").answer == "fares"  # type: ignore[union-attr]


def test_a_bundle_alone_reads_texts_as_they_come(run: Path) -> None:
    found = explain(run / "run" / "model.discern", run / "notes.csv", item="line 2")
    assert isinstance(found, TextExplanation) and found.answer in ("fares", "phones")
