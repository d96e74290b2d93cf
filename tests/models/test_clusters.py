"""What items are compared by, groups as models, and their files."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discern.core.errors import DataError, ModelFileError, NewerFormat
from discern.core.records import Column, InputSpec
from discern.evaluate.clusters import rand
from discern.models import by_contents, cluster_features
from discern.models import clusters as model_of
from discern.models.cluster_features import PictureFeatures, TableFeatures
from discern.models.codecs import clusters as codec
from discern.models.codecs.clusters import Saved
from discern.store import clusters as store

COLUMNS = (Column("area", "number"), Column("kind", "category", ("a", "b", "c")), Column("day", "date"))


def table(n: int = 90, seed: int = 0) -> np.ndarray[Any, Any]:
    random = np.random.default_rng(seed)
    values = np.column_stack([random.normal(50, 9, n), random.integers(0, 3, n), random.normal(19_000, 40, n)])
    values[:7, 0], values[7:12, 1] = np.nan, np.nan
    return values


def saved(method: str = "kmeans", names: tuple[str, ...] = ("first", "")) -> Saved:
    found, _, _ = cluster_features.of_table(table(), COLUMNS)
    features = found.transform(table())
    return Saved(model_of.reaching(model_of.fit(method, features, 2), features)[0], found, names)


def test_every_column_counts_the_same() -> None:
    """Two rows drawn by chance differ by 2 in each column, whether it is a number or a category."""
    found, places, aside = cluster_features.of_table(table(4000), COLUMNS)
    assert places.tolist() == [0, 1, 2] and not aside
    features = found.transform(table(4000))
    assert found.names == ["area", "day", "kind: a", "kind: b", "kind: c"]
    variances = features.var(axis=0)
    assert variances[:2] == pytest.approx([1, 1], abs=0.01) and variances[2:].sum() == pytest.approx(1, abs=0.01)
    assert features.mean(axis=0) == pytest.approx(np.zeros(5), abs=0.01)
    assert (features[:7, 0] == 0).all() and (features[7:12, 2:] == 0).all()  # missing: the average


def test_the_unit_changes_nothing() -> None:
    values = table()
    features = cluster_features.of_table(values, COLUMNS)[0].transform(values)
    other = values * [1000.0, 1.0, 86_400.0]
    assert cluster_features.of_table(other, COLUMNS)[0].transform(other) == pytest.approx(features, abs=1e-9)
    assert (by_contents.of_ranks(values) == by_contents.of_ranks(other)).all()


def test_outlying_values_are_pulled_in_and_sizes_are_taken_by_their_logarithms() -> None:
    random = np.random.default_rng(0)
    plain, size = random.normal(0, 1, 300), np.exp(random.normal(5, 1.5, 300))
    plain[0], size[5] = 1e6, 0.0
    values = np.column_stack([plain, size])
    found, _, _ = cluster_features.of_table(values, (Column("plain", "number"), Column("size", "number")))
    assert found.logarithms == ["size"]
    features = found.transform(values)
    assert abs(features[0, 0]) < 6 and found.transform(values, whole=True)[0, 0] > 1e4
    assert np.corrcoef(features[6:, 1], np.log(size[6:]))[0, 1] > 0.999
    assert np.isfinite(found.transform(np.array([[0.0, -1e9]]), whole=True)).all()


def test_columns_that_tell_nothing_are_set_aside_with_the_reason() -> None:
    values = np.column_stack([table()[:, 0], np.ones(90), np.where(np.arange(90) < 60, np.nan, np.arange(90))])
    columns = (Column("area", "number"), Column("one", "number"), Column("gaps", "number"))
    found, places, aside = cluster_features.of_table(values, columns)
    assert places.tolist() == [0] and [column.name for column in found.columns] == ["area"]
    assert aside == {"one": "all its values are the same", "gaps": "67 % of its cells are missing"}
    with pytest.raises(DataError, match="no column is left"):
        cluster_features.of_table(values[:, 1:], columns[1:])
    with pytest.raises(DataError, match=r"'area' holds 1e\+200 in size"):
        cluster_features.of_table(np.where(values == values[20, 0], 1e200, values), columns)


def test_rare_categories_count_as_one() -> None:
    random = np.random.default_rng(0)
    names = tuple(f"c{i:02}" for i in range(30))
    values = np.concatenate([random.integers(0, 15, 900), np.arange(15, 30)]).astype(float)[:, None]
    found, _, _ = cluster_features.of_table(values, (Column("kind", "category", names),))
    assert len(found.names) == 21 and found.names[-1] == "kind: one of 10 rarer ones"


@given(st.integers(0, 10_000), st.permutations(range(40)))
@settings(max_examples=25, deadline=None)
def test_the_order_by_contents_is_the_same_whatever_the_order(seed: int, order: list[int]) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(0, 4, (40, 2)).astype(float)  # many rows twice
    one = values[by_contents.order(by_contents.of_ranks(values), 3)]
    shuffled = values[order]
    other = shuffled[by_contents.order(by_contents.of_ranks(shuffled), 3)]
    assert (one == other).all()
    assert sorted(map(tuple, one)) == sorted(map(tuple, values))


def test_a_beginning_of_the_order_is_a_fair_sample() -> None:
    values = np.repeat([0.0, 1.0], [9000, 1000])[:, None]
    order = by_contents.order(by_contents.of_ranks(values), 0)
    assert 0.07 < values[order[:1000]].mean() < 0.13
    assert (order != by_contents.order(by_contents.of_ranks(values), 1)).any()


@pytest.mark.parametrize("method", ["kmeans", "mixture", "hierarchical", "hdbscan"])
def test_an_answer_does_not_depend_on_the_company(method: str) -> None:
    random = np.random.default_rng(0)
    features = np.concatenate([random.normal(-6, 1, (60, 3)), random.normal(6, 1, (40, 3))])
    model, _ = model_of.reaching(model_of.fit(method, features, 2), features)
    new = random.normal(0, 6, (50, 3))
    whole = model.place(new)
    for row in range(0, 50, 7):
        alone = model.place(new[row : row + 1])
        for name in ("groups", "next", "distance", "margin"):
            assert getattr(alone, name)[0] == getattr(whole, name)[row], name
    assert rand(model.place(features).groups, np.repeat([0, 1], [60, 40])) == 1.0
    assert ((whole.margin >= 0) & (whole.margin <= 1)).all()
    other = np.array([[300.0, 300.0, 300.0]])
    assert model_of.far(model, model.place(other), model.place(other)).all()
    assert model_of.far(model, model.place(features), model.place(features)).sum() <= 2


def test_a_model_with_its_groups_in_another_order_says_the_same() -> None:
    random = np.random.default_rng(0)
    features = random.normal(0, 1, (80, 2)) + np.repeat([[0, 0], [9, 0], [0, 9], [9, 9]], 20, axis=0)
    for method in ("kmeans", "mixture", "hierarchical"):
        model = model_of.fit(method, features, 4)
        order = np.array([2, 0, 3, 1])
        assert (order[model.only(order).place(features).groups] == model.place(features).groups).all()


@pytest.mark.parametrize("method", ["kmeans", "mixture", "hierarchical"])
def test_groups_come_back_from_their_folder(tmp_path: Path, method: str) -> None:
    one = saved(method)
    store.save(tmp_path, one)
    (tmp_path / store.RESULT).write_text("{}")
    back = store.load(tmp_path)
    assert back.names == one.names and back.model.method == method
    assert isinstance(back.features, TableFeatures) and back.features.columns == COLUMNS
    new = table(30, seed=4)
    ours, theirs = (model.model.place(model.features.transform(new)) for model in (one, back))
    assert (ours.groups == theirs.groups).all() and (ours.distance == theirs.distance).all()


def test_groups_of_pictures_and_texts_come_back() -> None:
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (30, 16, 16, 1)).astype(np.uint8)
    shapes = cluster_features.of_pictures(pictures, InputSpec("pictures", (16, 16, 1), "uint8"))
    texts = [
        " ".join(random.choice(["taxi", "fare", "window", "brick", "phone", "bag", "coat", "shop"], 3))
        for _ in range(60)
    ]
    said = cluster_features.of_texts(texts)
    assert said.silent(["the of", "taxi"]).tolist() == [True, False]
    for found, values in ((shapes, pictures), (said, texts)):
        features = found.transform(values)
        assert features.shape[1] <= cluster_features.MOST_COMPONENTS
        one = Saved(model_of.reaching(model_of.fit("kmeans", features, 2), features)[0], found, ("", ""))
        record, arrays = codec.encode(one)
        back = codec.decode(json.loads(json.dumps(record)), arrays)
        assert (back.features.transform(values) == features).all()  # type: ignore[arg-type]
        assert isinstance(back.features, PictureFeatures) == (found is shapes)


def _changed(record: dict[str, Any], arrays: dict[str, Any], how: str) -> None:
    if how in record:
        record[how] = {"method": "spectral", "names": [1], "kind": "sounds", "features": [], "format": "x"}[how]
    elif how == "kind of lists":
        record["kind"] = []
    elif how == "columns":
        record["features"]["columns"][0]["kind"] = "sound"
    elif how == "categories":
        record["features"]["columns"][1]["categories"][0] = [1]
    elif how == "missing":
        record["features"]["columns"][0]["missing"] = [None]
    elif how == "extra":
        arrays["more"] = np.zeros(3)
    elif how == "lacks":
        del arrays["reach"]
    elif how == "nan":
        arrays["middles"] = arrays["middles"] * np.nan
    elif how == "shape":
        arrays["middles"] = arrays["middles"][:, :-1]
    elif how == "scale":
        arrays["features.scale"] = -arrays["features.scale"]
    elif how == "slots":
        arrays["features.slots"] = arrays["features.slots"] + 5
    elif how == "shares":
        arrays["features.shares"] = np.array([1.0, 0.0, 0.0])


@pytest.mark.parametrize(
    "how",
    ["method", "names", "kind", "kind of lists", "features", "format", "columns", "categories", "missing", "extra",
     "lacks", "nan", "shape", "scale", "slots", "shares"],
)  # fmt: skip
def test_what_is_no_such_model_is_refused(how: str) -> None:
    record, arrays = codec.encode(saved())
    record, arrays = copy.deepcopy(record), dict(arrays)
    codec.decode(record, arrays)
    _changed(record, arrays, how)
    with pytest.raises(ModelFileError):
        codec.decode(record, arrays)


@pytest.mark.parametrize(
    "more", [{"dtype": []}, {"dtype": "text"}, {"crop": "abcd"}, {"crop": [0, 0, 2, 0]}, {"binary": "no"}, {"x": 1}]
)
def test_a_form_of_pictures_that_there_is_not_is_refused(more: dict[str, Any]) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (30, 16, 16, 1)).astype(np.uint8)
    shapes = cluster_features.of_pictures(pictures, InputSpec("pictures", (16, 16, 1), "uint8"))
    features = shapes.transform(pictures)
    model, _ = model_of.reaching(model_of.fit("kmeans", features, 2), features)
    record, arrays = codec.encode(Saved(model, shapes, ("", "")))
    codec.decode(record, arrays)
    with pytest.raises(ModelFileError, match="expected the form of pictures"):
        codec.decode({**record, "features": {"input": {**record["features"]["input"], **more}}}, arrays)


def test_a_later_version_and_anchors_of_no_group_are_refused(tmp_path: Path) -> None:
    record, arrays = codec.encode(saved("hierarchical"))
    with pytest.raises(NewerFormat, match="version 9"):
        codec.decode({**record, "version": 9}, arrays)
    with pytest.raises(ModelFileError, match="do not belong"):
        codec.decode(record, {**arrays, "anchor_groups": arrays["anchor_groups"] + 1})
    store.save(tmp_path, saved())
    (tmp_path / store.RESULT).write_text("{}")
    path = tmp_path / store.ARRAYS
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ModelFileError, match="not as they were written"):
        store.load(tmp_path)


def test_words_are_weighed_as_scikit_learn_weighs_them() -> None:
    from sklearn.feature_extraction.text import TfidfTransformer

    texts = pl.Series(["taxi fare fare", "brick window", "taxi brick", "window window fare", "bag"])
    found = cluster_features.of_texts(texts.to_list())
    bag = found.bag(texts.to_list())
    rows, places, times = bag.counts()
    counts = np.zeros((5, len(found.vocabulary)))
    counts[rows, places] = times
    other = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    assert cluster_features.weighed(bag, found.weights).toarray() == pytest.approx(other.toarray())
