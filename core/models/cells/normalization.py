"""Layer normalisation inside a cell: as an equation, and step by step in a scan.

Backward a normalisation of v to w = (v - mean) / deviation * gain + shift is linear in dw, given v and its statistics::

    dv = (e - mean(e) - v' * mean(e * v')) / deviation      with e = dw * gain and v' = (v - mean) / deviation

torch has both directions as one operation each. The gains' and shifts' gradients are sums over all steps at once.
Shape letters: B batch, T time, H hidden, N normalised features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.models.cells.base import Tensors, Weights, at_least_single
from core.models.cells.lazily import products, torch

if TYPE_CHECKING:
    from torch import Tensor

EPSILON = 1e-5
"""What layer normalisation adds to a variance, as torch does."""


def normalize(values: Tensor) -> Tensor:
    """Returns values (..., K) less their mean and divided by their standard deviation over K, in fp32 at least."""
    values = at_least_single(values)
    centered = values - values.mean(-1, keepdim=True)
    return centered * (centered.square().mean(-1, keepdim=True) + EPSILON).rsqrt()


def input_share(inputs: Tensor, weights: Weights, blocks: tuple[int, ...]) -> Tensor:
    """The input's product (T, B, K) with layer normalisation, of inputs (T, B, F).

    Args:
        inputs: Of all steps.
        weights: Of a layer-normalised cell.
        blocks: How many blocks of H are normalised together, in the order of the gates.
    """
    product = products.linear(inputs, weights["weight_ih"], None)  # (T, B, K)
    size = product.shape[-1] // sum(blocks)
    parts = (
        tensor.split([size * count for count in blocks], dim=-1)
        for tensor in (product, weights["norm_ih_weight"], weights["bias_ih"])
    )
    normal = [
        torch.nn.functional.layer_norm(values, gain.shape, gain, shift, EPSILON)
        for values, gain, shift in zip(*parts, strict=True)
    ]
    return torch.cat(normal, dim=-1) if len(blocks) > 1 else normal[0]


class Normalization:
    """One layer normalisation, applied at every step; keeps what its backward pass needs.

    Args:
        gain, shift: (N,).
        num_steps, num_rows: T and B.
    """

    def __init__(self, gain: Tensor, shift: Tensor, num_steps: int, num_rows: int) -> None:
        self.gain, self.shift = gain, shift
        self.saved = tuple(gain.new_empty(num_steps, num_rows, size) for size in (len(gain), 1, 1))
        self._room = zip(*(part.unbind(0) for part in self.saved), strict=True)

    def __call__(self, values: Tensor) -> Tensor:
        """Normalises the values of the next step, (B, N)."""
        normal, *statistics = torch.native_layer_norm(values, self.gain.shape, self.gain, self.shift, EPSILON)
        for slot, part in zip(next(self._room), (values, *statistics), strict=True):
            slot.copy_(part)
        return normal


def back_through(grad: Tensor, statistics: Sequence[Tensor], gain: Tensor) -> Tensor:
    """The gradient of a normalisation's input (B, N) from that of its output.

    Args:
        grad: (B, N).
        statistics: The input (B, N), its means and inverse deviations, each (B, 1).
        gain: (N,).
    """
    mask = [True, False, False]
    return torch.ops.aten.native_layer_norm_backward(
        grad, statistics[0], gain.shape, *statistics[1:], gain, None, mask
    )[0]


def gain_and_shift(grads: Tensor, saved: Tensors, gain: Tensor) -> tuple[Tensor, Tensor]:
    """The gradients of gain and shift (N,), from those of the outputs of all steps (T, B, N)."""
    shape, mask = gain.shape, [False, True, True]
    _, d_gain, d_shift = torch.ops.aten.native_layer_norm_backward(grads, saved[0], shape, *saved[1:], gain, gain, mask)
    return d_gain, d_shift
