"""The gated cells of the textbooks: the long short-term memory, and the gated recurrent unit in both conventions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from core.models.cells.base import Cell, State, Step, Weights, linear

if TYPE_CHECKING:
    from torch import Tensor


class LSTM(Cell):
    """The long short-term memory cell, with a forget gate and without peepholes.

    ::

        i, f, o = sigmoid(W x_t + b + U h_{t-1} + d)    input, forget and output gate
        g       = tanh(W x_t + b + U h_{t-1} + d)       candidate
        c_t     = f * c_{t-1} + i * g
        h_t     = o * tanh(c_t)

    Reference:
        Hochreiter and Schmidhuber, 1997, "Long short-term memory"; the forget gate is from Gers et al., 2000, "Learning
        to forget: continual prediction with LSTM".
    """

    name: ClassVar[str] = "lstm"
    label: ClassVar[str] = "LSTM"
    summary: ClassVar[str] = "Three gates guard a second, long-lived state: remembers longest."
    step_seconds: ClassVar[float] = 1.5e-6
    gates: ClassVar[tuple[str, ...]] = ("input", "forget", "candidate", "output")
    num_states: ClassVar[int] = 2
    memory_gate: ClassVar[tuple[str, int] | None] = ("forget", 1)

    @property
    def kernel(self) -> str | None:
        return "lstm"

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        h, c = state
        total = (projected + linear(h, weights["weight_hh"], weights["bias_hh"])).chunk(4, dim=-1)
        i, f, g, o = total[0].sigmoid(), total[1].sigmoid(), total[2].tanh(), total[3].sigmoid()
        c = f * c + i * g
        h = o * c.tanh()
        gates = dict(zip(self.gates, (i, f, g, o), strict=True))
        return Step((h, c), gates, dict(zip(self.gates, total, strict=True)))


class GRU(Cell):
    """The gated recurrent unit in torch's convention: the reset gate acts after the recurrent product.

    ::

        r, z = sigmoid(W x_t + b + U h_{t-1} + d)       reset and update gate
        n    = tanh(W x_t + b + r * (U h_{t-1} + d))    new (candidate) state
        h_t  = (1 - z) * n + z * h_{t-1}

    An update gate near 1 keeps the old state.

    Reference:
        Cho et al., 2014, "Learning phrase representations using RNN encoder-decoder", section 2.3. The paper applies
        the reset gate before the product (:class:`GRUResetBefore`); the form here is the one of version 1 of its
        preprint and of cuDNN.
    """

    name: ClassVar[str] = "gru"
    label: ClassVar[str] = "GRU"
    summary: ClassVar[str] = "Two gates and a single state: nearly an LSTM's memory with a quarter fewer weights."
    step_seconds: ClassVar[float] = 4e-5
    gates: ClassVar[tuple[str, ...]] = ("reset", "update", "new")
    memory_gate: ClassVar[tuple[str, int] | None] = ("update", 1)

    @property
    def kernel(self) -> str | None:
        return "gru"

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        (h,) = state
        x_r, x_z, x_n = projected.chunk(3, dim=-1)
        h_r, h_z, h_n = linear(h, weights["weight_hh"], weights["bias_hh"]).chunk(3, dim=-1)
        total_r, total_z = x_r + h_r, x_z + h_z
        r, z = total_r.sigmoid(), total_z.sigmoid()
        total_n = x_n + r * h_n
        n = total_n.tanh()
        h = (1 - z) * n + z * h
        return Step((h,), {"reset": r, "update": z, "new": n}, {"reset": total_r, "update": total_z, "new": total_n})


class GRUResetBefore(Cell):
    """The gated recurrent unit as first published: the reset gate acts on the state, before the recurrent product.

    ::

        r, z = sigmoid(W x_t + b + U h_{t-1} + d)       reset and update gate
        n    = tanh(W x_t + b + U (r * h_{t-1}) + d)    new (candidate) state
        h_t  = (1 - z) * n + z * h_{t-1}

    Names, order and meaning of the gates are those of :class:`GRU`. Two products that follow each other make a step
    slower, and torch has no kernel for it.

    Reference:
        Cho et al., 2014, "Learning phrase representations using RNN encoder-decoder", section 2.3, equations 5 to 8.
    """

    name: ClassVar[str] = "gru_reset_before"
    label: ClassVar[str] = "GRU, reset before"
    summary: ClassVar[str] = "The GRU as first published: it forgets before it multiplies, not after."
    step_seconds: ClassVar[float] = 5e-5
    gates: ClassVar[tuple[str, ...]] = GRU.gates
    memory_gate: ClassVar[tuple[str, int] | None] = GRU.memory_gate

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        (h,) = state
        weight, bias, gate_rows = weights["weight_hh"], weights["bias_hh"], 2 * h.shape[-1]
        x_r, x_z, x_n = projected.chunk(3, dim=-1)
        h_r, h_z = linear(h, weight[:gate_rows], bias[:gate_rows]).chunk(2, dim=-1)
        total_r, total_z = x_r + h_r, x_z + h_z
        r, z = total_r.sigmoid(), total_z.sigmoid()
        total_n = x_n + linear(r * h, weight[gate_rows:], bias[gate_rows:])
        n = total_n.tanh()
        h = (1 - z) * n + z * h
        return Step((h,), {"reset": r, "update": z, "new": n}, {"reset": total_r, "update": total_z, "new": total_n})
