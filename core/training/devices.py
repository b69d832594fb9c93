"""Which device and which numbers: chosen once a run, from what the machine has.

Left out: where predictions run, which is a setting of the server (`UNROLL_PREDICT_DEVICE`).
"""

from __future__ import annotations

import contextlib
import functools

import torch

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.machine import processor_has_bf16

SMALLEST_BF16_HIDDEN = 128  # below, casting costs more than the smaller numbers save


def choose_device(name: str) -> torch.device:
    """The device of that name; "auto" takes CUDA, then Apple's GPU, then the CPU.

    Raises:
        ConfigError: The device is not there.
    """
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(kind for kind, there in available.items() if there))
    if not available[name]:
        there = ", ".join(kind for kind, is_there in available.items() if is_there)
        raise ConfigError.single("training.device", f"one of auto, {there}", name, "Choose a device this machine has.")
    return torch.device(name)


@functools.cache
def has_bf16(device_type: str) -> bool:
    """Whether products of bf16 matrices are done in hardware."""
    if device_type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device_type != "cpu":
        return False
    return processor_has_bf16()


def choose_precision(experiment: Experiment, device: torch.device) -> torch.dtype:
    """bf16 where it pays, fp32 otherwise; forecasts stay in fp32, where small differences matter."""
    asked = experiment.training.precision
    if asked == "fp32":
        return torch.float32
    if asked == "bf16":
        return torch.bfloat16
    pays = experiment.description.reads_tokens and experiment.model.hidden_size >= SMALLEST_BF16_HIDDEN
    return torch.bfloat16 if pays and has_bf16(device.type) else torch.float32


def autocast(device: torch.device, dtype: torch.dtype) -> contextlib.AbstractContextManager:
    """Run the body's products in `dtype`; nothing for fp32."""
    if dtype == torch.float32:
        return contextlib.nullcontext()
    return torch.autocast(device.type, dtype=dtype)
