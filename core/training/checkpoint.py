"""Weights and resume states on disk: written to a temporary file, then renamed, so that a reader never sees half.

`best.safetensors` holds the best weights and nothing else. `last.pt` holds what a resume needs, `held.pt` the same at the
end of the held learning rate, from where a longer training goes on; both are read with `weights_only`.
`choose_start` says with which of the two: a learning rate that has fallen must not rise again, for that undoes what its fall
has found.
"""

from __future__ import annotations

import logging
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from core.config.errors import ConfigError
from core.config.experiment import TrainingConfig
from core.config.plain_files import replace_whole
from core.config.schedule import hold_steps
from core.jobs.folders import HELD_FILE, LAST_FILE
from core.training.optim import progress_at

BEST_FILE = "best.safetensors"

log = logging.getLogger(__name__)


def save_weights(weights: dict[str, Tensor], directory: Path) -> None:
    """Write weights as `best.safetensors`. Raises `OSError`; the old file is untouched then."""
    content = save({name: weight.contiguous() for name, weight in weights.items()})
    replace_whole(directory / BEST_FILE, lambda stream: stream.write(content))


def save_last(state: dict[str, Any], directory: Path, name: str = LAST_FILE) -> None:
    """Write what a resume needs: tensors, numbers and strings only. Raises `OSError`, as above.

    Args:
        name: `last.pt`, or `held.pt` for the state at the end of the held rate.
    """
    try:
        replace_whole(directory / name, lambda stream: torch.save(state, stream))
    except RuntimeError as error:
        if isinstance(error.__context__, OSError):  # torch hides what its file said
            raise error.__context__ from None
        raise


def load_best(directory: Path, name: str = BEST_FILE) -> dict[str, Tensor]:
    """The best weights of a run, on the CPU, or those of another file of its folder.

    Raises:
        ConfigError: There are none yet, or the file is damaged.
    """
    try:
        return load((directory / name).read_bytes())
    except FileNotFoundError:
        hint = "Train it a little longer."
        raise ConfigError.single("run", "a run that has been evaluated once", directory.name, hint) from None
    except (OSError, SafetensorError) as error:
        hint = "The last checkpoint may still be whole: load it, or resume a run that was stopped."
        raise ConfigError.single(name, "weights that can be read", _cause(error), hint) from error


def load_held(directory: Path) -> dict[str, Any] | None:
    """The state at the end of the held rate, as `load_last`; None too where the file is damaged: nobody needs it."""
    try:
        return load_last(directory, HELD_FILE)
    except ConfigError as error:
        log.warning("Training goes on from the last checkpoint. %s", error)
        return None


def load_last(directory: Path, name: str = LAST_FILE) -> dict[str, Any] | None:
    """What `save_last` wrote, on the CPU; None where there is no such file.

    Raises:
        ConfigError: The file is damaged.
    """
    try:
        with zipfile.ZipFile(directory / name) as archive:
            damaged = archive.testzip()  # torch reads what is there, whatever its checksum says
        if damaged is not None:
            raise ValueError(f"the checksum of {damaged} is wrong")
        state = torch.load(directory / name, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        return None
    except MemoryError:
        raise
    except Exception as error:  # what torch raises depends on which byte is wrong
        raise unusable_last(error) from error
    if not isinstance(state, dict):
        raise unusable_last(TypeError(f"a {type(state).__name__}"))
    return state


def unusable_last(error: Exception) -> ConfigError:
    """The error for a `last.pt` from which no training can go on."""
    hint = "The best network so far can still be used. Train anew for a longer training."
    return ConfigError.single(LAST_FILE, "a checkpoint of this run", _cause(error), hint)


def _cause(error: Exception) -> str:
    text = str(error).strip()
    return f"a damaged file ({text.splitlines()[0][:120]})" if text else "a damaged file"


@dataclass(frozen=True)
class Start:
    """The state to go on from.

    `least_progress` is how far the falling of its rate has come, 0 where it is that of the longer training; `is_last`
    tells whether it is the last state of the training before.
    """

    state: dict[str, Any]
    least_progress: float
    is_last: bool


def choose_start(last: dict[str, Any], held: dict[str, Any] | None, config: TrainingConfig) -> Start:
    """Choose what a longer training begins with.

    While the rate is held nothing depends on the number of steps, so a state of that time is one that the longer training
    would have passed too, bit for bit: the last one where the training before ended that early, otherwise the one that
    was kept at the end of the hold. Where there is none, or the longer training would let its rate fall before it, the
    last state goes on with the rate at which it ended, and falls on from there once the longer schedule is as far: after
    a whole training that is a hundredth of the peak. It refines and cannot destroy; to learn more a higher rate would be
    needed, and a rate that rises over weights and moments that a fallen one has settled throws them out of their place
    (0.00003 to 0.0023 was seen to undo all).

    Args:
        last: State at the end of the training before.
        held: State at the end of its held rate; None where there is none.
    """
    longest = hold_steps(config.max_steps, config)
    planned, step, least = last["total_steps"], last["step"], last.get("least_progress", 0.0)
    is_held = least == 0 and (planned is None or step < hold_steps(planned, config))
    if is_held and step <= longest:
        return Start(last, 0.0, True)
    if held is not None and held["step"] <= longest:
        return Start(held, 0.0, False)
    return Start(last, progress_at(step - 1, planned, config, least), True)
