"""Weights and resume states on disk: written to a temporary file, then renamed, so that a reader never sees half.

`best.safetensors` holds the best weights and nothing else. `last.pt` holds what a resume needs and is read with
`weights_only`. Left out: when they are written (run.py).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

BEST_FILE = "best.safetensors"
LAST_FILE = "last.pt"


def save_weights(weights: dict[str, Tensor], directory: Path) -> None:
    """Write weights as `best.safetensors`."""
    temporary = directory / f".{BEST_FILE}.tmp"
    save_file({name: weight.contiguous() for name, weight in weights.items()}, temporary)
    os.replace(temporary, directory / BEST_FILE)


def save_last(state: dict[str, Any], directory: Path) -> None:
    """Write what a resume needs as `last.pt`: tensors, numbers and strings only."""
    temporary = directory / f".{LAST_FILE}.tmp"
    torch.save(state, temporary)
    os.replace(temporary, directory / LAST_FILE)
