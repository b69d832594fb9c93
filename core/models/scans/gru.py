"""The gated recurrent unit over a whole sequence, reset gate after the product (torch's convention).

Forward, with p the input's share and d the recurrent bias of the new state::

    r, z = sigmoid(p_rz + W_rz h)      u = W_n h + d      n = tanh(p_n + r * u)      h' = n + z * (h - n)

Backward everything is linear in dh, with factors that are computed for all steps at once::

    dn = dh * (1 - z) * (1 - n^2)      g_n = dn * r       g_r = dn * u * r * (1 - r)
    g_z = dh * (h - n) * z * (1 - z)   dh_prev = dout_prev + dh * z + W^T [g_r, g_z, g_n]

Shape letters: B batch, T time, H hidden.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.models.products import Product, outer
from core.models.scans.functions import tanh_, times_sigmoid_slope, times_tanh_slope
from core.models.scans.protocol import (
    Grads,
    Saved,
    Sequences,
    chunks_from_the_end,
    first_then,
    given_before,
    given_last,
)


class GRUScan:
    """See :class:`core.models.scans.protocol.Scan`; the second weight is the recurrent bias of the new state, (H,)."""

    weights: tuple[str, ...] = ("weight_hh", "bias_n")

    def forward(self, projected: Tensor, state: Sequences, weights: Sequences) -> tuple[Sequences, Saved]:
        weight, bias = weights
        num_steps, num_rows, _ = projected.shape
        size = weight.shape[1]
        hidden = first_then(state[0], num_steps)
        new = projected[..., 2 * size :].clone(memory_format=torch.contiguous_format)
        projected[..., 2 * size :] = bias
        gates, inner = projected.new_empty(num_steps, num_rows, 2 * size), torch.empty_like(new)
        times = Product(weight, num_rows)
        h, *slots = hidden.unbind(0)
        views = (projected, new, gates, gates[..., :size], gates[..., size:], inner)
        for slot, (now, n, rz, r, z, u) in zip(
            slots, zip(*(view.unbind(0) for view in views), strict=True), strict=True
        ):
            total = times.plus(h, now)
            torch.sigmoid(total.narrow(1, 0, 2 * size), out=rz)
            u.copy_(total.narrow(1, 2 * size, size))
            tanh_(n.addcmul_(r, u))
            torch.lerp(n, h, z, out=slot)
            h = slot
        return (hidden[1:],), (hidden, gates, new, inner)

    def backward(self, grads: Grads, saved: Saved, weights: Sequences) -> tuple[Tensor, Sequences, Sequences]:
        hidden, gates, new, inner = saved
        weight = weights[0]
        num_steps, num_rows, size = new.shape
        times = Product(weight.t(), num_rows)
        d_gates, d_new = new.new_empty(num_steps, num_rows, 3, size), torch.empty_like(new)
        d_hidden, given = given_last(grads[0], hidden), given_before(grads[0], num_steps)
        for chunk in chunks_from_the_end(num_steps, num_rows * size):
            slope, factors = gru_factors(hidden[:-1][chunk], gates[chunk], new[chunk], inner[chunk])
            parts = (slope, factors, gates[chunk][..., size:], d_gates[chunk], d_new[chunk])
            steps = zip(given[chunk], *(part.unbind(0) for part in parts), strict=True)
            for before, slant, factor, z, slot, new_slot in reversed(list(steps)):
                torch.mul(d_hidden, slant, out=new_slot)
                torch.mul(d_hidden.unsqueeze(1), factor, out=slot)
                kept = d_hidden * z if before is None else torch.addcmul(before, d_hidden, z)
                d_hidden = times.plus(slot.view(num_rows, 3 * size), kept)
        flat = d_gates.view(num_steps, num_rows, 3 * size)
        d_weight, d_bias = outer(flat, hidden[:-1]), d_gates[:, :, 2].sum((0, 1))
        d_gates[:, :, 2] = d_new
        return flat, (d_hidden,), (d_weight, d_bias)


def gru_factors(before: Tensor, gates: Tensor, new: Tensor, inner: Tensor) -> tuple[Tensor, Tensor]:
    """What dh is multiplied by, for some steps at once.

    Args:
        before: h before every step (T, B, H).
        gates: r and z (T, B, 2H).
        new, inner: n and u (T, B, H).

    Returns:
        The factor of what goes into tanh (T, B, H), and those of what the recurrent product gave for r, z and u, which
        is (T, B, 3, H).
    """
    reset, update = gates.chunk(2, dim=-1)
    factors = new.new_empty(*new.shape[:2], 3, new.shape[-1])
    of_reset, of_update, of_new = factors.unbind(2)
    slope = times_tanh_slope(torch.rsub(update, 1), new)
    torch.mul(slope, reset, out=of_new)
    times_sigmoid_slope(slope * inner, reset, out=of_reset)
    times_sigmoid_slope(before - new, update, out=of_update)
    return slope, factors
