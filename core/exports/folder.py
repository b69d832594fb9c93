"""One run, one format, one folder or file: who may ask, what the formats are called, and where they are written."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from core.config.errors import ConfigError
from core.exports.card import write_hub
from core.exports.html import write_html
from core.exports.onnx import write_onnx
from core.exports.script import write_script
from core.exports.tensorboard import write_tensorboard

FORMATS: dict[str, Callable[[Path, Path], object]] = {
    "script": write_script,
    "onnx": write_onnx,
    "hub": write_hub,
    "html": write_html,
    "tensorboard": write_tensorboard,
}
_PRIVATE_HINT = "Its owner can share the data, or export it where the run belongs."


def export(run: Path, format_: str, out: Path) -> None:
    """Write a run in a format into a new or empty folder, as whoever owns the machine.

    Args:
        format_: One of `FORMATS`.

    Raises:
        ConfigError: No such format or run, a folder that is not empty, or something of the run that the format cannot say.
    """
    if format_ not in FORMATS:
        raise ConfigError.single("format", f"one of {', '.join(FORMATS)}", repr(format_), "Choose one of these.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError.single("out", "a new or empty folder", str(out), "Choose another folder.")
    with tempfile.TemporaryDirectory() as place:
        made = Path(place)
        FORMATS[format_](run, made)
        out.mkdir(parents=True, exist_ok=True)
        for path in made.iterdir():
            (out / path.name).write_bytes(path.read_bytes())


def packed_export(run: Path, format_: str, rows: bool) -> bytes:
    """The same for a page: the file that it is, or an archive of several.

    Args:
        rows: Whether who asks may see rows of the run's data, which such files hold: the last ones, or a vocabulary.

    Raises:
        ConfigError: As `export`, or somebody who may not see rows.
    """
    if not rows:
        raise ConfigError.single("run", "one whose data is shared", "data of somebody's own", _PRIVATE_HINT)
    with tempfile.TemporaryDirectory() as place:
        export(run, format_, Path(place) / "export")
        paths = sorted((Path(place) / "export").iterdir())
        if len(paths) == 1:
            return paths[0].read_bytes()
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in paths:
                archive.write(path, path.name)
    return content.getvalue()
