"""What is chosen on "Vanishing and exploding" and turned in its figure, and everything that is computed of it.

Numbers are of core.insight: an untrained network (untrained.py), its walk back (walk_back.py) with slope and predictions
(slope.py), the eigenvalues (spectrum.py). Left out: how they are drawn (gradient_scene.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.insight.edits import Edits

if TYPE_CHECKING:
    from core.insight.spectrum import Spectrum
    from core.insight.untrained import Untrained
    from core.insight.walk_back import WalkBack

TYPED = 4  # units whose recurrent weights can be typed
CHEAP_MS = 120
PATH = ("orthogonal", "identity", "relu", "forget_bias", "lstm", "gru")
"""Cures that change the way of the gradient."""
CURES = {
    "none": "None",
    "orthogonal": "Orthogonal start",
    "identity": "Identity start with ReLU",
    "relu": "ReLU",
    "forget_bias": "Forget bias",
    "lstm": "LSTM",
    "gru": "GRU",
    "truncation": "Truncation",
    "clip_norm": "Clipping by norm",
    "clip_value": "Clipping by value",
    "optimizer": "Optimizer",
}


@dataclass(frozen=True)
class Choice:
    """What the set-up says.

    Attributes:
        network: As it starts, before edits.
        cure: A key of `CURES`.
        always: Whether Jacobians are computed where they are not cheap, too.
    """

    network: Untrained
    cure: str = "none"
    always: bool = False


@dataclass(frozen=True)
class Shown:
    """What is drawn: the network with its cure, and the one before it."""

    network: Untrained
    walk: WalkBack
    spectra: Sequence[Spectrum]
    before: WalkBack | None = None
    before_spectra: Sequence[Spectrum] = ()
    window: int | None = None
    missing_ms: float | None = None
    cure_fits: bool = True


def computed(choice: Choice, edits: Edits) -> tuple[Untrained, Shown]:
    """Everything that the figure shows: the network as edited, without its cure, and what was found."""
    from core.insight.spectrum import recurrent_eigenvalues
    from core.insight.untrained import cured
    from core.insight.walk_back import jacobian_ms, walk_back

    start = edited(choice, edits)
    bias = edits.number("forget_bias", 1.0, -2, 8)
    after = cured(start, choice.cure, bias) if choice.cure in PATH else None
    network = after or start
    recurrent, inputs = network.network(), network.inputs()
    cost = jacobian_ms(recurrent, network.num_steps)
    cheap = choice.always or cost <= CHEAP_MS
    walk = walk_back(recurrent, inputs, jacobians=cheap)
    window = None
    if choice.cure == "truncation":
        window = edits.whole("window", max(1, network.num_steps // 3), 1, network.num_steps)
    before, before_spectra = None, []
    if after is not None:
        old = start.network()
        before, before_spectra = walk_back(old, start.inputs(), jacobians=False), recurrent_eigenvalues(old)
    elif window is not None:
        before, walk = walk, _cut(walk, recurrent, inputs, window)
    fits = choice.cure not in PATH or after is not None
    spectra = recurrent_eigenvalues(recurrent)
    return start, Shown(network, walk, spectra, before, before_spectra, window, None if cheap else cost, fits)


def edited(choice: Choice, edits: Edits) -> Untrained:
    """The network of a choice with what a visitor turned and typed."""
    from core.insight.untrained import MAX_SEED

    network = replace(
        choice.network,
        input_size=edits.number("size", 1.0, 0, 3),
        seed=edits.whole("seed", choice.network.seed, 0, MAX_SEED),
    )
    if network.is_simple:
        if "radius" in edits.values:
            network = replace(network, radius=edits.number("radius", 1.0, 0, 2))
        if network.stack.hidden_size <= TYPED and any(name.startswith("U.") for name in edits.values):
            drawn = dict(network.network().named_parameters())["weight_hh_l0"].detach().numpy()
            typed = edits.applied("U", drawn, -3, 3)
            network = replace(network, typed=tuple(map(tuple, typed.tolist())))
    elif network.has_matrix:
        network = replace(network, scale=edits.number("scale", 1.0, 0, 4))
    if network.has_gate and choice.cure != "forget_bias" and "forget_bias" in edits.values:
        bias = edits.number("forget_bias", 0.0, -2, 8)
        network = replace(network, stack=replace(network.stack, forget_bias=bias))
    return network


def sliders(choice: Choice, start: Untrained, shown: Shown, edits: Edits) -> list[dict[str, Any]]:
    """What can be turned in the figure, for this cell and this cure."""
    from core.insight.untrained import MAX_SEED

    def one(name: str, label: str, low: float, high: float, step: float, value: float, help: str) -> dict[str, Any]:
        return {"name": name, "label": label, "low": low, "high": high, "step": step, "value": value, "help": help}

    found = []
    own = shown.before_spectra or shown.spectra
    if start.is_simple:
        before = ", before the cure" if shown.before_spectra and choice.cure != "relu" else ""
        found.append(one("radius", f"Spectral radius of U{before}", 0, 2, 0.01, round(own[0].spectral_radius, 4),
                         "All recurrent weights are multiplied so that the largest eigenvalue is this far from 0."))  # fmt: skip
    elif start.has_matrix:
        found.append(one("scale", "Recurrent scale", 0, 4, 0.05, start.scale,
                         "All recurrent weights are multiplied by it."))  # fmt: skip
    found.append(one("size", "Size of the inputs", 0, 3, 0.01, start.input_size,
                     "Standard deviation of the inputs: large ones push tanh where it bends."))  # fmt: skip
    if choice.cure == "forget_bias" or start.has_gate:
        value = (shown.network if choice.cure == "forget_bias" else start).stack.forget_bias
        found.append(one("forget_bias", "Forget bias", -2, 8, 0.1, value or 0.0,
                         "Bias of the gate that decides what is kept; 0 keeps half, 3 keeps 95%."))  # fmt: skip
    if shown.window is not None:
        found.append(one("window", "Truncate after (states)", 1, start.num_steps, 1, shown.window,
                         "States that the gradient reaches, the loss's own one counted."))  # fmt: skip
    if choice.cure in ("clip_norm", "clip_value"):
        found.append(one("max_norm", "Largest norm", 0.1, 10, 0.1, edits.number("max_norm", 1.0, 0.1, 10),
                         "training.max_grad_norm"))  # fmt: skip
        found.append(one("max_value", "Largest entry", 0.01, 1, 0.01, edits.number("max_value", 0.1, 0.01, 1),
                         "training.max_grad_value"))  # fmt: skip
    found.append(one("seed", "Seed", 0, MAX_SEED, 1, start.seed, "Which weights and inputs are drawn."))
    return found


def _cut(walk: WalkBack, recurrent: Any, inputs: Any, window: int) -> WalkBack:
    """The walk as truncated backpropagation sees it; what is beyond the window is not computed by it."""
    from core.insight.walk_back import cut_walk

    gradients, norms = cut_walk(recurrent, inputs, window)
    inside = np.arange(len(norms)) < window

    def kept(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else np.where(inside[:, None] if values.ndim == 2 else inside, values, np.nan)

    return replace(
        walk, gradients=gradients, norms=norms, factors=np.where(inside, walk.factors, np.nan), stretches=kept(walk.stretches),
        bends=kept(walk.bends), pulled=kept(walk.pulled),
    )  # fmt: skip
