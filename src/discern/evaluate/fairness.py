"""Whether a model errs more often for some people than for others: error rates between the groups of a column.

Which columns describe people is guessed by their names. No single number says that a model is fair: the three rates
cannot all be equal between groups whose shares of a label differ (J. Kleinberg, S. Mullainathan, M. Raghavan,
"Inherent trade-offs in the fair determination of risk scores", 2017), so all three are given. Rates and their
names: M. Hardt, E. Price, N. Srebro, "Equality of opportunity in supervised learning", 2016.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import checked
from ..core.views import Record
from .slices import Column, Contrast, contrasts, corrected_together

SCHEMA = 1
LABELS = 6
"""The rates are given for so many labels, the most frequent of the test part."""
PEOPLE = {
    "sex": ("sex", "gender", "male", "female"),
    "age": ("age", "ages", "agegroup", "birthyear", "birthdate", "birthday", "dob", "yearofbirth", "dateofbirth"),
    "ethnicity": ("ethnicity", "ethnic", "race", "skin", "skincolor", "skincolour", "skintone", "skintype"),
    "fitzpatrick skin type": ("fitzpatrick",),
    "nationality": ("nationality", "citizenship", "countryofbirth", "birthcountry", "migration", "immigrant"),
    "language": ("nativelanguage", "mothertongue", "firstlanguage"),
    "religion": ("religion", "faith", "denomination"),
    "disability": ("disability", "disabled", "impairment", "handicap"),
    "sexual orientation": ("orientation", "sexualorientation", "lgbt", "lgbtq"),
    "marital status": ("maritalstatus", "marital", "married"),
    "pregnancy": ("pregnant", "pregnancy"),
    "income": ("income", "salary", "socioeconomic", "ses"),
    "education": ("education", "schooling"),
    "politics": ("party", "politicalparty", "politicalopinion"),
    "trade union": ("tradeunion", "unionmember"),
}
"""What a column may say of people -> words that its name is made of."""
RATES = ("selection_rate", "false_negative_rate", "false_positive_rate")


def describes_people(name: str) -> str | None:
    """What a column of this name may say about people, or None. A guess by its words: `patient_age`, `Skin Tone`,
    `sexF`."""
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower())
    # words that stand together may be one: "date of birth"
    runs = {"".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(len(words), i + 4) + 1)}
    return next((what for what, spellings in PEOPLE.items() if runs & set(spellings)), None)


@dataclass(frozen=True)
class LabelRates(Record):
    """The three rates of one label, group by group."""

    label: str
    rates: Mapping[str, tuple[Contrast, ...]]
    """`selection_rate`: of all items, those given the label. `false_negative_rate`: of the items of the label, those
    not given it. `false_positive_rate`: of the items of other labels, those given it."""


@dataclass(frozen=True)
class Attribute(Record):
    """One column that may describe people."""

    column: str
    what: str
    """What it may say about them, by its name; empty for a column that was not guessed."""
    labels: tuple[LabelRates, ...]
    n_labels: int
    """How many labels there are; rates are given for some of them."""
    reason: str = ""
    """Why nothing can be compared."""


@dataclass(frozen=True)
class Fairness(Record):
    """Error rates between groups of people, column by column."""

    n_items: int
    n_groups: int
    attributes: tuple[Attribute, ...]

    def to_json(self) -> dict[str, Any]:
        columns = [
            {
                "column": one.column,
                "what": one.what,
                "reason": one.reason,
                "n_labels": one.n_labels,
                "labels": [
                    {"label": entry.label}
                    | {name: [contrast.to_json() for contrast in entry.rates[name]] for name in RATES}
                    for entry in one.labels
                ],
            }
            for one in self.attributes
        ]
        return {"schema": SCHEMA, "n_items": self.n_items, "n_groups": self.n_groups, "columns": columns}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Fairness:
        """Read what `to_json` wrote. Raises DataError for another schema or an incomplete record."""
        with checked("fairness", record, SCHEMA):
            return cls(record["n_items"], record["n_groups"], tuple(map(_attribute, record["columns"])))


def fairness(
    truth: NDArray[np.str_],
    answers: NDArray[np.str_],
    columns: Sequence[Column],
    units: NDArray[np.int64],
    *,
    seed: int = 0,
) -> Fairness | None:
    """Compare the rates between the groups of each column; None without columns. All arrays are `(n,)`.

    p-values are corrected for all tests of the record together. Where two labels are told apart, the rates of one say
    those of the other, and the rarer one is taken.
    """
    if not columns:
        return None
    counts = Counter(truth.tolist())
    if len(set(truth.tolist()) | set(answers.tolist())) == 2:
        every = sorted(set(truth.tolist()) | set(answers.tolist()))
        labels = [min(every, key=lambda label: (counts[label], label))]
    else:
        labels = [label for label, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:LABELS]]
    found = []
    for column in columns:
        entries = [] if column.reason else [_rates(label, truth, answers, column, units, seed) for label in labels]
        what = describes_people(column.name) or ""
        found.append(Attribute(column.name, what, tuple(entries), len(counts), column.reason))
    return Fairness(len(truth), len(np.unique(units)), _corrected(found))


def _rates(
    label: str,
    truth: NDArray[np.str_],
    answers: NDArray[np.str_],
    column: Column,
    units: NDArray[np.int64],
    seed: int,
) -> LabelRates:
    given, is_label = answers == label, truth == label
    everything = np.ones(len(truth), dtype=bool)
    asked = zip(
        RATES,
        (given, ~given, given),
        (everything, is_label, ~is_label),
        ("", f" is {label!r}", f" is of another label than {label!r}"),
        strict=True,
    )
    rates = {}
    for name, outcome, among, words in asked:
        rows = np.flatnonzero(among).astype(np.int64)
        rates[name] = (
            contrasts(outcome[rows], column.take(rows), units[rows], seed=seed, among=words) if len(rows) else ()
        )
    return LabelRates(label, rates)


def _corrected(found: Sequence[Attribute]) -> tuple[Attribute, ...]:
    """The same attributes, with the p-values of all their contrasts corrected together."""
    flat = [entry.rates[name] for one in found for entry in one.labels for name in RATES]
    done: Iterator[tuple[Contrast, ...]] = iter(corrected_together(flat))
    return tuple(
        replace(
            one,
            labels=tuple(replace(entry, rates={name: next(done) for name in RATES}) for entry in one.labels),
        )
        for one in found
    )


def _attribute(record: Mapping[str, Any]) -> Attribute:
    labels = tuple(
        LabelRates(entry["label"], {name: tuple(map(Contrast.from_json, entry[name])) for name in RATES})
        for entry in record["labels"]
    )
    return Attribute(record["column"], record["what"], labels, record["n_labels"], record["reason"])
