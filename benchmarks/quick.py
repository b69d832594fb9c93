"""The quick preset on built-in data, each as a fresh process: `python -m benchmarks.quick [task:data ...]`.

Prints one row a set with the time of the whole process and the network's figure beside its best baseline, both on
the held-out test part. Left out: the speed of single training steps.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from core.data import catalog

# What each task is compared by here: the metric, and whether more of it is better.
COMPARED = {
    "forecasting": ("mae", False),
    "generation": ("loss", False),
    "sentiment": ("accuracy", True),
    "translation": ("exact_match", True),
}


def run_quick(task: str, data: str, folder: Path) -> dict:
    """The result line of one training in its own process."""
    command = [sys.executable, "-m", "core", "train", task, "--data", data, "--preset", "quick", "--json"]
    environment = {**os.environ, "UNROLL_RUNS_DIR": str(folder / "runs")}
    environment.setdefault("UNROLL_STATE_DIR", str(folder / "state"))
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    return json.loads(output.splitlines()[-1])


def row(result: dict) -> str:
    """One line of the table."""
    metric, more_is_better = COMPARED[result["task"]]
    named = {name: metrics[metric] for name, metrics in result["baselines"].items() if metrics[metric] is not None}
    best = (max if more_is_better else min)(named, key=named.__getitem__)
    network = result["test"][metric]
    wins = network > named[best] if more_is_better else network < named[best]
    return (
        f"{result['task']:12} {result['data']:15} {result['total_seconds']:6.1f} {result['steps']:6} "
        f"{metric:>12} {network:10.4f} {named[best]:10.4f}  {best:22} {'wins' if wins else 'loses'}"
    )


def main(wanted: list[str]) -> None:
    """Measure the sets named as `task:data`, or all built-in ones."""
    built_in = [(entry.task, entry.id) for entry in catalog.entries() if entry.source_kind == "builtin"]
    pairs = [tuple(name.split(":", 1)) for name in wanted] or built_in
    print(
        f"{'task':12} {'data':15} {'total s':>6} {'steps':>6} {'metric':>12} {'network':>10} {'baseline':>10}  best baseline"
    )
    with tempfile.TemporaryDirectory() as folder:
        for task, data in pairs:
            print(row(run_quick(task, data, Path(folder))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
