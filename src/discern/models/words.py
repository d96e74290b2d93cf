"""Classifiers of texts: naive Bayes on which words there are, and linear models of words and runs of letters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from sklearn.utils.validation import check_is_fitted

from ..core.errors import DataError
from ..core.events import Listener, note, silent
from ..core.options import CLASS_WEIGHTS, TERMS, Interval, one_of, raise_all
from ..core.records import InputSpec
from ..text import terms
from ..text.terms import Matrix, Vocabulary
from .base import Classifier, Labelled
from .calibrate import out_of_fold, steepness
from .scorer import BOTH, PRESENCE, Looking, Scorer, softmax, unknown

FEWEST = 2
"""Texts that hold a term: one that stands in a single text tells nothing of others."""
MOST = 200_000
"""Terms of each kind, the frequent first."""
Codes = NDArray[np.int64]
Scores = NDArray[np.float64]


class TextClassifier(Classifier):
    """A classifier of texts `(n_samples,)`; what is learned from are the items and the validation items together.

    After `fit`: `scorer_` (a Scorer), `refit_`.
    """

    scorer_: Scorer
    refit_: bool

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Learn terms and their weights. Raises OptionError, DataError for texts without words."""
        raise_all([*(limit.problem(name, getattr(self, name)) for name, limit in self.limits.items()), *self._more()])
        texts = texts_of(X)
        self.input_, self.n_features_in_ = InputSpec("texts", (), "text"), 1
        positions = self._begin_classes(np.asarray(y))
        if len(positions) != len(texts):
            raise DataError(f"{len(texts)} texts but {len(positions)} labels; expected one label a text")
        n_items = len(texts)
        if validation is not None:
            texts = np.concatenate([texts, texts_of(validation[0])])
            positions = np.concatenate([positions, self._positions(validation[1])])
        self.refit_ = validation is not None
        looking, matrix = looking_at(texts, self._looks())
        weights, intercept = self._weights(matrix, positions, n_items, on_event)
        self.scorer_ = Scorer(looking, weights.astype(np.float32), intercept)
        return self

    def predict_proba(self, X: ArrayLike) -> Scores:
        """Probabilities, `(n_samples, n_classes)`, worked out in float64."""
        check_is_fitted(self)
        return softmax(self.scorer_.answer(texts_of(X))[0])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.one_d_array, tags.input_tags.two_d_array = True, True, False
        return tags

    def _more(self) -> list[str | None]:
        """What else is wrong with the parameters."""
        return []

    def _looks(self) -> str:
        raise NotImplementedError

    def _weights(
        self, matrix: Matrix, positions: Codes, n_items: int, on_event: Listener
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Weights `(n_classes, n_terms)` and intercept `(n_classes,)`, whose softmax are probabilities."""
        raise NotImplementedError


class WordBayes(TextClassifier):
    """Naive Bayes on which words there are, however often, in a text: the textbook's baseline.

    Parameters
    ----------
    alpha : texts added to each count, with and without the word, so that no word makes a class impossible.

    Source: Maron and Kuhns, J. ACM 7, 1960; as in scikit-learn's `BernoulliNB` with class priors from the data.
    """

    limits: ClassVar[Mapping[str, Interval]] = {"alpha": Interval(0, 1000, open_low=True)}

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def _looks(self) -> str:
        return PRESENCE

    def _weights(
        self, matrix: Matrix, positions: Codes, n_items: int, on_event: Listener
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        n_texts = np.bincount(positions, minlength=len(self.classes_)).astype(np.float64)
        held = np.stack([np.asarray(matrix[positions == code].sum(axis=0)).ravel() for code in range(len(n_texts))])
        share = (held + self.alpha) / (n_texts[:, None] + 2 * self.alpha)
        absent = np.log1p(-share)
        return np.log(share) - absent, np.log(n_texts / n_texts.sum()) + absent.sum(axis=1)


class WordLinear(TextClassifier):
    """What the two linear models of texts share.

    Parameters
    ----------
    C : inverse strength of the penalty on large weights, as in scikit-learn.
    features : `words`, or `both`: words and the runs of 2 to 5 letters in them, each weighed by tf-idf.
    class_weight : `balanced`: each class counts for as much as any other, however many texts it has.
    """

    limits: ClassVar[Mapping[str, Interval]] = {"C": Interval(1e-6, 1e6)}

    C: float
    features: str
    class_weight: str | None

    def _more(self) -> list[str | None]:
        return [
            one_of("features", self.features, TERMS),
            None if self.class_weight is None else one_of("class_weight", self.class_weight, CLASS_WEIGHTS),
        ]

    def _looks(self) -> str:
        return self.features


class WordLogistic(WordLinear):
    """Logistic regression on the terms of a text.

    Source: scikit-learn's `LogisticRegression` (L-BFGS, all classes at once).
    """

    def __init__(self, C: float = 30.0, *, features: str = BOTH, class_weight: str | None = None) -> None:
        self.C = C
        self.features = features
        self.class_weight = class_weight

    def _weights(
        self, matrix: Matrix, positions: Codes, n_items: int, on_event: Listener
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        model = LogisticRegression(C=self.C, class_weight=self.class_weight, max_iter=1000, tol=1e-4)
        model.fit(matrix, positions)
        if model.n_iter_.max() >= model.max_iter:
            note(on_event, f"logistic regression stopped at its limit of {model.max_iter} steps")
        return of_each_class(model.coef_, model.intercept_)


class WordSVM(WordLinear):
    """A linear support vector machine on the terms of a text; margins become probabilities by `calibrate`.

    Sources: Joachims, Text Categorization with Support Vector Machines, 1998; Platt 1999; scikit-learn's `LinearSVC`.
    """

    def __init__(self, C: float = 1.0, *, features: str = BOTH, class_weight: str | None = None) -> None:
        self.C = C
        self.features = features
        self.class_weight = class_weight

    def _weights(
        self, matrix: Matrix, positions: Codes, n_items: int, on_event: Listener
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        steep, shift = steepness(*out_of_fold(matrix, positions, n_items, self._scores))
        if self.class_weight is not None:  # the shifts would give back what frequent classes lost
            shift = np.zeros(len(shift))
        weights, intercept = self._planes(matrix, positions)
        return steep * weights, steep * intercept + shift

    def _scores(self, rows: Matrix, positions: Codes, asked: Matrix) -> Scores:
        weights, intercept = self._planes(rows, positions)
        return np.asarray(asked @ weights.T) + intercept

    def _planes(self, rows: Matrix, positions: Codes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """A plane for each class of the data; one that these rows lack scores lowest."""
        n_classes, there = len(self.classes_), np.unique(positions)
        weights, intercept = np.zeros((n_classes, rows.shape[1])), np.full(n_classes, -1.0)
        if len(there) < 2:
            intercept[there] = 1.0
            return weights, intercept
        model = LinearSVC(C=self.C, class_weight=self.class_weight, random_state=0, max_iter=5000).fit(rows, positions)
        weights[there], intercept[there] = of_each_class(model.coef_, model.intercept_)
        return weights, intercept


def texts_of(X: ArrayLike) -> NDArray[Any]:
    """Texts `(n_samples,)` as an array of `str`. Raises DataError for anything else."""
    given: Any = X
    texts: NDArray[Any] = given.astype(object) if isinstance(given, np.ndarray) else np.array(list(given), dtype=object)
    if texts.ndim != 1 or not all(isinstance(text, str) for text in texts):
        raise DataError("found items that are no texts; this model takes texts, one an item")
    return texts


def looking_at(texts: NDArray[Any], looks: str) -> tuple[Looking, Matrix]:
    """The terms of these texts that are worth a weight, and the texts in them. Raises DataError without any word."""
    cut = terms.in_words(texts)
    every = cut.distinct()
    if not every.terms:
        raise DataError("the texts hold no words; expected letters or numbers to learn from")
    counts = cut.counts(every)
    columns = terms.frequent(counts, every, fewest=FEWEST, most=MOST)
    words, counts = terms.chosen(every, columns), counts[:, columns]
    runs = Vocabulary(())
    if looks == PRESENCE:
        counts.data[:] = 1.0
        return Looking(looks, words, runs, np.ones(len(words))), counts
    idf = terms.inverse_document_frequency(counts)
    matrix = terms.weighed(counts, idf)
    if looks == BOTH:
        of_runs, all_runs = terms.run_counts(terms.in_chunks(texts))
        columns = terms.frequent(of_runs, all_runs, fewest=FEWEST, most=MOST)
        runs, of_runs = terms.chosen(all_runs, columns), of_runs[:, columns]
        more = terms.inverse_document_frequency(of_runs)
        matrix = csr_matrix(hstack([matrix, terms.weighed(of_runs, more)], format="csr"))
        idf = np.concatenate([idf, more])
    return Looking(looks, words, runs, idf), matrix


def of_each_class(weights: NDArray[np.float64], intercept: NDArray[np.float64]) -> tuple[Scores, Scores]:
    """A row for each class, also of two, for which scikit-learn gives the second one's alone."""
    if len(weights) > 1:
        return weights, intercept
    return np.concatenate([np.zeros_like(weights), weights]), np.concatenate([[0.0], intercept])


def unknown_words(learned: ArrayLike, others: ArrayLike) -> float:
    """The mean share, over the texts `others` `(n,)`, of words that no two of the texts `learned` from hold."""
    looking, _ = looking_at(texts_of(learned), PRESENCE)
    return float(unknown(looking.matrix(texts_of(others))[1]).mean())
