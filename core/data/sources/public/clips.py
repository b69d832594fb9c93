"""Public recordings with labels: spoken digits.

A function of the folder with the files as published: mono, 16 bits, 8,000 samples a second.
"""

from __future__ import annotations

import re
import wave
from pathlib import Path

import numpy as np

from core.config.experiment import DataConfig
from core.data.dataset import ClipSet
from core.data.sources.public.reading import broken

SAMPLE_RATE = 8_000
_MAX_SAMPLES = 10 * SAMPLE_RATE
_NUM_TEST = 5  # the first recordings of each digit by each speaker are the published test set
_NAME = re.compile(r"(\d)_([a-z]+)_(\d+)")


def load_fsdd(folder: Path, data: DataConfig) -> ClipSet:
    """Digits spoken by six people; there is no validation set."""
    clips, labels, speakers = [], [], set()
    parts: dict[str, list[int]] = {"train": [], "test": []}
    for row, path in enumerate(sorted((folder / "recordings").glob("*.wav"))):
        name = _NAME.fullmatch(path.stem)
        if name is None:
            raise broken(path, "a name such as 3_george_17.wav", path.name)
        clips.append(_samples(path))
        labels.append(name[1])
        speakers.add(name[2])
        parts["test" if int(name[3]) < _NUM_TEST else "train"].append(row)
    if not clips:
        raise broken(folder / "recordings", "recordings", "none")
    note = f"{len(speakers)} speakers; the first {_NUM_TEST} recordings of each digit by each of them are the test set"
    numbers = {name: tuple(rows) for name, rows in parts.items()}
    sets = tuple(clips), tuple(labels), tuple("0123456789")
    return ClipSet(*sets, SAMPLE_RATE, parts=numbers, notes=(note,), count=len(clips))


def _samples(path: Path) -> np.ndarray:
    try:
        with wave.open(str(path), "rb") as recording:
            shape = (recording.getnchannels(), recording.getsampwidth(), recording.getframerate())
            raw = recording.readframes(_MAX_SAMPLES)
    except (OSError, EOFError, wave.Error):
        raise broken(path, "a recording", "something else") from None
    if shape != (1, 2, SAMPLE_RATE):
        raise broken(
            path, f"one channel of 16 bits at {SAMPLE_RATE:,} Hz", f"{shape[0]} of {8 * shape[1]} at {shape[2]}"
        )
    return np.frombuffer(raw, dtype="<i2")
