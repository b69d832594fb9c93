"""The figure of the liquid state machine: spikes that come in, spikes of the liquid, and what its readout makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.insight.edits import Edits
from ui.learn.scene import Equation, Scene, sliders

if TYPE_CHECKING:
    from core.insight.reservoir import Told

BLUE, AMBER, RED = "var(--blue)", "var(--amber)", "var(--red)"
SLIDERS = {
    "gain": ("Connections inside", 0.8, 0, 1.5, 0.1, "How strong they are; 0 for none."),
    "jitter": ("Jitter", 2, 0, 6, 1, "By how many steps each spike is moved at most."),
    "units": ("Units", 80, 10, 120, 10, "Of the liquid."),
    "pattern": ("Pattern shown", 1, 1, 2, 1, "Of which a held-out trial is shown."),
    "draw": ("Draw", 1, 1, 20, 1, "Other patterns, trials and weights."),
}


def liquid(edits: Edits, statements: Mapping[str, Any]) -> Scene:
    """A liquid of spiking units that tells two patterns of spikes apart."""
    from core.insight.reservoir import NUM_STEPS, PATTERN_ENDS, tell_apart

    panel, (gain, jitter, units, pattern, seed) = sliders(edits, SLIDERS)
    found = tell_apart(units, gain, jitter, seed)
    trial = found.trials[pattern - 1]
    scene = Scene(
        "reservoirs-liquid",
        "A liquid state machine hears spikes and says which of two patterns it was",
        [""] * NUM_STEPS,
        1,
        "step",
        {"mark": "accuracy"},
        play_ms=150,
    )
    scene.value(
        "potential",
        "potential v of unit 1",
        trial.potential[:, None],
        equation=Equation(
            "v ← 0.95 · v + i, a spike where v ≥ 1, then v ← 0 and two steps of rest",
            ["v of unit 1 = ", {"v": "potential", "result": True}],
            [
                "i = 0.8 · i + W_in · input + gain · W · spikes of the step before; one unit in five inhibits: its W is negative."
            ],
        ),
    )
    scene.value(
        "output",
        "output of the readout",
        trial.output[:, None],
        equation=Equation(
            "y = w_out · [fading spikes; 1]",
            ["y = ", {"v": "output", "result": True}, f"; above 0 says pattern 2, and it was pattern {pattern}"],
            [
                "A spike's trace keeps 0.9 of itself a step. Each step has a readout of its own, fitted by ridge regression."
            ],
        ),
    )
    scene.value("accuracy", "accuracy of the liquid", found.accuracy[:, None])
    scene.value("of_inputs", "accuracy of the inputs alone", found.of_inputs[:, None])
    scene.row(panel)
    line = {"kind": "lines", "follow": True, "x_title": "step", "least": 300}

    def parted(high: int) -> dict[str, Any]:
        where = [[PATTERN_ENDS, 0], [PATTERN_ENDS, high]]
        return {"label": "the last step that differs", "color": "var(--muted)", "style": "dashed", "points": where}

    scene.row(
        {
            **line,
            "title": "Spikes that come in, by channel",
            "y_title": "channel",
            "low": 0,
            "high": trial.inputs.shape[1] + 1,
            "series": [
                {"label": "spike", "color": AMBER, "style": "dots", "points": _raster(trial.inputs)},
                *_ends(NUM_STEPS),
                parted(trial.inputs.shape[1] + 1),
            ],
        },
        {
            **line,
            "title": "Spikes of the liquid, by unit",
            "y_title": "unit",
            "low": 0,
            "high": units + 1,
            "series": [
                {"label": "spike", "color": BLUE, "style": "dots", "radius": 1.8, "points": _raster(trial.spikes)},
                *_ends(NUM_STEPS),
                parted(units + 1),
            ],
        },
    )
    scene.row(
        {
            **line,
            "title": "Which pattern was it? Accuracy of the readout at each step",
            "grow": 2,
            "y_title": "accuracy",
            "low": 0.3,
            "high": 1,
            "series": [
                {"label": "liquid", "color": BLUE, "value": "accuracy", "width": 3},
                {"label": "fading inputs alone", "color": AMBER, "value": "of_inputs", "style": "dashed"},
                {"label": "a guess", "color": RED, "style": "dotted", "points": [[1, 0.5], [NUM_STEPS, 0.5]]},
                parted(1),
            ],
        },
        {
            "kind": "facts",
            "title": f"{NUM_STEPS - PATTERN_ENDS} steps after they last differed",
            "items": _after(found),
            "says": f"100 held-out trials; 200 were fitted to. After step {PATTERN_ENDS} both patterns are the same.",
        },
    )
    scene.row(
        {"kind": "equations", "title": "This step in numbers", "names": ["potential", "output"]},
        statements,
    )
    return scene


def _raster(spikes: np.ndarray) -> list[list[int]]:
    return [[int(step) + 1, int(row) + 1] for step, row in zip(*np.nonzero(spikes), strict=True)]


def _ends(steps: int) -> Sequence[Mapping[str, Any]]:
    """Nothing to see at both ends, so that the axis is as long whatever spikes there are."""
    return [{"label": "", "color": "transparent", "style": "dots", "points": [[1, 0], [steps, 0]]}]


def _after(found: Told) -> list[dict[str, Any]]:
    return [
        {"label": label, "text": f"{100 * shares[-1]:.0f}%", "note": "right", "color": color}
        for label, shares, color in (("Liquid", found.accuracy, BLUE), ("Fading inputs alone", found.of_inputs, AMBER))
    ]
