"""The network that is built when none is described."""

from __future__ import annotations

from discern.nets.defaults import WIDTHS, default_layers, layers_within

SHAPE = (112, 112, 3)


def test_more_time_is_a_wider_network() -> None:
    found = [layers_within(seconds, SHAPE, 2, 6800) for seconds in (10, 60, 330, 3600)]
    widths = [int(text.partition("residual ")[2].partition(",")[0]) for text in found]
    assert widths == sorted(widths)
    assert set(widths) == set(WIDTHS)
    assert found[-1] == default_layers(SHAPE, 2)


def test_digits_in_seconds_get_half_of_the_filters() -> None:
    shape = (28, 28, 1)
    assert layers_within(3, shape, 10, 51_000) == default_layers(shape, 10, 8) != default_layers(shape, 10)
    assert layers_within(60, shape, 10, 51_000) == default_layers(shape, 10)


def test_time_changes_nothing_about_other_sizes() -> None:
    for shape in ((8, 8, 1), (64, 64, 3), (5,)):
        assert layers_within(1, shape, 10, 60_000) == default_layers(shape, 10)
