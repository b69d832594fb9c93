"""What the shell shows of a training: how the data was read, then a progress bar or one JSON object a line."""

from __future__ import annotations

import shlex
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from core.config.experiment import Experiment
from core.config.limits import Limits
from core.config.schedule import ending_in_words
from core.config.words import plural
from core.doctor import diagnose
from core.jobs.files import read_jsonl, to_json
from core.jobs.folders import read_experiment
from core.jobs.remaining import Plan, plan_of, seconds_left, step_seconds
from core.jobs.reporter import Reporter
from core.jobs.status import read_status
from core.resolve import format_value
from core.verdict import left_out, verdict

BAR = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}<{left}, {rate_fmt}{postfix}]"
_Ending = Literal["succeeded", "failed", "stopped"]


class JsonReporter(Reporter):
    """Also prints every record, as it stands in `metrics.jsonl`."""

    def record(self, event: Mapping[str, Any]) -> None:
        super().record(event)
        print(to_json(event), flush=True)


class BarReporter(Reporter):
    """Also draws a progress bar with the last losses of both parts."""

    def __init__(self, directory: Path, attempt: int):
        from tqdm import tqdm

        super().__init__(directory, attempt)
        self._bar = tqdm(
            total=None,
            unit="step",
            file=sys.stderr,
            disable=not sys.stderr.isatty(),
            bar_format=BAR.replace("{left}", "?"),
        )
        self._latest: dict[str, str] = {}
        self._points: list[Mapping[str, Any]] = []
        self._plan: Plan | None = None

    def started(self, device: str, total_steps: int | None = None, *, step: int = 0, seconds: float = 0.0) -> None:
        super().started(device, total_steps, step=step, seconds=seconds)
        self._plan = plan_of(read_experiment(self.directory), Limits().max_seconds)
        self._bar.initial = self._bar.n = step  # its speed is that of the steps to come

    def plan(self, total_steps: int) -> None:
        super().plan(total_steps)
        self._bar.total = total_steps

    def progress(self, step: int, best: Mapping[str, Any] | None = None) -> None:
        super().progress(step, best)
        self._bar.update(step - self._bar.n)

    def record(self, event: Mapping[str, Any]) -> None:
        super().record(event)
        if event["event"] == "metrics" and event["split"] == "train":
            self._points.append(event)
            self._tell_left()
        if event["event"] == "metrics" and event.get("loss") is not None:
            self._latest[f"{event['split']} loss"] = f"{event['loss']:.4f}"
            self._bar.set_postfix(self._latest, refresh=False)

    def _tell_left(self) -> None:
        """What is left, as the page tells it: up to a pause too, and nothing before the speed can be believed."""
        status = replace(read_status(self.directory), step=self._points[-1]["step"], total_steps=self._bar.total)
        left = seconds_left(status, step_seconds(self._points), self._plan)
        remaining = "?" if left is None else self._bar.format_interval(left)
        self._bar.bar_format = BAR.replace("{left}", remaining)

    def finished(self, state: _Ending, error: Mapping[str, str] | None = None) -> None:
        self._bar.close()
        super().finished(state, error)


def print_notes(notes: Iterable[str], warnings: Collection[str] = ()) -> None:
    """What is to know of how data was read, a line each on standard error; nothing in them can steer a terminal.

    Args:
        warnings: Those of the notes that hardly anybody wants.
    """
    for note in notes:
        line = "".join(sign for sign in " ".join(note.split()) if unicodedata.category(sign) not in ("Cc", "Cf"))
        print(
            f"{'Warning' if note in warnings else 'Note'}: {line}{'' if line.endswith('.') else '.'}",
            file=sys.stderr,
            flush=True,
        )


def console_reporter(as_json: bool) -> Callable[[Path, int], Reporter]:
    """The reporter that suits the output asked for."""
    return JsonReporter if as_json else BarReporter


def print_findings(experiment: Experiment, result: Mapping[str, Any], directory: Path) -> None:
    """What is wrong with a run and what to set for the next one, a paragraph each; nothing of a healthy one."""
    records, _ = read_jsonl(directory / "metrics.jsonl")
    train, validation = (
        [record for record in records if record.get("event") == "metrics" and record.get("split") == part]
        for part in ("train", "validation")
    )
    for finding in diagnose(experiment, result, train, validation, limits=Limits()):
        print(textwrap.fill(f"{finding.title}: {finding.text}", 120))
        for remedy in finding.remedies:
            changes = (f"--set {shlex.quote(f'{name}={format_value(to)}')}" for name, to in remedy.changes.items())
            print(f"  {remedy.label}: {' '.join(changes)}")


def print_result(result: Mapping[str, Any], directory: Path) -> None:
    """A short table, the network beside its baselines on the test set, and what is to be said of it."""
    names = [name for name, value in result["test"].items() if isinstance(value, int | float)]
    print(f"{result['task']} on {result['data']}: {plural(result['steps'], 'step')} in {result['seconds']:.1f} s "
          f"on {result['device']}, {plural(result['parameters'], 'parameter')}")  # fmt: skip
    if ending := ending_in_words(result):
        print(f"{ending[0].upper()}{ending[1:]}.")
    width = max([14, *(len(name) + 2 for name in names)])
    print(f"{'test':22}" + "".join(f"{name:>{width}}" for name in names))
    for row, metrics in {"the network": result["test"], **result["baselines"]}.items():
        cells = (metrics.get(name) for name in names)
        print(f"{row:22}" + "".join(f"{'-' if cell is None else format(cell, '.4g'):>{width}}" for cell in cells))
    if missing := left_out(result):
        print(textwrap.fill(missing, 120))
    print(textwrap.fill(verdict(result["task"], result).replace("**", ""), 120))
    print(f"run: {directory}")
