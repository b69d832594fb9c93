"""Take a run away: one zip with everything that a person needs to use the network elsewhere.

For those who may not see rows of its data it holds what core.sharing leaves.
Left out: the resume state and the log, which only the server needs. No torch here.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.config.experiment import Experiment
from core.data import catalog
from core.jobs.files import read_jsonl
from core.jobs.folders import METRICS_FILE, read_experiment
from core.run_title import describe_run
from core.sharing import archive_without_rows
from core.spreadsheets import to_csv

# Of a run's folder, what prediction and reading need; a file that a stopped run has not is left out.
FILES = ("best.safetensors", "experiment.yaml", "tokenizer.json", "scaler.json", "result.json", "backtest.json")

_README = """# A network trained with Unroll

{title}{run}

{files}
"""

_SAID = {
    "best.safetensors": "the weights, under torch's own names",
    "experiment.yaml": "the whole set-up; `python -m core train {task} --config experiment.yaml` trains it again",
    "tokenizer.json": "from text to what the network reads, and back",
    "scaler.json": "from numbers to what the network reads, and back, with the last rows of the data",
    "result.json": "the final figures beside the baselines",
    "backtest.json": "forecasts from many origins of validation and test set, of the network and the baselines",
    "metrics.csv": "every point of the curves",
    "use_it.py": "loads this folder and uses the network; in a clone of Unroll: `.venv/bin/python FOLDER/use_it.py`",
}
_WITHHELD = """
Its owner has not shared the data that it was trained on, so no row of it is here: {what}.
"""


def load_script(experiment: Experiment, rows: bool = True) -> str:
    """A short script that loads the unpacked folder and uses the network; without the rows it goes on from newer ones."""
    task = experiment.description
    example = next(iter(catalog.given_examples(task.kind, experiment.data)), task.example)
    horizon = f"{experiment.data.horizon}" if rows else f'{experiment.data.horizon}, newer="newer.csv"'
    call = task.call.format(horizon=horizon, example=example)
    return f'''"""Use this network. In a clone of Unroll: .venv/bin/python FOLDER/use_it.py"""

import sys
from pathlib import Path

sys.path.insert(0, ".")  # the clone
from core import load

network = load(Path(__file__).parent)
{call}
'''


def metrics_csv(directory: Path) -> str:
    """Every record of the run's curves as one table."""
    records, _ = read_jsonl(directory / METRICS_FILE)
    rows = [record for record in records if record.get("event") in ("metrics", "baseline")]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return to_csv(columns, rows)


def zip_run(directory: Path, *, rows: bool = True, own_data: str | None = None) -> bytes:
    """The zip of a run's folder.

    Args:
        rows: Whether who takes it away may see rows of the run's data.
        own_data: What they may call data that is somebody's own, see `describe_run`.

    Raises:
        ConfigError: There is no run, or its experiment cannot be read.
    """
    experiment = read_experiment(directory)
    files: dict[str, bytes] = {}
    for name in FILES:
        with suppress(FileNotFoundError):
            files[name] = (directory / name).read_bytes()
    result = _figures(files.get("result.json"))
    said = dict(_SAID)
    if not rows:
        files = archive_without_rows(files, experiment)
        said["scaler.json"] = "from numbers to what the network reads, and back"
    files["metrics.csv"] = metrics_csv(directory).encode()
    if rows or "best.safetensors" in files:
        files["use_it.py"] = load_script(experiment, rows).encode()
    readme = _README.format(
        title=describe_run(experiment, result.get("parameters"), result.get("steps"), own_data),
        run="" if rows else _WITHHELD.format(what=_what_is_missing(files)),
        files="\n".join(f"- `{name}`: {said[name].format(task=experiment.task)}" for name in files),
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, written in {**files, "README.md": readme.encode()}.items():
            archive.writestr(name, written)
    return content.getvalue()


def _figures(result: bytes | None) -> dict[str, Any]:
    """The result of a run; empty where there is none that can be read."""
    try:
        found = json.loads(result or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _what_is_missing(files: Mapping[str, bytes]) -> str:
    if "best.safetensors" in files:
        return "a forecast goes on from newer rows that you bring"
    return "neither the vocabulary nor the weights, which write by it"
