"""Topics: the words that count, the sampler and what it is held against, folding in, what is saved."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from discern.core.errors import DataError, DiscernError, ModelFileError, NewerFormat
from discern.data.texts import read_texts
from discern.evaluate import held_out
from discern.evaluate.coherence import by_chance, coherence, count_windows
from discern.evaluate.matching import cosines, flow, found_again, match, stability, top_words
from discern.evaluate.topic_cards import places, relevant, word_times
from discern.models import gibbs
from discern.models.bags import Bag, Preparation, encode, prepare
from discern.models.codecs import topics as codec
from discern.models.codecs.topics import Saved
from discern.models.topics import TopicModel, fit, fold_in, restarts, sampler_library, word_topics
from discern.store import topics as store
from discern.text.split import words
from discern.text.stops import stop_words

THEMES = (
    ["taxi", "driver", "fare", "road", "passenger", "meter"],
    ["phone", "screen", "battery", "signal", "charger", "network"],
    ["window", "glass", "broken", "frame", "hammer", "pane"],
)
LENGTH = 14


def planted(n: int = 120, *, seed: int = 0) -> list[list[str]]:
    """Texts of one theme each, with a few words of the others."""
    draw = np.random.default_rng(seed)
    texts = []
    for i in range(n):
        own, other = THEMES[i % 3], THEMES[(i + 1) % 3]
        texts.append([str(draw.choice(own if draw.random() < 0.85 else other)) for _ in range(LENGTH)])
    return texts


@pytest.fixture(scope="module")
def bag() -> Bag:
    return prepare(pl.Series(planted()), Preparation())


@pytest.fixture(scope="module")
def model(bag: Bag) -> TopicModel:
    return fit(bag, 3, iterations=80).model


def test_only_words_count_that_are_neither_rare_nor_everywhere_nor_left_out() -> None:
    texts = [["The", "Café's", "#taxi", "a", "12", "@bob", "http://x.org/a", "every"] for _ in range(60)]
    texts[0] += ["once", "twice"]
    texts[1] += ["twice"]
    for text in texts[:20]:
        text.append("often")
    bag = prepare(pl.Series(texts), Preparation(("the",), ceiling=1.0))
    assert bag.vocabulary == ("café", "every", "often", "taxi", "twice")
    assert prepare(pl.Series(texts), Preparation(("the",))).vocabulary == ("often", "twice")
    assert prepare(pl.Series(texts), Preparation(("the",), floor=1)).vocabulary == ("often", "once", "twice")


def test_a_few_texts_keep_every_word() -> None:
    texts = pl.Series(["I eat fish and vegetables.", "Fish are pets.", "My kitten eats fish."])
    bag = prepare(words(texts), Preparation(tuple(stop_words("en"))))
    assert bag.vocabulary == ("eat", "eats", "fish", "kitten", "pets", "vegetables")
    assert bag.lengths.tolist() == [3, 2, 3]


def test_lemmas_make_one_word_of_its_forms_and_stop_words_go_before() -> None:
    texts = pl.Series([["Companies", "were", "arguing"], ["company", "argued", "was"]])
    how = Preparation(("was", "were"), lemmas="en")
    bag = prepare(texts, how)
    assert bag.vocabulary == ("argue", "company") and bag.ids.tolist() == [1, 0, 1, 0]
    assert encode(texts, bag.vocabulary, how).ids.tolist() == [1, 0, 1, 0]
    assert prepare(texts, Preparation(("was", "were"))).vocabulary == ("argued", "arguing", "companies", "company")


def test_texts_keep_their_place_when_they_have_no_word_that_counts() -> None:
    bag = encode(pl.Series([["taxi", "x"], [], ["zebra"], ["taxi", "Taxi"]]), ["fare", "taxi"], Preparation())
    assert bag.lengths.tolist() == [1, 0, 0, 2]
    assert bag.take([3, 1, 3]).ids.tolist() == [1, 1, 1, 1]
    assert [part.tolist() for part in bag.counts()] == [[0, 3], [1, 1], [1.0, 2.0]]


def test_coherence_is_what_gensim_computes_on_the_same_windows() -> None:
    """Where no word stands twice in a window: there gensim loses the word when its first place leaves the window."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from gensim.corpora import Dictionary
        from gensim.models import CoherenceModel
    draw = np.random.default_rng(5)
    texts = [list(dict.fromkeys(text))[: int(draw.integers(1, LENGTH))] for text in planted(200, seed=2)]
    bag = prepare(pl.Series(texts), Preparation())
    topics = [theme[:5] for theme in THEMES]
    top = np.array([[bag.vocabulary.index(word) for word in topic] for topic in topics])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = CoherenceModel(
            topics=topics,
            texts=texts,
            dictionary=Dictionary(texts),
            coherence="c_npmi",
            window_size=10,
            processes=1,
            topn=5,
        ).get_coherence_per_topic()
    np.testing.assert_allclose(count_windows(bag, top).npmi(), theirs, atol=1e-9)


def test_coherence_is_its_definition_also_where_words_come_again(bag: Bag, model: TopicModel) -> None:
    top = top_words(model, 5)
    texts = [bag.ids[a:b].tolist() for a, b in zip(bag.offsets, bag.offsets[1:], strict=False)]
    windows = [set(text[i : i + 10]) for text in texts for i in range(max(1, len(text) - 9))]
    by_hand = []
    for row in top.tolist():
        found = []
        for a, b in itertools.combinations(row, 2):
            pa, pb, pab = (np.mean([word <= window for window in windows]) for word in ({a}, {b}, {a, b}))
            found.append(np.log((pab + 1e-12) / (pa * pb)) / -np.log(pab + 1e-12))
        by_hand.append(np.mean(found))
    np.testing.assert_allclose(count_windows(bag, top).npmi(), by_hand, atol=1e-9)
    np.testing.assert_allclose(count_windows(bag, top, n_blocks=7).npmi(), by_hand, atol=1e-9)


def test_words_of_planted_topics_go_together_and_words_by_chance_do_not(bag: Bag, model: TopicModel) -> None:
    each, mean = coherence(count_windows(bag, top_words(model, 6)))
    random = count_windows(bag, by_chance(model.word_share, 6, n=200)).npmi()
    assert min(figure.value or 0.0 for figure in each) > float(np.quantile(random, 0.95))
    assert mean.value is not None and mean.low is not None and mean.high is not None
    assert mean.low <= mean.value <= mean.high and mean.n == 120


def test_folding_in_agrees_with_the_sampler_s_own_inference() -> None:
    tomotopy = sampler_library()
    texts = planted(300, seed=1)
    sampler = tomotopy.LDAModel(k=3, alpha=0.3, eta=0.1, seed=3)
    for text in texts[:240]:
        sampler.add_doc(text)
    sampler.train(200, workers=1)
    names = list(sampler.used_vocabs)
    order = np.argsort(names)
    topic_word = np.array([sampler.get_topic_word_dist(k) for k in range(3)], dtype=np.float64)[:, order]
    model = TopicModel(tuple(sorted(names)), topic_word, np.array(sampler.alpha, dtype=np.float64), np.full(18, 1 / 18))
    ours = fold_in(model, encode(pl.Series(texts[240:]), model.vocabulary, Preparation()))
    held = [sampler.make_doc(text) for text in texts[240:]]
    theirs = np.array(sampler.infer(held, iterations=200, workers=1)[0])
    assert np.abs(ours - theirs).mean() < 0.03  # theirs is one draw of a chain
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.98
    assert (ours.argmax(axis=1) == theirs.argmax(axis=1)).mean() > 0.95


def test_a_text_gets_the_same_shares_in_any_company(bag: Bag, model: TopicModel) -> None:
    together = fold_in(model, bag)
    alone = np.vstack([fold_in(model, bag.take([i])) for i in range(10)])
    assert (together[:10] == alone).all()
    assert together.sum(axis=1) == pytest.approx(np.ones(bag.n_texts))


def test_a_text_without_a_known_word_gets_the_prior(model: TopicModel) -> None:
    shares = fold_in(
        model, encode(pl.Series([["zebra"], []], dtype=pl.List(pl.String)), model.vocabulary, Preparation())
    )
    assert shares == pytest.approx(np.tile(model.alpha / model.alpha.sum(), (2, 1)))


def test_planted_themes_are_found_and_come_again(bag: Bag, model: TopicModel) -> None:
    found = {frozenset(bag.vocabulary[i] for i in row) for row in top_words(model, 6)}
    assert found == {frozenset(theme) for theme in THEMES}
    winners = fold_in(model, bag).argmax(axis=1)
    assert all(len(set(winners[theme::3].tolist())) == 1 for theme in range(3))
    each, mean = stability(model, [fit(bag, 3, seed=seed, iterations=80).model for seed in (1, 2)])
    # Eighteen words, six a theme: the ten likeliest of a topic hold four that are left to chance.
    assert mean.value is not None and mean.value >= 0.6 and len(each) == 3


def test_the_best_of_several_chains_comes_first(bag: Bag) -> None:
    found = restarts(bag, 3, seed=0, n=3, iterations=30)
    assert [one.log_likelihood for one in found] == sorted((one.log_likelihood for one in found), reverse=True)
    assert len({one.seed for one in found}) == 3


PROGRAM = """
import hashlib, sys
sys.path[:0] = {path!r}
from models.test_topics import planted
import polars as pl
from discern.models.bags import Preparation, prepare
from discern.models.topics import fit
found = fit(prepare(pl.Series(planted()), Preparation()), 3, seed=int(sys.argv[1]), iterations=60).model
print(hashlib.sha256(found.topic_word.tobytes() + found.alpha.tobytes()).hexdigest())
"""


def test_one_seed_gives_the_same_bytes_in_any_process() -> None:
    tests = str(Path(__file__).parent.parent)

    def run(seed: int, **environment: str) -> str:
        program = PROGRAM.format(path=[tests])
        done = subprocess.run(
            [sys.executable, "-c", program, str(seed)],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    first = run(0, PYTHONHASHSEED="1", LC_ALL="C")
    assert first == run(0, PYTHONHASHSEED="2", LC_ALL="tr_TR.UTF-8", TZ="Asia/Tokyo")
    assert first != run(1)


def test_too_many_topics_and_too_little_text_are_refused() -> None:
    few = prepare(pl.Series([["fish", "pets"], ["fish"]]), Preparation())
    with pytest.raises(DataError, match="--topics 3 is more than the 2 different words"):
        fit(few, 3)
    with pytest.raises(DataError, match="1 different word in 3 texts"):
        fit(prepare(pl.Series([["fish"]] * 3), Preparation()), 2)
    with pytest.raises(DataError, match="0 different words"):
        fit(prepare(pl.Series([["1"], ["🙂"]]), Preparation()), 2)


def test_each_step_shows_the_counts_that_its_draw_depends_on(bag: Bag) -> None:
    chain = gibbs.start(bag.take(range(6)), 3, seed=4, alpha=0.5, eta=0.1)
    topics = chain.topics.copy()
    ids, owners, size = chain.bag.ids, chain.bag.owners, len(bag.vocabulary)
    n_words = len(ids)
    for step, _ in zip(chain.steps(), range(2 * n_words), strict=False):
        i = (step.number - 1) % n_words
        others = np.arange(n_words) != i
        assert step.before == topics[i] and step.word == bag.vocabulary[ids[i]]
        for topic in range(3):
            mine = others & (topics == topic)
            assert step.in_text[topic] == (mine & (owners == step.text)).sum()
            assert step.of_word[topic] == (mine & (ids == ids[i])).sum()
            assert step.in_topic[topic] == mine.sum()
        counts = (np.array(part) for part in (step.in_text, step.of_word, step.in_topic))
        in_text, of_word, in_topic = counts
        weights = (in_text + 0.5) * (of_word + 0.1) / (in_topic + 0.1 * size)
        assert step.probabilities == pytest.approx((weights / weights.sum()).tolist())
        ends = np.cumsum(step.probabilities)
        assert (ends - step.probabilities)[step.after] <= step.draw <= ends[step.after] + 1e-12
        topics[i] = step.after
    assert (topics == chain.topics).all()


def test_topics_are_matched_whatever_their_order_and_their_vocabulary(bag: Bag, model: TopicModel) -> None:
    turned = model.only(np.array([2, 0, 1]))
    assert match(model, turned) == {2: 0, 0: 1, 1: 2}
    assert found_again(model, turned).tolist() == [1.0, 1.0, 1.0]
    kept = [i for i, word in enumerate(turned.vocabulary) if word != "taxi"]
    other = TopicModel(tuple(turned.vocabulary[i] for i in kept), turned.topic_word[:, kept], turned.alpha,
                       turned.word_share[kept])  # fmt: skip
    assert match(model, other) == {2: 0, 0: 1, 1: 2}
    assert np.diag(cosines(model, model)) == pytest.approx(np.ones(3))
    strange = TopicModel(("x", "y"), np.full((3, 2), 0.5), model.alpha, np.full(2, 0.5))
    assert match(model, strange) == {}


def test_words_flow_between_numbers_of_topics(bag: Bag, model: TopicModel) -> None:
    two = fit(bag, 2, iterations=80).model
    found = flow(two, model, bag)
    assert found.sum() == pytest.approx(1.0) and found.shape == (2, 3)
    same = flow(model, model, bag)
    assert (same.argmax(axis=1) == np.arange(3)).all()


def test_texts_held_out_are_foreseen_better_with_the_planted_number_of_topics(bag: Bag) -> None:
    learned, rest = held_out.divide(bag.n_texts)
    assert sorted([*learned, *rest]) == list(range(bag.n_texts))
    results = [held_out.completion(fit(bag.take(learned), k, iterations=80).model, bag.take(rest)) for k in (2, 3)]
    (_, nothing), (value, gain) = held_out.figures(results)
    assert nothing.value is None
    assert gain.low is not None and gain.low > 0.1 and value.value is not None and value.value > -4.0


def test_completion_is_the_likelihood_of_every_other_word(model: TopicModel) -> None:
    def bag_of(*text: str) -> Bag:
        return encode(pl.Series([list(text)]), model.vocabulary, Preparation())

    first = fold_in(model, bag_of("taxi", "driver"))[0]
    by_hand = [np.log2(first @ model.topic_word[:, model.vocabulary.index(word)]) for word in ("fare", "phone")]
    found = held_out.completion(model, bag_of("taxi", "fare", "driver", "phone"))
    assert found[0] == pytest.approx(np.mean(by_hand))
    assert np.isnan(held_out.completion(model, bag_of("taxi"))[0])


def test_relevance_puts_a_topic_s_own_words_first() -> None:
    model = TopicModel(("all", "own"), np.array([[0.6, 0.4], [0.98, 0.02]]), np.ones(2), np.array([0.85, 0.15]))
    times = np.array([[60.0, 40.0], [98.0, 2.0]])
    assert [word.word for word in relevant(model, times, 0)] == ["own", "all"]
    assert [word.word for word in relevant(model, times, 0, weight=1.0)] == ["all", "own"]
    assert relevant(model, times, 0)[0].of == 42


def test_word_times_add_up_to_the_words(bag: Bag, model: TopicModel) -> None:
    times = word_times(model, bag, fold_in(model, bag))
    assert times.sum(axis=0) == pytest.approx(np.bincount(bag.ids))
    assert word_topics(model, np.array([0, 1]), np.full(3, 1 / 3)).sum(axis=1) == pytest.approx([1.0, 1.0])


def test_alike_topics_are_near_on_the_map() -> None:
    rows = np.array([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.05, 0.05, 0.9]])
    xy = np.array(places(TopicModel(("a", "b", "c"), rows, np.ones(3), np.full(3, 1 / 3))))
    distance = np.linalg.norm(xy[:, None] - xy, axis=2)
    assert distance[0, 1] < distance[0, 2] and distance[0, 1] < distance[1, 2] and np.abs(xy).max() <= 1


def saved(model: TopicModel) -> Saved:
    return Saved(model, ("T1", "T2", "T4"), ("taxis", "", "glass"), 5)


def test_what_is_saved_comes_back(model: TopicModel, tmp_path: Path) -> None:
    store.save(tmp_path, saved(model))
    back = store.load(tmp_path)
    assert (back.ids, back.names, back.next_id) == (("T1", "T2", "T4"), ("taxis", "", "glass"), 5)
    assert (back.model.topic_word == model.topic_word).all() and back.model.vocabulary == model.vocabulary
    names = ("model.json", "model.safetensors")
    before = [(tmp_path / name).read_bytes() for name in names]
    store.save(tmp_path, back)
    assert [(tmp_path / name).read_bytes() for name in names] == before


WRONG: list[tuple[str, Any]] = [
    ("format", "other"),
    ("version", 0),
    ("version", True),
    ("ids", ["T1", "T1", "T4"]),
    ("ids", ["T1", "T2", "../x"]),
    ("ids", ["T1", "T2", "T9"]),
    ("ids", ["T1", "T2"]),
    ("names", ["a", "b"]),
    ("names", ["a", "b", 3]),
    ("next_id", 10**12),
    ("vocabulary", []),
    ("vocabulary", ["b", "a"]),
    ("vocabulary", "abc"),
    ("extra", 1),
    ("preparation", []),
    ("preparation", {"stop_words": [], "floor": None, "ceiling": 0.5}),
    ("preparation", {"stop_words": [], "floor": 0, "ceiling": 0.5, "lemmas": ""}),
    ("preparation", {"stop_words": [1], "floor": None, "ceiling": 0.5, "lemmas": ""}),
    ("preparation", {"stop_words": [], "floor": None, "ceiling": 2, "lemmas": ""}),
    ("preparation", {"stop_words": [], "floor": None, "ceiling": 0.5, "lemmas": "english, in full"}),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_a_record_that_does_not_fit_is_refused(model: TopicModel, key: str, value: Any) -> None:
    record, arrays = codec.encode(saved(model))
    with pytest.raises(ModelFileError):
        codec.decode({**record, key: value}, arrays)


def test_a_record_of_a_later_version_says_so(model: TopicModel) -> None:
    record, arrays = codec.encode(saved(model))
    with pytest.raises(NewerFormat, match="version 2"):
        codec.decode({**record, "version": 2}, arrays)


@pytest.mark.parametrize("name", codec.ARRAYS)
@pytest.mark.parametrize(
    "damage", [np.zeros_like, lambda a: a * np.nan, lambda a: -a, lambda a: a[..., :2], lambda a: a.astype("f4")]
)
def test_arrays_that_do_not_fit_are_refused(model: TopicModel, name: str, damage: Any) -> None:
    record, arrays = codec.encode(saved(model))
    with pytest.raises(ModelFileError):
        codec.decode(record, {**arrays, name: np.ascontiguousarray(damage(arrays[name]))})


@pytest.mark.parametrize("file", ["model.json", "model.safetensors"])
def test_damaged_files_are_refused_and_never_end_the_process(model: TopicModel, tmp_path: Path, file: str) -> None:
    store.save(tmp_path, saved(model))
    path = tmp_path / file
    whole = path.read_bytes()
    draw = np.random.default_rng(0)
    damaged = [whole[: int(cut)] for cut in draw.integers(len(whole), size=25)] + [whole + b" x", b"", b"\x80\x04."]
    for _ in range(40):
        changed = bytearray(whole)
        changed[int(draw.integers(len(whole)))] ^= int(draw.integers(1, 256))
        damaged.append(bytes(changed))
    for content in damaged:
        path.write_bytes(content)
        if file == "model.json" and _same_meaning(content, whole):
            continue
        with pytest.raises(DiscernError):
            store.load(tmp_path)


def _same_meaning(content: bytes, whole: bytes) -> bool:
    """Whether a blank was changed into another."""
    try:
        return bool(json.loads(content) == json.loads(whole))
    except ValueError:
        return False


def test_five_topics_of_real_articles_agree_with_their_folders(real_data: Path) -> None:
    from sklearn.metrics import adjusted_mutual_info_score

    texts = read_texts(real_data / "bbc")
    bag = prepare(words(texts.texts), Preparation(tuple(sorted(stop_words("en")))))
    best = restarts(bag, 5, seed=0, n=3, iterations=150)[0].model
    agreement = adjusted_mutual_info_score(texts.column("label").to_list(), fold_in(best, bag).argmax(axis=1))
    assert agreement >= 0.79
