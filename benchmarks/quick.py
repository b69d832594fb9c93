"""The quick preset on built-in data, each as a fresh process: `python -m benchmarks.quick [--seeds N] [task:data ...]`.

With `--busy [--other CHECKOUT]` the default of every page instead, where a hosted page stands: on a quiet machine, beside a
busy process, beside a second training of the same; with all threads that it may have and with one, and by another checkout.

Prints one row a set: the slowest whole process, the steps, and on the held-out test set the network's headline figure over the
seeds (mean, least, most) beside its best baseline, with the number of seeds in which the network is clearly better, clearly
worse, or neither: beyond the sampling error of the test set or within it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import nan
from pathlib import Path
from statistics import mean

from core.applications import APPLICATIONS, describe, one_a_task
from core.data import catalog
from core.figures import headline_metric
from core.verdict import page_baseline, standing

HEADER = (
    f"{'task':12} {'data':15} {'total s':>7} {'steps':>11} {'metric':>13} {'network':>8} {'least':>8} {'most':>8} "
    f"{'baseline':>8}  {'best baseline':22} better unclear worse"
)


ROOT = Path(__file__).resolve().parents[1]
SITUATIONS = ("quiet", "beside a busy process", "beside a second training")
BUSY_HEADER = f"| page | machine | code | steps | seconds | threads | figure |\n|{'---|' * 7}"


def start_quick(
    task: str,
    data: str,
    seed: int,
    folder: Path,
    root: Path = ROOT,
    threads: int | None = None,
    more: Sequence[str] = ("--preset", "quick"),
) -> subprocess.Popen[str]:
    """Start one training in its own process, by the code of a checkout; its last line is the result."""
    command = [sys.executable, "-m", "core", "train", task, "--data", data, "--json", *more]
    environment = {**os.environ, "UNROLL_RUNS_DIR": str(folder / "runs")}
    environment.setdefault("UNROLL_STATE_DIR", str(folder / "state"))
    environment.pop("PYTHONPATH", None)
    if threads is not None:
        environment["OMP_NUM_THREADS"] = str(threads)
    command += ["--set", f"training.seed={seed}"]
    return subprocess.Popen(command, env=environment, cwd=root, stdout=subprocess.PIPE, text=True)


def result_of(training: subprocess.Popen[str]) -> dict:
    """The result line of a training, once it has ended."""
    output, _ = training.communicate()
    if training.returncode:
        raise RuntimeError(f"the training ended with {training.returncode}")
    return json.loads(output.splitlines()[-1])


def run_quick(task: str, data: str, seed: int, folder: Path) -> dict:
    """The result line of one training in its own process."""
    return result_of(start_quick(task, data, seed, folder))


@contextmanager
def busy_process() -> Iterator[None]:
    """A process that takes all the time that it can get."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def run_beside(situation: str, task: str, data: str, folder: Path, root: Path, threads: int | None) -> list[dict]:
    """The results of one training, or of two at once, in one of `SITUATIONS`."""
    count = 2 if situation == "beside a second training" else 1

    def run() -> list[dict]:
        trainings = [start_quick(task, data, 0, folder / str(number), root, threads) for number in range(count)]
        return [result_of(training) for training in trainings]

    if situation != "beside a busy process":
        return run()
    with busy_process():
        return run()


def busy_row(situation: str, code: str, results: Sequence[dict]) -> str:
    """One line of the table of situations; of two trainings the later one's seconds and the threads of both."""
    first = results[0]
    metric = headline_metric(first["task"], first["test"])
    figures = sorted({f"{result['test'][metric]:.4f}" for result in results})
    history = [result.get("threads_history") or [[0, result["threads"]]] for result in results]
    threads = ", ".join(
        " then ".join(f"{count} from {step}" if step else str(count) for step, count in h) for h in history
    )
    return (
        f"| {first['task']} | {situation} | {code} | {first['steps']:,} | {max(r['seconds'] for r in results):.1f} | "
        f"{threads} | {metric} {', '.join(figures)} |"
    )


def measure_busy(pairs: Sequence[tuple[str, str]], other: Path | None, folder: Path) -> None:
    """Print the table of situations, row by row."""
    codes: list[tuple[str, Path, int | None]] = [("this", ROOT, None), ("this, one thread", ROOT, 1)]
    if other is not None:
        codes.append(("other", other, None))
    print(BUSY_HEADER)
    for task, data in pairs:
        for situation in SITUATIONS:
            for name, root, threads in codes:
                results = run_beside(situation, task, data, folder / name.replace(" ", "_"), root, threads)
                print(busy_row(situation, name, results), flush=True)


def row(results: Sequence[dict]) -> str:
    """One line of the table: a set with all its seeds."""
    first = results[0]
    metric = headline_metric(first["task"], first["test"])
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
    parser.add_argument("sets", nargs="*", metavar="task[:data]", help="all built-in ones when none is named")
    parser.add_argument("--seeds", type=int, default=1, help="trainings of each set, with seeds from 0 on")
    parser.add_argument("--busy", action="store_true", help="the pages' defaults, quiet and beside something else")
    parser.add_argument("--other", type=Path, help="with --busy: another checkout, for a before")
    asked = parser.parse_args(arguments)
    every = [(task, entry) for task in one_a_task() for entry in catalog.entries(describe(task).kind)]
    built_in = [(task, entry.id) for task, entry in every if entry.source_kind == "builtin"]
    usual = {task: catalog.find(describe(task).kind, None).id for task in APPLICATIONS}
    named = [(task, data or usual[task]) for task, _, data in (name.partition(":") for name in asked.sets)]
    with tempfile.TemporaryDirectory() as folder:
        if asked.busy:
            measure_busy(
                named or [(task, usual[task]) for task in one_a_task()],
                asked.other and asked.other.resolve(),
                Path(folder),
            )
            return
        pairs = named or built_in
        print(HEADER)
        for task, data in pairs:
            print(row([run_quick(task, data, seed, Path(folder)) for seed in range(asked.seeds)]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
