"""Options are checked all at once, and a message tells what is allowed."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from discern.core.errors import OptionError
from discern.core.options import (
    SEED,
    Interval,
    PictureOptions,
    SplitOptions,
    TrainOptions,
    one_of,
    parse_crop,
    parse_size,
    raise_all,
    suggest,
)

WHOLE = Interval(1, 10, whole=True)
SHARE = Interval(0, 1, open_low=True, open_high=True)
ABOVE = Interval(0, math.inf, open_low=True)


@pytest.mark.parametrize(
    ("interval", "value"),
    [(WHOLE, 1), (WHOLE, 10), (WHOLE, 3.0), (WHOLE, np.int64(4)), (SHARE, 0.5), (SHARE, np.float32(0.5)), (ABOVE, 1e9)],
)
def test_what_is_allowed_passes(interval: Interval, value: object) -> None:
    assert interval.problem("--x", value) is None


@pytest.mark.parametrize(
    ("interval", "value"),
    [
        *((WHOLE, value) for value in (0, 11, 1.5, True, "3", None, np.True_, 10**400, -(10**400), [1])),
        *((SHARE, value) for value in (0, 1, 0.0, 1.0, math.nan, math.inf, np.float64("nan"))),
        *((ABOVE, value) for value in (0, -1, math.inf)),
    ],
)
def test_what_is_not_allowed_is_told_in_one_short_line(interval: Interval, value: object) -> None:
    problem = interval.problem("--x", value)
    assert problem is not None
    assert problem.startswith("--x is ")
    assert problem.endswith(f"; expected {interval}")
    assert len(problem) < 160


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (WHOLE, "a whole number from 1 to 10"),
        (SHARE, "a number above 0 to below 1"),
        (ABOVE, "a number above 0"),
        (Interval(0, math.inf), "a number from 0 up"),
        (SEED, "a whole number from 0 to 2,147,483,647"),
    ],
)
def test_an_interval_reads_as_a_sentence(interval: Interval, text: str) -> None:
    assert str(interval) == text


def test_a_misspelt_word_gets_a_suggestion_and_never_a_substitute() -> None:
    assert suggest("nn", ["knn", "conv"]) == "; did you mean 'knn'?"
    assert suggest("zzz", ["knn", "conv"]) == ""
    assert one_of("--model", "knn", ["knn"]) is None
    assert one_of("--model", "con", ["knn", "conv"]) == (
        "--model is 'con'; expected one of knn, conv; did you mean 'conv'?"
    )


def test_all_problems_are_raised_together() -> None:
    raise_all([None, None])
    with pytest.raises(OptionError) as caught:
        raise_all([None, "one", "two"])
    assert caught.value.problems == ("one", "two")


def test_the_defaults_are_allowed() -> None:
    raise_all(SplitOptions().problems())
    raise_all(TrainOptions().problems())


def test_every_wrong_option_of_a_split_is_named_at_once() -> None:
    with pytest.raises(OptionError) as caught:
        raise_all(SplitOptions(test=0, validation=math.nan, first=2, seed=-1).problems())
    assert len(caught.value.problems) == 4


def test_train_options_are_written_and_read_back() -> None:
    options = TrainOptions(model=("knn", "conv"), epochs=(10, 5), split=SplitOptions(first=0.85))
    assert TrainOptions.from_json(options.to_json()) == options


def test_sizes_and_shares_are_read() -> None:
    assert (parse_size("96"), parse_size(" 96x128 ")) == ((96, 96), (96, 128))
    assert parse_crop("0, 0.1,0 ,.05") == (0, 0.1, 0, 0.05)
    for text in ("", "0", "96x", "x96", "96x128x3", "-5", "9" * 5000, "4000", "1e2", "٩٦"):
        with pytest.raises(OptionError, match="--size is") as told:
            parse_size(text)
        assert len(str(told.value)) < 200
    for text in (
        "",
        "0.1",
        "0,0,0",
        "0,0,0,0,0",
        "a,0,0,0",
        "nan,0,0,0",
        "1,0,0,0",
        "-0.1,0,0,0",
        "0.5,0,0.5,0",
        "0,1e999,0,0",
    ):
        with pytest.raises(OptionError, match="--crop is"):
            parse_crop(text)


def test_options_of_pictures_are_written_and_read_back() -> None:
    for options in (PictureOptions(), PictureOptions((4, 5), True, True, (0, 0.1, 0.2, 0), True)):
        assert PictureOptions.from_json(json.loads(json.dumps(options.to_json()))) == options
    problems = [problem for problem in PictureOptions((0, 9), crop=(0, 0, 0, 2)).problems() if problem]
    assert len(problems) == 2
