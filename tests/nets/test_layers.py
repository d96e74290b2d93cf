"""The language of layers: what is read, what is refused and how, and what a description comes to."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discern.core.errors import OptionError
from discern.nets.layers import Average, Conv, Dense, Dropout, Flatten, Head, Layer, Pool, Residual, parse, text_of
from discern.nets.plan import describe, padding, plan


def test_every_word_is_read() -> None:
    text = "Conv 32, conv 8 5X3 same stride 2 norm,pool,  pool 3 mean, pool 4 max, average"
    assert parse(text) == (
        Conv(32),
        Conv(8, (5, 3), same=True, stride=2, norm=True),
        Pool(),
        Pool(3, mean=True),
        Pool(4),
        Average(),
    )
    assert parse("residual 64, residual 128 STRIDE 2") == (Residual(64), Residual(128, 2))
    assert parse("flatten, dense 128 norm, dropout .5, sigmoid") == (
        Flatten(),
        Dense(128, norm=True),
        Dropout(0.5),
        Head("sigmoid"),
    )


layers = st.one_of(
    st.builds(
        Conv,
        st.integers(1, 4096),
        st.tuples(st.integers(1, 31), st.integers(1, 31)),
        st.booleans(),
        st.integers(1, 31),
        st.booleans(),
    ),
    st.builds(Residual, st.integers(1, 4096), st.integers(1, 31)),
    st.builds(Pool, st.integers(1, 255), st.booleans()),
    st.just(Average()),
    st.just(Flatten()),
    st.builds(Dense, st.integers(1, 65536), st.booleans()),
    st.builds(Dropout, st.integers(0, 99).map(lambda percent: percent / 100)),
)


@given(st.lists(layers, min_size=1, max_size=8), st.sampled_from(["", "softmax", "sigmoid"]), st.booleans())
def test_what_is_written_is_read_back(body: list[Layer], head: str, mirrored: bool) -> None:
    whole = (*body, Head(head, mirrored)) if head else tuple(body)
    assert parse(text_of(whole)) == whole


@given(st.text(max_size=60) | st.text(alphabet="conv pldes,0123456789.-x\u0661", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except OptionError as error:
        assert error.problems


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conf 32", "layer 1 ('conf 32'): 'conf' is no layer; .*did you mean 'conv'"),
        ("conv", "conv is followed by the number of filters, such as 'conv 32'; nothing stands there"),
        ("conv x", "'x' stands there"),
        ("conv 0", "the number of filters is 0; expected a whole number from 1 to 4,096"),
        ("conv -3", "the number of filters is -3"),
        ("conv 99999999999999999999", "expected a whole number from 1 to 4,096"),
        ("conv \u0663", "expected a whole number"),
        ("conv 8 sme", "'sme' is not understood there; .*did you mean 'same'"),
        ("conv 8 99x3", "the kernel is 99; expected a whole number from 1 to 31"),
        ("conv 8 stride", "stride is followed by how far the filter moves, such as 'stride 2'"),
        ("residual", "residual is followed by the number of filters, such as 'residual 32'; nothing stands there"),
        ("residual 8 norm", "'norm' is not understood there; expected stride or a comma"),
        ("residual 8 stride 0", "how far the filter moves is 0; expected a whole number from 1 to 31"),
        ("residul 8", "did you mean 'residual'"),
        ("pool 0", "the window is 0"),
        ("pool men", "did you mean 'mean'"),
        ("dense 8 same", "'same' is not understood there; expected norm or a comma"),
        ("dense 8 norm norm", "'norm' is not understood"),
        ("dropout", "dropout needs a share"),
        ("dropout 1", "the share is 1.0; expected a number from 0 to below 1"),
        ("dropout nan", "the share is 'nan'"),
        ("dropout 0.5 0.5", "'0.5' is not understood there; expected a comma"),
        ("average 3", "'3' is not understood there; expected a comma"),
        ("conv 8,, pool", "layer 2 \\(''\\): nothing stands between two commas"),
        ("sigmoid, dense 3", "layer 1 \\('sigmoid'\\): sigmoid may only stand last"),
        ("", "expected a description such as"),
        ("pool," * 300, "too long"),
    ],
)
def test_a_mistake_is_named(text: str, said: str) -> None:
    with pytest.raises(OptionError, match=said.replace("('conf 32')", r"\('conf 32'\)")):
        parse(text)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(OptionError) as caught:
        parse("cnov 32, pool, dropot 0.5, dense")
    assert [problem.partition(" (")[0] for problem in caught.value.problems] == ["layer 1", "layer 3", "layer 4"]


def test_the_photograph_example() -> None:
    rows = describe(parse("conv 32, pool, conv 32, pool, dense 128, sigmoid"), (64, 64, 3), 2)
    assert [(row.name, row.shape, row.parameters) for row in rows] == [
        ("conv1", (62, 62, 32), 896),
        ("pool1", (31, 31, 32), 0),
        ("conv2", (29, 29, 32), 9_248),
        ("pool2", (14, 14, 32), 0),
        ("flatten1", (6272,), 0),
        ("dense1", (128,), 802_944),
        ("head", (1,), 129),
    ]


def test_operations_are_two_for_each_multiply_add() -> None:
    rows = describe(parse("conv 4 3x2 same stride 2 norm, pool, dense 5 norm"), (9, 8, 3), 3)
    # 9x8 halves to 5x4; each of the 4 filters multiplies 3*2*3 numbers at each of the 20 places
    assert [row.operations for row in rows] == [2 * 4 * 18 * 20, 0, 0, 2 * (2 * 2 * 4) * 5, 2 * 5 * 3]
    assert [row.shape for row in rows] == [(5, 4, 4), (2, 2, 4), (16,), (5,), (3,)]
    # normalisation learns a gain and an offset instead of a bias
    assert [row.parameters for row in rows] == [4 * 18 + 8, 0, 0, 16 * 5 + 10, 5 * 3 + 3]


def test_a_residual_block_costs_its_convolutions() -> None:
    rows = describe(parse("residual 3, residual 4 stride 2, average"), (9, 8, 3), 2)
    assert [row.shape for row in rows][:2] == [(9, 8, 3), (5, 4, 4)]
    assert [row.parameters for row in rows][:2] == [2 * (9 * 3 * 3 + 6), (27 * 4 + 8) + (36 * 4 + 8) + (3 * 4 + 8)]
    assert [row.operations for row in rows][:2] == [2 * 2 * 27 * 3 * 72, 2 * 20 * 4 * (27 + 36 + 3)]


@pytest.mark.parametrize(
    ("text", "shape", "n_classes", "said"),
    [
        ("conv 8, pool, conv 8", (5, 5, 1), 2, "layer 3 ('conv 8'): a filter of 3x3 does not fit the 1x1x8 it meets"),
        ("pool 9", (8, 20, 1), 2, "layer 1 ('pool 9'): a window of 9x9 does not fit the 8x20x1 it meets"),
        ("conv 8", (10,), 2, "layer 1 ('conv 8'): needs pictures, but meets 10 numbers"),
        ("flatten, pool", (8, 8, 1), 2, "layer 2 ('pool'): needs pictures, but meets 64 numbers"),
        ("average, flatten", (8, 8, 4), 2, "layer 2 ('flatten'): needs pictures, but meets 4 numbers"),
        ("flatten, residual 8", (8, 8, 1), 2, "layer 2 ('residual 8'): needs pictures, but meets 64 numbers"),
        ("residual 4096, residual 4096", (8, 8, 1), 2, "too large"),
        ("conv 8, sigmoid", (8, 8, 1), 3, "layer 2 ('sigmoid'): sigmoid is for exactly two classes; there are 3"),
        ("conv 4096 same", (2000, 2000, 3), 2, "too large"),
        ("flatten, dense 65536", (256, 256, 3), 2, "too large"),
    ],
)
def test_what_does_not_fit_is_named_with_the_size_it_met(
    text: str, shape: tuple[int, ...], n_classes: int, said: str
) -> None:
    with pytest.raises(OptionError) as caught:
        plan(parse(text), shape, n_classes)
    assert said in str(caught.value)


@given(st.integers(1, 60), st.integers(1, 31), st.integers(1, 31))
def test_padding_gives_the_size_divided_by_the_stride(size: int, kernel: int, stride: int) -> None:
    before, after = padding(size, kernel, stride)
    assert after - before in (0, 1)
    if size + before + after >= kernel:  # a stride beyond the kernel skips the rest
        assert (size + before + after - kernel) // stride + 1 == -(-size // stride)


def test_nothing_here_needs_torch() -> None:
    code = "import discern.nets.plan, discern.nets.facts, discern.nets.defaults, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
