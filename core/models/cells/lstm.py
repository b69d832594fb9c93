"""The long short-term memory. Its whole sequences run in torch's kernels, which are the fastest everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from core.models.cells.base import Cell, State, Step, Weights, linear
from core.models.cells.wiring import REMEMBERED, Wire, gate_wires

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
    states: ClassVar[tuple[str, ...]] = ("h", "c")
    memory_gate: ClassVar[tuple[str, int] | None] = ("forget", 1)

    @property
    def kernel(self) -> str | None:
        return "lstm"

    @property
    def wiring(self) -> tuple[Wire, ...]:
        return (
            *gate_wires("forget", "f"),
            *gate_wires("input", "i"),
            *gate_wires("candidate", "g", "tanh"),
            *gate_wires("output", "o"),
            *REMEMBERED,
            Wire("squashed", "tanh", ("c",)),
            Wire("h", "product", ("output", "squashed")),
        )

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        h, c = state
        total = (projected + linear(h, weights["weight_hh"], weights["bias_hh"])).chunk(4, dim=-1)
        i, f, g, o = total[0].sigmoid(), total[1].sigmoid(), total[2].tanh(), total[3].sigmoid()
        c = f * c + i * g
        h = o * c.tanh()
        gates = dict(zip(self.gates, (i, f, g, o), strict=True))
        return Step((h, c), gates, dict(zip(self.gates, total, strict=True)))
