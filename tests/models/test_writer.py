"""Writing in NumPy: the same numbers as torch's own LSTM, a file that answers the same, and the baseline as NLTK's."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from nltk.lm import WittenBellInterpolated
from nltk.util import ngrams
from torch import nn

from discern.core.errors import ModelFileError, NewerFormat, OptionError, RunError
from discern.data.passages import OTHER, codes
from discern.models.character_ngrams import witten_bell_bits
from discern.models.codecs import writer as codec
from discern.models.writer import SIDE, Writer, from_weights
from discern.nets.characters import CharacterNet, stretches, weights_of
from discern.store import model_folder

ALPHABET = OTHER + "\n abcdefgh"


def made(depth: int = 2, width: int = 12, seed: int = 0) -> tuple[CharacterNet, Writer]:
    torch.manual_seed(seed)
    net = CharacterNet(len(ALPHABET), width, depth, 0.0)
    for value in net.parameters():
        nn.init.normal_(value, std=0.4)
    return net.eval(), from_weights(ALPHABET, weights_of(net))


def text_of(n: int, seed: int = 0) -> str:
    return "".join(np.random.default_rng(seed).choice(list(ALPHABET[1:]), n))


def own_lstm(net: CharacterNet) -> nn.LSTM:
    """torch's LSTM with the weights of the one layer of `net`; its order of gates is in, forget, new, out."""
    layer, width = net.layers[0], net.width
    order = torch.cat([torch.arange(width) + width * block for block in (0, 1, 3, 2)])
    lstm = nn.LSTM(len(ALPHABET), width)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(layer.inner.T[order])
        lstm.weight_hh_l0.copy_(layer.recurrent.T[order])
        lstm.bias_ih_l0.copy_(layer.bias[order])
        lstm.bias_hh_l0.zero_()
    return lstm


def test_a_layer_is_torchs_lstm_forwards_and_backwards() -> None:
    net, _ = made(depth=1)
    lstm = own_lstm(net)
    given = torch.from_numpy(codes(text_of(90), ALPHABET)).view(30, 3)
    scores, _ = net(given, net.begin(3))
    values, _ = lstm(nn.functional.one_hot(given, len(ALPHABET)).float())
    expected = values @ net.head.weight.T + net.head.bias
    torch.testing.assert_close(scores, expected)
    scores.square().mean().backward()
    net_gradient = net.layers[0].recurrent.grad.clone()
    expected.square().mean().backward()
    order = torch.cat([torch.arange(net.width) + net.width * block for block in (0, 1, 3, 2)])
    torch.testing.assert_close(net_gradient[:, order], lstm.weight_hh_l0.grad.T, atol=1e-6, rtol=1e-4)
    torch.testing.assert_close(net.layers[0].inner.grad[:, order], lstm.weight_ih_l0.grad.T, atol=1e-6, rtol=1e-4)


def test_gradients_of_two_layers_are_those_of_small_steps() -> None:
    net, _ = made()
    given = torch.from_numpy(codes(text_of(60), ALPHABET)).view(20, 3)

    def loss() -> torch.Tensor:
        scores, _ = net(given, net.begin(3))
        return nn.functional.cross_entropy(scores.flatten(0, 1), given.roll(-1, 0).flatten())

    loss().backward()
    for name, value in net.named_parameters():
        place = int(value.grad.abs().argmax())
        with torch.no_grad():
            value.view(-1)[place] += 1e-2
            high = float(loss())
            value.view(-1)[place] -= 2e-2
            low = float(loss())
            value.view(-1)[place] += 1e-2
        assert float(value.grad.view(-1)[place]) == pytest.approx((high - low) / 2e-2, rel=2e-2), name


@pytest.mark.parametrize("depth", [1, 3])
def test_numpy_gives_the_scores_of_the_net(depth: int) -> None:
    net, writer = made(depth)
    given = codes(text_of(50), ALPHABET)
    with torch.no_grad():
        expected, _ = net(torch.from_numpy(given)[:, None], net.begin(1))
    state = writer.begin(1)
    for place, code in enumerate(given):
        scores, state = writer.step(np.array([code]), state)
        np.testing.assert_allclose(scores[0], expected[place, 0].numpy(), atol=1e-5)


def test_bits_are_minus_log2_of_the_chance_of_each_character() -> None:
    _, writer = made()
    text = text_of(300)
    found = writer.bits(text)
    state, given = writer.begin(1), codes(text, ALPHABET)
    for place in range(len(text) - 1):
        scores, state = writer.step(given[place : place + 1], state)
        chance = np.exp(scores[0].astype(float)) / np.exp(scores[0].astype(float)).sum()
        assert found[place] == pytest.approx(-math.log2(chance[given[place + 1]]), abs=1e-4)


def test_a_long_text_read_in_many_places_costs_what_it_costs_from_the_beginning() -> None:
    _, writer = made(width=6)
    text = text_of(256 * (SIDE + 8))
    state, given, expected = writer.begin(1), codes(text, ALPHABET), []
    for place in range(len(text) - 1):
        scores, state = writer.step(given[place : place + 1], state)
        high = scores[0].max()
        expected.append((math.log(np.exp(scores[0] - high).sum()) + high - scores[0, given[place + 1]]) / math.log(2))
    np.testing.assert_allclose(writer.bits(text), expected, atol=1e-3)


def test_memory_is_what_the_last_layer_passes_on() -> None:
    _, writer = made(depth=1)
    found = writer.memory("abc\n")
    assert found.shape == (4, writer.width)
    assert np.abs(found).max() <= 1
    _, state = writer.step(codes("a", ALPHABET), writer.begin(1))
    np.testing.assert_array_equal(found[0], state[0][0][0])


def test_the_same_seed_writes_the_same_and_temperature_says_how_boldly() -> None:
    _, writer = made()
    once = writer.write(200, prompt="ab", seed=3)
    assert once == writer.write(200, prompt="ab", seed=3) != writer.write(200, prompt="ab", seed=4)
    assert OTHER not in once
    cold = [writer.write(40, temperature=0.01, seed=seed) for seed in range(3)]
    assert len(set(cold)) == 1, "at a low temperature it is always the likeliest character"
    state = writer.begin(1)
    for given, wanted in zip("\n" + cold[0], cold[0], strict=False):
        scores, state = writer.step(codes(given, ALPHABET), state)
        assert ALPHABET[1 + int(scores[0, 1:].argmax())] == wanted


def test_characters_are_drawn_as_often_as_they_are_likely() -> None:
    _, writer = made(depth=1)
    n = 4000
    drawn = [writer.write(1, prompt="a", seed=seed) for seed in range(n)]
    scores, _ = writer.step(codes("a", ALPHABET), writer.begin(1))
    raised = np.exp(scores[0, 1:].astype(float))
    shares = np.array([drawn.count(letter) / n for letter in ALPHABET[1:]])
    expected = raised / raised.sum()
    assert np.abs(shares - expected).max() < 4 * np.sqrt(expected.max() / n)


def test_a_prompt_with_what_was_never_learned_is_refused() -> None:
    _, writer = made()
    with pytest.raises(OptionError, match=r"'Z'.*abcdefgh"):
        writer.write(5, prompt="aZ")
    with pytest.raises(OptionError, match="no character"):
        writer.write(5, prompt="")


def test_a_writer_is_saved_and_read_again(tmp_path) -> None:
    _, writer = made()
    model_folder.save(tmp_path, *codec.encode(writer))
    again = model_folder.load(tmp_path, "a test", codec.refuse_newer, codec.decode)
    np.testing.assert_array_equal(again.bits(text_of(100)), writer.bits(text_of(100)))
    assert again.alphabet == writer.alphabet
    content = bytearray((tmp_path / model_folder.ARRAYS).read_bytes())
    content[-1] ^= 1
    (tmp_path / model_folder.ARRAYS).write_bytes(content)
    with pytest.raises(ModelFileError, match="not as they were written"):
        model_folder.load(tmp_path, "a test", codec.refuse_newer, codec.decode)
    with pytest.raises(RunError, match="a folder that a test wrote"):
        model_folder.load(tmp_path / "nowhere", "a test", codec.refuse_newer, codec.decode)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "discern topics"}, "format"),
        ({"alphabet": "abc"}, "alphabet"),
        ({"alphabet": OTHER + "ba" + ALPHABET[3:]}, "not in order"),
        ({"alphabet": OTHER + "aa" + ALPHABET[3:]}, "not in order"),
        ({"depth": 0}, "depth"),
        ({"depth": 3}, "lacks"),
        ({"depth": True}, "depth"),
        ({"more": 1}, "unknown"),
    ],
)
def test_records_that_fit_no_writer_are_refused(change: dict, message: str) -> None:
    record, arrays = codec.encode(made()[1])
    with pytest.raises(ModelFileError, match=message):
        codec.decode(record | change, arrays)


@pytest.mark.parametrize("name", ["head", "head_bias", "inner_0", "recurrent_1", "bias_1"])
def test_arrays_that_fit_no_writer_are_refused(name: str) -> None:
    record, arrays = codec.encode(made()[1])
    whole = arrays[name]
    for wrong in (whole.astype(np.float64), whole[:-1], np.full_like(whole, np.nan), np.full_like(whole, 1e30)):
        with pytest.raises(ModelFileError):
            codec.decode(record, arrays | {name: wrong})
    with pytest.raises(NewerFormat, match="version 2"):
        codec.decode(record | {"version": 2}, arrays)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_the_baseline_is_nltks(order: int) -> None:
    alphabet = ALPHABET[1:6]
    random = np.random.default_rng(1)
    learned, held = random.integers(0, 5, 400), random.integers(0, 5, 60)
    found = witten_bell_bits(learned, held, 5, order)
    model = WittenBellInterpolated(order)
    letters = [alphabet[code] for code in learned]
    grams = [gram for n in range(1, order + 1) for gram in ngrams(letters, n)]
    model.fit([grams], vocabulary_text=list(alphabet))
    asked = [alphabet[code] for code in held]
    for place, letter in enumerate(asked):
        context = asked[max(0, place - order + 1) : place]
        chance = 0.0
        # NLTK ends the mixture at the shares of single characters; here all characters alike come below them
        singles = np.bincount(learned, minlength=5)
        alone = (singles[held[place]] + 5 / 5) / (len(learned) + 5)
        chance = _nltk(model, letter, tuple(context), alone)
        assert 2 ** -found[place] == pytest.approx(chance, rel=1e-9)


def _nltk(model: WittenBellInterpolated, letter: str, context: tuple[str, ...], alone: float) -> float:
    """NLTK's weights from the longest context down, on the chance of the character alone."""
    if not context:
        return alone
    shorter = _nltk(model, letter, context[1:], alone)
    counts = model.counts[context]
    if not counts.N():
        return shorter
    alpha, gamma = model.estimator.alpha_gamma(letter, context)
    return float(alpha + gamma * shorter)


def test_streams_are_pieces_of_one_text_and_their_followers() -> None:
    text = torch.arange(23)
    pairs = stretches(text, 3, 4)
    given, wanted = (torch.cat([pair[k] for pair in pairs]) for k in (0, 1))
    assert given.T.tolist() == [list(range(start, start + 7)) for start in (0, 7, 14)]
    assert (wanted == given + 1).all()
