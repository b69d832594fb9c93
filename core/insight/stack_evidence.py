"""Whether the gates of a trained stack still move and whether gradients still reach far back: two figures of a sample.

What the figures mean is told by core.doctor.

Shape letters: B batch, T time, F features, H hidden.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from core.insight.gradients import gradients_through_time
from core.models.lengths import full_lengths, real_steps
from core.models.recurrent import Recurrent
from core.models.tracing import Trace

ROWS, MOST_STEPS = 8, 128  # of the sample: a trace keeps everything of every step
FLAT = 0.02  # a gate within so much of an end of its range hardly moves, whatever it is told
_LEAST = 1e-37  # gradients below are nothing in single precision


def stack_evidence(
    recurrent: Recurrent, inputs: Tensor, lengths: Tensor | None, span: float | None
) -> dict[str, float | None]:
    """What a result keeps of a stack that read some sequences.

    Args:
        recurrent: In evaluation mode.
        inputs: (B, T, F); the first `ROWS` and `MOST_STEPS` are read.
        lengths: (B,), or None where every row is full.
        span: How many steps the gradient has to bridge; None where every step has a way of its own to the answer.

    Returns:
        `saturated`, the share of gate values at an end of their range; `half_life`, the steps over which the gradient
        of the last state halves, None where it does not get smaller; `span`.
    """
    inputs = inputs[:ROWS, :MOST_STEPS]
    lengths = None if lengths is None else lengths[:ROWS].clamp(max=inputs.shape[1])
    with torch.enable_grad():
        trace = recurrent.trace(inputs.detach(), lengths)
        half_life = gradient_half_life(trace, lengths)
    return {"saturated": saturated_share(trace, lengths), "half_life": half_life, "span": span}


def saturated_share(trace: Trace, lengths: Tensor | None = None) -> float | None:
    """The share of gate values within `FLAT` of an end of their range: below 0.02, above 0.98, or so for tanh.

    Whether a gate has a sigmoid or tanh is read off its value and its pre-activation; what has neither is not counted, nor
    is padding. None where nothing is.
    """
    is_real = real_steps(full_lengths(lengths, trace.outputs), trace.outputs.shape[1])
    flat = total = 0
    for record in trace.layers:
        for name, gate in record.gates.items():
            value, sums = gate.detach().float()[is_real], record.preactivations[name].detach().float()[is_real]
            if torch.allclose(value, sums.sigmoid(), atol=1e-3):
                ends = torch.minimum(value, 1 - value)
            elif torch.allclose(value, sums.tanh(), atol=1e-3):
                ends = 1 - value.abs()
            else:
                continue
            flat += int((ends < FLAT).sum())
            total += value.numel()
    return flat / total if total else None


def gradient_half_life(trace: Trace, lengths: Tensor | None = None) -> float | None:
    """Steps over which the gradient of the last forward state halves on its way back, on average over the sequences.

    Args:
        trace: Made with gradients switched on.
        lengths: What it was made with.

    Returns:
        None where it does not get smaller, or no sequence has two steps.
    """
    forward = [place for place, record in enumerate(trace.layers) if record.direction == "forward"]
    last = trace.layers[forward[-1]].output_steps[-1]
    signs = 1.0 - 2.0 * (torch.arange(last.shape[-1], device=last.device) % 2)
    found = gradients_through_time(trace, (last * signs).sum(), lengths)
    norms = torch.stack([found[place].state_norms for place in forward]).double().norm(dim=0)  # (B, T)
    steps = halvings = 0.0
    for row, count in zip(norms.cpu(), full_lengths(lengths, norms).tolist(), strict=True):
        if count > 1 and float(row[count - 1]) > 0:
            steps += count - 1
            halvings += math.log2(float(row[count - 1]) / max(_LEAST, float(row[0])))
    return steps / halvings if halvings > 0 and math.isfinite(halvings) else None
