"""Everything that needs an NVIDIA GPU, in one command of at most eight minutes: `python -m benchmarks.gpu [--dry] > gpu.json`.

- **tests**: those that are skipped without one.
- **engine**: one training step by ours, by cuDNN (torch's own layers) and by an eager Python loop, as `benchmarks.engine`.
- **graphs**: a training step played from a CUDA graph beside the same step launched kernel by kernel, and the step of one
  character that writing takes, both ways.
- **presets**: the quick preset of the four pages, each as a process of its own, with its score beside the best baseline.
- **long**: the large preset on tiny Shakespeare and on Multi30k, for what is left of the time, at most three minutes each.

What fails says so in its place, the rest goes on, and the command ends with 1. `--dry` is the same on the CPU with one small
example of each part and without recording: it shows that the command works, and its figures mean nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Any
from xml.etree import ElementTree

from core.config.machine import keep_freed_memory, set_thread_policy

set_thread_policy(os.environ)
keep_freed_memory()

import torch

from benchmarks.engine import measure, turn
from benchmarks.quick import ROOT, result_of, start_quick
from core.applications import describe
from core.data.prepare import prepare
from core.figures import headline_metric
from core.models.inputs import Tokens
from core.models.language_model import LanguageModel
from core.models.stack import Stack
from core.resolve import resolve
from core.tasks.registry import bind
from core.training.devices import has_bf16
from core.training.graphs import CudaMachine
from core.training.step import Stepper
from core.verdict import page_baseline

SECONDS = 470.0
PRESETS = {
    "forecasting": "sunspots",
    "generation": "tinyshakespeare",
    "sentiment": "sst2",
    "translation": "multi30k_task1",
}
LONG = {"generation": "tinyshakespeare", "translation": "multi30k_task1"}
MOST_TEST_SECONDS, MOST_PRESET_SECONDS, MOST_LONG_SECONDS = 120.0, 20.0, 180.0
TESTS = ("tests/training", "tests/models", "tests/tasks")

Found = dict[str, Any]


def tests(dry: bool) -> Found:
    """How many tests that need a GPU passed, failed and were skipped; with `dry` of one folder, where all are skipped."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            "gpu",
            f"--junit-xml={report}",
            *TESTS[: 1 if dry else None],
        ]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=MOST_TEST_SECONDS)  # fmt: skip
        if not report.exists():
            raise RuntimeError(done.stdout[-2_000:])
        suite = next(ElementTree.parse(report).iter("testsuite"))
    counts = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if failed or (counts["skipped"] and not dry):
        raise RuntimeError(json.dumps({**counts, "failed": failed}))
    return counts


def engine(dry: bool, device: torch.device) -> list[Found]:
    """Records of `benchmarks.engine` for what cuDNN runs and for one cell that it does not."""
    cells = ["gru"] if dry else ["rnn", "lstm", "gru", "gru_reset_before"]
    sizes, batches = ([16], [2]) if dry else ([256, 1024], [64])
    precisions = ["fp32", *["bf16"] * (has_bf16(device.type) and not dry)]
    records = list(measure(cells, sizes, batches, precisions, 1 if dry else 3, device))
    for record in records:
        for times in (record["milliseconds"], record["ratios"]):
            if "torch" in times:
                times["cudnn" if device.type == "cuda" else "torch"] = times.pop("torch")
    return records


def graphs(dry: bool, device: torch.device) -> Found:
    """Milliseconds a step, recorded and plain, of training each task and of writing; and why one was not recorded."""
    found: Found = {}
    for task, data in PRESETS.items():
        if dry and task != "forecasting":
            continue
        experiment = resolve(task, "quick", {"data.id": data, "training.device": device.type}).experiment
        prepared = prepare(describe(task).kind, experiment.data)
        rows = {}
        for recording in (True, False):
            stepper = Stepper(bind(experiment, prepared, device), experiment, device)
            if not recording:
                stepper._recorder = None
            stepper.task.model.train()
            numbers = iter(range(10**9))
            if recording and stepper._recorder is None:
                continue
            rows["recorded" if recording else "plain"] = _milliseconds(
                lambda stepper=stepper, numbers=numbers: stepper(next(numbers), 10**9), device, 3 if dry else 60
            )
            if stepper._recorder is not None:
                rows["not_recorded_because"] = stepper._recorder.given_up
        found[task] = rows
    found["writing"] = _writing(dry, device)
    return found


@torch.inference_mode()
def _writing(dry: bool, device: torch.device) -> Found:
    """Milliseconds a character of a network of the standard size, plain and as a graph."""
    model = LanguageModel(Stack(cell="lstm", hidden_size=16 if dry else 512), Tokens(65, 64), 65).to(device).eval()
    ids = torch.zeros(1, 1, dtype=torch.int64, device=device)
    _, state = model(ids)
    noise = torch.rand(65, device=device)

    def step() -> None:
        logits, after = model(ids, state)
        for place, now in zip(state, after, strict=True):
            place.copy_(now)
        ids.copy_((logits[0, -1] - (-noise.uniform_().log()).log()).argmax().view(1, 1))  # Gumbel's way to draw

    found = {"plain": _milliseconds(step, device, 3 if dry else 500)}
    if device.type == "cuda":
        found["recorded"] = _milliseconds(CudaMachine().capture(step), device, 500)
    return found


def _milliseconds(step: Callable[[], object], device: torch.device, repeats: int) -> float:
    """The median over five turns of the time of a step, after as many steps to get ready."""
    turn(step, repeats, device)
    return round(median(turn(step, repeats, device) for _ in range(5)), 4)


def training(task: str, data: str, options: Iterable[str]) -> Found:
    """What one training in a process of its own gave, with its best baseline."""
    with tempfile.TemporaryDirectory() as folder:
        result = result_of(start_quick(task, data, 0, Path(folder), more=tuple(options)))
    metric = headline_metric(task, result["test"])
    kept = ("steps", "seconds", "total_seconds", "device", "comparison")
    found = {"data": data, **{key: result.get(key) for key in kept}, metric: result["test"][metric]}
    return {**found, "best_baseline": page_baseline(result, metric)}


def presets(dry: bool) -> Found:
    """The quick preset of every page."""
    few = ("--set", "training.max_steps=3" if dry else f"training.max_seconds={MOST_PRESET_SECONDS:g}")
    some = {"generation": "country_names"} if dry else PRESETS
    return {
        task: _tried(lambda t=task, d=data: training(t, d, ("--preset", "quick", *few))) for task, data in some.items()
    }


def long(dry: bool, began: float) -> Found:
    """The large preset on the two texts, within what is left of the time."""
    if dry:
        small = ("--set", "training.max_steps=2", "--set", "model.hidden_size=8")
        return {"generation": training("generation", "country_names", ("--preset", "large", *small))}
    found = {}
    for number, (task, data) in enumerate(LONG.items()):
        left = SECONDS - (time.monotonic() - began)
        seconds = min(MOST_LONG_SECONDS, left / (len(LONG) - number) - 15)  # reading, judging and saving beside it
        found[task] = training(
            task, data, ("--preset", "large", "--set", f"training.max_seconds={max(5.0, seconds):.0f}")
        )
    return found


def _tried(run: Callable[[], Any]) -> Any:
    """What it gives, or what went wrong: the others are worth having."""
    try:
        return run()
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def measure_all(dry: bool) -> Found:
    """Every part; what a part that failed says stands under "error"."""
    began = time.monotonic()
    device = torch.device("cpu" if dry else "cuda")
    name = f"CPU, {torch.get_num_threads()} threads" if dry else torch.cuda.get_device_name()
    found: Found = {"device": name, "torch": torch.__version__, "cuda": torch.version.cuda, "dry": dry}
    parts: dict[str, Callable[[], Any]] = {
        "tests": lambda: tests(dry),
        "engine": lambda: engine(dry, device),
        "graphs": lambda: graphs(dry, device),
        "presets": lambda: presets(dry),
        "long": lambda: long(dry, began),
    }
    for part, run in parts.items():
        since = time.monotonic()
        found[part] = _tried(run)
        print(f"{part}: {time.monotonic() - since:.0f} s", file=sys.stderr, flush=True)
    return {**found, "seconds": round(time.monotonic() - began, 1)}


def main() -> int:
    """Print the figures as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dry", action="store_true", help="in small on the CPU, to see that it works")
    dry = parser.parse_args().dry
    if not dry and not torch.cuda.is_available():
        print("No NVIDIA GPU is at hand; --dry shows the same in small on the CPU.", file=sys.stderr)
        return 2
    found = measure_all(dry)
    print(json.dumps(found, indent=1))
    return int('"error": ' in json.dumps(found))


if __name__ == "__main__":
    sys.exit(main())
