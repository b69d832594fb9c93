"""Cells without a recurrent matrix: gates and candidate see the input alone, so that all steps can run at once.

Their states are linear in the state before, ``h_t = a_t * h_{t-1} + b_t`` with a between 0 and 1, so nothing has to wait
for a product. They have neither ``weight_hh`` nor ``bias_hh``. Gates and states are fp32 at least, also under autocast:
in bf16 a share of 1 / 500 of the new value would be lost in the state that it is added to.

Shape letters: B batch, T time, H hidden.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from core.models.cells.base import Cell, State, Step, Tensors, Weights, at_least_single
from core.models.cells.lazily import products, scans, torch
from core.models.cells.wiring import Wire, gate_wires, mixed

if TYPE_CHECKING:
    from torch import Tensor

    from core.models.cells.base import Gradients


class _Minimal(Cell, Protocol):
    """What both are: one input matrix with its bias, and states that are sums over all steps."""

    in_half: ClassVar[Literal["all", "products", "nothing"]] = "products"
    step_seconds: ClassVar[float] = 8e-6

    def shapes(self, input_size: int, hidden_size: int) -> dict[str, tuple[int, ...]]:
        shapes = super().shapes(input_size, hidden_size)
        return {name: shapes[name] for name in ("weight_ih", "bias_ih")}

    def scan(self, inputs: Tensor, state: State, weights: Weights) -> Tensors:
        product = products.linear(inputs, weights["weight_ih"], weights["bias_ih"])  # (T, B, K)
        return linear_recurrence(*self._terms(at_least_single(product)), state[0])

    @abstractmethod
    def _terms(self, product: Tensor) -> tuple[Tensor, Tensor]:
        """Returns a and b of ``h_t = a_t * h_{t-1} + b_t``, each (T, B, H), from the input's product (T, B, K)."""
        ...


class MinGRU(_Minimal):
    """A GRU stripped of everything that looks at the state.

    ::

        z   = sigmoid(W x_t + b)        update gate
        n   = W x_t + b                 new (candidate) state
        h_t = (1 - z) * h_{t-1} + z * n

    An update gate near 1 replaces the old state, the opposite of :class:`GRU`, as its authors have it.

    Reference:
        Feng et al., 2024, "Were RNNs all we needed?", section 3.1.
    """

    name: ClassVar[str] = "min_gru"
    label: ClassVar[str] = "minGRU"
    summary: ClassVar[str] = "A GRU whose gate sees the input alone, so that all steps run at once."
    gates: ClassVar[tuple[str, ...]] = ("update", "new")
    memory_gate: ClassVar[tuple[str, int] | None] = ("update", -1)

    @property
    def wiring(self) -> tuple[Wire, ...]:
        return (
            *gate_wires("update", "z", reads=None),
            *gate_wires("new", "n", "identity", reads=None),
            Wire("staying", "complement", ("update",)),
            *mixed("staying", "update", "new"),
        )

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        (h,) = state
        projected = at_least_single(projected)
        total, n = projected.chunk(2, dim=-1)
        z = total.sigmoid()
        h = (1 - z) * h + z * n
        return Step((h,), {"update": z, "new": n}, {"update": total, "new": n})

    def _terms(self, product: Tensor) -> tuple[Tensor, Tensor]:
        total, new = product.chunk(2, dim=-1)
        update = total.sigmoid()
        return 1 - update, update * new


class MinLSTM(_Minimal):
    """An LSTM stripped of everything that looks at the state; one state is left.

    ::

        f, i = sigmoid(W x_t + b)               forget and input gate
        n    = W x_t + b                        candidate
        h_t  = f / (f + i) * h_{t-1} + i / (f + i) * n

    The gates of a step are the two shares, which add up to 1: they are what acts.

    Reference:
        Feng et al., 2024, "Were RNNs all we needed?", section 3.2.
    """

    name: ClassVar[str] = "min_lstm"
    label: ClassVar[str] = "minLSTM"
    summary: ClassVar[str] = "An LSTM whose gates see the input alone, so that all steps run at once."
    gates: ClassVar[tuple[str, ...]] = ("forget", "input", "candidate")
    memory_gate: ClassVar[tuple[str, int] | None] = ("forget", 1)

    @property
    def wiring(self) -> tuple[Wire, ...]:
        sums = [wires[:-1] for wires in (gate_wires("forget", "f", reads=None), gate_wires("input", "i", reads=None))]
        return (
            *sums[0],
            *sums[1],
            Wire("forget", "share", ("forget sum", "input sum"), gate="forget", symbol="f"),
            Wire("input", "share", ("input sum", "forget sum"), gate="input", symbol="i"),
            *gate_wires("candidate", "n", "identity", reads=None),
            *mixed("forget", "input", "candidate"),
        )

    def step(self, projected: Tensor, state: State, weights: Weights) -> Step:
        (h,) = state
        projected = at_least_single(projected)
        total_f, total_i, n = projected.chunk(3, dim=-1)
        # f / (f + i) is sigmoid(log f - log i) and log sigmoid(a) is -log(1 + exp(-a)): exact where both gates are
        # so nearly closed that the sum would be 0.
        zero = projected.new_zeros(())
        odds = zero.logaddexp(-total_i) - zero.logaddexp(-total_f)
        f, i = odds.sigmoid(), (-odds).sigmoid()
        h = f * h + i * n
        return Step(
            (h,), {"forget": f, "input": i, "candidate": n}, {"forget": total_f, "input": total_i, "candidate": n}
        )

    def _terms(self, product: Tensor) -> tuple[Tensor, Tensor]:
        forget, insert, new = product.chunk(3, dim=-1)
        odds = torch.nn.functional.softplus(-insert) - torch.nn.functional.softplus(-forget)
        return odds.sigmoid(), (-odds).sigmoid() * new


def linear_recurrence(decay: Tensor, inputs: Tensor, first: Tensor) -> Tensors:
    """All states (T, B, H) of ``h_t = decay_t * h_{t-1} + inputs_t``, as a tuple of one; once differentiable.

    Args:
        decay, inputs: (T, B, H).
        first: The state before the first step, (B, H).
    """
    return scans.run(_LinearRecurrence(), inputs, (first,), (decay,))


class _LinearRecurrence:
    """See :class:`core.models.scans.Scan`; the inputs are what is projected, the decay is the weight.

    Backward it is the same recurrence from the other end: ``e_t = dout_t + a_{t+1} * e_{t+1}``, then
    ``da_t = e_t * h_{t-1}`` and ``db_t = e_t``.
    """

    def forward(self, projected: Tensor, state: Tensors, weights: Tensors) -> tuple[Tensors, Tensors]:
        states = _states(weights[0], projected, state[0])
        return (states,), (states, state[0])

    def backward(self, grads: Gradients, saved: Tensors, weights: Tensors) -> tuple[Tensor, Tensors, Tensors]:
        states, first = saved
        decay, grad = weights[0], torch.zeros_like(states) if grads[0] is None else grads[0]
        later = torch.cat((torch.zeros_like(decay[:1]), decay[1:].flip(0)))
        d_inputs = _states(later, grad.flip(0), torch.zeros_like(first)).flip(0)  # e: (T, B, H)
        before = torch.cat((first.unsqueeze(0), states[:-1]))
        return d_inputs, (d_inputs[0] * decay[0],), (d_inputs * before,)


def _states(decay: Tensor, inputs: Tensor, first: Tensor) -> Tensor:
    """On a CPU, where a step is one operation, steps in order are faster than rounds over the whole sequence."""
    return (scan_in_order if decay.device.type == "cpu" else scan_in_rounds)(decay, inputs, first)


def scan_in_order(decay: Tensor, inputs: Tensor, first: Tensor) -> Tensor:
    """All states (T, B, H), step by step: decay a and inputs b are (T, B, H), the first state (B, H)."""
    states = torch.empty_like(inputs)
    h = first
    for a, b, slot in zip(decay.unbind(0), inputs.unbind(0), states.unbind(0), strict=True):  # each (B, H)
        torch.addcmul(b, a, h, out=slot)
        h = slot
    return states


def scan_in_rounds(decay: Tensor, inputs: Tensor, first: Tensor) -> Tensor:
    """As ``scan_in_order``, in log2(T) rounds.

    After the round with reach k every position holds the decay and the input of its last 2k steps taken together.

    Reference:
        Blelloch, 1990, "Prefix sums and their applications", section 1.4 (recurrences as scans); the rounds that double
        their reach are those of Hillis and Steele, 1986, "Data parallel algorithms".
    """
    states, decay = inputs.clone(), decay.clone()
    states[0].addcmul_(decay[0], first)
    reach = 1
    while reach < len(states):
        states[reach:] = torch.addcmul(states[reach:], decay[reach:], states[:-reach])
        decay[reach:] = decay[reach:] * decay[:-reach]
        reach *= 2
    return states
