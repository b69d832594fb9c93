"""A network as it stands before any training, as somebody sets it up: what its gradient does is known from the start.

Numbers are drawn from generators of our own, because torch's own is shared by all threads: the same seed gives the same
network, whoever else computes. Left out: what is measured of it (walk_back.py, slope.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from core.insight.slope import set_radius
from core.models.cells import CELLS, build_cell
from core.models.recurrent import Recurrent
from core.models.stack import Stack

FEATURES = 3
"""Numbers in an input step."""
MAX_SEED = 19


@dataclass(frozen=True)
class Untrained:
    """One layer of one direction, and a sequence that it reads.

    Attributes:
        stack: Cell, units, nonlinearity, start of the weights, forget bias.
        radius: Spectral radius that the recurrent weights of a simple cell are scaled to; None leaves them as drawn.
        scale: What all recurrent weights are multiplied by.
        typed: Recurrent weights (H, H) that stand instead of all that; None for none.
        input_size: Standard deviation of the inputs.
        num_steps: T.
        seed: Of weights and inputs.
    """

    stack: Stack = field(default_factory=lambda: Stack("rnn", 16))
    radius: float | None = None
    scale: float = 1.0
    typed: tuple[tuple[float, ...], ...] | None = None
    input_size: float = 1.0
    num_steps: int = 60
    seed: int = 0

    @property
    def is_simple(self) -> bool:
        """Whether one recurrent matrix and one nonlinearity are all there is."""
        return self.stack.cell == "rnn"

    @property
    def has_matrix(self) -> bool:
        """Whether a matrix mixes the units at all."""
        return build_cell(self.stack.cell, self.stack.nonlinearity).has_recurrent_matrix

    @property
    def has_gate(self) -> bool:
        """Whether a gate decides what is kept."""
        return CELLS[self.stack.cell].memory_gate is not None

    def network(self) -> Recurrent:
        """The network in double precision, because 0.5 to the power of 150 is zero in single."""
        recurrent = self.stack.build(FEATURES)
        recurrent.reset_parameters(torch.Generator().manual_seed(self.seed))
        recurrent = recurrent.double()
        if self.radius is not None:
            set_radius(recurrent, self.radius)
        if self.has_matrix:
            weights = dict(recurrent.named_parameters())["weight_hh_l0"]
            with torch.no_grad():
                weights.mul_(self.scale)
                if self.typed is not None:
                    weights.copy_(torch.tensor(self.typed))
        return recurrent

    def inputs(self) -> Tensor:
        """(1, T, F), normal numbers of the size that was asked for."""
        generator = torch.Generator().manual_seed(1_000 + self.seed)
        return self.input_size * torch.randn(1, self.num_steps, FEATURES, generator=generator, dtype=torch.float64)


def cured(before: Untrained, cure: str, forget_bias: float = 1.0) -> Untrained | None:
    """The same network and seed with a cure against vanishing and exploding gradients that changes the gradient's path.

    Args:
        before: Without it.
        cure: `orthogonal` start; `identity` start with ReLU; `relu`; `forget_bias`; `lstm` or `gru` instead of the cell.
        forget_bias: Of that cure.

    Returns:
        None where the cure cannot be had: of this cell, or because it is in place.
    """
    stack = before.stack
    if cure in ("lstm", "gru") and stack.cell != cure:
        return _changed(before, replace(stack, cell=cure, nonlinearity="tanh"))
    if cure == "orthogonal" and before.has_matrix and stack.initialization != "orthogonal":
        return _changed(before, replace(stack, initialization="orthogonal"))
    if cure == "identity" and before.is_simple:
        return _changed(before, replace(stack, initialization="identity", nonlinearity="relu"))
    if cure == "relu" and before.is_simple and stack.nonlinearity != "relu":
        return replace(before, stack=replace(stack, nonlinearity="relu"))
    if cure == "forget_bias" and before.has_gate:
        return replace(before, stack=replace(stack, forget_bias=forget_bias))
    return None


def _changed(before: Untrained, stack: Stack) -> Untrained:
    """Its recurrent weights as that start draws them, at no other scale."""
    return replace(before, stack=stack, radius=None, scale=1.0, typed=None)
