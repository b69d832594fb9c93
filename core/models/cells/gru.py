"""The gated recurrent unit in torch's convention: its equations, and its scan over a whole sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from core.models.cells.base import Cell, State, Step, Tensors, Weights, linear
from core.models.cells.lazily import products, scans, torch
from core.models.cells.wiring import Wire, gate_wires, mixed

if TYPE_CHECKING:
    from torch import Tensor

    from core.models.cells.base import Gradients


class GRU(Cell):
    """The gated recurrent unit in torch's convention: the reset gate acts after the recurrent product.

    ::

        r, z = sigmoid(W x_t + b + U h_{t-1} + d)       reset and update gate
        n    = tanh(W x_t + b + r * (U h_{t-1} + d))    new (candidate) state
        h_t  = (1 - z) * n + z * h_{t-1}

    An update gate near 1 keeps the old state.

    Reference:
        Cho et al., 2014, "Learning phrase representations using RNN encoder-decoder", section 2.3. The paper applies
        the reset gate before the product (:class:`GRUResetBefore`); the form here is the one of version 1 of its
        preprint and of cuDNN.
    """

    name: ClassVar[str] = "gru"
    label: ClassVar[str] = "GRU"
    summary: ClassVar[str] = "Two gates and a single state: nearly an LSTM's memory with a quarter fewer weights."
    step_seconds: ClassVar[float] = 4e-5
    gates: ClassVar[tuple[str, ...]] = ("reset", "update", "new")
    memory_gate: ClassVar[tuple[str, int] | None] = ("update", 1)

    @property
    def kernel(self) -> str | None:
        return "gru"

    @property
    def wiring(self) -> tuple[Wire, ...]:
        return (
            *gate_wires("reset", "r"),
            *gate_wires("update", "z"),
            *gate_wires("new", "n", "tanh", times="reset"),
            Wire("replaced", "complement", ("update",)),
            *mixed("update", "replaced", "new"),
        )

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        (h,) = state
        x_r, x_z, x_n = projected.chunk(3, dim=-1)
        h_r, h_z, h_n = linear(h, weights["weight_hh"], weights["bias_hh"]).chunk(3, dim=-1)
        total_r, total_z = x_r + h_r, x_z + h_z
        r, z = total_r.sigmoid(), total_z.sigmoid()
        total_n = x_n + r * h_n
        n = total_n.tanh()
        h = (1 - z) * n + z * h
        return Step((h,), {"reset": r, "update": z, "new": n}, {"reset": total_r, "update": total_z, "new": total_n})

    def scan(self, inputs: Tensor, state: State, weights: Weights) -> Tensors:
        # The gates' recurrent bias joins the input's share; the new state's is inside the reset and goes on by itself.
        of_gates, bias_n = weights["bias_hh"].tensor_split([2 * state[0].shape[1]])  # (2H,), (H,)
        bias = weights["bias_ih"]
        bias = torch.cat((bias[: len(of_gates)] + of_gates, bias[len(of_gates) :]))
        projected = products.linear(inputs, weights["weight_ih"], bias)
        return scans.run(self, projected, state, (weights["weight_hh"], bias_n))

    def forward(self, projected: Tensor, state: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        """With p the input's share and d the recurrent bias of the new state (:class:`core.models.scans.Scan`)::

        r, z = sigmoid(p_rz + W_rz h)      u = W_n h + d      n = tanh(p_n + r * u)      h' = n + z * (h - n)
        """
        weight, bias = weights  # (3H, H), (H,)
        num_steps, num_rows, _ = projected.shape
        size = weight.shape[1]
        hidden = scans.first_then(state[0], num_steps)  # (T + 1, B, H)
        new = projected[..., 2 * size :].clone(memory_format=torch.contiguous_format)  # p_n, then n: (T, B, H)
        projected[..., 2 * size :] = bias
        gates = projected.new_empty(num_steps, num_rows, 2 * size)  # r and z: (T, B, 2H)
        inner = torch.empty_like(new)  # u: (T, B, H)
        times = products.Product(weight, num_rows)
        h, *slots = hidden.unbind(0)
        views = (projected, new, gates, gates[..., :size], gates[..., size:], inner)
        for slot, (now, n, rz, r, z, u) in zip(
            slots, zip(*(view.unbind(0) for view in views), strict=True), strict=True
        ):
            total = times.plus(h, now)  # (B, 3H): p_r + W_r h, p_z + W_z h, d + W_n h
            torch.sigmoid(total.narrow(1, 0, 2 * size), out=rz)
            u.copy_(total.narrow(1, 2 * size, size))
            scans.tanh_(n.addcmul_(r, u))
            torch.lerp(n, h, z, out=slot)
            h = slot
        return (hidden[1:],), (hidden, gates, new, inner)

    def backward(self, grads: Gradients, saved: Tensors, weights: Tensors) -> tuple[Tensor, Tensors, Tensors]:
        """Everything is linear in dh, with factors that are computed for many steps at once::

        dn  = dh * (1 - z) * (1 - n^2)      g_n = dn * r       g_r = dn * u * r * (1 - r)
        g_z = dh * (h - n) * z * (1 - z)    dh_prev = dout_prev + dh * z + W^T [g_r, g_z, g_n]
        """
        hidden, gates, new, inner = saved
        weight = weights[0]
        num_steps, num_rows, size = new.shape
        times = products.Product(weight.t(), num_rows)
        d_gates = new.new_empty(num_steps, num_rows, 3, size)  # g_r, g_z, g_n: (T, B, 3, H)
        d_new = torch.empty_like(new)  # dn: (T, B, H)
        d_hidden = scans.given_last(grads[0], hidden)  # (B, H)
        given = scans.given_before(grads[0], num_steps)
        for chunk in scans.chunks_from_the_end(num_steps, num_rows * size):
            slope, factors = gru_factors(hidden[:-1][chunk], gates[chunk], new[chunk], inner[chunk])
            parts = (slope, factors, gates[chunk][..., size:], d_gates[chunk], d_new[chunk])
            steps = zip(given[chunk], *(part.unbind(0) for part in parts), strict=True)
            for before, slant, factor, z, slot, new_slot in reversed(list(steps)):
                torch.mul(d_hidden, slant, out=new_slot)
                torch.mul(d_hidden.unsqueeze(1), factor, out=slot)  # (B, 1, H) by (B, 3, H)
                kept = d_hidden * z if before is None else torch.addcmul(before, d_hidden, z)
                d_hidden = times.plus(slot.view(num_rows, 3 * size), kept)
        flat = d_gates.view(num_steps, num_rows, 3 * size)
        d_weight, d_bias = products.outer(flat, hidden[:-1]), d_gates[:, :, 2].sum((0, 1))
        d_gates[:, :, 2] = d_new  # of the input's share p_n, which the reset gate does not touch
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
    slope = scans.times_tanh_slope(torch.rsub(update, 1), new)
    torch.mul(slope, reset, out=of_new)
    scans.times_sigmoid_slope(slope * inner, reset, out=of_reset)
    scans.times_sigmoid_slope(before - new, update, out=of_update)
    return slope, factors
