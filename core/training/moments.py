"""Keeps what a network was at some moments of its training: its weights in half precision, a file each.

When is a function of the step and of the steps that were asked for, so a training that is resumed keeps the same ones.
Left out: which moments those are, and their names (core/jobs/moments.py).
"""

from __future__ import annotations

import logging
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn

from core.config.plain_files import replace_whole
from core.jobs.moments import (
    MOST_BYTES,
    MOST_KEPT,
    NUM_MOMENTS,
    moment_file,
    moments_due,
    moments_of,
    without_surplus,
)

FEWEST = 3
"""Of a network so large that not even so many fit, none is kept."""

log = logging.getLogger(__name__)


class Moments:
    """The moments of one run.

    Args:
        directory: Of the run.
        model: The network that is trained.
        num_steps: That were asked for.
    """

    def __init__(self, directory: Path, model: nn.Module, num_steps: int):
        self._directory, self._model = directory, model
        halved = sum(2 * value.numel() if value.is_floating_point() else value.nbytes
                     for value in model.state_dict().values())  # fmt: skip
        self._room = MOST_BYTES // max(1, halved)
        num_moments = min(NUM_MOMENTS, self._room)
        self.due = frozenset(moments_due(num_steps, num_moments)) if num_moments >= FEWEST else frozenset()

    def begin(self, step: int) -> None:
        """Training goes on after this step: what was kept of later ones, and of an end that is none, goes."""
        kept = []
        for at, path in moments_of(self._directory).items():
            if at > step or path.name != moment_file(at):
                path.unlink(missing_ok=True)
            else:
                kept.append(at)
        most = min(MOST_KEPT, self._room) - sum(at > step for at in self.due)
        for at in {*kept} - {*without_surplus(kept, most)}:
            (self._directory / moment_file(at)).unlink(missing_ok=True)

    def is_due(self, step: int, *, is_end: bool) -> bool:
        """Whether this step is kept: one of those, or where training ends."""
        return bool(self.due) and (is_end or step in self.due)

    def keep(self, step: int) -> None:
        """Keep the weights as they are after this step; a disk that does not take them is borne."""
        weights = {
            name: (value.detach().to(torch.bfloat16) if value.is_floating_point() else value).cpu().contiguous()
            for name, value in self._model.state_dict().items()
        }
        path = self._directory / moment_file(step, is_end=step not in self.due)
        try:
            replace_whole(path, lambda stream: stream.write(save(weights)), durable=False)
        except OSError as error:
            log.warning("A moment of training was not kept: %s.", error.strerror)
