"""The gates of a traced layer as one array: what a heat map or a statistic over all gates starts from.

Left out: running the network (``Recurrent.trace``) and names for the screen (states.py).

Shape letters: B batch, T time, G gates, H hidden.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from core.models.tracing import LayerTrace


def stacked_gates(record: LayerTrace) -> tuple[Tensor, tuple[str, ...]]:
    """Returns the values of every gate, (B, T, G, H), and the G names, in the cell's order."""
    return _stacked(record.gates)


def stacked_preactivations(record: LayerTrace) -> tuple[Tensor, tuple[str, ...]]:
    """Returns what every gate was before its nonlinearity, (B, T, G, H), and the G names, in the cell's order."""
    return _stacked(record.preactivations)


def _stacked(values: Mapping[str, Tensor]) -> tuple[Tensor, tuple[str, ...]]:
    return torch.stack(tuple(values.values()), dim=2), tuple(values)
