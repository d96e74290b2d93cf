"""Saving topics: the vocabulary and ids as JSON, shares as arrays; what no such model looks like is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import ModelFileError
from ...core.options import Interval
from ...core.views import Record
from ..bags import Preparation
from ..topics import MOST_TOPICS, TopicModel
from . import fields

FORMAT = "discern topics"
VERSION = 1
refuse_newer = partial(fields.refuse_newer, FORMAT, VERSION)
LONGEST_WORD = 10_000
LONGEST_CODE = 8
SMALLEST = 1e-13
KEYS = ("format", "version", "ids", "names", "next_id", "preparation", "vocabulary")
ARRAYS = ("topic_word", "alpha", "word_share")


@dataclass(frozen=True)
class Saved(Record):
    """A model with what its topics are called, permanently and by people."""

    model: TopicModel
    ids: tuple[str, ...]
    names: tuple[str, ...]
    """Empty where a topic has no name."""
    next_id: int
    """The number of the next topic that is new."""
    preparation: Preparation = field(default_factory=Preparation)
    """How words were made ready: new texts are read in the same way."""


def encode(saved: Saved) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """As JSON and arrays."""
    record = {
        "format": FORMAT,
        "version": VERSION,
        "ids": list(saved.ids),
        "names": list(saved.names),
        "next_id": saved.next_id,
        "preparation": saved.preparation.to_json(),
        "vocabulary": list(saved.model.vocabulary),
    }
    return record, {name: getattr(saved.model, name) for name in ARRAYS}


def decode(record: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Saved:
    """The model. Raises ModelFileError unless every part fits the others; NewerFormat for a later version."""
    refuse_newer(record)
    fields.exact_keys(record, KEYS, "model.json")
    vocabulary, ids, names = (_texts(record, name) for name in ("vocabulary", "ids", "names"))
    fields.exact_keys(arrays, ARRAYS, "model.safetensors")
    shape = (len(ids), len(vocabulary))
    if not 1 <= len(ids) <= MOST_TOPICS or len(names) != len(ids) or not vocabulary:
        raise ModelFileError(f"{shape[0]} ids, {len(names)} names and {shape[1]} words; expected as many names as ids")
    if len(set(ids)) < len(ids) or list(vocabulary) != sorted(set(vocabulary)):
        raise ModelFileError("an id stands twice, or the vocabulary is not in order; expected each once, in order")
    next_id = fields.whole(record, "next_id", 1, 2**31)
    for identity in ids:
        digits = identity[1:]
        if not (
            identity[:1] == "T"
            and digits.isascii()
            and digits.isdigit()
            and len(digits) < 10
            and 1 <= int(digits) < next_id
        ):
            raise ModelFileError(f"id {identity[:40]!r}; expected T1 to T{next_id - 1}")
    topic_word = fields.array(arrays, "topic_word", "float64", shape, largest=1.0)
    word_share = fields.array(arrays, "word_share", "float64", shape[1:], largest=1.0)
    alpha = fields.array(arrays, "alpha", "float64", shape[:1], largest=1e6)
    if topic_word.min() < SMALLEST or alpha.min() < 1e-9 or word_share.min() < 0:
        raise ModelFileError("a share of a word or a prior is 0 or below; expected numbers above 0")
    if np.abs(topic_word.sum(axis=1) - 1).max() > 1e-6 or abs(word_share.sum() - 1) > 1e-6:
        raise ModelFileError("the shares of words do not sum to 1")
    return Saved(TopicModel(vocabulary, topic_word, alpha, word_share), ids, names, next_id, _preparation(record))


def _preparation(record: Mapping[str, Any]) -> Preparation:
    value = record["preparation"]
    if not isinstance(value, dict):
        raise ModelFileError(f"preparation is {fields.shown(value)}; expected an object")
    fields.exact_keys(value, ("stop_words", "floor", "ceiling", "lemmas"), "preparation")
    stop_words = _texts(value, "stop_words")
    floor = None if value["floor"] is None else fields.whole(value, "floor", 1, 2**31)
    ceiling = float(fields.number(value, "ceiling", Interval(0, 1, open_low=True)))
    if not isinstance(value["lemmas"], str) or len(value["lemmas"]) > LONGEST_CODE:
        raise ModelFileError(f"lemmas is {fields.shown(value['lemmas'])}; expected the code of a language, or ''")
    return Preparation(stop_words, floor, ceiling, value["lemmas"])


def _texts(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = record[name]
    if not isinstance(value, list) or not all(isinstance(one, str) and len(one) <= LONGEST_WORD for one in value):
        raise ModelFileError(f"{name} is {fields.shown(value)}; expected a list of texts")
    return tuple(value)
