"""The language of augmentation, and what becomes of pictures."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import rotate
from scipy.stats import beta, kstest

from discern.core.errors import OptionError
from discern.nets import augment as room
from discern.nets.augment import Augment, matrices, patches
from discern.nets.transforms import LIMITS, NAMES, Augmentation, parse

EVERYTHING = (
    "shift 0.1, zoom 0.2, shear 0.1, stretch 0.1, rotate 15, flip, brightness 0.3, contrast 0.3, colour 0.1, "
    "erase 0.4, mix 0.4"
)


def varied(text: str, pictures: torch.Tensor, seed: int = 0) -> torch.Tensor:
    n_channels = pictures.shape[3]
    augment = Augment(parse(text), torch.full((n_channels,), 100.0), torch.full((n_channels,), 50.0))
    return augment(pictures, torch.Generator().manual_seed(seed))


def smooth(n_items: int, height: int = 24, width: int = 24, n_channels: int = 1) -> torch.Tensor:
    """Blobs off the middle, so that every turn and mirroring shows."""
    rows, columns = np.mgrid[:height, :width]
    blob = np.exp(-(((rows / height - 0.35) / 0.12) ** 2) - ((columns / width - 0.6) / 0.15) ** 2) * 200
    return torch.from_numpy(np.repeat(np.repeat(blob[None, :, :, None], n_items, 0), n_channels, 3).astype(np.float32))


def test_every_word_is_read_in_any_order_and_case() -> None:
    assert str(parse(EVERYTHING)) == EVERYTHING
    assert parse(" FLIP ,rotate 90, shift .25") == Augmentation(shift=0.25, rotate=90, flip=True)
    assert not parse("None") and str(Augmentation()) == "none"
    assert set(LIMITS) | {"flip"} == set(NAMES)


some = st.fixed_dictionaries(
    {},
    optional={
        name: st.booleans() if name == "flip" else st.integers(1, int(100 * LIMITS[name].high)).map(lambda n: n / 100)
        for name in NAMES
    },
)


@given(some)
def test_what_is_written_is_read_back(parts: dict[str, float]) -> None:
    asked = Augmentation(**parts)  # type: ignore[arg-type]
    assert parse(str(asked)) == asked


@given(st.text(max_size=60) | st.text(alphabet="shift flpzomer,0123456789.-\u0661", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except OptionError as error:
        assert error.problems


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected none, or a description such as"),
        ("flip," * 200, "expected none, or"),
        ("shfit 0.1", "'shfit' is not known; .*did you mean 'shift'"),
        ("shift", "shift is followed by a number above 0 to 0.5; nothing stands there"),
        ("shift 0", r"shift is 0\.0; expected"),
        ("shift 0.6", r"shift is 0\.6; expected a number above 0 to 0\.5"),
        ("shift nan", "shift is 'nan'"),
        ("zoom -0.1", "zoom is '-0.1'"),
        ("rotate 200", "rotate is 200.0; expected a number above 0 to 180"),
        ("rotate \u0663", "expected a number above 0 to 180"),
        ("flip 1", "'1' is not understood there; expected a comma"),
        ("rotate 10 20", "'20' is not understood there"),
        ("flip, none", "none stands alone"),
        ("flip,, zoom 0.1", r"part 2 \(''\): nothing stands between"),
        ("flip, zoom 0.1, flip", r"part 3 \('flip'\): flip is there twice"),
    ],
)
def test_a_mistake_is_named(text: str, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        parse(text)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(OptionError) as caught:
        parse("flop, rotate 999, shift")
    assert len(caught.value.problems) == 3


def test_nothing_asked_is_nothing_done() -> None:
    pictures = torch.randint(0, 256, (4, 9, 7, 3), dtype=torch.uint8)
    assert torch.equal(varied("none", pictures), pictures.float())


def test_draws_follow_from_the_generator_and_are_one_a_picture() -> None:
    pictures = smooth(6, n_channels=3)
    before = torch.get_rng_state()
    first = varied(EVERYTHING, pictures)
    assert torch.equal(first, varied(EVERYTHING, pictures))
    assert torch.equal(before, torch.get_rng_state())
    assert not torch.equal(first, varied(EVERYTHING, pictures, seed=1))
    assert len({one.numpy().tobytes() for one in first}) == 6
    assert first.shape == pictures.shape and first.is_contiguous()


def test_every_other_picture_is_mirrored() -> None:
    pictures = torch.randint(0, 256, (400, 5, 6, 2), dtype=torch.uint8)
    found = varied("flip", pictures)
    mirrored = torch.tensor(
        [torch.allclose(a, b.flip(1).float(), atol=1e-3) for a, b in zip(found, pictures, strict=True)]
    )
    same = torch.tensor([torch.allclose(a, b.float(), atol=1e-3) for a, b in zip(found, pictures, strict=True)])
    assert bool((mirrored ^ same).all()) and 150 < int(mirrored.sum()) < 250


@pytest.mark.parametrize("width", [32, 48])
def test_a_turn_is_that_of_scipy(width: int) -> None:
    pictures = smooth(8, 32, width)
    found = varied("rotate 40", pictures)[:, :, :, 0].numpy()
    matrix = matrices(parse("rotate 40"), torch.Size((8, 1, 32, width)), torch.Generator().manual_seed(0)).numpy()
    angles = np.degrees(np.arctan2(matrix[:, 1, 0] * 32 / width, matrix[:, 1, 1]))
    assert np.abs(angles).max() > 15 and np.abs(angles).max() <= 40
    inside = np.hypot(*(np.mgrid[:32, :width] - np.array([15.5, width / 2 - 0.5])[:, None, None])) < 14
    for turned, angle in zip(found, angles, strict=True):
        expected = rotate(pictures[0, :, :, 0].numpy(), angle, reshape=False, order=1)
        assert np.abs(turned - expected)[inside].max() < 6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zoom 0.5", lambda m: np.stack([m[:, 0, 0] - m[:, 1, 1], m[:, 0, 1], m[:, 1, 0]])),
        ("stretch 0.5", lambda m: np.stack([m[:, 0, 0] * m[:, 1, 1] - 1, m[:, 0, 1], m[:, 1, 0]])),
        ("shear 0.5", lambda m: np.stack([m[:, 0, 0] - 1, m[:, 1, 1] - 1, m[:, 1, 0]])),
        ("shift 0.25", lambda m: np.stack([m[:, 0, 0] - 1, m[:, 1, 1] - 1, m[:, 0, 1], m[:, 1, 0]])),
    ],
)
def test_each_movement_does_its_own_and_keeps_its_limit(text: str, expected: object) -> None:
    shape = torch.Size((2000, 1, 10, 10))
    matrix = matrices(parse(text), shape, torch.Generator().manual_seed(0)).numpy().astype(np.float64)
    np.testing.assert_allclose(expected(matrix), 0, atol=1e-6)  # type: ignore[operator]
    ranges = {
        "zoom 0.5": (matrix[:, 0, 0], 1 / 1.5, 1.5),
        "stretch 0.5": (matrix[:, 0, 0] / matrix[:, 1, 1], 1 / 1.5, 1.5),
        "shear 0.5": (matrix[:, 0, 1], -0.5, 0.5),
        "shift 0.25": (matrix[:, :, 2], -0.5, 0.5),
    }
    drawn, low, high = ranges[text]
    assert low - 1e-6 <= drawn.min() < low + 0.02 and high - 0.02 < drawn.max() <= high + 1e-6


def test_brightness_colour_and_contrast_are_measured_as_said() -> None:
    pictures = torch.rand(500, 4, 4, 3) * 255
    brighter = varied("brightness 0.4", pictures) - pictures
    assert brighter.std(dim=(1, 2, 3)).max() < 1e-3 and 19 < brighter.abs().max() <= 20.01  # 0.4 of a scale of 50
    coloured = varied("colour 0.4", pictures) - pictures
    assert coloured.std(dim=(1, 2)).max() < 1e-3 and coloured.mean(dim=(1, 2)).std(dim=1).max() > 5
    spread = varied("contrast 0.5", pictures)
    torch.testing.assert_close(spread.mean(dim=(1, 2, 3)), pictures.mean(dim=(1, 2, 3)))
    factor = spread.std(dim=(1, 2, 3)) / pictures.std(dim=(1, 2, 3))
    assert 1 / 1.501 < factor.min() < 0.7 and 1.45 < factor.max() < 1.501


def test_every_other_picture_is_erased_up_to_the_share() -> None:
    shape = torch.Size((2000, 3, 20, 30))
    covered = patches(0.5, shape, torch.Generator().manual_seed(0))[:, 0]
    rows, columns = covered.any(dim=2).sum(dim=1), covered.any(dim=1).sum(dim=1)
    assert 8 <= int(rows.max()) <= 10 and 13 <= int(columns.max()) <= 15
    assert torch.equal(covered.sum(dim=(1, 2)), rows * columns)  # rectangles
    assert 0.4 < float((rows > 0).float().mean()) < 0.52
    assert set(varied("erase 0.9", torch.zeros(50, 6, 6, 1)).unique().tolist()) == {0.0, 100.0}


def test_pictures_are_mixed_with_the_one_before_by_shares_of_the_beta_distribution() -> None:
    pictures = torch.rand(5, 4, 3, 3)
    mix = Augment(parse("mix 0.5"), torch.zeros(3), torch.ones(3))
    shares = []
    for seed in range(2000):
        found, share = mix.mixed(pictures, torch.Generator().manual_seed(seed))
        shares.append(share)
    assert kstest(shares, beta(0.5, 0.5).cdf).pvalue > 0.001
    torch.testing.assert_close(found, share * pictures + (1 - share) * torch.from_numpy(np.roll(pictures, 1, axis=0)))
    again, same = mix.mixed(pictures, torch.Generator().manual_seed(1999))
    assert same == share and torch.equal(again, found)
    plain = Augment(parse("flip"), torch.zeros(3), torch.ones(3))
    assert plain.mixed(pictures, torch.Generator()) == (pictures, 1.0)


def test_bytes_and_floats_are_varied_alike() -> None:
    pictures = torch.randint(0, 256, (5, 9, 8, 3), dtype=torch.uint8)
    assert torch.equal(varied(EVERYTHING, pictures), varied(EVERYTHING, pictures.float()))
    assert math.isfinite(float(varied(EVERYTHING, pictures).sum()))


def test_pictures_to_look_at_are_bytes_again() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (6, 9, 8, 3)).astype(np.uint8)
    assert np.array_equal(room.varied(pictures, "none", 0), pictures)
    first = room.varied(pictures, EVERYTHING, 3)
    assert (first.dtype, first.shape) == (np.uint8, pictures.shape)
    assert np.array_equal(first, room.varied(pictures, EVERYTHING, 3))
    assert not np.array_equal(first, room.varied(pictures, EVERYTHING, 4))
    brighter = room.varied(pictures, "brightness 3", 0)
    assert brighter.min() == 0 and brighter.max() == 255  # cut, never wrapped round
    with pytest.raises(OptionError):
        room.varied(pictures, "brighter 3", 0)
