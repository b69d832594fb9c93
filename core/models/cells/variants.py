"""Relatives of the gated cells: peepholes, layer normalisation, and a GRU reduced to one gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from core.models.cells.base import Cell, State, Step, Weights, at_least_single, linear
from core.models.cells.gated import GRU, LSTM

if TYPE_CHECKING:
    from torch import Tensor

EPSILON = 1e-5
"""What layer normalisation adds to a variance, as torch does."""


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
    num_states: ClassVar[int] = 2
    memory_gate: ClassVar[tuple[str, int] | None] = LSTM.memory_gate

    def shapes(self, input_size: int, hidden_size: int) -> dict[str, tuple[int, ...]]:
        return super().shapes(input_size, hidden_size) | {"weight_peephole": (3 * hidden_size,)}

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
    num_states: ClassVar[int] = 2
    memory_gate: ClassVar[tuple[str, int] | None] = LSTM.memory_gate

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

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        h, c = state
        recurrent = normalize(h @ weights["weight_hh"].t()) * weights["norm_hh_weight"] + weights["bias_hh"]
        total = (projected + recurrent).chunk(4, dim=-1)
        i, f, g, o = total[0].sigmoid(), total[1].sigmoid(), total[2].tanh(), total[3].sigmoid()
        c = f * c + i * g
        h = o * (normalize(c) * weights["norm_c_weight"] + weights["norm_c_bias"]).tanh()
        gates = dict(zip(self.gates, (i, f, g, o), strict=True))
        return Step((h, c), gates, dict(zip(self.gates, total, strict=True)))


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


class MGU(Cell):
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


def normalize(values: Tensor) -> Tensor:
    """Returns values (..., K) less their mean and divided by their standard deviation over K, in fp32 at least."""
    values = at_least_single(values)
    centered = values - values.mean(-1, keepdim=True)
    return centered * (centered.square().mean(-1, keepdim=True) + EPSILON).rsqrt()
