"""Gates and states of a recurrent stack over one sequence, as plain arrays that a screen can draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.models.recurrent import Recurrent
from core.models.tracing import LayerTrace, Trace

NAMES = {
    "c": "cell state",
    "hidden": "hidden state",
    "input": "input gate",
    "forget": "forget gate",
    "output": "output gate",
    "reset": "reset gate",
    "update": "update gate",
    "new": "candidate",
}
_OPENED_STEPS = 4_096  # of all sequences that are opened at once


@torch.inference_mode()
def trace_states(
    recurrent: Recurrent, inputs: Tensor, tokens: list[str], state: tuple[Tensor, ...] | None = None
) -> dict[str, Any]:
    """Run one sequence step by step and keep everything.

    Args:
        inputs: (1, T, F).
        tokens: T labels, one a step.
        state: Before the first step, (L, 1, H) each; None for that of every sequence.

    Returns:
        `{"tokens": [...], "layers": [{"name", "values": {name: (T, H) array}}]}`: the states, the gates, and under
        `"... pre-activation"` what the function of each of them was applied to.
    """
    return {"tokens": tokens, "layers": layers_of(recurrent.trace(inputs, state=state))}


def layers_of(trace: Trace, **more: Any) -> list[dict[str, Any]]:
    """The first row of a trace as the screen takes it, layer by layer.

    Args:
        trace: Of any network, T steps.
        more: What else to say of every layer, such as tokens of its own; `within` goes before its name.
    """
    before = f"{more['within']}, " if "within" in more else ""
    return [
        {
            "name": f"{before}{_name(record)}",
            "values": {key: value[0] for key, value in _arrays(record).items()},
            **more,
        }
        for record in trace.layers
    ]


@torch.inference_mode()
def states_at_ends(recurrent: Recurrent, inputs: Tensor) -> list[dict[str, Any]]:
    """The states in which a network ends after each of many sequences, with the gates of its last step.

    One direction runs the fast way to the last step and only that one the open way; with two every step is opened, a few
    sequences at a time.

    Args:
        inputs: (B, T, F), of the network in evaluation.

    Returns:
        As `trace_states` gives layers, each value (B, H): of a backward direction those of the first step, its last.
    """
    num_steps = inputs.shape[1]
    if recurrent.bidirectional or num_steps == 1:
        traces = [recurrent.trace(part) for part in inputs.split(max(1, _OPENED_STEPS // num_steps))]
    else:
        state = recurrent(inputs[:, :-1])[1]
        traces = [recurrent.trace(inputs[:, -1:], state=state)]
    layers = []
    for records in zip(*(trace.layers for trace in traces), strict=True):
        end = 0 if records[0].direction == "backward" else -1
        parts = [_arrays(record) for record in records]
        values = {key: np.concatenate([part[key][:, end] for part in parts]) for key in parts[0]}
        layers.append({"name": _name(records[0]), "values": values})
    return layers


def _name(record: LayerTrace) -> str:
    return f"layer {record.layer + 1}, {record.direction}"


def _arrays(record: LayerTrace) -> dict[str, np.ndarray]:
    """States, gates and what they were applied to by their names, each (B, T, H)."""
    others = {name: states for name, states in record.states.items() if name != record.output_name}
    values = {"hidden state": record.output} | {NAMES.get(name, name): states for name, states in others.items()}
    values |= {NAMES.get(name, name): gate for name, gate in record.gates.items() if name != "hidden"}
    values |= {f"{NAMES.get(name, name)} pre-activation": sums for name, sums in record.preactivations.items()}
    return {key: value.detach().float().cpu().numpy() for key, value in values.items()}
