"""The recurrent cells, and the table that configuration, forms, counts and networks read.

All that makes a cell stands in its file: parameters, equations, and its scan over a whole sequence where it has one. A new
cell is one class and one name in the table. Importing them loads no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core.models.cells.base import Cell, Gates, State, Step, Weights
from core.models.cells.gru import GRU
from core.models.cells.gru_layer_norm import GRULayerNorm
from core.models.cells.lstm import LSTM
from core.models.cells.lstm_layer_norm import LSTMLayerNorm
from core.models.cells.lstm_peephole import LSTMPeephole
from core.models.cells.minimal import MinGRU, MinLSTM
from core.models.cells.reset_before import MGU, GRUResetBefore
from core.models.cells.rnn import RNN

__all__ = ["CELLS", "Cell", "Gates", "State", "Step", "Weights", "build_cell"]

_CLASSES: tuple[type[Cell], ...] = (
    RNN, LSTM, GRU, GRUResetBefore, LSTMPeephole, LSTMLayerNorm, GRULayerNorm, MGU, MinGRU, MinLSTM,
)  # fmt: skip
CELLS: Mapping[str, type[Cell]] = MappingProxyType({cell.name: cell for cell in _CLASSES})


def build_cell(name: str, nonlinearity: str = "tanh") -> Cell:
    """Returns the cell of that name.

    Args:
        name: A key of ``CELLS``.
        nonlinearity: One of the cell's ``nonlinearities``; only the simple cell has more than ``tanh``.

    Raises:
        ValueError: If the cell is unknown or does not have that nonlinearity.
    """
    if name not in CELLS:
        raise ValueError(f"cell: expected one of {', '.join(CELLS)}, got {name!r}")
    cell: Any = CELLS[name]
    choices = cell.nonlinearities
    if nonlinearity not in choices:
        raise ValueError(f"nonlinearity of cell {name}: expected one of {', '.join(choices)}, got {nonlinearity!r}")
    return cell(nonlinearity) if len(choices) > 1 else cell()
