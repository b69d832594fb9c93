"""What a network's recurrent layers are like, in one object that every network takes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from core.models.recurrent import Recurrent


@dataclass(frozen=True)
class Stack:
    """The arguments of :class:`Recurrent` but its input size, with the same names, meanings and defaults."""

    cell: str = "lstm"
    hidden_size: int = 128
    num_layers: int = 1
    bidirectional: bool = False
    merge_mode: str = "concat"
    dropout: float = 0.0
    nonlinearity: str = "tanh"
    weight_dropout: float = 0.0
    initialization: str = "uniform"
    forget_bias: float | None = None
    initial_state: str = "zero"
    residual: bool = False
    locked_dropout: bool = False

    def build(self, input_size: int, **changes: Any) -> Recurrent:
        """The layers for inputs of that many features.

        Args:
            changes: Fields that are different this time, by name.

        Raises:
            ValueError: An argument is out of range.
        """
        return Recurrent(input_size=input_size, **asdict(replace(self, **changes)))
