"""The layer-normalised LSTM and GRU over a whole sequence.

As without normalisation, but what the recurrent product gives is normalised before it meets the input's share, and in
the LSTM the cell state too before it is let out. Backward a normalisation of v to w = (v - mean) / deviation * gain + shift
is linear in dw, given v and its statistics::

    dv = (e - mean(e) - v' * mean(e * v')) / deviation      with e = dw * gain and v' = (v - mean) / deviation

torch has both directions as one operation each. The gains' and shifts' gradients are sums over all steps at once.
Shape letters: B batch, T time, H hidden, N normalised features.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from core.models.cells.variants import EPSILON
from core.models.products import Product, outer
from core.models.scans.functions import tanh, tanh_
from core.models.scans.gru import gru_factors
from core.models.scans.lstm import lstm_factors
from core.models.scans.protocol import Grads, Saved, Sequences, first_then, given_before, given_last


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


def gain_and_shift(grads: Tensor, saved: Saved, gain: Tensor) -> tuple[Tensor, Tensor]:
    """The gradients of gain and shift (N,), from those of the outputs of all steps (T, B, N)."""
    shape, mask = gain.shape, [False, True, True]
    _, d_gain, d_shift = torch.ops.aten.native_layer_norm_backward(grads, saved[0], shape, *saved[1:], gain, gain, mask)
    return d_gain, d_shift


class LSTMLayerNormScan:
    """See :class:`core.models.scans.protocol.Scan`."""

    weights: tuple[str, ...] = ("weight_hh", "norm_hh_weight", "bias_hh", "norm_c_weight", "norm_c_bias")

    def forward(self, projected: Tensor, state: Sequences, weights: Sequences) -> tuple[Sequences, Saved]:
        weight, gain, shift, cell_gain, cell_shift = weights
        num_steps, num_rows, _ = projected.shape
        size = weight.shape[1]
        hidden, cells = first_then(state[0], num_steps), first_then(state[1], num_steps)
        gates, squashed = torch.empty_like(projected), hidden.new_empty(num_steps, num_rows, size)
        times = Product(weight, num_rows)
        normalize = Normalization(gain, shift, num_steps, num_rows)
        normalize_cell = Normalization(cell_gain, cell_shift, num_steps, num_rows)
        (h, *hs), (c, *cs) = hidden.unbind(0), cells.unbind(0)
        parts = (gates[..., : 2 * size], *gates.split(size, dim=-1), squashed, projected)
        for h_new, c_new, views in zip(hs, cs, zip(*(part.unbind(0) for part in parts), strict=True), strict=True):
            both, i, f, g, o, squash, now = views
            total = normalize(times(h)).add_(now)
            total_both, total_g, total_o = total.split((2 * size, size, size), dim=1)
            torch.sigmoid(total_both, out=both)
            tanh(total_g, out=g)
            torch.sigmoid(total_o, out=o)
            torch.mul(f, c, out=c_new).addcmul_(i, g)
            torch.mul(o, tanh(normalize_cell(c_new), out=squash), out=h_new)
            h, c = h_new, c_new
        return (hidden[1:], cells[1:]), (hidden, cells, gates, squashed, *normalize.saved, *normalize_cell.saved)

    def backward(self, grads: Grads, saved: Saved, weights: Sequences) -> tuple[Tensor, Sequences, Sequences]:
        hidden, cells, gates, squashed = saved[:4]
        of_product, of_cells = saved[4:7], saved[7:]
        weight, gain, _, cell_gain, _ = weights
        num_steps, num_rows, size = squashed.shape
        to_cells, to_outputs, factors = lstm_factors(cells[:-1], gates, squashed)
        times = Product(weight.t(), num_rows)
        d_gates, d_squashed = hidden.new_empty(num_steps, num_rows, 4, size), torch.empty_like(squashed)
        d_hidden, d_cell = given_last(grads[0], hidden), given_last(grads[1], cells)
        given_h, given_c = given_before(grads[0], num_steps), given_before(grads[1], num_steps)
        d_products = torch.empty_like(of_product[0])
        slots = (d_gates, d_gates[:, :, :3], d_gates[:, :, 3], d_squashed, d_products)
        parts = (to_cells, to_outputs, factors, gates[..., size : 2 * size], *slots, *of_product, *of_cells)
        for h_before, c_before, views in reversed(
            list(zip(given_h, given_c, zip(*(part.unbind(0) for part in parts), strict=True), strict=True))
        ):
            to_cell, to_output, factor, kept, slot, slot_ifg, slot_o, slot_squashed, product_slot, *statistics = views
            torch.mul(d_hidden, to_output, out=slot_o)
            torch.mul(d_hidden, to_cell, out=slot_squashed)
            d_cell = back_through(slot_squashed, statistics[3:], cell_gain).add_(d_cell)
            torch.mul(d_cell.unsqueeze(1), factor, out=slot_ifg)
            d_product = back_through(slot.view(num_rows, 4 * size), statistics[:3], gain)
            product_slot.copy_(d_product)
            d_hidden = times(d_product) if h_before is None else times.plus(d_product, h_before)
            d_cell = d_cell * kept if c_before is None else torch.addcmul(c_before, d_cell, kept)
        flat = d_gates.view(num_steps, num_rows, 4 * size)
        d_weight = outer(d_products, hidden[:-1])
        d_weights = (
            d_weight,
            *gain_and_shift(flat, of_product, gain),
            *gain_and_shift(d_squashed, of_cells, cell_gain),
        )
        return flat, (d_hidden, d_cell), d_weights


class GRULayerNormScan:
    """See :class:`core.models.scans.protocol.Scan`. Both gates are normalised together, the candidate by itself."""

    weights: tuple[str, ...] = ("weight_hh", "norm_hh_weight", "bias_hh")

    def forward(self, projected: Tensor, state: Sequences, weights: Sequences) -> tuple[Sequences, Saved]:
        weight, gain, shift = weights
        num_steps, num_rows, _ = projected.shape
        size = weight.shape[1]
        hidden = first_then(state[0], num_steps)
        new = projected[..., 2 * size :].clone(memory_format=torch.contiguous_format)
        inner = hidden.new_empty(num_steps, num_rows, size)
        gates = projected.new_empty(num_steps, num_rows, 2 * size)
        times = Product(weight, num_rows)
        normalize = Normalization(gain[: 2 * size], shift[: 2 * size], num_steps, num_rows)
        normalize_new = Normalization(gain[2 * size :], shift[2 * size :], num_steps, num_rows)
        h, *slots = hidden.unbind(0)
        parts = (projected[..., : 2 * size], new, gates, *gates.split(size, dim=-1), inner)
        for slot, views in zip(slots, zip(*(part.unbind(0) for part in parts), strict=True), strict=True):
            now, n, both, r, z, u = views
            of_gates, of_new = times(h).split((2 * size, size), dim=1)
            torch.sigmoid(normalize(of_gates.contiguous()).add_(now), out=both)
            u.copy_(normalize_new(of_new.contiguous()))
            tanh_(n.addcmul_(r, u))
            torch.lerp(n, h, z, out=slot)
            h = slot
        return (hidden[1:],), (hidden, gates, new, inner, *normalize.saved, *normalize_new.saved)

    def backward(self, grads: Grads, saved: Saved, weights: Sequences) -> tuple[Tensor, Sequences, Sequences]:
        hidden, gates, new, inner = saved[:4]
        of_gates, of_new = saved[4:7], saved[7:]
        weight, gain, _ = weights
        num_steps, num_rows, size = new.shape
        slope, factors = gru_factors(hidden[:-1], gates, new, inner)
        times = Product(weight.t(), num_rows)
        d_gates, d_products = torch.empty_like(factors), torch.empty_like(factors)
        d_hidden, given = given_last(grads[0], hidden), given_before(grads[0], num_steps)
        d_new = torch.empty_like(new)
        parts = (slope, factors, gates[..., size:], d_gates, d_products, d_new, *of_gates, *of_new)
        steps = zip(given, zip(*(part.unbind(0) for part in parts), strict=True), strict=True)
        for before, (slant, factor, z, slot, product_slot, new_slot, *statistics) in reversed(list(steps)):
            torch.mul(d_hidden, slant, out=new_slot)
            torch.mul(d_hidden.unsqueeze(1), factor, out=slot)
            both = slot[:, :2].reshape(num_rows, 2 * size)
            product_slot[:, :2] = back_through(both, statistics[:3], gain[: 2 * size]).view(num_rows, 2, size)
            product_slot[:, 2] = back_through(slot[:, 2].contiguous(), statistics[3:], gain[2 * size :])
            kept = d_hidden * z if before is None else torch.addcmul(before, d_hidden, z)
            d_hidden = times.plus(product_slot.view(num_rows, 3 * size), kept)
        flat = d_gates.view(num_steps, num_rows, 3 * size)
        d_weight = outer(d_products.view(num_steps, num_rows, 3 * size), hidden[:-1])
        of_both = gain_and_shift(flat[..., : 2 * size].contiguous(), of_gates, gain[: 2 * size])
        of_one = gain_and_shift(flat[..., 2 * size :].contiguous(), of_new, gain[2 * size :])
        d_gain, d_shift = (torch.cat(parts) for parts in zip(of_both, of_one, strict=True))
        d_gates[:, :, 2] = d_new
        return flat, (d_hidden,), (d_weight, d_gain, d_shift)
