"""Whole sequences through one direction of one layer, where torch has no fused kernel or a slow one.

A cell with a hand-written pass names it in the table here; any other runs by its own equations, step by step, which is
right and slower. On a CPU the passes of the simple cell and the GRU are faster than torch's kernels; its LSTM runs in
oneDNN and is kept. On a GPU cuDNN is kept wherever it has the cell.
Left out: stacks, directions and merging (recurrent.py), rows of different lengths (scanned.py), torch's own kernels
(fused.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from core.models.cells import Cell, State, Weights
from core.models.cells.base import at_least_single
from core.models.cells.variants import EPSILON
from core.models.products import linear
from core.models.scans.gru import GRUScan
from core.models.scans.linear_recurrence import linear_recurrence
from core.models.scans.lstm import LSTMPeepholeScan
from core.models.scans.norm import GRULayerNormScan, LSTMLayerNormScan
from core.models.scans.protocol import Scan, run_scan
from core.models.scans.reset_before import ResetBeforeScan
from core.models.scans.simple import SimpleScan

FEWEST_STEPS = 4
"""Below, a kernel is called once and a pass would only add its own overhead."""

# Blocks of H that are normalised together.
_NORMALIZED_ROWS = {"lstm_layer_norm": (4,), "gru_layer_norm": (2, 1)}

# Cells whose recurrent bias can be added to the input's share before the loop.
_ADDED_BIAS = ("rnn", "gru_reset_before", "lstm_peephole", "mgu")


def prefers_kernel(cell: Cell, inputs: Tensor) -> bool:
    """Whether torch's fused kernel of a cell is there and the fastest way for inputs (B, T, F)."""
    if cell.kernel is None:
        return False
    return cell.kernel == "lstm" or inputs.device.type != "cpu" or inputs.shape[1] < FEWEST_STEPS


def run(cell: Cell, inputs: Tensor, state: State, weights: Weights) -> tuple[Tensor, ...]:
    """Runs one direction of one layer over rows that are all full.

    Under autocast everything is computed in its type, except by the layer-normalised cells, which stay in fp32, and the
    states of the minimal ones, which are sums over all steps and are kept in it.

    Args:
        cell: Whose equations.
        inputs: (B, T, F).
        state: Before the first step, each (B, H).
        weights: The parameters of this direction of this layer by their names without layer, as `cell.shapes` has them.

    Returns:
        Each part of the state after every step, (B, T, H); the first is the output. Once differentiable, but for cells
        without a pass of their own.
    """
    run_pass = _PASSES.get(cell.name, _loop)
    dtype = weights["weight_ih"].dtype
    kind = inputs.device.type
    if torch.is_autocast_enabled(kind) and cell.name not in _NORMALIZED_ROWS and run_pass is not _loop:
        dtype = torch.get_autocast_dtype(kind)
    if run_pass is _loop:
        return _loop(cell, inputs, state, weights)
    with torch.autocast(kind, enabled=False):
        of_state = torch.promote_types(dtype, torch.float32) if cell.name in _LINEAR else dtype
        inputs, state = inputs.to(dtype), tuple(part.to(of_state) for part in state)
        weights = {name: weight.to(dtype) for name, weight in weights.items()}
        sequences = run_pass(cell, inputs.transpose(0, 1), state, weights)
    return tuple(sequence.transpose(0, 1) for sequence in sequences)


def _loop(cell: Cell, inputs: Tensor, state: State, weights: Weights) -> tuple[Tensor, ...]:
    """The equations step by step, differentiated by torch: for cells without a pass of their own."""
    states = []
    for projected in cell.project(inputs, weights).unbind(1):
        state = cell.step(projected, state, weights).state
        states.append(state)
    return tuple(torch.stack(parts, dim=1) for parts in zip(*states, strict=True))


def _run_by_hand(cell: Cell, inputs: Tensor, state: State, weights: Weights) -> tuple[Tensor, ...]:
    """Time first: inputs (T, B, F) to each part of the state after every step, (T, B, H)."""
    scan: Scan = _SCANS[cell.name](cell)
    needed = dict(weights)
    if cell.name in _NORMALIZED_ROWS:
        projected = _normalized(linear(inputs, needed["weight_ih"], None), weights, _NORMALIZED_ROWS[cell.name])
    else:
        bias = needed["bias_ih"]
        if cell.name in _ADDED_BIAS:
            bias = bias + needed["bias_hh"]
        elif cell.name == "gru":
            of_gates, needed["bias_n"] = needed["bias_hh"].tensor_split([2 * state[0].shape[1]])
            bias = torch.cat((bias[: len(of_gates)] + of_gates, bias[len(of_gates) :]))
        projected = linear(inputs, needed["weight_ih"], bias)
    return run_scan(scan, projected, state, tuple(needed[name] for name in scan.weights))


def _normalized(product: Tensor, weights: Weights, blocks: tuple[int, ...]) -> Tensor:
    """The input's product (T, B, K) with layer normalisation, gates in groups of that many blocks of H."""
    size = product.shape[-1] // sum(blocks)
    parts = (
        tensor.split([size * count for count in blocks], dim=-1)
        for tensor in (product, weights["norm_ih_weight"], weights["bias_ih"])
    )
    normal = [
        F.layer_norm(values, gain.shape, gain, shift, EPSILON) for values, gain, shift in zip(*parts, strict=True)
    ]
    return torch.cat(normal, dim=-1) if len(blocks) > 1 else normal[0]


def _run_min_gru(cell: Cell, inputs: Tensor, state: State, weights: Weights) -> tuple[Tensor, ...]:
    total, new = at_least_single(linear(inputs, weights["weight_ih"], weights["bias_ih"])).chunk(2, dim=-1)
    update = total.sigmoid()
    return (linear_recurrence(1 - update, update * new, state[0]),)


def _run_min_lstm(cell: Cell, inputs: Tensor, state: State, weights: Weights) -> tuple[Tensor, ...]:
    product = linear(inputs, weights["weight_ih"], weights["bias_ih"])
    forget, insert, new = at_least_single(product).chunk(3, dim=-1)
    odds = F.softplus(-insert) - F.softplus(-forget)
    return (linear_recurrence(odds.sigmoid(), (-odds).sigmoid() * new, state[0]),)


_SCANS: Mapping[str, Callable[[Any], Scan]] = MappingProxyType(
    {
        "rnn": lambda cell: SimpleScan(cell.nonlinearity),
        "gru": lambda cell: GRUScan(),
        "gru_reset_before": lambda cell: ResetBeforeScan(2),
        "mgu": lambda cell: ResetBeforeScan(1),
        "lstm_peephole": lambda cell: LSTMPeepholeScan(),
        "lstm_layer_norm": lambda cell: LSTMLayerNormScan(),
        "gru_layer_norm": lambda cell: GRULayerNormScan(),
    }
)
# States that are linear in the state before.
_LINEAR: Mapping[str, Callable[..., tuple[Tensor, ...]]] = MappingProxyType(
    {"min_gru": _run_min_gru, "min_lstm": _run_min_lstm}
)
_PASSES: Mapping[str, Callable[..., tuple[Tensor, ...]]] = MappingProxyType(
    {**dict.fromkeys(_SCANS, _run_by_hand), **_LINEAR}
)
