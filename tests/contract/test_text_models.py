"""What every model of texts keeps to: scikit-learn's contract, and a file that answers the same, harmlessly."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import BernoulliNB
from sklearn.svm import LinearSVC

from discern.core.errors import DataError, ModelFileError, OptionError
from discern.models import catalogue
from discern.models.codecs import words as codec
from discern.models.words import WordBayes, WordLogistic, WordSVM, looking_at
from discern.store import bundle
from discern.store.session import Shipped
from discern.text import terms
from discern.text.split import words

MUTATIONS = Path(__file__).with_name("mutations.py")
NAMES = [name for name, entry in catalogue.ENTRIES.items() if "texts" in entry.kinds]
LEARNERS = [name for name in NAMES if name != "majority"]
every_model = pytest.mark.parametrize("name", NAMES)
every_learner = pytest.mark.parametrize("name", LEARNERS)
SUBJECTS = {
    "fares": ("taxi", "driver", "fare", "without", "paying", "made", "off", "city"),
    "phones": ("mobile", "phone", "stolen", "bag", "bar", "snatched", "hand", "street"),
    "damage": ("window", "smashed", "brick", "causing", "damage", "car", "door", "paint"),
}


def digits(text: str) -> str:
    return re.sub(r"\d", "0", text)


@cache
def items(n: int = 240) -> tuple[np.ndarray, np.ndarray]:
    """Made-up notes of three kinds: a few words of the kind among words that say nothing."""
    random = np.random.default_rng(0)
    common = ("the", "a", "of", "on", "at", "was", "by", "unknown", "offender", "night")
    texts, labels = [], []
    for number in range(n):
        label = sorted(SUBJECTS)[number % 3]
        picked = [*random.choice(SUBJECTS[label], 2), *random.choice(common, 6)]
        picked += [random.choice(SUBJECTS[other]) for other in SUBJECTS if other != label and random.random() < 0.5]
        texts.append(" ".join(map(str, random.permutation(picked))))
        labels.append(label)
    return np.array(texts, dtype=object), np.array(labels)


@cache
def fitted(name: str) -> Any:
    X, y = items()
    return catalogue.estimator(name).fit(X[:160], y[:160], validation=(X[160:200], y[160:200]))


@every_learner
def test_it_works_with_scikit_learns_tools(name: str) -> None:
    """scikit-learn's own checks give numbers to every estimator; these are the ones that texts allow."""
    X, y = items()
    model = catalogue.estimator(name)
    assert clone(model).get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        model.predict(X)
    scores = cross_val_score(model, X, y, cv=3)
    assert scores.shape == (3,) and scores.min() > 0.6
    strength = "alpha" if name == "word-bayes" else "C"
    found = GridSearchCV(model, {strength: [0.1, 1.0]}, cv=2).fit(X, y)
    assert found.best_params_[strength] in (0.1, 1.0)
    with pytest.raises(OptionError, match=f"{strength} is -1"):
        clone(model).set_params(**{strength: -1}).fit(X, y)


@every_model
def test_an_entry_names_what_there_is(name: str) -> None:
    entry = catalogue.entry(name)
    assert set(entry.parameters) <= set(catalogue.estimator(name).get_params())
    assert catalogue.name_of(catalogue.estimator(name)) == name
    assert entry.title and all(entry.parameters.values())


@every_learner
def test_it_learns(name: str) -> None:
    X, y = items()
    assert fitted(name).score(X[200:], y[200:]) > 0.8
    with pytest.raises(DataError, match="no texts"):
        fitted(name).predict(np.zeros((3, 4)))
    with pytest.raises(DataError, match="no words"):
        catalogue.estimator(name).fit(np.array(["", "...", "!"], dtype=object), np.array(["a", "b", "a"]))


@every_model
def test_saved_and_loaded_it_answers_the_same(name: str, tmp_path: Path) -> None:
    model, (X, _) = fitted(name), items()
    asked = np.array([*X, "", "!!!", "\N{FIRE}", "zzzz qqqq", "x" * 100_000, "a\u202eb\u200bc"], dtype=object)
    bundle.save(tmp_path / "m", model)
    loaded = bundle.load(tmp_path / "m")
    shipped = Shipped(loaded)
    expected = model.predict_proba(asked)
    np.testing.assert_allclose(shipped.predict_proba(asked), expected, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(loaded.estimator().predict_proba(asked), expected)
    assert np.isfinite(expected).all() and expected.sum(axis=1) == pytest.approx(1)
    assert shipped.predict(asked).tolist() == model.predict(asked).tolist()
    assert loaded.spec == model.input_ and str(loaded.spec) == "texts"
    assert shipped.predict_proba(asked[:0]).shape == (0, 3)
    with pytest.raises(DataError, match="no texts"):
        shipped.predict_proba(np.zeros((2, 2)))


@every_model
def test_the_same_model_is_the_same_bytes(name: str, tmp_path: Path) -> None:
    model, (X, y) = fitted(name), items()
    bundle.save(tmp_path / "first", model)
    bundle.save(tmp_path / "second", bundle.load(tmp_path / "first").estimator())
    again = catalogue.estimator(name).fit(X[:160], y[:160], validation=(X[160:200], y[160:200]))
    bundle.save(tmp_path / "third", again)
    first = (tmp_path / "first").read_bytes()
    assert (tmp_path / "second").read_bytes() == first == (tmp_path / "third").read_bytes()


@every_learner
def test_damaged_files_do_no_harm(name: str, tmp_path: Path) -> None:
    bundle.save(tmp_path / "m", fitted(name))
    command = [sys.executable, str(MUTATIONS), str(tmp_path / "m"), "100", "1"]
    child = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert child.returncode == 0, child.stderr[-3000:]
    outcome = json.loads(child.stdout)
    assert not outcome["wrong"]
    assert outcome["refused"] + outcome["answered"] == 100 and outcome["refused"] > 50


@every_learner
@pytest.mark.parametrize("what", ["kind", "looks"])
def test_what_is_no_text_in_the_config_is_refused(name: str, what: str, tmp_path: Path) -> None:
    bundle.save(tmp_path / "m", fitted(name))
    loaded = bundle.load(tmp_path / "m")
    for wrong in ([], {}, None, 1):
        with pytest.raises(ModelFileError, match="config is of kind"):
            codec.check({**loaded.config, what: wrong}, loaded.arrays, loaded.spec, len(loaded.classes))


def test_a_model_of_texts_has_no_graph(tmp_path: Path) -> None:
    bundle.save(tmp_path / "m", fitted("word-svm"))
    with pytest.raises(DataError, match="no ONNX graph"):
        bundle.load(tmp_path / "m").graph()


def test_words_are_weighed_as_scikit_learn_weighs_them() -> None:
    X, _ = items()
    looking, matrix = looking_at(X, "words")
    lists = dict(zip(X, words(terms.series(X)).to_list(), strict=True))
    oracle = TfidfVectorizer(analyzer=lists.__getitem__, sublinear_tf=True, min_df=2)
    expected = oracle.fit_transform(X)
    assert oracle.get_feature_names_out().tolist() == list(looking.words.terms)
    np.testing.assert_allclose(matrix.toarray(), expected.toarray(), atol=1e-12)


def test_runs_of_letters_are_those_of_scikit_learn() -> None:
    X = np.array(["Taxi fare, unpaid!", "a", "no-fare zone  (city)", "don't pay \u20ac5"], dtype=object)
    counts, known = terms.run_counts(terms.in_chunks(X))
    oracle = CountVectorizer(analyzer="char_wb", ngram_range=(2, 5), preprocessor=lambda text: digits(text.lower()))
    expected = oracle.fit_transform(X)
    assert oracle.get_feature_names_out().tolist() == list(known.terms)
    np.testing.assert_array_equal(counts.toarray(), expected.toarray())
    some = terms.Vocabulary(known.terms[::3])
    np.testing.assert_array_equal(terms.run_counts(terms.in_chunks(X), some)[0].toarray(), expected.toarray()[:, ::3])


def test_digits_count_as_zero() -> None:
    shown = terms.in_words(["Call 07700 900123 or 07700 900456 now"]).pieces.to_list()
    assert not any(set(word) & set("123456789") for word in shown)
    one, other = (fitted("word-svm").predict_proba(np.array([f"phone {n}"], dtype=object)) for n in ("12", "98"))
    np.testing.assert_array_equal(one, other)


def test_naive_bayes_is_scikit_learns() -> None:
    X, y = items()
    model = WordBayes(alpha=0.5).fit(X[:160], y[:160])
    _, matrix = looking_at(X[:160], "presence")
    asked, _ = model.scorer_.looking.matrix(X[160:])
    expected = BernoulliNB(alpha=0.5).fit(matrix, y[:160]).predict_proba(asked)
    np.testing.assert_allclose(model.predict_proba(X[160:]), expected, atol=1e-5)


def test_the_planes_are_scikit_learns() -> None:
    X, y = items()
    model = WordSVM(features="words").fit(X[:160], y[:160])
    counts = TfidfTransformer(sublinear_tf=True)
    lists = {text: terms.in_words([text]).pieces.to_list() for text in X}
    known = CountVectorizer(analyzer=lists.__getitem__, min_df=2)
    svm = LinearSVC(random_state=0, max_iter=5000).fit(counts.fit_transform(known.fit_transform(X[:160])), y[:160])
    margins = svm.decision_function(counts.transform(known.transform(X[160:])))
    ours = model.scorer_.answer(X[160:])[0]
    assert all(np.corrcoef(ours[:, k], margins[:, k])[0, 1] > 0.999 for k in range(3))


def test_classes_count_alike_when_they_are_balanced() -> None:
    X, y = items()
    rare = np.concatenate([np.flatnonzero(y == "fares")[:8], np.flatnonzero(y == "damage")])
    for kind in (WordLogistic, WordSVM):
        plain, balanced = (
            kind(C=0.1, class_weight=weight).fit(X[rare], y[rare]).predict(X[y != "phones"])
            for weight in (None, "balanced")
        )
        assert (balanced == "fares").sum() > (plain == "fares").sum()
    with pytest.raises(OptionError, match=r"class_weight is 'balance'.*did you mean 'balanced'"):
        WordSVM(class_weight="balance").fit(X, y)


def test_telling_words_are_those_of_the_class() -> None:
    found = fitted("word-logistic").scorer_.telling(5)
    for label, telling in zip(fitted("word-logistic").classes_, found, strict=True):
        assert {word for word, _ in telling} <= set(SUBJECTS[str(label)])
