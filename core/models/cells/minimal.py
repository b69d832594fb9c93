"""Cells without a recurrent matrix: gates and candidate see the input alone, so that all steps can run at once.

Their states are linear in the state before, ``h_t = a_t * h_{t-1} + b_t`` with a between 0 and 1, which a parallel scan
computes in log(T) rounds. They have neither ``weight_hh`` nor ``bias_hh``. Gates and states are fp32 at least, also under
autocast: in bf16 a share of 1 / 500 of the new value would be lost in the state that it is added to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from core.models.cells.base import Cell, State, Step, Weights, at_least_single

if TYPE_CHECKING:
    from torch import Tensor


class MinGRU(Cell):
    """A GRU stripped of everything that looks at the state.

    ::

        z   = sigmoid(W x_t + b)        update gate
        n   = W x_t + b                 new (candidate) state
        h_t = (1 - z) * h_{t-1} + z * n

    An update gate near 1 replaces the old state, the opposite of :class:`GRU`, as its authors have it.

    Reference:
        Feng et al., 2024, "Were RNNs all we needed?", section 3.1.
    """

    name: ClassVar[str] = "min_gru"
    label: ClassVar[str] = "minGRU"
    summary: ClassVar[str] = "A GRU whose gate sees the input alone, so that all steps run at once."
    step_seconds: ClassVar[float] = 8e-6
    gates: ClassVar[tuple[str, ...]] = ("update", "new")
    memory_gate: ClassVar[tuple[str, int] | None] = ("update", -1)

    def shapes(self, input_size: int, hidden_size: int) -> dict[str, tuple[int, ...]]:
        return _without_recurrence(super().shapes(input_size, hidden_size))

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        (h,) = state
        projected = at_least_single(projected)
        total, n = projected.chunk(2, dim=-1)
        z = total.sigmoid()
        h = (1 - z) * h + z * n
        return Step((h,), {"update": z, "new": n}, {"update": total, "new": n})


class MinLSTM(Cell):
    """An LSTM stripped of everything that looks at the state; one state is left.

    ::

        f, i = sigmoid(W x_t + b)               forget and input gate
        n    = W x_t + b                        candidate
        h_t  = f / (f + i) * h_{t-1} + i / (f + i) * n

    The gates of a step are the two shares, which add up to 1: they are what acts.

    Reference:
        Feng et al., 2024, "Were RNNs all we needed?", section 3.2.
    """

    name: ClassVar[str] = "min_lstm"
    label: ClassVar[str] = "minLSTM"
    summary: ClassVar[str] = "An LSTM whose gates see the input alone, so that all steps run at once."
    step_seconds: ClassVar[float] = 8e-6
    gates: ClassVar[tuple[str, ...]] = ("forget", "input", "candidate")
    memory_gate: ClassVar[tuple[str, int] | None] = ("forget", 1)

    def shapes(self, input_size: int, hidden_size: int) -> dict[str, tuple[int, ...]]:
        return _without_recurrence(super().shapes(input_size, hidden_size))

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        (h,) = state
        projected = at_least_single(projected)
        total_f, total_i, n = projected.chunk(3, dim=-1)
        # f / (f + i) is sigmoid(log f - log i) and log sigmoid(a) is -log(1 + exp(-a)): exact where both gates are
        # so nearly closed that the sum would be 0.
        zero = projected.new_zeros(())
        odds = zero.logaddexp(-total_i) - zero.logaddexp(-total_f)
        f, i = odds.sigmoid(), (-odds).sigmoid()
        h = f * h + i * n
        return Step(
            (h,), {"forget": f, "input": i, "candidate": n}, {"forget": total_f, "input": total_i, "candidate": n}
        )


def _without_recurrence(shapes: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    return {name: shape for name, shape in shapes.items() if name in ("weight_ih", "bias_ih")}
