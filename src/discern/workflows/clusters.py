"""`discern table clusters`: groups of alike rows, pictures or texts, with a verdict on whether there are any."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import files
from ..core.cluster_options import ClusterOptions
from ..core.errors import DataError, OptionError, OutputError, describe
from ..core.events import Listener, note, silent, stage, steps
from ..core.options import TextOptions, raise_all, suggest
from ..core.records import Column
from ..core.seeds import generator
from ..core.views import Record
from ..data.dataset import Dataset
from ..data.read import read
from ..data.tables_out import write_table
from ..evaluate import cluster_cards as cards_of
from ..evaluate import cluster_clouds
from ..evaluate import clusters as measured
from ..evaluate.cluster_cards import Card, Clusters
from ..evaluate.clusters import Choice
from ..models import by_contents
from ..models import cluster_features as features_of
from ..models import clusters as model_of
from ..models.cluster_features import Features, PictureFeatures, TableFeatures, TextFeatures
from ..models.clusters import ClusterModel, Placed
from ..models.codecs.clusters import Saved
from ..report import clusters_page
from ..store import clusters as store
from ..store import outputs
from .cluster_items import answers, example

POINTS = 1000
"""Items on the map."""
MIXED_ITEMS, MIXED_MOST = 500, 6
"""A mixture is chosen by so many items and up to so many groups: it takes longer."""
METHODS = {"kmeans": "k-means", "mixture": "a mixture", "hierarchical": "a tree", "hdbscan": "HDBSCAN"}
OWN = (store.RESULT, store.MODEL, store.ARRAYS, "items.csv", *clusters_page.BESIDE)
Array = NDArray[np.float64]


@dataclass(frozen=True)
class ClusterRun(Record):
    """Groups that were found: the result, the model (None where no groups are shown), and the folder of both."""

    result: Clusters
    saved: Saved | None
    folder: Path


def clusters(
    source: str | Path | Dataset,
    options: ClusterOptions | None = None,
    *,
    out: str | Path,
    text: TextOptions | None = None,
    names: Mapping[str, str] | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> ClusterRun:
    """Find groups among the rows, pictures or texts of `source` and write them into the folder `out`.

    `names` are names of groups by their number (`"2"`). Labels that the data have are not looked at. The order of the
    items changes nothing. Raises OptionError, DataError, OutputError.
    """
    options = options or ClusterOptions()
    raise_all(options.problems())
    inputs = [] if isinstance(source, Dataset) else [source]
    folder = outputs.checked_folder(out, inputs, OWN, force=force)
    stage(on_event, "reading")
    data = source if isinstance(source, Dataset) else _read(source, options, text, on_event)
    _check(data, options)
    items = _compared(data, options)
    n = len(items.order)
    choice = _chosen(items, options, on_event)
    model, saved, placed = None, None, None
    labels = np.full(n, model_of.NO_GROUP)
    if choice.shown or options.n_groups is not None:
        stage(on_event, "groups")
        model, placed = _fitted(choice, items.features)
        labels = placed.groups
        given = dict(names or {})
        _refuse_unknown(given, model.n_groups)
        called = tuple(given.get(str(number), "") for number in range(1, model.n_groups + 1))
        saved = Saved(model, items.found, called)
    table = items.found if isinstance(items.found, TableFeatures) else None
    result = Clusters(
        name=data.name, kind=data.kind, n_items=data.n, n_silent=data.n - n,
        n_apart=0 if model is None else int((labels < 0).sum()), method=choice.method, asked=options.n_groups,
        seed=options.seed, shown=choice.shown, p=choice.p, n_looked=choice.n_items, tried=choice.tried,
        cards=() if saved is None or placed is None else _cards(saved, data, items, placed, choice, options.seed),
        plane=_plane(items, labels), columns=() if table is None else tuple(one.name for one in table.columns),
        logarithms=() if table is None else tuple(table.logarithms), aside=tuple(sorted(items.aside.items())),
        n_missing=0 if table is None else int(np.isnan(items.values).sum()), notes=data.notes,
    )  # fmt: skip
    answered = None if saved is None else answers(data.items["item"], items.values, saved)
    _write(folder, result, saved, answered)
    return ClusterRun(result, saved, folder)


def rename_clusters(run: str | Path, names: Mapping[str, str]) -> ClusterRun:
    """Give groups of a run other names, by their numbers, and write its pages anew."""
    saved, result, folder = store.load(run), store.result(run), store.existing(run)
    _refuse_unknown(names, len(saved.names))
    called = tuple(names.get(number, name) for number, name in zip(saved.ids, saved.names, strict=True))
    saved = dataclasses.replace(saved, names=called)
    cards = (dataclasses.replace(card, name=names.get(card.id, card.name)) for card in result.cards)
    result = dataclasses.replace(result, cards=tuple(cards))
    _write(folder, result, saved, None)
    return ClusterRun(result, saved, folder)


def _read(source: str | Path, options: ClusterOptions, text: TextOptions | None, on_event: Listener) -> Dataset:
    table = {"keep": options.columns, "kind": "table"} if options.columns else {}
    return read(source, texts=text, on_event=on_event, **table)  # type: ignore[arg-type]


def _check(data: Dataset, options: ClusterOptions) -> None:
    if options.columns and data.kind != "table":
        raise OptionError(f"--columns belongs to tables; {data.name} holds {data.kind}")
    unknown = [name for name in options.columns if name not in data.feature_names]
    if unknown:
        known = data.feature_names
        raise OptionError(
            describe(f"--columns {unknown[0]}", found=f"no such column among {', '.join(known[:20])}"
                     f"{suggest(unknown[0], known)}")
        )  # fmt: skip
    if data.n < measured.FEWEST:
        raise DataError(f"{data.name} holds {data.n:,} items; expected {measured.FEWEST} or more to look for groups")


@dataclass(frozen=True)
class Compared:
    """Items as they are compared."""

    found: Features
    values: NDArray[Any]
    """Of all items in the order of the data; of a table only the columns that are looked at."""
    order: NDArray[np.int64]
    """Places of the items that say something, in an order of their contents."""
    features: Array
    """`(len(order), n_features)`."""
    aside: dict[str, str]


def _compared(data: Dataset, options: ClusterOptions) -> Compared:
    values, aside = data.values, dict(data.aside)
    columns = data.input.columns or tuple(Column(name, "number") for name in data.feature_names)
    if options.columns:
        chosen = [place for place, column in enumerate(columns) if column.name in options.columns]
        values, columns = values[:, chosen], tuple(columns[place] for place in chosen)
    table = data.kind == "table"
    keys = by_contents.of_ranks(values) if table else by_contents.of_hashes(data.items["pixels"])
    order = by_contents.order(keys, options.seed)
    found: Features
    if table:
        found, places, more = features_of.of_table(values[order], columns)
        values = values[:, places]
        aside |= more
    elif data.kind == "texts":
        found = features_of.of_texts(values[order])
    else:
        found = features_of.of_pictures(values[order], data.input)
    order = order[~found.silent(values[order])]
    if len(order) < measured.FEWEST:
        raise DataError(
            f"{data.name}: {len(order):,} items have something to be compared by; expected {measured.FEWEST} or more"
        )
    return Compared(found, values, order, found.transform(values[order]), aside)


def _chosen(items: Compared, options: ClusterOptions, on_event: Listener) -> Choice:
    """The number of groups and the verdict; `auto` asks k-means first."""
    stage(on_event, "how many groups")
    features = items.features
    n = min(len(features), measured.ITEMS)
    if len(features) > n:
        note(on_event, f"the number of groups is chosen by {n:,} of the {len(features):,} items")
    if options.n_groups is not None and options.n_groups > n // 2:
        raise DataError(f"--groups {options.n_groups} is too many for {n:,} items; expected at most {n // 2:,}")
    methods = (options.method,) if options.method != "auto" else ("kmeans", "mixture")
    if features.shape[1] > model_of.FULL:
        methods = methods[:1]  # a mixture of so many features is little more than k-means, and slow
    choices = []
    for method in methods[:1] if options.n_groups else methods:
        n_method = min(n, MIXED_ITEMS) if method == "mixture" else n
        tried: Sequence[int] = measured.numbers(n_method)
        if options.n_groups is not None or method == "hdbscan":
            tried = (options.n_groups or 0,)
        elif method == "mixture":
            tried = [number for number in tried if number <= MIXED_MOST]
        clouds = cluster_clouds.of_features(items.found, items.values[items.order[:n_method]], features[:n_method])
        tell = partial(steps, on_event, f"clouds without groups, by {METHODS[method]}")
        choices.append(measured.choose(features[:n_method], clouds, method, tried, seed=options.seed, tell=tell))
        if choices[-1].shown:
            return choices[-1]
    return choices[0]


def _fitted(choice: Choice, features: Array) -> tuple[ClusterModel, Placed]:
    """The groups of all items, the largest first, and where the items are."""
    model = model_of.fit(choice.method, features, choice.n_groups)
    if not model.n_groups:
        raise DataError("hdbscan finds no group; choose another --method")
    groups = model.place(features).groups
    counts = np.bincount(groups[groups >= 0], minlength=model.n_groups)
    order = np.argsort(-counts, kind="stable")
    return model_of.reaching(model.only(order[counts[order] > 0]), features)


def _cards(saved: Saved, data: Dataset, items: Compared, placed: Placed, choice: Choice, seed: int) -> tuple[Card, ...]:
    features, order, labels = items.features, items.order, placed.groups
    n = choice.n_items
    random = generator(seed, "halves of the groups")
    halves = []
    for _ in range(measured.HALVINGS):
        half = np.sort(random.permutation(n)[: n // 2])
        halves += measured.extended(features[:n], half, choice.method, [choice.n_groups])
    values = items.values[order]
    bag = saved.features.bag(values) if isinstance(saved.features, TextFeatures) else None
    cards = []
    for group, number in enumerate(saved.ids):
        own = np.flatnonzero(labels == group)
        near = own[np.argsort(placed.distance[own], kind="stable")[: cards_of.EXAMPLES]]
        near_border = own[np.argsort(placed.margin[own], kind="stable")[: cards_of.EXAMPLES]]
        traits: tuple[cards_of.Trait, ...] = ()
        if isinstance(saved.features, TableFeatures):
            traits = cards_of.table_traits(saved.features, values, labels == group)
        elif bag is not None:
            traits = cards_of.word_traits(bag, labels == group)
        border = tuple(
            example(data, int(order[i]), saved.ids[placed.next[i]] if saved.model.n_groups > 1 else "")
            for i in near_border
        )
        cards.append(
            Card(
                number, saved.names[group], len(own), cards_of.share_of(len(own), data.n),
                cards_of.found_again(labels[:n], halves, group), traits,
                tuple(example(data, int(order[i])) for i in near), border,
            )
        )  # fmt: skip
    return tuple(cards)


def _plane(items: Compared, labels: NDArray[np.int64]) -> cards_of.Plane:
    found, features = items.found, items.features
    names = found.names
    if isinstance(found, PictureFeatures):
        loadings = np.zeros((features.shape[1], 0))
    else:
        loadings = found.basis.T if isinstance(found, TextFeatures) else np.eye(len(names))
    return cards_of.plane(features, loadings, names, labels, np.arange(min(POINTS, len(features))))


def _refuse_unknown(names: Mapping[str, str], n_groups: int) -> None:
    known = [str(number) for number in range(1, n_groups + 1)]
    for number in names:
        if number not in known:
            raise OptionError(f"--name names group {number[:20]}; expected {'a group from 1 to ' + str(n_groups)}")


def _write(folder: Path, result: Clusters, saved: Saved | None, items: Any) -> None:
    """Everything but the result, and then the result: a folder without it was not finished. Groups that are renamed,
    which come without `items`, are replaced where they stand, so that nothing is lost when that is stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    if items is not None or saved is None:
        for name in OWN:
            (folder / name).unlink(missing_ok=True)
    if items is not None:
        write_table(folder / "items.csv", items)
    if saved is not None:
        store.save(folder, saved)
    for name, content in clusters_page.beside(result).items():
        files.write_text(folder / name, content)
    store.save_result(folder, result)
    if saved is not None and not np.array_equal(store.load(folder).model.middles, saved.model.middles):
        raise OutputError(f"{folder}: the groups do not come back as they were written; is the disk sound?")
