"""The simple recurrent cell, with a choice of nonlinearities: its equation, and its scan over a whole sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from core.models.cells.base import Cell, State, Step, Tensors, Weights, linear
from core.models.cells.lazily import products, scans, torch
from core.models.cells.wiring import Op, Wire, gate_wires

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from core.models.cells.base import Gradients


class _Function(NamedTuple):
    """A nonlinearity: by itself, into room that is there, and a gradient (B, H) times its slope, told from its value h."""

    of: Callable[[Tensor], Tensor]
    into: Callable[[Tensor, Tensor], Tensor]
    times_slope: Callable[[Tensor, Tensor, Tensor], Tensor]


_FUNCTIONS = {
    "tanh": _Function(
        lambda total: total.tanh(),
        lambda total, out: scans.tanh(total, out),
        lambda grad, h, out: scans.times_tanh_slope(grad, h, out),
    ),
    "relu": _Function(
        lambda total: total.relu(),
        lambda total, out: torch.clamp_min(total, 0, out=out),
        lambda grad, h, out: torch.mul(grad, h > 0, out=out),
    ),
    "sigmoid": _Function(
        lambda total: total.sigmoid(),
        lambda total, out: torch.sigmoid(total, out=out),
        lambda grad, h, out: scans.times_sigmoid_slope(grad, h, out),
    ),
    "identity": _Function(
        lambda total: total, lambda total, out: out.copy_(total), lambda grad, h, out: out.copy_(grad)
    ),
}


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

    @property
    def wiring(self) -> tuple[Wire, ...]:
        return (*gate_wires("hidden", "h", cast("Op", self.nonlinearity)), Wire("h", "identity", ("hidden",)))

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        (h,) = state
        total = projected + linear(h, weights["weight_hh"], weights["bias_hh"])
        h = _FUNCTIONS[self.nonlinearity].of(total)
        return Step((h,), {"hidden": h}, {"hidden": total})

    def scan(self, inputs: Tensor, state: State, weights: Weights) -> Tensors:
        projected = products.linear(inputs, weights["weight_ih"], weights["bias_ih"] + weights["bias_hh"])
        return scans.run(self, projected, state, (weights["weight_hh"],))

    def forward(self, projected: Tensor, state: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        """``h_t = f(p_t + W h_{t-1})``, with p the input's share; see :class:`core.models.scans.Scan`."""
        apply = _FUNCTIONS[self.nonlinearity].into
        hidden = scans.first_then(state[0], projected.shape[0])  # (T + 1, B, H)
        times = products.Product(weights[0], projected.shape[1])
        h, *slots = hidden.unbind(0)
        for now, slot in zip(projected.unbind(0), slots, strict=True):  # each (B, H)
            apply(times.plus(h, now), slot)
            h = slot
        return (hidden[1:],), (hidden,)

    def backward(self, grads: Gradients, saved: Tensors, weights: Tensors) -> tuple[Tensor, Tensors, Tensors]:
        """From the last step to the first, with g_t the gradient of what goes into f, whose slope is told by h alone::

        g_t      = dh_t * f'(t)
        dh_{t-1} = dout_{t-1} + W^T g_t
        """
        (hidden,) = saved
        times = products.Product(weights[0].t(), hidden.shape[1])
        d_hidden = scans.given_last(grads[0], hidden)  # (B, H)
        given = scans.given_before(grads[0], len(hidden) - 1)
        d_projected = torch.empty_like(hidden[1:])  # (T, B, H)
        bend = _FUNCTIONS[self.nonlinearity].times_slope
        for h, slot, before in reversed(list(zip(hidden[1:].unbind(0), d_projected.unbind(0), given, strict=True))):
            bend(d_hidden, h, slot)
            d_hidden = times(slot) if before is None else times.plus(slot, before)
        return d_projected, (d_hidden,), (products.outer(d_projected, hidden[:-1]),)
