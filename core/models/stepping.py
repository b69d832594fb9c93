"""A fixed network that reads one token of each sequence at a time, with nothing checked, looked up or projected twice.

A step of :class:`core.models.network.NextTokenNetwork` goes through what whole batches of long sequences need. Where one token
follows another that costs more than the arithmetic: here the input's share of every gate is a row of a table, made once,
and the layers' own equations do the rest.

Shape letters: N sequences, V vocabulary, E embedding, K a cell's projected input, L layers, H hidden.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from core.models.cells import State
from core.models.network import NextTokenNetwork
from core.models.recurrent import Recurrent

LARGEST_TABLE = 8_000_000  # numbers


class TokenSteps:
    """The step of a network in evaluation, with the weights that it has now.

    Args:
        model: Layers without memory keep their own step.
    """

    def __init__(self, model: NextTokenNetwork):
        self._model, self._layers, self._output = model, model.recurrent, model.output
        self._table: Tensor | None = None
        if isinstance(self._layers, Recurrent):
            self._weights, self._cell = self._layers._weights(), self._layers.cell
            vocab_size = self._output.out_features
            width = self._cell.project(self._vectors(torch.zeros(1, dtype=torch.int64)), self._weights[0]).shape[-1]
            if vocab_size * width <= LARGEST_TABLE:
                self._table = self._cell.project(self._vectors(torch.arange(vocab_size)), self._weights[0])

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
            after.append(self._cell.step(projected, tuple(part[layer] for part in state), weights).state)
            outputs = after[-1][self._cell.output_place]
            if self._layers.residual and layer:
                outputs = outputs + below
        logits = F.linear(outputs, self._output.weight, self._output.bias)
        if len(after) == 1:
            return logits, tuple(part[None] for part in after[0]), None
        return logits, tuple(torch.stack(parts) for parts in zip(*after, strict=True)), None
