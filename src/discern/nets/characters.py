"""A recurrent net over characters: layers of long short-term memory (LSTM), and the vote for the next character.

Source: Hochreiter and Schmidhuber, Neural Computation 9, 1997, with the forget gate of Gers et al., 2000.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn

State = list[tuple[Tensor, Tensor]]
"""Of each layer what it passes on, `(B, H)`, and its cells, float32 `(B, H)`."""

REMEMBERS = 1.0
"""The bias with which gates of forgetting begin: at first nearly everything is kept."""


class CharacterNet(nn.Module):
    """Codes of characters `(T, B)` to scores of the next one, float32 `(T, B, n_characters)`.

    Each layer but the first adds its answer to what it was given. While learning, `dropout` of the units are silent,
    the same ones along a whole stretch.
    """

    def __init__(self, n_characters: int, width: int, depth: int, dropout: float) -> None:
        super().__init__()
        self.width, self.dropout = width, dropout
        self.layers = nn.ModuleList(Memory(n_characters if k == 0 else width, width) for k in range(depth))
        self.head = nn.Linear(width, n_characters)

    def begin(self, n: int) -> State:
        """What `n` streams remember before their first character: nothing."""
        return [(torch.zeros(n, self.width), torch.zeros(n, self.width)) for _ in self.layers]

    def forward(self, codes: Tensor, state: State, dtype: torch.dtype = torch.float32) -> tuple[Tensor, State]:
        """Scores, and what is remembered after the last character; multiplications are done in `dtype`."""
        after: State = []
        values: Tensor | None = None
        for module, (passed, cells) in zip(self.layers, state, strict=True):
            layer = cast(Memory, module)
            if values is None:
                given = (layer.inner + layer.bias).to(dtype)
            else:
                given = values @ layer.inner.to(dtype) + layer.bias.to(dtype)
            found, passed, cells = _Steps.apply(  # type: ignore[no-untyped-call]
                given, layer.recurrent.to(dtype), passed, cells, codes if values is None else None
            )
            after.append((passed, cells))
            values = self._silenced(found) if values is None else values + self._silenced(found)
        assert values is not None
        scores = values @ self.head.weight.T.to(dtype)
        return scores.float() + self.head.bias, after

    def _silenced(self, values: Tensor) -> Tensor:
        if not self.training or not self.dropout:
            return values
        kept = torch.rand(1, *values.shape[1:]) >= self.dropout
        return values * (kept.to(values.dtype) / (1 - self.dropout))


class Memory(nn.Module):
    """One layer: weights from below `inner` (n_inputs, 4 H), from the step before `recurrent` (H, 4 H), `bias` (4 H,).

    The four blocks of H columns are the gates in, forget and out, and the new content.
    """

    def __init__(self, n_inputs: int, width: int) -> None:
        super().__init__()
        self.inner = nn.Parameter(torch.randn(n_inputs, 4 * width) * (0.5 / math.sqrt(n_inputs)))
        blocks = [nn.init.orthogonal_(torch.empty(width, width)) for _ in range(4)]
        self.recurrent = nn.Parameter(torch.cat(blocks, dim=1))
        bias = torch.zeros(4 * width)
        bias[width : 2 * width] = REMEMBERS
        self.bias = nn.Parameter(bias)


class _Steps(torch.autograd.Function):
    """All steps of one layer: what it is given from below is `(T, B, 4 H)`, or the row of a table for each of `codes`.

    By hand, since torch's own record of the steps adds the gradient of the weights up `T` times; here it is one
    multiplication at the end.
    """

    @staticmethod
    def forward(
        ctx: Any, given: Tensor, recurrent: Tensor, passed: Tensor, cells: Tensor, codes: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        n_steps, n = given.shape[:2] if codes is None else codes.shape
        width = recurrent.shape[0]
        gates = given.new_empty(n_steps, n, 4 * width)
        kept = cells.new_empty(n_steps + 1, n, width)
        out = given.new_empty(n_steps + 1, n, width)
        kept[0], out[0] = cells, passed
        gate = cells.new_empty(n, 4 * width)
        enter, forget, leave, new = gate.chunk(4, dim=1)
        for step in range(n_steps):
            below = given[step] if codes is None else given[codes[step]]
            gate.copy_(torch.addmm(below, out[step], recurrent))
            gate[:, : 3 * width].sigmoid_()
            new.tanh_()
            torch.mul(forget, kept[step], out=kept[step + 1])
            kept[step + 1].addcmul_(enter, new)
            out[step + 1] = torch.tanh(kept[step + 1]).mul_(leave)
            gates[step] = gate
        ctx.save_for_backward(gates, kept, out, recurrent, codes, given if codes is not None else None)
        last, last_cells = out[-1].float(), kept[-1].clone()
        ctx.mark_non_differentiable(last, last_cells)
        return out[1:], last, last_cells

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        gates, kept, out, recurrent, codes, table = ctx.saved_tensors
        n_steps, n, _ = gates.shape
        width = len(recurrent)
        back = torch.empty_like(gates)
        gate, here = kept.new_empty(n, 4 * width), kept.new_empty(n, 4 * width)
        enter, forget, leave, new = gate.chunk(4, dim=1)
        to_enter, to_forget, to_leave, to_new = here.chunk(4, dim=1)
        along, carried = kept.new_zeros(n, width), kept.new_zeros(n, width)
        across = recurrent.T.contiguous()
        for step in range(n_steps - 1, -1, -1):
            gate.copy_(gates[step])
            along += gradients[0][step]
            shown = torch.tanh(kept[step + 1])
            torch.mul(along, shown, out=to_leave)
            carried.addcmul_(along.mul_(leave), shown.square_().neg_().add_(1))
            torch.mul(carried, new, out=to_enter)
            torch.mul(carried, kept[step], out=to_forget)
            torch.mul(carried, enter, out=to_new).addcmul_(to_new, new.square_(), value=-1)
            sigmoids = gate[:, : 3 * width]
            here[:, : 3 * width].mul_(sigmoids).addcmul_(here[:, : 3 * width], sigmoids, value=-1)
            back[step] = here
            along = (back[step] @ across).float()
            carried.mul_(forget)
        rows = back.view(n_steps * n, 4 * width)
        weights = out[:-1].reshape(-1, width).T @ rows
        if codes is None:
            return back, weights, None, None, None
        which = nn.functional.one_hot(codes.reshape(-1), len(table)).to(rows.dtype)
        return which.T @ rows, weights, None, None, None


def weights_of(net: CharacterNet) -> dict[str, Any]:
    """The weights as float32 arrays, by name."""
    return {name: value.detach().numpy().copy() for name, value in net.state_dict().items()}


def stretches(codes: Tensor, n_streams: int, length: int) -> Sequence[tuple[Tensor, Tensor]]:
    """A text `(n,)` as `n_streams` texts side by side: pairs of codes `(T, B)` and those that follow them."""
    each = (len(codes) - 1) // n_streams
    given = codes[: each * n_streams].view(n_streams, each).T.contiguous()
    wanted = codes[1 : each * n_streams + 1].view(n_streams, each).T.contiguous()
    return [(given[at : at + length], wanted[at : at + length]) for at in range(0, each, length)]
