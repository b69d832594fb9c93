"""The LSTM with peepholes: its equations, and its scan over a whole sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from core.models.cells.base import Cell, State, Step, Tensors, Weights, linear
from core.models.cells.lazily import products, scans, torch
from core.models.cells.lstm import LSTM
from core.models.cells.wiring import REMEMBERED, Wire, gate_wires

if TYPE_CHECKING:
    from torch import Tensor

    from core.models.cells.base import Gradients


class LSTMPeephole(Cell):
    """The LSTM whose gates also see the cell state, each unit its own: input and forget gate the old, output the new.

    ::

        i, f = sigmoid(W x_t + b + U h_{t-1} + d + p * c_{t-1})
        g    = tanh(W x_t + b + U h_{t-1} + d)
        c_t  = f * c_{t-1} + i * g
        o    = sigmoid(W x_t + b + U h_{t-1} + d + p * c_t)
        h_t  = o * tanh(c_t)

    ``weight_peephole`` (3H,) holds p for the input, the forget and the output gate, in this order.

    Reference:
        Gers and Schmidhuber, 2000, "Recurrent nets that time and count"; in this form Graves, 2013, "Generating
        sequences with recurrent neural networks", equations 7 to 11.
    """

    name: ClassVar[str] = "lstm_peephole"
    label: ClassVar[str] = "LSTM with peepholes"
    summary: ClassVar[str] = "An LSTM whose gates also see its long-lived state: better at counting."
    step_seconds: ClassVar[float] = 7.5e-5
    gates: ClassVar[tuple[str, ...]] = LSTM.gates
    states: ClassVar[tuple[str, ...]] = LSTM.states
    memory_gate: ClassVar[tuple[str, int] | None] = LSTM.memory_gate

    def shapes(self, input_size: int, hidden_size: int) -> dict[str, tuple[int, ...]]:
        return super().shapes(input_size, hidden_size) | {"weight_peephole": (3 * hidden_size,)}

    @property
    def wiring(self) -> tuple[Wire, ...]:
        return (
            *gate_wires("forget", "f", sees="c before"),
            *gate_wires("input", "i", sees="c before"),
            *gate_wires("candidate", "g", "tanh"),
            *REMEMBERED,
            *gate_wires("output", "o", sees="c"),
            Wire("squashed", "tanh", ("c",)),
            Wire("h", "product", ("output", "squashed")),
        )

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        h, c = state
        p_i, p_f, p_o = weights["weight_peephole"].chunk(3)
        linear_i, linear_f, total_g, linear_o = (projected + linear(h, weights["weight_hh"], weights["bias_hh"])).chunk(
            4, dim=-1
        )
        total_i, total_f = linear_i + p_i * c, linear_f + p_f * c
        i, f, g = total_i.sigmoid(), total_f.sigmoid(), total_g.tanh()
        c = f * c + i * g
        total_o = linear_o + p_o * c
        o = total_o.sigmoid()
        h = o * c.tanh()
        return Step(
            (h, c),
            {"input": i, "forget": f, "candidate": g, "output": o},
            {"input": total_i, "forget": total_f, "candidate": total_g, "output": total_o},
        )

    def scan(self, inputs: Tensor, state: State, weights: Weights) -> Tensors:
        projected = products.linear(inputs, weights["weight_ih"], weights["bias_ih"] + weights["bias_hh"])
        return scans.run(self, projected, state, (weights["weight_hh"], weights["weight_peephole"]))

    def forward(self, projected: Tensor, state: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        """All steps, with p the input's share and q the peepholes (:class:`core.models.scans.Scan`)::

        i, f = sigmoid(p_if + W_if h + q_if * c)      g = tanh(p_g + W_g h)      c' = f * c + i * g
        o    = sigmoid(p_o + W_o h + q_o * c')        h' = o * tanh(c')
        """
        weight, peepholes = weights  # (4H, H), (3H,)
        num_steps, num_rows, _ = projected.shape
        size = weight.shape[1]
        of_both, of_output = peepholes[: 2 * size].view(2, size), peepholes[2 * size :]
        hidden, cells = (scans.first_then(part, num_steps) for part in state)  # (T + 1, B, H) each
        gates = torch.empty_like(projected)  # i, f, g and o: (T, B, 4H)
        squashed = hidden.new_empty(num_steps, num_rows, size)  # tanh(c'): (T, B, H)
        times = products.Product(weight, num_rows)
        (h, *hs), (c, *cs) = hidden.unbind(0), cells.unbind(0)
        parts = (gates[..., : 2 * size], *gates.split(size, dim=-1), squashed, projected)
        for h_new, c_new, views in zip(hs, cs, zip(*(part.unbind(0) for part in parts), strict=True), strict=True):
            both, i, f, g, o, squash, now = views  # (B, 2H), five of (B, H), (B, 4H)
            total = times.plus(h, now)  # (B, 4H)
            total_both, total_g, total_o = total.split((2 * size, size, size), dim=1)
            total.view(num_rows, 4, size).narrow(1, 0, 2).addcmul_(of_both, c.unsqueeze(1))
            torch.sigmoid(total_both, out=both)
            scans.tanh(total_g, out=g)
            torch.mul(f, c, out=c_new).addcmul_(i, g)
            torch.sigmoid(total_o.addcmul_(of_output, c_new), out=o)
            torch.mul(o, scans.tanh(c_new, out=squash), out=h_new)
            h, c = h_new, c_new
        return (hidden[1:], cells[1:]), (hidden, cells, gates, squashed)

    def backward(self, grads: Gradients, saved: Tensors, weights: Tensors) -> tuple[Tensor, Tensors, Tensors]:
        """Everything is linear in (dh, dc), with factors that are computed for many steps at once::

        g_o     = dh * O               O = tanh(c') * o * (1 - o)
        dc     += dh * A               A = o * (1 - tanh(c')^2) + O * q_o
        g_i,f,g = dc * (I, F, G)       I = g * i * (1 - i)   F = c * f * (1 - f)   G = i * (1 - g^2)
        dc_prev = dc * K               K = f + I * q_i + F * q_f
        dh_prev = dout_prev + W^T [g_i, g_f, g_g, g_o]
        """
        hidden, cells, gates, squashed = saved
        weight, peepholes = weights
        num_steps, num_rows, size = squashed.shape
        q_i, q_f, q_o = peepholes.chunk(3)
        times = products.Product(weight.t(), num_rows)
        d_gates = hidden.new_empty(num_steps, num_rows, 4, size)  # g_i, g_f, g_g, g_o: (T, B, 4, H)
        d_hidden, d_cell = scans.given_last(grads[0], hidden), scans.given_last(grads[1], cells)  # (B, H) each
        given_h, given_c = scans.given_before(grads[0], num_steps), scans.given_before(grads[1], num_steps)
        for chunk in scans.chunks_from_the_end(num_steps, num_rows * size):
            of_cell, of_output, factors = lstm_factors(cells[:-1][chunk], gates[chunk], squashed[chunk])
            of_cell.addcmul_(of_output, q_o)  # A: (T, B, H), of the steps of this group
            forget = gates[chunk][..., size : 2 * size]
            keep = torch.addcmul(forget, factors[:, :, 0], q_i).addcmul_(factors[:, :, 1], q_f)  # K
            slots = d_gates[chunk]
            parts = (of_cell, of_output, factors, keep, slots[:, :, :3], slots[:, :, 3], slots)
            steps = zip(given_h[chunk], given_c[chunk], *(part.unbind(0) for part in parts), strict=True)
            for h_before, c_before, to_cell, to_output, factor, kept, slot_ifg, slot_o, slot in reversed(list(steps)):
                d_cell = torch.addcmul(d_cell, d_hidden, to_cell)
                torch.mul(d_cell.unsqueeze(1), factor, out=slot_ifg)  # (B, 1, H) by (B, 3, H)
                torch.mul(d_hidden, to_output, out=slot_o)
                flat = slot.view(num_rows, 4 * size)
                d_hidden = times(flat) if h_before is None else times.plus(flat, h_before)
                d_cell = d_cell * kept if c_before is None else torch.addcmul(c_before, d_cell, kept)
        flat = d_gates.view(num_steps, num_rows, 4 * size)
        # What the peepholes of i and f saw was c before the step, that of o the c after it.
        of_old, of_new = d_gates[:, :, :2] * cells[:-1].unsqueeze(2), d_gates[:, :, 3] * cells[1:]
        d_peepholes = torch.cat((of_old.sum((0, 1)).flatten(), of_new.sum((0, 1))))
        return flat, (d_hidden, d_cell), (products.outer(flat, hidden[:-1]), d_peepholes)


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
    scans.times_sigmoid_slope(g, i, out=factors[:, :, 0])
    scans.times_sigmoid_slope(before, f, out=factors[:, :, 1])
    scans.times_tanh_slope(i, g, out=factors[:, :, 2])
    return scans.times_tanh_slope(o, squashed), scans.times_sigmoid_slope(squashed, o), factors
