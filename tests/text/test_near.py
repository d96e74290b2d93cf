"""Copies and near-copies of texts: what is the same message is found, what merely shares a few words is not."""

from __future__ import annotations

import tracemalloc
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from discern.audit.near import same_label
from discern.data.dataset import Dataset, Source, set_aside
from discern.data.neighbours import near_duplicates, near_texts
from discern.text.near import FEWEST_WORDS, LEAST, WINDOW, copies, near_pairs, plain

SHARED = Path(__file__).parents[3] / "shared/data"
LONG = "the taxi driver was not paid for a fare from the city centre to the station"
WORDS = st.sampled_from(["taxi", "driver", "fare", "paid", "phone", "shop", "ran", "off", "café", "10"])


def series(*texts: str) -> pl.Series:
    return pl.Series(list(texts), dtype=pl.String)


def brute(texts: list[str], least: float = LEAST) -> dict[tuple[int, int], float]:
    """Every pair of different texts that is similar enough, by the definition."""
    words = [one.split(" ") for one in plain(series(*texts)).to_list()]
    first = {one: row for row, one in reversed(list(enumerate(map(tuple, words))))}
    pairs = {row: set(pairwise(words[row])) for row in sorted(first.values())}
    found = {}
    for a, b in combinations([row for row in pairs if len(words[row]) >= FEWEST_WORDS], 2):
        similarity = len(pairs[a] & pairs[b]) / len(pairs[a] | pairs[b])
        if similarity >= least:
            found[a, b] = similarity
    return found


def found(texts: list[str], least: float = LEAST) -> dict[tuple[int, int], float]:
    pairs = near_pairs(series(*texts), least=least)
    return dict(zip(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True), pairs.similarity, strict=True))


@pytest.mark.parametrize(
    "other",
    [
        LONG.upper(),
        f"  {LONG.replace(' ', '   ')}!!!",
        f"RT @someone: {LONG}",
        f"rt @a_1 RT @b: {LONG}",
        f"Fwd: FW: {LONG}",
        f"{LONG} https://example.org/a?b=c http://x.y",
        f"{LONG}, www.example.org",
        LONG.replace(" ", "\n\t"),
        LONG.replace("taxi", "\uff54\uff41\uff58\uff49"),  # full-width letters
    ],
)
def test_what_only_shows_that_a_text_was_passed_on_makes_no_difference(other: str) -> None:
    assert copies(series(LONG, "something else", other)).tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paid 20", "paid 30"),
        ("see https://a.b here", "see https://c.d here"),
        ("the rt was late", "was late"),
        ("\U0001f600", "\U0001f602"),
        ("?", "!"),
        ("中文字", "中文"),
    ],
)
def test_texts_that_differ_are_no_copies(one: str, other: str) -> None:
    assert copies(series(one, other)).tolist() == [0, 1]


def test_texts_without_words_are_compared_by_their_signs() -> None:
    assert copies(series("? !", "?!", "", "  ", "https://a.b", "https://a.b ")).tolist() == [0, 0, 2, 2, 4, 4]
    assert copies(series()).tolist() == []
    assert near_pairs(series()).first.tolist() == []


def test_scripts_without_spaces_are_cut_into_letters() -> None:
    assert plain(series("I saw 出租车司机 there")).to_list() == ["i saw 出 租 车 司 机 there"]
    assert list(found(["出租车司机没有收到车费", "出租车司机没有收到钱费"])) == [(0, 1)]


def test_a_word_changed_is_a_near_copy_and_other_words_are_not() -> None:
    changed = LONG.replace("fare", "ride")
    other = "the shop in the city centre was not open when the driver came from the station"
    assert list(found([LONG, changed, other])) == [(0, 1)]


def test_short_texts_are_copies_or_nothing() -> None:
    assert found(["see you at four", "see you at five", "see you at"]) == {}
    assert len(found(["i will see you at four", "i will see you at five"])) == 1


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=0, max_size=12).map(" ".join), max_size=24), st.sampled_from([0.3, 0.5, 0.8]))
def test_the_pairs_are_those_of_comparing_all_with_all(texts: list[str], least: float) -> None:
    expected = brute(texts, least)
    given = found(texts, least)
    assert given.keys() == expected.keys()
    assert all(abs(given[pair] - expected[pair]) < 1e-12 for pair in expected)


def test_long_texts_are_compared_few_pairs_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rest = " ".join(f"word{n}" for n in range(150))
    texts = series(*(f"report {n} of {n % 7} {rest} signed {n % 11}" for n in range(300)))
    whole = near_pairs(texts)
    monkeypatch.setattr("discern.text.near.KEYS", 2**14)
    tracemalloc.start()
    parts = near_pairs(texts)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(whole.first) > 10_000 and peak < 10_000_000  # all pairs at once took 230 MB
    for one, other in ((whole.first, parts.first), (whole.second, parts.second), (whole.similarity, parts.similarity)):
        assert np.array_equal(one, other)


def test_a_pair_of_texts_longer_than_what_is_compared_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discern.text.near.KEYS", 3)
    changed = LONG.replace("fare", "ride")
    assert list(found([LONG, changed, "no such words", changed.replace("city", "old")])) == [(0, 1), (0, 3), (1, 3)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=4, max_size=8).map(" ".join), min_size=2, max_size=24), st.randoms())
def test_the_groups_do_not_hang_on_the_order(texts: list[str], random: object) -> None:
    order = list(range(len(texts)))
    random.shuffle(order)  # type: ignore[attr-defined]
    there = {frozenset(rows.tolist()) for rows in near_texts(series(*texts)).groups}
    moved = near_texts(series(*(texts[row] for row in order))).groups
    assert {frozenset(order[row] for row in rows) for rows in moved} == there


def test_a_template_is_look_alikes_and_its_copies_stay_together() -> None:
    filled = [f"your parcel {n} is on its way and will be with you before {n % 24} o'clock" for n in range(300)]
    near = near_texts(series(*filled, LONG, f"RT @x: {LONG}", filled[7]))
    assert [len(rows) for rows in near.lookalikes] == [301]
    assert [rows.tolist() for rows in near.groups] == [[7, 302], [300, 301]]


def test_a_text_that_many_passed_on_is_one_text() -> None:
    near = near_texts(series(*[LONG] * (2 * WINDOW), LONG.replace("fare", "ride")))
    assert [len(rows) for rows in near.groups] == [2 * WINDOW + 1]
    assert near.lookalikes == ()


def test_a_data_set_finds_them_among_its_values() -> None:
    near = near_duplicates(np.array([LONG, "something else", f"RT @x: {LONG}"], dtype=object))
    assert near.applies
    assert near.codes(3).tolist() == [0, 1, 0]


def sms() -> list[str]:
    if not (SHARED / "sms").is_dir():
        pytest.skip("the SMS messages are not here")
    return [line.split("\t", 1)[1] for line in (SHARED / "sms/sms.tsv").read_text("utf-8").split("\n") if line]


def test_messages_none_is_missed_and_none_is_made_up() -> None:
    """Recall and precision at the threshold against all pairs of 5,574 messages."""
    texts = sms()
    assert len(texts) - len(set(texts)) == 403
    same = copies(pl.Series(texts))
    assert np.count_nonzero(same != np.arange(len(texts))) == 444
    rows = np.unique(same)
    words = [one.split(" ") for one in plain(pl.Series(texts)).gather(rows).to_list()]
    sets = [set(pairwise(one)) if len(one) >= FEWEST_WORDS else set() for one in words]
    column: dict[tuple[str, str], int] = {}
    columns = [column.setdefault(pair, len(column)) for one in sets for pair in one]
    starts = np.append(0, np.cumsum([len(one) for one in sets]))
    counts = sparse.csr_matrix((np.ones(len(columns), np.int64), columns, starts))
    common = sparse.triu(counts @ counts.T, 1).tocoo()
    sizes = np.diff(starts)
    enough = 2 * common.data >= sizes[common.row] + sizes[common.col] - common.data
    expected = set(zip(rows[common.row[enough]].tolist(), rows[common.col[enough]].tolist(), strict=True))
    assert set(found(texts)) == expected
    assert len(expected) == 345
    near = near_texts(pl.Series(texts))
    assert not near.lookalikes
    assert len(near.groups) == 378


def test_articles_that_stand_twice_are_found() -> None:
    if not (SHARED / "bbc").is_dir():
        pytest.skip("the articles are not here")
    articles = pl.Series([path.read_text("latin-1") for path in sorted((SHARED / "bbc/tech").glob("*.txt"))])
    groups = near_texts(articles).groups
    titles = articles.str.split("\n").list.first().to_list()
    assert ["Text message record smashed", "Text message record smashed again"] in [
        [titles[row] for row in rows] for rows in groups
    ]
    assert max(map(len, groups)) <= 3


def test_the_audit_speaks_of_texts() -> None:
    items = pl.DataFrame({"item": ["a", "b", "c"], "sha256": ["1", "2", "3"], "pixels": ["1", "2", "3"]})
    values = np.array([LONG, LONG.replace("fare", "ride"), "something else"], dtype=object)
    none = set_aside([])
    data = Dataset("texts", "texts", items, values, (None,) * 3, none, none, (), (), Source("arrays", None))
    said = same_label(data, None)
    assert said.status == "found"
    assert said.findings[0].title == "2 texts in 1 set that are almost the same"
    assert data.units.tolist() == [0, 0, 1]
