"""The long short-term memory with peepholes over a whole sequence.

Forward, with p the input's share and q the peepholes::

    i, f = sigmoid(p_if + W_if h + q_if * c)      g = tanh(p_g + W_g h)      c' = f * c + i * g
    o    = sigmoid(p_o + W_o h + q_o * c')        h' = o * tanh(c')

Backward everything is linear in (dh, dc), with factors that are computed for all steps at once::

    g_o     = dh * O               O = tanh(c') * o * (1 - o)
    dc     += dh * A               A = o * (1 - tanh(c')^2) + O * q_o
    g_i,f,g = dc * (I, F, G)       I = g * i * (1 - i)   F = c * f * (1 - f)   G = i * (1 - g^2)
    dc_prev = dc * K               K = f + I * q_i + F * q_f
    dh_prev = dout_prev + W^T [g_i, g_f, g_g, g_o]

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


class LSTMPeepholeScan:
    """See :class:`core.models.scans.protocol.Scan`."""

    weights: tuple[str, ...] = ("weight_hh", "weight_peephole")

    def forward(self, projected: Tensor, state: Sequences, weights: Sequences) -> tuple[Sequences, Saved]:
        weight, peepholes = weights
        num_steps, num_rows, _ = projected.shape
        size = weight.shape[1]
        of_both, of_output = peepholes[: 2 * size].view(2, size), peepholes[2 * size :]
        hidden, cells = first_then(state[0], num_steps), first_then(state[1], num_steps)
        gates, squashed = torch.empty_like(projected), hidden.new_empty(num_steps, num_rows, size)
        times = Product(weight, num_rows)
        (h, *hs), (c, *cs) = hidden.unbind(0), cells.unbind(0)
        parts = (gates[..., : 2 * size], *gates.split(size, dim=-1), squashed, projected)
        for h_new, c_new, views in zip(hs, cs, zip(*(part.unbind(0) for part in parts), strict=True), strict=True):
            both, i, f, g, o, squash, now = views
            total = times.plus(h, now)
            total_both, total_g, total_o = total.split((2 * size, size, size), dim=1)
            total.view(num_rows, 4, size).narrow(1, 0, 2).addcmul_(of_both, c.unsqueeze(1))
            torch.sigmoid(total_both, out=both)
            tanh(total_g, out=g)
            torch.mul(f, c, out=c_new).addcmul_(i, g)
            torch.sigmoid(total_o.addcmul_(of_output, c_new), out=o)
            torch.mul(o, tanh(c_new, out=squash), out=h_new)
            h, c = h_new, c_new
        return (hidden[1:], cells[1:]), (hidden, cells, gates, squashed)

    def backward(self, grads: Grads, saved: Saved, weights: Sequences) -> tuple[Tensor, Sequences, Sequences]:
        hidden, cells, gates, squashed = saved
        weight, peepholes = weights
        num_steps, num_rows, size = squashed.shape
        q_i, q_f, q_o = peepholes.chunk(3)
        times = Product(weight.t(), num_rows)
        d_gates = hidden.new_empty(num_steps, num_rows, 4, size)
        d_hidden, d_cell = given_last(grads[0], hidden), given_last(grads[1], cells)
        given_h, given_c = given_before(grads[0], num_steps), given_before(grads[1], num_steps)
        for chunk in chunks_from_the_end(num_steps, num_rows * size):
            of_cell, of_output, factors = lstm_factors(cells[:-1][chunk], gates[chunk], squashed[chunk])
            of_cell.addcmul_(of_output, q_o)
            forget = gates[chunk][..., size : 2 * size]
            keep = torch.addcmul(forget, factors[:, :, 0], q_i).addcmul_(factors[:, :, 1], q_f)
            slots = d_gates[chunk]
            parts = (of_cell, of_output, factors, keep, slots[:, :, :3], slots[:, :, 3], slots)
            steps = zip(given_h[chunk], given_c[chunk], *(part.unbind(0) for part in parts), strict=True)
            for h_before, c_before, to_cell, to_output, factor, kept, slot_ifg, slot_o, slot in reversed(list(steps)):
                d_cell = torch.addcmul(d_cell, d_hidden, to_cell)
                torch.mul(d_cell.unsqueeze(1), factor, out=slot_ifg)
                torch.mul(d_hidden, to_output, out=slot_o)
                flat = slot.view(num_rows, 4 * size)
                d_hidden = times(flat) if h_before is None else times.plus(flat, h_before)
                d_cell = d_cell * kept if c_before is None else torch.addcmul(c_before, d_cell, kept)
        flat = d_gates.view(num_steps, num_rows, 4 * size)
        of_old, of_new = d_gates[:, :, :2] * cells[:-1].unsqueeze(2), d_gates[:, :, 3] * cells[1:]
        d_peepholes = torch.cat((of_old.sum((0, 1)).flatten(), of_new.sum((0, 1))))
        return flat, (d_hidden, d_cell), (outer(flat, hidden[:-1]), d_peepholes)


def lstm_factors(before: Tensor, gates: Tensor, squashed: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What dh and dc are multiplied by, for some steps at once.

    Args:
        before: c before every step (T, B, H).
        gates: i, f, g and o (T, B, 4H).
        squashed: The squashed cell state that o lets out (T, B, H).

    Returns:
        The factors of dh for what is squashed and for what goes into o, each (T, B, H), and those of dc for what goes
        into i, f and g, which is (T, B, 3, H).
    """
    i, f, g, o = gates.chunk(4, dim=-1)
    factors = squashed.new_empty(*squashed.shape[:2], 3, squashed.shape[-1])
    times_sigmoid_slope(g, i, out=factors[:, :, 0])
    times_sigmoid_slope(before, f, out=factors[:, :, 1])
    times_tanh_slope(i, g, out=factors[:, :, 2])
    return times_tanh_slope(o, squashed), times_sigmoid_slope(squashed, o), factors
