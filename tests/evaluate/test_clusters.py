"""How many groups there are: measures against scikit-learn's, clouds without groups, and seeded simulations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_samples

from discern.core.records import Column
from discern.evaluate import cluster_cards, cluster_clouds, clusters
from discern.models import cluster_features
from discern.models import clusters as model_of

Array = np.ndarray


def blobs(n: int, k: int, width: int, seed: int, *, apart: float = 8.0, oval: bool = False) -> tuple[Array, Array]:
    """Groups whose middles are at least so many standard deviations apart, in columns of different units."""
    random = np.random.default_rng(seed)
    while True:
        middles = random.standard_normal((k, width)) * apart * (1 + 0.3 * k**0.5)
        away = np.linalg.norm(middles[:, None] - middles, axis=2) + 1e9 * np.eye(k)
        if away.min() >= apart:
            break
    shares = np.maximum(random.dirichlet(np.full(k, 8.0)), 0.08)
    labels = random.choice(k, n, p=shares / shares.sum())
    noise = random.standard_normal((n, width))
    if oval:
        for group in range(k):
            turned, _ = np.linalg.qr(random.standard_normal((width, width)))
            noise[labels == group] = noise[labels == group] * random.uniform(0.4, 1, width) @ turned
    return (middles[labels] + noise) * random.uniform(0.1, 100, width), labels


def without_groups(kind: str, n: int, width: int, seed: int) -> Array:
    random = np.random.default_rng(seed)
    draws: dict[str, Callable[[], Array]] = {
        "normal": lambda: random.standard_normal((n, width)),
        "correlated": lambda: random.standard_normal((n, width)) @ random.standard_normal((width, width)),
        "uniform": lambda: random.random((n, width)),
        "skewed": lambda: random.lognormal(0, 1, (n, width)),
        "mixed": lambda: random.exponential(1, (n, width)) @ random.standard_normal((width, width)),
        "heavy tails": lambda: random.standard_t(3, (n, width)),
        "tails together": lambda: random.standard_normal((n, width)) / np.sqrt(random.chisquare(width + 2, (n, 1))),
    }
    return np.asarray(draws[kind]())


def verdict(values: Array, *, method: str = "kmeans", seed: int = 0) -> clusters.Choice:
    columns = tuple(Column(f"c{i}", "number") for i in range(values.shape[1]))
    found, places, _ = cluster_features.of_table(values, columns)
    features = found.transform(values[:, places])
    clouds = cluster_clouds.of_features(found, values[:, places], features)
    return clusters.choose(features, clouds, method, clusters.numbers(len(features)), seed=seed)


def test_silhouettes_are_scikit_learns() -> None:
    features, labels = blobs(120, 3, 4, 1, apart=4)
    own = clusters.silhouettes(clusters.apart(features), labels)
    assert own == pytest.approx(silhouette_samples(features, labels), abs=1e-9)
    alone = labels.copy()
    alone[0] = 3
    assert clusters.silhouettes(clusters.apart(features), alone)[0] == 0.0
    assert not clusters.silhouettes(clusters.apart(features), np.zeros(120, np.int64)).any()


def test_the_agreement_of_groupings_is_scikit_learns() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        first, second = random.integers(-1, 4, 60), random.integers(0, 3, 60)
        assert clusters.rand(first, second) == pytest.approx(adjusted_rand_score(first, second), abs=1e-12)
    assert clusters.rand(first, first + 7) == 1.0


def test_k_means_comes_to_what_scikit_learn_comes_to() -> None:
    features, labels = blobs(200, 4, 3, 2)
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    own, _ = model_of.lloyd(features, model_of.cuts(features, [4])[0], 4)
    other = KMeans(4, n_init=10, random_state=0).fit(features)
    assert adjusted_rand_score(own, other.labels_) == 1.0 == adjusted_rand_score(own, labels)
    assert clusters.sum_of_squares(features, own) == pytest.approx(np.log(other.inertia_), abs=1e-6)


def test_the_gap_is_what_its_definition_says() -> None:
    """Tibshirani and others: the mean over clouds of log W less that of the data, here worked out step by step."""
    features, _ = blobs(80, 2, 2, 3)
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    draw = cluster_clouds.alike(features, np.zeros(2, bool))
    choice = clusters.choose(features, [draw], "kmeans", [2, 3], seed=5)

    def inside(items: Array, k: int) -> float:
        labels, middles = model_of.lloyd(items, model_of.cuts(items, [k])[0], k)
        return float(np.log(sum(((items[labels == g] - middles[g]) ** 2).sum() for g in range(k))))

    clouds = [draw(clusters.generator(5, "cloud", 0, number)) for number in range(clusters.CLOUDS)]
    for one in choice.tried:
        gaps = [inside(cloud, one.n_groups) - inside(features, one.n_groups) for cloud in clouds]
        assert one.gap.value == pytest.approx(np.mean(gaps), abs=1e-9)
        assert one.gap.n == clusters.CLOUDS


def test_the_jaccard_index_of_a_group_is_that_of_its_best_match() -> None:
    labels = np.array([0, 0, 0, 0, 1, 1])
    assert clusters.jaccard(labels, np.array([2, 2, 2, 0, 0, 0]), 0) == 3 / 4
    assert clusters.jaccard(labels, np.array([-1, -1, -1, -1, 0, 0]), 0) == 0.0
    assert clusters.jaccard(labels, labels, 1) == 1.0


def test_the_nearest_distribution_with_one_peak() -> None:
    random = np.random.default_rng(0)
    skewed = random.exponential(2.0, 4000)
    again = cluster_clouds.one_peak(skewed).at(random.random(20_000))
    assert again.mean() == pytest.approx(2.0, rel=0.06) and np.median(again) == pytest.approx(2 * np.log(2), rel=0.08)
    two = np.concatenate([random.normal(-5, 1, 500), random.normal(5, 1, 500)])
    again = cluster_clouds.one_peak(two).at(random.random(20_000))
    inner = np.mean(np.abs(again) < 1.5)
    assert np.mean(np.abs(two) < 1.5) < 0.01 < 0.1 < inner  # the valley is filled
    steps = cluster_clouds.as_it_is(np.array([1.0, 1.0, 1.0, 4.0])).at(np.array([0.1, 0.74, 0.76, 0.999]))
    assert steps.tolist() == [1.0, 1.0, 4.0, 4.0]


@pytest.mark.parametrize("kind", ["alike", "mixed"])
def test_clouds_lose_the_groups(kind: str) -> None:
    features, _ = blobs(400, 2, 2, 4)
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    steps = np.zeros(2, bool)
    draw = cluster_clouds.alike(features, steps) if kind == "alike" else cluster_clouds.mixed(features)
    cloud = draw(np.random.default_rng(0))
    ours, theirs = (
        clusters.measure(one, "kmeans", [2], 1, np.random.default_rng(0)).silhouette[0] for one in (features, cloud)
    )
    assert ours > theirs + 0.1


def test_clouds_keep_the_ties_between_columns() -> None:
    """Skewed columns with the correlations of normal scores; and mixed sources, whose correlations come back whole."""
    random = np.random.default_rng(0)
    tied = random.standard_normal((800, 3)) @ np.array([[1, 0.8, 0], [0, 0.6, 0.5], [0, 0, 0.9]])
    skewed, sources = np.exp(tied), random.exponential(1, (800, 3)) @ random.standard_normal((3, 3))
    cloud = cluster_clouds.alike(skewed, np.zeros(3, bool))(random)
    assert np.abs(np.corrcoef(np.log(cloud + 1e-3).T) - np.corrcoef(tied.T)).max() < 0.1
    cloud = cluster_clouds.mixed(sources)(random)
    assert np.abs(np.corrcoef(cloud.T) - np.corrcoef(sources.T)).max() < 0.1
    assert (np.sort(cloud, axis=0)[[80, 400, 720]] - np.sort(sources, axis=0)[[80, 400, 720]] < 0.4).all()


def test_clouds_keep_categories_and_scales_of_few_values() -> None:
    random = np.random.default_rng(0)
    along = random.standard_normal(300)
    category = np.digitize(along + 0.5 * random.standard_normal(300), [-0.7, 0.7]).astype(float)
    values = np.column_stack([along, random.integers(0, 2, 300), category])
    values[:30, 2] = np.nan
    columns = (Column("a", "number"), Column("b", "number"), Column("c", "category", ("x", "y", "z")))
    found, _, _ = cluster_features.of_table(values, columns)
    features = found.transform(values)
    cloud = cluster_clouds.of_features(found, values, features)[0](random)
    assert cloud.shape == features.shape
    for column in range(1, 5):
        assert set(np.round(cloud[:, column], 9)) <= set(np.round(features[:, column], 9))
    shares = [np.mean(one[:, 2:] > 0, axis=0) for one in (cloud, features)]
    assert np.abs(shares[0] - shares[1]).max() < 0.1
    tie = [abs(np.corrcoef(one[:, 0], one[:, 2])[0, 1]) for one in (cloud, features)]
    assert tie[0] > 0.5 * tie[1]


KINDS = ("normal", "correlated", "uniform", "skewed", "mixed", "heavy tails", "tails together")


@pytest.mark.parametrize("kind", KINDS)
def test_data_without_groups_say_so(kind: str) -> None:
    """A small part of benchmarks/clusters.py, which measures the share."""
    shown = sum(verdict(without_groups(kind, 120, 1 + seed % 4, seed)).shown for seed in range(4))
    assert shown == 0


@pytest.mark.parametrize("k", [2, 3, 4, 5, 6])
def test_groups_far_apart_are_found_in_their_number(k: int) -> None:
    for seed in range(2):
        values, _ = blobs(180, k, 3, 10 * k + seed, oval=bool(seed))
        choice = verdict(values)
        assert (choice.shown, choice.n_groups) == (True, k)
        assert choice.p.value == 1 / (1 + clusters.CLOUDS) and choice.p.n == 2 * clusters.CLOUDS


def test_long_groups_that_k_means_cuts_across_are_found_by_a_mixture() -> None:
    random = np.random.default_rng(1)
    side = np.repeat([0.0, 1.0], 100)
    values = np.column_stack([random.uniform(-10, 10, 200), 4 * side + random.normal(0, 0.4, 200)])
    values = values @ np.array([[0.7, -0.7], [0.7, 0.7]])
    columns = (Column("a", "number"), Column("b", "number"))
    found, _, _ = cluster_features.of_table(values, columns)
    features = found.transform(values)
    clouds = cluster_clouds.of_features(found, values, features)
    assert not clusters.choose(features, clouds, "kmeans", [2, 3], seed=0).shown
    mixed = clusters.choose(features, clouds, "mixture", [2, 3, 4], seed=0)
    assert (mixed.shown, mixed.n_groups) == (True, 2)
    assert clusters.rand(clusters.partitions(features, "mixture", [2])[0], side) > 0.95


@pytest.mark.parametrize("method", ["hierarchical", "hdbscan", "mixture"])
def test_other_methods_find_groups_and_say_when_there_are_none(method: str) -> None:
    values, _ = blobs(150, 3, 2, 33)
    columns = tuple(Column(f"c{i}", "number") for i in range(2))
    for data, shown in ((values, True), (without_groups("normal", 150, 2, 1), False)):
        found, _, _ = cluster_features.of_table(data, columns)
        features = found.transform(data)
        clouds = cluster_clouds.of_features(found, data, features)
        tried = [0] if method == "hdbscan" else [2, 3, 4]
        choice = clusters.choose(features, clouds, method, tried, seed=0)
        assert choice.shown == shown
        assert not shown or choice.n_groups == 3


def test_differences_of_columns_and_of_words_have_intervals_that_hold() -> None:
    random = np.random.default_rng(0)
    inside = 0
    for _ in range(400):
        one, other = random.normal(1, 1, 30), random.normal(0, 2, 50)
        figure = cluster_cards.apart(one, other)
        inside += figure.low <= 1 <= figure.high
    assert 0.92 < inside / 400 < 0.98
    share = cluster_cards._difference_of_shares(30, 40, 10, 60)
    unit = np.sqrt(0.4 * 0.6)
    assert share.value == pytest.approx((0.75 - 1 / 6) / unit) and 0 < share.low < share.value < share.high
    assert cluster_cards._difference_of_shares(0, 40, 0, 60).value is None
