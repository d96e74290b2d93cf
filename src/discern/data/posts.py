"""Made-up posts: a labelled few, a geotagged pool of any size, and the island that they come from.

Texts of a label are made alike in the labelled few and in the pool; how frequent the label is differs by area and week.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.files import csv_text, write_json, write_text
from ..core.options import SEED, Interval, raise_all
from ..core.seeds import generator
from .areas import Areas
from .places import Island, island
from .post_words import NEGATIVE, PARTS, POSITIVE, Pattern
from .samples import written_whole

POSTS = 20_000
MOST = 20_000_000
"""Posts of the pool, at most."""
LABELLED = (209, 101)
"""Posts of the labelled few: other, offensive."""
LABELS = ("other", "offensive")
LABELLED_AUTHORS = 130
POOL_AUTHORS = 60_000
BLOCK = 50_000
"""Posts are made so many at a time: a block always whole, so that a larger pool begins with the smaller one."""
FIRST_DAY, WEEKS = date(2024, 1, 1), 26
TAGGED = 0.7
"""Share of the posts that say where they were written; of the others only the home town of the author is known."""
AT_SEA = 0.004
TIED = ("Saltby", 17)
"""In this area the label is much more frequent in this week: something happened there."""

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


def write_posts(folder: Path, n: int = POSTS, *, seed: int = 0, force: bool = False) -> int:
    """Write 310 labelled posts, a pool of `n`, and the island into `folder`; returns the number of posts in the pool.

    `labelled.csv`: id, text, label (209 other, 101 offensive), author. `pool.csv`: id, text, author, time, week, home,
    latitude, longitude. `truth.csv`: the true label and area of each post of the pool. `towns.csv`, `population.csv`
    and `boundaries.geojson`: the island. The same seed gives the same bytes. Raises OptionError, OutputError.
    """
    raise_all([Interval(1, MOST, whole=True).problem("--n", n), SEED.problem("--seed", seed)])
    written_whole(folder, lambda staging: _write(staging, n, seed), force=force)
    return n


def write_island(folder: Path) -> None:
    """Write `towns.csv`, `population.csv` and `boundaries.geojson`."""
    land = island()
    towns = ((town.name, town.latitude, town.longitude, town.population, town.area) for town in land.towns)
    header = ("town", "latitude", "longitude", "population", "area")
    write_text(folder / "towns.csv", csv_text(header, towns))
    rows = zip(land.names, land.population, strict=True)
    write_text(folder / "population.csv", csv_text(("area", "population"), rows))
    write_json(folder / "boundaries.geojson", land.geojson())


def labelled(seed: int) -> pl.DataFrame:
    """The 310 labelled posts: id, text, label, author."""
    rng = generator(seed, "posts", "labelled")
    label = rng.permutation(np.repeat([0, 1], LABELLED))
    author = np.minimum(rng.integers(0, LABELLED_AUTHORS, (2, len(label))).min(0), LABELLED_AUTHORS - 1)
    columns = {
        "id": [f"L{index + 1:03d}" for index in range(len(label))],
        "text": texts(rng, label),
        "label": [LABELS[index] for index in label],
        "author": [f"reader{index:03d}" for index in author],
    }
    return pl.DataFrame(columns)


def shares(seed: int) -> Array:
    """How frequent the label truly is: `(n_areas, n_weeks)`."""
    rng = generator(seed, "posts", "shares")
    land = island()
    by_area = np.exp(rng.normal(np.log(0.07), 0.55, len(land.names)))
    by_week = np.exp(0.25 * np.sin(np.arange(WEEKS) / 4 + rng.uniform(0, 6)) + rng.normal(0, 0.08, WEEKS))
    share: NDArray[np.float64] = np.clip(by_area[:, None] * by_week, 0.005, 0.6)
    share[land.names.index(TIED[0]), TIED[1]] = 0.55
    return share


def texts(rng: np.random.Generator, label: Whole) -> pl.Series:
    """A text for each label `(n,)`: 0 is other, 1 is offensive."""
    body = np.empty(len(label), dtype=object)
    for wanted, patterns in enumerate((NEGATIVE, POSITIVE)):
        rows = np.flatnonzero(label == wanted)
        weight = np.array([pattern[0] for pattern in patterns], dtype=np.float64)
        which = rng.choice(len(patterns), len(rows), p=weight / weight.sum())
        for index, pattern in enumerate(patterns):
            mine = rows[which == index]
            body[mine] = _bodies(rng, pattern, len(mine)).to_numpy()
    opened, closed = (_drawn(rng, part, len(label)) for part in ("open", "close"))
    return pl.select(pl.concat_str([opened, pl.Series(body, dtype=pl.String), closed])).to_series()


def _bodies(rng: np.random.Generator, pattern: Pattern, n: int) -> pl.Series:
    parts = [_drawn(rng, part[1:], n) if part.startswith("*") else pl.lit(part) for part in pattern[1]]
    return pl.select(pl.concat_str([pl.repeat("", n), *parts])).to_series()


def _drawn(rng: np.random.Generator, part: str, n: int) -> pl.Series:
    return pl.Series(PARTS[part]).gather(rng.integers(0, len(PARTS[part]), n))


def blocks(n: int, seed: int) -> Iterator[pl.DataFrame]:
    """The pool in blocks: the columns of `pool.csv`, then `label` and `area`, the truth."""
    land, share = island(), shares(seed)
    areas = Areas(land.names, tuple((ring,) for ring in land.rings), land.population)
    for begin in range(0, n, BLOCK):
        yield _block(generator(seed, "posts", "pool", begin), begin, land, areas, share).head(n - begin)


def _block(rng: np.random.Generator, begin: int, land: Island, areas: Areas, share: Array) -> pl.DataFrame:
    people = np.array([town.population for town in land.towns], dtype=np.float64)
    town = rng.choice(len(people), BLOCK, p=people / people.sum())
    at = np.array([(one.longitude, one.latitude) for one in land.towns])[town]
    spread = 0.012 + 0.05 * (rng.random(BLOCK) < 0.35)  # most write in town, others in the country around
    point = at + rng.normal(0, 1, (BLOCK, 2)) * spread[:, None] * np.array([1.0, 0.6])
    home_area = np.array([land.names.index(one.area) for one in land.towns])[town]
    area = areas.locate(point[:, 0].copy(), point[:, 1].copy())
    wet = area < 0  # nobody writes from the water, but for a few on the ferry
    point[wet], area[wet] = at[wet], home_area[wet]
    tagged = rng.random(BLOCK) < TAGGED
    ferry = tagged & (rng.random(BLOCK) < AT_SEA)
    point[ferry] = np.array([1.5, 55.32]) + rng.normal(0, 0.02, (int(ferry.sum()), 2))
    area = np.where(tagged, area, home_area)
    minute = rng.integers(0, WEEKS * 7 * 24 * 60, BLOCK)
    week = minute // (7 * 24 * 60)
    label = (rng.random(BLOCK) < share[area, week]).astype(np.int64)
    names = np.array(land.names, dtype=object)
    days = [FIRST_DAY + timedelta(days=int(day)) for day in range(WEEKS * 7)]
    calendar = [f"{day.isocalendar().year}-W{day.isocalendar().week:02d}" for day in days[::7]]
    number = pl.Series(np.arange(begin + 1, begin + BLOCK + 1)).cast(pl.String).str.zfill(7)
    start = pl.lit(FIRST_DAY).cast(pl.Datetime("ms"))
    author = pl.Series(np.minimum(*rng.integers(0, POOL_AUTHORS, (2, BLOCK)))).cast(pl.String)
    after = pl.duration(minutes=pl.lit(pl.Series(minute)))
    table = pl.DataFrame({
        "id": pl.select(pl.concat_str([pl.lit("P"), number])).to_series(),
        "text": texts(rng, label),
        "author": pl.select(pl.concat_str([pl.lit("user"), author])).to_series(),
        "time": pl.select((start + after).dt.strftime("%Y-%m-%d %H:%M")).to_series(),
        "week": pl.Series(calendar).gather(week),
        "home": _homes(rng, land, town),
        "latitude": pl.Series(np.where(tagged, point[:, 1], np.nan)).fill_nan(None).round(5),
        "longitude": pl.Series(np.where(tagged, point[:, 0], np.nan)).fill_nan(None).round(5),
        "label": pl.Series(LABELS).gather(label),
        "area": pl.Series(names[area], dtype=pl.String),
    })  # fmt: skip
    return table.with_columns(area=pl.when(pl.Series(ferry)).then(None).otherwise(pl.col("area")))


def _homes(rng: np.random.Generator, land: Island, town: Whole) -> pl.Series:
    """What an author says of the home: mostly the town, now and then with the island, or nothing to be found."""
    name = pl.Series([one.name for one in land.towns]).gather(town)
    form = pl.Series(rng.random(len(town)))
    said = (
        pl.when(form < 0.72).then(name).when(form < 0.80).then(name.str.to_lowercase())
        .when(form < 0.88).then(name + ", Merrow").when(form < 0.94).then(pl.lit(""))
        .when(form < 0.97).then(pl.lit("Merrow")).otherwise(pl.lit("somewhere nice"))
    )  # fmt: skip
    return pl.select(said).to_series()


def _write(folder: Path, n: int, seed: int) -> None:
    labelled(seed).write_csv(folder / "labelled.csv")
    with (folder / "pool.csv").open("wb") as pool, (folder / "truth.csv").open("wb") as truth:
        for index, block in enumerate(blocks(n, seed)):
            block.drop("label", "area").write_csv(pool, include_header=index == 0)
            block.select("id", "label", "area", "week").write_csv(truth, include_header=index == 0)
    write_island(folder)
    write_text(folder / "README.md", README.format(n=n, seed=seed, tagged=TAGGED))


README = """# Made-up posts

Nobody wrote these. The texts were put together by chance (`discern sample posts`, seed {seed}) from mild insults to the
people of places and teams that do not exist, and from everyday talk; some talk uses the same words harmlessly, and some
insults hardly show. The island of Merrow lies in the North Sea, where there is none.

- `labelled.csv`: 310 posts with their label: 209 `other`, 101 `offensive`; id, text, label, author.
- `pool.csv`: {n:,} posts without labels: id, text, author, time, week, home (what the author says), latitude,
  longitude. About {tagged:.0%} say where they were written; a few of those lie in the sea.
- `truth.csv`: the label and the area of each post of the pool, for the exam only. How frequent the label is differs by
  area and week, and is far below that of `labelled.csv`; texts of one label are made alike in both.
- `towns.csv`, `population.csv`, `boundaries.geojson`: towns, people and areas of the island.

What is measured here shows that a tool works as described; it is no figure for real posts.
"""
