"""The made-up posts and their island: what is promised of them, the same every time, and areas that tile the island."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from discern.core.errors import OptionError
from discern.core.files import FORMULA_STARTS
from discern.data.areas import Areas
from discern.data.places import TOWNS, island
from discern.data.posts import LABELLED, TIED, blocks, labelled, shares, write_posts


def test_310_labelled_posts_and_a_pool(tmp_path: Path) -> None:
    assert write_posts(tmp_path / "p", 3000, seed=1) == 3000
    few = pl.read_csv(tmp_path / "p" / "labelled.csv")
    assert Counter(few["label"]) == {"other": LABELLED[0], "offensive": LABELLED[1]} and few.height == 310
    assert few["author"].n_unique() > 80 and max(Counter(few["author"]).values()) > 3
    pool, truth = (pl.read_csv(tmp_path / "p" / name, infer_schema=False) for name in ("pool.csv", "truth.csv"))
    assert pool.columns == ["id", "text", "author", "time", "week", "home", "latitude", "longitude"]
    assert pool.height == 3000 and pool["id"].to_list() == truth["id"].to_list() and pool["id"].n_unique() == 3000
    assert not pool["text"].str.contains(f"^[{''.join(FORMULA_STARTS)}]".replace("[=+-", "[=+\\-")).any()
    assert 0.6 < pool["latitude"].is_not_null().mean() < 0.8  # type: ignore[operator]
    towns = pl.read_csv(tmp_path / "p" / "towns.csv")
    assert towns["town"].to_list() == list(TOWNS) and set(towns["area"]) <= set(island().names)
    people = pl.read_csv(tmp_path / "p" / "population.csv")
    assert people["area"].to_list() == list(island().names)
    assert "Nobody wrote these" in (tmp_path / "p" / "README.md").read_text()


def test_the_same_seed_the_same_bytes_and_a_larger_pool_begins_with_the_smaller(tmp_path: Path) -> None:
    for name, n, seed in (("a", 400, 5), ("b", 400, 5), ("c", 500, 5), ("d", 400, 6)):
        write_posts(tmp_path / name, n, seed=seed)
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    for name in ("pool.csv", "truth.csv"):
        few, more, other = ((tmp_path / folder / name).read_bytes() for folder in "acd")
        assert more.startswith(few) and len(more) > len(few) and other != few
    with pytest.raises(OptionError, match=r"--n is 0.*--seed is -1"):
        write_posts(tmp_path / "e", 0, seed=-1)


def test_how_frequent_the_label_is_differs_by_area_and_week() -> None:
    share = shares(0)
    assert share.mean(1).max() > 3 * share.mean(1).min()
    assert share[island().names.index(TIED[0]), TIED[1]] == 0.55
    pool = pl.concat(blocks(50_000, 0))
    found = pool.filter(area="Saltby").group_by("week").agg((pl.col("label") == "offensive").mean()).sort("label")
    assert found["week"][-1] == "2024-W18"
    overall = (pool["label"] == "offensive").mean()
    assert isinstance(overall, float) and 0.04 < overall < 0.15  # far below the 101 of 310 that are labelled


def test_texts_of_a_label_are_alike_in_both_and_neither_gives_itself_away() -> None:
    few, pool = labelled(0), pl.concat(blocks(20_000, 0))
    for label in ("other", "offensive"):
        lengths = [frame.filter(label=label)["text"].str.len_chars().mean() for frame in (few, pool)]
        assert abs(lengths[0] - lengths[1]) < 4  # type: ignore[operator]
    insults = pool.filter(pl.col("text").str.contains("clowns|muppets|rats|vermin"))
    assert set(insults["label"]) == {"other", "offensive"}


def test_areas_tile_the_island() -> None:
    land = island()
    areas = Areas(land.names, tuple((ring,) for ring in land.rings), land.population)
    west, south, east, north = areas.bounds
    rng = np.random.default_rng(0)
    x, y = rng.uniform(west, east, 20_000), rng.uniform(south, north, 20_000)
    inside = np.array([Areas((name,), ((ring,),), (None,)).locate(x, y) == 0
                       for name, ring in zip(land.names, land.rings, strict=True)])  # fmt: skip
    assert inside.sum(0).max() == 1 and 0.6 < inside.sum(0).mean() < 0.9  # no two overlap
    ring = land.rings[8]  # Castlemere lies inland: around it there is no gap
    near = ring[:-1][:, None] + rng.normal(0, 2e-3, (len(ring) - 1, 20, 2))
    assert (areas.locate(*near.reshape(-1, 2).T.copy()) >= 0).all()
    for town in land.towns:
        at = areas.locate(np.array([town.longitude]), np.array([town.latitude]))
        assert land.names[at[0]] == town.area
    assert json.dumps(land.geojson()) and all((ring[0] == ring[-1]).all() for ring in land.rings)


def test_where_a_point_lies_agrees_with_a_path_drawn_by_matplotlib() -> None:
    from matplotlib.path import Path as Drawn

    rng = np.random.default_rng(1)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 40))
    star = np.stack([np.cos(angle), np.sin(angle)], 1) * rng.uniform(0.3, 1, (40, 1))
    ring = np.concatenate([star, star[:1]])
    points = rng.uniform(-1, 1, (4000, 2))
    points[0] = np.nan
    found = Areas(("star",), ((ring,),), (None,)).locate(points[:, 0], points[:, 1]) == 0
    assert found.tolist() == (Drawn(ring).contains_points(np.nan_to_num(points, nan=9))).tolist()
    hole = Areas(("star",), ((ring, 0.1 * ring),), (None,)).locate(np.array([0.0]), np.array([0.0]))
    assert hole[0] == -1
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], dtype=float)
    both = Areas(("a", "b"), ((square,), (square + np.array([1.0, 0.0]),)), (None, None))
    edge = both.locate(np.full(50, 1.0), np.linspace(0, 0.99, 50))
    assert len(set(edge.tolist())) == 1 and edge[0] >= 0  # on the common border: one side, always the same
