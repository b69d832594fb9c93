"""How commands answer: one JSON object a line, or the result of a training as a table."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from core.jobs.corrections import has_corrections
from core.jobs.files import read_json, to_json
from core.jobs.status import RESULT_FILE, RunStatus

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def print_json(row: dict[str, Any]) -> None:
    """Print an object on a line of its own, at once."""
    print(to_json(row), flush=True)


def print_answer(row: dict[str, Any]) -> None:
    """Print an answer of a network as `name: value` in a row; lists of nothing are left out."""
    shown = {
        key: ", ".join(value) if key == "unknown" else value
        for key, value in row.items()
        if value != [] and (key, value) != ("num_cut", 0)
    }
    print("  ".join(f"{key}: {value}" for key, value in shown.items()))


def print_ending(directory: Path, status: RunStatus, as_json: bool) -> None:
    """The last lines of a training: its result, or where it paused when this attempt has none."""
    result = read_json(directory / RESULT_FILE)
    if result is None or result.get("attempt") != status.attempt:
        row = {"event": "paused", "run": directory.name, "state": status.state, "step": status.step,
               "total_steps": status.total_steps}  # fmt: skip
        print_json(row) if as_json else print(
            f"{status.state} after step {status.step} of {status.total_steps}\nrun: {directory}"
        )
        return
    result["total_seconds"] = round(time.time() - _process_started(), 3)
    if as_json:
        print_json(result)
        return
    from core.console import print_findings, print_result
    from core.jobs.store import read_experiment

    print_result(result, directory)
    if not has_corrections(directory):  # the advice is for a training from the beginning
        print_findings(read_experiment(directory), result, directory)


def _process_started() -> float:
    """When this process began, unix seconds."""
    try:
        with Path("/proc/self/stat").open() as file:
            ticks = float(file.read().rpartition(")")[2].split()[19])
        with Path("/proc/uptime").open() as file:
            uptime = float(file.read().split()[0])
        return time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return time.time() - time.perf_counter()
