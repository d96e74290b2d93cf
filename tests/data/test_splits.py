"""Dividing items: whole units, near the shares, the same every time, and clear words when it cannot be done."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discern.core.errors import DataError, OptionError
from discern.core.options import SplitOptions
from discern.data.dataset import Dataset, Source, set_aside
from discern.data.read import read
from discern.data.splits import Split, read_split, split


def opened(made: Split) -> np.ndarray:
    return made.open_test("a test", lambda key, reason: None)


def dataset(
    labels: list[str], groups: list[str] | None = None, parts: list[str] | None = None, copies: list[int] | None = None
) -> Dataset:
    """A table; items with equal numbers in `copies` are exact copies."""
    content = copies if copies is not None else list(range(len(labels)))
    made = read(np.array(content, dtype=float)[:, None], labels, groups=groups)
    return made if parts is None else with_parts(made, parts)


def with_parts(data: Dataset, parts: list[str]) -> Dataset:
    items = data.items.with_columns(part=pl.Series(parts))
    return Dataset(
        data.name,
        data.kind,
        items,
        data.values,
        data.paths,
        data.rejected,
        data.skipped,
        (),
        (),
        Source("folder", None),
    )


def by_part(made: Split) -> dict[str, np.ndarray]:
    return {"train": made.train, "validation": made.validation, "test": opened(made)}


@st.composite
def labelled(draw: st.DrawFn) -> Dataset:
    """Items of some classes; some have copies, some have groups; every class has three units of its own at least."""
    labels: list[str] = []
    groups: list[str] = []
    copies: list[int] = []
    for name in "abcd"[: draw(st.integers(1, 4))]:
        for unit in range(draw(st.integers(3, 25))):
            size = draw(st.sampled_from([1, 1, 1, 2, 5]))
            for _ in range(size):
                labels.append(name)
                groups.append(f"{name}{unit}")
                copies.append(
                    len(copies) if draw(st.booleans()) else len(copies) - (1 if groups[-2:-1] == groups[-1:] else 0)
                )
    order = draw(st.permutations(range(len(labels)))) if len(labels) < 60 else range(len(labels))
    with_groups = draw(st.booleans())
    pick = list(order)
    return dataset(
        [labels[i] for i in pick], [groups[i] for i in pick] if with_groups else None, copies=[copies[i] for i in pick]
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(labelled(), st.floats(0.05, 0.5), st.floats(0.05, 0.5), st.integers(0, 5))
def test_whole_units_every_class_in_training_the_same_every_time(
    data: Dataset, test: float, validation: float, seed: int
) -> None:
    options = SplitOptions(test=test, validation=validation, seed=seed)
    made = split(data, options)
    rows = by_part(made)
    assert sorted(np.concatenate(list(rows.values())).tolist()) == list(range(data.n))
    units = [set(data.units[part].tolist()) for part in rows.values()]
    assert not (units[0] & units[1] or units[0] & units[2] or units[1] & units[2])
    assert data.labels is not None
    assert set(data.labels[made.train]) == set(data.classes)
    assert len(rows["test"])
    assert split(data, options).table.equals(made.table)
    assert made.counts == {part: len(found) for part, found in rows.items()}
    assert made.n_units("test") == len(units[2])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.integers(3, 60), min_size=1, max_size=6), st.floats(0.05, 0.5), st.integers(0, 9))
def test_single_items_are_within_one_of_the_share_of_their_class(counts: list[int], share: float, seed: int) -> None:
    labels = [str(label) for label, count in enumerate(counts) for _ in range(count)]
    made = split(dataset(labels), SplitOptions(test=share, seed=seed))
    found = np.bincount(np.array([int(labels[row]) for row in opened(made)]), minlength=len(counts))
    assert (np.abs(found - share * np.array(counts)) <= 1).all()
    assert (found >= 1).all()


def test_large_groups_come_near_the_share() -> None:
    rng = np.random.default_rng(0)
    groups = [f"g{group}" for group in range(60) for _ in range(rng.integers(1, 17))]
    labels = [str(int(group[1:]) % 3) for group in groups]
    made = split(dataset(labels, groups), SplitOptions())
    assert abs(made.counts["test"] / len(labels) - 0.15) < 0.03
    for label in "012":
        share = sum(labels[row] == label for row in opened(made)) / labels.count(label)
        assert abs(share - 0.15) < 0.06


def test_groups_of_many_classes() -> None:
    groups = [str(index // 8) for index in range(240)]
    labels = [str(index % 4) for index in range(240)]
    made = split(dataset(labels, groups), SplitOptions())
    assert made.counts == {"train": 176, "validation": 32, "test": 32}


def test_seeds_differ_and_shares_are_kept() -> None:
    data = read("sample:digits")
    first, second = (split(data, SplitOptions(seed=seed)) for seed in (0, 1))
    assert first.counts == second.counts == {"train": 1298, "validation": 229, "test": 270}
    assert not first.table.equals(second.table)
    assert first.test_key != second.test_key


def test_the_first_share_in_order() -> None:
    made = split(read("sample:digits"), SplitOptions(first=0.85))
    assert opened(made).tolist() == list(range(1527, 1797))
    assert made.counts["train"] + made.counts["validation"] == 1527
    assert "first 85 %" in made.method


def test_first_moves_nothing_but_keeps_units_within_training_together() -> None:
    copies = [0, 0, 1, 1, 2, 2, 3, 3, 4, 0]
    made = split(dataset(list("aabbaabbab"), copies=copies), SplitOptions(first=0.8, validation=0.3))
    assert opened(made).tolist() == [8, 9]
    assert set(made.train // 2).isdisjoint(made.validation // 2)


@pytest.mark.parametrize("first", [0.01, 0.9999])
def test_first_must_leave_both(first: float) -> None:
    with pytest.raises(OptionError, match="expected some in both parts"):
        split(dataset(["a"] * 5 if first > 0.5 else ["a"] * 50), SplitOptions(first=first if first < 0.5 else 0.1))


def test_given_parts_are_kept() -> None:
    labels = ["a", "b"] * 20
    parts = ["train"] * 24 + ["validation"] * 6 + ["test"] * 10
    made = split(dataset(labels, parts=parts), SplitOptions())
    assert made.table["part"].to_list() == parts
    assert "as given by the data: train" in made.method
    only_train = split(dataset(labels, parts=["train"] * 40), SplitOptions())
    assert only_train.counts == {"train": 29, "validation": 5, "test": 6}
    no_validation = split(dataset(labels, parts=["train"] * 30 + ["test"] * 10), SplitOptions())
    assert opened(no_validation).tolist() == list(range(30, 40))
    assert no_validation.counts["validation"] in (4, 5)
    with pytest.raises(OptionError, match="parts of its own"):
        split(dataset(labels, parts=parts), SplitOptions(first=0.5))


def test_given_parts_that_cannot_train() -> None:
    with pytest.raises(DataError, match="no items to train on"):
        split(dataset(["a", "b"], parts=["test", "test"]), SplitOptions())
    with pytest.raises(DataError, match="class 'b' is in the validation part but not in the training part"):
        split(dataset(["a", "b", "a"], parts=["train", "validation", "test"]), SplitOptions())
    new = split(dataset(["a", "a", "a", "b"], parts=["train", "train", "train", "test"]), SplitOptions())
    assert new.counts["test"] == 1


def test_what_cannot_be_divided_is_said() -> None:
    with pytest.raises(DataError, match="all 6 items to divide are in one group"):
        split(dataset(list("aabbab"), groups=["v"] * 6), SplitOptions())
    with pytest.raises(DataError, match="every class has its items in a single group"):
        split(dataset(list("aaabbb"), groups=list("pppqqq")), SplitOptions())
    with pytest.raises(DataError, match="all 4 items to divide are in one set of exact copies"):
        split(dataset(list("abab"), copies=[1, 1, 1, 1]), SplitOptions())
    with pytest.raises(DataError, match="without labels"):
        split(read(np.eye(3)), SplitOptions())
    with pytest.raises(OptionError) as caught:
        split(dataset(list("abab")), SplitOptions(test=1.5, validation=float("nan"), seed=-1))
    assert len(caught.value.problems) == 3


def test_few_items_still_give_a_test_part() -> None:
    made = split(dataset(list("aabb")), SplitOptions())
    assert made.counts["test"] == 1 and made.counts["train"] >= 2
    tiny = split(dataset(list("aab")), SplitOptions())
    assert tiny.counts == {"train": 2, "validation": 0, "test": 1}
    assert "Validation: none, for there are too few items" in tiny.method


def test_the_test_part_is_opened_only_after_a_look_is_written() -> None:
    made = split(read("sample:digits"), SplitOptions())
    looks: list[tuple[str, str]] = []
    rows = made.open_test("train", lambda key, reason: looks.append((key, reason)))
    assert looks == [(made.test_key, "train")] and len(rows) == 270

    def refuse(key: str, reason: str) -> None:
        raise OSError("the ledger cannot be written")

    with pytest.raises(OSError):
        made.open_test("train", refuse)


def test_the_key_names_contents_and_labels_not_order_or_names() -> None:
    one = dataset(list("abab"), parts=["train", "train", "test", "test"], copies=[1, 2, 3, 4])
    turned = dataset(list("bababa")[1:5], parts=["train", "train", "test", "test"], copies=[1, 2, 3, 4])
    other = dataset(list("abba"), parts=["train", "train", "test", "test"], copies=[1, 2, 3, 4])
    keys = [split(data, SplitOptions()).test_key for data in (one, turned, other)]
    assert keys[0] == keys[1] != keys[2]
    swapped = dataset(list("abba"), parts=["train", "train", "test", "test"], copies=[1, 2, 4, 3])
    assert split(swapped, SplitOptions()).test_key == keys[0]


def test_written_and_read_back(tmp_path: Path) -> None:
    groups = [str(index // 2) for index in range(40)]
    data = dataset(["a", "b"] * 20, groups)
    made = split(data, SplitOptions())
    content = made.to_parquet_bytes()
    assert content == split(data, SplitOptions()).to_parquet_bytes()
    path = tmp_path / "split[1].parquet"
    path.write_bytes(content)
    back = read_split(path, data)
    assert back.table.equals(made.table)
    assert (back.method, back.test_key) == (made.method, made.test_key)
    assert made.table.columns == ["item", "label", "group", "unit", "sha256", "part"]
    turned = data.take(np.arange(40)[::-1])
    np.testing.assert_array_equal(39 - read_split(path, turned).train[::-1], made.train)


def test_a_split_of_other_data_is_refused(tmp_path: Path) -> None:
    data = dataset(["a", "b"] * 20)
    path = tmp_path / "split.parquet"
    path.write_bytes(split(data, SplitOptions()).to_parquet_bytes())
    with pytest.raises(DataError, match="10 items are missing"):
        read_split(path, data.take(range(30)))
    with pytest.raises(DataError, match="40 items have changed"):
        read_split(path, dataset(["b", "a"] * 20))
    with pytest.raises(DataError, match=r"2 items are new.*1 items have changed"):
        read_split(path, dataset(["a", "b"] * 21, copies=[99, *range(1, 42)]))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", json.dumps({}).encode()])
def test_a_damaged_split_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "split.parquet"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"split\.parquet"):
        read_split(path, dataset(list("abab")))
    with pytest.raises(DataError):
        read_split(tmp_path / "none.parquet", dataset(list("abab")))


def test_other_tables_are_no_splits(tmp_path: Path) -> None:
    data = dataset(list("abab"))
    table = split(data, SplitOptions()).table
    path = tmp_path / "split.parquet"
    table.write_parquet(path)
    with pytest.raises(DataError, match="schema"):
        read_split(path, data)
    for wrong in (
        table.drop("unit"),
        table.with_columns(part=pl.lit("tests")),
        table.with_columns(label=pl.lit(None, pl.String)),
    ):
        wrong.write_parquet(path, metadata={"schema": "1"})
        with pytest.raises(DataError, match="unusable columns"):
            read_split(path, data)
    pl.concat([table, table]).write_parquet(path, metadata={"schema": "1"})
    with pytest.raises(DataError, match="stand twice"):
        read_split(path, data)


def test_set_aside_frames_have_their_columns() -> None:
    assert set_aside([]).schema == {"item": pl.String, "reason": pl.String}


def test_leaks_into_a_given_test_part_are_dropped(tmp_path: Path) -> None:
    parts = ["train"] * 12 + ["validation"] * 4 + ["test"] * 4
    copies = [*range(12), 2, 13, 14, 15, 0, 13, 18, 19]
    data = dataset(list("ab") * 10, parts=parts, copies=copies)
    kept = split(data, SplitOptions())
    assert kept.counts == {"train": 12, "validation": 4, "test": 4}
    made = split(data, SplitOptions(drop_leaks=True))
    assert made.counts == {"train": 10, "validation": 3, "test": 4}
    assert np.flatnonzero((made.table["part"] == "left out").to_numpy()).tolist() == [0, 2, 13]
    assert made.method.startswith("Parts as given by the data: train, validation, test. Left out: 2 items that stand")
    (tmp_path / "split.parquet").write_bytes(made.to_parquet_bytes())
    assert read_split(tmp_path / "split.parquet", data).table.equals(made.table)


def test_dropping_leaks_must_leave_something_to_learn_from() -> None:
    data = dataset(list("ab") * 4, parts=["train"] * 4 + ["test"] * 4, copies=[0, 1] * 4)
    with pytest.raises(DataError, match="no items to train on"):
        split(data, SplitOptions(drop_leaks=True))


def test_dropping_leaks_changes_nothing_else() -> None:
    values = np.arange(120.0)[:, None].repeat(2, axis=1)
    values[100] = values[7]
    parts = ["train"] * 100 + ["test"] * 20
    data = read(values, [str(i % 2) for i in range(120)])
    data = dataclasses.replace(data, items=data.items.with_columns(pl.Series("part", parts)))
    plain, dropped = (split(data, SplitOptions(drop_leaks=drop)).table["part"].to_list() for drop in (False, True))
    assert dropped[7] == "left out"
    assert [row for row in range(120) if plain[row] != dropped[row]] == [7]
