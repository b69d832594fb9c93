"""The curves of a run as TensorBoard reads them, written without TensorBoard.

An event file is a row of records, each with its length and masked CRC32C sums (TFRecord); a record is an `Event` of
TensorFlow's protocol buffers, of which scalars need four fields: wall_time, step, and a summary's tag and value.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.config.errors import ConfigError
from core.exports.plain import read_json_file
from core.jobs.folders import METRICS_FILE

EVENTS = "events.out.tfevents.0"
_BESIDE = ("step", "seconds")  # what places a figure and is none


def write_tensorboard(run: Path, out: Path) -> None:
    """Write the metrics of a run as events, `split/metric` by step: `tensorboard --logdir FOLDER` draws them.

    Raises:
        ConfigError: Nothing has been measured yet.
    """
    begun = float((read_json_file(run / "manager.json") or {}).get("created") or 0.0)
    events = [
        _event(begun + row["seconds"], row["step"], f"{row['split']}/{name}", float(value))
        for row in _metrics(run / METRICS_FILE)
        for name, value in row.items()
        if name not in _BESIDE and isinstance(value, int | float)
    ]
    if not events:
        raise ConfigError.single("run", "one that has been measured", "no metrics", "Let it train for some steps.")
    (out / EVENTS).write_bytes(b"".join(map(_framed, [_event(begun, 0), *events])))


def curve_rows(run: Path) -> list[dict[str, Any]]:
    """The same metrics as rows of a table: step, seconds, split, then every metric, None where one was not measured."""
    found = list(_metrics(run / METRICS_FILE))
    names = dict.fromkeys(
        name for row in found for name, value in row.items() if name not in _BESIDE and isinstance(value, int | float)
    )
    return [{name: row.get(name) for name in (*_BESIDE, "split", *names)} for row in found]


def _metrics(path: Path) -> Iterator[dict[str, Any]]:
    """The records of metrics; a last line that is being written is left out."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            return
        if row.get("event") == "metrics" and "split" in row:
            yield row


def _event(wall_time: float, step: int, tag: str = "", value: float = 0.0) -> bytes:
    """An `Event`: wall_time (1, double), step (2), and a summary (5) of one value; without a tag the version (3) of the file."""
    head = b"\x09" + struct.pack("<d", wall_time) + b"\x10" + _varint(step)
    if not tag:
        return head + _field(3, b"brain.Event:2")
    scalar = _field(1, tag.encode()) + b"\x15" + struct.pack("<f", value)  # tag, simple_value
    return head + _field(5, _field(1, scalar))


def _field(number: int, content: bytes) -> bytes:
    """A field of bytes."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def _framed(record: bytes) -> bytes:
    """A record of a TFRecord file."""
    length = struct.pack("<Q", len(record))
    return length + struct.pack("<I", _masked(length)) + record + struct.pack("<I", _masked(record))


def crc32c(content: bytes) -> int:
    """Castagnoli's sum of some bytes (RFC 3720, appendix B.4 has values to check it by)."""
    found = 0xFFFFFFFF
    for byte in content:
        found ^= byte
        for _ in range(8):
            found = found >> 1 ^ (0x82F63B78 if found & 1 else 0)
    return found ^ 0xFFFFFFFF


def _masked(content: bytes) -> int:
    found = crc32c(content)
    return ((found >> 15 | found << 17) + 0xA282EAD8) & 0xFFFFFFFF
