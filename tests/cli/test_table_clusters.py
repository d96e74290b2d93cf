"""`discern table clusters` as a person meets it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from discern.store import clusters as store
from discern.workflows.clusters import rename_clusters

from .conftest import Cli, run_main

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
HOSTILE = "</script><script>alert(1)</script> ‮evil"
MIDDLES = {"corner": (120, 4, 1.0), "market": (2_000, 150, 3.0), "hyper": (9_000, 900, 14.0)}
THEMES = {
    "taxi": ["taxi", "driver", "fare", "road", "meter", "seat", "route", "airport", "lane"],
    "phone": ["phone", "screen", "battery", "signal", "charger", "network", "app", "case", "sim"],
    "window": ["window", "glass", "frame", "hammer", "pane", "brick", "shard", "door", "wall"],
}


def stores(n: int = 150, seed: int = 0) -> pl.DataFrame:
    """Made-up stores of three kinds, and where they are, which has nothing to do with it."""
    random = np.random.default_rng(seed)
    kinds = [sorted(MIDDLES)[i % 3] for i in range(n)]
    middles = np.array([MIDDLES[kind] for kind in kinds])
    values = middles * np.exp(random.normal(0, 0.22, (n, 3)))
    area = [f"{value:,.0f}" for value in values[:, 0]]
    return pl.DataFrame(
        {
            "store": [f"S{i:04}" for i in range(n)],
            "floor_area": ["?" if i % 50 == 7 else cell for i, cell in enumerate(area)],
            "parking": values[:, 1].round(0),
            "distance": values[:, 2].round(2),
            "region": random.choice(["north", "south", "west"], n),
            "kind": kinds,
        }
    )


def notes(n: int = 120, seed: int = 0) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        own = sorted(THEMES)[i % 3]
        words = [*random.choice(THEMES[own], 9), *(random.choice(THEMES[other]) for other in THEMES)]
        rows.append({"note": " ".join(map(str, random.permutation(words))), "theme": own})
    return pl.DataFrame(rows)


NAMED = ("--columns", "floor_area,parking,distance")


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shops") / "stores.csv"
    stores().write_csv(path)
    return path


@pytest.fixture(scope="module")
def run(shops: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("groups") / "run"
    assert run_main("table", "clusters", shops, "-o", out, *NAMED) == 0
    return out


def result(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "groups.json").read_text("utf-8"))
    return found


def of_kind(groups: pl.Series, kinds: pl.Series) -> dict[str, str]:
    """Kind -> its group; each group must hold one kind alone."""
    pairs = set(zip(kinds.to_list(), groups.cast(pl.String).to_list(), strict=True))
    assert len(pairs) == kinds.n_unique() == groups.n_unique()
    return dict(pairs)


@pytest.mark.shows("table clusters", "-o", "--columns")
def test_planted_kinds_are_found_with_what_makes_them_different(run: Path) -> None:
    items = pl.read_csv(run / "items.csv", infer_schema=False)
    assert items.columns == ["item", "group", "name", "next", "margin", "far"]
    groups = of_kind(items["group"], stores()["kind"])
    record = result(run)
    assert record["shown"] and record["columns"] == ["floor_area", "parking", "distance"]
    assert record["logarithms"] == ["floor_area", "parking", "distance"]
    assert record["p"]["value"] == 0.05 and record["n_missing"] == 3
    cards = {card["id"]: card for card in record["cards"]}
    hyper = {trait["column"]: trait for trait in cards[groups["hyper"]]["traits"]}
    for trait in hyper.values():
        assert trait["difference"]["value"] > 1 and trait["difference"]["low"] > 0
        assert trait["here"]["low"] < trait["here"]["value"] < trait["here"]["high"]
    assert 8_000 < hyper["floor_area"]["here"]["value"] < 10_000
    assert cards["1"]["share"]["low"] < cards["1"]["share"]["value"] < cards["1"]["share"]["high"]
    assert cards["1"]["stability"]["value"] > 0.9
    assert [len(card["typical"]) for card in cards.values()] == [3, 3, 3]
    called = stores()["store"].to_list()
    assert all(one["called"] in called for card in cards.values() for one in card["typical"])
    chosen = [one["n_groups"] for one in record["tried"] if one["chosen"]]
    assert chosen == [3]
    assert {arrow[0] for arrow in record["plane"]["arrows"]} and record["plane"]["across"]["value"] > 0.5


@pytest.mark.shows("table clusters", "--seed")
def test_the_order_of_the_rows_changes_nothing_and_the_seed_draws_others(
    cli: Cli, shops: Path, run: Path, tmp_path: Path
) -> None:
    order = np.random.default_rng(1).permutation(150)
    stores()[order].write_csv(tmp_path / "stores.csv")
    assert cli("table", "clusters", "stores.csv", "-o", "other", *NAMED).status == 0
    for name in ("model.json", "model.safetensors", "traits.csv", "numbers.csv", "plane.svg"):
        assert (tmp_path / "other" / name).read_bytes() == (run / name).read_bytes(), name
    ours, theirs = (pl.read_csv(folder / "items.csv", infer_schema=False) for folder in (run, tmp_path / "other"))
    assert theirs["group"].to_list() == ours["group"][order].to_list()
    assert cli("table", "clusters", shops, "-o", "again", *NAMED).status == 0
    for path in run.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name
    assert cli("table", "clusters", shops, "-o", "seed", *NAMED, "--seed", "1").status == 0
    assert (tmp_path / "seed" / "numbers.csv").read_bytes() != (run / "numbers.csv").read_bytes()


@pytest.mark.shows("table clusters")
def test_a_cloud_has_no_groups_and_no_model(cli: Cli, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    pl.DataFrame(random.normal(0, 1, (80, 3)).round(3), schema=["a", "b", "c"]).write_csv("cloud.csv")
    done = cli("table", "clusters", "cloud.csv", "-o", "run")
    assert done.status == 0 and "No groups are shown in 80 rows." in done.out
    assert not (tmp_path / "run" / "model.json").exists() and result(tmp_path / "run")["cards"] == []
    page = (tmp_path / "run" / "groups.html").read_text("utf-8")
    assert "No groups are shown" in page and "<script" not in page
    refused = cli("table", "clusters", "--apply", "run", "cloud.csv")
    assert refused.status == 2 and "it holds no groups, for none were shown" in refused.err


@pytest.mark.shows("table clusters", "--groups", "--force")
def test_a_number_that_is_asked_for_is_made_and_not_called_shown(cli: Cli, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    pl.DataFrame(random.normal(0, 1, (80, 3)).round(3), schema=["a", "b", "c"]).write_csv("cloud.csv")
    done = cli("table", "clusters", "cloud.csv", "-o", "run", "--groups", "4")
    assert done.status == 0 and "4 groups in 80 rows" in done.out and "The groups are not shown" in done.out
    assert pl.read_csv("run/items.csv")["group"].n_unique() == 4
    assert cli("table", "clusters", "cloud.csv", "-o", "run", "--groups", "2").status == 2
    assert cli("table", "clusters", "cloud.csv", "-o", "run", "--groups", "2", "--force").status == 0
    assert pl.read_csv("run/items.csv")["group"].n_unique() == 2


def test_groups_never_replace_a_file_of_somebody_else_unasked(cli: Cli, shops: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "items.csv").write_text("my list")
    refused = cli("table", "clusters", shops, "-o", "mine", *NAMED)
    assert refused.status == 2 and "it holds items.csv already" in refused.err and "--force" in refused.err
    assert (tmp_path / "mine" / "items.csv").read_text() == "my list"


@pytest.mark.parametrize("where", ["save", "save_result"])
def test_renaming_groups_that_is_stopped_loses_nothing(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    shutil.copytree(run, tmp_path / "run")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(store, where, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        rename_clusters(tmp_path / "run", {"1": "small"})
    assert store.result(tmp_path / "run") == store.result(run)
    assert rename_clusters(tmp_path / "run", {"1": "small"}).result.cards[0].name == "small"


@pytest.mark.shows("table clusters", "--method")
@pytest.mark.parametrize("method", ["mixture", "hierarchical", "hdbscan"])
def test_other_methods_find_the_kinds_too_and_their_groups_are_kept(
    cli: Cli, shops: Path, tmp_path: Path, method: str
) -> None:
    number = () if method == "hdbscan" else ("--groups", "3")
    assert cli("table", "clusters", shops, "-o", "run", *NAMED, "--method", method, *number).status == 0
    items = pl.read_csv("run/items.csv", infer_schema=False).with_columns(kind=stores()["kind"])
    of_kind(*(items.filter(pl.col("group") != "no group")[name] for name in ("group", "kind")))
    assert result(tmp_path / "run")["method"] == method
    assert cli("table", "clusters", "--apply", "run", shops, "-o", "out.csv").status == 0
    assert pl.read_csv("out.csv", infer_schema=False)["group"].to_list() == items["group"].to_list()


@pytest.mark.shows("table clusters", "--name", "--rename")
def test_names_that_a_person_gives_are_shown_everywhere(cli: Cli, shops: Path, run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    done = cli("table", "clusters", "--rename", "run", "--name", "2=large & out of town", "--name", f"3={HOSTILE}")
    assert done.status == 0 and "large & out of town" in done.out and "‮" not in done.out
    page = (tmp_path / "run" / "groups.html").read_text("utf-8")
    assert "large &amp; out of town" in page and "<script" not in page and "‮" not in page
    assert cli("table", "clusters", "--apply", "run", shops, "-o", "out.csv").status == 0
    found = pl.read_csv("out.csv", infer_schema=False)
    assert set(found.filter(pl.col("group") == "2")["name"]) == {"large & out of town"}
    named = cli("table", "clusters", shops, "-o", "at-once", *NAMED, "--name", "1=first")
    assert named.status == 0 and result(tmp_path / "at-once")["cards"][0]["name"] == "first"


@pytest.mark.shows("table clusters", "--apply", "-o")
def test_new_rows_find_their_group_and_far_ones_are_said_to_be(cli: Cli, shops: Path, run: Path) -> None:
    groups = of_kind(pl.read_csv(run / "items.csv", infer_schema=False)["group"], stores()["kind"])
    new = stores(60, seed=9).select("distance", "parking", "floor_area", "kind")  # another order, one column more
    odd = pl.DataFrame(
        {"distance": [5e6, None, 3.1], "parking": [1e9, None, None], "floor_area": ["2,000", "?", "2,100"],
         "kind": ["x"] * 3}
    )  # fmt: skip
    pl.concat([new, odd], how="vertical_relaxed").write_csv("new.csv")
    done = cli("table", "clusters", "--apply", run, "new.csv", "-o", "out.csv")
    assert done.status == 0 and re.search(r"63 items, \d+ of them far from every group", done.out)
    found = pl.read_csv("out.csv", infer_schema=False)
    assert found["group"].to_list()[:60] == [groups[kind] for kind in new["kind"]]
    assert found["far"].to_list()[60:] == ["true", "false", "false"]
    assert found["group"].to_list()[61:] == ["no signal", groups["market"]]
    printed = cli("table", "clusters", "--apply", run, "new.csv")
    assert "and 43 more" in printed.out
    recorded, again = pl.read_csv(run / "items.csv"), cli("table", "clusters", "--apply", run, shops, "-o", "own.csv")
    own = pl.read_csv("own.csv")
    assert again.status == 0 and own.drop("item").equals(recorded.drop("item"))


@pytest.mark.shows("table clusters", "--text")
def test_alike_notes_are_grouped_by_their_words(cli: Cli, tmp_path: Path) -> None:
    notes().write_csv("notes.csv")
    assert cli("table", "clusters", "notes.csv", "--text", "note", "-o", "run").status == 0
    themes = of_kind(pl.read_csv("run/items.csv", infer_schema=False)["group"], notes()["theme"])
    for card in result(tmp_path / "run")["cards"]:
        theme = next(name for name, group in themes.items() if group == card["id"])
        assert {trait["column"] for trait in card["traits"][:5]} <= set(THEMES[theme])
        assert all(len(one["text"]) > 20 for one in card["typical"])
    pl.DataFrame({"note": ["taxi fare driver meter", "", "zebra"]}).write_csv("new.csv")
    assert cli("table", "clusters", "--apply", "run", "new.csv", "--text", "note", "-o", "out.csv").status == 0
    assert pl.read_csv("out.csv", infer_schema=False)["group"].to_list() == [themes["taxi"], "no signal", "no signal"]


def test_alike_pictures_are_grouped_by_their_shapes(cli: Cli, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for i in range(60):
        pixels = random.integers(0, 40, (24, 24)).astype(np.uint8)
        at = 6 + i % 5
        pixels[:, at : at + 4] += 200 * (i % 3 == 0)
        pixels[at : at + 4, :] += 200 * (i % 3 == 1)
        pixels[at : at + 12, at : at + 12] += np.triu(np.full((12, 12), 200, np.uint8)) * (i % 3 == 2)
        for folder in ("all", "new") if i < 3 else ("all",):
            (tmp_path / folder / "x").mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / folder / "x" / f"{i:02}.png")
    assert cli("table", "clusters", "all", "-o", "run", "--groups", "3").status == 0
    items = pl.read_csv("run/items.csv", infer_schema=False)
    kinds = pl.Series([str(int(re.findall(r"\d+", name)[0]) % 3) for name in items["item"]])
    groups = of_kind(items["group"], kinds)
    page = (tmp_path / "run" / "groups.html").read_text("utf-8")
    assert page.count("data:image/png;base64,") == 18 and "default-src 'none'; img-src data:" in page
    assert cli("table", "clusters", "--apply", "run", "new", "-o", "out.csv").status == 0
    assert pl.read_csv("out.csv", infer_schema=False)["group"].to_list() == [groups["0"], groups["1"], groups["2"]]


def test_the_page_needs_nothing_else_and_escapes_what_it_shows(cli: Cli, tmp_path: Path) -> None:
    frame = stores(60).rename({"parking": f"parking {HOSTILE}", "store": "=shop"})
    frame = frame.with_columns(pl.col("=shop") + HOSTILE)
    frame.write_csv("bad<b>.csv")
    done = cli("table", "clusters", "bad<b>.csv", "-o", "run", "--groups", "2")
    assert done.status == 0 and "‮" not in done.out
    page = (tmp_path / "run" / "groups.html").read_text("utf-8")
    assert "<script" not in page and "‮" not in page and "bad<b>" not in page
    assert "&lt;/script&gt;" in page and "⟨U+202E⟩" in page
    assert not re.search(r'(?:src|href)="(?!#|data:image/png|[a-z_]+\.(?:csv|svg|json)")', page)


@pytest.mark.shows("table clusters", "--columns")
def test_communities_have_no_groups_by_five_columns(cli: Cli, tmp_path: Path) -> None:
    source = DATA / "crime" / "communities.csv"
    if not source.is_file():
        pytest.skip("../shared/data is not here")
    names = "medIncome,PctPopUnderPov,PctUnemployed,PctBSorMore,agePct65up"
    pl.read_csv(source, infer_schema=False).head(300).write_csv("some.csv")
    done = cli("table", "clusters", "some.csv", "-o", "run", "--columns", names, "--method", "kmeans")
    assert done.status == 0 and "No groups are shown in 300 rows." in done.out
    assert sorted(result(tmp_path / "run")["columns"]) == sorted(names.split(","))


@pytest.mark.shows("table clusters")
def test_news_are_grouped_by_their_subjects_without_being_told(cli: Cli, tmp_path: Path) -> None:
    if not (DATA / "bbc").is_dir():
        pytest.skip("../shared/data is not here")
    for subject in ("sport", "tech"):
        for path in sorted((DATA / "bbc" / subject).iterdir())[:60]:
            (tmp_path / "news" / subject).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, tmp_path / "news" / subject)
    assert cli("table", "clusters", "news", "-o", "run", "--groups", "2").status == 0
    items = pl.read_csv("run/items.csv", infer_schema=False)
    sport = items["item"].str.contains("sport")
    shares = [sport.filter(items["group"] == group).mean() for group in ("1", "2")]
    assert max(shares) > 0.9 and min(shares) < 0.1


@pytest.mark.bad_input("table clusters")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no data were named"),
        (("stores.csv",), "no -o RUN was given"),
        (("stores.csv", "-o", "x", "--groups", "1"), "--groups is 1; expected a whole number from 2 to 100"),
        (("stores.csv", "-o", "x", "--method", "kmean"), "did you mean 'kmeans'?"),
        (("stores.csv", "-o", "x", "--method", "hdbscan", "--groups", "3"), "hdbscan finds their number by itself"),
        (("stores.csv", "-o", "x", "--name", "two=a"), "--name is 'two=a'; expected the number of a group"),
        (("stores.csv", "-o", "x", "--name", "1=a", "--name", "1=b"), "--name names group 1 twice"),
        (("stores.csv", "-o", "x", "--columns", "parking,distanse"), "distanse"),
        (("stores.csv", "-o", "x", "--columns", "parking,parking"), "--columns names 'parking' twice"),
        (("stores.csv", "-o", "x", "--groups", "2", "--columns", "parking", "--name", "3=a"), "a group from 1 to 2"),
        (("stores.csv", "-o", "x", "--groups", "90"), "--groups 90 is too many for 150 items"),
        (("few.csv", "-o", "x"), "few.csv holds 12 items; expected 20 or more"),
        (("same.csv", "-o", "x"), "no column"),
        (("stores.csv", "-o", "stores.csv"), "stores.csv"),
        (("notes.csv", "-o", "x", "--text", "wrong"), "wrong"),
        (("nowhere.csv", "-o", "x"), "nowhere.csv"),
        (("--rename", "run"), "--rename came without --name"),
        (("--rename", "run", "--name", "7=x"), "expected a group from 1 to 3"),
        (("stores.csv", "--rename", "run", "--name", "1=x"), "--rename takes no data"),
        (("stores.csv", "--apply", "run", "--groups", "3"), "--apply takes the run as it is"),
        (("stores.csv", "--apply", "nowhere"), "no such folder"),
        (("notes.csv", "--apply", "run"), "no columns floor_area, parking, distance"),
        (("stores.csv", "--apply", "run", "--rename", "run"), "came together"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    cli: Cli, run: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    shutil.copytree(run, tmp_path / "run")
    stores().write_csv("stores.csv")
    stores(12).write_csv("few.csv")
    pl.DataFrame({"a": [3.0] * 40, "b": ["x"] * 40}).write_csv("same.csv")
    notes(40).write_csv("notes.csv")
    before = {path.name for path in tmp_path.iterdir()}
    done = cli("table", "clusters", *arguments)
    lines = [line for line in done.err.splitlines() if line.startswith("discern: ")]
    assert done.status == 2 and len(lines) == 1 and said in lines[0] and "Traceback" not in done.err
    assert {path.name for path in tmp_path.iterdir()} == before
