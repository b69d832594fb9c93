"""One layer, both directions and rows of any lengths, through the cells' own scans over sequences.

The counterpart of fused.py for cells and machines where torch has no kernel or a slow one. On a CPU the scans of the
simple cell and the GRU are faster than torch's kernels; its LSTM runs in oneDNN and is kept. On a GPU cuDNN is kept
wherever it has the cell.

Shape letters: B batch, T time, F features, H hidden, D directions (1 or 2).
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional as F

from core.models.cells import Cell, State, Weights
from core.models.lengths import last_steps, real_steps, reverse_rows, zero_padding

FEWEST_STEPS = 4
"""Below, a kernel is called once and a scan would only add its own overhead."""


def prefers_kernel(cell: Cell, inputs: Tensor) -> bool:
    """Whether torch's fused kernel of a cell is there and the fastest way for inputs (B, T, F)."""
    if cell.kernel is None:
        return False
    return not cell.has_scan or inputs.device.type != "cpu" or inputs.shape[1] < FEWEST_STEPS


def run_layer(
    cell: Cell, inputs: Tensor, lengths: Tensor | None, state: State, weights: Sequence[Weights]
) -> tuple[Tensor, State]:
    """Runs one layer.

    Args:
        inputs: (B, T, F).
        lengths: Real steps of each row, int64 (B,) on the CPU; None when every row is full.
        state: Before the first step, each (D, B, H).
        weights: The parameters of each direction, as ``cell.shapes`` names them.

    Returns:
        Outputs (B, T, D*H), zero at padded positions, and the state after each row's last real step, each (D, B, H).
    """
    if lengths is not None:
        inputs = zero_padding(inputs, real_steps(lengths.to(inputs.device), inputs.shape[1]))
    sides, finals = [], []
    for direction, own in enumerate(weights):
        start = tuple(part[direction] for part in state)
        side, final = _run(cell, _reversed(inputs, lengths) if direction else inputs, lengths, start, own)
        sides.append(_reversed(side, lengths) if direction else side)
        finals.append(final)
    outputs = torch.cat(sides, dim=-1) if len(sides) > 1 else sides[0]
    return outputs, tuple(torch.stack(parts) for parts in zip(*finals, strict=True))


def _run(cell: Cell, inputs: Tensor, lengths: Tensor | None, state: State, weights: Weights) -> tuple[Tensor, State]:
    """Runs one direction by the cheapest way that is exact."""
    if lengths is None:
        states = run(cell, inputs, state, weights)
        return states[cell.output_place], tuple(part[:, -1] for part in states)
    return (run_padded if cell.bounded else run_packed)(cell, inputs, lengths, state, weights)


def run_padded(cell: Cell, inputs: Tensor, lengths: Tensor, state: State, weights: Weights) -> tuple[Tensor, State]:
    """Runs one direction over padded rows, padding and all, and takes from each row what is real.

    Args:
        cell: One whose state stays bounded on padding, see :func:`run_packed`.
        inputs: (B, T, F), with numbers where padding is.
        lengths: (B,) on the CPU.
        state: Each (B, H).
        weights: Of this direction.

    Returns:
        Outputs (B, T, H), zero at padding, and the state after each row's last real step, each (B, H).
    """
    lengths = lengths.to(inputs.device)
    states = run(cell, inputs, state, weights)
    outputs = zero_padding(states[cell.output_place], real_steps(lengths, inputs.shape[1]))
    return outputs, tuple(last_steps(part, lengths) for part in states)


def run_packed(cell: Cell, inputs: Tensor, lengths: Tensor, state: State, weights: Weights) -> tuple[Tensor, State]:
    """Runs one direction without a padded step: sorts rows by length and goes from one end of a row to the next.

    For cells whose state may overflow on padding, where the zero gradient that arrives there would become nan.
    Takes and returns what :func:`run_padded` does.
    """
    order = lengths.argsort(descending=True, stable=True)
    back = order.argsort().to(inputs.device)
    batch_size, num_steps = inputs.shape[:2]
    inputs, state = inputs[order.to(inputs.device)], tuple(part[order.to(part.device)] for part in state)
    pieces, finals = [], []
    for start, stop in pairwise([0, *lengths.unique().tolist()]):
        rows, rows_left = int((lengths > start).sum()), int((lengths > stop).sum())
        states = run(cell, inputs[:rows, start:stop], tuple(part[:rows] for part in state), weights)
        state = tuple(part[:, -1] for part in states)
        pieces.append(F.pad(states[cell.output_place], (0, 0, 0, 0, 0, batch_size - rows)))
        finals.append(tuple(part[rows_left:] for part in state))
    outputs = F.pad(torch.cat(pieces, dim=1), (0, 0, 0, num_steps - int(lengths.max())))
    final = (torch.cat(parts[::-1]) for parts in zip(*finals, strict=True))
    return outputs[back], tuple(part[back] for part in final)


def run(cell: Cell, inputs: Tensor, state: State, weights: Weights) -> State:
    """Runs one direction of one layer over rows that are all full.

    Under autocast a scan computes in its type, as far as the cell allows it (`Cell.in_half`).

    Args:
        inputs: (B, T, F).
        state: Before the first step, each (B, H).
        weights: The parameters of this direction of this layer by their names without layer, as `cell.shapes` has them.

    Returns:
        Each tensor of the state after every step, (B, T, H).
    """
    kind, dtype = inputs.device.type, weights["weight_ih"].dtype
    in_half = torch.is_autocast_enabled(kind)
    inputs = inputs.transpose(0, 1)
    if cell.has_scan:
        if in_half and cell.in_half != "nothing":
            dtype = torch.get_autocast_dtype(kind)
        of_state = torch.promote_types(dtype, torch.float32) if cell.in_half == "products" else dtype
        inputs, state = inputs.to(dtype), tuple(part.to(of_state) for part in state)
        weights = {name: weight.to(dtype) for name, weight in weights.items()}
    with torch.autocast(kind, enabled=in_half and not cell.has_scan):
        sequences = cell.scan(inputs, state, weights)
    return tuple(sequence.transpose(0, 1) for sequence in sequences)


def _reversed(values: Tensor, lengths: Tensor | None) -> Tensor:
    return values.flip(1) if lengths is None else reverse_rows(values, lengths.to(values.device))
