"""Gates and states of a recurrent stack over one sequence, as plain arrays that a screen can draw."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from core.models.recurrent import Recurrent
from core.models.tracing import Trace

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


@torch.inference_mode()
def trace_states(recurrent: Recurrent, inputs: Tensor, tokens: list[str]) -> dict[str, Any]:
    """Run one sequence step by step and keep everything.

    Args:
        inputs: (1, T, F).
        tokens: T labels, one a step.

    Returns:
        `{"tokens": [...], "layers": [{"name", "values": {name: (T, H) array}}]}`: the states, the gates, and under
        `"... pre-activation"` what the function of each of them was applied to.
    """
    return {"tokens": tokens, "layers": layers_of(recurrent.trace(inputs))}


def layers_of(trace: Trace, **more: Any) -> list[dict[str, Any]]:
    """The first row of a trace as the screen takes it, layer by layer.

    Args:
        trace: Of any network, T steps.
        more: What else to say of every layer, such as tokens of its own; `within` goes before its name.
    """
    layers = []
    before = f"{more['within']}, " if "within" in more else ""
    for record in trace.layers:
        others = {name: states for name, states in record.states.items() if name != record.output_name}
        values = {"hidden state": record.output} | {NAMES.get(name, name): states for name, states in others.items()}
        values |= {NAMES.get(name, name): gate for name, gate in record.gates.items() if name != "hidden"}
        values |= {f"{NAMES.get(name, name)} pre-activation": sums for name, sums in record.preactivations.items()}
        arrays = {key: value[0].detach().float().cpu().numpy() for key, value in values.items()}
        layers.append({"name": f"{before}layer {record.layer + 1}, {record.direction}", "values": arrays, **more})
    return layers
