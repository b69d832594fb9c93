"""The cells that gate the state before they multiply it: the GRU as first published, and the minimal gated unit.

Two products follow each other in every step. They share their scan; in it the first gate acts on the state before the
product and the last one decides what stays, which are one and the same in the minimal gated unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from core.models.cells.base import Cell, State, Step, Tensors, Weights, linear
from core.models.cells.gru import GRU
from core.models.cells.lazily import products, scans, torch
from core.models.cells.wiring import Wire, gate_wires, mixed

if TYPE_CHECKING:
    from torch import Tensor

    from core.models.cells.base import Gradients


class _ResetBefore(Cell, Protocol):
    """The scan of both, with p the input's share, k the share of h that stays and e the gradient of the gated state::

    GRU    r, z = sigmoid(p_rz + W_rz h)   n = tanh(p_n + W_n (r * h))   h' = n + z * (h - n)
    MGU    f    = sigmoid(p_f + W_f h)     n = tanh(p_n + W_n (f * h))   h' = h + f * (n - h)

    g_n = dh * (1 - k) * (1 - n^2)         e   = W_n^T g_n        k = z, or 1 - f
    GRU    g_r = e * h * r * (1 - r)       g_z = dh * (h - n) * z * (1 - z)
    MGU    g_f = (e * h - dh * (h - n)) * f * (1 - f)
    dh_prev = dout_prev + dh * k + e * (r or f) + W_gates^T [g_r, g_z] or [g_f]
    """

    @property
    def _num_gates(self) -> int:
        """2 in the GRU, 1 in the minimal gated unit: all but the candidate."""
        return len(self.gates) - 1

    def scan(self, inputs: Tensor, state: State, weights: Weights) -> Tensors:
        projected = products.linear(inputs, weights["weight_ih"], weights["bias_ih"] + weights["bias_hh"])
        return scans.run(self, projected, state, (weights["weight_hh"],))

    def forward(self, projected: Tensor, state: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        """All steps, see :class:`core.models.scans.Scan`."""
        num_steps, num_rows, _ = projected.shape
        size = weights[0].shape[1]
        width = self._num_gates * size  # H of each gate
        hidden = scans.first_then(state[0], num_steps)  # (T + 1, B, H)
        gated = projected.new_empty(num_steps, num_rows, size)  # r * h: (T, B, H)
        of_gates, new = (  # the input's shares (T, B, width) and (T, B, H); new becomes n
            part.clone(memory_format=torch.contiguous_format) for part in projected.tensor_split([width], -1)
        )
        gates = torch.empty_like(of_gates)
        times_gates = products.Product(weights[0][:width], num_rows)
        times_new = products.Product(weights[0][width:], num_rows)
        h, *slots = hidden.unbind(0)
        parts = (of_gates, new, gates, gates[..., :size], gates[..., -size:], gated)
        for slot, views in zip(slots, zip(*(part.unbind(0) for part in parts), strict=True), strict=True):
            now, n, all_gates, gate, last, reset = views  # (B, width), (B, H), (B, width), then (B, H) each
            torch.sigmoid(times_gates.plus(h, now), out=all_gates)
            scans.tanh(times_new.plus(torch.mul(gate, h, out=reset), n), out=n)
            torch.lerp(n, h, last, out=slot) if self._num_gates == 2 else torch.lerp(h, n, last, out=slot)
            h = slot
        return (hidden[1:],), (hidden, gates, new, gated)

    def backward(self, grads: Gradients, saved: Tensors, weights: Tensors) -> tuple[Tensor, Tensors, Tensors]:
        """Their gradients, see :class:`core.models.scans.Scan`."""
        hidden, gates, new, gated = saved
        num_steps, num_rows, size = new.shape
        width = self._num_gates * size
        times_gates = products.Product(weights[0][:width].t(), num_rows)
        times_new = products.Product(weights[0][width:].t(), num_rows)
        d_gates = new.new_empty(num_steps, num_rows, width)  # g_r and g_z, or g_f: (T, B, width)
        d_new = torch.empty_like(new)  # g_n: (T, B, H)
        d_hidden = scans.given_last(grads[0], hidden)  # (B, H)
        given = scans.given_before(grads[0], num_steps)
        for chunk in scans.chunks_from_the_end(num_steps, num_rows * size):
            factors = self._factors(hidden[:-1][chunk], gates[chunk], new[chunk])
            slots = d_gates[chunk]
            parts = (*factors, gates[chunk][..., :size], slots, slots[..., :size], slots[..., -size:], d_new[chunk])
            steps = zip(given[chunk], *(part.unbind(0) for part in parts), strict=True)
            for before, slope, keep, to_reset, to_last, gate, all_slots, slot, last_slot, new_slot in reversed(
                list(steps)
            ):
                d_gated = times_new(torch.mul(d_hidden, slope, out=new_slot))  # e: (B, H)
                torch.mul(d_hidden, to_last, out=last_slot)
                torch.mul(d_gated, to_reset, out=slot) if self._num_gates == 2 else slot.addcmul_(d_gated, to_reset)
                d_hidden = d_hidden * keep if before is None else torch.addcmul(before, d_hidden, keep)
                d_hidden = times_gates.plus(all_slots, d_hidden.addcmul_(d_gated, gate))
        d_weight = torch.cat((products.outer(d_gates, hidden[:-1]), products.outer(d_new, gated)))
        return torch.cat((d_gates, d_new), dim=-1), (d_hidden,), (d_weight,)

    def _factors(self, before: Tensor, gates: Tensor, new: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """What dh is multiplied by for the candidate, h before and the last gate, and e for the first gate: (T, B, H)."""
        size = new.shape[-1]
        first, last = gates[..., :size], gates[..., -size:]
        other = torch.rsub(last, 1)
        keep, share = (last, other) if self._num_gates == 2 else (other, last)
        change = before - new if self._num_gates == 2 else new - before
        slope = scans.times_tanh_slope(share, new)
        return slope, keep, scans.times_sigmoid_slope(before, first), scans.times_sigmoid_slope(change, last)


class GRUResetBefore(_ResetBefore):
    """The gated recurrent unit as first published: the reset gate acts on the state, before the recurrent product.

    ::

        r, z = sigmoid(W x_t + b + U h_{t-1} + d)       reset and update gate
        n    = tanh(W x_t + b + U (r * h_{t-1}) + d)    new (candidate) state
        h_t  = (1 - z) * n + z * h_{t-1}

    Names, order and meaning of the gates are those of :class:`GRU`. Two products that follow each other make a step
    slower, and torch has no kernel for it.

    Reference:
        Cho et al., 2014, "Learning phrase representations using RNN encoder-decoder", section 2.3, equations 5 to 8.
    """

    name: ClassVar[str] = "gru_reset_before"
    label: ClassVar[str] = "GRU, reset before"
    summary: ClassVar[str] = "The GRU as first published: it forgets before it multiplies, not after."
    step_seconds: ClassVar[float] = 5e-5
    gates: ClassVar[tuple[str, ...]] = GRU.gates
    memory_gate: ClassVar[tuple[str, int] | None] = GRU.memory_gate

    @property
    def wiring(self) -> tuple[Wire, ...]:
        return (
            *gate_wires("reset", "r"),
            *gate_wires("update", "z"),
            Wire("h reset", "product", ("reset", "h before")),
            *gate_wires("new", "n", "tanh", reads="h reset"),
            Wire("replaced", "complement", ("update",)),
            *mixed("update", "replaced", "new"),
        )

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        (h,) = state
        weight, bias, gate_rows = weights["weight_hh"], weights["bias_hh"], 2 * h.shape[-1]
        x_r, x_z, x_n = projected.chunk(3, dim=-1)
        h_r, h_z = linear(h, weight[:gate_rows], bias[:gate_rows]).chunk(2, dim=-1)
        total_r, total_z = x_r + h_r, x_z + h_z
        r, z = total_r.sigmoid(), total_z.sigmoid()
        total_n = x_n + linear(r * h, weight[gate_rows:], bias[gate_rows:])
        n = total_n.tanh()
        h = (1 - z) * n + z * h
        return Step((h,), {"reset": r, "update": z, "new": n}, {"reset": total_r, "update": total_z, "new": total_n})


class MGU(_ResetBefore):
    """The minimal gated unit: a GRU whose forget gate does the work of both gates.

    ::

        f   = sigmoid(W x_t + b + U h_{t-1} + d)        forget gate
        n   = tanh(W x_t + b + U (f * h_{t-1}) + d)     new (candidate) state
        h_t = (1 - f) * h_{t-1} + f * n

    A forget gate near 1 replaces the old state, near 0 keeps it.

    Reference:
        Zhou, Wu, Zhang and Zhou, 2016, "Minimal gated unit for recurrent neural networks", section 3.
    """

    name: ClassVar[str] = "mgu"
    label: ClassVar[str] = "Minimal gated unit"
    summary: ClassVar[str] = "A GRU with one gate for both jobs: a third fewer weights."
    step_seconds: ClassVar[float] = 4.5e-5
    gates: ClassVar[tuple[str, ...]] = ("forget", "new")
    memory_gate: ClassVar[tuple[str, int] | None] = ("forget", -1)

    @property
    def wiring(self) -> tuple[Wire, ...]:
        return (
            *gate_wires("forget", "f"),
            Wire("h reset", "product", ("forget", "h before")),
            *gate_wires("new", "n", "tanh", reads="h reset"),
            Wire("staying", "complement", ("forget",)),
            *mixed("staying", "forget", "new"),
        )

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        (h,) = state
        weight, bias, size = weights["weight_hh"], weights["bias_hh"], h.shape[-1]
        x_f, x_n = projected.chunk(2, dim=-1)
        total_f = x_f + linear(h, weight[:size], bias[:size])
        f = total_f.sigmoid()
        total_n = x_n + linear(f * h, weight[size:], bias[size:])
        n = total_n.tanh()
        h = (1 - f) * h + f * n
        return Step((h,), {"forget": f, "new": n}, {"forget": total_f, "new": total_n})
