"""Moments of a training whose weights are kept beside its best ones, so that one can watch it learn: which, and their files.

They lie in the run's folder, count in its size and go with it; nothing that leaves (a zip, an export, a run brought back
from a cluster) has them. No torch here; writing them is core/training/moments.py.
"""

from __future__ import annotations

import re
from pathlib import Path

NUM_MOMENTS = 12
"""Of a training, its start and its end among them."""
MOST_KEPT = 16
"""Of a run that has gone on, too."""
MOST_BYTES = 64_000_000
"""Of all of a run."""
_FILE = re.compile(r"moment_(\d{8})(_end)?\.safetensors")


def moment_file(step: int, *, is_end: bool = False) -> str:
    """The name of the file; the end of a training that ended early is marked, because one that goes on passes no end there."""
    return f"moment_{step:08d}{'_end' if is_end else ''}.safetensors"


def moments_due(num_steps: int, num_moments: int = NUM_MOMENTS) -> list[int]:
    """Steps after which the weights are kept: 0, then about equal factors apart up to the last step.

    Args:
        num_steps: Of the whole training, 1 or more.
        num_moments: At most so many, 3 or more.
    """
    factor = num_steps ** (1 / (num_moments - 2))
    return sorted({0, *(round(factor**place) for place in range(num_moments - 1))})


def moments_of(directory: Path) -> dict[int, Path]:
    """The moments that a run has kept, by their step in order."""
    try:
        found = [(match, path) for path in directory.iterdir() if (match := _FILE.fullmatch(path.name))]
    except OSError:
        return {}
    return dict(sorted((int(match[1]), path) for match, path in found))


def passed_by_others(directory: Path) -> list[Path]:
    """The moments that a longer training of the same run passes too: all but an early end."""
    return [path for step, path in moments_of(directory).items() if path.name == moment_file(step)]


def without_surplus(steps: list[int], most: int) -> list[int]:
    """The moments that stay where there are more than `most`: those nearest to their neighbours go, by factors, first and
    last never."""
    kept = sorted(steps)
    while len(kept) > max(2, most):
        gaps = [(kept[at + 1] + 1) / (kept[at - 1] + 1) for at in range(1, len(kept) - 1)]
        del kept[1 + gaps.index(min(gaps))]
    return kept
