"""Which units of a trained language model keep track of brackets, and what it loses without them.

`python -m benchmarks.units RUN [RUN ...] [--prompt TEXT] [--seed 0]`: for each run of Generation the best unit by every probe
over the first 4,000 characters of its test set; brackets left open with all units, without the unit that goes along with their
depth best, and without each of ten units drawn at random, over 32 texts of 1,000 characters at a temperature of 0.8.
"""

from __future__ import annotations

import argparse
import json
import time
from statistics import median
from typing import Any

import numpy as np

from core import load
from core.api import find_run
from core.config.limits import Settings
from core.data.prepare import prepare
from core.insight.probes import PROBES
from core.insight.units import rank_units
from core.models.stepping import UnitEdit
from core.tasks.generation.units import MOST_READ, MOST_TWIN_LENGTH, MOST_TWINS, Unclosed

NUM_OTHERS = 10


def measure(run: str, prompt: str, seed: int) -> dict[str, Any]:
    """All of it for one run."""
    network = load(find_run(run))
    prepared: Any = prepare("text", network.experiment.data, Settings())
    began = time.perf_counter()
    reading = network.units.read(prepared.texts["test"][:MOST_READ])
    probes = {name: probe.values(reading.text) for name, probe in PROBES.items()}
    best = {name: rank_units(reading.states, values, 1)[0] for name, values in probes.items() if values.std() > 0}
    searched = time.perf_counter() - began

    def unclosed(*edits: UnitEdit) -> Unclosed:
        drawn = {"num_texts": MOST_TWINS, "length": MOST_TWIN_LENGTH, "seed": seed, "temperature": 0.8}
        found: Unclosed = network.units.twin(prompt, edits, **drawn).unclosed
        return found

    chosen = best["depth"]
    layers, hidden = next(iter(reading.states.values())).shape[::2]
    drawn = np.random.default_rng(seed).permutation(layers * hidden)[:NUM_OTHERS]
    others = [unclosed(UnitEdit(int(at // hidden), int(at % hidden))).share or 0.0 for at in drawn]
    return {
        "run": run,
        "data": network.experiment.data.id,
        "best": {name: [one.layer, one.unit, one.kind, round(one.correlation, 3)] for name, one in best.items()},
        "seconds_to_search": round(searched, 2),
        "whole": _told(unclosed()),
        "silenced": _told(unclosed(UnitEdit(chosen.layer, chosen.unit))),
        "others_silenced": {"median": round(median(others), 4), "most": round(max(others), 4)},
    }


def _told(found: Unclosed) -> dict[str, Any]:
    return {
        "opened": found.opened,
        "unclosed": found.unclosed,
        "share": found.share,
        "interval": [found.low, found.high],
    }


def main() -> int:
    """Print one object a run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("--prompt", default="")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    for run in asked.runs:
        print(json.dumps(measure(run, asked.prompt, asked.seed)), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
