"""One training step of a network with one unit, unfolded in time, with the gradient whole or cut into windows.

Two networks with the same two weights: the linear one by hand (bptt.py), and ``h_t = tanh(u x_t + w h_{t-1})``, run by
``Recurrent.trace`` and asked by gradients.py. The gradient is cut as training cuts it (``training.truncation``):

* ``carry``: windows of K steps follow each other. Each starts from the state that the one before left, but no gradient
  crosses the border.
* ``slide``: a window of K steps slides along by one. It starts from h = 0, and only the error at its end counts.

Training updates the weights after every window. Here they wait for the end of the sequence, so that the sum over the
windows can be compared with the whole gradient at the same weights.

Reference:
    Williams and Peng, 1990, "An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from core.insight.bptt import Bptt, all_targets, linear_bptt
from core.insight.gradients import gradients_through_time
from core.models.recurrent import Recurrent

TRUNCATIONS = ("whole", "carry", "slide")
Pass = Callable[[float, float, Sequence[float], Sequence[float | None], float], Bptt]


@dataclass(frozen=True)
class Window:
    """A piece of the sequence through which the gradient goes back.

    Attributes:
        first: Its first step, from 0.
        walk: What happened in it; its states begin with the one it starts from.
    """

    first: int
    walk: Bptt

    @property
    def stop(self) -> int:
        """The step after its last one, from 0."""
        return self.first + len(self.walk.deltas)

    @property
    def has_error(self) -> bool:
        """Whether any step in it has a target."""
        return any(target is not None for target in self.walk.targets)


@dataclass(frozen=True)
class TrainingStep:
    """Forward, loss, backward and update.

    Attributes:
        full: The whole sequence with the whole gradient.
        windows: In their order; one that is ``full`` where nothing is cut.
        learning_rate: Of the update.
    """

    full: Bptt
    windows: tuple[Window, ...]
    learning_rate: float

    @property
    def loss(self) -> float:
        """The sum of all windows' losses."""
        return sum(window.walk.loss for window in self.windows)

    @property
    def u_terms(self) -> tuple[float, ...]:
        """What each step adds to dL/du in all windows together: T numbers."""
        return self._by_step("u_terms")

    @property
    def w_terms(self) -> tuple[float, ...]:
        """What each step adds to dL/dw in all windows together: T numbers."""
        return self._by_step("w_terms")

    @property
    def updated(self) -> tuple[float, float]:
        """u and w after one step of gradient descent along the sums."""
        rate = self.learning_rate
        return self.full.u - rate * sum(self.u_terms), self.full.w - rate * sum(self.w_terms)

    def _by_step(self, terms: str) -> tuple[float, ...]:
        sums = [0.0] * len(self.full.xs)
        for window in self.windows:
            for step, term in enumerate(getattr(window.walk, terms), window.first):
                sums[step] += term
        return tuple(sums)


def tanh_bptt(
    u: float, w: float, xs: Sequence[float], target: float | Sequence[float | None], initial_state: float = 0.0,
    nonlinearity: str = "tanh",
) -> Bptt:  # fmt: skip
    """Runs an RNN of one unit without biases forward and its errors back, by the engine of all networks here.

    Args:
        u, w, xs, target, initial_state: As ``linear_bptt`` takes them.
        nonlinearity: ``tanh``, or ``identity`` for the linear network.

    Raises:
        ValueError: If there is no input, or not a target for each.
    """
    targets = all_targets(xs, target)
    recurrent = Recurrent("rnn", 1, 1, nonlinearity=nonlinearity).double()
    for name, value in {"weight_ih_l0": u, "weight_hh_l0": w, "bias_ih_l0": 0.0, "bias_hh_l0": 0.0}.items():
        torch.nn.init.constant_(getattr(recurrent, name), value)
    start = torch.full((1, 1, 1), float(initial_state), dtype=torch.float64)
    trace = recurrent.trace(torch.tensor(xs, dtype=torch.float64).view(1, -1, 1), state=(start,))
    h = trace.outputs[0, :, 0]
    counts = torch.tensor([y is not None for y in targets])
    errors = (h - torch.tensor([y or 0.0 for y in targets], dtype=torch.float64)) * counts
    (found,) = gradients_through_time(trace, errors.square().sum())
    states, deltas = [float(initial_state), *h.tolist()], found.output[0, :, 0].tolist()
    slopes = [1 - state**2 if nonlinearity == "tanh" else 1.0 for state in states[1:]]
    at_sums = [delta * slope for delta, slope in zip(deltas, slopes, strict=True)]
    return Bptt(
        u=float(u),
        w=float(w),
        xs=tuple(xs),
        targets=targets,
        states=tuple(states),
        slopes=tuple(slopes),
        losses=tuple(errors.square().tolist()),
        direct=tuple((2 * errors).tolist()),
        deltas=tuple(deltas),
        u_terms=tuple(delta * x for delta, x in zip(at_sums, xs, strict=True)),
        w_terms=tuple(delta * before for delta, before in zip(at_sums, states[:-1], strict=True)),
    )


PASSES: dict[str, Pass] = {"linear": linear_bptt, "tanh": tanh_bptt}


def training_step(
    network: str, u: float, w: float, xs: Sequence[float], targets: Sequence[float | None], initial_state: float,
    learning_rate: float, truncation: str = "whole", window: int = 1,
) -> TrainingStep:  # fmt: skip
    """One training step on one sequence.

    Args:
        network: ``linear`` or ``tanh``.
        u, w, xs, initial_state: As ``linear_bptt`` takes them.
        targets: y_1 to y_T, None at steps without an error.
        learning_rate: Of the update.
        truncation: ``whole``, ``carry`` or ``slide``.
        window: K, steps of a window, from 1; one longer than the sequence is the sequence. Of no account for ``whole``.

    Raises:
        ValueError: If there is no such network or truncation, K is less than 1, or there is no input or not a target each.
    """
    if network not in PASSES or truncation not in TRUNCATIONS or window < 1:
        raise ValueError(f"expected a network, a truncation and K of at least 1, got {network}, {truncation}, {window}")
    run = partial(PASSES[network], u, w)
    full = run(xs, targets, initial_state)
    length, size = len(xs), min(window, len(xs))
    if truncation == "whole":
        windows = [Window(0, full)]
    elif truncation == "carry":
        windows, state = [], initial_state
        for first in range(0, length, size):
            part = slice(first, first + size)
            windows.append(Window(first, run(xs[part], targets[part], state)))
            state = windows[-1].walk.states[-1]
    else:
        ends = [stop for stop in range(size, length + 1) if targets[stop - 1] is not None]
        alone: list[None] = [None] * (size - 1)
        windows = [Window(end - size, run(xs[end - size : end], [*alone, targets[end - 1]], 0.0)) for end in ends]
    return TrainingStep(full, tuple(windows), learning_rate)
