"""The quick preset on built-in data, each as a fresh process: `python -m benchmarks.quick [--seeds N] [task:data ...]`.

Prints one row a set: the slowest whole process, the steps, and on the held-out test part the network's headline figure
over the seeds (mean, least, most) beside its best baseline, with the number of seeds in which the network is clearly
better, clearly worse, or neither: beyond the sampling error of the test part or within it. Left out: the speed of
single training steps.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from math import nan
from pathlib import Path
from statistics import mean

from core.data import catalog
from core.figures import headline_metric
from core.verdict import page_baseline, standing

HEADER = (
    f"{'task':12} {'data':15} {'total s':>7} {'steps':>11} {'metric':>13} {'network':>8} {'least':>8} {'most':>8} "
    f"{'baseline':>8}  {'best baseline':22} better unclear worse"
)


def run_quick(task: str, data: str, seed: int, folder: Path) -> dict:
    """The result line of one training in its own process."""
    command = [sys.executable, "-m", "core", "train", task, "--data", data, "--preset", "quick", "--json"]
    environment = {**os.environ, "UNROLL_RUNS_DIR": str(folder / "runs")}
    environment.setdefault("UNROLL_STATE_DIR", str(folder / "state"))
    command += ["--set", f"training.seed={seed}"]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    return json.loads(output.splitlines()[-1])


def row(results: Sequence[dict]) -> str:
    """One line of the table: a set with all its seeds."""
    first = results[0]
    metric = headline_metric(first["task"])
    best, figure = page_baseline(first, metric) or ("none", nan)
    scores = [result["test"][metric] for result in results]
    where = [standing((result.get("comparison") or {}).get("interval")) for result in results]
    num_better, num_worse = where.count("better"), where.count("worse")
    num_steps = "-".join(
        str(count) for count in sorted({min(r["steps"] for r in results), max(r["steps"] for r in results)})
    )
    return (
        f"{first['task']:12} {first['data']:15} {max(result['total_seconds'] for result in results):7.1f} "
        f"{num_steps:>11} {metric:>13} {mean(scores):8.4f} {min(scores):8.4f} {max(scores):8.4f} {figure:8.4f}  "
        f"{best:22} {num_better:6} {len(where) - num_better - num_worse:7} {num_worse:5}"
    )


def main(arguments: Sequence[str]) -> None:
    """Measure the sets named as `task:data`, or all built-in ones, with so many seeds each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", metavar="task:data", help="all built-in ones when none is named")
    parser.add_argument("--seeds", type=int, default=1, help="trainings of each set, with seeds from 0 on")
    asked = parser.parse_args(arguments)
    built_in = [(entry.task, entry.id) for entry in catalog.entries() if entry.source_kind == "builtin"]
    pairs = [tuple(name.split(":", 1)) for name in asked.sets] or built_in
    print(HEADER)
    with tempfile.TemporaryDirectory() as folder:
        for task, data in pairs:
            print(row([run_quick(task, data, seed, Path(folder)) for seed in range(asked.seeds)]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
