"""The copy task, and how a network learns it.

Random bit vectors, an end mark, then silence in which they are to be said again
(Graves et al. 2014, section 4.1). Trained on 1 to 6 vectors; what counts is longer.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.models.inputs import Vectors
from core.models.network import StackNetwork
from core.models.neural_turing_machine import NeuralTuringMachine
from core.models.stack import Stack

BITS = 4
TRAINED_TO = 6
ROWS = 32


class Copier(StackNetwork):
    """A recurrent network on the copy task."""

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, T, BITS) for (B, T, BITS + 1)."""
        return self.read(x)[0]


def machine(rows: int = ROWS) -> NeuralTuringMachine:
    """The machine of the page, untrained: 2,400 weights, with any number of rows."""
    return NeuralTuringMachine(BITS + 1, BITS, rows=rows, width=10, hidden=32)


def lstm() -> Copier:
    """An LSTM of nearly as many weights, 2,440, untrained."""
    return Copier(Stack("lstm", hidden_size=21), Vectors(BITS + 1), BITS)


def sequences(length: int, batch: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Inputs (B, 2 length + 1, BITS + 1), the last column the end mark; targets (B, length, BITS)."""
    bits = torch.randint(0, 2, (batch, length, BITS), generator=generator).float()
    x = torch.zeros(batch, 2 * length + 1, BITS + 1)
    x[:, :length, :BITS] = bits
    x[:, length, BITS] = 1.0
    return x, bits


def answers(model: nn.Module, x: Tensor) -> Tensor:
    """The logits of the steps after the mark, (B, length, BITS)."""
    logits: Tensor = model(x)
    return logits[:, x.shape[1] // 2 + 1 :]


@torch.no_grad()
def bits_right(model: nn.Module, length: int, *, count: int = 100, seed: int = 99) -> float:
    """The share of bits said again rightly, of ``count`` fresh sequences; chance is one half."""
    x, bits = sequences(length, count, torch.Generator().manual_seed(seed))
    return float(((answers(model, x) > 0) == (bits > 0.5)).float().mean())


def train(model: nn.Module, *, steps: int, seed: int, rate: float = 3e-3, batch: int = 16) -> list[float]:
    """Adam with clipping on fresh sequences of 1 to ``TRAINED_TO`` vectors; the losses."""
    draw = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    losses = []
    for _ in range(steps):
        length = int(torch.randint(1, TRAINED_TO + 1, (1,), generator=draw))
        x, bits = sequences(length, batch, draw)
        loss = functional.binary_cross_entropy_with_logits(answers(model, x), bits)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(float(loss.detach()))
    return losses
