"""How good taggers are, over seeds: `python -m benchmarks.tagging words`, `directions`, `names`.

`words`: parts of speech of UD English EWT, the preset's network beside all simple methods (the public files must be there, or
are fetched). `directions`: the same set read forward only, and in both directions with each way to merge them. `names`: the
built-in set in which a later word decides, read in both directions and forward only, with and without a conditional random field.

`--preset` and `--set` change the trainings as `python -m core train` does. Each row has the mean of the test figures, their
standard deviation over the seeds, and the seconds of a training.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from statistics import mean, stdev
from typing import Any

import torch
import yaml

from core.figures import baseline_label, metric_label
from core.resolve import resolve
from core.tasks.base import BoundTask
from core.tasks.registry import bind
from core.training.loop import Keeper, Training

MERGES = ("concat", "sum", "average", "max")
ROWS: Mapping[str, tuple[str, str, Mapping[str, Mapping[str, Any]]]] = {
    "words": ("ud_english_ewt", "standard", {"the preset": {}}),
    "directions": (
        "ud_english_ewt",
        "quick",
        {
            "forward only": {"model.bidirectional": False},
            **{f"both, {mode}": {"model.merge_mode": mode} for mode in MERGES},
        },
    ),
    "names": (
        "people_places",
        "quick",
        {
            "both directions": {},
            "both directions, CRF": {"model.output_layer": "crf"},
            "forward only": {"model.bidirectional": False},
            "forward only, CRF": {"model.bidirectional": False, "model.output_layer": "crf"},
        },
    ),
}
"""Data, preset, and the changes of each row."""
METRICS = ("accuracy", "entity_f1", "entity_precision", "entity_recall", "macro_f1")


class Quiet(Keeper):
    """Hears a training and says nothing."""

    def record(self, event: dict[str, Any]) -> None: ...

    def plan(self, total_steps: int) -> None: ...

    def progress(self, step: int, best: dict[str, Any] | None) -> None: ...

    def machine(self, threads: int, busy: float | None) -> None: ...

    def should_stop(self) -> bool:
        return False


def train(data: str, preset: str, seed: int, changes: Mapping[str, Any]) -> tuple[BoundTask, Mapping[str, Any], float]:
    """The task with its best weights, its figures on the test set, and the seconds of its training."""
    found = resolve("tagging", preset, {"data.id": data, "training.seed": seed, "training.device": "cpu", **changes})
    task = bind(found.experiment, found.prepared, torch.device("cpu"))
    outcome = Training(task, found.experiment, torch.device("cpu"), Quiet()).run()
    task.model.load_state_dict(outcome.best.weights)
    return task, task.evaluate("test", full=True), outcome.seconds


def row(name: str, found: Sequence[Mapping[str, Any]], names: Sequence[str], tail: str) -> str:
    """A line of the table: mean and spread of each metric over the seeds."""
    cells = [[figures[metric] for figures in found] for metric in names]
    spread = [f"{mean(cell):.4f} ± {stdev(cell):.4f}" if len(cell) > 1 else f"{cell[0]:.4f}" for cell in cells]
    return f"| {' | '.join([name, *spread, tail])} |"


def table(what: str, seeds: int, preset: str | None, changes: Mapping[str, Any]) -> None:
    """Print a row a network, and behind them one a simple method."""
    data, usual, rows = ROWS[what]
    for place, (name, own) in enumerate(rows.items()):
        found = [train(data, preset or usual, seed, {**own, **changes}) for seed in range(seeds)]
        task, figures, _ = found[-1]
        names = [metric for metric in METRICS if metric in figures]
        if not place:
            print(f"| {' | '.join([data, *map(metric_label, names), 'seconds'])} |\n|---{'|---:' * (len(names) + 1)}|")
        print(row(name, [one for _, one, _ in found], names, f"{mean(one for _, _, one in found):.0f}"), flush=True)
    for name, simple in task.baselines("test").items():
        print(row(baseline_label(name), [{one: simple[one] or 0.0 for one in names}], names, ""))


def main() -> None:
    parser = argparse.ArgumentParser(description="How good taggers are.")
    parser.add_argument("what", choices=[*ROWS])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--preset")
    parser.add_argument("--set", action="append", default=[], dest="changes", help="section.field=value")
    asked = parser.parse_args()
    changes = {name: yaml.safe_load(value) for name, _, value in (change.partition("=") for change in asked.changes)}
    table(asked.what, asked.seeds, asked.preset, changes)


if __name__ == "__main__":
    main()
