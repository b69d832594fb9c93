"""The layer-normalised LSTM: its equations, and its scan over a whole sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from core.models.cells.base import Cell, State, Step, Tensors, Weights
from core.models.cells.lazily import products, scans, torch
from core.models.cells.lstm import LSTM
from core.models.cells.lstm_peephole import lstm_factors
from core.models.cells.normalization import Normalization, back_through, gain_and_shift, input_share, normalize
from core.models.cells.wiring import REMEMBERED, Wire, gate_wires

if TYPE_CHECKING:
    from torch import Tensor

    from core.models.cells.base import Gradients


class LSTMLayerNorm(Cell):
    """The LSTM with layer normalisation of both products and of the cell state on its way out.

    ::

        i, f, g, o = LN(W x_t) * a + b + LN(U h_{t-1}) * s + d      then sigmoid, and tanh for g
        c_t        = f * c_{t-1} + i * g
        h_t        = o * tanh(LN(c_t) * q + e)

    LN subtracts the mean and divides by the standard deviation, over all 4H values of a product and over the H of c.
    ``norm_ih_weight`` is a, ``norm_hh_weight`` s, ``norm_c_weight`` q and ``norm_c_bias`` e; the shifts of the products
    are the biases ``bias_ih`` b and ``bias_hh`` d.

    Reference:
        Ba, Kiros and Hinton, 2016, "Layer normalization", supplementary material, equations 20 to 22.
    """

    name: ClassVar[str] = "lstm_layer_norm"
    label: ClassVar[str] = "LSTM with layer normalisation"
    summary: ClassVar[str] = "An LSTM with its sums held at one scale: steadier learning."
    step_seconds: ClassVar[float] = 1.1e-4
    gates: ClassVar[tuple[str, ...]] = LSTM.gates
    states: ClassVar[tuple[str, ...]] = LSTM.states
    memory_gate: ClassVar[tuple[str, int] | None] = LSTM.memory_gate
    in_half: ClassVar[Literal["all", "products", "nothing"]] = "nothing"

    def shapes(self, input_size: int, hidden_size: int) -> dict[str, tuple[int, ...]]:
        return super().shapes(input_size, hidden_size) | {
            "norm_ih_weight": (4 * hidden_size,),
            "norm_hh_weight": (4 * hidden_size,),
            "norm_c_weight": (hidden_size,),
            "norm_c_bias": (hidden_size,),
        }

    def project(self, inputs: Tensor, weights: Weights) -> Tensor:
        product = inputs @ weights["weight_ih"].t()
        return normalize(product) * weights["norm_ih_weight"] + weights["bias_ih"]

    @property
    def wiring(self) -> tuple[Wire, ...]:
        return (
            *gate_wires("forget", "f", together=self.gates),
            *gate_wires("input", "i", together=self.gates),
            *gate_wires("candidate", "g", "tanh", together=self.gates),
            *gate_wires("output", "o", together=self.gates),
            *REMEMBERED,
            Wire("c normalised", "normalised_state", ("c",)),
            Wire("squashed", "tanh", ("c normalised",)),
            Wire("h", "product", ("output", "squashed")),
        )

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        h, c = state
        recurrent = normalize(h @ weights["weight_hh"].t()) * weights["norm_hh_weight"] + weights["bias_hh"]
        total = (projected + recurrent).chunk(4, dim=-1)
        i, f, g, o = total[0].sigmoid(), total[1].sigmoid(), total[2].tanh(), total[3].sigmoid()
        c = f * c + i * g
        h = o * (normalize(c) * weights["norm_c_weight"] + weights["norm_c_bias"]).tanh()
        gates = dict(zip(self.gates, (i, f, g, o), strict=True))
        return Step((h, c), gates, dict(zip(self.gates, total, strict=True)))

    def scan(self, inputs: Tensor, state: State, weights: Weights) -> Tensors:
        needed = ("weight_hh", "norm_hh_weight", "bias_hh", "norm_c_weight", "norm_c_bias")
        projected = input_share(inputs, weights, (4,))
        return scans.run(self, projected, state, tuple(weights[name] for name in needed))

    def forward(self, projected: Tensor, state: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        """As without normalisation, but for LN of the recurrent product and of c' on its way out.

        See :class:`core.models.scans.Scan`.
        """
        weight, gain, shift, cell_gain, cell_shift = weights  # (4H, H), (4H,), (4H,), (H,), (H,)
        num_steps, num_rows, _ = projected.shape
        size = weight.shape[1]
        hidden, cells = (scans.first_then(part, num_steps) for part in state)  # (T + 1, B, H) each
        gates = torch.empty_like(projected)  # i, f, g and o: (T, B, 4H)
        squashed = hidden.new_empty(num_steps, num_rows, size)  # tanh(LN(c')): (T, B, H)
        times = products.Product(weight, num_rows)
        norm = Normalization(gain, shift, num_steps, num_rows)
        norm_cell = Normalization(cell_gain, cell_shift, num_steps, num_rows)
        (h, *hs), (c, *cs) = hidden.unbind(0), cells.unbind(0)
        parts = (gates[..., : 2 * size], *gates.split(size, dim=-1), squashed, projected)
        for h_new, c_new, views in zip(hs, cs, zip(*(part.unbind(0) for part in parts), strict=True), strict=True):
            both, i, f, g, o, squash, now = views  # (B, 2H), five of (B, H), (B, 4H)
            total = norm(times(h)).add_(now)  # (B, 4H)
            total_both, total_g, total_o = total.split((2 * size, size, size), dim=1)
            torch.sigmoid(total_both, out=both)
            scans.tanh(total_g, out=g)
            torch.sigmoid(total_o, out=o)
            torch.mul(f, c, out=c_new).addcmul_(i, g)
            torch.mul(o, scans.tanh(norm_cell(c_new), out=squash), out=h_new)
            h, c = h_new, c_new
        return (hidden[1:], cells[1:]), (hidden, cells, gates, squashed, *norm.saved, *norm_cell.saved)

    def backward(self, grads: Gradients, saved: Tensors, weights: Tensors) -> tuple[Tensor, Tensors, Tensors]:
        """As without normalisation, with the gradients of both normalisations on their way (normalization.py)."""
        hidden, cells, gates, squashed = saved[:4]
        of_product, of_cells = saved[4:7], saved[7:]
        weight, gain, _, cell_gain, _ = weights
        num_steps, num_rows, size = squashed.shape
        to_cells, to_outputs, factors = lstm_factors(cells[:-1], gates, squashed)
        times = products.Product(weight.t(), num_rows)
        d_gates = hidden.new_empty(num_steps, num_rows, 4, size)  # of i, f, g and o: (T, B, 4, H)
        d_squashed = torch.empty_like(squashed)  # of what LN made of c': (T, B, H)
        d_hidden, d_cell = scans.given_last(grads[0], hidden), scans.given_last(grads[1], cells)  # (B, H) each
        given_h, given_c = scans.given_before(grads[0], num_steps), scans.given_before(grads[1], num_steps)
        d_products = torch.empty_like(of_product[0])  # of W h before LN: (T, B, 4H)
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
        d_weight = products.outer(d_products, hidden[:-1])
        d_weights = (
            d_weight,
            *gain_and_shift(flat, of_product, gain),
            *gain_and_shift(d_squashed, of_cells, cell_gain),
        )
        return flat, (d_hidden, d_cell), d_weights
