"""The simple recurrent cell, with a choice of nonlinearities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from core.models.cells.base import Cell, State, Step, Weights, linear

if TYPE_CHECKING:
    from torch import Tensor

_FUNCTIONS: Mapping[str, Callable[[Tensor], Tensor]] = MappingProxyType(
    {
        "tanh": lambda total: total.tanh(),
        "relu": lambda total: total.relu(),
        "sigmoid": lambda total: total.sigmoid(),
        "identity": lambda total: total,
    }
)


@dataclass(frozen=True)
class RNN(Cell):
    """The simple recurrent cell.

    ::

        h_t = f(W x_t + b + U h_{t-1} + d)

    It has no gates; its only row block is called ``hidden`` and its value is the new state itself. With ``identity``
    the cell is linear, which makes its gradient through time a plain power of U. With ``relu`` and ``identity`` nothing
    bounds the state.

    Reference:
        Elman, 1990, "Finding structure in time"; with ``relu`` and an identity matrix at the start, Le et al., 2015, "A
        simple way to initialize recurrent networks of rectified linear units".
    """

    nonlinearity: str = "tanh"

    name: ClassVar[str] = "rnn"
    label: ClassVar[str] = "RNN"
    summary: ClassVar[str] = "One squashed sum of input and last state: fast, and soon forgetful."
    step_seconds: ClassVar[float] = 1.2e-5
    gates: ClassVar[tuple[str, ...]] = ("hidden",)
    nonlinearities: ClassVar[tuple[str, ...]] = tuple(_FUNCTIONS)

    @property
    def kernel(self) -> str | None:
        return f"rnn_{self.nonlinearity}" if self.nonlinearity in ("tanh", "relu") else None

    @property
    def bounded(self) -> bool:
        return self.nonlinearity in ("tanh", "sigmoid")

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        (h,) = state
        total = projected + linear(h, weights["weight_hh"], weights["bias_hh"])
        h = _FUNCTIONS[self.nonlinearity](total)
        return Step((h,), {"hidden": h}, {"hidden": total})
