"""A fixed network that reads one token of each sequence at a time, with nothing checked, looked up or projected twice.

A step of :class:`core.models.network.NextTokenNetwork` goes through what whole batches of long sequences need. Where one token
follows another that costs more than the arithmetic: here the input's share of every gate is a row of a table, made once,
and the layers' own equations do the rest.

Shape letters: N sequences, V vocabulary, E embedding, K a cell's projected input, L layers, H hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.models.cells import State
from core.models.network import NextTokenNetwork
from core.models.recurrent import Recurrent

LARGEST_TABLE = 8_000_000  # numbers
LARGEST_EDITED = 100.0  # of an edited unit, whose memory a factor above 1 would let grow without end


@dataclass(frozen=True)
class UnitEdit:
    """What is done to a unit at every step: all of its state (h, and c where there is one) becomes scale * state + value.

    Attributes:
        layer, unit: From 0.
        scale: 0 with a value of 0 silences it: nothing of it reaches a gate of a later step, the next layer or the output.
            In a cell with layer normalization what it would have been still counts in the mean and spread of its layer.
        value: With a scale of 0 the unit is held there.
    """

    layer: int
    unit: int
    scale: float = 0.0
    value: float = 0.0


class TokenSteps:
    """The step of a network in evaluation, with the weights that it has now.

    Args:
        model: Layers without memory keep their own step.
        edits: What is done to units after every step; one unit at most once.

    Raises:
        ValueError: If there is no such unit, or layers without memory are to be edited.
    """

    def __init__(self, model: NextTokenNetwork, edits: Sequence[UnitEdit] = ()):
        self._model, self._layers, self._output = model, model.recurrent, model.output
        self._edits = self._as_tensors(edits)
        self._table: Tensor | None = None
        if isinstance(self._layers, Recurrent):
            self._weights, self._cell = self._layers._weights(), self._layers.cell
            vocab_size = self._output.out_features
            width = self._cell.project(self._vectors(torch.zeros(1, dtype=torch.int64)), self._weights[0]).shape[-1]
            if vocab_size * width <= LARGEST_TABLE:
                self._table = self._cell.project(self._vectors(torch.arange(vocab_size)), self._weights[0])

    def _as_tensors(self, edits: Sequence[UnitEdit]) -> dict[int, tuple[Tensor, Tensor, Tensor]]:
        """By layer the units, factors and values of its edits."""
        layers = self._layers
        if not edits:
            return {}
        if not isinstance(layers, Recurrent):
            raise ValueError("edits: expected layers with a state")
        for edit in edits:
            if not (0 <= edit.layer < layers.num_layers and 0 <= edit.unit < layers.hidden_size):
                raise ValueError(f"edits: expected one of {layers.num_layers} x {layers.hidden_size} units, got {edit}")
        weight = self._output.weight
        found = {}
        for layer in sorted({edit.layer for edit in edits}):
            own = [edit for edit in edits if edit.layer == layer]
            units = torch.tensor([edit.unit for edit in own], device=weight.device)
            factors, values = (weight.new_tensor([getattr(edit, name) for edit in own]) for name in ("scale", "value"))
            found[layer] = (units, factors, values)
        return found

    def _edited(self, layer: int, state: State) -> State:
        """The state of a layer, each tensor (N, H), as its edits leave it."""
        if layer not in self._edits:
            return state
        units, factors, values = self._edits[layer]
        changed = [(part[:, units] * factors + values).clamp(-LARGEST_EDITED, LARGEST_EDITED) for part in state]
        return tuple(part.index_copy(1, units, new) for part, new in zip(state, changed, strict=True))

    def start(self, num_sequences: int) -> State:
        """The state before the first token, edited, each tensor (L, N, H). Raises `ValueError` for layers without memory."""
        layers = self._layers
        if not isinstance(layers, Recurrent):
            raise ValueError("expected layers with a state")
        like = self._output.weight
        parts = layers.learned_state() or [
            like.new_zeros(layers.num_layers, layers.hidden_size) for _ in range(layers.cell.num_states)
        ]
        whole = [part[:, None].expand(-1, num_sequences, -1) for part in parts]
        by_layer = [self._edited(layer, tuple(part[layer] for part in whole)) for layer in range(layers.num_layers)]
        return tuple(torch.stack(each) for each in zip(*by_layer, strict=True))

    def _first(self, ids: Tensor) -> Tensor:
        """What the first layer's gates get from tokens: (N, K)."""
        if self._table is not None:
            return self._table.index_select(0, ids)
        return self._cell.project(self._vectors(ids), self._weights[0])

    def _vectors(self, ids: Tensor) -> Tensor:
        return self._model.embedding(ids.to(self._output.weight.device)[:, None])[:, 0]

    def __call__(self, ids: Tensor, state: State) -> tuple[Tensor, State, None]:
        """Tokens (N,) and a state, each tensor (L, N, H), to the next token's logits (N, V) and the state after it."""
        if not isinstance(self._layers, Recurrent):
            return self._model.step(ids, state)
        after: list[State] = []
        outputs = ids
        for layer, weights in enumerate(self._weights):
            below = outputs
            projected = self._first(ids) if layer == 0 else self._cell.project(below, weights)
            step = self._cell.step(projected, tuple(part[layer] for part in state), weights)
            after.append(self._edited(layer, step.state))
            outputs = after[-1][self._cell.output_place]
            if self._layers.residual and layer:
                outputs = outputs + below
        logits = F.linear(self._model.narrowed(outputs), self._output.weight, self._output.bias)
        if len(after) == 1:
            return logits, tuple(part[None] for part in after[0]), None
        return logits, tuple(torch.stack(parts) for parts in zip(*after, strict=True)), None
