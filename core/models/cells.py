"""The recurrent cells as their equations: state in, state out, nothing stored.

A cell describes one time step. It owns no parameters: :class:`core.models.recurrent.Recurrent` holds them under
torch's names and passes them in, so the same weights also run through torch's fused kernels (``kernel`` names the one
that computes the same thing). These equations are what a trace of a network shows and what the fused kernels are
tested against. Left out: anything about sequences, layers, directions and lengths.

Shape letters: B batch, H hidden; G is the number of gates of the cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

State = tuple[Tensor, ...]
Gates = dict[str, Tensor]


class Cell(Protocol):
    """What every cell offers.

    Attributes:
        name: The name used in configurations.
        gates: Names of the gates, in the order of their row blocks in the weight matrices (torch's order).
        num_gates: How many row blocks of height H the weight matrices have.
        num_states: Tensors in the state: 1 is ``(h,)``, 2 is ``(h, c)``.
        nonlinearities: What the cell accepts as ``nonlinearity``.
        kernel: Name of torch's fused kernel that runs a whole sequence of this cell.
    """

    name: ClassVar[str]
    gates: ClassVar[tuple[str, ...]]
    num_gates: ClassVar[int]
    num_states: ClassVar[int]
    nonlinearities: ClassVar[tuple[str, ...]]

    @property
    def kernel(self) -> str: ...

    def step(self, projected: Tensor, state: State, weight_hh: Tensor, bias_hh: Tensor) -> tuple[State, Gates]:
        """Computes one time step.

        Args:
            projected: The input's share of every gate, ``W_ih x_t + b_ih``: (B, G*H).
            state: The state before the step, each tensor (B, H).
            weight_hh: Recurrent weights: (G*H, H).
            bias_hh: Recurrent bias: (G*H,).

        Returns:
            The state after the step, each tensor (B, H), and the value of every gate by name, each (B, H).
        """
        ...


@dataclass(frozen=True)
class RNN:
    """The simple recurrent cell: ``h_t = f(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)``.

    It has no gates; its only row block is called ``hidden`` and its value is the new state itself.

    Reference:
        Elman, 1990, "Finding structure in time".
    """

    nonlinearity: str = "tanh"

    name: ClassVar[str] = "rnn"
    gates: ClassVar[tuple[str, ...]] = ("hidden",)
    num_gates: ClassVar[int] = 1
    num_states: ClassVar[int] = 1
    nonlinearities: ClassVar[tuple[str, ...]] = ("tanh", "relu")

    @property
    def kernel(self) -> str:
        return f"rnn_{self.nonlinearity}"

    def step(self, projected: Tensor, state: State, weight_hh: Tensor, bias_hh: Tensor) -> tuple[State, Gates]:
        (h,) = state
        total = projected + F.linear(h, weight_hh, bias_hh)
        h = torch.tanh(total) if self.nonlinearity == "tanh" else torch.relu(total)
        return (h,), {"hidden": h}


class LSTM:
    """The long short-term memory cell, with a forget gate and without peepholes.

    ::

        i, f, o = sigmoid(W x_t + U h_{t-1} + b)      input, forget and output gate
        g       = tanh(W x_t + U h_{t-1} + b)         candidate
        c_t     = f * c_{t-1} + i * g
        h_t     = o * tanh(c_t)

    Reference:
        Hochreiter and Schmidhuber, 1997, "Long short-term memory"; the forget gate is from Gers et al., 2000.
    """

    name: ClassVar[str] = "lstm"
    gates: ClassVar[tuple[str, ...]] = ("input", "forget", "candidate", "output")
    num_gates: ClassVar[int] = 4
    num_states: ClassVar[int] = 2
    nonlinearities: ClassVar[tuple[str, ...]] = ("tanh",)

    @property
    def kernel(self) -> str:
        return "lstm"

    def step(self, projected: Tensor, state: State, weight_hh: Tensor, bias_hh: Tensor) -> tuple[State, Gates]:
        h, c = state
        i, f, g, o = (projected + F.linear(h, weight_hh, bias_hh)).chunk(4, dim=-1)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
        c = f * c + i * g
        h = o * torch.tanh(c)
        return (h, c), {"input": i, "forget": f, "candidate": g, "output": o}


class GRU:
    """The gated recurrent unit in torch's convention: the reset gate acts after the recurrent product.

    ::

        r, z = sigmoid(W x_t + b + U h_{t-1} + d)     reset and update gate
        n    = tanh(W x_t + b + r * (U h_{t-1} + d))  new (candidate) state
        h_t  = (1 - z) * n + z * h_{t-1}

    An update gate near 1 keeps the old state.

    Reference:
        Cho et al., 2014, "Learning phrase representations using RNN encoder-decoder", section 2.3. The paper applies
        the reset gate before the product; the form here is the one of version 1 of its preprint and of cuDNN.
    """

    name: ClassVar[str] = "gru"
    gates: ClassVar[tuple[str, ...]] = ("reset", "update", "new")
    num_gates: ClassVar[int] = 3
    num_states: ClassVar[int] = 1
    nonlinearities: ClassVar[tuple[str, ...]] = ("tanh",)

    @property
    def kernel(self) -> str:
        return "gru"

    def step(self, projected: Tensor, state: State, weight_hh: Tensor, bias_hh: Tensor) -> tuple[State, Gates]:
        (h,) = state
        x_r, x_z, x_n = projected.chunk(3, dim=-1)
        h_r, h_z, h_n = F.linear(h, weight_hh, bias_hh).chunk(3, dim=-1)
        r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        n = torch.tanh(x_n + r * h_n)
        h = (1 - z) * n + z * h
        return (h,), {"reset": r, "update": z, "new": n}


CELLS: Mapping[str, type[Cell]] = MappingProxyType({cell.name: cell for cell in (RNN, LSTM, GRU)})


def build_cell(name: str, nonlinearity: str = "tanh") -> Cell:
    """Returns the cell of that name.

    Args:
        name: A key of ``CELLS``.
        nonlinearity: ``tanh``, or ``relu`` for the simple cell only.

    Raises:
        ValueError: If the cell is unknown or does not have that nonlinearity.
    """
    if name not in CELLS:
        raise ValueError(f"cell: expected one of {', '.join(CELLS)}, got {name!r}")
    choices = CELLS[name].nonlinearities
    if nonlinearity not in choices:
        raise ValueError(f"nonlinearity of cell {name}: expected one of {', '.join(choices)}, got {nonlinearity!r}")
    return RNN(nonlinearity) if name == "rnn" else CELLS[name]()
