"""A neural Turing machine: a network that writes to and reads from a memory of its own.

A controller (one hidden layer over the input and what was read last) steers one
write head and one read head over a memory of N rows of M numbers. Both heads
address rows softly, so that everything has a gradient.

References:
    A. Graves, G. Wayne, I. Danihelka, Neural Turing Machines, arXiv:1410.5401, 2014.
    M. Collier, J. Beel, Implementing Neural Turing Machines, ICANN 2018 (the memory
    starts as a small constant).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

EMPTY = 1e-6
_SHIFTS = (-1, 0, 1)


@dataclass(frozen=True)
class Addressing:
    """The stages by which one head came to its weights; all (B, N) but where said.

    Attributes:
        key: What is sought, (B, M).
        strength: How sharply it is sought (beta, above 0), (B, 1).
        likeness: Cosine of each row and the key.
        content: Weights by likeness to the key.
        gate: How much of ``content`` counts beside the last weights (g), (B, 1).
        last: The weights of the step before.
        gated: Content mixed with the last weights.
        shift: Chances to move by -1, 0 and 1 rows, (B, 3).
        shifted: ``gated`` moved in a circle.
        sharpening: The power (gamma, at least 1), (B, 1).
        weights: ``shifted`` sharpened: what the head uses.
    """

    key: Tensor
    strength: Tensor
    likeness: Tensor
    content: Tensor
    gate: Tensor
    last: Tensor
    gated: Tensor
    shift: Tensor
    shifted: Tensor
    sharpening: Tensor
    weights: Tensor


@dataclass(frozen=True)
class Step:
    """One step: the answer's logits (B, bits), both heads, erase and add (B, M), memory (B, N, M)."""

    logits: Tensor
    write: Addressing
    read: Addressing
    erase: Tensor
    add: Tensor
    memory: Tensor


def address(memory: Tensor, last: Tensor, asked: Tensor) -> Addressing:
    """Content, interpolation, shift, sharpening (equations 5 to 9 of Graves et al.).

    Args:
        memory: (B, N, M).
        last: The head's weights of the step before, (B, N).
        asked: What the controller says, before squashing, (B, M + 6): key, strength,
            gate, three shifts, sharpening.
    """
    width = memory.shape[2]
    key, strength, gate, shift, sharpening = asked.split([width, 1, 1, 3, 1], dim=1)
    key, strength, gate = torch.tanh(key), functional.softplus(strength), torch.sigmoid(gate)
    shift, sharpening = torch.softmax(shift, dim=1), 1 + functional.softplus(sharpening)
    lengths = memory.norm(dim=2) * key.norm(dim=1, keepdim=True)
    likeness = (memory @ key.unsqueeze(2)).squeeze(2) / (lengths + 1e-8)
    content = torch.softmax(strength * likeness, dim=1)
    gated = gate * content + (1 - gate) * last
    moved = torch.stack([gated.roll(by, dims=1) for by in _SHIFTS], dim=2)
    shifted = (moved @ shift.unsqueeze(2)).squeeze(2)
    power = (shifted + 1e-12) ** sharpening
    weights = power / power.sum(dim=1, keepdim=True)
    return Addressing(key, strength, likeness, content, gate, last, gated, shift, shifted, sharpening, weights)


class NeuralTuringMachine(nn.Module):
    """One write head and one read head over a memory, and a feed-forward controller.

    Args:
        inputs: Numbers read a step.
        outputs: Numbers answered a step (logits).
        rows: Rows of the memory (N).
        width: Numbers in a row (M).
        hidden: Units of the controller's layer.

    Raises:
        ValueError: A size below one, or fewer than three rows (a shift needs them).
    """

    def __init__(self, inputs: int, outputs: int, *, rows: int = 32, width: int = 10, hidden: int = 32) -> None:
        super().__init__()
        if min(inputs, outputs, width, hidden) < 1 or rows < len(_SHIFTS):
            raise ValueError("Every size must be at least 1, and the memory needs 3 rows.")
        self.rows, self.width = rows, width
        self.controller = nn.Linear(inputs + width, hidden)
        self.heads = nn.Linear(hidden, 2 * (width + 6) + 2 * width)
        self.output = nn.Linear(hidden + width, outputs)

    def step(self, x: Tensor, memory: Tensor, write: Tensor, read: Tensor, seen: Tensor) -> Step:
        """Write, then read.

        Args:
            x: (B, inputs).
            memory: (B, N, M).
            write: Last weights of the write head, (B, N).
            read: Last weights of the read head, (B, N).
            seen: What was read last, (B, M).
        """
        hidden = torch.tanh(self.controller(torch.cat([x, seen], dim=1)))
        each = self.width + 6
        for_write, for_read, erase, add = self.heads(hidden).split([each, each, self.width, self.width], dim=1)
        writing = address(memory, write, for_write)
        erase, add = torch.sigmoid(erase), torch.tanh(add)
        at = writing.weights.unsqueeze(2)
        memory = memory * (1 - at * erase.unsqueeze(1)) + at * add.unsqueeze(1)
        reading = address(memory, read, for_read)
        found = (reading.weights.unsqueeze(1) @ memory).squeeze(1)
        logits = self.output(torch.cat([hidden, found], dim=1))
        return Step(logits, writing, reading, erase, add, memory)

    def trace(self, x: Tensor) -> list[Step]:
        """Every step over (B, T, inputs), from an empty memory and both heads on row 0."""
        batch = x.shape[0]
        memory = x.new_full((batch, self.rows, self.width), EMPTY)
        write = read = functional.one_hot(torch.zeros(batch, dtype=torch.long, device=x.device), self.rows).to(x)
        seen = x.new_zeros(batch, self.width)
        steps = []
        for now in x.unbind(dim=1):
            one = self.step(now, memory, write, read, seen)
            memory, write, read = one.memory, one.write.weights, one.read.weights
            seen = (read.unsqueeze(1) @ memory).squeeze(1)
            steps.append(one)
        return steps

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, T, outputs) for (B, T, inputs)."""
        return torch.stack([one.logits for one in self.trace(x)], dim=1)
