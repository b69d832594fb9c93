"""How the gradient of a loss travels back through time: one vector for every state of a traced run.

Backpropagation through time gives every hidden state the gradient of the whole loss: its *direct* share, through the
output of its own step, and the share that comes back through the state of the next step. Where the second share
shrinks or grows at every step, gradients vanish or explode. Left out: the matrices that it is multiplied by at each
step (jacobians.py) and the gradients of the weights, which training has already.

Shape letters: B batch, T time, H hidden.

Reference:
    Werbos, 1990, "Backpropagation through time: what it does and how to do it".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.insight.alignment import align, lengths_of
from core.models.lengths import real_steps
from core.models.tracing import LayerTrace, Trace


@dataclass(frozen=True)
class StateGradients:
    """Gradients of one loss with respect to the states of one direction of one layer.

    Every tensor is aligned with the input and zero at padded positions, detached from the graph.

    Attributes:
        layer: Which layer, from 0.
        direction: ``forward`` or ``backward``.
        h: With respect to each hidden state: (B, T, H).
        c: With respect to each cell state as it is handed to the next step, (B, T, H): what flows along the cell, and
            not what reaches it by way of its own step's hidden state. None for cells without one.
        direct: The share of ``h`` that does not come back through the next step of this layer: (B, T, H). It comes from
            the outputs of the step, from the layers above, or from the final state.
    """

    layer: int
    direction: str
    h: Tensor
    c: Tensor | None
    direct: Tensor

    @property
    def norms(self) -> Tensor:
        """Euclidean norms of ``h``: (B, T)."""
        return self.h.norm(dim=-1)

    @property
    def cell_norms(self) -> Tensor | None:
        """Euclidean norms of ``c``: (B, T); None for cells without a cell state."""
        return None if self.c is None else self.c.norm(dim=-1)

    @property
    def state_norms(self) -> Tensor:
        """Euclidean norms of ``h`` and ``c`` taken together, (B, T): what a bound on the whole state is about."""
        return self.norms if self.c is None else torch.cat((self.h, self.c), dim=-1).norm(dim=-1)


def gradients_through_time(trace: Trace, loss: Tensor, lengths: Tensor | None = None) -> tuple[StateGradients, ...]:
    """Computes the gradient of a loss with respect to every state of a traced run.

    The graph is kept, so several losses of one trace can be asked about.

    Args:
        trace: Made by ``Recurrent.trace`` with gradients switched on.
        loss: One number, computed from the trace's outputs or state.
        lengths: What the traced run was given: (B,), or None where every row is full.

    Returns:
        One record for each layer and direction, in the order of ``trace.layers``.

    Raises:
        ValueError: If the loss is not one number that depends on the trace, or the lengths are not the trace's.
    """
    lengths = lengths_of(trace, lengths)
    if loss.numel() != 1 or not loss.requires_grad:
        raise ValueError(f"loss: expected one number with a graph, got shape {tuple(loss.shape)}")
    nodes = [part for record in trace.layers for state in record.steps for part in state]
    if not all(node.requires_grad for node in nodes):
        raise ValueError("trace: expected a run with gradients, outside no_grad and with weights that need them")
    found = torch.autograd.grad(loss, nodes, retain_graph=True, allow_unused=True)
    if all(gradient is None for gradient in found):
        raise ValueError(
            "loss: expected one computed from the trace's outputs or state, got one that does not use them"
        )
    filled = iter(_filled(found, nodes))
    return tuple(
        _of_layer(record, [tuple(next(filled) for _ in state) for state in record.steps], lengths)
        for record in trace.layers
    )


def _of_layer(record: LayerTrace, gradients: list[tuple[Tensor, ...]], lengths: Tensor) -> StateGradients:
    """Takes autograd's gradients of one layer's states, in the order of its steps."""
    direct = [found[0] for found in gradients]
    real = real_steps(lengths, len(gradients))
    for step in range(len(gradients) - 1):
        (carried,) = _back(record.steps[step + 1], record.steps[step][:1], gradients[step + 1])
        direct[step] = direct[step] - carried * real[:, step + 1, None]
    parts = [align(part, lengths, record.direction) for part in zip(*gradients, strict=True)]
    return StateGradients(
        layer=record.layer,
        direction=record.direction,
        h=parts[0],
        c=parts[1] if len(parts) == 2 else None,
        direct=align(direct, lengths, record.direction),
    )


def _back(outputs: Sequence[Tensor], inputs: Sequence[Tensor], gradients: Sequence[Tensor]) -> list[Tensor]:
    """Carries gradients of outputs back to inputs; zeros where there is no way back."""
    found = torch.autograd.grad(outputs, inputs, gradients, retain_graph=True, allow_unused=True)
    return _filled(found, inputs)


def _filled(found: Sequence[Tensor | None], like: Sequence[Tensor]) -> list[Tensor]:
    return [torch.zeros_like(one) if part is None else part for part, one in zip(found, like, strict=True)]
