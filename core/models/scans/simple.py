"""The simple recurrent cell over a whole sequence: ``h_t = f(p_t + W h_{t-1})``.

Backward, from the last step to the first, with g_t the gradient of what goes into f::

    g_t      = dh_t * f'(t)
    dh_{t-1} = dout_{t-1} + W^T g_t

f' is a function of h alone for every f here.
Shape letters: B batch, T time, H hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor

from core.models.products import Product, outer
from core.models.scans.functions import (
    identity,
    relu,
    tanh,
    times_one,
    times_relu_slope,
    times_sigmoid_slope,
    times_tanh_slope,
)
from core.models.scans.protocol import Grads, Saved, Sequences, first_then, given_before, given_last


class SimpleScan:
    """See :class:`core.models.scans.protocol.Scan`."""

    weights: tuple[str, ...] = ("weight_hh",)

    def __init__(self, nonlinearity: str) -> None:
        self.nonlinearity = nonlinearity

    def forward(self, projected: Tensor, state: Sequences, weights: Sequences) -> tuple[Sequences, Saved]:
        apply = _FUNCTIONS[self.nonlinearity]
        hidden = first_then(state[0], projected.shape[0])
        times = Product(weights[0], projected.shape[1])
        h, *slots = hidden.unbind(0)
        for now, slot in zip(projected.unbind(0), slots, strict=True):
            apply(times.plus(h, now), out=slot)
            h = slot
        return (hidden[1:],), (hidden,)

    def backward(self, grads: Grads, saved: Saved, weights: Sequences) -> tuple[Tensor, Sequences, Sequences]:
        (hidden,) = saved
        times = Product(weights[0].t(), hidden.shape[1])
        d_hidden, given = given_last(grads[0], hidden), given_before(grads[0], len(hidden) - 1)
        d_projected = torch.empty_like(hidden[1:])
        bend = _SLOPES[self.nonlinearity]
        for h, slot, before in reversed(list(zip(hidden[1:].unbind(0), d_projected.unbind(0), given, strict=True))):
            bend(d_hidden, h, out=slot)
            d_hidden = times(slot) if before is None else times.plus(slot, before)
        return d_projected, (d_hidden,), (outer(d_projected, hidden[:-1]),)


_FUNCTIONS: Mapping[str, Callable[..., Tensor]] = MappingProxyType(
    {"tanh": tanh, "sigmoid": torch.sigmoid, "relu": relu, "identity": identity}
)
_SLOPES: Mapping[str, Callable[..., Tensor]] = MappingProxyType(
    {"tanh": times_tanh_slope, "sigmoid": times_sigmoid_slope, "relu": times_relu_slope, "identity": times_one}
)
