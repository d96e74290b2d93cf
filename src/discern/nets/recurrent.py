"""Recurrent networks for series: the past is read round by round into a memory, from which all steps are foretold.

B: series in a batch; T: rounds of the past; I: numbers of a round; H: steps ahead; A: numbers known of a step ahead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

CELLS: Mapping[str, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
"""Simple recurrent (Elman 1990), gated recurrent (Cho et al. 2014), long short-term memory (Hochreiter and Schmidhuber
1997)."""


class Recurrent(nn.Module):
    """A memory of the past, and one head for all steps ahead (direct multi-horizon, as in Wen et al. 2017)."""

    def __init__(self, cell: str, n_round: int, n_ahead: int, n_places: int, *, memory: int, width: int) -> None:
        super().__init__()
        self.past = CELLS[cell](n_round, memory, batch_first=True)
        self.place = nn.Embedding(n_places, 4)
        self.context = nn.Linear(memory + 4, width)
        self.ahead = nn.Linear(n_ahead, width, bias=False)
        self.mix = nn.Linear(width, width)
        self.out = nn.Linear(width, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, past: Tensor, ahead: Tensor, place: Tensor) -> Tensor:
        """What is to be added to the expectation, `(B, H)`, from `(B, T, I)`, `(B, H, A)` and `(B,)`."""
        states, _ = self.past(past)
        context = self.context(torch.cat([states[:, -1], self.place(place)], dim=1))
        hidden = torch.relu(context[:, None] + self.ahead(ahead))
        added: Tensor = self.out(torch.relu(self.mix(hidden)))[:, :, 0]
        return added


def shapes(
    cell: str, n_round: int, n_ahead: int, n_places: int, *, memory: int, width: int
) -> dict[str, tuple[int, ...]]:
    """The shape of each array of weights, without making any."""
    with torch.device("meta"):
        net = Recurrent(cell, n_round, n_ahead, n_places, memory=memory, width=width)
    return {name: tuple(array.shape) for name, array in net.state_dict().items()}


def weights_of(net: Recurrent) -> dict[str, Any]:
    """The weights as NumPy arrays."""
    return {name: array.detach().cpu().numpy().copy() for name, array in net.state_dict().items()}


def with_weights(cell: str, arrays: Mapping[str, Any], *, n_round: int, n_ahead: int, n_places: int) -> Recurrent:
    """A network with these weights."""
    memory, width = arrays["past.weight_hh_l0"].shape[1], arrays["mix.weight"].shape[0]
    net = Recurrent(cell, n_round, n_ahead, n_places, memory=memory, width=width)
    net.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    net.eval()
    return net
