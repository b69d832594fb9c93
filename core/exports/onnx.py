"""A run as ONNX: its network as a graph that many runtimes read, and a short script that says what stands around it.

The graph comes from the standalone script's network. Making it takes onnx and onnxscript; reading it takes neither.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.config.errors import ConfigError
from core.config.limits import Settings
from core.exports.plain import TEMPLATES
from core.exports.script import CONFIG, SCRIPT, WEIGHTS, filled, write_script
from core.jobs.folders import read_experiment
from core.run_title import describe_run

USE, ABOUT = "use.py", "README.md"
_NEEDED = ("onnx", "onnxscript")
_ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 300


def write_onnx(run: Path, out: Path) -> None:
    """Write a run's network as ONNX with `use.py`, `config.json`, its vocabulary and a README into a folder.

    Raises:
        ConfigError: As `write_script`, libraries are missing, or torch does not write the network, with its last line.
    """
    if not can_make():
        raise ConfigError.single("format", f"{' and '.join(_NEEDED)} beside torch", "not installed",
                                 f"Install them: pip install {' '.join(_NEEDED)}.")  # fmt: skip
    plain, experiment = write_script(run, out), read_experiment(run)
    kind, templates = experiment.description.kind, TEMPLATES / "onnx"
    with tempfile.TemporaryDirectory() as place:
        for name in (SCRIPT, WEIGHTS):
            (out / name).rename(Path(place) / name)
        (Path(place) / CONFIG).write_bytes((out / CONFIG).read_bytes())
        parts = _trace(Path(place), out)
    config = json.loads((out / CONFIG).read_text(encoding="utf-8"))
    (out / CONFIG).write_text(json.dumps(config | {"files": parts}, ensure_ascii=False, indent=1), encoding="utf-8")
    flags = {kind} | ({"stateful"} if any("h_0" in part["inputs"] for part in parts.values()) else set())
    values = {
        "title": describe_run(experiment, None, None),
        "tables": "\n\n".join(_table(name, part) for name, part in parts.items()),
        "max_length": config["max_length"],
        "reach": plain.values.get("window_size", 0) + plain.values.get("lag", 0),
        **{name: ", ".join(f"`{one}`" for one in config.get(name, [])) for name in ("columns", "targets")},
    }
    plain = replace(plain, values={**plain.values, **values}, flags=plain.flags | flags)
    for name, template in ((USE, f"{kind}.txt"), (ABOUT, "about.txt")):
        text = (templates / template).read_text(encoding="utf-8")
        (out / name).write_text(filled(replace(plain, template=text)), encoding="utf-8")


def can_make() -> bool:
    """Whether what makes ONNX files is installed here."""
    return all(importlib.util.find_spec(name) is not None for name in _NEEDED)


def _trace(folder: Path, out: Path) -> dict[str, Any]:
    """The parts by file, as `core.exports.tracing` wrote them in a process of its own."""
    from filelock import FileLock

    state = Settings().state_dir
    state.mkdir(parents=True, exist_ok=True)
    with FileLock(state / "onnx.lock"):  # one at a time: each takes a processor for seconds and some 600 MB
        ended = subprocess.run(
            [sys.executable, "-m", "core.exports.tracing", str(folder), str(out)], cwd=_ROOT, capture_output=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"}, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    if ended.returncode != 0:
        said = (ended.stderr.strip() or "nothing").splitlines()[-1]
        raise ConfigError.single("format", "a network that torch writes as ONNX", said, "Take the script instead.")
    return json.loads(ended.stdout.splitlines()[-1])


def _table(name: str, part: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [
        f"| {way} | `{value}` | {one['type']} | {' × '.join(map(str, one['shape']))} |"
        for way, side in (("in", "inputs"), ("out", "outputs"))
        for value, one in part[side].items()
    ]
    return "\n".join([f"## {name}", "", "| | name | type | shape |", "|---|---|---|---|", *rows])
