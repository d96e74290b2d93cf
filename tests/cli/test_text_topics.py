"""`discern text topics` as a person meets it."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import discern.cli.text.topics as command
from discern.core.options import TextOptions
from discern.core.topic_options import TopicOptions
from discern.store import topics as store
from discern.workflows import rename_topics, topics

from .conftest import Cli, run_main

QUICK = ("--restarts", "2", "--refits", "1")
THEMES = {
    "taxi": [
        "taxi",
        "driver",
        "fare",
        "road",
        "passenger",
        "meter",
        "seat",
        "route",
        "tip",
        "airport",
        "lane",
        "traffic",
    ],
    "phone": [
        "phone",
        "screen",
        "battery",
        "signal",
        "charger",
        "network",
        "call",
        "text",
        "app",
        "case",
        "sim",
        "data",
    ],
    "window": [
        "window",
        "glass",
        "broken",
        "frame",
        "hammer",
        "pane",
        "brick",
        "damage",
        "shard",
        "lock",
        "door",
        "wall",
    ],
}
THREE = "I eat fish and vegetables.\nFish are pets.\nMy kitten eats fish.\n"
HOSTILE = "</script><script>alert(1)</script> ‮evil"


def planted(n: int = 150, *, seed: int = 0) -> pl.DataFrame:
    """Made-up notes of three themes; `taxi` is on the rise."""
    draw = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        month = i * 12 // n
        theme = "taxi" if draw.random() < 0.1 + month / 16 else ["phone", "window"][i % 2]
        words = [str(draw.choice(THEMES[theme])) for _ in range(16)]
        words += [str(draw.choice(THEMES[other])) for other in THEMES for _ in range(1)]
        rows.append({"note": " ".join(words), "theme": theme, "day": f"2024-{month + 1:02}-{1 + i % 28:02}"})
    return pl.DataFrame(rows)


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("notes") / "notes.csv"
    planted().write_csv(path)
    return path


@pytest.fixture(scope="module")
def run(notes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("topics") / "run"
    arguments = ("--topics", "3", "--text", "note", *QUICK, "--group", "theme", "--time", "day")
    assert run_main("text", "topics", notes, "-o", out, *arguments) == 0
    return out


def stopped(*_: object) -> None:
    raise KeyboardInterrupt


def result(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "topics.json").read_text("utf-8"))
    return found


def of_theme(folder: Path) -> dict[str, str]:
    """Theme -> the topic that most of its texts have, on the planted notes."""
    texts = pl.read_csv(folder / "texts.csv").with_columns(theme=planted()["theme"])
    found = {}
    for theme in THEMES:
        counts = texts.filter(pl.col("theme") == theme)["topic"].value_counts(sort=True)
        assert counts["count"][0] > 0.95 * counts["count"].sum()
        found[theme] = counts["topic"][0]
    return found


@pytest.mark.shows("text topics", "-o", "--topics", "--text", "--group", "--time")
def test_planted_themes_are_found_with_their_shares_by_group_and_over_time(run: Path) -> None:
    topics = of_theme(run)
    assert sorted(topics.values()) == ["T1", "T2", "T3"]
    record = result(run)
    cards = {card["id"]: card for card in record["cards"]}  # type: ignore[attr-defined]
    for theme, topic in topics.items():
        assert {word["word"] for word in cards[topic]["words"][:6]} <= set(THEMES[theme])
        assert cards[topic]["p"]["value"] <= 0.05 and cards[topic]["stability"]["value"] > 0.6
        assert len(cards[topic]["examples"]) == 3
    by_group = pl.read_csv(run / "by_group.csv")
    own = by_group.filter((pl.col("value") == "taxi") & (pl.col("topic") == topics["taxi"]))
    assert own["share"][0] > 0.7 and own["low"][0] < own["share"][0] < own["high"][0]
    by_time = pl.read_csv(run / "by_time.csv").filter(pl.col("topic") == topics["taxi"])
    assert by_time["value"].to_list() == [f"2024-{month:02}" for month in range(1, 13)]
    assert by_time["share"].tail(3).mean() > by_time["share"].head(3).mean() + 0.3


def test_every_text_gets_its_whole_distribution(run: Path) -> None:
    texts = pl.read_csv(run / "texts.csv")
    assert texts.columns == ["item", "topic", "name", "words", "T1", "T2", "T3"]
    assert texts.height == 150 and texts.select(
        pl.sum_horizontal("T1", "T2", "T3")
    ).to_series().to_list() == pytest.approx([1.0] * 150)


def test_the_page_needs_nothing_else_and_escapes_what_it_shows(cli: Cli, tmp_path: Path) -> None:
    frame = planted(120).with_columns(
        note=pl.col("note") + f" {HOSTILE}",
        theme=pl.when(pl.col("theme") == "taxi").then(pl.lit(HOSTILE)).otherwise(pl.lit("b")),
    )
    frame.write_csv(tmp_path / "bad<b>.csv")
    done = cli(
        "text", "topics", "bad<b>.csv", "-o", "run", "--topics", "3", "--text", "note", "--group", "theme", *QUICK
    )
    assert done.status == 0 and "‮" not in done.out
    page = (tmp_path / "run" / "topics.html").read_text("utf-8")
    assert "<script" not in page and "‮" not in page and "bad<b>" not in page
    assert "&lt;/script&gt;" in page and "⟨U+202E⟩" in page
    assert not re.search(r'(?:src|href)="(?!#|[a-z_]+\.(?:csv|svg|json)")', page)
    assert "default-src 'none'" in page and re.search(r'<mark class="w\d">(?:taxi|phone|window)</mark>', page)


@pytest.mark.shows("text topics", "--seed")
def test_the_same_seed_gives_the_same_bytes(cli: Cli, notes: Path, run: Path, tmp_path: Path) -> None:
    arguments = ("--topics", "3", "--text", "note", *QUICK, "--group", "theme", "--time", "day")
    assert cli("text", "topics", notes, "-o", "again", *arguments).status == 0
    names = sorted(path.name for path in run.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (run / name).read_bytes(), name
    assert cli("text", "topics", notes, "-o", "other", *arguments, "--seed", "1").status == 0
    assert (tmp_path / "other" / "model.safetensors").read_bytes() != (run / "model.safetensors").read_bytes()


@pytest.mark.shows("text topics", "--topics")
def test_the_number_is_chosen_by_coherence_and_stability(cli: Cli, notes: Path, tmp_path: Path) -> None:
    done = cli("text", "topics", notes, "-o", "run", "--topics", "auto", "--text", "note", *QUICK)
    assert done.status == 0
    tried = result(tmp_path / "run")["candidates"]
    assert [one["n_topics"] for one in tried] == [2, 3, 5, 7, 10, 15]  # type: ignore[attr-defined]
    assert [one["n_topics"] for one in tried if one["chosen"]] == [3]  # type: ignore[attr-defined]
    assert "chosen" in done.out


@pytest.mark.shows("text topics", "--restarts", "--refits")
def test_stability_is_measured_by_the_other_chains_and_the_refits(
    cli: Cli, notes: Path, run: Path, tmp_path: Path
) -> None:
    assert result(run)["stability"]["n"] == 2  # type: ignore[index]
    arguments = ("--topics", "3", "--text", "note", "--restarts", "1")
    assert cli("text", "topics", notes, "-o", "some", *arguments, "--refits", "3").status == 0
    assert result(tmp_path / "some")["stability"]["n"] == 3  # type: ignore[index]
    assert cli("text", "topics", notes, "-o", "none", *arguments, "--refits", "0").status == 0
    assert result(tmp_path / "none")["stability"]["value"] is None  # type: ignore[index]


@pytest.mark.shows("text topics", "--stop-words", "--without")
def test_words_that_are_left_out_are_in_no_topic(cli: Cli, tmp_path: Path) -> None:
    frame = planted(120).with_columns(note="the " + pl.col("note"))
    frame.select("note").with_row_index().filter(pl.col("index") % 3 > 0).drop("index").write_csv("notes.csv")
    (tmp_path / "own.txt").write_text("the\nphone\n")
    for name, options in (
        ("none", ("--stop-words", "none")),
        ("own", ("--stop-words", "own.txt")),
        ("more", ("--without", "taxi, glass")),
    ):
        assert cli("text", "topics", "notes.csv", "-o", name, "--topics", "3", *QUICK, *options).status == 0
    words = {
        name: set(json.loads((tmp_path / name / "model.json").read_text())["vocabulary"])
        for name in ("none", "own", "more")
    }
    assert "phone" in words["none"] and "phone" not in words["own"]
    assert {"taxi", "glass"} <= words["none"] and not {"taxi", "glass"} & words["more"]


@pytest.mark.shows("text topics", "--lemmas")
def test_forms_of_a_word_are_brought_together_also_where_the_run_is_applied(cli: Cli, tmp_path: Path) -> None:
    frame = planted(120).with_columns(
        note=pl.col("note").str.replace("driver", "drivers").str.replace("glass", "glasses")
    )
    frame.write_csv("notes.csv")
    run = ("text", "topics", "notes.csv", "-o", "run", "--topics", "3", "--text", "note", *QUICK, "--lemmas", "en")
    assert cli(*run).status == 0
    known = json.loads((tmp_path / "run" / "model.json").read_text())["vocabulary"]
    assert "driver" in known and "drivers" not in known
    pl.DataFrame({"note": ["drivers drivers"]}).write_csv("new.csv")
    assert cli("text", "topics", "--apply", "run", "new.csv", "--text", "note", "-o", "out.csv").status == 0
    assert pl.read_csv("out.csv")["words"].to_list() == [2]
    wrong = cli(*run[:-1], "xx", "--force")
    assert wrong.status == 2 and "no rules for the language 'xx'" in wrong.err


@pytest.mark.shows("text topics", "--names", "--rename")
def test_names_that_a_person_gives_are_shown_everywhere(cli: Cli, notes: Path, tmp_path: Path) -> None:
    assert cli("text", "topics", notes, "-o", "run", "--topics", "3", "--text", "note", *QUICK).status == 0
    topic = of_theme(tmp_path / "run")["taxi"]
    sheet = pl.read_csv(tmp_path / "run" / "names.csv")
    assert sheet.columns == ["topic", "name", "words"]
    sheet.with_columns(name=pl.when(pl.col("topic") == topic).then(pl.lit("Cabs & fares"))).write_csv("mine.csv")
    done = cli("text", "topics", "--rename", "run", "--names", "mine.csv")
    assert done.status == 0 and "Cabs & fares" in done.out
    assert "Cabs &amp; fares" in (tmp_path / "run" / "topics.html").read_text("utf-8")
    applied = cli("text", "topics", "--apply", "run", notes, "--text", "note", "-o", "out.csv")
    assert applied.status == 0
    assert set(pl.read_csv("out.csv").filter(pl.col("topic") == topic)["name"]) == {"Cabs & fares"}


@pytest.mark.shows("text topics", "--after")
def test_ids_and_names_are_carried_on_when_the_collection_is_fitted_again(
    cli: Cli, notes: Path, run: Path, tmp_path: Path
) -> None:
    before = of_theme(run)
    pl.DataFrame({"topic": list(before.values()), "name": list(before)}).write_csv("mine.csv")
    first = ("--topics", "3", "--text", "note", *QUICK, "--names", "mine.csv")
    assert cli("text", "topics", notes, "-o", "first", *first).status == 0
    planted(160, seed=9).write_csv("later.csv")
    again = ("text", "topics", "later.csv", "--text", "note", *QUICK, "--seed", "5")
    assert cli(*again, "-o", "later", "--topics", "3", "--after", "first").status == 0
    for card in result(tmp_path / "later")["cards"]:  # type: ignore[attr-defined]
        assert before[card["name"]] == card["id"]
        assert {word["word"] for word in card["words"][:5]} <= set(THEMES[card["name"]])
    assert cli(*again, "-o", "two", "--topics", "2", "--after", "later").status == 0
    assert len(result(tmp_path / "two")["gone"]) >= 1  # type: ignore[arg-type]
    assert cli(*again, "-o", "last", "--topics", "4", "--after", "two").status == 0
    cards = {card["id"]: card["name"] for card in result(tmp_path / "last")["cards"]}  # type: ignore[attr-defined]
    fresh = set(cards) - set(before.values())
    assert fresh and all(int(identity[1:]) >= 4 and not cards[identity] for identity in fresh)


@pytest.mark.shows("text topics", "--apply", "-o")
def test_a_run_applied_to_its_own_texts_says_the_same(cli: Cli, notes: Path, run: Path) -> None:
    done = cli("text", "topics", "--apply", run, notes, "--text", "note", "-o", "out.parquet")
    assert done.status == 0 and "150 texts" in done.out
    ours, recorded = pl.read_parquet("out.parquet"), pl.read_csv(run / "texts.csv")
    assert ours["topic"].to_list() == recorded["topic"].to_list()
    assert np.abs(ours.select("T1", "T2", "T3").to_numpy() - recorded.select("T1", "T2", "T3").to_numpy()).max() < 1e-12
    assert "and 130 more" in cli("text", "topics", "--apply", run, notes, "--text", "note").out


def test_texts_without_a_known_word_are_kept_and_have_no_signal(cli: Cli, run: Path) -> None:
    pl.DataFrame({"note": ["taxi driver", "", "🙂🙂", "x", "zebra", "=1+1"]}).write_csv("new.csv")
    assert cli("text", "topics", "--apply", run, "new.csv", "--text", "note", "-o", "out.csv").status == 0
    out = pl.read_csv("out.csv")
    assert out["topic"].to_list()[1:] == ["no signal"] * 5 and out["T1"].null_count() == 5


@pytest.mark.shows("text topics", "--show")
def test_one_text_is_shown_word_by_word(cli: Cli, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pl.DataFrame({"note": ["A taxi driver saw the broken window, zebra."]}).write_csv("new.csv")
    topics = of_theme(run)
    done = cli("text", "topics", "--apply", run, "new.csv", "--text", "note", "--show", "line 2")
    assert done.status == 0
    first, key = done.out.split("\n\n")
    assert f"driver/{topics['taxi']}" in first and f"broken/{topics['window']}" in first
    assert first.endswith("zebra.") and topics["taxi"] in key
    monkeypatch.setattr(command, "is_terminal", lambda: True)
    assert "\x1b[" in cli("text", "topics", "--apply", run, "new.csv", "--text", "note", "--show", "line 2").out
    wrong = cli("text", "topics", "--apply", run, "new.csv", "--text", "note", "--show", "line 9")
    assert wrong.status == 2 and "they are called line 2" in wrong.err


@pytest.mark.shows("text topics", "--compare", "--force")
def test_numbers_of_topics_are_compared(cli: Cli, notes: Path, tmp_path: Path) -> None:
    arguments = ("text", "topics", notes, "-o", "cmp", "--compare", "2,3,5", "--text", "note", *QUICK[:2])
    done = cli(*arguments)
    assert done.status == 0
    assert "3 topics foresee texts that were not learned from better than 2" in " ".join(done.out.split())
    assert "better than 3" not in " ".join(done.out.split())
    record = json.loads((tmp_path / "cmp" / "comparison.json").read_text())
    assert [level["n_topics"] for level in record["levels"]] == [2, 3, 5]
    flows = pl.read_csv(tmp_path / "cmp" / "flows.csv")
    assert flows.filter(pl.col("topics") == 2)["words"].sum() == pytest.approx(record["n_words"], abs=6)
    page = (tmp_path / "cmp" / "compare.html").read_text("utf-8")
    assert "<svg" in page and "<script" not in page
    assert cli(*arguments).status == 2
    assert cli(*arguments, "--force").status == 0


@pytest.mark.shows("text topics", "--step")
def test_the_textbook_case_is_stepped_through(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    (Path("three.txt")).write_text(THREE)
    monkeypatch.setattr("sys.stdin", io.StringIO(THREE))
    done = cli("text", "topics", "-", "--topics", "2", "--step", "9")
    assert done.status == 0
    assert [int(n) for n in re.findall(r"^(\d+)\. text ", done.out, re.MULTILINE)] == list(range(1, 10))
    assert "text 1 of 3, “eat”" in done.out and "too few for a verdict" in done.out
    assert "drawn from" in done.out and done.out.count("T1 ") >= 9


def test_at_a_terminal_steps_wait_and_q_stops(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pl.DataFrame({"note": THREE.splitlines()}).write_csv("three.csv")
    monkeypatch.setattr(command, "is_terminal", lambda: True)
    monkeypatch.setattr("sys.stdin", type("Keys", (io.StringIO,), {"isatty": lambda self: True})("\n\nq\n"))
    done = cli("text", "topics", "three.csv", "--topics", "2", "--step", "100")
    assert done.status == 0 and len(re.findall(r"^\d+\. text |: \d+\. text ", done.out, re.MULTILINE)) <= 3
    assert "where it stands" in done.out


def test_three_sentences_are_too_few_for_a_verdict(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(THREE))
    done = cli("text", "topics", "-", "-o", "run", "--topics", "2", *QUICK)
    assert done.status == 0
    assert "3 texts are too few for a verdict" in done.out and "hold" not in done.out


def test_words_without_topics_get_an_honest_verdict(cli: Cli) -> None:
    draw = np.random.default_rng(3)
    pool = [word for theme in THEMES.values() for word in theme]
    pl.DataFrame({"note": [" ".join(map(str, draw.choice(pool, 12))) for _ in range(150)]}).write_csv("mixed.csv")
    done = cli("text", "topics", "mixed.csv", "-o", "run", "--topics", "3", *QUICK)
    assert done.status == 0
    assert "No topic holds" in done.out or "Take with care" in done.out
    assert "3 of 3 topics hold" not in done.out


@pytest.mark.shows("text topics", "--columns", "--quote", "--encoding")
def test_tables_are_read_as_they_are(cli: Cli, tmp_path: Path) -> None:
    lines = [f'{row["theme"]}\t"caf\u00e9 {row["note"]}' for row in planted(120).iter_rows(named=True)]
    (tmp_path / "notes.tsv").write_bytes("\n".join(lines).encode("cp1252"))
    reading = ("--columns", "theme,note", "--quote", "none", "--encoding", "cp1252", "--text", "note")
    assert cli("text", "topics", "notes.tsv", "-o", "run", "--topics", "3", *QUICK, *reading).status == 0
    assert pl.read_csv(tmp_path / "run" / "texts.csv").height == 120
    assert cli("text", "topics", "notes.tsv", "-o", "other", "--topics", "3", *QUICK, "--text", "note").status == 2


@pytest.mark.bad_input("text topics")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no texts were named"),
        (("notes.csv",), "no -o RUN was given"),
        (("notes.csv", "-o", "run", "--topics", "1"), "expected a whole number from 2 to 500"),
        (("notes.csv", "-o", "run", "--topics", "many"), "or auto"),
        (("notes.csv", "-o", "run", "--topics", "400"), "--topics 400 is more than the 36 different words"),
        (("notes.csv", "-o", "run", "--topics", "9", "--seed", "-1", "--restarts", "0"), "--restarts is 0"),
        (("notes.csv", "-o", "run", "--compare", "5,3"), "rising numbers"),
        (("notes.csv", "-o", "run", "--compare", "2,3", "--step", "4"), "came together"),
        (("notes.csv", "--show", "line 2", "-o", "run"), "--show came without --apply"),
        (("--rename", "run"), "--rename came without --names"),
        (("notes.csv", "-o", "run", "--group", "tehme"), "did you mean 'theme'?"),
        (("notes.csv", "-o", "run", "--time", "theme"), "expected dates"),
        (("notes.csv", "-o", "run", "--stop-words", "fr"), "no list for the language 'fr'"),
        (("notes.csv", "-o", "."), "lie in each other"),
        (("notes.csv", "-o", "full"), "a folder with other files"),
        (("notes.csv", "-o", "run", "--after", "full"), "no model.json in it"),
        (("notes.csv", "-o", "run", "--topics", "3", "--names", "wrong.csv"), "'T9', which is no topic"),
        (("notes.csv", "-o", "run", "--topics", "3", "--names", "notes.csv"), "no column"),
        (("--apply", "nowhere", "notes.csv"), "no such folder"),
        (("notes.csv", "--topics", "2", "--step", "0"), "--step is 0"),
        (("https://x.org/notes.csv", "-o", "run"), "an address"),
        (("word.csv", "-o", "run", "--topics", "2"), "the texts leave 0 different words"),
        (("empty.csv", "-o", "run"), ""),
        (("emoji.csv", "-o", "run"), "0 different words"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    cli: Cli, notes: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "notes.csv").write_bytes(notes.read_bytes())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "wrong.csv").write_text("topic,name\nT9,Cabs\n")
    (tmp_path / "word.csv").write_text("note\n" + "taxi\n" * 60)
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "emoji.csv").write_text("note\n" + "🙂\n" * 60)
    texts = ("--text", "note") if arguments and arguments[0].endswith(".csv") else ()
    quick = () if {"--restarts", "--apply", "--rename", "--compare", "--step"} & set(arguments) else QUICK
    done = cli("text", "topics", *arguments, *texts, *quick)
    assert done.status == 2 and done.out == "" and message in done.err
    assert done.err.strip().splitlines()[-1].startswith("discern: ")
    assert "Traceback" not in done.err and not (tmp_path / "run").exists()
    assert sorted(path.name for path in (tmp_path / "full").iterdir()) == ["mine.txt"]


@pytest.mark.bad_input("text topics")
def test_a_damaged_run_is_refused(cli: Cli, notes: Path, run: Path, tmp_path: Path) -> None:
    for name in ("model.json", "model.safetensors", "topics.json"):
        whole = (run / name).read_bytes()
        for content in (
            b"",
            b"{}",
            b"\x80\x04.",
            whole[:-20],
            whole.replace(b"1", b"2"),
        ):
            copy = tmp_path / "copy"
            copy.mkdir(exist_ok=True)
            for path in run.iterdir():
                (copy / path.name).write_bytes(content if path.name == name else path.read_bytes())
            (tmp_path / "names.csv").write_text("topic,name\nT1,x\n")
            for arguments in (("--apply", copy, notes), ("--rename", copy, "--names", "names.csv")):
                if name == "topics.json" and arguments[0] == "--apply":
                    continue
                done = cli("text", "topics", *arguments)
                assert done.status == 2 and "Traceback" not in done.err and len(done.err.strip().splitlines()) == 1


@pytest.mark.bad_input("text topics")
@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (("--apply", "run"), "--apply has no use for --topics, --seed, --restarts, --refits, --stop-words, --without, "
                             "--lemmas, --group, --time, --after, --names; leave them away"),
        (("--apply", "run", "--show", "line 2"), "--show has no use for -o, --topics, --seed"),
        (("--compare", "2,3"), "--compare has no use for --topics, --refits, --group, --time, --after, --names; leave"),
        (("--step", "3"), "--step has no use for -o, --restarts, --refits, --group, --time, --after, --names, --force"),
        (("--rename", "run"), "--rename has no use for TEXTS, -o, --text, --columns, --quote, --encoding, --topics, "),
    ],
)  # fmt: skip
def test_options_that_do_nothing_there_are_refused_all_at_once(
    cli: Cli, tmp_path: Path, mode: tuple[str, ...], said: str
) -> None:
    given = ("--topics", "3", "--seed", "1", "--restarts", "1", "--refits", "1", "--stop-words", "none", "--without",
             "mr", "--lemmas", "en", "--group", "theme", "--time", "day", "--after", "run", "--names", "names.csv",
             "--text", "note", "--columns", "a,note", "--quote", "none", "--encoding", "utf-8", "--force")  # fmt: skip
    done = cli("text", "topics", "nowhere.csv", "-o", "out", *mode, *given)
    assert done.status == 2 and len(done.err.strip().splitlines()) == 1 and said in done.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("mode", ["--apply", "--show", "--compare", "--step"])
def test_how_letters_were_read_is_said_wherever_texts_are_read(cli: Cli, run: Path, mode: str) -> None:
    notes = [f"caf\u00e9 {note}" for note in planted(120)["note"]]
    Path("notes.csv").write_bytes("\n".join(["note", *notes]).encode("cp1252"))
    options = {
        "--apply": ("--apply", run),
        "--show": ("--apply", run, "--show", "line 2"),
        "--compare": ("--compare", "2,3", "-o", "out", "--restarts", "2"),
        "--step": ("--step", "1"),
    }[mode]
    done = cli("text", "topics", "notes.csv", "--text", "note", *options)
    assert done.status == 0 and "Windows-1252" in done.err


def test_an_earlier_run_is_replaced_only_with_force(cli: Cli, notes: Path, tmp_path: Path) -> None:
    arguments = ("text", "topics", notes, "-o", "run", "--topics", "3", "--text", "note", *QUICK)
    assert cli(*arguments, "--group", "theme").status == 0
    assert "--force to replace" in cli(*arguments).err
    assert cli(*arguments, "--force").status == 0
    assert not (tmp_path / "run" / "by_group.csv").exists()


@pytest.mark.bad_input("text topics")
@pytest.mark.parametrize("options", [(), ("--compare", "2,3")])
def test_files_of_somebody_else_are_never_replaced_without_force(
    cli: Cli, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    own = ("levels.csv", "flows.csv") if options else ("texts.csv", "words.csv", "model.json")
    (tmp_path / "notes").mkdir()
    for name in own:
        (tmp_path / "notes" / name).write_bytes(notes.read_bytes())
    monkeypatch.setattr("sys.stdin", io.StringIO((tmp_path / "notes" / own[0]).read_text()))
    done = cli("text", "topics", "-", "-o", "notes", *(options or ("--topics", "2", *QUICK)))
    assert done.status == 2 and "already; choose another -o, or --force to replace" in done.err
    assert sorted(path.name for path in (tmp_path / "notes").iterdir()) == sorted(own)
    assert all((tmp_path / "notes" / name).read_bytes() == notes.read_bytes() for name in own)


def test_a_folder_of_stopped_topics_is_used_again_with_force(
    cli: Cli, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("text", "topics", notes, "-o", "run", "--topics", "3", "--text", "note", *QUICK)
    with monkeypatch.context() as patched:
        patched.setattr(store, "save_result", stopped)
        with pytest.raises(KeyboardInterrupt):
            topics(notes, TopicOptions(3, 0, 2, 1), out="run", text=TextOptions(text="note"))
    assert not (tmp_path / "run" / "topics.json").exists()
    assert "--force to replace" in cli(*arguments).err
    assert cli(*arguments, "--force").status == 0 and (tmp_path / "run" / "topics.json").exists()


@pytest.mark.parametrize("where", ["save", "save_result"])
def test_renaming_that_is_stopped_loses_nothing(
    cli: Cli, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    shutil.copytree(run, tmp_path / "run")
    (tmp_path / "mine.csv").write_text("topic,name\nT1,Cabs\n")
    with monkeypatch.context() as patched:
        patched.setattr(store, where, stopped)
        with pytest.raises(KeyboardInterrupt):
            rename_topics("run", "mine.csv")
    assert store.result("run") == store.result(run)
    done = cli("text", "topics", "--rename", "run", "--names", "mine.csv")
    assert done.status == 0 and {card.name for card in store.result("run").cards} == {"Cabs", ""}


@pytest.mark.shows("text topics")
def test_topics_of_real_articles(cli: Cli, real_data: Path, tmp_path: Path) -> None:
    for folder in ("sport", "tech", "politics"):
        place = tmp_path / "articles" / folder
        place.mkdir(parents=True)
        for number in range(1, 61):
            (place / f"{number:03}.txt").write_bytes((real_data / "bbc" / folder / f"{number:03}.txt").read_bytes())
    assert cli("text", "topics", "articles", "-o", "run", "--topics", "3", *QUICK, "--group", "label").status == 0
    shares = pl.read_csv(tmp_path / "run" / "by_group.csv")
    largest = shares.sort("share").group_by("value", maintain_order=True).last()
    assert largest["share"].min() > 0.6 and largest["topic"].n_unique() == 3
