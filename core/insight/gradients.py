"""How the gradient of a loss travels back through time: one vector for every state of a traced run.

Backpropagation through time gives every hidden state the gradient of the whole loss: its *direct* share, through the
output of its own step, and the share that comes back through the state of the next step. Where the second share
shrinks or grows at every step, gradients vanish or explode. The matrices that it is multiplied by at each step are
those of jacobians.py.

Shape letters: B batch, T time, H hidden.

Reference:
    Werbos, 1990, "Backpropagation through time: what it does and how to do it".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.models.lengths import align, full_lengths, real_steps
from core.models.tracing import LayerTrace, Trace


@dataclass(frozen=True)
class StateGradients:
    """Gradients of one loss with respect to the states of one direction of one layer.

    Every tensor is aligned with the input and zero at padded positions, detached from the graph.

    Attributes:
        layer: Which layer, from 0.
        direction: ``forward`` or ``backward``.
        states: With respect to each tensor of the state, by its name, (B, T, H). Of a cell state it is what flows along
            the cell as it is handed to the next step, and not what reaches it by way of its own step's hidden state.
        output_name: Which of them is the output, the hidden state.
        direct: The share of the output's gradient that does not come back through the next step of this layer:
            (B, T, H). It comes from the outputs of the step, from the layers above, or from the final state.
    """

    layer: int
    direction: str
    states: Mapping[str, Tensor]
    output_name: str
    direct: Tensor

    @property
    def output(self) -> Tensor:
        """With respect to each output: (B, T, H)."""
        return self.states[self.output_name]

    @property
    def norms(self) -> Tensor:
        """Euclidean norms of ``output``: (B, T)."""
        return self.output.norm(dim=-1)

    @property
    def state_norms(self) -> Tensor:
        """Euclidean norms of all tensors of the state together, (B, T): what a bound on the whole state is about."""
        return torch.cat(tuple(self.states.values()), dim=-1).norm(dim=-1)


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
    direct = [found[record.output_place] for found in gradients]
    real = real_steps(lengths, len(gradients))
    for step in range(len(gradients) - 1):
        (carried,) = _back(record.steps[step + 1], [record.output_steps[step]], gradients[step + 1])
        direct[step] = direct[step] - carried * real[:, step + 1, None]
    is_backward = record.direction == "backward"
    parts = [align(part, lengths, is_backward) for part in zip(*gradients, strict=True)]
    return StateGradients(
        layer=record.layer,
        direction=record.direction,
        states=dict(zip(record.states, parts, strict=True)),
        output_name=record.output_name,
        direct=align(direct, lengths, is_backward),
    )


def _back(outputs: Sequence[Tensor], inputs: Sequence[Tensor], gradients: Sequence[Tensor]) -> list[Tensor]:
    """Carries gradients of outputs back to inputs; zeros where there is no way back.

    Through a sum, whose gradient they are: given to torch themselves they cost an import of half a second in each process.
    """
    carried = sum(
        ((output * gradient).sum() for output, gradient in zip(outputs, gradients, strict=True)), torch.zeros(())
    )
    found = torch.autograd.grad(carried, inputs, retain_graph=True, allow_unused=True)
    return _filled(found, inputs)


def _filled(found: Sequence[Tensor | None], like: Sequence[Tensor]) -> list[Tensor]:
    return [torch.zeros_like(one) if part is None else part for part, one in zip(found, like, strict=True)]


def lengths_of(trace: Trace, lengths: Tensor | None) -> Tensor:
    """Returns the lengths that a trace was made with, on its device: (B,).

    Args:
        lengths: What the traced run was given: (B,), or None where every row is full.

    Raises:
        ValueError: If they are not the lengths of that run. Everything would be shown at the wrong step.
    """
    lengths = full_lengths(lengths, trace.layers[0].output)
    batch_size = len(trace.layers[0].output)
    if lengths.shape != (batch_size,):
        raise ValueError(f"lengths: expected ({batch_size},), got {tuple(lengths.shape)}")
    for record in trace.layers:
        expected = record.output.detach()
        given = align([h.detach() for h in record.output_steps], lengths, record.direction == "backward")
        if not torch.equal(expected.nan_to_num(), given.nan_to_num()):
            raise ValueError(f"lengths: expected those that the trace was made with, got {lengths.tolist()}")
    return lengths
