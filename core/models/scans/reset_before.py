"""The cells that gate the state before they multiply it: the GRU as first published, and the minimal gated unit.

Two products follow each other in every step. Forward, with p the input's share::

    GRU    r, z = sigmoid(p_rz + W_rz h)   n = tanh(p_n + W_n (r * h))   h' = n + z * (h - n)
    MGU    f    = sigmoid(p_f + W_f h)     n = tanh(p_n + W_n (f * h))   h' = h + f * (n - h)

Backward, with k the share of h that stays (z, or 1 - f) and e the gradient of the gated state::

    g_n = dh * (1 - k) * (1 - n^2)         e   = W_n^T g_n
    GRU    g_r = e * h * r * (1 - r)       g_z = dh * (h - n) * z * (1 - z)
    MGU    g_f = (e * h - dh * (h - n)) * f * (1 - f)
    dh_prev = dout_prev + dh * k + e * (r or f) + W_gates^T [g_r, g_z] or [g_f]

Shape letters: B batch, T time, H hidden.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.models.products import Product, outer
from core.models.scans.functions import tanh, times_sigmoid_slope, times_tanh_slope
from core.models.scans.protocol import (
    Grads,
    Saved,
    Sequences,
    chunks_from_the_end,
    first_then,
    given_before,
    given_last,
)


class ResetBeforeScan:
    """See :class:`core.models.scans.protocol.Scan`.

    Args:
        num_gates: 2 for the GRU, 1 for the minimal gated unit.
    """

    weights: tuple[str, ...] = ("weight_hh",)

    def __init__(self, num_gates: int) -> None:
        self.num_gates = num_gates

    def forward(self, projected: Tensor, state: Sequences, weights: Sequences) -> tuple[Sequences, Saved]:
        num_steps, num_rows, _ = projected.shape
        size = weights[0].shape[1]
        width = self.num_gates * size
        hidden, gated = first_then(state[0], num_steps), projected.new_empty(num_steps, num_rows, size)
        of_gates, new = (
            part.clone(memory_format=torch.contiguous_format) for part in projected.tensor_split([width], -1)
        )
        gates = torch.empty_like(of_gates)
        times_gates, times_new = Product(weights[0][:width], num_rows), Product(weights[0][width:], num_rows)
        h, *slots = hidden.unbind(0)
        # The first gate acts on the state before the product, the last one decides what stays: one and the same in MGU.
        parts = (of_gates, new, gates, gates[..., :size], gates[..., -size:], gated)
        for slot, views in zip(slots, zip(*(part.unbind(0) for part in parts), strict=True), strict=True):
            now, n, all_gates, gate, last, reset = views
            torch.sigmoid(times_gates.plus(h, now), out=all_gates)
            tanh(times_new.plus(torch.mul(gate, h, out=reset), n), out=n)
            torch.lerp(n, h, last, out=slot) if self.num_gates == 2 else torch.lerp(h, n, last, out=slot)
            h = slot
        return (hidden[1:],), (hidden, gates, new, gated)

    def backward(self, grads: Grads, saved: Saved, weights: Sequences) -> tuple[Tensor, Sequences, Sequences]:
        hidden, gates, new, gated = saved
        num_steps, num_rows, size = new.shape
        width = self.num_gates * size
        times_gates = Product(weights[0][:width].t(), num_rows)
        times_new = Product(weights[0][width:].t(), num_rows)
        d_gates, d_new = new.new_empty(num_steps, num_rows, width), torch.empty_like(new)
        d_hidden, given = given_last(grads[0], hidden), given_before(grads[0], num_steps)
        for chunk in chunks_from_the_end(num_steps, num_rows * size):
            factors = self._factors(hidden[:-1][chunk], gates[chunk], new[chunk])
            slots = d_gates[chunk]
            parts = (*factors, gates[chunk][..., :size], slots, slots[..., :size], slots[..., -size:], d_new[chunk])
            steps = zip(given[chunk], *(part.unbind(0) for part in parts), strict=True)
            for before, slope, keep, to_reset, to_last, gate, all_slots, slot, last_slot, new_slot in reversed(
                list(steps)
            ):
                d_gated = times_new(torch.mul(d_hidden, slope, out=new_slot))
                torch.mul(d_hidden, to_last, out=last_slot)
                torch.mul(d_gated, to_reset, out=slot) if self.num_gates == 2 else slot.addcmul_(d_gated, to_reset)
                d_hidden = d_hidden * keep if before is None else torch.addcmul(before, d_hidden, keep)
                d_hidden = times_gates.plus(all_slots, d_hidden.addcmul_(d_gated, gate))
        d_weight = torch.cat((outer(d_gates, hidden[:-1]), outer(d_new, gated)))
        return torch.cat((d_gates, d_new), dim=-1), (d_hidden,), (d_weight,)

    def _factors(self, before: Tensor, gates: Tensor, new: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """What dh is multiplied by for the candidate, h before and the last gate, and e for the first gate: (T, B, H)."""
        size = new.shape[-1]
        first, last = gates[..., :size], gates[..., -size:]
        other = torch.rsub(last, 1)
        keep, share = (last, other) if self.num_gates == 2 else (other, last)
        change = before - new if self.num_gates == 2 else new - before
        slope = times_tanh_slope(share, new)
        return slope, keep, times_sigmoid_slope(before, first), times_sigmoid_slope(change, last)
