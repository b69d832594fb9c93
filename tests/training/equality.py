"""Whether two trainings left the same, and runs that are stopped on the way."""

import json

import torch
from safetensors.torch import load_file

from core.jobs.files import read_jsonl
from core.jobs.reporter import Reporter
from core.training.checkpoint import load_last

STEPS = 45
TIMES = (
    "seconds", "tokens_per_second", "total_seconds", "flops_per_second", "evaluations", "logged", "measured_from",
    "threads", "threads_history", "threads_agree",
)  # fmt: skip
NAMES = ("run", "attempt")


def stopping_at(*steps):
    """A reporter that asks its run to stop at these steps."""

    class Stopping(Reporter):
        done = 0

        def progress(self, step, best=None):
            super().progress(step, best)
            self.done = step

        def should_stop(self):  # asked once at the end of every step
            if self.done + 1 in steps:
                self.request_stop()
            return super().should_stop()

    return Stopping


def without(mapping, *keys):
    return {key: value for key, value in mapping.items() if key not in keys}


def plain(value):
    """Tensors as lists, so that equality is equality of every bit."""
    if torch.is_tensor(value):
        return (str(value.dtype), value.tolist())
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def everything(directory):
    """All that a training leaves, but for times and names."""
    result = json.loads((directory / "result.json").read_text(encoding="utf-8"))
    return {
        "state": plain(without(load_last(directory), *TIMES, *NAMES)),
        "best": plain(load_file(directory / "best.safetensors")),
        "records": [without(record, *TIMES) for record in read_jsonl(directory / "metrics.jsonl")[0]],
        "result": without(result, *TIMES, *NAMES),
        "details": json.loads((directory / "details.json").read_text(encoding="utf-8")),
    }


def assert_equal(directory, other):
    one, two = everything(directory), everything(other)
    for name in two:
        assert one[name] == two[name], name
