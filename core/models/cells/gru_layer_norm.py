"""The layer-normalised GRU: its equations, and its scan over a whole sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from core.models.cells.base import Cell, State, Step, Tensors, Weights, at_least_single
from core.models.cells.gru import GRU, gru_factors
from core.models.cells.lazily import products, scans, torch
from core.models.cells.normalization import Normalization, back_through, gain_and_shift, input_share, normalize
from core.models.cells.wiring import Wire, gate_wires, mixed

if TYPE_CHECKING:
    from torch import Tensor

    from core.models.cells.base import Gradients


class GRULayerNorm(Cell):
    """The GRU with layer normalisation of both products; the reset gate acts after the recurrent one.

    ::

        r, z = sigmoid(LN(W x_t) * a + b + LN(U h_{t-1}) * s + d)
        n    = tanh(LN(W x_t) * a + b + r * (LN(U h_{t-1}) * s + d))
        h_t  = (1 - z) * n + z * h_{t-1}

    LN normalises the 2H values of both gates together and the H of the candidate by themselves. ``norm_ih_weight`` is a
    and ``norm_hh_weight`` s; the shifts are the biases ``bias_ih`` b and ``bias_hh`` d.

    Reference:
        Ba, Kiros and Hinton, 2016, "Layer normalization", supplementary material; the update gate has torch's meaning
        here, near 1 keeps.
    """

    name: ClassVar[str] = "gru_layer_norm"
    label: ClassVar[str] = "GRU with layer normalisation"
    summary: ClassVar[str] = "A GRU with its sums held at one scale: steadier learning."
    step_seconds: ClassVar[float] = 1.1e-4
    gates: ClassVar[tuple[str, ...]] = GRU.gates
    memory_gate: ClassVar[tuple[str, int] | None] = GRU.memory_gate
    in_half: ClassVar[Literal["all", "products", "nothing"]] = "nothing"

    def shapes(self, input_size: int, hidden_size: int) -> dict[str, tuple[int, ...]]:
        return super().shapes(input_size, hidden_size) | {
            "norm_ih_weight": (3 * hidden_size,),
            "norm_hh_weight": (3 * hidden_size,),
        }

    def project(self, inputs: Tensor, weights: Weights) -> Tensor:
        product = at_least_single(inputs @ weights["weight_ih"].t())
        gate_rows = product.shape[-1] // 3 * 2
        gates, new = product[..., :gate_rows], product[..., gate_rows:]
        normal = product.slice_scatter(normalize(gates), -1, 0, gate_rows)
        return normal.slice_scatter(normalize(new), -1, gate_rows) * weights["norm_ih_weight"] + weights["bias_ih"]

    @property
    def wiring(self) -> tuple[Wire, ...]:
        return (
            *gate_wires("reset", "r", together=("reset", "update")),
            *gate_wires("update", "z", together=("reset", "update")),
            *gate_wires("new", "n", "tanh", times="reset", together=("new",)),
            Wire("replaced", "complement", ("update",)),
            *mixed("update", "replaced", "new"),
        )

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        (h,) = state
        product, gain, shift = h @ weights["weight_hh"].t(), weights["norm_hh_weight"], weights["bias_hh"]
        gate_rows = 2 * h.shape[-1]
        h_r, h_z = (normalize(product[:, :gate_rows]) * gain[:gate_rows] + shift[:gate_rows]).chunk(2, dim=-1)
        h_n = normalize(product[:, gate_rows:]) * gain[gate_rows:] + shift[gate_rows:]
        x_r, x_z, x_n = projected.chunk(3, dim=-1)
        total_r, total_z = x_r + h_r, x_z + h_z
        r, z = total_r.sigmoid(), total_z.sigmoid()
        total_n = x_n + r * h_n
        n = total_n.tanh()
        h = (1 - z) * n + z * h
        return Step((h,), {"reset": r, "update": z, "new": n}, {"reset": total_r, "update": total_z, "new": total_n})

    def scan(self, inputs: Tensor, state: State, weights: Weights) -> Tensors:
        projected = input_share(inputs, weights, (2, 1))
        needed = (weights["weight_hh"], weights["norm_hh_weight"], weights["bias_hh"])
        return scans.run(self, projected, state, needed)

    def forward(self, projected: Tensor, state: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        """As :meth:`GRU.forward`, with LN of the recurrent product, of both gates together and of the candidate alone."""
        weight, gain, shift = weights  # (3H, H), (3H,), (3H,)
        num_steps, num_rows, _ = projected.shape
        size = weight.shape[1]
        hidden = scans.first_then(state[0], num_steps)  # (T + 1, B, H)
        new = projected[..., 2 * size :].clone(memory_format=torch.contiguous_format)  # p_n, then n: (T, B, H)
        inner = hidden.new_empty(num_steps, num_rows, size)  # LN(W_n h): (T, B, H)
        gates = projected.new_empty(num_steps, num_rows, 2 * size)  # r and z: (T, B, 2H)
        times = products.Product(weight, num_rows)
        norm = Normalization(gain[: 2 * size], shift[: 2 * size], num_steps, num_rows)
        norm_new = Normalization(gain[2 * size :], shift[2 * size :], num_steps, num_rows)
        h, *slots = hidden.unbind(0)
        parts = (projected[..., : 2 * size], new, gates, *gates.split(size, dim=-1), inner)
        for slot, views in zip(slots, zip(*(part.unbind(0) for part in parts), strict=True), strict=True):
            now, n, both, r, z, u = views  # (B, 2H), (B, H), (B, 2H), then (B, H) each
            of_gates, of_new = times(h).split((2 * size, size), dim=1)
            torch.sigmoid(norm(of_gates.contiguous()).add_(now), out=both)
            u.copy_(norm_new(of_new.contiguous()))
            scans.tanh_(n.addcmul_(r, u))
            torch.lerp(n, h, z, out=slot)
            h = slot
        return (hidden[1:],), (hidden, gates, new, inner, *norm.saved, *norm_new.saved)

    def backward(self, grads: Gradients, saved: Tensors, weights: Tensors) -> tuple[Tensor, Tensors, Tensors]:
        """As :meth:`GRU.backward`, with the gradients of both normalisations on their way (normalization.py)."""
        hidden, gates, new, inner = saved[:4]
        of_gates, of_new = saved[4:7], saved[7:]
        weight, gain, _ = weights
        num_steps, num_rows, size = new.shape
        slope, factors = gru_factors(hidden[:-1], gates, new, inner)
        times = products.Product(weight.t(), num_rows)
        d_gates, d_products = torch.empty_like(factors), torch.empty_like(factors)  # after and before LN: (T, B, 3, H)
        d_hidden, given = scans.given_last(grads[0], hidden), scans.given_before(grads[0], num_steps)
        d_new = torch.empty_like(new)  # of what goes into tanh: (T, B, H)
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
        d_weight = products.outer(d_products.view(num_steps, num_rows, 3 * size), hidden[:-1])
        of_both = gain_and_shift(flat[..., : 2 * size].contiguous(), of_gates, gain[: 2 * size])
        of_one = gain_and_shift(flat[..., 2 * size :].contiguous(), of_new, gain[2 * size :])
        d_gain, d_shift = (torch.cat(parts) for parts in zip(of_both, of_one, strict=True))
        d_gates[:, :, 2] = d_new
        return flat, (d_hidden,), (d_weight, d_gain, d_shift)
