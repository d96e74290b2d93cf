"""Tables to try things on: made-up areas and stores, and four real tables from files that scikit-learn ships.

Iris: R. A. Fisher 1936; wine: S. Aeberhard, M. Forina 1991; breast cancer: W. H. Wolberg, W. N. Street, O. L.
Mangasarian 1993 (all three by the UCI Machine Learning Repository); diabetes: B. Efron, T. Hastie, I. Johnstone,
R. Tibshirani 2004. scikit-learn itself is not imported for them.
"""

from __future__ import annotations

import gzip
import importlib.util
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, MissingDependency, describe
from ..core.options import Interval, raise_all
from ..core.seeds import generator
from .samples import written_whole

AREAS, STORES = 1_200, 600
"""Rows of the made-up tables."""
N = Interval(20, 1_000_000, whole=True)
PEAK = 65.0
"""The deprivation from which on more of it goes with less crime, in the made-up areas."""

FEW_AREAS = """\
area,deprivation,young_men,policing_budget,crime_rate
Ashfield,12,8.1,150,39.5
Brook End,51,6.9,190,62.0
Castle Hill,25,9.6,210,47.4
Docklands,64,8.4,170,79.9
Eastmoor,38,7.2,140,57.8
Fairview,45,8.8,160,?
"""
"""Five areas, and one whose crime rate is asked for."""


def few_areas() -> pl.DataFrame:
    """Five made-up areas and one to predict: every cell as text."""
    return pl.read_csv(io.StringIO(FEW_AREAS), infer_schema=False)


def areas(n: int = AREAS, seed: int = 0) -> pl.DataFrame:
    """`n` made-up areas, every cell as text.

    Crime rises with deprivation up to `PEAK` and falls again beyond it, rises with the share of young men, falls with
    the budget of the police, and differs by region. `names_with_s`, the share of first names that begin with S, has
    nothing to do with anything. A few cells are missing, and a few areas have no crime rate.
    """
    raise_all([N.problem("--n", n)])
    random = generator(seed, "areas")
    region = random.integers(0, len(REGIONS), n)
    deprivation = np.clip(random.normal(45, 22, n), 0, 100).round(1)
    young = np.clip(random.normal(8, 1.6, n) + 0.02 * (deprivation - 45), 3, 16).round(1)
    budget = np.clip(random.normal(180, 35, n) - 0.3 * (deprivation - 45), 60, 320).round(2)
    unemployed = np.clip(random.normal(3, 1.2, n) + 0.05 * deprivation, 0, 20).round(1)
    with_s = np.clip(random.normal(9, 1.5, n), 3, 16).round(1)
    crime = 20 + 60 * (1 - ((deprivation - PEAK) / PEAK) ** 2) + 4 * (young - 8) - 0.15 * (budget - 180)
    crime = np.maximum(crime + np.asarray(EFFECTS)[region] + random.normal(0, 8, n), 1).round(1)
    return pl.DataFrame(
        {
            "area": [f"E{number:06d}" for number in range(1, n + 1)],
            "region": np.asarray(REGIONS)[region],
            "deprivation": _written(deprivation),
            "young_men": _written(young, "{:.1f}%"),
            "policing_budget": _written(budget, "£{:,.2f}"),
            "unemployment": _some_missing(_written(unemployed, "{:.1f}%"), random, 0.03),
            "names_with_s": _written(with_s, "{:.1f}%"),
            "crime_rate": _some_missing(_written(crime), random, 0.01),
        }
    )


REGIONS = ("Central", "East", "North", "South", "West")
EFFECTS = (6.0, -2.0, 4.0, -5.0, 0.0)


def stores(n: int = STORES, seed: int = 0) -> pl.DataFrame:
    """`n` made-up stores of four kinds, every cell as text: floor area (square metres), parking (spaces), distance (km
    from the centre of the town). The kinds overlap."""
    raise_all([N.problem("--n", n)])
    random = generator(seed, "stores")
    kind = random.choice(len(KINDS), n, p=[0.4, 0.25, 0.25, 0.1])
    floor, parking, distance = (np.asarray(column)[kind] for column in zip(*KINDS.values(), strict=True))
    area = np.maximum(np.exp(random.normal(np.log(floor), 0.35)), 20).round()
    spaces = random.poisson(parking * np.exp(random.normal(0, 0.4, n)))
    away = np.maximum(np.exp(random.normal(np.log(distance), 0.5)), 0.1).round(1)
    return pl.DataFrame(
        {
            "store": [f"S{number:04d}" for number in range(1, n + 1)],
            "floor_area": _written(area, "{:,.0f}"),
            "parking": _written(spaces, "{:.0f}"),
            "distance": _some_missing(_written(away), random, 0.02),
            "kind": np.asarray(list(KINDS))[kind],
        }
    )


KINDS = {
    "corner shop": (110.0, 3.0, 1.2),
    "discounter": (950.0, 70.0, 2.8),
    "supermarket": (1_900.0, 150.0, 2.6),
    "retail park": (5_200.0, 420.0, 5.5),
}
"""Floor area, parking and distance in the middle of each kind."""


def _written(numbers: NDArray[Any], form: str = "{:.1f}") -> list[str]:
    return [form.format(number) for number in numbers.tolist()]


def _some_missing(cells: list[str], random: np.random.Generator, share: float) -> list[str]:
    gone = random.random(len(cells)) < share
    return ["?" if lacking else cell for cell, lacking in zip(cells, gone.tolist(), strict=True)]


IRIS = ("sepal_length", "sepal_width", "petal_length", "petal_width")
WINE = (
    *("alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids"),
    *("nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280_od315_of_diluted_wines", "proline"),
)
_MEASURES = (
    *("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave_points"),
    *("symmetry", "fractal_dimension"),
)
CANCER = [f"{part}_{measure}" for part in ("mean", "error", "worst") for measure in _MEASURES]
DIABETES = ["age", "sex", "bmi", "blood_pressure", "tc", "ldl", "hdl", "tch", "ltg", "glucose"]
CULTIVARS = ("cultivar 1", "cultivar 2", "cultivar 3")


def iris() -> pl.DataFrame:
    """150 flowers of three species: lengths and widths in cm."""
    return _classes("iris.csv", IRIS, "species", ("setosa", "versicolor", "virginica"), 150)


def wine() -> pl.DataFrame:
    """178 wines of three cultivars: chemical analyses."""
    return _classes("wine_data.csv", WINE, "cultivar", CULTIVARS, 178)


def cancer() -> pl.DataFrame:
    """569 lumps in a breast, measured in pictures of cells: malignant or benign."""
    return _classes("breast_cancer.csv", CANCER, "diagnosis", ("malignant", "benign"), 569)


def diabetes() -> pl.DataFrame:
    """442 patients: what was measured, and how far the disease had gone a year later."""
    rows = [line.split() for line in _shipped("diabetes_data_raw.csv.gz").splitlines()]
    progress = [f"{float(line):g}" for line in _shipped("diabetes_target.csv.gz").splitlines()]
    table = [[*row, one] for row, one in zip(rows, progress, strict=True)]
    frame = pl.DataFrame(table, schema=dict.fromkeys([*DIABETES, "progression"], pl.String), orient="row")
    sexes = {"1": "first", "2": "second"}  # the source does not say which is which
    return frame.with_columns(pl.col("sex").replace_strict(sexes))


def _classes(file: str, names: Sequence[str], target: str, classes: Sequence[str], n: int) -> pl.DataFrame:
    rows = [line.split(",") for line in _shipped(file).splitlines()[1:]]
    wanted = len(names) + 1
    if len(rows) != n or any(len(row) != wanted for row in rows):
        raise DataError(describe(file, found=f"{len(rows):,} rows", expected=f"{n:,} rows of {wanted}, as shipped"))
    frame = pl.DataFrame(rows, schema=dict.fromkeys([*names, target], pl.String), orient="row")
    return frame.with_columns(pl.col(target).replace_strict({str(i): name for i, name in enumerate(classes)}))


def _shipped(file: str) -> str:
    """A file of scikit-learn's data folder. Raises MissingDependency."""
    spec = importlib.util.find_spec("sklearn")
    folders = (spec.submodule_search_locations if spec else None) or []
    for folder in folders:
        path = Path(folder, "datasets", "data", file)
        if path.is_file():
            content = path.read_bytes()
            return (gzip.decompress(content) if file.endswith(".gz") else content).decode()
    raise MissingDependency(f"the sample needs {file} of scikit-learn; pip install scikit-learn")


MADE: dict[str, tuple[Callable[[int, int], pl.DataFrame], int, str]] = {
    "areas-many": (areas, AREAS, "crime_rate"),
    "stores": (stores, STORES, "kind"),
}
"""Made-up tables of any size: maker, default size, target."""
FIXED: dict[str, tuple[Callable[[], pl.DataFrame], str]] = {
    "areas": (few_areas, "crime_rate"),
    "iris": (iris, "species"),
    "wine": (wine, "cultivar"),
    "cancer": (cancer, "diagnosis"),
    "diabetes": (diabetes, "progression"),
}
NAMES = ("areas", "areas-many", "stores", "iris", "wine", "cancer", "diabetes")
TABLES = tuple(f"sample:{name}" for name in NAMES)


def table(source: str) -> pl.DataFrame:
    """The table of `sample:NAME`, every cell as text."""
    return _made(source.removeprefix("sample:"), None, 0)


def target(source: str) -> str:
    """What is usually learned from `sample:NAME`."""
    name = source.removeprefix("sample:")
    return FIXED[name][1] if name in FIXED else MADE[name][2]


def _made(name: str, n: int | None, seed: int) -> pl.DataFrame:
    if name in FIXED:
        return FIXED[name][0]()
    make, usual, _ = MADE[name]
    return make(usual if n is None else n, seed)


def write_table(name: str, folder: Path, n: int | None = None, *, seed: int = 0, force: bool = False) -> int:
    """Write a table as `NAME.csv` and return its number of rows. Raises OptionError, OutputError."""
    frame = _made(name, n, seed)
    written_whole(folder, lambda staging: frame.write_csv(staging / f"{name}.csv"), force=force)
    return frame.height
