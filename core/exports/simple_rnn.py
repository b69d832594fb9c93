"""What torch's export has no word for: `nn.RNN` as the operator RNN of ONNX, where it would write out the example's steps.

Written out, a network would read no sequence longer or shorter than the example's, and would say nothing about it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch


def translations() -> dict[Callable[..., Any], Callable[..., Any]]:
    """By operator of torch how it is written; for `torch.onnx.export(custom_translation_table=...)`."""
    return {torch.ops.aten.rnn_tanh.input: _of("Tanh"), torch.ops.aten.rnn_relu.input: _of("Relu")}


def _of(activation: str) -> Callable[..., Any]:
    import onnxscript

    op: Any = onnxscript.opset20

    def rnn(inputs, hx, params: Sequence, has_biases, num_layers, dropout, train, bidirectional, batch_first):
        directions = 2 if bidirectional else 1
        found = op.Transpose(inputs, perm=[1, 0, 2]) if batch_first else inputs
        states = []
        for layer in range(num_layers):
            first = layer * directions
            weights = [params[4 * (first + direction) : 4 * (first + direction) + 4] for direction in range(directions)]
            stacked = [op.Concat(*(op.Unsqueeze(one[place], [0]) for one in weights), axis=0) for place in (0, 1)]
            biases = op.Concat(*(op.Unsqueeze(op.Concat(*one[2:], axis=0), [0]) for one in weights), axis=0)
            outputs, state = op.RNN(
                found, *stacked, biases, None, op.Slice(hx, [first], [first + directions], [0]),
                activations=[activation] * directions, hidden_size=hx.shape[2],
                direction="bidirectional" if bidirectional else "forward",
            )  # fmt: skip
            # (T, D, B, H) becomes (T, B, D * H)
            found = op.Reshape(op.Transpose(outputs, perm=[0, 2, 1, 3]), op.Constant(value_ints=[0, 0, -1]))
            states.append(state)
        after = op.Concat(*states, axis=0)
        return op.Transpose(found, perm=[1, 0, 2]) if batch_first else found, after

    return rnn
